//! Options structs. They grow at their end; the program may be older than the library, or newer.

use std::mem::{align_of, size_of};

use crate::error::{ErrorKind, Result};
use crate::ffi::status::OK;

use super::argument::invalid;
use super::guard::guard_value;
use super::marks::number::sendsafely_status;

/// More than any options struct will ever have: a larger struct_size was never initialized.
const LARGEST: usize = 4096;

/// A struct that C fills, with `size_t struct_size` as its first field.
///
/// # Safety
///
/// `#[repr(C)]`, begins with a `usize`, and any bytes are a valid value of it (no references, enums or `bool`).
pub(crate) unsafe trait Options: Copy {
    /// Its name in messages.
    const NAME: &'static str;
    /// The options that NULL stands for.
    fn defaults() -> Self;
}

/// Copies the options of a program; fields that it does not know yet have their defaults.
///
/// # Safety
///
/// NULL, or valid for reading a `usize` and as many bytes as that says.
pub(crate) unsafe fn read<O: Options>(pointer: *const O) -> Result<O> {
    let mut options = O::defaults();
    if pointer.is_null() {
        return Ok(options);
    }
    // SAFETY: the first field is a usize.
    let size = unsafe { pointer.cast::<usize>().read_unaligned() };
    if !is_plausible::<O>(size) {
        return Err(invalid(format!(
            "{name}.struct_size is {size}; call {name}_init first",
            name = O::NAME
        )));
    }
    let known = size.min(size_of::<O>());
    // SAFETY: both are valid for `known` bytes, and any bytes are a valid `O`.
    unsafe {
        pointer
            .cast::<u8>()
            .copy_to_nonoverlapping((&raw mut options).cast::<u8>(), known)
    };
    // SAFETY: valid for `size` bytes.
    if (known..size).any(|offset| unsafe { *pointer.cast::<u8>().add(offset) } != 0) {
        return Err(invalid(format!(
            "{} sets an option that this version of the library does not know",
            O::NAME
        )));
    }
    Ok(options)
}

/// Fills as many fields as the program knows with their defaults.
///
/// # Safety
///
/// NULL, or valid for writing `size` bytes.
pub(crate) unsafe fn init<O: Options>(pointer: *mut O, size: usize) -> sendsafely_status {
    guard_value(ErrorKind::Internal as sendsafely_status, || {
        if pointer.is_null() {
            return ErrorKind::NullArgument as sendsafely_status;
        }
        if !is_plausible::<O>(size) {
            return ErrorKind::InvalidArgument as sendsafely_status;
        }
        let defaults = O::defaults();
        let known = size.min(size_of::<O>());
        // SAFETY: `pointer` is valid for `size` bytes, `defaults` for `known`.
        unsafe {
            pointer.cast::<u8>().write_bytes(0, size);
            (&raw const defaults)
                .cast::<u8>()
                .copy_to_nonoverlapping(pointer.cast::<u8>(), known);
            pointer.cast::<usize>().write_unaligned(size);
        }
        OK
    })
}

/// Sizes of C structs are multiples of their alignment, so no field is ever cut in two.
fn is_plausible<O>(size: usize) -> bool {
    (size_of::<usize>()..=LARGEST).contains(&size) && size.is_multiple_of(align_of::<O>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Known {
        struct_size: usize,
        first: u64,
        second: u64,
    }
    // SAFETY: integers only.
    unsafe impl Options for Known {
        const NAME: &'static str = "known";
        fn defaults() -> Self {
            Self {
                struct_size: size_of::<Self>(),
                first: 1,
                second: 2,
            }
        }
    }

    fn read_words(words: &[usize]) -> Result<(u64, u64)> {
        // SAFETY: each test has as many words as the first one says.
        unsafe { read(words.as_ptr().cast::<Known>()) }.map(|known| (known.first, known.second))
    }

    const WORD: usize = size_of::<usize>();

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn older_and_newer_programs_are_understood() {
        assert_eq!(
            // SAFETY: NULL is allowed.
            unsafe { read(std::ptr::null::<Known>()) }.unwrap(),
            Known::defaults()
        );
        assert_eq!(read_words(&[WORD]).unwrap(), (1, 2));
        assert_eq!(read_words(&[2 * WORD, 7]).unwrap(), (7, 2));
        assert_eq!(read_words(&[3 * WORD, 7, 8]).unwrap(), (7, 8));
        assert_eq!(read_words(&[4 * WORD, 7, 8, 0]).unwrap(), (7, 8));
        for refused in [
            &[4 * WORD, 7, 8, 1][..],
            &[0],
            &[WORD - 1],
            &[WORD + 1, 0],
            &[usize::MAX],
            &[LARGEST + WORD],
        ] {
            assert_eq!(
                read_words(refused).unwrap_err().kind(),
                ErrorKind::InvalidArgument,
                "{refused:?}"
            );
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn init_writes_what_the_program_has_room_for() {
        let mut words = [9_usize; 5];
        let pointer = words.as_mut_ptr().cast::<Known>();
        // SAFETY: there are five words.
        unsafe {
            assert_eq!(init(pointer, 2 * WORD), OK);
            assert_eq!(words, [2 * WORD, 1, 9, 9, 9]);
            assert_eq!(init(words.as_mut_ptr().cast::<Known>(), 4 * WORD), OK);
            assert_eq!(words, [4 * WORD, 1, 2, 0, 9]);
            assert_eq!(
                init(std::ptr::null_mut::<Known>(), 3 * WORD),
                ErrorKind::NullArgument as sendsafely_status
            );
            let pointer = words.as_mut_ptr().cast::<Known>();
            assert_eq!(
                init(pointer, WORD / 2),
                ErrorKind::InvalidArgument as sendsafely_status
            );
        }
    }
}
