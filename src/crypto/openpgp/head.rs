//! Proving a passphrase by the head of a message, where the whole would be fetched for nothing else.
//!
//! Nothing in a head is authenticated. What is proved is that somebody who knows the passphrase has written it: whoever
//! does not know it has no say in what a session key decrypts to, so that repeated octets, packet tag, length and the
//! first octets of the packet fit together by a chance of less than 1 in 2^32 for each key offered.
//!
//! A head proves, and never disproves. Whatever does not fit is left to the whole message: if our next request said
//! whether the repeated octets alone have fit, a storage that makes up heads could learn what genuine ones hold.

use std::io::BufRead as _;

use pgp::packet::{Decompressor, PacketHeader};
use pgp::types::{PacketLength, Tag};
use zeroize::Zeroizing;

use super::packet::Packet;
use super::reader::Limits;
use super::session::{Generation, Offers, Secret};
use super::{MDC_LEN, SessionKey};
use crate::crypto::keycode::Passphrase;
use crate::error::Result;

/// No writer begins with a smaller chunk: RFC 4880 forbids it.
const SMALLEST_CHUNK: u64 = 512;
/// What a body in chunks has where nothing says how much is on the wire. The first chunk of official clients is as long
/// as that, and no part nearly as long as the other.
const BODIES: std::ops::Range<u64> = 1 << 16..1 << 26;
/// The formats of literal data.
const FORMATS: &[u8] = b"btu1lm";
/// How BZip2's data begins, but for the octet that says the size of its blocks.
const BZIP2: (&[u8], &[u8]) = (b"BZh", b"\x31\x41\x59\x26\x53\x59");

/// Whether the beginning of a message proves that the passphrase is the one that it was encrypted with. `length` is that
/// of the whole message, where it is known. If not, the whole message has to say it.
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

/// How long the body of the encrypted data is, as far as a head says it.
enum Extent {
    Whole(u64),
    Chunks {
        first: u64,
        /// What all of them have on the wire, but for the length of the first.
        wire: Option<u64>,
    },
}

impl Extent {
    /// The extent of data that begins at `start` of a message and reaches to its end; none if it does not.
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
                wire,
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
            Self::Chunks { first, wire: None } => BODIES.contains(&body) && body >= first,
            Self::Chunks {
                first,
                wire: Some(wire),
            } => {
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

    /// Whether there is room for a body of so many bytes.
    fn holds(&self, body: u64) -> bool {
        match *self {
            Self::Whole(length) => body <= length,
            Self::Chunks { wire, .. } => body <= wire.unwrap_or(BODIES.end),
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

/// Whether a key decrypts the beginning of a stream to that of a message.
fn is_beginning(session: &SessionKey, stream: &[u8], extent: &Extent) -> bool {
    let block = session.algorithm.block_size();
    let prefix = block + 2;
    let mut plain = Zeroizing::new(stream.to_vec());
    let iv = [0; 16];
    let decrypted =
        session
            .algorithm
            .decrypt_with_iv_regular(&session.key, &iv[..block], &mut plain);
    if decrypted.is_err() || plain.len() < prefix || plain[block - 2..block] != plain[block..prefix]
    {
        return false;
    }
    // The version of the packet, the prefix, and the code at the end.
    let around = (1 + prefix + MDC_LEN) as u64;
    is_message(
        &plain[prefix..],
        &|packets| extent.is(around + packets),
        &|packets| extent.holds(around + packets),
    )
}

/// Whether packets begin with literal or compressed data, behind a marker at most, that may reach to their end. `is` says
/// whether they may have so many bytes in all, `holds` whether there is room for so many.
pub(super) fn is_message(
    packets: &[u8],
    is: &dyn Fn(u64) -> bool,
    holds: &dyn Fn(u64) -> bool,
) -> bool {
    let packets_without_marker = packets.strip_prefix(b"\xca\x03PGP");
    let mut body = packets_without_marker.unwrap_or(packets);
    let Ok(header) = PacketHeader::try_from_reader(&mut body) else {
        return false;
    };
    let before = (packets.len() - body.len()) as u64;
    let (fits, length) = match header.packet_length() {
        PacketLength::Fixed(length) => (is(before + u64::from(length)), u64::from(length)),
        PacketLength::Partial(first) => {
            let first = u64::from(first);
            (first >= SMALLEST_CHUNK && holds(before + first), first)
        }
        // Literal data would have too little that fits.
        PacketLength::Indeterminate => (header.tag() == Tag::CompressedData, u64::MAX),
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let body = &body[..length.min(body.len())];
    fits && match header.tag() {
        Tag::LiteralData => is_literal(body),
        Tag::CompressedData => is_compressed(body),
        _ => false,
    }
}

/// Whether literal data begins so, with a format, a name, and a date.
fn is_literal(body: &[u8]) -> bool {
    match body {
        [format, name, ..] => FORMATS.contains(format) && body.len() >= usize::from(*name) + 6,
        _ => false,
    }
}

/// Whether compressed data that begins so holds a literal packet. BZip2's can only be read by the block.
fn is_compressed(mut body: &[u8]) -> bool {
    if let [3, data @ ..] = body {
        let (first, second) = BZIP2;
        let block = data.strip_prefix(first).and_then(|rest| rest.get(1..));
        return block.is_some_and(|block| block.starts_with(second));
    }
    let Ok(mut unpacked) = Decompressor::from_reader(&mut body) else {
        return false;
    };
    let Ok(mut packet) = unpacked.fill_buf() else {
        return false;
    };
    PacketHeader::try_from_reader(&mut packet)
        .is_ok_and(|header| header.tag() == Tag::LiteralData && is_literal(packet))
}
