/*
 * sync - makes a directory and a Workspace equal.
 *
 *   sync [--up | --down] [--delete] [--force] [--dry-run] LINK DIRECTORY
 *
 * What was created or changed on one side since the last sync goes to the other. With --up the directory stays as it
 * is, with --down the Workspace. What was deleted on one side comes back, or with --delete it is deleted on the other.
 * More than half of the files are only deleted with --force. With --dry-run nothing is changed. Prints a line for each
 * file that was not equal:
 *
 *   >   uploaded                    <   downloaded
 *   x>  deleted in the Workspace    <x  deleted here
 *   !   conflict: kept twice        -   left alone
 *   E   failed                      ?   to be compared (only with --dry-run)
 *
 * Host and account come from the environment: SENDSAFELY_HOST, SENDSAFELY_API_KEY, SENDSAFELY_API_SECRET, and for a
 * private certificate authority SENDSAFELY_CA_BUNDLE. The exit status is 0 if both sides are equal, 8 if they are and
 * there was a conflict, 2 for arguments that cannot be right, and 130 after Ctrl-C. Whatever ends a sync, the next one
 * goes on.
 */
#include "console.h"

#define USAGE "usage: sync [--up | --down] [--delete] [--force] [--dry-run] LINK DIRECTORY\n"
#define CONFLICT 8

static int usage(void) {
  fputs(USAGE, stderr);
  return 2;
}

static const char *mark_of(sendsafely_action action) {
  switch (action) {
  case SENDSAFELY_ACTION_UPLOADED:
    return ">";
  case SENDSAFELY_ACTION_DOWNLOADED:
    return "<";
  case SENDSAFELY_ACTION_DELETED_THERE:
    return "x>";
  case SENDSAFELY_ACTION_DELETED_HERE:
    return "<x";
  case SENDSAFELY_ACTION_KEPT_BOTH:
    return "!";
  case SENDSAFELY_ACTION_COMPARED:
    return "?";
  case SENDSAFELY_ACTION_IGNORED:
    return "-";
  default:
    return "E";
  }
}

/* Prints what was done with each file. Returns whether there was a conflict. */
static int print_report(const sendsafely_report *report, int dry_run) {
  int conflict = 0;

  for (size_t i = 0; report != NULL && i < report->count; i++) {
    const sendsafely_report_item *item = report->items[i];

    printf("%-3s ", mark_of(item->action));
    print_text(stdout, item->path, "");
    if (item->action == SENDSAFELY_ACTION_KEPT_BOTH && dry_run) {
      fputs(": both contents would be kept", stdout);
    } else if (item->action == SENDSAFELY_ACTION_KEPT_BOTH) {
      conflict = 1;
      fputs(": the other content is now ", stdout);
      print_text(stdout, strrchr(item->local_path, '/') + 1, "");
    }
    if (item->action == SENDSAFELY_ACTION_COMPARED)
      fputs(": the contents would be compared, and both kept if they differ", stdout);
    if (item->message != NULL) {
      fputs(": ", stdout);
      print_text(stdout, item->message, "");
    }
    putchar('\n');
  }
  return conflict;
}

int main(int argc, char **argv) {
  struct bar bar = {NULL, 0};
  sendsafely_sync_options options;
  sendsafely_client *client = NULL;
  sendsafely_package *workspace = NULL;
  sendsafely_report *report = NULL;
  sendsafely_error *error = NULL;
  int i, conflict, status = EXIT_SUCCESS;

  if (!open_standard_streams()) {
    perror("sync: /dev/null");
    return EXIT_FAILURE;
  }
  sendsafely_sync_options_init(&options, sizeof options);
  for (i = 1; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "--up") == 0)
      options.direction = SENDSAFELY_DIRECTION_UP;
    else if (strcmp(argv[i], "--down") == 0)
      options.direction = SENDSAFELY_DIRECTION_DOWN;
    else if (strcmp(argv[i], "--delete") == 0)
      options.delete_files = 1;
    else if (strcmp(argv[i], "--force") == 0)
      options.force = 1;
    else if (strcmp(argv[i], "--dry-run") == 0)
      options.dry_run = 1;
    else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
      return print_help(USAGE);
    else
      return usage();
  }
  if (argc - i != 2) return usage();
  if (!has_account("sync")) return 2;

  begin_bar(&bar, argv[i + 1]);
  if (new_client(&bar, 0, &client, &error) == SENDSAFELY_OK &&
      sendsafely_package_open_link(client, argv[i], &workspace, &error) == SENDSAFELY_OK)
    sendsafely_package_sync(workspace, argv[i + 1], &options, &report, &error);
  end_bar(&bar);
  conflict = print_report(report, options.dry_run);
  if (error != NULL) {
    print_error("sync", error);
    status = exit_status(error);
  } else if (ferror(stdout) || fflush(stdout) != 0) {
    perror("sync: the report cannot be printed");
    status = EXIT_FAILURE;
  } else if (conflict) {
    status = CONFLICT;
  }

  sendsafely_report_free(report);
  sendsafely_package_free(workspace);
  sendsafely_client_free(client);
  sendsafely_error_free(error);
  return status;
}
