//! Downloads (protocol 5.3, 5.4).

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::path::PathBuf;
use std::ptr;

use crate::call::Flow;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;
use crate::{Download, DownloadOptions, Sink};

use super::buffer::sendsafely_buffer;
use super::error::sendsafely_error;
use super::file::{compare, existing, sendsafely_compare, sendsafely_existing};
use super::package::{call_with, sendsafely_package};
use super::progress::{sendsafely_progress_callback, sendsafely_write_callback};
use super::report::{report, sendsafely_report};
use super::support::argument::{boolean, null};
use super::support::callbacks::flow;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::handle::call_back;
use super::support::marks::number::sendsafely_status;
use super::support::marks::{Nullable, number};
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::{SENDSAFELY_SIZE_UNKNOWN, sendsafely_bool, sendsafely_optional_size};

/// Options of the download calls.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_download_options {
    /// Set by sendsafely_download_options_init.
    pub struct_size: usize,
    /// Password of the package. Default: none.
    pub password: Nullable<*const c_char>,
    /// Directory of a Workspace in which the file is. Default: its root directory, or wherever the service finds the
    /// id.
    pub directory_id: Nullable<*const c_char>,
    /// What to do with a target that exists. Default: SENDSAFELY_EXISTING_REFUSE.
    pub existing: number::sendsafely_existing,
    /// Whether the call returns only when the disk has the file: its content before it gets its name, then the entries of
    /// that name and of the directories above it in the tree that is downloaded. If the disk reports an error of the
    /// content, the file does not get its name. Default: no. Then other programs never see half a file either, but
    /// after a power failure or a crash of the system it may be missing, empty or cut short.
    pub sync: sendsafely_bool,
    /// Progress of this call; see "Progress and stopping". Default: the client's callback.
    pub on_progress: Nullable<sendsafely_progress_callback>,
    /// Passed to on_progress.
    pub user_data: Nullable<*mut c_void>,
    /// Whether a file of another size than its sender declared fails with SENDSAFELY_SIZE_MISMATCH instead of being
    /// kept. Default: no.
    pub strict_size: sendsafely_bool,
    /// How a target that exists is compared if existing is SENDSAFELY_EXISTING_SKIP or SENDSAFELY_EXISTING_OVERWRITE:
    /// the call does not fetch what is the same. SENDSAFELY_COMPARE_SIZE, the default, replaces all files with
    /// SENDSAFELY_EXISTING_OVERWRITE; a download of a single file with SENDSAFELY_EXISTING_SKIP then keeps whatever is
    /// there.
    pub compare: number::sendsafely_compare,
    /// A file on this machine in which a download to a path, or of everything, notes what it has written. If the call
    /// fails, is stopped or is killed, temporary files stay beside their targets, and the same call goes on from there,
    /// in another process too: what is there is read and compared before it is relied on, and not fetched again. The
    /// resume file is private and small, and has neither content nor keys nor names. It is created if it is missing, and
    /// removed when nothing is left to go on with. A download of everything does not fetch again what it has completed
    /// before, whatever existing is, as long as the file has not changed since. A temporary file that nobody goes on with
    /// is removed by a later download into its directory, after a week.
    /// SENDSAFELY_BUSY: another transfer uses the resume file. SENDSAFELY_INVALID_ARGUMENT: it is no such file, and was
    /// not changed. Default: none, and a download that fails leaves nothing.
    pub resume_file: Nullable<*const c_char>,
}

// SAFETY: repr(C), begins with a usize, and holds integers, pointers and optional functions only.
unsafe impl Options for sendsafely_download_options {
    const NAME: &'static str = "sendsafely_download_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            password: ptr::null(),
            directory_id: ptr::null(),
            existing: sendsafely_existing::SENDSAFELY_EXISTING_REFUSE as i32,
            sync: 0,
            on_progress: None,
            user_data: ptr::null_mut(),
            strict_size: 0,
            compare: sendsafely_compare::SENDSAFELY_COMPARE_SIZE as i32,
            resume_file: ptr::null(),
        }
    }
}

