//! Private files of lines, each for one program at a time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::descriptor::above_standard;
#[cfg(unix)]
use super::file::create_private;
use super::file::{CREATE_FIRST, directory_of, io_error, is_own, require_directory};
#[cfg(unix)]
use super::file_lock::Locked;
use super::target::TargetFile;
use super::temporary::{remove_left_beside, temporary_in};
use crate::error::{Error, ErrorKind, Result};

/// A file that others may not open is as good as a locked one.
#[cfg(windows)]
type Locked = File;

/// A lock that one program at a time holds. The system releases it when the program ends, however it ends.
pub(crate) struct Lock {
    _file: Locked,
}

impl Lock {
    /// Takes the lock of this name in the state directory.
    ///
    /// # Errors
    /// `Busy` if another program holds it.
    pub(crate) fn take(directory: &Path, name: &str) -> Result<Self> {
        let path = private_directory(directory)?.join(name);
        let failed =
            |error: &io::Error| io_error(error, &path, ErrorKind::WriteFailed).context(UNUSABLE);
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
    /// Opens the journal of this name in the state directory. `take` gets its lines.
    pub(crate) fn open(directory: &Path, name: &str, take: &mut dyn FnMut(&str)) -> Result<Self> {
        let path = directory.join(name);
        let failed = |error: io::Error| io_error(&error, &path, ErrorKind::ReadFailed);
        match above_standard(|| File::open(&path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => {
                let (mut file, mut line) = (BufReader::new(opened.map_err(failed)?), Vec::new());
                while file.read_until(b'\n', &mut line).map_err(failed)? > 0 {
                    if line.pop() == Some(b'\n') {
                        take(&String::from_utf8_lossy(&line));
                    }
                    line.clear();
                }
            }
        }
        Ok(Self { path, file: None })
    }

    /// Replaces all lines in one step.
    pub(crate) fn rewrite(&mut self, lines: impl Iterator<Item = String>) -> Result<()> {
        self.file = None;
        private_directory(directory_of(&self.path))?;
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
        let file = self.file.as_mut();
        let file = file.ok_or_else(|| Error::new(ErrorKind::Internal, "a journal is not open"))?;
        append(file, line).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        io_error(error, &self.path, ErrorKind::WriteFailed)
    }
}

/// A private file of lines at a path of the caller's, which is locked for as long as it is open.
pub(crate) struct LockedJournal {
    path: PathBuf,
    file: Locked,
}

impl LockedJournal {
    /// Opens the journal, which need not exist, and returns its lines. A line that a kill has cut is removed.
    ///
    /// # Errors
    /// `Busy` if it is open, here or in another program; `InvalidArgument` if it is not a file that this user alone
    /// may write.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<String>)> {
        let failed = |error: &io::Error| io_error(error, path, ErrorKind::WriteFailed);
        require_directory(directory_of(path), CREATE_FIRST)?;
        remove_left_beside(path);
        let file = loop {
            let file = open_shared(path).map_err(|error| failed(&error))?;
            let Some(file) = file else {
                let message = format!("{}: another transfer uses this file", path.display());
                return Err(Error::new(ErrorKind::Busy, message)
                    .with_remedy("call again when that has ended, or name another file"));
            };
            // The one that had it before may have replaced or removed it.
            if is_at(&file, path).map_err(|error| failed(&error))? {
                break file;
            }
        };
        if !is_own(&file.metadata().map_err(|error| failed(&error))?) {
            let message = format!(
                "{}: not a file that this user alone may write",
                path.display()
            );
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let mut journal = Self {
            path: path.to_owned(),
            file,
        };
        let mut text = Vec::new();
        let read = journal.file.read_to_end(&mut text);
        read.map_err(|error| io_error(&error, path, ErrorKind::ReadFailed))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        if whole < text.len() {
            let cut = journal.file.set_len(whole as u64);
            cut.map_err(|error| failed(&error))?;
        }
        let lines = String::from_utf8_lossy(&text[..whole]);
        Ok((journal, lines.lines().map(str::to_owned).collect()))
    }

    /// Adds a line in one step.
    pub(crate) fn append(&mut self, line: &str) -> Result<()> {
        append(&mut self.file, line).map_err(|error| self.failed(&error))
    }

    /// Replaces all lines in one step.
    pub(crate) fn rewrite(&mut self, lines: impl Iterator<Item = String>) -> Result<()> {
        let replaced = self.replaced(lines);
        self.file = replaced.map_err(|error| self.failed(&error))?;
        Ok(())
    }

    fn replaced(&self, lines: impl Iterator<Item = String>) -> io::Result<Locked> {
        if !is_at(&self.file, &self.path)? {
            return Err(io::Error::other("another program has replaced it"));
        }
        let new = temporary_in(directory_of(&self.path));
        let text: String = lines.map(|line| line + "\n").collect();
        let written = open_shared(&new).and_then(|file| {
            let mut file = file.ok_or(io::ErrorKind::WouldBlock)?;
            file.write_all(text.as_bytes())?;
            fs::rename(&new, &self.path)?;
            Ok(file)
        });
        written.inspect_err(|_| drop(fs::remove_file(&new)))
    }

    /// Removes the file, unless another one has its name by now.
    pub(crate) fn remove(self) {
        if is_at(&self.file, &self.path).unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn failed(&self, error: &io::Error) -> Error {
        io_error(error, &self.path, ErrorKind::WriteFailed)
    }
}

/// Writes a line at the end of a file. A full disk may take a part of it, to which the next line must not be added.
fn append(file: &mut File, line: &str) -> io::Result<()> {
    let before = file.metadata()?.len();
    let written = file.write_all(format!("{line}\n").as_bytes());
    written.inspect_err(|_| drop(file.set_len(before)))
}

/// Opens a private file to read it and to write at its end, creates it if it is missing, and takes its lock; `None` if
/// another program holds that.
#[cfg(unix)]
fn open_shared(path: &Path) -> io::Result<Option<Locked>> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK);
    Locked::exclusive(above_standard(|| options.open(path))?)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match path.symlink_metadata() {
        Ok(there) => Ok((there.dev(), there.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that others may delete and rename, but not open, is as good as a locked one.
#[cfg(windows)]
fn open_shared(path: &Path) -> io::Result<Option<Locked>> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARING_VIOLATION: i32 = 32;
    const FILE_SHARE_DELETE: u32 = 4;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    match options.share_mode(FILE_SHARE_DELETE).open(path) {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

#[cfg(windows)]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Opens a file that it creates if it is missing, and takes its lock; `None` if another program holds that.
#[cfg(unix)]
fn open_locked(path: &Path) -> io::Result<Option<Locked>> {
    let file = match create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(path),
        created => created,
    }?;
    Locked::exclusive(file)
}

/// A file that nobody else can open is as good as a locked one.
#[cfg(windows)]
fn open_locked(path: &Path) -> io::Result<Option<Locked>> {
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

const UNUSABLE: &str = "the state directory cannot be used";

/// Creates a directory with those above it, if they are missing. Only the user can look into a new one.
fn private_directory(path: &Path) -> Result<&Path> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(path);
    made.map_err(|error| {
        let error = io_error(&error, path, ErrorKind::WriteFailed);
        let error = match error.kind() {
            // A file is in its place, or in that of one above it.
            ErrorKind::FileExists | ErrorKind::FileNotFound => {
                Error::new(ErrorKind::DirectoryNotFound, error.message())
            }
            _ => error,
        };
        let error = error.with_remedy("choose another directory for it");
        error.context(UNUSABLE)
    })?;
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
        let opened = || {
            let mut lines = Vec::new();
            let journal = Journal::open(&state, "a", &mut |line| lines.push(line.to_owned()));
            (journal.expect("it opens"), lines)
        };
        let (mut journal, lines) = opened();
        assert!(lines.is_empty());
        let both = ["one", "two"].map(str::to_owned);
        journal.rewrite(both.into_iter()).expect("it is written");
        journal.append("three").expect("it grows");
        let path = state.join("a");
        let mut cut = open(&path).expect("it opens");
        cut.write_all(b"a cut li").expect("it is written");
        let (mut journal, lines) = opened();
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
    fn a_locked_journal_has_one_holder_and_goes_when_it_is_removed() {
        let directory = std::env::temp_dir().join(format!("locked-{}", std::process::id()));
        fs::create_dir(&directory).expect("a directory");
        let path = directory.join("a");
        let (mut journal, lines) = LockedJournal::open(&path).expect("it opens");
        assert!(lines.is_empty());
        journal.append("one").expect("it grows");
        let busy = LockedJournal::open(&path).err().expect("it is held");
        assert_eq!(busy.kind(), ErrorKind::Busy);
        drop(journal);
        let mut cut = open(&path).expect("it opens");
        cut.write_all(b"a cut li").expect("it is written");
        let (mut journal, lines) = LockedJournal::open(&path).expect("it opens");
        assert_eq!(lines, ["one"]);
        journal.append("two").expect("it grows");
        assert_eq!(fs::read(&path).expect("it is read"), b"one\ntwo\n");
        let both = ["three", "four"].map(str::to_owned);
        journal.rewrite(both.into_iter()).expect("it is written");
        let busy = LockedJournal::open(&path).err().expect("it is held");
        assert_eq!(busy.kind(), ErrorKind::Busy);
        journal.append("five").expect("it grows");
        drop(journal);
        let (journal, lines) = LockedJournal::open(&path).expect("it opens");
        assert_eq!(lines, ["three", "four", "five"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = path.metadata().expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        journal.remove();
        assert_eq!(fs::read_dir(&directory).expect("it lists").count(), 0);
        fs::remove_dir_all(directory).expect("it goes");
    }

    /// Others could write into it, or it is no file.
    #[cfg(unix)]
    #[test]
    fn a_locked_journal_is_the_users_own() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = std::env::temp_dir().join(format!("own-{}", std::process::id()));
        fs::create_dir(&directory).expect("a directory");
        let path = directory.join("a");
        fs::write(&path, "").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("its mode");
        let link = directory.join("link");
        symlink(&path, &link).expect("a link");
        for path in [&path, &link, &directory, Path::new("/dev/null")] {
            assert!(LockedJournal::open(path).is_err(), "{}", path.display());
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
