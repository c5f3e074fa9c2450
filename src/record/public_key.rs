//! A public key that the service names for a package (`protocol` 6.10).

use crate::call::Call;
use crate::error::{Error, Result};
use crate::json::Json;

/// A public key that the service names for a package.
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

    /// The keys of an answer. One without id or key is passed over with a line in the log: it would lock out one device,
    /// not the package.
    pub(crate) fn list(json: &Json, call: &Call) -> Result<Vec<Self>> {
        let keys = json.required_list("publicKeys")?.iter();
        let keys = keys.filter_map(|key| {
            let id = || key.text("id").unwrap_or_default();
            let read = Self::read(key);
            read.inspect_err(|error| Self::pass_over(call, &id(), error))
                .ok()
        });
        Ok(keys.collect())
    }

    /// Logs which key does without a keycode, and why.
    pub(crate) fn pass_over(call: &Call, id: &str, why: &Error) {
        let why = why.message();
        call.log(format!("public key {id} is passed over: {why}"));
    }
}
