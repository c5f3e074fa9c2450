//! Cryptography as `protocol` section 3 has it: keycodes, request signatures, OpenPGP messages and key pairs.
//!
//! Nothing here touches the network or a file. rPGP parses and writes keys, and decompresses; messages are framed
//! here, in place in one buffer, because that is where the time of a transfer goes.

mod armor;
mod digest;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
pub(crate) mod key_pair;
pub(crate) mod keycode;
pub(crate) mod message;
pub(crate) mod openpgp;
mod public_key;
pub(crate) mod signature;

pub(crate) use digest::{digest_of_texts, hex};
pub(crate) use key_pair::{PrivateKey, encrypt_keycode, generate_key_pair};
pub(crate) use keycode::{Keycode, Passphrase, SHORTEST_KEYCODE};
pub(crate) use message::{decrypt_message, encrypt_message};
pub(crate) use openpgp::{Lanes, Limits, PartBuffer, Place, open, proves_passphrase};
pub(crate) use public_key::{is_outdated, public_key_in};

use rand_core::{OsRng, RngCore};

use crate::error::{Error, ErrorKind, Result};

/// Fills an array from the operating system's generator.
fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|e| {
        Error::new(
            ErrorKind::Internal,
            format!("the system's random generator failed: {e}"),
        )
    })?;
    Ok(bytes)
}
