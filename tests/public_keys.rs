//! Packages with many public keys, usable and unusable ones, and keys of every kind that is in use.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, Error, ErrorKind, FinalizeOptions, Finalized, Package, Result,
    SecretString, raw,
};
use serde_json::{Value, json};
use support::*;

const PUBLIC: &str = include_str!("vectors/node/trusted-device-public.asc");
const PRIVATE: &str = include_str!("vectors/node/trusted-device-private.asc");
/// Number of keys of a package, as seen with a Dropzone.
const MANY: usize = 58;
/// Limit on a call's time, longer than it needs and shorter than HANG_MS.
const SOON: Duration = Duration::from_secs(30);
const HANG_MS: u64 = 60_000;

/// Name, public and private key.
macro_rules! key {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("vectors/keys/", $name, "-public.asc")),
            include_str!(concat!("vectors/keys/", $name, "-private.asc")),
        )
    };
}

/// Keys of the shapes that are in use; `vectors/keys/README.md` describes each.
const IN_USE: [(&str, &str, &str); 6] = [
    key!("openpgpjs-1"),
    key!("openpgpjs-6"),
    key!("critical-notation"),
    key!("dotnet"),
    key!("master-rsa4096"),
    key!("master-curve25519"),
];

/// Sets the organization's master keys, to which every package is encrypted.
fn master_keys(emulator: &Emulator, keys: &[&str]) {
    emulator.settings(json!({ "organization_keys": keys }));
}

fn id(number: usize) -> String {
    format!("organization-key-{number}")
}

fn set_keycode(number: usize, action: &Value) -> Value {
    let path = format!("/link/{}/", id(number));
    json!({"endpoint": "set_keycode", "path_contains": path, "times": 0, "action": action})
}

fn refusal(code: &str) -> Value {
    json!({"envelope": {"response": code, "message": "not for this key"}})
}

/// A package that is ready to be finalized.
fn ready(client: &Client) -> Package {
    let package = package(client);
    package.set_message(&mut (), "m").unwrap();
    package
}

fn finalize_watched(package: &Package, watch: &mut Watch) -> Result<Finalized> {
    package.finalize(watch, &FinalizeOptions::default())
}

fn stored(emulator: &Emulator, package: &Package) -> serde_json::Map<String, Value> {
    let raw = emulator.package(package.id());
    raw["keycodes"].as_object().unwrap().clone()
}

fn assert_opens(package: &Package, keycode: &Value, private_key: &str) {
    let keycode = raw::decrypt_keycode(keycode.as_str().unwrap(), &private_key.into()).unwrap();
    assert_eq!(keycode.expose(), package.keycode().unwrap());
}

/// Asserts that the log names these keys, and no others, as skipped.
#[track_caller]
fn assert_passed_over(watch: &Watch, numbers: &[usize]) {
    let lines = watch.log.iter();
    let mut about: Vec<_> = lines.filter(|line| line.contains("is skipped")).collect();
    for number in numbers {
        let begin = format!("public key {} is skipped: ", id(*number));
        let at = about.iter().position(|line| line.starts_with(&begin));
        about.remove(at.unwrap_or_else(|| panic!("{number}: {:?}", watch.log)));
    }
    assert!(about.is_empty(), "{about:?}");
}

#[track_caller]
fn assert_refused_for_all(error: &Error, keys: usize) {
    let expected = format!(
        "none of {keys} public keys took the keycode: the service refused: not for this key (code DENIED)"
    );
    assert!(error.message().ends_with(&expected), "{error}");
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(error.server_code(), Some("DENIED"));
    assert_eq!(error.server_message(), Some("not for this key"));
}

/// The device may still be in use, so it gets the keycode, and a log line informs the sender.
#[test]
fn a_key_that_has_expired_gets_the_keycode_and_a_line_in_the_log() {
    let emulator = Emulator::start();
    master_keys(
        &emulator,
        &[PUBLIC, include_str!("vectors/keys/expired-public.asc")],
    );
    let package = ready(&emulator.client());
    let mut watch = Watch::new();
    finalize_watched(&package, &mut watch).unwrap();
    assert_eq!(stored(&emulator, &package).len(), 2);
    let expired = watch.log.iter().filter(|line| line.contains("has expired"));
    let expired: Vec<_> = expired.collect();
    let expected = format!(
        "public key {} has expired or was revoked; the keycode is encrypted to it all the same",
        id(1)
    );
    assert_eq!(expired, [&expected]);
}

