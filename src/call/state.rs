//! The state of one call: what it has done so far, and how it is stopped.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::progress::{Phase, Progress};
use super::threads::{CALLER_PATIENCE, Kind, Threads, is_inside_call};
use crate::error::{Error, ErrorKind, Result};
use crate::log::Log;
use crate::os::lock::{Condvar, Mutex};
use crate::printable::printable;

/// Something that a stop interrupts, such as the connections of an agent.
pub(crate) trait Interrupt: Send + Sync {
    fn interrupt(&self);
}

/// What a stop has to interrupt, each with its number.
#[derive(Default)]
struct Interrupts {
    last: u64,
    registered: Vec<(u64, Arc<dyn Interrupt>)>,
}

/// The state of one call, shared by the thread that made it and its workers.
pub(crate) struct Call {
    started: Instant,
    phase: AtomicI32,
    /// Workers that wait before they try again; while there are any, that is the phase.
    waiting: AtomicU32,
    bytes_done: AtomicU64,
    bytes_sent: AtomicU64,
    bytes_total: AtomicU64,
    parts_done: AtomicU32,
    parts_total: AtomicU32,
    retries: AtomicU32,
    /// Milliseconds from `started` to the last progress of a transfer; the retry window counts from here.
    moved_at: AtomicU64,
    stopped: AtomicBool,
    /// Sleepers wait on the condition; the mutex holds what a stop interrupts.
    interrupts: Mutex<Interrupts>,
    wake: Condvar,
    log: Mutex<Log>,
    /// Wakes the calling thread for a line of the log or a change of phase.
    notice: Sender<()>,
    threads: Threads,
    /// Whether a callback of another call has made it, which waits for it.
    is_nested: bool,
    /// Why it gets no thread.
    refused: Mutex<Option<Error>>,
    /// The call that this one is a part of, and the phase of that one while nothing waits.
    whole: Option<(Arc<Call>, Phase)>,
    /// Whether its bytes and parts are those of that call.
    is_counted: bool,
}

const UNKNOWN_TOTAL: u64 = u64::MAX;

impl Call {
    /// A call by these threads, and the channel that wakes the thread that attends to it.
    pub(crate) fn new(threads: &Threads) -> (Arc<Self>, Receiver<()>) {
        let (notice, notices) = bounded(1);
        (Arc::new(Self::with(notice, threads.clone(), None)), notices)
    }

    /// A call by threads of its own.
    #[cfg(test)]
    pub(crate) fn alone() -> Arc<Self> {
        Self::new(&Threads::default()).0
    }

    /// A call that a callback has made.
    #[cfg(test)]
    pub(crate) fn nested() -> Arc<Self> {
        let _inside = super::threads::Inside::enter();
        Self::alone()
    }

    /// One file of a call about many files. It can fail by itself; its progress counts for the whole call, and a stop
    /// of the whole stops it.
    pub(crate) fn part_of(whole: &Arc<Self>, phase: Phase) -> PartOfCall {
        Self::within(whole, phase, true)
    }

    /// As [`part_of`](Self::part_of), for what is read only to decide about a transfer: its bytes do not count.
    pub(crate) fn beside(whole: &Arc<Self>, phase: Phase) -> PartOfCall {
        Self::within(whole, phase, false)
    }

    fn within(whole: &Arc<Self>, phase: Phase, is_counted: bool) -> PartOfCall {
        let (notice, _) = bounded(1);
        let threads = whole.threads.clone();
        let part = Arc::new(Self {
            is_counted,
            is_nested: whole.is_nested,
            ..Self::with(notice, threads, Some((Arc::clone(whole), phase)))
        });
        let number = whole.on_stop(Arc::new(StopPart(Arc::downgrade(&part))));
        PartOfCall {
            call: part,
            whole: Arc::clone(whole),
            number,
        }
    }

