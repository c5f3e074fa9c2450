//! Checks of arguments that need no network: e-mail addresses, names, ids, phone numbers.

mod email;
mod file_name;
mod identifier;
mod phone_number;
mod trimmed;

pub(crate) use email::{email_address, is_among};
pub(crate) use file_name::{check_name, marked, name_to_send, safe_name};
pub(crate) use identifier::{
    check_filled, directory_identifier, filled, identifier, is_identifier, shown_identifier,
};
pub use phone_number::{CountryCode, PhoneNumber, country_codes};
pub(crate) use trimmed::trimmed;
