//! Hundreds of messages that a hostile sender, storage or service could make, derived from valid ones one by one. What
//! the format lets a reader notice is refused; what is read nevertheless has exactly the content of its writer, and
//! the reason stands beside it. Nothing that depends on what unverified data decrypts to shows in an error. Time and
//! memory of each are measured and bounded. `make test-hostile` shows the figures.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pgp::composed::{Deserializable as _, SignedPublicKey};
use pgp::crypto::aead::AeadAlgorithm as Mode;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm as Cipher;
use pgp::packet::{PacketTrait as _, PublicKeyEncryptedSessionKey};
use pgp::types::StringToKey;
use rand_core::OsRng;
use sendsafely::raw::{decrypt_keycode, decrypt_part};
use sendsafely::{ClientOptions, ErrorKind, Package, Result, SecretString};
use sha1::{Digest as _, Sha1};
use support::alone::{MIB, forget_peak, is_alone, peak};
use support::crafting::*;
use support::openpgp::{NODE, part};
use support::*;

const SECRET: &str = "SERVERSECRETexample";
const KEYCODE: &str = "KEYCODEexample";

/// What a message may cost: eight derivations of 65 million octets, or decompression to 64 MiB, in a debug build.
const MOST_TIME: Duration = Duration::from_secs(20);
/// What it may take: content that doubles up to 64 MiB, decompressors, or Argon2's 64 MiB; twice the message.
const MOST_MEMORY: usize = 128 * MIB;
/// The words of every failure that depends on what data decrypts to.
const ALIKE: &str = "the data could not be decrypted: wrong keycode, or damaged data";

#[derive(Clone, Copy, PartialEq)]
enum Expect {
    /// It has exactly its content, and that is right because ...
    Right(&'static str),
    /// Refused for what anybody sees without a key.
    Form,
    /// Refused by what it decrypts to: all of these look the same.
    Alike,
    /// Refused for its content, which is verified: its writer knows the passphrase.
    Content,
}
use Expect::{Alike, Content, Form, Right};

struct Case {
    family: &'static str,
    name: String,
    message: Vec<u8>,
    expect: Expect,
}

/// The messages under a passphrase.
struct Cases {
    passphrase: String,
    family: &'static str,
    all: Vec<Case>,
}

/// Whether what takes long is tried as well, as by `make test-hostile`.
fn full() -> bool {
    std::env::var_os("HOSTILE_FULL").is_some()
}

fn text() -> Vec<u8> {
    noise(1, 300)
}

impl Cases {
    /// `bomb` is what compressed messages unpack to, if there are to be any that unpack to too much.
    fn new(passphrase: &str, bomb: Option<usize>) -> Self {
        let mut cases = Self {
            passphrase: passphrase.to_owned(),
            family: "",
            all: Vec::new(),
        };
        cases.integrity();
        cases.authenticated_modes();
        cases.compression();
        if let Some(size) = bomb {
            cases.bombs(size);
        }
        cases.derivations();
        cases.many_session_keys();
        cases.signatures();
        cases.packet_lengths();
        cases.other_packets();
        cases.cut_and_continued();
        cases.literals();
        cases.armor();
        cases
    }

    fn add(&mut self, name: impl Into<String>, message: Vec<u8>, expect: Expect) {
        self.all.push(Case {
            family: self.family,
            name: name.into(),
            message,
            expect,
        });
    }

    /// A message whose content is verified: these packets are in it.
    fn inside(&mut self, name: impl Into<String>, packets: &[u8], expect: Expect) {
        let message = message(&self.passphrase, packets);
        self.add(name, message, expect);
    }

    fn integrity(&mut self) {
        self.family = "modification detection";
        let passphrase = &self.passphrase.clone();
        let plain = stream(&literal(&text()));
        let code = mdc(&plain);
        let body = |stream: &[u8]| [SIMPLE, &packet(18, &cfb(passphrase, stream))].concat();
        let with = |code: &[u8]| body(&[&plain[..], code].concat());
        self.add("none", body(&plain), Alike);
        for kept in 1..code.len() {
            self.add(format!("cut to {kept} octets"), with(&code[..kept]), Alike);
        }
        for at in 0..code.len() {
            let mut wrong = code.clone();
            wrong[at] ^= 0x80;
            self.add(format!("wrong octet {at}"), with(&wrong), Alike);
        }
        let digest = |of: &[&[u8]]| [&MDC[..], &Sha1::digest(of.concat())].concat();
        for (name, code) in [
            ("not over its own header", digest(&[&plain])),
            ("not over the prefix", digest(&[&plain[18..], &MDC])),
            ("not over the content", digest(&[&plain[..18], &MDC])),
            ("over nothing", digest(&[])),
            ("twice", [&code[..], &code].concat()),
            ("of zeros", [&MDC[..], &[0; 20]].concat()),
            ("stripped header", code[2..].to_vec()),
        ] {
            self.add(name, with(&code), Alike);
        }
        for header in [
            [0xd3, 0x13],
            [0xd3, 0x15],
            [0xd2, 0x14],
            [0xcc, 0x14],
            [0, 0],
        ] {
            let digest = Sha1::digest([&plain[..], &header].concat());
            let code = [&header[..], &digest].concat();
            self.add(format!("header {header:02x?}"), with(&code), Alike);
        }
        for at in 14..18 {
            let mut wrong = plain.clone();
            wrong[at] ^= 1;
            let code = mdc(&wrong);
            let stream = [&wrong[..], &code].concat();
            self.add(format!("prefix octet {at}"), body(&stream), Alike);
        }
        for size in 0..42 {
            let stream = &[&plain[..18], &code].concat()[..size.min(40)];
            let expect = if size < 40 { Alike } else { Content };
            self.add(format!("a stream of {size} octets"), body(stream), expect);
        }
        let whole = [&plain[..], &code].concat();
        let loose = unprotected(&key(passphrase), &literal(&text()));
        let loose_with_code = unprotected(&key(passphrase), &whole[18..]);
        for (name, data) in [
            ("data without protection", packet(9, &loose)),
            ("the same of the old format", old_packet(9, 1, &loose)),
            ("of unknown length", old_packet(9, 3, &loose)),
            ("with a code at its end", packet(9, &loose_with_code)),
            (
                "protected data named otherwise",
                packet(9, &cfb(passphrase, &whole)),
            ),
            (
                "the same without version",
                packet(9, &cfb(passphrase, &whole)[1..]),
            ),
            ("GnuPG's own mode", packet(20, &cfb(passphrase, &whole))),
        ] {
            self.add(name, [SIMPLE, &data].concat(), Form);
        }
        for version in [0, 2, 3, 4, 0x7f, 0xff] {
            let mut data = cfb(passphrase, &whole);
            data[0] = version;
            let message = [SIMPLE, &packet(18, &data)].concat();
            self.add(format!("version {version}"), message, Form);
        }
        let data = [&[1], &loose[..]].concat();
        self.add(
            "unprotected data as protected",
            [SIMPLE, &packet(18, &data)].concat(),
            Alike,
        );
    }

