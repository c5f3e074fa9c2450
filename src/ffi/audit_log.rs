//! Audit log of the organization (protocol 6.11).

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::audit_log::AuditLogFilter;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditLogEntry;

use super::client::{ClientObject, call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::listing::Listing;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::{sendsafely_index, sendsafely_time, time};

/// Options of sendsafely_client_list_audit_log and sendsafely_client_get_audit_log. Default of each text: any.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_audit_log_options {
    /// Set by sendsafely_audit_log_options_init.
    pub struct_size: usize,
    /// Kind of event: "PACKAGE_EVENT", "ADMIN_EVENT", "USER_EVENT", or another that the service knows.
    pub event_type: Nullable<*const c_char>,
    /// IP address of who did it.
    pub ip_address: Nullable<*const c_char>,
    /// E-mail address of who did it.
    pub authenticated_user: Nullable<*const c_char>,
    /// E-mail address of the one in whose name it was done.
    pub impersonated_user: Nullable<*const c_char>,
    /// E-mail address of the owner of the package.
    pub package_owner: Nullable<*const c_char>,
    /// Earliest time, in UTC: "2026-01-31" or "2026-01-31 13:45:00". The service looks 90 days back.
    pub min_timestamp: Nullable<*const c_char>,
    /// Latest time, in the same forms.
    pub max_timestamp: Nullable<*const c_char>,
    /// The row to begin with, from 0, the default.
    pub first_row: sendsafely_index,
    /// Rows to fetch with one request, 1 to 100. Default: 100.
    pub page_size: u32,
}

// SAFETY: repr(C), begins with a usize, and holds integers and pointers only.
unsafe impl Options for sendsafely_audit_log_options {
    const NAME: &'static str = "sendsafely_audit_log_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            event_type: ptr::null(),
            ip_address: ptr::null(),
            authenticated_user: ptr::null(),
            impersonated_user: ptr::null(),
            package_owner: ptr::null(),
            min_timestamp: ptr::null(),
            max_timestamp: ptr::null(),
            first_row: 0,
            page_size: 0,
        }
    }
}

impl sendsafely_audit_log_options {
    fn filter(&self, caller: Caller) -> Result<AuditLogFilter> {
        let text = |pointer, name: &str| {
            Ok::<_, Error>(caller.optional_text(pointer, name)?.unwrap_or_default())
        };
        Ok(AuditLogFilter {
            event_type: text(self.event_type, "event_type")?,
            ip_address: text(self.ip_address, "ip_address")?,
            authenticated_user: text(self.authenticated_user, "authenticated_user")?,
            impersonated_user: text(self.impersonated_user, "impersonated_user")?,
            package_owner: text(self.package_owner, "package_owner")?,
            min_timestamp: text(self.min_timestamp, "min_timestamp")?,
            max_timestamp: text(self.max_timestamp, "max_timestamp")?,
            first_row: self.first_row,
            page_size: self.page_size,
        })
    }
}

/// An event in the audit log of an organization.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_audit_log_entry {
    /// Id of the event.
    pub event_id: *const c_char,
    /// When it was done.
    pub time: sendsafely_time,
    /// When it was done, as the service writes it.
    pub time_text: Nullable<*const c_char>,
    /// Kind of event, in the service's word for it, such as "PACKAGE_EVENT".
    pub event_type: Nullable<*const c_char>,
    /// What was done, in the service's word for it.
    pub action: Nullable<*const c_char>,
    /// IP address of who did it.
    pub ip_address: Nullable<*const c_char>,
    /// Who did it: an e-mail address, or words such as "Anonymous Recipient".
    pub authenticated_user: Nullable<*const c_char>,
    /// E-mail address of the one in whose name it was done, if in somebody else's.
    pub impersonated_user: Nullable<*const c_char>,
    /// More about it as JSON text, different for each action.
    pub details: Nullable<*const c_char>,
}

impl Translate for AuditLogEntry {
    type Record = sendsafely_audit_log_entry;
    fn translate(&self, memory: &mut Memory) -> sendsafely_audit_log_entry {
        let (seconds, time_text) = time(self.time.as_ref(), memory);
        sendsafely_audit_log_entry {
            event_id: memory.text(&self.event_id),
            time: seconds,
            time_text,
            event_type: memory.optional_text(self.event_type.as_deref()),
            action: memory.optional_text(self.action.as_deref()),
            ip_address: memory.optional_text(self.ip_address.as_deref()),
            authenticated_user: memory.optional_text(self.authenticated_user.as_deref()),
            impersonated_user: memory.optional_text(self.impersonated_user.as_deref()),
            details: memory.optional_text(self.details.as_deref()),
        }
    }
}

/// An audit log that is fetched page by page. A handle that any number of threads may use at once; each entry is
/// returned once.
pub struct sendsafely_audit_log_iterator {
    _private: (),
}

type AuditLogIterator = Listing<AuditLogEntry>;

impl Handle for AuditLogIterator {
    type Ticket = sendsafely_audit_log_iterator;
    const KIND: usize = 6;
    const NAME: &'static str = "audit log iterator";
    const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_audit_log_options_init(
    options: *mut sendsafely_audit_log_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Begins to list the organization's audit log. No network until sendsafely_audit_log_iterator_next, which fails with
/// SENDSAFELY_DENIED if the user is no administrator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_list_audit_log(
    client: *mut sendsafely_client,
    options: Nullable<*const sendsafely_audit_log_options>,
    out_iterator: *mut *mut sendsafely_audit_log_iterator,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_iterator = caller.out(out_iterator);
    caller.guard(|| {
        let out_iterator = out_iterator.required("out_iterator")?;
        let object = handle::get::<ClientObject>(client)?;
        let filter = caller.options(options)?.filter(caller)?;
        out_iterator.give_handle(AuditLogIterator {
            pages: object.client.list_audit_log(&filter)?,
            callbacks: object.callbacks,
        })
    })
}

/// Returns the next entry of the log, NULL at its end. Fetches a page if needed; after a failure the next call fetches
/// the same page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_audit_log_iterator_next(
    iterator: *mut sendsafely_audit_log_iterator,
    out_entry: *mut Nullable<*mut sendsafely_audit_log_entry>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_entry = caller.out(out_entry);
    caller.guard(|| {
        let out_entry = out_entry.required("out_entry")?;
        let listing = handle::get::<AuditLogIterator>(iterator)?;
        if let Some(entry) = listing.next(iterator.addr())? {
            out_entry.give_record(&entry);
        }
        Ok(())
    })
}

/// Frees an iterator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_audit_log_iterator_free(
    iterator: Nullable<*mut sendsafely_audit_log_iterator>,
) {
    guard_value((), || handle::free::<AuditLogIterator>(iterator));
}

/// Frees an entry of an audit log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_audit_log_entry_free(
    entry: Nullable<*mut sendsafely_audit_log_entry>,
) {
    guard_value((), || record::free(entry));
}

/// Fetches a page of the organization's audit log, for its administrators, as JSON text in the service's own form;
/// sendsafely_client_list_audit_log returns records.
///
/// SENDSAFELY_DENIED: not for this account.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_audit_log(
    client: *mut sendsafely_client,
    options: Nullable<*const sendsafely_audit_log_options>,
    out_json: *mut *mut c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_json = caller.out(out_json);
    caller.guard(|| {
        let out_json = out_json.required("out_json")?;
        let options = caller.options(options)?;
        let filter = options.filter(caller)?;
        let json = call(client, |client, observer| {
            client.audit_log(observer, &filter)
        })?;
        out_json.give_text(&json);
        Ok(())
    })
}
