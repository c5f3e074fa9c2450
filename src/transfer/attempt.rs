//! One part on its way: attempts by whichever route works, until it has arrived.

use std::cell::Cell;

use super::flight::Flight;
use super::route::{PartRoute, Route};
use crate::api::Session;
use crate::api::retry::{Repeat, retrying};
use crate::api::transport::Failure;
use crate::call::Call;
use crate::error::Result;

/// Counts the bytes of a part through all attempts to move it.
pub(super) struct Meter<'a> {
    call: &'a Call,
    /// Whether they count for the progress of the call.
    counts: bool,
    moved: Cell<u64>,
    furthest: Cell<u64>,
    kept: Cell<u64>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(call: &'a Call, counts: bool) -> Self {
        Self {
            call,
            counts,
            moved: Cell::new(0),
            furthest: Cell::new(0),
            kept: Cell::new(0),
        }
    }

    pub(super) fn add(&self, bytes: u64) {
        let moved = self.moved.get() + bytes;
        self.moved.set(moved);
        if self.counts {
            self.call.sent(bytes);
        }
        // Only what never got as far before is progress: a connection that breaks at the same place again and again
        // must not extend the retry window for ever.
        if moved > self.furthest.get() {
            self.furthest.set(moved);
            self.call.moved();
        }
    }

    /// Takes back all bytes but the first `kept`: the rest has to be moved again.
    pub(super) fn back_to(&self, kept: u64) {
        let lost = self.moved.replace(kept) - kept;
        if self.counts {
            self.call.unsent(lost);
        }
    }

    /// Notes that the next attempt goes on after so many bytes, if this one fails.
    pub(super) fn keep(&self, bytes: u64) {
        self.kept.set(bytes);
    }

    /// How many bytes have ever been moved in one go.
    pub(super) fn furthest(&self) -> u64 {
        self.furthest.get()
    }
}

/// Moves one part: makes attempts until one succeeds, or as long as the retry window allows. The route decides for each
/// whether it goes through the API server, and learns how it ended; so does what decides on the parts in flight. Bytes
/// that a failed attempt has counted and does not keep are taken back.
pub(super) fn move_part<T>(
    session: &Session,
    (route, flight): (&Route, &Flight),
    meter: &Meter<'_>,
    mut attempt: impl FnMut(&mut PartRoute<'_>, bool) -> std::result::Result<T, Failure>,
) -> Result<T> {
    let mut route = route.for_part();
    retrying(
        &session.call,
        session.window(),
        Repeat::Safely,
        &session.contact(),
        || {
            let through_api = route.through_api();
            let result = attempt(&mut route, through_api);
            let kept = meter.kept.take();
            match &result {
                Ok(_) => flight.is_through(meter.moved.get()),
                Err(failure) => {
                    flight.has_failed(&failure.error);
                    meter.back_to(kept);
                }
            }
            route.note(through_api, session.storage_is_connected(), &result);
            result
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_never_got_as_far_counts_as_progress() {
        let call = Call::alone();
        let meter = Meter::new(&call, true);
        let sent = || call.snapshot().bytes_sent;
        let moves = |bytes| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            let before = call.since_moved();
            meter.add(bytes);
            call.since_moved() < before
        };
        assert!(moves(10));
        meter.back_to(4);
        assert_eq!((sent(), meter.furthest()), (4, 10));
        assert!(!moves(6), "as far as before");
        assert!(moves(1));
        meter.back_to(0);
        assert_eq!((sent(), meter.furthest()), (0, 11));
    }
}
