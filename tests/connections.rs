//! Connections: what was sent and what was not, servers that are slow or silent, how many sockets there are and which.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use sendsafely::{Client, ClientOptions, ErrorKind};
use support::*;

/// Passes connections on to a server. Once it is told to, it changes the next bytes that the server sends on each of
/// the connections that are open by then.
struct Relay {
    address: String,
    damage: Arc<AtomicBool>,
}

impl Relay {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let damage = Arc::new(AtomicBool::new(false));
        let (server, damaging) = (server.to_owned(), Arc::clone(&damage));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let opened_before = !damaging.load(Ordering::SeqCst);
                let damaging = Arc::clone(&damaging);
                pass(
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    |_| {},
                );
                pass(server, client, move |bytes| {
                    if opened_before && damaging.load(Ordering::SeqCst) {
                        *bytes.last_mut().unwrap() ^= 1;
                    }
                });
            }
        });
        Self { address, damage }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, change: impl Fn(&mut [u8]) + Send + 'static) {
    thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            change(&mut buffer[..read]);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    });
}

/// The sender of an emulator that is reached at another address.
fn client_at(emulator: &Emulator, url: &str, mut options: ClientOptions) -> Client {
    options.ca_bundle = Some(PathBuf::from(emulator.text("ca_file")));
    let (key, secret) = (emulator.text("api_key"), emulator.text("api_secret"));
    Client::new(url, &key, secret.as_str().into(), options).unwrap()
}

/// One forged segment breaks the TLS of an answer: the request was sent all the same.
#[test]
fn a_tls_error_in_the_answer_is_a_lost_answer() {
    let emulator = Emulator::start_with(&["--tls"]);
    let url = emulator.text("url");
    let relay = Relay::to(url.strip_prefix("https://").unwrap());
    let client = client_at(&emulator, &format!("https://{}", relay.address), options());
    let package = package(&client);
    upload(&package, "a.bin", b"a").unwrap();
    finalize(&package);
    // The connection at rest is the one that the notification takes.
    package.information(&mut ()).unwrap();
    relay.damage.store(true, Ordering::SeqCst);
    let error = refused(package.notify(&mut ()), ErrorKind::OutcomeUnknown);
    assert!(error.remedy().is_some());
    assert_eq!(emulator.count("notify"), 1);
    // What may be repeated is.
    package.information(&mut ()).unwrap();
}
