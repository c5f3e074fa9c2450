//! The storage origin: pre-signed URLs that take and give parts, strict as the real one.

use bytes::Bytes;
use hyper::header::{CONTENT_RANGE, HeaderValue, RANGE};
use hyper::http::request::Parts as Head;
use hyper::{Method, StatusCode};

use crate::body::{Dropped, Inbox, Plain};
use crate::dates::now_ms;
use crate::percent::pairs;
use crate::presigned::{Object, access_key, parse_path, signature};
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

/// Headers that the signature of a real URL covers, which was made without them, and those that storage does not take.
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

/// Storage refuses with an HTTP status and a line of text.
type Refusal = (StatusCode, String);

fn refusal(status: StatusCode, reason: impl Into<String>) -> Refusal {
    (status, reason.into())
}

/// What arrived with a PUT.
struct Part {
    length: u64,
    /// None: discarded.
    bytes: Option<Bytes>,
}

impl Part {
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
    body: &mut Inbox,
) -> Result<Plain, Dropped> {
    let settings = server.settings();
    if let Some(reason) = unwanted_header(head).filter(|_| settings.storage_strict) {
        // A body announced by Expect never comes; any other is read, so that the client sees the answer.
        if !head.headers.contains_key("expect") {
            body.collect().await?;
        }
        return Ok(Plain::text(StatusCode::BAD_REQUEST, reason));
    }
    let part = match settings.discard_parts {
        true => Part {
            length: body.discard().await?,
            bytes: None,
        },
        false => Part::whole(body.collect().await?),
    };
    Ok(server
        .parts
        .work(|| access(server, &settings, head, part))
        .unwrap_or_else(|(status, reason)| Plain::text(status, reason)))
}

fn access(
    server: &Server,
    settings: &Settings,
    head: &Head,
    arrived: Part,
) -> Result<Plain, Refusal> {
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
            piece(whole, range.and_then(|range| range.to_str().ok()))
        }
    }
}

/// The package whose parts lie below this storage id.
pub(crate) fn package_of<'a>(state: &'a mut State, storage_id: &str) -> Option<&'a mut Package> {
    state
        .packages
        .values_mut()
        .find(|package| package.storage_id == storage_id)
}

/// The object's file, unless it was deleted since the URL was made.
fn file_of<'a>(
    state: &'a mut State,
    (storage_id, file_id, _): Object,
) -> Result<&'a mut File, Refusal> {
    package_of(state, storage_id)
        .filter(|package| !package.is_gone())
        .and_then(|package| package.file(file_id).ok())
        .ok_or_else(gone)
}

fn gone() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "no such object\n")
}

fn get(server: &Server, object: Object, access_key: &str) -> Result<Plain, Refusal> {
    let (storage_id, file_id, part) = object;
    let last_part = file_of(&mut server.state.lock(), object)?.parts;
    let bytes = server.parts.get(file_id, part).ok_or_else(gone)?;
    // Whoever fetched the last part has fetched the file.
    if part == last_part {
        let mut state = server.state.lock();
        let reader = state.owner_of_access_key(access_key);
        if let Some(package) = package_of(&mut state, storage_id) {
            package.confirm(&reader, Some(file_id));
            server.changed();
        }
    }
    Ok(Plain::part(bytes))
}

impl State {
    /// Empty for a Dropzone's.
    fn owner_of_access_key(&self, key: &str) -> String {
        let mut emails = self.users.keys();
        let found = emails.find(|email| access_key(&self.url_secret, email) == key);
        found.cloned().unwrap_or_default()
    }
}

/// The bytes that `bytes=FIRST-` or `bytes=FIRST-LAST` asks for; the whole without such a range.
fn piece(mut whole: Plain, range: Option<&str>) -> Result<Plain, Refusal> {
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
    object: Object,
    arrived: Part,
) -> Result<Plain, Refusal> {
    let (_, file_id, part) = object;
    let forbidden = |reason| refusal(StatusCode::FORBIDDEN, reason);
    file_of(&mut server.state.lock(), object)?
        .check_part(settings, part)
        .map_err(forbidden)?;
    // Bytes first, without the lock: a part that is booked can be read.
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
    Ok(Plain::empty())
}
