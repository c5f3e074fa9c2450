/* Downloads, and what is done with files of a package. */
#include "support.h"

enum { LARGE = 300000, PART = 65536 };
static uint8_t large[LARGE];

static sendsafely_client *client_of_small_parts(int force_api_route) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.part_size = PART;
  options.force_api_route = force_api_route;
  options.retry_window_ms = SENDSAFELY_NO_RETRY;
  fill(large, LARGE, 2);
  return new_client(&options);
}

/* A package with one file in it. */
static sendsafely_package *package_with_file(sendsafely_client *client, sendsafely_file **file) {
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_upload_memory(package, "large.bin", large, LARGE, NULL, file, NULL));
  return package;
}

TEST(download_file) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_download *download = NULL;
  REQUIRE(file);
  CHECK_OK(sendsafely_package_download_file(package, file->file_id, scratch("target.bin"), NULL, &download, NULL));
  REQUIRE(download);
  CHECK_TEXT(scratch("target.bin"), download->path);
  CHECK(download->size == LARGE && download->skipped == 0);
  CHECK(file_is(scratch("target.bin"), large, LARGE));
  CHECK(requests_to("part_get") == 5 && requests_to("part_download") == 0);
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_download_file(package, file->file_id, scratch("target.bin"), NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE,
               sendsafely_package_download_file(package, "no-such-file", scratch("other.bin"), NULL, NULL, NULL));
  sendsafely_download_free(download);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(download_all_files) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_report *downloads = NULL;
  CHECK_OK(sendsafely_package_upload_memory(package, "small.bin", large, 7, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_download_all(package, scratch(""), NULL, &downloads, NULL));
  REQUIRE(downloads);
  CHECK(downloads->count == 2);
  CHECK(file_is(scratch("large.bin"), large, LARGE) && file_is(scratch("small.bin"), large, 7));
  sendsafely_report_free(downloads);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* One byte more, and one less, than the parts hold. */
TEST(download_of_a_wrong_size) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file), *opened = NULL;
  char *id = NULL, *keycode = NULL;
  sendsafely_download_options options;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  CHECK(options.strict_size == 0);
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  REQUIRE(file);
  for (int offset = -1; offset <= 1; offset++) {
    char switches[64];
    sendsafely_download *download = NULL;
    sendsafely_report *report = NULL;
    sendsafely_buffer *buffer = NULL;
    sendsafely_status expected = offset ? SENDSAFELY_SIZE_MISMATCH : SENDSAFELY_OK;
    snprintf(switches, sizeof switches, "{\"declared_size_offset\":%d}", offset);
    set_switches(switches);
    CHECK_OK(sendsafely_package_open(client, id, keycode, &opened, NULL));
    options.existing = SENDSAFELY_EXISTING_OVERWRITE;
    CHECK_OK(sendsafely_package_download_file(opened, file->file_id, scratch("kept.bin"), &options, &download, NULL));
    REQUIRE(download);
    CHECK(download->size == LARGE && download->declared_size == (uint64_t)(LARGE + offset));
    CHECK(file_is(scratch("kept.bin"), large, LARGE));
    CHECK_OK(sendsafely_package_download_all(opened, scratch(""), &options, &report, NULL));
    REQUIRE(report);
    CHECK(report->items[0]->size == LARGE && report->items[0]->declared_size == (uint64_t)(LARGE + offset));
    sendsafely_report_free(report);
    CHECK_OK(sendsafely_package_download_memory(opened, file->file_id, NULL, &buffer, NULL));
    CHECK(buffer && buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
    sendsafely_buffer_free(buffer);

    options.strict_size = 1;
    options.existing = SENDSAFELY_EXISTING_REFUSE;
    CHECK_STATUS(expected,
                 sendsafely_package_download_file(opened, file->file_id, scratch("strict.bin"), &options, NULL, NULL));
    CHECK(file_is(scratch("strict.bin"), large, LARGE) == !offset);
    remove(scratch("strict.bin"));
    options.existing = SENDSAFELY_EXISTING_OVERWRITE;
    CHECK_STATUS(expected, sendsafely_package_download_all(opened, scratch(""), &options, &report, NULL));
    CHECK(report && report->items[0]->status == (int32_t)expected);
    CHECK_STATUS(expected, sendsafely_package_download_memory(opened, file->file_id, &options, &buffer, NULL));
    options.strict_size = 0;
    sendsafely_buffer_free(buffer);
    sendsafely_report_free(report);
    sendsafely_download_free(download);
    sendsafely_package_free(opened);
  }
  set_switches("{\"declared_size_offset\":0}");
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static sendsafely_continue stop_after_a_part(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  return progress->parts_done > 0 ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

/* What a stopped download has written is not fetched again. */
TEST(download_goes_on) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_download_options options;
  sendsafely_buffer *buffer = NULL;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  CHECK(options.resume_file == NULL);
  REQUIRE(file);
  const char *const id = file->file_id;
  write_file(scratch("goes-on.letter"), "a letter", 8);
  const struct {
    const char *path;
    sendsafely_status expected;
  } unusable[] = {{"\xff", SENDSAFELY_INVALID_UTF8},
                  {"/no such directory/resume", SENDSAFELY_DIRECTORY_NOT_FOUND},
                  {scratch("goes-on.letter"), SENDSAFELY_INVALID_ARGUMENT}};
  for (size_t i = 0; i < sizeof unusable / sizeof unusable[0]; i++) {
    options.resume_file = unusable[i].path;
    CHECK_STATUS(unusable[i].expected,
                 sendsafely_package_download_file(package, id, scratch("goes-on.bin"), &options, NULL, NULL));
    CHECK_STATUS(unusable[i].expected, sendsafely_package_download_all(package, scratch(""), &options, NULL, NULL));
  }
  CHECK(file_is(scratch("goes-on.letter"), "a letter", 8));
  options.resume_file = scratch("goes-on.resume");
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, sendsafely_package_download_memory(package, id, &options, &buffer, NULL));
  CHECK(buffer == NULL);
  options.on_progress = stop_after_a_part;
  /* The last part hangs, so that the download cannot end before it is stopped. */
  add_fault("{\"endpoint\":\"part_get\",\"part\":5,\"times\":0,\"action\":{\"hang_ms\":60000}}");
  CHECK_STATUS(SENDSAFELY_STOPPED,
               sendsafely_package_download_file(package, id, scratch("goes-on.bin"), &options, NULL, NULL));
  remove_faults();
  options.on_progress = NULL;
  forget_requests();
  CHECK_OK(sendsafely_package_download_file(package, id, scratch("goes-on.bin"), &options, NULL, NULL));
  CHECK(requests_to("part_get") < (size_t)file->parts);
  CHECK(file_is(scratch("goes-on.bin"), large, LARGE));
  FILE *left = fopen(scratch("goes-on.resume"), "r");
  CHECK(left == NULL);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(download_with_password) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file), *opened = NULL;
  sendsafely_finalize_options finalize;
  sendsafely_finalized *finalized = NULL;
  sendsafely_download_options options;
  sendsafely_buffer *buffer = NULL;
  CHECK_OK(sendsafely_finalize_options_init(&finalize, sizeof finalize));
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  finalize.undisclosed_recipients = 1;
  finalize.password = "Käsebrot 17";
  CHECK_OK(sendsafely_package_finalize(package, &finalize, &finalized, NULL));
  REQUIRE(finalized && file);
  CHECK_OK(sendsafely_package_open_link(client, finalized->link, &opened, NULL));
  CHECK_STATUS(SENDSAFELY_PASSWORD_REQUIRED,
               sendsafely_package_download_memory(opened, file->file_id, NULL, &buffer, NULL));
  options.password = "Käsebrot 17";
  CHECK_OK(sendsafely_package_download_memory(opened, file->file_id, &options, &buffer, NULL));
  REQUIRE(buffer);
  CHECK(buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
  sendsafely_buffer_free(buffer);
  sendsafely_finalized_free(finalized);
  sendsafely_file_free(file);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(download_from_directory) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_options upload;
  sendsafely_download_options options;
  sendsafely_file *file = NULL;
  sendsafely_buffer *buffer = NULL;
  char *drafts = NULL, path[256];
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "drafts", &drafts, NULL));
  CHECK_OK(sendsafely_upload_options_init(&upload, sizeof upload));
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  upload.directory_id = options.directory_id = drafts;
  CHECK_OK(sendsafely_package_upload_memory(workspace, "draft.bin", large, LARGE, &upload, &file, NULL));
  REQUIRE(file);
  CHECK_OK(sendsafely_package_download_memory(workspace, file->file_id, &options, &buffer, NULL));
  REQUIRE(buffer);
  CHECK(buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
  snprintf(path, sizeof path, "/directory/%s/file/%s/download-urls/", drafts, file->file_id);
  CHECK(request_has(path));
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_string_free(drafts);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

static int32_t compare(void *user_data, const uint8_t *data, size_t size) {
  size_t *at = user_data;
  int is_same = size <= LARGE - *at && memcmp(large + *at, data, size) == 0;
  *at += size;
  return is_same ? SENDSAFELY_CONTINUE : SENDSAFELY_STOP;
}

TEST(download_into_memory_and_callback) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_buffer *buffer = NULL;
  size_t at = 0;
  REQUIRE(file);
  CHECK_OK(sendsafely_package_download_memory(package, file->file_id, NULL, &buffer, NULL));
  REQUIRE(buffer);
  CHECK(buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
  CHECK_OK(sendsafely_package_download_callback(package, file->file_id, compare, &at, NULL, NULL, NULL));
  CHECK(at == LARGE);
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(download_by_api_route) {
  sendsafely_client *client = client_of_small_parts(1);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_buffer *buffer = NULL;
  REQUIRE(file);
  CHECK_OK(sendsafely_package_download_memory(package, file->file_id, NULL, &buffer, NULL));
  REQUIRE(buffer);
  CHECK(buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
  CHECK(requests_to("part_download") == 5 && requests_to("part_get") == 0);
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(delete_file) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  REQUIRE(file);
  CHECK(service_has(package, "\"large.bin\""));
  CHECK_OK(sendsafely_package_delete_file(package, file->file_id, NULL, NULL));
  CHECK(service_has(package, "\"files\":[]"));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE, sendsafely_package_delete_file(package, file->file_id, NULL, NULL));
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static int32_t stop_at_first_part(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  return progress->bytes_done > 0 ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}
TEST(stop_download) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  sendsafely_download_options options;
  size_t entries = entries_of(scratch(""));
  REQUIRE(file);
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.on_progress = stop_at_first_part;
  add_fault("{\"endpoint\":\"part_get\",\"part\":5,\"action\":{\"hang_ms\":60000}}");
  CHECK_STATUS(SENDSAFELY_STOPPED,
               sendsafely_package_download_file(package, file->file_id, scratch("stopped.bin"), &options, NULL, NULL));
  remove_faults();
  CHECK(entries_of(scratch("")) == entries);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(damaged_part_leaves_no_file) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_file *file = NULL;
  sendsafely_package *package = package_with_file(client, &file);
  size_t at = 0, entries = entries_of(scratch(""));
  REQUIRE(file);
  add_fault("{\"endpoint\":\"part_get\",\"part\":3,\"times\":0,\"action\":{\"flip_response_byte\":-10}}");
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_package_download_file(package, file->file_id, scratch("damaged.bin"), NULL, NULL, NULL));
  CHECK(entries_of(scratch("")) == entries);
  /* A callback gets no byte of a part that is not verified. */
  CHECK_STATUS(SENDSAFELY_DECRYPT_FAILED,
               sendsafely_package_download_callback(package, file->file_id, compare, &at, NULL, NULL, NULL));
  CHECK(at <= 2 * PART);
  remove_faults();
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_download"); }
