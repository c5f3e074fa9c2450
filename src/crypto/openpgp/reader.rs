//! Reading: a whole message, decrypted and verified where it lies.

use std::io::Read as _;
use std::ops::Range;

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::composed::SignedSecretKey;
use pgp::types::Tag;
use zeroize::Zeroize;

use super::Limits;
use super::packet::Packet;
use super::session::{Generation, Offers, Secret};
use super::{
    MDC_HEADER, MDC_LEN, Place, SessionKey, aead, cfb, decrypt_failed, reserved, too_large,
    unsupported, unusual,
};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, ErrorKind, Result};

/// A message that was decrypted and verified where it lies.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Where its content lies; the bytes around it have no meaning.
    pub(crate) content: Range<usize>,
    /// The place in a file that the message claims.
    pub(crate) place: Option<Place>,
    /// Differs in every two messages: the beginning of the data, which the writer draws at random and which is verified
    /// with the rest.
    pub(crate) mark: [u8; 8],
}

/// Decrypts a message in place.
///
/// Reads what the official clients, GnuPG and all who follow RFC 4880 or RFC 9580 write (`protocol` 3.4): data in CFB
/// mode with a modification detection code, or in an authenticated mode. Either is verified over the whole message
/// first; on any failure `message` comes back wiped and empty.
///
/// # Errors
/// `DecryptFailed` for a wrong passphrase and for damaged data alike, `UnsupportedFormat` for what is refused (no
/// modification detection code, GnuPG's own authenticated mode, foreign ciphers, expensive derivations),
/// `PartTooLarge` if the content is longer than the limit, and what `proceed` fails with.
pub(crate) fn open(
    message: &mut Vec<u8>,
    passphrase: &Passphrase,
    limits: &Limits<'_>,
) -> Result<Opened> {
    open_with(message, Secret::Passphrase(passphrase), limits)
}

/// The same with a private key. Also accepts a message without a modification detection code.
pub(in crate::crypto) fn open_with_private_key(
    message: &mut Vec<u8>,
    key: &SignedSecretKey,
    limits: &Limits<'_>,
) -> Result<Opened> {
    open_with(message, Secret::PrivateKey(key), limits)
}

fn open_with(message: &mut Vec<u8>, secret: Secret<'_>, limits: &Limits<'_>) -> Result<Opened> {
    let opened = open_or_leave(message, secret, limits);
    if opened.is_err() {
        message.zeroize();
    }
    opened
}

fn open_or_leave(message: &mut Vec<u8>, secret: Secret<'_>, limits: &Limits<'_>) -> Result<Opened> {
    remove_armor(message, limits)?;
    let mut offers = Offers::default();
    let mut at = 0;
    let data = loop {
        let packet = Packet::find(message, at)?;
        at = packet.next;
        match packet.tag() {
            Tag::SymKeyEncryptedSessionKey | Tag::PublicKeyEncryptedSessionKey => {
                offers.add(packet, message, secret);
            }
            Tag::Marker | Tag::Padding => {}
            Tag::SymEncryptedProtectedData | Tag::SymEncryptedData => break packet,
            Tag::GnupgAeadData => {
                return Err(unsupported(
                    "GnuPG's own authenticated mode (packet tag 20)",
                ));
            }
            _ => return Err(decrypt_failed()),
        }
    };
    if data.next != message.len() {
        return Err(decrypt_failed());
    }
    let data = Data::find(&data, message, secret)?;
    let session_keys = session_keys(&offers, message, secret, data.generation(), limits)?;
    let mark = data.mark(message);
    let inner = data.decrypt(message, &session_keys, limits)?;
    let (content, place) = content(message, inner, limits).map_err(|error| data.hidden(error))?;
    Ok(Opened {
        content,
        place,
        mark,
    })
}

fn session_keys(
    offers: &Offers,
    message: &Vec<u8>,
    secret: Secret<'_>,
    generation: Generation,
    limits: &Limits<'_>,
) -> Result<Vec<SessionKey>> {
    let held = message.capacity();
    let mut found = Vec::new();
    let (mut is_tried, mut refused) = (false, None);
    for offer in offers.of(generation)? {
        (limits.proceed)(held + secret.memory(offer, message))?;
        match secret.open(offer, message, generation) {
            Ok(key) => {
                is_tried = true;
                found.extend(key);
            }
            // The session key may be in another packet, of a kind that is supported.
            Err(error) if error.kind() == ErrorKind::UnsupportedFormat => refused = Some(error),
            Err(error) if error.kind() == ErrorKind::DecryptFailed => {}
            Err(error) => return Err(error),
        }
    }
    if found.is_empty() {
        let refused = refused.filter(|_| !is_tried);
        return Err(refused.unwrap_or_else(decrypt_failed));
    }
    // The derivations have freed their memory.
    (limits.proceed)(held)?;
    Ok(found)
}

/// The encrypted data of a message.
enum Data {
    /// A stream in CFB mode that ends with a modification detection code.
    Cfb(Range<usize>),
    /// One without, as old clients encrypted keycodes.
    Unprotected(Range<usize>),
    Aead(aead::Data),
}

