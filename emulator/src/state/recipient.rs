//! A recipient of a package or collaborator of a Workspace.

use serde::{Deserialize, Serialize};

use crate::random;

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
    /// None if the message was read.
    pub(crate) file_id: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Phone {
    /// As given in the request: `US`, `OTHER`, ...
    pub(crate) country: String,
    pub(crate) dialling_code: u32,
    pub(crate) number: String,
}

pub(crate) const ROLES: [&str; 4] = ["VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER"];

impl Recipient {
    pub(crate) fn new(email: &str) -> Self {
        Self {
            id: random::uuid(),
            email: email.into(),
            code: random::token::<16>(),
            role: ROLES[0].into(),
            needs_approval: false,
            phone: None,
            confirmations: Vec::new(),
        }
    }
}
