//! Threads of the library never take part in the program's signal handling, and leave no secrets on their stacks.

use std::thread::JoinHandle;

use zeroize::Zeroize as _;

use super::file::words;
use crate::error::{Error, ErrorKind, Result};

/// Words of a worker's stack that are zeroed at its end: more than any function with a secret uses.
const WORKER_STACK: usize = (128 << 10) / size_of::<u64>();
/// The same on the caller's thread, whose stack may be small.
const CALLER_STACK: usize = (16 << 10) / size_of::<u64>();

/// Runs a short computation with a secret, and zeroes the stack of the caller's thread below it.
pub(crate) fn on_clean_stack<T>(compute: impl FnOnce() -> T) -> T {
    let result = apart(compute);
    wipe_stack::<CALLER_STACK>();
    result
}

/// In a frame of its own, in the same place where `wipe_stack` then has its frame.
#[inline(never)]
fn apart<T>(compute: impl FnOnce() -> T) -> T {
    compute()
}

#[inline(never)]
fn wipe_stack<const WORDS: usize>() {
    let mut below = [0_u64; WORDS];
    below.zeroize();
    std::hint::black_box(&below);
}

/// Runs work that may hold secrets on a thread of the library, and zeroes the thread's stack below it.
pub(crate) fn on_worker_stack(work: impl FnOnce()) {
    apart(work);
    // The system reuses stacks for later threads.
    wipe_stack::<WORKER_STACK>();
}

/// Starts a thread that blocks all signals, so that the program's handlers run on the program's own threads.
///
/// The new thread does it itself. The caller's mask stays as it is even for a moment: a garbage collector suspends a
/// thread by a signal, and would wait for ever for one that waits for a suspended thread in the C library.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(|| {
        block_signals();
        work();
    });
    match started {
        Ok(thread) => Ok(thread),
        Err(error) => Err(Error::new(
            ErrorKind::SystemLimit,
            format!("cannot start a worker thread: {}", words(&error)),
        )),
    }
}

/// Blocks all signals on this thread.
#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe interface to the signal mask")]
fn block_signals() {
    // SAFETY: the set is valid for writes and reads for the duration of the calls; pthread_sigmask fails only for an
    // unknown first argument.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, std::ptr::null_mut());
    }
}

#[cfg(not(unix))]
fn block_signals() {}
