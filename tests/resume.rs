//! Uploads that go on in another process after the first one was killed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, ErrorKind, File, Package, Phase, Result, Source, UploadAllOptions,
    UploadOptions,
};
use serde_json::{Value, json};
use support::*;

const PART: usize = 100_000;
const PARTS: usize = 24;
const IN_FLIGHT: usize = 2;

fn small_parts() -> ClientOptions {
    ClientOptions {
        part_size: PART as u64,
        parts_in_flight: IN_FLIGHT,
        ..options()
    }
}

fn resuming(file: &Path) -> UploadOptions {
    UploadOptions {
        resume_file: Some(file.to_owned()),
        ..UploadOptions::default()
    }
}

/// A package with what goes into it, here and in processes that are killed.
struct Scene {
    emulator: Emulator,
    directory: TempDir,
    package: Package,
    workspace: bool,
}

/// The environment variable by which a process that is killed gets what it sends.
const KILLED: &str = "SENDSAFELY_RESUME_KILLED";

impl Scene {
    fn new(workspace: bool) -> Self {
        let emulator = Emulator::start();
        let client = emulator.client_with(small_parts());
        let package = match workspace {
            true => Package::create_workspace(&client, &mut (), "Project").unwrap(),
            false => package(&client),
        };
        let directory = TempDir::new();
        fs::create_dir(directory.join("tree")).unwrap();
        Self {
            emulator,
            directory,
            package,
            workspace,
        }
    }

    fn source(&self) -> std::path::PathBuf {
        self.directory.join("tree").join("big.bin")
    }

    fn write(&self, content: &[u8]) {
        fs::write(self.source(), content).unwrap();
    }

    fn resume_file(&self) -> std::path::PathBuf {
        self.directory.join("resume")
    }

    /// A handle as another process has it.
    fn opened(&self, options: ClientOptions) -> Package {
        let keycode = self.package.keycode().unwrap().to_string();
        let client = self.emulator.client_with(options);
        Package::open(&client, &mut (), self.package.id(), keycode.as_str().into()).unwrap()
    }

    fn upload(&self) -> Result<File> {
        let options = resuming(&self.resume_file());
        self.opened(small_parts())
            .upload(&mut (), Source::Path(self.source()), &options)
    }

    /// A process that sends the file, or the tree.
    fn child(&self, tree: bool) -> Child {
        let setup = json!({
            "url": self.emulator.text("url"), "key": self.emulator.of_user(0, "api_key"),
            "secret": self.emulator.of_user(0, "api_secret"), "package": self.package.id(),
            "keycode": self.package.keycode().unwrap().to_string(), "source": self.source(),
            "tree": tree.then(|| self.directory.join("tree")), "resume": self.resume_file(),
        });
        Command::new(std::env::current_exe().unwrap())
            .args(["a_process_that_is_killed", "--exact", "--test-threads=1"])
            .env("SENDSAFELY_TEST_CHILD", "1")
            .env(KILLED, setup.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Kills a process once the service has got so many parts from it.
    fn kill_after(&self, parts: usize, tree: bool) {
        self.emulator.forget_requests();
        self.emulator
            .fault(json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 30}}));
        let mut child = self.child(tree);
        let end = Instant::now() + Duration::from_secs(30);
        while self.parts_sent().len() < parts && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "{parts} parts do not arrive");
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        self.emulator.clear_faults();
    }

    /// Leaves all as if a process was killed between the last part and its note, and the file was completed then.
    fn kill_after_last_part(&self) {
        let silence = json!({"hang_ms": 300});
        let last =
            json!({"endpoint": "part_put", "when": "after", "part": PARTS, "action": silence});
        self.emulator.fault(last);
        let (noted, resume_file) = (self.directory.join("noted"), self.resume_file());
        let copy = noted.clone();
        let mut watch = Watch::stopping(move |progress| {
            if progress.parts_done as usize == PARTS - 1 && !copy.exists() {
                fs::copy(&resume_file, &copy).unwrap();
            }
            false
        });
        let options = resuming(&self.resume_file());
        self.opened(small_parts())
            .upload(&mut watch, Source::Path(self.source()), &options)
            .unwrap();
        fs::rename(noted, self.resume_file()).unwrap();
    }

    /// The numbers of the parts that were put into the storage.
    fn parts_sent(&self) -> Vec<u64> {
        self.parts_of("part_put")
    }

    /// The numbers of the parts in the requests to an endpoint.
    fn parts_of(&self, endpoint: &str) -> Vec<u64> {
        let requests = self.emulator.requests();
        let of_it = |request: &&Value| request["endpoint"] == endpoint;
        let parts = requests.iter().filter(of_it);
        parts
            .filter_map(|request| request["part"].as_u64())
            .collect()
    }

    #[track_caller]
    fn only_file(&self) -> Value {
        let package = self.emulator.package(self.package.id());
        let files = package["files"].as_array().unwrap();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    fn assert_nothing_is_left(&self) {
        assert_eq!(self.directory.names(), ["tree"]);
    }
}

