//! A package: created first, finalized last, recipients, files and message in between.
//!
//! What may come when is judged in `step`; sending is in `upload`, `message` and `finalize`, reading in
//! `download`; `link` is pure.

pub(crate) mod activity;
pub(crate) mod creation;
pub(crate) mod directory;
pub(crate) mod download;
mod download_all;
pub(crate) mod file;
mod finalize;
mod keycodes;
pub mod link;
mod message;
mod proof;
pub(crate) mod recipient;
mod report;
mod settings;
pub(crate) mod step;
pub(crate) mod upload;
mod upload_all;

pub use activity::ActivityEntry;
pub use directory::{Directory, DirectoryOptions, DirectoryPage, Subdirectory};
pub use download::{Download, DownloadOptions, Sink};
pub use file::File;
pub use finalize::{FinalizeOptions, Finalized};
pub use link::Link;
pub(crate) use recipient::check_email;
pub use recipient::{
    Confirmation, CountryCode, PhoneNumber, Recipient, RecipientResult, Sms, country_codes,
};
pub use report::{Action, Report, ReportItem, TreeError};
pub use upload::{Source, UploadOptions};
pub use upload_all::UploadAllOptions;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::bounded;
use parking_lot::Mutex;
use serde_json::json;

use crate::api::retry::gone_is_done;
use crate::api::{Credentials, Session, endpoint};
use crate::call::{Call, Observer};
use crate::client::{Client, Shared};
use crate::crypto::{Keycode, Passphrase, PrivateKey, decrypt_message};
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::{Evidence, Pair};
use crate::json::Json;
use crate::os;
use crate::record::PackageInformation;
use crate::secret::SecretString;
use step::{Asked, Steps};

/// How long a failed call waits for what tidies up after it.
const TIDYING_PATIENCE: Duration = Duration::from_millis(100);

/// A package on the service, and what this side knows of it. Cheap to clone; clones are the same package.
///
/// May be used from any number of threads at once.
#[derive(Clone)]
pub struct Package(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) client: Client,
    /// What names the package in paths: its id, but the code for an anonymous sender (`protocol` 6.13).
    pub(crate) id: String,
    package_id: String,
    pub(crate) code: String,
    pub(crate) secrets: Option<Secrets>,
    pub(crate) steps: Mutex<Steps>,
    /// Whether the service gives this package to its code only (`protocol` 5.2).
    pub(crate) read_by_code: AtomicBool,
}

/// What encrypts and opens a package.
pub(crate) struct Secrets {
    pub(crate) keycode: Keycode,
    pub(crate) passphrase: Passphrase,
    pub(crate) checksum: String,
    /// What the client knows of the keycode, through whichever handle.
    pub(crate) evidence: Arc<Evidence>,
}

impl Secrets {
    fn new(
        client: &Client,
        keycode: Keycode,
        server_secret: &SecretString,
        package_id: &str,
        package_code: &str,
    ) -> Self {
        let passphrase = Passphrase::new(server_secret, &keycode);
        let checksum = keycode.checksum(package_code);
        let pair = Pair::new(server_secret, package_id, package_code, &checksum);
        Self {
            keycode,
            passphrase,
            checksum,
            evidence: client.0.evidence.of(pair),
        }
    }
}

impl Package {
    /// Creates an empty package on the service (`protocol` 4.1). Its keycode is made here and never leaves this
    /// machine in clear.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`], [`ErrorKind::Denied`]; errors of the network.
    pub fn create(client: &Client, observer: &mut dyn Observer) -> Result<Self> {
        Self::create_as(client, observer, false, None)
    }

