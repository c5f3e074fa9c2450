/* When everything is freed, memory contains no API secret, password or keycode, neither plain nor as the
 * key schedule of HMAC. The program masks the secrets that it searches, so that it does not find its own copies. */
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
      found += count_in(piece, (size_t)got, masked, key);
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
  check_at(__FILE__, __LINE__, found == 0, "%s is left in memory %u times", masked->what, found);
  found = count_in_memory(&block, 0x36) + count_in_memory(&block, 0x5c);
  check_at(__FILE__, __LINE__, found == 0, "the key schedule of %s is left in memory %u times", masked->what, found);
}

int main(void) {
  char text[LONGEST + 1], *in_environment = getenv("SENDSAFELY_API_SECRET");
  struct masked secret, password, keycode = {"the keycode", {0}, 0};
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_file *file = NULL;
  sendsafely_buffer *buffer = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_finalize_options finalize;
  sendsafely_download_options download;

  if (in_environment == NULL) return 2;
  secret = hide("the API secret", in_environment, strlen(in_environment));
  snprintf(text, sizeof text, "Pass-word-%08lx", (unsigned long)time(NULL) * 2654435761u & 0xffffffffu);
  password = hide("the password", text, strlen(text));

  /* Proves that the search works. */
  shown(&secret, text);
  CHECK(count_in_memory(&secret, 0) >= 1);
  wipe(text, sizeof text);
  CHECK(count_in_memory(&secret, 0) == 0);

  CHECK_OK(sendsafely_client_new(setting("SENDSAFELY_HOST"), setting("SENDSAFELY_API_KEY"), shown(&secret, text), NULL,
                                 &client, NULL));
  wipe(text, sizeof text);
  CHECK_OK(sendsafely_package_create(client, &package, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "a.txt", (const uint8_t *)"hello", 5, NULL, &file, NULL));
  sendsafely_finalize_options_init(&finalize, sizeof finalize);
  finalize.undisclosed_recipients = 1;
  finalize.password = shown(&password, text);
  CHECK_OK(sendsafely_package_finalize(package, &finalize, &finalized, NULL));
  sendsafely_download_options_init(&download, sizeof download);
  download.password = text;
  CHECK_OK(sendsafely_package_download_memory(package, file ? file->file_id : "", &download, &buffer, NULL));
  wipe(text, sizeof text);
  if (finalized != NULL) {
    const char *at = strstr(finalized->link, "#keyCode=");
    if (at != NULL) {
      snprintf(text, sizeof text, "%s", at + strlen("#keyCode="));
      keycode = hide("the keycode", text, strlen(text));
    }
  }
  CHECK(keycode.length == 43);

  sendsafely_buffer_free(buffer);
  sendsafely_file_free(file);
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  wait_for_workers();
  check_gone(&secret);
  check_gone(&password);
  if (keycode.length > 0) check_gone(&keycode);
  return finish("secrets");
}
