/* When everything is freed, memory contains no API secret, password, keycode or message, neither plain nor as the key
 * schedule of HMAC, whichever way they went: by several threads, with resume files and a deadline, through a sync. The
 * program masks the secrets that it searches, so that it does not find its own copies. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { MASK = 0x5b, LONGEST = 128, PIECE = 1 << 20 };

struct masked {
  const char *what;
  unsigned char bytes[LONGEST];
  size_t length;
};

static void wipe(void *memory, size_t length) {
  volatile unsigned char *at = memory;
  while (length--) *at++ = 0;
}

/* Masks a secret, and wipes the original. */
static struct masked hide(const char *what, char *secret, size_t length) {
  struct masked masked = {what, {0}, length < LONGEST ? length : LONGEST};
  for (size_t i = 0; i < masked.length; i++) masked.bytes[i] = (unsigned char)secret[i] ^ MASK;
  wipe(secret, length);
  return masked;
}

/* The secret itself, for a call; to be wiped afterwards. */
static char *shown(const struct masked *masked, char buffer[LONGEST + 1]) {
  for (size_t i = 0; i < masked->length; i++) buffer[i] = (char)(masked->bytes[i] ^ MASK);
  buffer[masked->length] = '\0';
  return buffer;
}

/* How often a piece of memory contains a secret, each byte of which is changed by `key`. */
static unsigned count_in(const unsigned char *memory, size_t size, const struct masked *masked, unsigned char key) {
  unsigned found = 0;
  const unsigned char change = MASK ^ key;
  for (size_t at = 0; at + masked->length <= size; at++) {
    size_t same = 0;
    while (same < masked->length && (memory[at + same] ^ change) == masked->bytes[same]) same++;
    found += same == masked->length;
  }
  return found;
}

/* The mapping in which the last search has found something. */
static char found_in[512];

/* Searches all writable memory, in pieces that overlap. */
static unsigned count_in_memory(const struct masked *masked, unsigned char key) {
  static unsigned char piece[PIECE + LONGEST];
  unsigned found = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  int memory = open("/proc/self/mem", O_RDONLY);
  char line[512];
  CHECK(maps != NULL && memory >= 0);
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    uintptr_t from, to;
    char mode[5];
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, mode) != 3 || mode[0] != 'r' || mode[1] != 'w')
      continue;
    while (from < to) {
      size_t wanted = to - from < sizeof piece ? to - from : sizeof piece;
      ssize_t got = pread(memory, piece, wanted, (off_t)from);
      if (got <= 0) break;
      /* The buffer of the search is memory, too, and is skipped: its content is found at its origin. */
      unsigned here = count_in(piece, (size_t)got, masked, key);
      if (here > 0) snprintf(found_in, sizeof found_in, "%.*s", (int)strcspn(line, "\n"), line);
      found += here;
      wipe(piece, sizeof piece);
      from += wanted < sizeof piece ? wanted : PIECE;
    }
  }
  if (maps != NULL) fclose(maps);
  close(memory);
  return found;
}

/* Workers may end shortly after the call that they worked for. */
static void wait_for_workers(void) {
  for (int tries = 0; tries < 500; tries++) {
    struct timespec pause = {0, 20 * 1000 * 1000};
    unsigned threads = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) threads += task->d_name[0] != '.';
    if (tasks != NULL) closedir(tasks);
    if (threads <= 1) return;
    nanosleep(&pause, NULL);
  }
  CHECK(!"the workers have ended");
}

static void check_gone(const struct masked *masked) {
  struct masked block = *masked;
  unsigned found = count_in_memory(&block, 0);
  check_at(__FILE__, __LINE__, found == 0, "%s is left in memory %u times: %s", masked->what, found, found_in);
  found = count_in_memory(&block, 0x36) + count_in_memory(&block, 0x5c);
  check_at(__FILE__, __LINE__, found == 0, "the key schedule of %s is left in memory %u times: %s", masked->what, found,
           found_in);
}

/* A secret that no other run has. */
static struct masked invent(const char *what, const char *begin) {
  static unsigned long number;
  char text[LONGEST + 1];
  number = (number + (unsigned long)time(NULL) + (unsigned long)getpid()) * 2654435761u & 0xffffffffu;
  snprintf(text, sizeof text, "%s-%08lx", begin, number);
  return hide(what, text, strlen(text));
}

/* A secret of the library's, from its text. */
static struct masked take(const char *what, char *text) {
  struct masked masked = {what, {0}, 0};
  if (text != NULL) masked = hide(what, text, strlen(text));
  sendsafely_string_free(text);
  return masked;
}

