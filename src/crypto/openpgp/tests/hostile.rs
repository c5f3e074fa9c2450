//! Messages whose maker wants to cost the reader time or memory.

use std::cell::Cell;
use std::time::{Duration, Instant};

use bzip2::Compression;
use pgp::types::CompressionAlgorithm;

use super::shapes::{
    LITERAL, SIMPLE, TEXT, chunked, compressed, compression, encrypted, message, packet,
};
use super::*;
use crate::crypto::openpgp::Place;
use crate::error::Error;

/// Far more than is needed, far less than it once took.
const SOON: Duration = Duration::from_secs(15);

/// A session key packet that costs a derivation over 65 million bytes and whose key has no usable cipher or length.
fn costly(salt: u8) -> Vec<u8> {
    let mut body = vec![4, 9, 3, 8];
    body.extend([salt; 8]);
    body.push(0xff);
    body.extend([salt; 5]);
    packet(3, &body)
}

#[test]
fn every_derivation_counts() {
    let strangers: Vec<u8> = (0..200).flat_map(costly).collect();
    let data = packet(18, &encrypted(LITERAL));
    let started = Instant::now();
    let kind = failure(
        &[&strangers[..], &data].concat(),
        &passphrase("p"),
        NO_LIMIT,
    );
    assert_eq!(kind, ErrorKind::DecryptFailed);
    // The right one comes too late.
    let kind = failure(
        &[&strangers[..], SIMPLE, &data].concat(),
        &passphrase("p"),
        NO_LIMIT,
    );
    assert_eq!(kind, ErrorKind::DecryptFailed);
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn a_stop_is_seen_between_two_derivations() {
    let strangers: Vec<u8> = (0..8).flat_map(costly).collect();
    let mut message = [&strangers[..], &packet(18, &encrypted(LITERAL))].concat();
    let asked = Cell::new(0);
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|_| {
            asked.set(asked.get() + 1);
            match asked.get() {
                2 => Err(Error::new(ErrorKind::Stopped, "stopped")),
                _ => Ok(()),
            }
        },
    };
    let error = open(&mut message, &passphrase("p"), &limits).unwrap_err();
    assert_eq!((error.kind(), asked.get()), (ErrorKind::Stopped, 2));
}

#[test]
fn long_session_key_packets_are_refused() {
    let long = [&[4, 9, 0, 8][..], &noise(1, 100_000)].concat();
    let data = packet(18, &encrypted(LITERAL));
    let kind = failure(
        &[&packet(3, &long)[..], &data].concat(),
        &passphrase("p"),
        NO_LIMIT,
    );
    assert_eq!(kind, ErrorKind::UnsupportedFormat);
}

