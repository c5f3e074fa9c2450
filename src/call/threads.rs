//! The threads of a client, which its calls share.
//!
//! Each call needs one thread, which leads it. A transfer gets more, as helpers, only while no call waits for its
//! first, and they go back as soon as one does. Transfers may last for hours, so that they never get all threads: the
//! other calls, which are short, always find some.
//!
//! A thread that waits long for the caller's code steps aside: it does not count, and another one may start. The caller
//! may wait for another call, which needs it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::os;
use crate::os::lock::Mutex;

/// How long the caller's code may take before the thread that waits for it steps aside.
pub(crate) const CALLER_PATIENCE: Duration = Duration::from_secs(2);

/// What a thread works for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call that waits for nothing but the service.
    Short,
    /// A transfer of files, in memory or trees. It may last long, and may wait for the caller's code.
    Transfer,
    /// A transfer that a callback of another call has begun. The other one keeps its thread until this one has ended,
    /// so this one gets a thread at once, beyond all limits.
    Nested,
}

/// What leads a call. It gets an error in place of a thread if there will be none.
type Work = Box<dyn FnOnce(Result<()>) + Send>;

struct Waiting {
    number: u64,
    kind: Kind,
    work: Work,
}

/// The threads of a client. Cloning is cheap; the clones are the same threads.
#[derive(Clone, Default)]
pub(crate) struct Threads(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Threads that count.
    working: usize,
    /// Those of them that work for transfers.
    transferring: usize,
    /// Threads that wait for the caller's code, and do not count.
    aside: usize,
    /// What waits for a thread, in order.
    waiting: VecDeque<Waiting>,
    last: u64,
}

impl State {
    fn begin(&mut self, kind: Kind) {
        self.transferring += usize::from(kind != Kind::Short);
    }

    fn end(&mut self, kind: Kind) {
        self.transferring -= usize::from(kind != Kind::Short);
    }

    /// Whether a thread that counts may begin with this.
    fn may_begin(&self, kind: Kind) -> bool {
        kind == Kind::Short || self.transferring < Threads::TRANSFERRING
    }

    /// The place of what waits longest of what may begin.
    fn next(&self) -> Option<usize> {
        (self.waiting.iter()).position(|waiting| self.may_begin(waiting.kind))
    }
}

impl Threads {
    /// The most threads that count, and the most that are aside. Together they are the 64 of the header; their stacks
    /// and connections stay within the 32 MiB that it grants beside the budget. The client also has one thread that
    /// closes connections at rest, and one for each host whose name is being resolved.
    pub(crate) const MOST: usize = 40;
    const ASIDE: usize = 24;
    /// How many of those that count work for transfers at most. The rest is kept for short calls.
    pub(crate) const TRANSFERRING: usize = 32;

    /// Has a thread lead a call: at once, or when another one is free. Returns the number under which the work can be
    /// taken back until then.
    ///
    /// # Errors
    /// `SystemLimit`, if the system starts no thread and there is none to wait for.
    pub(super) fn lead(
        &self,
        kind: Kind,
        work: impl FnOnce(Result<()>) + Send + 'static,
    ) -> Result<u64> {
        let mut state = self.0.lock();
        state.last += 1;
        let number = state.last;
        if kind == Kind::Nested {
            self.start(&mut state, kind, || work(Ok(())))?;
            return Ok(number);
        }
        let work = Box::new(work);
        state.waiting.push_back(Waiting { number, kind, work });
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
        let place = (state.waiting.iter()).position(|waiting| waiting.number == number);
        let work = place.and_then(|place| state.waiting.remove(place));
        drop(state);
        drop(work);
    }

    /// Has a thread do a share of a transfer's work, if one is free. Returns whether it does.
    pub(crate) fn help(&self, work: impl FnOnce() + Send + 'static) -> bool {
        let mut state = self.0.lock();
        state.waiting.is_empty()
            && state.working < Self::MOST
            && state.may_begin(Kind::Transfer)
            && self.start(&mut state, Kind::Transfer, work).is_ok()
    }

    /// Whether a call waits for its first thread.
    pub(crate) fn are_awaited(&self) -> bool {
        !self.0.lock().waiting.is_empty()
    }

    /// Until the result is dropped, this thread of a transfer does not count: it waits for the caller's code. None if
    /// too many do.
    pub(super) fn step_aside(&self) -> Option<Aside<'_>> {
        let mut state = self.0.lock();
        if state.aside == Self::ASIDE {
            return None;
        }
        state.aside += 1;
        state.working -= 1;
        state.end(Kind::Transfer);
        // Without a thread that counts, nothing could ever take what waits: the caller may wait for that.
        if let Err(error) = self.add(&mut state)
            && state.working == 0
        {
            let refused = std::mem::take(&mut state.waiting);
            drop(state);
            for Waiting { work, .. } in refused {
                work(Err(error.clone()));
            }
        }
        Some(Aside(self))
    }

    /// Starts a thread for what waits, if there may be one more.
    fn add(&self, state: &mut State) -> Result<()> {
        if state.next().is_some() && state.working < Self::MOST {
            let threads = self.clone();
            os::spawn("sendsafely", move || threads.work())?;
            state.working += 1;
        }
        Ok(())
    }

    /// Starts a thread that begins with this.
    fn start(
        &self,
        state: &mut State,
        kind: Kind,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<()> {
        let threads = self.clone();
        os::spawn("sendsafely", move || {
            threads.run(kind, work);
            threads.work();
        })?;
        state.working += 1;
        state.begin(kind);
        Ok(())
    }

    /// A thread: leads one call after the other, until none waits.
    fn work(&self) {
        while let Some(Waiting { kind, work, .. }) = self.next() {
            self.run(kind, || work(Ok(())));
        }
    }

    fn run(&self, kind: Kind, work: impl FnOnce()) {
        // What panics ends without a result. The thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(|| os::on_worker_stack(work)));
        self.0.lock().end(kind);
    }

    fn next(&self) -> Option<Waiting> {
        let mut state = self.0.lock();
        // There are too many when one has come back from where it did not count.
        let next = state.next().filter(|_| state.working <= Self::MOST);
        let next = next.and_then(|place| state.waiting.remove(place));
        match &next {
            Some(waiting) => state.begin(waiting.kind),
            None => state.working -= 1,
        }
        next
    }
}

