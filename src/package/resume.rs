//! Uploads that another process has begun, and that this one goes on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use super::Inner;
use super::create_file::forget;
use super::created_files::{Created, Likeness};
use super::directory::DirectoryOptions;
use super::download::DownloadOptions;
use super::report::ends_all;
use crate::api::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Holder, Mark};
use crate::record::File;
use crate::transfer::completion::Completion;
use crate::transfer::parts_there::PartsThere;
use crate::transfer::plan::Plan;
use crate::transfer::resume::{Begun, Direction, Entry, ResumeFile, Stored, log_failure};
use crate::transfer::source::SourceFile;
use crate::transfer::upload::is_as_sent;

/// By so many seconds the times of two files differ though their creations are as far apart as the clock here says.
const CLOSE: i64 = 2;
/// So many seconds after its mark was set the service has acted upon a creation, unless it is very slow: then its file
/// stays.
const LONGEST_CREATION: i64 = 10;

/// What was sent of a file before.
pub(super) enum Before {
    Nothing,
    /// These parts of a file that is incomplete.
    Parts(Created, BTreeMap<u32, Stored>),
    /// The whole file, which has this id.
    All(String),
}

/// Whether the same call may go on later, after an upload has failed like this. A file that the service refuses is
/// begun anew.
pub(super) fn goes_on(error: &Error) -> bool {
    let is_refused = error.server_code().is_some() || error.kind() == ErrorKind::FileIncomplete;
    ends_all(error) || !is_refused
}

/// By which a change of a source shows; `None` if it has no such time.
fn modified(source: &SourceFile) -> Option<i64> {
    source.stamp().map(|stamp| stamp.modified)
}

fn is_same_layout(begun: &Begun, now: Plan) -> bool {
    (begun.size, begun.parts, begun.part_size) == (now.size, now.parts, now.part_size)
}

impl Inner {
    /// Creates a file. A kill leaves a note at every moment from before the request on.
    pub(super) fn begin(
        &self,
        session: &Session,
        entry: &Entry,
        name: &str,
        plan: Plan,
        directory: Option<&str>,
        source: &SourceFile,
    ) -> Result<Created> {
        let before = entry.begun();
        let mut begun = Begun {
            size: plan.size,
            parts: plan.parts,
            part_size: plan.part_size,
            modified: modified(source),
            directory: directory.unwrap_or_default().to_owned(),
            ..Begun::default()
        };
        log_failure(&session.call, entry.begin(begun.clone()));
        let created = self.create_file(session, name, plan, directory)?;
        // Only now, by the time of the new file, and while the note has no id yet: a kill before the end leaves all as it
        // was.
        if let Some(before) = before {
            let like = self.likeness(name, (before.size, before.parts), directory);
            let removed = self.remove_cut(session, &like, directory, &created.file_id);
            if let Err(error) = removed {
                session.call.log(format!(
                    "what was left of {name} before was not removed: {}",
                    error.message()
                ));
            }
        }
        begun.file_id.clone_from(&created.file_id);
        log_failure(&session.call, entry.begin(begun));
        Ok(created)
    }

    /// The upload of this name into this directory, in a resume file.
    pub(super) fn entry(
        &self,
        file: &Arc<ResumeFile>,
        name: &str,
        directory: Option<&str>,
    ) -> Entry {
        let directory = directory.unwrap_or_default();
        let about = [self.client.host(), &self.package_id, directory, name];
        file.entry(Direction::Upload, &about)
    }

    /// Whether a complete file is what was sent of it.
    pub(super) fn was_sent(
        &self,
        session: &Arc<Session>,
        entry: &Entry,
        source: &SourceFile,
        file: &File,
    ) -> Result<bool> {
        let (Some(begun), Some(size)) = (entry.begun(), source.size()) else {
            return Ok(false);
        };
        let plan = Plan::new(size, self.client.options().part_size)?;
        let is_same = self.is_as_sent(session, (entry, &begun), source, plan, file)?;
        if is_same {
            session.call.parts_done(plan.parts, plan.size);
        }
        Ok(is_same)
    }

    fn is_as_sent(
        &self,
        session: &Arc<Session>,
        (entry, begun): (&Entry, &Begun),
        source: &SourceFile,
        plan: Plan,
        file: &File,
    ) -> Result<bool> {
        if !is_same_layout(begun, plan) {
            return Ok(false);
        }
        let directory = Some(begun.directory.clone()).filter(|id| !id.is_empty());
        let file = File {
            parts: Some(plan.parts),
            ..file.clone()
        };
        let one = self.file_to_fetch(session, &file, directory, &DownloadOptions::default())?;
        let (there, passphrase) = (PartsThere::new(one), &self.secrets()?.passphrase);
        let begun = (entry, begun);
        is_as_sent(&session.call, source, plan, passphrase, begun, &there)
    }

    /// Removes what was sent of a file of a Workspace with which nobody goes on, unless it is complete.
    pub(super) fn remove_begun(&self, session: &Session, begun: &Begun) -> Result<()> {
        let id = &begun.file_id;
        match self.remove_failed(session, id, Some(begun.directory.clone())) {
            Err(error) if error.kind() != ErrorKind::FileNotOnPackage => return Err(error),
            _ => {}
        }
        self.forget_mark(id);
        Ok(())
    }

