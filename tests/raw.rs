//! The cryptography alone: the vectors of protocol A, files of the official clients, and round trips.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use sendsafely::{Client, ClientOptions, ErrorKind, KeyPair, Package, SecretString, raw};
use serde_json::{Value, json};
use support::*;

fn vector(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    fs::read(directory.join(name)).unwrap()
}

fn vector_text(name: &str) -> String {
    String::from_utf8(vector(name)).unwrap()
}

fn vector_json(name: &str) -> Value {
    serde_json::from_slice(&vector(name)).unwrap()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap()
}

fn secret(of: &Value, name: &str) -> SecretString {
    text(of, name).into()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn keycodes_are_43_characters_and_never_the_same() {
    let (a, b) = (
        raw::generate_keycode().unwrap(),
        raw::generate_keycode().unwrap(),
    );
    assert_ne!(a, b);
    for keycode in [a, b] {
        assert_eq!(keycode.expose().len(), 43);
        let is_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(keycode.expose().chars().all(is_safe));
    }
}

#[test]
fn checksums_are_those_of_the_vectors() {
    for (keycode, package_code, checksum) in [
        (
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "oaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2-v8A",
            "71fcf4e9b19e787e96737cde7f9d6a7a27d43df076bd0918571464c33360334d",
        ),
        (
            "kc",
            "pc",
            "3b4d68bfb8a81b9e27fc38ed8d96e431e2454c7275b5f2ef3282527f225f4939",
        ),
    ] {
        assert_eq!(
            raw::checksum(&keycode.into(), package_code).unwrap(),
            checksum
        );
    }
    for (_, client) in vector_json("index.json")["clients"].as_object().unwrap() {
        let checksum = raw::checksum(&secret(client, "keyCode"), text(client, "packageCode"));
        assert_eq!(checksum.unwrap(), text(client, "checksum"));
    }
    for (keycode, package_code) in [("", "pc"), ("kc", ""), ("k c", "pc")] {
        refused(
            raw::checksum(&keycode.into(), package_code),
            ErrorKind::InvalidArgument,
        );
    }
}

#[test]
fn parts_and_messages_of_other_programs_are_read() {
    let appendix = vector_json("appendix-a.json");
    let part = &appendix["part"];
    let (server, keycode) = (secret(part, "serverSecret"), secret(part, "keyCode"));
    let message = from_hex(text(part, "message"));
    let read = raw::decrypt_part(&server, &keycode, &message).unwrap();
    assert_eq!(read, text(part, "text").as_bytes());

    let mut parts = 0;
    for (name, client) in vector_json("index.json")["clients"].as_object().unwrap() {
        let (server, keycode) = (secret(client, "serverSecret"), secret(client, "keyCode"));
        let message = vector_text(text(client, "message"));
        let read = raw::decrypt_message(&server, &keycode, &message).unwrap();
        // The Node client changes line ends.
        assert_eq!(
            read.expose().replace("\r\n", "\n"),
            text(client, "messageText"),
            "{name}"
        );
        for file in client["files"].as_array().unwrap() {
            let of_file = file["parts"].as_array().unwrap();
            let Some(first) = of_file[0]["file"].as_str().filter(|_| of_file.len() == 1) else {
                continue;
            };
            let data = raw::decrypt_part(&server, &keycode, &vector(first)).unwrap();
            assert_eq!(json!(data.len()), file["size"], "{first}");
            assert_eq!(sha256(&data), text(file, "sha256"), "{first}");
            parts += 1;
        }
    }
    assert!(parts >= 8, "{parts}");
}

fn sha256(data: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(data);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn parts_and_messages_decrypt_only_unchanged_and_with_their_passphrase() {
    let (server, keycode) = (
        SecretString::from("server-secret"),
        raw::generate_keycode().unwrap(),
    );
    let wrong = raw::generate_keycode().unwrap();
    for size in [0, 1, 191, 192, 8383, 8384, 300_000] {
        let data = noise(size as u64, size);
        let message = raw::encrypt_part(&server, &keycode, &data).unwrap();
        assert_eq!(
            raw::decrypt_part(&server, &keycode, &message).unwrap(),
            data
        );
        assert_ne!(
            raw::encrypt_part(&server, &keycode, &data).unwrap(),
            message
        );
        refused(
            raw::decrypt_part(&server, &wrong, &message),
            ErrorKind::DecryptFailed,
        );
        for damage in [0, message.len() / 2, message.len() - 1] {
            let mut damaged = message.clone();
            damaged[damage] ^= 1;
            assert!(raw::decrypt_part(&server, &keycode, &damaged).is_err());
        }
        refused(
            raw::decrypt_part(&server, &keycode, &message[..message.len() - 1]),
            ErrorKind::DecryptFailed,
        );
    }
    for words in ["", "Grüße, 世界!\nzwei", &"x".repeat(100_000)] {
        let base64 = raw::encrypt_message(&server, &keycode, words).unwrap();
        let back = raw::decrypt_message(&server, &keycode, &base64).unwrap();
        assert_eq!(back.expose(), words);
        refused(
            raw::decrypt_message(&server, &wrong, &base64),
            ErrorKind::DecryptFailed,
        );
    }
    let none = SecretString::from("");
    let invalid = ErrorKind::InvalidArgument;
    refused(raw::encrypt_part(&none, &keycode, b"a"), invalid);
    refused(raw::encrypt_part(&server, &none, b"a"), invalid);
    refused(raw::decrypt_part(&none, &keycode, b"a"), invalid);
    refused(raw::encrypt_message(&server, &none, "a"), invalid);
    refused(raw::decrypt_message(&none, &keycode, "a"), invalid);
    for nonsense in [&b""[..], b"a", b"\xc3", &[0xff; 100]] {
        refused(
            raw::decrypt_part(&server, &keycode, nonsense),
            ErrorKind::DecryptFailed,
        );
    }
}

/// The library reads a package that was made with these functions alone, and the other way round.
#[test]
fn a_program_with_its_own_transport_and_the_library_read_each_others_packages() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let call = |method: &str, path: &str, body: Value| -> Value {
        let body = (!body.is_null()).then(|| body.to_string());
        let response = client
            .request(&mut (), method, path, body.as_deref())
            .unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        assert_eq!(response["response"], "SUCCESS", "{response}");
        response
    };
    let created = call("PUT", "/package/", json!({"vdr": false}));
    let (id, server) = (
        text(&created, "packageId"),
        secret(&created, "serverSecret"),
    );
    let keycode = raw::generate_keycode().unwrap();
    let path = |rest: &str| format!("/package/{id}/{rest}");
    call(
        "PUT",
        &path("recipient/"),
        json!({"email": "second@acme.test"}),
    );
    let message = raw::encrypt_message(&server, &keycode, "hello").unwrap();
    call("PUT", &path("message/"), json!({"message": message}));
    let part = raw::encrypt_part(&server, &keycode, b"data").unwrap();
    let file = emulator.add_file(id, "a.bin", 4, &[part]);
    let checksum = raw::checksum(&keycode, text(&created, "packageCode")).unwrap();
    call("POST", &path("finalize/"), json!({"checksum": checksum}));

    let package = Package::open(&client, &mut (), id, keycode.clone()).unwrap();
    assert_eq!(package.message(&mut ()).unwrap().as_deref(), Some("hello"));
    assert_eq!(download(&package, &file).unwrap(), b"data");
    let stored = call("GET", &path(&format!("message/{checksum}/")), Value::Null);
    let read = raw::decrypt_message(&server, &keycode, text(&stored, "message")).unwrap();
    assert_eq!(read.expose(), "hello");
}

#[test]
fn keycodes_are_encrypted_to_key_pairs() {
    for owner in ["java", "node", "python"] {
        let private =
            SecretString::new(vector_text(&format!("{owner}/trusted-device-private.asc")));
        for writer in ["java", "node", "python"] {
            let armored = vector_text(&format!("{writer}/keycode-for-{owner}-key.asc"));
            let keycode = raw::decrypt_keycode(&armored, &private).unwrap();
            let index = vector_json("index.json");
            assert_eq!(keycode, secret(&index["clients"][writer], "keyCode"));
        }
    }
    let pair = KeyPair::generate(2048).unwrap();
    let keycode = raw::generate_keycode().unwrap();
    let armored = raw::encrypt_keycode(&keycode, &pair.public_key).unwrap();
    assert!(armored.starts_with("-----BEGIN PGP MESSAGE-----"));
    assert!(!armored.contains(keycode.expose()));
    assert_eq!(
        raw::decrypt_keycode(&armored, &pair.private_key).unwrap(),
        keycode
    );
    let other = SecretString::new(vector_text("node/trusted-device-private.asc"));
    refused(
        raw::decrypt_keycode(&armored, &other),
        ErrorKind::DecryptFailed,
    );
    refused(
        raw::decrypt_keycode("", &pair.private_key),
        ErrorKind::DecryptFailed,
    );
    refused(
        raw::decrypt_keycode(&armored, &"no key".into()),
        ErrorKind::InvalidKey,
    );
    refused(
        raw::encrypt_keycode(&keycode, pair.private_key.expose()),
        ErrorKind::InvalidKey,
    );
    refused(
        raw::encrypt_keycode(&"".into(), &pair.public_key),
        ErrorKind::InvalidArgument,
    );
}

#[test]
fn signatures_are_those_of_appendix_a1() {
    let vectors = vector_json("appendix-a.json");
    let client = Client::new(
        "http://127.0.0.1:9",
        text(&vectors, "apiKey"),
        secret(&vectors, "apiSecret"),
        ClientOptions::default(),
    )
    .unwrap();
    let signatures = vectors["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 6);
    for vector in signatures {
        let body = Some(text(vector, "body")).filter(|body| !body.is_empty());
        let path = text(vector, "path");
        let short = path.strip_prefix("/api/v2.0").unwrap();
        for path in [path, short, &format!("{path}?rowIndex=0")] {
            let headers = client
                .sign(path, body, Some(text(&vectors, "timestamp")))
                .unwrap();
            assert_eq!(
                headers.signature.as_deref(),
                Some(text(vector, "signature"))
            );
            assert_eq!(headers.api_key, text(&vectors, "apiKey"));
            assert_eq!(headers.timestamp.as_deref(), vectors["timestamp"].as_str());
        }
    }
    let now = client.sign("/user/", None, None).unwrap();
    assert_eq!(now.timestamp.unwrap().len(), 24);
    for bad in [
        "",
        "now",
        "2024-01-02 03:04:05+0000",
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05+00:0",
    ] {
        refused(
            client.sign("/user/", None, Some(bad)),
            ErrorKind::InvalidArgument,
        );
    }
    assert!(
        client
            .sign("/user/", None, Some("2024-01-02T03:04:05-0830"))
            .is_ok()
    );
    for bad in ["", "user/", "/a b/", "/../x", "https://x.test/"] {
        refused(client.sign(bad, None, None), ErrorKind::InvalidArgument);
    }
    let nobody = Client::without_credentials("http://127.0.0.1:9", ClientOptions::default());
    refused(
        nobody.unwrap().sign("/user/", None, None),
        ErrorKind::NoCredentials,
    );
    let dropzone = Client::for_dropzone("http://127.0.0.1:9", "D", ClientOptions::default());
    let headers = dropzone.unwrap().sign("/package/", None, None).unwrap();
    assert_eq!(headers.api_key, "D");
    assert_eq!((headers.timestamp, headers.signature), (None, None));
}