/// Not a test by itself.
#[test]
fn a_process_that_is_killed() {
    if !is_child() {
        return;
    }
    let Ok(setup) = std::env::var(KILLED) else {
        return;
    };
    let setup: Value = serde_json::from_str(&setup).unwrap();
    let text = |name: &str| setup[name].as_str().unwrap().to_owned();
    let secret = text("secret");
    let client = Client::new(
        &text("url"),
        &text("key"),
        secret.as_str().into(),
        small_parts(),
    );
    let keycode = text("keycode");
    let package = Package::open(
        &client.unwrap(),
        &mut (),
        &text("package"),
        keycode.as_str().into(),
    );
    let package = package.unwrap();
    let resume_file = Some(text("resume").into());
    match setup["tree"].as_str() {
        Some(tree) => {
            let options = UploadAllOptions {
                resume_file,
                ..UploadAllOptions::default()
            };
            package
                .upload_all(&mut (), Path::new(tree), &options)
                .unwrap();
        }
        None => {
            let options = UploadOptions {
                resume_file,
                ..UploadOptions::default()
            };
            let source = Source::Path(text("source").into());
            package.upload(&mut (), source, &options).unwrap();
        }
    }
}

#[test]
fn a_killed_upload_goes_on_in_another_process() {
    for workspace in [false, true] {
        let scene = Scene::new(workspace);
        let content = noise(1, PART * PARTS - 7);
        scene.write(&content);
        scene.kill_after(8, false);
        let sent = scene.parts_sent();
        let text = fs::read_to_string(scene.resume_file()).unwrap();
        for secret in ["big.bin", scene.package.id(), &scene.emulator.text("url")] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!text.contains(&scene.package.keycode().unwrap().to_string()));
        scene.emulator.forget_requests();

        let file = scene.upload().unwrap();
        // The two parts on their way may have been sent twice.
        let again = scene.parts_sent();
        let twice = again.iter().filter(|part| sent.contains(part)).count();
        assert!(twice <= 2, "{twice}: {sent:?}, then {again:?}");
        assert!(again.len() < PARTS - 4, "{again:?}");
        assert_eq!(download(&scene.package, &file.file_id).unwrap(), content);
        assert_eq!(scene.only_file()["complete"], true);
        scene.assert_nothing_is_left();
        if !scene.workspace {
            finalize(&scene.package);
        }
    }
}

/// Somebody may read the file as soon as its last part is there: so it never has parts of two contents.
#[test]
fn a_source_that_changed_is_sent_anew() {
    let content = noise(1, PART * PARTS);
    let mut other = content.clone();
    other[3 * PART + 5] ^= 1;
    let mut longer = content.clone();
    longer.push(1);
    for changed in [other, longer, noise(2, 5)] {
        let scene = Scene::new(false);
        scene.write(&content);
        scene.kill_after(8, false);
        scene.write(&changed);
        scene.emulator.forget_requests();
        let file = scene.upload().unwrap();
        assert_eq!(scene.parts_sent().len(), changed.len().div_ceil(PART));
        assert_eq!(download(&scene.package, &file.file_id).unwrap(), changed);
        scene.only_file();
        scene.assert_nothing_is_left();
        finalize(&scene.package);
    }
}

