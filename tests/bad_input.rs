//! Bad input: each call fails soon, with its kind and a remedy, and sends nothing if it can know before.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, DownloadOptions, Error, ErrorKind, Existing, Package, PhoneNumber,
    Result, Sink, Sms, Source, UploadOptions, link,
};
use serde_json::{Value, json};
use support::*;

fn upload_path(package: &Package, path: PathBuf) -> Result<sendsafely::File> {
    package.upload(&mut (), Source::Path(path), &UploadOptions::default())
}

/// Asserts that a call fails within five seconds, the limit of a first contact, although the retry window is minutes.
#[track_caller]
fn fails_soon<T>(kind: ErrorKind, call: impl FnOnce() -> Result<T>) -> Error {
    let started = Instant::now();
    let error = refused(call(), kind);
    assert!(error.remedy().is_some(), "{error:?} has a remedy");
    let took = started.elapsed();
    assert!(took < Duration::from_secs(8), "{kind:?} after {took:?}");
    error
}

#[test]
fn sources_that_cannot_be_uploaded() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let directory = TempDir::new();
    symlink("nowhere", directory.join("dangling")).unwrap();
    emulator.forget_requests();
    for (path, kind) in [
        (directory.join("missing.bin"), ErrorKind::FileNotFound),
        (directory.join("dangling"), ErrorKind::FileNotFound),
        (directory.0.clone(), ErrorKind::NotAFile),
        (PathBuf::from("/dev/zero"), ErrorKind::NotAFile),
        (PathBuf::new(), ErrorKind::FileNotFound),
        (directory.join("a").join("b"), ErrorKind::FileNotFound),
        (
            directory.join(&"x".repeat(300)),
            ErrorKind::MalformedFileName,
        ),
    ] {
        let error = refused(upload_path(&package, path.clone()), kind);
        assert!(
            error.message().contains(&path.display().to_string()),
            "{error}"
        );
    }
    assert!(emulator.requests().is_empty(), "all of that is judged here");
}

/// Files without permission, in a process of an ordinary user: root may read everything.
#[test]
fn files_without_permission() {
    if !is_child() {
        let unprivileged = TempDir::new();
        fs::set_permissions(&unprivileged.0, fs::Permissions::from_mode(0o777)).unwrap();
        if fs::read("/proc/self/status")
            .is_ok_and(|status| String::from_utf8_lossy(&status).contains("Uid:\t0\t"))
        {
            // That user may not be able to enter the build's directory.
            let test = unprivileged.join("test");
            let emulator = unprivileged.join("emulator");
            fs::copy(std::env::current_exe().unwrap(), &test).unwrap();
            fs::copy(program(), &emulator).unwrap();
            run_child("files_without_permission", Some(&test), |command| {
                use std::os::unix::process::CommandExt;
                command
                    .uid(65534)
                    .gid(65534)
                    .current_dir(&unprivileged.0)
                    .env("SENDSAFELY_EMULATOR", emulator);
            });
        } else {
            run_child("files_without_permission", None, |_| ());
        }
        return;
    }
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"a").unwrap();
    let directory = TempDir::new();
    let unreadable = directory.file("unreadable.bin", b"x");
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o000)).unwrap();
    emulator.forget_requests();
    refused(upload_path(&package, unreadable), ErrorKind::AccessDenied);
    assert!(emulator.requests().is_empty());

    let read_only = directory.join("read-only");
    fs::create_dir(&read_only).unwrap();
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o555)).unwrap();
    for target in [read_only.clone(), read_only.join("b.bin")] {
        let result = package.download(
            &mut (),
            &file.file_id,
            Sink::Path(target),
            &DownloadOptions::default(),
        );
        refused(result, ErrorKind::AccessDenied);
    }
    refused(
        package.download_all(&mut (), &read_only, &DownloadOptions::default()),
        ErrorKind::AccessDenied,
    );
    assert_eq!(fs::read_dir(&read_only).unwrap().count(), 0);
    assert_eq!(
        emulator.count("part_get"),
        0,
        "nothing is fetched that has no place"
    );
}

