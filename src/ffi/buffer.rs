//! Buffers.

use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::memory::Memory;
use super::support::output::Out;
use super::support::record;

/// Bytes in memory.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_buffer {
    /// How many bytes there are.
    pub size: usize,
    /// The bytes.
    pub data: *const u8,
}

impl Out<sendsafely_buffer> {
    /// Puts a buffer there, without copying the bytes.
    pub(super) fn give_buffer(self, bytes: Vec<u8>) {
        let mut memory = Memory::default();
        let buffer = sendsafely_buffer {
            size: bytes.len(),
            data: memory.bytes(bytes),
        };
        self.give(record::give_with(memory, buffer));
    }
}

/// Frees a buffer with its bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_buffer_free(buffer: Nullable<*mut sendsafely_buffer>) {
    guard_value((), || record::free(buffer));
}
