//! Uploads that another process has begun, and that this one goes on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Inner;
use super::created_files::Created;
use super::directory::DirectoryOptions;
use super::report::ends_all;
use crate::api::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, Holder, Mark};
use crate::transfer::plan::Plan;
use crate::transfer::resume::{Begun, Direction, Entry, ResumeFile, Stored};
use crate::transfer::source::SourceFile;
use crate::transfer::upload::is_as_sent;

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

/// Creates a file. A kill leaves a note at every moment from before the request on.
pub(super) fn begin(
    entry: &Entry,
    plan: Plan,
    create: impl FnOnce() -> Result<Created>,
) -> Result<Created> {
    let mut begun = Begun {
        size: plan.size,
        parts: plan.parts,
        part_size: plan.part_size,
        ..Begun::default()
    };
    entry.begin(begun.clone())?;
    let created = create()?;
    begun.file_id.clone_from(&created.file_id);
    entry.begin(begun)?;
    Ok(created)
}

impl Inner {
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

    /// Finds out what was sent of a file before, and removes what is of no use any more.
    pub(super) fn sent_before(
        &self,
        session: &Session,
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
            self.remove_left(session, name, &begun, directory)?;
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
        let is_same =
            (begun.size, begun.parts, begun.part_size) == (plan.size, plan.parts, plan.part_size);
        // Through the API server a file is complete with its last part.
        let may_be_complete = begun.stored.len() == begun.parts as usize
            || self.client.options().force_api_route
            || !is_same;
        let is_complete = may_be_complete && self.is_complete(session, id, directory)?;
        if is_same && !is_complete {
            session.call.log(format!(
                "{name}: goes on with {} of {} parts",
                begun.stored.len(),
                begun.parts
            ));
            self.steps.lock().is_gone_on_with(id);
            let created = Created {
                mark: Mark::set(&self.file_mark(id)),
                file_id: begun.file_id,
            };
            return Ok(Before::Parts(created, begun.stored));
        }
        let passphrase = &self.secrets()?.passphrase;
        if is_same && is_as_sent(&session.call, source, plan, passphrase, &begun.stored)? {
            self.steps.lock().is_gone_on_with(id);
            self.forget_mark(id);
            return Ok(Before::All(begun.file_id));
        }
        session.call.log(format!(
            "{name}: the file has changed since its upload began, which begins anew"
        ));
        // A complete file in a Workspace becomes an earlier version.
        if !is_complete || !self.steps.lock().is_workspace() {
            match self.delete_file(session, id, directory.map(str::to_owned)) {
                Err(error) if ends_all(&error) => return Err(error),
                Err(error) => session.call.log(format!(
                    "what was sent of {name} before was not removed: {}",
                    error.message()
                )),
                Ok(()) => {}
            }
        }
        self.forget_mark(id);
        Ok(Before::Nothing)
    }

    /// Removes what a killed creation has left, whose id is not known, or by its mark only.
    fn remove_left(
        &self,
        session: &Session,
        name: &str,
        begun: &Begun,
        directory: Option<&str>,
    ) -> Result<()> {
        let files = if self.steps.lock().is_workspace() {
            let id = self.directory_or_root(session, directory.map(str::to_owned))?;
            self.list_directory(session, &id, &DirectoryOptions::default())?
                .files
        } else {
            self.refresh(session)?.files
        };
        let like = self.likeness(name, (begun.size, begun.parts), directory);
        let mut unmarked = Vec::new();
        for file in files.iter().filter(|file| like.fits(file)) {
            if !self.remove_if_left(session, file, directory)?
                && os::holder(&self.file_mark(&file.file_id)) == Holder::Nobody
                && !self.is_complete(session, &file.file_id, directory)?
                && !self.is_foreign(session, file)?
            {
                unmarked.push(file);
            }
        }
        // The creation that was noted has left one file, or none.
        let creations = BTreeSet::from([self.creation_mark(&like, false)]);
        if let ([file], false) = (&unmarked[..], os::any_alive(&creations)) {
            self.delete_file(session, &file.file_id, directory.map(str::to_owned))?;
        }
        Ok(())
    }
}
