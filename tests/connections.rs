//! Connections: lost requests and responses, slow and silent servers, the number of sockets and their descriptors.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{Client, ClientOptions, ErrorKind, Flow, Observer, Progress};
use serde_json::json;
use support::*;

/// Forwards connections to a server. On a signal, it changes the next bytes that the server sends on each of
/// the connections that are open then, or sends them one byte at a time.
struct Relay {
    address: String,
    damage: Arc<AtomicBool>,
    drip: Arc<AtomicBool>,
}

impl Relay {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let damage = Arc::new(AtomicBool::new(false));
        let drip = Arc::new(AtomicBool::new(false));
        let (server, damaging, dripping) =
            (server.to_owned(), Arc::clone(&damage), Arc::clone(&drip));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let opened_before = !damaging.load(Ordering::SeqCst);
                let (damaging, dripping) = (Arc::clone(&damaging), Arc::clone(&dripping));
                pass(
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    |bytes, to| to.write_all(bytes),
                );
                pass(server, client, move |bytes, to| {
                    if opened_before && damaging.load(Ordering::SeqCst) {
                        *bytes.last_mut().unwrap() ^= 1;
                    }
                    match dripping.load(Ordering::SeqCst) {
                        true => drip_into(to, bytes),
                        false => to.write_all(bytes),
                    }
                });
            }
        });
        Self {
            address,
            damage,
            drip,
        }
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    write: impl Fn(&mut [u8], &mut TcpStream) -> std::io::Result<()> + Send + 'static,
) {
    thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if write(&mut buffer[..read], &mut to).is_err() {
                break;
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    });
}

/// Sends a byte every 100 ms, so that no single read takes long.
fn drip_into(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        thread::sleep(Duration::from_millis(100));
        stream.write_all(&[*byte])?;
    }
    Ok(())
}

/// A client of the emulator's first user, at another address.
fn client_at(emulator: &Emulator, url: &str, mut options: ClientOptions) -> Client {
    options.ca_bundle = Some(PathBuf::from(emulator.text("ca_file")));
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    Client::new(url, &key, secret.as_str().into(), options).unwrap()
}

/// A forged segment breaks the TLS connection during a response: the request was sent nevertheless.
#[test]
fn a_tls_error_in_the_response_is_a_lost_response() {
    let emulator = Emulator::start_with(&["--tls"]);
    let url = emulator.text("url");
    let relay = Relay::to(url.strip_prefix("https://").unwrap());
    let client = client_at(&emulator, &format!("https://{}", relay.address), options());
    let package = package(&client);
    upload(&package, "a.bin", b"a").unwrap();
    finalize(&package);
    // The notification uses the idle connection.
    package.information(&mut ()).unwrap();
    relay.damage.store(true, Ordering::SeqCst);
    let error = refused(package.notify(&mut ()), ErrorKind::OutcomeUnknown);
    assert!(error.remedy().is_some());
    assert_eq!(emulator.count("notify"), 1);
    // A request that may be repeated is repeated.
    package.information(&mut ()).unwrap();
}

/// A short retry window and a long stall timeout: only a limit on the whole response ends these calls.
fn impatient() -> ClientOptions {
    ClientOptions {
        retry_window: Duration::from_secs(2),
        stall_timeout: Duration::from_secs(120),
        ..options()
    }
}

#[track_caller]
fn times_out<T>(call: impl FnOnce() -> sendsafely::Result<T>) {
    let started = Instant::now();
    refused(call(), ErrorKind::TimedOut);
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_response_that_drips_times_out() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(impatient()));
    emulator.fault(
        json!({"endpoint": "package_information", "times": 0, "action": {"bytes_per_second": 4}}),
    );
    times_out(|| package.information(&mut ()));
}

#[test]
fn a_part_that_drips_times_out() {
    for force_api_route in [false, true] {
        let emulator = Emulator::start();
        let options = ClientOptions {
            force_api_route,
            ..impatient()
        };
        let package = package(&emulator.client_with(options));
        let file = upload(&package, "a.bin", &noise(1, PART)).unwrap();
        for endpoint in ["part_get", "part_download"] {
            emulator.fault(
                json!({"endpoint": endpoint, "times": 0, "action": {"bytes_per_second": 200}}),
            );
        }
        times_out(|| download(&package, &file.file_id));
    }
}

