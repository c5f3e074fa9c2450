//! A download that a later call can go on with. Its temporary file stays if the call fails or is killed, and each part in
//! it is noted in a resume file.
//!
//! What a later call finds is read and compared part by part before it is relied on, so it does not matter who had the
//! file meanwhile. The parts are written in order; those that had arrived early are fetched again.

use std::path::Path;

use zeroize::Zeroize as _;

use super::claims::Claims;
use super::file_to_fetch::FileToFetch;
use super::resume::{Begun, Entry, Proved, Stored};
use crate::call::{Call, Phase};
use crate::crypto::Passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::os::{Existing, Finished, TargetFile};

/// The file, and where its parts are noted.
pub(crate) struct KeptFile {
    file: TargetFile,
    entry: Entry,
    /// The digests of the parts are keyed with it.
    passphrase: Passphrase,
    there: There,
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

impl KeptFile {
    /// Goes on with the temporary file of an earlier call, as far as its parts are those that it has noted. If there is
    /// none, or of another version of the file, a new one is begun.
    pub(crate) fn open(
        file: &FileToFetch,
        version: Option<u32>,
        entry: Entry,
        target: &Path,
        existing: Existing,
    ) -> Result<Self> {
        let now = Begun {
            file_id: file.file_id.clone(),
            size: file.declared_size.unwrap_or(0),
            parts: file.parts.unwrap_or(0),
            version: version.unwrap_or(0),
            ..Begun::default()
        };
        let begun = entry.begun().unwrap_or_default();
        // Not every list of the service has versions.
        let is_same_version =
            begun.version == now.version || begun.version == 0 || now.version == 0;
        let is_same = is_same_version
            && (&begun.file_id, begun.size, begun.parts) == (&now.file_id, now.size, now.parts);
        let mut left = earlier(&begun, target);
        let there = match &left {
            Some(left) if is_same => verified(file, &begun, left)?,
            _ => There::default(),
        };
        let kept = match left.take_if(|_| there.parts > 0) {
            Some(mut left) => {
                left.go_on(there.written, existing)?;
                left
            }
            None => {
                discard(left);
                let kept = TargetFile::create_kept(target, existing)?;
                let temporary = kept.temporary_name();
                entry.begin(Begun { temporary, ..now })?;
                kept
            }
        };
        Ok(Self {
            file: kept,
            entry,
            passphrase: file.passphrase.clone(),
            there,
        })
    }

    pub(crate) fn target_file(&mut self) -> &mut TargetFile {
        &mut self.file
    }

    pub(super) fn there(&self) -> There {
        self.there.clone()
    }

    /// Writes a part that has proved to be genuine, and notes it.
    pub(super) fn write(
        &mut self,
        call: &Call,
        part: u32,
        plaintext: &[u8],
        proved: Proved,
    ) -> Result<()> {
        self.file.write(plaintext)?;
        let stored = Stored {
            length: plaintext.len() as u64,
            digest: self.passphrase.digest(plaintext),
            proved: Some(proved),
        };
        match self.entry.stored(part, stored) {
            Ok(()) => self.file.keep(),
            // A later call fetches more than it would have to.
            Err(error) => call.log(format!("the resume file: {}", error.message())),
        }
        Ok(())
    }

    pub(super) fn finish(self, call: &Call, sync: bool) -> Result<Finished> {
        let finished = self.file.finish(sync)?;
        if let Err(error) = self.entry.end() {
            call.log(format!("the resume file: {}", error.message()));
        }
        Ok(finished)
    }

    /// Leaves the file to a later call, unless nothing can be gone on with.
    pub(super) fn failed(mut self, call: &Call, error: &Error) {
        if !goes_on(error) {
            self.file.discard();
        }
        if !self.file.is_kept()
            && let Err(error) = self.entry.end()
        {
            call.log(format!("the resume file: {}", error.message()));
        }
    }
}

/// Reads what an earlier call has written, and returns how much of it is as that call has noted.
fn verified(file: &FileToFetch, begun: &Begun, left: &TargetFile) -> Result<There> {
    let call = &file.session.call;
    call.set_phase(Phase::Transferring);
    let (mut there, size) = (There::default(), left.size()?);
    for part in 1..=begun.parts {
        let Some((stored, proved)) = (begun.stored.get(&part))
            .and_then(|stored| Some((stored, stored.proved?)))
            .filter(|(stored, _)| stored.length <= (size - there.written).min(file.max_part_bytes))
        else {
            break;
        };
        call.check()?;
        let mut memory = file.budget.lease(call, stored.length, || true)?;
        let length = usize::try_from(stored.length).unwrap_or(usize::MAX);
        memory.buffer.clear();
        memory.buffer.resize(length, 0);
        let is_read = left.read_at(&mut memory.buffer, there.written)?;
        let is_same = is_read && file.passphrase.digest(&memory.buffer) == stored.digest;
        memory.buffer.zeroize();
        let accept = |claims: &mut Claims| {
            let place = proved.place(part);
            claims.accept(part, file.parts, place.as_ref(), proved.mark, None)
        };
        if !is_same || accept(&mut there.claims).is_err() {
            call.log(format!(
                "part {part} of what was received before is not as it was written, and is fetched again"
            ));
            break;
        }
        there.parts = part;
        there.written += stored.length;
        there.received = there.received.saturating_add(proved.received);
        call.part_done(stored.length);
    }
    if there.parts > 0 {
        call.log(format!(
            "goes on with {} of {} parts",
            there.parts, begun.parts
        ));
    }
    Ok(there)
}
