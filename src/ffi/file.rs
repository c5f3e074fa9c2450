//! Files of a package.

use std::ffi::c_char;

use crate::package::File;

use super::error::sendsafely_error;
use super::guard::{Caller, guard_value};
use super::package::{call, sendsafely_package};
use super::package_information::time;
use super::records::{self, Memory, Translate};
use super::status::sendsafely_status;

/// A file on a package: a record, to be freed with sendsafely_file_free unless it is part of another record.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_file {
    /// Its id.
    pub file_id: *const c_char,
    /// Its name as the sender gave it. Not safe as a path: sendsafely_package_download_file makes it so.
    pub file_name: *const c_char,
    /// Bytes of the file before encryption.
    pub size: u64,
    /// When it was uploaded, in seconds since 1970 UTC; SENDSAFELY_TIME_UNKNOWN if not told.
    pub uploaded: i64,
    /// When it was uploaded, as the service writes it; NULL if not told.
    pub uploaded_text: *const c_char,
    /// E-mail address of who uploaded it; NULL if not told.
    pub created_by: *const c_char,
    /// Parts into which it was cut.
    pub parts: u32,
    /// Version of the file in a Workspace, 0 if not told.
    pub version: u32,
}

impl Translate for File {
    type Record = sendsafely_file;
    fn translate(&self, memory: &mut Memory) -> sendsafely_file {
        let (uploaded, uploaded_text) = time(self.uploaded.as_ref(), memory);
        sendsafely_file {
            file_id: memory.text(&self.file_id),
            file_name: memory.text(&self.file_name),
            size: self.size,
            uploaded,
            uploaded_text,
            created_by: memory.optional_text(self.created_by.as_deref()),
            parts: self.parts,
            version: self.version.unwrap_or(0),
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

/// Deletes a file from a package.
///
/// Package must be created; after finalize too, if the service lets it. SENDSAFELY_FILE_NOT_ON_PACKAGE: no such file.
/// SendSafely Client API: delete file (protocol 6.7.2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete_file(
    package: *mut sendsafely_package,
    file_id: *const c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let file_id = caller.text(file_id, "file_id")?;
        call(package, |package, observer| {
            package.delete_file(observer, &file_id)
        })
    })
}

/// Frees a file that an upload returned. NULL and twice are harmless.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_file_free(file: *mut sendsafely_file) {
    guard_value((), || records::free(file));
}
