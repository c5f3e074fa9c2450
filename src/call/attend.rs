//! How the thread that made a call waits for its workers: it alone runs the caller's code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};

use super::progress::{Flow, Observer, Phase};
use super::state::{Call, died, stopped};
use super::threads::{Inside, Kind, Threads};
use crate::error::{Error, Result};
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

/// The reports to an observer: progress and lines of the log.
pub(crate) struct Reports<'a> {
    call: &'a Call,
    observer: &'a mut dyn Observer,
    rate: Rate,
    phase: Phase,
    next: Instant,
    flow: Flow,
}

impl<'a> Reports<'a> {
    fn new(call: &'a Call, observer: &'a mut dyn Observer) -> Self {
        Self {
            call,
            observer,
            rate: Rate {
                samples: std::collections::VecDeque::new(),
            },
            phase: Phase::Connecting,
            next: Instant::now() + TICK,
            flow: Flow::Continue, // The first report was before the workers began.
        }
    }

    /// Reports what is due: a line of the log, a change of phase at once, and otherwise the progress several times a
    /// second. Returns whether there was a line: more may wait, and a stop is asked for between two of them.
    ///
    /// # Errors
    /// `Stopped`, if the observer wants that, now or before.
    fn pass_on(&mut self) -> Result<bool> {
        if self.flow == Flow::Stop {
            return Err(stopped());
        }
        let line = self.call.next_line();
        if let Some(line) = &line {
            self.observer.log(line);
        }
        if self.call.phase() != self.phase || Instant::now() >= self.next {
            self.progress()?;
        }
        Ok(line.is_some())
    }

    /// Passes on all that is due, between two pieces of work of the calling thread.
    ///
    /// # Errors
    /// `Stopped`, if the observer wants that.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        while self.pass_on()? {}
        Ok(())
    }

    fn progress(&mut self) -> Result<()> {
        let mut progress = self.call.snapshot();
        progress.bytes_per_second = self.rate.sample(progress.bytes_done);
        self.phase = progress.phase;
        self.flow = self.observer.progress(&progress);
        self.next = Instant::now() + TICK;
        match self.flow {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(stopped()),
        }
    }
}

/// Waits on the calling thread for what workers send, and reports to the observer meanwhile.
///
/// `handle` gets each event, and returns the result of the call if the event ends it. If that takes long, it reports in
/// between by what it gets besides. A stop interrupts the workers, gives them a moment to end, and ends the call as
/// stopped; no line of the log comes after it. The channel must have a sender until the call ends: when all are gone, a
/// worker has died.
pub(crate) fn attend<E>(
    call: &Arc<Call>,
    notices: &Receiver<()>,
    observer: &mut dyn Observer,
    events: &Receiver<E>,
    handle: &mut dyn FnMut(E, &mut Reports<'_>) -> Option<Result<()>>,
) -> Result<()> {
    let _inside = Inside::enter();
    let mut reports = Reports::new(call, observer);
    let mut more_lines = false;
    let result = loop {
        let wait = match more_lines {
            true => Duration::ZERO,
            false => reports.next.saturating_duration_since(Instant::now()),
        };
        crossbeam_channel::select! {
            recv(events) -> event => match event {
                Ok(event) => {
                    if let Some(result) = handle(event, &mut reports) {
                        break result;
                    }
                }
                Err(_) => break Err(call.why_refused().unwrap_or_else(died)),
            },
            recv(notices) -> _ => {}
            default(wait) => {}
        }
        match reports.pass_on() {
            Ok(line) => more_lines = line,
            Err(stopped) => break Err(stopped),
        }
    };
    // A stop that comes with the last lines is too late for what has ended.
    let flow = reports.catch_up();
    match result {
        Ok(()) => {
            if flow.is_ok() {
                let _ = reports.progress();
            }
            Ok(())
        }
        Err(error) => {
            // The other workers of a call that has failed, or was stopped, can stop.
            call.stop();
            drain(events);
            Err(error)
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

/// Runs a piece of work on a worker, while the calling thread reports to the observer.
pub(crate) fn run<T: Send + 'static>(
    threads: &Threads,
    kind: Kind,
    observer: &mut dyn Observer,
    work: impl FnOnce(&Arc<Call>) -> Result<T> + Send + 'static,
) -> Result<T> {
    // Only this part is generic, to keep the library small: there are about a hundred result types.
    let slot = Arc::new(Mutex::new(None));
    let place = Arc::clone(&slot);
    run_work(
        threads,
        kind,
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

fn run_work(threads: &Threads, kind: Kind, observer: &mut dyn Observer, work: Work) -> Result<()> {
    let (call, notices) = Call::new(threads);
    let (done, events) = unbounded();
    let worker = Arc::clone(&call);
    begin(&call, observer)?;
    call.lead(kind, move || {
        let _ = done.send(guarded(|| work(&worker)));
    })?;
    attend(&call, &notices, observer, &events, &mut |result, _| {
        Some(result)
    })
}
