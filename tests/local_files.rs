//! Local files. The source of an upload: sizes that are not true, growth, names. The target of a download: modes, links,
//! special files, and a disk that fails when the file is closed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use sendsafely::{
    Action, Client, Download, DownloadOptions, ErrorKind, Existing, File, Package, Result, Sink,
    Source, UploadAllOptions, UploadOptions,
};
use support::*;

const PART: usize = 1 << 20;

fn to(package: &Package, file: &File, target: &Path, existing: Existing) -> Result<Download> {
    let options = DownloadOptions {
        existing,
        ..DownloadOptions::default()
    };
    package.download(
        &mut (),
        &file.file_id,
        Sink::Path(target.to_owned()),
        &options,
    )
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs a test in a process with that umask.
#[track_caller]
fn with_umask(umask: &str, test: &str) {
    let directory = TempDir::new();
    let this = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\numask {umask}\nexec '{}' \"$@\"\n",
        this.display()
    );
    let script = directory.file("with_umask.sh", script.as_bytes());
    set_mode(&script, 0o755);
    run_child(test, Some(&script), |_| ());
}

fn send(package: &Package, path: &Path, options: &UploadOptions) -> Result<File> {
    package.upload(&mut (), Source::Path(path.to_owned()), options)
}

/// Files of `/proc` say that they are empty, those of `/sys` that they have a page.
#[cfg(target_os = "linux")]
#[test]
fn what_can_be_read_of_a_file_is_sent_whatever_its_size_says() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    for path in ["/proc/version", "/sys/class/net/lo/mtu"] {
        let content = fs::read(path).unwrap();
        assert_ne!(content.len() as u64, fs::metadata(path).unwrap().len());
        let file = send(&package, Path::new(path), &UploadOptions::default()).unwrap();
        assert_eq!(file.size, Some(content.len() as u64), "{path}");
        assert_eq!(
            download(&package, &file.file_id).unwrap(),
            content,
            "{path}"
        );
    }
    let directory = TempDir::new();
    let sparse = fs::File::create(directory.join("sparse")).unwrap();
    sparse.set_len(3 * PART as u64).unwrap();
    let empty = directory.file("empty", b"");
    for (path, size) in [(directory.join("sparse"), 3 * PART), (empty, 0)] {
        let file = send(&package, &path, &UploadOptions::default()).unwrap();
        assert_eq!(download(&package, &file.file_id).unwrap(), vec![0; size]);
    }

    let tree = Path::new("/proc/sys/fs/inotify");
    let other = support::package(&emulator.client());
    let mut watch = Watch::new();
    let report = other
        .upload_all(&mut watch, tree, &UploadAllOptions::default())
        .unwrap();
    let mut total = 0;
    for item in &report.items {
        let content = fs::read(tree.join(&item.path)).unwrap();
        assert_eq!(item.size, content.len() as u64, "{}", item.path);
        total += content.len();
    }
    assert!(total > 0);
    watch.assert_ends_at(total);
    let back = TempDir::new();
    other
        .download_all(&mut (), &back.0, &DownloadOptions::default())
        .unwrap();
    for item in &report.items {
        let content = fs::read(tree.join(&item.path)).unwrap();
        assert_eq!(fs::read(back.join(&item.path)).unwrap(), content);
    }
}

