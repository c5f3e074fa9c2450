//! Trusted devices: their key pairs, and keycodes encrypted to them (`protocol` 3.6 and 3.7).

use std::fmt;
use std::io;

use pgp::armor::{self, BlockType};
use pgp::composed::{
    ArmorOptions, Deserializable as _, EncryptionCaps, KeyType, RawSessionKey,
    SecretKeyParamsBuilder, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait as _, PublicKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::{CompressionAlgorithm, EncryptionKey, KeyVersion};
use rand_core::OsRng;
use zeroize::Zeroizing;

use super::armor::{MESSAGE, PRIVATE_KEY, bare_block};
use super::keycode::Keycode;
use super::openpgp::{Limits, PartBuffer, decrypt_failed, open_with_private_key};
use super::public_key;
use super::random;
use crate::error::{Error, ErrorKind, Result};
use crate::os;
use crate::secret::SecretString;

/// The user id that the official Node client gives to its keys.
const USER_ID: &str = "Trusted Browser <no-reply@sendsafely.com>";
/// Longer than any keycode; a message that expands to more is not one.
const MAX_KEYCODE_LEN: usize = 64 * 1024;
/// Longer than any message with a keycode in it; each of its packets may cost a private key operation.
const MAX_MESSAGE_LEN: usize = 64 * 1024;
/// Longer than the armor of the largest key made here, so that writing it leaves no copies behind.
const ARMOR_CAPACITY: usize = 32 * 1024;

/// Encrypts a keycode to a public key of the service; returns an armored message.
///
/// The signatures of the key are not checked against a policy: the service vouches for the key, and official clients
/// sign theirs with SHA-1.
///
/// # Errors
/// `InvalidKey` if the key cannot be read or cannot encrypt.
pub(crate) fn encrypt_keycode(keycode: &Keycode, armored_public_key: &str) -> Result<String> {
    let key = public_key::parse(armored_public_key)?;
    let Some(choice) = public_key::choose(&key) else {
        return Err(public_key::cannot_encrypt(&key));
    };
    os::on_clean_stack(|| match choice.subkey {
        Some(subkey) => encrypt_to(keycode, subkey),
        None => encrypt_to(keycode, &key.primary_key),
    })
}

/// A packet with a new session key for the public key, then the keycode encrypted under it. Framed here like a part:
/// rPGP's builder of messages would be half a megabyte of the library.
fn encrypt_to(keycode: &Keycode, key: &impl EncryptionKey) -> Result<String> {
    let unusable = |_| {
        Error::new(
            ErrorKind::InvalidKey,
            "the public key is unusable: nothing can be encrypted to it",
        )
    };
    let session_key = Zeroizing::new(random::<32>()?);
    let for_key = PublicKeyEncryptedSessionKey::from_session_key_v3(
        OsRng,
        &RawSessionKey::from(session_key.as_slice()),
        SymmetricKeyAlgorithm::AES256,
        key,
    )
    .map_err(unusable)?;
    let mut message = Vec::new();
    for_key
        .to_writer_with_header(&mut message)
        .map_err(unusable)?;
    message.extend_from_slice(&PartBuffer::seal_data(keycode.expose(), &session_key)?);
    let mut armored = Vec::new();
    armor::write(
        &Packets(message),
        BlockType::Message,
        &mut armored,
        None,
        true,
    )
    .map_err(unusable)?;
    String::from_utf8(armored).map_err(|_| Error::new(ErrorKind::Internal, "armor is not text"))
}

/// Packets that are written already.
struct Packets(Vec<u8>);

impl Serialize for Packets {
    fn to_writer<W: io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        Ok(writer.write_all(&self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}

/// The private key of a trusted device, wiped when dropped.
pub(crate) struct PrivateKey(SignedSecretKey);

impl PrivateKey {
    /// Reads an armored private key.
    ///
    /// # Errors
    /// `InvalidKey` if it cannot be read or is protected by a password.
    pub(crate) fn parse(armored: &str) -> Result<Self> {
        let parse = || SignedSecretKey::from_string(&bare_block(armored, PRIVATE_KEY));
        let (key, _) = os::on_clean_stack(parse)
            // The cause is left out: it may quote what it could not read.
            .map_err(|_| {
                let message = match armored.trim().is_empty() {
                    true => "the private key is empty",
                    false => "the private key is not an armored OpenPGP private key",
                };
                Error::new(ErrorKind::InvalidKey, message)
            })?;
        let locked = key.primary_key.secret_params().is_encrypted()
            || key
                .secret_subkeys
                .iter()
                .any(|k| k.secret_params().is_encrypted());
        if locked {
            return Err(Error::new(
                ErrorKind::InvalidKey,
                "the private key is protected by a password; remove it",
            ));
        }
        Ok(Self(key))
    }

    /// The public half, armored.
    ///
    /// # Errors
    /// `Internal` if it cannot be written.
    pub(crate) fn public_key(&self) -> Result<String> {
        let armored = self
            .0
            .to_public_key()
            .to_armored_string(ArmorOptions::default());
        armored.map_err(|_| Error::new(ErrorKind::Internal, "writing a public key failed"))
    }

    /// Decrypts a keycode that was encrypted to this key: to the primary key too, and without a modification detection
    /// code, as old clients write them.
    ///
    /// # Errors
    /// `DecryptFailed` if it is not for this key or damaged, `UnsupportedFormat` as [`open`](super::open).
    pub(crate) fn decrypt_keycode(&self, armored: &str) -> Result<Keycode> {
        if armored.len() > MAX_MESSAGE_LEN {
            return Err(decrypt_failed());
        }
        let limits = Limits {
            max_plaintext: MAX_KEYCODE_LEN,
            proceed: &|_| Ok(()),
        };
        let mut message = Zeroizing::new(bare_block(armored, MESSAGE).as_bytes().to_vec());
        let opened = os::on_clean_stack(|| open_with_private_key(&mut message, &self.0, &limits))
            .map_err(|e| match e.kind() {
            ErrorKind::PartTooLarge => decrypt_failed(),
            _ => e,
        })?;
        let content = opened.content;
        let text = std::str::from_utf8(&message[content]).map_err(|_| decrypt_failed())?;
        Keycode::from_text(text).map_err(|_| decrypt_failed())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(***)")
    }
}

/// Makes a key pair for a trusted device: an RSA primary key that certifies and signs, and an RSA subkey that
/// encrypts. Gives the private and the public key, both armored; the private one is not protected by a password.
///
/// # Errors
/// `InvalidArgument` for sizes other than 2048, 3072 and 4096 bits; `Internal` if making the key fails.
pub(crate) fn generate_key_pair(bits: u32) -> Result<(SecretString, String)> {
    if ![2048, 3072, 4096].contains(&bits) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "a key has 2048, 3072 or 4096 bits",
        ));
    }
    let internal = || Error::new(ErrorKind::Internal, "making a key pair failed");
    // RSA and version 4 only: the libraries of the other clients may refuse newer kinds.
    let subkey = SubkeyParamsBuilder::default()
        .version(KeyVersion::V4)
        .key_type(KeyType::Rsa(bits))
        .can_encrypt(EncryptionCaps::All)
        .build()
        .map_err(|_| internal())?;
    let params = SecretKeyParamsBuilder::default()
        .version(KeyVersion::V4)
        .key_type(KeyType::Rsa(bits))
        .can_certify(true)
        .can_sign(true)
        .primary_user_id(USER_ID.to_owned())
        .preferred_symmetric_algorithms([SymmetricKeyAlgorithm::AES256].as_slice().into())
        .preferred_hash_algorithms([HashAlgorithm::Sha256].as_slice().into())
        .preferred_compression_algorithms([CompressionAlgorithm::Uncompressed].as_slice().into())
        .subkey(subkey)
        .build()
        .map_err(|_| internal())?;
    os::on_clean_stack(|| {
        let key = params.generate(OsRng).map_err(|_| internal())?;
        let mut private = Vec::with_capacity(ARMOR_CAPACITY);
        key.to_armored_writer(&mut private, ArmorOptions::default())
            .map_err(|_| internal())?;
        let private = String::from_utf8(private).map_err(|_| internal())?;
        let private = SecretString::new(private);
        let public = PrivateKey(key).public_key()?;
        Ok((private, public))
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use pgp::composed::{Esk, Message, SignedPublicKey};
    use pgp::packet::DataMode;
    use pgp::types::{EskType, KeyDetails as _, KeyId, Password, StringToKey};

    use super::*;

    const ALGORITHM: SymmetricKeyAlgorithm = SymmetricKeyAlgorithm::AES256;
    /// Literal data with the keycode `kc`, in format `b` with the name that the Java client gives.
    const LITERAL: &[u8] = b"\xcb\x10b\x08_CONSOLE\0\0\0\0kc";

    fn vector(name: &str) -> String {
        let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    }

    fn secret_key() -> SignedSecretKey {
        PrivateKey::parse(&vector("node/trusted-device-private.asc"))
            .unwrap()
            .0
    }

    /// The key ids of the keys that a message is encrypted to.
    fn recipients(armored: &str) -> Vec<KeyId> {
        let (message, _) = Message::from_string(armored).unwrap();
        let Message::Encrypted { esk, .. } = message else {
            panic!("not encrypted")
        };
        esk.iter()
            .map(|esk| match esk {
                Esk::PublicKeyEncryptedSessionKey(packet) => *packet.id().unwrap(),
                Esk::SymKeyEncryptedSessionKey(_) => panic!("a passphrase"),
            })
            .collect()
    }

    /// A message made by hand: a session key for a key, and a packet of encrypted data.
    fn armored(
        key: &impl EncryptionKey,
        session_key: &RawSessionKey,
        tag: u8,
        body: &[u8],
        hidden: bool,
    ) -> String {
        let packet =
            PublicKeyEncryptedSessionKey::from_session_key_v3(OsRng, session_key, ALGORITHM, key)
                .unwrap();
        let mut bytes = Vec::new();
        packet.to_writer_with_header(&mut bytes).unwrap();
        if hidden {
            let id = bytes
                .windows(8)
                .position(|w| w == key.legacy_key_id().as_ref())
                .unwrap();
            bytes[id..id + 8].fill(0);
        }
        bytes.extend_from_slice(&[0xc0 | tag, u8::try_from(body.len()).unwrap()]);
        bytes.extend_from_slice(body);
        let text = STANDARD.encode(bytes);
        format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{text}\r\n-----END PGP MESSAGE-----\r\n")
    }

    #[test]
    fn keycodes_of_old_clients_are_read() {
        let secret = secret_key();
        let primary = secret.primary_key.public_key().clone();
        let subkey = secret.secret_subkeys[0].public_key().clone();
        let session_key = ALGORITHM.new_session_key(OsRng);
        let protected = ALGORITHM
            .encrypt_protected(OsRng, session_key.as_ref(), LITERAL)
            .unwrap();
        let protected = [&[1], protected.as_slice()].concat();
        let unprotected = ALGORITHM
            .encrypt(OsRng, session_key.as_ref(), LITERAL)
            .unwrap();
        let key = PrivateKey(secret);
        for (tag, body) in [(18, &protected), (9, &unprotected)] {
            for hidden in [false, true] {
                let to_subkey = armored(&subkey, &session_key, tag, body, hidden);
                let to_primary = armored(&primary, &session_key, tag, body, hidden);
                for message in [to_subkey, to_primary] {
                    assert_eq!(
                        key.decrypt_keycode(&message).unwrap().expose(),
                        "kc",
                        "tag {tag}, hidden {hidden}"
                    );
                }
            }
        }
        // A modification detection code that is there must be right.
        let mut damaged = protected;
        *damaged.last_mut().unwrap() ^= 1;
        let message = armored(&subkey, &session_key, 18, &damaged, false);
        assert_eq!(
            key.decrypt_keycode(&message).unwrap_err().kind(),
            ErrorKind::DecryptFailed
        );
    }

    /// `gpg -R`: whose key each packet is for is seen by trying.
    #[test]
    fn one_of_many_hidden_recipients_is_found() {
        let (ours, theirs) = (secret_key(), generate_key_pair(2048).unwrap().1);
        let (theirs, _) = SignedPublicKey::from_string(&theirs).unwrap();
        let session_key = ALGORITHM.new_session_key(OsRng);
        let data = ALGORITHM
            .encrypt_protected(OsRng, session_key.as_ref(), LITERAL)
            .unwrap();
        let data = [&[1], data.as_slice()].concat();
        let bytes = |armored: String| {
            let text: String = armored
                .lines()
                .filter(|line| !line.starts_with('-'))
                .collect();
            STANDARD.decode(text).unwrap()
        };
        let stranger = &theirs.public_subkeys[0];
        let stranger = bytes(armored(stranger, &session_key, 18, &data, true));
        let stranger = &stranger[..stranger.len() - 2 - data.len()];
        let our_key = ours.secret_subkeys[0].public_key().clone();
        let for_us = bytes(armored(&our_key, &session_key, 18, &data, true));
        let key = PrivateKey(ours);
        for (strangers, is_found) in [(0, true), (20, true), (64, false)] {
            let message = [&stranger.repeat(strangers), for_us.as_slice()].concat();
            let text = STANDARD.encode(message);
            let message =
                format!("-----BEGIN PGP MESSAGE-----\n\n{text}\n-----END PGP MESSAGE-----\n");
            let found = key.decrypt_keycode(&message);
            assert_eq!(found.is_ok(), is_found, "after {strangers}");
        }
    }

    #[test]
    fn keycodes_go_to_the_subkey_that_may_encrypt() {
        let keycode = Keycode::generate().unwrap();
        for owner in ["python", "node"] {
            let public = vector(&format!("{owner}/trusted-device-public.asc"));
            let (key, _) = SignedPublicKey::from_string(&public).unwrap();
            let armored = encrypt_keycode(&keycode, &public).unwrap();
            assert!(armored.starts_with("-----BEGIN PGP MESSAGE-----\n"));
            assert_eq!(
                recipients(&armored),
                [key.public_subkeys[0].legacy_key_id()],
                "{owner}"
            );
        }
        // The Java client's key, whose public half is not among the vectors.
        let secret = PrivateKey::parse(&vector("java/trusted-device-private.asc")).unwrap();
        let public = secret
            .0
            .to_public_key()
            .to_armored_string(ArmorOptions::default())
            .unwrap();
        let armored = encrypt_keycode(&keycode, &public).unwrap();
        assert_eq!(
            recipients(&armored),
            [secret.0.secret_subkeys[0].legacy_key_id()]
        );
        assert_eq!(secret.decrypt_keycode(&armored).unwrap(), keycode);
    }

    #[test]
    fn the_format_is_text() {
        let public = vector("node/trusted-device-public.asc");
        let armored = encrypt_keycode(&Keycode::generate().unwrap(), &public).unwrap();
        let (message, _) = Message::from_string(&armored).unwrap();
        let message = message.decrypt(&Password::empty(), &secret_key()).unwrap();
        assert_eq!(
            message.literal_data_header().unwrap().mode(),
            DataMode::Utf8
        );
    }

    #[test]
    fn keys_without_flags_get_it_to_the_primary_key() {
        let mut subkey = SubkeyParamsBuilder::default();
        subkey.version(KeyVersion::V4).key_type(KeyType::Rsa(2048));
        let mut params = SecretKeyParamsBuilder::default();
        params
            .version(KeyVersion::V4)
            .key_type(KeyType::Rsa(2048))
            .can_certify(true)
            .can_sign(true);
        params
            .primary_user_id(USER_ID.to_owned())
            .subkey(subkey.build().unwrap());
        let secret = params.build().unwrap().generate(OsRng).unwrap();
        let public = secret
            .to_public_key()
            .to_armored_string(ArmorOptions::default())
            .unwrap();
        let keycode = Keycode::generate().unwrap();
        let armored = encrypt_keycode(&keycode, &public).unwrap();
        assert_eq!(recipients(&armored), [secret.primary_key.legacy_key_id()]);
        assert_eq!(
            PrivateKey(secret).decrypt_keycode(&armored).unwrap(),
            keycode
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let keycode = Keycode::generate().unwrap();
        let private = vector("node/trusted-device-private.asc");
        let public = vector("node/trusted-device-public.asc");
        let cut = &public[..public.len() / 2];
        for bad in [
            "",
            "text",
            &private,
            cut,
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----",
        ] {
            assert_eq!(
                encrypt_keycode(&keycode, bad).unwrap_err().kind(),
                ErrorKind::InvalidKey
            );
        }
        for bad in ["", "text", &public, &private[..private.len() / 2]] {
            assert_eq!(
                PrivateKey::parse(bad).unwrap_err().kind(),
                ErrorKind::InvalidKey
            );
        }
        let mut locked = secret_key();
        let s2k = pgp::types::S2kParams::Cfb {
            sym_alg: ALGORITHM,
            s2k: StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0x60),
            iv: vec![7; 16].into(),
        };
        locked
            .primary_key
            .set_password_with_s2k(&Password::from("x"), s2k)
            .unwrap();
        let locked = locked.to_armored_string(ArmorOptions::default()).unwrap();
        assert_eq!(
            PrivateKey::parse(&locked).unwrap_err().kind(),
            ErrorKind::InvalidKey
        );
        assert_eq!(
            generate_key_pair(1024).unwrap_err().kind(),
            ErrorKind::InvalidArgument
        );
    }

    /// Anyone who knows the public key can encrypt anything to it.
    #[test]
    fn hostile_session_keys_are_refused() {
        let public = secret_key().secret_subkeys[0].public_key().clone();
        let key = PrivateKey(secret_key());
        for plain in [&b""[..], &[9], &[0, 0, 0], &[99, 0, 0], &[9; 34], &[7; 100]] {
            for (version, kind) in [(1, EskType::V3_4), (2, EskType::V6)] {
                let values = public.encrypt(OsRng, plain, kind).unwrap();
                let mut pkesk = vec![3];
                if version == 1 {
                    pkesk.extend_from_slice(public.legacy_key_id().as_ref());
                } else {
                    pkesk = vec![6, 0];
                }
                pkesk.push(1);
                values.to_writer(&mut pkesk).unwrap();
                let mut message = vec![0xc1, 255, 0, 0];
                message.extend_from_slice(&u16::try_from(pkesk.len()).unwrap().to_be_bytes());
                message.extend_from_slice(&pkesk);
                message.extend_from_slice(&[0xd2, 100, version, 9, 2, 6]);
                message.extend_from_slice(&[5; 96]);
                let text = STANDARD.encode(message);
                let armored =
                    format!("-----BEGIN PGP MESSAGE-----\n\n{text}\n-----END PGP MESSAGE-----\n");
                assert_eq!(
                    key.decrypt_keycode(&armored).unwrap_err().kind(),
                    ErrorKind::DecryptFailed,
                    "{plain:?} {version}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_keycode_is_refused() {
        let key = PrivateKey(secret_key());
        let public = secret_key().secret_subkeys[0].public_key().clone();
        let session_key = ALGORITHM.new_session_key(OsRng);
        for content in [&b""[..], b"a b", b"\xff\xfe"] {
            let len = u8::try_from(6 + content.len()).unwrap();
            let literal = [&[0xcb, len], b"b\0\0\0\0\0".as_slice(), content].concat();
            let stream = ALGORITHM
                .encrypt_protected(OsRng, session_key.as_ref(), &literal)
                .unwrap();
            let message = armored(
                &public,
                &session_key,
                18,
                &[&[1], stream.as_slice()].concat(),
                false,
            );
            assert_eq!(
                key.decrypt_keycode(&message).unwrap_err().kind(),
                ErrorKind::DecryptFailed
            );
        }
        for text in ["", "text", &vector("node/trusted-device-public.asc")] {
            assert_eq!(
                key.decrypt_keycode(text).unwrap_err().kind(),
                ErrorKind::DecryptFailed
            );
        }
        assert_eq!(format!("{key:?}"), "PrivateKey(***)");
    }
}
