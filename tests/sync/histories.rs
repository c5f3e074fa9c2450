//! Random histories: people on two machines write, rename and delete, their clocks differ by hours, states get lost, and
//! syncs end in the middle. The model is a list of the contents that a person has written and that no person has
//! replaced or deleted since. Each of them has to be readable all the time: on a machine, in the Workspace, or as an
//! old version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileTimes};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{Action, Direction, DownloadOptions, ErrorKind, Package, Sink, SyncOptions};
use serde_json::{Value, json};

use crate::support::{Emulator, PART, Watch, is_write};
use crate::{Chance, Machine, Outcome, child_sync, machines_with};

/// Names that make trouble for each other: a file where another machine has a directory, two cases, two forms of
/// Unicode.
const NAMES: [&str; 11] = [
    "d",
    "a",
    "b.txt",
    "B.txt",
    "d/a",
    "d/e/x.tar.gz",
    "caf\u{e9}",
    "cafe\u{301}",
    "D/a",
    "f/g",
    "f/h",
];

const DIRECTORIES: [&str; 5] = ["d", "d/e", "D", "f", "new"];

/// What the Workspace holds: the contents of files and of their old versions, and the paths of files whose upload was
/// not completed.
#[derive(Default)]
struct Workspace {
    /// Several files may have one name.
    current: Vec<(String, String)>,
    old: Vec<String>,
    incomplete: BTreeSet<String>,
}

/// Reads everything that the Workspace holds. A content is downloaded once, since it never changes under its id.
struct Reader {
    package: Package,
    contents: BTreeMap<String, String>,
    /// The old versions of each file.
    versions: BTreeMap<String, Vec<String>>,
}

impl Reader {
    fn new(package: &Package) -> Self {
        Self {
            package: package.clone(),
            contents: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    fn read(&mut self) -> Workspace {
        let mut found = Workspace::default();
        let mut waiting = vec![(None, String::new())];
        while let Some((directory, path)) = waiting.pop() {
            let package = self.package.clone();
            let listed = package
                .directory(&mut (), directory.as_deref(), &Default::default())
                .unwrap();
            let id = &listed.directory_id;
            for file in &listed.files {
                let Some(content) = self.content(&file.file_id, id) else {
                    found.incomplete.insert(format!("{path}{}", file.file_name));
                    continue;
                };
                let path = format!("{path}{}", file.file_name);
                found.current.push((path, content));
                for version in self.versions_of(&file.file_id, id) {
                    found.old.extend(self.content(&version, id));
                }
            }
            for below in listed.directories {
                let path = format!("{path}{}/", below.name);
                waiting.push((Some(below.directory_id), path));
            }
        }
        found
    }

    fn content(&mut self, file_id: &str, directory_id: &str) -> Option<String> {
        if !self.contents.contains_key(file_id) {
            let mut content = Vec::new();
            let options = DownloadOptions {
                directory_id: Some(directory_id.to_owned()),
                ..DownloadOptions::default()
            };
            let sink = Sink::Memory(&mut content);
            (self.package)
                .download(&mut (), file_id, sink, &options)
                .ok()?;
            let content = String::from_utf8(content).unwrap();
            self.contents.insert(file_id.to_owned(), content);
        }
        self.contents.get(file_id).cloned()
    }

    fn versions_of(&mut self, file_id: &str, directory_id: &str) -> Vec<String> {
        let package = &self.package;
        let versions = self.versions.entry(file_id.to_owned());
        let versions = versions.or_insert_with(|| {
            let file = package
                .file_information(&mut (), file_id, Some(directory_id))
                .unwrap();
            let old = file.old_versions.into_iter();
            old.map(|old| old.file_id).collect()
        });
        versions.clone()
    }
}

struct History<'a> {
    seed: u64,
    emulator: &'a Emulator,
    chance: Chance,
    machines: [Machine; 2],
    /// Hours by which the clock of each machine is wrong.
    clocks: [f64; 2],
    reader: Reader,
    alive: BTreeSet<String>,
    written: u32,
    /// Whether nobody knows any more what a killed download has left here.
    has_lost_state: bool,
    /// What was done, to be read after a failure.
    log: Vec<String>,
}

impl<'a> History<'a> {
    fn new(emulator: &'a Emulator, seed: u64) -> Self {
        let mut chance = Chance(seed);
        // Every content has two parts, or one.
        let (one, other) = machines_with(emulator, [10, PART as u64][chance.below(2)]);
        Self {
            seed,
            emulator,
            reader: Reader::new(&one.package),
            machines: [one, other],
            clocks: [(); 2].map(|()| *chance.of(&[-9.0, -1.0, 0.0, 0.0, 7.0])),
            chance,
            alive: BTreeSet::new(),
            written: 0,
            has_lost_state: false,
            log: Vec::new(),
        }
    }

