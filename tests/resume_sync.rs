//! Syncs that go on within a file where an earlier one has ended.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sendsafely::{Action, ClientOptions, Direction, ErrorKind, Package, Report, SyncOptions};
use serde_json::{Value, json};
use support::*;

const PARTS: usize = 12;
/// So many are through when a sync is stopped.
const SENT: u32 = 5;
const SIZE: usize = PARTS * PART - 7;

/// A local directory that is synced with a Workspace.
struct Side {
    package: Package,
    tree: TempDir,
    state: TempDir,
}

impl Side {
    fn new(emulator: &Emulator, workspace: Option<&Package>) -> Self {
        let client = emulator.client_with(ClientOptions {
            parts_in_flight: 1,
            ..options()
        });
        let package = match workspace {
            None => Package::create_workspace(&client, &mut (), "Sync").unwrap(),
            Some(package) => {
                let keycode = package.keycode().unwrap();
                Package::open(&client, &mut (), package.id(), keycode.into()).unwrap()
            }
        };
        Self {
            package,
            tree: TempDir::new(),
            state: TempDir::new(),
        }
    }

    fn options(&self) -> SyncOptions {
        SyncOptions {
            state_directory: Some(self.state.0.clone()),
            ..SyncOptions::default()
        }
    }

    fn sync(&self) -> Report {
        self.sync_with(&self.options())
    }

    fn sync_with(&self, options: &SyncOptions) -> Report {
        (self.package).sync(&mut (), &self.tree.0, options).unwrap()
    }

    /// What is noted of transfers that go on.
    fn notes(&self) -> Vec<PathBuf> {
        let names = self.state.names().into_iter();
        let notes = names.filter(|name| name.ends_with(".resume"));
        notes.map(|name| self.state.join(&name)).collect()
    }

    /// Syncs until some parts are through, and ends as a process does.
    fn stopped(&mut self, emulator: &Emulator, endpoint: &str) {
        let slow = json!({"hang_ms": 300});
        let rule = json!({"endpoint": endpoint, "skip": SENT, "times": 0, "action": slow});
        emulator.fault(rule);
        let mut watch = Watch::stopping(|progress| progress.parts_done >= SENT);
        let stopped = (self.package).sync(&mut watch, &self.tree.0, &self.options());
        refused(stopped, ErrorKind::Stopped);
        emulator.clear_faults();
        emulator.forget_requests();
        let next = Self::new(emulator, Some(&self.package));
        self.package = next.package;
    }

    /// Asserts that a sync has ended without traces, with these files here and in the Workspace.
    #[track_caller]
    fn is_whole(&self, emulator: &Emulator, expected: &[(&str, &[u8])]) {
        let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
        assert_eq!(self.tree.names(), names);
        let stored = emulator.package(self.package.id());
        let stored = stored["files"].as_array().unwrap();
        assert_eq!(stored.len(), expected.len());
        for (name, content) in expected {
            assert!(fs::read(self.tree.join(name)).unwrap() == *content);
            let of_name = |file: &&Value| file["name"] == *name;
            let file = stored.iter().find(of_name).unwrap();
            assert_eq!(file["complete"], true);
            let id = file["id"].as_str().unwrap();
            assert!(download(&self.package, id).unwrap() == *content);
        }
        assert!(self.notes().is_empty());
        assert!(self.sync().items.is_empty());
    }
}

fn versions(emulator: &Emulator, package: &Package) -> usize {
    let stored = emulator.package(package.id());
    let stored = stored["files"].as_array().unwrap().iter();
    let old = stored.map(|file| file["old_versions"].as_array().map_or(0, Vec::len));
    old.sum()
}

fn left() -> usize {
    PARTS - usize::try_from(SENT).unwrap()
}

