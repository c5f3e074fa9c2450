//! A complete exchange, broken at any byte: a package is created, gets a recipient, a file of two parts and a message,
//! is finalized, opened by its link and downloaded. Each run meets one fault at one offset of one connection: it is
//! cut, falls silent, or a bit is wrong, on its way to the service or back, in plain HTTP or in TLS.
//!
//! A run ends with the right bytes or with an error of a kind. It leaves no partial file, gives away no byte that is
//! wrong, does nothing twice on the service, and ends in time. What a flipped bit of plain HTTP may change unnoticed is
//! counted; in TLS it is nothing.
//!
//! `make test-offsets` runs every offset; `OFFSETS_CASE="tls api 1 response 345 flip"` one case alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{ClientOptions, DownloadOptions, ErrorKind, Package, Result, Sink};
use serde_json::{Value, json};
use support::*;

const PART: u64 = 300;
const SIZE: usize = 500;
const NAME: &str = "report.bin";
const MESSAGE: &str = "Two parts, and this.";
const RECIPIENT: &str = "second@acme.test";
const FAULTS: [&str; 3] = ["cut", "stall", "flip"];
/// Cases of the short form.
const SAMPLE: usize = 120;
/// Runs at once, each with an emulator of its own; most of them wait. In the short form other tests run beside them.
const LANES: usize = 64;
const FEW_LANES: usize = 16;
/// No run lasts longer, however busy the machine is.
const DEADLINE: Duration = Duration::from_secs(60);
/// A long run says after so many cases how far it is.
const SAID: usize = 5000;
/// After so many differences, the other cases are not run.
const MAX_DIFFERENCES: usize = 20;

fn brief() -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(5),
        stall_timeout: Duration::from_millis(700),
        connect_timeout: Duration::from_secs(5),
        parts_in_flight: 1,
        part_size: PART,
        ..ClientOptions::default()
    }
}

// --- One exchange --------------------------------------------------------------------------------------------------

/// What both sides have seen.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    recipients: Vec<String>,
    message: Option<String>,
    name: String,
    size: u64,
    content: Vec<u8>,
}

fn expected() -> Seen {
    Seen {
        recipients: vec![RECIPIENT.to_owned()],
        message: Some(MESSAGE.to_owned()),
        name: NAME.to_owned(),
        size: SIZE as u64,
        content: noise(1, SIZE),
    }
}

/// The package of the exchange, as far as it came.
#[derive(Default)]
struct Trace {
    package: Option<String>,
    is_finalized: bool,
}

fn exchange(
    emulator: &Emulator,
    trace: &mut Trace,
    directory: &TempDir,
    into_file: bool,
) -> Result<Seen> {
    let package = Package::create(&emulator.client_with(brief()), &mut ())?;
    trace.package = Some(package.id().to_owned());
    package.add_recipient(&mut (), RECIPIENT, None)?;
    upload(&package, NAME, &noise(1, SIZE))?;
    package.set_message(&mut (), MESSAGE)?;
    let link = package.finalize(&mut (), &Default::default())?.link;
    trace.is_finalized = true;
    let package = Package::open_link(&emulator.client_of(1, brief()), &mut (), &link)?;
    let information = package.information(&mut ())?;
    let message = package.message(&mut ())?;
    let options = DownloadOptions::default();
    let mut content = Vec::new();
    let file = information.files.first();
    let file_id = file.map_or("none", |file| &file.file_id);
    if into_file {
        let sink = Sink::Path(directory.0.clone());
        let done = package.download(&mut (), file_id, sink, &options)?;
        content = fs::read(done.path.unwrap()).unwrap();
    } else {
        let right = noise(1, SIZE);
        let mut writer = |piece: &[u8]| {
            content.extend_from_slice(piece);
            assert!(right.starts_with(&content), "a wrong byte was given away");
            Ok(())
        };
        package.download(&mut (), file_id, Sink::Writer(&mut writer), &options)?;
    }
    Ok(Seen {
        recipients: information
            .recipients
            .into_iter()
            .map(|recipient| recipient.email)
            .collect(),
        message,
        name: file.map(|file| file.file_name.clone()).unwrap_or_default(),
        size: file.and_then(|file| file.size).unwrap_or_default(),
        content,
    })
}

// --- Cases ---------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq, Eq)]
struct Case {
    tls: bool,
    listener: String,
    connection: u64,
    direction: &'static str,
    offset: u64,
    fault: &'static str,
}

impl Case {
    fn name(&self) -> String {
        let Self {
            tls,
            listener,
            connection,
            direction,
            offset,
            fault,
        } = self;
        let scheme = if *tls { "tls" } else { "plain" };
        format!("{scheme} {listener} {connection} {direction} {offset} {fault}")
    }

