//! One budget of bytes for all parts in memory, shared by the calls of a client.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::call::Call;
use crate::error::Result;

/// How often a waiter looks whether its call was stopped.
const GLANCE: Duration = Duration::from_millis(50);

/// Bytes that may be in memory at once.
pub(crate) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// A piece of the budget; given back when dropped.
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until `bytes` fit, or until `urgent` says that this part has to run whatever the others hold: a transfer
    /// that waits for its next part in order must not be held up by later parts that wait for it.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        call: &Call,
        bytes: u64,
        urgent: impl Fn() -> bool,
    ) -> Result<Reservation> {
        let mut used = self.used.lock();
        while *used > 0 && *used + bytes > self.limit && !urgent() {
            call.check()?;
            self.freed.wait_for(&mut used, GLANCE);
        }
        *used += bytes;
        Ok(Reservation {
            budget: Arc::clone(self),
            bytes,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        *self.budget.used.lock() -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_does_not_fit_waits_but_one_part_always_runs() {
        let (call, _notices) = Call::new();
        let budget = Arc::new(Budget::new(100));
        let huge = budget
            .reserve(&call, 1000, || false)
            .expect("one part may always run");
        assert!(
            budget.reserve(&call, 10, || true).is_ok(),
            "an urgent part does not wait"
        );
        drop(huge);
        let first = budget.reserve(&call, 60, || false).expect("fits");
        let _second = budget.reserve(&call, 40, || false).expect("fits");
        let waiting = {
            let (call, budget) = (Arc::clone(&call), Arc::clone(&budget));
            std::thread::spawn(move || budget.reserve(&call, 60, || false).map(|_| ()))
        };
        drop(first);
        waiting.join().expect("no panic").expect("room was made");
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let (call, _notices) = Call::new();
        let budget = Arc::new(Budget::new(100));
        let _held = budget.reserve(&call, 100, || false).expect("fits");
        call.stop();
        let refused = budget.reserve(&call, 1, || false).err().expect("stopped");
        assert_eq!(refused.kind(), ErrorKind::Stopped);
    }
}
