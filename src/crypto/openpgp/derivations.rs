//! Expensive derivations of keys: as many at a time as there are processors, two on each if two are wanted.

use std::sync::{Arc, OnceLock};

use sendsafely_cfb::{Repeated, SHA256_LEN};
use zeroize::Zeroizing;

use crate::os::PerProcess;
use crate::os::lock::{Condvar, Mutex};

type Key = Zeroizing<[u8; SHA256_LEN]>;

/// SHA-256 of a text that is repeated up to `total` bytes. Two of them side by side take one processor no longer than
/// one (`sendsafely_cfb`), so those that come while all processors derive wait for each other. None waits for a second
/// one while a processor is free.
pub(super) fn sha256(text: Zeroizing<Vec<u8>>, total: usize) -> Key {
    static QUEUE: PerProcess<Queue> = PerProcess::new();
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    QUEUE.get(|_| Queue::new(processors())).derive(text, total)
}

struct Queue {
    processors: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    /// The oldest first.
    waiting: Vec<Arc<Wanted>>,
}

impl State {
    /// Begins one that waits, if a processor is free, with the oldest other one.
    fn begin(&mut self, own: &Arc<Wanted>, processors: usize) -> Option<Option<Arc<Wanted>>> {
        let place = self.waiting.iter().position(|one| Arc::ptr_eq(one, own))?;
        if self.running == processors {
            return None;
        }
        self.running += 1;
        self.waiting.remove(place);
        Some((!self.waiting.is_empty()).then(|| self.waiting.remove(0)))
    }
}

/// A derivation that a thread waits for.
struct Wanted {
    text: Zeroizing<Vec<u8>>,
    total: usize,
    key: OnceLock<Key>,
}

impl Wanted {
    fn new(text: Zeroizing<Vec<u8>>, total: usize) -> Arc<Self> {
        Arc::new(Self {
            text,
            total,
            key: OnceLock::new(),
        })
    }

    fn repeated(&self) -> Repeated<'_> {
        Repeated {
            text: &self.text,
            total: self.total,
        }
    }
}

impl Queue {
    fn new(processors: usize) -> Self {
        Self {
            processors,
            state: Mutex::default(),
            changed: Condvar::default(),
        }
    }

    fn derive(&self, text: Zeroizing<Vec<u8>>, total: usize) -> Key {
        let own = Wanted::new(text, total);
        let mut state = self.state.lock();
        state.waiting.push(Arc::clone(&own));
        loop {
            if let Some(key) = own.key.get() {
                return key.clone();
            }
            if let Some(other) = state.begin(&own, self.processors) {
                drop(state);
                match &other {
                    None => give(&own, own.repeated().sha256()),
                    Some(other) => {
                        let [a, b] = own.repeated().sha256_of_both(other.repeated());
                        give(&own, a);
                        give(other, b);
                    }
                }
                state = self.state.lock();
                state.running -= 1;
                self.changed.notify_all();
            } else {
                state = self.changed.wait(state);
            }
        }
    }
}

fn give(wanted: &Wanted, key: [u8; SHA256_LEN]) {
    // Each is derived once.
    let _ = wanted.key.set(Zeroizing::new(key));
}

#[cfg(test)]
mod tests {
    use std::thread;

    use sha2::{Digest as _, Sha256};

    use super::*;

    fn text(number: u8) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(vec![number; 95])
    }

    fn right(number: u8, total: usize) -> Vec<u8> {
        Sha256::digest(vec![number; total]).to_vec()
    }

    #[test]
    fn each_gets_its_own_key_however_they_meet() {
        for processors in [1, 2, 100] {
            let queue = Queue::new(processors);
            thread::scope(|scope| {
                for number in 0..20 {
                    let queue = &queue;
                    scope.spawn(move || {
                        let total = 100_000 + usize::from(number) * 1000;
                        let key = queue.derive(text(number), total);
                        assert_eq!(key[..], right(number, total));
                    });
                }
            });
            let state = queue.state.lock();
            assert!(state.running == 0 && state.waiting.is_empty());
        }
    }

    #[test]
    fn each_of_a_pair_gets_its_own_key() {
        let queue = Queue::new(1);
        queue.state.lock().running = 1; // by somebody else, until all wait
        thread::scope(|scope| {
            for number in 0..4 {
                let queue = &queue;
                scope.spawn(move || {
                    let total = 1000 + usize::from(number);
                    assert_eq!(queue.derive(text(number), total)[..], right(number, total));
                });
            }
            while queue.state.lock().waiting.len() < 4 {
                thread::yield_now();
            }
            queue.state.lock().running = 0;
            queue.changed.notify_all();
        });
    }

    #[test]
    fn what_waits_for_a_processor_goes_in_pairs() {
        let wanted = [0, 1, 2].map(|number| Wanted::new(text(number), 1000));
        let mut state = State::default();
        state.waiting.push(Arc::clone(&wanted[0]));
        let alone = state.begin(&wanted[0], 1);
        assert!(matches!(alone, Some(None)), "it does not wait for another");
        state.waiting.extend_from_slice(&wanted[1..]);
        assert!(state.begin(&wanted[1], 1).is_none(), "no processor is free");
        state.running = 0;
        let other = state.begin(&wanted[2], 1).flatten();
        assert!(Arc::ptr_eq(&other.expect("a pair"), &wanted[1]));
        assert!(
            state.begin(&wanted[1], 9).is_none(),
            "another thread does it"
        );
    }
}
