//! One connection through the proxy.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until, timeout};

use crate::proxy::line::Way;
use crate::proxy::rule::{Action, Cut, Direction};
use crate::proxy::script::{Course, Record};
use crate::proxy::setup::Setup;

/// Bytes that are passed on at once.
const PIECE: usize = 16 * 1024;
/// A throttled direction passes so many pieces in a second.
const THROTTLED_PIECES: u64 = 20;
/// Unread bytes would turn the end of a connection into a reset, so they are read for this long.
const DRAIN: Duration = Duration::from_secs(1);

pub(crate) struct Connection {
    setup: Arc<Setup>,
    record: Arc<Record>,
    course: Mutex<Course>,
}

enum End {
    /// One side has closed or broken the connection.
    Gone,
    Cut(Cut),
    HalfOpen,
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

impl Connection {
    pub(crate) fn new(setup: Arc<Setup>, listener: &'static str) -> Self {
        Self {
            record: setup.record(listener),
            setup,
            course: Mutex::default(),
        }
    }

    /// Returns when the connection has ended; dropped, it ends at once.
    pub(crate) async fn relay(self, mut client: TcpStream, server: DuplexStream) {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = split(server);
        let outcome = {
            let request = self.direction(Direction::Request, from_client, to_server);
            let response = async {
                self.direction(Direction::Response, from_server, to_client)
                    .await?;
                Err::<(), _>(End::Cut(Cut::Close))
            };
            // The server's halves end with this block, unless the connection is half open.
            tokio::pin!(request, response);
            let outcome = tokio::try_join!(&mut request, &mut response);
            if matches!(outcome, Err(End::HalfOpen)) {
                self.setup.is_over().await;
            }
            outcome
        };
        match outcome {
            Err(End::Cut(Cut::Reset)) => drop(client.set_zero_linger()),
            Err(End::Cut(Cut::Close)) => {
                // Fails if the client has gone.
                drop(client.shutdown().await);
                let mut rest = [0; 4096];
                drop(
                    timeout(DRAIN, async {
                        while client.read(&mut rest).await.is_ok_and(|bytes| bytes > 0) {}
                    })
                    .await,
                );
            }
            _ => {}
        }
    }

    async fn direction(
        &self,
        direction: Direction,
        mut from: impl AsyncRead + Unpin,
        to: impl AsyncWrite + Unpin,
    ) -> Result<(), End> {
        let mut pump = Pump {
            connection: self,
            direction,
            to,
            bytes_per_second: None,
            flip: None,
            twice: 0,
        };
        pump.pass(&mut []).await?;
        match &self.setup.lines {
            Some(lines) => slowly(lines.way(direction), from, &mut pump).await?,
            None => {
                let mut piece = vec![0; PIECE];
                loop {
                    let length = from.read(&mut piece).await?;
                    if length == 0 {
                        break;
                    }
                    pump.pass(&mut piece[..length]).await?;
                }
            }
        }
        pump.to.shutdown().await?;
        Ok(())
    }
}

/// Reads as fast as the line takes it, and passes on what has arrived.
async fn slowly(
    way: &Way,
    mut from: impl AsyncRead + Unpin,
    pump: &mut Pump<'_, impl AsyncWrite + Unpin>,
) -> Result<(), End> {
    let (sender, mut line) = mpsc::unbounded_channel();
    let send = async move {
        let mut opening = way.opening;
        loop {
            let mut piece = vec![0; PIECE];
            let length = from.read(&mut piece).await?;
            if length == 0 {
                return Ok::<_, End>(());
            }
            piece.truncate(length);
            let (arrival, room) = way.send(length).await;
            // Fails only if the other half of this function has failed.
            sender
                .send((arrival + std::mem::take(&mut opening), piece, room))
                .map_err(|_| End::Gone)?;
        }
    };
    let arrive = async {
        while let Some((arrival, mut piece, room)) = line.recv().await {
            sleep_until(arrival).await;
            drop(room);
            pump.pass(&mut piece).await?;
        }
        Ok(())
    };
    tokio::try_join!(send, arrive).map(|_| ())
}

struct Pump<'a, To> {
    connection: &'a Connection,
    direction: Direction,
    to: To,
    bytes_per_second: Option<u64>,
    flip: Option<u8>,
    twice: usize,
}

impl<To: AsyncWrite + Unpin> Pump<'_, To> {
    /// Passes bytes on. A fault strikes as soon as the bytes before it have passed.
    async fn pass(&mut self, bytes: &mut [u8]) -> Result<(), End> {
        let Connection {
            setup,
            record,
            course,
        } = self.connection;
        if !bytes.is_empty() {
            let script = setup.script.lock();
            script.arrives(record, &mut course.lock(), self.direction);
        }
        let mut done = 0;
        loop {
            loop {
                let action = {
                    let mut script = setup.script.lock();
                    script.strike(record, &mut course.lock(), self.direction)
                };
                match action {
                    Some(action) => self.act(action).await?,
                    None => break,
                }
            }
            if done == bytes.len() {
                return Ok(());
            }
            let mut length = {
                let script = setup.script.lock();
                script.room(record, &course.lock(), self.direction, bytes.len() - done)
            };
            if let Some(rate) = self.bytes_per_second {
                let piece = usize::try_from(rate / THROTTLED_PIECES).unwrap_or(PIECE);
                length = length.min(piece.max(1));
                let bytes = u32::try_from(length).unwrap_or(u32::MAX);
                sleep(Duration::from_secs(1) * bytes / u32::try_from(rate).unwrap_or(u32::MAX))
                    .await;
            }
            self.write(&mut bytes[done..done + length]).await?;
            done += length;
            record.add(self.direction, length as u64);
        }
    }

    async fn act(&mut self, action: Action) -> Result<(), End> {
        match action {
            Action::Cut(how) => return Err(End::Cut(how)),
            Action::HalfOpen => return Err(End::HalfOpen),
            Action::Stall(0) => {
                self.connection.setup.is_over().await;
                return Err(End::Gone);
            }
            Action::Stall(ms) => sleep(Duration::from_millis(ms)).await,
            Action::Throttle(rate) => self.bytes_per_second = Some(rate.max(1)),
            Action::Duplicate(bytes) => self.twice = bytes,
            Action::Flip(bit) => self.flip = Some(bit),
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &mut [u8]) -> Result<(), End> {
        if let Some(bit) = self.flip.take()
            && let Some(first) = bytes.first_mut()
        {
            *first ^= 1 << (bit % 8);
        }
        let again = self.twice.min(bytes.len());
        self.twice -= again;
        self.to.write_all(&bytes[..again]).await?;
        self.to.write_all(bytes).await?;
        self.to.flush().await?;
        Ok(())
    }
}