/// The file is changed by the progress callback once the first part has arrived.
#[test]
fn a_file_that_changes_while_it_is_uploaded() {
    let changes: [fn(&Path); 4] = [
        |path| {
            fs::OpenOptions::new()
                .append(true)
                .open(path)
                .unwrap()
                .write_all(b"more")
                .unwrap()
        },
        |path| {
            fs::OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(PART as u64 * 9 + 1)
                .unwrap()
        },
        |path| {
            fs::OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(10)
                .unwrap()
        },
        |path| {
            fs::OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .write_all(b"other")
                .unwrap()
        },
    ];
    for change in changes {
        let emulator = Emulator::start();
        emulator.fault(json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 100}}));
        let package = package(&emulator.client());
        let directory = TempDir::new();
        let path = directory.file("a.bin", &noise(1, 12 * PART));
        let mut changed = false;
        let target = path.clone();
        let mut watch = Watch::stopping(move |progress| {
            if progress.parts_done >= 1 && !changed {
                changed = true;
                change(&target);
            }
            false
        });
        let result = package.upload(
            &mut watch,
            Source::Path(path.clone()),
            &UploadOptions::default(),
        );
        let error = refused(result, ErrorKind::FileChanged);
        assert!(error.remedy().is_some() && error.message().contains("a.bin"));
        // The package does not have the file. When it no longer changes, it can be uploaded.
        emulator.clear_faults();
        let file = upload_path(&package, path.clone()).unwrap();
        finalize(&package);
        assert_eq!(
            emulator.package(package.id())["files"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert!(download(&package, &file.file_id).unwrap() == fs::read(path).unwrap());
    }
}

#[test]
fn file_names_that_no_system_could_store_are_refused_here() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.forget_requests();
    let long = "ü".repeat(128);
    for name in [
        "",
        ".",
        "..",
        "a/b",
        "/etc/passwd",
        "..\\up",
        "line\nbreak",
        "bell\u{7}",
        "nul\0",
        "a:b",
        "tab\t",
        &long,
    ] {
        let error = refused(upload(&package, name, b"x"), ErrorKind::MalformedFileName);
        assert!(error.remedy().is_some());
    }
    assert!(emulator.requests().is_empty());
    let directory = TempDir::new();
    let path = directory.file("a.bin", b"x");
    let renamed = UploadOptions {
        file_name: Some("../up".into()),
        ..UploadOptions::default()
    };
    refused(
        package.upload(&mut (), Source::Path(path), &renamed),
        ErrorKind::MalformedFileName,
    );
}

#[test]
fn unusual_names_arrive_unchanged() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let directory = TempDir::new();
    let longest = format!("{}.txt", "ü".repeat(125)) + "x";
    assert_eq!(longest.len(), 255);
    let names = [
        "Grüße 世界.txt",
        "%41 100%.txt",
        " leading",
        "a'b&c=d+e.txt",
        "-rf",
        "emoji 🚀.bin",
        ".hidden",
        &longest,
    ];
    for name in names {
        let path = directory.file(name, name.as_bytes());
        assert_eq!(upload_path(&package, path).unwrap().file_name, name);
    }
    let link = finalize(&package);
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    let target = TempDir::new();
    received
        .download_all(&mut (), &target.0, &DownloadOptions::default())
        .unwrap();
    let mut expected = names.map(str::to_owned);
    expected.sort();
    assert_eq!(target.names(), expected);
    for name in names {
        assert_eq!(fs::read(target.join(name)).unwrap(), name.as_bytes());
    }
}

#[test]
fn names_from_the_server_never_leave_the_directory() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let part = emulator.admin(
        "GET",
        &format!(
            "/files/{}/parts/1",
            upload(&package, "a.bin", b"a").unwrap().file_id
        ),
        b"",
    );
    let names = [
        "../../../escaped",
        "/tmp/escaped",
        "..",
        "",
        ".",
        "a\\..\\b",
        "nul\0l",
        "con",
        &"x".repeat(5000),
        "same",
        "SAME",
    ];
    for name in names {
        emulator.add_file(package.id(), name, 1, std::slice::from_ref(&part));
    }
    let outer = TempDir::new();
    let inner = outer.join("inner");
    fs::create_dir(&inner).unwrap();
    let done = package
        .download_all(&mut (), &inner, &DownloadOptions::default())
        .unwrap();
    assert_eq!(done.items.len(), names.len() + 1);
    assert_eq!(outer.names(), ["inner"]);
    assert_eq!(fs::read_dir(&inner).unwrap().count(), names.len() + 1);
    for done in done.items {
        let path = done.local_path.unwrap();
        assert_eq!(path.parent(), Some(inner.as_path()));
        assert_eq!(fs::read(path).unwrap(), b"a");
    }
}

