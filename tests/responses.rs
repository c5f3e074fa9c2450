//! Responses that are large, deep or without end, and responses that lack what a call needs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use sendsafely::{
    Client, ClientOptions, ContactGroup, DirectoryOptions, DownloadOptions, ErrorKind, File,
    ListOptions, Package, PackageList, Result, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

/// The response to a request, by the request's path with the query, in lower case.
type Responses = dyn Fn(&str) -> Vec<u8> + Send + Sync;

/// A client of a server whose responses are this JSON.
fn server(responses: impl Fn(&str) -> String + Send + Sync + 'static) -> Client {
    raw_server(move |path| whole("", responses(path)))
}

/// A response with further lines in its head.
fn whole(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{head}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A client of a server with these responses, head and all.
fn raw_server(responses: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let responses: Arc<Responses> = Arc::new(responses);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let responses = Arc::clone(&responses);
            thread::spawn(move || serve(stream.unwrap(), &*responses));
        }
    });
    Client::new(&host, "key", "secret".into(), options()).unwrap()
}

fn serve(stream: TcpStream, responses: &Responses) -> std::io::Result<()> {
    let mut reader = BufReader::new(&stream);
    loop {
        let (mut path, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if path.is_empty() {
                path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        (&stream).write_all(&responses(&path))?;
    }
}

/// Package information with its members in front of others.
fn information(more: &str) -> String {
    format!(
        "{{\"response\":\"SUCCESS\",\"packageId\":\"P\",\"packageCode\":\"C\",\"serverSecret\":\"S\",\
         \"state\":\"PACKAGE_STATE_ACTIVE_COMPLETE\",\"packageContainsMessage\":false,{more}}}"
    )
}

const KEYCODE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn open(client: &Client) -> Result<Package> {
    Package::open(client, &mut (), "P", KEYCODE.into())
}

/// The peak of this process's memory in MiB, where the system reports it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or(0, |line| {
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    })
}

#[test]
fn versions_of_versions_cost_no_memory() {
    let bulk = format!("[{}0]", "0,".repeat(2 << 20));
    let version = "{\"fileId\":\"F\",\"fileName\":\"a\",\"oldVersions\":";
    let text = format!("{}{bulk}{}", version.repeat(60), "}".repeat(60));
    let response = format!("{{\"response\":\"SUCCESS\",\"file\":{text}}}");
    let client = server(move |path| match path.contains("/file/") {
        true => response.clone(),
        false => information("\"files\":[]"),
    });
    let package = open(&client).unwrap();
    let file = package.file_information(&mut (), "F", None).unwrap();
    assert_eq!(file.old_versions.len(), 1);
    assert!(file.old_versions[0].old_versions.is_empty());
    assert!(peak() < 1000, "{} MiB", peak());
}

#[test]
fn directories_may_be_nested_as_deep_as_they_like() {
    for levels in [63, 100_000] {
        let below = "{\"directoryId\":\"D\",\"name\":\"x\",\"files\":[],\"subDirectories\":[";
        let tree = format!("{}{}", below.repeat(levels), "]}".repeat(levels));
        let root = format!(
            "\"isVDR\":true,\"rootDirectoryId\":\"R\",\"files\":[],\"directories\":[{tree}]"
        );
        let listing = format!(
            "{{\"response\":\"SUCCESS\",\"directoryId\":\"R\",\"files\":[],\"subDirectories\":[{tree}]}}"
        );
        let client = server(move |path| match path.contains("/directory/") {
            true => listing.clone(),
            false => information(&root),
        });
        let workspace = open(&client).unwrap();
        let information = workspace.information(&mut ()).unwrap();
        assert_eq!(information.directories.len(), 1, "{levels}");
        let options = DirectoryOptions::default();
        let root = workspace.directory(&mut (), None, &options).unwrap();
        assert_eq!(root.directories[0].name, "x", "{levels}");
    }
}

fn entry(number: usize) -> String {
    // In the service's form.
    format!(
        "{{\"fileId\":\"11111111-2222-3333-4444-{number:012}\",\"fileName\":\"file {number}.txt\",\"fileSize\":\"12\",\
         \"parts\":1,\"fileUploaded\":\"Feb 9, 2022 11:14:24 PM\",\"fileUploadedStr\":\"Feb 9, 2022 at 23:14\",\
         \"fileVersion\":\"1\",\"createdByEmail\":\"user@acme.test\"}}"
    )
}

