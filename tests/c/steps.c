/* Every call on a package in every state of a package: each returns its documented status, and where the
 * library can judge the order itself, it sends no request. A refused call must not change the state, so a state
 * is made anew only after a call that changed something. */
#include "support.h"

#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum state {
  FRESH,
  RECIPIENT,
  FILE_ONLY,
  MESSAGE,
  READY,
  UPLOADING,
  FINALIZING,
  FINALIZED,
  DELETED,
  NO_KEYCODE,
  WORKSPACE,
  WRONG_KEYCODE,
  KEYLESS_WORKSPACE,
  DELETED_WORKSPACE,
  STATES
};
static const char *const state_names[STATES] = {"fresh",
                                                "with a recipient",
                                                "with a file",
                                                "with a message",
                                                "ready",
                                                "uploading",
                                                "finalizing",
                                                "finalized",
                                                "deleted",
                                                "opened without keycode",
                                                "Workspace",
                                                "opened with a wrong keycode",
                                                "Workspace without keycode",
                                                "deleted Workspace"};

/* The package in its state, with its other objects. */
static sendsafely_client *client;
static sendsafely_package *package;
static sendsafely_package *sender; /* the handle that made a package that was opened again */
static char file_id[256], recipient_id[256], directory_id[256], group_id[256];
static const char *source, *target_directory, *tree, *deep_tree, *state_directory;

/* A Workspace with a file, which is no part of the states. */
static sendsafely_package *store;
static char stored_id[256];

/* A call that runs on another thread while the calls of the table are made. */
static pthread_t other_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int other_runs, other_is_inside, other_may_leave;

static void wait_until(int *flag) {
  pthread_mutex_lock(&lock);
  while (!*flag) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

static void set(int *flag) {
  pthread_mutex_lock(&lock);
  *flag = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static int64_t slow_read(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)capacity;
  set(&other_is_inside);
  wait_until(&other_may_leave);
  buffer[0] = 'x';
  return 1;
}

static void *slow_upload(void *ticket) {
  sendsafely_package_upload_callback(ticket, "slow.bin", slow_read, NULL, 1, NULL, NULL, NULL);
  set(&other_is_inside); /* should it have failed before */
  return NULL;
}

static int32_t until_set(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  if (progress->phase == SENDSAFELY_PHASE_FINALIZING) set(&other_is_inside);
  pthread_mutex_lock(&lock);
  int stop = other_may_leave;
  pthread_mutex_unlock(&lock);
  return stop ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

static void *slow_finalize(void *ticket) {
  sendsafely_finalize_options options;
  sendsafely_finalize_options_init(&options, sizeof options);
  options.on_progress = until_set;
  sendsafely_package_finalize(ticket, &options, NULL, NULL);
  set(&other_is_inside); /* should it have failed before */
  return NULL;
}

static void start_other(void *(*call)(void *)) {
  other_runs = 1;
  other_is_inside = other_may_leave = 0;
  pthread_create(&other_thread, NULL, call, package);
  wait_until(&other_is_inside);
}

static void leave_state(void) {
  if (other_runs) {
    set(&other_may_leave);
    pthread_join(other_thread, NULL);
    remove_faults();
  }
  other_runs = 0;
  sendsafely_package_free(package);
  sendsafely_package_free(sender);
  package = sender = NULL;
}

static void put_recipient(void) {
  sendsafely_recipient *recipient = NULL;
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, &recipient, NULL));
  if (recipient) snprintf(recipient_id, sizeof recipient_id, "%s", recipient->recipient_id);
  sendsafely_recipient_free(recipient);
}

static void put_file(void) {
  sendsafely_file *file = NULL;
  CHECK_OK(sendsafely_package_upload_memory(package, "first.bin", (const uint8_t *)"first", 5, NULL, &file, NULL));
  if (file) snprintf(file_id, sizeof file_id, "%s", file->file_id);
  sendsafely_file_free(file);
}

static void make_workspace(void) {
  sendsafely_package_information *information = NULL;
  package = new_workspace(client);
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  if (information) snprintf(directory_id, sizeof directory_id, "%s", information->root_directory_id);
  sendsafely_package_information_free(information);
}

