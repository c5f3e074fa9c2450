//! Whole flows against the emulator: files arrive by every route, and no secret gets into messages or logs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::thread;
use std::time::{Duration, SystemTime};

use sendsafely::{
    Action, Client, ClientOptions, DownloadOptions, ErrorKind, Existing, FinalizeOptions, Package,
    PhoneNumber, Sink, Sms, Source, UploadOptions, link,
};
use serde_json::{Value, json};
use support::*;

/// Sends files of all critical sizes from every kind of source, and receives them by every kind of sink.
fn exchange(emulator: &Emulator, options: ClientOptions) {
    let directory = TempDir::new();
    let client = emulator.client_with(options.clone());
    let package = package(&client);
    let mut sent = Vec::new();
    for (seed, size) in (1..).zip([0, 1, PART - 1, PART, PART + 1, 5 * PART + 3]) {
        let data = noise(seed, size);
        let path = directory.file(&format!("path {size}.bin"), &data);
        let name = |kind: &str| format!("{kind} {size}.bin");
        for kind in ["path", "memory", "reader", "stream"] {
            let mut rest = &data[..];
            // Less than there is room for: a part needs several reads.
            let mut reader = |buffer: &mut [u8]| {
                let length = rest.len().min(buffer.len()).min(30_011);
                buffer[..length].copy_from_slice(&rest[..length]);
                rest = &rest[length..];
                Ok(length)
            };
            let source = match kind {
                "path" => Source::Path(path.clone()),
                "memory" => Source::Memory {
                    name: name(kind),
                    data: &data,
                },
                "reader" => Source::Reader {
                    name: name(kind),
                    size: Some(size as u64),
                    reader: &mut reader,
                },
                _ => Source::Reader {
                    name: name(kind),
                    size: None,
                    reader: &mut reader,
                },
            };
            let mut watch = Watch::new();
            let file = package
                .upload(&mut watch, source, &UploadOptions::default())
                .unwrap();
            watch.assert_ends_at(size);
            assert_eq!(file.file_name, name(kind));
            assert_eq!(file.size, Some(size as u64));
            assert_eq!(file.parts.unwrap() as usize, size.div_ceil(PART).max(1));
            sent.push((file, data.clone()));
        }
    }
    let link = finalize(&package);
    assert_eq!(package.link().unwrap(), link);

    let received = Package::open_link(&emulator.client_of(1, options), &mut (), &link).unwrap();
    for (number, (file, data)) in sent.iter().enumerate() {
        let (mut memory, mut written) = (Vec::new(), Vec::new());
        let mut writer = |piece: &[u8]| {
            written.extend_from_slice(piece);
            Ok(())
        };
        let target = directory.join("named");
        let sink = match number % 4 {
            0 => Sink::Memory(&mut memory),
            1 => Sink::Writer(&mut writer),
            _ => Sink::Path(target.clone()),
        };
        let mut watch = Watch::new();
        let done = received
            .download(&mut watch, &file.file_id, sink, &DownloadOptions::default())
            .unwrap();
        watch.assert_ends_at(data.len());
        assert_eq!(
            (done.size, done.file_name),
            (data.len() as u64, file.file_name.clone())
        );
        let got = match number % 4 {
            0 => memory,
            1 => written,
            _ => {
                assert_eq!(done.path.as_deref(), Some(target.as_path()));
                let got = fs::read(&target).unwrap();
                fs::remove_file(&target).unwrap();
                got
            }
        };
        assert!(got == *data, "{}", file.file_name);
    }

    let all = TempDir::new();
    let mut watch = Watch::new();
    let done = received
        .download_all(&mut watch, &all.0, &DownloadOptions::default())
        .unwrap();
    watch.assert_ends_at(sent.iter().map(|(_, data)| data.len()).sum());
    assert_eq!(done.items.len(), sent.len());
    assert_eq!(all.names().len(), sent.len(), "{:?}", all.names());
    for (file, data) in &sent {
        assert!(
            fs::read(all.join(&file.file_name)).unwrap() == *data,
            "{}",
            file.file_name
        );
    }

    for request in emulator
        .requests()
        .iter()
        .filter(|request| request["listener"] == "storage")
    {
        let headers = request["headers"].as_object().unwrap();
        let foreign = ["authorization", "cookie", "transfer-encoding", "expect"];
        for name in headers.keys() {
            assert!(
                !name.starts_with("ss-") && !foreign.contains(&name.as_str()),
                "{name} reached the storage"
            );
        }
        assert_eq!(headers.get("content-type"), None);
    }
}

