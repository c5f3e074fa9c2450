//! Creating file ids where answers get lost and others upload the same file (`protocol` 4.2).
//!
//! After a lost answer a file on the service that looks the same may be ours, or that of another upload which runs at
//! the same time, on another machine perhaps. So nothing that is found is written into: the file is created once more,
//! and what the lost answer has left is removed when the upload is over. To know what that is, every creation on this
//! machine sets a mark before its request, and renames it to the file's id once that is known. What is listed and has no
//! mark, while nobody else's creation of the same file is under way, is what somebody's lost answer has left. Whoever
//! takes it sets the mark, which only one can do.

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
    /// The same by this machine's clock, and when it was over.
    took: (Instant, Instant),
    /// Requests that the service may have followed without our knowledge.
    lost: usize,
    /// The file that was created in the end.
    witness: Option<Witness>,
}

/// A file of which we know when it was created: the service's list says what time that is by its own clock.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Witness {
    file_id: String,
    created: Instant,
}

impl Uncertain {
    /// Whether a file may be what was created: not there before, and made in that time, as far as anything says.
    /// `clock` is what the service's clock said at some time of ours.
    fn may_be(&self, file: &File, clock: Option<(i64, Instant)>) -> bool {
        let made = file.uploaded.as_ref().and_then(|made| made.seconds);
        let is_in_time = match (made, clock) {
            (None, _) => true,
            (Some(made), Some((at, now))) => {
                let (begun, over) = self.took;
                let earliest = at - whole_seconds(now, begun) - 1;
                let latest = at + whole_seconds(over, now) + 1;
                (earliest..=latest).contains(&made)
            }
            (Some(made), None) => {
                let begun = self.begun.duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(made).is_ok_and(|made| made + TOLERANCE.as_secs() >= begun.as_secs())
            }
        };
        is_in_time && !self.before.contains(&file.file_id)
    }
}

/// From one time to another, negative if that comes before; rounded away from zero.
fn whole_seconds(later: Instant, earlier: Instant) -> i64 {
    let seconds =
        |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4) + 1;
    match later.checked_duration_since(earlier) {
        Some(after) => seconds(after),
        None => -seconds(earlier.duration_since(later)),
    }
}

