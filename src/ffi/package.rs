//! Package (protocol 4.1, 6.2).

use std::ffi::c_char;

use crate::call::Observer;
use crate::client::Client;
use crate::error::{ErrorKind, Result};
use crate::package::Package;
use crate::secret::SecretString;

use super::client::{ClientObject, sendsafely_client};
use super::error::sendsafely_error;
use super::progress::sendsafely_progress_callback;
use super::support::callbacks::Callbacks;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::output::Out;
use super::types::sendsafely_bool;

/// A package: files and a message for recipients. A handle.
pub struct sendsafely_package {
    _private: (),
}

/// A package with its client's callbacks.
pub(super) struct PackageObject {
    package: Package,
    callbacks: Callbacks,
}

impl Handle for PackageObject {
    type Ticket = sendsafely_package;
    const KIND: usize = 2;
    const NAME: &'static str = "package";
    const WHEN_NULL: ErrorKind = ErrorKind::PackageNotCreated;
}

/// Asks the core for a fact about a package, without network and callbacks.
pub(super) fn ask<T>(
    package: *mut sendsafely_package,
    question: impl FnOnce(&Package) -> Result<T>,
) -> Result<T> {
    question(&handle::get::<PackageObject>(package)?.package)
}

/// Begins what goes on in a handle of its own, for which it returns the callbacks too.
pub(super) fn begin<T>(
    package: *mut sendsafely_package,
    begin: impl FnOnce(&Package) -> Result<T>,
) -> Result<(T, Callbacks)> {
    let object = handle::get::<PackageObject>(package)?;
    Ok((begin(&object.package)?, object.callbacks))
}

/// Calls the core with a package; the client's callbacks observe the call.
pub(super) fn call<T>(
    package: *mut sendsafely_package,
    call: impl FnOnce(&Package, &mut dyn Observer) -> Result<T>,
) -> Result<T> {
    call_with(package, None, std::ptr::null_mut(), call)
}

/// The same, with the progress callback of the call's own options if it has one.
pub(super) fn call_with<T>(
    package: *mut sendsafely_package,
    on_progress: sendsafely_progress_callback,
    user_data: *mut std::ffi::c_void,
    call: impl FnOnce(&Package, &mut dyn Observer) -> Result<T>,
) -> Result<T> {
    let object = handle::get::<PackageObject>(package)?;
    let callbacks = object.callbacks.or_instead(on_progress, user_data);
    callbacks.observe(package.addr(), |observer| call(&object.package, observer))
}

/// Puts the package out that a call with a client makes.
pub(super) fn give(
    out_package: Out<sendsafely_package>,
    client: *mut sendsafely_client,
    make: impl FnOnce(&Client, &mut dyn Observer) -> Result<Package>,
) -> Result<()> {
    let object = handle::get::<ClientObject>(client)?;
    let package = object
        .callbacks
        .observe(0, |observer| make(&object.client, observer))?;
    out_package.give_handle(PackageObject {
        package,
        callbacks: object.callbacks,
    })
}

/// Creates a package on the service, with a keycode made on this machine.
///
/// This is the first step. Then add recipients, upload files and set a message, in any order; finalize last.
/// SENDSAFELY_AUTHENTICATION_FAILED: check key, secret, host and clock. SENDSAFELY_LIMIT_EXCEEDED, SENDSAFELY_DENIED:
/// the account may not send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_create(
    client: *mut sendsafely_client,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        give(out_package, client, |client, observer| {
            Package::create(client, observer)
        })
    })
}

/// Creates a package in the name of another user of the organization, for its administrators.
///
/// The package belongs to that user, who opens it with its id and keycode; the administrator goes on with it, as in the
/// vendor's .NET client.
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_USER_NOT_FOUND: correct the address. SENDSAFELY_DENIED: the account is no
/// administrator. Everything else as for sendsafely_package_create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_create_for_user(
    client: *mut sendsafely_client,
    email: *const c_char,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        let email = caller.text(email, "email")?;
        give(out_package, client, |client, observer| {
            Package::create_for_user(client, observer, &email)
        })
    })
}