/// Requests that went to storage, and parts that went through the API server.
fn routes(emulator: &Emulator) -> (usize, usize) {
    (
        emulator.count("part_put") + emulator.count("part_get"),
        emulator.count("part_post") + emulator.count("part_download"),
    )
}

#[test]
fn everything_arrives_by_storage() {
    let emulator = Emulator::start();
    exchange(&emulator, options());
    let (storage, api) = routes(&emulator);
    assert!(storage > 0 && api == 0, "{storage} {api}");
}

#[test]
fn everything_arrives_through_the_api_server() {
    let emulator = Emulator::start();
    exchange(
        &emulator,
        ClientOptions {
            force_api_route: true,
            ..options()
        },
    );
    let (storage, api) = routes(&emulator);
    assert!(storage == 0 && api > 0, "{storage} {api}");
}

#[test]
fn everything_arrives_with_tls_by_storage() {
    let emulator = Emulator::start_with(&["--tls"]);
    assert!(
        emulator.text("url").starts_with("https://")
            && emulator.text("storage_url").starts_with("https://")
    );
    exchange(&emulator, options());
}

#[test]
fn everything_arrives_with_tls_through_the_api_server() {
    let emulator = Emulator::start_with(&["--tls"]);
    exchange(
        &emulator,
        ClientOptions {
            force_api_route: true,
            parts_in_flight: 1,
            ..options()
        },
    );
}

#[test]
fn many_parts_need_urls_in_batches_of_25() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(ClientOptions {
        part_size: 1000,
        ..options()
    }));
    let data = noise(1, 60_000);
    let file = upload(&package, "many.bin", &data).unwrap();
    assert_eq!(file.parts, Some(60));
    assert!(download(&package, &file.file_id).unwrap() == data);
    let asked = |endpoint: &str, member: &str| -> Vec<u64> {
        let requests = emulator.requests();
        let bodies = requests
            .iter()
            .filter(|request| request["endpoint"] == endpoint);
        bodies
            .map(|request| {
                serde_json::from_str::<Value>(request["body"].as_str().unwrap()).unwrap()[member]
                    .as_u64()
                    .unwrap()
            })
            .collect()
    };
    assert_eq!(asked("upload_urls", "part"), [1, 26, 51]);
    assert_eq!(asked("download_urls", "startSegment"), [1, 26, 51]);
}

#[test]
fn parts_that_arrive_late_are_waited_for() {
    let emulator = Emulator::start();
    emulator.settings(json!({"upload_complete_delay": 2}));
    let package = package(&emulator.client());
    upload(&package, "late.bin", &noise(1, 10)).unwrap();
    assert_eq!(emulator.count("upload_complete"), 3);
    finalize(&package);
}

