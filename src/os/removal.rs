//! Removing files that nobody uses: temporary ones of programs that have ended, and unchanged ones.

use std::fs;
use std::io;
use std::path::Path;

use super::file::{directory_of, io_error, rename_without_clobbering, temporary_in};
use super::source::Stamp;
#[cfg(unix)]
use super::source::open_source;
use crate::error::{Error, ErrorKind, Result};

/// Removes a temporary file whose program has ended.
pub(crate) fn remove_if_left(temporary: &Path) {
    #[cfg(unix)]
    let opened = open_source(temporary, false);
    #[cfg(unix)]
    let is_left = opened.is_ok_and(|(file, ..)| super::file_lock::try_exclusive(&file));
    #[cfg(windows)]
    let is_left = {
        use std::os::windows::fs::OpenOptionsExt;
        let mut options = fs::OpenOptions::new();
        options.read(true).share_mode(0).open(temporary).is_ok()
    };
    if is_left {
        let _ = fs::remove_file(temporary);
    }
}

/// Removes a file that still has this stamp. It is renamed first, so that a change until then is seen.
pub(crate) fn remove_unchanged(path: &Path, stamp: Stamp) -> Result<()> {
    let failed = |error: &io::Error| io_error(error, path, ErrorKind::WriteFailed);
    if Stamp::at(path) == Some(stamp) {
        let hidden = temporary_in(directory_of(path));
        fs::rename(path, &hidden).map_err(|error| failed(&error))?;
        if Stamp::at(&hidden) == Some(stamp) {
            return fs::remove_file(&hidden).map_err(|error| failed(&error));
        }
        rename_without_clobbering(&hidden, path).map_err(|error| failed(&error))?;
    }
    let message = format!("{}: another program has changed it", path.display());
    Err(Error::new(ErrorKind::FileChanged, message))
}
