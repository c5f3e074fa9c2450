//! Compares single parts of a file on the service with a local one. These bytes do not count for the progress of the call.

use super::fetch::{PartFetcher, Wanted};
use super::file_to_fetch::FileToFetch;
use crate::error::{ErrorKind, Result};

/// A complete file on the service, of which some parts are compared.
pub(crate) struct PartsThere(PartFetcher);

impl PartsThere {
    pub(crate) fn new(file: FileToFetch) -> Self {
        Self(PartFetcher::to_look_at(file))
    }

    /// Whether a part has this content. A part that the service refuses, or that does not decrypt, has not.
    pub(crate) fn has(&self, part: u32, content: &[u8]) -> Result<bool> {
        match self.0.fetch(&Wanted::alone(part)) {
            Ok(piece) => Ok(piece.plaintext() == content),
            Err(error) if error.server_code().is_some() => Ok(false),
            Err(error) => match error.kind() {
                ErrorKind::DecryptFailed | ErrorKind::WrongPart => Ok(false),
                _ => Err(error),
            },
        }
    }
}

impl Drop for PartsThere {
    fn drop(&mut self) {
        self.0.file.budget.trim();
    }
}
