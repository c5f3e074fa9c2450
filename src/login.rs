//! Getting an API key, and registering (`protocol` 6.12). These calls are not signed, so that a client without
//! credentials can make them.

use serde_json::json;

use crate::api::endpoint;
use crate::call::Observer;
use crate::check::check_email;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::{SecretJson, SecretString};

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

/// The proof that an e-mail address belongs to the user.
#[derive(Clone, Debug)]
pub enum RegistrationProof {
    /// The query parameter `validationLink` of the link that was mailed.
    Token(SecretString),
    /// The PIN that was mailed.
    Pin {
        /// Where it was mailed.
        email: String,
        /// The PIN.
        pin: SecretString,
    },
}

/// The data of a registration.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The proof.
    pub proof: RegistrationProof,
    /// The new password.
    pub password: SecretString,
    /// The question that is asked if the password is forgotten.
    pub question: String,
    /// The answer to that question.
    pub answer: SecretString,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
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
        check_email(email)?;
        let (email, description) = (email.to_owned(), description.to_owned());
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
        not_empty("validation_token", validation_token.expose())?;
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
        not_empty("oauth_token", oauth_token.expose())?;
        let description = description.to_owned();
        self.run(observer, move |session| {
            Login::read(&endpoint::generate_key_oauth(
                session,
                &oauth_token,
                &description,
            )?)
        })
    }

    /// Starts a registration: the service mails a link or a PIN.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`], [`ErrorKind::InvalidEmail`], [`ErrorKind::AuthForbidden`],
    /// [`ErrorKind::SecondFactorEnforced`]; [`ErrorKind::OutcomeUnknown`].
    pub fn start_registration(
        &self,
        observer: &mut dyn Observer,
        email: &str,
        send_pin: bool,
    ) -> Result<()> {
        check_email(email)?;
        let email = email.to_owned();
        self.run(observer, move |session| {
            endpoint::start_registration(session, &email, send_pin).map(|_| ())
        })
    }

    /// Completes a registration, and returns the e-mail address. [`generate_api_key`](Self::generate_api_key) comes
    /// next.
    ///
    /// # Errors
    /// [`ErrorKind::PasswordTooWeak`], [`ErrorKind::TokenExpired`], [`ErrorKind::InvalidToken`],
    /// [`ErrorKind::PinResent`]; [`ErrorKind::OutcomeUnknown`].
    pub fn finish_registration(
        &self,
        observer: &mut dyn Observer,
        registration: Registration,
    ) -> Result<String> {
        match &registration.proof {
            RegistrationProof::Token(token) => not_empty("token", token.expose())?,
            RegistrationProof::Pin { email, pin } => {
                check_email(email)?;
                not_empty("pin", pin.expose())?;
            }
        }
        self.run(observer, move |session| {
            let body = json!({"password": registration.password.expose(), "question": registration.question,
                "answer": registration.answer.expose(), "firstName": registration.first_name,
                "lastName": registration.last_name});
            let mut body = SecretJson::from(body);
            let response = match &registration.proof {
                RegistrationProof::Token(token) => {
                    endpoint::finish_registration(session, token, &body)?
                }
                RegistrationProof::Pin { email, pin } => {
                    body["email"] = email.as_str().into();
                    body["pinCode"] = pin.expose().into();
                    endpoint::finish_pin_registration(session, &body)?
                }
            };
            Ok(response.text("message").unwrap_or_default())
        })
    }
}

fn not_empty(what: &str, text: &str) -> Result<()> {
    if text.is_empty() {
        let message = format!("{what} is empty");
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    Ok(())
}
