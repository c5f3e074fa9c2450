//! Heads of messages, beside the whole of them.

use pgp::composed::{ArmorOptions, MessageBuilder};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::StringToKey;
use rand_core::OsRng;

use super::shapes::{SIMPLE, chunked, compressions, encrypted, message, packet};
use super::*;
use crate::crypto::openpgp::head::{literal_len, proves_passphrase};
use crate::error::Error;

const HEAD: usize = 4096;

/// Whether the head of a message proves a passphrase, where its length is known and where it is not.
pub(super) fn proved(message: &[u8], passphrase: &Passphrase) -> [bool; 2] {
    let head = &message[..HEAD.min(message.len() / 2)];
    [Some(message.len() as u64), None]
        .map(|length| proves_passphrase(head, length, passphrase, &limits(0)).unwrap())
}

#[track_caller]
fn proves(message: &[u8], what: &str) {
    assert!(opened(message, &passphrase("p")).is_ok(), "{what}");
    assert_eq!(proved(message, &passphrase("p")), [true; 2], "{what}");
    assert_eq!(proved(message, &passphrase("q")), [false; 2], "{what}");
}

/// A packet in chunks, the last of which has the shortest length, as most writers have it.
fn in_chunks(tag: u8, body: &[u8], power: u8) -> Vec<u8> {
    let mut bytes = chunked(tag, body, power);
    let rest = body.len() % (1 << power);
    let at = bytes.len() - rest - 5;
    let length = match rest {
        0..192 => vec![u8::try_from(rest).unwrap()],
        192..8384 => u16::try_from(rest - 192 + 0xc000)
            .unwrap()
            .to_be_bytes()
            .to_vec(),
        _ => return bytes,
    };
    bytes.splice(at..at + 5, length);
    bytes
}

fn literal(name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    [b"b", &[length], name, b"\0\0\0\0", content].concat()
}

#[test]
fn a_head_proves_what_official_clients_begin_with() {
    for (size, power) in [(5000, 9), (65_500, 13), (200_000, 16)] {
        let body = literal(b"", &noise(1, size));
        let named = packet(11, &literal(&[b'n'; 255], &noise(1, size)));
        for packets in [&packet(11, &body), &named] {
            let data = encrypted(packets);
            proves(&message(packets), "whole");
            proves(&[&[0x8c], &SIMPLE[1..], &packet(18, &data)].concat(), "old");
            let chunks = [SIMPLE, &in_chunks(18, &data, power)].concat();
            // What is in chunks is compared with the length of the whole.
            assert_eq!(proved(&chunks, &passphrase("p")), [true, false]);
            assert_eq!(proved(&chunks, &passphrase("q")), [false; 2]);
        }
    }
    // The shorter length that others have.
    let body = literal(b"", &noise(1, 5000));
    let short = u16::try_from(body.len() - 192 + 0xc000).unwrap();
    proves(
        &message(&[&[0xcb], &short.to_be_bytes()[..], &body].concat()),
        "short",
    );
}

/// A genuine message, changed where the first packet of its stream begins. An attacker who knows these octets can
/// choose their plaintext without the key.
fn changed(message: &[u8], at: usize, difference: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    let stream = SIMPLE.len() + 7;
    for (octet, difference) in message[stream + 18 + at..].iter_mut().zip(difference) {
        *octet ^= difference;
    }
    message
}

