//! A recipient of a package (`protocol` 6.4).

use super::public_key::PublicKey;
use super::timestamp::Timestamp;
use crate::json::Json;

/// A recipient of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The service's id of this recipient on this package.
    pub recipient_id: String,
    /// The e-mail address.
    pub email: String,
    /// The full name, if the service knows it.
    pub full_name: Option<String>,
    /// The role in a Workspace, such as `VIEWER`.
    pub role: Option<String>,
    /// Whether an approver has to approve before this recipient gets access.
    pub needs_approval: bool,
    /// E-mail addresses of those who may approve.
    pub approvers: Vec<String>,
    /// Whether this is the owner of the package.
    pub is_package_owner: bool,
    /// Whether the recipient has to enter a code sent by SMS.
    pub sms_auth: bool,
    /// The phone numbers that the service knows, with their dialling codes.
    pub phone_numbers: Vec<String>,
    /// The service's code of this recipient; its use is not documented.
    pub recipient_code: Option<String>,
    /// What this recipient has downloaded.
    pub confirmations: Vec<Confirmation>,
    /// The public keys of this recipient's trusted devices, if the response has them.
    pub public_keys: Vec<PublicKey>,
    /// Whether there are public keys to which the keycode has to be encrypted (`protocol` 4.6).
    pub(crate) check_for_public_keys: Option<bool>,
}

/// A confirmation that a recipient has downloaded a file, or read the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The IP address.
    pub ip_address: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
    /// Whether it was the message.
    pub is_message: bool,
    /// The id of the file.
    pub file_id: Option<String>,
    /// The name of that file.
    pub file_name: Option<String>,
}

impl Recipient {
    pub(crate) fn read(json: &Json) -> Self {
        let phone_numbers = json.list("phonenumbers").iter().filter_map(|phone| {
            let number = phone.filled("phonenumber")?;
            Some(match phone.number("countryCode") {
                Some(code) if !number.starts_with('+') => format!("+{code} {number}"),
                _ => number,
            })
        });
        let mut phone_numbers: Vec<String> = phone_numbers.collect();
        if phone_numbers.is_empty() {
            phone_numbers.extend(json.filled("phoneNumber"));
        }
        Self {
            recipient_id: json.text("recipientId").unwrap_or_default(),
            email: json.text("email").unwrap_or_default(),
            full_name: json.filled("fullName"),
            role: json.filled("roleName"),
            needs_approval: json
                .flag("needsApproval")
                .or(json.flag("approvalRequired"))
                .unwrap_or(false),
            approvers: json.texts("approvers"),
            is_package_owner: json.flag("isPackageOwner").unwrap_or(false),
            sms_auth: json.flag("smsAuth").unwrap_or(false),
            phone_numbers,
            recipient_code: json.filled("recipientCode"),
            confirmations: json
                .list("confirmations")
                .iter()
                .map(Confirmation::read)
                .collect(),
            public_keys: json
                .list("publicKeys")
                .iter()
                .flat_map(PublicKey::read)
                .collect(),
            check_for_public_keys: json.flag("checkForPublicKeys"),
        }
    }
}

impl Confirmation {
    fn read(json: &Json) -> Self {
        let file = json.object("file");
        let of_file = |name: &str| file.and_then(|file| file.filled(name));
        Self {
            ip_address: json.filled("ipAddress"),
            time: Timestamp::read(json, "timestamp")
                .or_else(|| Timestamp::read(json, "timeStampStr")),
            is_message: json.flag("isMessage").unwrap_or(false),
            file_id: of_file("fileId"),
            file_name: of_file("fileName"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_recipient_is_read_from_every_form() {
        let read = |json: Value| Recipient::read(&Json::new(json));
        let bare =
            read(json!({"recipientId": null, "confirmations": null, "phonenumbers": "none"}));
        assert_eq!((bare.recipient_id.as_str(), bare.email.as_str()), ("", ""));
        assert!(!bare.needs_approval && !bare.sms_auth && !bare.is_package_owner);
        assert_eq!(bare.check_for_public_keys, None);
        let odd = read(
            json!({"recipientId": 7, "smsAuth": "true", "approvalRequired": "True", "unknown": [1],
            "checkForPublicKeys": "false", "approvers": ["a@x.test", {"email": "b@x.test"}],
            "phonenumbers": {"countryCode": "49", "phonenumber": 301_234}}),
        );
        assert_eq!(odd.recipient_id, "7");
        assert!(odd.sms_auth && odd.needs_approval);
        assert_eq!(odd.check_for_public_keys, Some(false));
        assert_eq!(odd.approvers, ["a@x.test", "b@x.test"]);
        assert_eq!(odd.phone_numbers, ["+49 301234"]);
    }

    #[test]
    fn confirmations_are_a_list_or_a_single_one() {
        let file = json!({"ipAddress": "192.0.2.1", "timestamp": "Dec 12, 2018 2:24:38 PM", "isMessage": false,
            "timeStampStr": "Dec 12, 2018 at 14:24", "file": {"fileId": "F", "fileName": "a.txt", "fileSize": "12"}});
        let message =
            json!({"isMessage": "true", "timeStampStr": "Dec 12, 2018 at 14:24", "file": null});
        let read = |confirmations: Value| {
            Recipient::read(&Json::new(json!({ "confirmations": confirmations }))).confirmations
        };
        for confirmations in [
            read(json!([file, message])),
            [read(file), read(message)].concat(),
        ] {
            let [file, message] = &confirmations[..] else {
                panic!("{confirmations:?}")
            };
            // `date -u -d '2018-12-12 14:24:38' +%s`.
            let seconds = |confirmation: &Confirmation| confirmation.time.clone()?.seconds;
            assert_eq!(seconds(file), Some(1_544_624_678));
            assert_eq!(file.ip_address.as_deref(), Some("192.0.2.1"));
            assert_eq!(file.file_id.as_deref(), Some("F"));
            assert_eq!(file.file_name.as_deref(), Some("a.txt"));
            assert_eq!(seconds(message), Some(1_544_624_640));
            assert!(message.is_message && !file.is_message);
            assert_eq!((&message.file_id, &message.file_name), (&None, &None));
        }
        assert!(read(json!("none")).is_empty());
    }
}