    fn authenticated_modes(&mut self) {
        self.family = "authenticated modes";
        let passphrase = &self.passphrase.clone();
        let s2k = || StringToKey::new_iterated(OsRng, HashAlgorithm::Sha256, 0);
        for mode in [Mode::Eax, Mode::Ocb, Mode::Gcm] {
            let (skesk, body) = authenticated(passphrase, mode, s2k(), &literal(&text()));
            let of = |body: &[u8]| [&skesk[..], &packet(18, body)].concat();
            let named = |what: &str| format!("{mode:?}: {what}");
            self.add(named("whole"), of(&body), Right("an authenticated mode"));
            for (at, what) in ["version", "cipher", "mode", "size of chunks"]
                .iter()
                .enumerate()
            {
                for value in [0, 1, 2, 3, 6, 7, 8, 9, 16, 17, 255] {
                    let mut body = body.clone();
                    if body[at] == value {
                        continue;
                    }
                    body[at] = value;
                    // A known one leads to wrong keys.
                    let known = [
                        &[][..],
                        &[7, 8, 9],
                        &[1, 2, 3],
                        &[0, 1, 2, 3, 6, 7, 8, 9, 16],
                    ][at];
                    let expect = if known.contains(&value) { Alike } else { Form };
                    self.add(named(&format!("{what} {value}")), of(&body), expect);
                }
            }
            for at in [
                4,
                20,
                35,
                36,
                100,
                body.len() - 17,
                body.len() - 16,
                body.len() - 1,
            ] {
                let mut body = body.clone();
                body[at] ^= 1;
                self.add(named(&format!("octet {at}")), of(&body), Alike);
            }
            let (head, chunks) = body.split_at(36);
            let (chunks, last) = chunks.split_at(chunks.len() - 16);
            let chunks: Vec<_> = chunks.chunks(80).collect();
            for number in 0..chunks.len() {
                let mut less = chunks.clone();
                less.remove(number);
                let message = of(&[head, &less.concat(), last].concat());
                self.add(named(&format!("without chunk {number}")), message, Alike);
                let mut more = chunks.clone();
                more.insert(number, chunks[number]);
                let message = of(&[head, &more.concat(), last].concat());
                self.add(named(&format!("chunk {number} twice")), message, Alike);
            }
            let mut swapped = chunks.clone();
            swapped.swap(0, 1);
            self.add(
                named("chunks swapped"),
                of(&[head, &swapped.concat(), last].concat()),
                Alike,
            );
            self.add(
                named("no last tag"),
                of(&[head, &chunks.concat()].concat()),
                Alike,
            );
            self.add(named("no chunks"), of(&[head, last].concat()), Alike);
            self.add(
                named("the last tag twice"),
                of(&[&body[..], last].concat()),
                Alike,
            );
            for size in [1, 3, 4, 35] {
                self.add(named(&format!("{size} octets")), of(&body[..size]), Form);
            }
            for size in [36, 51] {
                self.add(named(&format!("{size} octets")), of(&body[..size]), Alike);
            }
            let own = [SIMPLE, &packet(18, &body)].concat();
            self.add(named("with a key of version 4"), own, Form);
            let other = [&skesk[..], &data(passphrase, &literal(&text()))].concat();
            self.add(named("version 1 with a key of version 6"), other, Form);
            for at in 2..skesk.len() {
                let mut skesk = skesk.clone();
                skesk[at] ^= 1;
                let message = [&skesk[..], &packet(18, &body)].concat();
                // The fields before the salt say what follows; they are seen by anybody.
                let expect = match at {
                    3 => Right("a count repeats what the fields after it say"),
                    0..15 => Form,
                    _ => Alike,
                };
                self.add(named(&format!("octet {at} of the key")), message, expect);
            }
            let (_, unnamed) = authenticated(passphrase, mode, s2k(), b"");
            self.add(named("another message's data"), of(&unnamed), Alike);
            let (skesk, body) = authenticated(passphrase, mode, s2k(), b"");
            let empty = [&skesk[..], &packet(18, &body)].concat();
            self.add(named("nothing in it"), empty, Content);
        }
    }

