/* Two machines, each with a directory that is kept equal with one Workspace. */
#include "support.h"

#include <sys/stat.h>
#include <time.h>
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

/* Syncs, and returns the report, which comes with a failure too. */
static sendsafely_report *report_of(struct machine *machine, sendsafely_status expected) {
  sendsafely_report *report = NULL;
  CHECK_STATUS(expected, sendsafely_package_sync(machine->workspace, machine->tree, &machine->options, &report, NULL));
  return report;
}

/* What a report says was done, as "a.txt 1, b.txt 2" with the numbers of sendsafely_action. */
static const char *done_in(const sendsafely_report *report) {
  static char done[1024];
  done[0] = 0;
  for (size_t i = 0; report && i < report->count; i++) {
    size_t length = strlen(done);
    snprintf(done + length, sizeof done - length, "%s%s %d", i ? ", " : "", report->items[i]->path,
             report->items[i]->action);
  }
  return done;
}

static const char *sync_of(struct machine *machine, sendsafely_status expected) {
  sendsafely_report *report = report_of(machine, expected);
  const char *done = done_in(report);
  sendsafely_report_free(report);
  return done;
}

#define FAILED "0"
#define UPLOADED "1"
#define DOWNLOADED "2"
#define IGNORED "4"
#define DELETED_HERE "5"
#define DELETED_THERE "6"
#define KEPT_BOTH "7"
#define COMPARED "8"

static void set_time(const struct machine *machine, const char *name, time_t time) {
  CHECK(utime(path_of(machine, name), &(struct utimbuf){time, time}) == 0);
}

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

