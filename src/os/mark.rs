//! Marks by which the programs of one user on this machine know of each other: which files are being uploaded.
//!
//! A mark is a locked file. The system releases the lock when its program ends, however it ends; the file itself
//! stays until somebody removes it. So the lock shows whether the program that made the mark still runs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, SystemTime};

use super::above_standard;
use super::file::random_suffix;
#[cfg(unix)]
use super::file_lock::Locked;

/// How long the mark of a program that has ended is kept: later its upload will not be continued any more.
const LONGEST_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const MOST_ATTEMPTS: u32 = 8;

/// A file that others may not open is as good as a locked one.
#[cfg(windows)]
type Locked = File;

/// Who has set a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// There is no such mark.
    Nobody,
    /// A program that runs, or that may run.
    Alive,
    /// A program that has ended without removing it.
    Dead,
}

/// A mark of this program. If it is dropped without [`clear`](Self::clear), it stays like that of a killed program.
pub(crate) struct Mark {
    path: PathBuf,
    _locked: Locked,
}

impl Mark {
    /// Sets a mark, in place of any other of this name; `None` if this machine has no place for marks.
    pub(crate) fn set(name: &str) -> Option<Self> {
        let mut mark = Self::unnamed()?;
        mark.rename(name).then_some(mark)
    }

    /// Renames the mark in one step. If that fails, the mark is gone.
    pub(crate) fn rename(&mut self, name: &str) -> bool {
        let path = self.path.with_file_name(name);
        let renamed = fs::rename(&self.path, &path).is_ok();
        if renamed {
            self.path = path;
        } else {
            let _ = fs::remove_file(&self.path);
        }
        renamed
    }

    /// Removes the mark.
    pub(crate) fn clear(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Creates a locked file, under a name that no program looks for yet.
    fn unnamed() -> Option<Self> {
        static SWEPT: Once = Once::new();
        let directory = directory()?;
        SWEPT.call_once(|| sweep(&directory));
        // Before it was locked, another program may have taken it for that of a dead one.
        for _ in 0..MOST_ATTEMPTS {
            let path = directory.join(format!(".{}", random_suffix()));
            if let Some(locked) = create_locked(&path).ok()? {
                return Some(Self {
                    path,
                    _locked: locked,
                });
            }
        }
        None
    }
}

/// Removes old marks of programs that have ended, and those that never got their name.
fn sweep(directory: &Path) {
    let entries = above_standard(|| fs::read_dir(directory)).ok();
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let has_name = name.starts_with("creation-") || name.starts_with("file-");
        let set = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = set.is_ok_and(|set| set.elapsed().is_ok_and(|age| age > LONGEST_KEPT));
        if has_name && is_old || name.starts_with('.') {
            remove_if_dead(&entry.path());
        }
    }
}

/// Who holds the mark of this name.
pub(crate) fn holder(name: &str) -> Holder {
    directory().map_or(Holder::Nobody, |directory| holder_of(&directory.join(name)))
}

/// When the mark of this name was set.
pub(crate) fn set_at(name: &str) -> Option<SystemTime> {
    let metadata = directory()?.join(name).symlink_metadata();
    metadata.ok()?.modified().ok()
}

/// Whether a program that runs, or that may run, holds a mark whose name begins in one of these ways.
pub(crate) fn any_alive(prefixes: &BTreeSet<String>) -> bool {
    directory().is_some_and(|directory| any_alive_in(&directory, prefixes))
}

fn any_alive_in(directory: &Path, prefixes: &BTreeSet<String>) -> bool {
    let is_alive = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        prefixes.iter().any(|prefix| name.starts_with(prefix))
            && holder_of(&entry.path()) == Holder::Alive
    };
    match above_standard(|| fs::read_dir(directory)) {
        Ok(mut entries) => entries.any(|entry| entry.map_or(true, is_alive)),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// The marks of dead programs whose names begin in this way, and when they were set.
pub(crate) fn marks_of_the_dead(prefix: &str) -> Vec<(String, SystemTime)> {
    let entries = directory().and_then(|directory| above_standard(|| fs::read_dir(directory)).ok());
    let of = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let is_dead = name.starts_with(prefix) && holder_of(&entry.path()) == Holder::Dead;
        let set = is_dead.then(|| entry.metadata().and_then(|metadata| metadata.modified()));
        Some((name, set?.ok()?))
    };
    entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(of)
        .collect()
}

/// The directory of this user's marks, if it belongs to no other user.
#[cfg(unix)]
#[allow(unsafe_code, reason = "there is no safe interface to the user's id")]
fn directory() -> Option<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    // SAFETY: geteuid has no preconditions and cannot fail.
    let user = unsafe { libc::geteuid() };
    let path = std::env::temp_dir().join(format!(".sendsafely-{user}"));
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let _ = fs::DirBuilder::new().mode(0o700).create(&path);
            path.symlink_metadata()
        }
        metadata => metadata,
    };
    let metadata = metadata.ok()?;
    let is_ours = metadata.is_dir() && metadata.uid() == user && metadata.mode() & 0o077 == 0;
    is_ours.then_some(path)
}