    fn compression(&mut self) {
        self.family = "compression";
        let plain = literal(&text());
        for (name, algorithm) in [("zip", ZIP), ("zlib", ZLIB), ("bzip2", BZIP2), ("none", 0)] {
            let mut packets = plain.clone();
            for depth in 1..=12 {
                packets = compressed(algorithm, &packets);
                let expect = match depth {
                    1..=4 => Right("up to four layers of compression"),
                    _ => Content,
                };
                self.inside(format!("{name}, {depth} layers"), &packets, expect);
            }
            let body = compressed_body(algorithm, &plain);
            for cut in [1, body.len() / 2, body.len() - 1] {
                self.inside(
                    format!("{name}, cut to {cut}"),
                    &packet(8, &body[..cut]),
                    Content,
                );
            }
            let mut wrong = body.clone();
            let at = wrong.len() / 2;
            wrong[at] ^= 0x55;
            // The others have no checksum: it is another literal, as its writer may write.
            if [ZLIB, BZIP2].contains(&algorithm) {
                self.inside(format!("{name}, damaged"), &packet(8, &wrong), Content);
            }
            self.inside(
                format!("{name} of nothing"),
                &compressed(algorithm, &[]),
                Content,
            );
            let twice = compressed(algorithm, &[&plain[..], &plain].concat());
            self.inside(format!("{name} of two"), &twice, Content);
            let two = [compressed(algorithm, &plain), compressed(algorithm, &plain)].concat();
            self.inside(format!("two of {name}"), &two, Content);
            let after = [&compressed(algorithm, &plain)[..], &plain].concat();
            self.inside(format!("{name} and a literal"), &after, Content);
        }
        for algorithm in [4, 99, 100, 110, 255] {
            self.inside(
                format!("algorithm {algorithm}"),
                &compressed(algorithm, &plain),
                Content,
            );
        }
        for (name, algorithm) in [("zip", ZIP), ("zlib", ZLIB), ("bzip2", BZIP2)] {
            let many = compressed(algorithm, &MARKER.repeat(20_000));
            self.inside(format!("markers without end in {name}"), &many, Content);
            let layer = compressed(algorithm, &[]).repeat(20_000);
            self.inside(format!("empty {name} without end"), &layer, Content);
        }
    }

    /// Content, or nothing, of more than is allowed, in one layer and in two.
    fn bombs(&mut self, size: usize) {
        self.family = "bombs";
        let much = literal(&vec![0; size]);
        let nothing = [packet(21, &vec![0; size + MIB]), literal(&text())].concat();
        for (name, algorithm) in [("zip", ZIP), ("zlib", ZLIB), ("bzip2", BZIP2)] {
            for (what, packets) in [("content", &much), ("padding", &nothing)] {
                let bomb = compressed(algorithm, packets);
                self.inside(format!("a bomb of {name}: {what}"), &bomb, Content);
                let bomb = compressed(algorithm, &bomb);
                self.inside(format!("in two layers of {name}: {what}"), &bomb, Content);
            }
        }
        // A stream that does not end.
        let mut endless = vec![ZIP];
        for _ in 0..1000 {
            // A stored block that is not the last one.
            endless.extend([0, 0, 2, 0xff, 0xfd]);
            endless.extend([0xa5; 512]);
        }
        self.inside("zip without an end", &packet(8, &endless), Content);
    }

    fn derivations(&mut self) {
        self.family = "key derivations";
        let passphrase = self.passphrase.clone();
        let data = data(&passphrase, &literal(&text()));
        let before = |skesk: &[u8]| [skesk, &data].concat();
        for hash in 0..=13 {
            let expect = match hash {
                8 => Right("the session key is the hash of the passphrase"),
                // Known ones derive another key.
                2 | 3 | 9 | 10 | 11 => Alike,
                _ => Form,
            };
            self.add(
                format!("simple, hash {hash}"),
                before(&skesk(9, &[0, hash])),
                expect,
            );
        }
        for cipher in (0..=13).chain([99, 255]) {
            let expect = match cipher {
                9 => Right("the session key is the hash of the passphrase"),
                1..=4 | 7 | 8 | 10..=13 => Alike,
                _ => Form,
            };
            self.add(
                format!("cipher {cipher}"),
                before(&skesk(cipher, &[0, 8])),
                expect,
            );
        }
        for count in (0..=255).step_by(17) {
            let skesk = skesk(9, &iterated(8, 1, count));
            self.add(format!("count {count:#04x}"), before(&skesk), Alike);
            let skesk = packet(3, &[&[4, 9][..], &iterated(10, 1, count)].concat());
            self.add(
                format!("count {count:#04x} of SHA-512"),
                before(&skesk),
                Alike,
            );
        }
        for (passes, lanes, memory, expect) in [
            (1, 4, 16, Alike),
            (4, 4, 16, Alike),
            (5, 4, 16, Form),
            (255, 1, 16, Form),
            (255, 1, 10, Alike),
            (1, 1, 17, Form),
            (1, 1, 22, Form),
            (1, 1, 31, Form),
            (1, 1, 32, Form),
            (1, 1, 255, Form),
            (0, 1, 10, Form),
            (1, 0, 10, Form),
            (1, 255, 10, Form),
            (1, 255, 16, Alike),
            (1, 4, 3, Form),
            (0, 0, 0, Form),
        ] {
            let skesk = skesk(9, &argon2(passes, lanes, memory));
            let name = format!("Argon2: {passes} passes, {lanes} lanes, 2^{memory} KiB");
            self.add(name, before(&skesk), expect);
        }
        for kind in [2, 5, 100, 101, 110, 255] {
            let skesk = skesk(9, &[kind, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x60]);
            self.add(format!("kind {kind}"), before(&skesk), Form);
        }
        for version in [0, 3, 5, 7, 255] {
            let skesk = packet(3, &[version, 9, 0, 8]);
            self.add(format!("a key of version {version}"), before(&skesk), Form);
        }
        for body in 0..15 {
            let whole = [&[4, 9][..], &iterated(8, 1, 0)].concat();
            if body < whole.len() {
                let skesk = packet(3, &whole[..body]);
                self.add(format!("a key cut to {body} octets"), before(&skesk), Form);
            }
        }
        for length in [1, 2, 16, 17, 32, 33, 34, 64, 1000] {
            let key = [
                &[4, 9, 0, 8],
                &noise(length, usize::try_from(length).unwrap())[..],
            ]
            .concat();
            self.add(
                format!("{length} octets for a session key"),
                before(&packet(3, &key)),
                Alike,
            );
        }
        for length in [1025, 100_000, 3 << 20] {
            let key = [&[4, 9, 0, 8], &noise(1, length)[..]].concat();
            self.add(
                format!("a key of {length} octets"),
                before(&packet(3, &key)),
                Form,
            );
        }
    }

