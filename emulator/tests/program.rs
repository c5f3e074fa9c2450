//! The program: ready file, end, data directory, request log, users.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::{Emulator, PROGRAM, TempDir, address, send, wait_for_json};

#[test]
fn ready_file_has_everything() {
    let emulator = Emulator::start(&[]);
    for name in ["url", "storage_url", "admin_url"] {
        assert!(
            emulator.text(name).starts_with("http://127.0.0.1:"),
            "{name}"
        );
    }
    let origins: std::collections::BTreeSet<String> = ["url", "storage_url", "admin_url"]
        .iter()
        .map(|name| address(&emulator.text(name)).0)
        .collect();
    assert_eq!(origins.len(), 3);
    assert_eq!(emulator.ready["ca_file"], Value::Null);
    assert!(emulator.ready["pid"].is_u64() && emulator.ready["dropzone_id"].is_string());
    let users = emulator.ready["users"].as_array().unwrap();
    assert_eq!(
        users
            .iter()
            .map(|user| user["admin"].as_bool().unwrap())
            .collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(users[0]["api_key"], emulator.ready["api_key"]);
    assert_eq!(emulator.admin("GET", "/health", ()).status, 200);
    for index in 0..3 {
        let user = emulator.user(index);
        assert_eq!(
            user.ok("GET", "/config/verify-credentials/", ())["message"],
            user.email
        );
    }
}

#[test]
fn ends_with_standard_input() {
    let emulator = Emulator::start(&[]);
    assert!(emulator.stop().success());
}

#[cfg(unix)]
#[test]
fn ends_cleanly_on_sigterm() {
    let emulator = Emulator::start(&["--tls"]);
    let ca_file = emulator.text("ca_file");
    assert!(
        std::fs::read_to_string(&ca_file)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    assert!(emulator.text("url").starts_with("https://127.0.0.1:"));
    assert!(
        emulator
            .text("storage_url")
            .starts_with("https://127.0.0.1:")
    );
    // The admin interface stays plain HTTP.
    assert_eq!(emulator.admin("GET", "/health", ()).status, 200);
    let pid = emulator.ready["pid"].to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(emulator.stop().success());
    assert!(!std::path::Path::new(&ca_file).exists());
}

/// Otherwise a connection could get the descriptor, and then the printed API secret.
#[cfg(target_os = "linux")]
#[test]
fn standard_streams_that_are_closed_go_nowhere() {
    let directory = TempDir::new();
    let ready_file = directory.0.join("ready.json");
    let mut child = Command::new("/bin/sh")
        .args([
            "-c",
            "exec \"$0\" --ready-file \"$1\" <&- >&- 2>&-",
            PROGRAM,
        ])
        .arg(&ready_file)
        .spawn()
        .unwrap();
    wait_for_json(&ready_file);
    let open: Vec<_> = (0..=2)
        .map(|number| std::fs::read_link(format!("/proc/{}/fd/{number}", child.id())))
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for link in open {
        assert_eq!(link.unwrap(), std::path::Path::new("/dev/null"));
    }
}

#[test]
fn command_line() {
    let run = |argument: &str| Command::new(PROGRAM).arg(argument).output().unwrap();
    assert!(
        String::from_utf8(run("--help").stdout)
            .unwrap()
            .contains("--ready-file")
    );
    assert!(
        String::from_utf8(run("--version").stdout)
            .unwrap()
            .starts_with("sendsafely-emulator ")
    );
    for wrong in ["--no-such-option", "--port", "--port=x"] {
        let output = run(wrong);
        assert!(!output.status.success());
        assert!(
            String::from_utf8(output.stderr).unwrap().contains("--"),
            "{wrong}"
        );
    }
}

#[test]
fn data_directory_survives_a_restart() {
    let directory = TempDir::new();
    let data_dir = directory.0.to_str().unwrap();
    let emulator = Emulator::start(&["--data-dir", data_dir]);
    let owner = emulator.owner();
    let package = owner.create();
    owner.recipient(&package, "a@x.test");
    let file = owner.upload(&package, &[b"first part", b""]);
    let credentials = emulator.ready["users"].clone();
    assert!(emulator.stop().success());

    let emulator = Emulator::start(&["--data-dir", data_dir]);
    assert_eq!(emulator.ready["users"], credentials);
    let owner = emulator.owner();
    owner.finalize(&package);
    let url = owner.download_url(&package, &file);
    assert_eq!(send(&url, "GET", "", &[], ()).unwrap().body, b"first part");
    // With another key for the same owner, the packages are still there.
    emulator.stop();
    let emulator = Emulator::start(&[
        "--data-dir",
        data_dir,
        "--api-key",
        "KEY",
        "--api-secret",
        "SECRET",
    ]);
    assert_eq!(emulator.text("api_key"), "KEY");
    let packages = emulator.owner().ok("GET", "/package/", ())["packages"].clone();
    assert_eq!(packages[0]["packageId"], package.id);
}

#[test]
fn requests_are_logged() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.upload(&package, &[b"one", b"two"]);
    let requests = emulator.requests();
    let labels: Vec<&str> = requests
        .iter()
        .map(|request| request["endpoint"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "create_package",
            "create_file",
            "upload_urls",
            "part_put",
            "upload_urls",
            "part_put",
            "upload_complete"
        ]
    );
    assert_eq!(
        requests
            .iter()
            .map(|request| request["n"].as_u64().unwrap())
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let put = &requests[5];
    assert_eq!(
        (
            &put["listener"],
            &put["part"],
            &put["body_size"],
            &put["status"]
        ),
        (&json!("storage"), &json!(2), &json!(3), &json!(200))
    );
    assert!(put["path"].as_str().unwrap().contains(&file));
    assert_eq!(requests[0]["body"], "{\"vdr\":false}");
    assert!(requests[0]["headers"]["ss-request-signature"].is_string());
    emulator.admin("DELETE", "/requests", ());
    assert!(emulator.requests().is_empty());
}

#[test]
fn admin_refuses_what_it_does_not_know() {
    let emulator = Emulator::start(&[]);
    assert_eq!(
        emulator
            .admin("POST", "/settings", json!({"url_lifetime": 1}))
            .status,
        400
    );
    assert_eq!(
        emulator
            .admin(
                "POST",
                "/faults",
                json!({"endpoint": "*", "action": {"explode": true}})
            )
            .status,
        400
    );
    assert_eq!(emulator.admin("GET", "/packages/XXXX-XXXX", ()).status, 404);
    assert_eq!(emulator.admin("GET", "/nothing", ()).status, 404);
}

#[test]
fn reset_keeps_the_credentials() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    emulator.settings(json!({"max_recipients": 1}));
    emulator.fault(json!({"endpoint": "*", "times": 0, "action": {"status": 503}}));
    assert_eq!(emulator.admin("POST", "/reset", ()).status, 200);
    assert_eq!(
        owner.refused("GET", &format!("/package/{}/", package.id), ()),
        "UNKNOWN_PACKAGE"
    );
    assert_eq!(
        emulator.admin("GET", "/settings", ()).json()["max_recipients"],
        99
    );
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn tests_can_lay_out_files_like_other_clients() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    owner.recipient(&package, "a@x.test");
    let made = emulator
        .admin(
            "PUT",
            &format!("/packages/{}/files", package.id),
            json!({"name": "a:b.txt", "size": 5, "parts": 2}),
        )
        .json();
    let file = made["file_id"].as_str().unwrap();
    for (part, bytes) in [(1, "hello"), (2, "")] {
        assert_eq!(
            emulator
                .admin("PUT", &format!("/files/{file}/parts/{part}"), bytes)
                .status,
            200
        );
    }
    assert_eq!(
        emulator
            .admin("GET", &format!("/files/{file}/parts/1"), ())
            .body,
        b"hello"
    );
    owner.finalize(&package);
    let state = emulator
        .admin("GET", &format!("/packages/{}", package.id), ())
        .json();
    assert_eq!(state["state"], "PACKAGE_STATE_ACTIVE_INCOMPLETE");
    assert_eq!(state["files"][0]["stored"], json!({"1": 5, "2": 0}));
    assert_eq!(state["files"][0]["complete"], true);
    let url = owner.download_url(&package, file);
    assert_eq!(send(&url, "GET", "", &[], ()).unwrap().body, b"hello");

    emulator.admin(
        "POST",
        &format!("/packages/{}", package.id),
        json!({"password": "pw", "message": "AAAA"}),
    );
    let information = owner.ok("GET", &format!("/package/{}/", package.id), ());
    assert_eq!(
        (
            &information["passwordRequired"],
            &information["packageContainsMessage"]
        ),
        (&json!(true), &json!(true))
    );
    emulator.admin(
        "POST",
        &format!("/packages/{}", package.id),
        json!({"expired": true}),
    );
    assert_eq!(
        owner.refused("GET", &format!("/package/{}/", package.id), ()),
        "UNKNOWN_PACKAGE"
    );
}

#[test]
fn users_can_be_added() {
    let emulator = Emulator::start(&[]);
    let user = emulator
        .admin(
            "POST",
            "/users",
            json!({"email": "new@acme.test", "admin": true}),
        )
        .json();
    assert_eq!(
        (&user["email"], &user["admin"]),
        (&json!("new@acme.test"), &json!(true))
    );
    let (key, secret) = (
        user["api_key"].as_str().unwrap(),
        user["api_secret"].as_str().unwrap(),
    );
    let signature = support::signature(key, secret, "/api/v2.0/user/", support::TIMESTAMP, b"");
    let headers = [
        ("ss-api-key", key),
        ("ss-request-timestamp", support::TIMESTAMP),
        ("ss-request-signature", signature.as_str()),
    ];
    let reply = send(
        &emulator.text("url"),
        "GET",
        "/api/v2.0/user/",
        &headers,
        (),
    )
    .unwrap();
    assert_eq!(reply.json()["adminUser"], true);
}
