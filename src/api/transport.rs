//! The wire: one HTTP exchange at a time, with every failure sorted by what may be done about it.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use ureq::{Agent, Timeout, http};
use url::Url;

use super::contact::Contacts;
use super::exchange::{self, Exchange, Pace};
use super::host::{authority, is_loopback};
use super::names::{Names, Stop};
use super::proxy::Proxies;
use super::socket::Sockets;
use crate::error::{Error, ErrorKind};
use crate::os;

/// The type of requests to the API, also of those without a body (`protocol` 1.2), and of their responses.
pub(crate) const JSON: &str = "application/json";

/// The remedy if what responds is not the service.
pub(crate) const CHECK_HOST: &str =
    "check that the host is that of the portal, such as https://company.sendsafely.com";

/// Any type of response, for the bytes of a part.
pub(crate) const ANYTHING: &str = "*/*";

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

/// A response, its body still on the wire.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) content_length: Option<u64>,
    pub(crate) content_range: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) date: Option<SystemTime>,
    pub(crate) location: Option<String>,
    pub(crate) body: Box<dyn Read + Send>,
}

impl Response {
    /// Whether it is a part that the API server returned, in the form of bytes. All else comes as JSON.
    pub(crate) fn is_part(&self) -> bool {
        self.content_type.contains("octet-stream")
    }
}

/// Why an exchange failed, and how far it had come.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) class: Class,
}

/// Whether a failed exchange may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The request was not sent: anything may be repeated.
    NotSent,
    /// The same, because the certificate of the host is not trusted. That of another attempt will hardly be.
    Untrusted,
    /// The request was sent, or may have been: the server may have acted. The error may hold the time for which the
    /// server wants no further request.
    Lost,
    /// The response makes no sense. The network may have damaged it, so a few more attempts are fair.
    Garbled,
    /// The request was sent, and its response cannot be stored, however often it comes.
    Unreadable,
    /// Repeating would not help.
    Final,
}

impl Class {
    /// Whether nothing of the request was sent.
    pub(crate) fn is_unsent(self) -> bool {
        matches!(self, Self::NotSent | Self::Untrusted)
    }
}

impl Failure {
    pub(crate) fn new(class: Class, error: Error) -> Self {
        Self { error, class }
    }

    fn with_remedy(self, remedy: &'static str) -> Self {
        Self::new(self.class, self.error.with_remedy(remedy))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(Class::Final, error)
    }
}

/// Sends one request and returns the head of the response. Tests put a fake in its place.
pub(crate) trait Transport: Send + Sync {
    fn exchange(&self, request: Request<'_>) -> std::result::Result<Response, Failure>;
}

/// The transport that speaks HTTP.
#[derive(Clone)]
pub(crate) struct HttpTransport {
    pub(super) direct: Agent,
    pub(super) by_https_proxy: Agent,
    pub(super) by_http_proxy: Agent,
    pub(super) proxies: Arc<Proxies>,
    pub(super) sockets: Sockets,
    /// Those of the call's other transport.
    pub(super) other_sockets: Sockets,
    pub(super) names: Names,
    pub(super) stop: Stop,
    pub(super) contacts: Arc<Contacts>,
    pub(super) allow_plain_http: bool,
    pub(super) for_api: bool,
    pub(super) whole: Pace,
    pub(super) part: Pace,
}

impl HttpTransport {
    pub(super) fn shutdown(&self) {
        self.stop.stop();
        for agent in [&self.direct, &self.by_https_proxy, &self.by_http_proxy] {
            agent.clone().shutdown();
        }
    }

    /// Sorts the error of an exchange. When the system gives no more descriptors, workers with a connection go on, and
    /// the others wait for one.
    fn failure(&self, error: ureq::Error, host: &str) -> Failure {
        let failure = failure(error, host, Exchange::current().was_handed_over());
        if failure.class.is_unsent() {
            self.contacts.missed(host);
            // The next attempt resolves the name again.
            self.names.doubt();
        }
        match failure.error.kind() {
            ErrorKind::SystemLimit
                if !self.sockets.are_there() && !self.other_sockets.are_there() =>
            {
                failure.error.into()
            }
            _ => failure,
        }
    }

