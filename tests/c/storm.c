/* Every exported function in a random order from several threads, with random, stale, freed and cross-kind handles, NULL
 * and absurd arguments. Handles and records are in a pool that all threads use and free from, so that one is often freed
 * while another thread uses it. The functions and their valid arguments come from the header, by nonsense.py. The
 * library has to survive, and nothing may be left. STORM_CALLS and STORM_SEED are numbers. The numbers can also be those
 * of a byte string, so that a fuzzer chooses them (fuzz/fuzz_targets/calls.rs); the files of the directory STORM_CORPUS
 * are played first. */
#include "every_call.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { THREADS = 8, POOL = 256, ROOM = 512 };

/* What the library returned: live or freed, of any kind. */
static _Atomic(void *) pool[POOL];
static uint64_t calls_of_each, seed;
static atomic_ullong made, succeeded;
static sendsafely_client_options watched;

/* Whether the progress callback of this thread lets its call go on to the service. */
static _Thread_local int goes_on;
static int32_t on_progress(void *user_data, const sendsafely_progress *progress) {
  (void)user_data, (void)progress;
  return goes_on ? SENDSAFELY_CONTINUE : SENDSAFELY_STOP;
}

static _Thread_local uint64_t state;
/* Where numbers come from instead, if not NULL. At its end all are 0. */
static _Thread_local const uint8_t *bytes;
static _Thread_local size_t bytes_left;

static uint64_t next_bytes(size_t size) {
  uint64_t number = 0;
  while (size-- && bytes_left) {
    number = number << 8 | *bytes++;
    bytes_left--;
  }
  return number;
}

static uint64_t random_number(void) {
  if (bytes) return next_bytes(sizeof(uint64_t));
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545f4914f6cdd1du >> 16;
}
static uint64_t below(uint64_t most) {
  return (bytes ? next_bytes(most <= 256 ? 1 : most <= 65536 ? 2 : sizeof(uint64_t)) : random_number()) % most;
}

static void free_of_any_kind(void *pointer) {
  for (const struct free_function *function = frees; function->name; function++) function->free(pointer);
}

/* Puts something into the pool, and frees what was there. */
static void put(void *pointer) { free_of_any_kind(atomic_exchange(&pool[below(POOL)], pointer)); }

/* Makes a live handle of some kind, with a client of its own. */
static void make_one(void) {
  goes_on = 1;
  sendsafely_client *client = new_client(&watched);
  uint64_t kind = below(6);
  const struct handle *handle = &handles[0];
  while (kind-- && handle[1].name) handle++;
  void *one = NULL;
  if (!below(4))
    one = new_workspace(client);
  else if (strcmp(handle->name, "sendsafely_client"))
    one = handle->make(client);
  put(one);
  put(client);
  goes_on = 0;
}

/* A pointer that is a handle of this kind, of another kind, was one, or never was. */
static void *some_pointer(void) {
  static uint64_t bytes[4];
  void *pooled = atomic_load(&pool[below(POOL)]);
  switch (below(16)) {
  case 0:
    return NULL;
  case 1:
    return bytes;
  case 2:
    return (char *)bytes + below(32);
  case 3:
    return (void *)(uintptr_t)random_number();
  case 4:
    return (void *)(uintptr_t)below(1 << 20);
  case 5:
    return (void *)((uintptr_t)pooled + 2 * below(8)); /* another kind, or a later number */
  case 6:
    return (void *)(UINTPTR_MAX - below(64));
  default:
    return pooled;
  }
}

/* The same, but not the number of a handle that another thread is just making. */
static void *some_pointer_to_free(void) {
  void *pointer = some_pointer();
  if (!below(4) && (uintptr_t)pointer > UINTPTR_MAX / 2) return pointer;
  return below(4) ? atomic_load(&pool[below(POOL)]) : NULL;
}

/* The pool has few of each kind: looks a while for a ticket of this one. Its kind is in the bits above the lowest. */
static void *some_handle(const struct handle *kind) {
  void *pointer = some_pointer();
  for (int i = 0; i < 8 && below(4); i++) {
    void *other = some_pointer();
    if (((uintptr_t)other & 15) == ((uintptr_t)kind->live & 15)) return other;
  }
  return pointer;
}

