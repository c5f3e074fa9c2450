/* Lists of packages, fetched page by page, and searches. */
#include "support.h"

/* A finalized package to second@acme.test; returns its id, to be freed. */
static char *send_to_second(sendsafely_client *client, const char *file_name) {
  sendsafely_package *package = new_package(client);
  char *id = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "second@acme.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, file_name, (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  sendsafely_package_free(package);
  return id;
}

/* Reads a list to its end; counts how often the package is in it, and all packages. */
static unsigned listed;
static unsigned in_list(sendsafely_package_iterator *iterator, const char *id) {
  unsigned found = 0;
  sendsafely_package_summary *summary = NULL;
  for (listed = 0; !sendsafely_package_iterator_next(iterator, &summary, NULL) && summary; listed++) {
    found += !strcmp(summary->package_id, id);
    sendsafely_package_summary_free(summary);
  }
  sendsafely_package_iterator_free(iterator);
  return found;
}

TEST(sent_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package_iterator *iterator = NULL;
  sendsafely_package_summary *summary = NULL;
  char *id = send_to_second(client, "listed.bin");
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, NULL, &iterator, NULL));
  do {
    sendsafely_package_summary_free(summary);
    CHECK_OK(sendsafely_package_iterator_next(iterator, &summary, NULL));
  } while (summary && strcmp(summary->package_id, id));
  REQUIRE(summary && summary->recipients->count == 1 && summary->file_names->count == 1);
  CHECK_TEXT("admin@acme.test", summary->sender);
  CHECK_TEXT("second@acme.test", summary->recipients->items[0]);
  CHECK_TEXT("listed.bin", summary->file_names->items[0]);
  CHECK(summary->state == SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE && summary->life == 14);
  sendsafely_package_summary_free(summary);
  sendsafely_package_iterator_free(iterator);
  sendsafely_string_free(id);
  sendsafely_client_free(client);
}

TEST(sent_packages_paged) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_list_options options;
  sendsafely_package_iterator *iterator = NULL;
  char *id = send_to_second(client, "a.bin");
  sendsafely_string_free(send_to_second(client, "b.bin"));
  CHECK_OK(sendsafely_list_options_init(&options, sizeof options));
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  unsigned all = listed;
  options.page_size = 1;
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1 && listed == all);
  CHECK(request_has("rowIndex=1&pageSize=1"));
  options.first_row = 1;
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, &options, &iterator, NULL));
  in_list(iterator, id);
  CHECK(listed == all - 1);
  sendsafely_string_free(id);
  sendsafely_client_free(client);
}

TEST(received_packages) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_list_options options;
  sendsafely_package_iterator *iterator = NULL;
  char *id = send_to_second(client, "received.bin");
  CHECK_OK(sendsafely_client_list_packages(second, SENDSAFELY_PACKAGE_LIST_RECEIVED, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  CHECK_OK(sendsafely_list_options_init(&options, sizeof options));
  options.page_size = 1;
  CHECK_OK(sendsafely_client_list_packages(second, SENDSAFELY_PACKAGE_LIST_RECEIVED, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_RECEIVED, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 0);
  sendsafely_string_free(id);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(archived_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_list_options options;
  sendsafely_package_iterator *iterator = NULL;
  char *id = send_to_second(client, "archived.bin"), path[256];
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_ARCHIVED, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 0);
  snprintf(path, sizeof path, "/packages/%s", id);
  free(admin("POST", path, "{\"expired\":true}"));
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_ARCHIVED, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  CHECK_OK(sendsafely_list_options_init(&options, sizeof options));
  options.page_size = 1;
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_ARCHIVED, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  sendsafely_string_free(id);
  sendsafely_client_free(client);
}

TEST(workspaces) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_package_iterator *iterator = NULL;
  char *id = NULL;
  CHECK_OK(sendsafely_package_id(workspace, &id, NULL));
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_WORKSPACES, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, NULL, &iterator, NULL));
  CHECK(in_list(iterator, id) == 0);
  sendsafely_string_free(id);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(packages_of_the_organization) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_search_options options;
  sendsafely_package_iterator *iterator = NULL;
  sendsafely_package *package = new_package(second);
  char *id = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "third@acme.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "of-second.bin", (const uint8_t *)"x", 1, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.whole_organization = 1;
  options.sender = "second@acme.test";
  options.page_size = 1;
  CHECK_OK(sendsafely_client_search_packages(client, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  /* Only for administrators. */
  sendsafely_package_summary *summary = NULL;
  CHECK_OK(sendsafely_client_search_packages(second, &options, &iterator, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_iterator_next(iterator, &summary, NULL));
  sendsafely_package_iterator_free(iterator);
  sendsafely_string_free(id);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

/* An older portal has only the search without pages. */
TEST(packages_of_an_older_portal) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_search_options options;
  sendsafely_package_iterator *iterator = NULL;
  char *id = send_to_second(client, "older.bin");
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.whole_organization = 1;
  add_fault(
      "{\"endpoint\":\"search_organization_packages\",\"action\":{\"envelope\":{\"response\":\"UNKNOWN_ENDPOINT\"}}}");
  CHECK_OK(sendsafely_client_search_packages(client, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  remove_faults();
  sendsafely_string_free(id);
  sendsafely_client_free(client);
}

TEST(search_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_search_options options;
  sendsafely_package_iterator *iterator = NULL;
  char *id = send_to_second(client, "sought.bin"), *other = send_to_second(client, "other.bin");
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.file_name = "sought.bin";
  options.recipient = "second@acme.test";
  options.status = SENDSAFELY_PACKAGE_STATUS_ACTIVE;
  CHECK_OK(sendsafely_client_search_packages(client, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 1);
  CHECK_OK(sendsafely_client_search_packages(client, &options, &iterator, NULL));
  CHECK(in_list(iterator, other) == 0);
  options.status = SENDSAFELY_PACKAGE_STATUS_EXPIRED;
  CHECK_OK(sendsafely_client_search_packages(client, &options, &iterator, NULL));
  CHECK(in_list(iterator, id) == 0);
  sendsafely_string_free(id);
  sendsafely_string_free(other);
  sendsafely_client_free(client);
}

TEST(recipient_history) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package_summary_list *packages = NULL;
  char *id = send_to_second(client, "history.bin");
  size_t found = 0;
  CHECK_OK(sendsafely_client_get_recipient_history(client, "second@acme.test", &packages, NULL));
  REQUIRE(packages);
  for (size_t i = 0; i < packages->count; i++) {
    if (strcmp(packages->items[i]->package_id, id)) continue;
    found++;
    CHECK(packages->items[i]->recipient && !strcmp(packages->items[i]->recipient->email, "second@acme.test"));
  }
  CHECK(found == 1);
  sendsafely_package_summary_list_free(packages);
  CHECK_OK(sendsafely_client_get_recipient_history(client, "none@acme.test", &packages, NULL));
  REQUIRE(packages);
  CHECK(packages->count == 0);
  sendsafely_package_summary_list_free(packages);
  sendsafely_string_free(id);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_package_list"); }
