//! Names that differ on the two sides, files in place of directories, calls that end early, locks.

use super::*;

fn replacing(machine: &Machine) -> SyncOptions {
    SyncOptions {
        replace_characters: true,
        ..machine.options()
    }
}

fn deleting(machine: &Machine) -> SyncOptions {
    SyncOptions {
        delete: true,
        force: true,
        ..machine.options()
    }
}

fn contents(all: BTreeMap<String, String>) -> Vec<String> {
    let mut contents: Vec<_> = all.into_values().collect();
    contents.sort();
    contents
}

#[test]
fn names_that_are_replaced_by_one_stay_apart() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    let sync = || one.sync_with(&replacing(&one)).unwrap();
    // The last one first: it gets the name without a number.
    for names in [["b?", "d?/x"], ["b:", "d:/x"], ["b_", "d_/x"]] {
        for name in names {
            one.write(name, &format!("of {name}"));
        }
        sync();
    }
    let before = one.content();
    for _ in 0..2 {
        assert!(sync().items.is_empty());
        assert_eq!(one.content(), before);
    }
    assert_eq!(contents(one.workspace()), contents(before.clone()));
    other.sync();
    assert_eq!(contents(other.content()), contents(before));
    // Each change goes to the file that it belongs to.
    let theirs = other.content();
    let of = |content: &str| {
        let mut names = theirs.iter().filter(|(_, text)| *text == content);
        names.next().unwrap().0.clone()
    };
    other.write(&of("of b:"), "changed there");
    other.remove(&of("of d?/x"));
    other.sync_with(&deleting(&other)).unwrap();
    one.write("b?", "changed here");
    let delete = SyncOptions {
        replace_characters: true,
        ..deleting(&one)
    };
    let report = one.sync_with(&delete).unwrap();
    assert_eq!(
        actions(&report),
        [
            ("b:", Action::Downloaded),
            ("b?", Action::Uploaded),
            ("d?/x", Action::DeletedHere)
        ]
    );
    // What is deleted here goes there, too.
    one.remove("d:/x");
    let report = one.sync_with(&delete).unwrap();
    assert_eq!(actions(&report), [("d:/x", Action::DeletedThere)]);
    assert_eq!(contents(one.workspace()), contents(one.content()));
    assert!(sync().items.is_empty());
}

#[test]
fn a_new_name_is_not_that_of_what_takes_no_part() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    other.write("b_", "theirs");
    other.sync();
    one.write("b:", "ours");
    let options = SyncOptions {
        exclude: vec!["b_".to_owned()],
        ..replacing(&one)
    };
    one.sync_with(&options).unwrap();
    assert_eq!(contents(one.workspace()), ["ours", "theirs"]);
    assert!(old_versions(&one).is_empty());
}

/// A directory `d` becomes a file on one machine, and a file `f` becomes a directory.
fn exchange_kinds(machine: &Machine) {
    fs::remove_dir_all(machine.tree().join("d")).unwrap();
    machine.write("d", "a file now");
    machine.remove("f");
    machine.write("f/x", "below now");
}

