//! The envelope that the service's responses come in: reading it, and what its codes mean (`protocol` section 2).

use std::cell::Cell;
use std::io::Read as _;

use url::Url;

use super::transport::{CHECK_HOST, Class, Failure, Response, body_failure, read_limited};
use super::tree::Tree;
use crate::error::{Error, ErrorKind};
use crate::json::{Json, Unread};
use crate::sieve::Sieve;

/// A login that needs its second factor (`protocol` 2.2). The message beside it is a secret, so it must not become an
/// error's.
pub(super) const SECOND_FACTOR: &str = "TWO_FA_REQUIRED";
const NOT_THE_API: &str = "a response that is not the API's";
/// No usual response of the service comes near this size; a larger one is refused.
pub(super) const LARGEST_RESPONSE: u64 = 16 << 20;
/// The same for the part of a listing that is kept: it has room for the package information of [`MOST_FILES`] files.
const LARGEST_LISTING: usize = 128 << 20;
/// The most files that a listed package or directory may have.
pub(crate) const MOST_FILES: usize = 100_000;
/// Characters of an error id that are quoted.
const LONGEST_ERROR_ID: usize = 100;

/// Reads the text of a response, or the part of it that is kept.
pub(super) type Reader<'a> = &'a dyn Fn(&mut Response) -> std::result::Result<Vec<u8>, Failure>;

/// Reads a JSON envelope (`protocol` 2.1).
pub(super) fn read_envelope(response: &mut Response) -> std::result::Result<Json, Failure> {
    parse_envelope(response, &read_usual).map(|(_, json)| json)
}

/// Reads a JSON envelope: its text and its value.
pub(super) fn parse_envelope(
    response: &mut Response,
    read: Reader<'_>,
) -> std::result::Result<(Vec<u8>, Json), Failure> {
    if (300..400).contains(&response.status) {
        let target = response
            .location
            .as_deref()
            .and_then(|text| Url::parse(text).ok());
        let host = target
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "nowhere".to_owned());
        let error = Error::new(
            ErrorKind::BadAnswer,
            format!("the server redirects to {host}; not followed"),
        );
        return Err(error
            .with_http_status(response.status)
            .with_remedy("give the portal's own host")
            .into());
    }
    let body = read(response).map_err(|failure| Failure {
        error: failure.error.with_http_status(response.status),
        ..failure
    })?;
    let (length, beginning) = (body.len(), body[..body.len().min(512)].to_vec());
    match Json::read(body) {
        Ok((body, json)) if json.is_object() && (json.has("response") || response.status < 300) => {
            Ok((body, json))
        }
        Ok((_, json)) => {
            let id = error_id(&json).filter(|_| response.status >= 300);
            let id = id.map(|id| format!(" (error id {id})")).unwrap_or_default();
            Err(http_failure(response, &format!("{NOT_THE_API}{id}")))
        }
        // JSON, but more of it than is kept.
        Err(Unread::NoMemory) => Err(Error::out_of_memory(length).into()),
        Err(Unread::TooMuch(error)) => {
            let message = format!("the response cannot be read: {error}");
            let error = Error::new(ErrorKind::BadAnswer, message).with_http_status(response.status);
            Err(Failure::new(Class::Garbled, error))
        }
        Err(Unread::Malformed(error)) => {
            let text = String::from_utf8_lossy(&beginning);
            Err(http_failure(response, &not_json(response, &text, &error)))
        }
    }
}

pub(super) fn read_usual(response: &mut Response) -> std::result::Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    read_limited(response, LARGEST_RESPONSE, &mut body)?;
    Ok(body)
}

/// Reads a listing of any length; only the part that is kept is limited.
pub(super) fn read_listing(response: &mut Response) -> std::result::Result<Vec<u8>, Failure> {
    read_sieved(response, Sieve::without_confirmations())
}

/// The same with the actions of the recipients on each file, most of the text if there are many of both.
pub(super) fn read_whole_listing(response: &mut Response) -> std::result::Result<Vec<u8>, Failure> {
    read_sieved(response, Sieve::default())
}

