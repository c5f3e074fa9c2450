//! Records of the service's responses, and how they are read. No behaviour, no network.

mod activity_entry;
mod audit_log_entry;
mod contact_group;
mod directory;
mod enterprise;
mod file;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod package_information;
mod package_state;
mod package_summary;
mod public_key;
mod recipient;
mod timestamp;
mod user;

pub use activity_entry::ActivityEntry;
pub use audit_log_entry::AuditLogEntry;
pub use contact_group::{ContactGroup, ContactGroupMember};
pub use directory::{Directory, Subdirectory};
pub use enterprise::Enterprise;
pub use file::File;
pub use package_information::PackageInformation;
pub use package_state::PackageStatus;
pub use package_summary::PackageSummary;
pub use public_key::PublicKey;
pub use recipient::{Confirmation, Recipient};
pub use timestamp::Timestamp;
pub use user::User;
