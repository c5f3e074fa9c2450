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
    /// Bytes of plaintext as the sender declared them, which may be wrong. `None` if the service does not say it.
    pub size: Option<u64>,
    /// The number of encrypted parts. `None` if the service does not say it.
    pub parts: Option<u32>,
    /// Whether the service says that the file has no bytes, which it may also say of a size that it does not know.
    pub(crate) may_be_empty: bool,
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

    /// A file of which no more is known.
    pub(crate) fn known(file_id: &str, file_name: &str, version: Option<u32>) -> Self {
        Self {
            file_id: file_id.to_owned(),
            file_name: file_name.to_owned(),
            size: None,
            parts: None,
            may_be_empty: false,
            uploaded: None,
            version,
            created_by: None,
            created_by_id: None,
            old_versions: Vec::new(),
            file_key: None,
        }
    }

    /// Reads a file without its earlier versions.
    fn read_version(json: &Json) -> Result<Self> {
        let size = json.size("fileSize");
        // The first name is that of package information, the second that of file information (`protocol` 6.7.1). No file
        // has 0 parts.
        let parts = ["parts", "fileParts"].map(|name| json.count(name).filter(|parts| *parts > 0));
        let parts = parts[0].or(parts[1]);
        Ok(Self {
            file_id: json.required("fileId")?,
            // A sender may have left it empty; a download then chooses a name.
            file_name: json.required_text("fileName")?,
            // An empty file is one part. Any other 0 is a size that the service does not know.
            size: size.filter(|size| *size > 0 || parts == Some(1)),
            parts,
            may_be_empty: size == Some(0),
            uploaded: Timestamp::read(json, "fileUploaded").or(Timestamp::read(json, "uploaded")),
            version: json.count("fileVersion"),
            created_by: json.filled("createdByEmail"),
            created_by_id: json.filled("createdById"),
            old_versions: Vec::new(),
            file_key: json.filled("fileKey"),
        })
    }

    /// The number of parts that are there at least.
    pub(crate) fn least_parts(&self) -> u32 {
        self.parts.unwrap_or(u32::from(!self.may_be_empty))
    }

    /// Whether the service says that the file has this size.
    pub(crate) fn is_of(&self, size: u64) -> bool {
        self.size == Some(size) || size == 0 && self.may_be_empty
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
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn files_are_read_from_every_form() {
        let file = File::read(&Json::new(json!({
            "fileId": "F", "fileName": "a.txt", "fileSize": 12, "createdByEmail": "u@acme.test", "createdById": "U",
            "uploaded": "Feb 9, 2022 11:14:24 PM", "fileVersion": "2", "fileParts": "3", "fileKey": "", "unknown": null,
            "oldVersions": {"fileId": "F1", "fileName": "a.txt", "fileSize": "10", "fileVersion": 1, "fileParts": 1,
                "fileKey": "abc", "oldVersions": [{"fileId": "F0"}]},
        })))
        .expect("a file");
        assert_eq!(
            (file.size, file.parts, file.version),
            (Some(12), Some(3), Some(2))
        );
        assert_eq!(file.created_by_id.as_deref(), Some("U"));
        assert_eq!(file.file_key, None, "an empty key is none");
        let old = &file.old_versions[0];
        assert_eq!((old.file_id.as_str(), old.size), ("F1", Some(10)));
        assert_eq!(old.file_key.as_deref(), Some("abc"));
        assert!(old.old_versions.is_empty(), "one level of them");
        let read = |json| File::read(&Json::new(json));
        let bare =
            read(json!({"fileId": "F", "fileName": "a.txt", "oldVersions": null})).expect("a file");
        assert!(bare.old_versions.is_empty() && bare.created_by_id.is_none());
        assert_eq!((bare.size, bare.parts), (None, None));
        for (size, parts, read_as) in [
            (json!(0), json!(1), (Some(0), Some(1))),
            (json!("0"), json!(0), (None, None)),
            (json!(0), json!(3), (None, Some(3))),
            (json!(null), json!(null), (None, None)),
            (json!(-1), json!("x"), (None, None)),
            (json!("5.0"), json!(2.0), (Some(5), Some(2))),
        ] {
            let json = json!({"fileId": "F", "fileName": "a", "fileSize": size, "parts": parts});
            let file = read(json.clone()).expect("a file");
            assert_eq!((file.size, file.parts), read_as, "{json}");
        }
        for lacking in [
            json!({}),
            json!({"fileId": "F"}),
            json!({"fileId": "", "fileName": "a.txt"}),
            json!({"fileId": "F", "fileName": null}),
            json!({"fileId": "F", "fileName": "a.txt", "oldVersions": [{}]}),
        ] {
            let error = read(lacking.clone()).expect_err("no file");
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{lacking}");
        }
    }
}
