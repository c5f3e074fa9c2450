//! Login, API keys and registration, unsigned (`protocol` 6.12).

use serde_json::{Value, json};

use super::route;
use crate::api::retry::Repeat::Never;
use crate::api::session::Session;
use crate::error::Result;
use crate::json::Json;
use crate::secret::{SecretJson, SecretString};

pub(crate) fn generate_key(
    s: &Session,
    email: &str,
    password: &SecretString,
    description: &str,
) -> Result<Json> {
    let body = SecretJson::from(
        json!({"email": email, "password": password.expose(), "keyDescription": description}),
    );
    s.auth("PUT", "/generate-key/", &body, Never)
}

pub(crate) fn generate_key_second_factor(
    s: &Session,
    validation_token: &SecretString,
    code: &SecretString,
    description: &str,
) -> Result<Json> {
    let path = route!("/generate-key/{}/", validation_token.expose());
    let body = json!({"smsCode": code.expose(), "keyDescription": description});
    let body = SecretJson::from(body);
    s.auth("POST", &path, &body, Never)
}

pub(crate) fn generate_key_oauth(
    s: &Session,
    token: &SecretString,
    description: &str,
) -> Result<Json> {
    let path = route!("/generate-key/oauth/{}/", token.expose());
    s.auth("PUT", &path, &json!({"keyDescription": description}), Never)
}

pub(crate) fn start_registration(s: &Session, email: &str, send_pin: bool) -> Result<Json> {
    let body = json!({"email": email, "sendPin": send_pin});
    s.auth("PUT", "/register/", &body, Never)
}

pub(crate) fn finish_registration(s: &Session, token: &SecretString, body: &Value) -> Result<Json> {
    s.auth(
        "POST",
        &route!("/register/{}/", token.expose()),
        body,
        Never,
    )
}

pub(crate) fn finish_pin_registration(s: &Session, body: &Value) -> Result<Json> {
    s.auth("POST", "/pin-register/", body, Never)
}
