//! Limits on the memory and time that a hostile sender, storage or service can cost. Each case runs in a process of its
//! own, whose memory is measured or limited.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pgp::composed::MessageBuilder;
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::StringToKey;
use sendsafely::raw::{decrypt_part, encrypt_part};
use sendsafely::{
    Client, ClientOptions, DownloadOptions, Error, ErrorKind, Package, Sink, Source, UploadOptions,
};
use serde_json::json;
use support::alone::{MIB, alone, forget_peak, is_alone, peak};
use support::*;

/// A packet of the new format.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 255], &len[..], body].concat()
}

/// A part whose literal data is compressed zeros.
fn bomb(passphrase: &str, size: usize) -> Vec<u8> {
    let mut literal = b"b\0\0\0\0\0".to_vec();
    literal.resize(6 + size, 0);
    let mut packed = vec![3];
    let mut encoder = bzip2::write::BzEncoder::new(&mut packed, bzip2::Compression::best());
    encoder.write_all(&packet(11, &literal)).unwrap();
    encoder.finish().unwrap();
    support::openpgp::message(support::openpgp::NODE, passphrase, &packet(8, &packed))
}

/// A small package of the sender, its link, and the passphrase of its parts.
fn sent(emulator: &Emulator) -> (Package, String, String) {
    let package = package(&emulator.client());
    upload(&package, "small.txt", b"small").unwrap();
    let link = finalize(&package);
    let raw = emulator.package(package.id());
    let secret = raw["server_secret"].as_str().unwrap().to_owned();
    let keycode = link.split("keyCode=").nth(1).unwrap();
    (package, secret + keycode, link.clone())
}

fn tight() -> ClientOptions {
    ClientOptions {
        memory_budget: MIB as u64,
        ..options()
    }
}

fn receive_nowhere(package: &Package, file_id: &str) -> sendsafely::Result<u64> {
    let mut written = 0;
    let mut writer = |piece: &[u8]| {
        written += piece.len() as u64;
        Ok(())
    };
    package.download(
        &mut (),
        file_id,
        Sink::Writer(&mut writer),
        &DownloadOptions::default(),
    )?;
    Ok(written)
}

#[test]
fn parts_are_charged_by_what_they_unpack_to() {
    if !is_alone() {
        return alone("parts_are_charged_by_what_they_unpack_to", None);
    }
    const UNPACKED: usize = 4 * MIB;
    const PARTS: usize = 16;
    let emulator = Emulator::start();
    let (package, passphrase, link) = sent(&emulator);
    let parts: Vec<_> = (0..PARTS).map(|_| bomb(&passphrase, UNPACKED)).collect();
    assert!(parts[0].len() < 300, "{}", parts[0].len());
    let file = emulator.add_file(package.id(), "bomb.bin", PARTS * UNPACKED, &parts);
    drop(parts);
    let client = emulator.client_of(1, tight());
    let package = Package::open_link(&client, &mut (), &link).unwrap();
    // The first part is late, so that all others could be held before it.
    emulator
        .fault(json!({"endpoint": "part_get", "part": 1, "times": 1, "action": {"hang_ms": 3000}}));
    let before = forget_peak();
    assert_eq!(
        receive_nowhere(&package, &file).unwrap(),
        (PARTS * UNPACKED) as u64
    );
    // The next part in order is not held up by the budget: twice its size while it grows, and the decompressor.
    let took = peak() - before;
    assert!(took < 32 * MIB, "{} MiB", took / MIB);
}

/// A part in an authenticated mode, whose key is derived in 64 MiB.
fn argon2_part(passphrase: &str, plaintext: &[u8]) -> Vec<u8> {
    let random = rand_core::OsRng;
    let mut builder = MessageBuilder::from_bytes("", plaintext.to_vec()).seipd_v2(
        random,
        SymmetricKeyAlgorithm::AES256,
        AeadAlgorithm::Ocb,
        ChunkSize::C64KiB,
    );
    let s2k = StringToKey::new_argon2(random, 1, 4, 16);
    builder
        .encrypt_with_password(random, s2k, &passphrase.into())
        .unwrap();
    builder.to_vec(random).unwrap()
}

