//! Files with another size or number of parts than declared (`protocol` 4.3, 5.4.3).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sendsafely::{
    Action, ClientOptions, Compare, Download, DownloadOptions, ErrorKind, Existing, Package,
    Result, Sink, UploadOptions,
};
use serde_json::{Value, json};
use support::openpgp::{NODE, message, part};
use support::*;

const STRICT: DownloadOptions = DownloadOptions {
    password: None,
    existing: Existing::Refuse,
    sync: false,
    directory_id: None,
    strict_size: true,
    compare: Compare::Size,
    resume_file: None,
};

/// A package, and the passphrase of its parts.
fn receiving(emulator: &Emulator, options: ClientOptions) -> (Package, String) {
    let package = package(&emulator.client_with(options));
    let secret = emulator.package(package.id())["server_secret"].clone();
    let passphrase = secret.as_str().unwrap().to_owned() + package.keycode().unwrap();
    (package, passphrase)
}

/// Three parts of 1,000 bytes as the Node client writes them, and the whole file.
fn three_parts(passphrase: &str) -> (Vec<Vec<u8>>, Vec<u8>) {
    let pieces: Vec<_> = (1..4).map(|seed| noise(seed, 1000)).collect();
    let parts = pieces.iter().map(|piece| part(NODE, passphrase, piece));
    (parts.collect(), pieces.concat())
}

/// Downloads in every way, asserts that the content is the same each time and fits the report, and returns it.
fn in_every_way(package: &Package, id: &str) -> Vec<u8> {
    let check = |download: Download, watch: &Watch, received: usize| {
        assert_eq!(download.size, received as u64);
        watch.assert_ends_at(received);
        let has_both = watch.log.iter().any(|line| {
            line.contains(&format!("{received} bytes were received"))
                && download
                    .declared_size
                    .is_some_and(|size| line.contains(&format!("{size} were declared")))
        });
        assert_eq!(
            has_both,
            download
                .declared_size
                .is_some_and(|size| size != download.size),
            "{:?}",
            watch.log
        );
    };
    let options = DownloadOptions::default();
    let mut watch = Watch::new();
    let mut memory = Vec::new();
    let sink = Sink::Memory(&mut memory);
    let done = package.download(&mut watch, id, sink, &options).unwrap();
    check(done, &watch, memory.len());

    let mut written = Vec::new();
    let mut writer = |data: &[u8]| -> Result<()> {
        written.extend_from_slice(data);
        Ok(())
    };
    let mut watch = Watch::new();
    let sink = Sink::Writer(&mut writer);
    let done = package.download(&mut watch, id, sink, &options).unwrap();
    check(done, &watch, written.len());
    assert!(written == memory);

    let directory = TempDir::new();
    let mut watch = Watch::new();
    let sink = Sink::Path(directory.0.clone());
    let done = package.download(&mut watch, id, sink, &options).unwrap();
    assert!(fs::read(done.path.as_ref().unwrap()).unwrap() == memory);
    check(done, &watch, memory.len());
    memory
}

/// The highest part number in any request.
fn furthest(emulator: &Emulator) -> u64 {
    let requests = emulator.requests();
    let parts = requests.iter().filter_map(|request| {
        let body = request["body"].as_str().unwrap_or_default();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let urls = body["startSegment"].as_u64();
        urls.or(body["part"].as_u64()).or(request["part"].as_u64())
    });
    parts.max().unwrap()
}

