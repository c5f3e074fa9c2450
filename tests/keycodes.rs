//! A keycode has to open what a package holds already, before anything is encrypted with it or devices get it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use sendsafely::{Client, ClientOptions, ErrorKind, File, Package, Result, Source, UploadOptions};
use serde_json::{Value, json};
use support::*;

const KEY: &str = include_str!("vectors/node/trusted-device-public.asc");
const WRONG: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn workspace(emulator: &Emulator) -> Package {
    Package::create_workspace(&emulator.client(), &mut (), "Project").unwrap()
}

fn opened(emulator: &Emulator, package: &Package, keycode: &str) -> Package {
    Package::open(&emulator.client(), &mut (), package.id(), keycode.into()).unwrap()
}

fn right(emulator: &Emulator, package: &Package) -> Package {
    opened(emulator, package, package.keycode().unwrap())
}

fn put(package: &Package, directory: Option<&str>, name: &str) -> Result<File> {
    let options = UploadOptions {
        directory_id: directory.map(str::to_owned),
        ..UploadOptions::default()
    };
    let name = name.to_owned();
    let data = name.clone().into_bytes();
    package.upload(&mut (), Source::Memory { name, data: &data }, &options)
}

/// Registers a trusted device of the second user.
fn device(emulator: &Emulator) -> Client {
    let second = emulator.client_of(1, options());
    second.register_public_key(&mut (), KEY, "d").unwrap();
    second
}

/// Adds the second user, whose device then gets the keycode.
fn give_to_device(package: &Package) -> Result<()> {
    let added = package.add_recipient(&mut (), "second@acme.test", None);
    added.map(|_| ())
}

#[test]
fn files_in_directories_prove_the_keycode_of_a_workspace() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = workspace(&emulator);
    let empty = ["A", "B", "C"].map(|name| {
        let made = workspace.create_directory(&mut (), None, name);
        made.unwrap()
    });
    let deep = workspace.create_directory(&mut (), Some(&empty[1]), "deep");
    put(&workspace, Some(&deep.unwrap()), "a.bin").unwrap();

    let wrong = opened(&emulator, &workspace, WRONG);
    emulator.forget_requests();
    refused(put(&wrong, None, "b.bin"), ErrorKind::WrongKeycode);
    refused(
        put(&wrong, Some(&empty[0]), "b.bin"),
        ErrorKind::WrongKeycode,
    );
    assert!(!emulator.requests().iter().any(is_write));
    refused(give_to_device(&wrong), ErrorKind::WrongKeycode);
    assert_eq!(emulator.count("set_keycode"), 0);

    let good = right(&emulator, &workspace);
    put(&good, None, "b.bin").unwrap();
    emulator.forget_requests();
    put(&good, None, "c.bin").unwrap();
    give_to_device(&good).unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
    assert_eq!(emulator.count("download_urls"), 0, "proved once for all");
}

#[test]
fn the_keycode_of_an_empty_package_is_proved_when_there_is_something() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = workspace(&emulator);
    let wrong = opened(&emulator, &workspace, WRONG);
    // The first writer chooses the keycode; what this handle has written itself proves nothing.
    put(&wrong, None, "a.bin").unwrap();
    put(&wrong, None, "b.bin").unwrap();
    give_to_device(&wrong).unwrap();
    put(&workspace, None, "by the owner.bin").unwrap();
    refused(
        wrong.upload_keycodes(&mut (), None),
        ErrorKind::WrongKeycode,
    );
    refused(put(&wrong, None, "c.bin"), ErrorKind::WrongKeycode);
    refused(wrong.notify(&mut ()), ErrorKind::WrongKeycode);

    let package = package(&emulator.client());
    let wrong = opened(&emulator, &package, WRONG);
    wrong.set_message(&mut (), "hello").unwrap();
    put(&wrong, None, "a.bin").unwrap();
    put(&package, None, "by the owner.bin").unwrap();
    let result = wrong.finalize(&mut (), &sendsafely::FinalizeOptions::default());
    assert_kind(result.map(|_| ()), ErrorKind::WrongKeycode);
    refused(wrong.set_message(&mut (), "again"), ErrorKind::WrongKeycode);
}

