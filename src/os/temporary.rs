//! Temporary files beside their targets. Each is locked for as long as its program uses it: so it is known which of them
//! dead programs have left.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::descriptor::above_standard;
use super::file::{create_private, directory_of, random_suffix};
use super::lock::Mutex;

/// All names begin like this, then come sixteen hexadecimal digits, and one of two endings.
const BEGINNING: &str = ".sendsafely-";

/// What becomes of a file whose program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Another program may remove it.
    Useless,
    /// A later call goes on with it; another program may remove it after [`LONGEST_KEPT`], or if it is empty.
    Kept,
}

/// So long after the last write nobody goes on with a file any more.
const LONGEST_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Left {
    const fn ending(self) -> &'static str {
        match self {
            Self::Useless => ".part",
            Self::Kept => ".resume",
        }
    }

    /// By the name of a temporary file; `None` for any other name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (random, ending) = name.strip_prefix(BEGINNING)?.split_at_checked(16)?;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let mut both = [Self::Useless, Self::Kept].into_iter();
        both.find(|left| left.ending() == ending && random.bytes().all(is_digit))
    }
}

/// Whether a file of this name is a temporary one, perhaps of a program that was killed.
pub(crate) fn is_temporary(name: &str) -> bool {
    Left::of(name).is_some()
}

pub(super) fn temporary_in(directory: &Path) -> PathBuf {
    named_in(directory, Left::Useless)
}

fn named_in(directory: &Path, left: Left) -> PathBuf {
    directory.join(format!("{BEGINNING}{}{}", random_suffix(), left.ending()))
}

/// Creates a temporary file, which only its owner can read, and locks it.
pub(super) fn create_temporary(directory: &Path, left: Left) -> io::Result<(PathBuf, File)> {
    const MOST_ATTEMPTS: u32 = 8;
    let mut attempt = 1;
    loop {
        let path = named_in(directory, left);
        let file = create_private(&path)?;
        // Before it was locked, another program may have taken it for the file of a dead one.
        if hold(&file) || attempt == MOST_ATTEMPTS {
            return Ok((path, file));
        }
        let _ = fs::remove_file(&path);
        attempt += 1;
    }
}

/// Locks a file that this program uses, where the file system has locks; where it has none, nothing is ever removed.
/// False if another program has locked or removed it.
#[cfg(unix)]
pub(super) fn hold(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_gone = || file.metadata().is_ok_and(|metadata| metadata.nlink() == 0);
    super::file_lock::try_hold(file) && !is_gone()
}

/// A file that is open is as good as a locked one.
#[cfg(windows)]
pub(super) fn hold(_file: &File) -> bool {
    true
}

/// Opens and locks a temporary file that an earlier call has kept; `None` if it is in use, or not a file that this user
/// alone can write.
#[cfg(unix)]
pub(super) fn open_kept(path: &Path) -> Option<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK);
    let file = above_standard(|| options.open(path)).ok()?;
    let metadata = file.metadata().ok()?;
    let is_own = super::file::is_own(&metadata) && metadata.nlink() == 1;
    (is_own && hold(&file)).then_some(file)
}

#[cfg(windows)]
pub(super) fn open_kept(path: &Path) -> Option<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_DELETE: u32 = 4;
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).share_mode(FILE_SHARE_DELETE);
    let file = options.open(path).ok()?;
    let is_own = file.metadata().is_ok_and(|own| super::file::is_own(&own));
    is_own.then_some(file)
}

/// Removes a temporary file whose program has ended, unless a later call may go on with it.
pub(crate) fn remove_if_left(temporary: &Path) {
    let name = temporary.file_name().and_then(|name| name.to_str());
    if name.and_then(Left::of) == Some(Left::Kept) {
        let Ok(metadata) = temporary.symlink_metadata() else {
            return;
        };
        let written = metadata.modified().ok();
        let age = written.and_then(|written| written.elapsed().ok());
        // With an empty one there is nothing to go on with. Its program may have been killed before it noted the name.
        if metadata.len() > 0 && age.is_none_or(|age| age < LONGEST_KEPT) {
            return;
        }
    }
    #[cfg(unix)]
    let opened = super::source::open_source(temporary, false);
    #[cfg(unix)]
    let is_left = (opened.as_ref()).is_ok_and(|(file, ..)| super::file_lock::try_exclusive(file));
    #[cfg(windows)]
    let is_left = {
        use std::os::windows::fs::OpenOptionsExt;
        let mut options = fs::OpenOptions::new();
        options.read(true).share_mode(0).open(temporary).is_ok()
    };
    if is_left {
        let _ = fs::remove_file(temporary);
    }
}

