//! The connections of a client: how they are made, which certificates are trusted, and which call has which.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use ureq::config::AutoHeaderValue;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};
use url::Url;

use super::attempts::Reached;
use super::connector::connector;
use super::contact::Contacts;
use super::exchange::Pace;
use super::idle::{Idle, LONGEST_REST};
use super::names::{CallNames, Names, Stop};
use super::options::ClientOptions;
use super::proxy::{Choice, Proxies};
use super::socket::Sockets;
use super::transport::{ANYTHING, HttpTransport};
use crate::call::Interrupt;
use crate::error::{Error, ErrorKind, Result};
use crate::os;

/// For parts. Larger buffers gain nothing, smaller ones cost 2 to 3 times as much with TLS.
const BUFFER_SIZE: usize = 128 << 10;
/// For everything else: each call under way has such a connection.
const SMALL_BUFFER_SIZE: usize = 16 << 10;
/// Resolving and connecting are always timed: a worker there cannot be interrupted.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// The connections that one call leases: one agent for the API and one for storage, which never carries `ss-*`
/// headers. Shutting them down interrupts all that travels on them.
#[derive(Clone)]
pub(crate) struct Agents {
    pub(crate) api: HttpTransport,
    pub(crate) storage: HttpTransport,
}

impl Interrupt for Agents {
    fn interrupt(&self) {
        self.api.shutdown();
        self.storage.shutdown();
    }
}

/// Makes agents, keeps those that are not leased, and remembers which hosts can be reached.
pub(crate) struct Connections {
    settings: Settings,
    idle: Idle<Agents>,
    contacts: Arc<Contacts>,
    names: Names,
    reached: Arc<Reached>,
}

struct Settings {
    proxies: Arc<Proxies>,
    roots: Arc<Vec<Certificate<'static>>>,
    provider: Arc<CryptoProvider>,
    connect_timeout: Duration,
    stall_timeout: Duration,
    connections: usize,
    allow_plain_http: bool,
    force_api_route: bool,
    whole: Pace,
    part: Pace,
}

impl Connections {
    pub(crate) fn new(host: &Url, options: &ClientOptions) -> Result<Self> {
        let roots = match trusted_certificates(options) {
            Ok(roots) => roots,
            // A plain http host needs no certificates; a storage URL with https then fails in TLS.
            Err(error) if error.kind() == ErrorKind::NoTrustStore && host.scheme() == "http" => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let proxies = match options.proxy.as_deref() {
            None => Proxies::of_environment(|name| std::env::var_os(name)),
            Some(proxy) => Proxies::of_option(proxy)?,
        };
        // Every call needs the proxy of the host: fail now if it cannot be used.
        proxies.proxy_for(host)?;
        let settings = Settings {
            proxies: Arc::new(proxies),
            roots: Arc::new(roots),
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            connect_timeout: options.connect_timeout.min(LONGEST_CONNECT),
            stall_timeout: options.stall_timeout,
            connections: options.parts_in_flight + 1,
            allow_plain_http: options.allow_plain_http,
            force_api_route: options.force_api_route,
            whole: Pace::whole(options.retry_window),
            part: Pace::part(options.retry_window),
        };
        Ok(Self {
            settings,
            idle: Idle::default(),
            contacts: Arc::new(Contacts::new(options.first_contact_window)),
            names: Names::default(),
            reached: Arc::default(),
        })
    }

    pub(crate) fn lease(&self) -> Agents {
        self.idle.take_or(|| {
            let sockets = || Sockets::new(&self.reached);
            let (of_api, of_storage) = (sockets(), sockets());
            Agents {
                api: self.transport(true, &of_api, &of_storage),
                storage: self.transport(false, &of_storage, &of_api),
            }
        })
    }

    /// Gives leased agents back, or `None` for those that a stop has shut down.
    pub(crate) fn give_back(&self, agents: Option<Agents>) {
        self.idle.give_back(agents);
    }

    fn transport(&self, for_api: bool, sockets: &Sockets, other: &Sockets) -> HttpTransport {
        let settings = &self.settings;
        let buffers = match for_api && !settings.force_api_route {
            true => SMALL_BUFFER_SIZE,
            false => BUFFER_SIZE,
        };
        let stop = Stop::default();
        let agent = |proxy| {
            let names = CallNames {
                names: self.names.clone(),
                stop: stop.clone(),
            };
            settings.agent(proxy, buffers, sockets.clone(), names)
        };
        let direct = agent(None);
        // Each proxy has its own pool of connections.
        let by = |choice: &Choice| match choice {
            Ok(Some((proxy, _))) => agent(Some(proxy.clone())),
            _ => direct.clone(),
        };
        let (by_https_proxy, by_http_proxy) =
            (by(&settings.proxies.https), by(&settings.proxies.http));
        HttpTransport {
            direct,
            by_https_proxy,
            by_http_proxy,
            proxies: Arc::clone(&settings.proxies),
            sockets: sockets.clone(),
            other_sockets: other.clone(),
            names: self.names.clone(),
            stop: stop.clone(),
            contacts: Arc::clone(&self.contacts),
            allow_plain_http: settings.allow_plain_http,
            for_api,
            whole: settings.whole,
            part: settings.part,
        }
    }
}

impl Settings {
    fn agent(
        &self,
        proxy: Option<Proxy>,
        buffers: usize,
        sockets: Sockets,
        names: CallNames,
    ) -> Agent {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::clone(&self.roots)))
            .unversioned_rustls_crypto_provider(Arc::clone(&self.provider))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("libsendsafely/", env!("CARGO_PKG_VERSION")))
            .accept(ANYTHING)
            .accept_encoding(AutoHeaderValue::None)
            .input_buffer_size(buffers)
            .output_buffer_size(buffers)
            .max_idle_connections(self.connections)
            .max_idle_connections_per_host(self.connections)
            .max_idle_age(LONGEST_REST)
            .timeout_resolve(Some(self.connect_timeout))
            .timeout_connect(Some(self.connect_timeout))
            .timeout_per_read(Some(self.stall_timeout))
            .timeout_per_write(Some(self.stall_timeout))
            .build();
        Agent::with_parts(config, connector(sockets), names)
    }
}

/// The system's trust store and the caller's bundle.
fn trusted_certificates(options: &ClientOptions) -> Result<Vec<Certificate<'static>>> {
    let system = os::above_standard(rustls_native_certs::load_native_certs);
    if os::are_exhausted() {
        let message = "the certificates of the system cannot be read: too many open files";
        return Err(Error::new(ErrorKind::SystemLimit, message));
    }
    let mut roots: Vec<_> = system
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    if let Some(path) = &options.ca_bundle {
        let pem = os::above_standard(|| std::fs::read(path))
            .map_err(|error| os::io_error(&error, path, ErrorKind::ReadFailed))?;
        let before = roots.len();
        for item in ureq::tls::parse_pem(os::text_of(&pem).as_bytes()) {
            match item {
                Ok(PemItem::Certificate(certificate)) => roots.push(certificate),
                Ok(_) => {}
                Err(_) => return Err(bad_bundle(path)),
            }
        }
        if roots.len() == before {
            return Err(bad_bundle(path));
        }
    }
    if roots.is_empty() {
        return Err(Error::new(
            ErrorKind::NoTrustStore,
            "this system has no certificates to verify servers with",
        ));
    }
    Ok(roots)
}

fn bad_bundle(path: &std::path::Path) -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        format!("{}: no PEM certificates that can be read", path.display()),
    )
}
