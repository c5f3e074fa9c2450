//! The options of a client, and their limits.

use std::path::PathBuf;
use std::time::Duration;

use crate::check::check_filled;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of plaintext in a part (`protocol` 4.3): the size of the official Node client, which all clients can read.
pub const DEFAULT_PART_SIZE: u64 = 2_621_440;

/// The largest part that an official client writes: Java's.
pub const MAX_PART_SIZE: u64 = 10_485_760;

/// The options of a client. All fields have good defaults.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Name of this API in the header `ss-request-api` and as `uploadType` (`protocol` 1.2).
    pub request_api: String,
    /// Header `ss-client-version`.
    pub client_version: Option<String>,
    /// Header `Accept-Language`.
    pub locale: Option<String>,
    /// Proxy URL; `None` takes it from the environment, an empty text means none. Loopback hosts never use one. The
    /// rule stands in `docs/proxies.md`.
    pub proxy: Option<String>,
    /// A PEM file with certificates to trust besides the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Longest time for name resolution, and for connecting; at most 10 seconds.
    pub connect_timeout: Duration,
    /// Longest silence of a connection before it counts as broken.
    pub stall_timeout: Duration,
    /// How long a call without progress continues to retry; zero does not retry. Within this time a response that has
    /// begun must also be complete (at least 5 and at most 300 seconds; 60 if it is zero). Parts may take longer, as
    /// long as they move 1 KiB in a second, on average over this time (at least 5 and at most 60 seconds).
    pub retry_window: Duration,
    /// The same for a host that has never responded, which may be the wrong one. Not longer than `retry_window` counts.
    pub first_contact_window: Duration,
    /// Parts that are transferred at the same time, 1 to 16; 0 for as many as turn out to be faster.
    pub parts_in_flight: usize,
    /// Bytes of plaintext in a part, up to 10 MiB.
    pub part_size: u64,
    /// Bytes that all parts in memory may take together, in all calls of the client. One part may be above it, and at
    /// most 24 do not count while the caller's code has them for long. With at most 64 threads and their connections,
    /// the calls take 32 MiB more.
    pub memory_budget: u64,
    /// The largest encrypted part that is accepted on download.
    pub max_part_bytes: u64,
    /// Transfer parts through the API server instead of the storage.
    pub force_api_route: bool,
    /// Allow `http://` for hosts that are not loopback.
    pub allow_plain_http: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            request_api: "RUST_API".to_owned(),
            client_version: None,
            locale: None,
            proxy: None,
            ca_bundle: None,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(60),
            retry_window: Duration::from_secs(300),
            first_contact_window: Duration::from_secs(5),
            parts_in_flight: 0,
            part_size: DEFAULT_PART_SIZE,
            memory_budget: 32 << 20,
            max_part_bytes: 64 << 20,
            force_api_route: false,
            allow_plain_http: false,
        }
    }
}

/// Parts that are transferred at the same time at first, and at most, where the caller leaves that open.
pub(crate) const PARTS_AT_FIRST: usize = 4;
pub(crate) const MOST_PARTS: usize = 16;

impl ClientOptions {
    /// The number of parts at the same time, if the caller has fixed it.
    pub(crate) fn fixed_parts(&self) -> Option<usize> {
        (self.parts_in_flight > 0).then_some(self.parts_in_flight)
    }

    /// The ranges of all options, for every caller: C, too, leaves them to this.
    pub(crate) fn check(&self) -> Result<()> {
        within(
            "parts_in_flight",
            self.parts_in_flight as u64,
            0,
            MOST_PARTS as u64,
        )?;
        within("part_size", self.part_size, 1, MAX_PART_SIZE)?;
        within("max_part_bytes", self.max_part_bytes, 1 << 16, 1 << 30)?;
        within("memory_budget", self.memory_budget, 1 << 20, u64::MAX)?;
        if self.connect_timeout.is_zero() || self.stall_timeout.is_zero() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "connect_timeout and stall_timeout have to be longer than zero",
            ));
        }
        header_text("request_api", &self.request_api)?;
        header_text(
            "client_version",
            self.client_version.as_deref().unwrap_or("-"),
        )?;
        header_text("locale", self.locale.as_deref().unwrap_or("-"))
    }
}

fn within(what: &str, value: u64, least: u64, most: u64) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let range = if most == u64::MAX {
        format!("{least} or more")
    } else {
        format!("{least} to {most}")
    };
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("{what} is {value}; {range} are allowed"),
    ))
}

/// Refuses a text that cannot be the value of a header.
pub(crate) fn header_text(what: &str, text: &str) -> Result<()> {
    check_filled(what, text)?;
    if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("{what} has to be printable ASCII text"),
        ));
    }
    Ok(())
}