#[test]
fn signatures_cost_nothing() {
    // Version 3, binary, SHA-512, RSA, key id, last or not.
    let one_pass = packet(4, &[3, 0, 10, 1, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
    let mut literal = b"b\0\0\0\0\0".to_vec();
    literal.resize(2 << 20, 7);
    let signed = [one_pass.repeat(5000), packet(11, &literal)].concat();
    let started = Instant::now();
    let content = opened(&message(&signed), &passphrase("p")).unwrap();
    assert_eq!(content.len(), literal.len() - 6);
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    // What follows is skipped as well, but there may not be any number of it, nor a second content.
    let after = [LITERAL, &packet(2, &[4, 0, 1, 8])].concat();
    assert_eq!(
        opened(
            &message(&[&one_pass, &after[..]].concat()),
            &passphrase("p")
        )
        .unwrap(),
        TEXT
    );
    let too_many = message(&[one_pass.repeat(20_000), after].concat());
    assert_eq!(
        failure(&too_many, &passphrase("p"), NO_LIMIT),
        ErrorKind::UnsupportedFormat
    );
    let twice = message(&[&one_pass, LITERAL, LITERAL].concat());
    assert_eq!(
        failure(&twice, &passphrase("p"), NO_LIMIT),
        ErrorKind::DecryptFailed
    );
}

#[test]
fn unpacking_is_asked_for_step_by_step() {
    let size = 8 << 20;
    let bomb = compressed(vec![0; size], CompressionAlgorithm::ZLIB);
    let most = Cell::new(0);
    let asked = Cell::new(0);
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|bytes| {
            most.set(most.get().max(bytes));
            asked.set(asked.get() + 1);
            Ok(())
        },
    };
    let opened = open(&mut bomb.clone(), &passphrase("p"), &limits).unwrap();
    assert_eq!(opened.content, 0..size);
    assert!(
        most.get() >= size && most.get() < 4 * size,
        "{}",
        most.get()
    );
    assert!(asked.get() > 100, "a stop is looked for all the while");
    let refused = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|bytes| match bytes {
            0..6_000_000 => Ok(()),
            _ => Err(Error::new(ErrorKind::Stopped, "stopped")),
        },
    };
    let error = open(&mut bomb.clone(), &passphrase("p"), &refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut packed = vec![3];
    let mut encoder = bzip2::write::BzEncoder::new(&mut packed, Compression::best());
    std::io::Write::write_all(&mut encoder, data).unwrap();
    encoder.finish().unwrap();
    packet(8, &packed)
}

#[test]
fn what_unpacks_to_nothing_is_bounded_too() {
    // 64 MiB of padding, in two layers.
    let padding = packet(21, &vec![0; 64 << 20]);
    let nothing = bzip2(&bzip2(&[&padding, LITERAL].concat()));
    assert!(nothing.len() < 1000);
    assert_eq!(
        failure(&message(&nothing), &passphrase("p"), 1 << 20),
        ErrorKind::PartTooLarge
    );
    let layers = (0..5).fold(LITERAL.to_vec(), |inner, _| bzip2(&inner));
    assert_eq!(
        failure(&message(&layers), &passphrase("p"), NO_LIMIT),
        ErrorKind::UnsupportedFormat
    );
}

/// One small packet of nothing after the other, in a layer around them that makes them smaller still.
#[test]
fn what_a_message_unpacks_to_is_bounded_in_total() {
    let nothing = bzip2(&packet(21, &vec![0; 4 << 20]));
    let kind_of = |packets: usize| {
        let inner = [nothing.repeat(packets), LITERAL.to_vec()].concat();
        failure(&message(&bzip2(&inner)), &passphrase("p"), 6 << 20)
    };
    assert_eq!(kind_of(2), ErrorKind::PartTooLarge);
    let started = Instant::now();
    let none = bzip2(&packet(21, &[0]));
    let many = message(&[none.repeat(5000), LITERAL.to_vec()].concat());
    assert_eq!(
        failure(&many, &passphrase("p"), NO_LIMIT),
        ErrorKind::UnsupportedFormat
    );
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn a_place_is_read_and_no_two_messages_have_the_same_mark() {
    let passphrase = passphrase("p");
    let place = Place {
        part: 3,
        parts: 4,
        size: 5_000_000_000,
    };
    let sealed = |place: Option<&Place>| {
        let mut buffer = PartBuffer::with_capacity(5).unwrap();
        buffer.plaintext_mut(5).copy_from_slice(b"hello");
        let message = match place {
            Some(place) => buffer.seal_at(place, &passphrase),
            None => buffer.seal(&passphrase),
        };
        message.unwrap().to_vec()
    };
    let read = |message: &[u8]| {
        let mut message = message.to_vec();
        let opened = open(&mut message, &passphrase, &limits(NO_LIMIT)).unwrap();
        assert_eq!(&message[opened.content.clone()], b"hello");
        opened
    };
    let message = sealed(Some(&place));
    let (first, again, other) = (read(&message), read(&message), read(&sealed(None)));
    assert_eq!((first.place, other.place), (Some(place), None));
    assert_eq!(first.mark, again.mark);
    assert_ne!(first.mark, other.mark);
    // Another frame around the same data does not hide it.
    let framed = [&[0xca, 3, b'P', b'G', b'P'][..], &message].concat();
    assert_eq!(read(&framed).mark, first.mark);
}

/// Numbers from a seed, the same on every run.
struct Dice(std::vec::IntoIter<u8>);

impl Dice {
    fn below(&mut self, most: u8) -> u8 {
        self.0.next().unwrap_or_default() % most
    }
}

/// Packets of all kinds, whole and broken, one in the other.
fn any_packets(dice: &mut Dice, depth: u8) -> Vec<u8> {
    let mut packets = Vec::new();
    for _ in 0..1 + dice.below(3) {
        let size = [0, 1, 5, 200, 700, 2000][usize::from(dice.below(6))];
        let noise = noise(size as u64 + u64::from(dice.below(255)), size);
        let body = match dice.below(4) {
            _ if depth > 0 && dice.below(2) == 0 => {
                let inner = any_packets(dice, depth - 1);
                compression(&inner, [0, 1, 1, 2, 2, 3][usize::from(dice.below(6))])
            }
            0 => noise,
            _ => [b"b\0\0\0\0\0", noise.as_slice()].concat(),
        };
        let tag = [11, 11, 8, 8, 8, 10, 21, 2, 4, 18, 3, 60][usize::from(dice.below(12))];
        let mut packet = match dice.below(4) {
            0 => packet(tag, &body),
            1 => chunked(tag, &body, 9 + dice.below(3)),
            2 => chunked(tag, &body, dice.below(9)),
            _ => [&[0x83 | (tag & 15) << 2], body.as_slice()].concat(),
        };
        match dice.below(8) {
            0 => packet.truncate(usize::from(dice.below(255))),
            1 => {
                let at = usize::from(dice.below(255)) % packet.len();
                packet[at] ^= 1 << dice.below(8);
            }
            _ => {}
        }
        packets.extend_from_slice(&packet);
    }
    packets
}

/// Who knows the passphrase may encrypt anything.
#[test]
fn whatever_is_inside_is_read_or_refused_within_the_limits() {
    const MOST: usize = 1500;
    let mut read = 0;
    for seed in 0..500 {
        let dice = &mut Dice(noise(seed, 2000).into_iter());
        let mut message = message(&any_packets(dice, (seed % 6) as u8));
        let length = message.len();
        let limits = Limits {
            max_plaintext: MOST,
            proceed: &|bytes| {
                // The layers that there may be, and content that grows by steps.
                assert!(
                    bytes < 2 * length + 4 * (4 << 20) + (1 << 18),
                    "{seed}: {bytes}"
                );
                Ok(())
            },
        };
        match open(&mut message, &passphrase("p"), &limits) {
            Ok(opened) => {
                assert!(opened.content.len() <= MOST && opened.content.end <= message.len());
                read += 1;
            }
            Err(error) => {
                let kinds = [
                    ErrorKind::DecryptFailed,
                    ErrorKind::UnsupportedFormat,
                    ErrorKind::PartTooLarge,
                ];
                assert!(kinds.contains(&error.kind()), "{seed}: {error}");
                assert!(message.is_empty());
            }
        }
    }
    assert!(read > 25, "{read} of them were messages");
}
