//! A local directory and a Workspace kept equal: chosen cases, kills, random histories against a model of what people
//! wrote, and what many files cost.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod support;

#[path = "sync/cases.rs"]
mod cases;
#[path = "sync/histories.rs"]
mod histories;

#[path = "sync/scale.rs"]
mod scale;

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use sendsafely::{
    Action, Client, ClientOptions, Direction, DownloadOptions, ErrorKind, Package, Report,
    SyncOptions, TreeError,
};
use serde_json::{Value, json};
use support::*;

type Outcome = Result<Report, Box<TreeError>>;

/// A machine with a copy of the Workspace.
struct Machine {
    directory: TempDir,
    package: Package,
    part_size: u64,
}

impl Machine {
    fn new(emulator: &Emulator, workspace: &Package, part_size: u64) -> Self {
        let client = emulator.client_with(with_parts(part_size));
        let keycode = workspace.keycode().unwrap();
        let package = Package::open(&client, &mut (), workspace.id(), keycode.into()).unwrap();
        let directory = TempDir::new();
        fs::create_dir(directory.join("tree")).unwrap();
        Self {
            directory,
            package,
            part_size,
        }
    }

    fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    fn options(&self) -> SyncOptions {
        SyncOptions {
            state_directory: Some(self.directory.join("state")),
            ..SyncOptions::default()
        }
    }

    fn sync(&self) -> Report {
        self.sync_with(&self.options()).unwrap()
    }

    fn sync_with(&self, options: &SyncOptions) -> Outcome {
        self.package.sync(&mut (), &self.tree(), options)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.tree().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Sets the time of a file, in hours from now.
    fn age(&self, path: &str, hours: f64) {
        let file = File::options()
            .write(true)
            .open(self.tree().join(path))
            .unwrap();
        let distance = Duration::from_secs_f64(hours.abs() * 3600.0);
        let now = SystemTime::now();
        let time = if hours < 0.0 {
            now - distance
        } else {
            now + distance
        };
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.tree().join(path)).unwrap();
    }

    /// Without what a download that was killed has left to go on with.
    fn content(&self) -> BTreeMap<String, String> {
        let mut content = self.all_content();
        content.retain(|path, _| !path.ends_with(".resume"));
        content
    }

