//! Behaviour that was recorded from the service: forms, texts and members.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{CHECKSUM, Emulator, Reply, send};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn secrets_have_43_characters() {
    let emulator = Emulator::start(&[]);
    let package = emulator
        .owner()
        .ok("PUT", "/package/", json!({"vdr": false}));
    for name in ["serverSecret", "packageCode"] {
        let secret = text(&package[name]);
        assert_eq!(secret.len(), 43, "{name}");
        assert!(
            secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}

#[test]
fn refusals_have_their_texts_and_members() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let stranger = send(
        &emulator.text("url"),
        "GET",
        "/api/v2.0/user/",
        &[("ss-api-key", "nobody")],
        (),
    );
    let stranger = stranger.unwrap();
    assert_eq!(stranger.code(), "AUTHENTICATION_FAILED");
    assert_eq!(stranger.json()["message"], "Invalid API Key");
    let unknown = owner.call("GET", "/package/ABCD-EFGH/", ());
    assert_eq!(
        unknown.json(),
        json!({
            "response": "UNKNOWN_PACKAGE", "message": "Package ID does not exist", "needsApproval": false, "passwordRequired": false,
            "isVDR": false, "isArchived": false, "allowReplyAll": false, "packageContainsMessage": false, "life": 0,
            "totalDirectories": 0, "totalFiles": 0,
        })
    );
    // The members are those of package information.
    let other = owner.call("POST", "/package/ABCD-EFGH/", json!({"life": 1}));
    assert_eq!(
        other.json(),
        json!({"response": "UNKNOWN_PACKAGE", "message": "Package ID does not exist"})
    );
}

/// S3's signature version 2, in JSON as Gson writes it.
#[test]
fn storage_urls_have_the_form_of_s3() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 3);
    let reply = owner.call(
        "POST",
        &format!("/package/{}/file/{file}/upload-urls/", package.id),
        json!({"part": 1}),
    );
    let raw = reply.text();
    assert!(raw.contains("?AWSAccessKeyId\\u003d") && raw.contains("\\u0026Expires\\u003d"));
    assert!(!raw.contains(['=', '&', '<', '>', '\'']), "{raw}");
    let urls: Vec<String> = reply.json()["uploadUrls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(&entry["url"]))
        .collect();
    let expires: Vec<u64> = (1..)
        .zip(&urls)
        .map(|(part, url)| {
            let (place, query) = url.split_once('?').unwrap();
            let path = place.strip_prefix(&emulator.text("storage_url")).unwrap();
            let segments: Vec<&str> = path.split('/').collect();
            assert_eq!(
                (segments[..2].to_vec(), segments[2].len(), segments[3]),
                (
                    vec!["", "commercial"],
                    36,
                    format!("{file}-{part}").as_str()
                )
            );
            let pairs: Vec<(&str, &str)> = query
                .split('&')
                .map(|pair| pair.split_once('=').unwrap())
                .collect();
            let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["AWSAccessKeyId", "Expires", "Signature"]);
            assert!(pairs[0].1.starts_with("AKIA") && pairs[2].1.ends_with("%3D"));
            pairs[1].1.parse().unwrap()
        })
        .collect();
    assert_eq!(expires.len(), 3);
    // Whole seconds, the same in all URLs of a response.
    assert!(expires.iter().all(|one| *one == expires[0]));
    assert!((1_700_000_000..10_000_000_000).contains(&expires[0]));
    // The signature covers part, time and access key.
    for (from, to) in [("-1?", "-2?"), ("Expires=", "Expires=9"), ("AKIA", "AKIB")] {
        let url = urls[0].replace(from, to);
        assert_eq!(send(&url, "PUT", "", &[], "x").unwrap().status, 403);
    }
    assert_eq!(send(&urls[0], "PUT", "", &[], "x").unwrap().status, 200);
}

