//! Keeps connections between two calls: few, and none for long.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::os;
use crate::os::lock::{Condvar, Mutex};

/// How long connections rest. Servers close them soon after; a client that closes first keeps no half-closed ones.
pub(crate) const LONGEST_REST: Duration = Duration::from_secs(15);

/// Things that calls take and give back. As many rest as calls are under way, so that a busy client finds one at once,
/// and one rests for the next call. One that has rested for too long is dropped.
pub(crate) struct Idle<T: Send + 'static>(Arc<Shared<T>>);

struct Shared<T> {
    state: Mutex<State<T>>,
    closed: Condvar,
}

struct State<T> {
    /// With the time at which the rest began, the newest last.
    resting: Vec<(Instant, T)>,
    taken: usize,
    /// Whether a thread waits to drop what rests.
    is_watched: bool,
    /// The last thread that waited, or still does.
    watcher: Option<JoinHandle<()>>,
    is_closed: bool,
}

impl<T: Send + 'static> Default for Idle<T> {
    fn default() -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                resting: Vec::new(),
                taken: 0,
                is_watched: false,
                watcher: None,
                is_closed: false,
            }),
            closed: Condvar::default(),
        }))
    }
}

impl<T: Send + 'static> Idle<T> {
    /// Returns the thing that has rested for the shortest time, or makes a new one.
    pub(crate) fn take_or(&self, make: impl FnOnce() -> T) -> T {
        let mut state = self.0.state.lock();
        state.taken += 1;
        let resting = state.resting.pop();
        drop(state);
        resting.map_or_else(make, |(_, thing)| thing)
    }

    /// Gives back a thing that was taken; `None` if it cannot be used any more.
    pub(crate) fn give_back(&self, thing: Option<T>) {
        let mut state = self.0.state.lock();
        state.taken = state.taken.saturating_sub(1);
        state
            .resting
            .extend(thing.map(|thing| (Instant::now(), thing)));
        let superfluous = state.resting.len().saturating_sub(state.taken.max(1));
        // Connections are closed when nobody waits for the lock.
        let dropped: Vec<_> = state.resting.drain(..superfluous).collect();
        let must_watch = !state.resting.is_empty() && !state.is_watched;
        state.is_watched |= must_watch;
        drop(state);
        drop(dropped);
        if must_watch {
            let shared = Arc::clone(&self.0);
            let watcher = os::spawn("sendsafely-idle", move || shared.watch());
            let mut state = self.0.state.lock();
            match watcher {
                Ok(watcher) => state.watcher = Some(watcher),
                Err(_) => state.is_watched = false,
            }
        }
    }
}

impl<T> Shared<T> {
    /// Drops things that have rested long enough, until nothing rests.
    fn watch(&self) {
        let mut state = self.state.lock();
        loop {
            let now = Instant::now();
            let old = (state.resting.iter()).take_while(|(since, _)| now - *since >= LONGEST_REST);
            let old = old.count();
            if old > 0 {
                let dropped: Vec<_> = state.resting.drain(..old).collect();
                drop(state);
                drop(dropped);
                state = self.state.lock();
                continue;
            }
            match state.resting.first() {
                Some((since, _)) if !state.is_closed => {
                    let end = *since + LONGEST_REST;
                    (state, _) = self.closed.wait_until(state, end);
                }
                _ => {
                    state.is_watched = false;
                    return;
                }
            }
        }
    }
}

impl<T: Send + 'static> Drop for Idle<T> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.is_closed = true;
        let resting = std::mem::take(&mut state.resting);
        let watcher = state.watcher.take();
        drop(state);
        self.0.closed.notify_all();
        drop(resting);
        // A client that is gone leaves no thread: a program may unload the library then.
        if let Some(watcher) = watcher {
            let _ = watcher.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rest_as_are_at_work_and_one_for_the_next_call() {
        let idle = Idle::default();
        let thing = Arc::new(());
        let taken: Vec<_> = (0..20)
            .map(|_| idle.take_or(|| Arc::clone(&thing)))
            .collect();
        for (back, taken) in (1..).zip(taken) {
            idle.give_back(Some(taken));
            let at_work: usize = 20 - back;
            let resting = Arc::strong_count(&thing) - 1 - at_work;
            assert_eq!(resting, back.min(at_work.max(1)));
        }
        drop(idle.take_or(|| unreachable!("one rests")));
        idle.give_back(None);
        assert_eq!(Arc::strong_count(&thing), 1);
    }

    #[test]
    fn nothing_rests_for_long() {
        let idle = Idle::default();
        let thing = Arc::new(());
        let since = Instant::now().checked_sub(LONGEST_REST);
        idle.0.state.lock().resting.push((
            since.expect("the machine runs for longer"),
            Arc::clone(&thing),
        ));
        idle.0.watch();
        assert_eq!(Arc::strong_count(&thing), 1);
        idle.give_back(Some(Arc::clone(&thing)));
        assert_eq!(Arc::strong_count(&thing), 2);
        drop(idle);
        assert_eq!(Arc::strong_count(&thing), 1);
    }
}
