/* Files on the service: information, renamed, moved, copied and deleted. */
#include "support.h"

/* Uploads a text into a directory, or the root directory if that is NULL; the file is to be freed. */
static sendsafely_file *put(sendsafely_package *package, const char *directory_id, const char *name, const char *text) {
  sendsafely_upload_options options;
  sendsafely_file *file = NULL;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.directory_id = directory_id;
  CHECK_OK(sendsafely_package_upload_memory(package, name, (const uint8_t *)text, strlen(text), &options, &file, NULL));
  return file;
}

/* 1 if a file in a directory has this text. */
static int has_text(sendsafely_package *package, const char *directory_id, const char *file_id, const char *text) {
  sendsafely_download_options options;
  sendsafely_buffer *buffer = NULL;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.directory_id = directory_id;
  CHECK_OK(sendsafely_package_download_memory(package, file_id, &options, &buffer, NULL));
  int same = buffer && buffer->size == strlen(text) && memcmp(buffer->data, text, buffer->size) == 0;
  sendsafely_buffer_free(buffer);
  return same;
}

TEST(file_information) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client);
  sendsafely_file_information *information = NULL;
  char *docs = NULL;
  sendsafely_file *file = put(package, NULL, "Größe.txt", "bytes");
  REQUIRE(file);
  CHECK_OK(sendsafely_package_get_file_information(package, file->file_id, NULL, &information, NULL));
  REQUIRE(information);
  CHECK_TEXT(file->file_id, information->file->file_id);
  CHECK_TEXT("Größe.txt", information->file->file_name);
  CHECK_TEXT("admin@acme.test", information->file->created_by);
  CHECK(information->file->created_by_id && information->file->uploaded_text);
  CHECK(information->file->size == 5 && information->file->parts == 1 && information->old_versions->count == 0);
  CHECK(information->file->uploaded != SENDSAFELY_TIME_UNKNOWN);
  sendsafely_file_information_free(information);
  forget_requests();
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE,
               sendsafely_package_get_file_information(package, file->file_id, "directory", &information, NULL));
  CHECK(information == NULL && requests_arrived() == 0);
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE,
               sendsafely_package_get_file_information(package, "no-such-file", NULL, &information, NULL));
  sendsafely_file_free(file);

  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Docs", &docs, NULL));
  file = put(workspace, docs, "a.txt", "in a directory");
  REQUIRE(docs && file);
  CHECK_OK(sendsafely_package_get_file_information(workspace, file->file_id, docs, &information, NULL));
  REQUIRE(information);
  CHECK(information->file->size == 14 && information->file->version == 1);
  sendsafely_file_information_free(information);
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE,
               sendsafely_package_get_file_information(workspace, "no-such-file", docs, &information, NULL));
  sendsafely_string_free(docs);
  sendsafely_file_free(file);
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(old_versions_of_a_file) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client);
  sendsafely_file_information *information = NULL;
  sendsafely_file *versions[3] = {put(workspace, NULL, "a.txt", "one"), put(workspace, NULL, "a.txt", "and two"),
                                  put(workspace, NULL, "a.txt", "and at last three")};
  REQUIRE(versions[0] && versions[1] && versions[2]);
  CHECK_OK(sendsafely_package_get_file_information(workspace, versions[2]->file_id, NULL, &information, NULL));
  REQUIRE(information && information->old_versions->count == 2);
  CHECK(information->file->version == 3 && information->file->size == 17);
  const sendsafely_file *const *old = information->old_versions->items; /* the latest first */
  CHECK_TEXT(versions[1]->file_id, old[0]->file_id);
  CHECK_TEXT(versions[0]->file_id, old[1]->file_id);
  CHECK(old[0]->version == 2 && old[0]->size == 7 && old[1]->version == 1 && old[1]->size == 3);
  CHECK(has_text(workspace, NULL, old[0]->file_id, "and two") && has_text(workspace, NULL, old[1]->file_id, "one"));
  /* One of them is deleted by its own id. */
  CHECK_OK(sendsafely_package_delete_file(workspace, old[1]->file_id, NULL, NULL));
  CHECK_TEXT("", service_text(workspace, old[1]->file_id, "name"));
  CHECK_TEXT("a.txt", service_text(workspace, old[0]->file_id, "name"));
  CHECK(has_text(workspace, NULL, versions[2]->file_id, "and at last three"));
  sendsafely_file_information_free(information);
  for (int i = 0; i < 3; i++) sendsafely_file_free(versions[i]);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

