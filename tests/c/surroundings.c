/* Poor surroundings: threads that cannot be started, few file descriptors, closed standard streams; and threads of the
 * program that must not notice those of the library. The program has two functions of the C library itself: it counts
 * changes of a signal mask, and refuses threads. */
#include "support.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { PARTS = 12, PART = 1000, ANY_NUMBER = 1 << 20 };

static pthread_t program_thread;
static atomic_int changed_masks, threads_left = ANY_NUMBER;

typedef int (*set_mask)(int, const sigset_t *, sigset_t *);
typedef int (*create_thread)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/* POSIX says that a void * from dlsym may become a function; ISO C does not. */
static void find(const char *name, void *function) {
  void *found = dlsym(RTLD_NEXT, name);
  memcpy(function, &found, sizeof found);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) {
  set_mask real;
  find("pthread_sigmask", &real);
  if (set && pthread_equal(pthread_self(), program_thread)) changed_masks++;
  return real(how, set, old);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  create_thread real;
  find("pthread_create", &real);
  if (threads_left-- <= 0) return EAGAIN;
  return real(thread, attributes, run, argument);
}

/* Counts the threads of the library that would take a signal of the program. */
static unsigned library_threads, open_to_signals;
static int32_t look_at_threads(void *user_data, const sendsafely_progress *progress) {
  (void)user_data, (void)progress;
  DIR *threads = opendir("/proc/self/task");
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    if (entry->d_name[0] == '.') continue;
    char path[300], status[8192];
    snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
    FILE *file = fopen(path, "rb");
    if (!file) continue; /* The thread has ended meanwhile. */
    status[fread(status, 1, sizeof status - 1, file)] = 0;
    fclose(file);
    char *blocked = strstr(status, "SigBlk:");
    if (strstr(status, "Name:\tsendsafely") && blocked) {
      library_threads++;
      /* SIGINT, SIGTERM and SIGCHLD. */
      unsigned long long wanted = 1ULL << (SIGINT - 1) | 1ULL << (SIGTERM - 1) | 1ULL << (SIGCHLD - 1);
      open_to_signals += (strtoull(blocked + 7, NULL, 16) & wanted) != wanted;
    }
  }
  if (threads) closedir(threads);
  return SENDSAFELY_CONTINUE;
}

static void signal_masks(void) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  sendsafely_upload_options options;
  CHECK_OK(sendsafely_upload_options_init(&options, sizeof options));
  options.on_progress = look_at_threads;
  add_fault("{\"endpoint\":\"create_file\",\"action\":{\"hang_ms\":500}}");
  changed_masks = 0;
  CHECK_OK(sendsafely_package_upload_memory(package, "a.bin", (const uint8_t *)"bytes", 5, &options, NULL, NULL));
  CHECK(changed_masks == 0);
  CHECK(library_threads > 0 && open_to_signals == 0);
  remove_faults();
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

/* A stream of PARTS parts. */
static int64_t read_some(void *user_data, uint8_t *buffer, size_t capacity) {
  size_t *left = user_data, count = capacity < *left ? capacity : *left;
  memset(buffer, 7, count);
  *left -= count;
  return (int64_t)count;
}

/* How many files a directory has, and how many of them are temporary. */
static size_t files_in(const char *directory, size_t *temporary) {
  DIR *entries = opendir(directory);
  size_t count = 0;
  *temporary = 0;
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    *temporary += strstr(entry->d_name, ".part") != NULL;
    count += entry->d_name[0] != '.';
  }
  if (entries) closedir(entries);
  return count;
}

/* How many files a directory has. Temporary ones go with the last worker of a failed call, which may take a moment. */
static size_t whole_files(const char *directory) {
  size_t count, temporary;
  for (int waits = 0; count = files_in(directory, &temporary), temporary && waits < 1000; waits++) usleep(10000);
  check_at(__FILE__, __LINE__, temporary == 0, "%s has %zu temporary files", directory, temporary);
  return count;
}

static unsigned refused_calls;
static int must_do;

/* Whether a call did all of its work. If it did not, it says that the system was the reason, and what to do. */
static int did(const char *what, sendsafely_status status, sendsafely_error **error) {
  if (status == SENDSAFELY_OK) return 1;
  if (must_do) fprintf(stderr, "%s\n", sendsafely_error_message(*error));
  CHECK(!must_do);
  refused_calls++;
  check_status_at(__FILE__, __LINE__, SENDSAFELY_SYSTEM_LIMIT, status, what);
  CHECK(*sendsafely_error_message(*error) && *sendsafely_error_remedy(*error));
  sendsafely_error_free(*error);
  return 0;
}

