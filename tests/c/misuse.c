/* Misuse that nonsense.c cannot try on all functions alike: values that are wrong for one function, callbacks that stop,
 * freeing inside a callback, forked children that go on, many threads, panics. The worst result is a status. */
#include "support.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYCODE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define MEMORY ((const uint8_t *)"bytes")

/* A client, and a package with a recipient and a file. */
static sendsafely_client *client;
static sendsafely_package *package;
static char file_id[256], recipient_id[256], package_id[256];

/* Checks that a call is refused, with an error output and without, and sets its output to NULL. It uses `error_out`. */
#define REFUSED_OUT(expected, out, call)                         \
  do {                                                           \
    sendsafely_error *error = NULL;                              \
    for (int with_error = 0; with_error < 2; with_error++) {     \
      sendsafely_error **error_out = with_error ? &error : NULL; \
      memset(&(out), 0x11, sizeof(out));                         \
      memset(&error, 0x11, sizeof error);                        \
      CHECK_STATUS(expected, call);                              \
      CHECK((out) == NULL);                                      \
      if (!with_error) continue;                                 \
      CHECK_STATUS(expected, sendsafely_error_status(error));    \
      CHECK(*sendsafely_error_message(error) != 0);              \
      sendsafely_error_free(error);                              \
    }                                                            \
  } while (0)
#define REFUSED(expected, call)                                   \
  do {                                                            \
    void *no_output;                                              \
    REFUSED_OUT(expected, no_output, (no_output = NULL, (call))); \
  } while (0)

/* Calls with valid arguments. */
#define HANDLE_CALL(name, type, out, free_out, call)                      \
  static sendsafely_status name(void *handle, sendsafely_error **error) { \
    type *at = handle;                                                    \
    out *result = (out *)1;                                               \
    sendsafely_status status = call;                                      \
    CHECK(status == SENDSAFELY_OK || result == NULL);                     \
    if (status == SENDSAFELY_OK) free_out(result);                        \
    return status;                                                        \
  }
HANDLE_CALL(request, sendsafely_client, char, sendsafely_string_free,
            sendsafely_client_request(at, "GET", "/user/", NULL, &result, error))
HANDLE_CALL(get_id, sendsafely_package, char, sendsafely_string_free, sendsafely_package_id(at, &result, error))
HANDLE_CALL(get_keycode, sendsafely_package, char, sendsafely_string_free,
            sendsafely_package_keycode(at, &result, error))
HANDLE_CALL(get_link, sendsafely_package, char, sendsafely_string_free, sendsafely_package_link(at, &result, error))
HANDLE_CALL(get_information, sendsafely_package, sendsafely_package_information, sendsafely_package_information_free,
            sendsafely_package_get_information(at, &result, error))

static sendsafely_error *new_error(void) {
  sendsafely_error *error = NULL;
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_package_delete(NULL, &error));
  return error;
}