    fn with(notice: Sender<()>, threads: Threads, whole: Option<(Arc<Self>, Phase)>) -> Self {
        Self {
            started: Instant::now(),
            phase: AtomicI32::new(Phase::Connecting as i32),
            waiting: AtomicU32::new(0),
            bytes_done: AtomicU64::new(0),
            bytes_sent: AtomicU64::new(0),
            bytes_total: AtomicU64::new(UNKNOWN_TOTAL),
            parts_done: AtomicU32::new(0),
            parts_total: AtomicU32::new(0),
            retries: AtomicU32::new(0),
            moved_at: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            interrupts: Mutex::default(),
            wake: Condvar::default(),
            log: Mutex::default(),
            notice,
            threads,
            is_nested: is_inside_call(),
            refused: Mutex::default(),
            whole,
            is_counted: true,
        }
    }

    /// The call to which its bytes and parts count too.
    fn counts_for(&self) -> Option<&Arc<Call>> {
        let whole = self.whole.as_ref().filter(|_| self.is_counted);
        whole.map(|(whole, _)| whole)
    }

    pub(crate) fn threads(&self) -> &Threads {
        &self.threads
    }

    /// Has a thread do the work of this call: at once, or when one is free. A stop that comes before takes it back.
    ///
    /// # Errors
    /// `SystemLimit`, if the system starts no thread and there is none to wait for.
    pub(crate) fn lead(
        self: &Arc<Self>,
        kind: Kind,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<()> {
        let kind = match kind {
            Kind::Transfer if self.is_nested => Kind::Nested,
            kind => kind,
        };
        let call = Arc::clone(self);
        let number = self.threads.lead(kind, move |begins| match begins {
            Ok(()) => work(),
            // The thread that attends to the call notices that `work` is dropped.
            Err(error) => *call.refused.lock() = Some(error),
        })?;
        let threads = self.threads.clone();
        self.on_stop(Arc::new(TakeBack { threads, number }));
        Ok(())
    }

    /// Why this call, which waited for a thread, gets none.
    pub(super) fn why_refused(&self) -> Option<Error> {
        self.refused.lock().take()
    }

    /// Whether a callback of another call has made it. That one keeps what it has until this one has ended.
    pub(crate) fn is_nested(&self) -> bool {
        self.is_nested
    }

    /// Waits for what the caller's code gives. If that takes long, this thread steps aside, and `put_aside` does the
    /// same with what it has: the caller may wait for another call, which needs them.
    ///
    /// # Errors
    /// `Stopped`, if the thread that made the call gives nothing more.
    pub(crate) fn wait_for_caller<T>(
        &self,
        given: &Receiver<T>,
        put_aside: impl FnOnce(),
    ) -> Result<T> {
        match given.recv_timeout(CALLER_PATIENCE) {
            Ok(given) => Ok(given),
            Err(RecvTimeoutError::Disconnected) => Err(stopped()),
            Err(RecvTimeoutError::Timeout) => {
                let aside = self.threads.step_aside();
                if aside.is_some() {
                    put_aside();
                }
                given.recv().map_err(|_| stopped())
            }
        }
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        if self.phase.swap(phase as i32, Ordering::Relaxed) != phase as i32 {
            self.notify();
        }
        if let Some((whole, usual)) = &self.whole {
            // The files of one call are in different phases at once; only waiting is reported.
            whole.set_phase(*usual);
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            Phase::Waiting
        } else {
            Phase::from_number(self.phase.load(Ordering::Relaxed))
        }
    }

    /// The phase is [`Phase::Waiting`] during `wait`. Several workers may wait at once; the last one ends the phase.
    pub(crate) fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.notify();
        let result = match &self.whole {
            Some((whole, _)) => whole.waiting(wait),
            None => wait(),
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.notify();
        result
    }

    /// A line for the observer's log. Waits for nobody.
    pub(crate) fn log(&self, line: impl Into<String>) {
        match &self.whole {
            Some((whole, _)) => whole.log(line),
            None => {
                self.log.lock().push(printable(line));
                self.notify();
            }
        }
    }

    /// Wakes the calling thread; once is enough for all that it finds then.
    fn notify(&self) {
        let _ = self.notice.try_send(());
    }

    pub(super) fn next_line(&self) -> Option<String> {
        self.log.lock().pop()
    }

    pub(crate) fn set_total(&self, bytes: Option<u64>, parts: u32) {
        self.bytes_total
            .store(bytes.unwrap_or(UNKNOWN_TOTAL), Ordering::Relaxed);
        self.parts_total.store(parts, Ordering::Relaxed);
    }

    /// The number of bytes has become known at the end.
    pub(crate) fn set_bytes_total(&self, bytes: u64) {
        self.bytes_total.store(bytes, Ordering::Relaxed);
    }

    /// A file that was counted with so many bytes has another size: the total follows, if there is one.
    pub(crate) fn correct_total(&self, counted: u64, actual: u64) {
        let correct = |total: u64| {
            (total != UNKNOWN_TOTAL).then(|| total.saturating_sub(counted).saturating_add(actual))
        };
        let _ = (self.bytes_total).fetch_update(Ordering::Relaxed, Ordering::Relaxed, correct);
        if let Some(whole) = self.counts_for() {
            whole.correct_total(counted, actual);
        }
    }

    /// A file has parts that were not counted.
    pub(crate) fn more_parts(&self, parts: u32) {
        self.parts_total.fetch_add(parts, Ordering::Relaxed);
        if let Some(whole) = self.counts_for() {
            whole.more_parts(parts);
        }
    }

    pub(crate) fn part_done(&self, plaintext_bytes: u64) {
        self.parts_done(1, plaintext_bytes);
    }

    pub(crate) fn parts_done(&self, parts: u32, plaintext_bytes: u64) {
        self.parts_done.fetch_add(parts, Ordering::Relaxed);
        self.bytes_done
            .fetch_add(plaintext_bytes, Ordering::Relaxed);
        self.moved();
        if let Some(whole) = self.counts_for() {
            whole.parts_done(parts, plaintext_bytes);
        }
    }

    pub(crate) fn sent(&self, bytes: u64) {
        self.bytes_sent.fetch_add(bytes, Ordering::Relaxed);
        if let Some(whole) = self.counts_for() {
            whole.sent(bytes);
        }
    }

    pub(crate) fn unsent(&self, bytes: u64) {
        self.bytes_sent.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(whole) = self.counts_for() {
            whole.unsent(bytes);
        }
    }

    /// Notes that something was, or will be, tried again.
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        if let Some((whole, _)) = &self.whole {
            whole.retried();
        }
    }

