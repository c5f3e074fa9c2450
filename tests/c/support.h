/* Shared by the test programs: checks that count, the emulator's admin interface, and small helpers. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <sendsafely.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts a check; a failed one is printed with the message that follows. */
void check_at(const char *file, int line, int passed, const char *format, ...) __attribute__((format(printf, 4, 5)));
#define CHECK(condition) check_at(__FILE__, __LINE__, !!(condition), "%s", #condition)
#define CHECK_STATUS(expected, call) check_status_at(__FILE__, __LINE__, (expected), (call), #call)
#define CHECK_OK(call) CHECK_STATUS(SENDSAFELY_OK, call)
#define CHECK_TEXT(expected, actual) check_text_at(__FILE__, __LINE__, (expected), (actual), #actual)
void check_status_at(const char *file, int line, int32_t expected, int32_t actual, const char *what);
void check_text_at(const char *file, int line, const char *expected, const char *actual, const char *what);

/* The same; if the check fails, the test returns. */
#define REQUIRE(condition)                                  \
  do {                                                      \
    int is_met = !!(condition);                             \
    check_at(__FILE__, __LINE__, is_met, "%s", #condition); \
    if (!is_met) return;                                    \
  } while (0)

/* A test of the operations_*.c programs: TEST(name) { ... }. It leaves no objects, faults or settings behind. */
#define TEST(name)                                                                     \
  static void name(void);                                                              \
  __attribute__((constructor)) static void add_##name(void) { add_test(#name, name); } \
  static void name(void)
void add_test(const char *name, void (*body)(void));
/* Runs all tests in their order, each on an emulator without any state of the others, and finishes.
 * For each it appends a line to requests.jsonl in the program's scratch directory: its name, whether it `passed` or
 * `failed`, and the emulator's records of its requests. Those that a test clears are in lines before that: it is
 * still `running`. */
int run_tests(const char *program);

/* Ends a program: nothing may be left, and the counts are printed. Returns the exit status. */
int finish(const char *program);

/* Ends a forked child with an exit status, without any clean-up. */
void end_child(int status);

/* An environment variable of the run script; ends the program if it is not set. */
const char *setting(const char *name);
/* A path in the program's scratch directory, in one of eight buffers in turn. */
const char *scratch(const char *name);

/* A client of the emulator's administrator; options may be NULL. Ends the program on failure. */
sendsafely_client *new_client(const sendsafely_client_options *options);

/* Creates an empty package or Workspace; NULL on failure. */
sendsafely_package *new_package(sendsafely_client *client);
sendsafely_package *new_workspace(sendsafely_client *client);
/* Makes second@acme.test a collaborator of this role, and opens the Workspace with a client of that user. */
sendsafely_package *share_workspace(sendsafely_package *workspace, const char *role, sendsafely_client *with_second);

/* A request over plain HTTP to a port of this machine, without the library: headers of which each ends with \r\n. The
 * response's body is to be freed with free(). */
char *http(int port, const char *method, const char *path, const char *headers, const char *body);
/* The same to the emulator's admin interface; the response's body is to be freed with free(). */
char *admin(const char *method, const char *path, const char *body);
/* Adds a fault rule (a JSON object), removes all. */
void add_fault(const char *rule);
void remove_faults(void);
/* Clears the emulator's request log; counts its requests, or those of one endpoint. */
void forget_requests(void);
size_t requests_arrived(void);
size_t requests_to(const char *endpoint);
/* 1 if a request in the log contains this, such as a header `"accept-language":"de-DE"`. */
int request_has(const char *json);
/* 1 if the emulator's JSON of a package contains this, such as `"life":30`. */
int service_has(sendsafely_package *package, const char *json);
/* 1 if it does not contain this. */
int service_lacks(sendsafely_package *package, const char *json);
/* The text of a member of a file or directory in that JSON, such as `directory_id`; "" if there is
 * none. */
const char *service_text(sendsafely_package *package, const char *id, const char *member);
/* A credential of one of the emulator's users: api_key, api_secret, password, oauth_token. */
const char *user_text(const char *email, const char *member);
/* A client of one of the emulator's users, which is added if there is none of this address. */
sendsafely_client *client_of(const char *email);
/* Switches of the emulator (a JSON object). */
void set_switches(const char *switches);

/* The text of a member of a JSON object, in one of eight buffers in turn; "" if there is none. */
const char *json_text(const char *json, const char *member);

/* Fills a buffer with bytes that look random and are the same in each run for a seed. */
void fill(uint8_t *bytes, size_t size, uint32_t seed);
/* The text of a file, to be freed with free(); "" if there is none. */
char *read_text(const char *path);
void write_file(const char *path, const void *bytes, size_t size);
/* 1 if the file contains exactly these bytes. */
int file_is(const char *path, const void *bytes, size_t size);
void make_local_directory(const char *path);
/* How many entries a directory has. */
size_t entries_of(const char *directory);

/* A source that is empty, and a sink that takes all. */
int64_t read_end(void *user_data, uint8_t *buffer, size_t capacity);
int32_t write_on(void *user_data, const uint8_t *data, size_t size);

#endif
