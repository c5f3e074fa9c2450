//! Records of creations: files that were created, or may have been if the response was lost (`protocol` 4.2).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::os::Mark;
use crate::record::File;
use crate::transfer::completion::Completion;

/// The properties of a file that the service lists. Two files with the same ones differ in their ids only.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Likeness {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) parts: u32,
    /// The directory of a Workspace; `None` is the root.
    pub(super) directory: Option<String>,
}

/// A request to create a file whose response has not come yet, or was lost.
#[derive(Clone)]
pub(super) struct Uncertain {
    pub(super) number: u64,
    pub(super) like: Likeness,
    /// Ids of the files that looked the same before the request.
    pub(super) before: BTreeSet<String>,
    pub(super) begun: Instant,
    /// When the request ended.
    pub(super) over: Option<Instant>,
}

/// A file that was uploaded through this handle. The time that the service lists for it, by its own clock, lies between
/// `created` and `complete`. By that, other times of the service can be compared with those of this machine.
#[derive(Clone)]
pub(super) struct Witness {
    pub(super) file_id: String,
    pub(super) created: Instant,
    pub(super) complete: Instant,
}

impl Uncertain {
    /// Whether a file may be the result of this request: it was not there before, and the service created it during the
    /// request, as far as the witness and its time on the service show.
    pub(super) fn may_be(&self, file: &File, witness: Option<(&Witness, i64)>) -> bool {
        let made = file.uploaded.as_ref().and_then(|made| made.seconds);
        let is_in_time = made.zip(witness).is_none_or(|(made, (witness, at))| {
            let over = self.over.unwrap_or_else(Instant::now);
            let earliest = at - whole_seconds(witness.complete, self.begun);
            let latest = at + whole_seconds(over, witness.created);
            (earliest - 1..=latest + 1).contains(&made)
        });
        is_in_time && self.like.fits(file) && !self.before.contains(&file.file_id)
    }
}

/// Seconds from `earlier` to `later`, rounded away from zero; negative if the order is the reverse.
fn whole_seconds(later: Instant, earlier: Instant) -> i64 {
    let seconds =
        |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4) + 1;
    match later.checked_duration_since(earlier) {
        Some(after) => seconds(after),
        None => -seconds(earlier.duration_since(later)),
    }
}

/// A file that was created: its id, and the mark by which other programs know that it is in use.
pub(super) struct Created {
    pub(super) file_id: String,
    pub(super) mark: Option<Mark>,
    pub(super) completion: Arc<Completion>,
}

impl Created {
    /// Clears the mark: the file is complete.
    pub(super) fn release(&mut self) {
        if let Some(mark) = self.mark.take() {
            mark.clear();
        }
    }
}

impl Likeness {
    pub(super) fn fits(&self, file: &File) -> bool {
        file.file_name == self.name
            && file.is_of(self.size)
            && file.parts.is_none_or(|parts| parts == self.parts)
    }
}