#[test]
fn a_file_that_grows_is_sent_as_it_was_at_the_start() {
    let emulator = Emulator::start();
    emulator
        .fault(serde_json::json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 100}}));
    let content = noise(1, 24 * support::PART + 5);
    let directory = TempDir::new();
    let path = directory.file("app.log", &content);
    let changing = |change: fn(&Path), path: &Path| {
        fs::write(path, noise(1, 24 * support::PART + 5)).unwrap();
        let (path, mut changed) = (path.to_owned(), false);
        Watch::stopping(move |progress| {
            if progress.parts_done >= 1 && !changed {
                changed = true;
                change(&path);
            }
            false
        })
    };
    let append: fn(&Path) = |path| {
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"one line more\n").unwrap();
    };
    let shrink: fn(&Path) = |path| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(3).unwrap();
    };
    let package = package(&emulator.client());
    let growing = UploadOptions {
        allow_growth: true,
        ..UploadOptions::default()
    };
    let source = || Source::Path(path.clone());
    let file = package
        .upload(&mut changing(append, &path), source(), &growing)
        .unwrap();
    assert_eq!(download(&package, &file.file_id).unwrap(), content);

    let package = support::package(&emulator.client());
    let default = UploadOptions::default();
    let result = package.upload(&mut changing(append, &path), source(), &default);
    let error = refused(result, ErrorKind::FileChanged);
    let message = error.message();
    assert!(
        message.contains("it grew from 2400005 to 2400019 bytes"),
        "{message}"
    );
    assert!(error.remedy().unwrap().contains("allow_growth"));
    for options in [&growing, &default] {
        let result = package.upload(&mut changing(shrink, &path), source(), options);
        let error = refused(result, ErrorKind::FileChanged);
        assert!(
            error.message().contains("it shrank from 2400005 to 3"),
            "{error}"
        );
    }

    let whole = UploadAllOptions {
        allow_growth: true,
        ..UploadAllOptions::default()
    };
    let package = support::package(&emulator.client());
    let mut watch = changing(append, &path);
    let report = package
        .upload_all(&mut watch, &directory.0, &whole)
        .unwrap();
    assert_eq!(report.items[0].size, content.len() as u64);
}

#[test]
fn names_that_cannot_be_sent() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let directory = TempDir::new();
    let path = directory.file("12:30.pdf", b"minutes");
    let error = refused(
        send(&package, &path, &UploadOptions::default()),
        ErrorKind::MalformedFileName,
    );
    assert!(
        error.message().contains("12:30.pdf: the name has"),
        "{error}"
    );
    assert!(error.remedy().unwrap().contains("replace_characters"));
    let replacing = UploadOptions {
        replace_characters: true,
        ..UploadOptions::default()
    };
    assert_eq!(
        send(&package, &path, &replacing).unwrap().file_name,
        "12_30.pdf"
    );
    let memory = Source::Memory {
        name: "a\tb".into(),
        data: b"x",
    };
    let file = package.upload(&mut (), memory, &replacing).unwrap();
    assert_eq!(file.file_name, "a_b");
}

#[test]
fn a_source_that_is_missing() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let directory = TempDir::new();
    let file = directory.file("a.txt", b"a");
    for (path, kind) in [
        (directory.join("missing"), ErrorKind::FileNotFound),
        (directory.join("missing/a.txt"), ErrorKind::FileNotFound),
        (file.join("below"), ErrorKind::FileNotFound),
    ] {
        let error = refused(send(&package, &path, &UploadOptions::default()), kind);
        assert!(error.message().contains(path.to_str().unwrap()), "{error}");
        assert_eq!(error.remedy(), None, "{error}");
    }
    for (path, what) in [
        (directory.join("missing"), "no such directory"),
        (file.join("below"), "no such directory"),
        (file.clone(), "is not a directory"),
    ] {
        let options = UploadAllOptions::default();
        let error = package
            .upload_all(&mut (), &path, &options)
            .unwrap_err()
            .error;
        assert_eq!(error.kind(), ErrorKind::DirectoryNotFound);
        assert_eq!(error.message(), format!("{}: {what}", path.display()));
        assert_eq!(error.remedy(), Some("name a directory that exists"));
        let error = package
            .download_all(&mut (), &path, &DownloadOptions::default())
            .unwrap_err()
            .error;
        assert_eq!(error.remedy(), Some("create the directory first"));
    }
}

