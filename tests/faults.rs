//! Faults of network and service: either all bytes arrive, or the call fails with its kind and leaves no partial file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::ErrorKind as Io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, DownloadOptions, ErrorKind, FinalizeOptions, Package, Phase,
    PhoneNumber, SecretString, Sink, Sms, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

const SIZE: usize = 6 * PART + 11;

fn brief(seconds: u64) -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(seconds),
        stall_timeout: Duration::from_secs(1),
        ..options()
    }
}

fn through_api(options: ClientOptions) -> ClientOptions {
    ClientOptions {
        force_api_route: true,
        ..options
    }
}

/// Uploads under a fault; the file has to arrive complete nevertheless.
fn upload_survives(rule: Value, options: ClientOptions) -> Emulator {
    let emulator = Emulator::start();
    let data = noise(7, SIZE);
    let package = package(&emulator.client_with(options));
    emulator.fault(rule.clone());
    let mut watch = Watch::new();
    let file = upload_watched(&package, &mut watch, "a.bin", &data)
        .unwrap_or_else(|error| panic!("{rule}: {error}"));
    watch.assert_ends_at(SIZE);
    assert!(emulator.fault_hits() > 0, "{rule} never struck");
    emulator.clear_faults();
    assert!(download(&package, &file.file_id).unwrap() == data, "{rule}");
    finalize(&package);
    assert_eq!(
        emulator.package(package.id())["files"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "{rule}"
    );
    emulator
}

/// Uploads under a fault with which it has to fail with this kind, and leave the package as it was before.
#[track_caller]
fn upload_fails(rules: &[Value], options: ClientOptions, kind: ErrorKind) {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(options));
    upload(&package, "before.bin", b"before").unwrap();
    rules.iter().for_each(|rule| emulator.fault(rule.clone()));
    let mut watch = Watch::new();
    let error = refused(
        upload_watched(&package, &mut watch, "a.bin", &noise(7, SIZE)),
        kind,
    );
    assert!(error.message().contains("a.bin"), "{error}");
    watch.assert_monotone();
    emulator.clear_faults();
    // Nothing is left: the same name can be used again, and finalize finds no incomplete file.
    upload(&package, "a.bin", b"second attempt").unwrap();
    finalize(&package);
    let raw = emulator.package(package.id());
    let names: Vec<_> = raw["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["before.bin", "a.bin"]);
}

/// A finalized package with a file.
fn sent() -> (Emulator, Vec<u8>, String) {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let data = noise(8, SIZE);
    upload(&package, "a.bin", &data).unwrap();
    let link = finalize(&package);
    (emulator, data, link)
}

fn open(emulator: &Emulator, link: &str, options: ClientOptions) -> (Package, String) {
    let package = Package::open_link(&emulator.client_of(1, options), &mut (), link).unwrap();
    let file_id = package.information(&mut ()).unwrap().files[0]
        .file_id
        .clone();
    (package, file_id)
}

fn download_survives(rule: Value, options: ClientOptions) -> Emulator {
    let (emulator, data, link) = sent();
    let (package, _) = open(&emulator, &link, options);
    emulator.fault(rule.clone());
    let directory = TempDir::new();
    let mut watch = Watch::new();
    let done = package.download_all(&mut watch, &directory.0, &DownloadOptions::default());
    done.unwrap_or_else(|error| panic!("{rule}: {error}"));
    watch.assert_ends_at(SIZE);
    assert!(emulator.fault_hits() > 0, "{rule} never struck");
    assert_eq!(directory.names(), ["a.bin"]);
    assert!(fs::read(directory.join("a.bin")).unwrap() == data, "{rule}");
    emulator
}

/// Downloads under a fault with which it has to fail with this kind, and leave no file, temporary file or wrong byte.
#[track_caller]
fn download_fails(rules: &[Value], options: ClientOptions, kind: ErrorKind) {
    let (emulator, data, link) = sent();
    let (package, file_id) = open(&emulator, &link, options);
    rules.iter().for_each(|rule| emulator.fault(rule.clone()));
    let directory = TempDir::new();
    let error = refused(download_into(&package, &file_id, &directory), kind);
    assert!(error.message().contains("a.bin"), "{error}");
    assert_eq!(directory.names(), [""; 0]);
    let mut written = Vec::new();
    let mut writer = |piece: &[u8]| {
        written.extend_from_slice(piece);
        Ok(())
    };
    let result = package.download(
        &mut (),
        &file_id,
        Sink::Writer(&mut writer),
        &DownloadOptions::default(),
    );
    refused(result, kind);
    assert!(
        data.starts_with(&written) && written.len() < data.len(),
        "only verified bytes are handed out"
    );
    emulator.clear_faults();
    assert!(
        download(&package, &file_id).unwrap() == data,
        "it can be tried again"
    );
}

/// Faults of single requests, by endpoint, which an upload has to survive.
#[test]
fn uploads_survive_transient_faults() {
    let by_storage = [
        json!({"endpoint": "part_put", "part": 2, "action": {"close_after_request_bytes": 40_000}}),
        json!({"endpoint": "part_put", "part": 2, "times": 2, "action": {"close": true}}),
        json!({"endpoint": "part_put", "times": 4, "action": {"status": 500}}),
        json!({"endpoint": "part_put", "times": 6, "action": {"status": 503}}),
        json!({"endpoint": "part_put", "times": 2, "action": {"status": 503, "early": true}}),
        json!({"endpoint": "part_put", "times": 2, "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
        json!({"endpoint": "part_put", "part": 3, "action": {"status": 403, "body": "<Error>expired</Error>"}}),
        json!({"endpoint": "part_put", "times": 4, "action": {"status": 403}}),
        json!({"endpoint": "part_put", "when": "after", "times": 3, "action": {"close": true}}),
        json!({"endpoint": "part_put", "part": 1, "action": {"hang_ms": 60_000}}),
        json!({"endpoint": "part_put", "when": "after", "part": 1, "action": {"hang_ms": 60_000}}),
    ];
    let by_api = [
        json!({"endpoint": "part_post", "part": 2, "action": {"close_after_request_bytes": 40_000}}),
        json!({"endpoint": "part_post", "times": 4, "action": {"status": 500}}),
        json!({"endpoint": "part_post", "times": 6, "action": {"status": 503}}),
        json!({"endpoint": "part_post", "times": 2, "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
        json!({"endpoint": "part_post", "when": "after", "times": 3, "action": {"close": true}}),
        json!({"endpoint": "part_post", "part": 5, "times": 2, "action": {"garbage": true}}),
        json!({"endpoint": "part_post", "part": 5, "action": {"huge_bytes": 20_000_000}}),
    ];
    let on_either = |endpoint: &str| {
        [
            json!({"endpoint": endpoint, "action": {"close": true}}),
            json!({"endpoint": endpoint, "times": 2, "action": {"status": 500}}),
            json!({"endpoint": endpoint, "times": 3, "action": {"status": 503}}),
            json!({"endpoint": endpoint, "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
            json!({"endpoint": endpoint, "times": 2, "action": {"garbage": true}}),
            json!({"endpoint": endpoint, "action": {"huge_bytes": 20_000_000}}),
            json!({"endpoint": endpoint, "action": {"close_after_response_bytes": 20}}),
            json!({"endpoint": endpoint, "action": {"short_response_bytes": 20}}),
        ]
    };
    thread::scope(|scope| {
        scope.spawn(|| by_storage.map(|rule| upload_survives(rule, brief(10))));
        scope.spawn(|| by_api.map(|rule| upload_survives(rule, through_api(brief(10)))));
        for endpoint in ["create_file", "upload_urls", "upload_complete"] {
            scope.spawn(move || on_either(endpoint).map(|rule| upload_survives(rule, brief(10))));
        }
    });
}

#[test]
fn downloads_survive_transient_faults() {
    let by_storage = [
        json!({"endpoint": "part_get", "part": 2, "action": {"close_after_response_bytes": 40_000}}),
        json!({"endpoint": "part_get", "part": 2, "times": 2, "action": {"short_response_bytes": 40_000}}),
        json!({"endpoint": "part_get", "part": 7, "action": {"short_response_bytes": 0}}),
        json!({"endpoint": "part_get", "times": 2, "action": {"close": true}}),
        json!({"endpoint": "part_get", "times": 4, "action": {"status": 500}}),
        json!({"endpoint": "part_get", "times": 6, "action": {"status": 503}}),
        json!({"endpoint": "part_get", "times": 2, "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
        json!({"endpoint": "part_get", "part": 3, "action": {"status": 403, "body": "<Error>expired</Error>"}}),
        json!({"endpoint": "part_get", "part": 4, "action": {"flip_response_byte": 50_000}}),
        json!({"endpoint": "part_get", "part": 4, "action": {"flip_response_byte": -1}}),
        json!({"endpoint": "part_get", "part": 4, "action": {"flip_response_byte": 0}}),
        json!({"endpoint": "part_get", "part": 4, "action": {"garbage": true}}),
        json!({"endpoint": "part_get", "part": 1, "action": {"hang_ms": 60_000}}),
        json!({"endpoint": "part_get", "part": 1, "action": {"hang_after_response_bytes": 40_000, "hang_ms": 60_000}}),
    ];
    let by_api = [
        json!({"endpoint": "part_download", "part": 2, "action": {"close_after_response_bytes": 40_000}}),
        json!({"endpoint": "part_download", "part": 2, "action": {"short_response_bytes": 40_000}}),
        json!({"endpoint": "part_download", "times": 4, "action": {"status": 500}}),
        json!({"endpoint": "part_download", "times": 2, "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
        json!({"endpoint": "part_download", "part": 4, "action": {"flip_response_byte": 50_000}}),
        json!({"endpoint": "part_download", "part": 4, "action": {"garbage": true}}),
        json!({"endpoint": "part_download", "part": 4, "action": {"huge_bytes": 20_000_000}}),
    ];
    let urls = [
        json!({"endpoint": "download_urls", "action": {"close": true}}),
        json!({"endpoint": "download_urls", "times": 2, "action": {"status": 500}}),
        json!({"endpoint": "download_urls", "action": {"status": 429, "headers": {"Retry-After": "1"}}}),
        json!({"endpoint": "download_urls", "times": 2, "action": {"garbage": true}}),
        json!({"endpoint": "download_urls", "action": {"huge_bytes": 20_000_000}}),
        json!({"endpoint": "download_urls", "action": {"short_response_bytes": 20}}),
    ];
    thread::scope(|scope| {
        scope.spawn(|| by_storage.map(|rule| download_survives(rule, brief(10))));
        scope.spawn(|| by_api.map(|rule| download_survives(rule, through_api(brief(10)))));
        scope.spawn(|| urls.map(|rule| download_survives(rule, brief(10))));
    });
}

#[test]
fn parts_go_through_the_api_server_if_storage_always_refuses() {
    for rule in [
        json!({"status": 403}),
        json!({"status": 404}),
        json!({"status": 500}),
        json!({"redirect": "http://127.0.0.1:9/"}),
    ] {
        let up = upload_survives(
            json!({"endpoint": "part_put", "times": 0, "action": rule}),
            brief(10),
        );
        assert!(
            up.count("part_post") >= 7,
            "{rule}: every part went through the API server"
        );
        let down = download_survives(
            json!({"endpoint": "part_get", "times": 0, "action": rule}),
            brief(10),
        );
        assert!(down.count("part_download") >= 7, "{rule}");
    }
}

/// A captive portal responds in place of storage, with status 200 and a page. The part is sent again, and at the end
/// the service says which parts it has.
#[test]
fn a_page_in_place_of_the_storage_is_no_stored_part() {
    let page = |part: Option<u32>, times: u32, when: &str| {
        let action = json!({"status": 200, "body": "<html>Welcome! Please log in.</html>"});
        let mut rule =
            json!({"endpoint": "part_put", "times": times, "when": when, "action": action});
        if let Some(part) = part {
            rule["part"] = part.into();
        }
        rule
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let emulator = upload_survives(page(Some(2), 2, "before"), brief(10));
            assert_eq!(emulator.count("part_put"), 7 + 2);
            assert_eq!(emulator.count("upload_complete"), 1);
        });
        scope.spawn(|| {
            let emulator = upload_survives(page(Some(2), 3, "before"), brief(10));
            assert_eq!(emulator.count("part_put"), 7 + 2);
            assert_eq!(emulator.count("part_post"), 7, "all are sent once more");
        });
        scope.spawn(|| {
            let emulator = upload_survives(page(None, 0, "before"), brief(10));
            assert_eq!(emulator.count("part_put"), 3 * 7);
            assert_eq!(emulator.count("part_post"), 7);
        });
        scope.spawn(|| {
            // A storage that has stored the parts, and responds in an unusual way.
            let emulator = upload_survives(page(None, 0, "after"), brief(10));
            assert_eq!(emulator.count("part_put"), 3 * 7);
            assert_eq!(emulator.count("part_post"), 0);
        });
        scope.spawn(|| {
            let emulator = upload_survives(page(Some(2), 2, "before"), brief(0));
            assert_eq!(emulator.count("part_put"), 7 + 2);
        });
    });
}

/// The last part through the API server completes the file; a strict service then accepts no part again.
#[test]
fn a_lost_response_to_the_last_part_is_no_failure() {
    let emulator = Emulator::start();
    emulator.settings(json!({"parts_after_complete": false}));
    let package = package(&emulator.client_with(through_api(brief(10))));
    emulator.lose_response("part_post");
    let file = upload(&package, "a.bin", b"whole").unwrap();
    assert_eq!(emulator.count("part_post"), 2);
    assert!(download(&package, &file.file_id).unwrap() == b"whole");
}

#[test]
fn parts_go_through_the_api_server_if_urls_expire_at_once() {
    let emulator = Emulator::start();
    emulator.settings(json!({"url_lifetime_ms": 0}));
    let package = package(&emulator.client());
    let data = noise(1, SIZE);
    let file = upload(&package, "a.bin", &data).unwrap();
    assert!(download(&package, &file.file_id).unwrap() == data);
    assert!(emulator.count("part_post") > 0 && emulator.count("part_download") > 0);
}

#[test]
fn parts_go_through_the_api_server_if_storage_cannot_be_reached() {
    let emulator = Emulator::start();
    let client = emulator.client_with(brief(20));
    let package = package(&client);
    emulator.outage(600_000, &["storage"]);
    let data = noise(1, SIZE);
    let mut watch = Watch::new();
    let file = upload_watched(&package, &mut watch, "a.bin", &data).unwrap();
    watch.assert_ends_at(SIZE);
    let link = finalize(&package);
    let (received, _) = open(&emulator, &link, brief(20));
    assert!(download(&received, &file.file_id).unwrap() == data);
    assert_eq!(emulator.count("part_put") + emulator.count("part_get"), 0);
}

#[test]
fn uploads_that_cannot_succeed_leave_the_package_as_it_was() {
    let for_ever =
        |endpoint: &str, action: Value| json!({"endpoint": endpoint, "times": 0, "action": action});
    let both = |action: Value| {
        [
            for_ever("part_put", action.clone()),
            for_ever("part_post", action),
        ]
    };
    thread::scope(|scope| {
        scope.spawn(move || {
            upload_fails(
                &both(json!({"close_after_request_bytes": 40_000})),
                brief(2),
                ErrorKind::Unreachable,
            )
        });
        scope.spawn(move || {
            upload_fails(
                &both(json!({"hang_ms": 60_000})),
                brief(2),
                ErrorKind::TimedOut,
            )
        });
        scope.spawn(move || {
            // When the API server fails too, its error counts, not that of the storage.
            let rules = [
                for_ever("part_put", json!({"status": 500})),
                for_ever("part_post", json!({"status": 500})),
            ];
            let emulator_errors = [ErrorKind::HttpError, ErrorKind::StorageRefused];
            let emulator = Emulator::start();
            let package = package(&emulator.client_with(brief(2)));
            rules.into_iter().for_each(|rule| emulator.fault(rule));
            let error = upload(&package, "a.bin", &noise(1, SIZE)).unwrap_err();
            assert!(
                emulator_errors.contains(&error.kind()) && error.http_status() == Some(500),
                "{error:?}"
            );
        });
        scope.spawn(|| {
            let late = json!({"status": 429, "headers": {"Retry-After": "3600"}});
            let started = Instant::now();
            upload_fails(
                &[for_ever("part_post", late)],
                through_api(brief(5)),
                ErrorKind::HttpError,
            );
            assert!(
                started.elapsed() < Duration::from_secs(4),
                "a Retry-After beyond the window fails at once"
            );
        });
        for endpoint in ["create_file", "upload_urls", "upload_complete"] {
            scope.spawn(move || {
                let refusal =
                    json!({"envelope": {"response": "LIMIT_EXCEEDED", "message": "too much"}});
                upload_fails(
                    &[for_ever(endpoint, refusal)],
                    brief(5),
                    ErrorKind::LimitExceeded,
                );
                upload_fails(
                    &[for_ever(
                        endpoint,
                        json!({"redirect": "http://127.0.0.1:9/"}),
                    )],
                    brief(5),
                    ErrorKind::BadAnswer,
                );
                // The request that creates a file is not repeated: its outcome is unknown.
                let nonsense = if endpoint == "create_file" {
                    ErrorKind::OutcomeUnknown
                } else {
                    ErrorKind::BadAnswer
                };
                upload_fails(
                    &[for_ever(endpoint, json!({"garbage": true}))],
                    brief(2),
                    nonsense,
                );
                upload_fails(
                    &[for_ever(endpoint, json!({"huge_bytes": 20_000_000}))],
                    brief(2),
                    nonsense,
                );
            });
        }
    });
}

#[test]
fn downloads_that_cannot_succeed_leave_nothing() {
    let for_ever = |action: Value| {
        ["part_get", "part_download"]
            .map(|endpoint| json!({"endpoint": endpoint, "part": 3, "times": 0, "action": action}))
    };
    thread::scope(|scope| {
        for flipped in [0, 30, 50_000, -1] {
            scope.spawn(move || {
                let rules = for_ever(json!({"flip_response_byte": flipped}));
                download_fails(&rules, brief(5), ErrorKind::DecryptFailed);
                download_fails(&rules, through_api(brief(5)), ErrorKind::DecryptFailed);
            });
        }
        scope.spawn(move || {
            download_fails(
                &for_ever(json!({"short_response_bytes": 40_000})),
                brief(3),
                ErrorKind::DecryptFailed,
            )
        });
        scope.spawn(move || {
            download_fails(
                &for_ever(json!({"close_after_response_bytes": 0})),
                brief(2),
                ErrorKind::Unreachable,
            )
        });
        scope.spawn(move || {
            let refusal = json!({"endpoint": "download_urls", "times": 0, "action": {"envelope": {"response": "DENIED", "message": "no"}}});
            download_fails(&[refusal], brief(5), ErrorKind::Denied);
            let garbage = json!({"endpoint": "download_urls", "times": 0, "action": {"garbage": true}});
            download_fails(&[garbage], brief(2), ErrorKind::BadAnswer);
            let redirect = json!({"endpoint": "part_download", "times": 0, "action": {"redirect": "http://127.0.0.1:9/"}});
            download_fails(&[redirect], through_api(brief(2)), ErrorKind::BadAnswer);
        });
    });
}

/// A host that the server redirects to must not get any request.
#[test]
fn redirects_to_another_host_are_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let target = format!("http://{}/", elsewhere.local_addr().unwrap());
    let (emulator, data, link) = sent();
    let client = emulator.client_with(brief(2));
    let mine = package(&client);
    let (received, file_id) = open(&emulator, &link, brief(2));
    emulator.fault(json!({"endpoint": "*", "times": 0, "action": {"redirect": target}}));
    let assert_redirect = |error: sendsafely::Error| {
        assert!(
            error.remedy().is_some() && error.http_status() == Some(302),
            "{error:?}"
        )
    };
    assert_redirect(refused(
        Package::create(&client, &mut ()),
        ErrorKind::BadAnswer,
    ));
    assert_redirect(refused(
        Package::open_link(&client, &mut (), &link),
        ErrorKind::BadAnswer,
    ));
    assert_redirect(refused(
        mine.add_recipient(&mut (), "third@acme.test", None),
        ErrorKind::BadAnswer,
    ));
    assert_redirect(refused(
        mine.set_message(&mut (), "hello"),
        ErrorKind::BadAnswer,
    ));
    assert_redirect(refused(upload(&mine, "a.bin", &data), ErrorKind::BadAnswer));
    assert_redirect(refused(download(&received, &file_id), ErrorKind::BadAnswer));
    emulator.clear_faults();
    for endpoint in ["part_put", "part_get"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"redirect": target}}));
    }
    upload(&mine, "a.bin", &data).unwrap();
    assert!(download(&received, &file_id).unwrap() == data);
    assert_eq!(
        elsewhere.accept().unwrap_err().kind(),
        Io::WouldBlock,
        "the other host got a request"
    );
}

#[test]
fn a_storage_url_of_another_scheme_gets_no_bytes() {
    let (emulator, _, link) = sent();
    let (received, file_id) = open(&emulator, &link, brief(2));
    let urls: Vec<_> = (1..=7)
        .map(|part| json!({"part": part, "url": "http://192.0.2.1/part"}))
        .collect();
    emulator.fault(json!({"endpoint": "download_urls", "times": 0, "action": {"replace_json": {"downloadUrls": urls}}}));
    let started = Instant::now();
    let error = download(&received, &file_id);
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "the library tried to connect"
    );
    refused(error, ErrorKind::InsecureHost);
}

/// The network is away for 20 seconds, in the middle of an upload and a download.
#[test]
fn transfers_outlast_twenty_seconds_without_the_server() {
    let (emulator, _, _) = sent();
    let emulator = Arc::new(emulator);
    let long = |window| ClientOptions {
        part_size: 20_000,
        retry_window: Duration::from_secs(window),
        ..options()
    };
    let data = noise(3, 80 * 20_000 + 1);
    let sender = package(&emulator.client_with(long(60)));
    let file = upload(&sender, "earlier.bin", &data).unwrap();
    let link = finalize(&sender);
    for endpoint in ["part_put", "part_get"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 100}}));
    }
    let receiver = Package::open_link(&emulator.client_of(1, long(60)), &mut (), &link).unwrap();
    let second = package(&emulator.client_with(long(60)));
    // The outage begins when one of the two has transferred 10 parts.
    let plug = Arc::new(std::sync::Once::new());
    let pull = || {
        let (emulator, plug) = (Arc::clone(&emulator), Arc::clone(&plug));
        move |progress: &sendsafely::Progress| {
            if progress.parts_done >= 10 {
                plug.call_once(|| emulator.outage(20_000, &["api", "storage"]));
            }
            false
        }
    };
    let started = Instant::now();
    thread::scope(|scope| {
        let (watch_upload, watch_download) = (pull(), pull());
        let uploading = scope.spawn(|| {
            let mut watch = Watch::stopping(watch_upload);
            let file = upload_watched(&second, &mut watch, "long.bin", &data).unwrap();
            watch.assert_ends_at(data.len());
            assert!(watch.phases().contains(&Phase::Waiting) && watch.retries() > 0);
            file
        });
        let mut watch = Watch::stopping(watch_download);
        let directory = TempDir::new();
        receiver
            .download(
                &mut watch,
                &file.file_id,
                Sink::Path(directory.join("b")),
                &DownloadOptions::default(),
            )
            .unwrap();
        watch.assert_ends_at(data.len());
        assert!(watch.phases().contains(&Phase::Waiting) && watch.retries() > 0);
        assert!(fs::read(directory.join("b")).unwrap() == data);
        let uploaded = uploading.join().unwrap();
        emulator.clear_faults();
        assert!(download(&second, &uploaded.file_id).unwrap() == data);
    });
    let took = started.elapsed();
    assert!(
        took > Duration::from_secs(20) && took < Duration::from_secs(45),
        "{took:?}"
    );
}

