//! The account, its enterprise and configuration.

use serde_json::json;

use crate::call::Call;
use crate::envelope::{Response, done, refuse, success};

pub(crate) fn verify_credentials(call: &mut Call) -> Response {
    success(json!({"message": call.me()}))
}

pub(crate) fn verify_version(call: &mut Call) -> Response {
    success(json!({"version": call.settings.client_version}))
}

pub(crate) fn user_information(call: &mut Call) -> Response {
    let user = call
        .state
        .users
        .get(call.caller.email())
        .ok_or_else(|| refuse("USER_NOT_FOUND", "unknown user"))?;
    success(json!({
        "id": user.id,
        "email": user.email,
        "clientKey": user.client_key,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "betaUser": false,
        "adminUser": user.admin,
        "publicKey": true,
        "packageLife": call.settings.default_life_days,
    }))
}

pub(crate) fn enterprise_information(call: &mut Call) -> Response {
    let host = call
        .origins
        .api
        .split_once("://")
        .map_or("", |(_, host)| host);
    success(json!({
        "host": host,
        "systemName": "Acme",
        "allowUndisclosedRecipients": call.settings.allow_undisclosed_recipients,
        "outlookBeta": false,
        "messageEncryption": true,
        "headerColor": "#fff",
        "linkColor": "#00f",
        "allowI18nAll": false,
    }))
}

/// Accepts telemetry and crash reports, and does nothing with them.
pub(crate) fn ignored(_call: &mut Call) -> Response {
    done()
}
