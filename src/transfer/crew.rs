//! The workers of one transfer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};

use crate::call::{Call, Interrupt, died, guarded, stopped};
use crate::error::Result;

/// Does the same work on several workers and waits for them all. The first error, or a stop, stops the call, so that
/// the others end soon; one that is stuck where nothing can wake it is left behind after the grace.
///
/// `work` does task after task until there is none, and asks its [`Worker`] before each whether it goes on. While no
/// thread is free, the thread that leads the call does the work itself. `workers` says how many there should be; that
/// may change meanwhile.
pub(crate) fn run(
    call: &Arc<Call>,
    workers: impl Fn() -> usize + Send + Sync + 'static,
    grace: Duration,
    work: impl Fn(&Worker<'_>) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let (results, finished) = unbounded();
    let crew = Arc::new(Crew {
        call: Arc::clone(call),
        workers: Box::new(workers),
        at_work: AtomicUsize::new(0),
        has_left: AtomicBool::new(false),
        results,
        work: Box::new(work),
    });
    let (wake, woken) = bounded(1);
    let number = call.on_stop(Arc::new(Wake(wake)));
    let ended = crew.lead(&finished, &woken);
    call.release(number);
    if ended.is_err() && crew.at_work() > 0 {
        call.stop();
        let deadline = Instant::now() + grace;
        while crew.at_work() > 0 && finished.recv_deadline(deadline).is_ok() {
            crew.has_ended();
        }
    }
    ended
}

/// Wakes the thread that waits for workers: at a stop, all of them may be stuck.
struct Wake(Sender<()>);

impl Interrupt for Wake {
    fn interrupt(&self) {
        let _ = self.0.try_send(());
    }
}

type Work = dyn Fn(&Worker<'_>) -> Result<()> + Send + Sync;

struct Crew {
    call: Arc<Call>,
    workers: Box<dyn Fn() -> usize + Send + Sync>,
    /// Workers beside the thread that leads the call whose results have not come yet.
    at_work: AtomicUsize,
    /// Whether one has ended before all was done.
    has_left: AtomicBool,
    results: Sender<Result<()>>,
    work: Box<Work>,
}

impl Crew {
    /// The thread that leads the call: waits for workers, or works as long as there is none.
    fn lead(self: &Arc<Self>, finished: &Receiver<Result<()>>, woken: &Receiver<()>) -> Result<()> {
        // The result of the worker that ends next. One that is there counts, also after a stop.
        let next = || {
            let result = match finished.try_recv() {
                Ok(result) => result,
                Err(_) => select! {
                    recv(finished) -> result => result.unwrap_or_else(|_| Err(died())),
                    recv(woken) -> _ => return Err(stopped()),
                },
            };
            self.has_ended();
            result
        };
        loop {
            self.has_left.store(false, Ordering::SeqCst);
            while self.add() {}
            if self.at_work() == 0 {
                self.work(true)?;
            }
            while self.at_work() > 0 {
                next()?;
            }
            if !self.has_left.load(Ordering::SeqCst) {
                return Ok(());
            }
        }
    }

    fn work(self: &Arc<Self>, leads: bool) -> Result<()> {
        guarded(|| (self.work)(&Worker { crew: self, leads }))
    }

    /// Adds a worker, if one is missing and a thread is free.
    fn add(self: &Arc<Self>) -> bool {
        let most = self.most();
        let one_more = |at_work| (at_work < most).then_some(at_work + 1);
        let counted = (self.at_work).fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more);
        if counted.is_err() {
            return false;
        }
        let crew = Arc::clone(self);
        let added = self.call.threads().help(move || {
            let _ = crew.results.send(crew.work(false));
        });
        if !added {
            self.has_ended();
        }
        added
    }

    /// How many workers there should be beside the thread that leads the call; it does the work of one alone itself.
    fn most(&self) -> usize {
        match (self.workers)() {
            1 => 0,
            workers => workers,
        }
    }

    fn at_work(&self) -> usize {
        self.at_work.load(Ordering::SeqCst)
    }

    fn has_ended(&self) {
        self.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One that does the work of a crew.
pub(crate) struct Worker<'a> {
    crew: &'a Arc<Crew>,
    leads: bool,
}

impl Worker<'_> {
    /// Whether this worker takes one more task; asked when there is one. Otherwise its thread is needed elsewhere, or
    /// there are too many, and others go on with the work.
    pub(crate) fn goes_on(&self) -> bool {
        let crew = self.crew;
        if self.leads {
            // One that is added takes its place.
            return !crew.add();
        }
        if crew.call.threads().are_awaited() || crew.at_work() > crew.most() {
            self.leaves();
            return false;
        }
        crew.add();
        true
    }

    /// This worker ends before all is done. Another one that goes on calls a new one.
    pub(crate) fn leaves(&self) {
        self.crew.has_left.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;
    use crate::call::{FILE_GRACE, Kind, Threads};
    use crate::error::{Error, ErrorKind};
    use crate::os::lock::Mutex;

    /// Does 100 tasks with four workers. Returns how many were done, and by how many threads.
    fn hundred(
        call: &Arc<Call>,
        task: impl Fn(usize) -> Result<()> + Send + Sync + 'static,
    ) -> (Result<()>, usize, usize) {
        let threads = Arc::new(Mutex::new(BTreeSet::new()));
        let (next, done) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let (by, count) = (Arc::clone(&threads), Arc::clone(&done));
        let grace = Duration::from_millis(150);
        let ran = run(
            call,
            || 4,
            grace,
            move |worker| {
                while next.load(Ordering::SeqCst) < 100 && worker.goes_on() {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number < 100 {
                        by.lock().insert(format!("{:?}", thread::current().id()));
                        thread::sleep(Duration::from_millis(2));
                        task(number)?;
                        count.fetch_add(1, Ordering::SeqCst);
                    }
                }
                Ok(())
            },
        );
        let by = threads.lock().len();
        (ran, done.load(Ordering::SeqCst), by)
    }

    /// Other calls that keep so many threads until the sender is dropped.
    fn others(threads: &Threads, count: usize) -> Sender<()> {
        let (blocker, block) = bounded::<()>(0);
        for _ in 0..count {
            let block = block.clone();
            let call = Call::new(threads).0;
            let blocked = move || {
                let _ = block.recv();
            };
            call.lead(Kind::Short, blocked).expect("a thread");
        }
        blocker
    }

    #[test]
    fn several_workers_do_all_tasks() {
        let (ran, done, by) = hundred(&Call::alone(), |_| Ok(()));
        ran.expect("no failure");
        assert_eq!((done, by), (100, 4));
    }

    #[test]
    fn the_first_error_ends_all() {
        let (ran, done, _) = hundred(&Call::alone(), |number| match number {
            20 => Err(Error::new(ErrorKind::Denied, "no")),
            _ => Ok(()),
        });
        assert_eq!(ran.expect_err("one fails").kind(), ErrorKind::Denied);
        assert!(done < 100, "{done}");
    }

    #[test]
    fn a_call_works_alone_until_threads_are_free() {
        let threads = Threads::default();
        let call = Call::new(&threads).0;
        let others = Mutex::new(Some(others(&threads, Threads::MOST)));
        let leader = thread::current().id();
        let (ran, done, by) = hundred(&call, move |number| {
            assert!(number > 50 || thread::current().id() == leader);
            if number == 50 {
                others.lock().take();
                thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        });
        ran.expect("no failure");
        assert_eq!((done, by), (100, 5));
    }

    #[test]
    fn workers_come_and_go_with_the_number_that_there_should_be() {
        let (wanted, at_work) = (Arc::new(AtomicUsize::new(2)), AtomicUsize::new(0));
        let (next, done) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let (now_wanted, count) = (Arc::clone(&wanted), Arc::clone(&done));
        let workers = move || now_wanted.load(Ordering::SeqCst);
        let ran = run(&Call::alone(), workers, FILE_GRACE, move |worker| {
            while next.load(Ordering::SeqCst) < 300 && worker.goes_on() {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= 300 {
                    break;
                }
                let working = at_work.fetch_add(1, Ordering::SeqCst) + 1;
                match number {
                    0..100 => assert!(working <= 2),
                    100 => wanted.store(6, Ordering::SeqCst),
                    200 => wanted.store(2, Ordering::SeqCst),
                    // Five tasks more may have been under way.
                    206.. => assert!(working <= 2),
                    _ => assert!(working <= 6),
                }
                // Goes on as soon as all six are there, or else after the test has failed.
                let mut patience = 5_000;
                while (101..106).contains(&number)
                    && at_work.load(Ordering::SeqCst) < 6
                    && next.load(Ordering::SeqCst) < 107
                {
                    patience -= 1;
                    assert!(patience > 0, "no more workers come");
                    thread::sleep(Duration::from_millis(1));
                }
                at_work.fetch_sub(1, Ordering::SeqCst);
                count.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        });
        ran.expect("no failure");
        assert_eq!(done.load(Ordering::SeqCst), 300);
    }

    #[test]
    fn workers_leave_their_threads_to_a_call_that_waits() {
        let threads = Threads::default();
        let call = Call::new(&threads).0;
        let _others = others(&threads, Threads::MOST - 4);
        let (begun, has_begun) = bounded(1);
        let (ran, done, _) = hundred(&call, move |number| {
            if number == 20 {
                let begun = begun.clone();
                let lead = move || {
                    let _ = begun.send(());
                };
                (Call::new(&threads).0.lead(Kind::Short, lead)).expect("a thread");
            }
            assert!(number < 90 || has_begun.is_full(), "it has got one");
            Ok(())
        });
        ran.expect("no failure");
        assert_eq!(done, 100);
    }
}
