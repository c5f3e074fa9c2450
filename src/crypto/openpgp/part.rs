//! Writing: one part of a file as one complete message, in the buffer that it was read into.

use std::ops::Range;

use sendsafely_cfb::Lane;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{MDC_HEADER, MDC_LEN, Place, s2k, too_large};
use crate::crypto::keycode::Passphrase;
use crate::crypto::random;
use crate::error::{Error, Result};

/// Symmetric-key encrypted session key packet: header, version 4, AES-256, iterated and salted S2K with SHA-256, salt,
/// count. It holds no session key: the key derived from the passphrase is the session key, new by its salt.
const SKESK_LEN: usize = 15;
/// 65 536 bytes. The passphrase holds 256 random bits, so that stretching it more would only cost the readers time.
const S2K_COUNT: u8 = 0x60;
/// Random block with its last two octets repeated.
const PREFIX_LEN: usize = 18;
/// Format, length of the file name, date: literal data before its bytes, but for the name.
const LITERAL_FIELDS_LEN: usize = 6;
/// The longest packet header: tag and five octets of length.
const MAX_HEADER_LEN: usize = 6;
/// The longest that can stand before the plaintext. It is written right-aligned, so that the plaintext can be read
/// into its final place before its length is known.
const HEADROOM: usize = SKESK_LEN
    + MAX_HEADER_LEN
    + 1
    + PREFIX_LEN
    + MAX_HEADER_LEN
    + LITERAL_FIELDS_LEN
    + Place::MAX_NAME;
/// Packet lengths have 32 bits.
const MAX_PLAINTEXT: usize = u32::MAX as usize - HEADROOM - MDC_LEN;

/// What the literal data packet says about its bytes. They are taken verbatim in either case.
#[derive(Clone, Copy)]
enum LiteralFormat {
    /// Parts of files.
    Binary,
    /// Messages and keycodes: the official Python client reads text only from this.
    Utf8,
}

/// What must be new in every message.
struct Fresh {
    salt: [u8; 8],
    prefix: [u8; 16],
}

impl Fresh {
    fn draw() -> Result<Self> {
        Ok(Self {
            salt: random()?,
            prefix: random()?,
        })
    }
}

const fn header_len(body_len: usize) -> usize {
    match body_len {
        0..192 => 2,
        192..8384 => 3,
        _ => 6,
    }
}

/// One buffer for one part after another: the caller reads the file straight into it, and it is encrypted where it
/// lies.
pub(crate) struct PartBuffer {
    bytes: Vec<u8>,
    plaintext_len: usize,
    /// The sealed message; empty while the buffer holds plaintext.
    message: Range<usize>,
}

impl PartBuffer {
    /// The bytes of memory that parts of this size need.
    pub(crate) const fn room(max_plaintext: usize) -> usize {
        HEADROOM
            .saturating_add(max_plaintext)
            .saturating_add(MDC_LEN)
    }