#[test]
fn a_new_file_gets_the_mode_of_any_new_file() {
    if !is_child() {
        return with_umask("027", "a_new_file_gets_the_mode_of_any_new_file");
    }
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", &noise(1, 4 * PART)).unwrap();
    let directory = TempDir::new();
    to(&package, &file, &directory.0, Existing::Refuse).unwrap();
    assert_eq!(mode(&directory.join("a.bin")), 0o640);

    symlink("nowhere", directory.join("link")).unwrap();
    for name in ["other", "link"] {
        to(&package, &file, &directory.join(name), Existing::Overwrite).unwrap();
        assert_eq!(mode(&directory.join(name)), 0o640, "{name}");
    }
    assert_eq!(directory.names(), ["a.bin", "link", "other"]);
    let all = TempDir::new();
    package
        .download_all(&mut (), &all.0, &DownloadOptions::default())
        .unwrap();
    assert_eq!(mode(&all.join("a.bin")), 0o640);

    // While it is written, other users cannot read it.
    emulator.fault(serde_json::json!(
        {"endpoint": "part_get", "times": 0, "action": {"bytes_per_second": PART / 4}}
    ));
    let place = TempDir::new();
    let path = place.0.clone();
    let mut watch = Watch::stopping(move |progress| {
        if progress.bytes_done == 0 || progress.bytes_total.is_none() {
            return false;
        }
        let modes: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| mode(&entry.unwrap().path()))
            .collect();
        assert_eq!(modes, [0o600]);
        true
    });
    let sink = Sink::Path(place.join("a.bin"));
    let result = package.download(&mut watch, &file.file_id, sink, &DownloadOptions::default());
    refused(result, ErrorKind::Stopped);
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_replaced_file_keeps_its_mode() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"new").unwrap();
    let directory = TempDir::new();
    let target = directory.file("a.bin", b"old");
    for kept in [0o604, 0o755, 0o600, 0o666] {
        set_mode(&target, kept);
        to(&package, &file, &target, Existing::Overwrite).unwrap();
        assert_eq!(mode(&target), kept);
    }
    assert_eq!(fs::read(&target).unwrap(), b"new");
    // Set-user-id bits are not kept: a downloaded file must not run with the owner's rights.
    set_mode(&target, 0o6755);
    to(&package, &file, &target, Existing::Overwrite).unwrap();
    assert_eq!(mode(&target), 0o755);

    let options = DownloadOptions {
        existing: Existing::Overwrite,
        sync: true,
        ..DownloadOptions::default()
    };
    set_mode(&target, 0o640);
    // Only root may set any group.
    let group = chown(&target, None, Some(4242)).is_ok().then_some(4242);
    package
        .download_all(&mut (), &directory.0, &options)
        .unwrap();
    assert_eq!(mode(&target), 0o640);
    if let Some(group) = group {
        assert_eq!(fs::metadata(&target).unwrap().gid(), group);
    }
    assert_eq!(directory.names(), ["a.bin"]);
}

#[test]
fn a_link_is_replaced_and_never_followed() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"new").unwrap();
    let directory = TempDir::new();
    let precious = directory.file("precious", b"precious");
    set_mode(&precious, 0o604);
    let target = directory.join("link");
    symlink(&precious, &target).unwrap();
    let ordinary = mode(&directory.file("ordinary", b""));
    to(&package, &file, &target, Existing::Overwrite).unwrap();
    assert!(!target.is_symlink());
    assert_eq!(mode(&target), ordinary, "not that of what the link led to");
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    assert_eq!(mode(&precious), 0o604);
}