fn with_kinds(emulator: &Emulator) -> (Machine, Machine) {
    let (one, other) = two_machines(emulator);
    for name in ["d/x", "d/e/y", "f", "g", "h"] {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    (one, other)
}

#[test]
fn a_directory_becomes_a_file_if_deletions_are_followed() {
    let emulator = Emulator::start();
    let (one, other) = with_kinds(&emulator);
    exchange_kinds(&one);
    let expected = one.content();
    let dry = SyncOptions {
        dry_run: true,
        ..deleting(&one)
    };
    let planned = one.sync_with(&dry).unwrap();
    let report = one.sync_with(&deleting(&one)).unwrap();
    assert_eq!(
        actions(&report),
        [
            ("d", Action::Uploaded),
            ("d/e/y", Action::DeletedThere),
            ("d/x", Action::DeletedThere),
            ("f", Action::DeletedThere),
            ("f/x", Action::Uploaded),
        ]
    );
    assert_eq!(actions(&planned), actions(&report));
    other.sync_with(&deleting(&other)).unwrap();
    for machine in [&one, &other] {
        assert_eq!(machine.content(), expected);
        assert!(machine.sync().items.is_empty());
    }
    assert_eq!(one.workspace(), expected);
}

#[test]
fn a_change_below_keeps_a_directory_beside_the_file_in_its_place() {
    let emulator = Emulator::start();
    for is_here in [true, false] {
        let (one, other) = with_kinds(&emulator);
        exchange_kinds(&one);
        other.write("d/x", "changed");
        other.write("f", "changed");
        let (first, second) = if is_here {
            (&one, &other)
        } else {
            (&other, &one)
        };
        first.sync_with(&deleting(first)).unwrap();
        second.sync_with(&deleting(second)).unwrap();
        first.sync_with(&deleting(first)).unwrap();
        let after = one.content();
        assert_eq!(after, other.content(), "{is_here}");
        assert_eq!(after, one.workspace(), "{is_here}");
        for content in ["a file now", "below now", "changed"] {
            let found = after.values().filter(|there| *there == content).count();
            assert_eq!(found, 1 + usize::from(content == "changed"), "{after:?}");
        }
        assert!(one.sync().items.is_empty() && other.sync().items.is_empty());
    }
}

#[test]
fn a_directory_that_became_a_file_comes_back_beside_it() {
    let emulator = Emulator::start();
    let (one, other) = with_kinds(&emulator);
    exchange_kinds(&one);
    one.sync();
    other.sync();
    one.sync();
    // Each machine has set its own file aside.
    let mut found = contents(one.content());
    found.dedup();
    let expected = ["a file now", "below now", "d/e/y", "d/x", "f", "g", "h"];
    assert_eq!(found, expected);
    assert_eq!(one.content(), other.content());
    assert_eq!(one.content(), one.workspace());
}

#[test]
fn what_takes_no_part_keeps_its_directory() {
    let emulator = Emulator::start();
    let (one, other) = with_kinds(&emulator);
    other.write("d/left.tmp", "takes no part");
    exchange_kinds(&one);
    one.sync_with(&deleting(&one)).unwrap();
    let exclude = SyncOptions {
        exclude: vec!["*.tmp".to_owned()],
        ..deleting(&other)
    };
    other.sync_with(&exclude).unwrap();
    let after = other.content();
    assert_eq!(after["d/left.tmp"], "takes no part");
    assert!(after.values().any(|content| content == "a file now"));
    assert!(other.sync_with(&exclude).unwrap().items.is_empty());
}

#[test]
fn one_direction_reports_a_directory_in_place_of_a_file() {
    let emulator = Emulator::start();
    for direction in [Direction::Up, Direction::Down] {
        let (one, _) = with_kinds(&emulator);
        exchange_kinds(&one);
        let before = (one.content(), one.workspace());
        let options = SyncOptions {
            direction,
            ..one.options()
        };
        let report = one.sync_with(&options).unwrap();
        let left: Vec<_> = (report.items.iter())
            .filter(|item| item.action == Action::Ignored)
            .map(|item| {
                let kind = item.error.as_ref().map(|error| error.kind());
                (item.path.as_str(), kind)
            })
            .collect();
        let name = if direction == Direction::Up { "d" } else { "f" };
        assert_eq!(left, [(name, Some(ErrorKind::FileExists))]);
        let after = (one.content(), one.workspace());
        match direction {
            Direction::Up => assert_eq!(after.0, before.0),
            _ => assert_eq!(after.1, before.1),
        }
    }
}

#[test]
fn a_call_that_ends_early_names_what_it_has_not_come_to() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["g/a", "g/b", "z"] {
        other.write(name, name);
    }
    other.sync();
    other.remove("z");
    for name in ["a", "b", "c", "d/e"] {
        one.write(name, name);
    }
    let mut all = vec!["a", "b", "c", "d/e", "g/a", "g/b", "z"];
    let mut watcher = Watch::stopping(|progress| progress.phase == sendsafely::Phase::Transferring);
    let stopped = one.package.sync(&mut watcher, &one.tree(), &one.options());
    let stopped = stopped.unwrap_err();
    assert_eq!(stopped.error.kind(), ErrorKind::Stopped);
    let refuse = |endpoint: &str| {
        emulator.fault(json!({"endpoint": endpoint, "times": 100, "action": {"status": 401}}));
    };
    refuse("create_file");
    let refused = one.sync_with(&one.options()).unwrap_err();
    emulator.clear_faults();
    for failed in [stopped, refused] {
        let paths: Vec<_> = (failed.report.items.iter())
            .map(|item| item.path.as_str())
            .collect();
        let missing: Vec<_> = all.iter().filter(|path| !paths.contains(path)).collect();
        // What the first one has transferred is not there in the second.
        let is_done = |path: &&&&str| one.tree().join(path).exists() && path.starts_with('g');
        let missing: Vec<_> = missing.iter().filter(|path| !is_done(path)).collect();
        assert!(missing.is_empty(), "{missing:?} of {failed:?}");
        for item in &failed.report.items {
            assert_eq!(
                item.error.is_some(),
                item.action == Action::None,
                "{item:?}"
            );
        }
        assert!(
            failed
                .report
                .items
                .iter()
                .any(|item| item.action == Action::None)
        );
        all.retain(|path| *path != "z");
    }
}

