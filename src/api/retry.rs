//! Reconnecting is the library's job: which calls may be repeated, and when.
//!
//! A response is lost if the connection breaks, or if it is a status 5xx, 408, 425 or 429: a gateway sends 503, and
//! some send 429, when it lost the response of the server behind it. After a lost response:
//!
//! | call | what is done |
//! | --- | --- |
//! | reads, `upload-urls`, `download-urls`, `upload-complete`, parts | repeat |
//! | create package or Workspace | repeat; an orphan stays temporary on the server |
//! | create file | repeat; what the lost response has left is removed if the service refuses to finalize for it |
//! | create directory | look for a directory of that name: adopt it, else repeat |
//! | add recipients | look for them on the package: adopt them, else repeat |
//! | message, phone number, role, life, label, keycode, rename, move | repeat, they set a value |
//! | add a member to a group, a group to a package | repeat; a refusal then is success if it is there |
//! | finalize | look at the state: if finalized, build the link, else repeat |
//! | delete, remove, revoke | repeat; a refusal then is success if it is gone ([`gone_is_done`]) |
//! | notify, API keys, registration, register a public key, create a group, copy, Dropzone hand-over, raw requests that are not GET | never; [`ErrorKind::OutcomeUnknown`] |
//!
//! A response that cannot be stored, for example because memory is short, counts as lost, but the request is not
//! repeated.
//!
//! "Repeat" is [`Repeat::Safely`], "look" is [`Repeat::Looking`] with [`looking`] around it, "never" is
//! [`Repeat::Never`]; each stands at its call in `endpoint`.

use std::time::{Duration, Instant};

use rand_core::{OsRng, RngCore};

use super::contact::Contact;
use super::transport::{Class, Failure};
use crate::call::{Call, stopped};
use crate::error::{Error, ErrorKind, Result};

/// How a call may be repeated when its response is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice does no harm.
    Safely,
    /// Not before a look at the server: fails with [`ErrorKind::OutcomeUnknown`], which [`looking`] handles.
    Looking,
    /// Not at all: the caller gets [`ErrorKind::OutcomeUnknown`].
    Never,
}

const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// A request is sent at most so often if its responses make no sense, or the handshakes before it.
const GARBLED_ATTEMPTS: u32 = 3;

