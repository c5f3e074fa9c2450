//! Starts the emulator, and has an HTTP client that shares no code with it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sendsafely-emulator");
pub(crate) const TIMESTAMP: &str = "2024-01-02T03:04:05+0000";

/// A directory that is removed at the end of the test.
pub(crate) struct TempDir(pub(crate) PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "emulator-test-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

pub(crate) struct Emulator {
    child: Child,
    pub(crate) ready: Value,
    _directory: TempDir,
}

impl Emulator {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let directory = TempDir::new();
        let ready_file = directory.0.join("ready.json");
        let child = Command::new(PROGRAM)
            .args(["--exit-with-stdin", "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let ready = wait_for_json(&ready_file);
        Self {
            child,
            ready,
            _directory: directory,
        }
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap_or_default().to_owned()
    }

    /// Closes standard input and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        self.child.wait().unwrap()
    }

    pub(crate) fn owner(&self) -> User<'_> {
        self.user(0)
    }

    pub(crate) fn user(&self, index: usize) -> User<'_> {
        let user = &self.ready["users"][index];
        let text = |name: &str| user[name].as_str().unwrap().to_owned();
        User {
            emulator: self,
            email: text("email"),
            key: text("api_key"),
            secret: text("api_secret"),
        }
    }

    pub(crate) fn admin(&self, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        send(&self.text("admin_url"), method, path, &[], body).unwrap()
    }

    pub(crate) fn settings(&self, settings: Value) {
        assert_eq!(self.admin("POST", "/settings", settings).status, 200);
    }

    pub(crate) fn fault(&self, rule: Value) {
        let reply = self.admin("POST", "/faults", rule);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.admin("GET", "/requests", ())
            .json()
            .as_array()
            .unwrap()
            .clone()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

pub(crate) fn wait_for_json(path: &Path) -> Value {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if let Ok(bytes) = std::fs::read(path) {
            return serde_json::from_slice(&bytes)
                .expect("the ready file is whole when it appears");
        }
        sleep(Duration::from_millis(10));
    }
    panic!("no ready file");
}

#[derive(Default)]
pub(crate) struct Body(pub(crate) Vec<u8>);

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self(value.to_string().into_bytes())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        lines
            .into_iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }

    /// The `response` of the envelope; the HTTP status of an envelope is always 200.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.status, 200);
        self.json()["response"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

pub(crate) fn address(url: &str) -> (String, String) {
    let rest = url.split_once("://").unwrap().1;
    match rest.find('/') {
        Some(at) => (rest[..at].to_owned(), rest[at..].to_owned()),
        None => (rest.to_owned(), String::new()),
    }
}

/// Sends one request on a new connection. An early end of the connection is an error.
pub(crate) fn send(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> io::Result<Reply> {
    let (host, base) = address(url);
    let body = body.into().0;
    let mut head =
        format!("{method} {base}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| {
        name.eq_ignore_ascii_case("transfer-encoding") || name.eq_ignore_ascii_case("expect")
    }) {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    raw(&host, &[format!("{head}\r\n").as_bytes(), &body].concat())
}

pub(crate) fn raw(host: &str, request: &[u8]) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(request)?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    let early_end = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let head_end = response
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or_else(early_end)?;
    let head = String::from_utf8_lossy(&response[..head_end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(early_end)?;
    let reply = Reply {
        status,
        head,
        body: response[head_end + 4..].to_vec(),
    };
    let declared: usize = reply
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    if reply.body.len() < declared {
        return Err(early_end());
    }
    Ok(reply)
}

pub(crate) fn signature(
    key: &str,
    secret: &str,
    path: &str,
    timestamp: &str,
    body: &[u8],
) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    for piece in [key.as_bytes(), path.as_bytes(), timestamp.as_bytes(), body] {
        mac.update(piece);
    }
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) struct User<'a> {
    emulator: &'a Emulator,
    pub(crate) email: String,
    key: String,
    secret: String,
}

/// A package, with what its sender knows of it.
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) code: String,
}

