//! Signed calls: headers, signature, envelope, and what the service's codes mean.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use url::Url;

use super::json::Json;
use super::retry::{Repeat, retrying};
use super::transport::{
    Agents, Body, Class, Connections, Failure, Request, Response, Transport, read_limited,
};
use crate::call::Call;
use crate::client::ClientOptions;
use crate::crypto::signature;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

/// Prefix of all signed paths (`protocol` 1.1).
pub(crate) const API_PREFIX: &str = "/api/v2.0";
/// No JSON answer of the service comes near this; a larger one is refused.
const LARGEST_ANSWER: u64 = 16 << 20;
/// A `Date` of the server that is off by more than this explains a refused signature.
const TOLERATED_SKEW_SECONDS: i64 = 60;

/// What every call to the API needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

struct Shared {
    host: String,
    api_key: String,
    api_secret: SecretString,
    request_api: String,
    client_version: Option<String>,
    locale: Option<String>,
    retry_window: Duration,
    /// Seconds by which the server's clock is ahead of ours, once known.
    clock_offset: AtomicI64,
    connections: Connections,
}

impl Api {
    pub(crate) fn new(
        host: Url,
        api_key: &str,
        api_secret: SecretString,
        options: &ClientOptions,
        connections: Connections,
    ) -> Self {
        Self(Arc::new(Shared {
            host: host.as_str().trim_end_matches('/').to_owned(),
            api_key: api_key.to_owned(),
            api_secret,
            request_api: options.request_api.clone(),
            client_version: options.client_version.clone(),
            locale: options.locale.clone(),
            retry_window: options.retry_window,
            clock_offset: AtomicI64::new(0),
            connections,
        }))
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    /// Leases connections for one call of the user.
    pub(crate) fn session(&self, call: &Arc<Call>) -> Session {
        let agents = self.0.connections.lease();
        let interrupt = call.on_stop(Box::new(agents.clone()));
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
        if self.call.release(self.interrupt) {
            self.api.0.connections.give_back(self.agents.clone());
        }
    }
}

/// A call that is about to be signed: the body as sent and the text of it that is signed, which differ in multipart
/// uploads.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// What follows `/api/v2.0`, with its query.
    pub(crate) path: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) signed_text: &'a [u8],
    pub(crate) body: Body<'a>,
}

impl Session {
    pub(crate) fn request_api(&self) -> &str {
        &self.api.0.request_api
    }

    pub(crate) fn retry_window(&self) -> Duration {
        self.api.0.retry_window
    }

    /// Whether the API, or the host of another URL, has ever answered.
    pub(crate) fn has_answered(&self, url: Option<&str>) -> bool {
        self.agents
            .api
            .has_answered(url.unwrap_or(&self.api.0.host))
    }

    /// The transport for storage URLs, which adds no headers of ours.
    pub(crate) fn storage(&self) -> &dyn Transport {
        &self.agents.storage
    }

