//! The arguments of an exported function.

use std::ffi::{CStr, c_char};

use crate::error::{Error, ErrorKind, Result};
use crate::ffi::error::{self, sendsafely_error};
use crate::ffi::status::{OK, status_of};

use super::argument::{invalid, null};
use super::guard::catch;
use super::marks::number::sendsafely_status;
use super::options::{self, Options};
use super::output::{Out, OutNumber};

/// The pointers of one call, each NULL or valid as the header requires: `new` is unsafe, so that all other functions
/// can be safe.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    error: *mut *mut sendsafely_error,
}

impl Caller {
    /// # Safety
    ///
    /// All pointers that the exported function was given are NULL or valid as the header says.
    pub(crate) unsafe fn new(error: *mut *mut sendsafely_error) -> Self {
        let caller = Self { error };
        caller.out(error);
        caller
    }

    /// An output, set to NULL until it is given a value.
    pub(crate) fn out<T>(self, pointer: *mut *mut T) -> Out<T> {
        // SAFETY: valid for a write, as `new` was promised.
        unsafe { Out::new(pointer) }
    }

    /// An output, set to 0 until it is given a value.
    pub(crate) fn out_number<T: Default>(self, pointer: *mut T) -> OutNumber<T> {
        // SAFETY: valid for a write, as `new` was promised.
        unsafe { OutNumber::new(pointer) }
    }

    /// A copy of a required string.
    pub(crate) fn text(self, pointer: *const c_char, name: &str) -> Result<String> {
        self.optional_text(pointer, name)?.ok_or_else(|| null(name))
    }

    /// A copy of a string, `None` for NULL.
    pub(crate) fn optional_text(
        self,
        pointer: *const c_char,
        name: &str,
    ) -> Result<Option<String>> {
        if pointer.is_null() {
            return Ok(None);
        }
        // SAFETY: NUL-terminated, as `new` was promised.
        let text = unsafe { CStr::from_ptr(pointer) };
        match text.to_str() {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Error::new(
                ErrorKind::InvalidUtf8,
                format!("{name} is not valid UTF-8"),
            )),
        }
    }

    /// Copies of the strings of an array, all required.
    pub(crate) fn texts(
        self,
        array: *const *const c_char,
        count: usize,
        name: &str,
    ) -> Result<Vec<String>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        if array.is_null() {
            return Err(null(name));
        }
        if count > isize::MAX as usize / size_of::<*const c_char>() {
            return Err(invalid(format!("{name} is larger than the address space")));
        }
        // SAFETY: valid for `count` pointers until the call returns, as `new` was promised.
        let pointers = unsafe { std::slice::from_raw_parts(array, count) };
        let texts = (0..).zip(pointers);
        texts
            .map(|(index, text): (usize, _)| self.text(*text, &format!("{name}[{index}]")))
            .collect()
    }

    /// Bytes that the program keeps unchanged until the call returns.
    pub(crate) fn bytes<'a>(self, data: *const u8, size: usize, name: &str) -> Result<&'a [u8]> {
        if size == 0 {
            return Ok(&[]);
        }
        if data.is_null() {
            return Err(null(name));
        }
        if isize::try_from(size).is_err() {
            return Err(invalid(format!(
                "the size of {name} is larger than the address space"
            )));
        }
        // SAFETY: valid for `size` bytes until the call returns, as `new` was promised.
        Ok(unsafe { std::slice::from_raw_parts(data, size) })
    }

    /// A copy of an options struct; the defaults for NULL.
    pub(crate) fn options<O: Options>(self, pointer: *const O) -> Result<O> {
        // SAFETY: NULL or valid for its own `struct_size`, as `new` was promised.
        unsafe { options::read(pointer) }
    }

    /// Runs the body of an exported function. An error or a panic becomes a status and, if the program wants it, an error
    /// handle.
    pub(crate) fn guard(self, body: impl FnOnce() -> Result<()>) -> sendsafely_status {
        let mut body = Some(body);
        // One function for the more than a hundred bodies, which keeps the library small.
        self.guard_dyn(&mut || body.take().map_or(Ok(()), |body| body()))
    }

    fn guard_dyn(self, body: &mut dyn FnMut() -> Result<()>) -> sendsafely_status {
        match catch(body).and_then(|result| result) {
            Ok(()) => OK,
            Err(error) => {
                let status = status_of(Some(&error));
                if !self.error.is_null() {
                    error::give(self.out(self.error), &error);
                }
                status
            }
        }
    }
}
