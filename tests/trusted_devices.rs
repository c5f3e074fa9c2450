//! Trusted devices: their key pairs, in files and on the service, and the keycodes that are encrypted to them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sendsafely::{Client, ErrorKind, KeyPair, Package, Phase, SecretString, raw};
use serde_json::{Value, json};
use support::*;

const PUBLIC: &str = include_str!("vectors/node/trusted-device-public.asc");
const PRIVATE: &str = include_str!("vectors/node/trusted-device-private.asc");
const OTHER_PUBLIC: &str = include_str!("vectors/python/trusted-device-public.asc");
const OTHER_PRIVATE: &str = include_str!("vectors/python/trusted-device-private.asc");

fn register(client: &Client, public_key: &str) -> String {
    client
        .register_public_key(&mut (), public_key, "a device")
        .unwrap()
}

/// A finalized package of the first user.
fn sent(client: &Client) -> Package {
    let package = package(client);
    package.set_message(&mut (), "m").unwrap();
    finalize(&package);
    package
}

fn stored_keycodes(emulator: &Emulator, package: &Package) -> serde_json::Map<String, Value> {
    let raw = emulator.package(package.id());
    raw["keycodes"].as_object().unwrap().clone()
}

/// Removes all stored keycodes of a package but one.
fn keep_only(emulator: &Emulator, package: &Package, public_key_id: &str) {
    let mut keycodes = stored_keycodes(emulator, package);
    keycodes.retain(|id, _| id == public_key_id);
    let path = format!("/packages/{}", package.id());
    emulator.admin_json("POST", &path, &json!({"keycodes": keycodes}));
}

/// Reads the first packet: two octets of length, version, time, algorithm, then the number of bits of the modulus.
fn modulus_bits(armored: &str) -> u32 {
    let body = armored.split_once("\n\n").unwrap().1;
    let text: String = body
        .lines()
        .take_while(|line| !line.starts_with(['=', '-']))
        .collect();
    let packet = STANDARD.decode(text).unwrap();
    assert_eq!((packet[3], packet[8]), (4, 1), "version 4, RSA");
    u32::from(u16::from_be_bytes([packet[9], packet[10]]))
}

#[test]
fn key_pairs_have_the_size_that_was_asked_for() {
    for bits in [2048, 3072] {
        let pair = KeyPair::generate(bits).unwrap();
        assert_eq!((pair.public_key_id, pair.description), (None, None));
        assert!(
            pair.public_key
                .starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----")
        );
        let private = pair.private_key.expose();
        assert!(private.starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
        assert_eq!(modulus_bits(&pair.public_key), bits);
    }
    for bits in [0, 1024, 2047, 8192, u32::MAX] {
        refused(KeyPair::generate(bits), ErrorKind::InvalidArgument);
    }
}

#[test]
fn a_device_opens_packages_from_its_registration_to_its_revocation() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let mut watch = Watch::new();
    let pair = client.generate_key_pair(&mut watch, "my laptop").unwrap();
    assert!(watch.phases().contains(&Phase::Preparing));
    let id = pair.public_key_id.as_deref().unwrap();
    assert_eq!(pair.description.as_deref(), Some("my laptop"));
    let body: Value =
        serde_json::from_str(emulator.requests()[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["description"], "my laptop");
    assert_eq!(body["publicKey"], json!(pair.public_key));
    assert_eq!(client.public_key(&mut (), id).unwrap(), pair.public_key);
    for request in emulator.requests() {
        assert!(!request.to_string().contains("PRIVATE KEY"));
    }

    let package = sent(&client);
    let opened =
        Package::open_with_private_key(&client, &mut (), package.id(), id, &pair.private_key)
            .unwrap();
    assert_eq!(opened.keycode(), package.keycode());
    let keys = package.public_keys(&mut (), None).unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].public_key_id, id);
    assert_eq!(keys[0].public_key, pair.public_key);

    client.revoke_public_key(&mut (), id).unwrap();
    refused(client.public_key(&mut (), id), ErrorKind::Refused);
    refused(client.revoke_public_key(&mut (), id), ErrorKind::Refused);
    assert!(stored_keycodes(&emulator, &package).is_empty());
    let again =
        Package::open_with_private_key(&client, &mut (), package.id(), id, &pair.private_key);
    refused(again, ErrorKind::Refused);
}

