//! Getting an API key (`protocol` 6.12). These calls are not signed, so that a client without credentials can make them.

use crate::api::endpoint;
use crate::call::Observer;
use crate::check::{email_address, filled, trimmed};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::SecretString;

/// The result of a login.
#[derive(Clone, Debug)]
pub enum Login {
    /// With an API key.
    Done(ApiKey),
    /// The password is right, but a second factor is needed: call
    /// [`generate_api_key_second_factor`](Client::generate_api_key_second_factor).
    SecondFactorRequired {
        /// What that call needs besides the code.
        validation_token: SecretString,
        /// What kind of second factor it is, in the service's words.
        kind: Option<String>,
    },
}

/// An API key with its secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The key.
    pub api_key: String,
    /// The secret that signs.
    pub api_secret: SecretString,
    /// E-mail address of its owner.
    pub email: Option<String>,
}

impl Login {
    fn read(json: &Json) -> Result<Self> {
        if json.text("response").as_deref() == Some("TWO_FA_REQUIRED") {
            return Ok(Self::SecondFactorRequired {
                validation_token: SecretString::new(json.text("message").unwrap_or_default()),
                kind: json.filled("twoFaType"),
            });
        }
        let missing = || Error::new(ErrorKind::BadAnswer, "the response holds no API key");
        Ok(Self::Done(ApiKey {
            api_key: json.filled("apiKey").ok_or_else(missing)?,
            api_secret: SecretString::new(json.filled("apiSecret").ok_or_else(missing)?),
            email: json.filled("email"),
        }))
    }
}

impl Client {
    /// Logs in with e-mail address and password, and gets a new API key.
    ///
    /// # Errors
    /// [`ErrorKind::AuthenticationFailed`]; [`ErrorKind::OutcomeUnknown`] if the response is lost: the key may exist.
    pub fn generate_api_key(
        &self,
        observer: &mut dyn Observer,
        email: &str,
        password: SecretString,
        description: &str,
    ) -> Result<Login> {
        let (email, description) = (email_address(email)?, description.to_owned());
        self.run(observer, move |session| {
            Login::read(&endpoint::generate_key(
                session,
                &email,
                &password,
                &description,
            )?)
        })
    }

    /// Completes a login that needs a second factor, with the code that the user got.
    ///
    /// # Errors
    /// [`ErrorKind::PinResent`], [`ErrorKind::AuthenticationFailed`]; [`ErrorKind::OutcomeUnknown`].
    pub fn generate_api_key_second_factor(
        &self,
        observer: &mut dyn Observer,
        validation_token: SecretString,
        code: SecretString,
        description: &str,
    ) -> Result<Login> {
        let validation_token = filled("validation_token", &validation_token)?;
        let code = SecretString::from(trimmed(code.expose()));
        let description = description.to_owned();
        self.run(observer, move |session| {
            Login::read(&endpoint::generate_key_second_factor(
                session,
                &validation_token,
                &code,
                &description,
            )?)
        })
    }

    /// Exchanges the OAuth token of the organization's identity provider for an API key.
    ///
    /// # Errors
    /// [`ErrorKind::AuthForbidden`], [`ErrorKind::UserAlreadyExists`]; [`ErrorKind::OutcomeUnknown`].
    pub fn generate_api_key_oauth(
        &self,
        observer: &mut dyn Observer,
        oauth_token: SecretString,
        description: &str,
    ) -> Result<Login> {
        let oauth_token = filled("oauth_token", &oauth_token)?;
        let description = description.to_owned();
        self.run(observer, move |session| {
            Login::read(&endpoint::generate_key_oauth(
                session,
                &oauth_token,
                &description,
            )?)
        })
    }
}
