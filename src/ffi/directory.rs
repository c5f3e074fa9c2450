//! Directories of a Workspace (protocol 6.8).

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::error::Result;
use crate::package::{DirectoryOptions, DirectoryPage};
use crate::record::{Directory, Subdirectory};

use super::error::sendsafely_error;
use super::file::sendsafely_file_list;
use super::package::{call, sendsafely_package};
use super::support::argument::{boolean, invalid};
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::{sendsafely_bool, sendsafely_index, sendsafely_time, time};

/// Options of sendsafely_package_get_directory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_directory_options {
    /// Set by sendsafely_directory_options_init.
    pub struct_size: usize,
    /// Field to sort by: "name", or another one that the service knows. Default: its own order.
    pub sort_field: Nullable<*const c_char>,
    /// Whether the last come first. Default: no.
    pub descending: sendsafely_bool,
    /// Whether to fetch only one page, of at most 100 files and 100 directories. Default: all of them.
    pub one_page: sendsafely_bool,
    /// With one_page, else SENDSAFELY_INVALID_ARGUMENT: the first file, from 0, the default.
    pub file_index: sendsafely_index,
    /// With one_page, else SENDSAFELY_INVALID_ARGUMENT: the first directory, from 0, the default.
    pub directory_index: sendsafely_index,
}

// SAFETY: repr(C), begins with a usize, and holds integers and pointers only.
unsafe impl Options for sendsafely_directory_options {
    const NAME: &'static str = "sendsafely_directory_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            sort_field: ptr::null(),
            descending: 0,
            one_page: 0,
            file_index: 0,
            directory_index: 0,
        }
    }
}

impl sendsafely_directory_options {
    fn for_core(&self, caller: Caller) -> Result<DirectoryOptions> {
        let one_page = boolean(self.one_page, "one_page")?;
        if !one_page && (self.file_index, self.directory_index) != (0, 0) {
            return Err(invalid("file_index and directory_index need one_page"));
        }
        Ok(DirectoryOptions {
            sort_field: caller.optional_text(self.sort_field, "sort_field")?,
            descending: boolean(self.descending, "descending")?,
            page: one_page.then_some(DirectoryPage {
                file_index: self.file_index,
                directory_index: self.directory_index,
            }),
        })
    }
}

/// A directory as an entry of the one above it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_subdirectory {
    /// Its id.
    pub directory_id: *const c_char,
    /// Its name. Not safe as a path; sendsafely_package_download_all makes it safe.
    pub name: *const c_char,
    /// When it was created.
    pub created: sendsafely_time,
    /// When it was created, as the service writes it.
    pub created_text: Nullable<*const c_char>,
}

impl Translate for Subdirectory {
    type Record = sendsafely_subdirectory;
    fn translate(&self, memory: &mut Memory) -> sendsafely_subdirectory {
        let (created, created_text) = time(self.created.as_ref(), memory);
        sendsafely_subdirectory {
            directory_id: memory.text(&self.directory_id),
            name: memory.text(&self.name),
            created,
            created_text,
        }
    }
}

/// A list of directories.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_subdirectory_list {
    /// How many there are.
    pub count: usize,
    /// The directories, count of them.
    pub items: *const *const sendsafely_subdirectory,
}

