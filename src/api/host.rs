//! The host of a portal: parsed, and whether it is this machine.

use url::{Host, Url};

use crate::check::trimmed;
use crate::error::{Error, ErrorKind, Result};

/// Parses the address of a portal: scheme, host and port. Without a scheme it means https; slashes at its end are
/// removed.
///
/// # Errors
/// [`ErrorKind::MalformedHost`] for any other text.
pub(crate) fn normalize_host(text: &str) -> Result<Url> {
    let malformed = || {
        Error::new(
            ErrorKind::MalformedHost,
            "the host has to be such as https://company.sendsafely.com",
        )
    };
    let text = trimmed(text);
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    if text.is_empty() || text.contains(char::is_whitespace) || text.contains('\\') {
        return Err(malformed());
    }
    let url = Url::parse(with_scheme.trim_end_matches('/')).map_err(|_| malformed())?;
    let has_host = match url.host() {
        Some(Host::Domain(name)) => {
            !name.is_empty() && !name.starts_with('.') && !name.contains("..")
        }
        Some(_) => true,
        None => false,
    };
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if has_host && plain && anonymous && matches!(url.scheme(), "https" | "http") {
        Ok(url)
    } else {
        Err(malformed())
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn authority(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_normalized_or_refused() {
        for (text, expected) in [
            ("acme.sendsafely.com", "https://acme.sendsafely.com/"),
            (
                "\u{feff}acme.sendsafely.com\u{200b}\r\n",
                "https://acme.sendsafely.com/",
            ),
            (
                "https://acme.sendsafely.com///",
                "https://acme.sendsafely.com/",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
        ] {
            assert_eq!(normalize_host(text).expect(text).as_str(), expected);
        }
        for text in [
            "",
            " ",
            "https://",
            "ftp://acme.test",
            "https://a b",
            "https://u:p@acme.test",
            "https://acme.test/x",
            "https://acme.test?x",
            "https://acme.test:99999",
            "https://..",
            "a\\b",
        ] {
            assert_eq!(
                normalize_host(text).expect_err(text).kind(),
                ErrorKind::MalformedHost
            );
        }
    }
}
