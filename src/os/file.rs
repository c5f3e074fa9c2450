//! Files: sources, and targets that get their name only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand_core::{OsRng, RngCore};
use sha2::{Digest as _, Sha256};

use super::descriptor::{above_standard, is_exhausted};
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

/// An error of the local file system, with the path that it concerns.
pub(crate) fn io_error(error: &io::Error, path: &Path, otherwise: ErrorKind) -> Error {
    let kind = match error.kind() {
        _ if is_exhausted(error) => ErrorKind::SystemLimit,
        _ if is_missing(error) => ErrorKind::FileNotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ErrorKind::AccessDenied
        }
        io::ErrorKind::AlreadyExists => ErrorKind::FileExists,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            ErrorKind::DiskFull
        }
        io::ErrorKind::IsADirectory => ErrorKind::NotAFile,
        io::ErrorKind::InvalidFilename => ErrorKind::MalformedFileName,
        _ => otherwise,
    };
    Error::new(kind, format!("{}: {}", path.display(), words(error)))
}

/// An error of the system in words, without its number.
pub(crate) fn words(error: &io::Error) -> String {
    let mut words = error.to_string();
    if let Some(number) = words.rfind(" (os error ") {
        words.truncate(number);
    }
    words
}

/// Whether there is nothing at a path. The system says of a path below a file that this file is no directory.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// What to do if the directory of a target does not exist.
pub(crate) const CREATE_FIRST: &str = "create the directory first";

/// Refuses a path that is not that of a directory.
pub(crate) fn require_directory(path: &Path, remedy: &'static str) -> Result<()> {
    let what = match path.metadata() {
        Ok(there) if there.is_dir() => return Ok(()),
        Ok(_) => "is not a directory",
        Err(error) if is_missing(&error) => "no such directory",
        Err(error) => return Err(io_error(&error, path, ErrorKind::DirectoryNotFound)),
    };
    let message = format!("{}: {what}", path.display());
    Err(Error::new(ErrorKind::DirectoryNotFound, message).with_remedy(remedy))
}

/// Opens a regular file for reading. Anything else, a directory or a pipe, is refused without waiting for it. Returns how
/// many bytes it has too; `None` if only reading shows it.
pub(crate) fn open_source(path: &Path, follow: bool) -> Result<(File, fs::Metadata, Option<u64>)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe without a writer would block the open.
        let no_follow = if follow { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC | no_follow);
    }
    let failed = |error: &io::Error| io_error(error, path, ErrorKind::ReadFailed);
    let is_link = || !follow && path.is_symlink();
    let file = match above_standard(|| options.open(path)) {
        Err(_) if is_link() => return Err(not_a_file(path, "is a symbolic link")),
        opened => opened.map_err(|error| failed(&error))?,
    };
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() {
            "is a directory"
        } else {
            "is not a regular file"
        };
        return Err(not_a_file(path, what));
    }
    if holds_its_size(&file, &metadata).map_err(|error| failed(&error))? {
        let size = metadata.len();
        return Ok((file, metadata, Some(size)));
    }
    // Another program may just have written into it.
    let now = file.metadata().map_err(|error| failed(&error))?;
    let size = (now.len() != metadata.len()).then_some(now.len());
    Ok((file, now, size))
}

/// Whether a file of this size may hold another number of bytes: files of `/proc` are of size 0 and those of `/sys` of
/// one page, whatever can be read of them. Neither has blocks on a disk.
pub(crate) fn may_lie(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    let has_blocks = std::os::unix::fs::MetadataExt::blocks(metadata) > 0;
    #[cfg(not(unix))]
    let has_blocks = true;
    metadata.len() == 0 || !has_blocks
}