/// Asserts that `strict_size` refuses the file, and that nothing is left of it.
fn refused_if_strict(package: &Package, id: &str) {
    let directory = TempDir::new();
    let sink = Sink::Path(directory.0.clone());
    let error = refused(
        package.download(&mut (), id, sink, &STRICT),
        ErrorKind::SizeMismatch,
    );
    assert!(error.remedy().is_some());
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn a_file_of_another_size_than_declared_is_kept_unless_that_is_refused() {
    let emulator = Emulator::start();
    for force_api_route in [false, true] {
        let options = ClientOptions {
            force_api_route,
            ..options()
        };
        let (package, passphrase) = receiving(&emulator, options);
        let (parts, data) = three_parts(&passphrase);
        for size in [1, 2000, 2999, 3001, 1 << 40] {
            let id = emulator.add_file(package.id(), "a.bin", size, &parts);
            assert!(in_every_way(&package, &id) == data, "{size}");
            refused_if_strict(&package, &id);
        }
        let id = emulator.add_file(package.id(), "a.bin", 3000, &parts);
        assert!(in_every_way(&package, &id) == data);
        package
            .download(&mut (), &id, Sink::Memory(&mut Vec::new()), &STRICT)
            .unwrap();
    }
}

#[test]
fn our_own_files_are_kept_when_the_service_reports_a_wrong_size() {
    let emulator = Emulator::start();
    let (package, _) = receiving(&emulator, options());
    let data = noise(1, 2 * PART + 1);
    upload(&package, "known.bin", &data).unwrap();
    let mut rest = &data[..];
    let mut reader = |buffer: &mut [u8]| Ok(std::io::Read::read(&mut rest, buffer).unwrap());
    let streamed = sendsafely::Source::Reader {
        name: "streamed.bin".into(),
        size: None,
        reader: &mut reader,
    };
    package
        .upload(&mut (), streamed, &UploadOptions::default())
        .unwrap();
    let link = finalize(&package);
    for offset in [-200_000, -1, 1, 1_i64 << 40] {
        emulator.settings(json!({"declared_size_offset": offset}));
        let package =
            Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
        emulator.forget_requests();
        for file in package.information(&mut ()).unwrap().files {
            assert!(in_every_way(&package, &file.file_id) == data, "{offset}");
            refused_if_strict(&package, &file.file_id);
        }
        // Our parts contain their number, so no further part is asked for.
        assert_eq!(furthest(&emulator), 3, "{offset}");
        // Without retries, a part cannot be fetched again because of its size.
        let once = ClientOptions {
            retry_window: std::time::Duration::ZERO,
            ..options()
        };
        let package = Package::open_link(&emulator.client_of(1, once), &mut (), &link).unwrap();
        let files = package.information(&mut ()).unwrap().files;
        assert!(
            in_every_way(&package, &files[0].file_id) == data,
            "{offset}"
        );
    }
}

#[test]
fn a_part_that_was_not_counted_is_fetched_once() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    for force_api_route in [false, true] {
        let options = ClientOptions {
            force_api_route,
            ..options()
        };
        let (package, passphrase) = receiving(&emulator, options);
        let (parts, data) = three_parts(&passphrase);
        // A file as the Node client 1.1.3 declared it, which is complete with that part, and one that is not.
        for size in [3000, 2500, 4000] {
            let id = emulator.add_file(package.id(), "a.bin", size, &parts[..2]);
            emulator.admin("PUT", &format!("/files/{id}/parts/3"), &parts[2]);
            emulator.forget_requests();
            assert!(in_every_way(&package, &id) == data, "{size}");
            assert_eq!(furthest(&emulator), 3, "{size}: never one more than that");
            if size == 3000 {
                package
                    .download(&mut (), &id, Sink::Memory(&mut Vec::new()), &STRICT)
                    .unwrap();
            } else {
                refused_if_strict(&package, &id);
            }
        }
        // If the declared size is reached, no further part is asked for.
        let id = emulator.add_file(package.id(), "a.bin", 2000, &parts[..2]);
        emulator.admin("PUT", &format!("/files/{id}/parts/3"), &parts[2]);
        emulator.forget_requests();
        assert!(in_every_way(&package, &id) == data[..2000]);
        assert_eq!(furthest(&emulator), 2);
    }
}