#[test]
fn a_server_that_reads_in_drops_times_out() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        part_size: 10 << 20,
        ..impatient()
    };
    let package = package(&emulator.client_with(options));
    emulator
        .fault(json!({"endpoint": "part_put", "times": 0, "action": {"bytes_per_second": 200}}));
    times_out(|| upload(&package, "a.bin", &noise(2, 10 << 20)));
}

/// The library sees no byte of a TLS record before the record is complete.
#[test]
fn a_tls_record_that_drips_times_out() {
    let emulator = Emulator::start_with(&["--tls"]);
    let url = emulator.text("url");
    let relay = Relay::to(url.strip_prefix("https://").unwrap());
    let options = ClientOptions {
        stall_timeout: Duration::from_secs(2),
        retry_window: Duration::ZERO,
        ..options()
    };
    let client = client_at(&emulator, &format!("https://{}", relay.address), options);
    client.verify_credentials(&mut ()).unwrap();
    relay.drip.store(true, Ordering::SeqCst);
    let started = Instant::now();
    refused(client.user(&mut ()), ErrorKind::TimedOut);
    assert!(started.elapsed() < Duration::from_secs(15));
}

/// Connecting has one limit for the TLS handshake and the proxy's response together.
#[test]
fn a_connection_whose_setup_drips_times_out() {
    let emulator = Emulator::start_with(&["--tls"]);
    for scheme in ["https", "http", "socks5h"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                let begin: &[u8] = match scheme {
                    "https" => &[22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc, 3, 3],
                    "http" => b"HTTP/1.1 200 OK\r\nX: ",
                    _ => &[5, 0, 5, 0, 0, 3, 255],
                };
                stream.write_all(begin).unwrap();
                drip_into(&mut stream, &[b'x'; 300]).ok();
            }
        });
        let (url, proxy) = match scheme {
            "https" => (format!("https://{address}"), None),
            _ => (
                "https://acme.invalid".to_owned(),
                Some(format!("{scheme}://{address}")),
            ),
        };
        let options = ClientOptions {
            connect_timeout: Duration::from_secs(1),
            retry_window: Duration::ZERO,
            proxy,
            ..options()
        };
        let client = client_at(&emulator, &url, options);
        let started = Instant::now();
        let error = refused(client.verify_credentials(&mut ()), ErrorKind::TimedOut);
        assert!(
            error.message().contains("cannot connect in time"),
            "{error}"
        );
        assert!(started.elapsed() < Duration::from_secs(15), "{scheme}");
    }
}

/// A slow line is accepted: more than 1 KiB in a second is enough, however long the part takes.
#[test]
fn a_slow_part_arrives() {
    let emulator = Emulator::start();
    let options = ClientOptions {
        part_size: 24_000,
        ..impatient()
    };
    let package = package(&emulator.client_with(options));
    let data = noise(3, 24_000);
    let file = upload(&package, "a.bin", &data).unwrap();
    emulator
        .fault(json!({"endpoint": "part_get", "times": 0, "action": {"bytes_per_second": 4_000}}));
    assert!(download(&package, &file.file_id).unwrap() == data);
}

