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

/// A package: files and a message for recipients. A handle, to be freed with sendsafely_package_free. Any number of
/// threads may use it at once.
pub struct sendsafely_package {
    _private: (),
}

/// A package, and the callbacks that its client has for every call.
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

/// Asks the core something about a package that needs no network.
pub(super) fn ask<T>(
    package: *mut sendsafely_package,
    question: impl FnOnce(&Package) -> Result<T>,
) -> Result<T> {
    question(&handle::get::<PackageObject>(package)?.package)
}

/// Begins something on a package that goes on in a handle of its own, with the callbacks for that.
pub(super) fn begin<T>(
    package: *mut sendsafely_package,
    begin: impl FnOnce(&Package) -> Result<T>,
) -> Result<(T, Callbacks)> {
    let object = handle::get::<PackageObject>(package)?;
    Ok((begin(&object.package)?, object.callbacks))
}

/// Makes a call of the core on a package, observed by the client's callbacks.
pub(super) fn call<T>(
    package: *mut sendsafely_package,
    call: impl FnOnce(&Package, &mut dyn Observer) -> Result<T>,
) -> Result<T> {
    call_with(package, None, std::ptr::null_mut(), call)
}

/// The same with the progress callback of the call's own options, if there is one.
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

/// Gives the package that a call on a client makes.
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
/// The first step; then add recipients, upload files and set a message, in any order, and finalize at last.
/// The package is freed with sendsafely_package_free, which leaves it on the service.
/// SENDSAFELY_AUTHENTICATION_FAILED: check key, secret, host and clock. SENDSAFELY_LIMIT_EXCEEDED,
/// SENDSAFELY_DENIED: the account may not send.
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
/// The package belongs to that user, and the administrator goes on working with it, as the vendor's .NET client does.
/// The user opens it with its id and keycode. Everything else as for sendsafely_package_create. SENDSAFELY_MALFORMED_EMAIL,
/// SENDSAFELY_USER_NOT_FOUND: correct the address. SENDSAFELY_DENIED: the account is no administrator.
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

/// Creates a Workspace: a package with directories and collaborators that stays. It is usable at once and never
/// finalized; its recipients are its collaborators.
///
/// name may be NULL. Its keycode is encrypted at once for the trusted devices of its owner.
/// Everything else as for sendsafely_package_create.
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
/// Keep both from sendsafely_package_id and sendsafely_package_keycode; the service does not know the keycode.
/// SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. A keycode that is another package's
/// or that was cut shows when it is used, before anything is written: as SENDSAFELY_WRONG_KEYCODE or
/// SENDSAFELY_KEYCODE_TOO_SHORT, when reading as SENDSAFELY_DECRYPT_FAILED or SENDSAFELY_DENIED. For that the message, or
/// as a rule 4 KiB of a file, are fetched before the first write: once for a client and a package, whichever handle that
/// is through; first writes that begin at once may each do it. What this client has written itself before proves
/// nothing. SENDSAFELY_KEYCODE_NOT_PROVED: the storage gave the beginning of a part and then not that part; nothing was
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
/// public_key_id is the id that the service gave to the device's public key; private_key is the armored OpenPGP key.
/// SENDSAFELY_INVALID_KEY: not such a key. SENDSAFELY_REFUSED: the service holds no keycode for this device, which was
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

/// Gives the id of a package, such as "GVG2-MNZT". No network. Free the text with sendsafely_string_free.
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

/// Gives the package code, the part of the secure link that finds the package. No network. Free the text with
/// sendsafely_string_free.
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

/// Tells whether a package is a Workspace: 1, or 0. No network.
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

/// Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization allows it.
///
/// Before or after finalize. SENDSAFELY_LIFE_OUT_OF_RANGE: see the range. SENDSAFELY_DENIED, SENDSAFELY_REFUSED: the
/// organization's own range is narrower.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_life(
    package: *mut sendsafely_package,
    days: i32,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        // A negative number becomes one that is out of range as well, after the package itself is judged.
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        call(package, |package, observer| {
            package.set_life(observer, days)
        })
    })
}

/// Gives a package a label, or a Workspace its name. Before or after finalize.
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

/// Changes what no other function knows: json_object is a JSON object with members of the package, which goes to the
/// service as it is. Before or after finalize.
///
/// SENDSAFELY_INVALID_ARGUMENT: not a JSON object. SENDSAFELY_LIFE_OUT_OF_RANGE: "life" is not within 0 to 365.
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

/// Gives the collaborators of a Workspace as the service tells them: the text of a JSON array, to be freed with
/// sendsafely_string_free. The service does not describe its elements; sendsafely_package_get_information has what is
/// known of recipients. At any step.
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

/// Gives the permissions of a package as the service tells them: the text of a JSON array. Everything else as for
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

/// Has the service mail the whole secure link to the recipients. THE KEYCODE GOES TO THE SERVICE IN CLEAR for that, so
/// the files are no longer secret to the service; no other function does this.
///
/// Package must be finalized, or a Workspace. SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_KEYCODE_UNKNOWN,
/// SENDSAFELY_WRONG_KEYCODE: open it with its keycode. SENDSAFELY_KEYCODE_NOT_PROVED: as for
/// sendsafely_package_upload_keycodes. SENDSAFELY_OUTCOME_UNKNOWN: the mails may be under way; ask a recipient before
/// you call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_notify(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| call(package, |package, observer| package.notify(observer)))
}

/// Deletes the package on the service, with its files, for good. At any step; every later call on the package, other
/// than for its id, package code and keycode, answers SENDSAFELY_PACKAGE_DELETED. The handle still has to be freed.
///
/// SENDSAFELY_UNKNOWN_PACKAGE: it is gone already, or not yours. SENDSAFELY_OUTCOME_UNKNOWN: the same after an answer was
/// lost, so that this call may have deleted it. SENDSAFELY_DENIED: it is not yours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| call(package, |package, observer| package.delete(observer)))
}

/// Deletes a package that could not be finished: what a program calls after a failure or a stop, so that nothing stays
/// behind. Everything else as for sendsafely_package_delete.
///
/// A package that recipients have, or may have, is left alone; one that the service does not delete as unfinished is
/// deleted only if it refused to finalize it. The state is asked for just before: no other program may finalize it at
/// that very moment. SENDSAFELY_ALREADY_FINALIZED: it is finalized, or just being finalized. SENDSAFELY_OUTCOME_UNKNOWN: a call of sendsafely_package_finalize was stopped or its answer was lost;
/// called again, that finds out and gives the link. SENDSAFELY_WORKSPACE_NOT_FINALIZABLE: a Workspace is never
/// unfinished.
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

/// Frees the handle of a package; the package stays on the service as it is. Also allowed inside a callback of the
/// package.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_free(package: Nullable<*mut sendsafely_package>) {
    guard_value((), || handle::free::<PackageObject>(package));
}
