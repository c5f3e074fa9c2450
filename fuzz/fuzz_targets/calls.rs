//! Calls of the C ABI, as bytes say (tests/c/storm.c), against an emulator.
#![no_main]

use std::sync::Once;

// Its exported functions are called from C.
use sendsafely as _;

#[link(name = "storm", kind = "static")]
unsafe extern "C" {
    fn storm_begin();
    fn storm_calls(data: *const u8, size: usize);
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static BEGUN: Once = Once::new();
    // SAFETY: the functions of storm.c; this is the only thread that calls them.
    BEGUN.call_once(|| unsafe { storm_begin() });
    // SAFETY: the same; the bytes are readable for as long as the call takes.
    unsafe { storm_calls(data.as_ptr(), data.len()) }
});
