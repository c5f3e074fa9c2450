//! Hours of bad network, in short: eight threads send packages, open them by their links and keep Workspaces, and each
//! tenth request fails somehow, in the service or on the wire. No byte is wrong, and memory, descriptors and threads
//! stay what they were.
//!
//! `make test-soak SOAK=SECONDS` runs it for that long.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{Client, ClientOptions, DownloadOptions, Package, SyncOptions, UploadAllOptions};
use serde_json::{Value, json};
use support::*;

/// Seconds of the short form.
const SOAK: u64 = 8;
const THREADS: u64 = 8;
/// The median of memory may grow by this much from the second third of the time to the last. Parts that are on their
/// way come and go with more.
const GROWTH_KIB: u64 = 8 * 1024;
/// Connections rest for 15 seconds at most, and threads end with their client.
const SETTLES: Duration = Duration::from_secs(30);

fn patient() -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(60),
        stall_timeout: Duration::from_secs(2),
        ..options()
    }
}

/// 10 % of all requests: 5 % of them in the service, and 5 % on the wire.
fn disturb(emulator: &Emulator, seed: u64) {
    let kinds = [
        (10, "before", json!({"status": 503})),
        (10, "after", json!({"close": true})),
        (10, "before", json!({"close": true})),
        (
            5,
            "before",
            json!({"status": 429, "headers": {"Retry-After": "0"}}),
        ),
        (5, "after", json!({"status": 502})),
        (5, "before", json!({"hang_ms": 3000})),
        (5, "after", json!({"close_after_response_bytes": 20})),
    ];
    for (number, (per_mille, when, action)) in (0..).zip(kinds) {
        emulator.fault(json!({"endpoint": "*", "times": 0, "per_mille": per_mille, "seed": seed + number, "when": when, "action": action}));
    }
    let actions = json!([{"cut": "reset"}, {"cut": "close"}, {"flip": 3}, {"duplicate": 5}, {"stall": 3000}, {"throttle": 20_000}]);
    let chance = json!({"per_mille": 50, "seed": seed, "actions": actions});
    emulator.admin_json("POST", "/proxy", &json!({"chance": chance}));
}

#[derive(Default)]
struct Outcomes {
    files: AtomicU64,
    bytes: AtomicU64,
    wrong: Mutex<Vec<String>>,
    errors: Mutex<BTreeMap<String, u64>>,
}

impl Outcomes {
    fn compare(&self, what: &str, seed: u64, found: &[u8], size: usize) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size as u64, Ordering::Relaxed);
        if found != noise(seed, size) {
            let text = format!("{what} of {size} bytes, seed {seed}: {} bytes", found.len());
            self.wrong.lock().unwrap().push(text);
        }
    }
}

/// Sizes of no part, of one and of several.
fn size(seed: u64) -> usize {
    [0, 1, 700, 30_000, PART, PART + 1, 250_000][usize::try_from(seed % 7).unwrap()]
}

type Done = Result<(), String>;

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn send_and_receive(client: &Client, other: &Client, turn: u64, outcomes: &Outcomes) -> Done {
    let package = Package::create(client, &mut ()).map_err(text)?;
    package
        .add_recipient(&mut (), "second@acme.test", None)
        .map_err(text)?;
    for file in 0..3 {
        let seed = turn * 10 + file;
        upload(&package, &format!("{file}.bin"), &noise(seed, size(seed))).map_err(text)?;
    }
    package.set_message(&mut (), "a message").map_err(text)?;
    let link = package.finalize(&mut (), &Default::default());
    let link = link.map_err(text)?.link;
    let received = Package::open_link(other, &mut (), &link).map_err(text)?;
    let message = received.message(&mut ()).map_err(text)?;
    if message.as_deref() != Some("a message") {
        outcomes.wrong.lock().unwrap().push(format!("{message:?}"));
    }
    for file in received.information(&mut ()).map_err(text)?.files {
        let seed = turn * 10 + file.file_name[..1].parse::<u64>().unwrap();
        let found = download(&received, &file.file_id).map_err(text)?;
        outcomes.compare("file", seed, &found, size(seed));
    }
    package.delete(&mut ()).map_err(text)
}