/// A file that was created: its id, and the mark that keeps others away from it.
pub(crate) struct Created {
    pub(crate) file_id: String,
    pub(crate) mark: Option<Mark>,
    /// What answers that were lost before may have left.
    pub(crate) left: Option<Uncertain>,
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
    /// Creates a file, once more if the answer is lost.
    pub(crate) fn create_file(
        &self,
        session: &Session,
        name: &str,
        plan: Plan,
        directory: Option<&str>,
    ) -> Result<Created> {
        self.must_have_room(session, directory)?;
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
            let now = Instant::now();
            let uncertain = Uncertain {
                like,
                before,
                begun: self.client.0.api.server_time(),
                took: (now, now),
                lost: 0,
                witness: None,
            };
            steps.uncertain.push(uncertain.clone());
            uncertain
        };
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
                    Ok(Created {
                        file_id,
                        mark,
                        left: None,
                    })
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
        // What a look would find may be what a program on another machine writes into.
        let mut created = looking(&session.call, session.retry_window(), create, || Ok(None));
        let now = Instant::now();
        let mut steps = self.steps.lock();
        steps.is_certain(&uncertain);
        let witness = created.as_ref().ok().map(|created| Witness {
            file_id: created.file_id.clone(),
            created: now,
        });
        if let Some(witness) = &witness {
            steps.file_created(&witness.file_id, directory);
            steps.witness = Some(witness.clone());
        }
        if lost.get() > 0 {
            let uncertain = Uncertain {
                took: (uncertain.took.0, now),
                lost: lost.get(),
                witness,
                ..uncertain
            };
            steps.uncertain.push(uncertain.clone());
            if let Ok(created) = &mut created {
                created.left = Some(uncertain);
            }
        }
        created
    }

    /// Refuses a file that would be one too many to be listed.
    fn must_have_room(&self, session: &Session, directory: Option<&str>) -> Result<()> {
        let may_create = || self.steps.lock().may_create_file(directory);
        let (Some(id), true) = (directory, may_create().is_err()) else {
            return may_create();
        };
        // New versions of files were counted as files.
        let listed = self.list_directory(session, id, &DirectoryOptions::default())?;
        self.steps.lock().learn_directory(&listed);
        may_create()
    }

    /// Removes what lost answers have left before a file was created.
    pub(crate) fn remove_lost(&self, session: &Session, uncertain: &Uncertain) -> Result<()> {
        let (left, _) = self.take_lost(session, uncertain)?;
        for file_id in left {
            self.delete_file(session, &file_id, uncertain.like.directory.clone())?;
        }
        Ok(())
    }

    /// Takes what lost answers have left and is nobody's, to be deleted. Returns the ids of these files, and of those
    /// that look the same and are not complete either, but may be somebody's.
    pub(crate) fn take_lost(
        &self,
        session: &Session,
        uncertain: &Uncertain,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let started = Instant::now();
        let like = &uncertain.like;
        let (files, clock, is_clear) = loop {
            let mut files = self.listed(session, like.directory.as_deref())?;
            let steps = self.steps.lock();
            let clock = uncertain.witness.as_ref().or(steps.witness.as_ref());
            let clock = clock.and_then(|witness| {
                let file = files.iter().find(|file| file.file_id == witness.file_id)?;
                Some((file.uploaded.as_ref()?.seconds?, witness.created))
            });
            files.retain(|file| like.fits(file) && !steps.seen.contains(&file.file_id));
            drop(steps);
            // One that is being created at this moment may be listed before its maker has the answer.
            let others = os::holders(&self.creation_mark(like, false));
            let is_clear = others.iter().all(|(holder, _)| *holder != Holder::Alive);
            if files.is_empty() || is_clear || started.elapsed() >= PATIENCE {
                break (files, clock, is_clear);
            }
            session.call.sleep(GLANCE)?;
        };
        let (mut taken, mut others) = (Vec::new(), Vec::new());
        if files.is_empty() {
            return Ok((taken, others));
        }
        let user = self.user(session)?;
        for file in files {
            if taken.len() == uncertain.lost {
                break;
            }
            let is_foreign = file.created_by.as_ref().is_some_and(|by| {
                user.as_ref()
                    .is_none_or(|user| !by.eq_ignore_ascii_case(user))
                    && matches!(self.client.0.api.credentials(), Credentials::User { .. })
            });
            let may_be_taken = is_clear && !is_foreign && uncertain.may_be(&file, clock);
            // Nobody on this machine works on it once the mark is ours.
            let mark = match may_be_taken {
                true => Mark::claim(&self.file_mark(&file.file_id)),
                false => None,
            };
            let is_ours = mark.is_some();
            // Somebody else may have taken it, and deleted it, since it was listed.
            if is_ours {
                let now = self.listed(session, like.directory.as_deref())?;
                if !now.iter().any(|listed| listed.file_id == file.file_id) {
                    mark.into_iter().for_each(Mark::clear);
                    continue;
                }
            }
            let mut created = Created {
                file_id: file.file_id.clone(),
                mark,
                left: None,
            };
            match self.is_complete(session, &file.file_id, like.directory.as_deref()) {
                Ok(false) if is_ours => {
                    let mut steps = self.steps.lock();
                    steps.seen.insert(file.file_id.clone());
                    steps.left_incomplete(created);
                    taken.push(file.file_id);
                }
                complete => {
                    created.release();
                    if !complete? {
                        others.push(file.file_id);
                    }
                }
            }
        }
        if !taken.is_empty() {
            self.steps.lock().is_certain(uncertain);
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
    pub(crate) fn is_abandoned(&self, like: &Likeness, file: &File) -> bool {
        match os::holder(&self.file_mark(&file.file_id)) {
            Holder::Dead => return true,
            Holder::Alive => return false,
            Holder::Nobody => {}
        }
        // It may have ended before it knew the id: then it has begun at the time at which the file was made.
        let made = file.uploaded.as_ref().and_then(|made| made.seconds);
        let is_of_that_time = |set: SystemTime| {
            let set = set.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let made = made.and_then(|made| u64::try_from(made).ok());
            made.is_some_and(|made| made.abs_diff(set) <= TOLERANCE.as_secs())
        };
        let creations = os::holders(&self.creation_mark(like, false));
        let is_dead = |(holder, set): &(Holder, Option<SystemTime>)| {
            *holder == Holder::Dead && set.is_some_and(is_of_that_time)
        };
        let is_alive = |(holder, _): &(Holder, _)| *holder == Holder::Alive;
        creations.iter().any(is_dead) && !creations.iter().any(is_alive)
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
