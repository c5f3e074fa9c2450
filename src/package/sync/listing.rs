//! What a sync finds on both sides.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::filter::Filter;
use super::plan::{Here, Rules, Side, There, ancestors, step};
use super::state::{Common, Digest, Known, Names, sync_running};
use super::unchanged::Unchanged;
use crate::call::Call;
use crate::check::name_to_send;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, Stamp};
use crate::package::Inner;
use crate::package::directory::DirectoryOptions;
use crate::package::download::DownloadOptions;
use crate::package::names::{Counterpart, Entry, Given, confirmed_names_here};
use crate::package::report::joined;
use crate::record::{Directory, File};
use crate::transfer::queue::Queue;

/// Most files and directories of one side: a server that lists new ones without end does not keep the call busy.
const MOST_ENTRIES: usize = 1_000_000;

/// How the local directory is listed.
pub(super) struct ListHere<'a> {
    pub(super) base: &'a Path,
    pub(super) known: &'a Known,
    pub(super) filter: &'a Filter,
    pub(super) follow_links: bool,
    /// Whether all files are read.
    pub(super) checksum: bool,
    /// Whether characters that a name may not have are replaced when it is sent.
    pub(super) replace_characters: bool,
    /// Whether temporary files of downloads that were killed are removed. Only a run that changes nothing may meet others.
    pub(super) may_clean: bool,
    /// Gets the temporary files.
    pub(super) temporaries: &'a mut Vec<PathBuf>,
    /// Takes what cannot be synced.
    pub(super) refuse: &'a mut dyn FnMut(&str, &Path, Error),
}

impl ListHere<'_> {
    /// Lists the local directory with all below. What cannot be synced is unknown: nothing is concluded from it.
    pub(super) fn list(self, call: &Call) -> Result<Side<Here>> {
        let mut side = Side::default();
        let mut waiting = vec![String::new()];
        while let Some(directory) = waiting.pop() {
            call.check()?;
            let local = self.base.join(&directory);
            let is_locked = match self.may_clean && !directory.is_empty() {
                true => os::is_locked(&local),
                false => Ok(false),
            };
            if matches!(is_locked, Ok(true)) {
                return Err(sync_running(&local));
            }
            let entries = is_locked
                .and_then(|_| os::above_standard(|| fs::read_dir(&local)))
                .and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>());
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    let error = os::io_error(&error, &local, ErrorKind::ReadFailed);
                    if directory.is_empty() {
                        return Err(error);
                    }
                    (self.refuse)(&directory, &local, error);
                    side.unknown.insert(directory);
                    continue;
                }
            };
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                let name = entry.file_name();
                let path = joined(&directory, &name.to_string_lossy());
                let found = match name.to_str() {
                    None => Err(Error::new(
                        ErrorKind::MalformedFileName,
                        "the name is not valid UTF-8",
                    )),
                    Some(name) if os::is_temporary(name) => {
                        if self.may_clean {
                            os::remove_if_left(&entry.path());
                        }
                        self.temporaries.push(entry.path());
                        continue;
                    }
                    Some(name) => self.look(call, &path, name, &entry.path()),
                };
                match found {
                    Ok(Some(found)) => {
                        if found == Here::Directory {
                            waiting.push(path.clone());
                        }
                        side.entries.insert(path, found);
                    }
                    Ok(None) => {}
                    Err(error) if error.kind() == ErrorKind::Stopped => return Err(error),
                    // It went after the directory was read, perhaps to be written anew.
                    Err(_) if os::is_gone(&entry.path()) => {
                        side.unknown.insert(path);
                    }
                    Err(error) => {
                        (self.refuse)(&path, &entry.path(), error);
                        side.unknown.insert(path);
                    }
                }
                if side.entries.len() > MOST_ENTRIES {
                    return Err(too_many());
                }
            }
        }
        Ok(side)
    }

    /// What is at a path; `None` if it takes no part.
    fn look(&self, call: &Call, path: &str, name: &str, local: &Path) -> Result<Option<Here>> {
        let metadata = match self.follow_links {
            true => local.metadata(),
            false => local.symlink_metadata(),
        };
        let metadata =
            metadata.map_err(|error| os::io_error(&error, local, ErrorKind::ReadFailed))?;
        if !self.filter.takes(path, metadata.is_dir()) {
            return Ok(None);
        }
        name_to_send(name, self.replace_characters)?;
        if metadata.is_dir() {
            return match self.leads_back(path, local) {
                true => Err(os::not_a_file(
                    local,
                    "is a symbolic link to a directory above it",
                )),
                false => Ok(Some(Here::Directory)),
            };
        }
        if metadata.is_symlink() {
            return Err(os::not_a_file(
                local,
                "is a symbolic link, which is not followed",
            ));
        }
        if !metadata.is_file() {
            return Err(os::not_a_file(local, "is not a regular file"));
        }
        let stamp = Stamp::of(&metadata);
        let is_in_doubt = match self.known.get(path) {
            Some(Common::File(file)) => self.checksum || file.is_in_doubt(stamp),
            _ => false,
        };
        let digest = is_in_doubt.then(|| digest_of(call, local)).transpose()?;
        Ok(Some(Here::File { stamp, digest }))
    }

    /// Whether a directory is a link to one of those above it, in which it would be found again without end.
    fn leads_back(&self, path: &str, local: &Path) -> bool {
        if !local.is_symlink() {
            return false;
        }
        let place = local.canonicalize().ok();
        let mut above = ancestors(path).chain([""]);
        above.any(|above| self.base.join(above).canonicalize().ok() == place)
    }
}