    fn many_session_keys(&mut self) {
        self.family = "many session keys";
        let passphrase = self.passphrase.clone();
        let data = data(&passphrase, &literal(&text()));
        let stranger = |salt: usize, count| {
            let salt = u8::try_from(salt % 256).unwrap();
            packet(
                3,
                &[&[4, 9][..], &iterated(8, salt, count), &[salt; 33]].concat(),
            )
        };
        for many in [1, 2, 7, 8, 9, 64, 1000, 20_000] {
            let strangers: Vec<u8> = (0..many).flat_map(|salt| stranger(salt, 0)).collect();
            let first = [SIMPLE, &strangers, &data].concat();
            self.add(
                format!("the right one before {many}"),
                first,
                Right("one of eight keys fits"),
            );
            let expect = match many {
                0..=7 => Right("one of eight keys fits"),
                _ => Alike,
            };
            let last = [&strangers[..], SIMPLE, &data].concat();
            self.add(format!("the right one after {many}"), last, expect);
            self.add(
                format!("{many} strangers"),
                [&strangers[..], &data].concat(),
                Alike,
            );
            let public = packet(1, &[3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 8, 0xff]).repeat(many);
            let skipped = [&public[..], SIMPLE, &data].concat();
            self.add(
                format!("{many} for private keys"),
                skipped,
                Right("keys for others are skipped"),
            );
            if !full() && ![8, 20_000].contains(&many) {
                continue;
            }
            let costly: Vec<u8> = (0..many).flat_map(|salt| stranger(salt, 0xff)).collect();
            self.add(
                format!("{many} costly ones"),
                [&costly[..], &data].concat(),
                Alike,
            );
            let argon2 = packet(3, &[&[4, 9][..], &argon2(4, 4, 16)].concat()).repeat(many);
            self.add(
                format!("{many} of Argon2"),
                [&argon2[..], &data].concat(),
                Alike,
            );
        }
        self.add("none at all", data.clone(), Alike);
        self.add("keys alone", SIMPLE.repeat(3), Form);
        self.add("the key after the data", [&data[..], SIMPLE].concat(), Form);
        self.add(
            "the same key twice",
            [SIMPLE, SIMPLE, &data].concat(),
            Right("one of eight keys fits"),
        );
        let two = [SIMPLE, &data, &data].concat();
        self.add("two data packets", two, Form);
        let nested = message(&passphrase, &message(&passphrase, &literal(&text())));
        self.add("a message in a message", nested, Content);
    }

