//! A package or Workspace, with its directories, files, activity log and receipts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::dates::{DAY_MS, now_ms};
use crate::envelope::{Refusal, refuse};
use crate::random;
use crate::state::file::File;
use crate::state::package_state::{PackageState, StatusClass};
use crate::state::recipient::{Confirmation, Recipient};

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) server_secret: String,
    pub(crate) owner: String,
    /// The owner, or an administrator who created the package for the owner; empty for a Dropzone.
    pub(crate) created_by: String,
    /// Names the package in storage URLs.
    pub(crate) storage_id: String,
    pub(crate) workspace: bool,
    pub(crate) dropzone: bool,
    pub(crate) unconfirmed_sender: Option<String>,
    /// Lists are in the order of these numbers.
    pub(crate) number: u64,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    /// Days; 0 does not expire.
    pub(crate) life: u32,
    pub(crate) label: Option<String>,
    pub(crate) parent_id: Option<String>,
    pub(crate) state: PackageState,
    pub(crate) finalized: bool,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) root_directory_id: String,
    /// By id, without the root.
    pub(crate) directories: BTreeMap<String, Directory>,
    pub(crate) files: Vec<File>,
    /// Base64 ciphertext.
    pub(crate) message: Option<String>,
    /// Public key id to armored keycode.
    pub(crate) keycodes: BTreeMap<String, String>,
    pub(crate) checksum: Option<String>,
    pub(crate) undisclosed: bool,
    pub(crate) password: Option<String>,
    pub(crate) allow_reply_all: bool,
    pub(crate) read_only_pdf: bool,
    pub(crate) needs_approval: bool,
    pub(crate) approvers: Vec<String>,
    /// What others than the sender have downloaded: e-mail and file id, which is empty for the message.
    pub(crate) fetched: BTreeSet<(String, String)>,
    pub(crate) notified: u32,
    pub(crate) activity: Vec<ActivityEntry>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Directory {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) created_ms: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ActivityEntry {
    pub(crate) id: String,
    pub(crate) time_ms: i64,
    pub(crate) user: String,
    pub(crate) target: String,
    pub(crate) action: String,
    pub(crate) description: String,
}

impl Package {
    pub(crate) fn is_gone(&self) -> bool {
        self.effective_state().class() != StatusClass::Active && self.state != PackageState::Temp
    }

    fn has_expired(&self) -> bool {
        !self.workspace
            && self.life > 0
            && now_ms() > self.created_ms + i64::from(self.life) * DAY_MS
    }

    pub(crate) fn effective_state(&self) -> PackageState {
        if self.has_expired() {
            self.state.expired()
        } else {
            self.state
        }
    }

    pub(crate) fn recipient(&mut self, id: &str) -> Result<&mut Recipient, Refusal> {
        self.recipients
            .iter_mut()
            .find(|recipient| recipient.id == id)
            .ok_or_else(|| refuse("INVALID_RECIPIENT", "unknown recipient"))
    }

    /// A file or an old version of one.
    pub(crate) fn file(&mut self, id: &str) -> Result<&mut File, Refusal> {
        self.files
            .iter_mut()
            .find_map(|file| {
                if file.id == id {
                    Some(file)
                } else {
                    file.old_versions.iter_mut().find(|old| old.id == id)
                }
            })
            .ok_or_else(|| refuse("FAIL", "unknown file"))
    }

    pub(crate) fn has_directory(&self, id: &str) -> bool {
        self.workspace && (id == self.root_directory_id || self.directories.contains_key(id))
    }

    pub(crate) fn require_directory(&self, id: &str) -> Result<(), Refusal> {
        match self.has_directory(id) {
            true => Ok(()),
            false => Err(refuse("FAIL", "unknown directory")),
        }
    }

