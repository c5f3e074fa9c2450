//! Submitting a package to the connectors of a hosted Dropzone (`protocol` 6.13).

use zeroize::Zeroizing;

use super::Package;
use crate::api::{Credentials, Session, endpoint};
use crate::call::Observer;
use crate::check::email_address;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;

/// Attempts for one connector (`protocol` 6.13).
const ATTEMPTS: usize = 3;

impl Package {
    /// Submits a finalized package to the connectors of a hosted Dropzone. **Each connector gets the secure link with
    /// its keycode**, so that it can read the files.
    ///
    /// `name` is a label for the owner of the Dropzone, `email` the sender's address.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinalized`], [`ErrorKind::InvalidArgument`] if the client is not for a Dropzone,
    /// [`ErrorKind::MalformedEmail`] before anything is sent; [`ErrorKind::Refused`] from the service or a connector;
    /// [`ErrorKind::OutcomeUnknown`] if the response is lost.
    pub fn submit_hosted_dropzone(
        &self,
        observer: &mut dyn Observer,
        name: &str,
        email: &str,
    ) -> Result<()> {
        let email = email_address(email)?;
        self.0.steps.lock().may_read()?;
        let Credentials::Dropzone(dropzone) = self.0.client.credentials() else {
            let message = "the package was not made by a client for a Dropzone";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        };
        let link = Zeroizing::new(self.link()?);
        let (code, name) = (self.code().to_owned(), name.to_owned());
        let dropzone = dropzone.clone();
        self.run(observer, move |_, session| {
            let response =
                endpoint::submit_hosted_dropzone(session, &dropzone, &code, &name, &email)?;
            if response.flag("success") != Some(true) {
                let words = response.text("error").unwrap_or_default();
                let message = format!("the Dropzone did not take the package: {words}");
                return Err(Error::new(ErrorKind::Refused, message));
            }
            let connectors = response.texts("integrationUrls");
            let mut refused = 0;
            for connector in &connectors {
                if !submit_to(session, connector, &response, &link)? {
                    refused += 1;
                }
            }
            match refused {
                0 => Ok(()),
                _ => Err(Error::new(
                    ErrorKind::Refused,
                    format!(
                        "{refused} of {} connectors of the Dropzone did not take the package",
                        connectors.len()
                    ),
                )),
            }
        })
    }
}

/// Submits the package to one connector; returns whether the connector has accepted it.
fn submit_to(session: &Session, connector: &str, submitted: &Json, link: &str) -> Result<bool> {
    for _ in 0..ATTEMPTS {
        match endpoint::submit_to_connector(session, connector, submitted, link) {
            Ok(response) => {
                let result = response.text("result").unwrap_or_default();
                if result.eq_ignore_ascii_case("success") {
                    return Ok(true);
                }
            }
            Err(error) if error.kind() == ErrorKind::Stopped => return Err(error),
            Err(error) => session.call.log(format!(
                "a connector of the Dropzone failed: {}",
                error.message()
            )),
        }
    }
    Ok(false)
}