#[test]
fn patterns_create_no_empty_directories() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    one.write("a/x.pdf", "x");
    one.write("a/b/x.txt", "x");
    one.write("c/x.txt", "x");
    fs::create_dir_all(one.tree().join("kept/empty")).unwrap();
    fs::create_dir(one.tree().join("empty")).unwrap();
    let only = |machine: &Machine| SyncOptions {
        include: vec!["*.pdf".to_owned(), "/kept/".to_owned()],
        ..deleting(machine)
    };
    for machine in [&one, &other] {
        machine.sync_with(&only(machine)).unwrap();
    }
    let names = |path: &str| {
        let mut names: Vec<_> = fs::read_dir(other.tree().join(path))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(""), ["a", "kept"]);
    assert_eq!(
        (names("a"), names("kept")),
        (vec!["x.pdf".into()], vec!["empty".into()])
    );
    // A directory goes with its last file only if nothing else is in it.
    fs::remove_dir_all(other.tree().join("a")).unwrap();
    for machine in [&other, &one] {
        machine.sync_with(&only(machine)).unwrap();
    }
    assert_eq!(
        one.content(),
        pairs(&[("a/b/x.txt", "x"), ("c/x.txt", "x")])
    );
    assert!(one.workspace().is_empty());
}

#[test]
fn a_dry_run_without_a_state_says_what_has_to_be_compared() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["equal", "other"] {
        one.write(name, name);
    }
    one.write("size", "longer here");
    one.sync();
    other.write("equal", "equal");
    other.write("other", "rehto");
    other.write("size", "short");
    let dry = SyncOptions {
        dry_run: true,
        ..other.options()
    };
    emulator.forget_requests();
    let planned = other.sync_with(&dry).unwrap();
    assert_eq!(
        actions(&planned),
        [
            ("equal", Action::Compared),
            ("other", Action::Compared),
            ("size", Action::KeptBoth)
        ]
    );
    let downloads = emulator.requests();
    let downloads = downloads
        .iter()
        .filter(|request| request["endpoint"] == "part_get");
    assert!(downloads.count() <= 1, "one proves the keycode");
    let report = other.sync();
    let kept = |item: &&sendsafely::ReportItem| item.action == Action::KeptBoth;
    assert_eq!(report.items.iter().filter(kept).count(), 2);
}

