//! Programs that work on one package or Workspace at once, while responses are lost and programs are killed. What a
//! call reports as done is there, byte for byte, by the id that it reported, and no other program's file is touched.
//!
//! Each round is derived from a seed. `make stress` runs thousands; `make stress SEED=7 ROUND=12 ROUNDS=20`
//! runs one of them twenty times, since threads and kills never happen at the same moment again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Action, Client, ClientOptions, DownloadOptions, ErrorKind, Existing, FinalizeOptions, Package,
    Result, Sink, Source, UploadAllOptions, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

const TEST: &str = "what_is_reported_is_there";
/// The environment variable by which a program that this test starts gets its round.
const SETUP: &str = "SENDSAFELY_STRESS_SETUP";
/// Rounds of the short form.
const ROUNDS: u64 = 24;
/// Number of rounds at once, each with its own emulator.
const LANES: usize = 2;
/// A round takes seconds: one that lasts longer than this hangs.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// After so many rounds with differences, the others are not run.
const MAX_DIFFERENCES: usize = 10;
/// The owner of all packages, and a contributor of Workspaces.
const OWNER: usize = 0;
const OTHER: usize = 1;

#[test]
fn what_is_reported_is_there() {
    if is_child() {
        return Setup::from_environment().play();
    }
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let rounds = number("SENDSAFELY_STRESS_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("SENDSAFELY_STRESS_SEED").unwrap_or(1);
    let only = number("SENDSAFELY_STRESS_ROUND");
    println!("stress: {rounds} rounds of seed {seed}");
    let next = AtomicU64::new(0);
    let outcomes = Outcomes::default();
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let emulator = Emulator::start();
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= rounds
                        || outcomes.differences.lock().unwrap().len() >= MAX_DIFFERENCES
                    {
                        break;
                    }
                    let round = Round::from_seed(seed, only.unwrap_or(turn));
                    round.play(&emulator, &outcomes);
                }
            });
        }
    });
    println!("{}", outcomes.summary());
    let differences = outcomes.differences.into_inner().unwrap();
    assert!(
        differences.is_empty(),
        "{} rounds differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
    let done = outcomes.reports.into_inner().unwrap();
    assert!(done["done"] > 0, "nothing was done: {done:?}");
}

/// The outcomes of all calls, and the differences that were found.
#[derive(Default)]
struct Outcomes {
    reports: Mutex<BTreeMap<String, u64>>,
    differences: Mutex<Vec<String>>,
}

impl Outcomes {
    fn count(&self, what: &str) {
        *self
            .reports
            .lock()
            .unwrap()
            .entry(what.to_owned())
            .or_default() += 1;
    }

    fn summary(&self) -> String {
        let mut text = String::from("stress:");
        for (what, count) in &*self.reports.lock().unwrap() {
            write!(text, " {what} {count}").unwrap();
        }
        text
    }
}

// --- Random --------------------------------------------------------------------------------------------------------

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Often soon, sometimes later.
    fn moment(&mut self) -> Duration {
        let end = *self.pick(&[30, 100, 600]);
        Duration::from_millis(self.below(end))
    }
}

// --- What a round is -----------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Package,
    /// The root of a Workspace.
    Root,
    /// A directory of a Workspace.
    Directory,
}

/// The bytes of a file. All uploads differ, except for the files that several trees share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Content {
    seed: u64,
    size: usize,
}

impl Content {
    fn bytes(self) -> Vec<u8> {
        noise(self.seed, self.size)
    }
}

#[derive(Clone, Debug)]
enum Operation {
    /// A file from a path, from memory or from a function that does not know its size.
    File {
        name: &'static str,
        content: Content,
        how: u64,
    },
    /// A directory with these files.
    Tree {
        files: Vec<(String, Content)>,
        existing: Existing,
    },
    /// A further recipient.
    Recipient(String),
}

/// What one program does. The first one is the test itself, which creates the package.
#[derive(Clone, Debug)]
struct Program {
    user: usize,
    /// Killed so long after the start.
    kill: Option<Duration>,
    /// All threads share a handle; otherwise each opens its own.
    one_handle: bool,
    /// Shares nothing on this machine with the others, as if it ran on another one.
    elsewhere: bool,
    threads: Vec<Vec<Operation>>,
}

/// A file that another program has uploaded before.
#[derive(Clone, Debug)]
struct Foreign {
    user: usize,
    name: &'static str,
    content: Content,
}

#[derive(Debug)]
struct Round {
    seed: u64,
    number: u64,
    place: Place,
    settings: Value,
    foreign: Vec<Foreign>,
    /// The same user began an upload of the same name and size an hour ago, in another program.
    abandoned: bool,
    programs: Vec<Program>,
    faults: Vec<Value>,
    /// An outage of both listeners: when it begins, and how long it lasts.
    outage: Option<(Duration, u64)>,
    /// One program finalizes while others still work.
    early_finalize: Option<Duration>,
    finalize_faults: Vec<Value>,
}

