#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sendsafely::fuzzing::run("keys", data));
