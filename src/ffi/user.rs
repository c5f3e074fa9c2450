//! User (protocol 6.1.3).

use std::ffi::c_char;

use crate::record::User;

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::{
    or_unknown, sendsafely_bool, sendsafely_optional_bool, sendsafely_optional_int,
};

/// A user, as the service describes it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_user {
    /// The service's id.
    pub user_id: Nullable<*const c_char>,
    /// E-mail address.
    pub email: *const c_char,
    /// First name.
    pub first_name: Nullable<*const c_char>,
    /// Last name.
    pub last_name: Nullable<*const c_char>,
    /// A secret of the user, for encrypting the user's own data.
    pub client_key: Nullable<*const c_char>,
    /// Whether the user tests new versions.
    pub is_beta_user: sendsafely_bool,
    /// Whether the user is an administrator of the organization.
    pub is_administrator: sendsafely_bool,
    /// Whether the user may have trusted devices.
    pub may_use_trusted_devices: sendsafely_optional_bool,
    /// Days for which a new package can be opened, 0 for ever.
    pub package_life: sendsafely_optional_int,
}

impl Translate for User {
    type Record = sendsafely_user;
    fn translate(&self, memory: &mut Memory) -> sendsafely_user {
        sendsafely_user {
            user_id: memory.optional_text(self.user_id.as_deref()),
            email: memory.text(&self.email),
            first_name: memory.optional_text(self.first_name.as_deref()),
            last_name: memory.optional_text(self.last_name.as_deref()),
            client_key: memory.optional_text(self.client_key.as_ref().map(|key| key.expose())),
            is_beta_user: self.is_beta_user.into(),
            is_administrator: self.is_administrator.into(),
            may_use_trusted_devices: self.may_use_trusted_devices.map_or(-1, i32::from),
            package_life: or_unknown(self.package_life),
        }
    }
}

/// Fetches the client's user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_user(
    client: *mut sendsafely_client,
    out_user: *mut *mut sendsafely_user,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Frees a user, and zeroes its secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_user_free(user: Nullable<*mut sendsafely_user>) {
    guard_value((), || record::free(user));
}