/// Creates a Workspace: a lasting package with directories and collaborators, which are its recipients. It is usable at
/// once and never finalized.
///
/// Its keycode is encrypted at once for the trusted devices of its owner. Everything else as for
/// sendsafely_package_create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_create_workspace(
    client: *mut sendsafely_client,
    name: Nullable<*const c_char>,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        let name = caller.optional_text(name, "name")?.unwrap_or_default();
        give(out_package, client, |client, observer| {
            Package::create_workspace(client, observer, &name)
        })
    })
}

/// Opens a package by its id and keycode, to receive it or to go on with it.
///
/// Keep both from sendsafely_package_id and sendsafely_package_keycode: the service does not know the keycode.
/// The library proves the keycode before the first write: once for each client and package, it fetches the message or,
/// as a rule, 4 KiB of a file; first writes that begin at the same time may each do so. What this client has written
/// itself proves nothing. A keycode that is another package's fails with SENDSAFELY_WRONG_KEYCODE before anything is
/// written, and when reading with SENDSAFELY_DECRYPT_FAILED or SENDSAFELY_DENIED.
/// SENDSAFELY_INVALID_ARGUMENT, SENDSAFELY_KEYCODE_TOO_SHORT: the keycode has characters that no keycode has, or fewer
/// than 32. SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account.
/// SENDSAFELY_KEYCODE_NOT_PROVED: the storage returned the beginning of a part and later not that part; nothing was
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_open(
    client: *mut sendsafely_client,
    package_id: *const c_char,
    keycode: *const c_char,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        let package_id = caller.text(package_id, "package_id")?;
        let keycode = SecretString::new(caller.text(keycode, "keycode")?);
        give(out_package, client, |client, observer| {
            Package::open(client, observer, &package_id, keycode)
        })
    })
}

/// Opens a package without its keycode, with the private key of a trusted device, to receive it or to go on with it.
///
/// public_key_id is the service's id of the device's public key; private_key is the armored OpenPGP key.
/// SENDSAFELY_INVALID_KEY: not such a key. SENDSAFELY_REFUSED: the service has no keycode for this device, which was
/// registered after the package was finalized. SENDSAFELY_DECRYPT_FAILED: the private key is another device's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_open_with_private_key(
    client: *mut sendsafely_client,
    package_id: *const c_char,
    public_key_id: *const c_char,
    private_key: *const c_char,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        let package_id = caller.text(package_id, "package_id")?;
        let public_key_id = caller.text(public_key_id, "public_key_id")?;
        let private_key = SecretString::new(caller.text(private_key, "private_key")?);
        give(out_package, client, |client, observer| {
            Package::open_with_private_key(
                client,
                observer,
                &package_id,
                &public_key_id,
                &private_key,
            )
        })
    })
}

/// Returns the id of a package, such as "GVG2-MNZT". No network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_id(
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
            out_text.give_text(package.id());
            Ok(())
        })
    })
}

/// Returns the package code, the part of the secure link by which the service finds the package. No network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_code(
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
            out_text.give_text(package.code());
            Ok(())
        })
    })
}

/// Returns whether a package is a Workspace. No network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_is_workspace(
    package: *mut sendsafely_package,
    out_is_workspace: *mut sendsafely_bool,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_is_workspace = caller.out_number(out_is_workspace);
    caller.guard(|| {
        let is_workspace = ask(package, |package| Ok(package.is_workspace()))?;
        out_is_workspace.give(is_workspace.into(), "out_is_workspace")
    })
}

/// Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization allows it. Before
/// or after finalize.
///
/// SENDSAFELY_LIFE_OUT_OF_RANGE: not in that range. SENDSAFELY_DENIED, SENDSAFELY_REFUSED: not in the organization's
/// own, narrower range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_life(
    package: *mut sendsafely_package,
    days: i32,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        call(package, |package, observer| {
            package.set_life(observer, days)
        })
    })
}

