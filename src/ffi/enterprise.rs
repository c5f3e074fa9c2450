//! Enterprise (protocol 6.1.4).

use std::ffi::c_char;

use crate::record::Enterprise;

use super::client::{call, sendsafely_client};
use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;
use super::types::sendsafely_bool;

/// An organization, as the service describes it.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_enterprise {
    /// Host of its portal.
    pub host: Nullable<*const c_char>,
    /// Its name.
    pub system_name: Nullable<*const c_char>,
    /// Colour of the header of its pages, as in CSS.
    pub header_color: Nullable<*const c_char>,
    /// Colour of the links on its pages.
    pub link_color: Nullable<*const c_char>,
    /// Whether packages may be finalized with undisclosed_recipients.
    pub allow_undisclosed_recipients: sendsafely_bool,
    /// Whether messages are encrypted.
    pub message_encryption: sendsafely_bool,
    /// Whether it tests new versions of the plug-in for Outlook.
    pub outlook_beta: sendsafely_bool,
    /// Whether it offers all languages.
    pub allow_all_languages: sendsafely_bool,
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

/// Fetches the client's organization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_client_get_enterprise(
    client: *mut sendsafely_client,
    out_enterprise: *mut *mut sendsafely_enterprise,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Frees an organization.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_enterprise_free(
    enterprise: Nullable<*mut sendsafely_enterprise>,
) {
    guard_value((), || record::free(enterprise));
}
