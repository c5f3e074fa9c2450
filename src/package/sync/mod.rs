//! Keeping a local directory and a directory of a Workspace equal.
//!
//! A sync lists both sides (`listing`), makes a plan of the two listings and the last common state (`plan`, a pure
//! function; `state`), and carries it out (`execution`). Each step is safe by itself: whatever ends a sync, the next one goes
//! on from what it finds.

mod execution;
mod filter;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzz;
mod listing;
mod options;
mod plan;
mod state;
mod unchanged;

pub use options::SyncOptions;
pub use plan::Direction;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::report::{Action, Items, Report, ReportItem, TreeError};
use super::under_way::UnderWay;
use super::upload::Running;
use super::{Inner, Package};
use crate::call::{self, Call, Observer, Phase};
use crate::check::directory_identifier;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;
use crate::os::{self, CREATE_FIRST};
use crate::transfer::resume::{ResumeFile, log_failure};
use execution::Execution;
use filter::Filter;
use listing::{ListHere, ListThere, Remote, list_there};
use plan::{Here, Plan, Rules, Side, Step, There};
use state::{Known, Names, State};

/// A sync lists again after conflicts, to send what it has set aside. So often at most.
const MOST_PASSES: u32 = 4;

impl Package {
    /// Makes a local directory and a directory of a Workspace equal. What has changed since the last sync on one side
    /// only goes to the other. If a file has changed on both, both contents are kept: the newer has the name, the other
    /// one a marked name, such as `report (conflict 2026-11-29 HOST).pdf`. A change wins over a deletion.
    ///
    /// Whatever ends a sync, the next one goes on, also within a file: until then the incomplete file of an upload stays in
    /// the Workspace, and the temporary file of a download beside its target.
    ///
    /// The report has an item for each file that was transferred, deleted, kept twice, left alone, or that failed; none
    /// for a file that both sides have already.
    ///
    /// # Errors
    /// [`ErrorKind::SyncRunning`] if another program syncs the directory, one inside or one above it; [`ErrorKind::ManyDeletions`] before anything
    /// is changed; those of [`upload_all`](Self::upload_all) and [`download_all`](Self::download_all) otherwise.
    pub fn sync(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &SyncOptions,
    ) -> std::result::Result<Report, Box<TreeError>> {
        let items = Items::default();
        let result = self.sync_tree(observer, directory, options, &items);
        items.report(result)
    }

    fn sync_tree(
        &self,
        observer: &mut dyn Observer,
        directory: &Path,
        options: &SyncOptions,
        items: &Items,
    ) -> Result<()> {
        {
            let mut steps = self.0.steps.lock();
            steps.must_be_workspace()?;
            steps.may_download(true)?;
            steps.begin_upload(true)?;
        }
        let running = Running(Arc::clone(&self.0));
        let root = directory_identifier(options.directory_id.as_deref())?;
        let filter = Filter::new(&options.include, &options.exclude)?;
        os::require_directory(directory, CREATE_FIRST)?;
        let base = directory
            .canonicalize()
            .map_err(|error| os::io_error(&error, directory, ErrorKind::ReadFailed))?;
        let sync = Sync {
            inner: Arc::clone(&self.0),
            options: options.clone(),
            filter,
            items: items.clone(),
            base,
            under_way: UnderWay::default(),
        };
        let under_way = sync.under_way.clone();
        let result = call::run(
            self.0.client.threads(),
            call::Kind::Transfer,
            observer,
            move |call| sync.run(call, root),
        );
        drop(running);
        if result.is_err() {
            self.discard_all(&under_way);
        }
        items.sort();
        result
    }
}

struct Sync {
    inner: Arc<Inner>,
    options: SyncOptions,
    filter: Filter,
    items: Items,
    base: PathBuf,
    under_way: UnderWay,
}

