//! One function per server call (`protocol` sections 4 to 6): method, path, body, and how it may be repeated.
//!
//! Files stand by noun; [`route!`] escapes what it puts into a path.

mod account;
mod contact_group;
mod directory;
mod dropzone;
mod file;
mod key;
mod list;
mod login;
mod package;
mod recipient;

pub(crate) use account::*;
pub(crate) use contact_group::*;
pub(crate) use directory::*;
pub(crate) use dropzone::*;
pub(crate) use file::*;
pub(crate) use key::*;
pub(crate) use list::*;
pub(crate) use login::*;
pub(crate) use package::*;
pub(crate) use recipient::*;

use serde_json::Value;

use super::retry::Repeat;
use super::session::{API_PREFIX, Session, is_plain};
use crate::error::{Error, ErrorKind, Result};

/// A path with its segments escaped.
macro_rules! route {
    ($format:literal $(, $segment:expr)* $(,)?) => {
        format!($format $(, $crate::api::endpoint::escape($segment))*)
    };
}
pub(crate) use route;

/// Any call: what the user gave, checked.
pub(crate) fn raw_request(
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<(String, String, Option<String>)> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidArgument, what);
    if !["GET", "PUT", "POST", "PATCH", "DELETE"].contains(&method) {
        return Err(invalid(
            "the method has to be GET, PUT, POST, PATCH or DELETE",
        ));
    }
    let path = path.strip_prefix(API_PREFIX).unwrap_or(path);
    let printable = path
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'#' && byte != b'\\');
    let is_plain = is_plain(&format!("{API_PREFIX}{path}"));
    if !path.starts_with('/') || !printable || !is_plain {
        return Err(invalid(
            "the path has to begin with / and to be percent-encoded, such as /user/",
        ));
    }
    if body.is_some_and(|body| serde_json::from_str::<Value>(body).is_err()) {
        return Err(invalid("the body is not JSON"));
    }
    Ok((method.to_owned(), path.to_owned(), body.map(str::to_owned)))
}

/// Sends what [`raw_request`] has checked. Nobody knows what it does, so only reads are repeated.
pub(crate) fn raw(s: &Session, method: &str, path: &str, body: Option<String>) -> Result<String> {
    let repeat = if method == "GET" {
        Repeat::Safely
    } else {
        Repeat::Never
    };
    s.raw(method, path, body.as_deref(), repeat)
}

/// Percent-encodes what stands in a path for itself only (`protocol` 2.4).
pub(crate) fn escape(segment: &str) -> String {
    let mut escaped = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_are_escaped() {
        assert_eq!(escape("AAAA-BBBB"), "AAAA-BBBB");
        assert_eq!(escape("a/../b?c#d e"), "a%2F..%2Fb%3Fc%23d%20e");
        assert_eq!(escape("ü@x"), "%C3%BC%40x");
    }

    #[test]
    fn raw_requests_stay_within_the_api() {
        assert!(raw_request("GET", "/user/", None).is_ok());
        assert_eq!(
            raw_request("GET", "/api/v2.0/user/", None)
                .expect("prefix")
                .1,
            "/user/"
        );
        for (method, path, body) in [
            ("get", "/user/", None),
            ("", "/user/", None),
            ("STEAL", "/user/", None),
            ("GET", "user/", None),
            ("GET", "/../../evil", None),
            ("GET", "/package/%2e%2E/", None),
            ("GET", "/package//", None),
            ("GET", "/user/\r\nss-api-key: x", None),
            ("GET", "https://elsewhere.test/", None),
            ("PUT", "/user/", Some("{")),
        ] {
            let error = raw_request(method, path, body).expect_err(path);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}
