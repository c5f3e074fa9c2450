//! Sending and receiving, and what the service refuses meanwhile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{CHECKSUM, Emulator, Package, User, send};

fn parts_of(response: &Value, list: &str) -> Vec<u64> {
    response[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["part"].as_u64().unwrap())
        .collect()
}

#[test]
fn urls_come_25_a_call() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 60);
    let path = format!("/package/{}/file/{file}", package.id);
    for (first, expected) in [(1, 1..=25), (26, 26..=50), (51, 51..=60), (60, 60..=60)] {
        let response = owner.ok(
            "POST",
            &format!("{path}/upload-urls/"),
            json!({"part": first, "forceProxy": false}),
        );
        assert_eq!(
            parts_of(&response, "uploadUrls"),
            expected.collect::<Vec<u64>>()
        );
    }
    assert_eq!(
        owner.refused("POST", &format!("{path}/upload-urls/"), json!({"part": 0})),
        "INVALID_INPUT"
    );

    let owner_package = owner.create();
    let parts: Vec<Vec<u8>> = (0..30).map(|number| vec![number]).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let file = owner.upload(&owner_package, &parts);
    let path = format!("/package/{}/file/{file}/download-urls/", owner_package.id);
    // The Node client asks for 26, others beyond the end, another program for 1,000.
    for (first, last, expected) in [
        (1, 26, 1..=25),
        (26, 50, 26..=30),
        (1, 1000, 1..=25),
        (3, 4, 3..=4),
    ] {
        let response = owner.ok(
            "POST",
            &path,
            json!({"checksum": CHECKSUM, "startSegment": first, "endSegment": last}),
        );
        assert_eq!(
            parts_of(&response, "downloadUrls"),
            expected.collect::<Vec<u64>>()
        );
    }
}

/// A sender may store something else than it declares (protocol 4.3).
#[test]
fn declared_sizes_can_be_wrong() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create_with(json!({"vdr": true}));
    let file = owner.upload(&package, &[b"one", b"two"]);
    let path = format!("/package/{}", package.id);
    let root = owner.ok("GET", &format!("{path}/"), ())["rootDirectoryId"].clone();
    let directory = format!("{path}/directory/{}/", root.as_str().unwrap());
    let information = format!("{path}/file/{file}/");
    let reported = || {
        let size_and_parts = |file: &Value, parts: &str| {
            let size = file["fileSize"].as_str().unwrap().parse::<u64>().unwrap();
            (size, file[parts].as_u64().unwrap())
        };
        let everywhere = [
            size_and_parts(
                &owner.ok("GET", &format!("{path}/"), ())["files"][0],
                "parts",
            ),
            size_and_parts(&owner.ok("GET", &directory, ())["files"][0], "parts"),
            size_and_parts(&owner.ok("GET", &information, ())["file"], "fileParts"),
        ];
        assert!(everywhere.iter().all(|one| *one == everywhere[0]));
        everywhere[0]
    };
    let urls = |last: u32| {
        let body = json!({"checksum": CHECKSUM, "startSegment": 1, "endSegment": last});
        let response = owner.ok("POST", &format!("{information}download-urls/"), body);
        parts_of(&response, "downloadUrls")
    };
    assert_eq!(reported(), (10, 2));
    for (size, parts, expected) in [(-4, -1, (6, 1)), (7, 1, (17, 3)), (-100, -100, (0, 1))] {
        emulator.settings(json!({"declared_size_offset": size, "declared_parts_offset": parts}));
        assert_eq!(reported(), expected);
        assert_eq!(
            urls(3),
            [1, 2],
            "parts that are stored, whatever is reported"
        );
    }
    // Only of complete files: a sender finds its unfinished file by what it declared.
    let other = owner.file(&package, 3);
    let incomplete = owner.ok("GET", &format!("{path}/file/{other}/"), ());
    assert_eq!(incomplete["file"]["fileSize"], "10");
    assert_eq!(incomplete["file"]["fileParts"], 3);
}

