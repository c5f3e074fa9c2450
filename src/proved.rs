//! Which keycodes a client has proved: whoever opens a package once more with the same one need not fetch anything for it.

use std::collections::VecDeque;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::secret::SecretString;

/// Of more packages the oldest ones are forgotten; they are proved again.
const MOST: usize = 1000;

/// A keycode and the package that it opens, as a digest that gives neither away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair([u8; 16]);

impl Pair {
    /// The server secret is a part of what opens the package, and the service may give another one at any time. The
    /// checksum stands for the keycode.
    pub(crate) fn new(
        server_secret: &SecretString,
        package_id: &str,
        package_code: &str,
        checksum: &str,
    ) -> Self {
        let mut digest = Sha256::new();
        // Of what a digest is made the last octets stay in memory: no secret is among them.
        for text in [server_secret.expose(), package_id, package_code, checksum] {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }
}

/// The pairs that are known to be right.
#[derive(Default)]
pub(crate) struct Proved(Mutex<VecDeque<Pair>>);

impl Proved {
    pub(crate) fn has(&self, pair: Pair) -> bool {
        self.0.lock().contains(&pair)
    }

    pub(crate) fn add(&self, pair: Pair) {
        let mut known = self.0.lock();
        if known.contains(&pair) {
            return;
        }
        if known.len() == MOST {
            known.pop_front();
        }
        known.push_back(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(server_secret: &str, package_id: &str, checksum: &str) -> Pair {
        Pair::new(&server_secret.into(), package_id, "code", checksum)
    }

    #[test]
    fn nothing_else_is_known_than_what_was_proved() {
        let proved = Proved::default();
        proved.add(pair("secret", "P", "1234"));
        assert!(proved.has(pair("secret", "P", "1234")));
        for other in [
            pair("secre", "tP", "1234"),
            pair("secret", "Q", "1234"),
            pair("secret", "P", "123"),
        ] {
            assert!(!proved.has(other));
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let proved = Proved::default();
        let numbered = |number: usize| Pair((number as u128).to_le_bytes());
        for number in 0..=MOST {
            proved.add(numbered(number));
            proved.add(numbered(number));
        }
        assert_eq!(proved.0.lock().len(), MOST);
        assert!(!proved.has(numbered(0)) && proved.has(numbered(1)));
    }
}
