//! The account of the user, and the organization (`protocol` 6.1).

use crate::api::endpoint;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Enterprise, User};

impl Client {
    /// Checks the credentials, and returns the e-mail address of the API key's owner (`protocol` 6.1.1).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn verify_credentials(&self, observer: &mut dyn Observer) -> Result<String> {
        self.run(observer, |session| {
            let response = endpoint::verify_credentials(session)?;
            response
                .filled("message")
                .ok_or_else(|| Error::new(ErrorKind::BadAnswer, "the response names no user"))
        })
    }

    /// Asks the service whether it supports this version of the library, or the `client_version` of the options
    /// (`protocol` 6.1.2). Returns `OK`, `UPGRADE_AVAILABLE`, `OUTDATED_VERSION`, or a later word of the service.
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`], [`ErrorKind::OutdatedVersion`]; errors of the network.
    pub fn verify_version(&self, observer: &mut dyn Observer) -> Result<String> {
        let version = self.options().client_version.as_deref();
        let version = version.unwrap_or(env!("CARGO_PKG_VERSION")).to_owned();
        self.run(observer, move |session| {
            let response = endpoint::verify_version(session, &version)?;
            response
                .filled("version")
                .ok_or_else(|| Error::new(ErrorKind::BadAnswer, "the response has no version"))
        })
    }

    /// Gets the user to whom the API key belongs (`protocol` 6.1.3).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn user(&self, observer: &mut dyn Observer) -> Result<User> {
        self.run(observer, |session| {
            User::read(&endpoint::user_information(session)?)
        })
    }

    /// Gets the organization of the user (`protocol` 6.1.4).
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; errors of the network.
    pub fn enterprise(&self, observer: &mut dyn Observer) -> Result<Enterprise> {
        self.run(observer, |session| {
            let response = endpoint::enterprise_information(session)?;
            Ok(Enterprise::read(&response))
        })
    }
}