/// The Node client 1.1.3 declared one part too few.
#[test]
fn surplus_parts_can_be_stored() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = |file: &str| format!("/package/{}/file/{file}", package.id);
    let urls = |file: &str, part: u32| {
        let response = owner.ok(
            "POST",
            &format!("{}/upload-urls/", path(file)),
            json!({"part": part}),
        );
        parts_of(&response, "uploadUrls")
    };
    let file = owner.file(&package, 1);
    assert_eq!(urls(&file, 2), [0_u64; 0]);
    emulator.settings(json!({"surplus_parts": true}));
    assert_eq!(urls(&file, 1), [1], "Python stores a part for each URL");
    assert_eq!(urls(&file, 2), [2]);
    for (part, bytes) in [(1, b"one"), (2, b"two")] {
        let url = owner.upload_url(&package, &file, part);
        assert_eq!(
            send(&url, "PUT", "", &[], bytes.to_vec()).unwrap().status,
            200
        );
    }
    owner.ok("POST", &format!("{}/upload-complete/", path(&file)), ());
    let body = |last: u32| json!({"checksum": CHECKSUM, "startSegment": 1, "endSegment": last});
    for (last, expected) in [(1, &[1_u64][..]), (2, &[1, 2]), (3, &[1, 2])] {
        let response = owner.ok(
            "POST",
            &format!("{}/download-urls/", path(&file)),
            body(last),
        );
        assert_eq!(parts_of(&response, "downloadUrls"), expected);
    }
    let information = owner.ok("GET", &format!("{}/", path(&file)), ());
    assert_eq!(information["file"]["fileParts"], 1);
}