#[test]
fn a_run_inside_a_tree_that_is_synced_is_refused() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    one.write("a/b/x", "x");
    let tree = one.tree();
    let options = |number: u32| SyncOptions {
        state_directory: Some(other.directory.join(&format!("state-{number}"))),
        ..SyncOptions::default()
    };
    let refused = |from: &str, at: &str| {
        let hang = json!({"endpoint": "create_file", "times": 1, "action": {"hang_ms": 1500}});
        one.write(&format!("{from}/new"), &format!("{from} {at}"));
        emulator.fault(hang);
        let outcome = thread::scope(|scope| {
            let running = scope.spawn(|| {
                one.package
                    .sync(&mut (), &tree.join(from), &options(1))
                    .unwrap();
            });
            while emulator.fault_hits() == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            let second = other.package.sync(&mut (), &tree.join(at), &options(2));
            running.join().unwrap();
            second
        });
        emulator.clear_faults();
        outcome.is_err_and(|failed| failed.error.kind() == ErrorKind::SyncRunning)
    };
    assert!(refused("a", "a"), "another state directory");
    assert!(refused("", "a/b"), "inside");
    assert!(refused("a/b", ""), "around");
    fs::create_dir(tree.join("beside")).unwrap();
    assert!(!refused("a", "beside"));
}

#[test]
fn a_stop_at_each_report_loses_nothing() {
    let emulator = Emulator::start();
    let mut at = 0;
    loop {
        let (one, other) = two_machines(&emulator);
        for name in ["a", "b", "c", "d/e", "f/g"] {
            one.write(name, name);
        }
        one.sync();
        other.sync();
        other.write("a", "other's");
        other.write("b", "from other");
        other.write("i/j", "new from other");
        other.remove("f/g");
        other.sync_with(&deleting(&other)).unwrap();
        one.write("a", "one's");
        one.write("c", "from one");
        one.write("k/l", "new from one");
        one.remove("d/e");
        let mut left = at;
        let mut watcher = Watch::stopping(move |_| {
            left -= 1;
            left < 0
        });
        let outcome = one.package.sync(&mut watcher, &one.tree(), &deleting(&one));
        if let Err(failed) = outcome {
            assert_eq!(failed.error.kind(), ErrorKind::Stopped);
        }
        one.sync_with(&deleting(&one)).unwrap();
        let after = one.content();
        let expected = [
            "from one",
            "from other",
            "new from one",
            "new from other",
            "one's",
            "other's",
        ];
        assert_eq!(contents(after.clone()), expected, "stopped at {at}");
        assert_eq!(one.workspace(), after, "stopped at {at}");
        other.sync_with(&deleting(&other)).unwrap();
        assert_eq!(other.content(), after, "stopped at {at}");
        assert!(one.sync().items.is_empty());
        if watcher.stopped.is_none() {
            break;
        }
        at += 1;
    }
    assert!(at > 5, "{at} reports");
}

#[test]
fn a_state_directory_that_cannot_be_used_ends_the_call_before_it_changes_anything() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    other.write("there", "there");
    other.sync();
    one.write("here", "here");
    let file = one.directory.join("file");
    fs::write(&file, "in its place").unwrap();
    emulator.forget_requests();
    for (place, kind) in [
        (file.clone(), ErrorKind::DirectoryNotFound),
        (file.join("below"), ErrorKind::DirectoryNotFound),
        ("/proc/sendsafely".into(), ErrorKind::DirectoryNotFound),
        #[cfg(target_os = "linux")]
        ("/sys/kernel".into(), ErrorKind::AccessDenied),
    ] {
        let options = SyncOptions {
            state_directory: Some(place.clone()),
            ..one.options()
        };
        let failed = one.sync_with(&options).unwrap_err();
        assert_eq!(failed.error.kind(), kind);
        let said = failed.error.message();
        assert!(
            said.contains("the state directory cannot be used"),
            "{said}"
        );
        assert!(failed.error.to_string().contains(place.to_str().unwrap()));
        assert!(failed.report.items.is_empty());
    }
    assert!(!emulator.requests().iter().any(is_write));
    assert_eq!(one.content(), pairs(&[("here", "here")]));
}

