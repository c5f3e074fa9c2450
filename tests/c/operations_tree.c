/* Whole directory trees, sent and received. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *path_in(const char *base, const char *name) {
  char joined[512];
  snprintf(joined, sizeof joined, "%s/%s", base, name);
  return scratch(joined);
}

static void make_local(const char *base) { CHECK(mkdir(scratch(base), 0700) == 0); }

/* base/: a.txt, empty.bin, Docs/b.txt, Docs/Old/c.txt, Nothing/. */
static void plant(const char *base) {
  make_local(base);
  CHECK(mkdir(path_in(base, "Docs"), 0700) == 0 && mkdir(path_in(base, "Docs/Old"), 0700) == 0);
  CHECK(mkdir(path_in(base, "Nothing"), 0700) == 0);
  write_file(path_in(base, "a.txt"), "a", 1);
  write_file(path_in(base, "empty.bin"), "", 0);
  write_file(path_in(base, "Docs/b.txt"), "bb", 2);
  write_file(path_in(base, "Docs/Old/c.txt"), "ccc", 3);
}

/* The report's item for a path, or NULL. */
static const sendsafely_report_item *item_of(const sendsafely_report *report, const char *path) {
  for (size_t i = 0; report && i < report->count; i++)
    if (!strcmp(report->items[i]->path, path)) return report->items[i];
  return NULL;
}

/* How many items have this action. */
static size_t count_of(const sendsafely_report *report, int32_t action) {
  size_t count = 0;
  for (size_t i = 0; report && i < report->count; i++) count += report->items[i]->action == action;
  return count;
}

/* 1 if the service has this file, by a path with at most two directories. */
static int service_has_file(sendsafely_package *workspace, const sendsafely_report_item *item, const char *directory,
                            const char *above) {
  char directory_id[256], parent[256];
  if (!item || !item->file_id) return 0;
  snprintf(directory_id, sizeof directory_id, "%s", service_text(workspace, item->file_id, "directory_id"));
  snprintf(parent, sizeof parent, "%s", service_text(workspace, directory_id, "parent"));
  return !strcmp(service_text(workspace, directory_id, "name"), directory) &&
         !strcmp(service_text(workspace, parent, "name"), above);
}

static int is_the_tree(const char *base) {
  return file_is(path_in(base, "a.txt"), "a", 1) && file_is(path_in(base, "empty.bin"), "", 0) &&
         file_is(path_in(base, "Docs/b.txt"), "bb", 2) && file_is(path_in(base, "Docs/Old/c.txt"), "ccc", 3) &&
         entries_of(path_in(base, "Nothing")) == 0 && entries_of(scratch(base)) == 4;
}

TEST(upload_and_download_a_tree) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_report *report = NULL;
  plant("up");
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("up"), NULL, &report, NULL));
  REQUIRE(report);
  CHECK(report->count == 4 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 4);
  const sendsafely_report_item *deep = item_of(report, "Docs/Old/c.txt"), *top = item_of(report, "a.txt");
  CHECK(service_has_file(workspace, deep, "Old", "Docs") && service_has_file(workspace, top, "", ""));
  REQUIRE(deep);
  CHECK_TEXT("c.txt", service_text(workspace, deep->file_id, "name"));
  CHECK_TEXT(path_in("up", "Docs/Old/c.txt"), deep->local_path);
  CHECK(deep->size == 3 && deep->status == SENDSAFELY_OK && deep->message == NULL && deep->renamed == 0);
  CHECK(service_has(workspace, "\"Nothing\"")); /* empty directories too */
  sendsafely_report_free(report);

  make_local("down");
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("down"), NULL, &report, NULL));
  REQUIRE(report);
  CHECK(report->count == 4 && count_of(report, SENDSAFELY_ACTION_DOWNLOADED) == 4);
  CHECK(is_the_tree("down"));
  sendsafely_report_free(report);
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("up"), NULL, NULL, NULL)); /* the report is optional */
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(upload_tree_again) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_all_options options;
  sendsafely_report *report = NULL;
  plant("again");
  CHECK_OK(sendsafely_upload_all_options_init(&options, sizeof options));
  CHECK(options.existing == SENDSAFELY_EXISTING_SKIP);
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("again"), NULL, NULL, NULL));
  write_file(path_in("again", "a.txt"), "longer", 6);
  write_file(path_in("again", "Docs/new.txt"), "new", 3);
  forget_requests();
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("again"), &options, &report, NULL));
  CHECK(requests_to("create_file") == 2 && requests_to("create_directory") == 0);
  CHECK(count_of(report, SENDSAFELY_ACTION_SKIPPED) == 3 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 2);
  const sendsafely_report_item *changed = item_of(report, "a.txt"), *same = item_of(report, "Docs/b.txt");
  REQUIRE(changed && same);
  CHECK(changed->action == SENDSAFELY_ACTION_UPLOADED && same->action == SENDSAFELY_ACTION_SKIPPED);
  CHECK(same->status == SENDSAFELY_OK && same->file_id && service_has(workspace, same->file_id));
  sendsafely_report_free(report);

  /* A new version of each. */
  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("again"), &options, &report, NULL));
  CHECK(report && report->count == 5 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 5);
  CHECK(service_has(workspace, "\"version\":3"));
  sendsafely_report_free(report);

  /* Nothing is changed. */
  options.existing = SENDSAFELY_EXISTING_REFUSE;
  write_file(path_in("again", "fresh.txt"), "fresh", 5);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_upload_all(workspace, scratch("again"), &options, &report, NULL));
  CHECK(requests_to("create_file") == 0 && service_lacks(workspace, "\"fresh.txt\""));
  REQUIRE(report);
  const sendsafely_report_item *there = item_of(report, "a.txt"), *fresh = item_of(report, "fresh.txt");
  REQUIRE(there && fresh);
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS, there->status);
  CHECK(there->message && there->action == SENDSAFELY_ACTION_NONE && fresh->action == SENDSAFELY_ACTION_NONE);
  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* An edit that keeps the size is seen by the content only, or by the time. */