#[test]
fn a_file_ends_where_it_ended_if_there_is_no_further_part() {
    let emulator = Emulator::start();
    let (package, passphrase) = receiving(&emulator, options());
    let (parts, data) = three_parts(&passphrase);
    let id = emulator.add_file(package.id(), "a.bin", 4000, &parts);
    let refusal = json!({"response": "FAIL", "message": "no such part"});
    let urls = json!({"downloadUrls": [{"part": 4, "url": format!("{}/no/such/part", emulator.text("storage_url"))}]});
    for (endpoint, action) in [
        ("download_urls", json!({"envelope": refusal})),
        ("download_urls", json!({"internal_error": true})),
        ("download_urls", json!({"status": 404, "body": "not found"})),
        (
            "download_urls",
            json!({"replace_json": {"downloadUrls": []}}),
        ),
        ("download_urls", json!({"replace_json": urls})),
    ] {
        emulator.clear_faults();
        // The first request returns the URLs of the declared parts.
        emulator.fault(json!({"endpoint": endpoint, "skip": 1, "times": 1, "action": action}));
        assert!(download(&package, &id).unwrap() == data, "{action}");
        assert_eq!(emulator.fault_hits(), 1, "{action}");
    }
    // The part has a URL, but storage says in one of several ways that there is no such part.
    emulator.settings(json!({"surplus_parts": true}));
    emulator.admin("PUT", &format!("/files/{id}/parts/4"), b"");
    // An empty part.
    emulator.forget_requests();
    assert!(download(&package, &id).unwrap() == data);
    assert_eq!(furthest(&emulator), 4);
    for status in [403, 404, 416] {
        emulator.clear_faults();
        emulator.forget_requests();
        let response = json!({"status": status, "body": "<Error/>"});
        emulator.fault(json!({"endpoint": "part_get", "part": 4, "times": 0, "action": response}));
        assert!(download(&package, &id).unwrap() == data, "{status}");
        assert_eq!(emulator.fault_hits(), 1, "{status}");
    }
    // A failure that is no refusal is retried: the part is there.
    emulator.clear_faults();
    let last = noise(4, 1000);
    let sealed = part(NODE, &passphrase, &last);
    emulator.admin("PUT", &format!("/files/{id}/parts/4"), &sealed);
    emulator
        .fault(json!({"endpoint": "part_get", "part": 4, "times": 1, "action": {"status": 503}}));
    let whole = [&data[..], &last].concat();
    assert!(download(&package, &id).unwrap() == whole);
    // Also a broken connection within the part, after which storage refuses the range.
    for status in [400, 403, 416] {
        emulator.clear_faults();
        let breaks = json!({"close_after_response_bytes": 500});
        emulator.fault(json!({"endpoint": "part_get", "part": 4, "times": 1, "action": breaks}));
        emulator.fault(
            json!({"endpoint": "part_get", "part": 4, "times": 1, "action": {"status": status}}),
        );
        assert!(download(&package, &id).unwrap() == whole, "{status}");
        assert_eq!(emulator.fault_hits(), 2, "{status}");
    }
    // The part is verified like every other.
    let damaged = [&sealed[..sealed.len() - 1], &[!sealed[sealed.len() - 1]]].concat();
    emulator.admin("PUT", &format!("/files/{id}/parts/4"), &damaged);
    let directory = TempDir::new();
    refused(
        download_into(&package, &id, &directory),
        ErrorKind::DecryptFailed,
    );
    assert_eq!(directory.names(), [""; 0]);
    emulator.admin("PUT", &format!("/files/{id}/parts/4"), &parts[0]);
    assert_kind(download(&package, &id), ErrorKind::WrongPart);
}

#[test]
fn an_error_of_the_server_for_a_further_part_means_none() {
    let emulator = Emulator::start();
    for force_api_route in [false, true] {
        let options = ClientOptions {
            force_api_route,
            retry_window: std::time::Duration::from_secs(300),
            ..options()
        };
        let (package, passphrase) = receiving(&emulator, options);
        let (parts, data) = three_parts(&passphrase);
        let id = emulator.add_file(package.id(), "a.bin", 4000, &parts);
        let (endpoint, counted) = match force_api_route {
            true => ("part_download", 3),
            false => ("download_urls", 1),
        };
        for action in [
            json!({"status": 500, "body": "<html>"}),
            json!({"status": 503, "body": "{\"response\":\"FAIL\",\"message\":\"no\"}"}),
        ] {
            emulator.clear_faults();
            emulator.fault(
                json!({"endpoint": endpoint, "skip": counted, "times": 0, "action": action}),
            );
            let mut watch = Watch::new();
            let mut memory = Vec::new();
            let sink = Sink::Memory(&mut memory);
            let options = DownloadOptions::default();
            package.download(&mut watch, &id, sink, &options).unwrap();
            assert!(memory == data);
            assert_eq!(emulator.fault_hits(), 3, "{action}");
            let said =
                |line: &&String| line.contains("one part more than the 3 that the service counts");
            assert_eq!(watch.log.iter().filter(said).count(), 1, "{:?}", watch.log);
        }
    }
}