#[test]
fn a_package_that_was_opened_empty_can_be_sent() {
    let emulator = Emulator::start();
    let second = device(&emulator);
    let package = right(&emulator, &package(&emulator.client()));
    package.set_message(&mut (), "hello").unwrap();
    let file = put(&package, None, "a.bin").unwrap();
    let link = finalize(&package);
    assert_eq!(emulator.count("set_keycode"), 1);
    let received = Package::open_link(&second, &mut (), &link).unwrap();
    assert!(download(&received, &file.file_id).unwrap() == b"a.bin");
}

#[test]
fn devices_get_no_keycode_while_nothing_can_be_read() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = workspace(&emulator);
    put(&workspace, None, "a.bin").unwrap();
    let opened = right(&emulator, &workspace);
    for endpoint in ["part_get", "part_download"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"status": 403}}));
    }
    put(&opened, None, "b.bin").unwrap();
    let error = refused(give_to_device(&opened), ErrorKind::KeycodeNotProved);
    assert_eq!(error.http_status(), Some(403), "{error}");
    assert_eq!(recipients(&emulator, &workspace), 0);
    emulator.clear_faults();
    give_to_device(&opened).unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
    emulator.forget_requests();
    opened.upload_keycodes(&mut (), None).unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
}

/// The files cannot be read without the password, but the service refuses a wrong checksum.
#[test]
fn the_keycode_of_a_package_with_a_password_is_proved_by_the_checksum() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    put(&package, None, "a.bin").unwrap();
    let protected = sendsafely::FinalizeOptions {
        undisclosed_recipients: true,
        password: Some("open sesame".into()),
        ..sendsafely::FinalizeOptions::default()
    };
    package.finalize(&mut (), &protected).unwrap();
    let again = right(&emulator, &package);
    again.upload_keycodes(&mut (), None).unwrap();
    let wrong = opened(&emulator, &package, WRONG);
    refused(
        wrong.upload_keycodes(&mut (), None),
        ErrorKind::WrongKeycode,
    );
}

/// The number of the package's recipients on the server.
fn recipients(emulator: &Emulator, package: &Package) -> usize {
    let raw = emulator.package(package.id());
    raw["recipients"].as_array().unwrap().len()
}

fn endpoints(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests();
    let names = requests.iter().map(|request| request["endpoint"].as_str());
    names.map(|name| name.unwrap().to_owned()).collect()
}

#[test]
fn an_empty_workspace_is_searched_once() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = workspace(&emulator);
    put(&workspace, None, "first.bin").unwrap();
    emulator.forget_requests();
    put(&workspace, None, "second.bin").unwrap();
    let usual = endpoints(&emulator);

    let empty = Package::create_workspace(&emulator.client(), &mut (), "Empty").unwrap();
    let opened = right(&emulator, &empty);
    put(&opened, None, "first.bin").unwrap();
    emulator.forget_requests();
    put(&opened, None, "second.bin").unwrap();
    assert_eq!(endpoints(&emulator), usual);

    emulator.forget_requests();
    let emails = ["second@acme.test", "a@x.test", "b@x.test"].map(str::to_owned);
    let added = opened.add_recipients(&mut (), &emails, false).unwrap();
    assert!(added.iter().all(|added| added.error.is_none()));
    assert_eq!(emulator.count("get_directory"), 1);
    assert_eq!(emulator.count("set_keycode"), 1);
}

#[test]
fn a_file_that_was_opened_proves_the_keycode() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator);
    let file = put(&workspace, None, "a.bin").unwrap();
    let opened = right(&emulator, &workspace);
    download(&opened, &file.file_id).unwrap();
    emulator.forget_requests();
    opened.upload_keycodes(&mut (), None).unwrap();
    assert_eq!(emulator.count("download_urls"), 0);

    // A file that was encrypted with a wrong keycode opens with it, and proves nothing.
    let wrong = opened_empty(&emulator, WRONG);
    let file = put(&wrong.0, None, "a.bin").unwrap();
    download(&wrong.0, &file.file_id).unwrap();
    put(&wrong.1, None, "by the owner.bin").unwrap();
    refused(give_to_device(&wrong.0), ErrorKind::WrongKeycode);
}

