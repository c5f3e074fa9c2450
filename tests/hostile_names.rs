//! Names that a hostile sender or service gives to files and directories, received into a directory in which links were
//! planted, with a tree of canaries around it: nothing outside of the directory changes, nothing in it is overwritten
//! unasked, and every file arrives whole or is named as one that failed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use sendsafely::{
    Action, Direction, DownloadOptions, Existing, Package, Report, Sink, SyncOptions, TreeError,
};
use serde_json::{Value, json};
use support::openpgp::{NODE, part};
use support::*;

/// Names of what stands in the target directory beforehand.
const PLANTED: [&str; 8] = [
    "link to a file",
    "link to a directory",
    "link out",
    "dangling",
    "loop",
    "loop two",
    "precious.txt",
    "directory",
];

/// Names by kind, without two that are the same.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for separator in [
        "/", "\\", "//", "\\\\", "/./", "\\..\\", ":", "\u{2215}", "\u{ff0f}", "\u{29f5}",
        "\u{2044}", "\0/",
    ] {
        let pieces = [
            ["a", "b"],
            ["..", "canary.txt"],
            ["", "canary.txt"],
            ["", ""],
            ["directory", "x"],
            ["link out", "canary.txt"],
            ["link to a directory", "inside.txt"],
            ["~", "x"],
            [".", "x"],
            ["x", ""],
        ];
        names.extend(pieces.map(|pieces| pieces.join(separator)));
        names.push(["..", "..", "..", "canary.txt"].join(separator));
        names.push(["", "tmp", "sendsafely-escaped"].join(separator));
    }
    for name in [
        "",
        ".",
        "..",
        "...",
        "....",
        ". ",
        ".. ",
        " ..",
        "..\u{200b}",
        "%2e%2e%2fx",
        "..%2fx",
        "..%5cx",
        "..;/x",
        "C:",
        "C:\\x",
        "C:/x",
        "c:x",
        "\\\\server\\share\\x",
        "\\\\?\\C:\\x",
        "\\\\.\\pipe\\x",
        "//server/share/x",
        "file:///etc/passwd",
        "x:$DATA",
        "a.txt::$DATA",
        "a:stream",
        ".sendsafely-0123456789abcdef.part",
        ".sendsafely-0123456789abcdef.resume",
        ".bashrc",
        ".git",
        ".ssh",
        "-rf",
        "~",
        "$HOME",
        "`id`",
        "$(id)",
        "|",
        "*",
        "?",
        "\"",
        "'",
        "<>",
        "desktop.ini",
        "Thumbs.db",
        "a ",
        " a",
        "a.",
        "a. .",
        " ",
        "  ",
        ". .",
        "\u{3000}",
    ] {
        names.push(name.to_owned());
    }
    let devices = [
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "CONIN$",
        "CONOUT$",
        "CLOCK$",
        "COM\u{b9}",
        "LPT\u{b2}",
    ];
    let numbered = (0..10).flat_map(|number| [format!("COM{number}"), format!("LPT{number}")]);
    for device in devices.map(str::to_owned).into_iter().chain(numbered) {
        for end in ["", ".txt", " ", ".", ".tar.gz", " .txt", ":"] {
            names.push(format!("{device}{end}"));
        }
        names.push(device.to_lowercase());
    }
    let controls = (0..0x20).chain(0x7f..0xa0);
    let invisible = (0x200b..=0x200f)
        .chain(0x2028..=0x202e)
        .chain(0x2060..=0x206f);
    let others = [
        0xad, 0x61c, 0x115f, 0x180e, 0xfeff, 0xfff9, 0xfffb, 0xfffd, 0xffff, 0xe0001, 0x10_ffff,
    ];
    for code in controls.chain(invisible).chain(others) {
        let character = char::from_u32(code).unwrap();
        names.push(format!("a{character}b.txt"));
        names.push(format!("{character}.txt"));
    }
    for letter in ["a", "é", "世", "𝒳", "e\u{301}"] {
        for length in [63, 64, 85, 86, 127, 128, 254, 255, 256, 1000, 20_000] {
            names.push(letter.repeat(length));
        }
        names.push(format!("{}.tar.gz", letter.repeat(300)));
    }
    names.extend([
        ".".repeat(300),
        " ".repeat(300),
        format!("a.{}", "x".repeat(300)),
    ]);
    for name in [
        "same",
        "Same",
        "SAME",
        "ß",
        "ẞ",
        "ss",
        "İ",
        "i",
        "I",
        "ı",
        "\u{212a}",
        "k",
        "K",
        "é",
        "e\u{301}",
        "É",
        "E\u{301}",
        "å",
        "a\u{30a}",
        "\u{212b}",
        "Å",
        "한",
        "\u{1112}\u{1161}\u{11ab}",
        "ﬁ",
        "fi",
        "a_b",
        "a?b",
        "a*b",
        "a (2)",
        "a",
        "a (3)",
    ] {
        names.push(name.to_owned());
        names.push(format!("{name}.txt"));
    }
    names.extend(PLANTED.map(str::to_owned));
    names.extend(PLANTED.map(str::to_uppercase));
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// All of them where `make test-hostile` asks for it, or else some of each kind.
fn sample() -> Vec<String> {
    let full = std::env::var_os("HOSTILE_FULL").is_some();
    let all = names().into_iter().enumerate();
    all.filter(|(number, name)| full || number % 5 == 0 || PLANTED.contains(&name.as_str()))
        .map(|(_, name)| name)
        .collect()
}