#[test]
fn a_package_of_very_many_files_opens() {
    const FILES: usize = 80_000;
    let files: Vec<_> = (0..FILES).map(entry).collect();
    let text = information(&format!("\"files\":[{}]", files.join(",")));
    assert!(text.len() > 16 << 20);
    let client = server(move |_| text.clone());
    let package = open(&client).unwrap();
    let information = package.information(&mut ()).unwrap();
    assert_eq!(information.files.len(), FILES);
    assert_eq!(information.files[FILES - 1].file_name, "file 79999.txt");
    assert!(peak() < 1000, "{} MiB", peak());
}

#[test]
fn a_directory_without_end_fails() {
    let client = server(move |path| {
        let index = path.split("fileindex=").nth(1);
        let Some(index) = index else {
            return information("\"isVDR\":true,\"rootDirectoryId\":\"R\",\"files\":[]");
        };
        let first: usize = index.parse().unwrap();
        let ids = first * 1000..first * 1000 + 60_000;
        let files = ids.map(|id| format!("{{\"fileId\":\"{id}\",\"fileName\":\"{id}\"}}"));
        let files = files.collect::<Vec<_>>().join(",");
        format!("{{\"response\":\"SUCCESS\",\"files\":[{files}],\"subDirectories\":[]}}")
    });
    let workspace = open(&client).unwrap();
    let listed = workspace.directory(&mut (), None, &DirectoryOptions::default());
    assert_kind(listed, ErrorKind::BadAnswer);
}

#[test]
fn directories_without_end_fail() {
    const BELOW: usize = 50_000;
    let client = server(move |path| {
        let Some((_, rest)) = path.split_once("/directory/") else {
            return information("\"isVDR\":true,\"rootDirectoryId\":\"0\",\"files\":[]");
        };
        let number: usize = rest.split('/').next().unwrap().parse().unwrap();
        let is_first = rest.ends_with("fileindex=0");
        let ids = (number * BELOW + 1..=number * BELOW + BELOW).filter(|_| is_first);
        let below = ids.map(|id| format!("{{\"directoryId\":\"{id}\",\"name\":\"{id}\"}}"));
        let below = below.collect::<Vec<_>>().join(",");
        format!("{{\"response\":\"SUCCESS\",\"files\":[],\"subDirectories\":[{below}]}}")
    });
    let directory = TempDir::new();
    let error = open(&client)
        .unwrap()
        .download_all(&mut (), &directory.0, &DownloadOptions::default())
        .expect_err("it has no end")
        .error;
    assert_eq!(error.kind(), ErrorKind::BadAnswer, "{error}");
    assert!(directory.names().is_empty());
}

/// Asserts that a call fails with `BadAnswer` if these members replace those of the true response.
fn lacking<T>(
    emulator: &Emulator,
    endpoint: &str,
    responses: &[Value],
    mut call: impl FnMut() -> Result<T>,
) {
    for response in responses {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "when": "after", "action": {"replace_json": response}}));
        let kind = call().err().map(|error| error.kind());
        assert_eq!(kind, Some(ErrorKind::BadAnswer), "{endpoint}: {response}");
        emulator.clear_faults();
    }
}

fn upload(package: &Package, name: &str) -> File {
    let (name, data) = (name.to_owned(), b"data");
    let source = Source::Memory { name, data };
    package
        .upload(&mut (), source, &UploadOptions::default())
        .unwrap()
}

/// A damaged response is no JSON any more, but may still contain secrets.
#[test]
fn damaged_responses_are_not_quoted() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        retry_window: Duration::from_secs(2),
        ..options()
    });
    let secret = "\"serverSecret\": \"hushhush\"";
    for (status, body, quoted) in [
        (200, format!("{{{secret}"), false),
        (200, format!("({secret})"), false),
        (500, format!("\u{feff}\r\n {{{secret}"), false),
        (403, format!(" [{{{secret}"), false),
        (403, "<h1>Blocked by the firewall</h1>".to_owned(), true),
    ] {
        let action = json!({"status": status, "body": body});
        emulator.fault(json!({"endpoint": "create_package", "times": 0, "action": action}));
        let error = Package::create(&client, &mut ()).err().unwrap();
        let message = error.message();
        assert!(message.contains(&status.to_string()), "{message}");
        assert!(
            !message.contains("hush") && !message.contains("Secret"),
            "{message}"
        );
        assert_eq!(
            message.contains("Blocked by the firewall"),
            quoted,
            "{message}"
        );
        emulator.clear_faults();
    }
}

