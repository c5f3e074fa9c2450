//! A download that a later call can go on with. Its temporary file stays if the call fails or is killed, and each part in
//! it is noted in a resume file.
//!
//! What a later call finds is read and compared part by part before it is relied on, so it does not matter who had the
//! file meanwhile.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

use super::claims::Claims;
use super::early::{EarlyParts, not_as_written};
use super::file_to_fetch::FileToFetch;
use super::resume::{Begun, Entry, Proved, log_failure};
use crate::call::{Call, Phase};
use crate::crypto::Passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::os::{Decide, Existing, Finished, PlacedFile, TargetFile};

/// The file, and where its parts are noted.
pub(crate) struct KeptFile {
    file: TargetFile,
    entry: Entry,
    file_id: String,
    /// The digests of the parts are keyed with it.
    passphrase: Passphrase,
    there: There,
    early: Arc<EarlyParts>,
}

/// The parts that an earlier call has written.
#[derive(Clone, Default)]
pub(super) struct There {
    pub(super) parts: u32,
    pub(super) written: u64,
    pub(super) received: u64,
    pub(super) claims: Claims,
}

/// Whether a later call may go on after a failure like this. Otherwise it begins anew.
fn goes_on(error: &Error) -> bool {
    use ErrorKind::{
        DecryptFailed, FileNotOnPackage, KeycodeNotProved, PackageDeleted, Refused, SizeMismatch,
        UnknownPackage, WrongPart,
    };
    !matches!(
        error.kind(),
        DecryptFailed
            | FileNotOnPackage
            | KeycodeNotProved
            | PackageDeleted
            | Refused
            | SizeMismatch
            | UnknownPackage
            | WrongPart
    )
}

/// Removes what an earlier call has left of a download into this place, if nothing can be gone on with.
pub(crate) fn give_up(entry: &Entry, target: &Path) -> Result<()> {
    if let Some(begun) = entry.begun() {
        discard(earlier(&begun, target));
        entry.end()?;
    }
    Ok(())
}

/// The same after a failure, if that shows that nothing can be gone on with.
pub(crate) fn give_up_after(error: &Error, entry: &Entry, target: &Path) {
    if !goes_on(error) {
        let _ = give_up(entry, target);
    }
}

/// The temporary file of an earlier call.
fn earlier(begun: &Begun, target: &Path) -> Option<TargetFile> {
    TargetFile::reopen(target, begun.temporary.as_deref()?)
}

fn discard(left: Option<TargetFile>) {
    if let Some(mut left) = left {
        left.discard();
    }
}

/// What a download of this version of a file notes when it begins.
fn beginning(file: &FileToFetch, version: Option<u32>) -> Begun {
    Begun {
        file_id: file.file_id.clone(),
        size: file.declared_size.unwrap_or(0),
        parts: file.parts.unwrap_or(0),
        version: version.unwrap_or(0),
        ..Begun::default()
    }
}

/// Whether a download that has begun is of the same version of the file. Not every list of the service has versions.
fn is_same(begun: &Begun, now: &Begun) -> bool {
    let is_same_version = begun.version == now.version || begun.version == 0 || now.version == 0;
    is_same_version
        && (&begun.file_id, begun.size, begun.parts) == (&now.file_id, now.size, now.parts)
}

/// How many bytes a file has that an earlier call has finished, if that was killed before it could note that: then the
/// target has all that it has noted.
pub(crate) fn finished_before(
    file: &FileToFetch,
    version: Option<u32>,
    entry: &Entry,
    target: &Path,
) -> Result<Option<u64>> {
    let Some(begun) = entry.begun() else {
        return Ok(None);
    };
    let is_all_noted = begun.parts > 0 && begun.stored.len() == begun.parts as usize;
    let is_named =
        (begun.temporary.as_deref()).is_some_and(|name| !TargetFile::is_left(target, name));
    if !is_all_noted || !is_named || !is_same(&begun, &beginning(file, version)) {
        return Ok(None);
    }
    let lengths = begun.stored.values().map(|stored| stored.length);
    let size = lengths.fold(0, u64::saturating_add);
    let Some(there) = PlacedFile::open(target) else {
        return Ok(None);
    };
    let read = |_: &[u8]| {};
    if there.size()? != size || verified(file, entry, &begun, &there, read)?.0.parts < begun.parts {
        return Ok(None);
    }
    file.session.call.parts_done(begun.parts, size);
    Ok(Some(size))
}