/// A directory with links, in a tree of canaries.
struct Target {
    outer: TempDir,
    before: BTreeMap<String, String>,
    inside: BTreeMap<String, String>,
}

impl Target {
    fn new() -> Self {
        let outer = TempDir::new();
        for directory in [
            "one",
            "one/two",
            "one/two/target",
            "one/canaries",
            "elsewhere",
        ] {
            fs::create_dir(outer.join(directory)).unwrap();
            if directory != "one/two/target" {
                outer.file(&format!("{directory}/canary.txt"), b"canary");
                outer.file(&format!("{directory}/inside.txt"), b"canary");
            }
        }
        outer.file("canary.txt", b"canary");
        let target = outer.join("one/two/target");
        for (link, to) in [
            ("link to a file", "../../../canary.txt"),
            ("link to a directory", "../../canaries"),
            ("link out", outer.join("elsewhere").to_str().unwrap()),
            ("dangling", "../../../escaped"),
            ("loop", "loop two"),
            ("loop two", "loop"),
        ] {
            symlink(to, target.join(link)).unwrap();
        }
        fs::write(target.join("precious.txt"), "precious").unwrap();
        fs::create_dir(target.join("directory")).unwrap();
        fs::write(target.join("directory/precious.txt"), "precious").unwrap();
        let mut made = Self {
            outer,
            before: BTreeMap::new(),
            inside: BTreeMap::new(),
        };
        made.before = made.around();
        made.inside = look(&target, None);
        made
    }

    fn path(&self) -> std::path::PathBuf {
        self.outer.join("one/two/target")
    }

    /// Everything but the target.
    fn around(&self) -> BTreeMap<String, String> {
        look(&self.outer.0, Some(&self.path()))
    }

    /// Asserts that nothing outside has changed, and nothing inside of what was there before.
    #[track_caller]
    fn assert_untouched(&self) {
        assert_eq!(self.around(), self.before);
        let inside = look(&self.path(), None);
        for (path, what) in &self.inside {
            assert_eq!(inside.get(path), Some(what), "{path}");
        }
    }
}

/// All entries below a directory, with what would change if somebody wrote to them.
fn look(base: &Path, except: Option<&Path>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![base.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let content = match () {
                () if metadata.is_symlink() => format!("{:?}", fs::read_link(&path).unwrap()),
                () if metadata.is_file() => {
                    String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
                }
                () => String::new(),
            };
            if metadata.is_dir() && Some(path.as_path()) != except {
                waiting.push(path.clone());
            }
            let name = path
                .strip_prefix(base)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            found.insert(
                name,
                format!("{} {:o} {content}", metadata.ino(), metadata.mode()),
            );
        }
    }
    found
}

/// A package or Workspace with a file of each name, whose content is its number.
struct Sent {
    emulator: Emulator,
    package: Package,
    names: BTreeMap<String, String>,
}

impl Sent {
    fn passphrase(emulator: &Emulator, package: &Package) -> String {
        let raw = emulator.package(package.id());
        format!(
            "{}{}",
            raw["server_secret"].as_str().unwrap(),
            package.keycode().unwrap()
        )
    }

    fn put(&mut self, passphrase: &str, name: &str, directory: Option<&str>) {
        let content = self.names.len().to_string();
        let file =
            json!({"name": name, "size": content.len(), "parts": 1, "directory_id": directory});
        let path = format!("/packages/{}/files", self.package.id());
        let file = self.emulator.admin_json("PUT", &path, &file);
        let file = file["file_id"].as_str().unwrap();
        let part = part(NODE, passphrase, content.as_bytes());
        self.emulator
            .admin("PUT", &format!("/files/{file}/parts/1"), &part);
        self.names.insert(file.to_owned(), content);
    }

