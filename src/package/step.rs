//! The order of steps: create first, finalize last, everything else in between. Only this file decides it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::created_files::{Created, Likeness, Uncertain, Witness};
use crate::api::MOST_FILES;
use crate::check::shown_identifier;
use crate::crypto::SHORTEST_KEYCODE;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Directory, File, PackageInformation};
use crate::transfer::completion::Completion;

/// The most recipients of a package (`protocol` 7.1).
const MOST_RECIPIENTS: usize = 99;
/// After a search that has not proved the keycode, writes go on for this time before the next search.
const WRITES_WITHOUT_SEARCH: Duration = Duration::from_secs(60);

/// The stage of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// Finalize is running on some thread.
    Finalizing,
    Finalized,
    Deleted,
}

/// The outcome of the requests to finalize a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// There was no request.
    Never,
    /// The response to a request was lost, or a request is running.
    Unknown,
    /// The service has refused all requests.
    Refused,
}

/// What this handle knows of a package: enough to refuse a wrong order before a request is sent.
pub(super) struct Steps {
    stage: Stage,
    is_workspace: bool,
    keycode_length: Option<usize>,
    /// E-mail addresses of the recipients, by their ids.
    recipients: BTreeMap<String, String>,
    /// Addresses that a request may have added whose response did not come.
    recipients_in_doubt: BTreeSet<String>,
    contact_groups: BTreeSet<String>,
    files: BTreeMap<String, File>,
    /// The number of files in each directory that was listed.
    directory_files: BTreeMap<String, usize>,
    root_directory_id: Option<String>,
    /// `None` if no response has said it.
    has_message: Option<bool>,
    uploads: usize,
    /// Files of failed uploads that are still to be deleted, by id, with the marks by which other programs know them.
    incomplete: BTreeMap<String, Created>,
    /// Requests to create a file whose outcome is not known.
    uncertain: Vec<Uncertain>,
    creations: u64,
    /// The last file that was uploaded through this handle.
    witness: Option<Witness>,
    /// The outcome of the requests to finalize the package.
    asked: Asked,
    /// The time of the last search for a proof of the keycode, if it found none.
    unproved_at: Option<Instant>,
}

impl Steps {
    /// The state of a package or Workspace that was just created.
    pub(super) fn created(is_workspace: bool) -> Self {
        Self {
            stage: Stage::Open,
            is_workspace,
            keycode_length: Some(SHORTEST_KEYCODE),
            recipients: BTreeMap::new(),
            recipients_in_doubt: BTreeSet::new(),
            contact_groups: BTreeSet::new(),
            files: BTreeMap::new(),
            directory_files: BTreeMap::new(),
            root_directory_id: None,
            has_message: Some(false),
            uploads: 0,
            incomplete: BTreeMap::new(),
            uncertain: Vec::new(),
            creations: 0,
            witness: None,
            asked: Asked::Never,
            unproved_at: None,
        }
    }

    /// The state of an opened package.
    pub(super) fn opened(information: &PackageInformation, keycode_length: Option<usize>) -> Self {
        let stage = match information {
            deleted if deleted.is_deleted() => Stage::Deleted,
            finalized if finalized.is_finalized() => Stage::Finalized,
            _ => Stage::Open,
        };
        let mut steps = Self {
            stage,
            keycode_length,
            ..Self::created(information.is_workspace)
        };
        steps.has_message = information.contains_message;
        steps.learn(information);
        steps
    }

    /// Adds what package information says. Nothing is removed: another thread may know more than this response.
    pub(super) fn learn(&mut self, information: &PackageInformation) {
        for recipient in information
            .recipients
            .iter()
            .filter(|recipient| !recipient.is_package_owner)
        {
            self.recipient_added(&recipient.recipient_id, &recipient.email);
        }
        let groups = &information.contact_groups;
        self.contact_groups
            .extend(groups.iter().map(|group| group.contact_group_id.clone()));
        if self.is_workspace && information.root_directory_id.is_some() {
            self.root_directory_id
                .clone_from(&information.root_directory_id);
        }
        for file in &information.files {
            self.files
                .entry(file.file_id.clone())
                .or_insert_with(|| file.clone());
        }
        if information.is_deleted() {
            self.stage = Stage::Deleted;
        } else if information.is_finalized() && self.stage == Stage::Open {
            self.stage = Stage::Finalized;
        }
    }

