//! Checks of single arguments, and the errors for them.

use crate::error::{Error, ErrorKind, Result};

/// The error of a required pointer that is NULL.
pub(crate) fn null(name: &str) -> Error {
    Error::new(ErrorKind::NullArgument, format!("{name} is NULL"))
}

/// The error of an argument out of its range.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// A boolean from C.
pub(crate) fn boolean(value: i32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(invalid(format!("{name} is {value}; 0 and 1 are allowed"))),
    }
}

/// Refuses what would break out of the HTTP header that the value becomes. The error does not quote the value.
pub(crate) fn refuse_control_characters(value: &str, name: &str) -> Result<()> {
    if value.chars().any(char::is_control) {
        return Err(invalid(format!("{name} has a control character in it")));
    }
    Ok(())
}
