//! Bytes of servers and proxies: responses without a network, JSON, headers, proxies.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read, Write};
use std::time::{Duration, UNIX_EPOCH};

use ureq::Proxy;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};
use url::Url;

use super::host::is_loopback;
use super::proxy::Proxies;
use super::socks;
use super::transport::retry_after;
use super::tree::Tree;
use crate::fuzz_input::{Input, accepted};
use crate::json::{Json, Unread};
use crate::os::lock::Mutex;
use crate::sieve::Sieve;

/// What the next connections to [`HOST`] receive, each one of these.
static SCRIPT: Mutex<VecDeque<Vec<u8>>> = Mutex::new(VecDeque::new());

/// The portal of a client whose connections follow the script. As its proxy it takes the connections to all other
/// hosts, too, so that no input makes any network traffic.
pub(crate) const HOST: &str = "http://127.0.0.1:1";

/// Sets what the next connections receive.
pub(crate) fn play(responses: Vec<Vec<u8>>) {
    *SCRIPT.lock() = responses.into();
}

/// Connects to ports of this machine that no server has, by the script.
#[derive(Debug)]
pub(super) struct Scripted;

/// The ports below are for the script.
const FIRST_PORT: u16 = 1024;

impl<In: Transport> Connector<In> for Scripted {
    type Out = Playing;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<In>,
    ) -> Result<Option<Playing>, ureq::Error> {
        let mut addresses = details.addrs.iter();
        if !addresses.any(|address| address.ip().is_loopback() && address.port() < FIRST_PORT) {
            return Ok(None);
        }
        match SCRIPT.lock().pop_front() {
            Some(response) => Ok(Some(Playing {
                left: Cursor::new(response),
                buffers: LazyBuffers::new(16 << 10, 16 << 10),
            })),
            None => Err(ureq::Error::ConnectionFailed),
        }
    }
}

/// A connection that takes everything and gives the bytes of one response.
#[derive(Debug)]
pub(super) struct Playing {
    left: Cursor<Vec<u8>>,
    buffers: LazyBuffers,
}

impl Transport for Playing {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let read = self.left.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }
}

/// Text that is read is read again as the same, and so is what is written of it. It does not matter in which pieces a
/// listing comes, and what is left of it is a listing with the same members. A tree is one of the same text.
pub(crate) fn json(data: &[u8]) {
    let mut input = Input::new(data);
    let step = 1 + usize::from(input.byte());
    let text = input.rest();
    let whole = match Json::read(text.to_vec()) {
        Ok((mended, json)) => {
            let again = Json::read(mended.clone()).expect("it was read");
            assert_eq!(again, (mended, json.clone()));
            let written = Json::read(json.to_text().into_bytes()).expect("it is JSON");
            // A number with a fraction, or of more than 64 bits, may differ in its last digit.
            let mut digits = text.split(|byte| !byte.is_ascii_digit());
            let is_inexact = text.iter().any(|byte| b".eE".contains(byte))
                || digits.any(|digits| digits.len() >= 20);
            assert!(is_inexact || written.1 == json);
            Some(json)
        }
        Err(Unread::Malformed(_)) => None,
        Err(refused) => panic!("a short text is refused: {refused:?}"),
    };
    for new in [Sieve::default, Sieve::without_confirmations] {
        let (mut at_once, mut in_pieces) = (new(), new());
        at_once.feed(text).expect("there is memory");
        for piece in text.chunks(step) {
            in_pieces.feed(piece).expect("there is memory");
        }
        let kept = at_once.into_text();
        assert_eq!(kept, in_pieces.into_text());
        if let Some(whole) = &whole {
            let (_, kept) = Json::read(kept).expect("a listing stays one");
            for name in ["response", "message", "packageId", "totalFiles"] {
                assert_eq!(kept.text(name), whole.text(name), "{name}");
            }
        }
    }
    if let Ok((tree, envelope)) = Tree::read(text)
        && let Some(whole) = &whole
    {
        let (_, envelope) = Json::read(envelope).expect("an envelope is JSON");
        let is_code = |text: &String| text.starts_with(|c: char| c.is_ascii_uppercase());
        let response = |json: &Json| json.filled("response").filter(is_code);
        assert_eq!(response(&envelope), response(whole));
        tree.is_whole();
    }
}

/// A proxy of SOCKS5 that sends these bytes.
struct SocksProxy<'a> {
    sends: &'a [u8],
    received: usize,
}

impl Read for SocksProxy<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.sends.read(buffer)
    }
}

impl Write for SocksProxy<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.received += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `Retry-After` is a time from now, also by a date; a proxy is sent no more than a login and a target, and is believed
/// only if it follows the protocol.
pub(crate) fn heads(data: &[u8]) {
    let mut input = Input::new(data);
    let text = input.text();
    let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
    if let Some(time) = retry_after(&text, now) {
        let is_number = text.trim().parse() == Ok(time.as_secs());
        let is_date =
            || httpdate::parse_http_date(&text).is_ok_and(|date| now + time == date.max(now));
        assert!(is_number || is_date(), "{text}: {time:?}");
    }
    let sends = input.rest();
    let mut proxy = SocksProxy { sends, received: 0 };
    let with_login = Proxy::new("socks5://me:password@proxy.test:1080").expect("a proxy");
    if socks::log_in(&mut proxy, &with_login).is_ok() {
        assert!(matches!(sends, [5, 0, ..] | [5, 2, 1, 0, ..]));
    }
    if socks::ask_for(&mut proxy, &[1, 127, 0, 0, 1, 0, 80]).is_ok() {
        assert!(sends.len() >= 8);
    }
    assert!(proxy.received < 64);
}

/// A proxy has a scheme that is known and a host; none is used for this machine. No error has a password.
pub(crate) fn proxies(data: &[u8]) {
    let mut input = Input::new(data);
    let (proxy, exceptions, url) = (input.text(), input.text(), input.text());
    let secret = "PASSWORDexample";
    for text in [
        proxy.clone(),
        format!("{proxy}:{secret}@host"),
        format!("http://me:{secret}@{proxy}"),
    ] {
        if let Err(error) = Proxies::of_option(&text) {
            assert!(!error.message().contains(secret), "{error}");
        }
        accepted(Proxies::of_option(&text));
    }
    let proxies = Proxies::of_environment(|name| match name {
        "https_proxy" | "http_proxy" => Some(proxy.clone().into()),
        "no_proxy" => Some(exceptions.clone().into()),
        _ => None,
    });
    for url in [url.clone(), format!("https://{url}/")] {
        let Ok(url) = Url::parse(&url) else { continue };
        let chosen = accepted(proxies.proxy_for(&url));
        if is_loopback(&url) || exceptions == "*" {
            assert!(matches!(chosen, Some(None)), "{url}");
        }
        if let Some(Some((proxy, origin))) = chosen {
            assert!(!proxy.host().is_empty() && origin.ends_with("_proxy"));
        }
    }
}
