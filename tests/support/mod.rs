//! A running emulator, a small HTTP client for its admin interface, and an observer that records its calls.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(target_os = "linux")]
pub(crate) mod alone;
pub(crate) mod crafting;
pub(crate) mod openpgp;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, DownloadOptions, Error, ErrorKind, File, FinalizeOptions, Flow,
    Observer, Package, Phase, Progress, Result, Sink, Source, UploadOptions,
};
use serde_json::{Value, json};

/// A directory that is removed at the end of the test.
pub(crate) struct TempDir(pub(crate) PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir()
                .join(format!("sendsafely-test-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Self(path),
                // Of a process that was killed, and had the same number.
                Err(error) => {
                    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists, "{path:?}")
                }
            }
        }
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, data: &[u8]) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, data).unwrap();
        path
    }

    /// The names of its files, hidden and temporary ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The emulator's executable: SENDSAFELY_EMULATOR, or else the one that was built beside this test.
pub(crate) fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("SENDSAFELY_EMULATOR") {
        return path.into();
    }
    let test = std::env::current_exe().unwrap();
    let name = format!("sendsafely-emulator{}", std::env::consts::EXE_SUFFIX);
    let program = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(
        program.exists(),
        "{} is missing; build it with `cargo build --release -p sendsafely-emulator` or name another one by SENDSAFELY_EMULATOR",
        program.display()
    );
    program
}

pub(crate) struct Emulator {
    child: Child,
    ready: Value,
    _directory: TempDir,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let directory = TempDir::new();
        let ready_file = directory.join("ready.json");
        let child = Command::new(program())
            .args(["--exit-with-stdin", "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        let ready = loop {
            match fs::read(&ready_file) {
                Ok(bytes) => break serde_json::from_slice(&bytes).unwrap(),
                Err(_) => assert!(Instant::now() < end, "the emulator does not get ready"),
            }
            thread::sleep(Duration::from_millis(10));
        };
        Self {
            child,
            ready,
            _directory: directory,
        }
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap().to_owned()
    }

    /// One value of one of the three users.
    pub(crate) fn of_user(&self, index: usize, name: &str) -> String {
        self.ready["users"][index][name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A client of the first user, with a retry window that is short enough for tests.
    pub(crate) fn client(&self) -> Client {
        self.client_with(options())
    }

    pub(crate) fn client_with(&self, options: ClientOptions) -> Client {
        self.client_of(0, options)
    }

    pub(crate) fn client_of(&self, user: usize, mut options: ClientOptions) -> Client {
        options.ca_bundle = self.ready["ca_file"].as_str().map(PathBuf::from);
        let (key, secret) = (
            self.of_user(user, "api_key"),
            self.of_user(user, "api_secret"),
        );
        Client::new(&self.text("url"), &key, secret.as_str().into(), options).unwrap()
    }

    /// Makes a call of the admin interface, which has to succeed.
    pub(crate) fn admin(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let url = self.text("admin_url");
        let (status, body) = http(url.strip_prefix("http://").unwrap(), method, path, body);
        assert_eq!(
            status,
            200,
            "{method} {path}: {}",
            String::from_utf8_lossy(&body)
        );
        body
    }

    pub(crate) fn admin_json(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        serde_json::from_slice(&self.admin(method, path, &body)).unwrap()
    }

    pub(crate) fn settings(&self, settings: Value) {
        self.admin_json("POST", "/settings", &settings);
    }

    pub(crate) fn fault(&self, rule: Value) {
        self.admin_json("POST", "/faults", &rule);
    }

    /// Refuses the next request to an endpoint, with any code.
    pub(crate) fn refuse_once(&self, endpoint: &str, code: &str) {
        let refusal = json!({"response": code, "message": format!("refused for the test: {code}")});
        self.fault(json!({"endpoint": endpoint, "times": 1, "action": {"envelope": refusal}}));
    }

    /// Loses the response to the next request to an endpoint, after it has taken effect.
    pub(crate) fn lose_response(&self, endpoint: &str) {
        self.fault(
            json!({"endpoint": endpoint, "times": 1, "when": "after", "action": {"close": true}}),
        );
    }

    pub(crate) fn clear_faults(&self) {
        self.admin("DELETE", "/faults", b"");
    }

    /// How many requests have met a fault.
    pub(crate) fn fault_hits(&self) -> u64 {
        let faults = self.admin_json("GET", "/faults", &Value::Null);
        faults
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["hits"].as_u64().unwrap())
            .sum()
    }

    pub(crate) fn outage(&self, ms: u64, listeners: &[&str]) {
        self.admin_json(
            "POST",
            "/outage",
            &json!({"ms": ms, "listeners": listeners}),
        );
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.admin_json("GET", "/requests", &Value::Null)
            .as_array()
            .unwrap()
            .clone()
    }

    pub(crate) fn forget_requests(&self) {
        self.admin("DELETE", "/requests", b"");
    }

    /// The number of requests to an endpoint.
    pub(crate) fn count(&self, endpoint: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request["endpoint"] == endpoint)
            .count()
    }

