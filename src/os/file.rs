//! What sources and targets have in common: errors, directories, temporary names, names that are not yet taken.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use rand_core::{OsRng, RngCore};

use super::descriptor::{above_standard, is_exhausted};
use crate::error::{Error, ErrorKind, Result};

/// An error of the local file system, with the path that it concerns.
pub(crate) fn io_error(error: &io::Error, path: &Path, otherwise: ErrorKind) -> Error {
    let kind = match error.kind() {
        _ if is_exhausted(error) => ErrorKind::SystemLimit,
        _ if is_missing(error) => ErrorKind::FileNotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ErrorKind::AccessDenied
        }
        io::ErrorKind::AlreadyExists => ErrorKind::FileExists,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            ErrorKind::DiskFull
        }
        io::ErrorKind::IsADirectory => ErrorKind::NotAFile,
        io::ErrorKind::InvalidFilename => ErrorKind::MalformedFileName,
        _ => otherwise,
    };
    Error::new(kind, format!("{}: {}", path.display(), words(error)))
}

/// An error of the system in words, without its number.
pub(crate) fn words(error: &io::Error) -> String {
    let mut words = error.to_string();
    if let Some(number) = words.rfind(" (os error ") {
        words.truncate(number);
    }
    words
}

/// Whether there is nothing at a path. The system says of a path below a file that this file is no directory.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Whether nothing is at a path any more. What cannot be looked at is there.
pub(crate) fn is_gone(path: &Path) -> bool {
    (path.symlink_metadata()).is_err_and(|error| is_missing(&error))
}

/// What to do if the directory of a target does not exist.
pub(crate) const CREATE_FIRST: &str = "create the directory first";

/// Refuses a path that is not that of a directory.
pub(crate) fn require_directory(path: &Path, remedy: &'static str) -> Result<()> {
    let what = match path.metadata() {
        Ok(there) if there.is_dir() => return Ok(()),
        Ok(_) => "is not a directory",
        Err(error) if is_missing(&error) => "no such directory",
        Err(error) => return Err(io_error(&error, path, ErrorKind::DirectoryNotFound)),
    };
    let message = format!("{}: {what}", path.display());
    Err(Error::new(ErrorKind::DirectoryNotFound, message).with_remedy(remedy))
}

/// Creates a file that only its owner can read. Fails if the name exists, even as a link.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    }
    above_standard(|| options.open(path))
}

pub(super) fn random_suffix() -> String {
    format!("{:016x}", OsRng.next_u64())
}

/// A temporary file without a name, for encrypted parts of a source whose size is not known yet.
pub(crate) fn spool_file() -> Result<File> {
    let directory = std::env::temp_dir();
    let path = directory.join(format!(".sendsafely-{}.spool", random_suffix()));
    let failed = |error: io::Error| {
        let remedy =
            "set TMPDIR, or TMP on Windows, to a directory in which the program may create files";
        let error = match require_directory(&directory, remedy) {
            // Some file systems say this of a file that cannot be created.
            Ok(()) if is_missing(&error) => {
                let message = format!("{}: no file can be created in it", directory.display());
                Error::new(ErrorKind::WriteFailed, message)
            }
            Ok(()) => io_error(&error, &directory, ErrorKind::WriteFailed),
            Err(no_directory) => no_directory,
        };
        let error = match error.kind() {
            ErrorKind::SystemLimit | ErrorKind::DiskFull => error,
            _ => error.with_remedy(remedy),
        };
        error.context("the directory for temporary files cannot be used")
    };
    let file = create_private(&path).map_err(failed)?;
    fs::remove_file(&path).map_err(failed)?;
    Ok(file)
}

/// Whether this is a file of this user that no other one may write.
#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe interface to the user's id")]
pub(super) fn is_own(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: geteuid has no preconditions and cannot fail.
    let user = unsafe { libc::geteuid() };
    metadata.is_file() && metadata.uid() == user && metadata.mode() & 0o022 == 0
}

#[cfg(windows)]
pub(super) fn is_own(metadata: &fs::Metadata) -> bool {
    metadata.is_file()
}

pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Has the system write the entry of a file or directory, in the directory above it, to the disk.
pub(crate) fn sync_entry(path: &Path) -> Result<()> {
    (Entries::of(path).and_then(|entries| entries.sync()))
        .map_err(|error| io_error(&error, path, ErrorKind::WriteFailed))
}

/// The entries of a directory, which the system can be asked to write to the disk.
pub(super) struct Entries {
    #[cfg(unix)]
    directory: File,
}

#[cfg(unix)]
impl Entries {
    /// Those beside a path.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let directory = above_standard(|| File::open(directory_of(path)))?;
        Ok(Self { directory })
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        match self.directory.sync_all() {
            // Some file systems write the entries of directories by themselves, and say that this cannot be asked for.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            synced => synced,
        }
    }
}

#[cfg(not(unix))]
impl Entries {
    pub(super) fn of(_path: &Path) -> io::Result<Self> {
        Ok(Self {})
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Renames unless the new name is taken.
pub(crate) fn rename_without_clobbering(from: &Path, to: &Path) -> io::Result<()> {
    match rename_exclusive(from, to) {
        // Some file systems know no exclusive rename; a hard link refuses a taken name just as well.
        Err(error) if is_unsupported(&error) => match fs::hard_link(from, to) {
            Ok(()) => fs::remove_file(from),
            Err(error)
                if is_unsupported(&error) || error.kind() == io::ErrorKind::PermissionDenied =>
            {
                // Neither exists: check, then rename. A file that another program creates in between would be replaced.
                if fs::symlink_metadata(to).is_ok() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                fs::rename(from, to)
            }
            Err(error) => Err(error),
        },
        other => other,
    }
}

#[cfg(target_os = "linux")]
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENOSYS | libc::EINVAL | libc::EOPNOTSUPP | libc::EMLINK)
    ) || error.kind() == io::ErrorKind::Unsupported
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe interface to renameat2")]
fn rename_exclusive(from: &Path, to: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let from = CString::new(from.as_os_str().as_bytes())?;
    let to = CString::new(to.as_os_str().as_bytes())?;
    // SAFETY: both paths are NUL-terminated and outlive the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(not(target_os = "linux"))]
fn rename_exclusive(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
pub(super) fn scratch(name: &str) -> std::path::PathBuf {
    let directory =
        std::env::temp_dir().join(format!("sendsafely-test-{name}-{}", random_suffix()));
    fs::create_dir(&directory).expect("scratch directory");
    directory
}