#[test]
fn refusals_and_lost_responses() {
    let emulator = Emulator::start();
    let client = emulator.client();
    emulator.forget_requests();
    for bad in ["", "no key", PRIVATE] {
        refused(
            client.register_public_key(&mut (), bad, "d"),
            ErrorKind::InvalidKey,
        );
        let bad = SecretString::from(bad.replace("PRIVATE", "PUBLIC").as_str());
        refused(
            client.keycodes(&mut (), "K", &bad, &["P".to_owned()]),
            ErrorKind::InvalidKey,
        );
        refused(
            client.sync_keycodes(&mut (), "K", &bad),
            ErrorKind::InvalidKey,
        );
    }
    assert_eq!(emulator.requests().len(), 0);

    let id = register(&client, PUBLIC);
    let private = PRIVATE.into();
    let ids = ["P".to_owned()];
    for (code, kind) in [
        ("DENIED", ErrorKind::Denied),
        ("FAIL", ErrorKind::Refused),
        ("LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
        ("INVALID_INPUT", ErrorKind::InvalidInput),
        ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
        ("A_LATER_CODE", ErrorKind::Refused),
    ] {
        emulator.refuse_once("register_public_key", code);
        refused(client.register_public_key(&mut (), PUBLIC, "d"), kind);
        emulator.refuse_once("get_public_key", code);
        refused(client.public_key(&mut (), &id), kind);
        emulator.refuse_once("revoke_public_key", code);
        refused(client.revoke_public_key(&mut (), &id), kind);
        emulator.refuse_once("get_keycodes", code);
        refused(client.keycodes(&mut (), &id, &private, &ids), kind);
        emulator.refuse_once("sync_keycodes", code);
        refused(client.sync_keycodes(&mut (), &id, &private), kind);
    }
    emulator.clear_faults();
    for endpoint in ["register_public_key", "get_public_key"] {
        emulator
            .fault(json!({"endpoint": endpoint, "action": {"envelope": {"response": "SUCCESS"}}}));
    }
    refused(
        client.register_public_key(&mut (), PUBLIC, "d"),
        ErrorKind::BadAnswer,
    );
    refused(client.public_key(&mut (), &id), ErrorKind::BadAnswer);
    emulator.clear_faults();

    // A key is never registered twice.
    emulator.forget_requests();
    emulator.lose_response("register_public_key");
    let error = refused(
        client.generate_key_pair(&mut (), "d"),
        ErrorKind::OutcomeUnknown,
    );
    assert!(error.remedy().unwrap().contains("register another"));
    assert_eq!(emulator.count("register_public_key"), 1);
    // A key that is gone counts as revoked.
    emulator.lose_response("revoke_public_key");
    client.revoke_public_key(&mut (), &id).unwrap();
    assert_eq!(emulator.count("revoke_public_key"), 2);
    refused(client.public_key(&mut (), &id), ErrorKind::Refused);
    // But the call fails if the key is still there.
    let id = register(&client, PUBLIC);
    emulator.clear_faults();
    emulator.fault(json!({"endpoint": "revoke_public_key", "action": {"close": true}}));
    emulator.refuse_once("revoke_public_key", "DENIED");
    refused(client.revoke_public_key(&mut (), &id), ErrorKind::Denied);
}

#[test]
fn keycodes_of_several_packages_come_at_once() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let id = register(&client, PUBLIC);
    let private = PRIVATE.into();
    let packages: Vec<Package> = (0..3).map(|_| sent(&client)).collect();
    // One is for another key, one is damaged.
    let foreign = raw::encrypt_keycode(&"another-keycode".into(), OTHER_PUBLIC).unwrap();
    for (package, keycode) in [(&packages[1], foreign.as_str()), (&packages[2], "damaged")] {
        let path = format!("/packages/{}", package.id());
        emulator.admin_json("POST", &path, &json!({"keycodes": {&id: keycode}}));
    }
    let first = packages[0].id().to_owned();
    let ids = [
        packages[1].id().to_owned(),
        first.clone(),
        "AAAA-BBBB".to_owned(),
        packages[2].id().to_owned(),
        first,
    ];
    emulator.forget_requests();
    let keycodes = client.keycodes(&mut (), &id, &private, &ids).unwrap();
    assert_eq!(emulator.requests().len(), 1);
    let received: Vec<_> = keycodes
        .iter()
        .map(|keycode| keycode.package_id.clone())
        .collect();
    assert_eq!(received, ids);
    let texts: Vec<_> = keycodes
        .iter()
        .map(|keycode| match &keycode.keycode {
            Ok(keycode) => Ok(keycode.expose()),
            Err(error) => Err(error.kind()),
        })
        .collect();
    let right = packages[0].keycode().unwrap();
    assert_eq!(
        texts,
        [
            Err(ErrorKind::DecryptFailed),
            Ok(right),
            Err(ErrorKind::Refused),
            Err(ErrorKind::DecryptFailed),
            Ok(right)
        ]
    );
    assert!(!format!("{keycodes:?}").contains(right));
    assert!(
        client
            .keycodes(&mut (), &id, &private, &[])
            .unwrap()
            .is_empty()
    );
    assert_eq!(emulator.requests().len(), 1);
    refused(
        client.keycodes(&mut (), "unknown", &private, &ids),
        ErrorKind::Refused,
    );
    // After a lost response the request is sent again.
    emulator.lose_response("get_keycodes");
    assert!(
        client.keycodes(&mut (), &id, &private, &ids).unwrap()[1]
            .keycode
            .is_ok()
    );
}

