//! The kernels beside rPGP and beside the portable code, in one run: `make bench-kernel`.
//!
//! All take turns, many times, and the shortest processor time of each counts: so other work on the machine, which
//! comes and goes, disturbs the ratios least. Criterion measures one after the other, by the clock on the wall. rPGP
//! writes and reads whole messages, as the library did without kernels; the rest of a message costs 0.2 % of that.

use std::hint::black_box;
use std::io::Read as _;
use std::time::Duration;

use pgp::composed::{Message, MessageBuilder};
use pgp::crypto::{hash::HashAlgorithm, sym::SymmetricKeyAlgorithm};
use pgp::types::{Password, StringToKey};
use sendsafely_cfb::{Lane, decrypt_and_verify_lanes, hash_and_encrypt, portable};

/// What clients send.
const PART: usize = 2_621_440;
const ROUNDS: usize = 60;
const KEYS: [[u8; 32]; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];

struct Bench {
    name: &'static str,
    /// How many parts one call works on.
    parts: usize,
    work: Box<dyn FnMut()>,
    shortest: Duration,
}

impl Bench {
    fn new(name: &'static str, parts: usize, work: impl FnMut() + 'static) -> Self {
        Self {
            name,
            parts,
            work: Box::new(work),
            shortest: Duration::MAX,
        }
    }

    /// In bytes a second.
    fn speed(&self) -> f64 {
        (self.parts * PART) as f64 / self.shortest.as_secs_f64()
    }
}

fn parts(count: usize) -> Vec<Vec<u8>> {
    vec![vec![7; PART]; count]
}

fn encrypt(parts: &mut [Vec<u8>]) {
    let lanes = parts.iter_mut().zip(&KEYS);
    let mut lanes: Vec<_> = lanes.map(|(stream, key)| Lane { key, stream }).collect();
    hash_and_encrypt(&mut lanes);
}

fn decrypt<const N: usize>(parts: &mut [Vec<u8>; N]) {
    let mut keys = KEYS.iter();
    let lanes = (parts.each_mut()).map(|stream| Lane {
        key: keys.next().expect("not so many lanes"),
        stream,
    });
    // What is no ciphertext takes as long.
    black_box(decrypt_and_verify_lanes(lanes));
}

fn seal_with_rpgp(plain: &[u8]) -> Vec<u8> {
    let mut rng = rand_core::OsRng;
    let mut builder = MessageBuilder::from_bytes("", plain.to_vec())
        .seipd_v1(&mut rng, SymmetricKeyAlgorithm::AES256);
    let s2k = StringToKey::new_iterated(&mut rng, HashAlgorithm::Sha256, 0x60);
    let encrypted = builder.encrypt_with_password(s2k, &Password::from("p"));
    encrypted.expect("a password");
    builder.to_vec(rng).expect("it fits into memory")
}

fn open_with_rpgp(message: &[u8]) -> Vec<u8> {
    let message = Message::from_bytes(message).expect("a message");
    let message = message.decrypt_with_password(&Password::from("p"));
    let mut plain = Vec::new();
    let read = message.expect("the password").read_to_end(&mut plain);
    read.expect("a sound message");
    plain
}

/// What this thread has had of a processor.
fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the place for the result is this function's.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let [seconds, nanoseconds] = [time.tv_sec, time.tv_nsec].map(i64::unsigned_abs);
    Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds)
}

fn run(title: &str, mut benches: Vec<Bench>) {
    for _ in 0..ROUNDS {
        for bench in &mut benches {
            let start = processor_time();
            (bench.work)();
            bench.shortest = bench.shortest.min(processor_time() - start);
        }
    }
    println!("{title:<34}   MB/s   x rPGP   x portable");
    let (rpgp, portable) = (benches[0].speed(), benches[1].speed());
    for bench in &benches {
        let speed = bench.speed();
        let (name, mb) = (bench.name, speed / 1e6);
        println!(
            "  {name:<32} {mb:6.0} {:8.2} {:12.2}",
            speed / rpgp,
            speed / portable
        );
    }
}

fn main() {
    let several = |name, count| {
        let mut parts = parts(count);
        Bench::new(name, count, move || encrypt(&mut parts))
    };
    let (plain, mut portably) = (parts(1), parts(1));
    let with_rpgp = move || drop(black_box(seal_with_rpgp(&plain[0])));
    run(
        "encryption",
        vec![
            Bench::new("rPGP", 1, with_rpgp),
            Bench::new("portable", 1, move || {
                portable::hash_and_encrypt(&KEYS[0], &mut portably[0]);
            }),
            several("one part", 1),
            several("two parts side by side", 2),
            several("three parts", 3),
            several("four parts", 4),
        ],
    );
    let message = seal_with_rpgp(&parts(1)[0]);
    let with_rpgp = move || drop(black_box(open_with_rpgp(&message)));
    let (mut portably, mut one, mut two) =
        (parts(1), [vec![7; PART]], [vec![7; PART], vec![7; PART]]);
    run(
        "decryption with verification",
        vec![
            Bench::new("rPGP", 1, with_rpgp),
            Bench::new("portable", 1, move || {
                black_box(portable::decrypt_and_verify(&KEYS[0], &mut portably[0]));
            }),
            Bench::new("one part", 1, move || decrypt(&mut one)),
            Bench::new("two parts side by side", 2, move || decrypt(&mut two)),
        ],
    );
}
