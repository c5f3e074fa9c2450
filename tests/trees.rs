//! Whole directory trees, sent and received: their content, the report of each file, and the number of requests.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use sendsafely::{
    Action, Client, ClientOptions, Compare, DirectoryOptions, DownloadOptions, ErrorKind, Existing,
    Package, Phase, Reason, Report, Sink, Source, TreeError, UploadAllOptions, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

type Outcome = Result<Report, Box<TreeError>>;

fn workspace(client: &Client) -> Package {
    Package::create_workspace(client, &mut (), "Tree").unwrap()
}

fn send(package: &Package, directory: &Path) -> Outcome {
    package.upload_all(&mut (), directory, &UploadAllOptions::default())
}

fn receive(package: &Package, directory: &Path) -> Outcome {
    package.download_all(&mut (), directory, &DownloadOptions::default())
}

fn receive_existing(package: &Package, directory: &Path, existing: Existing) -> Outcome {
    let options = DownloadOptions {
        existing,
        ..DownloadOptions::default()
    };
    package.download_all(&mut (), directory, &options)
}

/// The files of a local tree by path; directories have a slash at the end.
fn local(base: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(base: &Path, path: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(base.join(path)).unwrap() {
            let entry = entry.unwrap();
            let below = format!("{path}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                found.insert(format!("{below}/"), Vec::new());
                walk(base, &format!("{below}/"), found);
            } else {
                found.insert(below, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(base, "", &mut found);
    found
}

fn plant(base: &Path, tree: &[(&str, &[u8])]) {
    for (path, data) in tree {
        let path = base.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.to_str().unwrap().ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::write(path, data).unwrap();
        }
    }
}

/// The paths of all files of a Workspace on the server, each with its size and version.
fn held(raw: &Value) -> BTreeMap<String, (u64, u64)> {
    let path_of = |id: &Value| {
        let mut id = id.as_str().unwrap();
        let mut path = String::new();
        while let Some(directory) = raw["directories"].get(id) {
            path = format!("{}/{path}", directory["name"].as_str().unwrap());
            id = directory["parent"].as_str().unwrap();
        }
        assert_eq!(raw["root_directory_id"], id);
        path
    };
    let files = raw["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            assert_eq!(file["complete"], true, "{file}");
            let path = format!(
                "{}{}",
                path_of(&file["directory_id"]),
                file["name"].as_str().unwrap()
            );
            (
                path,
                (
                    file["size"].as_u64().unwrap(),
                    file["version"].as_u64().unwrap(),
                ),
            )
        })
        .collect()
}

fn actions(report: &Report) -> BTreeMap<&str, Action> {
    report
        .items
        .iter()
        .map(|item| (item.path.as_str(), item.action))
        .collect()
}

/// The items that failed, each with its kind.
fn failures(report: &Report) -> BTreeMap<&str, ErrorKind> {
    let items = report.items.iter();
    items
        .filter_map(|item| Some((item.path.as_str(), item.error.as_ref()?.kind())))
        .collect()
}

#[track_caller]
fn failed(outcome: Outcome, kind: ErrorKind) -> Box<TreeError> {
    let failed = outcome.unwrap_err();
    assert_eq!(failed.error.kind(), kind, "{}", failed.error);
    failed
}

const TREE: &[(&str, &[u8])] = &[
    ("a.txt", b"a"),
    ("empty.bin", b""),
    ("Docs/b.txt", b"bb"),
    ("Docs/Old/c.txt", b"ccc"),
    ("Docs/Old/Older/Gr\u{f6}\u{df}e.txt", b"dddd"),
    ("Nothing/", b""),
];

#[test]
fn a_tree_is_sent_and_received() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, TREE);
    let large = noise(1, 7 * PART + 3);
    from.file("large.bin", &large);
    let total = large.len() + 10;

    let mut watch = Watch::new();
    let report = workspace
        .upload_all(&mut watch, &from.0, &UploadAllOptions::default())
        .unwrap();
    watch.assert_ends_at(total);
    assert_eq!(report.items.len(), 6);
    for item in &report.items {
        assert_eq!(
            (item.action, item.renamed),
            (Action::Uploaded, false),
            "{item:?}"
        );
        assert!(item.error.is_none() && item.file_id.is_some());
        assert_eq!(item.local_path, Some(from.0.join(&item.path)));
    }
    let raw = emulator.only_package();
    let held_now = held(&raw);
    assert_eq!(held_now["Docs/Old/Older/Größe.txt"], (4, 1));
    assert_eq!(held_now["large.bin"], (large.len() as u64, 1));
    assert_eq!(held_now.len(), 6);
    assert_eq!(
        raw["directories"].as_object().unwrap().len(),
        4,
        "the empty one too"
    );

    let mut watch = Watch::new();
    let report = workspace
        .download_all(&mut watch, &to.0, &DownloadOptions::default())
        .unwrap();
    watch.assert_ends_at(total);
    assert_eq!(local(&to.0), local(&from.0));
    assert!(
        report
            .items
            .iter()
            .all(|item| item.action == Action::Downloaded && !item.renamed)
    );
    for item in &report.items {
        assert_eq!(item.local_path, Some(to.0.join(&item.path)));
    }

    // A subtree, by the id of its directory.
    let docs = workspace
        .directory(&mut (), None, &DirectoryOptions::default())
        .unwrap()
        .directories;
    let docs = docs
        .into_iter()
        .find(|below| below.name == "Docs")
        .unwrap()
        .directory_id;
    let part = TempDir::new();
    let options = DownloadOptions {
        directory_id: Some(docs.clone()),
        ..DownloadOptions::default()
    };
    workspace.download_all(&mut (), &part.0, &options).unwrap();
    assert_eq!(local(&part.0), local(&from.0.join("Docs")));
    let into = UploadAllOptions {
        directory_id: Some(docs),
        ..UploadAllOptions::default()
    };
    let more = TempDir::new();
    plant(&more.0, &[("Old/new.txt", b"new"), ("b.txt", b"bb")]);
    let report = workspace.upload_all(&mut (), &more.0, &into).unwrap();
    assert_eq!(
        actions(&report),
        BTreeMap::from([
            ("Old/new.txt", Action::Uploaded),
            ("b.txt", Action::Skipped)
        ])
    );
    assert_eq!(held(&emulator.only_package())["Docs/Old/new.txt"], (3, 1));
    assert_eq!(
        emulator.only_package()["directories"]
            .as_object()
            .unwrap()
            .len(),
        4
    );
}

#[test]
fn a_second_run_skips_files_that_are_complete() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, TREE);
    send(&workspace, &from.0).unwrap();
    receive(&workspace, &to.0).unwrap();
    plant(
        &from.0,
        &[("Docs/b.txt", b"changed"), ("Docs/New/e.txt", b"e")],
    );

    // With a new handle, as in the next run of a program.
    let again = Package::open(
        &emulator.client(),
        &mut (),
        workspace.id(),
        workspace.keycode().unwrap().into(),
    )
    .unwrap();
    emulator.forget_requests();
    let mut watch = Watch::new();
    let report = again
        .upload_all(&mut watch, &from.0, &UploadAllOptions::default())
        .unwrap();
    watch.assert_ends_at(16);
    let uploaded: Vec<_> = report
        .items
        .iter()
        .filter(|item| item.action == Action::Uploaded)
        .map(|item| item.path.as_str())
        .collect();
    assert_eq!(uploaded, ["Docs/b.txt", "Docs/New/e.txt"]);
    let skipped = report
        .items
        .iter()
        .filter(|item| item.action == Action::Skipped);
    assert_eq!(
        skipped
            .filter(|item| item.file_id.is_some() && item.error.is_none())
            .count(),
        4
    );
    assert_eq!(
        held(&emulator.only_package())["Docs/b.txt"],
        (7, 2),
        "a new version"
    );
    assert_eq!(emulator.count("create_directory"), 1);
    assert_eq!(
        emulator.count("get_directory"),
        5,
        "once for each directory that was there"
    );
    assert_eq!(emulator.count("create_file"), 2);

    let refuse = UploadAllOptions {
        existing: Existing::Refuse,
        ..UploadAllOptions::default()
    };
    emulator.forget_requests();
    let refused = failed(
        again.upload_all(&mut (), &from.0, &refuse),
        ErrorKind::FileExists,
    );
    assert_eq!(refused.report.items.len(), 6);
    assert!(
        !emulator.requests().iter().any(is_write),
        "nothing was changed"
    );
    let overwrite = UploadAllOptions {
        existing: Existing::Overwrite,
        ..UploadAllOptions::default()
    };
    again.upload_all(&mut (), &from.0, &overwrite).unwrap();
    assert_eq!(held(&emulator.only_package())["a.txt"], (1, 2));
    assert_eq!(held(&emulator.only_package())["Docs/b.txt"], (7, 3));

    // Received again: files are replaced only on request.
    emulator.forget_requests();
    failed(receive(&again, &to.0), ErrorKind::FileExists);
    assert_eq!(emulator.count("part_get"), 0);
    assert_eq!(fs::read(to.join("Docs/b.txt")).unwrap(), b"bb");
    let other = failed(
        receive_existing(&again, &to.0, Existing::Skip),
        ErrorKind::FileExists,
    );
    assert!(
        other
            .error
            .message()
            .starts_with("1 of 6 files failed; first: Docs/b.txt: "),
        "{}",
        other.error
    );
    assert_eq!(actions(&other.report)["Docs/New/e.txt"], Action::Downloaded);
    assert_eq!(actions(&other.report)["a.txt"], Action::Skipped);
    assert_eq!(emulator.count("part_get"), 2, "one was compared");
    assert_eq!(fs::read(to.join("Docs/b.txt")).unwrap(), b"bb");
    receive_existing(&again, &to.0, Existing::Overwrite).unwrap();
    assert_eq!(local(&to.0), local(&from.0));
}