TEST(delete_file_in_a_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client), *package = new_package(client);
  char *docs = NULL;
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Docs", &docs, NULL));
  sendsafely_file *first = put(workspace, docs, "a.txt", "one"), *file = put(workspace, docs, "a.txt", "two");
  sendsafely_file *other = put(workspace, docs, "b.txt", "stays");
  REQUIRE(docs && first && file && other);
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE, /* it is not in the root directory */
               sendsafely_package_delete_file(workspace, file->file_id, NULL, NULL));
  CHECK(service_has(workspace, "\"a.txt\""));
  CHECK_OK(sendsafely_package_delete_file(workspace, file->file_id, docs, NULL)); /* with its earlier versions */
  CHECK(service_lacks(workspace, "\"a.txt\"") && service_has(workspace, "\"b.txt\""));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE, sendsafely_package_delete_file(workspace, "no-such-file", docs, NULL));
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE, sendsafely_package_delete_file(package, file->file_id, docs, NULL));
  sendsafely_string_free(docs);
  sendsafely_file_free(first);
  sendsafely_file_free(file);
  sendsafely_file_free(other);
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

TEST(move_file) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *workspace = new_workspace(client), *shared = share_workspace(workspace, "VIEWER", second);
  sendsafely_package *package = new_package(client);
  char *docs = NULL, root[256];
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Docs", &docs, NULL));
  sendsafely_file *file = put(workspace, NULL, "a.txt", "moved");
  REQUIRE(docs && file && shared);
  snprintf(root, sizeof root, "%s", service_text(workspace, file->file_id, "directory_id"));
  CHECK_OK(sendsafely_package_move_file(workspace, file->file_id, docs, NULL));
  CHECK_TEXT(docs, service_text(workspace, file->file_id, "directory_id"));
  CHECK(has_text(workspace, docs, file->file_id, "moved"));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_move_file(workspace, "no-such-file", docs, NULL));
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_move_file(workspace, file->file_id, "no-such-directory", NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_move_file(shared, file->file_id, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE, sendsafely_package_move_file(package, file->file_id, NULL, NULL));
  CHECK_TEXT(docs, service_text(workspace, file->file_id, "directory_id"));
  CHECK_OK(sendsafely_package_move_file(workspace, file->file_id, NULL, NULL));
  CHECK_TEXT(root, service_text(workspace, file->file_id, "directory_id"));
  sendsafely_string_free(docs);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_package_free(shared);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(rename_file) {
  sendsafely_client *client = new_client(NULL), *second = client_of("second@acme.test");
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client);
  sendsafely_package *shared = share_workspace(workspace, "VIEWER", second);
  sendsafely_file *file = put(package, NULL, "a.txt", "bytes"), *stored = put(workspace, NULL, "b.txt", "bytes");
  REQUIRE(file && stored && shared);
  CHECK_OK(sendsafely_package_rename_file(package, file->file_id, "Größe.txt", NULL));
  CHECK_TEXT("Größe.txt", service_text(package, file->file_id, "name"));
  CHECK_OK(sendsafely_package_rename_file(workspace, stored->file_id, "c.txt", NULL));
  CHECK_TEXT("c.txt", service_text(workspace, stored->file_id, "name"));
  forget_requests();
  CHECK_STATUS(SENDSAFELY_MALFORMED_FILE_NAME, sendsafely_package_rename_file(package, file->file_id, "a/b", NULL));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE, sendsafely_package_rename_file(package, "no-such-file", "x", NULL));
  CHECK(requests_arrived() == 0);
  CHECK_STATUS(SENDSAFELY_REFUSED, sendsafely_package_rename_file(workspace, "no-such-file", "x", NULL));
  CHECK_STATUS(SENDSAFELY_DENIED, sendsafely_package_rename_file(shared, stored->file_id, "x", NULL));
  set_switches("{\"forbidden_name_characters\":\"%\"}");
  CHECK_STATUS(SENDSAFELY_INVALID_FILE_NAME, sendsafely_package_rename_file(package, file->file_id, "100%", NULL));
  set_switches("{\"forbidden_name_characters\":\"/\\\\\"}");
  CHECK_TEXT("Größe.txt", service_text(package, file->file_id, "name"));
  sendsafely_file_free(file);
  sendsafely_file_free(stored);
  sendsafely_package_free(shared);
  sendsafely_package_free(package);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
  sendsafely_client_free(second);
}

TEST(copy_file) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client);
  char *docs = NULL, *copy = NULL, *again = NULL;
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Docs", &docs, NULL));
  sendsafely_file *file = put(package, NULL, "a.txt", "copied");
  REQUIRE(docs && file);
  forget_requests();
  CHECK_OK(sendsafely_package_copy_file(package, file->file_id, workspace, docs, &copy, NULL));
  CHECK(requests_to("part_put") == 0 && requests_to("part_get") == 0 && requests_to("part_post") == 0);
  REQUIRE(copy);
  CHECK_TEXT("a.txt", service_text(workspace, copy, "name"));
  CHECK_TEXT(docs, service_text(workspace, copy, "directory_id"));
  CHECK(service_has(package, file->file_id));
  CHECK(has_text(workspace, docs, copy, "copied"));
  /* NULL is the root directory, whose id is not asked for. */
  CHECK_OK(sendsafely_package_copy_file(package, file->file_id, workspace, NULL, NULL, NULL));
  CHECK_STATUS(SENDSAFELY_FILE_NOT_ON_PACKAGE,
               sendsafely_package_copy_file(package, "no-such-file", workspace, NULL, &again, NULL));
  CHECK_STATUS(SENDSAFELY_ONLY_IN_WORKSPACE,
               sendsafely_package_copy_file(workspace, copy, package, NULL, &again, NULL));
  CHECK(again == NULL);
  sendsafely_string_free(docs);
  sendsafely_string_free(copy);
  sendsafely_file_free(file);
  sendsafely_package_free(package);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

