/* Every function used as intended, with its results checked: packages are sent from every kind of source and
 * received into every kind of sink, and the same bytes arrive. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 300000, PART = 65536 };

static uint8_t large[LARGE];

/* Progress never falls back, and ends exactly at the total. */
struct watch {
  uint64_t done, total;
  unsigned calls, parts_done, parts_total;
  int fell_back;
};
static int32_t watch_progress(void *user_data, const sendsafely_progress *progress) {
  struct watch *watch = user_data;
  watch->calls++;
  watch->fell_back |= progress->bytes_done < watch->done;
  watch->done = progress->bytes_done;
  watch->total = progress->bytes_total;
  watch->parts_done = progress->parts_done;
  watch->parts_total = progress->parts_total;
  return SENDSAFELY_CONTINUE;
}
static void check_watch(const struct watch *watch, uint64_t size, unsigned parts) {
  check_at(__FILE__, __LINE__, watch->calls > 0 && !watch->fell_back, "progress of %u calls fell back", watch->calls);
  check_at(__FILE__, __LINE__, watch->done == size && watch->total == size, "progress ends at %llu of %llu, not %llu",
           (unsigned long long)watch->done, (unsigned long long)watch->total, (unsigned long long)size);
  check_at(__FILE__, __LINE__, watch->parts_done == parts && watch->parts_total == parts, "%u of %u parts, not %u",
           watch->parts_done, watch->parts_total, parts);
}

/* A source and a sink whose steps have odd sizes. */
struct cursor {
  uint8_t *bytes;
  size_t at, size;
};
static int64_t read_some(void *user_data, uint8_t *buffer, size_t capacity) {
  struct cursor *cursor = user_data;
  size_t left = cursor->size - cursor->at, length = left < 1021 ? left : 1021;
  if (length > capacity) length = capacity;
  if (length) memcpy(buffer, cursor->bytes + cursor->at, length);
  cursor->at += length;
  return (int64_t)length;
}
static int32_t write_some(void *user_data, const uint8_t *data, size_t size) {
  struct cursor *cursor = user_data;
  if (cursor->size - cursor->at < size) return SENDSAFELY_STOP;
  memcpy(cursor->bytes + cursor->at, data, size);
  cursor->at += size;
  return SENDSAFELY_CONTINUE;
}

static unsigned log_lines;
static void count_lines(void *user_data, const char *line) {
  (void)user_data;
  log_lines += *line != 0;
}

static sendsafely_client *client_with(int force_api_route) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  CHECK(options.struct_size == sizeof options && options.part_size == 2621440 && options.connect_timeout_ms == 10000);
  CHECK_TEXT("RUST_API", options.request_api);
  options.part_size = PART;
  options.locale = "de-DE";
  options.client_version = "flow 1";
  options.force_api_route = force_api_route;
  options.on_log = count_lines;
  return new_client(&options);
}

static void check_file(sendsafely_file *file, const char *name, uint64_t size, sendsafely_optional_int parts) {
  CHECK(file != NULL);
  if (!file) return;
  CHECK_TEXT(name, file->file_name);
  CHECK(*file->file_id != 0 && file->size == size && file->parts == parts);
  sendsafely_file_free(file);
}

