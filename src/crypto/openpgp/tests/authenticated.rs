//! Authenticated modes: rPGP and openpgp.js write them, this library only reads them.

use std::cell::Cell;

use pgp::composed::RawSessionKey;
use pgp::crypto::aead::{AeadAlgorithm as Mode, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm as Cipher;
use pgp::packet::{PacketTrait, SymEncryptedProtectedData, SymKeyEncryptedSessionKey};
use pgp::types::StringToKey;
use rand_core::OsRng;

use super::shapes::{LITERAL, SIMPLE, TEXT, chunked, compressions, encrypted, packet};
use super::*;
use crate::error::Error;

const MODES: [Mode; 3] = [Mode::Eax, Mode::Ocb, Mode::Gcm];
const CIPHERS: [Cipher; 3] = [Cipher::AES128, Cipher::AES192, Cipher::AES256];

/// Literal data with this content.
fn literal(content: &[u8]) -> Vec<u8> {
    packet(11, &[b"b\0\0\0\0\0", content].concat())
}

fn written(packet: &impl PacketTrait) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.to_writer_with_header(&mut bytes).unwrap();
    bytes
}

fn iterated() -> StringToKey {
    StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0)
}

/// A session key packet for a passphrase.
fn session_key(
    text: &str,
    key: &RawSessionKey,
    s2k: StringToKey,
    cipher: Cipher,
    mode: Mode,
) -> Vec<u8> {
    let packet = SymKeyEncryptedSessionKey::encrypt_v6(OsRng, &text.into(), key, s2k, cipher, mode);
    written(&packet.unwrap())
}

/// The body of the packet of encrypted data.
fn data(
    packets: &[u8],
    key: &RawSessionKey,
    cipher: Cipher,
    mode: Mode,
    chunk: ChunkSize,
) -> Vec<u8> {
    let packet = SymEncryptedProtectedData::encrypt_seipdv2(
        OsRng,
        cipher,
        mode,
        chunk,
        key.as_ref(),
        packets,
    );
    pgp::ser::Serialize::to_bytes(&packet.unwrap()).unwrap()
}

/// A message for the passphrase `p`.
fn message(packets: &[u8], cipher: Cipher, mode: Mode, chunk: ChunkSize) -> Vec<u8> {
    let key = cipher.new_session_key(OsRng);
    let skesk = session_key("p", &key, iterated(), cipher, mode);
    [skesk, packet(18, &data(packets, &key, cipher, mode, chunk))].concat()
}

#[test]
fn every_mode_cipher_and_size_of_chunks() {
    for mode in MODES {
        for cipher in CIPHERS {
            // Around one chunk and the packet header before it, and many of them.
            let few = [0, 1, 51, 52, 53, 115, 116, 117, 1000, 20_000];
            for (chunk, sizes) in [
                (ChunkSize::C64B, &few[..]),
                (ChunkSize::C4KiB, &[4083, 4084, 4085, 20_000]),
                (ChunkSize::C4MiB, &[20_000]),
            ] {
                for &size in sizes {
                    let content = noise(1, size);
                    let message = message(&literal(&content), cipher, mode, chunk);
                    assert!(
                        opened(&message, &passphrase("p")).unwrap() == content,
                        "{mode:?} {cipher:?} {size} {chunk:?}"
                    );
                    assert_eq!(
                        failure(&message, &passphrase("q"), NO_LIMIT),
                        ErrorKind::DecryptFailed
                    );
                }
            }
        }
    }
}

