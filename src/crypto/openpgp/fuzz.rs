//! Parts: messages under a passphrase.

use std::sync::OnceLock;

use pgp::composed::Message;
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait as _, SymEncryptedProtectedData, SymKeyEncryptedSessionKey};
use pgp::ser::Serialize as _;
use pgp::types::{Password, StringToKey};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};

use super::{Limits, MDC_HEADER, MDC_LEN, PartBuffer, Place, open, proves_passphrase};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::fuzz_input::{Input, accepted};
use crate::secret::SecretString;

/// The longest content that is accepted, and the memory that may be asked for.
const LARGEST: usize = 1 << 20;
const MOST_MEMORY: usize = 16 << 20;

pub(in crate::crypto) fn proceed(memory: usize) -> Result<()> {
    match memory <= MOST_MEMORY {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::OutOfMemory, "enough")),
    }
}

/// That of the crafted messages, and those of `tests/vectors`.
pub(in crate::crypto) fn passphrase(number: usize) -> &'static str {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let index = include_str!("../../../tests/vectors/index.json");
        let index: serde_json::Value = serde_json::from_str(index).expect("JSON");
        let clients = index["clients"].as_object().expect("clients");
        let of = |client: &serde_json::Value| {
            let text = |name: &str| client[name].as_str().expect("a text").to_owned();
            text("serverSecret") + &text("keyCode")
        };
        let vectors = clients.values().map(of);
        ["secret".to_owned()].into_iter().chain(vectors).collect()
    });
    &all[number % all.len()]
}

/// An error of a kind that a part or a message that was not opened may have.
pub(in crate::crypto) fn must_be_a_refusal(error: &Error) {
    assert!(
        matches!(
            error.kind(),
            ErrorKind::DecryptFailed
                | ErrorKind::UnsupportedFormat
                | ErrorKind::PartTooLarge
                | ErrorKind::OutOfMemory
        ),
        "{error}"
    );
}

fn opened(message: &[u8], passphrase: &str) -> Option<(Vec<u8>, Option<Place>)> {
    let mut buffer = message.to_vec();
    let limits = Limits {
        max_plaintext: LARGEST,
        proceed: &proceed,
    };
    let passphrase = Passphrase::from_text(SecretString::from(passphrase));
    let result = open(&mut buffer, &passphrase, &limits);
    if let Err(error) = &result {
        assert!(buffer.is_empty(), "something is left of what failed");
        must_be_a_refusal(error);
    }
    let opened = accepted(result)?;
    let content = buffer[opened.content].to_vec();
    assert!(content.len() <= LARGEST);
    Some((content, opened.place))
}

/// What rPGP reads; none of what it does not read.
fn by_rpgp(message: &[u8], passphrase: &str) -> Option<Vec<u8>> {
    let message = match message.first() {
        Some(first) if *first >= 0x80 => Message::from_bytes(message).ok()?,
        _ => Message::from_armor(message).ok()?.0,
    };
    let password = Password::from(passphrase);
    let mut message = message.decrypt_with_password(&password).ok()?;
    for _ in 0..8 {
        if !message.is_compressed() {
            break;
        }
        message = message.decompress().ok()?;
    }
    message.as_data_vec().ok()
}

/// What decrypts is what rPGP gives, if that gives anything; what is damaged does not decrypt; of what fails nothing is
/// left. What is sealed is read again, by both.
pub(crate) fn parts(data: &[u8]) {
    let mut input = Input::new(data);
    match input.below(5) {
        0 => {
            let passphrase = passphrase(input.below(8));
            message(input.rest(), passphrase);
        }
        1 => {
            let at = usize::from(input.byte()) << 8 | usize::from(input.byte());
            let packets = input.rest();
            let (message, stream) = protected("secret", packets);
            let opened = opened(&message, "secret");
            if let Some((content, _)) = &opened
                && let Some(other) = by_rpgp(&message, "secret")
            {
                assert_eq!(*content, other);
            }
            let mut damaged = message.clone();
            damaged[stream + at % (message.len() - stream)] ^= 1;
            assert!(
                self::opened(&damaged, "secret").is_none(),
                "damage is not seen"
            );
        }
        2 => {
            let mode = [AeadAlgorithm::Eax, AeadAlgorithm::Ocb, AeadAlgorithm::Gcm][input.below(3)];
            let at = usize::from(input.byte()) << 8 | usize::from(input.byte());
            let (message, body) = authenticated("secret", mode, input.rest());
            if let Some((content, _)) = opened(&message, "secret")
                && let Some(other) = by_rpgp(&message, "secret")
            {
                assert_eq!(content, other);
            }
            let mut damaged = message.clone();
            damaged[body + at % (message.len() - body)] ^= 1;
            assert!(opened(&damaged, "secret").is_none(), "damage is not seen");
        }
        3 => {
            let place = Place {
                part: input.byte().into(),
                parts: input.byte().into(),
                size: input.byte().into(),
            };
            assert_eq!(Place::from_name(place.name().as_bytes()), Some(place));
            let plaintext = input.rest();
            let secret = Passphrase::from_text(SecretString::from("secret"));
            let mut buffer = PartBuffer::with_capacity(plaintext.len()).expect("there is memory");
            let room = buffer.plaintext_mut(plaintext.len());
            room.copy_from_slice(plaintext);
            let message = buffer.seal_at(&place, &secret).expect("it is sealed");
            assert_eq!(
                opened(message, "secret"),
                Some((plaintext.to_vec(), Some(place)))
            );
            assert_eq!(by_rpgp(message, "secret").as_deref(), Some(plaintext));
            assert!(opened(message, "another").is_none());
            let head = &message[..message.len().min(4096)];
            // Short packets have lengths of one octet, which prove too little.
            let is_short = plaintext.len() < 192;
            assert!(is_short || proves(head, Some(message.len() as u64), "secret"));
            assert!(!proves(head, Some(message.len() as u64), "another"));
        }
        _ => {
            let name = input.rest();
            if let Some(place) = Place::from_name(name) {
                assert_eq!(Place::from_name(place.name().as_bytes()), Some(place));
                assert!(place.is(&place));
            }
        }
    }
}

