/*
 * receive - opens a secure link, and receives its files and message.
 *
 *   receive [--password TEXT] [--retry-window SECONDS] LINK DIRECTORY
 *
 * Writes the files into the directory, which must exist, and the message to standard output. A file appears there only
 * when it has arrived completely and is verified. If a file has another size than its sender declared, it is kept, and
 * a line on standard error has both sizes. Host and account come from the environment: SENDSAFELY_HOST,
 * SENDSAFELY_API_KEY, SENDSAFELY_API_SECRET, and for a private certificate authority SENDSAFELY_CA_BUNDLE. The exit
 * status is 0 if everything has arrived and the message is printed, 2 for arguments that cannot be right, which are
 * found before anything is received, and 130 after Ctrl-C. Ctrl-C stops, and leaves no partial file.
 */
#include "console.h"

#define USAGE "usage: receive [--password TEXT] [--retry-window SECONDS] LINK DIRECTORY\n"

static int usage(void) {
  fputs(USAGE, stderr);
  return 2;
}

static int is_directory(const char *path) {
  struct stat status;

  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static sendsafely_status print_message(sendsafely_package *package, sendsafely_error **error) {
  char *message = NULL;
  sendsafely_status status = sendsafely_package_get_message(package, &message, error);

  if (message != NULL) {
    print_text(stdout, message, "\n\t");
    putchar('\n');
  }
  sendsafely_string_free(message);
  return status;
}

/* Senders may declare a wrong size: the user, who may know how large the file should be, sees both. */
static void print_wrong_sizes(const sendsafely_report *report) {
  size_t i;

  for (i = 0; report != NULL && i < report->count; i++) {
    const sendsafely_report_item *item = report->items[i];

    if (item->action != SENDSAFELY_ACTION_DOWNLOADED || item->declared_size == SENDSAFELY_SIZE_UNKNOWN ||
        item->size == item->declared_size)
      continue;
    fputs("receive: ", stderr);
    print_text(stderr, item->path, "");
    fprintf(stderr, ": %" PRIu64 " bytes were received, %" PRIu64 " were declared\n", item->size, item->declared_size);
  }
}

static sendsafely_status download(sendsafely_package *package, const char *directory, const char *password,
                                  struct bar *bar, sendsafely_error **error) {
  sendsafely_download_options options;
  sendsafely_report *report = NULL;
  sendsafely_status status;

  sendsafely_download_options_init(&options, sizeof options);
  options.password = password;
  begin_bar(bar, directory);
  status = sendsafely_package_download_all(package, directory, &options, &report, error);
  end_bar(bar);
  print_wrong_sizes(report);
  sendsafely_report_free(report);
  return status;
}

int main(int argc, char **argv) {
  struct bar bar = {NULL, 0};
  const char *password = NULL;
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_error *error = NULL;
  uint64_t retry_window_ms = 0;
  int i, received = 0, status = EXIT_FAILURE;

  if (!open_standard_streams()) {
    perror("receive: /dev/null");
    return EXIT_FAILURE;
  }
  if (wants_help(argc, argv)) return print_help(USAGE);
  for (i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
    if (strcmp(argv[i], "--password") == 0) {
      password = argv[i + 1];
    } else if (strcmp(argv[i], "--retry-window") == 0) {
      if (!read_retry_window("receive", argv[i + 1], &retry_window_ms)) return 2;
    } else {
      return usage();
    }
  }
  if (argc - i != 2) return usage();
  if (!is_directory(argv[i + 1])) {
    fprintf(stderr, "receive: %s: no such directory; create the directory first\n", argv[i + 1]);
    return 2;
  }
  if (!has_account("receive")) return 2;

  if (new_client(&bar, retry_window_ms, &client, &error) == SENDSAFELY_OK &&
      sendsafely_package_open_link(client, argv[i], &package, &error) == SENDSAFELY_OK &&
      print_message(package, &error) == SENDSAFELY_OK &&
      download(package, argv[i + 1], password, &bar, &error) == SENDSAFELY_OK) {
    received = !ferror(stdout) && fflush(stdout) == 0;
    if (!received) perror("receive: the message cannot be printed");
  } else {
    print_error("receive", error);
    status = exit_status(error);
  }

  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_error_free(error);
  return received ? EXIT_SUCCESS : status;
}
