//! Files cut and encrypted as each official client does it (`protocol` 3.4, 4.3) are read back byte by byte.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use sendsafely::{Client, ClientOptions, DownloadOptions, ErrorKind, Package, Sink};
use support::openpgp::{DOT_NET, JAVA, NODE, PYTHON, Style, part};
use support::*;

const S: usize = 2_621_440;
const Q: usize = S / 4;
const SIZES: [usize; 7] = [0, Q, Q + 1, S, S + 1, 2 * S, 4 * S + 1];

/// Bytes of plaintext in each part, from the table of `protocol` 4.3.
fn equal_parts(size: usize, part_size: usize) -> Vec<usize> {
    let parts = size.div_ceil(part_size).max(1);
    (0..parts)
        .map(|part| part_size.min(size - part * part_size))
        .collect()
}

fn java(size: usize) -> Vec<usize> {
    equal_parts(size, 4 * S)
}

fn dot_net(size: usize) -> Vec<usize> {
    let parts = size.div_ceil(S).max(1);
    let each = size / parts;
    (0..parts)
        .map(|part| {
            if part == 0 {
                size - each * (parts - 1)
            } else {
                each
            }
        })
        .collect()
}

fn node(size: usize) -> Vec<usize> {
    equal_parts(size, S)
}

fn node_legacy(size: usize) -> Vec<usize> {
    let mut lengths = vec![size.min(Q)];
    if size > Q {
        lengths.extend(equal_parts(size - Q, S));
    }
    lengths
}

/// As many parts as in Node's legacy layout, but filled from the start: the last one may be empty.
fn python(size: usize) -> Vec<usize> {
    let parts = node_legacy(size).len();
    (0..parts)
        .map(|part| S.min(size.saturating_sub(part * S)))
        .collect()
}

#[test]
fn the_tables_are_those_of_appendix_a4() {
    /// Size, Java's parts, .NET's layout, Node's parts, layouts of Python and of Node's legacy way.
    type Row<'a> = (usize, usize, &'a [usize], usize, &'a [usize], &'a [usize]);
    let rows: [Row<'_>; 7] = [
        (0, 1, &[0], 1, &[0], &[0]),
        (655_360, 1, &[655_360], 1, &[655_360], &[655_360]),
        (655_361, 1, &[655_361], 1, &[655_361, 0], &[655_360, 1]),
        (
            2_621_440,
            1,
            &[2_621_440],
            1,
            &[2_621_440, 0],
            &[655_360, 1_966_080],
        ),
        (
            2_621_441,
            1,
            &[1_310_721, 1_310_720],
            2,
            &[2_621_440, 1],
            &[655_360, 1_966_081],
        ),
        (
            5_242_880,
            1,
            &[2_621_440; 2],
            2,
            &[2_621_440, 2_621_440, 0],
            &[655_360, 2_621_440, 1_966_080],
        ),
        (
            10_485_761,
            2,
            &[2_097_153, 2_097_152, 2_097_152, 2_097_152, 2_097_152],
            5,
            &[2_621_440, 2_621_440, 2_621_440, 2_621_440, 1],
            &[655_360, 2_621_440, 2_621_440, 2_621_440, 1_966_081],
        ),
    ];
    for (size, java_parts, dot_net_layout, node_parts, python_layout, legacy_layout) in rows {
        assert_eq!(java(size).len(), java_parts);
        assert_eq!(dot_net(size), dot_net_layout);
        assert_eq!(node(size).len(), node_parts);
        assert_eq!(python(size), python_layout);
        assert_eq!(node_legacy(size), legacy_layout);
    }
}

