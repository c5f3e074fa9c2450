//! The client: host, credentials, options, connections, and what its calls share.

use std::sync::Arc;

use crate::api::connections::Connections;
use crate::api::host::{is_loopback, normalize_host};
use crate::api::options::{ClientOptions, PARTS_AT_FIRST, header_text};
use crate::api::{Api, Credentials, Session, endpoint};
use crate::call::{self, Call, Kind, Observer, Threads};
use crate::check::{check_filled, trimmed};
use crate::crypto::Lanes;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::AllEvidence;
use crate::secret::SecretString;
use crate::transfer::budget::Budget;
use crate::transfer::flight::Flight;

/// A SendSafely portal, with the credentials of a user. Cloning is cheap; the clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Common>);

/// What the clones of a client and the packages made with it have in common.
struct Common {
    api: Api,
    options: ClientOptions,
    budget: Arc<Budget>,
    lanes: Arc<Lanes>,
    threads: Threads,
    evidence: AllEvidence,
}

impl Client {
    /// Makes a client. Nothing is sent: a wrong host or wrong credentials make the first call fail.
    ///
    /// `host` is the portal, such as `https://company.sendsafely.com`; without a scheme it means https.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedHost`], [`ErrorKind::InsecureHost`] for plain http to a host that is not loopback,
    /// [`ErrorKind::InvalidArgument`] for options out of range or text that cannot become a header,
    /// [`ErrorKind::NoTrustStore`] if an https host could not be verified.
    pub fn new(
        host: &str,
        api_key: &str,
        api_secret: SecretString,
        options: ClientOptions,
    ) -> Result<Self> {
        let api_key = trimmed(api_key);
        header_text("the API key", api_key)?;
        let secret = trimmed(api_secret.expose());
        check_filled("the API secret", secret)?;
        if secret.chars().any(char::is_control) {
            let message = "the API secret has a control character in it";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let (key, secret) = (api_key.to_owned(), SecretString::from(secret));
        Self::with_credentials(host, Credentials::User { key, secret }, options)
    }

    /// Makes a client that can only log in and register ([`generate_api_key`](Self::generate_api_key) and the like).
    /// All other calls fail with [`ErrorKind::NoCredentials`].
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn without_credentials(host: &str, options: ClientOptions) -> Result<Self> {
        Self::with_credentials(host, Credentials::None, options)
    }

    /// Makes a client for an anonymous sender to a Dropzone (`protocol` 1.3, 6.13). It can create packages, upload
    /// files and finalize them; the recipients are those of the Dropzone.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_dropzone(host: &str, dropzone_id: &str, options: ClientOptions) -> Result<Self> {
        let dropzone_id = trimmed(dropzone_id);
        header_text("the Dropzone id", dropzone_id)?;
        Self::with_credentials(host, Credentials::Dropzone(dropzone_id.to_owned()), options)
    }

    fn with_credentials(
        host: &str,
        credentials: Credentials,
        options: ClientOptions,
    ) -> Result<Self> {
        options.check()?;
        let host = normalize_host(host)?;
        if host.scheme() == "http" && !is_loopback(&host) && !options.allow_plain_http {
            return Err(Error::new(
                ErrorKind::InsecureHost,
                "plain http is only for hosts on this machine",
            ));
        }
        let connections = Connections::new(&host, &options)?;
        let budget = Arc::new(Budget::new(options.memory_budget));
        let api = Api::new(host, credentials, &options, connections);
        Ok(Self(Arc::new(Common {
            api,
            options,
            budget,
            lanes: Arc::default(),
            threads: Threads::default(),
            evidence: AllEvidence::default(),
        })))
    }

    /// The portal: scheme, host, and port if it is not the scheme's own.
    pub fn host(&self) -> &str {
        self.0.api.host()
    }

    /// Sends a signed request to the REST API and returns the JSON of the response, whatever its code is. For calls
    /// that have no method here.
    ///
    /// `path` begins with `/api/v2.0/` or with the part after that. It may have a query.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for another path, another method than GET, PUT, POST, PATCH and DELETE, or a body
    /// that is not JSON; errors of the network. The request is repeated only if that cannot do harm.
    pub fn request(
        &self,
        observer: &mut dyn Observer,
        method: &str,
        path: &str,
        json_body: Option<&str>,
    ) -> Result<String> {
        let (method, path, body) = endpoint::raw_request(method, path, json_body)?;
        self.run(observer, move |session| {
            endpoint::raw(session, &method, &path, body)
        })
    }

    /// Runs work on a worker, with connections leased for it. The calling thread waits, and calls the observer.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        observer: &mut dyn Observer,
        work: impl FnOnce(&Arc<Session>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let client = self.clone();
        call::run(self.threads(), Kind::Short, observer, move |call| {
            work(&Arc::new(client.session(call)))
        })
    }

    /// Leases connections for a call, or for a part of one that works beside others.
    pub(crate) fn session(&self, call: &Arc<Call>) -> Session {
        self.0.api.session(call)
    }

    pub(crate) fn api(&self) -> &Api {
        &self.0.api
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        self.0.api.credentials()
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.0.options
    }

    pub(crate) fn lanes(&self) -> &Arc<Lanes> {
        &self.0.lanes
    }

    /// How many things of one call are done at the same time, where nothing shows how many would be best.
    pub(crate) fn at_once(&self) -> usize {
        self.options().fixed_parts().unwrap_or(PARTS_AT_FIRST)
    }

    /// The parts in flight of a transfer that begins.
    pub(crate) fn flight(&self) -> Flight {
        let options = self.options();
        Flight::new(options.fixed_parts(), options.memory_budget)
    }

    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.0.budget
    }

    pub(crate) fn threads(&self) -> &Threads {
        &self.0.threads
    }

    pub(crate) fn evidence(&self) -> &AllEvidence {
        &self.0.evidence
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}
