/* A Dropzone: for its owner, and for an anonymous sender. */
#include "support.h"

TEST(dropzone_recipients) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_string_list *emails = NULL;
  CHECK_OK(sendsafely_client_add_dropzone_recipient(client, "second@acme.test", NULL));
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL, sendsafely_client_add_dropzone_recipient(client, "second@acme.test", NULL));
  CHECK_OK(sendsafely_client_get_dropzone_recipients(client, &emails, NULL));
  REQUIRE(emails && emails->count == 1);
  CHECK_TEXT("second@acme.test", emails->items[0]);
  sendsafely_string_list_free(emails);
  CHECK_OK(sendsafely_client_remove_dropzone_recipient(client, "second@acme.test", NULL));
  CHECK_OK(sendsafely_client_get_dropzone_recipients(client, &emails, NULL));
  REQUIRE(emails);
  CHECK(emails->count == 0);
  sendsafely_string_list_free(emails);
  sendsafely_client_free(client);
}

TEST(drop_a_package) {
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_client_new_for_dropzone(setting("SENDSAFELY_HOST"), setting("DROPZONE_ID"), NULL, &client, NULL));
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "drop.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.unconfirmed_sender = "stranger@customer.test";
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  CHECK(service_has(package, "\"unconfirmed_sender\":\"stranger@customer.test\""));
  /* The requests have no signature. */
  CHECK(!request_has("ss-request-signature"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(submit_hosted_dropzone) {
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  CHECK_OK(sendsafely_client_new_for_dropzone(setting("SENDSAFELY_HOST"), setting("DROPZONE_ID"), NULL, &client, NULL));
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_STATUS(SENDSAFELY_NOT_FINALIZED,
               sendsafely_package_submit_hosted_dropzone(package, "Label", "stranger@customer.test", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_submit_hosted_dropzone(package, "Label", "stranger@customer.test", NULL));
  CHECK(requests_to("submit_hosted_dropzone") == 1 && requests_to("dropzone_connector") == 1);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_dropzone"); }