#[test]
fn targets_that_cannot_be_written() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"new").unwrap();
    let directory = TempDir::new();
    let download = |target: PathBuf, existing| {
        let options = DownloadOptions {
            existing,
            ..DownloadOptions::default()
        };
        package.download(&mut (), &file.file_id, Sink::Path(target), &options)
    };
    emulator.forget_requests();
    let missing = directory.join("missing").join("a.bin");
    assert!(
        refused(
            download(missing, Existing::Refuse),
            ErrorKind::DirectoryNotFound
        )
        .remedy()
        .is_some()
    );
    let all = package.download_all(
        &mut (),
        &directory.join("missing"),
        &DownloadOptions::default(),
    );
    refused(all, ErrorKind::DirectoryNotFound);
    directory.file("a.bin", b"mine");
    assert!(
        refused(
            download(directory.0.clone(), Existing::Refuse),
            ErrorKind::FileExists
        )
        .remedy()
        .is_some()
    );
    symlink("nowhere", directory.join("link")).unwrap();
    refused(
        download(directory.join("link"), Existing::Refuse),
        ErrorKind::FileExists,
    );
    assert_eq!(emulator.count("part_get"), 0);
    assert!(
        download(directory.join("link"), Existing::Skip)
            .unwrap()
            .skipped
    );
    // A symbolic link is replaced; its target is not touched.
    let precious = directory.file("precious", b"precious");
    symlink(&precious, directory.join("other")).unwrap();
    download(directory.join("other"), Existing::Overwrite).unwrap();
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    assert_eq!(fs::read(directory.join("other")).unwrap(), b"new");
    assert_eq!(fs::read(directory.join("a.bin")).unwrap(), b"mine");
    assert_eq!(directory.names(), ["a.bin", "link", "other", "precious"]);
    refused(
        package.download(
            &mut (),
            "unknown",
            Sink::Path(directory.0.clone()),
            &DownloadOptions::default(),
        ),
        ErrorKind::FileNotOnPackage,
    );
}

/// A file that another program creates while the download runs is not overwritten, either.
#[test]
fn a_target_that_appears_meanwhile_is_left_alone() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", &noise(1, 4 * PART)).unwrap();
    let directory = TempDir::new();
    let target = directory.join("a.bin");
    let path = target.clone();
    let mut watch = Watch::stopping(move |progress| {
        if progress.bytes_total.is_some_and(|total| total > 0) && !path.exists() {
            fs::write(&path, b"mine").unwrap();
        }
        false
    });
    emulator.fault(json!({"endpoint": "part_get", "action": {"hang_ms": 400}}));
    let result = package.download(
        &mut watch,
        &file.file_id,
        Sink::Path(target.clone()),
        &DownloadOptions::default(),
    );
    refused(result, ErrorKind::FileExists);
    assert_eq!(fs::read(target).unwrap(), b"mine");
    assert_eq!(directory.names(), ["a.bin"]);
}

fn a_full_disk_leaves_nothing() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let data = noise(1, 6 * PART);
    let file = upload(&package, "a.bin", &data).unwrap();
    let directory = TempDir::new();
    let error = refused(
        download_into(&package, &file.file_id, &directory),
        ErrorKind::DiskFull,
    );
    assert!(
        error.remedy().is_some() && error.message().contains("a.bin"),
        "{error}"
    );
    assert_eq!(directory.names(), [""; 0]);
    assert!(download(&package, &file.file_id).unwrap() == data);
    // An upload of unknown size has a temporary file, which needs the disk, too.
    let mut rest = &data[..];
    let mut reader = |buffer: &mut [u8]| {
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        rest = &rest[length..];
        Ok(length)
    };
    let source = Source::Reader {
        name: "b.bin".into(),
        size: None,
        reader: &mut reader,
    };
    let error = refused(
        package.upload(&mut (), source, &UploadOptions::default()),
        ErrorKind::DiskFull,
    );
    assert!(!error.message().contains("os error"), "{error}");
    assert!(error.remedy().unwrap().contains("TMPDIR"), "{error:?}");
    finalize(&package);
}

#[test]
fn a_disk_that_gets_full() {
    if is_child() {
        return a_full_disk_leaves_nothing();
    }
    let directory = TempDir::new();
    let library = failing_system(&directory);
    run_child("a_disk_that_gets_full", None, |command| {
        command
            .env("LD_PRELOAD", library)
            .env("FULL_AFTER", "300000");
    });
}

/// The system's limit of a file's size (RLIMIT_FSIZE), in a process that ignores its signal.
#[test]
fn a_file_that_may_not_get_that_large() {
    if is_child() {
        return a_full_disk_leaves_nothing();
    }
    let directory = TempDir::new();
    let test = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\ntrap '' XFSZ\nulimit -f 600\nexec '{}' \"$@\"\n",
        test.display()
    );
    let script = directory.file("limited.sh", script.as_bytes());
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    run_child("a_file_that_may_not_get_that_large", Some(&script), |_| ());
}

