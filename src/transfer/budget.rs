//! One budget of bytes for all parts in memory, shared by the calls of a client.
//!
//! Every buffer of a transfer is leased from here, so that all memory that is used is charged: a buffer is charged from
//! before it is made until it is given back to the system. In between it may wait, idle but still charged, for the
//! next lease: allocating megabytes for each part costs more than it seems.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{Call, Watched};
use crate::error::{Error, Result};
use crate::os::lock::MutexGuard;

/// Bytes that may be in memory at once.
///
/// Leases wait in line until they fit. Parts may hold memory while they wait for one that stands in this line: it is
/// `urgent`, a part without which a transfer cannot go on. So one urgent lease at a time may overtake all others and go
/// above the limit, for its buffer and for what it needs besides (key derivations, unpacking). It waits for no other
/// lease, so its part comes to an end, and then the next urgent one may go above. A lease that is alone has what it needs,
/// and keeps it when others come.
///
/// The caller's code may have a part for long, and may wait for another transfer meanwhile. Such a part does not count
/// until it comes back. A transfer that was begun inside a callback goes above the limit at any time, with its urgent
/// lease alone: the part whose callback it is may be the one above.
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
    /// Whether a lease may be above the limit.
    above: bool,
    /// The line of those that wait for a lease, by their numbers.
    line: VecDeque<u64>,
    last: u64,
}

impl Charges {
    /// Whether an urgent lease may go above the limit now.
    fn may_overtake(&self, call: &Call) -> bool {
        !self.above || call.is_nested()
    }

    /// The smallest idle buffer with room for so many bytes, but none that is far too large: its place and capacity.
    fn idle_for(&self, size: usize) -> Option<(usize, u64)> {
        let fits = size..=size.saturating_mul(2);
        let capacities = self.idle.iter().map(Vec::capacity).enumerate();
        let fitting = capacities.filter(|(_, capacity)| fits.contains(capacity));
        let (index, capacity) = fitting.min_by_key(|(_, capacity)| *capacity)?;
        Some((index, capacity as u64))
    }

    fn take_idle(&mut self, size: usize) -> Option<Vec<u8>> {
        let (index, capacity) = self.idle_for(size)?;
        self.idle_bytes -= capacity;
        Some(self.idle.swap_remove(index))
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
        let place = self.stand_in_line();
        let mut state = self.state.wait_while(call, |state| {
            let charge = state.idle_for(size).map_or(bytes, |(_, capacity)| capacity);
            if state.line.front() == Some(&place.number)
                && (state.leased == 0 || state.leased + charge <= self.limit)
            {
                return false;
            }
            let overtakes = state.may_overtake(call) && urgent();
            if overtakes && !state.above {
                state.above = true;
                lease.above.set(true);
            }
            !overtakes
        })?;
        let idle = state.take_idle(size);
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
        drop(place);
        drop(excess);
        if lease.buffer.try_reserve_exact(size).is_err() {
            self.drop_idle(self.state.lock());
            lease
                .buffer
                .try_reserve_exact(size)
                .map_err(|_| Error::out_of_memory(size))?;
        }
        Ok(lease)
    }

    /// At the end of a transfer: gives all idle buffers back to the system, unless other transfers use them.
    pub(crate) fn trim(&self) {
        let state = self.state.lock();
        if state.leased == 0 && state.line.is_empty() {
            self.drop_idle(state);
        }
    }

    fn drop_idle(&self, mut state: MutexGuard<'_, Charges>) {
        state.idle_bytes = 0;
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        drop(idle);
        self.state.notify();
    }

    fn stand_in_line(&self) -> Place<'_> {
        let mut state = self.state.lock();
        state.last += 1;
        let number = state.last;
        state.line.push_back(number);
        Place {
            budget: self,
            number,
        }
    }
}