/// Storage has no users, and yet each recipient has a receipt.
#[test]
fn a_receipt_names_its_recipient() {
    let emulator = Emulator::start(&[]);
    let (owner, second) = (emulator.owner(), emulator.user(1));
    let package = owner.create();
    owner.recipient(&package, &second.email);
    owner.recipient(&package, "third@acme.test");
    let file = owner.upload(&package, &[b"one"]);
    owner.finalize(&package);
    let url = second.download_url(&package, &file);
    assert_eq!(send(&url, "GET", "", &[], ()).unwrap().body, b"one");
    let recipients = &owner.ok("GET", &format!("/package/{}/", package.id), ())["recipients"];
    let receipts = |index: usize| recipients[index]["confirmations"].as_array().unwrap().len();
    assert_eq!((receipts(0), receipts(1)), (1, 0));
}

#[test]
fn a_dropzone_stores_keycodes_by_code_only() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let key = json!({"publicKey": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "description": "d"});
    let key = text(&owner.ok("PUT", "/public-key/", key)["id"]);
    let dropzone = emulator.text("dropzone_id");
    let call = |method: &str, path: &str, body: &str| -> Reply {
        let headers = [("ss-api-key", dropzone.as_str())];
        let path = format!("/drop-zone/v2.0{path}");
        send(&emulator.text("url"), method, &path, &headers, body).unwrap()
    };
    // Other clients create and complete without a body, and send the size as a string.
    let package = call("PUT", "/package/", "").json();
    let (id, code) = (text(&package["packageId"]), text(&package["packageCode"]));
    let file = r#"{"filename":"a","filesize":"3","parts":1}"#;
    let file = call("PUT", &format!("/package/{id}/file/"), file).json();
    assert_eq!(file["fileSize"], "3");
    let file = format!("/package/{id}/file/{}", text(&file["fileId"]));
    let urls = call("POST", &format!("{file}/upload-urls/"), r#"{"part":1}"#).json();
    let url = text(&urls["uploadUrls"][0]["url"]);
    assert_eq!(send(&url, "PUT", "", &[], "abc").unwrap().status, 200);
    let complete = call("POST", &format!("{file}/upload-complete/"), "").json();
    assert_eq!(complete["message"], "true");
    // Public keys can be read by id, too, but keycodes cannot be stored by it.
    let keys = call("GET", &format!("/package/{id}/public-keys/"), "").json();
    assert_eq!(keys["publicKeys"][0]["id"], key);
    let keycode = r#"{"keycode":"K"}"#;
    let refused = call("PUT", &format!("/package/{id}/link/{key}/"), keycode);
    assert_eq!(refused.code(), "DENIED");
    assert_eq!(
        refused.json()["message"],
        "Failed to find package to associate the key with"
    );
    let taken = call("PUT", &format!("/package/{code}/link/{key}/"), keycode);
    assert_eq!(taken.code(), "SUCCESS");
}