/// Appendices A.9 to A.11 of RFC 9580: EAX, OCB, GCM.
#[test]
fn samples_of_the_standard_are_read() {
    for sample in [
        "w0AGHgcBCwMIpa5XnR/F2Cv/aSJPkZmTs1Bvo7WaanPP+MXvxfQcV/tU4cImgV14\n\
         KPX5LEVOtl6+AKtZhsaObnxV0mkCBwEGn/kOOzIZZPOkKRPI3MZhkyUBUifvt+rq\n\
         pJ8EwuZ0F11KPSJu1q/LnKmsEiwUcOEcY9TAqyQcapOK1Iv5mlqZuQu6gyXeYQR1\n\
         QCWKt5Wala0FHdqW6xVDHf719eIlXKeCYVRuM5o=\n",
        "wz8GHQcCCwMIVqKY0vXjZFP/z8xcEWZO2520JZDX3EawckG2EsOBLP/76gDyNHsl\n\
         ZBEj+IeuYNT9YU4IN9gZ02zSaQIHAgYgpmH3MfyaMDK1YjMmAn46XY21dI6+/wsM\n\
         WRDQns3WQf+f04VidYA1vEl1TOG/P/+n2tCjuBBPUTPPQqQQCoPu9MobSAGohGv0\n\
         K82nyM6dZeIS8wHLzZj9yt5pSod61CRzI/boVw==\n",
        "wzwGGgcDCwMI6dOXhbIHAAj/tC58SD70iERXyzcmubPbn/d25fTZpAlS4kRymIUa\n\
         v/91Jt8t1VRBdXmneZ/SaQIHAwb8uUSQvLmLvcnRBsYJAmaUD3LontwhtVlrFXax\n\
         Ae0Pn/xvxtZbv9JNzQeQlm5tHoWjAFN4TLHYtqBpnvEhVaeyrWJYUxtXZR/Xd3kS\n\
         +pXjXZtAIW9ppMJI2yj/QzHxYykHOZ5v+Q==\n",
    ] {
        let armored = format!("-----BEGIN PGP MESSAGE-----\n\n{sample}-----END PGP MESSAGE-----\n");
        let content = opened(armored.as_bytes(), &passphrase("password")).unwrap();
        assert_eq!(content, b"Hello, world!");
    }
}

#[test]
fn more_than_one_of_the_largest_chunks() {
    let content = noise(1, (4 << 20) + 100);
    for mode in MODES {
        let message = message(&literal(&content), Cipher::AES128, mode, ChunkSize::C4MiB);
        assert!(opened(&message, &passphrase("p")).unwrap() == content);
    }
}