/// The temporary directory belongs to the user.
#[cfg(windows)]
fn directory() -> Option<PathBuf> {
    let path = std::env::temp_dir().join(".sendsafely");
    (path.is_dir() || fs::create_dir(&path).is_ok() || path.is_dir()).then_some(path)
}

/// Creates a mark; `None` if another program has found it before it was locked.
#[cfg(unix)]
fn create_locked(path: &Path) -> io::Result<Option<Locked>> {
    use std::os::unix::fs::MetadataExt;
    let file = super::file::create_private(path)?;
    let locked = Locked::exclusive(file);
    let locked = locked.inspect_err(|_| drop(fs::remove_file(path)))?;
    if let Some(locked) = locked
        && locked.metadata()?.nlink() > 0
    {
        return Ok(Some(locked));
    }
    let _ = fs::remove_file(path);
    Ok(None)
}

/// Removes a mark whose program has ended. It is locked meanwhile, so that no program uses it.
#[cfg(unix)]
fn remove_if_dead(path: &Path) {
    if let Ok(file) = above_standard(|| File::open(path))
        && let Ok(Some(_locked)) = Locked::exclusive(file)
    {
        let _ = fs::remove_file(path);
    }
}

#[cfg(unix)]
fn holder_of(path: &Path) -> Holder {
    use std::os::unix::fs::MetadataExt;
    let file = match above_standard(|| File::open(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Holder::Nobody,
        Err(_) => return Holder::Alive,
    };
    // A shared lock, so that two programs that look do not take each other for the holder.
    let Ok(Some(file)) = Locked::shared(file) else {
        return Holder::Alive;
    };
    match file.metadata() {
        // It was removed in the meantime.
        Ok(metadata) if metadata.nlink() == 0 => Holder::Nobody,
        Ok(_) => Holder::Dead,
        Err(_) => Holder::Alive,
    }
}

/// Others may delete and rename it.
#[cfg(windows)]
fn create_locked(path: &Path) -> io::Result<Option<Locked>> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_DELETE: u32 = 4;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    options.share_mode(FILE_SHARE_DELETE).open(path).map(Some)
}

#[cfg(windows)]
fn remove_if_dead(path: &Path) {
    if holder_of(path) == Holder::Dead {
        let _ = fs::remove_file(path);
    }
}

#[cfg(windows)]
fn holder_of(path: &Path) -> Holder {
    match File::open(path) {
        Ok(_) => Holder::Dead,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Holder::Nobody,
        Err(_) => Holder::Alive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_show_who_is_alive() {
        let name = |what: &str| format!("test-{}-{what}", random_suffix());
        let (one, other) = (name("one"), name("other"));
        assert_eq!(holder(&one), Holder::Nobody);
        let mut mark = Mark::set(&one).expect("a place for marks");
        assert_eq!(holder(&one), Holder::Alive);
        let both = BTreeSet::from([one.clone(), other.clone()]);
        assert!(any_alive(&both));
        assert!(mark.rename(&other));
        assert_eq!(
            (holder(&one), holder(&other)),
            (Holder::Nobody, Holder::Alive)
        );
        drop(mark);
        assert_eq!(holder(&other), Holder::Dead);
        assert!(!any_alive(&both));
        Mark::set(&other).expect("in its place").clear();
        assert_eq!(holder(&other), Holder::Nobody);
    }

    #[test]
    fn old_marks_of_the_dead_are_swept() {
        let directory = std::env::temp_dir().join(format!("marks-{}", random_suffix()));
        fs::create_dir(&directory).expect("a directory");
        let mut living = Vec::new();
        for (name, days, is_alive) in [
            ("creation-old", 8, false),
            ("file-old", 8, false),
            (".old", 8, false),
            (".new", 0, false),
            (".alive", 8, true),
            ("file-alive", 8, true),
            ("file-new", 6, false),
            ("other", 8, false),
        ] {
            let mark = create_locked(&directory.join(name)).expect("a mark");
            let mark = mark.expect("it is locked");
            let age = Duration::from_secs(days * 24 * 60 * 60);
            mark.set_modified(SystemTime::now() - age).expect("its age");
            living.extend(is_alive.then_some(mark));
        }
        sweep(&directory);
        let left = fs::read_dir(&directory).expect("it opens");
        let left: BTreeSet<_> = left
            .map(|entry| entry.expect("a name").file_name())
            .collect();
        assert_eq!(
            left,
            [".alive", "file-alive", "file-new", "other"]
                .map(Into::into)
                .into()
        );
        fs::remove_dir_all(&directory).expect("it goes");
    }
}
