//! Tests that run in a process of their own, whose memory is measured or limited.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A limit far above what each case needs.
const SOON: Duration = Duration::from_secs(200);
const ALONE: &str = "SENDSAFELY_TEST_ALONE";
pub(crate) const MIB: usize = 1 << 20;

/// Runs a test of this file again, alone in a process, with `kib` of address space where limited.
#[track_caller]
pub(crate) fn alone(test: &str, kib: Option<usize>) {
    let limit = kib.map_or("unlimited".into(), |kib| kib.to_string());
    let started = Instant::now();
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new("sh")
        .args([
            "-c",
            "ulimit -v \"$1\" && shift && exec timeout --kill-after=5 200 \"$@\"",
            "sh",
            &limit,
        ])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        // Each arena of the allocator reserves address space.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&stdout);
    println!("{stdout}");
    assert!(
        status.success(),
        "{status}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

pub(crate) fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// The most memory that this process ever had, in bytes.
pub(crate) fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib: usize = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib << 10
}

/// Resets the peak, and returns the current memory.
pub(crate) fn forget_peak() -> usize {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    peak()
}
