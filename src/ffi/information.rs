//! Package information (protocol 6.2.2, 7.4).

use std::ffi::c_char;

use crate::record::PackageInformation;
use crate::record::PackageStatus;
use crate::secret::SecretString;

use super::client::sendsafely_client;
use super::contact_group::sendsafely_contact_group_list;
use super::directory::sendsafely_subdirectory_list;
use super::error::sendsafely_error;
use super::file::sendsafely_file_list;
use super::package::{call, sendsafely_package};
use super::recipient::sendsafely_recipient_list;
use super::string::sendsafely_string_list;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::number::sendsafely_status;
use super::support::marks::{Nullable, number};
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::{
    or_unknown, sendsafely_bool, sendsafely_optional_bool, sendsafely_optional_int,
    sendsafely_time, time,
};

/// The state of a package, as the service reports it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "only C programs name each of them")]
pub enum sendsafely_package_state {
    /// Not reported, or none of these.
    SENDSAFELY_PACKAGE_STATE_UNKNOWN = -100,
    /// Deleted; some recipients had it.
    SENDSAFELY_PACKAGE_STATE_DELETED_PARTIALLY_COMPLETE = -4,
    /// Deleted; nobody had it.
    SENDSAFELY_PACKAGE_STATE_DELETED_INCOMPLETE = -3,
    /// Created and not finalized.
    SENDSAFELY_PACKAGE_STATE_TEMP = -2,
    /// Deleted; every recipient had it.
    SENDSAFELY_PACKAGE_STATE_DELETED_COMPLETE = -1,
    /// Created and not finalized.
    SENDSAFELY_PACKAGE_STATE_IN_PROGRESS = 0,
    /// Expired; nobody had it.
    SENDSAFELY_PACKAGE_STATE_EXPIRED_INCOMPLETE = 1,
    /// Expired; every recipient had it.
    SENDSAFELY_PACKAGE_STATE_EXPIRED_COMPLETE = 2,
    /// Finalized; every recipient had it.
    SENDSAFELY_PACKAGE_STATE_ACTIVE_COMPLETE = 3,
    /// Finalized; nobody had it yet.
    SENDSAFELY_PACKAGE_STATE_ACTIVE_INCOMPLETE = 4,
    /// Finalized; some recipients had it.
    SENDSAFELY_PACKAGE_STATE_ACTIVE_PARTIALLY_COMPLETE = 5,
    /// Expired; some recipients had it.
    SENDSAFELY_PACKAGE_STATE_EXPIRED_PARTIALLY_COMPLETE = 6,
}

/// The states of a package in three classes.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_package_status {
    /// Any, or not reported.
    SENDSAFELY_PACKAGE_STATUS_ANY = 0,
    /// It can be opened, or is not finalized yet.
    SENDSAFELY_PACKAGE_STATUS_ACTIVE = 1,
    /// It has expired.
    SENDSAFELY_PACKAGE_STATUS_EXPIRED = 2,
    /// It was deleted.
    SENDSAFELY_PACKAGE_STATUS_ARCHIVED = 3,
}

use sendsafely_package_status::*;

/// A package, as the service describes it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_package_information {
    /// The package id, such as "GVG2-MNZT".
    pub package_id: *const c_char,
    /// The package code, as in the secure link.
    pub package_code: *const c_char,
    /// E-mail address of the sender.
    pub sender: Nullable<*const c_char>,
    /// When it was created.
    pub created: sendsafely_time,
    /// When it was created, as the service writes it.
    pub created_text: Nullable<*const c_char>,
    /// The state as the service names it, such as "PACKAGE_STATE_ACTIVE_INCOMPLETE".
    pub state_name: Nullable<*const c_char>,
    /// The state.
    pub state: number::sendsafely_package_state,
    /// The class of the state.
    pub status: number::sendsafely_package_status,
    /// Days for which it can be opened, 0 for ever.
    pub life: sendsafely_optional_int,
    /// Name of a Workspace, or a label.
    pub label: Nullable<*const c_char>,
    /// The recipients.
    pub recipients: *const sendsafely_recipient_list,
    /// The contact groups.
    pub contact_groups: *const sendsafely_contact_group_list,
    /// The files, of a Workspace those in its root directory.
    pub files: *const sendsafely_file_list,
    /// E-mail addresses of possible approvers.
    pub approvers: *const sendsafely_string_list,
    /// Whether somebody has to approve it before recipients can open it.
    pub needs_approval: sendsafely_bool,
    /// Whether downloads need a password.
    pub password_required: sendsafely_bool,
    /// Whether it is a Workspace.
    pub is_workspace: sendsafely_bool,
    /// Whether it is archived: expired or deleted.
    pub is_archived: sendsafely_bool,
    /// Whether recipients may reply to all.
    pub allow_reply_all: sendsafely_bool,
    /// Whether there is a message.
    pub contains_message: sendsafely_optional_bool,
    /// Id of a Workspace's root directory.
    pub root_directory_id: Nullable<*const c_char>,
    /// Id of the package that this one replies to, if it is a reply.
    pub parent_id: Nullable<*const c_char>,
    /// The service's own address of it.
    pub url: Nullable<*const c_char>,
    /// The directories in a Workspace's root directory, as far as the service lists them here;
    /// sendsafely_package_get_directory lists them all.
    pub directories: *const sendsafely_subdirectory_list,
}

