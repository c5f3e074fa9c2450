//! Message (protocol 3.5).

use std::ffi::c_char;

use zeroize::Zeroize;

use crate::raw;
use crate::secret::SecretString;

use super::error::sendsafely_error;
use super::package::{call, sendsafely_package};
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

/// Sets the message of a package, encrypted like the files; it replaces an earlier one.
///
/// The package must not be finalized.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_message(
    package: *mut sendsafely_package,
    text: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let text = SecretString::new(caller.text(text, "text")?);
        call(package, |package, observer| {
            package.set_message(observer, text.expose())
        })
    })
}

/// Fetches and decrypts the message of a package; out_text is NULL if there is none.
///
/// SENDSAFELY_KEYCODE_UNKNOWN: open the package with its keycode. SENDSAFELY_DECRYPT_FAILED: the keycode is wrong, or
/// the message was damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_message(
    package: *mut sendsafely_package,
    out_text: *mut Nullable<*mut c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        if let Some(mut message) = call(package, |package, observer| package.message(observer))? {
            out_text.give_text(&message);
            message.zeroize();
        }
        Ok(())
    })
}

/// Encrypts the message of a package to base64 text, for programs with a transport of their own. Everything else as for
/// sendsafely_part_encrypt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_message_encrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    text: *const c_char,
    out_base64: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_base64 = caller.out(out_base64);
    caller.guard(|| {
        let out_base64 = out_base64.required("out_base64")?;
        let server_secret = SecretString::new(caller.text(server_secret, "server_secret")?);
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let text = SecretString::new(caller.text(text, "text")?);
        let base64 = raw::encrypt_message(&server_secret, &keycode, text.expose())?;
        out_base64.give_text(&base64);
        Ok(())
    })
}

/// Decrypts the message of a package from its base64 text. Line ends are those of the sender's client: CR LF from the
/// official Node client.
///
/// A compressed message unpacks to at most 16 MiB. Everything else as for sendsafely_part_decrypt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_message_decrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    base64: *const c_char,
    out_text: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        let server_secret = SecretString::new(caller.text(server_secret, "server_secret")?);
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let base64 = caller.text(base64, "base64")?;
        let text = raw::decrypt_message(&server_secret, &keycode, &base64)?;
        out_text.give_text(text.expose());
        Ok(())
    })
}
