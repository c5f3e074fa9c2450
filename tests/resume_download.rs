//! Downloads that go on where an earlier call was killed, stopped or failed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, Download, DownloadOptions, ErrorKind, Existing, File, Package, Result,
    Sink, UploadAllOptions,
};
use serde_json::{Value, json};
use support::*;

const PARTS: usize = 20;

/// Bytes of content of the file that most of these tests download.
const SIZE: usize = PARTS * PART - 5;

/// What a process that is killed downloads.
const KILLED: &str = "SENDSAFELY_TEST_KILLED";

struct Setting {
    emulator: Emulator,
    package: Package,
    file: File,
    content: Vec<u8>,
    to: TempDir,
    state: TempDir,
}

impl Setting {
    fn new() -> Self {
        let emulator = Emulator::start();
        let client = emulator.client_with(one_part_at_a_time());
        let (package, content) = (package(&client), noise(1, SIZE));
        let file = upload(&package, "large.bin", &content).unwrap();
        finalize(&package);
        Self {
            emulator,
            package,
            file,
            content,
            to: TempDir::new(),
            state: TempDir::new(),
        }
    }

    /// A handle as another process has it.
    fn opened(&self, options: ClientOptions) -> Package {
        let keycode = self.package.keycode().unwrap().to_string();
        let client = self.emulator.client_with(options);
        Package::open(&client, &mut (), self.package.id(), keycode.as_str().into()).unwrap()
    }

    fn resume_file(&self) -> PathBuf {
        self.state.join("resume")
    }

    fn options(&self) -> DownloadOptions {
        DownloadOptions {
            resume_file: Some(self.resume_file()),
            ..DownloadOptions::default()
        }
    }

    fn download(&self, watch: &mut Watch) -> Result<Download> {
        let sink = Sink::Path(self.to.0.clone());
        (self.package).download(watch, &self.file.file_id, sink, &self.options())
    }

    /// Downloads until so many parts are written.
    fn stopped_after(&self, parts: u32) {
        // A stop is seen with the next report: the parts behind it have to take a while.
        let slow = json!({"hang_ms": 300});
        let before = match self.resume_file().exists() {
            true => u32::try_from(self.noted().len()).unwrap(),
            false => 0,
        };
        let rule =
            json!({"endpoint": "part_get", "skip": parts - before, "times": 0, "action": slow});
        self.emulator.fault(rule);
        let mut watch = Watch::stopping(move |progress| progress.parts_done >= parts);
        assert_kind(self.download(&mut watch), ErrorKind::Stopped);
        self.emulator.clear_faults();
        assert_eq!(self.noted(), (1..=u64::from(parts)).collect());
    }

    /// The parts that the resume file notes.
    fn noted(&self) -> BTreeSet<u64> {
        let lines = fs::read_to_string(self.resume_file()).unwrap();
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines
            .filter_map(|line: Value| line["part"].as_u64())
            .collect()
    }

    /// The temporary file of an earlier call.
    fn left(&self) -> PathBuf {
        let names = self.to.names();
        let left = names.iter().find(|name| name.ends_with(".resume"));
        self.to.join(left.unwrap())
    }

    /// Goes on, and asserts how many parts are fetched.
    #[track_caller]
    fn goes_on_with(&self, fetched: usize) {
        self.emulator.forget_requests();
        let mut watch = Watch::new();
        let download = self.download(&mut watch).unwrap();
        assert_eq!(self.emulator.count("part_get"), fetched);
        assert_eq!(download.size, SIZE as u64);
        watch.assert_ends_at(SIZE);
        assert!(fs::read(self.to.join("large.bin")).unwrap() == self.content);
        assert_eq!(self.to.names(), ["large.bin"]);
        assert_eq!(self.state.names(), [""; 0]);
        fs::remove_file(self.to.join("large.bin")).unwrap();
    }

