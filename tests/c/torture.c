/* Every call of the system that a small transfer makes fails in turn: once, or from then on until the call of the
 * library has ended. That succeeds with the right bytes, or fails with an error of a kind; called again, without
 * failures, it does what it should; and nothing stays behind: no partial file, no object, descriptor, thread or memory,
 * nothing wrong on the service. What is interrupted, what would have to wait and what moves half of the bytes fails
 * nothing.
 *
 * TORTURE_STEP=1 takes every case, 100 each hundredth; TORTURE_ONLY=write those of one function; with
 * TORTURE_CASE="write 7 ENOSPC once" one alone says what happens. */
#include "failing_calls.h"
#include "support.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#if defined __SANITIZE_ADDRESS__ || defined FINDS_LEAKS
#include <sanitizer/lsan_interface.h>
#endif

/* Each so many-th case in the short form. */
#ifdef __SANITIZE_ADDRESS__
enum { SHORT_FORM = 601 };
#else
enum { SHORT_FORM = 151 };
#endif

enum { SIZE = 350000, PART = 200000, SMALL = 1000, SIDE_BY_SIDE = 8, PATIENCE = 180, MOST_TEXT = 1000 };

/* What a case reports to the process that began it. */
struct outcome {
  int made[KINDS_OF_CALLS];
  int failed;               /* calls */
  int32_t first_error;      /* of the call of the library that failed first */
  char step[40];            /* its name */
  char problem[MOST_TEXT];  /* what must not be */
  char message[MOST_TEXT];
};
static struct outcome *outcome;
static int is_verbose;

static void problem(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void problem(const char *format, ...) {
  va_list arguments;
  size_t used = strlen(outcome->problem);
  va_start(arguments, format);
  used += (size_t)snprintf(outcome->problem + used, MOST_TEXT - used, "%s", used ? "; " : "");
  if (used < MOST_TEXT) vsnprintf(outcome->problem + used, MOST_TEXT - used, format, arguments);
  va_end(arguments);
}

static const char *name_of_error(enum kind_of_call kind, int error) {
  if (error == HALF) return "HALF";
  if (kind == CALL_getaddrinfo)
    return error == EAI_AGAIN ? "EAI_AGAIN" : error == EAI_MEMORY ? "EAI_MEMORY" : "EAI_FAIL";
  return strerrorname_np(error);
}

static const char *name_of_case(const struct failure *of) {
  static char name[80];
  snprintf(name, sizeof name, "%s %d %s %s", failing_calls[of->kind].name, of->number,
           name_of_error(of->kind, of->error), of->always ? "always" : "once");
  return name;
}

/* The places of a case, all in its own directory. */
static char here[256];
static const char *place(const char *name) {
  static char places[16][512];
  static unsigned turn;
  char *path = places[turn++ % 16];
  snprintf(path, sizeof places[0], "%s/%s", here, name);
  return path;
}

static uint8_t content[SIZE], small[SMALL];

/* What the steps hand on. */
static sendsafely_client *client;
static sendsafely_package *package, *opened, *workspace, *other;
static sendsafely_file *file;
static sendsafely_finalized *finalized;
static char *workspace_link;

static sendsafely_status make_client(sendsafely_error **error) {
  sendsafely_client_options options;
  sendsafely_client_options_init(&options, sizeof options);
  options.part_size = PART;
  options.parts_in_flight = 2;
  options.retry_window_ms = 2000;
  options.stall_timeout_ms = 20000;
  options.connect_timeout_ms = 5000;
  options.deadline_ms = 40000;
  return sendsafely_client_new(getenv("TORTURE_HOST"), getenv("TORTURE_KEY"), getenv("TORTURE_SECRET"), &options,
                               &client, error);
}

static sendsafely_status create(sendsafely_error **error) { return sendsafely_package_create(client, &package, error); }

static sendsafely_status add_recipient(sendsafely_error **error) {
  return sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, error);
}

static sendsafely_status upload(sendsafely_error **error) {
  sendsafely_upload_options options;
  sendsafely_upload_options_init(&options, sizeof options);
  options.resume_file = place("upload.resume");
  return sendsafely_package_upload_file(package, place("source/content.bin"), &options, &file, error);
}

