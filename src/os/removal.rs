//! Removing files that nobody has changed.

use std::fs;
use std::io;
use std::path::Path;

use super::file::{directory_of, io_error, rename_without_clobbering};
use super::source::{Stamp, open_source};
use super::temporary::{hold, old_in};
use crate::error::{Error, ErrorKind, Result};

/// Removes a file that still has this stamp. It is renamed first, so that a change until then is seen; a later call knows
/// by the name what a kill has left under it.
pub(crate) fn remove_unchanged(path: &Path, stamp: Stamp) -> Result<()> {
    let failed = |error: &io::Error| io_error(error, path, ErrorKind::WriteFailed);
    if Stamp::at(path) == Some(stamp) {
        // Nobody else removes it under its other name.
        let held = open_source(path, false);
        let _ = held.as_ref().map(|(file, ..)| hold(file));
        let hidden = old_in(directory_of(path), None, Some(stamp));
        fs::rename(path, &hidden).map_err(|error| failed(&error))?;
        if Stamp::at(&hidden) == Some(stamp) {
            drop(held);
            return fs::remove_file(&hidden).map_err(|error| failed(&error));
        }
        rename_without_clobbering(&hidden, path).map_err(|error| failed(&error))?;
    }
    Err(was_changed(path))
}

pub(super) fn was_changed(path: &Path) -> Error {
    let message = format!("{}: another program has changed it", path.display());
    Error::new(ErrorKind::FileChanged, message)
}