TEST(trees_by_content) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_all_options options;
  sendsafely_download_options down;
  sendsafely_report *report = NULL;
  plant("content");
  CHECK_OK(sendsafely_upload_all_options_init(&options, sizeof options));
  CHECK_OK(sendsafely_download_options_init(&down, sizeof down));
  CHECK(options.compare == SENDSAFELY_COMPARE_SIZE && down.compare == SENDSAFELY_COMPARE_SIZE);
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("content"), NULL, &report, NULL));
  const sendsafely_report_item *changed = item_of(report, "a.txt");
  REQUIRE(changed);
  CHECK(changed->reason == SENDSAFELY_REASON_NEW);
  uint64_t size = changed->size;
  sendsafely_report_free(report);
  REQUIRE(size > 0 && size < 100);
  write_file(path_in("content", "a.txt"), memset((char[100]){0}, '#', 100), size);
  forget_requests();
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("content"), &options, NULL, NULL));
  CHECK(requests_to("create_file") == 0);
  options.compare = SENDSAFELY_COMPARE_CONTENT;
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("content"), &options, &report, NULL));
  CHECK(requests_to("create_file") == 1 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 1);
  changed = item_of(report, "a.txt");
  REQUIRE(changed);
  CHECK(changed->reason == SENDSAFELY_REASON_CONTENT &&
        item_of(report, "Docs/b.txt")->reason == SENDSAFELY_REASON_NONE);
  sendsafely_report_free(report);

  /* A download keeps what is the same, and refuses or replaces the rest. */
  write_file(path_in("content", "a.txt"), memset((char[100]){0}, '+', 100), size);
  down.existing = SENDSAFELY_EXISTING_SKIP;
  down.compare = SENDSAFELY_COMPARE_CONTENT;
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_download_all(workspace, scratch("content"), &down, &report, NULL));
  changed = item_of(report, "a.txt");
  REQUIRE(changed);
  CHECK(changed->action == SENDSAFELY_ACTION_NONE && changed->reason == SENDSAFELY_REASON_CONTENT);
  sendsafely_report_free(report);
  down.existing = SENDSAFELY_EXISTING_OVERWRITE;
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("content"), &down, &report, NULL));
  CHECK(count_of(report, SENDSAFELY_ACTION_DOWNLOADED) == 1);
  sendsafely_report_free(report);
  down.compare = SENDSAFELY_COMPARE_TIME;
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("content"), &down, NULL, NULL));

  options.compare = down.compare = 3;
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_upload_all(workspace, scratch("content"), &options, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_download_all(workspace, scratch("content"), &down, NULL, NULL));
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(upload_tree_into_a_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_all_options options;
  sendsafely_download_options download;
  sendsafely_report *report = NULL;
  char *archive = NULL;
  plant("into");
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Archive", &archive, NULL));
  CHECK_OK(sendsafely_package_upload_memory(workspace, "above.txt", (const uint8_t *)"x", 1, NULL, NULL, NULL));
  CHECK_OK(sendsafely_upload_all_options_init(&options, sizeof options));
  options.directory_id = archive;
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("into"), &options, &report, NULL));
  CHECK(service_has_file(workspace, item_of(report, "a.txt"), "Archive", ""));
  CHECK(service_has_file(workspace, item_of(report, "Docs/b.txt"), "Docs", "Archive"));
  sendsafely_report_free(report);
  /* Received again: the directory's content, and nothing else. */
  make_local("out-of");
  CHECK_OK(sendsafely_download_options_init(&download, sizeof download));
  download.directory_id = archive;
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("out-of"), &download, &report, NULL));
  CHECK(is_the_tree("out-of"));
  CHECK(item_of(report, "Docs/b.txt") != NULL);
  sendsafely_report_free(report);
  sendsafely_string_free(archive);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* A package has no directories, but takes the files of one. */