#[test]
fn send_and_receive() {
    let emulator = Emulator::start(&[]);
    let (owner, second) = (emulator.owner(), emulator.user(1));
    let package = owner.create();
    let path = format!("/package/{}", package.id);
    let information = owner.ok("GET", &format!("{path}/"), ());
    assert_eq!(information["state"], "PACKAGE_STATE_IN_PROGRESS");
    assert!(package.id.len() == 9 && package.code.len() == 43);

    let key = second.ok(
        "PUT",
        "/public-key/",
        json!({"publicKey": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "description": "laptop"}),
    );
    let key = key["id"].as_str().unwrap();
    let added = owner.ok(
        "PUT",
        &format!("{path}/recipient/"),
        json!({"email": second.email}),
    );
    assert_eq!(
        (&added["checkForPublicKeys"], &added["roleName"]),
        (&json!(true), &json!("VIEWER"))
    );
    owner.ok(
        "PUT",
        &format!("{path}/message/"),
        json!({"message": "AAAA"}),
    );
    let file = owner.upload(&package, &[b"first ", b"second", b""]);
    let keys = owner.ok("GET", &format!("{path}/public-keys/"), ());
    assert_eq!(keys["publicKeys"][0]["id"], key);
    owner.ok(
        "PUT",
        &format!("{path}/link/{key}/"),
        json!({"keycode": "-----BEGIN PGP MESSAGE-----"}),
    );
    let finalized = owner.finalize(&package);
    let link = format!(
        "{}/receive/?thread={}&packageCode={}",
        emulator.text("url"),
        package.id,
        package.code
    );
    assert_eq!(finalized["message"], link);
    assert!(finalized.get("errors").is_none());
    assert_eq!(finalized["recipients"], json!([second.email]));

    assert_eq!(
        second.ok("GET", &format!("{path}/link/{key}/"), ())["message"],
        "-----BEGIN PGP MESSAGE-----"
    );
    assert_eq!(
        second.ok("GET", &format!("{path}/message/{CHECKSUM}/"), ())["message"],
        "AAAA"
    );
    let seen = second.ok("GET", &format!("/package/{}/", package.code), ());
    assert_eq!(seen["files"][0]["parts"], 3);
    assert_eq!(seen["files"][0]["fileSize"], "10");
    let body = json!({"checksum": CHECKSUM, "startSegment": 1, "endSegment": 25});
    let urls = second.ok(
        "POST",
        &format!("/package/{}/file/{file}/download-urls/", package.code),
        body,
    );
    let mut content = Vec::new();
    for url in urls["downloadUrls"].as_array().unwrap() {
        let reply = send(url["url"].as_str().unwrap(), "GET", "", &[], ()).unwrap();
        assert_eq!(
            reply.header("content-type").as_deref(),
            Some("application/octet-stream")
        );
        content.extend(reply.body);
    }
    assert_eq!(content, b"first second");
    let information = owner.ok("GET", &format!("{path}/"), ());
    assert_eq!(information["state"], "PACKAGE_STATE_ACTIVE_COMPLETE");
    let confirmations = information["recipients"][0]["confirmations"]
        .as_array()
        .unwrap();
    assert_eq!(
        confirmations
            .iter()
            .map(|receipt| receipt["isMessage"].as_bool().unwrap())
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(
        second.ok("GET", "/package/received/", ())["packages"][0]["packageState"],
        3
    );

    owner.ok("DELETE", &format!("{path}/"), ());
    assert_eq!(
        second.refused("GET", &format!("{path}/"), ()),
        "UNKNOWN_PACKAGE"
    );
    let archived = owner.ok("GET", "/package/archived/", ());
    assert_eq!(
        archived["packages"][0]["packageStateStr"],
        "Deleted - Pickup Complete"
    );
    assert_eq!(
        send(
            urls["downloadUrls"][0]["url"].as_str().unwrap(),
            "GET",
            "",
            &[],
            ()
        )
        .unwrap()
        .status,
        404
    );
}

#[test]
fn finalize_has_conditions() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = format!("/package/{}/finalize/", package.id);
    let body = || json!({"checksum": CHECKSUM});
    let reply = owner.call("POST", &path, body());
    assert_eq!(reply.code(), "DENIED");
    assert_eq!(reply.json()["errors"].as_array().unwrap().len(), 2);
    owner.recipient(&package, "a@x.test");
    let file = owner.file(&package, 2);
    let reply = owner.call("POST", &path, body());
    assert_eq!(
        (reply.code().as_str(), &reply.json()["errors"]),
        ("DENIED", &json!(["the file file-2.bin is incomplete"]))
    );
    owner.ok(
        "DELETE",
        &format!("/package/{}/file/{file}/", package.id),
        (),
    );
    owner.ok(
        "PUT",
        &format!("/package/{}/message/", package.id),
        json!({"message": "AAAA"}),
    );
    assert_eq!(
        owner.refused("POST", &path, json!({"checksum": "short"})),
        "DENIED"
    );
    owner.ok("POST", &path, body());
    assert_eq!(owner.refused("POST", &path, body()), "DENIED");
    assert_eq!(
        owner.refused(
            "PUT",
            &format!("/package/{}/file/", package.id),
            json!({"filename": "a", "filesize": 1, "parts": 1})
        ),
        "DENIED"
    );
}

