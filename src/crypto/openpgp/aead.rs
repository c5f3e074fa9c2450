//! Authenticated modes: encrypted data of version 2 (RFC 9580, 5.13.2), and the session keys that come with it.
//!
//! The data comes in chunks, each with a tag, and a last tag counts their bytes, so that neither a changed nor a
//! missing chunk stays unnoticed. Chunks are decrypted one by one and moved together where they lie.

use std::ops::Range;

use hmac::Mac as _;
use pgp::bytes::{Bytes, BytesMut};
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::Tag;
use zeroize::{Zeroize as _, Zeroizing};

use super::{SessionKey, decrypt_failed, reserved, unsupported};
use crate::crypto::digest::keyed_hmac;
use crate::error::Result;

/// Version, cipher, mode, size of chunks.
const HEADER_LEN: usize = 4;
const SALT_LEN: usize = 32;
const TAG_LEN: usize = 16;
/// Bytes that are decrypted between two checks for a stop.
const STEP: usize = 1 << 20;
/// The octet for chunks of 4 MiB, the largest that are allowed.
const MAX_CHUNK: u8 = 16;

/// A packet of encrypted data: its header, and where its chunks are.
pub(super) struct Data {
    header: [u8; HEADER_LEN],
    pub(super) cipher: SymmetricKeyAlgorithm,
    mode: AeadAlgorithm,
    salt: [u8; SALT_LEN],
    /// Where the chunks and the last tag are.
    chunks: Range<usize>,
}

impl Data {
    /// Reads the head of a body that begins with the octet 2.
    pub(super) fn find(message: &[u8], body: Range<usize>) -> Result<Self> {
        let (header, rest) = message[body.clone()]
            .split_first_chunk()
            .ok_or_else(decrypt_failed)?;
        let (salt, _) = rest.split_first_chunk().ok_or_else(decrypt_failed)?;
        let [_, cipher, mode, chunk] = *header;
        let (cipher, mode) = (cipher.into(), mode.into());
        if !is_known(cipher, mode) || chunk > MAX_CHUNK {
            return Err(unsupported("an unknown authenticated mode"));
        }
        Ok(Self {
            header: *header,
            cipher,
            mode,
            salt: *salt,
            chunks: body.start + HEADER_LEN + SALT_LEN..body.end,
        })
    }

    /// Octets that differ in every two messages.
    pub(super) fn mark(&self) -> [u8; 8] {
        *self.salt.first_chunk().unwrap_or(&[0; 8])
    }

    /// The bytes of memory that decrypting takes.
    pub(super) fn memory(&self) -> usize {
        self.chunk_len().min(self.chunks.len())
    }

    /// The length of a chunk with its tag.
    fn chunk_len(&self) -> usize {
        (1 << (self.header[3] + 6)) + TAG_LEN
    }

    /// The session key that verifies the first chunk.
    pub(super) fn fitting<'a>(
        &self,
        session_keys: &'a [SessionKey],
        message: &[u8],
    ) -> Result<&'a SessionKey> {
        let end = self.chunks.end.saturating_sub(TAG_LEN);
        let chunks = message.get(self.chunks.start..end);
        let chunks = chunks.ok_or_else(decrypt_failed)?;
        let first = &chunks[..self.memory().min(chunks.len())];
        let mut work = self.work()?;
        let mut fits = |session: &&SessionKey| {
            work.clear();
            work.extend_from_slice(first);
            Sealed::new(self, session).open(0, &[], &mut work)
        };
        let found = session_keys.iter().find(&mut fits);
        wipe(work);
        found.ok_or_else(decrypt_failed)
    }

    /// Room for a chunk.
    fn work(&self) -> Result<BytesMut> {
        let mut room = reserved(self.memory())?;
        room.resize(self.memory(), 0);
        // This takes over the vector's memory. `BytesMut` would abort the process if it could not allocate its own.
        let mut work = BytesMut::from(Bytes::from(room));
        work.clear();
        Ok(work)
    }

    /// Decrypts and verifies all chunks, and returns the range of the packets in them. Many small chunks cost more time
    /// than their bytes: `proceed` is called in between.
    pub(super) fn decrypt(
        &self,
        session: &SessionKey,
        message: &mut [u8],
        proceed: impl Fn() -> Result<()>,
    ) -> Result<Range<usize>> {
        let mut work = self.work()?;
        let packets = self.decrypt_by(&Sealed::new(self, session), message, &mut work, proceed);
        wipe(work);
        packets
    }

    fn decrypt_by(
        &self,
        sealed: &Sealed<'_>,
        message: &mut [u8],
        work: &mut BytesMut,
        proceed: impl Fn() -> Result<()>,
    ) -> Result<Range<usize>> {
        let start = self.chunks.start;
        let end = self.chunks.end.checked_sub(TAG_LEN);
        let end = end.ok_or_else(decrypt_failed)?;
        let (mut from, mut to, mut number) = (start, start, 0);
        let mut asked = start;
        while from < end {
            if from - asked >= STEP {
                proceed()?;
                asked = from;
            }
            let next = from.saturating_add(self.chunk_len()).min(end);
            work.clear();
            work.extend_from_slice(&message[from..next]);
            if !sealed.open(number, &[], work) {
                return Err(decrypt_failed());
            }
            message[to..to + work.len()].copy_from_slice(work);
            (from, to, number) = (next, to + work.len(), number + 1);
        }
        work.clear();
        work.extend_from_slice(&message[end..self.chunks.end]);
        let total = (to - start) as u64;
        if !sealed.open(number, &total.to_be_bytes(), work) {
            return Err(decrypt_failed());
        }
        Ok(start..to)
    }
}

