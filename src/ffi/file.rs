//! Files of a package (protocol 6.7).

use std::ffi::c_char;

use crate::error::Result;
use crate::record::File;
use crate::{Compare, Existing};

use super::error::sendsafely_error;
use super::package::{ask, call, sendsafely_package};
use super::support::argument::invalid;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::{
    SENDSAFELY_SIZE_UNKNOWN, or_unknown, sendsafely_optional_int, sendsafely_optional_size,
    sendsafely_time, time,
};

/// What a download, or the upload of a tree, does with a target that exists already.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_existing {
    /// Keep it and fail with SENDSAFELY_FILE_EXISTS.
    SENDSAFELY_EXISTING_REFUSE = 0,
    /// Replace it, once everything has arrived and is verified. Only a regular file or a symbolic link is replaced.
    SENDSAFELY_EXISTING_OVERWRITE = 1,
    /// Keep it and go on: a download reports it as skipped, a tree with SENDSAFELY_ACTION_SKIPPED.
    SENDSAFELY_EXISTING_SKIP = 2,
}

/// How a file that exists at the target is found to be the same as the source, when the target is skipped or replaced.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_compare {
    /// It has the same size. Without network, and blind to an edit that keeps the size.
    SENDSAFELY_COMPARE_SIZE = 0,
    /// It has the same size, and the source is not newer. Of a local file the time of its last modification counts, of
    /// a file on the service that of its upload, in whole seconds and by the clock of each. Downloaded files get the
    /// time of their upload.
    SENDSAFELY_COMPARE_TIME = 1,
    /// It has the same content. The library downloads the file on the service, decrypts and verifies it, and keeps
    /// nothing of it but a digest in memory, so that the same client need not download it for this again.
    SENDSAFELY_COMPARE_CONTENT = 2,
}

/// A file on a package.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_file {
    /// Its id.
    pub file_id: *const c_char,
    /// Its name as the sender gave it. Not safe as a path; sendsafely_package_download_file makes it safe.
    pub file_name: *const c_char,
    /// Bytes of the file before encryption, as its sender declared them, if the service says it; often wrong. A
    /// download reports how many it received.
    pub size: sendsafely_optional_size,
    /// When it was uploaded.
    pub uploaded: sendsafely_time,
    /// When it was uploaded, as the service writes it.
    pub uploaded_text: Nullable<*const c_char>,
    /// E-mail address of who uploaded it.
    pub created_by: Nullable<*const c_char>,
    /// Parts into which it was cut, if the service says it.
    pub parts: sendsafely_optional_int,
    /// Version of the file in a Workspace, 0 if not known.
    pub version: u32,
    /// The service's id of who uploaded it. Only sendsafely_package_get_file_information returns it.
    pub created_by_id: Nullable<*const c_char>,
}

impl Translate for File {
    type Record = sendsafely_file;
    fn translate(&self, memory: &mut Memory) -> sendsafely_file {
        let (uploaded, uploaded_text) = time(self.uploaded.as_ref(), memory);
        sendsafely_file {
            file_id: memory.text(&self.file_id),
            file_name: memory.text(&self.file_name),
            size: self.size.unwrap_or(SENDSAFELY_SIZE_UNKNOWN),
            uploaded,
            uploaded_text,
            created_by: memory.optional_text(self.created_by.as_deref()),
            parts: or_unknown(self.parts),
            version: self.version.unwrap_or(0),
            created_by_id: memory.optional_text(self.created_by_id.as_deref()),
        }
    }
}

/// A list of files.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_file_list {
    /// How many there are.
    pub count: usize,
    /// The files, count of them.
    pub items: *const *const sendsafely_file,
}

