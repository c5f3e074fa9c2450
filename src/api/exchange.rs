//! The exchange that this thread is in: how far it has come and how fast it is. The HTTP library runs it, from name
//! resolution to the last byte of the response, on the thread that asked for it, so that its connections can note
//! their progress here.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::NextTimeout;

/// Bytes that a part moves in a second at the very least, on average over [`LONGEST_CRAWL`].
const LEAST_RATE: u64 = 1 << 10;
const LONGEST_CRAWL: Duration = Duration::from_secs(60);
/// The longest time for a response of the API from its first byte to its last.
const LONGEST_RESPONSE: Duration = Duration::from_secs(300);
/// The shortest time, however short the retry window is: networks stumble.
const SHORTEST: Duration = Duration::from_secs(5);

/// How slow a request, and then its response, may be: every `bytes` bytes have `time`. The time before a response
/// begins is not counted; the stall time-out limits how long a server may be silent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    time: Duration,
    bytes: u64,
}

impl Pace {
    /// For an exchange with the API, which has to be whole within a time.
    pub(crate) fn whole(retry_window: Duration) -> Self {
        Self {
            time: within(retry_window, LONGEST_RESPONSE),
            bytes: u64::MAX,
        }
    }

    /// For a part, whose size says nothing about the time that it takes.
    pub(crate) fn part(retry_window: Duration) -> Self {
        let time = within(retry_window, LONGEST_CRAWL);
        Self {
            time,
            bytes: LEAST_RATE * time.as_secs(),
        }
    }
}

/// Without a retry window, the first attempt has the longest time.
fn within(retry_window: Duration, longest: Duration) -> Duration {
    match retry_window.is_zero() {
        true => LONGEST_CRAWL,
        false => retry_window.clamp(SHORTEST, longest),
    }
}

/// The directions of an exchange, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Sending,
    Receiving,
}

/// How far an exchange has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    pace: Pace,
    /// Connections that are being made; the one to a proxy is inside of the one to the host.
    connecting: u32,
    /// The time by which the outermost of them must be made.
    connected_by: Option<Instant>,
    handed_over: bool,
    direction: Direction,
    /// Whether time is counted: while receiving, only after the first byte of the response.
    begun: bool,
    spent: Duration,
    bytes: u64,
}

thread_local! {
    static CURRENT: Cell<Exchange> = const {
        Cell::new(Exchange::new(Pace { time: LONGEST_RESPONSE, bytes: u64::MAX }))
    };
}

impl Exchange {
    const fn new(pace: Pace) -> Self {
        Self {
            pace,
            connecting: 0,
            connected_by: None,
            handed_over: false,
            direction: Direction::Sending,
            begun: true,
            spent: Duration::ZERO,
            bytes: 0,
        }
    }

    /// The exchange of this thread.
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// Continues an exchange, which may have begun on another thread.
    pub(crate) fn resume(self) {
        CURRENT.set(self);
    }