#[test]
fn pipes_sockets_and_devices_are_not_replaced() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "pipe", b"new").unwrap();
    let directory = TempDir::new();
    fifo(&directory.join("pipe"));
    let _socket = UnixListener::bind(directory.join("socket")).unwrap();
    // As /dev/stdout is a link to whatever standard output is.
    symlink("/dev/null", directory.join("null")).unwrap();
    symlink("pipe", directory.join("to_pipe")).unwrap();
    let before = directory.names();
    emulator.forget_requests();
    for name in ["pipe", "socket", "null", "to_pipe"] {
        let result = to(&package, &file, &directory.join(name), Existing::Overwrite);
        let error = refused(result, ErrorKind::NotAFile);
        assert!(error.message().contains(name), "{error}");
        assert!(error.remedy().unwrap().contains("callback"));
    }
    let options = DownloadOptions {
        existing: Existing::Overwrite,
        ..DownloadOptions::default()
    };
    let all = package.download_all(&mut (), &directory.0, &options);
    refused(all, ErrorKind::NotAFile);
    assert_eq!(emulator.count("part_get"), 0, "before the first byte");
    assert_eq!(directory.names(), before);
    assert!(
        fs::symlink_metadata(directory.join("pipe"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert!(directory.join("null").is_symlink() && directory.join("to_pipe").is_symlink());
}

#[test]
fn a_pipe_that_appears_meanwhile_is_not_replaced() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", &noise(1, 4 * PART)).unwrap();
    let directory = TempDir::new();
    let target = directory.file("a.bin", b"old");
    let path = target.clone();
    let mut watch = Watch::stopping(move |progress| {
        if progress.bytes_total.is_some_and(|total| total > 0) && path.is_file() {
            fs::remove_file(&path).unwrap();
            fifo(&path);
        }
        false
    });
    emulator.fault(serde_json::json!({"endpoint": "part_get", "action": {"hang_ms": 400}}));
    let options = DownloadOptions {
        existing: Existing::Overwrite,
        ..DownloadOptions::default()
    };
    let result = package.download(
        &mut watch,
        &file.file_id,
        Sink::Path(target.clone()),
        &options,
    );
    refused(result, ErrorKind::NotAFile);
    assert!(fs::metadata(&target).unwrap().file_type().is_fifo());
    assert_eq!(directory.names(), ["a.bin"], "no temporary file is left");
}

/// What the test of killed downloads has a process of its own download.
const KILLED: &str = "SENDSAFELY_TEST_KILLED";

#[test]
fn what_a_killed_download_has_left_is_removed_by_the_next() {
    const TEST: &str = "what_a_killed_download_has_left_is_removed_by_the_next";
    if let Ok(setup) = std::env::var(KILLED) {
        let setup: serde_json::Value = serde_json::from_str(&setup).unwrap();
        let text = |name: &str| setup[name].as_str().unwrap().to_owned();
        let secret = text("secret").as_str().into();
        let patient = sendsafely::ClientOptions {
            stall_timeout: std::time::Duration::from_secs(60),
            ..options()
        };
        let client = Client::new(&text("url"), &text("key"), secret, patient).unwrap();
        let keycode = text("keycode").as_str().into();
        let package = Package::open(&client, &mut (), &text("package"), keycode).unwrap();
        let sink = Sink::Path(text("to").into());
        let _ = package.download(&mut (), &text("file"), sink, &DownloadOptions::default());
        unreachable!("it is killed before");
    }
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let slow = upload(&package, "slow.bin", b"slow").unwrap();
    let small = upload(&package, "small.txt", b"small").unwrap();
    finalize(&package);
    let directory = TempDir::new();
    let setup = serde_json::json!({
        "url": emulator.text("url"), "key": emulator.of_user(0, "api_key"),
        "secret": emulator.of_user(0, "api_secret"), "package": package.id(),
        "keycode": package.keycode().unwrap().to_string(), "file": slow.file_id,
        "to": directory.0,
    });
    let hidden = || -> Vec<String> {
        let names = directory.names().into_iter();
        names.filter(|name| name.starts_with('.')).collect()
    };
    let begin = || {
        let before = hidden().len();
        let hang = serde_json::json!({"hang_ms": 60_000});
        emulator.fault(serde_json::json!({"endpoint": "part_get", "times": 0, "action": hang}));
        let child = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact", "--test-threads=1"])
            .env(KILLED, setup.to_string())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while hidden().len() == before || emulator.fault_hits() == 0 {
            assert!(std::time::Instant::now() < end, "the child does nothing");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        emulator.clear_faults();
        child
    };
    let kill = |mut child: std::process::Child| {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let (dead, alive) = (begin(), begin());
    kill(dead);
    let foreign = ".sendsafely-0123456789ABCDEF.part";
    directory.file(foreign, b"of another program");
    assert_eq!(hidden().len(), 3);
    to(&package, &small, &directory.0, Existing::Refuse).unwrap();
    assert_eq!(
        hidden().len(),
        2,
        "one of a dead program, one of another, one in use"
    );
    assert!(hidden().iter().any(|name| name == foreign));
    kill(alive);
    let all = DownloadOptions {
        existing: Existing::Skip,
        ..DownloadOptions::default()
    };
    package.download_all(&mut (), &directory.0, &all).unwrap();
    assert_eq!(directory.names(), [foreign, "slow.bin", "small.txt"]);
}

/// A quota or a network file system may report its error not before `close`, after every write has succeeded.
#[test]
fn a_file_that_cannot_be_closed() {
    if !is_child() {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        run_child("a_file_that_cannot_be_closed", None, |command| {
            command.env("LD_PRELOAD", library).env("CLOSE_FAILS", "1");
        });
        return;
    }
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"new").unwrap();
    let directory = TempDir::new();
    let target = directory.join("a.bin");
    let error = refused(
        to(&package, &file, &target, Existing::Refuse),
        ErrorKind::DiskFull,
    );
    assert!(error.message().contains("a.bin"), "{error}");
    assert_eq!(directory.names(), [""; 0]);
    fs::write(&target, b"old").unwrap();
    refused(
        to(&package, &file, &target, Existing::Overwrite),
        ErrorKind::DiskFull,
    );
    assert_eq!(fs::read(&target).unwrap(), b"old");
    assert_eq!(directory.names(), ["a.bin"]);
}

/// Downloads with `SKIP`, and has another receiver put this file at the target meanwhile.
fn beside_another_receiver(
    emulator: &Emulator,
    target: &Path,
    content: &'static [u8],
    receive: impl FnOnce(&mut Watch, &DownloadOptions),
) {
    emulator.fault(serde_json::json!({"endpoint": "part_get", "action": {"hang_ms": 400}}));
    let path = target.to_owned();
    let mut watch = Watch::stopping(move |progress| {
        if progress.bytes_total.is_some_and(|total| total > 0) && !path.exists() {
            fs::write(&path, content).unwrap();
        }
        false
    });
    let options = DownloadOptions {
        existing: Existing::Skip,
        ..DownloadOptions::default()
    };
    receive(&mut watch, &options);
    assert_eq!(fs::read(target).unwrap(), content);
    fs::remove_file(target).unwrap();
    emulator.clear_faults();
}

#[test]
fn another_receiver_finishes_the_same_file_meanwhile() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.txt", b"content").unwrap();
    let directory = TempDir::new();
    let target = directory.join("a.txt");
    for content in [b"content".as_slice(), b"another"] {
        beside_another_receiver(&emulator, &target, content, |watch, options| {
            let sink = Sink::Path(directory.0.clone());
            let download = package
                .download(watch, &file.file_id, sink, options)
                .unwrap();
            assert!(download.skipped);
        });
        assert_eq!(directory.names(), [""; 0]);
    }
    beside_another_receiver(&emulator, &target, b"content", |watch, options| {
        let report = package.download_all(watch, &directory.0, options).unwrap();
        assert_eq!(report.items[0].action, Action::Skipped);
    });
    beside_another_receiver(&emulator, &target, b"another", |watch, options| {
        let failed = package.download_all(watch, &directory.0, options);
        let error = failed.unwrap_err().error;
        assert_eq!(error.kind(), ErrorKind::FileExists);
        assert!(error.message().contains("with another content"), "{error}");
    });
    assert_eq!(directory.names(), [""; 0], "no temporary file is left");
}

#[test]
fn a_target_that_cannot_be_is_found_before_the_download() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.txt", b"content").unwrap();
    let directory = TempDir::new();
    let regular = directory.file("regular", b"old");
    fs::create_dir(directory.join("a.txt")).unwrap();
    symlink(directory.join("nowhere"), directory.join("link")).unwrap();
    let slash = |name: &str| directory.join(&format!("{name}/"));
    for existing in [Existing::Overwrite, Existing::Refuse, Existing::Skip] {
        for path in [slash("missing"), slash("regular"), slash("link")] {
            let error = refused(
                to(&package, &file, &path, existing),
                ErrorKind::DirectoryNotFound,
            );
            assert!(
                error.message().starts_with(path.to_str().unwrap()),
                "{error}"
            );
            assert_eq!(error.remedy(), Some("create the directory first"));
        }
    }
    for path in [directory.0.clone(), directory.join("a.txt/../a.txt/..")] {
        refused(
            to(&package, &file, &path, Existing::Overwrite),
            ErrorKind::NotAFile,
        );
    }
    let below = regular.join("below");
    refused(
        to(&package, &file, &below, Existing::Overwrite),
        ErrorKind::DirectoryNotFound,
    );
    assert_eq!(emulator.count("part_get"), 0);
    assert_eq!(directory.names(), ["a.txt", "link", "regular"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_is_found_before_the_download() {
    const SIZE: usize = 3 * PART;
    let Ok(case) = std::env::var("DISK") else {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        let run = |case: &str, prepare: &dyn Fn(&mut Command)| {
            let test = "a_disk_without_room_is_found_before_the_download";
            run_child(test, None, |command| {
                command.env("LD_PRELOAD", &library).env("DISK", case);
                prepare(command);
            });
        };
        let errno = |number: i32| {
            move |command: &mut Command| {
                command.env("RESERVE_FAILS", number.to_string());
            }
        };
        run("room", &|_| ());
        run("statistics", &|command| {
            command.env("DISK_FREE", (2 * PART).to_string());
        });
        // ENOSPC, EDQUOT; then EOPNOTSUPP and ENOSYS, where nothing can be reserved.
        run("reserve", &errno(28));
        run("reserve", &errno(122));
        run("room", &errno(95));
        run("room", &errno(38));
        return;
    };
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", &noise(1, SIZE)).unwrap();
    let directory = TempDir::new();
    let target = directory.file("a.bin", b"old");
    let result = to(&package, &file, &target, Existing::Overwrite);
    if case == "room" {
        result.unwrap();
        // A size that is a lie takes no room at the end, and none that no part could fill.
        emulator.settings(serde_json::json!({"declared_size_offset": 10_u64 << 40}));
        let download = to(&package, &file, &target, Existing::Overwrite).unwrap();
        assert_eq!(download.size, SIZE as u64);
        let blocks = fs::metadata(&target).unwrap().blocks();
        assert!(blocks * 512 < 2 * SIZE as u64, "{blocks} blocks");
        return;
    }
    let error = refused(result, ErrorKind::DiskFull);
    assert!(
        error.message().contains(target.to_str().unwrap()),
        "{error}"
    );
    if case == "statistics" {
        let sizes = format!(
            "{SIZE} bytes are declared, and the disk has {} left",
            2 * PART
        );
        assert!(error.message().contains(&sizes), "{error}");
    }
    assert_eq!(emulator.count("part_get"), 0);
    assert_eq!(fs::read(&target).unwrap(), b"old");
    assert_eq!(directory.names(), ["a.bin"]);
}

/// The entry of a new directory stands in the one above it, which has to reach the disk too.
#[cfg(target_os = "linux")]
#[test]
fn directories_that_a_download_makes_reach_the_disk() {
    if !is_child() {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        let log = directory.join("log");
        run_child(
            "directories_that_a_download_makes_reach_the_disk",
            None,
            |command| {
                command.env("LD_PRELOAD", library).env("SYNC_LOG", log);
            },
        );
        return;
    }
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "Tree").unwrap();
    let from = TempDir::new();
    fs::create_dir_all(from.join("one/two")).unwrap();
    fs::write(from.join("one/two/a.txt"), b"a").unwrap();
    workspace
        .upload_all(&mut (), &from.0, &UploadAllOptions::default())
        .unwrap();
    let to = TempDir::new();
    // A call that was killed may have made it, before the disk had it.
    fs::create_dir(to.join("one")).unwrap();
    let options = DownloadOptions {
        sync: true,
        ..DownloadOptions::default()
    };
    workspace.download_all(&mut (), &to.0, &options).unwrap();
    let log = fs::read_to_string(std::env::var("SYNC_LOG").unwrap()).unwrap();
    for directory in [to.0.clone(), to.join("one"), to.join("one/two")] {
        assert!(
            log.lines().any(|line| Path::new(line) == directory),
            "{log}"
        );
    }
}

/// The content is on the disk before the file has its name, and the name before the call returns.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_when_a_download_has_to_reach_it() {
    let Ok(case) = std::env::var("DISK") else {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        for case in ["file", "directory", "none"] {
            let test = "a_disk_that_fails_when_a_download_has_to_reach_it";
            run_child(test, None, |command| {
                command.env("LD_PRELOAD", &library).env("DISK", case);
                command.env("SYNC_LOG", directory.join(case));
                if case != "none" {
                    command.env("SYNC_FAILS", case);
                }
            });
        }
        return;
    };
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"new").unwrap();
    let directory = TempDir::new();
    let options = DownloadOptions {
        sync: true,
        ..DownloadOptions::default()
    };
    let sink = Sink::Path(directory.0.clone());
    let result = package.download(&mut (), &file.file_id, sink, &options);
    let log = fs::read_to_string(std::env::var("SYNC_LOG").unwrap()).unwrap();
    let written: Vec<_> = log.lines().map(Path::new).collect();
    assert!(written[0].starts_with(&directory.0), "{log}");
    assert_ne!(written[0], directory.0, "{log}");
    if case == "file" {
        let error = refused(result, ErrorKind::WriteFailed);
        assert!(error.message().contains("a.bin"), "{error}");
        assert_eq!(written.len(), 1);
        assert_eq!(directory.names(), [""; 0]);
        return;
    }
    assert_eq!(written[1..], [directory.0.as_path()]);
    assert_eq!(fs::read(directory.join("a.bin")).unwrap(), b"new");
    assert_eq!(directory.names(), ["a.bin"]);
    match case.as_str() {
        "directory" => drop(refused(result, ErrorKind::WriteFailed)),
        _ => assert_eq!(result.unwrap().size, 3),
    }
}

