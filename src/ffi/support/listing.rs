//! The object of each iterator: a list that is fetched page by page.

use crate::error::Result;
use crate::pages::Pages;

use super::callbacks::Callbacks;

pub(crate) struct Listing<T> {
    pub(crate) pages: Pages<T>,
    /// The callbacks of the client that began the list.
    pub(crate) callbacks: Callbacks,
}

impl<T: Clone + PartialEq + Send + 'static> Listing<T> {
    /// The next row, none at the end; ticket is the iterator's.
    pub(crate) fn next(&self, ticket: usize) -> Result<Option<T>> {
        self.callbacks
            .observe(ticket, |observer| self.pages.next(observer))
    }
}