static size_t streamed;
static int64_t read_small(void *user_data, uint8_t *buffer, size_t capacity) {
  size_t size = SMALL - streamed < capacity ? SMALL - streamed : capacity;
  (void)user_data;
  memcpy(buffer, small + streamed, size);
  streamed += size;
  return (int64_t)size;
}

/* Of unknown size, by a temporary file. */
static sendsafely_status stream(sendsafely_error **error) {
  streamed = 0;
  return sendsafely_package_upload_callback(package, "small.bin", read_small, NULL, SENDSAFELY_SIZE_UNKNOWN, NULL, NULL,
                                            error);
}

static sendsafely_status set_message(sendsafely_error **error) {
  return sendsafely_package_set_message(package, "a message", error);
}

static sendsafely_status finalize(sendsafely_error **error) {
  return sendsafely_package_finalize(package, NULL, &finalized, error);
}

static sendsafely_status open_link(sendsafely_error **error) {
  return sendsafely_package_open_link(client, finalized->link, &opened, error);
}

static sendsafely_status get_message(sendsafely_error **error) {
  char *text = NULL;
  sendsafely_status status = sendsafely_package_get_message(opened, &text, error);
  if (status == SENDSAFELY_OK && (!text || strcmp(text, "a message"))) problem("another message");
  sendsafely_string_free(text);
  return status;
}

static sendsafely_status download(sendsafely_error **error) {
  sendsafely_download_options options;
  sendsafely_download_options_init(&options, sizeof options);
  options.resume_file = place("download.resume");
  options.sync = 1;
  return sendsafely_package_download_file(opened, file->file_id, place("one"), &options, NULL, error);
}

/* The report is judged like a status of its own. */
static sendsafely_status judged(sendsafely_status status, sendsafely_report **out_report) {
  sendsafely_report *report = *out_report;
  for (size_t i = 0; status == SENDSAFELY_OK && report && i < report->count; i++) status = report->items[i]->status;
  sendsafely_report_free(report);
  return status;
}

static sendsafely_status download_all(sendsafely_error **error) {
  sendsafely_download_options options;
  sendsafely_report *report = NULL;
  sendsafely_download_options_init(&options, sizeof options);
  options.existing = SENDSAFELY_EXISTING_SKIP;
  return judged(sendsafely_package_download_all(opened, place("all"), &options, &report, error), &report);
}

static sendsafely_status create_workspace(sendsafely_error **error) {
  return sendsafely_package_create_workspace(client, "Project", &workspace, error);
}

/* In place of what is there. */
static sendsafely_status download_over(sendsafely_error **error) {
  sendsafely_download_options options;
  sendsafely_download_options_init(&options, sizeof options);
  options.existing = SENDSAFELY_EXISTING_OVERWRITE;
  options.sync = 1;
  return sendsafely_package_download_file(opened, file->file_id, place("one/content.bin"), &options, NULL, error);
}

static sendsafely_status sync_with(sendsafely_package *with, const char *tree, const char *state,
                                   sendsafely_error **error) {
  sendsafely_sync_options options;
  sendsafely_report *report = NULL;
  sendsafely_sync_options_init(&options, sizeof options);
  options.state_directory = place(state);
  options.delete_files = 1;
  return judged(sendsafely_package_sync(with, place(tree), &options, &report, error), &report);
}

static sendsafely_status sync_up(sendsafely_error **error) { return sync_with(workspace, "source", "state", error); }

static sendsafely_status open_workspace(sendsafely_error **error) {
  sendsafely_status status = SENDSAFELY_OK;
  if (!workspace_link) status = sendsafely_package_link(workspace, &workspace_link, error);
  return status ? status : sendsafely_package_open_link(client, workspace_link, &other, error);
}

static sendsafely_status sync_down(sendsafely_error **error) {
  return sync_with(other, "synced", "other-state", error);
}

static uint8_t changed[SMALL];
static int is_changed;

static sendsafely_status sync_a_change(sendsafely_error **error) {
  if (!is_changed++) write_file(place("source/below/small.bin"), changed, SMALL);
  return sync_up(error);
}

/* One of two files, and no longer than half of them: the others stay. */
static sendsafely_status sync_a_deletion(sendsafely_error **error) {
  remove(place("source/content.bin"));
  return sync_up(error);
}

