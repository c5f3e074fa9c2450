//! Recipients and their phone numbers (`protocol` 6.4).

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::step::recipient_not_on_package;
use super::{Inner, Package};
use crate::api::retry::{gone_is_done, looking};
use crate::api::{Session, endpoint, refusal};
use crate::call::Observer;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::pages::{Page, Pages};
use crate::record::{PackageInformation, Timestamp};
use crate::trusted_device::PublicKey;

/// Longest list of collaborators, in bytes.
const MOST_COLLABORATORS: usize = 16 << 20;

/// Somebody a package is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The service's id of this recipient on this package.
    pub recipient_id: String,
    /// The e-mail address.
    pub email: String,
    /// The full name, where the service knows it.
    pub full_name: Option<String>,
    /// The role in a Workspace, such as `VIEWER`.
    pub role: Option<String>,
    /// Whether an approver has to approve what this recipient gets.
    pub needs_approval: bool,
    /// E-mail addresses of those who may approve.
    pub approvers: Vec<String>,
    /// Whether this is the owner of the package.
    pub is_package_owner: bool,
    /// Whether the recipient has to enter a code sent by SMS.
    pub sms_auth: bool,
    /// Phone numbers that the service knows, with their dialling codes.
    pub phone_numbers: Vec<String>,
    /// The service's code of this recipient; what it is good for is not known.
    pub recipient_code: Option<String>,
    /// What this recipient has fetched.
    pub confirmations: Vec<Confirmation>,
    /// Public keys of this recipient's trusted devices, where an answer tells them.
    pub public_keys: Vec<PublicKey>,
    /// Whether there are public keys to which the keycode has to be encrypted (`protocol` 4.6).
    pub(crate) check_for_public_keys: Option<bool>,
}

/// A file that a recipient has fetched, or the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// From where.
    pub ip_address: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
    /// Whether it was the message.
    pub is_message: bool,
    /// Which file.
    pub file_id: Option<String>,
    /// The name of that file.
    pub file_name: Option<String>,
}

/// What has become of one address of [`Package::add_recipients`].
#[derive(Clone, Debug)]
pub struct RecipientResult {
    /// The address as it was given.
    pub email: String,
    /// The recipient, if it is on the package.
    pub recipient: Option<Recipient>,
    /// Why it is not; together with a recipient: why its trusted devices did not get the keycode.
    pub error: Option<Error>,
}

impl Recipient {
    pub(crate) fn read(json: &Json) -> Self {
        let phone_numbers = json.list("phonenumbers").iter().filter_map(|phone| {
            let number = phone.filled("phonenumber")?;
            Some(match phone.number("countryCode") {
                Some(code) if !number.starts_with('+') => format!("+{code} {number}"),
                _ => number,
            })
        });
        let mut phone_numbers: Vec<String> = phone_numbers.collect();
        if phone_numbers.is_empty() {
            phone_numbers.extend(json.filled("phoneNumber"));
        }
        Self {
            recipient_id: json.text("recipientId").unwrap_or_default(),
            email: json.text("email").unwrap_or_default(),
            full_name: json.filled("fullName"),
            role: json.filled("roleName"),
            needs_approval: json
                .flag("needsApproval")
                .or(json.flag("approvalRequired"))
                .unwrap_or(false),
            approvers: json.texts("approvers"),
            is_package_owner: json.flag("isPackageOwner").unwrap_or(false),
            sms_auth: json.flag("smsAuth").unwrap_or(false),
            phone_numbers,
            recipient_code: json.filled("recipientCode"),
            confirmations: json
                .list("confirmations")
                .iter()
                .map(Confirmation::read)
                .collect(),
            public_keys: json
                .list("publicKeys")
                .iter()
                .flat_map(PublicKey::read)
                .collect(),
            check_for_public_keys: json.flag("checkForPublicKeys"),
        }
    }
}

