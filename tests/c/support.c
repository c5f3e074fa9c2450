#include "support.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef _WIN32 /* flow.c runs there, with MinGW. */
#include <direct.h>
#include <process.h>
#include <winsock2.h>
#define close closesocket
#define flockfile _lock_file
#define funlockfile _unlock_file
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#endif

#ifdef __SANITIZE_THREAD__
/* rustc calls these functions, which gcc's ThreadSanitizer does not have: it watches the plain ones. */
void *__tsan_memcpy(void *to, const void *from, size_t size) { return memcpy(to, from, size); }
void *__tsan_memmove(void *to, const void *from, size_t size) { return memmove(to, from, size); }
void *__tsan_memset(void *to, int byte, size_t size) { return memset(to, byte, size); }
#endif

static atomic_uint passed_checks, failed_checks;

static void die(const char *what, const char *which) {
  fprintf(stderr, "%s: %s\n", what, which);
  exit(2);
}

void check_at(const char *file, int line, int passed, const char *format, ...) {
  if (passed) {
    passed_checks++;
    return;
  }
  failed_checks++;
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fprintf(stderr, "%s:%d: failed: ", file, line);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  funlockfile(stderr);
  va_end(arguments);
}

void check_status_at(const char *file, int line, int32_t expected, int32_t actual, const char *what) {
  /* Names are asked for only where needed, because the call would use up a panic that was injected for the next one. */
  const char *wrong = expected == actual ? "" : sendsafely_status_name(actual);
  const char *right = expected == actual ? "" : sendsafely_status_name(expected);
  check_at(file, line, expected == actual, "%s returns %s instead of %s", what, wrong, right);
}

void check_text_at(const char *file, int line, const char *expected, const char *actual, const char *what) {
  int same = expected == actual || (expected && actual && strcmp(expected, actual) == 0);
  check_at(file, line, same, "%s is \"%s\" instead of \"%s\"", what, actual ? actual : "NULL",
           expected ? expected : "NULL");
}

int finish(const char *program) {
  check_at(__FILE__, __LINE__, sendsafely_live_objects() == 0, "%s: %llu objects are left", program,
           (unsigned long long)sendsafely_live_objects());
  printf("%s: %u passed, %u failed\n", program, passed_checks, failed_checks);
  return failed_checks == 0 ? 0 : 1;
}

static struct test {
  const char *name;
  void (*body)(void);
} tests[256];
static size_t test_count;

void add_test(const char *name, void (*body)(void)) {
  if (test_count == sizeof tests / sizeof tests[0]) die("one test too many", name);
  tests[test_count++] = (struct test){name, body};
}

/* requests.jsonl, and the running test. */
static FILE *record;
static const char *running;

static void keep_requests(const char *result) {
  char *requests = admin("GET", "/requests", NULL);
  fprintf(record, "{\"test\":\"%s\",\"result\":\"%s\",\"requests\":%s}\n", running, result, requests);
  fflush(record);
  free(requests);
}

int run_tests(const char *program) {
  record = fopen(scratch("requests.jsonl"), "w");
  if (!record) die("cannot write", scratch("requests.jsonl"));
  for (size_t i = 0; i < test_count; i++) {
    unsigned failed_before = failed_checks;
    running = tests[i].name;
    free(admin("POST", "/reset", NULL));
    tests[i].body();
    check_at(__FILE__, __LINE__, sendsafely_live_objects() == 0, "%s: %llu objects are left", tests[i].name,
             (unsigned long long)sendsafely_live_objects());
    if (failed_checks != failed_before) fprintf(stderr, "failed: test %s\n", tests[i].name);
    keep_requests(failed_checks == failed_before ? "passed" : "failed");
  }
  fclose(record);
  return finish(program);
}

void end_child(int status) {
  char command[32];
  snprintf(command, sizeof command, "exit %d", status);
  /* Replaces the process, because at an _exit valgrind would report what only the parent's other threads refer to. */
  execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(99);
}

const char *setting(const char *name) {
  const char *value = getenv(name);
  if (!value) die("not set", name);
  return value;
}

static char *next_buffer(void) {
  static _Thread_local char buffers[8][4096];
  static _Thread_local unsigned turn;
  return buffers[turn++ % 8];
}

