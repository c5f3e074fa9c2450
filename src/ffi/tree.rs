//! Whole trees.

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::path::PathBuf;
use std::ptr;

use crate::call::Observer;
use crate::error::Result;
use crate::package::Package;
use crate::package::{Action, Report, ReportItem, TreeError, UploadAllOptions};

use super::download::{existing, sendsafely_download_options, sendsafely_existing};
use super::error::sendsafely_error;
use super::guard::{Caller, Out, guard_value};
use super::options::{self, Options};
use super::package::{call_with, sendsafely_package};
use super::progress::{SENDSAFELY_SIZE_UNKNOWN, sendsafely_progress_callback};
use super::records::{self, Memory, Translate};
use super::status::{sendsafely_status, status_of};

/// What was done with a file of a tree. A later version may add some.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_action {
    /// Nothing: the item's status tells why.
    SENDSAFELY_ACTION_NONE = 0,
    /// It was uploaded.
    SENDSAFELY_ACTION_UPLOADED = 1,
    /// It was downloaded.
    SENDSAFELY_ACTION_DOWNLOADED = 2,
    /// It was left alone, because it was there already, complete and of the declared size, or of any if that is not known.
    SENDSAFELY_ACTION_SKIPPED = 3,
    /// It is a symbolic link, a pipe or the like, or the temporary file of a download, and was not sent; no failure of
    /// the call.
    SENDSAFELY_ACTION_IGNORED = 4,
}

/// What became of one file of a tree: part of a report.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_report_item {
    /// Its path in the tree, as the sender names it, with / between directories. Not safe as a path on this machine.
    pub path: *const c_char,
    /// Where it is on this machine; NULL if it has no place here.
    pub local_path: *const c_char,
    /// Its id; NULL if it has none.
    pub file_id: *const c_char,
    /// Bytes of the file: of one that was downloaded, as they were received.
    pub size: u64,
    /// A sendsafely_status: SENDSAFELY_OK, or why nothing was done.
    pub status: i32,
    /// What was done: a sendsafely_action.
    pub action: i32,
    /// What happened, in words; NULL for SENDSAFELY_OK.
    pub message: *const c_char,
    /// 1 if its name on this machine is not the sender's, which was not safe or was taken by another file.
    pub renamed: i32,
    /// Bytes of the file as its sender declared them, not always rightly; SENDSAFELY_SIZE_UNKNOWN if that is not known.
    pub declared_size: u64,
}

impl Translate for ReportItem {
    type Record = sendsafely_report_item;
    fn translate(&self, memory: &mut Memory) -> sendsafely_report_item {
        use sendsafely_action::*;
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
            } as i32,
            message: memory.optional_text(error.map(|error| error.message())),
            renamed: self.renamed.into(),
            declared_size: self.declared_size.unwrap_or(SENDSAFELY_SIZE_UNKNOWN),
        }
    }
}

/// What became of every file of a tree: a record, to be freed with sendsafely_report_free.
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

/// Options of sendsafely_package_upload_all.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_upload_all_options {
    /// Set by sendsafely_upload_all_options_init.
    pub struct_size: usize,
    /// Directory of a Workspace into which everything goes. NULL, the default: its root directory.
    pub directory_id: *const c_char,
    /// What to do with files that are there already: a sendsafely_existing. SENDSAFELY_EXISTING_SKIP, the default,
    /// leaves those alone that are complete and of the same size; SENDSAFELY_EXISTING_OVERWRITE makes a new version of
    /// each, in a Workspace; SENDSAFELY_EXISTING_REFUSE answers SENDSAFELY_FILE_EXISTS before anything is changed.
    pub existing: i32,
    /// Progress of this call, of all files together; see "Progress and stopping". NULL, the default: the client's
    /// callback.
    pub on_progress: sendsafely_progress_callback,
    /// Handed to on_progress.
    pub user_data: *mut c_void,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_upload_all_options {
    const NAME: &'static str = "sendsafely_upload_all_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            directory_id: ptr::null(),
            existing: sendsafely_existing::SENDSAFELY_EXISTING_SKIP as i32,
            on_progress: None,
            user_data: ptr::null_mut(),
        }
    }
}

