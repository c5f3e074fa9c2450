//! Two programs, or two threads of one, work on a package at once: each keeps its own file and touches no other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, ErrorKind, FinalizeOptions, Package, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

fn brief(seconds: u64) -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(seconds),
        ..options()
    }
}

/// The same package, by another client.
fn again(emulator: &Emulator, package: &Package) -> Package {
    let keycode = package.keycode().unwrap().into();
    Package::open(&emulator.client(), &mut (), package.id(), keycode).unwrap()
}

fn files(emulator: &Emulator, package: &Package) -> Vec<Value> {
    let raw = emulator.package(package.id());
    raw["files"].as_array().unwrap().clone()
}

#[track_caller]
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Two uploads of the same name and size, one of which loses the response with its file id: it must find its own file,
/// not that of the other upload.
#[test]
fn a_lost_response_does_not_lead_to_the_file_of_another_upload() {
    for other_handle in [false, true] {
        let emulator = Emulator::start();
        let first = package(&emulator.client());
        let second = match other_handle {
            true => again(&emulator, &first),
            false => first.clone(),
        };
        let (mine, yours) = (noise(1, 3 * PART), noise(2, 3 * PART));
        emulator.fault(
            json!({"endpoint": "create_file", "when": "after", "action": {"hang_ms": 2000}}),
        );
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| upload(&first, "a.bin", &mine).unwrap());
            wait_for("the first file", || files(&emulator, &first).len() == 1);
            emulator.lose_response("create_file");
            let other = upload(&second, "a.bin", &yours).unwrap();
            (one.join().unwrap(), other)
        });
        assert_ne!(one.file_id, other.file_id);
        assert!(download(&first, &one.file_id).unwrap() == mine);
        assert!(download(&first, &other.file_id).unwrap() == yours);
        finalize(&second);
        assert_eq!(files(&emulator, &first).len(), 2, "nothing is left over");
    }
}

/// Many uploads at once, of which every second response is lost: as many files as uploads, each with its own bytes.
#[test]
fn every_upload_of_the_same_name_and_size_keeps_its_own_file() {
    for one_handle in [true, false] {
        let emulator = Emulator::start();
        let first = package(&emulator.client());
        let handles = [0; 3].map(|_| match one_handle {
            true => first.clone(),
            false => again(&emulator, &first),
        });
        emulator.settings(json!({"refuse_duplicate_files": false}));
        for skip in [0, 1, 2, 3, 5, 8] {
            let action = match skip % 2 {
                0 => json!({"close": true}),
                _ => json!({"status": 503}),
            };
            emulator.fault(
                json!({"endpoint": "create_file", "skip": skip, "when": "after", "action": action}),
            );
        }
        let sent = thread::scope(|scope| {
            let running: Vec<_> = (0..9)
                .map(|number| {
                    let package = &handles[number % handles.len()];
                    let data = noise(number as u64 + 1, PART);
                    scope.spawn(move || {
                        let file = upload(package, "a.bin", &data).unwrap();
                        (file.file_id, data)
                    })
                })
                .collect();
            let ended = running.into_iter().map(|upload| upload.join().unwrap());
            ended.collect::<Vec<_>>()
        });
        for (file_id, data) in &sent {
            assert!(download(&first, file_id).unwrap() == *data);
        }
        assert_eq!(emulator.count("delete_file"), 0);
        // The handle counts its lost responses.
        if one_handle {
            finalize(&first);
            assert_eq!(files(&emulator, &first).len(), sent.len());
        }
    }
}