#[test]
fn other_failures_for_a_further_part_fail_the_download() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        retry_window: std::time::Duration::from_secs(1),
        ..options()
    };
    let (package, passphrase) = receiving(&emulator, options);
    let (parts, data) = three_parts(&passphrase);
    let id = emulator.add_file(package.id(), "a.bin", 4000, &parts);
    let refusal = |code: &str| json!({"envelope": {"response": code, "message": "no"}});
    let page = json!({"status": 200, "body": "<html>", "content_type": "text/html"});
    let busy = json!({"status": 429, "body": "{\"response\":\"FAIL\",\"message\":\"busy\"}"});
    for (action, kind) in [
        (
            refusal("AUTHENTICATION_FAILED"),
            ErrorKind::AuthenticationFailed,
        ),
        (refusal("LIMIT_EXCEEDED"), ErrorKind::LimitExceeded),
        (refusal("PASSWORD_REQUIRED"), ErrorKind::PasswordRequired),
        (refusal("UNKNOWN_PACKAGE"), ErrorKind::UnknownPackage),
        (
            json!({"status": 407, "body": "proxy"}),
            ErrorKind::HttpError,
        ),
        (page, ErrorKind::BadAnswer),
        (busy.clone(), ErrorKind::Refused),
        (json!({"close": true}), ErrorKind::Unreachable),
    ] {
        emulator.clear_faults();
        for (endpoint, skip) in [("download_urls", 1), ("part_download", 0)] {
            let fault = json!({"endpoint": endpoint, "skip": skip, "times": 0, "action": action});
            emulator.fault(fault);
        }
        let directory = TempDir::new();
        let error = refused(download_into(&package, &id, &directory), kind);
        assert!(error.message().contains("part 4"), "{error}");
        assert_eq!(directory.names(), [""; 0]);
    }
    emulator.clear_faults();
    emulator.fault(json!({"endpoint": "download_urls", "skip": 1, "times": 1, "action": busy}));
    assert!(download(&package, &id).unwrap() == data);
}

#[test]
fn a_file_is_empty_only_if_it_has_no_part() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    for force_api_route in [false, true] {
        let options = ClientOptions {
            force_api_route,
            ..options()
        };
        let (package, passphrase) = receiving(&emulator, options);
        let nothing = emulator.add_file(package.id(), "empty.bin", 0, &[]);
        assert!(in_every_way(&package, &nothing).is_empty());
        package
            .download(&mut (), &nothing, Sink::Memory(&mut Vec::new()), &STRICT)
            .unwrap();
        // A file of one part, of which the service counts none: then its 0 is no size either.
        let data = noise(1, 1000);
        let id = emulator.add_file(package.id(), "a.bin", 0, &[]);
        let sealed = part(NODE, &passphrase, &data);
        emulator.admin("PUT", &format!("/files/{id}/parts/1"), &sealed);
        assert!(in_every_way(&package, &id) == data);
        package
            .download(&mut (), &id, Sink::Memory(&mut Vec::new()), &STRICT)
            .unwrap();
        // A file of ours without its last part is refused.
        let ours = upload(&package, "ours.bin", &noise(1, 2 * PART))
            .unwrap()
            .file_id;
        let first = emulator.admin("GET", &format!("/files/{ours}/parts/1"), b"");
        let id = emulator.add_file(package.id(), "b.bin", 0, &[]);
        emulator.admin("PUT", &format!("/files/{id}/parts/1"), &first);
        assert_kind(download(&package, &id), ErrorKind::WrongPart);
    }
}

