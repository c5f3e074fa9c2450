//! Trusted devices: key pairs to which keycodes are encrypted, so that a package opens without its secure link
//! (`protocol` 3.6).

pub use crate::crypto::keypair::generate_key_pair;
