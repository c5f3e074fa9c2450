//! A package in a list or a search (`protocol` 6.3).

use super::package_state::state_number;
use super::recipient::Recipient;
use super::timestamp::Timestamp;
use crate::error::Result;
use crate::json::Json;

/// A package in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageSummary {
    /// The package id.
    pub package_id: String,
    /// The package code.
    pub package_code: Option<String>,
    /// The id of the package to which this one is a reply.
    pub parent_id: Option<String>,
    /// E-mail address of the sender.
    pub sender: Option<String>,
    /// The service's id of the sender.
    pub sender_id: Option<String>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// The state's number (`protocol` 7.4).
    pub state_number: Option<i32>,
    /// The service's name of the state.
    pub state: Option<String>,
    /// The life in days; 0 means that the package does not expire.
    pub life: Option<u32>,
    /// The descriptor, or a Workspace's name.
    pub label: Option<String>,
    /// The e-mail addresses of the recipients, if the list has them.
    pub recipients: Vec<String>,
    /// How many recipients there are.
    pub recipient_count: Option<u32>,
    /// Names of the files.
    pub file_names: Vec<String>,
    /// Names of the contact groups.
    pub contact_groups: Vec<String>,
    /// Whether there is a message.
    pub contains_message: Option<bool>,
    /// Whether this is a Workspace.
    pub is_workspace: bool,
    /// Whether it came by a Dropzone.
    pub is_dropzone: bool,
    /// In the history of a recipient: this recipient's entry on the package.
    pub recipient: Option<Recipient>,
}

impl PackageSummary {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        let state = json.filled("packageState").or_else(|| json.filled("state"));
        let state_number = state.as_deref().and_then(state_number);
        Ok(Self {
            package_id: json.required("packageId")?,
            package_code: json.filled("packageCode"),
            parent_id: json.filled("packageParentId"),
            sender: json.filled("packageUserName"),
            sender_id: json.filled("packageUserId"),
            updated: Timestamp::read(json, "packageUpdateTimestamp"),
            state_number,
            state: json
                .filled("packageStateStr")
                .or(state.filter(|_| state_number.is_none())),
            // Lists have the first name, package information the second.
            life: json.count("packageLife").or(json.count("life")),
            label: json.filled("packageLabel").or_else(|| json.filled("label")),
            recipients: json.texts("recipients"),
            recipient_count: json.count("recipientCount"),
            file_names: json.texts("filenames"),
            contact_groups: json.texts("contactGroups"),
            contains_message: json.flag("packageContainsMessage"),
            is_workspace: json
                .flag("packageIsVdr")
                .or(json.flag("isVDR"))
                .unwrap_or(false),
            is_dropzone: json.flag("isDropzonePackage").unwrap_or(false),
            recipient: json.object("packageRecipientResponse").map(Recipient::read),
        })
    }
}