#[test]
fn a_part_of_another_size_is_fetched_once_more() {
    let emulator = Emulator::start();
    let (package, _) = receiving(
        &emulator,
        ClientOptions {
            parts_in_flight: 1,
            ..options()
        },
    );
    let data = noise(1, 2 * PART);
    let id = upload(&package, "a.bin", &data).unwrap().file_id;
    let other = upload(&package, "b.bin", &noise(2, 2 * PART - 1))
        .unwrap()
        .file_id;
    let wrong = emulator.admin("GET", &format!("/files/{other}/parts/1"), b"");
    let right = emulator.admin("GET", &format!("/files/{id}/parts/1"), b"");
    emulator.admin("PUT", &format!("/files/{id}/parts/1"), &wrong);
    // The part is fetched once more, and by then it is the right one.
    let late = json!({"hang_ms": 1500});
    emulator
        .fault(json!({"endpoint": "part_get", "part": 1, "skip": 1, "times": 1, "action": late}));
    let mut watch =
        OnRetry(|| drop(emulator.admin("PUT", &format!("/files/{id}/parts/1"), &right)));
    let mut memory = Vec::new();
    let sink = Sink::Memory(&mut memory);
    let options = DownloadOptions::default();
    package.download(&mut watch, &id, sink, &options).unwrap();
    assert!(memory == data);
}

/// An observer that calls a function when the log says that something is tried again.
struct OnRetry<F: FnMut()>(F);

impl<F: FnMut()> sendsafely::Observer for OnRetry<F> {
    fn progress(&mut self, _: &sendsafely::Progress) -> sendsafely::Flow {
        sendsafely::Flow::Continue
    }

    fn log(&mut self, line: &str) {
        if line.contains("trying again") {
            self.0();
        }
    }
}

#[test]
fn our_own_files_are_complete_or_refused_whatever_is_declared() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    let (package, _) = receiving(&emulator, options());
    let data = noise(1, 3 * PART);
    let id = upload(&package, "a.bin", &data).unwrap().file_id;
    let parts: Vec<_> = (1..4)
        .map(|number| emulator.admin("GET", &format!("/files/{id}/parts/{number}"), b""))
        .collect();
    let twice = [&parts[..], &parts[2..]].concat();
    for size in [2 * PART, 3 * PART, 4 * PART] {
        for wrong in [&parts[..2], &parts[1..], &twice[..], &parts[..1]] {
            let file = emulator.add_file(package.id(), "b.bin", size, wrong);
            emulator.forget_requests();
            assert_kind(download(&package, &file), ErrorKind::WrongPart);
            assert!(furthest(&emulator) <= wrong.len() as u64);
        }
        let file = emulator.add_file(package.id(), "c.bin", size, &parts);
        assert!(download(&package, &file).unwrap() == data);
    }
}

#[test]
fn a_part_without_a_place_is_refused_in_our_own_files() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    let (package, passphrase) = receiving(&emulator, options());
    let data = noise(1, 3 * PART);
    let mut rest = &data[..];
    let mut reader = |buffer: &mut [u8]| Ok(std::io::Read::read(&mut rest, buffer).unwrap());
    let streamed = sendsafely::Source::Reader {
        name: "streamed.bin".into(),
        size: None,
        reader: &mut reader,
    };
    let streamed = package.upload(&mut (), streamed, &UploadOptions::default());
    let known = upload(&package, "known.bin", &data).unwrap();
    // A hostile storage has parts without a place, too: those of another client, and the message.
    let foreign = part(NODE, &passphrase, &noise(2, PART));
    package.set_message(&mut (), "a message").unwrap();
    let message = emulator.package(package.id())["message"].clone();
    let message = BASE64.decode(message.as_str().unwrap()).unwrap();
    for id in [known.file_id, streamed.unwrap().file_id] {
        let parts: Vec<_> = (1..4)
            .map(|number| emulator.admin("GET", &format!("/files/{id}/parts/{number}"), b""))
            .collect();
        for stranger in [&foreign, &message] {
            let file = |parts: &[&Vec<u8>]| {
                let parts: Vec<_> = parts.iter().map(|part| (*part).clone()).collect();
                emulator.add_file(package.id(), "a.bin", 3 * PART, &parts)
            };
            for wrong in [
                &[&parts[0], stranger][..],
                &[&parts[0], stranger, &parts[2]],
                &[stranger, &parts[1], &parts[2]],
                &[&parts[0], &parts[1], stranger],
                &[&parts[0], &parts[1], &parts[2], stranger],
            ] {
                let wrong = file(wrong);
                assert_kind(download(&package, &wrong), ErrorKind::WrongPart);
            }
            // One of our parts after a part of another client.
            let wrong = file(&[stranger]);
            emulator.admin("PUT", &format!("/files/{wrong}/parts/2"), &parts[1]);
            assert_kind(download(&package, &wrong), ErrorKind::WrongPart);
        }
        assert!(download(&package, &id).unwrap() == data);
    }
}

