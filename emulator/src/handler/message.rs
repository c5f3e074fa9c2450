//! The message of a package, and the checksum by which a client proves that it has the keycode.

use serde_json::json;

use crate::call::Call;
use crate::envelope::{Refusal, Response, done, refuse, success};
use crate::state::access::Right;
use crate::state::package::Package;

pub(crate) fn is_checksum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Checks only the form before finalize and in Workspaces, where the server has no checksum to compare with.
pub(crate) fn check_checksum(package: &Package, given: Option<&str>) -> Result<(), Refusal> {
    let given = given
        .filter(|text| is_checksum(text))
        .ok_or_else(|| refuse("DENIED", "the checksum is missing or malformed"))?;
    match &package.checksum {
        Some(expected) if !expected.eq_ignore_ascii_case(given) => {
            Err(refuse("DENIED", "the checksum is wrong"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn set(call: &mut Call) -> Response {
    let me = call.me();
    let (package, input) = call.open(Right::Contribute)?;
    let message = input
        .text("message")
        .ok_or_else(|| refuse("INVALID_INPUT", "message is missing"))?;
    package.message = (!message.is_empty()).then(|| message.to_owned());
    package.log(&me, "MESSAGE_UPDATED", "", "changed the message");
    done()
}

pub(crate) fn get(call: &mut Call) -> Response {
    let settings = call.settings;
    let me = call.me();
    let (package, input) = call.read()?;
    check_checksum(package, Some(input.param("checksum")))?;
    if package.password.is_some() && !settings.message_without_password {
        return Err(refuse(
            "PASSWORD_REQUIRED",
            "the package is protected by a password",
        ));
    }
    let message = package
        .message
        .clone()
        .ok_or_else(|| refuse("FAIL", "the package has no message"))?;
    package.confirm(&me, None);
    success(json!({"message": message}))
}