fn send_by(package: &Package, directory: &Path, compare: Compare) -> Outcome {
    let options = UploadAllOptions {
        compare,
        ..UploadAllOptions::default()
    };
    package.upload_all(&mut (), directory, &options)
}

fn receive_by(
    package: &Package,
    directory: &Path,
    existing: Existing,
    compare: Compare,
) -> Outcome {
    let options = DownloadOptions {
        existing,
        compare,
        ..DownloadOptions::default()
    };
    package.download_all(&mut (), directory, &options)
}

/// The files that were transferred, or failed, each with the reason.
fn reasons(report: &Report) -> Vec<(&str, Action, Reason)> {
    let items = report.items.iter();
    let mut found: Vec<_> = items
        .filter(|item| item.action != Action::Skipped || item.reason != Reason::None)
        .map(|item| (item.path.as_str(), item.action, item.reason))
        .collect();
    found.sort_by_key(|(path, ..)| path.to_lowercase());
    found
}

/// Sets the time of a file, in seconds before now.
fn age(path: &Path, seconds: u64) {
    let file = fs::File::options().append(true).open(path).unwrap();
    let time = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

#[test]
fn the_report_says_why_a_file_was_transferred() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, &[("a", b"a"), ("New/b", b"b")]);
    let (up, down) = (Action::Uploaded, Action::Downloaded);
    let sent = send(&workspace, &from.0).unwrap();
    let new = |action| [("a", action, Reason::New), ("New/b", action, Reason::New)];
    assert_eq!(reasons(&sent), new(up));
    assert_eq!(reasons(&receive(&workspace, &to.0).unwrap()), new(down));
    plant(&from.0, &[("a", b"longer")]);
    let size = [("a", up, Reason::Size)];
    assert_eq!(reasons(&send(&workspace, &from.0).unwrap()), size);
    let kept = failed(
        receive_existing(&workspace, &to.0, Existing::Skip),
        ErrorKind::FileExists,
    );
    assert_eq!(reasons(&kept.report), [("a", Action::None, Reason::Size)]);
    let all = receive_existing(&workspace, &to.0, Existing::Overwrite).unwrap();
    let all: Vec<_> = all.items.iter().map(|item| item.reason).collect();
    assert_eq!(all, [Reason::Overwrite; 2]);
}

#[test]
fn an_edit_that_keeps_the_size_is_found_by_content() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    let long = vec![7; 6_000_000];
    plant(
        &from.0,
        &[("a", b"old"), ("Docs/b", b"same"), ("long", &long)],
    );
    send(&workspace, &from.0).unwrap();
    fs::write(from.join("a"), b"new").unwrap();
    assert_eq!(reasons(&send(&workspace, &from.0).unwrap()), []);

    emulator.forget_requests();
    let mut watch = Watch::new();
    let options = UploadAllOptions {
        compare: Compare::Content,
        ..UploadAllOptions::default()
    };
    let report = workspace.upload_all(&mut watch, &from.0, &options).unwrap();
    watch.assert_ends_at(6_000_007);
    assert_eq!(reasons(&report), [("a", Action::Uploaded, Reason::Content)]);
    assert_eq!(emulator.count("part_get"), 62, "each part once");
    assert_eq!(held(&emulator.only_package())["a"], (3, 2));
    // What was compared need not be downloaded again, and nothing is sent.
    for downloaded in [1, 0] {
        emulator.forget_requests();
        let report = send_by(&workspace, &from.0, Compare::Content).unwrap();
        assert_eq!(reasons(&report), []);
        assert_eq!(emulator.count("part_get"), downloaded);
        assert_eq!(emulator.count("create_file"), 0);
    }

    receive(&workspace, &to.0).unwrap();
    fs::write(to.join("a"), b"own").unwrap();
    let mut changed = long.clone();
    changed[5_999_999] = 0;
    fs::write(to.join("long"), changed).unwrap();
    let skip = receive_existing(&workspace, &to.0, Existing::Skip).unwrap();
    assert_eq!(reasons(&skip), []);
    let kept = failed(
        receive_by(&workspace, &to.0, Existing::Skip, Compare::Content),
        ErrorKind::FileExists,
    );
    let content = |action| {
        [
            ("a", action, Reason::Content),
            ("long", action, Reason::Content),
        ]
    };
    assert_eq!(reasons(&kept.report), content(Action::None));
    assert_eq!(fs::read(to.join("a")).unwrap(), b"own");
    // Of the others nothing is replaced.
    let before = fs::metadata(to.join("Docs/b")).unwrap().modified().unwrap();
    let report = receive_by(&workspace, &to.0, Existing::Overwrite, Compare::Content).unwrap();
    assert_eq!(reasons(&report), content(Action::Downloaded));
    assert_eq!(local(&to.0), local(&from.0));
    let after = fs::metadata(to.join("Docs/b")).unwrap().modified().unwrap();
    assert_eq!(before, after);

    // A wrong declared size does not matter then, nor where the size alone is compared.
    emulator.settings(json!({"declared_size_offset": 1}));
    for compare in [Compare::Size, Compare::Time, Compare::Content] {
        let report = receive_by(&workspace, &to.0, Existing::Skip, compare).unwrap();
        assert_eq!(reasons(&report), []);
    }
}

/// Nothing that is not verified is believed, not even that it differs.
#[test]
fn damaged_data_on_the_service_is_no_content() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, &[("a", b"a"), ("b", b"b")]);
    send(&workspace, &from.0).unwrap();
    let package = emulator.only_package();
    let id = package["files"][0]["id"].as_str().unwrap();
    emulator.admin("PUT", &format!("/files/{id}/parts/1"), &[0; 80]);
    let error = failed(
        send_by(&workspace, &from.0, Compare::Content),
        ErrorKind::DecryptFailed,
    );
    assert_eq!(failures(&error.report).len(), 1);
    assert_eq!(held(&emulator.only_package()), held(&package));
}

#[test]
fn an_edit_that_keeps_the_size_is_found_by_time() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, &[("a", b"old"), ("Docs/b", b"same")]);
    age(&from.join("Docs/b"), 3600);
    send(&workspace, &from.0).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    fs::write(from.join("a"), b"new").unwrap();
    let report = send_by(&workspace, &from.0, Compare::Time).unwrap();
    assert_eq!(reasons(&report), [("a", Action::Uploaded, Reason::Time)]);
    emulator.forget_requests();
    let report = send_by(&workspace, &from.0, Compare::Time).unwrap();
    assert_eq!(reasons(&report), []);
    assert_eq!(emulator.count("part_get"), 0, "times are enough");

    // A download gives the file its time there, so that neither direction has anything to do.
    let first = receive_by(&workspace, &to.0, Existing::Refuse, Compare::Time).unwrap();
    assert_eq!(reasons(&first).len(), 2);
    std::thread::sleep(Duration::from_millis(1100));
    emulator.forget_requests();
    for compared in [
        send_by(&workspace, &to.0, Compare::Time).unwrap(),
        receive_by(&workspace, &to.0, Existing::Skip, Compare::Time).unwrap(),
        receive_by(&workspace, &to.0, Existing::Overwrite, Compare::Time).unwrap(),
    ] {
        assert_eq!(reasons(&compared), []);
    }
    assert_eq!(emulator.count("part_get"), 0);
    // Where this user has uploaded, the file on the service is the newer one: the content decides before it is refused.
    let report = receive_by(&workspace, &from.0, Existing::Skip, Compare::Time).unwrap();
    assert_eq!(reasons(&report), []);

    plant(&from.0, &[("a", b"NEW")]);
    send_by(&workspace, &from.0, Compare::Time).unwrap();
    let kept = failed(
        receive_by(&workspace, &to.0, Existing::Skip, Compare::Time),
        ErrorKind::FileExists,
    );
    assert_eq!(
        reasons(&kept.report),
        [("a", Action::None, Reason::Content)]
    );
    let report = receive_by(&workspace, &to.0, Existing::Overwrite, Compare::Time).unwrap();
    assert_eq!(reasons(&report), [("a", Action::Downloaded, Reason::Time)]);
    assert_eq!(local(&to.0), local(&from.0));
}

