//! Text that is secret: zeroed when dropped, never shown, compared in constant time.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret text: API secret, keycode, server secret, password, private key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretString(String);

impl SecretString {
    /// Takes the text over; no copy of it stays behind.
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

#[cfg(test)]
mod tests {
    use super::SecretString;

    #[test]
    fn is_never_shown_and_compares_by_value() {
        let secret = SecretString::from("a-secret-value");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret, SecretString::from("a-secret-value"));
        assert_ne!(secret, SecretString::from("a-secret-valuE"));
        assert_ne!(secret, SecretString::from("a-secret"));
    }
}
