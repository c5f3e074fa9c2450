//! Ids become parts of signed paths: a text without the form of an id, from the caller or the service, is never sent.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{
    DirectoryOptions, DownloadOptions, ErrorKind, Package, Result, Sink, Source, UploadOptions,
};
use serde_json::json;
use support::*;

const PUBLIC_KEY: &str = include_str!("vectors/node/trusted-device-public.asc");
const PRIVATE_KEY: &str = include_str!("vectors/node/trusted-device-private.asc");

#[test]
fn ids_of_the_caller_have_a_form() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let workspace = Package::create_workspace(&client, &mut (), "W").unwrap();
    let key = PRIVATE_KEY.into();
    let none = &mut ();
    emulator.forget_requests();
    for id in [
        "", ".", "..", "../user", "a/temp", "a?b", "a#b", "%2e%2e", "a b",
    ] {
        let download = DownloadOptions {
            directory_id: Some(id.to_owned()),
            ..DownloadOptions::default()
        };
        let upload = UploadOptions {
            directory_id: Some(id.to_owned()),
            ..UploadOptions::default()
        };
        let source = || Source::Memory {
            name: "a".to_owned(),
            data: b"a",
        };
        let mut memory = Vec::new();
        let calls: Vec<Result<()>> = vec![
            client.package_information(none, id).map(drop),
            Package::open(&client, none, id, "k".repeat(43).as_str().into()).map(drop),
            Package::open_with_private_key(&client, none, id, "key", &key).map(drop),
            Package::open_with_private_key(&client, none, "package", id, &key).map(drop),
            client.contact_group(none, id).map(drop),
            client.delete_contact_group(none, id),
            client
                .add_contact_group_member(none, id, "a@x.test")
                .map(drop),
            client.remove_contact_group_member(none, id, "user"),
            client.remove_contact_group_member(none, "group", id),
            workspace.add_contact_group(none, id).map(drop),
            workspace.remove_contact_group(none, id),
            client.public_key(none, id).map(drop),
            client.revoke_public_key(none, id),
            client
                .keycodes(none, id, &key, &["package".to_owned()])
                .map(drop),
            client.sync_keycodes(none, id, &key).map(drop),
            workspace.file_information(none, id, None).map(drop),
            workspace.file_information(none, "file", Some(id)).map(drop),
            workspace.delete_file(none, id, None),
            workspace.delete_file(none, "file", Some(id)),
            workspace.move_file(none, id, None),
            workspace.move_file(none, "file", Some(id)),
            workspace.rename_file(none, id, "b"),
            workspace.copy_file(none, id, &workspace, None).map(drop),
            workspace
                .copy_file(none, "file", &workspace, Some(id))
                .map(drop),
            workspace
                .download(
                    none,
                    id,
                    Sink::Memory(&mut memory),
                    &DownloadOptions::default(),
                )
                .map(drop),
            workspace
                .download(none, "file", Sink::Memory(&mut Vec::new()), &download)
                .map(drop),
            workspace.upload(none, source(), &upload).map(drop),
            workspace
                .directory(none, Some(id), &DirectoryOptions::default())
                .map(drop),
            workspace.create_directory(none, Some(id), "b").map(drop),
            workspace.rename_directory(none, id, "b"),
            workspace.move_directory(none, id, None),
            workspace.move_directory(none, "directory", Some(id)),
            workspace.delete_directory(none, id),
        ];
        for (number, result) in calls.into_iter().enumerate() {
            let kind = result.err().map(|error| error.kind());
            assert_eq!(
                kind,
                Some(ErrorKind::InvalidArgument),
                "{id:?}, call {number}"
            );
        }
    }
    assert_eq!(emulator.requests().len(), 0);
}

/// The id of a recipient is sent only if the package has that recipient.
#[test]
fn ids_of_recipients_are_those_of_the_package() {
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "W").unwrap();
    let none = &mut ();
    emulator.forget_requests();
    for id in ["", "..", "../user", "a?b"] {
        let calls: [Result<()>; 5] = [
            workspace.recipient(none, id).map(drop),
            workspace.set_recipient_role(none, id, "VIEWER"),
            workspace.remove_recipient(none, id),
            workspace.public_keys(none, Some(id)).map(drop),
            workspace.upload_keycodes(none, Some(id)),
        ];
        for result in calls {
            assert_kind(result, ErrorKind::RecipientNotOnPackage);
        }
    }
    let requests = emulator.requests();
    let asked = |request: &serde_json::Value| request["endpoint"] == "package_information";
    assert!(requests.iter().all(asked), "{requests:?}");
}

#[test]
fn a_crafted_link_asks_for_no_other_path() {
    let emulator = Emulator::start();
    let client = emulator.client();
    for code in ["..", ".", "../../user", "%2e%2e", "a%2Ftemp", "a%3Fb"] {
        let link = format!(
            "{}/receive/?thread=A&packageCode={code}#keyCode={}",
            emulator.text("url"),
            "k".repeat(43)
        );
        assert_kind(
            Package::open_link(&client, &mut (), &link).map(drop),
            ErrorKind::MalformedLink,
        );
        assert_eq!(sendsafely::link::find(&link).len(), 0, "{link}");
    }
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn ids_of_the_service_have_a_form_too() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let respond = |endpoint: &str, members: serde_json::Value| {
        emulator.fault(
            json!({"endpoint": endpoint, "when": "after", "action": {"replace_json": members}}),
        );
    };
    for member in ["packageId", "packageCode"] {
        respond("create_package", json!({ member: "../user" }));
        assert_kind(
            Package::create(&client, &mut ()).map(drop),
            ErrorKind::BadAnswer,
        );
    }
    let package = package(&client);
    let keys = json!({"publicKeys": [{"id": "..", "key": PUBLIC_KEY}]});
    respond("package_public_keys", keys);
    emulator.forget_requests();
    refused(package.upload_keycodes(&mut (), None), ErrorKind::BadAnswer);
    respond("create_file", json!({"fileId": "..", "message": ".."}));
    refused(upload(&package, "a.bin", b"a"), ErrorKind::BadAnswer);
    for request in emulator.requests() {
        let path = request["path"].as_str().unwrap();
        assert!(!path.contains("..") && !path.contains("//"), "{path}");
    }
}
