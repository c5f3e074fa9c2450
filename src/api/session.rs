//! Calls of the API: their headers, and the connections that they are made on.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

use super::connections::{Agents, Connections};
use super::contact::Contact;
use super::envelope::{
    Reader, SECOND_FACTOR, accept, parse_envelope, read_envelope, read_listing, read_tree,
    read_usual, read_whole_listing,
};
use super::exchange::Exchange;
use super::options::ClientOptions;
use super::retry::{Repeat, looking, retrying};
use super::signing::{AUTH_PREFIX, Credentials, Signature, Signer};
use super::transport::{Body, Class, Failure, JSON, Request, Response, Transport};
use super::tree::Tree;
use crate::call::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::os::lock::Mutex;
use crate::secret::{SecretString, json_text};

/// What every call to the API needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Portal>);

/// The portal that a client talks to, and how.
struct Portal {
    host: String,
    signer: Signer,
    request_api: String,
    client_version: Option<String>,
    locale: Option<String>,
    retry_window: Duration,
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
            signer: Signer::new(&host, credentials),
            request_api: options.request_api.clone(),
            client_version: options.client_version.clone(),
            locale: options.locale.clone(),
            retry_window: options.retry_window,
            connections,
        }))
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.signer.credentials
    }

    /// Now, by the server's clock as far as it is known, as requests carry it.
    pub(crate) fn timestamp(&self) -> String {
        Signer::timestamp(self.0.signer.clock_offset())
    }

    /// The headers that sign a request. A path with a query is signed without it.
    pub(crate) fn sign(&self, timestamp: String, path: &str, body: &[u8]) -> Signature<'_> {
        self.0.signer.sign(timestamp, path, body)
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
            begun: Mutex::new(None),
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
    /// When the change began that is being made, with the looks at whether it was made: all have one retry window.
    begun: Mutex<Option<Instant>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A call that failed is stopped after this. That must not interrupt the agents: another call may have them.
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
    /// The path after the prefix of the API, with its query.
    pub(super) path: &'a str,
    pub(super) content_type: &'a str,
    /// The kind of response that is wanted.
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

    /// The retry window of a request that is sent now, and when it began.
    pub(crate) fn window(&self) -> (Instant, Duration) {
        let begun = self.begun.lock().unwrap_or_else(Instant::now);
        (begun, self.retry_window())
    }

    /// Repeats a change whose response may get lost, as [`looking`] says.
    pub(crate) fn looking<T>(
        &self,
        attempt: impl FnMut() -> Result<T>,
        look: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        *self.begun.lock() = Some(Instant::now());
        let result = looking(&self.call, self.retry_window(), attempt, look);
        *self.begun.lock() = None;
        result
    }

    /// Whether the last request of this thread may have reached the server.
    pub(crate) fn was_handed_over(&self) -> bool {
        Exchange::current().was_handed_over()
    }

    /// Whether the API's host can be reached.
    pub(crate) fn contact(&self) -> Contact<'_> {
        Contact::new(self.agents.api.contacts(), &self.api.0.host)
    }

    /// Whether there is a connection to a storage.
    pub(crate) fn storage_is_connected(&self) -> bool {
        self.agents.storage.is_connected()
    }

    /// The transport for storage URLs, which adds no headers of the API.
    pub(super) fn storage(&self) -> &dyn Transport {
        &self.agents.storage
    }

    pub(super) fn get(&self, path: &str) -> Result<Json> {
        self.call("GET", path, None, Repeat::Safely)
    }

    /// The same for a response that may be large. Only the first level of a tree is kept, without the actions of the
    /// recipients.
    pub(super) fn get_listing(&self, path: &str) -> Result<Json> {
        let path = format!("{}{path}", self.prefix()?);
        self.json_call("GET", &path, None, Repeat::Safely, &read_listing)
    }

    /// The same with the actions of the recipients.
    pub(super) fn get_whole_listing(&self, path: &str) -> Result<Json> {
        let path = format!("{}{path}", self.prefix()?);
        self.json_call("GET", &path, None, Repeat::Safely, &read_whole_listing)
    }

    /// The tree in package information, if it is whole.
    pub(super) fn get_tree(&self, path: &str) -> Result<Option<Tree>> {
        let path = format!("{}{path}", self.prefix()?);
        let found = Cell::new(None);
        let read = |response: &mut Response| read_tree(response, &found);
        self.json_call("GET", &path, None, Repeat::Safely, &read)?;
        Ok(found.into_inner())
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
        self.json_attempt("POST", &path, Some(json_text(body).expose()), &read_usual)
    }

    pub(super) fn patch(&self, path: &str, body: &Value, repeat: Repeat) -> Result<Json> {
        self.call("PATCH", path, Some(body), repeat)
    }

    /// Deletes. Callers take a refusal after a lost response for success, with
    /// [`gone_is_done`](super::retry::gone_is_done).
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
        self.json_call(method, &path, text, repeat, &read_usual)
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
            &read_usual,
        )
    }

    fn prefix(&self) -> Result<&'static str> {
        self.api.0.signer.prefix()
    }

    fn json_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        repeat: Repeat,
        read: Reader<'_>,
    ) -> Result<Json> {
        retrying(&self.call, self.window(), repeat, &self.contact(), || {
            self.json_attempt(method, path, body, read)
        })
    }

    fn json_attempt(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        read: Reader<'_>,
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
        retrying(&self.call, self.window(), repeat, &self.contact(), || {
            let mut response = self.exchange_json(method, &path, body)?;
            let (text, _) = parse_envelope(&mut response, &read_usual)?;
            // A value that is too deep to be kept was skipped, whatever bytes it has.
            let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Ok(String::from_utf8(text).unwrap_or_else(|error| lossy(error.as_bytes())))
        })
    }

    /// Posts a form to any URL, without credentials; returns the JSON of the response, which has no envelope
    /// (`protocol` 6.13).
    pub(super) fn post_form(&self, url: &str, form: &str) -> Result<Json> {
        retrying(
            &self.call,
            self.window(),
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

    /// Sends one request to a whole path, if that leads where it says. A refused signature is tried once more if the
    /// clocks explain it.
    fn send(&self, request: Signed<'_>) -> std::result::Result<Response, Failure> {
        if !is_plain(request.path) {
            let message = "an id that the service, or the caller, gave cannot be part of a path";
            return Err(Error::new(ErrorKind::BadAnswer, message).into());
        }
        let signer = &self.api.0.signer;
        let offset = signer.clock_offset();
        let response = self.send_once(request, offset)?;
        if !signer.may_correct_clock(request.path) {
            return Ok(response);
        }
        let response = signer.correct_clock(&self.call, offset, response)?;
        match (response, request.body) {
            (Some(response), _) => Ok(response),
            // The bytes of a counted body are counted once in each attempt.
            (None, Body::Counted { .. }) => {
                let message = "the service refused a request because of its time";
                let error = Error::new(ErrorKind::AuthenticationFailed, message);
                Err(Failure::new(Class::Lost, error))
            }
            (None, _) => self.send_once(request, signer.clock_offset()),
        }
    }

    /// Signs by a clock that is ahead of this machine's by so many seconds.
    fn send_once(
        &self,
        signed: Signed<'_>,
        clock_offset: i64,
    ) -> std::result::Result<Response, Failure> {
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
        let timestamp = Signer::timestamp(clock_offset);
        let signature = self.api.sign(timestamp, path, signed.signed_text);
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