    /// Notes progress of a transfer: the retry window starts anew.
    pub(crate) fn moved(&self) {
        self.moved_at.store(self.elapsed_ms(), Ordering::Relaxed);
        if let Some((whole, _)) = &self.whole {
            whole.moved();
        }
    }

    pub(crate) fn since_moved(&self) -> Duration {
        Duration::from_millis(
            self.elapsed_ms()
                .saturating_sub(self.moved_at.load(Ordering::Relaxed)),
        )
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Fails if the call was stopped. Every loop of a worker begins with this.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_stopped() {
            Err(stopped())
        } else {
            Ok(())
        }
    }

    /// Registers something that a stop interrupts, and returns its number. After a stop it is interrupted at once.
    pub(crate) fn on_stop(&self, interrupt: Arc<dyn Interrupt>) -> u64 {
        let mut interrupts = self.interrupts.lock();
        interrupts.last += 1;
        let number = interrupts.last;
        if self.is_stopped() {
            drop(interrupts);
            interrupt.interrupt();
        } else {
            interrupts.registered.push((number, interrupt));
        }
        number
    }

    /// Removes a registration, so that a later stop does not interrupt it. Returns whether no stop came before.
    pub(crate) fn release(&self, number: u64) -> bool {
        let mut interrupts = self.interrupts.lock();
        interrupts
            .registered
            .retain(|(registered, _)| *registered != number);
        !self.is_stopped()
    }

