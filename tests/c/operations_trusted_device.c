/* Trusted devices: packages opened with a private key instead of their keycode. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

/* A key pair that another program made. */
static char *vector(const char *name) {
  char path[256];
  snprintf(path, sizeof path, "tests/vectors/node/%s", name);
  return read_text(path);
}

/* A new user, because the emulator keeps users and their devices of earlier runs. */
static sendsafely_client *client_of_new_user(void) {
  static int number;
  char email[64];
  snprintf(email, sizeof email, "device-%d-%d@acme.test", (int)getpid(), ++number);
  return client_of(email);
}

/* Registers a public key; returns its id, to be freed with sendsafely_string_free. */
static char *register_key(sendsafely_client *client, const char *public_key) {
  char *id = NULL;
  CHECK_OK(sendsafely_client_register_public_key(client, public_key, "device", &id, NULL));
  return id;
}

/* A finalized package with a message; returns its id, to be freed with sendsafely_string_free. */
static char *send_package(sendsafely_client *client, const char *recipient, sendsafely_package **package) {
  char *id = NULL;
  *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(*package, recipient, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(*package, "hello", NULL));
  CHECK_OK(sendsafely_package_finalize(*package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(*package, &id, NULL));
  return id;
}

/* The service's JSON for a device and a package, to be freed with sendsafely_string_free. */
static char *raw_keycode(sendsafely_client *client, const char *package_id, const char *public_key_id) {
  char path[512], *response = NULL;
  snprintf(path, sizeof path, "/package/%s/link/%s/", package_id, public_key_id);
  CHECK_OK(sendsafely_client_request(client, "GET", path, NULL, &response, NULL));
  return response;
}

/* 1 if it has a keycode. */
static int holds_keycode(sendsafely_client *client, const char *package_id, const char *public_key_id) {
  char *response = raw_keycode(client, package_id, public_key_id);
  int holds = response && strstr(response, "BEGIN PGP MESSAGE") != NULL;
  sendsafely_string_free(response);
  return holds;
}

TEST(generate_and_register_key_pair) {
  sendsafely_client *client = client_of_new_user();
  sendsafely_key_pair *key_pair = NULL;
  sendsafely_package *package = NULL, *opened = NULL;
  char *text = NULL;
  CHECK_OK(sendsafely_client_generate_key_pair(client, "laptop", &key_pair, NULL));
  REQUIRE(key_pair && key_pair->public_key_id);
  CHECK_TEXT("laptop", key_pair->description);
  CHECK(request_has("\\\"description\\\":\\\"laptop\\\"") && !request_has("PRIVATE KEY"));
  /* The device opens packages that are sent from now on. */
  char *id = send_package(client, "ann@customer.test", &package);
  CHECK_OK(sendsafely_package_open_with_private_key(client, id, key_pair->public_key_id, key_pair->private_key, &opened,
                                                    NULL));
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("hello", text);
  sendsafely_string_free(text);
  sendsafely_string_free(id);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_key_pair_free(key_pair);
  sendsafely_client_free(client);
}

TEST(register_public_key) {
  sendsafely_client *client = client_of_new_user();
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *stored = NULL, *id = register_key(client, public_key);
  REQUIRE(id);
  CHECK_OK(sendsafely_client_get_public_key(client, id, &stored, NULL));
  CHECK_TEXT(public_key, stored);
  sendsafely_string_free(stored);
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_get_public_key(client, "no-such-key", &stored, NULL));
  sendsafely_string_free(id);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_client_register_public_key(client, "no key", "device", &id, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_client_register_public_key(client, private_key, "device", &id, NULL));
  CHECK(requests_arrived() == 0);
  set_switches("{\"max_public_keys\":1}");
  CHECK_STATUS(SENDSAFELY_LIMIT_EXCEEDED,
               sendsafely_client_register_public_key(client, public_key, "device", &id, NULL));
  set_switches("{\"max_public_keys\":1000}");
  add_fault("{\"endpoint\":\"register_public_key\",\"when\":\"after\",\"times\":1,\"action\":{\"close\":true}}");
  CHECK_STATUS(SENDSAFELY_OUTCOME_UNKNOWN,
               sendsafely_client_register_public_key(client, public_key, "device", &id, NULL));
  CHECK(requests_to("register_public_key") == 2);
  remove_faults();
  free(public_key);
  free(private_key);
  sendsafely_client_free(client);
}