#[test]
fn a_new_device_gets_the_keycodes_of_an_old_one() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let old = register(&client, PUBLIC);
    let packages: Vec<Package> = (0..3).map(|_| sent(&client)).collect();
    let new = register(&client, OTHER_PUBLIC);
    let (private, other_private) = (PRIVATE.into(), OTHER_PRIVATE.into());
    let open = |package: &Package| {
        Package::open_with_private_key(&client, &mut (), package.id(), &new, &other_private)
    };
    refused(open(&packages[0]), ErrorKind::Refused);
    // One cannot be decrypted, and storing another is refused once.
    let path = format!("/packages/{}", packages[0].id());
    emulator.admin_json("POST", &path, &json!({"keycodes": {&old: "damaged"}}));
    emulator.fault(json!({"endpoint": "set_keycode", "path_contains": packages[1].id(), "action": {"envelope": {"response": "DENIED"}}}));
    emulator.lose_response("set_keycode");
    let done = client.sync_keycodes(&mut (), &old, &private).unwrap();
    assert_eq!(done.synchronized, 1);
    let mut failures: Vec<_> = done
        .failures
        .iter()
        .map(|failure| {
            assert_eq!(failure.public_key_id, new);
            (failure.package_id.as_str(), failure.error.kind())
        })
        .collect();
    failures.sort_by_key(|(_, kind)| *kind != ErrorKind::DecryptFailed);
    assert_eq!(
        failures,
        [
            (packages[0].id(), ErrorKind::DecryptFailed),
            (packages[1].id(), ErrorKind::Denied)
        ]
    );
    assert_eq!(open(&packages[2]).unwrap().keycode(), packages[2].keycode());
    // The next call stores only what is still missing.
    emulator.forget_requests();
    let done = client.sync_keycodes(&mut (), &old, &private).unwrap();
    assert_eq!((done.synchronized, done.failures.len()), (1, 1));
    assert_eq!(emulator.count("set_keycode"), 1);
    assert_eq!(open(&packages[1]).unwrap().keycode(), packages[1].keycode());
    assert_eq!(stored_keycodes(&emulator, &packages[1]).len(), 2);

    // A key that the service does not have, and a wrong private key: nothing is stored.
    keep_only(&emulator, &packages[1], &old);
    emulator.forget_requests();
    emulator.fault(json!({"endpoint": "sync_keycodes", "when": "after", "action": {"replace_json": {"publicKeys": []}}}));
    let done = client.sync_keycodes(&mut (), &old, &private).unwrap();
    assert_eq!(done.synchronized, 0);
    assert!(
        done.failures
            .iter()
            .any(|failure| failure.error.kind() == ErrorKind::InvalidKey)
    );
    let done = client.sync_keycodes(&mut (), &old, &other_private).unwrap();
    assert_eq!(done.synchronized, 0);
    assert_eq!(emulator.count("set_keycode"), 0);
    // If the service is away, the call fails.
    for (code, kind) in [
        ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
        ("OUTDATED_VERSION", ErrorKind::OutdatedVersion),
        ("TIMEOUT", ErrorKind::SessionTimeout),
    ] {
        emulator.refuse_once("set_keycode", code);
        refused(client.sync_keycodes(&mut (), &old, &private), kind);
    }
    refused(
        client.sync_keycodes(&mut (), "unknown", &private),
        ErrorKind::Refused,
    );
}

