//! Keys from passphrases (RFC 9580, 3.7).
//!
//! Own code for the usual hashes: it hashes whole buffers, and plain SHA-1. rPGP's hashes one passphrase at a time, and
//! its SHA-1 looks for collisions, which no one can use against a key derivation. The parts of some clients ask for 65
//! million bytes of SHA-256 each, so this decides how fast they are read: two go side by side (`derivations`).
//!
//! Argon2 takes the memory that the message's maker chose: up to 64 MiB, as much as anybody's default, and as much time
//! as four passes over that.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use pgp::crypto::hash::HashAlgorithm;
use pgp::types::StringToKey;
use sendsafely_cfb::SHA256_LEN;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::{Zeroize as _, Zeroizing};

use super::{decrypt_failed, derivations, unsupported};
use crate::error::{Error, Result};

/// Keeps the repeated salt and passphrase in the first cache.
const BUFFER_LEN: usize = 16 * 1024;

/// From so many bytes on, two derivations go side by side: that is 0.6 ms.
const EXPENSIVE: usize = 1 << 20;

/// The most memory that Argon2 may take, in KiB.
const MAX_ARGON2_MEMORY: u32 = 64 << 10;
/// The most KiB that it may fill, all passes together.
const MAX_ARGON2_WORK: u32 = 4 * MAX_ARGON2_MEMORY;

/// The number of bytes that a count octet stands for.
pub(super) fn decode_count(count: u8) -> usize {
    (16 + usize::from(count & 15)) << ((count >> 4) + 6)
}

/// The bytes of memory that a derivation needs. Only Argon2 needs enough to count; one that is refused needs none.
pub(super) fn memory(s2k: &StringToKey) -> usize {
    match s2k {
        StringToKey::Argon2 { t, p, m_enc, .. } => {
            argon2(*t, *p, *m_enc, 32).map_or(0, |argon2| argon2.params().block_count())
                * Block::SIZE
        }
        _ => 0,
    }
}

/// The bytes that Argon2 fills in all its passes; 0 for other derivations.
pub(super) fn filled(s2k: &StringToKey) -> usize {
    match s2k {
        StringToKey::Argon2 { t, .. } => memory(s2k) * usize::from(*t),
        _ => 0,
    }
}

/// Derives a key of `key_len` bytes as a message's specifier says.
pub(super) fn derive(
    s2k: &StringToKey,
    passphrase: &[u8],
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let (hash, salt, count): (_, &[u8], _) = match s2k {
        StringToKey::Simple { hash_alg } => (*hash_alg, &[], 0),
        StringToKey::Salted { hash_alg, salt } => (*hash_alg, salt, 0),
        StringToKey::IteratedAndSalted {
            hash_alg,
            salt,
            count,
        } => (*hash_alg, salt, decode_count(*count)),
        StringToKey::Argon2 { salt, t, p, m_enc } => {
            let argon2 = argon2(*t, *p, *m_enc, key_len)?;
            return derive_with_argon2(&argon2, salt, passphrase, key_len);
        }
        _ => return Err(unsupported("an unknown key derivation")),
    };
    let mut key = Zeroizing::new(vec![0; key_len]);
    match hash {
        HashAlgorithm::Sha1 => derive_with::<Sha1>(salt, passphrase, count, &mut key),
        HashAlgorithm::Sha224 => derive_with::<Sha224>(salt, passphrase, count, &mut key),
        HashAlgorithm::Sha256 if count >= EXPENSIVE && key_len <= SHA256_LEN => {
            let mut text = Zeroizing::new(Vec::with_capacity(salt.len() + passphrase.len()));
            text.extend_from_slice(salt);
            text.extend_from_slice(passphrase);
            let total = count.max(text.len());
            key.copy_from_slice(&derivations::sha256(text, total)[..key_len]);
        }
        HashAlgorithm::Sha256 => derive_with::<Sha256>(salt, passphrase, count, &mut key),
        HashAlgorithm::Sha384 => derive_with::<Sha384>(salt, passphrase, count, &mut key),
        HashAlgorithm::Sha512 => derive_with::<Sha512>(salt, passphrase, count, &mut key),
        HashAlgorithm::Ripemd160 => {
            let derived = s2k
                .derive_key(passphrase, key_len)
                .map_err(|_| decrypt_failed())?;
            key.copy_from_slice(derived.as_ref());
        }
        _ => {
            return Err(unsupported(
                "a key derivation with an unknown or broken hash",
            ));
        }
    }
    Ok(key)
}

