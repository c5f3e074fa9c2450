//! Proves a passphrase by the head of a message, so that the whole need not be fetched.
//!
//! Nothing in a head is authenticated. It proves that its writer knows the passphrase: another writer cannot choose
//! what a session key decrypts to, so that repeated octets, packet tag and length fit together by a chance of less than
//! 1 in 2^38 for each key offered.
//!
//! A server may change a genuine head, and learns from our next request whether the head proved anything. So only
//! octets that hold no secret are examined: those of the packet's tag and length, which are a header in every message
//! of this kind, never content, and which follow from the length of the message. Format, name and content are not even
//! decrypted. All else is left to the whole message. A server that builds a head from other blocks of a message can
//! learn little by it, because the caller accepts no second head.

use pgp::packet::PacketHeader;
use pgp::types::{PacketLength, Tag};
use zeroize::Zeroizing;

use super::packet::Packet;
use super::session::{Generation, Offers, Secret};
use super::{Limits, MDC_LEN, SessionKey};
use crate::crypto::keycode::Passphrase;
use crate::error::Result;

/// The longest header of a packet of the new format.
const LONGEST_HEADER: usize = 6;

/// Whether the beginning of a message proves that the passphrase is the one that it was encrypted with. `length` is
/// that of the whole message, where it is known. If not, the whole message has to say it.
///
/// # Errors
/// What `proceed` fails with.
pub(crate) fn proves_passphrase(
    head: &[u8],
    length: Option<u64>,
    passphrase: &Passphrase,
    limits: &Limits<'_>,
) -> Result<bool> {
    let secret = Secret::Passphrase(passphrase);
    let mut head = head.to_vec();
    let mut offers = Offers::default();
    let mut at = 0;
    let (extent, stream) = loop {
        let mut rest = head.get(at..).unwrap_or_default();
        let Ok(header) = PacketHeader::try_from_reader(&mut rest) else {
            return Ok(false);
        };
        let start = head.len() - rest.len();
        match header.tag() {
            Tag::SymEncryptedProtectedData => {
                match Extent::of_data(header.packet_length(), start as u64, length) {
                    // Authenticated modes have tags that are not within the head.
                    Some(extent) if rest.first() == Some(&1) => break (extent, start + 1),
                    _ => return Ok(false),
                }
            }
            Tag::Marker
            | Tag::Padding
            | Tag::PublicKeyEncryptedSessionKey
            | Tag::SymKeyEncryptedSessionKey => {}
            _ => return Ok(false),
        }
        let Ok(packet) = Packet::find(&mut head, at) else {
            return Ok(false);
        };
        at = packet.next;
        offers.add(packet, &head, secret);
    };
    let end = extent
        .first_chunk()
        .saturating_add(stream as u64 - 1)
        .min(head.len() as u64);
    let stream = stream..usize::try_from(end).unwrap_or(head.len());
    for offer in offers.of(Generation::Cfb).unwrap_or_default() {
        (limits.proceed)(head.len() + secret.memory(offer, &head))?;
        if let Ok(Some(session)) = secret.open(offer, &head, Generation::Cfb)
            && is_beginning(&session, &head[stream.clone()], &extent)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The length of the encrypted data's body, as far as the head shows it.
enum Extent {
    Whole(u64),
    Chunks {
        first: u64,
        /// The octets of all chunks with their lengths, except the length of the first.
        wire: u64,
    },
}

impl Extent {
    /// The extent of data from `start` to the end of a message; none if it does not end there, or its end is not known.
    fn of_data(data: PacketLength, start: u64, message: Option<u64>) -> Option<Self> {
        let wire = match message {
            Some(message) => Some(message.checked_sub(start)?),
            None => None,
        };
        match data {
            PacketLength::Fixed(length) => {
                let length = u64::from(length);
                wire.is_none_or(|wire| wire == length)
                    .then_some(Self::Whole(length))
            }
            PacketLength::Partial(first) => Some(Self::Chunks {
                first: first.into(),
                wire: wire?,
            }),
            PacketLength::Indeterminate => None,
        }
    }

    fn first_chunk(&self) -> u64 {
        match *self {
            Self::Whole(length) => length,
            Self::Chunks { first, .. } => first,
        }
    }

    /// Whether the body may have exactly so many bytes. Of chunks only those are known that are all alike but the last,
    /// as nearly every writer has them.
    fn is(&self, body: u64) -> bool {
        match *self {
            Self::Whole(length) => body == length,
            Self::Chunks { first, wire } => {
                // The last one may be as long as the others, or hold nothing.
                let with = |chunks: u64| {
                    let last = body.checked_sub(chunks * first)?;
                    let lengths = chunks - 1 + length_octets(last);
                    (last <= first).then_some(body + lengths)
                };
                let chunks = body / first;
                [chunks, chunks.saturating_sub(1)]
                    .into_iter()
                    .any(|chunks| chunks > 0 && with(chunks) == Some(wire))
            }
        }
    }
}

/// The octets that say the length of a packet, or of its last chunk.
fn length_octets(length: u64) -> u64 {
    match length {
        0..192 => 1,
        192..8384 => 2,
        _ => 5,
    }
}

/// Whether the beginning of a stream, decrypted with a key, is the beginning of a message.
fn is_beginning(session: &SessionKey, stream: &[u8], extent: &Extent) -> bool {
    let block = session.algorithm.block_size();
    let prefix = block + 2;
    let Some(stream) = stream.get(..prefix + LONGEST_HEADER) else {
        return false;
    };
    let mut plain = Zeroizing::new(stream.to_vec());
    let iv = [0; 16];
    let decrypted =
        session
            .algorithm
            .decrypt_with_iv_regular(&session.key, &iv[..block], &mut plain);
    // The packet's version, the prefix, and the modification detection code at the end.
    let around = (1 + prefix + MDC_LEN) as u64;
    decrypted.is_ok()
        && plain[block - 2..block] == plain[block..prefix]
        && literal_len(&plain[prefix..]).is_some_and(|packet| extent.is(around + packet))
}

/// The length of the literal data packet that begins here, with its header. Writers use lengths of two or five octets
/// for all but short packets.
pub(super) fn literal_len(packet: &[u8]) -> Option<u64> {
    match *packet {
        [0xcb, first @ 192..224, second, ..] => {
            let length = (u64::from(first - 192) << 8) + u64::from(second) + 192;
            Some(3 + length)
        }
        [0xcb, 0xff, a, b, c, d, ..] => Some(6 + u64::from(u32::from_be_bytes([a, b, c, d]))),
        _ => None,
    }
}
