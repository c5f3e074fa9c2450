//! The wire: one HTTP exchange at a time, with every failure sorted by what may be done about it.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use rustls::crypto::CryptoProvider;
use ureq::config::AutoHeaderValue;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Proxy, Timeout, http};
use url::{Host, Url};

use super::connector::{Sockets, connector};
use super::exchange::{self, Exchange, Pace};
use super::idle::{Idle, LONGEST_REST};
use super::names::Names;
use crate::call::Interrupt;
use crate::client::ClientOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::os;

/// Larger buffers gain nothing, smaller ones cost 2 to 3 times as much with TLS.
const BUFFER_SIZE: usize = 128 << 10;
/// Resolving and connecting are always timed: a worker there cannot be interrupted.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// One request.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'static str, &'a str)],
    pub(crate) body: Body<'a>,
}

/// The body of a request; its length is always known and sent as Content-Length.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Empty,
    Bytes(&'a [u8]),
    /// Pieces sent one after the other, whose bytes are counted as they leave.
    Counted {
        pieces: &'a [&'a [u8]],
        sent: &'a dyn Fn(u64),
    },
}

/// Reads the pieces of a body one after the other and counts.
struct CountedReader<'a> {
    pieces: &'a [&'a [u8]],
    /// Bytes of the first piece that were read already.
    offset: usize,
    sent: &'a dyn Fn(u64),
}

impl Read for CountedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((first, rest)) = self.pieces.split_first() {
            let left = &first[self.offset..];
            if left.is_empty() {
                (self.pieces, self.offset) = (rest, 0);
                continue;
            }
            let length = left.len().min(buffer.len());
            buffer[..length].copy_from_slice(&left[..length]);
            self.offset += length;
            (self.sent)(length as u64);
            return Ok(length);
        }
        Ok(0)
    }
}

/// An answer, its body still on the wire.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) content_length: Option<u64>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) date: Option<SystemTime>,
    pub(crate) location: Option<String>,
    pub(crate) body: Box<dyn Read + Send>,
}

/// Why an exchange failed, and how far it had come.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) class: Class,
}

/// What may be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The request was not sent: anything may be repeated.
    NotSent,
    /// It was sent, or may have been; nobody knows whether the server acted. The error may hold for how long the server
    /// asked not to be called again.
    Lost,
    /// An answer that makes no sense; it may be the network's, so a few more attempts are fair.
    Garbled,
    /// Repeating would not help.
    Final,
}

impl Failure {
    pub(crate) fn new(class: Class, error: Error) -> Self {
        Self { error, class }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(Class::Final, error)
    }
}

