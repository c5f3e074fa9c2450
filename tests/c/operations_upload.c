/* Uploads. */
#include "support.h"

#include <pthread.h>
#include <unistd.h>

enum { LARGE = 300000, PART = 65536 };
static uint8_t large[LARGE];

/* A client that cuts files into small parts. */
static sendsafely_client *client_of_small_parts(int force_api_route) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.part_size = PART;
  options.force_api_route = force_api_route;
  fill(large, LARGE, 1);
  return new_client(&options);
}

TEST(upload_file) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_file *file = NULL;
  write_file(scratch("large.bin"), large, LARGE);
  CHECK_OK(sendsafely_package_upload_file(package, scratch("large.bin"), NULL, &file, NULL));
  REQUIRE(file);
  CHECK_TEXT("large.bin", file->file_name);
  CHECK(file->size == LARGE && file->parts == 5);
  CHECK(service_has(package, "\"large.bin\""));
  CHECK(requests_to("create_file") == 1 && requests_to("part_put") == 5 && requests_to("part_post") == 0);
  CHECK_STATUS(SENDSAFELY_DUPLICATE_FILE,
               sendsafely_package_upload_file(package, scratch("large.bin"), NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_FOUND, sendsafely_package_upload_file(package, scratch("absent"), NULL, NULL, NULL));
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_several_files) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_upload_options options;
  sendsafely_package_information *information = NULL;
  const char *const names[] = {"one.bin", "two.bin", "three.bin"};
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  write_file(scratch("source.bin"), large, 1000);
  for (size_t i = 0; i < 3; i++) {
    options.file_name = names[i];
    CHECK_OK(sendsafely_package_upload_file(package, scratch("source.bin"), &options, NULL, NULL));
  }
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information && information->files->count == 3);
  for (size_t i = 0; i < 3; i++) CHECK(service_has(package, names[i]));
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_into_directory) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *workspace = new_workspace(client), *package = new_package(client);
  sendsafely_upload_options options;
  sendsafely_file *file = NULL;
  char *drafts = NULL;
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "drafts", &drafts, NULL));
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.directory_id = drafts;
  CHECK_OK(sendsafely_package_upload_memory(workspace, "draft.bin", large, 1000, &options, &file, NULL));
  REQUIRE(drafts && file);
  CHECK_TEXT(drafts, service_text(workspace, file->file_id, "directory_id"));
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE,
               sendsafely_package_upload_memory(package, "draft.bin", large, 1000, &options, NULL, NULL));
  sendsafely_string_free(drafts);
  sendsafely_file_free(file);
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_from_memory) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_file *file = NULL;
  CHECK_OK(sendsafely_package_upload_memory(package, "memory.bin", large, 2 * PART, NULL, &file, NULL));
  REQUIRE(file);
  CHECK(file->size == 2 * PART && file->parts == 2);
  CHECK(service_has(package, "\"memory.bin\""));
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static int64_t read_some(void *user_data, uint8_t *buffer, size_t capacity) {
  size_t *at = user_data, length = LARGE - *at < 1021 ? LARGE - *at : 1021;
  if (length > capacity) length = capacity;
  memcpy(buffer, large + *at, length);
  *at += length;
  return (int64_t)length;
}

TEST(upload_from_callback) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_file *file = NULL;
  size_t at = 0;
  CHECK_OK(sendsafely_package_upload_callback(package, "callback.bin", read_some, &at, LARGE, NULL, &file, NULL));
  REQUIRE(file);
  CHECK(at == LARGE && file->size == LARGE && file->parts == 5);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_by_api_route) {
  sendsafely_client *client = client_of_small_parts(1);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_upload_memory(package, "route.bin", large, LARGE, NULL, NULL, NULL));
  CHECK(requests_to("part_post") == 5 && requests_to("part_put") == 0);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* Progress never falls back and ends exactly at the total. */
struct watch {
  uint64_t done, total;
  int calls, fell_back;
};
static int32_t watch_progress(void *user_data, const sendsafely_progress *progress) {
  struct watch *watch = user_data;
  watch->calls++;
  watch->fell_back |= progress->bytes_done < watch->done;
  watch->done = progress->bytes_done;
  watch->total = progress->bytes_total;
  return SENDSAFELY_CONTINUE;
}

