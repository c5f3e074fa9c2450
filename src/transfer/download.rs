//! Downloads: parts are fetched and verified by several workers and written in order (`protocol` 5.3, 5.4).
//!
//! Nothing of a part is written before the whole part has proved to be genuine, and a file gets its name only when all
//! parts are there. The size that they claim themselves is binding; what its sender has declared is a hint, unless the
//! caller wants it kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::assembly::{Assembly, Piece, Size};
use super::crew::{self, Worker};
use super::early::{EarlyParts, not_as_written};
use super::fetch::{Judge, PartFetcher, Wanted};
use super::file_to_fetch::FileToFetch;
use super::outlet::Outlet;
use crate::call::{Call, Phase, WORKER_GRACE};
use crate::error::{Error, ErrorKind, Result};
use crate::os::Finished;

/// So many parts for each worker may be ahead of the one that is written next. Parts that unpack to much more than
/// they are, or take no memory worth counting, would wait there in any number.
const PARTS_AHEAD: usize = 8;

/// Fetches all parts of a file into its outlet, and gives the file its name. Returns how many bytes it has, and whether
/// it was written.
pub(crate) fn run(file: FileToFetch, outlet: Outlet) -> Result<(u64, Finished)> {
    let parts = file.parts.unwrap_or(1) as usize;
    let sync = file.sync;
    let there = outlet.there();
    let declared = file.declared_size.unwrap_or(0);
    let size = Size {
        written: there.written,
        received: there.received,
        counted: declared.max(there.written),
    };
    if size.counted > declared {
        file.session.call.correct_total(declared, size.counted);
    }
    let download = Arc::new(Download {
        early: outlet.early(),
        assembly: Assembly::new(outlet, there.parts + 1, size),
        next_part: AtomicU32::new(there.parts + 1),
        fetcher: PartFetcher::after(there.claims, file),
    });
    let file = &download.fetcher.file;
    let call = &file.session.call;
    call.set_phase(Phase::Transferring);
    let (shared, counting) = (Arc::clone(&download), Arc::clone(&download));
    let workers = move || counting.fetcher.file.flight.parts().min(parts);
    let fetched = crew::run(call, workers, WORKER_GRACE, move |worker| {
        shared.work(worker)
    });
    // After a failure the temporary file is gone before the call returns.
    let mut outlet = download.assembly.close();
    file.budget.trim();
    let Size {
        written, counted, ..
    } = download.assembly.size();
    if let Err(error) = fetched.and_then(|()| download.check_size(written, true)) {
        outlet.failed(call, &error);
        return Err(error);
    }
    call.correct_total(counted, written);
    call.set_phase(Phase::Completing);
    Ok((written, outlet.finish(sync)?))
}

/// A download under way, shared by its workers.
pub(super) struct Download {
    pub(super) fetcher: PartFetcher,
    pub(super) assembly: Assembly,
    /// Takes parts before their turn, if a later call can go on with the file.
    early: Option<Arc<EarlyParts>>,
    next_part: AtomicU32,
}

impl Download {
    /// One worker: part after part.
    fn work(&self, worker: &Worker<'_>) -> Result<()> {
        let file = &self.fetcher.file;
        let parts = file.parts.unwrap_or(0);
        while self.next_part.load(Ordering::Relaxed) <= parts + 1 && worker.goes_on() {
            let part = self.next_part.fetch_add(1, Ordering::Relaxed);
            match part.checked_sub(parts) {
                None | Some(0) => {}
                Some(1) => return self.fetch_surplus(),
                Some(_) => return Ok(()),
            }
            let ahead = u32::try_from(file.flight.parts() * PARTS_AHEAD).unwrap_or(u32::MAX);
            self.assembly.wait_for_turn(self.call(), part, ahead)?;
            let piece = match self.recall(part)? {
                Some(piece) => Ok(piece),
                None => self.fetch(part, &|failure, _| failure),
            };
            let piece = piece.map_err(|error| error.context(format_args!("part {part}")))?;
            if let Some(early) = self.early.as_ref().filter(|_| !self.assembly.awaits(part)) {
                early.write(self.call(), part, piece.plaintext(), piece.proved());
            }
            if !self.deliver(part, piece)? {
                worker.leaves();
                break;
            }
        }
        Ok(())
    }