#[test]
fn all_that_may_be_inside_and_around() {
    let (cipher, mode) = (Cipher::AES256, Mode::Ocb);
    let key = cipher.new_session_key(OsRng);
    let skesk = session_key("p", &key, iterated(), cipher, mode);
    let content = noise(1, 5000);
    let padding = packet(21, b"padding");
    let mut inner: Vec<_> = compressions(&literal(&content))
        .iter()
        .map(|body| chunked(8, body, 9))
        .collect();
    let body = [b"b\0\0\0\0\0", content.as_slice()].concat();
    inner.push(chunked(11, &body, 9));
    inner.push([&literal(&content), padding.as_slice()].concat());
    for packets in inner {
        let body = data(&packets, &key, cipher, mode, ChunkSize::C512B);
        for outer in [packet(18, &body), chunked(18, &body, 9)] {
            let message = [&skesk, &padding, &outer[..]].concat();
            assert!(opened(&message, &passphrase("p")).unwrap() == content);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for mode in MODES {
        let message = message(&literal(&[7; 100]), Cipher::AES128, mode, ChunkSize::C64B);
        for at in 0..message.len() {
            let mut damaged = message.clone();
            damaged[at] ^= 1 << (at % 8);
            // Redundant lengths: changing them changes nothing that is read.
            if [3, 6].contains(&at) {
                continue;
            }
            failure(&damaged, &passphrase("p"), NO_LIMIT);
        }
    }
}

/// The last tag counts the chunks: what ends with a whole chunk is not whole.
#[test]
fn chunks_that_are_missing_or_in_another_order_are_noticed() {
    let (cipher, chunk) = (Cipher::AES256, 64 + 16);
    for mode in MODES {
        let key = cipher.new_session_key(OsRng);
        let skesk = session_key("p", &key, iterated(), cipher, mode);
        let body = data(
            &literal(&noise(1, 308)),
            &key,
            cipher,
            mode,
            ChunkSize::C64B,
        );
        let refuses = |body: &[u8]| {
            let message = [&skesk, &packet(18, body)[..]].concat();
            assert_eq!(
                failure(&message, &passphrase("p"), NO_LIMIT),
                ErrorKind::DecryptFailed
            );
        };
        let (head, chunks) = body.split_at(36);
        assert_eq!(chunks.len(), 5 * chunk + 16);
        let (chunks, last) = chunks.split_at(5 * chunk);
        for len in 0..5 * chunk {
            refuses(&[head, &chunks[..len]].concat());
        }
        for whole in 0..5 {
            refuses(&[head, &chunks[..whole * chunk], last].concat());
        }
        refuses(&[head, chunks].concat());
        refuses(&[head, &chunks[chunk..], &chunks[..chunk], last].concat());
        refuses(&[head, chunks, &chunks[..chunk], last].concat());
        refuses(&[head, chunks, last, last].concat());
        for len in 0..head.len() {
            refuses(&head[..len.max(1)]);
        }
    }
}

#[test]
fn each_session_key_packet_is_tried() {
    let (cipher, mode) = (Cipher::AES256, Mode::Gcm);
    let key = cipher.new_session_key(OsRng);
    let packet_for = |text: &str, cipher, mode| session_key(text, &key, iterated(), cipher, mode);
    let data = packet(18, &data(LITERAL, &key, cipher, mode, ChunkSize::C64B));
    let right = packet_for("p", cipher, mode);
    // Wrapped with another cipher and mode than the data has.
    let other = packet_for("p", Cipher::AES128, Mode::Eax);
    let strangers = [
        packet_for("x", cipher, mode),
        packet_for("y", cipher, Mode::Ocb),
    ]
    .concat();
    let stale = {
        let stale = cipher.new_session_key(OsRng);
        session_key("p", &stale, iterated(), cipher, mode)
    };
    let short = {
        let short = Cipher::AES128.new_session_key(OsRng);
        session_key("p", &short, iterated(), cipher, mode)
    };
    for keys in [
        [&right[..], &strangers].concat(),
        [&strangers[..], &right].concat(),
        [&strangers[..], &other].concat(),
        [&stale[..], &short, &right, &stale].concat(),
        // Of the older version, which does not belong to this data.
        [SIMPLE, &right].concat(),
    ] {
        let message = [&keys[..], &data].concat();
        assert_eq!(opened(&message, &passphrase("p")).unwrap(), TEXT);
    }
    // However many there are of the other version.
    let message = [&SIMPLE.repeat(20)[..], &right, &data].concat();
    assert_eq!(opened(&message, &passphrase("p")).unwrap(), TEXT);
    for keys in [&strangers, &stale, &short, &[SIMPLE, &strangers].concat()] {
        let message = [&keys[..], &data].concat();
        let kind = failure(&message, &passphrase("p"), NO_LIMIT);
        assert_eq!(kind, ErrorKind::DecryptFailed);
    }
    for message in [
        [SIMPLE, &data].concat(),
        [&right[..], &packet(18, &encrypted(LITERAL))].concat(),
    ] {
        let kind = failure(&message, &passphrase("p"), NO_LIMIT);
        assert_eq!(kind, ErrorKind::UnsupportedFormat);
    }
}

#[test]
fn what_is_not_known_is_refused() {
    let message = message(LITERAL, Cipher::AES256, Mode::Ocb, ChunkSize::C64B);
    let head = message.len() - packet(18, &[]).len();
    let body = message
        .windows(4)
        .rposition(|octets| octets == [2, 9, 2, 0])
        .unwrap();
    assert!(body < head);
    for (at, values) in [
        (1, [0, 3, 10, 99]),
        (2, [0, 4, 99, 100]),
        (3, [17, 63, 64, 255]),
    ] {
        for value in values {
            let mut message = message.clone();
            message[body + at] = value;
            assert_eq!(
                failure(&message, &passphrase("p"), NO_LIMIT),
                ErrorKind::UnsupportedFormat,
                "octet {at}: {value}"
            );
        }
    }
}

#[test]
fn gnupgs_own_mode_is_refused_by_name() {
    // Session key packet of version 5 and AEAD encrypted data, as GnuPG 2.3 and openpgp.js 5 write them.
    let skesk = packet(
        3,
        &[&[5, 9, 2, 3, 8][..], &[7; 8], &[0x60], &[9; 15 + 32 + 16]].concat(),
    );
    let body = [&[1, 9, 2, 16][..], &[5; 80]].concat();
    for data in [
        packet(20, &body),
        chunked(20, &[&body[..], &[5; 600]].concat(), 9),
    ] {
        let mut message = [&skesk, &data[..]].concat();
        let error = open(&mut message, &passphrase("p"), &limits(NO_LIMIT)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
        assert_eq!(
            error.message(),
            "the encrypted data has an unsupported format: GnuPG's own authenticated mode (packet tag 20)"
        );
    }
}

#[test]
fn content_is_limited_as_in_other_messages() {
    let zeros = literal(&vec![0; 3 << 20]);
    let [_, _, zlib, _] = compressions(&zeros);
    for packets in [&zeros, &packet(8, &zlib)] {
        let message = message(packets, Cipher::AES256, Mode::Ocb, ChunkSize::C64KiB);
        assert_eq!(
            failure(&message, &passphrase("p"), (3 << 20) - 1),
            ErrorKind::PartTooLarge
        );
        let content = open(&mut message.clone(), &passphrase("p"), &limits(3 << 20)).unwrap();
        assert_eq!(content.content.len(), 3 << 20);
    }
}

#[test]
fn a_stop_is_seen_between_the_chunks() {
    let content = vec![7; 4 << 20];
    let chunk = ChunkSize::C64B;
    let mut message = message(&literal(&content), Cipher::AES128, Mode::Gcm, chunk);
    let asked = Cell::new(0);
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|_| {
            asked.set(asked.get() + 1);
            match asked.get() {
                0..5 => Ok(()),
                _ => Err(Error::new(ErrorKind::Stopped, "stopped")),
            }
        },
    };
    let error = open(&mut message, &passphrase("p"), &limits).unwrap_err();
    assert_eq!((error.kind(), asked.get()), (ErrorKind::Stopped, 5));
    assert!(message.is_empty());
}

/// Memory for Argon2 is reserved before it is used.
#[test]
fn argon2_is_within_limits() {
    let (cipher, mode) = (Cipher::AES256, Mode::Ocb);
    let key = cipher.new_session_key(OsRng);
    let body = packet(18, &data(LITERAL, &key, cipher, mode, ChunkSize::C64B));
    let argon2 = |t, p, m_enc| {
        let s2k = StringToKey::new_argon2(OsRng, t, p, m_enc);
        session_key("p", &key, s2k, cipher, mode)
    };
    for (t, p, m_enc) in [(1, 1, 3), (3, 4, 8), (4, 1, 16)] {
        let small = [&argon2(t, p, m_enc)[..], &body].concat();
        assert_eq!(opened(&small, &passphrase("p")).unwrap(), TEXT);
        assert_eq!(
            failure(&small, &passphrase("q"), NO_LIMIT),
            ErrorKind::DecryptFailed
        );
    }

    let large = [&argon2(1, 4, 12)[..], &body].concat();
    let most = Cell::new(0);
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|bytes| {
            most.set(most.get().max(bytes));
            match bytes {
                0..4_000_000 => Ok(()),
                _ => Err(Error::new(ErrorKind::Stopped, "stopped")),
            }
        },
    };
    let error = open(&mut large.clone(), &passphrase("p"), &limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
    assert_eq!(most.get(), large.capacity() + (4 << 20));

    // Passes, lanes, exponent: 128 MiB, 2 TiB, five passes over 64 MiB, less memory than the lanes need.
    for (t, p, m_enc) in [
        (1, 1, 17),
        (1, 4, 31),
        (255, 255, 255),
        (5, 4, 16),
        (0, 1, 10),
        (1, 0, 10),
        (1, 4, 2),
    ] {
        let mut skesk = argon2(1, 1, 3);
        let at = skesk
            .windows(3)
            .position(|octets| octets == [1, 1, 3])
            .unwrap();
        skesk[at..at + 3].copy_from_slice(&[t, p, m_enc]);
        let started = std::time::Instant::now();
        assert_eq!(
            failure(&[&skesk[..], &body].concat(), &passphrase("p"), NO_LIMIT),
            ErrorKind::UnsupportedFormat,
            "{t} {p} {m_enc}"
        );
        assert!(started.elapsed().as_secs() < 5);
    }
}

/// Each fills 64 MiB four times.
#[test]
fn derivations_with_argon2_are_bounded_in_total() {
    let (cipher, mode) = (Cipher::AES256, Mode::Ocb);
    let key = cipher.new_session_key(OsRng);
    let body = packet(18, &data(LITERAL, &key, cipher, mode, ChunkSize::C64B));
    let costly = |text: &str| {
        let mut skesk = session_key(
            text,
            &key,
            StringToKey::new_argon2(OsRng, 1, 1, 3),
            cipher,
            mode,
        );
        let at = skesk
            .windows(3)
            .position(|octets| octets == [1, 1, 3])
            .unwrap();
        skesk[at..at + 3].copy_from_slice(&[4, 4, 16]);
        skesk
    };
    let strangers: Vec<u8> = (0..8).flat_map(|_| costly("x")).collect();
    let asked = Cell::new(0);
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|bytes| {
            asked.set(asked.get() + usize::from(bytes > 64 << 20));
            Ok(())
        },
    };
    let mut message = [&strangers, &body[..]].concat();
    let error = open(&mut message, &passphrase("p"), &limits).unwrap_err();
    assert_eq!((error.kind(), asked.get()), (ErrorKind::DecryptFailed, 3));
    // A cheap one behind them is tried.
    let cheap = session_key("p", &key, iterated(), cipher, mode);
    let message = [&strangers[..strangers.len() / 2], &cheap, &body[..]].concat();
    assert_eq!(opened(&message, &passphrase("p")).unwrap(), TEXT);
}

/// What derivations took is given back before anything else is asked for.
#[test]
fn memory_of_derivations_is_asked_for_until_they_are_done() {
    let (cipher, mode) = (Cipher::AES256, Mode::Ocb);
    let key = cipher.new_session_key(OsRng);
    let skesk = session_key(
        "p",
        &key,
        StringToKey::new_argon2(OsRng, 1, 1, 12),
        cipher,
        mode,
    );
    let packets = literal(&[7; 1000]);
    let body = packet(18, &data(&packets, &key, cipher, mode, ChunkSize::C64B));
    // Read into a buffer that has more room.
    let mut message = Vec::with_capacity(100_000);
    message.extend_from_slice(&[skesk, body].concat());
    let (held, asked) = (message.capacity(), std::cell::RefCell::new(Vec::new()));
    let limits = Limits {
        max_plaintext: NO_LIMIT,
        proceed: &|bytes| {
            asked.borrow_mut().push(bytes);
            Ok(())
        },
    };
    open(&mut message, &passphrase("p"), &limits).unwrap();
    let chunk = 64 + 16;
    assert_eq!(*asked.borrow(), [held + (4 << 20), held, held + chunk]);
}

/// Octets of the head are changed at random and the end is cut off: each result is an error or the original plaintext.
#[test]
fn hostile_heads_are_refused() {
    let (cipher, mode) = (Cipher::AES256, Mode::Ocb);
    let whole = message(&literal(&[7; 200]), cipher, mode, ChunkSize::C64B);
    let mut refused = 0;
    for seed in 0..6_000 {
        let random = noise(seed, 8);
        let mut message = whole.clone();
        for pair in random.chunks(2).take(1 + usize::from(random[7] % 4)) {
            let at = usize::from(pair[0]) % 130;
            message[at] = pair[1];
        }
        // An S2K count of 65 million, 0xff, is no error but slow: such messages are left out.
        message.truncate(message.len() - usize::from(random[6]) % 20);
        if message != whole && message.get(13) != Some(&0xff) {
            // Some lengths are redundant: changing them changes nothing that is read.
            match opened(&message, &passphrase("p")) {
                Ok(content) => assert_eq!(content, [7; 200], "{seed}"),
                Err(error) => {
                    let kinds = [ErrorKind::DecryptFailed, ErrorKind::UnsupportedFormat];
                    assert!(kinds.contains(&error.kind()), "{seed}: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 5_000, "{refused}");
}
