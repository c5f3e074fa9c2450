//! What each endpoint does, one file for each noun.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod audit_log;
pub(crate) mod contact_group;
pub(crate) mod directory;
pub(crate) mod download;
pub(crate) mod dropzone;
pub(crate) mod file;
pub(crate) mod keycode;
pub(crate) mod login;
pub(crate) mod message;
pub(crate) mod package;
pub(crate) mod package_list;
pub(crate) mod public_key;
pub(crate) mod recipient;
pub(crate) mod upload;
