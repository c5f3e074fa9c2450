//! Targets: files that get their name only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::descriptor::above_standard;
use super::file::{
    CREATE_FIRST, Entries, directory_of, io_error, rename_without_clobbering, require_directory,
};
use super::placed::PlacedFile;
use super::removal::was_changed;
use super::replacement::replace_expected;
use super::source::{Stamp, is_same, write_at};
use super::temporary::{
    Held, Left, create_temporary, held, open_kept, remove_left_beside, temporary_in,
};
use crate::error::{Error, ErrorKind, Result};

/// What to do when the target of a download exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Existing {
    /// Refuse with [`ErrorKind::FileExists`]; nothing is downloaded.
    #[default]
    Refuse,
    /// Replace it in one step once the new file is whole.
    Overwrite,
    /// Keep it, and count the file as done.
    Skip,
}

/// A file that is being downloaded. It is written beside its target under a temporary name, and only its owner can read
/// it; when it is complete it is renamed, otherwise removed.
pub(crate) struct TargetFile {
    target: PathBuf,
    temporary: PathBuf,
    file: Option<Arc<Held>>,
    existing: Existing,
    /// The file whose mode this one gets at the end; `None` if it stays private.
    model: Option<fs::Metadata>,
    written: u64,
    /// Bytes for which the disk has promised room.
    reserved: u64,
    /// Whether it stays for a later call if it is not finished.
    is_kept: bool,
    /// The time of modification that it gets at the end.
    modified: Option<SystemTime>,
    /// Decides at the end, by what was written, with a digest of the bytes so far.
    decide: Option<(Box<Decide>, Sha256)>,
}

/// What has become of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finished {
    /// The file has its name.
    Written,
    /// The target was kept, which has appeared meanwhile.
    Kept {
        /// Whether its content is the same.
        is_same: bool,
    },
}

/// What a complete file becomes.
pub(crate) enum Fate {
    /// It gets this name.
    Named(PathBuf, Existing),
    /// It gets the name of a file that is as expected at the last moment.
    Replacing {
        target: PathBuf,
        is_expected: Box<dyn Fn(&Path) -> bool + Send>,
        /// The name of what another program writes in that very moment.
        aside: PathBuf,
    },
    /// It is removed.
    Removed,
}

/// The complete file: how it can be recognized later, and the SHA-256 of its content.
pub(crate) struct Written {
    pub(crate) stamp: Stamp,
    pub(crate) digest: [u8; 32],
}

/// Decides what a complete file becomes.
pub(crate) type Decide = dyn FnOnce(Written) -> Result<Fate> + Send;

impl TargetFile {
    /// Begins a file that gets the mode of the file that it replaces, or else that of a new file. The target's
    /// directory has to exist.
    pub(crate) fn create(target: &Path, existing: Existing) -> Result<Self> {
        Self::create_as(target, existing, Left::Useless)
    }

    /// The same for a file that stays for a later call if it is not finished, once [`keep`](Self::keep) has said so.
    pub(crate) fn create_kept(target: &Path, existing: Existing) -> Result<Self> {
        Self::create_as(target, existing, Left::Kept)
    }

    fn create_as(target: &Path, existing: Existing, left: Left) -> Result<Self> {
        let replaced = replaced_by(target, existing)?;
        let mut file = Self::begin(target, left)?;
        file.existing = existing;
        file.model = model(target, replaced)?;
        Ok(file)
    }

    /// The temporary file that an earlier call has kept under this name, for a target in the same directory. `None` if it
    /// is gone or in use, or if others may have access to it.
    pub(crate) fn reopen(target: &Path, name: &str) -> Option<Self> {
        if Left::of(name) != Some(Left::Kept) {
            return None;
        }
        let temporary = directory_of(target).join(name);
        let file = open_kept(&temporary)?;
        let mut file = Self::of(target, temporary, file);
        file.is_kept = true;
        Some(file)
    }

    /// Goes on after so many bytes of a file that was kept. What stands behind them stays until the end.
    pub(crate) fn go_on(&mut self, written: u64, existing: Existing) -> Result<()> {
        self.model = model(&self.target, replaced_by(&self.target, existing)?)?;
        self.existing = existing;
        self.written = written;
        Ok(())
    }

    /// Whether the file that an earlier call has kept under this name is still there, for a target in the same directory.
    pub(crate) fn is_left(target: &Path, name: &str) -> bool {
        let temporary = directory_of(target).join(name);
        Left::of(name) == Some(Left::Kept) && temporary.symlink_metadata().is_ok()
    }

