//! Pre-signed URLs, fetched late and in batches, shared by the workers of one transfer.

use crate::api::endpoint::{PartUrls, URLS_PER_CALL};
use crate::call::{Call, Watched};
use crate::error::Result;

/// The URLs that are known, and whether a worker is fetching more.
pub(crate) struct UrlCache(Watched<Urls>);

struct Urls {
    urls: PartUrls,
    /// The first part that no URL was fetched for, or whose URL was forgotten: where the next batch begins, whichever
    /// worker asks first.
    next: u32,
    fetching: bool,
}

impl Default for UrlCache {
    fn default() -> Self {
        Self(Watched::new(Urls {
            urls: PartUrls::new(),
            next: 1,
            fetching: false,
        }))
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
        loop {
            let mut state = self.0.wait_while(call, |state| {
                state.fetching && !state.urls.contains_key(&part)
            })?;
            if let Some(url) = state.urls.get(&part) {
                return Ok(url.clone());
            }
            call.check()?;
            let in_next_batch = part
                .checked_sub(state.next)
                .is_some_and(|distance| distance < URLS_PER_CALL);
            let from = if in_next_batch { state.next } else { part };
            state.fetching = true;
            drop(state);
            let fetched = fetch(from);
            let mut state = self.0.lock();
            state.fetching = false;
            self.0.notify();
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
        let mut state = self.0.lock();
        if state.urls.get(&part).is_some_and(|known| known == url) {
            state.urls.retain(|known, _| *known < part);
            state.next = state.next.min(part);
        }
    }
}
