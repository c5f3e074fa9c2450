//! What stands around the body of every exported function.

use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::error::{Error, ErrorKind, Result};

use super::buffer::sendsafely_buffer;
use super::error::sendsafely_error;
use super::options::Options;
use super::records::{self, Memory, Translate};
use super::status::sendsafely_status;
use super::table::{self, Handle};

/// The program's side of one call: it promised that each pointer is NULL or valid as the header says, so that what
/// reads and writes through them can be safe functions here.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    error: *mut *mut sendsafely_error,
}

impl Caller {
    /// # Safety
    ///
    /// All pointers that the exported function was given are NULL or valid as the header says.
    pub(super) unsafe fn new(error: *mut *mut sendsafely_error) -> Self {
        let caller = Self { error };
        caller.out(error);
        caller
    }

    /// An output, set to NULL until it is given a value.
    pub(super) fn out<T>(self, pointer: *mut *mut T) -> Out<T> {
        if !pointer.is_null() {
            // SAFETY: valid for a write, as `new` was promised.
            unsafe { pointer.write(std::ptr::null_mut()) };
        }
        Out(pointer)
    }

    /// A count that is put out, 0 until it is given.
    pub(super) fn out_number<T: Default>(self, pointer: *mut T) -> OutNumber<T> {
        if !pointer.is_null() {
            // SAFETY: valid for a write, as `new` was promised.
            unsafe { pointer.write(T::default()) };
        }
        OutNumber(pointer)
    }

    /// A copy of a string that must be there.
    pub(super) fn text(self, pointer: *const c_char, name: &str) -> Result<String> {
        self.optional_text(pointer, name)?.ok_or_else(|| null(name))
    }

    /// A copy of a string, `None` for NULL.
    pub(super) fn optional_text(
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

    /// Copies of the strings of an array, each of which must be there.
    pub(super) fn texts(
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
    pub(super) fn bytes<'a>(self, data: *const u8, size: usize, name: &str) -> Result<&'a [u8]> {
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
    pub(super) fn options<O: Options>(self, pointer: *const O) -> Result<O> {
        // SAFETY: NULL or valid for its own `struct_size`, as `new` was promised.
        unsafe { super::options::read(pointer) }
    }

    /// Runs the body of an exported function: an error or a panic becomes a status and, if asked for, an error handle.
    pub(super) fn guard(self, body: impl FnOnce() -> Result<()>) -> sendsafely_status {
        let mut body = Some(body);
        // One for all, since there are more than a hundred bodies.
        self.guard_dyn(&mut || body.take().map_or(Ok(()), |body| body()))
    }

    fn guard_dyn(self, body: &mut dyn FnMut() -> Result<()>) -> sendsafely_status {
        match catch(body).and_then(|result| result) {
            Ok(()) => sendsafely_status::SENDSAFELY_OK,
            Err(error) => {
                let status = error.kind().into();
                if !self.error.is_null() {
                    super::error::give(Out(self.error), &error);
                }
                status
            }
        }
    }
}

/// Where an exported function puts a result; holds NULL until then.
pub(super) struct Out<T>(*mut *mut T);

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T> Out<T> {
    /// Itself, if the program gave a place for it.
    pub(super) fn required(self, name: &str) -> Result<Self> {
        if self.0.is_null() {
            Err(null(name))
        } else {
            Ok(self)
        }
    }

    fn give(self, value: *mut T) {
        // SAFETY: `Caller` was promised that it is valid for a write; callers of this have checked for NULL.
        unsafe { self.0.write(value) };
    }

    /// Gives a handle.
    pub(super) fn give_handle<H: Handle<Ticket = T>>(self, object: H) -> Result<()> {
        self.give(table::insert(object)?);
        Ok(())
    }

    /// Gives a record, unless the program does not want it.
    pub(super) fn give_record<V: Translate<Record = T>>(self, value: &V) {
        if !self.0.is_null() {
            self.give(Memory::default().give(value));
        }
    }
}

/// Where an exported function puts a count; holds 0 until then.
pub(super) struct OutNumber<T>(*mut T);

impl<T> OutNumber<T> {
    pub(super) fn give(self, number: T, name: &str) -> Result<()> {
        if self.0.is_null() {
            return Err(null(name));
        }
        // SAFETY: `Caller` was promised that it is valid for a write.
        unsafe { self.0.write(number) };
        Ok(())
    }
}

impl Out<sendsafely_buffer> {
    /// Gives bytes, to be freed with `sendsafely_buffer_free`.
    pub(super) fn give_buffer(self, bytes: Vec<u8>) {
        self.give(Memory::default().give_buffer(bytes));
    }
}

impl Out<c_char> {
    /// Gives a string, to be freed with `sendsafely_string_free`.
    pub(super) fn give_text(self, text: &str) {
        self.give(records::give_text(text));
    }

    /// The same, unless the program does not want it.
    pub(super) fn give_optional_text(self, text: &str) {
        if !self.0.is_null() {
            self.give_text(text);
        }
    }
}

/// Runs the body of an exported function that has no status; a panic gives `fallback`.
pub(super) fn guard_value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch(body).unwrap_or(fallback)
}

thread_local! {
    /// Whether this thread is inside a guard, so that a panic will be told by a status and need not be printed.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the body; a panic becomes its message. A foreign exception ends the process here: Rust catches only its own.
fn catch<T>(body: impl FnOnce() -> T) -> Result<T> {
    print_nothing();
    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "test-hooks")]
        super::test_hooks::panic_if_armed();
        body()
    }));
    GUARDED.set(outer);
    outcome.map_err(|payload| Error::panicked(&*payload))
}

/// A library prints nothing: panics inside a guard or on a worker are told by a status. Others go on as before.
fn print_nothing() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if thread::panicking() || DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let is_worker = thread::current()
            .name()
            .is_some_and(|name| name.starts_with("sendsafely"));
        if !is_worker && !GUARDED.try_with(Cell::get).unwrap_or(false) {
            previous(info);
        }
    }));
}

/// The error of a required pointer that is NULL.
pub(super) fn null(name: &str) -> Error {
    Error::new(ErrorKind::NullArgument, format!("{name} is NULL"))
}

/// The error of an argument out of its range.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// A boolean from C.
pub(super) fn boolean(value: i32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(invalid(format!("{name} is {value}; 0 and 1 are allowed"))),
    }
}

/// Refuses what would break out of the HTTP header that the value becomes. The value itself is not told.
pub(super) fn refuse_control_characters(value: &str, name: &str) -> Result<()> {
    if value.chars().any(char::is_control) {
        return Err(invalid(format!("{name} has a control character in it")));
    }
    Ok(())
}
