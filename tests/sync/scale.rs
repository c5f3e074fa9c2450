//! What many files cost. The requests and the memory are asserted; times are printed.

use std::fs::{self, File, FileTimes};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::support::{Emulator, is_write};
use crate::{Action, Machine, actions, child_sync, two_machines};

/// Files of 4 KiB whose times are past, so that a sync knows at once that they are as they were.
fn write_many(machine: &Machine, directories: usize, files: usize) {
    let time = SystemTime::now() - Duration::from_secs(3600);
    for directory in 0..directories {
        let path = machine.tree().join(format!("directory {directory:04}"));
        fs::create_dir_all(&path).unwrap();
        for file in 0..files {
            let content = format!("{directory:06} {file:06}\n").repeat(293);
            let path = path.join(format!("file {file:04}.txt"));
            fs::write(&path, &content.as_bytes()[..4096]).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
        }
    }
}

/// The most memory that this process has had, in KiB.
pub(crate) fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn bytes(requests: &[Value]) -> u64 {
    requests
        .iter()
        .map(|request| request["body_size"].as_u64().unwrap())
        .sum()
}

fn endpoints(requests: &[Value]) -> Vec<&str> {
    requests
        .iter()
        .map(|request| request["endpoint"].as_str().unwrap())
        .collect()
}

#[test]
fn many_files_cost_few_requests() {
    let number = |name: &str, otherwise: usize| {
        std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
    };
    // A full page of files in each directory, which is the dearest to list.
    let (files, in_each) = (number("SYNC_FILES", 600), 100);
    let emulator = Emulator::start();
    let (one, other) = two_machines(&emulator);
    write_many(&one, files / in_each, in_each);
    let begin = Instant::now();
    assert_eq!(one.sync().items.len(), files);
    println!("{files} files sent in {:.1?}", begin.elapsed());

    emulator.forget_requests();
    let begin = Instant::now();
    assert!(one.sync().items.is_empty());
    let (time, idle) = (begin.elapsed(), emulator.requests());
    println!(
        "{files} files recognized in {time:.2?}, by {} requests",
        idle.len()
    );
    assert!(!idle.iter().any(is_write));
    assert!(idle.len() * 1000 <= files * 10, "{:?}", endpoints(&idle));

    let changed = "directory 0003/file 0042.txt";
    one.write(changed, &"changed\n".repeat(512));
    emulator.forget_requests();
    let begin = Instant::now();
    assert_eq!(actions(&one.sync()), [(changed, Action::Uploaded)]);
    let (time, sent) = (begin.elapsed(), emulator.requests());
    let writes: Vec<_> = sent
        .iter()
        .filter(|request| is_write(request))
        .cloned()
        .collect();
    println!(
        "one changed file sent in {time:.2?}, by {} requests with {} bytes: {:?}",
        sent.len(),
        bytes(&sent),
        endpoints(&sent)
    );
    assert_eq!(
        endpoints(&writes),
        ["create_file", "part_put", "upload_complete"]
    );
    assert!(sent.len() <= idle.len() + 6, "{:?}", endpoints(&sent));
    assert!(bytes(&sent) < 4096 + 2048);

    // The other machine gets all of it, and then the change alone.
    assert_eq!(other.sync().items.len(), files);
    one.write(changed, &"again\n".repeat(600));
    one.sync();
    other.sync();
    one.write(changed, &"and again\n".repeat(400));
    one.sync();
    emulator.forget_requests();
    assert_eq!(actions(&other.sync()), [(changed, Action::Downloaded)]);
    let fetched = emulator.requests();
    println!(
        "one changed file fetched by {} requests: {:?}",
        fetched.len(),
        endpoints(&fetched)
    );
    assert!(!endpoints(&fetched).contains(&"create_file"));
    // The directory that has changed is listed, in two pages.
    assert!(
        fetched.len() <= idle.len() + 2 + 3,
        "{:?}",
        endpoints(&fetched)
    );
    let parts = fetched
        .iter()
        .filter(|request| request["endpoint"] == "part_get");
    assert_eq!(parts.count(), 1);
}

/// The memory of a sync of very many files, in a program of its own. The Workspace and the last common state are made
/// by copies of one file: to send them all would take long.
#[test]
fn very_many_files_take_little_memory() {
    let files = std::env::var("SYNC_MANY").map_or(2_000, |number| number.parse().unwrap());
    let emulator = Emulator::start();
    let (one, _) = two_machines(&emulator);
    one.write("sample/file", "content");
    one.age("sample/file", -1.0);
    one.sync();
    let package = format!("/packages/{}", one.package.id());
    let mut there = emulator.admin_json("GET", &package, &Value::Null);
    let sample = there["files"][0].clone();
    let directory = there["directories"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .clone();
    let state = fs::read_dir(one.directory.join("state")).unwrap();
    let state = state.map(|entry| entry.unwrap().path());
    let state = state.filter(|path| path.extension().is_some_and(|name| name == "jsonl"));
    let state = state.last().unwrap();
    let mut lines = fs::read_to_string(&state).unwrap();
    let line: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(line["path"], "sample/file");
    let time = one
        .tree()
        .join("sample/file")
        .metadata()
        .unwrap()
        .modified()
        .unwrap();
    for number in 0..files {
        let (at, name) = (
            number / 100,
            format!("a file with a name of some length {number}"),
        );
        let below = format!("directory {at:04}");
        let directory_id = format!("0000{at:04}-0000-4000-8000-000000000000");
        let local = one.tree().join(&below);
        if number % 100 == 0 {
            fs::create_dir(&local).unwrap();
            let mut new = directory.clone();
            new["id"] = directory_id.clone().into();
            new["name"] = below.clone().into();
            there["directories"][&directory_id] = new;
            let noted = json!({"path": below, "directory": true});
            lines += &format!("{noted}\n");
        }
        let id = format!("{number:08}-0000-4000-8000-000000000000");
        let mut new = sample.clone();
        new["id"] = id.clone().into();
        new["name"] = name.clone().into();
        new["directory_id"] = directory_id.into();
        there["files"].as_array_mut().unwrap().push(new);
        let mut noted = line.clone();
        noted["path"] = format!("{below}/{name}").into();
        noted["file"] = id.into();
        lines += &format!("{noted}\n");
        let local = local.join(name);
        fs::write(&local, "content").unwrap();
        let local = File::options().write(true).open(&local).unwrap();
        local
            .set_times(FileTimes::new().set_modified(time))
            .unwrap();
    }
    let members = json!({"files": there["files"], "directories": there["directories"]});
    emulator.admin_json("POST", &package, &members);
    fs::write(&state, lines).unwrap();

    for run in ["first", "second"] {
        emulator.forget_requests();
        let begin = Instant::now();
        let mut child = child_sync(&emulator, &one, &one.options());
        assert!(child.wait().unwrap().success());
        let requests = emulator.requests();
        let peak = fs::read_to_string(one.directory.join("peak")).unwrap();
        let (before, after) = peak.split_once(' ').unwrap();
        let (before, after): (u64, u64) = (before.parse().unwrap(), after.parse().unwrap());
        println!(
            "{files} files, {run} run: {:.2?}, {} requests, {before} KiB of memory before the sync, {after} KiB at most",
            begin.elapsed(),
            requests.len(),
        );
        assert!(!requests.iter().any(is_write), "{:?}", endpoints(&requests));
        assert!(after < 64 << 10, "{after} KiB");
    }
}
