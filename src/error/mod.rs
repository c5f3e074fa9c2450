//! The error type of the library. Each of its kinds is a status of the C ABI.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use crate::printable::printable;

mod kind;

pub use kind::ErrorKind;

/// The error of a call: its kind, what has failed, and what can be done about it.
///
/// Messages never have a secret in them: no API secret, keycode, server secret, password, message text or link
/// fragment. Messages and the service's own words are one printable line each, whatever the service or a file name
/// contains.
#[derive(Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    http_status: Option<u16>,
    server_code: Option<String>,
    server_message: Option<String>,
    retry_after: Option<Duration>,
    follows_lost_response: bool,
    remedy: Option<&'static str>,
}

/// A result whose error is the library's own.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of a kind, with a message that says what has failed.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let remedy = kind.remedy();
        Self {
            kind,
            message: printable(message),
            http_status: None,
            server_code: None,
            server_message: None,
            retry_after: None,
            follows_lost_response: false,
            remedy,
        }
    }

    /// The error if there is not enough memory.
    pub(crate) fn out_of_memory(bytes: usize) -> Self {
        Self::new(
            ErrorKind::OutOfMemory,
            format!("there is no memory for {bytes} more bytes"),
        )
    }

    /// The error for a panic that was caught.
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::new(
            ErrorKind::Internal,
            format!("the library panicked: {}", text.unwrap_or("no message")),
        )
    }

    /// Adds the HTTP status of the response that reported the failure.
    #[must_use]
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// Adds the service's code and message.
    #[must_use]
    pub fn with_server(mut self, code: &str, message: Option<&str>) -> Self {
        self.server_code = Some(printable(code));
        self.server_message = message.filter(|m| !m.is_empty()).map(printable);
        self
    }

    /// Adds for how long the server asks not to be called again.
    pub(crate) fn with_retry_after(mut self, asked: Option<Duration>) -> Self {
        self.retry_after = asked;
        self
    }

    /// Notes whether the response to an earlier attempt of the same request was lost.
    pub(crate) fn after_lost_response(mut self, is_lost: bool) -> Self {
        self.follows_lost_response = is_lost;
        self
    }

    /// Replaces the remedy by one for this case.
    #[must_use]
    pub fn with_remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Puts before the message what was being done.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.message = printable(format!("{doing}: {}", self.message));
        self
    }

    /// Takes a name from the beginning of the message, for one that names it already.
    #[must_use]
    pub(crate) fn without_name(mut self, name: &str) -> Self {
        let rest = self.message.strip_prefix(name);
        if let Some(rest) = rest.and_then(|rest| rest.strip_prefix(": ")) {
            self.message = rest.to_owned();
        }
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What has failed; lower case, no full stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The HTTP status of the response, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// Whether the server, or a gateway before it, is down: that says nothing of what it was asked for.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self.http_status, Some(429 | 500..=599))
    }

    /// The service's code (`protocol` 2.2), if it has refused the request.
    pub fn server_code(&self) -> Option<&str> {
        self.server_code.as_deref()
    }

    /// Whether the service refuses the user, and so will refuse the next request as well.
    pub(crate) fn concerns_caller(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::AuthenticationFailed
                | ErrorKind::OutdatedVersion
                | ErrorKind::SessionTimeout
        )
    }

    /// The service's own message, if it has sent one.
    pub fn server_message(&self) -> Option<&str> {
        self.server_message.as_deref()
    }

    /// For how long the server asks not to be called again, if it does.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether an earlier attempt of the same request may have taken effect, because its response was lost.
    pub(crate) fn follows_lost_response(&self) -> bool {
        self.follows_lost_response
    }

    /// What to do about it, if that is known.
    pub fn remedy(&self) -> Option<&'static str> {
        self.remedy
    }

    /// Whether the same call may succeed later without any change by the caller.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::BadAnswer | ErrorKind::HttpError | ErrorKind::StorageRefused => {
                // Temporary failures only. A redirection or a refusal stays until somebody changes something.
                !matches!(self.http_status, Some(300..=499))
                    || matches!(self.http_status, Some(408 | 425 | 429))
            }
            ErrorKind::Unreachable
            | ErrorKind::UnknownHost
            | ErrorKind::TimedOut
            | ErrorKind::FileIncomplete
            | ErrorKind::UploadRunning
            | ErrorKind::Busy => true,
            _ => false,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("http_status", &self.http_status)
            .field("server_code", &self.server_code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_by_itself_is_retryable() {
        for kind in [ErrorKind::HttpError, ErrorKind::StorageRefused] {
            for (status, retryable) in [
                (302, false),
                (400, false),
                (401, false),
                (403, false),
                (404, false),
                (405, false),
                (408, true),
                (409, false),
                (425, true),
                (429, true),
                (500, true),
                (503, true),
            ] {
                let error = Error::new(kind, "no").with_http_status(status);
                assert_eq!(error.is_retryable(), retryable, "{kind:?} {status}");
            }
        }
    }

    #[test]
    fn texts_of_the_service_are_printable() {
        let error = Error::new(ErrorKind::Refused, "a\nb")
            .with_server("CODE\x1b[2J", Some("c\r\nd\u{202e}"))
            .context("evil\u{9b}.txt");
        assert_eq!(error.message(), "evil\u{fffd}.txt: a b");
        assert_eq!(error.server_code(), Some("CODE\u{fffd}[2J"));
        assert_eq!(error.server_message(), Some("c  d\u{fffd}"));
    }
}