#[test]
fn derivations_are_charged_by_the_memory_that_they_take() {
    if !is_alone() {
        return alone("derivations_are_charged_by_the_memory_that_they_take", None);
    }
    const PARTS: usize = 12;
    let emulator = Emulator::start();
    let (package, passphrase, link) = sent(&emulator);
    let data = noise(5, PARTS * 1000);
    let parts: Vec<_> = data
        .chunks(1000)
        .map(|part| argon2_part(&passphrase, part))
        .collect();
    let file = emulator.add_file(package.id(), "argon2.bin", data.len(), &parts);
    let client = emulator.client_of(
        1,
        ClientOptions {
            parts_in_flight: 8,
            ..tight()
        },
    );
    let package = Package::open_link(&client, &mut (), &link).unwrap();
    // The first part is late, so that all others could be derived before it.
    emulator
        .fault(json!({"endpoint": "part_get", "part": 1, "times": 1, "action": {"hang_ms": 1000}}));
    let before = forget_peak();
    assert!(download(&package, &file).unwrap() == data);
    // One derivation at a time runs whatever the budget is.
    let took = peak() - before;
    assert!((64 * MIB..110 * MIB).contains(&took), "{} MiB", took / MIB);
}

/// Every file has a next part that the budget does not hold up, and a message belongs to no transfer: they take turns.
#[test]
fn derivations_of_many_files_and_messages_wait_for_each_other() {
    if !is_alone() {
        return alone(
            "derivations_of_many_files_and_messages_wait_for_each_other",
            None,
        );
    }
    const MANY: usize = 16;
    let emulator = Emulator::start();
    let (package, passphrase, link) = sent(&emulator);
    let part = argon2_part(&passphrase, b"hello");
    for number in 0..MANY {
        let name = format!("{number}.bin");
        emulator.add_file(package.id(), &name, 5, std::slice::from_ref(&part));
    }
    let message = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &part);
    let path = format!("/packages/{}", package.id());
    emulator.admin_json("POST", &path, &json!({"message": message}));
    let client = emulator.client_of(
        1,
        ClientOptions {
            parts_in_flight: MANY,
            ..tight()
        },
    );
    let package = Package::open_link(&client, &mut (), &link).unwrap();
    let before = forget_peak();
    let to = TempDir::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(package.message(&mut ()).unwrap().unwrap(), "hello"));
        }
        let options = DownloadOptions::default();
        package.download_all(&mut (), &to.0, &options).unwrap();
    });
    assert_eq!(to.names().len(), MANY + 1);
    let took = peak() - before;
    assert!((64 * MIB..110 * MIB).contains(&took), "{} MiB", took / MIB);
}

#[test]
fn parts_are_not_fetched_far_ahead() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        part_size: 10,
        parts_in_flight: 2,
        ..options()
    };
    let package = package(&emulator.client_with(options.clone()));
    let data = noise(3, 2000);
    let file = upload(&package, "many.bin", &data).unwrap();
    emulator
        .fault(json!({"endpoint": "part_get", "part": 1, "times": 1, "action": {"hang_ms": 2000}}));
    emulator.forget_requests();
    let client = emulator.client_with(options);
    let reader = thread::spawn({
        let (package, id) = (
            Package::open_link(&client, &mut (), &finalize(&package)).unwrap(),
            file.file_id,
        );
        move || download(&package, &id)
    });
    thread::sleep(Duration::from_millis(1500));
    let ahead = emulator.count("part_get");
    assert!(reader.join().unwrap().unwrap() == data);
    assert!((2..=20).contains(&ahead), "{ahead}");
}

