//! Requests on the wire: paths as they are signed, and the headers of each kind of request (`protocol` 1.2 to 1.4,
//! 2.4). `tests/c/requests.txt` has every request of every capability.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use sendsafely::{Client, ClientOptions, DownloadOptions, FinalizeOptions, Package};
use serde_json::{Value, json};
use support::*;

/// The official clients do not percent-encode paths; the emulator checks the signature over the path as it arrives.
#[test]
fn paths_are_not_percent_encoded() {
    let emulator = Emulator::start();
    let client = emulator.client();
    for (email, segment) in [
        ("second@acme.test", "second@acme.test"),
        ("a+b.c-d_e~f@acme.test", "a+b.c-d_e~f@acme.test"),
        ("o'neil!$&*=@acme.test", "o'neil!$&*=@acme.test"),
        ("a/b?c#d%40e@acme.test", "a%2Fb%3Fc%23d%2540e@acme.test"),
        ("{a|b}^`@acme.test", "%7Ba%7Cb%7D%5E%60@acme.test"),
        ("jürgen@acme.test", "j%C3%BCrgen@acme.test"),
    ] {
        emulator.forget_requests();
        client.recipient_history(&mut (), email).unwrap();
        let path = emulator.requests()[0]["path"].clone();
        assert_eq!(path, format!("/api/v2.0/recipient/history/{segment}/"));
    }
}

#[test]
fn a_segment_that_changes_the_path_is_not_sent() {
    let emulator = Emulator::start();
    for version in [".", ".."] {
        let client = emulator.client_with(ClientOptions {
            client_version: Some(version.to_owned()),
            ..options()
        });
        assert!(client.verify_version(&mut ()).is_err(), "{version}");
    }
    assert_eq!(emulator.requests().len(), 0);
}

/// `content-type` and `accept` of a request that goes to an endpoint, and whether it has a body.
fn kind(request: &Value) -> (Option<&str>, Option<&str>, bool) {
    let header = |name: &str| request["headers"][name].as_str();
    let content_type = header("content-type").map(|text| text.split(';').next().unwrap());
    let has_body = request["body_size"] != 0;
    (content_type, header("accept"), has_body)
}

const JSON: Option<&str> = Some("application/json");
const BYTES: Option<&str> = Some("*/*");

#[test]
fn each_request_has_content_type_and_accept() {
    let emulator = Emulator::start();
    for force_api_route in [false, true] {
        let client = emulator.client_with(ClientOptions {
            force_api_route,
            ..options()
        });
        let package = package(&client);
        let file = upload(&package, "a.bin", &noise(1, 2 * PART)).unwrap();
        let group = client
            .create_contact_group(&mut (), "Sales", false)
            .unwrap();
        package
            .add_contact_group(&mut (), &group.contact_group_id)
            .unwrap();
        let link = finalize(&package);
        let received = Package::open_link(&client, &mut (), &link).unwrap();
        download(&received, &file.file_id).unwrap();
        package.delete(&mut ()).unwrap();
    }
    let requests = emulator.requests();
    let mut seen = Vec::new();
    for request in &requests {
        let endpoint = request["endpoint"].as_str().unwrap();
        let has_body = !matches!(request["method"].as_str().unwrap(), "GET" | "DELETE")
            && endpoint != "add_group_to_package";
        let expected = match endpoint {
            "part_put" | "part_get" => (None, BYTES, has_body),
            "part_post" => (Some("multipart/form-data"), JSON, has_body),
            "part_download" => (JSON, BYTES, has_body),
            _ => (JSON, JSON, has_body),
        };
        assert_eq!(kind(request), expected, "{request}");
        seen.push(endpoint);
    }
    for endpoint in [
        "part_put",
        "part_get",
        "part_post",
        "part_download",
        "package_information",
        "add_group_to_package",
        "delete_package",
    ] {
        assert!(seen.contains(&endpoint), "{endpoint}");
    }
}

#[test]
fn requests_without_a_signature_have_them_too() {
    let emulator = Emulator::start();
    let nobody = Client::without_credentials(&emulator.text("url"), options()).unwrap();
    nobody
        .start_registration(&mut (), "new@acme.test", false)
        .unwrap();
    let dropzone = emulator.text("dropzone_id");
    let anonymous = Client::for_dropzone(&emulator.text("url"), &dropzone, options()).unwrap();
    let package = Package::create(&anonymous, &mut ()).unwrap();
    upload(&package, "a.bin", b"a").unwrap();
    package
        .finalize(&mut (), &FinalizeOptions::default())
        .unwrap();
    package
        .submit_hosted_dropzone(&mut (), "Label", "sender@x.test")
        .unwrap();
    let mut forms = 0;
    for request in &emulator.requests() {
        let (content_type, accept, _) = kind(request);
        match request["endpoint"].as_str().unwrap() {
            "part_put" => assert_eq!((content_type, accept), (None, BYTES), "{request}"),
            "submit_hosted_dropzone" | "dropzone_connector" => {
                forms += 1;
                let form = Some("application/x-www-form-urlencoded");
                assert_eq!((content_type, accept), (form, JSON), "{request}");
            }
            _ => assert_eq!((content_type, accept), (JSON, JSON), "{request}"),
        }
    }
    assert_eq!(forms, 2);
}