/* Opens the sender's package again: by its link without the keycode, or by its id and a wrong keycode. */
static void open_again(enum state state) {
  char *id = NULL, *code = NULL, link[512];
  sender = package;
  package = NULL;
  CHECK_OK(sendsafely_package_id(sender, &id, NULL));
  CHECK_OK(sendsafely_package_code(sender, &code, NULL));
  snprintf(link, sizeof link, "%s/receive/?thread=%s&packageCode=%s", setting("SENDSAFELY_HOST"), id, code);
  if (state != WRONG_KEYCODE)
    CHECK_OK(sendsafely_package_open_link(client, link, &package, NULL));
  else
    CHECK_OK(sendsafely_package_open(client, id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", &package, NULL));
  sendsafely_string_free(id);
  sendsafely_string_free(code);
}

static void enter_state(enum state state) {
  snprintf(file_id, sizeof file_id, "no-such-file");
  snprintf(recipient_id, sizeof recipient_id, "no-such-recipient");
  snprintf(directory_id, sizeof directory_id, "no-such-directory");
  if (state == WORKSPACE || state == KEYLESS_WORKSPACE || state == DELETED_WORKSPACE) {
    make_workspace();
    if (state == KEYLESS_WORKSPACE) {
      put_recipient();
      put_file();
      open_again(state);
    }
    if (state == DELETED_WORKSPACE) CHECK_OK(sendsafely_package_delete(package, NULL));
    return;
  }
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  if (state != FRESH && state != FILE_ONLY && state != MESSAGE) put_recipient();
  if (state == FILE_ONLY || state >= READY) put_file();
  if (state == MESSAGE) CHECK_OK(sendsafely_package_set_message(package, "Grüße", NULL));
  if (state == UPLOADING) start_other(slow_upload);
  if (state == FINALIZING) {
    add_fault("{\"endpoint\":\"finalize\",\"action\":{\"hang_ms\":60000}}");
    start_other(slow_finalize);
    for (int is_held = 0; !is_held; usleep(1000)) { /* all its requests are under way now */
      char *faults = admin("GET", "/faults", NULL);
      is_held = strstr(faults, "\"hits\":1") != NULL;
      free(faults);
    }
  }
  if (state == FINALIZED || state == NO_KEYCODE) CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  if (state == DELETED) CHECK_OK(sendsafely_package_delete(package, NULL));
  if (state == NO_KEYCODE || state == WRONG_KEYCODE) open_again(state);
}

/* The calls. Each frees its results. */
typedef sendsafely_status call(sendsafely_package *package, sendsafely_error **error);

#define TEXT_CALL(name, function)                                                   \
  static sendsafely_status name(sendsafely_package *of, sendsafely_error **error) { \
    char *text = (char *)1;                                                         \
    sendsafely_status status = function(of, &text, error);                          \
    CHECK(status == SENDSAFELY_OK || text == NULL);                                 \
    sendsafely_string_free(text);                                                   \
    return status;                                                                  \
  }
TEXT_CALL(get_id, sendsafely_package_id)
TEXT_CALL(get_code, sendsafely_package_code)
TEXT_CALL(get_keycode, sendsafely_package_keycode)
TEXT_CALL(get_link, sendsafely_package_link)
TEXT_CALL(get_message, sendsafely_package_get_message)

static sendsafely_status set_life(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_set_life(of, 10, error);
}

static sendsafely_status delete_package(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete(of, error);
}

static sendsafely_status delete_unfinished(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete_unfinished(of, error);
}

static sendsafely_status get_information(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_package_information *information = (void *)1;
  sendsafely_status status = sendsafely_package_get_information(of, &information, error);
  CHECK(status == SENDSAFELY_OK || information == NULL);
  sendsafely_package_information_free(information);
  return status;
}

static sendsafely_status add_recipient(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_recipient *recipient = (void *)1;
  sendsafely_status status = sendsafely_package_add_recipient(of, "bob@customer.test", NULL, &recipient, error);
  CHECK(status == SENDSAFELY_OK || recipient == NULL);
  sendsafely_recipient_free(recipient);
  return status;
}

static sendsafely_status set_recipient_phone(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_set_recipient_phone(of, recipient_id, "(415) 555-0100", "US", error);
}

static sendsafely_status delete_file(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete_file(of, file_id, NULL, error);
}

static sendsafely_status upload_file(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_file *file = (void *)1;
  sendsafely_status status = sendsafely_package_upload_file(of, source, NULL, &file, error);
  CHECK(status == SENDSAFELY_OK || file == NULL);
  sendsafely_file_free(file);
  return status;
}

static sendsafely_status upload_memory(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_file *file = (void *)1;
  sendsafely_status status =
      sendsafely_package_upload_memory(of, "memory.bin", (const uint8_t *)"abc", 3, NULL, &file, error);
  CHECK(status == SENDSAFELY_OK || file == NULL);
  sendsafely_file_free(file);
  return status;
}

static int64_t read_nothing(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)buffer, (void)capacity;
  return 0;
}

static sendsafely_status upload_callback(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_file *file = (void *)1;
  sendsafely_status status = sendsafely_package_upload_callback(of, "callback.bin", read_nothing, NULL,
                                                                SENDSAFELY_SIZE_UNKNOWN, NULL, &file, error);
  CHECK(status == SENDSAFELY_OK || file == NULL);
  sendsafely_file_free(file);
  return status;
}

static sendsafely_status upload_to_directory(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_upload_options options;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.directory_id = directory_id;
  return sendsafely_package_upload_memory(of, "in-directory.bin", (const uint8_t *)"abc", 3, &options, NULL, error);
}

static sendsafely_status set_message(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_set_message(of, "Hello", error);
}

static sendsafely_status finalize(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_finalized *finalized = (void *)1;
  sendsafely_status status = sendsafely_package_finalize(of, NULL, &finalized, error);
  CHECK(status == SENDSAFELY_OK || finalized == NULL);
  sendsafely_finalized_free(finalized);
  return status;
}

static sendsafely_status finalize_undisclosed(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_finalize_options options;
  CHECK_OK(sendsafely_finalize_options_init(&options, sizeof options));
  options.undisclosed_recipients = 1;
  return sendsafely_package_finalize(of, &options, NULL, error);
}

static sendsafely_status download_file(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_download *download = (void *)1;
  sendsafely_status status =
      sendsafely_package_download_file(of, file_id, scratch("downloaded.bin"), NULL, &download, error);
  CHECK(status == SENDSAFELY_OK || download == NULL);
  sendsafely_download_free(download);
  unlink(scratch("downloaded.bin"));
  return status;
}

static sendsafely_status download_memory(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_buffer *buffer = (void *)1;
  sendsafely_status status = sendsafely_package_download_memory(of, file_id, NULL, &buffer, error);
  CHECK(status == SENDSAFELY_OK || buffer == NULL);
  sendsafely_buffer_free(buffer);
  return status;
}

static int32_t write_nowhere(void *user_data, const uint8_t *data, size_t size) {
  (void)user_data, (void)data, (void)size;
  return SENDSAFELY_CONTINUE;
}

static sendsafely_status download_callback(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_download_callback(of, file_id, write_nowhere, NULL, NULL, NULL, error);
}

static sendsafely_status download_from_directory(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_download_options options;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.directory_id = directory_id;
  return sendsafely_package_download_callback(of, file_id, write_nowhere, NULL, &options, NULL, error);
}

static sendsafely_status download_all(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_report *report = NULL;
  sendsafely_download_options options;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  sendsafely_status status = sendsafely_package_download_all(of, target_directory, &options, &report, error);
  sendsafely_report_free(report);
  return status;
}

/* Calls for trees return their report on failure, too, so there may be one or not. */
static sendsafely_status download_tree(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_report *report = NULL;
  sendsafely_download_options options;
  CHECK_OK(sendsafely_download_options_init(&options, sizeof options));
  options.directory_id = directory_id;
  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  sendsafely_status status = sendsafely_package_download_all(of, target_directory, &options, &report, error);
  sendsafely_report_free(report);
  return status;
}

static sendsafely_status upload_from(sendsafely_package *of, const char *path, const char *into,
                                     sendsafely_error **error) {
  sendsafely_report *report = NULL;
  sendsafely_upload_all_options options;
  CHECK_OK(sendsafely_upload_all_options_init(&options, sizeof options));
  options.directory_id = into;
  sendsafely_status status = sendsafely_package_upload_all(of, path, &options, &report, error);
  CHECK(status != SENDSAFELY_OK || report);
  sendsafely_report_free(report);
  return status;
}

static sendsafely_status upload_all(sendsafely_package *of, sendsafely_error **error) {
  return upload_from(of, tree, NULL, error);
}

static sendsafely_status upload_all_to_directory(sendsafely_package *of, sendsafely_error **error) {
  return upload_from(of, tree, directory_id, error);
}

static sendsafely_status upload_deep_tree(sendsafely_package *of, sendsafely_error **error) {
  return upload_from(of, deep_tree, NULL, error);
}

static sendsafely_status sync_tree(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_report *report = NULL;
  sendsafely_sync_options options;
  CHECK_OK(sendsafely_sync_options_init(&options, sizeof options));
  options.state_directory = state_directory;
  options.direction = SENDSAFELY_DIRECTION_UP;
  sendsafely_status status = sendsafely_package_sync(of, tree, &options, &report, error);
  CHECK(status != SENDSAFELY_OK || report);
  sendsafely_report_free(report);
  return status;
}

static sendsafely_status get_file_information_in(sendsafely_package *of, const char *in, sendsafely_error **error) {
  sendsafely_file_information *information = (void *)1;
  sendsafely_status status = sendsafely_package_get_file_information(of, file_id, in, &information, error);
  CHECK(status == SENDSAFELY_OK || information == NULL);
  sendsafely_file_information_free(information);
  return status;
}

static sendsafely_status get_file_information(sendsafely_package *of, sendsafely_error **error) {
  return get_file_information_in(of, NULL, error);
}

static sendsafely_status get_file_information_in_directory(sendsafely_package *of, sendsafely_error **error) {
  return get_file_information_in(of, directory_id, error);
}

static sendsafely_status delete_file_in_directory(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete_file(of, file_id, directory_id, error);
}

static sendsafely_status move_file(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_move_file(of, file_id, NULL, error);
}

static sendsafely_status rename_file(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_rename_file(of, file_id, "renamed.bin", error);
}

static sendsafely_status copy(sendsafely_package *from, const char *id, sendsafely_package *to,
                              sendsafely_error **error) {
  char *text = (char *)1;
  sendsafely_status status = sendsafely_package_copy_file(from, id, to, NULL, &text, error);
  CHECK(status == SENDSAFELY_OK || text == NULL);
  sendsafely_string_free(text);
  return status;
}

static sendsafely_status copy_file(sendsafely_package *of, sendsafely_error **error) {
  return copy(of, file_id, store, error);
}

static sendsafely_status copy_file_into(sendsafely_package *of, sendsafely_error **error) {
  return copy(store, stored_id, of, error);
}

static sendsafely_status copy_file_within(sendsafely_package *of, sendsafely_error **error) {
  return copy(of, file_id, of, error);
}

static sendsafely_status get_directory(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_directory *directory = (void *)1;
  sendsafely_status status = sendsafely_package_get_directory(of, NULL, NULL, &directory, error);
  CHECK(status == SENDSAFELY_OK || directory == NULL);
  sendsafely_directory_free(directory);
  return status;
}

static sendsafely_status create_directory(sendsafely_package *of, sendsafely_error **error) {
  char *id = (char *)1;
  sendsafely_status status = sendsafely_package_create_directory(of, NULL, "Docs", &id, error);
  CHECK(status == SENDSAFELY_OK || id == NULL);
  sendsafely_string_free(id);
  return status;
}

static sendsafely_status rename_directory(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_rename_directory(of, "no-such-directory", "Docs", error);
}

static sendsafely_status move_directory(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_move_directory(of, "no-such-directory", NULL, error);
}

static sendsafely_status delete_directory(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete_directory(of, "no-such-directory", error);
}

static sendsafely_status delete_root(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_delete_directory(of, directory_id, error);
}

static sendsafely_status list_activity(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_activity_iterator *iterator = (void *)1;
  sendsafely_status status = sendsafely_package_list_activity(of, &iterator, error);
  CHECK(status == SENDSAFELY_OK || iterator == NULL);
  sendsafely_activity_iterator_free(iterator);
  return status;
}

static sendsafely_status add_recipients(sendsafely_package *of, sendsafely_error **error) {
  const char *emails[] = {"carl@customer.test", "dora@customer.test"};
  sendsafely_recipient_result_list *results = (void *)1;
  sendsafely_status status = sendsafely_package_add_recipients(of, emails, 2, NULL, &results, error);
  CHECK(status == SENDSAFELY_OK || results == NULL);
  sendsafely_recipient_result_list_free(results);
  return status;
}

static sendsafely_status get_recipient(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_recipient *recipient = (void *)1;
  sendsafely_status status = sendsafely_package_get_recipient(of, recipient_id, &recipient, error);
  CHECK(status == SENDSAFELY_OK || recipient == NULL);
  sendsafely_recipient_free(recipient);
  return status;
}

static sendsafely_status set_role(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_set_recipient_role(of, recipient_id, "MANAGER", error);
}

static sendsafely_status remove_recipient(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_remove_recipient(of, recipient_id, error);
}

static sendsafely_status remove_nobody(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_remove_recipient(of, "no-such-recipient", error);
}

static sendsafely_status remove_all_recipients(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_remove_all_recipients(of, error);
}

TEXT_CALL(get_collaborators, sendsafely_package_get_collaborators)
TEXT_CALL(get_permissions, sendsafely_package_get_permissions)

static sendsafely_status add_group(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_add_contact_group(of, group_id, error);
}

static sendsafely_status remove_group(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_remove_contact_group(of, group_id, error);
}

static sendsafely_status get_public_keys(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_public_key_list *keys = (void *)1;
  sendsafely_status status = sendsafely_package_get_public_keys(of, NULL, &keys, error);
  CHECK(status == SENDSAFELY_OK || keys == NULL);
  sendsafely_public_key_list_free(keys);
  return status;
}

static sendsafely_status get_public_keys_of_recipient(sendsafely_package *of, sendsafely_error **error) {
  sendsafely_public_key_list *keys = (void *)1;
  sendsafely_status status = sendsafely_package_get_public_keys(of, recipient_id, &keys, error);
  CHECK(status == SENDSAFELY_OK || keys == NULL);
  sendsafely_public_key_list_free(keys);
  return status;
}

static sendsafely_status upload_keycodes(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_upload_keycodes(of, NULL, error);
}

static sendsafely_status set_label(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_set_label(of, "label", error);
}

static sendsafely_status update(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_update(of, "{\"life\":20}", error);
}

static sendsafely_status notify(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_notify(of, error);
}

static sendsafely_status running_uploads(sendsafely_package *of, sendsafely_error **error) {
  size_t count = 99;
  sendsafely_status status = sendsafely_package_running_uploads(of, &count, error);
  CHECK(status == SENDSAFELY_OK ? count <= 1 : count == 0);
  return status;
}

static sendsafely_status is_workspace(sendsafely_package *of, sendsafely_error **error) {
  int32_t answer = 99;
  sendsafely_status status = sendsafely_package_is_workspace(of, &answer, error);
  CHECK(status == SENDSAFELY_OK ? answer == 0 || answer == 1 : answer == 0);
  return status;
}

static sendsafely_status submit_hosted_dropzone(sendsafely_package *of, sendsafely_error **error) {
  return sendsafely_package_submit_hosted_dropzone(of, "Name", "carl@customer.test", error);
}

/* A cell of the table: a status without any request, or ASKED + a status after requests. OK alone is a success
 * without a request. */
#define ASKED 10000
enum {
  OK = SENDSAFELY_OK,
  DONE = ASKED + SENDSAFELY_OK,
  NO_RECP = SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE,
  NOBODY = SENDSAFELY_NO_RECIPIENT,
  EMPTY = SENDSAFELY_NO_FILE,
  RUNNING = SENDSAFELY_UPLOAD_RUNNING,
  CLOSED = SENDSAFELY_ALREADY_FINALIZED,
  WORKSP = SENDSAFELY_WORKSPACE_NOT_FINALIZABLE,
  NO_DIR = SENDSAFELY_ONLY_IN_WORKSPACE,
  GONE = SENDSAFELY_PACKAGE_DELETED,
  NO_KEY = SENDSAFELY_KEYCODE_UNKNOWN,
  OPEN = SENDSAFELY_NOT_FINALIZED,
  NO_FILE = SENDSAFELY_FILE_NOT_ON_PACKAGE,
  NOT_ON = ASKED + SENDSAFELY_FILE_NOT_ON_PACKAGE,
  NOBODYS = ASKED + SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE, /* another program may have added it */
  NO_GROUP = ASKED + SENDSAFELY_REFUSED,
  REFUSED = ASKED + SENDSAFELY_REFUSED, /* no such file or directory */
  ROOT = ASKED + SENDSAFELY_DENIED,     /* not with the root directory */
  OTHERS = SENDSAFELY_INVALID_ARGUMENT, /* only for the client of a Dropzone */
  WRONG = ASKED + SENDSAFELY_WRONG_KEYCODE, /* found when it is used, before anything is written */
  PARTIAL = ASKED + SENDSAFELY_DENIED, /* an incomplete file cannot be downloaded */
  WRONG_KEY = ASKED + SENDSAFELY_DECRYPT_FAILED,
};

static const struct row {
  const char *name;
  call *call;
  int expected[STATES];
} table[] = {
    // clang-format off
    //                                              fresh   recip.  file    message ready   upload. fin-ing fin-ed  deleted no key  worksp. wrong   no key, deleted Workspace
    {"package_id",             get_id,             {OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK}},
    {"package_code",           get_code,           {OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK}},
    {"package_keycode",        get_keycode,        {OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     NO_KEY, OK,     OK,     NO_KEY, OK}},
    {"package_link",           get_link,           {OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   OK,     GONE,   NO_KEY, OK,     OPEN,   NO_KEY, GONE}},
    {"get_information",        get_information,    {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"get_message",            get_message,        {OK,     OK,     OK,     DONE,   OK,     OK,     OK,     OK,     GONE,   NO_KEY, OK,     OK,     NO_KEY, GONE}},
    {"set_life",               set_life,           {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"set_recipient_phone",    set_recipient_phone,{NO_RECP,DONE,   NO_RECP,NO_RECP,DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   NO_RECP,DONE,   DONE,   GONE}},
    {"running_uploads",        running_uploads,    {OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK}},
    {"is_workspace",           is_workspace,       {OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK,     OK}},
    {"get_collaborators",      get_collaborators,  {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"get_permissions",        get_permissions,    {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"get_public_keys",        get_public_keys,    {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"get_public_keys of a recipient", get_public_keys_of_recipient,{NOBODYS,DONE,NOBODYS,NOBODYS,DONE,DONE,DONE,   DONE,   GONE,   DONE,   NOBODYS,DONE,   DONE,   GONE}},
    {"upload_keycodes",        upload_keycodes,    {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   NO_KEY, DONE,   WRONG,  NO_KEY, GONE}},
    {"set_label",              set_label,          {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"update",                 update,             {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"notify",                 notify,             {OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   OPEN,   DONE,   GONE,   NO_KEY, DONE,   OPEN,   NO_KEY, GONE}},
    {"submit_hosted_dropzone", submit_hosted_dropzone,{OTHERS,OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, GONE,   OTHERS, OTHERS, OTHERS, OTHERS, GONE}},
    {"get_recipient",          get_recipient,      {NOBODYS,DONE,   NOBODYS,NOBODYS,DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   NOBODYS,DONE,   DONE,   GONE}},
    {"set_recipient_role",     set_role,           {NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,GONE,   NO_DIR,NOBODYS,NO_DIR, DONE,   GONE}},
    {"finalize",               finalize,           {NOBODY, EMPTY,  NOBODY, NOBODY, DONE,   RUNNING,CLOSED, CLOSED, GONE,   CLOSED, WORKSP, WRONG,  WORKSP, GONE}},
    {"finalize undisclosed",   finalize_undisclosed,{EMPTY, EMPTY,  DONE,   DONE,   DONE,   RUNNING,CLOSED, CLOSED, GONE,   CLOSED, WORKSP, WRONG,  WORKSP, GONE}},
    {"add_recipient",          add_recipient,      {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"add_recipients",         add_recipients,     {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"remove unknown recipient", remove_nobody,    {NOBODYS,NOBODYS,NOBODYS,NOBODYS,NOBODYS,NOBODYS,NOBODYS,NOBODYS,GONE,   NOBODYS,NOBODYS,NOBODYS, NOBODYS, GONE}},
    {"remove_recipient",       remove_recipient,   {NOBODYS,DONE,   NOBODYS,NOBODYS,DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   NOBODYS,DONE,   DONE,   GONE}},
    {"remove_all_recipients",  remove_all_recipients,{DONE, DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"remove_contact_group",   remove_group,       {NO_GROUP,NO_GROUP,NO_GROUP,NO_GROUP,NO_GROUP,NO_GROUP,NO_GROUP,NO_GROUP,GONE,NO_GROUP,NO_GROUP,NO_GROUP, NO_GROUP, GONE}},
    {"add_contact_group",      add_group,          {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    {"upload to a directory",  upload_to_directory,{NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, CLOSED, CLOSED, GONE,   CLOSED, DONE,   NO_DIR, NO_KEY, GONE}},
    {"upload_file",            upload_file,        {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, DONE,   WRONG,  NO_KEY, GONE}},
    {"upload_memory",          upload_memory,      {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, DONE,   WRONG,  NO_KEY, GONE}},
    {"upload_callback",        upload_callback,    {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, DONE,   WRONG,  NO_KEY, GONE}},
    {"set_message",            set_message,        {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, DONE,   WRONG,  NO_KEY, GONE}},
    {"download_file",          download_file,      {NOT_ON, NOT_ON, DONE,   NOT_ON, DONE,   DONE,   DONE,   DONE,   GONE,   NO_KEY, NOT_ON, WRONG_KEY, NO_KEY, GONE}},
    {"download_memory",        download_memory,    {NOT_ON, NOT_ON, DONE,   NOT_ON, DONE,   DONE,   DONE,   DONE,   GONE,   NO_KEY, NOT_ON, WRONG_KEY, NO_KEY, GONE}},
    {"download_callback",      download_callback,  {NOT_ON, NOT_ON, DONE,   NOT_ON, DONE,   DONE,   DONE,   DONE,   GONE,   NO_KEY, NOT_ON, WRONG_KEY, NO_KEY, GONE}},
    {"download from a directory", download_from_directory,{NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE, NO_DIR, NOT_ON, NO_DIR, NO_KEY, GONE}},
    {"download_all",           download_all,       {DONE,   DONE,   DONE,   DONE,   DONE,   PARTIAL,  DONE,   DONE,   GONE,   NO_KEY, DONE,   WRONG_KEY, NO_KEY, GONE}},
    {"download_all of a directory", download_tree, {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, DONE,   NO_DIR, NO_KEY, GONE}},
    {"get_file_information",   get_file_information,{NOT_ON,NOT_ON, DONE,   NOT_ON, DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   NOT_ON, DONE,   DONE,   GONE}},
    {"get_file_information in a directory", get_file_information_in_directory,{NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,GONE,NO_DIR,NOT_ON,NO_DIR, DONE,   GONE}},
    {"get_directory",          get_directory,      {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, DONE,   NO_DIR, DONE,   GONE}},
    {"list_activity",          list_activity,      {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, OK,     NO_DIR, OK,     GONE}},
    {"rename_directory",       rename_directory,   {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, REFUSED,NO_DIR, REFUSED, GONE}},
    {"move_directory",         move_directory,     {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, REFUSED,NO_DIR, REFUSED, GONE}},
    {"delete_directory",       delete_directory,   {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, REFUSED,NO_DIR, REFUSED, GONE}},
    {"delete_directory, root", delete_root,        {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, ROOT,   NO_DIR, ROOT,   GONE}},
    {"move_file",              move_file,          {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, REFUSED,NO_DIR, DONE,   GONE}},
    {"copy_file",              copy_file,          {NOT_ON, NOT_ON, DONE,   NOT_ON, DONE,   DONE,   DONE,   DONE,   GONE,   NO_KEY, NOT_ON, WRONG,  NO_KEY, GONE}},
    {"copy_file within",       copy_file_within,   {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_KEY, NOT_ON, NO_DIR, NO_KEY, GONE}},
    {"copy_file from elsewhere", copy_file_into,   {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, DONE,   NO_DIR, NO_KEY, GONE}},
    {"create_directory",       create_directory,   {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, DONE,   NO_DIR, DONE,   GONE}},
    {"upload_all",             upload_all,         {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, DONE,   WRONG,  NO_KEY, GONE}},
    {"upload_all to a directory", upload_all_to_directory,{NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,CLOSED,CLOSED, GONE,   CLOSED, DONE,   NO_DIR, NO_KEY, GONE}},
    {"upload_all of directories", upload_deep_tree,{NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, CLOSED, CLOSED, GONE,   CLOSED, DONE,   NO_DIR, NO_KEY, GONE}},
    {"sync",                   sync_tree,          {NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, NO_DIR, GONE,   NO_DIR, DONE,   NO_DIR, NO_KEY, GONE}},
    {"rename_file",            rename_file,        {NO_FILE,NO_FILE,DONE,   NO_FILE,DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   REFUSED,DONE,   DONE,   GONE}},
    {"delete_file in a directory", delete_file_in_directory,{NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,NO_DIR,GONE,  NO_DIR, NOT_ON, NO_DIR, DONE,   GONE}},
    {"delete_file",            delete_file,        {NO_FILE,NO_FILE,DONE,   NO_FILE,DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   NOT_ON, DONE,   DONE,   GONE}},
    {"delete_unfinished",      delete_unfinished,  {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   CLOSED, CLOSED, GONE,   CLOSED, WORKSP, DONE,   WORKSP, GONE}},
    {"delete",                 delete_package,     {DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   DONE,   GONE,   DONE,   DONE,   DONE,   DONE,   GONE}},
    // clang-format on
};
enum { ROWS = sizeof table / sizeof table[0] };

/* Calls that do not change the package, even when they succeed. */
static int only_looks(call *function) {
  return function == get_id || function == get_code || function == get_keycode || function == get_link ||
         function == get_information || function == get_message || function == set_life ||
         function == set_recipient_phone || function == download_file || function == download_memory ||
         function == download_callback || function == running_uploads || function == is_workspace ||
         function == get_collaborators || function == get_permissions || function == get_public_keys ||
         function == get_public_keys_of_recipient || function == upload_keycodes || function == set_label ||
         function == update || function == notify || function == get_recipient || function == get_file_information ||
         function == get_directory || function == copy_file;
}

static void work_through(enum state state) {
  int is_made = 0;
  for (size_t i = 0; i < ROWS; i++) {
    const struct row *row = &table[i];
    int expected = row->expected[state], is_asked = expected >= ASKED;
    if (!is_made) enter_state(state);
    is_made = 1;
    forget_requests();
    sendsafely_error *error = NULL;
    sendsafely_status status = row->call(package, &error);
    check_at(__FILE__, __LINE__, status == expected % ASKED, "%s, %s: returns %s (%s) instead of %s", row->name,
             state_names[state], sendsafely_status_name(status), sendsafely_error_message(error),
             sendsafely_status_name(expected % ASKED));
    check_at(__FILE__, __LINE__, sendsafely_error_status(error) == status, "%s, %s: the error has status %d", row->name,
             state_names[state], sendsafely_error_status(error));
    size_t requests = requests_arrived();
    check_at(__FILE__, __LINE__, is_asked == (requests > 0), "%s, %s: %zu requests", row->name, state_names[state],
             requests);
    sendsafely_error_free(error);
    if (is_asked && !(only_looks(row->call) || status)) {
      leave_state();
      is_made = 0;
    }
  }
  if (is_made) leave_state();
}

/* States in which every call returns the same status. */
static void work_through_all_alike(const char *name, sendsafely_package *ticket, sendsafely_status expected) {
  for (size_t i = 0; i < ROWS; i++) {
    sendsafely_error *error = NULL;
    sendsafely_status status = table[i].call(ticket, &error);
    check_at(__FILE__, __LINE__, status == expected && sendsafely_error_status(error) == expected,
             "%s, %s: returns %s instead of %s", table[i].name, name, sendsafely_status_name(status),
             sendsafely_status_name(expected));
    sendsafely_error_free(error);
  }
}

/* Delivers one byte. */
static int64_t read_and_misbehave(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)capacity;
  if (*(int *)user_data) return 0;
  *(int *)user_data = 1;
  forget_requests();
  work_through_all_alike("inside its own callback", package, SENDSAFELY_BUSY);
  CHECK(requests_arrived() == 0);
  buffer[0] = 'x';
  return 1;
}

int main(void) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.retry_window_ms = SENDSAFELY_NO_RETRY;
  client = new_client(&options);
  char source_path[4096], directory_path[4096];
  snprintf(source_path, sizeof source_path, "%s", scratch("source.bin"));
  snprintf(directory_path, sizeof directory_path, "%s", setting("TEST_DIRECTORY"));
  source = source_path;
  target_directory = directory_path;
  write_file(source, "from a path", 11);
  char tree_path[4096], deep_path[4096], state_path[4096];
  snprintf(tree_path, sizeof tree_path, "%s", scratch("tree"));
  snprintf(deep_path, sizeof deep_path, "%s", scratch("deep"));
  snprintf(state_path, sizeof state_path, "%s", scratch("state"));
  tree = tree_path;
  deep_tree = deep_path;
  state_directory = state_path;
  CHECK(!mkdir(tree, 0700) && !mkdir(deep_tree, 0700) && !mkdir(scratch("deep/below"), 0700));
  write_file(scratch("tree/leaf.bin"), "leaf", 4);
  write_file(scratch("deep/below/leaf.bin"), "leaf", 4);

  sendsafely_file *stored = NULL;
  store = new_workspace(client);
  CHECK_OK(sendsafely_package_upload_memory(store, "stored.bin", (const uint8_t *)"stored", 6, NULL, &stored, NULL));
  snprintf(stored_id, sizeof stored_id, "%s", stored ? stored->file_id : "");
  sendsafely_file_free(stored);

  sendsafely_contact_group *group = NULL;
  CHECK_OK(sendsafely_client_create_contact_group(client, "Steps", 0, &group, NULL));
  snprintf(group_id, sizeof group_id, "%s", group ? group->contact_group_id : "");
  sendsafely_contact_group_free(group);

  for (enum state state = FRESH; state < STATES; state++) work_through(state);

  enter_state(READY);
  int was_called = 0;
  CHECK_OK(sendsafely_package_upload_callback(package, "callback.bin", read_and_misbehave, &was_called, 1, NULL, NULL,
                                              NULL));
  CHECK(was_called);
  was_called = 0;
  CHECK_OK(sendsafely_package_upload_callback(package, "spooled.bin", read_and_misbehave, &was_called,
                                              SENDSAFELY_SIZE_UNKNOWN, NULL, NULL, NULL));
  CHECK(was_called);
  forget_requests();
  work_through_all_alike("NULL", NULL, SENDSAFELY_PACKAGE_NOT_CREATED);
  work_through_all_alike("of another kind", (sendsafely_package *)client, SENDSAFELY_INVALID_HANDLE);
  work_through_all_alike("foreign", (sendsafely_package *)&options, SENDSAFELY_INVALID_HANDLE);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    for (size_t i = 0; i < ROWS; i++)
      if (table[i].call(package, NULL) != SENDSAFELY_FORKED) end_child(1 + (int)i);
    end_child(0);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  check_at(__FILE__, __LINE__, status == 0, "in a forked child: wait status %x", (unsigned)status);
  sendsafely_package *freed = package;
  leave_state();
  work_through_all_alike("freed", freed, SENDSAFELY_INVALID_HANDLE);
  CHECK(requests_arrived() == 0);

  sendsafely_package_free(store);
  sendsafely_client_free(client);
  return finish("steps");
}