    fn signatures(&mut self) {
        self.family = "signatures";
        let plain = literal(&text());
        let one_pass = packet(4, &[3, 0, 10, 1, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
        let signature = packet(2, &[4, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 8, 1]);
        for many in [1, 2, 100, 4000, 5001, 20_000] {
            let expect = match many {
                0..5000 => Right("signatures are skipped, not hashed"),
                _ => Content,
            };
            let both = [one_pass.repeat(many), plain.clone(), signature.repeat(many)].concat();
            self.inside(format!("{many} of them"), &both, expect);
            let before = [signature.repeat(many), plain.clone()].concat();
            let expect = match many {
                0..10_000 => Right("signatures are skipped, not hashed"),
                _ => Content,
            };
            self.inside(format!("{many} before"), &before, expect);
        }
        self.inside(
            "one without its announcement",
            &[&plain[..], &signature].concat(),
            Content,
        );
        self.inside("alone", &signature, Content);
        self.inside("announced alone", &one_pass, Content);
        let large = [packet(2, &noise(1, 1 << 20)), plain.clone()].concat();
        self.inside(
            "a large one",
            &large,
            Right("signatures are skipped, not hashed"),
        );
        let packed = compressed(ZIP, &[one_pass.repeat(9000), plain].concat());
        self.inside(
            "9,000 packed",
            &packed,
            Right("signatures are skipped, not hashed"),
        );
    }

    fn packet_lengths(&mut self) {
        self.family = "lengths of packets";
        let passphrase = self.passphrase.clone();
        let whole = stream(&literal(&text()));
        let body = cfb(&passphrase, &[&whole[..], &mdc(&whole)].concat());
        let of = |data: &[u8]| [SIMPLE, data].concat();
        let odd = Right("lengths in odd pieces: the content is verified");
        for power in 0..=8 {
            self.add(
                format!("a first chunk of 2^{power}"),
                of(&chunked(18, &body, &[power])),
                odd,
            );
            let literal = chunked(11, &literal_body(b'b', b"", &text()), &[power]);
            self.inside(format!("the same inside, 2^{power}"), &literal, odd);
        }
        let bytewise = vec![0; body.len()];
        self.add("octet by octet", of(&chunked(18, &body, &bytewise)), odd);
        let mixed = chunked(18, &body, &[5, 0, 7, 1, 3]);
        self.add("chunks of any size", of(&mixed), odd);
        let mut never = vec![0xd2];
        for piece in body.chunks_exact(64) {
            never.push(0xe0 | 6);
            never.extend(piece);
        }
        self.add("chunks that never end", of(&never), Form);
        let never = [&[0xd2][..], &[0xe0, 1].repeat(500_000)].concat();
        self.add("a million octets of chunks", of(&never), Form);
        let many = chunked(18, &body, &[]);
        let many = [&[0xd2][..], &[0xe0, body[0]], &many[1..2], &many[2..6]].concat();
        self.add(
            "the first octet alone, then a wrong length",
            of(&many),
            Form,
        );
        for power in [16, 24, 30] {
            let huge = [&[0xd2, 0xe0 | power][..], &body].concat();
            self.add(
                format!("a chunk of 2^{power} that is not there"),
                of(&huge),
                Form,
            );
        }
        for more in [1, 2, 1 << 20, u32::MAX] {
            let mut long = packet(18, &body);
            let length = u32::try_from(body.len()).unwrap().saturating_add(more);
            long[2..6].copy_from_slice(&length.to_be_bytes());
            self.add(format!("{more} octets too long"), of(&long), Form);
        }
        for less in [1, 2, 20, 22, 300] {
            let mut short = packet(18, &body);
            let length = u32::try_from(body.len()).unwrap() - less;
            short[2..6].copy_from_slice(&length.to_be_bytes());
            self.add(format!("{less} octets too short"), of(&short), Form);
        }
        let inner = literal_body(b'b', b"", &text());
        for length_type in 1..=3 {
            let literal = old_packet(11, length_type, &inner);
            let all = Right("the old format of packets");
            self.inside(
                format!("a literal of the old format, {length_type}"),
                &literal,
                all,
            );
        }
        for change in [-300_i64, -7, -1, 1, 2, 22, 1 << 30] {
            let mut literal = packet(11, &inner);
            let length = u32::try_from(inner.len() as i64 + change).unwrap();
            literal[2..6].copy_from_slice(&length.to_be_bytes());
            self.inside(format!("a literal that says {change:+}"), &literal, Content);
        }
        for (name, skesk) in [
            ("old", vec![0x8c, 4, 4, 9, 0, 8]),
            ("old, two octets", vec![0x8d, 0, 4, 4, 9, 0, 8]),
            ("old, four octets", vec![0x8e, 0, 0, 0, 4, 4, 9, 0, 8]),
            ("five octets", vec![0xc3, 255, 0, 0, 0, 4, 4, 9, 0, 8]),
            ("in chunks", vec![0xc3, 0xe1, 4, 9, 2, 0, 8]),
        ] {
            let message = [&skesk[..], &packet(18, &body)].concat();
            self.add(format!("the length of the key: {name}"), message, odd);
        }
        let swallows = [&[0x8f, 4, 9, 0, 8][..], &packet(18, &body)].concat();
        self.add("a key of unknown length", swallows, Form);
        let old = [&[0x80 | 18 << 2 & 0x3c | 1][..], &[1, 0x64], &body].concat();
        self.add("a tag that the old format does not have", of(&old), Form);
    }

    fn other_packets(&mut self) {
        self.family = "other packets";
        let passphrase = self.passphrase.clone();
        let (plain, bad) = (literal(&text()), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        for tag in 0..64 {
            let stranger = packet(tag, &bad);
            let before = [&stranger[..], &message(&passphrase, &plain)].concat();
            let skipped = Right("markers, padding and keys that are none are skipped");
            let expect = match tag {
                1 | 3 | 10 | 21 => skipped,
                _ => Form,
            };
            self.add(format!("tag {tag} before the key"), before, expect);
            let between = [SIMPLE, &stranger, &data(&passphrase, &plain)].concat();
            self.add(format!("tag {tag} before the data"), between, expect);
            let expect = match tag {
                1..=4 | 10 | 21 => Right("what is skipped: markers, padding, signatures, keys"),
                _ => Content,
            };
            self.inside(
                format!("tag {tag} before the literal"),
                &[&stranger[..], &plain].concat(),
                expect,
            );
            let expect = match tag {
                10 | 21 => Right("markers and padding after the content"),
                _ => Content,
            };
            self.inside(
                format!("tag {tag} after the literal"),
                &[&plain[..], &stranger].concat(),
                expect,
            );
        }
        for (name, packets) in [
            ("a marker that says something else", packet(10, b"PGQ")),
            ("an empty marker", packet(10, b"")),
            ("a large marker", packet(10, &noise(1, 1 << 20))),
            ("much padding", packet(21, &noise(1, 4 << 20))),
            ("100,000 markers", MARKER.repeat(100_000)),
        ] {
            let skipped = Right("markers, padding and keys that are none are skipped");
            let before = [&packets[..], &message(&passphrase, &plain)].concat();
            self.add(name, before, skipped);
        }
    }

    fn cut_and_continued(&mut self) {
        self.family = "cut and continued";
        let passphrase = self.passphrase.clone();
        let whole = message(&passphrase, &literal(&text()));
        for length in 0..whole.len() {
            self.add(format!("{length} octets"), whole[..length].to_vec(), Form);
        }
        let reframed = |stream: &[u8]| [SIMPLE, &packet(18, &cfb(&passphrase, stream))].concat();
        let stream = stream(&literal(&text()));
        let stream = [&stream[..], &mdc(&stream)].concat();
        for length in (0..stream.len()).step_by(7) {
            self.add(
                format!("data of {length} octets"),
                reframed(&stream[..length]),
                Alike,
            );
        }
        for (name, more) in [
            ("an octet", vec![0]),
            ("a marker", MARKER.to_vec()),
            ("padding", packet(21, b"x")),
            ("the message again", whole.clone()),
            ("a literal", literal(b"more")),
            ("a code", [&MDC[..], &[0; 20]].concat()),
            ("a signature", packet(2, &[4, 0, 1, 8])),
            ("a mebibyte", noise(1, 1 << 20)),
        ] {
            self.add(
                format!("followed by {name}"),
                [&whole[..], &more].concat(),
                Form,
            );
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // After the version of the data all depends on the key.
            let expect = if bit / 8 > SIMPLE.len() + 6 {
                Alike
            } else {
                Form
            };
            // The session key packet's cipher and hash lead elsewhere; none of its changes opens the message.
            self.add(format!("bit {bit} flipped"), flipped, expect);
        }
    }

    fn literals(&mut self) {
        self.family = "literals";
        let same = Right("the content is taken verbatim, whatever its format and name");
        for format in [b'b', b't', b'u', b'l', b'1', b'm', 0, b'x', 0xff] {
            let literal = packet(11, &literal_body(format, b"", &text()));
            self.inside(format!("format {format:#04x}"), &literal, same);
        }
        for name in [
            &b"../../etc/passwd"[..],
            b"_CONSOLE",
            b"\xff\xfe",
            b"a\0b",
            b"sendsafely:1:",
            b"sendsafely:1:1:1",
            b"sendsafely:2:1:1:300",
            b"sendsafely:1:-1:1:300",
            b"sendsafely:1:1:1:99999999999999999999",
            &[b'x'; 255],
        ] {
            let literal = packet(11, &literal_body(b'b', name, &text()));
            self.inside(format!("the name {}", name.escape_ascii()), &literal, same);
        }
        for body in [
            &b""[..],
            b"b",
            b"b\0",
            b"b\0\0\0\0",
            b"b\xff",
            b"b\x05abcd\0\0\0\0",
            b"b\x01",
        ] {
            self.inside(
                format!("{}", body.escape_ascii()),
                &packet(11, body),
                Content,
            );
        }
        let plain = literal(&text());
        self.inside("two of them", &[&plain[..], &plain].concat(), Content);
        self.inside(
            "an empty one after it",
            &[&plain[..], &literal(b"")].concat(),
            Content,
        );
        self.inside("nothing", b"", Content);
        self.inside("markers alone", MARKER, Content);
        self.inside("an octet after it", &[&plain[..], b"x"].concat(), Content);
    }

    fn armor(&mut self) {
        self.family = "armor";
        let whole = message(&self.passphrase, &literal(&text()));
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &whole);
        let armored = |head: &str, text: &str, end: &str| {
            format!("-----BEGIN PGP {head}-----\n\n{text}\n-----END PGP {end}-----\n").into_bytes()
        };
        let all = Right("armor, with or without a checksum");
        self.add("whole", armored("MESSAGE", &base64, "MESSAGE"), all);
        self.add(
            "of another kind",
            armored("SIGNATURE", &base64, "SIGNATURE"),
            Form,
        );
        self.add(
            "of a public key",
            armored("PUBLIC KEY BLOCK", &base64, "PUBLIC KEY BLOCK"),
            Form,
        );
        self.add(
            "cut",
            armored("MESSAGE", &base64[..base64.len() / 2], "MESSAGE"),
            Form,
        );
        self.add("nothing in it", armored("MESSAGE", "", "MESSAGE"), Form);
        let twice = armored("MESSAGE", &base64, "MESSAGE");
        let inner = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &twice);
        self.add("twice", armored("MESSAGE", &inner, "MESSAGE"), Form);
        let headers = "Comment: x\n".repeat(100_000);
        let long = format!(
            "-----BEGIN PGP MESSAGE-----\n{headers}\n{base64}\n-----END PGP MESSAGE-----\n"
        );
        self.add("a mebibyte of headers", long.into_bytes(), Form);
        self.add("text alone", b"hello ".repeat(100_000), Form);
        self.add("dashes", b"-".repeat(1 << 20), Form);
        self.add(
            "never begun",
            [vec![b'\n'; 1 << 20], armored("MESSAGE", &base64, "MESSAGE")].concat(),
            Form,
        );
    }
}

/// How a message was refused, and what all of these have in common.
fn check(case: &Case, result: Result<Vec<u8>>) -> std::result::Result<(), String> {
    let kinds = [
        ErrorKind::DecryptFailed,
        ErrorKind::UnsupportedFormat,
        ErrorKind::PartTooLarge,
    ];
    match (case.expect, result) {
        (Right(_), Ok(content)) if content == text() => Ok(()),
        (Right(_), Ok(content)) => Err(format!("other content: {} octets", content.len())),
        (Right(_), Err(error)) => Err(format!("refused: {error}")),
        (_, Ok(_)) => Err("accepted".to_owned()),
        (Alike, Err(error)) => match (error.kind(), error.message()) {
            (ErrorKind::DecryptFailed, ALIKE) => Ok(()),
            _ => Err(format!("it looks different: {error}")),
        },
        (_, Err(error)) if kinds.contains(&error.kind()) => Ok(()),
        (_, Err(error)) => Err(format!("{error}")),
    }
}

/// What the messages of a family cost.
#[derive(Default)]
struct Figures {
    messages: usize,
    accepted: usize,
    slowest: Duration,
    most: usize,
}

#[test]
fn crafted_messages_are_refused_alike_and_within_bounds() {
    const NAME: &str = "crafted_messages_are_refused_alike_and_within_bounds";
    if !is_alone() {
        return support::alone::alone(NAME, None);
    }
    let bomb = full().then_some(65 * MIB);
    let cases = Cases::new(&format!("{SECRET}{KEYCODE}"), bomb).all;
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let before = forget_peak();
        let started = Instant::now();
        let result = decrypt_part(&SECRET.into(), &KEYCODE.into(), &case.message);
        let (time, memory) = (started.elapsed(), peak().saturating_sub(before));
        let family = figures.entry(case.family).or_default();
        family.messages += 1;
        family.slowest = family.slowest.max(time);
        family.most = family.most.max(memory);
        let mut fails = |how: String| wrong.push(format!("{}: {}: {how}", case.family, case.name));
        if time > MOST_TIME || memory > MOST_MEMORY + 2 * case.message.len() {
            fails(format!("{time:?}, {} MiB", memory / MIB));
        }
        if result.is_ok() {
            family.accepted += 1;
        }
        if let Right(reason) = case.expect {
            reasons.entry(reason).or_default().push(&case.name);
        }
        check(case, result).unwrap_or_else(fails);
    }
    for (reason, names) in &reasons {
        println!("read, since {reason}: {}", names.join("; "));
    }
    println!(
        "\n{:24}{:>10}{:>6}{:>10}{:>10}",
        "", "messages", "read", "slowest", "memory"
    );
    for (name, figures) in &figures {
        let Figures {
            messages,
            accepted,
            slowest,
            most,
        } = figures;
        let (seconds, mebibytes) = (slowest.as_secs_f64(), most / MIB);
        println!("{name:24}{messages:>10}{accepted:>6}{seconds:>8.2} s{mebibytes:>6} MiB");
    }
    println!("{:24}{:>10}", "all", cases.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert!(cases.len() > 300);
}

/// Keycodes for trusted devices may come without any protection, as old clients wrote them. So what such a message
/// decrypts to must not show at all.
#[test]
fn keycodes_for_private_keys_are_refused_alike() {
    let vector = |name| std::fs::read_to_string(format!("tests/vectors/node/{name}")).unwrap();
    let private = SecretString::new(vector("trusted-device-private.asc"));
    let public = vector("trusted-device-public.asc");
    let (public, _) = SignedPublicKey::from_string(&public).unwrap();
    let secret = key("session key");
    let pkesk = PublicKeyEncryptedSessionKey::from_session_key_v3(
        OsRng,
        &secret[..].into(),
        Cipher::AES256,
        &public.public_subkeys[0].key,
    );
    let mut first = Vec::new();
    pkesk.unwrap().to_writer_with_header(&mut first).unwrap();
    let armored = |packets: &[u8]| {
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, packets);
        format!("-----BEGIN PGP MESSAGE-----\n\n{base64}\n-----END PGP MESSAGE-----\n")
    };
    let open = |packets: &[u8]| decrypt_keycode(&armored(packets), &private);
    let loose = |packets: &[u8]| [&first[..], &packet(9, &unprotected(&secret, packets))].concat();
    let plain = literal(KEYCODE.as_bytes());
    assert_eq!(open(&loose(&plain)).unwrap().expose(), KEYCODE);

