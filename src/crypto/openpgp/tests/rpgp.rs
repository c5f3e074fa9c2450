//! Both directions against rPGP's own reader and writer.

use pgp::composed::{Message, MessageBuilder};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::StringToKey;
use rand_core::OsRng;

use super::*;

/// Around every change of a length's width, of the service's part sizes, and of the steps of the kernels.
const SIZES: [usize; 27] = [
    0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 185, 186, 191, 192, 193, 8377, 8378, 8383,
    8384, 65_535, 65_536, 655_360, 655_361, 2_621_440, 10_485_760,
];

fn write(plaintext: &[u8], text: &str, chunk: u32, algorithm: SymmetricKeyAlgorithm) -> Vec<u8> {
    let mut builder = MessageBuilder::from_bytes("", plaintext.to_vec()).seipd_v1(OsRng, algorithm);
    let s2k = StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0x10);
    builder.encrypt_with_password(s2k, &text.into()).unwrap();
    builder.partial_chunk_size(chunk).unwrap();
    builder.to_vec(OsRng).unwrap()
}

/// The literal too in chunks: its length is not known to a writer that reads from a stream.
fn write_stream(plaintext: &[u8], text: &str, chunk: u32) -> Vec<u8> {
    let mut builder = MessageBuilder::from_reader("", std::io::Cursor::new(plaintext))
        .seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    let s2k = StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0x10);
    builder.encrypt_with_password(s2k, &text.into()).unwrap();
    builder.partial_chunk_size(chunk).unwrap();
    builder.to_vec(OsRng).unwrap()
}

#[test]
fn rpgp_reads_what_we_write() {
    let passphrase = passphrase("secret");
    let mut buffer = PartBuffer::with_capacity(0).unwrap();
    for size in SIZES {
        let plaintext = noise(1, size);
        buffer.plaintext_mut(size).copy_from_slice(&plaintext);
        let message = buffer.seal(&passphrase).unwrap();
        let mut read = Message::from_bytes(message)
            .unwrap()
            .decrypt_with_password(&"secret".into())
            .unwrap();
        assert!(read.as_data_vec().unwrap() == plaintext, "{size} bytes");
        assert!(
            opened(message, &passphrase).unwrap() == plaintext,
            "{size} bytes"
        );
    }
}

#[test]
fn we_read_what_rpgp_writes() {
    for size in SIZES {
        let plaintext = noise(2, size);
        let message = write(
            &plaintext,
            "secret",
            512 * 1024,
            SymmetricKeyAlgorithm::AES256,
        );
        assert!(
            opened(&message, &passphrase("secret")).unwrap() == plaintext,
            "{size} bytes"
        );
    }
}

#[test]
fn we_read_chunks_of_any_size() {
    for round in 0..60 {
        let random = noise(round, 8);
        let size = usize::from(u16::from_le_bytes([random[0], random[1]]))
            * (1 + usize::from(random[2]) % 8);
        let chunk = 512 << (random[3] % 8);
        let plaintext = noise(round, size);
        let by_length = write(&plaintext, "secret", chunk, SymmetricKeyAlgorithm::AES256);
        let by_stream = write_stream(&plaintext, "secret", chunk);
        for message in [by_length, by_stream] {
            assert!(
                opened(&message, &passphrase("secret")).unwrap() == plaintext,
                "{size} bytes in {chunk}"
            );
        }
    }
}

#[test]
fn we_read_every_cipher_of_rpgp() {
    use SymmetricKeyAlgorithm as S;
    for algorithm in [
        S::AES128,
        S::AES192,
        S::AES256,
        S::TripleDES,
        S::CAST5,
        S::Blowfish,
        S::Twofish,
        S::Camellia192,
    ] {
        for size in [0, 1, 7, 8, 16_340, 16_384, 100_000] {
            let plaintext = noise(3, size);
            let message = write(&plaintext, "secret", 512, algorithm);
            assert!(
                opened(&message, &passphrase("secret")).unwrap() == plaintext,
                "{algorithm:?}, {size} bytes"
            );
            assert_eq!(
                failure(&message, &passphrase("Secret"), NO_LIMIT),
                ErrorKind::DecryptFailed
            );
        }
    }
}