#[test]
fn an_upload_goes_on() {
    let emulator = Emulator::start();
    let mut side = Side::new(&emulator, None);
    let content = noise(1, SIZE);
    side.tree.file("large.bin", &content);
    // As long as its process lives, no other one on this machine takes the file for one that was left.
    let before = side.package.clone();
    side.stopped(&emulator, "part_put");
    let [notes] = &side.notes()[..] else {
        panic!("nothing is noted");
    };
    assert_eq!(
        notes.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(notes).unwrap();
    assert!(!text.contains("large") && !text.contains(before.keycode().unwrap()));
    // A dry run shows what the sync will do, and another machine sees nothing yet.
    let dry_run = SyncOptions {
        dry_run: true,
        ..side.options()
    };
    assert_eq!(side.sync_with(&dry_run).items.len(), 1);
    let mut other = Side::new(&emulator, Some(&before));
    // Several of its parts are refused at the same time.
    let (client, keycode) = (emulator.client(), before.keycode().unwrap());
    other.package = Package::open(&client, &mut (), before.id(), keycode.into()).unwrap();
    let report = other.sync();
    assert!((report.items.iter()).all(|item| item.action == Action::Ignored));
    assert_eq!(other.tree.names(), [""; 0]);
    emulator.forget_requests();
    assert_eq!(side.sync().items.len(), 1);
    assert_eq!(emulator.count("part_put"), left());
    side.is_whole(&emulator, &[("large.bin", &content)]);
    assert_eq!(versions(&emulator, &before), 0);
    other.sync();
    other.is_whole(&emulator, &[("large.bin", &content)]);
}

#[test]
fn a_further_version_goes_on() {
    let emulator = Emulator::start();
    let mut side = Side::new(&emulator, None);
    side.tree.file("a:b", b"the first one");
    let options = SyncOptions {
        replace_characters: true,
        ..side.options()
    };
    side.sync_with(&options);
    let content = noise(1, SIZE);
    side.tree.file("a:b", &content);
    emulator.fault(json!({
        "endpoint": "part_put", "skip": SENT, "times": 0, "action": {"hang_ms": 300},
    }));
    let mut watch = Watch::stopping(|progress| progress.parts_done >= SENT);
    let stopped = (side.package).sync(&mut watch, &side.tree.0, &options);
    refused(stopped, ErrorKind::Stopped);
    emulator.clear_faults();
    emulator.forget_requests();
    side.package = Side::new(&emulator, Some(&side.package)).package;
    side.sync_with(&options);
    assert_eq!(emulator.count("part_put"), left());
    let stored = emulator.package(side.package.id());
    assert_eq!(stored["files"].as_array().unwrap().len(), 1);
    assert_eq!(stored["files"][0]["name"], "a_b");
    assert_eq!(versions(&emulator, &side.package), 1);
    assert!(side.sync_with(&options).items.is_empty());
    assert!(side.notes().is_empty());
}

#[test]
fn a_download_goes_on() {
    let emulator = Emulator::start();
    let side = Side::new(&emulator, None);
    let content = noise(1, SIZE);
    side.tree.file("large.bin", &content);
    side.sync();
    let mut other = Side::new(&emulator, Some(&side.package));
    // The second time it replaces what is there.
    for seed in [1, 2] {
        let content = noise(seed, SIZE);
        if seed == 2 {
            side.tree.file("large.bin", &content);
            side.sync();
        }
        other.stopped(&emulator, "part_get");
        assert_eq!(other.notes().len(), 1);
        assert_eq!(other.sync().items.len(), 1);
        assert_eq!(emulator.count("part_get"), left());
        other.is_whole(&emulator, &[("large.bin", &content)]);
    }
}

/// Without a state both sides are compared by a download, of which nothing is kept.
#[test]
fn a_comparison_goes_on() {
    let emulator = Emulator::start();
    for is_same in [true, false] {
        let mut side = Side::new(&emulator, None);
        let content = noise(1, SIZE);
        side.tree.file("large.bin", &content);
        side.sync();
        fs::remove_dir_all(&side.state.0).unwrap();
        if !is_same {
            side.tree.file("large.bin", &noise(2, SIZE));
        }
        fs::create_dir(&side.state.0).unwrap();
        side.stopped(&emulator, "part_get");
        let report = side.sync();
        // One more for the proof of the keycode.
        assert_eq!(emulator.count("part_get"), left() + 1);
        assert_eq!(report.items.is_empty(), is_same);
        assert!(side.notes().is_empty());
        assert_eq!(side.tree.names().len(), if is_same { 1 } else { 2 });
        assert!(side.sync().items.is_empty());
    }
}

#[test]
fn a_source_that_has_changed_is_sent_as_it_is_now() {
    let emulator = Emulator::start();
    let mut of_same_size = noise(1, SIZE);
    of_same_size[PART * 2 + 5] ^= 1;
    let other = noise(2, SIZE - PART);
    for (now, sent) in [(&of_same_size, PARTS), (&other, PARTS - 1)] {
        let mut side = Side::new(&emulator, None);
        side.tree.file("large.bin", &noise(1, SIZE));
        side.stopped(&emulator, "part_put");
        side.tree.file("large.bin", now);
        side.sync();
        assert_eq!(emulator.count("part_put"), sent);
        side.is_whole(&emulator, &[("large.bin", now)]);
        assert_eq!(versions(&emulator, &side.package), 0);
    }
}

#[test]
fn what_nobody_goes_on_with_is_removed() {
    let emulator = Emulator::start();
    let (content, small) = (noise(1, SIZE), b"of another file");
    // The source of an upload is gone.
    let mut side = Side::new(&emulator, None);
    side.tree.file("large.bin", &content);
    let before = side.package.clone();
    side.stopped(&emulator, "part_put");
    fs::remove_file(side.tree.join("large.bin")).unwrap();
    side.tree.file("small", small);
    // The other direction leaves it to this one.
    let down = SyncOptions {
        direction: Direction::Down,
        ..side.options()
    };
    side.sync_with(&down);
    assert_eq!(side.notes().len(), 1);
    side.sync();
    side.is_whole(&emulator, &[("small", small)]);
    drop(before);

    // The file that is downloaded is gone, or there is another version of it.
    for is_gone in [true, false] {
        let side = Side::new(&emulator, None);
        side.tree.file("large.bin", &content);
        side.tree.file("small", small);
        side.sync();
        let mut other = Side::new(&emulator, Some(&side.package));
        other.stopped(&emulator, "part_get");
        let delete = SyncOptions {
            delete: true,
            ..side.options()
        };
        if is_gone {
            fs::remove_file(side.tree.join("large.bin")).unwrap();
        } else {
            side.tree.file("large.bin", &noise(2, SIZE));
        }
        side.sync_with(&delete);
        other.sync();
        let new = noise(2, SIZE);
        match is_gone {
            true => other.is_whole(&emulator, &[("small", small)]),
            false => other.is_whole(&emulator, &[("large.bin", &new), ("small", small)]),
        }
    }
}

#[test]
fn a_file_that_has_disappeared_from_the_service_is_sent_anew() {
    let emulator = Emulator::start();
    let mut side = Side::new(&emulator, None);
    let content = noise(1, SIZE);
    side.tree.file("large.bin", &content);
    side.stopped(&emulator, "part_put");
    let stored = emulator.package(side.package.id());
    let id = stored["files"][0]["id"].as_str().unwrap();
    side.package.delete_file(&mut (), id, None).unwrap();
    side.sync();
    assert_eq!(emulator.count("part_put"), PARTS);
    side.is_whole(&emulator, &[("large.bin", &content)]);
}

#[test]
fn without_notes_it_begins_anew() {
    let emulator = Emulator::start();
    let content = noise(1, SIZE);
    let mut side = Side::new(&emulator, None);
    side.tree.file("large.bin", &content);
    side.stopped(&emulator, "part_put");
    let lose = |side: &Side| {
        fs::remove_dir_all(&side.state.0).unwrap();
        fs::create_dir(&side.state.0).unwrap();
    };
    lose(&side);
    side.sync();
    assert_eq!(emulator.count("part_put"), PARTS);
    side.is_whole(&emulator, &[("large.bin", &content)]);

    let mut other = Side::new(&emulator, Some(&side.package));
    other.stopped(&emulator, "part_get");
    lose(&other);
    other.sync();
    assert_eq!(emulator.count("part_get"), PARTS);
    // What was received stays for a week: nobody knows any more whose it is.
    let names = other.tree.names();
    let [left, _] = &names[..] else {
        panic!("{names:?}");
    };
    assert!(left.ends_with(".resume"));
    fs::remove_file(other.tree.join(left)).unwrap();
    other.is_whole(&emulator, &[("large.bin", &content)]);
}

/// Notes of another version of the library stay as they are, and hinder nothing.
#[test]
fn notes_that_cannot_be_used_are_left_alone() {
    let emulator = Emulator::start();
    let mut side = Side::new(&emulator, None);
    let content = noise(1, SIZE);
    side.tree.file("large.bin", &content);
    side.stopped(&emulator, "part_put");
    let notes = side.notes().remove(0);
    fs::write(&notes, "of a later version").unwrap();
    side.sync();
    assert_eq!(emulator.count("part_put"), PARTS);
    assert_eq!(fs::read_to_string(&notes).unwrap(), "of a later version");
    fs::remove_file(notes).unwrap();
    side.is_whole(&emulator, &[("large.bin", &content)]);
}

/// As a kill leaves it between the end of an upload and the note of it in the state.
#[test]
fn a_whole_file_is_known_without_a_download() {
    let emulator = Emulator::start();
    let mut side = Side::new(&emulator, None);
    let content = noise(1, SIZE);
    side.tree.file("large.bin", &content);
    let late = json!({"hang_ms": 5000});
    emulator.fault(json!({
        "endpoint": "upload_complete", "times": 0, "when": "after", "action": late,
    }));
    let all = u32::try_from(PARTS).unwrap();
    // The service has been asked by the time of these reports.
    let mut reports = 0;
    let mut watch = Watch::stopping(move |progress| {
        reports += u32::from(progress.parts_done == all);
        reports > 8
    });
    let stopped = (side.package).sync(&mut watch, &side.tree.0, &side.options());
    refused(stopped, ErrorKind::Stopped);
    emulator.clear_faults();
    emulator.forget_requests();
    side.package = Side::new(&emulator, Some(&side.package)).package;
    assert!(side.sync().items.is_empty());
    let moved = emulator.count("part_get") + emulator.count("part_put");
    assert!(moved <= 1, "{moved} parts, and one proves the keycode");
    side.is_whole(&emulator, &[("large.bin", &content)]);
    assert_eq!(versions(&emulator, &side.package), 0);
}
