//! Processes that are killed at random moments while they send or fetch: nothing is lost, little is transferred twice,
//! and nothing is left. `make test-kill` does so KILLS times each, several processes side by side.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

#[cfg(target_os = "linux")]
#[path = "support/compiler.rs"]
mod compiler;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sendsafely::{
    Client, ClientOptions, DownloadOptions, Existing, Package, Sink, Source, SyncOptions,
    UploadAllOptions, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

const IN_FLIGHT: usize = 2;

/// The environment variable by which a process that is killed gets what it does.
const KILLED: &str = "SENDSAFELY_TEST_KILLED";

/// What a process opens when it begins to do it.
const BEGIN: &str = "/a call begins";

/// The only file, where there is no tree.
const ONE: &str = "one";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    /// The same by a sync.
    SyncUp,
    SyncDown,
}

impl Way {
    fn is_up(self) -> bool {
        matches!(self, Self::Up | Self::SyncUp)
    }

    fn is_sync(self) -> bool {
        matches!(self, Self::SyncUp | Self::SyncDown)
    }
}

/// What is transferred, under the path of each file.
type Contents = Arc<Vec<(String, Vec<u8>)>>;

fn small_parts() -> ClientOptions {
    ClientOptions {
        parts_in_flight: IN_FLIGHT,
        ..options()
    }
}

/// A package on a service of its own, and the directories of processes that work on it, one after the other.
struct Scene {
    emulator: Emulator,
    client: Client,
    package: Package,
    way: Way,
    contents: Contents,
    /// Has the sources or targets.
    tree: TempDir,
    /// For resume files, and for what the library keeps on a machine.
    state: TempDir,
}

impl Scene {
    fn new(way: Way, contents: Contents) -> Self {
        let emulator = Emulator::start();
        let client = emulator.client_with(small_parts());
        let package = new_package(&client, contents.len() > 1 || way.is_sync());
        let scene = Self {
            emulator,
            client,
            package,
            way,
            contents,
            tree: TempDir::new(),
            state: TempDir::new(),
        };
        let source = TempDir::new();
        let from = if way.is_up() { &scene.tree } else { &source };
        for (path, content) in &*scene.contents {
            let path = from.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        if !way.is_up() {
            let options = UploadAllOptions::default();
            let sent = scene.package.upload_all(&mut (), &source.0, &options);
            sent.unwrap();
        }
        scene
    }

    fn is_tree(&self) -> bool {
        self.contents.len() > 1
    }

    /// A process that sends or fetches. `prepare` may add to its environment.
    fn child(&self, prepare: impl FnOnce(&mut Command)) -> Child {
        let file = (self.way == Way::Down && !self.is_tree()).then(|| {
            let stored = self.emulator.package(self.package.id());
            stored["files"][0]["id"].clone()
        });
        let setup = json!({
            "url": self.emulator.text("url"), "key": self.emulator.of_user(0, "api_key"),
            "secret": self.emulator.of_user(0, "api_secret"), "package": self.package.id(),
            "keycode": self.package.keycode().unwrap().to_string(), "sends": self.way == Way::Up,
            "is_tree": self.is_tree(), "file": file, "tree": self.tree.0,
            "resume": self.state.join("resume"), "syncs": self.way.is_sync(),
        });
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["a_process_that_is_killed", "--exact", "--test-threads=1"])
            .env(KILLED, setup.to_string())
            .env("TMPDIR", &self.state.0)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        prepare(&mut command);
        command.spawn().unwrap()
    }

    /// The parts that were put into the storage, or requested of it.
    fn parts_moved(&self) -> BTreeSet<String> {
        let endpoint = if self.way.is_up() {
            "part_put"
        } else {
            "part_get"
        };
        let requests = self.emulator.requests();
        let moved = requests
            .iter()
            .filter(|request| request["endpoint"] == endpoint);
        let paths = moved.map(|request| request["path"].as_str().unwrap().to_owned());
        // A file that a sync has begun anew has another id, but the same parts.
        let of_sync = |path: String| match self.way.is_sync() {
            true => path.rsplit('-').next().unwrap().to_owned(),
            false => path,
        };
        paths.map(of_sync).collect()
    }

    /// What the library keeps on this machine only as long as something has not ended.
    fn notes(&self) -> Vec<String> {
        let mut left: Vec<_> = files_below(&self.state.0).into_keys().collect();
        // A kill between the removal of a file on the service and that of its mark leaves the mark for a week, as does one
        // between the creation of a file and its response. The state of a sync stays.
        let is_state = |path: &str| path.ends_with(".jsonl") || path.ends_with(".lock");
        left.retain(|path| {
            let is_mark = path.contains("/file-") || path.contains("/creation-");
            !(is_mark || self.way.is_sync() && is_state(path))
        });
        left
    }