/// Bytes of plaintext in a part.
const PART_SIZE: usize = 20_000;
const NAMES: [&str; 2] = ["report.bin", "other.bin"];
const SIZES: [usize; 5] = [0, 1, PART_SIZE, PART_SIZE + 1, 5 * PART_SIZE];
/// Calls whose responses are lost; those that create something occur twice.
const FRAGILE: [&str; 14] = [
    "create_file",
    "create_file",
    "create_file",
    "create_file",
    "upload_complete",
    "upload_complete",
    "part_put",
    "part_put",
    "upload_urls",
    "delete_file",
    "package_information",
    "get_directory",
    "create_directory",
    "add_recipient",
];

impl Round {
    fn from_seed(seed: u64, number: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ number);
        let place = *random.pick(&[
            Place::Package,
            Place::Package,
            Place::Root,
            Place::Directory,
        ]);
        let in_package = place == Place::Package;
        let size = *random.pick(&SIZES);
        let settings = json!({
            "list_incomplete_files": !random.one_in(4),
            "parts_after_complete": random.one_in(2),
            "refuse_duplicate_files": random.one_in(3),
        });
        let foreign = (0..random.below(3))
            .map(|index| Foreign {
                user: if in_package || random.one_in(2) {
                    OWNER
                } else {
                    OTHER
                },
                name: match in_package {
                    true => ["before-0.bin", "before-1.bin"][usize::try_from(index).unwrap()],
                    false => NAMES[0],
                },
                content: Content {
                    seed: random.next(),
                    size,
                },
            })
            .collect();
        let calm = random.one_in(8);
        let programs = (0..2 + random.below(3))
            .map(|program| Program {
                user: match in_package || program == 0 || random.one_in(2) {
                    true => OWNER,
                    false => OTHER,
                },
                kill: (!calm && program > 0 && random.one_in(3)).then(|| random.moment()),
                one_handle: program == 0 || random.one_in(2),
                elsewhere: random.one_in(3) && program > 0,
                threads: (0..1 + random.below(4))
                    .map(|thread| {
                        (0..1 + random.below(2))
                            .map(|index| {
                                let operation = format!("{program}-{thread}-{index}");
                                Operation::from_seed(&mut random, place, size, &operation)
                            })
                            .collect()
                    })
                    .collect(),
            })
            .collect();
        let some = |random: &mut Random, most| if calm { 0 } else { random.below(most) };
        let faults = (0..some(&mut random, 7))
            .map(|_| fault(&mut random, &FRAGILE))
            .collect();
        let finalize = ["finalize", "finalize", "package_information"];
        let finalize_faults = (0..random.below(3))
            .map(|_| fault(&mut random, &finalize))
            .collect();
        Self {
            seed,
            number,
            place,
            settings,
            foreign,
            abandoned: random.one_in(10),
            programs,
            faults,
            outage: (!calm && random.one_in(8)).then(|| (random.moment(), 100 + random.below(500))),
            early_finalize: (!calm && in_package && random.one_in(6)).then(|| random.moment()),
            finalize_faults,
        }
    }
}

impl Operation {
    fn from_seed(random: &mut Random, place: Place, size: usize, operation: &str) -> Self {
        let content = |random: &mut Random| Content {
            seed: random.next(),
            size,
        };
        match random.below(8) {
            0 | 1 => Self::Tree {
                files: (0..1 + random.below(3))
                    .map(|file| {
                        let directory = match place != Place::Package && random.one_in(3) {
                            true => "Shared/",
                            false => "",
                        };
                        // Often a file that other programs send as well, with the same content.
                        match random.one_in(3) {
                            true => {
                                let path = format!("{directory}tree-{operation}-{file}.bin");
                                (path, content(random))
                            }
                            false => {
                                let path = format!("{directory}tree-{file}.bin");
                                (path, Content { seed: file, size })
                            }
                        }
                    })
                    .collect(),
                existing: *random.pick(&[Existing::Skip, Existing::Skip, Existing::Overwrite]),
            },
            2 if place == Place::Package => Self::Recipient(format!("to-{operation}@acme.test")),
            _ => Self::File {
                name: NAMES[usize::from(random.one_in(4))],
                content: match random.one_in(4) {
                    true => Content {
                        seed: random.next(),
                        size: *random.pick(&SIZES),
                    },
                    false => content(random),
                },
                how: random.below(3),
            },
        }
    }
}

/// A few requests fail, often after the server has acted.
fn fault(random: &mut Random, endpoints: &[&str]) -> Value {
    let when = *random.pick(&["after", "after", "after", "before"]);
    let action = match random.below(8) {
        0..3 => json!({"close": true}),
        3 | 4 => json!({"status": 503}),
        5 => json!({"status": 429, "headers": {"Retry-After": "1"}}),
        6 => json!({"status": 502, "body": "bad gateway"}),
        _ => json!({"hang_ms": 50 + random.below(400), "close": true}),
    };
    json!({
        "endpoint": random.pick(endpoints),
        "skip": random.below(5),
        "times": 1 + random.below(2),
        "when": when,
        "action": action,
    })
}