    /// Whether it has a connection, idle or in use.
    pub(crate) fn is_connected(&self) -> bool {
        self.sockets.are_there()
    }

    pub(crate) fn contacts(&self) -> &Arc<Contacts> {
        &self.contacts
    }
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
        let proxy = self.proxies.proxy_for(&url)?;
        let agent = match (&proxy, url.scheme()) {
            (None, _) => &self.direct,
            (Some(_), "http") => &self.by_http_proxy,
            (Some(_), _) => &self.by_https_proxy,
        };
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.url);
        // Parts are ciphertext, and a compressed response has no length by which it is seen to be cut.
        builder = builder.header(http::header::ACCEPT_ENCODING, "identity");
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
        let response = match request.body {
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
        let response = response.map_err(|error| {
            let failure = self.failure(error, &host);
            match proxy {
                Some((_, origin)) if failure.class.is_unsent() => Failure {
                    error: failure
                        .error
                        .context(format_args!("by the proxy of {origin}")),
                    ..failure
                },
                _ => failure,
            }
        })?;
        self.contacts.responded(&host);
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let date = header("date").and_then(|text| httpdate::parse_http_date(text).ok());
        let encoding = header("content-encoding").unwrap_or_default().to_owned();
        let mut head = Response {
            status: response.status().as_u16(),
            content_type: header("content-type").unwrap_or_default().to_owned(),
            content_length: header("content-length").and_then(|text| text.parse().ok()),
            content_range: header("content-range").map(str::to_owned),
            retry_after: header("retry-after")
                .and_then(|text| retry_after(text, date.unwrap_or_else(SystemTime::now))),
            date,
            location: header("location").map(str::to_owned),
            body: Box::new(io::empty()),
        };
        let is_part = !self.for_api || head.is_part();
        let body = FailingWith {
            exchange: Exchange::current().at(if is_part { self.part } else { self.whole }),
            reader: response.into_body().into_reader(),
            host,
        };
        unpacked(body, &encoding, &mut head)?;
        Ok(head)
    }
}

/// Gives a response its body, unpacked if something on the way has compressed it although nobody asked for that.
fn unpacked<R: Read + Send + 'static>(
    body: FailingWith<R>,
    encoding: &str,
    response: &mut Response,
) -> std::result::Result<(), Failure> {
    response.body = match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => {
            response.body = Box::new(body);
            return Ok(());
        }
        "gzip" | "x-gzip" => Box::new(Unpacking(MultiGzDecoder::new(body))),
        "deflate" => Box::new(Unpacking(ZlibDecoder::new(body))),
        other => {
            let message = format!(
                "{}: the response is compressed ({other}), which was not requested",
                body.host
            );
            let error = Error::new(ErrorKind::BadAnswer, message);
            return Err(Failure::new(
                Class::Garbled,
                error.with_http_status(response.status),
            ));
        }
    };
    // It is the length of the compressed form.
    response.content_length = None;
    Ok(())
}

/// A compressed body. If that is damaged, the connection is not to blame.
struct Unpacking<R>(R);

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.get_ref() {
            Some(inner) if inner.is::<Error>() => error,
            _ => io::Error::other(Error::new(
                ErrorKind::BadAnswer,
                format!("the compressed response is damaged: {}", os::words(&error)),
            )),
        })
    }
}

/// `Retry-After` in its two forms: seconds, or a date, which is one of the server's clock.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
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