    let mut tried = 0;
    let mut refuses = |packets: &[u8], name: &str| {
        tried += 1;
        let error = open(packets).map(|_| ()).expect_err(name);
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::DecryptFailed, ALIKE),
            "{name}"
        );
    };
    for tag in (0..64).filter(|tag| ![2, 4, 10, 21, 1, 3].contains(tag)) {
        let packets = [&packet(tag, &[0, 1, 2, 3, 4, 5, 6, 7, 8])[..], &plain].concat();
        refuses(&loose(&packets), &format!("tag {tag}"));
    }
    for algorithm in [0, ZIP, ZLIB, BZIP2] {
        let layers = (0..6).fold(plain.clone(), |inner, _| compressed(algorithm, &inner));
        refuses(&loose(&layers), "too many layers");
        let bomb = compressed(algorithm, &literal(&vec![b'k'; 1 << 20]));
        refuses(&loose(&bomb), "a bomb");
        let cut = compressed_body(algorithm, &plain);
        refuses(&loose(&packet(8, &cut[..cut.len() - 1])), "cut");
    }
    refuses(&loose(&MARKER.repeat(20_000)), "too many packets");
    refuses(&loose(&message("p", &plain)), "a message in it");
    refuses(&loose(&literal(b"\xff\xfe")), "no text");
    refuses(&loose(&literal(b"")), "empty");
    refuses(&loose(&[&plain[..], &plain].concat()), "two");
    let whole = loose(&plain);
    for length in first.len()..whole.len() {
        refuses(&whole[..length], "cut");
    }
    let data = unprotected(&secret, &plain);
    for length in 0..data.len() {
        refuses(
            &[&first[..], &packet(9, &data[..length])].concat(),
            "cut data",
        );
    }
    // A changed octet either hits the form, or the text, which is then no keycode of the package.
    for bit in (first.len() + 6) * 8..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // The repeated octets are compared; the other random ones, name and date are not.
        if let Err(error) = open(&flipped) {
            assert_eq!(error.message(), ALIKE, "bit {bit}");
        }
    }
    let stranger = |number: u8| {
        let mut body = vec![3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 8, 0];
        body.extend([number | 1; 256]);
        packet(1, &body)
    };
    let strangers: Vec<u8> = (0..63).flat_map(stranger).collect();
    let started = Instant::now();
    let many = [&strangers[..], &whole].concat();
    assert_eq!(
        open(&many).unwrap().expose(),
        KEYCODE,
        "64 private key operations"
    );
    let many = [&strangers[..], &stranger(63), &whole].concat();
    assert_eq!(open(&many).unwrap_err().message(), ALIKE);
    println!(
        "{tried} keycodes refused alike; 64 private key operations: {:?}",
        started.elapsed()
    );
    assert!(started.elapsed() < MOST_TIME);
}