static void upload_all_kinds(sendsafely_package *package) {
  sendsafely_file *file = NULL;
  sendsafely_upload_options options;
  struct watch watch = {0};
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.on_progress = watch_progress;
  options.user_data = &watch;

  write_file(scratch("large.bin"), large, LARGE);
  CHECK_OK(sendsafely_package_upload_file(package, scratch("large.bin"), &options, &file, NULL));
  check_file(file, "large.bin", LARGE, 5);
  check_watch(&watch, LARGE, 5);
  write_file(scratch("empty"), "", 0);
  options.file_name = "leer – 空.txt";
  watch = (struct watch){0};
  CHECK_OK(sendsafely_package_upload_file(package, scratch("empty"), &options, &file, NULL));
  check_file(file, "leer – 空.txt", 0, 1);
  check_watch(&watch, 0, 1);

  CHECK_OK(sendsafely_package_upload_memory(package, "one.bin", large, 1, NULL, &file, NULL));
  check_file(file, "one.bin", 1, 1);
  CHECK_OK(sendsafely_package_upload_memory(package, "none.bin", NULL, 0, NULL, &file, NULL));
  check_file(file, "none.bin", 0, 1);
  CHECK_OK(sendsafely_package_upload_memory(package, "exact.bin", large, 2 * PART, NULL, &file, NULL));
  check_file(file, "exact.bin", 2 * PART, 2);

  options.file_name = NULL;
  watch = (struct watch){0};
  struct cursor known = {large, 0, LARGE}, unknown = {large, 0, LARGE}, nothing = {large, 0, 0};
  CHECK_OK(sendsafely_package_upload_callback(package, "known.bin", read_some, &known, LARGE, &options, &file, NULL));
  check_file(file, "known.bin", LARGE, 5);
  check_watch(&watch, LARGE, 5);
  watch = (struct watch){0};
  CHECK_OK(sendsafely_package_upload_callback(package, "unknown.bin", read_some, &unknown, SENDSAFELY_SIZE_UNKNOWN,
                                              &options, &file, NULL));
  check_file(file, "unknown.bin", LARGE, 5);
  check_watch(&watch, LARGE, 5);
  CHECK_OK(sendsafely_package_upload_callback(package, "nothing.bin", read_some, &nothing, SENDSAFELY_SIZE_UNKNOWN,
                                              NULL, &file, NULL));
  check_file(file, "nothing.bin", 0, 1);
}

static const struct {
  const char *name;
  size_t size;
} expected_files[] = {{"large.bin", LARGE},    {"leer – 空.txt", 0}, {"one.bin", 1},         {"none.bin", 0},
                      {"exact.bin", 2 * PART}, {"known.bin", LARGE}, {"unknown.bin", LARGE}, {"nothing.bin", 0}};
enum { FILES = sizeof expected_files / sizeof expected_files[0] };

static void check_information(sendsafely_package *package, int32_t state) {
  sendsafely_package_information *information = NULL;
  char *id = NULL, *code = NULL;
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  if (!information) return;
  CHECK_TEXT(id, information->package_id);
  CHECK_TEXT(code, information->package_code);
  CHECK_TEXT("admin@acme.test", information->sender);
  CHECK(information->created > 1600000000 && information->created_text != NULL);
  CHECK(information->state == state && information->state_name != NULL);
  CHECK(information->life == 30 && information->contains_message == 1);
  CHECK(!information->needs_approval && !information->password_required && !information->is_workspace);
  CHECK(!information->is_archived && information->allow_reply_all == (state != 0));
  CHECK(information->contact_groups->count == 0 && information->approvers->count == 0);
  CHECK_TEXT(NULL, information->root_directory_id);
  CHECK_TEXT(NULL, information->parent_id);
  CHECK(information->recipients->count == 2);
  for (size_t i = 0; i < information->recipients->count; i++) {
    const sendsafely_recipient *recipient = information->recipients->items[i];
    CHECK(strcmp(recipient->email, "ann@customer.test") == 0 || strcmp(recipient->email, "bob@customer.test") == 0);
    CHECK(*recipient->recipient_id != 0 && recipient->approvers != NULL && recipient->phone_numbers != NULL);
    CHECK(recipient->sms_auth == 1 && !recipient->is_package_owner && !recipient->needs_approval);
  }
  CHECK(information->files->count == FILES);
  for (size_t i = 0; i < information->files->count && i < FILES; i++) {
    const sendsafely_file *file = information->files->items[i];
    CHECK_TEXT(expected_files[i].name, file->file_name);
    CHECK(file->size == expected_files[i].size && file->uploaded > 1600000000 && file->uploaded_text != NULL);
    CHECK_TEXT("admin@acme.test", file->created_by);
  }
  sendsafely_package_information_free(information);
  sendsafely_string_free(id);
  sendsafely_string_free(code);
}

