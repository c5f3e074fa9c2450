//! Keycodes of packages, encrypted to public keys.

use serde_json::{Value, json};

use crate::call::Call;
use crate::envelope::{Response, done, refuse, success};
use crate::handler::public_key::{MASTER_KEY, own_key, reads};
use crate::state::PublicKey;
use crate::state::access::{Caller, Right};
use crate::state::package::Package;

/// The service's message, as recorded.
const NO_PACKAGE_FOR_KEY: &str = "Failed to find package to associate the key with";

pub(crate) fn set(call: &mut Call) -> Response {
    let id = call.input.param("key").to_owned();
    let is_master = (0..call.settings.organization_keys.len())
        .any(|index| id == format!("{MASTER_KEY}{index}"));
    let owner = call.state.public_keys.get(&id).map(|key| key.email.clone());
    let refused = call.settings.refused_keys.contains(&id);
    let by_dropzone = call.caller == Caller::Dropzone;
    let (package, input) = call.open(Right::View)?;
    let keycode = input.required("keycode")?.to_owned();
    // In the package of a Dropzone, keycodes are stored by the package code only (protocol 6.13).
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

pub(crate) fn get(call: &mut Call) -> Response {
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

/// Packages that the caller may read, without deleted and expired ones.
fn readable_packages<'a>(call: &'a Call) -> impl Iterator<Item = &'a Package> {
    let me = call.caller.email();
    call.state
        .packages
        .values()
        .filter(move |package| !package.is_gone() && reads(call.state, package, me))
}

pub(crate) fn get_many(call: &mut Call) -> Response {
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

/// Finds packages that this device can open and the caller's other devices cannot yet: returns the keycodes for this
/// device, and the public keys of the others, to which the client encrypts them.
pub(crate) fn sync(call: &mut Call) -> Response {
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
