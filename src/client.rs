//! The client: host, credentials, limits and connections. Everything begins here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::api::connections::Connections;
use crate::api::proxy::is_loopback;

use crate::api::{Api, Credentials, endpoint};
use crate::call::{self, Call, Observer};
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::AllEvidence;
use crate::secret::SecretString;
use crate::transfer::budget::Budget;

/// Bytes of plaintext in a part (`protocol` 4.3): what the official Node client uses, correct with every reader.
pub const DEFAULT_PART_SIZE: u64 = 2_621_440;
/// The largest part that any official client writes, Java's.
pub const MAX_PART_SIZE: u64 = 10_485_760;

/// How a client works. All fields have good defaults.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Name of this API in the header `ss-request-api` and as `uploadType` (`protocol` 1.2).
    pub request_api: String,
    /// Header `ss-client-version`.
    pub client_version: Option<String>,
    /// Header `Accept-Language`.
    pub locale: Option<String>,
    /// Proxy URL; `None` takes it from the environment, an empty text means none. Loopback hosts never use one. The
    /// rule stands in `docs/proxies.md`.
    pub proxy: Option<String>,
    /// A PEM file with certificates to trust besides the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Longest time for name resolution, and for connecting; at most 10 seconds.
    pub connect_timeout: Duration,
    /// Longest silence of a connection before it counts as broken.
    pub stall_timeout: Duration,
    /// How long without progress a call goes on trying to reconnect; zero does not retry. An answer that has begun is
    /// whole within this time (5 to 300 seconds; 60 for zero), but for parts, which may take as long as they move 1 KiB
    /// in a second, on average over this time (5 to 60 seconds).
    pub retry_window: Duration,
    /// Parts that travel at the same time, 1 to 16.
    pub parts_in_flight: usize,
    /// Bytes of plaintext in a part, up to 10 MiB.
    pub part_size: u64,
    /// Bytes that the parts in memory may take together, over all calls of the client.
    pub memory_budget: u64,
    /// The largest encrypted part that is accepted on download.
    pub max_part_bytes: u64,
    /// Transfer parts through the API server instead of the storage.
    pub force_api_route: bool,
    /// Allow `http://` for hosts that are not loopback.
    pub allow_plain_http: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            request_api: "RUST_API".to_owned(),
            client_version: None,
            locale: None,
            proxy: None,
            ca_bundle: None,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(60),
            retry_window: Duration::from_secs(300),
            parts_in_flight: 4,
            part_size: DEFAULT_PART_SIZE,
            memory_budget: 32 << 20,
            max_part_bytes: 64 << 20,
            force_api_route: false,
            allow_plain_http: false,
        }
    }
}

/// A connection to a SendSafely portal with a user's credentials. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Shared>);

/// What all clones of a client, and the packages made with it, share.
pub(crate) struct Shared {
    pub(crate) api: Api,
    pub(crate) options: ClientOptions,
    pub(crate) budget: Arc<Budget>,
    pub(crate) evidence: AllEvidence,
}

