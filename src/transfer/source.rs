//! Where the bytes of an upload come from: a file, the calling thread, or a spool of parts that are encrypted already.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Sender, bounded};

use super::budget::{Budget, Lease};
use super::plan::Plan;
use crate::api::Session;
use crate::call::{Call, Phase, stopped};
use crate::crypto::{PartBuffer, Passphrase, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Stamp};

/// What to do if the disk has no room for the parts of a source whose size is not known.
const ROOM_FOR_PARTS: &str = "make room there, name another directory by TMPDIR, or give the size of the source, \
                              which then needs no temporary file";

/// What workers of an upload send to the thread that made the call.
pub(crate) enum SourceEvent<T> {
    Fill(Fill),
    Done(Result<T>),
}

/// The way to the calling thread, which alone may read memory or call the caller's function.
pub(crate) struct Puller {
    ask: Box<dyn Fn(Fill) -> Result<()> + Send + Sync>,
    /// Whether the first part comes again after the last one.
    starts_again: bool,
}

impl Puller {
    pub(crate) fn new<T: Send + 'static>(
        calling_thread: Sender<SourceEvent<T>>,
        starts_again: bool,
    ) -> Self {
        let ask = move |fill| {
            calling_thread
                .send(SourceEvent::Fill(fill))
                .map_err(|_| stopped())
        };
        Self {
            ask: Box::new(ask),
            starts_again,
        }
    }

    /// Has a buffer, which is in this memory, filled with the next part.
    pub(crate) fn pull(&self, call: &Call, memory: &Lease, buffer: PartBuffer) -> Result<Filled> {
        let (filled, part) = bounded(1);
        (self.ask)(Fill { buffer, filled })?;
        // After an error of the source the calling thread ends the call, which drops the sender.
        let filled = call.wait_for_caller(&part, || memory.put_aside())?;
        memory.count_again(call)?;
        Ok(filled)
    }
}

/// What the calling thread is asked to fill with the next bytes of a source that only it may read.
pub(crate) struct Fill {
    pub(crate) buffer: PartBuffer,
    pub(crate) filled: Sender<Filled>,
}

/// A buffer that was filled: the part's number and length, and whether the source has ended with it.
pub(crate) struct Filled {
    pub(crate) buffer: PartBuffer,
    pub(crate) part: u32,
    pub(crate) length: usize,
    pub(crate) is_last: bool,
}

/// Where plaintext, or ciphertext made before, comes from.
pub(crate) enum Feed {
    /// A file that workers read by themselves.
    File(SourceFile),
    /// The calling thread reads, in order: memory, or the caller's function.
    Pulled(Puller),
    /// Encrypted parts of a source of unknown length.
    Spool(Spool),
}

impl Feed {
    /// Whether each part can be read again.
    pub(super) fn starts_again(&self) -> bool {
        match self {
            Self::File(_) | Self::Spool(_) => true,
            Self::Pulled(puller) => puller.starts_again,
        }
    }
}

/// A file as it was when the upload began.
pub(crate) struct SourceFile {
    file: File,
    path: PathBuf,
    before: fs::Metadata,
    /// How many bytes are sent; `None` if only reading shows it.
    size: Option<u64>,
    allow_growth: bool,
}

impl SourceFile {
    /// Opens a file; a symbolic link is followed only if it was the caller who named it. With `allow_growth`, bytes that
    /// are added later do not matter.
    pub(crate) fn open(path: &Path, follow: bool, allow_growth: bool) -> Result<Self> {
        let (file, before, size) = os::open_source(path, follow)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            before,
            size,
            allow_growth,
        })
    }

    /// How many bytes it has; `None` if only reading shows it, as for files of `/proc`.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size
    }

    /// By what a later change shows; `None` if that is not certain, or if not all of it is sent.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        (self.size == Some(self.before.len())).then(|| Stamp::of(&self.before))
    }

    /// Takes the size of a moment before, in a call that has counted with it.
    pub(crate) fn with_size_before(mut self, before: Option<u64>) -> Result<Self> {
        if self.size != before {
            let grew = self.size.zip(before).is_some_and(|(now, then)| now > then);
            if !(grew && self.allow_growth) {
                return Err(self.changed(before));
            }
            self.size = before;
        }
        Ok(self)
    }

    fn changed(&self, before: Option<u64>) -> Error {
        let now = self.file.metadata().map_or(0, |now| now.len());
        let before = before.unwrap_or_default();
        let path = self.path.display();
        let changed = |how: &str| {
            let message = format!("{path}: the file changed while it was uploaded{how}");
            Error::new(ErrorKind::FileChanged, message)
        };
        if now > before {
            changed(&format!(": it grew from {before} to {now} bytes")).with_remedy(
                "upload the file again when nothing writes to it, or set allow_growth to send what it holds at the start",
            )
        } else if now < before {
            changed(&format!(": it shrank from {before} to {now} bytes"))
        } else {
            changed("")
        }
    }

    pub(super) fn read(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        match os::read_at(&self.file, buffer, offset).map_err(|error| self.read_failed(&error))? {
            read if read == buffer.len() => Ok(()),
            _ => Err(self.changed(self.size)),
        }
    }

    /// Reads what comes next of a file of unknown size; 0 bytes at its end.
    pub(crate) fn read_on(&self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match (&self.file).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| self.read_failed(&error)),
            }
        }
    }

    fn read_failed(&self, error: &io::Error) -> Error {
        os::io_error(error, &self.path, ErrorKind::ReadFailed)
    }

    /// Looks whether all that was read so far was one and the same file.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let after = self.file.metadata();
        let after = after.map_err(|error| self.read_failed(&error))?;
        let same_time = match (self.before.modified(), after.modified()) {
            (Ok(before), Ok(after)) => before == after,
            _ => true,
        };
        let is_as_before = after.len() == self.before.len() && same_time;
        if is_as_before || self.allow_growth && after.len() >= self.before.len() {
            Ok(())
        } else {
            Err(self.changed(self.size))
        }
    }
}

