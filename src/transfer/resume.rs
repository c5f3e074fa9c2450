//! Resume files: what is known of transfers that have not ended, so that another process can go on with them.
//!
//! One line begins a transfer, one more notes each part that is stored, one ends it. In a call about many files, one
//! says instead that the file is done, by what a change of it would show. A file has neither content nor names nor a
//! key: a transfer is found by a digest of what it is about, and the digest of a part is keyed with the passphrase. With
//! another keycode no part is the same.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::crypto::{Passphrase, Place, digest_of_texts, hex};
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{LockedJournal, Stamp, open_source};

/// The keyed digest of a part, which no other part has.
pub(crate) type Digest = [u8; 32];

const FORMAT: &str = "sendsafely-resume";
const VERSION: u64 = 1;

/// A resume file is written anew when it has so many lines more than twice what is needed.
const SPARE_LINES: usize = 1000;

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Upload,
    Download,
}

/// A transfer that has begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begun {
    /// The service's id of the file; empty while an upload creates it.
    pub(crate) file_id: String,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    /// How long all parts but the last are, if that is known.
    pub(crate) part_size: u64,
    /// The time of modification of the file that is uploaded, if that shows a change.
    pub(crate) modified: Option<i64>,
    /// The directory into which a file is uploaded; empty for the root. By this and the id it can be deleted.
    pub(crate) directory: String,
    /// The version of a file in a Workspace that is downloaded; 0 if it has none.
    pub(crate) version: u32,
    /// The name of the temporary file of a download.
    pub(crate) temporary: Option<String>,
    /// The parts that are stored.
    pub(crate) stored: BTreeMap<u32, Stored>,
}

/// A part that is stored: on the service, or in the temporary file of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) length: u64,
    pub(crate) digest: Digest,
    /// What a part that was downloaded has proved.
    pub(crate) proved: Option<Proved>,
}

/// What a part has proved to be when it was downloaded, for the comparison with those that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proved {
    /// Bytes of it on the wire.
    pub(crate) received: u64,
    /// By which it differs from all other parts.
    pub(crate) mark: [u8; 8],
    /// The number of parts and the size that it claims, if it carries its place.
    pub(crate) claimed: Option<(u32, u64)>,
}

impl Proved {
    pub(crate) fn new(received: u64, mark: [u8; 8], place: Option<&Place>) -> Self {
        Self {
            received,
            mark,
            claimed: place.map(|place| (place.parts, place.size)),
        }
    }

    /// The place that this part carries.
    pub(crate) fn place(&self, part: u32) -> Option<Place> {
        self.claimed
            .map(|(parts, size)| Place { part, parts, size })
    }
}

/// A file that a call about many files has transferred before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Done {
    file_id: String,
    /// As in [`Begun`].
    version: u32,
    /// The local file.
    stamp: Stamp,
}

/// A resume file that this call alone has open.
pub(crate) struct ResumeFile(Mutex<Content>);

struct Content {
    /// `None` when the file was removed.
    journal: Option<LockedJournal>,
    noted: Noted,
    /// The end of the last transfer: the file is removed, or another one begins. So a kill in between leaves a transfer
    /// that is recognized as a finished one.
    ended: Option<Value>,
    lines: usize,
}

/// What the lines of a file say, by the keys of the transfers.
#[derive(Default)]
struct Noted {
    begun: BTreeMap<String, Begun>,
    done: BTreeMap<String, Done>,
}