    fn all_content(&self) -> BTreeMap<String, String> {
        fn walk(base: &Path, path: &str, found: &mut BTreeMap<String, String>) {
            for entry in fs::read_dir(base.join(path)).unwrap() {
                let entry = entry.unwrap();
                let below = format!("{path}{}", entry.file_name().to_str().unwrap());
                match entry.file_type().unwrap().is_dir() {
                    true => walk(base, &format!("{below}/"), found),
                    false => match fs::read_to_string(entry.path()) {
                        // A temporary file of a worker that ends late.
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                        content => drop(found.insert(below, content.unwrap())),
                    },
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.tree(), "", &mut found);
        found
    }

    /// What the Workspace holds, downloaded anew.
    fn workspace(&self) -> BTreeMap<String, String> {
        self.workspace_with(false)
    }

    fn workspace_with(&self, is_unfinished: bool) -> BTreeMap<String, String> {
        let copy = Machine {
            directory: TempDir::new(),
            package: self.package.clone(),
            part_size: self.part_size,
        };
        fs::create_dir(copy.tree()).unwrap();
        let options = DownloadOptions::default();
        if let Err(failed) = self.package.download_all(&mut (), &copy.tree(), &options) {
            // A sync that was stopped may have left an incomplete file, which the next one removes.
            assert!(is_unfinished, "{failed:?}");
        }
        copy.content()
    }
}

fn two_machines(emulator: &Emulator) -> (Machine, Machine) {
    machines_with(emulator, PART as u64)
}

/// Two machines that send files in parts of so many bytes.
fn machines_with(emulator: &Emulator, part_size: u64) -> (Machine, Machine) {
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "Sync").unwrap();
    let machine = || Machine::new(emulator, &workspace, part_size);
    (machine(), machine())
}

fn with_parts(part_size: u64) -> ClientOptions {
    ClientOptions {
        part_size,
        ..options()
    }
}

fn actions(report: &Report) -> Vec<(&str, Action)> {
    report
        .items
        .iter()
        .map(|item| (item.path.as_str(), item.action))
        .collect()
}

fn pairs(content: &[(&str, &str)]) -> BTreeMap<String, String> {
    content
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

#[test]
fn changes_of_each_side_reach_the_other() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    one.write("a.txt", "one");
    one.write("below/deeper/b.txt", "two");
    fs::create_dir(one.tree().join("empty")).unwrap();
    let report = one.sync();
    assert_eq!(
        actions(&report),
        [
            ("a.txt", Action::Uploaded),
            ("below/deeper/b.txt", Action::Uploaded)
        ]
    );
    other.sync();
    assert_eq!(other.content(), one.content());
    assert!(other.tree().join("empty").is_dir());
    // An edit of the same length.
    other.write("a.txt", "eno");
    assert_eq!(actions(&other.sync()), [("a.txt", Action::Uploaded)]);
    assert_eq!(actions(&one.sync()), [("a.txt", Action::Downloaded)]);
    assert_eq!(
        one.content(),
        pairs(&[("a.txt", "eno"), ("below/deeper/b.txt", "two")])
    );
    for machine in [&one, &other] {
        emulator.forget_requests();
        assert!(machine.sync().items.is_empty());
        assert!(!emulator.requests().iter().any(is_write));
    }
    // A change of the time alone sends nothing.
    one.age("a.txt", -3.0);
    assert!(one.sync().items.is_empty());
    assert!(!emulator.requests().iter().any(is_write));
}

#[test]
fn what_changed_on_both_sides_is_kept_twice() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    one.write("a.txt", "base");
    one.sync();
    other.sync();
    for hours in [-5.0, 5.0] {
        let (ours, theirs) = (format!("one, {hours}"), format!("other, {hours}"));
        other.write("a.txt", &theirs);
        other.sync();
        one.write("a.txt", &ours);
        one.age("a.txt", hours);
        let report = one.sync();
        let (item, sent): (Vec<_>, Vec<_>) = report
            .items
            .iter()
            .partition(|item| item.action == Action::KeptBoth);
        assert_eq!(item.len(), 1, "{report:?}");
        assert_eq!(item[0].path, "a.txt");
        let marked = item[0].local_path.as_ref().unwrap();
        let name = marked.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            name.starts_with("a (conflict 20") && name.ends_with(".txt"),
            "{name}"
        );
        assert!(!sent.is_empty());
        let (newer, older) = if hours > 0.0 {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        assert_eq!(one.content()["a.txt"], newer);
        assert_eq!(one.content()[&name], older);
        assert_eq!(one.workspace(), one.content());
        other.sync();
        assert_eq!(other.content(), one.content());
        assert!(one.sync().items.is_empty());
        one.remove(&name);
        let delete = SyncOptions {
            delete: true,
            force: true,
            ..one.options()
        };
        one.sync_with(&delete).unwrap();
        other
            .sync_with(&SyncOptions {
                delete: true,
                force: true,
                ..other.options()
            })
            .unwrap();
    }
}

#[test]
fn deletions_are_followed_only_if_asked_for() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["a", "b", "c", "below/d", "below/e"] {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    one.remove("a");
    assert_eq!(actions(&one.sync()), [("a", Action::Downloaded)]);
    one.remove("a");
    one.remove("below/d");
    one.remove("below/e");
    fs::remove_dir(one.tree().join("below")).unwrap();
    let delete = |machine: &Machine| SyncOptions {
        delete: true,
        ..machine.options()
    };
    let many = one.sync_with(&delete(&one)).unwrap_err();
    assert_eq!(many.error.kind(), ErrorKind::ManyDeletions);
    assert_eq!(one.workspace().len(), 5, "nothing was changed");
    one.write("a", "a");
    let dry = SyncOptions {
        dry_run: true,
        ..delete(&one)
    };
    let planned = one.sync_with(&dry).unwrap();
    let expected = [
        ("below/d", Action::DeletedThere),
        ("below/e", Action::DeletedThere),
    ];
    assert_eq!(actions(&planned), expected);
    assert_eq!(one.workspace().len(), 5, "nothing was changed");
    // A change wins over a deletion.
    other.write("below/e", "changed");
    other.sync();
    let report = one.sync_with(&delete(&one)).unwrap();
    assert_eq!(
        actions(&report),
        [
            ("below/d", Action::DeletedThere),
            ("below/e", Action::Downloaded)
        ]
    );
    let report = other.sync_with(&delete(&other)).unwrap();
    assert_eq!(actions(&report), [("below/d", Action::DeletedHere)]);
    let all = pairs(&[("a", "a"), ("b", "b"), ("below/e", "changed"), ("c", "c")]);
    assert_eq!(
        (one.content(), other.content(), one.workspace()),
        (all.clone(), all.clone(), all)
    );
    one.remove("below/e");
    fs::remove_dir(one.tree().join("below")).unwrap();
    one.sync_with(&delete(&one)).unwrap();
    other.sync_with(&delete(&other)).unwrap();
    assert!(
        !other.tree().join("below").exists(),
        "a directory goes with its last file"
    );
}

