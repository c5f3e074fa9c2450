//! Errors (protocol 2.2).

use std::ffi::c_char;
use std::ptr;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

use super::status::{OK, status_of};
use super::support::guard::guard_value;
use super::support::handle::{self, Handle};
use super::support::marks::Nullable;
use super::support::marks::number::sendsafely_status;
use super::support::memory::terminated;
use super::support::output::Out;
use super::types::sendsafely_bool;

/// The error of one call. A handle.
pub struct sendsafely_error {
    _private: (),
}

/// An error with its texts as C reads them.
struct ErrorObject {
    status: sendsafely_status,
    http_status: i32,
    is_retryable: bool,
    message: Zeroizing<Vec<u8>>,
    server_code: Option<Zeroizing<Vec<u8>>>,
    server_message: Option<Zeroizing<Vec<u8>>>,
    remedy: Option<Zeroizing<Vec<u8>>>,
}

impl Handle for ErrorObject {
    type Ticket = sendsafely_error;
    const KIND: usize = 3;
    const NAME: &'static str = "error";
    const WHEN_NULL: ErrorKind = ErrorKind::NullArgument;
}

/// Puts an error out. If even that fails, the program has the status alone.
pub(super) fn give(out: Out<sendsafely_error>, error: &Error) {
    let _ = out.give_handle(ErrorObject {
        status: status_of(Some(error)),
        http_status: error.http_status().map_or(0, i32::from),
        is_retryable: error.is_retryable(),
        message: terminated(error.message()),
        server_code: error.server_code().map(terminated),
        server_message: error.server_message().map(terminated),
        remedy: error.remedy().map(terminated),
    });
}

/// A text of an error, which the table keeps alive until the handle is freed.
fn text(
    error: *const sendsafely_error,
    pick: impl FnOnce(&ErrorObject) -> Option<&Zeroizing<Vec<u8>>>,
) -> *const c_char {
    guard_value(ptr::null(), || {
        let error = handle::get::<ErrorObject>(error).ok();
        error
            .and_then(|error| pick(&error).map(|text| text.as_ptr().cast()))
            .unwrap_or(ptr::null())
    })
}

/// Returns the status that the call returned; SENDSAFELY_OK for NULL, SENDSAFELY_INVALID_HANDLE for what is not a live
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_status(
    error: Nullable<*const sendsafely_error>,
) -> sendsafely_status {
    guard_value(
        ErrorKind::Internal as sendsafely_status,
        || match handle::get::<ErrorObject>(error) {
            Ok(error) => error.status,
            Err(_) if error.is_null() => OK,
            Err(stale) => status_of(Some(&stale)),
        },
    )
}

/// Returns what happened to what, for people to read: lower case, no full stop, no secrets. It includes the id that the
/// service gives to a failure, which the vendor's support asks for.
///
/// It is one line, in which control characters and invisible ones, such as those of a file name, are replaced. It is
/// valid until the error is freed, and never NULL: "" for NULL and for what is not a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_message(
    error: Nullable<*const sendsafely_error>,
) -> *const c_char {
    let message = text(error, |error| Some(&error.message));
    if message.is_null() {
        c"".as_ptr()
    } else {
        message
    }
}

/// Returns the HTTP status of the response that reported the failure, 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_http_status(
    error: Nullable<*const sendsafely_error>,
) -> i32 {
    guard_value(0, || {
        handle::get::<ErrorObject>(error).map_or(0, |error| error.http_status)
    })
}

/// Returns the service's own code, such as "DENIED", or NULL if it gave none. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_server_code(
    error: Nullable<*const sendsafely_error>,
) -> Nullable<*const c_char> {
    text(error, |error| error.server_code.as_ref())
}

/// Returns the service's own words, made printable like the message, or NULL if it gave none. Valid until the error is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_server_message(
    error: Nullable<*const sendsafely_error>,
) -> Nullable<*const c_char> {
    text(error, |error| error.server_message.as_ref())
}

/// Returns what to do about the error, or NULL if no advice fits every case. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_remedy(
    error: Nullable<*const sendsafely_error>,
) -> Nullable<*const c_char> {
    text(error, |error| error.remedy.as_ref())
}

/// Returns 1 if the same call may succeed later without a change by the program, else 0. Among HTTP statuses that is so
/// for 408, 425, 429 and 5xx; after SENDSAFELY_OUTCOME_UNKNOWN it is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_is_retryable(
    error: Nullable<*const sendsafely_error>,
) -> sendsafely_bool {
    guard_value(0, || {
        handle::get::<ErrorObject>(error)
            .is_ok_and(|error| error.is_retryable)
            .into()
    })
}

/// Frees an error and the texts that its accessors returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_error_free(error: Nullable<*mut sendsafely_error>) {
    guard_value((), || handle::free::<ErrorObject>(error));
}
