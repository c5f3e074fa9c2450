//! OpenPGP messages under a passphrase, one for each part of a file (`protocol` 3.4).
//!
//! [`PartBuffer`] writes them, [`open`] reads them; both work in place, so that a part in flight costs one part of
//! memory. The modification detection code covers the whole message, and so do the tags of the authenticated modes,
//! which are only read: nothing can be released before the last byte has been seen, which is why reading takes a whole
//! part and not a stream. Keycodes for trusted devices are read here as well; they differ in where the session key
//! comes from.

mod aead;
mod cfb;
mod derivations;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzz;
mod head;
mod lanes;
mod packet;
mod part;
mod place;
mod s2k;
mod session;
mod unusual;

#[cfg(test)]
mod tests;

mod reader;

pub(crate) use head::proves_passphrase;
pub(crate) use lanes::Lanes;
pub(crate) use part::PartBuffer;
pub(crate) use place::Place;
pub(crate) use reader::open;

pub(super) use reader::open_with_private_key;

use pgp::crypto::sym::SymmetricKeyAlgorithm;
// A SHA-1 digest ends the modification detection code packet.
use sendsafely_cfb::DIGEST_LEN;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// Header of that packet; it is hashed with the data before it.
const MDC_HEADER: [u8; 2] = [0xd3, 0x14];
/// Length of the whole packet.
const MDC_LEN: usize = MDC_HEADER.len() + DIGEST_LEN;

/// What opening a message may cost.
pub(crate) struct Limits<'a> {
    /// The longest content.
    pub(crate) max_plaintext: usize,
    /// Asked before each piece of work that the message's maker decides on, with the bytes of memory that are needed
    /// in all from now on. Its error ends the work.
    pub(crate) proceed: &'a dyn Fn(usize) -> Result<()>,
}

/// A cipher and the key of one message for it.
struct SessionKey {
    algorithm: SymmetricKeyAlgorithm,
    key: Zeroizing<Vec<u8>>,
}

/// An empty vector with room for so many bytes.
fn reserved(size: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(size)
        .map_err(|_| Error::out_of_memory(size))?;
    Ok(bytes)
}

/// The one error of every ordinary failure to decrypt. A wrong passphrase and damaged data look alike: the
/// code cannot distinguish them, and a difference would help only someone who sends us forgeries.
pub(super) fn decrypt_failed() -> Error {
    Error::new(
        ErrorKind::DecryptFailed,
        "the data could not be decrypted: wrong keycode, or damaged data",
    )
}

/// The error of a message that is well formed but that this library refuses to read.
fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        format!("the encrypted data has an unsupported format: {what}"),
    )
}

/// The error of a message whose content is longer than the caller allows.
fn too_large(max_plaintext: usize) -> Error {
    Error::new(
        ErrorKind::PartTooLarge,
        format!("the encrypted data holds more than {max_plaintext} bytes"),
    )
}
