//! Outputs: where an exported function puts its results.

use std::ffi::c_char;

use crate::error::Result;

use super::argument::null;
use super::handle::{self, Handle};
use super::memory::Translate;
use super::record;

/// Where an exported function puts a pointer; NULL until then.
pub(crate) struct Out<T>(*mut *mut T);

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T> Out<T> {
    /// # Safety
    ///
    /// NULL, or valid for a write until the call returns.
    pub(crate) unsafe fn new(pointer: *mut *mut T) -> Self {
        if !pointer.is_null() {
            // SAFETY: as this function's caller promises.
            unsafe { pointer.write(std::ptr::null_mut()) };
        }
        Self(pointer)
    }

    /// Itself, if the program gave a place for it.
    pub(crate) fn required(self, name: &str) -> Result<Self> {
        if self.0.is_null() {
            Err(null(name))
        } else {
            Ok(self)
        }
    }

    /// Puts a pointer there; the caller has checked that there is a place.
    pub(crate) fn give(self, value: *mut T) {
        // SAFETY: valid for a write, as `new` was promised, and not NULL.
        unsafe { self.0.write(value) };
    }

    /// Puts a handle there.
    pub(crate) fn give_handle<H: Handle<Ticket = T>>(self, object: H) -> Result<()> {
        self.give(handle::insert(object)?);
        Ok(())
    }

    /// Puts a record there, if the program wants it.
    pub(crate) fn give_record<V: Translate<Record = T>>(self, value: &V) {
        if !self.0.is_null() {
            self.give(record::give(value));
        }
    }
}

/// Where an exported function puts a number; 0 until then.
pub(crate) struct OutNumber<T>(*mut T);

impl<T: Default> OutNumber<T> {
    /// # Safety
    ///
    /// NULL, or valid for a write until the call returns.
    pub(crate) unsafe fn new(pointer: *mut T) -> Self {
        if !pointer.is_null() {
            // SAFETY: as this function's caller promises.
            unsafe { pointer.write(T::default()) };
        }
        Self(pointer)
    }

    /// Puts a number there, if the program gave a place for it.
    pub(crate) fn give(self, number: T, name: &str) -> Result<()> {
        if self.0.is_null() {
            return Err(null(name));
        }
        // SAFETY: valid for a write, as `new` was promised.
        unsafe { self.0.write(number) };
        Ok(())
    }
}

impl Out<c_char> {
    /// Puts a string there.
    pub(crate) fn give_text(self, text: &str) {
        self.give(record::give_text(text));
    }

    /// Puts a string there, if the program wants it.
    pub(crate) fn give_optional_text(self, text: &str) {
        if !self.0.is_null() {
            self.give_text(text);
        }
    }
}
