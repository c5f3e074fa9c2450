//! Threads of the library never take part in the program's signal handling, and leave no secrets on their stacks.

use zeroize::Zeroize as _;

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

/// Starts a worker that may hold secrets.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    spawn_without_secrets(name, || {
        apart(work);
        // The system reuses stacks for later threads.
        wipe_stack::<WORKER_STACK>();
    })
}

/// Starts a thread with all signals blocked, so that the program's handlers run on the program's own threads.
pub(crate) fn spawn_without_secrets(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<()> {
    let blocked = BlockedSignals::new();
    let started = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work);
    drop(blocked);
    match started {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(
            ErrorKind::SystemLimit,
            format!("cannot start a worker thread: {error}"),
        )),
    }
}

/// Signals blocked on this thread until dropped; a thread started meanwhile inherits that for its life.
struct BlockedSignals {
    #[cfg(unix)]
    before: libc::sigset_t,
}

impl BlockedSignals {
    #[cfg(unix)]
    #[allow(unsafe_code, reason = "there is no safe interface to the signal mask")]
    fn new() -> Self {
        // SAFETY: both sets are valid for writes for the duration of the calls; pthread_sigmask fails only for an
        // unknown first argument.
        unsafe {
            let mut all = std::mem::zeroed();
            let mut before = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self { before }
        }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for BlockedSignals {
    #[allow(unsafe_code, reason = "there is no safe interface to the signal mask")]
    fn drop(&mut self) {
        // SAFETY: `before` was filled by pthread_sigmask.
        unsafe {
            libc::pthread_sigmask(
                libc::SIG_SETMASK,
                &raw const self.before,
                std::ptr::null_mut(),
            );
        }
    }
}