/// SHA-256 of a local file.
pub(super) fn digest_of(call: &Call, path: &Path) -> Result<Digest> {
    use std::io::Read as _;
    let (mut file, ..) = os::open_source(path, true)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 32 << 10]);
    loop {
        call.check()?;
        match file.read(&mut buffer) {
            Ok(0) => return Ok(digest.finalize().into()),
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(os::io_error(&error, path, ErrorKind::ReadFailed)),
        }
    }
}

/// The Workspace's side: what is there, and the ids and names by which it is reached.
#[derive(Default)]
pub(super) struct Remote {
    pub(super) side: Side<There>,
    /// The id of each directory, by path; the synced one has the empty path.
    pub(super) directories: BTreeMap<String, String>,
    pub(super) files: BTreeMap<String, File>,
    /// The names of what has another name there than here, by paths here.
    pub(super) names: Names,
    /// These names, and those of what takes no part, each behind the path of its directory.
    pub(super) taken: BTreeSet<String>,
}

impl Remote {
    /// Notes the name there of what has this path here.
    pub(super) fn give_name(&mut self, path: &str, name: &str) {
        let (directory, own) = path.rsplit_once('/').unwrap_or(("", path));
        if own != name {
            self.taken.insert(joined(directory, name));
            self.names.insert(path.to_owned(), name.to_owned());
        }
    }
}

/// How a directory of the Workspace is listed.
pub(super) struct ListThere<'a> {
    pub(super) inner: &'a Arc<Inner>,
    pub(super) root: String,
    pub(super) base: &'a Path,
    /// What is the same on both sides leaves it.
    pub(super) here: &'a Arc<Mutex<Side<Here>>>,
    pub(super) known: &'a Arc<Known>,
    pub(super) names: &'a Names,
    pub(super) filter: &'a Filter,
    pub(super) rules: Rules,
    /// Whether incomplete files that our own uploads have left are removed.
    pub(super) may_clean: bool,
    /// The ids of files whose upload goes on: as long as they are incomplete, they are as good as not there.
    pub(super) begun: BTreeSet<String>,
}

