//! The switches: behaviour that the protocol leaves open, with the default that it advises, and limits that tests
//! lower.

use serde::{Deserialize, Serialize};

/// The certificate that API and storage show with `--tls`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Certificate {
    #[default]
    Valid,
    Expired,
    WrongName,
    SelfSigned,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// How far `ss-request-timestamp` may be behind the server's clock; 0 checks only the form.
    pub(crate) clock_skew_ms: u64,
    /// Shifts the server's clock (`Date` header, skew check, times of new files).
    pub(crate) clock_offset_ms: i64,
    /// Life of pre-signed URLs.
    pub(crate) url_lifetime_ms: u64,
    /// Pre-signed URLs in one response.
    pub(crate) upload_urls_per_call: u32,
    /// Pre-signed URLs in one response.
    pub(crate) download_urls_per_call: u32,
    /// The first so many `upload-complete` calls of a file return `"false"`.
    pub(crate) upload_complete_delay: u32,
    /// Storage refuses `ss-*`, `Authorization`, `Content-Type`, chunked bodies and `Expect`.
    pub(crate) storage_strict: bool,
    /// Storage counts the bytes of a part and forgets them, for benchmarks larger than memory.
    pub(crate) discard_parts: bool,
    /// Storage honours `Range` (status 206); otherwise it returns the whole part.
    pub(crate) storage_ranges: bool,
    /// Package information and directories show files whose upload is not complete.
    pub(crate) list_incomplete_files: bool,
    /// Parts may be stored again after the file is complete.
    pub(crate) parts_after_complete: bool,
    /// Parts beyond the declared number get URLs and are stored.
    pub(crate) surplus_parts: bool,
    /// Added to the reported size of a complete file, as if it was declared wrongly.
    pub(crate) declared_size_offset: i64,
    /// Added to the reported number of parts of a complete file.
    pub(crate) declared_parts_offset: i32,
    /// Files may be added to a finalized package.
    pub(crate) files_after_finalize: bool,
    /// `DUPLICATE_FILE` for a second file of a name. In Workspaces it is a new version.
    pub(crate) refuse_duplicate_files: bool,
    /// Store `%20` in file names as a blank.
    pub(crate) decode_file_names: bool,
    /// Characters with which a file or directory name is `INVALID_FILE_NAME`.
    pub(crate) forbidden_name_characters: String,
    /// File extensions, without the dot, that fail with `INVALID_FILE_EXTENSION`.
    pub(crate) blocked_extensions: Vec<String>,
    /// Most recipients of a package; one more is `LIMIT_EXCEEDED`.
    pub(crate) max_recipients: usize,
    /// Largest declared file size.
    pub(crate) max_file_bytes: u64,
    /// Longest life of a package.
    pub(crate) max_life_days: u32,
    /// Life of a new package.
    pub(crate) default_life_days: u32,
    /// Life 0, which never expires, is allowed.
    pub(crate) allow_endless_life: bool,
    /// Packages may be finalized with undisclosed recipients.
    pub(crate) allow_undisclosed_recipients: bool,
    /// Only registered users may be recipients.
    pub(crate) guests_prohibited: bool,
    /// With a recipient of this domain, finalize returns `PACKAGE_NEEDS_APPROVAL`.
    pub(crate) approval_domain: String,
    /// With one of this domain, it is `APPROVER_REQUIRED`.
    pub(crate) approver_required_domain: String,
    /// E-mail address of the approver.
    pub(crate) approver: String,
    /// A package with undisclosed recipients can be read by its id, too.
    pub(crate) undisclosed_by_id: bool,
    /// Another user's package is `DENIED` instead of `UNKNOWN_PACKAGE`.
    pub(crate) foreign_package_denied: bool,
    /// The message of a password-protected package can be read without the password.
    pub(crate) message_without_password: bool,
    /// A finalized package may be finalized again; otherwise `DENIED`.
    pub(crate) finalize_again: bool,
    /// State of a fresh package: `TEMP` instead of `IN_PROGRESS`.
    pub(crate) fresh_package_temp: bool,
    /// The list of sent packages shows those that are not finalized.
    pub(crate) list_packages_in_progress: bool,
    /// The list of sent packages shows Workspaces.
    pub(crate) list_workspaces_as_sent: bool,
    /// Largest number of rows of a list; a longer list is cut, with `rowsCapped`.
    pub(crate) max_rows: usize,
    /// The organization's master keys: armored public keys that every package is encrypted to.
    pub(crate) organization_keys: Vec<String>,
    /// Largest number of trusted devices of a user.
    pub(crate) max_public_keys: usize,
    /// Ids of public keys for which storing a keycode fails with `DENIED`.
    pub(crate) refused_keys: Vec<String>,
    /// URLs of the hosted Dropzone's connectors; empty means the emulator's own.
    pub(crate) integration_urls: Vec<String>,
    /// Number of the emulator's own connectors.
    pub(crate) integrations: u32,
    /// Response of verify-version: `OK`, `UPGRADE_AVAILABLE`, `OUTDATED_VERSION`.
    pub(crate) client_version: String,
    /// Refusals carry an `errorId`.
    pub(crate) error_ids: bool,
    /// What new connections with `--tls` are shown: `valid`, `expired`, `wrong_name`, `self_signed`.
    pub(crate) tls_certificate: Certificate,
    /// After its handshake, a new connection gets bytes that are not TLS, and ends.
    pub(crate) tls_garbage: bool,
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
            tls_certificate: Certificate::Valid,
            tls_garbage: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn every_switch_is_in_the_readme_as_here() {
        let readme = include_str!("../README.md");
        let settings = serde_json::to_value(Settings::default()).expect("plain data");
        let (mut text, mut switches) = (String::new(), 0);
        for line in include_str!("settings.rs").lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("/// ") {
                text = comment.to_owned();
            } else if let Some((name, _)) = line
                .strip_prefix("pub(crate) ")
                .and_then(|rest| rest.split_once(": "))
            {
                let row = format!("| `{name}` | `{}` | {text} |", settings[name]);
                assert!(readme.contains(&row), "{row}");
                switches += 1;
            }
        }
        assert_eq!(Some(switches), settings.as_object().map(|all| all.len()));
    }
}
