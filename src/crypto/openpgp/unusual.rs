//! Content that is not one literal packet: compressed and signed messages.
//!
//! Their maker decides how much they unpack to, so they are read in steps, each of which is asked for. Signatures are
//! skipped: who has the passphrase has written the message, and hashing the content once for each of them would let a
//! small message cost any time.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use pgp::composed::PacketBodyReader;
use pgp::packet::{Decompressor, LiteralDataHeader, PacketHeader};
use pgp::types::Tag;

use super::{Limits, decrypt_failed, too_large, unsupported};
use crate::error::{Error, Result};

/// More layers than any program writes.
const MAX_LAYERS: usize = 4;
/// More packets than any program writes.
const MAX_PACKETS: usize = 10_000;
/// Bytes of a layer that may be something else than content: signatures, markers, padding.
const MAX_AROUND: u64 = 1 << 20;
/// What a decompressor holds; BZip2 needs most.
const DECOMPRESSOR: usize = 4 << 20;
/// Content grows by at least this.
const STEP: usize = 64 << 10;

/// What was found.
pub(super) struct Unpacked {
    pub(super) content: Vec<u8>,
    pub(super) name: Vec<u8>,
}

/// Finds the content in packets that were encrypted and have been verified. `memory` is what is held already.
pub(super) fn unpack(mut packets: &[u8], memory: usize, limits: &Limits<'_>) -> Result<Unpacked> {
    Unpacking::new(&Cell::new(memory), limits).find(&mut packets, MAX_LAYERS)
}

/// The same for what comes out of a decompressor of rPGP.
pub(in crate::crypto) fn unpack_layer(
    source: impl BufRead,
    limits: &Limits<'_>,
) -> Result<Vec<u8>> {
    let memory = &Cell::new(DECOMPRESSOR);
    let mut layer = Metered::new(source, limits, memory);
    let unpacked = Unpacking::new(memory, limits).find(&mut layer, MAX_LAYERS - 1)?;
    Ok(unpacked.content)
}

struct Unpacking<'a> {
    limits: &'a Limits<'a>,
    /// Bytes held at the moment.
    memory: &'a Cell<usize>,
    packets: usize,
    found: Option<Unpacked>,
}

impl<'a> Unpacking<'a> {
    fn new(memory: &'a Cell<usize>, limits: &'a Limits<'a>) -> Self {
        Self {
            limits,
            memory,
            packets: 0,
            found: None,
        }
    }

    fn find(mut self, source: &mut dyn BufRead, layers: usize) -> Result<Unpacked> {
        self.packets(source, layers)?;
        self.found.ok_or_else(decrypt_failed)
    }

    /// Reads the packets of a layer to their end.
    fn packets(&mut self, source: &mut dyn BufRead, layers: usize) -> Result<()> {
        while !source.fill_buf().map_err(failed)?.is_empty() {
            self.packets += 1;
            if self.packets > MAX_PACKETS {
                return Err(unsupported("too many packets"));
            }
            let header = PacketHeader::try_from_reader(&mut *source).map_err(failed)?;
            let mut body = PacketBodyReader::new(header, &mut *source).map_err(failed)?;
            match header.tag() {
                Tag::LiteralData if self.found.is_none() => self.literal(&mut body)?,
                Tag::CompressedData if layers > 0 => self.layer(&mut body, layers - 1)?,
                Tag::Marker | Tag::Padding | Tag::OnePassSignature | Tag::Signature => {}
                Tag::CompressedData | Tag::SymEncryptedProtectedData => {
                    return Err(unsupported("too many layers"));
                }
                Tag::SymKeyEncryptedSessionKey | Tag::PublicKeyEncryptedSessionKey => {}
                _ => return Err(decrypt_failed()),
            }
            io::copy(&mut body, &mut io::sink()).map_err(failed)?;
        }
        Ok(())
    }

    fn layer(&mut self, body: &mut dyn BufRead, layers: usize) -> Result<()> {
        let (limits, memory) = (self.limits, self.memory);
        memory.set(memory.get() + DECOMPRESSOR);
        (limits.proceed)(memory.get())?;
        let source = Decompressor::from_reader(body).map_err(failed)?;
        let mut layer = Metered::new(source, limits, memory);
        self.packets(&mut layer, layers)?;
        memory.set(memory.get() - DECOMPRESSOR);
        Ok(())
    }

    fn literal(&mut self, mut body: &mut dyn BufRead) -> Result<()> {
        let header = LiteralDataHeader::try_from_reader(&mut body).map_err(failed)?;
        let (held, most) = (self.memory.get(), self.limits.max_plaintext);
        let mut content = Vec::new();
        while !body.fill_buf().map_err(failed)?.is_empty() {
            let length = content.len();
            if length == most {
                return Err(too_large(most));
            }
            if length == content.capacity() {
                let larger = (2 * length).clamp(STEP, most.max(STEP));
                // Where it cannot grow in its place, both are there for a moment.
                (self.limits.proceed)(held + length + larger)?;
                content
                    .try_reserve_exact(larger - length)
                    .map_err(|_| Error::out_of_memory(larger))?;
            }
            let room = content.capacity().min(most) - length;
            let piece = body.fill_buf().map_err(failed)?;
            let taken = piece.len().min(room);
            content.extend_from_slice(&piece[..taken]);
            body.consume(taken);
            self.memory.set(held + content.capacity());
        }
        self.found = Some(Unpacked {
            content,
            name: header.file_name().to_vec(),
        });
        Ok(())
    }
}

/// What comes out of a decompressor: bounded, and stopped between two pieces.
struct Metered<'a, R> {
    source: R,
    left: u64,
    limits: &'a Limits<'a>,
    memory: &'a Cell<usize>,
}

impl<'a, R: BufRead> Metered<'a, R> {
    fn new(source: R, limits: &'a Limits<'a>, memory: &'a Cell<usize>) -> Self {
        Self {
            source,
            left: MAX_AROUND.saturating_add(limits.max_plaintext as u64),
            limits,
            memory,
        }
    }
}

impl<R: BufRead> BufRead for Metered<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(too_large(self.limits.max_plaintext)));
        }
        (self.limits.proceed)(self.memory.get()).map_err(io::Error::other)?;
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.source.consume(amount);
    }
}

impl<R: BufRead> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The failure behind an error of reading: one of our own, or damage.
fn failed(error: io::Error) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|_| decrypt_failed())
}