static const struct step {
  const char *name;
  sendsafely_status (*run)(sendsafely_error **error);
} steps[] = {
    {"client_new", make_client},
    {"create", create},
    {"add_recipient", add_recipient},
    {"upload_file", upload},
    {"upload_callback", stream},
    {"set_message", set_message},
    {"finalize", finalize},
    {"open_link", open_link},
    {"get_message", get_message},
    {"download_file", download},
    {"download_all", download_all},
    {"create_workspace", create_workspace},
    {"sync up", sync_up},
    {"open the Workspace", open_workspace},
    {"sync down", sync_down},
    {"download over", download_over},
    {"sync a change", sync_a_change},
    {"sync a change down", sync_down},
    {"sync a deletion", sync_a_deletion},
    {"sync a deletion down", sync_down},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

/* Whether the failure may have lost a response. */
static int is_of_network(void) {
  return failure.kind == CALL_recv || failure.kind == CALL_send || failure.kind == CALL_setsockopt ||
         failure.kind == CALL_poll || failure.kind == CALL_memory;
}

/* Beside an incomplete file of its name, which a lost response has left in the Workspace, a sync deletes no file. */
static int is_content_there(void) { return !access(place("synced/content.bin"), F_OK); }

/* A file is not there, or has the right bytes. */
static void look_at(const char *path, const void *bytes, size_t size, int must_exist) {
  if (access(place(path), F_OK) ? must_exist : !file_is(place(path), bytes, size))
    problem("%s %s", path, must_exist ? "is missing or wrong" : "is partial");
}

static void look_at_files(int must_exist) {
  int is_new = must_exist || file_is(place("synced/below/small.bin"), changed, SMALL);
  look_at("one/content.bin", content, SIZE, must_exist);
  look_at("all/content.bin", content, SIZE, must_exist);
  look_at("all/small.bin", small, SMALL, must_exist);
  look_at("synced/below/small.bin", is_new ? changed : small, SMALL, must_exist);
  if (must_exist) {
    if (is_content_there() && !is_of_network()) problem("a file was not deleted");
  } else {
    look_at("synced/content.bin", content, SIZE, 0);
  }
}

/* A directory has so many entries, besides what could not be removed. */
static void count_entries(const char *path, size_t expected) {
  DIR *directory = opendir(place(path));
  char names[400] = "";
  size_t count = 0;
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    int is_resume_file = strstr(entry->d_name, "load.resume") != NULL,
        is_temporary = !strncmp(entry->d_name, ".sendsafely-", 12);
    /* What cannot be looked at is not removed, and an empty resume file does no harm. */
    if (is_resume_file && (failure.kind == CALL_unlink || failure.kind == CALL_statx)) continue;
    if (is_temporary && failure.kind == CALL_unlink) continue;
    count++;
    snprintf(names + strlen(names), sizeof names - strlen(names), " %s", entry->d_name);
  }
  if (directory) closedir(directory);
  if (count != expected) problem("%s has%s", *path ? path : "the directory", names);
}

/* An error that is none of a kind, or of a kind that the failure cannot have. */
static void judge(const char *step, sendsafely_status status, sendsafely_error *error) {
  const char *message = sendsafely_error_message(error);
  if (is_verbose) printf("  %s: %s: %s\n", step, sendsafely_status_name(status), message ? message : "");
  if (!outcome->first_error) {
    outcome->first_error = status;
    snprintf(outcome->step, sizeof outcome->step, "%s", step);
    snprintf(outcome->message, MOST_TEXT, "%s", message ? message : "(in the report)");
  }
  /* A system whose random generator fails has no status of its own. */
  if (status == SENDSAFELY_INTERNAL && failure.kind != CALL_getrandom)
    problem("%s: an internal error: %s", step, message ? message : "(in the report)");
  /* A thread that is refused, and a lock that another program has, are no waits. */
  int is_wait = failure.error == EAGAIN && failure.kind != CALL_pthread_create && failure.kind != CALL_flock;
  if (failure.error == EINTR || failure.error == HALF || is_wait)
    problem("%s: %s is an error for the user: %s %s", step, name_of_error(failure.kind, failure.error),
            sendsafely_status_name(status), message ? message : "");
}

