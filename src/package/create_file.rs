//! Creating a file on the service, although responses get lost and other programs upload the same file (`protocol`
//! 4.2).
//!
//! If the response to a creation is lost, the service may have the file. A file that looks the same may as well belong
//! to another upload, on another machine. So an existing file is never written into: the file is created once more.
//!
//! The file of the lost response stays, unless the service refuses to finalize the package because of it. Then it is
//! removed, if there are not more such files than lost responses, and no other program is known to work on them. For
//! that, each creation on this machine sets a mark before its request, and renames the mark to the file's id
//! afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand_core::{OsRng, RngCore};

use super::Inner;
use super::created_files::{Created, Likeness};
use super::directory::DirectoryOptions;
use crate::api::endpoint::{self, FileRef};
use crate::api::{Credentials, Session};
use crate::crypto::{digest_of_texts, hex};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Holder, Mark};
use crate::record::File;
use crate::transfer::completion::Completion;
use crate::transfer::plan::Plan;

/// How long to wait for another program that is creating the same file.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(50);

/// So far the service's time of a file may be from that of the mark of its creation.
const SAME_TIME: u64 = 10 * 60;
/// No upload that began so long ago is still under way.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether the service does not give a file for what it is: any other refusal says nothing of it.
fn is_not_given(error: &Error) -> bool {
    let is_incomplete = matches!(error.server_code(), Some("DENIED" | "FAIL"));
    is_incomplete
        || matches!(
            error.kind(),
            ErrorKind::PasswordRequired | ErrorKind::BadAnswer
        )
}

/// Whether a creation and a file, by its time in seconds since 1970, belong together and are long over.
fn is_surely_over(created: SystemTime, uploaded: i64, now: SystemTime) -> bool {
    let since = created.duration_since(UNIX_EPOCH).unwrap_or_default();
    let created_at = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let age = now.duration_since(created).unwrap_or_default();
    age > LONGEST_UPLOAD && created_at.abs_diff(uploaded) <= SAME_TIME
}

/// Removes a mark if the program that set it has ended.
pub(super) fn forget(mark: &str) {
    if os::holder(mark) == Holder::Dead
        && let Some(mark) = Mark::set(mark)
    {
        mark.clear();
    }
}

impl Inner {
    /// Creates a file; if the response is lost, once more.
    pub(super) fn create_file(
        &self,
        session: &Session,
        name: &str,
        plan: Plan,
        directory: Option<&str>,
    ) -> Result<Created> {
        self.must_have_room(session, directory)?;
        let like = self.likeness(name, (plan.size, plan.parts), directory);
        let create = || {
            session.call.check()?;
            let number = self.steps.lock().creation_begins(&like);
            let mark = Mark::set(&self.creation_mark(&like, true));
            let response = endpoint::create_file(
                session,
                &self.path_name,
                name,
                plan.size,
                plan.parts,
                directory,
            );
            let may_be_there = match &response {
                Ok(_) => true,
                Err(error) if error.kind() == ErrorKind::Stopped => session.was_handed_over(),
                Err(error) => error.kind() == ErrorKind::OutcomeUnknown,
            };
            let file_id = response.and_then(|response| {
                let id = response
                    .filled("fileId")
                    .or_else(|| response.filled("message"));
                let missing = "the response to creating a file has no id";
                id.ok_or_else(|| Error::new(ErrorKind::BadAnswer, missing))
            });
            let is_lost = may_be_there && file_id.is_err();
            let mark = mark.and_then(|mut mark| match &file_id {
                Ok(file_id) => mark.rename(&self.file_mark(file_id)).then_some(mark),
                Err(_) => {
                    mark.clear();
                    None
                }
            });
            self.steps.lock().creation_ends(number, is_lost);
            Ok(Created {
                file_id: file_id?,
                mark,
                completion: Arc::new(Completion::of(plan.parts)),
            })
        };
        // Nothing is looked for: a program on another machine may be writing into a file that looks the same.
        let created = session.looking(create, || Ok(None))?;
        self.steps.lock().file_created(directory);
        Ok(created)
    }

    pub(super) fn likeness(
        &self,
        name: &str,
        (size, parts): (u64, u32),
        directory: Option<&str>,
    ) -> Likeness {
        let steps = self.steps.lock();
        let directory = directory.filter(|id| steps.root_directory_id() != Some(id));
        Likeness {
            name: name.to_owned(),
            size,
            parts,
            directory: directory.map(str::to_owned),
        }
    }

    /// Refuses a file if the package could not be listed with it.
    fn must_have_room(&self, session: &Session, directory: Option<&str>) -> Result<()> {
        let may_create = || self.steps.lock().may_create_file(directory);
        let (Some(id), true) = (directory, may_create().is_err()) else {
            return may_create();
        };
        // The count includes new versions of files: list the directory to be exact.
        let listed = self.list_directory(session, id, &DirectoryOptions::default())?;
        self.steps.lock().learn_directory(&listed);
        may_create()
    }