// --- What a program does -------------------------------------------------------------------------------------------

/// What the programs of a round share.
struct Setup {
    seed: u64,
    number: u64,
    program: usize,
    url: String,
    /// API key and secret.
    users: [(String, String); 2],
    package_id: String,
    keycode: String,
    directory_id: Option<String>,
    /// Directory of the files to send and of the programs' reports.
    place: PathBuf,
}

impl Setup {
    fn from_environment() -> Self {
        let setup: Value = serde_json::from_str(&std::env::var(SETUP).unwrap()).unwrap();
        let text = |name: &str| setup[name].as_str().unwrap().to_owned();
        Self {
            seed: setup["seed"].as_u64().unwrap(),
            number: setup["number"].as_u64().unwrap(),
            program: usize::try_from(setup["program"].as_u64().unwrap()).unwrap(),
            url: text("url"),
            users: [
                (text("key0"), text("secret0")),
                (text("key1"), text("secret1")),
            ],
            package_id: text("package_id"),
            keycode: text("keycode"),
            directory_id: setup["directory_id"].as_str().map(str::to_owned),
            place: text("place").into(),
        }
    }

    /// The value of the environment variable for another process.
    fn for_process(&self, program: usize) -> String {
        let [(key0, secret0), (key1, secret1)] = &self.users;
        json!({
            "seed": self.seed, "number": self.number, "program": program, "url": self.url, "key0": key0, "secret0": secret0,
            "key1": key1, "secret1": secret1, "package_id": self.package_id, "keycode": self.keycode,
            "directory_id": self.directory_id, "place": self.place,
        })
        .to_string()
    }

    fn client(&self, user: usize) -> Client {
        let (key, secret) = &self.users[user];
        let options = ClientOptions {
            part_size: PART_SIZE as u64,
            ..options()
        };
        Client::new(&self.url, key, secret.as_str().into(), options).unwrap()
    }

    fn open(&self, user: usize) -> Result<Package> {
        let keycode = self.keycode.as_str().into();
        Package::open(&self.client(user), &mut (), &self.package_id, keycode)
    }

    fn source(&self, program: usize, thread: usize, index: usize) -> PathBuf {
        self.place.join(format!("{program}-{thread}-{index}"))
    }

    fn reports(&self, program: usize) -> PathBuf {
        self.place.join(format!("reports-{program}"))
    }

    fn go(&self) -> PathBuf {
        self.place.join("go")
    }

    fn ready(&self, program: usize) -> PathBuf {
        self.place.join(format!("ready-{program}"))
    }

    /// Runs a program in its own process.
    fn play(&self) {
        let round = Round::from_seed(self.seed, self.number);
        fs::write(self.ready(self.program), "").unwrap();
        let end = Instant::now() + TIME_LIMIT;
        while !self.go().exists() {
            assert!(Instant::now() < end, "the start signal does not come");
            thread::sleep(Duration::from_millis(1));
        }
        self.run(self.program, &round.programs[self.program], None);
    }

