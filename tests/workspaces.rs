//! Workspaces: their directories and the files in them, compared with the server's state.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use sendsafely::{
    Client, ClientOptions, Directory, DirectoryOptions, DirectoryPage, DownloadOptions, ErrorKind,
    File, Package, PackageInformation, Result, Sink, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

fn workspace(client: &Client) -> Package {
    Package::create_workspace(client, &mut (), "Project").unwrap()
}

/// Lists a whole directory.
fn list(workspace: &Package, directory: Option<&str>) -> Directory {
    workspace
        .directory(&mut (), directory, &DirectoryOptions::default())
        .unwrap()
}

fn names(directory: &Directory) -> Vec<&str> {
    let below = directory.directories.iter();
    below.map(|below| below.name.as_str()).collect()
}

/// The directories on the server: name and parent.
fn held(emulator: &Emulator) -> Value {
    emulator.only_package()["directories"].clone()
}

/// The files on the server.
fn files(raw: &Value) -> Vec<Value> {
    raw["files"].as_array().unwrap().clone()
}

fn put(workspace: &Package, directory: Option<&str>, name: &str, data: &[u8]) -> Result<File> {
    let options = UploadOptions {
        directory_id: directory.map(str::to_owned),
        ..UploadOptions::default()
    };
    let name = name.to_owned();
    workspace.upload(&mut (), Source::Memory { name, data }, &options)
}

fn get(workspace: &Package, directory: Option<&str>, file_id: &str) -> Result<Vec<u8>> {
    let options = DownloadOptions {
        directory_id: directory.map(str::to_owned),
        ..DownloadOptions::default()
    };
    let mut data = Vec::new();
    workspace.download(&mut (), file_id, Sink::Memory(&mut data), &options)?;
    Ok(data)
}

#[test]
fn directories_are_made_listed_renamed_moved_and_deleted() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    let old = workspace
        .create_directory(&mut (), Some(&docs), "Old")
        .unwrap();
    let raw = emulator.only_package();
    assert_eq!(raw["directories"][&docs]["name"], "Docs");
    assert_eq!(
        raw["directories"][&docs]["parent"],
        raw["root_directory_id"]
    );
    assert_eq!(raw["directories"][&old]["parent"], json!(docs));

    // Package information has those in the root.
    let information = workspace.information(&mut ()).unwrap();
    assert_eq!(information.directories.len(), 1);
    let directory = &information.directories[0];
    assert_eq!(
        (directory.directory_id.as_str(), directory.name.as_str()),
        (docs.as_str(), "Docs")
    );
    assert!(directory.created.as_ref().unwrap().seconds.is_some());

    let root = list(&workspace, None);
    assert_eq!(json!(root.directory_id), raw["root_directory_id"]);
    assert_eq!(names(&root), ["Docs"]);
    let listed = list(&workspace, Some(&docs));
    assert_eq!(
        (listed.name.as_str(), listed.directory_id.as_str()),
        ("Docs", docs.as_str())
    );
    assert_eq!(names(&listed), ["Old"]);
    assert!(
        listed.directories[0]
            .created
            .as_ref()
            .unwrap()
            .seconds
            .is_some()
    );

    workspace.rename_directory(&mut (), &old, "Älter").unwrap();
    workspace.move_directory(&mut (), &old, None).unwrap();
    let raw = emulator.only_package();
    assert_eq!(raw["directories"][&old]["name"], "Älter");
    assert_eq!(raw["directories"][&old]["parent"], raw["root_directory_id"]);
    workspace
        .move_directory(&mut (), &old, Some(&docs))
        .unwrap();
    assert_eq!(held(&emulator)[&old]["parent"], json!(docs));
    workspace.delete_directory(&mut (), &docs).unwrap();
    assert_eq!(held(&emulator), json!({}), "with everything in it");
}