#[test]
fn limits_and_malformed_texts_fail_before_anything_is_sent() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    let recipient = package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap()
        .recipient_id;
    emulator.forget_requests();
    refused(package.set_life(&mut (), 366), ErrorKind::LifeOutOfRange);
    refused(
        package.set_life(&mut (), i32::MAX),
        ErrorKind::LifeOutOfRange,
    );
    for email in [
        "",
        "nobody",
        "a@",
        "@b",
        "a b@c.test",
        "a@b@c",
        "a@b\r\nX: y",
        "<a@b.test>",
    ] {
        refused(
            package.add_recipient(&mut (), email, None),
            ErrorKind::MalformedEmail,
        );
    }
    for (number, country) in [
        ("", None),
        ("call me", None),
        ("12", None),
        ("4155550100", Some("USA")),
        ("1\u{7}4155550100", None),
    ] {
        let phone = PhoneNumber {
            number: number.into(),
            country: country.map(str::to_owned),
        };
        refused(
            package.add_recipient(&mut (), "a@b.test", Some(&Sms::Number(phone.clone()))),
            ErrorKind::MalformedPhoneNumber,
        );
        refused(
            package.set_recipient_phone(&mut (), &recipient, &phone),
            ErrorKind::MalformedPhoneNumber,
        );
    }
    let phone = PhoneNumber {
        number: "4155550100".into(),
        country: None,
    };
    refused(
        package.set_recipient_phone(&mut (), "unknown", &phone),
        ErrorKind::RecipientNotOnPackage,
    );
    for text in [
        "",
        "not a link",
        "https://x.test/",
        "https://x.test/receive/",
        "ftp://x.test/receive/?packageCode=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "https://x.test/receive/?packageCode=#keyCode=k",
    ] {
        let error = refused(
            Package::open_link(&client, &mut (), text),
            ErrorKind::MalformedLink,
        );
        assert!(error.remedy().is_some());
        assert!(link::parse(text).is_err());
    }
    for (id, keycode) in [
        ("", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
        ("a b", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
    ] {
        refused(
            Package::open(&client, &mut (), id, keycode.into()),
            ErrorKind::InvalidArgument,
        );
    }
    let bad_key =
        Package::open_with_private_key(&client, &mut (), "AAAA-BBBB", "key", &"not a key".into());
    refused(bad_key, ErrorKind::InvalidKey);
    assert!(emulator.requests().is_empty());
}

#[test]
fn hosts_and_options_are_checked_at_once() {
    let new = |host: &str, key: &str, secret: &str, options| {
        Client::new(host, key, secret.into(), options)
    };
    for host in [
        "",
        " ",
        "https://",
        "ftp://x.test",
        "https://x.test/path",
        "https://user:pass@x.test",
        "https://x test",
        "https://x.test:99999",
        "https://x.test?q",
    ] {
        refused(
            new(host, "key", "secret", options()),
            ErrorKind::MalformedHost,
        );
    }
    let error = refused(
        new("http://portal.example", "key", "secret", options()),
        ErrorKind::InsecureHost,
    );
    assert!(error.remedy().is_some());
    assert!(
        new(
            "http://portal.example",
            "key",
            "secret",
            ClientOptions {
                allow_plain_http: true,
                ..options()
            }
        )
        .is_ok()
    );
    for (key, secret) in [
        ("", "secret"),
        ("key", ""),
        ("key\r\nss-evil: 1", "secret"),
        ("key", "sec\nret"),
        ("clé", "secret"),
    ] {
        refused(
            new("https://x.test", key, secret, options()),
            ErrorKind::InvalidArgument,
        );
    }
    for bad in [
        ClientOptions {
            parts_in_flight: 17,
            ..options()
        },
        ClientOptions {
            part_size: 0,
            ..options()
        },
        ClientOptions {
            part_size: (10 << 20) + 1,
            ..options()
        },
        ClientOptions {
            max_part_bytes: 1,
            ..options()
        },
        ClientOptions {
            memory_budget: 1,
            ..options()
        },
        ClientOptions {
            stall_timeout: Duration::ZERO,
            ..options()
        },
        ClientOptions {
            proxy: Some("::".into()),
            ..options()
        },
        ClientOptions {
            locale: Some("de\r\nss-evil: 1".into()),
            ..options()
        },
    ] {
        refused(
            new("https://x.test", "key", "secret", bad),
            ErrorKind::InvalidArgument,
        );
    }
    let too_small = ClientOptions {
        memory_budget: 1,
        ..options()
    };
    let error = new("https://x.test", "key", "secret", too_small).unwrap_err();
    assert_eq!(
        error.message(),
        "memory_budget is 1; 1048576 or more are allowed"
    );
    let directory = TempDir::new();
    let bundle = |path: PathBuf| ClientOptions {
        ca_bundle: Some(path),
        ..options()
    };
    refused(
        new(
            "https://x.test",
            "key",
            "secret",
            bundle(directory.join("missing.pem")),
        ),
        ErrorKind::FileNotFound,
    );
    refused(
        new(
            "https://x.test",
            "key",
            "secret",
            bundle(directory.file("no.pem", b"nothing")),
        ),
        ErrorKind::InvalidArgument,
    );
}

#[test]
fn wrong_key_wrong_secret_and_unknown_package() {
    let emulator = Emulator::start();
    let url = emulator.text("url");
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    let with = |key: &str, secret: &str| {
        Client::new(&url, key, secret.into(), ClientOptions::default()).unwrap()
    };
    fails_soon(ErrorKind::AuthenticationFailed, || {
        Package::create(&with("wrong", &secret), &mut ())
    });
    fails_soon(ErrorKind::AuthenticationFailed, || {
        Package::create(&with(&key, "wrong"), &mut ())
    });
    let keycode = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let client = with(&key, &secret);
    fails_soon(ErrorKind::UnknownPackage, || {
        Package::open(&client, &mut (), "AAAA-BBBB", keycode.into())
    });
    let unknown =
        format!("{url}/receive/?thread=AAAA-BBBB&packageCode={keycode}#keyCode={keycode}");
    fails_soon(ErrorKind::UnknownPackage, || {
        Package::open_link(&client, &mut (), &unknown)
    });
}

#[test]
fn a_wrong_keycode_in_a_link() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"a").unwrap();
    package.set_message(&mut (), "hello").unwrap();
    let link = finalize(&package);
    let wrong = format!(
        "{}#keyCode=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        link.split('#').next().unwrap()
    );
    let received = Package::open_link(
        &emulator.client_of(1, ClientOptions::default()),
        &mut (),
        &wrong,
    )
    .unwrap();
    // The service compares the checksum with that of the right keycode.
    fails_soon(ErrorKind::Denied, || download(&received, &file.file_id));
    fails_soon(ErrorKind::Denied, || received.message(&mut ()));
}

