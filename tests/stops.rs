//! Stopping a call while the server is silent, in every place; and progress reports while nothing moves.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use sendsafely::{
    Client, ClientOptions, DownloadOptions, Error, ErrorKind, FinalizeOptions, Flow, Observer,
    Package, Phase, Progress, Result, Sink, Source, UploadOptions,
};
use serde_json::{Value, json};
use support::*;

/// With such a retry window, only a stop can end a call within the time of these tests.
fn patient() -> ClientOptions {
    ClientOptions {
        stall_timeout: Duration::from_secs(60),
        retry_window: Duration::from_secs(60),
        ..options()
    }
}

/// Makes a call, stops it after half a second of silence, and asserts that it ends soon.
#[track_caller]
fn stopped<T, E: Into<Error>>(
    what: &str,
    call: impl FnOnce(&mut Watch) -> std::result::Result<T, E>,
) -> Watch {
    stopped_by(
        Watch::stopping_after(Duration::from_millis(500)),
        what,
        call,
    )
}

/// The same, with a watch that chooses the moment.
fn stopped_by<T, E: Into<Error>>(
    mut watch: Watch,
    what: &str,
    call: impl FnOnce(&mut Watch) -> std::result::Result<T, E>,
) -> Watch {
    let result = call(&mut watch).map_err(Into::into);
    let took = watch
        .stopped
        .unwrap_or_else(|| panic!("{what}: ended by itself with {:?}", result.as_ref().err()))
        .elapsed();
    match result {
        Ok(_) => panic!("{what}: a success in spite of the stop"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Stopped, "{what}: {error}"),
    }
    assert!(
        took < Duration::from_secs(2),
        "{what}: {took:?} after the stop"
    );
    watch.assert_monotone();
    watch
}

fn silent(endpoint: &str) -> Value {
    json!({"endpoint": endpoint, "times": 0, "action": {"hang_ms": 60_000}})
}

fn temporary_files() -> usize {
    let entries = fs::read_dir(std::env::temp_dir()).unwrap();
    entries
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .ends_with(".spool")
        })
        .count()
}

/// Asserts that after a stop the file can be sent again by its name, and that the package is finalized with it alone.
fn still_usable(emulator: &Emulator, package: &Package, what: &str) {
    emulator.clear_faults();
    emulator.settings(json!({"upload_complete_delay": 0}));
    let data = noise(9, 2 * PART);
    upload(package, "a.bin", &data).unwrap_or_else(|error| panic!("{what}: {error}"));
    let link = finalize(package);
    let received = Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    let files = received.information(&mut ()).unwrap().files;
    assert_eq!(files.len(), 1, "{what}");
    assert!(download(&received, &files[0].file_id).unwrap() == data);
}

#[test]
fn a_stop_of_an_upload_while_the_server_is_silent() {
    for endpoint in [
        "create_file",
        "upload_urls",
        "part_put",
        "upload_complete",
        "part_post",
    ] {
        let emulator = Emulator::start();
        let force_api_route = endpoint == "part_post";
        let package = package(&emulator.client_with(ClientOptions {
            force_api_route,
            ..patient()
        }));
        emulator.fault(silent(endpoint));
        stopped(endpoint, |watch| {
            upload_watched(&package, watch, "a.bin", &noise(1, 8 * PART))
        });
        still_usable(&emulator, &package, endpoint);
    }
}

#[test]
fn a_stop_of_an_upload_in_the_middle_of_a_body() {
    for (endpoint, force_api_route) in [("part_put", false), ("part_post", true)] {
        for action in [
            json!({"hang_after_request_bytes": 100_000, "hang_ms": 60_000}),
            json!({"bytes_per_second": 100_000}),
        ] {
            let emulator = Emulator::start();
            // Larger than the system's socket buffers.
            let options = ClientOptions {
                part_size: 10 << 20,
                force_api_route,
                ..patient()
            };
            let package = package(&emulator.client_with(options));
            emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": action}));
            // A busy machine may take long to encrypt the first part.
            let in_body = Watch::stopping(|progress| progress.bytes_sent > 0);
            stopped_by(in_body, endpoint, |watch| {
                upload_watched(&package, watch, "a.bin", &noise(1, 25 << 20))
            });
            still_usable(&emulator, &package, endpoint);
        }
    }
}