/// Reads package information for the tree in it, which is none if the response is not as it should be, or does not have
/// all of it.
pub(super) fn read_tree(
    response: &mut Response,
    found: &Cell<Option<Tree>>,
) -> std::result::Result<Vec<u8>, Failure> {
    let body = (&mut response.body).take(LARGEST_LISTING as u64);
    match Tree::read(body) {
        Ok((tree, envelope)) => {
            found.set(Some(tree).filter(Tree::is_whole));
            Ok(envelope)
        }
        Err(error) if error.is_io() => Err(body_failure(error.into())),
        Err(_) => Ok(br#"{"response":"SUCCESS"}"#.to_vec()),
    }
}

fn read_sieved(response: &mut Response, mut sieve: Sieve) -> std::result::Result<Vec<u8>, Failure> {
    let garbled =
        |message: String| Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, message));
    let mut piece = vec![0; 32 << 10];
    let mut length = 0_u64;
    loop {
        let read = match response.body.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(body_failure(error)),
        };
        length += read as u64;
        sieve
            .feed(&piece[..read])
            .map_err(|_| Failure::from(Error::out_of_memory(sieve.len() + read)))?;
        if sieve.len() > LARGEST_LISTING {
            let message =
                format!("the listing is larger than the {LARGEST_LISTING} bytes that are accepted");
            return Err(garbled(message));
        }
    }
    if response
        .content_length
        .is_some_and(|declared| declared != length)
    {
        return Err(Failure::new(
            Class::Lost,
            Error::new(ErrorKind::BadAnswer, "the response was cut short"),
        ));
    }
    Ok(sieve.into_text())
}

/// What came, if it is not JSON. What may be a record that was damaged on the way may hold a secret, so it is not
/// quoted.
fn not_json(response: &Response, text: &str, error: &serde_json::Error) -> String {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match (response.status, response.content_type.as_str()) {
        _ if text.is_empty() => "an empty response".into(),
        _ if text.starts_with(['{', '[']) => format!("JSON that is damaged: {error}"),
        (200..=299, "") => NOT_THE_API.into(),
        (200..=299, of_type) => format!("{NOT_THE_API}, of type {of_type}"),
        _ => {
            let excerpt = text.chars().filter(|c| !c.is_control()).take(80);
            format!("{NOT_THE_API}: {}", excerpt.collect::<String>())
        }
    }
}

/// The failure if a response with this content has no envelope.
pub(super) fn http_failure(response: &Response, content: &str) -> Failure {
    let status = response.status;
    let (class, kind) = match status {
        408 | 425 | 429 | 500..=599 => (Class::Lost, ErrorKind::HttpError),
        200..=299 => (Class::Garbled, ErrorKind::BadAnswer),
        _ => (Class::Final, ErrorKind::HttpError),
    };
    let error = Error::new(kind, format!("HTTP status {status} with {content}"));
    let error = match status {
        200..=299 | 404 | 405 | 410 => error.with_remedy(CHECK_HOST),
        _ => error,
    };
    let error = error.with_http_status(status);
    Failure::new(class, error.with_retry_after(response.retry_after))
}

/// The error id, which the vendor's support asks for (`protocol` 2.1).
fn error_id(json: &Json) -> Option<String> {
    let id = json.filled("errorId")?;
    Some(id.chars().take(LONGEST_ERROR_ID).collect())
}

/// Returns a successful envelope, or the refusal that it holds.
pub(super) fn accept(json: Json, http_status: u16) -> std::result::Result<Json, Failure> {
    match json.text("response").as_deref() {
        // The qualified successes of finalize (`protocol` 2.1) and of a login, which then needs its second factor
        // (2.2).
        Some("SUCCESS" | "PACKAGE_NEEDS_APPROVAL" | SECOND_FACTOR) => Ok(json),
        Some(code) => Err(refusal(code, &json).with_http_status(http_status).into()),
        None => {
            let error = Error::new(ErrorKind::BadAnswer, "the response has no response code");
            Err(Failure::new(
                Class::Garbled,
                error.with_http_status(http_status),
            ))
        }
    }
}

/// The error for a code of `protocol` 2.2. The list is open: an unknown code is a refusal like any other.
pub(crate) fn refusal(code: &str, json: &Json) -> Error {
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
        "AUTH_FORBIDDEN" => ErrorKind::AuthForbidden,
        "TWO_FA_ENFORCED" => ErrorKind::SecondFactorEnforced,
        "PIN_RESEND" => ErrorKind::PinResent,
        "TOKEN_EXPIRED" => ErrorKind::TokenExpired,
        "INVALID_TOKEN" => ErrorKind::InvalidToken,
        "PASSWORD_COMPLEXITY" => ErrorKind::PasswordTooWeak,
        "USER_ALREADY_EXISTS" => ErrorKind::UserAlreadyExists,
        "USER_NOT_FOUND" => ErrorKind::UserNotFound,
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
    let id = match error_id(json) {
        Some(id) if !words.contains(&id) => format!(", error id {id}"),
        _ => String::new(),
    };
    let message = match words.is_empty() {
        true => format!("the service refused (code {code}{id})"),
        false => format!("the service refused: {words} (code {code}{id})"),
    };
    Error::new(kind, message).with_server(code, Some(&words))
}