#[test]
fn recipients_phone_message_and_life_arrive() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = Package::create(&client, &mut ()).unwrap();
    let phone = PhoneNumber {
        number: "(415) 555-0100".into(),
        country: None,
    };
    let with_phone = package
        .add_recipient(
            &mut (),
            "second@acme.test",
            Some(&Sms::Number(phone.clone())),
        )
        .unwrap();
    assert!(with_phone.sms_auth);
    let without = package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap();
    let abroad = PhoneNumber {
        number: "+49 30 1234567".into(),
        country: Some("de".into()),
    };
    package
        .set_recipient_phone(&mut (), &without.recipient_id, &abroad)
        .unwrap();
    let text = "Grüße, 世界!\nsecond line";
    package.set_message(&mut (), text).unwrap();
    package.set_life(&mut (), 30).unwrap();
    let finalized = package
        .finalize(
            &mut (),
            &FinalizeOptions {
                allow_reply_all: true,
                read_only_pdf: true,
                notify_recipients: true,
                ..FinalizeOptions::default()
            },
        )
        .unwrap();
    assert!(!finalized.needs_approval);
    assert_eq!(
        finalized.recipients,
        ["second@acme.test", "third@acme.test"]
    );

    let raw = emulator.package(package.id());
    assert_eq!(raw["life"], 30);
    assert_eq!(raw["recipients"][0]["phone"]["dialling_code"], 1);
    assert_eq!(raw["recipients"][1]["phone"]["dialling_code"], 49);
    assert_eq!(
        (
            &raw["allow_reply_all"],
            &raw["read_only_pdf"],
            &raw["notified"]
        ),
        (&json!(true), &json!(true), &json!(1))
    );
    assert!(
        !raw.to_string().contains("second line"),
        "the message is encrypted"
    );
    assert!(
        !raw.to_string().contains(package.keycode().unwrap()),
        "the keycode stays here"
    );

    let received =
        Package::open_link(&emulator.client_of(1, options()), &mut (), &finalized.link).unwrap();
    assert_eq!(received.message(&mut ()).unwrap().as_deref(), Some(text));
    let information = received.information(&mut ()).unwrap();
    assert_eq!(information.package_id, package.id());
    assert_eq!(information.life, Some(30));
    assert_eq!(information.sender.as_deref(), Some("admin@acme.test"));
    let parsed = link::parse(&finalized.link).unwrap();
    assert_eq!(parsed.host, emulator.text("url"));
    assert_eq!(parsed.package_code, package.code());
    assert_eq!(parsed.keycode.unwrap().expose(), package.keycode().unwrap());
    // The server's state, not what this handle remembers.
    let again = Package::open(
        &client,
        &mut (),
        package.id(),
        package.keycode().unwrap().into(),
    )
    .unwrap();
    refused(
        again.set_message(&mut (), "late"),
        ErrorKind::AlreadyFinalized,
    );
    package.delete(&mut ()).unwrap();
    refused(
        Package::open_link(&client, &mut (), &finalized.link),
        ErrorKind::UnknownPackage,
    );
    refused(package.message(&mut ()), ErrorKind::PackageDeleted);
}

#[test]
fn a_message_can_be_replaced_and_removed() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    for text in ["first", "second"] {
        package.set_message(&mut (), text).unwrap();
        assert_eq!(package.message(&mut ()).unwrap().as_deref(), Some(text));
    }
    package.set_message(&mut (), "").unwrap();
    assert_eq!(package.message(&mut ()).unwrap(), None);
    refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::NoFile,
    );
}

#[test]
fn a_package_that_needs_approval_is_finalized() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    package
        .add_recipient(&mut (), "somebody@approval.test", None)
        .unwrap();
    upload(&package, "a.bin", b"a").unwrap();
    let finalized = package
        .finalize(&mut (), &FinalizeOptions::default())
        .unwrap();
    assert!(finalized.needs_approval);
    assert_eq!(finalized.approvers, ["approver@acme.test"]);
    assert_eq!(package.link().unwrap(), finalized.link);
}

#[test]
fn a_missing_approver_leaves_the_package_open() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    package
        .add_recipient(&mut (), "somebody@approver-required.test", None)
        .unwrap();
    upload(&package, "a.bin", b"a").unwrap();
    let error = refused(
        package.finalize(&mut (), &FinalizeOptions::default()),
        ErrorKind::ApproverRequired,
    );
    assert!(error.remedy().is_some());
    refused(package.link(), ErrorKind::NotFinalized);
    emulator.settings(json!({"approver_required_domain": "elsewhere.test"}));
    finalize(&package);
}

