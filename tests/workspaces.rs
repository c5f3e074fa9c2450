//! Workspaces: their directories and the files in them, against what the server holds then.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{
    Client, Directory, DirectoryOptions, DirectoryPage, DownloadOptions, ErrorKind, File, Package,
    Sink, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

fn workspace(client: &Client) -> Package {
    Package::create_workspace(client, &mut (), "Project").unwrap()
}

/// All of a directory.
fn list(workspace: &Package, directory: Option<&str>) -> Directory {
    workspace
        .directory(&mut (), directory, &DirectoryOptions::default())
        .unwrap()
}

fn names(directory: &Directory) -> Vec<&str> {
    directory
        .directories
        .iter()
        .map(|below| below.name.as_str())
        .collect()
}

/// The directories that the server holds, name and parent.
fn held(emulator: &Emulator) -> Value {
    emulator.only_package()["directories"].clone()
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
