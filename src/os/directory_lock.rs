//! Locks of directories themselves. They hold between programs that share nothing but the directory.

use std::io;
use std::path::Path;

#[cfg(unix)]
use super::{above_standard, file_lock::Locked};

/// The lock of a directory, which one program at a time holds. The system releases it when the program ends, however it
/// ends.
pub(crate) struct DirectoryLock {
    #[cfg(unix)]
    _directory: Locked,
}

impl DirectoryLock {
    /// Takes the lock of a directory; `None` where the system has none for directories.
    ///
    /// # Errors
    /// `WouldBlock` if another program holds it.
    #[cfg(unix)]
    pub(crate) fn take(directory: &Path) -> io::Result<Option<Self>> {
        let file = above_standard(|| std::fs::File::open(directory))?;
        match Locked::exclusive(file) {
            Ok(Some(locked)) => Ok(Some(Self { _directory: locked })),
            Ok(None) => Err(io::ErrorKind::WouldBlock.into()),
            // Some network file systems cannot do it.
            Err(_) => Ok(None),
        }
    }

    /// A directory that nobody else may open could not be listed either.
    #[cfg(windows)]
    pub(crate) fn take(_directory: &Path) -> io::Result<Option<Self>> {
        Ok(None)
    }
}

/// Whether a program holds the lock of a directory. One that is not there, or that this program may not open, counts as
/// free.
#[cfg(unix)]
pub(crate) fn is_locked(directory: &Path) -> io::Result<bool> {
    match above_standard(|| std::fs::File::open(directory)) {
        Ok(file) => Ok(matches!(Locked::shared(file), Ok(None))),
        Err(error) => match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound => Ok(false),
            _ => Err(error),
        },
    }
}

#[cfg(windows)]
pub(crate) fn is_locked(_directory: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder() {
        let directory = std::env::temp_dir().join(format!("locked-{}", std::process::id()));
        std::fs::create_dir(&directory).expect("a directory");
        assert!(!is_locked(&directory).expect("it opens"));
        let held = DirectoryLock::take(&directory).expect("it is free");
        assert!(held.is_some() && is_locked(&directory).expect("it opens"));
        assert!(DirectoryLock::take(&directory).is_err());
        drop(held);
        assert!(
            DirectoryLock::take(&directory)
                .expect("it is free again")
                .is_some()
        );
        std::fs::remove_dir(&directory).expect("it goes");
    }
}
