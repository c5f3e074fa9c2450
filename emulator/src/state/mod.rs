//! All that the server stores but the bytes of parts. `--data-dir` and the admin interface serialize these structs.

pub(crate) mod access;
pub(crate) mod credentials;
pub(crate) mod file;
pub(crate) mod package;
pub(crate) mod package_state;
pub(crate) mod recipient;
pub(crate) mod user;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dates::now_ms;
use crate::random;
use crate::state::package::Package;
use crate::state::recipient::Phone;
use crate::state::user::{ApiKey, Registration, SecondFactor, User};

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
    pub(crate) groups: BTreeMap<String, ContactGroup>,
    /// The last phone number of each e-mail address.
    pub(crate) phones: BTreeMap<String, Phone>,
    pub(crate) registrations: BTreeMap<String, Registration>,
    /// Log-ins that wait for their second factor, by token.
    pub(crate) second_factors: BTreeMap<String, SecondFactor>,
    pub(crate) audit_log: Vec<AuditLogEntry>,
    /// Number of the newest package; lists are in this order.
    pub(crate) package_counter: u64,
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
pub(crate) struct ContactGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) enterprise: bool,
    /// User id to e-mail.
    pub(crate) members: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuditLogEntry {
    pub(crate) id: String,
    pub(crate) time_ms: i64,
    pub(crate) event: String,
    pub(crate) action: String,
    pub(crate) user: String,
    pub(crate) package_id: String,
    pub(crate) package_owner: String,
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

    /// Forgets everything but users, their API keys and the Dropzone.
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

    pub(crate) fn audit(&mut self, event: &str, action: &str, user: &str, package: &Package) {
        self.audit_log.push(AuditLogEntry {
            id: random::uuid(),
            time_ms: now_ms(),
            event: event.into(),
            action: action.into(),
            user: user.into(),
            package_id: package.id.clone(),
            package_owner: package.owner.clone(),
        });
    }
}
