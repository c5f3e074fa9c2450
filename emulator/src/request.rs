//! One request from its head to its answer: route, body, fault, record.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue,
    LOCATION, ORIGIN,
};
use hyper::http::request::Parts as Head;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

use crate::api;
use crate::body::{Dropped, Inbox, JSON, Outbox, Plain, paced, whole};
use crate::call::number;
use crate::dates::now_ms;
use crate::envelope::{gson, internal_error};
use crate::faults::{Action, Rule, When};
use crate::lenient;
use crate::multipart;
use crate::presigned::parse_path;
use crate::request_log::{Record, header_texts};
use crate::routes;
use crate::routes::{PART_POST, Target};
use crate::server::{Listener, Server};
use crate::storage;

/// Longest JSON body in a record.
const MAX_RECORDED_BODY: usize = 64 * 1024;
/// Part in a JSON body, for records and rules.
fn part_in(text: &str) -> Option<u32> {
    let value = lenient::parse(text)?;
    let number = ["part", "filePart", "startSegment"]
        .iter()
        .find_map(|name| number(value.get(*name)?))?;
    u32::try_from(number).ok()
}

fn content_type(head: &Head) -> &str {
    head.headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
}

/// API and storage requests; an error drops the connection.
pub(crate) async fn handle(
    server: Arc<Server>,
    listener: Listener,
    request: Request<Incoming>,
) -> Result<Response<Outbox>, Dropped> {
    let (head, body) = request.into_parts();
    let mut inbox = Inbox::new(body);
    let path = head.uri.path();
    let target = (listener == Listener::Api).then(|| routes::find(&head.method, path));
    let endpoint = match &target {
        _ if head.method == Method::OPTIONS => PREFLIGHT,
        Some(target) => target.endpoint(),
        None => storage::endpoint(&head.method),
    };
    let n = server.requests.lock().begin(Record {
        listener: listener.name(),
        endpoint,
        method: head.method.to_string(),
        path: path.to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: header_texts(&head.headers),
        t_ms: u64::try_from(server.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..Record::default()
    });
    // Which part it is decides whether a rule strikes, so look for it before the bytes that the rule may want to spoil.
    let mut text = None;
    let object = parse_path(path);
    let mut part = object.map(|(_, _, part)| part);
    if endpoint == PART_POST {
        text = inbox
            .peek(|bytes| multipart::request_data(content_type(&head), bytes))
            .await?;
    } else if listener == Listener::Api {
        inbox.read_to_end().await?;
        let is_recorded = !inbox.received.is_empty() && inbox.received.len() <= MAX_RECORDED_BODY;
        text = std::str::from_utf8(&inbox.received)
            .ok()
            .filter(|_| is_recorded)
            .map(str::to_owned);
    }
    part = part.or_else(|| text.as_deref().and_then(part_in));
    // A storage path does not name the package, and rules do.
    let package = object.and_then(|(storage_id, ..)| {
        let mut state = server.state.lock();
        storage::package_of(&mut state, storage_id).map(|package| package.id.clone())
    });
    let place = [path, package.as_deref().unwrap_or_default()].join(" ");
    let rule = server.faults.lock().strike(endpoint, &place, part);
    server.requests.lock().update(n, |record| {
        record.part = part;
        record.body = text;
        record.fault = rule.as_ref().map(|rule| rule.id);
    });
    let answer = answer(&server, &head, target, &mut inbox, rule.as_ref()).await;
    server.requests.lock().update(n, |record| {
        record.body_size = inbox.total;
        record.status = answer
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16());
    });
    answer.map(|mut response| {
        allow_origin(&head, response.headers_mut());
        let offset_ms = server.settings().clock_offset_ms;
        if offset_ms != 0 {
            response.headers_mut().insert(DATE, shifted_date(offset_ms));
        }
        response
    })
}

/// The Node client sends everything through jsdom's XMLHttpRequest, which asks for permission like a browser.
const PREFLIGHT: &str = "preflight";

