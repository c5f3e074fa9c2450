//! Packages, their messages, and what happens to them (`protocol` 4.1, 4.7, 6.2, 6.9, 6.11).

use serde_json::{Value, json};

use super::route;
use crate::api::retry::Repeat::{Looking, Never, Safely};
use crate::api::session::Session;
use crate::api::tree::Tree;
use crate::error::Result;
use crate::json::Json;
use crate::secret::SecretJson;

/// 4.1
pub(crate) fn create_package(s: &Session, workspace: bool, for_user: Option<&str>) -> Result<Json> {
    let mut body = json!({"vdr": workspace});
    if let Some(email) = for_user {
        body["packageUserEmail"] = email.into();
    }
    s.put("/package/", &body, Safely)
}

/// 6.2.2; also takes a package code.
pub(crate) fn package_information(s: &Session, package: &str) -> Result<Json> {
    s.get_listing(&route!("/package/{}/", package))
}

/// The same with the confirmations of its recipients.
pub(crate) fn whole_package_information(s: &Session, package: &str) -> Result<Json> {
    s.get_whole_listing(&route!("/package/{}/", package))
}

/// The tree of a Workspace in it, if the service shows all of it there.
pub(crate) fn workspace_tree(s: &Session, package: &str) -> Result<Option<Tree>> {
    s.get_tree(&route!("/package/{}/", package))
}

/// 6.2.3: `life`, `label`, or what else the caller gives.
pub(crate) fn update_package(s: &Session, package: &str, fields: &Value) -> Result<Json> {
    s.post(&route!("/package/{}/", package), fields, Safely)
}

/// 6.2.4
pub(crate) fn delete_package(s: &Session, package: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/", package))
}

/// 6.2.5
pub(crate) fn delete_temporary_package(s: &Session, package: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/temp/", package))
}

/// 6.9
pub(crate) fn set_message(s: &Session, package: &str, message: &str) -> Result<Json> {
    let body = json!({"message": message, "uploadType": s.request_api()});
    s.put(&route!("/package/{}/message/", package), &body, Safely)
}

/// 5.5
pub(crate) fn get_message(s: &Session, package: &str, checksum: &str) -> Result<Json> {
    s.get(&route!("/package/{}/message/{}/", package, checksum))
}

/// 4.7
pub(crate) fn finalize(s: &Session, package: &str, body: &Value) -> Result<Json> {
    s.post(&route!("/package/{}/finalize/", package), body, Looking)
}

/// 6.11: the keycode goes to the service in clear.
pub(crate) fn notify(s: &Session, package: &str, keycode: &str) -> Result<Json> {
    let path = route!("/package/{}/notify/", package);
    s.post(
        &path,
        &*SecretJson::from(json!({"keycode": keycode})),
        Never,
    )
}

/// 6.11
pub(crate) fn activity_log(s: &Session, package: &str, row: u64) -> Result<Json> {
    let path = route!("/package/{}/activityLog/", package);
    s.post(&path, &json!({"rowIndex": row}), Safely)
}
