//! Whether the service may complete a file after its upload has failed.

use std::time::{Duration, Instant};

use crate::os::lock::Mutex;

/// No service works so long on a request that has failed.
const LONGEST_WORK: Duration = Duration::from_secs(5 * 60);

/// What an upload knows of that: it is unlikely to be wrong where it says no.
pub(crate) struct Completion(Mutex<State>);

struct State {
    /// Parts that were never sent. Without them the file stays incomplete.
    unsent: u32,
    /// When a request has failed that may complete the file, or may do so yet.
    failed: Option<Instant>,
}

impl Completion {
    /// Of a file of so many parts.
    pub(crate) fn of(parts: u32) -> Self {
        Self(Mutex::new(State {
            unsent: parts,
            failed: None,
        }))
    }

    /// A part is about to be sent, or was sent before.
    pub(super) fn part_begins(&self) {
        let mut state = self.0.lock();
        state.unsent = state.unsent.saturating_sub(1);
    }

    /// Sends a request that completes the file, if it has all else. Until its result is there, it counts as failed.
    pub(super) fn ask<T, E>(
        &self,
        request: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.fails();
        let result = request();
        if result.is_err() {
            self.fails();
        }
        result
    }

    fn fails(&self) {
        self.0.lock().failed = Some(Instant::now());
    }

    /// Whether the service may be completing the file now.
    pub(crate) fn may_come(&self) -> bool {
        let state = self.0.lock();
        let is_recent = |failed: Instant| failed.elapsed() < LONGEST_WORK;
        state.unsent == 0 && state.failed.is_some_and(is_recent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_completed_if_all_of_it_was_sent() {
        let completion = Completion::of(2);
        let ask = |result: std::result::Result<(), ()>| {
            let _ = completion.ask(|| result);
            completion.may_come()
        };
        completion.part_begins();
        assert!(!ask(Err(())), "a part is missing");
        completion.part_begins();
        completion.part_begins(); // once more
        assert!(ask(Err(())));
        let long_ago = Instant::now().checked_sub(LONGEST_WORK);
        completion.0.lock().failed = long_ago;
        assert!(!completion.may_come());
        assert!(ask(Err(())), "counted from the end of the last request");
    }
}
