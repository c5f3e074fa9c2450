//! A directory of a Workspace (`protocol` 6.8.1).

use super::timestamp::Timestamp;
use crate::error::Result;
use crate::json::Json;
use crate::record::File;

/// A directory of a Workspace with its content.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The service's id.
    pub directory_id: String,
    /// The name; the root has none.
    pub name: String,
    /// The files in it.
    pub files: Vec<File>,
    /// The directories in it.
    pub directories: Vec<Subdirectory>,
}

/// A directory as its parent lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subdirectory {
    /// The service's id.
    pub directory_id: String,
    /// The name.
    pub name: String,
    /// When it was created.
    pub created: Option<Timestamp>,
}

impl Directory {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        // The official clients write this member in different cases.
        let below = json
            .required_list("subDirectories")
            .or_else(|error| json.required_list("subdirectories").map_err(|_| error))?;
        Ok(Self {
            directory_id: json.text("directoryId").unwrap_or_default(),
            name: json
                .filled("directoryName")
                .or_else(|| json.text("name"))
                .unwrap_or_default(),
            files: File::list(json)?,
            directories: Subdirectory::list(below)?,
        })
    }
}

impl Subdirectory {
    fn read(json: &Json) -> Result<Self> {
        Ok(Self {
            directory_id: json.required("directoryId")?,
            // It may be empty; a download then chooses one.
            name: match json.filled("directoryName") {
                Some(name) => json.filled("name").unwrap_or(name),
                None => json.required_text("name")?,
            },
            created: Timestamp::read(json, "created"),
        })
    }

    pub(crate) fn list(items: &[Json]) -> Result<Vec<Self>> {
        items.iter().map(Self::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn directories_are_read_from_every_form() {
        let directory = Directory::read(&Json::new(json!({
            "directoryId": "D", "directoryName": "Docs", "unknown": [1],
            "files": [{"fileId": "F", "fileName": "a.txt", "fileSize": "12", "parts": "1", "fileVersion": 2}],
            "subDirectories": [{"directoryId": "D2", "name": "Old", "created": "Feb 9, 2022 11:14:24 PM", "subDirectories": []}, {"directoryId": "D4", "name": ""}]
        })))
        .expect("a directory");
        assert_eq!(
            (directory.directory_id.as_str(), directory.name.as_str()),
            ("D", "Docs")
        );
        let file = &directory.files[0];
        assert_eq!(
            (file.size, file.parts, file.version),
            (Some(12), Some(1), Some(2))
        );
        let below = &directory.directories[0];
        assert_eq!(
            (below.directory_id.as_str(), below.name.as_str()),
            ("D2", "Old")
        );
        let created = below.created.as_ref().expect("a time");
        assert_eq!(created.seconds, Some(1_644_448_464));
        assert_eq!(directory.directories[1].name, "");

        let other = Directory::read(&Json::new(
            json!({"name": "x", "files": [], "subdirectories": {"directoryId": "D3", "directoryName": "y"}}),
        ))
        .expect("a directory");
        assert_eq!((other.name.as_str(), other.files.len()), ("x", 0));
        assert_eq!(other.directories[0].directory_id, "D3");
        assert_eq!(other.directories[0].created, None);

        for lacking in [
            json!({}),
            json!({"files": []}),
            json!({"subDirectories": []}),
            json!({"files": null, "subDirectories": []}),
            json!({"files": [], "subDirectories": "none"}),
            json!({"files": [{"fileId": "F"}], "subDirectories": []}),
            json!({"files": [], "subDirectories": [{"name": "x"}]}),
            json!({"files": [], "subDirectories": [{"directoryId": "D"}]}),
        ] {
            let error = Directory::read(&Json::new(lacking.clone())).expect_err("no directory");
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{lacking}");
        }
    }
}