impl Sync {
    fn run(self, call: &Arc<Call>, root: Option<String>) -> Result<()> {
        call.set_phase(Phase::Preparing);
        let root = {
            let session = Arc::new(self.inner.client.session(call));
            self.inner.directory_or_root(&session, root)?
        };
        let state_directory = match &self.options.state_directory {
            Some(directory) => directory.clone(),
            None => state::default_directory()?,
        };
        let remote = [self.inner.client.host(), &self.inner.package_id, &root];
        let state = State::open(&state_directory, &self.base, &remote, self.options.dry_run)?;
        let resume_file = match self.options.dry_run {
            true => None,
            false => log_failure(call, ResumeFile::open(state.resume_file())),
        };
        let state = Arc::new(Mutex::new(state));
        let result = self.passes(call, &root, &state, resume_file.as_ref());
        if let Some(file) = resume_file {
            file.close();
        }
        state.lock().close();
        result
    }

    fn passes(
        &self,
        call: &Arc<Call>,
        root: &str,
        state: &Arc<Mutex<State>>,
        resume_file: Option<&Arc<ResumeFile>>,
    ) -> Result<()> {
        let failed: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        for pass in 1..=MOST_PASSES {
            call.set_phase(Phase::Preparing);
            let (known, names) = {
                let state = state.lock();
                (Arc::clone(state.known()), state.names().clone())
            };
            let begun = resume_file.map_or_else(BTreeSet::new, begun_uploads);
            let mut temporaries = Vec::new();
            let (mut plan, remote) = self.plan(
                call,
                root,
                known,
                &names,
                begun,
                (pass == 1, &mut temporaries),
            )?;
            if self.options.dry_run {
                // It ends as the sync itself would, but with the whole plan.
                let may_delete = self.may_delete(&plan);
                self.show(plan, &remote);
                return may_delete;
            }
            // What has failed is tried by the next call.
            let may_be_tried = |(path, _): &(String, Step)| !failed.lock().contains(path);
            plan.steps.retain(may_be_tried);
            plan.later.retain(may_be_tried);
            self.may_delete(&plan)?;
            // Only what is sent needs a proof, which may have to be downloaded.
            if plan.steps.iter().any(|(_, step)| step.may_send()) {
                let session = Arc::new(self.inner.client.session(call));
                self.inner.prove_keycode(&session)?;
            }
            let execution = Execution {
                inner: Arc::clone(&self.inner),
                options: self.options.clone(),
                items: self.items.clone(),
                base: self.base.clone(),
                state: Arc::clone(state),
                under_way: self.under_way.clone(),
                resume_file: resume_file.cloned(),
                transferred: Mutex::default(),
                remote: Mutex::new(remote),
                needs_another_plan: AtomicBool::new(false),
                pending: Mutex::default(),
                failed: Arc::clone(&failed),
                again: Mutex::default(),
            };
            if pass == 1 {
                execution.give_up_others(call, &plan, &temporaries)?;
            }
            if plan.steps.is_empty() || !execution.carry_out(call, plan)? {
                break;
            }
        }
        Ok(())
    }

    fn plan(
        &self,
        call: &Arc<Call>,
        root: &str,
        known: Arc<Known>,
        names: &Names,
        begun: BTreeSet<String>,
        (is_first, temporaries): (bool, &mut Vec<PathBuf>),
    ) -> Result<(Plan, Remote)> {
        let mut refuse = |path: &str, local: &Path, error: Error| {
            if is_first {
                let action = match error.kind() {
                    ErrorKind::NotAFile => Action::Ignored,
                    _ => Action::None,
                };
                self.items.push(ReportItem {
                    action,
                    error: Some(error),
                    ..ReportItem::new(path.to_owned(), local.to_owned())
                });
            }
        };
        let listing = ListHere {
            base: &self.base,
            known: &known,
            filter: &self.filter,
            follow_links: self.options.follow_links,
            checksum: self.options.checksum,
            replace_characters: self.options.replace_characters,
            may_clean: !self.options.dry_run,
            temporaries,
            refuse: &mut refuse,
        };
        let here = Arc::new(Mutex::new(listing.list(call)?));
        let rules = Rules {
            direction: self.options.direction,
            delete: self.options.delete,
        };
        let remote = ListThere {
            inner: &self.inner,
            root: root.to_owned(),
            base: &self.base,
            here: &here,
            known: &known,
            names,
            filter: &self.filter,
            rules,
            may_clean: !self.options.dry_run,
            begun,
        };
        let mut remote = list_there(call, remote)?;
        let mut here = std::mem::take(&mut *here.lock());
        let mut known = known;
        if !self.filter.takes_all() {
            let known = Arc::make_mut(&mut known);
            known.retain(|path, common| {
                self.filter
                    .takes_with_all_above(path, *common == state::Common::Directory)
            });
            self.leave_out_empty(&mut here, &mut remote.side, known);
        }
        Ok((plan::plan(&here, &remote.side, &known, rules), remote))
    }