/* Runs a step with failures; if it fails, once more without. Returns whether the next one can come. */
static int take(const struct step *step) {
  sendsafely_error *error = NULL;
  struct timespec begun, ended;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  calls_are_counted = 1;
  int before = calls_failed;
  sendsafely_status status = step->run(&error);
  calls_are_counted = 0;
  clock_gettime(CLOCK_MONOTONIC, &ended);
  double seconds = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
  if (is_verbose) printf("  %s: %.3f s\n", step->name, seconds);
  if (seconds > 45) problem("%s takes %.0f s", step->name, seconds);
  if (status == SENDSAFELY_OK && failure.kind == CALL_fsync && failure.error != EINTR && calls_failed > before)
    problem("%s succeeds, and is not durable", step->name);
  if (status == SENDSAFELY_OK) return 1;
  judge(step->name, status, error);
  sendsafely_error_free(error);
  look_at_files(0);
  failure.number = 0;
  for (int tries = 0; tries < 3; tries++) {
    error = NULL;
    status = step->run(&error);
    if (is_verbose)
      printf("  %s again: %s %s\n", step->name, sendsafely_status_name(status), sendsafely_error_message(error));
    if (status == SENDSAFELY_OK) return 1;
    /* It is whole, but its name was not durable. */
    int is_named = status == SENDSAFELY_FILE_EXISTS && failure.kind == CALL_fsync;
    if (is_named) unlink(place("one/content.bin"));
    if (tries == 2)
      problem("%s does not go on: %s %s", step->name, sendsafely_status_name(status),
              error ? sendsafely_error_message(error) : "");
    sendsafely_error_free(error);
  }
  return 0;
}

static size_t threads(void) { return entries_of("/proc/self/task"); }

/* What the service has of the package, and how often. */
static void look_at_service(void) {
  sendsafely_package_information *information = NULL;
  if (sendsafely_package_get_information(package, &information, NULL)) {
    problem("no information");
    return;
  }
  if (information->recipients->count != 1) problem("%zu recipients", information->recipients->count);
  if (information->files->count != 2) problem("%zu files", information->files->count);
  for (size_t i = 0; i < information->files->count; i++) {
    const sendsafely_file *found = information->files->items[i];
    sendsafely_optional_size size = strcmp(found->file_name, "small.bin") ? SIZE : SMALL;
    if (found->size != size) problem("%s has %lld bytes", found->file_name, (long long)found->size);
  }
  sendsafely_package_information_free(information);
  information = NULL;
  if (sendsafely_package_get_information(workspace, &information, NULL)) {
    problem("no information of the Workspace");
    return;
  }
  /* What lost responses have created, one for each attempt, is not complete, and does no harm. */
  size_t most = is_of_network() ? 20 : 0;
  if (information->files->count > most || information->directories->count != 1)
    problem("the Workspace has %zu files and %zu directories", information->files->count,
            information->directories->count);
  sendsafely_package_information_free(information);
}

