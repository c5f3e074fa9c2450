//! Lists of packages (protocol 6.3).

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::error::{ErrorKind, Result};
use crate::package_list::{ListOptions, PackageList, PackageSearch};
use crate::record::{PackageStatus, PackageSummary};

use super::client::{ClientObject, sendsafely_client};
use super::error::sendsafely_error;
use super::information::{state, status_of_state};
use super::recipient::sendsafely_recipient;
use super::string::sendsafely_string_list;
use super::support::argument::{boolean, invalid};
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::listing::Listing;
use super::support::marks::number::sendsafely_status;
use super::support::marks::{Nullable, number};
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::{
    SENDSAFELY_TIME_UNKNOWN, or_unknown, sendsafely_bool, sendsafely_index,
    sendsafely_optional_bool, sendsafely_optional_int, sendsafely_time, time,
};

/// Which packages sendsafely_client_list_packages lists.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_package_list {
    /// Those that the user has sent.
    SENDSAFELY_PACKAGE_LIST_SENT = 0,
    /// Those that the user has received.
    SENDSAFELY_PACKAGE_LIST_RECEIVED = 1,
    /// Those of the user that have expired or were deleted.
    SENDSAFELY_PACKAGE_LIST_ARCHIVED = 2,
    /// The user's Workspaces.
    SENDSAFELY_PACKAGE_LIST_WORKSPACES = 3,
}

use sendsafely_package_list::*;

/// Options of sendsafely_client_list_packages.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_list_options {
    /// Set by sendsafely_list_options_init.
    pub struct_size: usize,
    /// The row to begin with, from 0, the default.
    pub first_row: sendsafely_index,
    /// Rows to fetch with one request, 1 to 100. Default: 100.
    pub page_size: u32,
}

// SAFETY: repr(C), begins with a usize, and holds integers only.
unsafe impl Options for sendsafely_list_options {
    const NAME: &'static str = "sendsafely_list_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            first_row: 0,
            page_size: 0,
        }
    }
}

/// Options of sendsafely_client_search_packages.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_search_options {
    /// Set by sendsafely_search_options_init.
    pub struct_size: usize,
    /// The row to begin with, from 0, the default.
    pub first_row: sendsafely_index,
    /// Rows to fetch with one request, 1 to 100. Default: 100.
    pub page_size: u32,
    /// Whether to look at all packages of the organization, for its administrators. Default: only at the user's own.
    pub whole_organization: sendsafely_bool,
    /// Made at this time or later; its day counts. Default: at any time.
    pub from: sendsafely_time,
    /// Made at this time or earlier; its day counts. Default: at any time.
    pub to: sendsafely_time,
    /// E-mail address of the sender. Default: any.
    pub sender: Nullable<*const c_char>,
    /// E-mail address of a recipient. Default: any.
    pub recipient: Nullable<*const c_char>,
    /// Name of a file. Default: any.
    pub file_name: Nullable<*const c_char>,
    /// Only packages of this class. Default: any.
    pub status: number::sendsafely_package_status,
}

// SAFETY: repr(C), begins with a usize, and holds integers and pointers only.
unsafe impl Options for sendsafely_search_options {
    const NAME: &'static str = "sendsafely_search_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            first_row: 0,
            page_size: 0,
            whole_organization: 0,
            from: SENDSAFELY_TIME_UNKNOWN,
            to: SENDSAFELY_TIME_UNKNOWN,
            sender: ptr::null(),
            recipient: ptr::null(),
            file_name: ptr::null(),
            status: 0,
        }
    }
}

fn rows(first_row: u64, page_size: u32) -> ListOptions {
    ListOptions {
        first_row,
        page_size: (page_size != 0).then_some(page_size),
    }
}

impl sendsafely_search_options {
    fn search(&self, caller: Caller) -> Result<PackageSearch> {
        let known = |time: i64| (time != SENDSAFELY_TIME_UNKNOWN).then_some(time);
        Ok(PackageSearch {
            whole_organization: boolean(self.whole_organization, "whole_organization")?,
            from: known(self.from),
            to: known(self.to),
            sender: caller.optional_text(self.sender, "sender")?,
            recipient: caller.optional_text(self.recipient, "recipient")?,
            file_name: caller.optional_text(self.file_name, "file_name")?,
            status: match self.status {
                0 => None,
                1 => Some(PackageStatus::Active),
                2 => Some(PackageStatus::Expired),
                3 => Some(PackageStatus::Archived),
                other => {
                    return Err(invalid(format!(
                        "status is {other}; see sendsafely_package_status"
                    )));
                }
            },
        })
    }
}

/// A package as a list shows it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_package_summary {
    /// The package id, such as "GVG2-MNZT".
    pub package_id: *const c_char,
    /// The package code, as in the secure link.
    pub package_code: Nullable<*const c_char>,
    /// Id of the package that this one replies to, if it is a reply.
    pub parent_id: Nullable<*const c_char>,
    /// E-mail address of the sender.
    pub sender: Nullable<*const c_char>,
    /// The service's id of the sender.
    pub sender_id: Nullable<*const c_char>,
    /// When it last changed.
    pub updated: sendsafely_time,
    /// When it last changed, as the service writes it.
    pub updated_text: Nullable<*const c_char>,
    /// The state.
    pub state: number::sendsafely_package_state,
    /// The class of the state.
    pub status: number::sendsafely_package_status,
    /// The state in the service's words, such as "Active - Waiting for Pickup".
    pub state_text: Nullable<*const c_char>,
    /// Days for which it can be opened, 0 for ever.
    pub life: sendsafely_optional_int,
    /// How many recipients there are.
    pub recipient_count: sendsafely_optional_int,
    /// Name of a Workspace, or a label.
    pub label: Nullable<*const c_char>,
    /// E-mail addresses of recipients, as far as the list has them.
    pub recipients: *const sendsafely_string_list,
    /// Names of the files.
    pub file_names: *const sendsafely_string_list,
    /// Names of the contact groups.
    pub contact_groups: *const sendsafely_string_list,
    /// Whether there is a message.
    pub contains_message: sendsafely_optional_bool,
    /// Whether it is a Workspace.
    pub is_workspace: sendsafely_bool,
    /// Whether it came by a Dropzone.
    pub is_dropzone: sendsafely_bool,
    /// In the history of a recipient: this recipient with its downloads.
    pub recipient: Nullable<*const sendsafely_recipient>,
}

