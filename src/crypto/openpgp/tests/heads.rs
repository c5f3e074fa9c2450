//! Heads of messages, beside the whole of them.

use pgp::composed::{ArmorOptions, MessageBuilder};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::StringToKey;
use rand_core::OsRng;

use super::shapes::{SIMPLE, chunked, compressions, encrypted, message, packet};
use super::*;
use crate::crypto::openpgp::head::{is_message, proves_passphrase};
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
fn a_head_proves_what_any_writer_begins_with() {
    for (size, power) in [(9000, 9), (65_500, 13), (200_000, 16)] {
        let body = literal(b"", &noise(1, size));
        let named = packet(11, &literal(&[b'n'; 255], &noise(1, size)));
        let old = u32::try_from(body.len()).unwrap().to_be_bytes();
        let old = [&[0xae], &old[..], &body].concat();
        let partial = chunked(11, &body, power.min(15));
        let marker = [b"\xca\x03PGP", named.as_slice()].concat();
        for packets in [&packet(11, &body), &named, &old, &partial, &marker] {
            let data = encrypted(packets);
            proves(&message(packets), "whole");
            proves(&[&[0x8c], &SIMPLE[1..], &packet(18, &data)].concat(), "old");
            let chunks = [SIMPLE, &in_chunks(18, &data, power)].concat();
            let [known, unknown] = proved(&chunks, &passphrase("p"));
            // What has a length of its own in small chunks is compared with that of the whole.
            assert!(known && (unknown || power < 16), "{size} in {power}");
            assert_eq!(proved(&chunks, &passphrase("q")), [false; 2]);
        }
        for packets in compressions(&packet(11, &body)) {
            let whole = packet(8, &packets);
            let partial = chunked(8, &packets, 9);
            for packets in [whole, partial, [&[0xa3], packets.as_slice()].concat()] {
                proves(&message(&packets), "compressed");
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
        // Session key, header and version, prefix, header of the literal packet, and its own.
        assert_eq!(said.unwrap(), short >= 6 + 7 + 18 + 6 + 6, "{short} bytes");
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

/// What a wrong key makes of a stream: with the repeated octets, fewer than one in 2^32 are taken for a message.
#[test]
fn next_to_nothing_looks_like_a_message_by_chance() {
    let random = noise(7, 64 << 16);
    let looks = |is: &dyn Fn(u64) -> bool| {
        let pieces = random.chunks_exact(64).chain(random[1..].chunks_exact(64));
        pieces
            .filter(|packets| is_message(packets, is, &|body| body < 1 << 26))
            .count()
    };
    // In 2^17 trials.
    assert!(looks(&|_| false) <= 4);
    assert!(looks(&|body| body == 10_000) <= 4);
    assert!(looks(&|body| (1 << 16..1 << 26).contains(&body)) <= 4);
}