/// Permission for scripts of any origin.
fn allow_origin(head: &Head, headers: &mut HeaderMap) {
    if let Some(origin) = head.headers.get(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

fn preflight(head: &Head) -> Plain {
    let mut plain = Plain::empty();
    let methods = HeaderValue::from_static("GET, PUT, POST, PATCH, DELETE");
    plain.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(asked) = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        plain
            .headers
            .insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    plain
}

/// hyper writes the true date where there is none yet.
fn shifted_date(offset_ms: i64) -> HeaderValue {
    let milliseconds = u64::try_from(now_ms().saturating_add(offset_ms)).unwrap_or(0);
    let time = UNIX_EPOCH + Duration::from_millis(milliseconds);
    HeaderValue::from_str(&httpdate::fmt_http_date(time))
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

async fn answer(
    server: &Server,
    head: &Head,
    target: Option<Target>,
    inbox: &mut Inbox,
    rule: Option<&Rule>,
) -> Result<Response<Outbox>, Dropped> {
    let Some(rule) = rule else {
        return act(server, head, target, inbox).await.map(whole);
    };
    let action = &rule.action;
    inbox.slow_down(action).await?;
    let silence = action.silence_ms().map(Duration::from_millis);
    let mut plain = substitute(action);
    if rule.when == When::Before {
        if action.close {
            return Err(Dropped);
        }
        if !action.early {
            inbox.read_to_end().await?;
        }
        if let Some(silence) = silence {
            sleep(silence).await;
        }
        if plain.is_none() {
            plain = Some(act(server, head, target, inbox).await?);
        }
    } else {
        let true_answer = act(server, head, target, inbox).await?;
        plain = plain.or(Some(true_answer));
        if let Some(silence) = silence {
            sleep(silence).await;
        }
        if action.close {
            return Err(Dropped);
        }
    }
    Ok(spoil(plain.unwrap_or_else(Plain::empty), action))
}

/// What the server does when nothing goes wrong.
async fn act(
    server: &Server,
    head: &Head,
    target: Option<Target>,
    inbox: &mut Inbox,
) -> Result<Plain, Dropped> {
    match target {
        _ if head.method == Method::OPTIONS => Ok(preflight(head)),
        Some(target) => {
            let body = inbox.collect().await?;
            Ok(server
                .parts
                .work(|| api::handle(server, head, target, &body)))
        }
        None => storage::handle(server, head, inbox).await,
    }
}

/// The answer that a fault puts in place of the true one.
fn substitute(action: &Action) -> Option<Plain> {
    let mut plain = if let Some(target) = &action.redirect {
        let mut plain = Plain::text(StatusCode::FOUND, String::new());
        plain
            .headers
            .insert(LOCATION, HeaderValue::from_str(target).ok()?);
        plain
    } else if let Some(envelope) = &action.envelope {
        Plain::envelope(envelope)
    } else if action.internal_error {
        Plain::envelope(&internal_error())
    } else if action.garbage {
        Plain::text(StatusCode::OK, "<html><body>It works!</body></html>".into())
    } else if let Some(size) = action.huge_bytes {
        let (head, tail) = ("{\"response\":\"SUCCESS\",\"message\":\"", "\"}");
        let filler = "x".repeat(size.saturating_sub(head.len() + tail.len()));
        Plain::new(StatusCode::OK, JSON, format!("{head}{filler}{tail}"))
    } else if action.status.is_some() || action.body.is_some() {
        Plain::text(StatusCode::OK, String::new())
    } else {
        return None;
    };
    if let Some(status) = action
        .status
        .and_then(|status| StatusCode::from_u16(status).ok())
    {
        plain.status = status;
    }
    if let Some(body) = &action.body {
        plain.body = Bytes::from(body.clone());
    }
    if let Some(content_type) = action
        .content_type
        .as_ref()
        .and_then(|text| HeaderValue::from_str(text).ok())
    {
        plain.headers.insert(CONTENT_TYPE, content_type);
    }
    Some(plain)
}

/// The true answer as the fault spoils it.
fn spoil(mut plain: Plain, action: &Action) -> Response<Outbox> {
    for (name, value) in &action.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            plain.headers.insert(name, value);
        }
    }
    if let Some(members) = &action.replace_json
        && let Ok(Value::Object(mut object)) = serde_json::from_slice(&plain.body)
    {
        object.extend(members.clone());
        plain.body = gson(&Value::Object(object)).into();
    }
    if let Some(offset) = action.flip_response_byte {
        let mut body = plain.body.to_vec();
        let distance = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        let index = if offset < 0 {
            body.len().checked_sub(distance)
        } else {
            Some(distance)
        };
        if let Some(byte) = index.and_then(|index| body.get_mut(index)) {
            *byte ^= 1;
        }
        plain.body = body.into();
    }
    if let Some(length) = action.short_response_bytes {
        plain.body.truncate(length);
    }
    let needs_pacing = action.close_after_response_bytes.is_some()
        || action.hang_after_response_bytes.is_some()
        || action.bytes_per_second.is_some();
    if !needs_pacing {
        return whole(plain);
    }
    plain
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(plain.body.len()));
    let body = std::mem::take(&mut plain.body);
    let mut response = whole(plain);
    *response.body_mut() = paced(body, action);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_part_in_json() {
        assert_eq!(part_in("{\"filePart\":\"3\"}"), Some(3));
        assert_eq!(part_in("{\"part\":2}"), Some(2));
        assert_eq!(part_in("{\"checksum\":\"\",\"startSegment\":26}"), Some(26));
        assert_eq!(part_in("[1]"), None);
    }
}
