//! Parts of files (protocol 3.4).

use std::ffi::c_char;

use crate::raw::{self};
use crate::secret::SecretString;

use super::buffer::sendsafely_buffer;
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

/// Encrypts a part of a file: size bytes at data, which may be none. Free the buffer with sendsafely_buffer_free.
///
/// server_secret is the package's, as the service gives it. SENDSAFELY_INVALID_ARGUMENT: a secret is empty.
/// SENDSAFELY_PART_TOO_LARGE: more than 1 GiB. SENDSAFELY_OUT_OF_MEMORY: no memory for it. The part does not say to which
/// place of a file it belongs, as those of uploads do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_part_encrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    data: *const u8,
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

/// Decrypts a part of a file: a message of size bytes, verified as a whole before anything of it is given out. Free the
/// buffer with sendsafely_buffer_free.
///
/// SENDSAFELY_DECRYPT_FAILED: a secret is wrong, or the message is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client
/// writes such messages. SENDSAFELY_PART_TOO_LARGE: a compressed one unpacks to more than 64 MiB and more than its own
/// length. It cannot be stopped; what a message may cost is bounded: eight derivations of a key, up to 40 ms each
/// (with Argon2 a second in all, and 64 MiB of memory), and unpacking to that limit once. Everything else as for
/// sendsafely_part_encrypt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_part_decrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    message: *const u8,
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