#[test]
fn a_stop_while_the_service_still_collects_the_parts() {
    let emulator = Emulator::start();
    emulator.settings(json!({"upload_complete_delay": 1000}));
    let package = package(&emulator.client_with(patient()));
    let watch = stopped("completing", |watch| {
        upload_watched(&package, watch, "a.bin", b"a")
    });
    assert!(watch.phases().contains(&Phase::Completing));
    still_usable(&emulator, &package, "completing");
}

#[test]
fn a_stop_of_a_download() {
    let silences = [
        ("download_urls", false, json!({"hang_ms": 60_000})),
        ("part_get", false, json!({"hang_ms": 60_000})),
        (
            "part_get",
            false,
            json!({"hang_after_response_bytes": 30_000, "hang_ms": 60_000}),
        ),
        ("part_get", false, json!({"bytes_per_second": 10_000})),
        ("part_download", true, json!({"hang_ms": 60_000})),
        (
            "part_download",
            true,
            json!({"hang_after_response_bytes": 30_000, "hang_ms": 60_000}),
        ),
        ("package_information", false, json!({"hang_ms": 60_000})),
    ];
    let emulator = Emulator::start();
    let sender = package(&emulator.client());
    let data = noise(1, 8 * PART);
    let file = upload(&sender, "a.bin", &data).unwrap();
    let link = finalize(&sender);
    for (endpoint, force_api_route, action) in silences {
        let options = ClientOptions {
            force_api_route,
            ..patient()
        };
        let package = Package::open_link(&emulator.client_of(1, options), &mut (), &link).unwrap();
        // The first parts arrive, so that there is a temporary file with something in it.
        let skip = if endpoint.starts_with("part") { 2 } else { 0 };
        emulator.fault(json!({"endpoint": endpoint, "skip": skip, "times": 0, "action": action}));
        let directory = TempDir::new();
        stopped(endpoint, |watch| {
            package.download_all(watch, &directory.0, &DownloadOptions::default())
        });
        assert_eq!(
            directory.names(),
            [""; 0],
            "{endpoint}: nothing half-written stays"
        );
        if endpoint != "package_information" {
            let target = directory.join("named.bin");
            stopped(endpoint, |watch| {
                package.download(
                    watch,
                    &file.file_id,
                    Sink::Path(target),
                    &DownloadOptions::default(),
                )
            });
            assert_eq!(
                directory.names(),
                [""; 0],
                "{endpoint}: nothing half-written stays"
            );
        }
        emulator.clear_faults();
        assert!(download_into(&package, &file.file_id, &directory).unwrap() == data);
    }
}