/// Whether as many bytes as a file's size says can be read of it.
fn holds_its_size(file: &File, metadata: &fs::Metadata) -> io::Result<bool> {
    if !may_lie(metadata) {
        return Ok(true);
    }
    // A sparse file has a last byte, and an empty one has no first.
    let last = metadata.len().checked_sub(1);
    match read_at(file, &mut [0], last.unwrap_or(0)) {
        Ok(read) => Ok((read == 1) == last.is_some()),
        // It can only be read from its beginning to its end.
        Err(error) if error.kind() == io::ErrorKind::NotSeekable => Ok(false),
        Err(error) => Err(error),
    }
}

pub(crate) fn not_a_file(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::NotAFile, format!("{}: {what}", path.display()))
        .with_remedy("name a regular file, or upload from a callback")
}

/// Reads at a position until the buffer is full or the file ends; returns the number of bytes read.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_once_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn read_once_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// A temporary file without a name, for encrypted parts of a source whose size is not known yet.
pub(crate) fn spool_file() -> Result<File> {
    let directory = std::env::temp_dir();
    let path = directory.join(format!(".sendsafely-{}.spool", random_suffix()));
    let failed = |error: io::Error| {
        let remedy =
            "set TMPDIR, or TMP on Windows, to a directory in which the program may create files";
        let error = match require_directory(&directory, remedy) {
            // Some file systems say this of a file that cannot be created.
            Ok(()) if is_missing(&error) => {
                let message = format!("{}: no file can be created in it", directory.display());
                Error::new(ErrorKind::WriteFailed, message)
            }
            Ok(()) => io_error(&error, &directory, ErrorKind::WriteFailed),
            Err(no_directory) => no_directory,
        };
        let error = match error.kind() {
            ErrorKind::SystemLimit | ErrorKind::DiskFull => error,
            _ => error.with_remedy(remedy),
        };
        error.context("the directory for temporary files cannot be used")
    };
    let file = create_private(&path).map_err(failed)?;
    fs::remove_file(&path).map_err(failed)?;
    Ok(file)
}

/// Creates a file that only its owner can read. Fails if the name exists, even as a link.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    }
    above_standard(|| options.open(path))
}

pub(super) fn random_suffix() -> String {
    format!("{:016x}", OsRng.next_u64())
}

/// The beginning and the end of the names of temporary files of downloads.
const TEMPORARY: &str = ".sendsafely-";
const PART: &str = ".part";