    fn package(names: &[String]) -> Self {
        let emulator = Emulator::start();
        let package = package(&emulator.client());
        let passphrase = Self::passphrase(&emulator, &package);
        let mut sent = Self {
            emulator,
            package,
            names: BTreeMap::new(),
        };
        for name in names {
            sent.put(&passphrase, name, None);
        }
        sent
    }

    /// Each name is that of a file, and of a directory with a file in it. A directory without a name is refused as a
    /// response without sense.
    fn workspace() -> Self {
        let emulator = Emulator::start();
        let package = Package::create_workspace(&emulator.client(), &mut (), "Hostile").unwrap();
        let passphrase = Self::passphrase(&emulator, &package);
        let root = emulator.package(package.id())["root_directory_id"].clone();
        let of = |number: usize| format!("{number:08x}-0000-4000-8000-000000000000");
        let directories: serde_json::Map<String, Value> = (sample().iter().enumerate())
            .filter(|(_, name)| !name.is_empty())
            .map(|(number, name)| {
                let id = of(number);
                let directory = json!({"id": id, "name": name, "parent": root, "created_ms": 1});
                (id, directory)
            })
            .collect();
        let path = format!("/packages/{}", package.id());
        emulator.admin_json("POST", &path, &json!({"directories": directories}));
        let mut sent = Self {
            emulator,
            package,
            names: BTreeMap::new(),
        };
        for (number, name) in sample().iter().enumerate() {
            sent.put(&passphrase, name, None);
            if !name.is_empty() {
                sent.put(&passphrase, "precious.txt", Some(&of(number)));
            }
        }
        sent
    }

    /// Every file arrived whole below the directory, or the report names it as one that failed.
    #[track_caller]
    fn assert_complete(&self, outcome: Result<Report, Box<TreeError>>, target: &Target) -> usize {
        let (report, error) = match outcome {
            Ok(report) => (report, None),
            Err(failed) => (failed.report, Some(failed.error)),
        };
        let base = target.path();
        let mut arrived = BTreeSet::new();
        let mut named = BTreeSet::new();
        for item in &report.items {
            let Some(id) = item.file_id.as_ref() else {
                assert!(item.error.is_some(), "{item:?}");
                continue;
            };
            named.insert(id.clone());
            if item.action != Action::Downloaded {
                assert!(item.error.is_some(), "{item:?}");
                continue;
            }
            let path = item.local_path.as_ref().unwrap();
            assert_eq!(
                fs::read_to_string(path).unwrap(),
                self.names[id],
                "{path:?}"
            );
            let below = path.strip_prefix(&base).unwrap();
            assert!(
                below
                    .components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)))
            );
            assert!(
                below
                    .ancestors()
                    .skip(1)
                    .all(|part| !base.join(part).is_symlink()),
                "{path:?}"
            );
            assert!(arrived.insert(path.clone()), "two files at {path:?}");
        }
        let directory_failed = report.items.iter().any(|item| item.file_id.is_none());
        assert!(
            directory_failed || named.len() == self.names.len(),
            "{} files are named; {error:?}",
            named.len()
        );
        arrived.len()
    }
}

fn options(existing: Existing) -> DownloadOptions {
    DownloadOptions {
        existing,
        ..DownloadOptions::default()
    }
}

#[test]
fn there_are_enough_names() {
    assert!(names().len() >= 500, "{}", names().len());
}

#[test]
fn a_package_of_hostile_names_stays_in_its_directory() {
    let sent = Sent::package(&sample());
    for (existing, least) in [
        (Existing::Refuse, 0),
        (Existing::Skip, sent.names.len() - PLANTED.len()),
    ] {
        let target = Target::new();
        let outcome = sent
            .package
            .download_all(&mut (), &target.path(), &options(existing));
        let arrived = sent.assert_complete(outcome, &target);
        target.assert_untouched();
        println!(
            "{existing:?}: {arrived} of {} files arrived",
            sent.names.len()
        );
        assert!(arrived >= least, "{arrived}");
    }
    let bare = TempDir::new();
    let refusing = options(Existing::Refuse);
    let report = sent.package.download_all(&mut (), &bare.0, &refusing);
    assert_eq!(report.unwrap().items.len(), sent.names.len());
    assert_eq!(bare.names().len(), sent.names.len());
    // Asked for, what has the same name is replaced: the file, and links themselves, never what they lead to.
    let target = Target::new();
    let overwriting = options(Existing::Overwrite);
    let outcome = sent
        .package
        .download_all(&mut (), &target.path(), &overwriting);
    let arrived = sent.assert_complete(outcome, &target);
    assert_eq!(target.around(), target.before);
    assert!(arrived > sent.names.len() - PLANTED.len(), "{arrived}");
    let kept = fs::read_to_string(target.path().join("directory/precious.txt")).unwrap();
    assert_eq!(kept, "precious");
}

