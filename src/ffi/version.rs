//! Version (protocol 6.1.2).

use std::ffi::{CStr, c_char};

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

const fn number(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("Cargo gives numbers"),
    }
}

const NUMBER: u32 = number(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
    + number(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// Returns the version of the library that runs, to be compared with SENDSAFELY_VERSION_NUMBER of this header:
/// 1,000,000 * major + 1,000 * minor + patch.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_version() -> u32 {
    guard_value(0, || NUMBER)
}

/// Returns the version of the library that runs, such as "0.1.0". The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_version_string() -> *const c_char {
    guard_value(c"".as_ptr(), || {
        const TEXT: &CStr =
            match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
                Ok(text) => text,
                Err(_) => panic!("Cargo's version has no NUL in it"),
            };
        TEXT.as_ptr()
    })
}

/// Asks the service whether client_version, or else the library's own, is still supported: out_text is "OK",
/// "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a later word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_verify_version(
    client: *mut sendsafely_client,
    out_text: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        let version = call(client, |client, observer| client.verify_version(observer))?;
        out_text.give_text(&version);
        Ok(())
    })
}
