//! Sources: files that are read, and how a change of one shows.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::descriptor::above_standard;
use super::file::io_error;
use crate::error::{Error, ErrorKind, Result};

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

/// Writes all of the data at a position.
#[cfg(unix)]
pub(super) fn write_at(file: &File, data: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, data, offset)
}

#[cfg(windows)]
pub(super) fn write_at(file: &File, mut data: &[u8], mut offset: u64) -> io::Result<()> {
    while !data.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, data, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                data = &data[written..];
                offset += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether a file and a regular file in its place have the same content.
pub(super) fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
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

/// By what a change of a file shows: its size, and its time in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) modified: i64,
}

impl Stamp {
    pub(crate) fn of(metadata: &fs::Metadata) -> Self {
        let since_1970 = |time: SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |at| -at),
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
        self.modified.div_euclid(1_000_000_000)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::file::scratch;
    use super::*;

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