/// Asserts that the message of an error has these words, and that it says what to do.
#[track_caller]
fn says<T>(result: Result<T>, words: &[&str]) -> sendsafely::Error {
    let error = result.err().unwrap();
    for word in words {
        assert!(error.message().contains(word), "{word}: {error}");
    }
    assert!(!error.message().contains("os error"), "{error}");
    error
}

#[test]
fn messages_have_what_was_given_and_what_to_do() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    let phone = sendsafely::PhoneNumber {
        number: "+1 212 555 0100".into(),
        country: None,
    };
    let remedy = |error: sendsafely::Error| error.remedy().map(str::to_owned).unwrap_or_default();
    for (result, words, advice) in [
        (
            package.set_life(&mut (), -1),
            &["a life of -1 days"],
            "1 to 365",
        ),
        (
            package.update(&mut (), r#"{"life":-5}"#),
            &["a life of -5 days"],
            "1 to 365",
        ),
        (
            package.delete_file(&mut (), "NO-FILE", None),
            &["\"NO-FILE\""],
            "information",
        ),
        (
            package
                .file_information(&mut (), "NO-FILE", None)
                .map(|_| ()),
            &["\"NO-FILE\""],
            "information",
        ),
        (
            package.set_recipient_phone(&mut (), "NOBODY", &phone),
            &["\"NOBODY\""],
            "add the recipient",
        ),
        (
            package.delete_file(&mut (), "F", Some("D")),
            &["only a Workspace"],
            "leave out the directory",
        ),
        (
            package.delete_file(&mut (), "a b", None),
            &["the file id is malformed"],
            "letters, digits",
        ),
        (
            package.file_information(&mut (), "", None).map(|_| ()),
            &["the file id is empty"],
            "",
        ),
        (
            package.add_recipient(&mut (), "ann", None).map(|_| ()),
            &["\"ann\""],
            "correct the e-mail address",
        ),
        (
            upload_path(&package, "/nowhere/a.txt".into()).map(|_| ()),
            &["/nowhere/a.txt: "],
            "",
        ),
    ] {
        let error = says(result, words);
        assert!(remedy(error.clone()).contains(advice), "{error:?}");
    }
    let many: Vec<_> = (0..100).map(|n| format!("u{n}@acme.test")).collect();
    let error = says(
        package.add_recipients(&mut (), &many, false).map(|_| ()),
        &["at most 99"],
    );
    assert!(remedy(error).contains("another package"));
    let made = |key: &str, secret: &str| {
        Client::new("https://acme.test", key, secret.into(), options()).map(|_| ())
    };
    says(made("", "secret"), &["the API key is empty"]);
    says(made("key", ""), &["the API secret is empty"]);
    says(
        sendsafely::raw::encrypt_keycode(&"k".repeat(43).as_str().into(), ""),
        &["key is empty"],
    );
}

