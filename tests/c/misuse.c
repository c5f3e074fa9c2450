/* Every exported function, used wrongly: NULL for each argument, handles that are stale, freed, foreign or of another
 * kind, text that is not UTF-8, absurd numbers, freeing twice, calls from callbacks, forked children, many threads. The
 * worst answer is a status. */
#include "support.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_UTF8 "caf\xe9"
#define KEYCODE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define MEMORY ((const uint8_t *)"bytes")

/* A client and a package with a recipient and a file, both fit for use. */
static sendsafely_client *client;
static sendsafely_package *package;
static char file_id[256], recipient_id[256], package_id[256];

/* Refused with an error and without; outputs become NULL, however they were before. The call uses `error_out`. */
#define REFUSED_OUT(expected, out, call)                              \
  do {                                                                \
    sendsafely_error *error = NULL;                                   \
    for (int with_error = 0; with_error < 2; with_error++) {          \
      sendsafely_error **error_out = with_error ? &error : NULL;      \
      memset(&(out), 0x11, sizeof(out));                              \
      memset(&error, 0x11, sizeof error);                             \
      CHECK_STATUS(expected, call);                                   \
      CHECK((out) == NULL);                                           \
      if (!with_error) continue;                                      \
      CHECK_STATUS(expected, sendsafely_error_status(error));         \
      CHECK(*sendsafely_error_message(error) != 0);                   \
      sendsafely_error_free(error);                                   \
    }                                                                 \
  } while (0)
#define REFUSED(expected, call)      \
  do {                               \
    void *no_output;                 \
    REFUSED_OUT(expected, no_output, (no_output = NULL, (call))); \
  } while (0)

/* Every call that takes a handle, with everything else right. */
typedef sendsafely_status handle_call(void *handle, sendsafely_error **error);
#define HANDLE_CALL(name, type, out, free_out, call)                     \
  static sendsafely_status name(void *handle, sendsafely_error **error) { \
    type *at = handle;                                                    \
    out *result = (out *)1;                                               \
    sendsafely_status status = call;                                      \
    CHECK(status == SENDSAFELY_OK || result == NULL);                     \
    if (status == SENDSAFELY_OK) free_out(result);                        \
    return status;                                                        \
  }
#define PLAIN_CALL(name, type, call)                                      \
  static sendsafely_status name(void *handle, sendsafely_error **error) { \
    type *at = handle;                                                    \
    return call;                                                          \
  }
static int64_t read_end(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)buffer, (void)capacity;
  return 0;
}
static int32_t write_on(void *user_data, const uint8_t *data, size_t size) {
  (void)user_data, (void)data, (void)size;
  return SENDSAFELY_CONTINUE;
}
HANDLE_CALL(request, sendsafely_client, char, sendsafely_string_free,
            sendsafely_client_request(at, "GET", "/user/", NULL, &result, error))
HANDLE_CALL(create, sendsafely_client, sendsafely_package, sendsafely_package_free,
            sendsafely_package_create(at, &result, error))
HANDLE_CALL(open, sendsafely_client, sendsafely_package, sendsafely_package_free,
            sendsafely_package_open(at, package_id, KEYCODE, &result, error))
HANDLE_CALL(open_link, sendsafely_client, sendsafely_package, sendsafely_package_free,
            sendsafely_package_open_link(at, "https://acme.test/receive/?packageCode=abc#keyCode=" KEYCODE, &result, error))
static const char *private_key(void);
HANDLE_CALL(open_with_private_key, sendsafely_client, sendsafely_package, sendsafely_package_free,
            sendsafely_package_open_with_private_key(at, package_id, "key", private_key(), &result, error))
HANDLE_CALL(get_id, sendsafely_package, char, sendsafely_string_free, sendsafely_package_id(at, &result, error))
HANDLE_CALL(get_code, sendsafely_package, char, sendsafely_string_free, sendsafely_package_code(at, &result, error))
HANDLE_CALL(get_keycode, sendsafely_package, char, sendsafely_string_free, sendsafely_package_keycode(at, &result, error))
HANDLE_CALL(get_link, sendsafely_package, char, sendsafely_string_free, sendsafely_package_link(at, &result, error))
HANDLE_CALL(get_message, sendsafely_package, char, sendsafely_string_free,
            sendsafely_package_get_message(at, &result, error))
HANDLE_CALL(get_information, sendsafely_package, sendsafely_package_information, sendsafely_package_information_free,
            sendsafely_package_get_information(at, &result, error))
HANDLE_CALL(add_recipient, sendsafely_package, sendsafely_recipient, sendsafely_recipient_free,
            sendsafely_package_add_recipient(at, "carl@customer.test", NULL, &result, error))
HANDLE_CALL(upload_file, sendsafely_package, sendsafely_file, sendsafely_file_free,
            sendsafely_package_upload_file(at, scratch("source.bin"), NULL, &result, error))
HANDLE_CALL(upload_memory, sendsafely_package, sendsafely_file, sendsafely_file_free,
            sendsafely_package_upload_memory(at, "again.bin", MEMORY, 5, NULL, &result, error))
HANDLE_CALL(upload_callback, sendsafely_package, sendsafely_file, sendsafely_file_free,
            sendsafely_package_upload_callback(at, "end.bin", read_end, NULL, 0, NULL, &result, error))
HANDLE_CALL(finalize, sendsafely_package, sendsafely_finalized, sendsafely_finalized_free,
            sendsafely_package_finalize(at, NULL, &result, error))
HANDLE_CALL(download_file, sendsafely_package, sendsafely_download, sendsafely_download_free,
            sendsafely_package_download_file(at, file_id, scratch("target.bin"), NULL, &result, error))
HANDLE_CALL(download_memory, sendsafely_package, sendsafely_buffer, sendsafely_buffer_free,
            sendsafely_package_download_memory(at, file_id, NULL, &result, error))
HANDLE_CALL(download_callback, sendsafely_package, sendsafely_download, sendsafely_download_free,
            sendsafely_package_download_callback(at, file_id, write_on, NULL, NULL, &result, error))
HANDLE_CALL(download_all, sendsafely_package, sendsafely_download_list, sendsafely_download_list_free,
            sendsafely_package_download_all(at, scratch(""), NULL, &result, error))
PLAIN_CALL(set_life, sendsafely_package, sendsafely_package_set_life(at, 5, error))
PLAIN_CALL(set_phone, sendsafely_package,
           sendsafely_package_set_recipient_phone(at, recipient_id, "415 555 0100", NULL, error))