#[test]
fn memory_is_limited_beyond_the_declared_size() {
    let emulator = Emulator::start();
    let (package, passphrase) = receiving(
        &emulator,
        ClientOptions {
            max_part_bytes: 64 << 10,
            ..options()
        },
    );
    let pieces: Vec<_> = (0..4).map(|seed| noise(seed, 60_000)).collect();
    let parts: Vec<_> = pieces
        .iter()
        .map(|piece| part(NODE, &passphrase, piece))
        .collect();
    let id = emulator.add_file(package.id(), "a.bin", 100_000, &parts);
    let error = refused(download(&package, &id), ErrorKind::SizeMismatch);
    assert!(error.remedy().unwrap().contains("to a file"), "{error}");
    // Into a file, the same download succeeds.
    let directory = TempDir::new();
    assert!(download_into(&package, &id, &directory).unwrap() == pieces.concat());
    let id = emulator.add_file(package.id(), "a.bin", 180_000, &parts);
    assert!(download(&package, &id).unwrap() == pieces.concat());
}

#[test]
fn small_parts_that_unpack_to_much_fill_no_disk() {
    let emulator = Emulator::start();
    let limit = 256 << 10;
    let (package, passphrase) = receiving(
        &emulator,
        ClientOptions {
            max_part_bytes: limit,
            ..options()
        },
    );
    let bombs: Vec<_> = (0..6).map(|_| zeros(&passphrase, 200_000)).collect();
    assert!(bombs[0].len() < 1000);
    let id = emulator.add_file(package.id(), "a.bin", 1000, &bombs);
    let directory = TempDir::new();
    let error = refused(
        download_into(&package, &id, &directory),
        ErrorKind::SizeMismatch,
    );
    assert!(
        error.remedy().unwrap().contains("max_part_bytes"),
        "{error}"
    );
    assert_eq!(directory.names(), [""; 0]);
    // The same size is accepted if it was declared, or if as many bytes were sent.
    let id = emulator.add_file(package.id(), "b.bin", 1_200_000, &bombs);
    let directory = TempDir::new();
    assert_eq!(
        download_into(&package, &id, &directory).unwrap().len(),
        1_200_000
    );
    let pieces: Vec<_> = (0..6).map(|seed| noise(seed, 200_000)).collect();
    let parts: Vec<_> = pieces
        .iter()
        .map(|piece| part(NODE, &passphrase, piece))
        .collect();
    let id = emulator.add_file(package.id(), "c.bin", 1000, &parts);
    let directory = TempDir::new();
    assert!(download_into(&package, &id, &directory).unwrap() == pieces.concat());
    // The same in memory, if no size is declared.
    let unknown = |id: &str| {
        let file = json!({"fileId": id, "fileName": "a.bin", "fileSize": null, "parts": 6});
        let action = json!({"replace_json": {"files": [file]}});
        emulator.clear_faults();
        emulator.fault(json!({"endpoint": "package_information", "times": 0, "action": action}));
    };
    let id = emulator.add_file(package.id(), "d.bin", 0, &parts);
    unknown(&id);
    assert!(download(&package, &id).unwrap() == pieces.concat());
    let id = emulator.add_file(package.id(), "e.bin", 0, &bombs);
    unknown(&id);
    assert_kind(download(&package, &id), ErrorKind::SizeMismatch);
}

/// A part whose literal data is compressed zeros.
fn zeros(passphrase: &str, length: u32) -> Vec<u8> {
    use std::io::Write as _;
    let packet = |tag: u8, body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[0xc0 | tag, 255], &length[..], body].concat()
    };
    let literal = [&[b'b', 0, 0, 0, 0, 0][..], &vec![0; length as usize]].concat();
    let mut encoder = flate2::write::ZlibEncoder::new(vec![2], flate2::Compression::best());
    encoder.write_all(&packet(11, &literal)).unwrap();
    message(NODE, passphrase, &packet(8, &encoder.finish().unwrap()))
}