/// The state as records have it.
pub(super) fn state(number: Option<i32>) -> i32 {
    match number {
        Some(known @ -4..=6) => known,
        _ => sendsafely_package_state::SENDSAFELY_PACKAGE_STATE_UNKNOWN as i32,
    }
}

/// The class of a state as records have it.
pub(super) fn status_of_state(state: Option<i32>) -> i32 {
    match state.map(PackageStatus::of_state) {
        None => SENDSAFELY_PACKAGE_STATUS_ANY as i32,
        Some(PackageStatus::Active) => SENDSAFELY_PACKAGE_STATUS_ACTIVE as i32,
        Some(PackageStatus::Expired) => SENDSAFELY_PACKAGE_STATUS_EXPIRED as i32,
        Some(PackageStatus::Archived) => SENDSAFELY_PACKAGE_STATUS_ARCHIVED as i32,
    }
}

impl Translate for PackageInformation {
    type Record = sendsafely_package_information;
    fn translate(&self, memory: &mut Memory) -> sendsafely_package_information {
        let (created, created_text) = time(self.created.as_ref(), memory);
        sendsafely_package_information {
            package_id: memory.text(&self.package_id),
            package_code: memory.text(&self.package_code),
            sender: memory.optional_text(self.sender.as_deref()),
            created,
            created_text,
            state_name: memory.optional_text(self.state.as_deref()),
            state: state(self.state_number),
            status: status_of_state(self.state_number),
            life: or_unknown(self.life),
            label: memory.optional_text(self.label.as_deref()),
            recipients: memory.record(&self.recipients),
            contact_groups: memory.record(&self.contact_groups),
            files: memory.record(&self.files),
            approvers: memory.record(&self.approvers),
            needs_approval: self.needs_approval.into(),
            password_required: self.password_required.into(),
            is_workspace: self.is_workspace.into(),
            is_archived: self.is_archived.into(),
            allow_reply_all: self.allow_reply_all.into(),
            contains_message: self.contains_message.map_or(-1, i32::from),
            root_directory_id: memory.optional_text(self.root_directory_id.as_deref()),
            parent_id: memory.optional_text(self.parent_id.as_deref()),
            url: memory.optional_text(self.url.as_deref()),
            directories: memory.record(&self.directories),
        }
    }
}

/// Fetches the information on a package: recipients, files, state. At any step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_information(
    package: *mut sendsafely_package,
    out_information: *mut *mut sendsafely_package_information,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_information = caller.out(out_information);
    caller.guard(|| {
        let out_information = out_information.required("out_information")?;
        let information = call(package, |package, observer| package.information(observer))?;
        out_information.give_record(&information);
        Ok(())
    })
}

/// Fetches the information on a package by its id, package code or secure link, without opening it and without its
/// keycode.
///
/// SENDSAFELY_UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. SENDSAFELY_INVALID_ARGUMENT,
/// SENDSAFELY_MALFORMED_LINK: neither an id nor a code nor a link.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_package_information(
    client: *mut sendsafely_client,
    package_id: *const c_char,
    out_information: *mut *mut sendsafely_package_information,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_information = caller.out(out_information);
    caller.guard(|| {
        let out_information = out_information.required("out_information")?;
        // It may be a link with a keycode.
        let package = SecretString::new(caller.text(package_id, "package_id")?);
        let information = super::client::call(client, |client, observer| {
            client.package_information(observer, package.expose())
        })?;
        out_information.give_record(&information);
        Ok(())
    })
}

/// Frees package information with all that is in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_information_free(
    information: Nullable<*mut sendsafely_package_information>,
) {
    guard_value((), || record::free(information));
}