/// URLs are fetched in full batches; the last one ends with the file's last part.
#[test]
fn no_url_is_asked_for_beyond_the_last_part() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        part_size: 1000,
        ..options()
    });
    for (parts, batches) in [
        (1, json!([[1, 1]])),
        (25, json!([[1, 25]])),
        (26, json!([[1, 25], [26, 26]])),
        (60, json!([[1, 25], [26, 50], [51, 60]])),
    ] {
        let package = package(&client);
        let file = upload(&package, "a.bin", &noise(1, parts * 1000)).unwrap();
        emulator.forget_requests();
        download(&package, &file.file_id).unwrap();
        let mut asked: Vec<Value> = Vec::new();
        for request in emulator.requests() {
            if request["endpoint"] == "download_urls" {
                let body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
                asked.push(json!([body["startSegment"], body["endSegment"]]));
            }
        }
        assert_eq!(Value::from(asked), batches, "{parts} parts");
    }
}

/// Of these nine, each needs what the one before has returned or done, but for the message, which comes when the program
/// sets it, and the public keys, which must be the latest when the package is finalized.
#[test]
fn a_small_package_needs_no_more_requests_than_the_protocol() {
    let emulator = Emulator::start();
    let client = emulator.client();
    let package = package(&client);
    upload(&package, "small.bin", &noise(1, 10_000)).unwrap();
    package.set_message(&mut (), "a message").unwrap();
    let link = finalize(&package);
    assert_eq!(
        endpoints(&emulator),
        [
            "create_package",
            "add_recipient",
            "create_file",
            "upload_urls",
            "part_put",
            "upload_complete",
            "set_message",
            "package_public_keys",
            "finalize",
        ]
    );

    // A link names the package by its code, all else by the id, if the service lets this user read by it.
    emulator.forget_requests();
    let received = Package::open_link(&client, &mut (), &link).unwrap();
    let (target, options) = (TempDir::new(), DownloadOptions::default());
    received.download_all(&mut (), &target.0, &options).unwrap();
    assert_eq!(target.names(), ["small.bin"]);
    assert_eq!(
        endpoints(&emulator),
        [
            "package_information",
            "package_information",
            "download_urls",
            "part_get",
        ]
    );
}

fn endpoints(emulator: &Emulator) -> Vec<Value> {
    let requests = emulator.requests().into_iter();
    requests.map(|one| one["endpoint"].clone()).collect()
}

/// Forwards connections to a server, and records what clients send.
fn listen_in(server: &str) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (server, all) = (server.to_owned(), Arc::clone(&heard));
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
            let (mut back, mut responses) =
                (client.try_clone().unwrap(), server.try_clone().unwrap());
            let heard = Arc::clone(&all);
            thread::spawn(move || std::io::copy(&mut responses, &mut back));
            thread::spawn(move || {
                let mut buffer = [0; 16 << 10];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    heard.lock().unwrap().extend_from_slice(&buffer[..read]);
                    server.write_all(&buffer[..read]).unwrap();
                }
            });
        }
    });
    (url, heard)
}

/// Every byte of the two fields is that of the example in `protocol` 4.4.2.
#[test]
fn a_part_through_the_api_server_has_the_form_of_the_protocol() {
    let protocol = include_str!("../docs/protocol.md");
    let (_, example) = protocol
        .split_once("as our client sends it:\n\n```\n")
        .unwrap();
    let (example, _) = example.split_once("\n```").unwrap();
    let emulator = Emulator::start();
    let server = emulator.text("url");
    let (url, heard) = listen_in(server.strip_prefix("http://").unwrap());
    let (key, secret) = (
        emulator.of_user(0, "api_key"),
        emulator.of_user(0, "api_secret"),
    );
    let options = ClientOptions {
        force_api_route: true,
        ..options()
    };
    let client = Client::new(&url, &key, secret.as_str().into(), options).unwrap();
    upload(&package(&client), "a.bin", b"a").unwrap();

    let heard = String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
    let (_, request) = heard.split_once("multipart/form-data; boundary=").unwrap();
    let (boundary, request) = request.split_once("\r\n").unwrap();
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let expected = example.replace("--B", &format!("--{boundary}"));
    let (head, tail) = expected.split_once("<encrypted bytes>").unwrap();
    assert!(body.starts_with(&head.replace('\n', "\r\n")), "{body}");
    let end = tail.replace('\n', "\r\n");
    assert!(body.contains(&(end + "\r\n")), "{body}");
}
