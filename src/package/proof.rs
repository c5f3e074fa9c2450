//! Proving a keycode. Before anything is encrypted with the keycode of an opened package, or the keycode is given to
//! others, it has to decrypt what is on the package. A client does this once for a package: see [`crate::evidence`].

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::Inner;
use super::directory::{DirectoryPage, PAGE};
use super::download::DownloadOptions;
use crate::api::Session;
use crate::api::endpoint::SortOrder;
use crate::error::{Error, ErrorKind, Result};
use crate::record::File;
use crate::transfer::proof::prove;

/// Limits of the search for something that proves the keycode.
struct Bounds {
    /// Directory listings and files that are requested.
    looks: usize,
    /// Complete files whose first part is fetched.
    files: usize,
}

/// Before a write, which should not wait long.
const WRITING: Bounds = Bounds {
    looks: 32,
    files: 8,
};
/// Before the keycode is given to others, which needs a proof.
const HANDING_ON: Bounds = Bounds {
    looks: 1000,
    files: 32,
};

/// The result of trying the keycode on a file.
enum Verdict {
    Fits,
    /// The file is gone.
    Nothing,
    /// The service refuses the file: it is incomplete, needs a password, or the checksum of the keycode is wrong.
    Refused(ErrorKind),
    /// The file may prove the keycode, but cannot be read now.
    Unread(Error),
}

/// The state of a search that has found no proof yet.
struct Trial {
    left: Bounds,
    files: BTreeSet<String>,
    directories: BTreeSet<String>,
    /// The service accepts the checksum, so it refuses a file for another reason.
    checksum_is_right: bool,
    /// The files need a password.
    is_locked: bool,
    /// Why something that may prove the keycode was not read.
    unread: Option<Error>,
}

impl Trial {
    fn new(left: Bounds) -> Self {
        Self {
            left,
            files: BTreeSet::new(),
            directories: BTreeSet::new(),
            checksum_is_right: false,
            is_locked: false,
            unread: None,
        }
    }

    /// Whether one more listing or file may be requested.
    fn goes_on(&mut self, session: &Session) -> Result<bool> {
        session.call.check()?;
        if self.is_locked {
            return Ok(false);
        }
        if self.left.looks == 0 || self.left.files == 0 {
            self.is_unread(Error::new(
                ErrorKind::KeycodeNotProved,
                "the package has more content than the search reads",
            ));
            return Ok(false);
        }
        self.left.looks -= 1;
        Ok(true)
    }

    fn is_unread(&mut self, error: Error) {
        self.unread.get_or_insert(error);
    }
}

impl Inner {
    /// Proves the keycode before a write to an opened package, by decrypting the message or the beginning of a file. If
    /// nothing can prove it, the write goes on, and a later write tries again.
    pub(super) fn prove_keycode(&self, session: &Arc<Session>) -> Result<()> {
        if !self.steps.lock().has_searched_lately(Instant::now()) {
            self.try_keycode(session, WRITING)?;
        }
        Ok(())
    }

    /// Proves the keycode before it is given to others, for devices or in a link. Fails if something that may prove it
    /// cannot be read.
    pub(super) fn prove_keycode_to_hand_on(&self, session: &Arc<Session>) -> Result<()> {
        match self.try_keycode(session, HANDING_ON)? {
            Some(unread) => Err(not_proved(&unread)),
            None => Ok(()),
        }
    }

    /// Proves the keycode before recipients are added, if they get it at once. Returns whether they do.
    pub(super) fn prove_keycode_to_add(&self, session: &Arc<Session>) -> Result<bool> {
        let at_once = self.steps.lock().needs_keycodes_at_once();
        if at_once {
            self.prove_keycode_to_hand_on(session)?;
        }
        Ok(at_once)
    }

    /// Proves the keycode by a file that is about to be copied.
    pub(super) fn prove_keycode_by(&self, session: &Arc<Session>, file: &File) -> Result<()> {
        let evidence = &self.secrets()?.evidence;
        if evidence.is_proved() {
            return Ok(());
        }
        match self.try_file(session, file, None)? {
            Verdict::Fits => evidence.proved(),
            Verdict::Refused(_) => self.try_checksum(session)?,
            Verdict::Nothing | Verdict::Unread(_) => {}
        }
        Ok(())
    }

    /// Searches for a proof of the keycode. Returns why there is none, if something that may prove it cannot be read.
    fn try_keycode(&self, session: &Arc<Session>, bounds: Bounds) -> Result<Option<Error>> {
        let evidence = &self.secrets()?.evidence;
        if evidence.is_proved() {
            return Ok(None);
        }
        let mut trial = Trial::new(bounds);
        let is_proved = self.try_all(session, &mut trial);
        let found = is_proved.as_ref().ok().copied();
        self.steps.lock().has_searched(found, Instant::now());
        if !is_proved? {
            return Ok(trial.unread);
        }
        evidence.proved();
        Ok(None)
    }

    fn try_all(&self, session: &Arc<Session>, trial: &mut Trial) -> Result<bool> {
        let (known, may_have_message) = {
            let steps = self.steps.lock();
            (steps.files(), steps.has_message() != Some(false))
        };
        Ok((may_have_message && self.try_message(session)?)
            || self.try_files(session, trial, known, None)?
            || self.try_what_came(session, trial)?)
    }

    /// Whether the message proves the keycode. A message that this client has set proves nothing.
    fn try_message(&self, session: &Session) -> Result<bool> {
        if !self.secrets()?.evidence.may_be_by_message() {
            return Ok(false);
        }
        match self.encrypted_message(session) {
            Ok(Some(message)) => match self.decrypt_text(session, &message) {
                Ok(_) => Ok(true),
                Err(error)
                    if matches!(error.kind(), ErrorKind::Stopped | ErrorKind::OutOfMemory) =>
                {
                    Err(error)
                }
                Err(_) => Err(wrong_keycode()),
            },
            Ok(None) => Ok(false),
            Err(error) if shows_wrong_keycode(&error) => Err(wrong_keycode()),
            Err(error) => Err(error),
        }
    }

