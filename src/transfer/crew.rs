//! The workers of one transfer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded, select};

use crate::call::{Call, Interrupt, died, guarded, stopped};
use crate::error::Result;
use crate::os;

/// Wakes the thread that waits for workers: at a stop, all of them may be stuck.
struct Wake(Sender<()>);

impl Interrupt for Wake {
    fn interrupt(&self) {
        let _ = self.0.try_send(());
    }
}

/// Runs the same work on several workers and waits for them all. The first error, or a stop, stops the call, so that
/// the others end soon; one that is stuck where nothing can wake it is left behind after the grace. Where the system
/// starts no more threads, those that were started do the work.
pub(crate) fn run(
    call: &Arc<Call>,
    workers: usize,
    grace: Duration,
    work: impl Fn() -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    if workers <= 1 {
        return work();
    }
    let work = Arc::new(work);
    let (results, finished) = crossbeam_channel::bounded(workers);
    let mut started = 0;
    for _ in 0..workers {
        let (work, results) = (Arc::clone(&work), results.clone());
        let spawned = os::spawn("sendsafely-part", move || {
            let _ = results.send(guarded(|| work()));
        });
        match spawned {
            Ok(()) => started += 1,
            Err(error) if started == 0 => return Err(error),
            Err(_) => break,
        }
    }
    drop(results);
    let (wake, woken) = bounded(1);
    let number = call.on_stop(Arc::new(Wake(wake)));
    // The result of the worker that ends next. One that is there counts, also after a stop.
    let next = || {
        if let Ok(result) = finished.try_recv() {
            return result;
        }
        select! {
            recv(finished) -> result => result.unwrap_or_else(|_| Err(died())),
            recv(woken) -> _ => Err(stopped()),
        }
    };
    let ended = (0..started).try_for_each(|_| next());
    call.release(number);
    if ended.is_err() {
        call.stop();
        let deadline = Instant::now() + grace;
        while finished.recv_deadline(deadline).is_ok() {}
    }
    ended
}
