//! What a call reports to its caller.

/// What a call is doing at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(
    missing_docs,
    reason = "each is explained at its constant in ffi/progress.rs"
)]
pub enum Phase {
    Connecting = 1,
    Preparing = 2,
    Transferring = 3,
    Waiting = 4,
    Completing = 5,
    Finalizing = 6,
}

impl Phase {
    pub(super) fn from_number(number: i32) -> Self {
        [
            Self::Preparing,
            Self::Transferring,
            Self::Waiting,
            Self::Completing,
            Self::Finalizing,
        ]
        .into_iter()
        .find(|phase| *phase as i32 == number)
        .unwrap_or(Self::Connecting)
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What the call is doing.
    pub phase: Phase,
    /// Bytes of plaintext safely stored; never goes back and ends exactly at the total.
    pub bytes_done: u64,
    /// Bytes of ciphertext on the wire; falls back when a part has to be sent again.
    pub bytes_sent: u64,
    /// Bytes of plaintext in all; `None` while that is not known. A download corrects it where a file has more or
    /// fewer than its sender declared.
    pub bytes_total: Option<u64>,
    /// Parts safely stored.
    pub parts_done: u32,
    /// Parts in all; 0 while unknown.
    pub parts_total: u32,
    /// Attempts that failed and were, or will be, made again.
    pub retries: u32,
    /// Plaintext bytes per second over the last seconds.
    pub bytes_per_second: u64,
}

/// What a call does after a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop the call, which then fails with [`ErrorKind::Stopped`](crate::ErrorKind::Stopped).
    Stop,
}

/// Gets the reports of a call, on the thread that made it.
pub trait Observer {
    /// Called at each change of phase and otherwise several times a second, even while nothing moves.
    fn progress(&mut self, progress: &Progress) -> Flow;

    /// A line for the log; never holds a secret.
    fn log(&mut self, _line: &str) {}
}

/// An observer that lets everything go on.
impl Observer for () {
    fn progress(&mut self, _progress: &Progress) -> Flow {
        Flow::Continue
    }
}
