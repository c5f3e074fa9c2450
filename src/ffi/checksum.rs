//! Checksum (protocol 3.3).

use std::ffi::c_char;

use crate::raw;
use crate::secret::SecretString;

use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

/// Computes the checksum that proves to the service that its sender has the keycode: 64 hexadecimal digits. No network.
///
/// SENDSAFELY_INVALID_ARGUMENT: keycode or package_code is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_checksum(
    keycode: *const c_char,
    package_code: *const c_char,
    out_checksum: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_checksum = caller.out(out_checksum);
    caller.guard(|| {
        let out_checksum = out_checksum.required("out_checksum")?;
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let package_code = caller.text(package_code, "package_code")?;
        out_checksum.give_text(&raw::checksum(&keycode, &package_code)?);
        Ok(())
    })
}
