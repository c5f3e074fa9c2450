//! Trusted-device keys and the keycodes encrypted to them.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, now_ms};
use crate::envelope::{Answer, Refusal, done, refuse, success};
use crate::random;
use crate::settings::Settings;
use crate::state::{Caller, Package, PublicKey, Right, State};

/// Ids of the organisation's master keys, which are a setting and belong to nobody.
const MASTER_KEY: &str = "organization-key-";
/// Recorded from the service.
const NO_PACKAGE_FOR_KEY: &str = "Failed to find package to associate the key with";

pub(crate) fn register(call: &mut Call) -> Answer {
    let key = call.input.required("publicKey")?;
    if !key
        .trim_start()
        .starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    {
        return Err(refuse(
            "INVALID_INPUT",
            "publicKey is not an armored public key",
        ));
    }
    let key = PublicKey {
        id: random::uuid(),
        email: call.me(),
        key: key.to_owned(),
        description: call
            .input
            .text("description")
            .unwrap_or_default()
            .to_owned(),
        created_ms: now_ms(),
    };
    if call
        .state
        .public_keys
        .values()
        .filter(|other| other.email == key.email)
        .count()
        >= call.settings.max_public_keys
    {
        return Err(refuse("LIMIT_EXCEEDED", "too many trusted devices"));
    }
    let answer =
        json!({"id": key.id, "description": key.description, "dateStr": display(key.created_ms)});
    call.state.public_keys.insert(key.id.clone(), key);
    success(answer)
}

/// The caller's own key.
fn own_key(call: &Call) -> Result<PublicKey, Refusal> {
    let key = call
        .state
        .public_keys
        .get(call.input.param("key"))
        .filter(|key| key.email == call.caller.email());
    key.cloned()
        .ok_or_else(|| refuse("FAIL", "unknown public key"))
}

pub(crate) fn get(call: &mut Call) -> Answer {
    let key = own_key(call)?;
    success(json!({"id": key.id, "publicKey": key.key}))
}

pub(crate) fn revoke(call: &mut Call) -> Answer {
    let key = own_key(call)?;
    call.state.public_keys.remove(&key.id);
    for package in call.state.packages.values_mut() {
        package.keycodes.remove(&key.id);
    }
    success(json!({"message": key.id}))
}

/// Keys of these people, then the organisation's.
fn keys_json(state: &State, settings: &Settings, is_reader: impl Fn(&str) -> bool) -> Value {
    let devices = state
        .public_keys
        .values()
        .filter(|key| is_reader(&key.email))
        .map(|key| json!({"id": key.id, "key": key.key}));
    let masters = settings
        .organization_keys
        .iter()
        .enumerate()
        .map(|(index, key)| json!({"id": format!("{MASTER_KEY}{index}"), "key": key}));
    devices.chain(masters).collect()
}

fn reads(state: &State, package: &Package, email: &str) -> bool {
    package.is_of(email)
        || package
            .recipients
            .iter()
            .any(|recipient| recipient.email == email)
        || state.group_members(package).any(|member| member == email)
}

pub(crate) fn of_package(call: &mut Call) -> Answer {
    let package = call.open(Right::View)?.0.clone();
    let keys = keys_json(call.state, call.settings, |email| {
        reads(call.state, &package, email)
    });
    success(json!({"publicKeys": keys}))
}

pub(crate) fn of_recipient(call: &mut Call) -> Answer {
    let (package, input) = call.open(Right::View)?;
    let email = package.recipient(input.param("recipient"))?.email.clone();
    let only_devices = Settings {
        organization_keys: Vec::new(),
        ..call.settings.clone()
    };
    let keys = keys_json(call.state, &only_devices, |owner| owner == email);
    success(json!({"publicKeys": keys}))
}

pub(crate) fn set_keycode(call: &mut Call) -> Answer {
    let id = call.input.param("key").to_owned();
    let is_master = (0..call.settings.organization_keys.len())
        .any(|index| id == format!("{MASTER_KEY}{index}"));
    let owner = call.state.public_keys.get(&id).map(|key| key.email.clone());
    let refused = call.settings.refused_keys.contains(&id);
    let by_dropzone = call.caller == Caller::Dropzone;
    let (package, input) = call.open(Right::View)?;
    let keycode = input.required("keycode")?.to_owned();
    // A Dropzone's package takes keycodes by its code only (protocol 6.13).
    if refused || by_dropzone && input.param("package") == package.id {
        return Err(refuse("DENIED", NO_PACKAGE_FOR_KEY));
    }
    let package = package.clone();
    let reads_package = owner.is_some_and(|email| reads(call.state, &package, &email));
    if !reads_package && !is_master {
        return Err(refuse("FAIL", "the public key is not one of this package"));
    }
    call.open(Right::View)?.0.keycodes.insert(id, keycode);
    done()
}

pub(crate) fn get_keycode(call: &mut Call) -> Answer {
    let is_own = own_key(call);
    let admin =
        call.state.is_admin(&call.caller) && call.input.param("key").starts_with(MASTER_KEY);
    let (package, input) = call.open(Right::View)?;
    if !admin {
        is_own?;
    }
    let keycode = package
        .keycodes
        .get(input.param("key"))
        .ok_or_else(|| refuse("FAIL", "no keycode for this public key"))?;
    success(json!({"message": keycode}))
}

/// Live packages that the caller may read.
fn readable_packages<'a>(call: &'a Call) -> impl Iterator<Item = &'a Package> {
    let me = call.caller.email();
    call.state
        .packages
        .values()
        .filter(move |package| !package.is_gone() && reads(call.state, package, me))
}

pub(crate) fn many_keycodes(call: &mut Call) -> Answer {
    let key = own_key(call)?;
    let wanted = call
        .input
        .body
        .get("packageIds")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let keycodes: Vec<Value> = readable_packages(call)
        .filter(|package| wanted.iter().any(|id| *id == package.id))
        .filter_map(|package| {
            package
                .keycodes
                .get(&key.id)
                .map(|keycode| json!({"packageId": package.id, "keycode": keycode}))
        })
        .collect();
    success(json!({"keycodes": keycodes}))
}

/// What the device K can open and the caller's other devices cannot yet: keycodes for K, and the keys to encrypt them to.
pub(crate) fn synchronise(call: &mut Call) -> Answer {
    let key = own_key(call)?;
    let others: Vec<&PublicKey> = call
        .state
        .public_keys
        .values()
        .filter(|other| other.email == key.email && other.id != key.id)
        .collect();
    let mut keycodes = Vec::new();
    for package in readable_packages(call) {
        let Some(keycode) = package.keycodes.get(&key.id) else {
            continue;
        };
        let missing = others
            .iter()
            .filter(|other| !package.keycodes.contains_key(&other.id));
        keycodes.extend(missing.map(
            |other| json!({"packageId": package.id, "publicKeyId": other.id, "keycode": keycode}),
        ));
    }
    let public_keys: Vec<Value> = others
        .iter()
        .map(|other| json!({"id": other.id, "key": other.key}))
        .collect();
    success(json!({"keycodes": keycodes, "publicKeys": public_keys}))
}