    /// Finds out what was sent of a file before, and removes what is of no use any more.
    pub(super) fn sent_before(
        &self,
        session: &Arc<Session>,
        entry: &Entry,
        name: &str,
        plan: Plan,
        directory: Option<&str>,
        source: &SourceFile,
    ) -> Result<Before> {
        let Some(begun) = entry.begun() else {
            return Ok(Before::Nothing);
        };
        let id = &begun.file_id;
        if id.is_empty() {
            return Ok(Before::Nothing);
        }
        let file = match self.file_information(session, id, directory) {
            Err(error) if error.kind() == ErrorKind::FileNotOnPackage => {
                return Ok(Before::Nothing);
            }
            file => file?,
        };
        let is_it = file.is_of(begun.size) && file.parts.is_none_or(|parts| parts == begun.parts);
        if !is_it {
            return Ok(Before::Nothing);
        }
        let is_same = is_same_layout(&begun, plan) && begun.modified == modified(source);
        // A complete file may take further parts, which nobody expects who has read it. All may be there though not all
        // are noted, and other programs ask for its completion too. What has changed should not be completed any more.
        let is_complete = is_same && self.is_complete(session, id, directory)?;
        if is_same && !is_complete {
            session.call.log(format!(
                "{name}: goes on with {} of {} parts",
                begun.stored.len(),
                begun.parts
            ));
            let completion = self.steps.lock().is_gone_on_with(id);
            let created = Created {
                mark: Mark::set(&self.file_mark(id)),
                file_id: begun.file_id,
                completion: completion.unwrap_or_else(|| Completion::of(plan.parts).into()),
            };
            return Ok(Before::Parts(created, begun.stored));
        }
        if is_same && self.is_as_sent(session, (entry, &begun), source, plan, &file)? {
            self.steps.lock().is_gone_on_with(id);
            self.forget_mark(id);
            return Ok(Before::All(begun.file_id));
        }
        session.call.log(format!(
            "{name}: the file has changed since its upload began, which begins anew"
        ));
        // With a version that others have, the earlier ones would go.
        let is_version = is_complete || !file.old_versions.is_empty();
        let is_workspace = self.steps.lock().is_workspace();
        if is_version && is_workspace {
            self.steps.lock().is_gone_on_with(id);
            self.forget_mark(id);
            return Ok(Before::Nothing);
        }
        match self.remove_failed(session, id, directory.map(str::to_owned)) {
            Err(error) if ends_all(&error) => return Err(error),
            Err(error) => session.call.log(format!(
                "what was sent of {name} before was not removed: {}",
                error.message()
            )),
            Ok(_) => {}
        }
        self.forget_mark(id);
        Ok(Before::Nothing)
    }

    /// Removes what creations of dead programs have left that were killed before the response; and files of theirs that
    /// were not noted yet. `new` was created just now.
    ///
    /// A file without a mark is one of theirs if it looks as a mark says and is of the time of it, by the service's time
    /// of the new file and its mark, and if there are not more of them than marks: another machine may be uploading a file
    /// that looks the same.
    fn remove_cut(
        &self,
        session: &Session,
        like: &Likeness,
        directory: Option<&str>,
        new: &str,
    ) -> Result<()> {
        let prefix = self.creation_mark(like, false);
        let cut = os::marks_of_the_dead(&prefix);
        let files = if self.steps.lock().is_workspace() {
            let id = self.directory_or_root(session, directory.map(str::to_owned))?;
            self.list_directory(session, &id, &DirectoryOptions::default())?
                .files
        } else {
            self.refresh(session)?.files
        };
        let seconds = |file: &File| file.uploaded.as_ref().and_then(|time| time.seconds);
        let new_at = files
            .iter()
            .find(|file| file.file_id == new)
            .and_then(seconds);
        let new_at = new_at.zip(os::set_at(&self.file_mark(new)));
        let is_of = |set: SystemTime, file: &File| {
            let times = new_at.zip(seconds(file));
            times.is_some_and(|((new_at, marked), at)| {
                // Counted back from the new one, so that no two clocks are compared.
                let age = marked.duration_since(set).unwrap_or_default().as_secs();
                let expected = new_at.saturating_sub(i64::try_from(age).unwrap_or(i64::MAX));
                (expected - CLOSE..=expected + LONGEST_CREATION).contains(&at)
            })
        };
        let mut unmarked = Vec::new();
        for file in files
            .iter()
            .filter(|file| file.file_id != new && like.fits(file))
        {
            let id = &file.file_id;
            let is_unmarked = os::holder(&self.file_mark(id)) == Holder::Nobody;
            if !self.remove_if_left(session, file, directory)?
                && is_unmarked
                && cut.iter().any(|(_, set)| is_of(*set, file))
                && !self.is_complete(session, id, directory)?
                && !self.is_foreign(session, file)?
            {
                unmarked.push(file);
            }
        }
        if new_at.is_none() || os::any_alive(&BTreeSet::from([prefix])) {
            return Ok(());
        }
        if unmarked.len() <= cut.len() {
            for file in unmarked {
                self.delete_file(session, &file.file_id, directory.map(str::to_owned))?;
            }
        }
        cut.iter().for_each(|(mark, _)| forget(mark));
        Ok(())
    }
}