/// A thread that does not count.
pub(super) struct Aside<'a>(&'a Threads);

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.aside -= 1;
        state.working += 1;
        state.begin(Kind::Transfer);
    }
}

thread_local! {
    /// The calls to which this thread attends.
    static ATTENDING: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread runs a callback of a call under way.
pub(super) fn is_inside_call() -> bool {
    ATTENDING.get() > 0
}

/// This thread attends to a call until this is dropped.
pub(super) struct Inside;

impl Inside {
    pub(super) fn enter() -> Self {
        ATTENDING.set(ATTENDING.get() + 1);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        ATTENDING.set(ATTENDING.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crossbeam_channel::{Sender, bounded, unbounded};

    use super::*;

    const MOST: usize = Threads::MOST;
    const TRANSFERRING: usize = Threads::TRANSFERRING;

    /// Starts calls that block until the sender is dropped, and waits until `most` of them have begun.
    fn blocked(
        threads: &Threads,
        kind: Kind,
        calls: usize,
        most: usize,
    ) -> (Sender<()>, Arc<AtomicUsize>) {
        let (blocker, block) = bounded::<()>(0);
        let (begun, has_begun) = unbounded();
        let led = Arc::new(AtomicUsize::new(0));
        for _ in 0..calls {
            let (block, begun, led) = (block.clone(), begun.clone(), Arc::clone(&led));
            let work = move |_| {
                led.fetch_add(1, Ordering::SeqCst);
                let _ = begun.send(());
                let _ = block.recv();
            };
            threads.lead(kind, work).expect("a thread");
        }
        for _ in 0..calls.min(most) {
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
        let (blocker, led) = blocked(&threads, Kind::Short, 2 * MOST, MOST);
        assert!(threads.are_awaited());
        assert!(!threads.help(|| ()), "no call gets a second thread");
        assert_eq!(led.load(Ordering::SeqCst), MOST);
        let (done, is_done) = bounded::<()>(1);
        let number = threads.lead(Kind::Short, |_| drop(done)).expect("it waits");
        threads.take_back(number);
        assert!(is_done.recv().is_err(), "its work was dropped");
        drop(blocker);
        wait_until_working(&threads, 0);
        assert_eq!(led.load(Ordering::SeqCst), 2 * MOST);
    }

    #[test]
    fn transfers_leave_threads_to_short_calls() {
        let threads = Threads::default();
        let (_blocker, led) = blocked(&threads, Kind::Transfer, 2 * MOST, TRANSFERRING);
        assert!(!threads.help(|| ()), "no helpers while a call waits");
        let (begun, has_begun) = bounded(0);
        for kind in [Kind::Short, Kind::Nested] {
            let begun = begun.clone();
            let begin = move |_| begun.send(()).expect("is waited for");
            threads.lead(kind, begin).expect("a thread");
            has_begun.recv().expect("it begins at once");
        }
        assert_eq!(led.load(Ordering::SeqCst), TRANSFERRING);
    }

    /// Leads a transfer that waits for the caller until the sender is dropped. Returns whether it stepped aside.
    fn waits_for_caller(threads: &Threads) -> (Sender<()>, bool) {
        let (answer, question) = bounded::<()>(0);
        let (begun, has_begun) = bounded(0);
        let own = threads.clone();
        let waits = move |_| {
            let aside = own.step_aside();
            begun.send(aside.is_some()).expect("is waited for");
            let _ = question.recv();
        };
        threads.lead(Kind::Transfer, waits).expect("a thread");
        (answer, has_begun.recv().expect("it begins"))
    }

    #[test]
    fn so_many_threads_step_aside_and_leave_their_places_to_others() {
        let threads = Threads::default();
        let mut held = Vec::new();
        for number in 0..TRANSFERRING + Threads::ASIDE {
            let (answer, is_aside) = waits_for_caller(&threads);
            held.push(answer);
            assert_eq!(is_aside, number < Threads::ASIDE);
        }
        assert_eq!(threads.0.lock().working, TRANSFERRING);
        drop(held);
        wait_until_working(&threads, 0);
        let (_answer, is_aside) = waits_for_caller(&threads);
        assert!(is_aside);
    }

    #[test]
    fn a_panic_costs_no_thread() {
        let threads = Threads::default();
        threads
            .lead(Kind::Short, |_| panic!("in a call"))
            .expect("a thread");
        wait_until_working(&threads, 0);
    }
}
