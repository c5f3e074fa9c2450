//! Injected panics, only with the cargo feature `test-hooks`: not in the header, never in a released library.

use crate::call;
use crate::ffi::error::sendsafely_error;

use super::argument::invalid;
use super::caller::Caller;
use super::guard::PANIC;
use super::marks::number::sendsafely_status;
use super::process::Process;

/// Panics in the body of an exported function (0), on a worker (1), or while the table of handles is locked (2); 3 lets
/// the next exported function that this thread calls panic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendsafely_test_panic(
    place: i32,
    error: *mut *mut sendsafely_error,
) -> sendsafely_status {
    // SAFETY: the program keeps the header's rules on pointers.
    let caller = unsafe { Caller::new(error) };
    caller.guard(|| {
        match place {
            0 => panic!("injected into an exported function"),
            1 => call::run(
                &call::Threads::default(),
                call::Kind::Short,
                &mut (),
                |_| -> crate::error::Result<()> { panic!("injected on a worker") },
            )?,
            2 => Process::current().panic_while_locked(),
            3 => PANIC.set(true),
            _ => return Err(invalid("place is 0 to 3")),
        }
        Ok(())
    })
}
