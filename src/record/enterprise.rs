//! The organization of a user (`protocol` 6.1.4).

use crate::json::Json;

/// The organization of a user.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// The host of its portal.
    pub host: Option<String>,
    /// Its name.
    pub system_name: Option<String>,
    /// Whether packages may be finalized with undisclosed recipients.
    pub allow_undisclosed_recipients: bool,
    /// Whether messages are encrypted.
    pub message_encryption: bool,
    /// Whether the organization tests new versions of the plug-in for Outlook.
    pub outlook_beta: bool,
    /// Whether the portal offers all languages.
    pub allow_all_languages: bool,
    /// The colour of the header of its pages, as in CSS.
    pub header_color: Option<String>,
    /// The colour of links on its pages.
    pub link_color: Option<String>,
}

impl Enterprise {
    pub(crate) fn read(json: &Json) -> Self {
        Self {
            host: json.filled("host"),
            system_name: json.filled("systemName"),
            allow_undisclosed_recipients: json.flag("allowUndisclosedRecipients").unwrap_or(false),
            message_encryption: json.flag("messageEncryption").unwrap_or(false),
            outlook_beta: json.flag("outlookBeta").unwrap_or(false),
            allow_all_languages: json.flag("allowI18nAll").unwrap_or(false),
            header_color: json.filled("headerColor"),
            link_color: json.filled("linkColor"),
        }
    }
}
