//! Basic types.

use std::ffi::c_char;

use crate::record::Timestamp;

use super::support::memory::Memory;

/// A size or total that is not known.
pub const SENDSAFELY_SIZE_UNKNOWN: u64 = 0xffff_ffff_ffff_ffff;

/// A time that the service did not tell, or told in a form that the library cannot read.
pub const SENDSAFELY_TIME_UNKNOWN: i64 = -0x7fff_ffff_ffff_ffff;

/// A timestamp as records tell it: seconds, and the service's own text.
pub(super) fn time(timestamp: Option<&Timestamp>, memory: &mut Memory) -> (i64, *const c_char) {
    let seconds = timestamp
        .and_then(|timestamp| timestamp.seconds)
        .unwrap_or(SENDSAFELY_TIME_UNKNOWN);
    (
        seconds,
        memory.optional_text(timestamp.map(|timestamp| timestamp.text.as_str())),
    )
}
