//! Downloading a package or Workspace into a local directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::{Reason, Verdict};
use super::directory::DirectoryOptions;
use super::download::{DownloadOptions, is_right, other_file, refuse_existing};
use super::names::{Entry, names_here};
use super::report::{Action, Items, Report, ReportItem, TreeError, ends_all, joined};
use super::{Inner, Package};
use crate::call::{self, Call, Observer, Phase};
use crate::check::directory_identifier;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, Existing, Finished};
use crate::record::{Directory, File, Subdirectory};
use crate::transfer::queue::Queue;

impl Package {
    /// Downloads into an existing local directory: all files of a package, or all files and directories of a Workspace
    /// or of one directory in it. Names are made safe; if two would be the same, the second one gets a number. A file
    /// that is here under a name that differs in Unicode's form, or as an upload changes it (`protocol` 7.3), or in case
    /// where the file system ignores it, is the same.
    ///
    /// If targets exist, [`Existing::Refuse`] fails before the first byte is fetched. [`Existing::Skip`] skips those of
    /// the right size, or of the same content where the sender has declared a wrong one, and fails for the others. [`Existing::Overwrite`] replaces them. With
    /// [`compare`](DownloadOptions::compare) both look at more than the size, and neither fetches what is the same.
    ///
    /// # Errors
    /// As [`download`](Self::download), with a report of all files: if one fails, the others are still downloaded.
    /// [`ErrorKind::DirectoryNotFound`] before anything is sent.
    pub fn download_all(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &DownloadOptions,
    ) -> std::result::Result<Report, Box<TreeError>> {
        let items = Items::default();
        let result = self.download_tree(observer, directory, options, &items);
        items.report(result)
    }

    fn download_tree(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &DownloadOptions,
        items: &Items,
    ) -> Result<()> {
        let in_directory = options.directory_id.is_some();
        self.0.steps.lock().may_download(in_directory)?;
        let from = directory_identifier(options.directory_id.as_deref())?;
        os::require_directory(directory, os::CREATE_FIRST)?;
        let (base, options, items) = (directory.to_owned(), options.clone(), items.clone());
        let inner = Arc::clone(&self.0);
        call::run(self.0.client.threads(), observer, move |call| {
            let tree = TreeDownload {
                inner,
                options,
                items,
            };
            let listed = tree.list(call, from)?;
            let planned = tree.plan(call, listed, &base)?;
            tree.fetch(call, planned)
        })
    }
}

/// Most files and directories of a tree: a server that lists new ones without end does not keep the call busy.
const MOST_ENTRIES: usize = 1_000_000;

struct TreeDownload {
    inner: Arc<Inner>,
    options: DownloadOptions,
    items: Items,
}

/// The listing of each directory by its id, and the id where the tree begins. A package that is no Workspace is one
/// directory.
struct Listed {
    root: String,
    directories: BTreeMap<String, Result<Directory>>,
}

/// A file to download, and its target.
struct PlannedFile {
    item: usize,
    file: File,
    /// The directory, unless it is the package's root.
    directory_id: Option<String>,
    target: PathBuf,
    /// Whether the content decides if the target is the same.
    is_doubtful: bool,
}

impl TreeDownload {
    fn list(&self, call: &Arc<Call>, from: Option<String>) -> Result<Listed> {
        call.set_phase(Phase::Preparing);
        let inner = &self.inner;
        let session = inner.client.session(call);
        if !inner.steps.lock().is_workspace() {
            let all = Directory {
                directory_id: String::new(),
                name: String::new(),
                files: inner.refresh(&session)?.files,
                directories: Vec::new(),
            };
            return Ok(Listed {
                root: String::new(),
                directories: BTreeMap::from([(String::new(), Ok(all))]),
            });
        }
        let root = inner.directory_or_root(&session, from)?;
        drop(session);
        let directories = Arc::new(Mutex::new(BTreeMap::new()));
        let first = root.clone();
        let seen = Mutex::new(BTreeSet::from([root.clone()]));
        let files = AtomicUsize::new(0);
        let (found, worker_inner, worker_call) = (
            Arc::clone(&directories),
            Arc::clone(inner),
            Arc::clone(call),
        );
        let limit = inner.client.options().parts_in_flight;
        Queue::run(
            call,
            limit,
            [root.clone()],
            |_| 1,
            move |queue, id| {
                let session = worker_inner.client.session(&worker_call);
                let options = DirectoryOptions::default();
                let directory = match worker_inner.list_directory(&session, &id, &options) {
                    Err(error) if id != first && !ends_all(&error) && !worker_call.is_stopped() => {
                        found.lock().insert(id, Err(error));
                        return Ok(());
                    }
                    listed => listed?,
                };
                worker_inner.steps.lock().learn_directory(&directory);
                let below = directory.directories.iter();
                let mut below: Vec<_> = below.map(|below| below.directory_id.clone()).collect();
                // If the service lists a directory twice, or in itself, it is read once.
                let mut seen = seen.lock();
                below.retain(|id| seen.insert(id.clone()));
                files.fetch_add(directory.files.len(), Ordering::Relaxed);
                if seen.len() + files.load(Ordering::Relaxed) > MOST_ENTRIES {
                    let message =
                        format!("there are more than {MOST_ENTRIES} files and directories");
                    return Err(Error::new(ErrorKind::BadAnswer, message));
                }
                drop(seen);
                queue.add(below);
                found.lock().insert(id, Ok(directory));
                Ok(())
            },
        )?;
        let directories = std::mem::take(&mut *directories.lock());
        Ok(Listed { root, directories })
    }