#[test]
fn an_unusable_directory_for_temporary_files() {
    if !is_child() {
        let emulator = Emulator::start();
        let directory = TempDir::new();
        let file = directory.file("file", b"");
        for (path, expected) in [
            (directory.join("missing"), "no such directory"),
            (file, "is not a directory"),
            (Path::new("/proc").to_owned(), ""),
        ] {
            run_child("an_unusable_directory_for_temporary_files", None, |child| {
                child
                    .env("EMULATOR_URL", emulator.text("url"))
                    .env("EMULATOR_KEY", emulator.of_user(0, "api_key"))
                    .env("EMULATOR_SECRET", emulator.of_user(0, "api_secret"))
                    .env("TMPDIR", path)
                    .env("EXPECTED", expected);
            });
        }
        return;
    }
    let text = |name: &str| std::env::var(name).unwrap();
    let secret = text("EMULATOR_SECRET").as_str().into();
    let client = Client::new(
        &text("EMULATOR_URL"),
        &text("EMULATOR_KEY"),
        secret,
        options(),
    );
    let package = package(&client.unwrap());
    let upload = |size: usize| {
        let content = vec![7; size];
        let mut rest = &content[..];
        let reader = Source::Reader {
            name: format!("{size}.txt"),
            size: None,
            reader: &mut |buffer| Ok(rest.read(buffer).unwrap()),
        };
        package.upload(&mut (), reader, &UploadOptions::default())
    };
    // What is empty or small needs no temporary file.
    for size in [0, 1, 50_000] {
        let file = upload(size).unwrap();
        assert_eq!(download(&package, &file.file_id).unwrap(), vec![7; size]);
    }
    let error = upload(100_000).unwrap_err();
    assert_ne!(error.kind(), ErrorKind::FileNotFound, "{error}");
    let said = "the directory for temporary files cannot be used: ";
    for part in [said, &text("TMPDIR"), &text("EXPECTED")] {
        assert!(error.message().contains(part), "{error}");
    }
    assert!(error.remedy().unwrap().contains("TMPDIR"), "{error}");
}
