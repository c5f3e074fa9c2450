/* Recipients of a package. */
#include "support.h"

TEST(add_recipient) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient *recipient = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, &recipient, NULL));
  REQUIRE(recipient);
  CHECK_TEXT("ann@customer.test", recipient->email);
  CHECK(*recipient->recipient_id != 0 && recipient->needs_approval == 0 && recipient->sms_auth == 0);
  CHECK(service_has(package, "\"ann@customer.test\""));
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL,
               sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  sendsafely_recipient_free(recipient);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(add_recipient_who_needs_approval) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_finalized *finalized = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "somebody@approval.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "please approve", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(finalized && finalized->approvers->count == 1);
  CHECK_TEXT("approver@acme.test", finalized->approvers->items[0]);
  CHECK(finalized->needs_approval == 1);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(add_recipient_with_sms) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient *recipient = NULL;
  sendsafely_recipient_options options;
  CHECK_OK(sendsafely_recipient_options_init(&options, sizeof options));
  options.phone_number = "(415) 555-0100";
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", &options, &recipient, NULL));
  REQUIRE(recipient);
  CHECK(recipient->sms_auth == 1);
  CHECK(service_has(package, "4155550100"));
  sendsafely_recipient_free(recipient);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(set_recipient_phone) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient *recipient = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, &recipient, NULL));
  REQUIRE(recipient);
  CHECK_OK(sendsafely_package_set_recipient_phone(package, recipient->recipient_id, "030 1234567", "DE", NULL));
  CHECK(service_has(package, "\"DE\""));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
               sendsafely_package_set_recipient_phone(package, "nobody", "030 1234567", "DE", NULL));
  sendsafely_recipient_free(recipient);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(add_several_recipients) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient_result_list *results = NULL;
  const char *emails[] = {"ann@customer.test", "bob@customer.test", "carl@approval.test", "BOB@customer.test",
                          "nobody@nowhere"};
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_add_recipients(package, emails, 5, NULL, &results, NULL));
  CHECK(requests_to("add_recipients") == 1);
  REQUIRE(results && results->count == 5);
  for (size_t i = 0; i < 5; i++) CHECK_TEXT(emails[i], results->items[i]->email);
  /* A refusal of the service, with its code. */
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL, results->items[0]->status);
  CHECK_TEXT("DUPLICATE_EMAIL", results->items[0]->server_code);
  CHECK(results->items[0]->server_message && results->items[0]->recipient == NULL);
  CHECK_STATUS(SENDSAFELY_INVALID_EMAIL, results->items[4]->status);
  /* The recipients of the package. */
  CHECK_STATUS(SENDSAFELY_OK, results->items[1]->status);
  CHECK_STATUS(SENDSAFELY_OK, results->items[2]->status);
  REQUIRE(results->items[1]->recipient && results->items[2]->recipient);
  CHECK_TEXT("bob@customer.test", results->items[1]->recipient->email);
  CHECK(results->items[2]->recipient->needs_approval == 1 && results->items[1]->server_code == NULL);
  /* An address that is twice in the list is sent once. */
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL, results->items[3]->status);
  CHECK(results->items[3]->server_code == NULL && results->items[3]->recipient == NULL);
  CHECK(service_has(package, "\"bob@customer.test\"") && service_lacks(package, "BOB@"));
  const char *id = results->items[1]->recipient->recipient_id;
  CHECK_OK(sendsafely_package_set_recipient_phone(package, id, "030 1234567", "DE", NULL));
  sendsafely_recipient_result_list_free(results);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* An invalid list is refused as a whole, before any request. */
TEST(several_recipients_refused) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient_result_list *results = NULL;
  sendsafely_recipient_options options;
  const char *malformed[] = {"ann@customer.test", "no address"}, *many[100];
  static char texts[100][32];
  for (int i = 0; i < 100; i++) {
    snprintf(texts[i], sizeof texts[i], "n%d@customer.test", i);
    many[i] = texts[i];
  }
  forget_requests();
  CHECK_STATUS(SENDSAFELY_MALFORMED_EMAIL,
               sendsafely_package_add_recipients(package, malformed, 2, NULL, &results, NULL));
  CHECK_STATUS(SENDSAFELY_TOO_MANY_RECIPIENTS,
               sendsafely_package_add_recipients(package, many, 100, NULL, &results, NULL));
  CHECK_OK(sendsafely_recipient_options_init(&options, sizeof options));
  options.phone_number = "(415) 555-0100";
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_add_recipients(package, many, 2, &options, &results, NULL));
  CHECK(results == NULL && requests_arrived() == 0);
  CHECK_OK(sendsafely_package_add_recipients(package, many, 99, NULL, &results, NULL));
  CHECK(results && results->count == 99 && results->items[98]->recipient);
  CHECK_STATUS(SENDSAFELY_TOO_MANY_RECIPIENTS,
               sendsafely_package_add_recipient(package, "one-more@customer.test", NULL, NULL, NULL));
  sendsafely_recipient_result_list_free(results);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* The SMS code is sent to a number that the service has from an earlier package. */
