/* Every exported function that returns a status, with one invalid argument: NULL, not UTF-8, an invalid
 * handle, absurd numbers, odd options. And with valid arguments: from a callback, in a forked child, with a
 * progress callback that stops. All this fails locally, without any request. The functions and their valid
 * arguments come from the header, by nonsense.py. */
#include "every_call.h"

#include <sys/wait.h>
#include <unistd.h>

static union value outputs[MOST];
static int reports_are_given;
static int is_output(const struct argument *argument) { return argument->kind == OUTPUT || argument->kind == REPORT; }
static const struct handle *const package = &handles[AT_sendsafely_package];

static void make_handles(sendsafely_client *client) {
  for (struct handle *handle = handles; handle->name; handle++) {
    handle->freed = handle->make(client);
    handle->free(handle->freed);
    handle->live = strcmp(handle->name, "sendsafely_client") ? handle->make(client) : client;
  }
}

static void free_handles(void) {
  for (struct handle *handle = handles; handle->name; handle++)
    for (int twice = 0; twice < 2; twice++) handle->free(handle->live);
}

static void set_valid(const struct call *call, union value *with) {
  static uint8_t rooms[MOST][512];
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    if (argument->kind == HANDLE)
      with[i].pointer = ((struct handle *)argument->valid)->live;
    else if (is_output(argument))
      with[i].pointer = &outputs[i];
    else if (argument->kind == OPTIONS)
      with[i].pointer = argument->may_be_null ? NULL : set_options(argument->valid, rooms[i], 0);
    else
      memcpy(&with[i], argument->valid, sizeof with[i]);
  }
}

static int is_expected(int32_t expected, int32_t status) {
  if (expected == JUDGED_BEFORE) return (status > 0 && status < 100) || (status >= 200 && status < 300);
  return status == expected;
}

/* Checks that a call is refused, with an error output and without, and sets its outputs to 0. */
static int refused(const struct call *call, const union value *with, int32_t expected, const char *what,
                   const char *how) {
  int all_well = 1;
  for (int with_error = 0; with_error < 2; with_error++) {
    sendsafely_error *error;
    memset(outputs, 0x11, sizeof outputs);
    memset(&error, 0x11, sizeof error);
    sendsafely_status status = call->call(with, with_error ? &error : NULL);
    int is_well = is_expected(expected, status);
    check_at(__FILE__, __LINE__, is_well, "%s, %s %s: %s", call->name, what, how, sendsafely_status_name(status));
    for (size_t i = 0; call->arguments[i].name; i++) {
      static const union value zero;
      const struct argument *output = &call->arguments[i];
      if (!is_output(output) || with[i].pointer != &outputs[i]) continue;
      int is_given = memcmp(&outputs[i], &zero, output->size) != 0,
          is_due = output->kind == REPORT && reports_are_given;
      check_at(__FILE__, __LINE__, is_given == is_due, "%s, %s %s: %s is %s", call->name, what, how, output->name,
               is_given ? "not 0" : "0");
      if (is_given && is_due) output->free(outputs[i].pointer);
      is_well &= is_given == is_due;
    }
    if (with_error) {
      int is_expected = sendsafely_error_status(error) == status && *sendsafely_error_message(error);
      check_at(__FILE__, __LINE__, is_expected, "%s, %s %s: another error", call->name, what, how);
      is_well &= is_expected;
      sendsafely_error_free(error);
    }
    all_well &= is_well;
  }
  return all_well;
}

static void nothing_was_sent(const char *by) {
  size_t count = requests_arrived();
  check_at(__FILE__, __LINE__, count == 0, "%s: %zu requests", by, count);
  if (count) forget_requests();
}

/* Handles: every value that is no live handle of this kind. */
static void bad_handles(const struct call *call, union value *with, size_t i) {
  static uint64_t bytes[4];
  const struct argument *argument = &call->arguments[i];
  const struct handle *own = argument->valid;
  void *const strangers[] = {bytes,
                             (char *)bytes + 1,
                             (char *)bytes + 3,
                             (void *)1,
                             (void *)2,
                             (void *)3,
                             (void *)5,
                             (void *)7,
                             (void *)16,
                             (void *)UINTPTR_MAX,
                             (void *)(UINTPTR_MAX - 12),
                             (void *)(UINTPTR_MAX - 10),
                             (void *)(UINTPTR_MAX >> 1),
                             (void *)(uintptr_t)0xdeadbeefdeadbee3u,
                             (void *)(uintptr_t)0xdeadbeefdeadbee5u,
                             private_key};
  for (size_t j = 0; j < sizeof strangers / sizeof strangers[0]; j++) {
    with[i].pointer = strangers[j];
    refused(call, with, SENDSAFELY_INVALID_HANDLE, argument->name, "is a stranger");
  }
  for (const struct handle *handle = handles; handle->name; handle++) {
    with[i].pointer = handle->freed;
    refused(call, with, SENDSAFELY_INVALID_HANDLE, argument->name, "was freed");
    with[i].pointer = handle->live;
    if (handle != own) refused(call, with, SENDSAFELY_INVALID_HANDLE, argument->name, "is of another kind");
  }
  sendsafely_error *error = NULL;
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_package_delete(NULL, &error));
  with[i].pointer = error;
  refused(call, with, SENDSAFELY_INVALID_HANDLE, argument->name, "is an error");
  sendsafely_error_free(error);
}

