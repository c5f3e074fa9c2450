//! A contact group (`protocol` 6.5).

use crate::error::Result;
use crate::json::Json;

/// A contact group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroup {
    /// The service's id.
    pub contact_group_id: String,
    /// The name.
    pub name: String,
    /// Whether it belongs to the organization, so that all its users may use it.
    pub is_organization_group: bool,
    /// The members.
    pub members: Vec<ContactGroupMember>,
}

/// A member of a contact group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroupMember {
    /// The service's id of this user, if the response has it.
    pub user_id: Option<String>,
    /// The e-mail address.
    pub email: String,
}

impl ContactGroup {
    pub(crate) fn read(json: &Json) -> Self {
        let mut members: Vec<_> = json
            .list("users")
            .iter()
            .map(ContactGroupMember::read)
            .collect();
        if members.is_empty() {
            // Responses to changes have the addresses only.
            let emails = json.texts("contactGroupUserEmails").into_iter();
            members.extend(emails.map(|email| ContactGroupMember {
                user_id: None,
                email,
            }));
        }
        Self {
            contact_group_id: json.text("contactGroupId").unwrap_or_default(),
            name: json.text("contactGroupName").unwrap_or_default(),
            is_organization_group: json
                .flag("contactGroupIsOrganizationGroup")
                .unwrap_or(false),
            members,
        }
    }

    /// Reads a list of groups, which all must have ids.
    pub(crate) fn list(items: &[Json]) -> Result<Vec<Self>> {
        let group = |json: &Json| {
            json.required("contactGroupId")?;
            Ok(Self::read(json))
        };
        items.iter().map(group).collect()
    }

    pub(crate) fn member(&self, email: &str) -> Option<&ContactGroupMember> {
        let mut members = self.members.iter();
        members.find(|member| member.email.eq_ignore_ascii_case(email))
    }
}

impl ContactGroupMember {
    pub(crate) fn read(json: &Json) -> Self {
        Self {
            user_id: json.filled("userId"),
            email: json.text("userEmail").unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(json: Value) -> ContactGroup {
        ContactGroup::read(&Json::new(json))
    }

    fn member(user_id: Option<&str>, email: &str) -> ContactGroupMember {
        ContactGroupMember {
            user_id: user_id.map(str::to_owned),
            email: email.to_owned(),
        }
    }

    #[test]
    fn a_group_is_read_from_every_form() {
        let whole = read(
            json!({"contactGroupId": 7, "contactGroupName": "Sales", "unknown": [],
            "contactGroupIsOrganizationGroup": "true", "users": [{"userEmail": "m@x.test", "userId": "u"}]}),
        );
        assert_eq!(whole.contact_group_id, "7");
        assert!(whole.is_organization_group);
        assert_eq!(whole.members, [member(Some("u"), "m@x.test")]);
        let single = read(json!({"users": {"userEmail": "m@x.test", "userId": 5}}));
        assert_eq!(single.members, [member(Some("5"), "m@x.test")]);
        let addresses = read(json!({"users": null, "contactGroupUserEmails": ["m@x.test"]}));
        assert_eq!(addresses.members, [member(None, "m@x.test")]);
        let bare = read(json!({"contactGroupName": null}));
        assert_eq!((bare.name.as_str(), bare.members.len()), ("", 0));
        assert!(!bare.is_organization_group);
    }
}
