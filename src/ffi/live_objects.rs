//! Live objects.

use super::support::guard::guard_value;
use super::support::process::Process;

/// Returns how many handles, records and strings the program has yet to free: 0 at the end of a program without leaks.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_live_objects() -> u64 {
    guard_value(0, || Process::current().live_objects() as u64)
}