/* Options: their size, the bytes beyond the known fields, and each field. */
static void odd_options(const struct call *call, union value *with, size_t i) {
  const struct options *options = call->arguments[i].valid;
  const char *name = call->arguments[i].name;
  uint8_t *room = malloc(options->size + 32);
  with[i].pointer = room;
  const size_t wrong_sizes[] = {0, 1, 7, options->size + 1, 1 << 20, SIZE_MAX, SIZE_MAX - 7};
  for (size_t j = 0; j < sizeof wrong_sizes / sizeof wrong_sizes[0]; j++) {
    set_options(options, room, 0);
    memcpy(room, &wrong_sizes[j], sizeof wrong_sizes[j]);
    refused(call, with, SENDSAFELY_INVALID_ARGUMENT, name, "of a wrong size");
  }
  set_options(options, room, 32);
  for (size_t at = options->size; at < options->size + 32; at++) {
    room[at] = 1;
    refused(call, with, SENDSAFELY_INVALID_ARGUMENT, name, "that the library does not know");
    room[at] = 0;
  }
  for (const struct field *field = options->fields; field->name; field++) {
    const int32_t absurd[] = {INT32_MIN, INT32_MAX, 2};
    set_options(options, room, 0);
    if (field->kind == TEXT) {
      memcpy(room + field->offset, &(void *){NOT_UTF8}, sizeof(void *));
      refused(call, with, SENDSAFELY_INVALID_UTF8, field->name, "is not UTF-8");
    }
    if (field->kind != INT32 && field->kind != ENUM) continue;
    for (size_t j = 0; j < (field->kind == ENUM ? 2 : 3); j++) {
      memcpy(room + field->offset, &absurd[j], sizeof absurd[j]);
      refused(call, with, JUDGED_BEFORE, field->name, "is absurd");
    }
  }
  free(room);
}

/* An array of no elements needs no address, and no request. */
static void empty_array(const struct call *call, union value *with, size_t i) {
  with[i].pointer = NULL;
  with[i + 1].as_size_t = 0;
  memset(outputs, 0, sizeof outputs);
  sendsafely_status status = call->call(with, NULL);
  check_at(__FILE__, __LINE__, status == SENDSAFELY_OK, "%s, no %s: %s", call->name, call->arguments[i].name,
           sendsafely_status_name(status));
  for (size_t j = 0; call->arguments[j].name; j++)
    if (call->arguments[j].free) call->arguments[j].free(outputs[j].pointer);
}

static void one_wrong_argument(const struct call *call) {
  union value with[MOST];
  for (size_t i = 0; call->arguments[i].name; i++) {
    const struct argument *argument = &call->arguments[i];
    const char *name = argument->name;
    int has_pointer = argument->kind == HANDLE || argument->kind == TEXT || argument->kind == TEXTS ||
                      argument->kind == BYTES || is_output(argument) || argument->kind == OPTIONS;
    set_valid(call, with);
    if (argument->kind == CALLBACK && !argument->may_be_null) {
      memset(&with[i], 0, sizeof with[i]);
      refused(call, with, SENDSAFELY_NULL_ARGUMENT, name, "is NULL");
    }
    if (has_pointer && !argument->may_be_null) {
      int is_package = argument->kind == HANDLE && argument->valid == package;
      with[i].pointer = NULL;
      refused(call, with, is_package ? SENDSAFELY_PACKAGE_NOT_CREATED : SENDSAFELY_NULL_ARGUMENT, name, "is NULL");
    }
    if (argument->kind == TEXT) {
      with[i].pointer = NOT_UTF8;
      refused(call, with, SENDSAFELY_INVALID_UTF8, name, "is not UTF-8");
    }
    if (argument->kind == TEXTS) {
      const char *texts[2] = {((const char *const *)((union value *)argument->valid)->pointer)[0], NULL};
      with[i].pointer = texts;
      refused(call, with, SENDSAFELY_NULL_ARGUMENT, name, "has a NULL in it");
      texts[1] = NOT_UTF8;
      refused(call, with, SENDSAFELY_INVALID_UTF8, name, "has a text in it that is not UTF-8");
      empty_array(call, with, i);
    }
    if (argument->kind == INT32) {
      with[i].as_int32_t = INT32_MIN;
      refused(call, with, JUDGED_BEFORE, name, "is INT32_MIN");
      with[i].as_int32_t = INT32_MAX;
      refused(call, with, JUDGED_BEFORE, name, "is INT32_MAX");
    }
    if (argument->kind == SIZE_OF_ARRAY) {
      with[i].as_size_t = SIZE_MAX;
      refused(call, with, SENDSAFELY_INVALID_ARGUMENT, name, "is SIZE_MAX");
    }
    if (argument->kind == HANDLE) bad_handles(call, with, i);
    if (argument->kind == OPTIONS) odd_options(call, with, i);
  }
  nothing_was_sent(call->name);
}

