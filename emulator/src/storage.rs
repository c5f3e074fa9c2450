//! The storage origin: pre-signed URLs that take and give parts, strict as the real one.

use bytes::Bytes;
use hyper::header::{CONTENT_RANGE, HeaderValue, RANGE};
use hyper::http::request::Parts as Head;
use hyper::{Method, StatusCode};

use crate::body::{Dropped, Inbox, Plain};
use crate::dates::now_ms;
use crate::percent::{pairs, percent_encode};
use crate::routes::UNKNOWN;
use crate::server::Server;
use crate::settings::Settings;
use crate::signature::{matches, sign};
use crate::state::{File, State};
use crate::transfer::check_part;

#[derive(Clone, Copy)]
pub(crate) enum Access<'a> {
    Put,
    /// Who asked for the URL: storage knows no users, receipts need one.
    Get {
        reader: &'a str,
    },
}

/// `/storage/{package}/{file}/{part}?Access=..&Reader=..&Expires=<ms>&Signature=..`
pub(crate) fn presign(
    storage: &str,
    secret: &str,
    settings: &Settings,
    access: Access,
    package_id: &str,
    file_id: &str,
    part: u32,
) -> String {
    let path = format!("/storage/{package_id}/{file_id}/{part}");
    let expires =
        now_ms().saturating_add(i64::try_from(settings.url_lifetime_ms).unwrap_or(i64::MAX));
    let (access, reader) = match access {
        Access::Put => ("PUT", ""),
        Access::Get { reader } => ("GET", reader),
    };
    let expires = expires.to_string();
    let signature = signature(secret, &path, access, reader, &expires);
    let reader = percent_encode(reader);
    format!(
        "{storage}{path}?Access={access}&Reader={reader}&Expires={expires}&Signature={signature}"
    )
}

fn signature(secret: &str, path: &str, access: &str, reader: &str, expires: &str) -> String {
    sign(
        secret.as_bytes(),
        &[
            path.as_bytes(),
            b"\n",
            access.as_bytes(),
            b"\n",
            reader.as_bytes(),
            b"\n",
            expires.as_bytes(),
        ],
    )
}

/// Package, file and part of a storage path.
pub(crate) fn parse_path(path: &str) -> Option<(&str, &str, u32)> {
    let mut segments = path.strip_prefix("/storage/")?.split('/');
    let found = (
        segments.next()?,
        segments.next()?,
        segments.next()?.parse().ok()?,
    );
    segments.next().is_none().then_some(found)
}

pub(crate) fn endpoint(method: &Method) -> &'static str {
    match *method {
        Method::PUT => "part_put",
        Method::GET => "part_get",
        _ => UNKNOWN,
    }
}

/// Headers that the signature of a real URL would not cover.
fn unwanted_header(head: &Head) -> Option<String> {
    let refused = |name: &str| {
        name.starts_with("ss-")
            || matches!(name, "authorization" | "expect" | "transfer-encoding")
            || name == "content-type" && head.method == Method::PUT
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
    let (package_id, file_id, part) =
        parse_path(path).ok_or_else(|| refusal(StatusCode::NOT_FOUND, "no such object\n"))?;
    let query = pairs(head.uri.query().unwrap_or_default());
    let value = |name: &str| query.get(name).map_or("", String::as_str);
    if head.method != Method::PUT && head.method != Method::GET
        || value("Access") != head.method.as_str()
    {
        return Err(refusal(
            StatusCode::FORBIDDEN,
            "the URL is not for this method\n",
        ));
    }
    let (reader, expires) = (value("Reader"), value("Expires"));
    let url_secret = server.state.lock().url_secret.clone();
    if !matches(
        &signature(&url_secret, path, head.method.as_str(), reader, expires),
        value("Signature"),
    ) {
        return Err(refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch\n"));
    }
    if expires.parse::<i64>().unwrap_or(0) < now_ms() {
        return Err(refusal(
            StatusCode::FORBIDDEN,
            "AccessDenied: the URL has expired\n",
        ));
    }
    match head.method == Method::PUT {
        true => put(server, settings, (package_id, file_id, part), arrived),
        false => {
            let whole = get(server, (package_id, file_id, part), reader)?;
            let range = head.headers.get(RANGE).filter(|_| settings.storage_ranges);
            piece(whole, range.and_then(|range| range.to_str().ok()))
        }
    }
}

/// Package, file, part.
type Object<'a> = (&'a str, &'a str, u32);

/// The object's file, unless it was deleted since the URL was made.
fn file_of<'a>(
    state: &'a mut State,
    (package_id, file_id, _): Object,
) -> Result<&'a mut File, Refusal> {
    let package = state
        .packages
        .get_mut(package_id)
        .filter(|package| !package.is_gone());
    package
        .and_then(|package| package.file(file_id).ok())
        .ok_or_else(gone)
}

fn gone() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "no such object\n")
}

fn get(server: &Server, object: Object, reader: &str) -> Result<Plain, Refusal> {
    let (package_id, file_id, part) = object;
    let last_part = file_of(&mut server.state.lock(), object)?.parts;
    let bytes = server.parts.get(file_id, part).ok_or_else(gone)?;
    // Whoever fetched the last part has fetched the file.
    if part == last_part
        && let Some(package) = server.state.lock().packages.get_mut(package_id)
    {
        package.confirm(reader, Some(file_id));
        server.changed();
    }
    Ok(Plain::part(bytes))
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
    check_part(file_of(&mut server.state.lock(), object)?, settings, part).map_err(forbidden)?;
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
