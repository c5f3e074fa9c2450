//! What the server knows: users, packages, recipients, files, keys. Serialised as it is for `--data-dir` and for the admin interface.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::dates::{DAY_MS, now_ms};
use crate::envelope::{Refusal, refuse, unknown_package};
use crate::random;
use crate::settings::Settings;

/// Marks the API key that came with the command line.
const COMMAND_LINE: &str = "command line";

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// By e-mail.
    pub(crate) users: BTreeMap<String, User>,
    /// API key to its owner and secret.
    pub(crate) api_keys: BTreeMap<String, ApiKey>,
    pub(crate) dropzone_id: String,
    /// Signs the storage URLs.
    pub(crate) url_secret: String,
    pub(crate) dropzone_owner: String,
    pub(crate) dropzone_recipients: BTreeMap<String, Vec<String>>,
    pub(crate) packages: BTreeMap<String, Package>,
    pub(crate) public_keys: BTreeMap<String, PublicKey>,
    pub(crate) groups: BTreeMap<String, Group>,
    /// The number last used for an e-mail address.
    pub(crate) phones: BTreeMap<String, Phone>,
    pub(crate) registrations: BTreeMap<String, Registration>,
    /// Log-ins that wait for their second factor: token to e-mail.
    pub(crate) second_factors: BTreeMap<String, SecondFactor>,
    pub(crate) audit_log: Vec<AuditEntry>,
    /// Counts up with every package, so that lists are in order of creation.
    pub(crate) package_counter: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) admin: bool,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) client_key: String,
    pub(crate) password: String,
    pub(crate) two_factor: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) email: String,
    pub(crate) secret: String,
    pub(crate) description: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) key: String,
    pub(crate) description: String,
    pub(crate) created_ms: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) enterprise: bool,
    /// User id to e-mail.
    pub(crate) members: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Phone {
    /// As given in the request: `US`, `OTHER`, ...
    pub(crate) country: String,
    pub(crate) dialling_code: u32,
    pub(crate) number: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Registration {
    pub(crate) email: String,
    pub(crate) pin: Option<String>,
    pub(crate) expired: bool,
    pub(crate) failures: u32,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SecondFactor {
    pub(crate) email: String,
    pub(crate) failures: u32,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuditEntry {
    pub(crate) id: String,
    pub(crate) time_ms: i64,
    pub(crate) event: String,
    pub(crate) action: String,
    pub(crate) user: String,
    pub(crate) package_id: String,
    pub(crate) package_owner: String,
}

/// Names and numbers of protocol 7.4; in JSON the name in full.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub(crate) enum PackageState {
    DeletedPartiallyComplete,
    DeletedIncomplete,
    Temp,
    DeletedComplete,
    InProgress,
    ExpiredIncomplete,
    ExpiredComplete,
    ActiveComplete,
    ActiveIncomplete,
    ActivePartiallyComplete,
    ExpiredPartiallyComplete,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusClass {
    Active,
    Expired,
    Archived,
}

impl From<PackageState> for &'static str {
    fn from(state: PackageState) -> Self {
        state.name()
    }
}

impl TryFrom<String> for PackageState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| format!("unknown package state {name}"))
    }
}

impl PackageState {
    const ALL: [Self; 11] = [
        Self::DeletedPartiallyComplete,
        Self::DeletedIncomplete,
        Self::Temp,
        Self::DeletedComplete,
        Self::InProgress,
        Self::ExpiredIncomplete,
        Self::ExpiredComplete,
        Self::ActiveComplete,
        Self::ActiveIncomplete,
        Self::ActivePartiallyComplete,
        Self::ExpiredPartiallyComplete,
    ];

