/* A package: created, opened, read, changed, finalized and deleted. */
#include "support.h"

TEST(create_package) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL;
  char *id = NULL, *code = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  REQUIRE(id && code && keycode);
  char member[128];
  snprintf(member, sizeof member, "\"%s\"", code);
  CHECK(service_has(package, member));
  /* 256 bits in URL-safe base64 without padding. */
  CHECK(strlen(keycode) == 43);
  sendsafely_string_free(id);
  sendsafely_string_free(code);
  sendsafely_string_free(keycode);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(create_for_another_user) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *package = NULL, *opened = NULL, *none = NULL;
  sendsafely_package_information *information = NULL;
  char *id = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_package_create_for_user(client, "second@acme.test", &package, NULL));
  CHECK(service_has(package, "\"owner\":\"second@acme.test\""));
  /* That user can work with it. */
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(second, id, keycode, &opened, NULL));
  CHECK_OK(sendsafely_package_upload_memory(opened, "a.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_get_information(opened, &information, NULL));
  CHECK_TEXT("second@acme.test", information ? information->sender : NULL);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_MALFORMED_EMAIL, sendsafely_package_create_for_user(client, "no address", &none, NULL));
  CHECK(none == NULL && requests_arrived() == 0);
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_create_for_user(second, "third@acme.test", &none, NULL));
  CHECK_STATUS(SENDSAFELY_USER_NOT_FOUND, sendsafely_package_create_for_user(client, "nobody@acme.test", &none, NULL));
  CHECK(none == NULL);
  sendsafely_package_information_free(information);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(package_information) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "a.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information);
  CHECK_TEXT("admin@acme.test", information->sender);
  CHECK(information->state == SENDSAFELY_PACKAGE_STATE_IN_PROGRESS && information->is_workspace == 0);
  CHECK(information->files->count == 1 && information->recipients->count == 1);
  CHECK_TEXT("a.bin", information->files->items[0]->file_name);
  CHECK_TEXT("ann@customer.test", information->recipients->items[0]->email);
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* A finalized package with one file, and its link. */
static sendsafely_finalized *send_package(sendsafely_client *client, sendsafely_package **package) {
  sendsafely_finalized *finalized = NULL;
  *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(*package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(*package, "a.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_finalize(*package, NULL, &finalized, NULL));
  return finalized;
}

TEST(open_by_id) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *opened = NULL;
  char *id = NULL, *keycode = NULL, *again = NULL;
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(client, id, keycode, &opened, NULL));
  /* The handle continues where the other one ended. */
  CHECK_OK(sendsafely_package_add_recipient(opened, "ann@customer.test", NULL, NULL, NULL));
  CHECK(service_has(package, "\"ann@customer.test\""));
  CHECK_OK(sendsafely_package_keycode(opened, &again, NULL));
  CHECK_TEXT(keycode, again);
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE,
               sendsafely_package_open(client, "AAAA-BBBB", keycode, &(sendsafely_package *){0}, NULL));
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_string_free(again);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(open_by_link) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL, *opened = NULL;
  sendsafely_finalized *finalized = send_package(client, &package);
  sendsafely_package_information *information = NULL;
  REQUIRE(finalized);
  CHECK_OK(sendsafely_package_open_link(client, finalized->link, &opened, NULL));
  CHECK_OK(sendsafely_package_get_information(opened, &information, NULL));
  REQUIRE(information);
  CHECK(information->state == SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE && information->files->count == 1);
  sendsafely_package_information_free(information);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(secure_link) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = send_package(client, &package);
  char *id = NULL, *code = NULL, *keycode = NULL, *link = NULL, expected[1024];
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_link(package, &link, NULL));
  REQUIRE(finalized);
  snprintf(expected, sizeof expected, "%s/receive/?thread=%s&packageCode=%s#keyCode=%s", setting("SENDSAFELY_HOST"), id,
           code, keycode);
  CHECK_TEXT(expected, link);
  CHECK_TEXT(expected, finalized->link);
  sendsafely_string_free(id);
  sendsafely_string_free(code);
  sendsafely_string_free(keycode);
  sendsafely_string_free(link);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(life) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_set_life(package, 30, NULL));
  CHECK(service_has(package, "\"life\":30"));
  set_switches("{\"max_life_days\":10}");
  CHECK(sendsafely_package_set_life(package, 11, NULL) != SENDSAFELY_OK);
  set_switches("{\"max_life_days\":365}");
  CHECK(service_has(package, "\"life\":30"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(information_without_opening) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = send_package(client, &package);
  sendsafely_package_information *information = NULL;
  char *id = NULL;
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_client_get_package_information(client, id, &information, NULL));
  REQUIRE(information);
  CHECK_TEXT(id, information->package_id);
  CHECK(information->files->count == 1);
  sendsafely_package_information_free(information);
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE,
               sendsafely_client_get_package_information(client, "AAAA-BBBB", &information, NULL));
  sendsafely_string_free(id);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(label) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client);
  CHECK_OK(sendsafely_package_set_label(package, "Zürich", NULL));
  CHECK_OK(sendsafely_package_set_label(workspace, "Team", NULL));
  CHECK(service_has(package, "\"label\":\"Zürich\""));
  CHECK(service_has(workspace, "\"label\":\"Team\""));
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(any_field) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_update(package, "{\"label\":\"Q3\",\"life\":9}", NULL));
  CHECK(service_has(package, "\"label\":\"Q3\"") && service_has(package, "\"life\":9"));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_package_update(package, "[]", NULL));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(notify) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = send_package(client, &package);
  CHECK_OK(sendsafely_package_notify(package, NULL));
  CHECK(service_has(package, "\"notified\":1"));
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(delete_package) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = send_package(client, &package);
  /* A package that the service does not know may be another user's. */
  add_fault(
      "{\"endpoint\":\"delete_package\",\"times\":1,\"action\":{\"envelope\":{\"response\":\"UNKNOWN_PACKAGE\"}}}");
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE, sendsafely_package_delete(package, NULL));
  CHECK_OK(sendsafely_package_delete(package, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_DELETED, sendsafely_package_set_life(package, 3, NULL));
  REQUIRE(finalized);
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE,
               sendsafely_package_open_link(client, finalized->link, &(sendsafely_package *){0}, NULL));
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(delete_temporary_package) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  char *id = NULL;
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_delete(package, NULL));
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE,
               sendsafely_package_open(client, id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
                                       &(sendsafely_package *){0}, NULL));
  sendsafely_string_free(id);
  sendsafely_package_free(package);
  /* After a failure: only a package that cannot be finalized. */
  package = new_package(client);
  CHECK_OK(sendsafely_package_delete_unfinished(package, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_DELETED, sendsafely_package_delete_unfinished(package, NULL));
  sendsafely_package_free(package);
  sendsafely_finalized_free(send_package(client, &package));
  CHECK_STATUS(SENDSAFELY_ALREADY_FINALIZED, sendsafely_package_delete_unfinished(package, NULL));
  CHECK(service_has(package, "\"finalized\":true"));
  sendsafely_package_free(package);
  /* The service refuses it as unfinished: only an explicit delete removes it. */
  package = new_package(client);
  add_fault(
      "{\"endpoint\":\"delete_temporary_package\",\"times\":2,\"action\":{\"envelope\":{\"response\":\"DENIED\"}}}");
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_delete_unfinished(package, NULL));
  CHECK(service_has(package, "IN_PROGRESS"));
  CHECK_OK(sendsafely_package_delete(package, NULL));
  CHECK(service_has(package, "DELETED"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(finalize) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_finalized *finalized = NULL;
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_NO_FILE, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(finalized);
  CHECK(finalized->needs_approval == 0 && finalized->recipients->count == 1);
  CHECK_STATUS(SENDSAFELY_ALREADY_FINALIZED, sendsafely_package_finalize(package, NULL, NULL, NULL));
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* A package that is ready to be finalized. */
static sendsafely_package *ready_package(sendsafely_client *client) {
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  return package;
}

TEST(finalize_allowing_reply_all) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = ready_package(client);
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.allow_reply_all = 1;
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"allow_reply_all\":true"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(finalize_and_notify) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = ready_package(client);
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.notify_recipients = 1;
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"notified\":1"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(finalize_with_read_only_pdf) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = ready_package(client);
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.read_only_pdf = 1;
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"read_only_pdf\":true"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(finalize_undisclosed) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.undisclosed_recipients = 1;
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"undisclosed\":true"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(finalize_undisclosed_with_password) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_package_information *information = NULL;
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.undisclosed_recipients = 1;
  options.password = "Käsebrot 17";
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"password\":\"Käsebrot 17\""));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information);
  CHECK(information->password_required == 1);
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(order_is_judged_here) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  char *link = NULL;
  forget_requests();
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_NOT_FINALIZED, sendsafely_package_link(package, &link, NULL));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
               sendsafely_package_set_recipient_phone(package, "nobody", "415 555 0100", NULL, NULL));
  CHECK(requests_arrived() == 0);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static int64_t read_nothing(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)buffer, (void)capacity;
  return 0;
}

TEST(limits_are_judged_here) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_LIFE_OUT_OF_RANGE, sendsafely_package_set_life(package, 366, NULL));
  CHECK_STATUS(SENDSAFELY_FILE_TOO_LARGE,
               sendsafely_package_upload_callback(package, "a", read_nothing, NULL, 107374182401, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_MALFORMED_EMAIL, sendsafely_package_add_recipient(package, "ann", NULL, NULL, NULL));
  CHECK(requests_arrived() == 0);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_package"); }
