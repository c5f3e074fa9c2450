/*
 * Helpers of send.c, receive.c and sync.c: standard streams, Ctrl-C, a progress bar, errors in one line, the account,
 * numbers from the command line. What not all of them call is inline, so that no compiler warns of it.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sendsafely.h>

/* --- Standard streams ---------------------------------------------------------------------------------------- */

/*
 * Opens those of descriptors 0 to 2 that are closed. Otherwise the next connection gets that number, and then what the
 * program prints goes to the peer, even a link with its keycode. Standard input is opened for writing, the others for
 * reading, so that reads and writes fail as on a closed descriptor. Returns 0 on failure.
 */
static int open_standard_streams(void) {
  int descriptor;

  for (descriptor = 0; descriptor <= 2; descriptor++)
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF &&
        open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor)
      return 0;
  return 1;
}

/* --- Ctrl-C: the handler sets a flag, and the progress callback then stops the call --------------------------- */

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number) { interrupted = signal_number; }

static void catch_interrupts(void) {
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = note_interrupt;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  /* The terminal was closed; with nohup the program goes on. */
  if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
}

/* --- Texts of other people ---------------------------------------------------------------------------------- */

/* Whether a character controls the terminal, or hides or reorders the text beside it. */
static int is_unprintable(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e || c == 0x200b || c == 0x200e ||
         c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/* Writes UTF-8 text of other people to a terminal, without control characters other than those in `kept`. */
static void print_text(FILE *out, const char *text, const char *kept) {
  while (*text != '\0') {
    const char *next = text + 1;
    uint32_t c = (unsigned char)*text;

    if (c >= 0xc0) {
      c &= c >= 0xf0 ? 0x07 : c >= 0xe0 ? 0x0f : 0x1f;
      while (next - text < 4 && (*next & 0xc0) == 0x80) c = c << 6 | (uint32_t)(*next++ & 0x3f);
    }
    if (is_unprintable(c) && strchr(kept, *text) == NULL)
      fputc('?', out);
    else
      fwrite(text, 1, (size_t)(next - text), out);
    text = next;
  }
}

/* --- Progress ----------------------------------------------------------------------------------------------- */

struct bar {
  const char *label;
  int drawn; /* the line of the terminal is not empty */
};

static void draw_bar(struct bar *bar, const sendsafely_progress *progress) {
  double fraction = progress->bytes_total ? (double)progress->bytes_done / (double)progress->bytes_total : 1;
  int filled = (int)(fraction * 30);
  char label[33];

  fprintf(stderr, "\r[%.*s%*s] %3d %%  %7.1f MB/s", filled, "==============================", 30 - filled, "",
          (int)(fraction * 100), (double)progress->bytes_per_second / 1e6);
  if (progress->phase == SENDSAFELY_PHASE_WAITING)
    fprintf(stderr, "  reconnecting");
  else if (progress->bytes_done < progress->bytes_total && progress->bytes_per_second > 0) {
    uint64_t seconds = (progress->bytes_total - progress->bytes_done) / progress->bytes_per_second;
    fprintf(stderr, "  %" PRIu64 ":%02" PRIu64 " left   ", seconds / 60, seconds % 60);
  } else
    fprintf(stderr, "              ");
  snprintf(label, sizeof label, "%s", bar->label);
  fputs("  ", stderr);
  print_text(stderr, label, "");
  fputs("\033[K", stderr);
  bar->drawn = 1;
}

/* The client's default callback: every call that touches the network runs it, several times a second. */
static sendsafely_continue on_progress(void *user_data, const sendsafely_progress *progress) {
  struct bar *bar = user_data;
  int is_transfer = bar->label != NULL && progress->bytes_total != SENDSAFELY_SIZE_UNKNOWN;

  if (is_transfer && isatty(STDERR_FILENO)) draw_bar(bar, progress);
  return interrupted ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

static void begin_bar(struct bar *bar, const char *path) {
  const char *slash = strrchr(path, '/');

  bar->label = slash != NULL && slash[1] != '\0' ? slash + 1 : path;
  bar->drawn = 0;
}

static void end_bar(struct bar *bar) {
  if (bar->drawn) fputc('\n', stderr);
  bar->label = NULL;
  bar->drawn = 0;
}

/* --- Errors, account, arguments ----------------------------------------------------------------------------- */

/* Prints one line: the message, the service's text, the remedy. */
static void print_error(const char *program, const sendsafely_error *error) {
  const char *words = sendsafely_error_server_message(error);
  const char *remedy = sendsafely_error_remedy(error);

  fprintf(stderr, "%s: %s", program, sendsafely_error_message(error));
  if (words != NULL && strstr(sendsafely_error_message(error), words) == NULL) fprintf(stderr, " (%s)", words);
  if (remedy != NULL) fprintf(stderr, "; %s", remedy);
  fputc('\n', stderr);
}

/* The exit status after an error: that of shells for the signal that stopped the program. */
static int exit_status(const sendsafely_error *error) {
  return interrupted && sendsafely_error_status(error) == SENDSAFELY_STOPPED ? 128 + interrupted : EXIT_FAILURE;
}

/* Whether the environment has host and account; prints an error if not. */
static int has_account(const char *program) {
  if (getenv("SENDSAFELY_HOST") && getenv("SENDSAFELY_API_KEY") && getenv("SENDSAFELY_API_SECRET")) return 1;
  fprintf(stderr, "%s: no account; set SENDSAFELY_HOST, SENDSAFELY_API_KEY and SENDSAFELY_API_SECRET\n", program);
  return 0;
}

/* Makes a client for the account of the environment. Its calls draw the bar, and end by Ctrl-C. */
static sendsafely_status new_client(struct bar *bar, uint64_t retry_window_ms, sendsafely_client **client,
                                    sendsafely_error **error) {
  sendsafely_client_options options;

  catch_interrupts();
  sendsafely_client_options_init(&options, sizeof options);
  options.on_progress = on_progress;
  options.user_data = bar;
  options.ca_bundle = getenv("SENDSAFELY_CA_BUNDLE");
  if (retry_window_ms != 0) options.retry_window_ms = retry_window_ms;
  return sendsafely_client_new(getenv("SENDSAFELY_HOST"), getenv("SENDSAFELY_API_KEY"), getenv("SENDSAFELY_API_SECRET"),
                               &options, client, error);
}

/* Whether --help is among the arguments before "--"; what follows any other option is its value. */
static inline int wants_help(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return 1;
    i += strncmp(argv[i], "--", 2) == 0;
  }
  return 0;
}

static int print_help(const char *text) {
  fputs(text, stdout);
  return ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Reads an integer; returns 0 if the text is none. */
static inline int read_number(const char *text, int32_t *number) {
  char *end;
  long value = strtol(text, &end, 10);

  *number = (int32_t)value;
  return end != text && *end == '\0' && *number == value;
}

/* Reads seconds; prints an error and returns 0 if the text has none. */
static inline int read_retry_window(const char *program, const char *text, uint64_t *milliseconds) {
  int32_t seconds;

  if (!read_number(text, &seconds) || seconds < 0) {
    fprintf(stderr, "%s: --retry-window %s is not a number of seconds\n", program, text);
    return 0;
  }
  *milliseconds = seconds > 0 ? (uint64_t)seconds * 1000 : SENDSAFELY_NO_RETRY;
  return 1;
}

#endif
