//! One request from its head to its response: route, body, fault, log.

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
use crate::body::{Dropped, JSON, RequestBody, ResponseBody, WholeResponse, paced, whole};
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

/// Longest JSON body in the log.
const MAX_RECORDED_BODY: usize = 64 * 1024;
/// The part number in a JSON body, for the log and for fault rules.
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

/// Responds to a request of the API or storage; an error closes the connection.
pub(crate) async fn handle(
    server: Arc<Server>,
    listener: Listener,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Dropped> {
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(body);
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
    // Rules may depend on the part number, so it is read before the body, to which the rule may apply.
    let mut text = None;
    let object = parse_path(path);
    let mut part = object.map(|object| object.part);
    if endpoint == PART_POST {
        text = body
            .peek(|bytes| multipart::request_data(content_type(&head), bytes))
            .await?;
    } else if listener == Listener::Api {
        body.read_to_end().await?;
        let is_recorded = !body.received.is_empty() && body.received.len() <= MAX_RECORDED_BODY;
        text = std::str::from_utf8(&body.received)
            .ok()
            .filter(|_| is_recorded)
            .map(str::to_owned);
    }
    part = part.or_else(|| text.as_deref().and_then(part_in));
    // Rules may name the package, which a storage path does not: it is looked up.
    let package = object.and_then(|object| {
        let mut state = server.state.lock();
        storage::package_of(&mut state, object.storage_id).map(|package| package.id.clone())
    });
    let place = [path, package.as_deref().unwrap_or_default()].join(" ");
    let rule = server.faults.lock().rule_for(endpoint, &place, part);
    server.requests.lock().update(n, |record| {
        record.part = part;
        record.body = text;
        record.fault = rule.as_ref().map(|rule| rule.id);
    });
    let response = respond(&server, &head, target, &mut body, rule.as_ref()).await;
    server.requests.lock().update(n, |record| {
        record.body_size = body.total;
        record.status = response
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16());
    });
    response.map(|mut response| {
        allow_origin(&head, response.headers_mut());
        let offset_ms = server.settings().clock_offset_ms;
        if offset_ms != 0 {
            response.headers_mut().insert(DATE, shifted_date(offset_ms));
        }
        response
    })
}

/// The Node client uses jsdom's XMLHttpRequest, which sends CORS preflight requests like a browser.
const PREFLIGHT: &str = "preflight";

/// Allows scripts of any origin (CORS).
fn allow_origin(head: &Head, headers: &mut HeaderMap) {
    if let Some(origin) = head.headers.get(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

fn preflight(head: &Head) -> WholeResponse {
    let mut plain = WholeResponse::empty();
    let methods = HeaderValue::from_static("GET, PUT, POST, PATCH, DELETE");
    plain.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(asked) = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        plain
            .headers
            .insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    plain
}

/// hyper sends the true date if there is no Date header.
fn shifted_date(offset_ms: i64) -> HeaderValue {
    let milliseconds = u64::try_from(now_ms().saturating_add(offset_ms)).unwrap_or(0);
    let time = UNIX_EPOCH + Duration::from_millis(milliseconds);
    HeaderValue::from_str(&httpdate::fmt_http_date(time))
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

async fn respond(
    server: &Server,
    head: &Head,
    target: Option<Target>,
    body: &mut RequestBody,
    rule: Option<&Rule>,
) -> Result<Response<ResponseBody>, Dropped> {
    let Some(rule) = rule else {
        return act(server, head, target, body).await.map(whole);
    };
    let action = &rule.action;
    body.apply(action).await?;
    let silence = action.silence_ms().map(Duration::from_millis);
    let mut plain = substitute(action);
    if rule.when == When::Before {
        if action.close {
            return Err(Dropped);
        }
        if !action.early {
            body.read_to_end().await?;
        }
        if let Some(silence) = silence {
            sleep(silence).await;
        }
        if plain.is_none() {
            plain = Some(act(server, head, target, body).await?);
        }
    } else {
        let true_response = act(server, head, target, body).await?;
        plain = plain.or(Some(true_response));
        if let Some(silence) = silence {
            sleep(silence).await;
        }
        if action.close {
            return Err(Dropped);
        }
    }
    Ok(alter(plain.unwrap_or_else(WholeResponse::empty), action))
}

/// Responds as if there were no fault.
async fn act(
    server: &Server,
    head: &Head,
    target: Option<Target>,
    body: &mut RequestBody,
) -> Result<WholeResponse, Dropped> {
    match target {
        _ if head.method == Method::OPTIONS => Ok(preflight(head)),
        Some(target) => {
            let body = body.collect().await?;
            Ok(server
                .parts
                .work(|| api::handle(server, head, target, &body)))
        }
        None => storage::handle(server, head, body).await,
    }
}

/// The response that a fault sends in place of the true one.
fn substitute(action: &Action) -> Option<WholeResponse> {
    let mut plain = if let Some(target) = &action.redirect {
        let mut plain = WholeResponse::text(StatusCode::FOUND, String::new());
        plain
            .headers
            .insert(LOCATION, HeaderValue::from_str(target).ok()?);
        plain
    } else if let Some(envelope) = &action.envelope {
        WholeResponse::envelope(envelope)
    } else if action.internal_error {
        WholeResponse::envelope(&internal_error())
    } else if action.garbage {
        WholeResponse::text(StatusCode::OK, "<html><body>It works!</body></html>".into())
    } else if let Some(size) = action.huge_bytes {
        let (head, tail) = ("{\"response\":\"SUCCESS\",\"message\":\"", "\"}");
        let filler = "x".repeat(size.saturating_sub(head.len() + tail.len()));
        WholeResponse::new(StatusCode::OK, JSON, format!("{head}{filler}{tail}"))
    } else if action.status.is_some() || action.body.is_some() {
        WholeResponse::text(StatusCode::OK, String::new())
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

/// Applies what a fault changes in a response.
fn alter(mut plain: WholeResponse, action: &Action) -> Response<ResponseBody> {
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