impl Translate for PackageSummary {
    type Record = sendsafely_package_summary;
    fn translate(&self, memory: &mut Memory) -> sendsafely_package_summary {
        let (updated, updated_text) = time(self.updated.as_ref(), memory);
        sendsafely_package_summary {
            package_id: memory.text(&self.package_id),
            package_code: memory.optional_text(self.package_code.as_deref()),
            parent_id: memory.optional_text(self.parent_id.as_deref()),
            sender: memory.optional_text(self.sender.as_deref()),
            sender_id: memory.optional_text(self.sender_id.as_deref()),
            updated,
            updated_text,
            state: state(self.state_number),
            status: status_of_state(self.state_number),
            state_text: memory.optional_text(self.state.as_deref()),
            life: or_unknown(self.life),
            recipient_count: or_unknown(self.recipient_count),
            label: memory.optional_text(self.label.as_deref()),
            recipients: memory.record(&self.recipients),
            file_names: memory.record(&self.file_names),
            contact_groups: memory.record(&self.contact_groups),
            contains_message: self.contains_message.map_or(-1, i32::from),
            is_workspace: self.is_workspace.into(),
            is_dropzone: self.is_dropzone.into(),
            recipient: memory.optional_record(self.recipient.as_ref()),
        }
    }
}

/// A list of packages that is fetched page by page. A handle that any number of threads may use at once; each package
/// is returned once.
pub struct sendsafely_package_iterator {
    _private: (),
}

type PackageIterator = Listing<PackageSummary>;

impl Handle for PackageIterator {
    type Ticket = sendsafely_package_iterator;
    const KIND: usize = 4;
    const NAME: &'static str = "package iterator";
    const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_list_options_init(
    options: *mut sendsafely_list_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_search_options_init(
    options: *mut sendsafely_search_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Begins to list packages of the user, in the service's order: newest first. No network until
/// sendsafely_package_iterator_next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_list_packages(
    client: *mut sendsafely_client,
    list: number::sendsafely_package_list,
    options: Nullable<*const sendsafely_list_options>,
    out_iterator: *mut *mut sendsafely_package_iterator,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_iterator = caller.out(out_iterator);
    caller.guard(|| {
        let out_iterator = out_iterator.required("out_iterator")?;
        let object = handle::get::<ClientObject>(client)?;
        let list = match list {
            l if l == SENDSAFELY_PACKAGE_LIST_SENT as i32 => PackageList::Sent,
            l if l == SENDSAFELY_PACKAGE_LIST_RECEIVED as i32 => PackageList::Received,
            l if l == SENDSAFELY_PACKAGE_LIST_ARCHIVED as i32 => PackageList::Archived,
            l if l == SENDSAFELY_PACKAGE_LIST_WORKSPACES as i32 => PackageList::Workspaces,
            other => {
                return Err(invalid(format!(
                    "list is {other}; see sendsafely_package_list"
                )));
            }
        };
        let options = caller.options(options)?;
        let rows = rows(options.first_row, options.page_size);
        out_iterator.give_handle(PackageIterator {
            pages: object.client.list_packages(list, rows)?,
            callbacks: object.callbacks,
        })
    })
}

/// Begins to search for packages: the user's own, or with whole_organization those of the organization. No network
/// until sendsafely_package_iterator_next, which fails with SENDSAFELY_DENIED if whole_organization is set and the user
/// is no administrator.
///
/// Without options it finds all packages of the user. An older portal without a search in pages finds at most 100
/// packages of the organization.
/// SENDSAFELY_MALFORMED_EMAIL: correct sender or recipient.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_search_packages(
    client: *mut sendsafely_client,
    options: Nullable<*const sendsafely_search_options>,
    out_iterator: *mut *mut sendsafely_package_iterator,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_iterator = caller.out(out_iterator);
    caller.guard(|| {
        let out_iterator = out_iterator.required("out_iterator")?;
        let object = handle::get::<ClientObject>(client)?;
        let options = caller.options(options)?;
        let search = options.search(caller)?;
        let rows = rows(options.first_row, options.page_size);
        out_iterator.give_handle(PackageIterator {
            pages: object.client.search_packages(&search, rows)?,
            callbacks: object.callbacks,
        })
    })
}

/// Returns the next package of a list, NULL at its end. Fetches a page if needed; after a failure the next call fetches
/// the same page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_iterator_next(
    iterator: *mut sendsafely_package_iterator,
    out_summary: *mut Nullable<*mut sendsafely_package_summary>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_summary = caller.out(out_summary);
    caller.guard(|| {
        let out_summary = out_summary.required("out_summary")?;
        let listing = handle::get::<PackageIterator>(iterator)?;
        if let Some(summary) = listing.next(iterator.addr())? {
            out_summary.give_record(&summary);
        }
        Ok(())
    })
}

/// Frees an iterator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_iterator_free(
    iterator: Nullable<*mut sendsafely_package_iterator>,
) {
    guard_value((), || handle::free::<PackageIterator>(iterator));
}

/// Frees a package of a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_summary_free(
    summary: Nullable<*mut sendsafely_package_summary>,
) {
    guard_value((), || record::free(summary));
}