#[test]
fn keycodes_are_stored_four_at_once() {
    const HANG: u64 = 3000;
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; MANY]);
    let package = ready(&emulator.client());
    emulator.fault(json!({"endpoint": "set_keycode", "times": 4, "action": {"hang_ms": HANG}}));
    // After a lost response, storing a keycode a second time does no harm.
    emulator.fault(json!({"endpoint": "set_keycode", "path_contains": id(20), "when": "after", "action": {"close": true}}));
    finalize(&package);
    let requests = emulator.requests();
    let requests = requests.iter().filter(|r| r["endpoint"] == "set_keycode");
    let began: Vec<u64> = requests.map(|r| r["t_ms"].as_u64().unwrap()).collect();
    assert_eq!(began.len(), MANY + 1);
    assert!(began[3] < began[0] + HANG, "four hang at once: {began:?}");
    assert!(began[4] + 1 >= began[0] + HANG, "and no fifth: {began:?}");
    let stored = stored(&emulator, &package);
    assert_eq!(stored.len(), MANY);
    for keycode in stored.values() {
        assert_opens(&package, keycode, PRIVATE);
    }
}

#[test]
fn no_more_keycodes_at_once_than_parts_in_flight() {
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; 3]);
    let client = emulator.client_with(ClientOptions {
        parts_in_flight: 1,
        ..options()
    });
    let package = ready(&client);
    emulator.fault(json!({"endpoint": "set_keycode", "times": 0, "action": {"hang_ms": 300}}));
    finalize(&package);
    let requests = emulator.requests();
    let requests = requests.iter().filter(|r| r["endpoint"] == "set_keycode");
    let began: Vec<u64> = requests.map(|r| r["t_ms"].as_u64().unwrap()).collect();
    assert_eq!(began.len(), 3);
    for pair in began.windows(2) {
        assert!(pair[1] + 1 >= pair[0] + 300, "{began:?}");
    }
}

#[test]
fn a_key_that_is_refused_or_unusable_locks_out_one_device() {
    let emulator = Emulator::start();
    let mut keys = [PUBLIC; MANY];
    (keys[3], keys[57]) = ("no key", PRIVATE);
    master_keys(&emulator, &keys);
    emulator.settings(json!({"refused_keys": [id(10)], "error_ids": true}));
    emulator.fault(set_keycode(11, &refusal("A_CODE_OF_LATER")));
    let package = ready(&emulator.client());
    let mut watch = Watch::new();
    finalize_watched(&package, &mut watch).unwrap();
    assert_passed_over(&watch, &[3, 10, 11, 57]);
    let log = watch.log.join("\n");
    for why in ["(code DENIED, error id ", "(code A_CODE_OF_LATER)"] {
        assert!(log.contains(why), "{log}");
    }
    let stored = stored(&emulator, &package);
    assert_eq!(stored.len(), MANY - 4);
    assert_opens(&package, &stored[&id(56)], PRIVATE);
    assert_eq!(emulator.count("set_keycode"), MANY - 2);
    assert_eq!(emulator.count("finalize"), 1);
}

