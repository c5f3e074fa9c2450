//! The keycode (client secret), its checksum, and the passphrase that it is one half of (`protocol` 3.1 to 3.3).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use zeroize::Zeroizing;

use super::digest::{hex, keyed_hmac};
use super::random;
use crate::check::trimmed;
use crate::error::{Error, ErrorKind, Result};
use crate::os;
use crate::secret::SecretString;

/// Rounds of PBKDF2 for the checksum; the service computes the same.
const CHECKSUM_ROUNDS: u32 = 1024;

/// The characters of the shortest keycode with which a package may be sent (`protocol` 7.1).
pub(crate) const SHORTEST_KEYCODE: usize = 32;

/// The secret of a package that its sender makes and that only the secure link carries.
///
/// Opaque: other programs make keycodes of other shapes, so it is never decoded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keycode(SecretString);

impl Keycode {
    /// Makes a new one: 32 bytes of the system's generator as 43 characters of URL-safe base64.
    ///
    /// # Errors
    /// `Internal` if the generator fails.
    pub(crate) fn generate() -> Result<Self> {
        os::on_clean_stack(|| {
            let bytes = Zeroizing::new(random::<32>()?);
            Ok(Self::from_random(&bytes))
        })
    }

    fn from_random(bytes: &[u8; 32]) -> Self {
        Self(SecretString::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Takes a keycode that a caller gives by itself, and trims it. Nobody guesses one of 32 characters.
    ///
    /// # Errors
    /// `InvalidArgument` if it has a character that no keycode has, `KeycodeTooShort`.
    pub(crate) fn given(text: &str) -> Result<Self> {
        let text = trimmed(text);
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if text.is_empty() || !text.bytes().all(is_allowed) {
            let what = if text.is_empty() {
                "the keycode is empty"
            } else {
                "the keycode has characters other than letters, digits, - and _"
            };
            return Err(Error::new(ErrorKind::InvalidArgument, what)
                .with_remedy("give what follows #keyCode= in the secure link"));
        }
        if text.len() < SHORTEST_KEYCODE {
            let message = format!("the keycode has fewer than {SHORTEST_KEYCODE} characters");
            return Err(Error::new(ErrorKind::KeycodeTooShort, message).with_remedy(
                "it is cut short; give all of what follows #keyCode= in the secure link",
            ));
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Takes a keycode from a link, a key exchange or a caller of the raw cryptography as it is.
    ///
    /// # Errors
    /// `InvalidArgument` if it is empty or holds a blank or a control character.
    pub(crate) fn from_text(text: &str) -> Result<Self> {
        if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the keycode is empty or holds blanks",
            ));
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The text itself. Callers keep it out of messages and logs.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Proves to the service that the caller knows the keycode: PBKDF2-HMAC-SHA256 of it, salted with the text of the
    /// package code, in lower-case hexadecimal.
    pub(crate) fn checksum(&self, package_code: &str) -> String {
        os::on_clean_stack(|| self.pbkdf2(package_code))
    }

    fn pbkdf2(&self, package_code: &str) -> String {
        // One block of output is as long as one HMAC, so PBKDF2 is this loop.
        let keyed = keyed_hmac(self.expose().as_bytes());
        let mut round = keyed.clone();
        round.update(package_code.as_bytes());
        round.update(&1u32.to_be_bytes());
        let mut last = round.finalize().into_bytes();
        let mut sum = last;
        for _ in 1..CHECKSUM_ROUNDS {
            let mut round = keyed.clone();
            round.update(&last);
            last = round.finalize().into_bytes();
            for (s, l) in sum.iter_mut().zip(&last) {
                *s ^= l;
            }
        }
        hex(&sum)
    }
}

impl fmt::Debug for Keycode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keycode(***)")
    }
}

/// What parts and messages of a package are encrypted with: the server secret followed by the keycode.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Passphrase(SecretString);

impl Passphrase {
    /// The passphrase of a package.
    pub(crate) fn new(server_secret: &SecretString, keycode: &Keycode) -> Self {
        let (server, client) = (server_secret.expose(), keycode.expose());
        // Sized at once: a growing string would leave copies behind.
        let mut text = String::with_capacity(server.len() + client.len());
        text.push_str(server);
        text.push_str(client);
        Self(SecretString::new(text))
    }

