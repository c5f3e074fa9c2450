//! Descriptors 0 to 2 belong to the program, even if it has closed them: what it prints must never be written into a
//! connection of the library.

use std::io;

/// Runs `open`, which opens descriptors, so that none of them is 0 to 2. While it runs, those of the three that are
/// free are occupied by descriptors that can neither be read nor written; using them fails as if they were closed.
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

/// Tries it out, for a failure that does not show its reason.
pub(crate) fn are_exhausted() -> bool {
    platform::try_to_open().is_err_and(|error| is_exhausted(&error))
}

#[cfg(unix)]
mod platform {
    use std::fs::{self, File, Metadata, OpenOptions};
    use std::io;
    use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
    use std::os::unix::fs::MetadataExt;
    #[cfg(target_os = "linux")]
    use std::os::unix::fs::OpenOptionsExt;

    use super::super::lock::Mutex;
    use super::super::per_process::PerProcess;

    /// A directory can neither be read nor written like a file, and with this flag nothing else can be done with it.
    #[cfg(target_os = "linux")]
    const FLAG: i32 = libc::O_PATH;
    #[cfg(not(target_os = "linux"))]
    const FLAG: i32 = 0;
    const DIRECTORY: &str = "/";

    /// The descriptors that occupy free ones of 0 to 2, and how many threads need them now. A forked child starts
    /// again: the threads of its parent do not exist there.
    struct Plugs(Mutex<(usize, Vec<Plug>)>);

    impl Plugs {
        fn current() -> &'static Self {
            static PLUGS: PerProcess<Plugs> = PerProcess::new();
            PLUGS.get(|parent| {
                Self(Mutex::new((
                    0,
                    parent.map_or_else(Vec::new, |_| inherited()),
                )))
            })
        }

        fn hold(&self) -> Held<'_> {
            let mut plugs = self.0.lock();
            plugs.0 += 1;
            // The system uses the lowest free number first. If none is left, `open` fails as well.
            while (0..=2).any(|number| flags(number).is_none()) {
                match open_plug() {
                    Ok(plug) if plug.number().is_some_and(|number| number <= 2) => {
                        plugs.1.push(plug);
                    }
                    _ => break,
                }
            }
            Held(self)
        }
    }

    pub(super) struct Held<'a>(&'a Plugs);

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            let mut plugs = self.0.0.lock();
            plugs.0 -= 1;
            if plugs.0 == 0 {
                plugs.1.clear();
            }
        }
    }

    pub(super) fn hold() -> Held<'static> {
        Plugs::current().hold()
    }

    /// The descriptor that occupies one number.
    pub(super) struct Plug {
        file: Option<File>,
        directory: (u64, u64),
    }

    impl Plug {
        fn number(&self) -> Option<i32> {
            self.file.as_ref().map(File::as_raw_fd)
        }
    }

    impl Drop for Plug {
        /// The program may have put its own file in this place in the meantime: that one must not be closed.
        fn drop(&mut self) {
            if let Some(file) = self.file.take()
                && !is_plug(&file, self.directory)
            {
                let _number = file.into_raw_fd();
            }
        }
    }

    fn is_plug(file: &File, directory: (u64, u64)) -> bool {
        file.metadata()
            .is_ok_and(|found| identity(&found) == directory)
            && flags(file.as_raw_fd()).is_some_and(|flags| flags & FLAG == FLAG)
    }

    fn identity(found: &Metadata) -> (u64, u64) {
        (found.dev(), found.ino())
    }

    pub(super) fn try_to_open() -> io::Result<()> {
        open_directory().map(drop)
    }

    fn open_directory() -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(target_os = "linux")]
        options.custom_flags(FLAG);
        options.open(DIRECTORY)
    }

    fn open_plug() -> io::Result<Plug> {
        let file = open_directory()?;
        let directory = identity(&file.metadata()?);
        Ok(Plug {
            file: Some(file),
            directory,
        })
    }

    /// The plugs of the parent when this process was forked.
    #[allow(unsafe_code, reason = "they are known by their numbers alone")]
    fn inherited() -> Vec<Plug> {
        let Ok(directory) = fs::metadata(DIRECTORY).map(|found| identity(&found)) else {
            return Vec::new();
        };
        let mut plugs = Vec::new();
        for number in (0..=2).filter(|number| flags(*number).is_some()) {
            // SAFETY: the number is open, and is given up again unless it is a plug, which nothing else in this
            // process owns: the parent's list is never looked at.
            let file = unsafe { File::from_raw_fd(number) };
            match is_plug(&file, directory) {
                true => plugs.push(Plug {
                    file: Some(file),
                    directory,
                }),
                false => {
                    let _number = file.into_raw_fd();
                }
            }
        }
        plugs
    }

    /// With what a number was opened; `None` if it is free.
    #[allow(
        unsafe_code,
        reason = "there is no safe interface to descriptors by number"
    )]
    fn flags(number: i32) -> Option<i32> {
        // SAFETY: F_GETFL takes no argument and changes nothing, whatever the number stands for.
        let flags = unsafe { libc::fcntl(number, libc::F_GETFL) };
        (flags != -1).then_some(flags)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        #[allow(unsafe_code, reason = "there is no safe interface to dup2")]
        fn what_the_program_puts_in_place_of_a_plug_stays_open() {
            let plug = open_plug().expect("a plug");
            let number = plug.number().expect("open");
            let log = File::open("/dev/null").expect("a file");
            // SAFETY: the number is that of the plug, which nothing else uses.
            assert_eq!(unsafe { libc::dup2(log.as_raw_fd(), number) }, number);
            drop(plug);
            assert!(flags(number).is_some());
            // SAFETY: nothing else owns it now.
            drop(unsafe { File::from_raw_fd(number) });
        }
    }
}

#[cfg(not(unix))]
mod platform {
    pub(super) fn hold() {}

    pub(super) fn try_to_open() -> std::io::Result<()> {
        Ok(())
    }
}