#[test]
fn directories_are_listed_with_all_their_pages() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    let path = format!("/packages/{}/files", workspace.id());
    for number in 0..230 {
        let file =
            json!({"name": format!("{number:03}"), "size": 1, "parts": 1, "directory_id": docs});
        emulator.admin_json("PUT", &path, &file);
    }
    for number in 0..100 {
        let name = format!("{number:03}");
        workspace
            .create_directory(&mut (), Some(&docs), &name)
            .unwrap();
    }
    emulator.forget_requests();
    let by_name = DirectoryOptions {
        sort_field: Some("name".into()),
        descending: true,
        page: None,
    };
    let all = workspace.directory(&mut (), Some(&docs), &by_name).unwrap();
    let mut expected: Vec<_> = (0..230).map(|number| format!("{number:03}")).collect();
    expected.reverse();
    assert_eq!(
        all.files
            .iter()
            .map(|file| file.file_name.clone())
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        names(&all),
        expected[130..]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
    );
    assert_eq!(
        emulator.count("get_directory"),
        3,
        "100 files and 100 directories a page"
    );

    let page = DirectoryOptions {
        page: Some(DirectoryPage {
            file_index: 200,
            directory_index: 99,
        }),
        sort_field: Some("name".into()),
        descending: false,
    };
    let page = workspace.directory(&mut (), Some(&docs), &page).unwrap();
    assert_eq!(
        (page.files.len(), page.files[0].file_name.as_str()),
        (30, "200")
    );
    assert_eq!(names(&page), ["099"]);
    // A service without paging returns the same page for ever.
    let same: Vec<_> = (0..100)
        .map(|number| json!({"fileId": number, "fileName": "x", "fileSize": "1", "parts": 1}))
        .collect();
    emulator.fault(json!({"endpoint": "get_directory", "times": 0, "action": {"envelope": {"response": "SUCCESS", "files": same, "subDirectories": []}}}));
    assert_eq!(list(&workspace, Some(&docs)).files.len(), 100);
}

#[test]
fn calls_for_workspaces_only_fail_before_anything_is_sent() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    let file = upload(&package, "a.txt", b"a").unwrap();
    emulator.forget_requests();
    let only = ErrorKind::OnlyInWorkspace;
    refused(
        package.directory(&mut (), None, &DirectoryOptions::default()),
        only,
    );
    refused(package.create_directory(&mut (), None, "x"), only);
    refused(package.rename_directory(&mut (), "D", "x"), only);
    refused(package.move_directory(&mut (), "D", None), only);
    refused(package.delete_directory(&mut (), "D"), only);
    refused(
        package.file_information(&mut (), &file.file_id, Some("D")),
        only,
    );
    refused(package.delete_file(&mut (), &file.file_id, Some("D")), only);
    refused(package.move_file(&mut (), &file.file_id, None), only);
    refused(
        package.copy_file(&mut (), &file.file_id, &package, None),
        only,
    );
    refused(
        package.rename_file(&mut (), "F", "x"),
        ErrorKind::FileNotOnPackage,
    );
    refused(
        package.rename_file(&mut (), &file.file_id, "a/b"),
        ErrorKind::MalformedFileName,
    );
    assert_eq!(emulator.requests().len(), 0);

    let workspace = workspace(&client);
    emulator.forget_requests();
    for name in ["", ".", "..", "a/b", "a\nb", "a:b", &"x".repeat(256)] {
        let bad = ErrorKind::MalformedFileName;
        refused(workspace.create_directory(&mut (), None, name), bad);
        refused(workspace.rename_directory(&mut (), "D", name), bad);
    }
    for id in ["", "a b", "a\nb"] {
        let bad = ErrorKind::InvalidArgument;
        refused(workspace.create_directory(&mut (), Some(id), "x"), bad);
        refused(workspace.delete_directory(&mut (), id), bad);
        refused(workspace.move_file(&mut (), id, None), bad);
    }
    assert_eq!(emulator.requests().len(), 0);
    workspace.delete(&mut ()).unwrap();
    let gone = ErrorKind::PackageDeleted;
    refused(
        workspace.directory(&mut (), None, &DirectoryOptions::default()),
        gone,
    );
    refused(workspace.create_directory(&mut (), None, "x"), gone);
    refused(workspace.move_file(&mut (), "F", None), gone);
    refused(
        package.copy_file(&mut (), &file.file_id, &workspace, None),
        gone,
    );
}

