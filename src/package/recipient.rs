//! The recipients of a package (`protocol` 6.4).

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::step::recipient_not_on_package;
use super::{Inner, Package};
use crate::api::retry::gone_is_done;
use crate::api::{Session, endpoint, refusal};
use crate::call::Observer;
use crate::check::{PhoneNumber, email_address, identifier, is_among};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::pages::{Page, Pages};
use crate::record::{PackageInformation, Recipient};

/// Longest list of collaborators, in bytes.
const MOST_COLLABORATORS: usize = 16 << 20;

/// The result for one address of [`Package::add_recipients`].
#[derive(Clone, Debug)]
pub struct RecipientResult {
    /// The address as it was given.
    pub email: String,
    /// The recipient, if it was added.
    pub recipient: Option<Recipient>,
    /// Why it was not added. Beside a recipient: why its trusted devices did not get the keycode.
    pub error: Option<Error>,
}

impl RecipientResult {
    fn is_open(&self) -> bool {
        self.recipient.is_none() && self.error.is_none()
    }

    /// Takes the entry of the response for this address.
    fn take(&mut self, entry: &Json) {
        let mut recipient = Recipient::read(entry);
        match entry.text("response") {
            Some(code) if code != "SUCCESS" => {
                self.error = Some(refusal(&code, entry).context(&self.email));
            }
            _ if recipient.recipient_id.is_empty() => {
                self.error = Some(Error::new(
                    ErrorKind::BadAnswer,
                    format!("{}: the service gives no id", self.email),
                ));
            }
            _ => {
                recipient.check_for_public_keys.get_or_insert(false);
                self.recipient = Some(recipient);
            }
        }
    }
}

impl Package {
    /// Adds a recipient; with `sms`, the recipient has to enter a code sent by SMS (`protocol` 6.4.1, 6.4.4).
    ///
    /// The phone number is checked before the recipient is added. If the service then refuses it, the recipient stays
    /// on the package without a number, and the error says so.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`], [`ErrorKind::MalformedPhoneNumber`] and [`ErrorKind::TooManyRecipients`] before
    /// anything is sent; [`ErrorKind::WrongKeycode`], [`ErrorKind::KeycodeNotProved`] before a recipient is added to a
    /// Workspace or a finalized package; [`ErrorKind::DuplicateEmail`], [`ErrorKind::InvalidEmail`] and others from the
    /// service.
    pub fn add_recipient(
        &self,
        observer: &mut dyn Observer,
        email: &str,
        sms: Option<&Sms>,
    ) -> Result<Recipient> {
        let email = email_address(email)?;
        let auto_enable_sms = sms == Some(&Sms::KnownNumber);
        let phone = match sms {
            Some(Sms::Number(phone)) => Some(phone.checked()?),
            _ => None,
        };
        self.0.steps.lock().may_add_recipients(1)?;
        self.run(observer, move |inner, session| {
            let mut recipient = inner.add_recipient(session, &email, auto_enable_sms)?;
            if let Some((number, country)) = phone {
                let id = &recipient.recipient_id;
                endpoint::set_recipient_phone(session, &inner.path_name, id, &number, &country)
                    .map_err(|error| {
                        error.context("the recipient was added, but its phone number was not set")
                    })?;
                recipient.sms_auth = true;
                recipient.phone_numbers.push(number);
            }
            Ok(recipient)
        })
    }

    /// Adds several recipients at once, and returns a result for each (`protocol` 6.4.2). With `auto_enable_sms`, those
    /// whose phone number the service knows have to enter a code sent by SMS.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`] and [`ErrorKind::TooManyRecipients`] for the whole list before anything is sent;
    /// [`ErrorKind::WrongKeycode`] and [`ErrorKind::KeycodeNotProved`] before a recipient is added.
    /// Refusals of the service for single addresses are in the results.
    pub fn add_recipients(
        &self,
        observer: &mut dyn Observer,
        emails: &[String],
        auto_enable_sms: bool,
    ) -> Result<Vec<RecipientResult>> {
        let emails = emails.iter().map(|email| email_address(email));
        let emails: Vec<String> = emails.collect::<Result<_>>()?;
        self.0.steps.lock().may_add_recipients(emails.len())?;
        let mut results: Vec<RecipientResult> = Vec::with_capacity(emails.len());
        for email in emails {
            let is_double = is_among(&email, results.iter().map(|result| &result.email));
            let error = || {
                let message = format!("{email} stands in the list twice");
                Error::new(ErrorKind::DuplicateEmail, message)
            };
            results.push(RecipientResult {
                error: is_double.then(error),
                email,
                recipient: None,
            });
        }
        if results.is_empty() {
            return Ok(results);
        }
        self.run(observer, move |inner, session| {
            inner.add_recipients(session, results, auto_enable_sms)
        })
    }