/// Lists a directory of the Workspace with all below, under the names that its entries have here.
pub(super) fn list_there(call: &Arc<Call>, list: ListThere<'_>) -> Result<Remote> {
    let ListThere {
        inner,
        root,
        base,
        here,
        known,
        names,
        filter,
        rules,
        may_clean,
        begun,
    } = list;
    let unchanged = Unchanged::find(inner, &inner.client.session(call), known, names)?;
    let remote = Arc::new(Mutex::new(Remote::default()));
    let seen = Mutex::new(BTreeSet::from([root.clone()]));
    let noted = by_name_there(known, names);
    let (found, worker_inner, worker_call) =
        (Arc::clone(&remote), Arc::clone(inner), Arc::clone(call));
    let (here, known, names) = (Arc::clone(here), Arc::clone(known), names.clone());
    let (base, filter) = (base.to_owned(), filter.clone());
    let cut = match may_clean {
        true => Inner::cut_creations(),
        false => Vec::new(),
    };
    let limit = inner.client.at_once();
    let work = move |queue: &Queue<(String, String)>, (path, id): (String, String)| {
        let listed = (found.as_ref(), here.as_ref());
        let names_there = (&names, &noted);
        if let Some(below) = unchanged.below(&path, &id)
            && let Some(below) =
                take_over(listed, &known, names_there, &filter, rules, &path, below)
        {
            found.lock().directories.insert(path, id);
            let is_new = |(_, id): &(String, String)| seen.lock().insert(id.clone());
            queue.add(below.into_iter().filter(is_new));
            return Ok(());
        }
        let known_id = |path: &str| match known.get(path) {
            Some(Common::File(file)) => Some(&file.file_id),
            _ => None,
        };
        let session = worker_inner.client.session(&worker_call);
        let directory = worker_inner.list_directory(&session, &id, &DirectoryOptions::default())?;
        worker_inner.steps.lock().learn_directory(&directory);
        let Directory {
            mut files,
            directories,
            ..
        } = directory;
        let is_known =
            |file: &File| known_id(&joined(&path, &file.file_name)) == Some(&file.file_id);
        // The question whether a file is complete may complete it, which a dry run must not.
        let is_complete = |file: &File| match may_clean {
            true => worker_inner.is_complete(&session, &file.file_id, Some(&id)),
            false => worker_inner.is_given(&session, &file.file_id, Some(&id)),
        };
        if may_clean {
            let mut left = Vec::new();
            for file in files.iter().filter(|file| !is_known(file)) {
                let is_left = match begun.contains(&file.file_id) {
                    true => !worker_inner.is_given(&session, &file.file_id, Some(&id))?,
                    false => {
                        worker_inner.remove_if_left(&session, file, Some(&id))?
                            || worker_inner.remove_if_cut(&session, file, Some(&id), &cut)?
                    }
                };
                if is_left {
                    left.push(file.file_id.clone());
                }
            }
            files.retain(|file| !left.contains(&file.file_id));
        }
        current(&mut files, is_known, is_complete)?;
        let there: Vec<_> = (directories
            .iter()
            .map(|below| Entry::directory(&below.name)))
        .chain(files.iter().map(|file| Entry::file(&file.file_name)))
        .collect();
        let names_here = names_in(&here.lock(), &path);
        let mut own: Vec<_> = names_here
            .iter()
            .map(|(is_directory, name)| Entry {
                is_directory: *is_directory,
                name,
            })
            .collect();
        // What has got another name on the way is found again, even if it was deleted here.
        let mut same = BTreeMap::new();
        for (index, entry) in there.iter().enumerate() {
            let noted = noted.get(&(entry.is_directory, joined(&path, entry.name)));
            if let Some(name) = noted {
                let is_directory = entry.is_directory;
                same.insert(index, name.clone());
                own.push(Entry { is_directory, name });
            }
        }
        // A name that was changed on the way is that of another file, unless the last common state or the content shows
        // that it is the same.
        let in_doubt = |index: usize, given: &Given| {
            let Some(file) = index.checked_sub(directories.len()).map(|at| &files[at]) else {
                return false;
            };
            match known_id(&joined(&path, &given.name)) {
                Some(id) => *id != file.file_id && file.file_name != given.name,
                None => given.counterpart != Counterpart::Sure,
            }
        };
        let options = DownloadOptions::default();
        let are_same = |open: &[(usize, String)]| {
            let mut same = BTreeSet::new();
            for (index, name) in open {
                let file = &files[index - directories.len()];
                let (local, directory) = (base.join(&path).join(name), Some(id.clone()));
                let is_later = |id: &String| -> Result<bool> {
                    let now = worker_inner.file_information(
                        &session,
                        &file.file_id,
                        directory.as_deref(),
                    )?;
                    Ok(now.old_versions.iter().any(|old| old.file_id == *id))
                };
                let is_version = known_id(&joined(&path, name)).map_or(Ok(false), is_later)?;
                if is_version
                    || worker_inner.is_surely_same(
                        &worker_call,
                        &local,
                        file,
                        directory,
                        &options,
                    )?
                {
                    same.insert(*index);
                }
            }
            Ok(same)
        };
        let folds_case = || os::folds_case(&base.join(&path), true);
        let names = confirmed_names_here(&there, &own, same, folds_case, in_doubt, are_same)?;
        let names: Vec<_> = names.into_iter().map(|given| given.name).collect();
        let (directory_names, file_names) = names.split_at(directories.len());
        let mut incomplete = BTreeSet::new();
        for (file, name) in files.iter().zip(file_names) {
            let path = joined(&path, name);
            let is_here = || matches!(here.lock().entries.get(&path), Some(Here::File { .. }));
            let is_new = known_id(&path) != Some(&file.file_id) && is_here();
            if is_new && !is_complete(file)? {
                incomplete.insert(path);
            }
        }
        let mut below = Vec::new();
        let mut remote = found.lock();
        for (directory, name) in directories.iter().zip(directory_names) {
            let path = joined(&path, name);
            remote.give_name(&path, &directory.name);
            if filter.takes(&path, true) && seen.lock().insert(directory.directory_id.clone()) {
                remote.side.entries.insert(path.clone(), There::Directory);
                below.push((path, directory.directory_id.clone()));
            }
        }
        for (file, name) in files.into_iter().zip(file_names) {
            let directory = &path;
            let path = joined(directory, name);
            remote.give_name(&path, &file.file_name);
            if !filter.takes(&path, false) {
                remote.taken.insert(joined(directory, &file.file_name));
                continue;
            }
            let there = match incomplete.contains(&path) {
                true => There::Incomplete,
                false => There::File {
                    file_id: file.file_id.clone(),
                    version: file.version,
                    uploaded: file.uploaded.as_ref().and_then(|time| time.seconds),
                },
            };
            remote.side.entries.insert(path.clone(), there);
            remote.files.insert(path, file);
        }
        remote.directories.insert(path, id);
        if remote.side.entries.len() > MOST_ENTRIES {
            return Err(too_many());
        }
        drop(remote);
        queue.add(below);
        Ok(())
    };
    Queue::run(call, limit, [(String::new(), root)], |_| 1, work)?;
    let remote = std::mem::take(&mut *remote.lock());
    Ok(remote)
}

