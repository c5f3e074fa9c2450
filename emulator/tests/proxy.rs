//! Faults of bytes, slow lines, and silent outages.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Emulator, address, send};

const REQUEST: &[u8] = b"GET /nothing HTTP/1.1\r\nHost: emulator\r\nConnection: close\r\n\r\n";

fn storage(emulator: &Emulator) -> TcpStream {
    let stream = TcpStream::connect(address(&emulator.text("storage_url")).0).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream
}

fn plan(emulator: &Emulator, plan: Value) {
    let reply = emulator.admin("POST", "/proxy", plan);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// What arrives of the response to a request, and how the connection ends.
fn exchange(emulator: &Emulator) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = storage(emulator);
    let mut response = Vec::new();
    let outcome = stream
        .write_all(REQUEST)
        .and_then(|()| stream.read_to_end(&mut response));
    (response, outcome.err().map(|error| error.kind()))
}

/// The same with one fault.
fn with_fault(
    emulator: &Emulator,
    direction: &str,
    offset: usize,
    action: Value,
) -> (Vec<u8>, Option<ErrorKind>) {
    plan(
        emulator,
        json!({"rules": [{"direction": direction, "offset": offset, "action": action}]}),
    );
    let outcome = exchange(emulator);
    let report = emulator.admin("GET", "/proxy", ()).json();
    assert_eq!(report["rules"][0]["hits"], 1, "{report}");
    outcome
}

#[test]
fn bytes_pass_and_are_counted() {
    let emulator = Emulator::start(&[]);
    let (direct, _) = exchange(&emulator);
    plan(&emulator, json!({}));
    let (response, error) = exchange(&emulator);
    assert_eq!((response.len(), error), (direct.len(), None));
    let connections = emulator.admin("GET", "/proxy", ()).json()["connections"].take();
    let expected = json!([{"listener": "storage", "number": 1, "request": REQUEST.len(), "response": direct.len()}]);
    assert_eq!(connections, expected);
    emulator.admin("DELETE", "/proxy", ());
    assert_eq!(emulator.admin("GET", "/proxy", ()).json(), Value::Null);
}

#[test]
fn a_connection_is_cut_at_any_byte() {
    let emulator = Emulator::start(&[]);
    let (whole, _) = exchange(&emulator);
    for offset in [0, 1, 17, whole.len() - 1, whole.len()] {
        let (part, end) = with_fault(&emulator, "response", offset, json!({"cut": "close"}));
        assert_eq!((part.len(), end), (offset, None));
        let (part, end) = with_fault(&emulator, "response", offset, json!({"cut": "reset"}));
        assert_eq!(
            (part.len(), end),
            (offset, Some(ErrorKind::ConnectionReset))
        );
    }
    emulator.admin("DELETE", "/requests", ());
    for offset in [0, 1, REQUEST.len() - 1] {
        let (part, _) = with_fault(&emulator, "request", offset, json!({"cut": "close"}));
        assert_eq!(part, b"");
    }
    assert_eq!(emulator.requests(), [Value::Null; 0]);
}

#[test]
fn bytes_are_flipped_and_doubled() {
    let emulator = Emulator::start(&[]);
    let (flipped, _) = with_fault(&emulator, "response", 3, json!({"flip": 5}));
    assert_eq!(&flipped[..8], b"HTTp/1.1");
    let (doubled, _) = with_fault(&emulator, "response", 5, json!({"duplicate": 3}));
    assert_eq!(&doubled[..11], b"HTTP/1.11.1");
    // The path of the request loses its first letter to another one.
    with_fault(&emulator, "request", 5, json!({"flip": 0}));
    assert_eq!(emulator.requests().last().unwrap()["path"], "/oothing");
}

#[test]
fn silence_ends_with_the_plan() {
    let emulator = Emulator::start(&[]);
    for action in [json!({"stall": 0}), json!("half_open")] {
        plan(
            &emulator,
            json!({"rules": [{"direction": "response", "offset": 4, "action": action}]}),
        );
        let mut stream = storage(&emulator);
        stream.write_all(REQUEST).unwrap();
        let mut start = [0; 4];
        stream.read_exact(&mut start).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(100)))
            .unwrap();
        assert!(stream.read(&mut start).is_err(), "{action}");
        emulator.admin("DELETE", "/proxy", ());
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        assert!(!matches!(stream.read(&mut start), Ok(1..)), "{action}");
    }
}

#[test]
fn a_pause_and_a_slow_direction_lose_nothing() {
    let emulator = Emulator::start(&[]);
    let (whole, _) = exchange(&emulator);
    let slow = json!({"throttle": whole.len() * 4});
    for action in [json!({"stall": 200}), slow] {
        let begun = Instant::now();
        let (response, end) = with_fault(&emulator, "response", 0, action.clone());
        assert_eq!((response.len(), end), (whole.len(), None), "{action}");
        assert!(begun.elapsed() >= Duration::from_millis(200), "{action}");
    }
}

#[test]
fn chance_strikes_by_its_seed() {
    let emulator = Emulator::start(&[]);
    let lengths = |seed| {
        let chance =
            json!({"per_mille": 500, "seed": seed, "span": 100, "actions": [{"cut": "close"}]});
        plan(&emulator, json!({"chance": chance}));
        (0..40)
            .map(|_| exchange(&emulator).0.len())
            .collect::<Vec<_>>()
    };
    let first = lengths(1);
    let hits = emulator.admin("GET", "/proxy", ()).json()["chance_hits"].as_u64();
    assert!((5..35).contains(&hits.unwrap()), "{hits:?}");
    assert_eq!(first, lengths(1));
    assert_ne!(first, lengths(2));
}

#[test]
fn connections_share_a_slow_line() {
    let emulator = Emulator::start(&[]);
    let owner = emulator.owner();
    let package = owner.create();
    let file = owner.upload(&package, &[&[7; 100_000]]);
    let url = owner.download_url(&package, &file);
    plan(
        &emulator,
        json!({"line": {"mbit_per_s": 8, "round_trip_ms": 100}}),
    );
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let reply = send(&url, "GET", "", &[], ()).unwrap();
                assert_eq!(reply.body, [7; 100_000]);
            });
        }
    });
    // Two round trips and 200,000 bytes at 1,000,000 in a second.
    assert!(begun.elapsed() >= Duration::from_millis(400));
}

#[test]
fn nothing_responds_in_a_silent_outage() {
    let emulator = Emulator::start(&[]);
    let mut open = storage(&emulator);
    open.write_all(&REQUEST[..10]).unwrap();
    let outage = |ms: u64| {
        let body = json!({"ms": ms, "listeners": ["storage"], "silent": true});
        assert_eq!(emulator.admin("POST", "/outage", body).status, 200);
    };
    outage(60_000);
    let address = address(&emulator.text("storage_url")).0.parse().unwrap();
    let connected = TcpStream::connect_timeout(&address, Duration::from_millis(300));
    assert_eq!(connected.unwrap_err().kind(), ErrorKind::TimedOut);
    open.write_all(&REQUEST[10..]).unwrap();
    open.set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    assert!(open.read(&mut [0]).is_err());
    outage(0);
    open.set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut response = Vec::new();
    open.read_to_end(&mut response).unwrap();
    assert!(response.starts_with(b"HTTP/1.1 404"));
    assert!(!exchange(&emulator).0.is_empty());
}