/// The vendor's support needs this id.
#[test]
fn the_id_of_a_failure_is_in_its_text() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        retry_window: Duration::from_secs(1),
        ..options()
    });
    let id = "4f1c2a9e-77b0-4b6f-9a53-0d7e1f3c8b21";
    let with = |response: Option<&str>, message: &str, id: Value| {
        let mut body = json!({"message": message, "errorId": id});
        if let Some(code) = response {
            body["response"] = code.into();
        }
        body.to_string()
    };
    for (status, body, text) in [
        (
            200,
            with(Some("FAIL"), "no", id.into()),
            format!("no (code FAIL, error id {id})"),
        ),
        (
            200,
            with(Some("DENIED"), "", id.into()),
            format!("(code DENIED, error id {id})"),
        ),
        (
            400,
            with(Some("FAIL"), "no", id.into()),
            format!("no (code FAIL, error id {id})"),
        ),
        (
            500,
            with(Some("FAIL"), "no", id.into()),
            format!("no (code FAIL, error id {id})"),
        ),
        (
            400,
            with(None, "hush", id.into()),
            format!("HTTP status 400 with a response that is not the API's (error id {id})"),
        ),
        (
            503,
            with(None, "hush", id.into()),
            format!("(error id {id})"),
        ),
        (
            200,
            with(Some("FAIL"), "no", 17.into()),
            "error id 17)".to_owned(),
        ),
        (
            200,
            with(Some("FAIL"), "no", "a\n\u{1b}[2J".into()),
            "error id a \u{fffd}[2J)".to_owned(),
        ),
        (
            200,
            with(Some("FAIL"), "no", "x".repeat(9000).into()),
            format!("id {})", "x".repeat(100)),
        ),
        // An id that the message has already is not repeated; null and empty are no ids.
        (
            200,
            with(
                Some("FAIL"),
                &format!("An error occurred.  Error Id {id}"),
                id.into(),
            ),
            format!("Error Id {id} (code FAIL)"),
        ),
        (
            200,
            with(Some("FAIL"), "no", Value::Null),
            "no (code FAIL)".to_owned(),
        ),
        (
            200,
            with(Some("FAIL"), "no", "".into()),
            "no (code FAIL)".to_owned(),
        ),
    ] {
        let action = json!({"status": status, "body": body, "content_type": "application/json"});
        emulator.fault(json!({"endpoint": "user_information", "times": 0, "action": action}));
        let error = client.user(&mut ()).err().unwrap();
        assert!(error.message().ends_with(&text), "{status} {error}");
        assert!(!error.message().contains("hush"), "{error}");
        assert_eq!(error.http_status(), Some(status));
        emulator.clear_faults();
    }
}

#[test]
fn a_response_that_lacks_files_is_no_empty_package() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = Package::create(&client, &mut ()).unwrap();
    let file = upload(&package, "a.txt");
    let id = package.id().to_owned();
    let information = [
        json!({"files": null}),
        json!({"files": "none"}),
        json!({"files": [{}]}),
        json!({"files": [{"fileId": file.file_id}]}),
        json!({"files": [{"fileName": "a.txt"}]}),
        json!({"packageId": null}),
        json!({"packageCode": ""}),
    ];
    let directory = TempDir::new();
    lacking(&emulator, "package_information", &information, || {
        let result = package.download_all(&mut (), &directory.0, &DownloadOptions::default());
        result.map_err(|failed| failed.error)
    });
    assert!(directory.names().is_empty());
    lacking(&emulator, "package_information", &information, || {
        client.package_information(&mut (), &id)
    });
    lacking(&emulator, "package_information", &information, || {
        Package::open(&client, &mut (), &id, KEYCODE.into())
    });
    let of_file = [
        json!({"file": {}}),
        json!({"file": {"fileName": "a.txt"}}),
        json!({"file": null}),
    ];
    lacking(&emulator, "file_information", &of_file, || {
        package.file_information(&mut (), &file.file_id, None)
    });

    let workspace = Package::create_workspace(&client, &mut (), "W").unwrap();
    upload(&workspace, "b.txt");
    let listing = [
        json!({"files": null}),
        json!({"files": [{}]}),
        json!({"subDirectories": null}),
        json!({"subDirectories": [{"name": "x"}]}),
        json!({"subDirectories": [{"directoryId": "x"}]}),
    ];
    lacking(&emulator, "get_directory", &listing, || {
        workspace.directory(&mut (), None, &DirectoryOptions::default())
    });
    lacking(&emulator, "get_directory", &listing, || {
        let result = workspace.download_all(&mut (), &directory.0, &DownloadOptions::default());
        result.map_err(|failed| failed.error)
    });
    assert!(directory.names().is_empty());
}

