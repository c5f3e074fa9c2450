//! The storage origin: stores and returns parts by pre-signed URLs, as strict as S3.

use bytes::Bytes;
use hyper::header::{CONTENT_RANGE, HeaderValue, RANGE};
use hyper::http::request::Parts as Head;
use hyper::{Method, StatusCode};

use crate::body::{Dropped, RequestBody, WholeResponse};
use crate::dates::now_ms;
use crate::percent::pairs;
use crate::presigned::{ObjectKey, access_key, parse_path, signature};
use crate::routes::UNKNOWN;
use crate::server::Server;
use crate::settings::Settings;
use crate::state::State;
use crate::state::file::File;
use crate::state::package::Package;

pub(crate) fn endpoint(method: &Method) -> &'static str {
    match *method {
        Method::PUT => "part_put",
        Method::GET => "part_get",
        _ => UNKNOWN,
    }
}

/// Finds a header that makes a request fail: one that S3's signature covers (a pre-signed URL is made without them), or
/// one that storage does not accept.
fn unwanted_header(head: &Head) -> Option<String> {
    let refused = |name: &str| {
        name.starts_with("ss-")
            || name.starts_with("x-amz-")
            || matches!(name, "authorization" | "expect" | "transfer-encoding")
            || matches!(name, "content-type" | "content-md5")
    };
    head.headers
        .keys()
        .map(|name| name.as_str())
        .find(|name| refused(name))
        .map(|name| format!("header {name} is not allowed here\n"))
}

/// Storage fails with an HTTP status and a line of text, without the envelope of the API.
type HttpRefusal = (StatusCode, String);

fn refusal(status: StatusCode, reason: impl Into<String>) -> HttpRefusal {
    (status, reason.into())
}

/// The body of a PUT.
struct ReceivedPart {
    length: u64,
    /// None if the bytes are not kept (`discard_parts`).
    bytes: Option<Bytes>,
}

impl ReceivedPart {
    fn whole(bytes: Bytes) -> Self {
        Self {
            length: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            bytes: Some(bytes),
        }
    }
}

pub(crate) async fn handle(
    server: &Server,
    head: &Head,
    body: &mut RequestBody,
) -> Result<WholeResponse, Dropped> {
    let settings = server.settings();
    if let Some(reason) = unwanted_header(head).filter(|_| settings.storage_strict) {
        // With `Expect`, the client waits for a response before it sends the body. Any other body is read to its end,
        // otherwise the client sees a broken connection instead of the response.
        if !head.headers.contains_key("expect") {
            body.collect().await?;
        }
        return Ok(WholeResponse::text(StatusCode::BAD_REQUEST, reason));
    }
    let part = match settings.discard_parts {
        true => ReceivedPart {
            length: body.discard().await?,
            bytes: None,
        },
        false => ReceivedPart::whole(body.collect().await?),
    };
    Ok(server
        .parts
        .work(|| access(server, &settings, head, part))
        .unwrap_or_else(|(status, reason)| WholeResponse::text(status, reason)))
}

fn access(
    server: &Server,
    settings: &Settings,
    head: &Head,
    arrived: ReceivedPart,
) -> Result<WholeResponse, HttpRefusal> {
    let path = head.uri.path();
    let object = parse_path(path).ok_or_else(gone)?;
    let query = pairs(head.uri.query().unwrap_or_default());
    let value = |name: &str| query.get(name).map_or("", String::as_str);
    if head.method != Method::PUT && head.method != Method::GET {
        return Err(refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed\n",
        ));
    }
    let (access_key, expires) = (value("AWSAccessKeyId"), value("Expires"));
    let url_secret = server.state.lock().url_secret.clone();
    if signature(&url_secret, &head.method, path, access_key, expires) != value("Signature") {
        return Err(refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch\n"));
    }
    if expires.parse::<i64>().unwrap_or(0) <= now_ms() / 1000 {
        return Err(refusal(
            StatusCode::FORBIDDEN,
            "AccessDenied: the URL has expired\n",
        ));
    }
    match head.method == Method::PUT {
        true => put(server, settings, object, arrived),
        false => {
            let whole = get(server, object, access_key)?;
            let range = head.headers.get(RANGE).filter(|_| settings.storage_ranges);
            ranged(whole, range.and_then(|range| range.to_str().ok()))
        }
    }
}

