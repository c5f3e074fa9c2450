/* Workspaces: creation, directories and activity log. */
#include "support.h"

/* Creates a directory in another one, or in the root directory if that is NULL; returns its id, to be freed. */
static char *make_directory(sendsafely_package *workspace, const char *parent_id, const char *name) {
  char *id = NULL;
  CHECK_OK(sendsafely_package_create_directory(workspace, parent_id, name, &id, NULL));
  return id;
}

static const char *root_of(sendsafely_package *workspace) {
  static char id[256];
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_get_information(workspace, &information, NULL));
  snprintf(id, sizeof id, "%s", information && information->root_directory_id ? information->root_directory_id : "");
  sendsafely_package_information_free(information);
  return id;
}

TEST(create_workspace) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = NULL, *unnamed = NULL;
  sendsafely_package_information *information = NULL;
  CHECK_OK(sendsafely_package_create_workspace(client, "Größe", &workspace, NULL));
  CHECK(service_has(workspace, "\"workspace\":true") && service_has(workspace, "\"label\":\"Größe\""));
  CHECK_OK(sendsafely_package_get_information(workspace, &information, NULL));
  REQUIRE(information && information->root_directory_id);
  CHECK(information->is_workspace == 1 && information->files->count == 0);
  CHECK_TEXT("Größe", information->label);
  int32_t is_workspace = 0;
  CHECK_OK(sendsafely_package_is_workspace(workspace, &is_workspace, NULL));
  CHECK(is_workspace == 1);
  sendsafely_package *opened = NULL, *package = NULL;
  char *id = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_package_id(workspace, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(client, id, keycode, &opened, NULL));
  is_workspace = 0;
  CHECK_OK(sendsafely_package_is_workspace(opened, &is_workspace, NULL));
  CHECK(is_workspace == 1);
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_is_workspace(package, &is_workspace, NULL));
  CHECK(is_workspace == 0);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  /* It is usable at once, and never finalized. */
  CHECK_OK(sendsafely_package_upload_memory(workspace, "a.bin", (const uint8_t *)"bytes", 5, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_WORKSPACE_NOT_FINALIZABLE, sendsafely_package_finalize(workspace, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_create_workspace(client, NULL, &unnamed, NULL));
  CHECK(service_has(unnamed, "\"workspace\":true") && service_has(unnamed, "\"label\":null"));
  sendsafely_package_information_free(information);
  sendsafely_package_free(workspace);
  sendsafely_package_free(unnamed);
  sendsafely_client_free(client);
}

TEST(create_workspace_refused) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = NULL;
  add_fault("{\"endpoint\":\"create_package\",\"action\":{\"envelope\":{\"response\":\"DENIED\"}}}");
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_create_workspace(client, "Denied", &workspace, NULL));
  add_fault("{\"endpoint\":\"create_package\",\"action\":{\"envelope\":{\"response\":\"LIMIT_EXCEEDED\"}}}");
  CHECK_STATUS(SENDSAFELY_LIMIT_EXCEEDED, sendsafely_package_create_workspace(client, "Limit", &workspace, NULL));
  CHECK(workspace == NULL);
  remove_faults();
  sendsafely_client_free(client);
}

/* The owner's other devices can open it at once. */
TEST(workspace_on_a_trusted_device) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = NULL, *opened = NULL;
  char *private_key = read_text("tests/vectors/node/trusted-device-private.asc");
  char *public_key = read_text("tests/vectors/node/trusted-device-public.asc");
  char *key_id = NULL, *id = NULL, *keycode = NULL, *again = NULL;
  CHECK_OK(sendsafely_client_register_public_key(client, public_key, "workspaces", &key_id, NULL));
  CHECK_OK(sendsafely_package_create_workspace(client, "Everywhere", &workspace, NULL));
  CHECK_OK(sendsafely_package_id(workspace, &id, NULL));
  CHECK_OK(sendsafely_package_open_with_private_key(client, id, key_id, private_key, &opened, NULL));
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  CHECK_OK(sendsafely_package_keycode(opened, &again, NULL));
  REQUIRE(keycode && again);
  CHECK_TEXT(keycode, again);
  CHECK_OK(sendsafely_client_revoke_public_key(client, key_id, NULL));
  free(private_key);
  free(public_key);
  sendsafely_string_free(key_id);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  sendsafely_string_free(again);
  sendsafely_package_free(workspace);
  sendsafely_package_free(opened);
  sendsafely_client_free(client);
}

