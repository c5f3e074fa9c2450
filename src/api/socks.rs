//! The way through a SOCKS5 proxy (RFC 1928, and RFC 1929 for user and password).

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};

use ureq::unversioned::transport::{
    ConnectionDetails, Connector, Either, Transport, TransportAdapter,
};
use ureq::{Proxy, ProxyProtocol};

use super::connector::{Socket, Sockets};

/// Connects through a SOCKS5 proxy where the configuration has one.
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
        let target = target(details, by_name).ok_or(ureq::Error::HostNotFound)?;
        let addresses = (details.resolver).resolve(proxy.uri(), details.config, details.timeout)?;
        let socket = Socket::open(details, &addresses, &self.0)?;
        let mut stream = TransportAdapter::new(socket, details.current_time.clone());
        stream.set_timeout(details.timeout);
        ask(&mut stream, proxy, &target)?;
        Ok(Some(Either::B(stream.into_inner())))
    }
}

/// The host that the proxy is to connect to, as type, address and port.
fn target(details: &ConnectionDetails, by_name: bool) -> Option<Vec<u8>> {
    let host = details.uri.host()?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = match details.uri.port_u16() {
        Some(port) => port,
        None if details.needs_tls() => 443,
        None => 80,
    };
    let address = match by_name {
        true => host.parse().ok(),
        false => Some(details.addrs.first().map(SocketAddr::ip)?),
    };
    let mut target = match address {
        Some(IpAddr::V4(address)) => [&[1][..], &address.octets()].concat(),
        Some(IpAddr::V6(address)) => [&[4][..], &address.octets()].concat(),
        None => [&[3, u8::try_from(host.len()).ok()?], host.as_bytes()].concat(),
    };
    target.extend(port.to_be_bytes());
    Some(target)
}

/// Asks the proxy for the connection.
fn ask(stream: &mut (impl Read + Write), proxy: &Proxy, target: &[u8]) -> Result<(), ureq::Error> {
    let failed = |why: &str| ureq::Error::ConnectProxyFailed(why.to_owned());
    let user = proxy.username();
    stream.write_all(match user {
        Some(_) => &[5, 2, 0, 2],
        None => &[5, 1, 0],
    })?;
    match (read(stream)?, user) {
        ([5, 0], _) => {}
        ([5, 2], Some(user)) => {
            let mut login = vec![1];
            for text in [user, proxy.password().unwrap_or_default()] {
                let length = u8::try_from(text.len());
                login.push(length.map_err(|_| failed("user or password is too long"))?);
                login.extend(text.as_bytes());
            }
            stream.write_all(&login)?;
            if read(stream)? != [1, 0] {
                return Err(failed("it refuses user and password"));
            }
        }
        ([5, _], _) => return Err(failed("it wants another way of logging in")),
        _ => return Err(failed("it does not speak SOCKS5")),
    }
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
    // Its own address, which nobody needs.
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