    fn rule(&self) -> Value {
        let action = match self.fault {
            "cut" if self.offset.is_multiple_of(2) => json!({"cut": "reset"}),
            "cut" => json!({"cut": "close"}),
            "stall" => json!({"stall": 0}),
            _ => json!({"flip": self.offset % 8}),
        };
        json!({"listener": self.listener, "connection": self.connection, "direction": self.direction, "offset": self.offset, "action": action})
    }
}

/// Every case of one scheme: what an exchange without a fault sends and gets.
fn cases(tls: bool) -> Vec<Case> {
    let emulator = start(tls);
    emulator.admin_json("POST", "/proxy", &json!({}));
    let directory = TempDir::new();
    let seen = exchange(&emulator, &mut Trace::default(), &directory, true).unwrap();
    assert_eq!(seen, expected());
    let report = emulator.admin_json("GET", "/proxy", &Value::Null);
    let mut cases = Vec::new();
    for connection in report["connections"].as_array().unwrap() {
        for direction in ["request", "response"] {
            let bytes = connection[direction].as_u64().unwrap();
            // Of a flip, the byte is needed; a cut and a stall may follow the last byte.
            for offset in 0..=bytes {
                let fits = |fault: &&str| *fault != "flip" || offset < bytes;
                cases.extend(FAULTS.into_iter().filter(fits).map(|fault| Case {
                    tls,
                    listener: connection["listener"].as_str().unwrap().to_owned(),
                    connection: connection["number"].as_u64().unwrap(),
                    direction,
                    offset,
                    fault,
                }));
            }
        }
    }
    cases
}

fn start(tls: bool) -> Emulator {
    match tls {
        true => Emulator::start_with(&["--tls"]),
        false => Emulator::start(),
    }
}

// --- One run -------------------------------------------------------------------------------------------------------

/// How a run ended: what is counted, or what is wrong with it.
fn run(emulator: &Emulator, case: &Case, number: usize) -> std::result::Result<String, String> {
    emulator.admin("POST", "/reset", b"");
    emulator.admin_json("POST", "/proxy", &json!({"rules": [case.rule()]}));
    let directory = TempDir::new();
    let mut trace = Trace::default();
    let begun = Instant::now();
    let outcome = exchange(emulator, &mut trace, &directory, number.is_multiple_of(2));
    let time = begun.elapsed();
    let report = emulator.admin_json("GET", "/proxy", &Value::Null);
    emulator.admin("DELETE", "/proxy", b"");
    if time > DEADLINE {
        return Err(format!("it lasted {time:?}"));
    }
    let may_lie = !case.tls && case.fault == "flip";
    service_is_right(emulator, &trace, may_lie)?;
    match outcome {
        Ok(seen) => {
            let right = expected();
            if seen.content != right.content {
                return Err(format!("wrong bytes: {seen:?}"));
            }
            if seen != right && !may_lie {
                return Err(format!("wrong: {seen:?}"));
            }
            if seen != right {
                return Ok(format!("unnoticed {}", differences(&seen, &right)));
            }
            Ok(match report["rules"][0]["hits"] == 1 {
                true => "right".to_owned(),
                false => "right, and the fault was not met".to_owned(),
            })
        }
        Err(error) => {
            if directory.names() != [""; 0] {
                return Err(format!("{:?} is left behind by {error}", directory.names()));
            }
            match error.kind() {
                ErrorKind::Internal => Err(format!("{error}")),
                kind => Ok(format!("{kind:?}")),
            }
        }
    }
}

fn differences(seen: &Seen, right: &Seen) -> String {
    let mut names = Vec::new();
    for (is_other, name) in [
        (seen.recipients != right.recipients, "recipient"),
        (seen.message != right.message, "message"),
        (seen.name != right.name, "file name"),
        (seen.size != right.size, "declared size"),
    ] {
        names.extend(is_other.then_some(name));
    }
    names.join(" and ")
}

