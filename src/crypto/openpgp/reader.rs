//! Reading: a whole message, decrypted and verified where it lies.

use std::ops::Range;

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SymKeyEncryptedSessionKey;
use pgp::types::Tag;
use zeroize::{Zeroize, Zeroizing};

use super::packet::Packet;
use super::{
    MDC_HEADER, MDC_LEN, SessionKey, cfb, decrypt_failed, s2k, too_large, unsupported, unusual,
};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, Result};

/// A message may offer several session keys; each costs a derivation, up to 40 ms if its maker wants it so.
const MAX_SESSION_KEYS: usize = 8;

/// Decrypts a message in place and gives the range of `message` that is its content; bytes around it have no meaning.
///
/// Reads what the official clients and GnuPG write (`protocol` 3.4). The modification detection code is verified over
/// the whole message first; on any failure `message` comes back wiped and empty.
///
/// # Errors
/// `DecryptFailed` for a wrong passphrase and for damaged data alike, `UnsupportedFormat` for what is refused (no
/// modification detection code, authenticated modes, foreign ciphers), `PartTooLarge` if the content is longer than
/// `max_plaintext`.
pub(crate) fn open(
    message: &mut Vec<u8>,
    passphrase: &Passphrase,
    max_plaintext: usize,
) -> Result<Range<usize>> {
    let opened = open_or_leave(message, passphrase, max_plaintext);
    if opened.is_err() {
        message.zeroize();
    }
    opened
}

fn open_or_leave(
    message: &mut Vec<u8>,
    passphrase: &Passphrase,
    max_plaintext: usize,
) -> Result<Range<usize>> {
    remove_armor(message)?;
    let mut session_keys = Vec::new();
    let mut refused: Option<Error> = None;
    let mut at = 0;
    let data = loop {
        let packet = Packet::find(message, at)?;
        match packet.tag() {
            Tag::Marker | Tag::Padding | Tag::PublicKeyEncryptedSessionKey => {}
            Tag::SymKeyEncryptedSessionKey if session_keys.len() == MAX_SESSION_KEYS => {}
            Tag::SymKeyEncryptedSessionKey => match session_key(&packet, message, passphrase) {
                Ok(found) => session_keys.extend(found),
                Err(e) => refused = Some(e),
            },
            Tag::SymEncryptedProtectedData => break packet,
            Tag::SymEncryptedData => return Err(unsupported("no modification detection code")),
            Tag::GnupgAeadData => return Err(unsupported("an authenticated mode of its own kind")),
            _ => return Err(decrypt_failed()),
        }
        at = packet.next;
    };
    if data.next != message.len() {
        return Err(decrypt_failed());
    }
    match message.get(data.body.start) {
        Some(1) if !data.body.is_empty() => {}
        Some(2) if !data.body.is_empty() => return Err(unsupported("an authenticated mode")),
        _ => return Err(decrypt_failed()),
    }
    if session_keys.is_empty() {
        return Err(refused.unwrap_or_else(decrypt_failed));
    }
    let inner = decrypt(message, data.body.start + 1..data.body.end, &session_keys)?;
    content(message, inner, max_plaintext)
}