impl ResumeFile {
    /// Opens a resume file, which need not exist. Lines that make no sense are passed over: at worst a part is
    /// transferred once more.
    ///
    /// # Errors
    /// `Busy` if another transfer uses it. `InvalidArgument` if it is no resume file, or of a later version: it stays
    /// as it is.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>> {
        let foreign = || {
            let message = format!("{}: not a resume file of this version", path.display());
            Error::new(ErrorKind::InvalidArgument, message)
                .with_remedy("name another file; this one was not changed")
        };
        // Before a journal is made of it, which would cut a last line that has no end.
        if is_foreign(path) {
            return Err(foreign());
        }
        let (mut journal, lines) = LockedJournal::open(path)?;
        match lines.first() {
            None => {
                if let Err(error) = journal.append(&header()) {
                    journal.remove();
                    return Err(error);
                }
            }
            Some(first) if *first == header() => {}
            Some(_) => return Err(foreign()),
        }
        let mut noted = Noted::default();
        for line in lines.iter().skip(1) {
            if let Ok(Value::Object(line)) = serde_json::from_str(line) {
                let _ = noted.read(&line);
            }
        }
        Ok(Arc::new(Self(Mutex::new(Content {
            journal: Some(journal),
            noted,
            ended: None,
            lines: lines.len().max(1),
        }))))
    }

    /// Lets others use the file. With nothing to go on with, it is removed. What is noted afterwards is lost.
    pub(crate) fn close(&self) {
        self.0.lock().close();
    }

    /// Closes it after a call about many files. Once all of them are transferred, none is done before any more.
    pub(crate) fn close_after(&self, are_all_done: bool) {
        let mut content = self.0.lock();
        if are_all_done {
            content.noted.done.clear();
        }
        content.close();
    }

    /// All transfers that have begun and not ended.
    pub(crate) fn begun(self: &Arc<Self>) -> Vec<(Entry, Begun)> {
        let content = self.0.lock();
        let begun = content.noted.begun.iter();
        let entry = |key: &String| Entry {
            file: Arc::clone(self),
            key: key.clone(),
        };
        begun
            .map(|(key, begun)| (entry(key), begun.clone()))
            .collect()
    }

    /// The transfer that these texts name, which need not have begun.
    pub(crate) fn entry(self: &Arc<Self>, direction: Direction, about: &[&str]) -> Entry {
        let way = match direction {
            Direction::Upload => "upload",
            Direction::Download => "download",
        };
        let texts = [way].into_iter().chain(about.iter().copied());
        Entry {
            file: Arc::clone(self),
            key: hex(&digest_of_texts(texts)[..16]),
        }
    }
}

impl Content {
    fn append(&mut self, line: &Value) -> Result<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        if let Some(ended) = &self.ended {
            journal.append(&ended.to_string())?;
            self.lines += 1;
            self.ended = None;
        }
        let Noted { begun, done } = &self.noted;
        let of_begun = begun.values().map(|begun| begun.stored.len() + 2);
        let needed = of_begun.sum::<usize>() + done.len();
        if self.lines > needed * 2 + SPARE_LINES {
            let lines = begun.iter().flat_map(|(key, begun)| all(key, begun));
            let lines = lines.chain(
                done.iter()
                    .map(|(key, done)| done_line(key, done).to_string()),
            );
            let lines: Vec<_> = [header()].into_iter().chain(lines).collect();
            self.lines = lines.len();
            return journal.rewrite(lines.into_iter());
        }
        self.lines += 1;
        journal.append(&line.to_string())
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.close();
    }
}

impl Content {
    fn close(&mut self) {
        if let Some(journal) = self.journal.take()
            && self.noted.begun.is_empty()
            && self.noted.done.is_empty()
        {
            journal.remove();
        }
    }
}

/// One transfer in a resume file.
#[derive(Clone)]
pub(crate) struct Entry {
    file: Arc<ResumeFile>,
    key: String,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && Arc::ptr_eq(&self.file, &other.file)
    }
}

impl Entry {
    /// What is known of the transfer, if it has begun and not ended.
    pub(crate) fn begun(&self) -> Option<Begun> {
        self.file.0.lock().noted.begun.get(&self.key).cloned()
    }

    /// Notes that the transfer has begun, anew if it had begun before.
    pub(crate) fn begin(&self, begun: Begun) -> Result<()> {
        let mut content = self.file.0.lock();
        let line = begin(&self.key, &begun);
        let before = content.noted.begun.insert(self.key.clone(), begun);
        content.noted.done.remove(&self.key);
        // What cannot be noted is not gone on with.
        content.append(&line).inspect_err(|_| {
            match before {
                Some(before) => content.noted.begun.insert(self.key.clone(), before),
                None => content.noted.begun.remove(&self.key),
            };
        })
    }

