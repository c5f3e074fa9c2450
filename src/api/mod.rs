//! The service's REST API: one function per server call (`endpoint`), which requests may be repeated (`retry`), signing
//! (`signing`), the form of responses (`envelope`), and HTTP (`transport`).

mod attempts;
pub(crate) mod connections;
mod connector;
pub(crate) mod contact;
pub(crate) mod endpoint;
mod envelope;
mod exchange;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
pub(crate) mod host;
mod idle;
mod names;
pub(crate) mod options;
pub(crate) mod proxy;
pub(crate) mod retry;
mod session;
mod signing;
mod socket;
mod socks;
mod tls;
pub(crate) mod transport;
pub(crate) mod tree;
mod trust;

pub(crate) use envelope::{MOST_FILES, refusal};
pub(crate) use session::{Api, Session};
pub(crate) use signing::{API_PREFIX, Credentials};