    /// Runs the calls of a program. Each is reported at once, because the program may be killed right after.
    fn run(&self, number: usize, program: &Program, made: Option<&Package>) {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.reports(number))
            .unwrap();
        let reports = Mutex::new(file);
        let report = |call: &str, value: Value| {
            let mut line = json!({"call": call});
            line.as_object_mut()
                .unwrap()
                .extend(value.as_object().unwrap().clone());
            // One write, so that a kill leaves no half of a line.
            let line = format!("{line}\n");
            reports.lock().unwrap().write_all(line.as_bytes()).unwrap();
        };
        let open = || match made {
            Some(made) => Ok(made.clone()),
            None => self.open(program.user),
        };
        let shared = program.one_handle.then(open);
        thread::scope(|scope| {
            for (thread, operations) in program.threads.iter().enumerate() {
                let (report, open, shared) = (&report, &open, &shared);
                scope.spawn(move || {
                    let package = shared.clone().unwrap_or_else(open);
                    let package = match package {
                        Ok(package) => package,
                        Err(error) => {
                            let call = format!("{number}-{thread} open");
                            return report(&call, failure(&error));
                        }
                    };
                    for (index, operation) in operations.iter().enumerate() {
                        let source = self.source(number, thread, index);
                        let call = format!("{number}-{thread}-{index}");
                        for outcome in self.work(&package, operation, &source) {
                            report(&call, outcome);
                        }
                    }
                });
            }
        });
        report(&number.to_string(), json!({"end": true}));
    }

    /// Makes one call, and returns its reports.
    fn work(&self, package: &Package, operation: &Operation, source: &Path) -> Vec<Value> {
        match operation {
            Operation::Recipient(email) => {
                let added = package.add_recipient(&mut (), email, None);
                vec![match added {
                    Ok(recipient) => {
                        json!({"added": recipient.recipient_id, "email": recipient.email})
                    }
                    Err(error) => failure(&error),
                }]
            }
            Operation::File { name, content, how } => {
                let options = UploadOptions {
                    file_name: Some((*name).to_owned()),
                    directory_id: self.directory_id.clone(),
                    ..UploadOptions::default()
                };
                let data = content.bytes();
                let mut rest = data.as_slice();
                let mut reader = |buffer: &mut [u8]| {
                    let length = rest.len().min(buffer.len());
                    buffer[..length].copy_from_slice(&rest[..length]);
                    rest = &rest[length..];
                    Ok(length)
                };
                let name = (*name).to_owned();
                let source = match how {
                    0 => Source::Path(source.to_owned()),
                    1 => Source::Memory { name, data: &data },
                    _ => Source::Reader {
                        name,
                        size: None,
                        reader: &mut reader,
                    },
                };
                vec![match package.upload(&mut (), source, &options) {
                    Ok(file) => json!({
                        "done": file.file_id, "name": file.file_name, "seed": content.seed, "size": file.size,
                    }),
                    Err(error) => failure(&error),
                }]
            }
            Operation::Tree { files, existing } => {
                self.send_tree(package, source, files, *existing)
            }
        }
    }

    fn send_tree(
        &self,
        package: &Package,
        source: &Path,
        files: &[(String, Content)],
        existing: Existing,
    ) -> Vec<Value> {
        let options = UploadAllOptions {
            directory_id: self.directory_id.clone(),
            existing,
            ..UploadAllOptions::default()
        };
        let (report, error) = match package.upload_all(&mut (), source, &options) {
            Ok(report) => (report, None),
            Err(failed) => (failed.report, Some(failed.error)),
        };
        let mut outcomes = Vec::new();
        for item in report.items {
            let name = item.path.rsplit('/').next().unwrap_or_default().to_owned();
            let content = files.iter().find(|(path, _)| *path == item.path);
            match (content, item.action, item.file_id) {
                (Some((_, content)), Action::Uploaded | Action::Skipped, Some(id)) => outcomes
                    .push(
                        json!({"done": id, "name": name, "seed": content.seed, "size": content.size}),
                    ),
                (None, ..) if error.is_some() => {} // a directory that could not be made
                _ if error.is_some() => {}
                (_, action, id) => outcomes.push(
                    json!({"failed": "Nonsense", "message": format!("{}: {action:?} {id:?} of a tree that went well", item.path)}),
                ),
            }
        }
        outcomes.extend(error.map(|error| failure(&error)));
        outcomes
    }
}

fn failure(error: &sendsafely::Error) -> Value {
    json!({"failed": format!("{:?}", error.kind()), "message": error.message()})
}

// --- A round -------------------------------------------------------------------------------------------------------

/// A process that is killed when this is dropped.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Files from before the programs began: id and content.
type Before = Vec<(String, Foreign)>;

