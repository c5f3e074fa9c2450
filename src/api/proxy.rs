//! Chooses the proxy of a request: one rule for the option and the environment, which `docs/proxies.md` states.

use std::ffi::OsString;
use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::Proxy;
use url::{Host, Url};

use crate::api::host::is_loopback;
use crate::error::{Error, ErrorKind, Result};

/// The proxies of a client, one for each scheme. If a proxy cannot be used, its requests fail; they never go without
/// it.
pub(crate) struct Proxies {
    pub(crate) https: Choice,
    pub(crate) http: Choice,
    /// The entries of `NO_PROXY`.
    exceptions: String,
}

/// A proxy, and the option or variable that names it.
pub(crate) type Choice = Result<Option<(Proxy, &'static str)>>;

/// The name of the option in messages.
const OPTION: &str = "the option proxy";

impl Proxies {
    /// One proxy for all hosts; an empty text means none.
    pub(crate) fn of_option(text: &str) -> Result<Self> {
        let proxy = match text {
            "" => None,
            text => Some((read(text, OPTION)?, OPTION)),
        };
        Ok(Self {
            https: Ok(proxy.clone()),
            http: Ok(proxy),
            exceptions: String::new(),
        })
    }

    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        // An empty variable counts as one that is not set.
        let filled = |name| variable(name).filter(|text| !text.is_empty());
        let choose = |names: &[&'static str]| {
            let found = names.iter().find_map(|name| Some((*name, filled(name)?)));
            let Some((name, text)) = found else {
                return Ok(None);
            };
            let text = text.to_str().ok_or_else(|| refused(name, "is not text"))?;
            Ok(Some((read(text, name)?, name)))
        };
        let exceptions = filled("no_proxy").or_else(|| filled("NO_PROXY"));
        Self {
            https: choose(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            // A web server passes the header `Proxy` of a request to its programs as HTTP_PROXY.
            http: choose(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            exceptions: exceptions
                .map(|text| text.to_string_lossy().into_owned())
                .unwrap_or_default(),
        }
    }

    /// The proxy for a URL, if it has one.
    pub(crate) fn proxy_for(&self, url: &Url) -> Choice {
        if is_loopback(url) || is_exception(&self.exceptions, url) {
            return Ok(None);
        }
        match url.scheme() {
            "http" => self.http.clone(),
            _ => self.https.clone(),
        }
    }
}

fn refused(origin: &str, why: &str) -> Error {
    // The message does not repeat the URL: it may have a password.
    Error::new(
        ErrorKind::InvalidArgument,
        format!("{origin} {why}; a proxy is a URL such as http://proxy.example:3128"),
    )
    .with_remedy("correct the proxy, or give an empty one for none")
}

/// Reads the URL of a proxy; without a scheme it means http.
fn read(text: &str, origin: &str) -> Result<Proxy> {
    let text = text.trim();
    let url = match text.contains("://") {
        true => Url::parse(text),
        false => Url::parse(&format!("http://{text}")),
    };
    let url = url.map_err(|_| refused(origin, "is not the URL of a proxy"))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        let why = "names a kind of proxy that is not known; http, https, socks5 and socks5h are";
        return Err(refused(origin, why));
    }
    let is_bare =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    let proxy = Proxy::new(url.as_str()).ok();
    proxy
        .filter(|_| is_bare && has_host)
        .ok_or_else(|| refused(origin, "is not the URL of a proxy"))
}

/// Whether a list like `NO_PROXY` has a host, by curl's rules: names with their subdomains, addresses, networks.
fn is_exception(list: &str, url: &Url) -> bool {
    if list == "*" {
        return true;
    }
    let mut entries = list
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty());
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            entries.any(|entry| {
                let entry = entry.strip_suffix('.').unwrap_or(entry);
                let entry = entry.strip_prefix('.').unwrap_or(entry);
                is_or_ends_in(name, entry)
            })
        }
        Some(Host::Ipv4(address)) => entries.any(|entry| {
            let (network, bits) = network(entry);
            network.parse::<Ipv4Addr>().is_ok_and(|network| {
                same_network(32, address.to_bits().into(), network.to_bits().into(), bits)
            })
        }),
        Some(Host::Ipv6(address)) => entries.any(|entry| {
            let (network, bits) = network(entry);
            network
                .parse::<Ipv6Addr>()
                .is_ok_and(|network| same_network(128, address.to_bits(), network.to_bits(), bits))
        }),
        None => false,
    }
}

/// Whether a name is the other one, or a subdomain of it.
fn is_or_ends_in(name: &str, entry: &str) -> bool {
    let Some(start) = name.len().checked_sub(entry.len()) else {
        return false;
    };
    let (before, end) = (name.get(..start), name.get(start..));
    !entry.is_empty()
        && end.is_some_and(|end| end.eq_ignore_ascii_case(entry))
        && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The address and the bits of an entry such as `10.0.0.0/8`; without bits it is one address.
fn network(entry: &str) -> (&str, Option<u32>) {
    match entry.split_once('/') {
        // An entry without a number matches nothing.
        Some((network, bits)) => (network, Some(bits.parse().unwrap_or(u32::MAX))),
        None => (entry, None),
    }
}

fn same_network(width: u32, address: u128, network: u128, bits: Option<u32>) -> bool {
    match bits {
        Some(bits) if bits > width => false,
        // Like curl, which takes 0 for "not given".
        None | Some(0) => address == network,
        Some(bits) => (address ^ network) >> (width - bits) == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The same table holds for the command line's `doctor`.
    #[test]
    fn the_rule_is_the_one_of_the_table() {
        let table = include_str!("../../tests/vectors/proxies.json");
        let table: Vec<Value> = serde_json::from_str(table).expect("JSON");
        for row in &table {
            let variables = row["environment"].as_object().expect("variables");
            let proxies = Proxies::of_environment(|name| {
                Some(variables.get(name)?.as_str()?.to_owned().into())
            });
            let url = Url::parse(row["url"].as_str().expect("text")).expect("URL");
            let found = match proxies.proxy_for(&url) {
                Ok(None) => "none".to_owned(),
                Ok(Some((_, origin))) => origin.to_owned(),
                Err(error) => {
                    let name = error.message().split(' ').next().expect("a word");
                    assert!(!error.message().contains("SECRET"), "{error}");
                    format!("refused: {name}")
                }
            };
            assert_eq!(found, row["proxy"].as_str().expect("text"), "{row}");
        }
    }

    #[test]
    fn an_option_has_no_exceptions_but_this_machine() {
        let proxies = Proxies::of_option("socks5h://me:pass@[::1]:9").expect("a proxy");
        let url = |text| Url::parse(text).expect("URL");
        assert!(matches!(
            proxies.proxy_for(&url("https://acme.test")),
            Ok(Some(_))
        ));
        assert!(matches!(
            proxies.proxy_for(&url("http://127.0.0.2:1")),
            Ok(None)
        ));
        let none = Proxies::of_option("").expect("none");
        assert!(matches!(
            none.proxy_for(&url("https://acme.test")),
            Ok(None)
        ));
        for bad in [
            "::",
            "http://",
            "socks5://",
            "socks4://proxy",
            "ftp://proxy",
            "http://proxy/way",
            "http://proxy:99999",
            "a b",
        ] {
            let error = Proxies::of_option(bad).err().expect(bad);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}