#[test]
fn undisclosed_recipients_with_a_password() {
    for (force_api_route, by_id) in [(false, true), (true, true), (false, false), (true, false)] {
        let emulator = Emulator::start();
        emulator.settings(json!({"undisclosed_by_id": by_id}));
        let package = Package::create(&emulator.client(), &mut ()).unwrap();
        let data = noise(1, 3 * PART);
        let file = upload(&package, "a.bin", &data).unwrap();
        package.set_message(&mut (), "hello").unwrap();
        let protected = FinalizeOptions {
            undisclosed_recipients: true,
            password: Some("open sesame".into()),
            ..FinalizeOptions::default()
        };
        let without = FinalizeOptions {
            undisclosed_recipients: false,
            ..protected.clone()
        };
        refused(
            package.finalize(&mut (), &without),
            ErrorKind::InvalidArgument,
        );
        let link = package.finalize(&mut (), &protected).unwrap().link;

        // For a user who is no recipient: it is not known whether the id opens more than the code does.
        let stranger = emulator.client_of(
            2,
            ClientOptions {
                force_api_route,
                ..options()
            },
        );
        let received = Package::open_link(&stranger, &mut (), &link).unwrap();
        assert!(received.information(&mut ()).unwrap().password_required);
        assert_eq!(received.message(&mut ()).unwrap().as_deref(), Some("hello"));
        let directory = TempDir::new();
        for password in [None, Some("wrong password".into())] {
            let options = DownloadOptions {
                password,
                ..DownloadOptions::default()
            };
            let refusal = received.download(
                &mut (),
                &file.file_id,
                Sink::Path(directory.0.clone()),
                &options,
            );
            let error = refused(refusal, ErrorKind::PasswordRequired);
            assert!(
                error.remedy().is_some() && !error.message().contains("wrong password"),
                "{error}"
            );
            assert_eq!(directory.names(), [""; 0]);
        }
        let options = DownloadOptions {
            password: Some("open sesame".into()),
            ..DownloadOptions::default()
        };
        received
            .download_all(&mut (), &directory.0, &options)
            .unwrap();
        assert!(fs::read(directory.join("a.bin")).unwrap() == data);
    }
}

#[test]
fn a_link_without_keycode_opens_only_what_is_not_encrypted() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"a").unwrap();
    let link = finalize(&package);
    let bare = link.split('#').next().unwrap();
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), bare).unwrap();
    assert_eq!(received.information(&mut ()).unwrap().files.len(), 1);
    let error = refused(
        download(&received, &file.file_id),
        ErrorKind::KeycodeUnknown,
    );
    assert!(error.remedy().is_some());
    refused(received.message(&mut ()), ErrorKind::KeycodeUnknown);
}

#[test]
fn a_package_is_opened_again_and_continued() {
    let emulator = Emulator::start();
    let first = package(&emulator.client());
    let one = noise(1, 2 * PART);
    upload(&first, "one.bin", &one).unwrap();
    let (id, keycode) = (first.id().to_owned(), first.keycode().unwrap().to_owned());
    drop(first);

    let again = Package::open(&emulator.client(), &mut (), &id, keycode.as_str().into()).unwrap();
    assert_eq!(again.keycode(), Some(keycode.as_str()));
    let two = noise(2, PART + 1);
    upload(&again, "two.bin", &two).unwrap();
    again.set_message(&mut (), "continued").unwrap();
    let link = finalize(&again);
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    let directory = TempDir::new();
    received
        .download_all(&mut (), &directory.0, &DownloadOptions::default())
        .unwrap();
    assert!(fs::read(directory.join("one.bin")).unwrap() == one);
    assert!(fs::read(directory.join("two.bin")).unwrap() == two);
    assert_eq!(
        received.message(&mut ()).unwrap().as_deref(),
        Some("continued")
    );
}

