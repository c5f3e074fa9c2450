//! One budget of bytes for all parts in memory, shared by the calls of a client.
//!
//! Every buffer of a transfer is leased from here, so that all memory that is used is charged: a buffer is charged from
//! before it is made until it is given back to the system. In between it may wait, idle but still charged, for the
//! next lease: allocating megabytes for each part costs more than it seems.

use std::cell::Cell;
use std::sync::Arc;

use crate::call::{Call, Watched};
use crate::error::{Error, Result};

/// Bytes that may be in memory at once.
///
/// A lease waits until it fits, or until it is `urgent`: the part without which a transfer cannot go on gets its buffer
/// whatever the others hold. So among all that wait there is always one lease that does not, and that ends. What an
/// urgent part needs beyond its buffer (key derivations, unpacking) goes above the limit for one lease at a time,
/// because many transfers have as many urgent parts.
pub(crate) struct Budget {
    limit: u64,
    state: Watched<Charges>,
}

/// What is charged, and the buffers at rest.
#[derive(Default)]
struct Charges {
    /// Charged for leases.
    leased: u64,
    /// Buffers to use again, and their capacities in all.
    idle: Vec<Vec<u8>>,
    idle_bytes: u64,
    /// Whether a lease has grown above the limit.
    above: bool,
}

impl Charges {
    /// The smallest idle buffer with room for so many bytes, but none that is far too large.
    fn take_idle(&mut self, size: usize) -> Option<Vec<u8>> {
        let fits = size..=size.saturating_mul(2);
        let fitting = (0..self.idle.len()).filter(|i| fits.contains(&self.idle[*i].capacity()));
        let index = fitting.min_by_key(|i| self.idle[*i].capacity())?;
        let buffer = self.idle.swap_remove(index);
        self.idle_bytes -= buffer.capacity() as u64;
        Some(buffer)
    }

    /// Takes idle buffers out until all that is charged is within the limit.
    fn excess(&mut self, limit: u64) -> Vec<Vec<u8>> {
        let mut excess = Vec::new();
        while self.leased + self.idle_bytes > limit
            && let Some(buffer) = self.idle.pop()
        {
            self.idle_bytes -= buffer.capacity() as u64;
            excess.push(buffer);
        }
        excess
    }
}

/// A buffer within the budget; it is given back when dropped.
pub(crate) struct Lease {
    pub(crate) buffer: Vec<u8>,
    budget: Arc<Budget>,
    charged: Cell<u64>,
    /// What was charged for the buffer at first.
    room: u64,
    /// Whether it is the one that has grown above the limit.
    above: Cell<bool>,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            state: Watched::default(),
        }
    }

    /// A lease without a buffer, for memory that is held elsewhere: it grows by that.
    pub(crate) fn lease_nothing(self: &Arc<Self>) -> Lease {
        Lease {
            buffer: Vec::new(),
            budget: Arc::clone(self),
            charged: Cell::new(0),
            room: 0,
            above: Cell::new(false),
        }
    }

    /// A buffer with room for so many bytes. What stands in it has no meaning.
    ///
    /// # Errors
    /// `Stopped`; `OutOfMemory` if the system has none.
    pub(crate) fn lease(
        self: &Arc<Self>,
        call: &Call,
        bytes: u64,
        urgent: impl Fn() -> bool,
    ) -> Result<Lease> {
        let size = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut lease = self.lease_nothing();
        let mut idle = None;
        let mut state = self.state.wait_while(call, |state| {
            idle = state.take_idle(size);
            idle.is_none() && state.leased > 0 && state.leased + bytes > self.limit && !urgent()
        })?;
        if let Some(buffer) = idle {
            let capacity = buffer.capacity() as u64;
            state.leased += capacity;
            lease.charged.set(capacity);
            lease.room = capacity;
            lease.buffer = buffer;
            return Ok(lease);
        }
        state.leased += bytes;
        lease.charged.set(bytes);
        lease.room = bytes;
        let mut excess = state.excess(self.limit);
        // One that does not fit goes in any case: idle memory follows the parts in flight.
        if let Some(buffer) = state.idle.pop() {
            state.idle_bytes -= buffer.capacity() as u64;
            excess.push(buffer);
        }
        drop(state);
        drop(excess);
        if lease.buffer.try_reserve_exact(size).is_err() {
            self.trim();
            lease
                .buffer
                .try_reserve_exact(size)
                .map_err(|_| Error::out_of_memory(size))?;
        }
        Ok(lease)
    }

    /// Gives all idle buffers back to the system: at the end of a transfer.
    pub(crate) fn trim(&self) {
        let idle = {
            let mut state = self.state.lock();
            state.idle_bytes = 0;
            std::mem::take(&mut state.idle)
        };
        drop(idle);
        self.state.notify();
    }
}

