//! Parts that the service does not count. A sender may have stored one more than it declared, or the service may not say
//! how many there are (`protocol` 4.3, 5.4.3): only a request shows whether there is a further one.

use std::cell::Cell;

use super::assembly::Piece;
use super::download::Download;
use crate::api::transport::{Class, Failure};
use crate::error::{ErrorKind, Result};

/// How often a server that fails is asked for a part that need not be there.
const ATTEMPTS: u32 = 3;

impl Download {
    /// Fetches one part more if the counted parts hold less than the sender declared. If no parts are counted, fetches
    /// part after part until there is no further one.
    pub(super) fn fetch_surplus(&self) -> Result<()> {
        let mut part = self.fetcher.file.parts.unwrap_or(0);
        loop {
            part = part.saturating_add(1);
            // Other workers may still be fetching counted parts: wait until all of them are written.
            self.assembly.wait_for_turn(self.call(), part, 0)?;
            let piece = match self.surplus(part) {
                Surplus::None => return Ok(()),
                Surplus::There => Some(self.fetch(part, &|failure, _| failure)),
                Surplus::Possible { but_failing } => self.look_for(part, but_failing),
            };
            let Some(piece) = piece else {
                return Ok(());
            };
            let piece = piece.map_err(|error| error.context(format_args!("part {part}")))?;
            if part > self.fetcher.file.least_parts {
                self.call().more_parts(1);
            }
            self.deliver(part, piece)?;
        }
    }

    /// Whether a part is there that the service does not count.
    fn surplus(&self, part: u32) -> Surplus {
        let file = &self.fetcher.file;
        let (written, declared) = (self.assembly.size().written, file.declared_size);
        let claims = self.fetcher.claims.lock();
        match (file.parts, claims.parts()) {
            // Parts that number themselves show that there is no further one.
            (Some(_), _) if claims.are_numbered() => Surplus::None,
            (Some(counted), _) => match written < declared.unwrap_or(0) && part == counted + 1 {
                true => Surplus::Possible { but_failing: true },
                false => Surplus::None,
            },
            (None, Some(claimed)) if part > claimed => Surplus::None,
            (None, _) if claims.are_numbered() || part <= file.least_parts => Surplus::There,
            // A file whose size is not known must not end where a server fails.
            (None, _) => Surplus::Possible {
                but_failing: part == 1 || declared == Some(written),
            },
        }
    }

    /// Fetches a part that need not be there.
    fn look_for(&self, part: u32, but_failing: bool) -> Option<Result<Piece>> {
        let attempts = Attempts {
            but_failing,
            ..Attempts::default()
        };
        let judge = |failure, arrived| attempts.judge(failure, arrived);
        match self.fetch(part, &judge) {
            Err(error) if attempts.found_none.get() && error.kind() != ErrorKind::Stopped => {
                let why = error.message();
                self.call().log(match self.fetcher.file.parts {
                    Some(counted) => format!(
                        "requested one part more than the {counted} that the service counts, and it does not exist: {why}"
                    ),
                    None => format!(
                        "the service does not say how many parts there are, and part {part} does not exist: {why}"
                    ),
                });
                None
            }
            piece => Some(piece),
        }
    }
}

/// Whether a further part is there.
enum Surplus {
    None,
    /// Only a request can show it. Whether a server that keeps failing shows that it is not there.
    Possible {
        but_failing: bool,
    },
    There,
}

/// The attempts to get the further part.
#[derive(Default)]
struct Attempts {
    /// Whether a server that keeps failing shows that there is no part.
    but_failing: bool,
    failed: Cell<u32>,
    found_none: Cell<bool>,
}

/// Whether the part exists, by the failure of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It does not exist.
    None,
    /// Not known yet. After [`ATTEMPTS`] of these, it does not exist.
    NotNow,
    /// Not known yet, however often this happens.
    Later,
    /// Not known: the failure is handled like that of any other part.
    Nothing,
}

