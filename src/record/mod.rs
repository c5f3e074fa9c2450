//! Records of what the service responds, and how they are read. No behaviour, no network.

mod activity_entry;
mod contact_group;
mod directory;
mod file;
pub(crate) mod package_information;
mod public_key;
mod recipient;
mod timestamp;

pub use activity_entry::ActivityEntry;
pub use contact_group::{ContactGroup, ContactGroupMember};
pub use directory::{Directory, Subdirectory};
pub use file::File;
pub use package_information::PackageInformation;
pub use public_key::PublicKey;
pub use recipient::{Confirmation, Recipient};
pub use timestamp::Timestamp;