/// Sends one request and answers with the head of the reply. Tests put a fake in its place.
pub(crate) trait Transport: Send + Sync {
    fn exchange(&self, request: Request<'_>) -> std::result::Result<Response, Failure>;
}

/// The connections that one call leases: one agent for the API and one for storage, which never carries `ss-*`
/// headers. Shutting them down interrupts all that travels on them.
#[derive(Clone)]
pub(crate) struct Agents {
    pub(crate) api: HttpTransport,
    pub(crate) storage: HttpTransport,
}

impl Interrupt for Agents {
    fn interrupt(self: Box<Self>) {
        self.api.shutdown();
        self.storage.shutdown();
    }
}

/// Makes agents, keeps those that are not leased, and remembers which hosts have ever answered.
pub(crate) struct Connections {
    settings: Settings,
    idle: Idle<Agents>,
    answered: Arc<Mutex<HashSet<String>>>,
}

struct Settings {
    api_is_loopback: bool,
    proxy: Option<Proxy>,
    roots: Arc<Vec<Certificate<'static>>>,
    provider: Arc<CryptoProvider>,
    connect_timeout: Duration,
    stall_timeout: Duration,
    connections: usize,
    allow_plain_http: bool,
    whole: Pace,
    part: Pace,
}

impl Connections {
    pub(crate) fn new(host: &Url, options: &ClientOptions) -> Result<Self> {
        let roots = match trusted_certificates(options) {
            Ok(roots) => roots,
            // Nothing has to be verified for a plain http host; a storage URL with https then fails in TLS.
            Err(error) if error.kind() == ErrorKind::NoTrustStore && host.scheme() == "http" => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let proxy = match options.proxy.as_deref() {
            None => Proxy::try_from_env(),
            Some("") => None,
            Some(proxy) => Some(Proxy::new(proxy).map_err(|_| {
                Error::new(
                    ErrorKind::InvalidArgument,
                    "the proxy has to be a URL such as http://proxy.example:3128",
                )
            })?),
        };
        let settings = Settings {
            api_is_loopback: is_loopback(host),
            proxy,
            roots: Arc::new(roots),
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            connect_timeout: options.connect_timeout.min(LONGEST_CONNECT),
            stall_timeout: options.stall_timeout,
            connections: options.parts_in_flight + 1,
            allow_plain_http: options.allow_plain_http,
            whole: Pace::whole(options.retry_window),
            part: Pace::part(options.retry_window),
        };
        Ok(Self {
            settings,
            idle: Idle::default(),
            answered: Arc::default(),
        })
    }

    pub(crate) fn lease(&self) -> Agents {
        self.idle.take_or(|| Agents {
            api: self.transport(true),
            storage: self.transport(false),
        })
    }

    /// Gives leased agents back, or `None` for those that a stop has shut down.
    pub(crate) fn give_back(&self, agents: Option<Agents>) {
        self.idle.give_back(agents);
    }

    fn transport(&self, for_api: bool) -> HttpTransport {
        let settings = &self.settings;
        let sockets = Sockets::default();
        let direct = settings.agent(for_api, None, sockets.clone());
        let proxied = match &settings.proxy {
            Some(proxy) if !(for_api && settings.api_is_loopback) => {
                settings.agent(for_api, Some(proxy.clone()), sockets.clone())
            }
            _ => direct.clone(),
        };
        HttpTransport {
            direct,
            proxied,
            sockets,
            answered: Arc::clone(&self.answered),
            allow_plain_http: settings.allow_plain_http,
            for_api,
            whole: settings.whole,
            part: settings.part,
        }
    }
}

impl Settings {
    fn agent(&self, for_api: bool, proxy: Option<Proxy>, sockets: Sockets) -> Agent {
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
            .accept(if for_api {
                AutoHeaderValue::from("application/json")
            } else {
                AutoHeaderValue::None
            })
            .accept_encoding(AutoHeaderValue::None)
            .input_buffer_size(BUFFER_SIZE)
            .output_buffer_size(BUFFER_SIZE)
            .max_idle_connections(self.connections)
            .max_idle_connections_per_host(self.connections)
            .max_idle_age(LONGEST_REST)
            .timeout_resolve(Some(self.connect_timeout))
            .timeout_connect(Some(self.connect_timeout))
            .timeout_per_read(Some(self.stall_timeout))
            .timeout_per_write(Some(self.stall_timeout))
            .build();
        Agent::with_parts(config, connector(sockets), Names)
    }
}

/// The system's trust store and the caller's bundle.
fn trusted_certificates(options: &ClientOptions) -> Result<Vec<Certificate<'static>>> {
    let system = os::above_standard(rustls_native_certs::load_native_certs);
    if os::are_exhausted() {
        let told = "the certificates of the system cannot be read: too many open files";
        return Err(Error::new(ErrorKind::SystemLimit, told));
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
        for item in ureq::tls::parse_pem(&pem) {
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

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The transport that really speaks HTTP.
#[derive(Clone)]
pub(crate) struct HttpTransport {
    direct: Agent,
    proxied: Agent,
    sockets: Sockets,
    answered: Arc<Mutex<HashSet<String>>>,
    allow_plain_http: bool,
    for_api: bool,
    whole: Pace,
    part: Pace,
}

impl HttpTransport {
    fn shutdown(&self) {
        self.direct.clone().shutdown();
        self.proxied.clone().shutdown();
    }

    /// Sorts the error of an exchange. When the system gives no more descriptors, those who have a connection go on, and
    /// others wait for it.
    fn failure(&self, error: ureq::Error, host: &str) -> Failure {
        let failure = failure(error, host, Exchange::current().was_handed_over());
        match failure.error.kind() {
            ErrorKind::SystemLimit if !self.sockets.are_there() => failure.error.into(),
            _ => failure,
        }
    }

    /// Whether this host has ever answered: before that, failures to reach it are told soon.
    pub(crate) fn has_answered(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.answered.lock().contains(&authority(&url)))
    }
}

fn authority(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

impl Transport for HttpTransport {
    fn exchange(&self, request: Request<'_>) -> std::result::Result<Response, Failure> {
        let url = Url::parse(request.url).map_err(|_| {
            Failure::new(
                Class::Garbled,
                Error::new(ErrorKind::BadAnswer, "not a usable URL"),
            )
        })?;
        let host = authority(&url);
        let loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if loopback || self.allow_plain_http => {}
            _ => {
                return Err(Error::new(
                    ErrorKind::InsecureHost,
                    format!("{host} is not reached by https"),
                )
                .into());
            }
        }
        let agent = if loopback {
            &self.direct
        } else {
            &self.proxied
        };
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.url);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        let unusable = |_| {
            Failure::from(Error::new(
                ErrorKind::InvalidArgument,
                format!("not a usable request to {host}"),
            ))
        };
        let is_part = !self.for_api || matches!(request.body, Body::Counted { .. });
        exchange::begin(if is_part { self.part } else { self.whole });
        let answer = match request.body {
            Body::Empty if matches!(request.method, "POST" | "PUT" | "PATCH") => {
                agent.run(builder.body(&[][..]).map_err(unusable)?)
            }
            Body::Empty => agent.run(builder.body(()).map_err(unusable)?),
            Body::Bytes(bytes) => agent.run(builder.body(bytes).map_err(unusable)?),
            Body::Counted { pieces, sent } => {
                let size: usize = pieces.iter().map(|piece| piece.len()).sum();
                let mut reader = CountedReader {
                    pieces,
                    offset: 0,
                    sent,
                };
                let body = ureq::SendBody::from_reader(&mut reader);
                agent.run(
                    builder
                        .header(http::header::CONTENT_LENGTH, size)
                        .body(body)
                        .map_err(unusable)?,
                )
            }
        };
        let answer = answer.map_err(|error| self.failure(error, &host))?;
        self.answered.lock().insert(host.clone());
        let header = |name| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let date = header("date").and_then(|text| httpdate::parse_http_date(text).ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        // Parts come from the API server in the form of bytes, all else as JSON.
        let is_part = !self.for_api || content_type.contains("octet-stream");
        let pace = if is_part { self.part } else { self.whole };
        let response = Response {
            status: answer.status().as_u16(),
            content_type,
            content_length: header("content-length").and_then(|text| text.parse().ok()),
            retry_after: header("retry-after")
                .and_then(|text| retry_after(text, SystemTime::now())),
            date,
            location: header("location").map(str::to_owned),
            body: Box::new(FailingWith {
                host,
                exchange: Exchange::current().at(pace),
                reader: answer.into_body().into_reader(),
            }),
        };
        Ok(response)
    }
}

/// `Retry-After` in its two forms: seconds, or a date.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(
            httpdate::parse_http_date(text)
                .ok()?
                .duration_since(now)
                .unwrap_or_default(),
        ),
    }
}