/// Whether a file of this name was left by a download that was killed.
pub(crate) fn is_temporary(name: &str) -> bool {
    let middle = name.strip_prefix(TEMPORARY);
    let random = middle.and_then(|rest| rest.strip_suffix(PART));
    random.is_some_and(|random| {
        random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Removes a temporary file whose program has ended.
pub(crate) fn remove_if_left(temporary: &Path) {
    #[cfg(unix)]
    let opened = open_source(temporary, false);
    #[cfg(unix)]
    let is_left = opened.is_ok_and(|(file, ..)| super::file_lock::try_exclusive(&file));
    #[cfg(windows)]
    let is_left = {
        use std::os::windows::fs::OpenOptionsExt;
        let mut options = OpenOptions::new();
        options.read(true).share_mode(0).open(temporary).is_ok()
    };
    if is_left {
        let _ = fs::remove_file(temporary);
    }
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

/// By what a change of a file shows: its size, and its time in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) modified: i128,
}

impl Stamp {
    pub(crate) fn of(metadata: &fs::Metadata) -> Self {
        let since_1970 = |time: SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos().cast_signed(),
            Err(before) => -before.duration().as_nanos().cast_signed(),
        };
        Self {
            size: metadata.len(),
            modified: metadata.modified().map_or(0, since_1970),
        }
    }

    /// That of the regular file at a path; `None` if there is none.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let metadata = path.symlink_metadata().ok()?;
        metadata.is_file().then(|| Self::of(&metadata))
    }

    /// Whole seconds since 1970.
    pub(crate) fn seconds(self) -> i64 {
        i64::try_from(self.modified.div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
    }
}

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

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

pub(super) fn temporary_in(directory: &Path) -> PathBuf {
    directory.join(format!("{TEMPORARY}{}{PART}", random_suffix()))
}

/// Has the system write the entry of a file or directory, in the directory above it, to the disk.
pub(crate) fn sync_entry(path: &Path) -> Result<()> {
    sync_directory_of(path).map_err(|error| io_error(&error, path, ErrorKind::WriteFailed))
}

#[cfg(unix)]
fn sync_directory_of(path: &Path) -> io::Result<()> {
    above_standard(|| File::open(directory_of(path)))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory_of(_path: &Path) -> io::Result<()> {
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

/// Whether a file and a regular file in its place have the same content.
fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let open = |path| open_source(path, false).map_err(|_| io::ErrorKind::InvalidInput);
    let ((one, before, _), (other, there, _)) = (open(one)?, open(other)?);
    if before.len() != there.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let mut offset = 0;
    loop {
        let read = read_at(&one, &mut left, offset)?;
        let beside = read_at(&other, &mut right, offset)?;
        if left[..read] != right[..beside] {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
        offset += read as u64;
    }
}

/// Removes a file that still has this stamp. It is renamed first, so that a change until then is seen.
pub(crate) fn remove_unchanged(path: &Path, stamp: Stamp) -> Result<()> {
    let failed = |error: &io::Error| io_error(error, path, ErrorKind::WriteFailed);
    if Stamp::at(path) == Some(stamp) {
        let hidden = temporary_in(directory_of(path));
        fs::rename(path, &hidden).map_err(|error| failed(&error))?;
        if Stamp::at(&hidden) == Some(stamp) {
            return fs::remove_file(&hidden).map_err(|error| failed(&error));
        }
        rename_without_clobbering(&hidden, path).map_err(|error| failed(&error))?;
    }
    let message = format!("{}: another program has changed it", path.display());
    Err(Error::new(ErrorKind::FileChanged, message))
}

/// Renames unless the new name is taken.
pub(crate) fn rename_without_clobbering(from: &Path, to: &Path) -> io::Result<()> {
    match rename_exclusive(from, to) {
        // Some file systems know no exclusive rename; a hard link refuses a taken name just as well.
        Err(error) if is_unsupported(&error) => match fs::hard_link(from, to) {
            Ok(()) => fs::remove_file(from),
            Err(error)
                if is_unsupported(&error) || error.kind() == io::ErrorKind::PermissionDenied =>
            {
                // Neither exists: check, then rename. A file that another program creates in between would be replaced.
                if fs::symlink_metadata(to).is_ok() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                fs::rename(from, to)
            }
            Err(error) => Err(error),
        },
        other => other,
    }
}

#[cfg(target_os = "linux")]
fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENOSYS | libc::EINVAL | libc::EOPNOTSUPP | libc::EMLINK)
    ) || error.kind() == io::ErrorKind::Unsupported
}

#[cfg(not(target_os = "linux"))]
fn is_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe interface to renameat2")]
fn rename_exclusive(from: &Path, to: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let from = CString::new(from.as_os_str().as_bytes())?;
    let to = CString::new(to.as_os_str().as_bytes())?;
    // SAFETY: both paths are NUL-terminated and outlive the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(not(target_os = "linux"))]
fn rename_exclusive(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let directory =
            std::env::temp_dir().join(format!("sendsafely-test-{name}-{}", random_suffix()));
        fs::create_dir(&directory).expect("scratch directory");
        directory
    }

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

    #[cfg(unix)]
    #[test]
    fn sources_are_regular_files() {
        let directory = scratch("source");
        assert_eq!(
            open_source(&directory, true)
                .expect_err("a directory")
                .kind(),
            ErrorKind::NotAFile
        );
        assert_eq!(
            open_source(Path::new("/dev/null"), true)
                .expect_err("a device")
                .kind(),
            ErrorKind::NotAFile
        );
        let missing = directory.join("missing");
        assert_eq!(
            open_source(&missing, true).expect_err("missing").kind(),
            ErrorKind::FileNotFound
        );
        fs::remove_dir_all(directory).expect("clean up");
    }
}
