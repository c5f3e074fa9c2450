//! Content that is not one literal packet: compressed and signed messages.
//!
//! Their writer decides how much they unpack to, so they are read in steps, and the caller allows each step. Signatures
//! are skipped: the passphrase proves the writer already, and hashing the content once for each signature would let a
//! small message cost any time.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use pgp::composed::PacketBodyReader;
use pgp::packet::{Decompressor, LiteralDataHeader, PacketHeader};
use pgp::types::Tag;

use super::{Limits, decrypt_failed, too_large, unsupported};
use crate::error::{Error, Result};

/// The most compressed packets of a message, each of which holds the next. No program writes so many.
const MAX_LAYERS: usize = 4;
/// More packets than any program writes.
const MAX_PACKETS: usize = 10_000;
/// Decompressed bytes that may be something else than content: signatures, markers, padding.
const MAX_AROUND: u64 = 1 << 20;
/// The memory of a decompressor; BZip2 needs the most.
const DECOMPRESSOR: usize = 4 << 20;
/// Content grows by at least this.
const STEP: usize = 64 << 10;

/// The content and the file name of a message.
pub(super) struct Unpacked {
    pub(super) content: Vec<u8>,
    pub(super) name: Vec<u8>,
}

/// Finds the content in packets that were encrypted and have been verified. `memory` is what is held already.
pub(super) fn unpack(mut packets: &[u8], memory: usize, limits: &Limits<'_>) -> Result<Unpacked> {
    Unpacking::new(&Cost::new(memory, limits), MAX_LAYERS).find(&mut packets)
}

/// The memory and the work that all layers of a message cost.
struct Cost<'a> {
    limits: &'a Limits<'a>,
    /// Bytes held at the moment.
    memory: Cell<usize>,
    /// Bytes that may still be decompressed.
    left: Cell<u64>,
}

impl<'a> Cost<'a> {
    fn new(memory: usize, limits: &'a Limits<'a>) -> Self {
        Self {
            limits,
            memory: Cell::new(memory),
            left: Cell::new(MAX_AROUND.saturating_add(limits.max_plaintext as u64)),
        }
    }
}

struct Unpacking<'a> {
    cost: &'a Cost<'a>,
    /// Layers that may still come.
    layers: usize,
    packets: usize,
    found: Option<Unpacked>,
}

impl<'a> Unpacking<'a> {
    fn new(cost: &'a Cost<'a>, layers: usize) -> Self {
        Self {
            cost,
            layers,
            packets: 0,
            found: None,
        }
    }

    fn find(mut self, source: &mut dyn BufRead) -> Result<Unpacked> {
        self.packets(source)?;
        self.found.ok_or_else(decrypt_failed)
    }

    /// Reads the packets of a layer to their end.
    fn packets(&mut self, source: &mut dyn BufRead) -> Result<()> {
        while !source.fill_buf().map_err(failed)?.is_empty() {
            self.packets += 1;
            if self.packets > MAX_PACKETS {
                return Err(unsupported("too many packets"));
            }
            let header = PacketHeader::try_from_reader(&mut *source).map_err(failed)?;
            let mut body = PacketBodyReader::new(header, &mut *source).map_err(failed)?;
            match header.tag() {
                Tag::LiteralData if self.found.is_none() => self.literal(&mut body)?,
                Tag::CompressedData if self.layers > 0 => self.layer(&mut body)?,
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

    fn layer(&mut self, body: &mut dyn BufRead) -> Result<()> {
        let cost = self.cost;
        let memory = &cost.memory;
        self.layers -= 1;
        memory.set(memory.get() + DECOMPRESSOR);
        (cost.limits.proceed)(memory.get())?;
        let source = Decompressor::from_reader(body).map_err(failed)?;
        self.packets(&mut Metered { source, cost })?;
        memory.set(memory.get() - DECOMPRESSOR);
        Ok(())
    }

    fn literal(&mut self, mut body: &mut dyn BufRead) -> Result<()> {
        let header = LiteralDataHeader::try_from_reader(&mut body).map_err(failed)?;
        let Cost { limits, memory, .. } = self.cost;
        let (held, most) = (memory.get(), limits.max_plaintext);
        let mut content = Vec::new();
        while !body.fill_buf().map_err(failed)?.is_empty() {
            let length = content.len();
            if length == most {
                return Err(too_large(most));
            }
            if length == content.capacity() {
                let larger = (2 * length).clamp(STEP, most.max(STEP));
                // Where it cannot grow in its place, both are there for a moment.
                (limits.proceed)(held + length + larger)?;
                content
                    .try_reserve_exact(larger - length)
                    .map_err(|_| Error::out_of_memory(larger))?;
            }
            let room = content.capacity().min(most) - length;
            let piece = body.fill_buf().map_err(failed)?;
            let taken = piece.len().min(room);
            content.extend_from_slice(&piece[..taken]);
            body.consume(taken);
            memory.set(held + content.capacity());
        }
        self.found = Some(Unpacked {
            content,
            name: header.file_name().to_vec(),
        });
        Ok(())
    }
}

/// The output of a decompressor: bounded, and stopped between two pieces.
struct Metered<'a, R> {
    source: R,
    cost: &'a Cost<'a>,
}

impl<R: BufRead> BufRead for Metered<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Cost {
            limits,
            memory,
            left,
        } = self.cost;
        if left.get() == 0 {
            return Err(io::Error::other(too_large(limits.max_plaintext)));
        }
        (limits.proceed)(memory.get()).map_err(io::Error::other)?;
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let left = &self.cost.left;
        left.set(left.get().saturating_sub(amount as u64));
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
