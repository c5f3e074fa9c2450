//! Session keys, from the packets before the encrypted data.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pgp::composed::{PlainSessionKey, SignedSecretKey};
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{AeadProps, PublicKeyEncryptedSessionKey, SymKeyEncryptedSessionKey};
use pgp::types::{DecryptionKey, EskType, Password, PkeskBytes, StringToKey, Tag};
use zeroize::{Zeroize as _, Zeroizing};

use super::packet::Packet;
use super::{SessionKey, aead, decrypt_failed, s2k, unsupported};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, Result};

/// At most so many session keys of a message are tried. Each costs one key derivation, up to 40 ms if the
/// sender wants it so, even if it yields no usable key.
const MAX_DERIVATIONS: usize = 8;
/// The octets that Argon2 may fill for one message: each 64 MiB cost 80 ms. Session keys that need more are not tried.
/// Four keys with usual parameters stay below it.
const MAX_FILLED: usize = 12 * (64 << 20);
/// Private key operations cost less, and a message may be for many recipients without naming them.
const MAX_OPERATIONS: usize = 64;
/// No program writes a longer session key packet for a passphrase.
const MAX_SKESK: usize = 1024;
/// A session key packet for an RSA key of 16,384 bits is shorter.
const MAX_PKESK: usize = 4096;

/// Which session key packets belong to the encrypted data; others are not looked at (RFC 9580, 10.3.2.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Of data in CFB mode. They name its cipher.
    Cfb,
    /// Of data in an authenticated mode, which names this cipher itself.
    Aead(SymmetricKeyAlgorithm),
}

/// What a message is encrypted for.
#[derive(Clone, Copy)]
pub(super) enum Secret<'a> {
    Passphrase(&'a Passphrase),
    PrivateKey(&'a SignedSecretKey),
}

/// The session key packets of a message that are worth trying, of either generation.
#[derive(Default)]
pub(super) struct Offers {
    for_cfb: Tries,
    for_aead: Tries,
}

#[derive(Default)]
struct Tries {
    packets: Vec<Packet>,
    /// Bytes that Argon2 will have filled when all of them have been tried.
    filled: usize,
}

impl Offers {
    /// Takes a packet, if it may hold a session key for the secret and is within the limits.
    pub(super) fn add(&mut self, packet: Packet, message: &[u8], secret: Secret<'_>) {
        // The version: both kinds of packets begin with it.
        let tries = match message[packet.body.clone()].first() {
            Some(6) => &mut self.for_aead,
            _ => &mut self.for_cfb,
        };
        if tries.packets.len() == secret.max_tries() || !secret.is_wanted_by(&packet, message) {
            return;
        }
        let filled = tries.filled + of_derivation(&packet, message, s2k::filled);
        if filled <= MAX_FILLED {
            tries.filled = filled;
            tries.packets.push(packet);
        }
    }

    /// Those that belong to the data.
    ///
    /// # Errors
    /// `UnsupportedFormat` if there are others only.
    pub(super) fn of(&self, generation: Generation) -> Result<&[Packet]> {
        let (own, other) = match generation {
            Generation::Cfb => (&self.for_cfb, &self.for_aead),
            Generation::Aead(_) => (&self.for_aead, &self.for_cfb),
        };
        match own.packets.is_empty() && !other.packets.is_empty() {
            true => Err(other_version()),
            false => Ok(&own.packets),
        }
    }
}

fn other_version() -> Error {
    unsupported("a session key packet of another version than the data")
}

impl Secret<'_> {
    fn max_tries(self) -> usize {
        match self {
            Self::Passphrase(_) => MAX_DERIVATIONS,
            Self::PrivateKey(_) => MAX_OPERATIONS,
        }
    }

    /// Whether a packet may hold a session key for it.
    fn is_wanted_by(&self, packet: &Packet, message: &[u8]) -> bool {
        match (self, packet.tag()) {
            (Self::Passphrase(_), Tag::SymKeyEncryptedSessionKey) => true,
            (Self::PrivateKey(key), Tag::PublicKeyEncryptedSessionKey) => {
                for_private_key(packet, message).is_some_and(|found| {
                    found.match_identity(key.primary_key.public_key())
                        || key
                            .secret_subkeys
                            .iter()
                            .any(|subkey| found.match_identity(subkey.key.public_key()))
                })
            }
            _ => false,
        }
    }

    /// The bytes of memory that are needed to open a packet.
    pub(super) fn memory(&self, packet: &Packet, message: &[u8]) -> usize {
        of_derivation(packet, message, s2k::memory)
    }

    /// The session key in a packet; none if the packet turns out to be for another secret.
    pub(super) fn open(
        &self,
        packet: &Packet,
        message: &[u8],
        generation: Generation,
    ) -> Result<Option<SessionKey>> {
        match self {
            Self::Passphrase(passphrase) => {
                from_passphrase(packet, message, passphrase, generation)
            }
            Self::PrivateKey(key) => from_private_key(packet, message, key, generation),
        }
    }
}

/// The cost of a packet's key derivation; 0 if it has none.
fn of_derivation(packet: &Packet, message: &[u8], cost: impl Fn(&StringToKey) -> usize) -> usize {
    let skesk = for_passphrase(packet, message).ok();
    skesk.and_then(|skesk| skesk.s2k().map(cost)).unwrap_or(0)
}