/// The names here of what has another name in the Workspace: by whether it is a directory, and by its path with that
/// name.
type NamesThere = BTreeMap<(bool, String), String>;

/// The names here of what has another name in the Workspace: by the kind, and by the path here with the name there.
fn by_name_there(known: &Known, names: &Names) -> NamesThere {
    let of = |(path, name): (&String, &String)| {
        let is_directory = *known.get(path)? == Common::Directory;
        let (directory, own) = path.rsplit_once('/').unwrap_or(("", path));
        Some(((is_directory, joined(directory, name)), own.to_owned()))
    };
    names.iter().filter_map(of).collect()
}

/// Takes what a directory of the Workspace holds from the last common state, as which it is. Files that are the same
/// here too leave the listing of this side. Returns the directories in it, as paths here and ids; `None` if something
/// that it holds is not here as it was.
fn take_over(
    (remote, here): (&Mutex<Remote>, &Mutex<Side<Here>>),
    known: &Known,
    (names, noted): (&Names, &NamesThere),
    filter: &Filter,
    rules: Rules,
    directory: &str,
    below: &[(String, String)],
) -> Option<Vec<(String, String)>> {
    let (mut remote, mut here) = (remote.lock(), here.lock());
    let held: Vec<_> = children(known, directory).collect();
    let (taken, left): (Vec<_>, Vec<_>) = (held.into_iter())
        .partition(|(path, common)| filter.takes(path, **common == Common::Directory));
    let is_here = |(path, common): &(&String, &Common)| match (common, here.entries.get(*path)) {
        (Common::Directory, Some(Here::Directory)) => true,
        (Common::File(file), Some(Here::File { .. })) => file.is_equal,
        _ => false,
    };
    if !taken.iter().all(is_here) {
        return None;
    }
    let name_there = |path: &str| match names.get(path) {
        Some(name) => name.clone(),
        None => path
            .rsplit_once('/')
            .map_or(path, |(_, name)| name)
            .to_owned(),
    };
    for (path, _) in left {
        remote.taken.insert(joined(directory, &name_there(path)));
    }
    for (path, common) in taken {
        remote.give_name(path, &name_there(path));
        let Common::File(file) = common else {
            remote.side.entries.insert(path.clone(), There::Directory);
            continue;
        };
        let there = There::File {
            file_id: file.file_id.clone(),
            version: file.version,
            uploaded: None,
        };
        if step(here.entries.get(path), Some(&there), Some(common), rules).is_none() {
            here.entries.remove(path);
            here.same += 1;
            remote.side.same += 1;
        } else {
            let file = File::known(&file.file_id, &name_there(path), file.version);
            remote.files.insert(path.clone(), file);
            remote.side.entries.insert(path.clone(), there);
        }
    }
    remote.side.settled.insert(directory.to_owned());
    let path_here = |(name, id): &(String, String)| {
        let own = noted.get(&(true, joined(directory, name))).unwrap_or(name);
        (joined(directory, own), id.clone())
    };
    let below = below.iter().map(path_here);
    Some(below.filter(|(path, _)| filter.takes(path, true)).collect())
}