/* The accessors of errors, which return no status. */
static void errors(void) {
  uint64_t bytes[4] = {0};
  sendsafely_error *error = new_error(), *freed = new_error();
  sendsafely_error_free(freed);
  void *const strangers[] = {bytes,
                             (char *)bytes + 1,
                             (void *)1,
                             (void *)3,
                             (void *)UINTPTR_MAX,
                             (void *)(UINTPTR_MAX - 12),
                             (void *)(UINTPTR_MAX >> 1),
                             freed,
                             client,
                             package};
  for (size_t j = 0; j < sizeof strangers / sizeof strangers[0]; j++) {
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
  CHECK(!sendsafely_error_remedy(NULL) && !sendsafely_error_server_code(NULL) &&
        !sendsafely_error_server_message(NULL));
  CHECK(sendsafely_error_http_status(NULL) == 0 && sendsafely_error_is_retryable(NULL) == 0);
  sendsafely_error_free(error);
  CHECK_STATUS(SENDSAFELY_INVALID_HANDLE, sendsafely_error_status(error));
}

/* Fields of options that have special ranges. */
#define WITH_FIELD(init, options, field, value, expected, call) \
  do {                                                          \
    CHECK_OK(init(&(options), sizeof(options)));                \
    (options).field = (value);                                  \
    REFUSED(expected, call);                                    \
  } while (0)

static void options_structs(void) {
  sendsafely_client *none = NULL;
#define NEW sendsafely_client_new("https://acme.test", "key", "secret", options, &none, error_out)
  sendsafely_client_options *options = &(sendsafely_client_options){0};
#define CLIENT_FIELD(field, value, expected) \
  WITH_FIELD(sendsafely_client_options_init, *options, field, value, expected, NEW)
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
  /* Absurdly long times and an unlimited budget are valid. */
  CHECK_OK(sendsafely_client_options_init(options, sizeof *options));
  options->connect_timeout_ms = options->stall_timeout_ms = options->retry_window_ms = UINT64_MAX;
  options->memory_budget = UINT64_MAX;
  options->part_size = 1;
  sendsafely_client *patient = new_client(options);
  CHECK_STATUS(SENDSAFELY_OK, request(patient, NULL));
  sendsafely_client_free(patient);

  sendsafely_recipient_options recipient;
#define RECIPIENT_FIELD(field, value, expected)                                    \
  WITH_FIELD(sendsafely_recipient_options_init, recipient, field, value, expected, \
             sendsafely_package_add_recipient(package, "dora@customer.test", &recipient, NULL, error_out))
  RECIPIENT_FIELD(phone_number, "call me", SENDSAFELY_MALFORMED_PHONE_NUMBER);

  sendsafely_upload_options upload;
#define UPLOAD_FIELD(field, value, expected)                                 \
  WITH_FIELD(sendsafely_upload_options_init, upload, field, value, expected, \
             sendsafely_package_upload_file(package, scratch("source.bin"), &upload, NULL, error_out))
  UPLOAD_FIELD(file_name, "", SENDSAFELY_MALFORMED_FILE_NAME);
  UPLOAD_FIELD(directory_id, "root", SENDSAFELY_ONLY_IN_WORKSPACE);

  sendsafely_finalize_options finalizing;
#define FINALIZE_FIELD(field, value, expected)                                     \
  WITH_FIELD(sendsafely_finalize_options_init, finalizing, field, value, expected, \
             sendsafely_package_finalize(package, &finalizing, NULL, error_out))
  FINALIZE_FIELD(password, "password without undisclosed recipients", SENDSAFELY_INVALID_ARGUMENT);

  sendsafely_download_options download;
#define DOWNLOAD_FIELD(field, value, expected)                                                                    \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                  \
             sendsafely_package_download_file(package, file_id, scratch("odd.bin"), &download, NULL, error_out)); \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                  \
             sendsafely_package_download_callback(package, file_id, write_on, NULL, &download, NULL, error_out)); \
  WITH_FIELD(sendsafely_download_options_init, download, field, value, expected,                                  \
             sendsafely_package_download_all(package, scratch(""), &download, NULL, error_out))
  DOWNLOAD_FIELD(existing, 3, SENDSAFELY_INVALID_ARGUMENT);
  DOWNLOAD_FIELD(existing, -1, SENDSAFELY_INVALID_ARGUMENT);
  DOWNLOAD_FIELD(sync, -1, SENDSAFELY_INVALID_ARGUMENT);
  DOWNLOAD_FIELD(strict_size, 2, SENDSAFELY_INVALID_ARGUMENT);
}

