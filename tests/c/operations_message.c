/* The message of a package. */
#include "support.h"

TEST(set_message) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_set_message(package, "Grüße, 世界!", NULL));
  /* The service stores only ciphertext. */
  CHECK(!request_has("世界"));
  CHECK(request_has("\"endpoint\":\"set_message\""));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(get_message) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *opened = NULL;
  sendsafely_finalized *finalized = NULL;
  char *text = NULL;
  CHECK_OK(sendsafely_package_get_message(package, &text, NULL));
  CHECK_TEXT(NULL, text);
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "Grüße, 世界!\nsecond line", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(finalized);
  CHECK_OK(sendsafely_package_open_link(client, finalized->link, &opened, NULL));
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("Grüße, 世界!\nsecond line", text);
  sendsafely_string_free(text);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_message"); }