#[test]
fn one_file_is_compared_too() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let to = TempDir::new();
    let file = upload(&workspace, "a", b"there").unwrap();
    let download = |existing, compare| {
        let options = DownloadOptions {
            existing,
            compare,
            ..DownloadOptions::default()
        };
        let sink = Sink::Path(to.join("a"));
        workspace.download(&mut (), &file.file_id, sink, &options)
    };
    let skip = |compare| download(Existing::Skip, compare);
    assert!(!skip(Compare::Content).unwrap().skipped);
    assert!(skip(Compare::Content).unwrap().skipped);
    fs::write(to.join("a"), b"other").unwrap();
    assert!(skip(Compare::Size).unwrap().skipped);
    let error = skip(Compare::Content).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileExists);
    assert!(error.message().contains("another content"), "{error}");
    fs::write(to.join("a"), b"longer").unwrap();
    let error = skip(Compare::Time).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileExists);
    assert_eq!(fs::read(to.join("a")).unwrap(), b"longer");
    for skipped in [false, true] {
        let got = download(Existing::Overwrite, Compare::Content).unwrap();
        assert_eq!(got.skipped, skipped);
    }
    assert_eq!(fs::read(to.join("a")).unwrap(), b"there");
}

/// If the service no longer knows an upload, the library asks whether the file can be downloaded.
#[test]
fn two_requests_find_whether_a_file_is_complete() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, &[("a.txt", b"a"), ("b.txt", b"b")]);
    let whole = send(&workspace, &from.0).unwrap().items;
    // Begun by another machine, which may be still at work.
    let file = json!({"name": "b.txt", "size": 1, "parts": 1});
    let path = format!("/packages/{}/files", workspace.id());
    emulator.admin_json("PUT", &path, &file);
    let refusal = json!({"envelope": {"response": "FAIL", "message": "no such upload"}});
    emulator.fault(json!({"endpoint": "upload_complete", "times": 0, "action": refusal}));
    emulator.forget_requests();
    let report = send(&workspace, &from.0).unwrap();
    for (item, before) in report.items.iter().zip(&whole) {
        assert_eq!(item.action, Action::Skipped);
        assert_eq!(item.file_id, before.file_id);
    }
    assert_eq!(emulator.count("download_urls"), 3);
    assert_eq!(
        emulator.count("create_file") + emulator.count("delete_file"),
        0
    );
}

/// A temporary file that a killed download has left is not sent.
#[test]
fn temporary_files_of_downloads_are_not_sent() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    let left = ".sendsafely-0123456789abcdef.part";
    plant(
        &from.0,
        &[
            ("a.txt", b"a"),
            (left, b"half"),
            (&format!("Docs/{left}"), b"half"),
            ("b.part", b"b"),
            (".sendsafely-notes.part", b"c"),
        ],
    );
    let report = send(&workspace, &from.0).unwrap();
    let ignored = report.items.iter();
    let ignored = ignored.filter(|item| item.action == Action::Ignored);
    let ignored: BTreeSet<_> = ignored.map(|item| item.path.as_str()).collect();
    assert_eq!(
        ignored,
        BTreeSet::from([left, format!("Docs/{left}").as_str()])
    );
    let held = held(&emulator.only_package());
    let names: Vec<_> = held.keys().map(String::as_str).collect();
    assert_eq!(names, [".sendsafely-notes.part", "a.txt", "b.part"]);
}

/// A killed program leaves incomplete files, which look complete by name and size.
#[test]
fn incomplete_files_of_a_killed_upload_are_sent_again() {
    if is_child() {
        let text = |name: &str| std::env::var(name).unwrap();
        let secret = text("TREE_SECRET").as_str().into();
        let patient = ClientOptions {
            stall_timeout: Duration::from_secs(60),
            ..options()
        };
        let client = Client::new(&text("TREE_URL"), &text("TREE_KEY"), secret, patient).unwrap();
        let keycode = text("TREE_KEYCODE").as_str().into();
        let workspace = Package::open(&client, &mut (), &text("TREE_ID"), keycode).unwrap();
        send(&workspace, Path::new(&text("TREE_FROM"))).unwrap();
        unreachable!("it is killed before");
    }
    // Some parts do not arrive, or the responses with the files' ids are lost.
    for (endpoint, when) in [("part_put", "before"), ("create_file", "after")] {
        let emulator = Emulator::start();
        let workspace = workspace(&emulator.client());
        let (from, to) = (TempDir::new(), TempDir::new());
        plant(&from.0, TREE);
        plant(&from.0, &[("large.bin", &noise(1, 2 * PART))]);
        let silence = json!({"hang_ms": 60_000});
        let rule =
            json!({"endpoint": endpoint, "skip": 2, "times": 0, "when": when, "action": silence});
        emulator.fault(rule);
        let name = "incomplete_files_of_a_killed_upload_are_sent_again";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env("SENDSAFELY_TEST_CHILD", "1")
            .env("TREE_URL", emulator.text("url"))
            .env("TREE_KEY", emulator.of_user(0, "api_key"))
            .env("TREE_SECRET", emulator.of_user(0, "api_secret"))
            .env("TREE_ID", workspace.id())
            .env("TREE_KEYCODE", workspace.keycode().unwrap())
            .env("TREE_FROM", &from.0)
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while emulator.count(endpoint) < 5 {
            assert!(Instant::now() < end, "the other program does nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
        // A file that another program is uploading is left alone, and sent beside it.
        let during = emulator.package(workspace.id())["files"].clone();
        emulator.clear_faults();
        let report = send(&workspace, &from.0).unwrap();
        let left = emulator.package(workspace.id())["files"].clone();
        for file in during.as_array().unwrap() {
            let there = left
                .as_array()
                .unwrap()
                .iter()
                .any(|other| other["id"] == file["id"]);
            assert!(there, "{file} was removed");
        }
        assert!(
            actions(&report)
                .values()
                .any(|action| *action == Action::Uploaded)
        );

        child.kill().unwrap();
        child.wait().unwrap();
        // Another size, so that there is no complete file of it.
        plant(&from.0, &[("later.bin", b"later")]);
        let incomplete = |raw: &Value| {
            let files = raw["files"].as_array().unwrap().iter();
            files.filter(|file| file["complete"] == false).count()
        };
        assert!(incomplete(&emulator.only_package()) > 0);
        let again = Package::open(
            &emulator.client(),
            &mut (),
            workspace.id(),
            workspace.keycode().unwrap().into(),
        )
        .unwrap();
        let before = incomplete(&emulator.only_package());
        emulator.forget_requests();
        // Two programs continue at once, and both try to remove the incomplete files.
        emulator.fault(json!({"endpoint": "delete_file", "action": {"hang_ms": 1500}}));
        std::thread::scope(|scope| {
            let first = scope.spawn(|| send(&again, &from.0).unwrap());
            send(&workspace, &from.0).unwrap();
            first.join().unwrap();
        });
        match endpoint {
            "part_put" => assert_eq!(incomplete(&emulator.only_package()), 0),
            // A file whose creation was not reported may be another program's.
            _ => {
                assert_eq!(incomplete(&emulator.only_package()), before);
                assert_eq!(emulator.count("delete_file"), 0);
                continue;
            }
        }
        receive(&again, &to.0).unwrap();
        assert_eq!(local(&to.0), local(&from.0));
    }
}

/// A creation whose response was lost, or an upload that is under way, has a file without parts beside the whole one.
#[test]
fn a_file_that_is_not_complete_is_no_failure_beside_the_complete_one() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    for _ in 0..3 {
        emulator.lose_response("create_file");
    }
    send(&workspace, &from.0).unwrap();
    let files = emulator.only_package()["files"].as_array().unwrap().len();
    assert_eq!(files, 5 + 3);
    for existing in [Existing::Refuse, Existing::Skip, Existing::Overwrite] {
        let to = TempDir::new();
        let report = receive_existing(&workspace, &to.0, existing).unwrap();
        assert_eq!(local(&to.0), local(&from.0));
        assert_eq!(report.items.len(), files);
        for item in &report.items {
            let incomplete = item.error.as_ref().map(|error| error.kind());
            let is_ignored = item.action == Action::Ignored;
            assert_eq!(incomplete == Some(ErrorKind::FileIncomplete), is_ignored);
        }
        let ignored = report.items.iter().filter(|item| item.error.is_some());
        assert_eq!(ignored.count(), 3);
    }
    // By itself it is a file that cannot be had.
    put_incomplete(&emulator, workspace.id(), "alone.txt");
    let to = TempDir::new();
    let failed = receive(&workspace, &to.0).unwrap_err();
    let item = |path| failed.report.items.iter().find(|item| item.path == path);
    assert_eq!(item("alone.txt").unwrap().action, Action::None);
}

fn put_incomplete(emulator: &Emulator, package: &str, name: &str) {
    let file = json!({"name": name, "size": 1, "parts": 1});
    emulator.admin_json("PUT", &format!("/packages/{package}/files"), &file);
}

/// One directory that the service lists oddly does not make the others unusable.
#[test]
fn a_directory_without_a_name_gets_one() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    send(&workspace, &from.0).unwrap();
    let mut directories = emulator.only_package()["directories"].clone();
    for directory in directories.as_object_mut().unwrap().values_mut() {
        if directory["name"] == "Docs" {
            directory["name"] = "".into();
        }
    }
    let path = format!("/packages/{}", workspace.id());
    emulator.admin_json("POST", &path, &json!({"directories": directories}));
    let to = TempDir::new();
    receive(&workspace, &to.0).unwrap();
    let expected = local(&from.0).into_iter();
    let expected = expected.map(|(path, content)| (path.replace("Docs/", "_/"), content));
    assert_eq!(local(&to.0), expected.collect());
}

