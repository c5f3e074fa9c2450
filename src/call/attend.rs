//! How the thread that made a call waits for its workers: it alone runs the caller's code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};

use super::progress::{Flow, Observer, Phase};
use super::state::{Call, died, stopped};
use crate::error::{Error, Result};
use crate::os;
use crate::os::lock::Mutex;

/// Time between two reports while nothing else happens: 4 to 10 a second are promised.
const TICK: Duration = Duration::from_millis(125);

/// How long a stop waits for workers whose sockets were shut down. Nothing can interrupt a worker in name resolution or
/// connecting: it is abandoned after this time, and owns all memory that it uses.
const STOP_GRACE: Duration = Duration::from_millis(250);
/// The share of that in which the transfer of a file waits for its own workers, before it removes what they have
/// written.
pub(crate) const WORKER_GRACE: Duration = Duration::from_millis(150);
/// The share in which a call about many files waits for those.
pub(crate) const FILE_GRACE: Duration = Duration::from_millis(200);

/// Plaintext bytes per second over the last few seconds, from samples at each tick.
struct Rate {
    samples: std::collections::VecDeque<(Instant, u64)>,
}

impl Rate {
    const SPAN: Duration = Duration::from_secs(4);

    fn sample(&mut self, bytes: u64) -> u64 {
        let now = Instant::now();
        while self.samples.len() > 1 && now - self.samples[0].0 > Self::SPAN {
            self.samples.pop_front();
        }
        self.samples.push_back((now, bytes));
        let (first_at, first_bytes) = self.samples[0];
        let millis = (now - first_at).as_millis();
        if millis == 0 {
            return 0;
        }
        u64::try_from(u128::from(bytes - first_bytes) * 1000 / millis).unwrap_or(u64::MAX)
    }
}

/// The reports to an observer.
struct Reports<'a> {
    call: &'a Call,
    rate: Rate,
    phase: Phase,
    next: Instant,
}

impl<'a> Reports<'a> {
    fn new(call: &'a Call) -> Self {
        Self {
            call,
            rate: Rate {
                samples: std::collections::VecDeque::new(),
            },
            phase: Phase::Connecting,
            next: Instant::now() + TICK,
        }
    }

    /// Reports a change of phase at once, and otherwise several times a second.
    fn send_if_due(&mut self, observer: &mut dyn Observer) -> Flow {
        if self.call.phase() == self.phase && Instant::now() < self.next {
            return Flow::Continue;
        }
        self.send(observer)
    }

    fn send(&mut self, observer: &mut dyn Observer) -> Flow {
        let mut progress = self.call.snapshot();
        progress.bytes_per_second = self.rate.sample(progress.bytes_done);
        self.phase = progress.phase;
        let flow = observer.progress(&progress);
        self.next = Instant::now() + TICK;
        flow
    }
}

/// Waits on the calling thread for what workers send, and reports to the observer meanwhile.
///
/// `handle` gets each event, and returns the result of the call if the event ends it. A stop interrupts the workers,
/// gives them a moment to end, and ends the call as stopped; no line of the log comes after it. The channel must have a
/// sender until the call ends: when all are gone, a worker has died.
pub(crate) fn attend<E>(
    call: &Arc<Call>,
    notices: &Receiver<()>,
    observer: &mut dyn Observer,
    events: &Receiver<E>,
    handle: &mut dyn FnMut(E) -> Option<Result<()>>,
) -> Result<()> {
    let mut reports = Reports::new(call);
    let mut flow = Flow::Continue; // The first report was before the workers began.
    let mut line = None;
    let result = loop {
        if flow == Flow::Stop {
            break None;
        }
        let wait = match line {
            // More lines may wait. A stop is asked for between two of them.
            Some(()) => Duration::ZERO,
            None => reports.next.saturating_duration_since(Instant::now()),
        };
        crossbeam_channel::select! {
            recv(events) -> event => match event {
                Ok(event) => {
                    if let Some(result) = handle(event) {
                        break Some(result);
                    }
                }
                Err(_) => break Some(Err(died())),
            },
            recv(notices) -> _ => {}
            default(wait) => {}
        }
        line = call.next_line().map(|line| observer.log(&line));
        flow = reports.send_if_due(observer);
    };
    while flow == Flow::Continue
        && let Some(line) = call.next_line()
    {
        observer.log(&line);
        flow = reports.send_if_due(observer);
    }
    match result {
        Some(Ok(())) => {
            if flow == Flow::Continue {
                reports.send(observer);
            }
            Ok(())
        }
        Some(Err(error)) => {
            // The call has failed: its other workers can stop.
            call.stop();
            drain(events);
            Err(error)
        }
        None => {
            call.stop();
            drain(events);
            Err(stopped())
        }
    }
}

/// Gives the workers of a stopped call a moment to end; their channel closes when the last one has.
fn drain<E>(events: &Receiver<E>) {
    let deadline = Instant::now() + STOP_GRACE;
    while !matches!(
        events.recv_deadline(deadline),
        Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout)
    ) {}
}

/// Runs the work of a worker. If it panics, the call fails with that.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // A panicking worker leaves its locks free and its state behind as it was after the last full step.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::panicked(&*panic)))
}

/// The first report, before a worker starts: a stop there sends nothing at all.
pub(crate) fn begin(call: &Call, observer: &mut dyn Observer) -> Result<()> {
    match observer.progress(&call.snapshot()) {
        Flow::Stop => Err(stopped()),
        Flow::Continue => Ok(()),
    }
}

/// Runs a piece of work on a worker of its own, while the calling thread reports to the observer.
pub(crate) fn run<T: Send + 'static>(
    observer: &mut dyn Observer,
    work: impl FnOnce(&Arc<Call>) -> Result<T> + Send + 'static,
) -> Result<T> {
    // Only this part is generic, to keep the library small: there are about a hundred result types.
    let slot = Arc::new(Mutex::new(None));
    let place = Arc::clone(&slot);
    run_work(
        observer,
        Box::new(move |call| {
            let result = work(call)?;
            *place.lock() = Some(result);
            Ok(())
        }),
    )?;
    let result = slot.lock().take();
    result.ok_or_else(died)
}

/// Work of a worker.
type Work = Box<dyn FnOnce(&Arc<Call>) -> Result<()> + Send>;

fn run_work(observer: &mut dyn Observer, work: Work) -> Result<()> {
    let (call, notices) = Call::new();
    let (done, events) = unbounded();
    let worker = Arc::clone(&call);
    begin(&call, observer)?;
    os::spawn("sendsafely", move || {
        let _ = done.send(guarded(|| work(&worker)));
    })?;
    attend(&call, &notices, observer, &events, &mut Some)
}