TEST(progress) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  struct watch watch = {0};
  sendsafely_upload_options options;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.on_progress = watch_progress;
  options.user_data = &watch;
  CHECK_OK(sendsafely_package_upload_memory(package, "watched.bin", large, LARGE, &options, NULL, NULL));
  CHECK(watch.calls > 0 && !watch.fell_back && watch.done == LARGE && watch.total == LARGE);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* Bytes count as done when they are sent, a part when it is stored. */
static int32_t stop_after_first_part(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  return progress->parts_done > 0 ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

TEST(stop_upload) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_package_information *information = NULL;
  sendsafely_upload_options options;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.on_progress = stop_after_first_part;
  /* The last part hangs, so that the upload cannot end before it is stopped. */
  add_fault("{\"endpoint\":\"part_put\",\"part\":5,\"action\":{\"hang_ms\":60000}}");
  CHECK_STATUS(SENDSAFELY_STOPPED,
               sendsafely_package_upload_memory(package, "stopped.bin", large, LARGE, &options, NULL, NULL));
  remove_faults();
  /* If the service is slow, the file is deleted in the background. */
  while (requests_to("delete_file") == 0) usleep(10000);
  /* The file is gone by the time that the package can be finalized without it. */
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_set_message(package, "no file", NULL));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  REQUIRE(information);
  CHECK(information->files->count == 0);
  sendsafely_package_information_free(information);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(parallel_parts) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.part_size = PART;
  options.parts_in_flight = 4;
  options.memory_budget = 1 << 20;
  options.retry_window_ms = SENDSAFELY_NO_RETRY;
  fill(large, LARGE, 1);
  sendsafely_client *client = new_client(&options);
  sendsafely_package *package = new_package(client);
  sendsafely_file *file = NULL;
  sendsafely_buffer *buffer = NULL;
  CHECK_OK(sendsafely_package_upload_memory(package, "parallel.bin", large, LARGE, NULL, &file, NULL));
  REQUIRE(file);
  CHECK_OK(sendsafely_package_download_memory(package, file->file_id, NULL, &buffer, NULL));
  REQUIRE(buffer);
  CHECK(buffer->size == LARGE && memcmp(buffer->data, large, LARGE) == 0);
  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static sendsafely_continue append_a_line(void *path, const sendsafely_progress *progress) {
  static int appended;
  if (progress->parts_done == 0 || appended++) return SENDSAFELY_CONTINUE;
  FILE *file = fopen(path, "a");
  fputs("one line more\n", file);
  fclose(file);
  return SENDSAFELY_CONTINUE;
}