    /// The digest of a part of the file with this id. A part of another file, or of another transfer, has another one.
    pub(crate) fn digest(
        &self,
        passphrase: &Passphrase,
        file_id: &str,
        part: u32,
        plaintext: &[u8],
    ) -> Digest {
        passphrase.digest(&format!("{}:{file_id}:{part}", self.key), plaintext)
    }

    /// What is noted of a part that was received.
    pub(crate) fn received(
        &self,
        passphrase: &Passphrase,
        file_id: &str,
        part: u32,
        plaintext: &[u8],
        proved: Proved,
    ) -> Stored {
        Stored {
            length: plaintext.len() as u64,
            digest: self.digest(passphrase, file_id, part, plaintext),
            proved: Some(proved),
        }
    }

    /// Notes a part that is stored. Returns whether a later call finds it.
    pub(crate) fn stored(&self, part: u32, stored: Stored) -> Result<bool> {
        let mut content = self.file.0.lock();
        let Some(begun) = content.noted.begun.get_mut(&self.key) else {
            return Ok(false);
        };
        begun.stored.insert(part, stored);
        content
            .append(&part_line(&self.key, part, &stored))
            .inspect_err(|_| {
                let begun = content.noted.begun.get_mut(&self.key);
                begun.and_then(|begun| begun.stored.remove(&part));
            })?;
        Ok(true)
    }

    /// Notes that there is nothing to go on with.
    pub(crate) fn end(&self) -> Result<()> {
        let mut content = self.file.0.lock();
        let begun = content.noted.begun.remove(&self.key).is_some();
        let done = content.noted.done.remove(&self.key).is_some();
        if !begun && !done {
            return Ok(());
        }
        let line = json!({"end": self.key});
        if content.noted.begun.is_empty() && content.noted.done.is_empty() {
            content.ended = Some(line);
            return Ok(());
        }
        content.append(&line)
    }

    /// Notes that the transfer is done, in a call about many files: the next same call need not look at the file as
    /// long as the local one has this stamp.
    pub(crate) fn done(&self, file_id: &str, version: Option<u32>, stamp: Stamp) -> Result<()> {
        let done = Done {
            file_id: file_id.to_owned(),
            version: version.unwrap_or(0),
            stamp,
        };
        let line = done_line(&self.key, &done);
        let mut content = self.file.0.lock();
        content.noted.begun.remove(&self.key);
        content.noted.done.insert(self.key.clone(), done);
        content.append(&line)
    }

    /// Whether an earlier call was through with this file, and the local one has not changed since.
    pub(crate) fn is_done(&self, file_id: &str, version: Option<u32>, local: Stamp) -> bool {
        let content = self.file.0.lock();
        content.noted.done.get(&self.key).is_some_and(|done| {
            let is_same_version =
                done.version == 0 || version.is_none_or(|now| now == done.version);
            is_same_version && done.file_id == file_id && done.stamp == local
        })
    }
}

/// A later call does more than it would have to, if something could not be noted. That is no reason to fail.
pub(crate) fn log_failure<T>(call: &Call, noted: Result<T>) -> Option<T> {
    noted
        .inspect_err(|error| call.log(format!("the resume file: {}", error.message())))
        .ok()
}

/// Whether a file begins in another way than ours. Of ours a kill may have left a part of the first line.
fn is_foreign(path: &Path) -> bool {
    let ours = header() + "\n";
    let mut beginning = Vec::new();
    let read = open_source(path, false).is_ok_and(|(file, ..)| {
        let read = file.take(ours.len() as u64).read_to_end(&mut beginning);
        read.is_ok()
    });
    read && !ours.as_bytes().starts_with(&beginning)
}

fn header() -> String {
    json!({"format": FORMAT, "version": VERSION}).to_string()
}

/// All lines of a transfer.
fn all(key: &str, begun: &Begun) -> Vec<String> {
    let parts = begun.stored.iter();
    let parts = parts.map(|(part, stored)| part_line(key, *part, stored).to_string());
    [begin(key, begun).to_string()]
        .into_iter()
        .chain(parts)
        .collect()
}

