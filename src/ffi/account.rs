//! Account.

use std::ffi::c_char;

use crate::account::{Enterprise, User};

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::guard::{Caller, guard_value};
use super::records::{self, Memory, Translate};
use super::status::sendsafely_status;

/// What the service tells of the user: a record, to be freed with sendsafely_user_free.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_user {
    /// The service's id; NULL if not told.
    pub user_id: *const c_char,
    /// E-mail address.
    pub email: *const c_char,
    /// First name; NULL if not told.
    pub first_name: *const c_char,
    /// Last name; NULL if not told.
    pub last_name: *const c_char,
    /// A secret of the user, for encrypting the user's own things; NULL if not told.
    pub client_key: *const c_char,
    /// 1 if the user tests new versions.
    pub is_beta_user: i32,
    /// 1 for an administrator of the organization.
    pub is_administrator: i32,
    /// 1 if the user may have trusted devices, 0 if not, -1 if not told.
    pub may_use_trusted_devices: i32,
    /// Days for which a new package can be opened, 0 for ever, -1 if not told.
    pub package_life: i32,
}

impl Translate for User {
    type Record = sendsafely_user;
    fn translate(&self, memory: &mut Memory) -> sendsafely_user {
        let days = self.package_life.and_then(|days| i32::try_from(days).ok());
        sendsafely_user {
            user_id: memory.optional_text(self.user_id.as_deref()),
            email: memory.text(&self.email),
            first_name: memory.optional_text(self.first_name.as_deref()),
            last_name: memory.optional_text(self.last_name.as_deref()),
            client_key: memory.optional_text(self.client_key.as_ref().map(|key| key.expose())),
            is_beta_user: self.is_beta_user.into(),
            is_administrator: self.is_administrator.into(),
            may_use_trusted_devices: self.may_use_trusted_devices.map_or(-1, i32::from),
            package_life: days.unwrap_or(-1),
        }
    }
}

/// What the service tells of the organization: a record, to be freed with sendsafely_enterprise_free.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_enterprise {
    /// Host of its portal; NULL if not told.
    pub host: *const c_char,
    /// Its name; NULL if not told.
    pub system_name: *const c_char,
    /// Colour of the header of its pages, as in CSS; NULL if not told.
    pub header_color: *const c_char,
    /// Colour of the links on its pages; NULL if not told.
    pub link_color: *const c_char,
    /// 1 if packages may be finalized with undisclosed_recipients.
    pub allow_undisclosed_recipients: i32,
    /// 1 if messages are encrypted.
    pub message_encryption: i32,
    /// 1 if it tests new versions of the plug-in for Outlook.
    pub outlook_beta: i32,
    /// 1 if it offers all languages.
    pub allow_all_languages: i32,
}

impl Translate for Enterprise {
    type Record = sendsafely_enterprise;
    fn translate(&self, memory: &mut Memory) -> sendsafely_enterprise {
        sendsafely_enterprise {
            host: memory.optional_text(self.host.as_deref()),
            system_name: memory.optional_text(self.system_name.as_deref()),
            header_color: memory.optional_text(self.header_color.as_deref()),
            link_color: memory.optional_text(self.link_color.as_deref()),
            allow_undisclosed_recipients: self.allow_undisclosed_recipients.into(),
            message_encryption: self.message_encryption.into(),
            outlook_beta: self.outlook_beta.into(),
            allow_all_languages: self.allow_all_languages.into(),
        }
    }
}

/// Asks whether the service takes key and secret, and gives the e-mail address of their owner.
///
/// out_email may be NULL; else free the text with sendsafely_string_free. SENDSAFELY_AUTHENTICATION_FAILED: check key,
/// secret, host and clock.
/// SendSafely Client API: verify credentials (protocol 6.1.1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_verify_credentials(
    client: *mut sendsafely_client,
    out_email: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_email = caller.out(out_email);
    caller.guard(|| {
        let email = call(client, |client, observer| {
            client.verify_credentials(observer)
        })?;
        out_email.give_optional_text(&email);
        Ok(())
    })
}

/// Asks what the service thinks of client_version, or else of the library's own: "OK", "UPGRADE_AVAILABLE",
/// "OUTDATED_VERSION", or a later word.
///
/// Free the text with sendsafely_string_free.
/// SendSafely Client API: verify version (protocol 6.1.2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_verify_version(
    client: *mut sendsafely_client,
    out_text: *mut *mut c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_text = caller.out(out_text);
    caller.guard(|| {
        let out_text = out_text.required("out_text")?;
        let version = call(client, |client, observer| client.verify_version(observer))?;
        out_text.give_text(&version);
        Ok(())
    })
}

/// Asks the service for what it knows of the user. Free the record with sendsafely_user_free, which zeroes it.
///
/// SendSafely Client API: user information (protocol 6.1.3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_user(
    client: *mut sendsafely_client,
    out_user: *mut *mut sendsafely_user,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_user = caller.out(out_user);
    caller.guard(|| {
        let out_user = out_user.required("out_user")?;
        let user = call(client, |client, observer| client.user(observer))?;
        out_user.give_record(&user);
        Ok(())
    })
}

/// Asks the service for what it knows of the organization. Free the record with sendsafely_enterprise_free.
///
/// SendSafely Client API: enterprise information (protocol 6.1.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_enterprise(
    client: *mut sendsafely_client,
    out_enterprise: *mut *mut sendsafely_enterprise,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_enterprise = caller.out(out_enterprise);
    caller.guard(|| {
        let out_enterprise = out_enterprise.required("out_enterprise")?;
        let enterprise = call(client, |client, observer| client.enterprise(observer))?;
        out_enterprise.give_record(&enterprise);
        Ok(())
    })
}

/// Frees what was told of a user. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_user_free(user: *mut sendsafely_user) {
    guard_value((), || records::free(user));
}

/// Frees what was told of an organization. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_enterprise_free(enterprise: *mut sendsafely_enterprise) {
    guard_value((), || records::free(enterprise));
}
