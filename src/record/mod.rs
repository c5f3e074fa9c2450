//! What the service says: records of its responses, and how they are read. No behaviour, no network.

pub(crate) mod package_information;

pub use package_information::{PackageInformation, Timestamp};