    /// Number, name, text, colour.
    const fn row(self) -> (i32, &'static str, &'static str, &'static str) {
        match self {
            Self::DeletedPartiallyComplete => (
                -4,
                "PACKAGE_STATE_DELETED_PARTIALLY_COMPLETE",
                "Deleted - Pickup In Progress",
                "777777",
            ),
            Self::DeletedIncomplete => (
                -3,
                "PACKAGE_STATE_DELETED_INCOMPLETE",
                "Deleted - Not Picked Up",
                "777777",
            ),
            Self::Temp => (-2, "PACKAGE_STATE_TEMP", "TEMP", "777777"),
            Self::DeletedComplete => (
                -1,
                "PACKAGE_STATE_DELETED_COMPLETE",
                "Deleted - Pickup Complete",
                "777777",
            ),
            Self::InProgress => (0, "PACKAGE_STATE_IN_PROGRESS", "In Progess", "f0ad4e"),
            Self::ExpiredIncomplete => (
                1,
                "PACKAGE_STATE_EXPIRED_INCOMPLETE",
                "Expired - Not Picked Up",
                "777777",
            ),
            Self::ExpiredComplete => (
                2,
                "PACKAGE_STATE_EXPIRED_COMPLETE",
                "Expired - Pickup",
                "777777",
            ),
            Self::ActiveComplete => (
                3,
                "PACKAGE_STATE_ACTIVE_COMPLETE",
                "Active - Pickup Complete",
                "5cb85c",
            ),
            Self::ActiveIncomplete => (
                4,
                "PACKAGE_STATE_ACTIVE_INCOMPLETE",
                "Active - Waiting for Pickup",
                "d9534f",
            ),
            Self::ActivePartiallyComplete => (
                5,
                "PACKAGE_STATE_ACTIVE_PARTIALLY_COMPLETE",
                "Active - Pickup In Progress",
                "f0ad4e",
            ),
            Self::ExpiredPartiallyComplete => (
                6,
                "PACKAGE_STATE_EXPIRED_PARTIALLY_COMPLETE",
                "Complete Expired - Pickup In Progress",
                "777777",
            ),
        }
    }

    pub(crate) const fn number(self) -> i32 {
        self.row().0
    }

    pub(crate) const fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) const fn text(self) -> &'static str {
        self.row().2
    }

    pub(crate) const fn color(self) -> &'static str {
        self.row().3
    }

    pub(crate) const fn class(self) -> StatusClass {
        match self.number() {
            ..=-1 => StatusClass::Archived,
            1 | 2 | 6 => StatusClass::Expired,
            _ => StatusClass::Active,
        }
    }

    pub(crate) const fn expired(self) -> Self {
        match self {
            Self::ActiveComplete => Self::ExpiredComplete,
            Self::ActivePartiallyComplete => Self::ExpiredPartiallyComplete,
            Self::ActiveIncomplete | Self::InProgress => Self::ExpiredIncomplete,
            other => other,
        }
    }

    const fn deleted(self) -> Self {
        match self {
            Self::ActiveComplete | Self::ExpiredComplete => Self::DeletedComplete,
            Self::ActivePartiallyComplete | Self::ExpiredPartiallyComplete => {
                Self::DeletedPartiallyComplete
            }
            _ => Self::DeletedIncomplete,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) server_secret: String,
    pub(crate) owner: String,
    /// An administrator who created it for the owner goes on working with it; empty for a Dropzone.
    pub(crate) created_by: String,
    /// Its place in the paths of storage.
    pub(crate) storage_id: String,
    pub(crate) workspace: bool,
    pub(crate) dropzone: bool,
    pub(crate) unconfirmed_sender: Option<String>,
    /// Place in the order of creation.
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
    /// Files that somebody other than the sender has fetched: e-mail and file id.
    pub(crate) fetched: BTreeSet<(String, String)>,
    pub(crate) notified: u32,
    pub(crate) activity: Vec<Activity>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Recipient {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) code: String,
    pub(crate) role: String,
    pub(crate) needs_approval: bool,
    pub(crate) phone: Option<Phone>,
    pub(crate) confirmations: Vec<Confirmation>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    pub(crate) time_ms: i64,
    /// None: the message was read.
    pub(crate) file_id: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Directory {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) created_ms: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    pub(crate) directory_id: String,
    pub(crate) created_by: String,
    pub(crate) created_ms: i64,
    pub(crate) version: u32,
    pub(crate) complete: bool,
    /// `upload-complete` calls so far.
    pub(crate) complete_calls: u32,
    /// Stored bytes of every part that arrived.
    pub(crate) stored: BTreeMap<u32, u64>,
    /// Encrypted passphrase of a copied file (protocol 3.8).
    pub(crate) file_key: String,
    pub(crate) old_versions: Vec<File>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) time_ms: i64,
    pub(crate) user: String,
    pub(crate) target: String,
    pub(crate) action: String,
    pub(crate) description: String,
}