impl Lease {
    /// Charges what a part turns out to need, in bytes in all; waits as [`Budget`] says. What no longer needs more than
    /// the buffer gives the rest back. Looks for a stop also if nothing more is to be charged.
    pub(crate) fn grow(&self, call: &Call, bytes: u64, urgent: impl Fn() -> bool) -> Result<()> {
        call.check()?;
        let charged = self.charged.get();
        if bytes <= self.room {
            self.give_back(self.room);
        }
        let Some(more) = bytes.checked_sub(charged).filter(|more| *more > 0) else {
            return Ok(());
        };
        let limit = self.budget.limit;
        let may_go_above = |state: &Charges| !state.above && (state.leased == charged || urgent());
        let mut state = self.budget.state.wait_while(call, |state| {
            state.leased + more > limit && !self.above.get() && !may_go_above(state)
        })?;
        if state.leased + more > limit && !self.above.get() {
            state.above = true;
            self.above.set(true);
        }
        state.leased += more;
        self.charged.set(bytes);
        let excess = state.excess(limit);
        drop(state);
        drop(excess);
        Ok(())
    }

    /// Charges no more than what the buffer takes now.
    pub(crate) fn settle(&self) {
        self.give_back(self.buffer.capacity() as u64);
    }

    /// Keeps the charge for so many bytes at most, and leaves the place above the limit to the next.
    fn give_back(&self, kept: u64) {
        let kept = self.charged.get().min(kept);
        let surplus = self.charged.replace(kept) - kept;
        if surplus > 0 {
            let mut state = self.budget.state.lock();
            state.leased -= surplus;
            state.above &= !self.above.take();
            drop(state);
            self.budget.state.notify();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        let excess = {
            let mut state = self.budget.state.lock();
            state.leased -= self.charged.get();
            state.above &= !self.above.get();
            if buffer.capacity() > 0 {
                state.idle_bytes += buffer.capacity() as u64;
                state.idle.push(buffer);
            }
            state.excess(self.budget.limit)
        };
        drop(excess);
        self.budget.state.notify();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::ErrorKind;

    const A_WHILE: Duration = Duration::from_millis(50);

    fn budget(limit: u64) -> (Arc<Budget>, Arc<Call>) {
        (Arc::new(Budget::new(limit)), Call::new().0)
    }

    fn charged(budget: &Budget) -> u64 {
        let state = budget.state.lock();
        assert_eq!(
            state.idle_bytes,
            state.idle.iter().map(|b| b.capacity() as u64).sum::<u64>()
        );
        state.leased + state.idle_bytes
    }

    #[test]
    fn what_does_not_fit_waits_but_one_part_always_runs() {
        let (budget, call) = budget(100);
        let huge = budget
            .lease(&call, 1000, || false)
            .expect("one part may always run");
        assert!(
            budget.lease(&call, 10, || true).is_ok(),
            "an urgent part does not wait"
        );
        drop(huge);
        let first = budget.lease(&call, 60, || false).expect("fits");
        let _second = budget.lease(&call, 40, || false).expect("fits");
        let waiting = {
            let (call, budget) = (Arc::clone(&call), Arc::clone(&budget));
            std::thread::spawn(move || budget.lease(&call, 60, || false).map(|_| ()))
        };
        drop(first);
        waiting.join().expect("no panic").expect("room was made");
    }

    #[test]
    fn what_grows_waits_as_well_and_is_charged() {
        let (budget, call) = budget(100);
        let first = budget.lease(&call, 60, || false).expect("fits");
        let second = budget.lease(&call, 10, || false).expect("fits");
        second.grow(&call, 40, || false).expect("fits");
        second
            .grow(&call, 20, || false)
            .expect("is charged already");
        assert_eq!(charged(&budget), 100);
        first.grow(&call, 500, || true).expect("is urgent");
        let waiting = std::thread::spawn({
            let call = Arc::clone(&call);
            move || second.grow(&call, 41, || false)
        });
        drop(first);
        waiting.join().expect("no panic").expect("room was made");
    }

    /// Each is the part that its own transfer waits for.
    #[test]
    fn urgent_ones_grow_above_the_limit_one_at_a_time() {
        let (budget, call) = budget(100);
        let lease = || budget.lease(&call, 10, || true).expect("urgent");
        let (first, second) = (lease(), lease());
        first.grow(&call, 500, || true).expect("the only one");
        first
            .grow(&call, 600, || true)
            .expect("it waits for nobody");
        let (done, is_done) = std::sync::mpsc::channel();
        let second = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                second.grow(&call, 500, || true).expect("its turn");
                done.send(()).expect("is waited for");
                second
            });
            assert!(is_done.recv_timeout(3 * A_WHILE).is_err(), "it waits");
            assert_eq!(charged(&budget), 610);
            first.grow(&call, 10, || true).expect("gives back");
            waiting.join().expect("no panic")
        });
        assert_eq!(charged(&budget), 510);
        drop(second);
        first.grow(&call, 500, || true).expect("the place is free");
        let stopped = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| lease().grow(&call, 500, || true));
            std::thread::sleep(A_WHILE);
            call.stop();
            waiting.join().expect("no panic")
        });
        assert_eq!(stopped.expect_err("stopped").kind(), ErrorKind::Stopped);
    }

    #[test]
    fn what_is_held_elsewhere_is_charged_too() {
        let (budget, call) = budget(100);
        let nothing = budget.lease_nothing();
        assert_eq!(charged(&budget), 0);
        nothing.grow(&call, 60, || false).expect("fits");
        assert_eq!(charged(&budget), 60);
        drop(nothing);
        assert_eq!(charged(&budget), 0);
    }

    #[test]
    fn idle_buffers_are_charged_used_again_and_given_back() {
        let (budget, call) = budget(100);
        let mut lease = budget.lease(&call, 60, || false).expect("fits");
        lease.buffer.push(7);
        let place = lease.buffer.as_ptr();
        drop(lease);
        assert_eq!(charged(&budget), 60, "idle");
        let lease = budget.lease(&call, 50, || false).expect("fits");
        assert_eq!((lease.buffer.as_ptr(), charged(&budget)), (place, 60));
        drop(lease);
        let larger = budget.lease(&call, 80, || false).expect("fits");
        assert_eq!(charged(&budget), 80, "the idle one made room");
        drop(larger);
        assert_eq!(charged(&budget), 80);
        budget.trim();
        assert_eq!(charged(&budget), 0);
        drop(budget.lease(&call, 1000, || false).expect("alone"));
        assert_eq!(charged(&budget), 0, "nothing idle beyond the limit");
    }

    #[test]
    fn a_lease_is_charged_by_what_it_holds() {
        let (budget, call) = budget(1000);
        let mut lease = budget.lease(&call, 10, || false).expect("fits");
        lease.grow(&call, 500, || false).expect("fits");
        lease.buffer = Vec::with_capacity(300);
        lease.settle();
        assert_eq!(charged(&budget), 300);
    }

    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        let (budget, call) = budget(100);
        let refused = budget.lease(&call, 1 << 62, || false).err().expect("none");
        assert_eq!(refused.kind(), ErrorKind::OutOfMemory);
        assert_eq!(charged(&budget), 0);
    }

    #[test]
    fn a_waiting_lease_sleeps_until_memory_is_given_back() {
        let (budget, call) = budget(100);
        let held = budget.lease(&call, 100, || false).expect("fits");
        let looks = AtomicU32::new(0);
        let urgent = || looks.fetch_add(1, Ordering::Relaxed) > 1000;
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.lease(&call, 100, urgent).map(|_| ()));
            std::thread::sleep(6 * A_WHILE);
            assert!(
                looks.load(Ordering::Relaxed) <= 2,
                "it does not look meanwhile"
            );
            drop(held);
            waiting.join().expect("no panic").expect("room was made");
        });
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let (budget, call) = budget(100);
        let held = budget.lease(&call, 100, || false).expect("fits");
        let other = budget.lease(&call, 1, || true).expect("urgent");
        call.stop();
        let refused = budget.lease(&call, 1, || false).err().expect("stopped");
        assert_eq!(refused.kind(), ErrorKind::Stopped);
        for bytes in [1, 200] {
            let refused = other.grow(&call, bytes, || false).expect_err("stopped");
            assert_eq!(refused.kind(), ErrorKind::Stopped);
        }
        drop(held);
    }
}
