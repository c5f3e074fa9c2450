//! Ids become parts of signed paths: a text without the form of an id, from the caller or the service, is never sent.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use sendsafely::{
    DirectoryOptions, DownloadOptions, ErrorKind, Package, PhoneNumber, Result, Sink, Source,
    UploadOptions,
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
            workspace.recipient(none, id).map(drop),
            workspace.set_recipient_role(none, id, "VIEWER"),
            workspace.remove_recipient(none, id),
            workspace.public_keys(none, Some(id)).map(drop),
            workspace.upload_keycodes(none, Some(id)),
            client
                .keycodes(none, "key", &key, &[id.to_owned()])
                .map(drop),
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

/// People give a link where an id or an address belongs. The keycode in it is in no error, and is never sent.
#[test]
fn no_error_repeats_the_keycode_of_a_link() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let workspace = Package::create_workspace(&client, &mut (), "W").unwrap();
    let package = package(&client);
    let key = PRIVATE_KEY.into();
    let keycode = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let code = "M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw";
    let link =
        format!("https://x.test/receive/?thread=AAAA-BBBB&packageCode={code}#keyCode={keycode}");
    let link = link.as_str();
    let none = &mut ();
    let phone = PhoneNumber {
        number: "+1 415 555 0100".to_owned(),
        country: None,
    };
    let mut memory = Vec::new();
    let mut calls: Vec<Result<()>> = vec![
        Package::open(&client, none, link, keycode.into()).map(drop),
        Package::open_with_private_key(&client, none, link, "key", &key).map(drop),
        Package::open_with_private_key(&client, none, "package", link, &key).map(drop),
        client.contact_group(none, link).map(drop),
        client.remove_contact_group_member(none, "group", link),
        client.public_key(none, link).map(drop),
        client.revoke_public_key(none, link),
        client.sync_keycodes(none, link, &key).map(drop),
        client
            .keycodes(none, "key", &key, &[link.to_owned()])
            .map(drop),
        workspace.set_recipient_role(none, link, "VIEWER"),
        workspace
            .directory(none, Some(link), &DirectoryOptions::default())
            .map(drop),
        workspace.create_directory(none, Some(link), "b").map(drop),
        workspace.rename_directory(none, link, "b"),
        workspace.move_directory(none, "directory", Some(link)),
        workspace.delete_directory(none, link),
        workspace.move_file(none, link, None),
        workspace.copy_file(none, link, &workspace, None).map(drop),
        package
            .download(
                none,
                link,
                Sink::Memory(&mut memory),
                &DownloadOptions::default(),
            )
            .map(drop),
    ];
    for package in [&package, &workspace] {
        calls.extend([
            package.file_information(none, link, None).map(drop),
            package.delete_file(none, link, None),
            package.rename_file(none, link, "b"),
            package.add_contact_group(none, link).map(drop),
            package.remove_contact_group(none, link),
            package.recipient(none, link).map(drop),
            package.set_recipient_phone(none, link, &phone),
            package.remove_recipient(none, link),
            package.public_keys(none, Some(link)).map(drop),
            package.upload_keycodes(none, Some(link)),
        ]);
    }
    for (number, result) in calls.into_iter().enumerate() {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "call {number}");
        let message = error.message();
        assert!(message.ends_with("is a link"), "call {number}: {message}");
    }
    let number = link.to_owned();
    let phone = PhoneNumber { number, ..phone };
    for result in [
        package.add_recipient(none, link, None).map(drop),
        package.set_recipient_phone(none, "recipient", &phone),
        package
            .upload(none, Source::Path(link.into()), &UploadOptions::default())
            .map(drop),
        // The keycode alone has the form of an id.
        package.delete_file(none, keycode, None),
        package.remove_recipient(none, keycode),
    ] {
        let error = result.unwrap_err();
        assert!(!error.message().contains(keycode), "{error}");
    }
    for request in emulator.requests() {
        assert!(!request.to_string().contains(keycode), "{request}");
    }
}

/// The id of a recipient is sent only if the package has that recipient.
#[test]
fn ids_of_recipients_are_those_of_the_package() {
    let emulator = Emulator::start();
    let workspace = Package::create_workspace(&emulator.client(), &mut (), "W").unwrap();
    let none = &mut ();
    emulator.forget_requests();
    for id in ["nobody", "a..b", "7"] {
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
