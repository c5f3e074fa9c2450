//! Lists that the service returns in pages. Each page is requested when it is needed.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::api::Session;
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;

/// The most rows of one page (`protocol` 7.1), and the default.
pub(crate) const LARGEST_PAGE: u32 = 100;
/// The most rows of a list: a list that does not end makes the call fail.
pub(crate) const MOST_ROWS: u64 = 1_000_000;

/// One page: its rows, and the first row of the next page if there is one.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<u64>,
    /// Whether the response does not say that there is a next page. A service without pages returns the same page each
    /// time.
    pub(crate) is_guess: bool,
}

type Fetch<T> = dyn Fn(&Session, u64) -> Result<Page<T>> + Send + Sync;

/// A list in pages. [`next`](Self::next) requests a page when all rows of the one before are used.
///
/// May be used from any number of threads at once; each row is returned once.
pub struct Pages<T> {
    client: Client,
    fetch: Arc<Fetch<T>>,
    state: Mutex<State<T>>,
}

struct State<T> {
    ready: VecDeque<T>,
    /// The first row of the next page.
    next: Option<u64>,
    /// The number of rows so far, and the first row of the last page.
    rows: u64,
    first: Option<T>,
}

/// The rows of a page: as many as the caller wants, by default the most.
pub(crate) fn page_size(asked: Option<u32>) -> Result<u32> {
    match asked.unwrap_or(LARGEST_PAGE) {
        size @ 1..=LARGEST_PAGE => Ok(size),
        size => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("a page of {size} rows; 1 to {LARGEST_PAGE} are allowed"),
        )),
    }
}

impl<T: Clone + PartialEq + Send + 'static> Pages<T> {
    pub(crate) fn new(
        client: &Client,
        first_row: u64,
        fetch: impl Fn(&Session, u64) -> Result<Page<T>> + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            ready: VecDeque::new(),
            next: Some(first_row),
            rows: 0,
            first: None,
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
    /// Refusals of the service and errors of the network. The next call returns the same row then.
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
            let page = self
                .client
                .run(observer, move |session| fetch(session, row))?;
            let mut state = self.state.lock();
            let bad = |message: &str| Err(Error::new(ErrorKind::BadAnswer, message));
            if page.next.is_some_and(|next| next <= row) {
                return bad("the list goes in circles");
            }
            if state.rows > MOST_ROWS {
                return bad("the list does not end");
            }
            // Another thread may have got this page.
            if state.next == Some(row) {
                if page.is_guess
                    && !page.items.is_empty()
                    && state.first == page.items.first().cloned()
                {
                    state.next = None;
                    return Ok(None);
                }
                // An empty page is the last, whatever its response says.
                state.next = page.next.filter(|_| !page.items.is_empty());
                state.rows += page.items.len() as u64;
                state.first = page.items.first().cloned();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::options::ClientOptions;

    /// Reads a list to its end or its error; gives how many rows came.
    fn read(page: impl Fn(u64) -> Page<u64> + Send + Sync + 'static) -> (u64, Option<ErrorKind>) {
        let options = ClientOptions::default();
        let client =
            Client::new("https://a.test", "key", "secret".into(), options).expect("a client");
        let pages = Pages::new(&client, 0, move |_, row| Ok(page(row)));
        let mut rows = 0;
        loop {
            match pages.next(&mut ()) {
                Ok(Some(_)) => rows += 1,
                Ok(None) => return (rows, None),
                Err(error) => return (rows, Some(error.kind())),
            }
        }
    }

    #[test]
    fn a_list_without_end_is_left() {
        let page = |items: Vec<u64>, next, is_guess| Page {
            items,
            next: Some(next),
            is_guess,
        };
        let (rows, end) = read(move |row| page((row..row + 100_000).collect(), row + 1, false));
        assert_eq!(end, Some(ErrorKind::BadAnswer));
        assert!((MOST_ROWS..=MOST_ROWS + 100_000).contains(&rows), "{rows}");
        let (rows, end) = read(move |row| page(vec![row], row, false));
        assert_eq!(
            (rows, end),
            (0, Some(ErrorKind::BadAnswer)),
            "it goes in circles"
        );
        // A service without pages returns the same page each time.
        assert_eq!(read(move |row| page(vec![1, 2], row + 2, true)), (2, None));
    }
}
