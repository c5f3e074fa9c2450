//! Carries out the steps of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::listing::{Remote, digest_of};
use super::options::SyncOptions;
use super::plan::{Direction, Newer, Plan, Step, ancestors};
use super::state::{Common, CommonFile, Content, State};
use crate::api::{Session, endpoint};
use crate::call::{Call, Phase};
use crate::check::{marked, name_to_send, safe_name};
use crate::date::today;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, Decide, Existing, Fate, Stamp, TargetFile, Written};
use crate::package::Inner;
use crate::package::directory::DirectoryOptions;
use crate::package::download::DownloadOptions;
use crate::package::names::folded;
use crate::package::report::{Action, Items, ReportItem, ends_all, joined};
use crate::package::step::file_not_on_package;
use crate::package::under_way::UnderWay;
use crate::record::File;
use crate::transfer::kept::{KeptFile, finished_before};
use crate::transfer::outlet::Outlet;
use crate::transfer::plan::Plan as Parts;
use crate::transfer::queue::Queue;
use crate::transfer::resume::{Entry, ResumeFile, log_failure};
use crate::transfer::source::SourceFile;

/// What the workers that carry out one plan share.
pub(super) struct Execution {
    pub(super) inner: Arc<Inner>,
    pub(super) options: SyncOptions,
    pub(super) items: Items,
    pub(super) base: PathBuf,
    pub(super) state: Arc<Mutex<State>>,
    pub(super) under_way: UnderWay,
    /// Where transfers are noted, for the next sync to go on with.
    pub(super) resume_file: Option<Arc<ResumeFile>>,
    /// What was transferred for a path, until the state says so.
    pub(super) transferred: Mutex<BTreeMap<String, Vec<Entry>>>,
    pub(super) remote: Mutex<Remote>,
    /// Whether something has got a name of its own, or has changed unseen, which the next plan finds.
    pub(super) needs_another_plan: AtomicBool,
    /// The paths whose steps are not carried out yet, and whether the report has them.
    pub(super) pending: Mutex<BTreeMap<String, bool>>,
    /// The paths whose steps have failed.
    pub(super) failed: Arc<Mutex<BTreeSet<String>>>,
    /// Directories that were listed again before something of them is deleted, by id.
    pub(super) again: Mutex<BTreeMap<String, Arc<Listed>>>,
}

/// What a directory of the Workspace holds: the ids of its files, and the names of all, directories or not.
#[derive(Default)]
pub(super) struct Listed {
    files: BTreeSet<String>,
    names: Vec<(bool, String)>,
}

/// What was done with a file, for the report.
struct Done {
    action: Action,
    file_id: Option<String>,
    size: u64,
    local: PathBuf,
}

impl Execution {
    /// Carries out a plan. Returns whether another one is needed.
    pub(super) fn carry_out(self, call: &Arc<Call>, plan: Plan) -> Result<bool> {
        let this = Arc::new(self);
        let steps = plan.steps.iter().chain(&plan.later);
        let pending = steps.map(|(path, step)| (path.clone(), step.action().is_some()));
        *this.pending.lock() = pending.collect();
        let has_later = !plan.later.is_empty();
        let result = this.carry_out_steps(call, plan);
        if result.is_err() {
            this.report_pending();
        }
        result.map(|()| has_later || this.needs_another_plan.load(Ordering::Relaxed))
    }

    /// Reports what a call that ends early has not come to.
    fn report_pending(&self) {
        let pending = std::mem::take(&mut *self.pending.lock());
        for path in pending
            .into_iter()
            .filter_map(|(path, is_shown)| is_shown.then_some(path))
        {
            let local = self.base.join(&path);
            let there = self.remote.lock().files.get(&path).cloned();
            let size = self.stamp(&local).map(|stamp| stamp.size);
            self.items.push(ReportItem {
                size: size.or_else(|| there.as_ref()?.size).unwrap_or(0),
                file_id: there.map(|file| file.file_id),
                ..ReportItem::new(path, local)
            });
        }
    }