PLAIN_CALL(set_message, sendsafely_package, sendsafely_package_set_message(at, "text", error))
PLAIN_CALL(delete_file, sendsafely_package, sendsafely_package_delete_file(at, file_id, error))
PLAIN_CALL(delete_package, sendsafely_package, sendsafely_package_delete(at, error))

static const struct {
  const char *name;
  handle_call *call;
  int takes_client;
} handle_calls[] = {
    {"sendsafely_client_request", request, 1},
    {"sendsafely_package_create", create, 1},
    {"sendsafely_package_open", open, 1},
    {"sendsafely_package_open_link", open_link, 1},
    {"sendsafely_package_open_with_private_key", open_with_private_key, 1},
    {"sendsafely_package_id", get_id, 0},
    {"sendsafely_package_code", get_code, 0},
    {"sendsafely_package_keycode", get_keycode, 0},
    {"sendsafely_package_link", get_link, 0},
    {"sendsafely_package_get_message", get_message, 0},
    {"sendsafely_package_get_information", get_information, 0},
    {"sendsafely_package_add_recipient", add_recipient, 0},
    {"sendsafely_package_upload_file", upload_file, 0},
    {"sendsafely_package_upload_memory", upload_memory, 0},
    {"sendsafely_package_upload_callback", upload_callback, 0},
    {"sendsafely_package_finalize", finalize, 0},
    {"sendsafely_package_download_file", download_file, 0},
    {"sendsafely_package_download_memory", download_memory, 0},
    {"sendsafely_package_download_callback", download_callback, 0},
    {"sendsafely_package_download_all", download_all, 0},
    {"sendsafely_package_set_life", set_life, 0},
    {"sendsafely_package_set_recipient_phone", set_phone, 0},
    {"sendsafely_package_set_message", set_message, 0},
    {"sendsafely_package_delete_file", delete_file, 0},
    {"sendsafely_package_delete", delete_package, 0},
};
enum { HANDLE_CALLS = sizeof handle_calls / sizeof handle_calls[0] };

static const char *private_key(void) {
  static char text[16384];
  FILE *file = text[0] ? NULL : fopen("tests/vectors/node/trusted-device-private.asc", "rb");
  if (file) {
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
  }
  return text;
}

static sendsafely_error *new_error(void) {
  sendsafely_error *error = NULL;
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_package_delete(NULL, &error));
  return error;
}

/* Each call with everything that is no live handle of its kind. */
static void bad_handles(void) {
  sendsafely_client *freed_client = new_client(NULL);
  sendsafely_client_free(freed_client);
  sendsafely_package *freed_package = NULL;
  CHECK_OK(sendsafely_package_open(client, package_id, KEYCODE, &freed_package, NULL));
  sendsafely_package_free(freed_package);
  sendsafely_error *error = new_error();
  uint64_t bytes[4] = {0};
  sendsafely_client_free((sendsafely_client *)bytes);
  void *const strangers[] = {
      bytes, (char *)bytes + 1, (char *)bytes + 3, (void *)1, (void *)2, (void *)3, (void *)5, (void *)7, (void *)16,
      (void *)UINTPTR_MAX, (void *)(UINTPTR_MAX - 12), (void *)(UINTPTR_MAX - 10), (void *)(UINTPTR_MAX >> 1),
      (void *)(uintptr_t)0xdeadbeefdeadbee3u, (void *)(uintptr_t)0xdeadbeefdeadbee5u, (void *)private_key(),
      freed_client, freed_package, error};
  forget_requests();
  for (size_t i = 0; i < HANDLE_CALLS; i++) {
    for (size_t j = 0; j < sizeof strangers / sizeof strangers[0] + 2; j++) {
      int is_null = j == sizeof strangers / sizeof strangers[0];
      void *handle = is_null ? NULL : j > sizeof strangers / sizeof strangers[0]
                             ? (handle_calls[i].takes_client ? (void *)package : (void *)client) : strangers[j];
      sendsafely_status expected = !is_null ? SENDSAFELY_INVALID_HANDLE
                                   : handle_calls[i].takes_client ? SENDSAFELY_NULL_ARGUMENT
                                                                  : SENDSAFELY_PACKAGE_NOT_CREATED;
      sendsafely_error *told = (sendsafely_error *)1;
      sendsafely_status with_error = handle_calls[i].call(handle, &told), without = handle_calls[i].call(handle, NULL);
      check_at(__FILE__, __LINE__, with_error == expected && without == expected && sendsafely_error_status(told) == expected,
               "%s on %p answers %s", handle_calls[i].name, handle, sendsafely_status_name(with_error));
      sendsafely_error_free(told);
    }
  }
  CHECK(requests_arrived() == 0);
  for (size_t j = 0; j < sizeof strangers / sizeof strangers[0] - 1; j++) {
    CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, sendsafely_error_status(strangers[j]));
    CHECK_TEXT("", sendsafely_error_message(strangers[j]));
    CHECK_TEXT(NULL, sendsafely_error_remedy(strangers[j]));
    CHECK_TEXT(NULL, sendsafely_error_server_code(strangers[j]));
    CHECK_TEXT(NULL, sendsafely_error_server_message(strangers[j]));
    CHECK(sendsafely_error_http_status(strangers[j]) == 0);
    CHECK(sendsafely_error_is_retryable(strangers[j]) == 0);
  }
  CHECK(sendsafely_error_status(NULL) == SENDSAFELY_OK);
  CHECK_TEXT("", sendsafely_error_message(NULL));
  CHECK(!sendsafely_error_remedy(NULL) && !sendsafely_error_server_code(NULL) && !sendsafely_error_server_message(NULL));
  CHECK(sendsafely_error_http_status(NULL) == 0 && sendsafely_error_is_retryable(NULL) == 0);
  sendsafely_error_free(error);
  CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, sendsafely_error_status(error));
}

