//! Public keys of trusted devices and of the organization.

use serde_json::{Value, json};

use crate::call::Call;
use crate::dates::{display, now_ms};
use crate::envelope::{Refusal, Response, refuse, success};
use crate::random;
use crate::settings::Settings;
use crate::state::access::Right;
use crate::state::package::Package;
use crate::state::{PublicKey, State};

/// Prefix of the ids of the organization's master keys, which come from a setting and belong to no user.
pub(crate) const MASTER_KEY: &str = "organization-key-";

pub(crate) fn register(call: &mut Call) -> Response {
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
    let response =
        json!({"id": key.id, "description": key.description, "dateStr": display(key.created_ms)});
    call.state.public_keys.insert(key.id.clone(), key);
    success(response)
}

/// The key of the path; fails if it is not the caller's.
pub(crate) fn own_key(call: &Call) -> Result<PublicKey, Refusal> {
    let key = call
        .state
        .public_keys
        .get(call.input.param("key"))
        .filter(|key| key.email == call.caller.email());
    key.cloned()
        .ok_or_else(|| refuse("FAIL", "unknown public key"))
}

pub(crate) fn get(call: &mut Call) -> Response {
    let key = own_key(call)?;
    success(json!({"id": key.id, "publicKey": key.key}))
}

pub(crate) fn revoke(call: &mut Call) -> Response {
    let key = own_key(call)?;
    call.state.public_keys.remove(&key.id);
    for package in call.state.packages.values_mut() {
        package.keycodes.remove(&key.id);
    }
    success(json!({"message": key.id}))
}

/// Public keys of the readers, then the organization's.
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

pub(crate) fn reads(state: &State, package: &Package, email: &str) -> bool {
    package.is_of(email)
        || package
            .recipients
            .iter()
            .any(|recipient| recipient.email == email)
        || state.group_members(package).any(|member| member == email)
}

pub(crate) fn of_package(call: &mut Call) -> Response {
    let package = call.open(Right::View)?.0.clone();
    let keys = keys_json(call.state, call.settings, |email| {
        reads(call.state, &package, email)
    });
    success(json!({"publicKeys": keys}))
}

pub(crate) fn of_recipient(call: &mut Call) -> Response {
    let (package, input) = call.open(Right::View)?;
    let email = package.recipient(input.param("recipient"))?.email.clone();
    let only_devices = Settings {
        organization_keys: Vec::new(),
        ..call.settings.clone()
    };
    let keys = keys_json(call.state, &only_devices, |owner| owner == email);
    success(json!({"publicKeys": keys}))
}
