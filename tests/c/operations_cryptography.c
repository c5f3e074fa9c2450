/* The cryptography alone, for programs with their own transport. Expected values come from the protocol's
 * appendix A and from files of the official clients (tests/vectors). */
#include "support.h"

#include <ctype.h>

/* Appendix A.3: one message as bytes and as text. */
#define SERVER_SECRET "SERVERSECRETexample"
#define KEYCODE "KEYCODEexample"
#define BASE64 \
  "ww0ECQMIAQIDBAUGBwhg0j0BINaZLlJ32W2mj2OKc0/KMF7tLQ0ljRbS2b+CYp9vfOOSe36GpXA5m/Xa5F9FP9qVQCH56cxtUar6Y5Pz"
static const uint8_t MESSAGE[78] = {0xc3, 0x0d, 0x04, 0x09, 0x03, 0x08, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                    0x08, 0x60, 0xd2, 0x3d, 0x01, 0x20, 0xd6, 0x99, 0x2e, 0x52, 0x77, 0xd9, 0x6d,
                                    0xa6, 0x8f, 0x63, 0x8a, 0x73, 0x4f, 0xca, 0x30, 0x5e, 0xed, 0x2d, 0x0d, 0x25,
                                    0x8d, 0x16, 0xd2, 0xd9, 0xbf, 0x82, 0x62, 0x9f, 0x6f, 0x7c, 0xe3, 0x92, 0x7b,
                                    0x7e, 0x86, 0xa5, 0x70, 0x39, 0x9b, 0xf5, 0xda, 0xe4, 0x5f, 0x45, 0x3f, 0xda,
                                    0x95, 0x40, 0x21, 0xf9, 0xe9, 0xcc, 0x6d, 0x51, 0xaa, 0xfa, 0x63, 0x93, 0xf3};

/* The secrets of each official client's vectors, from tests/vectors/index.json. */
static const struct official {
  const char *name, *server_secret, *keycode, *package_code, *checksum;
} officials[] = {
    {"python", "qKoYDdoEEeGcbJEjIzq_4QS1zKGrwhSksw", "7LPwUCcblf4xFBVBSAfT9ygubzIYKfQV5zZ-4s_-1c8",
     "JAqm8IL0MUCibRo5Kgy3NHLS33tLf1HQe1xuYZM8HOQ", "f24a231c3fb59729b33266dcc61a2ec1d8b0ed2795451adee39167afd002501b"},
    {"node", "EhnFJ0LFFDf_iueSVSi8ew_nxsIv5Gl-DQ", "FOLdA44yt27dqyBv3yToeNg_OLi-1w2uzDF8aHJMVJc",
     "_0W2T10cVOZDfeUn5SI2TbtLVGFxK84XyzP-OQgTRww", "2b86130aa8f325ca4f2c186cdefac233ecc9d6358920fa7f2267fc1091cf3cd4"},
    {"java", "kgY4fNxzemZd1QbABiWHu_8d17xrFK_ejw", "T0b4jFzZFG_N6acGB1alpfKZaVmgSSeuPasDhVAzvbY",
     "NXc95kFKxOpubSXR6AlJLoRRyIsWak9aP4krLKNxZ2U", "b582465098a2acdc767a3c1732ebc55e7fe65302dbcf755f9bda6b16b7648176"},
};
enum { OFFICIALS = sizeof officials / sizeof officials[0] };

/* A file of an official client, to be freed with free(). */
static char *vector(const struct official *official, const char *name) {
  char path[256];
  snprintf(path, sizeof path, "tests/vectors/%s/%s", official->name, name);
  return read_text(path);
}

static int port_of_host(void) { return atoi(strrchr(setting("SENDSAFELY_HOST"), ':') + 1); }

