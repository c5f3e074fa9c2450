/* Secrets stay where they belong. Every function is called while the service responds as it should, refuses, breaks,
 * makes no sense, or sends the client elsewhere. No secret may then stand in an error, in a line of the log, in a file
 * that is not the user's own, in the arguments or the environment of the process, or in a request to another host; and
 * those of the API get only what the protocol says. */
#include "every_call.h"

#include <dirent.h>
#include <sys/stat.h>

/* A secret, and whose requests may have it. */
enum receiver { NOBODY, SERVICE, STORAGE_TOO };
static struct canary {
  const char *what, *text;
  enum receiver receiver;
} canaries[24];
static size_t canary_count;

static void add_canary(const char *what, const char *text, enum receiver receiver) {
  if (!*text || canary_count == sizeof canaries / sizeof canaries[0]) exit(finish("canaries"));
  canaries[canary_count++] = (struct canary){what, strdup(text), receiver};
}

/* How often a text was searched, so that the test shows that it searches. */
static unsigned searched_errors, searched_lines, searched_requests;

static void search_for(enum receiver receiver, const char *where, const char *text) {
  for (size_t i = 0; text && i < canary_count; i++) {
    if (canaries[i].receiver > receiver) continue;
    const char *at = strstr(text, canaries[i].text);
    check_at(__FILE__, __LINE__, at == NULL, "%s has %s: %.200s", where, canaries[i].what, at ? text : "");
  }
}

static void search(const char *where, const char *text) { search_for(STORAGE_TOO, where, text); }

static const char *at_work = "";

static void on_log(void *user_data, const char *line) {
  (void)user_data;
  char where[200];
  snprintf(where, sizeof where, "a line of the log of %s", at_work);
  search(where, line);
  searched_lines++;
}

static void search_error(sendsafely_error *error) {
  char where[200];
  snprintf(where, sizeof where, "the error of %s", at_work);
  search(where, sendsafely_error_message(error));
  search(where, sendsafely_error_remedy(error));
  search(where, sendsafely_error_server_code(error));
  search(where, sendsafely_error_server_message(error));
  searched_errors++;
  sendsafely_error_free(error);
}

static void search_report(const sendsafely_report *report) {
  for (size_t i = 0; report && i < report->count; i++) search("a report", report->items[i]->message);
}

/* The requests so far, each a JSON object that begins with its body. */
static void search_requests(const char *how) {
  char *requests = admin("GET", "/requests", NULL), where[300];
  for (char *next, *record = requests; record; record = next) {
    next = strstr(record + 1, "{\"body\":");
    if (next) next[-1] = 0;
    const char *endpoint = json_text(record, "endpoint");
    int is_of_api = strstr(record, "\"listener\":\"api\"") != NULL;
    /* The function that mails links, and the hosted Dropzone, give the keycode away: that is their purpose. */
    if (!strcmp(endpoint, "notify") || !strcmp(endpoint, "dropzone_connector")) continue;
    snprintf(where, sizeof where, "%s, %s: a request of %s", how, is_of_api ? "API" : "storage", endpoint);
    search_for(is_of_api ? NOBODY : SERVICE, where, record);
    searched_requests++;
  }
  free(requests);
  forget_requests();
}

/* Every file below a directory that the user has not made. */
static void search_files(const char *path) {
  DIR *entries = opendir(path);
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    char below[1024];
    struct stat status;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    search("the name of a file", entry->d_name);
    if (lstat(below, &status) || S_ISLNK(status.st_mode)) continue;
    if (S_ISDIR(status.st_mode)) {
      search_files(below);
      continue;
    }
    if (status.st_size == 0) continue;
    char *text = read_text(below);
    search(below, text);
    free(text);
  }
  if (entries) closedir(entries);
}