fn begin(key: &str, begun: &Begun) -> Value {
    let mut line = json!({
        "begin": key, "file": begun.file_id, "size": begun.size, "parts": begun.parts,
        "part_size": begun.part_size,
    });
    if let Some(modified) = begun.modified {
        line["modified"] = modified.into();
    }
    if !begun.directory.is_empty() {
        line["directory"] = begun.directory.as_str().into();
    }
    if let Some(temporary) = &begun.temporary {
        line["temporary"] = temporary.as_str().into();
        line["version"] = begun.version.into();
    }
    line
}

fn part_line(key: &str, part: u32, stored: &Stored) -> Value {
    let digest = hex(&stored.digest);
    let mut line = json!({"of": key, "part": part, "length": stored.length, "digest": digest});
    if let Some(proved) = &stored.proved {
        line["received"] = proved.received.into();
        line["mark"] = hex(&proved.mark).into();
        line["claimed"] = json!(proved.claimed);
    }
    line
}

fn done_line(key: &str, done: &Done) -> Value {
    let Stamp { size, modified } = done.stamp;
    json!({
        "done": key, "file": done.file_id, "version": done.version, "size": size, "modified": modified,
    })
}

impl Noted {
    /// Adds what a line says; `None` if it says nothing.
    fn read(&mut self, line: &Map<String, Value>) -> Option<()> {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let number = |name: &str| line.get(name).and_then(Value::as_u64);
        let version = || number("version").map_or(Some(0), |version| u32::try_from(version).ok());
        if let Some(key) = text("of") {
            let stored = Stored {
                length: number("length")?,
                digest: bytes(text("digest")?)?,
                proved: proved(line),
            };
            let part = u32::try_from(number("part")?).ok()?;
            let of = self.begun.get_mut(key)?;
            if (1..=of.parts).contains(&part) {
                of.stored.insert(part, stored);
            }
        } else if let Some(key) = text("done") {
            let stamp = Stamp {
                size: number("size")?,
                modified: line.get("modified")?.as_i64()?,
            };
            let new = Done {
                file_id: text("file")?.to_owned(),
                version: version()?,
                stamp,
            };
            self.begun.remove(key);
            self.done.insert(key.to_owned(), new);
        } else if let Some(key) = text("end") {
            self.begun.remove(key);
            self.done.remove(key);
        } else {
            let key = text("begin")?;
            let new = Begun {
                file_id: text("file")?.to_owned(),
                size: number("size")?,
                parts: u32::try_from(number("parts")?).ok()?,
                part_size: number("part_size")?,
                modified: line.get("modified").and_then(Value::as_i64),
                directory: text("directory").unwrap_or_default().to_owned(),
                version: version()?,
                temporary: text("temporary").map(str::to_owned),
                stored: BTreeMap::new(),
            };
            self.done.remove(key);
            self.begun.insert(key.to_owned(), new);
        }
        Some(())
    }
}

fn proved(line: &Map<String, Value>) -> Option<Proved> {
    let claimed = match line.get("claimed")? {
        Value::Null => None,
        claimed => Some((
            u32::try_from(claimed.get(0)?.as_u64()?).ok()?,
            claimed.get(1)?.as_u64()?,
        )),
    };
    Some(Proved {
        received: line.get("received")?.as_u64()?,
        mark: bytes(line.get("mark")?.as_str()?)?,
        claimed,
    })
}

