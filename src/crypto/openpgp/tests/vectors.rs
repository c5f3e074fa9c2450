//! Bytes that the official clients wrote (`tests/vectors`).

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::crypto::digest::hex;
use crate::crypto::{Keycode, PrivateKey, decrypt_message, encrypt_keycode};

const CLIENTS: [&str; 3] = ["python", "node", "java"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

fn str_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

fn clients() -> Vec<(&'static str, Value)> {
    let index: Value = serde_json::from_str(&text("index.json")).unwrap();
    CLIENTS
        .iter()
        .map(|name| (*name, index["clients"][name].clone()))
        .collect()
}

fn keycode(client: &Value) -> Keycode {
    Keycode::from_text(str_of(client, "keyCode")).unwrap()
}

fn client_passphrase(client: &Value) -> Passphrase {
    Passphrase::new(
        &SecretString::from(str_of(client, "serverSecret")),
        &keycode(client),
    )
}

/// The start of SHA-256("0") || SHA-256("1") ..., of which the larger files are made.
fn counted(len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len.div_ceil(32))
        .flat_map(|i: usize| Sha256::digest(i.to_string()).to_vec())
        .collect();
    bytes.truncate(len);
    bytes
}

#[test]
fn checksums() {
    for (name, client) in clients() {
        assert_eq!(
            keycode(&client).checksum(str_of(&client, "packageCode")),
            str_of(&client, "checksum"),
            "{name}"
        );
    }
}

#[test]
fn messages() {
    for (name, client) in clients() {
        let got = decrypt_message(
            &text(str_of(&client, "message")),
            &client_passphrase(&client),
            |_| Ok(()),
        )
        .unwrap();
        // Node converts line ends when it encrypts, and we do not convert them back.
        let wanted = str_of(&client, "messageText");
        let wanted = if name == "node" {
            wanted.replace('\n', "\r\n")
        } else {
            wanted.to_owned()
        };
        assert_eq!(got, wanted, "{name}");
    }
}

#[test]
fn parts() {
    let mut read = 0;
    for (name, client) in clients() {
        let passphrase = client_passphrase(&client);
        for file in client["files"].as_array().unwrap() {
            let size = usize::try_from(file["size"].as_u64().unwrap()).unwrap();
            let (mut content, mut complete) = (Vec::new(), true);
            for part in file["parts"].as_array().unwrap() {
                let Some(stored) = part["file"].as_str() else {
                    // Part 1 of Python's layout.bin is described but not stored; the part after it is empty.
                    assert_eq!(part["stored"], false);
                    complete = false;
                    continue;
                };
                let message = fs::read(path(stored)).unwrap();
                let part =
                    opened(&message, &passphrase).unwrap_or_else(|e| panic!("{stored}: {e}"));
                assert_eq!(
                    failure(&message, &super::passphrase("wrong"), NO_LIMIT),
                    ErrorKind::DecryptFailed
                );
                if message.len() > 5000 {
                    assert!(heads::proved(&message, &passphrase)[0], "{stored}");
                }
                content.extend(part);
                read += 1;
            }
            let file = str_of(file, "name");
            if complete {
                assert_eq!(content.len(), size, "{name} {file}");
                if size > 1000 {
                    assert!(content == counted(size), "{name} {file}");
                }
            } else {
                assert!(content.is_empty(), "{name} {file}");
            }
        }
    }
    assert_eq!(read, 9, "parts stored in tests/vectors");
}

#[test]
fn file_digests() {
    for (name, client) in clients() {
        for file in client["files"].as_array().unwrap() {
            let parts = file["parts"].as_array().unwrap();
            let [part] = parts.as_slice() else { continue };
            let content = opened(
                &fs::read(path(str_of(part, "file"))).unwrap(),
                &client_passphrase(&client),
            )
            .unwrap();
            assert_eq!(
                hex(&Sha256::digest(&content)),
                str_of(file, "sha256"),
                "{name} {}",
                str_of(file, "name")
            );
        }
    }
}

#[test]
fn every_private_key_decrypts_the_keycodes_of_every_client() {
    for owner in CLIENTS {
        let key = PrivateKey::parse(&text(&format!("{owner}/trusted-device-private.asc"))).unwrap();
        for (name, client) in clients() {
            let armored = text(str_of(&client["encryptedKeycodes"], owner));
            assert_eq!(
                key.decrypt_keycode(&armored).unwrap(),
                keycode(&client),
                "{name} for {owner}"
            );
            for stranger in CLIENTS.into_iter().filter(|c| *c != owner) {
                let armored = text(str_of(&client["encryptedKeycodes"], stranger));
                assert_eq!(
                    key.decrypt_keycode(&armored).unwrap_err().kind(),
                    ErrorKind::DecryptFailed
                );
            }
        }
    }
}

