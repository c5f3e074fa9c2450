//! Files that were created, or may have been: what a lost response leaves open (`protocol` 4.2).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::os::Mark;
use crate::record::File;

/// What a file looks like from outside: two that agree in all this can be told apart by their ids only.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Likeness {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    /// The directory of a Workspace; none is the root.
    pub(crate) directory: Option<String>,
}

/// A request to create a file of a package whose answer has not come, or was lost.
#[derive(Clone)]
pub(crate) struct Uncertain {
    pub(crate) number: u64,
    pub(crate) like: Likeness,
    /// Files that looked the same before.
    pub(crate) before: BTreeSet<String>,
    pub(crate) begun: Instant,
    /// When it was over, if it is.
    pub(crate) over: Option<Instant>,
}

/// A file that was uploaded through this handle. Whatever clock, zone and moment the service lists as its time, that lies
/// between these two.
#[derive(Clone)]
pub(crate) struct Witness {
    pub(crate) file_id: String,
    pub(crate) created: Instant,
    pub(crate) complete: Instant,
}

impl Uncertain {
    /// Whether a file may be what was created: not there before, and made in that time, as far as a witness with its
    /// time on the service says.
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

/// From one time to another, negative if that comes before; rounded away from zero.
fn whole_seconds(later: Instant, earlier: Instant) -> i64 {
    let seconds =
        |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4) + 1;
    match later.checked_duration_since(earlier) {
        Some(after) => seconds(after),
        None => -seconds(earlier.duration_since(later)),
    }
}

/// A file that was created: its id, and the mark that keeps others away from it.
pub(crate) struct Created {
    pub(crate) file_id: String,
    pub(crate) mark: Option<Mark>,
}

impl Created {
    /// Nobody need be kept away any more.
    pub(crate) fn release(&mut self) {
        if let Some(mark) = self.mark.take() {
            mark.clear();
        }
    }
}

impl Likeness {
    pub(crate) fn fits(&self, file: &File) -> bool {
        file.file_name == self.name && file.size == self.size && file.parts == self.parts
    }
}
