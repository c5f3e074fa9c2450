//! Contact groups: recipients under one name, of a user or of the organization (`protocol` 6.5).

use std::sync::Arc;

use crate::api::retry::gone_is_done;
use crate::api::{Session, endpoint};
use crate::call::Observer;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::package::{Package, check_email, identifier};
use crate::record::PackageInformation;

/// Members of a contact group. No honest one has more; a server that goes on for ever is left.
const MOST_MEMBERS: usize = 100_000;

/// A contact group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroup {
    /// The service's id.
    pub contact_group_id: String,
    /// The name.
    pub name: String,
    /// Whether it is the organization's, which all its users may use.
    pub is_organization_group: bool,
    /// Who is in it.
    pub members: Vec<ContactGroupMember>,
}

/// Somebody in a contact group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroupMember {
    /// The service's id of this user; not every answer tells it.
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
            // Answers to changes tell the addresses only.
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

    /// The groups of an answer.
    /// The groups of a list, which all have ids.
    pub(crate) fn list(items: &[Json]) -> Result<Vec<Self>> {
        let group = |json: &Json| {
            json.required("contactGroupId")?;
            Ok(Self::read(json))
        };
        items.iter().map(group).collect()
    }

    fn member(&self, email: &str) -> Option<&ContactGroupMember> {
        let mut members = self.members.iter();
        members.find(|member| member.email.eq_ignore_ascii_case(email))
    }
}

impl ContactGroupMember {
    fn read(json: &Json) -> Self {
        Self {
            user_id: json.filled("userId"),
            email: json.text("userEmail").unwrap_or_default(),
        }
    }
}

impl Client {
    /// Creates an empty contact group, of the user or, for administrators, of the organization.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an empty name; [`ErrorKind::Denied`] if only administrators may;
    /// [`ErrorKind::OutcomeUnknown`] if the answer was lost: a second group of that name might be made otherwise.
    pub fn create_contact_group(
        &self,
        observer: &mut dyn Observer,
        name: &str,
        is_organization_group: bool,
    ) -> Result<ContactGroup> {
        if name.trim().is_empty() {
            let told = "a contact group needs a name";
            return Err(Error::new(ErrorKind::InvalidArgument, told));
        }
        let name = name.to_owned();
        self.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let created = endpoint::create_contact_group(&session, &name, is_organization_group);
            let mut group = ContactGroup::read(&created.map_err(|error| match error.kind() {
                ErrorKind::OutcomeUnknown => {
                    error.with_remedy("list the contact groups to see whether it was created")
                }
                _ => error,
            })?);
            if group.contact_group_id.is_empty() {
                return Err(Error::new(
                    ErrorKind::BadAnswer,
                    "the answer to creating a contact group has no id",
                ));
            }
            // Not all that is known of it is in the answer.
            group.is_organization_group = is_organization_group;
            if group.name.is_empty() {
                group.name = name;
            }
            Ok(group)
        })
    }

    /// A contact group with its members.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for one that does not exist or is somebody else's.
    pub fn contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<ContactGroup> {
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |shared, call| {
            get(&shared.api.session(call), &id)
        })
    }

    /// Deletes a contact group; it disappears from the packages that it is on.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`], [`ErrorKind::Denied`] for one that does not exist or is not the user's to delete.
    pub fn delete_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<()> {
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let is_gone = |_: &Error| get(&session, &id).is_err_and(|e| e.server_code().is_some());
            gone_is_done(endpoint::delete_contact_group(&session, &id), is_gone)
        })
    }

    /// Adds somebody to a contact group.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedEmail`] before anything is sent; [`ErrorKind::DuplicateEmail`],
    /// [`ErrorKind::InvalidEmail`], [`ErrorKind::Denied`] from the service.
    pub fn add_contact_group_member(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
        email: &str,
    ) -> Result<ContactGroupMember> {
        check_email(email)?;
        let id = identifier("contact group id", contact_group_id)?;
        let email = email.to_owned();
        self.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            match endpoint::add_contact_group_member(&session, &id, &email) {
                Ok(answer) => {
                    let mut member = ContactGroupMember::read(&answer);
                    if member.email.is_empty() {
                        member.email = email;
                    }
                    Ok(member)
                }
                // The attempt whose answer was lost may have done it.
                Err(error) if error.follows_lost_answer() && error.server_code().is_some() => {
                    get(&session, &id)?.member(&email).cloned().ok_or(error)
                }
                Err(error) => Err(error),
            }
        })
    }

    /// Removes somebody from a contact group.
    ///
    /// # Errors
    /// [`ErrorKind::UserNotFound`] or [`ErrorKind::Refused`] for somebody who is not in it; [`ErrorKind::Denied`].
    pub fn remove_contact_group_member(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
        user_id: &str,
    ) -> Result<()> {
        let id = identifier("contact group id", contact_group_id)?;
        let user_id = identifier("user id", user_id)?;
        self.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let removed = endpoint::remove_contact_group_member(&session, &id, &user_id);
            let is_gone = |_: &Error| {
                get(&session, &id).is_ok_and(|group| {
                    let mut members = group.members.iter();
                    members.all(|member| member.user_id.as_ref() != Some(&user_id))
                })
            };
            gone_is_done(removed, is_gone)
        })
    }

    /// The contact groups of the user, or of the organization.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn contact_groups(
        &self,
        observer: &mut dyn Observer,
        whole_organization: bool,
    ) -> Result<Vec<ContactGroup>> {
        self.run(observer, move |shared, call| {
            let session = shared.api.session(call);
            let answer = endpoint::contact_groups(&session, whole_organization)?;
            ContactGroup::list(answer.required_list("contactGroups")?)
        })
    }
}

