//! Uploading a local directory into a package or Workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compare::{Compare, Reason, Verdict, modified, uploaded};
use super::directory::DirectoryOptions;
use super::download::DownloadOptions;
use super::names::{Counterpart, Entry, Given, NamesToSend, confirmed_names_here};
use super::report::{Action, Items, Report, ReportItem, TreeError, ends_all, joined};
use super::under_way::UnderWay;
use super::upload::Running;
use super::{Inner, Package};
use crate::api::Session;
use crate::call::{self, Call, Observer, Phase};
use crate::check::{directory_identifier, marked};
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, Existing, Stamp};
use crate::record::{File, Subdirectory};
use crate::transfer::plan::Plan;
use crate::transfer::queue::Queue;
use crate::transfer::resume::{self, ResumeFile, log_failure};
use crate::transfer::source::SourceFile;

/// How a local directory is uploaded.
#[derive(Clone, Debug)]
pub struct UploadAllOptions {
    /// The target directory in a Workspace; the root by default.
    pub directory_id: Option<String>,
    /// What to do with files that are on the package already. By default those of the same size are skipped and others
    /// uploaded; or a new version of all files is uploaded; or the whole call is refused.
    pub existing: Existing,
    /// Whether characters that a name may not have are replaced by `_`; by default such a file or directory fails.
    pub replace_characters: bool,
    /// Whether a file to which another program appends meanwhile is sent as long as it is at the start; by default it
    /// fails.
    pub allow_growth: bool,
    /// How to find out whether a file that is there is the same. By the size alone if not set; then
    /// [`Existing::Overwrite`] uploads all files, otherwise only those that differ.
    pub compare: Compare,
    /// As in [`UploadOptions`](super::UploadOptions), for all files of the call. Until all are through, those that are
    /// through are not sent again whatever [`existing`](Self::existing) is, unless they have changed.
    pub resume_file: Option<PathBuf>,
}

impl Default for UploadAllOptions {
    fn default() -> Self {
        Self {
            directory_id: None,
            existing: Existing::Skip,
            replace_characters: false,
            allow_growth: false,
            compare: Compare::Size,
            resume_file: None,
        }
    }
}

impl Package {
    /// Uploads the content of a local directory: all files, and into a Workspace also the directories, which are
    /// created where they are missing. Symbolic links and other files that are not regular are not uploaded; the report
    /// lists them.
    ///
    /// Names correspond also if they differ in Unicode's form, or as a download or an upload changes them (`protocol`
    /// 7.3), or in case where the local file system ignores it. A further version has the name that is there. Where
    /// replaced or numbered names are similar, the content decides; what is another file gets a name of its own.
    ///
    /// With [`Existing::Skip`], the default, the call can be repeated after a failure: a file of the same name and size
    /// is skipped if the service says that it is complete. An incomplete file is removed and sent again if an upload of
    /// this user on this machine left it when it was killed. Any other incomplete file may be in the hands of another
    /// program: it stays, and a further version is sent. Temporary files of downloads are not sent.
    ///
    /// # Errors
    /// As [`upload`](Self::upload), with a report of all files: if one fails, the others are still uploaded.
    /// [`ErrorKind::OnlyInWorkspace`] for directories in a package that is no Workspace,
    /// [`ErrorKind::DirectoryNotFound`], before anything is sent. [`ErrorKind::FileExists`] with [`Existing::Refuse`],
    /// before anything is changed.
    pub fn upload_all(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &UploadAllOptions,
    ) -> std::result::Result<Report, Box<TreeError>> {
        let items = Items::default();
        let result = self.upload_tree(observer, directory, options, &items);
        items.report(result)
    }

