//! Targets: files that get their name only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::descriptor::above_standard;
use super::file::{
    CREATE_FIRST, create_private, directory_of, io_error, rename_without_clobbering,
    require_directory, sync_entry, temporary_in,
};
use super::source::{Stamp, is_same};
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
    file: Option<File>,
    existing: Existing,
    /// The file whose mode this one gets at the end; `None` if it stays private.
    model: Option<fs::Metadata>,
    written: u64,
    /// Bytes for which the disk has promised room.
    reserved: u64,
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
        let replaced = match existing {
            Existing::Overwrite => replaced(target)?,
            Existing::Refuse | Existing::Skip => None,
        };
        let mut file = Self::create_private(target)?;
        file.existing = existing;
        file.model = match replaced {
            Some(replaced) => Some(replaced),
            None => new_file(directory_of(target))
                .map_err(|error| io_error(&error, target, ErrorKind::WriteFailed))?,
        };
        Ok(file)
    }

    /// Begins a file that only its owner will ever read. One that exists is refused.
    pub(crate) fn create_private(target: &Path) -> Result<Self> {
        let directory = directory_of(target);
        require_directory(directory, CREATE_FIRST)?;
        let temporary = temporary_in(directory);
        let file = create_private(&temporary)
            .map_err(|error| io_error(&error, target, ErrorKind::WriteFailed))?;
        // Shows that its program is alive.
        #[cfg(unix)]
        super::file_lock::try_exclusive(&file);
        Ok(Self {
            target: target.to_owned(),
            temporary,
            file: Some(file),
            existing: Existing::Refuse,
            model: None,
            written: 0,
            reserved: 0,
            modified: None,
            decide: None,
        })
    }

    /// Finds out whether there is room for so many bytes, and reserves it where the file system can do that. The size
    /// may be wrong: a file that needs less gives the rest back, and one that needs more may still find the disk full.
    pub(crate) fn reserve(&mut self, size: u64) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        // The system might use up all room before it finds that it is too little.
        if let Some(free) = free_space(file).filter(|free| *free < size) {
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

    /// Has this decide what the complete file becomes.
    pub(crate) fn decided(mut self, decide: Box<Decide>) -> Self {
        self.decide = Some((decide, Sha256::new()));
        self
    }

    pub(crate) fn write(&mut self, data: &[u8]) -> Result<()> {
        if let Some((_, digest)) = &mut self.decide {
            digest.update(data);
        }
        match &mut self.file {
            Some(file) => {
                file.write_all(data)
                    .map_err(|error| io_error(&error, &self.target, ErrorKind::WriteFailed))?;
                self.written += data.len() as u64;
                Ok(())
            }
            None => Err(Error::new(
                ErrorKind::Internal,
                "the file is finished already",
            )),
        }
    }

    /// Gives the complete file its mode and its name.
    pub(crate) fn finish(mut self, sync: bool) -> Result<Finished> {
        let decide = self.decide.take();
        let failed = |error: &io::Error| io_error(error, &self.target, ErrorKind::WriteFailed);
        let overwrite = self.existing == Existing::Overwrite;
        if let Some(file) = self.file.take() {
            if self.reserved > self.written {
                file.set_len(self.written).map_err(|error| failed(&error))?;
            }
            if sync {
                file.sync_all().map_err(|error| failed(&error))?;
            }
            // Another program may have created the target, or changed its mode, since the download began.
            let replaced = match overwrite {
                true => replaced(&self.target)?,
                false => None,
            };
            if let Some(model) = replaced.as_ref().or(self.model.as_ref()) {
                set_mode_like(&file, model);
            }
            if let Some(time) = self.modified {
                let _ = file.set_modified(time);
            }
            close(file).map_err(|error| failed(&error))?;
        }
        let mut fate = Fate::Named(self.target.clone(), self.existing);
        if let Some((decide, digest)) = decide {
            let metadata = self.temporary.symlink_metadata();
            let stamp = Stamp::of(&metadata.map_err(|error| failed(&error))?);
            let digest = digest.finalize().into();
            fate = decide(Written { stamp, digest })?;
        }
        let Fate::Named(target, existing) = fate else {
            return Ok(Finished::Written);
        };
        let failed = |error: &io::Error| io_error(error, &target, ErrorKind::WriteFailed);
        if existing == Existing::Overwrite {
            fs::rename(&self.temporary, &target).map_err(|error| failed(&error))?;
        } else {
            match rename_without_clobbering(&self.temporary, &target) {
                // Such as another receiver of the same file.
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && existing == Existing::Skip =>
                {
                    let is_same = is_same(&self.temporary, &target);
                    return Ok(Finished::Kept {
                        is_same: is_same.unwrap_or(false),
                    });
                }
                renamed => renamed.map_err(|error| failed(&error))?,
            }
        }
        if sync {
            sync_entry(&target)?;
        }
        self.temporary = PathBuf::new();
        Ok(Finished::Written)
    }
}

impl Drop for TargetFile {
    fn drop(&mut self) {
        self.file = None;
        if !self.temporary.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.temporary);
        }
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
    fs::remove_file(&path)?;
    metadata.map(Some)
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
        _ => Err(io::Error::last_os_error()),
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
}
