/* Dropzones: who gets what arrives at one's own, and an anonymous sender to somebody's. */
#include "support.h"

TEST(dropzone_recipients) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_string_list *emails = NULL;
  CHECK_OK(sendsafely_client_add_dropzone_recipient(client, "ann@acme.test", NULL));
  CHECK_OK(sendsafely_client_add_dropzone_recipient(client, "bob@acme.test", NULL));
  CHECK_STATUS(SENDSAFELY_DUPLICATE_EMAIL, sendsafely_client_add_dropzone_recipient(client, "ann@acme.test", NULL));
  CHECK_OK(sendsafely_client_remove_dropzone_recipient(client, "ann@acme.test", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_remove_dropzone_recipient(client, "ann@acme.test", NULL));
  CHECK_OK(sendsafely_client_get_dropzone_recipients(client, &emails, NULL));
  REQUIRE(emails && emails->count == 1);
  CHECK_TEXT("bob@acme.test", emails->items[0]);
  CHECK_OK(sendsafely_client_remove_dropzone_recipient(client, "bob@acme.test", NULL));
  sendsafely_string_list_free(emails);
  sendsafely_client_free(client);
}

/* A finalized package of an anonymous sender. */
static sendsafely_package *drop(sendsafely_client **client) {
  sendsafely_package *package = NULL;
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_client_new_for_dropzone(setting("SENDSAFELY_HOST"), setting("EMULATOR_DROPZONE_ID"), NULL, client,
                                              NULL));
  CHECK_OK(sendsafely_package_create(*client, &package, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "drop.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.unconfirmed_sender = "stranger@x.test";
  CHECK_OK(sendsafely_package_finalize(package, &options, NULL, NULL));
  return package;
}

TEST(drop_anonymously) {
  sendsafely_client *client = NULL;
  sendsafely_package *package = drop(&client);
  CHECK(service_has(package, "\"stranger@x.test\""));
  CHECK(!request_has("ss-request-signature"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(submit_hosted_dropzone) {
  sendsafely_client *client = NULL;
  sendsafely_package *package = drop(&client);
  CHECK_OK(sendsafely_package_submit_hosted_dropzone(package, "A label", "stranger@x.test", NULL));
  CHECK(requests_to("dropzone_connector") == 1);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_dropzone"); }
