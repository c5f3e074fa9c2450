//! Packet headers and bodies in place.

use std::ops::Range;

use pgp::packet::PacketHeader;
use pgp::types::{PacketLength, Tag};

use super::decrypt_failed;
use crate::error::Result;

/// Where a packet lies in a buffer.
pub(super) struct Packet {
    pub(super) header: PacketHeader,
    pub(super) body: Range<usize>,
    /// Where the packet after it begins.
    pub(super) next: usize,
}

impl Packet {
    /// Finds the packet at `at`. A body in chunks (partial lengths) is moved together first, so that it is one range;
    /// the bytes between its end and `next` are then without meaning.
    pub(super) fn find(buffer: &mut [u8], at: usize) -> Result<Self> {
        let mut rest = buffer.get(at..).unwrap_or_default();
        let header = PacketHeader::try_from_reader(&mut rest).map_err(|_| decrypt_failed())?;
        let start = buffer.len() - rest.len();
        let (body, next) = match header.packet_length() {
            PacketLength::Fixed(len) => {
                let end = end_of(buffer, start, len)?;
                (start..end, end)
            }
            PacketLength::Indeterminate => (start..buffer.len(), buffer.len()),
            PacketLength::Partial(len) => join_chunks(buffer, start, len)?,
        };
        Ok(Self { header, body, next })
    }

    /// What kind of packet begins at `at`; nothing is moved.
    pub(super) fn tag_at(buffer: &[u8], at: usize) -> Result<Tag> {
        let rest = buffer.get(at..).unwrap_or_default();
        let header = PacketHeader::try_from_reader(rest).map_err(|_| decrypt_failed())?;
        Ok(header.tag())
    }

    pub(super) fn tag(&self) -> Tag {
        self.header.tag()
    }
}

fn end_of(buffer: &[u8], start: usize, len: u32) -> Result<usize> {
    let len = usize::try_from(len).map_err(|_| decrypt_failed())?;
    start
        .checked_add(len)
        .filter(|end| *end <= buffer.len())
        .ok_or_else(decrypt_failed)
}

fn join_chunks(buffer: &mut [u8], start: usize, first_len: u32) -> Result<(Range<usize>, usize)> {
    let mut end = end_of(buffer, start, first_len)?;
    let mut next = end;
    loop {
        let mut rest = &buffer[next..];
        let length = PacketLength::try_from_reader(&mut rest).map_err(|_| decrypt_failed())?;
        let chunk = buffer.len() - rest.len();
        let (len, last) = match length {
            PacketLength::Partial(len) => (len, false),
            PacketLength::Fixed(len) => (len, true),
            PacketLength::Indeterminate => return Err(decrypt_failed()),
        };
        next = end_of(buffer, chunk, len)?;
        buffer.copy_within(chunk..next, end);
        end += next - chunk;
        if last {
            return Ok((start..end, next));
        }
    }
}