/// Nothing is there twice. Packages whose creation lost its response may stay behind, empty.
fn service_is_right(
    emulator: &Emulator,
    trace: &Trace,
    may_lie: bool,
) -> std::result::Result<(), String> {
    let ids = emulator.admin_json("GET", "/packages", &Value::Null);
    let ids = ids.as_array().unwrap();
    let mut finalized = 0;
    for id in ids {
        let id = id.as_str().unwrap();
        let raw = emulator.package(id);
        let files = raw["files"].as_array().unwrap();
        let recipients = raw["recipients"].as_array().unwrap();
        let state = format!("{} recipients and {} files", recipients.len(), files.len());
        if trace.package.as_deref() != Some(id) {
            if recipients.len() + files.len() > 0 && !may_lie {
                return Err(format!("{state} on a package that nobody knows"));
            }
            continue;
        }
        if recipients.len() > 1 {
            return Err(state);
        }
        if raw["finalized"] == true {
            finalized += 1;
            let whole = |file: &Value| {
                file["complete"] == true && file["stored"].as_object().unwrap().len() == 2
            };
            if recipients.len() != 1 || files.len() != 1 || !files.iter().all(whole) {
                return Err(format!("finalized with {state}"));
            }
        }
    }
    match trace.is_finalized && finalized != 1 && !may_lie {
        true => Err("finalize succeeded, and the package is not finalized".to_owned()),
        false => Ok(()),
    }
}

// --- All runs ------------------------------------------------------------------------------------------------------

/// How often runs ended in each way, and how long all of them took.
type Row = (BTreeMap<String, usize>, Duration);

#[derive(Default)]
struct Outcomes {
    /// By scheme and fault.
    counts: Mutex<BTreeMap<String, Row>>,
    differences: Mutex<Vec<String>>,
}

impl Outcomes {
    fn count(&self, case: &Case, outcome: std::result::Result<String, String>, time: Duration) {
        match outcome {
            Ok(what) => {
                let scheme = if case.tls { "tls" } else { "plain" };
                let mut counts = self.counts.lock().unwrap();
                let row = counts
                    .entry(format!("{scheme} {}", case.fault))
                    .or_default();
                *row.0.entry(what).or_default() += 1;
                row.1 += time;
            }
            Err(what) => {
                println!("offsets: {}: {what}", case.name());
                let mut differences = self.differences.lock().unwrap();
                differences.push(format!("{}: {what}", case.name()));
            }
        }
    }
}

#[test]
fn every_offset() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<usize>().ok();
    let step = number("OFFSETS_STEP").map(|step| step.max(1));
    let usual_lanes = if step.is_some() { LANES } else { FEW_LANES };
    let lanes = number("OFFSETS_LANES").unwrap_or(usual_lanes);
    let seed = number("OFFSETS_SEED").unwrap_or(1);
    let only = std::env::var("OFFSETS_CASE").ok();
    let all: Vec<_> = [false, true].into_iter().flat_map(cases).collect();
    let chosen: Vec<_> = match only {
        Some(name) => all
            .iter()
            .filter(|case| case.name() == name)
            .cloned()
            .collect(),
        // Every n-th, from a place that the seed names: all connections and directions have their share.
        None => {
            let step = match step {
                Some(step) => step,
                // No multiple of the number of faults.
                None => (all.len() / SAMPLE / FAULTS.len()).max(1) * FAULTS.len() + 1,
            };
            all.iter()
                .skip(seed % step)
                .step_by(step)
                .cloned()
                .collect()
        }
    };
    println!("offsets: {} of {} cases", chosen.len(), all.len());
    assert!(!chosen.is_empty());
    let begun = Instant::now();
    let outcomes = Outcomes::default();
    let (plain, tls): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|case| !case.tls);
    let next = [AtomicUsize::new(0), AtomicUsize::new(0)];
    thread::scope(|scope| {
        for lane in 0..lanes.max(2) {
            let is_tls = lane % 2 == 1;
            let cases = if is_tls { &tls } else { &plain };
            let (next, outcomes) = (&next[lane % 2], &outcomes);
            scope.spawn(move || {
                let emulator = start(is_tls);
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let is_enough = outcomes.differences.lock().unwrap().len() >= MAX_DIFFERENCES;
                    let Some(case) = cases.get(turn).filter(|_| !is_enough) else {
                        break;
                    };
                    if turn.is_multiple_of(SAID) && turn > 0 {
                        let (scheme, time) =
                            (if is_tls { "tls" } else { "plain" }, begun.elapsed());
                        println!("offsets: {turn} of {} in {scheme}, {time:.0?}", cases.len());
                    }
                    let begun = Instant::now();
                    let outcome = run(&emulator, case, turn);
                    outcomes.count(case, outcome, begun.elapsed());
                }
            });
        }
    });
    for (what, (counts, time)) in &*outcomes.counts.lock().unwrap() {
        let total: usize = counts.values().sum();
        let mean = time.as_secs_f64() / total as f64;
        let parts: Vec<_> = counts
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        println!(
            "offsets: {what:11} {total:6}, {mean:.2} s each: {}",
            parts.join(", ")
        );
    }
    println!("offsets: {:.0} s", begun.elapsed().as_secs_f64());
    let differences = outcomes.differences.into_inner().unwrap();
    assert!(
        differences.is_empty(),
        "{} cases differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