#[test]
fn recipients_are_checked() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = format!("/package/{}/recipient/", package.id);
    for (email, code) in [
        ("a@x.test", "SUCCESS"),
        ("A@x.test", "DUPLICATE_EMAIL"),
        ("nobody", "INVALID_EMAIL"),
        ("", "INVALID_EMAIL"),
    ] {
        assert_eq!(
            owner.call("PUT", &path, json!({"email": email})).code(),
            code,
            "{email}"
        );
    }
    let many: Vec<String> = (0..100).map(|number| format!("r{number}@x.test")).collect();
    let added = owner.ok(
        "PUT",
        &format!("/package/{}/recipients/", package.id),
        json!({"emails": many}),
    );
    let codes: Vec<&str> = added["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"].as_str().unwrap())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == "SUCCESS").count(), 98);
    assert_eq!(codes[98..], ["LIMIT_EXCEEDED", "LIMIT_EXCEEDED"]);
    assert_eq!(
        owner.refused("PUT", &path, json!({"email": "one-more@x.test"})),
        "LIMIT_EXCEEDED"
    );

    let id = added["recipients"][0]["recipientId"].as_str().unwrap();
    let one = format!("{path}{id}/");
    assert_eq!(
        owner.refused(
            "POST",
            &one,
            json!({"phoneNumber": "12", "countrycode": "US"})
        ),
        "INVALID_INPUT"
    );
    owner.ok(
        "POST",
        &one,
        json!({"phoneNumber": "(415) 555-0100", "countrycode": "US"}),
    );
    let recipient = owner.ok("GET", &one, ());
    assert_eq!(
        recipient["phonenumbers"][0],
        json!({"countryCode": 1, "phonenumber": "4155550100", "wasUsedMostRecently": true})
    );
    assert_eq!(
        (&recipient["smsAuth"], &recipient["email"]),
        (&json!(true), &json!("r0@x.test"))
    );
    let raw = emulator
        .admin("GET", &format!("/packages/{}", package.id), ())
        .json();
    assert_eq!(raw["recipients"][1]["phone"]["country"], "US");
    owner.ok("DELETE", &one, ());
    assert_eq!(owner.refused("GET", &one, ()), "INVALID_RECIPIENT");

    // The number is stored, for other packages too.
    let other = owner.create();
    let path = format!("/package/{}/recipient/", other.id);
    assert_eq!(
        owner.ok(
            "PUT",
            &path,
            json!({"email": "r0@x.test", "autoEnableSMS": true})
        )["smsAuth"],
        true
    );
    emulator.settings(json!({"guests_prohibited": true}));
    assert_eq!(
        owner.refused("PUT", &path, json!({"email": "guest@x.test"})),
        "GUESTS_PROHIBITED"
    );
    owner.ok("PUT", &path, json!({"email": emulator.user(1).email}));
}

#[test]
fn files_are_checked() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = format!("/package/{}/file/", package.id);
    owner.upload(&package, &[b"x"]);
    emulator.settings(json!({"blocked_extensions": ["exe"]}));
    for (name, size, parts, code) in [
        ("file-1.bin", 10_u64, 1, "DUPLICATE_FILE"),
        ("", 1, 1, "INVALID_FILE_NAME"),
        ("a/b", 1, 1, "INVALID_FILE_NAME"),
        ("a.EXE", 1, 1, "INVALID_FILE_EXTENSION"),
        ("big", 107_374_182_401, 1, "LIMIT_EXCEEDED"),
        ("none", 1, 0, "INVALID_INPUT"),
        ("größe %20.txt", 107_374_182_400, 1, "SUCCESS"),
    ] {
        assert_eq!(
            owner
                .call(
                    "PUT",
                    &path,
                    json!({"filename": name, "filesize": size, "parts": parts})
                )
                .code(),
            code,
            "{name}"
        );
    }
    let information = owner.ok("GET", &format!("/package/{}/", package.id), ());
    assert_eq!(information["files"][1]["fileName"], "größe %20.txt");
    emulator.settings(json!({"list_incomplete_files": false}));
    assert_eq!(
        owner.ok("GET", &format!("/package/{}/", package.id), ())["files"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(owner.refused("GET", &format!("{path}nothing/"), ()), "FAIL");
}

#[test]
fn upload_complete_can_be_late() {
    let emulator = Emulator::start(&[]);
    emulator.settings(json!({"upload_complete_delay": 2}));
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 1);
    let path = format!("/package/{}/file/{file}/upload-complete/", package.id);
    send(&owner.upload_url(&package, &file, 1), "PUT", "", &[], "x").unwrap();
    let responses: Vec<Value> = (0..3)
        .map(|_| owner.ok("POST", &path, json!({"complete": true}))["message"].clone())
        .collect();
    assert_eq!(responses, ["false", "false", "true"]);
    let missing = owner.file(&package, 2);
    let path = format!("/package/{}/file/{missing}/upload-complete/", package.id);
    for _ in 0..4 {
        assert_eq!(
            owner.ok("POST", &path, json!({"complete": true}))["message"],
            "false"
        );
    }
}

