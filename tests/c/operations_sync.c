/* Two machines, each with a directory that is kept equal with one Workspace. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

/* A machine: a handle of the Workspace, a directory and a state of its own. */
struct machine {
  sendsafely_package *workspace;
  char tree[512];
  sendsafely_sync_options options;
  char state[512];
};

static void make_machine(struct machine *machine, sendsafely_package *workspace, const char *test, const char *name) {
  char place[64];
  machine->workspace = workspace;
  snprintf(place, sizeof place, "%s-%s", test, name);
  snprintf(machine->tree, sizeof machine->tree, "%s", scratch(place));
  CHECK(mkdir(machine->tree, 0700) == 0);
  snprintf(place, sizeof place, "%s-%s-state", test, name);
  snprintf(machine->state, sizeof machine->state, "%s", scratch(place));
  CHECK_OK(sendsafely_sync_options_init(&machine->options, sizeof machine->options));
  CHECK(machine->options.direction == SENDSAFELY_DIRECTION_BOTH && !machine->options.delete_files);
  machine->options.state_directory = machine->state;
}

/* The Workspace, its client, and the machines on it, of which the second has opened the Workspace by its link. */
struct flow {
  sendsafely_client *client;
  struct machine one, other;
};

static void begin(struct flow *flow, const char *test) {
  char *link = NULL;
  sendsafely_package *opened = NULL;
  flow->client = new_client(NULL);
  make_machine(&flow->one, new_workspace(flow->client), test, "one");
  CHECK_OK(sendsafely_package_link(flow->one.workspace, &link, NULL));
  CHECK_OK(sendsafely_package_open_link(flow->client, link, &opened, NULL));
  sendsafely_string_free(link);
  make_machine(&flow->other, opened, test, "other");
}

static void end(struct flow *flow) {
  sendsafely_package_free(flow->other.workspace);
  sendsafely_package_free(flow->one.workspace);
  sendsafely_client_free(flow->client);
}

static const char *path_of(const struct machine *machine, const char *name) {
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", machine->tree, name);
  return path;
}

static void write_text(const struct machine *machine, const char *name, const char *text) {
  write_file(path_of(machine, name), text, strlen(text));
}

static int has(const struct machine *machine, const char *name, const char *text) {
  return file_is(path_of(machine, name), text, strlen(text));
}

static int lacks(const struct machine *machine, const char *name) { return access(path_of(machine, name), F_OK) != 0; }

/* Syncs, and returns what was done, as "a.txt 1, b.txt 2" with the numbers of sendsafely_action. */
static const char *sync_of(struct machine *machine, sendsafely_status expected) {
  static char done[1024];
  sendsafely_report *report = NULL;
  CHECK_STATUS(expected, sendsafely_package_sync(machine->workspace, machine->tree, &machine->options, &report, NULL));
  done[0] = 0;
  for (size_t i = 0; report && i < report->count; i++) {
    size_t length = strlen(done);
    snprintf(done + length, sizeof done - length, "%s%s %d", i ? ", " : "", report->items[i]->path,
             report->items[i]->action);
  }
  sendsafely_report_free(report);
  return done;
}

#define UPLOADED "1"
#define DOWNLOADED "2"
#define DELETED_HERE "5"
#define DELETED_THERE "6"

