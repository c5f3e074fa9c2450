//! The program's callbacks for progress and log lines, and its deadline: they observe a call of the core.

use std::ffi::c_void;
use std::mem::size_of;
use std::time::{Duration, Instant};

use crate::call::{Flow, Observer, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::progress::{
    sendsafely_log_callback, sendsafely_phase, sendsafely_progress, sendsafely_progress_callback,
};
use crate::ffi::types::{SENDSAFELY_CONTINUE, SENDSAFELY_SIZE_UNKNOWN, SENDSAFELY_STOP};

use super::argument::invalid;
use super::handle;
use super::memory::terminated;

/// The callbacks that observe a call.
#[derive(Clone, Copy)]
pub(crate) struct Callbacks {
    pub(crate) on_progress: sendsafely_progress_callback,
    pub(crate) user_data: *mut c_void,
    pub(crate) on_log: sendsafely_log_callback,
    pub(crate) log_user_data: *mut c_void,
    /// The longest time of a call.
    pub(crate) deadline: Option<Duration>,
}

// SAFETY: the library only hands the pointers back; the conventions ask the program for functions that any thread
// which calls the library may run.
unsafe impl Send for Callbacks {}
// SAFETY: as above.
unsafe impl Sync for Callbacks {}

impl Callbacks {
    /// These, or with the progress callback of a call's own options if it has one.
    pub(crate) fn or_instead(
        mut self,
        on_progress: sendsafely_progress_callback,
        user_data: *mut c_void,
    ) -> Self {
        if on_progress.is_some() {
            self.on_progress = on_progress;
            self.user_data = user_data;
        }
        self
    }

    /// Calls the core with the object of a ticket; these callbacks observe the call.
    pub(crate) fn observe<T>(
        self,
        ticket: usize,
        call: impl FnOnce(&mut dyn Observer) -> Result<T>,
    ) -> Result<T> {
        let mut program = Program {
            callbacks: self,
            ticket,
            // One that no clock can reach is none.
            deadline: (self.deadline).and_then(|longest| Instant::now().checked_add(longest)),
            is_overdue: false,
            mistake: None,
        };
        let result = call(&mut program);
        match (program.mistake, result) {
            (Some(mistake), Err(_)) => Err(mistake),
            (None, Err(error)) if program.is_overdue && error.kind() == ErrorKind::Stopped => {
                Err(overdue())
            }
            (_, result) => result,
        }
    }
}

/// The program as an observer of one call.
struct Program {
    callbacks: Callbacks,
    ticket: usize,
    deadline: Option<Instant>,
    /// Whether the call was stopped because of that.
    is_overdue: bool,
    /// The error of a callback that returned a number with no meaning.
    mistake: Option<Error>,
}

impl Observer for Program {
    fn progress(&mut self, progress: &Progress) -> Flow {
        if (self.deadline).is_some_and(|deadline| Instant::now() >= deadline) {
            self.is_overdue = true;
            return Flow::Stop;
        }
        let Some(on_progress) = self.callbacks.on_progress else {
            return Flow::Continue;
        };
        let progress = sendsafely_progress {
            struct_size: size_of::<sendsafely_progress>(),
            phase: sendsafely_phase::from(progress.phase) as i32,
            retries: progress.retries,
            bytes_done: progress.bytes_done,
            bytes_sent: progress.bytes_sent,
            bytes_total: progress.bytes_total.unwrap_or(SENDSAFELY_SIZE_UNKNOWN),
            bytes_per_second: progress.bytes_per_second,
            parts_done: progress.parts_done,
            parts_total: progress.parts_total,
        };
        // SAFETY: a function of the program, called as its type says.
        let returned = handle::call_back(self.ticket, || unsafe {
            on_progress(self.callbacks.user_data, &raw const progress)
        });
        flow(returned, "the progress callback").unwrap_or_else(|mistake| {
            self.mistake.get_or_insert(mistake);
            Flow::Stop
        })
    }

    fn log(&mut self, line: &str) {
        let Some(on_log) = self.callbacks.on_log else {
            return;
        };
        let line = terminated(line);
        // SAFETY: a function of the program, called as its type says; the line ends with NUL.
        handle::call_back(self.ticket, || unsafe {
            on_log(self.callbacks.log_user_data, line.as_ptr().cast())
        });
    }
}

fn overdue() -> Error {
    let message = "the call took longer than its deadline allows";
    Error::new(ErrorKind::DeadlineExceeded, message)
}

/// Whether the call goes on, by the number that a callback returned.
pub(crate) fn flow(returned: i32, who: &str) -> Result<Flow> {
    match returned {
        SENDSAFELY_CONTINUE => Ok(Flow::Continue),
        SENDSAFELY_STOP => Ok(Flow::Stop),
        _ => Err(invalid(format!(
            "{who} returned {returned}, neither SENDSAFELY_CONTINUE nor SENDSAFELY_STOP"
        ))),
    }
}
