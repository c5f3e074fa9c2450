//! Pre-signed URLs, fetched late and in batches, shared by the workers of one transfer.

use parking_lot::{Condvar, Mutex};

use crate::api::endpoint::PartUrls;
use crate::call::Call;
use crate::error::Result;

/// How often a worker that waits for another one's batch looks whether the call was stopped.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(50);

/// The URLs that are known, and whether somebody is fetching more.
#[derive(Default)]
pub(crate) struct UrlCache {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    urls: PartUrls,
    fetching: bool,
}

impl UrlCache {
    /// The URL for a part. Only one worker at a time asks the server; it gets a batch, and the others wait for that.
    pub(crate) fn get(
        &self,
        call: &Call,
        part: u32,
        fetch: impl FnOnce(u32) -> Result<PartUrls>,
    ) -> Result<String> {
        let mut state = self.state.lock();
        loop {
            if let Some(url) = state.urls.get(&part) {
                return Ok(url.clone());
            }
            if !state.fetching {
                break;
            }
            call.check()?;
            self.changed.wait_for(&mut state, GLANCE);
        }
        state.fetching = true;
        drop(state);
        let fetched = fetch(part);
        let mut state = self.state.lock();
        state.fetching = false;
        self.changed.notify_all();
        // What lies behind is done; keeping it would only grow.
        state.urls.retain(|known, _| known + 64 > part);
        state.urls.extend(fetched?);
        state.urls.get(&part).cloned().ok_or_else(|| {
            crate::error::Error::new(
                crate::error::ErrorKind::BadAnswer,
                format!("no URL for part {part}"),
            )
        })
    }

    /// Forgets a URL that the storage refused, and those after it, which came in the same batch or an older one.
    pub(crate) fn forget(&self, part: u32, url: &str) {
        let mut state = self.state.lock();
        if state.urls.get(&part).is_some_and(|known| known == url) {
            state.urls.retain(|known, _| *known < part);
        }
    }
}
