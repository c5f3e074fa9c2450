//! Contact groups of a package (`protocol` 6.5).

use std::sync::Arc;

use super::Package;
use crate::api::retry::gone_is_done;
use crate::api::{Session, endpoint};
use crate::call::Observer;
use crate::check::identifier;
use crate::error::{Error, Result};
use crate::record::{ContactGroup, PackageInformation};

impl Package {
    /// Adds a contact group to the package: its members become recipients. In a Workspace, or if the package is
    /// finalized, the keycode is encrypted for their trusted devices at once.
    ///
    /// # Errors
    /// [`ErrorKind::WrongKeycode`](crate::ErrorKind::WrongKeycode),
    /// [`ErrorKind::KeycodeNotProved`](crate::ErrorKind::KeycodeNotProved) before the group is added;
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) for a group that does not exist or belongs to another user;
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied).
    pub fn add_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<ContactGroup> {
        self.0.steps.lock().may_change()?;
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |inner, session: &Arc<Session>| {
            let is_proved = inner.prove_keycode_to_add(session)?;
            let group = match endpoint::add_contact_group(session, &inner.path_name, &id) {
                Ok(response) => ContactGroup {
                    contact_group_id: id.clone(),
                    ..ContactGroup::read(&response)
                },
                // The attempt whose response was lost may have added the group.
                Err(error) if error.follows_lost_response() && error.server_code().is_some() => {
                    on_package(session, &inner.path_name, &id)?.ok_or(error)?
                }
                Err(error) => return Err(error),
            };
            let at_once = {
                let mut steps = inner.steps.lock();
                steps.contact_group_added(&id);
                steps.needs_keycodes_at_once()
            };
            if at_once {
                // If finalize has begun in the meantime, the keycode has to be proved now.
                if !is_proved {
                    inner.prove_keycode_to_hand_on(session)?;
                }
                inner.upload_keycodes(session, None)?;
            }
            Ok(group)
        })
    }

    /// Removes a contact group from the package.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) for a group that is not on the package;
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied).
    pub fn remove_contact_group(
        &self,
        observer: &mut dyn Observer,
        contact_group_id: &str,
    ) -> Result<()> {
        self.0.steps.lock().may_change()?;
        let id = identifier("contact group id", contact_group_id)?;
        self.run(observer, move |inner, session| {
            let removed = endpoint::remove_contact_group(session, &inner.path_name, &id);
            let is_gone = |_: &Error| {
                on_package(session, &inner.path_name, &id).is_ok_and(|group| group.is_none())
            };
            gone_is_done(removed, is_gone)?;
            inner.steps.lock().contact_group_removed(&id);
            Ok(())
        })
    }
}

/// The group with this id, if it is on the package.
fn on_package(
    session: &Session,
    package_id: &str,
    contact_group_id: &str,
) -> Result<Option<ContactGroup>> {
    let response = endpoint::package_information(session, package_id)?;
    let mut groups = PackageInformation::read(&response)?
        .contact_groups
        .into_iter();
    Ok(groups.find(|group| group.contact_group_id == contact_group_id))
}