static char longest[70000];
static const char *some_text(const char *valid) {
  switch (below(16)) {
  case 0:
    return NULL;
  case 1:
    return "";
  case 2:
    return NOT_UTF8;
  case 3:
    return "/dev/null/\n";
  case 4:
    return "/dev/null/%s%n";
  case 5:
    return longest;
  case 6:
    return "/dev/null/\xf0\x9f\xa6\x80";
  default:
    return valid;
  }
}

static int32_t some_number(void) {
  const int32_t numbers[] = {0, 1, 2, 7, -1, INT32_MIN, INT32_MAX, 1 << 20};
  return numbers[below(sizeof numbers / sizeof numbers[0])];
}

static void *some_options(const struct options *options, uint8_t *room, int may_be_null) {
  if (!below(4) && may_be_null) return NULL;
  set_options(options, room, 0);
  if (!below(8)) {
    const size_t sizes[] = {0, 1, 7, 8, options->size - 8, SIZE_MAX};
    memcpy(room, &sizes[below(6)], sizeof(size_t));
  }
  for (const struct field *field = options->fields; field->name; field++) {
    if (below(8)) continue;
    int32_t number = some_number();
    const char *text = below(2) ? NOT_UTF8 : "/dev/null/x";
    if (field->kind == INT32 || field->kind == ENUM) memcpy(room + field->offset, &number, sizeof number);
    if (field->kind == TEXT) memcpy(room + field->offset, &text, sizeof text);
  }
  return room;
}

static void one_call(const struct call *call) {
  union value with[MOST], outputs[MOST];
  _Alignas(16) uint8_t rooms[MOST][ROOM];
  sendsafely_error *error = NULL;
  memset(with, 0, sizeof with);
  memset(outputs, 0, sizeof outputs);
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    if (argument->kind == HANDLE) {
      with[i].pointer = some_handle(argument->valid);
      continue;
    }
    if (argument->kind == OUTPUT || argument->kind == REPORT) {
      with[i].pointer = below(16) ? &outputs[i] : NULL;
      continue;
    }
    if (argument->kind == OPTIONS) {
      with[i].pointer = some_options(argument->valid, rooms[i], argument->may_be_null);
      continue;
    }
    memcpy(&with[i], argument->valid, sizeof with[i]);
    if (argument->kind == TEXT) with[i].pointer = (void *)some_text(with[i].pointer);
    if (argument->kind == INT32 && !below(4)) with[i].as_int32_t = some_number();
    /* An address with a size beyond it would be the program's own mistake. */
    if ((argument->kind == BYTES || argument->kind == TEXTS) && !below(8)) with[i].pointer = NULL;
    if (argument->kind == SIZE_OF_ARRAY && !below(8)) with[i].as_size_t = below(2) ? 0 : SIZE_MAX;
    if (argument->kind == CALLBACK && !below(8)) memset(&with[i], 0, sizeof with[i]);
  }
  goes_on = !below(2048);
  sendsafely_status status = call->call(with, below(8) ? &error : NULL);
  goes_on = 0;
  made++;
  if (status == SENDSAFELY_OK) succeeded++;
  if (bytes && status == SENDSAFELY_INTERNAL) abort();
  check_at(__FILE__, __LINE__, status != SENDSAFELY_INTERNAL, "%s: %s", call->name, sendsafely_error_message(error));
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    if (!argument->free || !outputs[i].pointer) continue;
    /* Clients that the program itself makes would ask a host that is not there. */
    if (below(4) || argument->free == handles[AT_sendsafely_client].free)
      argument->free(outputs[i].pointer);
    else
      put(outputs[i].pointer);
  }
  if (below(4))
    sendsafely_error_free(error);
  else
    put(error);
}

/* The functions about errors, with whatever there is. Of a text that they return nothing is read: another thread may
 * have freed its error. */
