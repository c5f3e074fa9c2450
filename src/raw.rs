//! The cryptography alone, for programs that send their requests themselves (`protocol` 1.2 and 3). Nothing here uses
//! the network or a file. These calls cannot be stopped; instead there are limits for time and memory.

use crate::api::{API_PREFIX, endpoint};
use crate::client::Client;
use crate::crypto::{self, Keycode, Limits, PartBuffer, Passphrase, PrivateKey};
use crate::error::{Error, ErrorKind, Result};
use crate::os;
use crate::secret::SecretString;

/// The longest content of a compressed part, unless its message is longer. Other content is shorter than its message.
const LARGEST_COMPRESSED: usize = 64 << 20;

/// The largest part that is encrypted or decrypted in memory.
const LARGEST_PART: usize = 1 << 30;

/// The headers that sign a request.
#[derive(Clone, Debug)]
pub struct RequestHeaders {
    /// `ss-api-key`: the API key, or the Dropzone id of an anonymous sender.
    pub api_key: String,
    /// `ss-request-timestamp`; an anonymous sender has none.
    pub timestamp: Option<String>,
    /// `ss-request-signature`; an anonymous sender has none.
    pub signature: Option<String>,
}

/// Generates a keycode: 43 characters with 256 random bits.
///
/// # Errors
/// [`ErrorKind::Internal`] if the system's generator fails.
pub fn generate_keycode() -> Result<SecretString> {
    Ok(SecretString::from(Keycode::generate()?.expose()))
}

/// Computes the checksum that proves to the service the knowledge of a package's keycode (`protocol` 3.3).
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for an empty keycode or package code.
pub fn checksum(keycode: &SecretString, package_code: &str) -> Result<String> {
    if package_code.is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "the package code is empty",
        ));
    }
    Ok(Keycode::from_text(keycode.expose())?.checksum(package_code))
}

/// Encrypts a part of a file (`protocol` 3.4).
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for an empty server secret or keycode; [`ErrorKind::PartTooLarge`] above 1 GiB;
/// [`ErrorKind::OutOfMemory`].
pub fn encrypt_part(
    server_secret: &SecretString,
    keycode: &SecretString,
    data: &[u8],
) -> Result<Vec<u8>> {
    let passphrase = passphrase(server_secret, keycode)?;
    // Checked before a buffer of this size is allocated.
    if data.len() > LARGEST_PART {
        return Err(part_too_large());
    }
    let mut buffer = PartBuffer::with_capacity(data.len())?;
    buffer.plaintext_mut(data.len()).copy_from_slice(data);
    os::on_clean_stack(|| buffer.seal(&passphrase).map(|_| ()))?;
    Ok(buffer.into_message())
}

/// Decrypts a part of a file, after its modification detection code was verified.
///
/// # Errors
/// [`ErrorKind::DecryptFailed`] for wrong secrets and damaged data alike; [`ErrorKind::UnsupportedFormat`];
/// [`ErrorKind::PartTooLarge`] above 1 GiB, or if it unpacks to more than 64 MiB and more than its own length.
pub fn decrypt_part(
    server_secret: &SecretString,
    keycode: &SecretString,
    message: &[u8],
) -> Result<Vec<u8>> {
    let passphrase = passphrase(server_secret, keycode)?;
    if message.len() > LARGEST_PART {
        return Err(part_too_large());
    }
    let limits = Limits {
        max_plaintext: message.len().max(LARGEST_COMPRESSED),
        proceed: &|_| Ok(()),
    };
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(message.len())
        .map_err(|_| Error::out_of_memory(message.len()))?;
    buffer.extend_from_slice(message);
    let opened = os::on_clean_stack(|| crypto::open(&mut buffer, &passphrase, &limits))?;
    let content = opened.content;
    buffer.truncate(content.end);
    buffer.drain(..content.start);
    Ok(buffer)
}

