//! A public key of a trusted device (`protocol` 6.10).

use crate::error::Result;
use crate::json::Json;

/// A public key to which the keycode of a package has to be encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The service's id.
    pub public_key_id: String,
    /// The armored key.
    pub public_key: String,
}

impl PublicKey {
    pub(crate) fn read(json: &Json) -> Result<Self> {
        Ok(Self {
            public_key_id: json.required("id")?,
            public_key: json.required("key")?,
        })
    }
}
