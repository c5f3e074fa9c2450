//! Temporary files beside their targets. Each is locked for as long as its program uses it: so it is known which of them
//! dead programs have left.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::descriptor::above_standard;
use super::file::{create_private, directory_of, random_suffix, rename_without_clobbering};
use super::lock::Mutex;
use super::source::Stamp;

/// All names begin like this, then come hexadecimal digits, and an ending.
const BEGINNING: &str = ".sendsafely-";

/// What becomes of a file whose program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Another program may remove it.
    Useless,
    /// A later call goes on with it; another program may remove it after [`LONGEST_KEPT`], or if it is empty.
    Kept,
    /// It had a name that people know, until it was replaced or removed. Another program may remove it if it is what was
    /// expected there, by the digits of its name, or what should have come there; else somebody else has written it, and
    /// it gets a name that people see.
    Old,
}

/// So long after the last write nobody goes on with a file any more.
const LONGEST_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Left {
    const fn ending(self) -> &'static str {
        match self {
            Self::Useless => ".part",
            Self::Kept => ".resume",
            Self::Old => ".old",
        }
    }

    /// How many digits its names have.
    const fn digits(self) -> usize {
        match self {
            Self::Useless | Self::Kept => 16,
            Self::Old => 24,
        }
    }

    /// By the name of a temporary file; `None` for any other name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(BEGINNING)?;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let mut all = [Self::Useless, Self::Kept, Self::Old].into_iter();
        all.find(|left| {
            rest.strip_suffix(left.ending())
                .is_some_and(|digits| digits.len() == left.digits() && digits.bytes().all(is_digit))
        })
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

/// A name for a file until it is known that it is what was expected. A call that is killed before leaves `expected`, or
/// `new`, or what another program has written meanwhile.
pub(super) fn old_in(directory: &Path, new: Option<Stamp>, expected: Option<Stamp>) -> PathBuf {
    let random = &random_suffix()[..8];
    let (new, expected, ending) = (digits_of(new), digits_of(expected), Left::Old.ending());
    directory.join(format!("{BEGINNING}{random}{new}{expected}{ending}"))
}

fn digits_of(stamp: Option<Stamp>) -> String {
    let mut digest = Sha256::new();
    if let Some(stamp) = stamp {
        digest.update(stamp.size.to_be_bytes());
        digest.update(stamp.modified.to_be_bytes());
    }
    let digest = digest.finalize();
    digest[..4]
        .iter()
        .fold(String::new(), |all, byte| format!("{all}{byte:02x}"))
}

/// Removes an old file that a killed call has left, unless another program has written it: then people see it again.
fn remove_old(path: &Path, name: &str) {
    let digits = digits_of(Stamp::at(path));
    let is_known = name
        .strip_suffix(Left::Old.ending())
        .and_then(|all| all.get(BEGINNING.len() + 8..))
        .is_some_and(|known| known[..8] == digits || known[8..] == digits);
    let _ = match is_known {
        true => fs::remove_file(path),
        false => {
            let visible = format!("recovered {}", random_suffix());
            rename_without_clobbering(path, &directory_of(path).join(visible))
        }
    };
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

/// A file that this program has locked by [`hold`]. A copy of its descriptor in another process holds nothing.
#[cfg(unix)]
pub(super) type Held = super::file_lock::Locked;
#[cfg(windows)]
pub(super) type Held = File;

#[cfg(unix)]
pub(super) fn held(file: File) -> Held {
    Held::held(file)
}

#[cfg(windows)]
pub(super) fn held(file: File) -> Held {
    file
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
    let name = name.unwrap_or_default();
    let left = Left::of(name);
    if left == Some(Left::Kept) {
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
    if_unused(temporary, || match left {
        Some(Left::Old) => remove_old(temporary, name),
        _ => drop(fs::remove_file(temporary)),
    });
}

/// Removes a file that an earlier call has kept, unless another program uses it. Nobody goes on with it.
pub(crate) fn remove_kept(temporary: &Path) {
    let name = temporary.file_name().and_then(|name| name.to_str());
    if name.and_then(Left::of) == Some(Left::Kept) {
        if_unused(temporary, || drop(fs::remove_file(temporary)));
    }
}

/// Does this unless another program uses the file; meanwhile none does.
fn if_unused(temporary: &Path, remove: impl FnOnce()) {
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
        remove();
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
            ".sendsafely-0123456789abcdef.old",
            ".sendsafely-0123456789abcdef01234567.part",
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

    #[test]
    fn an_old_file_is_removed_only_if_it_is_what_was_expected() {
        let directory = scratch("old");
        let stamp = |size| Stamp { size, modified: 7 };
        let left = |size, new: Option<u64>, expected: Option<u64>| {
            let path = old_in(&directory, new.map(stamp), expected.map(stamp));
            fs::write(&path, "-".repeat(size)).expect("it is written");
            let file = File::options().append(true).open(&path);
            let modified = std::time::UNIX_EPOCH + Duration::from_nanos(7);
            file.and_then(|file| file.set_modified(modified))
                .expect("its time");
            path
        };
        for (size, new, expected, is_kept) in [
            (1, Some(1), Some(2), false),
            (2, Some(1), Some(2), false),
            (2, None, Some(2), false),
            (3, Some(1), Some(2), true),
            (3, None, Some(2), true),
            (3, None, None, true),
        ] {
            let path = left(size, new, expected);
            assert!(is_temporary(
                path.file_name()
                    .and_then(|name| name.to_str())
                    .expect("a name")
            ));
            remove_if_left(&path);
            let found: Vec<_> = fs::read_dir(&directory).expect("it is listed").collect();
            assert_eq!(found.len(), usize::from(is_kept), "{size} bytes");
            for found in found {
                let found = found.expect("a name").path();
                let name = found.file_name().and_then(|name| name.to_str());
                assert!(name.expect("a name").starts_with("recovered "));
                assert_eq!(fs::read_to_string(&found).expect("it is read"), "---");
                fs::remove_file(found).expect("it goes");
            }
        }
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
