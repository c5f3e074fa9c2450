//! Dropzone (protocol 6.6, 6.13).

use std::ffi::c_char;

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::package::{self, sendsafely_package};
use super::string::sendsafely_string_list;
use super::support::caller::Caller;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;

/// Fetches the e-mail addresses of the recipients of the user's Dropzone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_dropzone_recipients(
    client: *mut sendsafely_client,
    out_emails: *mut *mut sendsafely_string_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_emails = caller.out(out_emails);
    caller.guard(|| {
        let out_emails = out_emails.required("out_emails")?;
        let emails = call(client, |client, observer| {
            client.dropzone_recipients(observer)
        })?;
        out_emails.give_record(&emails);
        Ok(())
    })
}

/// Adds an e-mail address to the recipients of the user's Dropzone.
///
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is one of
/// them already. SENDSAFELY_GUESTS_PROHIBITED: it is not a registered user's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_add_dropzone_recipient(
    client: *mut sendsafely_client,
    email: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let email = caller.text(email, "email")?;
        call(client, |client, observer| {
            client.add_dropzone_recipient(observer, &email)
        })
    })
}

/// Removes an e-mail address from the recipients of the user's Dropzone. SENDSAFELY_REFUSED: it is not one of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_remove_dropzone_recipient(
    client: *mut sendsafely_client,
    email: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let email = caller.text(email, "email")?;
        call(client, |client, observer| {
            client.remove_dropzone_recipient(observer, &email)
        })
    })
}

/// Submits a finalized package of a hosted Dropzone to the connectors of its owner. EACH CONNECTOR GETS THE SECURE LINK
/// WITH THE KEYCODE and can read the files.
///
/// The client must be one of sendsafely_client_new_for_dropzone. name is a label for the owner, email the sender's
/// address.
/// SENDSAFELY_INVALID_ARGUMENT: another client. SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_REFUSED: the
/// Dropzone, or one of its connectors after three attempts, did not take it. SENDSAFELY_OUTCOME_UNKNOWN: it may have
/// been taken; ask the owner before you call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_submit_hosted_dropzone(
    package: *mut sendsafely_package,
    name: *const c_char,
    email: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let name = caller.text(name, "name")?;
        let email = caller.text(email, "email")?;
        package::call(package, |package, observer| {
            package.submit_hosted_dropzone(observer, &name, &email)
        })
    })
}
