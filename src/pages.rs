//! Lists that the service gives in pages, each fetched when it is needed.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::api::Session;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};

/// One page: its rows, and the number of the next page's first row if there is one.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<u64>,
}

type Fetch<T> = dyn Fn(&Session, u64) -> Result<Page<T>> + Send + Sync;

/// A list that comes in pages. [`next`](Self::next) fetches a page when the one before is used up.
///
/// May be used from any number of threads at once; each row is handed out once.
pub struct Pages<T> {
    client: Client,
    fetch: Arc<Fetch<T>>,
    state: Mutex<State<T>>,
}

struct State<T> {
    ready: VecDeque<T>,
    /// First row of the page that comes next.
    next: Option<u64>,
}

impl<T: Send + 'static> Pages<T> {
    pub(crate) fn new(
        client: &Client,
        first_row: u64,
        fetch: impl Fn(&Session, u64) -> Result<Page<T>> + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            ready: VecDeque::new(),
            next: Some(first_row),
        };
        Self {
            client: client.clone(),
            fetch: Arc::new(fetch),
            state: Mutex::new(state),
        }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// Refusals of the service and errors of the network; then the same row comes at the next call.
    pub fn next(&self, observer: &mut dyn Observer) -> Result<Option<T>> {
        loop {
            let row = {
                let mut state = self.state.lock();
                match (state.ready.pop_front(), state.next) {
                    (Some(item), _) => return Ok(Some(item)),
                    (None, Some(row)) => row,
                    (None, None) => return Ok(None),
                }
            };
            let fetch = Arc::clone(&self.fetch);
            let page = self.client.run(observer, move |shared, call| {
                fetch(&shared.api.session(call), row)
            })?;
            if page.next.is_some_and(|next| next <= row) {
                let told = "the list goes in circles";
                return Err(Error::new(ErrorKind::BadAnswer, told));
            }
            let mut state = self.state.lock();
            // Another thread may have been faster.
            if state.next == Some(row) {
                // An empty page is the last, whatever it says.
                state.next = page.next.filter(|_| !page.items.is_empty());
                state.ready.extend(page.items);
            }
        }
    }
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