/// What the service does not say is not 0.
#[test]
fn a_file_is_whole_although_the_service_says_neither_size_nor_parts() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    let (package, passphrase) = receiving(&emulator, options());
    let (parts, data) = three_parts(&passphrase);
    let of_others = emulator.add_file(package.id(), "a.bin", 3000, &parts);
    let ours_data = noise(5, 3 * PART);
    let ours = upload(&package, "ours.bin", &ours_data).unwrap().file_id;
    for (id, data) in [(of_others, data), (ours, ours_data)] {
        for unknown in [
            json!({"fileSize": null, "parts": null}),
            json!({"fileSize": "0", "parts": 0}),
            json!({}),
            json!({"fileSize": "0", "parts": "3"}),
            json!({"fileSize": format!("{}.0", data.len())}),
        ] {
            let mut file = unknown.clone();
            file["fileId"] = id.clone().into();
            file["fileName"] = "a.bin".into();
            let listed = json!({"replace_json": {"files": [file]}});
            let mut informed = file.clone();
            let is_counted = file["parts"] == "3";
            informed["fileParts"] = file["parts"].clone();
            emulator
                .fault(json!({"endpoint": "package_information", "times": 0, "action": listed}));
            let informed = json!({"replace_json": {"file": informed}});
            emulator.fault(json!({"endpoint": "file_information", "times": 0, "action": informed}));
            let information = package.information(&mut ()).unwrap();
            let size = file["fileSize"].as_str().is_some_and(|size| size != "0");
            assert_eq!(
                information.files[0].size,
                size.then_some(data.len() as u64),
                "{unknown}"
            );
            assert_eq!(
                information.files[0].parts,
                is_counted.then_some(3),
                "{unknown}"
            );
            let mut memory = Vec::new();
            let mut watch = Watch::new();
            package
                .download(&mut watch, &id, Sink::Memory(&mut memory), &STRICT)
                .unwrap();
            assert!(memory == data, "{unknown}");
            watch.assert_ends_at(data.len());
            let directory = TempDir::new();
            let mut watch = Watch::new();
            package
                .download_all(&mut watch, &directory.0, &STRICT)
                .unwrap();
            assert!(
                fs::read(directory.join("a.bin")).unwrap() == data,
                "{unknown}"
            );
            watch.assert_ends_at(data.len());
            emulator.clear_faults();
        }
    }
}

/// The number of parts stands in file information where the listing lacks it: no part is sought in vain.
#[test]
fn the_number_of_parts_is_looked_up() {
    let emulator = Emulator::start();
    let (package, passphrase) = receiving(&emulator, options());
    let (parts, data) = three_parts(&passphrase);
    let id = emulator.add_file(package.id(), "a.bin", 3000, &parts);
    let file = json!({"fileId": id, "fileName": "a.bin"});
    let action = json!({"replace_json": {"files": [file]}});
    emulator.fault(json!({"endpoint": "package_information", "times": 0, "action": action}));
    assert!(download(&package, &id).unwrap() == data);
    assert_eq!(furthest(&emulator), 3);
    assert_eq!(emulator.count("file_information"), 1);
}

/// A server that fails does not end a file whose size nobody knows.
#[test]
fn a_file_of_unknown_size_does_not_end_where_a_server_fails() {
    let emulator = Emulator::start();
    emulator.settings(json!({"surplus_parts": true}));
    let options = ClientOptions {
        retry_window: std::time::Duration::from_secs(3),
        ..options()
    };
    let (package, passphrase) = receiving(&emulator, options);
    let (parts, _) = three_parts(&passphrase);
    let id = emulator.add_file(package.id(), "a.bin", 3000, &parts);
    let file = json!({"fileId": id, "fileName": "a.bin"});
    let listed = json!({"replace_json": {"files": [file]}});
    emulator.fault(json!({"endpoint": "package_information", "times": 0, "action": listed}));
    let informed = json!({"replace_json": {"file": file}});
    emulator.fault(json!({"endpoint": "file_information", "times": 0, "action": informed}));
    let busy = json!({"status": 500, "body": "busy"});
    emulator.fault(json!({"endpoint": "download_urls", "skip": 2, "times": 0, "action": busy}));
    emulator.fault(json!({"endpoint": "part_download", "times": 0, "action": busy}));
    assert_kind(download(&package, &id), ErrorKind::HttpError);
}

