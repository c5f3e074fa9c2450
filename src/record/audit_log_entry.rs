//! An entry of an organization's audit log.

use super::timestamp::Timestamp;
use crate::json::Json;

/// Something that the audit log of an organization has recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLogEntry {
    /// The service's id of the event.
    pub event_id: String,
    /// When it was.
    pub time: Option<Timestamp>,
    /// Kind of event, in the service's word for it, such as `PACKAGE_EVENT`.
    pub event_type: Option<String>,
    /// What was done, in the service's word for it.
    pub action: Option<String>,
    /// From which address.
    pub ip_address: Option<String>,
    /// Who did it: an e-mail address, or words such as `Anonymous Recipient`.
    pub authenticated_user: Option<String>,
    /// In whose name, where it was done in another's.
    pub impersonated_user: Option<String>,
    /// What else is known of it: JSON, whose members differ from action to action.
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