/* All packages and Workspaces of the user are deleted, and counted. */
static void delete_all(void) {
  size_t found[2] = {0, 0};
  for (int kind = 0; kind < 2; kind++) {
    sendsafely_package_iterator *all = NULL;
    sendsafely_package_summary *one = NULL;
    sendsafely_package_list list = kind ? SENDSAFELY_PACKAGE_LIST_WORKSPACES : SENDSAFELY_PACKAGE_LIST_SENT;
    if (sendsafely_client_list_packages(client, list, NULL, &all, NULL)) continue;
    while (sendsafely_package_iterator_next(all, &one, NULL) == SENDSAFELY_OK && one) {
      sendsafely_package *of = NULL;
      if (sendsafely_package_open(client, one->package_id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", &of, NULL) ||
          sendsafely_package_delete(of, NULL))
        problem("a package cannot be deleted");
      sendsafely_package_free(of);
      sendsafely_package_summary_free(one);
      one = NULL;
      found[kind]++;
    }
    sendsafely_package_iterator_free(all);
  }
  /* Those of lost responses are empty, and the service removes them. */
  int may_be_more = is_of_network();
  if (found[0] != 1 && !may_be_more) problem("%zu packages", found[0]);
  if (found[1] != 1 && !may_be_more) problem("%zu Workspaces", found[1]);
}

static void run_case(const struct failure *to_fail, int number) {
  char name[40];
  snprintf(name, sizeof name, "%d", number);
  snprintf(here, sizeof here, "%s", scratch(name));
  make_local_directory(here);
  const char *const directories[] = {"source", "source/below", "one", "all", "synced", "state", "other-state", "tmp"};
  for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) make_local_directory(place(directories[i]));
  write_file(place("source/content.bin"), content, SIZE);
  write_file(place("source/below/small.bin"), small, SMALL);
  setenv("TMPDIR", place("tmp"), 1);
  /* One file of certificates instead of hundreds. */
  setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt", 1);
  setenv("SSL_CERT_DIR", place("state"), 1);
  /* A user of its own. */
  char user[128];
  snprintf(user, sizeof user, "{\"email\":\"torture%d@acme.test\"}", number);
  char *added = admin("POST", "/users", user);
  setenv("TORTURE_KEY", json_text(added, "api_key"), 1);
  setenv("TORTURE_SECRET", json_text(added, "api_secret"), 1);
  free(added);

  failure = *to_fail;
  failures_are_shown = is_verbose;
  size_t descriptors = entries_of("/proc/self/fd");
  int done = 0;
  while (done < STEPS && take(&steps[done])) done++;
  for (int kind = 0; kind < KINDS_OF_CALLS; kind++) outcome->made[kind] = calls_made[kind];
  outcome->failed = calls_failed;
  if (done == STEPS) {
    look_at_files(1);
    look_at_service();
    count_entries("one", 1);
    count_entries("all", 2);
    count_entries("synced", is_content_there() ? 2 : 1);
    count_entries("synced/below", 1);
    count_entries("source", 1);
    count_entries("", sizeof directories / sizeof directories[0] - 1);
  }
  if (client) delete_all();

  sendsafely_string_free(workspace_link);
  sendsafely_finalized_free(finalized);
  sendsafely_file_free(file);
  sendsafely_package_free(other);
  sendsafely_package_free(workspace);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  workspace_link = NULL;
  for (int tries = 0; threads() > 1 && tries < 500; tries++) usleep(10000);
  if (threads() > 1) problem("%zu threads are left", threads() - 1);
  size_t left = entries_of("/proc/self/fd");
  if (left != descriptors) problem("%zu descriptors instead of %zu", left, descriptors);
  if (sendsafely_live_objects()) problem("%llu objects are left", (unsigned long long)sendsafely_live_objects());
#if defined __SANITIZE_ADDRESS__ || defined FINDS_LEAKS
  /* What shows the place of a failure leaves some itself. */
  if (!is_verbose && __lsan_do_recoverable_leak_check()) problem("memory is left");
#endif
}

/* A case under way. */
static struct slot {
  pid_t process;
  struct failure failure;
  struct outcome *outcome;
  int number;
} slots[SIDE_BY_SIDE];

static int cases, fired, problems, right, errors[1000];

static void remove_tree(const char *path) {
  DIR *directory = opendir(path);
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    char below[1024];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    if (unlink(below)) remove_tree(below);
  }
  if (directory) closedir(directory);
  rmdir(path);
}

/* Takes the result of a case that has ended. */
static void settle(struct slot *slot, int status) {
  struct outcome *result = slot->outcome;
  char number[40];
  slot->process = 0;
  cases++;
  fired += result->failed > 0;
  right += !result->first_error;
  if (result->first_error > 0 && result->first_error < 1000) errors[result->first_error]++;
  outcome = result;
  if (WIFSIGNALED(status))
    problem(WTERMSIG(status) == SIGALRM ? "it hangs" : "it ends by the signal %d", WTERMSIG(status));
  else if (WEXITSTATUS(status))
    problem("it ends with %d", WEXITSTATUS(status));
  if (*result->problem) {
    problems++;
    fprintf(stderr, "TORTURE_CASE=\"%s\": %s", name_of_case(&slot->failure), result->problem);
    if (result->first_error)
      fprintf(stderr, " (%s: %s %s)", result->step, sendsafely_status_name(result->first_error), result->message);
    fputc('\n', stderr);
  }
  snprintf(number, sizeof number, "%d", slot->number);
  remove_tree(scratch(number));
}