/// Begins a package in every way that can prove a keycode, opens it again with a wrong keycode, and tries to write.
#[test]
fn a_wrong_keycode_fails_before_anything_is_written() {
    let begin: [fn(&Package); 3] = [
        |package| {
            upload(package, "a.bin", &noise(1, 2 * PART)).unwrap();
        },
        |package| package.set_message(&mut (), "secret").unwrap(),
        |package| {
            upload(package, "a.bin", b"").unwrap();
        },
    ];
    let write: [fn(&Package) -> sendsafely::Result<()>; 3] = [
        |package| upload(package, "b.bin", b"b").map(|_| ()),
        |package| package.set_message(&mut (), "other"),
        |package| {
            package
                .finalize(&mut (), &FinalizeOptions::default())
                .map(|_| ())
        },
    ];
    let emulator = Emulator::start();
    for begin in begin {
        let package = package(&emulator.client());
        begin(&package);
        for write in write {
            let wrong = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
            let opened =
                Package::open(&emulator.client(), &mut (), package.id(), wrong.into()).unwrap();
            emulator.forget_requests();
            let error = refused(write(&opened), ErrorKind::WrongKeycode);
            assert!(error.remedy().is_some());
            let writes: Vec<_> = emulator.requests().into_iter().filter(is_write).collect();
            assert!(writes.is_empty(), "{writes:?}");
        }
        // The right keycode still works.
        let opened = Package::open(
            &emulator.client(),
            &mut (),
            package.id(),
            package.keycode().unwrap().into(),
        )
        .unwrap();
        finalize(&opened);
        let wrong = finalize_link_with(&opened, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        let received =
            Package::open_link(&emulator.client_of(1, options()), &mut (), &wrong).unwrap();
        let directory = TempDir::new();
        assert!(
            received
                .download_all(&mut (), &directory.0, &DownloadOptions::default())
                .is_err()
                || directory.names().is_empty()
        );
        assert_eq!(
            directory.names(),
            [""; 0],
            "nothing is left of a download with a wrong keycode"
        );
    }
}

/// The service refuses the download of an incomplete file of another program, so it proves nothing about the keycode.
#[test]
fn an_incomplete_file_of_another_program_proves_nothing() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    emulator.admin_json(
        "PUT",
        &format!("/packages/{}/files", package.id()),
        &json!({"name": "unfinished.bin", "size": 10, "parts": 1}),
    );
    let open = |keycode: &str| {
        Package::open(&emulator.client(), &mut (), package.id(), keycode.into()).unwrap()
    };
    upload(&open(package.keycode().unwrap()), "b.bin", b"b").unwrap();
    upload(&open(package.keycode().unwrap()), "c.bin", b"c").unwrap();
    let wrong = open("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    refused(upload(&wrong, "d.bin", b"d"), ErrorKind::WrongKeycode);
}

fn finalize_link_with(package: &Package, keycode: &str) -> String {
    let link = package.link().unwrap();
    format!("{}#keyCode={keycode}", link.split('#').next().unwrap())
}

const PUBLIC_KEY: &str = include_str!("vectors/node/trusted-device-public.asc");
const PRIVATE_KEY: &str = include_str!("vectors/node/trusted-device-private.asc");

/// Registers a trusted device of a user; returns the id of its public key.
fn register_device(client: &Client) -> String {
    let body = json!({"publicKey": PUBLIC_KEY, "description": "test"}).to_string();
    let response = client
        .request(&mut (), "PUT", "/public-key/", Some(&body))
        .unwrap();
    let response: Value = serde_json::from_str(&response).unwrap();
    response["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{response}"))
        .to_owned()
}

#[test]
fn trusted_devices_get_the_keycode_at_finalize_and_after_it() {
    let emulator = Emulator::start();
    let (second, third) = (
        emulator.client_of(1, options()),
        emulator.client_of(2, options()),
    );
    let devices = [register_device(&second), register_device(&third)];
    let package = package(&emulator.client());
    let file = upload(&package, "a.bin", b"hello").unwrap();
    assert_eq!(emulator.count("set_keycode"), 0);
    finalize(&package);
    assert_eq!(emulator.count("set_keycode"), 1);
    package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap();
    assert_eq!(emulator.count("set_keycode"), 2);
    for (client, device) in [&second, &third].into_iter().zip(&devices) {
        let opened = Package::open_with_private_key(
            client,
            &mut (),
            package.id(),
            device,
            &PRIVATE_KEY.into(),
        )
        .unwrap();
        assert_eq!(opened.keycode(), package.keycode());
        assert_eq!(download(&opened, &file.file_id).unwrap(), b"hello");
    }
    // The emulator stores the keycode in no other form.
    assert!(
        !emulator
            .package(package.id())
            .to_string()
            .contains(package.keycode().unwrap())
    );
}