/* What a stopped upload has sent is not sent again. */
TEST(upload_goes_on) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_upload_options options;
  sendsafely_upload_all_options of_all;
  sendsafely_file *file = NULL;
  FILE *left;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  CHECK_OK(sendsafely_upload_all_options_init(&of_all, sizeof of_all));
  CHECK(options.resume_file == NULL && of_all.resume_file == NULL);
  write_file(scratch("goes-on.bin"), large, LARGE);
  options.resume_file = "\xff";
  CHECK_STATUS(SENDSAFELY_INVALID_UTF8,
               sendsafely_package_upload_file(package, scratch("goes-on.bin"), &options, NULL, NULL));
  of_all.resume_file = options.resume_file;
  CHECK_STATUS(SENDSAFELY_INVALID_UTF8, sendsafely_package_upload_all(package, ".", &of_all, NULL, NULL));
  options.resume_file = "/no such directory/resume";
  CHECK_STATUS(SENDSAFELY_DIRECTORY_NOT_FOUND,
               sendsafely_package_upload_file(package, scratch("goes-on.bin"), &options, NULL, NULL));
  options.resume_file = scratch("goes-on.bin");
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_upload_file(package, scratch("goes-on.bin"), &options, NULL, NULL));
  options.resume_file = scratch("goes-on.resume");
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_upload_memory(package, "memory", large, LARGE, &options, NULL, NULL));
  options.on_progress = stop_after_first_part;
  /* The last part hangs, so that the upload cannot end before it is stopped. */
  add_fault("{\"endpoint\":\"part_put\",\"part\":5,\"action\":{\"hang_ms\":60000}}");
  CHECK_STATUS(SENDSAFELY_STOPPED,
               sendsafely_package_upload_file(package, scratch("goes-on.bin"), &options, NULL, NULL));
  remove_faults();
  options.on_progress = NULL;
  forget_requests();
  CHECK_OK(sendsafely_package_upload_file(package, scratch("goes-on.bin"), &options, &file, NULL));
  REQUIRE(file);
  CHECK(requests_to("part_put") < (size_t)file->parts);
  left = fopen(scratch("goes-on.resume"), "r");
  CHECK(left == NULL);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_of_what_changes) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_upload_options options;
  sendsafely_file *file = NULL;
  sendsafely_error *error = NULL;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  CHECK(options.replace_characters == 0 && options.allow_growth == 0);
  write_file(scratch("12:30.log"), large, LARGE);
  CHECK(sendsafely_package_upload_file(package, scratch("12:30.log"), &options, NULL, &error) ==
        SENDSAFELY_MALFORMED_FILE_NAME);
  CHECK(strstr(sendsafely_error_message(error), "12:30.log: the name has") != NULL);
  sendsafely_error_free(error);
  options.replace_characters = 1;
  options.allow_growth = 1;
  options.on_progress = append_a_line;
  options.user_data = (void *)scratch("12:30.log");
  add_fault("{\"endpoint\":\"part_put\",\"times\":0,\"action\":{\"hang_ms\":300}}");
  CHECK_OK(sendsafely_package_upload_file(package, scratch("12:30.log"), &options, &file, NULL));
  remove_faults();
  REQUIRE(file);
  CHECK_TEXT("12_30.log", file->file_name);
  CHECK(file->size == LARGE);
  sendsafely_file_free(file);
  options.on_progress = NULL;
  options.allow_growth = 2;
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_upload_file(package, scratch("12:30.log"), &options, NULL, NULL));
#ifdef __linux__
  CHECK_OK(sendsafely_package_upload_file(package, "/proc/version", NULL, &file, NULL));
  REQUIRE(file);
  CHECK(file->size > 0); /* though the system says 0 */
  sendsafely_file_free(file);
#endif
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(upload_of_unknown_length) {
  sendsafely_client *client = client_of_small_parts(0);
  sendsafely_package *package = new_package(client);
  sendsafely_file *file = NULL;
  size_t at = 0;
  CHECK_OK(sendsafely_package_upload_callback(package, "pipe.bin", read_some, &at, SENDSAFELY_SIZE_UNKNOWN, NULL, &file,
                                              NULL));
  REQUIRE(file);
  CHECK(at == LARGE && file->size == LARGE && file->parts == 5);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* How many uploads run, asked inside of one. */
static sendsafely_package *uploading;
static size_t seen_running;
static int32_t look_at_uploads(void *client, const sendsafely_progress *progress) {
  (void)progress;
  /* The package itself is busy in its own callback; another handle of the same client is not. */
  CHECK_STATUS(SENDSAFELY_BUSY, sendsafely_package_running_uploads(uploading, &seen_running, NULL));
  (void)client;
  return SENDSAFELY_CONTINUE;
}

static void *upload_slowly(void *package) {
  CHECK_OK(sendsafely_package_upload_memory(package, "slow.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  return NULL;
}

TEST(running_uploads) {
  sendsafely_client *client = new_client(NULL);
  size_t count = 7;
  uploading = new_package(client);
  CHECK_OK(sendsafely_package_running_uploads(uploading, &count, NULL));
  CHECK(count == 0);
  add_fault("{\"endpoint\":\"create_file\",\"times\":1,\"action\":{\"hang_ms\":1500}}");
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, upload_slowly, uploading) == 0);
  while (requests_to("create_file") == 0) usleep(10000);
  CHECK_OK(sendsafely_package_running_uploads(uploading, &count, NULL));
  CHECK(count == 1);
  pthread_join(thread, NULL);
  remove_faults();
  CHECK_OK(sendsafely_package_running_uploads(uploading, &count, NULL));
  CHECK(count == 0);
  sendsafely_upload_options options;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.on_progress = look_at_uploads;
  CHECK_OK(sendsafely_package_upload_memory(uploading, "more.bin", (const uint8_t *)"bytes", 5, &options, NULL, NULL));
  sendsafely_package_free(uploading);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_upload"); }
