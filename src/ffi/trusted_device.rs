//! Trusted devices and keycodes.

use std::ffi::c_char;
use std::path::Path;

use crate::secret::SecretString;
use crate::trusted_device::{KeyPair, PackageKeycode, PublicKey, SyncFailure, SyncedKeycodes};

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::guard::{Caller, guard_value};
use super::package::sendsafely_package;
use super::records::{self, Memory, Translate};
use super::status::{sendsafely_status, status_of};

/// The key pair of a trusted device: a record, to be freed with sendsafely_key_pair_free, which zeroes the private key.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_key_pair {
    /// The service's id of the public key; NULL until it is registered.
    pub public_key_id: *const c_char,
    /// What the user calls the device; NULL if not known.
    pub description: *const c_char,
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

/// A list of public keys: a record, to be freed with sendsafely_public_key_list_free unless it is part of another
/// record.
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

/// The keycode of one package among several.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_keycode {
    /// The package id.
    pub package_id: *const c_char,
    /// The keycode; NULL if status says why there is none.
    pub keycode: *const c_char,
    /// A sendsafely_status: SENDSAFELY_OK; SENDSAFELY_REFUSED if the service holds none for the device;
    /// SENDSAFELY_DECRYPT_FAILED if it is another device's or damaged.
    pub status: i32,
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

/// A list of keycodes, which are zeroed when it is freed: a record, to be freed with sendsafely_keycode_list_free
/// unless it is part of another record.
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

/// A keycode that could not be handed on to another device.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_sync_failure {
    /// The package id.
    pub package_id: *const c_char,
    /// Id of the other device's public key.
    pub public_key_id: *const c_char,
    /// A sendsafely_status.
    pub status: i32,
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

/// What sendsafely_client_sync_keycodes has done: a record, to be freed with sendsafely_sync_result_free.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_sync_result {
    /// How many keycodes were handed on.
    pub synchronized: u32,
    /// Those that were not; never NULL.
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

/// Makes an RSA key pair of 2048, 3072 or 4096 bits; 0 means 2048. No network; takes up to some seconds, for 4096 bits
/// longer. Free the record with sendsafely_key_pair_free.
///
/// SENDSAFELY_INVALID_ARGUMENT: another size.
/// SendSafely Client API: trusted-device key pairs (protocol 3.6).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_generate(
    bits: u32,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: *mut *mut sendsafely_error,
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

/// Registers a public key as a trusted device of the user: keycodes of packages are encrypted to it from now on. Gives
/// the service's id of it; free the text with sendsafely_string_free.
///
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP public key. SENDSAFELY_LIMIT_EXCEEDED: revoke one first.
/// SENDSAFELY_OUTCOME_UNKNOWN: the answer was lost; the key may be there under an id that nobody knows, so register
/// another.
/// SendSafely Client API: public keys (protocol 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_register_public_key(
    client: *mut sendsafely_client,
    public_key: *const c_char,
    description: *const c_char,
    out_public_key_id: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
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

/// Makes a key pair of 2048 bits and registers its public key: sendsafely_key_pair_generate and
/// sendsafely_client_register_public_key in one call. Keep it with sendsafely_key_pair_save. Free the record with
/// sendsafely_key_pair_free.
///
/// SendSafely Client API: public keys (protocol 3.6, 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_generate_key_pair(
    client: *mut sendsafely_client,
    description: *const c_char,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: *mut *mut sendsafely_error,
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

/// Gives the armored public key of one of the user's trusted devices. Free the text with sendsafely_string_free.
///
/// SENDSAFELY_REFUSED: the user has no such device.
/// SendSafely Client API: public keys (protocol 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_public_key(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    out_public_key: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
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

/// Revokes a public key: the service forgets it, and the device opens nothing any more without a link.
///
/// SENDSAFELY_REFUSED: the user has no such device.
/// SendSafely Client API: public keys (protocol 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_revoke_public_key(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    error: *mut *mut sendsafely_error,
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

/// Saves a key pair in a new file that only its owner can read, in the form of the official Python client's
/// save_key_pair. The public key is part of the private one. No network.
///
/// public_key_id and description may be NULL. SENDSAFELY_FILE_EXISTS: an older key pair is never overwritten.
/// SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key. SENDSAFELY_DIRECTORY_NOT_FOUND,
/// SENDSAFELY_ACCESS_DENIED, SENDSAFELY_DISK_FULL, SENDSAFELY_WRITE_FAILED: see the path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_save(
    path: *const c_char,
    public_key_id: *const c_char,
    private_key: *const c_char,
    description: *const c_char,
    error: *mut *mut sendsafely_error,
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