/// Removes the temporary files that dead programs have left beside a target.
///
/// To list a large directory takes time. It is not listed again before a hundred times as long has passed: so a program
/// that fetches many files one by one into it spends a hundredth of its time here at most.
pub(crate) fn remove_left_beside(target: &Path) {
    static PAUSES: Mutex<Vec<(PathBuf, Instant)>> = Mutex::new(Vec::new());
    let (directory, begun) = (directory_of(target), Instant::now());
    let mut pauses = PAUSES.lock();
    pauses.retain(|(_, end)| *end > begun);
    if pauses.iter().any(|(paused, _)| paused == directory) {
        return;
    }
    drop(pauses);
    let entries = above_standard(|| fs::read_dir(directory)).ok();
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_temporary) {
            remove_if_left(&entry.path());
        }
    }
    let pause = begun.elapsed().saturating_mul(100);
    if let Some(end) = begun.checked_add(pause.min(Duration::from_secs(600))) {
        PAUSES.lock().push((directory.to_owned(), end));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::file::scratch;
    use super::*;

    #[test]
    fn only_what_a_dead_program_has_left_is_removed() {
        let directory = scratch("left");
        let (alive, file) = create_temporary(&directory, Left::Useless).expect("it is created");
        let (dead, gone) = create_temporary(&directory, Left::Useless).expect("it is created");
        drop(gone);
        let [kept, old, empty] = [(); 3].map(|()| named_in(&directory, Left::Kept));
        let new = Duration::ZERO;
        for (path, size, age) in [(&kept, 1, new), (&old, 1, LONGEST_KEPT), (&empty, 0, new)] {
            let file = create_private(path).expect("it is created");
            file.set_len(size).expect("its size");
            let written = std::time::SystemTime::now() - age;
            file.set_modified(written).expect("its age");
        }
        let others = [
            "a.txt",
            ".sendsafely-0123456789abcdef.par",
            ".sendsafely-0123456789ABCDEF.part",
            ".sendsafely-0123456789abcde.part",
            ".sendsafely-0123456789abcdef0.part",
            "sendsafely-0123456789abcdef.part",
            ".sendsafely-0123456789abcdeg.part",
            ".sendsafely-notes.part",
        ];
        for name in others {
            fs::write(directory.join(name), b"of another program").expect("it is written");
        }
        let no_file = temporary_in(&directory);
        fs::create_dir(&no_file).expect("it is created");
        #[cfg(unix)]
        let link = temporary_in(&directory);
        #[cfg(unix)]
        std::os::unix::fs::symlink("a.txt", &link).expect("it is created");
        remove_left_beside(&directory.join("target"));
        let left = fs::read_dir(&directory).expect("it is listed");
        let left: BTreeSet<_> = left.map(|entry| entry.expect("a name").path()).collect();
        let mut expected: BTreeSet<_> = others.map(|name| directory.join(name)).into();
        expected.extend([alive.clone(), no_file, kept]);
        #[cfg(unix)]
        expected.insert(link);
        assert_eq!(left, expected);
        assert!(!dead.exists());
        drop(file);
        remove_if_left(&alive);
        assert!(!alive.exists());
        fs::remove_dir_all(directory).expect("it goes");
    }

    /// A program looks at a new file before its own program has locked it.
    #[cfg(unix)]
    #[test]
    fn a_file_that_was_found_before_it_was_locked_is_not_used() {
        let directory = scratch("found");
        let path = temporary_in(&directory);
        let file = create_private(&path).expect("it is created");
        let looking = File::open(&path).expect("it opens");
        assert!(super::super::file_lock::try_exclusive(&looking));
        assert!(!hold(&file), "it is about to be removed");
        fs::remove_file(&path).expect("it goes");
        drop(looking);
        assert!(!hold(&file), "it has no name");
        fs::remove_dir_all(directory).expect("it goes");
    }
}
