//! The memory of records and strings, which the program reads.

use std::any::Any;
use std::ffi::c_char;

use zeroize::Zeroizing;

/// All the memory of one record. Each piece is on the heap, so that it keeps its address when the piece itself moves.
#[derive(Default)]
pub(crate) struct Memory(Vec<Box<dyn Any>>);

// SAFETY: the pointers inside point only to pieces of the same record, which nothing changes any more.
unsafe impl Send for Memory {}

/// A value of the core that becomes a record for C.
pub(crate) trait Translate {
    /// The struct that C sees.
    type Record: 'static;
    /// The struct; memory keeps all that it points to.
    fn translate(&self, memory: &mut Memory) -> Self::Record;
}

impl Memory {
    pub(crate) fn keep<T: 'static>(&mut self, mut piece: Vec<T>) -> *mut T {
        let pointer = piece.as_mut_ptr();
        self.0.push(Box::new(piece));
        pointer
    }

    /// A copy of a text. It is zeroed when it is freed, whether it is secret or not.
    pub(crate) fn text(&mut self, text: &str) -> *const c_char {
        let mut bytes = terminated(text);
        let pointer = bytes.as_mut_ptr();
        self.0.push(Box::new(bytes));
        pointer.cast()
    }

    /// A text, or NULL.
    pub(crate) fn optional_text(&mut self, text: Option<&str>) -> *const c_char {
        text.map_or(std::ptr::null(), |text| self.text(text))
    }

    /// Bytes of any kind; never NULL.
    pub(crate) fn bytes(&mut self, mut bytes: Vec<u8>) -> *const u8 {
        bytes.reserve(1);
        self.keep(bytes)
    }

    /// A record inside another.
    pub(crate) fn record<V: Translate>(&mut self, value: &V) -> *const V::Record {
        let record = value.translate(self);
        self.keep(vec![record])
    }

    /// A record inside another, or NULL.
    pub(crate) fn optional_record<V: Translate>(&mut self, value: Option<&V>) -> *const V::Record {
        value.map_or(std::ptr::null(), |value| self.record(value))
    }

    /// The `items` of a list.
    pub(crate) fn items<V: Translate>(&mut self, values: &[V]) -> *const *const V::Record {
        let items = values.iter().map(|value| self.record(value)).collect();
        self.keep(items)
    }

    /// The `items` of a list of texts.
    pub(crate) fn text_items(&mut self, texts: &[String]) -> *const *const c_char {
        let items = texts.iter().map(|text| self.text(text)).collect();
        self.keep(items)
    }
}

/// The bytes of a C string, in one allocation that is zeroed at its end. A NUL inside would cut the text short.
pub(crate) fn terminated(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    bytes.extend(text.bytes().map(|byte| if byte == 0 { b' ' } else { byte }));
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_bytes_have_an_address() {
        assert!(!Memory::default().bytes(Vec::new()).is_null());
    }
}