/// What a head proves does not depend on the content, however the octets around it were changed.
#[test]
fn heads_that_were_changed_say_nothing_of_the_content() {
    // The content of a short message begins in the block that can be changed: with its last six octets.
    for content in [0, 1, 2, 5, 0x7f, 0x80, 0xff] {
        let short = [&[0xcb, 26], literal(b"", &[content; 20]).as_slice()].concat();
        let genuine = encrypted(&short);
        let known = [&[0xcb, 26], literal(b"", &[]).as_slice()].concat();
        let data = [genuine.as_slice(), &noise(1, 9000)].concat();
        let whole = [SIMPLE, &packet(18, &data)].concat();
        let length = u32::try_from(data.len() - 1 - 18 - 22 - 6).unwrap();
        let header = [&[0xcb, 0xff], &length.to_be_bytes()[..]].concat();
        let made_up_as = |wanted: &[u8]| {
            let difference = wanted.iter().zip(&known).map(|(a, b)| a ^ b);
            changed(&whole, 0, &difference.collect::<Vec<_>>())
        };
        // With the right header it is taken for what somebody with the key has written, as it is.
        let made_up = made_up_as(&[&header[..], b"b\0"].concat());
        for any in 0..=255 {
            let made_up = changed(&made_up, 6, &[any; 8]);
            assert!(proved(&made_up, &passphrase("p"))[0], "{content} {any}");
        }
        // Another packet in front puts content where lengths, names and formats are.
        for front in [
            &b"\xca\x03PGP"[..],
            b"\xd5\x01x",
            b"\xd5\0",
            b"\xca\x04PGP!",
        ] {
            for any in 0..=255 {
                let made_up = made_up_as(&[front, &[0xcb, any]].concat());
                assert_eq!(proved(&made_up, &passphrase("p")), [false; 2]);
            }
        }
        // Nor does it depend on other kinds of packets, with lengths of all kinds.
        for tag in (0x80..=0xff).filter(|tag| *tag != 0xcb) {
            for first in [0, 26, 0xc0, 0xe9, 0xff] {
                let made_up = made_up_as(&[&[tag, first], &header[2..]].concat());
                assert_eq!(proved(&made_up, &passphrase("p")), [false; 2]);
            }
        }
    }
}

#[test]
fn chunks_end_as_any_writer_ends_them() {
    let content = |rest: usize| {
        // Version, prefix, header, name and date, code.
        let around = 1 + 18 + 6 + 6 + 22;
        encrypted(&packet(11, &literal(b"", &noise(1, 8192 + rest - around))))
    };
    for rest in [0, 1, 191, 192, 4095] {
        let data = content(rest);
        assert_eq!(data.len(), 8192 + rest);
        let chunks = [SIMPLE, &in_chunks(18, &data, 12)].concat();
        assert!(proved(&chunks, &passphrase("p"))[0], "{rest}");
    }
    // The last chunk may be as long as the others.
    let data = content(0);
    let full = [
        SIMPLE,
        &[0xd2, 0xec],
        &data[..4096],
        &[0xcf, 0x40],
        &data[4096..],
    ]
    .concat();
    assert!(opened(&full, &passphrase("p")).is_ok());
    assert!(proved(&full, &passphrase("p"))[0]);
}

/// One of several passphrases, every derivation, and session keys of their own.
#[test]
fn every_session_key_is_tried() {
    let plaintext = noise(1, 20_000);
    for kind in [
        StringToKey::Salted {
            hash_alg: HashAlgorithm::Sha512,
            salt: *b"saltsalt",
        },
        StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0x60),
    ] {
        for cipher in [
            SymmetricKeyAlgorithm::AES128,
            SymmetricKeyAlgorithm::AES256,
            SymmetricKeyAlgorithm::CAST5,
        ] {
            let mut builder =
                MessageBuilder::from_bytes("name", plaintext.clone()).seipd_v1(OsRng, cipher);
            for password in ["first", "p", "last"] {
                let kind = kind.clone();
                builder
                    .encrypt_with_password(kind, &password.into())
                    .unwrap();
            }
            proves(
                &builder.to_vec(OsRng).unwrap(),
                &format!("{kind:?} {cipher:?}"),
            );
        }
    }
}