    /// A JSON call, repeated as it may be: answers the members of a successful envelope.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        repeat: Repeat,
    ) -> Result<Json> {
        let text = body.map(Value::to_string);
        retrying(
            &self.call,
            self.retry_window(),
            repeat,
            || self.has_answered(None),
            || {
                let mut answer = self.exchange_json(method, path, text.as_deref())?;
                accept(read_envelope(&mut answer)?, answer.status)
            },
        )
    }

    /// The same for a raw call: whatever JSON comes is handed back as it is.
    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        repeat: Repeat,
    ) -> Result<String> {
        retrying(
            &self.call,
            self.retry_window(),
            repeat,
            || self.has_answered(None),
            || {
                let mut answer = self.exchange_json(method, path, body)?;
                read_envelope(&mut answer).map(|(text, _)| text)
            },
        )
    }

    fn exchange_json(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> std::result::Result<Response, Failure> {
        self.exchange(Signed {
            method,
            path,
            content_type: body.map(|_| "application/json"),
            signed_text: body.unwrap_or_default().as_bytes(),
            body: body.map_or(Body::Empty, |text| Body::Bytes(text.as_bytes())),
        })
    }

    /// Signs and sends one request. A refused signature is tried once more if the clocks explain it.
    pub(crate) fn exchange(&self, request: Signed<'_>) -> std::result::Result<Response, Failure> {
        let answer = self.exchange_once(request)?;
        match self.corrected_clock(answer)? {
            Some(answer) => Ok(answer),
            None => self.exchange_once(request),
        }
    }

    fn exchange_once(&self, signed: Signed<'_>) -> std::result::Result<Response, Failure> {
        let shared = &self.api.0;
        let path = format!("{API_PREFIX}{}", signed.path);
        let signed_path = path.split('?').next().unwrap_or_default();
        let timestamp = signature::timestamp(self.server_time());
        let signature = signature::sign(
            &shared.api_key,
            &shared.api_secret,
            signed_path,
            &timestamp,
            signed.signed_text,
        );
        let mut headers = vec![
            ("ss-api-key", shared.api_key.as_str()),
            ("ss-request-timestamp", &timestamp),
            ("ss-request-signature", &signature),
            ("ss-request-api", &shared.request_api),
            (
                "ss-sdk-version",
                concat!("libsendsafely/", env!("CARGO_PKG_VERSION")),
            ),
        ];
        headers.extend(
            shared
                .client_version
                .as_deref()
                .map(|version| ("ss-client-version", version)),
        );
        headers.extend(
            shared
                .locale
                .as_deref()
                .map(|locale| ("accept-language", locale)),
        );
        headers.extend(
            signed
                .content_type
                .map(|content_type| ("content-type", content_type)),
        );
        let url = format!("{}{path}", shared.host);
        self.agents.api.exchange(Request {
            method: signed.method,
            url: &url,
            headers: &headers,
            body: signed.body,
        })
    }

    fn server_time(&self) -> SystemTime {
        let offset = self.api.0.clock_offset.load(Ordering::Relaxed);
        let magnitude = Duration::from_secs(offset.unsigned_abs());
        let now = SystemTime::now();
        if offset < 0 {
            now - magnitude
        } else {
            now + magnitude
        }
    }

    /// Looks whether an answer refuses the signature while its `Date` says that our clock is wrong. Corrects the
    /// offset and answers `None` if so, else the answer with its body put back.
    fn corrected_clock(
        &self,
        mut answer: Response,
    ) -> std::result::Result<Option<Response>, Failure> {
        let small_json = answer.content_type.contains("json")
            && answer.content_length.is_some_and(|length| length < 4096);
        let Some(date) = answer.date.filter(|_| small_json) else {
            return Ok(Some(answer));
        };
        let offset = seconds(date) - seconds(SystemTime::now());
        let known = self.api.0.clock_offset.load(Ordering::Relaxed);
        if (offset - known).abs() <= TOLERATED_SKEW_SECONDS {
            return Ok(Some(answer));
        }
        let mut body = Vec::new();
        read_limited(&mut answer, LARGEST_ANSWER, &mut body)?;
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
        answer.body = Box::new(std::io::Cursor::new(body));
        Ok(Some(answer))
    }
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Reads a JSON envelope (`protocol` 2.1): its text and its value.
pub(crate) fn read_envelope(
    answer: &mut Response,
) -> std::result::Result<(String, Value), Failure> {
    if (300..400).contains(&answer.status) {
        let target = answer
            .location
            .as_deref()
            .and_then(|text| Url::parse(text).ok());
        let host = target
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "nowhere".to_owned());
        let told = Error::new(
            ErrorKind::BadAnswer,
            format!("the server redirects to {host}; not followed"),
        );
        return Err(told
            .with_http_status(answer.status)
            .with_remedy("give the portal's own host")
            .into());
    }
    let mut body = Vec::new();
    let read = read_limited(answer, LARGEST_ANSWER, &mut body);
    if let Err(failure) = read {
        return Err(Failure {
            error: failure.error.with_http_status(answer.status),
            ..failure
        });
    }
    let parsed = serde_json::from_slice::<Value>(&body)
        .ok()
        .filter(Value::is_object);
    match (parsed, String::from_utf8(body)) {
        (Some(value), Ok(text)) if value.get("response").is_some() || answer.status < 300 => {
            Ok((text, value))
        }
        (_, text) => Err(http_failure(answer, &text.unwrap_or_default())),
    }
}