#[test]
fn single_downloads_of_hostile_names_stay_in_their_directory() {
    let sent = Sent::package(&sample());
    let target = Target::new();
    let mut arrived = BTreeSet::new();
    for (id, content) in &sent.names {
        let sink = Sink::Path(target.path());
        match sent
            .package
            .download(&mut (), id, sink, &options(Existing::Refuse))
        {
            Ok(done) => {
                let path = done.path.unwrap();
                assert_eq!(path.parent(), Some(target.path().as_path()));
                assert_eq!(&fs::read_to_string(&path).unwrap(), content);
                assert!(arrived.insert(path));
            }
            Err(error) => assert_eq!(error.kind(), sendsafely::ErrorKind::FileExists, "{error}"),
        }
    }
    target.assert_untouched();
    assert!(arrived.iter().all(|path| path.is_file()));
    println!("{} of {} files arrived", arrived.len(), sent.names.len());
}

#[test]
fn a_workspace_of_hostile_names_stays_in_its_directory() {
    let sent = Sent::workspace();
    let target = Target::new();
    let outcome = sent
        .package
        .download_all(&mut (), &target.path(), &options(Existing::Skip));
    let arrived = sent.assert_complete(outcome, &target);
    target.assert_untouched();
    println!(
        "download_all: {arrived} of {} files arrived",
        sent.names.len()
    );

    let target = Target::new();
    let state = TempDir::new();
    let syncing = SyncOptions {
        direction: Direction::Down,
        state_directory: Some(state.0.clone()),
        ..SyncOptions::default()
    };
    for _ in 0..2 {
        let outcome = sent.package.sync(&mut (), &target.path(), &syncing);
        let report = outcome.unwrap_or_else(|failed| failed.report);
        let arrived = report
            .items
            .iter()
            .filter(|item| item.action == Action::Downloaded);
        println!(
            "sync: {} of {} files arrived",
            arrived.count(),
            sent.names.len()
        );
        assert_eq!(target.around(), target.before);
        // What was there is kept, perhaps under another name.
        let inside = look(&target.path(), None).into_values();
        let precious = inside.filter(|what| what.ends_with(" precious"));
        assert_eq!(precious.count(), 2);
    }
}

/// Halves of surrogate pairs, and bytes that are not UTF-8, in the service's responses.
#[test]
fn names_that_are_no_text_stay_in_their_directory() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let passphrase = Sent::passphrase(&emulator, &package);
    let escapes = [
        r"\ud800",
        r"\udfff",
        r"\udc00\ud800",
        r"..\u002f..\u002fcanary.txt",
        r"\u002e\u002e",
        r"a\u0000b",
        r"\u002e\u002e\u005cx",
        r"\/\/x",
        r"\ud83d",
        r"\ud83d\ude00",
        r"\uFEFF..",
    ];
    for number in 0..escapes.len() {
        let part = part(NODE, &passphrase, number.to_string().as_bytes());
        let size = number.to_string().len();
        emulator.add_file(package.id(), &format!("name-{number}-"), size, &[part]);
    }
    let path = format!("/package/{}/", package.id());
    let mut response = emulator
        .client()
        .request(&mut (), "GET", &path, None)
        .unwrap();
    for (number, escape) in escapes.iter().enumerate() {
        response = response.replace(&format!("name-{number}-"), escape);
    }
    emulator.fault(json!({"endpoint": "package_information", "times": 0,
        "action": {"status": 200, "content_type": "application/json", "body": response}}));
    let target = Target::new();
    let report = package
        .download_all(&mut (), &target.path(), &options(Existing::Refuse))
        .unwrap();
    assert_eq!(report.items.len(), escapes.len());
    for item in &report.items {
        let path = item.local_path.as_ref().unwrap();
        assert_eq!(path.parent(), Some(target.path().as_path()));
        assert!(path.is_file());
    }
    target.assert_untouched();
}
