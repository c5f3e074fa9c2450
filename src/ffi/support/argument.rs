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
