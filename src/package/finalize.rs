//! Finalizing a package, after storing its keycode for the trusted devices (`protocol` 4.6, 4.7).

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::{Inner, Package};
use crate::api::{Credentials, Session, endpoint};
use crate::call::{Observer, Phase};
use crate::check::{email_address, is_among};
use crate::error::{Error, ErrorKind, Result};
use crate::record::PackageInformation;
use crate::secret::{SecretJson, SecretString};

/// How a package is finalized.
#[derive(Clone, Debug, Default)]
pub struct FinalizeOptions {
    /// Everybody who has the link may open the package; no recipients are needed.
    pub undisclosed_recipients: bool,
    /// A password that downloads need too; only for undisclosed recipients. The service gets it.
    pub password: Option<SecretString>,
    /// Recipients may reply to all.
    pub allow_reply_all: bool,
    /// The service notifies the recipients by mail, without the keycode.
    pub notify_recipients: bool,
    /// PDF files can be viewed only.
    pub read_only_pdf: bool,
    /// For a Dropzone: the e-mail address of the anonymous sender.
    pub unconfirmed_sender: Option<String>,
    /// For a Dropzone: token of a sender whose address was confirmed.
    pub confirmed_sender_token: Option<SecretString>,
}

/// A package that was finalized.
#[derive(Clone)]
pub struct Finalized {
    /// The secure link, keycode included.
    pub link: String,
    /// Whether an approver has to approve before recipients get access.
    pub needs_approval: bool,
    /// E-mail addresses of those who may approve.
    pub approvers: Vec<String>,
    /// E-mail addresses of the recipients, as the service lists them.
    pub recipients: Vec<String>,
}