    /// The files that are known to be on the package; in a Workspace those of its root.
    pub(super) fn files(&self) -> Vec<File> {
        self.files.values().cloned().collect()
    }

    pub(super) fn file(&self, file_id: &str) -> Option<File> {
        self.files.get(file_id).cloned()
    }

    pub(super) fn root_directory_id(&self) -> Option<&str> {
        self.root_directory_id.as_deref()
    }

    /// Whether the package has a message; `None` if no response has said so.
    pub(super) fn has_message(&self) -> Option<bool> {
        self.has_message
    }

    /// Notes that the message was set, or removed.
    pub(super) fn message_set(&mut self, is_there: bool) {
        self.has_message = Some(is_there);
    }

    fn must_exist(&self) -> Result<()> {
        match self.stage {
            Stage::Deleted => Err(Error::new(
                ErrorKind::PackageDeleted,
                "the package is deleted",
            )),
            _ => Ok(()),
        }
    }

    fn must_have_keycode(&self) -> Result<()> {
        match self.keycode_length {
            Some(_) => Ok(()),
            None => Err(Error::new(
                ErrorKind::KeycodeUnknown,
                "the keycode of the package is not known",
            )),
        }
    }

    /// A package may be read with any keycode, but nothing is encrypted with one that could be guessed.
    fn must_have_sender_keycode(&self) -> Result<()> {
        self.must_have_keycode()?;
        if self
            .keycode_length
            .is_some_and(|length| length < SHORTEST_KEYCODE)
        {
            return Err(Error::new(
                ErrorKind::KeycodeTooShort,
                "the keycode has fewer than 32 characters",
            ));
        }
        Ok(())
    }

    fn must_be_open(&self) -> Result<()> {
        self.must_exist()?;
        match self.stage {
            Stage::Finalized if !self.is_workspace => Err(already_finalized()),
            Stage::Finalizing => Err(Error::new(
                ErrorKind::AlreadyFinalized,
                "the package is being finalized",
            )),
            _ => Ok(()),
        }
    }

    fn may_use_directory(&self, directory: bool) -> Result<()> {
        if directory && !self.is_workspace {
            return Err(Error::new(
                ErrorKind::OnlyInWorkspace,
                "only a Workspace has directories",
            ));
        }
        Ok(())
    }

    /// Before anything is read from the package.
    pub(super) fn may_read(&self) -> Result<()> {
        self.must_exist()
    }

    /// Before something encrypted is read.
    pub(super) fn may_decrypt(&self) -> Result<()> {
        self.must_exist()?;
        self.must_have_keycode()
    }

    /// Before information of files is read.
    pub(super) fn may_read_files(&self, in_directory: bool) -> Result<()> {
        self.must_exist()?;
        self.may_use_directory(in_directory)
    }

    /// Before files are downloaded, from the package or from a directory.
    pub(super) fn may_download(&self, from_directory: bool) -> Result<()> {
        self.may_read_files(from_directory)?;
        self.must_have_keycode()
    }

    /// Before a file of another package is copied into this one.
    pub(super) fn may_take_copy(&self) -> Result<()> {
        self.must_be_workspace()?;
        self.must_have_sender_keycode()
    }

    /// Before a call that only a Workspace allows.
    pub(super) fn must_be_workspace(&self) -> Result<()> {
        self.must_exist()?;
        self.may_use_directory(true)
    }

    /// Remembers how many files are in a directory.
    pub(super) fn learn_directory(&mut self, directory: &Directory) {
        self.directory_files
            .insert(directory.directory_id.clone(), directory.files.len());
    }

