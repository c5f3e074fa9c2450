//! Parts that are ready at the same moment are encrypted side by side, by one thread: that takes half the time of one
//! after the other.
//!
//! No part waits for company. One that comes while nothing is encrypted is encrypted at once, alone. Those that come
//! meanwhile are the next set; the thread of the first of them encrypts it. When a set is full, it does not wait either:
//! another thread begins beside the first.

use std::collections::VecDeque;

use crossbeam_channel::{Sender, bounded};
use sendsafely_cfb::hash_and_encrypt;

use super::part::Prepared;
use super::{PartBuffer, Place};
use crate::crypto::keycode::Passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;

/// The most parts that the kernel works on side by side.
const FULL_SET: usize = 4;

/// Where the parts of all uploads of a client meet.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<State>);

#[derive(Default)]
struct State {
    /// Threads that encrypt. If there is none, no part waits.
    at_work: usize,
    waiting: VecDeque<Job>,
}

/// A part whose thread waits until it is encrypted.
struct Job {
    buffer: PartBuffer,
    prepared: Prepared,
    reply: Sender<Turn>,
}

enum Turn {
    Sealed(PartBuffer),
    /// The thread that gets this encrypts a set, to which its own part belongs.
    Encrypt(Vec<Job>),
}

impl Lanes {
    /// Encrypts a part that says where it belongs, beside others if there are any.
    ///
    /// # Errors
    /// As [`PartBuffer::seal`].
    pub(crate) fn seal_at(
        &self,
        mut buffer: PartBuffer,
        place: &Place,
        passphrase: &Passphrase,
    ) -> Result<PartBuffer> {
        let prepared = buffer.prepare_at(place, passphrase)?;
        let (reply, turns) = bounded(1);
        let begun = self.add(Job {
            buffer,
            prepared,
            reply,
        });
        let mut next = begun.map(Turn::Encrypt).or_else(|| turns.recv().ok());
        loop {
            match next {
                Some(Turn::Sealed(buffer)) => return Ok(buffer),
                Some(Turn::Encrypt(set)) => self.encrypt(set),
                None => return Err(not_encrypted()),
            }
            next = turns.recv().ok();
        }
    }

    /// Adds a part to those that wait. Returns the set to encrypt, if this is the one whose thread begins.
    fn add(&self, job: Job) -> Option<Vec<Job>> {
        let mut state = self.0.lock();
        state.waiting.push_back(job);
        if state.at_work > 0 && state.waiting.len() < FULL_SET {
            return None;
        }
        state.at_work += 1;
        Some(state.next_set())
    }

    fn encrypt(&self, mut set: Vec<Job>) {
        let at_work = AtWork(self);
        let lanes = set.iter_mut().map(|job| job.prepared.lane(&mut job.buffer));
        hash_and_encrypt(&mut lanes.collect::<Vec<_>>());
        drop(at_work);
        for job in set {
            let sealed = job.prepared.sealed(job.buffer);
            let _ = job.reply.send(Turn::Sealed(sealed));
        }
    }
}

impl State {
    fn next_set(&mut self) -> Vec<Job> {
        let count = self.waiting.len().min(FULL_SET);
        self.waiting.drain(..count).collect()
    }
}

/// Held while a thread encrypts. The next set is encrypted after it, however it ends.
struct AtWork<'a>(&'a Lanes);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        loop {
            let mut state = self.0.0.lock();
            let set = state.next_set();
            let Some(first) = set.first() else {
                state.at_work -= 1;
                return;
            };
            drop(state);
            let thread = first.reply.clone();
            if thread.send(Turn::Encrypt(set)).is_ok() {
                return;
            }
        }
    }
}

fn not_encrypted() -> Error {
    Error::new(ErrorKind::Internal, "a part was not encrypted")
}

#[cfg(test)]
mod tests {
    use std::thread::{self, Scope, ScopedJoinHandle};
    use std::time::Duration;

    use super::*;
    use crate::crypto::{Limits, open};
    use crate::secret::SecretString;

    fn passphrase() -> Passphrase {
        Passphrase::from_text(SecretString::from("p"))
    }

    /// A part of so many bytes, sealed and opened again.
    fn seal(lanes: &Lanes, number: u32, length: usize) {
        let plain: Vec<u8> = (0..length).map(|at| at.to_le_bytes()[0]).collect();
        let mut buffer = PartBuffer::with_capacity(length).unwrap();
        buffer.plaintext_mut(length).copy_from_slice(&plain);
        let place = Place {
            part: number,
            parts: 100,
            size: 1 << 20,
        };
        let sealed = lanes.seal_at(buffer, &place, &passphrase()).unwrap();
        let limits = Limits {
            max_plaintext: length,
            proceed: &|_| Ok(()),
        };
        let mut message = sealed.message().to_vec();
        let opened = open(&mut message, &passphrase(), &limits).unwrap();
        assert_eq!(opened.place, Some(place));
        assert!(message[opened.content] == plain);
    }

    /// Threads that seal a part each.
    fn sealing<'scope>(
        scope: &'scope Scope<'scope, '_>,
        lanes: &'scope Lanes,
        count: u32,
    ) -> Vec<ScopedJoinHandle<'scope, ()>> {
        let lengths = [70_000_usize, 5, 0, 100_000];
        let parts = (0..count).zip(lengths.into_iter().cycle());
        parts
            .map(|(number, length)| scope.spawn(move || seal(lanes, number, length)))
            .collect()
    }

    fn wait_for(lanes: &Lanes, waiting: usize) {
        while lanes.0.lock().waiting.len() < waiting {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_comes_while_a_thread_encrypts_is_the_next_set() {
        let lanes = Lanes::default();
        lanes.0.lock().at_work = 1;
        thread::scope(|scope| {
            let threads = sealing(scope, &lanes, 3);
            wait_for(&lanes, 3);
            assert!(!threads.iter().any(|thread| thread.is_finished()));
            drop(AtWork(&lanes));
        });
        assert_eq!(lanes.0.lock().at_work, 0);
    }

    #[test]
    fn a_full_set_does_not_wait() {
        let lanes = Lanes::default();
        lanes.0.lock().at_work = 1;
        thread::scope(|scope| {
            sealing(scope, &lanes, 4);
        });
        let state = lanes.0.lock();
        assert_eq!((state.at_work, state.waiting.len()), (1, 0));
    }

    #[test]
    fn many_threads_seal_many_parts() {
        let lanes = Lanes::default();
        thread::scope(|scope| {
            for _ in 0..9 {
                sealing(scope, &lanes, 9);
            }
        });
        assert_eq!(lanes.0.lock().at_work, 0);
    }

    #[test]
    fn the_next_set_is_encrypted_even_if_one_is_not() {
        let lanes = Lanes::default();
        lanes.0.lock().at_work = 1;
        thread::scope(|scope| {
            sealing(scope, &lanes, 2);
            wait_for(&lanes, 2);
            let panics = || {
                let _at_work = AtWork(&lanes);
                panic!("a kernel failed");
            };
            let panicked = scope.spawn(panics).join();
            assert!(panicked.is_err());
        });
        assert_eq!(lanes.0.lock().at_work, 0);
    }
}
