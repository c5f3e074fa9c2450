//! An entry of a Workspace's activity log (`protocol` 6.11).

use super::timestamp::Timestamp;
use crate::json::Json;

/// An action in a Workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    /// The service's id of the entry.
    pub activity_log_id: String,
    /// When it was done.
    pub time: Option<Timestamp>,
    /// The time in the service's form for people.
    pub time_for_people: Option<String>,
    /// The IP address.
    pub ip_address: Option<String>,
    /// The id of the package.
    pub package_id: Option<String>,
    /// The id of the file, directory or recipient that it was done to.
    pub target_id: Option<String>,
    /// The service's word for the action.
    pub action: Option<String>,
    /// The service's description of the action.
    pub action_description: Option<String>,
    /// The e-mail address of the user.
    pub user_email: Option<String>,
    /// The service's id of the user.
    pub user_id: Option<String>,
}

impl ActivityEntry {
    pub(crate) fn read(json: &Json) -> Self {
        let user = json.object("user");
        let of_user = |name: &str| user.and_then(|user| user.filled(name));
        Self {
            activity_log_id: json.text("activityLogId").unwrap_or_default(),
            time: Timestamp::read(json, "timestamp").or(Timestamp::read(json, "timestampStr")),
            time_for_people: json.filled("timestampStr"),
            ip_address: json.filled("ipAddress"),
            package_id: json.filled("packageId"),
            target_id: json.filled("targetId"),
            action: json.filled("action"),
            action_description: json.filled("actionDescription"),
            user_email: of_user("userEmail"),
            user_id: of_user("userId"),
        }
    }
}
