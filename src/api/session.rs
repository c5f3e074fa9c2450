//! Signed calls: headers, signature, and the clock that it needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use url::Url;

use super::connections::{Agents, Connections};
use super::contact::Contact;
use super::envelope::{
    LARGEST_ANSWER, SECOND_FACTOR, accept, http_failure, parse_envelope, read_envelope,
    read_listing, read_usual, read_whole_listing,
};
use super::exchange::Exchange;
use super::host::is_loopback;
use super::options::ClientOptions;
use super::retry::{Repeat, retrying};
use super::transport::{Body, Class, Failure, JSON, Request, Response, Transport, read_limited};
use crate::call::Call;
use crate::crypto::signature;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::{SecretString, json_text};

/// Prefix of all signed paths (`protocol` 1.1).
pub(crate) const API_PREFIX: &str = "/api/v2.0";
/// Prefix of the same paths for an anonymous sender (`protocol` 1.3).
const DROPZONE_PREFIX: &str = "/drop-zone/v2.0";
/// Prefix of unsigned paths (`protocol` 1.4).
const AUTH_PREFIX: &str = "/auth-api";
/// A `Date` of the server that is off by more than this explains a refused signature.
const TOLERATED_SKEW_SECONDS: i64 = 60;
/// No clock that is off by more than this is corrected: a signature of another day is of use to somebody else only.
const LARGEST_SKEW_SECONDS: i64 = 24 * 3600;

/// The account in whose name calls are made.
pub(crate) enum Credentials {
    /// A user with an API key.
    User { key: String, secret: SecretString },
    /// An anonymous sender, by the id of a Dropzone.
    Dropzone(String),
    /// None yet: for logging in and registering.
    None,
}

/// What every call to the API needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Portal>);

/// The portal that a client talks to, and how.
struct Portal {
    host: String,
    credentials: Credentials,
    request_api: String,
    client_version: Option<String>,
    locale: Option<String>,
    retry_window: Duration,
    /// Seconds by which the server's clock is ahead of ours, once known.
    clock_offset: AtomicI64,
    /// Whether the server's clock may correct ours.
    clock_is_trusted: bool,
    connections: Connections,
}

impl Api {
    pub(crate) fn new(
        host: Url,
        credentials: Credentials,
        options: &ClientOptions,
        connections: Connections,
    ) -> Self {
        Self(Arc::new(Portal {
            host: host.as_str().trim_end_matches('/').to_owned(),
            credentials,
            request_api: options.request_api.clone(),
            client_version: options.client_version.clone(),
            locale: options.locale.clone(),
            retry_window: options.retry_window,
            clock_offset: AtomicI64::new(0),
            clock_is_trusted: nobody_between(&host),
            connections,
        }))
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// Leases connections for one call of the user.
    pub(crate) fn session(&self, call: &Arc<Call>) -> Session {
        let agents = self.0.connections.lease();
        let interrupt = call.on_stop(Arc::new(agents.clone()));
        Session {
            api: self.clone(),
            agents,
            call: Arc::clone(call),
            interrupt,
        }
    }
}

/// The leased connections of one call of the user; given back warm when it ends without a stop.
pub(crate) struct Session {
    api: Api,
    agents: Agents,
    pub(crate) call: Arc<Call>,
    /// The number of the agents among what a stop interrupts.
    interrupt: u64,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A call that failed is stopped after this: by then the agents may be another call's.
        let unharmed = self.call.release(self.interrupt);
        let agents = unharmed.then(|| self.agents.clone());
        self.api.0.connections.give_back(agents);
    }
}

/// A call that is about to be signed: the body as sent and the text of it that is signed, which differ in multipart
/// uploads.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// What follows the prefix of the API, with its query.
    pub(super) path: &'a str,
    pub(super) content_type: &'a str,
    /// The kind of answer that is wanted.
    pub(super) accept: &'a str,
    pub(super) signed_text: &'a [u8],
    pub(super) body: Body<'a>,
}

impl Session {
    pub(super) fn host(&self) -> &str {
        self.api.host()
    }

    pub(super) fn request_api(&self) -> &str {
        &self.api.0.request_api
    }

    pub(crate) fn retry_window(&self) -> Duration {
        self.api.0.retry_window
    }

    /// Whether the last request of this thread may have reached the server.
    pub(crate) fn was_handed_over(&self) -> bool {
        Exchange::current().was_handed_over()
    }