#[test]
fn other_responses_need_their_members() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = Package::create_workspace(&client, &mut (), "W").unwrap();
    let recipient = package.add_recipient(&mut (), "r@x.test", None);
    let recipient = recipient.unwrap().recipient_id;
    lacking(
        &emulator,
        "get_recipient",
        &[json!({"email": null})],
        || package.recipient(&mut (), &recipient),
    );
    lacking(
        &emulator,
        "user_information",
        &[json!({"email": null})],
        || client.user(&mut ()),
    );
    let rows = [json!({"packages": null}), json!({"packages": [{}]})];
    lacking(&emulator, "list_sent_packages", &rows, || {
        let list = client.list_packages(PackageList::Sent, ListOptions::default())?;
        list.next(&mut ())
    });
    lacking(&emulator, "recipient_history", &rows, || {
        client.recipient_history(&mut (), "r@x.test")
    });
    let entries = [json!({"activityLogEntries": null})];
    lacking(&emulator, "activity_log", &entries, || {
        package.list_activity()?.next(&mut ())
    });
    let groups = [
        json!({"contactGroups": null}),
        json!({"contactGroups": [{}]}),
    ];
    lacking(&emulator, "list_groups", &groups, || {
        client.contact_groups(&mut (), false)
    });
    let ContactGroup {
        contact_group_id, ..
    } = client.create_contact_group(&mut (), "G", false).unwrap();
    let group = [json!({"contactGroup": null}), json!({"contactGroup": {}})];
    lacking(&emulator, "get_group", &group, || {
        client.contact_group(&mut (), &contact_group_id)
    });
    let addresses = [json!({"recipientEmailAddresses": null})];
    lacking(&emulator, "list_dropzone_recipients", &addresses, || {
        client.dropzone_recipients(&mut ())
    });

    let pair = client.generate_key_pair(&mut (), "laptop").unwrap();
    let key_id = pair.public_key_id.unwrap();
    let keycodes = [json!({"keycodes": null})];
    lacking(&emulator, "get_keycodes", &keycodes, || {
        client.keycodes(
            &mut (),
            &key_id,
            &pair.private_key,
            &[package.id().to_owned()],
        )
    });
    lacking(&emulator, "sync_keycodes", &keycodes, || {
        client.sync_keycodes(&mut (), &key_id, &pair.private_key)
    });
    let keys = [json!({"publicKeys": null})];
    lacking(&emulator, "package_public_keys", &keys, || {
        Package::create_workspace(&client, &mut (), "V")
    });
}

#[test]
fn devices_get_no_keycode_that_is_not_proved_within_the_limits() {
    let below = |n: usize| format!("{{\"directoryId\":\"D{n}\",\"name\":\"d\"}}");
    let below = (0..1100).map(below).collect::<Vec<_>>().join(",");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let client = server(move |path| {
        assert!(!path.contains("/link/"), "nothing is handed on");
        let listed = |below: &str| {
            format!("{{\"response\":\"SUCCESS\",\"files\":[],\"subDirectories\":[{below}]}}")
        };
        match path {
            path if path.contains("/directory/r/") => listed(&below),
            path if path.contains("/directory/") => {
                count.fetch_add(1, Ordering::Relaxed);
                listed("")
            }
            _ => information("\"isVDR\":true,\"rootDirectoryId\":\"R\",\"files\":[]"),
        }
    });
    let workspace = open(&client).unwrap();
    refused(
        workspace.upload_keycodes(&mut (), None),
        ErrorKind::KeycodeNotProved,
    );
    let asked = asked.load(Ordering::Relaxed);
    assert!((900..1000).contains(&asked), "{asked}");
}

#[test]
fn a_package_opens_whatever_the_receipts_of_its_recipients_contain() {
    let many = format!("[{{\"ipAddress\":\"{}\"}}]", "1".repeat(130 << 20));
    let recipient = |confirmations: &str| {
        let members = "\"recipientId\":\"R\",\"email\":\"a@x.test\"";
        information(&format!(
            "\"files\":[],\"recipients\":[{{{members},\"confirmations\":{confirmations}}}]"
        ))
    };
    let (many, few) = (
        recipient(&many),
        recipient("[{\"ipAddress\":\"192.0.2.1\"}]"),
    );
    open(&server(move |_| many.clone())).unwrap();
    let package = open(&server(move |_| few.clone())).unwrap();
    let recipients = package.information(&mut ()).unwrap().recipients;
    assert_eq!(recipients[0].confirmations.len(), 1);
}