    fn upload_tree(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &UploadAllOptions,
        items: &Items,
    ) -> Result<()> {
        let into_directory = options.directory_id.is_some();
        self.0.steps.lock().begin_upload(into_directory)?;
        let running = Running(Arc::clone(&self.0));
        let into = directory_identifier(options.directory_id.as_deref())?;
        os::require_directory(directory, "name a directory that exists")?;
        let under_way = UnderWay::default();
        let resume_file = options.resume_file.as_deref();
        let resume_file = resume_file.map(ResumeFile::open).transpose()?;
        let tree = TreeUpload {
            resume_file: resume_file.clone(),
            inner: Arc::clone(&self.0),
            options: options.clone(),
            items: items.clone(),
            under_way: under_way.clone(),
            directories: Vec::new(),
        };
        let base = directory.to_owned();
        let threads = self.0.client.threads();
        let result = call::run(threads, call::Kind::Transfer, observer, move |call| {
            tree.run(call, &base, into)
        });
        drop(running);
        if result.is_err() {
            self.discard_all(&under_way);
        }
        // Workers that are about to end may still hold it.
        if let Some(file) = resume_file {
            file.close_after(result.is_ok() && items.are_done());
        }
        result
    }
}

struct TreeUpload {
    inner: Arc<Inner>,
    options: UploadAllOptions,
    items: Items,
    under_way: UnderWay,
    resume_file: Option<Arc<ResumeFile>>,
    /// The local directories. The first is the base; each stands after its parent.
    directories: Vec<LocalDirectory>,
}

/// A local directory.
#[derive(Default)]
struct LocalDirectory {
    /// The path below the base.
    path: String,
    name: String,
    /// Whether a name of its path was made safe.
    is_renamed: bool,
    local: PathBuf,
    below: Vec<usize>,
    files: Vec<LocalFile>,
    /// The directory in the package, once it is known.
    remote: Option<RemoteDirectory>,
}

#[derive(Clone)]
struct RemoteDirectory(Option<String>);

#[derive(Clone)]
struct LocalFile {
    item: usize,
    /// The name that it gets on the service, unless it is there under another one.
    name: String,
    /// The name on the service.
    sent_as: String,
    path: PathBuf,
    /// `None` if only reading shows it.
    size: Option<u64>,
    /// When it was modified, in seconds.
    modified: Option<i64>,
    /// By what a later change shows.
    stamp: Stamp,
    parts: u32,
}

/// The names in a local directory, to find what is on the service of it.
struct Here {
    local: PathBuf,
    /// The index of each directory, and its name on the service, by its own name.
    directories: BTreeMap<String, (usize, String)>,
    /// The item of each file, and its name on the service, by its own name.
    files: BTreeMap<String, (usize, String)>,
}

/// What is on the service of a local directory.
#[derive(Default)]
struct There {
    /// The id of each directory, by index, and whether it may be another one.
    directories: BTreeMap<usize, (String, bool)>,
    /// Each file, by its item. There may be several, such as an incomplete one beside the complete one.
    files: BTreeMap<usize, Vec<File>>,
    /// The names of files, by item, whose own name belongs to another file there.
    names: BTreeMap<usize, String>,
}

