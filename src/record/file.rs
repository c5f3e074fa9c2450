//! A file of a package (`protocol` 6.2.2, 6.7.1).

use super::timestamp::Timestamp;
use crate::error::Result;
use crate::json::Json;

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The service's id of the file.
    pub file_id: String,
    /// The name, as its sender gave it.
    pub file_name: String,
    /// Bytes of plaintext as the sender declared them, which may be wrong; 0 if that is not known.
    pub size: u64,
    pub(crate) size_is_known: bool,
    /// The number of encrypted parts.
    pub parts: u32,
    /// When it was uploaded.
    pub uploaded: Option<Timestamp>,
    /// The version, in a Workspace.
    pub version: Option<u32>,
    /// The e-mail address of the user who uploaded it.
    pub created_by: Option<String>,
    /// The service's id of the user who uploaded it; only file information has it.
    pub created_by_id: Option<String>,
    /// Earlier versions, which can be downloaded by their own ids; only file information has them.
    pub old_versions: Vec<File>,
    /// The encrypted passphrase of the parts, if the file was copied in (`protocol` 3.8). Only file information has it.
    pub(crate) file_key: Option<String>,
}

impl File {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        let versions = json.list("oldVersions").iter();
        Ok(Self {
            old_versions: versions.map(Self::read_version).collect::<Result<_>>()?,
            ..Self::read_version(json)?
        })
    }

    /// Reads a file without its earlier versions.
    fn read_version(json: &Json) -> Result<Self> {
        let size = json.size("fileSize");
        Ok(Self {
            file_id: json.required("fileId")?,
            // A sender may have left it empty; a download then chooses a name.
            file_name: json.required_text("fileName")?,
            size: size.unwrap_or(0),
            size_is_known: size.is_some(),
            // The first name is that of package information, the second that of file information (`protocol` 6.7.1).
            parts: json.count("parts").or(json.count("fileParts")).unwrap_or(0),
            uploaded: Timestamp::read(json, "fileUploaded").or(Timestamp::read(json, "uploaded")),
            version: json.count("fileVersion"),
            created_by: json.filled("createdByEmail"),
            created_by_id: json.filled("createdById"),
            old_versions: Vec::new(),
            file_key: json.filled("fileKey"),
        })
    }

    /// Bytes of plaintext as the sender declared them, which may be wrong.
    pub(crate) fn declared_size(&self) -> Option<u64> {
        self.size_is_known.then_some(self.size)
    }

    /// The number of parts to download. Some servers say 0 for an empty file; a file with bytes has at least one.
    pub(crate) fn parts_to_fetch(&self) -> u32 {
        match self.declared_size() {
            Some(0) => self.parts,
            _ => self.parts.max(1),
        }
    }

    /// Reads the files of a package or a directory.
    pub(crate) fn list(json: &Json) -> Result<Vec<Self>> {
        json.required_list("files")?
            .iter()
            .map(Self::read)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn files_are_read_from_every_form() {
        let file = File::read(&Json::new(serde_json::json!({
            "fileId": "F", "fileName": "a.txt", "fileSize": 12, "createdByEmail": "u@acme.test", "createdById": "U",
            "uploaded": "Feb 9, 2022 11:14:24 PM", "fileVersion": "2", "fileParts": "3", "fileKey": "", "unknown": null,
            "oldVersions": {"fileId": "F1", "fileName": "a.txt", "fileSize": "10", "fileVersion": 1, "fileParts": 1,
                "fileKey": "abc", "oldVersions": [{"fileId": "F0"}]},
        })))
        .expect("a file");
        assert_eq!((file.size, file.parts, file.version), (12, 3, Some(2)));
        assert_eq!(file.created_by_id.as_deref(), Some("U"));
        assert_eq!(file.file_key, None, "an empty key is none");
        let old = &file.old_versions[0];
        assert_eq!((old.file_id.as_str(), old.size), ("F1", 10));
        assert_eq!(old.file_key.as_deref(), Some("abc"));
        assert!(old.old_versions.is_empty(), "one level of them");
        let read = |json| File::read(&Json::new(json));
        let bare =
            read(serde_json::json!({"fileId": "F", "fileName": "a.txt", "oldVersions": null}))
                .expect("a file");
        assert!(bare.old_versions.is_empty() && bare.created_by_id.is_none());
        for lacking in [
            serde_json::json!({}),
            serde_json::json!({"fileId": "F"}),
            serde_json::json!({"fileId": "", "fileName": "a.txt"}),
            serde_json::json!({"fileId": "F", "fileName": null}),
            serde_json::json!({"fileId": "F", "fileName": "a.txt", "oldVersions": [{}]}),
        ] {
            let error = read(lacking.clone()).expect_err("no file");
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{lacking}");
        }
    }
}