impl Package {
    /// Finalizes the package, the last step of sending: encrypts its keycode for the trusted devices of sender and
    /// recipients, and closes it.
    ///
    /// If the package needs an approval, the call succeeds and the result says so.
    ///
    /// # Errors
    /// [`ErrorKind::NoRecipient`], [`ErrorKind::NoFile`], [`ErrorKind::UploadRunning`], [`ErrorKind::AlreadyFinalized`]
    /// and the other kinds of wrong order before anything is sent; [`ErrorKind::WrongKeycode`],
    /// [`ErrorKind::KeycodeNotProved`] for a package that was opened again; [`ErrorKind::ApproverRequired`],
    /// [`ErrorKind::Denied`] from the service, which leave the package open. The package also stays open if the service
    /// refuses the keycode for every public key; a refusal for one key is a line in the log.
    ///
    /// If the service refuses and the response to creating a file was lost before, that file may be the reason. It is
    /// removed if it is known not to belong to another upload; otherwise the call fails with
    /// [`ErrorKind::UploadIncomplete`], or with [`ErrorKind::PackageNotFinalizable`] if the service does not list the
    /// file.
    pub fn finalize(
        &self,
        observer: &mut dyn Observer,
        options: &FinalizeOptions,
    ) -> Result<Finalized> {
        if options.password.is_some() && !options.undisclosed_recipients {
            let message = "a password is only for packages with undisclosed recipients";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let to_dropzone = matches!(self.0.client.credentials(), Credentials::Dropzone(_));
        let names_sender =
            options.unconfirmed_sender.is_some() || options.confirmed_sender_token.is_some();
        if names_sender && !to_dropzone {
            let message = "only a client for a Dropzone can name a sender";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let mut options = options.clone();
        if let Some(email) = &mut options.unconfirmed_sender {
            *email = email_address(email)?;
        }
        // A Dropzone has its own recipients.
        let needs_recipient = !options.undisclosed_recipients && !to_dropzone;
        self.0.steps.lock().begin_finalize(needs_recipient)?;
        let closing = Closing {
            inner: Arc::clone(&self.0),
            succeeded: false,
        };
        self.run(observer, move |inner, session| {
            // The worker owns it: after a stop no second finalize can begin while this request is still running.
            let mut closing = closing;
            session.call.set_phase(Phase::Finalizing);
            let finalized = inner.finalize(session, &options)?;
            closing.succeeded = true;
            Ok(finalized)
        })
    }
}

/// Finalize counts as running until this is dropped.
struct Closing {
    inner: Arc<Inner>,
    succeeded: bool,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.inner.steps.lock().end_finalize(self.succeeded);
    }
}

/// The link in the response, if it leads to the client's own host. The keycode is added to no other link.
fn own_link(named: &str, host: &str) -> Option<Url> {
    let mut link = Url::parse(named).ok()?;
    let anonymous = link.username().is_empty() && link.password().is_none();
    let is_own = anonymous && link.origin().ascii_serialization() == host;
    link.set_fragment(None);
    is_own.then_some(link)
}

impl Inner {
    fn finalize(&self, session: &Arc<Session>, options: &FinalizeOptions) -> Result<Finalized> {
        // The service may have finalized the package by an earlier request whose response was lost.
        let cut_off = self.steps.lock().may_be_finalized();
        if cut_off && let Some(finalized) = self.find_finalized(session)? {
            return Ok(finalized);
        }
        self.remove_incomplete(session)?;
        self.prove_keycode_to_hand_on(session)?;
        let known = self.steps.lock().recipient_emails();
        let mut tried = BTreeSet::new();
        self.upload_keycodes_besides(&mut tried, session, None)?;
        let secrets = self.secrets()?;
        let mut body = SecretJson::from(json!({
            "checksum": secrets.checksum,
            "undisclosedRecipients": options.undisclosed_recipients,
            "notifyRecipients": options.notify_recipients,
            "readOnlyPdf": options.read_only_pdf,
        }));
        // Official clients do not send this member to a Dropzone.
        let to_dropzone = matches!(self.client.credentials(), Credentials::Dropzone(_));
        if options.allow_reply_all || !to_dropzone {
            body["allowReplyAll"] = options.allow_reply_all.into();
        }
        if let Some(password) = &options.password {
            body["password"] = password.expose().into();
        }
        if let Some(email) = &options.unconfirmed_sender {
            body["unconfirmedSender"] = email.as_str().into();
        }
        if let Some(token) = &options.confirmed_sender_token {
            body["confirmedSenderToken"] = token.expose().into();
        }
        let finalize = || {
            let response = endpoint::finalize(session, &self.path_name, &body)?;
            let named = response.filled("message");
            let own = named.and_then(|link| own_link(&link, self.client.host()));
            Ok(Finalized {
                link: match own {
                    Some(link) => format!("{link}#keyCode={}", secrets.keycode.expose()),
                    None => self.build_link(),
                },
                needs_approval: response.text("response").as_deref()
                    == Some("PACKAGE_NEEDS_APPROVAL"),
                approvers: response.texts("approvers"),
                recipients: response.texts("recipients"),
            })
        };
        let lost = Cell::new(cut_off);
        let look = || {
            lost.set(true);
            self.find_finalized(session)
        };
        let ask = || {
            self.steps.lock().finalize_requested();
            let refusal = match session.looking(finalize, look) {
                Err(error) if error.server_code().is_some() => error,
                result => return result,
            };
            // The effect of the earlier request may be visible only now.
            if cut_off && let Some(finalized) = self.find_finalized(session)? {
                return Ok(finalized);
            }
            // If a response was lost, that request may still take effect, or be the reason for this refusal.
            if !lost.get() {
                self.steps.lock().finalize_refused();
            }
            Err(refusal)
        };
        let result = match ask() {
            Err(refusal) if self.may_be_for_lost_file(&refusal) => {
                match self.remove_lost(session)? {
                    true => ask().map_err(|refusal| self.hidden_file_error(refusal)),
                    false => Err(self.hidden_file_error(refusal)),
                }
            }
            result => result,
        };
        match result {
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                Err(error.with_remedy("finalize again: it first looks whether this was done"))
            }
            Err(error) => Err(error),
            Ok(finalized) => {
                self.give_late_keycodes(session, &finalized, &known, tried);
                Ok(finalized)
            }
        }
    }

