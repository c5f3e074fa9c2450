//! Recipients (protocol 6.4).

use std::ffi::c_char;
use std::mem::size_of;
use std::ptr;

use crate::check::PhoneNumber;
use crate::error::{Error, Result};
use crate::package::{RecipientResult, Sms};
use crate::record::{Confirmation, Recipient};

use super::error::sendsafely_error;
use super::package::{call, sendsafely_package};
use super::public_key::sendsafely_public_key_list;
use super::status::status_of;
use super::string::sendsafely_string_list;
use super::support::argument::{boolean, invalid};
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::options::{self, Options};
use super::support::record;
use super::types::{sendsafely_bool, sendsafely_time, time};

/// Options of sendsafely_package_add_recipient and sendsafely_package_add_recipients.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sendsafely_recipient_options {
    /// Set by sendsafely_recipient_options_init.
    pub struct_size: usize,
    /// Number to which the service sends a code by SMS before the recipient can open the package, such as
    /// "(415) 555-0100" or "+82 2 312 3456". Default: no such check.
    pub phone_number: Nullable<*const c_char>,
    /// Country of phone_number: one of sendsafely_country_codes, or "OTHER" for a number that begins with +. Default:
    /// "US".
    pub country_code: Nullable<*const c_char>,
    /// Whether the code goes to the number that the service knows of the recipient, if it knows one. Not together with
    /// phone_number. Default: no such check.
    pub auto_enable_sms: sendsafely_bool,
}

// SAFETY: repr(C), begins with a usize, and holds integers and pointers only.
unsafe impl Options for sendsafely_recipient_options {
    const NAME: &'static str = "sendsafely_recipient_options";

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            phone_number: ptr::null(),
            country_code: ptr::null(),
            auto_enable_sms: 0,
        }
    }
}

impl sendsafely_recipient_options {
    fn sms(&self, caller: Caller) -> Result<Option<Sms>> {
        let number = caller.optional_text(self.phone_number, "phone_number")?;
        let country = caller.optional_text(self.country_code, "country_code")?;
        let known = boolean(self.auto_enable_sms, "auto_enable_sms")?;
        match (number, country, known) {
            (Some(number), country, false) => {
                Ok(Some(Sms::Number(PhoneNumber { number, country })))
            }
            (None, None, true) => Ok(Some(Sms::KnownNumber)),
            (None, None, false) => Ok(None),
            (Some(_), _, true) => Err(invalid(
                "phone_number and auto_enable_sms exclude each other",
            )),
            (None, Some(_), _) => Err(invalid("country_code is given without a phone_number")),
        }
    }
}

/// A download by a recipient: of a file, or of the message.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_confirmation {
    /// IP address of the recipient.
    pub ip_address: Nullable<*const c_char>,
    /// When it was downloaded.
    pub time: sendsafely_time,
    /// When it was downloaded, as the service writes it.
    pub time_text: Nullable<*const c_char>,
    /// Whether it was the message.
    pub is_message: sendsafely_bool,
    /// Id of the file, unless it was the message.
    pub file_id: Nullable<*const c_char>,
    /// Name of the file, unless it was the message.
    pub file_name: Nullable<*const c_char>,
}

impl Translate for Confirmation {
    type Record = sendsafely_confirmation;
    fn translate(&self, memory: &mut Memory) -> sendsafely_confirmation {
        let (time, time_text) = time(self.time.as_ref(), memory);
        sendsafely_confirmation {
            ip_address: memory.optional_text(self.ip_address.as_deref()),
            time,
            time_text,
            is_message: self.is_message.into(),
            file_id: memory.optional_text(self.file_id.as_deref()),
            file_name: memory.optional_text(self.file_name.as_deref()),
        }
    }
}

/// A list of confirmations.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_confirmation_list {
    /// How many there are.
    pub count: usize,
    /// The confirmations, count of them.
    pub items: *const *const sendsafely_confirmation,
}