#[test]
fn a_file_of_another_user_is_never_adopted() {
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "w").unwrap();
    let added = workspace
        .add_recipient(&mut (), "second@acme.test", None)
        .unwrap();
    workspace
        .set_recipient_role(&mut (), &added.recipient_id, "CONTRIBUTOR")
        .unwrap();
    let other = emulator.client_of(1, options());
    let file = json!({"filename": "a.bin", "filesize": 3, "parts": 1}).to_string();
    let path = format!("/package/{}/file/", workspace.id());
    // The other user's file is created during the first request, which then never arrives.
    emulator.fault(json!({"endpoint": "create_file", "action": {"close": true}}));
    emulator.fault(json!({"endpoint": "get_directory", "action": {"hang_ms": 500}}));
    let sent = thread::scope(|scope| {
        let sent = scope.spawn(|| upload(&workspace, "a.bin", b"abc").unwrap());
        wait_for("the first request", || emulator.count("create_file") == 1);
        other.request(&mut (), "PUT", &path, Some(&file)).unwrap();
        sent.join().unwrap()
    });
    for file in files(&emulator, &workspace) {
        let is_mine = file["id"] == json!(sent.file_id);
        let by = if is_mine {
            "admin@acme.test"
        } else {
            "second@acme.test"
        };
        assert_eq!(file["created_by"], by);
        assert_eq!(file["complete"], is_mine);
    }
    assert_eq!(files(&emulator, &workspace).len(), 2);
}

/// Makes all files of the package older, as if the service's clock were wrong.
fn shift(emulator: &Emulator, package: &Package, hours: i64) {
    let mut older = emulator.package(package.id())["files"].clone();
    for file in older.as_array_mut().unwrap() {
        let created = file["created_ms"].as_i64().unwrap();
        file["created_ms"] = json!(created - hours * 3_600_000);
    }
    let path = format!("/packages/{}", package.id());
    emulator.admin_json("POST", &path, &json!({"files": older}));
}

/// Begins to upload `a.bin` as the same user on another machine; returns the file's id.
fn begin_elsewhere(emulator: &Emulator, package: &Package) -> String {
    let path = format!("/packages/{}/files", package.id());
    let file = json!({"name": "a.bin", "size": 3, "parts": 1});
    let file = emulator.admin_json("PUT", &path, &file);
    file["file_id"].as_str().unwrap().to_owned()
}

/// Asserts that finalize fails and names these files, and that it deletes nothing.
#[track_caller]
fn stays_open(emulator: &Emulator, package: &Package, ids: &[&str]) {
    let result = package.finalize(&mut (), &FinalizeOptions::default());
    let error = refused(result.map(|_| ()), ErrorKind::UploadIncomplete);
    for id in ids {
        assert!(error.message().contains(id), "{error}");
    }
    assert!(error.message().contains("a.bin"), "{error}");
    assert_eq!(emulator.count("delete_file"), 0);
}

/// The same user began the same upload elsewhere before: its file is neither adopted nor removed.
#[test]
fn a_file_that_was_begun_before_is_left_alone() {
    for when in ["before", "after"] {
        let emulator = Emulator::start();
        let package = package(&emulator.client());
        let id = begin_elsewhere(&emulator, &package);
        shift(&emulator, &package, 1);
        emulator.fault(json!({"endpoint": "create_file", "when": when, "action": {"close": true}}));
        let sent = upload(&package, "a.bin", b"abc").unwrap();
        stays_open(&emulator, &package, &[&id]);
        // The user, who knows that no program works on it, removes it.
        package.delete_file(&mut (), &id, None).unwrap();
        finalize(&package);
        assert!(download(&package, &sent.file_id).unwrap() == b"abc");
        assert_eq!(files(&emulator, &package).len(), 1);
    }
}

/// Two such files and one lost response: the library cannot know which file is its own.
#[test]
fn more_files_than_lost_responses_are_left_alone() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.lose_response("create_file");
    upload(&package, "a.bin", b"abc").unwrap();
    let id = begin_elsewhere(&emulator, &package);
    let ours = files(&emulator, &package)[0]["id"].clone();
    stays_open(&emulator, &package, &[&id, ours.as_str().unwrap()]);
    package.delete_file(&mut (), &id, None).unwrap();
    finalize(&package);
    assert_eq!(files(&emulator, &package).len(), 1);
}

/// Files of lost responses are removed only if the package cannot be finalized with them.
#[test]
fn the_file_of_a_lost_response_is_removed_when_it_prevents_finalize() {
    for hours in [0, 5, -5] {
        let emulator = Emulator::start();
        let package = package(&emulator.client());
        emulator.lose_response("create_file");
        let sent = upload(&package, "a.bin", b"abc").unwrap();
        assert_eq!(emulator.count("delete_file"), 0);
        shift(&emulator, &package, hours);
        finalize(&package);
        assert_eq!(emulator.count("delete_file"), 1);
        assert_eq!(files(&emulator, &package)[0]["id"], json!(sent.file_id));
    }
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "w").unwrap();
    emulator.lose_response("create_file");
    upload(&workspace, "a.bin", b"abc").unwrap();
    assert_eq!(files(&emulator, &workspace).len(), 2);
    assert_eq!(emulator.count("delete_file"), 0);
}

