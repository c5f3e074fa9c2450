//! Descriptors 0 to 2 belong to the program, also while it has them closed: a line that it prints must never end up in
//! a connection of ours.

use std::io;

/// Runs what opens descriptors so that none of them is 0 to 2. Those that are free are held meanwhile by descriptors
/// that can neither be read nor written, which fails just as if they were closed.
pub(crate) fn above_standard<T>(open: impl FnOnce() -> T) -> T {
    let _held = platform::hold();
    open()
}

/// Whether the process, or the system, has no descriptor left for another file or connection.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    #[cfg(unix)]
    let exhausted = [libc::EMFILE, libc::ENFILE];
    #[cfg(not(unix))]
    let exhausted = [10_024]; // WSAEMFILE
    error
        .raw_os_error()
        .is_some_and(|code| exhausted.contains(&code))
}

/// The same, tried out: for what fails without saying why.
pub(crate) fn are_exhausted() -> bool {
    platform::open_plug().is_err_and(|error| is_exhausted(&error))
}

#[cfg(unix)]
mod platform {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd;
    #[cfg(target_os = "linux")]
    use std::os::unix::fs::OpenOptionsExt;

    use parking_lot::Mutex;

    /// What holds the free ones of 0 to 2, and for how many that open something at the moment.
    static PLUGS: Mutex<(usize, Vec<File>)> = Mutex::new((0, Vec::new()));

    pub(super) struct Held;

    pub(super) fn hold() -> Held {
        let mut plugs = PLUGS.lock();
        plugs.0 += 1;
        // The lowest free number comes first. Without any left, what is about to be opened fails as well.
        while (0..=2).any(is_free) {
            match open_plug() {
                Ok(plug) if plug.as_raw_fd() <= 2 => plugs.1.push(plug),
                _ => break,
            }
        }
        Held
    }

    #[allow(
        unsafe_code,
        reason = "there is no safe interface to descriptors by number"
    )]
    fn is_free(number: i32) -> bool {
        // SAFETY: F_GETFD takes no argument and changes nothing, whatever the number stands for.
        unsafe { libc::fcntl(number, libc::F_GETFD) == -1 }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            let mut plugs = PLUGS.lock();
            plugs.0 -= 1;
            if plugs.0 == 0 {
                plugs.1.clear();
            }
        }
    }

    pub(super) fn open_plug() -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(target_os = "linux")]
        options.custom_flags(libc::O_PATH);
        options.open(if cfg!(target_os = "linux") {
            "/"
        } else {
            "/dev/null"
        })
    }
}

#[cfg(not(unix))]
mod platform {
    pub(super) fn hold() {}

    pub(super) fn open_plug() -> std::io::Result<()> {
        Ok(())
    }
}
