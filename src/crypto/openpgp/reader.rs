//! Reading: a whole message, decrypted and verified where it lies.

use std::ops::Range;

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SymKeyEncryptedSessionKey;
use pgp::types::{StringToKey, Tag};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::packet::Packet;
use super::{
    MDC_HEADER, MDC_LEN, Place, SessionKey, cfb, decrypt_failed, s2k, too_large, unsupported,
    unusual,
};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, Result};

/// A message may offer several session keys; each costs a derivation, up to 40 ms if its maker wants it so, whether or
/// not a usable key comes of it. Those after so many are not tried.
const MAX_DERIVATIONS: usize = 8;
/// No program writes a longer session key packet.
const MAX_SESSION_KEY_PACKET: usize = 1024;

/// What opening a message may cost.
pub(crate) struct Limits<'a> {
    /// The longest content.
    pub(crate) max_plaintext: usize,
    /// Asked before each piece of work that the message's maker decides on, with the bytes of memory that are needed
    /// in all. Its error ends the work.
    pub(crate) proceed: &'a dyn Fn(usize) -> Result<()>,
}

/// A message that was decrypted and verified where it lies.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The place of its content; the bytes around it have no meaning.
    pub(crate) content: Range<usize>,
    /// Where in a file it says that it belongs.
    pub(crate) place: Option<Place>,
    pub(crate) marks: Marks,
}

/// What differs in every two messages: both are drawn at random by whoever writes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The beginning of the encrypted data.
    pub(crate) data: [u8; 8],
    /// A digest of the session key packet; none of one without salt and key.
    pub(crate) session_key: Option<[u8; 8]>,
}

/// Decrypts a message in place.
///
/// Reads what the official clients and GnuPG write (`protocol` 3.4). The modification detection code is verified over
/// the whole message first; on any failure `message` comes back wiped and empty.
///
/// # Errors
/// `DecryptFailed` for a wrong passphrase and for damaged data alike, `UnsupportedFormat` for what is refused (no
/// modification detection code, authenticated modes, foreign ciphers), `PartTooLarge` if the content is longer than
/// the limit, and what `proceed` fails with.
pub(crate) fn open(
    message: &mut Vec<u8>,
    passphrase: &Passphrase,
    limits: &Limits<'_>,
) -> Result<Opened> {
    let opened = open_or_leave(message, passphrase, limits);
    if opened.is_err() {
        message.zeroize();
    }
    opened
}