#[test]
fn a_stop_of_every_other_call() {
    let emulator = Emulator::start();
    let client = emulator.client_with(patient());
    let package = package(&client);
    upload(&package, "b.bin", b"b").unwrap();
    package.set_message(&mut (), "hello").unwrap();
    let keycode = package.keycode().unwrap();
    let recipient = package
        .add_recipient(&mut (), "third@acme.test", None)
        .unwrap()
        .recipient_id;
    let phone = sendsafely::PhoneNumber {
        number: "4155550100".into(),
        country: None,
    };
    type Call<'a> = &'a dyn Fn(&mut Watch) -> Result<()>;
    let calls: [(&str, Call<'_>); 10] = [
        ("create_package", &|watch| {
            Package::create(&client, watch).map(|_| ())
        }),
        ("package_information", &|watch| {
            Package::open(&client, watch, package.id(), keycode.into()).map(|_| ())
        }),
        ("add_recipient", &|watch| {
            package
                .add_recipient(watch, "fourth@acme.test", None)
                .map(|_| ())
        }),
        ("update_recipient", &|watch| {
            package.set_recipient_phone(watch, &recipient, &phone)
        }),
        ("update_package", &|watch| package.set_life(watch, 3)),
        ("set_message", &|watch| package.set_message(watch, "other")),
        ("get_message", &|watch| package.message(watch).map(|_| ())),
        ("user_information", &|watch| {
            client.request(watch, "GET", "/user/", None).map(|_| ())
        }),
        ("package_public_keys", &|watch| {
            package
                .finalize(watch, &FinalizeOptions::default())
                .map(|_| ())
        }),
        ("finalize", &|watch| {
            package
                .finalize(watch, &FinalizeOptions::default())
                .map(|_| ())
        }),
    ];
    for (endpoint, call) in calls {
        emulator.fault(silent(endpoint));
        stopped(endpoint, call);
        emulator.clear_faults();
        package.information(&mut ()).unwrap();
    }
    finalize(&package);
    emulator.fault(silent("delete_package"));
    stopped("delete_package", |watch| package.delete(watch));
    emulator.clear_faults();
    package.delete(&mut ()).unwrap();
}

#[test]
fn after_a_stop_finalize_can_be_called_again() {
    for (when, calls) in [("before", 2), ("after", 1)] {
        let emulator = Emulator::start();
        let package = package(&emulator.client_with(patient()));
        upload(&package, "b.bin", b"b").unwrap();
        emulator
            .fault(json!({"endpoint": "finalize", "when": when, "action": {"hang_ms": 60_000}}));
        stopped("finalize", |watch| {
            package.finalize(watch, &FinalizeOptions::default())
        });
        let link = finalize(&package);
        assert_eq!(emulator.count("finalize"), calls, "{when}");
        Package::open_link(&emulator.client_of(1, options()), &mut (), &link).unwrap();
    }
}

#[test]
fn a_package_can_be_deleted_after_a_stop_whatever_the_server_has_done() {
    for (endpoint, when) in [
        ("part_put", "before"),
        ("create_file", "after"),
        ("finalize", "before"),
        ("finalize", "after"),
    ] {
        let emulator = Emulator::start();
        let package = package(&emulator.client_with(patient()));
        upload(&package, "b.bin", b"b").unwrap();
        emulator.fault(json!({"endpoint": endpoint, "when": when, "action": {"hang_ms": 60_000}}));
        if endpoint == "finalize" {
            stopped(endpoint, |watch| {
                package.finalize(watch, &FinalizeOptions::default())
            });
        } else {
            stopped(endpoint, |watch| {
                upload_watched(&package, watch, "a.bin", b"a")
            });
        }
        emulator.clear_faults();
        package
            .delete(&mut ())
            .unwrap_or_else(|error| panic!("{endpoint} {when}: {error}"));
        assert!(
            emulator.only_package()["state"]
                .as_str()
                .unwrap()
                .contains("DELETED"),
            "{endpoint} {when}"
        );
    }
}

#[test]
fn a_stop_during_the_tls_handshake() {
    let emulator = Emulator::start_with(&["--tls"]);
    emulator.admin_json("POST", "/handshake-hang", &json!({"on": true}));
    let client = emulator.client_with(patient());
    stopped("handshake", |watch| Package::create(&client, watch));
    emulator.admin_json("POST", "/handshake-hang", &json!({"on": false}));
    Package::create(&client, &mut ()).unwrap();
}

/// An address where connecting hangs, because its queue of connections is full.
fn blackhole() -> (TcpListener, Vec<TcpStream>, SocketAddr) {
    use std::os::fd::AsRawFd;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    #[allow(
        unsafe_code,
        reason = "there is no safe way to choose the length of the queue"
    )]
    // SAFETY: the descriptor is open; listening again only changes the length of the queue.
    let result = unsafe { libc::listen(listener.as_raw_fd(), 0) };
    assert_eq!(result, 0);
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        queued.push(stream);
        assert!(queued.len() < 100, "the queue never gets full");
    }
    (listener, queued, address)
}

#[test]
fn a_stop_while_connecting() {
    let (_listener, _queued, address) = blackhole();
    let client = Client::new(
        &format!("http://{address}"),
        "key",
        "secret".into(),
        patient(),
    )
    .unwrap();
    let watch = stopped("connecting", |watch| Package::create(&client, watch));
    assert_eq!(watch.phases(), [Phase::Connecting]);
}

