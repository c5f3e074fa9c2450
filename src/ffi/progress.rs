//! Progress, and the other callbacks of a program.

use std::ffi::{c_char, c_void};

use super::support::marks::number;
use super::types::sendsafely_optional_size;
use crate::call::Phase;

/// What a callback returns to let the call go on.
pub const SENDSAFELY_CONTINUE: i32 = 1;

/// What a callback returns to stop the call.
pub const SENDSAFELY_STOP: i32 = 0;

/// What a call is doing at the moment. A later version may add phases.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum sendsafely_phase {
    /// Looking up and connecting to the host, or asking it for something short.
    SENDSAFELY_PHASE_CONNECTING = 1,
    /// Getting ready: opening files, announcing a file, fetching URLs.
    SENDSAFELY_PHASE_PREPARING = 2,
    /// Encrypting and sending, or receiving and decrypting.
    SENDSAFELY_PHASE_TRANSFERRING = 3,
    /// Waiting before a failed request is made again.
    SENDSAFELY_PHASE_WAITING = 4,
    /// All bytes are there: completing the file.
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

/// How far a call has come.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct sendsafely_progress {
    /// Size of this struct in the library that runs; a later version may add fields at the end.
    pub struct_size: usize,
    /// What the call is doing.
    pub phase: number::sendsafely_phase,
    /// Attempts that failed and were, or will be, made again.
    pub retries: u32,
    /// Bytes of the file that are safely stored. Never goes back; ends exactly at bytes_total.
    pub bytes_done: u64,
    /// Encrypted bytes on the wire: for the rate and the time left. Falls back when a part has to be sent again.
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

/// Tells how a call goes, on the thread that made it: at each change of phase and otherwise 4 to 10 times a second,
/// even while nothing moves. progress is valid only inside the callback. Returns SENDSAFELY_CONTINUE or SENDSAFELY_STOP;
/// see "Progress and stopping" above.
pub type sendsafely_progress_callback = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        progress: *const sendsafely_progress,
    ) -> i32,
>;

/// Takes a line for a log: printable, without a line end. Runs on the thread that made the call; the line is valid only
/// inside the callback and never holds a secret. Of lines that come faster than the callback returns, equal ones are
/// joined, and those beyond a hundred are left out and counted. None comes after a stop.
pub type sendsafely_log_callback =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, line: *const c_char)>;

/// Reads the next bytes of what is uploaded into buffer, at most capacity of them (always more than 0).
///
/// Returns how many were read; 0 at the end; a negative number when reading failed, and the upload then answers
/// SENDSAFELY_READ_FAILED. Fewer bytes than capacity are no sign of the end. Runs on the thread that made the call.
pub type sendsafely_read_callback = Option<
    unsafe extern "C-unwind" fn(user_data: *mut c_void, buffer: *mut u8, capacity: usize) -> i64,
>;

/// Takes the next bytes of what is downloaded, decrypted and verified, in order.
///
/// Returns SENDSAFELY_CONTINUE, or SENDSAFELY_STOP when they cannot be taken, and the download then answers
/// SENDSAFELY_WRITE_FAILED. Runs on the thread that made the call.
pub type sendsafely_write_callback = Option<
    unsafe extern "C-unwind" fn(user_data: *mut c_void, data: *const u8, size: usize) -> i32,
>;