impl KeptFile {
    /// Goes on with the temporary file of an earlier call, as far as its parts are those that it has noted. If there is
    /// none, or of another version of the file, a new one is begun. `decide` says in the end what becomes of it.
    pub(crate) fn open(
        file: &FileToFetch,
        version: Option<u32>,
        entry: Entry,
        target: &Path,
        existing: Existing,
        decide: Option<Box<Decide>>,
    ) -> Result<Self> {
        let mut now = beginning(file, version);
        let mut begun = entry.begun().unwrap_or_default();
        let mut left = earlier(&begun, target);
        let call = &file.session.call;
        let mut decided = decide.map(|decide| (decide, Sha256::new()));
        let there = match &left {
            Some(left) if is_same(&begun, &now) => {
                let read = |part: &[u8]| {
                    call.part_done(part.len() as u64);
                    if let Some((_, digest)) = &mut decided {
                        digest.update(part);
                    }
                };
                let (there, is_as_noted) = verified(file, &entry, &begun, &left.placed()?, read)?;
                if !is_as_noted {
                    begun.stored.split_off(&there.parts.saturating_add(1));
                }
                there
            }
            _ => {
                begun.stored.clear();
                There::default()
            }
        };
        let mut kept = match left.take_if(|_| !begun.stored.is_empty()) {
            Some(mut left) => {
                call.log(format!(
                    "goes on with {} of {} parts",
                    begun.stored.len(),
                    begun.parts
                ));
                left.go_on(there.written, existing)?;
                now = begun;
                left
            }
            None => {
                discard(left);
                let kept = TargetFile::create_kept(target, existing)?;
                now.temporary = kept.temporary_name();
                log_failure(call, entry.begin(now.clone()));
                kept
            }
        };
        if let Some((decide, digest)) = decided {
            kept = kept.decided(decide, digest);
        }
        let passphrase = file.passphrase.clone();
        let early = EarlyParts::new(
            kept.placed()?,
            entry.clone(),
            passphrase.clone(),
            &now,
            there.parts,
        );
        Ok(Self {
            file: kept,
            entry,
            file_id: file.file_id.clone(),
            passphrase,
            there,
            early: Arc::new(early),
        })
    }

    pub(crate) fn target_file(&mut self) -> &mut TargetFile {
        &mut self.file
    }

    pub(super) fn there(&self) -> There {
        self.there.clone()
    }

    pub(super) fn early(&self) -> Arc<EarlyParts> {
        Arc::clone(&self.early)
    }

    /// Writes a part that has proved to be genuine, and notes it.
    pub(super) fn write(
        &mut self,
        call: &Call,
        part: u32,
        plaintext: &[u8],
        proved: Proved,
    ) -> Result<()> {
        let length = plaintext.len() as u64;
        if self.early.is_there(part, length, self.file.written()) {
            self.file.pass(plaintext);
            self.file.keep();
            return Ok(());
        }
        self.file.write(plaintext)?;
        let stored =
            (self.entry).received(&self.passphrase, &self.file_id, part, plaintext, proved);
        if log_failure(call, self.entry.stored(part, stored)) == Some(true) {
            self.file.keep();
        }
        Ok(())
    }

    /// The caller notes the end: a kill in between leaves the parts noted, by which [`finished_before`] finds the file.
    pub(super) fn finish(self, sync: bool) -> Result<Finished> {
        self.file.finish(sync)
    }

    /// Leaves the file to a later call, unless nothing can be gone on with.
    pub(super) fn failed(mut self, call: &Call, error: &Error) {
        let is_any = || (self.entry.begun()).is_some_and(|begun| !begun.stored.is_empty());
        if goes_on(error) && is_any() {
            self.file.keep();
            return;
        }
        self.file.discard();
        log_failure(call, self.entry.end());
    }
}

/// Reads what an earlier call has written in order, and returns how much of it is as that call has noted; and whether
/// it is so as far as that call has noted parts without a gap. `read` gets each part that is so.
fn verified(
    file: &FileToFetch,
    entry: &Entry,
    begun: &Begun,
    left: &PlacedFile,
    mut read: impl FnMut(&[u8]),
) -> Result<(There, bool)> {
    let call = &file.session.call;
    call.set_phase(Phase::Transferring);
    let (mut there, size) = (There::default(), left.size()?);
    for part in 1..=begun.parts {
        let Some((stored, proved)) =
            (begun.stored.get(&part)).and_then(|stored| Some((stored, stored.proved?)))
        else {
            break;
        };
        call.check()?;
        let is_possible = stored.length <= (size - there.written).min(file.max_part_bytes);
        let accept = |claims: &mut Claims| {
            let place = proved.place(part);
            claims.accept(part, file.parts, place.as_ref(), proved.mark, None)
        };
        let mut is_same = false;
        if is_possible {
            let mut memory = file.budget.lease(call, stored.length, || true)?;
            let length = usize::try_from(stored.length).unwrap_or(usize::MAX);
            memory.buffer.clear();
            memory.buffer.resize(length, 0);
            is_same = left.read_at(&mut memory.buffer, there.written)?
                && entry.digest(&file.passphrase, &begun.file_id, part, &memory.buffer)
                    == stored.digest
                && accept(&mut there.claims).is_ok();
            if is_same {
                read(&memory.buffer);
            }
            memory.buffer.zeroize();
        }
        if !is_same {
            call.log(not_as_written(part));
            return Ok((there, false));
        }
        there.parts = part;
        there.written += stored.length;
        there.received = there.received.saturating_add(proved.received);
    }
    Ok((there, true))
}