#[test]
fn a_file_of_unknown_size_is_read() {
    let emulator = Emulator::start();
    let (package, passphrase) = receiving(&emulator, options());
    let (parts, data) = three_parts(&passphrase);
    let id = emulator.add_file(package.id(), "a.bin", 0, &parts);
    let file = json!({"fileId": id, "fileName": "a.bin", "fileSize": null, "parts": 3});
    let action = json!({"replace_json": {"files": [file]}});
    emulator.fault(json!({"endpoint": "package_information", "times": 0, "action": action}));
    let mut watch = Watch::new();
    let mut memory = Vec::new();
    let done = package
        .download(&mut watch, &id, Sink::Memory(&mut memory), &STRICT)
        .unwrap();
    assert!(memory == data);
    assert_eq!((done.size, done.declared_size), (3000, None));
    watch.assert_ends_at(3000);
    assert!(watch.reports[0].1.bytes_total.is_none());
    // In a tree, too, where an existing file counts as complete.
    let directory = TempDir::new();
    for action in [Action::Downloaded, Action::Skipped] {
        let options = DownloadOptions {
            existing: Existing::Skip,
            ..STRICT
        };
        let mut watch = Watch::new();
        let report = package
            .download_all(&mut watch, &directory.0, &options)
            .unwrap();
        assert_eq!(report.items[0].action, action);
        assert_eq!(
            (report.items[0].size, report.items[0].declared_size),
            (3000, None)
        );
        watch.assert_ends_at(3000);
    }
}

#[test]
fn the_report_of_a_tree_has_both_sizes() {
    let emulator = Emulator::start();
    let (package, passphrase) = receiving(&emulator, options());
    let (parts, data) = three_parts(&passphrase);
    for (name, size) in [("long.bin", 2000), ("right.bin", 3000), ("short.bin", 4000)] {
        emulator.add_file(package.id(), name, size, &parts);
    }
    package.information(&mut ()).unwrap();
    let directory = TempDir::new();
    let mut watch = Watch::new();
    let report = package
        .download_all(&mut watch, &directory.0, &DownloadOptions::default())
        .unwrap();
    watch.assert_ends_at(9000);
    // And a line about the further part of the short file.
    assert_eq!(watch.log.len(), 3, "{:?}", watch.log);
    let sizes: Vec<_> = report
        .items
        .iter()
        .map(|item| (item.action, item.size, item.declared_size))
        .collect();
    let was = |declared| (Action::Downloaded, 3000, Some(declared));
    assert_eq!(sizes, [was(2000), was(3000), was(4000)]);
    for name in directory.names() {
        assert!(fs::read(directory.join(&name)).unwrap() == data, "{name}");
    }

    // What was kept is recognized by its content.
    let again = DownloadOptions {
        existing: Existing::Skip,
        ..DownloadOptions::default()
    };
    let mut watch = Watch::new();
    let report = package
        .download_all(&mut watch, &directory.0, &again)
        .unwrap();
    watch.assert_ends_at(9000);
    for item in &report.items {
        assert_eq!((item.action, item.size), (Action::Skipped, 3000));
    }

    // Another file is not touched, and both sizes are reported.
    for name in ["long.bin", "short.bin"] {
        fs::write(directory.join(name), noise(9, 3000)).unwrap();
    }
    let failed = package
        .download_all(&mut (), &directory.0, &again)
        .unwrap_err();
    for (item, declared) in failed.report.items.iter().zip([2000, 3000, 4000]) {
        match &item.error {
            Some(error) => {
                assert_eq!(error.kind(), ErrorKind::FileExists);
                let sizes = format!("with 3000 bytes where {declared} are declared");
                assert!(error.message().contains(&sizes), "{error}");
            }
            None => assert_eq!((item.action, declared), (Action::Skipped, 3000)),
        }
    }

    let directory = TempDir::new();
    let failed = package
        .download_all(&mut (), &directory.0, &STRICT)
        .unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::SizeMismatch);
    assert_eq!(directory.names(), ["right.bin"]);
    let kinds: Vec<_> = failed
        .report
        .items
        .iter()
        .map(|item| item.error.as_ref().map(|error| error.kind()))
        .collect();
    let wrong = Some(ErrorKind::SizeMismatch);
    assert_eq!(kinds, [wrong, None, wrong]);
}