/// An empty Workspace that was opened again, and the handle of its creator.
fn opened_empty(emulator: &Emulator, keycode: &str) -> (Package, Package) {
    let owner = workspace(emulator);
    (opened(emulator, &owner, keycode), owner)
}

#[test]
fn devices_get_the_right_keycode_of_a_large_workspace() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = workspace(&emulator);
    let directories: Vec<String> = (0..40)
        .map(|number| workspace.create_directory(&mut (), None, &format!("{number}")))
        .collect::<Result<_>>()
        .unwrap();
    // Without anything that could prove it, any keycode goes to devices; a write does not search far.
    let empty = right(&emulator, &workspace);
    emulator.forget_requests();
    put(&empty, None, "a.bin").unwrap();
    assert!(emulator.count("get_directory") <= 32);
    give_to_device(&empty).unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
    empty.remove_all_recipients(&mut ()).unwrap();
    let root = empty.information(&mut ()).unwrap();
    empty
        .delete_file(&mut (), &root.files[0].file_id, None)
        .unwrap();

    // Incomplete files come first in each directory; only the last directory has a complete one.
    let client = emulator.client();
    for directory in &directories[..12] {
        let path = format!("/package/{}/file/", workspace.id());
        let body = json!({"filename": "x", "uploadType": "NODE_API", "parts": 1, "filesize": 1, "directoryId": directory});
        client
            .request(&mut (), "PUT", &path, Some(&body.to_string()))
            .unwrap();
    }
    put(&workspace, Some(&directories[39]), "whole.bin").unwrap();
    let group = client.create_contact_group(&mut (), "G", false).unwrap();
    let wrong = opened(&emulator, &workspace, WRONG);
    emulator.forget_requests();
    refused(give_to_device(&wrong), ErrorKind::WrongKeycode);
    refused(
        wrong.add_recipients(&mut (), &["a@x.test".to_owned()], false),
        ErrorKind::WrongKeycode,
    );
    refused(
        wrong.add_contact_group(&mut (), &group.contact_group_id),
        ErrorKind::WrongKeycode,
    );
    assert!(!emulator.requests().iter().any(is_write));
    assert_eq!(recipients(&emulator, &workspace), 0);
    give_to_device(&right(&emulator, &workspace)).unwrap();
    assert_eq!(emulator.count("set_keycode"), 1);
}

/// A Workspace with one large file, written by the library or with the bytes of another client.
fn with_large_file(emulator: &Emulator, by: Option<openpgp::Style>) -> Package {
    let workspace = workspace(emulator);
    let data = noise(1, 900_000);
    match by {
        None => {
            let client = emulator.client_with(ClientOptions {
                part_size: 1 << 20,
                ..options()
            });
            let keycode = workspace.keycode().unwrap().into();
            let large = Package::open(&client, &mut (), workspace.id(), keycode).unwrap();
            upload(&large, "large.bin", &data).unwrap();
        }
        Some(style) => {
            let part = openpgp::part(style, &passphrase(emulator, &workspace), &data);
            emulator.add_file(workspace.id(), "large.bin", data.len(), &[part]);
        }
    }
    emulator.forget_requests();
    workspace
}

/// The passphrase of a package's parts.
fn passphrase(emulator: &Emulator, package: &Package) -> String {
    let state = emulator.package(package.id());
    state["server_secret"].as_str().unwrap().to_owned() + package.keycode().unwrap()
}

/// The ranges in requests to storage, and their statuses.
fn pieces(emulator: &Emulator) -> Vec<(String, u64)> {
    let requests = emulator.requests();
    let parts = requests.iter().filter(|it| it["endpoint"] == "part_get");
    let piece = |request: &Value| {
        let range = request["headers"]["range"].as_str().unwrap_or("whole");
        (range.to_owned(), request["status"].as_u64().unwrap())
    };
    parts.map(piece).collect()
}

/// Cuts the responses of storage, so that no whole part arrives.
fn cut_parts(emulator: &Emulator) {
    for endpoint in ["part_get", "part_download"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"close_after_response_bytes": 8192}}));
    }
}

