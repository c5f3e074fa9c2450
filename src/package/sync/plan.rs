//! What a sync does: a pure function of the two listings and the last common state.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Common, Known};
use crate::os::Stamp;

/// Which sides a sync changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both follow each other.
    #[default]
    Both,
    /// The Workspace follows the local directory, which stays as it is.
    Up,
    /// The local directory follows the Workspace, which stays as it is.
    Down,
}

impl Direction {
    fn is_up(self) -> bool {
        self != Self::Down
    }

    fn is_down(self) -> bool {
        self != Self::Up
    }

    fn mark_here(self) -> Step {
        match self.is_down() {
            true => Step::MarkHere,
            false => Step::Leave,
        }
    }

    fn mark_there(self) -> Step {
        match self.is_up() {
            true => Step::MarkThere,
            false => Step::Leave,
        }
    }
}

/// What is at one path of the local directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Directory,
    File {
        stamp: Stamp,
        /// Is there if it had to be computed: the time differs from that of the common state, or all files are read.
        digest: Option<[u8; 32]>,
    },
}

/// What is at one path of the Workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum There {
    Directory,
    /// A file that somebody is uploading, or has never completed.
    Incomplete,
    File {
        file_id: String,
        version: Option<u32>,
        /// Seconds since 1970.
        uploaded: Option<i64>,
    },
}

/// A side, by paths below the synced directory.
#[derive(Debug)]
pub(super) struct Side<T> {
    pub(super) entries: BTreeMap<String, T>,
    /// Paths about which nothing is known, with all that lies below: they could not be read, or are in motion.
    pub(super) unknown: BTreeSet<String>,
    /// Directories of whose files those that are not among the entries are the same as in the common state.
    pub(super) settled: BTreeSet<String>,
    /// The number of these files.
    pub(super) same: usize,
}

impl<T> Default for Side<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            unknown: BTreeSet::new(),
            settled: BTreeSet::new(),
            same: 0,
        }
    }
}

impl<T> Side<T> {
    fn knows(&self, path: &str) -> bool {
        !self.unknown.contains(path) && ancestors(path).all(|above| !self.unknown.contains(above))
    }
}

/// One step of a plan. Each is safe by itself, and what is left of a plan is found again by the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    MakeDirectoryHere,
    MakeDirectoryThere,
    /// Send the file; a further version if there is one.
    Upload,
    /// Fetch the file; it replaces the local one with this stamp, or nothing.
    Download {
        replaces: Option<Stamp>,
    },
    /// Both sides have a file that the common state does not know: equal content becomes the common state, and of other
    /// content both are kept.
    Reconcile {
        newer: Newer,
    },
    /// Somebody else has sent a version between a listing and an upload of ours, which hides it: its content gets a
    /// marked name.
    Uncover,
    /// Both sides have the same, which the common state does not know yet.
    Note,
    /// Neither side has it any more.
    Forget,
    DeleteHere {
        stamp: Stamp,
    },
    DeleteThere {
        file_id: String,
    },
    DeleteDirectoryHere,
    DeleteDirectoryThere,
    /// A file on one side is a directory on the other: the file gets the marked name.
    MarkHere,
    MarkThere,
    /// The same, where the side with the file may not be changed.
    Leave,
}

impl Step {
    pub(super) fn may_send(&self) -> bool {
        matches!(self, Self::Upload | Self::Reconcile { .. })
    }

    pub(super) fn is_deletion(&self) -> bool {
        matches!(
            self,
            Self::DeleteHere { .. }
                | Self::DeleteThere { .. }
                | Self::DeleteDirectoryHere
                | Self::DeleteDirectoryThere
        )
    }
}

/// Which of two contents is newer. Equal times: that of the Workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newer {
    Here,
    There,
}

/// How a plan is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    pub(super) direction: Direction,
    /// A deletion on one side is followed on the other.
    pub(super) delete: bool,
}

/// What a plan would delete of one side's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Deletions {
    pub(super) deleted: usize,
    pub(super) of: usize,
}

impl Deletions {
    /// Whether a person has to be asked: more than half, or all.
    pub(super) fn are_many(self) -> bool {
        self.deleted > 0 && (self.deleted * 2 > self.of || self.deleted == self.of)
    }
}