impl Translate for Vec<File> {
    type Record = sendsafely_file_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_file_list {
        sendsafely_file_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// What the service knows of a file.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_file_information {
    /// The file as it is now.
    pub file: *const sendsafely_file,
    /// Its earlier versions, the latest first, each to be downloaded by its own file_id.
    pub old_versions: *const sendsafely_file_list,
}

/// A file together with its earlier versions.
struct Information(File);

impl Translate for Information {
    type Record = sendsafely_file_information;
    fn translate(&self, memory: &mut Memory) -> sendsafely_file_information {
        sendsafely_file_information {
            file: memory.record(&self.0),
            old_versions: memory.record(&self.0.old_versions),
        }
    }
}

/// The core's name of a number from C.
pub(super) fn existing(value: i32) -> Result<Existing> {
    use sendsafely_existing::*;
    match value {
        v if v == SENDSAFELY_EXISTING_REFUSE as i32 => Ok(Existing::Refuse),
        v if v == SENDSAFELY_EXISTING_OVERWRITE as i32 => Ok(Existing::Overwrite),
        v if v == SENDSAFELY_EXISTING_SKIP as i32 => Ok(Existing::Skip),
        other => Err(invalid(format!(
            "existing is {other}, which is no sendsafely_existing"
        ))),
    }
}

/// The core's name of a number from C.
pub(super) fn compare(value: i32) -> Result<Compare> {
    use sendsafely_compare::*;
    match value {
        v if v == SENDSAFELY_COMPARE_SIZE as i32 => Ok(Compare::Size),
        v if v == SENDSAFELY_COMPARE_TIME as i32 => Ok(Compare::Time),
        v if v == SENDSAFELY_COMPARE_CONTENT as i32 => Ok(Compare::Content),
        other => Err(invalid(format!(
            "compare is {other}, which is no sendsafely_compare"
        ))),
    }
}

/// Fetches a file's record, with its earlier versions.
///
/// directory_id is the directory of a Workspace that the file is in; NULL for the root directory, and for any other
/// package.
/// SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file there. SENDSAFELY_ONLY_IN_WORKSPACE: leave directory_id NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_file_information(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    directory_id: Nullable<*const c_char>,
    out_information: *mut *mut sendsafely_file_information,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_information = caller.out(out_information);
    caller.guard(|| {
        let out_information = out_information.required("out_information")?;
        let file_id = caller.text(file_id, "file_id")?;
        let directory_id = caller.optional_text(directory_id, "directory_id")?;
        let file = call(package, |package, observer| {
            package.file_information(observer, &file_id, directory_id.as_deref())
        })?;
        out_information.give_record(&Information(file));
        Ok(())
    })
}

/// Deletes a file from a package, with its earlier versions, or one of these by its own id. After finalize too, if the
/// service allows it.
///
/// directory_id is the directory of a Workspace that the file is in; NULL for the root directory, and for any other
/// package.
/// SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file there. SENDSAFELY_ONLY_IN_WORKSPACE: leave directory_id NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete_file(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    directory_id: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let directory_id = caller.optional_text(directory_id, "directory_id")?;
        call(package, |package, observer| {
            package.delete_file(observer, &file_id, directory_id.as_deref())
        })
    })
}

/// Moves a file of a Workspace into another of its directories; a target_directory_id of NULL is the root directory.
///
/// SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no directories. SENDSAFELY_REFUSED: no such file or directory.
/// SENDSAFELY_DENIED: the account may only read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_move_file(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    target_directory_id: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let target = caller.optional_text(target_directory_id, "target_directory_id")?;
        call(package, |package, observer| {
            package.move_file(observer, &file_id, target.as_deref())
        })
    })
}

/// Renames a file of a package or Workspace.
///
/// SENDSAFELY_MALFORMED_FILE_NAME, SENDSAFELY_INVALID_FILE_NAME: choose another name. SENDSAFELY_FILE_NOT_ON_PACKAGE,
/// in a Workspace SENDSAFELY_REFUSED: no such file. SENDSAFELY_DENIED: the account may only read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_rename_file(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    new_name: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let new_name = caller.text(new_name, "new_name")?;
        call(package, |package, observer| {
            package.rename_file(observer, &file_id, &new_name)
        })
    })
}

/// Copies a file into a Workspace of the same portal, without sending its bytes again. Whoever opens the Workspace can
/// read the copy, and nothing else of the source.
///
/// The keycodes of both packages must be known; the two may be the same. A target_directory_id of NULL is the root
/// directory. out_file_id is the copy's id, NULL if the service does not return it.
/// SENDSAFELY_ONLY_IN_WORKSPACE: target_package is no Workspace. SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file.
/// SENDSAFELY_WRONG_KEYCODE: one of the two was opened with another package's keycode; nothing was written.
/// SENDSAFELY_INVALID_ARGUMENT: the packages are on different portals. SENDSAFELY_OUTCOME_UNKNOWN: the response was
/// lost; list the directory before you copy again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_copy_file(
    source_package: *mut sendsafely_package,
    file_id: *const c_char,
    target_package: *mut sendsafely_package,
    target_directory_id: Nullable<*const c_char>,
    out_file_id: Nullable<*mut Nullable<*mut c_char>>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_file_id = caller.out(out_file_id);
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        let target_directory = caller.optional_text(target_directory_id, "target_directory_id")?;
        let target = ask(target_package, |package| Ok(package.clone()))?;
        let copy = call(source_package, |source, observer| {
            source.copy_file(observer, &file_id, &target, target_directory.as_deref())
        })?;
        if let Some(copy) = copy {
            out_file_id.give_optional_text(&copy);
        }
        Ok(())
    })
}

/// Frees the information on a file, with the versions in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_file_information_free(
    information: Nullable<*mut sendsafely_file_information>,
) {
    guard_value((), || record::free(information));
}

/// Frees a file that an upload returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_file_free(file: Nullable<*mut sendsafely_file>) {
    guard_value((), || record::free(file));
}