#[test]
fn a_link_of_another_portal_is_named() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    upload(&package, "a.txt", b"a").unwrap();
    let link = finalize(&package).replace(&emulator.text("url"), "https://other.sendsafely.com");
    let other = Emulator::start();
    let error = says(
        Package::open_link(&other.client(), &mut (), &link),
        &["https://other.sendsafely.com", &other.text("url")],
    );
    assert_eq!(error.kind(), ErrorKind::UnknownPackage);
    assert!(error.remedy().unwrap().contains("the link's host"));
    // A portal may know the package of another one.
    Package::open_link(&emulator.client(), &mut (), &link).unwrap();
}

#[test]
fn what_is_no_portal_suggests_the_host() {
    for response in [
        "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nGone",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
                let _ = std::io::Write::write_all(&mut stream, response.as_bytes());
            }
        });
        let client = Client::new(&url, "key", "secret".into(), options()).unwrap();
        let error = client.user(&mut ()).err().unwrap();
        assert!(error.remedy().unwrap().contains("host"), "{error:?}");
    }
}

/// A host that comes late, such as a container that starts, is waited for if the program asks for that.
#[test]
fn a_window_for_the_first_contact_is_kept() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let options = ClientOptions {
        retry_window: Duration::from_secs(8),
        first_contact_window: Duration::from_secs(8),
        ..ClientOptions::default()
    };
    let client = Client::new(&url, "key", "secret".into(), options).unwrap();
    let started = Instant::now();
    refused(client.user(&mut ()), ErrorKind::Unreachable);
    assert!(
        (7..15).contains(&started.elapsed().as_secs()),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_port_that_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&url, "key", "secret".into(), ClientOptions::default()).unwrap();
    fails_soon(ErrorKind::Unreachable, || Package::create(&client, &mut ()));
}

#[test]
fn a_name_that_is_unknown() {
    if !is_child() {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        for how in ["unknown", "later"] {
            run_child("a_name_that_is_unknown", None, |command| {
                command
                    .env("LD_PRELOAD", &library)
                    .env("RESOLVE", how)
                    .env("no_proxy", "*");
            });
        }
        return;
    }
    let options = ClientOptions {
        proxy: Some(String::new()),
        ..ClientOptions::default()
    };
    let client = Client::new(
        "https://no-such-portal.invalid",
        "key",
        "secret".into(),
        options,
    );
    let client = client.unwrap();
    fails_soon(ErrorKind::UnknownHost, || Package::create(&client, &mut ()));
}

#[test]
fn certificates_of_an_unknown_authority() {
    let emulator = Emulator::start_with(&["--tls"]);
    let url = emulator.text("url");
    let directory = TempDir::new();
    // Its certificate helps, whatever an editor has done to the file.
    let right = fs::read_to_string(emulator.text("ca_file")).unwrap();
    let right = format!(
        "\u{feff}The authority:\r\n{}--\r\n",
        right.replace('\n', "\r\n")
    );
    let units = right.encode_utf16();
    for bytes in [
        right.clone().into_bytes(),
        units.flat_map(u16::to_le_bytes).collect(),
    ] {
        let options = ClientOptions {
            ca_bundle: Some(directory.file("right.pem", &bytes)),
            ..ClientOptions::default()
        };
        let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
        let client = Client::new(&url, &key, secret.as_str().into(), options).unwrap();
        Package::create(&client, &mut ()).unwrap();
    }
    emulator.forget_requests();
    // Another authority's certificate does not help.
    let other = Emulator::start_with(&["--tls"]);
    let bundle = fs::read(other.text("ca_file")).unwrap();
    let options = ClientOptions {
        ca_bundle: Some(directory.file("other.pem", &bundle)),
        ..ClientOptions::default()
    };
    let client = Client::new(&url, "key", "secret".into(), options).unwrap();
    let started = Instant::now();
    fails_soon(ErrorKind::TlsFailed, || Package::create(&client, &mut ()));
    assert!(started.elapsed() < Duration::from_secs(2), "fails at once");
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn certificates_that_are_wrong() {
    let emulator = Emulator::start_with(&["--tls"]);
    for (kind, word) in [
        ("expired", "expired"),
        ("wrong_name", "not valid for name"),
        ("self_signed", "invalid peer certificate"),
    ] {
        emulator.settings(json!({"tls_certificate": kind}));
        let started = Instant::now();
        let error = fails_soon(ErrorKind::TlsFailed, || {
            Package::create(&emulator.client(), &mut ())
        });
        assert!(error.message().contains(word), "{kind}: {error}");
        assert!(started.elapsed() < Duration::from_secs(2), "fails at once");
    }
    // Bytes that are not TLS may come from any line, so the request is repeated.
    emulator.settings(json!({"tls_certificate": "valid", "tls_garbage": true}));
    let brief = ClientOptions {
        retry_window: Duration::from_secs(1),
        ..options()
    };
    let error = Package::create(&emulator.client_with(brief), &mut ()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TlsFailed | ErrorKind::Unreachable),
        "{error:?}"
    );
    assert_eq!(emulator.requests().len(), 0);
    emulator.settings(json!({"tls_garbage": false}));
    Package::create(&emulator.client(), &mut ()).unwrap();
}

