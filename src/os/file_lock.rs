//! Locks of open files. The system releases them when the program ends, however it ends.

use std::fs::File;
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::fd::AsRawFd;

/// A file with its lock. A program that this one is just starting has a copy of the descriptor, which would hold the lock
/// until it runs, or for as long as it lives if it never runs anything else: so the lock is released, not only closed.
pub(super) struct Locked {
    file: File,
    /// The copy in a forked process leaves the lock alone.
    process: u32,
}

impl Locked {
    /// Takes the lock for this program alone; `None` if another one holds it.
    ///
    /// # Errors
    /// Some file systems have no locks.
    pub(super) fn exclusive(file: File) -> io::Result<Option<Self>> {
        Self::take(file, libc::LOCK_EX)
    }

    /// Takes the lock beside others that share it; `None` if a program holds it for itself alone.
    ///
    /// # Errors
    /// As above.
    pub(super) fn shared(file: File) -> io::Result<Option<Self>> {
        Self::take(file, libc::LOCK_SH)
    }

    /// A file whose lock this program has already, by [`try_hold`].
    pub(super) fn held(file: File) -> Self {
        let process = std::process::id();
        Self { file, process }
    }

    fn take(file: File, how: libc::c_int) -> io::Result<Option<Self>> {
        match lock(&file, how) {
            Ok(()) => Ok(Some(Self::held(file))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            let _ = lock(&self.file, libc::LOCK_UN);
        }
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.file
    }
}

/// Takes the lock for this program alone; false if another one holds it, or if the file system has no locks.
pub(super) fn try_exclusive(file: &File) -> bool {
    lock(file, libc::LOCK_EX).is_ok()
}

/// The same, but false only if another program holds it.
pub(super) fn try_hold(file: &File) -> bool {
    let taken = lock(file, libc::LOCK_EX);
    !taken.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

#[allow(unsafe_code, reason = "the safe interface came with Rust 1.89")]
fn lock(file: &File, how: libc::c_int) -> io::Result<()> {
    loop {
        // SAFETY: flock takes any descriptor; this one is open for as long as `file` is borrowed.
        match unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) } {
            0 => return Ok(()),
            _ => match io::Error::last_os_error() {
                // The server of a network file system is asked.
                error if error.kind() == io::ErrorKind::Interrupted => {}
                error => return Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a program that was just started has it.
    #[test]
    fn a_copy_of_the_descriptor_holds_nothing() {
        let path = std::env::temp_dir().join(format!("copied-{}", std::process::id()));
        let open = || File::options().create(true).append(true).open(&path);
        let open = || open().expect("it opens");
        let is_free = || Locked::exclusive(open()).expect("locks").is_some();
        for take in [Locked::exclusive, Locked::shared] {
            let held = take(open()).expect("locks").expect("it is free");
            let copy = held.try_clone().expect("a copy");
            assert!(!is_free());
            drop(held);
            assert!(is_free());
            drop(copy);
        }
        std::fs::remove_file(path).expect("it goes");
    }
}
