//! Cryptography alone.

use std::ffi::c_char;

use zeroize::Zeroize;

use crate::raw::{self, RequestHeaders};
use crate::secret::SecretString;

use super::buffer::sendsafely_buffer;
use super::client::{ClientObject, sendsafely_client};
use super::error::sendsafely_error;
use super::guard::{Caller, guard_value};
use super::records::{self, Memory, Translate};
use super::status::sendsafely_status;
use super::table;

/// The headers that sign a request: a record, to be freed with sendsafely_request_headers_free.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_request_headers {
    /// Value of ss-api-key.
    pub api_key: *const c_char,
    /// Value of ss-request-timestamp; NULL for an anonymous sender.
    pub timestamp: *const c_char,
    /// Value of ss-request-signature; NULL for an anonymous sender.
    pub signature: *const c_char,
}

impl Translate for RequestHeaders {
    type Record = sendsafely_request_headers;
    fn translate(&self, memory: &mut Memory) -> sendsafely_request_headers {
        sendsafely_request_headers {
            api_key: memory.text(&self.api_key),
            timestamp: memory.optional_text(self.timestamp.as_deref()),
            signature: memory.optional_text(self.signature.as_deref()),
        }
    }
}

/// Makes a keycode of 43 characters, for programs that do their own transport; nothing in this section touches the
/// network. Free the text with sendsafely_string_free, which zeroes it.
///
/// SendSafely Client API: the secrets (protocol 3.1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_generate(
    out_keycode: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_keycode = caller.out(out_keycode);
    caller.guard(|| {
        let out_keycode = out_keycode.required("out_keycode")?;
        out_keycode.give_text(raw::generate_keycode()?.expose());
        Ok(())
    })
}

/// Gives the checksum by which the service knows that one has the keycode: 64 hexadecimal digits. Free the text with
/// sendsafely_string_free.
///
/// SENDSAFELY_INVALID_ARGUMENT: keycode or package_code is empty.
/// SendSafely Client API: checksum (protocol 3.3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_checksum(
    keycode: *const c_char,
    package_code: *const c_char,
    out_checksum: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
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

/// Encrypts a part of a file: size bytes at data, which may be none. Free the buffer with sendsafely_buffer_free.
///
/// server_secret is the package's, as the service gives it. SENDSAFELY_INVALID_ARGUMENT: a secret is empty.
/// SENDSAFELY_PART_TOO_LARGE: more than 1 GiB. SENDSAFELY_OUT_OF_MEMORY: no memory for it. The part does not say to which
/// place of a file it belongs, as those of uploads do.
/// SendSafely Client API: OpenPGP messages for file parts (protocol 3.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_part_encrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    data: *const u8,
    size: usize,
    out_message: *mut *mut sendsafely_buffer,
    error: *mut *mut sendsafely_error,
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
    error: *mut *mut sendsafely_error,
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

/// Encrypts the message of a package: gives base64 text. Free it with sendsafely_string_free. Everything else as for
/// sendsafely_part_encrypt.
///
/// SendSafely Client API: the message (protocol 3.5).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_message_encrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    text: *const c_char,
    out_base64: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
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

/// Decrypts the message of a package from its base64 text. Free the text with sendsafely_string_free, which zeroes it.
/// Line ends are as the sender's client writes them, CR LF by the official Node client.
/// The limit of a compressed one is 16 MiB. Everything else as for sendsafely_part_decrypt.
///
/// SendSafely Client API: the message (protocol 3.5).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_message_decrypt(
    server_secret: *const c_char,
    keycode: *const c_char,
    base64: *const c_char,
    out_text: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
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

/// Encrypts a keycode to the public key of a trusted device: gives an armored message. Free it with
/// sendsafely_string_free.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key that can encrypt. SENDSAFELY_INVALID_ARGUMENT: the
/// keycode is empty.
/// SendSafely Client API: keycodes for public keys (protocol 3.7).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_encrypt(
    keycode: *const c_char,
    public_key: *const c_char,
    out_armored: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_armored = caller.out(out_armored);
    caller.guard(|| {
        let out_armored = out_armored.required("out_armored")?;
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        let public_key = caller.text(public_key, "public_key")?;
        out_armored.give_text(&raw::encrypt_keycode(&keycode, &public_key)?);
        Ok(())
    })
}

/// Decrypts a keycode with the private key of a trusted device. Free the text with sendsafely_string_free, which
/// zeroes it.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key without a password. SENDSAFELY_DECRYPT_FAILED: it was
/// encrypted to another key, or is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client writes such messages.
/// SendSafely Client API: keycodes for public keys (protocol 3.7).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_decrypt(
    armored: *const c_char,
    private_key: *const c_char,
    out_keycode: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_keycode = caller.out(out_keycode);
    caller.guard(|| {
        let out_keycode = out_keycode.required("out_keycode")?;
        let armored = caller.text(armored, "armored")?;
        let private_key = SecretString::new(caller.text(private_key, "private_key")?);
        let keycode = raw::decrypt_keycode(&armored, &private_key)?;
        out_keycode.give_text(keycode.expose());
        Ok(())
    })
}

/// Signs a request of the REST API with the client's key and secret, without sending it. Free the record with
/// sendsafely_request_headers_free.
///
/// path begins with "/api/v2.0/" or with what follows that; a query in it is not signed. body is the text as it will be
/// sent, of a multipart upload that of its requestData; NULL: none. timestamp is like "2024-01-02T03:04:05+0000";
/// NULL: now. SENDSAFELY_INVALID_ARGUMENT: correct path or timestamp. SENDSAFELY_NO_CREDENTIALS: the client has no API
/// key.
/// SendSafely Client API: signed requests (protocol 1.2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_sign(
    client: *mut sendsafely_client,
    path: *const c_char,
    body: *const c_char,
    timestamp: *const c_char,
    out_headers: *mut *mut sendsafely_request_headers,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_headers = caller.out(out_headers);
    caller.guard(|| {
        let out_headers = out_headers.required("out_headers")?;
        let object = table::get::<ClientObject>(client)?;
        let path = caller.text(path, "path")?;
        let mut body = caller.optional_text(body, "body")?;
        let timestamp = caller.optional_text(timestamp, "timestamp")?;
        let client = &object.client;
        let headers = client.sign(&path, body.as_deref(), timestamp.as_deref());
        // It may hold a password.
        body.zeroize();
        out_headers.give_record(&headers?);
        Ok(())
    })
}

/// Frees the headers of a request. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_request_headers_free(headers: *mut sendsafely_request_headers) {
    guard_value((), || records::free(headers));
}