    /// Creates an empty package in the name of another user of the organization, as its administrator
    /// (`protocol` 4.1).
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`]; as [`create`](Self::create).
    pub fn create_for_user(
        client: &Client,
        observer: &mut dyn Observer,
        email: &str,
    ) -> Result<Self> {
        recipient::check_email(email)?;
        Self::create_as(client, observer, false, Some(email.to_owned()))
    }

    /// Creates a Workspace, which is usable at once, and encrypts its keycode for the trusted devices of its owner and
    /// the organization (`protocol` 4.1, 4.6). An empty name leaves it without one.
    ///
    /// # Errors
    /// As [`create`](Self::create). If the keycode cannot be stored, the new Workspace is deleted again.
    pub fn create_workspace(
        client: &Client,
        observer: &mut dyn Observer,
        name: &str,
    ) -> Result<Self> {
        let workspace = Self::create_as(client, observer, true, None)?;
        let name = name.to_owned();
        let prepared = workspace.run(observer, move |inner, session| {
            inner.upload_keycodes(session, None)?;
            if !name.is_empty() {
                endpoint::update_package(session, &inner.id, &json!({"label": name}))?;
            }
            inner.ask(session).map(|_| ())
        });
        match prepared {
            Ok(()) => Ok(workspace),
            Err(error) => {
                // Without its keycode nobody could open it on another device. Nobody was added yet who could use it.
                workspace.behind(|inner, session| {
                    let _ = endpoint::delete_package(session, &inner.id);
                });
                Err(error)
            }
        }
    }

    fn create_as(
        client: &Client,
        observer: &mut dyn Observer,
        is_workspace: bool,
        for_user: Option<String>,
    ) -> Result<Self> {
        let keycode = Keycode::generate()?;
        let created = client.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            endpoint::create_package(&session, is_workspace, for_user.as_deref())
        })?;
        let missing = || {
            Error::new(
                ErrorKind::BadAnswer,
                "the answer to creating a package is not complete",
            )
        };
        let name = |member| created.filled(member).filter(|text| is_identifier(text));
        let id = name("packageId").ok_or_else(missing)?;
        let code = name("packageCode").ok_or_else(missing)?;
        let server_secret = SecretString::new(created.filled("serverSecret").ok_or_else(missing)?);
        let secrets = Secrets::new(client, keycode, &server_secret, &id, &code);
        secrets.evidence.proved();
        let steps = Steps::created(is_workspace);
        Ok(Self::new(client, id, code, Some(secrets), steps))
    }

    fn new(
        client: &Client,
        package_id: String,
        code: String,
        secrets: Option<Secrets>,
        steps: Steps,
    ) -> Self {
        Self(Arc::new(Inner {
            client: client.clone(),
            id: match client.0.api.credentials() {
                Credentials::Dropzone(_) => code.clone(),
                _ => package_id.clone(),
            },
            package_id,
            code,
            secrets,
            steps: Mutex::new(steps),
            read_by_code: AtomicBool::new(false),
        }))
    }

    /// Opens a package again by its id and keycode, to go on with it or to read it.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownPackage`] for one that is gone or not yours. A wrong keycode shows at the first use of it,
    /// as [`ErrorKind::WrongKeycode`] or a refusal, before anything is written.
    pub fn open(
        client: &Client,
        observer: &mut dyn Observer,
        package_id: &str,
        keycode: SecretString,
    ) -> Result<Self> {
        let keycode = Keycode::from_text(keycode.expose())?;
        let package_id = identifier("package id", package_id)?;
        let information = client.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            PackageInformation::read(&endpoint::package_information(&session, &package_id)?)
        })?;
        Self::opened(client, &information, Some(keycode))
    }

    /// Opens a package by its secure link, to read it. Without a keycode in the link only what is not encrypted can be
    /// read.
    ///
    /// The client's own host is asked, also if the link names another portal.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedLink`], [`ErrorKind::UnknownPackage`] for one that has expired, was deleted, or is not
    /// for you.
    pub fn open_link(client: &Client, observer: &mut dyn Observer, link: &str) -> Result<Self> {
        let link = link::parse(link)?;
        let keycode = link
            .keycode
            .as_ref()
            .map(|keycode| Keycode::from_text(keycode.expose()))
            .transpose()?;
        let code = link.package_code;
        let (information, by_code) = client.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let information =
                PackageInformation::read(&endpoint::package_information(&session, &code)?)?;
            // Whoever is on no list of recipients may read an undisclosed package by its code only (`protocol` 5.2).
            let by_code = match endpoint::package_information(&session, &information.package_id) {
                Ok(_) => false,
                Err(error)
                    if matches!(error.kind(), ErrorKind::Denied | ErrorKind::UnknownPackage) =>
                {
                    true
                }
                Err(error) => return Err(error),
            };
            Ok((information, by_code))
        })?;
        let package = Self::opened(client, &information, keycode)?;
        package.0.read_by_code.store(by_code, Ordering::Relaxed);
        Ok(package)
    }

    /// Opens a package by its id with the private key of a trusted device, to which the keycode was encrypted
    /// (`protocol` 5.6).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`], [`ErrorKind::DecryptFailed`] if the keycode was encrypted to another key; refusals
    /// of the service if it holds none for this key.
    pub fn open_with_private_key(
        client: &Client,
        observer: &mut dyn Observer,
        package_id: &str,
        public_key_id: &str,
        private_key: &SecretString,
    ) -> Result<Self> {
        let private_key = PrivateKey::parse(private_key.expose())?;
        let package_id = identifier("package id", package_id)?;
        let public_key_id = identifier("public key id", public_key_id)?;
        let (information, keycode) = client.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let information =
                PackageInformation::read(&endpoint::package_information(&session, &package_id)?)?;
            let encrypted =
                endpoint::get_keycode(&session, &information.package_id, &public_key_id)?;
            let keycode = private_key.decrypt_keycode(&encrypted.required("message")?)?;
            Ok((information, keycode))
        })?;
        Self::opened(client, &information, Some(keycode))
    }

    fn opened(
        client: &Client,
        information: &PackageInformation,
        keycode: Option<Keycode>,
    ) -> Result<Self> {
        let missing = |what: &str| {
            Error::new(
                ErrorKind::BadAnswer,
                format!("the package information has no {what}"),
            )
        };
        if !is_identifier(&information.package_id) {
            return Err(missing("package id"));
        }
        if !is_identifier(&information.package_code) {
            return Err(missing("package code"));
        }
        let server_secret = SecretString::new(information.server_secret.clone());
        if keycode.is_some() && server_secret.expose().is_empty() {
            return Err(missing("server secret"));
        }
        let (id, code) = (&information.package_id, &information.package_code);
        let secrets =
            keycode.map(|keycode| Secrets::new(client, keycode, &server_secret, id, code));
        let keycode_length = secrets
            .as_ref()
            .map(|secrets| secrets.keycode.expose().len());
        let steps = Steps::opened(information, keycode_length);
        Ok(Self::new(client, id.clone(), code.clone(), secrets, steps))
    }

    /// The package id, such as `GVG2-MNZT`.
    #[allow(
        clippy::misnamed_getters,
        reason = "inside, the shorter name is what paths need"
    )]
    pub fn id(&self) -> &str {
        &self.0.package_id
    }

    /// Whether it is a Workspace.
    pub fn is_workspace(&self) -> bool {
        self.0.steps.lock().is_workspace()
    }

    /// The package code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The keycode, if it is known. Who has it and may see the package can read it: keep it as a secret.
    pub fn keycode(&self) -> Option<&str> {
        self.0
            .secrets
            .as_ref()
            .map(|secrets| secrets.keycode.expose())
    }

    /// The secure link, keycode included.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinalized`], [`ErrorKind::KeycodeUnknown`], [`ErrorKind::PackageDeleted`].
    pub fn link(&self) -> Result<String> {
        self.0.steps.lock().may_give_link()?;
        Ok(self.0.build_link())
    }

    /// Deletes the package for good (`protocol` 6.2.4, 6.2.5), in whatever state it is.
    ///
    /// # Errors
    /// [`ErrorKind::PackageDeleted`] if this was done before; [`ErrorKind::UnknownPackage`] for one that is gone, or not
    /// yours; [`ErrorKind::OutcomeUnknown`] if it is gone after a request whose answer was lost;
    /// [`ErrorKind::Denied`] if the package is not yours.
    pub fn delete(&self, observer: &mut dyn Observer) -> Result<()> {
        let temporary = {
            let steps = self.0.steps.lock();
            steps.may_change()?;
            steps.is_temporary()
        };
        self.run(observer, move |inner, session| {
            let permanently = || deleted(endpoint::delete_package(session, &inner.id));
            match temporary {
                false => permanently()?,
                true => match deleted(endpoint::delete_temporary_package(session, &inner.id)) {
                    // It may have been finalized without our knowledge: by a call that was cut off, or by somebody
                    // else. And not every service has this call for every package.
                    Err(refusal) if refusal.server_code().is_some() => {
                        let is_lost = refusal.follows_lost_answer();
                        permanently().map_err(|error| perhaps_deleted(error, is_lost))?;
                    }
                    result => result?,
                },
            }
            inner.steps.lock().deleted();
            Ok(())
        })
    }

    /// Deletes a package that could not be finished, to leave nothing behind. One that recipients have, or may have
    /// because a finalize was cut off, stays as it is. Where the service refused to finalize it, and to delete it as one
    /// that is not finalized, another program must not finalize it at this moment: the state is asked for just before.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyFinalized`] for one that is finalized, [`ErrorKind::OutcomeUnknown`] for one that may be;
    /// [`ErrorKind::WorkspaceNotFinalizable`]; as [`delete`](Self::delete).
    pub fn delete_unfinished(&self, observer: &mut dyn Observer) -> Result<()> {
        self.0.steps.lock().may_delete_unfinished()?;
        self.run(observer, |inner, session| {
            // The service itself deletes nothing by this call that somebody else has finalized.
            match deleted(endpoint::delete_temporary_package(session, &inner.id)) {
                Err(refusal) if refusal.server_code().is_some() => {
                    inner.ask(session)?;
                    let is_refused = {
                        let steps = inner.steps.lock();
                        steps.may_delete_unfinished()?;
                        steps.asked == Asked::Refused
                    };
                    if !is_refused {
                        return Err(refusal);
                    }
                    deleted(endpoint::delete_package(session, &inner.id))?;
                }
                result => result?,
            }
            inner.steps.lock().deleted();
            Ok(())
        })
    }

    /// Tidies up after a call that failed or was stopped: at once if the service answers soon, else behind the caller's
    /// back.
    pub(crate) fn behind(&self, work: impl FnOnce(&Inner, &Session) + Send + 'static) {
        let inner = Arc::clone(&self.0);
        let (done, wait) = bounded(1);
        let spawned = os::spawn("sendsafely-behind", move || {
            let (call, _notices) = Call::new();
            work(&inner, &inner.client.0.api.session(&call));
            let _ = done.send(());
        });
        if spawned.is_ok() {
            let _ = wait.recv_timeout(TIDYING_PATIENCE);
        }
    }

    /// Runs work on a worker, with connections leased for it.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        observer: &mut dyn Observer,
        work: impl FnOnce(&Inner, &Arc<Session>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.0);
        self.0
            .client
            .run(observer, move |shared: &Arc<Shared>, call: &Arc<Call>| {
                work(&inner, &Arc::new(shared.api.session(call)))
            })
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Decrypts the message or a file key. What its maker wants for that is within the budget, as for parts.
    pub(crate) fn decrypt_text(&self, session: &Session, base64: &str) -> Result<String> {
        let memory = self.client.0.budget.lease_nothing();
        decrypt_message(base64, &self.secrets()?.passphrase, |bytes| {
            memory.grow(&session.call, bytes as u64, || true)
        })
    }

    /// The secrets; [`Steps`] has judged before that they are there.
    pub(crate) fn secrets(&self) -> Result<&Secrets> {
        self.secrets.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::KeycodeUnknown,
                "the keycode of the package is not known",
            )
        })
    }

    pub(crate) fn build_link(&self) -> String {
        let link = Link {
            host: self.client.host().to_owned(),
            package_id: Some(self.package_id.clone()),
            package_code: self.code.clone(),
            keycode: self
                .secrets
                .as_ref()
                .map(|secrets| SecretString::from(secrets.keycode.expose())),
        };
        link.to_url()
    }

    /// What the service says of the package now; what is new is remembered.
    pub(crate) fn ask(&self, session: &Session) -> Result<PackageInformation> {
        self.learn(&endpoint::package_information(session, self.read_name())?)
    }

    /// Notes what an answer says of the package.
    pub(crate) fn learn(&self, answer: &Json) -> Result<PackageInformation> {
        let information = PackageInformation::read(answer)?;
        self.steps.lock().learn(&information);
        Ok(information)
    }

    /// How the package is named in calls that read.
    pub(crate) fn read_name(&self) -> &str {
        if self.read_by_code.load(Ordering::Relaxed) {
            &self.code
        } else {
            &self.id
        }
    }
}