#[test]
fn finalize_fails_if_every_key_is_refused() {
    let emulator = Emulator::start();
    let mut keys = [PUBLIC; MANY];
    keys[7] = "no key";
    master_keys(&emulator, &keys);
    let denied = json!({"endpoint": "set_keycode", "times": 0, "action": refusal("DENIED")});
    emulator.fault(denied.clone());
    let package = ready(&emulator.client());
    let mut watch = Watch::new();
    let error = finalize_watched(&package, &mut watch).err().unwrap();
    assert_refused_for_all(&error, MANY);
    assert_passed_over(&watch, &Vec::from_iter(0..MANY));
    assert_eq!(emulator.count("finalize"), 0);
    // The package is still open.
    emulator.clear_faults();
    finalize(&package);
    assert_eq!(stored(&emulator, &package).len(), MANY - 1);

    // The same for an anonymous sender, for a new Workspace, and for devices that come later.
    emulator.fault(denied);
    let dropzone = emulator.text("dropzone_id");
    let dropzone = Client::for_dropzone(&emulator.text("url"), &dropzone, options()).unwrap();
    let dropped = Package::create(&dropzone, &mut ()).unwrap();
    dropped.set_message(&mut (), "m").unwrap();
    let error = finalize_watched(&dropped, &mut Watch::new()).err().unwrap();
    assert_refused_for_all(&error, MANY);
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "W");
    assert_refused_for_all(&workspace.err().unwrap(), MANY);
    let error = package.upload_keycodes(&mut (), None).unwrap_err();
    assert_refused_for_all(&error, MANY);
    let third = emulator.client_of(2, options());
    third.register_public_key(&mut (), PUBLIC, "d").unwrap();
    let added = package.add_recipient(&mut (), "third@acme.test", None);
    assert_refused_for_all(&added.unwrap_err(), 1);
    emulator.clear_faults();
    finalize(&dropped);
    let raw = emulator.package(dropped.id());
    assert_eq!(raw["keycodes"].as_object().unwrap().len(), MANY - 1);
}

/// Unusable keys do not prevent finalize: their owners have the link nevertheless.
#[test]
fn unusable_keys_do_not_prevent_finalize() {
    let emulator = Emulator::start();
    for keys in [&[][..], &["no key"], &["", "no key"]] {
        master_keys(&emulator, keys);
        let package = ready(&emulator.client());
        let mut watch = Watch::new();
        finalize_watched(&package, &mut watch).unwrap();
        assert_passed_over(&watch, &Vec::from_iter(0..keys.len()));
        assert_eq!(emulator.count("set_keycode"), 0);
    }
}

#[test]
fn a_network_failure_for_one_keycode_ends_all() {
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; MANY]);
    let client = emulator.client_with(ClientOptions {
        retry_window: Duration::from_secs(1),
        stall_timeout: Duration::from_millis(2 * HANG_MS),
        ..options()
    });
    let package = ready(&client);
    emulator.fault(set_keycode(2, &json!({"close": true})));
    emulator.fault(json!({"endpoint": "set_keycode", "times": 0, "action": {"hang_ms": HANG_MS}}));
    let began = Instant::now();
    let error = finalize_watched(&package, &mut Watch::new()).err().unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    assert_eq!(emulator.count("finalize"), 0);
    emulator.clear_faults();
    finalize(&package);
    assert_eq!(stored(&emulator, &package).len(), MANY);
}

/// The other keys would be refused as well, so finalize fails, and the package stays open.
#[test]
fn a_refusal_of_the_caller_or_the_package_ends_all() {
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; MANY]);
    let client = emulator.client_with(ClientOptions {
        parts_in_flight: 1,
        ..options()
    });
    for (code, kind) in [
        ("AUTHENTICATION_FAILED", ErrorKind::AuthenticationFailed),
        ("OUTDATED_VERSION", ErrorKind::OutdatedVersion),
        ("TIMEOUT", ErrorKind::SessionTimeout),
        ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
    ] {
        let package = ready(&client);
        emulator.forget_requests();
        emulator.fault(
            json!({"endpoint": "set_keycode", "skip": 1, "times": 0, "action": refusal(code)}),
        );
        let mut watch = Watch::new();
        let error = finalize_watched(&package, &mut watch).err().unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert_passed_over(&watch, &[]);
        assert_eq!(stored(&emulator, &package).len(), 1);
        assert_eq!(emulator.count("set_keycode"), 2);
        assert_eq!(emulator.count("finalize"), 0);
        emulator.clear_faults();
        finalize(&package);
        assert_eq!(stored(&emulator, &package).len(), MANY);
    }
}

#[test]
fn a_stop_ends_all_requests_for_keycodes() {
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; MANY]);
    let package = ready(&emulator.client());
    emulator.fault(json!({"endpoint": "set_keycode", "times": 0, "action": {"hang_ms": HANG_MS}}));
    let mut watch = Watch::stopping_after(Duration::from_secs(1));
    let began = Instant::now();
    let error = finalize_watched(&package, &mut watch).err().unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(error.kind(), ErrorKind::Stopped);
    assert!(emulator.count("set_keycode") <= 4);
    emulator.clear_faults();
    finalize(&package);
    assert_eq!(stored(&emulator, &package).len(), MANY);
}

