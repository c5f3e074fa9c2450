//! State that workers wait for.

use std::sync::Arc;
use std::time::Instant;

use super::state::{Call, Interrupt};
use super::threads::CALLER_PATIENCE;
use crate::error::Result;
use crate::os::lock::{Condvar, Mutex, MutexGuard};

/// A value behind a lock, whose changes workers can wait for. A stop of the call wakes them like a change does, so that
/// no waiter has to look for one from time to time.
pub(crate) struct Watched<T>(Arc<ValueAndCondition<T>>);

struct ValueAndCondition<T> {
    value: Mutex<T>,
    changed: Condvar,
}

impl<T: Send> Interrupt for ValueAndCondition<T> {
    fn interrupt(&self) {
        // With the lock, so that no waiter is between its check for a stop and its sleep.
        let _value = self.value.lock();
        self.changed.notify_all();
    }
}

impl<T: Default> Default for Watched<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(ValueAndCondition {
            value: Mutex::new(value),
            changed: Condvar::default(),
        }))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.value.lock()
    }

    /// Wakes all waiters. If a waiter's condition also reads other data, write that first, then lock and release the
    /// value, and then call this.
    pub(crate) fn notify(&self) {
        self.0.changed.notify_all();
    }
}

impl<T: Send + 'static> Watched<T> {
    /// Waits as long as `blocks` returns true. It is evaluated under the lock, at first and after each change.
    ///
    /// # Errors
    /// `Stopped`, if that comes before the end of the wait.
    pub(crate) fn wait_while(
        &self,
        call: &Call,
        blocks: impl FnMut(&mut T) -> bool,
    ) -> Result<MutexGuard<'_, T>> {
        self.wait_while_until(call, None, blocks)
    }

    /// The same, but no longer than until `deadline`.
    pub(crate) fn wait_while_until(
        &self,
        call: &Call,
        deadline: Option<Instant>,
        mut blocks: impl FnMut(&mut T) -> bool,
    ) -> Result<MutexGuard<'_, T>> {
        let mut value = self.lock();
        if !blocks(&mut value) {
            return Ok(value);
        }
        // Without the lock: a call that is stopped already is interrupted by registering.
        let interrupt = Arc::clone(&self.0);
        drop(value);
        let number = call.on_stop(interrupt);
        value = self.lock();
        let ended = loop {
            if !blocks(&mut value) {
                break Ok(());
            }
            if let Err(stopped) = call.check() {
                break Err(stopped);
            }
            match deadline {
                None => value = self.0.changed.wait(value),
                Some(deadline) => {
                    let has_passed;
                    (value, has_passed) = self.0.changed.wait_until(value, deadline);
                    if has_passed {
                        break call.check();
                    }
                }
            }
        };
        call.release(number);
        ended.map(|()| value)
    }

    /// The same, for a wait that may last until the caller's code returns. None if that takes long: a thread must not
    /// do nothing for so long.
    pub(crate) fn wait_for_a_while(
        &self,
        call: &Call,
        mut blocks: impl FnMut(&mut T) -> bool,
    ) -> Result<Option<MutexGuard<'_, T>>> {
        let soon = Instant::now() + CALLER_PATIENCE;
        let mut value = self.wait_while_until(call, Some(soon), &mut blocks)?;
        let is_over = !blocks(&mut value);
        Ok(is_over.then_some(value))
    }
}

/// Lets one worker after the other have the calling thread do something.
#[derive(Default)]
pub(crate) struct Gate(Watched<bool>);

/// The worker whose turn it is.
pub(crate) struct Turn<'a>(&'a Gate);

impl Gate {
    /// None if its turn does not come soon.
    pub(crate) fn enter(&self, call: &Call) -> Result<Option<Turn<'_>>> {
        let closed = self.0.wait_for_a_while(call, |is_closed| *is_closed)?;
        Ok(closed.map(|mut is_closed| {
            *is_closed = true;
            Turn(self)
        }))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.0.lock() = false;
        self.0.0.notify();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_waiter_sleeps_until_a_change_or_a_stop() {
        let (call, watched) = (Call::alone(), Watched::new(1));
        let looks = AtomicU32::new(0);
        let wait = |wanted| {
            let blocks = |value: &mut i32| {
                looks.fetch_add(1, Ordering::Relaxed);
                *value != wanted
            };
            watched.wait_while(&call, blocks).map(|value| *value)
        };
        thread::scope(|scope| {
            let changed = scope.spawn(|| wait(2));
            let stopped = scope.spawn(|| wait(3));
            thread::sleep(Duration::from_millis(300));
            assert!(
                looks.load(Ordering::Relaxed) <= 4,
                "they do not look meanwhile"
            );
            *watched.lock() = 2;
            watched.notify();
            assert_eq!(changed.join().expect("no panic").expect("no stop"), 2);
            assert!(!stopped.is_finished());
            call.stop();
            let stopped = stopped.join().expect("no panic").expect_err("stopped");
            assert_eq!(stopped.kind(), ErrorKind::Stopped);
        });
        assert_eq!(wait(2).expect("what does not wait is not stopped"), 2);
        assert_eq!(wait(3).expect_err("stopped").kind(), ErrorKind::Stopped);
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let (call, watched) = (Call::alone(), Watched::new(()));
        let deadline = Instant::now() + Duration::from_millis(20);
        assert!(
            watched
                .wait_while_until(&call, Some(deadline), |()| true)
                .is_ok()
        );
        assert!(Instant::now() >= deadline);
    }
}