#[test]
fn uploads_stay_within_the_budget() {
    if !is_alone() {
        return alone("uploads_stay_within_the_budget", None);
    }
    const PART: usize = 5 * MIB;
    let emulator = Emulator::start();
    emulator.settings(json!({"discard_parts": true}));
    let client = emulator.client_with(ClientOptions {
        memory_budget: 10 * MIB as u64,
        part_size: PART as u64,
        parts_in_flight: 16,
        ..options()
    });
    let package = package(&client);
    upload(&package, "warm.bin", b"connections").unwrap();
    let before = forget_peak();
    for size in [Some(20 * PART as u64), None] {
        let mut left = 20 * PART;
        let mut reader = |buffer: &mut [u8]| {
            let read = left.min(buffer.len());
            left -= read;
            Ok(read)
        };
        let source = Source::Reader {
            name: format!("{size:?}.bin").replace(['(', ')'], ""),
            size,
            reader: &mut reader,
        };
        package
            .upload(&mut (), source, &UploadOptions::default())
            .unwrap();
    }
    let took = peak() - before;
    // Sixteen connections have buffers, too.
    assert!(took < 40 * MIB, "{} MiB", took / MIB);
}

/// The most threads of the library at once, seen until the sender is dropped.
fn most_threads(end: &mpsc::Receiver<()>) -> usize {
    let mut most = 0;
    while end.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
        let names = std::fs::read_dir("/proc/self/task").unwrap();
        let names =
            names.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        most = most.max(names.filter(|name| name.starts_with("sendsafely")).count());
    }
    most
}

#[test]
fn a_hundred_transfers_share_the_memory_and_the_threads_of_their_client() {
    if !is_alone() {
        return alone(
            "a_hundred_transfers_share_the_memory_and_the_threads_of_their_client",
            None,
        );
    }
    const MANY: usize = 100;
    const BUDGET: usize = 8 * MIB;
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        memory_budget: BUDGET as u64,
        part_size: MIB as u64,
        ..options()
    });
    let package = package(&client);
    let data = noise(1, 3 * MIB);
    let kept = upload(&package, "kept.bin", &data).unwrap();
    emulator.settings(json!({"discard_parts": true}));
    for downloads in [false, true] {
        let before = forget_peak();
        let (running, end) = mpsc::channel();
        let seen = thread::spawn(move || most_threads(&end));
        thread::scope(|scope| {
            for number in 0..MANY {
                let (package, data, kept) = (&package, &data, &kept);
                scope.spawn(move || match downloads {
                    false => drop(upload(package, &format!("{number}.bin"), data).unwrap()),
                    true => assert_eq!(
                        receive_nowhere(package, &kept.file_id).unwrap(),
                        data.len() as u64
                    ),
                });
            }
        });
        drop(running);
        let (threads, took) = (seen.join().unwrap(), peak() - before);
        assert!((8..=64).contains(&threads), "{threads} threads");
        assert!(took < BUDGET + 32 * MIB, "{} MiB", took / MIB);
        println!("{threads} threads, {} MiB", took / MIB);
    }
}

/// Each waits for its source most of the time, and has a part in memory meanwhile.
#[test]
fn a_hundred_slow_sources_share_the_memory_and_the_threads_of_their_client() {
    if !is_alone() {
        return alone(
            "a_hundred_slow_sources_share_the_memory_and_the_threads_of_their_client",
            None,
        );
    }
    const BUDGET: usize = 8 * MIB;
    const ASIDE: usize = 24;
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        memory_budget: BUDGET as u64,
        part_size: MIB as u64,
        ..options()
    });
    let package = package(&client);
    let end = Instant::now() + Duration::from_secs(10);
    let before = forget_peak();
    let (running, is_over) = mpsc::channel();
    let seen = thread::spawn(move || most_threads(&is_over));
    thread::scope(|scope| {
        for number in 0..100 {
            let package = &package;
            scope.spawn(move || {
                let mut reader = |buffer: &mut [u8]| {
                    thread::sleep(Duration::from_millis(300));
                    match Instant::now() < end {
                        true => Ok(buffer.len()),
                        false => Err(Error::new(ErrorKind::ReadFailed, "enough")),
                    }
                };
                let source = Source::Reader {
                    name: format!("{number}.bin"),
                    size: Some(100 * MIB as u64),
                    reader: &mut reader,
                };
                let ended = package.upload(&mut (), source, &UploadOptions::default());
                assert_kind(ended, ErrorKind::ReadFailed);
            });
        }
    });
    drop(running);
    let (threads, took) = (seen.join().unwrap(), peak() - before);
    assert!((40..=64).contains(&threads), "{threads} threads");
    let most = BUDGET + (ASIDE + 1 + 32) * MIB;
    assert!(took < most, "{} MiB", took / MIB);
    println!("{threads} threads, {} MiB", took / MIB);
}