/* Makes all kinds of transfers, each in poor surroundings. */
static void transfers(const char *where, void (*squeeze)(int), void (*relieve)(void), int much) {
  static uint8_t bytes[PARTS * PART];
  size_t left = sizeof bytes;
  char local[256], to_file[256], to_all[256];
  sendsafely_client_options options;
  sendsafely_error *error = NULL;
  sendsafely_file *first = NULL;
  sendsafely_report *sent = NULL, *received = NULL;
  sendsafely_package_information *information = NULL;
  snprintf(local, sizeof local, "%s-%d-local", where, much);
  snprintf(to_file, sizeof to_file, "%s-%d-file", where, much);
  snprintf(to_all, sizeof to_all, "%s-%d-all", where, much);
  make_local_directory(scratch(local));
  make_local_directory(scratch(to_file));
  make_local_directory(scratch(to_all));
  for (int i = 0; i < 6; i++) {
    char name[300];
    snprintf(name, sizeof name, "%s/%d.bin", local, i);
    write_file(scratch(name), bytes, sizeof bytes);
  }
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.part_size = PART;
  options.retry_window_ms = 1000;
  sendsafely_client *client = new_client(&options);
  sendsafely_package *package = new_package(client);
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "first.bin", bytes, sizeof bytes, NULL, &first, NULL));
  REQUIRE(first != NULL);

  size_t files = 1;
  sendsafely_status status;
#define POORLY(call) (squeeze(much), status = (call), relieve(), did(#call, status, &error))
  files += POORLY(sendsafely_package_upload_memory(package, "m.bin", bytes, sizeof bytes, NULL, NULL, &error));
  files += POORLY(sendsafely_package_upload_callback(package, "c.bin", read_some, &left, SENDSAFELY_SIZE_UNKNOWN, NULL,
                                                     NULL, &error));
  POORLY(sendsafely_package_upload_all(package, scratch(local), NULL, &sent, &error));
  int one = POORLY(sendsafely_package_download_file(package, first->file_id, scratch(to_file), NULL, NULL, &error));
  int all = POORLY(sendsafely_package_download_all(package, scratch(to_all), NULL, &received, &error));

  for (size_t i = 0; sent && i < sent->count; i++) files += sent->items[i]->action == SENDSAFELY_ACTION_UPLOADED;
  CHECK(whole_files(scratch(to_file)) == (size_t)one);
  CHECK(!all || whole_files(scratch(to_all)) == files);
  whole_files(scratch(to_all));
  CHECK_OK(sendsafely_package_finalize(package, NULL, NULL, NULL));
  CHECK_OK(sendsafely_package_get_information(package, &information, NULL));
  CHECK(information && information->files->count == files);
  sendsafely_package_information_free(information);
  sendsafely_report_free(sent);
  sendsafely_report_free(received);
  sendsafely_file_free(first);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static void few_threads(int threads) {
  usleep(20000); /* The thread of a call before has ended, and cannot take this one, too. */
  threads_left = threads;
}
static void any_threads(void) { threads_left = ANY_NUMBER; }

/* Makes a call of the same client inside a callback. */
struct nesting {
  sendsafely_client *client;
  int is_done;
};
static int64_t read_and_call(void *user_data, uint8_t *buffer, size_t capacity) {
  struct nesting *nesting = user_data;
  sendsafely_user *user = NULL;
  sendsafely_error *error = NULL;
  CHECK(capacity > 0);
  did("get_user", sendsafely_client_get_user(nesting->client, &user, &error), &error);
  sendsafely_user_free(user);
  nesting->is_done = 1;
  *buffer = 7;
  return 1;
}

/* Only one more thread than the call around it has can lead a call inside a callback. */
static void nested_calls(void) {
  sendsafely_client *client = new_client(NULL);
  sendsafely_package *package = new_package(client);
  for (int threads = 1; threads <= 3; threads++) {
    struct nesting nesting = {client, 0};
    char name[32];
    snprintf(name, sizeof name, "%d.bin", threads);
    must_do = threads > 1;
    refused_calls = 0;
    few_threads(threads);
    CHECK_OK(sendsafely_package_upload_callback(package, name, read_and_call, &nesting, 1, NULL, NULL, NULL));
    any_threads();
    CHECK(nesting.is_done && refused_calls == !must_do);
  }
  sendsafely_package_free(package);
  sendsafely_client_free(client);
}

static struct rlimit descriptors;
static void few_descriptors(int spare) {
  int next = dup(0);
  close(next);
  CHECK(getrlimit(RLIMIT_NOFILE, &descriptors) == 0);
  struct rlimit few = {(rlim_t)(next + spare), descriptors.rlim_max};
  CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
}
static void any_descriptors(void) { CHECK(setrlimit(RLIMIT_NOFILE, &descriptors) == 0); }

/* The standard streams are closed. What the library opens in the meantime is none of them. */
static int saved[3];
static void close_standard(int unused) {
  (void)unused;
  fflush(NULL);
  for (int i = 0; i < 3; i++) saved[i] = fcntl(i, F_DUPFD, 50), close(i);
}
static void reopen_standard(void) {
  int used = 0;
  for (int i = 0; i < 3; i++) used += fcntl(i, F_GETFD) != -1;
  for (int i = 0; i < 3; i++) dup2(saved[i], i), close(saved[i]);
  CHECK(used == 0);
}

int main(void) {
  program_thread = pthread_self();
  signal_masks();
  /* One thread is enough. */
  for (int threads = 0; threads <= 8; threads++) {
    must_do = threads > 0;
    transfers("threads", few_threads, any_threads, threads);
    CHECK(must_do || refused_calls > 0);
  }
  nested_calls();
  must_do = 0;
  refused_calls = 0;
  for (int spare = 0; spare <= 8; spare += 2) transfers("descriptors", few_descriptors, any_descriptors, spare);
  CHECK(refused_calls > 0);
  must_do = 1;
  transfers("closed", close_standard, reopen_standard, 0);
  return finish("surroundings");
}