#[test]
fn the_hundredth_recipient_is_refused_here() {
    let emulator = Emulator::start();
    let package = Package::create(&emulator.client(), &mut ()).unwrap();
    for number in 1..=99 {
        package
            .add_recipient(&mut (), &format!("r{number}@acme.test"), None)
            .unwrap();
    }
    emulator.forget_requests();
    refused(
        package.add_recipient(&mut (), "r100@acme.test", None),
        ErrorKind::TooManyRecipients,
    );
    assert!(emulator.requests().is_empty());
    upload(&package, "a.bin", b"a").unwrap();
    assert_eq!(
        package
            .finalize(&mut (), &FinalizeOptions::default())
            .unwrap()
            .recipients
            .len(),
        99
    );
}

#[test]
fn a_wrong_clock_is_corrected() {
    for hours in [5, -5] {
        let emulator = Emulator::start();
        emulator.settings(json!({"clock_skew_ms": 300_000, "clock_offset_ms": hours * 3_600_000}));
        if hours < 0 {
            // The emulator refuses only a clock that is behind; a service may refuse one that is ahead likewise.
            let refusal = json!({"response": "AUTHENTICATION_FAILED", "message": "no"});
            emulator.fault(json!({"endpoint": "create_package", "action": {"envelope": refusal}}));
        }
        let mut watch = Watch::new();
        let client = emulator.client();
        let package = Package::create(&client, &mut watch).unwrap();
        assert!(
            watch.log.iter().any(|line| line.contains("clock")),
            "{:?}",
            watch.log
        );
        assert_eq!(emulator.count("create_package"), 2);
        // From then on no request is refused.
        package
            .add_recipient(&mut (), "second@acme.test", None)
            .unwrap();
        assert_eq!(emulator.count("add_recipient"), 1);
        let file = upload(&package, "a.bin", &noise(1, 3 * PART)).unwrap();
        finalize(&package);
        download(&package, &file.file_id).unwrap();
    }
}

/// The part is sent again, and its bytes count once.
#[test]
fn a_part_that_is_refused_for_the_clock_counts_once() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        force_api_route: true,
        ..options()
    };
    let package = package(&emulator.client_with(options));
    let data = noise(1, 3 * PART);
    let mut watch = Watch::new();
    upload_watched(&package, &mut watch, "a.bin", &data).unwrap();
    let once = watch.reports.last().unwrap().1.bytes_sent;
    let late = SystemTime::now() - Duration::from_secs(7200);
    emulator.fault(
        json!({"endpoint": "part_post", "part": 2, "action": {"status": 200,
        "content_type": "application/json",
        "headers": {"Date": httpdate::fmt_http_date(late)},
        "body": json!({"response": "AUTHENTICATION_FAILED", "message": ""}).to_string()}}),
    );
    let mut watch = Watch::new();
    upload_watched(&package, &mut watch, "b.bin", &data).unwrap();
    assert!(watch.log.iter().any(|line| line.contains("clock")));
    assert_eq!(emulator.count("part_post"), 7);
    watch.assert_ends_at(data.len());
    let sent = watch.reports.last().unwrap().1.bytes_sent;
    // The multipart bodies may differ by a digit of their boundaries and numbers.
    assert!(sent.abs_diff(once) < 100, "{sent} {once}");
}

/// A server that refuses and sends a date must not choose the timestamp that the client signs.
#[test]
fn a_clock_that_is_a_day_off_is_not_corrected() {
    let emulator = Emulator::start();
    emulator.settings(json!({"clock_skew_ms": 300_000, "clock_offset_ms": 25_i64 * 3_600_000}));
    let client = emulator.client();
    for _ in 0..2 {
        let error = refused(client.user(&mut ()), ErrorKind::AuthenticationFailed);
        assert!(error.remedy().unwrap().contains("clock"));
    }
    assert_eq!(emulator.count("user_information"), 2);
}

#[test]
fn a_wrong_secret_does_not_correct_the_clock() {
    let emulator = Emulator::start();
    let client = Client::new(
        &emulator.text("url"),
        &emulator.text("api_key"),
        "wrong secret".into(),
        options(),
    )
    .unwrap();
    let error = refused(
        Package::create(&client, &mut ()),
        ErrorKind::AuthenticationFailed,
    );
    assert!(error.remedy().is_some());
    assert_eq!(emulator.count("create_package"), 1);
}

