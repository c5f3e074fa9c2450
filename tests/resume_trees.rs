//! Calls about many files that go on where an earlier call has ended: what is through stays through, whatever `existing`
//! says of files that are there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::PathBuf;

use sendsafely::{
    ClientOptions, DownloadOptions, ErrorKind, Existing, Package, Sink, UploadAllOptions,
};
use serde_json::json;
use support::*;

const FILES: u8 = 20;

fn one_at_a_time() -> ClientOptions {
    ClientOptions {
        parts_in_flight: 1,
        ..options()
    }
}

fn content(number: u8) -> Vec<u8> {
    noise(u64::from(number), 300 + usize::from(number))
}

/// A Workspace, a tree of small files here, and a place for the resume file.
struct Scene {
    emulator: Emulator,
    package: Package,
    tree: TempDir,
    state: TempDir,
}

impl Scene {
    fn new() -> Self {
        let emulator = Emulator::start();
        let client = emulator.client_with(one_at_a_time());
        let package = Package::create_workspace(&client, &mut (), "Tree").unwrap();
        let tree = TempDir::new();
        for number in 10..10 + FILES {
            tree.file(&number.to_string(), &content(number));
        }
        Self {
            emulator,
            package,
            tree,
            state: TempDir::new(),
        }
    }

    fn resume_file(&self) -> PathBuf {
        self.state.join("resume")
    }

    fn up(&self, existing: Existing) -> UploadAllOptions {
        UploadAllOptions {
            existing,
            resume_file: Some(self.resume_file()),
            ..UploadAllOptions::default()
        }
    }

    fn down(&self, existing: Existing) -> DownloadOptions {
        DownloadOptions {
            existing,
            resume_file: Some(self.resume_file()),
            ..DownloadOptions::default()
        }
    }

