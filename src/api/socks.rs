//! Connections through a SOCKS5 proxy (RFC 1928, and RFC 1929 for user and password).

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ureq::unversioned::transport::{
    ConnectionDetails, Connector, Either, Transport, TransportAdapter,
};
use ureq::{Proxy, ProxyProtocol};

use super::socket::{Socket, Sockets, share};

/// Connects through a SOCKS5 proxy, if the configuration has one.
#[derive(Debug)]
pub(crate) struct SocksConnector(pub(crate) Sockets);

impl<In: Transport> Connector<In> for SocksConnector {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let by_name = match details.config.proxy().map(Proxy::protocol) {
            Some(ProxyProtocol::Socks5) => false,
            Some(ProxyProtocol::Socks5h) => true,
            _ => return Ok(chained.map(Either::A)),
        };
        let Some(proxy) = details.config.proxy() else {
            return Ok(chained.map(Either::A));
        };
        // An address that the proxy has reached before is the first.
        let known = self.0.reached.first(&details.addrs);
        let targets = targets(details, &known, by_name).ok_or(ureq::Error::HostNotFound)?;
        let addresses = (details.resolver).resolve(proxy.uri(), details.config, details.timeout)?;
        let mut failed = ureq::Error::HostNotFound;
        for (position, target) in targets.iter().enumerate() {
            let started = Instant::now();
            let socket = Socket::open(details, &addresses, &self.0)?;
            let mut stream = TransportAdapter::new(socket, details.current_time.clone());
            stream.set_timeout(share(details.timeout, position + 1 == targets.len()));
            log_in(&mut stream, proxy)?;
            match ask_for(&mut stream, target) {
                Ok(()) => {
                    if let Some(address) = known.get(position).filter(|_| !by_name) {
                        self.0.reached.note(*address, started.elapsed());
                    }
                    return Ok(Some(Either::B(stream.into_inner())));
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

/// The targets for the proxy, each as type, address and port: the host, or each of its addresses.
fn targets(
    details: &ConnectionDetails,
    addresses: &[SocketAddr],
    by_name: bool,
) -> Option<Vec<Vec<u8>>> {
    let host = details.uri.host()?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = match details.uri.port_u16() {
        Some(port) => port,
        None if details.needs_tls() => 443,
        None => 80,
    };
    let of_address = |address| match address {
        IpAddr::V4(address) => [&[1][..], &address.octets()].concat(),
        IpAddr::V6(address) => [&[4][..], &address.octets()].concat(),
    };
    let mut targets: Vec<_> = match (by_name, host.parse()) {
        (false, _) => (addresses.iter())
            .map(|address| of_address(address.ip()))
            .collect(),
        (true, Ok(address)) => vec![of_address(address)],
        (true, Err(_)) => vec![[&[3, u8::try_from(host.len()).ok()?], host.as_bytes()].concat()],
    };
    for target in &mut targets {
        target.extend(port.to_be_bytes());
    }
    Some(targets)
}

fn failed(why: &str) -> ureq::Error {
    ureq::Error::ConnectProxyFailed(why.to_owned())
}

/// Authenticates with the proxy.
pub(super) fn log_in(stream: &mut (impl Read + Write), proxy: &Proxy) -> Result<(), ureq::Error> {
    let user = proxy.username();
    stream.write_all(match user {
        Some(_) => &[5, 2, 0, 2],
        None => &[5, 1, 0],
    })?;
    match (read(stream)?, user) {
        ([5, 0], _) => Ok(()),
        ([5, 2], Some(user)) => {
            let mut login = vec![1];
            for text in [user, proxy.password().unwrap_or_default()] {
                let length = u8::try_from(text.len());
                login.push(length.map_err(|_| failed("user or password is too long"))?);
                login.extend(text.as_bytes());
            }
            stream.write_all(&login)?;
            match read(stream)? {
                [1, 0] => Ok(()),
                _ => Err(failed("it refuses user and password")),
            }
        }
        ([5, _], _) => Err(failed("it wants another way of logging in")),
        _ => Err(failed("it does not speak SOCKS5")),
    }
}

/// Asks the proxy for the connection.
pub(super) fn ask_for(stream: &mut (impl Read + Write), target: &[u8]) -> Result<(), ureq::Error> {
    stream.write_all(&[&[5, 1, 0], target].concat())?;
    let [version, reply, _, kind] = read(stream)?;
    if version != 5 {
        return Err(failed("it does not speak SOCKS5"));
    }
    if reply != 0 {
        return Err(failed(match reply {
            2 => "it does not allow the connection",
            3 | 4 => "it cannot reach the host",
            5 => "the host refuses the connection",
            _ => "it failed",
        }));
    }
    // The proxy's own address, which is not needed.
    let length = match kind {
        1 => 4,
        4 => 16,
        _ => usize::from(read::<1>(stream)?[0]),
    };
    stream.read_exact(&mut vec![0; length + 2])?;
    Ok(())
}

fn read<const LENGTH: usize>(stream: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
