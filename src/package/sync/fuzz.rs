//! Patterns, state files and plans of a sync.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use super::plan::{Direction, Here, Rules, Side, Step, There, ancestors, plan};
use super::state::{Common, CommonFile, Known, Names, read, write};
use crate::fuzz_input::{Input, accepted};
use crate::os::Stamp;

/// A name without special characters fits itself alone, at any depth, and what is below an excluded directory takes no
/// part. No pattern takes long.
pub(crate) fn filters(data: &[u8]) {
    let mut input = Input::new(data);
    let path = input.text();
    let patterns = input.texts(4);
    let is_special = |c: char| "*?[]\\/\0".contains(c);
    if let Some(filter) = accepted(Filter::new(&[], &patterns)) {
        let below = format!("{path}/below");
        if !filter.takes(&path, true) {
            assert!(!filter.takes_with_all_above(&below, false));
        }
        assert_eq!(filter.takes_all(), patterns.is_empty());
        if let Some(included) = accepted(Filter::new(&patterns, &patterns)) {
            assert!(!included.takes(&path, false) || filter.takes(&path, false));
        }
    }
    if !path.is_empty() && !path.starts_with('!') && !path.contains(is_special) {
        let only = |pattern: String| Filter::new(&[], &[pattern]).expect("a name is a pattern");
        let (anywhere, at_the_top) = (only(path.clone()), only(format!("/{path}")));
        let (deep, other) = (format!("a/b/{path}"), format!("{path}x"));
        assert!(!anywhere.takes(&path, false) && !anywhere.takes(&deep, false));
        assert!(!at_the_top.takes(&path, false) && at_the_top.takes(&deep, false));
        assert!(anywhere.takes(&other, false) && at_the_top.takes(&other, false));
    }
}

/// A line that is read is written as one that says the same. What it says of one path leaves all others as they are.
pub(crate) fn sync_states(data: &[u8]) {
    let mut input = Input::new(data);
    let (mut known, mut names) = (Known::new(), Names::new());
    for line in input.texts(16) {
        let Some((next, next_names)) = read((known.clone(), names.clone()), &line) else {
            continue;
        };
        let changed: Vec<&String> = (next.keys().chain(known.keys()))
            .filter(|path| next.get(*path) != known.get(*path))
            .collect();
        assert!(changed.windows(2).all(|two| two[0] == two[1]), "{line}");
        (known, names) = (next, next_names);
    }
    for common in known.values_mut() {
        if let Common::File(file) = common {
            // It means nothing without a stamp.
            file.is_settled &= file.stamp.is_some();
        }
    }
    let mut lines = (known.iter()).map(|(path, common)| write(path, Some(common), names.get(path)));
    let none = (Known::new(), Names::new());
    let again = lines.try_fold(none, |all, line| read(all, &line));
    let (again, again_names) = again.expect("what was written is read");
    assert_eq!(again, known);
    names.retain(|path, _| known.contains_key(path));
    assert_eq!(again_names, names);
}

const PATHS: [&str; 8] = ["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g", "\u{e9}"];