#[test]
fn refusals_of_the_service_have_their_kinds() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let workspace = workspace(&client);
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    let below = workspace
        .create_directory(&mut (), Some(&docs), "Below")
        .unwrap();
    let root = list(&workspace, None).directory_id;
    let file = put(&workspace, None, "a.txt", b"a").unwrap();
    // Refusals of the emulator itself.
    refused(
        workspace.directory(&mut (), Some("nowhere"), &DirectoryOptions::default()),
        ErrorKind::Refused,
    );
    refused(
        workspace.create_directory(&mut (), Some("nowhere"), "x"),
        ErrorKind::Refused,
    );
    refused(
        workspace.rename_directory(&mut (), &root, "x"),
        ErrorKind::Denied,
    );
    refused(
        workspace.delete_directory(&mut (), &root),
        ErrorKind::Denied,
    );
    refused(
        workspace.delete_directory(&mut (), "nowhere"),
        ErrorKind::Refused,
    );
    refused(
        workspace.move_directory(&mut (), &docs, Some(&below)),
        ErrorKind::Refused,
    );
    refused(
        workspace.move_file(&mut (), &file.file_id, Some("nowhere")),
        ErrorKind::Refused,
    );
    refused(
        workspace.rename_file(&mut (), "nothing", "x"),
        ErrorKind::Refused,
    );
    let unknown = ErrorKind::FileNotOnPackage;
    refused(
        workspace.file_information(&mut (), "nothing", None),
        unknown,
    );
    refused(
        workspace.file_information(&mut (), &file.file_id, Some(&docs)),
        unknown,
    );
    refused(workspace.delete_file(&mut (), "nothing", None), unknown);
    refused(
        workspace.delete_file(&mut (), &file.file_id, Some(&docs)),
        unknown,
    );
    refused(
        workspace.copy_file(&mut (), "nothing", &workspace, None),
        unknown,
    );
    assert_eq!(
        files(&emulator.only_package()).len(),
        1,
        "the file is where it was"
    );
    // Refusals that only the service may have.
    for (code, kind) in [
        ("DENIED", ErrorKind::Denied),
        ("UNKNOWN_PACKAGE", ErrorKind::UnknownPackage),
        ("INVALID_FILE_NAME", ErrorKind::InvalidFileName),
        ("LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
        ("SOMETHING_NEW", ErrorKind::Refused),
    ] {
        let refuse = |endpoint: &str| emulator.refuse_once(endpoint, code);
        refuse("get_directory");
        refused(
            workspace.directory(&mut (), None, &DirectoryOptions::default()),
            kind,
        );
        refuse("create_directory");
        refused(workspace.create_directory(&mut (), None, "x"), kind);
        refuse("rename_directory");
        refused(workspace.rename_directory(&mut (), &docs, "x"), kind);
        refuse("move_directory");
        refused(workspace.move_directory(&mut (), &docs, None), kind);
        refuse("delete_directory");
        refused(workspace.delete_directory(&mut (), &docs), kind);
        refuse("file_information");
        refused(
            workspace.file_information(&mut (), &file.file_id, None),
            kind,
        );
        refuse("delete_file");
        refused(workspace.delete_file(&mut (), &file.file_id, None), kind);
        refuse("move_file");
        refused(
            workspace.move_file(&mut (), &file.file_id, Some(&docs)),
            kind,
        );
        refuse("rename_file");
        refused(workspace.rename_file(&mut (), &file.file_id, "x"), kind);
        refuse("copy_file");
        refused(
            workspace.copy_file(&mut (), &file.file_id, &workspace, None),
            kind,
        );
    }
    let raw = emulator.only_package();
    assert_eq!(raw["directories"].as_object().unwrap().len(), 2);
    assert_eq!(files(&raw)[0]["name"], "a.txt");
}

