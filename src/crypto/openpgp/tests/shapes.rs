//! Every shape of `protocol` 3.4, put together from packets; encrypted by rPGP.

use pgp::composed::MessageBuilder;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SymKeyEncryptedSessionKey;
use pgp::types::{CompressionAlgorithm, StringToKey};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};

use super::*;

pub(super) const TEXT: &[u8] = b"hello\r\nworld\n";
/// A literal packet with `TEXT`.
pub(super) const LITERAL: &[u8] = b"\xcb\x13b\0\0\0\0\0hello\r\nworld\n";
/// Session key packet: the key is the SHA-256 of the passphrase, for AES-256.
pub(super) const SIMPLE: &[u8] = &[0xc3, 4, 4, 9, 0, 8];
const MARKER: &[u8] = b"\xca\x03PGP";

/// The body of an encrypted data packet under `SIMPLE` and the passphrase `p`.
pub(super) fn encrypted(packets: &[u8]) -> Vec<u8> {
    let stream = SymmetricKeyAlgorithm::AES256
        .encrypt_protected(OsRng, &Sha256::digest("p"), packets)
        .unwrap();
    [&[1], stream.as_slice()].concat()
}

/// A packet of the new format.
pub(super) fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 255], &len[..], body].concat()
}

pub(super) fn message(packets: &[u8]) -> Vec<u8> {
    [SIMPLE, &packet(18, &encrypted(packets))].concat()
}

#[track_caller]
fn reads(message: &[u8]) {
    assert_eq!(opened(message, &passphrase("p")).unwrap(), TEXT);
}

#[track_caller]
fn refuses(message: &[u8], kind: ErrorKind) {
    assert_eq!(failure(message, &passphrase("p"), NO_LIMIT), kind);
}

#[test]
fn headers_of_both_formats_and_all_lengths() {
    let body = encrypted(LITERAL);
    let len = u8::try_from(body.len()).unwrap();
    for header in [&[0xd2, len][..], &[0xd2, 255, 0, 0, 0, len]] {
        reads(&[SIMPLE, header, &body].concat());
    }
    // Tag 18 has no header of the old format; the others do.
    reads(&[&[0x8c, 4, 4, 9, 0, 8], &packet(18, &body)[..]].concat());
    let literal_body = &LITERAL[2..];
    for header in [
        &[0xac, 19][..],
        &[0xad, 0, 19],
        &[0xae, 0, 0, 0, 19],
        &[0xaf],
    ] {
        reads(&message(&[header, literal_body].concat()));
    }
}

#[test]
fn partial_lengths_on_data_and_literal() {
    let (mut plain, content) = (b"b\0\0\0\0\0".to_vec(), noise(1, 1500));
    plain.extend_from_slice(&content);
    let literal = [
        &[0xcb, 0xe9],
        &plain[..512],
        &[0xe9],
        &plain[512..1024],
        &[0xe0],
        &plain[1024..1025],
        &[0xc1, 0x21],
        &plain[1025..],
    ]
    .concat();
    let body = encrypted(&literal);
    let last = u16::try_from(body.len() - 1024 - 192).unwrap() + 0xc000;
    let chunks = [
        SIMPLE,
        &[0xd2, 0xea],
        &body[..1024],
        &last.to_be_bytes(),
        &body[1024..],
    ]
    .concat();
    assert_eq!(opened(&chunks, &passphrase("p")).unwrap(), content);
    // The last chunk may be empty.
    let (first, rest) = body.split_at(1024);
    let (second, third) = rest.split_at(512);
    let end = u8::try_from(third.len()).unwrap();
    let chunks = [SIMPLE, &[0xd2, 0xea], first, &[0xe9], second, &[end], third].concat();
    assert_eq!(opened(&chunks, &passphrase("p")).unwrap(), content);
    for cut in [1030, 1031, chunks.len() - 1] {
        refuses(&chunks[..cut], ErrorKind::DecryptFailed);
    }
}

#[test]
fn literals_of_every_format_are_taken_verbatim() {
    for format in [b'b', b't', b'u', b'1', b'l'] {
        let mut literal = LITERAL.to_vec();
        literal[2] = format;
        reads(&message(&literal));
    }
    let named = [b"\xcb\x1bb\x08_CONSOLE\x01\x02\x03\x04".as_slice(), TEXT].concat();
    reads(&message(&named));
}

