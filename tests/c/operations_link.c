/* Secure links, without a client. */
#include "support.h"

#define KEYCODE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define CODE "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw"
#define OTHER_CODE "oaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2-v8A"

TEST(parse_link) {
  sendsafely_link *link = NULL;
  CHECK_OK(sendsafely_link_parse("<https://acme.test/receive/?thread=GVG2-MNZT&packageCode=" CODE "#keyCode=" KEYCODE
                                 ">",
                                 &link, NULL));
  REQUIRE(link);
  CHECK_TEXT("https://acme.test", link->host);
  CHECK_TEXT("GVG2-MNZT", link->package_id);
  CHECK_TEXT(CODE, link->package_code);
  CHECK_TEXT(KEYCODE, link->keycode);
  sendsafely_link_free(link);
  CHECK_STATUS(SENDSAFELY_MALFORMED_LINK, sendsafely_link_parse("https://acme.test/", &link, NULL));
}

TEST(find_links) {
  const char *first = "https://acme.test/receive/?thread=GVG2-MNZT&packageCode=" CODE "#keyCode=" KEYCODE;
  const char *second = "https://acme.test/receive/?packageCode=" OTHER_CODE "#keyCode=" KEYCODE;
  char mail[1024];
  sendsafely_string_list *links = NULL;
  snprintf(mail, sizeof mail, "Dear all,\r\nsee <%s>, or\r\n%s. Again: %s\r\nNot https://acme.test/.\r\n", first,
           second, first);
  CHECK_OK(sendsafely_link_find(mail, &links, NULL));
  REQUIRE(links && links->count == 2);
  CHECK_TEXT(first, links->items[0]);
  CHECK_TEXT(second, links->items[1]);
  sendsafely_string_list_free(links);
  CHECK_OK(sendsafely_link_find("nothing here", &links, NULL));
  REQUIRE(links);
  CHECK(links->count == 0);
  sendsafely_string_list_free(links);
}

int main(void) { return run_tests("operations_link"); }