#[test]
fn what_a_head_cannot_say_is_left_to_the_whole() {
    let content = noise(1, 20_000);
    let plain = message(&packet(11, &literal(b"", &content)));
    let builder = || MessageBuilder::from_bytes("", content.clone());
    let iterated = || StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0);
    let mut armored = builder().seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    armored
        .encrypt_with_password(iterated(), &"p".into())
        .unwrap();
    let armored = armored.to_armored_string(OsRng, ArmorOptions::default());
    let (cipher, mode) = (SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb);
    let mut later = builder().seipd_v2(OsRng, cipher, mode, ChunkSize::default());
    later
        .encrypt_with_password(OsRng, iterated(), &"p".into())
        .unwrap();
    let mut other_version = plain.clone();
    other_version[SIMPLE.len() + 6] = 2;
    let indeterminate = [&[0xaf], literal(b"", &content).as_slice()].concat();
    for (what, message) in [
        ("armored", armored.unwrap().into_bytes()),
        ("authenticated mode", later.to_vec(OsRng).unwrap()),
        ("another version", other_version),
        ("no session key", plain[SIMPLE.len()..].to_vec()),
        (
            "long packet in front",
            [&packet(1, &[0; HEAD]), plain.as_slice()].concat(),
        ),
        (
            "a marker in front",
            super::shapes::message(
                &[b"\xca\x03PGP", &packet(11, &literal(b"", &content))[..]].concat(),
            ),
        ),
        (
            "compressed",
            super::shapes::message(&packet(8, &compressions(&packet(11, &content))[0])),
        ),
        (
            "chunks",
            super::shapes::message(&chunked(11, &literal(b"", &content), 9)),
        ),
        ("no code", [SIMPLE, &packet(9, &content)].concat()),
        ("something behind", [plain.as_slice(), b"x"].concat()),
        (
            "indeterminate length",
            super::shapes::message(&indeterminate),
        ),
        (
            "a signature in front",
            super::shapes::message(
                &[
                    &packet(4, &[0; 13]),
                    &packet(11, &literal(b"", &content))[..],
                ]
                .concat(),
            ),
        ),
        (
            "two packets",
            super::shapes::message(&[packet(11, &content), packet(11, &content)].concat()),
        ),
        ("nothing", Vec::new()),
    ] {
        assert!(!proved(&message, &passphrase("p"))[0], "{what}");
    }
    for short in 0..60 {
        let length = Some(plain.len() as u64);
        let said = proves_passphrase(&plain[..short], length, &passphrase("p"), &limits(0));
        // Session key, header and version, prefix, and the header of the literal packet.
        assert_eq!(said.unwrap(), short >= 6 + 7 + 18 + 6, "{short} bytes");
    }
}

#[test]
fn a_stop_is_looked_for_before_each_derivation() {
    let stopped = Limits {
        max_plaintext: 0,
        proceed: &|_| Err(Error::new(ErrorKind::Stopped, "stopped")),
    };
    let plain = message(&packet(11, &literal(b"", &noise(1, 20_000))));
    let result = proves_passphrase(&plain[..HEAD], None, &passphrase("p"), &stopped);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Stopped);
}

/// A wrong key decrypts a stream to random octets. Beside the repeated octets, at least three must have the right
/// value.
#[test]
fn random_octets_hardly_ever_look_like_a_message() {
    let random = noise(7, 1 << 22);
    let looks = |length: u64| {
        let packets = random.windows(6);
        packets.filter(|it| literal_len(it) == Some(length)).count()
    };
    // Of 2^22 places, each fits by chance with probability 2^-24 for the shorter length, 2^-40 for the longer.
    assert!(looks(5000) <= 8 && looks(10_000) == 0);
    // Lengths of one octet and partial lengths do not count; those of two and of five octets do.
    assert_eq!(literal_len(b"\xcb\xbf\0\0\0\0"), None);
    assert_eq!(literal_len(b"\xcb\xe9\0\0\0\0"), None);
    assert_eq!(literal_len(b"\xcb\xc0\0\0\0\0"), Some(195));
    assert_eq!(literal_len(b"\xcb\xff\0\x01\0\0"), Some(65_542));
}