#[test]
fn markers_are_skipped() {
    let plain = message(LITERAL);
    reads(&[MARKER, &plain].concat());
    reads(&[SIMPLE, MARKER, &plain[SIMPLE.len()..]].concat());
    reads(&message(&[MARKER, LITERAL].concat()));
}

#[test]
fn lengths_that_disagree_are_refused() {
    for literal in [
        [LITERAL, b"x"].concat(),
        [LITERAL, LITERAL].concat(),
        LITERAL[..LITERAL.len() - 1].to_vec(),
        b"\xcb\x05b\0\0\0\0".to_vec(),
        b"\xcb\x06b\x01\0\0\0\0".to_vec(),
        b"\xcb\x00".to_vec(),
        b"\xcb".to_vec(),
        Vec::new(),
    ] {
        refuses(&message(&literal), ErrorKind::DecryptFailed);
    }
    let mut short = packet(18, &encrypted(LITERAL));
    short[5] -= 1;
    refuses(&[SIMPLE, &short].concat(), ErrorKind::DecryptFailed);
    let mut long = packet(18, &encrypted(LITERAL));
    long[2] = 0xff;
    refuses(&[SIMPLE, &long].concat(), ErrorKind::DecryptFailed);
}

#[test]
fn each_session_key_packet_is_tried() {
    let other = |text: &str| {
        let mut bytes = Vec::new();
        let s2k = StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0);
        let key = SymmetricKeyAlgorithm::AES256.new_session_key(OsRng);
        let packet = SymKeyEncryptedSessionKey::encrypt_v4(
            &text.into(),
            &key,
            s2k,
            SymmetricKeyAlgorithm::AES256,
        )
        .unwrap();
        pgp::packet::PacketTrait::to_writer_with_header(&packet, &mut bytes).unwrap();
        bytes
    };
    let data = packet(18, &encrypted(LITERAL));
    let strangers = [
        other("x"),
        other("y"),
        vec![0xc3, 13, 4, 9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0],
    ]
    .concat();
    reads(&[&strangers, SIMPLE, &data].concat());
    reads(&[SIMPLE, &strangers, &data].concat());
    // One of a later version or with a cipher that nobody knows does not stand in the way.
    reads(&[&[0xc3, 4, 5, 9, 0, 8], SIMPLE, &data].concat());
    reads(&[&[0xc3, 4, 4, 99, 0, 8], SIMPLE, &data].concat());
    refuses(&[&strangers[..], &data].concat(), ErrorKind::DecryptFailed);
    refuses(&data, ErrorKind::DecryptFailed);
}

/// The body of an encrypted data packet put together by hand, with a digest that is right.
fn encrypted_stream(prefix: [u8; 18], packets: &[u8], mdc_header: [u8; 2]) -> Vec<u8> {
    let mut stream = [&prefix, packets, &mdc_header].concat();
    let digest = sha1::Sha1::digest(&stream);
    stream.extend_from_slice(&digest);
    SymmetricKeyAlgorithm::AES256
        .encrypt_with_iv_regular(&Sha256::digest("p"), &[0; 16], &mut stream)
        .unwrap();
    [&[1], stream.as_slice()].concat()
}

#[test]
fn prefix_and_code_have_their_form() {
    let mut prefix = [7; 18];
    let message = |prefix, mdc_header| {
        [
            SIMPLE,
            &packet(18, &encrypted_stream(prefix, LITERAL, mdc_header)),
        ]
        .concat()
    };
    reads(&message(prefix, [0xd3, 0x14]));
    refuses(&message(prefix, [0xd3, 0x15]), ErrorKind::DecryptFailed);
    refuses(&message(prefix, [0xd2, 0x14]), ErrorKind::DecryptFailed);
    prefix[17] = 8;
    refuses(&message(prefix, [0xd3, 0x14]), ErrorKind::DecryptFailed);
}

