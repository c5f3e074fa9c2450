//! The message of a package: set and read (`protocol` 3.5, 5.5, 6.9).

use super::{Inner, Package};
use crate::api::{Session, endpoint};
use crate::call::Observer;
use crate::crypto::encrypt_message;
use crate::error::Result;

impl Package {
    /// Encrypts a message and stores it; it replaces an earlier one. An empty text removes the message.
    ///
    /// # Errors
    /// [`AlreadyFinalized`](crate::ErrorKind::AlreadyFinalized), [`WrongKeycode`](crate::ErrorKind::WrongKeycode) for a
    /// package that was opened again; errors of the service and the network.
    pub fn set_message(&self, observer: &mut dyn Observer, text: &str) -> Result<()> {
        self.0.steps.lock().may_set_message()?;
        let encrypted = match text {
            "" => String::new(),
            text => encrypt_message(text, &self.0.secrets()?.passphrase)?,
        };
        self.run(observer, move |inner, session| {
            inner.prove_keycode(session)?;
            endpoint::set_message(session, &inner.path_name, &encrypted)?;
            inner.secrets()?.evidence.message_made();
            inner.steps.lock().message_set(!encrypted.is_empty());
            Ok(())
        })
    }

    /// Gets the message of the package and decrypts it (`protocol` 5.5); `None` if the package has none.
    ///
    /// Line ends are those of the sender's client; the Node client writes CRLF.
    ///
    /// # Errors
    /// [`ErrorKind::KeycodeUnknown`](crate::ErrorKind::KeycodeUnknown),
    /// [`ErrorKind::DecryptFailed`](crate::ErrorKind::DecryptFailed), refusals of the service.
    pub fn message(&self, observer: &mut dyn Observer) -> Result<Option<String>> {
        let none = {
            let steps = self.0.steps.lock();
            steps.may_decrypt()?;
            steps.has_message() == Some(false)
        };
        if none {
            return Ok(None);
        }
        self.run(observer, |inner, session| {
            let message = inner.encrypted_message(session)?;
            let Some(message) = message else {
                return Ok(None);
            };
            let text = inner.decrypt_text(session, &message)?;
            inner.secrets()?.evidence.message_opened();
            Ok(Some(text))
        })
    }
}

impl Inner {
    /// The message as the service stores it, encrypted; `None` if there is none.
    pub(super) fn encrypted_message(&self, session: &Session) -> Result<Option<String>> {
        let checksum = &self.secrets()?.checksum;
        match endpoint::get_message(session, self.path_name_to_read(session)?, checksum) {
            Ok(response) => Ok(response.filled("message")),
            // If no response has said whether there is a message, a plain FAIL means that there is none.
            Err(error)
                if error.server_code() == Some("FAIL")
                    && self.steps.lock().has_message().is_none() =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
