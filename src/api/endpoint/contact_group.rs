//! Contact groups (`protocol` 6.5).

use serde_json::json;

use super::route;
use crate::api::retry::Repeat::{Never, Safely};
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

pub(crate) fn create_contact_group(s: &Session, name: &str, organization: bool) -> Result<Json> {
    let mut body = json!({"groupName": name});
    if organization {
        body["isEnterpriseGroup"] = true.into();
    }
    s.put("/group/", &body, Never)
}

/// The members from a row on. The request for the first ones has no row.
pub(crate) fn get_contact_group(s: &Session, group: &str, row: u64) -> Result<Json> {
    let path = route!("/group/{}/", group);
    s.get(&match row {
        0 => path,
        row => path + &format!("?rowIndex={row}"),
    })
}

pub(crate) fn delete_contact_group(s: &Session, group: &str) -> Result<Json> {
    s.delete(&route!("/group/{}/", group))
}

pub(crate) fn add_contact_group_member(s: &Session, group: &str, email: &str) -> Result<Json> {
    let path = route!("/group/{}/user/", group);
    s.put(&path, &json!({"userEmail": email}), Safely)
}

pub(crate) fn remove_contact_group_member(s: &Session, group: &str, user: &str) -> Result<Json> {
    s.delete(&route!("/group/{}/{}/", group, user))
}

/// The user's own, or the organization's.
pub(crate) fn contact_groups(s: &Session, organization: bool) -> Result<Json> {
    s.get(match organization {
        true => "/enterprise/groups/",
        false => "/user/groups/",
    })
}

pub(crate) fn add_contact_group(s: &Session, package: &str, group: &str) -> Result<Json> {
    s.put(
        &route!("/package/{}/group/{}/", package, group),
        None,
        Safely,
    )
}

pub(crate) fn remove_contact_group(s: &Session, package: &str, group: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/group/{}/", package, group))
}