/// The package of a storage id.
pub(crate) fn package_of<'a>(state: &'a mut State, storage_id: &str) -> Option<&'a mut Package> {
    state
        .packages
        .values_mut()
        .find(|package| package.storage_id == storage_id)
}

/// The file of an object; fails if the file was deleted after the URL was made.
fn file_of<'a>(state: &'a mut State, object: ObjectKey) -> Result<&'a mut File, HttpRefusal> {
    package_of(state, object.storage_id)
        .filter(|package| !package.is_gone())
        .and_then(|package| package.file(object.file_id).ok())
        .ok_or_else(gone)
}

fn gone() -> HttpRefusal {
    refusal(StatusCode::NOT_FOUND, "no such object\n")
}

fn get(server: &Server, object: ObjectKey, access_key: &str) -> Result<WholeResponse, HttpRefusal> {
    let ObjectKey {
        storage_id,
        file_id,
        part,
    } = object;
    let last_part = file_of(&mut server.state.lock(), object)?.parts;
    let bytes = server.parts.get(file_id, part).ok_or_else(gone)?;
    // The user who downloads the last part has downloaded the file.
    if part == last_part {
        let mut state = server.state.lock();
        let reader = state.owner_of_access_key(access_key);
        if let Some(package) = package_of(&mut state, storage_id) {
            package.confirm(&reader, Some(file_id));
            server.changed();
        }
    }
    Ok(WholeResponse::part(bytes))
}

impl State {
    /// The e-mail of the user; empty for a Dropzone.
    fn owner_of_access_key(&self, key: &str) -> String {
        let mut emails = self.users.keys();
        let found = emails.find(|email| access_key(&self.url_secret, email) == key);
        found.cloned().unwrap_or_default()
    }
}

/// The range `bytes=FIRST-` or `bytes=FIRST-LAST` of a part; all of it for any other range.
fn ranged(mut whole: WholeResponse, range: Option<&str>) -> Result<WholeResponse, HttpRefusal> {
    let size = whole.body.len();
    let asked = range
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(first, last)| {
            let first: usize = first.parse().ok()?;
            let last: usize = if last.is_empty() {
                size
            } else {
                last.parse().ok()?
            };
            Some((first, last.min(size.saturating_sub(1))))
        });
    let Some((first, last)) = asked else {
        return Ok(whole);
    };
    if first > last || first >= size {
        return Err(refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange\n"));
    }
    let range = format!("bytes {first}-{last}/{size}");
    whole.status = StatusCode::PARTIAL_CONTENT;
    whole.body = whole.body.slice(first..=last);
    if let Ok(range) = HeaderValue::from_str(&range) {
        whole.headers.insert(CONTENT_RANGE, range);
    }
    Ok(whole)
}

fn put(
    server: &Server,
    settings: &Settings,
    object: ObjectKey,
    arrived: ReceivedPart,
) -> Result<WholeResponse, HttpRefusal> {
    let ObjectKey { file_id, part, .. } = object;
    let forbidden = |reason| refusal(StatusCode::FORBIDDEN, reason);
    file_of(&mut server.state.lock(), object)?
        .check_part(settings, part)
        .map_err(forbidden)?;
    // The bytes are stored first, without the lock, so that a part in `stored` can always be read.
    if let Some(bytes) = arrived.bytes {
        let stored = server.parts.put(file_id, part, bytes);
        stored.map_err(|error| refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    }
    let mut state = server.state.lock();
    let Ok(file) = file_of(&mut state, object) else {
        server.parts.remove(file_id);
        return Err(gone());
    };
    file.stored.insert(part, arrived.length);
    server.changed();
    Ok(WholeResponse::empty())
}
