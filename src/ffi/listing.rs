//! What is behind the handle of each iterator: a list that is fetched page by page.

use crate::error::Result;
use crate::pages::Pages;

use super::progress::Callbacks;

pub(super) struct Listing<T> {
    pub(super) pages: Pages<T>,
    /// Those of the client that the list was begun with.
    pub(super) callbacks: Callbacks,
}

impl<T: Clone + PartialEq + Send + 'static> Listing<T> {
    /// The next row, none at the end, for the iterator with this ticket.
    pub(super) fn next(&self, ticket: usize) -> Result<Option<T>> {
        self.callbacks
            .observe(ticket, |observer| self.pages.next(observer))
    }
}
