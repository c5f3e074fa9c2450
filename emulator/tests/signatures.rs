//! Authentication: signatures, timestamps, keys.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{CHECKSUM, Emulator, signature};

const KEY: &str = "TESTKEY0123456789abcdefg";
const SECRET: &str = "TESTSECRET-zyxwvutsrqponmlk";

fn with_known_key() -> Emulator {
    Emulator::start(&[
        "--api-key",
        KEY,
        "--api-secret",
        SECRET,
        "--email",
        "owner@acme.test",
    ])
}

/// Appendix A.1 of the protocol: signatures of other programs.
#[test]
fn known_signatures_are_accepted() {
    let emulator = with_known_key();
    let owner = emulator.owner();
    let vectors = [
        (
            "GET",
            "/api/v2.0/user/",
            "",
            "a5d894cda0d4ab9f818dca89a5db3486c2e832a9f5bce04428020c95f5c3ad71",
            "SUCCESS",
        ),
        (
            "PUT",
            "/api/v2.0/package/",
            "{\"vdr\":false}",
            "efcd990b88bc50ab6e58f27f0ba0a5eb9f60e90789fa71061b04815a84c5ed6d",
            "SUCCESS",
        ),
        (
            "PUT",
            "/api/v2.0/package/",
            "{\"vdr\": \"false\"}",
            "288cc6a5bd6331079d673cc754fa778512c3cf6e7c5f3a2d37caeb7595ea8ee4",
            "SUCCESS",
        ),
        (
            "PUT",
            "/api/v2.0/package/AAAA-BBBB/recipient/",
            "{\"email\":\"jürgen@example.com\"}",
            "cb7d4df55042a2ba6a23322df8785bea920441f46ef1bcfa42e04cf6ab61eee0",
            "UNKNOWN_PACKAGE",
        ),
        (
            "GET",
            "/api/v2.0/package/received/?rowIndex=0&pageSize=100",
            "",
            "941dedcdfebc3ccaada66a5a6d4354f7693a0faf04ccf403ee82fbd326b907cd",
            "SUCCESS",
        ),
    ];
    for (method, path, body, signature, code) in vectors {
        for signature in [signature.to_owned(), signature.to_uppercase()] {
            let reply = owner
                .send_signed(method, path, &signature, &[], body)
                .unwrap();
            assert_eq!(reply.code(), code, "{path}");
        }
    }
    let request_data = "{\"filePart\":\"1\",\"uploadType\":\"JAVA_API\"}";
    let multipart = format!(
        "--B\r\ncontent-disposition: form-data; name=\"requestData\"\r\n\r\n{request_data}\r\n\
         --B\r\ncontent-disposition: form-data; name=\"textFile\"; filename=\"a\"\r\n\r\nbytes\r\n--B--\r\n"
    );
    let path = "/api/v2.0/package/AAAA-BBBB/file/11111111-2222-3333-4444-555555555555/";
    let signature = "cba2456d2b2f9eda366d36aa1ba59ab78bf82ae46065f7070eb8b7cba7df44d4";
    let content_type = [("Content-Type", "multipart/form-data; boundary=B")];
    let reply = owner
        .send_signed("POST", path, signature, &content_type, multipart.as_str())
        .unwrap();
    assert_eq!(reply.code(), "UNKNOWN_PACKAGE");
    assert_eq!(emulator.requests().last().unwrap()["body"], request_data);
}

#[test]
fn wrong_signatures_are_refused_with_status_200() {
    let emulator = with_known_key();
    let owner = emulator.owner();
    let good = "a5d894cda0d4ab9f818dca89a5db3486c2e832a9f5bce04428020c95f5c3ad71";
    for (path, signature, body) in [
        ("/api/v2.0/user", good, ""),
        ("/api/v2.0/user/", good, "x"),
        ("/api/v2.0/user/", &good[1..], ""),
        ("/api/v2.0/user/", "", ""),
    ] {
        assert_eq!(
            owner
                .send_signed("GET", path, signature, &[], body)
                .unwrap()
                .code(),
            "AUTHENTICATION_FAILED"
        );
    }
    let reply = support::send(
        &emulator.text("url"),
        "GET",
        "/api/v2.0/user/",
        &[("ss-api-key", "nobody")],
        (),
    )
    .unwrap();
    assert_eq!(reply.code(), "AUTHENTICATION_FAILED");
    assert_eq!(
        owner.refused("GET", "/no/such/path/", ()),
        "UNKNOWN_ENDPOINT"
    );
}