#[test]
fn the_head_of_a_part_proves_the_keycode() {
    let emulator = Emulator::start();
    for by in [
        None,
        Some(openpgp::JAVA),
        Some(openpgp::DOT_NET),
        Some(openpgp::NODE),
        Some(openpgp::PYTHON),
    ] {
        let workspace = with_large_file(&emulator, by);
        cut_parts(&emulator);
        for (ranges, expected) in [(true, 206), (false, 200)] {
            emulator.settings(json!({"storage_ranges": ranges}));
            emulator.forget_requests();
            let mut watch = Watch::new();
            let again = right(&emulator, &workspace);
            let small = upload_watched(&again, &mut watch, "b.bin", b"b").unwrap();
            watch.assert_ends_at(1);
            assert_eq!(pieces(&emulator), [("bytes=0-4095".to_owned(), expected)]);
            assert_eq!(emulator.count("part_download"), 0);
            assert!(watch.reports.last().unwrap().1.bytes_sent < 1000);
            workspace
                .delete_file(&mut (), &small.file_id, None)
                .unwrap();
        }
        // The API server has no ranges.
        let client = emulator.client_with(ClientOptions {
            force_api_route: true,
            ..options()
        });
        let keycode = workspace.keycode().unwrap().into();
        let by_api = Package::open(&client, &mut (), workspace.id(), keycode).unwrap();
        emulator.forget_requests();
        by_api.upload_keycodes(&mut (), None).unwrap();
        assert_eq!(emulator.count("part_download"), 1);
        emulator.clear_faults();
        if by.is_none() {
            let wrong = opened(&emulator, &workspace, WRONG);
            refused(put(&wrong, None, "d.bin"), ErrorKind::WrongKeycode);
        }
    }
}

#[test]
fn a_part_that_is_within_the_head_is_verified_whole() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator);
    let passphrase = passphrase(&emulator, &workspace);
    let mut part = openpgp::part(openpgp::NODE, &passphrase, &noise(1, 3000));
    emulator.add_file(workspace.id(), "small.bin", 3000, &[part.clone()]);
    emulator.forget_requests();
    put(&right(&emulator, &workspace), None, "a.bin").unwrap();
    assert_eq!(pieces(&emulator), [("bytes=0-4095".to_owned(), 206)]);
    // Its head would prove the keycode, but a part that fits into the head is verified as a whole.
    let other = self::workspace(&emulator);
    *part.last_mut().unwrap() ^= 1;
    emulator.add_file(other.id(), "small.bin", 3000, &[part]);
    refused(
        put(&right(&emulator, &other), None, "a.bin"),
        ErrorKind::WrongKeycode,
    );
}

#[test]
fn a_part_whose_head_proves_nothing_is_fetched_whole() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator);
    // A literal packet of length 0.
    let packet = [b"\xafb\0\0\0\0\0", noise(1, 300_000).as_slice()].concat();
    let part = openpgp::message(openpgp::NODE, &passphrase(&emulator, &workspace), &packet);
    emulator.add_file(workspace.id(), "large.bin", 300_000, &[part]);
    emulator.forget_requests();
    let mut watch = Watch::new();
    upload_watched(&right(&emulator, &workspace), &mut watch, "b.bin", b"b").unwrap();
    assert_eq!(pieces(&emulator).len(), 2);
    assert!(
        watch
            .reports
            .iter()
            .all(|(_, progress)| progress.bytes_sent < 1000)
    );
    refused(
        put(&opened(&emulator, &workspace, WRONG), None, "c.bin"),
        ErrorKind::WrongKeycode,
    );
}