    /// The passphrase of a copied file, which travels whole as its file key (`protocol` 3.8).
    pub(crate) fn from_text(text: SecretString) -> Self {
        Self(text)
    }

    /// The text itself; the file key of a copied file is made from it. Callers keep it out of messages and logs.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.expose().as_bytes()
    }

    /// A digest of a plaintext at a place that says nothing about it to anybody who does not know the passphrase, and
    /// that is another one with another passphrase or at another place: HMAC-SHA256.
    pub(crate) fn digest(&self, place: &str, plaintext: &[u8]) -> [u8; 32] {
        let mut keyed = keyed_hmac(self.as_bytes());
        for bytes in [b"resume:", place.as_bytes(), b":", plaintext] {
            keyed.update(bytes);
        }
        keyed.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_become_the_documented_text() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        assert_eq!(
            Keycode::from_random(&bytes).expose(),
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
        );
    }

    #[test]
    fn generated_keycodes_differ_and_have_43_safe_characters() {
        let (a, b) = (Keycode::generate().unwrap(), Keycode::generate().unwrap());
        assert_ne!(a, b);
        for keycode in [a, b] {
            assert_eq!(keycode.expose().len(), 43);
            assert!(
                keycode
                    .expose()
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            );
        }
    }

    #[test]
    fn checksums_are_those_of_appendix_a2() {
        for (keycode, package_code, checksum) in [
            (
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                "oaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2-v8A",
                "71fcf4e9b19e787e96737cde7f9d6a7a27d43df076bd0918571464c33360334d",
            ),
            (
                "keyCode_Example",
                "packageCode-Example",
                "ca9f7f832bb75a3d0b4d62c5475bcc4a9deba13a3a8e197dc98fd357a991e8ee",
            ),
            (
                "kc",
                "pc",
                "3b4d68bfb8a81b9e27fc38ed8d96e431e2454c7275b5f2ef3282527f225f4939",
            ),
        ] {
            assert_eq!(
                Keycode::from_text(keycode).unwrap().checksum(package_code),
                checksum
            );
        }
    }

    #[test]
    fn keycodes_are_opaque_but_never_blank() {
        for bad in ["", " ", "a b", "a\n", "\ta", "a\u{0}b", "a\u{a0}b"] {
            assert_eq!(
                Keycode::from_text(bad).unwrap_err().kind(),
                ErrorKind::InvalidArgument
            );
        }
        let hexadecimal = "0f".repeat(32);
        assert_eq!(
            Keycode::from_text(&hexadecimal).unwrap().expose(),
            hexadecimal
        );
    }

    #[test]
    fn a_keycode_by_itself_is_trimmed_and_has_32_allowed_characters() {
        let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFR-_";
        for given in [
            good.to_owned(),
            format!("\u{feff}{good}\r\n"),
            format!(" {good}\u{200b}\0"),
        ] {
            assert_eq!(Keycode::given(&given).unwrap().expose(), good);
        }
        let foreign = good.replace('Q', "\u{430}");
        for (bad, kind) in [
            ("", ErrorKind::InvalidArgument),
            (&*foreign, ErrorKind::InvalidArgument),
            (&good.replace('Q', " "), ErrorKind::InvalidArgument),
            (&good.replace('Q', "\u{200b}"), ErrorKind::InvalidArgument),
            (&good[1..], ErrorKind::KeycodeTooShort),
        ] {
            assert_eq!(Keycode::given(bad).unwrap_err().kind(), kind, "{bad}");
        }
    }

    #[test]
    fn the_passphrase_is_server_secret_then_keycode_and_stays_hidden() {
        let keycode = Keycode::from_text("KEYCODEexample").unwrap();
        let passphrase = Passphrase::new(&SecretString::from("SERVERSECRETexample"), &keycode);
        assert_eq!(passphrase.expose(), "SERVERSECRETexampleKEYCODEexample");
        assert!(!format!("{passphrase:?}{keycode:?}").contains("example"));
    }
}