TEST(sign_a_request) {
  static const struct {
    const char *path, *body, *signature;
  } known[] = { /* appendix A.1 */
               {"/api/v2.0/user/", NULL, "a5d894cda0d4ab9f818dca89a5db3486c2e832a9f5bce04428020c95f5c3ad71"},
               {"/user/", NULL, "a5d894cda0d4ab9f818dca89a5db3486c2e832a9f5bce04428020c95f5c3ad71"},
               {"/package/", "{\"vdr\":false}", "efcd990b88bc50ab6e58f27f0ba0a5eb9f60e90789fa71061b04815a84c5ed6d"},
               {"/package/", "{\"vdr\": \"false\"}",
                "288cc6a5bd6331079d673cc754fa778512c3cf6e7c5f3a2d37caeb7595ea8ee4"},
               {"/package/AAAA-BBBB/recipient/", "{\"email\":\"jürgen@example.com\"}",
                "cb7d4df55042a2ba6a23322df8785bea920441f46ef1bcfa42e04cf6ab61eee0"},
               {"/package/received/?rowIndex=0&pageSize=100", NULL,
                "941dedcdfebc3ccaada66a5a6d4354f7693a0faf04ccf403ee82fbd326b907cd"},
               {"/package/AAAA-BBBB/file/11111111-2222-3333-4444-555555555555/",
                "{\"filePart\":\"1\",\"uploadType\":\"JAVA_API\"}",
                "cba2456d2b2f9eda366d36aa1ba59ab78bf82ae46065f7070eb8b7cba7df44d4"}};
  sendsafely_client *client = NULL;
  sendsafely_request_headers *headers = NULL;
  CHECK_OK(sendsafely_client_new("https://acme.test", "TESTKEY0123456789abcdefg", "TESTSECRET-zyxwvutsrqponmlk", NULL,
                                 &client, NULL));
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    CHECK_OK(sendsafely_client_sign(client, known[i].path, known[i].body, "2024-01-02T03:04:05+0000", &headers, NULL));
    REQUIRE(headers);
    CHECK_TEXT("TESTKEY0123456789abcdefg", headers->api_key);
    CHECK_TEXT("2024-01-02T03:04:05+0000", headers->timestamp);
    CHECK_TEXT(known[i].signature, headers->signature);
    sendsafely_request_headers_free(headers);
  }
  const char *bad_paths[] = {"", "user/", "https://elsewhere.test/user/", "/../user/", "/user/\r\nx: y"};
  const char *bad_times[] = {"", "now", "2024-01-02 03:04:05", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+0000\r\n"};
  for (size_t i = 0; i < 5; i++) {
    CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_client_sign(client, bad_paths[i], NULL, NULL, &headers, NULL));
    CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
                 sendsafely_client_sign(client, "/user/", NULL, bad_times[i], &headers, NULL));
  }
  sendsafely_client_free(client);
}

/* The headers are for a program's own transport. */
TEST(send_a_signed_request) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_request_headers *headers = NULL;
  char lines[512];
  CHECK_OK(sendsafely_client_sign(client, "/user/", NULL, NULL, &headers, NULL));
  REQUIRE(headers);
  snprintf(lines, sizeof lines, "ss-api-key: %s\r\nss-request-timestamp: %s\r\nss-request-signature: %s\r\n",
           headers->api_key, headers->timestamp, headers->signature);
  CHECK(requests_arrived() == 0);
  char *response = http(port_of_host(), "GET", "/api/v2.0/user/", lines, NULL);
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  CHECK_TEXT("admin@acme.test", json_text(response, "email"));
  free(response);
  response = http(port_of_host(), "GET", "/api/v2.0/enterprise/", lines, NULL); /* signed for another path */
  CHECK_TEXT("AUTHENTICATION_FAILED", json_text(response, "response"));
  free(response);
  sendsafely_request_headers_free(headers);
  sendsafely_client_free(client);
}

TEST(sign_without_credentials) {
  sendsafely_client *nobody = NULL, *anonymous = NULL;
  sendsafely_request_headers *headers = NULL;
  CHECK_OK(sendsafely_client_new_without_credentials("https://acme.test", NULL, &nobody, NULL));
  CHECK_STATUS(SENDSAFELY_NO_CREDENTIALS, sendsafely_client_sign(nobody, "/user/", NULL, NULL, &headers, NULL));
  CHECK_OK(sendsafely_client_new_for_dropzone("https://acme.test", "dropzone", NULL, &anonymous, NULL));
  CHECK_OK(sendsafely_client_sign(anonymous, "/package/", NULL, NULL, &headers, NULL));
  REQUIRE(headers);
  CHECK_TEXT("dropzone", headers->api_key);
  CHECK(headers->timestamp == NULL && headers->signature == NULL);
  sendsafely_request_headers_free(headers);
  sendsafely_client_free(nobody);
  sendsafely_client_free(anonymous);
}

TEST(make_a_keycode) {
  char *one = NULL, *another = NULL;
  CHECK_OK(sendsafely_keycode_generate(&one, NULL));
  CHECK_OK(sendsafely_keycode_generate(&another, NULL));
  REQUIRE(one && another);
  CHECK(strlen(one) == 43 && strlen(another) == 43 && strcmp(one, another));
  for (const char *at = one; *at; at++) CHECK(isalnum((unsigned char)*at) || *at == '-' || *at == '_');
  sendsafely_string_free(one);
  sendsafely_string_free(another);
}

