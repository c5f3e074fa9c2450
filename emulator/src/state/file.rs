//! A file of a package, with its versions and stored parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dates::now_ms;
use crate::random;
use crate::settings::Settings;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    pub(crate) directory_id: String,
    pub(crate) created_by: String,
    pub(crate) created_ms: i64,
    pub(crate) version: u32,
    pub(crate) complete: bool,
    /// Number of `upload-complete` calls.
    pub(crate) complete_calls: u32,
    /// Stored parts: number to size.
    pub(crate) stored: BTreeMap<u32, u64>,
    /// Encrypted passphrase of a copied file (protocol 3.8).
    pub(crate) file_key: String,
    pub(crate) old_versions: Vec<File>,
}

impl File {
    pub(crate) fn new(
        name: &str,
        size: u64,
        parts: u32,
        directory_id: &str,
        created_by: &str,
    ) -> Self {
        Self {
            id: random::uuid(),
            name: name.into(),
            size,
            parts,
            directory_id: directory_id.into(),
            created_by: created_by.into(),
            created_ms: now_ms(),
            version: 1,
            complete: false,
            complete_calls: 0,
            stored: Default::default(),
            file_key: String::new(),
            old_versions: Vec::new(),
        }
    }

    pub(crate) fn all_parts_stored(&self) -> bool {
        (1..=self.parts).all(|part| self.stored.contains_key(&part))
    }

    /// More than the declared number if the sender stored a surplus part, as the Node client 1.1.3 did.
    pub(crate) fn last_part(&self) -> u32 {
        let last_stored = self.stored.keys().next_back().copied();
        self.parts.max(last_stored.unwrap_or(0))
    }

    /// Size and number of parts, as the API reports them.
    pub(crate) fn declared(&self, settings: &Settings) -> (u64, u32) {
        if !self.complete {
            return (self.size, self.parts);
        }
        (
            self.size
                .saturating_add_signed(settings.declared_size_offset),
            self.parts
                .saturating_add_signed(settings.declared_parts_offset)
                .max(1),
        )
    }

    /// Whether a part may be stored, through storage or through the API server.
    pub(crate) fn check_part(&self, settings: &Settings, part: u32) -> Result<(), &'static str> {
        if part == 0 || part > self.parts && !settings.surplus_parts {
            return Err("the file has no such part");
        }
        if self.complete && !settings.parts_after_complete {
            return Err("the file is complete");
        }
        Ok(())
    }
}
