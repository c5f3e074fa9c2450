//! Proxies: every kind works, and nothing goes around one that fails. Which proxy a host has is tested by the table
//! in `tests/vectors/proxies.json`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sendsafely::{Client, ClientOptions, ErrorKind};
use support::*;

/// A proxy that connects to one server, whatever the request names, and records the name.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(
        server: &str,
        greet: impl Fn(&mut TcpStream) -> Option<String> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (server, noted) = (server.to_owned(), Arc::clone(&asked));
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let Some(target) = greet(&mut client) else {
                    continue;
                };
                noted.lock().unwrap().push(target);
                let server = TcpStream::connect(&server).unwrap();
                for (mut from, mut to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server, client),
                ] {
                    thread::spawn(move || std::io::copy(&mut from, &mut to).ok());
                }
            }
        });
        Self { port, asked }
    }

    fn url(&self, scheme: &str) -> String {
        format!("{scheme}://me:S%45CRET@127.0.0.1:{}", self.port)
    }
}

fn read<const LENGTH: usize>(stream: &mut TcpStream) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn read_text(stream: &mut TcpStream) -> String {
    let [length] = read(stream);
    let mut text = vec![0; length.into()];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// RFC 1928, with user and password.
fn socks5(stream: &mut TcpStream) -> Option<String> {
    let [5, methods] = read(stream) else {
        return None;
    };
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).unwrap();
    assert!(offered.contains(&2));
    stream.write_all(&[5, 2]).unwrap();
    assert_eq!(read(stream), [1]);
    let login = (read_text(stream), read_text(stream));
    assert_eq!(login, ("me".to_owned(), "SECRET".to_owned()));
    stream.write_all(&[1, 0]).unwrap();
    let [5, 1, 0, kind] = read(stream) else {
        panic!("a connection was expected");
    };
    let host = match kind {
        1 => std::net::Ipv4Addr::from(read::<4>(stream)).to_string(),
        3 => read_text(stream),
        _ => panic!("{kind}"),
    };
    let port = u16::from_be_bytes(read(stream));
    // The bound address, here as a name; clients ignore it.
    stream
        .write_all(&[5, 0, 0, 3, 2, b'm', b'e', 0, 7])
        .unwrap();
    Some(format!("{host}:{port}"))
}

fn http_connect(stream: &mut TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let first = lines.next()?.unwrap();
    while lines.next()?.unwrap() != "" {}
    stream.write_all(b"HTTP/1.1 200 go\r\n\r\n").unwrap();
    Some(first.split(' ').nth(1)?.to_owned())
}

fn client(emulator: &Emulator, host: &str, proxy: Option<String>) -> Client {
    let options = ClientOptions {
        proxy,
        allow_plain_http: true,
        ..options()
    };
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    Client::new(host, &key, secret.as_str().into(), options).unwrap()
}

#[test]
fn every_kind_of_proxy_connects_to_the_host() {
    let emulator = Emulator::start();
    let server = emulator.text("url");
    let server = server.strip_prefix("http://").unwrap();
    for (scheme, host, target) in [
        ("socks5", "192.0.2.7:8080", "192.0.2.7:8080"),
        ("socks5h", "acme.invalid", "acme.invalid:80"),
        ("http", "acme.invalid", "acme.invalid:80"),
    ] {
        let proxy = match scheme {
            "http" => Proxy::start(server, http_connect),
            _ => Proxy::start(server, socks5),
        };
        let client = client(
            &emulator,
            &format!("http://{host}"),
            Some(proxy.url(scheme)),
        );
        let package = package(&client);
        let file = upload(&package, "a.bin", &noise(1, 3 * PART)).unwrap();
        assert!(download(&package, &file.file_id).unwrap() == noise(1, 3 * PART));
        // Storage is on this machine: connections to it use no proxy.
        let asked = proxy.asked.lock().unwrap();
        assert!(
            !asked.is_empty() && asked.iter().all(|asked| asked == target),
            "{asked:?}"
        );
    }
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let emulator = Emulator::start();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let refusing = Proxy::start("127.0.0.1:1", |stream| {
        let _: [u8; 4] = read(stream);
        stream.write_all(&[5, 0xff]).unwrap();
        None
    });
    for proxy in [
        refusing.url("socks5h"),
        format!("socks5h://me:SECRET@{closed}"),
    ] {
        let client = client(&emulator, "http://acme.invalid", Some(proxy));
        let error = refused(client.verify_credentials(&mut ()), ErrorKind::Unreachable);
        assert!(error.message().contains("proxy"), "{error}");
        assert!(!error.message().contains("CRET"), "{error}");
    }
}

#[test]
fn nothing_goes_around_a_proxy_of_the_environment() {
    const TEST: &str = "nothing_goes_around_a_proxy_of_the_environment";
    if !is_child() {
        for (name, proxy) in [
            ("HTTPS_PROXY", "http://me:SECRET@proxy:port"),
            ("https_proxy", "gopher://me:SECRET@proxy"),
            ("ALL_PROXY", "socks4://me:SECRET@127.0.0.1:1"),
        ] {
            run_child(TEST, None, |command| {
                for other in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                    command.env_remove(other);
                }
                for exceptions in ["no_proxy", "NO_PROXY"] {
                    command.env_remove(exceptions);
                }
                command.env("all_proxy", "http://127.0.0.1:1");
                command.env_remove(if name == "ALL_PROXY" {
                    "all_proxy"
                } else {
                    "ALL_PROXY"
                });
                command.env(name, proxy).env("NAME", name);
            });
        }
        return;
    }
    let name = std::env::var("NAME").unwrap();
    let new = |host: &str| Client::new(host, "key", "secret".into(), options());
    let error = refused(new("https://acme.invalid"), ErrorKind::InvalidArgument);
    assert!(error.message().starts_with(&name), "{error}");
    assert!(!error.message().contains("SECRET"), "{error}");
    assert!(error.remedy().is_some());
    // Connections to this machine never use one.
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    upload(&package, "a.bin", b"a").unwrap();
}

/// A stop reaches a call whose server is silent behind a proxy.
#[test]
fn a_stop_interrupts_what_goes_through_a_proxy() {
    let emulator = Emulator::start();
    let server = emulator.text("url");
    let proxy = Proxy::start(server.strip_prefix("http://").unwrap(), socks5);
    let client = client(&emulator, "http://acme.invalid", Some(proxy.url("socks5h")));
    client.verify_credentials(&mut ()).unwrap();
    emulator.fault(serde_json::json!({"endpoint": "user_information", "times": 0, "action": {"hang_ms": 60_000}}));
    let mut watch = Watch::stopping_after(Duration::from_millis(300));
    refused(client.user(&mut watch), ErrorKind::Stopped);
    assert!(watch.stopped.unwrap().elapsed() < Duration::from_secs(2));
}