fn passphrase(emulator: &Emulator, package: &Package) -> String {
    let server_secret = emulator.package(package.id())["server_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    server_secret + package.keycode().unwrap()
}

/// Cuts and encrypts, stores the parts directly in the emulator, and reads them in every way.
fn read_back(style: Style, cut: fn(usize) -> Vec<usize>, sizes: &[usize]) {
    let emulator = Emulator::start();
    let sender = package(&emulator.client());
    let passphrase = passphrase(&emulator, &sender);
    let files: Vec<_> = sizes
        .iter()
        .map(|size| {
            let data = noise(1, *size);
            let lengths = cut(*size);
            assert_eq!(lengths.iter().sum::<usize>(), *size);
            let mut rest = &data[..];
            let parts: Vec<_> = lengths
                .iter()
                .map(|length| {
                    let (plaintext, after) = rest.split_at(*length);
                    rest = after;
                    // The Python client has a literal packet of type `t` for text, and an empty part counts as text.
                    let format = if plaintext.is_empty() && style.count == 0xff {
                        b't'
                    } else {
                        style.format
                    };
                    part(Style { format, ..style }, &passphrase, plaintext)
                })
                .collect();
            let id = emulator.add_file(sender.id(), &format!("{size}.bin"), *size, &parts);
            (id, data)
        })
        .collect();
    // The sender's handle has to read the package anew, since it has not created these files.
    assert_eq!(
        sender.information(&mut ()).unwrap().files.len(),
        files.len()
    );
    let link = finalize(&sender);
    let open = |options| -> (Client, Package) {
        let client = emulator.client_of(1, options);
        let package = Package::open_link(&client, &mut (), &link).unwrap();
        (client, package)
    };
    // By storage into a directory, all at once.
    let directory = TempDir::new();
    let (_, received) = open(options());
    let mut watch = Watch::new();
    received
        .download_all(&mut watch, &directory.0, &DownloadOptions::default())
        .unwrap();
    watch.assert_ends_at(sizes.iter().sum());
    for (size, (_, data)) in sizes.iter().zip(&files) {
        assert!(
            fs::read(directory.join(&format!("{size}.bin"))).unwrap() == *data,
            "{size}"
        );
    }
    // Through the API server into memory, with a budget for one part at a time.
    let (_, received) = open(ClientOptions {
        force_api_route: true,
        memory_budget: 1 << 20,
        ..options()
    });
    for (id, data) in &files {
        let mut got = Vec::new();
        let mut watch = Watch::new();
        received
            .download(
                &mut watch,
                id,
                Sink::Memory(&mut got),
                &DownloadOptions::default(),
            )
            .unwrap();
        watch.assert_ends_at(data.len());
        assert!(got == *data, "{}", data.len());
    }
}

#[test]
fn java_layout() {
    read_back(JAVA, java, &SIZES);
}

#[test]
fn dot_net_layout() {
    read_back(DOT_NET, dot_net, &SIZES);
}

#[test]
fn node_layout() {
    read_back(NODE, node, &SIZES);
}

#[test]
fn node_legacy_layout() {
    read_back(NODE, node_legacy, &SIZES);
}

/// Fewer sizes: its S2K hashes 65 MB for each part.
#[test]
fn python_layout() {
    read_back(PYTHON, python, &[0, Q + 1, S, 2 * S]);
}

#[test]
fn an_empty_file_without_any_part_is_read() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let id = emulator.add_file(package.id(), "empty.bin", 0, &[]);
    assert_eq!(download(&package, &id).unwrap(), b"");
}

#[test]
fn parts_in_the_wrong_place_or_of_another_package_are_refused() {
    let emulator = Emulator::start();
    let package = package(&emulator.client());
    let id = emulator.add_file(
        package.id(),
        "a.bin",
        1000,
        &[part(NODE, "another passphrase", &noise(1, 1000))],
    );
    let directory = TempDir::new();
    let error = refused(
        download_into(&package, &id, &directory),
        ErrorKind::DecryptFailed,
    );
    assert!(error.remedy().is_some());
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn a_part_above_the_limit_is_refused_before_it_is_fetched() {
    let emulator = Emulator::start();
    let client = emulator.client_with(ClientOptions {
        max_part_bytes: 1 << 20,
        ..options()
    });
    let package = package(&client);
    let passphrase = passphrase(&emulator, &package);
    let id = emulator.add_file(
        package.id(),
        "a.bin",
        2 << 20,
        &[part(JAVA, &passphrase, &noise(1, 2 << 20))],
    );
    let directory = TempDir::new();
    let error = refused(
        download_into(&package, &id, &directory),
        ErrorKind::PartTooLarge,
    );
    assert!(error.remedy().is_some());
    assert_eq!(directory.names(), [""; 0]);
}