    /// One more handle, to read and write at other places than this one's next.
    pub(crate) fn placed(&self) -> Result<PlacedFile> {
        match &self.file {
            Some(file) => Ok(PlacedFile::of(file, &self.target)),
            None => Err(finished_already()),
        }
    }

    /// Takes what stands next, which is this, for written.
    pub(crate) fn pass(&mut self, data: &[u8]) {
        if let Some((_, digest)) = &mut self.decide {
            digest.update(data);
        }
        self.written += data.len() as u64;
    }

    /// How many bytes are written, in order.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Has the file stay if it is not finished.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Removes the file.
    pub(crate) fn discard(&mut self) {
        self.is_kept = false;
        self.remove();
    }

    fn remove(&mut self) {
        self.file = None;
        if !self.temporary.as_os_str().is_empty() {
            let _ = fs::remove_file(std::mem::take(&mut self.temporary));
        }
    }

    /// By what [`reopen`](Self::reopen) finds it.
    pub(crate) fn temporary_name(&self) -> Option<String> {
        let name = self.temporary.file_name()?;
        name.to_str().map(str::to_owned)
    }

    /// Begins a file that only its owner will ever read. One that exists is refused.
    pub(crate) fn create_private(target: &Path) -> Result<Self> {
        remove_left_beside(target);
        Self::begin(target, Left::Useless)
    }

    fn begin(target: &Path, left: Left) -> Result<Self> {
        let directory = directory_of(target);
        require_directory(directory, CREATE_FIRST)?;
        let (temporary, file) = create_temporary(directory, left)
            .map_err(|error| io_error(&error, target, ErrorKind::WriteFailed))?;
        Ok(Self::of(target, temporary, file))
    }

    fn of(target: &Path, temporary: PathBuf, file: File) -> Self {
        Self {
            target: target.to_owned(),
            temporary,
            file: Some(Arc::new(held(file))),
            existing: Existing::Refuse,
            model: None,
            written: 0,
            reserved: 0,
            is_kept: false,
            modified: None,
            decide: None,
        }
    }