/// Turns ASCII armor into the bytes in it. No packet begins with an octet below 0x80, and all text does.
fn remove_armor(message: &mut Vec<u8>) -> Result<()> {
    if message.first().is_none_or(|first| *first >= 0x80) {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(message.len() / 4 * 3);
    // The limit is on what stands before the armor.
    let mut dearmor = Dearmor::with_options(
        message.as_slice(),
        DearmorOptions::new().set_limit(64 * 1024),
    );
    dearmor.read_header().map_err(|_| decrypt_failed())?;
    if dearmor.typ != Some(BlockType::Message) {
        return Err(decrypt_failed());
    }
    std::io::copy(&mut dearmor, &mut bytes).map_err(|_| decrypt_failed())?;
    *message = bytes;
    Ok(())
}

/// The session key that a packet yields with this passphrase; none if it shows that the passphrase is not meant.
fn session_key(
    packet: &Packet,
    message: &[u8],
    passphrase: &Passphrase,
) -> Result<Option<SessionKey>> {
    let mut body = &message[packet.body.clone()];
    let skesk = SymKeyEncryptedSessionKey::try_from_reader(packet.header, &mut body)
        .map_err(|_| decrypt_failed())?;
    let SymKeyEncryptedSessionKey::V4 {
        sym_algorithm,
        s2k,
        encrypted_key,
        ..
    } = skesk
    else {
        return Err(unsupported("a session key packet of a later version"));
    };
    let algorithm = known_cipher(sym_algorithm)?;
    let mut derived = s2k::derive(&s2k, passphrase.as_bytes(), algorithm.key_size())?;
    if encrypted_key.is_empty() {
        return Ok(Some(SessionKey {
            algorithm,
            key: derived,
        }));
    }
    let mut plain = Zeroizing::new(encrypted_key.to_vec());
    let iv = [0; 16];
    algorithm
        .decrypt_with_iv_regular(&derived, &iv[..algorithm.block_size()], &mut plain)
        .map_err(|_| decrypt_failed())?;
    let Ok(algorithm) = known_cipher(SymmetricKeyAlgorithm::from(plain[0])) else {
        return Ok(None);
    };
    if plain.len() != 1 + algorithm.key_size() {
        return Ok(None);
    }
    derived.zeroize();
    derived.extend_from_slice(&plain[1..]);
    Ok(Some(SessionKey {
        algorithm,
        key: derived,
    }))
}

fn known_cipher(algorithm: SymmetricKeyAlgorithm) -> Result<SymmetricKeyAlgorithm> {
    // Ciphers that are not known, and "plaintext", have no block size.
    if algorithm.block_size() == 0 {
        return Err(unsupported("an unknown cipher"));
    }
    Ok(algorithm)
}

/// Decrypts and verifies the stream of an encrypted data packet; gives the range of the packets in it.
fn decrypt(
    message: &mut [u8],
    stream: Range<usize>,
    session_keys: &[SessionKey],
) -> Result<Range<usize>> {
    // Several keys only if several were offered: then the repeated octets tell which one is meant, but for a chance of
    // 1 in 65 536, for which the ciphertext is kept. With one key they tell nothing that the code below does not.
    let candidates: Vec<_> = match session_keys {
        [_] => session_keys.iter().collect(),
        _ => session_keys
            .iter()
            .filter(|session| repeats(session, &message[stream.clone()]))
            .collect(),
    };
    let Some((last, others)) = candidates.split_last() else {
        return Err(decrypt_failed());
    };
    for session in others {
        let ciphertext = message[stream.clone()].to_vec();
        if let Some(inner) = decrypt_with(message, stream.clone(), session) {
            return Ok(inner);
        }
        message[stream.clone()].copy_from_slice(&ciphertext);
    }
    decrypt_with(message, stream, last).ok_or_else(decrypt_failed)
}

fn decrypt_with(
    message: &mut [u8],
    stream: Range<usize>,
    session: &SessionKey,
) -> Option<Range<usize>> {
    let block = session.algorithm.block_size();
    let prefix_len = block + 2;
    if stream.len() < prefix_len + MDC_LEN {
        return None;
    }
    let plain = &mut message[stream.clone()];
    let verified = cfb::decrypt_and_verify(session, plain);
    let repeats = plain[block - 2..block] == plain[block..prefix_len];
    let header_at = plain.len() - MDC_LEN;
    let has_header = plain[header_at..header_at + MDC_HEADER.len()] == MDC_HEADER;
    (verified & repeats & has_header).then_some(stream.start + prefix_len..stream.end - MDC_LEN)
}

/// Whether the two octets after the first block repeat its end under this key.
fn repeats(session: &SessionKey, stream: &[u8]) -> bool {
    let block = session.algorithm.block_size();
    let Some(prefix) = stream.get(..block + 2) else {
        return false;
    };
    let mut prefix = prefix.to_vec();
    session
        .algorithm
        .decrypt_with_iv_regular(&session.key, &[0; 16][..block], &mut prefix)
        .is_ok()
        && prefix[block - 2..block] == prefix[block..]
}

/// The content of the verified packets: literal data where it lies, everything else through rPGP.
fn content(
    message: &mut Vec<u8>,
    inner: Range<usize>,
    max_plaintext: usize,
) -> Result<Range<usize>> {
    let packets = &mut message[..inner.end];
    let first = Packet::find(packets, inner.start)?;
    if first.tag() != Tag::LiteralData {
        let plaintext = unusual::read_packets(&message[inner], max_plaintext)?;
        message.zeroize();
        *message = plaintext;
        return Ok(0..message.len());
    }
    if first.next != inner.end {
        return Err(decrypt_failed());
    }
    // Format, length of the file name, the name, date.
    let name_len = packets[first.body.clone()]
        .get(1)
        .ok_or_else(decrypt_failed)?;
    let start = first.body.start + 2 + usize::from(*name_len) + 4;
    if start > first.body.end {
        return Err(decrypt_failed());
    }
    if first.body.end - start > max_plaintext {
        return Err(too_large(max_plaintext));
    }
    Ok(start..first.body.end)
}