fn open_or_leave(
    message: &mut Vec<u8>,
    passphrase: &Passphrase,
    limits: &Limits<'_>,
) -> Result<Opened> {
    remove_armor(message, limits)?;
    let mut session_keys = Vec::new();
    let mut derivations = 0;
    let mut refused: Option<Error> = None;
    let mut at = 0;
    let data = loop {
        let packet = Packet::find(message, at)?;
        match packet.tag() {
            Tag::Marker | Tag::Padding | Tag::PublicKeyEncryptedSessionKey => {}
            Tag::SymKeyEncryptedSessionKey if derivations == MAX_DERIVATIONS => {}
            Tag::SymKeyEncryptedSessionKey => {
                derivations += 1;
                (limits.proceed)(message.len())?;
                match session_key(&packet, message, passphrase) {
                    Ok(found) => session_keys.extend(found),
                    Err(e) => refused = Some(e),
                }
            }
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
    let stream = data.body.start + 1..data.body.end;
    let mut marks = Marks::default();
    if let Some(beginning) = message[stream.clone()].first_chunk() {
        marks.data = *beginning;
    }
    let (inner, session_key) = decrypt(message, stream, &session_keys, limits)?;
    marks.session_key = session_key.mark;
    let (content, place) = content(message, inner, limits)?;
    Ok(Opened {
        content,
        place,
        marks,
    })
}

/// Turns ASCII armor into the bytes in it. No packet begins with an octet below 0x80, and all text does.
fn remove_armor(message: &mut Vec<u8>, limits: &Limits<'_>) -> Result<()> {
    if message.first().is_none_or(|first| *first >= 0x80) {
        return Ok(());
    }
    let size = message.len() / 4 * 3;
    (limits.proceed)(message.len() + size)?;
    let mut bytes = reserved(size)?;
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

/// An empty vector with room for so many bytes.
fn reserved(size: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(size)
        .map_err(|_| Error::out_of_memory(size))?;
    Ok(bytes)
}

/// The session key that a packet yields with this passphrase; none if it shows that the passphrase is not meant.
fn session_key(
    packet: &Packet,
    message: &[u8],
    passphrase: &Passphrase,
) -> Result<Option<SessionKey>> {
    let mut body = &message[packet.body.clone()];
    if body.len() > MAX_SESSION_KEY_PACKET {
        return Err(unsupported("a session key packet of that length"));
    }
    let digest = Sha256::digest(body);
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
    let bare = encrypted_key.is_empty() && matches!(s2k, StringToKey::Simple { .. });
    let mark = digest.first_chunk().copied().filter(|_| !bare);
    let mut derived = s2k::derive(&s2k, passphrase.as_bytes(), algorithm.key_size())?;
    if encrypted_key.is_empty() {
        return Ok(Some(SessionKey {
            algorithm,
            key: derived,
            mark,
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
        mark,
    }))
}

fn known_cipher(algorithm: SymmetricKeyAlgorithm) -> Result<SymmetricKeyAlgorithm> {
    // Ciphers that are not known, and "plaintext", have no block size.
    if algorithm.block_size() == 0 {
        return Err(unsupported("an unknown cipher"));
    }
    Ok(algorithm)
}

/// Decrypts and verifies the stream of an encrypted data packet; gives the range of the packets in it, and the key.
fn decrypt<'a>(
    message: &mut [u8],
    stream: Range<usize>,
    session_keys: &'a [SessionKey],
    limits: &Limits<'_>,
) -> Result<(Range<usize>, &'a SessionKey)> {
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
        (limits.proceed)(message.len() + stream.len())?;
        let mut ciphertext = reserved(stream.len())?;
        ciphertext.extend_from_slice(&message[stream.clone()]);
        if let Some(inner) = decrypt_with(message, stream.clone(), session) {
            return Ok((inner, session));
        }
        message[stream.clone()].copy_from_slice(&ciphertext);
    }
    let inner = decrypt_with(message, stream, last).ok_or_else(decrypt_failed)?;
    Ok((inner, last))
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

/// The content of the verified packets: literal data where it lies, everything else unpacked.
fn content(
    message: &mut Vec<u8>,
    inner: Range<usize>,
    limits: &Limits<'_>,
) -> Result<(Range<usize>, Option<Place>)> {
    let max_plaintext = limits.max_plaintext;
    let packets = &mut message[..inner.end];
    // Only literal data is moved together: the other reader takes the packets as they were written.
    if Packet::tag_at(packets, inner.start)? != Tag::LiteralData {
        let unpacked = unusual::unpack(&message[inner], message.capacity(), limits)?;
        message.zeroize();
        *message = unpacked.content;
        return Ok((0..message.len(), Place::from_name(&unpacked.name)));
    }
    let first = Packet::find(packets, inner.start)?;
    let mut end = first.next;
    while end != inner.end {
        let packet = Packet::find(packets, end)?;
        if !matches!(packet.tag(), Tag::Marker | Tag::Padding) {
            return Err(decrypt_failed());
        }
        end = packet.next;
    }
    // Format, length of the file name, the name, date.
    let name = first.body.start + 2;
    let name_len = packets[first.body.clone()]
        .get(1)
        .ok_or_else(decrypt_failed)?;
    let name = name..name + usize::from(*name_len);
    let start = name.end + 4;
    if start > first.body.end {
        return Err(decrypt_failed());
    }
    if first.body.end - start > max_plaintext {
        return Err(too_large(max_plaintext));
    }
    let place = Place::from_name(&packets[name]);
    Ok((start..first.body.end, place))
}
