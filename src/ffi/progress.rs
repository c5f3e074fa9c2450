//! Progress, and the other callbacks of a program.

use std::ffi::{c_char, c_void};

use super::support::marks::{Nullable, number};
use super::types::{sendsafely_continue, sendsafely_optional_size};
use crate::call::Phase;

/// What a call does at the moment. A later version may add phases.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_phase {
    /// Resolving and connecting to the host, or exchanging something short with it.
    SENDSAFELY_PHASE_CONNECTING = 1,
    /// Preparing: opening files, creating a file on the service, fetching URLs.
    SENDSAFELY_PHASE_PREPARING = 2,
    /// Encrypting and sending, or receiving and decrypting.
    SENDSAFELY_PHASE_TRANSFERRING = 3,
    /// Waiting before a failed request is repeated.
    SENDSAFELY_PHASE_WAITING = 4,
    /// Completing the file, all of whose bytes are stored.
    SENDSAFELY_PHASE_COMPLETING = 5,
    /// Finalizing the package.
    SENDSAFELY_PHASE_FINALIZING = 6,
}

impl From<Phase> for sendsafely_phase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Connecting => Self::SENDSAFELY_PHASE_CONNECTING,
            Phase::Preparing => Self::SENDSAFELY_PHASE_PREPARING,
            Phase::Transferring => Self::SENDSAFELY_PHASE_TRANSFERRING,
            Phase::Waiting => Self::SENDSAFELY_PHASE_WAITING,
            Phase::Completing => Self::SENDSAFELY_PHASE_COMPLETING,
            Phase::Finalizing => Self::SENDSAFELY_PHASE_FINALIZING,
        }
    }
}

/// The progress of a call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct sendsafely_progress {
    /// Size of this struct in the library that runs; a later version may add fields at the end.
    pub struct_size: usize,
    /// What the call is doing.
    pub phase: number::sendsafely_phase,
    /// Attempts that failed and were, or will be, repeated.
    pub retries: u32,
    /// Bytes of the file that are safely stored. Never decreases; ends exactly at bytes_total.
    pub bytes_done: u64,
    /// Encrypted bytes on the wire: for the rate and the time left. Decreases when a part has to be sent again.
    pub bytes_sent: u64,
    /// Bytes in all, once known. A download corrects it where a file has more or fewer than its sender declared.
    pub bytes_total: sendsafely_optional_size,
    /// Bytes of the file per second over the last few seconds.
    pub bytes_per_second: u64,
    /// Parts that are safely stored.
    pub parts_done: u32,
    /// Parts in all, 0 while unknown.
    pub parts_total: u32,
}

/// Reports progress: at each change of phase and otherwise 4 to 10 times a second, even while nothing moves. Runs on
/// the thread that made the call; progress is valid only inside the callback. Returns SENDSAFELY_CONTINUE or
/// SENDSAFELY_STOP; see "Progress and stopping" above.
pub type sendsafely_progress_callback = Option<
    unsafe extern "C-unwind" fn(
        user_data: Nullable<*mut c_void>,
        progress: *const sendsafely_progress,
    ) -> sendsafely_continue,
>;

/// Takes one line for a log: printable, without a line end and without secrets. Runs on the thread that made the call;
/// the line is valid only inside the callback. If lines come faster than the callback returns, equal ones are joined,
/// and those beyond a hundred are only counted. None comes after a stop.
pub type sendsafely_log_callback =
    Option<unsafe extern "C-unwind" fn(user_data: Nullable<*mut c_void>, line: *const c_char)>;

/// Reads the next bytes of an upload into buffer, at most capacity of them (always more than 0). Runs on the thread
/// that made the call.
///
/// Returns the number of bytes, 0 at the end, or a negative number on failure, after which the upload fails with
/// SENDSAFELY_READ_FAILED. Fewer bytes than capacity do not mean the end.
pub type sendsafely_read_callback = Option<
    unsafe extern "C-unwind" fn(
        user_data: Nullable<*mut c_void>,
        buffer: *mut u8,
        capacity: usize,
    ) -> i64,
>;

/// Takes the next bytes of a download, decrypted and verified, in order. Runs on the thread that made the call.
///
/// Returns SENDSAFELY_CONTINUE, or SENDSAFELY_STOP if it cannot take them, after which the download fails with
/// SENDSAFELY_WRITE_FAILED.
pub type sendsafely_write_callback = Option<
    unsafe extern "C-unwind" fn(
        user_data: Nullable<*mut c_void>,
        data: *const u8,
        size: usize,
    ) -> sendsafely_continue,
>;
