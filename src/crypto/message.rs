//! The message of a package and file keys: text, encrypted as a part is, in base64 (`protocol` 3.5 and 3.8).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::{Zeroize as _, Zeroizing};

use super::keycode::Passphrase;
use super::openpgp::{Limits, PartBuffer, decrypt_failed, open};
use crate::error::{Error, ErrorKind, Result};
use crate::os;

/// As tolerant as the official clients about how base64 ends.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a compressed text may grow to, unless its message is longer; others are shorter than their message.
const LARGEST_COMPRESSED: usize = 16 << 20;

/// Encrypts a text verbatim: line ends stay as they are.
///
/// # Errors
/// `Internal` if the system's generator fails.
pub(crate) fn encrypt_message(text: &str, passphrase: &Passphrase) -> Result<String> {
    let mut buffer = PartBuffer::with_capacity(text.len())?;
    buffer
        .plaintext_mut(text.len())
        .copy_from_slice(text.as_bytes());
    let sealed = os::on_clean_stack(|| buffer.seal_text(passphrase))?;
    let mut encrypted = String::new();
    let length = sealed.len().div_ceil(3) * 4;
    encrypted
        .try_reserve_exact(length)
        .map_err(|_| Error::out_of_memory(length))?;
    STANDARD.encode_string(sealed, &mut encrypted);
    Ok(encrypted)
}

/// Decrypts a text. Line ends are not converted; texts of the official Node client have CR LF. A caller who wants it
/// wiped after use (a file key) puts it into a `SecretString`. `proceed` is called as [`Limits`] describe.
///
/// # Errors
/// As [`open`]; `DecryptFailed` also if the content is not UTF-8.
pub(crate) fn decrypt_message(
    base64: &str,
    passphrase: &Passphrase,
    proceed: impl Fn(usize) -> Result<()>,
) -> Result<String> {
    let mut message = decode(base64)?;
    let limits = Limits {
        max_plaintext: message.len().max(LARGEST_COMPRESSED),
        proceed: &proceed,
    };
    let content = os::on_clean_stack(|| open(&mut message, passphrase, &limits))?.content;
    let text = std::str::from_utf8(&message[content]).map(str::to_owned);
    message.zeroize();
    text.map_err(|_| {
        Error::new(
            ErrorKind::DecryptFailed,
            "the decrypted message is not UTF-8 text",
        )
    })
}

/// Skips line breaks and whatever else is not of the alphabet, as the official clients do; takes either alphabet.
pub(super) fn decode(base64: &str) -> Result<Vec<u8>> {
    let characters = base64.bytes().filter_map(|b| match b {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        _ => (b.is_ascii_alphanumeric() || b == b'+' || b == b'/').then_some(b),
    });
    let mut kept = Zeroizing::new(Vec::new());
    kept.try_reserve_exact(base64.len())
        .map_err(|_| Error::out_of_memory(base64.len()))?;
    kept.extend(characters);
    TOLERANT.decode(&*kept).map_err(|_| decrypt_failed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretString;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::from_text(SecretString::from(text))
    }

    fn decrypt(base64: &str, passphrase: &Passphrase) -> Result<String> {
        decrypt_message(base64, passphrase, |_| Ok(()))
    }

    const A3: &str = "ww0ECQMIAQIDBAUGBwhg0j0BINaZLlJ32W2mj2OKc0/KMF7tLQ0ljRbS2b+CYp9vfOOSe36GpXA5m/Xa5F9FP9qVQCH56cxtUar6Y5Pz";

    #[test]
    fn reads_the_message_of_appendix_a3_however_it_is_wrapped() {
        let passphrase = passphrase("SERVERSECRETexampleKEYCODEexample");
        let wrapped = format!(" {}\r\n{}\n\n", &A3[..40], &A3[40..]);
        let url_safe = A3.replace('+', "-").replace('/', "_");
        for text in [A3, &wrapped, &url_safe] {
            assert_eq!(decrypt(text, &passphrase).unwrap(), "hello, world");
        }
    }

    #[test]
    fn texts_come_back_verbatim_and_padding_may_be_missing() {
        let passphrase = passphrase("p");
        for text in [
            "",
            "a",
            "ab",
            "abc",
            "line\nline\r\nline\r",
            "Grüße, 世界!",
            &"x".repeat(100_000),
        ] {
            let encrypted = encrypt_message(text, &passphrase).unwrap();
            assert_eq!(encrypted.len() % 4, 0, "padded");
            assert!(!encrypted.contains(char::is_whitespace), "one line");
            assert_eq!(decrypt(&encrypted, &passphrase).unwrap(), text);
            assert_eq!(
                decrypt(encrypted.trim_end_matches('='), &passphrase).unwrap(),
                text
            );
        }
    }

    /// A compressed text is made of as many pieces as its sender likes.
    #[test]
    fn a_stop_is_seen_while_a_text_is_unpacked() {
        use pgp::composed::MessageBuilder;
        use pgp::crypto::sym::SymmetricKeyAlgorithm;
        use pgp::types::{CompressionAlgorithm, StringToKey};
        let mut random = rand_core::OsRng;
        let mut builder = MessageBuilder::from_bytes("", "x".repeat(1 << 20))
            .seipd_v1(&mut random, SymmetricKeyAlgorithm::AES256);
        builder
            .compression(CompressionAlgorithm::ZLIB)
            .encrypt_with_password(StringToKey::new_default(&mut random), &"p".into())
            .unwrap();
        let encrypted = STANDARD.encode(builder.to_vec(random).unwrap());
        let asked = std::cell::Cell::new(0);
        let stopping = |_| {
            asked.set(asked.get() + 1);
            match asked.get() {
                0..10 => Ok(()),
                _ => Err(Error::new(ErrorKind::Stopped, "stopped")),
            }
        };
        let error = decrypt_message(&encrypted, &passphrase("p"), stopping).unwrap_err();
        assert_eq!((error.kind(), asked.get()), (ErrorKind::Stopped, 10));
    }

    #[test]
    fn the_format_is_text() {
        use pgp::composed::Message;
        use pgp::packet::DataMode;
        let encrypted = STANDARD
            .decode(encrypt_message("text", &passphrase("p")).unwrap())
            .unwrap();
        let message = Message::from_bytes(encrypted.as_slice())
            .unwrap()
            .decrypt_with_password(&"p".into())
            .unwrap();
        assert_eq!(
            message.literal_data_header().unwrap().mode(),
            DataMode::Utf8
        );
        assert!(
            message
                .literal_data_header()
                .unwrap()
                .file_name()
                .is_empty()
        );
    }

    #[test]
    fn failures_are_all_of_one_kind() {
        let right = passphrase("p");
        let encrypted = encrypt_message("text", &right).unwrap();
        for (text, passphrase) in [
            (encrypted.as_str(), &passphrase("q")),
            ("", &right),
            ("A", &right),
            ("AAAA", &right),
            ("!", &right),
        ] {
            assert_eq!(
                decrypt(text, passphrase).unwrap_err().kind(),
                ErrorKind::DecryptFailed
            );
        }
        let mut latin1 = PartBuffer::with_capacity(2).unwrap();
        latin1.plaintext_mut(2).copy_from_slice(&[0xfc, 0x20]);
        let encrypted = STANDARD.encode(latin1.seal(&right).unwrap());
        assert_eq!(
            decrypt(&encrypted, &right).unwrap_err().kind(),
            ErrorKind::DecryptFailed
        );
    }
}