#[test]
fn a_session_key_that_fits_by_chance_does_not_stand_in_the_way() {
    let body = encrypted_stream([7; 18], LITERAL, [0xd3, 0x14]);
    let fits = |salt: u64| {
        let key = Sha256::new()
            .chain_update(salt.to_be_bytes())
            .chain_update("p")
            .finalize();
        let mut prefix = body[1..19].to_vec();
        SymmetricKeyAlgorithm::AES256
            .decrypt_with_iv_regular(&key, &[0; 16], &mut prefix)
            .unwrap();
        prefix[14..16] == prefix[16..]
    };
    let salt = (0..).find(|salt| fits(*salt)).unwrap();
    let salted = [&[0xc3, 12, 4, 9, 1, 8][..], &salt.to_be_bytes()].concat();
    reads(&[&salted, SIMPLE, &packet(18, &body)].concat());
    reads(&[SIMPLE, &salted, &packet(18, &body)].concat());
    refuses(
        &[&salted[..], &packet(18, &body)].concat(),
        ErrorKind::DecryptFailed,
    );
}

#[test]
fn data_without_modification_detection_is_refused() {
    let key = Sha256::digest("p");
    let data = SymmetricKeyAlgorithm::AES256
        .encrypt(OsRng, &key, LITERAL)
        .unwrap();
    refuses(
        &[SIMPLE, &packet(9, &data)].concat(),
        ErrorKind::UnsupportedFormat,
    );
    // The same stream as protected data has no code at its end.
    let stream = [&[1], data.as_slice()].concat();
    refuses(
        &[SIMPLE, &packet(18, &stream)].concat(),
        ErrorKind::DecryptFailed,
    );
}

#[test]
fn other_versions_and_derivations_are_refused() {
    let mut body = encrypted(LITERAL);
    for (version, tag, kind) in [
        // The session key is of the older one.
        (2, 18, ErrorKind::UnsupportedFormat),
        (2, 20, ErrorKind::UnsupportedFormat),
        (3, 18, ErrorKind::DecryptFailed),
    ] {
        body[0] = version;
        refuses(&[SIMPLE, &packet(tag, &body)].concat(), kind);
    }
    let data = packet(18, &encrypted(LITERAL));
    let argon = [&[0xc3, 22, 4, 9, 4][..], &[7; 16], &[1, 1, 31]].concat();
    refuses(&[&argon, &data[..]].concat(), ErrorKind::UnsupportedFormat);
    refuses(
        &[&[0xc3, 4, 4, 9, 0, 1], &data[..]].concat(),
        ErrorKind::UnsupportedFormat,
    ); // MD5
}

#[test]
fn content_that_is_not_a_literal_is_refused() {
    refuses(&message(MARKER), ErrorKind::DecryptFailed);
    refuses(&message(&message(LITERAL)), ErrorKind::UnsupportedFormat);
    refuses(LITERAL, ErrorKind::DecryptFailed);
}

pub(super) fn compressed(plaintext: Vec<u8>, algorithm: CompressionAlgorithm) -> Vec<u8> {
    let mut builder =
        MessageBuilder::from_bytes("", plaintext).seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    let s2k = StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0);
    builder.compression(algorithm);
    builder.encrypt_with_password(s2k, &"p".into()).unwrap();
    builder.to_vec(OsRng).unwrap()
}

#[test]
fn compressed_content_is_read() {
    for algorithm in [
        CompressionAlgorithm::ZIP,
        CompressionAlgorithm::ZLIB,
        CompressionAlgorithm::Uncompressed,
    ] {
        let plaintext = [noise(1, 70_000), vec![0; 70_000]].concat();
        let message = compressed(plaintext.clone(), algorithm);
        assert!(
            opened(&message, &passphrase("p")).unwrap() == plaintext,
            "{algorithm:?}"
        );
    }
}

/// A packet in partial lengths: chunks of `1 << power` bytes, then the rest.
pub(super) fn chunked(tag: u8, body: &[u8], power: u8) -> Vec<u8> {
    let mut bytes = vec![0xc0 | tag];
    let mut chunks = body.chunks_exact(1 << power);
    for chunk in chunks.by_ref() {
        bytes.push(0xe0 | power);
        bytes.extend_from_slice(chunk);
    }
    let rest = chunks.remainder();
    bytes.push(255);
    bytes.extend_from_slice(&u32::try_from(rest.len()).unwrap().to_be_bytes());
    [&bytes, rest].concat()
}

