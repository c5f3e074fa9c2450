//! How many parts of a transfer are in flight: more of them, as long as that makes it faster.
//!
//! Lines with a long round trip, or with a limit for each connection, and parts whose keys take long to derive are
//! faster with many; all else is not, and each part takes memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::api::options::{MOST_PARTS, PARTS_AT_FIRST};
use crate::error::{Error, ErrorKind};
use crate::os::lock::Mutex;

/// How much faster twice as many have to be.
const WORTH: f64 = 1.1;
/// After a refusal one part more is tried when so many times the parts in flight have got through.
const CALM: usize = 4;

/// The parts in flight of one transfer.
pub(crate) struct Flight {
    /// Written under the lock, if the number may change.
    parts: AtomicUsize,
    trial: Option<Mutex<Trial>>,
    begun: Instant,
}

impl Flight {
    /// As many as the caller has fixed, or else as many as turn out to be worth it and fit into so much memory.
    pub(crate) fn new(fixed: Option<usize>, memory: u64) -> Self {
        let trial = Trial::new(memory);
        Self {
            parts: AtomicUsize::new(fixed.unwrap_or(trial.parts)),
            trial: fixed.is_none().then(|| Mutex::new(trial)),
            begun: Instant::now(),
        }
    }

    /// How many there may be now.
    pub(super) fn parts(&self) -> usize {
        self.parts.load(Ordering::Relaxed)
    }

    /// A part of so many bytes is through.
    pub(super) fn is_through(&self, bytes: u64) {
        self.learn(|trial| trial.is_through(bytes, self.begun.elapsed()));
    }

    /// An attempt to move a part has failed.
    pub(super) fn has_failed(&self, error: &Error) {
        if matches!(error.http_status(), Some(429 | 503)) || error.kind() == ErrorKind::TimedOut {
            self.learn(Trial::is_refused);
        }
    }

    fn learn(&self, lesson: impl FnOnce(&mut Trial)) {
        if let Some(trial) = &self.trial {
            let mut trial = trial.lock();
            lesson(&mut trial);
            self.parts.store(trial.parts, Ordering::Relaxed);
        }
    }
}

/// What the parts so far have shown.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Half as many had this throughput, in bytes a second; 0 if none were tried.
    Growing(f64),
    /// Twice as many would be no faster, or there may be no more.
    Found,
    /// So many were refused.
    Refused(usize),
}

struct Trial {
    memory: u64,
    stage: Stage,
    parts: usize,
    /// How many have got through with this number in flight.
    through: usize,
    /// The bytes of those that count, the moment before them, and the largest of all.
    bytes: u64,
    since: Duration,
    largest: u64,
}

impl Trial {
    fn new(memory: u64) -> Self {
        Self {
            memory,
            stage: Stage::Growing(0.0),
            parts: PARTS_AT_FIRST,
            through: 0,
            bytes: 0,
            since: Duration::ZERO,
            largest: 1,
        }
    }

    fn go_on_with(&mut self, parts: usize, stage: Stage) {
        (self.parts, self.stage) = (parts, stage);
        (self.through, self.bytes) = (0, 0);
    }

    fn is_through(&mut self, bytes: u64, now: Duration) {
        self.through += 1;
        self.largest = self.largest.max(bytes);
        // As many as were on their way before the change do not count.
        if self.through <= self.parts {
            self.since = now;
            return;
        }
        self.bytes += bytes;
        match self.stage {
            Stage::Growing(half) if self.through >= 2 * self.parts => self.judge(half, now),
            Stage::Refused(parts) if self.through >= CALM * self.parts => {
                let more = self.parts + 1;
                let is_back = more >= parts;
                let stage = if is_back { Stage::Found } else { self.stage };
                self.go_on_with(more, stage);
            }
            _ => {}
        }
    }

