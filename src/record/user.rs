//! The user of a client (`protocol` 6.1.3).

use crate::error::Result;
use crate::json::Json;
use crate::secret::SecretString;

/// The user of a client.
#[derive(Clone, Debug)]
pub struct User {
    /// The service's id.
    pub user_id: Option<String>,
    /// The e-mail address.
    pub email: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// A secret of the user, for encrypting the user's own data.
    pub client_key: Option<SecretString>,
    /// Whether the user tests new versions.
    pub is_beta_user: bool,
    /// Whether the user is an administrator of the organization.
    pub is_administrator: bool,
    /// Whether trusted devices are allowed, if the response says it.
    pub may_use_trusted_devices: Option<bool>,
    /// The life of a new package in days.
    pub package_life: Option<u32>,
}

impl User {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        Ok(Self {
            user_id: json.filled("id"),
            email: json.required("email")?,
            first_name: json.filled("firstName"),
            last_name: json.filled("lastName"),
            client_key: json.filled("clientKey").map(SecretString::new),
            is_beta_user: json.flag("betaUser").unwrap_or(false),
            is_administrator: json.flag("adminUser").unwrap_or(false),
            may_use_trusted_devices: json.flag("publicKey"),
            package_life: json.count("packageLife"),
        })
    }
}