    /// A package as the server stores it.
    pub(crate) fn package(&self, id: &str) -> Value {
        self.admin_json("GET", &format!("/packages/{id}"), &Value::Null)
    }

    /// The only package, as the server stores it.
    pub(crate) fn only_package(&self) -> Value {
        let ids = self.admin_json("GET", "/packages", &Value::Null);
        assert_eq!(ids.as_array().unwrap().len(), 1, "{ids}");
        self.package(ids[0].as_str().unwrap())
    }

    /// Adds a file to a package, as another client would have made it.
    pub(crate) fn add_file(
        &self,
        package: &str,
        name: &str,
        size: usize,
        parts: &[Vec<u8>],
    ) -> String {
        let file = json!({"name": name, "size": size, "parts": parts.len()});
        let file = self.admin_json("PUT", &format!("/packages/{package}/files"), &file);
        let file = file["file_id"].as_str().unwrap().to_owned();
        for (number, part) in (1..).zip(parts) {
            self.admin("PUT", &format!("/files/{file}/parts/{number}"), part);
        }
        file
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

/// Sends one request on a new connection.
fn http(host: &str, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(120)))
        .unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let end = response
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&response[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, response.split_off(end + 4))
}

/// Asserts that a call failed with this kind.
#[track_caller]
pub(crate) fn assert_kind<T>(result: Result<T>, kind: ErrorKind) {
    assert_eq!(result.err().map(|error| error.kind()), Some(kind));
}

/// Options with a retry window of seconds, and small parts, so that little data has many of them.
pub(crate) fn options() -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(10),
        stall_timeout: Duration::from_secs(10),
        part_size: PART as u64,
        ..ClientOptions::default()
    }
}

/// Bytes of plaintext in a part of these tests.
pub(crate) const PART: usize = 100_000;