/// A small package of the sender, opened by its recipient, and the passphrase of its parts.
fn received(emulator: &Emulator, options: ClientOptions) -> (Package, String) {
    let package = package(&emulator.client());
    upload(&package, "small.txt", b"small").unwrap();
    let link = finalize(&package);
    let secret = emulator.package(package.id())["server_secret"].clone();
    let keycode = link.split("keyCode=").nth(1).unwrap();
    let passphrase = format!("{}{keycode}", secret.as_str().unwrap());
    let client = emulator.client_of(1, options);
    (
        Package::open_link(&client, &mut (), &link).unwrap(),
        passphrase,
    )
}

fn without_retries() -> ClientOptions {
    ClientOptions {
        retry_window: Duration::ZERO,
        max_part_bytes: 4 * MIB as u64,
        ..options()
    }
}

#[test]
fn a_download_refuses_what_the_format_refuses() {
    let emulator = Emulator::start();
    let (package, passphrase) = received(&emulator, without_retries());
    let cases = Cases::new(&passphrase, Some(5 * MIB)).all;
    let mut alike: Option<(ErrorKind, String)> = None;
    let mut tried = 0;
    for case in cases
        .iter()
        .enumerate()
        .filter(|(number, case)| number % 29 == 0 || case.family == "bombs")
        .map(|(_, case)| case)
        .filter(|case| case.message.len() <= 4 * MIB)
    {
        tried += 1;
        let name = format!("{}: {}", case.family, case.name);
        let message = std::slice::from_ref(&case.message);
        let file = emulator.add_file(package.id(), "hostile.bin", text().len(), message);
        let directory = TempDir::new();
        match (case.expect, download_into(&package, &file, &directory)) {
            (Right(_), result) => assert!(result.unwrap() == text(), "{name}"),
            (_, Ok(_)) => panic!("{name}: accepted"),
            (expect, Err(error)) => {
                assert_eq!(directory.names(), [""; 0], "{name}");
                if expect == Alike {
                    let seen = (error.kind(), error.to_string());
                    assert_eq!(alike.get_or_insert(seen.clone()), &seen, "{name}");
                }
            }
        }
    }
    println!(
        "{tried} messages downloaded; those that decrypt to nothing: {:?}",
        alike.unwrap()
    );
}

