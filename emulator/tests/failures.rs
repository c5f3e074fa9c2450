//! Strict storage, fault rules, outages.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Emulator, Package, User, address, send};

struct Upload<'a> {
    emulator: &'a Emulator,
    package: Package,
    put: String,
    get: String,
}

const PART: &[u8] = b"the bytes of a part";

fn upload(emulator: &Emulator) -> Upload<'_> {
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.upload(&package, &[PART]);
    let (put, get) = (
        owner.upload_url(&package, &file, 1),
        owner.download_url(&package, &file),
    );
    emulator.admin("DELETE", "/requests", ());
    Upload {
        emulator,
        package,
        put,
        get,
    }
}

impl Upload<'_> {
    fn put(&self) -> io::Result<support::Reply> {
        send(&self.put, "PUT", "", &[], PART.to_vec())
    }

    fn get(&self) -> io::Result<support::Reply> {
        send(&self.get, "GET", "", &[], ())
    }

    fn fault(&self, endpoint: &str, action: Value) {
        self.emulator.admin("DELETE", "/faults", ());
        self.emulator
            .fault(json!({"endpoint": endpoint, "action": action}));
    }
}

#[test]
fn storage_is_strict() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    for header in [
        ("ss-api-key", "k"),
        ("Authorization", "Basic eDp5"),
        ("Content-Type", "application/octet-stream"),
        ("Expect", "100-continue"),
        ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ("x-amz-acl", "private"),
    ] {
        let reply = send(&upload.put, "PUT", "", &[header], ()).unwrap();
        assert_eq!(
            (reply.status, reply.header("content-type").as_deref()),
            (400, Some("text/plain; charset=UTF-8")),
            "{header:?}"
        );
        assert!(reply.text().contains(&header.0.to_lowercase()));
    }
    let chunked = send(
        &upload.put,
        "PUT",
        "",
        &[("Transfer-Encoding", "chunked")],
        "1\r\nx\r\n0\r\n\r\n",
    )
    .unwrap();
    assert_eq!(chunked.status, 400);
    assert_eq!(upload.put().unwrap().status, 200);
    for header in [
        ("ss-request-api", "X"),
        ("Content-Type", "application/json"),
    ] {
        let reply = send(&upload.get, "GET", "", &[header], ()).unwrap();
        assert_eq!(reply.status, 400, "{header:?}");
    }
    // Each URL is valid for its method, its part and its time only.
    assert_eq!(send(&upload.get, "PUT", "", &[], "x").unwrap().status, 403);
    assert_eq!(send(&upload.put, "GET", "", &[], ()).unwrap().status, 403);
    assert_eq!(
        send(&upload.get.replace("-1?", "-2?"), "GET", "", &[], ())
            .unwrap()
            .status,
        403
    );
    assert_eq!(
        send(
            &format!("{}/commercial/x", emulator.text("storage_url")),
            "GET",
            "",
            &[],
            ()
        )
        .unwrap()
        .status,
        404
    );
    emulator.settings(json!({"storage_strict": false}));
    assert_eq!(
        send(&upload.put, "PUT", "", &[("Content-Type", "x/y")], "x")
            .unwrap()
            .status,
        200
    );
}

/// The official Node client sends one before each call, like a browser.
#[test]
fn preflights_get_a_response() {
    let emulator = Emulator::start(&[]);
    let headers = [
        ("Origin", "null"),
        ("Access-Control-Request-Method", "PUT"),
        (
            "Access-Control-Request-Headers",
            "ss-api-key, ss-request-timestamp",
        ),
    ];
    for url in [
        emulator.text("url") + "/api/v2.0/package/",
        emulator.text("storage_url") + "/commercial/x/y-1",
    ] {
        let reply = send(&url, "OPTIONS", "", &headers, ()).unwrap();
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.header("access-control-allow-origin").as_deref(),
            Some("null")
        );
        assert_eq!(
            reply.header("access-control-allow-headers").as_deref(),
            Some(headers[2].1)
        );
        assert!(
            reply
                .header("access-control-allow-methods")
                .unwrap()
                .contains("PUT")
        );
    }
    let reply = send(
        &emulator.text("url"),
        "GET",
        "/api/v2.0/user/",
        &headers[..1],
        (),
    )
    .unwrap();
    assert_eq!(
        reply.header("access-control-allow-origin").as_deref(),
        Some("null")
    );
}

