//! Downloading a package or Workspace into a local directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::{Reason, Verdict};
use super::directory::DirectoryOptions;
use super::download::{DownloadOptions, MOVE_AWAY, is_right, other_file, refuse_existing};
use super::names::{Counterpart, Entry, Given, confirmed_names_here};
use super::report::{Action, Items, Report, ReportItem, TreeError, ends_all, joined};
use super::{Inner, Package};
use crate::call::{self, Call, Observer, Phase};
use crate::check::{directory_identifier, safe_name};
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, Existing, Finished, Stamp};
use crate::record::{Directory, File, Subdirectory};
use crate::transfer::kept::give_up;
use crate::transfer::queue::Queue;
use crate::transfer::resume::{ResumeFile, log_failure};

impl Package {
    /// Downloads into an existing local directory: all files of a package, or all files and directories of a Workspace
    /// or of one directory in it. Names are made safe; if two would be the same, the second one gets a number. A file
    /// that is here under a name that differs in Unicode's form, or as an upload changes it (`protocol` 7.3), or in case
    /// where the file system ignores it, is the same; a name that was replaced or numbered counts only if the content
    /// is the same, and is never overwritten for its likeness.
    ///
    /// If targets exist, [`Existing::Refuse`] fails before the first byte is fetched. [`Existing::Skip`] skips those of
    /// the right size, or of the same content where the sender has declared a wrong one, and fails for the others.
    /// [`Existing::Overwrite`] replaces them. With [`compare`](DownloadOptions::compare) both look at more than the
    /// size, and neither fetches what is the same.
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
        let all = items;
        let (base, options, items) = (directory.to_owned(), options.clone(), all.clone());
        let inner = Arc::clone(&self.0);
        let resume_file = options.open_resume_file()?;
        let opened = resume_file.clone();
        let result = call::run(
            self.0.client.threads(),
            call::Kind::Transfer,
            observer,
            move |call| {
                let tree = TreeDownload {
                    inner,
                    options,
                    items,
                    resume_file,
                };
                let listed = tree.list(call, from)?;
                let planned = tree.plan(call, listed, &base)?;
                tree.fetch(call, planned)
            },
        );
        // Workers that are about to end may still hold it.
        if let Some(file) = opened {
            file.close_after(result.is_ok() && all.are_done());
        }
        result
    }
}

/// Most files and directories of a tree: a server that lists new ones without end does not keep the call busy.
const MOST_ENTRIES: usize = 1_000_000;

struct TreeDownload {
    inner: Arc<Inner>,
    options: DownloadOptions,
    items: Items,
    resume_file: Option<Arc<ResumeFile>>,
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
    /// Whether the content of the target was found to be the same.
    is_same: bool,
    /// Whether the content decides if the target is the same.
    is_doubtful: bool,
    /// Whether an earlier call, with which this one goes on, has written the target.
    is_done: bool,
}

