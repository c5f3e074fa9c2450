//! Locks of open files. The system releases them when the program ends, however it ends.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Takes the lock for this program alone; false if another one holds it, or if the file system has no locks.
pub(super) fn try_exclusive(file: &File) -> bool {
    lock(file, libc::LOCK_EX).is_ok()
}

/// The same, but false only if another program holds it.
pub(super) fn try_hold(file: &File) -> bool {
    let taken = lock(file, libc::LOCK_EX);
    !taken.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// Takes the lock beside others that share it; false if a program holds it for itself alone.
pub(super) fn try_shared(file: &File) -> bool {
    lock(file, libc::LOCK_SH).is_ok()
}

/// Whether the lock that was just refused is held; some file systems have none for this kind of file.
pub(super) fn was_held() -> bool {
    std::io::Error::last_os_error().kind() == std::io::ErrorKind::WouldBlock
}

#[allow(unsafe_code, reason = "the safe interface came with Rust 1.89")]
fn lock(file: &File, how: libc::c_int) -> io::Result<()> {
    // SAFETY: flock takes any descriptor; this one is open for as long as `file` is borrowed.
    match unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
