//! TCP connections: opened within the time to connect, shut down by a stop, counted.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};

use super::attempts::{self, Reached};
use super::exchange::{self, Direction};
use crate::os;

/// Rounds up, so that the time-out of a socket need not be set for each step.
pub(super) fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs().saturating_add(1))
}

/// Counts the sockets that are open or being opened, and knows which addresses respond.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sockets {
    count: Arc<AtomicUsize>,
    pub(super) reached: Arc<Reached>,
}

impl Sockets {
    pub(super) fn new(reached: &Arc<Reached>) -> Self {
        Self {
            count: Arc::default(),
            reached: Arc::clone(reached),
        }
    }

    pub(crate) fn are_there(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    fn counted(&self) -> Counted {
        self.count.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }
}

/// One counted socket.
#[derive(Debug)]
struct Counted(Sockets);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Connects by TCP, if no connector before has connected.
#[derive(Debug)]
pub(super) struct TcpConnector(pub(super) Sockets);

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
        let socket = Socket::open(details, &details.addrs, &self.0)?;
        Ok(Some(Either::B(socket)))
    }
}

/// A TCP connection. A stop shuts it down, through the weak handle that was registered when it was begun.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    _counted: Counted,
}

impl Socket {
    /// Connects to one of the addresses.
    pub(crate) fn open(
        details: &ConnectionDetails,
        addresses: &[SocketAddr],
        sockets: &Sockets,
    ) -> Result<Self, ureq::Error> {
        let counted = sockets.counted();
        Ok(Self {
            stream: attempts::connect(details, addresses, &sockets.reached)?,
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            read_timeout: None,
            write_timeout: None,
            _counted: counted,
        })
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = timeout.for_write();
        let mut output = &self.buffers.output()[..amount];
        while !output.is_empty() {
            let left = exchange::time_left(Direction::Sending)?.map(whole_seconds);
            let limit = left.filter(|left| *left < *timeout.after);
            let mut step = timeout;
            if let Some(limit) = limit {
                step.after = limit.into();
            }
            let started = Instant::now();
            let result = patiently(
                &self.stream,
                &mut self.write_timeout,
                TcpStream::set_write_timeout,
                step,
                |mut stream| stream.write(output),
            );
            let written = match result {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => written,
                // Our own limit has expired: the next step reports it.
                Err(ureq::Error::Timeout(_)) if limit.is_some() => 0,
                Err(error) => return Err(error),
            };
            exchange::moved(started.elapsed(), written);
            output = &output[written..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        let read = patiently(
            &self.stream,
            &mut self.read_timeout,
            TcpStream::set_read_timeout,
            timeout.for_read(),
            |mut stream| stream.read(input),
        )?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// An idle connection must have nothing to read: its end, or unexpected bytes, make it unusable.
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

/// The time for one of several addresses: half of the rest, and for the last one all of it.
pub(crate) fn share(timeout: NextTimeout, is_last: bool) -> NextTimeout {
    let mut timeout = exchange::in_time(timeout);
    if !is_last {
        timeout.after = (*timeout.after / 2).into();
    }
    timeout
}

/// How often a waiting step checks that the other side is alive, where the system can show that. On other systems a
/// step waits once: on Windows the state of a socket after a time-out is not defined.
const LOOK_EVERY: Duration = Duration::from_secs(5);

const LOOKS: bool = cfg!(target_os = "linux");

/// The function that sets one of the two time-outs of a socket.
type SetTimeout = fn(&TcpStream, Option<Duration>) -> io::Result<()>;

/// Repeats a step until it is done, its time is over, or the other side is dead. `known` is the current time-out of the
/// socket, which is set as rarely as possible.
fn patiently(
    stream: &TcpStream,
    known: &mut Option<Duration>,
    set: SetTimeout,
    timeout: NextTimeout,
    mut step: impl FnMut(&TcpStream) -> io::Result<usize>,
) -> Result<usize, ureq::Error> {
    let started = Instant::now();
    let timeout = exchange::in_time(timeout);
    let patience = *timeout.after;
    let mut left = patience;
    loop {
        if left.is_zero() {
            return Err(ureq::Error::Timeout(timeout.reason));
        }
        let next = match left > LOOK_EVERY {
            true if LOOKS => LOOK_EVERY,
            // Rounded up, so that it is not set again for each step of a TLS record, which has a little less time each.
            true => whole_seconds(left - Duration::from_nanos(1)),
            false => left,
        };
        if *known != Some(next) {
            match set(stream, Some(next)) {
                // macOS, when the other side has closed the connection: the step finds that out.
                Err(error)
                    if cfg!(target_vendor = "apple")
                        && error.kind() == io::ErrorKind::InvalidInput => {}
                done => done?,
            }
            *known = Some(next);
        }
        match step(stream) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => {
                if os::is_dead(stream) {
                    let gone = "the other side does not respond any more";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, gone).into());
                }
                if !LOOKS {
                    return Err(ureq::Error::Timeout(timeout.reason));
                }
            }
            done => return Ok(done?),
        }
        left = patience.saturating_sub(started.elapsed());
    }
}

/// Whether the time-out of a socket has expired. Only on Windows that is reported as `TimedOut`; elsewhere this is the
/// end of a connection whose other side is gone.
fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || (cfg!(windows) && error.kind() == io::ErrorKind::TimedOut)
}
