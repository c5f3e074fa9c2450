/*
 * send - sends files to people, end-to-end encrypted.
 *
 *   send [--to EMAIL[,PHONE]]... [--message TEXT] [--life DAYS] [--retry-window SECONDS] FILE...
 *
 * Prints only the secure link on standard output: anyone who has it can open the package. A recipient with
 * a phone number also needs a code that is sent by SMS; without any --to, the link is enough, and a line on standard
 * error says so. Host and account come from the environment: SENDSAFELY_HOST, SENDSAFELY_API_KEY,
 * SENDSAFELY_API_SECRET, and for a private certificate authority SENDSAFELY_CA_BUNDLE. The exit status is 0 if
 * everything is sent and the link printed, 2 for arguments that cannot be right, which are found before anything is
 * sent, and 130 after Ctrl-C. If standard output is closed, nothing is sent. Ctrl-C stops, and deletes the unfinished
 * package, unless recipients may have it already.
 */
#include "console.h"

struct order {
  char **recipients; /* EMAIL[,PHONE] */
  int recipient_count;
  char **files;
  int file_count;
  const char *message;
  const char *life;
  const char *retry_window;
};

#define USAGE "usage: send [--to EMAIL[,PHONE]]... [--message TEXT] [--life DAYS] [--retry-window SECONDS] FILE...\n"

/* Whether the link can be printed. */
static int can_print(void) {
  int flags = fcntl(STDOUT_FILENO, F_GETFL);

  return flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
}

/* Reads the command line; returns 0 if it is invalid. */
static int read_arguments(int argc, char **argv, struct order *order) {
  int i = 1;

  for (; i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
    if (strcmp(argv[i], "--") == 0) {
      i++;
      break;
    }
    if (i + 1 == argc) return 0;
    if (strcmp(argv[i], "--to") == 0)
      order->recipients[order->recipient_count++] = argv[i + 1];
    else if (strcmp(argv[i], "--message") == 0)
      order->message = argv[i + 1];
    else if (strcmp(argv[i], "--life") == 0)
      order->life = argv[i + 1];
    else if (strcmp(argv[i], "--retry-window") == 0)
      order->retry_window = argv[i + 1];
    else
      return 0;
  }
  order->files = argv + i;
  order->file_count = argc - i;
  return order->file_count > 0;
}

static const char *name_of(const char *path) {
  const char *slash = strrchr(path, '/');

  return slash != NULL ? slash + 1 : path;
}

/* Whether all files have different names: recipients see nothing else, and the service refuses the second. */
static int have_different_names(const struct order *order) {
  for (int i = 0; i < order->file_count; i++)
    for (int j = 0; j < i; j++)
      if (strcmp(name_of(order->files[i]), name_of(order->files[j])) == 0) {
        fprintf(stderr, "send: %s and %s have the same name; rename one of them\n", order->files[j], order->files[i]);
        return 0;
      }
  return 1;
}

/* Whether the text up to `end` can be an e-mail address, with blanks around it. */
static int is_email(const char *text, const char *end) {
  const char *at;

  text += strspn(text, " ");
  while (end > text && end[-1] == ' ') end--;
  at = memchr(text, '@', (size_t)(end - text));
  if (at == NULL || at == text || at + 1 == end || at[1] == '.' || end[-1] == '.') return 0;
  for (const char *c = text; c < end; c++)
    if ((unsigned char)*c <= ' ' || strchr("<>();:\"[]\\\x7f", *c) != NULL) return 0;
  for (const char *c = at + 1; c < end; c++)
    if (*c == '@' || (c[0] == '.' && c[1] == '.')) return 0;
  return 1;
}

/* Whether a text can be a phone number: + stands before a dialling code only. */
static int is_phone(const char *text) {
  const char *plus = strrchr(text, '+');
  size_t digits = 0;

  text += strspn(text, " ");
  if (text[strspn(text, "0123456789 +-()/.")] != '\0' || (plus != NULL && plus != text)) return 0;
  for (; *text != '\0'; text++) digits += *text >= '0' && *text <= '9';
  return digits >= 4 && digits <= 15;
}

/* Whether a text can be EMAIL or EMAIL,PHONE. The library has the same rules, but only when the package exists. */
static int is_recipient(const char *text) {
  const char *comma = strchr(text, ',');

  return is_email(text, comma != NULL ? comma : text + strlen(text)) && (comma == NULL || is_phone(comma + 1));
}

/* Why a file cannot be sent; NULL if it can. */
static const char *flaw_of_file(const char *path) {
  struct stat status;

  if (stat(path, &status) != 0 || access(path, R_OK) != 0) return strerror(errno);
  if (S_ISDIR(status.st_mode)) return strerror(EISDIR);
  return S_ISREG(status.st_mode) ? NULL : "not a regular file; save what it gives in a file, and send that";
}

