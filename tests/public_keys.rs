//! Packages with many public keys, good and bad ones, and keys of every kind that is in use.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, Error, ErrorKind, FinalizeOptions, Finalized, Package, Result, raw,
};
use serde_json::{Value, json};
use support::*;

const PUBLIC: &str = include_str!("vectors/node/trusted-device-public.asc");
const PRIVATE: &str = include_str!("vectors/node/trusted-device-private.asc");
/// Keys of one package, as they were seen with a Dropzone.
const MANY: usize = 58;
/// Longer than any of these calls may take, shorter than what a test makes hang.
const SOON: Duration = Duration::from_secs(30);
const HANG_MS: u64 = 60_000;

/// Every package is encrypted to these keys of the organization.
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

/// A package that has all but its keycodes.
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

fn assert_opens(package: &Package, keycode: &Value) {
    let keycode = raw::decrypt_keycode(keycode.as_str().unwrap(), &PRIVATE.into()).unwrap();
    assert_eq!(keycode.expose(), package.keycode().unwrap());
}

/// The log says of these keys, and of no others, that they do without.
#[track_caller]
fn assert_passed_over(watch: &Watch, numbers: &[usize]) {
    let lines = watch.log.iter();
    let mut about: Vec<_> = lines.filter(|line| line.contains("passed over")).collect();
    for number in numbers {
        let begin = format!("public key {} is passed over: ", id(*number));
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

#[test]
fn keycodes_go_up_four_at_once() {
    const HANG: u64 = 3000;
    let emulator = Emulator::start();
    master_keys(&emulator, &[PUBLIC; MANY]);
    let package = ready(&emulator.client());
    emulator.fault(json!({"endpoint": "set_keycode", "times": 4, "action": {"hang_ms": HANG}}));
    // What is done twice after a lost answer does no harm.
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
        assert_opens(&package, keycode);
    }
}

#[test]
fn as_few_at_once_as_parts_may_travel() {
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
    emulator.fault(set_keycode(10, &refusal("DENIED")));
    emulator.fault(set_keycode(11, &refusal("A_CODE_OF_LATER")));
    let package = ready(&emulator.client());
    let mut watch = Watch::new();
    finalize_watched(&package, &mut watch).unwrap();
    assert_passed_over(&watch, &[3, 10, 11, 57]);
    let log = watch.log.join("\n");
    assert!(log.contains("not for this key (code DENIED)"), "{log}");
    let stored = stored(&emulator, &package);
    assert_eq!(stored.len(), MANY - 4);
    assert_opens(&package, &stored[&id(56)]);
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

    // As an anonymous sender, when a Workspace is made, and for devices that come later.
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

/// Whom nothing can be encrypted to has the link all the same.
#[test]
fn keys_that_nothing_can_be_encrypted_to_keep_no_package_open() {
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
fn a_network_that_fails_for_one_ends_all() {
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

#[test]
fn a_stop_ends_them_all() {
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
