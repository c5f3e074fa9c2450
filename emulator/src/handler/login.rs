//! Log-in, which returns an API key, and registration: `/auth-api`, without signature.

use serde_json::json;

use crate::call::{Call, is_email};
use crate::envelope::{Refusal, Response, done, refuse, success};
use crate::random;
use crate::state::user::{Registration, SecondFactor};

/// The code of every text message and the PIN of every registration: the emulator sends no messages.
pub(crate) const SMS_CODE: &str = "123456";
const MAX_FAILURES: u32 = 3;
const MIN_PASSWORD: usize = 8;

fn new_key(call: &mut Call, email: &str) -> Response {
    let description = call
        .input
        .text("keyDescription")
        .unwrap_or_default()
        .to_owned();
    let (key, secret) = call.state.add_api_key(email, None, None, &description);
    success(json!({"apiKey": key, "apiSecret": secret, "email": email}))
}

fn authentication_failed(message: &str) -> Refusal {
    refuse("AUTHENTICATION_FAILED", message)
}

pub(crate) fn generate_key(call: &mut Call) -> Response {
    let email = call.input.text("email").unwrap_or_default().to_owned();
    let user = call
        .state
        .users
        .get(&email)
        .filter(|user| call.input.text("password") == Some(&user.password));
    let user = user.ok_or_else(|| authentication_failed("wrong e-mail or password"))?;
    if !user.two_factor {
        return new_key(call, &email);
    }
    let token = random::token::<24>();
    call.state
        .second_factors
        .insert(token.clone(), SecondFactor { email, failures: 0 });
    let mut refusal = refuse("TWO_FA_REQUIRED", token);
    refusal.more.insert("twoFaType".into(), "SMS".into());
    Err(refusal)
}

pub(crate) fn generate_key_second_factor(call: &mut Call) -> Response {
    let token = call.input.param("token").to_owned();
    let right = call.input.text("smsCode") == Some(SMS_CODE);
    let waiting = call
        .state
        .second_factors
        .get_mut(&token)
        .ok_or_else(|| authentication_failed("unknown log-in"))?;
    if right {
        let email = waiting.email.clone();
        call.state.second_factors.remove(&token);
        return new_key(call, &email);
    }
    waiting.failures += 1;
    match waiting.failures % MAX_FAILURES {
        0 => Err(refuse("PIN_RESEND", "a new code was sent")),
        _ => Err(authentication_failed("wrong code")),
    }
}

/// In the emulator, a user's OAuth token is the client key.
pub(crate) fn generate_key_oauth(call: &mut Call) -> Response {
    let token = call.input.param("token");
    let email = call
        .state
        .users
        .values()
        .find(|user| user.client_key == token)
        .map(|user| user.email.clone());
    new_key(
        call,
        &email.ok_or_else(|| refuse("AUTH_FORBIDDEN", "the token is not accepted"))?,
    )
}

/// The service sends token or PIN by mail; here the admin interface shows them.
pub(crate) fn register(call: &mut Call) -> Response {
    let email = call.input.text("email").unwrap_or_default().to_owned();
    if !is_email(&email) {
        return Err(refuse("INVALID_EMAIL", "the e-mail address is not valid"));
    }
    let pin = call.input.flag("sendPin").then(|| SMS_CODE.to_owned());
    call.state.registrations.insert(
        random::token::<24>(),
        Registration {
            email,
            pin,
            expired: false,
            failures: 0,
        },
    );
    done()
}

fn finish(call: &mut Call, token: &str) -> Response {
    let registration = call
        .state
        .registrations
        .get(token)
        .cloned()
        .ok_or_else(|| refuse("INVALID_TOKEN", "unknown registration"))?;
    if registration.expired {
        return Err(refuse("TOKEN_EXPIRED", "the registration has expired"));
    }
    let password = call.input.text("password").unwrap_or_default().to_owned();
    if password.chars().count() < MIN_PASSWORD {
        return Err(refuse(
            "PASSWORD_COMPLEXITY",
            format!("the password needs {MIN_PASSWORD} characters"),
        ));
    }
    if call.state.users.contains_key(&registration.email) {
        return Err(refuse("USER_ALREADY_EXISTS", "the user exists already"));
    }
    let name = |member| call.input.text(member).unwrap_or_default().to_owned();
    let (first_name, last_name) = (name("firstName"), name("lastName"));
    let user = call.state.add_user(&registration.email, false);
    user.password = password;
    user.first_name = first_name;
    user.last_name = last_name;
    call.state.registrations.remove(token);
    success(json!({"message": registration.email}))
}

pub(crate) fn finish_registration(call: &mut Call) -> Response {
    let token = call.input.param("token").to_owned();
    finish(call, &token)
}

pub(crate) fn finish_pin_registration(call: &mut Call) -> Response {
    let email = call.input.text("email").unwrap_or_default();
    let pin = call.input.text("pinCode");
    let waiting = call
        .state
        .registrations
        .iter_mut()
        .find(|(_, registration)| registration.email == email && registration.pin.is_some());
    let (token, registration) =
        waiting.ok_or_else(|| refuse("INVALID_TOKEN", "unknown registration"))?;
    if registration.pin.as_deref() != pin {
        registration.failures += 1;
        return Err(refuse("PIN_RESEND", "the PIN is wrong, a new one was sent"));
    }
    let token = token.clone();
    finish(call, &token)
}
