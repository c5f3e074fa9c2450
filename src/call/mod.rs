//! One call of the user: its progress, the reports to its caller, and its stop.
//!
//! All input and output happens on workers. The thread that made the call waits in [`attend()`] and is the only one that
//! ever runs the caller's code: progress, log lines, reads from and writes to callbacks.

mod attend;
mod progress;
mod state;
mod threads;
mod watched;

pub(crate) use attend::{FILE_GRACE, WORKER_GRACE, attend, begin, guarded, run};
pub use progress::{Flow, Observer, Phase, Progress};
pub(crate) use state::{Call, Interrupt, died, stopped};
pub(crate) use threads::{Kind, Threads};
pub(crate) use watched::{Gate, Turn, Watched};
