//! Messages of unusual shape, which rPGP reads: compressed and signed ones, and those of old clients to a key.

use std::io::Read as _;

use pgp::composed::Message;

use super::{decrypt_failed, too_large, unsupported};
use crate::error::Result;

/// More layers than any program writes.
const MAX_LAYERS: usize = 4;

/// The content of packets that were encrypted and have been verified.
pub(super) fn read_packets(packets: &[u8], max_plaintext: usize) -> Result<Vec<u8>> {
    read_message(
        Message::from_bytes(packets).map_err(|_| decrypt_failed())?,
        max_plaintext,
    )
}

/// The content of a message that is decrypted already; it is read no further than one byte past the limit, however
/// much it would expand to.
pub(in crate::crypto) fn read_message(
    mut message: Message<'_>,
    max_plaintext: usize,
) -> Result<Vec<u8>> {
    for _ in 0..MAX_LAYERS {
        if !message.is_compressed() {
            break;
        }
        message = message.decompress().map_err(|_| decrypt_failed())?;
    }
    if message.is_compressed() || message.is_encrypted() {
        return Err(unsupported("too many layers"));
    }
    let mut plaintext = Vec::new();
    let limit = u64::try_from(max_plaintext)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    message
        .by_ref()
        .take(limit)
        .read_to_end(&mut plaintext)
        .map_err(|_| decrypt_failed())?;
    if plaintext.len() > max_plaintext {
        return Err(too_large(max_plaintext));
    }
    Ok(plaintext)
}