/// An edit that keeps size and time shows by the digests of the parts.
#[test]
fn a_part_that_changed_unseen_is_sent_again() {
    let scene = Scene::new(false);
    let mut content = noise(1, PART * PARTS);
    scene.write(&content);
    let time = fs::metadata(scene.source()).unwrap().modified().unwrap();
    scene.kill_after(8, false);
    content[3 * PART + 5] ^= 1;
    scene.write(&content);
    let source = fs::File::options().write(true).open(scene.source());
    source.unwrap().set_modified(time).unwrap();
    scene.emulator.forget_requests();
    let file = scene.upload().unwrap();
    let again = scene.parts_sent();
    assert!(again.contains(&4) && again.len() < PARTS - 4, "{again:?}");
    assert_eq!(download(&scene.package, &file.file_id).unwrap(), content);
    scene.assert_nothing_is_left();
}

/// The process was killed before it could note the last part, and somebody has asked whether the file is complete: so it
/// is, and takes no other content.
#[test]
fn a_complete_file_takes_no_other_part() {
    let content = noise(1, PART * PARTS);
    let mut changed = content.clone();
    *changed.last_mut().unwrap() ^= 1;
    let cases = [
        (&content, true),
        (&changed, true), // which only the digests of the parts show
        (&changed, false),
    ];
    for (workspace, (now, keeps_time)) in [false, true]
        .into_iter()
        .flat_map(|workspace| cases.map(|case| (workspace, case)))
    {
        let scene = Scene::new(workspace);
        scene.write(&content);
        let time = fs::metadata(scene.source()).unwrap().modified().unwrap();
        scene.kill_after_last_part();
        let id = scene.only_file()["id"].as_str().unwrap().to_owned();
        assert_eq!(scene.only_file()["complete"], true);
        scene.write(now);
        if keeps_time {
            let source = fs::File::options().write(true).open(scene.source());
            source.unwrap().set_modified(time).unwrap();
        }
        scene.emulator.forget_requests();
        let file = scene.upload().unwrap();
        let is_same = now == &content;
        assert_eq!(file.file_id == id, is_same);
        assert_eq!(scene.parts_sent().len(), if is_same { 0 } else { PARTS });
        // The last part, which has no note.
        let fetched = scene.parts_of("part_get");
        assert_eq!(fetched.contains(&(PARTS as u64)), keeps_time);
        assert_eq!(download(&scene.package, &file.file_id).unwrap(), *now);
        let old = scene.only_file()["old_versions"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(old.len(), usize::from(workspace && !is_same));
        scene.assert_nothing_is_left();
        if !workspace {
            finalize(&scene.package);
        }
    }
}

/// The response to the last part was lost, and with it the upload. The same handle finds that it has made a version.
#[test]
fn a_version_that_is_complete_is_not_removed() {
    let emulator = Emulator::start();
    let client = emulator.client_with(small_parts());
    let package = Package::create_workspace(&client, &mut (), "Project").unwrap();
    let directory = TempDir::new();
    let source = directory.join("big.bin");
    let resume_file = directory.join("resume");
    let upload =
        |options: &UploadOptions| package.upload(&mut (), Source::Path(source.clone()), options);
    let versions = || {
        let stored = emulator.package(package.id())["files"][0].clone();
        1 + stored["old_versions"].as_array().unwrap().len()
    };
    for (number, options) in [UploadOptions::default(), resuming(&resume_file)]
        .iter()
        .enumerate()
    {
        fs::write(&source, noise(10, 2 * PART)).unwrap();
        upload(options).unwrap();
        fs::write(&source, noise(11, 2 * PART + 1 + number)).unwrap();
        let refusal = json!({"envelope": {"response": "LIMIT_EXCEEDED"}});
        emulator.fault(json!({"endpoint": "upload_complete", "when": "after", "action": refusal}));
        upload(options).unwrap_err();
        emulator.clear_faults();
        let before = versions();
        fs::write(&source, noise(12, 2 * PART + 3 + number)).unwrap();
        let file = upload(options).unwrap();
        assert_eq!(versions(), before + 1);
        let content = noise(12, 2 * PART + 3 + number);
        assert_eq!(download(&package, &file.file_id).unwrap(), content);
    }
    assert!(!resume_file.exists());
}

/// The service has deleted it, or holds less than it has confirmed.
#[test]
fn what_the_service_has_lost_is_sent_again() {
    let scene = Scene::new(false);
    let content = noise(1, PART * PARTS);
    scene.write(&content);
    scene.kill_after(8, false);
    let id = scene.only_file()["id"].as_str().unwrap().to_owned();
    let package = scene.opened(small_parts());
    package.delete_file(&mut (), &id, None).unwrap();
    scene.emulator.forget_requests();
    let file = scene.upload().unwrap();
    assert_ne!(file.file_id, id);
    assert_eq!(scene.parts_sent().len(), PARTS);
    assert_eq!(download(&scene.package, &file.file_id).unwrap(), content);
    scene.assert_nothing_is_left();
}

/// The process was killed before it knew what the service has created. What looks the same, but is of another time, may
/// be what another machine is uploading.
#[test]
fn a_killed_creation_leaves_nothing_and_takes_nothing_of_others() {
    for (workspace, reaches_the_service) in [(false, true), (true, true), (true, false)] {
        let scene = Scene::new(workspace);
        let content = noise(1, PART * PARTS);
        scene.write(&content);
        let id = scene.package.id();
        let path = format!("/packages/{id}");
        let file = json!({"name": "big.bin", "size": content.len(), "parts": PARTS});
        let of_others = scene
            .emulator
            .admin_json("PUT", &format!("{path}/files"), &file);
        let files = || scene.emulator.package(id)["files"].clone();
        let mut stored = files();
        let created = stored[0]["created_ms"].as_i64().unwrap();
        stored[0]["created_ms"] = (created - 60_000).into();
        scene
            .emulator
            .admin_json("POST", &path, &json!({"files": stored}));
        let when = if reaches_the_service {
            "after"
        } else {
            "before"
        };
        let silence = json!({"hang_ms": 60_000});
        scene
            .emulator
            .fault(json!({"endpoint": "create_file", "when": when, "action": silence}));
        let mut child = scene.child(false);
        let end = Instant::now() + Duration::from_secs(30);
        let expected = if reaches_the_service { 2 } else { 1 };
        while scene.emulator.count("create_file") == 0
            || files().as_array().unwrap().len() < expected
        {
            assert!(Instant::now() < end, "no file is created");
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        scene.emulator.clear_faults();
        let file = scene.upload().unwrap();
        let stored = files();
        let ids: Vec<_> = stored
            .as_array()
            .unwrap()
            .iter()
            .map(|file| &file["id"])
            .collect();
        assert_eq!(ids, [&of_others["file_id"], &json!(file.file_id)]);
        scene.assert_nothing_is_left();
    }
}

/// An upload that fails or is stopped goes on as well, through the same handle too, and finalize removes what is left.
#[test]
fn a_stopped_upload_goes_on() {
    let scene = Scene::new(false);
    let content = noise(1, PART * PARTS);
    scene.write(&content);
    let upload = |watch: &mut Watch, name: &str| {
        let options = UploadOptions {
            file_name: Some(name.to_owned()),
            ..resuming(&scene.resume_file())
        };
        let source = Source::Path(scene.source());
        scene.package.upload(watch, source, &options)
    };
    let half = (PART * PARTS / 2) as u64;
    let mut stops = Watch::stopping(move |progress| progress.bytes_done >= half);
    // One part after the other, so that the stop comes in time.
    let one_by_one = json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 30}});
    scene.emulator.fault(one_by_one);
    refused(upload(&mut stops, "one"), ErrorKind::Stopped);
    scene.emulator.clear_faults();
    assert_eq!(scene.only_file()["complete"], false);
    scene.emulator.forget_requests();
    let mut watch = Watch::new();
    let file = upload(&mut watch, "one").unwrap();
    watch.assert_ends_at(content.len());
    watch.assert_monotone();
    assert!(scene.parts_sent().len() < PARTS);
    assert_eq!(download(&scene.package, &file.file_id).unwrap(), content);
    scene.assert_nothing_is_left();

    // All parts are there, but the call has not ended: none is sent again, and the file stays.
    // It does not matter whether the service still has to count them.
    for (name, delay) in [("two", 0), ("three", 4)] {
        let delay_of = |calls| {
            let settings = json!({"upload_complete_delay": calls});
            scene.emulator.settings(settings);
        };
        delay_of(2);
        let mut stops = Watch::stopping(|progress| progress.phase == Phase::Completing);
        refused(upload(&mut stops, name), ErrorKind::Stopped);
        delay_of(delay);
        scene.emulator.forget_requests();
        upload(&mut Watch::new(), name).unwrap();
        assert_eq!(scene.parts_sent(), [0; 0]);
        delay_of(0);
    }

    let mut stops = Watch::stopping(move |progress| progress.bytes_done >= half);
    refused(upload(&mut stops, "other"), ErrorKind::Stopped);
    finalize(&scene.package);
    let stored = scene.emulator.package(scene.package.id());
    let files = stored["files"].as_array().unwrap();
    let names: Vec<_> = files.iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["one", "two", "three"]);
    assert!(files.iter().all(|file| file["complete"] == true));
}

