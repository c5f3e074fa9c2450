//! Stores the bytes of parts, and the state file of `--data-dir`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::state::State;

/// Parts by file id and number: in memory, or one file each below the data directory.
pub(crate) enum PartStore {
    Memory(Mutex<HashMap<String, BTreeMap<u32, Bytes>>>),
    Directory(PathBuf),
}

impl PartStore {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(Mutex::default())
    }

    pub(crate) fn in_directory(data_dir: &Path) -> io::Result<Self> {
        let parts = data_dir.join("parts");
        fs::create_dir_all(&parts)?;
        Ok(Self::Directory(parts))
    }

    /// Runs work that may wait for the disk, so that other connections go on meanwhile. In memory nothing waits.
    pub(crate) fn work<T>(&self, work: impl FnOnce() -> T) -> T {
        match self {
            Self::Memory(_) => work(),
            Self::Directory(_) => tokio::task::block_in_place(work),
        }
    }

    pub(crate) fn put(&self, file_id: &str, part: u32, bytes: Bytes) -> io::Result<()> {
        match self {
            Self::Memory(files) => {
                files
                    .lock()
                    .entry(file_id.to_owned())
                    .or_default()
                    .insert(part, bytes);
                Ok(())
            }
            Self::Directory(parts) => {
                let directory = parts.join(file_id);
                fs::create_dir_all(&directory)?;
                write_whole(&directory.join(part.to_string()), &bytes)
            }
        }
    }

    pub(crate) fn get(&self, file_id: &str, part: u32) -> Option<Bytes> {
        match self {
            Self::Memory(files) => files.lock().get(file_id)?.get(&part).cloned(),
            Self::Directory(parts) => fs::read(parts.join(file_id).join(part.to_string()))
                .ok()
                .map(Bytes::from),
        }
    }

    pub(crate) fn copy(
        &self,
        from: &str,
        to: &str,
        parts: impl Iterator<Item = u32>,
    ) -> io::Result<()> {
        for part in parts {
            if let Some(bytes) = self.get(from, part) {
                self.put(to, part, bytes)?;
            }
        }
        Ok(())
    }

    pub(crate) fn remove(&self, file_id: &str) {
        match self {
            Self::Memory(files) => drop(files.lock().remove(file_id)),
            // Fails if the directory does not exist, which is as good.
            Self::Directory(parts) => drop(fs::remove_dir_all(parts.join(file_id))),
        }
    }
}

/// Replaces a file in one step: readers see the old content or the new, never a part of it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}

fn state_file(data_dir: &Path) -> PathBuf {
    data_dir.join("state.json")
}

pub(crate) fn load_state(data_dir: &Path) -> io::Result<Option<State>> {
    match fs::read(state_file(data_dir)) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn save_state(data_dir: &Path, state: &State) -> io::Result<()> {
    write_whole(&state_file(data_dir), &serde_json::to_vec(state)?)
}