static void receive_all_kinds(sendsafely_package *package) {
  sendsafely_download_options options;
  struct watch watch = {0};
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  CHECK(options.existing == SENDSAFELY_EXISTING_REFUSE && options.sync == 0 && options.password == NULL);
  options.on_progress = watch_progress;
  options.user_data = &watch;
  options.sync = 1;
  make_local_directory(scratch("all"));
  sendsafely_report *downloads = NULL;
  CHECK_OK(sendsafely_package_download_all(package, scratch("all"), &options, &downloads, NULL));
  CHECK(downloads && downloads->count == FILES);
  check_watch(&watch, 3 * LARGE + 1 + 2 * PART, 5 * 3 + 2 + 4);
  CHECK(entries_of(scratch("all")) == FILES);
  if (!downloads) return;
  for (size_t i = 0; i < downloads->count; i++) {
    const sendsafely_report_item *item = downloads->items[i];
    CHECK_TEXT(expected_files[i].name, item->path);
    CHECK(item->size == expected_files[i].size && item->action == SENDSAFELY_ACTION_DOWNLOADED && !item->status);
    CHECK(item->local_path && file_is(item->local_path, large, expected_files[i].size));
  }
  options.on_progress = NULL;

  sendsafely_error *error = NULL;
  sendsafely_report *again = NULL;
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS, sendsafely_package_download_all(package, scratch("all"), NULL, &again, &error));
  CHECK(again && again->items[0]->status == SENDSAFELY_FILE_EXISTS);
  CHECK(sendsafely_error_remedy(error) != NULL && sendsafely_error_http_status(error) == 0);
  sendsafely_error_free(error);
  sendsafely_report_free(again);
  write_file(downloads->items[0]->local_path, "mine", 4);
  options.existing = SENDSAFELY_EXISTING_SKIP;
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_download_all(package, scratch("all"), &options, &again, NULL));
  CHECK(again && again->count == FILES && again->items[0]->status == SENDSAFELY_FILE_EXISTS);
  CHECK(again && again->items[1]->action == SENDSAFELY_ACTION_SKIPPED && !again->items[1]->status);
  CHECK(file_is(downloads->items[0]->local_path, "mine", 4));
  sendsafely_report_free(again);
  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  const char *file_id = downloads->items[0]->file_id;
  sendsafely_download *download = NULL;
  CHECK_OK(
      sendsafely_package_download_file(package, file_id, downloads->items[0]->local_path, &options, &download, NULL));
  CHECK(download && file_is(download->path, large, LARGE));
  sendsafely_download_free(download);

  make_local_directory(scratch("one"));
  CHECK_OK(sendsafely_package_download_file(package, file_id, scratch("one"), NULL, &download, NULL));
  CHECK(download && file_is(scratch("one/large.bin"), large, LARGE));
  if (download) CHECK_TEXT(scratch("one/large.bin"), download->path);
  sendsafely_download_free(download);
  struct stat status;
  CHECK(stat(scratch("one/large.bin"), &status) == 0 && status.st_size == LARGE);

  for (size_t i = 0; i < downloads->count; i++) {
    size_t size = expected_files[i].size;
    sendsafely_buffer *buffer = NULL;
    CHECK_OK(sendsafely_package_download_memory(package, downloads->items[i]->file_id, NULL, &buffer, NULL));
    CHECK(buffer && buffer->data && buffer->size == size && memcmp(buffer->data, large, size) == 0);
    sendsafely_buffer_free(buffer);
    static uint8_t sink[LARGE];
    struct cursor cursor = {sink, 0, sizeof sink};
    CHECK_OK(sendsafely_package_download_callback(package, downloads->items[i]->file_id, write_some, &cursor, NULL,
                                                  &download, NULL));
    CHECK(cursor.at == size && memcmp(sink, large, size) == 0 && download && download->path == NULL);
    sendsafely_download_free(download);
  }
  sendsafely_report_free(downloads);
}

