//! Version.

use std::ffi::{CStr, c_char};

use super::guard::guard_value;

const fn number(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("Cargo gives numbers"),
    }
}

const NUMBER: u32 = number(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
    + number(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// Returns the version of the library that runs, to be compared with SENDSAFELY_VERSION_NUMBER, the version of this
/// header: 1,000,000 * major + 1,000 * minor + patch.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_version() -> u32 {
    guard_value(0, || NUMBER)
}

/// Returns the version of the library that runs as text, such as "0.1.0". Static, not to be freed.
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