#[test]
fn a_package_takes_files_and_no_directories() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, &[("a.txt", b"a"), ("b.txt", b"bb")]);
    let report = send(&package, &from.0).unwrap();
    assert_eq!(report.items.len(), 2);
    upload(&package, "c.txt", b"ccc").unwrap();
    let again = send(&package, &from.0).unwrap();
    assert!(
        again
            .items
            .iter()
            .all(|item| item.action == Action::Skipped)
    );
    fs::create_dir(from.join("Docs")).unwrap();
    emulator.forget_requests();
    let refused = failed(send(&package, &from.0), ErrorKind::OnlyInWorkspace);
    assert_eq!(refused.report.items.len(), 2);
    assert!(refused.report.items.iter().all(|item| item.error.is_some()));
    let into = UploadAllOptions {
        directory_id: Some("D".into()),
        ..UploadAllOptions::default()
    };
    failed(
        package.upload_all(&mut (), &from.0, &into),
        ErrorKind::OnlyInWorkspace,
    );
    failed(
        send(&package, &from.join("missing")),
        ErrorKind::DirectoryNotFound,
    );
    failed(
        send(&package, &from.join("a.txt")),
        ErrorKind::DirectoryNotFound,
    );
    assert_eq!(emulator.requests().len(), 0, "before anything is sent");

    let link = finalize(&package);
    failed(send(&package, &from.0), ErrorKind::AlreadyFinalized);
    let to = TempDir::new();
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    receive(&received, &to.0).unwrap();
    assert_eq!(to.names(), ["a.txt", "b.txt", "c.txt"]);
    let empty = TempDir::new();
    let nothing = Package::create_workspace(&emulator.client(), &mut (), "").unwrap();
    assert_eq!(send(&nothing, &empty.0).unwrap().items.len(), 0);
    assert_eq!(receive(&nothing, &empty.0).unwrap().items.len(), 0);
}

#[test]
fn each_unusable_file_of_a_local_tree_is_reported() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    plant(
        &from.0,
        &[
            ("new\nline.txt", b"x"),
            ("Bad:name/f.txt", b"x"),
            ("secret.txt", b"outside"),
        ],
    );
    symlink(from.join("secret.txt"), from.join("Docs/link.txt")).unwrap();
    symlink("/etc", from.join("etc")).unwrap();
    let fifo = from.join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
    use std::os::unix::ffi::OsStrExt;
    let not_utf8 = from.0.join(std::ffi::OsStr::from_bytes(b"not-\xff-utf8"));
    fs::write(&not_utf8, b"x").unwrap();

    let failed = failed(send(&workspace, &from.0), ErrorKind::MalformedFileName);
    let failed_items = failures(&failed.report);
    assert_eq!(
        failed_items,
        BTreeMap::from([
            ("new\nline.txt", ErrorKind::MalformedFileName),
            ("Bad:name", ErrorKind::MalformedFileName),
            ("not-\u{fffd}-utf8", ErrorKind::MalformedFileName),
            ("Docs/link.txt", ErrorKind::NotAFile),
            ("etc", ErrorKind::NotAFile),
            ("pipe", ErrorKind::NotAFile),
        ])
    );
    for ignored in ["Docs/link.txt", "etc", "pipe"] {
        assert_eq!(actions(&failed.report)[ignored], Action::Ignored);
    }
    assert!(
        failed
            .error
            .message()
            .starts_with("3 of 9 files failed; first: "),
        "{}",
        failed.error
    );
    let held = held(&emulator.only_package());
    assert_eq!(held.len(), 6, "all others arrived: {held:?}");

    // Symbolic links are no failure.
    let linked = TempDir::new();
    symlink(from.join("secret.txt"), linked.join("link")).unwrap();
    let report = send(&workspace, &linked.0).unwrap();
    assert_eq!(
        actions(&report),
        BTreeMap::from([("link", Action::Ignored)])
    );
}

#[test]
fn names_of_a_tree_are_made_safe_on_demand() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(
        &from.0,
        &[
            ("a:b", b"colon"),
            ("a?b", b"question"),
            ("a_b", b"plain"),
            ("2026-01-01T12:30/x:y.txt", b"below"),
        ],
    );
    use std::os::unix::ffi::OsStrExt;
    let not_utf8 = from.0.join(std::ffi::OsStr::from_bytes(b"not-\xff-utf8"));
    fs::write(&not_utf8, b"bytes").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(from.join("host:22")).unwrap();
    let options = UploadAllOptions {
        replace_characters: true,
        ..UploadAllOptions::default()
    };
    let send = || workspace.upload_all(&mut (), &from.0, &options).unwrap();
    let report = send();
    let renamed: BTreeMap<_, _> = report
        .items
        .iter()
        .map(|item| (item.path.as_str(), item.renamed))
        .collect();
    assert_eq!(
        renamed,
        BTreeMap::from([
            ("2026-01-01T12_30/x_y.txt", true),
            ("a_b", false),
            ("a_b (2)", true),
            ("a_b (3)", true),
            ("host:22", false),
            ("not-_-utf8", true),
        ])
    );
    let back = TempDir::new();
    receive(&workspace, &back.0).unwrap();
    let content = local(&back.0);
    assert_eq!(content["a_b"], b"plain");
    assert_eq!(content["a_b (2)"], b"colon");
    assert_eq!(content["2026-01-01T12_30/x_y.txt"], b"below");

    let again = send();
    let mut actions: Vec<_> = again.items.iter().map(|item| item.action).collect();
    actions.sort_by_key(|action| *action as u8);
    actions.dedup();
    assert_eq!(actions, [Action::Skipped, Action::Ignored]);
}

/// Files that vanish, change, or become links after the tree was listed and before they are sent.
#[test]
fn a_tree_that_changes_meanwhile() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(
        &from.0,
        &[
            ("a.txt", b"a"),
            ("b.txt", b"b"),
            ("c.txt", b"c"),
            ("d.txt", b"d"),
        ],
    );
    let base = from.0.clone();
    // The request that lists the root comes after the local listing and before the first file.
    let mut changed = false;
    emulator
        .fault(json!({"endpoint": "get_directory", "when": "after", "action": {"hang_ms": 1000}}));
    let started = Instant::now();
    let mut watch = Watch::stopping(move |_| {
        if !changed && started.elapsed() > Duration::from_millis(400) {
            changed = true;
            fs::remove_file(base.join("a.txt")).unwrap();
            fs::write(base.join("b.txt"), b"longer").unwrap();
            fs::remove_file(base.join("c.txt")).unwrap();
            symlink(base.join("d.txt"), base.join("c.txt")).unwrap();
        }
        false
    });
    let outcome = workspace.upload_all(&mut watch, &from.0, &UploadAllOptions::default());
    let failed = failed(outcome, ErrorKind::FileNotFound);
    assert_eq!(
        failures(&failed.report),
        BTreeMap::from([
            ("a.txt", ErrorKind::FileNotFound),
            ("b.txt", ErrorKind::FileChanged),
            ("c.txt", ErrorKind::NotAFile),
        ])
    );
    assert_eq!(
        failed.error.message().split(": ").next(),
        Some("3 of 4 files failed; first")
    );
    assert_eq!(
        held(&emulator.only_package()),
        BTreeMap::from([("d.txt".to_owned(), (1, 1))])
    );
}