static void send_and_receive(sendsafely_client *client) {
  sendsafely_package *package = NULL, *opened = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  sendsafely_recipient_options with_phone;
  CHECK_OK(sendsafely_recipient_options_init(&with_phone, sizeof with_phone));
  with_phone.phone_number = "+49 30 1234567";
  with_phone.country_code = "DE";
  sendsafely_recipient *recipient = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", &with_phone, &recipient, NULL));
  CHECK(recipient && recipient->sms_auth == 1 && recipient->phone_numbers->count == 1);
  if (recipient) CHECK_TEXT("ann@customer.test", recipient->email);
  sendsafely_recipient_free(recipient);
  CHECK_OK(sendsafely_package_add_recipient(package, "bob@customer.test", NULL, &recipient, NULL));
  if (recipient)
    CHECK_OK(sendsafely_package_set_recipient_phone(package, recipient->recipient_id, "(415) 555-0100", NULL, NULL));
  sendsafely_recipient_free(recipient);

  sendsafely_file *mistake = NULL;
  CHECK_OK(sendsafely_package_upload_memory(package, "mistake.bin", large, 10, NULL, &mistake, NULL));
  if (mistake) CHECK_OK(sendsafely_package_delete_file(package, mistake->file_id, NULL, NULL));
  sendsafely_file_free(mistake);
  upload_all_kinds(package);
  const char *message = "Grüße, 世界!\nsecond line";
  CHECK_OK(sendsafely_package_set_message(package, "first thought", NULL));
  CHECK_OK(sendsafely_package_set_message(package, message, NULL));
  CHECK_OK(sendsafely_package_set_life(package, 30, NULL));
  check_information(package, SENDSAFELY_PACKAGE_STATE_IN_PROGRESS);

  sendsafely_finalize_options options;
  sendsafely_finalized *finalized = NULL;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.allow_reply_all = 1;
  options.notify_recipients = 1;
  CHECK_OK(sendsafely_package_finalize(package, &options, &finalized, NULL));
  check_information(package, SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE);
  CHECK(finalized && !finalized->needs_approval && finalized->approvers->count == 0 &&
        finalized->recipients->count == 2);
  if (!finalized) return;

  char *link = NULL, *keycode = NULL, *id = NULL, *code = NULL, *text = NULL;
  CHECK_OK(sendsafely_package_link(package, &link, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  CHECK_TEXT(finalized->link, link);
  CHECK(keycode && strlen(keycode) == 43);
  sendsafely_link *parts = NULL;
  CHECK_OK(sendsafely_link_parse(link, &parts, NULL));
  if (parts) {
    CHECK_TEXT(setting("SENDSAFELY_HOST"), parts->host);
    CHECK_TEXT(id, parts->package_id);
    CHECK_TEXT(code, parts->package_code);
    CHECK_TEXT(keycode, parts->keycode);
  }
  sendsafely_link_free(parts);
  char mail[2048];
  snprintf(mail, sizeof mail, "Dear all,\r\nsee <%s>, or %s. Not https://acme.test/.\r\n", link, link);
  sendsafely_string_list *found = NULL;
  CHECK_OK(sendsafely_link_find(mail, &found, NULL));
  CHECK(found && found->count == 1);
  if (found && found->count == 1) CHECK_TEXT(link, found->items[0]);
  sendsafely_string_list_free(found);

  CHECK_OK(sendsafely_package_open_link(client, link, &opened, NULL));
  receive_all_kinds(opened);
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT(message, text);
  sendsafely_string_free(text);
  CHECK_OK(sendsafely_package_keycode(opened, &text, NULL));
  CHECK_TEXT(keycode, text);
  sendsafely_string_free(text);
  sendsafely_package_free(opened);
  CHECK_OK(sendsafely_package_open(client, id, keycode, &opened, NULL));
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT(message, text);
  sendsafely_string_free(text);
  CHECK_OK(sendsafely_package_delete(opened, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_DELETED, sendsafely_package_delete(opened, NULL));
  sendsafely_package_free(opened);

  sendsafely_error *error = NULL;
  CHECK_STATUS(SENDSAFELY_UNKNOWN_PACKAGE, sendsafely_package_open_link(client, link, &opened, &error));
  CHECK(opened == NULL && sendsafely_error_status(error) == SENDSAFELY_UNKNOWN_PACKAGE);
  CHECK_TEXT("UNKNOWN_PACKAGE", sendsafely_error_server_code(error));
  CHECK(sendsafely_error_server_message(error) != NULL);
  CHECK(sendsafely_error_http_status(error) == 200 && sendsafely_error_is_retryable(error) == 0);
  CHECK(*sendsafely_error_message(error) && !strstr(sendsafely_error_message(error), keycode));
  sendsafely_error_free(error);
  sendsafely_string_free(link);
  sendsafely_string_free(keycode);
  sendsafely_string_free(id);
  sendsafely_string_free(code);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
}

/* Undisclosed recipients, with a password. */
static void password(sendsafely_client *client) {
  sendsafely_package *package = NULL, *opened = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_file *file = NULL;
  sendsafely_finalize_options options;
  sendsafely_download_options download;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  CHECK_OK(sendsafely_download_options_init(&download, sizeof download));
  options.undisclosed_recipients = 1;
  options.password = "Käsebrot 17";
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "secret.bin", large, 1000, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_finalize(package, &options, &finalized, NULL));
  if (!finalized || !file) return;
  CHECK_OK(sendsafely_package_open_link(client, finalized->link, &opened, NULL));
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(opened, &information, NULL));
  CHECK(information && information->password_required == 1 && information->contains_message == 0);
  sendsafely_package_information_free(information);
  sendsafely_buffer *buffer = NULL;
  CHECK_STATUS(SENDSAFELY_PASSWORD_REQUIRED,
               sendsafely_package_download_memory(opened, file->file_id, NULL, &buffer, NULL));
  download.password = "wrong";
  CHECK_STATUS(SENDSAFELY_PASSWORD_REQUIRED,
               sendsafely_package_download_memory(opened, file->file_id, &download, &buffer, NULL));
  download.password = options.password;
  CHECK_OK(sendsafely_package_download_memory(opened, file->file_id, &download, &buffer, NULL));
  CHECK(buffer && buffer->size == 1000 && memcmp(buffer->data, large, 1000) == 0);
  char *text = (char *)1;
  CHECK_OK(sendsafely_package_get_message(opened, &text, NULL));
  CHECK_TEXT(NULL, text);
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
}

/* A package that needs approval is finalized nevertheless. */
static void approval(sendsafely_client *client) {
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "somebody@approval.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "please approve", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, &finalized, NULL));
  CHECK(finalized && finalized->needs_approval == 1 && finalized->approvers->count == 1);
  if (finalized && finalized->approvers->count) CHECK_TEXT("approver@acme.test", finalized->approvers->items[0]);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "somebody@approver-required.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "please approve", NULL));
  CHECK_STATUS(SENDSAFELY_APPROVER_REQUIRED, sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_APPROVER_REQUIRED, sendsafely_package_finalize(package, NULL, NULL, NULL));
  sendsafely_package_free(package);
}

/* Opens a package without its keycode, by a trusted device's private key that another program made. */
static void trusted_device(sendsafely_client *client) {
  char *public_key = read_text("tests/vectors/node/trusted-device-public.asc");
  char *private_key = read_text("tests/vectors/node/trusted-device-private.asc");
  char body[1 << 15] = "{\"description\":\"flow\",\"publicKey\":\"", *end = body + strlen(body);
  for (const char *at = public_key; *at && end < body + sizeof body - 8; at++) {
    if (*at == '\n')
      *end++ = '\\', *end++ = 'n';
    else if (*at != '\r')
      *end++ = *at;
  }
  strcpy(end, "\"}");
  char *response = NULL, *id = NULL, *keycode = NULL, *opened_keycode = NULL;
  CHECK_OK(sendsafely_client_request(client, "PUT", "/public-key/", body, &response, NULL));
  CHECK_TEXT("SUCCESS", json_text(response, "response"));
  sendsafely_package *package = NULL, *opened = NULL;
  sendsafely_file *file = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "device.bin", large, 1000, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_open_with_private_key(client, id, json_text(response, "id"), private_key, &opened, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  CHECK_OK(sendsafely_package_keycode(opened, &opened_keycode, NULL));
  CHECK_TEXT(keycode, opened_keycode);
  sendsafely_buffer *buffer = NULL;
  if (file) CHECK_OK(sendsafely_package_download_memory(opened, file->file_id, NULL, &buffer, NULL));
  CHECK(buffer && buffer->size == 1000 && memcmp(buffer->data, large, 1000) == 0);
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_string_free(response);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_string_free(opened_keycode);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  free(public_key);
  free(private_key);
}

/* A request that fails once, for a client with this retry window. */
static void fail_once(uint64_t retry_window_ms, sendsafely_status expected) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.retry_window_ms = retry_window_ms;
  sendsafely_client *client = new_client(&options);
  char *response = NULL;
  add_fault("{\"endpoint\":\"user_information\",\"times\":1,\"action\":{\"status\":503}}");
  CHECK_STATUS(expected, sendsafely_client_request(client, "GET", "/user/", NULL, &response, NULL));
  sendsafely_string_free(response);
  sendsafely_client_free(client);
}

int main(void) {
  fill(large, sizeof large, 2);
  CHECK(sendsafely_version() == SENDSAFELY_VERSION_NUMBER);
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", SENDSAFELY_VERSION_MAJOR, SENDSAFELY_VERSION_MINOR,
           SENDSAFELY_VERSION_PATCH);
  CHECK_TEXT(version, sendsafely_version_string());
  CHECK_TEXT("SENDSAFELY_NO_RECIPIENT", sendsafely_status_name(SENDSAFELY_NO_RECIPIENT));
  CHECK_TEXT("the package has no recipient", sendsafely_status_description(SENDSAFELY_NO_RECIPIENT));

  fail_once(0, SENDSAFELY_OK); /* the default */
  fail_once(SENDSAFELY_NO_RETRY, SENDSAFELY_HTTP_ERROR);

  sendsafely_client *client = client_with(0);
  char *response = NULL;
  add_fault("{\"endpoint\":\"user_information\",\"times\":1,\"action\":{\"status\":503}}");
  CHECK_OK(sendsafely_client_request(client, "GET", "/user/", NULL, &response, NULL));
  CHECK(log_lines > 0); /* of the retry */
  CHECK_TEXT("admin@acme.test", json_text(response, "email"));
  sendsafely_string_free(response);
  sendsafely_error *error = NULL;
  add_fault("{\"endpoint\":\"user_information\",\"times\":1,\"action\":{\"status\":404}}");
  CHECK_STATUS(SENDSAFELY_HTTP_ERROR, sendsafely_client_request(client, "GET", "/user/", NULL, &response, &error));
  CHECK(sendsafely_error_http_status(error) == 404 && sendsafely_error_is_retryable(error) == 0);
  sendsafely_error_free(error);
  forget_requests();
  send_and_receive(client);
  CHECK(requests_to("part_put") > 0 && requests_to("part_post") == 0 && requests_to("part_download") == 0);
  password(client);
  approval(client);
  trusted_device(client);
  sendsafely_client_free(client);

  /* The same through the API server. */
  sendsafely_client *through_api = client_with(1);
  forget_requests();
  if (system("rm -rf \"$TEST_DIRECTORY\"/*") != 0) return 2;
  send_and_receive(through_api);
  CHECK(requests_to("part_post") > 0 && requests_to("part_put") == 0 && requests_to("part_get") == 0);
  sendsafely_client_free(through_api);
  return finish("flow");
}
