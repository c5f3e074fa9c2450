//! Whole trees: a local directory into a package or Workspace, and back.
//!
//! A few files are under way at once, and together they have as many parts under way as a single file has. A file that
//! fails is told in the report and does not end the others; what would fail for every file ends the call.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::check::safe_name;
use crate::error::{Error, ErrorKind, Result};

/// What became of one file, or of something else that was in the way.
#[derive(Clone, Debug)]
pub struct ReportItem {
    /// Its path in the tree, as the sender names it, with `/` between directories.
    pub path: String,
    /// Where it is on this machine, if it has a place here.
    pub local_path: Option<PathBuf>,
    /// The service's id, if it has one.
    pub file_id: Option<String>,
    /// Bytes of plaintext: of a file that was downloaded or left alone, as it is on this machine.
    pub size: u64,
    /// What the sender declared, if that is known; after an upload the same.
    pub declared_size: Option<u64>,
    /// What was done.
    pub action: Action,
    /// Whether the local path is not what the sender's would be: that was not safe, or taken by another file.
    pub renamed: bool,
    /// Why nothing was done, or not all.
    pub error: Option<Error>,
}

/// What was done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing; the error tells why.
    None,
    /// It was uploaded.
    Uploaded,
    /// It was downloaded.
    Downloaded,
    /// It was left alone, because it was there already, complete and of the declared size, or of any if that is not known.
    Skipped,
    /// It is no regular file but a symbolic link, a pipe or the like, or the temporary file of a download, and was not
    /// sent; no failure of the call.
    Ignored,
}

/// What became of every file of a tree.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One for each file, directory by directory.
    pub items: Vec<ReportItem>,
}

/// A tree of which not everything was moved: the first failure, and what became of every file.
#[derive(Debug)]
pub struct TreeError {
    /// The failure that ended the call, or the first one of a file.
    pub error: Error,
    /// What became of every file, as far as they were known by then.
    pub report: Report,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for TreeError {}

impl From<Box<TreeError>> for Error {
    fn from(tree: Box<TreeError>) -> Self {
        tree.error
    }
}

/// The items of a report while workers fill them in.
#[derive(Clone, Default)]
pub(super) struct Items(Arc<Mutex<Vec<ReportItem>>>);

impl Items {
    pub(super) fn push(&self, item: ReportItem) -> usize {
        let mut items = self.0.lock();
        items.push(item);
        items.len() - 1
    }

    pub(super) fn done(&self, index: usize, action: Action, file_id: Option<String>) {
        let item = &mut self.0.lock()[index];
        item.action = action;
        if file_id.is_some() {
            item.file_id = file_id;
        }
    }

    /// It is on this machine, with so many bytes.
    pub(super) fn there(&self, index: usize, action: Action, size: u64) {
        self.0.lock()[index].size = size;
        self.done(index, action, None);
    }

    pub(super) fn failed(&self, index: usize, error: Error) {
        self.0.lock()[index].error = Some(error);
    }

