//! AES and SHA-1 by the instructions of x86-64 processors, the one beside the other.
//!
//! Encryption in CFB mode waits for the rounds of each block before it can begin the next one. Between these rounds
//! stand those of the hash, so finely that the processor, which looks ahead a few hundred instructions, always has both
//! in view: one lane is as fast as AES alone. With several lanes the rounds of all stand together, and the hashes wait
//! for nothing either.
//!
//! Constant in time: no branch and no address depends on a key or on data.

use std::arch::x86_64::*;
use std::cmp::Reverse;
use std::ops::Range;

use zeroize::Zeroize as _;

use crate::{DIGEST_LEN, Lane, is_equal};

/// One block of SHA-1, four of AES.
const STEP: usize = 64;
/// Lanes side by side. More gain nothing: registers are short, and the unit for SHA-1 is busy.
const ENCRYPTED_TOGETHER: usize = 4;
const DECRYPTED_TOGETHER: usize = 2;

/// Whether this processor has the instructions.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("aes")
        && is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("sse4.1")
}

/// Only if the instructions are available.
pub(crate) fn hash_and_encrypt(lanes: &mut [Lane<'_>]) {
    assert!(is_available());
    // SAFETY: the processor has all that the function is compiled for.
    unsafe { encrypt(lanes) }
}

/// Only if the instructions are available.
pub(crate) fn decrypt_and_verify(lanes: &mut [Lane<'_>], verified: &mut [bool]) {
    assert!(is_available());
    // SAFETY: the processor has all that the function is compiled for.
    unsafe { decrypt(lanes, verified) }
}

/// Calls a macro for each group of four rounds of SHA-1, with the number of the function and of the group.
macro_rules! for_all_groups {
    ($group:ident) => {
        $group!(0, 0);
        $group!(0, 1);
        $group!(0, 2);
        $group!(0, 3);
        $group!(0, 4);
        $group!(1, 5);
        $group!(1, 6);
        $group!(1, 7);
        $group!(1, 8);
        $group!(1, 9);
        $group!(2, 10);
        $group!(2, 11);
        $group!(2, 12);
        $group!(2, 13);
        $group!(2, 14);
        $group!(3, 15);
        $group!(3, 16);
        $group!(3, 17);
        $group!(3, 18);
        $group!(3, 19);
    };
}

#[target_feature(enable = "aes,sha,sse4.1")]
fn encrypt(lanes: &mut [Lane<'_>]) {
    for lanes in lanes.chunks_mut(ENCRYPTED_TOGETHER) {
        let mut keys = [const { Keys::NONE }; ENCRYPTED_TOGETHER];
        let mut tracks = tracks(lanes, &mut keys);
        for (count, steps) in common_steps(&tracks) {
            match count {
                1 => encrypt_steps::<1>(&mut tracks, steps),
                2 => encrypt_steps::<2>(&mut tracks, steps),
                3 => encrypt_steps::<3>(&mut tracks, steps),
                _ => encrypt_steps::<4>(&mut tracks, steps),
            }
        }
        for track in tracks {
            track.encrypt_tail();
        }
    }
}

#[target_feature(enable = "aes,sha,sse4.1")]
fn decrypt(lanes: &mut [Lane<'_>], verified: &mut [bool]) {
    let lanes = lanes.chunks_mut(DECRYPTED_TOGETHER);
    for (lanes, verified) in lanes.zip(verified.chunks_mut(DECRYPTED_TOGETHER)) {
        let mut keys = [const { Keys::NONE }; DECRYPTED_TOGETHER];
        let mut tracks = tracks(lanes, &mut keys);
        for (count, steps) in common_steps(&tracks) {
            match count {
                1 => decrypt_steps::<1>(&mut tracks, steps),
                _ => decrypt_steps::<2>(&mut tracks, steps),
            }
        }
        for track in tracks {
            let lane = track.lane;
            verified[lane] = track.decrypt_tail();
        }
    }
}

/// A lane under way.
struct Track<'a> {
    /// Its number.
    lane: usize,
    keys: &'a [__m128i; 15],
    state: State,
    /// The last block of ciphertext, with the first round key added to it.
    chain: __m128i,
    /// What is worked on beside other lanes, and what is left: more than a digest, less than a step and a digest.
    steps: &'a mut [[u8; STEP]],
    tail: &'a mut [u8],
}

/// The lanes, the longest first.
#[target_feature(enable = "aes,sha,sse4.1")]
fn tracks<'a>(lanes: &'a mut [Lane<'_>], keys: &'a mut [Keys]) -> Vec<Track<'a>> {
    let mut tracks = Vec::with_capacity(lanes.len());
    for (lane, (Lane { key, stream }, keys)) in lanes.iter_mut().zip(keys).enumerate() {
        keys.expand(key);
        let stepped = (stream.len() - DIGEST_LEN) / STEP * STEP;
        let (steps, tail) = stream.split_at_mut(stepped);
        let (steps, _) = steps.as_chunks_mut();
        tracks.push(Track {
            lane,
            keys: &keys.0,
            state: State::new(),
            chain: keys.0[0],
            steps,
            tail,
        });
    }
    tracks.sort_unstable_by_key(|track| Reverse(track.steps.len()));
    tracks
}

/// Which steps to do with how many lanes: all of them until the shortest has ended, the others until the next has.
fn common_steps(tracks: &[Track<'_>]) -> Vec<(usize, Range<usize>)> {
    let mut done = 0;
    let by_length = (1..=tracks.len()).rev();
    by_length
        .map(|count| {
            let steps = done..tracks[count - 1].steps.len();
            done = steps.end;
            (count, steps)
        })
        .collect()
}

#[target_feature(enable = "aes,sha,sse4.1")]
fn encrypt_steps<const N: usize>(tracks: &mut [Track<'_>], steps: Range<usize>) {
    let Some(tracks) = tracks.first_chunk_mut::<N>() else {
        return;
    };
    let keys = tracks.each_ref().map(|track| track.keys);
    let mut state = tracks.each_ref().map(|track| track.state);
    let mut chain = tracks.each_ref().map(|track| track.chain);
    // The last round key and the first: what ends a block begins the next one.
    let turn = keys.map(|keys| _mm_xor_si128(keys[14], keys[0]));
    let streams = (tracks.each_mut()).map(|track| &mut track.steps[steps.clone()]);
    #[expect(clippy::needless_range_loop, reason = "a step of every lane")]
    for at in 0..steps.len() {
        let mut hash = [Hash::NONE; N];
        for lane in 0..N {
            hash[lane] = Hash::begin(state[lane], &streams[lane][at]);
        }
        // The hashes of two lanes at a time, beside AES of all: there are registers for no more.
        macro_rules! phase {
            ($phase:literal of $phases:literal) => {
                macro_rules! group {
                    ($function:literal, $group:literal) => {
                        for lane in 2 * $phase..N.min(2 * $phase + 2) {
                            hash[lane].rounds::<$function, $group>();
                        }
                        for round in rounds_beside($phase * 20 + $group, $phases * 20, 4 * 14) {
                            for lane in 0..N {
                                let keys = keys[lane];
                                if round % 14 < 13 {
                                    chain[lane] =
                                        _mm_aesenc_si128(chain[lane], keys[round % 14 + 1]);
                                } else {
                                    let (blocks, _) = streams[lane][at].as_chunks_mut();
                                    let block = &mut blocks[round / 14];
                                    let last = _mm_xor_si128(load(block), turn[lane]);
                                    chain[lane] = _mm_aesenclast_si128(chain[lane], last);
                                    store(block, _mm_xor_si128(chain[lane], keys[0]));
                                }
                            }
                        }
                    };
                }
                for_all_groups!(group);
            };
        }
        if N <= 2 {
            phase!(0 of 1);
        } else {
            phase!(0 of 2);
            phase!(1 of 2);
        }
        for lane in 0..N {
            state[lane] = hash[lane].end(state[lane]);
        }
    }
    for lane in 0..N {
        tracks[lane].state = state[lane];
        tracks[lane].chain = chain[lane];
    }
}

/// Decrypts each step beside the hash of the one before it. AES of four blocks waits for nothing, so the lanes have it
/// one after the other.
#[target_feature(enable = "aes,sha,sse4.1")]
fn decrypt_steps<const N: usize>(tracks: &mut [Track<'_>], steps: Range<usize>) {
    let Some(tracks) = tracks.first_chunk_mut::<N>() else {
        return;
    };
    if steps.is_empty() {
        return;
    }
    let keys = tracks.each_ref().map(|track| track.keys);
    let mut state = tracks.each_ref().map(|track| track.state);
    let mut chain = tracks.each_ref().map(|track| track.chain);
    let streams = (tracks.each_mut()).map(|track| &mut track.steps[steps.clone()]);
    for at in 0..steps.len() {
        let mut hash = [Hash::NONE; N];
        for lane in 0..N {
            hash[lane] = Hash::begin(state[lane], &streams[lane][at.saturating_sub(1)]);
        }
        let mut pad = [_mm_setzero_si128(); 4];
        macro_rules! group {
            ($function:literal, $group:literal) => {
                for lane in 0..N {
                    hash[lane].rounds::<$function, $group>();
                }
                for round in rounds_beside($group, 20, N * 14) {
                    let lane = round / 14;
                    let keys = keys[lane];
                    let (blocks, _) = streams[lane][at].as_chunks_mut();
                    if round % 14 == 0 {
                        pad[0] = chain[lane];
                        for block in 1..4 {
                            pad[block] = _mm_xor_si128(load(&blocks[block - 1]), keys[0]);
                        }
                        chain[lane] = _mm_xor_si128(load(&blocks[3]), keys[0]);
                    }
                    for block in 0..4 {
                        if round % 14 < 13 {
                            pad[block] = _mm_aesenc_si128(pad[block], keys[round % 14 + 1]);
                        } else {
                            let last = _mm_xor_si128(load(&blocks[block]), keys[14]);
                            store(&mut blocks[block], _mm_aesenclast_si128(pad[block], last));
                        }
                    }
                }
            };
        }
        for_all_groups!(group);
        // Before the first step there is none; what was hashed instead does not count.
        if at > 0 {
            for lane in 0..N {
                state[lane] = hash[lane].end(state[lane]);
            }
        }
    }
    for lane in 0..N {
        tracks[lane].state = state[lane].after(&tracks[lane].steps[steps.end - 1]);
        tracks[lane].chain = chain[lane];
    }
}

impl Track<'_> {
    #[target_feature(enable = "aes,sha,sse4.1")]
    fn encrypt_tail(mut self) {
        let digest = self.digest();
        let (_, place) = self.tail.split_at_mut(self.tail.len() - DIGEST_LEN);
        place.copy_from_slice(&digest);
        for block in std::mem::take(&mut self.tail).chunks_mut(16) {
            let cipher = self.cipher(block);
            self.chain = _mm_xor_si128(load(&cipher), self.keys[0]);
        }
    }

    #[target_feature(enable = "aes,sha,sse4.1")]
    fn decrypt_tail(mut self) -> bool {
        let tail = std::mem::take(&mut self.tail);
        for block in tail.chunks_mut(16) {
            let mut cipher = [0; 16];
            cipher[..block.len()].copy_from_slice(block);
            self.cipher(block);
            self.chain = _mm_xor_si128(load(&cipher), self.keys[0]);
        }
        self.tail = tail;
        let (_, digest) = self.tail.split_at(self.tail.len() - DIGEST_LEN);
        digest
            .try_into()
            .is_ok_and(|digest| is_equal(&self.digest(), digest))
    }

    /// The digest of all but the place for it.
    #[target_feature(enable = "sha,sse4.1")]
    fn digest(&self) -> [u8; DIGEST_LEN] {
        let (rest, _) = self.tail.split_at(self.tail.len() - DIGEST_LEN);
        self.state
            .finish(rest, self.steps.len() * STEP + rest.len())
    }

    /// Adds AES of the last block of ciphertext to a block, or to the beginning of one. Gives all of the block.
    #[target_feature(enable = "aes,sse2")]
    fn cipher(&self, block: &mut [u8]) -> [u8; 16] {
        let mut pad = self.chain;
        for key in &self.keys[1..14] {
            pad = _mm_aesenc_si128(pad, *key);
        }
        pad = _mm_aesenclast_si128(pad, self.keys[14]);
        let mut whole = [0; 16];
        whole[..block.len()].copy_from_slice(block);
        let added = _mm_xor_si128(load(&whole), pad);
        store(&mut whole, added);
        block.copy_from_slice(&whole[..block.len()]);
        whole
    }
}

/// The round keys of AES-256 for encryption, which CFB mode uses in both directions.
struct Keys([__m128i; 15]);

impl Keys {
    // SAFETY: all bits of a vector may be zero.
    const NONE: Self = Self(unsafe { std::mem::zeroed() });

    /// In place, so that no copy is left behind.
    #[target_feature(enable = "aes,sse2")]
    fn expand(&mut self, key: &[u8; 32]) {
        let Self(keys) = self;
        let (halves, _) = key.as_chunks();
        (keys[0], keys[1]) = (load(&halves[0]), load(&halves[1]));
        // Each from the two before it.
        macro_rules! expand {
            ($($at:literal $constant:literal),*) => {$(
                let word = match $at % 2 {
                    0 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<$constant>(keys[$at - 1])),
                    _ => _mm_shuffle_epi32::<0xaa>(_mm_aeskeygenassist_si128::<0>(keys[$at - 1])),
                };
                keys[$at] = next_key(keys[$at - 2], word);
            )*};
        }
        expand!(2 1, 3 0, 4 2, 5 0, 6 4, 7 0, 8 8, 9 0, 10 16, 11 0, 12 32, 13 0, 14 64);
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Adds to each word all words before it, and a word that follows from the last key.
#[target_feature(enable = "sse2")]
fn next_key(mut key: __m128i, word: __m128i) -> __m128i {
    key = _mm_xor_si128(key, _mm_slli_si128::<4>(key));
    key = _mm_xor_si128(key, _mm_slli_si128::<8>(key));
    _mm_xor_si128(key, word)
}

/// SHA-1 between two blocks.
#[derive(Clone, Copy)]
struct State {
    abcd: __m128i,
    /// In the highest word.
    e: __m128i,
}

impl State {
    #[target_feature(enable = "sse2")]
    fn new() -> Self {
        Self {
            abcd: _mm_set_epi32(
                0x67452301,
                0xefcdab89_u32.cast_signed(),
                0x98badcfe_u32.cast_signed(),
                0x10325476,
            ),
            e: _mm_set_epi32(0xc3d2e1f0_u32.cast_signed(), 0, 0, 0),
        }
    }

    #[target_feature(enable = "sha,sse4.1")]
    fn after(self, step: &[u8; STEP]) -> Self {
        let mut hash = Hash::begin(self, step);
        macro_rules! group {
            ($function:literal, $group:literal) => {
                hash.rounds::<$function, $group>();
            };
        }
        for_all_groups!(group);
        hash.end(self)
    }

    /// The digest of `length` bytes, of which the last ones, fewer than a step, are these.
    #[target_feature(enable = "sha,sse4.1")]
    fn finish(mut self, rest: &[u8], length: usize) -> [u8; DIGEST_LEN] {
        let mut padded = [0; 2 * STEP];
        padded[..rest.len()].copy_from_slice(rest);
        padded[rest.len()] = 0x80;
        let end = (rest.len() + 9).next_multiple_of(STEP);
        padded[end - 8..end].copy_from_slice(&(length as u64 * 8).to_be_bytes());
        let (steps, _) = padded[..end].as_chunks();
        for step in steps {
            self = self.after(step);
        }
        let mut abcd = [0; 16];
        store(&mut abcd, in_order(self.abcd));
        let mut digest = [0; DIGEST_LEN];
        digest[..16].copy_from_slice(&abcd);
        digest[16..].copy_from_slice(&_mm_extract_epi32::<3>(self.e).to_be_bytes());
        digest
    }
}

/// SHA-1 within a block.
#[derive(Clone, Copy)]
struct Hash {
    abcd: __m128i,
    /// What `abcd` was four rounds ago: E is a word of it, rotated. Before the first round, E itself.
    before: __m128i,
    /// The last sixteen words of the schedule.
    words: [__m128i; 4],
}

impl Hash {
    // SAFETY: all bits of a vector may be zero.
    const NONE: Self = unsafe { std::mem::zeroed() };

    #[target_feature(enable = "sse4.1")]
    fn begin(state: State, step: &[u8; STEP]) -> Self {
        let (words, _) = step.as_chunks();
        let words = [&words[0], &words[1], &words[2], &words[3]];
        Self {
            abcd: state.abcd,
            before: state.e,
            words: words.map(|words| in_order(load(words))),
        }
    }

    /// Four rounds, the `GROUP`th of twenty such groups, of which five each have the same function.
    #[target_feature(enable = "sha,sse2")]
    fn rounds<const FUNCTION: i32, const GROUP: usize>(&mut self) {
        let words = &mut self.words;
        let [at, second, third, last] = [0, 1, 2, 3].map(|word| (GROUP + word) % 4);
        if GROUP >= 4 {
            let sum = _mm_sha1msg1_epu32(words[at], words[second]);
            let sum = _mm_xor_si128(sum, words[third]);
            words[at] = _mm_sha1msg2_epu32(sum, words[last]);
        }
        let with_e = match GROUP {
            0 => _mm_add_epi32(self.before, words[at]),
            _ => _mm_sha1nexte_epu32(self.before, words[at]),
        };
        self.before = self.abcd;
        self.abcd = _mm_sha1rnds4_epu32::<FUNCTION>(self.abcd, with_e);
    }

    #[target_feature(enable = "sha,sse2")]
    fn end(self, state: State) -> State {
        State {
            abcd: _mm_add_epi32(self.abcd, state.abcd),
            e: _mm_sha1nexte_epu32(self.before, state.e),
        }
    }
}

/// Which of so many rounds of AES stand beside a group of SHA-1, if they are spread over all groups.
#[inline(always)]
const fn rounds_beside(group: usize, groups: usize, rounds: usize) -> Range<usize> {
    group * rounds / groups..(group + 1) * rounds / groups
}

/// Sixteen bytes as words of SHA-1 and back: the first word is the highest, the first byte the highest in it.
#[target_feature(enable = "sse4.1")]
fn in_order(words: __m128i) -> __m128i {
    let order = _mm_set_epi64x(0x00010203_04050607, 0x08090a0b_0c0d0e0f);
    _mm_shuffle_epi8(words, order)
}

#[target_feature(enable = "sse2")]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: sixteen bytes may be read; the instruction asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
fn store(bytes: &mut [u8; 16], value: __m128i) {
    // SAFETY: sixteen bytes may be written; the instruction asks for no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), value) }
}