    /// What is known of the API's host.
    pub(crate) fn contact(&self) -> Contact<'_> {
        Contact::new(self.agents.api.contacts(), &self.api.0.host)
    }

    /// The transport for storage URLs, which adds no headers of ours.
    pub(crate) fn storage_is_connected(&self) -> bool {
        self.agents.storage.is_connected()
    }

    pub(super) fn storage(&self) -> &dyn Transport {
        &self.agents.storage
    }

    pub(super) fn get(&self, path: &str) -> Result<Json> {
        self.call("GET", path, None, Repeat::Safely)
    }

    /// The same for a response that may be large: of a tree only the first level is kept, and nothing of what recipients
    /// have done.
    pub(super) fn get_listing(&self, path: &str) -> Result<Json> {
        let path = format!("{}{path}", self.prefix()?);
        self.json_call("GET", &path, None, Repeat::Safely, read_listing)
    }

    /// The same with what recipients have done.
    pub(super) fn get_whole_listing(&self, path: &str) -> Result<Json> {
        let path = format!("{}{path}", self.prefix()?);
        self.json_call("GET", &path, None, Repeat::Safely, read_whole_listing)
    }

    pub(super) fn put<'v>(
        &self,
        path: &str,
        body: impl Into<Option<&'v Value>>,
        repeat: Repeat,
    ) -> Result<Json> {
        self.call("PUT", path, body.into(), repeat)
    }

    pub(super) fn post<'v>(
        &self,
        path: &str,
        body: impl Into<Option<&'v Value>>,
        repeat: Repeat,
    ) -> Result<Json> {
        self.call("POST", path, body.into(), repeat)
    }

    /// One attempt of the same, for a caller that repeats it by rules of its own.
    pub(super) fn post_once(&self, path: &str, body: &Value) -> std::result::Result<Json, Failure> {
        let path = format!("{}{path}", self.prefix()?);
        self.json_attempt("POST", &path, Some(json_text(body).expose()), read_usual)
    }

    pub(super) fn patch(&self, path: &str, body: &Value, repeat: Repeat) -> Result<Json> {
        self.call("PATCH", path, Some(body), repeat)
    }

    /// Deletes; what is gone when the call is repeated after a lost answer counts as deleted.
    pub(super) fn delete(&self, path: &str) -> Result<Json> {
        self.call("DELETE", path, None, Repeat::Safely)
    }

    /// The same with a body, which one endpoint wants (`protocol` 6.6).
    pub(super) fn delete_with(&self, path: &str, body: &Value) -> Result<Json> {
        self.call("DELETE", path, Some(body), Repeat::Safely)
    }

    /// A JSON call, repeated as it may be: returns the members of a successful envelope.
    fn call(&self, method: &str, path: &str, body: Option<&Value>, repeat: Repeat) -> Result<Json> {
        let (prefix, text) = (self.prefix()?, body.map(json_text));
        let text = text.as_ref().map(SecretString::expose);
        let path = format!("{prefix}{path}");
        self.json_call(method, &path, text, repeat, read_usual)
    }

    /// An unsigned JSON call (`protocol` 1.4).
    pub(super) fn auth(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        repeat: Repeat,
    ) -> Result<Json> {
        let text = json_text(body);
        self.json_call(
            method,
            &format!("{AUTH_PREFIX}{path}"),
            Some(text.expose()),
            repeat,
            read_usual,
        )
    }

    /// What the paths of this client's calls begin with.
    fn prefix(&self) -> Result<&'static str> {
        match self.api.0.credentials {
            Credentials::User { .. } => Ok(API_PREFIX),
            Credentials::Dropzone(_) => Ok(DROPZONE_PREFIX),
            Credentials::None => Err(Error::new(
                ErrorKind::NoCredentials,
                "the client has no API key",
            )),
        }
    }

    fn json_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        repeat: Repeat,
        read: fn(&mut Response) -> std::result::Result<Vec<u8>, Failure>,
    ) -> Result<Json> {
        retrying(
            &self.call,
            self.retry_window(),
            repeat,
            &self.contact(),
            || self.json_attempt(method, path, body, read),
        )
    }

    fn json_attempt(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        read: fn(&mut Response) -> std::result::Result<Vec<u8>, Failure>,
    ) -> std::result::Result<Json, Failure> {
        let mut response = self.exchange_json(method, path, body)?;
        let accepted = accept(parse_envelope(&mut response, read)?.1, response.status)?;
        let code = accepted.text("response");
        if code.as_deref() == Some(SECOND_FACTOR) && !path.starts_with(AUTH_PREFIX) {
            let message = "the service wants a second factor, which only a login has";
            let refused = Error::new(ErrorKind::Refused, message);
            return Err(refused.with_server(SECOND_FACTOR, None).into());
        }
        Ok(accepted)
    }

    /// The same for a raw call: whatever JSON comes is handed back as it is.
    pub(super) fn raw(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        repeat: Repeat,
    ) -> Result<String> {
        let path = format!("{}{path}", self.prefix()?);
        retrying(
            &self.call,
            self.retry_window(),
            repeat,
            &self.contact(),
            || {
                let mut response = self.exchange_json(method, &path, body)?;
                let (text, _) = parse_envelope(&mut response, read_usual)?;
                String::from_utf8(text).map_err(|_| http_failure(&response, ""))
            },
        )
    }

    /// Posts a form to any URL, without credentials; returns the JSON of the response, which has no envelope
    /// (`protocol` 6.13).
    pub(super) fn post_form(&self, url: &str, form: &str) -> Result<Json> {
        retrying(
            &self.call,
            self.retry_window(),
            Repeat::Never,
            &Contact::new(self.agents.storage.contacts(), url),
            || {
                let mut response = self.agents.storage.exchange(Request {
                    method: "POST",
                    url,
                    headers: &[
                        ("content-type", "application/x-www-form-urlencoded"),
                        ("accept", JSON),
                    ],
                    body: Body::Bytes(form.as_bytes()),
                })?;
                read_envelope(&mut response)
            },
        )
    }

    fn exchange_json(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> std::result::Result<Response, Failure> {
        self.send(Signed {
            method,
            path,
            content_type: JSON,
            accept: JSON,
            signed_text: body.unwrap_or_default().as_bytes(),
            body: body.map_or(Body::Empty, |text| Body::Bytes(text.as_bytes())),
        })
    }

    /// Signs and sends one request of the API.
    pub(super) fn exchange(&self, request: Signed<'_>) -> std::result::Result<Response, Failure> {
        let path = format!("{}{}", self.prefix()?, request.path);
        self.send(Signed {
            path: &path,
            ..request
        })
    }

    /// Sends one request to a whole path, if that leads where it says. A refused signature is tried once more if the clocks explain it.
    fn send(&self, request: Signed<'_>) -> std::result::Result<Response, Failure> {
        if !is_plain(request.path) {
            let message = "an id that the service, or the caller, gave cannot be part of a path";
            return Err(Error::new(ErrorKind::BadAnswer, message).into());
        }
        let response = self.send_once(request)?;
        if !self.may_correct_clock(request.path) {
            return Ok(response);
        }
        match (self.corrected_clock(response)?, request.body) {
            (Some(response), _) => Ok(response),
            // The bytes of a counted body are counted once in each attempt.
            (None, Body::Counted { .. }) => {
                let message = "the service refused a request because of its time";
                let error = Error::new(ErrorKind::AuthenticationFailed, message);
                Err(Failure::new(Class::Lost, error))
            }
            (None, _) => self.send_once(request),
        }
    }

    fn send_once(&self, signed: Signed<'_>) -> std::result::Result<Response, Failure> {
        let portal = &self.api.0;
        let path = signed.path;
        let mut headers = vec![
            ("ss-request-api", portal.request_api.as_str()),
            (
                "ss-sdk-version",
                concat!("libsendsafely/", env!("CARGO_PKG_VERSION")),
            ),
            ("content-type", signed.content_type),
            ("accept", signed.accept),
        ];
        let signature = self
            .api
            .sign(self.api.timestamp(), path, signed.signed_text);
        if !path.starts_with(AUTH_PREFIX) {
            headers.extend(signature.headers());
        }
        let optional = [
            ("ss-client-version", portal.client_version.as_deref()),
            ("accept-language", portal.locale.as_deref()),
        ];
        headers.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let url = format!("{}{path}", portal.host);
        self.agents.api.exchange(Request {
            method: signed.method,
            url: &url,
            headers: &headers,
            body: signed.body,
        })
    }
}