impl Here {
    /// Finds what is there under the names that a transfer gives; `is_same` compares the content where that is in
    /// doubt. If the directory itself is `in_doubt`, it may be another one, and its files are compared.
    fn find(
        &self,
        (files, directories): (Vec<File>, Vec<Subdirectory>),
        in_doubt: bool,
        is_same: impl Fn(&Path, &File) -> Result<bool>,
    ) -> Result<There> {
        let listed_directories = directories
            .iter()
            .map(|below| Entry::directory(&below.name));
        let listed_files = files.iter().map(|file| Entry::file(&file.file_name));
        let listed: Vec<_> = listed_directories.chain(listed_files).collect();
        let own_directories = self.directories.keys().map(|name| Entry::directory(name));
        let own: Vec<_> = own_directories
            .chain(self.files.keys().map(|name| Entry::file(name)))
            .collect();
        let is_in_doubt = |index: usize, given: &Given| {
            let entry = listed[index];
            let among = match entry.is_directory {
                true => &self.directories,
                false => &self.files,
            };
            let is_sent_so = among
                .get(&given.name)
                .is_some_and(|(_, sent)| sent == entry.name);
            let is_likely = given.counterpart == Counterpart::Sure
                || given.counterpart == Counterpart::Replaced && is_sent_so;
            !is_likely || in_doubt && !entry.is_directory
        };
        let are_same = |open: &[(usize, String)]| {
            let mut same = BTreeSet::new();
            for (index, name) in open {
                let file = index
                    .checked_sub(directories.len())
                    .map(|index| &files[index]);
                if file.map_or(Ok(true), |file| is_same(&self.local.join(name), file))? {
                    same.insert(*index);
                }
            }
            Ok(same)
        };
        let folds_case = || os::folds_case(&self.local, false);
        let mut names = confirmed_names_here(
            &listed,
            &own,
            BTreeMap::new(),
            folds_case,
            is_in_doubt,
            are_same,
        )?;
        let file_names = names.split_off(directories.len());
        let mut found = There::default();
        for (below, given) in directories.into_iter().zip(names) {
            if let Some((index, _)) = self.directories.get(&given.name) {
                let in_doubt = in_doubt || given.counterpart == Counterpart::Confirmed;
                found
                    .directories
                    .insert(*index, (below.directory_id, in_doubt));
            }
        }
        let (mut of_name, mut others) = (BTreeMap::new(), Vec::new());
        for (file, given) in files.into_iter().zip(file_names) {
            match self.files.get(&given.name) {
                Some((item, _)) => {
                    of_name.entry(file.file_name.clone()).or_insert(*item);
                    found.files.entry(*item).or_default().push(file);
                }
                None => others.push(file),
            }
        }
        let mut taken: BTreeSet<String> = of_name.keys().cloned().collect();
        for file in others {
            taken.insert(file.file_name.clone());
            if let Some(item) = of_name.get(&file.file_name) {
                found.files.entry(*item).or_default().push(file);
            }
        }
        let is_new = |(item, _): &&(usize, String)| !found.files.contains_key(item);
        let (other, free): (Vec<_>, Vec<_>) =
            (self.files.values().filter(is_new)).partition(|(_, name)| taken.contains(name));
        taken.extend(free.into_iter().map(|(_, name)| name.clone()));
        for (item, name) in other {
            let mut numbered = (2_u32..).map(|number| marked(name, &format!(" ({number})")));
            if let Some(name) = numbered.find(|name| taken.insert(name.clone())) {
                found.names.insert(*item, name);
            }
        }
        Ok(found)
    }
}

/// A local file, and the files on the package that have its name and, as far as that is known, its size; complete or
/// not.
struct Doubtful {
    local: LocalFile,
    there: Vec<File>,
    directory_id: Option<String>,
    compare: Compare,
    /// The upload that goes on, if one was begun.
    entry: Option<resume::Entry>,
}

impl Doubtful {
    /// Returns the id of a complete file that is the same as the local one, or why there is none. Removes files that a
    /// killed upload has left.
    fn judge(
        &self,
        inner: &Arc<Inner>,
        session: &Session,
    ) -> Result<std::result::Result<String, Reason>> {
        let directory = self.directory_id.as_deref();
        let mut whole = None;
        let mut reason = Reason::Incomplete;
        let begun = self.entry.as_ref().and_then(resume::Entry::begun);
        let begun = begun.map(|begun| begun.file_id);
        for file in &self.there {
            let id = &file.file_id;
            if begun.as_ref() == Some(id) {
                reason = Reason::Incomplete;
                continue;
            }
            let is_left = inner.steps.lock().is_incomplete(id);
            if !is_left && inner.is_complete(session, id, directory)? {
                match self.difference(inner, session, file)? {
                    Reason::None => drop(whole.get_or_insert(id.clone())),
                    difference => reason = difference,
                }
            } else if !inner.remove_if_left(session, file, directory)? && whole.is_none() {
                session.call.log(format!(
                    "{} ({id}) is not complete, and somebody may be completing it: a further version is sent",
                    file.file_name
                ));
            }
        }
        if let (Some(_), Some(begun), Some(entry)) = (&whole, &begun, &self.entry) {
            // Another call has sent the file meanwhile.
            if self.there.iter().any(|file| file.file_id == *begun) {
                let removed = inner.remove_failed(session, begun, self.directory_id.clone());
                if !removed? {
                    // It is the current version by now, whatever it has.
                    whole = None;
                }
            }
            entry.end()?;
        }
        Ok(whole.ok_or(reason))
    }