/// The steps, in the order in which they are carried out: directories before what is in them, deletions last and from
/// below.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<(String, Step)>,
    /// Steps of the next plan, for which the deletions of this one make room.
    pub(super) later: Vec<(String, Step)>,
    pub(super) deletions_here: Deletions,
    pub(super) deletions_there: Deletions,
}

/// Makes the plan.
pub(super) fn plan(here: &Side<Here>, there: &Side<There>, common: &Known, rules: Rules) -> Plan {
    let is_settled = |path: &str| {
        let (directory, _) = path.rsplit_once('/').unwrap_or(("", path));
        there.settled.contains(directory)
    };
    let known = common.keys().filter(|path| !is_settled(path));
    let paths: BTreeSet<&String> = (here.entries.keys())
        .chain(there.entries.keys())
        .chain(known)
        .collect();
    let known_paths = (paths.into_iter()).filter(|path| here.knows(path) && there.knows(path));
    let mut steps: Vec<(String, Step)> = known_paths
        .filter_map(|path| {
            let (here, there) = (here.entries.get(path), there.entries.get(path));
            Some((path.clone(), step(here, there, common.get(path), rules)?))
        })
        .collect();
    keep_directories(here, there, &mut steps, rules.direction);
    let mut plan = Plan {
        later: later(here, there, &mut steps),
        ..Plan::default()
    };
    let deletions: Vec<_>;
    (deletions, plan.steps) = steps.into_iter().partition(|(_, step)| step.is_deletion());
    let count =
        |wanted: fn(&Step) -> bool| deletions.iter().filter(|(_, step)| wanted(step)).count();
    let is_file = |entry: &&Here| matches!(entry, Here::File { .. });
    plan.deletions_here = Deletions {
        deleted: count(|step| matches!(step, Step::DeleteHere { .. })),
        of: here.same + here.entries.values().filter(is_file).count(),
    };
    plan.deletions_there = Deletions {
        deleted: count(|step| matches!(step, Step::DeleteThere { .. })),
        of: there.same
            + (there.entries.values())
                .filter(|entry| matches!(entry, There::File { .. }))
                .count(),
    };
    // From below: what is in a directory stands behind it.
    plan.steps.extend(deletions.into_iter().rev());
    plan
}

/// Takes out what has to wait until a file has made room for a directory of its name, or the reverse.
fn later(
    here: &Side<Here>,
    there: &Side<There>,
    steps: &mut Vec<(String, Step)>,
) -> Vec<(String, Step)> {
    let follows = |(path, step): &(String, Step)| {
        let (is_here, is_there) = (
            here.entries.contains_key(path),
            there.entries.contains_key(path),
        );
        let follows = match step {
            Step::DeleteHere { .. } if is_there => Step::MakeDirectoryHere,
            Step::DeleteDirectoryHere if is_there => Step::Download { replaces: None },
            Step::DeleteThere { .. } if is_here => Step::MakeDirectoryThere,
            Step::DeleteDirectoryThere if is_here => Step::Upload,
            _ => return None,
        };
        Some((path.clone(), follows))
    };
    let mut later: Vec<_> = steps.iter().filter_map(follows).collect();
    if !later.is_empty() {
        let waiting: BTreeSet<String> = later.iter().map(|(path, _)| path.clone()).collect();
        let waits = |path: &str| ancestors(path).any(|above| waiting.contains(above));
        let below: Vec<_>;
        (below, *steps) = std::mem::take(steps)
            .into_iter()
            .partition(|(path, step)| !step.is_deletion() && waits(path));
        later.extend(below);
    }
    later
}