impl Translate for Vec<Confirmation> {
    type Record = sendsafely_confirmation_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_confirmation_list {
        sendsafely_confirmation_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// A recipient of a package.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_recipient {
    /// Its id on this package.
    pub recipient_id: *const c_char,
    /// E-mail address.
    pub email: *const c_char,
    /// Full name.
    pub full_name: Nullable<*const c_char>,
    /// Role in a Workspace, such as "VIEWER".
    pub role: Nullable<*const c_char>,
    /// E-mail addresses of those who may approve the package for this recipient.
    pub approvers: *const sendsafely_string_list,
    /// Phone numbers that the service knows of this recipient, with the dialling code where it gives one, such as
    /// "+1 4155550100".
    pub phone_numbers: *const sendsafely_string_list,
    /// Whether somebody has to approve the package for this recipient.
    pub needs_approval: sendsafely_bool,
    /// Whether this is the sender.
    pub is_package_owner: sendsafely_bool,
    /// Whether the recipient has to give a code sent by SMS.
    pub sms_auth: sendsafely_bool,
    /// The service's code of this recipient.
    pub recipient_code: Nullable<*const c_char>,
    /// The recipient's downloads.
    pub confirmations: *const sendsafely_confirmation_list,
    /// Public keys of the recipient's trusted devices, if they came with it. See sendsafely_package_get_public_keys.
    pub public_keys: *const sendsafely_public_key_list,
}

impl Translate for Recipient {
    type Record = sendsafely_recipient;
    fn translate(&self, memory: &mut Memory) -> sendsafely_recipient {
        sendsafely_recipient {
            recipient_id: memory.text(&self.recipient_id),
            email: memory.text(&self.email),
            full_name: memory.optional_text(self.full_name.as_deref()),
            role: memory.optional_text(self.role.as_deref()),
            approvers: memory.record(&self.approvers),
            phone_numbers: memory.record(&self.phone_numbers),
            needs_approval: self.needs_approval.into(),
            is_package_owner: self.is_package_owner.into(),
            sms_auth: self.sms_auth.into(),
            recipient_code: memory.optional_text(self.recipient_code.as_deref()),
            confirmations: memory.record(&self.confirmations),
            public_keys: memory.record(&self.public_keys),
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

/// The outcome for one address of sendsafely_package_add_recipients.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_recipient_result {
    /// The address as it was given.
    pub email: *const c_char,
    /// SENDSAFELY_OK, or why the recipient is not on the package. If there is a recipient: why its trusted devices did
    /// not get the keycode, see sendsafely_package_upload_keycodes.
    pub status: sendsafely_status,
    /// The service's own code, such as "DUPLICATE_EMAIL", if it refused.
    pub server_code: Nullable<*const c_char>,
    /// The service's own words, if there are any.
    pub server_message: Nullable<*const c_char>,
    /// The recipient, unless it was refused.
    pub recipient: Nullable<*const sendsafely_recipient>,
}

impl Translate for RecipientResult {
    type Record = sendsafely_recipient_result;
    fn translate(&self, memory: &mut Memory) -> sendsafely_recipient_result {
        let error = self.error.as_ref();
        sendsafely_recipient_result {
            email: memory.text(&self.email),
            status: status_of(error),
            server_code: memory.optional_text(error.and_then(Error::server_code)),
            server_message: memory.optional_text(error.and_then(Error::server_message)),
            recipient: memory.optional_record(self.recipient.as_ref()),
        }
    }
}

/// A list of results, one for each address and in their order.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_recipient_result_list {
    /// How many there are.
    pub count: usize,
    /// The results, count of them.
    pub items: *const *const sendsafely_recipient_result,
}

impl Translate for Vec<RecipientResult> {
    type Record = sendsafely_recipient_result_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_recipient_result_list {
        sendsafely_recipient_result_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Fills options with their defaults; size is sizeof *options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_recipient_options_init(
    options: *mut sendsafely_recipient_options,
    size: usize,
) -> sendsafely_status {
    // SAFETY: the program says how large its struct is.
    unsafe { options::init(options, size) }
}

/// Adds a recipient by e-mail address, with a check by SMS if the options say so. A package has at most 99.
///
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_INVALID_EMAIL: correct the address. SENDSAFELY_DUPLICATE_EMAIL: it is on the
/// package already. SENDSAFELY_TOO_MANY_RECIPIENTS: use another package. In a Workspace or a finalized package also
/// SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for sendsafely_package_upload_keycodes; then nobody was
/// added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_add_recipient(
    package: *mut sendsafely_package,
    email: *const c_char,
    options: Nullable<*const sendsafely_recipient_options>,
    out_recipient: Nullable<*mut *mut sendsafely_recipient>,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_recipient = caller.out(out_recipient);
    caller.guard(|| {
        let email = caller.text(email, "email")?;
        let options = caller.options(options)?;
        let sms = options.sms(caller)?;
        let recipient = call(package, |package, observer| {
            package.add_recipient(observer, &email, sms.as_ref())
        })?;
        out_recipient.give_record(&recipient);
        Ok(())
    })
}

/// Adds several recipients, count e-mail addresses, with one request. A package has at most 99.
///
/// out_results has the outcome for each address, in their order; SENDSAFELY_OK says only that the service took the
/// list. An address whose result has a recipient is on the package; a failure beside it means that its trusted devices
/// did not get the keycode. An address that is in the list twice has SENDSAFELY_DUPLICATE_EMAIL the second time. Of the
/// options only auto_enable_sms has a meaning here. A count of 0 sends nothing.
/// SENDSAFELY_MALFORMED_EMAIL, SENDSAFELY_TOO_MANY_RECIPIENTS: correct the list; nothing was sent.
/// SENDSAFELY_INVALID_ARGUMENT: a phone number is for one recipient, see sendsafely_package_set_recipient_phone. In a
/// Workspace or a finalized package also SENDSAFELY_WRONG_KEYCODE, SENDSAFELY_KEYCODE_NOT_PROVED, as for
/// sendsafely_package_upload_keycodes; then nobody was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_add_recipients(
    package: *mut sendsafely_package,
    emails: Nullable<*const *const c_char>,
    count: usize,
    options: Nullable<*const sendsafely_recipient_options>,
    out_results: *mut *mut sendsafely_recipient_result_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_results = caller.out(out_results);
    caller.guard(|| {
        let out_results = out_results.required("out_results")?;
        let emails = caller.texts(emails, count, "emails")?;
        let auto_enable_sms = match caller.options(options)?.sms(caller)? {
            None => false,
            Some(Sms::KnownNumber) => true,
            Some(Sms::Number(_)) => {
                return Err(invalid("phone_number is for one recipient, not for a list"));
            }
        };
        let results = call(package, |package, observer| {
            package.add_recipients(observer, &emails, auto_enable_sms)
        })?;
        out_results.give_record(&results);
        Ok(())
    })
}

/// Fetches a recipient: phone numbers, role, and which files it has downloaded.
///
/// SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_get_recipient(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    out_recipient: *mut *mut sendsafely_recipient,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_recipient = caller.out(out_recipient);
    caller.guard(|| {
        let out_recipient = out_recipient.required("out_recipient")?;
        let recipient_id = caller.text(recipient_id, "recipient_id")?;
        let recipient = call(package, |package, observer| {
            package.recipient(observer, &recipient_id)
        })?;
        out_recipient.give_record(&recipient);
        Ok(())
    })
}

/// Sets the phone number of a recipient, to which the service sends a code by SMS before the recipient can open the
/// package.
///
/// This handle must know that the recipient is on the package: after another program has added it, call
/// sendsafely_package_get_information. country_code is as in sendsafely_recipient_options; NULL means "US".
/// SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: add the recipient first. SENDSAFELY_MALFORMED_PHONE_NUMBER,
/// SENDSAFELY_INVALID_INPUT: correct the number or its country.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_recipient_phone(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    phone_number: *const c_char,
    country_code: Nullable<*const c_char>,
    error: Nullable<*mut *mut sendsafely_error>,
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

/// Sets the role of a collaborator in a Workspace: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or one that the service
/// has added since.
///
/// SENDSAFELY_ONLY_IN_WORKSPACE: recipients of other packages have no roles. SENDSAFELY_INVALID_ARGUMENT: the role is
/// empty. SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: add the collaborator first. SENDSAFELY_INVALID_INPUT: the service does
/// not know the role. SENDSAFELY_DENIED: only owners and managers may.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_set_recipient_role(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    role: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let recipient_id = caller.text(recipient_id, "recipient_id")?;
        let role = caller.text(role, "role")?;
        call(package, |package, observer| {
            package.set_recipient_role(observer, &recipient_id, &role)
        })
    })
}

/// Removes a recipient. Before or after finalize.
///
/// SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE: no such id. SENDSAFELY_INVALID_RECIPIENT: somebody else has just removed it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_remove_recipient(
    package: *mut sendsafely_package,
    recipient_id: *const c_char,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        let recipient_id = caller.text(recipient_id, "recipient_id")?;
        call(package, |package, observer| {
            package.remove_recipient(observer, &recipient_id)
        })
    })
}

/// Removes all recipients but the owner. Contact groups stay. Before or after finalize.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_package_remove_all_recipients(
    package: *mut sendsafely_package,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        call(package, |package, observer| {
            package.remove_all_recipients(observer)
        })
    })
}

/// Frees a recipient with all that is in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_recipient_free(recipient: Nullable<*mut sendsafely_recipient>) {
    guard_value((), || record::free(recipient));
}

/// Frees a list of results with the results in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_recipient_result_list_free(
    results: Nullable<*mut sendsafely_recipient_result_list>,
) {
    guard_value((), || record::free(results));
}