#[test]
fn a_line_on_which_nothing_comes_is_survived() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        connect_timeout: Duration::from_secs(1),
        ..brief(20)
    });
    let package = package(&client);
    let data = noise(7, SIZE);
    let silence = || emulator.admin_json("POST", "/outage", &json!({"ms": 2500, "silent": true}));
    // The warm connections fall silent, and new ones are not made.
    silence();
    let file = upload(&package, "a.bin", &data).unwrap();
    silence();
    assert!(download(&package, &file.file_id).unwrap() == data);
}

/// OUTAGE is the number of seconds for which nobody can be reached; `make test-outage` sets a minute.
#[test]
fn transfers_go_on_soon_after_an_outage() {
    let long = std::env::var("OUTAGE").ok();
    let seconds = long.as_ref().map_or(4, |text| text.parse().unwrap());
    // A machine that runs other tests at once is slow.
    let soon = Duration::from_secs(if long.is_some() { 2 } else { 5 });
    let data = noise(3, 60 * 20_000);
    let directory = TempDir::new();
    for silent in [false, true] {
        for endpoint in ["part_put", "part_get"] {
            let emulator = Arc::new(Emulator::start());
            // All else as it is by default.
            let package = package(&emulator.client_with(ClientOptions {
                part_size: 20_000,
                ..ClientOptions::default()
            }));
            let id = match endpoint {
                "part_get" => upload(&package, "a.bin", &data).unwrap().file_id,
                _ => String::new(),
            };
            emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 50}}));
            let (sender, began) = std::sync::mpsc::channel();
            let (plug, outside) = (std::sync::Once::new(), Arc::clone(&emulator));
            let mut watch = Watch::stopping(move |progress| {
                if progress.parts_done >= 10 {
                    plug.call_once(|| {
                        let outage = json!({"ms": seconds * 1000, "silent": silent});
                        outside.admin_json("POST", "/outage", &outage);
                        sender.send(Instant::now()).unwrap();
                    });
                }
                false
            });
            if endpoint == "part_put" {
                upload_watched(&package, &mut watch, "a.bin", &data).unwrap();
            } else {
                let target = Sink::Path(directory.join(&id));
                let options = DownloadOptions::default();
                package.download(&mut watch, &id, target, &options).unwrap();
                assert!(fs::read(directory.join(&id)).unwrap() == data);
            }
            watch.assert_ends_at(data.len());
            let back = began.recv().unwrap() + Duration::from_secs(seconds);
            let away = watch.reports.iter().rfind(|(at, _)| *at < back).unwrap();
            let moved = (watch.reports.iter())
                .find(|(at, progress)| *at >= back && progress.bytes_done > away.1.bytes_done);
            let took = moved.unwrap().0 - back;
            println!("{endpoint}, silent: {silent}: goes on {took:?} after {seconds} s");
            assert!(took < soon, "{endpoint}, silent: {silent}: {took:?}");
        }
    }
}

