//! The last common state of a local directory and one of a Workspace: what both had when a sync last made them equal,
//! path by path. It is kept in a journal, without any key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::os::{self, DirectoryLock, Journal, Lock, Stamp};

/// SHA-256 of a file's content.
pub(super) type Digest = [u8; 32];

/// The last common state, by paths below the synced directory.
pub(super) type Known = BTreeMap<String, Common>;

/// The names in the Workspace of what has another name there than here, by paths here.
pub(super) type Names = BTreeMap<String, String>;

/// What both sides had at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Common {
    Directory,
    File(CommonFile),
}

/// A file that both sides had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommonFile {
    /// `None` if the local file still has to be sent.
    pub(super) stamp: Option<Stamp>,
    /// Whether a later change of the local file certainly changes its stamp.
    pub(super) is_settled: bool,
    /// That of the local content.
    pub(super) digest: Option<Digest>,
    /// The service's id; each version has its own.
    pub(super) file_id: String,
    /// The number that this version has if no other was sent unseen before it.
    pub(super) version: Option<u32>,
    /// Whether both sides had the same content. If not, a sync in one direction has kept them apart.
    pub(super) is_equal: bool,
}

/// A local content, and how it is recognized later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) stamp: Stamp,
    /// Whether a later change of the file certainly changes its stamp.
    pub(super) is_settled: bool,
    pub(super) digest: Digest,
}

/// File systems note times in steps of up to two seconds: a change so soon after another may not show.
const COARSEST_TIME: Duration = Duration::from_secs(2);

impl Content {
    /// A content whose reading began at this time.
    pub(super) fn new(stamp: Stamp, digest: Digest, began: SystemTime) -> Self {
        let began = began.duration_since(UNIX_EPOCH).unwrap_or_default();
        let settled = began.saturating_sub(COARSEST_TIME);
        Self {
            stamp,
            is_settled: i128::from(stamp.modified) < settled.as_nanos().cast_signed(),
            digest,
        }
    }
}

impl CommonFile {
    /// A file that both sides have now.
    pub(super) fn equal(content: Content, file_id: &str, version: Option<u32>) -> Self {
        Self {
            stamp: Some(content.stamp),
            is_settled: content.is_settled,
            digest: Some(content.digest),
            ..Self::unsent(file_id, version)
        }
    }

    /// A file whose local content, whatever it is, still has to be sent.
    pub(super) fn unsent(file_id: &str, version: Option<u32>) -> Self {
        Self {
            stamp: None,
            is_settled: false,
            digest: None,
            file_id: file_id.to_owned(),
            version,
            is_equal: true,
        }
    }

    /// Whether another version was sent unseen before this one, which now has this number.
    pub(super) fn hides_another(&self, version: Option<u32>) -> bool {
        self.version
            .zip(version)
            .is_some_and(|(expected, now)| now > expected)
    }

    /// A local file that is the same as then. The digest is that of now, if it was computed.
    pub(super) fn is_here(&self, stamp: Stamp, digest: Option<&Digest>) -> bool {
        match (digest, &self.digest) {
            (Some(digest), Some(known)) => digest == known,
            _ => self.stamp == Some(stamp),
        }
    }

    /// Whether the stamp alone does not show if the local file has changed.
    pub(super) fn is_in_doubt(&self, stamp: Stamp) -> bool {
        match self.stamp {
            Some(known) if known == stamp => !self.is_settled,
            Some(known) => known.size == stamp.size,
            None => false,
        }
    }
}

/// The state of one local directory and one directory of a Workspace, which no other program has open.
pub(super) struct State {
    known: Arc<Known>,
    names: Names,
    /// `None` for a run that changes nothing.
    journal: Option<Journal>,
    /// Of what this pair has begun to transfer.
    resume_file: PathBuf,
    /// Whether a line could not be written.
    is_lost: bool,
    lock: Option<(Lock, Option<DirectoryLock>)>,
}

impl State {
    /// Opens the state. That of another pair, or one that cannot be read, is as good as none.
    ///
    /// # Errors
    /// `SyncRunning` if another program syncs the same local directory, or one above it.
    pub(super) fn open(
        directory: &Path,
        tree: &Path,
        remote: &[&str],
        read_only: bool,
    ) -> Result<Self> {
        let lock = (!read_only).then(|| lock(directory, tree));
        let lock = lock.transpose()?;
        let tree = tree.to_string_lossy();
        let names: Vec<&str> = remote.iter().copied().chain([&*tree]).collect();
        let header = header(&names);
        let (mut all, mut is_first) = (None, true);
        // A line that makes no sense makes the others doubtful: what it replaced would be taken for the last state.
        let mut read_line = |line: &str| {
            all = match std::mem::take(&mut is_first) {
                true => (line == header).then(|| (Known::new(), Names::new())),
                false => all.take().and_then(|all| read(all, line)),
            };
        };
        let name = format!("sync-{}", name_of(&names));
        let mut journal = Journal::open(directory, &format!("{name}.jsonl"), &mut read_line)?;
        let (known, names) = all.unwrap_or_default();
        // A map that is made of all entries at once takes half the memory of one that has grown in order.
        let known: Known = known.into_iter().collect();
        if !read_only {
            let all = known
                .iter()
                .map(|(path, common)| write(path, Some(common), names.get(path)));
            let written = journal.rewrite([header].into_iter().chain(all));
            written.map_err(unwritten)?;
        }
        Ok(Self {
            known: Arc::new(known),
            names,
            journal: (!read_only).then_some(journal),
            resume_file: directory.join(format!("{name}.resume")),
            is_lost: false,
            lock,
        })
    }

