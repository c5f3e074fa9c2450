//! Compares single parts of a file on the service with a local one. These bytes do not count for the progress of the call.

use super::fetch::{PartFetcher, Wanted};
use super::file_to_fetch::FileToFetch;
use crate::error::{Error, ErrorKind, Result};

/// A complete file on the service, of which some parts are compared.
pub(crate) struct PartsThere(PartFetcher);

impl PartsThere {
    pub(crate) fn new(file: FileToFetch) -> Self {
        Self(PartFetcher::to_look_at(file))
    }

    /// Whether a part has this content. One that cannot be had, or not be opened, has another content.
    pub(crate) fn has(&self, part: u32, content: &[u8]) -> Result<bool> {
        match self.0.fetch(&Wanted::alone(part)) {
            Ok(piece) => Ok(piece.plaintext() == content),
            Err(error) if is_of_part(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether a later attempt would fail in the same way.
fn is_of_part(error: &Error) -> bool {
    let is_its = matches!(
        error.kind(),
        ErrorKind::BadAnswer
            | ErrorKind::DecryptFailed
            | ErrorKind::Denied
            | ErrorKind::HttpError
            | ErrorKind::PartTooLarge
            | ErrorKind::StorageRefused
            | ErrorKind::UnsupportedFormat
            | ErrorKind::WrongPart
    );
    !error.is_down() && (is_its || error.server_code() == Some("FAIL"))
}

impl Drop for PartsThere {
    fn drop(&mut self) {
        self.0.file.budget.trim();
    }
}