    /// Finds the files that lost responses have left on the package, as far as the service lists them.
    ///
    /// # Errors
    /// [`ErrorKind::UploadIncomplete`] if an incomplete file that looks the same may belong to another upload.
    pub(super) fn find_lost(&self, session: &Session) -> Result<Vec<File>> {
        let creations: BTreeSet<_> = {
            let steps = self.steps.lock();
            let likes = steps.uncertain().iter().map(|uncertain| &uncertain.like);
            likes.map(|like| self.creation_mark(like, false)).collect()
        };
        // The service may list a file before the program that creates it has the response.
        let started = Instant::now();
        let is_over = || started.elapsed() >= PATIENCE;
        let (files, is_clear) = loop {
            while os::any_alive(&creations) && !is_over() {
                session.call.sleep(GLANCE)?;
            }
            let files = self.refresh(session)?.files;
            let is_clear = !os::any_alive(&creations);
            if is_clear || is_over() {
                break (files, is_clear);
            }
        };
        let (uncertain, witness) = {
            let steps = self.steps.lock();
            (steps.uncertain().to_vec(), steps.witness().cloned())
        };
        let witness = witness.as_ref().and_then(|witness| {
            let file = files.iter().find(|file| file.file_id == witness.file_id)?;
            Some((witness, file.uploaded.as_ref()?.seconds?))
        });
        let fits = |file: &&File| uncertain.iter().any(|entry| entry.like.fits(file));
        let (mut left, mut others) = (Vec::new(), Vec::new());
        for file in files.iter().filter(fits) {
            // The mark is looked at before the service is asked: an upload clears its mark after it has completed the
            // file.
            let holder = os::holder(&self.file_mark(&file.file_id));
            if self.is_complete(session, &file.file_id, None)? {
                continue;
            }
            let may_be = uncertain.iter().any(|entry| entry.may_be(file, witness));
            let is_nobodys = is_clear && holder == Holder::Nobody;
            if may_be && is_nobodys && !self.is_foreign(session, file)? {
                left.push(file);
            } else {
                others.push(file);
            }
        }
        // If there are more files than lost responses, some belong to others, and it is not known which.
        let are_too_many = |like: &Likeness| {
            let found = left.iter().filter(|file| like.fits(file)).count();
            let lost = uncertain.iter().filter(|entry| entry.like == *like).count();
            found > lost
        };
        if uncertain.iter().any(|entry| are_too_many(&entry.like)) {
            others.append(&mut left);
        }
        if others.is_empty() {
            return Ok(left.into_iter().cloned().collect());
        }
        let names: Vec<_> = others
            .iter()
            .map(|file| format!("{} ({})", file.file_name, file.file_id))
            .collect();
        let why = format!(
            "not complete, and another upload may be at work on it: {}",
            names.join(", ")
        );
        Err(Error::new(ErrorKind::UploadIncomplete, why))
    }

    /// Whether another user than the client's has created a file, or may have.
    pub(super) fn is_foreign(&self, session: &Session, file: &File) -> Result<bool> {
        let Some(by) = &file.created_by else {
            return Ok(false);
        };
        if !matches!(self.client.credentials(), Credentials::User { .. }) {
            return Ok(false);
        }
        let user = match endpoint::user_information(session) {
            Ok(user) => user.filled("email"),
            Err(error) if error.server_code().is_some() => None,
            Err(error) => return Err(error),
        };
        Ok(user.is_none_or(|user| !by.eq_ignore_ascii_case(&user)))
    }