    /// A part that an earlier call has written before its turn.
    fn recall(&self, part: u32) -> Result<Option<Piece>> {
        let (Some(early), file) = (&self.early, &self.fetcher.file) else {
            return Ok(None);
        };
        let Some((memory, proved)) = early.recall(file, part, || self.assembly.awaits(part))?
        else {
            return Ok(None);
        };
        let content = 0..memory.buffer.len();
        let piece = Piece::new(memory, content, proved);
        let (mut claims, place) = (self.fetcher.claims.lock(), proved.place(part));
        let claimed = claims.accept(part, file.parts, place.as_ref(), proved.mark, None);
        drop(claims);
        if claimed.is_err() {
            self.call().log(not_as_written(part));
            return Ok(None);
        }
        early.confirm(part);
        Ok(Some(piece))
    }

    /// Fetches a part; `judge` decides what a failure means.
    pub(super) fn fetch(&self, part: u32, judge: &Judge<'_>) -> Result<Piece> {
        self.fetcher.fetch(&Wanted {
            part,
            is_urgent: &|| self.assembly.awaits(part),
            judge,
        })
    }

    pub(super) fn call(&self) -> &Call {
        &self.fetcher.file.session.call
    }

    /// As [`Assembly::deliver`].
    pub(super) fn deliver(&self, part: u32, piece: Piece) -> Result<bool> {
        self.assembly.deliver(self.call(), part, piece, |size| {
            self.check_size(size.written, false)?;
            self.check_growth(size)
        })
    }

    /// Checks the size of a file against the size that its parts claim, and with `strict_size` against the declared one.
    /// While parts are missing, it may be smaller.
    fn check_size(&self, found: u64, is_whole: bool) -> Result<()> {
        let file = &self.fetcher.file;
        let differs = |size: u64| found > size || is_whole && found < size;
        let claimed = self.fetcher.claims.lock().size();
        if let Some(size) = claimed.filter(|size| differs(*size)) {
            return Err(size_mismatch(found, is_whole, "they say themselves", size));
        }
        match file.declared_size {
            // 0 may stand for a size that the service does not know.
            Some(declared) if file.strict_size && declared > 0 && differs(declared) => {
                let error = size_mismatch(found, is_whole, "the sender has declared", declared);
                Err(error.with_remedy("without strict_size such a file is kept"))
            }
            _ => Ok(()),
        }
    }

    /// Checks that a file is not much larger than its ciphertext. Otherwise a few bytes of compressed data could fill
    /// the disk.
    fn check_growth(&self, found: Size) -> Result<()> {
        let FileToFetch {
            declared_size,
            in_memory,
            max_part_bytes,
            ..
        } = self.fetcher.file;
        let (size, said, remedy) = match declared_size {
            // A caller that wants a file in memory knows its declared size, and has made room for no more.
            Some(declared) if in_memory => {
                (declared, "the sender has declared", "download it to a file")
            }
            _ => (
                found.received.max(declared_size.unwrap_or(0)),
                "the declared size, or what was sent, is",
                "raise max_part_bytes if the sender is to be trusted with that much space",
            ),
        };
        match found.written > size.saturating_add(max_part_bytes) {
            true => Err(size_mismatch(found.written, false, said, size).with_remedy(remedy)),
            false => Ok(()),
        }
    }
}

fn size_mismatch(found: u64, is_whole: bool, said: &str, size: u64) -> Error {
    let more = if is_whole { "" } else { " or more" };
    let message = format!("the parts hold {found} bytes{more} where {said} {size}");
    Error::new(ErrorKind::SizeMismatch, message)
}
