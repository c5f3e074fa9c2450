//! History of a recipient (protocol 6.4.8).

use std::ffi::c_char;

use crate::record::PackageSummary;

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::packages::sendsafely_package_summary;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// A list of packages.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_package_summary_list {
    /// How many there are.
    pub count: usize,
    /// The packages, count of them.
    pub items: *const *const sendsafely_package_summary,
}

impl Translate for Vec<PackageSummary> {
    type Record = sendsafely_package_summary_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_package_summary_list {
        sendsafely_package_summary_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Fetches the packages that a recipient has got from the organization, with what it has downloaded of each.
///
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DENIED: not for this account.
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

/// Frees a list of packages with the packages in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_summary_list_free(
    packages: Nullable<*mut sendsafely_package_summary_list>,
) {
    guard_value((), || record::free(packages));
}