#[test]
fn a_resume_file_is_for_one_call_and_for_paths() {
    let scene = Scene::new(false);
    let content = noise(1, PART);
    scene.write(&content);
    let options = resuming(&scene.resume_file());
    let memory = Source::Memory {
        name: "a".into(),
        data: &content,
    };
    let refusal = scene.package.upload(&mut (), memory, &options);
    refused(refusal, ErrorKind::InvalidArgument);
    let letter = scene.directory.file("letter", b"to a friend\n");
    for (path, kind) in [
        (letter.clone(), ErrorKind::InvalidArgument),
        (
            scene.directory.join("none/resume"),
            ErrorKind::DirectoryNotFound,
        ),
    ] {
        let options = resuming(&path);
        let source = Source::Path(scene.source());
        refused(scene.package.upload(&mut (), source, &options), kind);
    }
    assert_eq!(fs::read(letter).unwrap(), b"to a friend\n");
    fs::write(scene.source(), noise(1, PART * PARTS)).unwrap();
    let mut busy = Vec::new();
    let mut watch = Watch::stopping(|_| false);
    let second = scene.package.clone();
    let (resume, source) = (scene.resume_file(), scene.source());
    thread::scope(|scope| {
        scene
            .emulator
            .fault(json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 50}}));
        let first = scope.spawn(|| {
            let source = Source::Path(source.clone());
            second.upload(&mut (), source, &resuming(&resume))
        });
        let end = Instant::now() + Duration::from_secs(20);
        while scene.parts_sent().is_empty() {
            assert!(Instant::now() < end);
            thread::sleep(Duration::from_millis(5));
        }
        let source = Source::Path(scene.source());
        busy.push(scene.package.upload(&mut watch, source, &resuming(&resume)));
        first.join().unwrap().unwrap();
    });
    refused(busy.remove(0), ErrorKind::Busy);
}