#[test]
fn derivations_and_signatures_are_bounded_for_raw_parts() {
    let (secret, keycode) = ("secret".into(), "keycode".into());
    let plain = encrypt_part(&secret, &keycode, b"text").unwrap();
    let strangers: Vec<u8> = (0..24)
        .flat_map(|salt: u8| {
            let mut body = vec![4, 9, 3, 8];
            body.extend([salt; 8]);
            body.push(0xff);
            body.extend([salt; 6]);
            packet(3, &body)
        })
        .collect();
    let started = Instant::now();
    let refused = decrypt_part(&secret, &keycode, &[&strangers, &plain[..]].concat());
    assert_kind(refused, ErrorKind::DecryptFailed);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

/// A server that responds to every request with this head and then with chunks without end; returns its address.
fn endless(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n");
            let _ = stream.write_all(head.as_bytes());
            let chunk = [&b"10000\r\n"[..], &[b'x'; 65536], b"\r\n"].concat();
            for _ in 0..2000 {
                if stream.write_all(&chunk).is_err() {
                    break;
                }
            }
        }
    });
    format!("http://{address}")
}

/// Lets the download URLs of all parts lead to that address.
fn divert_parts(emulator: &Emulator, address: &str) {
    let urls = json!([{"part": 1, "url": format!("{address}/part")}]);
    emulator.fault(json!({"endpoint": "download_urls", "times": 0,
        "action": {"envelope": {"response": "SUCCESS", "downloadUrls": urls}}}));
    emulator.fault(json!({"endpoint": "part_download", "times": 0, "action": {"status": 500}}));
}

#[test]
fn nothing_is_read_beyond_the_content_length() {
    if !is_alone() {
        return alone("nothing_is_read_beyond_the_content_length", None);
    }
    let endless = endless("Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n");
    let options = ClientOptions {
        retry_window: Duration::from_secs(20),
        ..tight()
    };
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(options.clone()));
    let file = upload(&package, "a.bin", b"12345").unwrap();
    divert_parts(&emulator, &endless);
    let before = forget_peak();
    let failed = download(&package, &file.file_id).unwrap_err();
    assert!(
        matches!(failed.kind(), ErrorKind::BadAnswer | ErrorKind::HttpError),
        "{failed}"
    );
    let client = Client::new(&endless, "key", "secret".into(), options).unwrap();
    let failed = client.user(&mut ()).map(|_| ()).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::BadAnswer, "{failed}");
    let took = peak() - before;
    assert!(took < 24 * MIB, "{} MiB", took / MIB);
}

#[test]
fn lack_of_memory_is_an_error_and_leaves_nothing() {
    if !is_alone() {
        return alone(
            "lack_of_memory_is_an_error_and_leaves_nothing",
            Some(1 << 20),
        );
    }
    // One GiB of address space has no room for a part of another GiB.
    let storage = endless("Content-Length: 1073741823\r\n\r\n");
    let emulator = Emulator::start();
    let options = ClientOptions {
        max_part_bytes: 1 << 30,
        ..options()
    };
    let package = package(&emulator.client_with(options));
    let file = upload(&package, "a.bin", b"12345").unwrap();
    divert_parts(&emulator, &storage);
    let directory = TempDir::new();
    assert_kind(
        download_into(&package, &file.file_id, &directory),
        ErrorKind::OutOfMemory,
    );
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn lack_of_memory_for_a_listing_is_an_error() {
    if !is_alone() {
        let limit = Some(120 << 10);
        return alone("lack_of_memory_for_a_listing_is_an_error", limit);
    }
    let portal = endless("Transfer-Encoding: chunked\r\n\r\n");
    let client = Client::new(&portal, "key", "secret".into(), options()).unwrap();
    let information = client.package_information(&mut (), "P");
    assert_kind(information, ErrorKind::OutOfMemory);
}
