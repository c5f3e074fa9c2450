//! A package: created first, finalized last; recipients, files and message in between.
//!
//! `step` decides which call may come when. The other files are named after the calls: `upload`, `message`, `finalize`,
//! `download` and so on. `link` uses neither network nor state.

mod activity;
mod compare;
mod contact_group;
mod create;
mod create_file;
mod created_files;
mod delete;
mod directory;
mod download;
mod download_all;
mod file;
mod finalize;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod hosted_dropzone;
mod information;
mod keycodes;
pub mod link;
mod link_text;
mod message;
mod names;
mod open;
mod proof;
mod recipient;
mod report;
mod resume;
mod settings;
mod step;
mod sync;
mod under_way;
mod upload;
mod upload_all;

pub use compare::{Compare, Reason};
pub use directory::{DirectoryOptions, DirectoryPage};
pub use download::{Download, DownloadOptions, Sink};
pub use finalize::{FinalizeOptions, Finalized};
pub use link::Link;
pub use recipient::{RecipientResult, Sms};
pub use report::{Action, Report, ReportItem, TreeError};
pub use sync::{Direction, SyncOptions};
pub use upload::{Source, UploadOptions};
pub use upload_all::UploadAllOptions;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_channel::bounded;

use crate::api::{Credentials, Session, endpoint};
use crate::call::{Call, Kind, Observer};
use crate::client::Client;
use crate::crypto::{Keycode, Passphrase, decrypt_message};
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::{Evidence, Pair};
use crate::json::Json;
use crate::os::lock::Mutex;
use crate::record::PackageInformation;
use crate::secret::SecretString;
use step::Steps;

/// How long a failed call waits for its own cleanup.
const CLEANUP_PATIENCE: Duration = Duration::from_millis(100);

/// A handle to a package on the service. Cloning is cheap; the clones are the same handle.
///
/// May be used from any number of threads at once.
#[derive(Clone)]
pub struct Package(Arc<Inner>);

struct Inner {
    client: Client,
    /// The part of a request's path that names the package: its id, for an anonymous sender its code (`protocol` 6.13).
    path_name: String,
    package_id: String,
    code: String,
    secrets: Option<Secrets>,
    steps: Mutex<Steps>,
    /// Whether the service lets this user read the package by its code only (`protocol` 5.2). The first read finds it out.
    read_by_code: OnceLock<bool>,
}

/// The secrets that encrypt and decrypt a package.
struct Secrets {
    keycode: Keycode,
    passphrase: Passphrase,
    checksum: String,
    /// What the client knows of the keycode. All handles of the client share it.
    evidence: Arc<Evidence>,
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
            evidence: client.evidence().of(pair),
        }
    }
}

impl Package {
    fn new(
        client: &Client,
        package_id: String,
        code: String,
        secrets: Option<Secrets>,
        steps: Steps,
    ) -> Self {
        Self(Arc::new(Inner {
            client: client.clone(),
            path_name: match client.credentials() {
                Credentials::Dropzone(_) => code.clone(),
                _ => package_id.clone(),
            },
            package_id,
            code,
            secrets,
            steps: Mutex::new(steps),
            read_by_code: OnceLock::new(),
        }))
    }

    /// Of a package that the service has created, or shown, by its id.
    fn read_by_id(self) -> Self {
        let _ = self.0.read_by_code.set(false);
        self
    }

    /// The package id, such as `GVG2-MNZT`.
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

    /// The keycode, if it is known. Everybody who has it and may see the package can read it: keep it secret.
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

    /// Cleans up after a call that failed or was stopped, on a thread of its own. The caller waits for it a moment
    /// only: a slow service does not hold the caller up.
    fn clean_up(&self, work: impl FnOnce(&Inner, &Session) + Send + 'static) {
        let inner = Arc::clone(&self.0);
        let (done, wait) = bounded(1);
        let (call, _notices) = Call::new(inner.client.threads());
        let own = Arc::clone(&call);
        let spawned = call.lead(Kind::Short, move || {
            work(&inner, &inner.client.session(&own));
            let _ = done.send(());
        });
        if spawned.is_ok() {
            let _ = wait.recv_timeout(CLEANUP_PATIENCE);
        }
    }

    /// Runs work on a worker, with connections leased for it.
    fn run<T: Send + 'static>(
        &self,
        observer: &mut dyn Observer,
        work: impl FnOnce(&Inner, &Arc<Session>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.0);
        self.0
            .client
            .run(observer, move |session| work(&inner, session))
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
    /// Decrypts the message or a file key. The memory that its sender makes this take comes out of the budget, as for
    /// parts.
    fn decrypt_text(&self, session: &Session, base64: &str) -> Result<String> {
        let memory = self.client.budget().lease_nothing();
        decrypt_message(base64, &self.secrets()?.passphrase, |bytes| {
            memory.grow(&session.call, bytes as u64, || true)
        })
    }

    /// The secrets. [`Steps`] has checked before that the keycode is known.
    fn secrets(&self) -> Result<&Secrets> {
        self.secrets.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::KeycodeUnknown,
                "the keycode of the package is not known",
            )
        })
    }

    fn build_link(&self) -> String {
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

    /// Asks the service for the package information, and remembers what is new in it.
    fn refresh(&self, session: &Session) -> Result<PackageInformation> {
        let information = |name| endpoint::package_information(session, name);
        let response = match self.read_by_code.get() {
            Some(true) => information(&self.code),
            Some(false) => information(&self.path_name),
            None => {
                let by_id = information(&self.path_name);
                // A user who is not a listed recipient may read an undisclosed package by its code only.
                let by_code = by_id.as_ref().is_err_and(|error| {
                    matches!(error.kind(), ErrorKind::Denied | ErrorKind::UnknownPackage)
                });
                let response = match by_code {
                    true => information(&self.code),
                    false => by_id,
                };
                if response.is_ok() {
                    let _ = self.read_by_code.set(by_code);
                }
                response
            }
        };
        self.learn(&response?)
    }

    /// Remembers what a response says of the package.
    fn learn(&self, response: &Json) -> Result<PackageInformation> {
        let information = PackageInformation::read(response)?;
        self.steps.lock().learn(&information);
        Ok(information)
    }

    /// The same as `path_name`, for requests that read. The first one asks the service which it is, if it is not known.
    fn path_name_to_read(&self, session: &Session) -> Result<&str> {
        if self.read_by_code.get().is_none() {
            self.refresh(session)?;
        }
        Ok(match self.read_by_code.get() {
            Some(true) => &self.code,
            _ => &self.path_name,
        })
    }
}