/// In a process of an ordinary user: root may read everything.
#[test]
fn files_without_permission_are_reported() {
    if !is_child() {
        let unprivileged = TempDir::new();
        fs::set_permissions(&unprivileged.0, fs::Permissions::from_mode(0o777)).unwrap();
        let is_root = fs::read_to_string("/proc/self/status")
            .is_ok_and(|status| status.contains("Uid:\t0\t"));
        if is_root {
            let (test, emulator) = (unprivileged.join("test"), unprivileged.join("emulator"));
            fs::copy(std::env::current_exe().unwrap(), &test).unwrap();
            fs::copy(program(), &emulator).unwrap();
            run_child(
                "files_without_permission_are_reported",
                Some(&test),
                |command| {
                    use std::os::unix::process::CommandExt;
                    command
                        .uid(65534)
                        .gid(65534)
                        .current_dir(&unprivileged.0)
                        .env("SENDSAFELY_EMULATOR", emulator);
                },
            );
        } else {
            run_child("files_without_permission_are_reported", None, |_| ());
        }
        return;
    }
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(
        &from.0,
        &[
            ("a.txt", b"a"),
            ("closed.txt", b"x"),
            ("Closed/b.txt", b"x"),
            ("Open/c.txt", b"c"),
        ],
    );
    let mode = |path: &str, mode| {
        fs::set_permissions(from.join(path), fs::Permissions::from_mode(mode)).unwrap()
    };
    mode("closed.txt", 0o000);
    mode("Closed", 0o000);
    let error = failed(send(&workspace, &from.0), ErrorKind::AccessDenied);
    let closed = ErrorKind::AccessDenied;
    assert_eq!(
        failures(&error.report),
        BTreeMap::from([("closed.txt", closed), ("Closed", closed)])
    );
    assert_eq!(held(&emulator.only_package()).len(), 2);
    mode("Closed", 0o755);

    let to = TempDir::new();
    fs::create_dir(to.join("Open")).unwrap();
    fs::set_permissions(to.join("Open"), fs::Permissions::from_mode(0o555)).unwrap();
    let error = failed(receive(&workspace, &to.0), ErrorKind::AccessDenied);
    assert_eq!(
        failures(&error.report),
        BTreeMap::from([("Open/c.txt", closed)])
    );
    assert_eq!(actions(&error.report)["a.txt"], Action::Downloaded);
    fs::set_permissions(to.join("Open"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn names_from_the_server_stay_in_the_tree() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    emulator.settings(json!({"forbidden_name_characters": ""}));
    let part = emulator.admin(
        "GET",
        &format!(
            "/files/{}/parts/1",
            upload(&workspace, "x", b"x").unwrap().file_id
        ),
        b"",
    );
    let raw_directory = |parent: Option<&str>, name: &str| -> String {
        let root = emulator.only_package()["root_directory_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!(
            "/package/{}/directory/{}/subdirectory/",
            workspace.id(),
            parent.unwrap_or(&root)
        );
        let body = json!({"directoryName": name}).to_string();
        let response = emulator
            .client()
            .request(&mut (), "PUT", &path, Some(&body))
            .unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        response["directoryId"].as_str().unwrap().to_owned()
    };
    let put = |directory: &str, name: &str| {
        let file = json!({"name": name, "size": 1, "parts": 1, "directory_id": directory});
        let file =
            emulator.admin_json("PUT", &format!("/packages/{}/files", workspace.id()), &file);
        emulator.admin(
            "PUT",
            &format!("/files/{}/parts/1", file["file_id"].as_str().unwrap()),
            &part,
        );
    };
    for name in ["..", "../../escape", "Docs", "DOCS", "con", "a:b"] {
        put(&raw_directory(None, name), "f");
    }
    let docs = raw_directory(None, "docs");
    for name in ["../f", "same", "SAME", "Same", "nul.txt", "..", "x/y"] {
        put(&docs, name);
    }
    put(&raw_directory(Some(&docs), "same"), "f");
    let outer = TempDir::new();
    let inner = outer.join("inner");
    fs::create_dir(&inner).unwrap();
    let report = receive(&workspace, &inner).unwrap();
    assert_eq!(outer.names(), ["inner"]);
    assert_eq!(
        local(&inner)
            .values()
            .filter(|data| data.as_slice() == b"x")
            .count(),
        15
    );
    for item in &report.items {
        let place = item
            .local_path
            .as_ref()
            .unwrap()
            .strip_prefix(&inner)
            .unwrap()
            .to_str()
            .unwrap();
        assert_eq!(item.renamed, place != item.path, "{item:?}");
    }
    let of = |path: &str| report.items.iter().find(|item| item.path == path).unwrap();
    assert!(of("../../escape/f").renamed && !of("Docs/f").renamed && !of("DOCS/f").renamed);
    assert_nothing_to_do(&emulator, &workspace, &inner);
}

/// Neither an upload nor a download of this tree transfers a file, or creates a file or directory on either side.
fn assert_nothing_to_do(emulator: &Emulator, workspace: &Package, directory: &Path) {
    let (here, there) = (local(directory), held(&emulator.only_package()));
    emulator.forget_requests();
    for report in [
        send(workspace, directory).unwrap(),
        receive_existing(workspace, directory, Existing::Skip).unwrap(),
        send(workspace, directory).unwrap(),
    ] {
        let other: Vec<_> = report
            .items
            .iter()
            .filter(|item| item.action != Action::Skipped)
            .collect();
        assert!(other.is_empty(), "{other:?}");
    }
    for request in ["create_file", "create_directory", "part_put"] {
        assert_eq!(emulator.count(request), 0, "{request}");
    }
    // Where names do not show which file it is, the content was compared, and is known from then on.
    emulator.forget_requests();
    receive_existing(workspace, directory, Existing::Skip).unwrap();
    send(workspace, directory).unwrap();
    assert_eq!(emulator.count("part_get"), 0);
    assert_eq!(local(directory), here);
    assert_eq!(held(&emulator.only_package()), there);
}

#[test]
fn names_that_the_service_changed_are_recognized() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    emulator.settings(json!({"forbidden_name_characters": ""}));
    let from = TempDir::new();
    let names = [
        ("composed/\u{e9}", "e\u{301}"),
        ("decomposed/e\u{301}", "\u{e9}"),
        ("replaced here/a_b", "a:b"),
        ("both/e\u{301}_ (2)", "\u{e9}? (2)"),
        ("device/_con", "con"),
        ("same/Name", "Name"),
    ];
    for (path, _) in names {
        let data: &[u8] = path.as_bytes();
        plant(
            &from.0,
            &[
                (&format!("{path}.txt"), data),
                (&format!("{path}/in"), data),
            ],
        );
    }
    // Both forms are there already.
    plant(
        &from.0,
        &[
            ("two/\u{e9}", b"1"),
            ("two/e\u{301}", b"2"),
            ("two/E\u{301}", b"3"),
        ],
    );
    send(&workspace, &from.0).unwrap();
    let rename = |list: &str, method: &str, path: &str, member: &str| {
        let package = emulator.only_package();
        let all: Vec<Value> = match &package[list] {
            Value::Array(files) => files.clone(),
            Value::Object(directories) => directories.values().cloned().collect(),
            _ => Vec::new(),
        };
        for (local, new) in names {
            let (_, old) = local.split_once('/').unwrap();
            for entry in &all {
                let ending = if list == "files" { ".txt" } else { "" };
                if entry["name"] == format!("{old}{ending}") {
                    let id = entry["id"].as_str().unwrap();
                    let path = format!("/package/{}/{path}/{id}/", workspace.id());
                    let body = json!({member: format!("{new}{ending}")}).to_string();
                    emulator
                        .client()
                        .request(&mut (), method, &path, Some(&body))
                        .unwrap();
                }
            }
        }
    };
    rename("files", "PATCH", "file", "fileName");
    rename("directories", "POST", "directory", "directoryName");
    let held = held(&emulator.only_package());
    assert!(held.contains_key("both/\u{e9}? (2)/in"), "{held:?}");
    assert!(held.contains_key("replaced here/a:b.txt"), "{held:?}");
    assert_nothing_to_do(&emulator, &workspace, &from.0);

    // A further version goes to the same file.
    fs::write(from.join("replaced here/a_b.txt"), b"longer than before").unwrap();
    let report = send(&workspace, &from.0).unwrap();
    let sent: Vec<_> = report
        .items
        .iter()
        .filter(|item| item.action == Action::Uploaded)
        .collect();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].renamed && sent[0].path == "replaced here/a:b.txt",
        "{sent:?}"
    );
    let held = self::held(&emulator.only_package());
    assert_eq!(held["replaced here/a:b.txt"], (18, 2));

    let to = TempDir::new();
    receive(&workspace, &to.0).unwrap();
    assert_nothing_to_do(&emulator, &workspace, &to.0);
}

#[test]
fn names_that_an_upload_made_safe_are_recognized() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(
        &from.0,
        &[
            ("12:30/a:b", b"1"),
            ("12:30/a?b", b"2"),
            ("12:30/a_b", b"3"),
        ],
    );
    let options = UploadAllOptions {
        replace_characters: true,
        ..UploadAllOptions::default()
    };
    let before = local(&from.0);
    for action in [Action::Uploaded, Action::Skipped] {
        let report = workspace.upload_all(&mut (), &from.0, &options).unwrap();
        assert!(
            report
                .items
                .iter()
                .all(|item| item.action == action && item.renamed)
        );
        let report = receive_by(&workspace, &from.0, Existing::Skip, Compare::Content).unwrap();
        assert_eq!(reasons(&report), []);
        assert_eq!(local(&from.0), before);
    }
    let to = TempDir::new();
    receive(&workspace, &to.0).unwrap();
    assert_nothing_to_do(&emulator, &workspace, &to.0);
}