int main(void) {
  char text[LONGEST + 1], proxy[2 * LONGEST], *in_environment = getenv("SENDSAFELY_API_SECRET"), *keycode = NULL;
  char source[512], target[512], resume[512], tree[512], state[512];
  static uint8_t bytes[100000];
  struct masked secrets[8];
  size_t count = 0;
  sendsafely_client *client = NULL, *behind_proxy = NULL;
  sendsafely_package *package = NULL, *opened = NULL, *workspace = NULL;
  sendsafely_file *file = NULL, *large = NULL;
  sendsafely_buffer *buffer = NULL;
  sendsafely_user *user = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_client_options options;
  sendsafely_upload_options upload;
  sendsafely_finalize_options finalize;
  sendsafely_download_options download;
  sendsafely_sync_options sync;

  if (in_environment == NULL) return 2;
  snprintf(source, sizeof source, "%s", scratch("source.bin"));
  snprintf(target, sizeof target, "%s", scratch("target"));
  snprintf(resume, sizeof resume, "%s", scratch("resume"));
  snprintf(tree, sizeof tree, "%s", scratch("tree"));
  snprintf(state, sizeof state, "%s", scratch("state"));
  make_local_directory(target);
  make_local_directory(tree);
  secrets[count++] = hide("the API secret", in_environment, strlen(in_environment));
  secrets[count++] = invent("the password", "Pass-word");
  secrets[count++] = invent("the message", "message of a package");
  secrets[count++] = invent("the password of a proxy", "proxy");
  const struct masked *secret = &secrets[0], *password = &secrets[1], *message = &secrets[2], *of_proxy = &secrets[3];
  fill(bytes, sizeof bytes, 1);
  write_file(source, bytes, sizeof bytes);
  write_file(scratch("tree/file.bin"), bytes, sizeof bytes);

  /* Proves that the search works. */
  shown(secret, text);
  CHECK(count_in_memory(secret, 0) >= 1);
  wipe(text, sizeof text);
  CHECK(count_in_memory(secret, 0) == 0);

  CHECK_OK(sendsafely_client_options_init(&options, sizeof options));
  options.part_size = 20000;
  options.parts_in_flight = 4;
  options.deadline_ms = 60000;
  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"), shown(secret, text),
                                 &options, &client, NULL));
  snprintf(proxy, sizeof proxy, "http://user:%s@127.0.0.1:9", shown(of_proxy, text));
  options.proxy = proxy;
  options.retry_window_ms = SENDSAFELY_NO_RETRY;
  CHECK_OK(sendsafely_client_new("https://portal.test", "key", "secret", &options, &behind_proxy, NULL));
  wipe(proxy, sizeof proxy);
  CHECK(sendsafely_client_get_user(behind_proxy, &user, NULL) != SENDSAFELY_OK);
  sendsafely_client_free(behind_proxy);

  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "a.txt", (const uint8_t *)"hello", 5, NULL, &file, NULL));
  CHECK_OK(sendsafely_upload_options_init(&upload, sizeof upload));
  upload.resume_file = resume;
  CHECK_OK(sendsafely_package_upload_file(package, source, &upload, &large, NULL));
  CHECK_OK(sendsafely_package_set_message(package, shown(message, text), NULL));
  wipe(text, sizeof text);
  /* Before later calls use the same stack. */
  check_gone(message);
  CHECK_OK(sendsafely_finalize_options_init(&finalize, sizeof finalize));
  finalize.undisclosed_recipients = 1;
  finalize.password = shown(password, text);
  CHECK_OK(sendsafely_package_finalize(package, &finalize, &finalized, NULL));
  CHECK_OK(sendsafely_download_options_init(&download, sizeof download));
  download.password = text;
  CHECK_OK(sendsafely_package_download_memory(package, file ? file->file_id : "", &download, &buffer, NULL));
  download.resume_file = resume;
  CHECK_OK(sendsafely_package_open_link(client, finalized ? finalized->link : "", &opened, NULL));
  CHECK_OK(sendsafely_package_download_file(opened, large ? large->file_id : "", target, &download, NULL, NULL));
  wipe(text, sizeof text);

  CHECK_OK(sendsafely_package_create_workspace(client, NULL, &workspace, NULL));
  CHECK_OK(sendsafely_sync_options_init(&sync, sizeof sync));
  sync.state_directory = state;
  CHECK_OK(sendsafely_package_sync(workspace, tree, &sync, NULL, NULL));
  CHECK(remove(scratch("tree/file.bin")) == 0);
  CHECK_OK(sendsafely_package_sync(workspace, tree, &sync, NULL, NULL));

  CHECK_OK(sendsafely_package_keycode(package, &keycode, NULL));
  secrets[count++] = take("the keycode", keycode);
  CHECK(secrets[count - 1].length == 43);
  CHECK_OK(sendsafely_package_keycode(workspace, &keycode, NULL));
  secrets[count++] = take("the keycode of the Workspace", keycode);

  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_file_free(large);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(workspace);
  sendsafely_package_free(opened);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  wait_for_workers();
  for (size_t i = 0; i < count; i++) check_gone(&secrets[i]);
  return finish("secrets");
}