    /// Whether the service has all parts of a file.
    pub(super) fn is_complete(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<bool> {
        let file = FileRef {
            package: &self.path_name,
            file: file_id,
            directory,
        };
        match endpoint::upload_complete(session, file) {
            Err(error) if error.server_code().is_some() && !error.is_down() => {}
            result => return result,
        }
        // Some services refuse this for a file that was completed long ago, and all to a mere reader.
        self.is_given(session, file_id, directory)
    }

    /// Whether the service gives download URLs of a file: none does for an incomplete one. Unlike the question whether it
    /// is complete, this one completes nothing.
    pub(super) fn is_given(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<bool> {
        let file = FileRef {
            package: self.path_name_to_read(session)?,
            file: file_id,
            directory,
        };
        match endpoint::download_urls(session, file, 1..=1, &self.secrets()?.checksum, None) {
            Err(error) if is_not_given(&error) => Ok(false),
            result => result.map(|_| true),
        }
    }

    /// Removes the file of an upload that has failed; returns whether it did. One in a Workspace that is complete
    /// nevertheless is the current version now: with it the earlier ones would go.
    pub(super) fn remove_failed(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<String>,
    ) -> Result<bool> {
        if self.stays_as_version(session, file_id, directory.as_deref())? {
            return Ok(false);
        }
        self.delete_file(session, file_id, directory)?;
        Ok(true)
    }

    /// Whether the file of an upload that has failed is complete, in a Workspace: then nobody removes it. Its mark stays,
    /// by which a later program would find that it is not. While the service may complete it, it stays too; the next sync
    /// or tree upload that finds it removes it.
    fn stays_as_version(
        &self,
        session: &Session,
        file_id: &str,
        directory: Option<&str>,
    ) -> Result<bool> {
        let (is_workspace, may_be_completed) = {
            let steps = self.steps.lock();
            (steps.is_workspace(), steps.may_be_completed(file_id))
        };
        if is_workspace && may_be_completed {
            return Ok(true);
        }
        let stays = is_workspace && self.is_given(session, file_id, directory)?;
        if stays {
            self.steps.lock().is_gone_on_with(file_id);
        }
        Ok(stays)
    }

    /// Whether an incomplete file was left by a program of this user on this machine that has ended.
    pub(super) fn is_abandoned(&self, session: &Session, file: &File) -> Result<bool> {
        let is_dead = os::holder(&self.file_mark(&file.file_id)) == Holder::Dead;
        Ok(is_dead && !self.is_foreign(session, file)?)
    }

    /// Removes an incomplete file that an upload of this handle has left, or one of this user on this machine whose
    /// program has ended. Returns whether it was one.
    pub(super) fn remove_if_left(
        &self,
        session: &Session,
        file: &File,
        directory: Option<&str>,
    ) -> Result<bool> {
        let id = &file.file_id;
        let is_left = self.steps.lock().is_incomplete(id);
        // It may have been completed just before the upload ended.
        let stays = match is_left {
            true => self.stays_as_version(session, id, directory)?,
            false => {
                !self.is_abandoned(session, file)? || self.is_complete(session, id, directory)?
            }
        };
        if stays {
            return Ok(false);
        }
        match self.delete_file(session, id, directory.map(str::to_owned)) {
            // Another program that continues the same upload has removed it.
            Err(error) if error.kind() == ErrorKind::FileNotOnPackage => {
                self.steps.lock().file_deleted(id);
            }
            deleted => deleted?,
        }
        self.forget_mark(id);
        Ok(true)
    }

    /// Removes an incomplete file that a creation of a program of this user on this machine has left, which was killed
    /// before the response. `cut` has the marks of such programs. Returns whether it was one.
    ///
    /// Nothing shows whose the file is but its likeness and its time. So it has to be old, too: another machine may be
    /// uploading a file that looks the same.
    pub(super) fn remove_if_cut(
        &self,
        session: &Session,
        file: &File,
        directory: Option<&str>,
        cut: &[(String, SystemTime)],
    ) -> Result<bool> {
        let uploaded = file.uploaded.as_ref().and_then(|time| time.seconds);
        let (Some(size), Some(uploaded), false) = (file.size, uploaded, cut.is_empty()) else {
            return Ok(false);
        };
        let Ok(plan) = Plan::new(size, self.client.options().part_size) else {
            return Ok(false);
        };
        let like = self.likeness(&file.file_name, (size, plan.parts), directory);
        let prefix = self.creation_mark(&like, false);
        let is_its = |(name, set): &&(String, SystemTime)| {
            name.starts_with(&prefix) && is_surely_over(*set, uploaded, SystemTime::now())
        };
        let Some((mark, _)) = cut.iter().find(is_its) else {
            return Ok(false);
        };
        if os::any_alive(&BTreeSet::from([prefix.clone()]))
            || os::holder(mark) != Holder::Dead
            || os::holder(&self.file_mark(&file.file_id)) != Holder::Nobody
            || self.is_foreign(session, file)?
            || self.is_complete(session, &file.file_id, directory)?
        {
            return Ok(false);
        }
        self.delete_file(session, &file.file_id, directory.map(str::to_owned))?;
        forget(mark);
        Ok(true)
    }

    /// Removes the mark of a file if the program that set it has ended.
    pub(super) fn forget_mark(&self, file_id: &str) {
        forget(&self.file_mark(file_id));
    }

    /// The name of the mark for a file with this id.
    pub(super) fn file_mark(&self, file_id: &str) -> String {
        format!("file-{}", self.digest(&[file_id]))
    }

    /// The name of the mark for a creation that is running. Without `single`: the beginning of the names of all such
    /// marks.
    pub(super) fn creation_mark(&self, like: &Likeness, single: bool) -> String {
        let directory = like.directory.as_deref().unwrap_or_default();
        let (size, parts) = (like.size.to_string(), like.parts.to_string());
        let digest = self.digest(&[directory, &like.name, &size, &parts]);
        match single {
            true => format!("creation-{digest}-{:016x}", OsRng.next_u64()),
            false => format!("creation-{digest}-"),
        }
    }

    /// The marks of creations that were killed, with their times.
    pub(super) fn cut_creations() -> Vec<(String, SystemTime)> {
        os::marks_of_the_dead("creation-")
    }

    /// All programs of the user see the marks, so their names are digests that reveal nothing.
    fn digest(&self, texts: &[&str]) -> String {
        let own = [self.client.host(), &self.path_name];
        let texts = own.into_iter().chain(texts.iter().copied());
        hex(&digest_of_texts(texts)[..16])
    }
}