    /// Finds out whether there is room for so many bytes, and reserves it where the file system can do that. The size
    /// may be wrong: a file that needs less gives the rest back, and one that needs more may still find the disk full.
    pub(crate) fn reserve(&mut self, size: u64) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        // The system might use up all room before it finds that it is too little.
        if let Some(free) =
            free_space(file).filter(|free| *free < size.saturating_sub(self.written))
        {
            let path = self.target.display();
            let message =
                format!("{path}: {size} bytes are declared, and the disk has {free} left");
            return Err(Error::new(ErrorKind::DiskFull, message));
        }
        match allocate(file, size) {
            Ok(()) => self.reserved = size,
            Err(error) => match io_error(&error, &self.target, ErrorKind::WriteFailed) {
                full if full.kind() == ErrorKind::DiskFull => return Err(full),
                // Many file systems cannot do it.
                _ => {}
            },
        }
        Ok(())
    }

    /// Sets the time of modification that the file gets at the end, in seconds since 1970.
    pub(crate) fn set_modified(&mut self, seconds: Option<i64>) {
        let since = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let time = |since| UNIX_EPOCH.checked_add(Duration::from_secs(since));
        self.modified = since.and_then(time);
    }

    /// The same, in place of one that may exist.
    pub(super) fn replace_private(target: &Path) -> Result<Self> {
        let mut file = Self::create_private(target)?;
        file.existing = Existing::Overwrite;
        Ok(file)
    }

    /// Has this decide what the complete file becomes. `digest` is that of what is written already.
    pub(crate) fn decided(mut self, decide: Box<Decide>, digest: Sha256) -> Self {
        self.decide = Some((decide, digest));
        self
    }

    pub(crate) fn write(&mut self, data: &[u8]) -> Result<()> {
        let Some(file) = &self.file else {
            return Err(finished_already());
        };
        write_at(file, data, self.written)
            .map_err(|error| io_error(&error, &self.target, ErrorKind::WriteFailed))?;
        self.pass(data);
        Ok(())
    }

    /// Gives the complete file its mode and its name.
    pub(crate) fn finish(mut self, sync: bool) -> Result<Finished> {
        let decide = self.decide.take();
        let failed = |error: &io::Error| io_error(error, &self.target, ErrorKind::WriteFailed);
        // The lock is held until the file has its name.
        let mut held = None;
        if let Some(file) = self.file.take() {
            // Of a file that was kept, something may stand behind what was written.
            if self.reserved > self.written || self.is_kept {
                file.set_len(self.written).map_err(|error| failed(&error))?;
            }
            // Another program may have created the target, or changed its mode, since the download began.
            let replaced = replaced_by(&self.target, self.existing)?;
            if let Some(model) = replaced.as_ref().or(self.model.as_ref()) {
                set_mode_like(&file, model);
            }
            if let Some(time) = self.modified {
                let _ = file.set_modified(time);
            }
            if sync {
                file.sync_all().map_err(|error| failed(&error))?;
            }
            let copy = file.try_clone().map_err(|error| failed(&error))?;
            held = Some(file);
            close(copy).map_err(|error| failed(&error))?;
        }
        let mut fate = Fate::Named(self.target.clone(), self.existing);
        if let Some((decide, digest)) = decide {
            let metadata = self.temporary.symlink_metadata();
            let stamp = Stamp::of(&metadata.map_err(|error| failed(&error))?);
            let digest = digest.finalize().into();
            fate = decide(Written { stamp, digest })?;
        }
        // Whatever can fail comes before the file has its name.
        let entries = |target: &Path| match sync {
            true => Entries::of(target).map(Some),
            false => Ok(None),
        };
        let (target, existing) = match fate {
            Fate::Removed => {
                self.is_kept = false;
                return Ok(Finished::Written);
            }
            Fate::Named(target, existing) => (target, existing),
            Fate::Replacing {
                target,
                is_expected,
                aside,
            } => {
                let entries = entries(&target).map_err(|error| failed(&error))?;
                let name = self.temporary.clone();
                let replaced = replace_expected(&mut self.temporary, &target, is_expected, &aside);
                // By another name, or with a mode that lets others write, no later call goes on with it.
                self.is_kept &= self.temporary == name;
                if let Some(file) = held.as_ref().filter(|_| self.is_kept) {
                    make_private(file);
                }
                if !replaced.map_err(|error| failed(&error))? {
                    return Err(was_changed(&target));
                }
                return self.named(&target, entries);
            }
        };
        let failed = |error: &io::Error| io_error(error, &target, ErrorKind::WriteFailed);
        let entries = entries(&target).map_err(|error| failed(&error))?;
        if existing == Existing::Overwrite {
            fs::rename(&self.temporary, &target).map_err(|error| failed(&error))?;
        } else {
            match rename_without_clobbering(&self.temporary, &target) {
                // Such as another receiver of the same file.
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && existing == Existing::Skip =>
                {
                    self.is_kept = false;
                    let is_same = is_same(&self.temporary, &target);
                    return Ok(Finished::Kept {
                        is_same: is_same.unwrap_or(false),
                    });
                }
                renamed => renamed.map_err(|error| failed(&error))?,
            }
        }
        self.named(&target, entries)
    }

    /// The file has its name. If that cannot be made durable, it keeps it: another program may use it already.
    fn named(mut self, target: &Path, entries: Option<Entries>) -> Result<Finished> {
        self.temporary = PathBuf::new();
        match entries.map(|entries| entries.sync()) {
            Some(Err(error)) => Err(io_error(&error, target, ErrorKind::WriteFailed)
                .context("the file is whole, but a loss of power may undo it")),
            _ => Ok(Finished::Written),
        }
    }
}

impl Drop for TargetFile {
    fn drop(&mut self) {
        if !self.is_kept {
            self.remove();
        }
    }
}

fn finished_already() -> Error {
    Error::new(ErrorKind::Internal, "the file is finished already")
}

/// The file that a download with this option replaces.
fn replaced_by(target: &Path, existing: Existing) -> Result<Option<fs::Metadata>> {
    match existing {
        Existing::Overwrite => replaced(target),
        Existing::Refuse | Existing::Skip => Ok(None),
    }
}

/// The file whose mode the target gets: the one that it replaces, or else a new one.
fn model(target: &Path, replaced: Option<fs::Metadata>) -> Result<Option<fs::Metadata>> {
    match replaced {
        Some(replaced) => Ok(Some(replaced)),
        None => new_file(directory_of(target))
            .map_err(|error| io_error(&error, target, ErrorKind::WriteFailed)),
    }
}

