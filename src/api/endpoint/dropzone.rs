//! The Dropzone of the user (`protocol` 6.6).

use serde_json::json;

use crate::api::retry::Repeat::Safely;
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;

const RECIPIENTS: &str = "/user/dropzone-recipients/";

pub(crate) fn dropzone_recipients(s: &Session) -> Result<Json> {
    s.get(RECIPIENTS)
}

pub(crate) fn add_dropzone_recipient(s: &Session, email: &str) -> Result<Json> {
    s.put(RECIPIENTS, &json!({"userEmail": email}), Safely)
}

pub(crate) fn remove_dropzone_recipient(s: &Session, email: &str) -> Result<Json> {
    s.delete_with(RECIPIENTS, &json!({"userEmail": email}))
}
