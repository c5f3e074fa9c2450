//! The workers of one transfer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::call::{Call, died, guarded, stopped};
use crate::error::Result;
use crate::os;

/// How often it is seen whether the call was stopped: all workers may be stuck.
const GLANCE: Duration = Duration::from_millis(20);

/// Runs the same work on several workers and waits for them all. The first error, or a stop, stops the call, so that the
/// others end soon; one that is stuck where nothing can wake it is left behind after the grace. Where the system starts no
/// more threads, those that were started do the work.
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
    for _ in 0..started {
        let result = next(&finished, call);
        if let Err(error) = result {
            call.stop();
            let deadline = Instant::now() + grace;
            while finished.recv_deadline(deadline).is_ok() {}
            return Err(error);
        }
    }
    Ok(())
}

/// The result of the worker that ends next.
fn next(finished: &Receiver<Result<()>>, call: &Call) -> Result<()> {
    loop {
        match finished.recv_timeout(GLANCE) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => return Err(died()),
            Err(RecvTimeoutError::Timeout) if call.is_stopped() => return Err(stopped()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
