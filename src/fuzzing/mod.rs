//! The fuzz targets: plain functions, one for each kind of foreign bytes, which panic if anything else happens than
//! their comments say. `fuzz/` runs them under libFuzzer and has their corpora; the tests here replay these, and
//! change them for a while.

use crate::{api, crypto, package, record, transfer};

macro_rules! targets {
    ($($name:ident: $run:path, $executions:literal;)*) => {
        /// Runs the target of this name.
        pub fn run(name: &str, data: &[u8]) {
            match name {
                $(stringify!($name) => $run(data),)*
                _ => panic!("no target has the name {name}"),
            }
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            $(#[test]
            fn $name() {
                super::short::run(stringify!($name), $run, $executions);
            })*
        }
    };
}

// With the number of changed inputs that `make test` tries.
targets! {
    dates: record::fuzz::dates, 20_000;
    filters: package::fuzz::filters, 5_000;
    heads: api::fuzz::heads, 5_000;
    json: api::fuzz::json, 5_000;
    keys: crypto::fuzz::keys, 300;
    links: package::fuzz::links, 3_000;
    messages: crypto::fuzz::messages, 1_000;
    names: package::fuzz::names, 2_000;
    parts: crypto::fuzz::parts, 1_000;
    plans: package::fuzz::plans, 3_000;
    proxies: api::fuzz::proxies, 5_000;
    responses: responses::responses, 500;
    resume_files: transfer::fuzz::resume_files, 300;
    sync_states: package::fuzz::sync_states, 5_000;
}

mod responses;

/// The short form: the corpus, and inputs that are made of it by chance, the same in each run.
/// `FUZZ_SEED` and `FUZZ_TIMES` are numbers.
#[cfg(test)]
mod short {
    use std::fs;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    /// Much longer than any input may take, on a machine that is busy.
    const LONGEST: Duration = Duration::from_secs(60);
    /// Bytes of a changed input.
    const LARGEST: usize = 8 << 10;

    pub(super) fn run(name: &str, target: fn(&[u8]), executions: u32) {
        let corpus = corpus(name);
        for (file, input) in &corpus {
            check(target, input, || format!("fuzz/corpus/{name}/{file}"));
        }
        let seed = number("FUZZ_SEED").unwrap_or(1);
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..u64::from(executions) * number("FUZZ_TIMES").unwrap_or(1) {
            let input = changed(&corpus, &mut random);
            check(target, &input, || {
                let path = std::env::temp_dir().join(format!("fuzz-{name}-{seed}"));
                let _ = fs::write(&path, &input);
                format!("{}: b\"{}\"", path.display(), input.escape_ascii())
            });
        }
    }

    fn number(name: &str) -> Option<u64> {
        std::env::var(name).ok()?.parse().ok()
    }

    /// The files of a target, in the order of their names.
    fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        let listed = fs::read_dir(directory.join(name)).expect("each target has a corpus");
        let mut files: Vec<_> = listed
            .map(|entry| {
                let path = entry.expect("it lists").path();
                let file = path.file_name().expect("a name").to_string_lossy();
                (file.into_owned(), fs::read(&path).expect("it is read"))
            })
            .collect();
        files.sort();
        assert!(!files.is_empty());
        files
    }

    fn check(target: fn(&[u8]), input: &[u8], describe: impl Fn() -> String) {
        let started = Instant::now();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
            eprintln!("the input is {}", describe());
            resume_unwind(panic);
        }
        assert!(started.elapsed() < LONGEST, "{} took long", describe());
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            usize::try_from(number).unwrap_or_default() % limit.max(1)
        }
    }

    /// A file of the corpus with a few changes.
    fn changed(corpus: &[(String, Vec<u8>)], random: &mut Random) -> Vec<u8> {
        const BYTES: [u8; 12] = [
            0, 1, 7, b'"', b'%', b'/', b'0', b'{', 0x7f, 0x80, 0xfe, 0xff,
        ];
        let any = |random: &mut Random| &corpus[random.below(corpus.len())].1;
        let mut input = any(random).clone();
        for _ in 0..=random.below(6) {
            let at = random.below(input.len() + 1);
            let end = (at + 1 + random.below(16)).min(input.len());
            match random.below(7) {
                0 if at < input.len() => input[at] ^= 1 << random.below(8),
                1 if at < input.len() => input[at] = BYTES[random.below(BYTES.len())],
                2 => input.insert(at, BYTES[random.below(BYTES.len())]),
                3 => drop(input.drain(at..end)),
                4 => {
                    let again = input[at..end].to_vec();
                    input.splice(at..at, again);
                }
                5 => input.truncate(at),
                _ => {
                    let other = any(random);
                    let from = random.below(other.len() + 1);
                    let to = (from + random.below(64)).min(other.len());
                    input.splice(at..end, other[from..to].iter().copied());
                }
            }
        }
        input.truncate(LARGEST);
        input
    }
}
