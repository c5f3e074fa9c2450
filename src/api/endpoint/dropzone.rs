//! The Dropzone of the user (`protocol` 6.6), and hosted ones (6.13).

use serde_json::json;
use url::form_urlencoded;
use zeroize::Zeroizing;

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

/// 6.13: the response names the connectors of the Dropzone.
pub(crate) fn submit_hosted_dropzone(
    s: &Session,
    dropzone: &str,
    package_code: &str,
    name: &str,
    email: &str,
) -> Result<Json> {
    let form = form(&[
        ("action", "submitHostedDropzone"),
        ("packageCode", package_code),
        ("publicApiKey", dropzone),
        ("name", name),
        ("email", email),
    ]);
    s.post_form(&format!("{}/auth/json/", s.host()), &form)
}

/// 6.13: gives a connector at this URL the secure link, with what the response above says of it.
pub(crate) fn submit_to_connector(
    s: &Session,
    connector: &str,
    submitted: &Json,
    link: &str,
) -> Result<Json> {
    let text = |name| submitted.text(name).unwrap_or_default();
    let form = form(&[
        ("digest", &text("digest")),
        ("data", &text("data")),
        ("secureLink", link),
    ]);
    s.post_form(connector, &form)
}

fn form(fields: &[(&str, &str)]) -> Zeroizing<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    Zeroizing::new(form.finish())
}