static void init(const struct options *options) {
  uint8_t *room = malloc(options->size + 32);
  size_t size;
  CHECK_STATUS(SENDSAFELY_NULL_ARGUMENT, options->init(NULL, options->size));
  const size_t wrong_sizes[] = {0, 1, 7, options->size + 1, 1 << 20, SIZE_MAX, SIZE_MAX - 7};
  for (size_t i = 0; i < sizeof wrong_sizes / sizeof wrong_sizes[0]; i++)
    CHECK_STATUS(SENDSAFELY_INVALID_ARGUMENT, options->init(room, wrong_sizes[i]));
  /* A struct of a newer program is cleared to its end; beyond the end of an older one nothing is written. */
  memset(room, 0x22, options->size + 32);
  CHECK_OK(options->init(room, options->size + 32));
  memcpy(&size, room, sizeof size);
  CHECK(size == options->size + 32 && room[options->size] == 0 && room[options->size + 31] == 0);
  memset(room, 0x22, options->size);
  CHECK_OK(options->init(room, sizeof size));
  memcpy(&size, room, sizeof size);
  CHECK(size == sizeof size && room[sizeof size] == 0x22);
  free(room);
}

/* Whether a call acts on a kind of handle, or on any if that is NULL. */
static int takes(const struct call *call, const struct handle *handle) {
  for (const struct argument *argument = call->arguments; argument->name; argument++)
    if (argument->kind == HANDLE && (!handle || argument->valid == handle)) return 1;
  return 0;
}

/* Calls with valid arguments whose status does not depend on them. Returns how many returned another one. */
static int all_answer(int32_t expected, const struct handle *handle, const char *where) {
  int otherwise = 0;
  for (const struct call *call = calls; call->name; call++) {
    union value with[MOST];
    if (!takes(call, handle)) continue;
    set_valid(call, with);
    otherwise += !refused(call, with, expected, where, "");
  }
  return otherwise;
}

static int64_t read_and_misbehave(void *was_here, uint8_t *buffer, size_t capacity) {
  (void)buffer, (void)capacity;
  if ((*(int *)was_here)++) return 0;
  forget_requests();
  all_answer(SENDSAFELY_BUSY, package, "inside a callback of the package");
  nothing_was_sent("calls inside a callback");
  return 0;
}

static void inside_a_callback(void) {
  int was_here = 0;
  CHECK_OK(sendsafely_package_upload_callback(package->live, "busy.bin", read_and_misbehave, &was_here,
                                              SENDSAFELY_SIZE_UNKNOWN, NULL, NULL, NULL));
  CHECK(was_here);
}

static void in_a_forked_child(void) {
  forget_requests();
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    alarm(100);
    int otherwise = all_answer(SENDSAFELY_FORKED, NULL, "in a forked child");
    free_handles();
    end_child(otherwise > 99 ? 99 : otherwise);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  check_at(__FILE__, __LINE__, status == 0, "in a forked child: wait status %x", (unsigned)status);
  nothing_was_sent("calls in a forked child");
}

static void judged_here(const struct call *call, const union value *with) {
  memset(outputs, 0, sizeof outputs);
  sendsafely_status status = call->call(with, NULL);
  check_at(__FILE__, __LINE__, status == call->result, "%s: %s", call->name, sendsafely_status_name(status));
  for (size_t i = 0; call->arguments[i].name; i++)
    if (call->arguments[i].free) call->arguments[i].free(outputs[i].pointer);
}