    /// Tries the files that the handle does not know yet, also those in directories.
    fn try_what_came(&self, session: &Arc<Session>, trial: &mut Trial) -> Result<bool> {
        if !self.steps.lock().is_workspace() {
            let files = self.refresh(session)?.files;
            return self.try_files(session, trial, files, None);
        }
        let root = self.directory_or_root(session, None)?;
        // Breadth first, so that one deep branch does not use up the search.
        let mut waiting = VecDeque::from([(root.clone(), DirectoryPage::default())]);
        while let Some((id, mut page)) = waiting.pop_front() {
            if !trial.goes_on(session)? {
                break;
            }
            let listed = match self.page(session, &id, SortOrder::default(), page) {
                Err(error) if error.server_code().is_some() => {
                    trial.is_unread(error);
                    continue;
                }
                listed => listed?,
            };
            let (files, below) = (listed.files.len(), listed.directories.len());
            let mut is_new = listed
                .files
                .iter()
                .any(|file| !trial.files.contains(&file.file_id));
            let directory = (id != root).then_some(id.as_str());
            if self.try_files(session, trial, listed.files, directory)? {
                return Ok(true);
            }
            for below in listed.directories {
                if trial.directories.insert(below.directory_id.clone()) {
                    is_new = true;
                    waiting.push_back((below.directory_id, DirectoryPage::default()));
                }
            }
            // A service without pages returns the same page each time.
            if is_new && (files as u64 >= PAGE || below as u64 >= PAGE) {
                page.file_index += PAGE;
                page.directory_index += PAGE;
                waiting.push_back((id, page));
            }
        }
        Ok(false)
    }

    /// Whether one of the files proves the keycode; the smallest are tried first. A file that this client has uploaded
    /// proves nothing.
    fn try_files(
        &self,
        session: &Arc<Session>,
        trial: &mut Trial,
        mut files: Vec<File>,
        directory: Option<&str>,
    ) -> Result<bool> {
        let evidence = &self.secrets()?.evidence;
        files.retain(|file| trial.files.insert(file.file_id.clone()));
        // A file of no bytes may have no part.
        files.retain(|file| file.parts.is_some() || !file.may_be_empty);
        files.retain(|file| evidence.may_be_by_file(&file.file_id));
        files.sort_by_key(|file| file.size);
        for file in files {
            if !trial.goes_on(session)? {
                break;
            }
            let verdict = match self.find_file(session, &file.file_id, directory) {
                Ok(file) => self.try_file(session, &file, directory)?,
                Err(error) if error.server_code().is_some() => Verdict::Nothing,
                Err(error) => return Err(error),
            };
            match verdict {
                Verdict::Fits => return Ok(true),
                Verdict::Nothing => {}
                Verdict::Refused(kind) => {
                    if !trial.checksum_is_right {
                        self.try_checksum(session)?;
                        trial.checksum_is_right = true;
                    }
                    trial.is_locked = kind == ErrorKind::PasswordRequired;
                }
                Verdict::Unread(error) => {
                    trial.left.files -= 1;
                    trial.is_unread(error);
                }
            }
        }
        Ok(false)
    }

    /// Tries the keycode on the first part of a file, and fetches no more of it than needed.
    fn try_file(
        &self,
        session: &Arc<Session>,
        file: &File,
        directory: Option<&str>,
    ) -> Result<Verdict> {
        let evidence = &self.secrets()?.evidence;
        let directory = directory.map(str::to_owned);
        let proof = self
            .file_to_fetch(session, file, directory, &DownloadOptions::default())
            .and_then(|download| {
                let by_head = evidence.may_be_by_head();
                prove(download, by_head, || evidence.head_failed())
            });
        match proof {
            Ok(()) => Ok(Verdict::Fits),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::Denied | ErrorKind::PasswordRequired
                ) =>
            {
                Ok(Verdict::Refused(error.kind()))
            }
            Err(error) if shows_wrong_keycode(&error) => Err(wrong_keycode()),
            // The service has no code for a file that is gone: it responds FAIL.
            Err(error) if error.server_code() == Some("FAIL") => Ok(Verdict::Nothing),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::StorageRefused | ErrorKind::HttpError
                ) || error.server_code().is_some() =>
            {
                Ok(Verdict::Unread(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Finds out whether a file was refused because of a wrong checksum. The service refuses an incomplete file in the
    /// same way; but with a wrong checksum it refuses the message too.
    fn try_checksum(&self, session: &Session) -> Result<()> {
        match self.encrypted_message(session) {
            Err(error) if shows_wrong_keycode(&error) => Err(wrong_keycode()),
            Err(error) if error.server_code().is_none() => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether an error shows a wrong keycode: the service refuses the checksum, or the data does not decrypt.
fn shows_wrong_keycode(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::DecryptFailed | ErrorKind::Denied)
}

fn wrong_keycode() -> Error {
    Error::new(
        ErrorKind::WrongKeycode,
        "the keycode does not decrypt the content of the package",
    )
}

/// The error if the keycode cannot be given to others: something may prove it, but could not be read.
fn not_proved(unread: &Error) -> Error {
    let message = format!(
        "the keycode is not proved and not handed on: {}",
        unread.message()
    );
    let mut error = Error::new(ErrorKind::KeycodeNotProved, message);
    if let Some(status) = unread.http_status() {
        error = error.with_http_status(status);
    }
    match unread.server_code() {
        Some(code) => error.with_server(code, unread.server_message()),
        None => error,
    }
}
