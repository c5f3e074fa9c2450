//! Directories of Workspaces (`protocol` 6.8).

use serde_json::json;

use super::{escape_value, route};
use crate::api::retry::Repeat::{Looking, Safely};
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

/// The order of a listing; the service's own by default.
#[derive(Clone, Copy, Default)]
pub(crate) struct SortOrder<'a> {
    pub(crate) field: Option<&'a str>,
    pub(crate) descending: bool,
}

/// 6.8.1: one page, from these positions on.
pub(crate) fn get_directory(
    s: &Session,
    package: &str,
    directory: &str,
    order: SortOrder<'_>,
    directory_index: u64,
    file_index: u64,
) -> Result<Json> {
    let mut path = route!("/package/{}/directory/{}/", package, directory);
    path += &format!("?directoryIndex={directory_index}&fileIndex={file_index}");
    if let Some(field) = order.field {
        path += &format!("&sortField={}", escape_value(field));
    }
    if order.descending {
        path += "&sortOrder=desc";
    } else if order.field.is_some() {
        path += "&sortOrder=asc";
    }
    s.get_listing(&path)
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