/// A local file or directory whose name becomes the name on the service if its characters are replaced is another one,
/// unless it has the same content.
#[test]
fn files_with_similar_names_are_not_overwritten() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let (from, to) = (TempDir::new(), TempDir::new());
    let remote: &[u8] = b"remote";
    plant(&from.0, &[("a_b.txt", remote), ("d_1/in", remote)]);
    plant(&from.0, &[("same_.txt", remote), ("d_1/same", remote)]);
    send(&workspace, &from.0).unwrap();
    let own: &[u8] = b"mine!!";
    let tree = [
        ("a?b.txt", own),
        ("d?1/in", own),
        ("same?.txt", remote),
        ("d?1/same", remote),
    ];
    plant(&to.0, &tree);
    let mut expected = local(&to.0);
    expected.extend([
        ("a_b.txt".into(), remote.into()),
        ("d?1/in (2)".into(), remote.into()),
    ]);
    for existing in [Existing::Skip, Existing::Overwrite, Existing::Overwrite] {
        receive_existing(&workspace, &to.0, existing).unwrap();
        assert_eq!(local(&to.0), expected, "{existing:?}");
    }
    // A number shows no more: the second file of a name does not replace the local one with its number.
    emulator.settings(json!({"forbidden_name_characters": ""}));
    let two = TempDir::new();
    let package = self::workspace(&emulator.client());
    for (name, data) in [("x:y", b"first"), ("x?y", b"other")] {
        let file = upload(&package, "x", data).unwrap();
        let path = format!("/package/{}/file/{}/", package.id(), file.file_id);
        let body = json!({"fileName": name}).to_string();
        let client = emulator.client();
        client
            .request(&mut (), "PATCH", &path, Some(&body))
            .unwrap();
    }
    plant(&two.0, &[("x_y (2)", b"mine!")]);
    for _ in 0..2 {
        receive_existing(&package, &two.0, Existing::Overwrite).unwrap();
        let found = local(&two.0);
        assert_eq!(found["x_y (2)"], b"mine!");
        assert_eq!(found.len(), 3, "{found:?}");
    }
}

/// When the files with similar names are others than before, none goes over another one.
#[test]
fn names_that_were_made_safe_stay_with_their_files() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, &[("a:b.txt", b"colon"), ("a?b.txt", b"quest")]);
    plant(&from.0, &[("d:1/in", b"colon"), ("d?1/in", b"quest")]);
    let options = UploadAllOptions {
        replace_characters: true,
        ..UploadAllOptions::default()
    };
    let sent = || {
        let report = workspace.upload_all(&mut (), &from.0, &options).unwrap();
        let sent = (report.items.into_iter()).filter(|item| item.action == Action::Uploaded);
        sent.map(|item| item.path).collect::<Vec<_>>()
    };
    assert_eq!(sent().len(), 4);
    let first = held(&emulator.only_package());
    assert_eq!(sent().len(), 0);
    fs::remove_file(from.join("a:b.txt")).unwrap();
    fs::remove_dir_all(from.join("d:1")).unwrap();
    // The directory cannot show that it is another one; its file can.
    assert_eq!(sent(), ["d_1/in (2)"]);
    assert_eq!(sent().len(), 0);
    fs::write(from.join("a?b.txt"), b"quest, edited").unwrap();
    assert_eq!(sent(), ["a_b (3).txt"]);
    assert_eq!(sent().len(), 0);
    let now = held(&emulator.only_package());
    assert!(
        first.iter().all(|(path, file)| now[path] == *file),
        "{now:?}"
    );
    assert_eq!(now.len(), first.len() + 2);
}

/// Where a size is not known, the content decides.
#[test]
fn files_of_unknown_size_are_compared_by_content() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, &[("a", b"the whole file")]);
    send(&package, &from.0).unwrap();
    let id = emulator.only_package()["files"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let unknown = json!({"files": [{"fileId": id, "fileName": "a"}]});
    emulator.fault(json!({"endpoint": "package_information", "times": 0,
        "action": {"replace_json": unknown}}));
    assert_eq!(reasons(&send(&package, &from.0).unwrap()), []);
    plant(&to.0, &[("a", b"the whole")]);
    let kept = failed(
        receive_existing(&package, &to.0, Existing::Skip),
        ErrorKind::FileExists,
    );
    assert_eq!(
        reasons(&kept.report),
        [("a", Action::None, Reason::Content)]
    );
    let report = receive_by(&package, &to.0, Existing::Overwrite, Compare::Time).unwrap();
    assert_eq!(report.items[0].action, Action::Downloaded);
    let report = receive_existing(&package, &to.0, Existing::Skip).unwrap();
    assert_eq!(report.items[0].action, Action::Skipped);
}

/// The size of a file of /proc is only found by reading it.
#[cfg(target_os = "linux")]
#[test]
fn files_that_do_not_say_their_size_are_compared_by_content() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    let tree = Path::new("/proc/sys/fs/inotify");
    let sent = send(&package, tree).unwrap();
    assert!(
        sent.items
            .iter()
            .any(|item| item.action == Action::Uploaded)
    );
    assert_eq!(reasons(&send(&package, tree).unwrap()), []);
}

#[test]
fn names_that_are_too_long_keep_their_extension() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let part = emulator.admin(
        "GET",
        &format!(
            "/files/{}/parts/1",
            upload(&workspace, "x", b"x").unwrap().file_id
        ),
        b"",
    );
    let root = emulator.only_package()["root_directory_id"].clone();
    let long = "ü".repeat(200);
    for name in [
        format!("{long}a.pdf"),
        format!("{long}b.pdf"),
        format!("{long}a"),
    ] {
        let file = json!({"name": name, "size": 1, "parts": 1, "directory_id": root});
        let file =
            emulator.admin_json("PUT", &format!("/packages/{}/files", workspace.id()), &file);
        let path = format!("/files/{}/parts/1", file["file_id"].as_str().unwrap());
        emulator.admin("PUT", &path, &part);
    }
    let to = TempDir::new();
    let report = receive(&workspace, &to.0).unwrap();
    let renamed: Vec<_> = report.items.iter().filter(|item| item.renamed).collect();
    assert_eq!(renamed.len(), 3);
    for item in renamed {
        let extension = item.local_path.as_ref().unwrap().extension();
        let is_pdf = extension.is_some_and(|extension| extension == "pdf");
        assert_eq!(is_pdf, item.path.ends_with(".pdf"), "{item:?}");
    }
    assert_nothing_to_do(&emulator, &workspace, &to.0);
}

#[test]
fn links_and_files_in_the_way_are_not_followed() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    send(&workspace, &from.0).unwrap();
    let (to, outside) = (TempDir::new(), TempDir::new());
    symlink(&outside.0, to.join("Docs")).unwrap();
    to.file("Nothing", b"in the way");
    symlink(outside.join("a.txt"), to.join("a.txt")).unwrap();
    for existing in [Existing::Skip, Existing::Overwrite] {
        let error = failed(
            receive_existing(&workspace, &to.0, existing),
            ErrorKind::FileExists,
        );
        assert_eq!(
            failures(&error.report)["Docs/Old/Older/Größe.txt"],
            ErrorKind::FileExists
        );
        assert_eq!(outside.names(), [""; 0], "{existing:?}");
    }
    assert_eq!(
        fs::read(to.join("a.txt")).unwrap(),
        b"a",
        "the link was replaced, not followed"
    );
}