static void ask_an_error(void) {
  const sendsafely_error *error = some_pointer();
  sendsafely_error_status(error);
  sendsafely_error_message(error);
  sendsafely_error_http_status(error);
  sendsafely_error_is_retryable(error);
  sendsafely_error_remedy(error);
  sendsafely_error_server_code(error);
  sendsafely_error_server_message(error);
  sendsafely_status_name(some_number());
  sendsafely_status_description(some_number());
  sendsafely_live_objects();
}

static void some_calls(void) {
  size_t functions = 0, ways_to_free = 0;
  while (calls[functions].name) functions++;
  while (frees[ways_to_free].name) ways_to_free++;
  if (!below(2048)) make_one();
  if (!below(16)) frees[below(ways_to_free)].free(some_pointer_to_free());
  if (!below(16)) ask_an_error();
  one_call(&calls[below(functions)]);
}

/* The calls that a byte string stands for. */
void storm_calls(const uint8_t *data, size_t size) {
  static const uint8_t none;
  bytes = data ? data : &none;
  bytes_left = size;
  while (bytes_left) some_calls();
  bytes = NULL;
}

#ifdef STORM_OF_A_FUZZER
/* At the end of a program LeakSanitizer takes for lost what a thread of the library gets that has not begun yet. */
static void let_threads_begin(void) {
  struct timespec moment = {.tv_sec = 1};
  nanosleep(&moment, NULL);
}
#endif

/* Makes the handles that are live all the time. */
void storm_begin(void) {
#ifdef STORM_OF_A_FUZZER
  CHECK(!atexit(let_threads_begin));
#endif
  state = 1;
  fill_memory();
  memset(longest, 'x', sizeof longest - 1);
  /* Syncs keep their state in the scratch directory. */
  setenv("XDG_STATE_HOME", directory, 1);
  CHECK_OK(sendsafely_client_options_init(&watched, sizeof watched));
  watched.on_progress = on_progress;
  watched.retry_window_ms = SENDSAFELY_NO_RETRY;
  goes_on = 1;
  sendsafely_client *client = new_client(&watched);
  for (struct handle *handle = handles; handle->name; handle++)
    handle->live = strcmp(handle->name, "sendsafely_client") ? handle->make(client) : client;
  ids_are_fixed = 1;
  goes_on = 0;
}

#ifndef STORM_OF_A_FUZZER
static void *storm(void *number) {
  state = (seed + 1 + (uintptr_t)number) * 0x9e3779b97f4a7c15u | 1;
  for (uint64_t i = 0; i < calls_of_each; i++) some_calls();
  return NULL;
}

static void play_corpus(const char *path) {
  DIR *corpus = opendir(path);
  CHECK(corpus);
  for (struct dirent *entry; corpus && (entry = readdir(corpus));) {
    char file[4096];
    static uint8_t data[1 << 16];
    snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
    FILE *open = entry->d_name[0] == '.' ? NULL : fopen(file, "rb");
    if (!open) continue;
    storm_calls(data, fread(data, 1, sizeof data, open));
    fclose(open);
  }
  if (corpus) closedir(corpus);
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
  const char *value = getenv(name);
  return value ? strtoull(value, NULL, 10) : otherwise;
}

int main(void) {
  pthread_t threads[THREADS];
  seed = number_of("STORM_SEED", 1);
  calls_of_each = number_of("STORM_CALLS", 100000) / THREADS;
  printf("storm: seed %llu\n", (unsigned long long)seed);
  fflush(stdout);
  storm_begin();
  if (getenv("STORM_CORPUS")) play_corpus(getenv("STORM_CORPUS"));
  for (uintptr_t i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], NULL, storm, (void *)i));
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (size_t i = 0; i < POOL; i++) free_of_any_kind(atomic_exchange(&pool[i], NULL));
  for (struct handle *handle = handles; handle->name; handle++) handle->free(handle->live);
  printf("storm: %llu calls, %llu of them succeeded\n", (unsigned long long)made, (unsigned long long)succeeded);
  CHECK(succeeded > made / 100);
  return finish("storm");
}
#endif