    /// How the local file differs from one that is complete and may have its size.
    fn difference(&self, inner: &Arc<Inner>, session: &Session, file: &File) -> Result<Reason> {
        let local = &self.local;
        let is_size_known = local.size.is_some_and(|size| file.is_of(size));
        match self.compare.judge(true, local.modified, uploaded(file)) {
            Verdict::Same if is_size_known => Ok(Reason::None),
            Verdict::Differs(reason) => Ok(reason),
            Verdict::Same | Verdict::Unsure => {
                let options = DownloadOptions::default();
                let directory_id = self.directory_id.clone();
                let is_same = inner.is_same_content(
                    &session.call,
                    &local.path,
                    file,
                    directory_id,
                    &options,
                )?;
                Ok(if is_same {
                    Reason::None
                } else {
                    Reason::Content
                })
            }
        }
    }
}

/// The directory on the package that stands for a local one: its id, and what is there.
type Found = Result<(String, There)>;

enum Planned {
    /// Create this directory in the one with this id, or in the root.
    Directory(usize, Option<String>),
    /// Upload this file into the directory with this id, or into the root.
    File(LocalFile, Option<String>),
}

impl TreeUpload {
    fn run(mut self, call: &Arc<Call>, base: &Path, into: Option<String>) -> Result<()> {
        call.set_phase(Phase::Preparing);
        self.scan(call, base)?;
        let is_workspace = self.inner.steps.lock().is_workspace();
        if self.directories.len() > 1 && !is_workspace {
            let message = "only a Workspace can have directories, and the local directory has some";
            return Err(Error::new(ErrorKind::OnlyInWorkspace, message));
        }
        let session = Arc::new(self.inner.client.session(call));
        self.inner.prove_keycode(&session)?;
        let found = if is_workspace {
            let root = self.inner.directory_or_root(&session, None)?;
            let into = into.unwrap_or_else(|| root.clone());
            drop(session);
            self.find(call, &root, into)?
        } else {
            let files = self.inner.refresh(&session)?.files;
            self.directories[0].remote = Some(RemoteDirectory(None));
            let is_same =
                |local: &Path, file: &File| self.inner.is_of_upload(&session, local, file, None);
            self.here(0).find((files, Vec::new()), false, is_same)?
        };
        let files = self.files();
        let bytes = files.iter().filter_map(|file| file.size).sum();
        let parts = files.iter().map(|file| file.parts).sum();
        call.set_total(Some(bytes), parts);
        self.judge(call, found)?;
        self.send(call)
    }

    /// The files of all directories that could be read.
    fn files(&self) -> Vec<&LocalFile> {
        let mut files = Vec::new();
        let mut waiting = vec![0];
        while let Some(index) = waiting.pop() {
            let local = &self.directories[index];
            files.extend(&local.files);
            waiting.extend(&local.below);
        }
        files
    }

