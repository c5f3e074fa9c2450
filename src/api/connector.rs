//! Connections: proxies, TCP and TLS in the order that the HTTP library needs, over our own sockets.

use std::time::Instant;

use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, Transport,
};
use zeroize::Zeroize as _;

use super::exchange::{self, Direction};
use super::socket::{Sockets, TcpConnector, whole_seconds};
use super::socks::SocksConnector;
use super::tls::TlsConnector;

/// The connectors that make one connection, one after the other: by a proxy or by TCP alone, then TLS.
pub(crate) fn connector(sockets: Sockets, tls: TlsConnector) -> impl Connector {
    let first = ();
    #[cfg(any(test, feature = "fuzzing"))]
    let first = first.chain(super::fuzz::Scripted);
    Connecting(
        first
            .chain(SocksConnector(sockets.clone()))
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector(sockets))
            .chain(tls),
    )
}

/// Makes connections. Bytes that are sent while this runs, for a TLS handshake or to a proxy, are not yet the request.
#[derive(Debug)]
struct Connecting<C>(C);

impl<C: Connector> Connector for Connecting<C> {
    type Out = Watched<C::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let (connected, for_request) =
            exchange::connecting(*details.timeout.after, || self.0.connect(details, chained));
        Ok(connected?.map(|transport| Watched {
            transport,
            for_request,
        }))
    }
}

/// A connection that is ready, for a request or to a proxy. Bytes are counted here, above TLS: below it the first bytes
/// do not belong to a response yet.
#[derive(Debug)]
struct Watched<T: Transport> {
    transport: T,
    for_request: bool,
}

impl<T: Transport> Drop for Watched<T> {
    /// Passwords and secrets were in the buffers.
    fn drop(&mut self) {
        let buffers = self.transport.buffers();
        buffers.output().zeroize();
        let unread = buffers.input().len();
        buffers.input_consume(unread);
        buffers.input_append_buf().zeroize();
    }
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.for_request {
            exchange::hand_over();
        }
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if !self.for_request {
            return self.transport.await_input(timeout);
        }
        // One step may read from the socket many times, if a TLS record arrives slowly.
        timeout = timeout.for_read();
        let left = exchange::time_left(Direction::Receiving)?;
        if let Some(left) = left {
            timeout.after = timeout.after.min(whole_seconds(left).into());
        }
        let before = self.transport.buffers().input().len();
        let started = Instant::now();
        let result = self.transport.await_input(timeout);
        let after = self.transport.buffers().input().len();
        exchange::moved(started.elapsed(), after - before);
        match result {
            // If our own limit has expired, that is the reason.
            Err(error) if left.is_some() => {
                exchange::time_left(Direction::Receiving)?;
                Err(error)
            }
            result => result,
        }
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    use socket2::{Domain, Socket, Type};
    use ureq::http::Uri;
    use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
    use ureq::{Agent, Proxy};

    use super::super::attempts::HEAD_START;
    use super::super::trust::Trust;
    use super::*;

    fn no_tls() -> TlsConnector {
        TlsConnector::new(Trust::new(None).expect("no bundle").into())
    }

    /// A host with two addresses, and the proxy.
    #[derive(Debug)]
    struct TwoAddresses(SocketAddr);

    impl Resolver for TwoAddresses {
        fn resolve(
            &self,
            uri: &Uri,
            _config: &ureq::config::Config,
            _timeout: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.empty();
            match uri.host() {
                Some("host.test") => {
                    found.push(([192, 0, 2, 1], 80).into());
                    found.push(([192, 0, 2, 2], 80).into());
                }
                _ => found.push(self.0),
            }
            Ok(found)
        }
    }