impl Data {
    fn find(packet: &Packet, message: &[u8], secret: Secret<'_>) -> Result<Self> {
        let body = packet.body.clone();
        if packet.tag() == Tag::SymEncryptedData {
            return match secret {
                Secret::PrivateKey(_) => Ok(Self::Unprotected(body)),
                Secret::Passphrase(_) => Err(unsupported("no modification detection code")),
            };
        }
        match message[body.clone()].first() {
            Some(1) => Ok(Self::Cfb(body.start + 1..body.end)),
            Some(2) => aead::Data::find(message, body).map(Self::Aead),
            _ => Err(decrypt_failed()),
        }
    }

    fn generation(&self) -> Generation {
        match self {
            Self::Cfb(_) | Self::Unprotected(_) => Generation::Cfb,
            Self::Aead(data) => Generation::Aead(data.cipher),
        }
    }

    /// The error of what it has decrypted to. Without protection anybody may have changed it, so that a difference
    /// would show what it decrypts to.
    fn hidden(&self, error: Error) -> Error {
        match (self, error.kind()) {
            (Self::Unprotected(_), ErrorKind::UnsupportedFormat | ErrorKind::PartTooLarge) => {
                decrypt_failed()
            }
            _ => error,
        }
    }

    /// The first random octets.
    fn mark(&self, message: &[u8]) -> [u8; 8] {
        match self {
            Self::Cfb(stream) | Self::Unprotected(stream) => message[stream.clone()]
                .first_chunk()
                .copied()
                .unwrap_or_default(),
            Self::Aead(data) => data.mark(),
        }
    }

    /// Decrypts and verifies it where it lies; gives the range of the packets in it.
    fn decrypt(
        &self,
        message: &mut Vec<u8>,
        session_keys: &[SessionKey],
        limits: &Limits<'_>,
    ) -> Result<Range<usize>> {
        match self {
            Self::Cfb(stream) => decrypt(message, stream.clone(), session_keys, limits),
            Self::Unprotected(stream) => decrypt_unprotected(message, stream.clone(), session_keys),
            Self::Aead(data) => {
                let memory = message.capacity() + data.memory();
                let proceed = || (limits.proceed)(memory);
                proceed()?;
                let session = match session_keys {
                    [only] => only,
                    _ => data.fitting(session_keys, message)?,
                };
                data.decrypt(session, message, proceed)
            }
        }
    }
}

/// The longest text before and in the header of an armor.
const MAX_ARMOR_HEAD: usize = 8 << 10;

/// Turns ASCII armor into the bytes in it. No packet begins with an octet below 0x80, and all text does.
fn remove_armor(message: &mut Vec<u8>, limits: &Limits<'_>) -> Result<()> {
    if message.first().is_none_or(|first| *first >= 0x80) {
        return Ok(());
    }
    let size = message.len() / 4 * 3;
    (limits.proceed)(message.capacity() + size)?;
    let mut bytes = reserved(size)?;
    // rPGP looks through all that it gets for the end of each header.
    let (head, rest) = message.split_at(message.len().min(MAX_ARMOR_HEAD));
    let mut dearmor = Dearmor::with_options(
        head.chain(rest),
        DearmorOptions::new().set_limit(MAX_ARMOR_HEAD),
    );
    dearmor.read_header().map_err(|_| decrypt_failed())?;
    if dearmor.typ != Some(BlockType::Message) {
        return Err(decrypt_failed());
    }
    std::io::copy(&mut dearmor, &mut bytes).map_err(|_| decrypt_failed())?;
    *message = bytes;
    Ok(())
}

/// Decrypts and verifies the stream of an encrypted data packet; gives the range of the packets in it.
fn decrypt(
    message: &mut Vec<u8>,
    stream: Range<usize>,
    session_keys: &[SessionKey],
    limits: &Limits<'_>,
) -> Result<Range<usize>> {
    // There are several keys if the message offers several. The repeated octets show the right one, except by a chance
    // of 1 in 65 536, for which the ciphertext is kept. With one key they show nothing that the code below does not.
    let mut candidates: Vec<_> = match session_keys {
        [_] => session_keys.iter().collect(),
        _ => session_keys
            .iter()
            .filter(|session| repeats(session, &message[stream.clone()]))
            .collect(),
    };
    // If none fits, one is tried all the same, so that a failure takes as long.
    if candidates.is_empty() {
        candidates.extend(session_keys.last());
    }
    let Some((last, others)) = candidates.split_last() else {
        return Err(decrypt_failed());
    };
    for session in others {
        (limits.proceed)(message.capacity() + stream.len())?;
        let mut ciphertext = reserved(stream.len())?;
        ciphertext.extend_from_slice(&message[stream.clone()]);
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

/// The same without a modification detection code. After the repeated octets the mode begins anew.
fn decrypt_unprotected(
    message: &mut [u8],
    stream: Range<usize>,
    session_keys: &[SessionKey],
) -> Result<Range<usize>> {
    let session = session_keys
        .iter()
        .find(|session| repeats(session, &message[stream.clone()]))
        .ok_or_else(decrypt_failed)?;
    let block = session.algorithm.block_size();
    let start = stream.start + block + 2;
    let mut iv = [0; 16];
    iv[..block].copy_from_slice(&message[start - block..start]);
    session
        .algorithm
        .decrypt_with_iv_regular(&session.key, &iv[..block], &mut message[start..stream.end])
        .map_err(|_| decrypt_failed())?;
    Ok(start..stream.end)
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