/// What a directory holds.
fn children<'m, T>(
    entries: &'m BTreeMap<String, T>,
    directory: &str,
) -> impl Iterator<Item = (&'m String, &'m T)> {
    let before = match directory {
        "" => String::new(),
        _ => format!("{directory}/"),
    };
    let mut from = Bound::Included(before.clone());
    std::iter::from_fn(move || {
        loop {
            let range = (from.as_ref().map(String::as_str), Bound::Unbounded);
            let (path, entry) = entries.range::<str, _>(range).next()?;
            let name = path.strip_prefix(&before)?;
            match name.split_once('/') {
                None => {
                    from = Bound::Excluded(path.clone());
                    return Some((path, entry));
                }
                // The next character behind the slash: everything in that directory is passed over.
                Some((below, _)) => from = Bound::Included(format!("{before}{below}0")),
            }
        }
    })
}

/// The names in a local directory, and whether each is one of a directory.
fn names_in(here: &Side<Here>, directory: &str) -> Vec<(bool, String)> {
    let parts = |path: &str| match path.rsplit_once('/') {
        Some((above, name)) => (above.to_owned(), name.to_owned()),
        None => (String::new(), path.to_owned()),
    };
    let known = children(&here.entries, directory)
        .map(|(path, entry)| (*entry == Here::Directory, parts(path).1));
    let unknown = here.unknown.iter().map(|path| parts(path));
    let unknown = unknown.filter(|(above, _)| above == directory);
    known
        .chain(unknown.map(|(_, name)| (false, name)))
        .collect()
}

/// Leaves one file of each name. Of several, such as an incomplete one beside the complete one, it is that of the last
/// common state or else the newest complete one.
fn current(
    files: &mut Vec<File>,
    is_known: impl Fn(&File) -> bool,
    is_complete: impl Fn(&File) -> Result<bool>,
) -> Result<()> {
    let mut of_name: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in files.iter() {
        of_name.entry(&file.file_name).or_default().push(file);
    }
    let mut dropped = BTreeSet::new();
    for same in of_name.values_mut().filter(|same| same.len() > 1) {
        let newest_first = |file: &&File| {
            let time = file.uploaded.as_ref().and_then(|time| time.seconds);
            std::cmp::Reverse((file.version, time))
        };
        same.sort_by_key(newest_first);
        let mut kept = None;
        for file in same.iter() {
            if kept.is_none() && (is_known(file) || is_complete(file)?) {
                kept = Some(&file.file_id);
            } else {
                dropped.insert(file.file_id.clone());
            }
        }
        if kept.is_none() {
            dropped.remove(&same[0].file_id);
        }
    }
    files.retain(|file| !dropped.contains(&file.file_id));
    Ok(())
}

fn too_many() -> Error {
    let message = format!("there are more than {MOST_ENTRIES} files and directories");
    Error::new(ErrorKind::BadAnswer, message)
}