/// What became of a request to delete a package. One that the service does not know is gone only if an earlier attempt
/// may have done that: else it may as well be somebody else's.
fn deleted(answer: Result<Json>) -> Result<()> {
    gone_is_done(answer, |error| error.kind() == ErrorKind::UnknownPackage)
}

/// The error for a package that is gone, perhaps by an earlier request of another kind whose answer was lost.
fn perhaps_deleted(error: Error, is_lost: bool) -> Error {
    if !is_lost || error.kind() != ErrorKind::UnknownPackage {
        return error;
    }
    let message = format!(
        "the answer to deleting the package was lost, and now it is not there: {}",
        error.message()
    );
    let unknown = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_remedy("if the package was yours, it is gone, and nothing is left to do");
    match error.server_code() {
        Some(code) => unknown.with_server(code, error.server_message()),
        None => unknown,
    }
}

/// An id from the caller, which becomes part of a path.
pub(crate) fn identifier(what: &str, text: &str) -> Result<String> {
    if is_identifier(text) {
        return Ok(text.to_owned());
    }
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("the {what} is empty or malformed"),
    ))
}

/// Whether a text has the form of the service's ids and codes: never one that leads to another path.
pub(crate) fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~=+".contains(&byte);
    (1..=256).contains(&text.len())
        && text.bytes().all(is_allowed)
        && text.bytes().any(|byte| byte != b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_to_no_other_path() {
        for good in [
            "GVG2-MNZT",
            "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw",
            "123e4567-e89b-12d3-a456-426614174000",
            "a..b",
            "7",
        ] {
            assert_eq!(identifier("id", good).expect(good), good);
        }
        let long = "a".repeat(257);
        for bad in [
            "", ".", "..", "...", "a/b", "../user", "%2e%2e", "a?b", "a#b", "a\\b", "a b", "a\n",
            "\u{fc}", &long,
        ] {
            let error = identifier("id", bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}
