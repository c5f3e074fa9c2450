//! Whether the service may complete a file after its upload has failed.

use std::time::{Duration, Instant};

use crate::os::lock::Mutex;

/// No service works so long on a request whose connection is gone.
const LONGEST_WORK: Duration = Duration::from_secs(5 * 60);

/// The requests for one file that complete it if all else has arrived, and had no response.
#[derive(Default)]
pub(crate) struct Completion(Mutex<Unanswered>);

#[derive(Default)]
struct Unanswered {
    count: u32,
    last: Option<Instant>,
}

impl Completion {
    /// Sends such a request. Until its response is there, it counts as one without.
    pub(super) fn ask<T, E>(
        &self,
        request: impl FnOnce() -> std::result::Result<T, E>,
        is_response: impl FnOnce(&E) -> bool,
    ) -> std::result::Result<T, E> {
        let mut unanswered = self.0.lock();
        unanswered.count += 1;
        unanswered.last = Some(Instant::now());
        drop(unanswered);
        let result = request();
        if result.as_ref().err().is_none_or(is_response) {
            self.0.lock().count -= 1;
        }
        result
    }

    /// Whether the service may be working on such a request now.
    pub(crate) fn may_come(&self) -> bool {
        let unanswered = self.0.lock();
        let is_recent = |last: Instant| last.elapsed() < LONGEST_WORK;
        unanswered.count > 0 && unanswered.last.is_some_and(is_recent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_response_ends_a_request() {
        let completion = Completion::default();
        assert!(!completion.may_come());
        let ask = |result: std::result::Result<(), &str>| {
            let request = || {
                assert!(completion.may_come(), "the request is under way");
                result
            };
            let _ = completion.ask(request, |error| *error == "refused");
            completion.may_come()
        };
        assert!(!ask(Ok(())));
        assert!(!ask(Err("refused")));
        assert!(ask(Err("lost")));
        assert!(ask(Ok(())), "another request was lost before");
        let long_ago = Instant::now().checked_sub(LONGEST_WORK);
        completion.0.lock().last = long_ago;
        assert_eq!(completion.may_come(), long_ago.is_none());
    }
}