TEST(revoke_public_key) {
  sendsafely_client *client = client_of_new_user(), *another = client_of_new_user();
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *id = register_key(client, public_key);
  sendsafely_package *package = NULL, *opened = NULL;
  char *package_id = send_package(client, "ann@customer.test", &package);
  CHECK(service_has(package, id));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_revoke_public_key(another, id, NULL));
  CHECK_OK(sendsafely_client_revoke_public_key(client, id, NULL));
  CHECK(service_lacks(package, id));
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_package_open_with_private_key(client, package_id, id, private_key, &opened, NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_revoke_public_key(client, id, NULL));
  sendsafely_string_free(id);
  sendsafely_string_free(package_id);
  free(public_key);
  free(private_key);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(another);
}

TEST(save_and_load_key_pair) {
  char *private_key = vector("trusted-device-private.asc"), *public_key = vector("trusted-device-public.asc");
  char path[4096], *text, *armored = NULL, *keycode = NULL;
  sendsafely_key_pair *key_pair = NULL;
  struct stat status;
  snprintf(path, sizeof path, "%s", scratch("key-pair.json"));
  CHECK_OK(sendsafely_key_pair_save(path, "K-1", private_key, "Jürgen's \"laptop\"\\", NULL));
  CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
  /* The form of the official Python client: a JSON object with these members. */
  text = read_text(path);
  CHECK_TEXT("K-1", strstr(text, "\"publicKeyId\": \"K-1\"") ? "K-1" : text);
  CHECK(strstr(text, "\"privateKey\": \"-----BEGIN PGP PRIVATE KEY BLOCK-----\\n") != NULL);
  free(text);
  CHECK_OK(sendsafely_key_pair_load(path, &key_pair, NULL));
  REQUIRE(key_pair);
  CHECK_TEXT("K-1", key_pair->public_key_id);
  CHECK_TEXT("Jürgen's \"laptop\"\\", key_pair->description);
  CHECK_TEXT(private_key, key_pair->private_key);
  CHECK_OK(sendsafely_keycode_encrypt("keycode", key_pair->public_key, &armored, NULL));
  CHECK_OK(sendsafely_keycode_decrypt(armored, private_key, &keycode, NULL));
  CHECK_TEXT("keycode", keycode);
  sendsafely_string_free(armored);
  sendsafely_string_free(keycode);
  sendsafely_key_pair_free(key_pair);
  /* The file is never overwritten. Without id and description, they are unknown after loading. */
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS, sendsafely_key_pair_save(path, "K-2", private_key, NULL, NULL));
  snprintf(path, sizeof path, "%s", scratch("bare.json"));
  CHECK_OK(sendsafely_key_pair_save(path, NULL, private_key, NULL, NULL));
  CHECK_OK(sendsafely_key_pair_load(path, &key_pair, NULL));
  REQUIRE(key_pair);
  CHECK(key_pair->public_key_id == NULL && key_pair->description == NULL);
  sendsafely_key_pair_free(key_pair);
  snprintf(path, sizeof path, "%s", scratch("none.json"));
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_key_pair_save(path, NULL, "no key", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_key_pair_save(path, NULL, public_key, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_FOUND, sendsafely_key_pair_load(path, &key_pair, NULL));
  CHECK_STATUS(SENDSAFELY_DIRECTORY_NOT_FOUND,
               sendsafely_key_pair_save(scratch("no/such/directory"), NULL, private_key, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_NOT_A_FILE, sendsafely_key_pair_load(scratch("."), &key_pair, NULL));
  write_file(path, "{\"privateKey\": 5}", 17);
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_key_pair_load(path, &key_pair, NULL));
  write_file(path, "", 0);
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_key_pair_load(path, &key_pair, NULL));
  CHECK(key_pair == NULL && requests_arrived() == 0);
  unlink(path);
  unlink(scratch("bare.json"));
  unlink(scratch("key-pair.json"));
  free(private_key);
  free(public_key);
}

/* The armor's headers are kept, too. */
TEST(save_key_pair_with_odd_headers) {
  char *private_key = vector("trusted-device-private.asc"), *loaded = calloc(1, 1 << 14), path[4096];
  sendsafely_key_pair *key_pair = NULL;
  const char *rest = strchr(private_key, '\n') + 1;
  snprintf(loaded, 1 << 14, "%.*sComment: \"quoted\" \\ and\ttab\n%s", (int)(rest - private_key), private_key, rest);
  snprintf(path, sizeof path, "%s", scratch("odd.json"));
  CHECK_OK(sendsafely_key_pair_save(path, NULL, loaded, NULL, NULL));
  CHECK_OK(sendsafely_key_pair_load(path, &key_pair, NULL));
  if (key_pair) CHECK_TEXT(loaded, key_pair->private_key);
  sendsafely_key_pair_free(key_pair);
  unlink(path);
  free(private_key);
  free(loaded);
}