    /// A full set of parts has got through since the number was doubled, from one with this throughput.
    fn judge(&mut self, half: f64, now: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "a throughput")]
        let throughput = self.bytes as f64 / now.saturating_sub(self.since).as_secs_f64();
        if throughput < half * WORTH {
            return self.go_on_with(self.parts / 2, Stage::Found);
        }
        let fitting = usize::try_from(self.memory / self.largest).unwrap_or(usize::MAX);
        let more = 2 * self.parts;
        match more <= fitting.min(MOST_PARTS) {
            true => self.go_on_with(more, Stage::Growing(throughput)),
            false => self.stage = Stage::Found,
        }
    }

    /// All that are on their way may be refused for one reason, so the number goes down once for them.
    fn is_refused(&mut self) {
        let before = match self.stage {
            Stage::Refused(_) if self.through < self.parts => return,
            Stage::Refused(before) => before,
            Stage::Growing(_) | Stage::Found => self.parts,
        };
        self.go_on_with((self.parts / 2).max(1), Stage::Refused(before));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: u64 = 1 << 20;
    const MEMORY: u64 = 16 * PART;

    /// Moves parts over a line with this throughput, in parts a second, for each number in flight. Returns the numbers
    /// in flight, one after the other.
    fn numbers(trial: &mut Trial, parts: usize, throughput: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut numbers = vec![trial.parts];
        let mut now = trial.since;
        for _ in 0..parts {
            now += Duration::from_secs_f64(1.0 / throughput(trial.parts));
            trial.is_through(PART, now);
            if numbers.last() != Some(&trial.parts) {
                numbers.push(trial.parts);
            }
        }
        numbers
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn each_alike(parts: usize) -> f64 {
        parts as f64
    }

    #[test]
    fn it_grows_while_that_makes_it_faster() {
        let trial = || Trial::new(MEMORY);
        assert_eq!(numbers(&mut trial(), 500, each_alike), [4, 8, 16]);
        // The line is full with four, with five to eight, and nearly so with eight.
        assert_eq!(numbers(&mut trial(), 500, |_| 7.0), [4, 8, 4]);
        let full = |parts| each_alike(parts).min(5.0);
        assert_eq!(numbers(&mut trial(), 500, full), [4, 8, 16, 8]);
        let nearly = |parts| each_alike(parts).min(8.7);
        assert_eq!(numbers(&mut trial(), 500, nearly), [4, 8, 16, 8]);
    }

    #[test]
    fn few_parts_change_nothing() {
        assert_eq!(numbers(&mut Trial::new(MEMORY), 7, each_alike), [4]);
    }

    #[test]
    fn it_does_not_grow_beyond_the_memory() {
        for (memory, expected) in [(7, &[4][..]), (8, &[4, 8]), (15, &[4, 8])] {
            let mut trial = Trial::new(memory * PART);
            assert_eq!(numbers(&mut trial, 500, each_alike), expected);
        }
    }

    #[test]
    fn refusals_halve_it_once_and_it_comes_back_slowly() {
        let mut trial = Trial::new(MEMORY);
        numbers(&mut trial, 500, each_alike);
        for _ in 0..16 {
            trial.is_refused();
        }
        assert_eq!(trial.parts, 8);
        numbers(&mut trial, 8, each_alike);
        trial.is_refused();
        assert_eq!(trial.parts, 4);
        assert_eq!(numbers(&mut trial, 15, each_alike), [4]);
        assert_eq!(numbers(&mut trial, 1, each_alike), [4, 5]);
        let back: Vec<_> = (5..=16).collect();
        assert_eq!(numbers(&mut trial, 5000, each_alike), back);
    }

    #[test]
    fn one_part_is_always_in_flight() {
        let mut trial = Trial::new(MEMORY);
        for expected in [2, 1, 1, 1] {
            trial.is_refused();
            assert_eq!(trial.parts, expected);
            trial.is_through(PART, Duration::ZERO);
            trial.is_through(PART, Duration::ZERO);
        }
    }

    #[test]
    fn what_the_caller_fixes_stays() {
        let flight = Flight::new(Some(3), MEMORY);
        let refused = Error::new(ErrorKind::StorageRefused, "slow down").with_http_status(503);
        for _ in 0..100 {
            flight.is_through(PART);
            flight.has_failed(&refused);
        }
        assert_eq!(flight.parts(), 3);
        let open = Flight::new(None, MEMORY);
        open.has_failed(&Error::new(ErrorKind::Unreachable, "no route"));
        assert_eq!(open.parts(), 4);
        open.has_failed(&refused);
        assert_eq!(open.parts(), 2);
        let slow = Error::new(ErrorKind::TimedOut, "no response in time");
        let late = Flight::new(None, MEMORY);
        late.has_failed(&slow);
        assert_eq!(late.parts(), 2);
    }
}