#[test]
fn keycodes_can_be_uploaded_for_devices_that_came_later() {
    let emulator = Emulator::start();
    let (client, second) = (emulator.client(), emulator.client_of(1, options()));
    let package = sent(&client);
    let (mine, theirs) = (register(&client, PUBLIC), register(&second, OTHER_PUBLIC));
    let recipient = package.information(&mut ()).unwrap().recipients[0]
        .recipient_id
        .clone();
    let of_recipient = package.public_keys(&mut (), Some(&recipient)).unwrap();
    assert_eq!(of_recipient.len(), 1);
    assert_eq!(of_recipient[0].public_key_id, theirs);
    assert_eq!(package.public_keys(&mut (), None).unwrap().len(), 2);
    package.upload_keycodes(&mut (), Some(&recipient)).unwrap();
    let stored: Vec<_> = stored_keycodes(&emulator, &package).into_iter().collect();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].0, theirs);
    let keycode = raw::decrypt_keycode(stored[0].1.as_str().unwrap(), &OTHER_PRIVATE.into());
    assert_eq!(keycode.unwrap().expose(), package.keycode().unwrap());
    emulator.lose_response("set_keycode");
    package.upload_keycodes(&mut (), None).unwrap();
    let stored = stored_keycodes(&emulator, &package);
    assert_eq!(stored.len(), 2);
    assert!(stored.contains_key(&mine));

    for unknown in ["unknown", "7"] {
        refused(
            package.public_keys(&mut (), Some(unknown)),
            ErrorKind::RecipientNotOnPackage,
        );
        refused(
            package.upload_keycodes(&mut (), Some(unknown)),
            ErrorKind::RecipientNotOnPackage,
        );
    }
    for (code, kind) in [("DENIED", ErrorKind::Denied), ("FAIL", ErrorKind::Refused)] {
        emulator.refuse_once("package_public_keys", code);
        refused(package.public_keys(&mut (), None), kind);
        emulator.refuse_once("recipient_public_keys", code);
        refused(package.public_keys(&mut (), Some(&recipient)), kind);
        // The keys of both devices; one that is refused is skipped.
        emulator.refuse_once("set_keycode", code);
        emulator.refuse_once("set_keycode", code);
        refused(package.upload_keycodes(&mut (), None), kind);
    }
    // A text that is no key is skipped: one device lacks the keycode, the others do not.
    let response = package.public_keys(&mut (), None).unwrap();
    let keys = response.iter();
    let mut keys: Vec<Value> = keys
        .map(|key| json!({"id": key.public_key_id, "key": key.public_key}))
        .collect();
    keys.insert(0, json!({"id": "K"}));
    keys.insert(1, json!({"key": OTHER_PUBLIC}));
    let endpoint = "package_public_keys";
    emulator.fault(json!({"endpoint": endpoint, "when": "after", "action": {"replace_json": {"publicKeys": keys}}}));
    let mut watch = Watch::new();
    emulator.forget_requests();
    package.upload_keycodes(&mut watch, None).unwrap();
    assert_eq!(emulator.count("set_keycode"), 2);
    let log = watch.log.join("\n");
    assert!(log.contains("public key K is skipped"), "{log}");
    // A keycode that is not the package's is never stored, and a package without a keycode has none to upload.
    let wrong = Package::open(
        &client,
        &mut (),
        package.id(),
        raw::generate_keycode().unwrap(),
    )
    .unwrap();
    emulator.forget_requests();
    refused(
        wrong.upload_keycodes(&mut (), None),
        ErrorKind::WrongKeycode,
    );
    assert_eq!(emulator.count("set_keycode"), 0);
    let link = package.link().unwrap();
    let without = link.split('#').next().unwrap();
    let unknown = Package::open_link(&client, &mut (), without).unwrap();
    emulator.forget_requests();
    refused(
        unknown.upload_keycodes(&mut (), None),
        ErrorKind::KeycodeUnknown,
    );
    package.delete(&mut ()).unwrap();
    emulator.forget_requests();
    refused(
        package.upload_keycodes(&mut (), None),
        ErrorKind::PackageDeleted,
    );
    refused(
        package.public_keys(&mut (), None),
        ErrorKind::PackageDeleted,
    );
    assert_eq!(emulator.requests().len(), 0);
}

fn pair(id: Option<&str>, description: Option<&str>) -> KeyPair {
    KeyPair {
        public_key_id: id.map(str::to_owned),
        description: description.map(str::to_owned),
        public_key: PUBLIC.to_owned(),
        private_key: PRIVATE.into(),
    }
}