#[test]
fn a_state_that_can_be_written_no_more_ends_the_call_and_loses_nothing() {
    let emulator = Emulator::start();
    for (blocks, is_begun) in [("0", false), ("4", true)] {
        let (one, other) = two_machines(&emulator);
        for number in 0..40 {
            one.write(&format!("ours-{number}"), &format!("ours {number}"));
            other.write(&format!("theirs-{number}"), &format!("theirs {number}"));
        }
        other.sync();
        emulator.forget_requests();
        let mut limited = sync_command(&emulator, &one, &one.options());
        let ended = limited.env("BLOCKS", blocks).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(
            said.contains("DiskFull") && said.contains("the state of the sync cannot be written"),
            "{said}"
        );
        let written = emulator.requests().iter().any(is_write);
        assert_eq!(written, is_begun, "{blocks}");
        assert!(one.workspace_with(true).len() < 80, "nothing more is done");
        one.sync();
        assert_eq!(one.content().len(), 80, "nothing is lost or kept twice");
        assert_eq!(one.content(), one.workspace());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_directory_without_locks_is_said_to_have_none() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    one.write("a", "a");
    let mut command = sync_command(&emulator, &one, &one.options());
    command.env("LD_PRELOAD", failing_system(&one.directory));
    let ended = command.env("NO_LOCKS", "1").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("the state directory cannot be used") && said.contains("No locks available"),
        "{said}"
    );
    assert!(one.workspace().is_empty());
}

#[test]
fn what_is_there_again_is_not_deleted_here() {
    let emulator = Emulator::start();
    for (gone, again) in [("d/x", "d/x"), ("e/f/x", "e/f/x"), ("d/x", "d/X")] {
        let (one, other) = two_machines(&emulator);
        for name in ["d/x", "d/y", "e/f/x", "e/g"] {
            one.write(name, name);
        }
        one.sync();
        other.sync();
        other.remove(gone);
        if gone.starts_with('e') {
            fs::remove_dir(other.tree().join("e/f")).unwrap();
        }
        other.sync_with(&deleting(&other)).unwrap();
        one.write("new", "new");
        emulator.fault(json!({
            "endpoint": "create_file", "times": 1, "action": {"hang_ms": 1500},
        }));
        let report = thread::scope(|scope| {
            let running = scope.spawn(|| one.sync_with(&deleting(&one)).unwrap());
            while emulator.fault_hits() == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            other.write(again, "again");
            other.sync();
            running.join().unwrap()
        });
        emulator.clear_faults();
        assert_eq!(actions(&report), [("new", Action::Uploaded)], "{gone}");
        assert_eq!(one.content()[gone], gone);
        for machine in [&one, &other, &one] {
            machine.sync_with(&deleting(machine)).unwrap();
        }
        let all = all_contents(&[&one, &other]);
        assert!(all.iter().any(|there| there == "again"), "{all:?}");
    }
}

#[test]
fn an_edit_that_neither_size_nor_time_shows_is_not_lost() {
    let emulator = Emulator::start();
    for is_deleted in [false, true] {
        let (one, other) = two_machines(&emulator);
        for name in ["a", "b", "c"] {
            one.write(name, "first");
            one.age(name, -2.0);
        }
        one.sync();
        other.sync();
        // So old that a listing does not read it.
        one.sync();
        let time = fs::metadata(one.tree().join("a")).unwrap().modified();
        one.write("a", "mine.");
        let file = fs::File::options().write(true).open(one.tree().join("a"));
        file.unwrap().set_modified(time.unwrap()).unwrap();
        match is_deleted {
            true => other.remove("a"),
            false => other.write("a", "yours"),
        }
        other.sync_with(&deleting(&other)).unwrap();
        one.sync_with(&deleting(&one)).unwrap();
        let all = all_contents(&[&one, &other]);
        assert!(all.iter().any(|there| there == "mine."), "{all:?}");
        other.sync_with(&deleting(&other)).unwrap();
        assert_eq!(one.content(), other.content());
    }
}