/* _free of everything: NULL, twice, strangers, another kind; nothing that lives is harmed. */
static void frees(void) {
  uint64_t before = sendsafely_live_objects(), bytes[4] = {0};
  sendsafely_package_information *information = NULL;
  sendsafely_string_list *links = NULL;
  char *text = NULL;
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  CHECK_OK(sendsafely_link_find("nothing here", &links, NULL));
  CHECK_OK(sendsafely_package_id(package, &text, NULL));
  sendsafely_error *error = new_error();
  uint64_t with_all = sendsafely_live_objects();
  CHECK(with_all == before + 4);
  if (!information || !links || !text) return;
  void *const none_of_theirs[] = {NULL, bytes, (char *)bytes + 1, (void *)1, (void *)UINTPTR_MAX, error,
                                  (void *)information->files, (void *)information->package_id, (char *)information + 8,
                                  text + 1};
  for (size_t i = 0; i < sizeof none_of_theirs / sizeof none_of_theirs[0]; i++) {
    void *pointer = none_of_theirs[i];
    sendsafely_client_free(pointer);
    sendsafely_package_free(pointer);
    if (pointer != error) sendsafely_error_free(pointer);
    sendsafely_string_free(pointer);
    sendsafely_string_list_free(pointer);
    sendsafely_package_information_free(pointer);
    sendsafely_recipient_free(pointer);
    sendsafely_file_free(pointer);
    sendsafely_finalized_free(pointer);
    sendsafely_link_free(pointer);
    sendsafely_download_free(pointer);
    sendsafely_download_list_free(pointer);
    sendsafely_buffer_free(pointer);
  }
  sendsafely_string_free((char *)links);
  sendsafely_file_free((sendsafely_file *)information);
  sendsafely_buffer_free((sendsafely_buffer *)text);
  sendsafely_client_free((sendsafely_client *)package);
  sendsafely_package_free((sendsafely_package *)client);
  sendsafely_error_free((sendsafely_error *)client);
  CHECK(sendsafely_live_objects() == with_all);
  CHECK_TEXT(package_id, information->package_id);
  CHECK_TEXT(package_id, text);
  for (int twice = 0; twice < 2; twice++) {
    sendsafely_package_information_free(information);
    sendsafely_string_list_free(links);
    sendsafely_string_free(text);
    sendsafely_error_free(error);
  }
  CHECK(sendsafely_live_objects() == before);
}

/* Options: their size and what lies beyond what the library knows. */
#define ODD_OPTIONS(type, init, call)                                                            \
  do {                                                                                           \
    struct { type known; uint64_t beyond[4]; } larger;                                           \
    type *options = &larger.known;                                                               \
    CHECK_STATUS(SENDSAFELY_NULL_ARGUMENT, init(NULL, sizeof *options));                         \
    const size_t refused[] = {0, 1, 7, sizeof *options + 1, 1 << 20, SIZE_MAX, SIZE_MAX - 7};    \
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {                            \
      memset(&larger, 0x22, sizeof larger);                                                      \
      CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, init(options, refused[i]));                      \
      CHECK_OK(init(options, sizeof *options));                                                  \
      options->struct_size = refused[i];                                                         \
      REFUSED(SENDSAFELY_INVALID_ARGUMENT, call);                                                \
    }                                                                                            \
    memset(&larger, 0x22, sizeof larger);                                                        \
    CHECK_OK(init(options, sizeof larger));                                                      \
    CHECK(options->struct_size == sizeof larger && larger.beyond[3] == 0);                       \
    for (size_t i = 0; i < sizeof larger.beyond; i++) {                                          \
      ((uint8_t *)larger.beyond)[i] = 1;                                                         \
      REFUSED(SENDSAFELY_INVALID_ARGUMENT, call);                                                \
      ((uint8_t *)larger.beyond)[i] = 0;                                                         \
    }                                                                                            \
    memset(&larger, 0x22, sizeof larger);                                                        \
    CHECK_OK(init(options, sizeof(size_t)));                                                     \
    CHECK(options->struct_size == sizeof(size_t) && ((uint8_t *)options)[sizeof(size_t)] == 0x22); \
  } while (0)

#define WITH_FIELD(init, options, field, value, expected, call) \
  do {                                                          \
    CHECK_OK(init(&(options), sizeof(options)));                \
    (options).field = (value);                                  \
    REFUSED(expected, call);                                    \
  } while (0)