fn for_passphrase(packet: &Packet, message: &[u8]) -> Result<SymKeyEncryptedSessionKey> {
    let mut body = &message[packet.body.clone()];
    if body.len() > MAX_SKESK {
        return Err(unsupported("a session key packet of that length"));
    }
    SymKeyEncryptedSessionKey::try_from_reader(packet.header, &mut body)
        .map_err(|_| decrypt_failed())
}

fn from_passphrase(
    packet: &Packet,
    message: &[u8],
    passphrase: &Passphrase,
    generation: Generation,
) -> Result<Option<SessionKey>> {
    let skesk = for_passphrase(packet, message)?;
    match (skesk, generation) {
        (
            SymKeyEncryptedSessionKey::V4 {
                sym_algorithm,
                s2k,
                encrypted_key,
                ..
            },
            Generation::Cfb,
        ) => {
            let algorithm = known_cipher(sym_algorithm)?;
            let mut key = s2k::derive(&s2k, passphrase.as_bytes(), algorithm.key_size())?;
            if encrypted_key.is_empty() {
                return Ok(Some(SessionKey { algorithm, key }));
            }
            let mut plain = Zeroizing::new(encrypted_key.to_vec());
            let iv = [0; 16];
            algorithm
                .decrypt_with_iv_regular(&key, &iv[..algorithm.block_size()], &mut plain)
                .map_err(|_| decrypt_failed())?;
            key.zeroize();
            key.extend_from_slice(&plain[1..]);
            let algorithm = SymmetricKeyAlgorithm::from(plain[0]);
            Ok(usable(algorithm, key))
        }
        (
            SymKeyEncryptedSessionKey::V6 {
                sym_algorithm,
                s2k,
                aead: mode,
                encrypted_key,
                ..
            },
            Generation::Aead(algorithm),
        ) => {
            let nonce: &[u8] = match &mode {
                AeadProps::Eax { iv } => iv,
                AeadProps::Ocb { iv } => iv,
                AeadProps::Gcm { iv } => iv,
            };
            let wrapping = known_cipher(sym_algorithm)?;
            let derived = s2k::derive(&s2k, passphrase.as_bytes(), wrapping.key_size())?;
            let mode = AeadAlgorithm::from(&mode);
            let key = aead::unwrap_key(wrapping, mode, nonce, &derived, &encrypted_key);
            Ok(key.and_then(|key| usable(algorithm, key)))
        }
        _ => Err(other_version()),
    }
}

fn for_private_key(packet: &Packet, message: &[u8]) -> Option<PublicKeyEncryptedSessionKey> {
    let mut body = &message[packet.body.clone()];
    if body.len() > MAX_PKESK {
        return None;
    }
    PublicKeyEncryptedSessionKey::try_from_reader(packet.header, &mut body).ok()
}

fn from_private_key(
    packet: &Packet,
    message: &[u8],
    key: &SignedSecretKey,
    generation: Generation,
) -> Result<Option<SessionKey>> {
    let packet = for_private_key(packet, message).ok_or_else(decrypt_failed)?;
    let (values, kind) = match (&packet, generation) {
        (PublicKeyEncryptedSessionKey::V3 { values, .. }, Generation::Cfb) => {
            (values, EskType::V3_4)
        }
        (PublicKeyEncryptedSessionKey::V6 { values, .. }, Generation::Aead(_)) => {
            (values, EskType::V6)
        }
        _ => return Err(other_version()),
    };
    let primary = &key.primary_key;
    if packet.match_identity(primary.public_key())
        && let Some(found) = decrypted(primary, values, kind, generation)
    {
        return Ok(Some(found));
    }
    let mut subkeys = key.secret_subkeys.iter().map(|subkey| &subkey.key);
    Ok(subkeys.find_map(|subkey| {
        packet
            .match_identity(subkey.public_key())
            .then(|| decrypted(subkey, values, kind, generation))
            .flatten()
    }))
}

fn decrypted(
    key: &impl DecryptionKey,
    values: &PkeskBytes,
    kind: EskType,
    generation: Generation,
) -> Option<SessionKey> {
    // rPGP panics if the session key is empty. The C ABI suppresses the message of the panic; a Rust program has its
    // own panic hook.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        key.decrypt(&Password::empty(), values, kind)
    }));
    let opened = opened.ok()?.ok()?.ok()?;
    let (algorithm, key) = match (&opened, generation) {
        (PlainSessionKey::V3_4 { sym_alg, key }, Generation::Cfb) => (*sym_alg, key),
        (PlainSessionKey::V6 { key }, Generation::Aead(algorithm)) => (algorithm, key),
        _ => return None,
    };
    usable(algorithm, Zeroizing::new(key.as_ref().to_vec()))
}

/// A session key, if cipher and length can be right.
fn usable(algorithm: SymmetricKeyAlgorithm, key: Zeroizing<Vec<u8>>) -> Option<SessionKey> {
    let algorithm = known_cipher(algorithm).ok()?;
    (key.len() == algorithm.key_size()).then_some(SessionKey { algorithm, key })
}

fn known_cipher(algorithm: SymmetricKeyAlgorithm) -> Result<SymmetricKeyAlgorithm> {
    // Ciphers that are not known, and "plaintext", have no block size.
    if algorithm.block_size() == 0 {
        return Err(unsupported("an unknown cipher"));
    }
    Ok(algorithm)
}