fn work_in_a_workspace(client: &Client, turn: u64, is_sync: bool, outcomes: &Outcomes) -> Done {
    let workspace = Package::create_workspace(client, &mut (), "Soak").map_err(text)?;
    let (from, to) = (TempDir::new(), TempDir::new());
    fs::create_dir(from.join("sub")).unwrap();
    let names = ["a", "b", "sub/c", "sub/d"];
    for (seed, name) in (turn * 10..).zip(names) {
        from.file(name, &noise(seed, size(seed)));
    }
    let sync = |tree: &TempDir| {
        let options = SyncOptions {
            state_directory: Some(tree.join(".state")),
            ..SyncOptions::default()
        };
        let done = workspace.sync(&mut (), &tree.0, &options);
        done.map(drop).map_err(text)
    };
    if is_sync {
        sync(&from)?;
        sync(&to)?;
    } else {
        let options = UploadAllOptions::default();
        let sent = workspace.upload_all(&mut (), &from.0, &options);
        sent.map_err(text)?;
        let options = DownloadOptions::default();
        let received = workspace.download_all(&mut (), &to.0, &options);
        received.map_err(text)?;
    }
    for (seed, name) in (turn * 10..).zip(names) {
        // Though a creation whose response was lost may have left a file without parts there, of the same name.
        let found = fs::read(to.join(name)).map_err(text)?;
        outcomes.compare(name, seed, &found, size(seed));
    }
    workspace.delete(&mut ()).map_err(text)
}

/// Resident memory in KiB, descriptors and threads of this process.
#[derive(Clone, Copy, Debug)]
struct Held {
    kib: u64,
    descriptors: usize,
    threads: u64,
}

fn held() -> Held {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let number = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    Held {
        kib: number("RssAnon:"),
        descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
        threads: number("Threads:"),
    }
}

#[test]
fn a_bad_network_for_long() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let time = Duration::from_secs(number("SOAK").unwrap_or(SOAK));
    let seed = number("SOAK_SEED").unwrap_or(1);
    let emulator = Emulator::start_with(&["--tls"]);
    let before = held();
    disturb(&emulator, seed);
    let outcomes = Outcomes::default();
    let clients = [
        emulator.client_with(patient()),
        emulator.client_of(1, patient()),
    ];
    let begun = Instant::now();
    let mut memory = Vec::new();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for thread in 0..THREADS {
            let (clients, outcomes, emulator) = (&clients, &outcomes, &emulator);
            workers.push(scope.spawn(move || {
                for turn in 0.. {
                    if begun.elapsed() >= time {
                        return;
                    }
                    let place = (turn * THREADS + thread) * 1000 + seed;
                    let done = match turn % 3 {
                        2 => work_in_a_workspace(&clients[0], place, turn % 6 == 2, outcomes),
                        _ => send_and_receive(&clients[0], &clients[1], place, outcomes),
                    };
                    if let Err(error) = done {
                        *outcomes.errors.lock().unwrap().entry(error).or_default() += 1;
                    }
                    if thread == 0 {
                        emulator.forget_requests();
                    }
                }
            }));
        }
        while !workers.iter().all(|worker| worker.is_finished()) {
            thread::sleep(Duration::from_millis(200));
            memory.push(held().kib);
        }
    });
    let lasted = begun.elapsed();
    let proxy = emulator.admin_json("GET", "/proxy", &Value::Null);
    let faults = emulator.fault_hits() + proxy["chance_hits"].as_u64().unwrap();
    drop(clients);
    let end = Instant::now() + SETTLES;
    let mut after = held();
    while (after.descriptors > before.descriptors || after.threads > before.threads)
        && Instant::now() < end
    {
        thread::sleep(Duration::from_millis(100));
        after = held();
    }
    let median = |part: &mut [u64]| {
        part.sort_unstable();
        part.get(part.len() / 2).copied().unwrap_or_default()
    };
    let third = memory.len() / 3;
    let (middle, late) = (
        median(&mut memory[third..2 * third]),
        median(&mut memory[2 * third..]),
    );
    println!(
        "soak: {:.0} s, {} files, {} MB, {faults} faults; {middle} KiB of memory in the second third and {late} in the last; before {before:?}, after {after:?}",
        lasted.as_secs_f64(),
        outcomes.files.load(Ordering::Relaxed),
        outcomes.bytes.load(Ordering::Relaxed) / 1_000_000,
    );
    let wrong = outcomes.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "wrong bytes:\n{}", wrong.join("\n"));
    let errors = outcomes.errors.into_inner().unwrap();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(outcomes.files.load(Ordering::Relaxed) > 0 && faults > 0);
    assert!(
        after.descriptors <= before.descriptors,
        "{before:?} {after:?}"
    );
    assert!(after.threads <= before.threads, "{before:?} {after:?}");
    // In the short form, memory has not settled yet.
    assert!(
        time.as_secs() < 60 || late <= middle + GROWTH_KIB,
        "memory grows from {middle} to {late} KiB"
    );
}
