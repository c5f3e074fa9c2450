//! The passphrase that a file which was copied into a Workspace has instead of the package's.

use crate::call::{Call, Watched};
use crate::crypto::Passphrase;
use crate::error::Result;

/// Asks the service for the passphrase of a file's own, if it has one.
pub(crate) type AskPassphrase = Box<dyn Fn() -> Result<Option<Passphrase>> + Send + Sync>;

/// The service is asked for it once, by the first worker whose part does not open. Workers that need the answer wait
/// for it; no other one does.
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
    /// None if the file has none of its own, or the service could not be asked.
    Known(Option<Passphrase>),
}

impl OwnPassphrase {
    pub(super) fn new(ask: Option<AskPassphrase>) -> Self {
        Self {
            ask,
            state: Watched::default(),
        }
    }

    /// The passphrase, if it is known. Does not wait.
    pub(super) fn get(&self) -> Option<Passphrase> {
        match &*self.state.lock() {
            Lookup::Known(passphrase) => passphrase.clone(),
            Lookup::Unknown | Lookup::Asked => None,
        }
    }

    /// A part does not open: makes sure that the service was asked, so that the next attempt has the right passphrase.
    /// A failure to ask is not repeated for every part: the file then counts as one without its own.
    ///
    /// # Errors
    /// `Stopped` while another worker asks.
    pub(super) fn look_up(&self, call: &Call) -> Result<()> {
        let Some(ask) = &self.ask else {
            return Ok(());
        };
        let is_asked = |state: &mut Lookup| matches!(state, Lookup::Asked);
        let mut state = self.state.wait_while(call, is_asked)?;
        if matches!(*state, Lookup::Known(_)) {
            return Ok(());
        }
        *state = Lookup::Asked;
        drop(state);
        let found = ask().unwrap_or_else(|error| {
            call.log(format!(
                "it is not known whether the file has a passphrase of its own: {}",
                error.message()
            ));
            None
        });
        *self.state.lock() = Lookup::Known(found);
        self.state.notify();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    use crossbeam_channel::bounded;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::secret::SecretString;

    #[test]
    fn no_worker_is_blocked_while_another_one_asks() {
        let (answer, answered) = bounded(1);
        let ask = move || {
            let _ = answered.recv();
            Ok(Some(Passphrase::from_text(SecretString::from("own"))))
        };
        let own = OwnPassphrase::new(Some(Box::new(ask)));
        let (asking, waiting) = (Call::new().0, Call::new().0);
        thread::scope(|scope| {
            let first = scope.spawn(|| own.look_up(&asking));
            thread::sleep(Duration::from_millis(50));
            assert!(own.get().is_none(), "a worker that needs none goes on");
            let second = scope.spawn(|| own.look_up(&waiting));
            thread::sleep(Duration::from_millis(50));
            assert!(!second.is_finished(), "it needs the answer");
            waiting.stop();
            let stopped = second.join().expect("no panic").expect_err("stopped");
            assert_eq!(stopped.kind(), ErrorKind::Stopped);
            answer.send(()).expect("it is asked");
            first.join().expect("no panic").expect("it is there");
            assert!(own.get().is_some());
        });
    }

    #[test]
    fn a_failure_to_ask_is_not_repeated_for_each_part() {
        let (call, _notices) = Call::new();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let own = OwnPassphrase::new(Some(Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Err(Error::new(ErrorKind::Refused, "no"))
        })));
        for _ in 0..3 {
            own.look_up(&call).expect("no stop");
        }
        assert!(own.get().is_none());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
