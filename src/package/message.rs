//! The message of a package, sent (`protocol` 3.5, 6.9).

use super::Package;
use crate::api::endpoint;
use crate::call::Observer;
use crate::crypto::encrypt_message;
use crate::error::Result;

impl Package {
    /// Encrypts a message and puts it on the package, in place of one that is there. An empty text removes it.
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
            endpoint::set_message(session, &inner.id, &encrypted)?;
            inner.secrets()?.evidence.message_made();
            inner.steps.lock().has_message = Some(!encrypted.is_empty());
            Ok(())
        })
    }
}