#[test]
fn refusals_of_one_file_do_not_end_the_others() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    from.file("blocked.exe", b"x");
    emulator.settings(json!({"blocked_extensions": ["exe"]}));
    let error = failed(send(&workspace, &from.0), ErrorKind::InvalidFileExtension);
    assert!(
        error
            .error
            .message()
            .starts_with("1 of 6 files failed; first: blocked.exe: "),
        "{}",
        error.error
    );
    assert_eq!(error.error.server_code(), Some("INVALID_FILE_EXTENSION"));
    assert_eq!(held(&emulator.only_package()).len(), 5);
    fs::remove_file(from.join("blocked.exe")).unwrap();

    // In every step of a file; a created file is removed again.
    for (endpoint, code, kind) in [
        ("create_file", "LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
        ("upload_urls", "DENIED", ErrorKind::Denied),
        ("upload_complete", "FAIL", ErrorKind::Refused),
    ] {
        let other = Package::create_workspace(&emulator.client(), &mut (), "").unwrap();
        emulator.refuse_once(endpoint, code);
        let error = failed(send(&other, &from.0), kind);
        assert_eq!(failures(&error.report).len(), 1, "{endpoint}");
        assert_eq!(held(&emulator.package(other.id())).len(), 4, "{endpoint}");
        send(&other, &from.0).unwrap();
        assert_eq!(held(&emulator.package(other.id())).len(), 5, "{endpoint}");
    }
    // If a directory cannot be created, everything in it fails, and nothing else.
    let other = Package::create_workspace(&emulator.client(), &mut (), "").unwrap();
    let refusal = json!({"response": "DENIED", "message": "no"});
    emulator.fault(
        json!({"endpoint": "create_directory", "times": 0, "action": {"envelope": refusal}}),
    );
    let error = failed(send(&other, &from.0), ErrorKind::Denied);
    let failed_items: Vec<_> = failures(&error.report)
        .into_keys()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        failed_items,
        [
            "Docs/Old/Older/Größe.txt",
            "Docs/Old/c.txt",
            "Docs/b.txt",
            "Nothing"
        ]
    );
    assert_eq!(held(&emulator.package(other.id())).len(), 2);
    emulator.clear_faults();
    // The same for a directory that cannot be listed, when sending and receiving.
    plant(
        &from.0,
        &[
            ("Docs/Old/new.txt", b"new"),
            ("Docs/new.txt", b"new"),
            ("new.txt", b"new"),
        ],
    );
    let listed = workspace
        .directory(&mut (), None, &DirectoryOptions::default())
        .unwrap();
    let docs = listed
        .directories
        .iter()
        .find(|below| below.name == "Docs")
        .unwrap();
    let docs = format!("/directory/{}/", docs.directory_id);
    let closed = json!({"endpoint": "get_directory", "path_contains": docs, "times": 0, "action": {"envelope": {"response": "DENIED"}}});
    emulator.fault(closed.clone());
    let error = failed(send(&workspace, &from.0), ErrorKind::Denied);
    let failed_items: Vec<_> = failures(&error.report)
        .into_keys()
        .map(str::to_owned)
        .collect();
    let below = [
        "Docs/Old/Older/Größe.txt",
        "Docs/Old/c.txt",
        "Docs/Old/new.txt",
        "Docs/b.txt",
        "Docs/new.txt",
    ];
    assert_eq!(failed_items, below);
    assert_eq!(
        held(&emulator.package(workspace.id())).len(),
        6,
        "new.txt arrived"
    );
    let to = TempDir::new();
    let error = failed(receive(&workspace, &to.0), ErrorKind::Denied);
    assert_eq!(
        failures(&error.report),
        BTreeMap::from([("Docs", ErrorKind::Denied)])
    );
    assert_eq!(to.names(), ["Nothing", "a.txt", "empty.bin", "new.txt"]);
    emulator.clear_faults();
    send(&workspace, &from.0).unwrap();

    let to = TempDir::new();
    emulator.refuse_once("download_urls", "DENIED");
    let error = failed(receive(&workspace, &to.0), ErrorKind::Denied);
    assert_eq!(failures(&error.report).len(), 1);
    let files = |tree: &TempDir| {
        let paths = local(&tree.0).into_keys();
        paths.filter(|path| !path.ends_with('/')).count()
    };
    assert_eq!(files(&to) + 1, files(&from));
    receive_existing(&workspace, &to.0, Existing::Skip).unwrap();
    assert_eq!(local(&to.0), local(&from.0));
    // A part that stays damaged.
    let fresh = TempDir::new();
    emulator.fault(json!({"endpoint": "part_get", "times": 0, "skip": 4, "action": {"flip_response_byte": -1}}));
    let error = failed(receive(&workspace, &fresh.0), ErrorKind::DecryptFailed);
    assert_eq!(failures(&error.report).len(), files(&from) - 4);
    assert_eq!(files(&fresh), 4);
    assert!(
        local(&fresh.0)
            .keys()
            .all(|name| !name.contains(".sendsafely-"))
    );
}

#[test]
fn failures_that_concern_all_files_end_the_call_with_a_report() {
    let emulator = Emulator::start();
    let brief = ClientOptions {
        retry_window: Duration::from_millis(500),
        ..options()
    };
    let workspace = workspace(&emulator.client_with(brief));
    let from = TempDir::new();
    plant(&from.0, TREE);
    for code in ["AUTHENTICATION_FAILED", "UNKNOWN_PACKAGE"] {
        emulator.fault(json!({"endpoint": "create_file", "skip": 1, "times": 0, "action": {"envelope": {"response": code}}}));
        let error = send(&workspace, &from.0).unwrap_err();
        assert_eq!(error.error.server_code(), Some(code));
        assert_eq!(error.report.items.len(), 5);
        assert!(
            error
                .report
                .items
                .iter()
                .all(|item| item.action != Action::None || item.error.is_some())
        );
        emulator.clear_faults();
    }
    // If the server is down, the retry window is not waited for with every file.
    emulator.fault(json!({"endpoint": "create_file", "times": 0, "action": {"status": 503}}));
    let started = Instant::now();
    let down = failed(send(&workspace, &from.0), ErrorKind::OutcomeUnknown);
    assert_eq!(down.error.http_status(), Some(503));
    assert!(started.elapsed() < Duration::from_secs(5));
    emulator.clear_faults();
    emulator.outage(60_000, &["storage"]);
    let away = send(&workspace, &from.0).unwrap_err();
    emulator.outage(0, &["storage"]);
    // Without storage, parts go through the API server.
    assert!(failures(&away.report).len() <= 5, "{}", away.error);
    emulator.outage(60_000, &["api", "storage"]);
    let down = send(&workspace, &from.0).unwrap_err();
    assert_eq!(down.error.kind(), ErrorKind::Unreachable, "{}", down.error);
    emulator.outage(0, &["api", "storage"]);
    let report = send(&workspace, &from.0).unwrap();
    assert_eq!(report.items.len(), 5);
    // Files that could not be removed during the outage may still be there, beside the complete files.
    let raw = emulator.only_package();
    let files = raw["files"].as_array().unwrap().iter();
    let whole: BTreeSet<_> = files
        .filter(|file| file["complete"] == true)
        .map(|file| format!("{}/{}", file["directory_id"], file["name"]))
        .collect();
    assert_eq!(whole.len(), 5);
    // A wrong password concerns every file.
    let package = package(&emulator.client());
    send(&package, &from.0.join("Docs/Old/Older")).unwrap();
    emulator.admin_json(
        "POST",
        &format!("/packages/{}", package.id()),
        &json!({"password": "secret"}),
    );
    let to = TempDir::new();
    failed(receive(&package, &to.0), ErrorKind::PasswordRequired);
    let options = DownloadOptions {
        password: Some("secret".into()),
        ..DownloadOptions::default()
    };
    package.download_all(&mut (), &to.0, &options).unwrap();
    assert_eq!(to.names(), ["Größe.txt"]);
}

#[test]
fn lost_responses_leave_every_file_once() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    plant(&from.0, TREE);
    for endpoint in [
        "create_directory",
        "create_file",
        "upload_urls",
        "part_put",
        "upload_complete",
        "get_directory",
    ] {
        for skip in [0, 1] {
            emulator.fault(json!({"endpoint": endpoint, "skip": skip, "when": "after", "action": {"close": true}}));
        }
    }
    send(&workspace, &from.0).unwrap();
    let raw = emulator.only_package();
    let (whole, left): (Vec<_>, Vec<_>) = raw["files"]
        .as_array()
        .unwrap()
        .iter()
        .partition(|file| file["complete"] == true);
    // Two were created twice, and no file is deleted that may be another program's.
    assert_eq!((whole.len(), left.len()), (5, 2));
    assert_eq!(emulator.count("delete_file"), 0);
    for file in left {
        let (id, directory) = (file["id"].as_str().unwrap(), file["directory_id"].as_str());
        workspace.delete_file(&mut (), id, directory).unwrap();
    }
    let raw = emulator.only_package();
    assert_eq!(
        raw["directories"].as_object().unwrap().len(),
        4,
        "nor a directory"
    );
    assert!(held(&raw).values().all(|(_, version)| *version == 1));
    for endpoint in ["download_urls", "part_get", "get_directory"] {
        emulator.fault(
            json!({"endpoint": endpoint, "skip": 1, "when": "after", "action": {"close": true}}),
        );
    }
    let to = TempDir::new();
    receive(&workspace, &to.0).unwrap();
    assert_eq!(local(&to.0), local(&from.0));
}