impl File {
    pub(crate) fn all_parts_stored(&self) -> bool {
        (1..=self.parts).all(|part| self.stored.contains_key(&part))
    }

    /// More than was declared where the sender stored a surplus part, as Node 1.1.3 did.
    pub(crate) fn last_part(&self) -> u32 {
        let last_stored = self.stored.keys().next_back().copied();
        self.parts.max(last_stored.unwrap_or(0))
    }

    /// Size and number of parts as information reports them.
    pub(crate) fn declared(&self, settings: &Settings) -> (u64, u32) {
        if !self.complete {
            return (self.size, self.parts);
        }
        (
            self.size
                .saturating_add_signed(settings.declared_size_offset),
            self.parts
                .saturating_add_signed(settings.declared_parts_offset)
                .max(1),
        )
    }
}

pub(crate) const ROLES: [&str; 4] = ["VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER"];

/// What a caller may do with a package; each includes the ones before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    View,
    Contribute,
    Manage,
    Own,
}

impl Right {
    fn of_role(role: &str) -> Self {
        match role {
            "OWNER" => Self::Own,
            "MANAGER" => Self::Manage,
            "CONTRIBUTOR" => Self::Contribute,
            _ => Self::View,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    User(String),
    Dropzone,
    Nobody,
}

impl Caller {
    /// Empty for those who are no user.
    pub(crate) fn email(&self) -> &str {
        match self {
            Self::User(email) => email,
            Self::Dropzone | Self::Nobody => "",
        }
    }
}

/// How a package is named in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    ById,
    /// The reading calls take the package code too.
    ByIdOrCode,
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
            self.activity.push(Activity {
                id: random::uuid(),
                time_ms: self.updated_ms,
                user: user.into(),
                target: target.into(),
                action: action.into(),
                description: description.into(),
            });
        }
    }

    /// Whether it is somebody's own: the sender's, or that of an administrator who created it for the sender.
    pub(crate) fn is_of(&self, email: &str) -> bool {
        email == self.owner || email == self.created_by
    }

    /// Receipts and state follow what recipients have fetched (protocol 7.4). `file_id` None: the message was read.
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
}

impl State {
    pub(crate) fn new(dropzone_owner: &str) -> Self {
        Self {
            dropzone_id: random::token::<24>(),
            url_secret: random::token::<32>(),
            dropzone_owner: dropzone_owner.into(),
            ..Self::default()
        }
    }

    /// Everything but users, their keys and the Dropzone id.
    pub(crate) fn reset(&mut self) {
        *self = Self {
            users: std::mem::take(&mut self.users),
            api_keys: std::mem::take(&mut self.api_keys),
            dropzone_id: std::mem::take(&mut self.dropzone_id),
            url_secret: std::mem::take(&mut self.url_secret),
            dropzone_owner: std::mem::take(&mut self.dropzone_owner),
            ..Self::default()
        };
    }

    /// Adds the user unless there is one of that address.
    pub(crate) fn add_user(&mut self, email: &str, admin: bool) -> &mut User {
        let name = email.split('@').next().unwrap_or_default();
        self.users.entry(email.to_owned()).or_insert_with(|| User {
            id: random::uuid(),
            email: email.into(),
            admin,
            first_name: name.into(),
            last_name: "Test".into(),
            client_key: random::token::<24>(),
            password: random::token::<12>(),
            two_factor: false,
        })
    }

    pub(crate) fn add_api_key(
        &mut self,
        email: &str,
        key: Option<&str>,
        secret: Option<&str>,
        description: &str,
    ) -> (String, String) {
        let key = key.map_or_else(random::token::<16>, str::to_owned);
        let secret = secret.map_or_else(random::token::<24>, str::to_owned);
        let entry = ApiKey {
            email: email.into(),
            secret: secret.clone(),
            description: description.into(),
        };
        self.api_keys.insert(key.clone(), entry);
        (key, secret)
    }