TEST(get_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_options options;
  sendsafely_directory *directory = NULL;
  char *docs = make_directory(workspace, NULL, "Docs"), *old = make_directory(workspace, docs, "Old");
  REQUIRE(docs && old);
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.directory_id = docs;
  CHECK_OK(sendsafely_package_upload_memory(workspace, "a.bin", (const uint8_t *)"bytes", 5, &options, NULL, NULL));

  CHECK_OK(sendsafely_package_get_directory(workspace, docs, NULL, &directory, NULL));
  REQUIRE(directory && directory->files->count == 1 && directory->directories->count == 1);
  CHECK_TEXT(docs, directory->directory_id);
  CHECK_TEXT("Docs", directory->name);
  const sendsafely_file *file = directory->files->items[0];
  CHECK_TEXT("a.bin", file->file_name);
  CHECK(file->size == 5 && file->parts == 1 && file->uploaded != SENDSAFELY_TIME_UNKNOWN);
  CHECK_TEXT(docs, service_text(workspace, file->file_id, "directory_id"));
  const sendsafely_subdirectory *below = directory->directories->items[0];
  CHECK_TEXT(old, below->directory_id);
  CHECK_TEXT("Old", below->name);
  CHECK(below->created != SENDSAFELY_TIME_UNKNOWN && below->created_text);
  sendsafely_directory_free(directory);

  /* NULL is the root directory. */
  CHECK_OK(sendsafely_package_get_directory(workspace, NULL, NULL, &directory, NULL));
  REQUIRE(directory && directory->files->count == 0 && directory->directories->count == 1);
  CHECK_TEXT(root_of(workspace), directory->directory_id);
  CHECK_TEXT(docs, directory->directories->items[0]->directory_id);
  sendsafely_directory_free(directory);
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_package_get_directory(workspace, "no-such-directory", NULL, &directory, NULL));
  CHECK(directory == NULL);
  sendsafely_string_free(docs);
  sendsafely_string_free(old);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(get_directory_paged_and_sorted) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_directory_options options;
  sendsafely_directory *directory = NULL;
  char *id = NULL, path[256], file[64];
  CHECK_OK(sendsafely_package_id(workspace, &id, NULL));
  snprintf(path, sizeof path, "/packages/%s/files", id);
  for (int i = 0; i < 103; i++) {
    snprintf(file, sizeof file, "{\"name\":\"%03d\",\"size\":1,\"parts\":1}", i);
    free(admin("PUT", path, file));
  }
  sendsafely_string_free(make_directory(workspace, NULL, "one"));
  sendsafely_string_free(make_directory(workspace, NULL, "two"));
  CHECK_OK(sendsafely_directory_options_init(&options, sizeof options));
  options.sort_field = "name";
  options.descending = 1;
  CHECK_OK(sendsafely_package_get_directory(workspace, NULL, &options, &directory, NULL));
  REQUIRE(directory && directory->files->count == 103 && directory->directories->count == 2);
  CHECK_TEXT("102", directory->files->items[0]->file_name);
  CHECK_TEXT("000", directory->files->items[102]->file_name);
  CHECK_TEXT("two", directory->directories->items[0]->name);
  CHECK(requests_to("get_directory") == 2); /* pages of 100 */
  sendsafely_directory_free(directory);

  options.descending = 0;
  options.one_page = 1;
  options.file_index = 1;
  options.directory_index = 1;
  forget_requests();
  CHECK_OK(sendsafely_package_get_directory(workspace, NULL, &options, &directory, NULL));
  REQUIRE(directory && directory->files->count == 100 && directory->directories->count == 1);
  CHECK_TEXT("001", directory->files->items[0]->file_name);
  CHECK_TEXT("two", directory->directories->items[0]->name);
  CHECK(requests_to("get_directory") == 1);
  sendsafely_directory_free(directory);
  sendsafely_string_free(id);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(create_directory_in_the_root) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client), *package = new_package(client);
  char *id = make_directory(workspace, NULL, "Größe");
  REQUIRE(id);
  CHECK_TEXT("Größe", service_text(workspace, id, "name"));
  CHECK_TEXT(root_of(workspace), service_text(workspace, id, "parent"));
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "nobody asks for its id", NULL, NULL));
  CHECK(service_has(workspace, "\"nobody asks for its id\""));
  forget_requests();
  sendsafely_string_free(id);
  CHECK_STATUS(SENDSAFELY_MALFORMED_FILE_NAME, sendsafely_package_create_directory(workspace, NULL, "a/b", &id, NULL));
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE, sendsafely_package_create_directory(package, NULL, "Docs", &id, NULL));
  CHECK(id == NULL && requests_arrived() == 0);
  set_switches("{\"forbidden_name_characters\":\"%\"}");
  CHECK_STATUS(SENDSAFELY_INVALID_FILE_NAME, sendsafely_package_create_directory(workspace, NULL, "100%", &id, NULL));
  set_switches("{\"forbidden_name_characters\":\"/\\\\\"}");
  sendsafely_package_free(package);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(create_subdirectory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  char *docs = make_directory(workspace, NULL, "Docs"), *old = make_directory(workspace, docs, "Old");
  REQUIRE(docs && old);
  CHECK_TEXT("Old", service_text(workspace, old, "name"));
  CHECK_TEXT(docs, service_text(workspace, old, "parent"));
  CHECK_STATUS(SENDSAFELY_REFUSED,
               sendsafely_package_create_directory(workspace, "no-such-directory", "x", NULL, NULL));
  sendsafely_string_free(docs);
  sendsafely_string_free(old);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(rename_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  char *docs = make_directory(workspace, NULL, "Docs");
  REQUIRE(docs);
  CHECK_OK(sendsafely_package_rename_directory(workspace, docs, "Papers", NULL));
  CHECK_TEXT("Papers", service_text(workspace, docs, "name"));
  CHECK_STATUS(SENDSAFELY_MALFORMED_FILE_NAME, sendsafely_package_rename_directory(workspace, docs, "..", NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_rename_directory(workspace, root_of(workspace), "Root", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_rename_directory(workspace, "no-such-directory", "x", NULL));
  CHECK_TEXT("Papers", service_text(workspace, docs, "name"));
  sendsafely_string_free(docs);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(move_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  char *docs = make_directory(workspace, NULL, "Docs"), *old = make_directory(workspace, NULL, "Old");
  REQUIRE(docs && old);
  CHECK_OK(sendsafely_package_move_directory(workspace, old, docs, NULL));
  CHECK_TEXT(docs, service_text(workspace, old, "parent"));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_move_directory(workspace, docs, old, NULL)); /* into itself */
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_move_directory(workspace, docs, "no-such-directory", NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_move_directory(workspace, "no-such-directory", docs, NULL));
  CHECK_TEXT(docs, service_text(workspace, old, "parent"));
  CHECK_OK(sendsafely_package_move_directory(workspace, old, NULL, NULL));
  CHECK_TEXT(root_of(workspace), service_text(workspace, old, "parent"));
  sendsafely_string_free(docs);
  sendsafely_string_free(old);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(delete_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_upload_options options;
  char *docs = make_directory(workspace, NULL, "Docs"), *old = make_directory(workspace, docs, "Old");
  REQUIRE(docs && old);
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.directory_id = old;
  CHECK_OK(sendsafely_package_upload_memory(workspace, "a.bin", (const uint8_t *)"bytes", 5, &options, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_delete_directory(workspace, root_of(workspace), NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_delete_directory(workspace, "no-such-directory", NULL));
  CHECK(service_has(workspace, docs) && service_has(workspace, "\"a.bin\""));
  CHECK_OK(sendsafely_package_delete_directory(workspace, docs, NULL)); /* with everything in it */
  CHECK(service_has(workspace, "\"directories\":{}") && service_has(workspace, "\"files\":[]"));
  sendsafely_string_free(docs);
  sendsafely_string_free(old);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* A viewer cannot change directories. */
TEST(directories_for_a_viewer) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *workspace = new_workspace(client), *shared = share_workspace(workspace, "VIEWER", second);
  sendsafely_directory *directory = NULL;
  char *docs = make_directory(workspace, NULL, "Docs");
  REQUIRE(docs && shared);
  CHECK_OK(sendsafely_package_get_directory(shared, NULL, NULL, &directory, NULL));
  CHECK(directory && directory->directories->count == 1);
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_create_directory(shared, docs, "x", NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_rename_directory(shared, docs, "x", NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_move_directory(shared, docs, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_delete_directory(shared, docs, NULL));
  CHECK_TEXT("Docs", service_text(workspace, docs, "name"));
  sendsafely_directory_free(directory);
  sendsafely_string_free(docs);
  sendsafely_package_free(shared);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(activity_log) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_activity_iterator *iterator = NULL;
  sendsafely_activity_entry *entry = NULL;
  char *made[15], *package_id = NULL, name[32];
  int found[15] = {0}, all_set = 1;
  unsigned others = 0;
  for (int i = 0; i < 15; i++) {
    snprintf(name, sizeof name, "Directory %d", i);
    made[i] = make_directory(workspace, NULL, name);
    REQUIRE(made[i]);
  }
  CHECK_OK(sendsafely_package_id(workspace, &package_id, NULL));
  forget_requests();
  CHECK_OK(sendsafely_package_list_activity(workspace, &iterator, NULL));
  CHECK(requests_arrived() == 0); /* nothing is fetched before it is needed */
  for (;;) {
    CHECK_OK(sendsafely_activity_iterator_next(iterator, &entry, NULL));
    if (!entry) break;
    int i = 0;
    while (i < 15 && !(entry->target_id && !strcmp(entry->target_id, made[i]))) i++;
    if (i == 15) {
      others++; /* the creation of the Workspace */
    } else {
      found[i]++;
      CHECK(service_has(workspace, entry->activity_log_id));
      CHECK_TEXT(package_id, entry->package_id);
      CHECK_TEXT("DIRECTORY_CREATED", entry->action);
      CHECK_TEXT("admin@acme.test", entry->user_email);
      all_set &= entry->action_description && entry->user_id && entry->ip_address && entry->time_text &&
                 entry->time_for_people && entry->time != SENDSAFELY_TIME_UNKNOWN;
    }
    sendsafely_activity_entry_free(entry);
  }
  CHECK(all_set);
  for (int i = 0; i < 15; i++) CHECK(found[i] == 1);
  CHECK(requests_to("activity_log") == (15 + others + 9) / 10); /* ten per page */
  CHECK_OK(sendsafely_activity_iterator_next(iterator, &entry, NULL)); /* the iterator stays at its end */
  CHECK(entry == NULL);
  for (int i = 0; i < 15; i++) sendsafely_string_free(made[i]);
  sendsafely_string_free(package_id);
  sendsafely_activity_iterator_free(iterator);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(activity_log_refused) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *workspace = new_workspace(client), *shared = share_workspace(workspace, "VIEWER", second);
  sendsafely_package *package = new_package(client);
  sendsafely_activity_iterator *iterator = NULL;
  sendsafely_activity_entry *entry = NULL;
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE, sendsafely_package_list_activity(package, &iterator, NULL));
  CHECK(iterator == NULL);
  CHECK_OK(sendsafely_package_list_activity(shared, &iterator, NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_activity_iterator_next(iterator, &entry, NULL));
  CHECK(entry == NULL);
  sendsafely_activity_iterator_free(iterator);
  /* After a failure the same page is fetched again; the iterator outlives the package's handle. */
  CHECK_OK(sendsafely_package_list_activity(workspace, &iterator, NULL));
  sendsafely_package_free(workspace);
  add_fault("{\"endpoint\":\"activity_log\",\"action\":{\"envelope\":{\"response\":\"DENIED\"}}}");
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_activity_iterator_next(iterator, &entry, NULL));
  CHECK_OK(sendsafely_activity_iterator_next(iterator, &entry, NULL));
  CHECK(entry != NULL);
  remove_faults();
  sendsafely_activity_entry_free(entry);
  sendsafely_activity_iterator_free(iterator);
  sendsafely_package_free(shared);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

int main(void) { return run_tests("operations_workspace"); }