/// After a stop the outcome is unknown, as after a lost response.
#[test]
fn the_file_of_a_stopped_creation_is_removed() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    upload(&package, "b.bin", b"b").unwrap();
    emulator
        .fault(json!({"endpoint": "create_file", "when": "after", "action": {"hang_ms": 60_000}}));
    let source = Source::Memory {
        name: "a.bin".into(),
        data: b"abc",
    };
    let mut watch = Watch::stopping_after(Duration::from_millis(500));
    let result = package.upload(&mut watch, source, &UploadOptions::default());
    assert_kind(result.map(|_| ()), ErrorKind::Stopped);
    finalize(&package);
    assert_eq!(files(&emulator, &package).len(), 1);
}

/// A request that was refused has created nothing: such files are another program's.
#[test]
fn after_a_refusal_no_file_is_looked_for() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(brief(0)));
    upload(&package, "b.bin", b"b").unwrap();
    let id = begin_elsewhere(&emulator, &package);
    emulator.fault(json!({"endpoint": "create_file", "action": {"status": 404}}));
    refused(upload(&package, "a.bin", b"abc"), ErrorKind::HttpError);
    let result = package.finalize(&mut (), &FinalizeOptions::default());
    refused(result.map(|_| ()), ErrorKind::Denied);
    let left = files(&emulator, &package);
    assert!(left.iter().any(|file| file["id"] == json!(id)));
}

/// After a response without an id, the file must not be created again and again until the retry window ends.
#[test]
fn a_file_without_an_id_is_created_once() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    upload(&package, "b.bin", b"b").unwrap();
    let nothing = json!({"fileId": "", "message": ""});
    emulator.fault(json!({"endpoint": "create_file", "when": "after", "times": 0, "action": {"replace_json": nothing}}));
    refused(upload(&package, "a.bin", b"abc"), ErrorKind::BadAnswer);
    assert_eq!(emulator.count("create_file"), 2);
    assert_eq!(files(&emulator, &package).len(), 2);
    finalize(&package);
    assert_eq!(files(&emulator, &package).len(), 1);
}

/// Where no marks can be set, a program sees no other on this machine, and goes on without.
#[test]
fn without_a_place_for_marks_an_upload_survives_a_lost_response() {
    if is_child() {
        let text = |name: &str| std::env::var(name).unwrap();
        let secret = text("MARKS_SECRET").as_str().into();
        let client = Client::new(&text("MARKS_URL"), &text("MARKS_KEY"), secret, options());
        let package = package(&client.unwrap());
        upload(&package, "a.bin", b"abc").unwrap();
        finalize(&package);
        return;
    }
    let emulator = Emulator::start();
    emulator.lose_response("create_file");
    let name = "without_a_place_for_marks_an_upload_survives_a_lost_response";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env("SENDSAFELY_TEST_CHILD", "1")
        .env("MARKS_URL", emulator.text("url"))
        .env("MARKS_KEY", emulator.of_user(0, "api_key"))
        .env("MARKS_SECRET", emulator.of_user(0, "api_secret"))
        .env("TMPDIR", "/nowhere/at/all")
        .status();
    assert!(child.unwrap().success());
    let raw = emulator.only_package();
    assert_eq!(raw["finalized"], true);
    assert_eq!(raw["files"].as_array().unwrap().len(), 1);
}