/// A directory that was deleted on one side comes back there if something in it stays on the other.
fn keep_directories<'a>(
    here: &'a Side<Here>,
    there: &'a Side<There>,
    steps: &mut Vec<(String, Step)>,
    direction: Direction,
) {
    let deleted = |wanted: fn(&Step) -> bool| -> BTreeSet<&String> {
        let deletions = steps.iter().filter(|(_, step)| wanted(step));
        deletions.map(|(path, _)| path).collect()
    };
    let goes_here =
        deleted(|step| matches!(step, Step::DeleteHere { .. } | Step::DeleteDirectoryHere));
    let goes_there =
        deleted(|step| matches!(step, Step::DeleteThere { .. } | Step::DeleteDirectoryThere));
    if goes_here.is_empty() && goes_there.is_empty() {
        return;
    }
    let unknown = || here.unknown.iter().chain(&there.unknown);
    let stays_here = (here.entries.keys()).filter(|path| !goes_here.contains(path));
    let stays_there = (there.entries.keys()).filter(|path| !goes_there.contains(path));
    let above = |path: &'a String| ancestors(path);
    let holds_here: BTreeSet<&str> = stays_here.chain(unknown()).flat_map(above).collect();
    let holds_there: BTreeSet<&str> = stays_there.chain(unknown()).flat_map(above).collect();
    steps.retain_mut(|(path, step)| match step {
        Step::DeleteDirectoryHere if holds_here.contains(path.as_str()) => {
            let is_file_there = there.entries.contains_key(path);
            *step = match is_file_there {
                true => direction.mark_there(),
                false => Step::MakeDirectoryThere,
            };
            direction.is_up() || is_file_there
        }
        Step::DeleteDirectoryThere if holds_there.contains(path.as_str()) => {
            let is_file_here = here.entries.contains_key(path);
            *step = match is_file_here {
                true => direction.mark_here(),
                false => Step::MakeDirectoryHere,
            };
            direction.is_down() || is_file_here
        }
        _ => true,
    });
}

/// The step for one path; `None` if nothing is to be done.
pub(super) fn step(
    here: Option<&Here>,
    there: Option<&There>,
    common: Option<&Common>,
    rules: Rules,
) -> Option<Step> {
    let direction = rules.direction;
    if let (
        Some(There::File {
            file_id, version, ..
        }),
        Some(Common::File(file)),
    ) = (there, common)
        && file.file_id == *file_id
        && file.hides_another(*version)
    {
        match here {
            _ if direction.is_down() => return Some(Step::Uncover),
            // A deletion would take the hidden content too.
            None => return None,
            Some(Here::Directory) => return Some(direction.mark_there()),
            Some(Here::File { .. }) => {}
        }
    }
    match (here, there) {
        (None, None) => common.map(|_| Step::Forget),
        (Some(Here::Directory), Some(There::Directory)) => {
            (common != Some(&Common::Directory)).then_some(Step::Note)
        }
        (Some(Here::Directory), None) => match common {
            Some(Common::Directory) if rules.delete && direction.is_down() => {
                Some(Step::DeleteDirectoryHere)
            }
            _ => direction.is_up().then_some(Step::MakeDirectoryThere),
        },
        (None, Some(There::Directory)) => match common {
            Some(Common::Directory) if rules.delete && direction.is_up() => {
                Some(Step::DeleteDirectoryThere)
            }
            _ => direction.is_down().then_some(Step::MakeDirectoryHere),
        },
        // Nothing is known of what is there, so nothing here is deleted. What has changed here is sent.
        (Some(Here::File { stamp, digest }), Some(There::Incomplete)) => match common {
            Some(Common::File(file)) if file.is_here(*stamp, digest.as_ref()) => None,
            _ => direction.is_up().then_some(Step::Upload),
        },
        (_, Some(There::Incomplete)) => None,
        // One of two kinds goes only if it is what both sides had: as with every other deletion, a change wins.
        (Some(Here::File { stamp, digest }), Some(There::Directory)) => Some(match common {
            Some(Common::Directory) if rules.delete && direction.is_up() => {
                Step::DeleteDirectoryThere
            }
            Some(Common::File(file))
                if rules.delete
                    && direction.is_down()
                    && file.is_here(*stamp, digest.as_ref())
                    && file.is_equal =>
            {
                Step::DeleteHere { stamp: *stamp }
            }
            _ => direction.mark_here(),
        }),
        (Some(Here::Directory), Some(There::File { file_id, .. })) => Some(match common {
            Some(Common::Directory) if rules.delete && direction.is_down() => {
                Step::DeleteDirectoryHere
            }
            Some(Common::File(file))
                if rules.delete
                    && direction.is_up()
                    && file.file_id == *file_id
                    && file.is_equal =>
            {
                Step::DeleteThere {
                    file_id: file_id.clone(),
                }
            }
            _ => direction.mark_there(),
        }),
        (Some(Here::File { stamp, digest }), None) => match common {
            Some(Common::File(file))
                if rules.delete
                    && direction.is_down()
                    && file.is_here(*stamp, digest.as_ref())
                    && file.is_equal =>
            {
                Some(Step::DeleteHere { stamp: *stamp })
            }
            _ => direction.is_up().then_some(Step::Upload),
        },
        (None, Some(There::File { file_id, .. })) => match common {
            Some(Common::File(file))
                if rules.delete
                    && direction.is_up()
                    && file.file_id == *file_id
                    && file.is_equal =>
            {
                Some(Step::DeleteThere {
                    file_id: file_id.clone(),
                })
            }
            _ => direction
                .is_down()
                .then_some(Step::Download { replaces: None }),
        },
        (
            Some(Here::File { stamp, digest }),
            Some(There::File {
                file_id, uploaded, ..
            }),
        ) => {
            let newer = match uploaded {
                Some(uploaded) if stamp.seconds() > *uploaded => Newer::Here,
                _ => Newer::There,
            };
            let Some(Common::File(file)) = common else {
                return Some(Step::Reconcile { newer });
            };
            let changed = (
                !file.is_here(*stamp, digest.as_ref()),
                file.file_id != *file_id,
            );
            match changed {
                // Only the time of the local file has changed.
                (false, false) if file.is_equal => {
                    let is_noted =
                        file.stamp == Some(*stamp) && (file.is_settled || digest.is_none());
                    (!is_noted).then_some(Step::Note)
                }
                // What one direction has left apart, both bring together.
                (false, false) if direction == Direction::Both => Some(Step::Reconcile { newer }),
                (true, false) if !direction.is_up() => None,
                (false, true) if !direction.is_down() => None,
                (false, false) => None,
                (true, false) if file.is_equal => Some(Step::Upload),
                (false, true) if file.is_equal => Some(Step::Download {
                    replaces: Some(*stamp),
                }),
                _ => Some(Step::Reconcile { newer }),
            }
        }
    }
}

