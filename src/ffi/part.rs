//! Parts of files (protocol 3.4).

use std::ffi::c_char;

use crate::raw::{self};
use crate::secret::SecretString;

use super::buffer::sendsafely_buffer;
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

/// Encrypts a part of a file, size bytes at data or none, for programs with a transport of their own. No network.
///
/// server_secret is the package's, as the service returns it. The part does not hold its place in the file, as those of
/// uploads do.
/// SENDSAFELY_INVALID_ARGUMENT: a secret is empty. SENDSAFELY_PART_TOO_LARGE: more than 1 GiB.
/// SENDSAFELY_OUT_OF_MEMORY: there is no memory for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_part_encrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    data: Nullable<*const u8>,
    size: usize,
    out_message: *mut *mut sendsafely_buffer,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_message = caller.out(out_message);
    caller.guard(|| {
        let out_message = out_message.required("out_message")?;
        let server_secret = SecretString::new(caller.text(server_secret, "server_secret")?);
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let data = caller.bytes(data, size, "data")?;
        out_message.give_buffer(raw::encrypt_part(&server_secret, &keycode, data)?);
        Ok(())
    })
}

/// Decrypts a part of a file, a message of size bytes, and verifies it as a whole before it returns anything. No
/// network.
///
/// The call cannot be stopped, but its cost is bounded: eight derivations of a key, up to 40 ms each (with Argon2 a
/// second in all, and 64 MiB of memory), and unpacking once, to 64 MiB or the message's own length if that is more.
/// SENDSAFELY_DECRYPT_FAILED: a secret is wrong, or the message is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client
/// writes such messages. SENDSAFELY_PART_TOO_LARGE: it unpacks to more than that. Everything else as for
/// sendsafely_part_encrypt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_part_decrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    message: Nullable<*const u8>,
    size: usize,
    out_data: *mut *mut sendsafely_buffer,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_data = caller.out(out_data);
    caller.guard(|| {
        let out_data = out_data.required("out_data")?;
        let server_secret = SecretString::new(caller.text(server_secret, "server_secret")?);
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let message = caller.bytes(message, size, "message")?;
        out_data.give_buffer(raw::decrypt_part(&server_secret, &keycode, message)?);
        Ok(())
    })
}