impl Attempts {
    /// Judges a failed attempt. If it shows that the part does not exist, it is the last. Once a byte of the part has
    /// arrived, the part exists, whatever a later attempt shows.
    fn judge(&self, failure: Failure, arrived: u64) -> Failure {
        let verdict = match verdict(&failure) {
            Verdict::NotNow if !self.but_failing => Verdict::Nothing,
            verdict if arrived == 0 => verdict,
            _ => Verdict::Nothing,
        };
        self.found_none
            .set(matches!(verdict, Verdict::None | Verdict::NotNow));
        if verdict == Verdict::NotNow {
            self.failed.set(self.failed.get() + 1);
        }
        let class = match verdict {
            Verdict::None => Class::Final,
            Verdict::NotNow if self.failed.get() >= ATTEMPTS => Class::Final,
            Verdict::NotNow | Verdict::Later => Class::Lost,
            Verdict::Nothing => failure.class,
        };
        Failure::new(class, failure.error)
    }
}

fn verdict(failure: &Failure) -> Verdict {
    let error = &failure.error;
    match (error.kind(), error.http_status()) {
        // From the API server, with an envelope or without, or from the storage.
        (_, Some(408 | 425 | 429)) => Verdict::Later,
        // The storage may recover; if not, the transfer asks the API server, whose response decides.
        (ErrorKind::StorageRefused, Some(500..=599)) => Verdict::Later,
        (_, Some(500..=599)) => Verdict::NotNow,
        (ErrorKind::Refused | ErrorKind::InvalidInput | ErrorKind::Denied, _) => Verdict::None,
        (ErrorKind::StorageRefused | ErrorKind::HttpError, Some(400 | 403 | 404 | 410 | 416)) => {
            Verdict::None
        }
        // An empty response is not a part.
        (ErrorKind::DecryptFailed, _) => Verdict::None,
        _ => Verdict::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn failure(kind: ErrorKind, status: u16) -> Failure {
        Failure::new(Class::Lost, Error::new(kind, "no").with_http_status(status))
    }

    #[test]
    fn only_some_failures_say_that_there_is_no_part() {
        use ErrorKind::{
            AuthenticationFailed, BadAnswer, Denied, HttpError, LimitExceeded, PasswordRequired,
            Refused, SessionTimeout, StorageRefused, UnknownPackage, Unreachable,
        };
        for (kind, status, expected) in [
            (Refused, 200, Verdict::None),
            (Denied, 200, Verdict::None),
            (Denied, 403, Verdict::None),
            (HttpError, 404, Verdict::None),
            (StorageRefused, 403, Verdict::None),
            (StorageRefused, 416, Verdict::None),
            (HttpError, 500, Verdict::NotNow),
            (Refused, 500, Verdict::NotNow),
            (StorageRefused, 503, Verdict::Later),
            (Refused, 429, Verdict::Later),
            (HttpError, 408, Verdict::Later),
            (HttpError, 401, Verdict::Nothing),
            (HttpError, 407, Verdict::Nothing),
            (AuthenticationFailed, 200, Verdict::Nothing),
            (SessionTimeout, 200, Verdict::Nothing),
            (LimitExceeded, 200, Verdict::Nothing),
            (PasswordRequired, 200, Verdict::Nothing),
            (UnknownPackage, 200, Verdict::Nothing),
            (BadAnswer, 200, Verdict::Nothing),
            (Unreachable, 0, Verdict::Nothing),
        ] {
            assert_eq!(
                verdict(&failure(kind, status)),
                expected,
                "{kind:?} {status}"
            );
        }
    }

    #[test]
    fn what_has_begun_to_arrive_is_there() {
        let attempts = Attempts::default();
        let failed = attempts.judge(failure(ErrorKind::StorageRefused, 403), 1);
        assert_eq!(
            (failed.class, attempts.found_none.get()),
            (Class::Lost, false)
        );
        let failed = attempts.judge(failure(ErrorKind::StorageRefused, 403), 0);
        assert_eq!(
            (failed.class, attempts.found_none.get()),
            (Class::Final, true)
        );
    }
}
