//! Pre-signed URLs, fetched late and in batches, shared by the workers of one transfer.

use parking_lot::{Condvar, Mutex};

use crate::api::endpoint::{PartUrls, URLS_PER_CALL};
use crate::call::Call;
use crate::error::Result;

/// How often a worker that waits for another one's batch looks whether the call was stopped.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(50);

/// The URLs that are known, and whether somebody is fetching more.
pub(crate) struct UrlCache {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    urls: PartUrls,
    /// The first part that no URL was fetched for, or whose URL was forgotten: where the next batch begins, whichever
    /// worker asks first.
    next: u32,
    fetching: bool,
}

impl Default for UrlCache {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                urls: PartUrls::new(),
                next: 1,
                fetching: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl UrlCache {
    /// The URL for a part. Only one worker at a time asks the server; it gets a batch, and the others wait for that.
    pub(crate) fn get(
        &self,
        call: &Call,
        part: u32,
        fetch: impl Fn(u32) -> Result<PartUrls>,
    ) -> Result<String> {
        let mut state = self.state.lock();
        loop {
            if let Some(url) = state.urls.get(&part) {
                return Ok(url.clone());
            }
            call.check()?;
            if state.fetching {
                self.changed.wait_for(&mut state, GLANCE);
                continue;
            }
            let in_next_batch = part
                .checked_sub(state.next)
                .is_some_and(|distance| distance < URLS_PER_CALL);
            let from = if in_next_batch { state.next } else { part };
            state.fetching = true;
            drop(state);
            let fetched = fetch(from);
            state = self.state.lock();
            state.fetching = false;
            self.changed.notify_all();
            let fetched = fetched?;
            // The first of the batch is always there, so that each turn comes closer.
            let last = fetched.keys().next_back().copied().unwrap_or(from);
            state.next = state.next.max(last.saturating_add(1));
            // What lies behind is done; keeping it would only grow.
            state.urls.retain(|known, _| known + 64 > part);
            state.urls.extend(fetched);
        }
    }

    /// Forgets a URL that the storage refused, and those after it, which came in the same batch or an older one.
    pub(crate) fn forget(&self, part: u32, url: &str) {
        let mut state = self.state.lock();
        if state.urls.get(&part).is_some_and(|known| known == url) {
            state.urls.retain(|known, _| *known < part);
            state.next = state.next.min(part);
        }
    }
}