static void absurd_values(void) {
  sendsafely_client *new_one;
  const char *const no_hosts[] = {"",
                                  "acme test",
                                  "https://",
                                  "ftp://acme.test",
                                  "https://acme.test/path",
                                  "://",
                                  "https://user:password@acme.test",
                                  "https://acme.test:99999"};
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
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, json,
              sendsafely_client_request(client, "get it", "/user/", NULL, &json, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, json,
              sendsafely_client_request(client, "PUT", "/package/", "{", &json, error_out));
  sendsafely_package *opened;
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, opened, sendsafely_package_open(client, "", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, opened, sendsafely_package_open(client, package_id, "", &opened, error_out));
  REFUSED_OUT(SENDSAFELY_UNKNOWN_PACKAGE, opened,
              sendsafely_package_open(client, "AAAA-BBBB", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_INVALID_ARGUMENT, opened,
              sendsafely_package_open(client, "../../user", KEYCODE, &opened, error_out));
  REFUSED_OUT(SENDSAFELY_MALFORMED_LINK, opened,
              sendsafely_package_open_link(client, "https://a.test/", &opened, error_out));
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
  REFUSED(SENDSAFELY_INVALID_ARGUMENT,
          sendsafely_package_set_recipient_phone(package, "", "415 555 0100", "US", error_out));
  REFUSED(SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
          sendsafely_package_set_recipient_phone(package, "nobody", "415 555 0100", "US", error_out));
  REFUSED(SENDSAFELY_INVALID_ARGUMENT, sendsafely_package_delete_file(package, "", NULL, error_out));
  REFUSED(SENDSAFELY_FILE_NOT_ON_PACKAGE, sendsafely_package_delete_file(package, "nothing", NULL, error_out));
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
  REFUSED(SENDSAFELY_MALFORMED_FILE_NAME,
          sendsafely_package_upload_memory(package, "", MEMORY, 5, NULL, NULL, error_out));
  REFUSED(SENDSAFELY_DIRECTORY_NOT_FOUND,
          sendsafely_package_download_all(package, scratch("absent"), NULL, NULL, error_out));
  REFUSED(SENDSAFELY_DIRECTORY_NOT_FOUND,
          sendsafely_package_download_file(package, file_id, scratch("absent/target"), NULL, NULL, error_out));
  sendsafely_link *link;
  REFUSED_OUT(SENDSAFELY_MALFORMED_LINK, link, sendsafely_link_parse("", &link, error_out));
  const int32_t numbers[] = {INT32_MIN, -1, 99, 199, 399, 899, INT32_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    CHECK_TEXT("SENDSAFELY_UNKNOWN_STATUS", sendsafely_status_name(numbers[i]));
    CHECK(sendsafely_status_description(numbers[i]) != NULL);
  }
  CHECK(sendsafely_version() == SENDSAFELY_VERSION_NUMBER && sendsafely_version_string() != NULL);
  CHECK(entries_of(scratch("")) == 1);
}

/* Callbacks run on the calling thread only; each return value has its meaning. */
static pthread_t caller;
static atomic_uint elsewhere, called;
static int64_t read_answer;
static int32_t write_answer;

static void note_thread(void) {
  called++;
  if (!pthread_equal(caller, pthread_self())) elsewhere++;
}
static int32_t on_progress(void *user_data, const sendsafely_progress *progress) {
  note_thread();
  CHECK(user_data == &called && progress->struct_size == sizeof *progress);
  return SENDSAFELY_CONTINUE;
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

  struct {
    int64_t answer;
    uint64_t size;
    sendsafely_status expected;
  } reads[] = {{-1, 5, SENDSAFELY_READ_FAILED},
               {INT64_MIN, SENDSAFELY_SIZE_UNKNOWN, SENDSAFELY_READ_FAILED},
               {INT64_MAX, 5, SENDSAFELY_INVALID_ARGUMENT},
               {INT64_MAX, SENDSAFELY_SIZE_UNKNOWN, SENDSAFELY_INVALID_ARGUMENT},
               {0, 5, SENDSAFELY_SIZE_MISMATCH},
               {0, UINT64_C(107374182400), SENDSAFELY_SIZE_MISMATCH}};
  for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
    read_answer = reads[i].answer;
    REFUSED(reads[i].expected, sendsafely_package_upload_callback(watched, "read.bin", on_read, &read_answer,
                                                                  reads[i].size, NULL, NULL, error_out));
  }
  struct {
    int32_t answer;
    sendsafely_status expected;
  } writes[] = {{SENDSAFELY_CONTINUE, SENDSAFELY_OK},
                {SENDSAFELY_STOP, SENDSAFELY_WRITE_FAILED},
                {2, SENDSAFELY_INVALID_ARGUMENT},
                {-1, SENDSAFELY_INVALID_ARGUMENT}};
  for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
    write_answer = writes[i].answer;
    CHECK_STATUS(writes[i].expected, sendsafely_package_download_callback(watched, file->file_id, on_write,
                                                                          &write_answer, NULL, NULL, NULL));
  }
  /* The package is still usable. */
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(watched, &information, NULL));
  CHECK(information && information->files->count == 1);
  sendsafely_package_information_free(information);
  CHECK_OK(sendsafely_package_finalize(watched, NULL, NULL, NULL));
  CHECK(elsewhere == 0 && called > 50);
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
  check_at(__FILE__, __LINE__, WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "the forked child ends with %d, signal %d", WEXITSTATUS(status), WTERMSIG(status));
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

/* A panic inside the library, which a test hook causes, becomes a status; the handles stay usable. */
sendsafely_status sendsafely_test_panic(int32_t place, sendsafely_error **error) __attribute__((weak));

static void injected_panics(void) {
#ifdef TEST_HOOKS
  for (int32_t place = 0; place < 3; place++) {
    REFUSED(SENDSAFELY_INTERNAL, sendsafely_test_panic(place, error_out));
    CHECK_STATUS(SENDSAFELY_OK, get_information(package, NULL));
  }
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_test_panic(4, NULL));
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

  absurd_values();
  options_structs();
  errors();
  callbacks();
  free_inside_a_callback();
  forked_child();
  many_threads();
  injected_panics();

  /* None of these calls has sent a request. */
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  CHECK(information && information->files->count == 1 && information->state == SENDSAFELY_PACKAGE_STATE_IN_PROGRESS);
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  return finish("misuse");
}
