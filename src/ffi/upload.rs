//! Uploads (protocol 4).

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::path::PathBuf;
use std::ptr;

use crate::error::{Error, ErrorKind, Result};
use crate::package::UploadAllOptions;
use crate::package::{Source, UploadOptions};

use super::error::sendsafely_error;
use super::file::{compare, existing, sendsafely_compare, sendsafely_existing, sendsafely_file};
use super::package::{ask, call_with, sendsafely_package};
use super::progress::{sendsafely_progress_callback, sendsafely_read_callback};
use super::report::{report, sendsafely_report};
use super::support::argument::{boolean, invalid, null};
use super::support::caller::Caller;
use super::support::handle::call_back;
use super::support::marks::number::sendsafely_status;
use super::support::marks::{Nullable, number};
use super::support::options::{self, Options};
use super::support::output::Out;
use super::types::{SENDSAFELY_SIZE_UNKNOWN, sendsafely_bool, sendsafely_optional_size};

/// Options of the three upload calls.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_upload_options {
    /// Set by sendsafely_upload_options_init.
    pub struct_size: usize,
    /// Name for the recipients. Default: that of the path. Only for sendsafely_package_upload_file; the other calls
    /// have it as a parameter of its own.
    pub file_name: Nullable<*const c_char>,
    /// Directory of a Workspace. Default: its root directory.
    pub directory_id: Nullable<*const c_char>,
    /// Progress of this call; see "Progress and stopping". Default: the client's callback.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
    /// Whether to replace characters that a file name may not have, such as a colon, by _ instead of failing with
    /// SENDSAFELY_MALFORMED_FILE_NAME. Default: no.
    pub replace_characters: sendsafely_bool,
    /// Whether to send a file to which another program appends meanwhile as long as it is at the start, instead of
    /// failing with SENDSAFELY_FILE_CHANGED. Only for a path. Then nothing notices if what was there is overwritten.
    /// Default: no.
    pub allow_growth: sendsafely_bool,
    /// A file on this machine in which the upload notes what it has sent; only for a path. If the upload fails, is
    /// stopped or is killed, what it sent stays in the package, and the same call goes on from there, in another
    /// process too: parts that are stored are only read and compared. If size or time of the source have changed since,
    /// the upload begins anew. The file is private and small, and has neither content nor keys nor names. It is created
    /// if it is missing, and removed when nothing is left to go on with.
    /// SENDSAFELY_BUSY: another transfer uses it. SENDSAFELY_INVALID_ARGUMENT: it is no such file, and was not changed.
    /// Default: none, and a failed upload deletes what it sent.
    pub resume_file: Nullable<*const c_char>,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_upload_options {
    const NAME: &'static str = "sendsafely_upload_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            file_name: ptr::null(),
            directory_id: ptr::null(),
            on_progress: None,
            user_data: ptr::null_mut(),
            replace_characters: 0,
            allow_growth: 0,
            resume_file: ptr::null(),
        }
    }
}

/// Options of sendsafely_package_upload_all.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_upload_all_options {
    /// Set by sendsafely_upload_all_options_init.
    pub struct_size: usize,
    /// Directory of a Workspace into which everything goes. Default: its root directory.
    pub directory_id: Nullable<*const c_char>,
    /// What to do with files that are on the package already. SENDSAFELY_EXISTING_SKIP, the default, keeps those that
    /// are complete and the same, by their size unless compare says otherwise; SENDSAFELY_EXISTING_OVERWRITE sends a
    /// new version of each, in a Workspace; SENDSAFELY_EXISTING_REFUSE fails with SENDSAFELY_FILE_EXISTS before
    /// anything is changed.
    pub existing: number::sendsafely_existing,
    /// Progress of this call, of all files together; see "Progress and stopping". Default: the client's callback.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
    /// Whether to replace characters that the name of a file or directory may not have, such as a colon, by _ instead
    /// of failing with SENDSAFELY_MALFORMED_FILE_NAME. If two names would become the same, the second one gets a
    /// number. Default: no.
    pub replace_characters: sendsafely_bool,
    /// As in sendsafely_upload_options. Default: no.
    pub allow_growth: sendsafely_bool,
    /// How a file that is on the package already is compared: the call does not send what is the same. With
    /// SENDSAFELY_COMPARE_SIZE, the default, SENDSAFELY_EXISTING_OVERWRITE sends all files.
    pub compare: number::sendsafely_compare,
    /// As in sendsafely_upload_options: one file for all files of the directory, outside of it. The same call does not
    /// send again what it has completed before, whatever existing is, unless the local file has changed since. Default:
    /// none.
    pub resume_file: Nullable<*const c_char>,
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
            replace_characters: 0,
            allow_growth: 0,
            compare: sendsafely_compare::SENDSAFELY_COMPARE_SIZE as i32,
            resume_file: ptr::null(),
        }
    }
}

