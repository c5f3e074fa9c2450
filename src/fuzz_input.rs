//! What fuzz targets share: how they take bytes apart, and what no result may be.

use crate::error::{ErrorKind, Result};

/// Stands between texts; no UTF-8 has it.
const SEPARATOR: u8 = 0xff;

/// The bytes that a target was given, and has not taken yet.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte; 0 when there are none.
    pub(crate) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The bytes up to the next separator.
    pub(crate) fn piece(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == SEPARATOR);
        let end = end.unwrap_or(self.0.len());
        let piece = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        piece
    }

    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.piece()).into_owned()
    }

    /// All texts, at most so many.
    pub(crate) fn texts(&mut self, most: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while !self.is_empty() && texts.len() < most {
            texts.push(self.text());
        }
        texts
    }
}

/// What was read, if it was not refused. A refusal has a kind of its own and words for people.
pub(crate) fn accepted<T>(result: Result<T>) -> Option<T> {
    result
        .map_err(|error| {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
            assert!(!error.message().is_empty() && error.message().len() < 16 << 10);
            assert!(!error.message().contains(char::is_control), "{error}");
        })
        .ok()
}