TEST(checksum) {
  static const struct {
    const char *keycode, *package_code, *checksum;
  } known[] = { /* appendix A.2 */
               {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "oaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2-v8A",
                "71fcf4e9b19e787e96737cde7f9d6a7a27d43df076bd0918571464c33360334d"},
               {"keyCode_Example", "packageCode-Example",
                "ca9f7f832bb75a3d0b4d62c5475bcc4a9deba13a3a8e197dc98fd357a991e8ee"},
               {"kc", "pc", "3b4d68bfb8a81b9e27fc38ed8d96e431e2454c7275b5f2ef3282527f225f4939"}};
  char *text = NULL;
  for (size_t i = 0; i < 3; i++) {
    CHECK_OK(sendsafely_checksum(known[i].keycode, known[i].package_code, &text, NULL));
    CHECK_TEXT(known[i].checksum, text);
    sendsafely_string_free(text);
  }
  for (size_t i = 0; i < OFFICIALS; i++) {
    CHECK_OK(sendsafely_checksum(officials[i].keycode, officials[i].package_code, &text, NULL));
    CHECK_TEXT(officials[i].checksum, text);
    sendsafely_string_free(text);
  }
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_checksum("", "code", &text, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_checksum("keycode", "", &text, NULL));
}

/* 1 if a buffer contains exactly this. */
static int holds(const sendsafely_buffer *buffer, const void *bytes, size_t size) {
  return buffer && buffer->size == size && buffer->data && memcmp(buffer->data, bytes, size) == 0;
}

TEST(decrypt_a_part) {
  sendsafely_buffer *data = NULL;
  CHECK_OK(sendsafely_part_decrypt(SERVER_SECRET, KEYCODE, MESSAGE, sizeof MESSAGE, &data, NULL));
  CHECK(holds(data, "hello, world", 12));
  sendsafely_buffer_free(data);
  for (size_t i = 0; i < OFFICIALS; i++) {
    const struct official *of = &officials[i];
    uint8_t part[256];
    char path[256];
    snprintf(path, sizeof path, "tests/vectors/%s/hello.txt.part1.pgp", of->name);
    FILE *file = fopen(path, "rb");
    REQUIRE(file);
    size_t size = fread(part, 1, sizeof part, file);
    fclose(file);
    CHECK_OK(sendsafely_part_decrypt(of->server_secret, of->keycode, part, size, &data, NULL));
    CHECK(holds(data, "hello, world\n", 13));
    sendsafely_buffer_free(data);
  }
  /* With a wrong secret, and after every kind of damage, no plaintext is returned. */
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_part_decrypt("another", KEYCODE, MESSAGE, sizeof MESSAGE, &data, NULL));
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_part_decrypt(SERVER_SECRET, "another", MESSAGE, sizeof MESSAGE, &data, NULL));
  for (size_t at = 0; at < sizeof MESSAGE; at++) {
    uint8_t damaged[sizeof MESSAGE];
    memcpy(damaged, MESSAGE, sizeof MESSAGE);
    damaged[at] ^= 1;
    sendsafely_status status = sendsafely_part_decrypt(SERVER_SECRET, KEYCODE, damaged, sizeof damaged, &data, NULL);
    check_at(__FILE__, __LINE__, status == SENDSAFELY_DECRYPT_FAILED || status == SENDSAFELY_UNSUPPORTED_FORMAT,
             "damaged at %zu: %s", at, sendsafely_status_name(status));
    CHECK(data == NULL);
    CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, sendsafely_part_decrypt(SERVER_SECRET, KEYCODE, MESSAGE, at, &data, NULL));
  }
  uint8_t unusual[sizeof MESSAGE];
  memcpy(unusual, MESSAGE, sizeof MESSAGE);
  unusual[4] = 100; /* a string-to-key type for private experiments */
  CHECK_STATUS(SENDSAFELY_UNSUPPORTED_FORMAT,
               sendsafely_part_decrypt(SERVER_SECRET, KEYCODE, unusual, sizeof unusual, &data, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_part_decrypt("", KEYCODE, MESSAGE, sizeof MESSAGE, &data, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_part_decrypt(SERVER_SECRET, "", MESSAGE, sizeof MESSAGE, &data, NULL));
}

TEST(encrypt_a_part) {
  static uint8_t bytes[100000];
  const size_t sizes[] = {0, 1, 12, 191, 192, 8384, sizeof bytes};
  sendsafely_buffer *message = NULL, *again = NULL, *data = NULL;
  fill(bytes, sizeof bytes, 7);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    CHECK_OK(sendsafely_part_encrypt(SERVER_SECRET, KEYCODE, bytes, sizes[i], &message, NULL));
    REQUIRE(message);
    CHECK_OK(sendsafely_part_decrypt(SERVER_SECRET, KEYCODE, message->data, message->size, &data, NULL));
    CHECK(holds(data, bytes, sizes[i]));
    sendsafely_buffer_free(message);
    sendsafely_buffer_free(data);
  }
  /* The form of appendix A.3 with a random salt: other bytes each time. */
  CHECK_OK(sendsafely_part_encrypt(SERVER_SECRET, KEYCODE, (const uint8_t *)"hello, world", 12, &message, NULL));
  CHECK_OK(sendsafely_part_encrypt(SERVER_SECRET, KEYCODE, (const uint8_t *)"hello, world", 12, &again, NULL));
  REQUIRE(message && again);
  REQUIRE(message->size == sizeof MESSAGE && again->size == sizeof MESSAGE);
  CHECK(memcmp(message->data, MESSAGE, 6) == 0 && memcmp(message->data + 14, MESSAGE + 14, 4) == 0);
  CHECK(memcmp(message->data + 6, again->data + 6, 8) && memcmp(message->data + 18, again->data + 18, 60));
  sendsafely_buffer_free(message);
  sendsafely_buffer_free(again);
  CHECK_OK(sendsafely_part_encrypt(SERVER_SECRET, KEYCODE, NULL, 0, &message, NULL)); /* no bytes need no address */
  sendsafely_buffer_free(message);
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_part_encrypt("", KEYCODE, bytes, 5, &message, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_part_encrypt(SERVER_SECRET, "", bytes, 5, &message, NULL));
}

