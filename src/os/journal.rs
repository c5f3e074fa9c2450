//! Private files of lines in the state directory, each for one program at a time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::descriptor::above_standard;
#[cfg(unix)]
use super::file::create_private;
use super::file::io_error;
use super::target::TargetFile;
use crate::error::{Error, ErrorKind, Result};

/// A lock that one program at a time holds. The system releases it when the program ends, however it ends.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of this name in the state directory.
    ///
    /// # Errors
    /// `Busy` if another program holds it.
    pub(crate) fn take(directory: &Path, name: &str) -> Result<Self> {
        let path = private_directory(directory)?.join(name);
        let failed = |error: &io::Error| io_error(error, &path, ErrorKind::WriteFailed);
        match open_locked(&path).map_err(|error| failed(&error))? {
            Some(file) => Ok(Self { _file: file }),
            None => Err(Error::new(
                ErrorKind::Busy,
                format!("{}: another program holds this lock", path.display()),
            )),
        }
    }
}

/// A private file that grows by whole lines. A line that a kill has cut is not read.
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    /// Opens the journal of this name in the state directory, and returns its lines.
    pub(crate) fn open(directory: &Path, name: &str) -> Result<(Self, Vec<String>)> {
        let path = private_directory(directory)?.join(name);
        let text = match above_standard(|| fs::read(&path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| io_error(&error, &path, ErrorKind::ReadFailed))?,
        };
        let text = String::from_utf8_lossy(&text);
        let lines = text.split_inclusive('\n');
        let lines = lines.filter_map(|line| line.strip_suffix('\n'));
        let lines = lines.map(str::to_owned).collect();
        Ok((Self { path, file: None }, lines))
    }

    /// Replaces all lines in one step.
    pub(crate) fn rewrite(&mut self, lines: impl Iterator<Item = String>) -> Result<()> {
        self.file = None;
        let mut file = TargetFile::replace_private(&self.path)?;
        for line in lines {
            file.write(format!("{line}\n").as_bytes())?;
        }
        file.finish(true)?;
        let opened = open(&self.path);
        self.file = Some(opened.map_err(|error| self.failed(&error))?);
        Ok(())
    }

    /// Adds a line in one step. Only after [`rewrite`](Self::rewrite).
    pub(crate) fn append(&mut self, line: &str) -> Result<()> {
        let line = format!("{line}\n");
        let file = self.file.as_mut();
        let file = file.ok_or_else(|| Error::new(ErrorKind::Internal, "a journal is not open"))?;
        let before = file.metadata().map(|metadata| metadata.len());
        let written = before.and_then(|before| {
            // A full disk may have taken a part of it, to which the next line must not be added.
            file.write_all(line.as_bytes())
                .inspect_err(|_| drop(file.set_len(before)))
        });
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        io_error(error, &self.path, ErrorKind::WriteFailed)
    }
}

/// Opens a file that it creates if it is missing, and takes its lock; `None` if another program holds that.
#[cfg(unix)]
fn open_locked(path: &Path) -> io::Result<Option<File>> {
    let file = match create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(path),
        created => created,
    }?;
    Ok(super::file_lock::try_exclusive(&file).then_some(file))
}

/// A file that nobody else can open is as good as a locked one.
#[cfg(windows)]
fn open_locked(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARING_VIOLATION: i32 = 32;
    let mut options = OpenOptions::new();
    match options
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0)
        .open(path)
    {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    }
    above_standard(|| options.open(path))
}

/// Creates a directory with those above it, if they are missing. Only the user can look into a new one.
fn private_directory(path: &Path) -> Result<&Path> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(path);
    made.map_err(|error| io_error(&error, path, ErrorKind::WriteFailed))?;
    Ok(path)
}

/// The directory where programs of this user keep state, for this library.
pub(crate) fn state_directory() -> Option<PathBuf> {
    let of = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let state = match cfg!(windows) {
        true => of("LOCALAPPDATA"),
        false => of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local/state"))),
    };
    Some(state?.join("libsendsafely"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_keeps_whole_lines_and_is_private() {
        let directory = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
        let state = directory.join("state/below");
        let (mut journal, lines) = Journal::open(&state, "a").expect("it opens");
        assert!(lines.is_empty());
        let both = ["one", "two"].map(str::to_owned);
        journal.rewrite(both.into_iter()).expect("it is written");
        journal.append("three").expect("it grows");
        let path = state.join("a");
        let mut cut = open(&path).expect("it opens");
        cut.write_all(b"a cut li").expect("it is written");
        let (mut journal, lines) = Journal::open(&state, "a").expect("it opens");
        assert_eq!(lines, ["one", "two", "three"]);
        journal.rewrite(lines.into_iter()).expect("it is written");
        assert_eq!(fs::read(&path).expect("it is read"), b"one\ntwo\nthree\n");
        #[cfg(unix)]
        for (path, expected) in [(&path, 0o600), (&state, 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            let mode = path.metadata().expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, expected);
        }
        fs::remove_dir_all(directory).expect("it goes");
    }

    #[test]
    fn a_lock_has_one_holder() {
        let directory = std::env::temp_dir().join(format!("lock-{}", std::process::id()));
        let held = Lock::take(&directory, "a").expect("it is free");
        let busy = Lock::take(&directory, "a").err().expect("it is held");
        assert_eq!(busy.kind(), ErrorKind::Busy);
        drop(Lock::take(&directory, "b").expect("another one"));
        drop(held);
        drop(Lock::take(&directory, "a").expect("it is free again"));
        fs::remove_dir_all(directory).expect("it goes");
    }
}