static void options_structs(void) {
  sendsafely_client *none = NULL;
#define NEW sendsafely_client_new("https://acme.test", "key", "secret", options, &none, error_out)
  ODD_OPTIONS(sendsafely_client_options, sendsafely_client_options_init, NEW);
  ODD_OPTIONS(sendsafely_recipient_options, sendsafely_recipient_options_init,
              sendsafely_package_add_recipient(package, "dora@customer.test", options, NULL, error_out));
  ODD_OPTIONS(sendsafely_upload_options, sendsafely_upload_options_init,
              sendsafely_package_upload_memory(package, "odd.bin", MEMORY, 5, options, NULL, error_out));
  ODD_OPTIONS(sendsafely_finalize_options, sendsafely_finalize_options_init,
              sendsafely_package_finalize(package, options, NULL, error_out));
  ODD_OPTIONS(sendsafely_download_options, sendsafely_download_options_init,
              sendsafely_package_download_file(package, file_id, scratch("odd.bin"), options, NULL, error_out));

  sendsafely_client_options *options = &(sendsafely_client_options){0};
#define CLIENT_FIELD(field, value, expected) \
  WITH_FIELD(sendsafely_client_options_init, *options, field, value, expected, NEW)
  const int32_t no_booleans[] = {2, -1, INT32_MIN, INT32_MAX, 256};
  for (size_t i = 0; i < sizeof no_booleans / sizeof no_booleans[0]; i++) {
    CLIENT_FIELD(force_api_route, no_booleans[i], SENDSAFELY_INVALID_ARGUMENT);
    CLIENT_FIELD(allow_plain_http, no_booleans[i], SENDSAFELY_INVALID_ARGUMENT);
  }
  CLIENT_FIELD(parts_in_flight, 17, SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(parts_in_flight, UINT32_MAX, SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(part_size, 10485761, SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(part_size, UINT64_MAX, SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(max_part_bytes, UINT64_MAX, SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(request_api, "A\r\nB: c", SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(client_version, "1\n2", SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(locale, "en\x7f", SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(proxy, "http://[", SENDSAFELY_INVALID_ARGUMENT);
  CLIENT_FIELD(ca_bundle, "/no/such/bundle.pem", SENDSAFELY_FILE_NOT_FOUND);
  CLIENT_FIELD(request_api, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  CLIENT_FIELD(client_version, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  CLIENT_FIELD(locale, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  CLIENT_FIELD(proxy, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  CLIENT_FIELD(ca_bundle, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  /* Absurdly long times and a boundless budget are what they say. */
  CHECK_OK(sendsafely_client_options_init(options, sizeof *options));
  options->connect_timeout_ms = options->stall_timeout_ms = options->retry_window_ms = UINT64_MAX;
  options->memory_budget = UINT64_MAX;
  options->part_size = 1;
  sendsafely_client *patient = new_client(options);
  CHECK_STATUS(SENDSAFELY_OK, request(patient, NULL));
  sendsafely_client_free(patient);

  sendsafely_recipient_options recipient;
#define RECIPIENT_FIELD(field, value, expected)                                         \
  WITH_FIELD(sendsafely_recipient_options_init, recipient, field, value, expected,       \
             sendsafely_package_add_recipient(package, "dora@customer.test", &recipient, NULL, error_out))
  RECIPIENT_FIELD(phone_number, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  RECIPIENT_FIELD(country_code, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  RECIPIENT_FIELD(phone_number, "call me", SENDSAFELY_MALFORMED_PHONE_NUMBER);

  sendsafely_upload_options upload;
#define UPLOAD_FIELD(field, value, expected)                                       \
  WITH_FIELD(sendsafely_upload_options_init, upload, field, value, expected,       \
             sendsafely_package_upload_file(package, scratch("source.bin"), &upload, NULL, error_out))
  UPLOAD_FIELD(file_name, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  UPLOAD_FIELD(directory_id, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  UPLOAD_FIELD(file_name, "", SENDSAFELY_MALFORMED_FILE_NAME);
  UPLOAD_FIELD(directory_id, "root", SENDSAFELY_ONLY_IN_WORKSPACE);

  sendsafely_finalize_options finalizing;
#define FINALIZE_FIELD(field, value, expected)                                           \
  WITH_FIELD(sendsafely_finalize_options_init, finalizing, field, value, expected,       \
             sendsafely_package_finalize(package, &finalizing, NULL, error_out))
  FINALIZE_FIELD(password, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  FINALIZE_FIELD(password, "password without undisclosed recipients", SENDSAFELY_INVALID_ARGUMENT);
  FINALIZE_FIELD(undisclosed_recipients, 2, SENDSAFELY_INVALID_ARGUMENT);
  FINALIZE_FIELD(allow_reply_all, -1, SENDSAFELY_INVALID_ARGUMENT);
  FINALIZE_FIELD(notify_recipients, INT32_MAX, SENDSAFELY_INVALID_ARGUMENT);
  FINALIZE_FIELD(read_only_pdf, INT32_MIN, SENDSAFELY_INVALID_ARGUMENT);

  sendsafely_download_options download;
#define DOWNLOAD_FIELD(field, value, expected)                                                                        \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                      \
             sendsafely_package_download_file(package, file_id, scratch("odd.bin"), &download, NULL, error_out));      \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                      \
             sendsafely_package_download_callback(package, file_id, write_on, NULL, &download, NULL, error_out));      \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                      \
             sendsafely_package_download_all(package, scratch(""), &download, NULL, error_out))
  DOWNLOAD_FIELD(password, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  DOWNLOAD_FIELD(directory_id, NOT_UTF8, SENDSAFELY_INVALID_UTF8);
  DOWNLOAD_FIELD(existing, 3, SENDSAFELY_INVALID_ARGUMENT);
  DOWNLOAD_FIELD(existing, -1, SENDSAFELY_INVALID_ARGUMENT);
  DOWNLOAD_FIELD(sync, 2, SENDSAFELY_INVALID_ARGUMENT);
}

static void null_arguments(void) {
  enum { NONE = SENDSAFELY_NULL_ARGUMENT };
  sendsafely_client *new_one;
  REFUSED_OUT(NONE, new_one, sendsafely_client_new(NULL, "key", "secret", NULL, &new_one, error_out));
  REFUSED_OUT(NONE, new_one, sendsafely_client_new("https://a.test", NULL, "secret", NULL, &new_one, error_out));
  REFUSED_OUT(NONE, new_one, sendsafely_client_new("https://a.test", "key", NULL, NULL, &new_one, error_out));
  REFUSED(NONE, sendsafely_client_new("https://a.test", "key", "secret", NULL, NULL, error_out));
  char *text;
  REFUSED_OUT(NONE, text, sendsafely_client_request(client, NULL, "/user/", NULL, &text, error_out));
  REFUSED_OUT(NONE, text, sendsafely_client_request(client, "GET", NULL, NULL, &text, error_out));
  REFUSED(NONE, sendsafely_client_request(client, "GET", "/user/", NULL, NULL, error_out));
  sendsafely_package *opened;
  REFUSED(NONE, sendsafely_package_create(client, NULL, error_out));
  REFUSED_OUT(NONE, opened, sendsafely_package_open(client, NULL, KEYCODE, &opened, error_out));
  REFUSED_OUT(NONE, opened, sendsafely_package_open(client, package_id, NULL, &opened, error_out));
  REFUSED(NONE, sendsafely_package_open(client, package_id, KEYCODE, NULL, error_out));
  REFUSED_OUT(NONE, opened, sendsafely_package_open_link(client, NULL, &opened, error_out));
  REFUSED(NONE, sendsafely_package_open_link(client, "https://a.test/receive/?packageCode=a", NULL, error_out));
  const char *key = private_key();
  REFUSED_OUT(NONE, opened, sendsafely_package_open_with_private_key(client, NULL, "id", key, &opened, error_out));
  REFUSED_OUT(NONE, opened, sendsafely_package_open_with_private_key(client, "id", NULL, key, &opened, error_out));
  REFUSED_OUT(NONE, opened, sendsafely_package_open_with_private_key(client, "id", "id", NULL, &opened, error_out));
  REFUSED(NONE, sendsafely_package_open_with_private_key(client, "id", "id", key, NULL, error_out));
  REFUSED(NONE, sendsafely_package_id(package, NULL, error_out));
  REFUSED(NONE, sendsafely_package_code(package, NULL, error_out));
  REFUSED(NONE, sendsafely_package_keycode(package, NULL, error_out));
  REFUSED(NONE, sendsafely_package_link(package, NULL, error_out));
  REFUSED(NONE, sendsafely_package_get_message(package, NULL, error_out));
  REFUSED(NONE, sendsafely_package_get_information(package, NULL, error_out));
  sendsafely_recipient *recipient;
  REFUSED_OUT(NONE, recipient, sendsafely_package_add_recipient(package, NULL, NULL, &recipient, error_out));
  REFUSED(NONE, sendsafely_package_set_recipient_phone(package, NULL, "415 555 0100", "US", error_out));
  REFUSED(NONE, sendsafely_package_set_recipient_phone(package, recipient_id, NULL, "US", error_out));
  REFUSED(NONE, sendsafely_package_delete_file(package, NULL, error_out));
  sendsafely_file *file;
  REFUSED_OUT(NONE, file, sendsafely_package_upload_file(package, NULL, NULL, &file, error_out));
  REFUSED_OUT(NONE, file, sendsafely_package_upload_memory(package, NULL, MEMORY, 5, NULL, &file, error_out));
  REFUSED_OUT(NONE, file, sendsafely_package_upload_memory(package, "a", NULL, 5, NULL, &file, error_out));
  REFUSED_OUT(NONE, file, sendsafely_package_upload_callback(package, NULL, read_end, NULL, 0, NULL, &file, error_out));
  REFUSED_OUT(NONE, file, sendsafely_package_upload_callback(package, "a", NULL, NULL, 0, NULL, &file, error_out));
  REFUSED(NONE, sendsafely_package_set_message(package, NULL, error_out));
  sendsafely_link *link;
  sendsafely_string_list *links;
  REFUSED_OUT(NONE, link, sendsafely_link_parse(NULL, &link, error_out));
  REFUSED(NONE, sendsafely_link_parse("https://a.test/receive/?packageCode=a", NULL, error_out));
  REFUSED_OUT(NONE, links, sendsafely_link_find(NULL, &links, error_out));
  REFUSED(NONE, sendsafely_link_find("text", NULL, error_out));
  sendsafely_download *download;
  sendsafely_download_list *downloads;
  sendsafely_buffer *buffer;
  REFUSED_OUT(NONE, download, sendsafely_package_download_file(package, NULL, "a", NULL, &download, error_out));
  REFUSED_OUT(NONE, download, sendsafely_package_download_file(package, file_id, NULL, NULL, &download, error_out));
  REFUSED_OUT(NONE, buffer, sendsafely_package_download_memory(package, NULL, NULL, &buffer, error_out));
  REFUSED(NONE, sendsafely_package_download_memory(package, file_id, NULL, NULL, error_out));
  REFUSED_OUT(NONE, download, sendsafely_package_download_callback(package, NULL, write_on, NULL, NULL, &download, error_out));
  REFUSED_OUT(NONE, download, sendsafely_package_download_callback(package, file_id, NULL, NULL, NULL, &download, error_out));
  REFUSED_OUT(NONE, downloads, sendsafely_package_download_all(package, NULL, NULL, &downloads, error_out));
}

static void not_utf8(void) {
  enum { BAD = SENDSAFELY_INVALID_UTF8 };
  const char *text = NOT_UTF8;
  sendsafely_client *new_one;
  REFUSED_OUT(BAD, new_one, sendsafely_client_new(text, "key", "secret", NULL, &new_one, error_out));
  REFUSED_OUT(BAD, new_one, sendsafely_client_new("https://a.test", text, "secret", NULL, &new_one, error_out));
  REFUSED_OUT(BAD, new_one, sendsafely_client_new("https://a.test", "key", text, NULL, &new_one, error_out));
  char *json;
  REFUSED_OUT(BAD, json, sendsafely_client_request(client, text, "/user/", NULL, &json, error_out));
  REFUSED_OUT(BAD, json, sendsafely_client_request(client, "GET", text, NULL, &json, error_out));
  REFUSED_OUT(BAD, json, sendsafely_client_request(client, "PUT", "/package/", text, &json, error_out));
  sendsafely_package *opened;
  REFUSED_OUT(BAD, opened, sendsafely_package_open(client, text, KEYCODE, &opened, error_out));
  REFUSED_OUT(BAD, opened, sendsafely_package_open(client, package_id, text, &opened, error_out));
  REFUSED_OUT(BAD, opened, sendsafely_package_open_link(client, text, &opened, error_out));
  REFUSED_OUT(BAD, opened, sendsafely_package_open_with_private_key(client, text, "id", "key", &opened, error_out));
  REFUSED_OUT(BAD, opened, sendsafely_package_open_with_private_key(client, "id", text, "key", &opened, error_out));
  REFUSED_OUT(BAD, opened, sendsafely_package_open_with_private_key(client, "id", "id", text, &opened, error_out));
  REFUSED(BAD, sendsafely_package_add_recipient(package, text, NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_set_recipient_phone(package, text, "415 555 0100", "US", error_out));
  REFUSED(BAD, sendsafely_package_set_recipient_phone(package, recipient_id, text, "US", error_out));
  REFUSED(BAD, sendsafely_package_set_recipient_phone(package, recipient_id, "415 555 0100", text, error_out));
  REFUSED(BAD, sendsafely_package_delete_file(package, text, error_out));
  REFUSED(BAD, sendsafely_package_upload_file(package, text, NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_upload_memory(package, text, MEMORY, 5, NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_upload_callback(package, text, read_end, NULL, 0, NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_set_message(package, text, error_out));
  sendsafely_link *link;
  sendsafely_string_list *links;
  REFUSED_OUT(BAD, link, sendsafely_link_parse(text, &link, error_out));
  REFUSED_OUT(BAD, links, sendsafely_link_find(text, &links, error_out));
  sendsafely_buffer *buffer;
  REFUSED(BAD, sendsafely_package_download_file(package, text, "a", NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_download_file(package, file_id, text, NULL, NULL, error_out));
  REFUSED_OUT(BAD, buffer, sendsafely_package_download_memory(package, text, NULL, &buffer, error_out));
  REFUSED(BAD, sendsafely_package_download_callback(package, text, write_on, NULL, NULL, NULL, error_out));
  REFUSED(BAD, sendsafely_package_download_all(package, text, NULL, NULL, error_out));
}

static void absurd_values(void) {
  sendsafely_client *new_one;
  const char *const no_hosts[] = {"", "acme test", "https://", "ftp://acme.test", "https://acme.test/path", "://",
                                  "https://user:password@acme.test", "https://acme.test:99999"};
  for (size_t i = 0; i < sizeof no_hosts / sizeof no_hosts[0]; i++)
    REFUSED_OUT(SENDSAFELY_MALFORMED_HOST, new_one,
                sendsafely_client_new(no_hosts[i], "key", "secret", NULL, &new_one, error_out));
  REFUSED_OUT(SENDSAFELY_INSECURE_HOST, new_one,
              sendsafely_client_new("http://acme.test", "key", "secret", NULL, &new_one, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, new_one,
              sendsafely_client_new("https://acme.test", "key\r\nx: y", "secret", NULL, &new_one, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, new_one,
              sendsafely_client_new("https://acme.test", "key", "sec\nret", NULL, &new_one, error_out));
  char *json;
  const char *const no_paths[] = {"", "user/", "/../x", "/user/ x", "/user/\r\nx: y", "https://elsewhere.test/"};
  for (size_t i = 0; i < sizeof no_paths / sizeof no_paths[0]; i++)
    REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, json,
                sendsafely_client_request(client, "GET", no_paths[i], NULL, &json, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, json, sendsafely_client_request(client, "get it", "/user/", NULL, &json, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, json, sendsafely_client_request(client, "PUT", "/package/", "{", &json, error_out));
  sendsafely_package *opened;
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, opened, sendsafely_package_open(client, "", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, opened, sendsafely_package_open(client, package_id, "", &opened, error_out));
  REFUSED_OUT(SENDSAFELY_UNKNOWN_PACKAGE, opened, sendsafely_package_open(client, "AAAA-BBBB", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_UNKNOWN_PACKAGE, opened, sendsafely_package_open(client, "../../user", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_MALFORMED_LINK, opened, sendsafely_package_open_link(client, "https://a.test/", &opened, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_KEY, opened,
              sendsafely_package_open_with_private_key(client, package_id, "id", "no key", &opened, error_out));
  const int32_t no_lives[] = {-1, 366, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < 4; i++)
    REFUSED(SENDSAFELY_LIFE_OUT_OF_RANGE, sendsafely_package_set_life(package, no_lives[i], error_out));
  const char *const no_emails[] = {"", "ann", "@", "ann@", "@customer.test", "a b@customer.test", "a@b@c"};
  for (size_t i = 0; i < sizeof no_emails / sizeof no_emails[0]; i++)
    REFUSED(SENDSAFELY_MALFORMED_EMAIL, sendsafely_package_add_recipient(package, no_emails[i], NULL, NULL, error_out));
  REFUSED(SENDSAFELY_MALFORMED_PHONE_NUMBER,
          sendsafely_package_set_recipient_phone(package, recipient_id, "12", "US", error_out));
  REFUSED(SENDSAFELY_MALFORMED_PHONE_NUMBER,
          sendsafely_package_set_recipient_phone(package, recipient_id, "415 555 0100", "USA", error_out));
  REFUSED(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
          sendsafely_package_set_recipient_phone(package, "", "415 555 0100", "US", error_out));
  REFUSED(SENDSAFELY_FILE_NOT_ON_PACKAGE, sendsafely_package_delete_file(package, "", error_out));
  REFUSED(SENDSAFELY_INVALID_ARGUMENT,
          sendsafely_package_upload_memory(package, "a", MEMORY, SIZE_MAX, NULL, NULL, error_out));
  forget_requests();
  const uint64_t too_large[] = {UINT64_MAX - 1, (uint64_t)INT64_MAX + 1, 107374182401};
  for (size_t i = 0; i < 3; i++)
    REFUSED(SENDSAFELY_FILE_TOO_LARGE,
            sendsafely_package_upload_callback(package, "a", read_end, NULL, too_large[i], NULL, NULL, error_out));
  CHECK(requests_arrived() == 0);
  REFUSED(SENDSAFELY_FILE_NOT_FOUND, sendsafely_package_upload_file(package, scratch("absent"), NULL, NULL, error_out));
  REFUSED(SENDSAFELY_NOT_A_FILE, sendsafely_package_upload_file(package, scratch(""), NULL, NULL, error_out));
  REFUSED(SENDSAFELY_NOT_A_FILE, sendsafely_package_upload_file(package, "/dev/zero", NULL, NULL, error_out));
  REFUSED(SENDSAFELY_MALFORMED_FILE_NAME, sendsafely_package_upload_memory(package, "", MEMORY, 5, NULL, NULL, error_out));
  REFUSED(SENDSAFELY_DIRECTORY_NOT_FOUND,
          sendsafely_package_download_all(package, scratch("absent"), NULL, NULL, error_out));
  REFUSED(SENDSAFELY_DIRECTORY_NOT_FOUND,
          sendsafely_package_download_file(package, file_id, scratch("absent/target"), NULL, NULL, error_out));
  sendsafely_link *link;
  REFUSED_OUT(SENDSAFELY_MALFORMED_LINK, link, sendsafely_link_parse("", &link, error_out));
  const int32_t numbers[] = {INT32_MIN, -1, 99, 199, 319, 899, INT32_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    CHECK_TEXT("SENDSAFELY_UNKNOWN_STATUS", sendsafely_status_name(numbers[i]));
    CHECK(sendsafely_status_description(numbers[i]) != NULL);
  }
  CHECK(sendsafely_version() == SENDSAFELY_VERSION_NUMBER && sendsafely_version_string() != NULL);
  CHECK(entries_of(scratch("")) == 1);
}

/* Callbacks: on the calling thread only, and what their answers mean. */
static pthread_t caller;
static atomic_uint elsewhere, called;
static int32_t progress_answer = SENDSAFELY_CONTINUE;
static int64_t read_answer;
static int32_t write_answer;

static void note_thread(void) {
  called++;
  if (!pthread_equal(caller, pthread_self())) elsewhere++;
}
static int32_t on_progress(void *user_data, const sendsafely_progress *progress) {
  note_thread();
  CHECK(user_data == &called && progress->struct_size == sizeof *progress);
  return progress_answer;
}
static void on_log(void *user_data, const char *line) {
  note_thread();
  CHECK(user_data == &elsewhere && line != NULL);
  CHECK(!strstr(line, setting("SENDSAFELY_API_SECRET")));
}
static int64_t on_read(void *user_data, uint8_t *buffer, size_t capacity) {
  note_thread();
  CHECK(user_data == &read_answer && capacity > 0);
  memset(buffer, 'r', capacity);
  return read_answer == INT64_MAX ? (int64_t)capacity + 1 : read_answer;
}
static int32_t on_write(void *user_data, const uint8_t *data, size_t size) {
  note_thread();
  CHECK(user_data == &write_answer && data != NULL && size > 0);
  return write_answer;
}

static void callbacks(void) {
  caller = pthread_self();
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.on_progress = on_progress;
  options.user_data = &called;
  options.on_log = on_log;
  options.log_user_data = &elsewhere;
  sendsafely_client *observed = new_client(&options);
  sendsafely_package *watched = NULL;
  sendsafely_file *file = NULL;
  CHECK_OK(sendsafely_package_create(observed, &watched, NULL));
  CHECK_OK(sendsafely_package_add_recipient(watched, "eve@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(watched, "watched.bin", MEMORY, 5, NULL, &file, NULL));
  if (!file) return;

  const int32_t answers[] = {SENDSAFELY_STOP, 7, -1, INT32_MIN};
  char keep_file[256], keep_package[256];
  snprintf(keep_file, sizeof keep_file, "%s", file_id);
  snprintf(keep_package, sizeof keep_package, "%s", package_id);
  snprintf(file_id, sizeof file_id, "%s", file->file_id);
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    progress_answer = answers[i];
    sendsafely_status expected = answers[i] == SENDSAFELY_STOP ? SENDSAFELY_STOPPED : SENDSAFELY_INVALID_ARGUMENT;
    for (size_t j = 0; j < HANDLE_CALLS; j++) {
      handle_call *call = handle_calls[j].call;
      int needs_no_network = call == get_id || call == get_code || call == get_keycode || call == get_link ||
                             call == get_message || call == set_phone;
      if (needs_no_network) continue;
      sendsafely_status status = call(handle_calls[j].takes_client ? (void *)observed : (void *)watched, NULL);
      check_at(__FILE__, __LINE__, status == expected, "%s with a callback that answers %d: %s", handle_calls[j].name,
               answers[i], sendsafely_status_name(status));
    }
  }
  progress_answer = SENDSAFELY_CONTINUE;

  struct { int64_t answer; uint64_t size; sendsafely_status expected; } reads[] = {
      {-1, 5, SENDSAFELY_READ_FAILED}, {INT64_MIN, SENDSAFELY_SIZE_UNKNOWN, SENDSAFELY_READ_FAILED},
      {INT64_MAX, 5, SENDSAFELY_INVALID_ARGUMENT}, {INT64_MAX, SENDSAFELY_SIZE_UNKNOWN, SENDSAFELY_INVALID_ARGUMENT},
      {0, 5, SENDSAFELY_SIZE_MISMATCH}, {0, UINT64_C(107374182400), SENDSAFELY_SIZE_MISMATCH}};
  for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
    read_answer = reads[i].answer;
    REFUSED(reads[i].expected, sendsafely_package_upload_callback(watched, "read.bin", on_read, &read_answer,
                                                                  reads[i].size, NULL, NULL, error_out));
  }
  struct { int32_t answer; sendsafely_status expected; } writes[] = {
      {SENDSAFELY_CONTINUE, SENDSAFELY_OK}, {SENDSAFELY_STOP, SENDSAFELY_WRITE_FAILED}, {2, SENDSAFELY_INVALID_ARGUMENT},
      {-1, SENDSAFELY_INVALID_ARGUMENT}};
  for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
    write_answer = writes[i].answer;
    CHECK_STATUS(writes[i].expected, sendsafely_package_download_callback(watched, file_id, on_write, &write_answer, NULL,
                                                                          NULL, NULL));
  }
  /* After all that the package is still good. */
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(watched, &information, NULL));
  CHECK(information && information->files->count == 1);
  sendsafely_package_information_free(information);
  CHECK_OK(sendsafely_package_finalize(watched, NULL, NULL, NULL));
  CHECK(elsewhere == 0 && called > 50);
  snprintf(file_id, sizeof file_id, "%s", keep_file);
  snprintf(package_id, sizeof package_id, "%s", keep_package);
  sendsafely_file_free(file);
  sendsafely_package_free(watched);
  sendsafely_client_free(observed);
}

/* A callback may free the package and the client that it is called for. */
static sendsafely_client *client_to_free;
static sendsafely_package *package_to_free;
static int32_t free_everything(void *user_data, const sendsafely_progress *progress) {
  (void)user_data, (void)progress;
  CHECK(package_to_free == NULL || get_id(package_to_free, NULL) != SENDSAFELY_OK);
  sendsafely_package_free(package_to_free);
  sendsafely_client_free(client_to_free);
  return SENDSAFELY_CONTINUE;
}

static void free_inside_a_callback(void) {
  sendsafely_upload_options upload;
  CHECK_OK(sendsafely_upload_options_init(&upload, sizeof upload));
  upload.on_progress = free_everything;
  client_to_free = new_client(NULL);
  CHECK_OK(sendsafely_package_create(client_to_free, &package_to_free, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package_to_free, "freed.bin", MEMORY, 5, &upload, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, get_id(package_to_free, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, request(client_to_free, NULL));
}

static void forked_child(void) {
  char *text = NULL;
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_id(package, &text, NULL));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    /* Each step has an exit status of its own, because the child's checks do not count in the parent. */
    alarm(100);
    if (sendsafely_live_objects() != 0) end_child(10);
    sendsafely_error *error = NULL;
    if (sendsafely_package_create(client, &(sendsafely_package *){0}, &error) != SENDSAFELY_FORKED) end_child(11);
    if (sendsafely_error_status(error) != SENDSAFELY_FORKED) end_child(12);
    sendsafely_error_free(error);
    for (size_t i = 0; i < HANDLE_CALLS; i++)
      if (handle_calls[i].call(handle_calls[i].takes_client ? (void *)client : (void *)package, NULL) != SENDSAFELY_FORKED)
        end_child(20 + (int)i);
    if (!information || strcmp(text, information->package_id) != 0) end_child(13);
    sendsafely_string_free(text);
    sendsafely_package_information_free(information);
    sendsafely_package_free(package);
    sendsafely_client_free(client);
    if (strcmp(text, information->package_id) != 0) end_child(14);
    sendsafely_client *own = new_client(NULL);
    sendsafely_package *made = NULL;
    if (sendsafely_package_create(own, &made, NULL)) end_child(15);
    if (sendsafely_package_upload_memory(made, "child.bin", MEMORY, 5, NULL, NULL, NULL)) end_child(16);
    if (sendsafely_live_objects() != 2) end_child(17);
    sendsafely_package_free(made);
    sendsafely_client_free(own);
    end_child(sendsafely_live_objects() == 0 ? 0 : 18);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  check_at(__FILE__, __LINE__, WIFEXITED(status) && WEXITSTATUS(status) == 0, "the forked child ends with %d, signal %d",
           WEXITSTATUS(status), WTERMSIG(status));
  CHECK_STATUS(SENDSAFELY_OK, get_information(package, NULL));
  sendsafely_string_free(text);
  sendsafely_package_information_free(information);
}

/* Many threads on one package, and handles that are freed below a running call. */
enum { THREADS = 6 };
static sendsafely_package *shared;
static atomic_uint finalized_once, finalized_too_late;

static void *busy_thread(void *number) {
  char name[64], email[64];
  snprintf(name, sizeof name, "thread-%zu.bin", (size_t)(uintptr_t)number);
  snprintf(email, sizeof email, "thread-%zu@customer.test", (size_t)(uintptr_t)number);
  sendsafely_file *file = NULL;
  sendsafely_buffer *buffer = NULL;
  uint8_t bytes[3000];
  fill(bytes, sizeof bytes, (uint32_t)(uintptr_t)number);
  CHECK_OK(sendsafely_package_upload_memory(shared, name, bytes, sizeof bytes, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_add_recipient(shared, email, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(shared, email, NULL));
  CHECK_STATUS(SENDSAFELY_OK, get_information(shared, NULL));
  CHECK_STATUS(SENDSAFELY_OK, get_keycode(shared, NULL));
  CHECK_STATUS(SENDSAFELY_NOT_FINALIZED, get_link(shared, NULL));
  if (file) CHECK_OK(sendsafely_package_download_memory(shared, file->file_id, NULL, &buffer, NULL));
  CHECK(buffer && buffer->size == sizeof bytes && memcmp(buffer->data, bytes, sizeof bytes) == 0);
  sendsafely_file_free(file);
  sendsafely_buffer_free(buffer);
  return NULL;
}

static void *finalizing_thread(void *unused) {
  sendsafely_status status = sendsafely_package_finalize(shared, NULL, NULL, NULL);
  if (status == SENDSAFELY_OK) finalized_once++;
  if (status == SENDSAFELY_ALREADY_FINALIZED) finalized_too_late++;
  return unused;
}

static atomic_int has_begun, was_freed;
static int64_t read_slowly(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)capacity;
  has_begun = 1;
  while (!was_freed) usleep(1000);
  buffer[0] = 's';
  return 1;
}
static void *slow_thread(void *unused) {
  CHECK_OK(sendsafely_package_upload_callback(shared, "slow.bin", read_slowly, NULL, 1, NULL, NULL, NULL));
  has_begun = 1;
  return unused;
}

static void run_threads(void *(*body)(void *)) {
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, body, (void *)(uintptr_t)i) == 0);
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static void many_threads(void) {
  sendsafely_client *of_all = new_client(NULL);
  CHECK_OK(sendsafely_package_create(of_all, &shared, NULL));
  run_threads(busy_thread);
  run_threads(finalizing_thread);
  CHECK(finalized_once == 1 && finalized_too_late == THREADS - 1);
  sendsafely_package_free(shared);
  CHECK_OK(sendsafely_package_create(of_all, &shared, NULL));
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, slow_thread, NULL) == 0);
  while (!has_begun) usleep(1000);
  sendsafely_package_free(shared);
  sendsafely_client_free(of_all);
  was_freed = 1;
  pthread_join(thread, NULL);
}

/* A panic inside the library, which a hook brings about, is a status; everything goes on afterwards. */
sendsafely_status sendsafely_test_panic(int32_t place, sendsafely_error **error) __attribute__((weak));

static void injected_panics(void) {
#ifdef TEST_HOOKS
  for (int32_t place = 0; place < 3; place++) {
    REFUSED(SENDSAFELY_INTERNAL, sendsafely_test_panic(place, error_out));
    CHECK_STATUS(SENDSAFELY_OK, get_information(package, NULL));
  }
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_test_panic(4, NULL));
  for (size_t i = 0; i < HANDLE_CALLS; i++) {
    CHECK_OK(sendsafely_test_panic(3, NULL));
    sendsafely_status status = handle_calls[i].call(handle_calls[i].takes_client ? (void *)client : (void *)package, NULL);
    check_at(__FILE__, __LINE__, status == SENDSAFELY_INTERNAL, "%s with a panic in it answers %s", handle_calls[i].name,
             sendsafely_status_name(status));
  }
  uint64_t before = sendsafely_live_objects();
  sendsafely_error *error = new_error();
  CHECK_OK(sendsafely_test_panic(3, NULL));
  sendsafely_error_free(error);
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_error_status(error));
  CHECK_OK(sendsafely_test_panic(3, NULL));
  CHECK_STATUS(SENDSAFELY_INTERNAL, sendsafely_error_status(error));
  CHECK_OK(sendsafely_test_panic(3, NULL));
  CHECK_TEXT("", sendsafely_error_message(error));
  sendsafely_error_free(error);
  CHECK(sendsafely_live_objects() == before);
  CHECK_STATUS(SENDSAFELY_OK, get_information(package, NULL));
#else
  CHECK(sendsafely_test_panic == NULL); /* a released library has no such hook */
#endif
}

/* Every exported function has to be used in this file: one that is added later fails here until it is. */
static void every_function_is_covered(void) {
  static char source[1 << 17];
  FILE *own = fopen(__FILE__, "rb"), *symbols = fopen(setting("TEST_SYMBOLS"), "r");
  CHECK(own && symbols);
  if (!own || !symbols) return;
  source[fread(source, 1, sizeof source - 1, own)] = 0;
  char name[128], call[130];
  while (fscanf(symbols, "%127s", name) == 1) {
    snprintf(call, sizeof call, "%s(", name);
    int is_used = strstr(source, call) != NULL;
    if (!is_used) { /* the _init functions are handed to a macro */
      snprintf(call, sizeof call, "%s,", name);
      is_used = strstr(source, call) != NULL;
    }
    check_at(__FILE__, __LINE__, is_used, "%s is not tested here", name);
  }
  fclose(own);
  fclose(symbols);
}

int main(void) {
  client = new_client(NULL);
  write_file(scratch("source.bin"), "bytes", 5);
  sendsafely_recipient *recipient = NULL;
  sendsafely_file *file = NULL;
  char *id = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, &recipient, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "first.bin", MEMORY, 5, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  if (!recipient || !file || !id) return finish("misuse");
  snprintf(recipient_id, sizeof recipient_id, "%s", recipient->recipient_id);
  snprintf(file_id, sizeof file_id, "%s", file->file_id);
  snprintf(package_id, sizeof package_id, "%s", id);
  sendsafely_recipient_free(recipient);
  sendsafely_file_free(file);
  sendsafely_string_free(id);

  every_function_is_covered();
  null_arguments();
  not_utf8();
  absurd_values();
  options_structs();
  bad_handles();
  frees();
  callbacks();
  free_inside_a_callback();
  forked_child();
  many_threads();
  injected_panics();

  /* Nothing of all this was begun at the service. */
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  CHECK(information && information->files->count == 1 && information->state == SENDSAFELY_PACKAGE_STATE_IN_PROGRESS);
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  return finish("misuse");
}
