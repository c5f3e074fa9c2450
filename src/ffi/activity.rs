//! Activity log of a Workspace (protocol 6.11).

use std::ffi::c_char;

use crate::error::ErrorKind;
use crate::record::ActivityEntry;

use super::error::sendsafely_error;
use super::package::{begin, sendsafely_package};
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::listing::Listing;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::{sendsafely_time, time};

/// An event in a Workspace.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_activity_entry {
    /// Id of the entry.
    pub activity_log_id: *const c_char,
    /// When it was done.
    pub time: sendsafely_time,
    /// When it was done, as the service writes it.
    pub time_text: Nullable<*const c_char>,
    /// When it was done, as the service writes it for people.
    pub time_for_people: Nullable<*const c_char>,
    /// IP address of who did it.
    pub ip_address: Nullable<*const c_char>,
    /// Id of the package.
    pub package_id: Nullable<*const c_char>,
    /// Id of the file, directory or recipient in question.
    pub target_id: Nullable<*const c_char>,
    /// What was done, in the service's word for it.
    pub action: Nullable<*const c_char>,
    /// What was done, in a sentence.
    pub action_description: Nullable<*const c_char>,
    /// E-mail address of who did it.
    pub user_email: Nullable<*const c_char>,
    /// Id of who did it.
    pub user_id: Nullable<*const c_char>,
}

impl Translate for ActivityEntry {
    type Record = sendsafely_activity_entry;
    fn translate(&self, memory: &mut Memory) -> sendsafely_activity_entry {
        let (seconds, time_text) = time(self.time.as_ref(), memory);
        sendsafely_activity_entry {
            activity_log_id: memory.text(&self.activity_log_id),
            time: seconds,
            time_text,
            time_for_people: memory.optional_text(self.time_for_people.as_deref()),
            ip_address: memory.optional_text(self.ip_address.as_deref()),
            package_id: memory.optional_text(self.package_id.as_deref()),
            target_id: memory.optional_text(self.target_id.as_deref()),
            action: memory.optional_text(self.action.as_deref()),
            action_description: memory.optional_text(self.action_description.as_deref()),
            user_email: memory.optional_text(self.user_email.as_deref()),
            user_id: memory.optional_text(self.user_id.as_deref()),
        }
    }
}

/// An activity log that is fetched page by page. A handle that any number of threads may use at once; each entry is
/// returned once.
pub struct sendsafely_activity_iterator {
    _private: (),
}

type ActivityIterator = Listing<ActivityEntry>;

impl Handle for ActivityIterator {
    type Ticket = sendsafely_activity_iterator;
    const KIND: usize = 5;
    const NAME: &'static str = "activity iterator";
    const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
}

/// Begins to list the activity log of a Workspace. No network until sendsafely_activity_iterator_next, which fails with
/// SENDSAFELY_DENIED unless the account is the Workspace's owner, a manager, or an administrator.
///
/// SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no such log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_list_activity(
    package: *mut sendsafely_package,
    out_iterator: *mut *mut sendsafely_activity_iterator,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_iterator = caller.out(out_iterator);
    caller.guard(|| {
        let out_iterator = out_iterator.required("out_iterator")?;
        let (pages, callbacks) = begin(package, |package| package.list_activity())?;
        out_iterator.give_handle(ActivityIterator { pages, callbacks })
    })
}

/// Returns the next entry of the log, NULL at its end. Fetches a page if needed; after a failure the next call fetches
/// the same page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_activity_iterator_next(
    iterator: *mut sendsafely_activity_iterator,
    out_entry: *mut Nullable<*mut sendsafely_activity_entry>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_entry = caller.out(out_entry);
    caller.guard(|| {
        let out_entry = out_entry.required("out_entry")?;
        let listing = handle::get::<ActivityIterator>(iterator)?;
        if let Some(entry) = listing.next(iterator.addr())? {
            out_entry.give_record(&entry);
        }
        Ok(())
    })
}

/// Frees an iterator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_activity_iterator_free(
    iterator: Nullable<*mut sendsafely_activity_iterator>,
) {
    guard_value((), || handle::free::<ActivityIterator>(iterator));
}

/// Frees an entry of an activity log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_activity_entry_free(
    entry: Nullable<*mut sendsafely_activity_entry>,
) {
    guard_value((), || record::free(entry));
}