#[test]
fn lost_responses_do_nothing_twice() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    emulator.lose_response("create_directory");
    let below = workspace
        .create_directory(&mut (), Some(&docs), "Below")
        .unwrap();
    assert_eq!(
        held(&emulator).as_object().unwrap().len(),
        2,
        "it was adopted"
    );
    assert_eq!(held(&emulator)[&below]["name"], "Below");
    // The request did not arrive: it is sent again.
    emulator.fault(json!({"endpoint": "create_directory", "action": {"close": true}}));
    workspace
        .create_directory(&mut (), Some(&below), "Deep")
        .unwrap();
    assert_eq!(held(&emulator).as_object().unwrap().len(), 3);

    emulator.lose_response("rename_directory");
    workspace
        .rename_directory(&mut (), &below, "Renamed")
        .unwrap();
    emulator.lose_response("move_directory");
    workspace.move_directory(&mut (), &below, None).unwrap();
    let raw = emulator.only_package();
    assert_eq!(raw["directories"][&below]["name"], "Renamed");
    assert_eq!(
        raw["directories"][&below]["parent"],
        raw["root_directory_id"]
    );
    emulator.lose_response("delete_directory");
    workspace.delete_directory(&mut (), &below).unwrap();
    assert_eq!(
        held(&emulator).as_object().unwrap().len(),
        1,
        "with what was in it"
    );

    let file = put(&workspace, Some(&docs), "a.txt", b"first").unwrap();
    emulator.lose_response("rename_file");
    workspace
        .rename_file(&mut (), &file.file_id, "b.txt")
        .unwrap();
    emulator.lose_response("move_file");
    workspace.move_file(&mut (), &file.file_id, None).unwrap();
    let raw = emulator.only_package();
    assert_eq!(files(&raw)[0]["name"], "b.txt");
    assert_eq!(files(&raw)[0]["directory_id"], raw["root_directory_id"]);
    emulator.lose_response("delete_file");
    workspace.delete_file(&mut (), &file.file_id, None).unwrap();
    assert_eq!(files(&emulator.only_package()).len(), 0);

    // Before a copy is made again, the library looks for the first one.
    let file = put(&workspace, None, "c.txt", b"copied").unwrap();
    emulator.lose_response("copy_file");
    let unknown = workspace.copy_file(&mut (), &file.file_id, &workspace, Some(&docs));
    refused(unknown, ErrorKind::OutcomeUnknown);
    assert_eq!(emulator.count("copy_file"), 1);
    assert_eq!(list(&workspace, Some(&docs)).files.len(), 1);
}

/// An old version of the same name and size must not be mistaken for the new file: its parts would be overwritten.
#[test]
fn a_lost_file_in_a_directory_is_created_once_more_and_old_versions_stay() {
    let emulator = Emulator::start();
    let first = workspace(&emulator.client());
    let docs = first.create_directory(&mut (), None, "Docs").unwrap();
    for directory in [None, Some(docs.as_str())] {
        let old = put(&first, directory, "a.txt", b"old").unwrap();
        // A new handle, which has not listed the directory.
        let keycode = first.keycode().unwrap().into();
        let again = Package::open(&emulator.client(), &mut (), first.id(), keycode).unwrap();
        // The request did not arrive: there is only the old file.
        emulator.fault(json!({"endpoint": "create_file", "action": {"close": true}}));
        let new = put(&again, directory, "a.txt", b"new").unwrap();
        assert_ne!(new.file_id, old.file_id);
        // The request arrived, and its response was lost.
        emulator.lose_response("create_file");
        let newest = put(&again, directory, "a.txt", b"now").unwrap();
        let information = again
            .file_information(&mut (), &newest.file_id, directory)
            .unwrap();
        assert_eq!(information.version, Some(3));
        let ids: Vec<_> = information
            .old_versions
            .iter()
            .map(|old| old.file_id.clone())
            .collect();
        assert_eq!(ids, [new.file_id.clone(), old.file_id.clone()]);
        for (file, data) in [(&old, b"old"), (&new, b"new"), (&newest, b"now")] {
            assert_eq!(get(&again, directory, &file.file_id).unwrap(), data);
        }
    }
    // The files of lost responses could be another program's, so they stay; they are incomplete, so no versions.
    let (complete, left): (Vec<_>, Vec<_>) = files(&emulator.only_package())
        .into_iter()
        .partition(|file| file["complete"] == true);
    assert_eq!((complete.len(), left.len()), (2, 2));
}