    /// A buffer that takes parts up to this size without allocating again.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) fn with_capacity(max_plaintext: usize) -> Result<Self> {
        let room = Self::room(max_plaintext);
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(room)
            .map_err(|_| Error::out_of_memory(room))?;
        Ok(Self::within(bytes))
    }

    /// A buffer in memory that is there already; what stands in it has no meaning.
    pub(crate) fn within(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            plaintext_len: 0,
            message: 0..0,
        }
    }

    /// The memory, to be used for something else.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }

    /// The message of a sealed part, in the memory of the buffer.
    pub(crate) fn into_message(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.truncate(self.message.end);
        bytes.drain(..self.message.start);
        bytes
    }

    /// The message of a sealed part.
    pub(crate) fn message(&self) -> &[u8] {
        &self.bytes[self.message.clone()]
    }

    /// Begins a part of `len` bytes and gives the place for them. It holds leftovers: fill it all, or call this again
    /// with the length of what was filled, which stays there.
    pub(crate) fn plaintext_mut(&mut self, len: usize) -> &mut [u8] {
        let needed = Self::room(len);
        if self.bytes.len() < needed {
            self.bytes.resize(needed, 0);
        }
        self.plaintext_len = len;
        self.message = 0..0;
        &mut self.bytes[HEADROOM..HEADROOM + len]
    }

    /// Encrypts the part and gives the whole message. Once sealed it stays so, and the same message is given again,
    /// until the next part is begun.
    ///
    /// # Errors
    /// `PartTooLarge` above 4 GiB, `Internal` if the system's generator fails.
    pub(crate) fn seal(&mut self, passphrase: &Passphrase) -> Result<&[u8]> {
        self.seal_as(LiteralFormat::Binary, "", passphrase)
    }

    /// The same for a part that says where it belongs.
    pub(crate) fn seal_at(&mut self, place: &Place, passphrase: &Passphrase) -> Result<&[u8]> {
        self.seal_as(LiteralFormat::Binary, &place.name(), passphrase)
    }

    /// The same for a text, which belongs nowhere.
    pub(in crate::crypto) fn seal_text(&mut self, passphrase: &Passphrase) -> Result<&[u8]> {
        self.seal_as(LiteralFormat::Utf8, "", passphrase)
    }

    fn seal_as(
        &mut self,
        format: LiteralFormat,
        name: &str,
        passphrase: &Passphrase,
    ) -> Result<&[u8]> {
        if self.message.is_empty() {
            self.encrypt(format, name, passphrase, &Fresh::draw()?)?;
        }
        Ok(self.message())
    }

    /// Encrypts a text under a session key that travels in a packet of its own: gives the packet of encrypted data.
    pub(in crate::crypto) fn seal_data(text: &str, key: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>> {
        let mut buffer = Self::with_capacity(text.len())?;
        buffer
            .plaintext_mut(text.len())
            .copy_from_slice(text.as_bytes());
        let key = Zeroizing::new(*key);
        let prepared = buffer.prepare_data(LiteralFormat::Utf8, "", key, &random()?)?;
        sendsafely_cfb::hash_and_encrypt(&mut [prepared.lane(&mut buffer)]);
        Ok(Zeroizing::new(buffer.bytes[prepared.message].to_vec()))
    }

    /// Does all but encrypt a part that says where it belongs.
    pub(super) fn prepare_at(
        &mut self,
        place: &Place,
        passphrase: &Passphrase,
    ) -> Result<Prepared> {
        let fresh = Fresh::draw()?;
        self.prepare(LiteralFormat::Binary, &place.name(), passphrase, &fresh)
    }

    fn encrypt(
        &mut self,
        format: LiteralFormat,
        name: &str,
        passphrase: &Passphrase,
        fresh: &Fresh,
    ) -> Result<()> {
        let prepared = self.prepare(format, name, passphrase, fresh)?;
        sendsafely_cfb::hash_and_encrypt(&mut [prepared.lane(self)]);
        self.message = prepared.message;
        Ok(())
    }

    fn prepare(
        &mut self,
        format: LiteralFormat,
        name: &str,
        passphrase: &Passphrase,
        fresh: &Fresh,
    ) -> Result<Prepared> {
        let mut key = Zeroizing::new([0; 32]);
        s2k::derive_with::<Sha256>(
            &fresh.salt,
            passphrase.as_bytes(),
            s2k::decode_count(S2K_COUNT),
            &mut *key,
        );
        let mut prepared = self.prepare_data(format, name, key, &fresh.prefix)?;
        let mut front = Front {
            bytes: &mut self.bytes[..HEADROOM],
            start: prepared.message.start,
        };
        front.push(&[S2K_COUNT]);
        front.push(&fresh.salt);
        front.push(&[0xc3, 13, 4, 9, 3, 8]);
        prepared.message.start = front.start;
        Ok(prepared)
    }

    /// Makes a packet of encrypted data around the plaintext, which lacks only encryption.
    fn prepare_data(
        &mut self,
        format: LiteralFormat,
        name: &str,
        key: Zeroizing<[u8; 32]>,
        prefix: &[u8; 16],
    ) -> Result<Prepared> {
        if self.plaintext_len > MAX_PLAINTEXT {
            return Err(too_large(MAX_PLAINTEXT));
        }
        let end = HEADROOM + self.plaintext_len;
        self.bytes[end..end + MDC_HEADER.len()].copy_from_slice(&MDC_HEADER);
        let end = end + MDC_LEN;

        let mut front = Front {
            bytes: &mut self.bytes[..HEADROOM],
            start: HEADROOM,
        };
        let format = match format {
            LiteralFormat::Binary => b'b',
            LiteralFormat::Utf8 => b'u',
        };
        let name = &name.as_bytes()[..name.len().min(Place::MAX_NAME)];
        front.push(&[0; 4]); // no date: the service keeps it, and the true name
        front.push(name);
        front.push(&[format, u8::try_from(name.len()).unwrap_or(u8::MAX)]);
        front.push_header(0xcb, LITERAL_FIELDS_LEN + name.len() + self.plaintext_len);
        front.push(&prefix[14..]);
        front.push(prefix);
        let stream = front.start..end;
        front.push(&[1]); // version
        front.push_header(0xd2, 1 + stream.len());
        let message = front.start..end;
        Ok(Prepared {
            key,
            stream,
            message,
        })
    }
}