/* A file of another Workspace or of the same one, also from a directory. */
TEST(copy_file_of_a_directory) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *workspace = new_workspace(client), *other = new_workspace(client);
  char *docs = NULL, *copy = NULL, *again = NULL;
  CHECK_OK(sendsafely_package_create_directory(workspace, NULL, "Docs", &docs, NULL));
  sendsafely_file *file = put(workspace, docs, "a.txt", "copied");
  REQUIRE(docs && file);
  CHECK_OK(sendsafely_package_copy_file(workspace, file->file_id, other, NULL, &copy, NULL));
  CHECK_OK(sendsafely_package_copy_file(workspace, file->file_id, workspace, NULL, &again, NULL));
  REQUIRE(copy && again);
  CHECK(has_text(other, NULL, copy, "copied") && has_text(workspace, NULL, again, "copied"));
  CHECK_TEXT(docs, service_text(workspace, file->file_id, "directory_id"));
  sendsafely_string_free(docs);
  sendsafely_string_free(copy);
  sendsafely_string_free(again);
  sendsafely_file_free(file);
  sendsafely_package_free(workspace);
  sendsafely_package_free(other);
  sendsafely_client_free(client);
}

TEST(copy_file_refused) {
  sendsafely_client *client = new_client(NULL), *elsewhere = NULL;
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client), *wrong = NULL, *locked = NULL;
  char *id = NULL, *code = NULL, *copy = NULL, host[256], link[1024];
  sendsafely_file *file = put(package, NULL, "a.txt", "copied");
  REQUIRE(file);
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_code(package, &code, NULL));
  /* The response was lost: the copy may be there. */
  add_fault("{\"endpoint\":\"copy_file\",\"when\":\"after\",\"action\":{\"close\":true}}");
  CHECK_STATUS(SENDSAFELY_OUTCOME_UNKNOWN,
               sendsafely_package_copy_file(package, file->file_id, workspace, NULL, &copy, NULL));
  remove_faults();
  CHECK(requests_to("copy_file") == 1 && service_has(workspace, "\"a.txt\""));
  /* The source handle has no keycode. */
  snprintf(link, sizeof link, "%s/receive/?thread=x&packageCode=%s", setting("SENDSAFELY_HOST"), code);
  CHECK_OK(sendsafely_package_open_link(client, link, &locked, NULL));
  CHECK_STATUS(SENDSAFELY_KEYCODE_UNKNOWN,
               sendsafely_package_copy_file(locked, file->file_id, workspace, NULL, &copy, NULL));
  /* Another portal: the same server by another host name. */
  snprintf(host, sizeof host, "http://localhost:%s", strrchr(setting("SENDSAFELY_HOST"), ':') + 1);
  CHECK_OK(sendsafely_client_new(host, setting("SENDSAFELY_API_KEY"), setting("SENDSAFELY_API_SECRET"), NULL,
                                 &elsewhere, NULL));
  CHECK_OK(sendsafely_package_create_workspace(elsewhere, NULL, &wrong, NULL));
  CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT,
               sendsafely_package_copy_file(package, file->file_id, wrong, NULL, &copy, NULL));
  CHECK(copy == NULL && service_has(wrong, "\"files\":[]"));
  sendsafely_string_free(id);
  sendsafely_string_free(code);
  sendsafely_file_free(file);
  sendsafely_package_free(wrong);
  sendsafely_package_free(locked);
  sendsafely_package_free(package);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
  sendsafely_client_free(elsewhere);
}

/* With the keycode of another package the copy could not be read, so nothing is copied. */
TEST(copy_file_with_a_wrong_keycode) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client), *workspace = new_workspace(client), *wrong = NULL;
  char *id = NULL;
  sendsafely_file *file = put(package, NULL, "a.txt", "copied");
  REQUIRE(file);
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  CHECK_OK(sendsafely_package_open(client, id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", &wrong, NULL));
  CHECK_STATUS(SENDSAFELY_WRONG_KEYCODE,
               sendsafely_package_copy_file(wrong, file->file_id, workspace, NULL, NULL, NULL));
  CHECK(service_has(workspace, "\"files\":[]"));
  sendsafely_string_free(id);
  sendsafely_file_free(file);
  sendsafely_package_free(wrong);
  sendsafely_package_free(package);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
}

int main(void) { return run_tests("operations_file"); }