/* Waits until a slot is free, or until all are. */
static struct slot *wait_for_slots(int all) {
  for (;;) {
    struct slot *free_one = NULL;
    int busy = 0;
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      if (slots[i].process)
        busy++;
      else if (!free_one)
        free_one = &slots[i];
    }
    if (all ? !busy : free_one != NULL) return free_one;
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    for (int i = 0; i < SIDE_BY_SIDE; i++)
      if (slots[i].process == ended) settle(&slots[i], status);
  }
}

static void begin_case(const struct failure *to_fail) {
  static int number;
  struct slot *slot = wait_for_slots(0);
  slot->failure = *to_fail;
  slot->number = ++number;
  memset(slot->outcome, 0, sizeof *slot->outcome);
  fflush(NULL);
  slot->process = fork();
  if (slot->process == 0) {
    alarm(PATIENCE);
    outcome = slot->outcome;
    run_case(to_fail, number);
    fflush(NULL);
    _exit(0);
  }
}

/* A case by its name. */
static struct failure named(const char *text) {
  struct failure found = {.number = 0};
  char kind[40], error[40], when[40];
  if (sscanf(text, "%39s %d %39s %39s", kind, &found.number, error, when) != 4) exit(2);
  for (int i = 0; i < KINDS_OF_CALLS; i++)
    if (!strcmp(failing_calls[i].name, kind))
      for (int j = 0; j < MOST_ERRORS && failing_calls[i].errors[j]; j++)
        if (!strcmp(name_of_error(i, failing_calls[i].errors[j]), error)) {
          found.kind = i;
          found.error = failing_calls[i].errors[j];
        }
  found.always = !strcmp(when, "always");
  return found;
}

int main(void) {
  const char *step_text = getenv("TORTURE_STEP"), *one = getenv("TORTURE_CASE"), *only = getenv("TORTURE_ONLY");
  int step = step_text ? atoi(step_text) : SHORT_FORM, made[KINDS_OF_CALLS];
  char host[256];
  fill(content, SIZE, 1);
  fill(small, SMALL, 2);
  fill(changed, SMALL, 3);
  /* By a name, so that it is looked up. */
  const char *port = strrchr(setting("SENDSAFELY_HOST"), ':');
  snprintf(host, sizeof host, "http://localhost%s", port ? port : "");
  setenv("TORTURE_HOST", host, 1);
  struct outcome *shared =
      mmap(NULL, SIDE_BY_SIDE * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < SIDE_BY_SIDE; i++) slots[i].outcome = &shared[i];

  struct failure nothing = {.number = 0}, alone = one ? named(one) : nothing;
  is_verbose = one != NULL;
  begin_case(&alone);
  wait_for_slots(1);
  memcpy(made, slots[0].outcome->made, sizeof made);
  for (int kind = 0; kind < KINDS_OF_CALLS; kind++)
    if (slots[0].outcome->made[kind]) printf("%s %d, ", failing_calls[kind].name, made[kind]);
  printf("\n");
  if (!one && (slots[0].outcome->first_error || problems)) {
    fprintf(stderr, "without failures: %s %s\n", slots[0].outcome->step, slots[0].outcome->message);
    problems++;
  }
  int turn = 0;
  for (int kind = 0; kind < KINDS_OF_CALLS && !one; kind++) {
    if (only && strcmp(only, failing_calls[kind].name)) continue;
    for (int number = 1; number <= made[kind]; number++)
      for (int j = 0; j < MOST_ERRORS && failing_calls[kind].errors[j]; j++)
        for (int always = 0; always < 2; always++) {
          struct failure next = {kind, number, failing_calls[kind].errors[j], always};
          /* Nothing is interrupted for ever. */
          if (always && (next.error == EINTR || next.error == EAGAIN || next.error == HALF)) continue;
          if (turn++ % step == 0) begin_case(&next);
        }
  }
  wait_for_slots(1);
  printf("%d cases, %d with a failure: %d ended well", cases, fired, right);
  for (int status = 1; status < 1000; status++)
    if (errors[status]) printf(", %d %s", errors[status], sendsafely_status_name(status));
  printf("\n");
  CHECK(problems == 0);
  return finish("torture");
}
