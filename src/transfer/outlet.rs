//! Where the bytes of a download go: a file, or the calling thread.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Sender, bounded};

use super::budget::Lease;
use super::compare::Comparison;
use super::early::EarlyParts;
use super::kept::{KeptFile, There};
use super::resume::Proved;
use crate::call::{Call, stopped};
use crate::error::{Error, Result};
use crate::os::{Existing, Finished, TargetFile};

/// A smaller file is on the disk before it is worth the effort.
const WORTH_RESERVING: u64 = 1 << 20;

/// What workers of a download send to the thread that made the call.
pub(crate) enum SinkEvent<T> {
    Write(Write),
    Done(Result<T>),
}

/// Verified plaintext for the calling thread to write; it gives the buffer back when it has.
pub(crate) struct Write {
    pub(crate) buffer: Vec<u8>,
    pub(crate) plaintext: Range<usize>,
    pub(crate) written: Sender<Vec<u8>>,
}

/// Where verified plaintext goes, in order.
pub(crate) enum Outlet {
    /// A file, written by the workers.
    File(Box<TargetFile>),
    /// The calling thread: memory, or the caller's function.
    Pushed(Box<dyn Fn(Write) -> Result<()> + Send>),
    /// A file that a later call can go on with.
    Kept(Box<KeptFile>),
    /// A local file, which it is compared with.
    Compared(Box<Comparison>),
    /// Nowhere any more: the file is finished, or the download has failed.
    Closed,
}

impl Outlet {
    /// A new file, with room for about so many bytes. It gets a time of modification, in seconds since 1970, or else that
    /// of its last write.
    pub(crate) fn file(
        target: &Path,
        existing: Existing,
        size: u64,
        modified: Option<i64>,
    ) -> Result<Self> {
        let mut file = TargetFile::create(target, existing)?;
        prepare(&mut file, size, modified)?;
        Ok(Self::File(Box::new(file)))
    }

    /// The same for a file that goes on.
    pub(crate) fn kept(mut file: KeptFile, size: u64, modified: Option<i64>) -> Result<Self> {
        prepare(file.target_file(), size, modified)?;
        Ok(Self::Kept(Box::new(file)))
    }

    /// What is there already.
    pub(super) fn there(&self) -> There {
        match self {
            Self::Kept(file) => file.there(),
            _ => There::default(),
        }
    }

    /// Where parts go before their turn.
    pub(super) fn early(&self) -> Option<Arc<EarlyParts>> {
        match self {
            Self::Kept(file) => Some(file.early()),
            _ => None,
        }
    }

    /// An outlet to the calling thread, by the channel of its events.
    pub(crate) fn pushed<T: Send + 'static>(calling_thread: Sender<SinkEvent<T>>) -> Self {
        Self::Pushed(Box::new(move |write| {
            calling_thread
                .send(SinkEvent::Write(write))
                .map_err(|_| stopped())
        }))
    }

    /// Writes a part, whose buffer is in this memory, and hands the buffer back.
    pub(super) fn write(
        &mut self,
        call: &Call,
        memory: &Lease,
        buffer: Vec<u8>,
        plaintext: Range<usize>,
        (part, proved): (u32, Proved),
    ) -> Result<Vec<u8>> {
        match self {
            Self::File(file) => {
                file.write(&buffer[plaintext])?;
                Ok(buffer)
            }
            Self::Kept(file) => {
                file.write(call, part, &buffer[plaintext], proved)?;
                Ok(buffer)
            }
            Self::Pushed(push) => {
                let (written, given_back) = bounded(1);
                push(Write {
                    buffer,
                    plaintext,
                    written,
                })?;
                // After an error of the sink the calling thread ends the call, which drops the sender.
                call.wait_for_caller(&given_back, || memory.put_aside())
            }
            Self::Compared(comparison) => {
                comparison.write(&buffer[plaintext])?;
                Ok(buffer)
            }
            Self::Closed => Err(stopped()),
        }
    }

    pub(super) fn finish(&mut self, sync: bool) -> Result<Finished> {
        match std::mem::replace(self, Self::Closed) {
            Self::File(file) => file.finish(sync),
            Self::Kept(file) => file.finish(sync),
            Self::Compared(comparison) => comparison.finish().map(|()| Finished::Written),
            Self::Pushed(_) | Self::Closed => Ok(Finished::Written),
        }
    }

    /// Ends a download that has failed.
    pub(super) fn failed(self, call: &Call, error: &Error) {
        if let Self::Kept(file) = self {
            file.failed(call, error);
        }
    }
}

fn prepare(file: &mut TargetFile, size: u64, modified: Option<i64>) -> Result<()> {
    file.set_modified(modified);
    match size > WORTH_RESERVING {
        true => file.reserve(size),
        false => Ok(()),
    }
}
