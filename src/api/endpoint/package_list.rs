//! Lists of packages and searches for them (`protocol` 6.3).

use serde_json::Value;

use crate::api::retry::Repeat::Safely;
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

/// 6.3.1; `list` is what follows `/package/`, nothing for the sent packages.
pub(crate) fn list_packages(s: &Session, list: &str, row: u64, page_size: u32) -> Result<Json> {
    s.get(&format!(
        "/package/{list}?rowIndex={row}&pageSize={page_size}"
    ))
}

/// 6.3.2
pub(crate) fn search_packages(
    s: &Session,
    whole_organization: bool,
    filter: &Value,
    row: u64,
    page_size: u32,
) -> Result<Json> {
    let scope = if whole_organization {
        "organization/"
    } else {
        ""
    };
    let path = format!("/package/{scope}search/?rowIndex={row}&pageSize={page_size}");
    s.post(&path, filter, Safely)
}

/// 6.3.2, the old search: one page of at most 100 rows.
pub(crate) fn organization_packages(s: &Session, filter: &Value) -> Result<Json> {
    s.post("/package/organization/", filter, Safely)
}