/// When the network is back, no call waits for the rest of a long back-off.
#[test]
fn an_outage_is_over_for_every_call_at_once() {
    const CALLS: usize = 8;
    let emulator = Emulator::start();
    let client = emulator.client_with(brief(60));
    let packages: Vec<_> = (0..CALLS).map(|_| package(&client)).collect();
    emulator.outage(5000, &["api"]);
    let started = Instant::now();
    let retries: u32 = thread::scope(|scope| {
        let calls: Vec<_> = packages
            .iter()
            .map(|package| {
                scope.spawn(|| {
                    let mut watch = Watch::new();
                    package.information(&mut watch).unwrap();
                    watch.retries()
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).sum()
    });
    let took = started.elapsed();
    assert!(took > Duration::from_secs(4), "{took:?}");
    assert!(took < Duration::from_millis(7500), "{took:?}");
    assert!(retries as usize <= 15 * CALLS, "{retries}");
    assert_eq!(emulator.count("package_information"), CALLS);
}

/// With `Retry-After: 0`, the library waits nevertheless before it sends the request again.
#[test]
fn a_retry_after_of_zero_is_no_hot_loop() {
    let emulator = Emulator::start();
    let client = emulator.client_with(brief(3));
    for retry_after in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let action = json!({"status": 503, "headers": {"Retry-After": retry_after}});
        emulator.fault(json!({"endpoint": "user_information", "times": 0, "action": action}));
        emulator.forget_requests();
        let error = refused(client.user(&mut ()), ErrorKind::HttpError);
        assert!(error.is_retryable());
        let requests = emulator.count("user_information");
        assert!((2..40).contains(&requests), "{requests}");
        emulator.clear_faults();
    }
}

/// The service's texts get into logs and terminals, so they are made printable.
#[test]
fn texts_of_the_server_are_printable() {
    let emulator = Emulator::start();
    let client = emulator.client_with(brief(2));
    let evil = "\u{1b}[2J\r\nlibsendsafely: all is well\u{202e}\u{0}\u{9b}31m";
    let is_printable = |text: &str| {
        let hidden = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!text.contains(hidden), "{text:?}");
        assert!(text.contains("all is well"), "{text:?}");
    };
    let refusal = json!({"response": format!("EVIL{evil}"), "message": evil, "errors": [evil]});
    emulator.fault(json!({"endpoint": "user_information", "action": {"envelope": refusal}}));
    let error = refused(client.user(&mut ()), ErrorKind::Refused);
    is_printable(error.message());
    is_printable(error.server_code().unwrap());
    is_printable(error.server_message().unwrap());

    let action = json!({"status": 500, "body": evil, "content_type": "text/html"});
    emulator.fault(json!({"endpoint": "user_information", "action": action}));
    let mut watch = Watch::new();
    client.user(&mut watch).unwrap();
    assert_eq!(watch.log.len(), 1);
    is_printable(&watch.log[0]);

    // File names are printable in messages, and unchanged in records.
    let package = package(&client);
    let name = format!("{evil}.txt");
    emulator.add_file(package.id(), &name, 1, &[b"no part at all".to_vec()]);
    let file = &package.information(&mut ()).unwrap().files[0];
    assert_eq!(file.file_name, name);
    is_printable(download(&package, &file.file_id).unwrap_err().message());
}

/// Every change that a sender makes has one effect, although its response is lost after the server has acted.
#[test]
fn lost_responses_leave_one_effect() {
    let ways = [
        json!({"close": true}),
        json!({"status": 500}),
        json!({"status": 503}),
        json!({"status": 429, "headers": {"Retry-After": "0"}}),
        json!({"garbage": true}),
        json!({"short_response_bytes": 5}),
        json!({"hang_ms": 60_000}),
    ];
    let endpoints = [
        "create_package",
        "add_recipient",
        "update_recipient",
        "update_package",
        "set_message",
        "create_file",
        "part_put",
        "part_post",
        "upload_complete",
        "set_keycode",
        "finalize",
        "delete_file",
    ];
    thread::scope(|scope| {
        for way in &ways {
            scope.spawn(move || {
                let emulator = Emulator::start();
                let (client, second) = (emulator.client_with(brief(8)), emulator.client_of(1, brief(8)));
                let key = json!({"publicKey": include_str!("vectors/node/trusted-device-public.asc"), "description": "d"}).to_string();
                second.request(&mut (), "PUT", "/public-key/", Some(&key)).unwrap();
                for endpoint in endpoints {
                    emulator.fault(json!({"endpoint": endpoint, "when": "after", "action": way}));
                }
                let package = Package::create(&client, &mut ()).unwrap();
                let phone = PhoneNumber { number: "4155550100".into(), country: None };
                package.add_recipient(&mut (), "second@acme.test", Some(&Sms::Number(phone.clone()))).unwrap();
                package.set_life(&mut (), 7).unwrap();
                package.set_message(&mut (), "hello").unwrap();
                let data = noise(1, SIZE);
                let file = upload(&package, "a.bin", &data).unwrap();
                let by_api = Package::open(&emulator.client_with(through_api(brief(8))), &mut (), package.id(), package.keycode().unwrap().into()).unwrap();
                let gone = upload(&by_api, "gone.bin", &data).unwrap();
                by_api.delete_file(&mut (), &gone.file_id, None).unwrap();
                let link = finalize(&package);
                assert_eq!(emulator.fault_hits(), endpoints.len() as u64, "every rule has struck: {way}");

                let raw = emulator.package(package.id());
                assert_eq!(raw["recipients"].as_array().unwrap().len(), 1);
                assert_eq!(raw["recipients"][0]["phone"]["number"], "4155550100");
                assert_eq!(raw["life"], 7);
                assert_eq!(raw["keycodes"].as_object().unwrap().len(), 1);
                assert_eq!(raw["finalized"], true);
                assert_eq!(raw["files"].as_array().unwrap().len(), 1, "{way}");
                assert_eq!(raw["files"][0]["id"], json!(file.file_id));
                let received = Package::open_link(&second, &mut (), &link).unwrap();
                assert_eq!(received.message(&mut ()).unwrap().as_deref(), Some("hello"));
                assert!(download(&received, &file.file_id).unwrap() == data);
                // A package whose response was lost is left behind, empty and unfinished.
                let ids = emulator.admin_json("GET", "/packages", &Value::Null);
                let others: Vec<_> = ids.as_array().unwrap().iter().filter(|id| **id != json!(package.id())).collect();
                assert_eq!(others.len(), 1);
                assert_eq!(emulator.package(others[0].as_str().unwrap())["finalized"], false);

                emulator.fault(json!({"endpoint": "delete_package", "when": "after", "action": way}));
                package.delete(&mut ()).unwrap();
                assert!(emulator.package(package.id())["state"].as_str().unwrap().contains("DELETED"));
                let unfinished = Package::create(&client, &mut ()).unwrap();
                emulator.fault(json!({"endpoint": "delete_temporary_package", "when": "after", "action": way}));
                unfinished.delete(&mut ()).unwrap();
            });
        }
    });
}

#[test]
fn requests_that_may_not_be_repeated_have_an_unknown_outcome() {
    let emulator = Emulator::start();
    let client = emulator.client();
    emulator.fault(json!({"endpoint": "create_group", "when": "after", "action": {"close": true}}));
    let body = json!({"groupName": "group"}).to_string();
    let error = refused(
        client.request(&mut (), "PUT", "/group/", Some(&body)),
        ErrorKind::OutcomeUnknown,
    );
    assert!(error.remedy().is_some());
    assert_eq!(emulator.count("create_group"), 1);
}

/// A gateway responds with 503 also when it has lost the response of the service behind it.
#[test]
fn after_a_503_the_request_may_have_taken_effect() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    upload(&package, "a.bin", b"a").unwrap();
    finalize(&package);
    let group = json!({"groupName": "group"}).to_string();
    let calls: [(&str, &dyn Fn() -> Option<sendsafely::Error>); 4] = [
        ("notify", &|| package.notify(&mut ()).err()),
        ("register_public_key", &|| {
            client.generate_key_pair(&mut (), "laptop").err()
        }),
        ("generate_key", &|| {
            let password = SecretString::new(emulator.of_user(1, "password"));
            let (email, name) = ("second@acme.test", "laptop");
            client
                .generate_api_key(&mut (), email, password, name)
                .err()
        }),
        ("create_group", &|| {
            client
                .request(&mut (), "PUT", "/group/", Some(&group))
                .err()
        }),
    ];
    for status in [503, 429] {
        emulator.forget_requests();
        for (endpoint, call) in calls {
            let action = json!({"status": status, "headers": {"Retry-After": "0"}});
            emulator.fault(
                json!({"endpoint": endpoint, "times": 1, "when": "after", "action": action}),
            );
            let error = call().unwrap();
            assert_eq!(
                error.kind(),
                ErrorKind::OutcomeUnknown,
                "{endpoint}: {error}"
            );
            assert_eq!(error.http_status(), Some(status));
            assert_eq!(emulator.count(endpoint), 1, "{endpoint}");
        }
    }
}

