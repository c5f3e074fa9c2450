//! Country codes (protocol 6.4.4).

use std::ffi::c_char;

use crate::check::{CountryCode, country_codes};

use super::error::sendsafely_error;
use super::support::caller::Caller;
use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// A country whose phone numbers need no dialling code.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_country_code {
    /// Two letters, such as "US".
    pub country_code: *const c_char,
    /// The dialling code, such as 1.
    pub dialling_code: u32,
}

impl Translate for CountryCode {
    type Record = sendsafely_country_code;
    fn translate(&self, memory: &mut Memory) -> sendsafely_country_code {
        sendsafely_country_code {
            country_code: memory.text(self.country_code),
            dialling_code: self.dialling_code,
        }
    }
}

/// A list of countries.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_country_code_list {
    /// How many there are.
    pub count: usize,
    /// The countries, count of them.
    pub items: *const *const sendsafely_country_code,
}

impl Translate for Vec<CountryCode> {
    type Record = sendsafely_country_code_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_country_code_list {
        sendsafely_country_code_list {
            count: self.len(),
            items: memory.items(self),
        }
    }
}

/// Returns the countries whose phone numbers need no dialling code; numbers of all others begin with + and theirs. No
/// network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_country_codes(
    out_countries: *mut *mut sendsafely_country_code_list,
    error: Nullable<*mut *mut sendsafely_error>,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    let out_countries = caller.out(out_countries);
    caller.guard(|| {
        out_countries
            .required("out_countries")?
            .give_record(&country_codes());
        Ok(())
    })
}

/// Frees a list of countries with the countries in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_country_code_list_free(
    countries: Nullable<*mut sendsafely_country_code_list>,
) {
    guard_value((), || record::free(countries));
}