    /// The answer of the call: `ended` tells whether something ended it before every file had its turn.
    pub(super) fn report(self, ended: Result<()>) -> std::result::Result<Report, Box<TreeError>> {
        let mut items = self.0.lock().clone();
        if let Err(error) = ended {
            for item in &mut items {
                if item.action == Action::None && item.error.is_none() {
                    let told = format!("the call ended before this: {}", error.message());
                    item.error = Some(Error::new(error.kind(), told));
                }
            }
            let report = Report { items };
            return Err(Box::new(TreeError { error, report }));
        }
        let failures = items
            .iter()
            .filter(|item| item.action == Action::None)
            .count();
        let all = items
            .iter()
            .filter(|item| item.action != Action::Ignored)
            .count();
        let first = items
            .iter()
            .filter(|item| item.action == Action::None)
            .find_map(|item| Some((item.path.clone(), item.error.clone()?)));
        let report = Report { items };
        match first {
            None => Ok(report),
            Some((path, error)) => {
                let told = format!("{failures} of {all} files failed; first: {path}");
                let error = error.context(told);
                Err(Box::new(TreeError { error, report }))
            }
        }
    }
}

/// Whether a failure of one file would be the failure of every other one. A server that is down has been given the whole
/// retry window by then.
pub(super) fn ends_all(error: &Error) -> bool {
    let is_down = matches!(error.http_status(), Some(429 | 500..=599));
    is_down
        || matches!(
            error.kind(),
            ErrorKind::Stopped
                | ErrorKind::AuthenticationFailed
                | ErrorKind::UnknownPackage
                | ErrorKind::PasswordRequired
                | ErrorKind::Unreachable
                | ErrorKind::UnknownHost
                | ErrorKind::TimedOut
                | ErrorKind::TlsFailed
                | ErrorKind::NoTrustStore
                | ErrorKind::WrongKeycode
                | ErrorKind::Internal
        )
}

/// Names in one local directory: safe ones, each given once. Letters that differ only in case count as the same.
#[derive(Default)]
pub(super) struct Names {
    /// Lower-case names with the number that the next one like it gets.
    taken: BTreeMap<String, u32>,
}

/// Longer endings are no extension of a file.
const LONGEST_EXTENSION: usize = 32;

impl Names {
    /// A safe name in place of the sender's.
    pub(super) fn give(&mut self, name: &str) -> String {
        let name = safe_name(name);
        let mut candidate = name.clone();
        let mut number = self
            .taken
            .get(&name.to_lowercase())
            .copied()
            .unwrap_or_default();
        while number > 0 || self.taken.contains_key(&candidate.to_lowercase()) {
            number = number.max(2);
            candidate = numbered(&name, number);
            number += 1;
            if !self.taken.contains_key(&candidate.to_lowercase()) {
                break;
            }
        }
        self.taken.insert(name.to_lowercase(), number.max(2));
        self.taken.entry(candidate.to_lowercase()).or_insert(2);
        candidate
    }
}

fn numbered(name: &str, number: u32) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0);
    let (stem, extension) = match dot {
        Some(dot) if name.len() - dot <= LONGEST_EXTENSION => name.split_at(dot),
        _ => (name, ""),
    };
    let mark = format!(" ({number})");
    let mut kept = stem.len();
    while kept + mark.len() + extension.len() > 255 || !stem.is_char_boundary(kept) {
        kept -= 1;
    }
    format!("{}{mark}{extension}", &stem[..kept])
}

/// The path of something in a tree.
pub(super) fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_collide_get_a_number() {
        let mut names = Names::default();
        let mut name = |name: &str| names.give(name);
        assert_eq!(name("a.txt"), "a.txt");
        assert_eq!(name("A.TXT"), "A (2).TXT");
        assert_eq!(name("a.txt"), "a (3).txt");
        assert_eq!(name("a (2).txt"), "a (2) (2).txt");
        assert_eq!(name("b (2)"), "b (2)");
        assert_eq!(name("b"), "b");
        assert_eq!(name("b"), "b (3)");
        assert_eq!(name("x/y"), "x_y");
        assert_eq!(name("x:y"), "x_y (2)");
        assert_eq!(name(".hidden"), ".hidden");
        assert_eq!(name(".hidden"), ".hidden (2)");
        let long = "ü".repeat(127);
        assert_eq!(name(&long), long);
        assert!(name(&long).len() <= 255);
        let ending = format!("a.{}", "x".repeat(253));
        assert_eq!(name(&ending), ending);
        assert!(name(&ending).len() <= 255);
    }

    #[test]
    fn thousands_of_the_same_name_are_told_apart_at_once() {
        let mut names = Names::default();
        let given: std::collections::BTreeSet<_> =
            (0..50_000).map(|_| names.give("same.txt")).collect();
        assert_eq!(given.len(), 50_000);
    }
}
