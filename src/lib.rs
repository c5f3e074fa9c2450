//! The core of libsendsafely: end-to-end encrypted file transfer with SendSafely.
//!
//! # Which call do I use?
//!
//! | to | call |
//! | --- | --- |
//! | begin | [`Client::new`] |
//! | send | [`Package::create`], [`Package::add_recipient`], [`Package::upload`], [`Package::set_message`], [`Package::finalize`] |
//! | receive | [`Package::open_link`], [`Package::message`], [`Package::download_all`] or [`Package::download`] |
//! | store | [`Package::create_workspace`], [`Package::upload_all`], [`Package::download_all`], [`Package::directory`] |
//! | go on with a package | [`Package::open`] with its id and keycode |
//! | find links in a text | [`link::find`], [`link::parse`] |
//! | work in a Workspace | [`Package::create_workspace`], [`Package::directory`], [`Package::create_directory`], [`Package::copy_file`] |
//! | list and search | [`Client::list_packages`], [`Client::search_packages`], [`Package::list_activity`], [`Client::list_audit_log`] |
//! | keep groups of recipients | [`Client::create_contact_group`], [`Package::add_contact_group`] |
//! | open packages on a trusted device | [`Client::generate_key_pair`], [`Package::open_with_private_key`] |
//! | get an API key, register | [`Client::without_credentials`], [`Client::generate_api_key`] |
//! | send to a Dropzone | [`Client::for_dropzone`] |
//! | do the transport oneself | [`raw`] |
//! | several recipients, groups of them | [`Package::add_recipients`], [`Package::add_contact_group`] |
//! | open packages without their link | [`Client::generate_key_pair`], then [`Package::open_with_private_key`] |
//! | the cryptography alone | [`raw`] |
//! | anything else | [`Client::request`], a signed REST call |
//!
//! C programs use the same calls by `include/sendsafely.h`; this crate is what stands behind them.
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
//! "`protocol`" in these pages means the description of SendSafely's wire protocol that the library was written from;
//! section numbers are given so that the two can be compared.

#![deny(unsafe_code)]

mod account;
mod api;
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
mod json;
mod key_pair;
mod log;
mod login;
mod os;
mod package;
mod package_list;
mod pages;
mod printable;
pub mod raw;
mod record;
mod secret;
mod sieve;
mod transfer;
mod trusted_device;

pub use api::options::{ClientOptions, DEFAULT_PART_SIZE, MAX_PART_SIZE};
pub use audit_log::AuditLogFilter;
pub use call::{Flow, Observer, Phase, Progress};
pub use check::{CountryCode, PhoneNumber, country_codes};
pub use client::Client;
pub use error::{Error, ErrorKind, Result};
pub use key_pair::KeyPair;
pub use login::{ApiKey, Login, Registration, RegistrationProof};
pub use os::Existing;
pub use package::{
    Action, DirectoryOptions, DirectoryPage, Download, DownloadOptions, FinalizeOptions, Finalized,
    Link, Package, RecipientResult, Report, ReportItem, Sink, Sms, Source, TreeError,
    UploadAllOptions, UploadOptions, link,
};
pub use package_list::{ListOptions, PackageList, PackageSearch};
pub use pages::Pages;
pub use record::{
    ActivityEntry, AuditLogEntry, Confirmation, ContactGroup, ContactGroupMember, Directory,
    Enterprise, File, PackageInformation, PackageStatus, PackageSummary, PublicKey, Recipient,
    Subdirectory, Timestamp, User,
};
pub use secret::SecretString;
pub use trusted_device::{PackageKeycode, SyncFailure, SyncedKeycodes};