    /// Whether a process that was killed had done everything: only the word of it was missing.
    fn is_done(&self) -> bool {
        let count = match self.way.is_up() {
            false => files_below(&self.tree.0).len(),
            true => {
                let stored = self.emulator.package(self.package.id());
                let files = self.without_cut(stored["files"].as_array().unwrap());
                let are_complete = files.iter().all(|file| file["complete"] == true);
                files.len() * usize::from(are_complete)
            }
        };
        let notes = self.notes();
        let is_noted = notes.iter().any(|path| path.ends_with("resume"));
        !is_noted && count == self.contents.len()
    }

    /// What the service has. A sync leaves a file for a day whose creation was killed before its response: it could be
    /// another machine's.
    fn without_cut(&self, files: &[Value]) -> Vec<Value> {
        let is_cut = |file: &&Value| {
            let is_empty = file["stored"].as_object().unwrap().is_empty();
            self.way.is_sync() && is_empty && file["complete"] == false
        };
        files.iter().filter(|file| !is_cut(file)).cloned().collect()
    }

    /// After a process that was not killed: all is there, and nothing else. Then it begins anew.
    fn is_whole(&mut self) {
        assert_eq!(self.notes(), [""; 0], "what is left on this machine");
        let expected: BTreeSet<_> = self.contents.iter().map(|(path, _)| path.clone()).collect();
        let found = match self.way.is_up() {
            false => files_below(&self.tree.0),
            true => {
                let to = TempDir::new();
                let options = DownloadOptions::default();
                self.package.download_all(&mut (), &to.0, &options).unwrap();
                let stored = self.emulator.package(self.package.id());
                let files = self.without_cut(stored["files"].as_array().unwrap());
                assert_eq!(files.len(), expected.len());
                for file in &files {
                    let versions = file["old_versions"].as_array();
                    assert!(file["complete"] == true && versions.is_none_or(Vec::is_empty));
                }
                files_below(&to.0)
            }
        };
        assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), expected);
        for (path, content) in &*self.contents {
            assert!(found[path] == *content, "{path} has another content");
        }
        let empty = |directory: &TempDir| {
            fs::remove_dir_all(&directory.0).unwrap();
            fs::create_dir(&directory.0).unwrap();
        };
        match self.way.is_up() {
            false => empty(&self.tree),
            true => {
                // With the marks of killed creations, among which each further sync looks.
                empty(&self.state);
                let new = new_package(&self.client, self.is_tree() || self.way.is_sync());
                let old = std::mem::replace(&mut self.package, new);
                old.delete(&mut ()).unwrap();
            }
        }
    }

    /// Kills so many processes, each after a while, and goes on until the content is there once more. About two thirds of
    /// them get as far as to move parts, however fast the machine is.
    fn kill_at_random(mut self, seed: u64, kills: usize) -> Figures {
        let mut longest = 400;
        let mut figures = Figures::default();
        let mut moved = BTreeSet::new();
        // What the kills have interrupted. A later process may come to another file first, and be killed there.
        let mut interrupted = 0;
        let random = noise(seed, 8 * 4 * kills);
        let mut moments = random
            .chunks(8)
            .map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap()));
        loop {
            self.emulator.forget_requests();
            let mut child = self.child(|_| {});
            // Some processes are whole before.
            let moment = (figures.kills < kills).then(|| moments.next().unwrap());
            if let Some(moment) = moment {
                thread::sleep(Duration::from_millis(moment % longest));
                child.kill().unwrap();
            }
            let ended = child.wait().unwrap();
            let parts = self.parts_moved();
            let again = parts.intersection(&moved).count();
            longest = match parts.len() > again {
                true => longest * 9 / 10,
                false => longest * 5 / 4,
            };
            longest = longest.clamp(40, 20_000);
            let kill = figures.kills;
            assert!(again <= interrupted, "{again} parts after kill {kill}");
            interrupted -= again;
            figures.most = figures.most.max(again);
            figures.again += again;
            if !ended.success() {
                assert!(ended.code().is_none(), "it failed by itself");
                interrupted += parts.len().min(IN_FLIGHT);
                figures.kills += 1;
                if !self.is_done() {
                    moved.extend(parts);
                    continue;
                }
            }
            self.is_whole();
            figures.whole += 1;
            moved.clear();
            interrupted = 0;
            if moment.is_none() {
                return figures;
            }
        }
    }
}