#[test]
fn a_stop_while_a_further_part_is_asked_for() {
    let (_listener, _queued, address) = blackhole();
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(patient()));
    let secret = emulator.package(package.id())["server_secret"].clone();
    let passphrase = secret.as_str().unwrap().to_owned() + package.keycode().unwrap();
    let part =
        |seed| support::openpgp::part(support::openpgp::NODE, &passphrase, &noise(seed, 1000));
    let id = emulator.add_file(package.id(), "a.bin", 3000, &[part(1), part(2)]);
    let urls = json!({"downloadUrls": [{"part": 3, "url": format!("http://{address}/3")}]});
    emulator.fault(
        json!({"endpoint": "download_urls", "skip": 1, "times": 0, "action": {"replace_json": urls}}),
    );
    let directory = TempDir::new();
    stopped("connecting for a part", |watch| {
        let sink = Sink::Path(directory.0.clone());
        package.download(watch, &id, sink, &DownloadOptions::default())
    });
    assert_eq!(directory.names(), [""; 0], "nothing half-written stays");
}

#[test]
fn a_stop_during_name_resolution() {
    if !is_child() {
        let directory = TempDir::new();
        let library = failing_system(&directory);
        return run_child("a_stop_during_name_resolution", None, |command| {
            command.env("LD_PRELOAD", library).env("RESOLVE", "hang");
        });
    }
    let client = Client::new(
        "http://portal.localhost:9",
        "key",
        "secret".into(),
        patient(),
    )
    .unwrap();
    stopped("name resolution", |watch| Package::create(&client, watch));
}

#[test]
fn a_stop_while_waiting_to_reconnect() {
    let emulator = Emulator::start();
    let sender = package(&emulator.client_with(patient()));
    let data = noise(1, 4 * PART);
    let file = upload(&sender, "b.bin", &data).unwrap();
    let directory = TempDir::new();
    emulator.outage(600_000, &["api", "storage"]);
    let waited = [
        stopped("upload", |watch| {
            upload_watched(&sender, watch, "a.bin", &data)
        }),
        stopped("download", |watch| {
            sender.download(
                watch,
                &file.file_id,
                Sink::Path(directory.join("b")),
                &DownloadOptions::default(),
            )
        }),
        stopped("finalize", |watch| {
            sender.finalize(watch, &FinalizeOptions::default())
        }),
    ];
    for watch in waited {
        assert!(
            watch.phases().contains(&Phase::Waiting),
            "{:?}",
            watch.phases()
        );
        assert!(watch.retries() > 0);
    }
    assert_eq!(directory.names(), [""; 0]);
    emulator.outage(0, &["api", "storage"]);
    emulator.fault(json!({"endpoint": "set_message", "times": 0, "action": {"status": 429, "headers": {"Retry-After": "50"}}}));
    let watch = stopped("retry after", |watch| sender.set_message(watch, "hello"));
    assert_eq!(watch.reports.last().unwrap().1.phase, Phase::Waiting);
    emulator.clear_faults();
    finalize(&sender);
}

/// An observer whose log function is slower than lines are written.
struct SlowLog {
    until: Instant,
    lines: usize,
    stopped: Option<Instant>,
}

impl Observer for SlowLog {
    fn progress(&mut self, _: &Progress) -> Flow {
        if Instant::now() < self.until {
            return Flow::Continue;
        }
        self.stopped = Some(Instant::now());
        Flow::Stop
    }

    fn log(&mut self, _: &str) {
        assert!(self.stopped.is_none(), "no line after a stop");
        thread::sleep(Duration::from_millis(200));
        self.lines += 1;
    }
}

