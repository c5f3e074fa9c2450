//! An entry of an organization's audit log.

use super::timestamp::Timestamp;
use crate::json::Json;

/// An event in the audit log of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLogEntry {
    /// The service's id of the event.
    pub event_id: String,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The service's word for the kind of event, such as `PACKAGE_EVENT`.
    pub event_type: Option<String>,
    /// The service's word for the action.
    pub action: Option<String>,
    /// The IP address.
    pub ip_address: Option<String>,
    /// The user: an e-mail address, or words such as `Anonymous Recipient`.
    pub authenticated_user: Option<String>,
    /// The user in whose name it was done, if it was another one.
    pub impersonated_user: Option<String>,
    /// Further details as JSON; the members depend on the action.
    pub details: Option<String>,
}

impl AuditLogEntry {
    pub(crate) fn read(json: &Json) -> Self {
        Self {
            event_id: json.text("eventId").unwrap_or_default(),
            time: Timestamp::read(json, "timestamp"),
            event_type: json.filled("eventType"),
            action: json.filled("action"),
            ip_address: json.filled("ipAddress"),
            authenticated_user: json.filled("authenticatedUser"),
            impersonated_user: json.filled("impersonatedUser"),
            details: json
                .value_text("LogDetails")
                .or_else(|| json.value_text("logDetails")),
        }
    }
}