/* Judges the arguments, so that a package is only created if it can be filled. */
static int can_be_sent(const struct order *order, int32_t life) {
  if (life < 0 || life > 365) {
    fprintf(stderr, "send: --life %s is out of range; give days, 1 to 365, or 0 for ever\n", order->life);
    return 0;
  }
  for (int i = 0; i < order->recipient_count; i++)
    if (!is_recipient(order->recipients[i])) {
      fprintf(stderr, "send: --to %s is neither EMAIL nor EMAIL,PHONE\n", order->recipients[i]);
      return 0;
    }
  for (int i = 0; i < order->file_count; i++) {
    const char *flaw = flaw_of_file(order->files[i]);

    if (flaw != NULL) {
      fprintf(stderr, "send: %s: %s\n", order->files[i], flaw);
      return 0;
    }
  }
  return have_different_names(order);
}

static sendsafely_status add_recipient(sendsafely_package *package, char *recipient, sendsafely_error **error) {
  sendsafely_recipient_options options;
  char *comma = strchr(recipient, ',');

  sendsafely_recipient_options_init(&options, sizeof options);
  if (comma != NULL) {
    *comma = '\0';
    options.phone_number = comma + 1;
  }
  return sendsafely_package_add_recipient(package, recipient, &options, NULL, error);
}

static sendsafely_status upload(sendsafely_package *package, const char *path, struct bar *bar,
                                sendsafely_error **error) {
  sendsafely_status status;

  begin_bar(bar, path);
  status = sendsafely_package_upload_file(package, path, NULL, NULL, error);
  end_bar(bar);
  return status;
}

/* Fills the empty package and finalizes it. The first failure ends it. */
static sendsafely_status fill_and_finalize(sendsafely_package *package, const struct order *order, int32_t life,
                                           struct bar *bar, sendsafely_finalized **finalized,
                                           sendsafely_error **error) {
  sendsafely_finalize_options options;
  sendsafely_status status = SENDSAFELY_OK;

  for (int i = 0; status == SENDSAFELY_OK && i < order->recipient_count; i++)
    status = add_recipient(package, order->recipients[i], error);
  if (status == SENDSAFELY_OK && order->life != NULL) status = sendsafely_package_set_life(package, life, error);
  if (status == SENDSAFELY_OK && order->message != NULL)
    status = sendsafely_package_set_message(package, order->message, error);
  for (int i = 0; status == SENDSAFELY_OK && i < order->file_count; i++)
    status = upload(package, order->files[i], bar, error);
  if (status != SENDSAFELY_OK) return status;

  sendsafely_finalize_options_init(&options, sizeof options);
  options.undisclosed_recipients = order->recipient_count == 0;
  return sendsafely_package_finalize(package, &options, finalized, error);
}

/* Deletes a package that cannot be finished any more; one that recipients may have stays. */
static void delete_unfinished(sendsafely_package *package) {
  sendsafely_error *error = NULL;
  char *id = NULL;

  interrupted = 0; /* the Ctrl-C that stopped the upload must not stop this call, too; another one does */
  if (sendsafely_package_delete_unfinished(package, &error) != SENDSAFELY_OK) {
    sendsafely_package_id(package, &id, NULL);
    fprintf(stderr, "send: package %s is left on the service: %s\n", id, sendsafely_error_message(error));
  }
  sendsafely_string_free(id);
  sendsafely_error_free(error);
}

int main(int argc, char **argv) {
  struct order order = {NULL, 0, NULL, 0, NULL, NULL, NULL};
  struct bar bar = {NULL, 0};
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_error *error = NULL;
  int32_t life = 0;
  uint64_t retry_window_ms = 0;
  int sent = 0, status = EXIT_FAILURE;
  char *recipients[argc]; /* enough for every argument */

  if (!open_standard_streams()) {
    perror("send: /dev/null");
    return EXIT_FAILURE;
  }
  if (!can_print()) {
    fputs("send: standard output is closed; the link could not be printed\n", stderr);
    return EXIT_FAILURE;
  }
  order.recipients = recipients;
  if (wants_help(argc, argv)) return print_help(USAGE);
  if (!read_arguments(argc, argv, &order)) {
    fputs(USAGE, stderr);
    return 2;
  }
  if (order.life != NULL && !read_number(order.life, &life)) {
    fprintf(stderr, "send: --life %s is not a number; give days, 1 to 365\n", order.life);
    return 2;
  }
  if (order.retry_window != NULL && !read_retry_window("send", order.retry_window, &retry_window_ms)) return 2;
  if (!can_be_sent(&order, life)) return 2;
  if (!has_account("send")) return 2;

  if (order.recipient_count == 0)
    fputs("send: there is no --to: everybody who has the link can open the package\n", stderr);
  if (new_client(&bar, retry_window_ms, &client, &error) == SENDSAFELY_OK &&
      sendsafely_package_create(client, &package, &error) == SENDSAFELY_OK &&
      fill_and_finalize(package, &order, life, &bar, &finalized, &error) == SENDSAFELY_OK) {
    if (finalized->needs_approval)
      fputs("send: the package waits for approval; recipients can open it after that\n", stderr);
    sent = printf("%s\n", finalized->link) > 0 && fflush(stdout) == 0;
    if (!sent) perror("send: the link cannot be printed");
  } else {
    print_error("send", error);
    status = exit_status(error);
    if (package != NULL) delete_unfinished(package);
  }

  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_error_free(error);
  return sent ? EXIT_SUCCESS : status;
}