/// A request and the look at what became of it have one window, not one each.
#[test]
fn a_call_that_looks_has_one_retry_window() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        stall_timeout: Duration::from_secs(10),
        ..brief(4)
    };
    let package = package(&emulator.client_with(options));
    upload(&package, "a.bin", b"a").unwrap();
    let late = json!({"hang_ms": 3000, "close": true});
    emulator.fault(json!({"endpoint": "finalize", "when": "after", "action": late}));
    emulator
        .fault(json!({"endpoint": "package_information", "times": 0, "action": {"close": true}}));
    let begun = Instant::now();
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::OutcomeUnknown,
    );
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
}

/// If the response to finalize is lost and then the server is gone, the outcome is unknown.
#[test]
fn a_finalize_whose_outcome_cannot_be_looked_up_is_unknown() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(brief(2)));
    upload(&package, "a.bin", b"a").unwrap();
    emulator.fault(json!({"endpoint": "finalize", "when": "after", "action": {"close": true}}));
    emulator
        .fault(json!({"endpoint": "package_information", "times": 0, "action": {"close": true}}));
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::OutcomeUnknown,
    );
    emulator.clear_faults();
    // A second call finds the outcome, by this handle or another one.
    let link = finalize(&package);
    assert_eq!(emulator.count("finalize"), 1);
    assert_eq!(package.link().unwrap(), link);
    let again = Package::open(
        &emulator.client(),
        &mut (),
        package.id(),
        package.keycode().unwrap().into(),
    )
    .unwrap();
    assert_eq!(again.link().unwrap(), link);
}