#[test]
fn a_saved_key_pair_is_private_and_whole() {
    let directory = TempDir::new();
    let path = directory.join("device.json");
    pair(Some("K\"1"), Some("my \\ laptop\n"))
        .save(&path)
        .unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        directory.names(),
        ["device.json"],
        "no temporary file is left"
    );
    // The members that the official Python client's read_key_pair returns.
    let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(json["publicKeyId"], "K\"1");
    assert_eq!(json["privateKey"], PRIVATE);
    assert_eq!(json["description"], "my \\ laptop\n");

    let loaded = KeyPair::load(&path).unwrap();
    assert_eq!(loaded.public_key_id.as_deref(), Some("K\"1"));
    assert_eq!(loaded.description.as_deref(), Some("my \\ laptop\n"));
    assert_eq!(loaded.private_key.expose(), PRIVATE);
    // The public key has to belong to the private key.
    let keycode = raw::generate_keycode().unwrap();
    let armored = raw::encrypt_keycode(&keycode, &loaded.public_key).unwrap();
    assert_eq!(
        raw::decrypt_keycode(&armored, &PRIVATE.into()).unwrap(),
        keycode
    );
    assert!(!format!("{loaded:?}").contains("PRIVATE KEY"));

    // A comment in the armor may contain anything.
    let commented = PRIVATE.replacen('\n', "\nComment: \"a\\b\"\t\n", 1);
    let path = directory.join("commented.json");
    let pair_with_comment = KeyPair {
        private_key: commented.as_str().into(),
        ..pair(None, None)
    };
    pair_with_comment.save(&path).unwrap();
    assert_eq!(
        KeyPair::load(&path).unwrap().private_key.expose(),
        commented
    );

    let bare = directory.join("bare.json");
    pair(None, None).save(&bare).unwrap();
    let loaded = KeyPair::load(&bare).unwrap();
    assert_eq!((loaded.public_key_id, loaded.description), (None, None));
}

#[test]
fn key_pairs_of_the_official_client_are_read() {
    let directory = TempDir::new();
    // In the form of its save_key_pair: json.dumps of these two members.
    let text = json!({"publicKeyId": "K", "privateKey": OTHER_PRIVATE}).to_string();
    let loaded = KeyPair::load(&directory.file("python.json", text.as_bytes())).unwrap();
    assert_eq!(loaded.public_key_id.as_deref(), Some("K"));
    assert_eq!(loaded.private_key.expose(), OTHER_PRIVATE);
    let keycode = raw::generate_keycode().unwrap();
    let armored = raw::encrypt_keycode(&keycode, &loaded.public_key).unwrap();
    assert_eq!(
        raw::decrypt_keycode(&armored, &OTHER_PRIVATE.into()).unwrap(),
        keycode
    );
}

#[test]
fn nothing_is_overwritten_and_no_link_is_followed() {
    let directory = TempDir::new();
    let taken = directory.file("taken.json", b"precious");
    let error = refused(pair(None, None).save(&taken), ErrorKind::FileExists);
    assert!(error.remedy().is_some());
    assert_eq!(fs::read(&taken).unwrap(), b"precious");
    let link = directory.join("link.json");
    symlink(directory.join("nowhere.json"), &link).unwrap();
    refused(pair(None, None).save(&link), ErrorKind::FileExists);
    assert_eq!(directory.names(), ["link.json", "taken.json"]);
    refused(
        pair(None, None).save(&directory.join("no/device.json")),
        ErrorKind::DirectoryNotFound,
    );
    let no_key = KeyPair {
        private_key: "no key".into(),
        ..pair(None, None)
    };
    refused(
        no_key.save(&directory.join("a.json")),
        ErrorKind::InvalidKey,
    );
    assert_eq!(directory.names(), ["link.json", "taken.json"]);
}

#[test]
fn files_that_are_no_key_pair_are_not_loaded() {
    let directory = TempDir::new();
    let large = vec![b' '; 300_000];
    let public = json!({"publicKeyId": "K", "privateKey": PUBLIC}).to_string();
    for bad in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"{\"privateKey\": 1}",
        b"{\"privateKey\": \"text\"}",
        b"\xff\xfe",
        PRIVATE.as_bytes(),
        public.as_bytes(),
        &large,
    ] {
        let error = refused(
            KeyPair::load(&directory.file("bad.json", bad)),
            ErrorKind::InvalidKey,
        );
        assert!(error.message().contains("bad.json") || error.message().contains("private key"));
        assert!(!error.message().contains("BEGIN"));
    }
    refused(
        KeyPair::load(&directory.join("absent.json")),
        ErrorKind::FileNotFound,
    );
    refused(KeyPair::load(&directory.0), ErrorKind::NotAFile);
}
