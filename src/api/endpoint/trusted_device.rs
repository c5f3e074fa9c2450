//! Public keys of trusted devices, and keycodes encrypted to them (`protocol` 4.6, 5.6, 6.10).

use serde_json::json;

use super::route;
use crate::api::retry::Repeat::{Never, Safely};
use crate::api::session::Session;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::record::PublicKey;

pub(crate) fn register_public_key(s: &Session, key: &str, description: &str) -> Result<Json> {
    let body = json!({"publicKey": key, "description": description});
    s.put("/public-key/", &body, Never)
}

pub(crate) fn get_public_key(s: &Session, public_key: &str) -> Result<Json> {
    s.get(&route!("/public-key/{}/", public_key))
}

pub(crate) fn revoke_public_key(s: &Session, public_key: &str) -> Result<Json> {
    s.delete(&route!("/public-key/{}/", public_key))
}

/// 4.6: the package's public keys, or one recipient's.
pub(crate) fn public_keys(
    s: &Session,
    package: &str,
    recipient: Option<&str>,
) -> Result<Vec<PublicKey>> {
    let response = s.get(&match recipient {
        Some(recipient) => route!("/package/{}/{}/public-keys/", package, recipient),
        None => route!("/package/{}/public-keys/", package),
    })?;
    readable_public_keys(&response, &s.call)
}

/// 4.6
pub(crate) fn set_keycode(
    s: &Session,
    package: &str,
    public_key: &str,
    encrypted: &str,
) -> Result<Json> {
    let path = route!("/package/{}/link/{}/", package, public_key);
    s.put(&path, &json!({"keycode": encrypted}), Safely)
}

/// 5.6
pub(crate) fn get_keycode(s: &Session, package: &str, public_key: &str) -> Result<Json> {
    s.get(&route!("/package/{}/link/{}/", package, public_key))
}

pub(crate) fn get_keycodes(s: &Session, public_key: &str, packages: &[String]) -> Result<Json> {
    let path = route!("/public-key/{}/links/", public_key);
    s.post(&path, &json!({"packageIds": packages}), Safely)
}

pub(crate) fn sync_keycodes(s: &Session, public_key: &str) -> Result<Json> {
    s.get(&route!("/sync/{}/", public_key))
}

/// The keys of a response. A key without id or text is skipped, with a line in the log: only its device then lacks
/// keycodes, and the others can still open the package.
pub(crate) fn readable_public_keys(json: &Json, call: &Call) -> Result<Vec<PublicKey>> {
    let keys = json.required_list("publicKeys")?.iter();
    let keys = keys.filter_map(|key| {
        let id = || key.text("id").unwrap_or_default();
        let read = PublicKey::read(key);
        read.inspect_err(|error| skip_key(call, &id(), error)).ok()
    });
    Ok(keys.collect())
}

/// Logs which key gets no keycode, and why.
pub(crate) fn skip_key(call: &Call, id: &str, why: &Error) {
    let why = why.message();
    call.log(format!("public key {id} is skipped: {why}"));
}
