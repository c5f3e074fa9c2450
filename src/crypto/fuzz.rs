//! Keys, keycodes for trusted devices, and messages of packages.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key_pair::{PrivateKey, encrypt_keycode};
use super::keycode::{Keycode, Passphrase};
use super::message::{decode, decrypt_message, encrypt_message};
use super::openpgp::fuzz::{is_slow, must_be_a_refusal, passphrase, proceed};
use super::public_key::{is_outdated, public_key_in};
use crate::error::ErrorKind;
use crate::fuzz_input::{Input, accepted};
use crate::secret::SecretString;

pub(crate) use super::openpgp::fuzz::parts;

/// A text that was encrypted is read again as it is; another passphrase reads nothing.
pub(crate) fn messages(data: &[u8]) {
    let mut input = Input::new(data);
    let number = input.below(8);
    let text = String::from_utf8_lossy(input.rest());
    if is_slow(&decode(&text).unwrap_or_default()) {
        return;
    }
    let passphrase = Passphrase::from_text(SecretString::from(passphrase(number)));
    let another = Passphrase::from_text(SecretString::from("another"));
    match decrypt_message(&text, &passphrase, proceed) {
        Ok(_) => assert!(decrypt_message(&text, &another, proceed).is_err()),
        Err(error) => must_be_a_refusal(&error),
    }
    let sealed = encrypt_message(&text, &passphrase).expect("it is sealed");
    let read = decrypt_message(&sealed, &passphrase, proceed);
    assert_eq!(read.expect("it is ours"), text);
}

fn private_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let armored = include_str!("../../tests/vectors/openpgpjs/key6-private.asc");
        PrivateKey::parse(armored).expect("a key")
    })
}

/// The text of a key or message: the bytes as they are, or what they are in armor.
fn armored(input: &mut Input<'_>, kind: &str) -> String {
    match input.byte() {
        0..0x80 => String::from_utf8_lossy(input.rest()).into_owned(),
        _ => {
            let text = STANDARD.encode(input.rest());
            let lines = text
                .as_bytes()
                .chunks(64)
                .map(|line| String::from_utf8_lossy(line) + "\n");
            let lines: String = lines.collect();
            format!("-----BEGIN PGP {kind}-----\n\n{lines}-----END PGP {kind}-----\n")
        }
    }
}

/// A key that is read is read again; to one that can be used a keycode is encrypted, and a private key that is read has
/// a public one. Nothing takes long.
pub(crate) fn keys(data: &[u8]) {
    let mut input = Input::new(data);
    let keycode = Keycode::from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").expect("one");
    match input.below(3) {
        0 => {
            let text = armored(&mut input, "PUBLIC KEY BLOCK");
            let found = accepted(public_key_in(&text));
            if let Some(key) = &found {
                assert_eq!(public_key_in(key).ok().as_ref(), Some(key));
            }
            is_outdated(&text);
            if let Some(message) = accepted(encrypt_keycode(&keycode, &text)) {
                assert!(found.is_some() && message.starts_with("-----BEGIN PGP MESSAGE-----\n"));
            }
        }
        1 => {
            let text = armored(&mut input, "PRIVATE KEY BLOCK");
            if let Some(key) = accepted(PrivateKey::parse(&text)) {
                let public = accepted(key.public_key()).expect("it has a public key");
                assert!(accepted(public_key_in(&public)).is_some());
                if let Some(message) = accepted(encrypt_keycode(&keycode, &public)) {
                    // Its halves need not belong together.
                    accepted(key.decrypt_keycode(&message));
                }
            }
        }
        _ => {
            let text = armored(&mut input, "MESSAGE");
            match private_key().decrypt_keycode(&text) {
                Ok(keycode) => assert!(Keycode::from_text(keycode.expose()).is_ok()),
                Err(error) => assert!(
                    matches!(
                        error.kind(),
                        ErrorKind::DecryptFailed | ErrorKind::UnsupportedFormat
                    ),
                    "{error}"
                ),
            }
        }
    }
}