fn bytes<const LENGTH: usize>(hex: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    if hex.len() != 2 * LENGTH || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("resume-{name}-{}", std::process::id()))
    }

    fn begun() -> Begun {
        Begun {
            file_id: "F".into(),
            size: 9,
            parts: 3,
            part_size: 4,
            modified: Some(-5),
            ..Begun::default()
        }
    }

    fn part(byte: u8) -> Stored {
        Stored {
            length: 4,
            digest: [byte; 32],
            proved: None,
        }
    }

    #[test]
    fn a_transfer_is_known_until_it_ends() {
        let path = path("known");
        let file = ResumeFile::open(&path).expect("it opens");
        let entry = |file: &Arc<ResumeFile>| file.entry(Direction::Upload, &["host", "package"]);
        let one = entry(&file);
        assert_eq!(one.begun(), None);
        one.begin(begun()).expect("it begins");
        one.stored(2, part(7)).expect("it is noted");
        let other = file.entry(Direction::Download, &["host", "package"]);
        assert_eq!(other.begun(), None);
        drop((file, one, other));

        let file = ResumeFile::open(&path).expect("it opens");
        let one = entry(&file);
        let mut known = begun();
        known.stored.insert(2, part(7));
        assert_eq!(one.begun(), Some(known));
        one.begin(begun()).expect("it begins anew");
        assert_eq!(one.begun(), Some(begun()));
        one.end().expect("it ends");
        one.end().expect("it has ended");
        drop((file, one));
        assert!(!path.exists());
    }

    /// Nothing that a file may hold breaks it, and what is not ours is not changed.
    #[test]
    fn foreign_and_damaged_files() {
        let path = path("damaged");
        let key = {
            let file = ResumeFile::open(&path).expect("it opens");
            let one = file.entry(Direction::Upload, &["a"]);
            one.begin(begun()).expect("it begins");
            one.stored(1, part(1)).expect("it is noted");
            one.key
        };
        let whole = fs::read_to_string(&path).expect("it is read");
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).expect("it is written");
            let file = ResumeFile::open(&path).expect("it opens");
            let known = file.entry(Direction::Upload, &["a"]).begun();
            let lines = whole[..end].matches('\n').count();
            assert_eq!(known.is_some(), lines >= 2, "{end}");
            // It goes on with whole lines.
            let other = file.entry(Direction::Upload, &["b"]);
            other.begin(begun()).expect("it begins");
            drop((file, other));
            let file = ResumeFile::open(&path).expect("it opens");
            assert!(file.entry(Direction::Upload, &["b"]).begun().is_some());
        }
        for odd in [
            "nothing".to_owned(),
            "[]".to_owned(),
            json!({"of": key, "part": 4, "length": 4, "digest": "0".repeat(64)}).to_string(),
            json!({"of": key, "part": 2, "length": 4, "digest": "é".repeat(32)}).to_string(),
            json!({"of": key, "part": -1, "length": 1e300, "digest": null}).to_string(),
            json!({"of": "other", "part": 1, "length": 4, "digest": "0".repeat(64)}).to_string(),
            json!({"begin": "x", "file": [], "size": 1}).to_string(),
        ] {
            fs::write(&path, format!("{whole}{odd}\n")).expect("it is written");
            let file = ResumeFile::open(&path).expect("it opens");
            let mut known = begun();
            known.stored.insert(1, part(1));
            let now = file.entry(Direction::Upload, &["a"]).begun();
            assert_eq!(now, Some(known), "{odd}");
        }
        for foreign in [
            "a letter\nto a friend\n",
            "a letter of one line",
            "{}",
            "{\"format\":\"sendsafely-resume\",\"version\":2}\n",
        ] {
            fs::write(&path, foreign).expect("it is written");
            let refused = ResumeFile::open(&path).err().expect("it is refused");
            assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
            assert_eq!(fs::read_to_string(&path).expect("it is read"), foreign);
        }
        fs::remove_file(path).expect("it goes");
    }

    #[test]
    fn a_file_of_many_transfers_stays_small() {
        let path = path("many");
        let file = ResumeFile::open(&path).expect("it opens");
        let kept = file.entry(Direction::Upload, &["kept"]);
        kept.begin(begun()).expect("it begins");
        for number in 0..2000 {
            let entry = file.entry(Direction::Upload, &[&format!("{number}")]);
            entry.begin(begun()).expect("it begins");
            entry.stored(1, part(1)).expect("it is noted");
            entry.end().expect("it ends");
        }
        let text = fs::read_to_string(&path).expect("it is read");
        assert!(text.lines().count() < 2 * SPARE_LINES);
        drop((file, kept));
        let file = ResumeFile::open(&path).expect("it opens");
        assert_eq!(file.0.lock().noted.begun.len(), 1);
        file.entry(Direction::Upload, &["kept"])
            .end()
            .expect("it ends");
    }
}