/// Reads a whole body, up to a limit and no further than its Content-Length. A failure here comes after the server
/// acted.
pub(crate) fn read_limited(
    response: &mut Response,
    limit: u64,
    into: &mut Vec<u8>,
) -> std::result::Result<(), Failure> {
    into.clear();
    let garbled =
        |text: String| Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, text));
    let too_large = || {
        garbled(format!(
            "the response is larger than the {limit} bytes that are accepted"
        ))
    };
    let declared = response.content_length;
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    if let Some(length) = declared {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        into.try_reserve_exact(length)
            .map_err(|_| Failure::new(Class::Unreadable, Error::out_of_memory(length)))?;
    }
    let most = declared.unwrap_or(limit);
    (&mut response.body)
        .take(most)
        .read_to_end(into)
        .map_err(body_failure)?;
    if into.len() as u64 == most && response.body.read(&mut [0]).map_err(body_failure)? > 0 {
        return Err(match declared {
            Some(_) => garbled("the response is longer than its Content-Length".into()),
            None => too_large(),
        });
    }
    if declared.is_some_and(|length| length != into.len() as u64) {
        return Err(Failure::new(
            Class::Lost,
            Error::new(ErrorKind::BadAnswer, "the response was cut short"),
        ));
    }
    Ok(())
}

/// The failure behind an error of reading a body.
pub(crate) fn body_failure(error: io::Error) -> Failure {
    let error = match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
            let why = "there is no memory for the response";
            return Failure::new(Class::Unreadable, Error::new(ErrorKind::OutOfMemory, why));
        }
        Err(error) => Error::new(
            ErrorKind::Unreachable,
            format!("the connection broke: {}", os::words(&error)),
        ),
    };
    Failure::new(Class::Lost, error)
}

/// The readable part of a TLS error; some end with the octets of a structure.
fn tls_words(error: &rustls::Error) -> String {
    let words = error.to_string();
    let end = words.find(['{', '[']).unwrap_or(words.len());
    words[..end].trim_end().to_owned()
}

/// Whether the host has shown a certificate that is whole, and not to be trusted. All else that goes wrong in a handshake
/// may be damage on the way.
fn is_untrusted(why: &rustls::Error) -> bool {
    use rustls::CertificateError::{BadEncoding, BadSignature};
    match why {
        rustls::Error::InvalidCertificate(why) => !matches!(why, BadEncoding | BadSignature),
        _ => false,
    }
}

