//! The key pair of a trusted device: generated, saved and loaded (`protocol` 3.6).

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::crypto::{PrivateKey, generate_key_pair};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{TargetFile, io_error, open_source, text_of};
use crate::secret::SecretString;

/// The longest file with a key pair; the largest key takes a tenth of it.
const LARGEST_FILE: u64 = 256 * 1024;

/// The key pair of a trusted device.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The service's id of the public key, if it is registered.
    pub public_key_id: Option<String>,
    /// The user's description of the device.
    pub description: Option<String>,
    /// The armored public key.
    pub public_key: String,
    /// The armored private key, without a password: everybody who has it can open the device's packages.
    pub private_key: SecretString,
}

impl KeyPair {
    /// Generates a key pair: RSA with 2048, 3072 or 4096 bits. Sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for another size.
    pub fn generate(bits: u32) -> Result<Self> {
        let (private_key, public_key) = generate_key_pair(bits)?;
        Ok(Self {
            public_key_id: None,
            description: None,
            public_key,
            private_key,
        })
    }

    /// Saves the key pair in a new file that only its owner can read, in the format of the official Python client's
    /// `save_key_pair`. The file has no public key: it is part of the private one.
    ///
    /// # Errors
    /// [`ErrorKind::FileExists`]: an older key pair is never overwritten; [`ErrorKind::DirectoryNotFound`] and other
    /// errors of the file system; [`ErrorKind::InvalidKey`] if the private key is not valid.
    pub fn save(&self, path: &Path) -> Result<()> {
        PrivateKey::parse(self.private_key.expose())?;
        // Written member by member: a `Value` would leave a copy of the private key in memory.
        let private_key = self.private_key.expose();
        let mut text = Zeroizing::new(Vec::with_capacity(1024 + 2 * private_key.len()));
        let members = [
            ("publicKeyId", self.public_key_id.as_deref()),
            ("description", self.description.as_deref()),
            ("privateKey", Some(private_key)),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                let before = if text.is_empty() { "{" } else { ", " };
                text.extend(format!("{before}\"{name}\": ").bytes());
                serde_json::to_writer(&mut *text, value)
                    .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
            }
        }
        text.extend_from_slice(b"}\n");
        let mut file = TargetFile::create_private(path)?;
        file.write(&text)?;
        let finished = file.finish(true).map_err(|error| match error.kind() {
            ErrorKind::FileExists => error.with_remedy("save the key pair under another name"),
            _ => error,
        });
        finished.map(|_| ())
    }

    /// Loads a key pair that [`save`](Self::save) or the official Python client has saved.
    ///
    /// # Errors
    /// [`ErrorKind::FileNotFound`] and other errors of the file system; [`ErrorKind::InvalidKey`] for a file without a
    /// key pair.
    pub fn load(path: &Path) -> Result<Self> {
        let no_key = || {
            let message = format!("{}: not a file with a key pair", path.display());
            Error::new(ErrorKind::InvalidKey, message)
        };
        let (file, metadata, _) = open_source(path, true)?;
        if metadata.len() > LARGEST_FILE {
            return Err(no_key());
        }
        let room = usize::try_from(metadata.len()).unwrap_or(0);
        let mut text = Zeroizing::new(Vec::with_capacity(room + 1));
        file.take(LARGEST_FILE)
            .read_to_end(&mut text)
            .map_err(|error| io_error(&error, path, ErrorKind::ReadFailed))?;
        let mut value: Value = serde_json::from_str(&text_of(&text)).map_err(|_| no_key())?;
        let private_key = match value.get_mut("privateKey").map(Value::take) {
            Some(Value::String(text)) => SecretString::new(text),
            _ => return Err(no_key()),
        };
        let filled = |name: &str| value.get(name)?.as_str().filter(|text| !text.is_empty());
        let public_key = PrivateKey::parse(private_key.expose())?.public_key()?;
        Ok(Self {
            public_key_id: filled("publicKeyId").map(str::to_owned),
            description: filled("description").map(str::to_owned),
            public_key,
            private_key,
        })
    }
}
