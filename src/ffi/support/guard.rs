//! Runs the body of every exported function, so that no panic crosses the boundary.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::error::{Error, Result};

/// Runs the body of an exported function that has no status; a panic gives `fallback`.
pub(crate) fn guard_value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch(body).unwrap_or(fallback)
}

thread_local! {
    /// Whether this thread is inside a guard: then a panic becomes a status and is not printed.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

#[cfg(feature = "test-hooks")]
thread_local! {
    /// Lets the next exported function of this thread panic.
    pub(crate) static PANIC: Cell<bool> = const { Cell::new(false) };
}

/// Runs the body; a panic becomes an error. A foreign exception ends the process: Rust catches only its own panics.
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T> {
    print_nothing();
    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "test-hooks")]
        assert!(!PANIC.take(), "injected into an exported function");
        body()
    }));
    GUARDED.set(outer);
    outcome.map_err(|payload| Error::panicked(&*payload))
}

/// A library prints nothing: panics inside a guard or on a worker become a status. All others are printed as before.
fn print_nothing() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.load(Ordering::Relaxed) || thread::panicking() || DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let is_worker = thread::current()
            .name()
            .is_some_and(|name| name.starts_with("sendsafely"));
        if !is_worker && !GUARDED.try_with(Cell::get).unwrap_or(false) {
            previous(info);
        }
    }));
}
