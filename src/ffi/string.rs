//! Strings.

use std::ffi::c_char;

use super::support::guard::guard_value;
use super::support::marks::Nullable;
use super::support::memory::{Memory, Translate};
use super::support::record;

/// A list of strings.
#[repr(C)]
#[derive(Debug)]
pub struct sendsafely_string_list {
    /// How many there are.
    pub count: usize,
    /// The strings, count of them.
    pub items: *const *const c_char,
}

impl Translate for Vec<String> {
    type Record = sendsafely_string_list;
    fn translate(&self, memory: &mut Memory) -> sendsafely_string_list {
        sendsafely_string_list {
            count: self.len(),
            items: memory.text_items(self),
        }
    }
}

/// Frees a string that a call returned through a char **, and zeroes it first. Not for strings in records, nor for
/// those that an accessor returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_string_free(text: Nullable<*mut c_char>) {
    guard_value((), || record::free(text));
}

/// Frees a list of strings with its strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_string_list_free(list: Nullable<*mut sendsafely_string_list>) {
    guard_value((), || record::free(list));
}
