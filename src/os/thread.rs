//! Threads of the library never take part in the program's signal handling.

use crate::error::{Error, ErrorKind, Result};

/// Starts a worker with all signals blocked, so that the program's handlers run on the program's own threads.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
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