impl Round {
    fn play(&self, emulator: &Emulator, outcomes: &Outcomes) {
        let started = Instant::now();
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            self.run_on(emulator, outcomes)
        }));
        let mut wrong = played.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            vec![format!("panic: {}", text.unwrap_or_default())]
        });
        if started.elapsed() > TIME_LIMIT {
            wrong.push(format!("it took {:?}", started.elapsed()));
        }
        outcomes.count("rounds");
        if wrong.is_empty() {
            return;
        }
        let (seed, number) = (self.seed, self.number);
        let mut text = format!(
            "round {number} of seed {seed} in a {:?} (again: make stress SEED={seed} ROUND={number} ROUNDS=20):\n",
            self.place
        );
        for (number, program) in self.programs.iter().enumerate() {
            let (user, kill) = (program.user, program.kill);
            let elsewhere = if program.elsewhere { ", elsewhere" } else { "" };
            let killed =
                kill.map_or_else(String::new, |moment| format!(", killed after {moment:?}"));
            writeln!(text, "  program {number} of user {user}{elsewhere}{killed}").unwrap();
        }
        for line in wrong {
            writeln!(text, "  {line}").unwrap();
        }
        println!("{text}");
        outcomes.differences.lock().unwrap().push(text);
    }

    /// Runs the round; returns the differences.
    fn run_on(&self, emulator: &Emulator, outcomes: &Outcomes) -> Vec<String> {
        emulator.admin("POST", "/reset", b"");
        emulator.settings(self.settings.clone());
        let temporary = TempDir::new();
        let user = |user| {
            (
                emulator.of_user(user, "api_key"),
                emulator.of_user(user, "api_secret"),
            )
        };
        let mut setup = Setup {
            seed: self.seed,
            number: self.number,
            program: 0,
            url: emulator.text("url"),
            users: [user(OWNER), user(OTHER)],
            package_id: String::new(),
            keycode: String::new(),
            directory_id: None,
            place: temporary.0.clone(),
        };
        let package = self.make(&mut setup);
        let before = self.upload_before(emulator, &setup);
        let abandoned = self.abandoned.then(|| self.abandon(emulator, &setup));
        self.plant(&setup);

        let early = self.run_programs(emulator, &setup, &package);
        emulator.clear_faults();
        let mut checker = Checker {
            round: self,
            emulator,
            setup: &setup,
            before,
            abandoned,
            reports: Vec::new(),
            wrong: Vec::new(),
        };
        checker.read_reports(outcomes);
        checker.look("after the programs", &|user| setup.open(user));
        let finalized_early = matches!(early, Some(Ok(_)));
        if !finalized_early {
            checker.send_again();
            checker.look("after sending again", &|user| setup.open(user));
        }
        if self.place == Place::Package {
            checker.finalize(&package, early);
        }
        checker.wrong
    }

    fn make(&self, setup: &mut Setup) -> Package {
        let client = setup.client(OWNER);
        let other = "second@acme.test";
        let package = match self.place {
            Place::Package => Package::create(&client, &mut ()).unwrap(),
            Place::Root | Place::Directory => {
                Package::create_workspace(&client, &mut (), "Stress").unwrap()
            }
        };
        let recipient = package.add_recipient(&mut (), other, None).unwrap();
        if self.place != Place::Package {
            package
                .set_recipient_role(&mut (), &recipient.recipient_id, "CONTRIBUTOR")
                .unwrap();
        }
        if self.place == Place::Directory {
            setup.directory_id = Some(package.create_directory(&mut (), None, "Here").unwrap());
        }
        setup.package_id = package.id().to_owned();
        setup.keycode = package.keycode().unwrap().to_owned();
        package
    }

    fn upload_before(&self, emulator: &Emulator, setup: &Setup) -> Before {
        let put = |foreign: &Foreign| {
            let package = setup.open(foreign.user).unwrap();
            let options = UploadOptions {
                file_name: Some(foreign.name.to_owned()),
                directory_id: setup.directory_id.clone(),
                ..UploadOptions::default()
            };
            let data = foreign.content.bytes();
            let source = Source::Memory {
                name: String::new(),
                data: &data,
            };
            let file = package.upload(&mut (), source, &options).unwrap();
            (file.file_id, foreign.clone())
        };
        let before = self.foreign.iter().map(put).collect();
        emulator.forget_requests();
        before
    }

    /// Gives the id.
    fn abandon(&self, emulator: &Emulator, setup: &Setup) -> String {
        let size = match self.programs[0].threads[0][0] {
            Operation::File { content, .. } => content.size,
            _ => SIZES[0],
        };
        let parts = size.div_ceil(PART_SIZE).max(1);
        let file = json!({"name": NAMES[0], "size": size, "parts": parts, "directory_id": setup.directory_id});
        let path = format!("/packages/{}", setup.package_id);
        let file = emulator.admin_json("PUT", &format!("{path}/files"), &file);
        let mut files = emulator.package(&setup.package_id)["files"].clone();
        for file in files.as_array_mut().unwrap() {
            file["created_ms"] = json!(file["created_ms"].as_i64().unwrap() - 3_600_000);
        }
        emulator.admin_json("POST", &path, &json!({"files": files}));
        file["file_id"].as_str().unwrap().to_owned()
    }

    /// Writes the local files of all programs.
    fn plant(&self, setup: &Setup) {
        for (program, what) in self.programs.iter().enumerate() {
            for (thread, operations) in what.threads.iter().enumerate() {
                for (index, operation) in operations.iter().enumerate() {
                    let source = setup.source(program, thread, index);
                    match operation {
                        Operation::File { content, .. } => {
                            fs::write(source, content.bytes()).unwrap()
                        }
                        Operation::Tree { files, .. } => {
                            for (path, content) in files {
                                let path = source.join(path);
                                fs::create_dir_all(path.parent().unwrap()).unwrap();
                                fs::write(path, content.bytes()).unwrap();
                            }
                        }
                        Operation::Recipient(_) => {}
                    }
                }
            }
        }
    }

    /// Runs all programs at once; returns the result of finalizing meanwhile, if that was tried.
    fn run_programs(
        &self,
        emulator: &Emulator,
        setup: &Setup,
        package: &Package,
    ) -> Option<Result<String>> {
        let mut workers = Vec::new();
        for (number, program) in self.programs.iter().enumerate().skip(1) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
                .env("SENDSAFELY_TEST_CHILD", "1")
                .env(SETUP, setup.for_process(number))
                .stdin(Stdio::null())
                .stdout(Stdio::null());
            if program.elsewhere {
                let temporary = setup.place.join(format!("elsewhere-{number}"));
                fs::create_dir(&temporary).unwrap();
                command.env("TMPDIR", temporary);
            }
            workers.push((number, program, Worker(command.spawn().unwrap())));
        }
        let end = Instant::now() + TIME_LIMIT;
        let wait = |what: &mut dyn FnMut() -> bool| {
            while !what() {
                assert!(Instant::now() < end, "a program does not come to its end");
                thread::sleep(Duration::from_millis(1));
            }
        };
        for (number, ..) in &workers {
            wait(&mut || setup.ready(*number).exists());
        }
        for fault in &self.faults {
            let mut fault = fault.clone();
            fault["path_contains"] = setup.package_id.as_str().into();
            emulator.fault(fault);
        }
        fs::write(setup.go(), "").unwrap();
        let begun = Instant::now();
        let over = AtomicBool::new(false);
        let early = thread::scope(|scope| {
            let own = scope.spawn(|| setup.run(0, &self.programs[0], Some(package)));
            let finalizing = self.early_finalize.map(|moment| {
                scope.spawn(move || {
                    thread::sleep(moment);
                    let finalized = setup.open(OWNER)?;
                    let finalized = finalized.finalize(&mut (), &FinalizeOptions::default())?;
                    Ok(finalized.link)
                })
            });
            if let Some((moment, ms)) = self.outage {
                let over = &over;
                scope.spawn(move || {
                    thread::sleep(moment);
                    if !over.load(Ordering::Relaxed) {
                        emulator.outage(ms, &["api", "storage"]);
                    }
                });
            }
            for (_, program, worker) in &mut workers {
                if let Some(moment) = program.kill {
                    thread::sleep(moment.saturating_sub(begun.elapsed()));
                    worker.0.kill().unwrap();
                }
            }
            for (number, program, worker) in &mut workers {
                let mut status = None;
                wait(&mut || {
                    status = worker.0.try_wait().unwrap();
                    status.is_some()
                });
                let ended_well = status.unwrap().success();
                assert!(
                    ended_well || program.kill.is_some(),
                    "program {number} died"
                );
            }
            own.join().unwrap();
            let early = finalizing.map(|thread| thread.join().unwrap());
            over.store(true, Ordering::Relaxed);
            early
        });
        if self.outage.is_some() {
            emulator.outage(0, &["api", "storage"]);
        }
        early
    }
}

