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

int main(void) { return run_tests("operations_recipient"); }
