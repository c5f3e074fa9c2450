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
    /// Requests under way that complete the file, if it has all else.
    running: u32,
    /// When one has ended that may yet do so.
    open_since: Option<Instant>,
}

impl Completion {
    /// Of a file of so many parts.
    pub(crate) fn of(parts: u32) -> Self {
        Self(Mutex::new(State {
            unsent: parts,
            running: 0,
            open_since: None,
        }))
    }

    /// A part is about to be sent, or was sent before.
    pub(super) fn part_begins(&self) {
        let mut state = self.0.lock();
        state.unsent = state.unsent.saturating_sub(1);
    }

    /// Sends a request that completes the file, if it has all else. `is_open` is whether it may do so after this result.
    pub(super) fn ask<R>(
        &self,
        request: impl FnOnce() -> R,
        is_open: impl FnOnce(&R) -> bool,
    ) -> R {
        self.0.lock().running += 1;
        let result = request();
        let is_open = is_open(&result);
        let mut state = self.0.lock();
        state.running -= 1;
        if is_open {
            state.open_since = Some(Instant::now());
        }
        drop(state);
        result
    }

    /// Whether the service may be completing the file now.
    pub(crate) fn may_come(&self) -> bool {
        let state = self.0.lock();
        let is_recent = |since: Instant| since.elapsed() < LONGEST_WORK;
        state.unsent == 0 && (state.running > 0 || state.open_since.is_some_and(is_recent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_completed_if_all_of_it_was_sent() {
        let completion = Completion::of(2);
        let ask = |is_open| {
            let during = completion.ask(|| completion.may_come(), |_| is_open);
            (during, completion.may_come())
        };
        completion.part_begins();
        assert_eq!(ask(true), (false, false), "a part is missing");
        completion.0.lock().open_since = None;
        completion.part_begins();
        completion.part_begins(); // once more
        assert_eq!(ask(false), (true, false), "refused");
        assert_eq!(ask(true), (true, true));
        assert_eq!(ask(false), (true, true), "another one was lost before");
        let long_ago = Instant::now().checked_sub(LONGEST_WORK);
        completion.0.lock().open_since = long_ago;
        assert!(!completion.may_come());
        assert_eq!(ask(true), (true, true), "counted from its end");
    }
}
