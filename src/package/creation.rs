//! Creating file ids where answers get lost and others upload the same file (`protocol` 4.2).
//!
//! After a lost answer a file on the service that looks the same may be ours, or that of another upload which runs at
//! the same time. So every creation on this machine sets a mark before its request, and renames it to the file's id once
//! that is known. What is listed and has no mark, while nobody else's creation of the same file is under way, is what
//! somebody's lost answer has left. Whoever takes it sets the mark, which only one can do.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

use super::Inner;
use crate::api::endpoint::{self, FileRef};
use crate::api::retry::looking;
use crate::api::{Credentials, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Holder, Mark};
use crate::package::file::File;
use crate::transfer::plan::Plan;
use crate::workspace::DirectoryOptions;

/// How long somebody else's creation of the same file is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(50);
/// By how much the clocks of this machine and of the service may differ.
const TOLERANCE: Duration = Duration::from_secs(120);

/// What a file looks like from outside: two that agree in all this can be told apart by their ids only.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Likeness {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    /// The directory of a Workspace; none is the root.
    pub(crate) directory: Option<String>,
}

/// A creation whose answer may have been lost.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Uncertain {
    pub(crate) like: Likeness,
    /// Files that looked the same before.
    before: BTreeSet<String>,
    /// When it was begun, in the service's time.
    begun: SystemTime,
}

impl Uncertain {
    /// Whether a file may be what was created: not there before, as far as anything says.
    fn may_be(&self, file: &File) -> bool {
        let made = file.uploaded.as_ref().and_then(|made| made.seconds);
        let begun = self.begun.duration_since(UNIX_EPOCH).unwrap_or_default();
        let is_new = made
            .and_then(|made| u64::try_from(made).ok())
            .is_none_or(|made| made + TOLERANCE.as_secs() >= begun.as_secs());
        is_new && !self.before.contains(&file.file_id)
    }
}

/// A file that was created: its id, and the mark that keeps others away from it.
pub(crate) struct Created {
    pub(crate) file_id: String,
    pub(crate) mark: Option<Mark>,
}

impl Created {
    /// Nobody need be kept away any more.
    pub(crate) fn release(&mut self) {
        if let Some(mark) = self.mark.take() {
            mark.clear();
        }
    }
}

impl Likeness {
    pub(crate) fn fits(&self, file: &File) -> bool {
        file.file_name == self.name && file.size == self.size && file.parts == self.parts
    }
}

impl Inner {
    /// Creates a file. If the answer is lost, what it has left on the service is looked for.
    pub(crate) fn create_file(
        &self,
        session: &Session,
        name: &str,
        plan: Plan,
        directory: Option<&str>,
    ) -> Result<Created> {
        let uncertain = {
            let mut steps = self.steps.lock();
            let directory = directory.filter(|id| steps.root_directory_id.as_deref() != Some(id));
            let like = Likeness {
                name: name.to_owned(),
                size: plan.size,
                parts: plan.parts,
                directory: directory.map(str::to_owned),
            };
            let before = steps.files.values().filter(|file| like.fits(file));
            let before = before.map(|file| file.file_id.clone()).collect();
            let begun = self.client.0.api.server_time();
            let uncertain = Uncertain {
                like,
                before,
                begun,
            };
            steps.uncertain.push(uncertain.clone());
            uncertain
        };
        // Requests that the service may have followed, less the files that were found.
        let lost = Cell::new(0);
        let create = || {
            let mark = Mark::set(&self.creation_mark(&uncertain.like, true));
            let answer =
                endpoint::create_file(session, &self.id, name, plan.size, plan.parts, directory);
            let file_id = answer.and_then(|answer| {
                let told = answer.filled("fileId").or_else(|| answer.filled("message"));
                let missing = "the answer to creating a file has no id";
                told.ok_or_else(|| Error::new(ErrorKind::OutcomeUnknown, missing))
            });
            match file_id {
                Ok(file_id) => {
                    let name = self.file_mark(&file_id);
                    let mark = mark.and_then(|mut mark| mark.rename(&name).then_some(mark));
                    Ok(Created { file_id, mark })
                }
                Err(error) => {
                    if let Some(mark) = mark {
                        mark.clear();
                    }
                    if error.server_code().is_none() {
                        lost.set(lost.get() + 1);
                    }
                    Err(error)
                }
            }
        };
        let look = || {
            let (found, _) = self.take_lost(session, &uncertain, 1)?;
            lost.set(lost.get() - found.len());
            Ok(found.into_iter().next())
        };
        let created = looking(&session.call, session.retry_window(), create, look);
        let mut steps = self.steps.lock();
        if lost.get() == 0 {
            steps.is_certain(&uncertain);
        }
        if let Ok(created) = &created {
            steps.seen.insert(created.file_id.clone());
        }
        created
    }