#[test]
fn a_stop_does_not_wait_for_a_slow_log() {
    let emulator = Emulator::start();
    let many = ClientOptions {
        parts_in_flight: 16,
        part_size: 1000,
        ..patient()
    };
    let package = package(&emulator.client_with(many));
    for endpoint in ["part_put", "part_post"] {
        emulator.fault(json!({"endpoint": endpoint, "times": 0, "action": {"status": 500}}));
    }
    let mut log = SlowLog {
        until: Instant::now() + Duration::from_secs(3),
        lines: 0,
        stopped: None,
    };
    let result = upload_watched(&package, &mut log, "a.bin", &noise(1, 100_000));
    refused(result, ErrorKind::Stopped);
    let took = log.stopped.unwrap().elapsed();
    assert!(log.lines > 5, "{}", log.lines);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_stop_at_the_first_report_sends_nothing_more() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let mut watch = Watch::stopping(|_| true);
    refused(
        upload_watched(&package, &mut watch, "a.bin", b"a"),
        ErrorKind::Stopped,
    );
    assert_eq!(watch.reports.len(), 1);
    thread::sleep(Duration::from_millis(300));
    still_usable(&emulator, &package, "first report");
}

#[test]
fn a_stop_of_a_stream_leaves_no_temporary_file() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let before = temporary_files();
    let mut endless = |buffer: &mut [u8]| {
        thread::sleep(Duration::from_millis(20));
        buffer.fill(7);
        Ok(buffer.len())
    };
    let source = Source::Reader {
        name: "a.bin".into(),
        size: None,
        reader: &mut endless,
    };
    stopped("stream", |watch| {
        package.upload(watch, source, &UploadOptions::default())
    });
    assert_eq!(temporary_files(), before);
    still_usable(&emulator, &package, "stream");
}

/// The caller's functions are slow, and never at their end.
#[test]
fn a_stop_comes_between_two_calls_of_a_slow_function() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(ClientOptions {
        part_size: 2 << 20,
        ..patient()
    }));
    let assert_prompt = |what: &str, watch: &Watch, started: Instant| {
        let took = started.elapsed();
        assert!(took < Duration::from_secs(2), "{what}: {took:?}");
        let meanwhile = watch.reports.iter();
        let meanwhile = meanwhile.filter(|(at, _)| *at - started > Duration::from_millis(100));
        assert!(meanwhile.count() >= 3, "{what}: it reports meanwhile");
    };
    for size in [None, Some(1 << 20)] {
        let mut slow = |buffer: &mut [u8]| {
            thread::sleep(Duration::from_millis(100));
            let read = buffer.len().min(1000);
            buffer[..read].fill(7);
            Ok(read)
        };
        let source = Source::Reader {
            name: "a.bin".into(),
            size,
            reader: &mut slow,
        };
        let started = Instant::now();
        let watch = stopped("a slow source", |watch| {
            package.upload(watch, source, &UploadOptions::default())
        });
        assert_prompt("a slow source", &watch, started);
    }
    let file = upload(&package, "b.bin", &noise(1, 4 << 20)).unwrap();
    let mut slow = |piece: &[u8]| {
        thread::sleep(Duration::from_micros(piece.len() as u64));
        Ok(())
    };
    let started = Instant::now();
    let watch = stopped("a slow sink", |watch| {
        let sink = Sink::Writer(&mut slow);
        package.download(watch, &file.file_id, sink, &DownloadOptions::default())
    });
    assert_prompt("a slow sink", &watch, started);
}

#[test]
fn errors_of_the_callers_functions_come_back_as_they_are() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let failing = || sendsafely::Error::new(ErrorKind::ReadFailed, "the tape is torn");
    for size in [None, Some(8 * PART as u64)] {
        let mut calls = 0;
        let mut reader = |buffer: &mut [u8]| {
            calls += 1;
            if calls > 3 {
                Err(failing())
            } else {
                Ok(buffer.len())
            }
        };
        let source = Source::Reader {
            name: "a.bin".into(),
            size,
            reader: &mut reader,
        };
        let error = refused(
            package.upload(&mut (), source, &UploadOptions::default()),
            ErrorKind::ReadFailed,
        );
        assert!(error.message().contains("the tape is torn"));
    }
    let short = Source::Reader {
        name: "a.bin".into(),
        size: Some(10),
        reader: &mut |_| Ok(0),
    };
    refused(
        package.upload(&mut (), short, &UploadOptions::default()),
        ErrorKind::SizeMismatch,
    );
    let file = upload(&package, "b.bin", &noise(1, 8 * PART)).unwrap();
    let mut writer = |_: &[u8]| {
        Err(sendsafely::Error::new(
            ErrorKind::WriteFailed,
            "the disk is on fire",
        ))
    };
    let result = package.download(
        &mut (),
        &file.file_id,
        Sink::Writer(&mut writer),
        &DownloadOptions::default(),
    );
    let error = refused(result, ErrorKind::WriteFailed);
    assert!(error.message().contains("the disk is on fire"));
    package.delete_file(&mut (), &file.file_id, None).unwrap();
    still_usable(&emulator, &package, "callbacks");
}