fn post_part(owner: &User, path: &str, part: u32, bytes: &str) -> String {
    let request_data = json!({"uploadType": "RUST_API", "filePart": part}).to_string();
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"requestData\"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{request_data}\r\n\
         --B\r\nContent-Disposition: form-data; name=\"textFile\"; filename=\"file.txt\"\r\nContent-Type: application/octet-stream\r\n\r\n{bytes}\r\n--B--\r\n"
    );
    let content_type = [("Content-Type", "multipart/form-data; boundary=B")];
    let signature = owner.sign(path, request_data.as_bytes());
    let reply = owner
        .send_signed("POST", path, &signature, &content_type, body.as_str())
        .unwrap();
    assert_eq!(reply.code(), "SUCCESS", "{}", reply.text());
    reply.json()["message"].as_str().unwrap().to_owned()
}

#[test]
fn parts_go_through_the_api_server_too() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    owner.recipient(&package, "a@x.test");
    let file = owner.file(&package, 3);
    let base = format!("/api/v2.0/package/{}", package.id);
    // No other route accepts an empty segment.
    for path in ["/package//", "/package//finalize/", "/package//file/F/"] {
        assert_eq!(owner.refused("POST", path, json!({})), "UNKNOWN_ENDPOINT");
    }
    for (part, middle) in [(1, "/file"), (2, "/some-directory/file"), (3, "//file")] {
        assert_eq!(
            post_part(
                &owner,
                &format!("{base}{middle}/{file}/"),
                part,
                &format!("part {part}\r\n")
            ),
            file
        );
    }
    // Complete without another call.
    owner.finalize(&package);
    let path = format!("/package/{}/file/{file}", package.id);
    let body = |part: u32| json!({"checksum": CHECKSUM, "part": part, "api": "RUST_API", "password": null});
    let reply = owner.call("POST", &format!("{path}/download/"), body(2));
    assert_eq!(
        (
            reply.text().as_str(),
            reply.header("content-type").as_deref()
        ),
        ("part 2\r\n", Some("application/octet-stream"))
    );
    let urls = owner.ok(
        "POST",
        &format!("{path}/download-urls/"),
        json!({"checksum": CHECKSUM, "startSegment": 1, "endSegment": 1, "forceProxy": true}),
    );
    assert_eq!(urls["downloadUrls"][0]["url"], format!("{path}/download/"));
    let labels: Vec<Value> = emulator
        .requests()
        .iter()
        .map(|request| json!([request["endpoint"], request["part"]]))
        .collect();
    assert!(
        labels.contains(&json!(["part_post", 3])) && labels.contains(&json!(["part_download", 2]))
    );
}

#[test]
fn downloads_need_checksum_and_password() {
    let emulator = Emulator::start(&[]);
    let (owner, third) = (emulator.owner(), emulator.user(2));
    let package = owner.create();
    let file = owner.upload(&package, &[b"x"]);
    owner.ok(
        "PUT",
        &format!("/package/{}/message/", package.id),
        json!({"message": "AAAA"}),
    );
    let body = json!({"checksum": CHECKSUM, "undisclosedRecipients": true, "password": "secret"});
    owner.ok("POST", &format!("/package/{}/finalize/", package.id), body);
    let download = |package: &str, checksum: &str, password: Option<&str>| {
        let body =
            json!({"checksum": checksum, "startSegment": 1, "endSegment": 1, "password": password});
        third
            .call(
                "POST",
                &format!("/package/{package}/file/{file}/download-urls/"),
                body,
            )
            .code()
    };
    let wrong = CHECKSUM.replace('7', "8");
    assert_eq!(download(&package.code, &wrong, Some("secret")), "DENIED");
    assert_eq!(download(&package.code, CHECKSUM, None), "PASSWORD_REQUIRED");
    assert_eq!(
        download(&package.code, CHECKSUM, Some("Secret")),
        "PASSWORD_REQUIRED"
    );
    assert_eq!(download(&package.code, CHECKSUM, Some("secret")), "SUCCESS");
    // For a user who is no recipient: by the code, and by the id unless a switch is off.
    assert_eq!(download(&package.id, CHECKSUM, Some("secret")), "SUCCESS");
    emulator.settings(json!({"undisclosed_by_id": false}));
    assert_eq!(download(&package.id, CHECKSUM, Some("secret")), "DENIED");
    let message = format!("/package/{}/message/{CHECKSUM}/", package.code);
    assert_eq!(third.ok("GET", &message, ())["message"], "AAAA");
    assert_eq!(
        third.refused(
            "GET",
            &format!("/package/{}/message/{wrong}/", package.code),
            ()
        ),
        "DENIED"
    );
    emulator.settings(json!({"message_without_password": false}));
    assert_eq!(third.refused("GET", &message, ()), "PASSWORD_REQUIRED");
}