    /// With patterns of what takes part, a directory does only if it fits one, or if something in it does.
    fn leave_out_empty(&self, here: &mut Side<Here>, there: &mut Side<There>, known: &mut Known) {
        if self.options.include.is_empty() {
            return;
        }
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let takes_part =
            |path: &str, is_directory: bool| !is_directory || self.filter.includes_directory(path);
        let paths = (here
            .entries
            .iter()
            .map(|(path, entry)| (path, *entry == Here::Directory)))
        .chain((there.entries.iter()).map(|(path, entry)| (path, *entry == There::Directory)))
        .chain((known.iter()).map(|(path, common)| (path, *common == state::Common::Directory)));
        for (path, is_directory) in paths {
            if takes_part(path, is_directory) && wanted.insert(path.clone()) {
                wanted.extend(plan::ancestors(path).map(str::to_owned));
            }
        }
        here.entries.retain(|path, _| wanted.contains(path));
        there.entries.retain(|path, _| wanted.contains(path));
        known.retain(|path, _| wanted.contains(path));
    }

    fn may_delete(&self, plan: &Plan) -> Result<()> {
        for (deletions, side) in [
            (plan.deletions_here, "on this machine"),
            (plan.deletions_there, "in the Workspace"),
        ] {
            if deletions.are_many() && !self.options.force {
                let message = format!(
                    "{} of {} files {side} would be deleted",
                    deletions.deleted, deletions.of
                );
                return Err(Error::new(ErrorKind::ManyDeletions, message));
            }
        }
        Ok(())
    }

    /// Reports what would be done.
    fn show(&self, plan: Plan, remote: &Remote) {
        for (path, step) in plan.steps.into_iter().chain(plan.later) {
            let Some(mut action) = step.action() else {
                continue;
            };
            let local = self.base.join(&path);
            let size =
                execution::stamp_of(&local, self.options.follow_links).map(|stamp| stamp.size);
            let there = remote.files.get(&path);
            let size_there = there.and_then(|file| file.size);
            // Only a download shows whether the contents are equal.
            if matches!(step, Step::Reconcile { .. })
                && size
                    .zip(size_there)
                    .is_none_or(|(here, there)| here == there)
            {
                action = Action::Compared;
            }
            self.items.push(ReportItem {
                file_id: there.map(|file| file.file_id.clone()),
                size: size.or(size_there).unwrap_or(0),
                action,
                ..ReportItem::new(path, local)
            });
        }
    }
}

/// The ids of files whose upload has begun and not ended.
fn begun_uploads(resume_file: &Arc<ResumeFile>) -> BTreeSet<String> {
    let begun = resume_file.begun().into_iter().map(|(_, begun)| begun);
    let uploads = begun.filter(|begun| begun.temporary.is_none());
    uploads.map(|begun| begun.file_id).collect()
}

impl Step {
    /// What the report says of it; nothing of directories and of what both sides have already.
    fn action(&self) -> Option<Action> {
        match self {
            Self::Upload => Some(Action::Uploaded),
            Self::Download { .. } => Some(Action::Downloaded),
            Self::Reconcile { .. } | Self::Uncover | Self::MarkHere | Self::MarkThere => {
                Some(Action::KeptBoth)
            }
            Self::DeleteHere { .. } => Some(Action::DeletedHere),
            Self::DeleteThere { .. } => Some(Action::DeletedThere),
            Self::MakeDirectoryHere
            | Self::MakeDirectoryThere
            | Self::DeleteDirectoryHere
            | Self::DeleteDirectoryThere
            | Self::Note
            | Self::Forget => None,
            Self::Leave => Some(Action::Ignored),
        }
    }
}
