//! The switches: what the protocol leaves open, with the default it advises, and limits that tests make small.

use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// How far `ss-request-timestamp` may be behind the server's clock; 0 checks only the form.
    pub(crate) clock_skew_ms: u64,
    /// Shifts the server's clock (`Date` header, skew check).
    pub(crate) clock_offset_ms: i64,
    /// Life of pre-signed URLs.
    pub(crate) url_lifetime_ms: u64,
    /// Pre-signed URLs in one answer.
    pub(crate) upload_urls_per_call: u32,
    /// Pre-signed URLs in one answer.
    pub(crate) download_urls_per_call: u32,
    /// So many `upload-complete` calls per file answer `"false"` first.
    pub(crate) upload_complete_delay: u32,
    /// Storage refuses `ss-*`, `Authorization`, `Content-Type`, chunked bodies and `Expect`.
    pub(crate) storage_strict: bool,
    /// Storage counts the bytes of a part and forgets them: benchmarks of uploads larger than memory.
    pub(crate) discard_parts: bool,
    /// Storage gives a piece of a part (`Range`, status 206) to who asks for one; otherwise the whole.
    pub(crate) storage_ranges: bool,
    /// Package information and directories show files whose upload is not complete.
    pub(crate) list_incomplete_files: bool,
    /// Parts may be stored again after the file is complete.
    pub(crate) parts_after_complete: bool,
    /// Parts beyond the declared number get URLs and are stored.
    pub(crate) surplus_parts: bool,
    /// Added to the size that information reports of a complete file: senders declare wrong ones.
    pub(crate) declared_size_offset: i64,
    /// Added to the number of parts that information reports of a complete file.
    pub(crate) declared_parts_offset: i32,
    /// Files may be added to a finalized package.
    pub(crate) files_after_finalize: bool,
    /// `DUPLICATE_FILE` for the name of a complete file (not in Workspaces, where it makes a version).
    pub(crate) refuse_duplicate_files: bool,
    /// Store `%20` in file names as a blank.
    pub(crate) decode_file_names: bool,
    /// Characters that make a file or directory name `INVALID_FILE_NAME`.
    pub(crate) forbidden_name_characters: String,
    /// File types that are `INVALID_FILE_EXTENSION`, without the dot.
    pub(crate) blocked_extensions: Vec<String>,
    /// Recipients of a package; one more is `LIMIT_EXCEEDED`.
    pub(crate) max_recipients: usize,
    /// Largest declared file size.
    pub(crate) max_file_bytes: u64,
    /// Longest life that a package may be given.
    pub(crate) max_life_days: u32,
    /// Life of a new package.
    pub(crate) default_life_days: u32,
    /// Life 0, which never expires, is allowed.
    pub(crate) allow_endless_life: bool,
    /// Packages may be finalized with undisclosed recipients.
    pub(crate) allow_undisclosed_recipients: bool,
    /// Only registered users may be recipients.
    pub(crate) guests_prohibited: bool,
    /// A recipient of this domain makes finalize answer `PACKAGE_NEEDS_APPROVAL`.
    pub(crate) approval_domain: String,
    /// A recipient of this domain makes finalize answer `APPROVER_REQUIRED`.
    pub(crate) approver_required_domain: String,
    /// Who is named as approver.
    pub(crate) approver: String,
    /// An undisclosed package answers to its id for somebody who is on no list.
    pub(crate) undisclosed_by_id: bool,
    /// A foreign package is `DENIED` instead of `UNKNOWN_PACKAGE`.
    pub(crate) foreign_package_denied: bool,
    /// The message of a password-protected package is given without the password.
    pub(crate) message_without_password: bool,
    /// A finalized package may be finalized again; otherwise `DENIED`.
    pub(crate) finalize_again: bool,
    /// State of a fresh package: `TEMP` instead of `IN_PROGRESS`.
    pub(crate) fresh_package_temp: bool,
    /// The list of sent packages shows those that are not finalized.
    pub(crate) list_packages_in_progress: bool,
    /// The list of sent packages shows Workspaces.
    pub(crate) list_workspaces_as_sent: bool,
    /// Largest number of rows of a list; a longer one is `rowsCapped`.
    pub(crate) max_rows: usize,
    /// The organisation's master keys: armored public keys that every package is encrypted to.
    pub(crate) organization_keys: Vec<String>,
    /// Trusted devices of a user.
    pub(crate) max_public_keys: usize,
    /// Ids of public keys whose keycodes are `DENIED`.
    pub(crate) refused_keys: Vec<String>,
    /// Connectors of the hosted Dropzone; empty means the emulator's own.
    pub(crate) integration_urls: Vec<String>,
    /// How many connectors of its own the emulator names.
    pub(crate) integrations: u32,
    /// Answer of verify-version: `OK`, `UPGRADE_AVAILABLE`, `OUTDATED_VERSION`.
    pub(crate) client_version: String,
    /// Refusals carry an `errorId`.
    pub(crate) error_ids: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock_skew_ms: 0,
            clock_offset_ms: 0,
            url_lifetime_ms: 60 * 60 * 1000,
            upload_urls_per_call: 25,
            download_urls_per_call: 25,
            upload_complete_delay: 0,
            storage_strict: true,
            discard_parts: false,
            storage_ranges: true,
            list_incomplete_files: true,
            parts_after_complete: true,
            surplus_parts: false,
            declared_size_offset: 0,
            declared_parts_offset: 0,
            files_after_finalize: false,
            refuse_duplicate_files: true,
            decode_file_names: false,
            forbidden_name_characters: "/\\".into(),
            blocked_extensions: Vec::new(),
            max_recipients: 99,
            max_file_bytes: 107_374_182_400,
            max_life_days: 365,
            default_life_days: 14,
            allow_endless_life: true,
            allow_undisclosed_recipients: true,
            guests_prohibited: false,
            approval_domain: "approval.test".into(),
            approver_required_domain: "approver-required.test".into(),
            approver: "approver@acme.test".into(),
            undisclosed_by_id: true,
            foreign_package_denied: false,
            message_without_password: true,
            finalize_again: false,
            fresh_package_temp: false,
            list_packages_in_progress: true,
            list_workspaces_as_sent: false,
            max_rows: 10_000,
            organization_keys: Vec::new(),
            max_public_keys: 1000,
            refused_keys: Vec::new(),
            integration_urls: Vec::new(),
            integrations: 1,
            client_version: "OK".into(),
            error_ids: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn every_switch_is_in_the_readme() {
        let settings = serde_json::to_value(Settings::default()).expect("plain data");
        for name in settings.as_object().expect("a struct").keys() {
            assert!(
                include_str!("../README.md").contains(&format!("`{name}`")),
                "{name}"
            );
        }
    }
}
