//! Contact groups (protocol 6.5).

use std::ffi::c_char;

use crate::record::{ContactGroup, ContactGroupMember};

use super::client::sendsafely_client;
use super::error::sendsafely_error;
use super::package::sendsafely_package;
use super::support::argument::boolean;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::sendsafely_bool;

/// Somebody in a contact group.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_contact_group_member {
    /// The service's id of this user.
    pub user_id: Nullable<*const c_char>,
    /// E-mail address.
    pub email: *const c_char,
}

impl Translate for ContactGroupMember {
    type Record = sendsafely_contact_group_member;
    fn translate(&self, memory: &mut Memory) -> sendsafely_contact_group_member {
        sendsafely_contact_group_member {
            user_id: memory.optional_text(self.user_id.as_deref()),
            email: memory.text(&self.email),
        }
    }
}

/// A list of members.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_contact_group_member_list {
    /// How many there are.
    pub count: usize,
    /// The members, count of them.
    pub items: *const *const sendsafely_contact_group_member,
}

impl Translate for Vec<ContactGroupMember> {
    type Record = sendsafely_contact_group_member_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_contact_group_member_list {
        sendsafely_contact_group_member_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// A contact group.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_contact_group {
    /// Its id.
    pub contact_group_id: *const c_char,
    /// Its name.
    pub name: *const c_char,
    /// Whether it is the organization's, which all its users may use.
    pub is_organization_group: sendsafely_bool,
    /// Its members.
    pub members: *const sendsafely_contact_group_member_list,
}

impl Translate for ContactGroup {
    type Record = sendsafely_contact_group;
    fn translate(&self, memory: &mut Memory) -> sendsafely_contact_group {
        sendsafely_contact_group {
            contact_group_id: memory.text(&self.contact_group_id),
            name: memory.text(&self.name),
            is_organization_group: self.is_organization_group.into(),
            members: memory.record(&self.members),
        }
    }
}

/// A list of contact groups.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_contact_group_list {
    /// How many there are.
    pub count: usize,
    /// The contact groups, count of them.
    pub items: *const *const sendsafely_contact_group,
}

impl Translate for Vec<ContactGroup> {
    type Record = sendsafely_contact_group_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_contact_group_list {
        sendsafely_contact_group_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Creates an empty contact group: recipients under one name.
///
/// Only administrators of the organization may set is_organization_group, which makes it the organization's.
/// SENDSAFELY_INVALID_ARGUMENT: the name is empty. SENDSAFELY_DENIED: the user is no administrator.
/// SENDSAFELY_OUTCOME_UNKNOWN: the response was lost; list the groups before you call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_create_contact_group(
    client: *mut sendsafely_client,
    name: *const c_char,
    is_organization_group: sendsafely_bool,
    out_group: Nullable<*mut *mut sendsafely_contact_group>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_group = caller.out(out_group);
    caller.guard(|| {
        let name = caller.text(name, "name")?;
        let is_organization_group = boolean(is_organization_group, "is_organization_group")?;
        let group = super::client::call(client, |client, observer| {
            client.create_contact_group(observer, &name, is_organization_group)
        })?;
        out_group.give_record(&group);
        Ok(())
    })
}

/// Fetches a contact group with its members.
///
/// SENDSAFELY_REFUSED: there is no such group, or it is somebody else's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_contact_group(
    client: *mut sendsafely_client,
    contact_group_id: *const c_char,
    out_group: *mut *mut sendsafely_contact_group,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_group = caller.out(out_group);
    caller.guard(|| {
        let out_group = out_group.required("out_group")?;
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        let group = super::client::call(client, |client, observer| {
            client.contact_group(observer, &contact_group_id)
        })?;
        out_group.give_record(&group);
        Ok(())
    })
}

/// Fetches the contact groups of the user with their members, or with whole_organization those of the organization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_contact_groups(
    client: *mut sendsafely_client,
    whole_organization: sendsafely_bool,
    out_groups: *mut *mut sendsafely_contact_group_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_groups = caller.out(out_groups);
    caller.guard(|| {
        let out_groups = out_groups.required("out_groups")?;
        let whole_organization = boolean(whole_organization, "whole_organization")?;
        let groups = super::client::call(client, |client, observer| {
            client.contact_groups(observer, whole_organization)
        })?;
        out_groups.give_record(&groups);
        Ok(())
    })
}

/// Deletes a contact group, also from the packages that it is on.
///
/// SENDSAFELY_REFUSED, SENDSAFELY_DENIED: there is no such group, or the user may not change it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_delete_contact_group(
    client: *mut sendsafely_client,
    contact_group_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        super::client::call(client, |client, observer| {
            client.delete_contact_group(observer, &contact_group_id)
        })
    })
}

/// Adds somebody to a contact group.
///
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is in the
/// group already. SENDSAFELY_REFUSED, SENDSAFELY_DENIED: there is no such group, or the user may not change it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_add_contact_group_member(
    client: *mut sendsafely_client,
    contact_group_id: *const c_char,
    email: *const c_char,
    out_member: Nullable<*mut *mut sendsafely_contact_group_member>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_member = caller.out(out_member);
    caller.guard(|| {
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        let email = caller.text(email, "email")?;
        let member = super::client::call(client, |client, observer| {
            client.add_contact_group_member(observer, &contact_group_id, &email)
        })?;
        out_member.give_record(&member);
        Ok(())
    })
}

/// Removes somebody from a contact group, by the user_id of the member.
///
/// SENDSAFELY_USER_NOT_FOUND, SENDSAFELY_REFUSED: the group has no such member. SENDSAFELY_DENIED: the user may not
/// change the group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_remove_contact_group_member(
    client: *mut sendsafely_client,
    contact_group_id: *const c_char,
    user_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        let user_id = caller.text(user_id, "user_id")?;
        super::client::call(client, |client, observer| {
            client.remove_contact_group_member(observer, &contact_group_id, &user_id)
        })
    })
}

/// Adds a contact group to a package: all its members can open it. Finalize counts it as a recipient. Before or after
/// finalize.
///
/// SENDSAFELY_REFUSED: there is no such group, or it is somebody else's. In a Workspace or a finalized package also
/// SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for sendsafely_package_upload_keycodes; then the group
/// was not added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_add_contact_group(
    package: *mut sendsafely_package,
    contact_group_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        super::package::call(package, |package, observer| {
            package.add_contact_group(observer, &contact_group_id)
        })?;
        Ok(())
    })
}

/// Removes a contact group from a package. Before or after finalize.
///
/// SENDSAFELY_REFUSED: it is not on the package.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_remove_contact_group(
    package: *mut sendsafely_package,
    contact_group_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let contact_group_id = caller.text(contact_group_id, "contact_group_id")?;
        super::package::call(package, |package, observer| {
            package.remove_contact_group(observer, &contact_group_id)
        })
    })
}

/// Frees a contact group with its members.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_contact_group_free(
    group: Nullable<*mut sendsafely_contact_group>,
) {
    guard_value((), || record::free(group));
}

/// Frees a list of contact groups with the groups in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_contact_group_list_free(
    groups: Nullable<*mut sendsafely_contact_group_list>,
) {
    guard_value((), || record::free(groups));
}

/// Frees a member of a contact group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_contact_group_member_free(
    member: Nullable<*mut sendsafely_contact_group_member>,
) {
    guard_value((), || record::free(member));
}
