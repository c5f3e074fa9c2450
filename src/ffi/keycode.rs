//! Keycodes (protocol 3.7, 6.10).

use std::ffi::c_char;

use crate::error::{Error, ErrorKind};
use crate::raw;
use crate::secret::SecretString;
use crate::trusted_device::{PackageKeycode, SyncFailure, SyncedKeycodes};

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::package::{ask, sendsafely_package};
use super::status::status_of;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// The keycode of one package among several.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_keycode {
    /// The package id.
    pub package_id: *const c_char,
    /// The keycode, unless status says why there is none.
    pub keycode: Nullable<*const c_char>,
    /// SENDSAFELY_OK; SENDSAFELY_REFUSED if the service holds none for the device; SENDSAFELY_DECRYPT_FAILED if it is
    /// another device's or damaged.
    pub status: sendsafely_status,
}

impl Translate for PackageKeycode {
    type Record = sendsafely_keycode;
    fn translate(&self, memory: &mut Memory) -> sendsafely_keycode {
        let keycode = self.keycode.as_ref();
        sendsafely_keycode {
            package_id: memory.text(&self.package_id),
            keycode: memory.optional_text(keycode.ok().map(SecretString::expose)),
            status: status_of(keycode.err()),
        }
    }
}

/// A list of keycodes.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_keycode_list {
    /// How many there are.
    pub count: usize,
    /// The keycodes, count of them.
    pub items: *const *const sendsafely_keycode,
}

impl Translate for Vec<PackageKeycode> {
    type Record = sendsafely_keycode_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_keycode_list {
        sendsafely_keycode_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// A keycode that another device did not get.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_sync_failure {
    /// The package id.
    pub package_id: *const c_char,
    /// Id of the other device's public key.
    pub public_key_id: *const c_char,
    /// Why it was not handed on.
    pub status: sendsafely_status,
    /// What happened.
    pub message: *const c_char,
}

impl Translate for SyncFailure {
    type Record = sendsafely_sync_failure;
    fn translate(&self, memory: &mut Memory) -> sendsafely_sync_failure {
        sendsafely_sync_failure {
            package_id: memory.text(&self.package_id),
            public_key_id: memory.text(&self.public_key_id),
            status: status_of(Some(&self.error)),
            message: memory.text(self.error.message()),
        }
    }
}

/// A list of failures.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_sync_failure_list {
    /// How many there are.
    pub count: usize,
    /// The failures, count of them.
    pub items: *const *const sendsafely_sync_failure,
}

impl Translate for Vec<SyncFailure> {
    type Record = sendsafely_sync_failure_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_sync_failure_list {
        sendsafely_sync_failure_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// The result of sendsafely_client_sync_keycodes.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_sync_result {
    /// How many keycodes were handed on.
    pub synchronized: u32,
    /// Those that were not.
    pub failures: *const sendsafely_sync_failure_list,
}

impl Translate for SyncedKeycodes {
    type Record = sendsafely_sync_result;
    fn translate(&self, memory: &mut Memory) -> sendsafely_sync_result {
        sendsafely_sync_result {
            synchronized: self.synchronized,
            failures: memory.record(&self.failures),
        }
    }
}

/// Returns the keycode, the secret that opens the package. No network.
///
/// Keep it with the id, to open the package again with sendsafely_package_open. SENDSAFELY_KEYCODE_UNKNOWN: the package
/// was opened with a link that has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_keycode(
    package: *mut sendsafely_package,
    out_text: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        ask(package, |package| {
            let unknown = || {
                Error::new(
                    ErrorKind::KeycodeUnknown,
                    "the keycode of the package is not known",
                )
            };
            out_text.give_text(package.keycode().ok_or_else(unknown)?);
            Ok(())
        })
    })
}

/// Fetches the keycodes of several packages with one request, and decrypts them with the private key of a trusted
/// device. For one package see sendsafely_package_open_with_private_key.
///
/// package_ids are count ids; the list has one item for each, in their order, with the failure if there is one.
/// SENDSAFELY_INVALID_KEY: private_key is not an armored OpenPGP private key. SENDSAFELY_REFUSED: the user has no such
/// device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_keycodes(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    private_key: *const c_char,
    package_ids: Nullable<*const *const c_char>,
    count: usize,
    out_keycodes: *mut *mut sendsafely_keycode_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_keycodes = caller.out(out_keycodes);
    caller.guard(|| {
        let out_keycodes = out_keycodes.required("out_keycodes")?;
        let public_key_id = caller.text(public_key_id, "public_key_id")?;
        let private_key = SecretString::new(caller.text(private_key, "private_key")?);
        let package_ids = caller.texts(package_ids, count, "package_ids")?;
        let keycodes = super::client::call(client, |client, observer| {
            client.keycodes(observer, &public_key_id, &private_key, &package_ids)
        })?;
        out_keycodes.give_record(&keycodes);
        Ok(())
    })
}

/// Gives the user's other trusted devices the keycodes that this device has and they lack: decrypts each keycode that
/// the service names with private_key, encrypts it to the other device's key and stores it on the service.
///
/// public_key_id and private_key are this device's. The result has the failures of single keycodes; after a failure of
/// the network call again.
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key. SENDSAFELY_REFUSED: the user has no such device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_sync_keycodes(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    private_key: *const c_char,
    out_result: *mut *mut sendsafely_sync_result,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_result = caller.out(out_result);
    caller.guard(|| {
        let out_result = out_result.required("out_result")?;
        let public_key_id = caller.text(public_key_id, "public_key_id")?;
        let private_key = SecretString::new(caller.text(private_key, "private_key")?);
        let result = super::client::call(client, |client, observer| {
            client.sync_keycodes(observer, &public_key_id, &private_key)
        })?;
        out_result.give_record(&result);
        Ok(())
    })
}

/// Generates a keycode of 43 characters, for programs with a transport of their own. No network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_generate(
    out_keycode: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Encrypts a keycode to the public key of a trusted device, as an armored message. No network.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key that can encrypt. SENDSAFELY_INVALID_ARGUMENT: the keycode
/// is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_encrypt(
    keycode: *const c_char,
    public_key: *const c_char,
    out_armored: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Decrypts a keycode with the private key of a trusted device. No network.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key without a password. SENDSAFELY_DECRYPT_FAILED: it was
/// encrypted to another key, or is damaged. SENDSAFELY_UNSUPPORTED_FORMAT: no client writes such messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_decrypt(
    armored: *const c_char,
    private_key: *const c_char,
    out_keycode: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Frees a list of keycodes, and zeroes them first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_list_free(
    keycodes: Nullable<*mut sendsafely_keycode_list>,
) {
    guard_value((), || record::free(keycodes));
}

/// Frees the result of a synchronization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_sync_result_free(
    result: Nullable<*mut sendsafely_sync_result>,
) {
    guard_value((), || record::free(result));
}