/* Both sides change a file, this one at the given time. */
static void conflict(const char *test, time_t changed, const char *newer, const char *older) {
  struct flow flow;
  begin(&flow, test);
  write_text(&flow.one, "report.txt", "base");
  sync_of(&flow.one, SENDSAFELY_OK);
  sync_of(&flow.other, SENDSAFELY_OK);
  write_text(&flow.other, "report.txt", "theirs");
  sync_of(&flow.other, SENDSAFELY_OK);
  write_text(&flow.one, "report.txt", "ours");
  set_time(&flow.one, "report.txt", changed);
  flow.one.options.dry_run = 1;
  CHECK_TEXT("report.txt " KEPT_BOTH, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(has(&flow.one, "report.txt", "ours") && entries_of(flow.one.tree) == 1);
  flow.one.options.dry_run = 0;
  sendsafely_report *report = report_of(&flow.one, SENDSAFELY_OK);
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
  CHECK(has(&flow.one, "report.txt", newer) && has(&flow.one, marked, older));
  sync_of(&flow.other, SENDSAFELY_OK);
  CHECK(has(&flow.other, "report.txt", newer) && has(&flow.other, marked, older));
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  sendsafely_report_free(report);
  end(&flow);
}

TEST(what_changed_on_both_sides_is_kept_twice) {
  conflict("older", 1000000000, "theirs", "ours");
  conflict("newer", time(NULL) + 5 * 3600, "ours", "theirs");
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

TEST(a_dry_run_is_the_whole_plan) {
  struct flow flow;
  begin(&flow, "plan");
  for (const char *name = "b\0c\0d\0"; *name; name += 2) write_text(&flow.one, name, name);
  sync_of(&flow.one, SENDSAFELY_OK);
  write_text(&flow.other, "b", "longer");
  write_text(&flow.other, "d", "d");
  flow.one.options.dry_run = flow.other.options.dry_run = 1;
  sendsafely_report *plan = report_of(&flow.other, SENDSAFELY_OK);
  CHECK_TEXT("b " KEPT_BOTH ", c " DOWNLOADED ", d " COMPARED, done_in(plan));
  REQUIRE(plan && plan->count == 3);
  for (size_t i = 0; i < plan->count; i++) {
    const sendsafely_report_item *item = plan->items[i];
    CHECK_TEXT(path_of(&flow.other, item->path), item->local_path);
    REQUIRE(item->file_id);
    CHECK_TEXT(item->path, service_text(flow.one.workspace, item->file_id, "name"));
    CHECK(item->size == (i ? 1 : 6) && item->status == SENDSAFELY_OK && !item->message);
  }
  sendsafely_report_free(plan);
  CHECK(lacks(&flow.other, "c") && has(&flow.other, "b", "longer"));
  /* Where the sync would fail for the number of deletions, the plan comes with that failure. */
  CHECK(unlink(path_of(&flow.one, "b")) == 0 && unlink(path_of(&flow.one, "c")) == 0);
  flow.one.options.delete_files = 1;
  CHECK_TEXT("b " DELETED_THERE ", c " DELETED_THERE, sync_of(&flow.one, SENDSAFELY_MANY_DELETIONS));
  flow.one.options.force = 1;
  CHECK_TEXT("b " DELETED_THERE ", c " DELETED_THERE, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(service_has(flow.one.workspace, "\"b\"") && service_has(flow.one.workspace, "\"c\""));
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
  /* A comment, blanks at the end, and characters that stand for themselves; what is no pattern. */
  write_text(&flow.one, "#x", "x");
  write_text(&flow.one, "y ", "y");
  flow.one.options.direction = SENDSAFELY_DIRECTION_UP;
  flow.one.options.include = NULL;
  flow.one.options.exclude = "# a comment\n*.pdf  \r\n*.tmp\n\\#*\ny\\ \n";
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  for (const char *pattern = "[\0/\0!\0\\\0"; *pattern; pattern += 2) {
    flow.one.options.exclude = pattern;
    CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_INVALID_ARGUMENT));
  }
  flow.other.options.direction = 3;
  CHECK_TEXT("", sync_of(&flow.other, SENDSAFELY_INVALID_ARGUMENT));
  sendsafely_string_free(plans);
  end(&flow);
}

TEST(other_options_of_a_sync) {
  struct flow flow;
  begin(&flow, "options");
  write_text(&flow.one, "a.txt", "a");
  set_time(&flow.one, "a.txt", 1000000000);
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  /* An edit that neither size nor time shows. */
  write_text(&flow.one, "a.txt", "A");
  set_time(&flow.one, "a.txt", 1000000000);
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  flow.one.options.checksum = 1;
  CHECK_TEXT("a.txt " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(symlink("a.txt", path_of(&flow.one, "link")) == 0);
  CHECK_TEXT("link " IGNORED, sync_of(&flow.one, SENDSAFELY_OK));
  flow.one.options.follow_links = 1;
  CHECK_TEXT("link " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  write_text(&flow.one, "1:2", "name");
  CHECK_TEXT("1:2 " FAILED, sync_of(&flow.one, SENDSAFELY_MALFORMED_FILE_NAME));
  flow.one.options.replace_characters = 1;
  CHECK_TEXT("1:2 " UPLOADED, sync_of(&flow.one, SENDSAFELY_OK));
  CHECK(service_has(flow.one.workspace, "\"1_2\""));
  CHECK_TEXT("", sync_of(&flow.one, SENDSAFELY_OK));
  end(&flow);
}

static int32_t sync_the_same_tree(void *user_data, const sendsafely_progress *progress) {
  struct flow *flow = user_data;
  (void)progress;
  if (!requests_to("create_file")) return SENDSAFELY_CONTINUE;
  CHECK_STATUS(SENDSAFELY_SYNC_RUNNING,
               sendsafely_package_sync(flow->other.workspace, flow->one.tree, &flow->other.options, NULL, NULL));
  return SENDSAFELY_STOP;
}

TEST(one_sync_of_a_directory_runs_at_a_time) {
  struct flow flow;
  begin(&flow, "lock");
  write_text(&flow.one, "a.txt", "a");
  flow.one.options.on_progress = sync_the_same_tree;
  flow.one.options.user_data = &flow;
  add_fault("{\"endpoint\":\"create_file\",\"action\":{\"hang_ms\":60000}}");
  sync_of(&flow.one, SENDSAFELY_STOPPED);
  remove_faults();
  CHECK_OK(sendsafely_package_sync(flow.other.workspace, flow.one.tree, &flow.other.options, NULL, NULL));
  CHECK(service_has(flow.one.workspace, "\"a.txt\""));
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