/// Uploads from any source: the common part of the three calls.
fn upload(
    caller: Caller,
    package: *mut sendsafely_package,
    source: Source<'_>,
    options: *const sendsafely_upload_options,
    out_file: Out<sendsafely_file>,
) -> Result<()> {
    let options = caller.options(options)?;
    let for_core = UploadOptions {
        file_name: caller.optional_text(options.file_name, "file_name")?,
        directory_id: caller.optional_text(options.directory_id, "directory_id")?,
        replace_characters: boolean(options.replace_characters, "replace_characters")?,
        allow_growth: boolean(options.allow_growth, "allow_growth")?,
        resume_file: caller
            .optional_text(options.resume_file, "resume_file")?
            .map(PathBuf::from),
    };
    if for_core.file_name.is_some() && !matches!(source, Source::Path(_)) {
        return Err(invalid(
            "file_name is given twice, as a parameter and in the options",
        ));
    }
    let file = call_with(
        package,
        options.on_progress,
        options.user_data,
        |package, observer| package.upload(observer, source, &for_core),
    )?;
    out_file.give_record(&file);
    Ok(())
}

/// Returns how many uploads into a package run at the moment, on any thread: sendsafely_package_finalize needs 0. No
/// network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_running_uploads(
    package: *mut sendsafely_package,
    out_count: *mut usize,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_count = caller.out_number(out_count);
    caller.guard(|| {
        let count = ask(package, |package| Ok(package.running_uploads()))?;
        out_count.give(count, "out_count")
    })
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_upload_options_init(
    options: *mut sendsafely_upload_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_upload_all_options_init(
    options: *mut sendsafely_upload_all_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Uploads a file, encrypted on this machine in parts.
///
/// The package must not be finalized, unless it is a Workspace. Several threads may upload into it at once. A failed or
/// stopped upload deletes what it sent; a file that is complete nevertheless stays in a Workspace, as the current
/// version, and so does one that the service may complete yet.
/// A file whose size is not that of its content, as under /proc, is sent like a callback of unknown size.
/// SENDSAFELY_FILE_NOT_FOUND, SENDSAFELY_NOT_A_FILE, SENDSAFELY_ACCESS_DENIED: check the path. SENDSAFELY_FILE_CHANGED:
/// something wrote to it meanwhile; upload again, or see allow_growth. SENDSAFELY_FILE_TOO_LARGE: it has more than
/// 107,374,182,400 bytes. SENDSAFELY_TOO_MANY_FILES: with one more, the service could not list the package or
/// directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_file(
    package: *mut sendsafely_package,
    path: *const c_char,
    options: Nullable<*const sendsafely_upload_options>,
    out_file: Nullable<*mut *mut sendsafely_file>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_file = caller.out(out_file);
    caller.guard(|| {
        let path = PathBuf::from(caller.text(path, "path")?);
        upload(caller, package, Source::Path(path), options, out_file)
    })
}

/// Uploads size bytes at data as a file. They must not change until the call returns.
///
/// Everything else as for sendsafely_package_upload_file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_memory(
    package: *mut sendsafely_package,
    file_name: *const c_char,
    data: Nullable<*const u8>,
    size: usize,
    options: Nullable<*const sendsafely_upload_options>,
    out_file: Nullable<*mut *mut sendsafely_file>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_file = caller.out(out_file);
    caller.guard(|| {
        let name = caller.text(file_name, "file_name")?;
        let data = caller.bytes(data, size, "data")?;
        upload(
            caller,
            package,
            Source::Memory { name, data },
            options,
            out_file,
        )
    })
}

