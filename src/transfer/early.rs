//! Parts of a download that a later call can go on with, which arrive before their turn. They are written to their
//! place at once, and noted, so that a kill loses no more than what is on its way.
//!
//! The place is a guess: that all parts but the last are of one length. A part whose turn comes elsewhere is written
//! once more.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroize as _;

use super::budget::Lease;
use super::file_to_fetch::FileToFetch;
use super::resume::{Begun, Entry, Proved, Stored, log_failure};
use crate::call::Call;
use crate::crypto::Passphrase;
use crate::error::Result;
use crate::os::PlacedFile;
use crate::os::lock::Mutex;

pub(super) struct EarlyParts {
    file: PlacedFile,
    entry: Entry,
    file_id: String,
    /// The digests of the parts are keyed with it.
    passphrase: Passphrase,
    parts: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The length of all parts but the last; 0 if it is not known yet.
    length: u64,
    /// Those that an earlier call has noted.
    noted: BTreeMap<u32, Stored>,
    /// Those that are at their place.
    there: BTreeSet<u32>,
}

impl State {
    /// The place of a part of this length.
    fn place(&mut self, part: u32, length: u64, parts: u32) -> Option<u64> {
        if part < parts && self.length == 0 {
            self.length = length;
        }
        let fits = self.length > 0 && (part == parts || length == self.length);
        fits.then(|| self.length.checked_mul(u64::from(part) - 1))?
    }
}

impl EarlyParts {
    /// `noted` has what an earlier call has noted, of which `written` parts were found in order.
    pub(super) fn new(
        file: PlacedFile,
        entry: Entry,
        passphrase: Passphrase,
        noted: &Begun,
        written: u32,
    ) -> Self {
        let regular = noted.stored.iter().find(|(part, _)| **part < noted.parts);
        let behind = noted.stored.range(written.saturating_add(1)..);
        let state = State {
            length: regular.map_or(0, |(_, stored)| stored.length),
            noted: behind.map(|(part, stored)| (*part, *stored)).collect(),
            there: BTreeSet::new(),
        };
        Self {
            file,
            entry,
            file_id: noted.file_id.clone(),
            passphrase,
            parts: noted.parts,
            state: Mutex::new(state),
        }
    }

    /// Writes a part whose turn has not come. If that fails, it is written at its turn.
    pub(super) fn write(&self, call: &Call, part: u32, plaintext: &[u8], proved: Proved) {
        let length = plaintext.len() as u64;
        let mut state = self.state.lock();
        let place = state.place(part, length, self.parts);
        let Some(place) = place.filter(|_| !state.there.contains(&part)) else {
            return;
        };
        drop(state);
        let stored =
            (self.entry).received(&self.passphrase, &self.file_id, part, plaintext, proved);
        let written = self.file.write_at(plaintext, place);
        let noted = written.and_then(|()| self.entry.stored(part, stored));
        if log_failure(call, noted) == Some(true) {
            self.state.lock().there.insert(part);
        }
    }

    /// Whether a part whose turn has come, at this offset, stands there already.
    pub(super) fn is_there(&self, part: u32, length: u64, offset: u64) -> bool {
        let mut state = self.state.lock();
        let place = state.place(part, length, self.parts);
        state.there.remove(&part) && place == Some(offset)
    }

    /// Reads a part that an earlier call has written before its turn, if it is as that call has noted. It counts as there
    /// once it is [confirmed](Self::confirm).
    pub(super) fn recall(
        &self,
        file: &FileToFetch,
        part: u32,
        is_urgent: impl Fn() -> bool,
    ) -> Result<Option<(Lease, Proved)>> {
        let mut state = self.state.lock();
        let noted = state.noted.remove(&part);
        let found = noted.and_then(|stored| {
            let place = state.place(part, stored.length, self.parts)?;
            Some((stored, stored.proved?, place))
        });
        drop(state);
        let Some((stored, proved, place)) =
            found.filter(|(stored, ..)| stored.length <= file.max_part_bytes)
        else {
            return Ok(None);
        };
        if self.file.size()? < place.saturating_add(stored.length) {
            return Ok(None);
        }
        let call = &file.session.call;
        let mut memory = file.budget.lease(call, stored.length, is_urgent)?;
        let length = usize::try_from(stored.length).unwrap_or(usize::MAX);
        memory.buffer.clear();
        memory.buffer.resize(length, 0);
        let is_read = self.file.read_at(&mut memory.buffer, place)?;
        let (passphrase, file_id) = (&self.passphrase, &self.file_id);
        let digest = (self.entry).digest(passphrase, file_id, part, &memory.buffer);
        if is_read && digest == stored.digest {
            return Ok(Some((memory, proved)));
        }
        memory.buffer.zeroize();
        call.log(not_as_written(part));
        Ok(None)
    }

    /// A part that was recalled is what it should be.
    pub(super) fn confirm(&self, part: u32) {
        self.state.lock().there.insert(part);
    }
}

/// The log line for a part that is there, but another one than was noted.
pub(super) fn not_as_written(part: u32) -> String {
    format!(
        "part {part} of what was received before is not as it was written, and is fetched again"
    )
}
