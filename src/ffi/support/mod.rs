//! What the exported functions have in common; nothing here is part of the header.

pub(crate) mod argument;
pub(crate) mod callbacks;
pub(crate) mod caller;
pub(crate) mod guard;
pub(crate) mod handle;
pub(crate) mod listing;
pub(crate) mod marks;
pub(crate) mod memory;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod process;
pub(crate) mod record;
#[cfg(feature = "test-hooks")]
mod test_hooks;