/// Uploads what a read callback returns as a file: from a pipe, an archive, a file whose name is not UTF-8.
///
/// size is the number of bytes to come, after which the callback is not called again. If it is SENDSAFELY_SIZE_UNKNOWN,
/// the library first encrypts everything, into a temporary file if it is more than 50 kB, because the service needs the
/// size before the first part.
/// SENDSAFELY_READ_FAILED: the callback returned a negative number. SENDSAFELY_SIZE_MISMATCH: it ended before size
/// bytes. Everything else as for sendsafely_package_upload_file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_callback(
    package: *mut sendsafely_package,
    file_name: *const c_char,
    read: sendsafely_read_callback,
    read_user_data: Nullable<*mut c_void>,
    size: sendsafely_optional_size,
    options: Nullable<*const sendsafely_upload_options>,
    out_file: Nullable<*mut *mut sendsafely_file>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_file = caller.out(out_file);
    caller.guard(|| {
        let name = caller.text(file_name, "file_name")?;
        let read = read.ok_or_else(|| null("read"))?;
        let mut reader = |buffer: &mut [u8]| -> Result<usize> {
            // SAFETY: a function of the program, called as its type says.
            let returned = call_back(package.addr(), || unsafe {
                read(read_user_data, buffer.as_mut_ptr(), buffer.len())
            });
            match usize::try_from(returned) {
                Ok(count) if count <= buffer.len() => Ok(count),
                Ok(count) => Err(invalid(format!(
                    "the read callback returned {count}, more than the {} bytes of its buffer",
                    buffer.len()
                ))),
                Err(_) => Err(Error::new(
                    ErrorKind::ReadFailed,
                    format!("the read callback failed with {returned}"),
                )),
            }
        };
        let size = (size != SENDSAFELY_SIZE_UNKNOWN).then_some(size);
        upload(
            caller,
            package,
            Source::Reader {
                name,
                size,
                reader: &mut reader,
            },
            options,
            out_file,
        )
    })
}

/// Uploads all files in a local directory; into a Workspace also its directories with everything in them.
///
/// A file that is there under a name which a download made safe, or which differs in Unicode's form (NFC, NFD), is the
/// same; so is one whose name differs in case if the local file system takes both for one, and with replace_characters
/// one under the name with _ in place of those characters. A new version has the name that is there.
/// It creates missing directories of the Workspace, uploads several files at once, and does not follow symbolic links:
/// they and whatever else is no regular file are only in the report.
/// If a file fails, the others go on; at the end the call fails with the first failure and the number of all. A stop, a
/// network that is down, or a refusal of the account ends the call. Call again to go on: complete files are skipped. An
/// incomplete file that a killed upload of this user and machine has left is removed and sent again; beside any other
/// incomplete file, which somebody may be uploading, a new version is sent.
/// OUT_REPORT IS SET ON FAILURE TOO, unless an argument is wrong. It is empty if nothing was begun; if the whole call
/// was refused, each file that was not tried has that status.
/// SENDSAFELY_ONLY_IN_WORKSPACE: there are directories in it, and the package is no Workspace; nothing was sent.
/// SENDSAFELY_DIRECTORY_NOT_FOUND: no such local directory. SENDSAFELY_REFUSED: the service does not know directory_id.
/// Everything else as for sendsafely_package_upload_file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_all(
    package: *mut sendsafely_package,
    directory: *const c_char,
    options: Nullable<*const sendsafely_upload_all_options>,
    out_report: Nullable<*mut *mut sendsafely_report>,
    error: Nullable<*mut *mut sendsafely_error>,
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
            replace_characters: boolean(options.replace_characters, "replace_characters")?,
            allow_growth: boolean(options.allow_growth, "allow_growth")?,
            compare: compare(options.compare)?,
            resume_file: caller
                .optional_text(options.resume_file, "resume_file")?
                .map(PathBuf::from),
        };
        let callback = (options.on_progress, options.user_data);
        report(package, callback, out_report, |package, observer| {
            package.upload_all(observer, &directory, &for_core)
        })
    })
}

/// Encrypts the keycode of a package to the public keys of its readers, or with a recipient_id to those of one
/// recipient, and stores the results on the service. Before or after finalize.
///
/// It is for devices that were registered later: finalize does it by itself, and so does adding recipients to a
/// Workspace or a finalized package. Up to four requests run at once, or parts_in_flight if that is less.
/// A key that cannot be used, or for which the service refuses the keycode, is skipped with a line in the log. If the
/// service refuses the keycode for every key, the call fails with the first refusal. It also fails if the service
/// refuses the caller or the package, such as with SENDSAFELY_SESSION_TIMEOUT.
/// A keycode with which a package was opened is passed on only if it opens what is in the package.
/// SENDSAFELY_KEYCODE_UNKNOWN, SENDSAFELY_WRONG_KEYCODE: open the package with its keycode.
/// SENDSAFELY_KEYCODE_NOT_PROVED: the library did not read enough to prove it; download a file or read the message
/// through the same package, then call again. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_upload_keycodes(
    package: *mut sendsafely_package,
    recipient_id: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let recipient_id = caller.optional_text(recipient_id, "recipient_id")?;
        super::package::call(package, |package, observer| {
            package.upload_keycodes(observer, recipient_id.as_deref())
        })
    })
}