#[test]
fn one_side_alone_changes_if_asked_for() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    let towards = |machine: &Machine, direction| SyncOptions {
        direction,
        ..machine.options()
    };
    one.write("here", "here");
    other.write("there", "there");
    other.sync();
    let report = one.sync_with(&towards(&one, Direction::Up)).unwrap();
    assert_eq!(actions(&report), [("here", Action::Uploaded)]);
    assert_eq!(one.content(), pairs(&[("here", "here")]));
    one.write("here", "changed");
    let report = one.sync_with(&towards(&one, Direction::Down)).unwrap();
    assert_eq!(actions(&report), [("there", Action::Downloaded)]);
    assert_eq!(
        one.workspace(),
        pairs(&[("here", "here"), ("there", "there")])
    );
}

/// Holds up the next request to an endpoint, and does something meanwhile.
fn meanwhile(
    emulator: &Emulator,
    endpoint: &str,
    machine: &Machine,
    options: &SyncOptions,
    act: impl FnOnce(),
) -> Outcome {
    let hang = json!({"endpoint": endpoint, "times": 1, "action": {"hang_ms": 1500}});
    emulator.fault(hang);
    let outcome = thread::scope(|scope| {
        let sync = scope.spawn(|| machine.sync_with(options));
        let end = Instant::now() + Duration::from_secs(10);
        while emulator.fault_hits() == 0 {
            assert!(Instant::now() < end, "no request to {endpoint}");
            thread::sleep(Duration::from_millis(5));
        }
        act();
        sync.join().unwrap()
    });
    emulator.clear_faults();
    outcome
}

#[test]
fn a_version_that_an_upload_hides_is_kept_under_a_marked_name() {
    let emulator = Emulator::start();
    for exists in [true, false] {
        let (one, other) = two_machines(&emulator);
        if exists {
            one.write("a.txt", "base");
            one.sync();
            other.sync();
        }
        one.write("a.txt", "from one");
        other.write("a.txt", "from the other");
        let both = one.options();
        let outcome = meanwhile(&emulator, "create_file", &one, &both, || drop(other.sync()));
        let mut reports = vec![outcome.unwrap()];
        // A file that was new is compared at the next listing.
        reports.push(one.sync());
        let marks = reports
            .iter()
            .flat_map(|report| &report.items)
            .filter(|item| item.action == Action::KeptBoth);
        assert_eq!(marks.count(), 1, "{reports:?}");
        let mut contents: Vec<_> = one.workspace().into_values().collect();
        contents.sort();
        assert_eq!(contents, ["from one", "from the other"]);
        assert_eq!(one.workspace(), one.content());
        assert!(one.sync().items.is_empty());
        other.sync();
        assert_eq!(other.content(), one.content());
        assert!(other.sync().items.is_empty());
    }
}

#[test]
fn an_edit_during_an_upload_is_sent_by_the_next_sync() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    // Of the same size, and at the same time as far as the file system shows.
    one.write("a", "aaaa");
    one.age("a", -1.0 / 3600.0);
    let both = one.options();
    let path = one.tree().join("a");
    let edit = || {
        let time = path.metadata().unwrap().modified().unwrap();
        fs::write(&path, "bbbb").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    };
    meanwhile(&emulator, "upload_complete", &one, &both, edit).unwrap();
    one.sync();
    assert_eq!(one.workspace(), pairs(&[("a", "bbbb")]));
    // Another file in its place.
    one.write("a", "cccc");
    let replace = || {
        one.write("new", "dddd");
        fs::rename(one.tree().join("new"), &path).unwrap();
    };
    let outcome = meanwhile(&emulator, "upload_complete", &one, &both, replace);
    let items = match outcome {
        Ok(report) => report.items,
        Err(failed) => failed.report.items,
    };
    assert_eq!(items[0].action, Action::Ignored, "{items:?}");
    assert_eq!(actions(&one.sync()), [("a", Action::Uploaded)]);
    assert_eq!(one.workspace(), pairs(&[("a", "dddd")]));
}