/// Sets the label of a package, or the name of a Workspace. Before or after finalize.
///
/// SENDSAFELY_DENIED: the package is not the account's own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_label(
    package: *mut sendsafely_package,
    label: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let label = caller.text(label, "label")?;
        call(package, |package, observer| {
            package.set_label(observer, &label)
        })
    })
}

/// Sets members of the package that have no function of their own: the library sends the JSON object as it is. Before
/// or after finalize.
///
/// SENDSAFELY_INVALID_ARGUMENT: not a JSON object. SENDSAFELY_LIFE_OUT_OF_RANGE: "life" is not 0 to 365.
/// SENDSAFELY_DENIED, SENDSAFELY_INVALID_INPUT: the service does not take it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_update(
    package: *mut sendsafely_package,
    json_object: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let json = caller.text(json_object, "json_object")?;
        call(package, |package, observer| package.update(observer, &json))
    })
}

/// Fetches the collaborators of a Workspace, as the JSON array that the service returns. At any step.
///
/// The service does not document its elements; sendsafely_package_get_information has the recipients as records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_collaborators(
    package: *mut sendsafely_package,
    out_json: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_json = caller.out(out_json);
    caller.guard(|| {
        let out_json = out_json.required("out_json")?;
        let json = call(package, |package, observer| package.collaborators(observer))?;
        out_json.give_text(&json);
        Ok(())
    })
}

/// Fetches the permissions of a package, as the JSON array that the service returns. Everything else as for
/// sendsafely_package_get_collaborators.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_permissions(
    package: *mut sendsafely_package,
    out_json: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_json = caller.out(out_json);
    caller.guard(|| {
        let out_json = out_json.required("out_json")?;
        let json = call(package, |package, observer| package.permissions(observer))?;
        out_json.give_text(&json);
        Ok(())
    })
}

/// Makes the service mail the whole secure link to the recipients. FOR THAT THE SERVICE GETS THE KEYCODE IN CLEAR, so
/// that the files are no longer secret to it; no other function does this.
///
/// The package must be finalized, or a Workspace.
/// SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_KEYCODE_UNKNOWN, SENDSAFELY_WRONG_KEYCODE: open it with its
/// keycode. SENDSAFELY_KEYCODE_NOT_PROVED: as for sendsafely_package_upload_keycodes. SENDSAFELY_OUTCOME_UNKNOWN: the
/// mails may be on their way; ask a recipient before you call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_notify(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| call(package, |package, observer| package.notify(observer)))
}

/// Deletes the package with its files from the service, for good. At any step.
///
/// Every later call on the package fails with SENDSAFELY_PACKAGE_DELETED, except for its id, package code and keycode.
/// The handle still has to be freed.
/// SENDSAFELY_UNKNOWN_PACKAGE: it is already deleted, or not yours. SENDSAFELY_OUTCOME_UNKNOWN: so too, but after a
/// lost response, so that this call may have deleted it. SENDSAFELY_DENIED: it is not yours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| call(package, |package, observer| package.delete(observer)))
}

/// Deletes a package that could not be finished: call it after a failure or a stop, so that nothing is left on the
/// service.
///
/// It keeps a package that recipients have or may have. It asks for the state just before it deletes, so no other
/// program may finalize the package at that moment. A package that the service does not delete as unfinished is deleted
/// only if the service has refused to finalize it.
/// SENDSAFELY_ALREADY_FINALIZED: the package is finalized, or is being finalized. SENDSAFELY_OUTCOME_UNKNOWN: a call of
/// sendsafely_package_finalize was stopped, or its response was lost; call that again, which finds out and returns the
/// link. SENDSAFELY_WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished. Everything else as for
/// sendsafely_package_delete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete_unfinished(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        call(package, |package, observer| {
            package.delete_unfinished(observer)
        })
    })
}

/// Frees the handle of a package; the package stays on the service as it is. Allowed inside a callback of the package
/// too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_free(package: Nullable<*mut sendsafely_package>) {
    guard_value((), || handle::free::<PackageObject>(package));
}
