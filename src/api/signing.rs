//! Requests are signed in the name of an account, with the time that the server's clock shows (`protocol` 1.2, 1.3).

use std::io::{Cursor, Read as _};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use super::host::is_loopback;
use super::transport::{Failure, Response, body_failure};
use crate::call::Call;
use crate::crypto::signature;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::SecretString;

/// Prefix of all signed paths (`protocol` 1.1).
pub(crate) const API_PREFIX: &str = "/api/v2.0";
/// Prefix of the same paths for an anonymous sender (`protocol` 1.3).
const DROPZONE_PREFIX: &str = "/drop-zone/v2.0";
/// Prefix of unsigned paths (`protocol` 1.4).
pub(super) const AUTH_PREFIX: &str = "/auth-api";
/// A `Date` of the server that is off by more than this explains a refused signature.
const TOLERATED_SKEW_SECONDS: i64 = 60;
/// A refusal of a signature is shorter. Its length need not be known: it may come in chunks.
const LONGEST_REFUSAL: u64 = 4096;
/// No clock that is off by more than this is corrected: a signature for another day serves an attacker only.
const LARGEST_SKEW_SECONDS: i64 = 24 * 3600;

/// The account in whose name calls are made.
pub(crate) enum Credentials {
    /// A user with an API key.
    User { key: String, secret: SecretString },
    /// An anonymous sender, by the id of a Dropzone.
    Dropzone(String),
    /// None yet: for logging in and registering.
    None,
}

/// Signs the requests of one client.
pub(super) struct Signer {
    pub(super) credentials: Credentials,
    /// Seconds by which the server's clock is ahead of this machine's, once known.
    clock_offset: AtomicI64,
    /// Whether the server's clock may correct ours.
    clock_is_trusted: bool,
}

impl Signer {
    pub(super) fn new(host: &Url, credentials: Credentials) -> Self {
        Self {
            credentials,
            clock_offset: AtomicI64::new(0),
            clock_is_trusted: nobody_between(host),
        }
    }

    /// What the paths of calls in this name begin with.
    pub(super) fn prefix(&self) -> Result<&'static str> {
        match self.credentials {
            Credentials::User { .. } => Ok(API_PREFIX),
            Credentials::Dropzone(_) => Ok(DROPZONE_PREFIX),
            Credentials::None => Err(Error::new(
                ErrorKind::NoCredentials,
                "the client has no API key",
            )),
        }
    }

    /// By how much the server's clock is ahead of this machine's, in seconds, as far as that is known.
    pub(super) fn clock_offset(&self) -> i64 {
        self.clock_offset.load(Ordering::Relaxed)
    }

    /// Now, by a clock that is ahead by so many seconds, as requests carry it.
    pub(super) fn timestamp(offset: i64) -> String {
        let magnitude = Duration::from_secs(offset.unsigned_abs());
        let now = SystemTime::now();
        signature::timestamp(match offset < 0 {
            true => now - magnitude,
            false => now + magnitude,
        })
    }

    /// The headers that sign a request. A path with a query is signed without it.
    pub(super) fn sign(&self, timestamp: String, path: &str, body: &[u8]) -> Signature<'_> {
        let mut signature = Signature::default();
        match &self.credentials {
            Credentials::User { key, secret } => {
                let path = path.split('?').next().unwrap_or_default();
                signature.timestamp = timestamp;
                signature.key = Some(key);
                signature.signature =
                    signature::sign(key, secret, path, &signature.timestamp, body);
            }
            Credentials::Dropzone(id) => signature.key = Some(id),
            Credentials::None => {}
        }
        signature
    }

    /// Whether a refusal may be the fault of this machine's clock, and the server's `Date` can be believed: the request
    /// carried a time, and nobody on the way can have changed the response.
    pub(super) fn may_correct_clock(&self, path: &str) -> bool {
        !path.starts_with(AUTH_PREFIX)
            && matches!(self.credentials, Credentials::User { .. })
            && self.clock_is_trusted
    }

    /// Corrects the clock if a response refuses the signature while its `Date` says that the clock was wrong by which
    /// the request was signed. Returns `None` then, else the response with its body put back.
    ///
    /// Many requests may be refused at once. Each of them may be sent again by the corrected clock, whoever corrected it.
    pub(super) fn correct_clock(
        &self,
        call: &Call,
        signed_at: i64,
        mut response: Response,
    ) -> std::result::Result<Option<Response>, Failure> {
        let Some(date) = response.date.filter(|_| !response.is_part()) else {
            return Ok(Some(response));
        };
        let offset = seconds(date) - seconds(SystemTime::now());
        if (offset - signed_at).abs() <= TOLERATED_SKEW_SECONDS
            || offset.abs() > LARGEST_SKEW_SECONDS
        {
            return Ok(Some(response));
        }
        let mut body = Vec::new();
        (&mut response.body)
            .take(LONGEST_REFUSAL)
            .read_to_end(&mut body)
            .map_err(body_failure)?;
        let refused = Json::read(body.clone()).is_ok_and(|(_, json)| {
            json.text("response").as_deref() == Some("AUTHENTICATION_FAILED")
        });
        if refused {
            let before = self.clock_offset.swap(offset, Ordering::Relaxed);
            if (offset - before).abs() > TOLERATED_SKEW_SECONDS {
                call.log(format!(
                    "this machine's clock differs from the server's by {offset} s; corrected"
                ));
            }
            return Ok(None);
        }
        response.body = Box::new(Cursor::new(body).chain(response.body));
        Ok(Some(response))
    }
}

/// The headers of a signed request (`protocol` 1.2, 1.3).
#[derive(Default)]
pub(crate) struct Signature<'a> {
    key: Option<&'a str>,
    timestamp: String,
    signature: String,
}

impl Signature<'_> {
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("ss-api-key", self.key.unwrap_or_default()),
            ("ss-request-timestamp", &self.timestamp),
            ("ss-request-signature", &self.signature),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty())
    }
}

/// Whether nobody between this machine and the host can have written its responses.
fn nobody_between(host: &Url) -> bool {
    host.scheme() == "https" || is_loopback(host)
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_a_host_is_believed_where_nobody_is_between() {
        for (host, believed) in [
            ("https://acme.sendsafely.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://acme.sendsafely.com", false),
            ("http://192.168.1.2", false),
        ] {
            let host = Url::parse(host).expect("a URL");
            assert_eq!(nobody_between(&host), believed, "{host}");
        }
    }
}
