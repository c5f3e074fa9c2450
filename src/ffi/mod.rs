//! The C ABI: checks arguments, calls one core method, translates the result. No domain logic.
//!
//! CONTRIBUTING.md says which file has which function. `conventions.h` is the first page of the header; the comments of
//! exported functions and types are the rest of it, so they speak to C programmers.
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

mod support;

// One per noun; tests/header.rs has them in the order of the header.
mod activity;
mod api_key;
mod audit_log;
mod buffer;
mod checksum;
mod client;
mod contact_group;
mod country_code;
mod directory;
mod download;
mod dropzone;
mod enterprise;
mod error;
mod file;
mod finalize;
mod information;
mod key_pair;
mod keycode;
mod link;
mod live_objects;
mod message;
mod package;
mod package_sync;
mod packages;
mod part;
mod progress;
mod public_key;
mod recipient;
mod recipient_history;
mod registration;
mod report;
mod status;
mod string;
mod types;
mod upload;
mod user;
mod version;
