//! Registration (protocol 6.12).

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::error::Result;
use crate::registration::{Registration, RegistrationProof};
use crate::secret::SecretString;

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::argument::{boolean, invalid};
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::options::{self, Options};
use super::types::sendsafely_bool;

/// Options of sendsafely_client_finish_registration. All are needed, but only one proof: token, or email and pin.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_registration_options {
    /// Set by sendsafely_registration_options_init.
    pub struct_size: usize,
    /// Proof by link: the value of validationLink in the link of the mail. Default: by PIN.
    pub token: Nullable<*const c_char>,
    /// Proof by PIN: the e-mail address. Default: by link.
    pub email: Nullable<*const c_char>,
    /// Proof by PIN: the PIN of the mail.
    pub pin: Nullable<*const c_char>,
    /// The new password.
    pub password: *const c_char,
    /// A question to be asked when the password is forgotten.
    pub question: *const c_char,
    /// The answer to that question.
    pub answer: *const c_char,
    /// First name.
    pub first_name: *const c_char,
    /// Last name.
    pub last_name: *const c_char,
}

// SAFETY: repr(C), begins with a usize, and holds pointers only.
unsafe impl Options for sendsafely_registration_options {
    const NAME: &'static str = "sendsafely_registration_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            token: ptr::null(),
            email: ptr::null(),
            pin: ptr::null(),
            password: ptr::null(),
            question: ptr::null(),
            answer: ptr::null(),
            first_name: ptr::null(),
            last_name: ptr::null(),
        }
    }
}

impl sendsafely_registration_options {
    fn read(&self, caller: Caller) -> Result<Registration> {
        let secret = |pointer, name: &str| caller.text(pointer, name).map(SecretString::new);
        let token = caller.optional_text(self.token, "token")?;
        let email = caller.optional_text(self.email, "email")?;
        let pin = caller
            .optional_text(self.pin, "pin")?
            .map(SecretString::new);
        let proof = match (token, email, pin) {
            (Some(token), None, None) => RegistrationProof::Token(SecretString::new(token)),
            (None, Some(email), Some(pin)) => RegistrationProof::Pin { email, pin },
            _ => return Err(invalid("give either token, or email and pin")),
        };
        Ok(Registration {
            proof,
            password: secret(self.password, "password")?,
            question: caller.text(self.question, "question")?,
            answer: secret(self.answer, "answer")?,
            first_name: caller.text(self.first_name, "first_name")?,
            last_name: caller.text(self.last_name, "last_name")?,
        })
    }
}

/// Begins to register a user: the service mails a link to the address, or with send_pin a PIN.
///
/// SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_AUTH_FORBIDDEN: users cannot register themselves there.
/// SENDSAFELY_SECOND_FACTOR_ENFORCED: register by link. SENDSAFELY_OUTCOME_UNKNOWN: look into the mailbox.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_start_registration(
    client: *mut sendsafely_client,
    email: *const c_char,
    send_pin: sendsafely_bool,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let email = caller.text(email, "email")?;
        let send_pin = boolean(send_pin, "send_pin")?;
        call(client, |client, observer| {
            client.start_registration(observer, &email, send_pin)
        })
    })
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_registration_options_init(
    options: *mut sendsafely_registration_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Ends a registration with the link or PIN of the mail; then log in with sendsafely_client_generate_api_key. out_email
/// is the e-mail address.
///
/// SENDSAFELY_PASSWORD_TOO_WEAK: sendsafely_error_server_message has the service's rules. SENDSAFELY_TOKEN_EXPIRED,
/// SENDSAFELY_INVALID_TOKEN: start again. SENDSAFELY_PIN_RESENT: the service has sent a new PIN.
/// SENDSAFELY_OUTCOME_UNKNOWN: try to log in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_finish_registration(
    client: *mut sendsafely_client,
    options: *const sendsafely_registration_options,
    out_email: Nullable<*mut *mut c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_email = caller.out(out_email);
    caller.guard(|| {
        if options.is_null() {
            return Err(super::support::argument::null("options"));
        }
        let registration = caller.options(options)?.read(caller)?;
        let email = call(client, |client, observer| {
            client.finish_registration(observer, registration)
        })?;
        out_email.give_optional_text(&email);
        Ok(())
    })
}
