//! Contact groups of the user or of the organization: recipients under one name (`protocol` 6.5).

use crate::api::retry::gone_is_done;
use crate::api::{Session, endpoint};
use crate::call::Observer;
use crate::check::{email_address, identifier};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{ContactGroup, ContactGroupMember};

/// The most members of a contact group: a list that does not end makes the call fail.
const MOST_MEMBERS: usize = 100_000;

impl Client {
    /// Creates an empty contact group of the user, or of the organization, which needs an administrator.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an empty name; [`ErrorKind::Denied`] if only administrators may;
    /// [`ErrorKind::OutcomeUnknown`] if the response was lost: repeating the request could create a second group.
    pub fn create_contact_group(
        &self,
        observer: &mut dyn Observer,
        name: &str,
        is_organization_group: bool,
    ) -> Result<ContactGroup> {
        if name.trim().is_empty() {
            let message = "a contact group needs a name";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let name = name.to_owned();
        self.run(observer, move |session| {
            let created = endpoint::create_contact_group(session, &name, is_organization_group);
            let mut group = ContactGroup::read(&created.map_err(|error| match error.kind() {
                ErrorKind::OutcomeUnknown => {
                    error.with_remedy("list the contact groups to see whether it was created")
                }
                _ => error,
            })?);
            if group.contact_group_id.is_empty() {
                return Err(Error::new(
                    ErrorKind::BadAnswer,
                    "the response to creating a contact group has no id",
                ));
            }
            // The response does not have these.
            group.is_organization_group = is_organization_group;
            if group.name.is_empty() {
                group.name = name;
            }
            Ok(group)
        })
    }

    /// Gets a contact group with its members.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] for a group that does not exist or belongs to another user.
    pub fn contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<ContactGroup> {
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |session| get(session, &id))
    }

    /// Deletes a contact group; it is also removed from its packages.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`], [`ErrorKind::Denied`] for a group that does not exist, or that the user may not delete.
    pub fn delete_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<()> {
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |session| {
            let is_gone = |_: &Error| get(session, &id).is_err_and(|e| e.server_code().is_some());
            gone_is_done(endpoint::delete_contact_group(session, &id), is_gone)
        })
    }

    /// Adds a member to a contact group.
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
        let email = email_address(email)?;
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |session| {
            match endpoint::add_contact_group_member(session, &id, &email) {
                Ok(response) => {
                    let mut member = ContactGroupMember::read(&response);
                    if member.email.is_empty() {
                        member.email = email;
                    }
                    Ok(member)
                }
                // The attempt whose response was lost may have added the member.
                Err(error) if error.follows_lost_response() && error.server_code().is_some() => {
                    get(session, &id)?.member(&email).cloned().ok_or(error)
                }
                Err(error) => Err(error),
            }
        })
    }

    /// Removes a member from a contact group.
    ///
    /// # Errors
    /// [`ErrorKind::UserNotFound`] or [`ErrorKind::Refused`] for a user who is not a member; [`ErrorKind::Denied`].
    pub fn remove_contact_group_member(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
        user_id: &str,
    ) -> Result<()> {
        let id = identifier("contact group id", contact_group_id)?;
        let user_id = identifier("user id", user_id)?;
        self.run(observer, move |session| {
            let removed = endpoint::remove_contact_group_member(session, &id, &user_id);
            let is_gone = |_: &Error| {
                get(session, &id).is_ok_and(|group| {
                    let mut members = group.members.iter();
                    members.all(|member| member.user_id.as_ref() != Some(&user_id))
                })
            };
            gone_is_done(removed, is_gone)
        })
    }

    /// Lists the contact groups of the user, or of the organization.
    ///
    /// # Errors
    /// Refusals of the service.
    pub fn contact_groups(
        &self,
        observer: &mut dyn Observer,
        whole_organization: bool,
    ) -> Result<Vec<ContactGroup>> {
        self.run(observer, move |session| {
            let response = endpoint::contact_groups(session, whole_organization)?;
            ContactGroup::list(response.required_list("contactGroups")?)
        })
    }
}

/// The group with all its members, from all pages.
fn get(session: &Session, contact_group_id: &str) -> Result<ContactGroup> {
    let mut row = 0;
    let mut earlier = Vec::new();
    loop {
        let response = endpoint::get_contact_group(session, contact_group_id, row)?;
        let group = response.object("contactGroup");
        let group = group.filter(|group| group.has("contactGroupId") || group.has("users"));
        let group = group.ok_or_else(|| {
            let message = "the response has no contact group";
            Error::new(ErrorKind::BadAnswer, message)
        })?;
        let mut group = ContactGroup::read(group);
        let pagination = response.object("pagination");
        let next = pagination.and_then(|pagination| pagination.size("nextRowIndex"));
        match next.filter(|next| *next > row && !group.members.is_empty()) {
            Some(next) => {
                earlier.append(&mut group.members);
                row = next;
                if earlier.len() > MOST_MEMBERS {
                    let message = "the list of the contact group's members does not end";
                    return Err(Error::new(ErrorKind::BadAnswer, message));
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