TEST(decrypt_a_message) {
  char *text = NULL;
  CHECK_OK(sendsafely_message_decrypt(SERVER_SECRET, KEYCODE, BASE64, &text, NULL));
  CHECK_TEXT("hello, world", text);
  sendsafely_string_free(text);
  for (size_t i = 0; i < OFFICIALS; i++) {
    const struct official *of = &officials[i];
    char *base64 = vector(of, "message.b64");
    CHECK_OK(sendsafely_message_decrypt(of->server_secret, of->keycode, base64, &text, NULL));
    /* The Node client writes line ends as CR LF. */
    CHECK_TEXT(strcmp(of->name, "node") ? "Grüße, 世界!\nsecond line" : "Grüße, 世界!\r\nsecond line", text);
    sendsafely_string_free(text);
    free(base64);
  }
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, sendsafely_message_decrypt(SERVER_SECRET, "another", BASE64, &text, NULL));
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_message_decrypt(SERVER_SECRET, KEYCODE, "no message", &text, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_message_decrypt("", KEYCODE, BASE64, &text, NULL));
}

TEST(encrypt_a_message) {
  char *base64 = NULL, *text = NULL;
  CHECK_OK(sendsafely_message_encrypt(SERVER_SECRET, KEYCODE, "Grüße, 世界!\nsecond line", &base64, NULL));
  REQUIRE(base64);
  CHECK(strlen(base64) % 4 == 0 && !strpbrk(base64, "\r\n "));
  CHECK_OK(sendsafely_message_decrypt(SERVER_SECRET, KEYCODE, base64, &text, NULL));
  CHECK_TEXT("Grüße, 世界!\nsecond line", text);
  sendsafely_string_free(base64);
  sendsafely_string_free(text);
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_message_encrypt(SERVER_SECRET, "", "text", &base64, NULL));
}

