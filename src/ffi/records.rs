//! Records and strings: real memory that the program reads. A registry by address owns it, so that each is freed as a
//! whole, and freeing NULL, a stranger or another kind does nothing.

use std::any::{Any, TypeId};
use std::ffi::c_char;

use zeroize::Zeroizing;

use super::buffer::sendsafely_buffer;
use super::string::sendsafely_string_list;
use super::table::Process;

/// A record that the program holds.
pub(super) struct Record {
    kind: TypeId,
    _memory: Memory,
}

// SAFETY: the pointers inside point only to pieces of the same record, which nothing changes any more.
unsafe impl Send for Record {}

/// All the memory of one record. Each piece is a `Vec`, so that moving it leaves its content where it is.
#[derive(Default)]
pub(super) struct Memory(Vec<Box<dyn Any>>);

/// A value of the core that C sees as a record.
pub(super) trait Translate {
    /// The struct that C sees.
    type Record: 'static;
    /// The struct with all that it points to.
    fn translate(&self, memory: &mut Memory) -> Self::Record;
}

impl Memory {
    fn keep<T: 'static>(&mut self, mut piece: Vec<T>) -> *mut T {
        let pointer = piece.as_mut_ptr();
        self.0.push(Box::new(piece));
        pointer
    }

    /// A copy of a text that is zeroed when freed, whether it is secret or not.
    pub(super) fn text(&mut self, text: &str) -> *const c_char {
        let mut bytes = terminated(text);
        let pointer = bytes.as_mut_ptr();
        self.0.push(Box::new(bytes));
        pointer.cast()
    }

    /// A text, or NULL.
    pub(super) fn optional_text(&mut self, text: Option<&str>) -> *const c_char {
        text.map_or(std::ptr::null(), |text| self.text(text))
    }

    /// Bytes of any kind; never NULL.
    fn bytes(&mut self, mut bytes: Vec<u8>) -> *const u8 {
        bytes.reserve(1);
        self.keep(bytes)
    }

    /// A record inside another.
    pub(super) fn record<V: Translate>(&mut self, value: &V) -> *const V::Record {
        let record = value.translate(self);
        self.keep(vec![record])
    }

    /// A record inside another, or NULL.
    pub(super) fn optional_record<V: Translate>(&mut self, value: Option<&V>) -> *const V::Record {
        value.map_or(std::ptr::null(), |value| self.record(value))
    }

    /// The `items` of a list.
    pub(super) fn items<V: Translate>(&mut self, values: &[V]) -> *const *const V::Record {
        let items = values.iter().map(|value| self.record(value)).collect();
        self.keep(items)
    }

    /// A list of texts inside a record.
    pub(super) fn texts(&mut self, texts: &[String]) -> *const sendsafely_string_list {
        let list = self.string_list(texts);
        self.keep(vec![list])
    }

    /// A list of texts.
    pub(super) fn string_list(&mut self, texts: &[String]) -> sendsafely_string_list {
        let items: Vec<_> = texts.iter().map(|text| self.text(text)).collect();
        sendsafely_string_list {
            count: items.len(),
            items: self.keep(items),
        }
    }

    /// Hands a record over to the program, until [`free`].
    pub(super) fn give<V: Translate>(mut self, value: &V) -> *mut V::Record {
        let record = value.translate(&mut self);
        let pointer = self.keep(vec![record]);
        self.register(pointer)
    }

    /// Hands bytes over to the program as a buffer, without copying them.
    pub(super) fn give_buffer(mut self, bytes: Vec<u8>) -> *mut sendsafely_buffer {
        let buffer = sendsafely_buffer {
            size: bytes.len(),
            data: self.bytes(bytes),
        };
        let pointer = self.keep(vec![buffer]);
        self.register(pointer)
    }

    fn register<T: 'static>(self, pointer: *mut T) -> *mut T {
        let record = Record {
            kind: TypeId::of::<T>(),
            _memory: self,
        };
        Process::current()
            .records
            .lock()
            .insert(pointer.addr(), record);
        pointer
    }
}

/// Hands a string over to the program.
pub(super) fn give_text(text: &str) -> *mut c_char {
    let mut memory = Memory::default();
    let pointer = memory.text(text).cast_mut();
    memory.register(pointer)
}

/// Frees a record or string with all that belongs to it.
pub(super) fn free<T: 'static>(pointer: *mut T) {
    free_kind(pointer.addr(), TypeId::of::<T>());
}

fn free_kind(address: usize, kind: TypeId) {
    let mut records = Process::current().records.lock();
    let is_one = records
        .get(&address)
        .is_some_and(|record| record.kind == kind);
    let record = if is_one {
        records.remove(&address)
    } else {
        None
    };
    drop(records);
    drop(record);
}

/// The bytes of a C string, in one allocation that is zeroed at its end. A NUL inside would cut the text short.
pub(super) fn terminated(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    bytes.extend(text.bytes().map(|byte| if byte == 0 { b' ' } else { byte }));
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    struct Family(Vec<String>);
    #[repr(C)]
    struct family {
        names: *const sendsafely_string_list,
        none: *const c_char,
    }
    impl Translate for Family {
        type Record = family;
        fn translate(&self, memory: &mut Memory) -> family {
            family {
                names: memory.texts(&self.0),
                none: memory.optional_text(None),
            }
        }
    }

    fn is_registered<T>(pointer: *const T) -> bool {
        Process::current()
            .records
            .lock()
            .contains_key(&pointer.addr())
    }

    #[test]
    fn a_record_is_readable_until_it_is_freed_as_what_it_is() {
        let pointer = Memory::default().give(&Family(vec!["Ann".into(), "Bö\0b".into()]));
        // SAFETY: just made.
        let (names, none) = unsafe { (&*(*pointer).names, (*pointer).none) };
        assert!(none.is_null());
        assert_eq!(names.count, 2);
        // SAFETY: the list has two items.
        let second = unsafe { CStr::from_ptr(*names.items.add(1)) };
        assert_eq!(second.to_str(), Ok("Bö b"));
        free(pointer.cast::<c_char>());
        free::<sendsafely_string_list>(names as *const sendsafely_string_list as *mut _);
        assert!(is_registered(pointer));
        free(pointer);
        assert!(!is_registered(pointer));
        free(pointer);
        free(std::ptr::null_mut::<family>());
    }

    #[test]
    fn empty_bytes_have_an_address() {
        assert!(!Memory::default().bytes(Vec::new()).is_null());
    }
}