    /// The same at another pace.
    pub(crate) fn at(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Whether the request has got a connection. Before that nothing of it was sent.
    pub(crate) fn was_handed_over(self) -> bool {
        self.handed_over
    }
}

fn update(change: impl FnOnce(&mut Exchange)) {
    let mut exchange = CURRENT.get();
    change(&mut exchange);
    CURRENT.set(exchange);
}

/// Begins an exchange.
pub(crate) fn begin(pace: Pace) {
    CURRENT.set(Exchange::new(pace));
}

/// Makes a connection, and returns whether it is the outermost one, which carries the request. Its limit also holds for
/// the connections inside of it.
pub(crate) fn connecting<T>(limit: Duration, connect: impl FnOnce() -> T) -> (T, bool) {
    update(|exchange| {
        if exchange.connecting == 0 {
            exchange.connected_by = Instant::now().checked_add(limit);
        }
        exchange.connecting += 1;
    });
    let connected = connect();
    update(|exchange| exchange.connecting -= 1);
    (connected, CURRENT.get().connecting == 0)
}

/// How much time is left to connect, while that is under way.
pub(crate) fn time_to_connect() -> Option<Duration> {
    let exchange = CURRENT.get();
    let end = exchange.connected_by.filter(|_| exchange.connecting > 0)?;
    Some(end.saturating_duration_since(Instant::now()))
}

/// Limits a time-out to the rest of the time to connect, while a connection is made.
pub(crate) fn in_time(mut timeout: NextTimeout) -> NextTimeout {
    match time_to_connect() {
        Some(left) if left < *timeout.after => {
            timeout.after = left.into();
            timeout.reason = ureq::Timeout::Connect;
        }
        _ => {}
    }
    timeout
}

/// Notes that the request is about to be written.
pub(crate) fn hand_over() {
    update(|exchange| exchange.handed_over = true);
}

/// How long the next step may take; `None` while nothing is counted.
pub(crate) fn time_left(direction: Direction) -> io::Result<Option<Duration>> {
    update(|exchange| {
        if exchange.direction != direction {
            (exchange.direction, exchange.spent, exchange.bytes) = (direction, Duration::ZERO, 0);
            exchange.begun = direction == Direction::Sending;
        }
    });
    let exchange = CURRENT.get();
    if exchange.connecting > 0 || !exchange.handed_over || !exchange.begun {
        return Ok(None);
    }
    match exchange.pace.time.checked_sub(exchange.spent) {
        Some(left) if !left.is_zero() => Ok(Some(left)),
        _ => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            match exchange.pace.bytes {
                u64::MAX => "the response takes too long",
                _ => "slower than 1 KiB in a second",
            },
        )),
    }
}

/// Notes what a step took and moved. Time that nobody waits for the network is not counted.
pub(crate) fn moved(spent: Duration, bytes: usize) {
    update(|exchange| {
        if !exchange.begun {
            exchange.begun = bytes > 0;
            return;
        }
        exchange.spent += spent;
        exchange.bytes += bytes as u64;
        if exchange.bytes >= exchange.pace.bytes {
            (exchange.spent, exchange.bytes) = (Duration::ZERO, 0);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_part_may_be_slow_but_must_not_drip() {
        begin(Pace::part(300 * SECOND));
        hand_over();
        for _ in 0..600 {
            assert!(time_left(Direction::Sending).is_ok());
            moved(SECOND, 1100);
        }
        // However long the server thinks.
        assert_eq!(time_left(Direction::Receiving).expect("waiting"), None);
        moved(45 * SECOND, 1);
        for _ in 0..60 {
            let left = time_left(Direction::Receiving).expect("not yet");
            assert!(left.is_some_and(|left| left <= 60 * SECOND));
            moved(SECOND, 1);
        }
        let error = time_left(Direction::Receiving).expect_err("too slow");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_response_of_the_api_ends_in_time_however_much_it_brings() {
        begin(Pace::whole(20 * SECOND));
        hand_over();
        assert!(time_left(Direction::Receiving).is_ok());
        for _ in 0..21 {
            assert!(time_left(Direction::Receiving).is_ok());
            moved(SECOND, 1 << 20);
        }
        assert!(time_left(Direction::Receiving).is_err());
    }

    #[test]
    fn what_makes_a_connection_is_not_the_request() {
        begin(Pace::whole(SECOND));
        let ((), outermost) = connecting(SECOND, || {
            let ((), outermost) = connecting(60 * SECOND, || {
                assert!(time_to_connect().is_some_and(|left| left <= SECOND));
            });
            assert!(!outermost);
        });
        assert!(outermost && !Exchange::current().was_handed_over());
        assert_eq!(time_to_connect(), None);
        assert_eq!(Pace::part(SECOND).time, SHORTEST);
        assert_eq!(Pace::part(Duration::ZERO).time, LONGEST_CRAWL);
    }
}