impl Confirmation {
    fn read(json: &Json) -> Self {
        let file = json.object("file");
        let of_file = |name: &str| file.and_then(|file| file.filled(name));
        Self {
            ip_address: json.filled("ipAddress"),
            time: Timestamp::read(json, "timestamp")
                .or_else(|| Timestamp::read(json, "timeStampStr")),
            is_message: json.flag("isMessage").unwrap_or(false),
            file_id: of_file("fileId"),
            file_name: of_file("fileName"),
        }
    }
}

impl RecipientResult {
    fn is_open(&self) -> bool {
        self.recipient.is_none() && self.error.is_none()
    }

    /// Takes what the service says of this address.
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
    /// Adds a recipient, who may have to enter a code sent by SMS (`protocol` 6.4.1, 6.4.4).
    ///
    /// A number is checked before the recipient is added. If setting it fails, the recipient stays on the package
    /// without it; the error says so.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`], [`ErrorKind::MalformedPhoneNumber`] and [`ErrorKind::TooManyRecipients`] before
    /// anything is sent; [`ErrorKind::WrongKeycode`], [`ErrorKind::KeycodeNotProved`] before anybody is added to a Workspace
    /// or a finalized package; [`ErrorKind::DuplicateEmail`], [`ErrorKind::InvalidEmail`] and others from the service.
    pub fn add_recipient(
        &self,
        observer: &mut dyn Observer,
        email: &str,
        sms: Option<&Sms>,
    ) -> Result<Recipient> {
        check_email(email)?;
        let auto_enable_sms = sms == Some(&Sms::KnownNumber);
        let phone = match sms {
            Some(Sms::Number(phone)) => Some((phone.number.clone(), phone.checked_country()?)),
            _ => None,
        };
        self.0.steps.lock().may_add_recipients(1)?;
        let email = email.to_owned();
        self.run(observer, move |inner, session| {
            let mut recipient = inner.add_recipient(session, &email, auto_enable_sms)?;
            if let Some((number, country)) = phone {
                let id = &recipient.recipient_id;
                endpoint::set_recipient_phone(session, &inner.id, id, &number, &country).map_err(
                    |error| {
                        error.context("the recipient was added, but its phone number was not set")
                    },
                )?;
                recipient.sms_auth = true;
                recipient.phone_numbers.push(number);
            }
            Ok(recipient)
        })
    }

    /// Adds several recipients at once, and tells of each what has become of it (`protocol` 6.4.2). With
    /// `auto_enable_sms`, those whose phone number the service knows have to enter a code sent by SMS.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`] and [`ErrorKind::TooManyRecipients`] for the whole list before anything is sent;
    /// [`ErrorKind::WrongKeycode`] and [`ErrorKind::KeycodeNotProved`] before anybody is added.
    /// What the service refuses stands in the results.
    pub fn add_recipients(
        &self,
        observer: &mut dyn Observer,
        emails: &[String],
        auto_enable_sms: bool,
    ) -> Result<Vec<RecipientResult>> {
        for email in emails {
            check_email(email)?;
        }
        self.0.steps.lock().may_add_recipients(emails.len())?;
        let mut results: Vec<RecipientResult> = Vec::with_capacity(emails.len());
        for email in emails {
            let is_double = is_among(email, results.iter().map(|result| &result.email));
            let told = || {
                let told = format!("{email} stands in the list twice");
                Error::new(ErrorKind::DuplicateEmail, told)
            };
            results.push(RecipientResult {
                email: email.clone(),
                recipient: None,
                error: is_double.then(told),
            });
        }
        if results.is_empty() {
            return Ok(results);
        }
        self.run(observer, move |inner, session| {
            inner.add_recipients(session, results, auto_enable_sms)
        })
    }