#[test]
fn keycodes_encrypted_to_the_public_keys_come_back() {
    for owner in ["python", "node"] {
        let keycode = Keycode::generate().unwrap();
        let armored = encrypt_keycode(
            &keycode,
            &text(&format!("{owner}/trusted-device-public.asc")),
        )
        .unwrap();
        let key = PrivateKey::parse(&text(&format!("{owner}/trusted-device-private.asc"))).unwrap();
        assert_eq!(key.decrypt_keycode(&armored).unwrap(), keycode, "{owner}");
    }
}

/// Parts by openpgp.js 4, 5 and 6: the compressed packet is in partial lengths; in one that it wrote from a stream,
/// everything is.
#[test]
fn parts_that_openpgpjs_compressed() {
    let names = [
        "4-zip",
        "4-zlib",
        "5-zip",
        "5-zlib",
        "6-zip",
        "6-zlib",
        "6-zlib-stream",
    ];
    for name in names {
        let message = fs::read(path(&format!("openpgpjs/{name}.pgp"))).unwrap();
        let content = opened(&message, &super::passphrase("serverSecretkeyCode"))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(content == counted(3000), "{name}");
    }
}

#[test]
fn parts_that_openpgpjs_wrote_in_authenticated_modes() {
    // In the last but one the session key is derived with Argon2, by the writer's defaults.
    for name in ["6-eax", "6-ocb", "6-gcm", "6-argon2", "6-ocb-stream"] {
        let message = fs::read(path(&format!("openpgpjs/{name}.pgp"))).unwrap();
        let content = opened(&message, &super::passphrase("serverSecretkeyCode"))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(content == counted(3000), "{name}");
        assert_eq!(
            failure(
                &message,
                &super::passphrase("serverSecretkeycode"),
                NO_LIMIT
            ),
            ErrorKind::DecryptFailed,
            "{name}"
        );
    }
}

/// To an RSA key of version 4 and to one of version 6 for X25519, in an authenticated mode; and to the Node client's
/// key, compressed in partial lengths.
#[test]
fn keycodes_that_openpgpjs_wrote() {
    for (key, keycode, wanted) in [
        ("openpgpjs/key4-private.asc", "keycode-for-key4", "keyCode"),
        ("openpgpjs/key6-private.asc", "keycode-for-key6", "keyCode"),
        ("node/trusted-device-private.asc", "keycode-zlib", "kkkkkkk"),
    ] {
        let key = PrivateKey::parse(&text(key)).unwrap();
        let armored = text(&format!("openpgpjs/{keycode}.asc"));
        let read = key.decrypt_keycode(&armored).unwrap();
        assert!(read.expose().starts_with(wanted), "{keycode}");
        let armored = encrypt_keycode(&read, &key.public_key().unwrap()).unwrap();
        assert_eq!(key.decrypt_keycode(&armored).unwrap(), read, "{keycode}");
    }
}

#[test]
fn damaged_keycodes_are_refused() {
    let key = PrivateKey::parse(&text("openpgpjs/key6-private.asc")).unwrap();
    let armored = text("openpgpjs/keycode-for-key6.asc");
    let body: String = armored
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['-', '=']))
        .collect();
    let message = STANDARD.decode(&body).unwrap();
    let read = |message: &[u8]| {
        let text = STANDARD.encode(message);
        let armored = format!("-----BEGIN PGP MESSAGE-----\n\n{text}\n-----END PGP MESSAGE-----\n");
        key.decrypt_keycode(&armored)
    };
    assert_eq!(read(&message).unwrap().expose(), "keyCode");
    for at in 0..message.len() {
        let mut damaged = message.clone();
        damaged[at] ^= 1 << (at % 8);
        for bytes in [&damaged[..], &message[..at]] {
            let kind = read(bytes).unwrap_err().kind();
            let kinds = [ErrorKind::DecryptFailed, ErrorKind::UnsupportedFormat];
            assert!(kinds.contains(&kind), "octet {at}: {kind:?}");
        }
    }
}
