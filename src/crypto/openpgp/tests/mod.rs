//! Tests against other programs' bytes: the official clients' (`tests/vectors`), rPGP's and GnuPG's.

mod authenticated;
mod damage;
mod gnupg;
mod heads;
mod hostile;
mod rpgp;
mod shapes;
mod vectors;

use crate::crypto::keycode::Passphrase;
use crate::crypto::openpgp::{Limits, PartBuffer, open};
use crate::error::{ErrorKind, Result};
use crate::secret::SecretString;

const NO_LIMIT: usize = usize::MAX;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::from_text(SecretString::from(text))
}

/// Bytes without a pattern that compression or a shift would leave unnoticed; the same on every run.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next)
        .take(len.div_ceil(8))
        .flatten()
        .collect();
    bytes.truncate(len);
    bytes
}

fn limits(max_plaintext: usize) -> Limits<'static> {
    Limits {
        max_plaintext,
        proceed: &|_| Ok(()),
    }
}

fn seal(plaintext: &[u8], passphrase: &Passphrase) -> Vec<u8> {
    let mut buffer = PartBuffer::with_capacity(plaintext.len()).unwrap();
    buffer
        .plaintext_mut(plaintext.len())
        .copy_from_slice(plaintext);
    buffer.seal(passphrase).unwrap().to_vec()
}

fn opened(message: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>> {
    let mut message = message.to_vec();
    open(&mut message, passphrase, &limits(NO_LIMIT)).map(|opened| message[opened.content].to_vec())
}

/// The kind of the failure, after a look that nothing was left in the buffer.
fn failure(message: &[u8], passphrase: &Passphrase, max_plaintext: usize) -> ErrorKind {
    let mut message = message.to_vec();
    let error = open(&mut message, passphrase, &limits(max_plaintext)).expect_err("was opened");
    assert!(message.is_empty(), "bytes were left behind");
    error.kind()
}