/// The failure that an answer without an envelope stands for.
pub(crate) fn http_failure(answer: &Response, text: &str) -> Failure {
    let status = answer.status;
    let excerpt: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    let (class, kind) = match status {
        429 | 503 => (Class::Later(answer.retry_after), ErrorKind::HttpError),
        408 | 500..=599 => (Class::Lost, ErrorKind::HttpError),
        200..=299 => (Class::Garbled, ErrorKind::BadAnswer),
        _ => (Class::Final, ErrorKind::HttpError),
    };
    let told = match excerpt.is_empty() {
        true => format!("HTTP status {status} without an answer"),
        false => format!("HTTP status {status} with an answer that is not the API's: {excerpt}"),
    };
    Failure::new(class, Error::new(kind, told).with_http_status(status))
}

/// Takes a successful envelope apart, or tells the refusal.
pub(crate) fn accept(
    (_, value): (String, Value),
    http_status: u16,
) -> std::result::Result<Json, Failure> {
    let json = Json::new(value);
    match json.text("response").as_deref() {
        // The qualified success of finalize (`protocol` 2.1).
        Some("SUCCESS" | "PACKAGE_NEEDS_APPROVAL") => Ok(json),
        Some(code) => Err(refusal(code, &json).with_http_status(http_status).into()),
        None => {
            let told = Error::new(ErrorKind::BadAnswer, "the answer has no response code");
            Err(Failure::new(
                Class::Garbled,
                told.with_http_status(http_status),
            ))
        }
    }
}

/// The error for a code of `protocol` 2.2. The list is open: an unknown code is a refusal like any other.
fn refusal(code: &str, json: &Json) -> Error {
    let kind = match code {
        "AUTHENTICATION_FAILED" => ErrorKind::AuthenticationFailed,
        "UNKNOWN_PACKAGE" => ErrorKind::UnknownPackage,
        "DENIED" => ErrorKind::Denied,
        "LIMIT_EXCEEDED" => ErrorKind::LimitExceeded,
        "INVALID_EMAIL" => ErrorKind::InvalidEmail,
        "DUPLICATE_EMAIL" => ErrorKind::DuplicateEmail,
        "INVALID_RECIPIENT" => ErrorKind::InvalidRecipient,
        "INVALID_INPUT" => ErrorKind::InvalidInput,
        "PASSWORD_REQUIRED" => ErrorKind::PasswordRequired,
        "APPROVER_REQUIRED" => ErrorKind::ApproverRequired,
        "GUESTS_PROHIBITED" => ErrorKind::GuestsProhibited,
        "OUTDATED_VERSION" => ErrorKind::OutdatedVersion,
        "INVALID_FILE_NAME" => ErrorKind::InvalidFileName,
        "INVALID_FILE_EXTENSION" => ErrorKind::InvalidFileExtension,
        "DUPLICATE_FILE" => ErrorKind::DuplicateFile,
        "TIMEOUT" => ErrorKind::SessionTimeout,
        "UNKNOWN_ENDPOINT" => ErrorKind::UnknownEndpoint,
        _ => ErrorKind::Refused,
    };
    let mut words = json.text("message").unwrap_or_default();
    for error in json.texts("errors") {
        words = if words.is_empty() {
            error
        } else {
            format!("{words}; {error}")
        };
    }
    let told = match words.is_empty() {
        true => format!("the service refused (code {code})"),
        false => format!("the service refused: {words} (code {code})"),
    };
    Error::new(kind, told).with_server(code, Some(&words))
}
