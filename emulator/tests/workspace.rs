//! Workspaces, contact groups, keys, log-in, Dropzone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{CHECKSUM, Emulator, Package, User, send, signature};

fn workspace(owner: &User) -> (Package, String) {
    let package = owner.create_with(json!({"vdr": "true"}));
    let root = owner.ok("GET", &format!("/package/{}/", package.id), ())["rootDirectoryId"]
        .as_str()
        .unwrap()
        .to_owned();
    (package, root)
}

fn directory(user: &User, package: &Package, parent: &str, name: &str) -> String {
    let path = format!("/package/{}/directory/{parent}/subdirectory/", package.id);
    let made = user.ok("PUT", &path, json!({"directoryName": name}));
    assert_eq!(made["message"], made["directoryId"]);
    made["directoryId"].as_str().unwrap().to_owned()
}

fn names(list: &Value, name: &str) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry[name].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn directories() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let (package, root) = workspace(&owner);
    let path = |rest: &str| format!("/package/{}/{rest}", package.id);
    let docs = directory(&owner, &package, &root, "Docs");
    let old = directory(&owner, &package, &docs, "Old");
    owner.ok(
        "PUT",
        &path("directory/"),
        json!({"directoryName": "Attic"}),
    );
    owner.ok(
        "POST",
        &path(&format!("directory/{old}/")),
        json!({"directoryName": "Older"}),
    );
    let sorted = owner.ok(
        "GET",
        &path(&format!("directory/{root}?sortField=name&sortOrder=asc")),
        (),
    );
    assert_eq!(names(&sorted["subDirectories"], "name"), ["Attic", "Docs"]);
    let paged = owner.ok(
        "GET",
        &path(&format!("directory/{root}/?directoryIndex=1")),
        (),
    );
    assert_eq!(paged["subDirectories"].as_array().unwrap().len(), 1);
    assert_eq!(
        owner.refused("POST", &path(&format!("move/{docs}/{old}/")), ()),
        "FAIL"
    );
    owner.ok("POST", &path(&format!("move/{old}/{root}/")), ());
    let information = owner.ok("GET", &path(""), ());
    assert_eq!(names(&information["directories"], "name").len(), 3);
    owner.ok("DELETE", &path(&format!("directory/{docs}/")), ());
    assert_eq!(
        owner.refused("GET", &path(&format!("directory/{docs}/")), ()),
        "FAIL"
    );
    let log = owner.ok("POST", &path("activityLog/"), json!({"rowIndex": 0}));
    assert_eq!(log["dataCount"], 7);
    assert_eq!(
        log["activityLogEntries"][0]["user"]["userEmail"],
        owner.email
    );
    // Only Workspaces have directories, and a Workspace cannot be finalized.
    let plain = owner.create();
    assert_eq!(
        owner.refused(
            "PUT",
            &format!("/package/{}/directory/", plain.id),
            json!({"directoryName": "x"})
        ),
        "DENIED"
    );
    assert_eq!(
        owner.refused("POST", &path("finalize/"), json!({"checksum": CHECKSUM})),
        "DENIED"
    );
}