TEST(add_recipients_with_known_phone) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *earlier = new_package(client), *package = new_package(client);
  sendsafely_recipient_result_list *results = NULL;
  sendsafely_recipient_options options;
  const char *emails[] = {"with-phone@customer.test", "without-phone@customer.test"};
  CHECK_OK(sendsafely_recipient_options_init(&options, sizeof options));
  options.phone_number = "(415) 555-0100";
  CHECK_OK(sendsafely_package_add_recipient(earlier, "with-phone@customer.test", &options, NULL, NULL));
  CHECK_OK(sendsafely_recipient_options_init(&options, sizeof options));
  options.auto_enable_sms = 1;
  CHECK_OK(sendsafely_package_add_recipients(package, emails, 2, &options, &results, NULL));
  REQUIRE(results && results->count == 2 && results->items[0]->recipient && results->items[1]->recipient);
  CHECK(results->items[0]->recipient->sms_auth == 1 && results->items[1]->recipient->sms_auth == 0);
  sendsafely_recipient_result_list_free(results);
  sendsafely_package_free(earlier);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* Adds a recipient; returns its id. */
static char id_of_added[256];
static const char *put_recipient(sendsafely_package *package, const char *email) {
  sendsafely_recipient *recipient = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, email, NULL, &recipient, NULL));
  snprintf(id_of_added, sizeof id_of_added, "%s", recipient ? recipient->recipient_id : "");
  sendsafely_recipient_free(recipient);
  return id_of_added;
}

TEST(get_recipient) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_recipient *recipient = NULL;
  const char *id = put_recipient(package, "ann@customer.test");
  CHECK_OK(sendsafely_package_set_recipient_phone(package, id, "(415) 555-0100", NULL, NULL));
  CHECK_OK(sendsafely_package_get_recipient(package, id, &recipient, NULL));
  REQUIRE(recipient && recipient->phone_numbers->count == 1);
  CHECK_TEXT(id, recipient->recipient_id);
  CHECK_TEXT("ann@customer.test", recipient->email);
  CHECK_TEXT("+1 4155550100", recipient->phone_numbers->items[0]);
  CHECK(recipient->sms_auth == 1 && recipient->is_package_owner == 0 && recipient->confirmations->count == 0);
  sendsafely_recipient_free(recipient);
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
               sendsafely_package_get_recipient(package, "nobody", &recipient, NULL));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(country_codes) {
  sendsafely_country_code_list *countries = NULL;
  uint32_t germany = 0, emirates = 0, korea = 0;
  CHECK_OK(sendsafely_country_codes(&countries, NULL));
  REQUIRE(countries);
  CHECK(countries->count == 30);
  for (size_t i = 0; i < countries->count; i++) {
    const sendsafely_country_code *country = countries->items[i];
    CHECK(strlen(country->country_code) == 2 && country->dialling_code > 0);
    if (!strcmp(country->country_code, "DE")) germany = country->dialling_code;
    if (!strcmp(country->country_code, "AE")) emirates = country->dialling_code;
    if (!strcmp(country->country_code, "KR")) korea = country->dialling_code;
  }
  CHECK(germany == 49 && emirates == 971 && korea == 0);
  sendsafely_country_code_list_free(countries);
  CHECK(requests_arrived() == 0);
}