/// Whether a path leads where it says: no segment is empty or stands for this directory or the one above.
pub(crate) fn is_plain(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let inner = path.strip_prefix('/').unwrap_or(path);
    let mut segments = inner.strip_suffix('/').unwrap_or(inner).split('/');
    segments.all(|segment| {
        let decoded = segment.replace("%2e", ".").replace("%2E", ".");
        !matches!(decoded.as_str(), "" | "." | "..")
    })
}

impl Api {
    /// Now, by the server's clock as far as it is known.
    pub(crate) fn server_time(&self) -> SystemTime {
        let offset = self.0.clock_offset.load(Ordering::Relaxed);
        let magnitude = Duration::from_secs(offset.unsigned_abs());
        let now = SystemTime::now();
        if offset < 0 {
            now - magnitude
        } else {
            now + magnitude
        }
    }

    /// The same as requests carry it.
    pub(crate) fn timestamp(&self) -> String {
        signature::timestamp(self.server_time())
    }

    /// The headers that sign a request. A path with a query is signed without it.
    pub(crate) fn sign(&self, timestamp: String, path: &str, body: &[u8]) -> Signature<'_> {
        let mut signature = Signature::default();
        match &self.0.credentials {
            Credentials::User { key, secret } => {
                let path = path.split('?').next().unwrap_or_default();
                signature.timestamp = timestamp;
                signature.key = Some(key);
                signature.signature =
                    signature::sign(key, secret, path, &signature.timestamp, body);
            }
            Credentials::Dropzone(id) => signature.key = Some(id),
            Credentials::None => {}
        }
        signature
    }
}