    /// Before a file is created: the package must not have more files than can be listed.
    pub(super) fn may_create_file(&self, directory_id: Option<&str>) -> Result<()> {
        let names = || self.files.values().map(|file| &file.file_name);
        let there = match directory_id {
            Some(id) => self.directory_files.get(id).copied().unwrap_or(0),
            // In a Workspace, several versions have the same name and count as one file.
            None if self.is_workspace && self.files.len() >= MOST_FILES => {
                names().collect::<BTreeSet<_>>().len()
            }
            None => self.files.len(),
        };
        if there >= MOST_FILES {
            let message = format!("there are {there} files already; {MOST_FILES} are the most");
            return Err(Error::new(ErrorKind::TooManyFiles, message));
        }
        Ok(())
    }

    /// Notes that a file was created.
    pub(super) fn file_created(&mut self, directory_id: Option<&str>) {
        let files = directory_id.and_then(|id| self.directory_files.get_mut(id));
        if let Some(files) = files {
            *files += 1;
        }
    }

    /// Before a change that needs no keycode.
    pub(super) fn may_change(&self) -> Result<()> {
        self.must_exist()
    }

    pub(super) fn may_add_recipients(&self, count: usize) -> Result<()> {
        self.must_exist()?;
        let there = self.recipients.len();
        if there.saturating_add(count) > MOST_RECIPIENTS {
            return Err(Error::new(
                ErrorKind::TooManyRecipients,
                format!("a package has at most {MOST_RECIPIENTS} recipients; this one has {there}"),
            ));
        }
        Ok(())
    }

    /// Whether a recent search for a proof of the keycode has found none.
    pub(super) fn has_searched_lately(&self, now: Instant) -> bool {
        let lately = |at: Instant| now.saturating_duration_since(at) < WRITES_WITHOUT_SEARCH;
        self.unproved_at.is_some_and(lately)
    }

    /// Notes whether a search has proved the keycode; `None` if the search has failed.
    pub(super) fn has_searched(&mut self, is_proved: Option<bool>, now: Instant) {
        self.unproved_at = (is_proved == Some(false)).then_some(now);
    }

    /// Whether a new recipient needs the keycode at once. Otherwise finalize stores it for all recipients.
    pub(super) fn needs_keycodes_at_once(&self) -> bool {
        let finalize_comes = !self.is_workspace && self.stage == Stage::Open;
        self.keycode_length.is_some() && !finalize_comes
    }

    /// Before a phone number is set: the recipient has to be known.
    pub(super) fn may_set_phone(&self, recipient_id: &str) -> Result<()> {
        self.must_exist()?;
        if self.knows_recipient(recipient_id) {
            return Ok(());
        }
        Err(recipient_not_on_package(recipient_id))
    }

    pub(super) fn may_set_role(&self) -> Result<()> {
        self.must_exist()?;
        if !self.is_workspace {
            return Err(Error::new(
                ErrorKind::OnlyInWorkspace,
                "only the collaborators of a Workspace have roles",
            ));
        }
        Ok(())
    }

    pub(super) fn may_set_message(&self) -> Result<()> {
        self.must_be_open()?;
        self.must_have_sender_keycode()
    }

    /// Notes that an upload begins, if it is allowed.
    pub(super) fn begin_upload(&mut self, into_directory: bool) -> Result<()> {
        self.must_be_open()?;
        self.may_use_directory(into_directory)?;
        self.must_have_sender_keycode()?;
        self.uploads += 1;
        Ok(())
    }

    /// The number of uploads through this handle that are running.
    pub(super) fn running_uploads(&self) -> usize {
        self.uploads
    }

    pub(super) fn end_upload(&mut self) {
        self.uploads -= 1;
    }

    /// Notes that a file was uploaded. Package information shows only those of the root.
    pub(super) fn file_uploaded(
        &mut self,
        file: &File,
        is_in_root: bool,
        witness: Option<Witness>,
    ) {
        self.witness = witness.or(self.witness.take());
        if is_in_root {
            self.files.insert(file.file_id.clone(), file.clone());
        }
    }