    /// The files of the Workspace: name, content, and how many older versions there are.
    fn stored(&self) -> Vec<(String, Vec<u8>, usize)> {
        let stored = self.emulator.package(self.package.id());
        let files = stored["files"].as_array().unwrap().iter().map(|file| {
            let content = download(&self.package, file["id"].as_str().unwrap()).unwrap();
            let old = file["old_versions"].as_array().map_or(0, Vec::len);
            (file["name"].as_str().unwrap().to_owned(), content, old)
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }

    fn expected(&self, changed: &[u8]) -> Vec<(String, Vec<u8>, usize)> {
        let content = |number: u8| match number {
            10 => (changed.to_vec(), 1),
            number => (content(number), 0),
        };
        let files = (10..10 + FILES).map(|number| {
            let (content, old) = content(number);
            (number.to_string(), content, old)
        });
        files.collect()
    }
}

#[test]
fn a_tree_that_was_sent_in_part_is_not_sent_again() {
    for existing in [Existing::Overwrite, Existing::Refuse, Existing::Skip] {
        let scene = Scene::new();
        let slow =
            json!({"endpoint": "part_put", "skip": 12, "times": 0, "action": {"hang_ms": 300}});
        scene.emulator.fault(slow);
        let mut watch = Watch::stopping(|progress| progress.parts_done >= 12);
        let stopped = (scene.package).upload_all(&mut watch, &scene.tree.0, &scene.up(existing));
        refused(stopped, ErrorKind::Stopped);
        scene.emulator.clear_faults();
        let changed = noise(99, content(10).len());
        if existing != Existing::Refuse {
            // This one was sent, and is another one now.
            scene.tree.file("10", &changed);
        }
        scene.emulator.forget_requests();
        let report = (scene.package)
            .upload_all(&mut (), &scene.tree.0, &scene.up(existing))
            .unwrap();
        assert_eq!(report.items.len(), usize::from(FILES));
        let sent = scene.emulator.count("part_put");
        match existing {
            Existing::Overwrite => {
                assert!(sent <= 9, "{sent}");
                assert_eq!(scene.stored(), scene.expected(&changed));
            }
            // The same size is the same file, unless it is known to have changed.
            Existing::Skip => assert!(sent <= 8, "{sent}"),
            Existing::Refuse => assert!(sent <= 8, "{sent}"),
        }
        assert_eq!(scene.state.names(), [""; 0]);
        if existing == Existing::Overwrite {
            scene.emulator.forget_requests();
            (scene.package)
                .upload_all(&mut (), &scene.tree.0, &scene.up(existing))
                .unwrap();
            assert_eq!(scene.emulator.count("part_put"), usize::from(FILES));
        }
    }
}

#[test]
fn a_tree_that_was_received_in_part_is_not_fetched_again() {
    for existing in [Existing::Refuse, Existing::Overwrite, Existing::Skip] {
        let scene = Scene::new();
        let up = UploadAllOptions::default();
        (scene.package)
            .upload_all(&mut (), &scene.tree.0, &up)
            .unwrap();
        let to = TempDir::new();
        let slow =
            json!({"endpoint": "part_get", "skip": 12, "times": 0, "action": {"hang_ms": 300}});
        scene.emulator.fault(slow);
        let mut watch = Watch::stopping(|progress| progress.parts_done >= 12);
        let stopped = (scene.package).download_all(&mut watch, &to.0, &scene.down(existing));
        refused(stopped, ErrorKind::Stopped);
        scene.emulator.clear_faults();
        let received = to
            .names()
            .iter()
            .filter(|name| !name.starts_with('.'))
            .count();
        assert!(received >= 12);
        // Somebody else's file is still refused, and one that has changed since is not ours any more.
        if existing == Existing::Refuse {
            let first = to
                .names()
                .into_iter()
                .find(|name| !name.starts_with('.'))
                .unwrap();
            to.file(&first, b"of another program");
            let refusal = (scene.package).download_all(&mut (), &to.0, &scene.down(existing));
            refused(refusal, ErrorKind::FileExists);
            assert_eq!(fs::read(to.join(&first)).unwrap(), b"of another program");
            fs::remove_file(to.join(&first)).unwrap();
        }
        scene.emulator.forget_requests();
        (scene.package)
            .download_all(&mut (), &to.0, &scene.down(existing))
            .unwrap();
        let fetched = scene.emulator.count("part_get");
        let again = usize::from(existing == Existing::Refuse);
        assert!(
            fetched <= usize::from(FILES) - received + again,
            "{fetched}"
        );
        for number in 10..10 + FILES {
            assert_eq!(
                fs::read(to.join(&number.to_string())).unwrap(),
                content(number)
            );
        }
        assert_eq!(to.names().len(), usize::from(FILES));
        assert_eq!(scene.state.names(), [""; 0]);
    }
}

/// A kill may come when a file has its name, before that is noted.
#[test]
fn a_file_that_has_its_name_is_not_fetched_again() {
    for (tree, changed) in [(false, false), (true, false), (false, true), (true, true)] {
        let scene = Scene::new();
        let sent = upload(&scene.package, "large.bin", &noise(1, 3 * PART)).unwrap();
        let (to, down) = (TempDir::new(), scene.down(Existing::Refuse));
        let get = |watch: &mut Watch| -> sendsafely::Result<()> {
            if tree {
                (scene.package).download_all(watch, &to.0, &down)?;
            } else {
                let sink = Sink::Path(to.0.clone());
                (scene.package).download(watch, &sent.file_id, sink, &down)?;
            }
            Ok(())
        };
        // All of it is there, but somebody else has taken its name.
        let target = to.join("large.bin");
        let taken = target.clone();
        let mut watch = Watch::stopping(move |progress| {
            if progress.parts_done == 1 {
                fs::write(&taken, b"of somebody else").unwrap();
            }
            false
        });
        let slow =
            json!({"endpoint": "part_get", "skip": 1, "times": 0, "action": {"hang_ms": 300}});
        scene.emulator.fault(slow);
        refused(get(&mut watch), ErrorKind::FileExists);
        scene.emulator.clear_faults();
        let names = to.names();
        let left = names.iter().find(|name| name.ends_with(".resume")).unwrap();
        // As if it had got it.
        fs::rename(to.join(left), &target).unwrap();
        if changed {
            fs::write(&target, noise(2, 3 * PART)).unwrap();
        }
        scene.emulator.forget_requests();
        let got = get(&mut Watch::new());
        assert_eq!(scene.emulator.count("part_get"), 0);
        if changed {
            refused(got, ErrorKind::FileExists);
            assert!(fs::read(&target).unwrap() == noise(2, 3 * PART));
        } else {
            got.unwrap();
            assert!(fs::read(&target).unwrap() == noise(1, 3 * PART));
            assert_eq!(scene.state.names(), [""; 0]);
        }
    }
}
