//! One connection to a host with several addresses (RFC 8305): an address that leads nowhere costs a quarter of a
//! second once, not the time to connect each time.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectionDetails, ShutdownHandle};

use super::exchange::in_time;
use crate::os;
use crate::os::lock::Mutex;

/// The head start of an attempt before the one to the next address.
pub(super) const HEAD_START: Duration = Duration::from_millis(250);
/// A distant host gets twice the time that it took before, but no more than this.
const LONGEST_HEAD_START: Duration = Duration::from_secs(2);
/// If no address responds, all are tried again after this time, beside the attempts under way: the system repeats a lost
/// packet after 1, 3 and 7 seconds, and the network may return in between.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Attempts under way beyond one for each address; the oldest end first.
const FURTHER: usize = 3;
/// The longest time for one connection, whatever the HTTP library allows.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// The addresses of a client that have responded, the last one first, and how long that took.
#[derive(Debug, Default)]
pub(super) struct Reached(Mutex<VecDeque<(SocketAddr, Duration)>>);

impl Reached {
    /// So many are remembered.
    const MOST: usize = 64;

    pub(super) fn note(&self, address: SocketAddr, took: Duration) {
        let mut reached = self.0.lock();
        reached.retain(|(known, _)| *known != address);
        reached.push_front((address, took));
        reached.truncate(Self::MOST);
    }

    /// The address that responded last is the first to be tried.
    pub(super) fn first(&self, addresses: &[SocketAddr]) -> Vec<SocketAddr> {
        let reached = self.0.lock();
        let best = reached.iter().find(|(known, _)| addresses.contains(known));
        let best = best.map(|(known, _)| *known);
        let others = addresses.iter().copied();
        best.into_iter()
            .chain(others.filter(|address| Some(*address) != best))
            .collect()
    }

    pub(super) fn head_start(&self, address: &SocketAddr) -> Duration {
        let reached = self.0.lock();
        let known = reached.iter().find(|(known, _)| known == address);
        known.map_or(HEAD_START, |(_, took)| {
            (*took * 2).clamp(HEAD_START, LONGEST_HEAD_START)
        })
    }
}

/// Alternates between the families of addresses, which fail as a whole; the system's order says which one is first.
pub(super) fn alternating(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first = |address: &SocketAddr| {
        (addresses.first()).is_some_and(|first| first.is_ipv6() == address.is_ipv6())
    };
    let (mut these, mut those): (VecDeque<_>, VecDeque<_>) =
        addresses.iter().copied().partition(is_first);
    let mut order = Vec::with_capacity(addresses.len());
    while !these.is_empty() {
        order.extend(these.pop_front());
        std::mem::swap(&mut these, &mut those);
        if these.is_empty() {
            std::mem::swap(&mut these, &mut those);
        }
    }
    order
}

/// An attempt under way.
struct Attempt {
    began: Instant,
    address: SocketAddr,
    stream: Arc<TcpStream>,
}

/// Connects to the first address that responds. A stop ends it.
pub(super) fn connect(
    details: &ConnectionDetails,
    addresses: &[SocketAddr],
    reached: &Reached,
) -> Result<Arc<TcpStream>, ureq::Error> {
    let patience = in_time(details.timeout);
    let deadline = Instant::now() + (*patience.after).min(LONGEST);
    // Without those that have failed.
    let mut order = reached.first(addresses);
    let most = order.len() + FURTHER;
    let mut waiting: VecDeque<_> = order.iter().copied().collect();
    let mut under_way: Vec<Attempt> = Vec::new();
    let mut next = Instant::now();
    let mut failed = ureq::Error::ConnectionFailed;
    let failure = |error: io::Error| match error.kind() {
        io::ErrorKind::TimedOut => ureq::Error::Timeout(patience.reason),
        _ => error.into(),
    };
    loop {
        let now = Instant::now();
        if now >= deadline {
            return Err(ureq::Error::Timeout(patience.reason));
        }
        if order.is_empty() {
            return Err(failed);
        }
        if now >= next {
            let Some(address) = waiting.pop_front() else {
                waiting.extend(&order);
                continue;
            };
            match os::begin_to_connect(&address) {
                Ok(stream) => {
                    let stream = Arc::new(stream);
                    let handle = Arc::downgrade(&stream);
                    (details.register_shutdown)(handle as Weak<dyn ShutdownHandle>)?;
                    if under_way.len() == most {
                        // The first one stays, for a host that is very far away.
                        under_way.remove(1);
                    }
                    under_way.push(Attempt {
                        began: now,
                        address,
                        stream,
                    });
                    next += match waiting.is_empty() {
                        true => AGAIN_AFTER,
                        false => reached.head_start(&address),
                    };
                }
                Err(error) if !os::is_exhausted(&error) => {
                    failed = failure(error);
                    give_up(address, &mut order, &mut waiting, &mut under_way);
                }
                Err(error) if under_way.is_empty() => return Err(error.into()),
                Err(_) => next += AGAIN_AFTER,
            }
            continue;
        }
        let streams: Vec<_> = under_way.iter().map(|attempt| &*attempt.stream).collect();
        os::wait_for_any(&streams, next.min(deadline) - now)?;
        for place in (0..under_way.len()).rev() {
            let Some(Attempt {
                began,
                address,
                stream,
            }) = under_way.get(place)
            else {
                continue;
            };
            match os::is_connected(stream) {
                Ok(false) => {}
                Ok(true) => {
                    os::make_usable(stream)?;
                    reached.note(*address, began.elapsed());
                    return Ok(Arc::clone(stream));
                }
                Err(error) => {
                    failed = failure(error);
                    give_up(*address, &mut order, &mut waiting, &mut under_way);
                    next = Instant::now();
                }
            }
        }
    }
}

/// An address that has refused is not tried again for this connection.
fn give_up(
    refused: SocketAddr,
    order: &mut Vec<SocketAddr>,
    waiting: &mut VecDeque<SocketAddr>,
    under_way: &mut Vec<Attempt>,
) {
    order.retain(|address| *address != refused);
    waiting.retain(|address| *address != refused);
    under_way.retain(|attempt| attempt.address != refused);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_and_the_address_that_responded_last_is_the_first() {
        let addresses = |texts: &[&str]| -> Vec<SocketAddr> {
            let texts = texts.iter();
            texts.map(|text| text.parse().expect(text)).collect()
        };
        let given = addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1", "1.0.0.2:1"]);
        let order = ["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1", "[::3]:1"];
        assert_eq!(alternating(&given), addresses(&order));
        assert_eq!(alternating(&given[3..]), given[3..]);
        let reached = Reached::default();
        assert_eq!(reached.first(&given), given);
        for address in [&given[4], &given[1]] {
            reached.note(*address, Duration::ZERO);
        }
        assert_eq!(reached.first(&given)[..2], [given[1], given[0]]);
        assert_eq!(reached.first(&given).len(), given.len());
    }
}
