//! Marks by which the programs of one user on this machine know of each other: which files are being uploaded.
//!
//! A mark is a locked file. The system takes the lock away when its program ends, however it ends; the file itself
//! stays until somebody takes the mark away. So a killed program can be told from one that goes on.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::above_standard;
use super::file::random_suffix;

/// Who has set a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// There is no such mark.
    Nobody,
    /// A program that runs, or one of which nothing is known.
    Alive,
    /// A program that ended without taking it away.
    Dead,
}

/// A mark of this program. One that is dropped without [`clear`](Self::clear) says what that of a killed program says.
pub(crate) struct Mark {
    path: PathBuf,
    _locked: File,
}

impl Mark {
    /// Sets a mark in place of any other of this name; `None` where this machine has no place for marks.
    pub(crate) fn set(name: &str) -> Option<Self> {
        let mut mark = Self::unnamed()?;
        mark.rename(name).then_some(mark)
    }

    /// Sets a mark if nobody, alive or dead, has one of this name.
    pub(crate) fn claim(name: &str) -> Option<Self> {
        let mut mark = Self::unnamed()?;
        let path = mark.path.with_file_name(name);
        if fs::hard_link(&mark.path, &path).is_err() {
            mark.clear();
            return None;
        }
        let _ = fs::remove_file(std::mem::replace(&mut mark.path, path));
        Some(mark)
    }

    /// Gives the mark another name, in one step. Without success there is no mark any more.
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

    /// Takes the mark away.
    pub(crate) fn clear(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// A locked file that has no name yet by which others look for it.
    fn unnamed() -> Option<Self> {
        let path = directory()?.join(format!(".{}", random_suffix()));
        let locked = create_locked(&path).ok()?;
        Some(Self {
            path,
            _locked: locked,
        })
    }
}

/// Who holds the mark of this name.
pub(crate) fn holder(name: &str) -> Holder {
    directory().map_or(Holder::Nobody, |directory| holder_of(&directory.join(name)))
}

/// Who holds the marks whose names begin so, and when they were set.
pub(crate) fn holders(prefix: &str) -> Vec<(Holder, Option<SystemTime>)> {
    let entries = directory().and_then(|directory| above_standard(|| fs::read_dir(directory)).ok());
    let names = entries.into_iter().flatten().flatten();
    names
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| {
            let set = entry.metadata().and_then(|metadata| metadata.modified());
            (holder_of(&entry.path()), set.ok())
        })
        .collect()
}

/// The directory of this user's marks, if it is nobody else's.
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

/// The temporary directory is the user's own.
#[cfg(windows)]
fn directory() -> Option<PathBuf> {
    let path = std::env::temp_dir().join(".sendsafely");
    (path.is_dir() || fs::create_dir(&path).is_ok() || path.is_dir()).then_some(path)
}

#[cfg(unix)]
fn create_locked(path: &Path) -> io::Result<File> {
    let file = super::file::create_private(path)?;
    match lock(&file, libc::LOCK_EX) {
        true => Ok(file),
        false => {
            let error = io::Error::last_os_error();
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the safe interface came with Rust 1.89")]
fn lock(file: &File, how: libc::c_int) -> bool {
    use std::os::fd::AsRawFd;
    // SAFETY: flock takes any descriptor; this one is open for as long as `file` is borrowed.
    unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) == 0 }
}

#[cfg(unix)]
fn holder_of(path: &Path) -> Holder {
    use std::os::unix::fs::MetadataExt;
    let file = match above_standard(|| File::open(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Holder::Nobody,
        Err(_) => return Holder::Alive,
    };
    // Shared, so that two who look do not take each other for the holder.
    if !lock(&file, libc::LOCK_SH) {
        return Holder::Alive;
    }
    match file.metadata() {
        // It was taken away meanwhile.
        Ok(metadata) if metadata.nlink() == 0 => Holder::Nobody,
        _ => Holder::Dead,
    }
}

/// A file that others may delete and rename, but not open, is as good as a locked one.
#[cfg(windows)]
fn create_locked(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_DELETE: u32 = 4;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    options.share_mode(FILE_SHARE_DELETE).open(path)
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
        assert_eq!(holders(&one)[0].0, Holder::Alive);
        assert!(Mark::claim(&one).is_none());
        assert!(mark.rename(&other));
        assert_eq!(
            (holder(&one), holder(&other)),
            (Holder::Nobody, Holder::Alive)
        );
        drop(mark);
        assert_eq!(holder(&other), Holder::Dead);
        assert!(Mark::claim(&other).is_none(), "a dead one counts");
        Mark::set(&other).expect("in its place").clear();
        assert_eq!(holder(&other), Holder::Nobody);
        let claimed = Mark::claim(&other).expect("it is free");
        assert_eq!(holder(&other), Holder::Alive);
        claimed.clear();
        assert!(holders(&other).is_empty());
    }
}