    fn carry_out_steps(self: &Arc<Self>, call: &Arc<Call>, plan: Plan) -> Result<()> {
        call.set_phase(Phase::Transferring);
        let is_transfer = |step: &Step| {
            matches!(
                step,
                Step::Upload | Step::Download { .. } | Step::Reconcile { .. } | Step::Uncover
            )
        };
        let (transfers, others): (Vec<_>, Vec<_>) = plan
            .steps
            .into_iter()
            .partition(|(_, step)| is_transfer(step));
        let (deletions, first): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(_, step)| step.is_deletion());
        let transfers: Vec<_> = transfers
            .into_iter()
            .map(|(path, step)| {
                let (bytes, parts) = self.weight(&path, &step);
                (path, step, bytes, parts)
            })
            .collect();
        let bytes = transfers.iter().map(|(.., bytes, _)| bytes).sum();
        call.set_total(Some(bytes), transfers.iter().map(|(.., parts)| parts).sum());
        for (path, step) in first {
            self.step(call, path, step)?;
        }
        if !transfers.is_empty() {
            let (worker, whole) = (Arc::clone(self), Arc::clone(call));
            let limit = self.inner.client.at_once();
            Queue::run(
                call,
                limit,
                transfers,
                |(.., parts)| *parts as usize,
                move |_, (path, step, ..)| worker.step(&whole, path, step),
            )?;
        }
        for (path, step) in deletions {
            self.step(call, path, step)?;
        }
        Ok(())
    }

    /// Bytes and parts that a step transfers.
    fn weight(&self, path: &str, step: &Step) -> (u64, u32) {
        match step {
            Step::Upload => {
                let size = self
                    .stamp(&self.base.join(path))
                    .map_or(0, |stamp| stamp.size);
                let plan = Parts::new(size, self.inner.client.options().part_size);
                (size, plan.map_or(1, |plan| plan.parts))
            }
            _ => self
                .remote
                .lock()
                .files
                .get(path)
                .map_or((0, 1), |file| (file.size.unwrap_or(0), file.least_parts())),
        }
    }

    /// Carries out one step, and reports it. An error of this file alone ends nothing.
    fn step(&self, call: &Arc<Call>, path: String, step: Step) -> Result<()> {
        call.check()?;
        let part = Call::part_of(call, Phase::Transferring);
        let session = Arc::new(self.inner.client.session(&part.call));
        let done = self.must_lie_within(&path).and_then(|()| match &step {
            Step::MakeDirectoryHere => self.make_directory_here(&path),
            Step::MakeDirectoryThere => self.make_directory_there(&session, &path),
            Step::Note => self.note_again(&part.call, &path),
            Step::Forget => self.note(&path, None),
            Step::MarkHere => self.mark_here(&path),
            Step::MarkThere => self.mark_there(&session, &path),
            Step::Upload => self.upload(call, &path),
            Step::Download { replaces } => self.download(call, &session, &path, *replaces),
            Step::Reconcile { newer } => self.reconcile(call, &session, &path, *newer),
            Step::Uncover => self.uncover(call, &session, &path),
            Step::DeleteHere { stamp } => self.delete_here(&session, &path, *stamp),
            Step::DeleteThere { file_id } => self.delete_there(&session, &path, file_id),
            Step::DeleteDirectoryHere => self.delete_directory_here(&path),
            Step::DeleteDirectoryThere => self.delete_directory_there(&session, &path),
            Step::Leave => Err(self.left(&path)),
        });
        self.report(call, path, done)
    }

    /// Refuses a path below a directory that has become a symbolic link since the listing.
    fn must_lie_within(&self, path: &str) -> Result<()> {
        let mut above = ancestors(path).map(|above| self.base.join(above));
        match above.find(|above| !self.options.follow_links && above.is_symlink()) {
            None => Ok(()),
            Some(link) => Err(changed(&link)),
        }
    }

    fn report(&self, call: &Call, path: String, done: Result<Option<Done>>) -> Result<()> {
        let done = match done {
            Err(error) if ends_all(&error) || call.is_stopped() => return Err(error),
            // What cannot be noted is found again, at the cost of a comparison: no reason to make more of it.
            Err(error) if self.state.lock().is_lost() => return Err(error),
            done => done,
        };
        let mut pending = self.pending.lock();
        // A worker that a call has left behind adds nothing to its report.
        if pending.remove(&path).is_none() {
            return Ok(());
        }
        match done {
            Ok(None) => {}
            Ok(Some(done)) => {
                self.items.push(ReportItem {
                    file_id: done.file_id,
                    size: done.size,
                    action: done.action,
                    renamed: done.action == Action::KeptBoth,
                    ..ReportItem::new(path, done.local)
                });
            }
            Err(error) => {
                self.failed.lock().insert(path.clone());
                let action = match error.kind() {
                    ErrorKind::FileChanged | ErrorKind::FileExists => Action::Ignored,
                    _ => Action::None,
                };
                let local = self.base.join(&path);
                self.items.push(ReportItem {
                    action,
                    error: Some(error),
                    ..ReportItem::new(path, local)
                });
            }
        }
        Ok(())
    }

    fn note(&self, path: &str, common: Option<Common>) -> Result<Option<Done>> {
        let name = self.remote.lock().names.get(path).cloned();
        self.state.lock().note(path, common, name)?;
        // Not before: after a kill in between, the next sync finds by the notes that both sides are equal.
        let transferred = self.transferred.lock().remove(path);
        for entry in transferred.into_iter().flatten() {
            let _ = entry.end();
        }
        Ok(None)
    }

    /// Where the transfer of a file of so many parts is noted. With one part, or an unknown number, there is nothing to go
    /// on with.
    fn notes(&self, parts: Option<u32>) -> Option<&Arc<ResumeFile>> {
        let notes = self.resume_file.as_ref();
        notes.filter(|_| parts.is_some_and(|parts| parts > 1))
    }

    /// Notes a transfer until the state has its outcome.
    fn transfers(&self, path: &str, entry: &Entry) {
        let mut transferred = self.transferred.lock();
        let of_path = transferred.entry(path.to_owned()).or_default();
        of_path.push(entry.clone());
    }

    /// Gives up what an earlier sync has begun, if this plan does not go on with it: here and in the Workspace.
    pub(super) fn give_up_others(
        &self,
        call: &Arc<Call>,
        plan: &Plan,
        temporaries: &[PathBuf],
    ) -> Result<()> {
        let Some(resume_file) = &self.resume_file else {
            return Ok(());
        };
        let begun = resume_file.begun();
        if begun.is_empty() {
            return Ok(());
        }
        let steps = plan.steps.iter().chain(&plan.later);
        let wanted: Vec<Entry> = steps
            .flat_map(|(path, step)| self.entries(resume_file, path, step))
            .collect();
        let session = self.inner.client.session(call);
        for (entry, begun) in begun {
            // The other direction may be that of the next sync. A creation that was killed before its response has left
            // nothing to go on with.
            let is_created = !begun.file_id.is_empty();
            let is_of_other_direction = match begun.temporary {
                Some(_) => self.options.direction == Direction::Up,
                None => self.options.direction == Direction::Down,
            };
            if is_created && (is_of_other_direction || wanted.contains(&entry)) {
                continue;
            }
            if let Some(name) = &begun.temporary {
                let is_it = |path: &&PathBuf| path.ends_with(name);
                temporaries
                    .iter()
                    .filter(is_it)
                    .for_each(|path| os::remove_kept(path));
            } else if is_created {
                match self.inner.remove_begun(&session, &begun) {
                    Err(error) if ends_all(&error) || call.is_stopped() => return Err(error),
                    Err(error) => call.log(format!(
                        "what was sent of a file before was not removed: {}",
                        error.message()
                    )),
                    Ok(()) => {}
                }
            }
            log_failure(call, entry.end());
        }
        Ok(())
    }

    /// The transfers of a step, as far as they are known before it.
    fn entries(&self, resume_file: &Arc<ResumeFile>, path: &str, step: &Step) -> Vec<Entry> {
        let (directory, _) = path.rsplit_once('/').unwrap_or(("", path));
        let remote = self.remote.lock();
        let Some(id) = remote.directories.get(directory).map(String::as_str) else {
            return Vec::new();
        };
        let there = remote.files.get(path);
        let name = match (there, step.may_send()) {
            (_, false) => None,
            (Some(file), true) => Some(file.file_name.clone()),
            (None, true) => self.free_name(&remote, path).ok(),
        };
        let sent = name.map(|name| self.inner.entry(resume_file, &name, Some(id)));
        let is_received = matches!(step, Step::Download { .. } | Step::Reconcile { .. });
        let received = there
            .filter(|_| is_received)
            .map(|file| (self.inner).download_entry(resume_file, &file.file_id, Some(id)));
        sent.into_iter().chain(received).collect()
    }

    /// Notes a directory that both sides have, or a file whose time alone has changed.
    fn note_again(&self, call: &Call, path: &str) -> Result<Option<Done>> {
        let local = self.base.join(path);
        let known = self.state.lock().known().get(path).cloned();
        match (self.stamp(&local), known) {
            (Some(_), Some(Common::File(file))) => {
                let content = self.read(call, &local)?;
                match file.digest == Some(content.digest) {
                    true => self.note_equal(path, content, &file.file_id, file.version),
                    false => Ok(None),
                }
            }
            (None, _) if local.is_dir() => self.note(path, Some(Common::Directory)),
            _ => Ok(None),
        }
    }

    /// Whether a local file that goes, or is replaced, has the content of the last common state. An edit that keeps size
    /// and time does not show in a listing: what has another content is kept, and the next plan finds it.
    fn is_as_noted(&self, call: &Call, path: &str) -> Result<bool> {
        let noted = self.state.lock().known().get(path).cloned();
        let Some(Common::File(file)) = noted else {
            return Ok(true);
        };
        let content = self.read(call, &self.base.join(path))?;
        if file.digest.is_none_or(|noted| noted == content.digest) {
            return Ok(true);
        }
        let doubted = CommonFile {
            is_settled: false,
            ..file
        };
        self.note(path, Some(Common::File(doubted)))?;
        self.needs_another_plan.store(true, Ordering::Relaxed);
        Ok(false)
    }

    fn note_equal(
        &self,
        path: &str,
        content: Content,
        file_id: &str,
        version: Option<u32>,
    ) -> Result<Option<Done>> {
        let common = CommonFile::equal(content, file_id, version);
        self.note(path, Some(Common::File(common)))
    }

    fn make_directory_here(&self, path: &str) -> Result<Option<Done>> {
        self.make_directories(path)?;
        self.note(path, Some(Common::Directory))
    }

    /// Creates a local directory, with those above it.
    fn make_directories(&self, path: &str) -> Result<()> {
        let mut local = self.base.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            local.push(name);
            crate::package::download_all::make_directory(&local, false)?;
        }
        Ok(())
    }

    fn make_directory_there(&self, session: &Session, path: &str) -> Result<Option<Done>> {
        let parent_id = self.directory_id(path)?;
        let name = self.new_name(path)?;
        let id = self.inner.create_directory(session, &parent_id, &name)?;
        self.remote.lock().directories.insert(path.to_owned(), id);
        self.note(path, Some(Common::Directory))
    }

    /// The id of the directory in the Workspace in which a path lies.
    fn directory_id(&self, path: &str) -> Result<String> {
        let (directory, _) = path.rsplit_once('/').unwrap_or(("", path));
        let id = self.remote.lock().directories.get(directory).cloned();
        id.ok_or_else(|| {
            let message = format!("{directory}: the directory was not created in the Workspace");
            Error::new(ErrorKind::DirectoryNotFound, message)
        })
    }

    /// The name that something new gets in the Workspace: its own, or another one if that may not be, which nothing
    /// else has.
    fn new_name(&self, path: &str) -> Result<String> {
        let mut remote = self.remote.lock();
        let free = self.free_name(&remote, path)?;
        remote.give_name(path, &free);
        Ok(free)
    }

    fn free_name(&self, remote: &Remote, path: &str) -> Result<String> {
        let (directory, own) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name_to_send(own, self.options.replace_characters)?;
        let is_free = |candidate: &String| {
            let at = joined(directory, candidate);
            let is_others = || {
                remote.side.entries.contains_key(&at)
                    || self.base.join(&at).symlink_metadata().is_ok()
            };
            !remote.taken.contains(&at) && (candidate == own || !is_others())
        };
        let numbered = (2..1000).map(|number| marked(&name, &format!(" ({number})")));
        let mut candidates = [name.clone()].into_iter().chain(numbered);
        candidates.find(is_free).ok_or_else(|| {
            let message = format!("{path}: there are too many files of similar names");
            Error::new(ErrorKind::FileExists, message)
        })
    }

    fn upload(&self, call: &Arc<Call>, path: &str) -> Result<Option<Done>> {
        let there = self.remote.lock().files.get(path).cloned();
        let (name, version) = match &there {
            Some(file) => (
                file.file_name.clone(),
                file.version.map(|before| before + 1),
            ),
            None => (self.new_name(path)?, Some(1)),
        };
        let done = self.send_current(call, path, name, version)?;
        if there.is_some() && self.options.direction != Direction::Up {
            let part = Call::part_of(call, Phase::Transferring);
            let session = Arc::new(self.inner.client.session(&part.call));
            if let Some(uncovered) = self.uncover(call, &session, path)? {
                return Ok(Some(uncovered));
            }
        }
        Ok(Some(done))
    }

    /// Uploads the file of a path under this name, and notes that both sides have it.
    fn send_current(
        &self,
        call: &Arc<Call>,
        path: &str,
        name: String,
        version: Option<u32>,
    ) -> Result<Done> {
        let local = self.base.join(path);
        let (content, sent) = self.send(call, path, &local, name)?;
        // Another program may have put another file in its place, which the next sync sends.
        if self.stamp(&local) != Some(content.stamp) {
            let unsent = CommonFile::unsent(&sent.file_id, version);
            self.note(path, Some(Common::File(unsent)))?;
            return Err(changed(&local));
        }
        self.note_equal(path, content, &sent.file_id, version)?;
        Ok(Done {
            action: Action::Uploaded,
            file_id: Some(sent.file_id),
            size: content.stamp.size,
            local,
        })
    }

    /// Sets aside the versions that somebody else has sent between a listing and our upload, which hides them.
    fn uncover(
        &self,
        call: &Arc<Call>,
        session: &Arc<Session>,
        path: &str,
    ) -> Result<Option<Done>> {
        let known = self.state.lock().known().get(path).cloned();
        let Some(Common::File(mut common)) = known else {
            return Ok(None);
        };
        let directory_id = self.directory_id(path)?;
        let now = (self.inner).file_information(session, &common.file_id, Some(&directory_id))?;
        if now.file_id != common.file_id || !common.hides_another(now.version) {
            return Ok(None);
        }
        let mut done = None;
        let hidden = |old: &File| old.version >= common.version && old.version < now.version;
        for old in now.old_versions.into_iter().filter(hidden) {
            let aside = self.base.join(self.free_mark(path)?);
            let (target, ours) = (aside.clone(), common.digest);
            let decide = move |there: &Written| match Some(there.digest) == ours {
                true => Ok(Fate::Removed),
                false => Ok(Fate::Named(target, Existing::Refuse)),
            };
            let (old, written) =
                self.fetch((call, session), path, old, &aside, Existing::Refuse, decide)?;
            if Some(written.digest) != common.digest {
                self.needs_another_plan.store(true, Ordering::Relaxed);
                done = Some(Done {
                    action: Action::KeptBoth,
                    file_id: Some(old.file_id),
                    size: written.stamp.size,
                    local: aside,
                });
            }
        }
        common.version = now.version;
        self.note(path, Some(Common::File(common)))?;
        Ok(done)
    }

    /// Uploads a local file into the directory of a path, under this name.
    fn send(
        &self,
        call: &Arc<Call>,
        path: &str,
        local: &Path,
        name: String,
    ) -> Result<(Content, File)> {
        let content = self.read(call, local)?;
        let source = SourceFile::open(local, self.options.follow_links, false)?;
        let directory_id = self.directory_id(path)?;
        let part_size = self.inner.client.options().part_size;
        let plan = source.size().map(|size| Parts::new(size, part_size));
        let parts = plan.transpose()?.map(|plan| plan.parts);
        let entry =
            (self.notes(parts)).map(|notes| self.inner.entry(notes, &name, Some(&directory_id)));
        if let Some(entry) = &entry {
            self.transfers(path, entry);
        }
        let sent =
            self.under_way
                .send(&self.inner, call, source, name, Some(directory_id), entry)?;
        Ok((content, sent))
    }

    fn download(
        &self,
        call: &Arc<Call>,
        session: &Arc<Session>,
        path: &str,
        replaces: Option<Stamp>,
    ) -> Result<Option<Done>> {
        if replaces.is_some() && !self.is_as_noted(&session.call, path)? {
            return Ok(None);
        }
        let local = self.base.join(path);
        if let Some((above, _)) = path.rsplit_once('/') {
            self.make_directories(above)?;
        }
        let target = local.clone();
        let follow = self.options.follow_links;
        let aside = self.base.join(self.free_mark(path)?);
        let decide = move |_: &Written| {
            Ok(match replaces {
                None => Fate::Named(target, Existing::Refuse),
                Some(stamp) => Fate::Replacing {
                    target,
                    is_expected: Box::new(move |path| stamp_of(path, follow) == Some(stamp)),
                    aside,
                },
            })
        };
        let existing = if replaces.is_some() {
            Existing::Overwrite
        } else {
            Existing::Refuse
        };
        let file = self.listed(path)?;
        let (file, written) = self.fetch((call, session), path, file, &local, existing, decide)?;
        self.note_equal(path, unsettled(&written), &file.file_id, file.version)?;
        Ok(Some(Done {
            action: Action::Downloaded,
            file_id: Some(file.file_id),
            size: written.stamp.size,
            local,
        }))
    }

    /// The file that the listing has found at a path.
    fn listed(&self, path: &str) -> Result<File> {
        let listed = self.remote.lock().files.get(path).cloned();
        listed.ok_or_else(|| file_not_on_package(path))
    }

    /// Downloads a file, or an old version, of the directory of a path. `decide` says what becomes of it.
    fn fetch(
        &self,
        (call, session): (&Arc<Call>, &Arc<Session>),
        path: &str,
        file: File,
        local: &Path,
        existing: Existing,
        decide: impl FnOnce(&Written) -> Result<Fate> + Send + 'static,
    ) -> Result<(File, Written)> {
        let directory_id = self.directory_id(path)?;
        let noted: Arc<Mutex<Option<Written>>> = Arc::default();
        let note = Arc::clone(&noted);
        let decide: Box<Decide> = Box::new(move |written| {
            let fate = decide(&written)?;
            *note.lock() = Some(written);
            Ok(fate)
        });
        let options = DownloadOptions::default();
        let file = (self.inner).with_parts(session, file, Some(&directory_id))?;
        let in_directory = Some(directory_id.clone());
        let one = (self.inner).listed_file_to_fetch(session, &file, in_directory, &options)?;
        let outlet = match self.notes(file.parts) {
            None => {
                let target = TargetFile::create(local, existing)?;
                Outlet::File(Box::new(target.decided(decide, Sha256::new())))
            }
            Some(notes) => {
                let entry = (self.inner).download_entry(notes, &file.file_id, Some(&directory_id));
                self.transfers(path, &entry);
                let decide = Some(decide);
                let kept = KeptFile::open(&one, file.version, entry, local, existing, decide)?;
                Outlet::Kept(Box::new(kept))
            }
        };
        let fetched = self.inner.fetch_file(&file, one, outlet);
        if let Err(error) = fetched {
            let was_incomplete = !ends_all(&error)
                && !call.is_stopped()
                && self.was_incomplete(call, &error, &file.file_id, &directory_id)?;
            return Err(match was_incomplete {
                true => incomplete(&file.file_name),
                false => error,
            });
        }
        let written = noted.lock().take();
        let missing = || Error::new(ErrorKind::Internal, "a download ended without its file");
        Ok((file, written.ok_or_else(missing)?))
    }

    /// Whether a download has failed because the file was incomplete.
    fn was_incomplete(
        &self,
        call: &Arc<Call>,
        error: &Error,
        file_id: &str,
        directory_id: &str,
    ) -> Result<bool> {
        // The first failure has ended the part of the call that was this download.
        let session = self.inner.client.session(call);
        let directory = Some(directory_id);
        Ok(match error.kind() {
            ErrorKind::FileChanged | ErrorKind::FileExists => false,
            _ if !self.inner.is_complete(&session, file_id, directory)? => true,
            // Its upload may have ended since: then it is given now.
            ErrorKind::Denied => self.inner.is_given(&session, file_id, directory)?,
            _ => false,
        })
    }

    /// What a file has here that an earlier sync has made equal, and was killed before it could note that.
    fn made_equal(
        &self,
        call: &Call,
        session: &Arc<Session>,
        path: &str,
        file: &File,
    ) -> Result<Option<Content>> {
        let Some(notes) = &self.resume_file else {
            return Ok(None);
        };
        let (local, directory_id) = (self.base.join(path), self.directory_id(path)?);
        let directory = Some(directory_id.as_str());
        let sent = self.inner.entry(notes, &file.file_name, directory);
        let received = self.inner.download_entry(notes, &file.file_id, directory);
        let is_of_file =
            |entry: &Entry| (entry.begun()).is_some_and(|begun| begun.file_id == file.file_id);
        let content;
        // Both sides have a file, complete: nobody goes on with an upload that was begun, of it or of another one.
        self.transfers(path, &sent);
        if is_of_file(&sent) {
            content = self.read(call, &local)?;
            let source = SourceFile::open(&local, self.options.follow_links, false)?;
            if !self.inner.was_sent(session, &sent, &source, file)? {
                return Ok(None);
            }
        } else if is_of_file(&received) {
            content = self.read(call, &local)?;
            let file = (self.inner).with_parts(session, file.clone(), directory)?;
            let options = DownloadOptions::default();
            let directory = Some(directory_id.clone());
            let one = (self.inner).file_to_fetch(session, &file, directory, &options)?;
            if finished_before(&one, file.version, &received, &local)?.is_none() {
                return Ok(None);
            }
            self.transfers(path, &received);
        } else {
            return Ok(None);
        }
        Ok(Some(content))
    }

    /// Both sides have a file that the common state does not explain.
    fn reconcile(
        &self,
        call: &Arc<Call>,
        session: &Arc<Session>,
        path: &str,
        newer: Newer,
    ) -> Result<Option<Done>> {
        let (local, file) = (self.base.join(path), self.listed(path)?);
        if let Some(content) = self.made_equal(call, session, path, &file)? {
            return self.note_equal(path, content, &file.file_id, file.version);
        }
        let marked = self.free_mark(path)?;
        let is_down = self.options.direction != Direction::Up;
        let follow = self.options.follow_links;
        let found: Arc<Mutex<(Option<Content>, bool)>> = Arc::default();
        let (look, here, aside, looking) = (
            Arc::clone(&found),
            local.clone(),
            self.base.join(&marked),
            Arc::clone(call),
        );
        let decide = move |there: &Written| {
            if stamp_of(&here, follow).is_none() {
                *look.lock() = (None, false);
                return Ok(if is_down {
                    Fate::Named(here, Existing::Refuse)
                } else {
                    Fate::Removed
                });
            }
            let content = read(&looking, &here, follow)?;
            let is_equal = content.digest == there.digest;
            *look.lock() = (Some(content), is_equal);
            match newer {
                _ if is_equal || !is_down => Ok(Fate::Removed),
                Newer::Here => Ok(Fate::Named(aside, Existing::Refuse)),
                Newer::There => {
                    os::rename_without_clobbering(&here, &aside)
                        .map_err(|error| os::io_error(&error, &here, ErrorKind::WriteFailed))?;
                    Ok(Fate::Named(here, Existing::Refuse))
                }
            }
        };
        let (file, written) = self.fetch(
            (call, session),
            path,
            file,
            &local,
            Existing::Refuse,
            decide,
        )?;
        let (here, is_equal) = std::mem::take(&mut *found.lock());
        let equal = |content| CommonFile::equal(content, &file.file_id, file.version);
        let of = |common| Some(Common::File(common));
        let there = of(equal(unsettled(&written)));
        let Some(here) = here else {
            return match is_down {
                true => self.note(path, there),
                false => Ok(None),
            };
        };
        if is_equal {
            return self.note(path, of(equal(here)));
        }
        let apart = of(CommonFile {
            is_equal: false,
            ..equal(here)
        });
        let unsent = of(CommonFile::unsent(&file.file_id, file.version));
        let name = self.new_name(&marked)?;
        match (self.options.direction, newer) {
            (Direction::Both | Direction::Down, Newer::There) => self.note(path, there)?,
            // The other content is safe here, so that the newer one can be sent.
            (Direction::Both, Newer::Here) => self.note(path, unsent)?,
            (Direction::Down, Newer::Here) => self.note(path, apart)?,
            (Direction::Up, Newer::There) => {
                self.send(call, path, &local, name)?;
                self.note(path, apart)?
            }
            (Direction::Up, Newer::Here) => {
                endpoint::rename_file(session, &self.inner.path_name, &file.file_id, &name)?;
                self.note(path, None)?;
                self.send_current(call, path, file.file_name.clone(), Some(1))?;
                None
            }
        };
        self.needs_another_plan.store(true, Ordering::Relaxed);
        Ok(Some(Done {
            action: Action::KeptBoth,
            file_id: Some(file.file_id),
            size: written.stamp.size,
            local: self.base.join(marked),
        }))
    }

    /// A name for a content that is set aside, which neither side has.
    fn free_mark(&self, path: &str) -> Result<String> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let host = safe_name(&os::host_name());
        for number in 1..1000 {
            let number = if number == 1 {
                String::new()
            } else {
                format!(" {number}")
            };
            let name = marked(name, &format!(" (conflict {} {host}{number})", today()));
            let path = joined(directory, &name);
            let is_here = self.base.join(&path).symlink_metadata().is_ok();
            if !is_here && !self.remote.lock().side.entries.contains_key(&path) {
                return Ok(path);
            }
        }
        Err(Error::new(
            ErrorKind::FileExists,
            format!("{path}: there are too many conflicts"),
        ))
    }

    /// Gives a local file another name, because the Workspace has a directory of its name.
    fn mark_here(&self, path: &str) -> Result<Option<Done>> {
        let (local, aside) = (self.base.join(path), self.base.join(self.free_mark(path)?));
        os::rename_without_clobbering(&local, &aside)
            .map_err(|error| os::io_error(&error, &local, ErrorKind::WriteFailed))?;
        self.set_aside(path, None, aside)
    }

    fn mark_there(&self, session: &Session, path: &str) -> Result<Option<Done>> {
        let marked = self.free_mark(path)?;
        let file = self.listed(path)?;
        let name = self.new_name(&marked)?;
        endpoint::rename_file(session, &self.inner.path_name, &file.file_id, &name)?;
        let done = self.set_aside(path, Some(file.file_id), self.base.join(marked))?;
        self.make_directory_there(session, path)?;
        Ok(done)
    }

    fn set_aside(
        &self,
        path: &str,
        file_id: Option<String>,
        local: PathBuf,
    ) -> Result<Option<Done>> {
        self.needs_another_plan.store(true, Ordering::Relaxed);
        self.note(path, None)?;
        let size = self.stamp(&local).map_or(0, |stamp| stamp.size);
        Ok(Some(Done {
            action: Action::KeptBoth,
            file_id,
            size,
            local,
        }))
    }

    /// What a directory holds now: what the listing has found may be long ago, and nothing compares for us what is
    /// deleted.
    fn listed_again(&self, session: &Session, directory_id: &str) -> Result<Arc<Listed>> {
        let known = self.again.lock().get(directory_id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let options = DirectoryOptions::default();
        let now = (self.inner).list_directory(session, directory_id, &options)?;
        let mut listed = Listed::default();
        for file in now.files {
            listed.files.insert(file.file_id);
            listed.names.push((false, file.file_name));
        }
        let below = now.directories.into_iter().map(|below| (true, below.name));
        listed.names.extend(below);
        let listed = Arc::new(listed);
        let mut again = self.again.lock();
        again.insert(directory_id.to_owned(), Arc::clone(&listed));
        Ok(listed)
    }

    /// Whether the Workspace has again what the listing did not find.
    fn is_there_again(&self, session: &Session, path: &str) -> Result<bool> {
        // With a directory all that was in it is gone: then it is the directory that may be there again.
        for missing in [path].into_iter().chain(ancestors(path)) {
            let (directory, own) = missing.rsplit_once('/').unwrap_or(("", missing));
            let Some(id) = self.remote.lock().directories.get(directory).cloned() else {
                continue;
            };
            let noted = self.state.lock().names().get(missing).cloned();
            let is_directory = missing != path;
            let is_it = |name: &str| {
                Some(name) == noted.as_deref()
                    || (folded(name) == folded(own) && !self.is_of_another(directory, name, own))
            };
            let now = self.listed_again(session, &id)?;
            let is_again = |(kind, name): &(bool, String)| (*kind || !is_directory) && is_it(name);
            return Ok(now.names.iter().any(is_again));
        }
        Ok(false)
    }

    /// Whether a name in the Workspace, such as `B.txt` beside `b.txt`, belongs to something else that both sides know.
    fn is_of_another(&self, directory: &str, name: &str, own: &str) -> bool {
        let path = joined(directory, name);
        let is_listed = |remote: &Remote| {
            remote.taken.contains(&path)
                || remote.files.contains_key(&path)
                || remote.directories.contains_key(&path)
        };
        name != own
            && (self.state.lock().known().contains_key(&path) || is_listed(&self.remote.lock()))
    }

    fn delete_here(&self, session: &Session, path: &str, stamp: Stamp) -> Result<Option<Done>> {
        let is_another_there = self.remote.lock().side.entries.contains_key(path);
        if !is_another_there && self.is_there_again(session, path)? {
            return Ok(None);
        }
        if !self.is_as_noted(&session.call, path)? {
            return Ok(None);
        }
        let local = self.base.join(path);
        os::remove_unchanged(&local, stamp)?;
        self.note(path, None)?;
        Ok(Some(Done {
            action: Action::DeletedHere,
            file_id: None,
            size: stamp.size,
            local,
        }))
    }

    fn delete_there(&self, session: &Session, path: &str, id: &str) -> Result<Option<Done>> {
        if self.is_here_again(path, false) {
            return Ok(None);
        }
        let directory_id = self.directory_id(path)?;
        // Another version, or nothing, is there now: the next sync sees to it.
        let now = self.listed_again(session, &directory_id)?;
        if !now.files.contains(id) {
            return Ok(None);
        }
        (self.inner).delete_file(session, id, Some(directory_id))?;
        self.note(path, None)?;
        let file = self.remote.lock().files.get(path).cloned();
        Ok(Some(Done {
            action: Action::DeletedThere,
            file_id: Some(id.to_owned()),
            size: file.and_then(|file| file.size).unwrap_or(0),
            local: self.base.join(path),
        }))
    }

    /// Only an empty directory goes.
    fn delete_directory_here(&self, path: &str) -> Result<Option<Done>> {
        let is_file_there = self.remote.lock().files.contains_key(path);
        match fs::remove_dir(self.base.join(path)) {
            Ok(()) => self.note(path, None),
            // What takes no part is in it, so that it stays, and the file needs another name.
            Err(_) if is_file_there => self.note(path, None),
            Err(_) => Ok(None),
        }
    }

    fn delete_directory_there(&self, session: &Session, path: &str) -> Result<Option<Done>> {
        let id = self.remote.lock().directories.get(path).cloned();
        let Some(id) = id.filter(|_| !self.is_here_again(path, true)) else {
            return Ok(None);
        };
        let now = self
            .inner
            .list_directory(session, &id, &DirectoryOptions::default())?;
        if !now.files.is_empty() || !now.directories.is_empty() {
            return match self.stamp(&self.base.join(path)) {
                Some(_) => self.note(path, None),
                None => Ok(None),
            };
        }
        endpoint::delete_directory(session, &self.inner.path_name, &id)?;
        self.note(path, None)
    }

    /// Whether there is a file, or a directory, again where the listing found none: some programs write a file anew
    /// after they have removed it.
    fn is_here_again(&self, path: &str, is_directory: bool) -> bool {
        let now = self.base.join(path).symlink_metadata();
        now.is_ok_and(|now| now.is_dir() == is_directory)
    }

    fn left(&self, path: &str) -> Error {
        let is_file = self.stamp(&self.base.join(path)).is_some();
        let what = if is_file { "a directory" } else { "a file" };
        let message = format!("{path}: the Workspace has {what} of this name");
        Error::new(ErrorKind::FileExists, message)
            .with_remedy("rename one of the two, or sync in both directions")
    }

    fn stamp(&self, local: &Path) -> Option<Stamp> {
        stamp_of(local, self.options.follow_links)
    }

    fn read(&self, call: &Call, local: &Path) -> Result<Content> {
        read(call, local, self.options.follow_links)
    }
}