/// A place in the line. Who leaves it lets the next ones look.
struct Place<'a> {
    budget: &'a Budget,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state.lock();
        state.line.retain(|number| *number != self.number);
        let others = !state.line.is_empty();
        drop(state);
        if others {
            self.budget.state.notify();
        }
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
        let mut state = self.budget.state.wait_while(call, |state| {
            if state.leased + more <= limit || self.above.get() {
                return false;
            }
            let overtakes = state.may_overtake(call) && urgent();
            if overtakes && !state.above {
                state.above = true;
                self.above.set(true);
            }
            // One that is alone need not be urgent, and may be kept until an urgent one is done: that one goes above it.
            let is_alone = state.leased == charged;
            !(overtakes || is_alone)
        })?;
        state.leased += more;
        self.charged.set(bytes);
        let excess = state.excess(limit);
        drop(state);
        drop(excess);
        Ok(())
    }

    /// This memory does not count any more, because the caller's code has it for long.
    pub(crate) fn put_aside(&self) {
        let mut state = self.budget.state.lock();
        state.leased -= self.charged.take();
        state.above &= !self.above.take();
        drop(state);
        self.budget.state.notify();
    }

    /// What was put aside counts again, as soon as there is room.
    pub(crate) fn count_again(&self, call: &Call) -> Result<()> {
        self.grow(call, self.room, || true)
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
            if state.leased <= self.budget.limit {
                state.above &= !self.above.take();
            }
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
            let capacity = buffer.capacity() as u64;
            if capacity > 0 {
                state.idle_bytes += capacity;
                state.idle.push(buffer);
            }
            // If others wait, one of them takes this buffer at once, and may be the one above the limit.
            let beyond = if state.line.is_empty() { 0 } else { capacity };
            state.excess(self.budget.limit.saturating_add(beyond))
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
        (Arc::new(Budget::new(limit)), Call::alone())
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
        let third = lease();
        first.grow(&call, 500, || true).expect("the place is free");
        let stopped = std::thread::scope(|scope| {
            let call = &call;
            let waiting = scope.spawn(move || third.grow(call, 500, || true));
            std::thread::sleep(A_WHILE);
            call.stop();
            waiting.join().expect("no panic")
        });
        assert_eq!(stopped.expect_err("stopped").kind(), ErrorKind::Stopped);
    }

    /// It came early, and was alone then: it keeps its memory until the urgent one is done.
    #[test]
    fn an_urgent_lease_does_not_wait_for_one_that_was_alone() {
        let (budget, call) = budget(100);
        let early = budget.lease(&call, 10, || false).expect("fits");
        early.grow(&call, 500, || false).expect("is alone");
        let urgent = budget.lease(&call, 10, || true).expect("is urgent");
        urgent.grow(&call, 500, || true).expect("is urgent");
        assert_eq!(charged(&budget), 1000);
    }

    /// Each is the first part of a transfer, and many transfers hold memory.
    #[test]
    fn one_urgent_lease_overtakes_the_line_and_all_come_to_their_turn() {
        let (budget, call) = budget(100);
        let mut held: Vec<_> = (0..10)
            .map(|_| budget.lease(&call, 10, || false).expect("fits"))
            .collect();
        let overtaking = budget.lease(&call, 10, || true).expect("urgent");
        let (done, finished) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            for number in 0..20 {
                let (done, budget, call) = (done.clone(), &budget, &call);
                scope.spawn(move || {
                    let lease = budget.lease(call, 10, || number % 2 == 0).expect("memory");
                    assert!(charged(budget) <= 110);
                    std::thread::sleep(Duration::from_millis(1));
                    drop(lease);
                    done.send(number).expect("is waited for");
                });
            }
            assert!(finished.recv_timeout(A_WHILE).is_err(), "all wait");
            assert_eq!(charged(&budget), 110);
            // Even if the others hold what they have, each urgent one gets through.
            drop(overtaking);
            for _ in 0..10 {
                assert_eq!(finished.recv().expect("it ends") % 2, 0);
            }
            held.pop();
            for _ in 0..10 {
                assert_eq!(finished.recv().expect("it ends") % 2, 1);
            }
        });
    }

    #[test]
    fn what_the_callers_code_keeps_does_not_count_until_it_comes_back() {
        let (budget, call) = budget(100);
        let [first, second] = [(); 2].map(|()| {
            let kept = budget.lease(&call, 100, || false).expect("fits");
            kept.put_aside();
            kept
        });
        assert_eq!(charged(&budget), 0);
        let other = budget.lease(&call, 100, || false).expect("fits");
        first.count_again(&call).expect("goes above the limit");
        assert_eq!(charged(&budget), 200);
        std::thread::scope(|scope| {
            let again = Arc::clone(&call);
            let waiting = scope.spawn(move || second.count_again(&again));
            std::thread::sleep(A_WHILE);
            assert!(!waiting.is_finished(), "one at a time");
            drop(first);
            waiting.join().expect("no panic").expect("its turn");
        });
        drop(other);
        assert_eq!(charged(&budget), 100, "idle");
    }

    /// Others that wait for a nested call keep what they have.
    #[test]
    fn a_nested_call_does_not_wait_for_the_one_above_the_limit() {
        let (budget, call) = budget(100);
        let first = budget.lease(&call, 100, || false).expect("fits");
        let second = budget.lease(&call, 100, || true).expect("is urgent");
        let nested = Call::nested();
        let third = budget.lease(&nested, 100, || true).expect("is urgent");
        third.grow(&nested, 150, || true).expect("is urgent");
        assert_eq!(charged(&budget), 350);
        drop(third);
        assert!(budget.state.lock().above, "the second");
        drop((first, second));
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
