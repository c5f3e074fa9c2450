//! A client that many transfers keep busy: what else it is asked for does not wait for their end.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, Flow, Observer, Package, Progress, Result, Source, UploadOptions,
};
use serde_json::json;
use support::*;

/// Far shorter than the transfers take.
const SOON: Duration = Duration::from_secs(5);

fn patient() -> ClientOptions {
    ClientOptions {
        stall_timeout: Duration::from_secs(60),
        retry_window: Duration::from_secs(60),
        ..options()
    }
}

#[track_caller]
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + 4 * SOON;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sets a flag when it is dropped, also after a failure.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Stops its call once the flag is set.
struct StopsBy<'a>(&'a AtomicBool);

impl Observer for StopsBy<'_> {
    fn progress(&mut self, _: &Progress) -> Flow {
        match self.0.load(Ordering::SeqCst) {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    }
}

fn upload_from(
    package: &Package,
    name: &str,
    size: Option<u64>,
    mut reader: impl FnMut(&mut [u8]) -> Result<usize>,
) -> Result<()> {
    let source = Source::Reader {
        name: name.into(),
        size,
        reader: &mut reader,
    };
    let options = UploadOptions::default();
    package.upload(&mut (), source, &options).map(drop)
}

#[test]
fn short_calls_and_clean_up_do_not_wait_for_transfers() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        parts_in_flight: 1,
        ..patient()
    });
    let package = package(&client);
    emulator.fault(json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 30_000}}));
    let (end, end_first) = (AtomicBool::new(false), AtomicBool::new(false));
    let data = noise(1, 8 * PART);
    let begin = |name: &str, end: &AtomicBool| {
        let _ = upload_watched(&package, &mut StopsBy(end), name, &data);
    };
    let is_there = || {
        let files = emulator.package(package.id())["files"].clone();
        let files = files.as_array().unwrap();
        files.iter().any(|file| file["name"] == "first.bin")
    };
    thread::scope(|scope| {
        let _ends = (Ends(&end), Ends(&end_first));
        let first = scope.spawn(|| begin("first.bin", &end_first));
        wait_for("the first file", is_there);
        for number in 0..60 {
            let (begin, end) = (&begin, &end);
            scope.spawn(move || begin(&format!("{number}.bin"), end));
        }
        wait_for("the others", || emulator.count("create_file") >= 30);
        thread::sleep(Duration::from_millis(500));
        let started = Instant::now();
        client.user(&mut ()).unwrap();
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        end_first.store(true, Ordering::SeqCst);
        first.join().unwrap();
        thread::sleep(Duration::from_secs(1));
        assert!(!is_there(), "the file of the upload that was stopped");
    });
}

#[test]
fn sources_of_unknown_size_take_turns_with_others_for_memory() {
    const SIZE: u64 = 256 << 10;
    let emulator = Emulator::start();
    emulator.settings(json!({"discard_parts": true}));
    let client = emulator.client_with(ClientOptions {
        memory_budget: 1 << 20,
        part_size: SIZE,
        ..patient()
    });
    let package = package(&client);
    let (end, begun) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let ends = Ends(&end);
        for number in 0..8 {
            let (package, begun, end) = (&package, &begun, &end);
            let mut reads = 0;
            let reader = move |buffer: &mut [u8]| {
                begun.fetch_add(usize::from(reads == 0), Ordering::SeqCst);
                reads += 1;
                thread::sleep(Duration::from_millis(100));
                let ends = end.load(Ordering::SeqCst) || reads > 400;
                Ok(if ends { 0 } else { buffer.len() })
            };
            scope.spawn(move || upload_from(package, &format!("{number}.bin"), None, reader));
        }
        wait_for("the sources", || begun.load(Ordering::SeqCst) >= 4);
        let started = Instant::now();
        let data = noise(2, 4 * usize::try_from(SIZE).unwrap());
        upload(&package, "file.bin", &data).unwrap();
        assert!(started.elapsed() < 3 * SOON, "{:?}", started.elapsed());
        drop(ends);
    });
}

/// As many as may, and more, each with a callback that begins a transfer itself. All of their memory is taken, too.
#[test]
fn a_transfer_inside_a_callback_gets_a_thread_and_memory() {
    const AT_ONCE: usize = 32;
    let emulator = Emulator::start();
    let client: Client = emulator.client_with(ClientOptions {
        memory_budget: 1 << 20,
        part_size: 256 << 10,
        ..patient()
    });
    let package = package(&client);
    let data = noise(3, 1000);
    let file = upload(&package, "inner.bin", &data).unwrap();
    let begun = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..2 * AT_ONCE {
            let (package, begun, file, data) = (&package, &begun, &file, &data);
            scope.spawn(move || {
                let mut is_first = true;
                let reader = move |buffer: &mut [u8]| {
                    if std::mem::take(&mut is_first) {
                        begun.fetch_add(1, Ordering::SeqCst);
                        thread::sleep(Duration::from_millis(300));
                        assert!(download(package, &file.file_id).unwrap() == *data);
                    }
                    buffer[0] = 7;
                    Ok(1)
                };
                upload_from(package, &format!("{number}.bin"), Some(3), reader).unwrap();
            });
        }
    });
    assert_eq!(begun.load(Ordering::SeqCst), 2 * AT_ONCE);
}