    /// Chooses the target of each file, creates the local directories, and applies `existing`.
    fn plan(&self, call: &Call, mut listed: Listed, base: &Path) -> Result<Vec<PlannedFile>> {
        let package_root = self
            .inner
            .steps
            .lock()
            .root_directory_id()
            .map(str::to_owned);
        let mut planned = Vec::new();
        let mut waiting = vec![(listed.root.clone(), String::new(), base.to_owned(), false)];
        let mut local_directories = Vec::new();
        while let Some((id, path, local, renamed)) = waiting.pop() {
            call.check()?;
            let directory = match listed.directories.remove(&id) {
                Some(Ok(directory)) => directory,
                Some(Err(error)) => {
                    let item = self.items.push(ReportItem {
                        path,
                        local_path: Some(local),
                        file_id: None,
                        size: 0,
                        declared_size: None,
                        action: Action::None,
                        renamed,
                        reason: Reason::None,
                        error: None,
                    });
                    self.items.failed(item, error);
                    continue;
                }
                None => continue,
            };
            if local != base {
                local_directories.push(local.clone());
            }
            let names = given_names(&directory, &local, local == base);
            let mut names = names.into_iter();
            let mut given = |name: &str| names.next().unwrap_or_else(|| name.to_owned());
            let in_root = id.is_empty() || Some(&id) == package_root.as_ref();
            let mut below = Vec::new();
            for Subdirectory {
                directory_id, name, ..
            } in directory.directories
            {
                let given = given(&name);
                let renamed = renamed || given != name;
                below.push((
                    directory_id,
                    joined(&path, &name),
                    local.join(given),
                    renamed,
                ));
            }
            // Directories are taken from the end: the first one has to be the last.
            waiting.extend(below.into_iter().rev());
            for file in directory.files {
                let given = given(&file.file_name);
                let target = local.join(&given);
                let item = self.items.push(ReportItem {
                    path: joined(&path, &file.file_name),
                    local_path: Some(target.clone()),
                    file_id: Some(file.file_id.clone()),
                    size: file.size.unwrap_or(0),
                    declared_size: file.size,
                    action: Action::None,
                    renamed: renamed || given != file.file_name,
                    reason: Reason::None,
                    error: None,
                });
                planned.push(PlannedFile {
                    item,
                    file,
                    directory_id: (!in_root).then(|| id.clone()),
                    target,
                    is_doubtful: false,
                });
            }
        }
        let files = || planned.iter().map(|planned_file| &planned_file.file);
        let bytes = files().fold(0, |sum: u64, file| {
            sum.saturating_add(file.size.unwrap_or(0))
        });
        let parts = files().fold(0, |sum: u32, file| sum.saturating_add(file.least_parts()));
        call.set_total(Some(bytes), parts);
        if self.options.existing == Existing::Refuse {
            // All targets are checked before the first byte is fetched, and before a directory is created.
            let mut refused = None;
            for planned_file in &planned {
                if let Err(error) = refuse_existing(&planned_file.target) {
                    self.items.failed(planned_file.item, error.clone());
                    refused.get_or_insert(error);
                }
            }
            if let Some(error) = refused {
                return Err(error);
            }
        }
        let mut unusable = BTreeMap::new();
        for local in local_directories {
            call.check()?;
            let above = local
                .parent()
                .and_then(|above| unusable.get(above))
                .cloned();
            let sync = self.options.sync;
            if let Err(error) = above.map_or_else(|| make_directory(&local, sync), Err) {
                unusable.insert(local, error);
            }
        }
        planned.retain(|planned_file| {
            let directory = planned_file.target.parent();
            let error = directory.and_then(|directory| unusable.get(directory));
            if let Some(error) = error {
                self.items.failed(planned_file.item, error.clone());
            }
            error.is_none()
        });
        planned.retain_mut(|planned_file| {
            let (item, file) = (planned_file.item, &planned_file.file);
            let there = planned_file.target.symlink_metadata().ok();
            match self.options.judge(file, there.as_ref()) {
                Verdict::Same => {
                    self.skip(call, planned_file);
                    false
                }
                Verdict::Unsure => {
                    planned_file.is_doubtful = true;
                    true
                }
                Verdict::Differs(reason) => {
                    self.items.reason(item, reason);
                    let is_kept = there.is_some() && self.options.existing == Existing::Skip;
                    if is_kept {
                        let error = other_file(&planned_file.target, file);
                        self.items.failed(item, error);
                    }
                    !is_kept
                }
            }
        });
        Ok(planned)
    }