#[test]
fn a_file_of_the_same_name_is_a_version() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let (package, root) = workspace(&owner);
    let first = owner.upload(&package, &[b"old"]);
    let second = owner.upload(&package, &[b"new"]);
    let info = owner.ok(
        "GET",
        &format!("/package/{}/directory/{root}/file/{second}", package.id),
        (),
    );
    assert_eq!(
        (&info["file"]["fileVersion"], &info["file"]["fileParts"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(info["file"]["oldVersions"][0]["fileId"], first);
    let content = |file: &str| {
        send(&owner.download_url(&package, file), "GET", "", &[], ())
            .unwrap()
            .text()
    };
    assert_eq!(
        (content(&first).as_str(), content(&second).as_str()),
        ("old", "new")
    );
    owner.ok(
        "PATCH",
        &format!("/package/{}/file/{second}", package.id),
        json!({"fileName": "renamed"}),
    );
    // Copied into another Workspace, with the passphrase of its ciphertext.
    let (target, _) = workspace(&owner);
    let body = json!({"targetPackageId": target.id, "targetDirectoryId": "", "fileKey": "a2V5"});
    let copy = owner.ok(
        "POST",
        &format!("/package/{}/file/{second}/copy", package.id),
        body,
    )["message"]
        .as_str()
        .unwrap()
        .to_owned();
    let info = owner.ok("GET", &format!("/package/{}/file/{copy}/", target.id), ());
    assert_eq!(
        (&info["file"]["fileName"], &info["file"]["fileKey"]),
        (&json!("renamed"), &json!("a2V5"))
    );
    assert_eq!(
        send(&owner.download_url(&target, &copy), "GET", "", &[], ())
            .unwrap()
            .text(),
        "new"
    );
    // A moved file is found in its new directory only.
    let docs = directory(&owner, &package, &root, "Docs");
    owner.ok(
        "POST",
        &format!("/package/{}/directory/{docs}/file/{second}", package.id),
        (),
    );
    owner.ok(
        "GET",
        &format!("/package/{}/directory/{docs}/file/{second}/", package.id),
        (),
    );
    assert_eq!(
        owner.refused(
            "GET",
            &format!("/package/{}/directory/{root}/file/{second}/", package.id),
            ()
        ),
        "FAIL"
    );
    owner.ok(
        "DELETE",
        &format!("/package/{}/directory/{docs}/file/{second}/", package.id),
        (),
    );
    assert_eq!(
        owner.refused("GET", &format!("/package/{}/file/{first}/", package.id), ()),
        "FAIL"
    );
}

#[test]
fn roles() {
    let emulator = Emulator::start(&[]);
    let (owner, second) = (emulator.owner(), emulator.user(1));
    let (package, root) = workspace(&owner);
    let recipient = owner.recipient(&package, &second.email);
    let file = json!({"filename": "a", "filesize": 1, "parts": 1});
    let member = json!({"email": "b@x.test"});
    let tries = |role: &str| {
        owner.ok(
            "POST",
            &format!("/package/{}/recipient/{recipient}/", package.id),
            json!({"roleName": role}),
        );
        [
            second
                .call(
                    "GET",
                    &format!("/package/{}/directory/{root}/", package.id),
                    (),
                )
                .code(),
            second
                .call(
                    "PUT",
                    &format!("/package/{}/file/", package.id),
                    file.clone(),
                )
                .code(),
            second
                .call(
                    "POST",
                    &format!("/package/{}/", package.id),
                    json!({"label": "x"}),
                )
                .code(),
            second
                .call("DELETE", &format!("/package/{}/", package.id), ())
                .code(),
        ]
    };
    assert_eq!(tries("VIEWER"), ["SUCCESS", "DENIED", "DENIED", "DENIED"]);
    assert_eq!(
        tries("CONTRIBUTOR"),
        ["SUCCESS", "SUCCESS", "DENIED", "DENIED"]
    );
    assert_eq!(
        tries("MANAGER"),
        ["SUCCESS", "SUCCESS", "SUCCESS", "DENIED"]
    );
    second.ok(
        "PUT",
        &format!("/package/{}/recipient/", package.id),
        member,
    );
    assert_eq!(
        owner.refused(
            "POST",
            &format!("/package/{}/recipient/{recipient}/", package.id),
            json!({"roleName": "KING"})
        ),
        "INVALID_INPUT"
    );
    assert_eq!(
        second.ok("GET", "/package/workspaces/", ())["packages"][0]["packageIsVdr"],
        true
    );
    assert_eq!(tries("OWNER")[3], "SUCCESS");
}

#[test]
fn contact_groups() {
    let emulator = Emulator::start(&[]);
    let (owner, second, third) = (emulator.owner(), emulator.user(1), emulator.user(2));
    let group = owner.ok(
        "PUT",
        "/group/",
        json!({"groupName": "Sales", "isEnterpriseGroup": null}),
    )["contactGroupId"]
        .as_str()
        .unwrap()
        .to_owned();
    let member = owner.ok(
        "PUT",
        &format!("/group/{group}/user/"),
        json!({"userEmail": second.email}),
    );
    assert_eq!(
        owner.ok("GET", "/user/groups/", ())["contactGroups"][0]["users"][0]["userId"],
        member["userId"]
    );
    assert_eq!(
        third.refused("GET", &format!("/group/{group}/"), ()),
        "FAIL"
    );
    assert_eq!(
        third.refused(
            "PUT",
            "/group/",
            json!({"groupName": "All", "isEnterpriseGroup": "true"})
        ),
        "DENIED"
    );
    let package = owner.create();
    let added = owner.ok(
        "PUT",
        &format!("/package/{}/group/{group}/", package.id),
        (),
    );
    assert_eq!(added["contactGroupUserEmails"], json!([second.email]));
    owner.upload(&package, &[b"x"]);
    owner.finalize(&package);
    assert_eq!(
        second.ok("GET", &format!("/package/{}/", package.id), ())["contactGroups"][0]["contactGroupName"],
        "Sales"
    );
    owner.ok(
        "DELETE",
        &format!("/group/{group}/{}/", member["userId"].as_str().unwrap()),
        (),
    );
    assert_eq!(
        second.refused("GET", &format!("/package/{}/", package.id), ()),
        "UNKNOWN_PACKAGE"
    );
    owner.ok(
        "DELETE",
        &format!("/package/{}/group/{group}/", package.id),
        (),
    );
    owner.ok("DELETE", &format!("/group/{group}/"), ());
    assert_eq!(
        owner.ok("GET", "/user/groups/", ())["contactGroups"],
        json!([])
    );
}

#[test]
fn keycodes_for_devices() {
    let emulator = Emulator::start(&[]);
    emulator.settings(json!({"organization_keys": ["MASTER"]}));
    let (owner, second) = (emulator.owner(), emulator.user(1));
    let device = |user: &User| {
        let key =
            json!({"publicKey": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "description": "d"});
        user.ok("PUT", "/public-key/", key)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (first, other, foreign) = (device(&owner), device(&owner), device(&second));
    let (package, _) = workspace(&owner);
    let keys = owner.ok("GET", &format!("/package/{}/public-keys/", package.id), ());
    assert_eq!(keys["publicKeys"].as_array().unwrap().len(), 3);
    assert_eq!(
        keys["publicKeys"][2],
        json!({"id": "organization-key-0", "key": "MASTER"})
    );
    let link = |key: &str| format!("/package/{}/link/{key}/", package.id);
    owner.ok("PUT", &link(&first), json!({"keycode": "KC"}));
    owner.ok("PUT", &link("organization-key-0"), json!({"keycode": "KM"}));
    assert_eq!(
        owner.refused("PUT", &link(&foreign), json!({"keycode": "KC"})),
        "FAIL"
    );
    emulator.settings(json!({"refused_keys": [other]}));
    let refusal = owner.call("PUT", &link(&other), json!({"keycode": "KC"}));
    assert_eq!(refusal.code(), "DENIED");
    assert_eq!(
        refusal.json()["message"],
        "Failed to find package to associate the key with"
    );
    owner.ok("PUT", &link(&first), json!({"keycode": "KC"}));
    let recipient = owner.recipient(&package, &second.email);
    let of_recipient = owner.ok(
        "GET",
        &format!("/package/{}/{recipient}/public-keys/", package.id),
        (),
    );
    assert_eq!(names(&of_recipient["publicKeys"], "id"), [foreign.as_str()]);
    assert_eq!(owner.refused("GET", &link(&other), ()), "FAIL");
    assert_eq!(second.refused("GET", &link(&first), ()), "FAIL");
    let synced = owner.ok("GET", &format!("/sync/{first}/"), ());
    assert_eq!(
        synced["keycodes"],
        json!([{"packageId": package.id, "publicKeyId": other, "keycode": "KC"}])
    );
    let many = owner.ok(
        "POST",
        &format!("/public-key/{first}/links/"),
        json!({"packageIds": [package.id]}),
    );
    assert_eq!(
        many["keycodes"],
        json!([{"packageId": package.id, "keycode": "KC"}])
    );
    owner.ok("DELETE", &format!("/public-key/{first}"), ());
    assert_eq!(owner.refused("GET", &link(&first), ()), "FAIL");
}

#[test]
fn log_in_and_registration() {
    let emulator = Emulator::start(&[]);
    let url = emulator.text("url");
    let auth = |method: &str, path: &str, body: String| {
        send(
            &url,
            method,
            &format!("/auth-api{path}"),
            &[],
            body.as_str(),
        )
        .unwrap()
    };
    let password = emulator.ready["users"][1]["password"].as_str().unwrap();
    // As the Java client writes it.
    let reply = auth(
        "PUT",
        "/generate-key/",
        format!("{{email:'second@acme.test', password:'{password}', keyDescription:'k'}}"),
    );
    let (key, secret) = (
        reply.json()["apiKey"].as_str().unwrap().to_owned(),
        reply.json()["apiSecret"].as_str().unwrap().to_owned(),
    );
    let signature = signature(&key, &secret, "/api/v2.0/user/", support::TIMESTAMP, b"");
    let headers = [
        ("ss-api-key", key.as_str()),
        ("ss-request-timestamp", support::TIMESTAMP),
        ("ss-request-signature", signature.as_str()),
    ];
    assert_eq!(
        send(&url, "GET", "/api/v2.0/user/", &headers, ())
            .unwrap()
            .json()["email"],
        "second@acme.test"
    );
    assert_eq!(
        auth(
            "PUT",
            "/generate-key/",
            json!({"email": "second@acme.test", "password": "wrong"}).to_string()
        )
        .code(),
        "AUTHENTICATION_FAILED"
    );

    emulator.admin(
        "POST",
        "/users",
        json!({"email": "two@acme.test", "password": "pw", "two_factor": true}),
    );
    let reply = auth(
        "PUT",
        "/generate-key/",
        json!({"email": "two@acme.test", "password": "pw"}).to_string(),
    );
    assert_eq!(reply.code(), "TWO_FA_REQUIRED");
    let token = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(
        auth(
            "POST",
            &format!("/generate-key/{token}/"),
            json!({"smsCode": "000000"}).to_string()
        )
        .code(),
        "AUTHENTICATION_FAILED"
    );
    assert_eq!(
        auth(
            "POST",
            &format!("/generate-key/{token}/"),
            json!({"smsCode": "123456"}).to_string()
        )
        .code(),
        "SUCCESS"
    );

    assert_eq!(
        auth(
            "PUT",
            "/register/",
            json!({"email": "new@acme.test", "sendPin": false}).to_string()
        )
        .code(),
        "SUCCESS"
    );
    let waiting = emulator.admin("GET", "/registrations", ()).json();
    let token = waiting.as_object().unwrap().keys().next().unwrap().clone();
    let finish = |password: &str| {
        auth(
            "POST",
            &format!("/register/{token}/"),
            json!({"password": password, "firstName": "N", "lastName": "W"}).to_string(),
        )
    };
    assert_eq!(finish("short").code(), "PASSWORD_COMPLEXITY");
    assert_eq!(finish("long enough").json()["message"], "new@acme.test");
    assert_eq!(finish("long enough").code(), "INVALID_TOKEN");
}

#[test]
fn anonymous_dropzone() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let (url, id) = (emulator.text("url"), emulator.text("dropzone_id"));
    assert_eq!(
        owner.ok(
            "PUT",
            "/user/dropzone-recipients/",
            json!({"userEmail": "second@acme.test"})
        )["email"],
        "second@acme.test"
    );
    let call = |method: &str, path: &str, body: Value| {
        let reply = send(
            &url,
            method,
            &format!("/drop-zone/v2.0{path}"),
            &[("ss-api-key", &id)],
            body,
        )
        .unwrap();
        assert_eq!(reply.code(), "SUCCESS", "{path}: {}", reply.text());
        reply.json()
    };
    let package = call("PUT", "/package/", json!({"vdr": false}));
    // The vendor's script puts the code where an id is expected.
    let code = package["packageCode"].as_str().unwrap();
    let file = call(
        "PUT",
        &format!("/package/{code}/file/"),
        json!({"filename": "a", "filesize": 1, "parts": 1}),
    )["fileId"]
        .as_str()
        .unwrap()
        .to_owned();
    let urls = call(
        "POST",
        &format!("/package/{code}/file/{file}/upload-urls/"),
        json!({"part": 1}),
    );
    send(
        urls["uploadUrls"][0]["url"].as_str().unwrap(),
        "PUT",
        "",
        &[],
        "x",
    )
    .unwrap();
    call(
        "POST",
        &format!("/package/{code}/file/{file}/upload-complete/"),
        json!({"complete": true}),
    );
    call("GET", &format!("/package/{code}/public-keys/"), Value::Null);
    let body = json!({"checksum": CHECKSUM, "undisclosedRecipients": false, "unconfirmedSender": "me@home.test"});
    call("POST", &format!("/package/{code}/finalize/"), body);
    for user in [owner, emulator.user(1)] {
        let received = user.ok("GET", "/package/received/", ());
        assert_eq!(
            (
                &received["packages"][0]["packageUserName"],
                &received["packages"][0]["isDropzonePackage"]
            ),
            (&json!("me@home.test"), &json!(true))
        );
    }
    let form = format!(
        "action=submitHostedDropzone&packageCode={code}&publicApiKey={id}&name=Label&email=me%40home.test"
    );
    let form_type = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = send(&url, "POST", "/auth/json/", &form_type, form.as_str())
        .unwrap()
        .json();
    assert_eq!(reply["success"], "true");
    let connector = reply["integrationUrls"][0].as_str().unwrap();
    let form = format!(
        "digest={}&data={}&secureLink=x",
        reply["digest"].as_str().unwrap(),
        reply["data"].as_str().unwrap()
    );
    assert_eq!(
        send(connector, "POST", "", &form_type, form.as_str())
            .unwrap()
            .json()["result"],
        "success"
    );
    let refused = send(
        &url,
        "PUT",
        "/drop-zone/v2.0/package/",
        &[("ss-api-key", "other")],
        (),
    )
    .unwrap();
    assert_eq!(refused.code(), "AUTHENTICATION_FAILED");
}