/* A message that raw requests set and fetch; the library reads it, and writes what they read. */
TEST(message_by_own_transport) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *opened = NULL;
  sendsafely_finalized *finalized = NULL;
  char *id = NULL, *keycode = NULL, *code = NULL, *checksum = NULL, *response = NULL, *base64 = NULL, *text = NULL;
  char path[512], body[1024];
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "a.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  snprintf(path, sizeof path, "/package/%s/", id);
  CHECK_OK(sendsafely_client_request(client, "GET", path, NULL, &response, NULL));
  char server_secret[256];
  snprintf(server_secret, sizeof server_secret, "%s", json_text(response, "serverSecret"));
  sendsafely_string_free(response);

  CHECK_OK(sendsafely_message_encrypt(server_secret, keycode, "written by hand", &base64, NULL));
  snprintf(path, sizeof path, "/package/%s/message/", id);
  snprintf(body, sizeof body, "{\"message\":\"%s\",\"uploadType\":\"EXAMPLE_API\"}", base64);
  CHECK_OK(sendsafely_client_request(client, "PUT", path, body, &response, NULL));
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  sendsafely_string_free(response);
  sendsafely_string_free(base64);
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  REQUIRE(finalized);
  CHECK_OK(sendsafely_package_open_link(client, finalized->link, &opened, NULL));
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT("written by hand", text);
  sendsafely_string_free(text);

  CHECK_OK(sendsafely_checksum(keycode, code, &checksum, NULL));
  snprintf(path, sizeof path, "/package/%s/message/%s/", id, checksum);
  CHECK_OK(sendsafely_client_request(client, "GET", path, NULL, &response, NULL));
  CHECK_OK(sendsafely_message_decrypt(server_secret, keycode, json_text(response, "message"), &text, NULL));
  CHECK_TEXT("written by hand", text);
  sendsafely_string_free(response);
  sendsafely_string_free(text);
  sendsafely_string_free(id);
  sendsafely_string_free(code);
  sendsafely_string_free(keycode);
  sendsafely_string_free(checksum);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(make_a_key_pair) {
  sendsafely_key_pair *key_pair = NULL;
  char *armored = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_key_pair_generate(0, &key_pair, NULL));
  REQUIRE(key_pair);
  CHECK(key_pair->public_key_id == NULL && key_pair->description == NULL);
  CHECK(strstr(key_pair->public_key, "-----BEGIN PGP PUBLIC KEY BLOCK-----") == key_pair->public_key);
  CHECK(strstr(key_pair->private_key, "-----BEGIN PGP PRIVATE KEY BLOCK-----") == key_pair->private_key);
  CHECK_OK(sendsafely_keycode_encrypt(KEYCODE, key_pair->public_key, &armored, NULL));
  CHECK_OK(sendsafely_keycode_decrypt(armored, key_pair->private_key, &keycode, NULL));
  CHECK_TEXT(KEYCODE, keycode);
  sendsafely_string_free(armored);
  sendsafely_string_free(keycode);
  sendsafely_key_pair_free(key_pair);
  const uint32_t sizes[] = {1, 1024, 2047, 8192, UINT32_MAX};
  for (size_t i = 0; i < 5; i++)
    CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_key_pair_generate(sizes[i], &key_pair, NULL));
  CHECK(key_pair == NULL);
}

/* Each client's keycode for each client's key. */
TEST(decrypt_a_keycode) {
  char *keycode = NULL;
  for (size_t i = 0; i < OFFICIALS; i++) {
    char *private_key = vector(&officials[i], "trusted-device-private.asc"), name[64];
    snprintf(name, sizeof name, "keycode-for-%s-key.asc", officials[i].name);
    for (size_t j = 0; j < OFFICIALS; j++) {
      char *armored = vector(&officials[j], name);
      CHECK_OK(sendsafely_keycode_decrypt(armored, private_key, &keycode, NULL));
      CHECK_TEXT(officials[j].keycode, keycode);
      sendsafely_string_free(keycode);
      free(armored);
    }
    char *of_another = vector(&officials[i], i ? "keycode-for-python-key.asc" : "keycode-for-node-key.asc");
    CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, sendsafely_keycode_decrypt(of_another, private_key, &keycode, NULL));
    CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED, sendsafely_keycode_decrypt("no message", private_key, &keycode, NULL));
    CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_keycode_decrypt(of_another, "no key", &keycode, NULL));
    free(of_another);
    free(private_key);
  }
}

TEST(encrypt_a_keycode) {
  char *armored = NULL, *keycode = NULL;
  for (size_t i = 0; i < 2; i++) { /* Java's public key is not among the vectors */
    char *public_key = vector(&officials[i], "trusted-device-public.asc");
    char *private_key = vector(&officials[i], "trusted-device-private.asc");
    CHECK_OK(sendsafely_keycode_encrypt(officials[i].keycode, public_key, &armored, NULL));
    REQUIRE(armored);
    CHECK(strstr(armored, "-----BEGIN PGP MESSAGE-----") == armored);
    CHECK_OK(sendsafely_keycode_decrypt(armored, private_key, &keycode, NULL));
    CHECK_TEXT(officials[i].keycode, keycode);
    sendsafely_string_free(armored);
    sendsafely_string_free(keycode);
    CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_keycode_encrypt("", public_key, &armored, NULL));
    CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_keycode_encrypt(KEYCODE, private_key, &armored, NULL));
    CHECK_STATUS(SENDSAFELY_INVALID_KEY, sendsafely_keycode_encrypt(KEYCODE, "no key", &armored, NULL));
    free(public_key);
    free(private_key);
  }
}

int main(void) { return run_tests("operations_cryptography"); }