    /// Before a file is removed: unlike an upload, this is allowed as long as the package exists.
    pub(super) fn may_delete_file(&self, file_id: &str, in_directory: bool) -> Result<()> {
        self.must_exist()?;
        self.may_use_directory(in_directory)?;
        self.must_have_file(file_id)
    }

    /// Before a file is renamed: this is allowed as long as the package exists.
    pub(super) fn may_rename_file(&self, file_id: &str) -> Result<()> {
        self.must_exist()?;
        self.must_have_file(file_id)
    }

    /// Notes that a file has another name.
    pub(super) fn file_renamed(&mut self, file_id: &str, name: String) {
        if let Some(file) = self.files.get_mut(file_id) {
            file.file_name = name;
        }
    }

    /// A Workspace may have files that no response has listed, so there every id is accepted.
    fn must_have_file(&self, file_id: &str) -> Result<()> {
        if self.is_workspace
            || self.files.contains_key(file_id)
            || self.incomplete.contains_key(file_id)
        {
            return Ok(());
        }
        Err(file_not_on_package(file_id))
    }

    /// Notes that an upload has failed, and that its file is still to be deleted.
    pub(super) fn left_incomplete(&mut self, created: Created) {
        self.incomplete.insert(created.file_id.clone(), created);
    }

    /// Ids of the files of failed uploads that are still to be deleted.
    pub(super) fn incomplete(&self) -> Vec<String> {
        self.incomplete.keys().cloned().collect()
    }

    /// Whether a failed upload through this handle has left this file.
    pub(super) fn is_incomplete(&self, file_id: &str) -> bool {
        self.incomplete.contains_key(file_id)
    }

    /// Whether the service may be completing the file of a failed upload now.
    pub(super) fn may_be_completed(&self, file_id: &str) -> bool {
        let left = self.incomplete.get(file_id);
        left.is_some_and(|left| left.completion.may_come())
    }

    /// Notes that an upload goes on with a file that a failed one has left; returns what that knew of it.
    pub(super) fn is_gone_on_with(&mut self, file_id: &str) -> Option<Arc<Completion>> {
        let left = self.incomplete.remove(file_id);
        left.map(|left| left.completion)
    }

    /// Notes that a file was deleted.
    pub(super) fn file_deleted(&mut self, file_id: &str) {
        self.files.remove(file_id);
        if let Some(mut left) = self.incomplete.remove(file_id) {
            left.release();
        }
    }

    /// Notes that the service is asked to create a file; returns the number of the request. A Workspace is never
    /// finalized, so there an incomplete file hinders nobody, and nothing is noted.
    pub(super) fn creation_begins(&mut self, like: &Likeness) -> u64 {
        self.creations += 1;
        let number = self.creations;
        if !self.is_workspace {
            let before = self.files.values().filter(|file| like.fits(file));
            let before = before.map(|file| file.file_id.clone()).collect();
            self.uncertain.push(Uncertain {
                number,
                like: like.clone(),
                before,
                begun: Instant::now(),
                over: None,
            });
        }
        number
    }

    /// Notes the end of such a request. If `is_lost`, the service may have a file whose id is not known.
    pub(super) fn creation_ends(&mut self, number: u64, is_lost: bool) {
        let position = self.uncertain.iter().position(|it| it.number == number);
        match position {
            Some(position) if is_lost => self.uncertain[position].over = Some(Instant::now()),
            Some(position) => drop(self.uncertain.swap_remove(position)),
            None => {}
        }
    }

    /// The requests to create a file whose outcome is not known.
    pub(super) fn uncertain(&self) -> &[Uncertain] {
        &self.uncertain
    }

    /// The last file that was uploaded through this handle.
    pub(super) fn witness(&self) -> Option<&Witness> {
        self.witness.as_ref()
    }