/// The body of a compressed packet.
pub(super) fn compression(packets: &[u8], algorithm: u8) -> Vec<u8> {
    use std::io::Write as _;
    let (mut body, fast) = (vec![algorithm], flate2::Compression::fast());
    let written = match algorithm {
        0 => body.write_all(packets),
        1 => flate2::write::DeflateEncoder::new(&mut body, fast).write_all(packets),
        2 => flate2::write::ZlibEncoder::new(&mut body, fast).write_all(packets),
        _ => bzip2::write::BzEncoder::new(&mut body, bzip2::Compression::fast()).write_all(packets),
    };
    written.unwrap();
    body
}

/// The same in each of the algorithms.
pub(super) fn compressions(packets: &[u8]) -> [Vec<u8>; 4] {
    [0, 1, 2, 3].map(|algorithm| compression(packets, algorithm))
}

/// As openpgp.js and RNP write them: the compressor does not know how much will come.
#[test]
fn compressed_content_in_partial_lengths_is_read() {
    for size in [0, 600, 1024, 70_000] {
        let content = noise(1, size);
        let body = [b"b\0\0\0\0\0", content.as_slice()].concat();
        let old = [&[0xaf], body.as_slice()].concat();
        for literal in [packet(11, &body), chunked(11, &body, 9), old] {
            for (algorithm, body) in compressions(&literal).iter().enumerate() {
                for power in [9, 13] {
                    let inner = chunked(8, body, power);
                    let twice = compressions(&inner).map(|body| chunked(8, &body, 9));
                    let front = [MARKER, &packet(21, b"padding"), &inner].concat();
                    let indeterminate = [&[0xa3], body.as_slice()].concat();
                    for packets in twice.iter().chain([&inner, &front, &indeterminate]) {
                        let whole = [SIMPLE, &chunked(18, &encrypted(packets), 9)].concat();
                        assert!(
                            opened(&whole, &passphrase("p")).unwrap() == content,
                            "{size} bytes, {algorithm} in {power}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn markers_and_padding_may_surround_a_literal() {
    let body = [b"b\0\0\0\0\0", TEXT].concat();
    let padding = packet(21, &noise(1, 700));
    for literal in [LITERAL, &packet(11, &body), &chunked(11, &body, 2)] {
        reads(&message(&[literal, &padding].concat()));
        reads(&message(&[literal, MARKER, &padding, &padding].concat()));
    }
    for literal in [LITERAL, &chunked(11, &[&body[..], &[0; 600]].concat(), 9)] {
        let surrounded = message(&[&padding, literal, &padding].concat());
        assert!(
            opened(&surrounded, &passphrase("p"))
                .unwrap()
                .starts_with(TEXT)
        );
        let more = [literal, &padding, literal].concat();
        refuses(&message(&more), ErrorKind::DecryptFailed);
        let cut = [literal, &padding[..300]].concat();
        refuses(&message(&cut), ErrorKind::DecryptFailed);
    }
}

#[test]
fn a_compression_bomb_is_refused() {
    let limit = 1 << 20;
    for size in [limit + 1, 64 << 20] {
        let bomb = compressed(vec![0; size], CompressionAlgorithm::ZLIB);
        assert!(bomb.len() < size / 500);
        assert_eq!(
            failure(&bomb, &passphrase("p"), limit),
            ErrorKind::PartTooLarge
        );
    }
    let just = compressed(vec![0; limit], CompressionAlgorithm::ZLIB);
    assert_eq!(
        open(&mut just.clone(), &passphrase("p"), &limits(limit))
            .unwrap()
            .content,
        0..limit
    );
}

#[test]
fn the_limit_holds_for_plain_content_too() {
    let message = message(LITERAL);
    assert_eq!(
        failure(&message, &passphrase("p"), TEXT.len() - 1),
        ErrorKind::PartTooLarge
    );
    assert!(open(&mut message.clone(), &passphrase("p"), &limits(TEXT.len())).is_ok());
}

#[test]
fn armor_is_read() {
    let plain = message(LITERAL);
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &plain);
    for head in ["", "Version: BCPG v1.72\n", "Version: x\nComment: y\n"] {
        reads(
            format!("-----BEGIN PGP MESSAGE-----\n{head}\n{text}\n-----END PGP MESSAGE-----\n")
                .as_bytes(),
        );
    }
    refuses(
        b"-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\n",
        ErrorKind::DecryptFailed,
    );
    refuses(b"just a text", ErrorKind::DecryptFailed);
}
