//! The C ABI: checks arguments, calls one core method, translates the answer. No domain logic.
//!
//! From a C name one guesses the file. `conventions.h` is the first page of the header; the comments of exported
//! functions and types are the rest of it, so they speak to C programmers.
#![allow(unsafe_code, reason = "the boundary to C")]
#![allow(
    non_camel_case_types,
    reason = "types are named here as in C, so that one search finds both"
)]
#![allow(
    unreachable_pub,
    reason = "what is exported to C is public without being reachable from Rust"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "one sentence for all: pointers are as the header's conventions say"
)]

mod guard;
mod listing;
mod options;
mod records;
mod table;

// One per noun; build.rs has them in the order of the header.
mod account;
mod activity;
mod audit_log;
mod buffer;
mod client;
mod contact_group;
mod directory;
mod download;
mod dropzone;
mod error;
mod file;
mod finalize;
mod link;
mod live_objects;
mod login;
mod message;
mod package;
mod package_information;
mod package_list;
mod progress;
mod raw;
mod recipient;
mod status;
mod string;
mod tree;
mod trusted_device;
mod upload;
mod version;

#[cfg(feature = "test-hooks")]
mod test_hooks;