    /// The directory with everything below it.
    pub(crate) fn subtree(&self, id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([id.to_owned()]);
        loop {
            let below: Vec<String> = self
                .directories
                .values()
                .filter(|d| found.contains(&d.parent) && !found.contains(&d.id))
                .map(|d| d.id.clone())
                .collect();
            if below.is_empty() {
                return found;
            }
            found.extend(below);
        }
    }

    /// A complete file replaces the one of the same name in a Workspace directory, which becomes its old version.
    pub(crate) fn complete_file(&mut self, id: &str) {
        let Ok(file) = self.file(id) else { return };
        if file.complete {
            return;
        }
        file.complete = true;
        let (name, directory) = (file.name.clone(), file.directory_id.clone());
        if !self.workspace {
            return;
        }
        let same = |other: &File| {
            other.id != id
                && other.complete
                && other.name == name
                && other.directory_id == directory
        };
        if let Some(position) = self.files.iter().position(same) {
            let mut earlier = self.files.remove(position);
            let mut versions = std::mem::take(&mut earlier.old_versions);
            let version = earlier.version + 1;
            versions.insert(0, earlier);
            if let Ok(file) = self.file(id) {
                file.version = version;
                file.old_versions = versions;
            }
        }
    }

    pub(crate) fn log(&mut self, user: &str, action: &str, target: &str, description: &str) {
        self.updated_ms = now_ms();
        if self.workspace {
            self.activity.push(ActivityEntry {
                id: random::uuid(),
                time_ms: self.updated_ms,
                user: user.into(),
                target: target.into(),
                action: action.into(),
                description: description.into(),
            });
        }
    }

    /// Whether the user is the owner, or the administrator who created the package for the owner.
    pub(crate) fn is_of(&self, email: &str) -> bool {
        email == self.owner || email == self.created_by
    }

    /// Updates receipts and state after a download (protocol 7.4). `file_id` is None if the message was read.
    pub(crate) fn confirm(&mut self, email: &str, file_id: Option<&str>) {
        if self.is_of(email) && !self.dropzone {
            return;
        }
        self.fetched
            .insert((email.to_owned(), file_id.unwrap_or_default().to_owned()));
        if let Some(recipient) = self
            .recipients
            .iter_mut()
            .find(|recipient| recipient.email == email)
        {
            recipient.confirmations.push(Confirmation {
                time_ms: now_ms(),
                file_id: file_id.map(str::to_owned),
            });
        }
        let is_active = matches!(
            self.state,
            PackageState::ActiveIncomplete | PackageState::ActivePartiallyComplete
        );
        if self.workspace || !is_active {
            return;
        }
        let expected: Vec<&str> = match self.files.is_empty() {
            true => vec![""],
            false => self.files.iter().map(|file| file.id.as_str()).collect(),
        };
        let has_all = |reader: &str| {
            expected
                .iter()
                .all(|&file| self.fetched.contains(&(reader.to_owned(), file.to_owned())))
        };
        let everyone_has_all = match self.recipients.is_empty() {
            true => has_all(email),
            false => self
                .recipients
                .iter()
                .all(|recipient| has_all(&recipient.email)),
        };
        let anything_fetched = self
            .fetched
            .iter()
            .any(|(_, file)| expected.contains(&file.as_str()));
        if everyone_has_all {
            self.state = PackageState::ActiveComplete;
        } else if anything_fetched {
            self.state = PackageState::ActivePartiallyComplete;
        }
    }

    pub(crate) fn delete(&mut self) {
        self.state = self.state.deleted();
        self.updated_ms = now_ms();
        self.message = None;
        self.keycodes.clear();
    }

    pub(crate) fn file_ids(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .flat_map(|file| std::iter::once(file).chain(&file.old_versions))
            .map(|file| file.id.as_str())
    }

    /// The sender, as lists and package information show it.
    pub(crate) fn sender(&self) -> String {
        match self.dropzone {
            true => self
                .unconfirmed_sender
                .clone()
                .unwrap_or_else(|| "dropzone".into()),
            false => self.owner.clone(),
        }
    }
}
