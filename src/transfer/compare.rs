//! Compares a local file with the content of one on the service, of which nothing is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

use super::source::SourceFile;
use crate::call::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;

/// SHA-256 of the content of a file.
pub(crate) type Digest = [u8; 32];

/// So much of the local file is read at once.
const PIECE: usize = 64 << 10;

/// A local file that verified plaintext is compared with, in order.
pub(crate) struct Comparison {
    source: SourceFile,
    /// `None` if only reading shows it.
    size: Option<u64>,
    compared: u64,
    digest: Sha256,
    outcome: Arc<Outcome>,
}

/// What a comparison has shown.
#[derive(Default)]
pub(crate) struct Outcome {
    differs: AtomicBool,
    digest: Mutex<Option<Digest>>,
}

impl Outcome {
    /// The digest of both files if they are the same. The first difference has ended the download.
    pub(crate) fn of<T>(&self, downloaded: Result<T>) -> Result<Option<Digest>> {
        if self.differs.load(Ordering::Acquire) {
            return Ok(None);
        }
        downloaded?;
        Ok(*self.digest.lock())
    }
}

/// The digest of a local file.
pub(crate) fn digest(call: &Call, source: &SourceFile) -> Result<Digest> {
    let (mut digest, mut buffer, mut at) = (Sha256::new(), vec![0; PIECE], 0);
    let Some(size) = source.size() else {
        loop {
            call.check()?;
            match source.read_on(&mut buffer)? {
                0 => return Ok(digest.finalize().into()),
                read => digest.update(&buffer[..read]),
            }
        }
    };
    while at < size {
        call.check()?;
        let length = PIECE.min(usize::try_from(size - at).unwrap_or(PIECE));
        source.read(&mut buffer[..length], at)?;
        digest.update(&buffer[..length]);
        at += length as u64;
    }
    source.check_unchanged()?;
    Ok(digest.finalize().into())
}

impl Comparison {
    pub(crate) fn new(source: SourceFile) -> (Self, Arc<Outcome>) {
        let outcome = Arc::new(Outcome::default());
        let comparison = Self {
            size: source.size(),
            source,
            compared: 0,
            digest: Sha256::new(),
            outcome: Arc::clone(&outcome),
        };
        (comparison, outcome)
    }

    pub(super) fn write(&mut self, plaintext: &[u8]) -> Result<()> {
        let end = self.compared + plaintext.len() as u64;
        if self.size.is_some_and(|size| end > size) {
            return Err(self.differs());
        }
        let mut buffer = vec![0; PIECE.min(plaintext.len())];
        for piece in plaintext.chunks(PIECE) {
            let local = &mut buffer[..piece.len()];
            if !self.read(local)? || local != piece {
                return Err(self.differs());
            }
            self.compared += piece.len() as u64;
        }
        self.digest.update(plaintext);
        Ok(())
    }

    /// Reads the next bytes of the local file; `false` if it ends before.
    fn read(&self, mut local: &mut [u8]) -> Result<bool> {
        if self.size.is_some() {
            return self.source.read(local, self.compared).map(|()| true);
        }
        while !local.is_empty() {
            match self.source.read_on(local)? {
                0 => return Ok(false),
                read => local = &mut local[read..],
            }
        }
        Ok(true)
    }

    /// The download is whole; the local file may go on.
    pub(super) fn finish(self) -> Result<()> {
        let goes_on = match self.size {
            Some(size) => self.compared < size,
            None => self.source.read_on(&mut [0])? > 0,
        };
        if goes_on {
            return Err(self.differs());
        }
        if self.size.is_some() {
            self.source.check_unchanged()?;
        }
        *self.outcome.digest.lock() = Some(self.digest.finalize().into());
        Ok(())
    }

    /// Ends the download.
    fn differs(&self) -> Error {
        self.outcome.differs.store(true, Ordering::Release);
        Error::new(ErrorKind::FileExists, "the content differs")
    }
}