impl sendsafely_download_options {
    pub(super) fn for_core(&self, caller: Caller) -> Result<DownloadOptions> {
        Ok(DownloadOptions {
            password: caller
                .optional_text(self.password, "password")?
                .map(SecretString::new),
            existing: existing(self.existing)?,
            sync: boolean(self.sync, "sync")?,
            directory_id: caller.optional_text(self.directory_id, "directory_id")?,
            strict_size: boolean(self.strict_size, "strict_size")?,
            compare: compare(self.compare)?,
            resume_file: caller
                .optional_text(self.resume_file, "resume_file")?
                .map(PathBuf::from),
        })
    }
}

/// A file that was downloaded.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_download {
    /// Its id.
    pub file_id: *const c_char,
    /// Its name as the sender gave it.
    pub file_name: *const c_char,
    /// Where it was written, if it was written to a path.
    pub path: Nullable<*const c_char>,
    /// Bytes received; of a file that was skipped, the bytes that its sender declared.
    pub size: u64,
    /// Whether the target existed and was kept.
    pub skipped: sendsafely_bool,
    /// Size that the sender declared, if any; often wrong.
    pub declared_size: sendsafely_optional_size,
}

impl Translate for Download {
    type Record = sendsafely_download;
    fn translate(&self, memory: &mut Memory) -> sendsafely_download {
        let path = self.path.as_ref().map(|path| path.to_string_lossy());
        sendsafely_download {
            file_id: memory.text(&self.file_id),
            file_name: memory.text(&self.file_name),
            path: memory.optional_text(path.as_deref()),
            size: self.size,
            skipped: self.skipped.into(),
            declared_size: self.declared_size.unwrap_or(SENDSAFELY_SIZE_UNKNOWN),
        }
    }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_download_options_init(
    options: *mut sendsafely_download_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Downloads a file to a path, decrypted and verified part by part.
///
/// path is the file to write, or an existing directory, in which the file gets the sender's name made safe. The keycode
/// must be known. The library writes a temporary file beside the target, which only its owner can read, and renames it
/// when all parts are there and verified. A new file gets the usual mode, 0666 less the umask; a replaced one keeps its
/// mode. A symbolic link at the target is replaced, never followed.
/// SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file. SENDSAFELY_PASSWORD_REQUIRED: set password. SENDSAFELY_DECRYPT_FAILED:
/// the keycode is wrong or the data was damaged. SENDSAFELY_FILE_EXISTS: see existing. SENDSAFELY_NOT_A_FILE: the
/// target is a directory, device, pipe or socket, or a link to one of the last three, which are never replaced.
/// SENDSAFELY_FILE_INCOMPLETE: the sender is still uploading.
///
/// The size that the sender declared is often wrong. A file of another size is kept: the log and the record have both
/// sizes, and bytes_total of the progress follows. With strict_size it fails with SENDSAFELY_SIZE_MISMATCH and is not
/// kept. Parts that this library wrote hold their number and the size of the file inside the encryption: a deviation
/// from that always fails, with SENDSAFELY_WRONG_PART or SENDSAFELY_SIZE_MISMATCH. So that no sender can fill a disk
/// with little, SENDSAFELY_SIZE_MISMATCH also ends a file that unpacks to max_part_bytes more than was declared, or
/// than was sent if that is more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_download_file(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    path: *const c_char,
    options: Nullable<*const sendsafely_download_options>,
    out_download: Nullable<*mut *mut sendsafely_download>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_download = caller.out(out_download);
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let path = PathBuf::from(caller.text(path, "path")?);
        let options = caller.options(options)?;
        let for_core = options.for_core(caller)?;
        let download = call_with(
            package,
            options.on_progress,
            options.user_data,
            |package, observer| package.download(observer, &file_id, Sink::Path(path), &for_core),
        )?;
        out_download.give_record(&download);
        Ok(())
    })
}

