//! History of a recipient.

use std::ffi::c_char;

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::packages::sendsafely_package_summary_list;
use super::status::sendsafely_status;
use super::support::caller::Caller;
use super::support::marks::Nullable;

/// Gives the packages that a recipient has got from the organization, with what it has fetched of each.
///
/// Free the list with sendsafely_package_summary_list_free.
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DENIED: not for this account.
/// SendSafely Client API: history of a recipient (protocol 6.4.8).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_recipient_history(
    client: *mut sendsafely_client,
    email: *const c_char,
    out_packages: *mut *mut sendsafely_package_summary_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_packages = caller.out(out_packages);
    caller.guard(|| {
        let out_packages = out_packages.required("out_packages")?;
        let email = caller.text(email, "email")?;
        let packages = super::client::call(client, |client, observer| {
            client.recipient_history(observer, &email)
        })?;
        out_packages.give_record(&packages);
        Ok(())
    })
}