/// Encrypted parts of a source of unknown length.
pub(crate) struct Spool {
    kept: Kept,
    /// Position, length, and length of the plaintext of each.
    pub(super) parts: Vec<(u64, usize, usize)>,
}

/// The largest encrypted part that stays in memory beside the budget.
const IN_MEMORY: usize = 64 << 10;

enum Kept {
    /// The only part, if it is small: nothing, or a few lines, need no directory for temporary files.
    Memory(Vec<u8>),
    /// A file without a name.
    File(File),
}

impl Spool {
    fn keep(&mut self, sealed: &[u8], length: usize, is_all: bool) -> Result<()> {
        use std::io::Write;
        let position = self.parts.last().map_or(0, |last| last.0 + last.1 as u64);
        self.parts.push((position, sealed.len(), length));
        if is_all && sealed.len() <= IN_MEMORY {
            self.kept = Kept::Memory(sealed.to_vec());
            return Ok(());
        }
        if let Kept::Memory(_) = self.kept {
            self.kept = Kept::File(os::spool_file()?);
        }
        let Kept::File(file) = &mut self.kept else {
            return Ok(());
        };
        file.write_all(sealed).map_err(|error| {
            let error = os::io_error(&error, &std::env::temp_dir(), ErrorKind::WriteFailed)
                .context("temporary file of encrypted parts");
            match error.kind() {
                ErrorKind::DiskFull => error.with_remedy(ROOM_FOR_PARTS),
                _ => error,
            }
        })
    }

    pub(super) fn read(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        match &self.kept {
            Kept::Memory(part) => {
                buffer.copy_from_slice(part);
                Ok(())
            }
            Kept::File(file) => match os::read_at(file, buffer, offset) {
                Ok(read) if read == buffer.len() => Ok(()),
                _ => Err(Error::new(
                    ErrorKind::ReadFailed,
                    "the temporary file of encrypted parts cannot be read",
                )),
            },
        }
    }
}

/// Encrypts a source of unknown length into a spool, and returns the plan of its parts too.
///
/// Only the last part can say how many there are and how long the file is; the others say their number.
pub(crate) fn spool(
    session: &Session,
    budget: &Arc<Budget>,
    next_part: &mut dyn FnMut(&Lease, PartBuffer) -> Result<Filled>,
    passphrase: &Passphrase,
    part_size: u64,
) -> Result<(Spool, Plan)> {
    let call = &session.call;
    call.set_total(None, 0);
    call.set_phase(Phase::Preparing);
    let capacity = usize::try_from(part_size).unwrap_or(usize::MAX);
    let mut spool = Spool {
        kept: Kept::Memory(Vec::new()),
        parts: Vec::new(),
    };
    // One part at a time, and the byte that shows whether it is the last.
    let room = PartBuffer::room(capacity.saturating_add(1));
    let mut size = 0;
    loop {
        call.check()?;
        // Until the next part other transfers have their turn: the source may be slow.
        let mut memory = budget.lease(call, room as u64, || true)?;
        let buffer = PartBuffer::within(std::mem::take(&mut memory.buffer));
        let Filled {
            mut buffer,
            part,
            length,
            is_last,
        } = next_part(&memory, buffer)?;
        size += length as u64;
        // Judges the size limit while the source still runs.
        let plan = Plan::new(size, part_size)?;
        let (parts, whole) = if is_last { (part, size) } else { (0, 0) };
        let place = Place {
            part,
            parts,
            size: whole,
        };
        let sealed = buffer.seal_at(&place, passphrase)?;
        spool.keep(sealed, length, is_last && part == 1)?;
        if is_last {
            return Ok((spool, plan));
        }
        memory.buffer = buffer.into_memory();
    }
}