    /// What the service tells of a recipient (`protocol` 6.4.3).
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`].
    pub fn recipient(&self, observer: &mut dyn Observer, recipient_id: &str) -> Result<Recipient> {
        self.0.steps.lock().may_read()?;
        let recipient_id = recipient_id.to_owned();
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            let answer = endpoint::get_recipient(session, &inner.id, &recipient_id)?;
            answer.required("email")?;
            let mut recipient = Recipient::read(&answer);
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
        let country = phone.checked_country()?;
        self.0.steps.lock().may_set_phone(recipient_id)?;
        let (recipient_id, number) = (recipient_id.to_owned(), phone.number.clone());
        self.run(observer, move |inner, session| {
            endpoint::set_recipient_phone(session, &inner.id, &recipient_id, &number, &country)
                .map(|_| ())
        })
    }

    /// Sets the role of a collaborator in a Workspace (`protocol` 6.4.4, 7.3): `VIEWER`, `CONTRIBUTOR`, `MANAGER`,
    /// `OWNER`, or one that the service has got since.
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
        let (recipient_id, role) = (recipient_id.to_owned(), role.to_owned());
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            endpoint::set_recipient_role(session, &inner.id, &recipient_id, &role).map(|_| ())
        })
    }

    /// Removes a recipient (`protocol` 6.4.5), also from a package that is finalized.
    ///
    /// # Errors
    /// [`ErrorKind::RecipientNotOnPackage`]; [`ErrorKind::Denied`] from the service.
    pub fn remove_recipient(&self, observer: &mut dyn Observer, recipient_id: &str) -> Result<()> {
        self.0.steps.lock().may_change()?;
        let recipient_id = recipient_id.to_owned();
        self.run(observer, move |inner, session| {
            inner.must_have_recipient(session, &recipient_id)?;
            let removed = endpoint::remove_recipient(session, &inner.id, &recipient_id);
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
            endpoint::remove_all_recipients(session, &inner.id)?;
            inner.steps.lock().recipients_removed();
            Ok(())
        })
    }

    /// The collaborators of a Workspace as the service tells them: a JSON array, of all pages (`protocol` 6.4.9). What
    /// its elements are is not described anywhere.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn collaborators(&self, observer: &mut dyn Observer) -> Result<String> {
        self.0.steps.lock().may_read()?;
        let inner = Arc::clone(&self.0);
        let pages = Pages::new(&self.0.client, 0, move |session, row| {
            let answer = endpoint::collaborators(session, &inner.id, row)?;
            let pagination = answer.object("pagination");
            Ok(Page {
                is_guess: false,
                items: answer.values("items").to_vec(),
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
                let told =
                    format!("there are more than {MOST_COLLABORATORS} bytes of collaborators");
                return Err(Error::new(ErrorKind::BadAnswer, told));
            }
        }
        text.push(']');
        Ok(text)
    }

    /// The permissions of a package as the service tells them: a JSON array (`protocol` 6.4.9). What its elements are
    /// is not described anywhere.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn permissions(&self, observer: &mut dyn Observer) -> Result<String> {
        self.0.steps.lock().may_read()?;
        self.run(observer, move |inner, session| {
            let answer = endpoint::permissions(session, &inner.id)?;
            let permissions = answer.values("permissions");
            Ok(Json::List(permissions.into()).to_text())
        })
    }
}

fn is_unknown_recipient(error: &Error) -> bool {
    error.kind() == ErrorKind::InvalidRecipient
}

pub(super) fn is_among<'a>(email: &str, mut emails: impl Iterator<Item = &'a String>) -> bool {
    emails.any(|other| other.eq_ignore_ascii_case(email))
}

impl Inner {
    /// One that is not known here may have been added elsewhere: looks before it says that there is none.
    pub(crate) fn must_have_recipient(&self, session: &Session, recipient_id: &str) -> Result<()> {
        if self.steps.lock().knows_recipient(recipient_id) {
            return Ok(());
        }
        let mut recipients = self.ask(session)?.recipients.into_iter();
        match recipients.any(|recipient| recipient.recipient_id == recipient_id) {
            true => Ok(()),
            false => Err(recipient_not_on_package()),
        }
    }

    fn add_recipient(
        &self,
        session: &Arc<Session>,
        email: &str,
        auto_enable_sms: bool,
    ) -> Result<Recipient> {
        let add = || {
            let answer = endpoint::add_recipient(session, &self.id, email, auto_enable_sms)?;
            Ok(Recipient::read(&answer))
        };
        // Who was there before is still to be refused as a duplicate.
        let was_there = is_among(email, self.steps.lock().recipient_emails().iter());
        let look = || {
            let mut recipients = self.look_for_recipients(session)?.into_iter();
            let is_it = |recipient: &Recipient| recipient.email.eq_ignore_ascii_case(email);
            Ok(recipients.find(|recipient| !was_there && is_it(recipient)))
        };
        let is_proved = self.prove_keycode_to_add(session)?;
        let mut recipient = looking(&session.call, session.retry_window(), add, look)?;
        if recipient.recipient_id.is_empty() {
            return Err(Error::new(
                ErrorKind::BadAnswer,
                "the answer to adding a recipient has no id",
            ));
        }
        if recipient.email.is_empty() {
            email.clone_into(&mut recipient.email);
        }
        // Without a word about keys, there may be some (`protocol` 4.6).
        recipient.check_for_public_keys.get_or_insert(true);
        self.note_recipient(&recipient);
        self.give_keycode(session, &recipient, is_proved)?;
        Ok(recipient)
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
                error.kind() == ErrorKind::DuplicateEmail && error.server_code().is_some()
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
            let answer = endpoint::add_recipients(session, &self.id, &emails, auto_enable_sms)?;
            for (place, entry) in answer.list("recipients").iter().enumerate() {
                let email = entry.filled("email");
                let named = email.and_then(|email| {
                    let is_it =
                        |index: &&usize| results[**index].email.eq_ignore_ascii_case(&email);
                    open.iter().find(is_it)
                });
                // An entry that names no address of the list stands for the one in its place.
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
        looking(&session.call, session.retry_window(), add, look)?;
        // Whom a later attempt has refused may be there by an earlier one that was acted upon late.
        if attempts.get() > 1 && results.borrow().iter().any(is_sought) {
            look()?;
        }
        let mut results = results.into_inner();
        for result in &mut results {
            if result.is_open() {
                let told = format!(
                    "{}: the service does not say whether it was added",
                    result.email
                );
                result.error = Some(Error::new(ErrorKind::BadAnswer, told));
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
            // A network that is gone is not tried anew for each of them.
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
                    let told = "the recipient was added, but its trusted devices have no keycode";
                    result.error = Some(error.context(told));
                }
                Ok(()) => {}
            }
        }
        Ok(results)
    }

    /// The recipients that the service has, to adopt one whose answer was lost. It may have public keys.
    fn look_for_recipients(&self, session: &Session) -> Result<Vec<Recipient>> {
        let answer = endpoint::package_information(session, &self.id)?;
        let mut recipients = PackageInformation::read(&answer)?.recipients;
        for recipient in &mut recipients {
            recipient.check_for_public_keys.get_or_insert(true);
        }
        Ok(recipients)
    }

    fn note_recipient(&self, recipient: &Recipient) {
        let mut steps = self.steps.lock();
        steps.recipient_added(&recipient.recipient_id, &recipient.email);
    }

    /// Encrypts the keycode for the devices of a new recipient, unless finalize will do it.
    fn give_keycode(
        &self,
        session: &Arc<Session>,
        recipient: &Recipient,
        is_proved: bool,
    ) -> Result<()> {
        let at_once = self.steps.lock().needs_keycodes_at_once();
        if at_once && recipient.check_for_public_keys == Some(true) {
            // Where finalize has begun meanwhile, the keycode is proved after all.
            if !is_proved {
                self.prove_keycode_to_hand_on(session)?;
            }
            self.upload_keycodes(session, Some(&recipient.recipient_id))?;
        }
        Ok(())
    }
}

/// How a recipient comes to a code by SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sms {
    /// To this number.
    Number(PhoneNumber),
    /// To the number that the service knows of the recipient, if it knows one.
    KnownNumber,
}

/// A phone number for authentication by SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The number; with a `+` it carries its dialling code, which then counts.
    pub number: String,
    /// Two letters such as `US` (the default), one of those that `protocol` 6.4.4 lists, or `OTHER`.
    pub country: Option<String>,
}

/// A country of which the service knows the dialling code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountryCode {
    /// Two letters, such as `US`.
    pub country_code: &'static str,
    /// The dialling code, such as 1.
    pub dialling_code: u32,
}

/// The countries whose phone numbers need no `+` (`protocol` 6.4.4).
pub fn country_codes() -> Vec<CountryCode> {
    let known = COUNTRIES.iter();
    known
        .map(|&(country_code, dialling_code)| CountryCode {
            country_code,
            dialling_code,
        })
        .collect()
}

/// Countries that the service knows by their code; any other is `OTHER` and needs a number with `+`.
const COUNTRIES: [(&str, u32); 30] = [
    ("US", 1),
    ("GB", 44),
    ("AU", 61),
    ("AT", 43),
    ("BE", 32),
    ("BR", 55),
    ("CN", 86),
    ("DK", 45),
    ("FI", 358),
    ("FR", 33),
    ("DE", 49),
    ("IN", 91),
    ("IQ", 964),
    ("IE", 353),
    ("IT", 39),
    ("JO", 962),
    ("KW", 965),
    ("LY", 218),
    ("NL", 31),
    ("NZ", 64),
    ("OM", 968),
    ("PL", 48),
    ("PT", 351),
    ("QA", 974),
    ("RU", 7),
    ("SA", 966),
    ("ES", 34),
    ("SE", 46),
    ("CH", 41),
    ("AE", 971),
];

impl PhoneNumber {
    /// Checks the number and answers the country code to send.
    pub(crate) fn checked_country(&self) -> Result<String> {
        let malformed = |what: &str| {
            let told = format!("phone number {:?}: {what}", self.number);
            Error::new(ErrorKind::MalformedPhoneNumber, told)
        };
        let digits = self.number.bytes().filter(u8::is_ascii_digit).count();
        let allowed = self
            .number
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
        let plus_leads = self
            .number
            .trim_start()
            .rfind('+')
            .is_none_or(|position| position == 0);
        if !allowed || !plus_leads || !(4..=15).contains(&digits) {
            return Err(malformed(
                "it has to have 4 to 15 digits, with + before a dialling code",
            ));
        }
        let country = self.country.as_deref().unwrap_or("US").to_ascii_uppercase();
        if COUNTRIES.iter().any(|(code, _)| *code == country) {
            return Ok(country);
        }
        let two_letters =
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !two_letters && country != "OTHER" {
            return Err(malformed(
                "the country has to be a code of two letters, or OTHER",
            ));
        }
        if !self.number.trim_start().starts_with('+') {
            return Err(malformed(
                "a number of this country has to begin with + and its dialling code",
            ));
        }
        Ok("OTHER".to_owned())
    }
}

/// Refuses what cannot be an e-mail address; the service judges the rest.
pub(crate) fn check_email(email: &str) -> Result<()> {
    let well_formed = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            let dotted =
                !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
            !local.is_empty() && !domain.is_empty() && dotted && !domain.contains('@')
        })
        && !email
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"[]\\".contains(c));
    if well_formed {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::MalformedEmail,
        format!("{email:?} is not an e-mail address, such as name@company.example"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn e_mail_addresses() {
        for good in [
            "a@x.test",
            "first.last+tag@sub.company.example",
            "jürgen@example.com",
            "o'neil@x.test",
        ] {
            check_email(good).expect(good);
        }
        for bad in [
            "", "a", "@", "a@", "@x", "a@x@y", "a b@x", "a@x\n", "<a@x>", "a@.x", "a@x..y", "a,b@x",
        ] {
            assert_eq!(
                check_email(bad).expect_err(bad).kind(),
                ErrorKind::MalformedEmail
            );
        }
        assert!(check_email(&format!("{}@x.test", "a".repeat(300))).is_err());
    }

    #[test]
    fn a_recipient_is_read_from_every_form() {
        let read = |json: Value| Recipient::read(&Json::new(json));
        let bare =
            read(json!({"recipientId": null, "confirmations": null, "phonenumbers": "none"}));
        assert_eq!((bare.recipient_id.as_str(), bare.email.as_str()), ("", ""));
        assert!(!bare.needs_approval && !bare.sms_auth && !bare.is_package_owner);
        assert_eq!(bare.check_for_public_keys, None);
        let odd = read(
            json!({"recipientId": 7, "smsAuth": "true", "approvalRequired": "True", "unknown": [1],
            "checkForPublicKeys": "false", "approvers": ["a@x.test", {"email": "b@x.test"}],
            "phonenumbers": {"countryCode": "49", "phonenumber": 301_234}}),
        );
        assert_eq!(odd.recipient_id, "7");
        assert!(odd.sms_auth && odd.needs_approval);
        assert_eq!(odd.check_for_public_keys, Some(false));
        assert_eq!(odd.approvers, ["a@x.test", "b@x.test"]);
        assert_eq!(odd.phone_numbers, ["+49 301234"]);
    }

    #[test]
    fn confirmations_are_a_list_or_a_single_one() {
        let file = json!({"ipAddress": "192.0.2.1", "timestamp": "Dec 12, 2018 2:24:38 PM", "isMessage": false,
            "timeStampStr": "Dec 12, 2018 at 14:24", "file": {"fileId": "F", "fileName": "a.txt", "fileSize": "12"}});
        let message =
            json!({"isMessage": "true", "timeStampStr": "Dec 12, 2018 at 14:24", "file": null});
        let read = |confirmations: Value| {
            Recipient::read(&Json::new(json!({ "confirmations": confirmations }))).confirmations
        };
        for confirmations in [
            read(json!([file, message])),
            [read(file), read(message)].concat(),
        ] {
            let [file, message] = &confirmations[..] else {
                panic!("{confirmations:?}")
            };
            // `date -u -d '2018-12-12 14:24:38' +%s`.
            let seconds = |confirmation: &Confirmation| confirmation.time.clone()?.seconds;
            assert_eq!(seconds(file), Some(1_544_624_678));
            assert_eq!(file.ip_address.as_deref(), Some("192.0.2.1"));
            assert_eq!(file.file_id.as_deref(), Some("F"));
            assert_eq!(file.file_name.as_deref(), Some("a.txt"));
            assert_eq!(seconds(message), Some(1_544_624_640));
            assert!(message.is_message && !file.is_message);
            assert_eq!((&message.file_id, &message.file_name), (&None, &None));
        }
        assert!(read(json!("none")).is_empty());
    }

    #[test]
    fn phone_numbers() {
        let country = |number: &str, country: Option<&str>| {
            PhoneNumber {
                number: number.to_owned(),
                country: country.map(str::to_owned),
            }
            .checked_country()
        };
        assert_eq!(country("(415) 555-0100", None).expect("US"), "US");
        assert_eq!(country("+49 30 1234567", Some("de")).expect("DE"), "DE");
        assert_eq!(country("+82 2 123 4567", Some("KR")).expect("KR"), "OTHER");
        for (number, code) in [
            ("", None),
            ("12", None),
            ("call me", None),
            ("4155550100+1", None),
            ("1234567890123456", None),
            ("02 123 4567", Some("KR")),
            ("4155550100", Some("USA")),
            ("4155550100", Some("")),
        ] {
            assert_eq!(
                country(number, code).expect_err(number).kind(),
                ErrorKind::MalformedPhoneNumber
            );
        }
    }
}