fn with_message(owner: &User, recipient: &str) -> Package {
    let package = owner.create();
    owner.recipient(&package, recipient);
    owner.ok(
        "PUT",
        &format!("/package/{}/message/", package.id),
        json!({"message": "AAAA"}),
    );
    package
}

#[test]
fn approval() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = with_message(&owner, "a@approval.test");
    owner.recipient(&package, "b@x.test");
    // As in the response to adding.
    let information = owner.ok("GET", &format!("/package/{}/", package.id), ());
    assert_eq!(information["recipients"][0]["needsApproval"], true);
    assert_eq!(information["recipients"][1]["needsApproval"], false);
    let reply = owner.call(
        "POST",
        &format!("/package/{}/finalize/", package.id),
        json!({"checksum": CHECKSUM}),
    );
    assert_eq!(reply.code(), "PACKAGE_NEEDS_APPROVAL");
    assert_eq!(reply.json()["approvers"], json!(["approver@acme.test"]));
    assert!(
        reply.json()["message"]
            .as_str()
            .unwrap()
            .contains(&package.code)
    );
    let package = with_message(&owner, "a@approver-required.test");
    assert_eq!(
        owner.refused(
            "POST",
            &format!("/package/{}/finalize/", package.id),
            json!({"checksum": CHECKSUM})
        ),
        "APPROVER_REQUIRED"
    );
}

#[test]
fn lists_have_pages() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let ids: Vec<String> = (0..5).map(|_| owner.create().id).collect();
    let first = owner.ok("GET", "/package/?rowIndex=0&pageSize=2", ());
    assert_eq!(
        first["pagination"],
        json!({"rowIndex": "0", "rowsReturned": "2", "rowsCapped": "false", "nextRowIndex": "2"})
    );
    let last = owner.ok("GET", "/package?rowIndex=4&pageSize=2", ());
    assert_eq!(
        last["pagination"],
        json!({"rowIndex": "4", "rowsReturned": "1", "rowsCapped": "false"})
    );
    assert_eq!(last["packages"][0]["packageId"], ids[0]);
    assert!(last["packages"][0]["filenames"].is_array());
    let found = owner.ok(
        "POST",
        "/package/organization/search/?rowIndex=0&pageSize=3",
        json!({"sender": owner.email, "status": "ACTIVE", "filename": null}),
    );
    assert_eq!(found["packages"].as_array().unwrap().len(), 3);
    assert_eq!(
        emulator
            .user(1)
            .refused("POST", "/package/organization/", json!({})),
        "DENIED"
    );
    assert_eq!(
        owner.ok("POST", "/package/organization/", json!({"fromDate": ""}))["capped"],
        false
    );
}

#[test]
fn life_has_limits() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = format!("/package/{}/", package.id);
    for (life, code) in [
        (0, "SUCCESS"),
        (365, "SUCCESS"),
        (366, "INVALID_INPUT"),
        (-1, "INVALID_INPUT"),
    ] {
        assert_eq!(
            owner.call("POST", &path, json!({"life": life})).code(),
            code,
            "{life}"
        );
    }
    owner.ok("POST", &path, json!({"label": "Name"}));
    let information = owner.ok("GET", &path, ());
    assert_eq!(
        (&information["life"], &information["label"]),
        (&json!(365), &json!("Name"))
    );
    emulator.settings(json!({"allow_endless_life": false}));
    assert_eq!(
        owner.refused("POST", &path, json!({"life": 0})),
        "INVALID_INPUT"
    );
}