#[test]
fn every_call_survives_a_short_outage() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    upload(&package, "a.bin", b"a").unwrap();
    let outage = || emulator.outage(1500, &["api", "storage"]);
    let calls: [&dyn Fn(); 5] = [
        &|| drop(package.information(&mut ()).unwrap()),
        &|| {
            drop(
                package
                    .add_recipient(&mut (), "third@acme.test", None)
                    .unwrap(),
            )
        },
        &|| package.set_message(&mut (), "hello").unwrap(),
        &|| drop(upload(&package, "b.bin", b"b").unwrap()),
        &|| drop(finalize(&package)),
    ];
    for call in calls {
        outage();
        call();
    }
    assert_eq!(
        emulator.package(package.id())["recipients"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn without_a_retry_window_the_first_failure_is_the_result() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(brief(0)));
    emulator.fault(json!({"endpoint": "package_information", "action": {"close": true}}));
    refused(package.information(&mut ()), ErrorKind::Unreachable);
    assert_eq!(emulator.count("package_information"), 1);
}

#[test]
fn a_stream_of_unknown_length_survives_faults_too() {
    let emulator = Emulator::start();
    let client: Client = emulator.client();
    let package = package(&client);
    emulator.fault(json!({"endpoint": "part_put", "times": 3, "action": {"close_after_request_bytes": 30_000}}));
    let data = noise(4, SIZE);
    let mut rest = &data[..];
    let mut reader = |buffer: &mut [u8]| {
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        rest = &rest[length..];
        Ok(length)
    };
    let source = Source::Reader {
        name: "stream.bin".into(),
        size: None,
        reader: &mut reader,
    };
    let file = package
        .upload(&mut (), source, &UploadOptions::default())
        .unwrap();
    assert_eq!(emulator.fault_hits(), 3);
    assert!(download(&package, &file.file_id).unwrap() == data);
}

