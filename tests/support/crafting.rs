//! Messages put together piece by piece, each piece as wrong as a test wants it, without any code of the library.

use std::io::Write as _;

use aes::Aes256;
use cfb_mode::Encryptor;
use cfb_mode::cipher::{AsyncStreamCipher, KeyIvInit};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait, SymEncryptedProtectedData, SymKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::StringToKey;
use rand_core::OsRng;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Session key packet: the key is the SHA-256 of the passphrase, for AES-256.
pub(crate) const SIMPLE: &[u8] = &[0xc3, 4, 4, 9, 0, 8];
pub(crate) const MARKER: &[u8] = b"\xca\x03PGP";
/// The header of a modification detection code.
pub(crate) const MDC: [u8; 2] = [0xd3, 0x14];

pub(crate) const ZIP: u8 = 1;
pub(crate) const ZLIB: u8 = 2;
pub(crate) const BZIP2: u8 = 3;

pub(crate) fn key(passphrase: &str) -> [u8; 32] {
    Sha256::digest(passphrase).into()
}

/// A packet of the new format, with the longest form of its length.
pub(crate) fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 255], &length[..], body].concat()
}

/// A packet of the old format.
pub(crate) fn old_packet(tag: u8, length_type: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let length = match length_type {
        0 => &length[3..],
        1 => &length[2..],
        2 => &length[..],
        _ => &[],
    };
    [&[0x80 | tag << 2 | length_type], length, body].concat()
}

/// A packet in chunks of these powers of two, and a last one of what is left.
pub(crate) fn chunked(tag: u8, body: &[u8], powers: &[u8]) -> Vec<u8> {
    let mut packet = vec![0xc0 | tag];
    let mut rest = body;
    for power in powers {
        let (chunk, more) = rest.split_at(1 << power);
        packet.push(0xe0 | power);
        packet.extend(chunk);
        rest = more;
    }
    packet.push(255);
    packet.extend(u32::try_from(rest.len()).unwrap().to_be_bytes());
    packet.extend(rest);
    packet
}

pub(crate) fn literal(content: &[u8]) -> Vec<u8> {
    packet(11, &literal_body(b'b', b"", content))
}

pub(crate) fn literal_body(format: u8, name: &[u8], content: &[u8]) -> Vec<u8> {
    let name_length = u8::try_from(name.len()).unwrap();
    [&[format, name_length], name, &[0; 4], content].concat()
}

/// A session key packet of version 4 without a session key.
pub(crate) fn skesk(cipher: u8, s2k: &[u8]) -> Vec<u8> {
    packet(3, &[&[4, cipher], s2k].concat())
}

/// Iterated and salted, with this octet for the count.
pub(crate) fn iterated(hash: u8, salt: u8, count: u8) -> Vec<u8> {
    [&[3, hash][..], &[salt; 8], &[count]].concat()
}

pub(crate) fn argon2(passes: u8, lanes: u8, memory: u8) -> Vec<u8> {
    [&[4][..], &[7; 16], &[passes, lanes, memory]].concat()
}

fn encrypt(key: &[u8; 32], iv: &[u8; 16], data: &mut [u8]) {
    Encryptor::<Aes256>::new(key.into(), iv.into()).encrypt(data);
}

/// What is encrypted in CFB mode: a prefix, packets, and whatever stands in the place of the code.
pub(crate) fn stream(packets: &[u8]) -> Vec<u8> {
    let mut stream: Vec<u8> = (0x10..0x20).collect();
    stream.extend([0x1e, 0x1f]);
    stream.extend(packets);
    stream
}

/// The modification detection code of a stream.
pub(crate) fn mdc(stream: &[u8]) -> Vec<u8> {
    let digest = Sha1::digest([stream, &MDC].concat());
    [&MDC[..], &digest].concat()
}

/// The body of encrypted data of version 1 with this stream.
pub(crate) fn cfb(passphrase: &str, stream: &[u8]) -> Vec<u8> {
    let mut body = stream.to_vec();
    encrypt(&key(passphrase), &[0; 16], &mut body);
    body.insert(0, 1);
    body
}

/// The body of a packet without any integrity: the mode begins anew after the prefix.
pub(crate) fn unprotected(key: &[u8; 32], packets: &[u8]) -> Vec<u8> {
    let mut prefix = stream(&[]);
    encrypt(key, &[0; 16], &mut prefix);
    let mut data = packets.to_vec();
    encrypt(key, prefix[2..].try_into().unwrap(), &mut data);
    [prefix, data].concat()
}

/// The packet of encrypted data, whole and right, with these packets in it.
pub(crate) fn data(passphrase: &str, packets: &[u8]) -> Vec<u8> {
    let stream = stream(packets);
    let stream = [&stream[..], &mdc(&stream)].concat();
    packet(18, &cfb(passphrase, &stream))
}

pub(crate) fn message(passphrase: &str, packets: &[u8]) -> Vec<u8> {
    [SIMPLE, &data(passphrase, packets)].concat()
}

/// A session key packet of version 6 and the body of data of version 2, in chunks of 64 bytes.
pub(crate) fn authenticated(
    passphrase: &str,
    mode: AeadAlgorithm,
    s2k: StringToKey,
    packets: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let cipher = SymmetricKeyAlgorithm::AES256;
    let key = cipher.new_session_key(OsRng);
    let skesk =
        SymKeyEncryptedSessionKey::encrypt_v6(OsRng, &passphrase.into(), &key, s2k, cipher, mode);
    let mut first = Vec::new();
    skesk.unwrap().to_writer_with_header(&mut first).unwrap();
    let chunk = ChunkSize::C64B;
    let data = SymEncryptedProtectedData::encrypt_seipdv2(
        OsRng,
        cipher,
        mode,
        chunk,
        key.as_ref(),
        packets,
    );
    (first, data.unwrap().to_bytes().unwrap())
}

/// A compressed packet.
pub(crate) fn compressed(algorithm: u8, packets: &[u8]) -> Vec<u8> {
    packet(8, &compressed_body(algorithm, packets))
}

pub(crate) fn compressed_body(algorithm: u8, packets: &[u8]) -> Vec<u8> {
    let mut body = vec![algorithm];
    match algorithm {
        ZIP => {
            let level = flate2::Compression::best();
            let mut encoder = flate2::write::DeflateEncoder::new(&mut body, level);
            encoder.write_all(packets).unwrap();
            encoder.finish().unwrap();
        }
        ZLIB => {
            let level = flate2::Compression::best();
            let mut encoder = flate2::write::ZlibEncoder::new(&mut body, level);
            encoder.write_all(packets).unwrap();
            encoder.finish().unwrap();
        }
        BZIP2 => {
            let level = bzip2::Compression::best();
            let mut encoder = bzip2::write::BzEncoder::new(&mut body, level);
            encoder.write_all(packets).unwrap();
            encoder.finish().unwrap();
        }
        _ => body.extend(packets),
    }
    body
}
