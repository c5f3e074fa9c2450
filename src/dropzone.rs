//! The recipients of the user's own Dropzone (`protocol` 6.6). An anonymous sender uses [`Client::for_dropzone`].

use crate::api::endpoint;
use crate::api::retry::gone_is_done;
use crate::call::Observer;
use crate::check::email_address;
use crate::client::Client;
use crate::error::{ErrorKind, Result};

impl Client {
    /// Gets the e-mail addresses of the recipients of the user's Dropzone.
    ///
    /// # Errors
    /// Refusals of the service; errors of the network.
    pub fn dropzone_recipients(&self, observer: &mut dyn Observer) -> Result<Vec<String>> {
        self.run(observer, |session| {
            let response = endpoint::dropzone_recipients(session)?;
            response.required_list("recipientEmailAddresses")?;
            Ok(response.texts("recipientEmailAddresses"))
        })
    }

    /// Adds a recipient to the user's Dropzone.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`]; [`ErrorKind::DuplicateEmail`], [`ErrorKind::GuestsProhibited`] and others from
    /// the service.
    pub fn add_dropzone_recipient(&self, observer: &mut dyn Observer, email: &str) -> Result<()> {
        let email = email_address(email)?;
        self.run(observer, move |session| {
            let added = endpoint::add_dropzone_recipient(session, &email);
            gone_is_done(added, |error| error.kind() == ErrorKind::DuplicateEmail)
        })
    }

    /// Removes a recipient from the user's Dropzone.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`]; [`ErrorKind::Refused`] for an address that is no recipient.
    pub fn remove_dropzone_recipient(
        &self,
        observer: &mut dyn Observer,
        email: &str,
    ) -> Result<()> {
        let email = email_address(email)?;
        self.run(observer, move |session| {
            let removed = endpoint::remove_dropzone_recipient(session, &email);
            gone_is_done(removed, |error| error.server_code() == Some("FAIL"))
        })
    }
}