/// The regular file that a download would replace; `None` if there is none, or a symbolic link, which is replaced
/// itself. Devices, pipes and sockets are refused, also behind a link: `/dev/stdout` is one.
fn replaced(target: &Path) -> Result<Option<fs::Metadata>> {
    let refused = |what| {
        Error::new(ErrorKind::NotAFile, format!("{}: {what}", target.display())).with_remedy(
            "name a regular file or none, or download into a callback for a pipe or device",
        )
    };
    match target.symlink_metadata() {
        Ok(there) if there.is_file() => Ok(Some(there)),
        Ok(there) if there.is_dir() => Err(refused("is a directory")),
        Ok(there) if there.is_symlink() => match target.metadata() {
            Ok(behind) if !behind.is_file() && !behind.is_dir() => {
                Err(refused("is a link to what is not a regular file"))
            }
            _ => Ok(None),
        },
        Ok(_) => Err(refused("is not a regular file")),
        Err(_) => Ok(None),
    }
}

/// Creates a file to see the mode of a new file in a directory: 0666 less the umask, or what the directory's access
/// list says. The umask cannot be read without changing it for all threads.
#[cfg(unix)]
fn new_file(directory: &Path) -> io::Result<Option<fs::Metadata>> {
    let path = temporary_in(directory);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let probe = above_standard(|| options.open(&path))?;
    let metadata = probe.metadata();
    match fs::remove_file(&path) {
        // Another program has taken it for the file of a dead one.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => metadata.map(Some),
    }
}

#[cfg(not(unix))]
fn new_file(_directory: &Path) -> io::Result<Option<fs::Metadata>> {
    Ok(None)
}

/// Gives a file the permissions of another one, and its group if that is allowed. On a file system without permissions
/// nothing changes, and that is no failure.
#[cfg(unix)]
fn set_mode_like(file: &File, model: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let has_its_group = file.metadata().is_ok_and(|own| own.gid() == model.gid())
        || fchown(file, None, Some(model.gid())).is_ok();
    // With another group, the group gets the permissions of all others.
    let mask = match has_its_group {
        true => 0o777,
        false => 0o707 | (model.mode() & 0o007) << 3,
    };
    let _ = file.set_permissions(fs::Permissions::from_mode(model.mode() & mask));
}

#[cfg(unix)]
fn make_private(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    let _ = file.set_permissions(fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn make_private(_file: &File) {}

#[cfg(not(unix))]
fn set_mode_like(_file: &File, _model: &fs::Metadata) {}

/// Closes a file, and reports what quotas and network file systems say only then.
#[cfg(unix)]
#[allow(
    unsafe_code,
    reason = "the safe interface keeps errors of close to itself"
)]
fn close(file: File) -> io::Result<()> {
    use std::os::fd::IntoRawFd;
    // SAFETY: the descriptor is open, nobody else owns it, and it is not used again.
    match unsafe { libc::close(file.into_raw_fd()) } {
        0 => Ok(()),
        _ => match io::Error::last_os_error() {
            // It is closed all the same, and what is written stays with the system.
            error if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            error => Err(error),
        },
    }
}

#[cfg(not(unix))]
fn close(file: File) -> io::Result<()> {
    drop(file);
    Ok(())
}

/// How many bytes this program may write to the file system of a file; `None` if that is not known.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe interface to fstatvfs")]
fn free_space(file: &File) -> Option<u64> {
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd;
    let mut statistics = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the descriptor is open, and fstatvfs fills the struct if it returns 0.
    let statistics = unsafe {
        match libc::fstatvfs(file.as_raw_fd(), statistics.as_mut_ptr()) {
            0 => statistics.assume_init(),
            _ => return None,
        }
    };
    // Some network file systems do not count.
    (statistics.f_blocks > 0).then(|| statistics.f_bavail.saturating_mul(statistics.f_frsize))
}

#[cfg(not(target_os = "linux"))]
fn free_space(_file: &File) -> Option<u64> {
    None
}

/// Reserves room on the disk behind the end of a file, whose size stays.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe interface to fallocate")]
fn allocate(file: &File, size: u64) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let size = libc::off_t::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge)?;
    // SAFETY: the descriptor is open.
    match unsafe { libc::fallocate(file.as_raw_fd(), libc::FALLOC_FL_KEEP_SIZE, 0, size) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(not(target_os = "linux"))]