TEST(public_keys_of_a_package) {
  sendsafely_client *client = client_of_new_user(), *reader = client_of_new_user();
  sendsafely_public_key_list *keys = NULL, *of_recipient = NULL;
  sendsafely_recipient *recipient = NULL;
  char *public_key = vector("trusted-device-public.asc"), *email = NULL;
  char *own = register_key(client, public_key), *readers = register_key(reader, public_key);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_client_verify_credentials(reader, &email, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, email, NULL, &recipient, NULL));
  REQUIRE(own && readers && recipient);
  CHECK_OK(sendsafely_package_get_public_keys(package, NULL, &keys, NULL));
  CHECK_OK(sendsafely_package_get_public_keys(package, recipient->recipient_id, &of_recipient, NULL));
  REQUIRE(keys && keys->count == 2 && of_recipient && of_recipient->count == 1);
  CHECK_TEXT(readers, of_recipient->items[0]->public_key_id);
  CHECK_TEXT(public_key, of_recipient->items[0]->public_key);
  CHECK(!strcmp(keys->items[0]->public_key_id, own) || !strcmp(keys->items[1]->public_key_id, own));
  sendsafely_public_key_list_free(keys);
  sendsafely_public_key_list_free(of_recipient);
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE, sendsafely_package_get_public_keys(package, "nobody", &keys, NULL));
  CHECK_STATUS(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE, sendsafely_package_upload_keycodes(package, "nobody", NULL));
  sendsafely_recipient_free(recipient);
  sendsafely_string_free(own);
  sendsafely_string_free(readers);
  sendsafely_string_free(email);
  free(public_key);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(reader);
}

/* For devices that were registered after the package was finalized. */
TEST(upload_keycodes) {
  sendsafely_client *client = client_of_new_user(), *reader = client_of_new_user();
  sendsafely_package_information *information = NULL;
  sendsafely_package *package = NULL, *without = NULL;
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *email = NULL, *armored, *keycode = NULL, *decrypted = NULL, *code = NULL, link[512];
  CHECK_OK(sendsafely_client_verify_credentials(reader, &email, NULL));
  char *id = send_package(client, email, &package);
  char *own = register_key(client, public_key), *readers = register_key(reader, public_key);
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information && information->recipients->count == 1);
  CHECK_OK(sendsafely_package_upload_keycodes(package, information->recipients->items[0]->recipient_id, NULL));
  CHECK(holds_keycode(reader, id, readers) && !holds_keycode(client, id, own));
  CHECK_OK(sendsafely_package_upload_keycodes(package, NULL, NULL));
  CHECK(holds_keycode(client, id, own));
  armored = raw_keycode(client, id, own);
  char text[4096] = "", *end = text;
  for (const char *at = json_text(armored, "message"); *at && end < text + sizeof text - 1; at++) {
    if (at[0] == '\\' && at[1] == 'n')
      *end++ = '\n', at++;
    else
      *end++ = *at;
  }
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_keycode_decrypt(text, private_key, &decrypted, NULL));
  CHECK_TEXT(keycode, decrypted);
  /* Not with a handle without the keycode, nor with a wrong one. */
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  snprintf(link, sizeof link, "%s/receive/?packageCode=%s", setting("SENDSAFELY_HOST"), code);
  CHECK_OK(sendsafely_package_open_link(client, link, &without, NULL));
  CHECK_STATUS(SENDSAFELY_KEYCODE_UNKNOWN, sendsafely_package_upload_keycodes(without, NULL, NULL));
  sendsafely_package_free(without);
  CHECK_OK(sendsafely_package_open(client, id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", &without, NULL));
  CHECK_STATUS(SENDSAFELY_WRONG_KEYCODE, sendsafely_package_upload_keycodes(without, NULL, NULL));
  sendsafely_package_free(without);
  sendsafely_package_information_free(information);
  sendsafely_string_free(armored);
  sendsafely_string_free(keycode);
  sendsafely_string_free(decrypted);
  sendsafely_string_free(code);
  sendsafely_string_free(email);
  sendsafely_string_free(id);
  sendsafely_string_free(own);
  sendsafely_string_free(readers);
  free(public_key);
  free(private_key);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(reader);
}

/* Counts the log lines about public keys. */
static void count_lines(void *user_data, const char *line) {
  if (strstr(line, "public key")) ++*(int *)user_data;
}

/* An unusable key does not keep the other devices from the keycode. */
TEST(unusable_public_key) {
  sendsafely_client *client = client_of_new_user(), *logging = NULL;
  sendsafely_client_options options;
  sendsafely_package *package = NULL, *again = NULL;
  char *public_key = vector("trusted-device-public.asc"), *email = NULL, *response = NULL, *keycode = NULL;
  int lines = 0;
  char *id = send_package(client, "ann@customer.test", &package), *usable = register_key(client, public_key);
  CHECK_OK(sendsafely_client_request(client, "PUT", "/public-key/",
                                     "{\"description\":\"broken\",\"publicKey\":\"-----BEGIN PGP PUBLIC KEY "
                                     "BLOCK-----\\n\"}",
                                     &response, NULL));
  CHECK_OK(sendsafely_client_verify_credentials(client, &email, NULL));
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.on_log = count_lines;
  options.log_user_data = &lines;
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), user_text(email, "api_key"),
                                 user_text(email, "api_secret"), &options, &logging, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(logging, id, keycode, &again, NULL));
  CHECK_OK(sendsafely_package_upload_keycodes(again, NULL, NULL));
  CHECK(lines == 1 && holds_keycode(client, id, usable) && !holds_keycode(client, id, json_text(response, "id")));
  sendsafely_string_free(response);
  sendsafely_string_free(email);
  sendsafely_string_free(keycode);
  sendsafely_string_free(id);
  sendsafely_string_free(usable);
  free(public_key);
  sendsafely_package_free(package);
  sendsafely_package_free(again);
  sendsafely_client_free(client);
  sendsafely_client_free(logging);
}

