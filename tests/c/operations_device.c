/* Trusted devices: packages opened with a private key instead of their keycode. */
#include "support.h"

static char *read_text(const char *path) {
  char *text = calloc(1, 1 << 16);
  FILE *file = fopen(path, "rb");
  CHECK(text && file && fread(text, 1, (1 << 16) - 1, file) > 0);
  if (file) fclose(file);
  return text;
}

/* Registers the public key that another program made; its id. */
static const char *register_key(sendsafely_client *client) {
  char *key = read_text("tests/vectors/node/trusted-device-public.asc"), *answer = NULL;
  char body[1 << 15] = "{\"description\":\"device\",\"publicKey\":\"", *end = body + strlen(body);
  for (const char *at = key; *at && end < body + sizeof body - 8; at++) {
    if (*at == '\n') *end++ = '\\', *end++ = 'n';
    else if (*at != '\r') *end++ = *at;
  }
  strcpy(end, "\"}");
  CHECK_OK(sendsafely_client_request(client, "PUT", "/public-key/", body, &answer, NULL));
  const char *id = json_text(answer, "id");
  sendsafely_string_free(answer);
  free(key);
  return id;
}

/* A package that was sent with that key registered, and its id. */
TEST(keycodes_for_devices) {
  sendsafely_client *client = new_client(NULL);
  register_key(client);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK(service_has(package, "BEGIN PGP MESSAGE"));
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(open_with_private_key) {
  sendsafely_client *client = new_client(NULL);
  const char *public_key_id = register_key(client);
  char *private_key = read_text("tests/vectors/node/trusted-device-private.asc");
  sendsafely_package *package = new_package(client), *opened = NULL;
  char *id = NULL, *keycode = NULL, *opened_keycode = NULL, *text = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "hello", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_open_with_private_key(client, id, public_key_id, private_key, &opened, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_keycode(opened, &opened_keycode, NULL));
  CHECK_TEXT(keycode, opened_keycode);
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("hello", text);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_string_free(opened_keycode);
  sendsafely_string_free(text);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  free(private_key);
}

int main(void) { return run_tests("operations_device"); }