    /// Notes that the file of a lost response was deleted.
    pub(super) fn lost_deleted(&mut self, file: &File) {
        let position = self.uncertain.iter().position(|it| it.like.fits(file));
        if let Some(position) = position {
            self.uncertain.swap_remove(position);
        }
    }

    /// Notes that finalize begins, if the package may be finalized.
    pub(super) fn begin_finalize(&mut self, needs_recipient: bool) -> Result<()> {
        self.must_exist()?;
        if self.is_workspace {
            return Err(Error::new(
                ErrorKind::WorkspaceNotFinalizable,
                "a Workspace is not finalized",
            ));
        }
        self.must_be_open()?;
        self.must_have_sender_keycode()?;
        if self.uploads > 0 {
            return Err(Error::new(
                ErrorKind::UploadRunning,
                "an upload into the package is still running",
            ));
        }
        if self.recipients.is_empty() && self.contact_groups.is_empty() && needs_recipient {
            return Err(Error::new(
                ErrorKind::NoRecipient,
                "the package has no recipient",
            ));
        }
        if self.files.is_empty() && self.has_message == Some(false) {
            return Err(Error::new(
                ErrorKind::NoFile,
                "the package has no file and no message",
            ));
        }
        self.stage = Stage::Finalizing;
        Ok(())
    }

    /// Notes that the service is asked to finalize the package: until a refusal is known, it may be finalized.
    pub(super) fn finalize_requested(&mut self) {
        self.asked = Asked::Unknown;
    }

    /// Notes that the service has refused to finalize the package, and no response of it was lost.
    pub(super) fn finalize_refused(&mut self) {
        self.asked = Asked::Refused;
    }

    /// Whether the package may be finalized by a request whose response was lost.
    pub(super) fn may_be_finalized(&self) -> bool {
        self.asked == Asked::Unknown
    }

    /// Whether the service has refused every request to finalize the package.
    pub(super) fn is_finalize_refused(&self) -> bool {
        self.asked == Asked::Refused
    }

    pub(super) fn end_finalize(&mut self, succeeded: bool) {
        if self.stage == Stage::Finalizing {
            self.stage = if succeeded {
                Stage::Finalized
            } else {
                Stage::Open
            };
        }
    }

    /// Before an unfinished package is deleted. A package that recipients may have is not deleted.
    pub(super) fn may_delete_unfinished(&self) -> Result<()> {
        if self.is_workspace {
            self.must_exist()?;
            return Err(Error::new(
                ErrorKind::WorkspaceNotFinalizable,
                "a Workspace is never unfinished: people may use it already",
            ));
        }
        self.must_be_open()?;
        if self.may_be_finalized() {
            return Err(Error::new(
                ErrorKind::OutcomeUnknown,
                "the package may be finalized, so it is not deleted",
            )
            .with_remedy("finalize it again, which gives its link, or delete it in any case"));
        }
        Ok(())
    }

    /// Before the secure link is given out: it opens nothing until the package is finalized.
    pub(super) fn may_give_link(&self) -> Result<()> {
        self.must_exist()?;
        if !self.is_workspace && self.stage != Stage::Finalized {
            return Err(Error::new(
                ErrorKind::NotFinalized,
                "the package is not finalized",
            ));
        }
        self.must_have_keycode()
    }

    /// After a request to add a recipient that failed without a word of the service.
    pub(super) fn recipient_in_doubt(&mut self, email: &str) {
        self.recipients_in_doubt.insert(email.to_ascii_lowercase());
    }

    /// Whether an earlier request may have added a recipient that the service has now refused as a duplicate.
    pub(super) fn may_have_added(&self, email: &str) -> bool {
        (self.recipients_in_doubt).contains(&email.to_ascii_lowercase())
    }

    pub(super) fn recipient_added(&mut self, recipient_id: &str, email: &str) {
        self.recipients_in_doubt.remove(&email.to_ascii_lowercase());
        self.recipients
            .insert(recipient_id.to_owned(), email.to_owned());
    }