#[test]
fn nothing_changes_behind_a_link_that_was_planted() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["d/a", "d/b", "c", "e", "f"] {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    let delete = |machine: &Machine| SyncOptions {
        delete: true,
        ..machine.options()
    };
    other.remove("d/a");
    other.write("d/b", "changed");
    other.write("d/new", "new");
    other.sync_with(&delete(&other)).unwrap();
    let outside = one.directory.join("outside");
    let plant = || {
        fs::rename(one.tree().join("d"), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, one.tree().join("d")).unwrap();
    };
    let _ = meanwhile(&emulator, "get_directory", &one, &delete(&one), plant);
    assert_eq!(fs::read_to_string(outside.join("a")).unwrap(), "d/a");
    assert_eq!(fs::read_to_string(outside.join("b")).unwrap(), "d/b");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 2);
    fs::remove_file(one.tree().join("d")).unwrap();
    fs::rename(&outside, one.tree().join("d")).unwrap();
    one.sync_with(&delete(&one)).unwrap();
    assert_eq!(one.content(), other.content());
}

#[test]
fn a_file_and_a_directory_of_one_name_are_kept() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    one.write("d/x", "below");
    one.write("e", "a file");
    other.write("d", "a file");
    other.write("e/x", "below");
    other.sync();
    let report = one.sync();
    let kept = report
        .items
        .iter()
        .filter(|item| item.action == Action::KeptBoth);
    assert_eq!(kept.count(), 2, "{report:?}");
    assert!(report.items.iter().all(|item| item.error.is_none()));
    assert_eq!(one.content().len(), 4);
    assert_eq!(one.workspace(), one.content());
    // The other machine keeps its file of the name that has become a directory, once more.
    other.sync();
    one.sync();
    assert_eq!(other.content(), one.content());
    assert_eq!(other.content().len(), 5);
    assert!(one.sync().items.is_empty() && other.sync().items.is_empty());
}

#[test]
fn a_new_file_keeps_its_directory_from_being_deleted() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["a", "b", "c", "d/e/x"] {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    let delete = |machine: &Machine| SyncOptions {
        delete: true,
        ..machine.options()
    };
    fs::remove_dir_all(one.tree().join("d")).unwrap();
    one.sync_with(&delete(&one)).unwrap();
    other.write("d/e/new", "new");
    let report = other.sync_with(&delete(&other)).unwrap();
    let expected = [
        ("d/e/new", Action::Uploaded),
        ("d/e/x", Action::DeletedHere),
    ];
    assert_eq!(actions(&report), expected);
    one.sync_with(&delete(&one)).unwrap();
    assert_eq!(one.content(), other.content());
    assert_eq!(one.content()["d/e/new"], "new");
}

#[test]
fn links_that_lead_back_are_left_alone() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    one.write("d/x", "x");
    std::os::unix::fs::symlink("..", one.tree().join("d/back")).unwrap();
    std::os::unix::fs::symlink("d", one.tree().join("e")).unwrap();
    let follow = SyncOptions {
        follow_links: true,
        ..one.options()
    };
    let report = one
        .sync_with(&follow)
        .unwrap_or_else(|failed| failed.report);
    let (ignored, sent): (Vec<_>, Vec<_>) =
        (report.items.iter()).partition(|item| item.action == Action::Ignored);
    let paths = |items: &[&sendsafely::ReportItem]| -> Vec<String> {
        items.iter().map(|item| item.path.clone()).collect()
    };
    assert_eq!(paths(&sent), ["d/x", "e/x"]);
    assert_eq!(paths(&ignored), ["d/back", "e/back"]);
}

#[test]
fn a_state_that_makes_no_sense_deletes_nothing() {
    let emulator = Emulator::start();
    for spoil in [
        |text: &str| text.replacen("\"path\"", "\"pa\u{fffd}", 1),
        |text: &str| text.replacen("\"version\":1", "\"version\":99", 1),
        |text: &str| {
            text.lines()
                .skip(1)
                .map(|line| format!("{line}\n"))
                .collect()
        },
        |_: &str| "garbage\nand more\n".to_owned(),
        |text: &str| text[..text.len() / 2].lines().take(1).collect(),
    ] {
        let (one, _) = two_machines(&emulator);
        for name in ["a", "b", "c", "d"] {
            one.write(name, name);
        }
        one.sync();
        for entry in fs::read_dir(one.directory.join("state")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|name| name == "jsonl") {
                let text = fs::read_to_string(&path).unwrap();
                fs::write(&path, spoil(&text)).unwrap();
            }
        }
        one.remove("d");
        one.write("a", "newer");
        let delete = SyncOptions {
            delete: true,
            ..one.options()
        };
        let report = one.sync_with(&delete).unwrap();
        assert!(
            actions(&report).contains(&("d", Action::Downloaded)),
            "{report:?}"
        );
        // The service has the old content of a still, under a marked name.
        assert_eq!(one.workspace().len(), 5);
        assert_eq!(one.workspace(), one.content());
    }
}

