//! Buffers.

use super::guard::guard_value;
use super::records;

/// Bytes in memory: a record, to be freed with sendsafely_buffer_free.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_buffer {
    /// How many bytes there are.
    pub size: usize,
    /// The bytes; never NULL.
    pub data: *const u8,
}

/// Frees a buffer with its bytes. NULL is allowed; free it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_buffer_free(buffer: *mut sendsafely_buffer) {
    guard_value((), || records::free(buffer));
}