#[test]
fn a_stop_leaves_nothing_half_done() {
    let emulator = Emulator::start();
    let from = TempDir::new();
    for number in 0..40 {
        from.file(&format!("{number:02}.bin"), &noise(number, 2 * PART));
    }
    let whole = workspace(&emulator.client());
    send(&whole, &from.0).unwrap();
    for silence in [
        json!({"hang_ms": 60_000}),
        json!({"bytes_per_second": 10_000}),
    ] {
        let stopped = |watch: &Watch, failed: &TreeError| {
            assert_eq!(failed.error.kind(), ErrorKind::Stopped);
            let took = watch.stopped.unwrap().elapsed();
            assert!(took < Duration::from_secs(2), "{took:?}");
            watch.assert_monotone();
            assert_eq!(failed.report.items.len(), 40);
            let done = failed
                .report
                .items
                .iter()
                .filter(|item| item.error.is_none())
                .count();
            assert!((1..40).contains(&done), "{done} were done before");
        };
        let workspace = workspace(&emulator.client());
        emulator.fault(json!({"endpoint": "part_put", "skip": 20, "times": 0, "action": silence}));
        let mut watch = Watch::stopping_after(Duration::from_millis(1500));
        let failed = workspace
            .upload_all(&mut watch, &from.0, &UploadAllOptions::default())
            .unwrap_err();
        stopped(&watch, &failed);
        emulator.clear_faults();
        let end = Instant::now() + Duration::from_secs(10);
        let files = || {
            emulator.package(workspace.id())["files"]
                .as_array()
                .unwrap()
                .clone()
        };
        while files().iter().any(|file| file["complete"] == false) {
            assert!(
                Instant::now() < end,
                "an incomplete file stays: {:?}",
                files()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        let report = send(&workspace, &from.0).unwrap();
        assert!(
            report
                .items
                .iter()
                .any(|item| item.action == Action::Skipped)
        );
        assert_eq!(held(&emulator.package(workspace.id())).len(), 40);

        let to = TempDir::new();
        emulator.fault(json!({"endpoint": "part_get", "skip": 20, "times": 0, "action": silence}));
        let mut watch = Watch::stopping_after(Duration::from_millis(1500));
        let failed = whole
            .download_all(&mut watch, &to.0, &DownloadOptions::default())
            .unwrap_err();
        stopped(&watch, &failed);
        emulator.clear_faults();
        assert!(
            to.names().iter().all(|name| name.ends_with(".bin")),
            "{:?}",
            to.names()
        );
        receive_existing(&whole, &to.0, Existing::Skip).unwrap();
        assert!(local(&to.0) == local(&from.0));
    }
}

#[test]
fn copied_files_are_received_with_their_own_keys() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let source = package(&client);
    let workspace = workspace(&client);
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    let from = TempDir::new();
    for (number, parts) in [1, 2, 6].into_iter().enumerate() {
        let name = format!("copied {number}.bin");
        let data = noise(number as u64, parts * PART);
        from.file(&name, &data);
        let file = upload(&source, &name, &data).unwrap();
        source
            .copy_file(&mut (), &file.file_id, &workspace, Some(&docs))
            .unwrap();
    }
    for name in ["plain 1.txt", "plain 2.txt"] {
        from.file(name, name.as_bytes());
        let options = UploadOptions {
            directory_id: Some(docs.clone()),
            ..UploadOptions::default()
        };
        workspace
            .upload(&mut (), Source::Path(from.join(name)), &options)
            .unwrap();
    }
    emulator.forget_requests();
    let to = TempDir::new();
    let mut watch = Watch::new();
    workspace
        .download_all(&mut watch, &to.0, &DownloadOptions::default())
        .unwrap();
    watch.assert_ends_at(9 * PART + 22);
    assert!(local(&to.join("Docs")) == local(&from.0));
    assert_eq!(
        emulator.count("file_information"),
        3,
        "only those that were copied in are asked about"
    );
}

#[test]
fn the_service_is_asked_once_for_the_key_of_a_copied_file() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let source = package(&client);
    let workspace = workspace(&client);
    let file = upload(&source, "copied.bin", &noise(1, 6 * PART)).unwrap();
    source
        .copy_file(&mut (), &file.file_id, &workspace, None)
        .unwrap();
    let refusal = json!({"response": "FAIL", "message": "not now"});
    emulator.fault(json!({"endpoint": "file_information", "action": {"envelope": refusal}}));
    emulator.forget_requests();
    let to = TempDir::new();
    let result = workspace.download_all(&mut (), &to.0, &DownloadOptions::default());
    refused(result, ErrorKind::DecryptFailed);
    assert_eq!(emulator.count("file_information"), 1);
}

/// The requests that the protocol needs, and hardly any others.
#[test]
fn many_small_files_take_no_more_requests_than_they_need() {
    let (directories, files): (usize, usize) = (200, 2000);
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let from = TempDir::new();
    for number in 0..files {
        let directory = number % directories;
        let path = match directory {
            0..10 => format!("{directory}"),
            _ => format!("{}/{directory}", directory % 10),
        };
        plant(
            &from.0,
            &[(
                &format!("{path}/{number}.txt"),
                format!("file {number}").as_bytes(),
            )],
        );
    }
    emulator.forget_requests();
    let started = Instant::now();
    send(&workspace, &from.0).unwrap();
    let (up, took_up) = (emulator.requests().len(), started.elapsed());
    // One listing of the root; the other directories are new.
    let needed = directories + 4 * files + 1;
    println!(
        "up: {up} requests for {files} files in {directories} directories, {needed} needed, {took_up:.1?}"
    );
    assert!(
        up * 10 <= needed * 11,
        "{up} requests where {needed} are needed"
    );
    assert_eq!(held(&emulator.only_package()).len(), files);

    emulator.forget_requests();
    let started = Instant::now();
    let to = TempDir::new();
    receive(&workspace, &to.0).unwrap();
    let (down, took_down) = (emulator.requests().len(), started.elapsed());
    let needed = directories + 1 + 2 * files;
    println!("down: {down} requests, {needed} needed, {took_down:.1?}");
    assert!(
        down * 10 <= needed * 11,
        "{down} requests where {needed} are needed"
    );
    assert!(local(&to.0) == local(&from.0));
    // Files are received at once: more than one part is requested before the first response.
    emulator.fault(json!({"endpoint": "part_get", "times": 0, "action": {"hang_ms": 60_000}}));
    emulator.forget_requests();
    let other = TempDir::new();
    // A busy machine may take long to list the directories.
    let mut transferring = None;
    let mut watch = Watch::stopping(move |progress| {
        progress.phase == Phase::Transferring
            && transferring.get_or_insert_with(Instant::now).elapsed() > Duration::from_secs(2)
    });
    workspace
        .download_all(&mut watch, &other.0, &DownloadOptions::default())
        .unwrap_err();
    assert_eq!(emulator.count("part_get"), 4);
}

/// Large files that are transferred at once share one budget. Measured in a process of its own.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat_however_large_the_files_are() {
    if !is_child() {
        return run_child(
            "memory_stays_flat_however_large_the_files_are",
            None,
            |_| (),
        );
    }
    let peak = || {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<usize>()
            .unwrap()
            / 1024
    };
    let emulator = Emulator::start();
    let defaults = ClientOptions::default();
    let workspace = workspace(&emulator.client_with(defaults));
    let (from, to) = (TempDir::new(), TempDir::new());
    for number in 0..6 {
        // Sparse files of 48 MiB each.
        let file = fs::File::create(from.join(&format!("{number}.bin"))).unwrap();
        file.set_len(48 << 20).unwrap();
    }
    for number in 0..20 {
        let file = fs::File::create(from.join(&format!("small {number}.bin"))).unwrap();
        file.set_len(2 << 20).unwrap();
    }
    send(&workspace, &from.0).unwrap();
    receive(&workspace, &to.0).unwrap();
    assert_eq!(to.names(), from.names());
    let peak = peak();
    println!("peak: {peak} MiB");
    assert!(peak < 80, "{peak} MiB for 328 MiB of files");
}

#[test]
fn a_stop_is_quick_in_every_step() {
    let emulator = Emulator::start();
    let from = TempDir::new();
    plant(&from.0, TREE);
    let whole = workspace(&emulator.client());
    send(&whole, &from.0).unwrap();
    let quick = |what: &str, watch: &Watch, outcome: Outcome| {
        failed(outcome, ErrorKind::Stopped);
        let took = watch.stopped.unwrap().elapsed();
        assert!(took < Duration::from_secs(2), "{what}: {took:?}");
    };
    for endpoint in [
        "get_directory",
        "create_directory",
        "create_file",
        "upload_urls",
        "upload_complete",
    ] {
        let workspace = workspace(&emulator.client());
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 60_000}}));
        let mut watch = Watch::stopping_after(Duration::from_millis(400));
        let outcome = workspace.upload_all(&mut watch, &from.0, &UploadAllOptions::default());
        quick(endpoint, &watch, outcome);
        emulator.clear_faults();
    }
    for endpoint in ["get_directory", "download_urls", "part_get"] {
        let to = TempDir::new();
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 60_000}}));
        let mut watch = Watch::stopping_after(Duration::from_millis(400));
        let outcome = whole.download_all(&mut watch, &to.0, &DownloadOptions::default());
        quick(endpoint, &watch, outcome);
        assert!(
            local(&to.0).keys().all(|path| path.ends_with('/')),
            "{endpoint}"
        );
        emulator.clear_faults();
    }
}

#[test]
fn trees_go_through_the_api_server_too() {
    let emulator = Emulator::start();
    let through_api = ClientOptions {
        force_api_route: true,
        ..options()
    };
    let workspace = workspace(&emulator.client_with(through_api));
    let (from, to) = (TempDir::new(), TempDir::new());
    plant(&from.0, TREE);
    from.file("large.bin", &noise(3, 3 * PART));
    send(&workspace, &from.0).unwrap();
    receive(&workspace, &to.0).unwrap();
    assert!(local(&to.0) == local(&from.0));
    assert_eq!(held(&emulator.only_package()).len(), 6);
    assert_eq!(emulator.count("part_put") + emulator.count("part_get"), 0);
}