#[test]
fn files_are_described_renamed_moved_and_deleted() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    let first = put(&workspace, Some(&docs), "a.txt", b"first").unwrap();
    let second = put(&workspace, Some(&docs), "a.txt", &noise(2, 3 * PART)).unwrap();
    let information = workspace
        .file_information(&mut (), &second.file_id, Some(&docs))
        .unwrap();
    assert_eq!(
        (information.size, information.parts, information.version),
        (Some(3 * PART as u64), Some(3), Some(2))
    );
    assert_eq!(information.created_by.as_deref(), Some("admin@acme.test"));
    assert!(information.created_by_id.is_some() && information.uploaded.is_some());
    let old = &information.old_versions[0];
    assert_eq!(
        (&old.file_id, old.size, old.version),
        (&first.file_id, Some(5), Some(1))
    );
    assert_eq!(
        get(&workspace, Some(&docs), &old.file_id).unwrap(),
        b"first"
    );

    workspace
        .rename_file(&mut (), &second.file_id, "Größe.txt")
        .unwrap();
    workspace.move_file(&mut (), &second.file_id, None).unwrap();
    let raw = emulator.only_package();
    assert_eq!(files(&raw)[0]["name"], "Größe.txt");
    assert_eq!(files(&raw)[0]["directory_id"], raw["root_directory_id"]);
    assert!(get(&workspace, None, &second.file_id).unwrap() == noise(2, 3 * PART));
    emulator.forget_requests();
    workspace
        .delete_file(&mut (), &second.file_id, None)
        .unwrap();
    let root = raw["root_directory_id"].as_str().unwrap();
    let path = emulator.requests()[0]["path"].as_str().unwrap().to_owned();
    assert!(path.contains(&format!("/directory/{root}/file/")), "{path}");
    assert_eq!(files(&emulator.only_package()).len(), 0);

    // A package has the same, without directories.
    let package = package(&emulator.client());
    let file = upload(&package, "a.txt", b"a").unwrap();
    package
        .rename_file(&mut (), &file.file_id, "b.txt")
        .unwrap();
    let information = package
        .file_information(&mut (), &file.file_id, None)
        .unwrap();
    assert_eq!(
        (
            information.file_name.as_str(),
            information.size,
            information.old_versions.len()
        ),
        ("b.txt", Some(1), 0)
    );
    let finalized = finalize(&package);
    let received =
        Package::open_link(&emulator.client_of(1, options()), &mut (), &finalized).unwrap();
    assert_eq!(download(&received, &file.file_id).unwrap(), b"a");
}

#[test]
fn copies_open_with_the_keys_of_their_files() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let source = package(&client);
    let data = noise(7, 2 * PART + 1);
    let original = upload(&source, "a.bin", &data).unwrap();
    let (first, second) = (workspace(&client), workspace(&client));
    let docs = second.create_directory(&mut (), None, "Docs").unwrap();
    emulator.forget_requests();
    let copy = source
        .copy_file(&mut (), &original.file_id, &first, None)
        .unwrap()
        .unwrap();
    assert_eq!(emulator.count("part_put") + emulator.count("part_get"), 0);
    assert!(get(&first, None, &copy).unwrap() == data);
    // A copy of a copy: its passphrase is that of neither package.
    let again = first
        .copy_file(&mut (), &copy, &second, Some(&docs))
        .unwrap()
        .unwrap();
    assert!(get(&second, Some(&docs), &again).unwrap() == data);
    let raw = emulator.package(second.id());
    let keys: Vec<_> = files(&raw)
        .iter()
        .map(|file| file["file_key"].clone())
        .collect();
    assert!(keys[0].as_str().unwrap().len() > 100, "{keys:?}");
    let listed = list(&second, Some(&docs));
    assert_eq!(
        (listed.files[0].file_name.as_str(), listed.files[0].size),
        ("a.bin", Some(data.len() as u64))
    );

    // A new handle of the Workspace, which writes to it, is not misled by a file with another key.
    let open = |of: &Package| {
        let keycode = of.keycode().unwrap().into();
        Package::open(&client, &mut (), of.id(), keycode).unwrap()
    };
    put(&open(&first), None, "b.bin", b"more").unwrap();
    let wrong = Package::open(
        &client,
        &mut (),
        first.id(),
        second.keycode().unwrap().into(),
    )
    .unwrap();
    refused(put(&wrong, None, "c.bin", b"x"), ErrorKind::WrongKeycode);
    refused(
        source.copy_file(&mut (), &original.file_id, &wrong, None),
        ErrorKind::WrongKeycode,
    );
    // A file that is copied onto its own name is a new version.
    let newer = source
        .copy_file(&mut (), &original.file_id, &first, None)
        .unwrap()
        .unwrap();
    let information = first.file_information(&mut (), &newer, None).unwrap();
    assert_eq!(
        (information.version, information.old_versions.len()),
        (Some(2), 1)
    );
    assert!(get(&first, None, &information.old_versions[0].file_id).unwrap() == data);
}