fn allocate(_file: &File, _size: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::super::file::scratch;
    use super::*;

    #[test]
    fn a_target_appears_only_when_it_is_finished() {
        let directory = scratch("target");
        let target = directory.join("report.pdf");
        let mut file = TargetFile::create(&target, Existing::Refuse).expect("create");
        file.write(b"whole").expect("write");
        assert!(!target.exists());
        file.finish(true).expect("finish");
        assert_eq!(fs::read(&target).expect("read"), b"whole");
        assert_eq!(fs::read_dir(&directory).expect("list").count(), 1);

        let mut other = TargetFile::create(&target, Existing::Refuse).expect("create");
        other.write(b"other").expect("write");
        let refused = other.finish(false).expect_err("the name is taken");
        assert_eq!(refused.kind(), ErrorKind::FileExists);
        assert_eq!(fs::read(&target).expect("read"), b"whole");
        assert_eq!(
            fs::read_dir(&directory).expect("list").count(),
            1,
            "the temporary file is gone"
        );

        let mut better = TargetFile::create(&target, Existing::Overwrite).expect("create");
        better.write(b"better").expect("write");
        better.finish(false).expect("overwrite");
        assert_eq!(fs::read(&target).expect("read"), b"better");
        drop(TargetFile::create(&directory.join("dropped"), Existing::Refuse).expect("create"));
        assert_eq!(fs::read_dir(&directory).expect("list").count(), 1);
        fs::remove_dir_all(directory).expect("clean up");
    }

    /// As a kill leaves it while a file of state is replaced.
    #[test]
    fn a_private_file_is_the_only_one_in_the_end() {
        let directory = scratch("private");
        let left = temporary_in(&directory);
        fs::write(&left, b"half").expect("write");
        let mut file = TargetFile::replace_private(&directory.join("state")).expect("create");
        file.write(b"whole").expect("write");
        file.finish(true).expect("finish");
        assert!(!left.exists());
        fs::remove_dir_all(directory).expect("clean up");
    }

    /// As a program that was just started, or a forked one, has it.
    #[cfg(unix)]
    #[test]
    fn a_copy_of_the_descriptor_holds_no_file_that_was_kept() {
        let directory = scratch("copied");
        let target = directory.join("report.pdf");
        let mut file = TargetFile::create_kept(&target, Existing::Refuse).expect("create");
        file.write(b"half").expect("write");
        file.keep();
        let name = file.temporary_name().expect("a name");
        let placed = file.placed().expect("a handle");
        let copy = file.file.as_ref().expect("open").try_clone();
        let copy = copy.expect("a copy");
        drop(file);
        assert!(TargetFile::reopen(&target, &name).is_none(), "in use");
        drop(placed);
        assert!(TargetFile::reopen(&target, &name).is_some());
        drop(copy);
        fs::remove_dir_all(directory).expect("clean up");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_kept_file_that_could_not_replace_another_one_keeps_its_name() {
        use std::os::unix::fs::PermissionsExt;
        for is_changed_at_once in [true, false] {
            let directory = scratch("changed");
            let target = directory.join("report.pdf");
            fs::write(&target, "old").expect("write");
            let shared = fs::Permissions::from_mode(0o664);
            fs::set_permissions(&target, shared).expect("the mode");
            let mut file = TargetFile::create_kept(&target, Existing::Overwrite).expect("create");
            file.keep();
            let name = file.temporary_name().expect("a name");
            let named = target.clone();
            let decide: Box<Decide> = Box::new(move |_| {
                let expected = named.clone();
                Ok(Fate::Replacing {
                    aside: named.with_file_name("aside"),
                    target: named,
                    is_expected: Box::new(move |path| path == expected && !is_changed_at_once),
                })
            });
            let file = file.decided(decide, Sha256::new());
            let error = file.finish(false).expect_err("it has changed");
            assert_eq!(error.kind(), ErrorKind::FileChanged);
            assert_eq!(fs::read_to_string(&target).expect("read"), "old");
            assert_eq!(fs::read_dir(&directory).expect("list").count(), 2);
            assert!(TargetFile::reopen(&target, &name).is_some());
            fs::remove_dir_all(directory).expect("clean up");
        }
    }

    /// Until it has its name, nobody takes it for the file of a dead program.
    #[cfg(unix)]
    #[test]
    fn a_complete_file_is_locked_until_it_has_its_name() {
        use super::super::temporary::remove_if_left;
        let directory = scratch("locked");
        let target = directory.join("report.pdf");
        let file = TargetFile::create(&target, Existing::Refuse).expect("create");
        let temporary = Arc::new(file.temporary.clone());
        let (looked, named) = (Arc::clone(&temporary), target.clone());
        let decide: Box<Decide> = Box::new(move |_| {
            remove_if_left(&looked);
            Ok(Fate::Named(named, Existing::Refuse))
        });
        let file = file.decided(decide, Sha256::new());
        file.finish(false).expect("finish");
        assert!(target.exists());
        fs::remove_dir_all(directory).expect("clean up");
    }
}