/// A body whose read errors are sorted like those of the exchange itself.
struct FailingWith<R> {
    host: String,
    exchange: Exchange,
    reader: R,
}

impl<R: Read> Read for FailingWith<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.exchange.resume();
        let read = self.reader.read(buffer);
        self.exchange = Exchange::current();
        read.map_err(|error| {
            let failure = failure(error.into(), &self.host, true);
            io::Error::other(failure.error)
        })
    }
}

/// Reads a body whole, up to a limit. Whatever goes wrong here went wrong after the server acted.
pub(crate) fn read_limited(
    response: &mut Response,
    limit: u64,
    into: &mut Vec<u8>,
) -> std::result::Result<(), Failure> {
    into.clear();
    let too_large = || {
        let text = format!("the answer is larger than the {limit} bytes that are accepted");
        Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, text))
    };
    let declared = response.content_length;
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    if let Some(length) = declared {
        into.reserve_exact(usize::try_from(length).unwrap_or_default());
    }
    (&mut response.body)
        .take(limit + 1)
        .read_to_end(into)
        .map_err(body_failure)?;
    if into.len() as u64 > limit {
        return Err(too_large());
    }
    if declared.is_some_and(|length| length != into.len() as u64) {
        return Err(Failure::new(
            Class::Lost,
            Error::new(ErrorKind::BadAnswer, "the answer was cut short"),
        ));
    }
    Ok(())
}