    /// Takes at most so many files that a lost answer has left and that are nobody's; answers them, and the ids of
    /// incomplete files that look the same but may be somebody's.
    pub(crate) fn take_lost(
        &self,
        session: &Session,
        uncertain: &Uncertain,
        most: usize,
    ) -> Result<(Vec<Created>, Vec<String>)> {
        let started = Instant::now();
        let like = &uncertain.like;
        let (files, is_clear) = loop {
            let mut files = self.listed(session, like.directory.as_deref())?;
            let steps = self.steps.lock();
            files.retain(|file| like.fits(file) && !steps.seen.contains(&file.file_id));
            drop(steps);
            // One that is being created at this moment may be listed before its maker has the answer.
            let is_clear = !os::holders(&self.creation_mark(like, false)).contains(&Holder::Alive);
            if files.is_empty() || is_clear || started.elapsed() >= PATIENCE {
                break (files, is_clear);
            }
            session.call.sleep(GLANCE)?;
        };
        let (mut taken, mut others) = (Vec::new(), Vec::new());
        if files.is_empty() {
            return Ok((taken, others));
        }
        let user = self.user(session)?;
        for file in files {
            if taken.len() == most {
                break;
            }
            let is_foreign = file.created_by.as_ref().is_some_and(|by| {
                user.as_ref()
                    .is_none_or(|user| !by.eq_ignore_ascii_case(user))
                    && matches!(self.client.0.api.credentials(), Credentials::User { .. })
            });
            let may_be_taken = is_clear && !is_foreign && uncertain.may_be(&file);
            // Nobody on this machine works on it once the mark is ours.
            let mark = match may_be_taken {
                true => Mark::claim(&self.file_mark(&file.file_id)),
                false => None,
            };
            let is_ours = mark.is_some();
            let mut created = Created {
                file_id: file.file_id.clone(),
                mark,
            };
            match self.is_complete(session, &file.file_id, like.directory.as_deref()) {
                Ok(false) if is_ours => {
                    self.steps.lock().seen.insert(file.file_id);
                    taken.push(created);
                }
                complete => {
                    created.release();
                    match complete {
                        Ok(true) => {}
                        Ok(false) => others.push(file.file_id),
                        Err(error) => {
                            let mut steps = self.steps.lock();
                            taken
                                .into_iter()
                                .for_each(|left| steps.left_incomplete(left));
                            return Err(error);
                        }
                    }
                }
            }
        }
        Ok((taken, others))
    }

    /// The files in a directory of a Workspace, or in the package, as far as the service shows them.
    fn listed(&self, session: &Session, directory: Option<&str>) -> Result<Vec<File>> {
        let mut files = Vec::new();
        let mut listing = directory.map(str::to_owned);
        if listing.is_none() {
            let information = self.ask(session)?;
            files = information.files;
            if information.is_workspace {
                listing = information.root_directory_id;
            }
        }
        if let Some(id) = listing {
            let listed = self.list_directory(session, &id, &DirectoryOptions::default())?;
            let known: BTreeSet<_> = files.iter().map(|file| file.file_id.clone()).collect();
            let new = listed.files.into_iter();
            files.extend(new.filter(|file| !known.contains(&file.file_id)));
        }
        Ok(files)
    }

    /// The e-mail address of the client's user, if the service tells.
    fn user(&self, session: &Session) -> Result<Option<String>> {
        if !matches!(self.client.0.api.credentials(), Credentials::User { .. }) {
            return Ok(None);
        }
        match endpoint::user_information(session) {
            Ok(user) => Ok(user.filled("email")),
            Err(error) if error.server_code().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether all parts of a file have arrived.
    pub(crate) fn is_complete(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<bool> {
        let file = FileRef {
            package: &self.id,
            file: file_id,
            directory,
        };
        match endpoint::upload_complete(session, file) {
            Err(error) if error.server_code().is_some() => {}
            told => return told,
        }
        // No answer for a file that was completed long ago, maybe; nothing is given out of one that is not complete.
        match endpoint::download_urls(session, file, 1, &self.secrets()?.checksum, None) {
            Err(error) if error.server_code().is_some() => Ok(false),
            told => told.map(|_| true),
        }
    }

    /// Whether a file that is not complete was left by a program of this machine that has ended.
    pub(crate) fn is_abandoned(&self, like: &Likeness, file_id: &str) -> bool {
        match os::holder(&self.file_mark(file_id)) {
            Holder::Dead => true,
            Holder::Alive => false,
            // It ended before it knew the id.
            Holder::Nobody => {
                let creations = os::holders(&self.creation_mark(like, false));
                creations.contains(&Holder::Dead) && !creations.contains(&Holder::Alive)
            }
        }
    }

    /// Takes away what a program that has ended has left of its mark.
    pub(crate) fn forget_mark(&self, file_id: &str) {
        let name = self.file_mark(file_id);
        if os::holder(&name) == Holder::Dead
            && let Some(mark) = Mark::set(&name)
        {
            mark.clear();
        }
    }

    /// The name of the mark on a file, by its id.
    fn file_mark(&self, file_id: &str) -> String {
        format!("file-{}", self.digest(&[file_id]))
    }

    /// The name of a mark on a creation that is under way; or how the names of all such marks begin.
    fn creation_mark(&self, like: &Likeness, single: bool) -> String {
        let directory = like.directory.as_deref().unwrap_or_default();
        let (size, parts) = (like.size.to_string(), like.parts.to_string());
        let digest = self.digest(&[directory, &like.name, &size, &parts]);
        match single {
            true => format!("creation-{digest}-{:016x}", OsRng.next_u64()),
            false => format!("creation-{digest}-"),
        }
    }

    /// Marks are seen by every program of the user: their names hold no names.
    fn digest(&self, texts: &[&str]) -> String {
        let mut digest = Sha256::new();
        for text in [self.client.host(), &self.id].iter().chain(texts) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        let digest = digest.finalize();
        digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