/* One call with valid arguments; its outputs are freed. */
static void call_one(const struct call *call) {
  static uint8_t rooms[MOST][512];
  union value with[MOST], outputs[MOST];
  sendsafely_error *error = NULL;
  memset(outputs, 0, sizeof outputs);
  at_work = call->name;
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    if (argument->kind == HANDLE)
      with[i].pointer = ((struct handle *)argument->valid)->live;
    else if (argument->kind == OUTPUT || argument->kind == REPORT)
      with[i].pointer = &outputs[i];
    else if (argument->kind == OPTIONS)
      with[i].pointer = argument->may_be_null ? NULL : set_options(argument->valid, rooms[i], 0);
    else
      memcpy(&with[i], argument->valid, sizeof with[i]);
  }
  call->call(with, &error);
  search_error(error);
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    if (argument->kind == REPORT) search_report(outputs[i].pointer);
    if (argument->free) argument->free(outputs[i].pointer);
  }
}

static sendsafely_client *make_client(void) {
  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.retry_window_ms = 20;
  options.on_log = on_log;
  return new_client(&options);
}

/* The whole tour, with this rule for all requests. Each call has handles of its own, since some delete what they have. */
static void tour(const char *how, const char *rule) {
  sendsafely_client *client = make_client();
  for (const struct call *call = calls; call->name; call++) {
    /* Key pairs are made of random numbers alone, and take long. */
    if (strstr(call->name, "generate_key_pair")) continue;
    for (struct handle *handle = handles; handle->name; handle++) {
      int is_used = 0;
      for (const struct argument *argument = call->arguments; argument->name; argument++)
        is_used |= argument->kind == HANDLE && argument->valid == handle;
      int is_client = !strcmp(handle->name, "sendsafely_client");
      handle->live = is_client ? client : is_used ? handle->make(client) : NULL;
    }
    if (rule) add_fault(rule);
    call_one(call);
    if (rule) remove_faults();
    for (struct handle *handle = handles; handle->name; handle++)
      if (handle->live != client) handle->free(handle->live);
    remove(target);
  }
  sendsafely_client_free(client);
  search_requests(how);
}

/* A proxy gets a password, and no text has it. */
static void proxies(void) {
  const char *const wrong[] = {"http://user:canary-proxy-password@127.0.0.1:9",
                               "ftp://user:canary-proxy-password@proxy",
                               "socks5://user:canary-proxy-password@127.0.0.1:9",
                               "http://user:canary-proxy-password@:x"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    sendsafely_client_options options;
    sendsafely_client *client = NULL;
    sendsafely_error *error = NULL;
    sendsafely_user *user = NULL;
    at_work = wrong[i];
    CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
    options.proxy = wrong[i];
    options.retry_window_ms = SENDSAFELY_NO_RETRY;
    options.on_log = on_log;
    sendsafely_client_new("https://portal.test", "key", "canary-api-secret", &options, &client, &error);
    if (client) CHECK(sendsafely_client_get_user(client, &user, &error) != SENDSAFELY_OK);
    CHECK(error != NULL);
    search_error(error);
    sendsafely_client_free(client);
  }
}