fn wipe(mut work: BytesMut) {
    work.resize(work.capacity(), 0);
    work.zeroize();
}

/// The keys and the associated data of all chunks.
struct Sealed<'a> {
    data: &'a Data,
    /// The message's key, and the beginning of every nonce.
    keys: Zeroizing<[u8; 64]>,
    associated: [u8; 1 + HEADER_LEN],
}

impl<'a> Sealed<'a> {
    fn new(data: &'a Data, session: &SessionKey) -> Self {
        let [version, cipher, mode, chunk] = data.header;
        let tag = Tag::SymEncryptedProtectedData.encode();
        let associated = [tag, version, cipher, mode, chunk];
        Self {
            data,
            keys: hkdf(&data.salt, &session.key, &associated),
            associated,
        }
    }

    /// Decrypts a chunk and removes its tag. False if the tag is wrong.
    fn open(&self, number: u64, more: &[u8], chunk: &mut BytesMut) -> bool {
        let Data { cipher, mode, .. } = self.data;
        let (key, rest) = self.keys.split_at(cipher.key_size());
        let nonce = [&rest[..mode.nonce_size() - 8], &number.to_be_bytes()].concat();
        let associated = [&self.associated, more].concat();
        mode.decrypt_in_place(cipher, key, &nonce, &associated, chunk)
            .is_ok()
    }
}

/// Decrypts the session key of a packet; none if the passphrase, from which `derived` was made, is the wrong one.
pub(super) fn unwrap_key(
    cipher: SymmetricKeyAlgorithm,
    mode: AeadAlgorithm,
    nonce: &[u8],
    derived: &[u8],
    wrapped: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    if !is_known(cipher, mode) {
        return None;
    }
    let tag = Tag::SymKeyEncryptedSessionKey.encode();
    let info = [tag, 6, cipher.into(), mode.into()];
    let keys = hkdf(&[], derived, &info);
    let mut work = BytesMut::from(wrapped);
    let opened =
        mode.decrypt_in_place(&cipher, &keys[..cipher.key_size()], nonce, &info, &mut work);
    let key = Zeroizing::new(work.to_vec());
    work.zeroize();
    opened.ok().map(|()| key)
}

fn is_known(cipher: SymmetricKeyAlgorithm, mode: AeadAlgorithm) -> bool {
    use {AeadAlgorithm as Mode, SymmetricKeyAlgorithm as Cipher};
    matches!(cipher, Cipher::AES128 | Cipher::AES192 | Cipher::AES256)
        && matches!(mode, Mode::Eax | Mode::Ocb | Mode::Gcm)
}

/// HKDF with SHA-256 (RFC 5869): two blocks, of which no mode needs more than 40 bytes.
fn hkdf(salt: &[u8], secret: &[u8], info: &[u8]) -> Zeroizing<[u8; 64]> {
    let digest = |key: &[u8], pieces: [&[u8]; 3]| {
        let mut hmac = keyed_hmac(key);
        for piece in pieces {
            hmac.update(piece);
        }
        Zeroizing::new(<[u8; 32]>::from(hmac.finalize().into_bytes()))
    };
    let extracted = digest(salt, [secret, &[], &[]]);
    let first = digest(&*extracted, [&[], info, &[1]]);
    let second = digest(&*extracted, [&*first, info, &[2]]);
    let mut keys = Zeroizing::new([0; 64]);
    keys[..32].copy_from_slice(&*first);
    keys[32..].copy_from_slice(&*second);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_derived_as_in_rfc_5869() {
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let keys = hkdf(&salt, &[0x0b; 22], &info);
        assert_eq!(
            crate::crypto::digest::hex(&keys[..42]),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
    }
}