TEST(keycodes_of_several_packages) {
  sendsafely_client *client = client_of_new_user();
  sendsafely_package *before = NULL, *package = NULL, *damaged = NULL;
  sendsafely_keycode_list *keycodes = NULL;
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *keycode = NULL, path[256], body[512];
  char *before_id = send_package(client, "ann@customer.test", &before);
  char *id = register_key(client, public_key);
  char *package_id = send_package(client, "ann@customer.test", &package);
  char *damaged_id = send_package(client, "ann@customer.test", &damaged);
  snprintf(path, sizeof path, "/package/%s/link/%s/", damaged_id, id);
  snprintf(body, sizeof body, "{\"keycode\":\"-----BEGIN PGP MESSAGE-----\\n\\nAAAA\\n-----END PGP MESSAGE-----\\n\"}");
  char *response = NULL;
  CHECK_OK(sendsafely_client_request(client, "PUT", path, body, &response, NULL));
  sendsafely_string_free(response);
  const char *ids[] = {before_id, package_id, "AAAA-BBBB", damaged_id};
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_client_get_keycodes(client, id, private_key, ids, 4, &keycodes, NULL));
  CHECK(requests_to("get_keycodes") == 1);
  REQUIRE(keycodes && keycodes->count == 4);
  for (size_t i = 0; i < 4; i++) CHECK_TEXT(ids[i], keycodes->items[i]->package_id);
  CHECK_STATUS(SENDSAFELY_OK, keycodes->items[1]->status);
  CHECK_TEXT(keycode, keycodes->items[1]->keycode);
  CHECK_STATUS(SENDSAFELY_REFUSED, keycodes->items[0]->status);
  CHECK_STATUS(SENDSAFELY_REFUSED, keycodes->items[2]->status);
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, keycodes->items[3]->status);
  CHECK(!keycodes->items[0]->keycode && !keycodes->items[2]->keycode && !keycodes->items[3]->keycode);
  sendsafely_keycode_list_free(keycodes);
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_client_get_keycodes(client, "no-such-key", private_key, ids, 4, &keycodes, NULL));
  size_t sent = requests_arrived();
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_client_get_keycodes(client, id, "no key", ids, 4, &keycodes, NULL));
  CHECK(requests_arrived() == sent && keycodes == NULL);
  sendsafely_string_free(keycode);
  sendsafely_string_free(before_id);
  sendsafely_string_free(package_id);
  sendsafely_string_free(damaged_id);
  sendsafely_string_free(id);
  free(public_key);
  free(private_key);
  sendsafely_package_free(before);
  sendsafely_package_free(package);
  sendsafely_package_free(damaged);
  sendsafely_client_free(client);
}