#[test]
fn parts_can_be_counted_only() {
    let emulator = Emulator::start(&[]);
    emulator.settings(json!({"discard_parts": true}));
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.upload(&package, &[PART]);
    let raw = emulator
        .admin("GET", &format!("/packages/{}", package.id), ())
        .json();
    assert_eq!(raw["files"][0]["stored"], json!({"1": PART.len()}));
    assert_eq!(
        send(&owner.download_url(&package, &file), "GET", "", &[], ())
            .unwrap()
            .status,
        404
    );
}

#[test]
fn urls_expire() {
    let emulator = Emulator::start(&[]);
    emulator.settings(json!({"url_lifetime_ms": 0}));
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 1);
    let url = owner.upload_url(&package, &file, 1);
    assert_eq!(send(&url, "PUT", "", &[], "x").unwrap().status, 403);
    emulator.settings(json!({"url_lifetime_ms": 60_000}));
    assert_eq!(
        send(&owner.upload_url(&package, &file, 1), "PUT", "", &[], "x")
            .unwrap()
            .status,
        200
    );
}

#[test]
fn other_responses() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    upload.fault("part_put", json!({"status": 503, "headers": {"Retry-After": "2"}, "body": "slow down", "content_type": "text/xml"}));
    let reply = upload.put().unwrap();
    assert_eq!(
        (
            reply.status,
            reply.text().as_str(),
            reply.header("retry-after").as_deref()
        ),
        (503, "slow down", Some("2"))
    );
    assert_eq!(reply.header("content-type").as_deref(), Some("text/xml"));
    assert_eq!(upload.put().unwrap().status, 200, "once by default");
    let records = emulator.requests();
    assert_eq!(
        (
            &records[0]["fault"],
            &records[0]["status"],
            &records[1]["fault"]
        ),
        (&json!(1), &json!(503), &Value::Null)
    );

    let owner = emulator.owner();
    let user = |action: Value| {
        upload.fault("user_information", action);
        owner.call("GET", "/user/", ())
    };
    let redirected = user(json!({"redirect": "http://elsewhere.test/"}));
    assert_eq!(
        (redirected.status, redirected.header("location").as_deref()),
        (302, Some("http://elsewhere.test/"))
    );
    assert!(user(json!({"garbage": true})).text().starts_with("<html>"));
    let huge = user(json!({"huge_bytes": 100_000}));
    assert_eq!(
        (huge.body.len(), huge.code().as_str()),
        (100_000, "SUCCESS")
    );
    assert_eq!(
        user(json!({"envelope": {"response": "DENIED", "message": "no"}})).code(),
        "DENIED"
    );
    let unforeseen = user(json!({"internal_error": true})).json();
    let id = unforeseen["errorId"].as_str().unwrap();
    assert_eq!(
        (&unforeseen["response"], &unforeseen["message"]),
        (
            &json!("FAIL"),
            &json!(format!("An error occurred.  Error Id {id}"))
        )
    );
    let changed = user(json!({"replace_json": {"email": "x@y.test", "response": "FAIL"}}));
    assert_eq!(
        (
            changed.code().as_str(),
            &changed.json()["email"],
            &changed.json()["adminUser"]
        ),
        ("FAIL", &json!("x@y.test"), &json!(true))
    );
}

#[test]
fn refusals_can_have_an_error_id() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let refusal = || owner.call("GET", "/package/ABCD-EFGH/", ()).json();
    assert!(refusal().get("errorId").is_none(), "usually absent");
    emulator.settings(json!({"error_ids": true}));
    assert_eq!(refusal()["errorId"].as_str().unwrap().len(), 36);
    assert!(owner.ok("GET", "/user/", ()).get("errorId").is_none());
}

