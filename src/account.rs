//! The account of a client and its organization (`protocol` 6.1).

use crate::api::endpoint;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::SecretString;

/// What the service says of the user.
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
    /// A secret of the user, for encrypting the user's own things.
    pub client_key: Option<SecretString>,
    /// Whether the user takes part in tests of new versions.
    pub is_beta_user: bool,
    /// Whether the user is an administrator of the organization.
    pub is_administrator: bool,
    /// Whether trusted devices are allowed; not every service tells.
    pub may_use_trusted_devices: Option<bool>,
    /// Life of a new package in days.
    pub package_life: Option<u32>,
}

impl User {
    fn read(json: &Json) -> Result<Self> {
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

/// What the service says of the organization.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// The host of its portal.
    pub host: Option<String>,
    /// Its name.
    pub system_name: Option<String>,
    /// Whether packages may be finalized with undisclosed recipients.
    pub allow_undisclosed_recipients: bool,
    /// Whether messages are encrypted.
    pub message_encryption: bool,
    /// Whether new versions of the plug-in for Outlook are tested.
    pub outlook_beta: bool,
    /// Whether all languages are offered.
    pub allow_all_languages: bool,
    /// Colour of the header of its pages, as in CSS.
    pub header_color: Option<String>,
    /// Colour of links on its pages.
    pub link_color: Option<String>,
}

impl Enterprise {
    fn read(json: &Json) -> Self {
        Self {
            host: json.filled("host"),
            system_name: json.filled("systemName"),
            allow_undisclosed_recipients: json.flag("allowUndisclosedRecipients").unwrap_or(false),
            message_encryption: json.flag("messageEncryption").unwrap_or(false),
            outlook_beta: json.flag("outlookBeta").unwrap_or(false),
            allow_all_languages: json.flag("allowI18nAll").unwrap_or(false),
            header_color: json.filled("headerColor"),
            link_color: json.filled("linkColor"),
        }
    }
}

impl Client {
    /// Asks whether the service takes the credentials; answers the e-mail address of the API key's owner
    /// (`protocol` 6.1.1).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn verify_credentials(&self, observer: &mut dyn Observer) -> Result<String> {
        self.run(observer, |shared, call| {
            let answer = endpoint::verify_credentials(&shared.api.session(call))?;
            answer
                .filled("message")
                .ok_or_else(|| Error::new(ErrorKind::BadAnswer, "the answer names no user"))
        })
    }

    /// Asks what the service thinks of this version of the library, or of the program's own where that names one
    /// (`protocol` 6.1.2): `OK`, `UPGRADE_AVAILABLE`, `OUTDATED_VERSION`, or a later word.
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`], [`ErrorKind::OutdatedVersion`]; errors of the network.
    pub fn verify_version(&self, observer: &mut dyn Observer) -> Result<String> {
        self.run(observer, |shared, call| {
            let version = shared.options.client_version.as_deref();
            let version = version.unwrap_or(env!("CARGO_PKG_VERSION"));
            let answer = endpoint::verify_version(&shared.api.session(call), version)?;
            answer
                .filled("version")
                .ok_or_else(|| Error::new(ErrorKind::BadAnswer, "the answer tells no version"))
        })
    }

    /// What the service says of the user (`protocol` 6.1.3).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn user(&self, observer: &mut dyn Observer) -> Result<User> {
        self.run(observer, |shared, call| {
            User::read(&endpoint::user_information(&shared.api.session(call))?)
        })
    }

    /// What the service says of the organization (`protocol` 6.1.4).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn enterprise(&self, observer: &mut dyn Observer) -> Result<Enterprise> {
        self.run(observer, |shared, call| {
            let answer = endpoint::enterprise_information(&shared.api.session(call))?;
            Ok(Enterprise::read(&answer))
        })
    }
}