/// The .NET client reads the package that it has just created for another user.
#[test]
fn an_administrator_works_with_a_package_for_another_user() {
    let emulator = Emulator::start(&[]);
    let (owner, second, third) = (emulator.owner(), emulator.user(1), emulator.user(2));
    let package = owner.create_with(json!({"vdr": false, "packageUserEmail": second.email}));
    let path = format!("/package/{}/", package.id);
    for user in [&owner, &second] {
        assert_eq!(user.ok("GET", &path, ())["packageSender"], second.email);
    }
    assert_eq!(third.refused("GET", &path, ()), "UNKNOWN_PACKAGE");
    owner.recipient(&package, &third.email);
    let file = owner.upload(&package, &[b"part"]);
    owner.finalize(&package);
    let url = owner.download_url(&package, &file);
    assert_eq!(send(&url, "GET", "", &[], ()).unwrap().status, 200);
    let information = second.ok("GET", &path, ());
    assert_eq!(
        (&information["state"], &information["totalFiles"]),
        (&json!("PACKAGE_STATE_ACTIVE_INCOMPLETE"), &json!(1)),
        "the creator is no recipient"
    );
    let sent = |user: &support::User| {
        let list = user.ok("GET", "/package/", ());
        list["packages"].as_array().unwrap().len()
    };
    assert_eq!((sent(&owner), sent(&second)), (0, 1));

    // On trusted devices, too.
    let public = json!({"publicKey": "-----BEGIN PGP PUBLIC KEY BLOCK-----", "description": "d"});
    let register =
        |user: &support::User| text(&user.ok("PUT", "/public-key/", public.clone())["id"]);
    let (old, new, others) = (register(&owner), register(&owner), register(&second));
    let keys = owner.ok("GET", &format!("{path}public-keys/"), ());
    let ids = keys["publicKeys"].as_array().unwrap().iter();
    let ids: std::collections::BTreeSet<String> = ids.map(|key| text(&key["id"])).collect();
    assert_eq!(ids, [old.clone(), new, others].into());
    let keycode = json!({"keycode": "for the old one"});
    owner.ok("PUT", &format!("{path}link/{old}/"), keycode);
    let wanted = json!({"packageIds": [package.id]});
    let many = owner.ok("POST", &format!("/public-key/{old}/links/"), wanted);
    assert_eq!(many["keycodes"][0]["keycode"], "for the old one");
    let missing = owner.ok("GET", &format!("/sync/{old}/"), ());
    assert_eq!(missing["keycodes"][0]["packageId"], package.id);
    owner.ok("DELETE", &path, ());
}

#[test]
fn audit_log_has_the_documented_shape() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    owner.recipient(&package, "a@x.test");
    owner.upload(&package, &[b"part"]);
    owner.ok(
        "POST",
        &format!("/package/{}/finalize/", package.id),
        json!({"checksum": CHECKSUM}),
    );
    owner.ok("DELETE", &format!("/package/{}/", package.id), ());
    let ask = |filter: Value| owner.ok("POST", "/enterprise/audit-logs/", filter);
    let first = ask(json!({"eventType": "", "pageSize": 2, "rowIndex": 0}));
    assert_eq!(
        first["pagination"],
        json!({"rowIndex": "0", "rowsReturned": "2", "nextRowIndex": "2"})
    );
    let record = &first["auditLogs"][0];
    let names: Vec<&String> = record.as_object().unwrap().keys().collect();
    let mut expected = [
        "eventId",
        "timestamp",
        "eventType",
        "action",
        "ipAddress",
        "authenticatedUser",
        "impersonatedUser",
        "LogDetails",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(record["eventType"], "PACKAGE_EVENT");
    assert_eq!(record["impersonatedUser"], Value::Null);
    assert_eq!(record["LogDetails"]["packageId"], package.id);
    assert_eq!(first["auditLogs"][1]["eventType"], "FINALIZE_PACKAGE");
    let timestamp = text(&record["timestamp"]);
    assert!(timestamp.len() == 20 && &timestamp[10..11] == "T" && timestamp.ends_with('Z'));
    let rows = |filter: Value| ask(filter)["auditLogs"].as_array().unwrap().len();
    assert_eq!(rows(json!({"rowIndex": 2})), 1);
    assert_eq!(rows(json!({"eventType": "PACKAGE_EVENT"})), 2);
    assert_eq!(rows(json!({"authenticatedUser": "second@acme.test"})), 0);
    assert_eq!(rows(json!({"packageOwner": owner.email})), 3);
    assert_eq!(rows(json!({"minTimestamp": "2024-01-02"})), 3);
    assert_eq!(rows(json!({"maxTimestamp": "2024-01-02 03:04:05"})), 0);
    assert_eq!(
        owner.refused(
            "POST",
            "/enterprise/audit-logs/",
            json!({"minTimestamp": "yesterday"})
        ),
        "INVALID_INPUT"
    );
}