/// A program of the same user on another machine begins the same file while our request is lost: its file looks like
/// ours, and must not be written into.
#[test]
fn a_file_from_another_machine_is_not_written_into() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let other = emulator.client();
    let file = json!({"filename": "a.bin", "filesize": 3, "parts": 1}).to_string();
    let path = format!("/package/{}/file/", package.id());
    emulator.fault(
        json!({"endpoint": "create_file", "skip": 1, "action": {"hang_ms": 500, "close": true}}),
    );
    emulator.fault(json!({"endpoint": "create_file", "action": {"close": true}}));
    let (theirs, sent) = thread::scope(|scope| {
        let sent = scope.spawn(|| upload(&package, "a.bin", b"abc").unwrap());
        wait_for("the second request", || emulator.count("create_file") == 2);
        let response = other.request(&mut (), "PUT", &path, Some(&file)).unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        (response["fileId"].clone(), sent.join().unwrap())
    });
    assert_ne!(theirs, json!(sent.file_id));
    assert!(download(&package, &sent.file_id).unwrap() == b"abc");
    for file in files(&emulator, &package) {
        let is_mine = file["id"] == json!(sent.file_id);
        assert_eq!(file["complete"], is_mine);
        assert_eq!(file["stored"].as_object().unwrap().is_empty(), !is_mine);
    }
}

/// Our response was lost, and then another upload has completed a file that looks the same.
#[test]
fn finalize_deletes_no_file_that_another_upload_has_completed() {
    for arrived in [false, true] {
        let emulator = Emulator::start();
        let first = package(&emulator.client_with(brief(0)));
        upload(&first, "b.bin", b"b").unwrap();
        let when = if arrived { "after" } else { "before" };
        emulator.fault(json!({"endpoint": "create_file", "when": when, "action": {"close": true}}));
        refused(upload(&first, "a.bin", b"mine"), ErrorKind::OutcomeUnknown);
        let good = upload(&again(&emulator, &first), "a.bin", b"good").unwrap();
        finalize(&first);
        let left = files(&emulator, &first);
        assert_eq!(left.len(), 2, "only what was lost is removed");
        assert_eq!(left[1]["id"], json!(good.file_id));
        assert!(download(&first, &good.file_id).unwrap() == b"good");
    }
}

/// A file that another program is still uploading is reported, and not removed.
#[test]
fn finalize_reports_the_file_of_an_upload_under_way() {
    let emulator = Emulator::start();
    let first = package(&emulator.client_with(brief(0)));
    upload(&first, "b.bin", b"b").unwrap();
    emulator.fault(json!({"endpoint": "create_file", "action": {"close": true}}));
    refused(upload(&first, "a.bin", b"mine"), ErrorKind::OutcomeUnknown);
    let second = again(&emulator, &first);
    emulator.fault(json!({"endpoint": "part_put", "action": {"hang_ms": 3000}}));
    let sent = thread::scope(|scope| {
        let sent = scope.spawn(|| upload(&second, "a.bin", b"good").unwrap());
        wait_for("the part", || emulator.count("part_put") == 2);
        let error = refused(
            first
                .finalize(&mut (), &FinalizeOptions::default())
                .map(|_| ()),
            ErrorKind::UploadIncomplete,
        );
        assert!(error.message().contains("a.bin"), "{error}");
        sent.join().unwrap()
    });
    assert!(download(&second, &sent.file_id).unwrap() == b"good");
    finalize(&first);
    assert_eq!(files(&emulator, &first).len(), 2);
}

/// If the service does not list incomplete files, the library cannot look for its own.
#[test]
fn an_unfinished_file_that_is_not_listed_needs_a_new_package() {
    let emulator = Emulator::start();
    emulator.settings(json!({"list_incomplete_files": false}));
    let package = package(&emulator.client());
    emulator.lose_response("create_file");
    let file = upload(&package, "a.bin", b"a").unwrap();
    assert!(download(&package, &file.file_id).unwrap() == b"a");
    let error = refused(
        package
            .finalize(&mut (), &FinalizeOptions::default())
            .map(|_| ()),
        ErrorKind::PackageNotFinalizable,
    );
    assert_eq!(error.server_code(), Some("DENIED"));
    assert!(
        error.message().contains("a.bin") && error.remedy().is_some(),
        "{error}"
    );
    // A file that was never created does not prevent finalize.
    let other = support::package(&emulator.client());
    emulator.fault(json!({"endpoint": "create_file", "action": {"close": true}}));
    upload(&other, "a.bin", b"a").unwrap();
    finalize(&other);
}