/// A directory whose content is yet to be planned.
struct WaitingDirectory {
    id: String,
    /// The path in the tree, and on this machine.
    path: String,
    local: PathBuf,
    /// Whether the two differ.
    renamed: bool,
    /// Whether the local directory may be another one.
    in_doubt: bool,
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
        let limit = inner.client.at_once();
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
    fn plan(&self, call: &Arc<Call>, mut listed: Listed, base: &Path) -> Result<Vec<PlannedFile>> {
        let package_root = self
            .inner
            .steps
            .lock()
            .root_directory_id()
            .map(str::to_owned);
        let mut planned = Vec::new();
        let root = WaitingDirectory {
            id: listed.root.clone(),
            path: String::new(),
            local: base.to_owned(),
            renamed: false,
            in_doubt: false,
        };
        let mut waiting = vec![root];
        let mut local_directories = Vec::new();
        while let Some(next) = waiting.pop() {
            let WaitingDirectory {
                id,
                path,
                local,
                renamed,
                in_doubt,
            } = next;
            call.check()?;
            let mut directory = match listed.directories.remove(&id) {
                Some(Ok(directory)) => directory,
                Some(Err(error)) => {
                    self.items.push(ReportItem {
                        renamed,
                        error: Some(error),
                        ..ReportItem::new(path, local)
                    });
                    continue;
                }
                None => continue,
            };
            if local != base {
                local_directories.push(local.clone());
            }
            let in_root = id.is_empty() || Some(&id) == package_root.as_ref();
            let own_id = (!in_root).then(|| id.clone());
            for file in self.take_incomplete(call, &mut directory, own_id.as_deref())? {
                let local = local.join(safe_name(&file.file_name));
                let message = "not complete: an upload beside the complete file of this name";
                self.items.push(ReportItem {
                    size: file.size.unwrap_or(0),
                    declared_size: file.size,
                    action: Action::Ignored,
                    error: Some(Error::new(ErrorKind::FileIncomplete, message)),
                    ..ReportItem::new(joined(&path, &file.file_name), local)
                });
            }
            let place = (local.as_path(), local == base, in_doubt);
            let mut names = self.given_names(call, &directory, own_id.as_deref(), place)?;
            let file_names = names.split_off(directory.directories.len());
            let mut below = Vec::new();
            for (subdirectory, given) in directory.directories.into_iter().zip(names) {
                let Subdirectory {
                    directory_id, name, ..
                } = subdirectory;
                below.push(WaitingDirectory {
                    id: directory_id,
                    path: joined(&path, &name),
                    renamed: renamed || given.name != name,
                    local: local.join(given.name),
                    in_doubt: in_doubt || given.counterpart == Counterpart::Confirmed,
                });
            }
            // Directories are taken from the end: the first one has to be the last.
            waiting.extend(below.into_iter().rev());
            for (file, given) in directory.files.into_iter().zip(file_names) {
                let target = local.join(&given.name);
                let item = self.items.push(ReportItem {
                    file_id: Some(file.file_id.clone()),
                    size: file.size.unwrap_or(0),
                    declared_size: file.size,
                    renamed: renamed || given.name != file.file_name,
                    ..ReportItem::new(joined(&path, &file.file_name), target.clone())
                });
                planned.push(PlannedFile {
                    item,
                    file,
                    directory_id: own_id.clone(),
                    target,
                    is_same: given.counterpart == Counterpart::Confirmed,
                    is_doubtful: false,
                    is_done: false,
                });
            }
        }
        let files = || planned.iter().map(|planned_file| &planned_file.file);
        let bytes = files().fold(0, |sum: u64, file| {
            sum.saturating_add(file.size.unwrap_or(0))
        });
        let parts = files().fold(0, |sum: u32, file| sum.saturating_add(file.least_parts()));
        call.set_total(Some(bytes), parts);
        for planned_file in &mut planned {
            let PlannedFile {
                file,
                directory_id,
                target,
                ..
            } = &*planned_file;
            planned_file.is_done = self.is_done(call, file, directory_id.as_deref(), target)?;
        }
        if self.options.existing == Existing::Refuse {
            // All targets are checked before the first byte is fetched, and before a directory is created.
            let mut refused = None;
            for planned_file in planned.iter().filter(|planned_file| !planned_file.is_done) {
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
            let verdict = match planned_file.is_same || planned_file.is_done {
                true => Verdict::Same,
                false => self.options.judge(file, there.as_ref()),
            };
            match verdict {
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

    /// Takes out the files that are not complete, beside a complete one of the same name: uploads that are under way, or
    /// that nobody will end. The complete one is what there is to download.
    fn take_incomplete(
        &self,
        call: &Arc<Call>,
        directory: &mut Directory,
        directory_id: Option<&str>,
    ) -> Result<Vec<File>> {
        let mut of_name = BTreeMap::<_, Vec<_>>::new();
        for file in &directory.files {
            let ids = of_name.entry(&file.file_name).or_default();
            ids.push(file.file_id.clone());
        }
        of_name.retain(|_, ids| ids.len() > 1);
        if of_name.is_empty() {
            return Ok(Vec::new());
        }
        let session = self.inner.client.session(call);
        let mut incomplete = BTreeSet::new();
        for ids in of_name.into_values() {
            let mut of_them = BTreeSet::new();
            for id in &ids {
                match self.inner.is_complete(&session, id, directory_id) {
                    Err(error) if ends_all(&error) || call.is_stopped() => return Err(error),
                    Ok(false) => drop(of_them.insert(id.clone())),
                    Ok(true) | Err(_) => {}
                }
            }
            if of_them.len() < ids.len() {
                incomplete.extend(of_them);
            }
        }
        let is_taken = |file: &mut File| incomplete.contains(&file.file_id);
        Ok(directory.files.extract_if(.., is_taken).collect())
    }

    /// The local names of the directories of a directory, and then of its files. A link in place of the local directory
    /// is not followed, except for the base. A directory here with a similar name may be another one: then nothing
    /// below is taken for the same by its name.
    fn given_names(
        &self,
        call: &Arc<Call>,
        directory: &Directory,
        directory_id: Option<&str>,
        (local, is_base, below_doubt): (&Path, bool, bool),
    ) -> Result<Vec<Given>> {
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
                if os::is_temporary(&name) {
                    os::remove_if_left(&entry.path());
                }
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
        let first_file = directory.directories.len();
        let in_doubt = |index, given: &Given| {
            given.counterpart != Counterpart::Sure || below_doubt && index >= first_file
        };
        let are_same = |open: &[(usize, String)]| {
            let mut same = BTreeSet::new();
            for (index, name) in open {
                let file = index
                    .checked_sub(first_file)
                    .map(|index| &directory.files[index]);
                let is_same = match file {
                    None => true,
                    Some(file) => {
                        let (target, id) = (local.join(name), directory_id.map(str::to_owned));
                        self.is_done(call, file, directory_id, &target)?
                            || (self.inner).is_surely_same(
                                call,
                                &target,
                                file,
                                id,
                                &self.options,
                            )?
                    }
                };
                if is_same {
                    same.insert(*index);
                }
            }
            Ok(same)
        };
        let folds_case = || os::folds_case(local, true);
        confirmed_names_here(
            &there,
            &here,
            BTreeMap::new(),
            folds_case,
            in_doubt,
            are_same,
        )
    }

    /// Whether an earlier call, with which this one goes on, has written this target.
    fn is_done(
        &self,
        call: &Arc<Call>,
        file: &File,
        directory_id: Option<&str>,
        target: &Path,
    ) -> Result<bool> {
        let Some((resume_file, there)) = self.resume_file.as_ref().zip(Stamp::at(target)) else {
            return Ok(false);
        };
        let entry = (self.inner).download_entry(resume_file, &file.file_id, directory_id);
        if entry.is_done(&file.file_id, file.version, there) {
            return Ok(true);
        }
        // The progress of the call counts the file when it is skipped.
        let part = Call::beside(call, Phase::Preparing);
        let session = Arc::new(self.inner.client.session(&part.call));
        let options = DownloadOptions {
            directory_id: directory_id.map(str::to_owned),
            ..self.options.clone()
        };
        let before =
            (self.inner).finished_before(&session, file, target, &options, Some(resume_file))?;
        if before.is_some() {
            log_failure(call, entry.done(&file.file_id, file.version, there));
        }
        Ok(before.is_some())
    }

    /// Notes that a file is there.
    fn skip(&self, call: &Call, planned_file: &PlannedFile) {
        if let Some(resume_file) = &self.resume_file {
            let PlannedFile {
                file,
                directory_id,
                target,
                ..
            } = planned_file;
            let directory = directory_id.as_deref();
            let entry = self
                .inner
                .download_entry(resume_file, &file.file_id, directory);
            let _ = give_up(&entry, target);
        }
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
        let limit = self.inner.client.at_once();
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
        let one = self
            .inner
            .listed_file_to_fetch(&session, &file, directory_id, &self.options)?;
        let resume_file = self.resume_file.as_ref();
        let entry = resume_file.map(|resume_file| {
            let directory = one.directory_id.as_deref();
            (self.inner).download_entry(resume_file, &file.file_id, directory)
        });
        let outlet = (self.inner).outlet(&one, &file, &target, &self.options, resume_file)?;
        let (size, finished) = self.inner.fetch_file(&file, one, outlet)?;
        if let Some(entry) = entry {
            let noted = match Stamp::at(&target).filter(|_| finished == Finished::Written) {
                Some(stamp) => entry.done(&file.file_id, file.version, stamp),
                None => entry.end(),
            };
            log_failure(&part.call, noted);
        }
        match finished {
            Finished::Kept { is_same: false } => Err(other_file(&target, &file)),
            finished => Ok(Some((size, finished))),
        }
    }
}

/// Creates a local directory, unless it exists. A symbolic link in its place is refused: it could lead out of the tree.
pub(super) fn make_directory(path: &Path, sync: bool) -> Result<()> {
    match fs::create_dir(path) {
        Err(_) if path.symlink_metadata().is_ok_and(|there| there.is_dir()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let message = format!("{}: exists already, and is no directory", path.display());
            Err(Error::new(ErrorKind::FileExists, message).with_remedy(MOVE_AWAY))
        }
        other => other.map_err(|error| os::io_error(&error, path, ErrorKind::WriteFailed)),
    }?;
    // An earlier call may have been killed between the two.
    if sync { os::sync_entry(path) } else { Ok(()) }
}
