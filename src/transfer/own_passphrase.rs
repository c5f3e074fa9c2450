//! The passphrase that a file which was copied into a Workspace has instead of the package's.

use crate::call::{Call, Watched};
use crate::crypto::Passphrase;
use crate::error::{Error, Result};

/// Asks the service for the passphrase of a file's own, if it has one.
pub(crate) type AskPassphrase = Box<dyn Fn() -> Result<Option<Passphrase>> + Send + Sync>;

/// The first worker whose part does not open asks the service, once. Workers with another part to open wait for the
/// response: a part that is opened with the wrong passphrase has to be fetched again.
pub(super) struct OwnPassphrase {
    /// None where it is known beforehand which passphrase the file has.
    ask: Option<AskPassphrase>,
    state: Watched<Lookup>,
}

#[derive(Default)]
enum Lookup {
    #[default]
    Unknown,
    /// A worker is asking.
    Asked,
    /// None if the file has none of its own.
    Known(Option<Passphrase>),
    /// The service could not be asked, for this reason.
    Failed(String),
}

impl OwnPassphrase {
    pub(super) fn new(ask: Option<AskPassphrase>) -> Self {
        Self {
            ask,
            state: Watched::default(),
        }
    }

    /// The passphrase, if there is one and it is known.
    ///
    /// # Errors
    /// `Stopped` while a worker asks.
    pub(super) fn get(&self, call: &Call) -> Result<Option<Passphrase>> {
        Ok(match &*self.state.wait_while(call, is_asked)? {
            Lookup::Known(passphrase) => passphrase.clone(),
            Lookup::Unknown | Lookup::Asked | Lookup::Failed(_) => None,
        })
    }

    /// A part does not open, for `error`: makes sure that the service was asked, so that the next attempt has the right
    /// passphrase. A failure to ask is not repeated for every part: the file then counts as one without its own.
    ///
    /// Returns the error, with why the service could not be asked.
    ///
    /// # Errors
    /// `Stopped`.
    pub(super) fn look_up(&self, call: &Call, error: Error) -> Result<Error> {
        let Some(ask) = &self.ask else {
            return Ok(error);
        };
        let mut state = self.state.wait_while(call, is_asked)?;
        if matches!(*state, Lookup::Unknown) {
            *state = Lookup::Asked;
            drop(state);
            let found = ask();
            state = self.state.lock();
            *state = match found {
                Ok(passphrase) => Lookup::Known(passphrase),
                Err(error) => Lookup::Failed(error.message().to_owned()),
            };
            self.state.notify();
            call.check()?;
        }
        Ok(match &*state {
            Lookup::Failed(reason) => error.context(format_args!(
                "it is not known whether the file has a passphrase of its own ({reason})"
            )),
            Lookup::Unknown | Lookup::Asked | Lookup::Known(_) => error,
        })
    }
}

fn is_asked(state: &mut Lookup) -> bool {
    matches!(state, Lookup::Asked)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    use crossbeam_channel::bounded;

    use super::*;
    use crate::error::ErrorKind;
    use crate::secret::SecretString;

    fn damaged() -> Error {
        Error::new(ErrorKind::DecryptFailed, "the part does not open")
    }

    #[test]
    fn workers_wait_for_the_one_that_asks_unless_they_are_stopped() {
        let (respond, response) = bounded(1);
        let ask = move || {
            let _ = response.recv();
            Ok(Some(Passphrase::from_text(SecretString::from("own"))))
        };
        let own = OwnPassphrase::new(Some(Box::new(ask)));
        let (asking, stopped) = (Call::alone(), Call::alone());
        assert!(own.get(&asking).expect("nobody asks").is_none());
        thread::scope(|scope| {
            let first = scope.spawn(|| own.look_up(&asking, damaged()));
            thread::sleep(Duration::from_millis(50));
            let others = [
                scope.spawn(|| own.get(&stopped).map(|_| ())),
                scope.spawn(|| own.look_up(&stopped, damaged()).map(|_| ())),
            ];
            let waiting = scope.spawn(|| own.get(&asking));
            thread::sleep(Duration::from_millis(50));
            assert!(others.iter().all(|other| !other.is_finished()));
            stopped.stop();
            for other in others {
                let error = other.join().expect("no panic").expect_err("stopped");
                assert_eq!(error.kind(), ErrorKind::Stopped);
            }
            assert!(!waiting.is_finished(), "its part would not open");
            respond.send(()).expect("it is asked");
            first.join().expect("no panic").expect("it is there");
            let found = waiting.join().expect("no panic").expect("not stopped");
            assert!(found.is_some());
        });
    }

    #[test]
    fn a_failure_to_ask_is_not_repeated_for_each_part_but_reported() {
        let call = Call::alone();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let own = OwnPassphrase::new(Some(Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Err(Error::new(ErrorKind::Refused, "no such call"))
        })));
        for _ in 0..3 {
            let error = own.look_up(&call, damaged()).expect("no stop");
            assert_eq!(error.kind(), ErrorKind::DecryptFailed);
            assert!(error.message().contains("no such call"), "{error}");
        }
        assert!(own.get(&call).expect("no stop").is_none());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
