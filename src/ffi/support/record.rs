//! Records and strings: memory that the program reads. A table by address owns it, so that each is freed as a whole, and
//! so that freeing NULL, another pointer or another type does nothing.

use std::any::TypeId;
use std::ffi::c_char;

use super::memory::{Memory, Translate};
use super::process::Process;

/// Gives the program a record, until [`free`].
pub(crate) fn give<V: Translate>(value: &V) -> *mut V::Record {
    let mut memory = Memory::default();
    let record = value.translate(&mut memory);
    give_with(memory, record)
}

/// Gives the program a record, with the memory to which it points.
pub(crate) fn give_with<T: 'static>(mut memory: Memory, record: T) -> *mut T {
    let pointer = memory.keep(vec![record]);
    register(memory, pointer)
}

/// Gives the program a string.
pub(crate) fn give_text(text: &str) -> *mut c_char {
    let mut memory = Memory::default();
    let pointer = memory.text(text).cast_mut();
    register(memory, pointer)
}

fn register<T: 'static>(memory: Memory, pointer: *mut T) -> *mut T {
    let mut records = Process::current().records.lock();
    records.insert(pointer.addr(), (TypeId::of::<T>(), memory));
    pointer
}

/// Frees a record or string with all that belongs to it.
pub(crate) fn free<T: 'static>(pointer: *mut T) {
    free_kind(pointer.addr(), TypeId::of::<T>());
}

fn free_kind(address: usize, kind: TypeId) {
    let mut records = Process::current().records.lock();
    let is_one = records
        .get(&address)
        .is_some_and(|(known, _)| *known == kind);
    let record = is_one.then(|| Process::take(&mut records, address));
    drop(records);
    drop(record);
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    struct Family(Vec<String>);
    #[repr(C)]
    struct family {
        names: *const *const c_char,
        father: *const person,
        none: *const c_char,
    }
    struct Person;
    #[repr(C)]
    struct person {
        age: u32,
    }
    impl Translate for Person {
        type Record = person;
        fn translate(&self, _: &mut Memory) -> person {
            person { age: 50 }
        }
    }
    impl Translate for Family {
        type Record = family;
        fn translate(&self, memory: &mut Memory) -> family {
            family {
                names: memory.text_items(&self.0),
                father: memory.record(&Person),
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
        let pointer = give(&Family(vec!["Ann".into(), "Bö\0b".into()]));
        // SAFETY: just made.
        let family = unsafe { &*pointer };
        assert!(family.none.is_null());
        // SAFETY: there is one person, and there are two names.
        let (age, second) = unsafe { ((*family.father).age, CStr::from_ptr(*family.names.add(1))) };
        assert_eq!(age, 50);
        assert_eq!(second.to_str(), Ok("Bö b"));
        free(pointer.cast::<c_char>());
        free(family.father.cast_mut());
        assert!(is_registered(pointer));
        free(pointer);
        assert!(!is_registered(pointer));
        free(pointer);
        free(std::ptr::null_mut::<family>());
    }
}
