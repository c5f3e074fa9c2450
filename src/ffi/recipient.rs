//! Recipients.

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::package::{PhoneNumber, Recipient};

use super::error::sendsafely_error;
use super::guard::{Caller, guard_value, invalid};
use super::options::{self, Options};
use super::package::{call, sendsafely_package};
use super::records::{self, Memory, Translate};
use super::status::sendsafely_status;
use super::string::sendsafely_string_list;

/// Options of sendsafely_package_add_recipient.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_recipient_options {
    /// Set by sendsafely_recipient_options_init.
    pub struct_size: usize,
    /// Number to which the service sends a code by SMS before the recipient can open the package, such as
    /// "(415) 555-0100" or "+82 2 312 3456". NULL, the default: no such check.
    pub phone_number: *const c_char,
    /// Country of phone_number, two letters. NULL, the default: "US". A number that begins with + needs none.
    pub country_code: *const c_char,
}

// SAFETY: repr(C), begins with a usize, and holds pointers only.
unsafe impl Options for sendsafely_recipient_options {
    const NAME: &'static str = "sendsafely_recipient_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            phone_number: ptr::null(),
            country_code: ptr::null(),
        }
    }
}

/// A recipient of a package: a record, to be freed with sendsafely_recipient_free unless it is part of another record.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_recipient {
    /// Its id on this package.
    pub recipient_id: *const c_char,
    /// E-mail address.
    pub email: *const c_char,
    /// Full name; NULL if not told.
    pub full_name: *const c_char,
    /// Role in a Workspace, such as "VIEWER"; NULL if not told.
    pub role: *const c_char,
    /// E-mail addresses of those who may approve the package for this recipient; never NULL.
    pub approvers: *const sendsafely_string_list,
    /// Phone numbers that the service knows of this recipient; never NULL.
    pub phone_numbers: *const sendsafely_string_list,
    /// 1 if somebody has to approve the package for this recipient.
    pub needs_approval: i32,
    /// 1 if this is the sender.
    pub is_package_owner: i32,
    /// 1 if the recipient has to give a code sent by SMS.
    pub sms_auth: i32,
}

impl Translate for Recipient {
    type Record = sendsafely_recipient;
    fn translate(&self, memory: &mut Memory) -> sendsafely_recipient {
        sendsafely_recipient {
            recipient_id: memory.text(&self.recipient_id),
            email: memory.text(&self.email),
            full_name: memory.optional_text(self.full_name.as_deref()),
            role: memory.optional_text(self.role.as_deref()),
            approvers: memory.texts(&self.approvers),
            phone_numbers: memory.texts(&self.phone_numbers),
            needs_approval: self.needs_approval.into(),
            is_package_owner: self.is_package_owner.into(),
            sms_auth: self.sms_auth.into(),
        }
    }
}

/// A list of recipients.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_recipient_list {
    /// How many there are.
    pub count: usize,
    /// The recipients, count of them.
    pub items: *const *const sendsafely_recipient,
}

impl Translate for Vec<Recipient> {
    type Record = sendsafely_recipient_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_recipient_list {
        sendsafely_recipient_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Fills recipient options with their defaults. size is sizeof *options.
///
/// Returns SENDSAFELY_NULL_ARGUMENT or SENDSAFELY_INVALID_ARGUMENT when it cannot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_recipient_options_init(
    options: *mut sendsafely_recipient_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Adds a recipient by e-mail address, with a phone number if the options say so. At most 99 on a package.
///
/// Package must be created; stays as it is. options may be NULL. out_recipient may be NULL; else free the record with
/// sendsafely_recipient_free.
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is on the
/// package already. SENDSAFELY_TOO_MANY_RECIPIENTS: use another package.
/// SendSafely Client API: add recipient (protocol 6.4.1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_add_recipient(
    package: *mut sendsafely_package,
    email: *const c_char,
    options: *const sendsafely_recipient_options,
    out_recipient: *mut *mut sendsafely_recipient,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_recipient = caller.out(out_recipient);
    caller.guard(|| {
        let email = caller.text(email, "email")?;
        let options = caller.options(options)?;
        let number = caller.optional_text(options.phone_number, "phone_number")?;
        let country = caller.optional_text(options.country_code, "country_code")?;
        let phone = match (number, country) {
            (Some(number), country) => Some(PhoneNumber { number, country }),
            (None, None) => None,
            (None, Some(_)) => return Err(invalid("country_code is given without a phone_number")),
        };
        let recipient = call(package, |package, observer| {
            package.add_recipient(observer, &email, phone.as_ref())
        })?;
        out_recipient.give_record(&recipient);
        Ok(())
    })
}

/// Sets the phone number of a recipient, to which the service sends a code by SMS before the recipient can open the
/// package.
///
/// The recipient must be on the package. country_code is two letters; NULL means "US".
/// SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: add the recipient first. SENDSAFELY_MALFORMED_PHONE_NUMBER,
/// SENDSAFELY_INVALID_INPUT: correct the number or its country.
/// SendSafely Client API: update recipient (protocol 6.4.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_recipient_phone(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    phone_number: *const c_char,
    country_code: *const c_char,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let recipient_id = caller.text(recipient_id, "recipient_id")?;
        let phone = PhoneNumber {
            number: caller.text(phone_number, "phone_number")?,
            country: caller.optional_text(country_code, "country_code")?,
        };
        call(package, |package, observer| {
            package.set_recipient_phone(observer, &recipient_id, &phone)
        })
    })
}

/// Frees a recipient that sendsafely_package_add_recipient returned. NULL and twice are harmless.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_recipient_free(recipient: *mut sendsafely_recipient) {
    guard_value((), || records::free(recipient));
}