#[test]
fn an_unchanged_tree_costs_a_few_requests() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    for directory in 0..4 {
        for file in 0..150 {
            one.write(&format!("{directory}/{file}"), &format!("{file:04}"));
        }
    }
    one.sync();
    one.sync();
    emulator.forget_requests();
    assert!(one.sync().items.is_empty());
    let idle = emulator.requests();
    assert!(idle.len() <= 3 + 2 * 5, "{}", idle.len());
    assert!(!idle.iter().any(is_write));
    one.write("2/77", "changed");
    emulator.forget_requests();
    assert_eq!(actions(&one.sync()), [("2/77", Action::Uploaded)]);
    let extra = emulator.requests().len() - idle.len();
    assert!(extra <= 6, "{extra} requests for one file");
}

#[test]
fn a_failed_request_is_made_up_for_by_the_next_sync() {
    let emulator = Emulator::start();
    for endpoint in [
        "get_directory",
        "create_directory",
        "create_file",
        "upload_urls",
        "part_put",
        "upload_complete",
        "file_information",
        "download_urls",
        "part_get",
        "delete_file",
        "delete_directory",
        "rename_file",
    ] {
        for skip in 0..2 {
            let (one, other) = two_machines(&emulator);
            for name in ["a", "b", "c", "d", "e", "g/x", "h/x"] {
                one.write(name, name);
            }
            one.sync();
            other.sync();
            let delete = |machine: &Machine| SyncOptions {
                delete: true,
                ..machine.options()
            };
            other.write("a", "other's");
            other.write("b", "from other");
            other.write("i/j/y", "new from other");
            other.sync();
            one.write("a", "one's");
            one.write("c", "from one");
            one.write("k/l/y", "new from one");
            fs::remove_dir_all(one.tree().join("g")).unwrap();
            let refusal = json!({"response": "FAIL", "message": "refused for the test"});
            emulator.fault(json!({
                "endpoint": endpoint, "times": 1, "skip": skip, "action": {"envelope": refusal},
            }));
            let failed = one.sync_with(&delete(&one));
            emulator.clear_faults();
            one.sync_with(&delete(&one)).unwrap();
            let after = one.content();
            assert_eq!(one.workspace(), after, "{endpoint}: {failed:?}");
            for content in [
                "other's",
                "one's",
                "from other",
                "from one",
                "new from other",
                "new from one",
            ] {
                let is_there = after.values().any(|there| there == content);
                assert!(is_there, "{endpoint}: {content}: {failed:?}");
            }
            assert!(!after.contains_key("g/x"), "{endpoint}");
            other.sync_with(&delete(&other)).unwrap();
            assert_eq!(other.content(), after, "{endpoint}");
            assert!(one.sync().items.is_empty(), "{endpoint}");
        }
    }
}

/// The environment variable by which a program of its own gets what it syncs.
const SYNCED: &str = "SENDSAFELY_SYNCED";

