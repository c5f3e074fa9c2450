/* Lists of packages, fetched page by page, and searches. */
#include "support.h"

/* Whether a list has a package; frees the list. */
static int lists(sendsafely_package_iterator *iterator, sendsafely_package *package) {
  sendsafely_package_summary *summary = NULL;
  char *id = NULL;
  int found = 0;
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  while (!sendsafely_package_iterator_next(iterator, &summary, NULL) && summary) {
    found |= strcmp(summary->package_id, id ? id : "") == 0;
    sendsafely_package_summary_free(summary);
  }
  sendsafely_string_free(id);
  sendsafely_package_iterator_free(iterator);
  return found;
}

/* A finalized package for ann@customer.test. */
static sendsafely_package *send_package(sendsafely_client *client) {
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "listed.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  return package;
}

static sendsafely_package_iterator *list_of(sendsafely_client *client, int32_t which) {
  sendsafely_package_iterator *iterator = NULL;
  CHECK_OK(sendsafely_client_list_packages(client, which, NULL, &iterator, NULL));
  return iterator;
}

TEST(list_sent_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_package_iterator *iterator = list_of(client, SENDSAFELY_PACKAGE_LIST_SENT);
  sendsafely_package_summary *newest = NULL;
  CHECK_OK(sendsafely_package_iterator_next(iterator, &newest, NULL));
  REQUIRE(newest);
  CHECK_TEXT("listed.bin", newest->file_names->count ? newest->file_names->items[0] : NULL);
  CHECK_TEXT("admin@acme.test", newest->sender);
  CHECK(newest->state == SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE && newest->status == SENDSAFELY_PACKAGE_STATUS_ACTIVE);
  sendsafely_package_summary_free(newest);
  sendsafely_package_iterator_free(iterator);
  CHECK(lists(list_of(client, SENDSAFELY_PACKAGE_LIST_SENT), package));
  CHECK(!lists(list_of(client, SENDSAFELY_PACKAGE_LIST_RECEIVED), package));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(list_in_pages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *packages[5];
  sendsafely_list_options options;
  sendsafely_package_iterator *iterator = NULL;
  for (int i = 0; i < 5; i++) packages[i] = new_package(client);
  CHECK_OK(sendsafely_list_options_init(&options, sizeof options));
  options.first_row = 1;
  options.page_size = 2;
  forget_requests();
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_SENT, &options, &iterator, NULL));
  CHECK(requests_arrived() == 0);
  for (int i = 0; i < 3; i++) {
    sendsafely_package_summary *summary = NULL;
    char *id = NULL;
    CHECK_OK(sendsafely_package_iterator_next(iterator, &summary, NULL));
    CHECK_OK(sendsafely_package_id(packages[3 - i], &id, NULL)); /* The newest was left out. */
    CHECK_TEXT(id, summary ? summary->package_id : NULL);
    sendsafely_string_free(id);
    sendsafely_package_summary_free(summary);
  }
  CHECK(requests_to("list_sent_packages") == 2);
  sendsafely_package_iterator_free(iterator);
  for (int i = 0; i < 5; i++) sendsafely_package_free(packages[i]);
  sendsafely_client_free(client);
}

TEST(list_received_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(package, "admin@acme.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "to myself", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK(lists(list_of(client, SENDSAFELY_PACKAGE_LIST_RECEIVED), package));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(list_received_packages_in_pages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_list_options options;
  sendsafely_package_iterator *iterator = NULL;
  CHECK_OK(sendsafely_list_options_init(&options, sizeof options));
  options.page_size = 1;
  CHECK_OK(sendsafely_client_list_packages(client, SENDSAFELY_PACKAGE_LIST_RECEIVED, &options, &iterator, NULL));
  sendsafely_package *never_sent = new_package(client);
  CHECK(!lists(iterator, never_sent));
  sendsafely_package_free(never_sent);
  CHECK(request_has("rowIndex=0&pageSize=1"));
  sendsafely_client_free(client);
}

TEST(list_archived_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_package *gone = NULL;
  char *id = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(client, id, keycode, &gone, NULL));
  CHECK_OK(sendsafely_package_delete(gone, NULL));
  CHECK(lists(list_of(client, SENDSAFELY_PACKAGE_LIST_ARCHIVED), package));
  CHECK(!lists(list_of(client, SENDSAFELY_PACKAGE_LIST_SENT), package));
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_package_free(gone);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static sendsafely_package_iterator *search(sendsafely_client *client, const sendsafely_search_options *options) {
  sendsafely_package_iterator *iterator = NULL;
  CHECK_OK(sendsafely_client_search_packages(client, options, &iterator, NULL));
  return iterator;
}

TEST(search_packages) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_search_options options;
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.recipient = "ann@customer.test";
  options.file_name = "listed.bin";
  options.from = 1577836800; /* 2020 */
  options.status = SENDSAFELY_PACKAGE_STATUS_ACTIVE;
  CHECK(lists(search(client, &options), package));
  options.status = SENDSAFELY_PACKAGE_STATUS_EXPIRED;
  CHECK(!lists(search(client, &options), package));
  CHECK(request_has("\\\"fromDate\\\":\\\"01/01/2020\\\""));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(search_organization) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_search_options options;
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.whole_organization = 1;
  options.page_size = 1;
  CHECK(lists(search(client, &options), package));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(search_old_organization) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_search_options options;
  CHECK_OK(sendsafely_search_options_init(&options, sizeof options));
  options.whole_organization = 1;
  /* A portal that does not know the search in pages yet. */
  add_fault("{\"endpoint\":\"search_organization_packages\",\"times\":1,"
            "\"action\":{\"envelope\":{\"response\":\"UNKNOWN_ENDPOINT\"}}}");
  CHECK(lists(search(client, &options), package));
  remove_faults();
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(recipient_history) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = send_package(client);
  sendsafely_package_summary_list *packages = NULL;
  CHECK_OK(sendsafely_client_get_recipient_history(client, "ann@customer.test", &packages, NULL));
  REQUIRE(packages && packages->count > 0);
  CHECK(packages->items[0]->recipient != NULL);
  CHECK_TEXT("ann@customer.test", packages->items[0]->recipient ? packages->items[0]->recipient->email : NULL);
  sendsafely_package_summary_list_free(packages);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_list"); }