/// Between 4 and 10 reports a second, while nothing moves at all.
#[test]
fn progress_goes_on_while_the_server_is_silent() {
    let emulator = Emulator::start();
    let package = package(&emulator.client_with(patient()));
    for endpoint in ["part_put", "set_message"] {
        emulator.fault(json!({"endpoint": endpoint, "action": {"hang_ms": 3000}}));
        let mut watch = Watch::new();
        let started = Instant::now();
        if endpoint == "part_put" {
            upload_watched(&package, &mut watch, "a.bin", b"a").unwrap();
        } else {
            package.set_message(&mut watch, "hello").unwrap();
        }
        // Only reports during the silence count: a change of phase is reported at once.
        let silence: Vec<_> = watch.reports.iter().map(|(at, _)| *at - started).collect();
        let silence: Vec<_> = silence
            .iter()
            .filter(|at| (500..2500).contains(&at.as_millis()))
            .collect();
        assert!(
            (8..=20).contains(&silence.len()),
            "{} reports in two seconds",
            silence.len()
        );
    }
}

/// A slow observer does not block the transfer for ever, and is called on the calling thread only.
#[test]
fn progress_is_monotone_and_ends_at_the_total_under_faults() {
    struct Slow(Watch);
    impl Observer for Slow {
        fn progress(&mut self, progress: &Progress) -> Flow {
            thread::sleep(Duration::from_millis(20));
            self.0.progress(progress)
        }
    }
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    for action in [
        json!({"status": 500}),
        json!({"close_after_request_bytes": 50_000}),
    ] {
        emulator.fault(json!({"endpoint": "part_put", "skip": 3, "times": 5, "action": action}));
    }
    let data = noise(1, 20 * PART + 1);
    let mut slow = Slow(Watch::new());
    let file = upload_watched(&package, &mut slow, "a.bin", &data).unwrap();
    slow.0.assert_ends_at(data.len());
    assert!(slow.0.retries() > 0);
    let (first, last) = (&slow.0.reports[0].1, &slow.0.reports.last().unwrap().1);
    assert_eq!(
        (first.bytes_done, first.bytes_total),
        (0, Some(data.len() as u64))
    );
    assert!(
        last.bytes_sent >= last.bytes_done,
        "ciphertext is longer than plaintext"
    );
    for action in [
        json!({"flip_response_byte": 99}),
        json!({"close_after_response_bytes": 50_000}),
    ] {
        emulator.fault(json!({"endpoint": "part_get", "skip": 3, "times": 2, "action": action}));
    }
    let mut slow = Slow(Watch::new());
    let mut got = Vec::new();
    package
        .download(
            &mut slow,
            &file.file_id,
            Sink::Memory(&mut got),
            &DownloadOptions::default(),
        )
        .unwrap();
    slow.0.assert_ends_at(data.len());
    assert!(got == data);
}

#[test]
fn one_client_goes_on_after_many_stops() {
    let emulator = Emulator::start();
    let client = emulator.client_with(patient());
    let package = package(&client);
    emulator.fault(json!({"endpoint": "part_put", "times": 0, "action": {"hang_ms": 60_000}}));
    thread::scope(|scope| {
        for number in 0..8 {
            let package = &package;
            scope.spawn(move || {
                stopped("many", |watch| {
                    upload_watched(
                        package,
                        watch,
                        &format!("{number}.bin"),
                        &noise(1, 4 * PART),
                    )
                });
            });
        }
    });
    still_usable(&emulator, &package, "many");
}