/// A plan changes one side of a path at most, deletes only what the common state knows and the other side has not, and
/// nothing of which a side does not know enough. Deletions come last, from below.
pub(crate) fn plans(data: &[u8]) {
    let mut input = Input::new(data);
    let rules = input.byte();
    let direction = [Direction::Both, Direction::Up, Direction::Down][usize::from(rules % 3)];
    let rules = Rules {
        direction,
        delete: rules & 0x80 == 0,
    };
    let (mut here, mut there) = (Side::<Here>::default(), Side::<There>::default());
    let mut known = Known::new();
    for path in PATHS {
        let (kinds, contents, more) = (input.byte(), input.byte(), input.byte());
        let content = |shift: u8| contents >> shift & 3;
        match kinds & 3 {
            0 => {}
            1 => drop(here.entries.insert(path.into(), Here::Directory)),
            kind => {
                let file = Here::File {
                    stamp: stamp(content(0)),
                    digest: (kind == 3).then_some([content(0); 32]),
                };
                here.entries.insert(path.into(), file);
            }
        }
        match kinds >> 2 & 3 {
            0 => {}
            1 => drop(there.entries.insert(path.into(), There::Directory)),
            2 if more & 1 == 1 => drop(there.entries.insert(path.into(), There::Incomplete)),
            _ => {
                let file = There::File {
                    file_id: content(2).to_string(),
                    version: (more & 2 == 0).then_some(u32::from(more >> 2 & 3)),
                    uploaded: (more & 16 == 0).then_some(content(0).into()),
                };
                there.entries.insert(path.into(), file);
            }
        }
        match kinds >> 4 & 3 {
            0 => {}
            1 => drop(known.insert(path.into(), Common::Directory)),
            _ => {
                let file = CommonFile {
                    stamp: (more & 32 == 0).then_some(stamp(content(4))),
                    is_settled: more & 64 == 0,
                    digest: (more & 128 == 0).then_some([content(4); 32]),
                    file_id: content(6).to_string(),
                    version: (kinds & 64 == 0).then_some(u32::from(content(4))),
                    is_equal: kinds & 128 == 0,
                };
                known.insert(path.into(), Common::File(file));
            }
        }
    }
    for unknown in [&mut here.unknown, &mut there.unknown] {
        let byte = usize::from(input.byte());
        if byte < PATHS.len() {
            unknown.insert(PATHS[byte].to_owned());
        }
    }
    let plan = plan(&here, &there, &known, rules);
    let mut steps = BTreeMap::new();
    for (path, step) in &plan.steps {
        assert!(steps.insert(path, step).is_none(), "{path} has two steps");
    }
    for (path, step) in plan.steps.iter().chain(&plan.later) {
        let (is_here, is_there) = (here.entries.get(path), there.entries.get(path));
        let common = known.get(path);
        let is_known = |side: &BTreeSet<String>| {
            !side.contains(path) && ancestors(path).all(|above| !side.contains(above))
        };
        assert!(
            is_known(&here.unknown) && is_known(&there.unknown),
            "{path}: {step:?}"
        );
        let (down, up) = (direction != Direction::Up, direction != Direction::Down);
        match step {
            Step::DeleteHere { stamp } => {
                let Some(Here::File { stamp: now, digest }) = is_here else {
                    panic!("{path}: {step:?} of {is_here:?}");
                };
                let Some(Common::File(file)) = common else {
                    panic!("{path}: {step:?} of what only this side has");
                };
                assert!(stamp == now && file.is_here(*now, digest.as_ref()) && file.is_equal);
                assert!(rules.delete && down && !matches!(is_there, Some(There::File { .. })));
            }
            Step::DeleteThere { file_id } => {
                let Some(Common::File(file)) = common else {
                    panic!("{path}: {step:?} of what only the other side has");
                };
                assert!(file.file_id == *file_id && file.is_equal);
                assert!(
                    matches!(is_there, Some(There::File { file_id: now, .. }) if now == file_id)
                );
                assert!(rules.delete && up && !matches!(is_here, Some(Here::File { .. })));
            }
            Step::DeleteDirectoryHere => {
                assert_eq!(
                    (is_here, common),
                    (Some(&Here::Directory), Some(&Common::Directory))
                );
                assert!(rules.delete && down && is_there != Some(&There::Directory));
            }
            Step::DeleteDirectoryThere => {
                assert_eq!(
                    (is_there, common),
                    (Some(&There::Directory), Some(&Common::Directory))
                );
                assert!(rules.delete && up && is_here != Some(&Here::Directory));
            }
            Step::Download { replaces } => {
                assert!(down);
                match (replaces, is_here, common) {
                    (
                        Some(stamp),
                        Some(Here::File { stamp: now, digest }),
                        Some(Common::File(file)),
                    ) => {
                        assert!(stamp == now && file.is_here(*now, digest.as_ref()));
                    }
                    (None, _, _) => assert!(!matches!(is_here, Some(Here::File { .. })), "{path}"),
                    _ => panic!("{path}: {step:?} of {is_here:?}"),
                }
            }
            Step::Upload => {
                assert!(up && matches!(is_here, Some(Here::File { .. })));
                if let Some(There::File { file_id, .. }) = is_there {
                    let is_common = |file: &CommonFile| file.file_id == *file_id;
                    assert!(matches!(common, Some(Common::File(file)) if is_common(file)));
                }
            }
            Step::MakeDirectoryHere | Step::MarkHere => assert!(down),
            Step::MakeDirectoryThere | Step::MarkThere => assert!(up),
            Step::Reconcile { .. } => {
                assert!(matches!(
                    (is_here, is_there),
                    (Some(Here::File { .. }), Some(There::File { .. }))
                ));
            }
            Step::Uncover | Step::Note | Step::Forget | Step::Leave => {}
        }
    }
    let first = plan.steps.iter().position(|(_, step)| step.is_deletion());
    let deletions = &plan.steps[first.unwrap_or(plan.steps.len())..];
    for (at, (path, step)) in deletions.iter().enumerate() {
        assert!(step.is_deletion());
        let is_gone = |above: &str| deletions[..at].iter().any(|(gone, _)| gone == above);
        assert!(!ancestors(path).any(is_gone), "{path}");
    }
}

fn stamp(content: u8) -> Stamp {
    Stamp {
        size: 1 + u64::from(content & 1),
        modified: i64::from(content) * 1_000_000_000,
    }
}
