//! Responses of every endpoint, as bytes of HTTP, through the whole client.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::api::fuzz::{HOST, play};
use crate::fuzz_input::{Input, accepted};
use crate::{
    AuditLogFilter, Client, ClientOptions, DirectoryOptions, DownloadOptions, FinalizeOptions,
    ListOptions, Package, PackageList, PackageSearch, Pages, SecretString, Sink, Source,
    SyncOptions, UploadOptions,
};

// The secrets are those of `tests/vectors/python`.
const LINK: &str = "http://127.0.0.1:1/receive/?thread=GVG2-MNZT&packageCode=JAqm8IL0MUCibRo5Kgy3NHLS33tLf1HQe1xuYZM8HOQ#keyCode=7LPwUCcblf4xFBVBSAfT9ygubzIYKfQV5zZ-4s_-1c8";
const KEYCODE: &str = "7LPwUCcblf4xFBVBSAfT9ygubzIYKfQV5zZ-4s_-1c8";

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let options = ClientOptions {
            proxy: Some(HOST.to_owned()),
            retry_window: Duration::ZERO,
            parts_in_flight: 1,
            part_size: 1000,
            max_part_bytes: 1 << 20,
            ..ClientOptions::default()
        };
        Client::new(HOST, "key", SecretString::from("SECRETexample"), options).expect("a client")
    })
}

fn pages<T: Clone + PartialEq + Send + 'static>(pages: crate::Result<Pages<T>>) {
    let Some(pages) = accepted(pages) else { return };
    for _ in 0..8 {
        if accepted(pages.next(&mut ())).flatten().is_none() {
            break;
        }
    }
}

fn opened() -> Option<Package> {
    accepted(Package::open_link(client(), &mut (), LINK))
}

fn own() -> Option<Package> {
    accepted(Package::open(
        client(),
        &mut (),
        "GVG2-MNZT",
        SecretString::from(KEYCODE),
    ))
}

/// An empty directory, and beside it a file that nobody may touch.
fn with_directory(work: impl FnOnce(&std::path::Path)) {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        std::env::temp_dir().join(format!("fuzz-responses-{}", std::process::id()))
    });
    let inner = place.join("inner");
    fs::create_dir_all(&inner).expect("a directory");
    fs::write(place.join("canary"), "mine").expect("it is written");
    work(&inner);
    let left = fs::read_dir(place).expect("it lists").count();
    assert_eq!(left, 2, "something stands beside the directory");
    assert_eq!(
        fs::read(place.join("canary")).expect("it is there"),
        b"mine"
    );
    fs::remove_dir_all(place).expect("it goes");
}

/// The calls that read responses of their own kinds. Each is made with a script of its own.
const CALLS: &[fn()] = &[
    || drop(accepted(client().verify_credentials(&mut ()))),
    || drop(accepted(client().verify_version(&mut ()))),
    || drop(accepted(client().user(&mut ()))),
    || drop(accepted(client().enterprise(&mut ()))),
    || pages(client().list_packages(PackageList::Sent, ListOptions::default())),
    || {
        let search = PackageSearch {
            whole_organization: true,
            ..PackageSearch::default()
        };
        pages(client().search_packages(&search, ListOptions::default()));
    },
    || drop(accepted(client().recipient_history(&mut (), "a@b.test"))),
    || drop(accepted(client().contact_groups(&mut (), false))),
    || drop(accepted(client().contact_group(&mut (), "1"))),
    || {
        drop(accepted(client().create_contact_group(
            &mut (),
            "name",
            false,
        )))
    },
    || {
        drop(accepted(client().add_contact_group_member(
            &mut (),
            "1",
            "a@b.test",
        )))
    },
    || pages(client().list_audit_log(&AuditLogFilter::default())),
    || drop(accepted(client().dropzone_recipients(&mut ()))),
    || drop(accepted(client().public_key(&mut (), "1"))),
    || drop(accepted(client().package_information(&mut (), "GVG2-MNZT"))),
    || drop(accepted(client().request(&mut (), "GET", "/user/", None))),
    || {
        if let Some(package) = opened() {
            accepted(package.message(&mut ()));
            accepted(package.information(&mut ()));
        }
    },
    || {
        if let Some(package) = opened() {
            let mut bytes = Vec::new();
            let options = DownloadOptions::default();
            accepted(package.download(&mut (), "1", Sink::Memory(&mut bytes), &options));
        }
    },
    || {
        if let Some(package) = opened() {
            with_directory(|directory| {
                let options = DownloadOptions::default();
                let _ = package.download_all(&mut (), directory, &options);
            });
        }
    },
    || {
        if let Some(package) = own() {
            let options = DirectoryOptions::default();
            accepted(package.directory(&mut (), None, &options));
            pages(package.list_activity());
        }
    },
    || {
        if let Some(package) = own() {
            accepted(package.recipient(&mut (), "1"));
            accepted(package.collaborators(&mut ()));
            accepted(package.permissions(&mut ()));
        }
    },
    || {
        if let Some(package) = own() {
            accepted(package.add_recipient(&mut (), "a@b.test", None));
            accepted(package.add_recipients(&mut (), &["c@d.test".to_owned()], false));
        }
    },
    || {
        if let Some(package) = accepted(Package::create(client(), &mut ())) {
            let source = Source::Memory {
                name: "a.txt".to_owned(),
                data: &[7; 1500],
            };
            accepted(package.upload(&mut (), source, &UploadOptions::default()));
            accepted(package.set_message(&mut (), "Hello"));
            accepted(package.finalize(&mut (), &FinalizeOptions::default()));
        }
    },
    || {
        if let Some(package) = own() {
            accepted(package.public_keys(&mut (), None));
            accepted(package.upload_keycodes(&mut (), None));
        }
    },
    || {
        if let Some(package) = own() {
            with_directory(|directory| {
                let options = SyncOptions {
                    state_directory: Some(directory.join(".state")),
                    ..SyncOptions::default()
                };
                let _ = package.sync(&mut (), directory, &options);
            });
        }
    },
];

/// What each connection receives.
fn connections(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    const SEPARATOR: &[u8] = b"\xff===\xff";
    let mut all = Vec::new();
    while all.len() < 16 {
        let end = bytes
            .windows(SEPARATOR.len())
            .position(|at| at == SEPARATOR);
        let Some(end) = end else {
            all.push(bytes.to_vec());
            break;
        };
        all.push(bytes[..end].to_vec());
        bytes = &bytes[end + SEPARATOR.len()..];
    }
    all
}

/// Whatever a server sends, a call ends with a result or with an error of a kind, and leaves nothing outside of the
/// directory that it was given.
pub(super) fn responses(data: &[u8]) {
    let mut input = Input::new(data);
    let call = CALLS[input.below(CALLS.len())];
    play(connections(input.rest()));
    call();
    play(Vec::new());
}