#[test]
fn uploads_into_one_package_run_side_by_side() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    thread::scope(|scope| {
        for number in 0..6 {
            let package = &package;
            scope.spawn(move || {
                upload(package, &format!("{number}.bin"), &noise(number, 4 * PART)).unwrap()
            });
        }
    });
    let link = finalize(&package);
    let received = Package::open_link(&client, &mut (), &link).unwrap();
    let directory = TempDir::new();
    received
        .download_all(&mut (), &directory.0, &DownloadOptions::default())
        .unwrap();
    for number in 0..6 {
        assert!(
            fs::read(directory.join(&format!("{number}.bin"))).unwrap() == noise(number, 4 * PART)
        );
    }
}

#[test]
fn finalize_does_not_overtake_an_upload() {
    let emulator = Emulator::start();
    emulator.fault(json!({"endpoint": "part_put", "action": {"hang_ms": 1000}}));
    let package = package(&emulator.client());
    thread::scope(|scope| {
        let uploading = scope.spawn(|| upload(&package, "a.bin", b"a"));
        while emulator.count("part_put") == 0 {
            thread::sleep(Duration::from_millis(10));
        }
        refused(
            package.finalize(&mut (), &FinalizeOptions::default()),
            ErrorKind::UploadRunning,
        );
        assert_eq!(emulator.count("finalize"), 0);
        uploading.join().unwrap().unwrap();
    });
    finalize(&package);
}

#[test]
fn files_can_be_removed() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let gone = upload(&package, "gone.bin", b"gone").unwrap();
    upload(&package, "kept.bin", b"kept").unwrap();
    package.delete_file(&mut (), &gone.file_id, None).unwrap();
    refused(
        package.delete_file(&mut (), &gone.file_id, None),
        ErrorKind::FileNotOnPackage,
    );
    finalize(&package);
    let files = package.information(&mut ()).unwrap().files;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].file_name, "kept.bin");
}

#[test]
fn downloads_replace_existing_files_only_on_request() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let mut files = Vec::new();
    for name in ["a.txt", "b.txt"] {
        files.push(upload(&package, name, name.as_bytes()).unwrap());
    }
    finalize(&package);
    let directory = TempDir::new();
    directory.file("b.txt", b"other");
    emulator.forget_requests();
    let error = refused(
        package.download_all(&mut (), &directory.0, &DownloadOptions::default()),
        ErrorKind::FileExists,
    );
    assert!(error.remedy().is_some());
    assert_eq!(
        directory.names(),
        ["b.txt"],
        "all targets are judged before the first byte"
    );
    assert_eq!(emulator.count("part_get"), 0);

    let skip = DownloadOptions {
        existing: Existing::Skip,
        ..DownloadOptions::default()
    };
    let mut watch = Watch::new();
    let done = package
        .download_all(&mut watch, &directory.0, &skip)
        .unwrap();
    watch.assert_ends_at(10);
    assert_eq!(
        done.items
            .iter()
            .map(|done| done.action)
            .collect::<Vec<_>>(),
        [Action::Downloaded, Action::Skipped]
    );
    assert_eq!(fs::read(directory.join("b.txt")).unwrap(), b"other");

    let overwrite = DownloadOptions {
        existing: Existing::Overwrite,
        sync: true,
        ..DownloadOptions::default()
    };
    let done = package
        .download(
            &mut (),
            &files[1].file_id,
            Sink::Path(directory.0.clone()),
            &overwrite,
        )
        .unwrap();
    assert_eq!(done.path, Some(directory.join("b.txt")));
    assert_eq!(fs::read(directory.join("b.txt")).unwrap(), b"b.txt");
    assert_eq!(directory.names(), ["a.txt", "b.txt"]);
}

