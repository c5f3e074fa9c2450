//! Recipients (`protocol` 6.4).

use serde_json::json;

use super::route;
use crate::api::retry::Repeat::{Looking, Safely};
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

/// 6.4.1
pub(crate) fn add_recipient(
    s: &Session,
    package: &str,
    email: &str,
    auto_enable_sms: bool,
) -> Result<Json> {
    let mut body = json!({"email": email});
    if auto_enable_sms {
        body["autoEnableSMS"] = true.into();
    }
    s.put(&route!("/package/{}/recipient/", package), &body, Looking)
}

/// 6.4.2
pub(crate) fn add_recipients(
    s: &Session,
    package: &str,
    emails: &[String],
    auto_enable_sms: bool,
) -> Result<Json> {
    let mut body = json!({"emails": emails});
    if auto_enable_sms {
        body["autoEnableSMS"] = true.into();
    }
    s.put(&route!("/package/{}/recipients/", package), &body, Looking)
}

/// 6.4.3
pub(crate) fn get_recipient(s: &Session, package: &str, recipient: &str) -> Result<Json> {
    s.get(&route!("/package/{}/recipient/{}/", package, recipient))
}

/// 6.4.4
pub(crate) fn set_recipient_phone(
    s: &Session,
    package: &str,
    recipient: &str,
    number: &str,
    country: &str,
) -> Result<Json> {
    let path = route!("/package/{}/recipient/{}/", package, recipient);
    let body = json!({"phoneNumber": number, "countrycode": country});
    s.post(&path, &body, Safely)
}

/// 6.4.4
pub(crate) fn set_recipient_role(
    s: &Session,
    package: &str,
    recipient: &str,
    role: &str,
) -> Result<Json> {
    let path = route!("/package/{}/recipient/{}/", package, recipient);
    s.post(&path, &json!({"roleName": role}), Safely)
}

/// 6.4.5
pub(crate) fn remove_recipient(s: &Session, package: &str, recipient: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/recipient/{}/", package, recipient))
}

/// 6.4.6
pub(crate) fn remove_all_recipients(s: &Session, package: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/recipients/", package))
}

/// 6.4.8
pub(crate) fn recipient_history(s: &Session, email: &str) -> Result<Json> {
    s.get(&route!("/recipient/history/{}/", email))
}

/// 6.4.9
pub(crate) fn collaborators(s: &Session, package: &str, row: u64) -> Result<Json> {
    s.get(&(route!("/package/{}/collaborators/", package) + &format!("?rowIndex={row}")))
}

/// 6.4.9
pub(crate) fn permissions(s: &Session, package: &str) -> Result<Json> {
    s.get(&route!("/package/{}/permissions/", package))
}
