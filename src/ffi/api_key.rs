//! API keys (protocol 6.12).

use std::ffi::c_char;
use std::ptr;

use crate::api_key::Login;
use crate::secret::SecretString;

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::sendsafely_bool;

/// The result of a login.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_login {
    /// The new API key, unless a second factor is needed first.
    pub api_key: Nullable<*const c_char>,
    /// The secret of the API key, unless a second factor is needed first. The service shows it only now.
    pub api_secret: Nullable<*const c_char>,
    /// E-mail address of the owner.
    pub email: Nullable<*const c_char>,
    /// Whether a second factor is needed: call sendsafely_client_generate_api_key_second_factor.
    pub second_factor_required: sendsafely_bool,
    /// The parameter of that call, if the second factor is needed.
    pub validation_token: Nullable<*const c_char>,
    /// The kind of second factor in the service's words.
    pub second_factor_kind: Nullable<*const c_char>,
}

impl Translate for Login {
    type Record = sendsafely_login;
    fn translate(&self, memory: &mut Memory) -> sendsafely_login {
        let mut login = sendsafely_login {
            api_key: ptr::null(),
            api_secret: ptr::null(),
            email: ptr::null(),
            second_factor_required: 0,
            validation_token: ptr::null(),
            second_factor_kind: ptr::null(),
        };
        match self {
            Self::Done(key) => {
                login.api_key = memory.text(&key.api_key);
                login.api_secret = memory.text(key.api_secret.expose());
                login.email = memory.optional_text(key.email.as_deref());
            }
            Self::SecondFactorRequired {
                validation_token,
                kind,
            } => {
                login.second_factor_required = 1;
                login.validation_token = memory.text(validation_token.expose());
                login.second_factor_kind = memory.optional_text(kind.as_deref());
            }
        }
        login
    }
}

/// Logs in with e-mail address and password, for a new API key. The client may be one of
/// sendsafely_client_new_without_credentials.
///
/// description is the name of the key in the user's list of API keys. If second_factor_required is set, the key follows
/// after the second factor.
/// SENDSAFELY_AUTHENTICATION_FAILED: address or password is wrong. SENDSAFELY_OUTCOME_UNKNOWN: a key may have been
/// created; look at the user's list before you call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_generate_api_key(
    client: *mut sendsafely_client,
    email: *const c_char,
    password: *const c_char,
    description: *const c_char,
    out_login: *mut *mut sendsafely_login,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_login = caller.out(out_login);
    caller.guard(|| {
        let out_login = out_login.required("out_login")?;
        let email = caller.text(email, "email")?;
        let password = SecretString::new(caller.text(password, "password")?);
        let description = caller.text(description, "description")?;
        let login = call(client, |client, observer| {
            client.generate_api_key(observer, &email, password, &description)
        })?;
        out_login.give_record(&login);
        Ok(())
    })
}

/// Ends a login that needs a second factor, with validation_token of the record and the code that the user got.
///
/// SENDSAFELY_PIN_RESENT: the code was wrong, and the service has sent a new one. Everything else as for
/// sendsafely_client_generate_api_key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_generate_api_key_second_factor(
    client: *mut sendsafely_client,
    validation_token: *const c_char,
    code: *const c_char,
    description: *const c_char,
    out_login: *mut *mut sendsafely_login,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_login = caller.out(out_login);
    caller.guard(|| {
        let out_login = out_login.required("out_login")?;
        let token = SecretString::new(caller.text(validation_token, "validation_token")?);
        let code = SecretString::new(caller.text(code, "code")?);
        let description = caller.text(description, "description")?;
        let login = call(client, |client, observer| {
            client.generate_api_key_second_factor(observer, token, code, &description)
        })?;
        out_login.give_record(&login);
        Ok(())
    })
}

/// Exchanges an OAuth token of the organization's identity provider for an API key.
///
/// SENDSAFELY_AUTH_FORBIDDEN: the organization does not allow it. SENDSAFELY_USER_ALREADY_EXISTS: log in by password.
/// Everything else as for sendsafely_client_generate_api_key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_generate_api_key_oauth(
    client: *mut sendsafely_client,
    oauth_token: *const c_char,
    description: *const c_char,
    out_login: *mut *mut sendsafely_login,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_login = caller.out(out_login);
    caller.guard(|| {
        let out_login = out_login.required("out_login")?;
        let token = SecretString::new(caller.text(oauth_token, "oauth_token")?);
        let description = caller.text(description, "description")?;
        let login = call(client, |client, observer| {
            client.generate_api_key_oauth(observer, token, &description)
        })?;
        out_login.give_record(&login);
        Ok(())
    })
}

/// Frees the result of a login, and zeroes its secrets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_login_free(login: Nullable<*mut sendsafely_login>) {
    guard_value((), || record::free(login));
}