/* A transfer that ends in the middle leaves a resume file; a sync leaves its state. */
static int32_t stop_after_a_part(void *user_data, const sendsafely_progress *progress) {
  (void)user_data;
  return progress->bytes_done > 0 ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

static void files(void) {
  static char text[200000];
  sendsafely_client_options client_options;
  sendsafely_upload_options upload;
  sendsafely_download_options download;
  sendsafely_sync_options sync;
  sendsafely_package *package, *workspace;
  sendsafely_file *file = NULL;
  sendsafely_error *error = NULL;
  char *keycode = NULL, tree[1024], state[1024], own[1024];
  at_work = "files";
  snprintf(own, sizeof own, "%s", scratch("own"));
  snprintf(tree, sizeof tree, "%s", scratch("tree"));
  snprintf(state, sizeof state, "%s", scratch("own/state"));
  make_local_directory(own);
  make_local_directory(tree);
  setenv("TMPDIR", own, 1);
  CHECK_OK(sendsafely_client_options_init(&client_options, sizeof client_options));
  client_options.part_size = 1000;
  client_options.on_log = on_log;
  sendsafely_client *client = new_client(&client_options);
  package = new_package(client);
  workspace = new_workspace(client);
  for (size_t i = 0; i + 20 < sizeof text; i += 20) memcpy(text + i, "canary content      ", 20);
  write_file(scratch("tree/canary-name.txt"), text, 2000);
  write_file(scratch("content.bin"), text, sizeof text);
  size_t before = canary_count;
  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  add_canary("a keycode", keycode ? keycode : "", NOBODY);
  sendsafely_string_free(keycode);
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  add_canary("a keycode", keycode ? keycode : "", NOBODY);
  sendsafely_string_free(keycode);
  add_canary("the content of a file", "canary content", NOBODY);

  CHECK_OK(sendsafely_package_upload_memory(package, "whole.bin", (const uint8_t *)text, 50000, NULL, &file, NULL));
  CHECK_OK(sendsafely_upload_options_init(&upload, sizeof upload));
  upload.resume_file = scratch("own/upload");
  upload.on_progress = stop_after_a_part;
  CHECK_STATUS(SENDSAFELY_STOPPED,
               sendsafely_package_upload_file(package, scratch("content.bin"), &upload, NULL, &error));
  search_error(error);
  CHECK(entries_of(own) > 0);
  search_files(own);
  CHECK_OK(sendsafely_download_options_init(&download, sizeof download));
  download.resume_file = scratch("own/download");
  download.on_progress = stop_after_a_part;
  make_local_directory(scratch("target"));
  error = NULL;
  CHECK_STATUS(SENDSAFELY_STOPPED, sendsafely_package_download_file(package, file ? file->file_id : "",
                                                                    scratch("target"), &download, NULL, &error));
  search_error(error);
  search_files(own);
  CHECK_OK(sendsafely_sync_options_init(&sync, sizeof sync));
  sync.state_directory = state;
  CHECK_OK(sendsafely_package_sync(workspace, tree, &sync, NULL, NULL));
  CHECK(entries_of(state) > 0);
  search_files(own);
  search_requests("transfers");
  canary_count = before;
  sendsafely_file_free(file);
  sendsafely_package_free(workspace);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* What other users of this machine see of the process. */
static void search_process(void) {
  char text[1 << 16];
  FILE *file = fopen("/proc/self/cmdline", "rb");
  size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  for (size_t i = 0; i < size; i++) text[i] = text[i] ? text[i] : ' ';
  text[size] = 0;
  CHECK(size > 0);
  search("the arguments of the process", text);
}

int main(void) {
  char elsewhere[300];
  fill_memory();
  add_canary("the API secret", setting("SENDSAFELY_API_SECRET"), NOBODY);
  add_canary("another API secret", "canary-api-secret", NOBODY);
  add_canary("a keycode", KEYCODE, NOBODY);
  add_canary("a password", "Correct horse 1", SERVICE);
  add_canary("a token", "canary-oauth-token", SERVICE);
  add_canary("an answer", "Canary answer", SERVICE);
  add_canary("a private key", "BEGIN PGP PRIVATE KEY BLOCK", NOBODY);
  add_canary("a server secret", "SERVERSECRETexample", NOBODY);
  add_canary("the password of a proxy", "canary-proxy-password", NOBODY);
  add_canary("the same, as a proxy gets it", "dXNlcjpjYW5hcnktcHJveHktcGFzc3dvcmQ", NOBODY);
  add_canary("the signature of a URL", "Signature=", STORAGE_TOO);
  forget_requests();
  tour("as it should", NULL);
  tour("refused",
       "{\"endpoint\":\"*\",\"times\":0,\"action\":{\"envelope\":{\"response\":\"DENIED\",\"message\":\"no\"}}}");
  tour("broken", "{\"endpoint\":\"*\",\"times\":0,\"action\":{\"status\":500,\"body\":\"oops\"}}");
  tour("garbage", "{\"endpoint\":\"*\",\"times\":0,\"action\":{\"garbage\":true}}");
  snprintf(elsewhere, sizeof elsewhere,
           "{\"endpoint\":\"*\",\"times\":0,\"action\":{\"redirect\":\"%s/elsewhere?x#y\"}}", setting("STORAGE_URL"));
  tour("sent elsewhere", elsewhere);
  proxies();
  files();
  search_process();
  printf("searched: %u errors, %u lines of the log, %u requests\n", searched_errors, searched_lines, searched_requests);
  CHECK(searched_errors > 400 && searched_lines > 100 && searched_requests > 1000);
  while (canary_count) free((char *)canaries[--canary_count].text);
  return finish("canaries");
}
