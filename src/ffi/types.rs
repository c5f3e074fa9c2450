//! Basic types.

use std::ffi::c_char;

use crate::record::Timestamp;

use super::support::memory::Memory;

/// Whether something is so: 1 or 0.
pub type sendsafely_bool = i32;

/// Whether something is so: 1 or 0, or -1 if that is not known.
pub type sendsafely_optional_bool = i32;

/// A number, or -1 if it is not known.
pub type sendsafely_optional_int = i32;

/// A size in bytes, or SENDSAFELY_SIZE_UNKNOWN.
pub type sendsafely_optional_size = u64;

/// A size that is not known.
pub const SENDSAFELY_SIZE_UNKNOWN: sendsafely_optional_size = u64::MAX;

/// A position in a list, counted from 0.
pub type sendsafely_index = u64;

/// A time in seconds since 1970 UTC, or SENDSAFELY_TIME_UNKNOWN.
pub type sendsafely_time = i64;

/// Whether a call goes on, as its callback decides: SENDSAFELY_CONTINUE or SENDSAFELY_STOP.
pub type sendsafely_continue = i32;

/// Returned by a callback: the call goes on.
pub const SENDSAFELY_CONTINUE: sendsafely_continue = 1;

/// Returned by a callback: the call stops.
pub const SENDSAFELY_STOP: sendsafely_continue = 0;

/// A time that the service did not give, or gave in a form that the library cannot read.
pub const SENDSAFELY_TIME_UNKNOWN: sendsafely_time = i64::MIN + 1;

/// A number as records have it.
pub(super) fn or_unknown(number: Option<u32>) -> sendsafely_optional_int {
    number.and_then(|n| i32::try_from(n).ok()).unwrap_or(-1)
}

/// A timestamp as records have it: seconds, and the service's own text.
pub(super) fn time(
    timestamp: Option<&Timestamp>,
    memory: &mut Memory,
) -> (sendsafely_time, *const c_char) {
    let seconds = timestamp
        .and_then(|timestamp| timestamp.seconds)
        .unwrap_or(SENDSAFELY_TIME_UNKNOWN);
    (
        seconds,
        memory.optional_text(timestamp.map(|timestamp| timestamp.text.as_str())),
    )
}