fn proves(head: &[u8], length: Option<u64>, passphrase: &str) -> bool {
    let limits = Limits {
        max_plaintext: LARGEST,
        proceed: &proceed,
    };
    let passphrase = Passphrase::from_text(SecretString::from(passphrase));
    accepted(proves_passphrase(head, length, &passphrase, &limits)).unwrap_or_default()
}

/// Whether a message may ask for a derivation of many million octets, which is read, and takes too long here.
pub(in crate::crypto) fn is_slow(message: &[u8]) -> bool {
    const ITERATED: u8 = 3;
    const MANY: u8 = 0xa0;
    let head = &message[..message.len().min(512)];
    head.windows(11)
        .any(|s2k| s2k[0] == ITERATED && s2k[10] > MANY)
}

fn message(message: &[u8], passphrase: &str) {
    if is_slow(message) {
        return;
    }
    if let Some((content, _)) = opened(message, passphrase) {
        if let Some(other) = by_rpgp(message, passphrase) {
            assert_eq!(content, other);
        }
        assert!(opened(message, "another").is_none());
    }
    let head = &message[..message.len().min(4096)];
    for length in [Some(message.len() as u64), None] {
        proves(head, length, passphrase);
        assert!(!proves(head, length, "another"));
    }
}

/// A message with these packets, and where its stream begins.
fn protected(passphrase: &str, packets: &[u8]) -> (Vec<u8>, usize) {
    let mut stream: Vec<u8> = (0x10..0x20).chain([0x1e, 0x1f]).collect();
    stream.extend(packets);
    stream.extend(MDC_HEADER);
    stream.extend([0; MDC_LEN - MDC_HEADER.len()]);
    let key: [u8; 32] = Sha256::digest(passphrase).into();
    sendsafely_cfb::portable::hash_and_encrypt(&key, &mut stream);
    let mut message = vec![0xc3, 4, 4, 9, 0, 8, 0xd2, 255];
    let length = u32::try_from(stream.len() + 1).expect("it is short");
    message.extend(length.to_be_bytes());
    message.push(1);
    let begin = message.len();
    message.extend(stream);
    (message, begin)
}

/// The same in an authenticated mode, and where its salt begins.
fn authenticated(passphrase: &str, mode: AeadAlgorithm, packets: &[u8]) -> (Vec<u8>, usize) {
    let cipher = SymmetricKeyAlgorithm::AES256;
    let key = cipher.new_session_key(OsRng);
    let s2k = StringToKey::Salted {
        hash_alg: HashAlgorithm::Sha256,
        salt: [7; 8],
    };
    let password = Password::from(passphrase);
    let skesk = SymKeyEncryptedSessionKey::encrypt_v6(OsRng, &password, &key, s2k, cipher, mode);
    let mut message = Vec::new();
    let skesk = skesk.expect("a session key");
    skesk
        .to_writer_with_header(&mut message)
        .expect("it is written");
    let chunk = ChunkSize::C64B;
    let data = SymEncryptedProtectedData::encrypt_seipdv2(
        OsRng,
        cipher,
        mode,
        chunk,
        key.as_ref(),
        packets,
    );
    let data = data
        .and_then(|data| data.to_bytes())
        .expect("it is encrypted");
    message.extend([0xd2, 255]);
    message.extend(
        u32::try_from(data.len())
            .expect("it is short")
            .to_be_bytes(),
    );
    // Version, cipher, mode and size of chunks come before the salt.
    let begin = message.len() + 4;
    message.extend(data);
    (message, begin)
}
