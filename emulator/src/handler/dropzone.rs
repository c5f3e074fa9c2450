//! A user's Dropzone recipients, and the hosted Dropzone. Packages of a Dropzone use the handlers of packages.

use serde_json::{Value, json};

use crate::call::{Call, is_email};
use crate::envelope::{Reply, Response, done, refuse, success};
use crate::random;

pub(crate) fn list_recipients(call: &mut Call) -> Response {
    let emails = call
        .state
        .dropzone_recipients
        .get(call.caller.email())
        .cloned()
        .unwrap_or_default();
    success(json!({"recipientEmailAddresses": emails}))
}

pub(crate) fn add_recipient(call: &mut Call) -> Response {
    let email = call.input.text("userEmail").unwrap_or_default().to_owned();
    if !is_email(&email) {
        return Err(refuse("INVALID_EMAIL", "the e-mail address is not valid"));
    }
    if call.settings.guests_prohibited && !call.state.users.contains_key(&email) {
        return Err(refuse(
            "GUESTS_PROHIBITED",
            "the recipient is not a registered user",
        ));
    }
    let emails = call
        .state
        .dropzone_recipients
        .entry(call.caller.email().to_owned())
        .or_default();
    if emails.contains(&email) {
        return Err(refuse("DUPLICATE_EMAIL", "already a Dropzone recipient"));
    }
    emails.push(email.clone());
    success(json!({"email": email}))
}

pub(crate) fn remove_recipient(call: &mut Call) -> Response {
    let email = call.input.text("userEmail").unwrap_or_default();
    let emails = call
        .state
        .dropzone_recipients
        .entry(call.caller.email().to_owned())
        .or_default();
    let before = emails.len();
    emails.retain(|other| other != email);
    match emails.len() < before {
        true => done(),
        false => Err(refuse("FAIL", "not a Dropzone recipient")),
    }
}

/// The request is a form; the response has no envelope, and `success` is the string `"true"`.
pub(crate) fn submit_hosted(call: &mut Call) -> Response {
    let code = call.input.text("packageCode").unwrap_or_default();
    let package = call
        .state
        .packages
        .values()
        .find(|package| package.dropzone && package.finalized && package.code == code);
    let problem = match (
        call.input.text("action"),
        call.input.text("publicApiKey"),
        package,
    ) {
        (Some("submitHostedDropzone"), Some(id), Some(_)) if id == call.state.dropzone_id => None,
        (Some("submitHostedDropzone"), Some(id), _) if id == call.state.dropzone_id => {
            Some("unknown package")
        }
        (Some("submitHostedDropzone"), ..) => Some("unknown Dropzone"),
        _ => Some("unknown action"),
    };
    if let Some(problem) = problem {
        return Ok(Reply::Json(json!({"success": "false", "error": problem})));
    }
    let own: Vec<String> = (1..=call.settings.integrations)
        .map(|number| format!("{}/connector/{number}/", call.origins.api))
        .collect();
    let urls = if call.settings.integration_urls.is_empty() {
        own
    } else {
        call.settings.integration_urls.clone()
    };
    Ok(Reply::Json(
        json!({"success": "true", "data": random::token::<24>(), "digest": random::token::<32>(), "integrationUrls": urls}),
    ))
}

/// A connector of the hosted Dropzone, in place of the organization's own server.
pub(crate) fn connector(call: &mut Call) -> Response {
    let has = |name| call.input.text(name).is_some_and(|text| !text.is_empty());
    let result = if has("digest") && has("data") && has("secureLink") {
        "success"
    } else {
        "error"
    };
    Ok(Reply::Json(Value::from_iter([("result", result)])))
}