#[test]
fn dropped_connections() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    upload.fault("part_get", json!({"close": true}));
    assert!(upload.get().is_err());
    upload.fault("part_put", json!({"close_after_request_bytes": 5}));
    assert!(upload.put().is_err());
    upload.fault("part_get", json!({"close_after_response_bytes": 5}));
    let (host, path) = address(&upload.get);
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut response = Vec::new();
    // The connection may end with a reset.
    stream.read_to_end(&mut response).ok();
    let text = String::from_utf8(response).unwrap();
    assert!(
        text.to_lowercase()
            .contains(&format!("content-length: {}\r\n", PART.len())),
        "{text}"
    );
    assert!(text.ends_with("\r\n\r\nthe b"), "{text}");
    assert!(upload.get().is_ok());
    let records = emulator.requests();
    assert_eq!(records[0]["status"], Value::Null);
    assert_eq!(records[0]["endpoint"], "part_get");
}

#[test]
fn spoilt_bodies() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    upload.fault("part_get", json!({"short_response_bytes": 3}));
    assert_eq!(upload.get().unwrap().body, b"the");
    upload.fault("part_get", json!({"flip_response_byte": 1}));
    assert_eq!(upload.get().unwrap().body, b"tie bytes of a part");
    upload.fault("part_get", json!({"flip_response_byte": -1}));
    assert_eq!(upload.get().unwrap().body, b"the bytes of a paru");
    assert_eq!(upload.get().unwrap().body, PART);
}

fn timed<T>(what: impl FnOnce() -> T) -> (T, u128) {
    let start = Instant::now();
    let outcome = what();
    (outcome, start.elapsed().as_millis())
}

#[test]
fn silence_and_slowness() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    for (endpoint, action) in [
        ("part_get", json!({"hang_ms": 300})),
        ("part_put", json!({"hang_ms": 300})),
        (
            "part_put",
            json!({"hang_after_request_bytes": 4, "hang_ms": 300}),
        ),
        (
            "part_get",
            json!({"hang_after_response_bytes": 4, "hang_ms": 300}),
        ),
        // 19 bytes
        ("part_get", json!({"bytes_per_second": 60})),
        ("part_put", json!({"bytes_per_second": 60})),
    ] {
        upload.fault(endpoint, action.clone());
        let (reply, time) = timed(|| {
            if endpoint == "part_get" {
                upload.get()
            } else {
                upload.put()
            }
        });
        assert_eq!(reply.unwrap().status, 200);
        assert!((280..5000).contains(&time), "{action}: {time} ms");
    }
    assert_eq!(upload.get().unwrap().body, PART);
}

#[test]
fn before_and_after() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let path = format!("/package/{}/recipient/", package.id);
    let recipients = |owner: &User| {
        owner.ok("GET", &format!("/package/{}/", package.id), ())["recipients"]
            .as_array()
            .unwrap()
            .len()
    };
    emulator.fault(json!({"endpoint": "add_recipient", "action": {"close": true}}));
    emulator
        .fault(json!({"endpoint": "add_recipient", "when": "after", "action": {"close": true}}));
    assert!(
        owner
            .try_call("PUT", &path, json!({"email": "a@x.test"}))
            .is_err()
    );
    assert_eq!(recipients(&owner), 0);
    assert!(
        owner
            .try_call("PUT", &path, json!({"email": "a@x.test"}))
            .is_err()
    );
    assert_eq!(recipients(&owner), 1);
    assert_eq!(
        owner.refused("PUT", &path, json!({"email": "a@x.test"})),
        "DUPLICATE_EMAIL"
    );
}

#[test]
fn rules_choose_their_requests() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 3);
    emulator.fault(json!({"endpoint": "part_put", "part": 2, "skip": 1, "times": 2, "path_contains": file, "action": {"status": 500}}));
    let statuses = |part: u32| -> Vec<u16> {
        let url = owner.upload_url(&package, &file, part);
        (0..4)
            .map(|_| send(&url, "PUT", "", &[], "x").unwrap().status)
            .collect()
    };
    assert_eq!(statuses(1), [200, 200, 200, 200]);
    assert_eq!(statuses(2), [200, 500, 500, 200]);
    let rules = emulator.admin("GET", "/faults", ()).json();
    assert_eq!(
        (&rules[0]["hits"], &rules[0]["matched"]),
        (&json!(2), &json!(4))
    );
    emulator.admin("DELETE", "/faults", ());
    emulator.fault(json!({"endpoint": "*", "times": 0, "action": {"status": 502}}));
    assert_eq!(owner.call("GET", "/user/", ()).status, 502);
    assert_eq!(
        send(&owner_url(&emulator), "GET", "", &[], ())
            .unwrap()
            .status,
        502
    );
}