/// Loads a key pair that sendsafely_key_pair_save or the official Python client has saved. No network. Free the record
/// with sendsafely_key_pair_free.
///
/// SENDSAFELY_INVALID_KEY: the file holds no key pair. SENDSAFELY_FILE_NOT_FOUND, SENDSAFELY_ACCESS_DENIED,
/// SENDSAFELY_NOT_A_FILE, SENDSAFELY_READ_FAILED: see the path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_load(
    path: *const c_char,
    out_key_pair: *mut *mut sendsafely_key_pair,
    error: *mut *mut sendsafely_error,
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

/// Gives the public keys to which the keycode of a package is to be encrypted: those of its readers and of the
/// organization, or with a recipient_id those of one recipient. Free the list with sendsafely_public_key_list_free.
///
/// At any step. recipient_id may be NULL. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
/// SendSafely Client API: public keys and keycodes (protocol 4.6).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_public_keys(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    out_keys: *mut *mut sendsafely_public_key_list,
    error: *mut *mut sendsafely_error,
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

/// Encrypts the keycode of a package to the public keys of its readers, or with a recipient_id to those of one
/// recipient, and stores the results. Finalize does it by itself, and so does adding recipients to a Workspace or a
/// finalized package: this is for devices that were registered later. Four go up at once, or as many as
/// parts_in_flight says if those are fewer. A key that cannot be used, or for which the service refuses the keycode, is
/// passed over with a line in the log; if the service refuses it for every key, the first refusal is the error. So is
/// one of the caller or the package, such as SENDSAFELY_SESSION_TIMEOUT, for whatever key.
///
/// Before or after finalize. recipient_id may be NULL. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
/// SENDSAFELY_KEYCODE_UNKNOWN, SENDSAFELY_WRONG_KEYCODE: open the package with its keycode. A keycode with which a package
/// was opened is handed on only if it opens what is there. SENDSAFELY_KEYCODE_NOT_PROVED: what is there was not read, or
/// is more than is searched; download a file or read the message through the same package, then call again.
/// SendSafely Client API: public keys and keycodes (protocol 4.6).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_keycodes(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let recipient_id = caller.optional_text(recipient_id, "recipient_id")?;
        super::package::call(package, |package, observer| {
            package.upload_keycodes(observer, recipient_id.as_deref())
        })
    })
}

/// Gives the keycodes of several packages with one request, decrypted with the private key of a trusted device; see
/// sendsafely_package_open_with_private_key for one package. Free the list with sendsafely_keycode_list_free.
///
/// package_ids are count ids; the list has one item for each, in their order. SENDSAFELY_INVALID_KEY: private_key is
/// not an armored OpenPGP private key. SENDSAFELY_REFUSED: the user has no such device. What fails for one package
/// stands in its item.
/// SendSafely Client API: public keys and keycodes (protocol 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_keycodes(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    private_key: *const c_char,
    package_ids: *const *const c_char,
    count: usize,
    out_keycodes: *mut *mut sendsafely_keycode_list,
    error: *mut *mut sendsafely_error,
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

/// Hands on to the user's other trusted devices what this one can open and they cannot: decrypts each keycode that the
/// service names with private_key, encrypts it to the other device's key and stores it. Free the record with
/// sendsafely_sync_result_free.
///
/// public_key_id and private_key are this device's. SENDSAFELY_INVALID_KEY: not an armored OpenPGP private key.
/// SENDSAFELY_REFUSED: the user has no such device. What fails for one keycode stands in the result; after a failure
/// of the network the call can be made again.
/// SendSafely Client API: public keys and keycodes (protocol 6.10).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_sync_keycodes(
    client: *mut sendsafely_client,
    public_key_id: *const c_char,
    private_key: *const c_char,
    out_result: *mut *mut sendsafely_sync_result,
    error: *mut *mut sendsafely_error,
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

/// Frees a key pair, zeroing it first. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_key_pair_free(key_pair: *mut sendsafely_key_pair) {
    guard_value((), || records::free(key_pair));
}

/// Frees a list of public keys with the keys in it. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_public_key_list_free(keys: *mut sendsafely_public_key_list) {
    guard_value((), || records::free(keys));
}

/// Frees a list of keycodes, zeroing them first. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_keycode_list_free(keycodes: *mut sendsafely_keycode_list) {
    guard_value((), || records::free(keycodes));
}

/// Frees the result of a synchronization. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_sync_result_free(result: *mut sendsafely_sync_result) {
    guard_value((), || records::free(result));
}