impl Client {
    /// Makes a client. Nothing is sent: the first call finds out whether host and credentials are right.
    ///
    /// `host` is the portal, such as `https://company.sendsafely.com`; without a scheme it means https.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedHost`], [`ErrorKind::InsecureHost`] for plain http to a host that is not loopback,
    /// [`ErrorKind::InvalidArgument`] for options out of range or text that cannot become a header,
    /// [`ErrorKind::NoTrustStore`] where an https host could not be verified.
    pub fn new(
        host: &str,
        api_key: &str,
        api_secret: SecretString,
        options: ClientOptions,
    ) -> Result<Self> {
        header_text("the API key", api_key)?;
        if api_secret.expose().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the API secret is empty",
            ));
        }
        let key = api_key.to_owned();
        let secret = api_secret;
        Self::with_credentials(host, Credentials::User { key, secret }, options)
    }

    /// Makes a client that can only log in and register ([`generate_api_key`](Self::generate_api_key) and the like).
    /// Everything else answers [`ErrorKind::NoCredentials`].
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn without_credentials(host: &str, options: ClientOptions) -> Result<Self> {
        Self::with_credentials(host, Credentials::None, options)
    }

    /// Makes a client for an anonymous sender to a Dropzone (`protocol` 1.3, 6.13): it can create a package, fill and
    /// finalize it; recipients are those of the Dropzone.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_dropzone(host: &str, dropzone_id: &str, options: ClientOptions) -> Result<Self> {
        header_text("the Dropzone id", dropzone_id)?;
        Self::with_credentials(host, Credentials::Dropzone(dropzone_id.to_owned()), options)
    }

    fn with_credentials(
        host: &str,
        credentials: Credentials,
        options: ClientOptions,
    ) -> Result<Self> {
        options.check()?;
        let host = crate::package::link::normalize_host(host)?;
        if host.scheme() == "http" && !is_loopback(&host) && !options.allow_plain_http {
            return Err(Error::new(
                ErrorKind::InsecureHost,
                "plain http is only for hosts on this machine",
            ));
        }
        let connections = Connections::new(&host, &options)?;
        let budget = Arc::new(Budget::new(options.memory_budget));
        let api = Api::new(host, credentials, &options, connections);
        Ok(Self(Arc::new(Shared {
            api,
            options,
            budget,
            evidence: AllEvidence::default(),
        })))
    }

    /// The portal: scheme, host, and port if it is not the scheme's own.
    pub fn host(&self) -> &str {
        self.0.api.host()
    }

    /// Sends any signed request to the REST API and hands back the JSON of the answer, whatever its code says.
    ///
    /// `path` begins with `/api/v2.0/` or with what follows that, and may hold a query. For what no method covers.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for another path, another method than GET, PUT, POST, PATCH and DELETE, or a body that is
    /// not JSON; errors of the network. The request is repeated only where that cannot do harm.
    pub fn request(
        &self,
        observer: &mut dyn Observer,
        method: &str,
        path: &str,
        json_body: Option<&str>,
    ) -> Result<String> {
        let (method, path, body) = endpoint::raw_request(method, path, json_body)?;
        self.run(observer, move |shared, call| {
            let api = shared.api.session(call);
            endpoint::raw(&api, &method, &path, body)
        })
    }

    /// Runs work on a worker; the calling thread waits and tells the observer.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        observer: &mut dyn Observer,
        work: impl FnOnce(&Arc<Shared>, &Arc<Call>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.0);
        call::run(observer, move |call| work(&shared, call))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}

impl ClientOptions {
    fn check(&self) -> Result<()> {
        let out_of_range = |what: &str| {
            Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("{what} is out of range"),
            ))
        };
        if !(1..=16).contains(&self.parts_in_flight) {
            return out_of_range("parts_in_flight (1 to 16)");
        }
        if !(1..=MAX_PART_SIZE).contains(&self.part_size) {
            return out_of_range("part_size (1 byte to 10 MiB)");
        }
        if self.max_part_bytes < 1 << 16 || self.max_part_bytes > 1 << 30 {
            return out_of_range("max_part_bytes (64 KiB to 1 GiB)");
        }
        if self.memory_budget < 1 << 20 {
            return out_of_range("memory_budget (at least 1 MiB)");
        }
        if self.connect_timeout.is_zero() || self.stall_timeout.is_zero() {
            return out_of_range("a time-out (more than zero)");
        }
        header_text("request_api", &self.request_api)?;
        header_text(
            "client_version",
            self.client_version.as_deref().unwrap_or("-"),
        )?;
        header_text("locale", self.locale.as_deref().unwrap_or("-"))
    }
}

/// Refuses text that cannot be the value of a header.
fn header_text(what: &str, text: &str) -> Result<()> {
    if text.is_empty() || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("{what} has to be printable ASCII text"),
        ));
    }
    Ok(())
}