    /// Stores the keycode for recipients that another program has added after the public keys were requested. The
    /// package is finalized by now, so a failure is only logged.
    fn give_late_keycodes(
        &self,
        session: &Arc<Session>,
        finalized: &Finalized,
        known: &[String],
        mut tried: BTreeSet<String>,
    ) {
        let recipients = finalized.recipients.iter();
        let late: Vec<&str> = recipients
            .filter(|email| !is_among(email, known.iter()))
            .map(String::as_str)
            .collect();
        if !late.is_empty()
            && let Err(error) = self.upload_keycodes_besides(&mut tried, session, None)
        {
            session.call.log(format!(
                "trusted devices of {} may have no keycode: {}",
                late.join(", "),
                error.message()
            ));
        }
    }

    /// The result of finalize, if the service says that the package is finalized already.
    fn find_finalized(&self, session: &Session) -> Result<Option<Finalized>> {
        let information =
            PackageInformation::read(&endpoint::package_information(session, &self.path_name)?)?;
        Ok(information.is_finalized().then(|| Finalized {
            link: self.build_link(),
            needs_approval: information.needs_approval,
            approvers: information.approvers,
            recipients: information
                .recipients
                .into_iter()
                .map(|recipient| recipient.email)
                .collect(),
        }))
    }

    /// Removes the files of failed uploads through this handle: the service does not finalize a package with incomplete
    /// files.
    fn remove_incomplete(&self, session: &Session) -> Result<()> {
        let incomplete = self.steps.lock().incomplete();
        for file_id in &incomplete {
            self.delete_file(session, file_id, None)
                .map_err(not_removed)?;
        }
        Ok(())
    }

    /// Whether the service may have refused to finalize because of a file that a lost response has left.
    fn may_be_for_lost_file(&self, refusal: &Error) -> bool {
        let is_general = matches!(refusal.kind(), ErrorKind::Denied | ErrorKind::Refused);
        is_general && !self.steps.lock().uncertain().is_empty()
    }

    /// Removes the files that lost responses have left; returns whether there were any. A file that may belong to
    /// another upload is never removed.
    fn remove_lost(&self, session: &Session) -> Result<bool> {
        let lost = self.find_lost(session)?;
        for file in &lost {
            self.delete_file(session, &file.file_id, None)
                .map_err(not_removed)?;
            self.steps.lock().lost_deleted(file);
        }
        Ok(!lost.is_empty())
    }

    /// The error for a refusal that may come from an incomplete file which the service does not list.
    fn hidden_file_error(&self, error: Error) -> Error {
        if !self.may_be_for_lost_file(&error) {
            return error;
        }
        let uncertain = match self.steps.lock().uncertain().first() {
            Some(uncertain) => uncertain.like.name.clone(),
            None => return error,
        };
        let why = format!(
            "the response to creating {uncertain} was lost, and it may be there, incomplete, where the service does not show it: {}",
            error.message()
        );
        let hidden = Error::new(ErrorKind::PackageNotFinalizable, why);
        match error.server_code() {
            Some(code) => hidden.with_server(code, error.server_message()),
            None => hidden,
        }
    }
}

/// The error if an incomplete file could not be removed.
fn not_removed(error: Error) -> Error {
    if error.kind() == ErrorKind::Stopped {
        return error;
    }
    let why = error.message();
    let message = format!("a file whose upload failed could not be removed: {why}");
    Error::new(ErrorKind::UploadIncomplete, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_host_gets_a_keycode() {
        let own = "https://acme.test:8443/receive/?thread=A&packageCode=C";
        let host = "https://acme.test:8443";
        assert_eq!(own_link(own, host).expect("own").as_str(), own);
        let with_fragment = format!("{own}#x");
        assert_eq!(own_link(&with_fragment, host).expect("own").as_str(), own);
        for other in [
            "http://acme.test:8443/receive/?packageCode=C",
            "https://acme.test/receive/?packageCode=C",
            "https://acme.test:8443.evil.test/receive/?packageCode=C",
            "https://acme.test:8443@evil.test/receive/?packageCode=C",
            "https://evil.test\\@acme.test:8443/receive/?packageCode=C",
            "https://user@acme.test:8443/receive/?packageCode=C",
            "javascript:alert(1)",
            "httpx",
            "",
        ] {
            assert_eq!(own_link(other, host), None, "{other}");
        }
    }
}