#[test]
fn a_failed_upload_leaves_nothing_in_its_directory() {
    let emulator = Emulator::start();
    let workspace = workspace(&emulator.client());
    let docs = workspace.create_directory(&mut (), None, "Docs").unwrap();
    emulator
        .fault(json!({"endpoint": "upload_urls", "action": {"envelope": {"response": "DENIED"}}}));
    refused(
        put(&workspace, Some(&docs), "a.bin", b"a"),
        ErrorKind::Denied,
    );
    assert_eq!(files(&emulator.only_package()).len(), 0);
    let information: PackageInformation = workspace.information(&mut ()).unwrap();
    assert!(information.is_workspace && information.files.is_empty());
    assert_eq!(information.label.as_deref(), Some("Project"));
}

/// A source that is written to while its upload runs becomes no version, neither mixed nor whole. Parts that go through
/// the API server complete the file with the last one.
#[test]
fn a_source_that_changes_becomes_no_version() {
    let emulator = Emulator::start();
    for endpoint in ["part_put", "part_post"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 100}}));
    }
    for force_api_route in [true, false] {
        let options = ClientOptions {
            force_api_route,
            parts_in_flight: 1,
            ..options()
        };
        let workspace = workspace(&emulator.client_with(options));
        let old = put(&workspace, None, "a.bin", b"old").unwrap();
        let directory = TempDir::new();
        let path = directory.file("a.bin", &noise(1, 3 * PART));
        let mut change = Some(path.clone());
        let mut watch = Watch::stopping(move |progress| {
            if progress.parts_done >= 1
                && let Some(path) = change.take()
            {
                std::fs::write(path, noise(2, 3 * PART)).unwrap();
            }
            false
        });
        let source = Source::Path(path);
        let changed = workspace.upload(&mut watch, source, &UploadOptions::default());
        refused(changed, ErrorKind::FileChanged);
        let listed = list(&workspace, None);
        let [file] = &listed.files[..] else {
            panic!("{force_api_route}: {listed:?}");
        };
        assert_eq!(file.file_id, old.file_id, "{force_api_route}");
        assert!(get(&workspace, None, &old.file_id).unwrap() == b"old");
    }
}

/// The response to the last request of an upload is lost, and the service is still at work on it when it is asked for the
/// file: it completes the file a moment later. If the file were removed then, the earlier versions would go with it.
#[test]
fn a_file_that_may_become_complete_yet_is_not_removed() {
    let emulator = Emulator::start();
    for (force_api_route, endpoint) in [(false, "upload_complete"), (true, "part_post")] {
        let options = ClientOptions {
            force_api_route,
            retry_window: Duration::ZERO,
            ..options()
        };
        let workspace = workspace(&emulator.client_with(options));
        let old = put(&workspace, None, "a.txt", b"old").unwrap();
        emulator.fault(json!({"endpoint": endpoint, "when": "after", "action": {"close": true}}));
        let incomplete = json!({"envelope": {"response": "DENIED"}});
        emulator.fault(json!({"endpoint": "download_urls", "action": incomplete}));
        put(&workspace, None, "a.txt", b"new").unwrap_err();
        emulator.clear_faults();
        let listed = list(&workspace, None);
        let [new] = &listed.files[..] else {
            panic!("{endpoint}: {listed:?}");
        };
        assert_ne!(new.file_id, old.file_id, "{endpoint}");
        for (id, data) in [(&old.file_id, b"old"), (&new.file_id, b"new")] {
            assert_eq!(get(&workspace, None, id).unwrap(), data, "{endpoint}");
        }
    }
}
