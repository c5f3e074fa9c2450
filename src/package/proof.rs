//! Whether a keycode is the one that a package was begun with: it has to open what is there, before anything is written
//! under it or it is handed on.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{File, Inner};
use crate::api::Session;
use crate::crypto::decrypt_message;
use crate::error::{Error, ErrorKind, Result};
use crate::receive::DownloadOptions;
use crate::transfer::download;
use crate::workspace::DirectoryPage;

/// Files whose first part is tried.
const TRIED_FILES: usize = 8;
/// Directories of a Workspace that are searched for such files.
const SEARCHED_DIRECTORIES: usize = 32;

/// What a file says of the keycode.
enum Verdict {
    Fits,
    /// It is not complete, or opens with a password only.
    Nothing,
    /// It may prove the keycode, but cannot be read at the moment.
    Unread(Error),
}

/// What was tried, as long as nothing has proved the keycode.
#[derive(Default)]
struct Trial {
    files: BTreeSet<String>,
    directories: usize,
    /// Why something that is there was not tried.
    unread: Option<Error>,
}

impl Trial {
    fn gives_up(&mut self, why: &str) {
        let unread = Error::new(ErrorKind::WrongKeycode, why);
        self.unread.get_or_insert(unread);
    }
}

impl Inner {
    /// Makes sure, before a write to a package that was opened again, that the keycode is the one that it was begun
    /// with: decrypts the message, or a part of a file. Where nothing proves it, the next write tries again.
    pub(crate) fn prove_keycode(&self, session: &Arc<Session>) -> Result<()> {
        self.try_keycode(session).map(|_| ())
    }

    /// The same before the keycode is handed on, to devices or in a link. It has to be proved, unless nothing is there
    /// yet that could.
    pub(crate) fn prove_keycode_to_hand_on(&self, session: &Arc<Session>) -> Result<()> {
        match self.try_keycode(session)? {
            Some(unread) => Err(unread.context("the keycode is not proved and not handed on")),
            None => Ok(()),
        }
    }

    /// The same by a file that is about to be handed on.
    pub(crate) fn prove_keycode_by(&self, session: &Arc<Session>, file: &File) -> Result<()> {
        if !self.steps.lock().is_proved
            && let Verdict::Fits = self.try_file(session, file, None)?
        {
            self.steps.lock().is_proved = true;
        }
        Ok(())
    }

    /// Tries the keycode on what is there; answers why not, if something that may prove it cannot be read.
    fn try_keycode(&self, session: &Arc<Session>) -> Result<Option<Error>> {
        let (known, may_have_message) = {
            let steps = self.steps.lock();
            if steps.is_proved {
                return Ok(None);
            }
            let known = steps.files.values().cloned().collect();
            (known, steps.has_message != Some(false))
        };
        let mut trial = Trial::default();
        let proved = (may_have_message && self.try_message(session)?)
            || self.try_files(session, &mut trial, known, None)?
            || self.try_what_came(session, &mut trial)?;
        if proved {
            self.steps.lock().is_proved = true;
            return Ok(None);
        }
        Ok(trial.unread)
    }

    /// Whether the message proves the keycode. One that was set through this handle says nothing.
    fn try_message(&self, session: &Session) -> Result<bool> {
        if self.steps.lock().made_message {
            return Ok(false);
        }
        match self.encrypted_message(session) {
            Ok(Some(message)) => {
                let passphrase = &self.secrets()?.passphrase;
                match decrypt_message(&message, passphrase, || session.call.check()) {
                    Ok(_) => Ok(true),
                    Err(error) if error.kind() == ErrorKind::Stopped => Err(error),
                    Err(_) => Err(wrong_keycode()),
                }
            }
            Ok(None) => Ok(false),
            Err(error) if tells_wrong(&error) => Err(wrong_keycode()),
            Err(error) => Err(error),
        }
    }

    /// What others have put there since this handle knows the package, and what lies in directories.
    fn try_what_came(&self, session: &Arc<Session>, trial: &mut Trial) -> Result<bool> {
        if !self.steps.lock().is_workspace() {
            let files = self.ask(session)?.files;
            return self.try_files(session, trial, files, None);
        }
        let root = self.directory_or_root(session, None)?;
        // Depth first: files are rather in the innermost directories.
        let mut waiting = vec![root.clone()];
        while let Some(id) = waiting.pop() {
            if trial.directories == SEARCHED_DIRECTORIES {
                trial.gives_up("there are many directories, and no file was found in the first");
                break;
            }
            trial.directories += 1;
            let listed = match self.page(session, &id, "", DirectoryPage::default()) {
                Err(error) if error.server_code().is_some() => {
                    trial.unread.get_or_insert(error);
                    continue;
                }
                listed => listed?,
            };
            let directory = (id != root).then_some(id.as_str());
            if self.try_files(session, trial, listed.files, directory)? {
                return Ok(true);
            }
            let below = listed.directories.into_iter();
            waiting.extend(below.map(|below| below.directory_id));
        }
        Ok(false)
    }

    /// Whether one of the files proves the keycode; the smallest are tried first. Those that were made through this
    /// handle say nothing.
    fn try_files(
        &self,
        session: &Arc<Session>,
        trial: &mut Trial,
        mut files: Vec<File>,
        directory: Option<&str>,
    ) -> Result<bool> {
        {
            let steps = self.steps.lock();
            let is_new = |id: &String| !steps.made.contains(id) && !trial.files.contains(id);
            files.retain(|file| file.parts > 0 && is_new(&file.file_id));
        }
        files.sort_by_key(|file| file.size);
        for file in files {
            if trial.files.len() == TRIED_FILES {
                trial.gives_up("there are many files, and the first are not complete");
                break;
            }
            trial.files.insert(file.file_id.clone());
            let verdict = match self.find_file(session, &file.file_id, directory) {
                Ok(file) => self.try_file(session, &file, directory)?,
                Err(error) if error.server_code().is_some() => Verdict::Nothing,
                Err(error) => return Err(error),
            };
            match verdict {
                Verdict::Fits => return Ok(true),
                Verdict::Nothing => {}
                Verdict::Unread(error) => {
                    trial.unread.get_or_insert(error);
                }
            }
        }
        Ok(false)
    }

    /// Tries the keycode on the first part of a file.
    fn try_file(
        &self,
        session: &Arc<Session>,
        file: &File,
        directory: Option<&str>,
    ) -> Result<Verdict> {
        let directory = directory.map(str::to_owned);
        let proof = self
            .download(session, file, directory, &DownloadOptions::default())
            .and_then(download::prove);
        match proof {
            Ok(()) => Ok(Verdict::Fits),
            // The service denies an incomplete file, or one without its password, as it denies a wrong checksum; only of
            // the latter also the message.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::Denied | ErrorKind::PasswordRequired
                ) =>
            {
                match self.encrypted_message(session) {
                    Err(error) if tells_wrong(&error) => Err(wrong_keycode()),
                    Err(error) if error.server_code().is_none() => Err(error),
                    _ => Ok(Verdict::Nothing),
                }
            }
            Err(error) if tells_wrong(&error) => Err(wrong_keycode()),
            // The service has no code of its own for a file that is gone.
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
}

/// A checksum of another keycode is refused, what was encrypted with another one does not decrypt.
fn tells_wrong(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::DecryptFailed | ErrorKind::Denied)
}

fn wrong_keycode() -> Error {
    Error::new(
        ErrorKind::WrongKeycode,
        "the keycode does not open what is on the package already",
    )
}