#[derive(Default)]
struct Figures {
    kills: usize,
    whole: usize,
    again: usize,
    most: usize,
}

fn new_package(client: &Client, is_tree: bool) -> Package {
    match is_tree {
        true => Package::create_workspace(client, &mut (), "Tree").unwrap(),
        false => Package::create(client, &mut ()).unwrap(),
    }
}

/// All files below a directory, by their paths.
fn files_below(base: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let (mut found, mut waiting) = (std::collections::BTreeMap::new(), vec![base.to_owned()]);
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let below = path.strip_prefix(base).unwrap().to_str().unwrap();
                found.insert(below.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Not a test by itself.
#[test]
fn a_process_that_is_killed() {
    let Ok(setup) = std::env::var(KILLED) else {
        return;
    };
    let setup: Value = serde_json::from_str(&setup).unwrap();
    let text = |name: &str| setup[name].as_str().unwrap().to_owned();
    let secret = text("secret").as_str().into();
    let client = Client::new(&text("url"), &text("key"), secret, small_parts()).unwrap();
    let keycode = text("keycode").as_str().into();
    let package = Package::open(&client, &mut (), &text("package"), keycode).unwrap();
    let (tree, resume_file) = (PathBuf::from(text("tree")), Some(text("resume").into()));
    let _ = fs::File::open(BEGIN);
    if setup["syncs"] == true {
        let options = SyncOptions {
            state_directory: resume_file.map(|path: PathBuf| path.with_file_name("state")),
            ..SyncOptions::default()
        };
        package.sync(&mut (), &tree, &options).unwrap();
        return;
    }
    if setup["sends"] == true {
        if setup["is_tree"] == true {
            let options = UploadAllOptions {
                resume_file,
                ..UploadAllOptions::default()
            };
            package.upload_all(&mut (), &tree, &options).unwrap();
        } else {
            let options = UploadOptions {
                resume_file,
                ..UploadOptions::default()
            };
            let source = Source::Path(tree.join(ONE));
            package.upload(&mut (), source, &options).unwrap();
        }
        return;
    }
    let mut options = DownloadOptions {
        resume_file,
        ..DownloadOptions::default()
    };
    match setup["file"].as_str() {
        Some(file) => {
            let sink = Sink::Path(tree);
            package.download(&mut (), file, sink, &options).unwrap();
        }
        None => {
            options.existing = Existing::Skip;
            package.download_all(&mut (), &tree, &options).unwrap();
        }
    }
}

/// How often processes are killed: `make test-kill` sets it, for larger content too.
fn kills() -> Option<usize> {
    let kills = std::env::var("KILLS").ok();
    kills.map(|number| number.parse().unwrap())
}

fn one_file() -> Contents {
    let parts = if kills().is_some() { 2000 } else { 40 };
    Arc::new(vec![(ONE.to_owned(), noise(3, parts * PART - 7))])
}

fn small_files() -> Contents {
    let count = if kills().is_some() { 2000 } else { 60 };
    let content = |number: u64| {
        let path = format!("{}/{number}", number % 4);
        (path, noise(number, 100 + usize::try_from(number).unwrap()))
    };
    Arc::new((0..count).map(content).collect())
}

/// Kills processes in several scenes side by side.
fn kill_at_random(name: &str, way: Way, contents: &Contents) {
    let scenes = if kills().is_some() { 3 } else { 1 };
    let kills_of = |scene: usize| (kills().unwrap_or(6) + scenes - 1 - scene) / scenes;
    let mut all = Figures::default();
    thread::scope(|scope| {
        let running: Vec<_> = (0..scenes)
            .map(|number| {
                let contents = Arc::clone(contents);
                scope.spawn(move || {
                    let scene = Scene::new(way, contents);
                    if kills().is_none() {
                        // So that a kill meets more than the beginning and the end.
                        let slow = json!({"hang_ms": 10});
                        for endpoint in ["part_put", "part_get"] {
                            scene
                                .emulator
                                .fault(json!({"endpoint": endpoint, "times": 0, "action": slow}));
                        }
                    }
                    scene.kill_at_random(number as u64 + 1, kills_of(number))
                })
            })
            .collect();
        for figures in running {
            let figures = figures.join().unwrap();
            all.kills += figures.kills;
            all.whole += figures.whole;
            all.again += figures.again;
            all.most = all.most.max(figures.most);
        }
    });
    println!(
        "{name}: {} kills, {} times whole; transferred again: {} parts, at most {} after a kill",
        all.kills, all.whole, all.again, all.most
    );
}

#[test]
fn random_kills_of_an_upload_lose_nothing() {
    kill_at_random("upload", Way::Up, &one_file());
}

#[test]
fn random_kills_of_a_download_lose_nothing() {
    kill_at_random("download", Way::Down, &one_file());
}

#[test]
fn random_kills_of_an_uploaded_tree_lose_nothing() {
    kill_at_random("uploaded tree", Way::Up, &small_files());
}

#[test]
fn random_kills_of_a_downloaded_tree_lose_nothing() {
    kill_at_random("downloaded tree", Way::Down, &small_files());
}

#[test]
fn random_kills_of_a_sync_that_sends_lose_nothing() {
    kill_at_random("sync, up", Way::SyncUp, &one_file());
}

#[test]
fn random_kills_of_a_sync_that_fetches_lose_nothing() {
    kill_at_random("sync, down", Way::SyncDown, &one_file());
}

/// Kills its process before the n-th step that others can see: of files, or a request.
#[cfg(target_os = "linux")]
const STEPS: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int steps = -1;

static void step(void)
{
    if (atomic_load(&steps) > 0 && atomic_fetch_sub(&steps, 1) == 1)
        kill(getpid(), SIGKILL);
}

#define STEP(type, name, parameters, arguments)              \
    type name parameters                                     \
    {                                                        \
        static type(*real) parameters;                       \
        if (!real)                                           \
            real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        step();                                              \
        return real arguments;                               \
    }

STEP(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
STEP(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
STEP(ssize_t, send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
STEP(int, rename, (const char *from, const char *to), (from, to))
STEP(int, unlink, (const char *path), (path))
STEP(int, mkdir, (const char *path, mode_t mode), (path, mode))
STEP(int, flock, (int fd, int how), (fd, how))
STEP(int, ftruncate64, (int fd, off64_t size), (fd, size))
STEP(int, fallocate, (int fd, int mode, off_t from, off_t size), (fd, mode, from, size))

int open64(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    if (!real)
        real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
    if (strcmp(path, "/a call begins") == 0)
        atomic_store(&steps, atoi(getenv("STEP")));
    else
        step();
    return real(path, flags, mode);
}

long syscall(long number, ...)
{
    static long (*real)(long, ...);
    va_list rest;
    va_start(rest, number);
    long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
    long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
    va_end(rest);
    if (!real)
        real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_renameat2)
        step();
    return real(number, a, b, c, d, e, f);
}
"#;

/// A process is killed before each step in turn, and the next one ends what it began.
#[test]
#[cfg(target_os = "linux")]
fn a_kill_before_each_step_loses_nothing() {
    let directory = TempDir::new();
    let (source, library) = (
        directory.file("steps.c", STEPS.as_bytes()),
        directory.join("steps.so"),
    );
    let mut compiler = compiler::command("CC");
    let compiled = compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(compiled.unwrap().success());
    let few = |number: u64| (number.to_string(), noise(number, 100));
    let one: Contents = Arc::new(vec![(ONE.to_owned(), noise(3, 3 * PART - 7))]);
    let tree: Contents = Arc::new((0..3).map(few).collect());
    let stride = if kills().is_some() { 1 } else { 7 };
    thread::scope(|scope| {
        for (way, contents) in [
            (Way::Up, &one),
            (Way::Up, &tree),
            (Way::Down, &one),
            (Way::Down, &tree),
            (Way::SyncUp, &one),
            (Way::SyncDown, &one),
        ] {
            let (library, contents) = (&library, Arc::clone(contents));
            scope.spawn(move || {
                let name = format!("{way:?}, {} files", contents.len());
                let mut scene = Scene::new(way, contents);
                let mut kills = 0;
                for step in (1..).step_by(stride) {
                    let mut child = scene.child(|command| {
                        command
                            .env("LD_PRELOAD", library)
                            .env("STEP", step.to_string());
                    });
                    let is_through = child.wait().unwrap().success();
                    kills += usize::from(!is_through);
                    let moved = scene.parts_moved();
                    scene.emulator.forget_requests();
                    if !is_through && !scene.is_done() {
                        let ended = scene.child(|_| {}).wait().unwrap();
                        assert!(ended.success(), "{name}: after a kill before step {step}");
                        let again = scene.parts_moved().intersection(&moved).count();
                        assert!(again <= IN_FLIGHT, "{name}: {again} parts after {step}");
                        scene.emulator.forget_requests();
                    }
                    println!("{name}: step {step}");
                    scene.is_whole();
                    if is_through {
                        break;
                    }
                }
                println!("{name}: killed before {kills} steps");
                assert!(kills > 30 / stride, "{kills}");
            });
        }
    });
}
