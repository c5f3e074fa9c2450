//! Directories of Workspaces (`protocol` 6.8).

use serde_json::json;

use super::route;
use crate::api::retry::Repeat::{Looking, Safely};
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

/// 6.8.1, one page; `query` is what follows the question mark.
pub(crate) fn get_directory(
    s: &Session,
    package: &str,
    directory: &str,
    query: &str,
) -> Result<Json> {
    s.get_listing(&(route!("/package/{}/directory/{}/", package, directory) + "?" + query))
}

/// 6.8.2
pub(crate) fn create_directory(
    s: &Session,
    package: &str,
    parent: &str,
    name: &str,
) -> Result<Json> {
    let path = route!("/package/{}/directory/{}/subdirectory/", package, parent);
    s.put(&path, &json!({"directoryName": name}), Looking)
}

/// 6.8.3
pub(crate) fn rename_directory(
    s: &Session,
    package: &str,
    directory: &str,
    name: &str,
) -> Result<Json> {
    let path = route!("/package/{}/directory/{}/", package, directory);
    s.post(&path, &json!({"directoryName": name}), Safely)
}

/// 6.8.4
pub(crate) fn move_directory(
    s: &Session,
    package: &str,
    directory: &str,
    target: &str,
) -> Result<Json> {
    let path = route!("/package/{}/move/{}/{}/", package, directory, target);
    s.post(&path, None, Safely)
}

/// 6.8.5
pub(crate) fn delete_directory(s: &Session, package: &str, directory: &str) -> Result<Json> {
    s.delete(&route!("/package/{}/directory/{}/", package, directory))
}
