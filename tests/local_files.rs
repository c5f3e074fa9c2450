//! The target of a download: modes, links, special files, and a disk that fails when the file is closed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use sendsafely::{Download, DownloadOptions, ErrorKind, Existing, File, Package, Result, Sink};
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
