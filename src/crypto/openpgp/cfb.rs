//! Decrypting CFB mode with the SHA-1 of the plaintext: AES by the kernels of `sendsafely-cfb`, what only old files use
//! by rPGP.

use pgp::crypto::sym::SymmetricKeyAlgorithm;
use sendsafely_cfb::portable::ends_with_digest;
use sha1::{Digest as _, Sha1};

use super::{DIGEST_LEN, SessionKey};

/// Keeps data in the first cache between cipher and hash.
const STEP: usize = 16 * 1024;

/// Decrypts CFB mode with a zero initialization vector in place, and says whether the last 20 bytes are the SHA-1 of
/// all before them. False also for a cipher that is not known and for a stream too short for a digest.
pub(super) fn decrypt_and_verify(session: &SessionKey, stream: &mut [u8]) -> bool {
    match session.algorithm {
        SymmetricKeyAlgorithm::AES128
        | SymmetricKeyAlgorithm::AES192
        | SymmetricKeyAlgorithm::AES256 => sendsafely_cfb::decrypt_and_verify(&session.key, stream),
        _ => stream.len() >= DIGEST_LEN && decrypt_other(session, stream),
    }
}

fn decrypt_other(session: &SessionKey, stream: &mut [u8]) -> bool {
    let block = session.algorithm.block_size();
    if block == 0 {
        return false;
    }
    let mut hash = Sha1::new();
    let mut iv = [0; 16];
    let stepped = (stream.len() - DIGEST_LEN) / STEP * STEP;
    let (steps, tail) = stream.split_at_mut(stepped);
    let mut decrypt = |step: &mut [u8]| {
        let mut next = [0; 16];
        if let Some(last) = step.len().checked_sub(block) {
            next[..block].copy_from_slice(&step[last..]);
        }
        let done = session
            .algorithm
            .decrypt_with_iv_regular(&session.key, &iv[..block], step)
            .is_ok();
        iv = next;
        done
    };
    for step in steps.chunks_exact_mut(STEP) {
        if !decrypt(step) {
            return false;
        }
        hash.update(&*step);
    }
    decrypt(tail) && ends_with_digest(hash, tail)
}