/// A bit that is wrong on the way is no wrong certificate, also if the service is the one that notices.
#[test]
fn a_damaged_first_handshake_is_made_again() {
    let emulator = Emulator::start_with(&["--tls"]);
    let places = [
        ("request", 2),
        ("request", 9),
        ("request", 60),
        ("request", 130),
    ];
    let more = [
        ("response", 1),
        ("response", 30),
        ("response", 200),
        ("response", 600),
    ];
    for (direction, offset) in places.into_iter().chain(more) {
        let flip = json!({"listener": "api", "connection": 1, "direction": direction, "offset": offset, "action": {"flip": 4}});
        emulator.admin_json("POST", "/proxy", &json!({"rules": [flip]}));
        let created = Package::create(&emulator.client(), &mut ());
        assert!(created.is_ok(), "{direction} {offset}: {:?}", created.err());
        let report = emulator.admin_json("GET", "/proxy", &Value::Null);
        assert_eq!(report["rules"][0]["hits"], 1, "{direction} {offset}");
    }
}

#[test]
fn the_wrong_scheme() {
    let (plain, tls) = (Emulator::start(), Emulator::start_with(&["--tls"]));
    let options = ClientOptions {
        ca_bundle: Some(tls.text("ca_file").into()),
        ..ClientOptions::default()
    };
    let to = |url: String| Client::new(&url, "key", "secret".into(), options.clone()).unwrap();
    let client = to(plain.text("url").replace("http:", "https:"));
    fails_soon(ErrorKind::TlsFailed, || Package::create(&client, &mut ()));
    let client = to(tls.text("url").replace("https:", "http:"));
    let started = Instant::now();
    let error = Package::create(&client, &mut ()).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::BadAnswer | ErrorKind::Unreachable | ErrorKind::HttpError
        ),
        "{error:?}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_system_without_certificates() {
    if !is_child() {
        let directory = TempDir::new();
        let empty = directory.file("empty.pem", b"");
        return run_child("a_system_without_certificates", None, |command| {
            command
                .env("SSL_CERT_FILE", empty)
                .env("SSL_CERT_DIR", &directory.0);
        });
    }
    let new = |url: &str, options| Client::new(url, "key", "secret".into(), options);
    let error = refused(
        new("https://portal.example", options()),
        ErrorKind::NoTrustStore,
    );
    assert!(error.remedy().unwrap().contains("ca-certificates"));
    assert!(
        new("http://127.0.0.1:9", options()).is_ok(),
        "plain http needs none"
    );
    let emulator = Emulator::start_with(&["--tls"]);
    let package = package(&emulator.client());
    package
        .set_message(&mut (), "a bundle of the caller's is enough")
        .unwrap();
}

#[cfg(unix)]
#[test]
fn the_certificates_of_the_system_are_read_once_and_for_https_only() {
    const TEST: &str = "the_certificates_of_the_system_are_read_once_and_for_https_only";
    if !is_child() {
        let directory = TempDir::new();
        let pipe = directory.join("certificates");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        return run_child(TEST, None, |command| {
            command
                .env("SSL_CERT_FILE", pipe)
                .env_remove("SSL_CERT_DIR");
        });
    }
    let emulator = Emulator::start_with(&["--tls"]);
    let certificates = fs::read(emulator.text("ca_file")).unwrap();
    let (reads, (again, may_again)) = (Arc::new(AtomicUsize::new(0)), mpsc::channel());
    let counted = Arc::clone(&reads);
    thread::spawn(move || {
        loop {
            // Waits until somebody opens the pipe to read it.
            let pipe = std::env::var_os("SSL_CERT_FILE").unwrap();
            let mut pipe = fs::OpenOptions::new().write(true).open(pipe).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            pipe.write_all(&certificates).unwrap();
            drop(pipe);
            may_again.recv().unwrap();
        }
    });
    for (url, expected) in [
        ("http://127.0.0.1:9", 0),
        ("https://portal.example", 1),
        ("https://portal.example", 1),
        ("https://other.example", 1),
    ] {
        let before = reads.load(Ordering::SeqCst);
        Client::new(url, "key", "secret".into(), options()).unwrap();
        let after = reads.load(Ordering::SeqCst);
        assert_eq!(after, expected, "{url}");
        if after > before {
            again.send(()).unwrap();
        }
    }
}

