//! The threads of a client, which its calls share.
//!
//! Each call needs one thread, which leads it. It gets more only while no other call waits for its first, and they go
//! back as soon as one does. So every call comes to its turn, and the calls of a client together have no more threads
//! than [`Threads::MOST`], however many they are.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::os;
use crate::os::lock::Mutex;

/// How long the caller's code may take before a thread that waits for it does not count any more. It may wait for
/// another call, which needs a thread.
pub(super) const CALLER_PATIENCE: Duration = Duration::from_secs(2);

type Work = Box<dyn FnOnce() + Send>;

/// The threads of a client. Cloning is cheap; the clones are the same threads.
#[derive(Clone, Default)]
pub(crate) struct Threads(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Threads that count.
    working: usize,
    /// What waits for a thread, each with its number, in order.
    waiting: VecDeque<(u64, Work)>,
    last: u64,
}

impl Threads {
    /// The most that work for a client at once: with their stacks and connections they stay within the 32 MiB that the
    /// header grants beside the budget. The client also has one that closes connections at rest, and one for each host
    /// whose name is being resolved.
    pub(crate) const MOST: usize = 40;

    /// Has a thread lead a call: at once, or when another one is free. Returns the number under which the work can be
    /// taken back until then.
    ///
    /// # Errors
    /// `SystemLimit`, if the system starts no thread and there is none to wait for.
    pub(super) fn lead(&self, work: impl FnOnce() + Send + 'static) -> Result<u64> {
        let mut state = self.0.lock();
        state.last += 1;
        let number = state.last;
        state.waiting.push_back((number, Box::new(work)));
        if let Err(error) = self.add(&mut state)
            && state.working == 0
        {
            let refused = state.waiting.pop_back();
            drop(state);
            drop(refused);
            return Err(error);
        }
        Ok(number)
    }

    /// Drops what still waits for a thread.
    pub(super) fn take_back(&self, number: u64) {
        let mut state = self.0.lock();
        let place = (state.waiting.iter()).position(|(waiting, _)| *waiting == number);
        let work = place.and_then(|place| state.waiting.remove(place));
        drop(state);
        drop(work);
    }

    /// Has a thread do a share of a call's work, if one is free. Returns whether it does.
    pub(crate) fn help(&self, work: impl FnOnce() + Send + 'static) -> bool {
        let mut state = self.0.lock();
        if !state.waiting.is_empty() || state.working >= Self::MOST {
            return false;
        }
        let threads = self.clone();
        let started = os::spawn("sendsafely", move || {
            let _ = catch_unwind(AssertUnwindSafe(|| os::on_worker_stack(work)));
            threads.work();
        });
        state.working += usize::from(started.is_ok());
        started.is_ok()
    }

    /// Whether a call waits for its first thread.
    pub(crate) fn are_awaited(&self) -> bool {
        !self.0.lock().waiting.is_empty()
    }

    /// Until the result is dropped, this thread does not count: it waits for the caller's code.
    pub(super) fn step_aside(&self) -> Aside<'_> {
        let mut state = self.0.lock();
        state.working -= 1;
        if !state.waiting.is_empty() {
            // If the system starts none, what waits has to wait on.
            let _ = self.add(&mut state);
        }
        Aside(self)
    }

    /// Starts a thread for what waits, if there may be one more.
    fn add(&self, state: &mut State) -> Result<()> {
        if state.working < Self::MOST {
            let threads = self.clone();
            os::spawn("sendsafely", move || threads.work())?;
            state.working += 1;
        }
        Ok(())
    }

    /// A thread: leads one call after the other, until none waits.
    fn work(&self) {
        while let Some(work) = self.next() {
            // What panics ends without a result. The thread goes on.
            let _ = catch_unwind(AssertUnwindSafe(|| os::on_worker_stack(work)));
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.0.lock();
        // There are too many when one has come back from where it did not count.
        let next = match state.working <= Self::MOST {
            true => state.waiting.pop_front(),
            false => None,
        };
        state.working -= usize::from(next.is_none());
        next.map(|(_, work)| work)
    }
}

/// A thread that does not count.
pub(super) struct Aside<'a>(&'a Threads);

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.0.0.lock().working += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crossbeam_channel::{Sender, bounded, unbounded};

    use super::*;

    /// Starts calls that block until the sender is dropped, and waits until as many as can have begun.
    fn blocked(threads: &Threads, calls: usize) -> (Sender<()>, Arc<AtomicUsize>) {
        let (blocker, block) = bounded::<()>(0);
        let (begun, has_begun) = unbounded();
        let led = Arc::new(AtomicUsize::new(0));
        for _ in 0..calls {
            let (block, begun, led) = (block.clone(), begun.clone(), Arc::clone(&led));
            let work = move || {
                led.fetch_add(1, Ordering::SeqCst);
                let _ = begun.send(());
                let _ = block.recv();
            };
            threads.lead(work).expect("a thread");
        }
        for _ in 0..calls.min(Threads::MOST) {
            has_begun.recv().expect("it begins");
        }
        (blocker, led)
    }

    fn wait_until_working(threads: &Threads, most: usize) {
        while threads.0.lock().working > most {
            std::thread::yield_now();
        }
    }

    #[test]
    fn calls_wait_for_a_thread_and_get_one() {
        let threads = Threads::default();
        let (blocker, led) = blocked(&threads, 2 * Threads::MOST);
        assert!(threads.are_awaited());
        assert!(!threads.help(|| ()), "no call gets a second thread");
        assert_eq!(led.load(Ordering::SeqCst), Threads::MOST);
        let (done, is_done) = bounded::<()>(1);
        let number = threads.lead(move || drop(done)).expect("it waits");
        threads.take_back(number);
        assert!(is_done.recv().is_err(), "its work was dropped");
        drop(blocker);
        wait_until_working(&threads, 0);
        assert_eq!(led.load(Ordering::SeqCst), 2 * Threads::MOST);
    }

    #[test]
    fn a_thread_that_steps_aside_leaves_its_place_to_another() {
        let threads = Threads::default();
        let (_blocker, _) = blocked(&threads, Threads::MOST - 1);
        let (answer, question) = bounded::<()>(1);
        let (begun, has_begun) = bounded(0);
        let own = threads.clone();
        let waits = move || {
            begun.send(()).expect("is waited for");
            let _aside = own.step_aside();
            question.recv().expect("an answer");
        };
        threads.lead(waits).expect("a thread");
        has_begun.recv().expect("it begins");
        let other = move || answer.send(()).expect("is waited for");
        threads.lead(other).expect("a thread");
        wait_until_working(&threads, Threads::MOST - 1);
    }

    #[test]
    fn a_panic_costs_no_thread() {
        let threads = Threads::default();
        threads.lead(|| panic!("in a call")).expect("a thread");
        wait_until_working(&threads, 0);
    }
}