    #[test]
    fn the_addresses_of_a_host_are_tried_in_turn() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let proxy = listener.local_addr().expect("address");
        // It does not reach the first address.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                stream.read_exact(&mut [0; 3]).expect("a greeting");
                stream.write_all(&[5, 0]).expect("a response");
                let mut asked = [0; 10];
                stream.read_exact(&mut asked).expect("a target");
                let reply = if asked[7] == 2 { 0 } else { 4 };
                (stream.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])).expect("a response");
                if reply == 0 {
                    let _ = stream.read(&mut [0; 1024]).expect("a request");
                    (stream.write_all(b"HTTP/1.1 204 done\r\n\r\n")).expect("a response");
                }
            }
        });
        let config = Agent::config_builder()
            .proxy(Proxy::new(&format!("socks5://{proxy}")).ok())
            .build();
        let connector = connector(Sockets::default(), no_tls());
        let agent = Agent::with_parts(config, connector, TwoAddresses(proxy));
        let response = agent.get("http://host.test/").call().expect("a response");
        assert_eq!(response.status(), 204);
    }

    /// Much less than an attempt may take in these tests, on a machine that is busy.
    const SOON: Duration = Duration::from_secs(5);

    /// A host with these addresses.
    #[derive(Debug)]
    struct Host(Vec<SocketAddr>);

    impl Resolver for Host {
        fn resolve(
            &self,
            _uri: &Uri,
            _config: &ureq::config::Config,
            _timeout: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.empty();
            self.0.iter().for_each(|address| found.push(*address));
            Ok(found)
        }
    }

    /// An address that leads nowhere: its queue of connections is full, so the system drops what comes.
    struct Nowhere {
        listener: TcpListener,
        /// The queue is full as long as they are open.
        queued: Vec<TcpStream>,
    }

    impl Nowhere {
        fn new() -> Self {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            socket.bind(&any.into()).expect("an address");
            socket.listen(0).expect("a listener");
            let listener = TcpListener::from(socket);
            let address = listener.local_addr().expect("an address");
            let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
            let queued = std::iter::from_fn(connect).take(100).collect();
            Self { listener, queued }
        }

        fn address(&self) -> SocketAddr {
            self.listener.local_addr().expect("an address")
        }
    }

    /// Takes one request from each connection.
    fn respond(listener: &TcpListener) {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            if stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(b"HTTP/1.1 204 done\r\nConnection: close\r\n\r\n");
            }
        }
    }

    fn living() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || respond(&listener));
        address
    }

    fn refused() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        listener.local_addr().expect("an address")
    }

    fn agent(sockets: &Sockets, addresses: &[SocketAddr], seconds: u64) -> Agent {
        let config = Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(seconds)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .build();
        Agent::with_parts(
            config,
            connector(sockets.clone(), no_tls()),
            Host(addresses.to_vec()),
        )
    }

    fn get(agent: &Agent) -> Result<Duration, ureq::Error> {
        let started = Instant::now();
        agent.get("http://host.test/").call()?;
        Ok(started.elapsed())
    }

    #[test]
    fn an_address_that_leads_nowhere_costs_a_quarter_of_a_second_once() {
        let (nowhere, living) = (Nowhere::new(), living());
        let (sockets, addresses) = (Sockets::default(), [nowhere.address(), living]);
        let agent = agent(&sockets, &addresses, 30);
        let took = get(&agent).expect("a response");
        assert!(took >= HEAD_START && took < SOON, "{took:?}");
        assert_eq!(sockets.reached.first(&addresses), [living, addresses[0]]);
        let took = get(&agent).expect("a response");
        assert!(took < SOON, "{took:?}");
    }

    #[test]
    fn an_address_that_responded_and_leads_nowhere_now_costs_the_same() {
        let (nowhere, living) = (Nowhere::new(), living());
        let sockets = Sockets::default();
        (sockets.reached).note(nowhere.address(), Duration::from_millis(1));
        let took = get(&agent(&sockets, &[living, nowhere.address()], 30)).expect("a response");
        assert!(took >= HEAD_START && took < SOON, "{took:?}");
    }

    #[test]
    fn an_address_that_refuses_costs_nothing() {
        let sockets = Sockets::default();
        let took = get(&agent(&sockets, &[refused(), living()], 30)).expect("a response");
        assert!(took < SOON, "{took:?}");
        let error = get(&agent(&sockets, &[refused(), refused()], 10)).expect_err("nobody there");
        assert!(matches!(error, ureq::Error::Io(_)), "{error}");
    }

    #[test]
    fn the_time_to_connect_is_for_all_addresses_together() {
        let nowhere = [Nowhere::new(), Nowhere::new()];
        let addresses = [nowhere[0].address(), refused(), nowhere[1].address()];
        let started = Instant::now();
        let error = get(&agent(&Sockets::default(), &addresses, 1)).expect_err("nobody there");
        assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
        let took = started.elapsed();
        assert!(took.as_secs() >= 1 && took < SOON, "{took:?}");
    }

    /// The system alone repeats a lost packet after 1, 3 and 7 seconds.
    #[test]
    fn the_return_of_a_host_is_noticed_within_two_seconds() {
        let nowhere = Nowhere::new();
        let agent = agent(&Sockets::default(), &[nowhere.address()], 30);
        let got = thread::spawn(move || get(&agent).map(|_| Instant::now()));
        thread::sleep(Duration::from_millis(3500));
        let back = Instant::now();
        drop(nowhere.queued);
        thread::spawn(move || respond(&nowhere.listener));
        let got = got.join().expect("no panic").expect("a response");
        assert!(got - back < Duration::from_secs(2), "{:?}", got - back);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_stop_ends_the_attempts() {
        let nowhere = [Nowhere::new(), Nowhere::new()];
        let addresses = [nowhere[0].address(), nowhere[1].address()];
        let agent = agent(&Sockets::default(), &addresses, 30);
        let connecting = agent.clone();
        let got = thread::spawn(move || get(&connecting));
        thread::sleep(Duration::from_millis(500));
        let stopped = Instant::now();
        agent.shutdown();
        got.join().expect("no panic").expect_err("stopped");
        assert!(stopped.elapsed() < SOON);
    }
}