    pub(super) fn recipient_removed(&mut self, recipient_id: &str) {
        self.recipients.remove(recipient_id);
    }

    pub(super) fn recipients_removed(&mut self) {
        self.recipients.clear();
    }

    pub(super) fn knows_recipient(&self, recipient_id: &str) -> bool {
        self.recipients.contains_key(recipient_id)
    }

    /// E-mail addresses of the known recipients.
    pub(super) fn recipient_emails(&self) -> Vec<String> {
        self.recipients.values().cloned().collect()
    }

    pub(super) fn contact_group_added(&mut self, contact_group_id: &str) {
        self.contact_groups.insert(contact_group_id.to_owned());
    }

    pub(super) fn contact_group_removed(&mut self, contact_group_id: &str) {
        self.contact_groups.remove(contact_group_id);
    }

    pub(super) fn deleted(&mut self) {
        self.stage = Stage::Deleted;
    }

    /// Whether the package is deleted as a temporary one, or permanently.
    pub(super) fn is_temporary(&self) -> bool {
        !self.is_workspace && matches!(self.stage, Stage::Open | Stage::Finalizing)
    }

    pub(super) fn is_workspace(&self) -> bool {
        self.is_workspace
    }
}

fn already_finalized() -> Error {
    Error::new(ErrorKind::AlreadyFinalized, "the package is finalized")
}

pub(super) fn recipient_not_on_package(recipient_id: &str) -> Error {
    let id = shown_identifier(recipient_id);
    let message = format!("no recipient with {id} is on the package");
    Error::new(ErrorKind::RecipientNotOnPackage, message)
}

pub(super) fn file_not_on_package(file_id: &str) -> Error {
    let id = shown_identifier(file_id);
    let message = format!("no file with {id} is on the package");
    Error::new(ErrorKind::FileNotOnPackage, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_proved_is_looked_for_again_after_a_while() {
        let mut steps = Steps::created(true);
        let start = Instant::now();
        assert!(!steps.has_searched_lately(start));
        steps.has_searched(Some(false), start);
        assert!(steps.has_searched_lately(start + WRITES_WITHOUT_SEARCH / 2));
        assert!(!steps.has_searched_lately(start + WRITES_WITHOUT_SEARCH));
        steps.has_searched(None, start);
        assert!(!steps.has_searched_lately(start));
    }

    #[test]
    fn a_package_gets_no_more_files_than_can_be_listed() {
        let full = Some(ErrorKind::TooManyFiles);
        let json = serde_json::json!({"fileId": "F", "fileName": "x"});
        let any = File::read(&crate::json::Json::new(json)).expect("a file");
        let files = |name: fn(usize) -> String| {
            let named = |n| File {
                file_name: name(n),
                ..any.clone()
            };
            let files = (0..MOST_FILES).map(|n| (n.to_string(), named(n)));
            files.collect::<Vec<_>>()
        };
        let may = |steps: &Steps, directory| {
            let result = steps.may_create_file(directory);
            result.err().map(|error| error.kind())
        };
        let mut package = Steps::created(false);
        package.files.extend(files(|n| n.to_string()));
        assert_eq!(may(&package, None), full);
        package.files.pop_first();
        assert_eq!(may(&package, None), None);

        let mut workspace = Steps::created(true);
        workspace.files.extend(files(|_| "versions".to_owned()));
        assert_eq!(may(&workspace, None), None);
        workspace.files.extend(files(|n| n.to_string()));
        assert_eq!(may(&workspace, None), full);
        workspace.learn_directory(&Directory {
            directory_id: "D".to_owned(),
            name: "d".to_owned(),
            files: vec![any.clone(); MOST_FILES - 1],
            directories: Vec::new(),
        });
        assert_eq!(may(&workspace, Some("D")), None);
        workspace.file_created(Some("D"));
        assert_eq!(may(&workspace, Some("D")), full);
    }
}