impl Translate for Vec<Subdirectory> {
    type Record = sendsafely_subdirectory_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_subdirectory_list {
        sendsafely_subdirectory_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// A directory of a Workspace with what is in it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_directory {
    /// Its id.
    pub directory_id: *const c_char,
    /// Its name; that of the root directory may be empty.
    pub name: *const c_char,
    /// The files in it.
    pub files: *const sendsafely_file_list,
    /// The directories in it.
    pub directories: *const sendsafely_subdirectory_list,
}

impl Translate for Directory {
    type Record = sendsafely_directory;
    fn translate(&self, memory: &mut Memory) -> sendsafely_directory {
        sendsafely_directory {
            directory_id: memory.text(&self.directory_id),
            name: memory.text(&self.name),
            files: memory.record(&self.files),
            directories: memory.record(&self.directories),
        }
    }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_directory_options_init(
    options: *mut sendsafely_directory_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Lists a directory of a Workspace: its files and the directories in it.
///
/// A directory_id of NULL is the root directory. Without options the whole list is fetched, page by page.
/// SENDSAFELY_ONLY_IN_WORKSPACE: other packages have no directories. SENDSAFELY_REFUSED: no such directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_directory(
    package: *mut sendsafely_package,
    directory_id: Nullable<*const c_char>,
    options: Nullable<*const sendsafely_directory_options>,
    out_directory: *mut *mut sendsafely_directory,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_directory = caller.out(out_directory);
    caller.guard(|| {
        let out_directory = out_directory.required("out_directory")?;
        let directory_id = caller.optional_text(directory_id, "directory_id")?;
        let options = caller.options(options)?.for_core(caller)?;
        let directory = call(package, |package, observer| {
            package.directory(observer, directory_id.as_deref(), &options)
        })?;
        out_directory.give_record(&directory);
        Ok(())
    })
}

/// Creates a directory in a Workspace.
///
/// parent_id is the directory in which to create it, NULL for the root directory.
/// SENDSAFELY_MALFORMED_FILE_NAME, SENDSAFELY_INVALID_FILE_NAME: choose another name. SENDSAFELY_ONLY_IN_WORKSPACE:
/// other packages have no directories. SENDSAFELY_DENIED: the account may only read. SENDSAFELY_REFUSED: no such
/// parent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_create_directory(
    package: *mut sendsafely_package,
    parent_id: Nullable<*const c_char>,
    name: *const c_char,
    out_directory_id: Nullable<*mut *mut c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_directory_id = caller.out(out_directory_id);
    caller.guard(|| {
        let parent_id = caller.optional_text(parent_id, "parent_id")?;
        let name = caller.text(name, "name")?;
        let directory_id = call(package, |package, observer| {
            package.create_directory(observer, parent_id.as_deref(), &name)
        })?;
        out_directory_id.give_optional_text(&directory_id);
        Ok(())
    })
}

/// Renames a directory of a Workspace. The root directory has no name: SENDSAFELY_DENIED.
///
/// Everything else as for sendsafely_package_create_directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_rename_directory(
    package: *mut sendsafely_package,
    directory_id: *const c_char,
    new_name: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let directory_id = caller.text(directory_id, "directory_id")?;
        let name = caller.text(new_name, "new_name")?;
        call(package, |package, observer| {
            package.rename_directory(observer, &directory_id, &name)
        })
    })
}

/// Moves a directory of a Workspace, with everything in it, into another one of the same Workspace.
///
/// A target_directory_id of NULL is the root directory. SENDSAFELY_REFUSED: there is no such directory, or the target
/// is inside it. Everything else as for sendsafely_package_create_directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_move_directory(
    package: *mut sendsafely_package,
    directory_id: *const c_char,
    target_directory_id: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let directory_id = caller.text(directory_id, "directory_id")?;
        let target_directory_id =
            caller.optional_text(target_directory_id, "target_directory_id")?;
        call(package, |package, observer| {
            package.move_directory(observer, &directory_id, target_directory_id.as_deref())
        })
    })
}

/// Deletes a directory of a Workspace with everything in it, for good. The root directory cannot be deleted:
/// SENDSAFELY_DENIED.
///
/// Everything else as for sendsafely_package_create_directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_delete_directory(
    package: *mut sendsafely_package,
    directory_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let directory_id = caller.text(directory_id, "directory_id")?;
        call(package, |package, observer| {
            package.delete_directory(observer, &directory_id)
        })
    })
}

/// Frees a directory with everything that is in the record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_directory_free(directory: Nullable<*mut sendsafely_directory>) {
    guard_value((), || record::free(directory));
}