const char *scratch(const char *name) {
  char *path = next_buffer();
  snprintf(path, 4096, "%s/%s", setting("TEST_DIRECTORY"), name);
  return path;
}

sendsafely_client *new_client(const sendsafely_client_options *options) {
  sendsafely_client *client = NULL;
  sendsafely_error *error = NULL;
  if (sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"), setting("SENDSAFELY_API_SECRET"),
                            options, &client, &error))
    die("no client", sendsafely_error_message(error));
  return client;
}

sendsafely_package *new_package(sendsafely_client *client) {
  sendsafely_package *package = NULL;
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  return package;
}

sendsafely_package *new_workspace(sendsafely_client *client) {
  sendsafely_package *workspace = NULL;
  CHECK_OK(sendsafely_package_create_workspace(client, NULL, &workspace, NULL));
  return workspace;
}

sendsafely_package *share_workspace(sendsafely_package *workspace, const char *role, sendsafely_client *with_second) {
  sendsafely_package *shared = NULL;
  sendsafely_recipient *recipient = NULL;
  char *id = NULL, *keycode = NULL;
  CHECK_OK(sendsafely_package_add_recipient(workspace, "second@acme.test", NULL, &recipient, NULL));
  CHECK_OK(sendsafely_package_set_recipient_role(workspace, recipient ? recipient->recipient_id : "", role, NULL));
  CHECK_OK(sendsafely_package_id(workspace, &id, NULL));
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  CHECK_OK(sendsafely_package_open(with_second, id, keycode, &shared, NULL));
  sendsafely_recipient_free(recipient);
  sendsafely_string_free(id);
  sendsafely_string_free(keycode);
  return shared;
}

char *http(int port, const char *method, const char *path, const char *headers, const char *body) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
#ifdef _WIN32
  WSADATA version;
  DWORD patience = 30000;
  if (WSAStartup(MAKEWORD(2, 2), &version)) die("no sockets", path);
#else
  struct timeval patience = {.tv_sec = 30};
#endif
  int connection = (int)socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const void *)&patience, sizeof patience);
  if (connect(connection, (struct sockaddr *)&address, sizeof address)) die("cannot connect", path);
  char head[1024];
  size_t body_size = body ? strlen(body) : 0;
  int head_size = snprintf(head, sizeof head,
                           "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\nConnection: close\r\n"
                           "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n",
                           method, path, body_size, headers);
  if (send(connection, head, (size_t)head_size, 0) != head_size) die("the server is gone", path);
  if (body_size && send(connection, body, body_size, 0) != (ssize_t)body_size) die("the server is gone", path);
  size_t room = 1 << 16, size = 0;
  char *response = malloc(room);
  for (ssize_t got; response && (got = recv(connection, response + size, room - size - 1, 0)) > 0;) {
    size += (size_t)got;
    if (room - size < 2) response = realloc(response, room *= 2);
  }
  close(connection);
  if (!response) die("out of memory", path);
  response[size] = 0;
  char *content = strstr(response, "\r\n\r\n");
  if (strncmp(response, "HTTP/1.1 200", 12) || !content) die("the server refused", path);
  memmove(response, content + 4, strlen(content + 4) + 1);
  return response;
}

char *admin(const char *method, const char *path, const char *body) {
  return http(atoi(setting("EMULATOR_ADMIN_PORT")), method, path, "", body);
}

void add_fault(const char *rule) { free(admin("POST", "/faults", rule)); }

void remove_faults(void) { free(admin("DELETE", "/faults", NULL)); }

void forget_requests(void) {
  if (record) keep_requests("running");
  free(admin("DELETE", "/requests", NULL));
}

static size_t occurrences(const char *needle) {
  char *requests = admin("GET", "/requests", NULL);
  size_t count = 0;
  for (const char *at = requests; (at = strstr(at, needle)); at += strlen(needle)) count++;
  free(requests);
  return count;
}

size_t requests_arrived(void) { return occurrences("\"listener\":"); }

size_t requests_to(const char *endpoint) {
  char needle[128];
  snprintf(needle, sizeof needle, "\"endpoint\":\"%s\"", endpoint);
  return occurrences(needle);
}

int request_has(const char *json) { return occurrences(json) > 0; }