    /// Notes that a file is there.
    fn skip(&self, call: &Call, planned_file: &PlannedFile) {
        let (file, there) = (&planned_file.file, planned_file.target.symlink_metadata());
        let declared = file.size.unwrap_or(0);
        let size = there.map_or(declared, |there| there.len());
        // A file without a declared size is not in the total yet.
        call.correct_total(declared, size);
        call.parts_done(file.least_parts(), size);
        self.items.there(planned_file.item, Action::Skipped, size);
    }

    fn fetch(self, call: &Arc<Call>, planned: Vec<PlannedFile>) -> Result<()> {
        call.set_phase(Phase::Transferring);
        let limit = self.inner.client.options().parts_in_flight;
        let whole = Arc::clone(call);
        Queue::run(
            call,
            limit,
            planned,
            |planned_file| planned_file.file.least_parts() as usize,
            move |_, planned_file| {
                let item = planned_file.item;
                match self.fetch_file(&whole, planned_file) {
                    Ok(None) => {}
                    Ok(Some((size, Finished::Written))) => {
                        self.items.there(item, Action::Downloaded, size);
                    }
                    // Another receiver has finished the same file meanwhile.
                    Ok(Some((size, _))) => self.items.there(item, Action::Skipped, size),
                    Err(error) if ends_all(&error) || whole.is_stopped() => return Err(error),
                    Err(error) => self.items.failed(item, error),
                }
                Ok(())
            },
        )
    }

    /// Returns what was fetched, or `None` if the target is the same.
    fn fetch_file(
        &self,
        whole: &Arc<Call>,
        planned_file: PlannedFile,
    ) -> Result<Option<(u64, Finished)>> {
        if planned_file.is_doubtful {
            let PlannedFile {
                item, file, target, ..
            } = &planned_file;
            let (directory_id, options) = (planned_file.directory_id.clone(), &self.options);
            let inner = &self.inner;
            if inner.is_same_content(whole, target, file, directory_id, options)? {
                self.skip(whole, &planned_file);
                return Ok(None);
            }
            let there = target.symlink_metadata();
            let reason = match there.is_ok_and(|there| is_right(there.len(), file)) {
                true => Reason::Content,
                false => Reason::Size,
            };
            self.items.reason(*item, reason);
            if options.existing == Existing::Skip {
                return Err(other_file(target, file));
            }
        }
        let part = Call::part_of(whole, Phase::Transferring);
        let session = Arc::new(self.inner.client.session(&part.call));
        let PlannedFile {
            file,
            directory_id,
            target,
            ..
        } = planned_file;
        let counted = file.least_parts();
        let file = (self.inner).with_parts(&session, file, directory_id.as_deref())?;
        part.call
            .more_parts(file.least_parts().saturating_sub(counted));
        let room = self.inner.room_for(&file);
        let outlet = self.options.outlet(&target, &file, room)?;
        let one = self
            .inner
            .listed_file_to_fetch(&session, &file, directory_id, &self.options)?;
        match self.inner.fetch_file(&file, one, outlet)? {
            (_, Finished::Kept { is_same: false }) => Err(other_file(&target, &file)),
            fetched => Ok(Some(fetched)),
        }
    }
}

/// The local names of the directories of a directory, and then of its files. A link in place of the local directory is
/// not followed, except for the base.
fn given_names(directory: &Directory, local: &Path, is_base: bool) -> Vec<String> {
    let is_there = is_base || local.symlink_metadata().is_ok_and(|there| there.is_dir());
    let entries = match is_there {
        true => os::above_standard(|| fs::read_dir(local)).ok(),
        false => None,
    };
    let entries = entries.into_iter().flatten().flatten();
    let here: Vec<_> = entries
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            let name = entry.file_name().into_string().ok()?;
            (kind.is_dir() || kind.is_file()).then_some((kind.is_dir(), name))
        })
        .collect();
    let here: Vec<_> = here
        .iter()
        .map(|(is_directory, name)| Entry {
            is_directory: *is_directory,
            name,
        })
        .collect();
    let directories = directory.directories.iter();
    let there: Vec<_> = directories
        .map(|below| Entry::directory(&below.name))
        .chain(
            directory
                .files
                .iter()
                .map(|file| Entry::file(&file.file_name)),
        )
        .collect();
    names_here(&there, &here, || os::folds_case(local, true))
}

/// Creates a local directory, unless it exists. A symbolic link in its place is refused: it could lead out of the tree.
fn make_directory(path: &Path, sync: bool) -> Result<()> {
    match fs::create_dir(path) {
        Ok(()) if sync => os::sync_entry(path),
        Err(_) if path.symlink_metadata().is_ok_and(|there| there.is_dir()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let message = format!("{}: exists already, and is no directory", path.display());
            Err(Error::new(ErrorKind::FileExists, message))
        }
        other => other.map_err(|error| os::io_error(&error, path, ErrorKind::WriteFailed)),
    }
}