TEST(upload_all_into_a_package) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_report *report = NULL;
  plant("deep");
  make_local("flat");
  write_file(path_in("flat", "a.txt"), "a", 1);
  write_file(path_in("flat", "b.txt"), "bb", 2);
  CHECK(symlink("a.txt", path_in("flat", "link.txt")) == 0);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE,
               sendsafely_package_upload_all(package, scratch("deep"), NULL, &report, NULL));
  sendsafely_report_free(report);
  CHECK_STATUS(SENDSAFELY_DIRECTORY_NOT_FOUND,
               sendsafely_package_upload_all(package, scratch("no-such"), NULL, &report, NULL));
  sendsafely_report_free(report);
  CHECK(requests_arrived() == 0);
  CHECK_OK(sendsafely_package_upload_all(package, scratch("flat"), NULL, &report, NULL));
  CHECK(service_has(package, "\"a.txt\"") && service_has(package, "\"b.txt\"") && service_lacks(package, "link.txt"));
  const sendsafely_report_item *ignored = item_of(report, "link.txt");
  REQUIRE(ignored);
  CHECK(report->count == 3 && ignored->action == SENDSAFELY_ACTION_IGNORED && ignored->file_id == NULL);
  sendsafely_report_free(report);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(download_tree_again) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_download_options options;
  sendsafely_report *report = NULL;
  plant("source");
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("source"), NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DIRECTORY_NOT_FOUND,
               sendsafely_package_download_all(workspace, scratch("no-such"), NULL, &report, NULL));
  sendsafely_report_free(report);
  make_local("target");
  write_file(path_in("target", "a.txt"), "z", 1);
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_download_all(workspace, scratch("target"), NULL, &report, NULL));
  CHECK(requests_to("part_get") == 0 && file_is(path_in("target", "a.txt"), "z", 1));
  REQUIRE(item_of(report, "a.txt"));
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS, item_of(report, "a.txt")->status);
  sendsafely_report_free(report);

  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.existing = SENDSAFELY_EXISTING_SKIP;
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("target"), &options, &report, NULL));
  CHECK(count_of(report, SENDSAFELY_ACTION_SKIPPED) == 1 && count_of(report, SENDSAFELY_ACTION_DOWNLOADED) == 3);
  CHECK(file_is(path_in("target", "a.txt"), "z", 1)); /* of the right size */
  sendsafely_report_free(report);
  write_file(path_in("target", "a.txt"), "zzz", 3);
  CHECK_STATUS(SENDSAFELY_FILE_EXISTS,
               sendsafely_package_download_all(workspace, scratch("target"), &options, &report, NULL));
  CHECK(file_is(path_in("target", "a.txt"), "zzz", 3));
  sendsafely_report_free(report);

  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("target"), &options, &report, NULL));
  CHECK(report && report->count == 4 && count_of(report, SENDSAFELY_ACTION_DOWNLOADED) == 4 && is_the_tree("target"));
  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* Names that are not safe here, or the same here, get others; the report has both. */
TEST(download_tree_with_odd_names) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_report *report = NULL;
  const char *const names[] = {"../evil.txt", "same.txt", "same.txt"}, *const texts[] = {"one", "two", "three"};
  char files[2048] = "", fault[4096], target[4096];
  for (size_t i = 0; i < 3; i++) {
    sendsafely_file *file = NULL;
    CHECK_OK(sendsafely_package_upload_memory(workspace, texts[i], (const uint8_t *)texts[i], strlen(texts[i]), NULL,
                                              &file, NULL));
    REQUIRE(file);
    snprintf(files + strlen(files), sizeof files - strlen(files),
             "%s{\"fileId\":\"%s\",\"fileName\":\"%s\",\"fileSize\":\"%zu\",\"parts\":1}", i ? "," : "", file->file_id,
             names[i], strlen(texts[i]));
    sendsafely_file_free(file);
  }
  snprintf(fault, sizeof fault,
           "{\"endpoint\":\"get_directory\",\"times\":0,\"when\":\"after\",\"action\":{\"replace_json\":{\"files\":[%s]"
           "}}}",
           files);
  add_fault(fault);
  make_local("odd");
  snprintf(target, sizeof target, "%s", scratch("odd"));
  CHECK_OK(sendsafely_package_download_all(workspace, target, NULL, &report, NULL));
  remove_faults();
  REQUIRE(report && report->count == 3);
  size_t renamed = 0;
  for (size_t i = 0; i < 3; i++) {
    const sendsafely_report_item *item = report->items[i];
    size_t which = 0; /* by the name on the service */
    while (which < 2 && strcmp(texts[which], service_text(workspace, item->file_id, "name"))) which++;
    CHECK_TEXT(names[which], item->path);
    CHECK(item->local_path && !strncmp(item->local_path, target, strlen(target)) &&
          !strchr(item->local_path + strlen(target) + 1, '/'));
    CHECK(item->local_path && file_is(item->local_path, texts[which], strlen(texts[which])));
    CHECK(which > 0 || item->renamed == 1);
    renamed += item->renamed == 1;
  }
  CHECK(renamed == 2 && entries_of(target) == 3); /* one of two equal names is kept */
  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* A link in place of a directory does not lead out of the tree. */
