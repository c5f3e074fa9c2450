//! Reports of directory trees.

use std::ffi::{c_char, c_void};

use crate::call::Observer;
use crate::error::Result;
use crate::package::Package;
use crate::package::{Action, Reason, Report, ReportItem, TreeError};

use super::package::{call_with, sendsafely_package};
use super::progress::sendsafely_progress_callback;
use super::status::status_of;
use super::support::guard::guard_value;
use super::support::marks::{Nullable, number};
use super::support::memory::{Memory, Translate};
use super::support::output::Out;
use super::support::record;
use super::types::{SENDSAFELY_SIZE_UNKNOWN, sendsafely_bool, sendsafely_optional_size};

/// What a call did with a file of a tree. A later version may add actions.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_action {
    /// Nothing: see the item's status.
    SENDSAFELY_ACTION_NONE = 0,
    /// The call uploaded it.
    SENDSAFELY_ACTION_UPLOADED = 1,
    /// The call downloaded it.
    SENDSAFELY_ACTION_DOWNLOADED = 2,
    /// The call kept what was there already: complete, and of the declared size if that is known, or of the same
    /// content.
    SENDSAFELY_ACTION_SKIPPED = 3,
    /// The call did not send it, which is no failure: it is a symbolic link, a pipe or the like, or the temporary file
    /// of a download. A sync also leaves a file alone that another program is writing, and a download one that is not
    /// complete beside a complete one of the same name.
    SENDSAFELY_ACTION_IGNORED = 4,
    /// A sync deleted it on this machine, because it was deleted in the Workspace.
    SENDSAFELY_ACTION_DELETED_HERE = 5,
    /// A sync deleted it in the Workspace, because it was deleted on this machine.
    SENDSAFELY_ACTION_DELETED_THERE = 6,
    /// It had changed on both sides. A sync kept both contents: the newer one under the name, the other one under the
    /// marked name that local_path ends with.
    SENDSAFELY_ACTION_KEPT_BOTH = 7,
    /// After a dry run of a sync: both sides have a file of this size, and no sync has seen them equal. The sync would
    /// download it to compare the contents, and keep both if they differ.
    SENDSAFELY_ACTION_COMPARED = 8,
}

/// Why a call transferred a file of a tree, or how a target differs that it kept. A later version may add reasons.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_reason {
    /// For none: the target is the same, or the call did not come to compare them.
    SENDSAFELY_REASON_NONE = 0,
    /// There was no such file.
    SENDSAFELY_REASON_NEW = 1,
    /// The sizes differ.
    SENDSAFELY_REASON_SIZE = 2,
    /// The source is newer.
    SENDSAFELY_REASON_TIME = 3,
    /// The content differs.
    SENDSAFELY_REASON_CONTENT = 4,
    /// The file on the service is not complete.
    SENDSAFELY_REASON_INCOMPLETE = 5,
    /// The options ask for all files.
    SENDSAFELY_REASON_OVERWRITE = 6,
}

/// The outcome for one file of a tree.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_report_item {
    /// Its path in the tree with the sender's names, / between directories. Not safe as a path on this machine.
    pub path: *const c_char,
    /// Its path on this machine, if it has one.
    pub local_path: Nullable<*const c_char>,
    /// Its id, if it has one.
    pub file_id: Nullable<*const c_char>,
    /// Bytes of the file; after a download, the bytes received.
    pub size: u64,
    /// SENDSAFELY_OK, or why the call did nothing with it.
    pub status: number::sendsafely_status,
    /// What the call did with it.
    pub action: number::sendsafely_action,
    /// The error in words, if the status is not SENDSAFELY_OK.
    pub message: Nullable<*const c_char>,
    /// Whether it has another name on this machine than on the service: that one is not safe or belongs to another file
    /// here, or the same file was here already under this one.
    pub renamed: sendsafely_bool,
    /// Size that the sender declared, if any; often wrong.
    pub declared_size: sendsafely_optional_size,
    /// Why the call transferred it, or how the target differs that it kept.
    pub reason: number::sendsafely_reason,
}

impl Translate for ReportItem {
    type Record = sendsafely_report_item;
    fn translate(&self, memory: &mut Memory) -> sendsafely_report_item {
        use sendsafely_action::*;
        use sendsafely_reason::*;
        let local_path = self.local_path.as_ref().map(|path| path.to_string_lossy());
        let error = self.error.as_ref();
        sendsafely_report_item {
            path: memory.text(&self.path),
            local_path: memory.optional_text(local_path.as_deref()),
            file_id: memory.optional_text(self.file_id.as_deref()),
            size: self.size,
            status: status_of(error),
            action: match self.action {
                Action::None => SENDSAFELY_ACTION_NONE,
                Action::Uploaded => SENDSAFELY_ACTION_UPLOADED,
                Action::Downloaded => SENDSAFELY_ACTION_DOWNLOADED,
                Action::Skipped => SENDSAFELY_ACTION_SKIPPED,
                Action::Ignored => SENDSAFELY_ACTION_IGNORED,
                Action::DeletedHere => SENDSAFELY_ACTION_DELETED_HERE,
                Action::DeletedThere => SENDSAFELY_ACTION_DELETED_THERE,
                Action::KeptBoth => SENDSAFELY_ACTION_KEPT_BOTH,
                Action::Compared => SENDSAFELY_ACTION_COMPARED,
            } as i32,
            message: memory.optional_text(error.map(|error| error.message())),
            renamed: self.renamed.into(),
            declared_size: self.declared_size.unwrap_or(SENDSAFELY_SIZE_UNKNOWN),
            reason: match self.reason {
                Reason::None => SENDSAFELY_REASON_NONE,
                Reason::New => SENDSAFELY_REASON_NEW,
                Reason::Size => SENDSAFELY_REASON_SIZE,
                Reason::Time => SENDSAFELY_REASON_TIME,
                Reason::Content => SENDSAFELY_REASON_CONTENT,
                Reason::Incomplete => SENDSAFELY_REASON_INCOMPLETE,
                Reason::Overwrite => SENDSAFELY_REASON_OVERWRITE,
            } as i32,
        }
    }
}

/// The outcome for every file of a tree.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_report {
    /// How many there are.
    pub count: usize,
    /// The items, count of them, directory by directory.
    pub items: *const *const sendsafely_report_item,
}

impl Translate for Report {
    type Record = sendsafely_report;
    fn translate(&self, memory: &mut Memory) -> sendsafely_report {
        sendsafely_report {
            count: self.items.len(),
            items: memory.items(&self.items),
        }
    }
}

/// Makes a call that has a report, on failure too.
pub(super) fn report(
    package: *mut sendsafely_package,
    (on_progress, user_data): (sendsafely_progress_callback, *mut c_void),
    out_report: Out<sendsafely_report>,
    call: impl FnOnce(&Package, &mut dyn Observer) -> std::result::Result<Report, Box<TreeError>>,
) -> Result<()> {
    let mut report = None;
    let result = call_with(package, on_progress, user_data, |package, observer| {
        match call(package, observer) {
            Ok(whole) => report = Some(whole),
            Err(failed) => {
                report = Some(failed.report);
                return Err(failed.error);
            }
        }
        Ok(())
    });
    if let Some(report) = report {
        out_report.give_record(&report);
    }
    result
}

/// Frees a report with the items in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_report_free(report: Nullable<*mut sendsafely_report>) {
    guard_value((), || record::free(report));
}
