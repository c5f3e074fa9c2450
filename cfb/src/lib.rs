//! AES in CFB mode with the SHA-1 of the plaintext, in one pass over the data, as OpenPGP's encrypted data packets need
//! it.
//!
//! Messages are independent of each other. Several that are worked on side by side, on one core, are done up to 2.9
//! times as fast as one after the other by [`portable`], whose code is safe and serves every processor. `make
//! bench-kernel` compares them, and both with rPGP.

pub mod portable;
mod repeated;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use repeated::{Repeated, SHA256_LEN};

/// Length of a SHA-1 digest.
pub const DIGEST_LEN: usize = 20;

/// One of several messages that are worked on side by side. They may be of any lengths.
pub struct Lane<'a> {
    /// The key for AES-256; the initialization vector is zero.
    pub key: &'a [u8; 32],
    /// What is encrypted or decrypted in place. As plaintext it ends with the SHA-1 of all before that.
    pub stream: &'a mut [u8],
}

/// Encrypts each lane, after writing the SHA-1 of all but its last 20 bytes into these 20 bytes.
///
/// # Panics
/// If a stream is shorter than a digest.
pub fn hash_and_encrypt(lanes: &mut [Lane<'_>]) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_available() {
        return x86::hash_and_encrypt(lanes);
    }
    for lane in lanes {
        portable::hash_and_encrypt(lane.key, lane.stream);
    }
}

/// Decrypts each lane, and says whether its last 20 bytes are the SHA-1 of all before them. False also for a stream too
/// short for a digest; then none is decrypted.
#[must_use]
pub fn decrypt_and_verify_lanes<const N: usize>(mut lanes: [Lane<'_>; N]) -> [bool; N] {
    if lanes.iter().any(|lane| lane.stream.len() < DIGEST_LEN) {
        return [false; N];
    }
    #[cfg(target_arch = "x86_64")]
    if x86::is_available() {
        let mut verified = [false; N];
        x86::decrypt_and_verify(&mut lanes, &mut verified);
        return verified;
    }
    (lanes.each_mut()).map(|lane| portable::decrypt_and_verify(lane.key, lane.stream))
}

/// The same for one stream, with a key for any of AES-128, AES-192 and AES-256; false for any other key.
#[must_use]
pub fn decrypt_and_verify(key: &[u8], stream: &mut [u8]) -> bool {
    match key.try_into() {
        Ok(key) => decrypt_and_verify_lanes([Lane { key, stream }]) == [true],
        Err(_) => portable::decrypt_and_verify(key, stream),
    }
}

/// Compares without a shortcut, so that the time does not show how much of a forged code was right.
#[must_use]
pub fn is_equal(a: &[u8; DIGEST_LEN], b: &[u8; DIGEST_LEN]) -> bool {
    let differences = a.iter().zip(b).map(|(a, b)| a ^ b);
    differences.fold(0, |all, difference| all | difference) == 0
}
