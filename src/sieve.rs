//! Removes the parts of a long response that nobody reads, while it arrives. Package information repeats the whole tree
//! of a Workspace, directories within directories with all their files. Only the rest takes memory.

use std::collections::TryReserveError;
use std::ops::Range;

/// Members that are removed from objects deeper than this; the response itself is at 1.
const UNREAD: [(&[u8], usize); 5] = [
    (b"files", 1),
    (b"directories", 1),
    (b"subDirectories", 1),
    (b"subdirectories", 1),
    // The object of file information is itself a member of the response.
    (b"oldVersions", 2),
];

/// JSON text that arrives in pieces. Lists and objects that nobody reads are replaced by null. It does not check that
/// the text is JSON: its reader does.
#[derive(Default)]
pub(crate) struct Sieve {
    /// Whether confirmations are removed too: there is one for each recipient and each file.
    no_confirmations: bool,
    kept: Vec<u8>,
    /// The depth of the current place: lists and objects around it.
    depth: usize,
    /// Lists and objects that have to end before text is kept again.
    skipped: usize,
    in_text: bool,
    after_backslash: bool,
    /// The place of the last string in the kept text, without its quotes.
    text: Range<usize>,
    /// Whether this string is the name of the next value.
    is_named: bool,
}

impl Sieve {
    /// A sieve that removes confirmations too.
    pub(crate) fn without_confirmations() -> Self {
        Self {
            no_confirmations: true,
            ..Self::default()
        }
    }

    /// Takes the next piece.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Result<(), TryReserveError> {
        let mut from = 0;
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            if self.in_text {
                at = self.end_of_text(piece, at, from);
                continue;
            }
            match byte {
                b'"' => {
                    self.in_text = true;
                    self.text.start = self.kept.len() + at + 1 - from;
                }
                b'[' | b'{' if self.skipped > 0 => self.skipped += 1,
                b']' | b'}' if self.skipped > 0 => {
                    self.skipped -= 1;
                    if self.skipped == 0 {
                        from = at + 1;
                    }
                }
                _ if self.skipped > 0 => {}
                b':' => self.is_named = true,
                b',' => self.is_named = false,
                b'[' | b'{' => {
                    if self.is_named {
                        self.keep(&piece[from..at])?;
                        from = at;
                        if self.is_unread() {
                            self.keep(b"null")?;
                            self.skipped = 1;
                        }
                    }
                    self.is_named = false;
                    self.depth += usize::from(self.skipped == 0);
                }
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        if self.skipped == 0 {
            self.keep(&piece[from..])?;
        }
        Ok(())
    }

    /// The rest of all pieces.
    pub(crate) fn into_text(self) -> Vec<u8> {
        self.kept
    }

    /// Bytes that were kept so far.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Continues within a string, from `at` in a piece; everything from `from` on is still to be kept. Returns the
    /// place that was reached.
    fn end_of_text(&mut self, piece: &[u8], at: usize, from: usize) -> usize {
        if self.after_backslash {
            self.after_backslash = false;
            return at + 1;
        }
        let special = |byte: &u8| matches!(byte, b'"' | b'\\');
        let Some(length) = piece[at..].iter().position(special) else {
            return piece.len();
        };
        let end = at + length;
        if piece[end] == b'\\' {
            self.after_backslash = true;
        } else {
            self.in_text = false;
            self.text.end = self.kept.len() + end - from;
        }
        end + 1
    }

    fn is_unread(&self) -> bool {
        let name = self.kept.get(self.text.clone());
        (self.no_confirmations && name == Some(b"confirmations"))
            || UNREAD
                .iter()
                .any(|(unread, deepest)| name == Some(unread) && self.depth > *deepest)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), TryReserveError> {
        self.kept.try_reserve(bytes.len())?;
        self.kept.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::Sieve;
    use crate::json::arbitrary::anything;

    fn sieved(text: &str, piece: usize) -> String {
        sieved_by(Sieve::default(), text, piece)
    }

    fn sieved_by(mut sieve: Sieve, text: &str, piece: usize) -> String {
        for piece in text.as_bytes().chunks(piece) {
            sieve.feed(piece).expect("memory");
        }
        String::from_utf8(sieve.into_text()).expect("the parts that are kept are whole")
    }

    /// The same by the book.
    fn without(value: Value, depth: usize) -> Value {
        match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| without(item, depth + 1))
                .collect(),
            Value::Object(members) => {
                let member = |(name, value): (String, Value)| {
                    let deepest = match name.as_str() {
                        "files" | "directories" | "subDirectories" | "subdirectories" => 1,
                        "oldVersions" => 2,
                        _ => usize::MAX,
                    };
                    let unread = depth > deepest && (value.is_array() || value.is_object());
                    let value = if unread {
                        Value::Null
                    } else {
                        without(value, depth + 1)
                    };
                    (name, value)
                };
                Value::Object(members.into_iter().map(member).collect())
            }
            other => other,
        }
    }

    #[test]
    fn trees_are_left_out_and_the_rest_stays_as_it_is() {
        let text = r#"{"directories" : [ {"name":"files","files": [ {"a":"]}\"\\"} ] , "subDirectories":{"files":[]},
            "oldVersions":[1]}, "\"files", {"x":["files",[1]], "y":"files:"}],"file":{"oldVersions":[{"oldVersions":[2]}]}}"#;
        let left = r#"{"directories" : [ {"name":"files","files": null , "subDirectories":null,
            "oldVersions":null}, "\"files", {"x":["files",[1]], "y":"files:"}],"file":{"oldVersions":[{"oldVersions":null}]}}"#;
        for piece in 1..text.len() {
            assert_eq!(sieved(text, piece), left, "in pieces of {piece}");
        }
        for odd in ["", "}]}]", "[[[", "\"", "{\"files\":", "<html>\"]"] {
            assert_eq!(sieved(odd, 2), odd);
        }
    }

    #[test]
    fn confirmations_are_left_out_where_nobody_reads_them() {
        let text = r#"{"recipients":[{"email":"a","confirmations":[{"file":{}}],"b":[1]},{"confirmations":{"c":[]}}]}"#;
        let left =
            r#"{"recipients":[{"email":"a","confirmations":null,"b":[1]},{"confirmations":null}]}"#;
        assert_eq!(sieved(text, 7), text);
        assert_eq!(sieved_by(Sieve::without_confirmations(), text, 7), left);
    }

    #[test]
    fn what_is_left_out_may_be_of_any_depth() {
        let (levels, end) = (
            "{\"subDirectories\":[".repeat(100_000),
            "]}".repeat(100_000),
        );
        let text = format!("{{\"directories\":[{levels}{end}]}}");
        let left = r#"{"directories":[{"subDirectories":null}]}"#;
        assert_eq!(sieved(&text, 4096), left);
    }

    proptest! {
        #[test]
        fn nothing_else_is_touched(
            value in anything("files|directories|subDirectories|oldVersions|x"),
            piece in 1..20_usize,
        ) {
            let text = json!({ "x": value }).to_string();
            let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            prop_assert_eq!(read(&sieved(&text, piece)), without(read(&text), 1));
        }
    }
}