/// Runs a test in a process of its own, after these shell commands.
#[cfg(unix)]
fn run_in_shell(test: &str, prepare: &str) {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new();
    let this = std::env::current_exe().unwrap();
    let script = format!("#!/bin/sh\n{prepare}\nexec '{}' \"$@\"\n", this.display());
    let path = directory.file("run", script.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    run_child(test, Some(&path), |_| {});
}

/// Opens files until only so many descriptors are free.
fn descriptors_but(free: usize) -> Vec<File> {
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    taken.truncate(taken.len() - free);
    taken
}

#[cfg(unix)]
#[test]
fn without_descriptors_a_call_fails_at_once() {
    if !is_child() {
        return run_in_shell("without_descriptors_a_call_fails_at_once", "ulimit -n 200");
    }
    let directory = TempDir::new();
    let path = directory.file("a.bin", b"a");
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    let fresh = emulator.client();
    let port = emulator.text("url").rsplit(':').next().unwrap().to_owned();
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    let url = format!("http://localhost:{port}");
    let by_name = Client::new(&url, &key, secret.as_str().into(), options()).unwrap();
    let taken = descriptors_but(0);
    let started = Instant::now();
    for client in [&fresh, &by_name] {
        let error = refused(client.verify_credentials(&mut ()), ErrorKind::SystemLimit);
        assert!(error.remedy().is_some());
    }
    refused(
        Client::new(
            "https://portal.example",
            &key,
            secret.as_str().into(),
            options(),
        ),
        ErrorKind::SystemLimit,
    );
    let source = sendsafely::Source::Path(path);
    refused(
        package.upload(&mut (), source, &Default::default()),
        ErrorKind::SystemLimit,
    );
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(taken);
    fresh.verify_credentials(&mut ()).unwrap();
}

#[cfg(unix)]
#[test]
fn with_few_descriptors_a_transfer_goes_on_with_fewer_connections() {
    if !is_child() {
        return run_in_shell(
            "with_few_descriptors_a_transfer_goes_on_with_fewer_connections",
            "ulimit -n 200",
        );
    }
    let emulator = Emulator::start();
    let options = ClientOptions {
        parts_in_flight: 8,
        ..options()
    };
    let package = package(&emulator.client_with(options));
    let data = noise(4, 24 * PART);
    // One connection to the API is idle. All parts arrive by the only connection that can be made.
    let taken = descriptors_but(1);
    let file = upload(&package, "a.bin", &data).unwrap();
    assert!(download(&package, &file.file_id).unwrap() == data);
    drop(taken);
}

/// The files behind descriptor 0 while calls ran.
#[derive(Default)]
struct Seen(Vec<String>);

impl Observer for Seen {
    fn progress(&mut self, _progress: &Progress) -> Flow {
        self.0.extend(descriptor_0());
        Flow::Continue
    }
}

fn descriptor_0() -> Option<String> {
    let target = fs::read_link("/proc/self/fd/0").ok()?;
    Some(target.display().to_string())
}

/// A program may run with closed standard descriptors. What it prints must not get into a connection or a file of
/// the library.
#[cfg(target_os = "linux")]
#[test]
fn no_connection_and_no_file_is_a_standard_descriptor() {
    use std::os::fd::{FromRawFd, OwnedFd};
    if !is_child() {
        return run_child(
            "no_connection_and_no_file_is_a_standard_descriptor",
            None,
            |_| {},
        );
    }
    let directory = TempDir::new();
    let path = directory.file("a.bin", &noise(5, 20 * PART));
    let emulator = Emulator::start();
    let port = emulator.text("url").rsplit(':').next().unwrap().to_owned();
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    // SAFETY: nothing else in this process owns it.
    drop(unsafe { OwnedFd::from_raw_fd(0) });
    let done = Arc::new(AtomicBool::new(false));
    let watching = Arc::clone(&done);
    let watcher = thread::spawn(move || {
        let mut seen = Vec::new();
        while !watching.load(Ordering::Relaxed) {
            seen.extend(descriptor_0());
        }
        seen
    });
    let mut seen = Seen::default();
    let url = format!("http://localhost:{port}");
    let client = Client::new(&url, &key, secret.as_str().into(), options()).unwrap();
    let package = sendsafely::Package::create(&client, &mut seen).unwrap();
    let source = sendsafely::Source::Path(path);
    let file = package
        .upload(&mut seen, source, &Default::default())
        .unwrap();
    let target = sendsafely::Sink::Path(directory.join("b.bin"));
    package
        .download(&mut seen, &file.file_id, target, &Default::default())
        .unwrap();
    done.store(true, Ordering::Relaxed);
    seen.0.extend(watcher.join().unwrap());
    seen.0.extend(descriptor_0());
    // While the library opens something, the number is taken by a file that can neither be read nor written. The C library
    // looks how many processors there are when a thread allocates for the first time.
    seen.0
        .retain(|target| !["/", "/sys/devices/system/cpu/online"].contains(&&**target));
    assert!(seen.0.is_empty(), "{:?}", seen.0);
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_client_has_few_connections() {
    if !is_child() {
        return run_child("an_idle_client_has_few_connections", None, |_| {});
    }
    let sockets = || {
        let descriptors = fs::read_dir("/proc/self/fd").unwrap();
        let targets = descriptors.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        targets
            .filter(|target| target.display().to_string().starts_with("socket:"))
            .count()
    };
    let emulator = Emulator::start();
    let client = emulator.client();
    emulator.fault(json!({"endpoint": "user_information", "times": 0, "action": {"hang_ms": 500}}));
    let before = sockets();
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.user(&mut ()).map(|_| ()))
        })
        .collect();
    thread::sleep(Duration::from_millis(400));
    let busy = sockets() - before;
    for call in calls {
        call.join().unwrap().ok();
    }
    let at_rest = sockets() - before;
    assert!(busy > 10 && at_rest <= 2, "{busy} {at_rest}");
}
