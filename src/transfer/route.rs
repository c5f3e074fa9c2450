//! The two ways of a part: straight to and from storage, or through the API server (`protocol` 4.4, 5.4).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::api::transport::{Class, Failure};
use crate::error::{Error, ErrorKind};

/// Failures of storage for one part after which the way through the API server is tried.
const STORAGE_PATIENCE: u32 = 3;

/// Which way a transfer takes. Once the API server has had to help with a part, the rest goes that way too.
pub(crate) struct Route {
    through_api: AtomicBool,
}

impl Route {
    pub(crate) fn new(force_api: bool) -> Self {
        Self {
            through_api: AtomicBool::new(force_api),
        }
    }

    /// Lets the rest go through the API server.
    pub(crate) fn avoid_storage(&self) {
        self.through_api.store(true, Ordering::Relaxed);
    }

    pub(crate) fn for_part(&self) -> PartRoute<'_> {
        PartRoute {
            route: self,
            failures: 0,
            refused: 0,
        }
    }
}

/// The way of one part, from attempt to attempt.
pub(crate) struct PartRoute<'a> {
    route: &'a Route,
    failures: u32,
    refused: u32,
}

impl PartRoute<'_> {
    /// Whether the next attempt goes through the API server.
    pub(crate) fn through_api(&self) -> bool {
        self.route.through_api.load(Ordering::Relaxed) || self.failures >= STORAGE_PATIENCE
    }

    /// Notes how an attempt ended. When the API server fails as well, the storage is tried again: most likely the
    /// network is down for both.
    pub(crate) fn note<T>(
        &mut self,
        through_api: bool,
        storage_is_connected: bool,
        result: &Result<T, Failure>,
    ) {
        match (through_api, result) {
            (true, Ok(_)) => self.route.through_api.store(true, Ordering::Relaxed),
            (true, Err(_)) => self.failures = 0,
            (false, Ok(_)) => {}
            // The worker waits for a connection that another one has.
            (false, Err(failure))
                if failure.error.kind() == ErrorKind::SystemLimit && storage_is_connected => {}
            (false, Err(failure))
                if failure.error.kind() == ErrorKind::StorageRefused && self.refused > 1 =>
            {
                self.failures = STORAGE_PATIENCE;
            }
            (false, Err(failure)) if failure.error.kind() == ErrorKind::TlsFailed => {
                self.failures = STORAGE_PATIENCE
            }
            (false, Err(_)) => self.failures += 1,
        }
    }

    /// The failure that a status of the storage stands for. A refused URL may have expired: the first time a fresh
    /// one is tried, at the second refusal the storage is given up.
    pub(crate) fn storage_failure(
        &mut self,
        status: u16,
        retry_after: Option<std::time::Duration>,
    ) -> Failure {
        let error = Error::new(
            ErrorKind::StorageRefused,
            format!("the storage responded with HTTP status {status}"),
        );
        self.refused += match status {
            408 | 425 | 429 | 500..=599 => 0,
            403 => 1,
            _ => 2,
        };
        let error = error.with_http_status(status).with_retry_after(retry_after);
        Failure::new(Class::Lost, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: ErrorKind) -> Result<(), Failure> {
        Err(Failure::new(Class::Lost, Error::new(kind, "failed")))
    }

    #[test]
    fn the_api_server_helps_after_three_failures_and_then_keeps_the_rest() {
        let route = Route::new(false);
        let mut part = route.for_part();
        for _ in 0..3 {
            assert!(!part.through_api());
            part.note(false, true, &failed(ErrorKind::Unreachable));
        }
        assert!(part.through_api());
        part.note(true, true, &failed(ErrorKind::Unreachable));
        assert!(!part.through_api(), "both are down: storage is tried again");
        for _ in 0..3 {
            part.note(false, true, &failed(ErrorKind::Unreachable));
        }
        part.note(true, true, &Ok(()));
        assert!(route.for_part().through_api());
    }

    #[test]
    fn a_worker_without_a_connection_goes_through_the_api_server_if_storage_has_none() {
        let route = Route::new(false);
        for storage_is_connected in [true, false] {
            let mut part = route.for_part();
            for _ in 0..3 {
                part.note(false, storage_is_connected, &failed(ErrorKind::SystemLimit));
            }
            assert_eq!(part.through_api(), !storage_is_connected);
        }
    }

    #[test]
    fn a_second_refusal_of_a_fresh_url_gives_the_storage_up() {
        let route = Route::new(false);
        let mut part = route.for_part();
        for through_api in [false, true] {
            let failure = part.storage_failure(403, None);
            part.note(false, true, &Err::<(), _>(failure));
            assert_eq!(part.through_api(), through_api);
        }
    }
}
