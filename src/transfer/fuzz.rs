//! Resume files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::resume::{Begun, Direction, Proved, ResumeFile, Stored};
use crate::fuzz_input::{Input, accepted};
use crate::os::TargetFile;

/// A directory of its own, which goes with everything in it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fuzz-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a directory of its own");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file that is none of ours stays as it is. Of ours, what is noted is found again, whatever else stands in it, and
/// the file that it names lies in the directory of the target and is one of those that downloads keep.
pub(crate) fn resume_files(data: &[u8]) {
    let mut input = Input::new(data);
    let flags = input.byte();
    let content = input.rest();
    let scratch = Scratch::new();
    let path = scratch.0.join("resume");
    fs::write(&path, content).expect("it is written");
    set_private(&path);
    let Some(file) = accepted(ResumeFile::open(&path)) else {
        assert_eq!(fs::read(&path).expect("it is there"), content);
        return;
    };
    let direction = match flags & 1 {
        0 => Direction::Upload,
        _ => Direction::Download,
    };
    // The digests of `tests/resume.rs` are not known here: every entry begins with these texts.
    let known = file.entry(direction, &["known"]);
    if let Some(begun) = known.begun() {
        assert!(
            begun
                .stored
                .keys()
                .all(|part| (1..=begun.parts).contains(part))
        );
        let target = scratch.0.join("inner/target");
        fs::create_dir(scratch.0.join("inner")).expect("a directory");
        let kept = scratch.0.join(".sendsafely-0123456789abcdef.resume");
        fs::write(&kept, "another's").expect("it is written");
        if let Some(temporary) = &begun.temporary {
            // There is none in the directory of the target.
            assert!(TargetFile::reopen(&target, temporary).is_none());
            assert_eq!(fs::read(&kept).expect("it is there"), b"another's");
        }
    }
    let mut other = Begun {
        file_id: "id".into(),
        size: u64::MAX,
        parts: u32::MAX,
        part_size: u64::from(flags),
        version: u32::from(flags >> 1 & 1),
        temporary: (flags & 1 == 1).then(|| "name".to_owned()),
        ..Begun::default()
    };
    let stored = Stored {
        length: u64::MAX,
        digest: [flags; 32],
        proved: (flags & 2 == 2).then(|| Proved::new(7, [flags; 8], None)),
    };
    let entry = file.entry(direction, &["new"]);
    let noted = entry.begin(other.clone());
    noted.expect("it begins");
    entry.stored(3, stored).expect("it is noted");
    let before = known.begun();
    drop((entry, known, file));
    let file = ResumeFile::open(&path).expect("it is ours");
    other.stored.insert(3, stored);
    if other.temporary.is_none() {
        other.version = 0;
    }
    assert_eq!(file.entry(direction, &["new"]).begun(), Some(other));
    assert_eq!(file.entry(direction, &["known"]).begun(), before);
}

#[cfg(unix)]
fn set_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(path, mode).expect("a mode");
}

#[cfg(windows)]
fn set_private(_: &Path) {}
