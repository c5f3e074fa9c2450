//! Secret texts: zeroed when dropped, never displayed, compared in constant time.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde_json::Value;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret text: API secret, keycode, server secret, password, private key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretString(String);

impl SecretString {
    /// Takes the text over without a copy.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Callers keep it out of messages and logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len()
            && a.iter()
                .zip(b)
                .fold(0, |difference, (x, y)| difference | (x ^ y))
                == 0
    }
}

impl Eq for SecretString {}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The JSON body of a request that has a secret. Its texts are zeroed when it is dropped.
pub(crate) struct SecretJson(Value);

impl From<Value> for SecretJson {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl Deref for SecretJson {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl DerefMut for SecretJson {
    fn deref_mut(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Drop for SecretJson {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text of a JSON body, in memory of exactly its size: a text that grows would leave copies behind.
pub(crate) fn json_text(value: &Value) -> SecretString {
    struct Length(usize);
    impl std::io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut length = Length(0);
    let mut text = Vec::new();
    let written = serde_json::to_writer(&mut length, value).and_then(|()| {
        text.reserve_exact(length.0);
        serde_json::to_writer(&mut text, value)
    });
    written.expect("memory takes whatever is written, and all names of an object are texts");
    SecretString(String::from_utf8(text).expect("JSON is written as UTF-8"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SecretString, json_text};

    #[test]
    fn json_is_written_once_and_in_memory_of_its_size() {
        let value = json!({"password": "a \"long\" p\u{e4}ssword", "list": [1, null, {"x": true}]});
        let text = json_text(&value);
        assert_eq!(text.expose(), value.to_string());
        assert_eq!(text.0.capacity(), text.0.len());
    }

    #[test]
    fn is_never_shown_and_compares_by_value() {
        let secret = SecretString::from("a-secret-value");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret, SecretString::from("a-secret-value"));
        assert_ne!(secret, SecretString::from("a-secret-valuE"));
        assert_ne!(secret, SecretString::from("a-secret"));
    }
}