TEST(set_recipient_role) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *workspace = new_workspace(client), *package = new_package(client), *of_second = NULL;
  char *workspace_id = NULL, *keycode = NULL, viewer[256];
  snprintf(viewer, sizeof viewer, "%s", put_recipient(workspace, "second@acme.test"));
  const char *id = put_recipient(workspace, "ann@customer.test");
  CHECK_OK(sendsafely_package_set_recipient_role(workspace, id, "CONTRIBUTOR", NULL));
  CHECK(service_has(workspace, "\"role\":\"CONTRIBUTOR\""));
  CHECK_STATUS(SENDSAFELY_INVALID_INPUT, sendsafely_package_set_recipient_role(workspace, id, "KING", NULL));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
               sendsafely_package_set_recipient_role(workspace, "nobody", "VIEWER", NULL));
  /* A viewer may not change roles. */
  CHECK_OK(sendsafely_package_id(workspace, &workspace_id, NULL));
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(second, workspace_id, keycode, &of_second, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_set_recipient_role(of_second, viewer, "MANAGER", NULL));
  id = put_recipient(package, "ann@customer.test");
  forget_requests();
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE, sendsafely_package_set_recipient_role(package, id, "VIEWER", NULL));
  CHECK(requests_arrived() == 0);
  CHECK_OK(sendsafely_package_set_recipient_role(workspace, viewer, "MANAGER", NULL)); /* its owner does */
  sendsafely_string_free(workspace_id);
  sendsafely_string_free(keycode);
  sendsafely_package_free(of_second);
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(remove_recipient) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *again = NULL;
  char *package_id = NULL, *keycode = NULL;
  const char *id = put_recipient(package, "ann@customer.test");
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_remove_recipient(package, id, NULL));
  CHECK(service_lacks(package, "ann@customer.test"));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE, sendsafely_package_remove_recipient(package, id, NULL));
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  /* Also after finalize, and by a second handle that still has the recipient. */
  put_recipient(package, "bob@customer.test");
  id = put_recipient(package, "ann@customer.test");
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &package_id, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(client, package_id, keycode, &again, NULL));
  CHECK_OK(sendsafely_package_remove_recipient(again, id, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_RECIPIENT, sendsafely_package_remove_recipient(package, id, NULL));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE, sendsafely_package_remove_recipient(package, id, NULL));
  CHECK(service_lacks(package, "ann@customer.test") && service_has(package, "bob@customer.test"));
  sendsafely_string_free(package_id);
  sendsafely_string_free(keycode);
  sendsafely_package_free(again);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(remove_all_recipients) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_contact_group *group = NULL;
  CHECK_OK(sendsafely_client_create_contact_group(client, "Sales", 0, &group, NULL));
  REQUIRE(group);
  CHECK_OK(sendsafely_package_add_contact_group(package, group->contact_group_id, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  put_recipient(package, "ann@customer.test");
  put_recipient(package, "bob@customer.test");
  CHECK_OK(sendsafely_package_remove_all_recipients(package, NULL));
  CHECK(service_has(package, "\"recipients\":[]") && service_has(package, group->contact_group_id));
  CHECK_OK(sendsafely_package_remove_contact_group(package, group->contact_group_id, NULL));
  CHECK_STATUS(SENDSAFELY_NO_RECIPIENT, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_remove_all_recipients(package, NULL)); /* there are none: nothing to do */
  sendsafely_contact_group_free(group);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(confirmations) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *package = new_package(client), *received = NULL;
  sendsafely_package_information *information = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_recipient *recipient = NULL;
  sendsafely_file *file = NULL;
  sendsafely_buffer *buffer = NULL;
  char *text = NULL;
  const char *id = put_recipient(package, "second@acme.test");
  CHECK_OK(sendsafely_package_upload_memory(package, "a.bin", (const uint8_t *)"bytes", 5, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(file && finalized);
  CHECK_OK(sendsafely_package_open_link(second, finalized->link, &received, NULL));
  CHECK_OK(sendsafely_package_get_recipient(package, id, &recipient, NULL));
  REQUIRE(recipient);
  CHECK(recipient->confirmations->count == 0);
  sendsafely_recipient_free(recipient);
  CHECK_OK(sendsafely_package_download_memory(received, file->file_id, NULL, &buffer, NULL));
  CHECK_OK(sendsafely_package_get_message(received, &text, NULL));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information && information->recipients->count == 1);
  const sendsafely_confirmation_list *confirmations = information->recipients->items[0]->confirmations;
  REQUIRE(confirmations->count == 2);
  int messages = 0, files = 0;
  for (size_t i = 0; i < 2; i++) {
    const sendsafely_confirmation *confirmation = confirmations->items[i];
    CHECK_TEXT("127.0.0.1", confirmation->ip_address);
    CHECK(confirmation->time != SENDSAFELY_TIME_UNKNOWN && confirmation->time_text);
    if (confirmation->is_message) {
      messages++;
      CHECK(confirmation->file_id == NULL && confirmation->file_name == NULL);
    } else {
      files++;
      CHECK_TEXT(file->file_id, confirmation->file_id);
      CHECK_TEXT("a.bin", confirmation->file_name);
    }
  }
  CHECK(messages == 1 && files == 1);
  sendsafely_package_information_free(information);
  sendsafely_buffer_free(buffer);
  sendsafely_string_free(text);
  sendsafely_file_free(file);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(received);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(collaborators_and_permissions) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  char *collaborators = NULL, *permissions = NULL;
  const char *id = put_recipient(workspace, "ann@customer.test");
  CHECK_OK(sendsafely_package_set_recipient_role(workspace, id, "MANAGER", NULL));
  CHECK_OK(sendsafely_package_get_collaborators(workspace, &collaborators, NULL));
  CHECK_OK(sendsafely_package_get_permissions(workspace, &permissions, NULL));
  REQUIRE(collaborators && permissions);
  CHECK(collaborators[0] == '[' && permissions[0] == '[');
  CHECK(strstr(collaborators, "\"ann@customer.test\"") && strstr(permissions, "\"MANAGER\""));
  sendsafely_string_free(collaborators);
  sendsafely_string_free(permissions);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_recipient"); }