/// Bytes that look random and are always the same.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// An observer that records its calls, and stops the call on a condition.
pub(crate) struct Watch {
    thread: ThreadId,
    pub(crate) reports: Vec<(Instant, Progress)>,
    pub(crate) log: Vec<String>,
    stop_when: Box<dyn FnMut(&Progress) -> bool>,
    /// When it has returned `Flow::Stop`.
    pub(crate) stopped: Option<Instant>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self::stopping(|_| false)
    }

    pub(crate) fn stopping(stop_when: impl FnMut(&Progress) -> bool + 'static) -> Self {
        Self {
            thread: thread::current().id(),
            reports: Vec::new(),
            log: Vec::new(),
            stop_when: Box::new(stop_when),
            stopped: None,
        }
    }

    /// Stops after a time.
    pub(crate) fn stopping_after(time: Duration) -> Self {
        let end = Instant::now() + time;
        Self::stopping(move |_| Instant::now() >= end)
    }

    pub(crate) fn phases(&self) -> Vec<Phase> {
        let mut phases: Vec<_> = self
            .reports
            .iter()
            .map(|(_, progress)| progress.phase)
            .collect();
        phases.dedup();
        phases
    }

    pub(crate) fn retries(&self) -> u32 {
        self.reports.last().unwrap().1.retries
    }

    /// Asserts what holds for every call, and for one that has transferred `total` bytes.
    #[track_caller]
    pub(crate) fn assert_ends_at(&self, total: usize) {
        self.assert_monotone();
        let last = &self.reports.last().unwrap().1;
        assert_eq!(last.bytes_done, total as u64);
        assert_eq!(last.bytes_total, Some(total as u64));
        assert_eq!(last.parts_done, last.parts_total);
    }

    #[track_caller]
    pub(crate) fn assert_monotone(&self) {
        for pair in self.reports.windows(2) {
            let (before, after) = (&pair[0].1, &pair[1].1);
            assert!(
                after.bytes_done >= before.bytes_done && after.parts_done >= before.parts_done,
                "{before:?} {after:?}"
            );
            assert!(
                after
                    .bytes_total
                    .is_none_or(|total| after.bytes_done <= total),
                "{after:?}"
            );
        }
    }
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress) -> Flow {
        assert_eq!(
            thread::current().id(),
            self.thread,
            "only the calling thread may be called back"
        );
        assert!(self.stopped.is_none(), "no report after a stop");
        self.reports.push((Instant::now(), *progress));
        if (self.stop_when)(progress) {
            self.stopped = Some(Instant::now());
            return Flow::Stop;
        }
        Flow::Continue
    }

    fn log(&mut self, line: &str) {
        assert_eq!(
            thread::current().id(),
            self.thread,
            "only the calling thread may be called back"
        );
        self.log.push(line.to_owned());
    }
}

/// A package with a recipient.
pub(crate) fn package(client: &Client) -> Package {
    let package = Package::create(client, &mut ()).unwrap();
    package
        .add_recipient(&mut (), "second@acme.test", None)
        .unwrap();
    package
}

pub(crate) fn upload(package: &Package, name: &str, data: &[u8]) -> Result<File> {
    upload_watched(package, &mut (), name, data)
}

pub(crate) fn upload_watched(
    package: &Package,
    observer: &mut dyn Observer,
    name: &str,
    data: &[u8],
) -> Result<File> {
    package.upload(
        observer,
        Source::Memory {
            name: name.to_owned(),
            data,
        },
        &UploadOptions::default(),
    )
}

/// Finalizes and returns the link.
pub(crate) fn finalize(package: &Package) -> String {
    package
        .finalize(&mut (), &FinalizeOptions::default())
        .unwrap()
        .link
}

pub(crate) fn download(package: &Package, file_id: &str) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    package.download(
        &mut (),
        file_id,
        Sink::Memory(&mut data),
        &DownloadOptions::default(),
    )?;
    Ok(data)
}

/// Downloads into a directory and returns the file's content.
pub(crate) fn download_into(
    package: &Package,
    file_id: &str,
    directory: &TempDir,
) -> Result<Vec<u8>> {
    let sink = Sink::Path(directory.0.clone());
    let done = package.download(&mut (), file_id, sink, &DownloadOptions::default())?;
    Ok(fs::read(done.path.unwrap()).unwrap())
}

/// Returns the error of a call, which has to fail with this kind.
#[track_caller]
pub(crate) fn refused<T, E: Into<Error>>(
    result: std::result::Result<T, E>,
    kind: ErrorKind,
) -> Error {
    match result.map_err(Into::into) {
        Ok(_) => panic!("{kind:?} was expected"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error}");
            error
        }
    }
}

/// Whether a request changes something on the server.
pub(crate) fn is_write(request: &Value) -> bool {
    let reads = ["upload_urls", "download_urls", "part_download", "part_get"];
    request["method"] != "GET" && !reads.contains(&request["endpoint"].as_str().unwrap())
}

/// Whether [`run_child`] has started this process.
pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

const CHILD: &str = "SENDSAFELY_TEST_CHILD";

