//! Connections: TCP, TLS and proxies in the order that the HTTP library asks for, over sockets of our own.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    RustlsConnector, ShutdownHandle, Transport,
};

use super::exchange;
use crate::os;

/// The connectors that make one connection, one after the other: a tunnel through a proxy or TCP, then TLS.
pub(crate) fn connector() -> impl Connector {
    Connecting(
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector)
            .chain(RustlsConnector::default()),
    )
}

/// Makes connections. All that is written meanwhile, such as a TLS handshake or what a proxy is asked, is not yet the
/// request.
#[derive(Debug)]
struct Connecting<C>(C);

impl<C: Connector> Connector for Connecting<C> {
    type Out = C::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<C::Out>, ureq::Error> {
        exchange::connecting(|| self.0.connect(details, chained))
    }
}

/// Connects where no connector before it has.
#[derive(Debug)]
struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        let socket = Socket {
            stream: Arc::new(connect(details)?),
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            read_timeout: None,
            write_timeout: None,
        };
        let handle = Arc::downgrade(&socket.stream);
        (details.register_shutdown)(handle as Weak<dyn ShutdownHandle>)?;
        Ok(Some(Either::B(socket)))
    }
}

/// Tries one address after the other. Each gets half of the time that is left, the last one all of it.
fn connect(details: &ConnectionDetails) -> Result<TcpStream, ureq::Error> {
    let started = Instant::now();
    let mut failed = ureq::Error::ConnectionFailed;
    for (position, address) in details.addrs.iter().enumerate() {
        let left = details.timeout.after.saturating_sub(started.elapsed());
        let patience = match position + 1 == details.addrs.len() {
            true => left,
            false => left / 2,
        };
        if patience.is_zero() {
            break;
        }
        match os::connect(address, patience) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                failed = ureq::Error::Timeout(details.timeout.reason);
            }
            Err(error) => failed = error.into(),
        }
    }
    Err(failed)
}

/// A TCP connection. A stop shuts it down through the weak handle that was registered.
#[derive(Debug)]
struct Socket {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

/// Sets a time-out of a socket unless it is set already.
fn set_timeout(
    known: &mut Option<Duration>,
    wanted: NextTimeout,
    set: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> io::Result<()> {
    let wanted = wanted.not_zero().map(|timeout| *timeout);
    if *known != wanted {
        set(wanted)?;
        *known = wanted;
    }
    Ok(())
}

/// A socket tells of an expired time-out in two ways, by operating system.
fn sorted(error: io::Error, timeout: NextTimeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
        _ => error.into(),
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        exchange::hand_over();
        let timeout = timeout.for_write();
        let mut stream = &*self.stream;
        set_timeout(&mut self.write_timeout, timeout, |timeout| {
            stream.set_write_timeout(timeout)
        })?;
        stream
            .write_all(&self.buffers.output()[..amount])
            .map_err(|error| sorted(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = timeout.for_read();
        let mut stream = &*self.stream;
        set_timeout(&mut self.read_timeout, timeout, |timeout| {
            stream.set_read_timeout(timeout)
        })?;
        let read = loop {
            match stream.read(self.buffers.input_append_buf()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| sorted(error, timeout))?,
            }
        };
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// A connection at rest has nothing to read: an end, or bytes that nobody asked for, make it useless.
    fn is_open(&mut self) -> bool {
        let nothing_to_read = || {
            self.stream.set_nonblocking(true)?;
            let peeked = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            io::Result::Ok(
                matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock),
            )
        };
        nothing_to_read().unwrap_or(false)
    }
}