/// Downloads a file into memory.
///
/// size of the buffer is the number of bytes received, size of the sendsafely_file the declared one. So that no sender
/// can take memory at will, a file with more than max_part_bytes above its declared size fails with
/// SENDSAFELY_SIZE_MISMATCH: download it to a path. Everything else as for sendsafely_package_download_file; existing
/// and sync have no meaning here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_download_memory(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    options: Nullable<*const sendsafely_download_options>,
    out_buffer: *mut *mut sendsafely_buffer,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_buffer = caller.out(out_buffer);
    caller.guard(|| {
        let out_buffer = out_buffer.required("out_buffer")?;
        let file_id = caller.text(file_id, "file_id")?;
        let options = caller.options(options)?;
        let for_core = options.for_core(caller)?;
        let mut bytes = Vec::new();
        call_with(
            package,
            options.on_progress,
            options.user_data,
            |package, observer| {
                package.download(observer, &file_id, Sink::Memory(&mut bytes), &for_core)
            },
        )?;
        out_buffer.give_buffer(bytes);
        Ok(())
    })
}

/// Downloads a file into a write callback, which gets its bytes decrypted, verified and in order.
///
/// Until the call returns SENDSAFELY_OK the file may be incomplete: discard what the callback got if the call fails.
/// SENDSAFELY_WRITE_FAILED: the callback returned SENDSAFELY_STOP. Everything else as for
/// sendsafely_package_download_file; existing and sync have no meaning here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_download_callback(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    write: sendsafely_write_callback,
    write_user_data: Nullable<*mut c_void>,
    options: Nullable<*const sendsafely_download_options>,
    out_download: Nullable<*mut *mut sendsafely_download>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_download = caller.out(out_download);
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let write = write.ok_or_else(|| null("write"))?;
        let options = caller.options(options)?;
        let for_core = options.for_core(caller)?;
        let mut writer = |data: &[u8]| -> Result<()> {
            // SAFETY: a function of the program, called as its type says.
            let returned = call_back(package.addr(), || unsafe {
                write(write_user_data, data.as_ptr(), data.len())
            });
            match flow(returned, "the write callback")? {
                Flow::Continue => Ok(()),
                Flow::Stop => Err(Error::new(
                    ErrorKind::WriteFailed,
                    "the write callback returned SENDSAFELY_STOP",
                )),
            }
        };
        let download = call_with(
            package,
            options.on_progress,
            options.user_data,
            |package, observer| {
                package.download(observer, &file_id, Sink::Writer(&mut writer), &for_core)
            },
        )?;
        out_download.give_record(&download);
        Ok(())
    })
}

/// Downloads everything into an existing local directory: all files of a package, a Workspace with its directories, or
/// with directory_id one of these with everything in it.
///
/// The library makes the sender's names safe, and distinct where two would be the same; the report has both names. It
/// recognizes files under other names as sendsafely_package_upload_all does, and does not follow a symbolic link in
/// place of a directory. If a target exists, SENDSAFELY_EXISTING_REFUSE, the default, fails with SENDSAFELY_FILE_EXISTS
/// before the first byte; SENDSAFELY_EXISTING_SKIP keeps files of the declared size and fails for others. With compare,
/// SENDSAFELY_EXISTING_SKIP keeps those that are the same by more than the size, and SENDSAFELY_EXISTING_OVERWRITE
/// replaces only those that are not. Where a file would fail because of its time or, without strict_size, its size, its
/// content decides: the sender may have declared a wrong size.
/// Failures and the report are as for sendsafely_package_upload_all; call again with SENDSAFELY_EXISTING_SKIP to go on.
/// SENDSAFELY_DIRECTORY_NOT_FOUND: create the local directory first. Everything else as for
/// sendsafely_package_download_file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_download_all(
    package: *mut sendsafely_package,
    directory: *const c_char,
    options: Nullable<*const sendsafely_download_options>,
    out_report: Nullable<*mut *mut sendsafely_report>,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Frees the record of a download.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_download_free(download: Nullable<*mut sendsafely_download>) {
    guard_value((), || record::free(download));
}