/// Starts a program that syncs the directory of a machine and then ends.
fn child_sync(emulator: &Emulator, machine: &Machine, options: &SyncOptions) -> Child {
    let mut command = sync_command(emulator, machine, options);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn sync_command(emulator: &Emulator, machine: &Machine, options: &SyncOptions) -> Command {
    let setup = json!({
        "url": emulator.text("url"), "key": emulator.of_user(0, "api_key"),
        "secret": emulator.of_user(0, "api_secret"), "package": machine.package.id(),
        "keycode": machine.package.keycode().unwrap().to_string(), "tree": machine.tree(),
        "state": options.state_directory, "delete": options.delete, "force": options.force,
        "part_size": machine.part_size,
        "peak": machine.directory.join("peak"), "checksum": options.checksum, "direction": format!("{:?}", options.direction),
    });
    // A limit of BLOCKS for the size of each file, if there is one.
    let script = "trap '' XFSZ; [ -z \"$BLOCKS\" ] || ulimit -f \"$BLOCKS\"; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]);
    command.arg(std::env::current_exe().unwrap());
    command.args(["a_program_of_its_own", "--exact", "--nocapture"]);
    command.env(SYNCED, setup.to_string());
    command
}

/// What [`child_sync`] starts; no test otherwise.
#[test]
fn a_program_of_its_own() {
    let Ok(setup) = std::env::var(SYNCED) else {
        return;
    };
    let setup: Value = serde_json::from_str(&setup).unwrap();
    let text = |name: &str| setup[name].as_str().unwrap().to_owned();
    let is = |name: &str| setup[name].as_bool().unwrap();
    let secret = text("secret");
    let client = Client::new(
        &text("url"),
        &text("key"),
        secret.as_str().into(),
        with_parts(setup["part_size"].as_u64().unwrap()),
    );
    let (id, keycode) = (text("package"), text("keycode"));
    let package = Package::open(&client.unwrap(), &mut (), &id, keycode.as_str().into()).unwrap();
    let options = SyncOptions {
        direction: match text("direction").as_str() {
            "Up" => Direction::Up,
            "Down" => Direction::Down,
            _ => Direction::Both,
        },
        delete: is("delete"),
        force: is("force"),
        checksum: is("checksum"),
        state_directory: Some(text("state").into()),
        ..SyncOptions::default()
    };
    let before = scale::peak();
    if let Err(failed) = package.sync(&mut (), Path::new(&text("tree")), &options) {
        eprintln!("{:?}", failed.error);
    }
    fs::write(text("peak"), format!("{before} {}", scale::peak())).unwrap();
}

#[test]
fn a_killed_sync_loses_nothing() {
    let kills: usize = std::env::var("SYNC_KILLS").map_or(6, |number| number.parse().unwrap());
    let mut chance = Chance(7);
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    let names: Vec<String> = (0..12)
        .map(|number| format!("{}/{number}", number % 3))
        .collect();
    for name in &names {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    let delete = SyncOptions {
        delete: true,
        ..one.options()
    };
    for round in 0..kills {
        let mut written = Vec::new();
        for name in &names {
            for (machine, who) in [(&one, "one"), (&other, "other")] {
                if chance.below(3) == 0 {
                    let content = format!("{who} {round} {name}");
                    machine.write(name, &content);
                    written.push(content);
                }
            }
        }
        other.sync();
        let mut child = child_sync(&emulator, &one, &delete);
        thread::sleep(Duration::from_millis(20 + chance.below(400) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        for _ in 0..2 {
            one.sync();
            other.sync();
        }
        let contents = all_contents(&[&one, &other]);
        for content in written {
            assert!(contents.contains(&content), "{round}: {content} is lost");
        }
        assert_eq!(one.content(), other.content(), "{round}");
        // A file whose creation was killed may stay incomplete beside the one that was sent later.
        let sorted = |content: BTreeMap<String, String>| {
            let mut contents: Vec<_> = content.into_values().collect();
            contents.sort();
            contents
        };
        let there = one.workspace_with(true);
        assert_eq!(sorted(one.content()), sorted(there), "{round}");
        assert!(one.sync().items.is_empty(), "{round}");
        let hidden = fs::read_dir(one.tree().join("0")).unwrap();
        let hidden: Vec<_> = hidden
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with('.'))
            .collect();
        assert!(hidden.is_empty(), "{round}: {hidden:?}");
    }
}

/// A small generator, so that a history can be had again by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Everything that can still be read, with old versions.
fn all_contents(machines: &[&Machine]) -> Vec<String> {
    let mut contents: Vec<String> = Vec::new();
    for machine in machines {
        contents.extend(machine.content().into_values());
    }
    contents.extend(machines[0].workspace_with(true).into_values());
    contents.extend(old_versions(machines[0]));
    contents
}

fn old_versions(machine: &Machine) -> Vec<String> {
    fn walk(package: &Package, directory: Option<&str>, contents: &mut Vec<String>) {
        let listed = package
            .directory(&mut (), directory, &Default::default())
            .unwrap();
        for file in &listed.files {
            let file = package
                .file_information(&mut (), &file.file_id, Some(&listed.directory_id))
                .unwrap();
            for old in &file.old_versions {
                let mut content = Vec::new();
                let options = DownloadOptions {
                    directory_id: Some(listed.directory_id.clone()),
                    ..DownloadOptions::default()
                };
                let sink = sendsafely::Sink::Memory(&mut content);
                package
                    .download(&mut (), &old.file_id, sink, &options)
                    .unwrap();
                contents.push(String::from_utf8(content).unwrap());
            }
        }
        for below in &listed.directories {
            walk(package, Some(&below.directory_id), contents);
        }
    }
    let mut contents = Vec::new();
    walk(&machine.package, None, &mut contents);
    contents
}