// --- What is there -------------------------------------------------------------------------------------------------

/// A file that a call has reported as done.
struct Reported {
    call: String,
    id: String,
    name: String,
    content: Content,
}

struct Checker<'a> {
    round: &'a Round,
    emulator: &'a Emulator,
    setup: &'a Setup,
    before: Before,
    abandoned: Option<String>,
    reports: Vec<Reported>,
    wrong: Vec<String>,
}

/// A file on the server, or an old version of one.
struct Held {
    name: String,
    size: u64,
    complete: bool,
    /// No part is stored.
    empty: bool,
    directory_id: String,
}

impl Checker<'_> {
    fn wrong(&mut self, text: String) {
        self.wrong.push(text);
    }

    /// Reads the programs' reports, and checks whether a call may have failed like that.
    fn read_reports(&mut self, outcomes: &Outcomes) {
        let raw = self.emulator.package(&self.setup.package_id);
        for (number, program) in self.round.programs.iter().enumerate() {
            let text = fs::read_to_string(self.setup.reports(number)).unwrap_or_default();
            let mut ended = false;
            for line in text.lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                let call = line["call"].as_str().unwrap().to_owned();
                let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
                if line["done"].is_string() {
                    outcomes.count("done");
                    self.reports.push(Reported {
                        call,
                        id: text("done"),
                        name: text("name"),
                        content: Content {
                            seed: line["seed"].as_u64().unwrap(),
                            size: usize::try_from(line["size"].as_u64().unwrap()).unwrap(),
                        },
                    });
                } else if line["added"].is_string() {
                    let there = raw["recipients"].as_array().unwrap().iter();
                    let there = there.filter(|recipient| recipient["email"] == line["email"]);
                    let ids: Vec<_> = there.map(|recipient| recipient["id"].clone()).collect();
                    if ids != [line["added"].clone()] {
                        self.wrong(format!(
                            "{call}: {} is on the package as {ids:?}",
                            line["email"]
                        ));
                    }
                } else if line["failed"].is_string() {
                    outcomes.count(&text("failed"));
                    if !self.round.may_fail(&text("failed")) {
                        self.wrong(format!(
                            "{call}: failed with {}: {}",
                            text("failed"),
                            text("message")
                        ));
                    }
                } else {
                    ended = true;
                }
            }
            if !ended && program.kill.is_none() {
                self.wrong(format!("program {number} has not reported its end"));
            }
        }
    }

    fn held(&self) -> BTreeMap<String, Held> {
        fn add(file: &Value, held: &mut BTreeMap<String, Held>) {
            let text = |name: &str| file[name].as_str().unwrap().to_owned();
            let one = Held {
                name: text("name"),
                size: file["size"].as_u64().unwrap(),
                complete: file["complete"].as_bool().unwrap(),
                empty: file["stored"].as_object().unwrap().is_empty(),
                directory_id: text("directory_id"),
            };
            held.insert(text("id"), one);
            for old in file["old_versions"].as_array().unwrap() {
                add(old, held);
            }
        }
        let raw = self.emulator.package(&self.setup.package_id);
        let mut held = BTreeMap::new();
        for file in raw["files"].as_array().unwrap() {
            add(file, &mut held);
        }
        held
    }

    /// Checks, with a new handle, that every file that was reported or there before is there, byte for byte.
    fn look(&mut self, when: &str, open: &dyn Fn(usize) -> Result<Package>) {
        let held = self.held();
        let package = match open(OWNER) {
            Ok(package) => package,
            Err(error) => return self.wrong(format!("{when}: the package does not open: {error}")),
        };
        let mut expected: Vec<(String, String, String, Content)> = Vec::new();
        for report in &self.reports {
            let (call, id) = (report.call.clone(), report.id.clone());
            expected.push((call, id, report.name.clone(), report.content));
        }
        for (id, foreign) in &self.before {
            let who = format!("put before by user {}", foreign.user);
            expected.push((who, id.clone(), foreign.name.to_owned(), foreign.content));
        }
        let mut read = BTreeMap::new();
        for (who, id, name, content) in &expected {
            let Some(file) = held.get(id) else {
                self.wrong(format!("{when}: {id} {name} of {who} is gone"));
                continue;
            };
            if !file.complete || file.name != *name || file.size != content.size as u64 {
                let (is, size) = (&file.name, file.size);
                let complete = file.complete;
                self.wrong(format!(
                    "{when}: {id} {name} of {who}: {is} of {size} bytes, complete: {complete}"
                ));
                continue;
            }
            let data = self.download(&package, id, file);
            match &data {
                Ok(data) if *data == content.bytes() => {}
                Ok(data) => {
                    let whose = self.whose(data);
                    self.wrong(format!("{when}: {id} {name} of {who} has {whose}"));
                }
                Err(error) => self.wrong(format!("{when}: {id} {name} of {who}: {error}")),
            }
            read.insert(id.clone(), ());
        }
        // A file that no call reported has the content of one upload, or is not complete.
        for (id, file) in held
            .iter()
            .filter(|(id, file)| file.complete && !read.contains_key(*id))
        {
            match self.download(&package, id, file) {
                Ok(data) if self.is_an_upload(&data) => {}
                Ok(data) => {
                    let whose = self.whose(&data);
                    self.wrong(format!(
                        "{when}: {id} {} is complete and has {whose}",
                        file.name
                    ));
                }
                Err(error) => {
                    self.wrong(format!(
                        "{when}: {id} {} is complete, but: {error}",
                        file.name
                    ));
                }
            }
        }
        if let Some(id) = self.abandoned.clone()
            && !held
                .get(&id)
                .is_some_and(|file| file.empty && !file.complete)
        {
            self.wrong(format!(
                "{when}: the upload {id} of another program was touched"
            ));
        }
    }

    fn download(&self, package: &Package, id: &str, file: &Held) -> Result<Vec<u8>> {
        let mut data = Vec::new();
        let options = DownloadOptions {
            directory_id: package.is_workspace().then(|| file.directory_id.clone()),
            ..DownloadOptions::default()
        };
        package.download(&mut (), id, Sink::Memory(&mut data), &options)?;
        Ok(data)
    }

    /// The contents of all uploads, each with the call that makes it.
    fn contents(&self) -> Vec<(String, Content)> {
        let mut contents: Vec<_> = self
            .before
            .iter()
            .map(|(id, one)| (id.clone(), one.content))
            .collect();
        for (program, what) in self.round.programs.iter().enumerate() {
            for (thread, operations) in what.threads.iter().enumerate() {
                for (index, operation) in operations.iter().enumerate() {
                    let call = format!("{program}-{thread}-{index}");
                    match operation {
                        Operation::File { content, .. } => contents.push((call, *content)),
                        Operation::Tree { files, .. } => {
                            contents
                                .extend(files.iter().map(|(_, content)| (call.clone(), *content)));
                        }
                        Operation::Recipient(_) => {}
                    }
                }
            }
        }
        contents
    }

    fn is_an_upload(&self, data: &[u8]) -> bool {
        let contents = self.contents();
        contents.iter().any(|(_, content)| content.bytes() == data)
    }

    /// The calls whose content these bytes have, part by part.
    fn whose(&self, data: &[u8]) -> String {
        let contents = self.contents();
        let parts = data.chunks(PART_SIZE).enumerate().map(|(index, part)| {
            let same = contents.iter().find(|(_, content)| {
                let bytes = content.bytes();
                bytes.len() == data.len() && bytes.chunks(PART_SIZE).nth(index) == Some(part)
            });
            same.map_or("nobody", |(call, _)| call.as_str())
        });
        format!("the parts of {}", parts.collect::<Vec<_>>().join(", "))
    }

    /// Repeats the trees of killed programs. What is then reported as done has to be there.
    fn send_again(&mut self) {
        for (program, what) in self.round.programs.iter().enumerate() {
            if what.kill.is_none() {
                continue;
            }
            for (thread, operations) in what.threads.iter().enumerate() {
                for (index, operation) in operations.iter().enumerate() {
                    let Operation::Tree { files, .. } = operation else {
                        continue;
                    };
                    let call = format!("{program}-{thread}-{index} again");
                    let source = self.setup.source(program, thread, index);
                    let package = match self.setup.open(what.user) {
                        Ok(package) => package,
                        Err(error) => {
                            self.wrong(format!("{call}: {error}"));
                            continue;
                        }
                    };
                    let outcomes = self
                        .setup
                        .send_tree(&package, &source, files, Existing::Skip);
                    let all = outcomes.len();
                    for outcome in outcomes {
                        match outcome["done"].as_str() {
                            Some(id) => self.reports.push(Reported {
                                call: call.clone(),
                                id: id.to_owned(),
                                name: outcome["name"].as_str().unwrap().to_owned(),
                                content: Content {
                                    seed: outcome["seed"].as_u64().unwrap(),
                                    size: usize::try_from(outcome["size"].as_u64().unwrap())
                                        .unwrap(),
                                },
                            }),
                            None => self.wrong(format!("{call}: {outcome}")),
                        }
                    }
                    if all != files.len() {
                        self.wrong(format!("{call}: {all} reports for {} files", files.len()));
                    }
                }
            }
        }
    }

    /// Finalizes the package by the handle that created it, and opens the link.
    fn finalize(&mut self, package: &Package, early: Option<Result<String>>) {
        let id = self.setup.package_id.clone();
        let held = self.held();
        let incomplete = held.values().any(|file| !file.complete);
        let finalized = match early {
            Some(Ok(link)) => Ok(link),
            _ => {
                for fault in &self.round.finalize_faults {
                    let mut fault = fault.clone();
                    fault["path_contains"] = id.as_str().into();
                    self.emulator.fault(fault);
                }
                let finalized = package.finalize(&mut (), &FinalizeOptions::default());
                self.emulator.clear_faults();
                finalized.map(|finalized| finalized.link)
            }
        };
        let is_finalized = self.emulator.package(&id)["finalized"] == true;
        match finalized {
            Ok(link) => {
                if !is_finalized {
                    self.wrong("finalize went well, but the package is not finalized".to_owned());
                }
                self.look("after finalize", &|_| {
                    Package::open_link(&self.setup.client(OTHER), &mut (), &link)
                });
            }
            Err(error) => {
                if is_finalized && !matches!(error.kind(), ErrorKind::OutcomeUnknown) {
                    self.wrong(format!(
                        "finalize failed with {:?}, but the package is finalized: {error}",
                        error.kind()
                    ));
                }
                // This handle does not know the files of other programs.
                let own = self.reports.iter().any(|file| file.call.starts_with("0-"));
                let is_explained = match error.kind() {
                    ErrorKind::NoFile => !own,
                    ErrorKind::UploadIncomplete
                    | ErrorKind::PackageNotFinalizable
                    | ErrorKind::Denied => self.round.may_stay_open(incomplete),
                    _ => false,
                };
                if !is_explained {
                    self.wrong(format!(
                        "nothing is in the way, but finalize failed with {:?}: {error}",
                        error.kind()
                    ));
                }
                self.look("after a finalize that failed", &|user| {
                    self.setup.open(user)
                });
            }
        }
    }
}

impl Round {
    /// Whether finalize may be impossible, because of an incomplete file that the creator's handle does not
    /// know or may not remove.
    fn may_stay_open(&self, incomplete: bool) -> bool {
        let is_killed = |program: &Program| program.kill.is_some();
        let is_disturbed = self.programs.iter().any(is_killed)
            || self.abandoned
            || self.outage.is_some()
            || self.early_finalize.is_some();
        // Only the first program works with the creator's handle.
        let is_lost = |fault: &Value| {
            let endpoint = &fault["endpoint"];
            *endpoint == "delete_file" || *endpoint == "create_file"
        };
        incomplete && (is_disturbed || self.faults.iter().any(is_lost))
    }

    /// Whether the faults of a round explain that a call fails with this kind.
    fn may_fail(&self, kind: &str) -> bool {
        let disturbed = !self.faults.is_empty() || self.outage.is_some();
        match kind {
            "DuplicateFile" => self.place == Place::Package,
            "AlreadyFinalized" | "Denied" => self.early_finalize.is_some(),
            "OutcomeUnknown" => disturbed,
            _ => false,
        }
    }
}
