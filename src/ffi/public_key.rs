//! Public keys of trusted devices (protocol 6.10).

use std::ffi::c_char;

use crate::record::PublicKey;

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::package::sendsafely_package;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// A public key to which the keycode of a package is encrypted.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_public_key {
    /// The service's id.
    pub public_key_id: *const c_char,
    /// The armored OpenPGP key.
    pub public_key: *const c_char,
}

impl Translate for PublicKey {
    type Record = sendsafely_public_key;
    fn translate(&self, memory: &mut Memory) -> sendsafely_public_key {
        sendsafely_public_key {
            public_key_id: memory.text(&self.public_key_id),
            public_key: memory.text(&self.public_key),
        }
    }
}

/// A list of public keys.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_public_key_list {
    /// How many there are.
    pub count: usize,
    /// The public keys, count of them.
    pub items: *const *const sendsafely_public_key,
}

impl Translate for Vec<PublicKey> {
    type Record = sendsafely_public_key_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_public_key_list {
        sendsafely_public_key_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Registers a public key as a trusted device of the user: from now on, keycodes of packages are encrypted to it.
/// out_public_key_id is the service's id of it.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key. SENDSAFELY_LIMIT_EXCEEDED: revoke one first.
/// SENDSAFELY_OUTCOME_UNKNOWN: the response was lost; the key may be registered under an id that nobody knows, so
/// register another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_register_public_key(
    client: *mut sendsafely_client,
    public_key: *const c_char,
    description: *const c_char,
    out_public_key_id: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_public_key_id = caller.out(out_public_key_id);
    caller.guard(|| {
        let out_public_key_id = out_public_key_id.required("out_public_key_id")?;
        let public_key = caller.text(public_key, "public_key")?;
        let description = caller.text(description, "description")?;
        let id = super::client::call(client, |client, observer| {
            client.register_public_key(observer, &public_key, &description)
        })?;
        out_public_key_id.give_text(&id);
        Ok(())
    })
}

/// Fetches the armored public key of one of the user's trusted devices.
///
/// SENDSAFELY_REFUSED: the user has no such device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_public_key(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    out_public_key: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_public_key = caller.out(out_public_key);
    caller.guard(|| {
        let out_public_key = out_public_key.required("out_public_key")?;
        let public_key_id = caller.text(public_key_id, "public_key_id")?;
        let key = super::client::call(client, |client, observer| {
            client.public_key(observer, &public_key_id)
        })?;
        out_public_key.give_text(&key);
        Ok(())
    })
}

/// Revokes a public key: the service forgets it, and the device needs a link to open packages.
///
/// SENDSAFELY_REFUSED: the user has no such device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_revoke_public_key(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let public_key_id = caller.text(public_key_id, "public_key_id")?;
        super::client::call(client, |client, observer| {
            client.revoke_public_key(observer, &public_key_id)
        })
    })
}

/// Fetches the public keys to which the keycode of a package is to be encrypted: those of its readers and of the
/// organization, or with a recipient_id those of one recipient. At any step.
///
/// SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_public_keys(
    package: *mut sendsafely_package,
    recipient_id: Nullable<*const c_char>,
    out_keys: *mut *mut sendsafely_public_key_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_keys = caller.out(out_keys);
    caller.guard(|| {
        let out_keys = out_keys.required("out_keys")?;
        let recipient_id = caller.optional_text(recipient_id, "recipient_id")?;
        let keys = super::package::call(package, |package, observer| {
            package.public_keys(observer, recipient_id.as_deref())
        })?;
        out_keys.give_record(&keys);
        Ok(())
    })
}

/// Frees a list of public keys with the keys in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_public_key_list_free(
    keys: Nullable<*mut sendsafely_public_key_list>,
) {
    guard_value((), || record::free(keys));
}
