//! One function per server call (`protocol` sections 4 to 6): method, path, body, and how it may be repeated.
//!
//! Files stand by noun; [`route!`] escapes what it puts into a path.

mod account;
mod contact_group;
mod directory;
mod dropzone;
mod file;
mod login;
mod package;
mod package_list;
mod recipient;
mod trusted_device;

pub(crate) use account::*;
pub(crate) use contact_group::*;
pub(crate) use directory::*;
pub(crate) use dropzone::*;
pub(crate) use file::*;
pub(crate) use login::*;
pub(crate) use package::*;
pub(crate) use package_list::*;
pub(crate) use recipient::*;
pub(crate) use trusted_device::*;

use serde_json::Value;

use super::retry::Repeat;
use super::session::{Session, is_plain};
use super::signing::API_PREFIX;
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

/// Sends what [`raw_request`] has checked. Its effect is not known, so only reads are repeated.
pub(crate) fn raw(s: &Session, method: &str, path: &str, body: Option<String>) -> Result<String> {
    let repeat = if method == "GET" {
        Repeat::Safely
    } else {
        Repeat::Never
    };
    s.raw(method, path, body.as_deref(), repeat)
}

/// Percent-encodes what a segment of a path may not hold (RFC 3986, section 3.3). The other clients encode nothing, and
/// whether the service checks the path as sent or as decoded is not known: what may be raw is raw (`protocol` 2.4).
pub(crate) fn escape(segment: &str) -> String {
    escape_but(segment, b"-._~!$&'()*+,;=:@")
}

/// The same for a value in a query, where some of these separate.
pub(crate) fn escape_value(value: &str) -> String {
    escape_but(value, b"-._~")
}

fn escape_but(text: &str, raw: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || raw.contains(&byte) {
            true => escaped.push(char::from(byte)),
            false => escaped.push_str(&format!("%{byte:02X}")),
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
        assert_eq!(escape("ü@x"), "%C3%BC@x");
        assert_eq!(escape("-._~!$&'()*+,;=:@"), "-._~!$&'()*+,;=:@");
        assert_eq!(
            escape("\"%<>[\\]^`{|}\n"),
            "%22%25%3C%3E%5B%5C%5D%5E%60%7B%7C%7D%0A"
        );
        assert_eq!(escape_value("a&b=c+d@e/f"), "a%26b%3Dc%2Bd%40e%2Ff");
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