TEST(two_machines_take_turns) {
  struct flow flow;
  begin(&flow, "turns");
  CHECK(mkdir(path_of(&flow.one, "below"), 0700) == 0 && mkdir(path_of(&flow.one, "empty"), 0700) == 0);
  write_text(&flow.one, "a.txt", "one");
  write_text(&flow.one, "below/b.txt", "two");
  CHECK_TEXT("a.txt " UPLOADED ", below/b.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK_TEXT("a.txt " DOWNLOADED ", below/b.txt " DOWNLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  CHECK(has(&flow.other, "a.txt", "one") && has(&flow.other, "below/b.txt", "two") && !lacks(&flow.other, "empty"));
  write_text(&flow.other, "a.txt", "eno"); /* an edit of the same length */
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  CHECK_TEXT("a.txt " DOWNLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(has(&flow.one, "a.txt", "eno"));
  forget_requests();
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  CHECK_TEXT("", sync_of(&flow.other, SENDSAFELY_OK));
  CHECK(requests_to("create_file") == 0 && requests_to("part_get") == 0);
  /* The options and the report are optional; the state is this test's own all the same. */
  CHECK(setenv("XDG_STATE_HOME", flow.one.state, 1) == 0);
  CHECK_OK(sendsafely_package_sync(flow.one.workspace, flow.one.tree, NULL, NULL, NULL));
  CHECK(unsetenv("XDG_STATE_HOME") == 0);
  CHECK_STATUS(SENDSAFELY_DIRECTORY_NOT_FOUND,
               sendsafely_package_sync(flow.one.workspace, scratch("no-such-tree"), &flow.one.options, NULL, NULL));
  end(&flow);
}

TEST(what_changed_on_both_sides_is_kept_twice) {
  struct flow flow;
  sendsafely_report *report = NULL;
  begin(&flow, "both");
  write_text(&flow.one, "report.txt", "base");
  sync_of(&flow.one, SENDSAFELY_OK);
  sync_of(&flow.other, SENDSAFELY_OK);
  write_text(&flow.other, "report.txt", "theirs");
  sync_of(&flow.other, SENDSAFELY_OK);
  write_text(&flow.one, "report.txt", "ours");
  CHECK(utime(path_of(&flow.one, "report.txt"), &(struct utimbuf){1000000000, 1000000000}) == 0);
  CHECK_OK(sendsafely_package_sync(flow.one.workspace, flow.one.tree, &flow.one.options, &report, NULL));
  REQUIRE(report);
  const char *marked = NULL;
  for (size_t i = 0; i < report->count; i++)
    if (report->items[i]->action == SENDSAFELY_ACTION_KEPT_BOTH) {
      CHECK_TEXT("report.txt", report->items[i]->path);
      CHECK_STATUS(SENDSAFELY_OK, report->items[i]->status);
      marked = strrchr(report->items[i]->local_path, '/') + 1;
    }
  REQUIRE(marked);
  CHECK(!strncmp(marked, "report (conflict 2", 18) && !strcmp(marked + strlen(marked) - 5, ").txt"));
  CHECK(has(&flow.one, "report.txt", "theirs") && has(&flow.one, marked, "ours"));
  sync_of(&flow.other, SENDSAFELY_OK);
  CHECK(has(&flow.other, "report.txt", "theirs") && has(&flow.other, marked, "ours"));
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  sendsafely_report_free(report);
  end(&flow);
}

TEST(deletions_are_followed_only_if_asked_for) {
  struct flow flow;
  begin(&flow, "deletions");
  for (const char *name = "a\0b\0c\0"; *name; name += 2) write_text(&flow.one, name, name);
  sync_of(&flow.one, SENDSAFELY_OK);
  sync_of(&flow.other, SENDSAFELY_OK);
  CHECK(unlink(path_of(&flow.one, "a")) == 0);
  CHECK_TEXT("a " DOWNLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(unlink(path_of(&flow.one, "a")) == 0);
  flow.one.options.delete_files = flow.other.options.delete_files = 1;
  CHECK_TEXT("a " DELETED_THERE, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK_TEXT("a " DELETED_HERE, sync_of(&flow.other, SENDSAFELY_OK));
  CHECK(lacks(&flow.other, "a") && has(&flow.other, "b", "b"));
  /* More than half, and all. A change on the other side wins. */
  CHECK(unlink(path_of(&flow.one, "b")) == 0 && unlink(path_of(&flow.one, "c")) == 0);
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_MANY_DELETIONS));
  write_text(&flow.other, "c", "changed");
  CHECK_TEXT("c " UPLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  flow.one.options.force = 1;
  CHECK_TEXT("b " DELETED_THERE ", c " DOWNLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(has(&flow.one, "c", "changed"));
  end(&flow);
}

TEST(a_dry_run_changes_nothing) {
  struct flow flow;
  begin(&flow, "dry");
  write_text(&flow.one, "a.txt", "a");
  flow.one.options.dry_run = flow.other.options.dry_run = 1;
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(requests_to("create_file") == 0 && service_lacks(flow.one.workspace, "\"a.txt\""));
  CHECK(access(flow.one.state, F_OK) != 0 || entries_of(flow.one.state) == 0);
  flow.one.options.dry_run = 0;
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK_TEXT("a.txt " DOWNLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  CHECK(entries_of(flow.other.tree) == 0);
  end(&flow);
}

TEST(patterns_and_directions_of_a_sync) {
  struct flow flow;
  char *plans = NULL;
  begin(&flow, "patterns");
  CHECK_OK(sendsafely_package_create_directory(flow.one.workspace, NULL, "plans", &plans, NULL));
  flow.one.options.directory_id = flow.other.options.directory_id = plans;
  write_text(&flow.one, "a.txt", "a");
  write_text(&flow.one, "b.pdf", "b");
  write_text(&flow.one, "c.tmp", "c");
  flow.one.options.include = "*.txt\n\n# a comment\n*.tmp\n";
  flow.one.options.exclude = "c.*";
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(service_has(flow.one.workspace, "\"a.txt\"") && service_lacks(flow.one.workspace, "\"b.pdf\""));
  write_text(&flow.other, "there", "there");
  flow.other.options.direction = SENDSAFELY_DIRECTION_DOWN;
  CHECK_TEXT("a.txt " DOWNLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  CHECK(service_lacks(flow.one.workspace, "\"there\""));
  flow.other.options.direction = SENDSAFELY_DIRECTION_UP;
  CHECK_TEXT("there " UPLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  flow.other.options.direction = 3;
  CHECK_TEXT("", sync_of(&flow.other, SENDSAFELY_INVALID_ARGUMENT));
  sendsafely_string_free(plans);
  end(&flow);
}

static int32_t stop_at_create_file(void *user_data, const sendsafely_progress *progress) {
  (void)user_data, (void)progress;
  return requests_to("create_file") ? SENDSAFELY_STOP : SENDSAFELY_CONTINUE;
}

TEST(stop_a_sync) {
  struct flow flow;
  begin(&flow, "stop");
  write_text(&flow.one, "a.txt", "a");
  flow.one.options.on_progress = stop_at_create_file;
  add_fault("{\"endpoint\":\"create_file\",\"action\":{\"hang_ms\":60000}}");
  sync_of(&flow.one, SENDSAFELY_STOPPED);
  remove_faults();
  flow.one.options.on_progress = NULL;
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK_TEXT("a.txt " DOWNLOADED, sync_of(&flow.other, SENDSAFELY_OK));
  end(&flow);
}

int main(void) { return run_tests("operations_sync"); }