TEST(download_tree_over_a_link) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_report *report = NULL;
  plant("linked");
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("linked"), NULL, NULL, NULL));
  make_local("outside");
  make_local("inside");
  CHECK(symlink("../outside", path_in("inside", "Docs")) == 0);
  sendsafely_status status = sendsafely_package_download_all(workspace, scratch("inside"), NULL, &report, NULL);
  CHECK(status != SENDSAFELY_OK);
  REQUIRE(report && item_of(report, "a.txt") && item_of(report, "Docs/b.txt"));
  CHECK_STATUS(SENDSAFELY_OK, item_of(report, "a.txt")->status);
  CHECK(item_of(report, "Docs/b.txt")->status != SENDSAFELY_OK &&
        item_of(report, "Docs/Old/c.txt")->status != SENDSAFELY_OK);
  CHECK(file_is(path_in("inside", "a.txt"), "a", 1) && entries_of(scratch("outside")) == 0);
  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* A file that fails does not end the others, and the next call continues. */
TEST(upload_tree_with_a_failure) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_report *report = NULL;
  sendsafely_error *error = NULL;
  plant("fails");
  add_fault("{\"endpoint\":\"create_file\",\"action\":{\"envelope\":{\"response\":\"INVALID_FILE_EXTENSION\"}}}");
  CHECK_STATUS(SENDSAFELY_INVALID_FILE_EXTENSION,
               sendsafely_package_upload_all(workspace, scratch("fails"), NULL, &report, &error));
  remove_faults();
  CHECK_STATUS(SENDSAFELY_INVALID_FILE_EXTENSION, sendsafely_error_status(error));
  REQUIRE(report);
  CHECK(report->count == 4 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 3);
  for (size_t i = 0; i < report->count; i++)
    if (report->items[i]->action == SENDSAFELY_ACTION_NONE) {
      CHECK_STATUS(SENDSAFELY_INVALID_FILE_EXTENSION, report->items[i]->status);
      CHECK(report->items[i]->message && report->items[i]->file_id == NULL);
      CHECK(service_lacks(workspace, strrchr(report->items[i]->local_path, '/') + 1));
    }
  sendsafely_report_free(report);
  sendsafely_error_free(error);
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("fails"), NULL, &report, NULL));
  CHECK(count_of(report, SENDSAFELY_ACTION_UPLOADED) == 1 && count_of(report, SENDSAFELY_ACTION_SKIPPED) == 3);
  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

static int32_t stop_at_last_file(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  (void)progress;
  return requests_to("create_file") == 4 ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

TEST(stop_upload_of_a_tree) {
  sendsafely_client_options one_at_a_time;
  CHECK_OK(sendsafely_client_options_init(&one_at_a_time, sizeof one_at_a_time));
  one_at_a_time.parts_in_flight = 1;
  sendsafely_client *client = new_client(&one_at_a_time);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_all_options options;
  sendsafely_report *report = NULL;
  plant("stops");
  CHECK_OK(sendsafely_upload_all_options_init(&options, sizeof options));
  options.on_progress = stop_at_last_file;
  /* The last file hangs, so that the call cannot end before it is stopped; the others are complete by then. */
  add_fault("{\"endpoint\":\"create_file\",\"skip\":3,\"action\":{\"hang_ms\":60000}}");
  CHECK_STATUS(SENDSAFELY_STOPPED, sendsafely_package_upload_all(workspace, scratch("stops"), &options, &report, NULL));
  remove_faults();
  REQUIRE(report);
  CHECK(report->count == 4 && count_of(report, SENDSAFELY_ACTION_UPLOADED) == 3);
  sendsafely_report_free(report);
  CHECK_OK(sendsafely_package_upload_all(workspace, scratch("stops"), NULL, NULL, NULL));
  make_local("stopped");
  CHECK_OK(sendsafely_package_download_all(workspace, scratch("stopped"), NULL, NULL, NULL));
  CHECK(is_the_tree("stopped"));
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_tree"); }