/// The stamp of a local file; `None` if there is none.
pub(super) fn stamp_of(local: &Path, follow_links: bool) -> Option<Stamp> {
    match follow_links {
        true => Stamp::at(&local.canonicalize().ok()?),
        false => Stamp::at(local),
    }
}

/// Reads a local file, in which another program may be writing.
fn read(call: &Call, local: &Path, follow_links: bool) -> Result<Content> {
    let began = SystemTime::now();
    let stamp = stamp_of(local, follow_links).ok_or_else(|| changed(local))?;
    let digest = digest_of(call, local)?;
    match stamp_of(local, follow_links) == Some(stamp) {
        true => Ok(Content::new(stamp, digest, began)),
        false => Err(changed(local)),
    }
}

/// A file that was just written. Somebody may change it at once.
fn unsettled(written: &Written) -> Content {
    Content {
        stamp: written.stamp,
        is_settled: false,
        digest: written.digest,
    }
}

fn changed(local: &Path) -> Error {
    let message = format!("{}: another program is changing it", local.display());
    Error::new(ErrorKind::FileChanged, message).with_remedy("sync again when nothing writes to it")
}

fn incomplete(name: &str) -> Error {
    let message = format!("{name}: its upload was not complete");
    Error::new(ErrorKind::FileChanged, message)
        .with_remedy("sync again when its upload has ended, or delete it")
}