/// Makes a call that has a report to give, also when it fails.
fn report(
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

/// Fills options of sendsafely_package_upload_all with their defaults. size is sizeof *options.
///
/// Returns SENDSAFELY_NULL_ARGUMENT or SENDSAFELY_INVALID_ARGUMENT when it cannot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_upload_all_options_init(
    options: *mut sendsafely_upload_all_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Uploads all files that are in a local directory and, into a Workspace, its directories with what is in them.
///
/// Directories that are missing are made. Symbolic links and whatever else is no regular file are not followed; they
/// are in the report. options may be NULL. Several files are under way at once.
/// One file that fails does not end the others: at the end the call answers with the first failure and says how many
/// there were. A stop, a network that is down, or a refusal of the account ends the call. Call again to go on:
/// what is there and complete is skipped. A file that a killed upload of this user and machine is known to have left
/// incomplete is removed and sent again; beside any other incomplete file, which somebody may be uploading, a further
/// version is sent.
/// out_report may be NULL; else free it with sendsafely_report_free. Unlike other outputs IT IS GIVEN ON FAILURE TOO,
/// as soon as the arguments are right, empty if nothing was begun; where the whole call was refused, its status stands
/// at every file that had not its turn. SENDSAFELY_ONLY_IN_WORKSPACE: there are directories in it, and the package is
/// no Workspace; nothing was sent. SENDSAFELY_DIRECTORY_NOT_FOUND: no such local directory. SENDSAFELY_REFUSED: the
/// service does not know directory_id. Everything else as for sendsafely_package_upload_file.
/// SendSafely Client API: directories (protocol 6.8), create file id, upload parts (protocol 4.2 to 4.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_all(
    package: *mut sendsafely_package,
    directory: *const c_char,
    options: *const sendsafely_upload_all_options,
    out_report: *mut *mut sendsafely_report,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_report = caller.out(out_report);
    caller.guard(|| {
        let directory = PathBuf::from(caller.text(directory, "directory")?);
        let options = caller.options(options)?;
        let for_core = UploadAllOptions {
            directory_id: caller.optional_text(options.directory_id, "directory_id")?,
            existing: existing(options.existing)?,
        };
        let callback = (options.on_progress, options.user_data);
        report(package, callback, out_report, |package, observer| {
            package.upload_all(observer, &directory, &for_core)
        })
    })
}

/// Downloads everything into an existing local directory: all files of a package, or a Workspace with its directories,
/// or with directory_id one of these with what is in it.
///
/// The sender's names are made safe and, where two would be the same, told apart; the report has both. A symbolic link
/// in place of a directory is not followed. options may be NULL. Of existing, SENDSAFELY_EXISTING_REFUSE, the default,
/// answers SENDSAFELY_FILE_EXISTS before the first byte if one target exists; SENDSAFELY_EXISTING_SKIP leaves files of
/// the declared size alone and fails for others, also for one that is whole but whose sender declared a wrong size.
/// Failures and the report as for sendsafely_package_upload_all; call again with SENDSAFELY_EXISTING_SKIP to go on.
/// SENDSAFELY_DIRECTORY_NOT_FOUND: create the local directory first. Everything else as for
/// sendsafely_package_download_file.
/// SendSafely Client API: directories (protocol 6.8), download URLs, fetching and decrypting (protocol 5.3, 5.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_download_all(
    package: *mut sendsafely_package,
    directory: *const c_char,
    options: *const sendsafely_download_options,
    out_report: *mut *mut sendsafely_report,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_report = caller.out(out_report);
    caller.guard(|| {
        let directory = PathBuf::from(caller.text(directory, "directory")?);
        let options = caller.options(options)?;
        let for_core = options.for_core(caller)?;
        let callback = (options.on_progress, options.user_data);
        report(package, callback, out_report, |package, observer| {
            package.download_all(observer, &directory, &for_core)
        })
    })
}

/// Frees a report with the items in it. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_report_free(report: *mut sendsafely_report) {
    guard_value((), || records::free(report));
}