/// The headers of a signed request (`protocol` 1.2, 1.3).
#[derive(Default)]
pub(crate) struct Signature<'a> {
    key: Option<&'a str>,
    timestamp: String,
    signature: String,
}

impl Signature<'_> {
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("ss-api-key", self.key.unwrap_or_default()),
            ("ss-request-timestamp", &self.timestamp),
            ("ss-request-signature", &self.signature),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty())
    }
}

impl Session {
    /// Whether a refusal may be the fault of this machine's clock, and the server's `Date` can be believed: the request
    /// carried a time, and nobody on the way can have changed the response.
    fn may_correct_clock(&self, path: &str) -> bool {
        let portal = &self.api.0;
        !path.starts_with(AUTH_PREFIX)
            && matches!(portal.credentials, Credentials::User { .. })
            && portal.clock_is_trusted
    }

    /// Looks whether an answer refuses the signature while its `Date` says that our clock is wrong. Corrects the
    /// offset and returns `None` if so, else the response with its body put back.
    fn corrected_clock(
        &self,
        mut response: Response,
    ) -> std::result::Result<Option<Response>, Failure> {
        let small_json = response.content_type.contains("json")
            && response.content_length.is_some_and(|length| length < 4096);
        let Some(date) = response.date.filter(|_| small_json) else {
            return Ok(Some(response));
        };
        let offset = seconds(date) - seconds(SystemTime::now());
        let known = self.api.0.clock_offset.load(Ordering::Relaxed);
        if (offset - known).abs() <= TOLERATED_SKEW_SECONDS || offset.abs() > LARGEST_SKEW_SECONDS {
            return Ok(Some(response));
        }
        let mut body = Vec::new();
        read_limited(&mut response, LARGEST_ANSWER, &mut body)?;
        let refused = serde_json::from_slice::<Value>(&body).is_ok_and(|json| {
            json.get("response").and_then(Value::as_str) == Some("AUTHENTICATION_FAILED")
        });
        if refused {
            self.api.0.clock_offset.store(offset, Ordering::Relaxed);
            self.call.log(format!(
                "this machine's clock differs from the server's by {offset} s; corrected"
            ));
            return Ok(None);
        }
        response.body = Box::new(std::io::Cursor::new(body));
        Ok(Some(response))
    }
}

/// Whether nobody between this machine and the host can have written its responses.
fn nobody_between(host: &Url) -> bool {
    host.scheme() == "https" || is_loopback(host)
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_a_host_is_believed_where_nobody_is_between() {
        for (host, believed) in [
            ("https://acme.sendsafely.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://acme.sendsafely.com", false),
            ("http://192.168.1.2", false),
        ] {
            let host = Url::parse(host).expect("a URL");
            assert_eq!(nobody_between(&host), believed, "{host}");
        }
    }
}