/// The failure behind an error of reading a body.
pub(crate) fn body_failure(error: io::Error) -> Failure {
    let told = match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::new(
            ErrorKind::Unreachable,
            format!("the connection broke: {error}"),
        ),
    };
    Failure::new(Class::Lost, told)
}

/// Sorts an error of the HTTP library. Until the connection was handed over to the request nothing of it was sent; from
/// then on the server may have acted, whatever broke.
fn failure(error: ureq::Error, host: &str, handed_over: bool) -> Failure {
    use io::ErrorKind as Io;
    let tell = |class, kind, what: String| {
        let class = if handed_over { class } else { Class::NotSent };
        Failure::new(class, Error::new(kind, format!("{host}: {what}")))
    };
    let lost = |kind, what| tell(Class::Lost, kind, what);
    match error {
        ureq::Error::HostNotFound => lost(ErrorKind::UnknownHost, "no such host".into()),
        ureq::Error::Timeout(Timeout::Resolve) => lost(
            ErrorKind::UnknownHost,
            "no answer from the name server in time".into(),
        ),
        ureq::Error::Timeout(Timeout::Connect) => {
            lost(ErrorKind::TimedOut, "cannot connect in time".into())
        }
        ureq::Error::Timeout(_) => lost(ErrorKind::TimedOut, "no answer in time".into()),
        ureq::Error::ConnectionFailed => lost(ErrorKind::Unreachable, "cannot connect".into()),
        ureq::Error::ConnectProxyFailed(why) => lost(
            ErrorKind::Unreachable,
            format!("the proxy does not connect: {why}"),
        ),
        ureq::Error::Tls(why) => lost(ErrorKind::TlsFailed, why.into()),
        ureq::Error::Rustls(why) => lost(ErrorKind::TlsFailed, why.to_string()),
        ureq::Error::Io(error) => {
            if let Some(why) = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            {
                return lost(ErrorKind::TlsFailed, why.to_string());
            }
            match error.kind() {
                _ if os::is_exhausted(&error) => {
                    lost(ErrorKind::SystemLimit, format!("cannot connect: {error}"))
                }
                Io::TimedOut if error.get_ref().is_some() => {
                    lost(ErrorKind::TimedOut, error.to_string())
                }
                Io::TimedOut => lost(ErrorKind::TimedOut, "no answer in time".into()),
                // The standard library tells a failed look-up by its words alone.
                _ if error.to_string().starts_with("failed to lookup") => {
                    let kind = match os::are_exhausted() {
                        true => ErrorKind::SystemLimit,
                        false => ErrorKind::UnknownHost,
                    };
                    lost(kind, error.to_string())
                }
                _ if handed_over => lost(
                    ErrorKind::Unreachable,
                    format!("the connection broke: {error}"),
                ),
                _ => lost(ErrorKind::Unreachable, format!("cannot connect: {error}")),
            }
        }
        ureq::Error::Protocol(why) => tell(
            Class::Garbled,
            ErrorKind::BadAnswer,
            format!("not HTTP: {why}"),
        ),
        ureq::Error::LargeResponseHeader(..) => tell(
            Class::Garbled,
            ErrorKind::BadAnswer,
            "the head of the answer is too large".into(),
        ),
        // Of the connectors and the resolver themselves.
        ureq::Error::Other(error) if error.is::<Error>() => match error.downcast::<Error>() {
            Ok(error) => Failure::new(Class::NotSent, *error),
            Err(_) => lost(ErrorKind::Internal, "an error of no kind".into()),
        },
        other => Failure::new(
            Class::Final,
            Error::new(ErrorKind::BadAnswer, format!("{host}: {other}")),
        ),
    }
}