/* Every call that sends requests calls its progress callback before, and obeys its return value. */
static int32_t progress_answer = SENDSAFELY_CONTINUE;
static int32_t answer_progress(void *user_data, const sendsafely_progress *progress) {
  (void)user_data, (void)progress;
  return progress_answer;
}

static void stopped(void) {
  const int32_t values[] = {SENDSAFELY_STOP, 7, -1, INT32_MIN};
  reports_are_given = 1;
  forget_requests();
  for (const struct call *call = calls; call->name; call++) {
    union value with[MOST];
    set_valid(call, with);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
      progress_answer = values[i];
      if (call->result != ASKS)
        judged_here(call, with);
      else
        refused(call, with, values[i] == SENDSAFELY_STOP ? SENDSAFELY_STOPPED : SENDSAFELY_INVALID_ARGUMENT,
                "with a callback that returns", i ? "nonsense" : "stop");
    }
    nothing_was_sent(call->name);
  }
  progress_answer = SENDSAFELY_CONTINUE;
}

/* Every _free with NULL, handles of other kinds and invalid ones; live objects are not harmed. */
static void free_strangers(void) {
  static uint64_t bytes[4];
  uint64_t before = sendsafely_live_objects();
  sendsafely_package_information *information = NULL;
  sendsafely_string_list *links = NULL;
  char *text = NULL;
  sendsafely_error *error = NULL;
  CHECK_OK(sendsafely_package_get_information(package->live, &information, NULL));
  CHECK_OK(sendsafely_package_id(package->live, &text, NULL));
  CHECK_OK(sendsafely_link_find("nothing here", &links, NULL));
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_package_delete(NULL, &error));
  CHECK(sendsafely_live_objects() == before + 4);
  if (!information || !links || !text) return;
  struct {
    void *pointer;
    const char *freed_by;
  } living[] = {{information, "sendsafely_package_information_free"},
                {links, "sendsafely_string_list_free"},
                {text, "sendsafely_string_free"},
                {error, "sendsafely_error_free"}};
  void *const strangers[] = {NULL,
                             bytes,
                             (char *)bytes + 1,
                             (void *)1,
                             (void *)UINTPTR_MAX,
                             (void *)information->files,
                             (void *)information->package_id,
                             (char *)information + 8,
                             text + 1};
  for (const struct free_function *function = frees; function->name; function++) {
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) function->free(strangers[i]);
    for (size_t i = 0; i < sizeof living / sizeof living[0]; i++)
      if (strcmp(function->name, living[i].freed_by)) function->free(living[i].pointer);
    for (struct handle *handle = handles; handle->name; handle++) {
      function->free(handle->freed);
      if (function->free != handle->free) function->free(handle->live);
    }
    check_at(__FILE__, __LINE__, sendsafely_live_objects() == before + 4, "%s frees what is not its own",
             function->name);
  }
  CHECK_TEXT(package_id, information->package_id);
  CHECK_TEXT(package_id, text);
  CHECK_STATUS(SENDSAFELY_PACKAGE_NOT_CREATED, sendsafely_error_status(error));
  for (int twice = 0; twice < 2; twice++)
    for (const struct free_function *function = frees; function->name; function++)
      for (size_t i = 0; i < sizeof living / sizeof living[0]; i++)
        if (!strcmp(function->name, living[i].freed_by)) function->free(living[i].pointer);
  CHECK(sendsafely_live_objects() == before);
}

/* A panic inside the library, which a test hook causes, becomes a status. */
static void injected_panics(void) {
#ifdef TEST_HOOKS
  sendsafely_status sendsafely_test_panic(int32_t place, sendsafely_error **error);
  for (const struct call *call = calls; call->name; call++) {
    union value with[MOST];
    set_valid(call, with);
    CHECK_OK(sendsafely_test_panic(3, NULL));
    sendsafely_status status = call->call(with, NULL);
    check_at(__FILE__, __LINE__, status == SENDSAFELY_INTERNAL, "%s with a panic in it returns %s", call->name,
             sendsafely_status_name(status));
  }
#endif
}

int main(void) {
  fill_memory();
  make_handles(new_client(NULL));
  forget_requests();
  for (const struct call *call = calls; call->name; call++) one_wrong_argument(call);
  for (const struct options *options = all_options; options->name; options++) init(options);
  injected_panics();
  in_a_forked_child();
  inside_a_callback();
  free_strangers();
  free_handles();

  sendsafely_client_options options;
  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.on_progress = answer_progress;
  make_handles(new_client(&options));
  stopped();
  CHECK(entries_of(directory) == 2); /* source and key_pair */
  free_handles();
  return finish("nonsense");
}
