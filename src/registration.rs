//! Registering a new user (`protocol` 6.12). These calls are not signed, so that a client without credentials can make
//! them.

use serde_json::json;

use crate::api::endpoint;
use crate::call::Observer;
use crate::check::{email_address, filled};
use crate::client::Client;
use crate::error::Result;
use crate::secret::{SecretJson, SecretString};

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
    /// Starts a registration: the service mails a link or a PIN.
    ///
    /// # Errors
    /// [`MalformedEmail`](crate::ErrorKind::MalformedEmail), [`InvalidEmail`](crate::ErrorKind::InvalidEmail),
    /// [`AuthForbidden`](crate::ErrorKind::AuthForbidden),
    /// [`SecondFactorEnforced`](crate::ErrorKind::SecondFactorEnforced);
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
    pub fn start_registration(
        &self,
        observer: &mut dyn Observer,
        email: &str,
        send_pin: bool,
    ) -> Result<()> {
        let email = email_address(email)?;
        self.run(observer, move |session| {
            endpoint::start_registration(session, &email, send_pin).map(|_| ())
        })
    }

    /// Completes a registration, and returns the e-mail address. [`generate_api_key`](Self::generate_api_key) comes
    /// next.
    ///
    /// # Errors
    /// [`PasswordTooWeak`](crate::ErrorKind::PasswordTooWeak), [`TokenExpired`](crate::ErrorKind::TokenExpired),
    /// [`InvalidToken`](crate::ErrorKind::InvalidToken), [`PinResent`](crate::ErrorKind::PinResent);
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
    pub fn finish_registration(
        &self,
        observer: &mut dyn Observer,
        mut registration: Registration,
    ) -> Result<String> {
        match &mut registration.proof {
            RegistrationProof::Token(token) => *token = filled("token", token)?,
            RegistrationProof::Pin { email, pin } => {
                *email = email_address(email)?;
                *pin = filled("pin", pin)?;
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
