//! Users, their API keys, and log-ins and registrations under way.

use serde::{Deserialize, Serialize};

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
