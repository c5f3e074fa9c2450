//! The report of `upload_all` and `download_all`, and what both use.
//!
//! Several files are transferred at the same time; together they have as many parts in flight as a single file. The
//! failure of one file stands in the report, and the others continue. A failure that every file would have ends the
//! call.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::compare::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::record::File;

/// The result for one file, or for a directory or another entry that could not be used.
#[derive(Clone, Debug)]
pub struct ReportItem {
    /// Its path in the tree, as the sender names it, with `/` between directories.
    pub path: String,
    /// The path on this machine, if it has one.
    pub local_path: Option<PathBuf>,
    /// The service's id, if it has one.
    pub file_id: Option<String>,
    /// Bytes of plaintext. After a download, or if the file was skipped: the size on this machine.
    pub size: u64,
    /// The size that the sender declared, if that is known; for an upload the local size.
    pub declared_size: Option<u64>,
    /// What was done.
    pub action: Action,
    /// Whether the names here and on the service differ: the sender's name was not safe, or belongs to another file here,
    /// or the same file had the other name already.
    pub renamed: bool,
    /// Why it was transferred, or how the file that exists differs.
    pub reason: Reason,
    /// Why the file failed, or was ignored.
    pub error: Option<Error>,
}

impl ReportItem {
    /// An item of which nothing is known yet.
    pub(super) fn new(path: String, local: PathBuf) -> Self {
        Self {
            path,
            local_path: Some(local),
            file_id: None,
            size: 0,
            declared_size: None,
            action: Action::None,
            reason: Reason::None,
            renamed: false,
            error: None,
        }
    }
}

impl ReportItem {
    /// The error without the name of the file, with which its message may begin in one of these forms.
    fn unnamed(&self) -> Option<Error> {
        let local = self.local_path.as_ref();
        let local = local.map(|local| local.display().to_string());
        let name = self.path.rsplit('/').next().map(str::to_owned);
        let names = [local, Some(self.path.clone()), name];
        let error = self.error.clone()?;
        Some((names.iter().flatten()).fold(error, |error, name| error.without_name(name)))
    }
}

/// What was done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing; see the error.
    None,
    /// It was uploaded.
    Uploaded,
    /// It was downloaded.
    Downloaded,
    /// It was skipped: the target exists and is complete, and has the declared size if that is known.
    Skipped,
    /// It was not sent, because it is a symbolic link, a pipe or the like, or the temporary file of a download. This
    /// does not make the call fail. A sync also leaves a file alone that another program is writing, and a download one
    /// that is not complete beside a complete one of the same name.
    Ignored,
    /// It was deleted on this machine, because it was deleted in the Workspace.
    DeletedHere,
    /// It was deleted in the Workspace, because it was deleted on this machine.
    DeletedThere,
    /// It had changed on both sides, and both contents were kept.
    KeptBoth,
    /// A dry run does not show more: both sides have a file of this size that no sync has seen equal. The sync would
    /// compare the contents.
    Compared,
}

/// The results for all files of a tree.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One for each file, directory by directory.
    pub items: Vec<ReportItem>,
}

/// The error of a call on a tree: the first failure, and the results for all files.
#[derive(Debug)]
pub struct TreeError {
    /// The failure that ended the call, or else the first failure of a file.
    pub error: Error,
    /// The results for all files that were known when the call ended.
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

/// The items of a report, which the workers fill in.
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

    /// Notes that the file is on this machine, with this size.
    pub(super) fn there(&self, index: usize, action: Action, size: u64) {
        self.0.lock()[index].size = size;
        self.done(index, action, None);
    }

    /// Notes that the file has this name on the service, another one than here.
    pub(super) fn renamed(&self, index: usize, there: &str) {
        let item = &mut self.0.lock()[index];
        let directory = item.path.rsplit_once('/').map_or("", |(above, _)| above);
        item.path = joined(directory, there);
        item.renamed = true;
    }

    /// Notes that the file was sent.
    pub(super) fn uploaded(&self, index: usize, file: File) {
        let item = &mut self.0.lock()[index];
        item.action = Action::Uploaded;
        item.file_id = Some(file.file_id);
        item.size = file.size.unwrap_or(0);
        item.declared_size = file.size;
    }

    pub(super) fn reason(&self, index: usize, reason: Reason) {
        self.0.lock()[index].reason = reason;
    }

    pub(super) fn failed(&self, index: usize, error: Error) {
        self.0.lock()[index].error = Some(error);
    }

    /// Orders the items by their paths. A file that was kept twice has one item, also if its newer content was sent.
    pub(super) fn sort(&self) {
        let mut items = self.0.lock();
        items.sort_by(|one, other| one.path.cmp(&other.path));
        let kept = |item: &&ReportItem| item.action == Action::KeptBoth;
        let kept_twice: BTreeSet<String> = items
            .iter()
            .filter(kept)
            .map(|item| item.path.clone())
            .collect();
        items.retain(|item| item.action != Action::Uploaded || !kept_twice.contains(&item.path));
    }

    /// Whether nothing is left for a further call.
    pub(super) fn are_done(&self) -> bool {
        self.0.lock().iter().all(|item| item.action != Action::None)
    }

    /// Makes the result of the call. `ended` is the failure that ended it before all files were tried, if there was
    /// one.
    pub(super) fn report(self, ended: Result<()>) -> std::result::Result<Report, Box<TreeError>> {
        let mut items = self.0.lock().clone();
        if let Err(error) = ended {
            for item in &mut items {
                if item.action == Action::None && item.error.is_none() {
                    let message = format!("the call ended before this: {}", error.message());
                    item.error = Some(Error::new(error.kind(), message));
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
            .find_map(|item| Some((item.path.clone(), item.unnamed()?)));
        let report = Report { items };
        match first {
            None => Ok(report),
            Some((path, error)) => {
                let message = format!("{failures} of {all} files failed; first: {path}");
                let error = error.context(message);
                Err(Box::new(TreeError { error, report }))
            }
        }
    }
}

/// Whether every other file would fail in the same way. A server that is down has been tried for the whole retry
/// window.
pub(super) fn ends_all(error: &Error) -> bool {
    error.is_down()
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

/// The path of an entry of a tree.
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
    fn a_failure_names_its_file_once() {
        for message in [
            "/tree/below/a.txt: it is gone",
            "below/a.txt: it is gone",
            "a.txt: it is gone",
            "it is gone",
        ] {
            let items = Items::default();
            items.push(ReportItem {
                error: Some(Error::new(ErrorKind::FileNotFound, message)),
                ..ReportItem::new("below/a.txt".to_owned(), "/tree/below/a.txt".into())
            });
            let failed = items.report(Ok(())).expect_err("a file has failed");
            let said = "1 of 1 files failed; first: below/a.txt: it is gone";
            assert_eq!(failed.error.message(), said);
            let own = failed.report.items[0].error.as_ref().expect("its error");
            assert_eq!(own.message(), message);
        }
    }
}