#[test]
fn a_killed_tree_goes_on() {
    for workspace in [false, true] {
        let scene = Scene::new(workspace);
        let tree = scene.directory.join("tree");
        let mut contents = BTreeMap::new();
        for number in 0..20_u8 {
            let length = if number % 5 == 0 { PART * 6 } else { 300 };
            let content = noise(u64::from(number), length + usize::from(number));
            fs::write(tree.join(format!("{number}")), &content).unwrap();
            contents.insert(format!("{number}"), content);
        }
        for _ in 0..4 {
            scene.kill_after(9, true);
        }
        let options = UploadAllOptions {
            resume_file: Some(scene.resume_file()),
            ..UploadAllOptions::default()
        };
        let package = scene.opened(small_parts());
        package.upload_all(&mut (), &tree, &options).unwrap();
        let stored = scene.emulator.package(scene.package.id());
        let files = stored["files"].as_array().unwrap();
        assert_eq!(files.len(), contents.len(), "{files:?}");
        for file in files {
            let id = file["id"].as_str().unwrap();
            let name = file["name"].as_str().unwrap();
            assert_eq!(download(&scene.package, id).unwrap(), contents[name]);
            assert!(file["old_versions"].as_array().is_none_or(Vec::is_empty));
        }
        scene.assert_nothing_is_left();
    }
}