TEST(sync_keycodes) {
  sendsafely_client *client = client_of_new_user();
  sendsafely_package *package = NULL, *damaged = NULL, *opened = NULL;
  sendsafely_sync_result *result = NULL;
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *other_private = read_text("tests/vectors/python/trusted-device-private.asc");
  char *other_public = read_text("tests/vectors/python/trusted-device-public.asc");
  char *text = NULL, path[256], *response = NULL;
  char *id = register_key(client, public_key);
  char *package_id = send_package(client, "ann@customer.test", &package);
  char *damaged_id = send_package(client, "ann@customer.test", &damaged);
  snprintf(path, sizeof path, "/package/%s/link/%s/", damaged_id, id);
  CHECK_OK(sendsafely_client_request(client, "PUT", path,
                                     "{\"keycode\":\"-----BEGIN PGP MESSAGE-----\\n\\nAAAA\\n-----END PGP "
                                     "MESSAGE-----\\n\"}",
                                     &response, NULL));
  sendsafely_string_free(response);
  /* A device that is registered later opens no earlier package. */
  char *other = register_key(client, other_public);
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_package_open_with_private_key(client, package_id, other, other_private, &opened, NULL));
  CHECK_OK(sendsafely_client_sync_keycodes(client, id, private_key, &result, NULL));
  REQUIRE(result && result->failures->count == 1);
  CHECK(result->synchronized == 1);
  CHECK_TEXT(damaged_id, result->failures->items[0]->package_id);
  CHECK_TEXT(other, result->failures->items[0]->public_key_id);
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, result->failures->items[0]->status);
  CHECK(*result->failures->items[0]->message != 0);
  sendsafely_sync_result_free(result);
  CHECK_OK(sendsafely_package_open_with_private_key(client, package_id, other, other_private, &opened, NULL));
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("hello", text);
  /* Again: only what cannot be passed on is left. */
  CHECK_OK(sendsafely_client_sync_keycodes(client, id, private_key, &result, NULL));
  CHECK(result && result->synchronized == 0 && result->failures->count == 1);
  sendsafely_sync_result_free(result);
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_client_sync_keycodes(client, "no-such-key", private_key, &result, NULL));
  size_t sent = requests_arrived();
  CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_client_sync_keycodes(client, id, "no key", &result, NULL));
  CHECK(requests_arrived() == sent && result == NULL);
  sendsafely_string_free(text);
  sendsafely_string_free(id);
  sendsafely_string_free(other);
  sendsafely_string_free(package_id);
  sendsafely_string_free(damaged_id);
  free(public_key);
  free(private_key);
  free(other_public);
  free(other_private);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_package_free(damaged);
  sendsafely_client_free(client);
}

/* Finalize encrypts the keycode to every device of sender and recipients. */
TEST(keycodes_for_devices) {
  sendsafely_client *client = client_of_new_user();
  sendsafely_package *package = NULL;
  char *public_key = vector("trusted-device-public.asc"), *id = register_key(client, public_key);
  char *package_id = send_package(client, "ann@customer.test", &package);
  CHECK(service_has(package, "BEGIN PGP MESSAGE") && holds_keycode(client, package_id, id));
  sendsafely_string_free(id);
  sendsafely_string_free(package_id);
  free(public_key);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(open_with_private_key) {
  sendsafely_client *client = client_of_new_user();
  sendsafely_package *package = NULL, *opened = NULL;
  char *public_key = vector("trusted-device-public.asc"), *private_key = vector("trusted-device-private.asc");
  char *another = read_text("tests/vectors/python/trusted-device-private.asc");
  char *public_key_id = register_key(client, public_key), *id = send_package(client, "ann@customer.test", &package);
  char *keycode = NULL, *opened_keycode = NULL, *text = NULL;
  CHECK_OK(sendsafely_package_open_with_private_key(client, id, public_key_id, private_key, &opened, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_keycode(opened, &opened_keycode, NULL));
  CHECK_TEXT(keycode, opened_keycode);
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("hello", text);
  sendsafely_package_free(opened);
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_package_open_with_private_key(client, id, public_key_id, another, &opened, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_KEY,
               sendsafely_package_open_with_private_key(client, id, public_key_id, "no key", &opened, NULL));
  sendsafely_string_free(id);
  sendsafely_string_free(public_key_id);
  sendsafely_string_free(keycode);
  sendsafely_string_free(opened_keycode);
  sendsafely_string_free(text);
  free(public_key);
  free(private_key);
  free(another);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_trusted_device"); }