    /// Credentials as the ready file shows them: of several keys the newest is the one from the command line, if any.
    pub(crate) fn credentials(&self, email: &str) -> Value {
        let key = self
            .key_of(email)
            .map(|(key, entry)| (key.as_str(), entry.secret.as_str()))
            .unwrap_or_default();
        let user = self.users.get(email);
        json!({
            "email": email,
            "api_key": key.0,
            "api_secret": key.1,
            "admin": user.is_some_and(|user| user.admin),
            "password": user.map_or("", |user| user.password.as_str()),
            "oauth_token": user.map_or("", |user| user.client_key.as_str()),
        })
    }

    fn key_of(&self, email: &str) -> Option<(&String, &ApiKey)> {
        let own = || self.api_keys.iter().filter(|(_, key)| key.email == email);
        own()
            .find(|(_, key)| key.description == COMMAND_LINE)
            .or_else(|| own().next())
    }

    pub(crate) fn ensure_api_key(&mut self, email: &str) {
        if self.key_of(email).is_none() {
            self.add_api_key(email, None, None, "first");
        }
    }

    /// The key given at this start; one of an earlier start is forgotten.
    pub(crate) fn add_command_line_key(
        &mut self,
        email: &str,
        key: Option<&str>,
        secret: Option<&str>,
    ) {
        self.api_keys
            .retain(|_, key| key.description != COMMAND_LINE);
        self.add_api_key(email, key, secret, COMMAND_LINE);
    }

    pub(crate) fn is_admin(&self, caller: &Caller) -> bool {
        self.users
            .get(caller.email())
            .is_some_and(|user| user.admin)
    }

    pub(crate) fn full_name(&self, email: &str) -> String {
        self.users.get(email).map_or_else(String::new, |user| {
            format!("{} {}", user.first_name, user.last_name)
        })
    }

    pub(crate) fn id_of_user(&self, email: &str) -> Option<String> {
        self.users.get(email).map(|user| user.id.clone())
    }

    /// Members of the package's contact groups.
    pub(crate) fn group_members<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = &'a str> {
        package
            .groups
            .iter()
            .filter_map(|id| self.groups.get(id))
            .flat_map(|group| group.members.values())
            .map(String::as_str)
    }

    fn right(&self, package: &Package, caller: &Caller) -> Option<Right> {
        let email = match caller {
            Caller::Dropzone => return package.dropzone.then_some(Right::Own),
            Caller::Nobody => return None,
            Caller::User(email) => email,
        };
        if package.is_of(email) && !package.dropzone {
            return Some(Right::Own);
        }
        let direct = package
            .recipients
            .iter()
            .find(|recipient| recipient.email == *email)
            .map(|recipient| {
                if package.workspace {
                    Right::of_role(&recipient.role)
                } else {
                    Right::View
                }
            });
        let by_group = self
            .group_members(package)
            .any(|member| member == email)
            .then_some(Right::View);
        direct
            .max(by_group)
            .filter(|_| package.finalized || package.workspace)
    }

    /// The package that a path names, if the caller may do this with it.
    pub(crate) fn open(
        &mut self,
        caller: &Caller,
        settings: &Settings,
        name: &str,
        named: Named,
        needed: Right,
    ) -> Result<&mut Package, Refusal> {
        let by_id = self.packages.contains_key(name);
        let code_is_good = named == Named::ByIdOrCode || *caller == Caller::Dropzone;
        let id = match by_id {
            true => name.to_owned(),
            false => self
                .packages
                .values()
                .find(|package| code_is_good && package.code == name)
                .ok_or_else(unknown_package)?
                .id
                .clone(),
        };
        let package = &self.packages[&id];
        if package.is_gone() {
            return Err(unknown_package());
        }
        let granted = self.right(package, caller);
        let by_link = package.undisclosed
            && package.finalized
            && *caller != Caller::Nobody
            && *caller != Caller::Dropzone;
        let right = match granted {
            Some(right) => right,
            None if by_link && (!by_id || settings.undisclosed_by_id) => Right::View,
            None if by_link || settings.foreign_package_denied => {
                return Err(refuse("DENIED", "access denied"));
            }
            None => return Err(unknown_package()),
        };
        if right < needed {
            return Err(refuse("DENIED", "not allowed for this user"));
        }
        if package.needs_approval && right == Right::View {
            return Err(refuse("DENIED", "the package waits for approval"));
        }
        self.packages.get_mut(&id).ok_or_else(unknown_package)
    }
}