#[test]
fn timestamps_count_only_with_the_skew_switch() {
    let emulator = with_known_key();
    let owner = emulator.owner();
    let reply = owner.call("GET", "/user/", ());
    assert!(reply.header("date").is_some());
    emulator.settings(json!({"clock_skew_ms": 900_000}));
    assert_eq!(owner.refused("GET", "/user/", ()), "AUTHENTICATION_FAILED");
    // The server's clock is set to the tests' timestamp, 2024-01-02 03:04:05 UTC.
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let offset = 1_704_164_645_000 - i64::try_from(now.as_millis()).unwrap();
    emulator.settings(json!({"clock_offset_ms": offset}));
    let reply = owner.call("GET", "/user/", ());
    assert_eq!(reply.code(), "SUCCESS");
    assert!(
        reply
            .header("date")
            .unwrap()
            .starts_with("Tue, 02 Jan 2024 03:04")
    );
    // Only a timestamp that is behind is refused.
    for (server_ahead_ms, code) in [
        (-730 * 86_400_000, "SUCCESS"),
        (600_000, "SUCCESS"),
        (1_200_000, "AUTHENTICATION_FAILED"),
    ] {
        emulator.settings(json!({"clock_offset_ms": offset + server_ahead_ms}));
        assert_eq!(owner.call("GET", "/user/", ()).code(), code);
    }
}

#[test]
fn any_offset_is_a_timestamp() {
    let emulator = with_known_key();
    for (timestamp, code) in [
        ("2024-01-02T05:04:05+0200", "SUCCESS"),
        ("2024-01-02T03:04:05Z", "SUCCESS"),
        ("yesterday", "AUTHENTICATION_FAILED"),
    ] {
        let signature = signature(KEY, SECRET, "/api/v2.0/user/", timestamp, b"");
        let headers = [
            ("ss-api-key", KEY),
            ("ss-request-timestamp", timestamp),
            ("ss-request-signature", signature.as_str()),
        ];
        assert_eq!(
            support::send(
                &emulator.text("url"),
                "GET",
                "/api/v2.0/user/",
                &headers,
                ()
            )
            .unwrap()
            .code(),
            code
        );
    }
}

#[test]
fn slash_and_lenient_json() {
    let emulator = with_known_key();
    let owner = emulator.owner();
    let package = owner.create();
    assert_eq!(
        owner.ok("GET", &format!("/package/{}", package.id), ())["packageId"],
        package.id
    );
    assert_eq!(owner.ok("GET", "/user", "\"\"")["email"], "owner@acme.test");
    owner.ok(
        "PUT",
        &format!("/package/{}/recipient", package.id),
        "{'email': 'a@x.test'}",
    );
    assert_eq!(
        owner.refused(
            "PUT",
            &format!("/package/{}/recipient", package.id),
            "{'email"
        ),
        "FAIL"
    );
}

#[test]
fn foreign_packages_are_unknown() {
    let emulator = with_known_key();
    let (owner, second, third) = (emulator.owner(), emulator.user(1), emulator.user(2));
    let package = owner.create();
    let path = format!("/package/{}/", package.id);
    owner.recipient(&package, &second.email);
    owner.upload(&package, &[b"part"]);
    // A recipient can read it after finalize, but not change it.
    assert_eq!(second.refused("GET", &path, ()), "UNKNOWN_PACKAGE");
    owner.finalize(&package);
    second.ok("GET", &path, ());
    second.ok("GET", &format!("/package/{}/", package.code), ());
    assert_eq!(second.refused("DELETE", &path, ()), "DENIED");
    assert_eq!(
        second.refused(
            "PUT",
            &format!("/package/{}/recipient/", package.id),
            json!({"email": "b@x.test"})
        ),
        "DENIED"
    );
    assert_eq!(third.refused("GET", &path, ()), "UNKNOWN_PACKAGE");
    assert_eq!(
        third.refused("GET", &format!("/package/{}/", package.code), ()),
        "UNKNOWN_PACKAGE"
    );
    assert_eq!(
        third.refused(
            "GET",
            &format!("/package/{}/message/{CHECKSUM}/", package.id),
            ()
        ),
        "UNKNOWN_PACKAGE"
    );
    emulator.settings(json!({"foreign_package_denied": true}));
    assert_eq!(third.refused("GET", &path, ()), "DENIED");
}