#[test]
fn raw_requests_are_signed_and_return_the_response_unchanged() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let user: Value = serde_json::from_str(
        &client
            .request(&mut (), "GET", "/api/v2.0/user/", None)
            .unwrap(),
    )
    .unwrap();
    assert_eq!(user["email"], "admin@acme.test");
    let listed = client
        .request(
            &mut (),
            "GET",
            "/package/received/?rowIndex=0&pageSize=10",
            None,
        )
        .unwrap();
    assert!(
        listed.contains("SUCCESS"),
        "the query is not signed: {listed}"
    );
    let refusal = client
        .request(&mut (), "GET", "/package/AAAA-BBBB/", None)
        .unwrap();
    assert!(refusal.contains("UNKNOWN_PACKAGE"), "{refusal}");
    let user_agent = &emulator.requests()[0]["headers"];
    assert_eq!(user_agent["ss-request-api"], "RUST_API");
    assert!(
        user_agent["ss-sdk-version"]
            .as_str()
            .unwrap()
            .starts_with("libsendsafely/")
    );
}

/// All texts of a failed call: message, debug output and log lines.
fn texts_of<T>(result: sendsafely::Result<T>, watch: &Watch) -> String {
    let error = result.err().map(|error| {
        format!(
            "{error} {error:?} {:?} {:?}",
            error.server_message(),
            error.remedy()
        )
    });
    format!("{error:?} {:?}", watch.log)
}

#[test]
fn secrets_are_in_no_message_and_no_log_line() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        retry_window: Duration::from_millis(300),
        ..options()
    });
    let package = package(&client);
    let file = upload(&package, "a.bin", &noise(1, 2 * PART)).unwrap();
    package
        .set_message(&mut (), "the text of the message")
        .unwrap();
    let raw = emulator.package(package.id());
    let protected = FinalizeOptions {
        undisclosed_recipients: true,
        password: Some("the password".into()),
        ..FinalizeOptions::default()
    };

    let mut texts = vec![format!("{client:?} {package:?} {protected:?}")];
    // Calls of every kind fail in every way.
    for action in [
        json!({"close": true}),
        json!({"garbage": true}),
        json!({"status": 500, "body": "oops"}),
        json!({"envelope": {"response": "DENIED", "message": "no"}}),
        json!({"redirect": "http://127.0.0.1:9/elsewhere?x#y"}),
    ] {
        emulator.fault(json!({"endpoint": "*", "times": 0, "action": action}));
        let mut watch = Watch::new();
        let watch = &mut watch;
        let options = DownloadOptions {
            password: Some("the password".into()),
            ..DownloadOptions::default()
        };
        let code = package.code().to_owned();
        let link = format!(
            "{}/receive/?packageCode={code}#keyCode={}",
            client.host(),
            package.keycode().unwrap()
        );
        let results = [
            texts_of(Package::create(&client, watch), watch),
            texts_of(
                Package::open(
                    &client,
                    watch,
                    package.id(),
                    package.keycode().unwrap().into(),
                ),
                watch,
            ),
            texts_of(Package::open_link(&client, watch, &link), watch),
            texts_of(package.message(watch), watch),
            texts_of(package.set_message(watch, "the text of the message"), watch),
            texts_of(upload_watched(&package, watch, "b.bin", b"b"), watch),
            texts_of(
                package.download(
                    watch,
                    &file.file_id,
                    Sink::Memory(&mut Vec::new()),
                    &options,
                ),
                watch,
            ),
            texts_of(package.finalize(watch, &protected), watch),
        ];
        texts.extend(results);
        emulator.clear_faults();
    }
    let malformed = format!(
        "https://x.test/else/#keyCode={}",
        package.keycode().unwrap()
    );
    texts.push(texts_of(
        Package::open_link(&client, &mut (), &malformed),
        &Watch::new(),
    ));
    let secrets = [
        emulator.text("api_secret"),
        package.keycode().unwrap().to_owned(),
        raw["server_secret"].as_str().unwrap().to_owned(),
        "the password".to_owned(),
        "the text of the message".to_owned(),
        "Signature=".to_owned(),
    ];
    assert!(
        texts.iter().any(|text| text.contains("trying again")),
        "the log is in the texts"
    );
    for text in &texts {
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}
