//! The core of libsendsafely: end-to-end encrypted file transfer with SendSafely.
//!
//! # Which call do I use?
//!
//! | to | call |
//! | --- | --- |
//! | begin | [`Client::new`]; [`Client::without_credentials`] to get an API key, [`Client::for_dropzone`] for an anonymous sender |
//! | send | [`Package::create`], [`Package::add_recipient`], [`Package::upload`], [`Package::set_message`], [`Package::finalize`] |
//! | add many recipients | [`Package::add_recipients`], [`Package::add_contact_group`] |
//! | receive | [`Package::open_link`], [`Package::message`], [`Package::download_all`] or [`Package::download`] |
//! | continue a package | [`Package::open`] with its id and keycode |
//! | work in a Workspace | [`Package::create_workspace`], [`Package::directory`], [`Package::upload_all`], [`Package::copy_file`] |
//! | list and search | [`Client::list_packages`], [`Client::search_packages`], [`Package::list_activity`], [`Client::list_audit_log`] |
//! | keep contact groups | [`Client::create_contact_group`], [`Client::contact_groups`] |
//! | open packages without their link | [`Client::generate_key_pair`], then [`Package::open_with_private_key`] |
//! | get an API key, register | [`Client::generate_api_key`], [`Client::start_registration`] |
//! | find links in a text | [`link::find`], [`link::parse`] |
//! | use the cryptography alone | [`raw`] |
//! | send any other request | [`Client::request`] |
//!
//! The C library (`include/sendsafely.h`) makes the same calls.
//!
//! # The shortest whole program
//!
//! ```no_run
//! use sendsafely::{Client, ClientOptions, FinalizeOptions, Package, Source, UploadOptions};
//!
//! fn main() -> sendsafely::Result<()> {
//!     let client = Client::new("https://acme.sendsafely.com", "API-KEY", "API-SECRET".into(), ClientOptions::default())?;
//!     let package = Package::create(&client, &mut ())?;
//!     package.add_recipient(&mut (), "somebody@example.com", None)?;
//!     package.upload(&mut (), Source::Path("report.pdf".into()), &UploadOptions::default())?;
//!     println!("{}", package.finalize(&mut (), &FinalizeOptions::default())?.link);
//!     Ok(())
//! }
//! ```
//!
//! Numbers such as "`protocol` 4.3" are sections of `docs/protocol.md`, the description of SendSafely's wire protocol.

#![deny(unsafe_code)]

mod account;
mod api;
mod api_key;
mod audit_log;
mod call;
mod check;
mod client;
mod contact_group;
mod crypto;
mod date;
mod dropzone;
mod error;
mod evidence;
mod ffi;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzz_input;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod json;
mod key_pair;
mod log;
mod mending;
mod os;
mod package;
mod package_list;
mod pages;
mod printable;
pub mod raw;
mod record;
mod registration;
mod secret;
mod sieve;
mod transfer;
mod trusted_device;

pub use api::options::{ClientOptions, DEFAULT_PART_SIZE, MAX_PART_SIZE};
pub use api_key::{ApiKey, Login};
pub use audit_log::AuditLogFilter;
pub use call::{Flow, Observer, Phase, Progress};
pub use check::{CountryCode, PhoneNumber, country_codes};
pub use client::Client;
pub use error::{Error, ErrorKind, Result};
pub use key_pair::KeyPair;
pub use os::Existing;
pub use package::{
    Action, Compare, Direction, DirectoryOptions, DirectoryPage, Download, DownloadOptions,
    FinalizeOptions, Finalized, Link, Package, Reason, RecipientResult, Report, ReportItem, Sink,
    Sms, Source, SyncOptions, TreeError, UploadAllOptions, UploadOptions, link,
};
pub use package_list::{ListOptions, PackageList, PackageSearch};
pub use pages::Pages;
pub use record::{
    ActivityEntry, AuditLogEntry, Confirmation, ContactGroup, ContactGroupMember, Directory,
    Enterprise, File, PackageInformation, PackageStatus, PackageSummary, PublicKey, Recipient,
    Subdirectory, Timestamp, User,
};
pub use registration::{Registration, RegistrationProof};
pub use secret::SecretString;
pub use trusted_device::{PackageKeycode, SyncFailure, SyncedKeycodes};
