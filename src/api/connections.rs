//! The connections of a client: how they are made, and which call has which.

use std::sync::Arc;
use std::time::Duration;

use ureq::config::AutoHeaderValue;
use ureq::{Agent, Proxy};
use url::Url;

use super::attempts::Reached;
use super::connector::connector;
use super::contact::Contacts;
use super::exchange::Pace;
use super::idle::{Idle, LONGEST_REST};
use super::names::{CallNames, Names, Stop};
use super::options::{ClientOptions, MOST_PARTS};
use super::proxy::{Choice, Proxies};
use super::socket::Sockets;
use super::tls::TlsConnector;
use super::transport::{ANYTHING, HttpTransport};
use super::trust::Trust;
use crate::call::Interrupt;
use crate::error::Result;

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
    trust: Arc<Trust>,
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
        let trust = Trust::new(options.ca_bundle.as_deref())?;
        if host.scheme() != "http" {
            trust.roots()?;
        }
        let proxies = match options.proxy.as_deref() {
            None => Proxies::of_environment(|name| std::env::var_os(name)),
            Some(proxy) => Proxies::of_option(proxy)?,
        };
        // Every call needs the proxy of the host: fail now if it cannot be used.
        proxies.proxy_for(host)?;
        let settings = Settings {
            proxies: Arc::new(proxies),
            trust: Arc::new(trust),
            connect_timeout: options.connect_timeout.min(LONGEST_CONNECT),
            stall_timeout: options.stall_timeout,
            connections: options.fixed_parts().unwrap_or(MOST_PARTS) + 1,
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
        let config = Agent::config_builder()
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
        let tls = TlsConnector::new(Arc::clone(&self.trust));
        Agent::with_parts(config, connector(sockets, tls), names)
    }
}