    /// A process that downloads until it is killed.
    fn child(&self, test: &str, what: Value) -> std::process::Child {
        let mut setup = json!({
            "url": self.emulator.text("url"), "key": self.emulator.of_user(0, "api_key"),
            "secret": self.emulator.of_user(0, "api_secret"), "package": self.package.id(),
            "keycode": self.package.keycode().unwrap().to_string(), "to": self.to.0,
            "resume": self.resume_file(),
        });
        setup["file"] = what;
        Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--test-threads=1"])
            .env(KILLED, setup.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }
}

fn one_part_at_a_time() -> ClientOptions {
    ClientOptions {
        parts_in_flight: 1,
        ..options()
    }
}

/// In a process that is to be killed: downloads.
fn as_child() -> bool {
    let Ok(setup) = std::env::var(KILLED) else {
        return false;
    };
    let setup: Value = serde_json::from_str(&setup).unwrap();
    let text = |name: &str| setup[name].as_str().unwrap().to_owned();
    let secret = text("secret").as_str().into();
    let client = Client::new(&text("url"), &text("key"), secret, one_part_at_a_time()).unwrap();
    let keycode = text("keycode").as_str().into();
    let package = Package::open(&client, &mut (), &text("package"), keycode).unwrap();
    let options = DownloadOptions {
        resume_file: Some(text("resume").into()),
        existing: Existing::Skip,
        ..DownloadOptions::default()
    };
    let to = PathBuf::from(text("to"));
    match setup["file"].as_str() {
        Some(file) => drop(package.download(&mut (), file, Sink::Path(to), &options)),
        None => drop(package.download_all(&mut (), &to, &options)),
    }
    true
}

fn wait_until(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !what() {
        assert!(Instant::now() < end, "the other process does nothing");
        thread::sleep(Duration::from_millis(5));
    }
}

fn kill(mut child: std::process::Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_download_goes_on() {
    if as_child() {
        return;
    }
    let setting = Setting::new();
    let slow = json!({"hang_ms": 20});
    (setting.emulator).fault(json!({"endpoint": "part_get", "times": 0, "action": slow}));
    let mut before = 0;
    for least in [3, 8, 15] {
        let file = json!(setting.file.file_id);
        let child = setting.child("a_killed_download_goes_on", file);
        let noted = || fs::read_to_string(setting.resume_file()).unwrap_or_default();
        wait_until(|| noted().matches("\"part\"").count() >= least);
        kill(child);
        let noted = setting.noted();
        assert!(noted.len() >= least && noted.len() < PARTS);
        // A part that is written may not be noted yet.
        let written = setting.left().metadata().unwrap().len();
        assert!(written >= (noted.len() * PART) as u64);
        assert_eq!(
            setting.left().metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(!setting.to.join("large.bin").exists());
        before = noted.len();
    }
    setting.goes_on_with(PARTS - before);
}

#[test]
fn a_stopped_download_goes_on() {
    let setting = Setting::new();
    setting.stopped_after(3);
    setting.stopped_after(7);
    setting.goes_on_with(PARTS - 7);
    // Nothing is left of it: the next is a new one.
    setting.goes_on_with(PARTS);
}

/// As a kill leaves it between the moment when the file gets its name and the one when the resume file is removed.
#[test]
fn a_file_that_was_finished_is_recognized() {
    for existing in [Existing::Refuse, Existing::Overwrite, Existing::Skip] {
        for change in [false, true] {
            let setting = Setting::new();
            setting.stopped_after(4);
            let copy = setting.state.join("copy");
            fs::hard_link(setting.resume_file(), &copy).unwrap();
            setting.download(&mut Watch::new()).unwrap();
            fs::rename(copy, setting.resume_file()).unwrap();
            let target = setting.to.join("large.bin");
            if change {
                let file = fs::OpenOptions::new().write(true).open(&target).unwrap();
                file.write_all_at(b"x", 3).unwrap();
            }
            let there = fs::read(&target).unwrap();
            setting.emulator.forget_requests();
            let options = DownloadOptions {
                existing,
                ..setting.options()
            };
            let (id, sink) = (&setting.file.file_id, Sink::Path(setting.to.0.clone()));
            let mut watch = Watch::new();
            let result = setting.package.download(&mut watch, id, sink, &options);
            let fetched = setting.emulator.count("part_get");
            match (change, existing) {
                // It is another file by now.
                (true, Existing::Refuse) => assert_kind(result, ErrorKind::FileExists),
                (true, Existing::Skip) => assert!(result.unwrap().skipped),
                (true, Existing::Overwrite) => {
                    assert!(!result.unwrap().skipped);
                    assert_eq!(fetched, PARTS);
                }
                (false, _) => {
                    let download = result.unwrap();
                    assert!(!download.skipped);
                    assert_eq!(download.size, SIZE as u64);
                    watch.assert_ends_at(SIZE);
                }
            }
            if !(change && existing == Existing::Overwrite) {
                assert_eq!(fetched, 0);
                assert!(fs::read(&target).unwrap() == there);
            }
            assert_eq!(setting.to.names(), ["large.bin"]);
            if !(change && existing == Existing::Refuse) {
                assert_eq!(setting.state.names(), [""; 0]);
            }
        }
    }
}

/// Neither what was downloaded into its place, nor what is called like it.
#[test]
fn a_resume_file_takes_nothing_else_with_it() {
    let setting = Setting::new();
    let target = setting.to.join("large.bin");
    let options = DownloadOptions {
        existing: Existing::Overwrite,
        resume_file: Some(target.clone()),
        ..DownloadOptions::default()
    };
    let (id, sink) = (&setting.file.file_id, Sink::Path(setting.to.0.clone()));
    (setting.package)
        .download(&mut (), id, sink, &options)
        .unwrap();
    assert!(fs::read(&target).unwrap() == setting.content);
    fs::remove_file(target).unwrap();
    let letter = setting.state.file("resume.new", b"a letter");
    setting.download(&mut Watch::new()).unwrap();
    assert_eq!(fs::read(letter).unwrap(), b"a letter");
    assert_eq!(setting.state.names(), ["resume.new"]);
}

/// A part that arrived before its turn is on the disk too.
#[test]
fn parts_that_came_early_are_not_fetched_again() {
    let mut setting = Setting::new();
    setting.package = setting.opened(ClientOptions {
        parts_in_flight: 4,
        ..options()
    });
    let stop_while_a_part_is_late = |setting: &Setting| {
        let late = json!({"hang_ms": 60_000});
        (setting.emulator)
            .fault(json!({"endpoint": "part_get", "part": 3, "times": 1, "action": late}));
        let mut watch = Watch::stopping(|progress| {
            progress.parts_done >= 2 && progress.bytes_sent >= 9 * PART as u64
        });
        assert_kind(setting.download(&mut watch), ErrorKind::Stopped);
        setting.emulator.clear_faults();
    };
    stop_while_a_part_is_late(&setting);
    let noted = setting.noted();
    assert!(noted.len() >= 6 && !noted.contains(&3), "{noted:?}");
    setting.goes_on_with(PARTS - noted.len());

    // As long as they are what was noted.
    stop_while_a_part_is_late(&setting);
    let noted = setting.noted();
    assert!(noted.contains(&5), "{noted:?}");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(setting.left())
        .unwrap();
    file.write_all_at(b"x", 4 * PART as u64 + 9).unwrap();
    setting.goes_on_with(PARTS - noted.len() + 1);
}

/// What stands in the temporary file proves nothing by itself.
#[test]
fn what_somebody_else_has_changed_is_fetched_again() {
    let setting = Setting::new();
    let write = |path: &Path, bytes: &[u8], at: usize| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.write_all_at(bytes, at as u64).unwrap();
    };
    let cut = |path: &Path, size: usize| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(size as u64).unwrap();
    };
    type Change<'a> = &'a dyn Fn(&Path);
    let changes: [(Change<'_>, usize); 9] = [
        (&|path| write(path, b"x", 0), 0),
        (&|path| write(path, b"x", 3 * PART - 1), 2),
        (&|path| write(path, b"behind", 4 * PART), 4),
        (&|path| cut(path, 2 * PART), 2),
        (&|path| cut(path, 2 * PART + 1), 2),
        (&|path| cut(path, 0), 0),
        (&|path| fs::remove_file(path).unwrap(), 0),
        (
            // What others could write meanwhile is not gone on with.
            &|path| fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap(),
            0,
        ),
        (
            &|path| {
                let content = fs::read(path).unwrap();
                fs::remove_file(path).unwrap();
                let elsewhere = setting.state.join("elsewhere");
                fs::write(&elsewhere, content).unwrap();
                std::os::unix::fs::symlink(&elsewhere, path).unwrap();
            },
            0,
        ),
    ];
    for (change, good) in changes {
        setting.stopped_after(4);
        let (left, elsewhere) = (setting.left(), setting.state.join("elsewhere"));
        change(&left);
        setting.emulator.forget_requests();
        let download = setting.download(&mut Watch::new()).unwrap();
        assert_eq!(setting.emulator.count("part_get"), PARTS - good);
        assert!(fs::read(download.path.unwrap()).unwrap() == setting.content);
        for left in [setting.to.join("large.bin"), left, elsewhere] {
            let _ = fs::remove_file(left);
        }
        assert_eq!(setting.state.names(), [""; 0]);
    }
}

/// Nor what stands in the resume file.
#[test]
fn a_resume_file_that_somebody_else_has_changed_does_no_harm() {
    let setting = Setting::new();
    let changed = |from: &str, to: &str| {
        let text = fs::read_to_string(setting.resume_file()).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(setting.resume_file(), text.replacen(from, to, 1)).unwrap();
    };
    setting.stopped_after(4);
    changed("\"part\":2", "\"part\":7");
    let left = setting.left();
    setting.goes_on_with(PARTS - 3);
    assert!(!left.exists());

    // A path is no name of a temporary file.
    setting.stopped_after(4);
    let left = setting.left();
    let name = left.file_name().unwrap().to_str().unwrap().to_owned();
    let other = setting.to.file("other.txt", b"other");
    changed(&name, "other.txt");
    let download = setting.download(&mut Watch::new()).unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"other");
    for path in [left, other, download.path.unwrap()] {
        fs::remove_file(path).unwrap();
    }

    // Another file on the service, by its size.
    setting.stopped_after(4);
    changed(
        &format!("\"size\":{SIZE}"),
        &format!("\"size\":{}", SIZE - 1),
    );
    setting.goes_on_with(PARTS);
}

#[test]
fn what_the_service_no_longer_has_leaves_nothing() {
    let setting = Setting::new();
    let path = format!("/packages/{}", setting.package.id());
    let files = setting.emulator.package(setting.package.id())["files"].clone();
    // This handle knows the file, that of another process looks for it.
    for kind in [ErrorKind::Refused, ErrorKind::FileNotOnPackage] {
        setting.stopped_after(4);
        let nothing = json!({"files": []});
        setting.emulator.admin_json("POST", &path, &nothing);
        let opened = setting.opened(options());
        let package = match kind {
            ErrorKind::Refused => &setting.package,
            _ => &opened,
        };
        let (id, sink) = (&setting.file.file_id, Sink::Path(setting.to.0.clone()));
        let result = package.download(&mut (), id, sink, &setting.options());
        assert_kind(result, kind);
        assert_eq!(setting.to.names(), [""; 0]);
        assert_eq!(setting.state.names(), [""; 0]);
        setting
            .emulator
            .admin_json("POST", &path, &json!({"files": files}));
    }
}

/// A part that is not genuine is not written, and what was there before is not believed any longer.
#[test]
fn parts_that_are_not_genuine_end_it() {
    let setting = Setting::new();
    setting.stopped_after(4);
    let spoiled = json!({"flip_response_byte": 700});
    (setting.emulator).fault(json!({"endpoint": "part_get", "times": 0, "action": spoiled}));
    let quick = ClientOptions {
        retry_window: Duration::from_secs(1),
        ..one_part_at_a_time()
    };
    let package = setting.opened(quick);
    let sink = Sink::Path(setting.to.0.clone());
    let result = package.download(&mut (), &setting.file.file_id, sink, &setting.options());
    assert_kind(result, ErrorKind::DecryptFailed);
    assert_eq!(setting.to.names(), [""; 0]);
    assert_eq!(setting.state.names(), [""; 0]);
}

#[test]
fn calls_that_cannot_have_a_resume_file() {
    let setting = Setting::new();
    let (id, options) = (&setting.file.file_id, setting.options());
    let mut memory = Vec::new();
    let sink = Sink::Memory(&mut memory);
    let result = setting.package.download(&mut (), id, sink, &options);
    assert_kind(result, ErrorKind::InvalidArgument);
    let sink = Sink::Writer(&mut |_| Ok(()));
    let result = setting.package.download(&mut (), id, sink, &options);
    assert_kind(result, ErrorKind::InvalidArgument);
    let foreign = setting.state.file("resume", b"a letter\n");
    assert_kind(
        setting.download(&mut Watch::new()),
        ErrorKind::InvalidArgument,
    );
    assert_eq!(fs::read(foreign).unwrap(), b"a letter\n");
    assert_eq!(setting.emulator.count("part_get"), 0);
    assert_eq!(setting.to.names(), [""; 0]);
}

/// Other downloads into the directory leave what is to be gone on with.
#[test]
fn other_downloads_do_not_remove_it() {
    let setting = Setting::new();
    setting.stopped_after(4);
    let other = setting.to.join("other.bin");
    let (id, sink) = (&setting.file.file_id, Sink::Path(other.clone()));
    let options = DownloadOptions::default();
    setting
        .package
        .download(&mut (), id, sink, &options)
        .unwrap();
    fs::remove_file(other).unwrap();
    setting.goes_on_with(PARTS - 4);
}

#[test]
fn a_killed_download_of_a_tree_goes_on() {
    if as_child() {
        return;
    }
    let mut setting = Setting::new();
    let client = setting.emulator.client_with(one_part_at_a_time());
    setting.package = Package::create_workspace(&client, &mut (), "Tree").unwrap();
    let from = TempDir::new();
    fs::create_dir(from.join("below")).unwrap();
    for number in 0..12 {
        fs::write(from.join(&format!("below/{number}")), noise(number, 50)).unwrap();
    }
    fs::write(from.join("large.bin"), &setting.content).unwrap();
    (setting.package)
        .upload_all(&mut (), &from.0, &UploadAllOptions::default())
        .unwrap();
    let slow = json!({"hang_ms": 20});
    (setting.emulator).fault(json!({"endpoint": "part_get", "times": 0, "action": slow}));
    let child = setting.child("a_killed_download_of_a_tree_goes_on", Value::Null);
    wait_until(|| {
        let noted = fs::read_to_string(setting.resume_file()).unwrap_or_default();
        noted.contains("\"part\":6")
    });
    kill(child);
    setting.emulator.forget_requests();
    let before = fs::read_dir(setting.to.join("below")).unwrap();
    let before = before.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        !name.to_str().unwrap().starts_with('.')
    });
    let whole = before.count();
    let options = DownloadOptions {
        existing: Existing::Skip,
        ..setting.options()
    };
    let to = setting.to.0.clone();
    setting
        .package
        .download_all(&mut (), &to, &options)
        .unwrap();
    let fetched = setting.emulator.count("part_get");
    assert!(fetched <= PARTS - 6 + 12 - whole, "{fetched}");
    assert!(fs::read(to.join("large.bin")).unwrap() == setting.content);
    for number in 0..12 {
        let file = fs::read(to.join(format!("below/{number}"))).unwrap();
        assert_eq!(file, noise(number, 50));
    }
    assert_eq!(setting.to.names(), ["below", "large.bin"]);
    assert_eq!(fs::read_dir(to.join("below")).unwrap().count(), 12);
    assert_eq!(setting.state.names(), [""; 0]);
}