/// What becomes of a file whose parts storage has exchanged.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Parts {
    Refused,
    /// A limit that `docs/security-model.md` names.
    Unnoticed,
}

fn exchanged(own: &[Vec<u8>], at: usize, other: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = own.to_vec();
    parts[at] = other.to_vec();
    parts
}

#[test]
fn parts_of_elsewhere_are_refused() {
    use Parts::{Refused, Unnoticed};
    const MANY: usize = 4;
    let emulator = Emulator::start();
    let stored = |file: &str, parts: usize| -> Vec<Vec<u8>> {
        let part = |number| emulator.admin("GET", &format!("/files/{file}/parts/{number}"), b"");
        (1..=parts).map(part).collect()
    };
    let client = emulator.client();
    let sent = |name: &str, package: &Package, parts: usize, seed| {
        let file = upload(package, name, &noise(seed, parts * PART)).unwrap();
        stored(&file.file_id, parts)
    };
    let (sender, elsewhere) = (package(&client), package(&client));
    sender.set_message(&mut (), "hello").unwrap();
    let own = sent("own.bin", &sender, MANY, 1);
    let same_shape = sent("same.bin", &sender, MANY, 2);
    let shorter = sent("shorter.bin", &sender, MANY - 1, 3);
    let foreign_package = sent("own.bin", &elsewhere, MANY, 1);
    let link = finalize(&sender);
    let raw = emulator.package(sender.id());
    let keycode = link.split("keyCode=").nth(1).unwrap();
    let passphrase = format!("{}{keycode}", raw["server_secret"].as_str().unwrap());
    let data = noise(1, MANY * PART);
    let unnumbered: Vec<_> = data
        .chunks(PART)
        .map(|data| part(NODE, &passphrase, data))
        .collect();
    let message = raw["message"].as_str().unwrap();
    let message = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, message);
    let message = message.unwrap();

    let mut cases = vec![
        ("own.bin as it is".to_owned(), own.clone(), Unnoticed),
        (
            "all of another file of the same shape".to_owned(),
            same_shape.clone(),
            Unnoticed,
        ),
        (
            "all of another package".to_owned(),
            foreign_package.clone(),
            Refused,
        ),
        (
            "one part, four times".to_owned(),
            vec![own[0].clone(); MANY],
            Refused,
        ),
        ("unnumbered parts".to_owned(), unnumbered.clone(), Unnoticed),
    ];
    let others = same_shape.iter().zip(&foreign_package);
    for (at, (same, foreign)) in others.enumerate() {
        let mut add = |what: &str, other: &[u8], expect| {
            cases.push((
                format!("{what} as part {}", at + 1),
                exchanged(&own, at, other),
                expect,
            ));
        };
        for from in (0..MANY).filter(|from| *from != at) {
            add(&format!("part {}", from + 1), &own[from], Refused);
        }
        for from in &shorter {
            add("one of a file of another shape", from, Refused);
        }
        add("that of a file of the same shape", same, Unnoticed);
        add("that of another package", foreign, Refused);
        add("one without a number", &unnumbered[at], Refused);
        add("the message", &message, Refused);
        add("nothing", b"", Refused);
        add("two of them", &[&own[at][..], &own[at]].concat(), Refused);
        add("half of it", &own[at][..PART / 2], Refused);
        let mut flipped = own[at].clone();
        flipped[PART / 3] ^= 1;
        add("a flipped bit", &flipped, Refused);
        for other in 0..at {
            let mut parts = own.clone();
            parts.swap(at, other);
            cases.push((
                format!("{} and {} swapped", other + 1, at + 1),
                parts,
                Refused,
            ));
            let mut parts = unnumbered.clone();
            parts.swap(at, other);
            cases.push((
                format!("{} and {} unnumbered, swapped", other + 1, at + 1),
                parts,
                Unnoticed,
            ));
        }
        let mut fewer = own.clone();
        fewer.remove(at);
        cases.push((format!("without part {}", at + 1), fewer, Refused));
        let mut more = own.clone();
        more.insert(at, own[at].clone());
        cases.push((format!("part {} twice", at + 1), more, Refused));
        let twice = exchanged(&unnumbered, at, &unnumbered[(at + 1) % MANY]);
        cases.push((format!("unnumbered part {} again", at + 1), twice, Refused));
    }
    let receiver = emulator.client_of(1, without_retries());
    let package = Package::open_link(&receiver, &mut (), &link).unwrap();
    let mut wrong = Vec::new();
    for (name, parts, expect) in &cases {
        let file = emulator.add_file(package.id(), "exchanged.bin", data.len(), parts);
        let directory = TempDir::new();
        let result = download_into(&package, &file, &directory);
        let left = directory.names().len();
        match (expect, &result) {
            (Refused, Err(_)) if left == 0 => {}
            (Unnoticed, Ok(content)) if content.len() == data.len() => {}
            _ => wrong.push(format!(
                "{name}: {:?}, {left} files",
                result.map(|data| data.len())
            )),
        }
    }
    println!("{} files with exchanged parts", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