    fn play(&mut self) {
        for _ in 0..14 {
            let at = self.chance.below(2);
            let done = self.act(at);
            self.log.push(format!("{at}: {done}"));
            self.nothing_is_lost();
        }
        let delete = self.chance.below(2) == 0;
        for (round, at) in [0, 1, 0, 1].into_iter().enumerate() {
            let is_undisturbed = round > 1 || self.reader.read().incomplete.is_empty();
            let options = SyncOptions {
                delete,
                force: true,
                ..self.options(at, true)
            };
            let outcome = self.synced(at, &options);
            self.log.push(format!("{at}: last sync: {outcome:?}"));
            outcome.unwrap();
            if is_undisturbed {
                self.both_sides_are_equal(at);
            }
            self.nothing_is_lost();
        }
        for (machine, checksum) in [(0, false), (1, false), (0, true)] {
            self.is_idle(machine, checksum);
        }
    }

    /// A person does something, or a sync runs.
    fn act(&mut self, at: usize) -> String {
        let name = *self.chance.of(&NAMES);
        let path = self.machines[at].tree().join(name);
        match self.chance.below(20) {
            0..=6 => self.write(at, name),
            7 => match fs::read_to_string(&path) {
                Err(_) => "nothing".to_owned(),
                Ok(before) => {
                    fs::remove_file(&path).unwrap();
                    self.alive.remove(&before);
                    format!("remove {name}, {before}")
                }
            },
            8 => self.rename(at, name),
            9 => self.change_directory(at),
            10 => {
                let _ = fs::remove_dir_all(self.machines[at].directory.join("state"));
                self.has_lost_state = true;
                "lose the state".to_owned()
            }
            11 | 12 => self.stop(at),
            13 | 14 => self.kill(at),
            _ => self.sync(at),
        }
    }

    fn write(&mut self, at: usize, name: &str) -> String {
        let machine = &self.machines[at];
        let path = machine.tree().join(name);
        if path.is_dir() || is_below_file(&path) {
            return "nothing".to_owned();
        }
        let before = fs::read_to_string(&path).ok();
        let time = path
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok();
        // Every content has the same length. Sometimes another file has the same one.
        let copied = (self.chance.below(8) == 0)
            .then(|| self.alive.iter().next().cloned())
            .flatten();
        let content = copied.unwrap_or_else(|| {
            self.written += 1;
            format!("{:08}-{:04}", self.seed, self.written)
        });
        machine.write(name, &content);
        let how = self.chance.below(6);
        match time {
            // An edit that neither size nor time shows.
            Some(time) if how == 0 => {
                let file = File::options().write(true).open(&path).unwrap();
                file.set_times(FileTimes::new().set_modified(time)).unwrap();
            }
            _ if how < 3 => machine.age(name, [-7.0, -0.1, 2.0, 9.0][self.chance.below(4)]),
            _ => machine.age(name, self.clocks[at]),
        }
        // Its own person has replaced what was there.
        if let Some(before) = &before {
            self.alive.remove(before);
        }
        self.alive.insert(content.clone());
        format!("write {name}: {content}, replaces {before:?}, time {how}")
    }

    fn rename(&mut self, at: usize, name: &str) -> String {
        let tree = self.machines[at].tree();
        let (path, new) = (tree.join(name), *self.chance.of(&NAMES));
        let target = tree.join(new);
        if !path.is_file() || target.exists() || is_below_file(&target) {
            return "nothing".to_owned();
        }
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::rename(&path, &target).unwrap();
        format!("rename {name} to {new}")
    }

    /// Creates, renames or removes a directory.
    fn change_directory(&mut self, at: usize) -> String {
        let tree = self.machines[at].tree();
        let name = *self.chance.of(&DIRECTORIES);
        let (path, new) = (tree.join(name), *self.chance.of(&DIRECTORIES));
        match (path.is_dir(), self.chance.below(3)) {
            (false, _) if !path.exists() && !is_below_file(&path) => {
                fs::create_dir_all(&path).unwrap();
                format!("create the directory {name}")
            }
            (true, 0) => {
                for gone in contents_below(&path) {
                    self.alive.remove(&gone);
                }
                fs::remove_dir_all(&path).unwrap();
                format!("remove the directory {name}")
            }
            (true, 1) => match fs::rename(&path, tree.join(new)) {
                Ok(()) => format!("rename the directory {name} to {new}"),
                Err(_) => "nothing".to_owned(),
            },
            _ => "nothing".to_owned(),
        }
    }