/// Runs a test in a process of its own, with what `prepare` sets, and fails if it fails.
#[track_caller]
pub(crate) fn run_child(test: &str, program: Option<&Path>, prepare: impl FnOnce(&mut Command)) {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(program.unwrap_or(&this));
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1");
    prepare(&mut command);
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && stdout.contains("1 passed");
    assert!(
        passed,
        "{test} in its own process: {stdout}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A library to preload, which makes the system fail: name resolution as RESOLVE says (`hang`, `unknown`, `later`),
/// writes to temporary files of downloads after FULL_AFTER bytes, closing them if CLOSE_FAILS is set. The disk has
/// DISK_FREE bytes left, and it has no locks if NO_LOCKS is set. Reserving room on it fails with RESERVE_FAILS. What
/// reaches the disk is added to SYNC_LOG; to write a temporary file there fails if SYNC_FAILS is `file`, to write a directory if it is `directory`.
pub(crate) fn failing_system(directory: &TempDir) -> PathBuf {
    let source = directory.file(
        "failing_system.c",
        br#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <netdb.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/statvfs.h>
        #include <unistd.h>

        int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
            const char *how = getenv("RESOLVE");
            if (how == NULL) {
                int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
                *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
                return real(node, service, hints, result);
            }
            if (strcmp(how, "hang") == 0) {
                sleep(60);
            }
            return strcmp(how, "unknown") == 0 ? EAI_NONAME : EAI_AGAIN;
        }

        static void find_path(int fd, char path[4096]) {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, path, 4095);
            path[length > 0 ? length : 0] = 0;
        }

        static int is_temporary(int fd) {
            char path[4096];
            find_path(fd, path);
            return strstr(path, ".sendsafely-") != NULL;
        }

        int fstatvfs(int fd, struct statvfs *statistics) {
            int (*real)(int, struct statvfs *);
            *(void **)&real = dlsym(RTLD_NEXT, "fstatvfs");
            int result = real(fd, statistics);
            if (getenv("DISK_FREE")) {
                statistics->f_bavail = atol(getenv("DISK_FREE")) / statistics->f_frsize;
            }
            return result;
        }

        int fallocate(int fd, int mode, off_t offset, off_t length) {
            int (*real)(int, int, off_t, off_t);
            *(void **)&real = dlsym(RTLD_NEXT, "fallocate");
            if (getenv("RESERVE_FAILS")) {
                errno = atoi(getenv("RESERVE_FAILS"));
                return -1;
            }
            return real(fd, mode, offset, length);
        }

        int fsync(int fd) {
            const char *log = getenv("SYNC_LOG");
            if (log) {
                char path[4096];
                find_path(fd, path);
                FILE *file = fopen(log, "a");
                fprintf(file, "%s\n", path);
                fclose(file);
            }
            const char *fails = getenv("SYNC_FAILS");
            if (fails && (strcmp(fails, "file") == 0) == is_temporary(fd)) {
                errno = EIO;
                return -1;
            }
            int (*real)(int);
            *(void **)&real = dlsym(RTLD_NEXT, "fsync");
            return real(fd);
        }

        ssize_t write(int fd, const void *data, size_t size) {
            ssize_t (*real)(int, const void *, size_t);
            *(void **)&real = dlsym(RTLD_NEXT, "write");
            const char *limit = getenv("FULL_AFTER");
            if (limit && is_temporary(fd) && lseek(fd, 0, SEEK_CUR) + (long)size > atol(limit)) {
                errno = ENOSPC;
                return -1;
            }
            return real(fd, data, size);
        }

        int flock(int fd, int operation) {
            int (*real)(int, int);
            *(void **)&real = dlsym(RTLD_NEXT, "flock");
            if (getenv("NO_LOCKS")) {
                errno = ENOLCK;
                return -1;
            }
            return real(fd, operation);
        }

        ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
            ssize_t (*real)(int, const void *, size_t, off64_t);
            *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
            const char *limit = getenv("FULL_AFTER");
            if (limit && is_temporary(fd) && at + (long)size > atol(limit)) {
                errno = ENOSPC;
                return -1;
            }
            return real(fd, data, size, at);
        }

        int close(int fd) {
            int (*real)(int);
            *(void **)&real = dlsym(RTLD_NEXT, "close");
            int fails = getenv("CLOSE_FAILS") && is_temporary(fd);
            int result = real(fd);
            if (fails) {
                errno = EDQUOT;
                return -1;
            }
            return result;
        }
        "#,
    );
    let library = directory.join("failing_system.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(compiled.expect("cc is needed").success());
    library
}