/// A file that is refused while another machine sends it, and complete a moment later.
#[test]
fn a_file_that_was_just_completed_is_left_for_the_next_sync() {
    let emulator = Emulator::start();
    for (times, action, kind) in [
        (1, Action::Ignored, ErrorKind::FileChanged),
        (0, Action::None, ErrorKind::Denied),
    ] {
        let (one, other) = two_machines(&emulator);
        one.write("a", "first");
        one.sync();
        let refusal = json!({"envelope": {"response": "DENIED"}});
        let rule = json!({"endpoint": "download_urls", "times": times, "action": refusal});
        emulator.fault(rule);
        let report = match other.sync_with(&other.options()) {
            Ok(report) => report,
            Err(failed) => failed.report,
        };
        assert_eq!(actions(&report), [("a", action)]);
        assert_eq!(report.items[0].error.as_ref().unwrap().kind(), kind);
        emulator.clear_faults();
        other.sync();
        assert_eq!(other.content(), pairs(&[("a", "first")]));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_beside_it_in_the_other_case_does_not_keep_a_deleted_file() {
    let emulator = Emulator::start();
    for (gone, beside) in [("b", "B"), ("d/x", "d/X"), ("d", "D/x"), ("d/e", "D")] {
        let (one, other) = two_machines(&emulator);
        for name in ["y", "z", gone, beside] {
            one.write(name, name);
        }
        one.sync();
        other.sync();
        other.remove(gone);
        other.sync_with(&deleting(&other)).unwrap();
        let report = one.sync_with(&deleting(&one)).unwrap();
        assert_eq!(actions(&report), [(gone, Action::DeletedHere)], "{beside}");
        let left: Vec<_> = one.content().into_values().collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }
}

#[test]
fn a_dry_run_ends_as_the_sync_would_if_it_deletes_many_files() {
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    for name in ["a", "b", "c"] {
        one.write(name, name);
    }
    one.sync();
    other.sync();
    for name in ["a", "b"] {
        other.remove(name);
    }
    let before = one.content();
    other.sync_with(&deleting(&other)).unwrap();
    for dry_run in [true, false] {
        let options = SyncOptions {
            delete: true,
            dry_run,
            ..one.options()
        };
        let failed = one.sync_with(&options).unwrap_err();
        assert_eq!(failed.error.kind(), ErrorKind::ManyDeletions);
        let said = failed.error.message();
        assert_eq!(said, "2 of 3 files on this machine would be deleted");
        if dry_run {
            let planned = [("a", Action::DeletedHere), ("b", Action::DeletedHere)];
            assert_eq!(actions(&failed.report), planned);
        }
        assert_eq!(one.content(), before);
    }
}

#[test]
fn a_dry_run_completes_no_file_of_others() {
    let emulator = Emulator::start();
    let (machine, _) = two_machines(&emulator);
    machine.write("a", "here");
    let path = format!("/packages/{}/files", machine.package.id());
    let begun = json!({"name": "a", "size": 5, "parts": 1});
    emulator.admin_json("PUT", &path, &begun);
    emulator.forget_requests();
    let options = SyncOptions {
        dry_run: true,
        ..machine.options()
    };
    machine.sync_with(&options).unwrap();
    assert_eq!(emulator.count("upload_complete"), 0);
    assert!(emulator.count("download_urls") > 0);
}

#[test]
fn a_dry_run_creates_no_state_directory() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    one.write("a", "a");
    let dry = SyncOptions {
        dry_run: true,
        ..one.options()
    };
    let planned = one.sync_with(&dry).unwrap();
    assert_eq!(actions(&planned), [("a", Action::Uploaded)]);
    assert!(!one.directory.join("state").exists());
}

#[test]
fn a_pattern_that_is_none_is_refused() {
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    one.write("[", "a");
    let options = |include: &str, exclude: &str| SyncOptions {
        include: include.split_whitespace().map(str::to_owned).collect(),
        exclude: exclude.split_whitespace().map(str::to_owned).collect(),
        ..one.options()
    };
    for (include, exclude) in [("[", ""), ("", "["), ("", "*.tmp a/[x"), ("", "!kept")] {
        let refused = one.sync_with(&options(include, exclude)).unwrap_err();
        assert_eq!(refused.error.kind(), ErrorKind::InvalidArgument);
    }
    assert!(one.sync_with(&options("", "\\[")).unwrap().items.is_empty());
}

/// Kills a sync whose file was created, but which has no response yet, as if that was so many days ago.
fn cut_creation(emulator: &Emulator, machine: &Machine, days: u64) {
    let age = Duration::from_secs(days * 24 * 60 * 60);
    let shift = -i64::try_from(age.as_millis()).unwrap();
    emulator.settings(json!({"clock_offset_ms": shift}));
    emulator.fault(json!({
        "endpoint": "create_file", "times": 1, "when": "after", "action": {"hang_ms": 20_000},
    }));
    let mut child = child_sync(emulator, machine, &machine.options());
    let end = Instant::now() + Duration::from_secs(60);
    while emulator.fault_hits() == 0 {
        assert!(Instant::now() < end, "no file was created");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    emulator.clear_faults();
    emulator.settings(json!({"clock_offset_ms": 0}));
    let marks = std::env::temp_dir();
    let marks = fs::read_dir(marks).unwrap().map(|entry| entry.unwrap());
    let marks = marks.filter(|entry| {
        let name = entry.file_name().into_string().unwrap_or_default();
        let user = name.strip_prefix(".sendsafely-");
        user.is_some_and(|user| user.parse::<u32>().is_ok())
    });
    for entry in marks.flat_map(|directory| fs::read_dir(directory.path()).unwrap()) {
        let entry = entry.unwrap();
        if let Ok(mark) = File::options().write(true).open(entry.path())
            && entry.file_name().to_str().unwrap().starts_with("creation-")
            && mark
                .metadata()
                .unwrap()
                .modified()
                .unwrap()
                .elapsed()
                .unwrap()
                < Duration::from_secs(60)
        {
            mark.set_modified(SystemTime::now() - age).unwrap();
        }
    }
}

#[test]
fn what_a_cut_creation_has_left_is_removed_only_if_it_is_surely_over() {
    let emulator = Emulator::start();
    for (days, is_removed) in [(0, false), (2, true)] {
        let (one, other) = two_machines(&emulator);
        one.write("a", "of one");
        cut_creation(&emulator, &one, days);
        let ids = || -> Vec<String> {
            let root = one.package.directory(&mut (), None, &Default::default());
            let files = root.unwrap().files.into_iter();
            files.map(|file| file.file_id).collect()
        };
        let left = ids();
        assert_eq!(left.len(), 1);
        // Another machine uploads a file that looks the same just now.
        emulator.fault(json!({
            "endpoint": "part_put", "times": 1, "action": {"hang_ms": 1000},
        }));
        other.write("a", "of two");
        thread::scope(|scope| {
            let running = scope.spawn(|| other.sync_with(&other.options()).unwrap());
            while emulator.fault_hits() == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            one.sync();
            let report = running.join().unwrap();
            assert_eq!(
                actions(&report),
                [("a", Action::Uploaded)],
                "it was not removed"
            );
        });
        emulator.clear_faults();
        for machine in [&one, &other, &one] {
            machine.sync();
        }
        assert_eq!(one.content(), other.content(), "{days}");
        let all = all_contents(&[&one, &other]);
        for content in ["of one", "of two"] {
            assert!(
                all.iter().any(|there| there == content),
                "{days}: {content}"
            );
        }
        assert_eq!(!ids().contains(&left[0]), is_removed, "{days}");
    }
}