    /// Lists the local files and directories.
    fn scan(&mut self, call: &Call, base: &Path) -> Result<()> {
        let part_size = self.inner.client.options().part_size;
        self.directories.push(LocalDirectory {
            local: base.to_owned(),
            ..LocalDirectory::default()
        });
        let mut waiting = vec![(0, base.to_owned())];
        while let Some((index, directory)) = waiting.pop() {
            call.check()?;
            let LocalDirectory {
                path, is_renamed, ..
            } = &self.directories[index];
            let (path, is_renamed) = (path.clone(), *is_renamed);
            let failure =
                |error: &std::io::Error| os::io_error(error, &directory, ErrorKind::ReadFailed);
            let entries = os::above_standard(|| fs::read_dir(&directory))
                .and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>());
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) if index == 0 => return Err(failure(&error)),
                Err(error) => {
                    self.report_failure(path, &directory, failure(&error));
                    continue;
                }
            };
            entries.sort_by_key(fs::DirEntry::file_name);
            let mut names = NamesToSend::new(
                entries.iter().map(fs::DirEntry::file_name),
                self.options.replace_characters,
            );
            let mut found = Vec::new();
            for entry in entries {
                let local = entry.path();
                let own_name = entry.file_name();
                let own_name = own_name.to_string_lossy();
                let own_path = joined(&path, &own_name);
                let metadata = match local.symlink_metadata() {
                    Ok(metadata) => metadata,
                    Err(error) => {
                        let error = os::io_error(&error, &local, ErrorKind::ReadFailed);
                        self.report_failure(own_path, &local, error);
                        continue;
                    }
                };
                let ignored = if metadata.is_symlink() {
                    Some("is a symbolic link, which is not followed")
                } else if metadata.is_file() && os::is_temporary(&own_name) {
                    Some("is the temporary file of a download")
                } else if !metadata.is_file() && !metadata.is_dir() {
                    Some("is not a regular file")
                } else {
                    None
                };
                if let Some(what) = ignored {
                    let item = self.item(own_path, &local, Some(0), is_renamed);
                    self.items.done(item, Action::Ignored, None);
                    self.items.failed(item, os::not_a_file(&local, what));
                    continue;
                }
                let name = match names.give(&entry.file_name()) {
                    Ok(name) => name,
                    Err(error) => {
                        self.report_failure(own_path, &local, error);
                        continue;
                    }
                };
                let path = joined(&path, &name);
                let is_renamed = is_renamed || name != own_name;
                if metadata.is_dir() {
                    let below = self.directories.len();
                    self.directories.push(LocalDirectory {
                        path,
                        name,
                        is_renamed,
                        local: local.clone(),
                        ..LocalDirectory::default()
                    });
                    self.directories[index].below.push(below);
                    found.push((below, local));
                } else {
                    let size = size_of(&local, &metadata);
                    let plan = Plan::new(size.unwrap_or(0), part_size);
                    let item = self.item(path, &local, size, is_renamed);
                    match plan {
                        Ok(plan) => self.directories[index].files.push(LocalFile {
                            item,
                            sent_as: name.clone(),
                            name,
                            path: local,
                            size,
                            modified: modified(&metadata),
                            stamp: Stamp::of(&metadata),
                            parts: plan.parts,
                        }),
                        Err(error) => self.items.failed(item, error),
                    }
                }
            }
            // Directories are taken from the end: the first one has to be the last.
            waiting.extend(found.into_iter().rev());
        }
        Ok(())
    }

    fn item(&self, path: String, local: &Path, size: Option<u64>, renamed: bool) -> usize {
        self.items.push(ReportItem {
            size: size.unwrap_or(0),
            declared_size: size,
            renamed,
            ..ReportItem::new(path, local.to_owned())
        })
    }

    fn report_failure(&self, path: String, local: &Path, error: Error) {
        let item = self.item(path, local, Some(0), false);
        self.items.failed(item, error);
    }

    /// The names in a local directory.
    fn here(&self, index: usize) -> Here {
        let local = &self.directories[index];
        let own_name = |path: &Path, sent: &str| {
            let own = path.file_name().and_then(|own| own.to_str());
            own.unwrap_or(sent).to_owned()
        };
        let directories = local.below.iter().map(|index| {
            let below = &self.directories[*index];
            (
                own_name(&below.local, &below.name),
                (*index, below.name.clone()),
            )
        });
        let files = local.files.iter();
        let files = files.map(|file| {
            let sent = (file.item, file.name.clone());
            (own_name(&file.path, &file.name), sent)
        });
        Here {
            local: local.local.clone(),
            directories: directories.collect(),
            files: files.collect(),
        }
    }

    /// Finds the directories that exist on the package. Returns what is there.
    fn find(&mut self, call: &Arc<Call>, root: &str, into: String) -> Result<There> {
        let here: Vec<Here> = (0..self.directories.len())
            .map(|index| self.here(index))
            .collect();
        let found: Arc<Mutex<BTreeMap<usize, Found>>> = Arc::default();
        let (results, inner, worker_call) = (
            Arc::clone(&found),
            Arc::clone(&self.inner),
            Arc::clone(call),
        );
        let limit = inner.client.at_once();
        let package_root = root.to_owned();
        Queue::run(
            call,
            limit,
            [(0, (into, false))],
            |_| 1,
            move |queue, (index, (id, in_doubt)): (usize, (String, bool))| {
                let session = inner.client.session(&worker_call);
                let options = DirectoryOptions::default();
                let listed = match inner.list_directory(&session, &id, &options) {
                    Err(error) if index != 0 && !ends_all(&error) && !worker_call.is_stopped() => {
                        results.lock().insert(index, Err(error));
                        return Ok(());
                    }
                    listed => listed?,
                };
                inner.steps.lock().learn_directory(&listed);
                let directory_id = (id != package_root).then_some(id.as_str());
                let is_same = |local: &Path, file: &File| {
                    inner.is_of_upload(&session, local, file, directory_id)
                };
                let listed = (listed.files, listed.directories);
                let mut there = here[index].find(listed, in_doubt, is_same)?;
                queue.add(std::mem::take(&mut there.directories));
                results.lock().insert(index, Ok((id, there)));
                Ok(())
            },
        )?;
        let found = std::mem::take(&mut *found.lock());
        let mut all = There::default();
        for (index, listed) in found {
            match listed {
                Ok((id, there)) => {
                    self.directories[index].remote =
                        Some(RemoteDirectory((id != root).then_some(id)));
                    all.files.extend(there.files);
                    all.names.extend(there.names);
                }
                Err(error) => {
                    self.fail_below(index, &error);
                    for local in &mut self.directories {
                        local.below.retain(|below| *below != index);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Applies `existing` to the files that are on the package: takes those to be skipped out of the plan.
    fn judge(&mut self, call: &Arc<Call>, mut found: There) -> Result<()> {
        let mut refused = None;
        let mut doubtful = Vec::new();
        let mut done = BTreeSet::new();
        for directory in &mut self.directories {
            let Some(RemoteDirectory(directory_id)) = &directory.remote else {
                for local in &directory.files {
                    self.items.reason(local.item, Reason::New);
                }
                continue;
            };
            for local in &mut directory.files {
                let Some(mut there) = found.files.remove(&local.item) else {
                    if let Some(name) = found.names.remove(&local.item) {
                        self.items.renamed(local.item, &name);
                        local.sent_as = name;
                    }
                    self.items.reason(local.item, Reason::New);
                    continue;
                };
                // A further version gets the name that is there.
                local.sent_as.clone_from(&there[0].file_name);
                if local.sent_as != local.name {
                    self.items.renamed(local.item, &local.sent_as);
                }
                let entry = self
                    .resume_file
                    .as_ref()
                    .map(|file| (self.inner).entry(file, &local.sent_as, directory_id.as_deref()));
                let is_done = |file: &&File| {
                    let entry = entry.as_ref();
                    entry.is_some_and(|entry| entry.is_done(&file.file_id, None, local.stamp))
                };
                if let Some(sent) = there.iter().find(is_done) {
                    call.parts_done(local.parts, local.size.unwrap_or(0));
                    (self.items).done(local.item, Action::Skipped, Some(sent.file_id.clone()));
                    done.insert(local.item);
                    continue;
                }
                match self.options.existing {
                    Existing::Overwrite if self.options.compare == Compare::Size => {
                        self.items.reason(local.item, Reason::Overwrite);
                    }
                    Existing::Refuse => {
                        let steps = self.inner.steps.lock();
                        let begun = entry.as_ref().and_then(resume::Entry::begun);
                        let begun = begun.map(|begun| begun.file_id);
                        let is_incomplete = |file: &File| {
                            begun.as_ref() == Some(&file.file_id)
                                || steps.is_incomplete(&file.file_id)
                        };
                        if there.iter().all(is_incomplete) {
                            continue;
                        }
                        let message =
                            format!("{}: a file of that name is there already", local.name);
                        let error = Error::new(ErrorKind::FileExists, message);
                        self.items.failed(local.item, error.clone());
                        refused.get_or_insert(error);
                    }
                    Existing::Skip | Existing::Overwrite => {
                        // Where a size is unknown, the content decides.
                        there.retain(|file| {
                            let sizes = local.size.zip(file.size);
                            sizes.is_none_or(|(size, _)| file.is_of(size))
                        });
                        if there.is_empty() {
                            self.items.reason(local.item, Reason::Size);
                            continue;
                        }
                        doubtful.push(Doubtful {
                            local: local.clone(),
                            there,
                            directory_id: directory_id.clone(),
                            compare: self.options.compare,
                            entry,
                        });
                    }
                }
            }
        }
        if let Some(error) = refused {
            return Err(error);
        }
        done.extend(self.skip(call, doubtful)?);
        for directory in &mut self.directories {
            let is_left = |local: &LocalFile| !done.contains(&local.item);
            directory.files.retain(is_left);
        }
        Ok(())
    }

    /// Asks the service which files of the right name and size are complete, compares them, and removes those that a
    /// killed upload has left. Returns the items that need not be sent.
    fn skip(&self, call: &Arc<Call>, doubtful: Vec<Doubtful>) -> Result<BTreeSet<usize>> {
        let skipped: Arc<Mutex<BTreeSet<usize>>> = Arc::default();
        let (inner, items) = (Arc::clone(&self.inner), self.items.clone());
        let (whole, results) = (Arc::clone(call), Arc::clone(&skipped));
        let limit = inner.client.at_once();
        let work = move |_: &Queue<Doubtful>, doubtful: Doubtful| {
            let session = inner.client.session(&whole);
            match doubtful.judge(&inner, &session) {
                Ok(Ok(file_id)) => {
                    let local = &doubtful.local;
                    whole.parts_done(local.parts, local.size.unwrap_or(0));
                    items.done(local.item, Action::Skipped, Some(file_id));
                    results.lock().insert(local.item);
                }
                Err(error) if ends_all(&error) || whole.is_stopped() => return Err(error),
                Err(error) => {
                    items.failed(doubtful.local.item, error);
                    results.lock().insert(doubtful.local.item);
                }
                Ok(Err(reason)) => items.reason(doubtful.local.item, reason),
            }
            Ok(())
        };
        // A comparison of content is a download.
        let weight = |doubtful: &Doubtful| match doubtful.compare {
            Compare::Content => doubtful.local.parts as usize,
            Compare::Size | Compare::Time => 1,
        };
        if !doubtful.is_empty() {
            Queue::run(call, limit, doubtful, weight, work)?;
        }
        let skipped = std::mem::take(&mut *skipped.lock());
        Ok(skipped)
    }

    fn send(self, call: &Arc<Call>) -> Result<()> {
        call.set_phase(Phase::Transferring);
        let mut planned = Vec::new();
        let mut files = Vec::new();
        for local in &self.directories {
            if let Some(RemoteDirectory(id)) = &local.remote {
                files.extend(self.planned_below(local, id, &mut planned));
            }
        }
        planned.extend(files);
        let limit = self.inner.client.at_once();
        let whole = Arc::clone(call);
        let weight = |next: &Planned| match next {
            Planned::Directory(..) => 1,
            Planned::File(file, _) => file.parts as usize,
        };
        Queue::run(call, limit, planned, weight, move |queue, next| {
            let ends = |error: &Error| ends_all(error) || whole.is_stopped();
            match next {
                Planned::Directory(index, above) => {
                    match self.make_directory(&whole, index, above, queue) {
                        Err(error) if ends(&error) => return Err(error),
                        Err(error) => self.fail_below(index, &error),
                        Ok(()) => {}
                    }
                }
                Planned::File(file, directory_id) => {
                    let item = file.item;
                    match self.send_file(&whole, file, directory_id) {
                        Ok(sent) => self.items.uploaded(item, sent),
                        Err(error) if ends(&error) => return Err(error),
                        Err(error) => self.items.failed(item, error),
                    }
                }
            }
            Ok(())
        })
    }

    /// Plans a directory whose id is known. Returns its files; `makes` gets the directories to create in it.
    fn planned_below(
        &self,
        local: &LocalDirectory,
        id: &Option<String>,
        makes: &mut Vec<Planned>,
    ) -> Vec<Planned> {
        let missing = |index: &&usize| self.directories[**index].remote.is_none();
        let below = local.below.iter().filter(missing);
        makes.extend(below.map(|index| Planned::Directory(*index, id.clone())));
        let files = local.files.iter();
        files
            .map(|file| Planned::File(file.clone(), id.clone()))
            .collect()
    }

    fn make_directory(
        &self,
        whole: &Arc<Call>,
        index: usize,
        above: Option<String>,
        queue: &Queue<Planned>,
    ) -> Result<()> {
        let part = Call::part_of(whole, Phase::Transferring);
        let session = self.inner.client.session(&part.call);
        let above = self.inner.directory_or_root(&session, above)?;
        let local = &self.directories[index];
        let made = self.inner.create_directory(&session, &above, &local.name)?;
        let mut makes = Vec::new();
        queue.add(self.planned_below(local, &Some(made), &mut makes));
        queue.add_first(makes);
        Ok(())
    }

    /// Reports the failure for all files below a directory that could not be created or listed.
    fn fail_below(&self, index: usize, error: &Error) {
        let name = &self.directories[index].path;
        let error = error.clone().context(format_args!("directory {name}"));
        let mut below = vec![index];
        let mut files = 0;
        while let Some(index) = below.pop() {
            let local = &self.directories[index];
            below.extend(&local.below);
            files += local.files.len();
            for file in &local.files {
                self.items.failed(file.item, error.clone());
            }
        }
        if files == 0 {
            self.report_failure(name.clone(), &self.directories[index].local, error);
        }
    }

    fn send_file(
        &self,
        whole: &Arc<Call>,
        file: LocalFile,
        directory_id: Option<String>,
    ) -> Result<File> {
        let source = SourceFile::open(&file.path, false, self.options.allow_growth)?
            .with_size_before(file.size)?;
        let entry = self
            .resume_file
            .as_ref()
            .map(|notes| (self.inner).entry(notes, &file.sent_as, directory_id.as_deref()));
        let (noted, stamp) = (entry.clone(), source.stamp());
        let sent = self.under_way.send(
            &self.inner,
            whole,
            source,
            file.sent_as,
            directory_id,
            entry,
        )?;
        if let Some(entry) = noted {
            let through = match stamp {
                Some(stamp) => entry.done(&sent.file_id, None, stamp),
                None => entry.end(),
            };
            log_failure(whole, through);
        }
        Ok(sent)
    }
}

/// How many bytes a local file has; `None` if only reading shows it.
fn size_of(path: &Path, metadata: &fs::Metadata) -> Option<u64> {
    if os::may_lie(metadata)
        && let Ok((_, _, size)) = os::open_source(path, false)
    {
        return size;
    }
    Some(metadata.len())
}
