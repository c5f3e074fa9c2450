//! Files that several threads read and write at places, each for itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::io_error;
use super::source::{open_source, read_at, write_at};
use super::temporary::{Held, held};
use crate::error::{ErrorKind, Result};

/// One more handle of a file that is being written, or of a complete one.
pub(crate) struct PlacedFile {
    file: Arc<Held>,
    path: PathBuf,
}

impl PlacedFile {
    /// Opens the regular file at a path; `None` if there is none.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let (file, ..) = open_source(path, false).ok()?;
        Some(Self {
            file: Arc::new(held(file)),
            path: path.to_owned(),
        })
    }

    pub(super) fn of(file: &Arc<Held>, path: &Path) -> Self {
        Self {
            file: Arc::clone(file),
            path: path.to_owned(),
        }
    }

    /// How many bytes are there.
    pub(crate) fn size(&self) -> Result<u64> {
        let metadata = self.file.metadata();
        metadata
            .map(|metadata| metadata.len())
            .map_err(|error| io_error(&error, &self.path, ErrorKind::ReadFailed))
    }

    /// Fills the buffer with what stands there; false if there is less.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<bool> {
        read_at(&self.file, buffer, offset)
            .map(|read| read == buffer.len())
            .map_err(|error| io_error(&error, &self.path, ErrorKind::ReadFailed))
    }

    pub(crate) fn write_at(&self, data: &[u8], offset: u64) -> Result<()> {
        write_at(&self.file, data, offset)
            .map_err(|error| io_error(&error, &self.path, ErrorKind::WriteFailed))
    }
}