    pub(crate) fn stop(&self) {
        let interrupts = {
            let mut interrupts = self.interrupts.lock();
            self.stopped.store(true, Ordering::Release);
            std::mem::take(&mut interrupts.registered)
        };
        self.wake.notify_all();
        for (_, interrupt) in interrupts {
            interrupt.interrupt();
        }
    }

    /// Sleeps, but not beyond a stop.
    pub(crate) fn sleep(&self, duration: Duration) -> Result<()> {
        let deadline = Instant::now() + duration;
        let mut interrupts = self.interrupts.lock();
        let mut has_passed = false;
        while !self.is_stopped() && !has_passed {
            (interrupts, has_passed) = self.wake.wait_until(interrupts, deadline);
        }
        drop(interrupts);
        self.check()
    }

    /// How far the call is now, without its rate.
    pub(crate) fn snapshot(&self) -> Progress {
        let bytes_done = self.bytes_done.load(Ordering::Relaxed);
        let parts_done = self.parts_done.load(Ordering::Relaxed);
        let total = self.bytes_total.load(Ordering::Relaxed);
        Progress {
            phase: self.phase(),
            bytes_done,
            bytes_sent: self.bytes_sent.load(Ordering::Relaxed),
            // A worker may be about to correct it.
            bytes_total: (total != UNKNOWN_TOTAL).then_some(total.max(bytes_done)),
            parts_done,
            parts_total: self.parts_total.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes_per_second: 0,
        }
    }
}

/// One file of a call about many files. When it is dropped, its registration in that call is removed.
pub(crate) struct PartOfCall {
    pub(crate) call: Arc<Call>,
    whole: Arc<Call>,
    number: u64,
}

impl Drop for PartOfCall {
    fn drop(&mut self) {
        self.whole.release(self.number);
    }
}

/// Work that may still wait for a thread.
struct TakeBack {
    threads: Threads,
    number: u64,
}

impl Interrupt for TakeBack {
    fn interrupt(&self) {
        self.threads.take_back(self.number);
    }
}

struct StopPart(Weak<Call>);

impl Interrupt for StopPart {
    fn interrupt(&self) {
        if let Some(part) = self.0.upgrade() {
            part.stop();
        }
    }
}

/// The error of a call that its caller stopped.
pub(crate) fn stopped() -> Error {
    Error::new(ErrorKind::Stopped, "stopped by the progress callback")
}

/// The error of a call whose worker ended without a result.
pub(crate) fn died() -> Error {
    Error::new(ErrorKind::Internal, "a worker ended without a result")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_that_wait_ends_the_phase() {
        let whole = Call::alone();
        whole.set_phase(Phase::Transferring);
        let part = Call::part_of(&whole, Phase::Transferring);
        part.call.set_phase(Phase::Completing);
        let phases = || (part.call.phase(), whole.phase());
        part.call.waiting(|| {
            assert_eq!(phases(), (Phase::Waiting, Phase::Waiting));
            whole.waiting(|| part.call.set_phase(Phase::Transferring));
            assert_eq!(phases(), (Phase::Waiting, Phase::Waiting));
        });
        assert_eq!(phases(), (Phase::Transferring, Phase::Transferring));
    }

    #[test]
    fn a_total_is_corrected_however_large_it_is() {
        for (total, counted, actual, expected) in [
            (1000, 600, 500, 900),
            (1000, 600, 700, 1100),
            (u64::MAX - 1, u64::MAX - 11, 3000, 3010),
        ] {
            let call = Call::alone();
            call.set_total(Some(total), 1);
            call.correct_total(counted, actual);
            assert_eq!(call.snapshot().bytes_total, Some(expected));
        }
    }
}