#[test]
fn without_ranges_the_head_comes_from_the_whole_part() {
    let emulator = Emulator::start();
    let workspace = with_large_file(&emulator, None);
    let ranged = |range: &str| json!({"headers": {"Content-Range": range}});
    for action in [
        json!({"status": 416}),
        json!({"status": 400}),
        ranged(""),
        ranged("bytes 10-4105/900102"),
        ranged("bytes 0-9/900102"),
        ranged("bytes 0-4095"),
    ] {
        // A storage, or a gateway before it, that always responds like this.
        let range = json!({"endpoint": "part_get", "times": 1, "action": action});
        let without_retries = ClientOptions {
            retry_window: Duration::ZERO,
            ..options()
        };
        for options in [options(), without_retries] {
            let client = emulator.client_with(options);
            emulator.fault(range.clone());
            cut_parts(&emulator);
            emulator.forget_requests();
            let keycode = workspace.keycode().unwrap().into();
            let again = Package::open(&client, &mut (), workspace.id(), keycode).unwrap();
            again.upload_keycodes(&mut (), None).unwrap();
            let ranges = pieces(&emulator).into_iter().map(|(range, _)| range);
            let ranges: Vec<String> = ranges.collect();
            assert_eq!(ranges, ["bytes=0-4095", "whole"], "{action}");
            emulator.clear_faults();
        }
    }
    let cut = json!({"close_after_response_bytes": 1000});
    emulator.fault(json!({"endpoint": "part_get", "times": 1, "action": cut}));
    emulator.forget_requests();
    let again = right(&emulator, &workspace);
    again.upload_keycodes(&mut (), None).unwrap();
    let ranges = pieces(&emulator).into_iter().map(|(range, _)| range);
    assert_eq!(ranges.collect::<Vec<_>>(), ["bytes=0-4095"; 2]);
}

/// A server that changes the head of a genuine part learns from the next request whether the keycode was proved by it.
#[test]
fn a_head_has_to_be_the_beginning_of_the_part() {
    let emulator = Emulator::start();
    let workspace = with_large_file(&emulator, None);
    let keycode = workspace.keycode().unwrap();
    let refusal = json!({"status": 403});
    for after in [None, Some(refusal)] {
        let client = emulator.client();
        let open = || Package::open(&client, &mut (), workspace.id(), keycode.into()).unwrap();
        let handle = open();
        // The tag of the first packet in the encrypted data.
        let flip = json!({"flip_response_byte": 15 + 6 + 1 + 18});
        emulator.fault(json!({"endpoint": "part_get", "times": 1, "action": flip}));
        if let Some(action) = after {
            for endpoint in ["part_get", "part_download"] {
                emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": action}));
            }
        }
        emulator.forget_requests();
        refused(put(&handle, None, "a.bin"), ErrorKind::KeycodeNotProved);
        assert!(!emulator.requests().iter().any(is_write));
        assert_eq!(pieces(&emulator)[0], ("bytes=0-4095".to_owned(), 206));
        assert_eq!(pieces(&emulator)[1].0, "whole");

        // There is no second request of that kind, by whichever handle.
        emulator.clear_faults();
        for again in [&handle, &open()] {
            cut_parts(&emulator);
            emulator.forget_requests();
            let mut watch = Watch::stopping_after(Duration::from_millis(500));
            refused(
                upload_watched(again, &mut watch, "a.bin", b"a"),
                ErrorKind::Stopped,
            );
            let pieces = pieces(&emulator);
            assert_eq!(pieces[0].0, "whole");
            assert!(pieces.iter().all(|(range, _)| range != "bytes=0-4095"));
            emulator.clear_faults();
        }
        let file = put(&open(), None, "a.bin").unwrap();
        workspace.delete_file(&mut (), &file.file_id, None).unwrap();
    }
}

#[test]
fn files_of_another_handle_of_the_client_prove_nothing() {
    let emulator = Emulator::start();
    device(&emulator);
    let client = emulator.client();
    let wrong =
        |package: &Package| Package::open(&client, &mut (), package.id(), WRONG.into()).unwrap();
    let workspace = workspace(&emulator);
    put(&wrong(&workspace), None, "a.bin").unwrap();
    let second = wrong(&workspace);
    put(&second, None, "b.bin").unwrap();
    give_to_device(&second).unwrap();
    put(&workspace, None, "by the owner.bin").unwrap();
    for handle in [second, wrong(&workspace)] {
        let result = handle.upload_keycodes(&mut (), None);
        refused(result, ErrorKind::WrongKeycode);
        refused(put(&handle, None, "c.bin"), ErrorKind::WrongKeycode);
    }

    let package = package(&emulator.client());
    wrong(&package).set_message(&mut (), "hello").unwrap();
    let second = wrong(&package);
    assert_eq!(second.message(&mut ()).unwrap().unwrap(), "hello");
    put(&second, None, "a.bin").unwrap();
    put(&package, None, "by the owner.bin").unwrap();
    let result = second.finalize(&mut (), &sendsafely::FinalizeOptions::default());
    assert_kind(result.map(|_| ()), ErrorKind::WrongKeycode);
}

