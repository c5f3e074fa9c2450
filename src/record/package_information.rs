//! Package information (`protocol` 6.2.2).

use super::package_state::state_number;
use crate::error::Result;
use crate::json::Json;
use crate::record::{ContactGroup, File, Recipient, Subdirectory, Timestamp};

/// The information of a package.
#[derive(Clone, Debug)]
pub struct PackageInformation {
    /// The package id, such as `GVG2-MNZT`.
    pub package_id: String,
    /// The package code, part of the secure link.
    pub package_code: String,
    /// E-mail address of the sender.
    pub sender: Option<String>,
    /// When the package was created.
    pub created: Option<Timestamp>,
    /// The state's name, such as `PACKAGE_STATE_ACTIVE_COMPLETE`.
    pub state: Option<String>,
    /// The state's number (`protocol` 7.4).
    pub state_number: Option<i32>,
    /// The life in days; 0 means that the package does not expire.
    pub life: Option<u32>,
    /// The descriptor, or a Workspace's name.
    pub label: Option<String>,
    /// The recipients.
    pub recipients: Vec<Recipient>,
    /// The contact groups on the package.
    pub contact_groups: Vec<ContactGroup>,
    /// The files; in a Workspace those of the root directory.
    pub files: Vec<File>,
    /// The directories in a Workspace's root, if the response has them;
    /// [`Package::directory`](crate::Package::directory) lists all.
    pub directories: Vec<Subdirectory>,
    /// E-mail addresses of those who may approve.
    pub approvers: Vec<String>,
    /// Whether an approver has to approve before recipients get access.
    pub needs_approval: bool,
    /// Whether downloads need a password.
    pub password_required: bool,
    /// Whether this is a Workspace.
    pub is_workspace: bool,
    /// Whether the package is archived.
    pub is_archived: bool,
    /// Whether recipients may reply to all.
    pub allow_reply_all: bool,
    /// Whether there is a message, if the response says it.
    pub contains_message: Option<bool>,
    /// The id of a Workspace's root directory.
    pub root_directory_id: Option<String>,
    /// The id of the package to which this one is a reply.
    pub parent_id: Option<String>,
    /// The service's own URL of the package, if the response has one.
    pub url: Option<String>,
    pub(crate) server_secret: String,
}

impl PackageInformation {
    /// Reads package information, which must have the id and code of the package and the list of its files.
    pub(crate) fn read(json: &Json) -> Result<Self> {
        let state = json.filled("state").or_else(|| json.filled("packageState"));
        Ok(Self {
            package_id: json.required("packageId")?,
            package_code: json.required("packageCode")?,
            sender: json.filled("packageSender"),
            created: Timestamp::read(json, "packageTimestamp"),
            state_number: state.as_deref().and_then(state_number),
            state,
            life: json.count("life").or(json.count("packageLife")),
            label: json.filled("label").or_else(|| json.filled("packageLabel")),
            recipients: json
                .list("recipients")
                .iter()
                .map(Recipient::read)
                .collect(),
            contact_groups: ContactGroup::list(json.list("contactGroups"))?,
            files: File::list(json)?,
            directories: Subdirectory::list(json.list("directories"))?,
            approvers: json.texts("approverList"),
            needs_approval: json.flag("needsApproval").unwrap_or(false),
            password_required: json.flag("passwordRequired").unwrap_or(false),
            is_workspace: json.flag("isVDR").unwrap_or(false),
            is_archived: json.flag("isArchived").unwrap_or(false),
            allow_reply_all: json.flag("allowReplyAll").unwrap_or(false),
            contains_message: json.flag("packageContainsMessage"),
            root_directory_id: json.filled("rootDirectoryId"),
            parent_id: json.filled("packageParentId"),
            url: json.filled("url"),
            server_secret: json.text("serverSecret").unwrap_or_default(),
        })
    }

    /// Whether the package was finalized: its state is one of the active or expired ones.
    pub(crate) fn is_finalized(&self) -> bool {
        self.state_number.is_some_and(|number| number >= 1)
    }

    /// Whether the package was deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        matches!(self.state_number, Some(-4 | -3 | -1))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn states_by_name_and_number() {
        let state = |value: serde_json::Value| {
            let response =
                json!({"packageId": "P", "packageCode": "C", "files": [], "state": value});
            let information = PackageInformation::read(&Json::new(response)).expect("a package");
            (
                information.state_number,
                information.is_finalized(),
                information.is_deleted(),
            )
        };
        assert_eq!(
            state(json!("PACKAGE_STATE_ACTIVE_COMPLETE")),
            (Some(3), true, false)
        );
        assert_eq!(
            state(json!("PACKAGE_STATE_IN_PROGRESS")),
            (Some(0), false, false)
        );
        assert_eq!(state(json!("4")), (Some(4), true, false));
        assert_eq!(state(json!(-1)), (Some(-1), false, true));
        assert_eq!(state(json!("SOMETHING_NEW")), (None, false, false));
    }

    #[test]
    fn what_names_a_package_and_its_files_has_to_be_there() {
        let whole = json!({"packageId": "P", "packageCode": "C", "files": [{"fileId": "F", "fileName": "a"}]});
        let read =
            |response: &serde_json::Value| PackageInformation::read(&Json::new(response.clone()));
        assert_eq!(read(&whole).expect("whole").files.len(), 1);
        for (member, values) in [
            ("packageId", vec![json!(null), json!("")]),
            ("packageCode", vec![json!(null), json!([])]),
            (
                "files",
                vec![json!(null), json!("none"), json!([{}]), json!([null])],
            ),
            ("directories", vec![json!([{"name": "x"}])]),
            ("contactGroups", vec![json!([{}])]),
        ] {
            for value in values {
                let mut response = whole.clone();
                response[member] = value;
                let error = read(&response).expect_err(member);
                assert_eq!(
                    error.kind(),
                    crate::error::ErrorKind::BadAnswer,
                    "{response}"
                );
            }
        }
    }
}
