//! Key pairs of trusted devices (protocol 3.6).

use std::ffi::c_char;
use std::path::Path;

use crate::key_pair::KeyPair;
use crate::secret::SecretString;

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// The key pair of a trusted device.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_key_pair {
    /// The service's id of the public key, once it is registered.
    pub public_key_id: Nullable<*const c_char>,
    /// What the user calls the device.
    pub description: Nullable<*const c_char>,
    /// The armored OpenPGP public key.
    pub public_key: *const c_char,
    /// The armored OpenPGP private key, without a password: who has it opens the device's packages.
    pub private_key: *const c_char,
}

impl Translate for KeyPair {
    type Record = sendsafely_key_pair;
    fn translate(&self, memory: &mut Memory) -> sendsafely_key_pair {
        sendsafely_key_pair {
            public_key_id: memory.optional_text(self.public_key_id.as_deref()),
            description: memory.optional_text(self.description.as_deref()),
            public_key: memory.text(&self.public_key),
            private_key: memory.text(self.private_key.expose()),
        }
    }
}

/// Generates an RSA key pair of 2048, 3072 or 4096 bits; 0 means 2048. No network. It takes up to some seconds, for
/// 4096 bits longer.
///
/// SENDSAFELY_INVALID_ARGUMENT: another size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_generate(
    bits: u32,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_key_pair = caller.out(out_key_pair);
    caller.guard(|| {
        let out_key_pair = out_key_pair.required("out_key_pair")?;
        let bits = if bits == 0 { 2048 } else { bits };
        out_key_pair.give_record(&KeyPair::generate(bits)?);
        Ok(())
    })
}

/// Generates a key pair of 2048 bits and registers its public key: sendsafely_key_pair_generate and
/// sendsafely_client_register_public_key in one call. Keep it with sendsafely_key_pair_save.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_generate_key_pair(
    client: *mut sendsafely_client,
    description: *const c_char,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_key_pair = caller.out(out_key_pair);
    caller.guard(|| {
        let out_key_pair = out_key_pair.required("out_key_pair")?;
        let description = caller.text(description, "description")?;
        let key_pair = super::client::call(client, |client, observer| {
            client.generate_key_pair(observer, &description)
        })?;
        out_key_pair.give_record(&key_pair);
        Ok(())
    })
}

/// Saves a key pair in a new file that only its owner can read, in the format of the official Python client's
/// save_key_pair. The private key contains the public one. No network.
///
/// SENDSAFELY_FILE_EXISTS: an older key pair is never overwritten. SENDSAFELY_INVALID_KEY: not an armored OpenPGP
/// private key. SENDSAFELY_DIRECTORY_NOT_FOUND, SENDSAFELY_ACCESS_DENIED, SENDSAFELY_DISK_FULL,
/// SENDSAFELY_WRITE_FAILED: check the path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_save(
    path: *const c_char,
    public_key_id: Nullable<*const c_char>,
    private_key: *const c_char,
    description: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let path = caller.text(path, "path")?;
        let public_key_id = caller.optional_text(public_key_id, "public_key_id")?;
        let private_key = SecretString::new(caller.text(private_key, "private_key")?);
        let description = caller.optional_text(description, "description")?;
        let key_pair = KeyPair {
            public_key_id,
            description,
            public_key: String::new(),
            private_key,
        };
        key_pair.save(Path::new(&path))
    })
}

/// Loads a key pair that sendsafely_key_pair_save or the official Python client has saved. No network.
///
/// SENDSAFELY_INVALID_KEY: the file holds no key pair. SENDSAFELY_FILE_NOT_FOUND, SENDSAFELY_ACCESS_DENIED,
/// SENDSAFELY_NOT_A_FILE, SENDSAFELY_READ_FAILED: check the path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_load(
    path: *const c_char,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_key_pair = caller.out(out_key_pair);
    caller.guard(|| {
        let out_key_pair = out_key_pair.required("out_key_pair")?;
        let path = caller.text(path, "path")?;
        out_key_pair.give_record(&KeyPair::load(Path::new(&path))?);
        Ok(())
    })
}

/// Frees a key pair, and zeroes it first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_free(key_pair: Nullable<*mut sendsafely_key_pair>) {
    guard_value((), || record::free(key_pair));
}