    fn options(&self, at: usize, checksum: bool) -> SyncOptions {
        SyncOptions {
            checksum,
            ..self.machines[at].options()
        }
    }

    fn any_options(&mut self, at: usize) -> SyncOptions {
        let direction = match self.chance.below(10) {
            0 => Direction::Up,
            1 => Direction::Down,
            _ => Direction::Both,
        };
        let checksum = self.chance.below(2) == 0;
        SyncOptions {
            direction,
            delete: self.chance.below(2) == 0,
            force: self.chance.below(3) > 0,
            ..self.options(at, checksum)
        }
    }

    /// A sync that waits until a stopped one has let go of the directory.
    fn synced(&self, at: usize, options: &SyncOptions) -> Outcome {
        let deadline = Instant::now() + LATEST;
        loop {
            let outcome = self.machines[at].sync_with(options);
            let is_busy = (outcome.as_ref())
                .is_err_and(|failed| failed.error.kind() == ErrorKind::SyncRunning);
            if !is_busy || Instant::now() >= deadline {
                return outcome;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn sync(&mut self, at: usize) -> String {
        let options = self.any_options(at);
        // The last request of a killed program may still be under way.
        let is_undisturbed = self.reader.read().incomplete.is_empty();
        let outcome = self.synced(at, &options);
        let done = format!("sync {}: {outcome:?}", said(&options));
        match outcome {
            Err(failed) if failed.error.kind() == ErrorKind::ManyDeletions => {}
            outcome => {
                self.log.push(done.clone());
                outcome.unwrap();
                let is_all = options.checksum && options.direction == Direction::Both;
                if is_all && is_undisturbed {
                    self.both_sides_are_equal(at);
                }
            }
        }
        done
    }

    /// A sync that its user stops.
    fn stop(&mut self, at: usize) -> String {
        let options = self.any_options(at);
        let mut reports = self.chance.below(6);
        let mut watcher = Watch::stopping(move |_| {
            reports = reports.saturating_sub(1);
            reports == 0
        });
        let machine = &self.machines[at];
        let outcome = machine
            .package
            .sync(&mut watcher, &machine.tree(), &options);
        format!("stopped sync {}: {outcome:?}", said(&options))
    }

    /// A sync of a program that is killed before or after any of its requests, or at any time.
    fn kill(&mut self, at: usize) -> String {
        let options = self.any_options(at);
        let (after, when) = (self.chance.below(40), *self.chance.of(&["before", "after"]));
        // For ever: the workers that are left go on to their next request at most.
        self.emulator.fault(json!({
            "endpoint": "*", "skip": after, "times": 0, "when": when, "action": {"hang_ms": 20_000},
        }));
        let mut child = child_sync(self.emulator, &self.machines[at], &options);
        let end = Instant::now() + Duration::from_secs(20);
        while self.emulator.fault_hits() == 0
            && child.try_wait().unwrap().is_none()
            && Instant::now() < end
        {
            thread::sleep(Duration::from_millis(2));
        }
        thread::sleep(Duration::from_millis(self.chance.below(4) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        self.emulator.clear_faults();
        format!("sync {} killed {when} {after} requests", said(&options))
    }

    fn nothing_is_lost(&mut self) {
        let there = self.reader.read();
        let current = there.current.into_iter().map(|(_, content)| content);
        let mut readable: BTreeSet<_> = current.chain(there.old).collect();
        for machine in &self.machines {
            readable.extend(machine.content().into_values());
        }
        let lost: Vec<_> = self.alive.difference(&readable).collect();
        assert!(lost.is_empty(), "{lost:?} is lost");
    }

    /// Two names that differ in Unicode's form alone may have a number on one side, so only contents are compared. Of a
    /// file that somebody may still be sending nothing is known.
    fn both_sides_are_equal(&mut self, at: usize) {
        let deadline = Instant::now() + LATEST;
        let is_left = |machine: &Machine| machine.all_content().keys().any(is_temporary);
        while is_left(&self.machines[at]) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        let there = self.reader.read();
        let (paths, mut current): (BTreeSet<_>, Vec<_>) = there.current.into_iter().unzip();
        let mut here = self.machines[at].content();
        here.retain(|path, _| !there.incomplete.contains(path) || paths.contains(path));
        let mut here: Vec<_> = here.into_values().collect();
        here.sort();
        current.sort();
        assert_eq!(here, current, "here and there");
    }

    fn is_idle(&self, at: usize, checksum: bool) {
        self.emulator.forget_requests();
        let before = self.machines[at].content();
        let report = self.machines[at].sync_with(&self.options(at, checksum));
        let report = report.unwrap();
        let is_idle = (report.items.iter()).all(|item| item.action == Action::Ignored);
        assert!(is_idle, "not idle: {report:?}");
        let requests = self.emulator.requests();
        // Whether a file of a killed upload is complete is found out by `upload_complete`.
        let is_change =
            |request: &&Value| is_write(request) && request["endpoint"] != "upload_complete";
        let changes: Vec<_> = (requests.iter().filter(is_change))
            .map(|request| &request["endpoint"])
            .collect();
        assert!(changes.is_empty(), "not idle: {changes:?}");
        let fetched = requests
            .iter()
            .any(|request| request["endpoint"] == "part_get");
        assert!(!fetched, "a second run fetches something");
        assert_eq!(before, self.machines[at].content());
        let all = self.machines[at].all_content();
        let is_left = |name: &String| {
            is_temporary(name) || (name.ends_with(".resume") && !self.has_lost_state)
        };
        assert!(!all.keys().any(is_left), "{all:?}");
        let state = fs::read_dir(self.machines[at].directory.join("state")).unwrap();
        let mut state = state.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(
            !state.any(|name| name.ends_with(".resume")),
            "notes are left"
        );
    }
}

#[allow(clippy::ptr_arg, reason = "names of a map")]
fn is_temporary(name: &String) -> bool {
    name.ends_with(".part") || name.ends_with(".old")
}

fn said(options: &SyncOptions) -> String {
    let words = [
        (options.delete, "delete"),
        (options.force, "force"),
        (options.checksum, "checksum"),
    ];
    let words: Vec<_> = (words.iter())
        .filter_map(|(is_on, word)| is_on.then_some(*word))
        .collect();
    format!("{:?} {}", options.direction, words.join(" "))
}

fn contents_below(directory: &Path) -> Vec<String> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => contents.extend(contents_below(&path)),
            false if path.extension().is_some_and(|ending| ending == "resume") => {}
            false => contents.extend(fs::read_to_string(&path)),
        }
    }
    contents
}

fn is_below_file(path: &Path) -> bool {
    path.ancestors().skip(1).any(Path::is_file)
}

/// After a stop a worker that the system holds up ends later, at the latest after this: only then its temporary file is
/// removed, and the directory free for the next sync.
const LATEST: Duration = Duration::from_secs(10);

/// At most so many histories on one emulator, which keeps all that is sent to it.
const GROUP: u64 = 25;

/// So many failures end the test. Each has its seed.
const MOST_FAILURES: usize = 5;

#[test]
fn random_histories_lose_nothing() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
    };
    let (first, histories) = (number("SYNC_SEED", 1), number("SYNC_HISTORIES", 200));
    let (end, group) = (first + histories, GROUP.min(histories.div_ceil(2)));
    let (next, failures) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let began = Instant::now();
    let play = || {
        loop {
            let seeds = next.fetch_add(group, Ordering::Relaxed);
            if seeds >= end || failures.lock().unwrap().len() >= MOST_FAILURES {
                return;
            }
            let emulator = Emulator::start();
            for seed in seeds..end.min(seeds + group) {
                if let Some(failure) = failure_of(&emulator, seed) {
                    println!("{failure}\n");
                    failures.lock().unwrap().push(seed);
                }
            }
            let played = seeds - first + group;
            if played.is_multiple_of(1000) {
                println!("{played} histories in {:.0?}", began.elapsed());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(play);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "SYNC_SEED: {failures:?}");
    println!("{histories} histories in {:.0?}", began.elapsed());
}

/// Plays the history of a seed. What it has done is part of the failure.
fn failure_of(emulator: &Emulator, seed: u64) -> Option<String> {
    let mut history = History::new(emulator, seed);
    let played = catch_unwind(AssertUnwindSafe(|| history.play()));
    let cause = played.err()?;
    let message = (cause.downcast_ref::<String>().cloned())
        .or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    let [one, other] = history.machines.each_ref().map(Machine::content);
    Some(format!(
        "SYNC_SEED={seed}: {}\n{}\n{one:?}\n{other:?}",
        message.unwrap_or_default(),
        history.log.join("\n")
    ))
}