/// Makes an exchange again until it succeeds, fails for good, or the retry window has passed without progress.
///
/// The window counts from its begin, and anew from each byte of a transfer that was never moved before. A call that
/// succeeds meanwhile does not extend it: a service whose storage is silent would give fresh URLs for ever.
///
/// A host that cannot be reached is tried every second, and at once when another call has reached it. A host that has
/// never responded may be the wrong one: its failure is returned soon, unless the program has asked for a window.
pub(crate) fn retrying<T>(
    call: &Call,
    (begun, window): (Instant, Duration),
    repeat: Repeat,
    contact: &Contact<'_>,
    mut attempt: impl FnMut() -> std::result::Result<T, Failure>,
) -> Result<T> {
    let (mut attempts, mut misses) = (0, 0);
    let mut garbled = 0;
    let mut is_lost = false;
    loop {
        call.check()?;
        let failure = match attempt() {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        let outcome_known = match failure.class {
            Class::Final => {
                return Err(if call.is_stopped() {
                    stopped()
                } else {
                    failure.error.after_lost_response(is_lost)
                });
            }
            Class::NotSent | Class::Untrusted => true,
            Class::Lost | Class::Unreadable => repeat == Repeat::Safely,
            Class::Garbled => {
                garbled += 1;
                repeat == Repeat::Safely
            }
        };
        call.check()?;
        if !outcome_known {
            return Err(outcome_unknown(&failure.error));
        }
        if failure.class == Class::Unreadable {
            return Err(failure.error);
        }
        is_lost |= !failure.class.is_unsent();
        let first_contact = failure.class.is_unsent() && !contact.has_responded();
        // A handshake that makes no sense, too, may be damaged, or show that the host has no TLS.
        let is_no_tls = first_contact && failure.error.kind() == ErrorKind::TlsFailed;
        garbled += u32::from(is_no_tls);
        let patience = match failure.class {
            Class::Untrusted if first_contact => Duration::ZERO,
            _ if first_contact => window.min(contact.first_window()),
            _ => window,
        };
        let left = patience.saturating_sub(match first_contact {
            true => begun.elapsed(),
            false => call.since_moved().min(begun.elapsed()),
        });
        if left.is_zero() || garbled >= GARBLED_ATTEMPTS {
            return Err(failure.error);
        }
        if is_away(&failure) {
            misses += 1;
            let wait = backoff(misses).min(probe()).min(left);
            announce(call, &failure.error, "trying again every second");
            call.waiting(|| contact.sleep(call, wait))?;
            continue;
        }
        attempts += 1;
        let Some(wait) = wait(attempts, &failure.error, left) else {
            return Err(failure.error);
        };
        pause(call, wait, &failure.error)?;
    }
}

/// Repeats a change whose response may get lost. Between the attempts `look` finds out whether the service has acted,
/// and what it finds is the result. `look` only reads, and repeats itself; when it fails, the outcome stays unknown.
///
/// A refusal of a later attempt is looked into as well: an earlier one may have been acted upon late.
pub(crate) fn looking<T>(
    call: &Call,
    window: Duration,
    mut attempt: impl FnMut() -> Result<T>,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let started = Instant::now();
    let mut attempts = 0;
    let mut lost: Option<Error> = None;
    loop {
        let unknown = match (attempt(), &lost) {
            (Err(error), _) if error.kind() == ErrorKind::OutcomeUnknown => error,
            (Err(refusal), Some(lost)) if refusal.server_code().is_some() => {
                let found = look().map_err(|error| unseen(lost, error))?;
                return found.ok_or(refusal);
            }
            (Err(error), Some(lost)) => return Err(unseen(lost, error)),
            (result, _) => return result,
        };
        attempts += 1;
        let left = window.saturating_sub(started.elapsed());
        let wait = wait(attempts, &unknown, left).filter(|_| !left.is_zero());
        if let Some(wait) = wait {
            pause(call, wait, &unknown)?;
        }
        // Also where there is no time to wait or to try again: it may have been done all the same.
        if let Some(found) = look().map_err(|error| unseen(&unknown, error))? {
            return Ok(found);
        }
        if wait.is_none() {
            return Err(unknown);
        }
        lost = Some(unknown);
    }
}

/// A failure after a response was lost leaves the outcome unknown.
fn unseen(lost: &Error, failure: Error) -> Error {
    if failure.kind() == ErrorKind::Stopped {
        return failure;
    }
    let why = failure.message();
    lost.clone()
        .context(format_args!("the outcome cannot be read ({why})"))
}

/// How long to wait after a failure. What it asks for comes before the usual wait, so that those who were asked the same
/// do not come back at once. `None` if it asks for more than is left of the window.
fn wait(attempts: u32, failure: &Error, left: Duration) -> Option<Duration> {
    let asked = failure.retry_after().unwrap_or_default();
    let usual = match failure.kind() {
        // Another worker's connection may be free at any moment.
        ErrorKind::SystemLimit => backoff(1),
        _ if !asked.is_zero() => backoff(1),
        _ => backoff(attempts),
    };
    (asked <= left).then(|| (asked + usual).min(left))
}

/// The result of a request to delete something. A refusal is a success if `gone` recognizes it and the response to an
/// earlier attempt of the same request was lost: that attempt deleted it. Any other refusal is returned, since what is
/// not there may never have been, or may be somebody else's.
pub(crate) fn gone_is_done<T>(deleted: Result<T>, gone: impl FnOnce(&Error) -> bool) -> Result<()> {
    match deleted {
        Err(error) if error.follows_lost_response() && gone(&error) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// Whether the host is not there, or no way leads to it. To find that out costs nothing, so it may be tried often.
fn is_away(failure: &Failure) -> bool {
    use ErrorKind::{TimedOut, UnknownHost, Unreachable};
    failure.class == Class::NotSent
        && matches!(failure.error.kind(), Unreachable | UnknownHost | TimedOut)
}

/// Waits before the next attempt, and reports that.
pub(crate) fn pause(call: &Call, wait: Duration, why: &Error) -> Result<()> {
    announce(
        call,
        why,
        &format!("trying again in {} ms", wait.as_millis()),
    );
    call.waiting(|| call.sleep(wait))
}

fn announce(call: &Call, why: &Error, what: &str) {
    call.retried();
    call.log(format!("{}; {what}", why.message()));
}

/// A second, more or less, so that many clients do not come back at once.
fn probe() -> Duration {
    Duration::from_millis(900 + OsRng.next_u64() % 200)
}

/// Exponential with full jitter, but never at once.
pub(crate) fn backoff(attempts: u32) -> Duration {
    let ceiling = FIRST_WAIT
        .saturating_mul(1 << attempts.min(10))
        .min(LONGEST_WAIT);
    let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(50 + OsRng.next_u64() % millis)
}

fn outcome_unknown(error: &Error) -> Error {
    let unknown = Error::new(
        ErrorKind::OutcomeUnknown,
        format!("the response was lost ({})", error.message()),
    )
    .with_retry_after(error.retry_after());
    match error.http_status() {
        Some(status) => unknown.with_http_status(status),
        None => unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::contact::Contacts;
    use super::*;

    /// A host that has responded before.
    fn known() -> Arc<Contacts> {
        let contacts = Arc::<Contacts>::default();
        contacts.responded("host.test:443");
        contacts
    }

    fn contact(contacts: &Arc<Contacts>) -> Contact<'_> {
        Contact::new(contacts, "https://host.test")
    }

    fn lost() -> Failure {
        Failure::new(Class::Lost, Error::new(ErrorKind::Unreachable, "broke"))
    }

    fn later(seconds: u64) -> Failure {
        let error = Error::new(ErrorKind::HttpError, "not now").with_http_status(503);
        let asked = Some(Duration::from_secs(seconds));
        Failure::new(Class::Lost, error.with_retry_after(asked))
    }

    fn attempts(
        window_ms: u64,
        repeat: Repeat,
        has_responded: bool,
        failure: impl Fn() -> Failure,
    ) -> (u32, ErrorKind) {
        let call = Call::alone();
        let contacts = if has_responded {
            known()
        } else {
            Arc::new(Contacts::new(Duration::from_secs(60)))
        };
        let mut count = 0;
        let result: Result<()> = retrying(
            &call,
            (Instant::now(), Duration::from_millis(window_ms)),
            repeat,
            &contact(&contacts),
            || {
                count += 1;
                Err(failure())
            },
        );
        (count, result.expect_err("it always fails").kind())
    }

    #[test]
    fn a_request_is_repeated_after_a_lost_response_until_the_window_ends() {
        let (count, kind) = attempts(1500, Repeat::Safely, true, lost);
        assert!(count > 1, "{count}");
        assert_eq!(kind, ErrorKind::Unreachable);
    }

    #[test]
    fn what_succeeds_on_the_side_does_not_extend_the_window() {
        let call = Call::alone();
        let window = (Instant::now(), Duration::from_millis(600));
        let contacts = known();
        let contact = contact(&contacts);
        let mut count = 0;
        let result: Result<()> = retrying(&call, window, Repeat::Safely, &contact, || {
            retrying(&call, window, Repeat::Safely, &contact, || Ok(()))?;
            count += 1;
            Err(if count < 12 {
                lost()
            } else {
                Error::new(ErrorKind::Internal, "for ever").into()
            })
        });
        assert_eq!(
            result.expect_err("it always fails").kind(),
            ErrorKind::Unreachable
        );
    }

    #[test]
    fn without_a_window_there_is_one_attempt() {
        assert_eq!(
            attempts(0, Repeat::Safely, true, lost),
            (1, ErrorKind::Unreachable)
        );
    }

    #[test]
    fn what_may_not_be_repeated_fails_with_an_unknown_outcome() {
        assert_eq!(
            attempts(1500, Repeat::Looking, true, lost),
            (1, ErrorKind::OutcomeUnknown)
        );
    }

    #[test]
    fn a_request_is_not_repeated_if_its_response_cannot_be_stored() {
        for (repeat, kind) in [
            (Repeat::Safely, ErrorKind::OutOfMemory),
            (Repeat::Looking, ErrorKind::OutcomeUnknown),
            (Repeat::Never, ErrorKind::OutcomeUnknown),
        ] {
            let unreadable = || {
                Failure::new(
                    Class::Unreadable,
                    Error::new(ErrorKind::OutOfMemory, "full"),
                )
            };
            assert_eq!(attempts(1500, repeat, true, unreadable), (1, kind));
        }
    }

    #[test]
    fn a_refusal_is_final() {
        let refused = || Failure::from(Error::new(ErrorKind::Denied, "no"));
        assert_eq!(
            attempts(1500, Repeat::Safely, true, refused),
            (1, ErrorKind::Denied)
        );
    }

    #[test]
    fn only_a_lost_response_to_the_same_request_makes_a_refusal_a_success() {
        let call = Call::alone();
        let deleted = |mut earlier: Option<Failure>| {
            let window = (Instant::now(), Duration::from_secs(60));
            let response: Result<()> =
                retrying(&call, window, Repeat::Safely, &contact(&known()), || {
                    // What other workers of the call try again is no attempt of this request.
                    call.retried();
                    let refused = || Error::new(ErrorKind::UnknownPackage, "no").into();
                    Err(earlier.take().unwrap_or_else(refused))
                });
            gone_is_done(response, |_| true).is_ok()
        };
        let error = || Error::new(ErrorKind::Unreachable, "no connection");
        let garbled = || Failure::new(Class::Garbled, error());
        assert!(!deleted(None));
        assert!(!deleted(Some(Failure::new(Class::NotSent, error()))));
        for failure in [lost(), later(0), garbled()] {
            assert!(deleted(Some(failure)));
        }
    }

    #[test]
    fn a_host_that_never_responded_gets_a_second_handshake_only_if_the_first_makes_no_sense() {
        for (class, expected) in [(Class::Untrusted, 1), (Class::NotSent, GARBLED_ATTEMPTS)] {
            let tls = || Failure::new(class, Error::new(ErrorKind::TlsFailed, "no handshake"));
            let attempts = attempts(60_000, Repeat::Looking, false, tls);
            assert_eq!(attempts, (expected, ErrorKind::TlsFailed));
        }
    }

    #[test]
    fn a_host_that_is_away_is_probed_every_second_however_long_that_lasts() {
        let away = || {
            Failure::new(
                Class::NotSent,
                Error::new(ErrorKind::Unreachable, "refused"),
            )
        };
        let (count, kind) = attempts(5000, Repeat::Never, true, away);
        assert!((5..25).contains(&count), "{count}");
        assert_eq!(kind, ErrorKind::Unreachable);
    }

    #[test]
    fn a_longer_retry_after_than_the_window_fails_at_once() {
        assert_eq!(
            attempts(1500, Repeat::Safely, true, || later(9)),
            (1, ErrorKind::HttpError)
        );
    }

    #[test]
    fn a_retry_after_of_nothing_is_no_hot_loop() {
        let (count, kind) = attempts(1500, Repeat::Safely, true, || later(0));
        assert!((2..20).contains(&count), "{count}");
        assert_eq!(kind, ErrorKind::HttpError);
    }

    /// A gateway may send 503 or 429 after it lost the response of a server that acted.
    #[test]
    fn only_what_may_be_done_twice_is_repeated_after_a_request_for_patience() {
        for repeat in [Repeat::Looking, Repeat::Never] {
            assert_eq!(
                attempts(1500, repeat, true, || later(0)),
                (1, ErrorKind::OutcomeUnknown)
            );
        }
    }

    /// How long `looking` waited before it looked, if it did, and what it ended with.
    fn looked(
        window_ms: u64,
        asked: u64,
        look: impl Fn() -> Result<Option<()>>,
    ) -> (Option<Duration>, Result<()>) {
        let call = Call::alone();
        let started = Instant::now();
        let mut waited = None;
        let result = looking(
            &call,
            Duration::from_millis(window_ms),
            || Err(outcome_unknown(&later(asked).error)),
            || {
                waited = Some(started.elapsed());
                look()
            },
        );
        (waited, result)
    }

    #[test]
    fn a_look_waits_as_long_as_the_server_asked() {
        let (waited, result) = looked(60_000, 1, || Ok(Some(())));
        assert!(waited.expect("it looks") >= Duration::from_secs(1));
        assert!(result.is_ok());
    }

    #[test]
    fn a_look_is_the_last_thing_where_there_is_no_time_to_try_again() {
        for (window_ms, asked) in [(1500, 3600), (0, 3600), (0, 0)] {
            let (waited, result) = looked(window_ms, asked, || Ok(Some(())));
            assert!(waited.expect("it looks") < Duration::from_secs(1));
            assert!(result.is_ok());
            let (_, result) = looked(window_ms, asked, || Ok(None));
            let error = result.expect_err("nothing was found");
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
            assert_eq!(error.http_status(), Some(503));
        }
    }

    #[test]
    fn a_look_that_fails_leaves_the_outcome_unknown() {
        let fails = || Err(Error::new(ErrorKind::Unreachable, "nobody there"));
        let (_, result) = looked(60_000, 0, fails);
        let error = result.expect_err("nobody knows");
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.message().contains("nobody there"), "{error}");
    }

    #[test]
    fn nonsense_is_asked_for_three_times() {
        let garbled = || Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, "not JSON"));
        assert_eq!(
            attempts(60_000, Repeat::Safely, true, garbled),
            (3, ErrorKind::BadAnswer)
        );
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let call = Call::alone();
        call.stop();
        let result: Result<()> = retrying(
            &call,
            (Instant::now(), Duration::from_secs(60)),
            Repeat::Safely,
            &contact(&known()),
            || Err(lost()),
        );
        assert_eq!(result.expect_err("stopped").kind(), ErrorKind::Stopped);
    }
}