/// Argon2id with these passes, lanes and exponent of its memory in KiB, if they are within the limits.
fn argon2(t: u8, p: u8, m_enc: u8, key_len: usize) -> Result<Argon2<'static>> {
    let memory = 1u32.checked_shl(m_enc.into()).unwrap_or(u32::MAX);
    if memory > MAX_ARGON2_MEMORY || memory * u32::from(t) > MAX_ARGON2_WORK {
        return Err(unsupported(
            "a key derivation that takes more than 64 MiB, or four times that in all its passes",
        ));
    }
    let params = Params::new(memory, t.into(), p.into(), Some(key_len))
        .map_err(|_| unsupported("a key derivation that is not well defined"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn derive_with_argon2(
    argon2: &Argon2<'_>,
    salt: &[u8],
    passphrase: &[u8],
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let count = argon2.params().block_count();
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(count)
        .map_err(|_| Error::out_of_memory(count * Block::SIZE))?;
    memory.resize(count, Block::default());
    let mut key = Zeroizing::new(vec![0; key_len]);
    let derived = argon2.hash_password_into_with_memory(passphrase, salt, &mut key, &mut memory);
    memory.zeroize();
    derived.map_err(|_| decrypt_failed())?;
    Ok(key)
}

/// Hashes at least `count` bytes of salt and passphrase repeated, and at least one of each; once per digest that the
/// key needs, each time after one more zero octet.
pub(super) fn derive_with<D: Digest>(salt: &[u8], passphrase: &[u8], count: usize, key: &mut [u8]) {
    let unit_len = salt.len() + passphrase.len();
    let total = count.max(unit_len);
    // Whole units, so that the buffer can follow itself.
    let units = BUFFER_LEN.min(total).div_ceil(unit_len.max(1)).max(1);
    // Sized at once: a growing buffer would leave copies of the passphrase behind.
    let mut buffer = Zeroizing::new(Vec::with_capacity(units * unit_len));
    for _ in 0..units {
        buffer.extend_from_slice(salt);
        buffer.extend_from_slice(passphrase);
    }
    for (zeros, piece) in key.chunks_mut(<D as Digest>::output_size()).enumerate() {
        let mut hash = D::new();
        for _ in 0..zeros {
            hash.update([0]);
        }
        let mut left = total;
        while left > 0 {
            let n = left.min(buffer.len());
            hash.update(&buffer[..n]);
            left -= n;
        }
        let digest = Zeroizing::new(hash.finalize().to_vec());
        piece.copy_from_slice(&digest[..piece.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASHES: [HashAlgorithm; 6] = [
        HashAlgorithm::Sha1,
        HashAlgorithm::Sha224,
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha384,
        HashAlgorithm::Sha512,
        HashAlgorithm::Ripemd160,
    ];

    #[test]
    fn the_key_of_appendix_a3_comes_out() {
        let mut key = [0; 32];
        let salt = [1, 2, 3, 4, 5, 6, 7, 8];
        derive_with::<Sha256>(
            &salt,
            b"SERVERSECRETexampleKEYCODEexample",
            decode_count(0x60),
            &mut key,
        );
        assert_eq!(
            crate::crypto::digest::hex(&key),
            "2e44c79a866ce051a41e934bfa5f2ff29c650e1d3c4b72e6c31d4af22bb975e4"
        );
    }

    #[test]
    fn every_kind_agrees_with_rpgp() {
        let salt = *b"saltsalt";
        let long = "x".repeat(40_000);
        for hash_alg in HASHES {
            for passphrase in ["", "p", "SERVERSECRETexampleKEYCODEexample", &long] {
                for s2k in [
                    StringToKey::Simple { hash_alg },
                    StringToKey::Salted { hash_alg, salt },
                    StringToKey::IteratedAndSalted {
                        hash_alg,
                        salt,
                        count: 0,
                    },
                    StringToKey::IteratedAndSalted {
                        hash_alg,
                        salt,
                        count: 0x60,
                    },
                    StringToKey::IteratedAndSalted {
                        hash_alg,
                        salt,
                        count: 0x97,
                    },
                    StringToKey::IteratedAndSalted {
                        hash_alg,
                        salt,
                        count: 0xa0,
                    },
                ] {
                    for key_len in [16, 24, 32] {
                        let ours = derive(&s2k, passphrase.as_bytes(), key_len).unwrap();
                        let theirs = s2k.derive_key(passphrase.as_bytes(), key_len).unwrap();
                        assert_eq!(
                            *ours,
                            theirs.as_ref(),
                            "{s2k:?} {} {key_len}",
                            passphrase.len()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn counts_are_decoded_as_documented() {
        assert_eq!(decode_count(0x60), 65_536);
        assert_eq!(decode_count(0xe0), 16_777_216);
        assert_eq!(decode_count(0xff), 65_011_712);
    }

    #[test]
    fn other_kinds_are_refused() {
        for s2k in [
            StringToKey::Simple {
                hash_alg: HashAlgorithm::Md5,
            },
            StringToKey::Argon2 {
                salt: [0; 16],
                t: 1,
                p: 1,
                m_enc: 31,
            },
        ] {
            let kind = derive(&s2k, b"p", 32).unwrap_err().kind();
            assert_eq!(kind, crate::error::ErrorKind::UnsupportedFormat);
        }
    }
}
