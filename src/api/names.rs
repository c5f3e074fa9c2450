//! Name resolution, which nothing can interrupt: it happens on a thread of its own that is left behind when its time is
//! over.

use std::net::{SocketAddr, ToSocketAddrs};

use crossbeam_channel::bounded;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::connector::in_time;
use crate::os;

/// The system's name resolution.
#[derive(Debug)]
pub(crate) struct Names;

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
        let (sender, receiver) = bounded(1);
        os::spawn("sendsafely-name", move || {
            let addresses = os::above_standard(|| place.to_socket_addrs());
            let _ = sender.send(addresses.map(Iterator::collect::<Vec<SocketAddr>>));
        })
        .map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let addresses = receiver
            .recv_timeout(*in_time(timeout).after)
            .map_err(|_| ureq::Error::Timeout(timeout.reason))??;
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            found.push(address);
        }
        match found.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(found),
        }
    }
}

/// Room in what the HTTP library takes.
const MAX_ADDRESSES: usize = 16;