/// A byte order mark, bytes that are not UTF-8, and halves of surrogate pairs, as careless servers write them.
#[test]
fn what_is_no_unicode_spoils_one_name() {
    let client = raw_server(|_| {
        let names = [
            "caf\\u00e9\\uD83D.txt",
            "b\tc.txt",
            "\\ud83d\\ude00 whole.txt",
            "BAD.txt",
        ];
        let file = |name: &&str| {
            format!("{{\"fileId\":\"{name}\",\"fileName\":\"{name}\",\"parts\":1.0}}")
        };
        let files: Vec<_> = names.iter().map(file).collect();
        let text = format!(
            "\u{feff}{}",
            information(&format!("\"files\":[{}]", files.join(",")))
        );
        let bytes = text.into_bytes();
        let bad = bytes.windows(3).rposition(|three| three == b"BAD").unwrap();
        whole("", [&bytes[..bad], b"\xff\xc3", &bytes[bad + 3..]].concat())
    });
    let package = open(&client).unwrap();
    let files = package.information(&mut ()).unwrap().files;
    let names: Vec<_> = files.iter().map(|file| file.file_name.as_str()).collect();
    let expected = [
        "caf\u{e9}\u{fffd}.txt",
        "b\tc.txt",
        "\u{1f600} whole.txt",
        "\u{fffd}\u{fffd}.txt",
    ];
    assert_eq!(names, expected);
    assert!(files.iter().all(|file| file.parts == Some(1)));
    // A raw call hands the text back as it was read.
    let text = client.request(&mut (), "GET", "/package/P/", None).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["files"][0]["fileName"], expected[0]);
}

#[test]
fn what_is_no_json_is_described() {
    for (body, said) in [
        ("<html>Please log in</html>", "of type application/json"),
        (
            "{\"response\":\"SUCCESS\"",
            "JSON that is damaged: EOF while parsing an object at line 1 column 21",
        ),
        (
            "{\"response\":\"SUCCESS\",\"packageId\":[]}",
            "packageId is not a text in the response",
        ),
        (
            "{\"response\":\"SUCCESS\",\"packageId\":\"\"}",
            "packageId is empty in the response",
        ),
        (
            "{\"response\":\"SUCCESS\"}",
            "the response has no packageId",
        ),
        ("", "an empty response"),
    ] {
        let error = open(&server(move |_| body.into())).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::BadAnswer);
        assert!(error.message().contains(said), "{error}");
    }
}

#[test]
fn a_response_that_was_compressed_on_the_way_is_understood() {
    let compressed = |encoding: &str, body: &[u8]| match encoding {
        "gzip" => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        _ => body.to_vec(),
    };
    for (encoding, cut, understood) in [
        ("gzip", 0, true),
        ("deflate", 0, true),
        ("identity", 0, true),
        ("br", 0, false),
        ("gzip", 12, false),
    ] {
        let client = raw_server(move |_| {
            let body = compressed(encoding, information("\"files\":[]").as_bytes());
            let head = format!("Content-Encoding: {encoding}\r\n");
            whole(&head, &body[..body.len() - cut])
        });
        match open(&client) {
            Ok(_) => assert!(understood, "{encoding}"),
            Err(error) => {
                assert!(!understood, "{encoding}: {error}");
                assert_eq!(error.kind(), ErrorKind::BadAnswer, "{error}");
                assert!(error.message().contains("compressed"), "{error}");
            }
        }
    }
}

/// The refusal of a signature, in chunks, by a server whose clock is ahead.
fn refusal_in_chunks() -> Vec<u8> {
    let date = std::time::SystemTime::now() + Duration::from_secs(5 * 3600);
    let date = httpdate::fmt_http_date(date);
    let (one, two) = (
        "{\"response\":\"AUTHENTI",
        "CATION_FAILED\",\"message\":\"no\"}",
    );
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\nDate: {date}\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len()
    )
    .into_bytes()
}

#[test]
fn a_refusal_in_chunks_corrects_the_clock() {
    let requests = AtomicUsize::new(0);
    let client = raw_server(move |_| match requests.fetch_add(1, Ordering::Relaxed) {
        0 => refusal_in_chunks(),
        _ => whole("", information("\"files\":[]")),
    });
    open(&client).unwrap();
}

#[test]
fn calls_that_are_refused_at_once_are_all_sent_again() {
    const CALLS: usize = 8;
    let (requests, together) = (AtomicUsize::new(0), Barrier::new(CALLS));
    let client = raw_server(move |_| match requests.fetch_add(1, Ordering::Relaxed) {
        0..CALLS => {
            together.wait();
            refusal_in_chunks()
        }
        _ => whole("", information("\"files\":[]")),
    });
    thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|_| scope.spawn(|| open(&client).map(|_| ())))
            .collect();
        for call in calls {
            call.join().unwrap().unwrap();
        }
    });
}