fn owner_url(emulator: &Emulator) -> String {
    format!("{}/commercial/x/y-1", emulator.text("storage_url"))
}

/// A fault of a part through the API server applies while its bytes arrive.
#[test]
fn part_posts_have_parts() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.file(&package, 2);
    emulator.fault(
        json!({"endpoint": "part_post", "part": 2, "action": {"close_after_request_bytes": 300}}),
    );
    let path = format!("/api/v2.0/package/{}/file/{file}/", package.id);
    let post = |part: u32| {
        let data = format!("{{\"filePart\":{part}}}");
        let body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"requestData\"\r\n\r\n{data}\r\n\
             --B\r\nContent-Disposition: form-data; name=\"textFile\"; filename=\"f\"\r\n\r\n{}\r\n--B--\r\n",
            "x".repeat(1000)
        );
        owner.send_signed(
            "POST",
            &path,
            &owner.sign(&path, data.as_bytes()),
            &[("Content-Type", "multipart/form-data; boundary=B")],
            body.as_str(),
        )
    };
    assert_eq!(post(1).unwrap().code(), "SUCCESS");
    assert!(post(2).is_err());
    assert_eq!(post(2).unwrap().code(), "SUCCESS");
}

#[test]
fn outage() {
    let emulator = Emulator::start(&[]);
    let upload = upload(&emulator);
    let (host, _) = address(&emulator.text("url"));
    let mut open = TcpStream::connect(&host).unwrap();
    write!(open, "GET /receive/ HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    open.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");

    let start = Instant::now();
    assert_eq!(
        emulator
            .admin("POST", "/outage", json!({"ms": 700, "listeners": ["api"]}))
            .status,
        200
    );
    assert!(start.elapsed() < Duration::from_millis(600));
    assert_eq!(
        TcpStream::connect(&host).unwrap_err().kind(),
        io::ErrorKind::ConnectionRefused
    );
    // The open connection ends, perhaps with a reset; its response may still be buffered.
    open.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut rest = Vec::new();
    let ended = open.read_to_end(&mut rest);
    assert!(!ended.is_err_and(|error| matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )));
    // Storage and admin are not affected.
    assert_eq!(upload.get().unwrap().status, 200);
    assert_eq!(emulator.admin("GET", "/health", ()).status, 200);
    let back = loop {
        if TcpStream::connect(&host).is_ok() {
            break start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(10));
        sleep(Duration::from_millis(20));
    };
    assert!(back >= Duration::from_millis(650), "{back:?}");
    emulator
        .owner()
        .ok("GET", &format!("/package/{}/", upload.package.id), ());
}

#[test]
fn an_outage_can_be_ended() {
    let emulator = Emulator::start(&[]);
    let start = Instant::now();
    emulator.admin("POST", "/outage", json!({"ms": 60_000}));
    let host = address(&emulator.text("storage_url")).0;
    assert!(TcpStream::connect(&host).is_err());
    emulator.admin("POST", "/outage", json!({"ms": 0}));
    while TcpStream::connect(&host).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn handshake_hang() {
    let emulator = Emulator::start(&[]);
    emulator.admin("POST", "/handshake-hang", json!({"on": true}));
    let (host, _) = address(&emulator.text("url"));
    let mut stream = TcpStream::connect(&host).unwrap();
    stream
        .write_all(b"GET /receive/ HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    assert!(stream.read(&mut [0; 1]).is_err());
    emulator.admin("POST", "/handshake-hang", json!({"on": false}));
    emulator.owner().ok("GET", "/user/", ());
}