/* The emulator's JSON of a package, to be freed with free(). */
static char *state_of(sendsafely_package *package) {
  char *id = NULL, path[256];
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  snprintf(path, sizeof path, "/packages/%s", id ? id : "");
  sendsafely_string_free(id);
  return admin("GET", path, NULL);
}

/* Whether the emulator's JSON of a package contains this; prints the JSON if that is not as expected. */
static int service_knows(sendsafely_package *package, const char *json, int expected) {
  char *state = state_of(package);
  int knows = strstr(state, json) != NULL;
  if (knows != expected) fprintf(stderr, "the service %s %s: %s\n", knows ? "knows" : "does not know", json, state);
  free(state);
  return knows;
}

int service_has(sendsafely_package *package, const char *json) { return service_knows(package, json, 1); }

int service_lacks(sendsafely_package *package, const char *json) { return !service_knows(package, json, 0); }

const char *service_text(sendsafely_package *package, const char *id, const char *member) {
  char needle[256], *state = state_of(package);
  snprintf(needle, sizeof needle, "\"id\":\"%s\"", id);
  char *object = strstr(state, needle);
  for (int depth = 1; object && object > state && depth > 0;) { /* back to the { of this object */
    object--;
    depth += *object == '}' ? 1 : *object == '{' ? -1 : 0;
  }
  const char *text = json_text(object, member);
  free(state);
  return text;
}

void set_switches(const char *switches) { free(admin("POST", "/settings", switches)); }

/* The service escapes characters of HTML: "=" arrives as \u003d. */
const char *json_text(const char *json, const char *member) {
  char needle[128], *text = next_buffer();
  snprintf(needle, sizeof needle, "\"%s\":\"", member);
  const char *start = json ? strstr(json, needle) : NULL;
  size_t length = 0;
  if (start) {
    start += strlen(needle);
    while (*start && *start != '"' && length < 4095) {
      unsigned code;
      if (sscanf(start, "\\u00%2x", &code) == 1) {
        text[length++] = (char)code;
        start += 6;
      } else {
        text[length++] = *start++;
      }
    }
  }
  text[length] = 0;
  return text;
}

const char *user_text(const char *email, const char *member) {
  char *users = admin("GET", "/users", NULL), own[256];
  const char *text = "";
  snprintf(own, sizeof own, "\"email\":\"%s\"", email);
  for (char *user = strtok(users, "{"); user; user = strtok(NULL, "{"))
    if (strstr(user, own)) text = json_text(user, member);
  free(users);
  return text;
}

sendsafely_client *client_of(const char *email) {
  sendsafely_client *client = NULL;
  char user[256];
  snprintf(user, sizeof user, "{\"email\":\"%s\"}", email);
  if (!*user_text(email, "api_key")) free(admin("POST", "/users", user));
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), user_text(email, "api_key"),
                                 user_text(email, "api_secret"), NULL, &client, NULL));
  return client;
}

void fill(uint8_t *bytes, size_t size, uint32_t seed) {
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    bytes[i] = (uint8_t)state;
  }
}

char *read_text(const char *path) {
  char *text = calloc(1, 1 << 18);
  FILE *file = fopen(path, "rb");
  check_at(__FILE__, __LINE__, text && file && fread(text, 1, (1 << 18) - 1, file) > 0, "%s cannot be read", path);
  if (file) fclose(file);
  return text;
}

void write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file || (size && fwrite(bytes, 1, size, file) != size) || fclose(file)) die("cannot write", path);
}

int file_is(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "rb");
  uint8_t *content = malloc(size + 1);
  int same = file && content && fread(content, 1, size + 1, file) == size && memcmp(content, bytes, size) == 0;
  if (file) fclose(file);
  free(content);
  return same;
}

void make_local_directory(const char *path) {
#ifdef _WIN32
  _mkdir(path);
#else
  mkdir(path, 0700);
#endif
}

size_t entries_of(const char *directory) {
  DIR *entries = opendir(directory);
  size_t count = 0;
  for (struct dirent *entry; entries && (entry = readdir(entries));)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  if (entries) closedir(entries);
  return count;
}

int64_t read_end(void *user_data, uint8_t *buffer, size_t capacity) {
  (void)user_data, (void)buffer, (void)capacity;
  return 0;
}

int32_t write_on(void *user_data, const uint8_t *data, size_t size) {
  (void)user_data, (void)data, (void)size;
  return SENDSAFELY_CONTINUE;
}
