//! Locks that a caught panic does not poison, and that a forked child can use.
//!
//! The standard library's locks keep all their state inside themselves. Those of parking_lot keep one table of waiting
//! threads for the process: a forked child inherits the entries of threads that it does not have, and a thread of its
//! own that gets the same address closes the list to a circle, which the next wake-up follows for ever.

use std::sync::{self, PoisonError, TryLockError};
use std::time::Instant;

pub(crate) use std::sync::MutexGuard;

/// A value that one thread at a time uses. After a panic it is as the last full step left it.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if another thread uses it, or used it when this process was forked.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// What threads that hold a lock wait for. A wait may also end without a reason: wait in a loop.
#[derive(Default)]
pub(crate) struct Condvar(sync::Condvar);

impl Condvar {
    /// Releases the lock, waits to be notified, and locks again.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        (self.0.wait(guard)).unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, but no longer than until `deadline`. Returns also whether that has passed.
    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Instant,
    ) -> (MutexGuard<'a, T>, bool) {
        let rest = deadline.saturating_duration_since(Instant::now());
        let (guard, waited) =
            (self.0.wait_timeout(guard, rest)).unwrap_or_else(PoisonError::into_inner);
        (guard, waited.timed_out())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_caught_panic_leaves_the_value_usable() {
        let (mutex, condition) = (Mutex::new(1), Condvar::default());
        let panicked: thread::Result<()> = catch_unwind(AssertUnwindSafe(|| {
            let mut guard = mutex.lock();
            *guard = 2;
            panic!("while the lock is held");
        }));
        assert!(panicked.is_err());
        let soon = Instant::now() + Duration::from_millis(5);
        let (guard, has_passed) = condition.wait_until(mutex.lock(), soon);
        assert_eq!((*guard, has_passed), (2, true));
    }
}