    /// Lets other programs have the state. Workers that are about to end may still hold this one.
    pub(super) fn close(&mut self) {
        self.journal = None;
        self.lock = None;
    }

    /// Where transfers are noted that the next sync of this pair goes on with. Whoever holds the state may use it.
    pub(super) fn resume_file(&self) -> &Path {
        &self.resume_file
    }

    /// Whether something could not be noted, so that nothing more should be done.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    pub(super) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Notes what both sides have at a path now; `None` if neither has anything. `name` is the one that it has in the
    /// Workspace, if that is another one.
    pub(super) fn note(
        &mut self,
        path: &str,
        common: Option<Common>,
        name: Option<String>,
    ) -> Result<()> {
        if let Some(journal) = &mut self.journal {
            let written = journal.append(&write(path, common.as_ref(), name.as_ref()));
            self.is_lost |= written.is_err();
            written.map_err(unwritten)?;
        }
        set(Arc::make_mut(&mut self.known), path, common);
        set(&mut self.names, path, name);
        Ok(())
    }
}

/// Takes the lock in the state directory, and that of the tree itself: the state of another program may lie elsewhere.
/// Whoever syncs a tree finds the locks of those inside when it lists them.
fn lock(directory: &Path, tree: &Path) -> Result<(Lock, Option<DirectoryLock>)> {
    let name = format!("sync-{}.lock", name_of(&[&tree.to_string_lossy()]));
    let in_state = Lock::take(directory, &name).map_err(|error| match error.kind() {
        ErrorKind::Busy => sync_running(tree),
        _ => error,
    })?;
    let of_tree = DirectoryLock::take(tree).map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock => sync_running(tree),
        _ => os::io_error(&error, tree, ErrorKind::ReadFailed),
    })?;
    for above in tree.ancestors().skip(1) {
        match os::is_locked(above) {
            Ok(false) => {}
            Ok(true) => return Err(sync_running(above)),
            Err(error) => return Err(os::io_error(&error, above, ErrorKind::ReadFailed)),
        }
    }
    Ok((in_state, of_tree))
}

fn unwritten(error: Error) -> Error {
    error.context("the state of the sync cannot be written")
}

pub(super) fn sync_running(tree: &Path) -> Error {
    let message = format!("{}: another program syncs this directory", tree.display());
    Error::new(ErrorKind::SyncRunning, message)
}

fn set<T>(map: &mut BTreeMap<String, T>, path: &str, value: Option<T>) {
    match value {
        Some(value) => drop(map.insert(path.to_owned(), value)),
        None => drop(map.remove(path)),
    }
}

/// The default place of states.
pub(super) fn default_directory() -> Result<PathBuf> {
    os::state_directory().ok_or_else(|| {
        let message = "there is no state directory: neither XDG_STATE_HOME nor HOME is set";
        Error::new(ErrorKind::DirectoryNotFound, message)
            .with_remedy("give a state_directory in the options")
    })
}

/// A name that reveals nothing.
fn name_of(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    hex(&digest.finalize()[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest_of(hex: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    let is_hex = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)).filter(|_| is_hex) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    is_hex.then_some(digest)
}

const FORMAT: &str = "sendsafely-sync";
const VERSION: u64 = 1;

fn header(names: &[&str]) -> String {
    serde_json::json!({"format": FORMAT, "version": VERSION, "of": names}).to_string()
}

/// One line: a path, and what is there.
pub(super) fn write(path: &str, common: Option<&Common>, name: Option<&String>) -> String {
    let mut line = Map::new();
    line.insert("path".into(), path.into());
    if let Some(name) = name.filter(|_| common.is_some()) {
        line.insert("name".into(), name.as_str().into());
    }
    match common {
        None => {}
        Some(Common::Directory) => drop(line.insert("directory".into(), true.into())),
        Some(Common::File(file)) => {
            line.insert("file".into(), file.file_id.as_str().into());
            if let Some(version) = file.version {
                line.insert("version".into(), version.into());
            }
            if let Some(stamp) = file.stamp {
                line.insert("size".into(), stamp.size.into());
                line.insert("modified".into(), stamp.modified.to_string().into());
                line.insert("settled".into(), file.is_settled.into());
            }
            if let Some(digest) = &file.digest {
                line.insert("sha256".into(), hex(digest).into());
            }
            line.insert("equal".into(), file.is_equal.into());
        }
    }
    Value::Object(line).to_string()
}

/// Adds what a line says; `None` if it is not one of ours.
pub(super) fn read((mut known, mut names): (Known, Names), line: &str) -> Option<(Known, Names)> {
    let Ok(Value::Object(line)) = serde_json::from_str(line) else {
        return None;
    };
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let is = |name: &str| line.get(name).and_then(Value::as_bool) == Some(true);
    let path = text("path")?;
    let stamp = || {
        Some(Stamp {
            size: line.get("size")?.as_u64()?,
            modified: text("modified")?.parse().ok()?,
        })
    };
    let common = match text("file") {
        Some(file_id) => Some(Common::File(CommonFile {
            stamp: stamp(),
            is_settled: is("settled"),
            digest: text("sha256").and_then(digest_of),
            file_id: file_id.to_owned(),
            version: (line.get("version").and_then(Value::as_u64))
                .and_then(|version| u32::try_from(version).ok()),
            is_equal: is("equal"),
        })),
        None => is("directory").then_some(Common::Directory),
    };
    set(&mut names, path, text("name").map(str::to_owned));
    set(&mut known, path, common);
    Some((known, names))
}
