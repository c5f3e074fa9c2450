//! Slow lines: a bandwidth that all connections share, and a round trip.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::proxy::rule::Direction;

/// What a queue holds at least: less would not keep a line busy.
const MIN_QUEUE: u64 = 64 * 1024;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// In each direction.
    pub(crate) mbit_per_s: f64,
    #[serde(default)]
    pub(crate) round_trip_ms: u64,
    /// Most bytes that are under way in one direction, waiting ones included; more wait at their sender.
    #[serde(default)]
    pub(crate) queue_bytes: Option<u32>,
}

/// One direction.
pub(crate) struct Way {
    bytes_per_second: f64,
    delay: Duration,
    /// Before the first bytes of a connection: the round trip of its handshake.
    pub(crate) opening: Duration,
    queue: Arc<Semaphore>,
    /// When the last byte that was accepted has been sent.
    sent: Mutex<Instant>,
}

pub(crate) struct Lines {
    request: Way,
    response: Way,
}

impl Lines {
    pub(crate) fn new(line: &Line) -> Self {
        let round_trip = Duration::from_millis(line.round_trip_ms);
        let bytes_per_second = (line.mbit_per_s * 125_000.0).max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of bytes, within its limits"
        )]
        let under_way = (bytes_per_second * round_trip.as_secs_f64()) as u64;
        let queue = line.queue_bytes.map_or(under_way, u64::from);
        let queue = usize::try_from(queue.clamp(MIN_QUEUE, 1 << 30)).unwrap_or(1 << 30);
        let way = |opening| Way {
            bytes_per_second,
            delay: round_trip / 2,
            opening,
            queue: Arc::new(Semaphore::new(queue)),
            sent: Mutex::new(Instant::now()),
        };
        Self {
            request: way(round_trip),
            response: way(Duration::ZERO),
        }
    }

    pub(crate) fn way(&self, direction: Direction) -> &Way {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }
}

impl Way {
    /// Waits for room in the queue. Returns when the bytes arrive, and what holds their room.
    pub(crate) async fn send(&self, bytes: usize) -> (Instant, Option<OwnedSemaphorePermit>) {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        // Cannot fail: the semaphore is never closed.
        let room = self.queue.clone().acquire_many_owned(permits).await.ok();
        let time = Duration::from_secs_f64(f64::from(permits) / self.bytes_per_second);
        let mut sent = self.sent.lock();
        *sent = (*sent).max(Instant::now()) + time;
        (*sent + self.delay, room)
    }
}
