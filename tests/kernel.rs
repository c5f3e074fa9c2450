//! The kernels of `sendsafely-cfb` against code that they do not share: rPGP's AES in CFB mode and the crate of SHA-1.
//!
//! Sizes up to 70,000 bytes, all of them if `KERNEL_SIZES=all`, and random ones up to 12 MiB, in every number of lanes,
//! of lengths that differ. The kernels for this processor and the portable ones, which serve every other.

use pgp::crypto::sym::SymmetricKeyAlgorithm::{self, AES128, AES192, AES256};
use rand_core::{OsRng, RngCore as _};
use sendsafely_cfb::{
    DIGEST_LEN, Lane, decrypt_and_verify, decrypt_and_verify_lanes, hash_and_encrypt, portable,
};
use sha1::{Digest as _, Sha1};

/// One message: its key, what it is before it is encrypted, and after that.
#[derive(Clone)]
struct Sample {
    key: [u8; 32],
    plain: Vec<u8>,
    cipher: Vec<u8>,
}

impl Sample {
    /// A message whose hashed part has this length.
    fn new(hashed: usize) -> Self {
        let mut key = [0; 32];
        OsRng.fill_bytes(&mut key);
        let mut plain = vec![0; hashed];
        OsRng.fill_bytes(&mut plain);
        let digest = Sha1::digest(&plain);
        plain.extend(digest);
        let mut cipher = plain.clone();
        encrypt_with(AES256, &key, &mut cipher);
        Self { key, plain, cipher }
    }

    /// What the kernels are given: the place for the digest has no meaning.
    fn unhashed(&self) -> Vec<u8> {
        let mut plain = self.plain.clone();
        let hashed = plain.len() - DIGEST_LEN;
        plain[hashed..].fill(0xa5);
        plain
    }
}

fn encrypt_with(algorithm: SymmetricKeyAlgorithm, key: &[u8], plain: &mut [u8]) {
    let encrypted = algorithm.encrypt_with_iv_regular(key, &[0; 16], plain);
    encrypted.expect("a key of the right length");
}

/// Encrypts all samples side by side, and decrypts them in pairs.
fn check(samples: &[Sample]) {
    let lengths = || samples.iter().map(|s| s.plain.len()).collect::<Vec<_>>();
    let mut streams: Vec<_> = samples.iter().map(Sample::unhashed).collect();
    let lanes = samples.iter().zip(&mut streams);
    let mut lanes: Vec<_> = lanes
        .map(|(Sample { key, .. }, stream)| Lane { key, stream })
        .collect();
    hash_and_encrypt(&mut lanes);
    for (sample, stream) in samples.iter().zip(&mut streams) {
        assert!(*stream == sample.cipher, "encrypted: {:?}", lengths());
    }
    for (samples, streams) in samples.chunks(2).zip(streams.chunks_mut(2)) {
        let verified = match (samples, &mut *streams) {
            ([one, two], [a, b]) => {
                let lane = |key, stream| Lane { key, stream };
                decrypt_and_verify_lanes([lane(&one.key, a), lane(&two.key, b)]) == [true; 2]
            }
            ([one], [stream]) => decrypt_and_verify(&one.key, stream),
            _ => unreachable!("chunks of two"),
        };
        assert!(verified, "verified: {:?}", lengths());
        for (sample, stream) in samples.iter().zip(streams) {
            assert!(*stream == sample.plain, "decrypted: {:?}", lengths());
        }
    }
}

fn check_portable(sample: &Sample) {
    let mut stream = sample.unhashed();
    portable::hash_and_encrypt(&sample.key, &mut stream);
    assert!(stream == sample.cipher, "{}", stream.len());
    assert!(portable::decrypt_and_verify(&sample.key, &mut stream));
    assert!(stream == sample.plain, "{}", stream.len());
}

fn random(below: usize) -> usize {
    usize::try_from(OsRng.next_u32()).expect("32 bits") % below
}

#[test]
fn every_size_in_every_number_of_lanes() {
    let all = std::env::var_os("KERNEL_SIZES").is_some_and(|sizes| sizes == "all");
    let sizes = (0..=70_000).step_by(if all { 1 } else { 997 });
    // Around blocks and steps, in any case.
    for size in (0..700).chain(sizes) {
        let one = Sample::new(size);
        check_portable(&one);
        check(std::slice::from_ref(&one));
        // Beside others, which are shorter, as long, or longer.
        let count = 2 + size % 5;
        let mut samples = vec![one];
        samples.extend((1..count).map(|_| match random(4) {
            0 => Sample::new(size),
            1 => Sample::new(random(size + 1)),
            _ => Sample::new(size + random(200)),
        }));
        check(&samples);
    }
}

#[test]
fn large_ones_of_random_sizes() {
    for count in 1..=5 {
        let samples: Vec<_> = (0..count).map(|_| Sample::new(random(12 << 20))).collect();
        check(&samples);
        check_portable(&samples[0]);
    }
}

#[test]
fn what_differs_in_one_bit_is_not_verified() {
    for size in [0, 1, 43, 44, 45, 63, 64, 65, 127, 128, 129, 500, 5_000] {
        let (sample, other) = (Sample::new(size), Sample::new(333));
        for _ in 0..20 {
            let mut stream = sample.cipher.clone();
            let at = random(stream.len());
            stream[at] ^= 1 << random(8);
            let mut copies = [(); 3].map(|()| stream.clone());
            let [portably, alone, beside] = &mut copies;
            assert!(!portable::decrypt_and_verify(&sample.key, portably));
            assert!(!decrypt_and_verify(&sample.key, alone));
            let mut others = other.cipher.clone();
            let (forged, sound) = (
                Lane {
                    key: &sample.key,
                    stream: beside,
                },
                Lane {
                    key: &other.key,
                    stream: &mut others,
                },
            );
            assert_eq!(decrypt_and_verify_lanes([forged, sound]), [false, true]);
            assert!(others == other.plain);
        }
    }
}

#[test]
fn keys_of_other_lengths_and_streams_that_are_too_short() {
    for (algorithm, length) in [(AES128, 16), (AES192, 24), (AES256, 32)] {
        for size in [0, 1, 44, 200, 3_000] {
            let Sample { key, plain, .. } = Sample::new(size);
            let mut stream = plain.clone();
            encrypt_with(algorithm, &key[..length], &mut stream);
            assert!(decrypt_and_verify(&key[..length], &mut stream));
            assert!(stream == plain);
        }
    }
    for length in [0, 1, 15, 17, 31, 33, 64] {
        assert!(!decrypt_and_verify(&[7; 64][..length], &mut [0; 100]));
    }
    for length in 0..DIGEST_LEN {
        let (mut short, mut long) = (vec![0; length], Sample::new(9));
        assert!(!decrypt_and_verify(&[7; 32], &mut short));
        let [short, long] = [(&[7; 32], &mut short), (&long.key, &mut long.cipher)]
            .map(|(key, stream)| Lane { key, stream });
        assert_eq!(decrypt_and_verify_lanes([short, long]), [false; 2]);
    }
}
