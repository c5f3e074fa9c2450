//! The account and its organization (`protocol` 6.1, 6.11).

use serde_json::Value;

use super::route;
use crate::api::retry::Repeat::Safely;
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

/// 6.1.1
pub(crate) fn verify_credentials(s: &Session) -> Result<Json> {
    s.get("/config/verify-credentials/")
}

/// 6.1.2
pub(crate) fn verify_version(s: &Session, version: &str) -> Result<Json> {
    s.get(&route!("/config/version/{}/{}/", s.request_api(), version))
}

/// 6.1.3
pub(crate) fn user_information(s: &Session) -> Result<Json> {
    s.get("/user/")
}

/// 6.1.4
pub(crate) fn enterprise_information(s: &Session) -> Result<Json> {
    s.get("/enterprise/")
}

/// 6.11
pub(crate) fn audit_log(s: &Session, filter: &Value) -> Result<Json> {
    s.post("/enterprise/audit-logs/", filter, Safely)
}
