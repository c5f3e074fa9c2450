//! The API origin: authenticates the caller, parses the body, calls the handler, and puts its response into the
//! envelope.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts as Head;
use serde_json::Value;

use crate::body::WholeResponse;
use crate::call::{Call, Input};
use crate::dates::{now_ms, parse_request_timestamp};
use crate::envelope::{Refusal, Reply, Response, refuse};
use crate::lenient;
use crate::multipart;
use crate::percent::pairs;
use crate::routes::{PART_POST, Prefix, Target};
use crate::server::Server;
use crate::settings::Settings;
use crate::signature::{matches, sign};
use crate::state::State;
use crate::state::access::Caller;

fn header<'a>(head: &'a Head, name: &str) -> &'a str {
    head.headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
}

pub(crate) fn handle(server: &Server, head: &Head, target: Target, body: &Bytes) -> WholeResponse {
    match respond(server, head, target, body) {
        Ok(Reply::Json(json)) => WholeResponse::envelope(&json),
        Ok(Reply::Part(bytes)) => WholeResponse::part(bytes),
        Ok(Reply::Page(text)) => WholeResponse::text(StatusCode::OK, text),
        Err(refusal) => WholeResponse::envelope(&refusal.into_json(&server.settings())),
    }
}

fn respond(server: &Server, head: &Head, target: Target, body: &Bytes) -> Response {
    let settings = server.settings();
    let route = target.route.ok_or_else(|| {
        refuse(
            "UNKNOWN_ENDPOINT",
            format!("unknown endpoint {} {}", head.method, head.uri.path()),
        )
    })?;
    let content_type = header(head, CONTENT_TYPE.as_str());
    let upload =
        match route.endpoint == PART_POST {
            true => Some(multipart::parse(content_type, body).ok_or_else(|| {
                refuse("FAIL", "the body is not the expected multipart/form-data")
            })?),
            false => None,
        };
    let text = match &upload {
        Some(upload) => upload.request_data.as_bytes(),
        None => body,
    };
    let mut state = server.state.lock();
    let caller = match target.prefix {
        Prefix::Api => signed_caller(&state, &settings, head, text)?,
        Prefix::Dropzone if header(head, "ss-api-key") == state.dropzone_id => Caller::Dropzone,
        Prefix::Dropzone => return Err(authentication_failed("unknown Dropzone id")),
        Prefix::None => Caller::Anonymous,
    };
    let is_form = content_type.starts_with("application/x-www-form-urlencoded");
    let text = std::str::from_utf8(text).map_err(|_| refuse("FAIL", "the body is not UTF-8"))?;
    let json = match is_form {
        true => pairs(text)
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)))
            .collect(),
        false => lenient::parse(text).ok_or_else(|| refuse("FAIL", "the body is not JSON"))?,
    };
    let input = Input {
        params: target.params,
        query: pairs(head.uri.query().unwrap_or_default()),
        body: json,
        part: upload.map_or_else(Bytes::new, |upload| upload.part),
    };
    let mut call = Call {
        state: &mut state,
        settings: &settings,
        parts: &server.parts,
        origins: &server.origins,
        caller,
        input,
    };
    let response = (route.handler)(&mut call);
    server.changed();
    response
}

fn authentication_failed(message: &str) -> Refusal {
    refuse("AUTHENTICATION_FAILED", message)
}

/// The owner of the API key; fails unless the signature over key, path without query, timestamp and raw body is right.
fn signed_caller(
    state: &State,
    settings: &Settings,
    head: &Head,
    body: &[u8],
) -> Result<Caller, Refusal> {
    let (key, timestamp) = (
        header(head, "ss-api-key"),
        header(head, "ss-request-timestamp"),
    );
    let owner = state
        .api_keys
        .get(key)
        .ok_or_else(|| authentication_failed("Invalid API Key"))?;
    let time = parse_request_timestamp(timestamp)
        .ok_or_else(|| authentication_failed("malformed timestamp"))?;
    let behind = now_ms() + settings.clock_offset_ms - time;
    let allowed = i64::try_from(settings.clock_skew_ms).unwrap_or(i64::MAX);
    if allowed > 0 && behind > allowed {
        return Err(authentication_failed(
            "the timestamp is too far behind the server's clock",
        ));
    }
    let signature = sign(
        owner.secret.as_bytes(),
        &[
            key.as_bytes(),
            head.uri.path().as_bytes(),
            timestamp.as_bytes(),
            body,
        ],
    );
    match matches(&signature, header(head, "ss-request-signature")) {
        true => Ok(Caller::User(owner.email.clone())),
        false => Err(authentication_failed("the signature is wrong")),
    }
}