#[test]
fn an_expired_package_has_its_kind() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"a").unwrap();
    let link = finalize(&package);
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    emulator.admin_json(
        "POST",
        &format!("/packages/{}", package.id()),
        &json!({"expired": true}),
    );
    fails_soon(ErrorKind::UnknownPackage, || {
        download(&received, &file.file_id)
    });
    fails_soon(ErrorKind::UnknownPackage, || {
        Package::open_link(&emulator.client(), &mut (), &link)
    });
}

#[test]
fn each_refusal_of_the_service_has_its_kind() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    package
        .add_recipient(&mut (), "second@acme.test", None)
        .unwrap();
    refused(
        package.add_recipient(&mut (), "second@acme.test", None),
        ErrorKind::DuplicateEmail,
    );
    emulator.settings(
        json!({"guests_prohibited": true, "blocked_extensions": ["exe"], "max_life_days": 10}),
    );
    refused(
        package.add_recipient(&mut (), "guest@elsewhere.test", None),
        ErrorKind::GuestsProhibited,
    );
    refused(
        upload(&package, "virus.exe", b"x"),
        ErrorKind::InvalidFileExtension,
    );
    refused(package.set_life(&mut (), 11), ErrorKind::InvalidInput);
    upload(&package, "a.bin", b"x").unwrap();
    refused(upload(&package, "a.bin", b"x"), ErrorKind::DuplicateFile);
    finalize(&package);
}

#[test]
fn every_code_of_the_service_has_its_kind() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    for (code, kind) in [
        ("FAIL", ErrorKind::Refused),
        ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
        ("AUTH_FORBIDDEN", ErrorKind::AuthForbidden),
        ("TWO_FA_ENFORCED", ErrorKind::SecondFactorEnforced),
        ("PIN_RESEND", ErrorKind::PinResent),
        ("TOKEN_EXPIRED", ErrorKind::TokenExpired),
        ("INVALID_TOKEN", ErrorKind::InvalidToken),
        ("PASSWORD_COMPLEXITY", ErrorKind::PasswordTooWeak),
        ("USER_ALREADY_EXISTS", ErrorKind::UserAlreadyExists),
        ("USER_NOT_FOUND", ErrorKind::UserNotFound),
        ("PASSWORD_REQUIRED", ErrorKind::PasswordRequired),
        ("OUTDATED_VERSION", ErrorKind::OutdatedVersion),
        ("LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
        ("GUESTS_PROHIBITED", ErrorKind::GuestsProhibited),
        ("DENIED", ErrorKind::Denied),
        ("INVALID_EMAIL", ErrorKind::InvalidEmail),
        ("DUPLICATE_EMAIL", ErrorKind::DuplicateEmail),
        ("INVALID_RECIPIENT", ErrorKind::InvalidRecipient),
        ("INVALID_INPUT", ErrorKind::InvalidInput),
        ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
        ("UNKNOWN_ENDPOINT", ErrorKind::UnknownEndpoint),
        ("APPROVER_REQUIRED", ErrorKind::ApproverRequired),
        ("INVALID_FILE_NAME", ErrorKind::InvalidFileName),
        ("INVALID_FILE_EXTENSION", ErrorKind::InvalidFileExtension),
        ("DUPLICATE_FILE", ErrorKind::DuplicateFile),
        ("TIMEOUT", ErrorKind::SessionTimeout),
        ("SOMETHING_NEW", ErrorKind::Refused),
    ] {
        let refusal = json!({"response": code, "message": "no", "errors": ["because"]});
        emulator.fault(
            json!({"endpoint": "update_package", "times": 1, "action": {"envelope": refusal}}),
        );
        let error = refused(package.set_label(&mut (), "x"), kind);
        assert_eq!(error.server_code(), Some(code));
        assert!(error.message().contains("because"), "{error}");
    }
}
