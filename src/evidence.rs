//! What a client knows of the keycodes of packages: which are proved, and which files and messages can prove none
//! because the client has made them; and of files that it has compared their digests. All handles of a package with the
//! same keycode share this.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::os::lock::Mutex;
use crate::secret::SecretString;

/// The most packages that are remembered. The oldest is forgotten; its keycode is then proved again.
const MOST: usize = 1000;

/// The most files of a package whose digests are remembered.
const MOST_DIGESTS: usize = 100_000;

/// A keycode and its package, as a digest that reveals neither.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair([u8; 16]);

impl Pair {
    /// The digest includes the server secret, because the service may send another one at any time. The checksum stands
    /// for the keycode.
    pub(crate) fn new(
        server_secret: &SecretString,
        package_id: &str,
        package_code: &str,
        checksum: &str,
    ) -> Self {
        let mut digest = Sha256::new();
        // The last bytes that are hashed stay in memory, so they must not be secret.
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

/// What the client knows of one keycode for one package.
#[derive(Default)]
pub(crate) struct Evidence(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether the keycode is proved: it decrypts what is on the package.
    is_proved: bool,
    /// Files that this client has uploaded before the keycode was proved: they prove nothing.
    made: BTreeSet<String>,
    /// Whether this client has set the message: then it proves nothing.
    made_message: bool,
    head_failed: bool,
    /// SHA-256 of files by their ids, which never get another content.
    digests: BTreeMap<String, [u8; 32]>,
}

impl Evidence {
    pub(crate) fn is_proved(&self) -> bool {
        self.0.lock().is_proved
    }

    pub(crate) fn proved(&self) {
        let mut known = self.0.lock();
        known.is_proved = true;
        known.made.clear();
    }

    /// Notes that this client uploads a file.
    pub(crate) fn file_made(&self, file_id: &str) {
        let mut known = self.0.lock();
        if !known.is_proved {
            known.made.insert(file_id.to_owned());
        }
    }

    /// Whether a file may prove the keycode.
    pub(crate) fn may_be_by_file(&self, file_id: &str) -> bool {
        !self.0.lock().made.contains(file_id)
    }

    /// Notes that the keycode has decrypted a file.
    pub(crate) fn file_opened(&self, file_id: &str) {
        if self.may_be_by_file(file_id) {
            self.proved();
        }
    }

    /// The digest of the content of a file, if a comparison has found it.
    pub(crate) fn digest_of(&self, file_id: &str) -> Option<[u8; 32]> {
        self.0.lock().digests.get(file_id).copied()
    }

    pub(crate) fn digest_found(&self, file_id: &str, digest: [u8; 32]) {
        let mut known = self.0.lock();
        if known.digests.len() < MOST_DIGESTS {
            known.digests.insert(file_id.to_owned(), digest);
        }
    }

    /// Notes that this client has set or removed the message.
    pub(crate) fn message_made(&self) {
        let mut known = self.0.lock();
        known.made_message = !known.is_proved;
    }

    /// Whether the message may prove the keycode.
    pub(crate) fn may_be_by_message(&self) -> bool {
        !self.0.lock().made_message
    }

    /// Notes that the keycode has decrypted the message.
    pub(crate) fn message_opened(&self) {
        if self.may_be_by_message() {
            self.proved();
        }
    }

    /// Notes that the head of a part has not proved the keycode. From then on only whole parts count: otherwise a
    /// server could try many heads, and learn from each request that follows whether one was decrypted.
    pub(crate) fn head_failed(&self) {
        self.0.lock().head_failed = true;
    }

    /// Whether the head of a part may prove the keycode.
    pub(crate) fn may_be_by_head(&self) -> bool {
        !self.0.lock().head_failed
    }
}

/// What the client knows of all keycodes.
#[derive(Default)]
pub(crate) struct AllEvidence(Mutex<VecDeque<(Pair, Arc<Evidence>)>>);

impl AllEvidence {
    pub(crate) fn of(&self, pair: Pair) -> Arc<Evidence> {
        let mut all = self.0.lock();
        if let Some((_, known)) = all.iter().find(|(known, _)| *known == pair) {
            return Arc::clone(known);
        }
        if all.len() == MOST {
            all.pop_front();
        }
        let fresh = Arc::<Evidence>::default();
        all.push_back((pair, Arc::clone(&fresh)));
        fresh
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
        let all = AllEvidence::default();
        let before = all.of(pair("secret", "P", "1234"));
        all.of(pair("secret", "P", "1234")).proved();
        assert!(before.is_proved());
        for other in [
            pair("secre", "tP", "1234"),
            pair("secret", "Q", "1234"),
            pair("secret", "P", "123"),
        ] {
            assert!(!all.of(other).is_proved());
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let all = AllEvidence::default();
        let numbered = |number: usize| Pair((number as u128).to_le_bytes());
        for number in 0..=MOST {
            all.of(numbered(number)).proved();
            all.of(numbered(number)).proved();
        }
        assert_eq!(all.0.lock().len(), MOST);
        assert!(all.of(numbered(1)).is_proved() && !all.of(numbered(0)).is_proved());
    }
}
