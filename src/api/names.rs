//! Name resolution. Nothing can interrupt it, so it runs on a thread of its own, which is abandoned when the time is
//! over.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::socket::in_time;
use crate::os;
use crate::os::lock::Mutex;

/// How long addresses are cached: each request needs them, even if its connection exists.
const KEPT: Duration = Duration::from_secs(5);

/// The system's name resolution with a cache.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<Mutex<HashMap<String, Known>>>);

/// When the addresses were resolved, and the addresses.
type Known = (Instant, Vec<SocketAddr>);

impl Names {
    /// Empties the cache: old addresses may be the reason why connecting fails.
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }

    fn known(&self, place: &str) -> Option<Vec<SocketAddr>> {
        let known = self.0.lock();
        let (since, addresses) = known.get(place)?;
        (since.elapsed() < KEPT).then(|| addresses.clone())
    }

    fn keep(&self, place: String, addresses: &[SocketAddr]) {
        let mut known = self.0.lock();
        known.retain(|_, (since, _)| since.elapsed() < KEPT);
        known.insert(place, (Instant::now(), addresses.to_vec()));
    }
}

/// Asks the system.
fn look_up(place: String, timeout: NextTimeout) -> Result<Vec<SocketAddr>, ureq::Error> {
    let (sender, receiver) = bounded(1);
    os::spawn_without_secrets("sendsafely-name", move || {
        let addresses = os::above_standard(|| place.to_socket_addrs());
        let _ = sender.send(addresses.map(Iterator::collect));
    })
    .map_err(|error| ureq::Error::Other(Box::new(error)))?;
    let timeout = in_time(timeout);
    let looked_up: io::Result<_> = receiver
        .recv_timeout(*timeout.after)
        .map_err(|_| ureq::Error::Timeout(timeout.reason))?;
    Ok(looked_up?)
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let place = (uri.scheme().zip(uri.authority()))
            .and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority))
            .ok_or(ureq::Error::HostNotFound)?;
        let mut found = self.empty();
        if let Ok(address) = place.parse() {
            found.push(address);
            return Ok(found);
        }
        let addresses = match self.known(&place) {
            Some(known) => known,
            None => {
                let addresses = look_up(place.clone(), timeout)?;
                self.keep(place, &addresses);
                addresses
            }
        };
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            found.push(address);
        }
        match found.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(found),
        }
    }
}

/// The most addresses that the HTTP library takes.
const MAX_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_for_a_while_and_until_no_connection_can_be_had() {
        let names = Names::default();
        let address = "192.0.2.7:443".parse().expect("an address");
        names.keep("host.test:443".into(), &[address]);
        let resolve = || {
            let uri = Uri::from_static("https://host.test/");
            names.resolve(&uri, &Default::default(), NextTimeout::default())
        };
        assert_eq!(resolve().expect("known")[..], [address]);
        for (since, _) in names.0.lock().values_mut() {
            *since = since
                .checked_sub(KEPT)
                .expect("the machine runs for longer");
        }
        assert_eq!(names.known("host.test:443"), None);
        names.keep("host.test:443".into(), &[address]);
        names.forget();
        assert_eq!(names.known("host.test:443"), None);
    }
}