#[test]
fn handles_that_were_opened_before_a_proof_have_it_too() {
    let emulator = Emulator::start();
    let workspace = with_large_file(&emulator, None);
    let client = emulator.client();
    let open = || {
        let keycode = workspace.keycode().unwrap().into();
        Package::open(&client, &mut (), workspace.id(), keycode).unwrap()
    };
    let (first, second) = (open(), open());
    put(&first, None, "a.bin").unwrap();
    assert_eq!(pieces(&emulator).len(), 1);
    emulator.forget_requests();
    put(&second, None, "b.bin").unwrap();
    second.upload_keycodes(&mut (), None).unwrap();
    let reads = ["download_urls", "part_get", "get_message", "get_directory"];
    assert_eq!(reads.map(|name| emulator.count(name)), [0; 4]);
}

#[test]
fn a_stop_ends_a_proof() {
    let emulator = Emulator::start();
    let workspace = with_large_file(&emulator, None);
    for after in [0, 1000] {
        let action = json!({"hang_after_response_bytes": after, "hang_ms": 60_000});
        emulator.fault(json!({"endpoint": "part_get", "times": 1, "action": action}));
        let again = right(&emulator, &workspace);
        let mut watch = Watch::stopping_after(Duration::from_millis(700));
        let stopped = upload_watched(&again, &mut watch, "b.bin", b"b");
        refused(stopped, ErrorKind::Stopped);
        assert!(watch.stopped.unwrap().elapsed() < Duration::from_secs(5));
    }
    assert_eq!(emulator.count("create_file"), 0);
}

/// The client remembers a proved keycode, for all handles of that package and for this keycode only.
#[test]
fn a_client_proves_a_keycode_once_for_a_package() {
    let emulator = Emulator::start();
    device(&emulator);
    let workspace = with_large_file(&emulator, None);
    let client = emulator.client();
    let open = |client: &Client, keycode: &str| {
        Package::open(client, &mut (), workspace.id(), keycode.into()).unwrap()
    };
    let keycode = workspace.keycode().unwrap();
    put(&open(&client, keycode), None, "a.bin").unwrap();
    assert_eq!(pieces(&emulator).len(), 1);
    emulator.forget_requests();
    put(&open(&client, keycode), None, "b.bin").unwrap();
    give_to_device(&open(&client, keycode)).unwrap();
    open(&client, keycode)
        .upload_keycodes(&mut (), None)
        .unwrap();
    let reads = ["download_urls", "part_get", "get_message", "get_directory"];
    assert_eq!(reads.map(|name| emulator.count(name)), [0; 4]);
    refused(
        put(&open(&client, WRONG), None, "c.bin"),
        ErrorKind::WrongKeycode,
    );
    refused(
        put(&open(&client, WRONG), None, "c.bin"),
        ErrorKind::WrongKeycode,
    );
    // With another server secret, the keycode would encrypt files that no recipient can open.
    let other = json!({"serverSecret": "another"});
    emulator.fault(
        json!({"endpoint": "package_information", "times": 1, "action": {"replace_json": other}}),
    );
    refused(
        put(&open(&client, keycode), None, "c.bin"),
        ErrorKind::WrongKeycode,
    );

    // A handle that has opened something, or has generated the keycode.
    let reader = emulator.client();
    let file = put(&workspace, None, "small.bin").unwrap();
    download(&open(&reader, keycode), &file.file_id).unwrap();
    let maker = emulator.client();
    let made = Package::create(&maker, &mut ()).unwrap();
    upload(&made, "a.bin", b"a").unwrap();
    emulator.forget_requests();
    put(&open(&reader, keycode), None, "d.bin").unwrap();
    let again = made.keycode().unwrap().into();
    let again = Package::open(&maker, &mut (), made.id(), again).unwrap();
    again.set_message(&mut (), "hello").unwrap();
    assert_eq!(reads.map(|name| emulator.count(name)), [0; 4]);
}
