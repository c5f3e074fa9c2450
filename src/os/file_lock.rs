//! Locks of open files. The system releases them when the program ends, however it ends.

use std::fs::File;
use std::os::fd::AsRawFd;

/// Takes the lock for this program alone; false if another one holds it.
pub(super) fn try_exclusive(file: &File) -> bool {
    lock(file, libc::LOCK_EX)
}

/// Takes the lock beside others that share it; false if a program holds it for itself alone.
pub(super) fn try_shared(file: &File) -> bool {
    lock(file, libc::LOCK_SH)
}

#[allow(unsafe_code, reason = "the safe interface came with Rust 1.89")]
fn lock(file: &File, how: libc::c_int) -> bool {
    // SAFETY: flock takes any descriptor; this one is open for as long as `file` is borrowed.
    unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) == 0 }
}
