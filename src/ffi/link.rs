//! Secure links (protocol 5.1).

use std::ffi::c_char;

use zeroize::Zeroize;

use crate::link::{self, Link};
use crate::package::Package;
use crate::secret::SecretString;

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::package::{ask, give, sendsafely_package};
use super::string::sendsafely_string_list;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// The parts of a secure link.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_link {
    /// The host with its scheme, such as "https://acme.sendsafely.com".
    pub host: *const c_char,
    /// The package id, if the link has one.
    pub package_id: Nullable<*const c_char>,
    /// The package code.
    pub package_code: *const c_char,
    /// The keycode, which opens the package, if the link has one.
    pub keycode: Nullable<*const c_char>,
}

impl Translate for Link {
    type Record = sendsafely_link;
    fn translate(&self, memory: &mut Memory) -> sendsafely_link {
        sendsafely_link {
            host: memory.text(&self.host),
            package_id: memory.optional_text(self.package_id.as_deref()),
            package_code: memory.text(&self.package_code),
            keycode: memory.optional_text(self.keycode.as_ref().map(SecretString::expose)),
        }
    }
}

/// Splits a secure link into its parts. No network, no client.
///
/// The text may contain more than the link, and a mail filter or another program may have wrapped or encoded the link.
/// The parts are read by their length and alphabet: a link that was cut short or changed is refused.
/// SENDSAFELY_MALFORMED_LINK: no such link, or several.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_link_parse(
    text: *const c_char,
    out_link: *mut *mut sendsafely_link,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_link = caller.out(out_link);
    caller.guard(|| {
        let out_link = out_link.required("out_link")?;
        let text = SecretString::new(caller.text(text, "text")?);
        out_link.give_record(&link::parse(text.expose())?);
        Ok(())
    })
}

/// Finds the secure links in a text, such as an e-mail: each once and in their order, maybe none. No network, no
/// client.
///
/// Links are read as by sendsafely_link_parse, and returned in the service's form, without what is around them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_link_find(
    text: *const c_char,
    out_links: *mut *mut sendsafely_string_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_links = caller.out(out_links);
    caller.guard(|| {
        let out_links = out_links.required("out_links")?;
        let text = SecretString::new(caller.text(text, "text")?);
        let mut links = link::find(text.expose());
        out_links.give_record(&links);
        links.zeroize();
        Ok(())
    })
}

/// Opens a package by its secure link, to receive it.
///
/// The link is read as by sendsafely_link_parse. The host is the client's, even if the link names another;
/// sendsafely_link_parse shows it.
/// SENDSAFELY_MALFORMED_LINK: not such a link. SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this
/// account.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_open_link(
    client: *mut sendsafely_client,
    link: *const c_char,
    out_package: *mut *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_package = caller.out(out_package);
    caller.guard(|| {
        let out_package = out_package.required("out_package")?;
        let link = SecretString::new(caller.text(link, "link")?);
        give(out_package, client, |client, observer| {
            Package::open_link(client, observer, link.expose())
        })
    })
}

/// Returns the secure link with the keycode in it: whoever has it opens the package. No network.
///
/// The package must be finalized, unless it is a Workspace.
/// SENDSAFELY_NOT_FINALIZED: finalize first. SENDSAFELY_KEYCODE_UNKNOWN: the package was opened with a link that has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_link(
    package: *mut sendsafely_package,
    out_text: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        let mut link = ask(package, Package::link)?;
        out_text.give_text(&link);
        link.zeroize();
        Ok(())
    })
}

/// Frees the parts of a link, and zeroes the keycode.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_link_free(link: Nullable<*mut sendsafely_link>) {
    guard_value((), || record::free(link));
}