pub(crate) const CHECKSUM: &str =
    "71fcf4e9b19e787e96737cde7f9d6a7a27d43df076bd0918571464c33360334d";

impl User<'_> {
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> io::Result<Reply> {
        let body = body.into();
        let path = format!("/api/v2.0{path}");
        let signed = path.split('?').next().unwrap();
        let signature = signature(&self.key, &self.secret, signed, TIMESTAMP, &body.0);
        self.send_signed(method, &path, &signature, &[], body)
    }

    pub(crate) fn sign(&self, path: &str, body: &[u8]) -> String {
        signature(&self.key, &self.secret, path, TIMESTAMP, body)
    }

    pub(crate) fn send_signed(
        &self,
        method: &str,
        path: &str,
        signature: &str,
        more: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> io::Result<Reply> {
        let mut headers = vec![
            ("ss-api-key", self.key.as_str()),
            ("ss-request-timestamp", TIMESTAMP),
            ("ss-request-signature", signature),
        ];
        headers.extend(more);
        send(&self.emulator.text("url"), method, path, &headers, body)
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        self.try_call(method, path, body).unwrap()
    }

    /// Makes a call that has to succeed.
    pub(crate) fn ok(&self, method: &str, path: &str, body: impl Into<Body>) -> Value {
        let reply = self.call(method, path, body);
        assert_eq!(reply.code(), "SUCCESS", "{method} {path}: {}", reply.text());
        reply.json()
    }

    /// Makes a call that has to be refused, and returns the code.
    pub(crate) fn refused(&self, method: &str, path: &str, body: impl Into<Body>) -> String {
        let reply = self.call(method, path, body);
        assert!(
            reply.json()["message"].is_string(),
            "a refusal has a message"
        );
        reply.code()
    }

    pub(crate) fn create(&self) -> Package {
        self.create_with(json!({"vdr": false}))
    }

    pub(crate) fn create_with(&self, body: Value) -> Package {
        let response = self.ok("PUT", "/package/", body);
        let text = |name: &str| response[name].as_str().unwrap().to_owned();
        Package {
            id: text("packageId"),
            code: text("packageCode"),
        }
    }

    pub(crate) fn recipient(&self, package: &Package, email: &str) -> String {
        self.ok(
            "PUT",
            &format!("/package/{}/recipient/", package.id),
            json!({"email": email}),
        )["recipientId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn file(&self, package: &Package, parts: u32) -> String {
        let body = json!({"filename": format!("file-{parts}.bin"), "filesize": 10, "parts": parts});
        self.ok("PUT", &format!("/package/{}/file/", package.id), body)["fileId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn upload_url(&self, package: &Package, file: &str, part: u32) -> String {
        let path = format!("/package/{}/file/{file}/upload-urls/", package.id);
        self.ok("POST", &path, json!({"part": part}))["uploadUrls"][0]["url"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn download_url(&self, package: &Package, file: &str) -> String {
        let path = format!("/package/{}/file/{file}/download-urls/", package.id);
        let body = json!({"checksum": CHECKSUM, "startSegment": 1, "endSegment": 25});
        self.ok("POST", &path, body)["downloadUrls"][0]["url"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Uploads a file of these parts by the direct route.
    pub(crate) fn upload(&self, package: &Package, parts: &[&[u8]]) -> String {
        let file = self.file(package, u32::try_from(parts.len()).unwrap());
        for (number, part) in (1..).zip(parts) {
            let url = self.upload_url(package, &file, number);
            assert_eq!(
                send(&url, "PUT", "", &[], part.to_vec()).unwrap().status,
                200
            );
        }
        let path = format!("/package/{}/file/{file}/upload-complete/", package.id);
        assert_eq!(
            self.ok("POST", &path, json!({"complete": true}))["message"],
            "true"
        );
        file
    }

    pub(crate) fn finalize(&self, package: &Package) -> Value {
        self.ok(
            "POST",
            &format!("/package/{}/finalize/", package.id),
            json!({"checksum": CHECKSUM}),
        )
    }
}