/// Armor of the web page mixes both kinds of line ends, and some RSA keys have 2,047 bits instead of 2,048.
#[test]
fn the_oldest_keys_in_use_are_read() {
    let (_, public, _) = IN_USE[0];
    let lines: Vec<&str> = public.split_inclusive('\n').collect();
    let ends = |line: &&str| line.ends_with("\r\n");
    assert!(lines[..4].iter().all(ends), "{lines:?}");
    assert!(!lines[4..20].iter().any(ends), "{lines:?}");
    assert!(lines.last().is_some_and(ends), "{lines:?}");
    assert!(!public.contains("\r\r") && !public.contains("\n\n"));
}

#[test]
fn keycodes_for_keys_in_use_come_back() {
    let keycode = raw::generate_keycode().unwrap();
    for (name, public, private) in IN_USE {
        let armored = raw::encrypt_keycode(&keycode, public).unwrap();
        let decrypted = raw::decrypt_keycode(&armored, &private.into());
        assert_eq!(decrypted.unwrap(), keycode, "{name}");
        for (other, _, stranger) in IN_USE.iter().filter(|(other, ..)| *other != name) {
            let result = raw::decrypt_keycode(&armored, &(*stranger).into());
            assert_eq!(
                result.unwrap_err().kind(),
                ErrorKind::DecryptFailed,
                "{name}, {other}"
            );
        }
    }
}

/// Keycodes that the web pages of two of the keys have encrypted.
#[test]
fn keycodes_of_both_web_pages_are_read() {
    for (keycode, (name, _, private)) in [
        include_str!("vectors/keys/openpgpjs-1-keycode.asc"),
        include_str!("vectors/keys/openpgpjs-6-keycode.asc"),
    ]
    .into_iter()
    .zip(IN_USE)
    {
        let decrypted = raw::decrypt_keycode(keycode, &private.into()).unwrap();
        let expected = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        assert_eq!(decrypted.expose(), expected, "{name}");
    }
}

#[test]
fn finalize_gives_the_keycode_to_all_keys_in_use() {
    let emulator = Emulator::start();
    master_keys(&emulator, &IN_USE.map(|(_, public, _)| public));
    let package = ready(&emulator.client());
    let mut watch = Watch::new();
    finalize_watched(&package, &mut watch).unwrap();
    assert_passed_over(&watch, &[]);
    let stored = stored(&emulator, &package);
    for (number, (_, _, private)) in IN_USE.into_iter().enumerate() {
        assert_opens(&package, &stored[&id(number)], private);
    }
}

#[test]
fn devices_with_keys_in_use_open_packages() {
    let emulator = Emulator::start();
    let second = emulator.client_of(1, options());
    let devices = IN_USE.map(|(name, public, private)| {
        let id = second.register_public_key(&mut (), public, name).unwrap();
        (id, SecretString::from(private))
    });
    let package = ready(&emulator.client());
    finalize(&package);
    for (device, private) in &devices {
        let opened =
            Package::open_with_private_key(&second, &mut (), package.id(), device, private)
                .unwrap();
        assert_eq!(opened.message(&mut ()).unwrap().as_deref(), Some("m"));
        let ids = [package.id().to_owned()];
        let keycodes = second.keycodes(&mut (), device, private, &ids).unwrap();
        let keycode = keycodes[0].keycode.as_ref().unwrap();
        assert_eq!(Some(keycode.expose()), package.keycode());
    }
    // One device passes its keycodes on to all others.
    let path = format!("/packages/{}", package.id());
    let (first, private) = &devices[0];
    let mut keycodes = stored(&emulator, &package);
    keycodes.retain(|id, _| id == first);
    emulator.admin_json("POST", &path, &json!({ "keycodes": keycodes }));
    let done = second.sync_keycodes(&mut (), first, private).unwrap();
    assert_eq!((done.synchronized, done.failures.len()), (5, 0));
    let stored = stored(&emulator, &package);
    for (device, private) in &devices {
        assert_opens(&package, &stored[device], private.expose());
    }
}