/// The most that the caller's function reads or writes at once: between two of its calls the caller gets reports, and
/// can stop. A pipe holds as much.
pub(crate) const AT_ONCE: usize = 64 << 10;

/// Reads a source part by part, in order. On the calling thread it is the other end of a [`Puller`].
pub(crate) struct Filler<'a> {
    read: &'a mut dyn FnMut(&mut [u8]) -> Result<usize>,
    /// The plan of a source of known length.
    plan: Option<Plan>,
    part_size: u64,
    next_part: u32,
    /// The first byte of the next part of a source of unknown length: only reading on shows which part is the last.
    ahead: Option<u8>,
}

impl<'a> Filler<'a> {
    /// Without a plan, the source is of unknown length.
    pub(crate) fn new(
        read: &'a mut dyn FnMut(&mut [u8]) -> Result<usize>,
        plan: Option<Plan>,
        part_size: u64,
    ) -> Self {
        Self {
            read,
            plan,
            part_size,
            next_part: 1,
            ahead: None,
        }
    }

    /// Fills a buffer for a worker, and sends it back. The channel has room for it.
    pub(crate) fn serve(
        &mut self,
        request: Fill,
        between: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let Fill { buffer, filled } = request;
        let _ = filled.send(self.fill(buffer, between)?);
        Ok(())
    }

    /// Fills a buffer with the next part. Calls `between` after each read, which may end it.
    pub(crate) fn fill(
        &mut self,
        mut buffer: PartBuffer,
        between: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Filled> {
        let part = self.next_part;
        // The next one after the last part is the first again.
        self.next_part = match self.plan {
            Some(plan) => part % plan.parts + 1,
            None => part + 1,
        };
        let wanted = match self.plan {
            Some(plan) => plan.range(part).1,
            None => usize::try_from(self.part_size)
                .unwrap_or(usize::MAX)
                .saturating_add(1),
        };
        let mut length = 0;
        if let Some(byte) = self.ahead.take() {
            buffer.plaintext_mut(1)[0] = byte;
            length = 1;
        }
        while length < wanted {
            // No more memory is touched than a short stream needs.
            let room = wanted.min(length + AT_ONCE);
            let space = &mut buffer.plaintext_mut(room)[length..];
            match (self.read)(space)? {
                0 => break,
                read => length += read.min(space.len()),
            }
            between()?;
        }
        if self.plan.is_some() && length < wanted {
            return Err(Error::new(
                ErrorKind::SizeMismatch,
                "the source ended before its declared size",
            )
            .with_remedy("give the source's true size, or leave it unknown"));
        }
        let is_last = match self.plan {
            Some(plan) => part == plan.parts,
            None => length < wanted,
        };
        if self.plan.is_none() && !is_last {
            length -= 1;
            self.ahead = Some(buffer.plaintext_mut(wanted)[length]);
        }
        buffer.plaintext_mut(length);
        Ok(Filled {
            buffer,
            part,
            length,
            is_last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length of each part, whether it is the last, and how much of the first buffer was touched.
    fn parts_of(size: usize) -> (Vec<(usize, bool)>, usize) {
        let mut left = size;
        let mut read = |space: &mut [u8]| {
            let read = left.min(space.len());
            space[..read].fill(7);
            left -= read;
            Ok(read)
        };
        let mut filler = Filler::new(&mut read, None, 300_000);
        let (mut parts, mut touched) = (Vec::new(), None);
        while parts.last().is_none_or(|(_, is_last)| !is_last) {
            let buffer = PartBuffer::with_capacity(300_001).expect("memory");
            let mut part = filler.fill(buffer, &mut || Ok(())).expect("it reads");
            let content = part.buffer.plaintext_mut(part.length);
            assert!(content.iter().all(|byte| *byte == 7));
            parts.push((part.length, part.is_last));
            touched.get_or_insert(part.buffer.into_memory().len());
        }
        (parts, touched.unwrap_or_default())
    }

    #[test]
    fn the_last_part_of_a_stream_is_known_when_it_is_read() {
        for (size, parts) in [
            (0, vec![(0, true)]),
            (299_999, vec![(299_999, true)]),
            (300_000, vec![(300_000, true)]),
            (300_001, vec![(300_000, false), (1, true)]),
            (600_000, vec![(300_000, false), (300_000, true)]),
        ] {
            assert_eq!(parts_of(size).0, parts, "{size}");
        }
    }

    #[test]
    fn a_short_stream_touches_little_memory() {
        assert!(parts_of(10).1 < 70_000);
    }
}