/// The group with all its members, however many pages they take.
fn get(session: &Session, contact_group_id: &str) -> Result<ContactGroup> {
    let mut row = 0;
    let mut earlier = Vec::new();
    loop {
        let answer = endpoint::get_contact_group(session, contact_group_id, row)?;
        let group = answer.object("contactGroup");
        let group = group.filter(|group| group.has("contactGroupId") || group.has("users"));
        let group = group.ok_or_else(|| {
            let told = "the answer has no contact group";
            Error::new(ErrorKind::BadAnswer, told)
        })?;
        let mut group = ContactGroup::read(group);
        let pagination = answer.object("pagination");
        let next = pagination.and_then(|pagination| pagination.size("nextRowIndex"));
        match next.filter(|next| *next > row && !group.members.is_empty()) {
            Some(next) => {
                earlier.append(&mut group.members);
                row = next;
                if earlier.len() > MOST_MEMBERS {
                    let told = "the list of the contact group's members does not end";
                    return Err(Error::new(ErrorKind::BadAnswer, told));
                }
            }
            None => {
                earlier.append(&mut group.members);
                group.members = earlier;
                return Ok(group);
            }
        }
    }
}

impl Package {
    /// Puts a contact group on the package: its members become recipients. In a Workspace and on a package that is
    /// finalized, the keycode is encrypted for their trusted devices at once.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for a group that does not exist or is somebody else's; [`ErrorKind::Denied`];
    /// [`ErrorKind::WrongKeycode`], [`ErrorKind::KeycodeNotProved`] before it is added.
    pub fn add_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<ContactGroup> {
        self.0.steps.lock().may_change()?;
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |inner, session: &Arc<Session>| {
            let is_proved = inner.prove_keycode_to_add(session)?;
            let group = match endpoint::add_contact_group(session, &inner.id, &id) {
                Ok(answer) => ContactGroup {
                    contact_group_id: id.clone(),
                    ..ContactGroup::read(&answer)
                },
                // The attempt whose answer was lost may have done it.
                Err(error) if error.follows_lost_answer() && error.server_code().is_some() => {
                    on_package(session, &inner.id, &id)?.ok_or(error)?
                }
                Err(error) => return Err(error),
            };
            let at_once = {
                let mut steps = inner.steps.lock();
                steps.contact_group_added(&id);
                steps.needs_keycodes_at_once()
            };
            if at_once {
                // Where finalize has begun meanwhile, the keycode is proved after all.
                if !is_proved {
                    inner.prove_keycode_to_hand_on(session)?;
                }
                inner.upload_keycodes(session, None)?;
            }
            Ok(group)
        })
    }

    /// Takes a contact group off the package.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for a group that is not on the package; [`ErrorKind::Denied`].
    pub fn remove_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<()> {
        self.0.steps.lock().may_change()?;
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |inner, session| {
            let removed = endpoint::remove_contact_group(session, &inner.id, &id);
            let is_gone =
                |_: &Error| on_package(session, &inner.id, &id).is_ok_and(|group| group.is_none());
            gone_is_done(removed, is_gone)?;
            inner.steps.lock().contact_group_removed(&id);
            Ok(())
        })
    }
}

/// The group as it stands on a package.
fn on_package(
    session: &Session,
    package_id: &str,
    contact_group_id: &str,
) -> Result<Option<ContactGroup>> {
    let answer = endpoint::package_information(session, package_id)?;
    let mut groups = PackageInformation::read(&answer)?
        .contact_groups
        .into_iter();
    Ok(groups.find(|group| group.contact_group_id == contact_group_id))
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