/// `Range` headers and response statuses of the requests for parts.
fn fetched(emulator: &Emulator) -> Vec<(Option<String>, u64)> {
    let requests = emulator.requests();
    requests
        .iter()
        .filter(|request| request["endpoint"] == "part_get")
        .map(|request| {
            let range = request["headers"]["range"].as_str().map(str::to_owned);
            (range, request["status"].as_u64().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_broken_download_goes_on_inside_its_part() {
    let (emulator, data, link) = sent();
    for ranges in [true, false] {
        let (package, _) = open(&emulator, &link, options());
        emulator.settings(json!({"storage_ranges": ranges}));
        emulator.clear_faults();
        for broken in [40_000, 30_000] {
            emulator.fault(json!({"endpoint": "part_get", "part": 2, "times": 1,
                "action": {"close_after_response_bytes": broken}}));
        }
        emulator.forget_requests();
        let mut watch = Watch::new();
        let directory = TempDir::new();
        let done = package.download_all(&mut watch, &directory.0, &DownloadOptions::default());
        done.unwrap();
        watch.assert_ends_at(SIZE);
        assert!(fs::read(directory.join("a.bin")).unwrap() == data);
        assert_eq!(emulator.fault_hits(), 2);
        let asked: Vec<_> = fetched(&emulator)
            .into_iter()
            .filter(|(range, _)| range.is_some())
            .collect();
        let status = if ranges { 206 } else { 200 };
        let rests = if ranges {
            [40_000, 70_000]
        } else {
            [40_000, 30_000]
        };
        let expected = rests.map(|from| (Some(format!("bytes={from}-")), status));
        assert_eq!(asked, expected, "ranges: {ranges}");
    }
}

#[test]
fn a_storage_that_refuses_or_confuses_ranges_gives_the_whole() {
    for response in [
        json!({"status": 416, "body": "InvalidRange"}),
        json!({"status": 206, "body": "other", "headers": {"Content-Range": "bytes 0-4/5"}}),
        json!({"status": 206, "body": "no range"}),
    ] {
        let (emulator, data, link) = sent();
        let (package, file_id) = open(&emulator, &link, options());
        emulator.fault(json!({"endpoint": "part_get", "part": 2, "times": 1,
            "action": {"close_after_response_bytes": 40_000}}));
        emulator.fault(json!({"endpoint": "part_get", "part": 2, "times": 1, "action": response}));
        assert!(download(&package, &file_id).unwrap() == data, "{response}");
        assert_eq!(emulator.fault_hits(), 2, "{response}");
    }
}

/// The id and the stored parts of the only file of a package.
fn stored(emulator: &Emulator, package: &Package) -> (String, Vec<Vec<u8>>) {
    let raw = emulator.package(package.id());
    let file = raw["files"][0]["id"].as_str().unwrap().to_owned();
    let parts = raw["files"][0]["parts"].as_u64().unwrap();
    let part = |number| emulator.admin("GET", &format!("/files/{file}/parts/{number}"), b"");
    let parts = (1..=parts).map(part).collect();
    (file, parts)
}

#[test]
fn parts_in_the_wrong_place_are_refused() {
    for spooled in [false, true] {
        let emulator = Emulator::start();
        let package = package(&emulator.client());
        let data = noise(4, 3 * PART);
        let mut rest = &data[..];
        let mut reader = |buffer: &mut [u8]| Ok(std::io::Read::read(&mut rest, buffer).unwrap());
        let source = Source::Reader {
            name: "a.bin".into(),
            size: (!spooled).then_some(data.len() as u64),
            reader: &mut reader,
        };
        let file = package
            .upload(&mut (), source, &UploadOptions::default())
            .unwrap();
        let (id, parts) = stored(&emulator, &package);
        let put = |number: usize, part: &[u8]| {
            emulator.admin("PUT", &format!("/files/{id}/parts/{number}"), part);
        };
        assert!(download(&package, &file.file_id).unwrap() == data);
        // One part in place of another, two swapped, one twice.
        for (first, second, third) in [(0, 0, 2), (1, 0, 2), (0, 1, 1)] {
            for (number, part) in [(1, first), (2, second), (3, third)] {
                put(number, &parts[part]);
            }
            let directory = TempDir::new();
            emulator.forget_requests();
            let error = refused(
                download_into(&package, &file.file_id, &directory),
                ErrorKind::WrongPart,
            );
            assert!(error.message().contains("part"), "{error}");
            assert_eq!(directory.names(), [""; 0]);
            assert!(emulator.count("part_get") >= 3, "fetched again twice");
        }
        // Without its last part, the file is another one.
        let cut = emulator.add_file(package.id(), "cut.bin", 2 * PART, &parts[..2]);
        assert_kind(download(&package, &cut), ErrorKind::WrongPart);
        // A transient failure is survived.
        put(1, &parts[0]);
        put(2, &parts[1]);
        put(3, &parts[2]);
        assert!(download(&package, &file.file_id).unwrap() == data);
    }
}

#[test]
fn parts_of_another_file_are_refused() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    upload(&package, "a.bin", &noise(1, 2 * PART)).unwrap();
    let (id, mut parts) = stored(&emulator, &package);
    upload(&package, "longer.bin", &noise(2, 3 * PART)).unwrap();
    let longer = emulator.package(package.id())["files"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // A part of the same number from a file with more parts; a file whose last part and size are cut.
    let from_longer = emulator.admin("GET", &format!("/files/{longer}/parts/1"), b"");
    let mixed = emulator.add_file(
        package.id(),
        "mixed.bin",
        2 * PART,
        &[from_longer, parts[1].clone()],
    );
    assert_kind(download(&package, &mixed), ErrorKind::WrongPart);
    parts.truncate(1);
    let cut = emulator.add_file(package.id(), "cut.bin", PART, &parts);
    assert_kind(download(&package, &cut), ErrorKind::WrongPart);
    assert!(download(&package, &id).unwrap() == noise(1, 2 * PART));
}

#[test]
fn the_same_part_twice_is_refused_whoever_wrote_it() {
    use support::openpgp::{JAVA, NODE, part};
    let (emulator, _, link) = sent();
    let raw = emulator.only_package();
    let secret = raw["server_secret"].as_str().unwrap();
    let passphrase = format!("{secret}{}", link.split("keyCode=").nth(1).unwrap());
    let (package, _) = open(&emulator, &link, options());
    for style in [JAVA, NODE] {
        let fresh = || part(style, &passphrase, b"hello");
        let again = fresh();
        let id = raw["id"].as_str().unwrap();
        let file = emulator.add_file(id, "twice.bin", 15, &[fresh(), again.clone(), again]);
        assert_kind(download(&package, &file), ErrorKind::WrongPart);
        let file = emulator.add_file(id, "equal.bin", 15, &[fresh(), fresh(), fresh()]);
        assert_eq!(download(&package, &file).unwrap(), b"hellohellohello");
    }
    // A writer may derive one key for all parts: in this style, all have the same session key.
    let parts: Vec<_> = (0..3).map(|_| part(NODE, &passphrase, b"hello")).collect();
    let head = 2 + usize::from(parts[0][1]);
    let shared: Vec<_> = parts
        .iter()
        .map(|part| [&parts[0][..head], &part[head..]].concat())
        .collect();
    let file = emulator.add_file(raw["id"].as_str().unwrap(), "shared.bin", 15, &shared);
    assert_eq!(download(&package, &file).unwrap(), b"hellohellohello");
}
