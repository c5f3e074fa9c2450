//! What a download needs to know of its file.

use std::sync::Arc;

use super::budget::Budget;
use super::flight::Flight;
use super::own_passphrase::AskPassphrase;
use crate::api::Session;
use crate::crypto::Passphrase;
use crate::secret::SecretString;

/// A file on the service, with all that it takes to fetch it.
pub(crate) struct FileToFetch {
    pub(crate) session: Arc<Session>,
    pub(crate) budget: Arc<Budget>,
    /// The package id, or its code where the service gives the file by code only.
    pub(crate) package: String,
    pub(crate) file_id: String,
    pub(crate) directory_id: Option<String>,
    pub(crate) checksum: String,
    pub(crate) password: Option<SecretString>,
    pub(crate) passphrase: Passphrase,
    /// Asks for the passphrase that a copied file has instead, where it is not worth a request to know it before.
    pub(crate) ask_passphrase: Option<AskPassphrase>,
    /// What the sender has declared, if the service says it.
    pub(crate) declared_size: Option<u64>,
    /// Whether a file of another size is refused.
    pub(crate) strict_size: bool,
    /// Whether all of it is kept in memory.
    pub(crate) in_memory: bool,
    /// The number of parts that the service counts. If it does not say, they are fetched until one does not exist.
    pub(crate) parts: Option<u32>,
    /// The number of parts that are there at least.
    pub(crate) least_parts: u32,
    pub(crate) flight: Flight,
    pub(crate) max_part_bytes: u64,
    pub(crate) force_api_route: bool,
    pub(crate) sync: bool,
}