/// Sorts an error of the HTTP library. Until the connection was handed over to the request nothing of it was sent; from
/// then on the server may have acted, whatever broke.
fn failure(error: ureq::Error, host: &str, handed_over: bool) -> Failure {
    use io::ErrorKind as Io;
    let failed = |class, kind, what: String| {
        let class = if handed_over { class } else { Class::NotSent };
        Failure::new(class, Error::new(kind, format!("{host}: {what}")))
    };
    let lost = |kind, what| failed(Class::Lost, kind, what);
    let tls = |why: &rustls::Error| {
        let failure = lost(ErrorKind::TlsFailed, tls_words(why));
        match failure.class {
            Class::NotSent if is_untrusted(why) => Failure::new(Class::Untrusted, failure.error),
            _ => failure,
        }
    };
    match error {
        ureq::Error::HostNotFound => lost(ErrorKind::UnknownHost, "no such host".into()),
        ureq::Error::Timeout(Timeout::Resolve) => lost(
            ErrorKind::UnknownHost,
            "no response from the name server in time".into(),
        ),
        ureq::Error::Timeout(Timeout::Connect) => {
            lost(ErrorKind::TimedOut, "cannot connect in time".into())
        }
        ureq::Error::Timeout(_) => lost(ErrorKind::TimedOut, "no response in time".into()),
        ureq::Error::ConnectionFailed => lost(ErrorKind::Unreachable, "cannot connect".into()),
        ureq::Error::ConnectProxyFailed(why) => lost(
            ErrorKind::Unreachable,
            format!("the proxy does not connect: {why}"),
        ),
        ureq::Error::Tls(why) => lost(ErrorKind::TlsFailed, why.into()),
        ureq::Error::Rustls(why) => tls(&why),
        ureq::Error::Io(error) => {
            if let Some(why) = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            {
                return tls(why);
            }
            match error.kind() {
                _ if os::is_exhausted(&error) => lost(
                    ErrorKind::SystemLimit,
                    format!("cannot connect: {}", os::words(&error)),
                ),
                Io::TimedOut if error.get_ref().is_some() => {
                    lost(ErrorKind::TimedOut, error.to_string())
                }
                Io::TimedOut => lost(ErrorKind::TimedOut, "no response in time".into()),
                // The standard library marks a failed look-up by its words alone.
                _ if error.to_string().starts_with("failed to lookup") => {
                    let kind = match os::are_exhausted() {
                        true => ErrorKind::SystemLimit,
                        false => ErrorKind::UnknownHost,
                    };
                    lost(kind, error.to_string())
                }
                _ if handed_over => lost(
                    ErrorKind::Unreachable,
                    format!("the connection broke: {}", os::words(&error)),
                ),
                _ => lost(
                    ErrorKind::Unreachable,
                    format!("cannot connect: {}", os::words(&error)),
                ),
            }
        }
        ureq::Error::Protocol(why) => failed(
            Class::Garbled,
            ErrorKind::BadAnswer,
            format!("not HTTP: {why}"),
        )
        .with_remedy(CHECK_HOST),
        ureq::Error::LargeResponseHeader(..) => failed(
            Class::Garbled,
            ErrorKind::BadAnswer,
            "the head of the response is too large".into(),
        ),
        // Of the connectors and the resolver themselves.
        ureq::Error::Other(error) if error.is::<Error>() => match error.downcast::<Error>() {
            Ok(error) => Failure::new(Class::NotSent, *error),
            Err(_) => lost(ErrorKind::Internal, "an error of no kind".into()),
        },
        other => Failure::new(
            match handed_over {
                true => Class::Unreadable,
                false => Class::Final,
            },
            Error::new(ErrorKind::BadAnswer, format!("{host}: {other}")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_tls_have_words_only() {
        let sha1 = rustls::CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: vec![42, 134, 72],
            public_key_algorithm_id: vec![42, 134],
        };
        let error = ureq::Error::Rustls(rustls::Error::InvalidCertificate(sha1));
        assert_eq!(
            failure(error, "host.test", false).error.message(),
            "host.test: invalid peer certificate: UnsupportedSignatureAlgorithmForPublicKeyContext"
        );
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert_eq!(
            failure(io::Error::other(unknown).into(), "host.test", false)
                .error
                .message(),
            "host.test: invalid peer certificate: UnknownIssuer"
        );
    }

    #[test]
    fn the_server_asks_for_patience_in_seconds_or_by_its_own_clock() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("18446744073709551616", None),
            ("-1", None),
            ("soon", None),
        ] {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(text, now), expected, "{text}");
        }
    }

    #[test]
    fn a_request_that_was_sent_does_not_fail_for_good_because_its_response_cannot_be_stored() {
        let class =
            |handed_over| failure(ureq::Error::BodyExceedsLimit(1), "host.test", handed_over).class;
        assert_eq!(
            (class(false), class(true)),
            (Class::Final, Class::Unreadable)
        );
        let mut response = Response {
            status: 200,
            content_type: String::new(),
            content_length: Some(u64::MAX >> 1),
            content_range: None,
            retry_after: None,
            date: None,
            location: None,
            body: Box::new(io::empty()),
        };
        let failure = read_limited(&mut response, u64::MAX, &mut Vec::new()).expect_err("no room");
        assert_eq!(failure.class, Class::Unreadable);
        assert_eq!(failure.error.kind(), ErrorKind::OutOfMemory);
        let failure = body_failure(io::ErrorKind::OutOfMemory.into());
        assert_eq!(failure.class, Class::Unreadable);
    }
}