    /// Gets a recipient from the service (`protocol` 6.4.3).
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`].
    pub fn recipient(&self, observer: &mut dyn Observer, recipient_id: &str) -> Result<Recipient> {
        self.0.steps.lock().may_read()?;
        let recipient_id = identifier("recipient id", recipient_id)?;
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            let response = endpoint::get_recipient(session, &inner.path_name, &recipient_id)?;
            response.required("email")?;
            let mut recipient = Recipient::read(&response);
            recipient.recipient_id = recipient_id;
            Ok(recipient)
        })
    }

    /// Sets the phone number of a recipient, who then has to enter a code sent by SMS (`protocol` 6.4.4).
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`] and [`ErrorKind::MalformedPhoneNumber`] before anything is sent;
    /// [`ErrorKind::InvalidInput`] if the service refuses the number.
    pub fn set_recipient_phone(
        &self,
        observer: &mut dyn Observer,
        recipient_id: &str,
        phone: &PhoneNumber,
    ) -> Result<()> {
        let (number, country) = phone.checked()?;
        let recipient_id = identifier("recipient id", recipient_id)?;
        self.0.steps.lock().may_set_phone(&recipient_id)?;
        self.run(observer, move |inner, session| {
            endpoint::set_recipient_phone(
                session,
                &inner.path_name,
                &recipient_id,
                &number,
                &country,
            )
            .map(|_| ())
        })
    }

    /// Sets the role of a collaborator in a Workspace (`protocol` 6.4.4, 7.3): `VIEWER`, `CONTRIBUTOR`, `MANAGER`,
    /// `OWNER`, or a later role of the service.
    ///
    /// # Errors
    /// [`ErrorKind::OnlyInWorkspace`] and [`ErrorKind::InvalidArgument`] before anything is sent;
    /// [`ErrorKind::RecipientNotOnPackage`]; [`ErrorKind::InvalidInput`] for a role that the service does not know.
    pub fn set_recipient_role(
        &self,
        observer: &mut dyn Observer,
        recipient_id: &str,
        role: &str,
    ) -> Result<()> {
        if role.is_empty() || role.chars().any(char::is_control) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "a role is a word such as VIEWER, CONTRIBUTOR, MANAGER or OWNER",
            ));
        }
        self.0.steps.lock().may_set_role()?;
        let (recipient_id, role) = (identifier("recipient id", recipient_id)?, role.to_owned());
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            endpoint::set_recipient_role(session, &inner.path_name, &recipient_id, &role)
                .map(|_| ())
        })
    }

    /// Removes a recipient (`protocol` 6.4.5), also from a package that is finalized.
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`]; [`ErrorKind::Denied`] from the service.
    pub fn remove_recipient(&self, observer: &mut dyn Observer, recipient_id: &str) -> Result<()> {
        self.0.steps.lock().may_change()?;
        let recipient_id = identifier("recipient id", recipient_id)?;
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            let removed = endpoint::remove_recipient(session, &inner.path_name, &recipient_id);
            let removed = gone_is_done(removed, is_unknown_recipient);
            if removed.as_ref().err().is_none_or(is_unknown_recipient) {
                inner.steps.lock().recipient_removed(&recipient_id);
            }
            removed
        })
    }

    /// Removes all recipients but the owner (`protocol` 6.4.6).
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] from the service.
    pub fn remove_all_recipients(&self, observer: &mut dyn Observer) -> Result<()> {
        self.0.steps.lock().may_change()?;
        self.run(observer, move |inner, session| {
            endpoint::remove_all_recipients(session, &inner.path_name)?;
            inner.steps.lock().recipients_removed();
            Ok(())
        })
    }

    /// Gets the collaborators of a Workspace, all pages of them, as a JSON array (`protocol` 6.4.9). SendSafely does
    /// not document its elements.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn collaborators(&self, observer: &mut dyn Observer) -> Result<String> {
        self.0.steps.lock().may_read()?;
        let inner = Arc::clone(&self.0);
        let pages = Pages::new(&self.0.client, 0, move |session, row| {
            let response = endpoint::collaborators(session, &inner.path_name, row)?;
            let pagination = response.object("pagination");
            Ok(Page {
                is_guess: false,
                items: response.values("items").to_vec(),
                next: pagination.and_then(|pagination| pagination.size("nextRowIndex")),
            })
        });
        let mut text = String::from("[");
        while let Some(item) = pages.next(observer)? {
            if text.len() > 1 {
                text.push(',');
            }
            text += &item.to_text();
            if text.len() > MOST_COLLABORATORS {
                let message =
                    format!("there are more than {MOST_COLLABORATORS} bytes of collaborators");
                return Err(Error::new(ErrorKind::BadAnswer, message));
            }
        }
        text.push(']');
        Ok(text)
    }

    /// Gets the permissions of a package as a JSON array (`protocol` 6.4.9). SendSafely does not document its elements.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn permissions(&self, observer: &mut dyn Observer) -> Result<String> {
        self.0.steps.lock().may_read()?;
        self.run(observer, move |inner, session| {
            let response = endpoint::permissions(session, &inner.path_name)?;
            let permissions = response.values("permissions");
            Ok(Json::List(permissions.into()).to_text())
        })
    }
}

fn is_unknown_recipient(error: &Error) -> bool {
    error.kind() == ErrorKind::InvalidRecipient
}

impl Inner {
    /// Fails if the recipient is not on the package. Another program may have added it, so the service is asked first.
    pub(super) fn must_have_recipient(&self, session: &Session, recipient_id: &str) -> Result<()> {
        if self.steps.lock().knows_recipient(recipient_id) {
            return Ok(());
        }
        let mut recipients = self.refresh(session)?.recipients.into_iter();
        match recipients.any(|recipient| recipient.recipient_id == recipient_id) {
            true => Ok(()),
            false => Err(recipient_not_on_package(recipient_id)),
        }
    }

    fn add_recipient(
        &self,
        session: &Arc<Session>,
        email: &str,
        auto_enable_sms: bool,
    ) -> Result<Recipient> {
        let add = || {
            let response =
                endpoint::add_recipient(session, &self.path_name, email, auto_enable_sms)?;
            Ok(Recipient::read(&response))
        };
        // A recipient that was on the package before has to be refused as a duplicate.
        let was_there = is_among(email, self.steps.lock().recipient_emails().iter());
        let look = || {
            let mut recipients = self.look_for_recipients(session)?.into_iter();
            let is_it = |recipient: &Recipient| recipient.email.eq_ignore_ascii_case(email);
            Ok(recipients.find(|recipient| !was_there && is_it(recipient)))
        };
        let is_proved = self.prove_keycode_to_add(session)?;
        let added = session.looking(add, &look);
        let mut recipient = match added {
            Err(error) if self.was_added_before(&error, email) => look()?.ok_or(error)?,
            added => added.inspect_err(|error| self.note_doubt(error, email))?,
        };
        if recipient.recipient_id.is_empty() {
            return Err(Error::new(
                ErrorKind::BadAnswer,
                "the response to adding a recipient has no id",
            ));
        }
        if recipient.email.is_empty() {
            email.clone_into(&mut recipient.email);
        }
        // If the response does not say whether there are public keys, there may be some (`protocol` 4.6).
        recipient.check_for_public_keys.get_or_insert(true);
        self.note_recipient(&recipient);
        self.give_keycode(session, &recipient, is_proved)?;
        Ok(recipient)
    }

    /// Whether an earlier call has added a recipient that the service refuses as a duplicate, and its response was lost.
    fn was_added_before(&self, error: &Error, email: &str) -> bool {
        error.kind() == ErrorKind::DuplicateEmail && self.steps.lock().may_have_added(email)
    }

    fn note_doubt(&self, error: &Error, email: &str) {
        if error.server_code().is_none() {
            self.steps.lock().recipient_in_doubt(email);
        }
    }

    fn add_recipients(
        &self,
        session: &Arc<Session>,
        results: Vec<RecipientResult>,
        auto_enable_sms: bool,
    ) -> Result<Vec<RecipientResult>> {
        let there_before = self.steps.lock().recipient_emails();
        let results = RefCell::new(results);
        let attempts = Cell::new(0);
        let is_sought = |result: &RecipientResult| {
            let refused_as_double = result.error.as_ref().is_some_and(|error| {
                error.kind() == ErrorKind::DuplicateEmail
                    && error.server_code().is_some()
                    && (attempts.get() > 1 || self.was_added_before(error, &result.email))
            });
            // Who was there before is still to be refused as a duplicate.
            (result.is_open() || refused_as_double) && !is_among(&result.email, there_before.iter())
        };
        let add = || {
            attempts.set(attempts.get() + 1);
            let results = &mut *results.borrow_mut();
            let open: Vec<usize> = (0..results.len())
                .filter(|index| results[*index].is_open())
                .collect();
            let emails: Vec<String> = open.iter().map(|i| results[*i].email.clone()).collect();
            let response =
                endpoint::add_recipients(session, &self.path_name, &emails, auto_enable_sms)?;
            for (place, entry) in response.list("recipients").iter().enumerate() {
                let email = entry.filled("email");
                let named = email.and_then(|email| {
                    let is_it =
                        |index: &&usize| results[**index].email.eq_ignore_ascii_case(&email);
                    open.iter().find(is_it)
                });
                // An entry without a known address belongs to the address in the same place.
                if let Some(&index) = named.or(open.get(place))
                    && results[index].is_open()
                {
                    results[index].take(entry);
                }
            }
            Ok(())
        };
        let look = || {
            let found = self.look_for_recipients(session)?;
            let results = &mut *results.borrow_mut();
            for result in results.iter_mut().filter(|result| is_sought(result)) {
                let is_it = |found: &&Recipient| found.email.eq_ignore_ascii_case(&result.email);
                result.recipient = found.iter().find(is_it).cloned();
                if result.recipient.is_some() {
                    result.error = None;
                }
            }
            Ok(results.iter().all(|result| !result.is_open()).then_some(()))
        };
        let is_proved = self.prove_keycode_to_add(session)?;
        session.looking(add, &look).inspect_err(|error| {
            for result in results.borrow().iter().filter(|result| is_sought(result)) {
                self.note_doubt(error, &result.email);
            }
        })?;
        // An earlier attempt or call may have added an address late, so that a later one was refused: look once more.
        if results.borrow().iter().any(is_sought) {
            look()?;
        }
        let mut results = results.into_inner();
        for result in &mut results {
            if result.is_open() {
                let message = format!(
                    "{}: the service does not say whether it was added",
                    result.email
                );
                result.error = Some(Error::new(ErrorKind::BadAnswer, message));
            }
        }
        for recipient in results
            .iter()
            .filter_map(|result| result.recipient.as_ref())
        {
            self.note_recipient(recipient);
        }
        let mut unreachable: Option<Error> = None;
        for result in &mut results {
            let Some(recipient) = &result.recipient else {
                continue;
            };
            // After an error of the network the others are not tried.
            let given = match &unreachable {
                Some(error) => Err(error.clone()),
                None => self.give_keycode(session, recipient, is_proved),
            };
            match given {
                Err(error) if error.kind() == ErrorKind::Stopped => return Err(error),
                Err(error) => {
                    if error.server_code().is_none() {
                        unreachable = Some(error.clone());
                    }
                    let message =
                        "the recipient was added, but its trusted devices have no keycode";
                    result.error = Some(error.context(message));
                }
                Ok(()) => {}
            }
        }
        Ok(results)
    }

    /// The recipients on the service, to find those whose responses were lost. They may have public keys.
    fn look_for_recipients(&self, session: &Session) -> Result<Vec<Recipient>> {
        let response = endpoint::package_information(session, &self.path_name)?;
        let mut recipients = PackageInformation::read(&response)?.recipients;
        for recipient in &mut recipients {
            recipient.check_for_public_keys.get_or_insert(true);
        }
        Ok(recipients)
    }

    fn note_recipient(&self, recipient: &Recipient) {
        let mut steps = self.steps.lock();
        steps.recipient_added(&recipient.recipient_id, &recipient.email);
    }

    /// Encrypts the keycode for the devices of a new recipient, unless finalize does that later.
    fn give_keycode(
        &self,
        session: &Arc<Session>,
        recipient: &Recipient,
        is_proved: bool,
    ) -> Result<()> {
        let at_once = self.steps.lock().needs_keycodes_at_once();
        if at_once && recipient.check_for_public_keys == Some(true) {
            // If finalize has begun in the meantime, the keycode has to be proved now.
            if !is_proved {
                self.prove_keycode_to_hand_on(session)?;
            }
            self.upload_keycodes(session, Some(&recipient.recipient_id))?;
        }
        Ok(())
    }
}

/// How a recipient gets a code by SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sms {
    /// To this number.
    Number(PhoneNumber),
    /// To the recipient's number that the service knows, if it knows one.
    KnownNumber,
}