/// Encrypts the message of a package: base64 text (`protocol` 3.5).
///
/// # Errors
/// As [`encrypt_part`].
pub fn encrypt_message(
    server_secret: &SecretString,
    keycode: &SecretString,
    text: &str,
) -> Result<String> {
    let passphrase = passphrase(server_secret, keycode)?;
    crypto::encrypt_message(text, &passphrase)
}

/// Decrypts the message of a package.
///
/// # Errors
/// As [`decrypt_part`]; it may unpack to 16 MiB, or to its own length.
pub fn decrypt_message(
    server_secret: &SecretString,
    keycode: &SecretString,
    base64: &str,
) -> Result<SecretString> {
    let passphrase = passphrase(server_secret, keycode)?;
    let text = crypto::decrypt_message(base64, &passphrase, |_| Ok(()))?;
    Ok(SecretString::new(text))
}

/// Encrypts a keycode to the public key of a trusted device: an armored message (`protocol` 3.7).
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for an empty keycode; [`ErrorKind::InvalidKey`].
pub fn encrypt_keycode(keycode: &SecretString, public_key: &str) -> Result<String> {
    crypto::encrypt_keycode(&Keycode::from_text(keycode.expose())?, public_key)
}

/// Decrypts a keycode with the private key of a trusted device.
///
/// # Errors
/// [`ErrorKind::InvalidKey`]; [`ErrorKind::DecryptFailed`] if it is not for this key or damaged;
/// [`ErrorKind::UnsupportedFormat`].
pub fn decrypt_keycode(armored: &str, private_key: &SecretString) -> Result<SecretString> {
    let keycode = PrivateKey::parse(private_key.expose())?.decrypt_keycode(armored)?;
    Ok(SecretString::from(keycode.expose()))
}

fn part_too_large() -> Error {
    Error::new(
        ErrorKind::PartTooLarge,
        "a part of more than 1 GiB is not taken",
    )
}

fn passphrase(server_secret: &SecretString, keycode: &SecretString) -> Result<Passphrase> {
    if server_secret.expose().is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "the server secret is empty",
        ));
    }
    let keycode = Keycode::from_text(keycode.expose())?;
    Ok(Passphrase::new(server_secret, &keycode))
}

impl Client {
    /// Signs a request of the REST API with the client's key and secret, without sending it (`protocol` 1.2).
    ///
    /// `path` begins with `/api/v2.0/` or with the part after that; its query is not signed. `body` is the text that will be
    /// sent; for a multipart upload the text of its `requestData`. The default of `timestamp` is now, by the server's
    /// clock if that is known.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for another path, or a timestamp that is not of the form
    /// `2024-01-02T03:04:05+0000`; [`ErrorKind::NoCredentials`] for a client without any.
    pub fn sign(
        &self,
        path: &str,
        body: Option<&str>,
        timestamp: Option<&str>,
    ) -> Result<RequestHeaders> {
        let (_, path, _) = endpoint::raw_request("GET", path, None)?;
        if timestamp.is_some_and(|timestamp| !is_timestamp(timestamp)) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "a timestamp has the form 2024-01-02T03:04:05+0000",
            ));
        }
        let api = self.api();
        let timestamp = timestamp.map_or_else(|| api.timestamp(), str::to_owned);
        let path = format!("{API_PREFIX}{path}");
        let signature = api.sign(timestamp, &path, body.unwrap_or_default().as_bytes());
        let mut headers = RequestHeaders {
            api_key: String::new(),
            timestamp: None,
            signature: None,
        };
        for (name, value) in signature.headers() {
            match name {
                "ss-api-key" => headers.api_key = value.to_owned(),
                "ss-request-timestamp" => headers.timestamp = Some(value.to_owned()),
                _ => headers.signature = Some(value.to_owned()),
            }
        }
        if headers.api_key.is_empty() {
            return Err(Error::new(
                ErrorKind::NoCredentials,
                "the client has no API key",
            ));
        }
        Ok(headers)
    }
}

fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00+0000";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'+' => byte == b'+' || byte == b'-',
            form => byte == *form,
        })
}