/// What is to be encrypted in a buffer.
pub(super) struct Prepared {
    key: Zeroizing<[u8; 32]>,
    stream: Range<usize>,
    /// What the buffer holds after that.
    message: Range<usize>,
}

impl Prepared {
    pub(super) fn lane<'a>(&'a self, buffer: &'a mut PartBuffer) -> Lane<'a> {
        Lane {
            key: &self.key,
            stream: &mut buffer.bytes[self.stream.clone()],
        }
    }

    /// The buffer, now that it is encrypted.
    pub(super) fn sealed(self, mut buffer: PartBuffer) -> PartBuffer {
        buffer.message = self.message;
        buffer
    }
}

/// The bytes before the plaintext, written from their end.
struct Front<'a> {
    bytes: &'a mut [u8],
    start: usize,
}

impl Front<'_> {
    fn push(&mut self, bytes: &[u8]) {
        let end = self.start;
        self.start -= bytes.len();
        self.bytes[self.start..end].copy_from_slice(bytes);
    }

    /// A packet header of the new format with a definite length.
    fn push_header(&mut self, tag: u8, body_len: usize) {
        // `encrypt` has checked that the whole message is shorter than 4 GiB.
        let [a, b, c, d] = u32::try_from(body_len).unwrap_or(u32::MAX).to_be_bytes();
        match header_len(body_len) {
            2 => self.push(&[tag, d]),
            3 => {
                let len = body_len - 192;
                let [high, low] = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
                self.push(&[tag, high + 192, low]);
            }
            _ => self.push(&[tag, 255, a, b, c, d]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest::hex;
    use crate::secret::SecretString;

    #[test]
    fn writes_the_message_of_appendix_a3() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/appendix-a.json")).unwrap();
        let part = &vectors["part"];
        let text = part["text"].as_str().unwrap();
        let passphrase = format!(
            "{}{}",
            part["serverSecret"].as_str().unwrap(),
            part["keyCode"].as_str().unwrap()
        );
        let fresh = Fresh {
            salt: [1, 2, 3, 4, 5, 6, 7, 8],
            prefix: std::array::from_fn(|i| 0x10 + u8::try_from(i).unwrap()),
        };
        let mut buffer = PartBuffer::with_capacity(0).unwrap();
        buffer
            .plaintext_mut(text.len())
            .copy_from_slice(text.as_bytes());
        let passphrase = Passphrase::from_text(SecretString::new(passphrase));
        buffer
            .encrypt(LiteralFormat::Binary, "", &passphrase, &fresh)
            .unwrap();
        assert_eq!(
            hex(&buffer.bytes[buffer.message]),
            part["message"].as_str().unwrap()
        );
    }

    #[test]
    fn salt_and_prefix_are_drawn_anew() {
        let (a, b) = (Fresh::draw().unwrap(), Fresh::draw().unwrap());
        assert_ne!(a.salt, b.salt);
        assert_ne!(a.prefix, b.prefix);
    }

    #[test]
    fn a_sealed_part_is_given_again_and_the_next_one_is_new() {
        let passphrase = Passphrase::from_text(SecretString::from("p"));
        let mut buffer = PartBuffer::with_capacity(100).unwrap();
        buffer.plaintext_mut(100).fill(7);
        buffer.plaintext_mut(50);
        let first = buffer.seal(&passphrase).unwrap().to_vec();
        assert_eq!(buffer.seal(&passphrase).unwrap(), first);
        let place = buffer.bytes.as_ptr();
        buffer.plaintext_mut(50).fill(7);
        assert_ne!(buffer.seal(&passphrase).unwrap(), first);
        assert_eq!(
            buffer.bytes.as_ptr(),
            place,
            "the buffer was allocated again"
        );
    }
}