/// The directories above a path, the nearest first.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.char_indices()
        .rev()
        .filter(|(_, c)| *c == '/')
        .map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::package::sync::state::{CommonFile, Content};

    /// Contents are numbers here: a stamp, a digest and an id are made of one.
    fn stamp(content: u8) -> Stamp {
        Stamp {
            size: 1,
            modified: i64::from(content) * 1_000_000_000,
        }
    }

    fn here(content: u8) -> Here {
        Here::File {
            stamp: stamp(content),
            digest: None,
        }
    }

    fn there(content: u8) -> There {
        There::File {
            file_id: content.to_string(),
            version: None,
            uploaded: Some(content.into()),
        }
    }

    fn common(content: u8) -> Common {
        let content_here = Content {
            stamp: stamp(content),
            is_settled: true,
            digest: [content; 32],
        };
        Common::File(CommonFile::equal(content_here, &content.to_string(), None))
    }

    /// What is at a path of a side, or was: nothing, a directory, or a file with this content.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Entry {
        Nothing,
        Directory,
        File(u8),
    }

    fn entry() -> impl Strategy<Value = Entry> {
        prop_oneof![
            3 => Just(Entry::Nothing),
            1 => Just(Entry::Directory),
            4 => (1..5_u8).prop_map(Entry::File),
        ]
    }

    type Entries = BTreeMap<String, Entry>;

    const PATHS: [&str; 6] = ["a", "a/b", "a/c", "d", "d/e", "f"];

    /// A side as a file system has it: nothing below what is no directory.
    fn side() -> impl Strategy<Value = Entries> {
        prop::collection::vec(entry(), PATHS.len()).prop_map(|entries| {
            let mut side = Entries::new();
            for (path, entry) in PATHS.into_iter().zip(entries) {
                let is_reached =
                    ancestors(path).all(|above| side.get(above) == Some(&Entry::Directory));
                if entry != Entry::Nothing && is_reached {
                    side.insert(path.to_owned(), entry);
                }
            }
            side
        })
    }

    fn made<T>(side: &Entries, directory: T, file: fn(u8) -> T) -> BTreeMap<String, T>
    where
        T: Clone,
    {
        let made = |entry: &Entry| match entry {
            Entry::File(content) => file(*content),
            _ => directory.clone(),
        };
        side.iter()
            .map(|(path, entry)| (path.clone(), made(entry)))
            .collect()
    }

    fn plan_of(one: &Entries, other: &Entries, known: &Known, rules: Rules) -> Plan {
        let here = Side {
            entries: made(one, Here::Directory, here),
            ..Side::default()
        };
        let there = Side {
            entries: made(other, There::Directory, there),
            ..Side::default()
        };
        plan(&here, &there, known, rules)
    }

    fn is_empty_below(side: &Entries, path: &str) -> bool {
        !side
            .keys()
            .any(|below| ancestors(below).any(|above| above == path))
    }

    /// Carries out a plan on a model of both sides, as `steps` does it on the true ones.
    fn apply(plan: Plan, one: &mut Entries, other: &mut Entries, known: &mut Known) {
        let (deletions, steps): (Vec<_>, Vec<_>) = plan
            .steps
            .into_iter()
            .partition(|(_, step)| step.is_deletion());
        let is_transfer = |step: &Step| {
            matches!(
                step,
                Step::Upload | Step::Download { .. } | Step::Reconcile { .. }
            )
        };
        let (transfers, first): (Vec<_>, Vec<_>) =
            steps.into_iter().partition(|(_, step)| is_transfer(step));
        for (path, step) in first.into_iter().chain(transfers).chain(deletions) {
            let (mine, theirs) = (one.get(&path).copied(), other.get(&path).copied());
            let marked = format!("{path} (conflict)");
            match (step, mine, theirs) {
                (Step::MakeDirectoryThere | Step::MakeDirectoryHere, ..) => {
                    for side in [&mut *one, &mut *other] {
                        side.insert(path.clone(), Entry::Directory);
                    }
                    known.insert(path, Common::Directory);
                }
                (Step::Note, Some(Entry::Directory), _) => {
                    known.insert(path, Common::Directory);
                }
                (Step::Upload, Some(Entry::File(content)), _) => {
                    other.insert(path.clone(), Entry::File(content));
                    known.insert(path, common(content));
                }
                (Step::Download { .. }, _, Some(Entry::File(content))) => {
                    one.insert(path.clone(), Entry::File(content));
                    known.insert(path, common(content));
                }
                (Step::Reconcile { newer }, Some(Entry::File(mine)), Some(Entry::File(theirs))) => {
                    let (kept, aside) = match newer {
                        Newer::Here => (mine, theirs),
                        Newer::There => (theirs, mine),
                    };
                    one.insert(path.clone(), Entry::File(kept));
                    other.insert(path.clone(), Entry::File(kept));
                    if mine != theirs {
                        one.insert(marked, Entry::File(aside));
                    }
                    known.insert(path, common(kept));
                }
                (Step::MarkHere, Some(mine), _) => {
                    one.remove(&path);
                    one.insert(marked, mine);
                    known.remove(&path);
                }
                (Step::MarkThere, _, Some(theirs)) => {
                    other.insert(path.clone(), Entry::Directory);
                    other.insert(marked, theirs);
                    known.insert(path, Common::Directory);
                }
                (Step::Forget, None, None) => drop(known.remove(&path)),
                (Step::DeleteHere { .. }, Some(Entry::File(_)), None | Some(Entry::Directory)) => {
                    one.remove(&path);
                    known.remove(&path);
                }
                (Step::DeleteThere { .. }, None | Some(Entry::Directory), Some(Entry::File(_))) => {
                    other.remove(&path);
                    known.remove(&path);
                }
                (Step::DeleteDirectoryHere, ..) => {
                    if is_empty_below(one, &path) {
                        one.remove(&path);
                        known.remove(&path);
                    }
                }
                (Step::DeleteDirectoryThere, ..) => {
                    if is_empty_below(other, &path) {
                        other.remove(&path);
                        known.remove(&path);
                    }
                }
                (step, mine, theirs) => panic!("{path}: {step:?} with {mine:?} and {theirs:?}"),
            }
        }
    }

    fn contents(side: &Entries) -> BTreeSet<u8> {
        let content = |entry: &Entry| match entry {
            Entry::File(content) => Some(*content),
            _ => None,
        };
        side.values().filter_map(content).collect()
    }

    proptest! {
        #[test]
        fn both_sides_become_equal_and_stay_so(
            one in side(), other in side(), before in side(), delete: bool,
        ) {
            let (mut one, mut other) = (one, other);
            let mut known: Known = made(&before, Common::Directory, common);
            let rules = Rules { direction: Direction::Both, delete };
            for _ in 0..3 {
                apply(plan_of(&one, &other, &known, rules), &mut one, &mut other, &mut known);
            }
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(plan_of(&one, &other, &known, rules).steps, []);
        }

        #[test]
        fn only_what_the_common_state_knows_is_replaced_or_deleted(
            one in side(), other in side(), before in side(), delete: bool,
            direction in prop_oneof![Just(Direction::Both), Just(Direction::Up), Just(Direction::Down)],
        ) {
            let known: Known = made(&before, Common::Directory, common);
            let plan = plan_of(&one, &other, &known, Rules { direction, delete });
            for (path, step) in &plan.steps {
                let was = before.get(path);
                match step {
                    Step::Download { replaces: Some(_) } => {
                        prop_assert_eq!(one.get(path), was, "{}", path);
                    }
                    Step::Upload if other.contains_key(path) => {
                        prop_assert_eq!(other.get(path), was, "{}", path);
                    }
                    Step::DeleteHere { .. } | Step::DeleteDirectoryHere => {
                        prop_assert!(delete && direction != Direction::Up);
                        prop_assert_eq!(one.get(path), was, "{}", path);
                    }
                    Step::DeleteThere { .. } | Step::DeleteDirectoryThere => {
                        prop_assert!(delete && direction != Direction::Down);
                        prop_assert_eq!(other.get(path), was, "{}", path);
                    }
                    _ => {}
                }
                let changes_here = matches!(
                    step,
                    Step::MakeDirectoryHere | Step::Download { .. } | Step::MarkHere
                );
                let changes_there = matches!(
                    step,
                    Step::MakeDirectoryThere | Step::Upload | Step::MarkThere
                );
                prop_assert!(!(changes_here && direction == Direction::Up));
                prop_assert!(!(changes_there && direction == Direction::Down));
            }
        }

        #[test]
        fn no_content_goes_but_the_one_that_was_common(
            one in side(), other in side(), before in side(), delete: bool,
        ) {
            let (mut mine, mut theirs) = (one.clone(), other.clone());
            let mut known: Known = made(&before, Common::Directory, common);
            let rules = Rules { direction: Direction::Both, delete };
            apply(plan_of(&one, &other, &known, rules), &mut mine, &mut theirs, &mut known);
            let left = &contents(&mine) | &contents(&theirs);
            for content in &contents(&one) | &contents(&other) {
                let was_common = before.values().any(|entry| *entry == Entry::File(content));
                prop_assert!(left.contains(&content) || was_common, "{}", content);
            }
        }

        #[test]
        fn nothing_is_concluded_from_what_could_not_be_read(
            one in side(), other in side(), before in side(), at in 0..PATHS.len(),
        ) {
            let unknown = PATHS[at];
            let here = Side {
                entries: made(&one, Here::Directory, here),
                unknown: [unknown.to_owned()].into(),
                ..Side::default()
            };
            let there = Side {
                entries: made(&other, There::Directory, there),
                ..Side::default()
            };
            let known: Known = made(&before, Common::Directory, common);
            let rules = Rules { direction: Direction::Both, delete: true };
            for (path, step) in plan(&here, &there, &known, rules).steps {
                let is_below = ancestors(&path).any(|above| above == unknown);
                prop_assert!(path != unknown && !is_below, "{}: {:?}", path, step);
                if let Step::DeleteDirectoryHere | Step::DeleteDirectoryThere = step {
                    prop_assert!(!ancestors(unknown).any(|above| above == path));
                }
            }
        }
    }
}
