//! Which hosts have responded, which cannot be reached, and which workers wait for them to come back.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::host::authority;
use crate::call::{Call, Watched};
use crate::error::Result;

/// What one client knows of the hosts that it talks to.
#[derive(Default)]
pub(crate) struct Contacts {
    known: Watched<Hosts>,
    /// How long an unknown name or a refused connection is tried again, for a host that has never responded.
    first_window: Duration,
}

#[derive(Default)]
struct Hosts {
    responded: HashSet<String>,
    away: HashSet<String>,
    /// How often a host that was away has responded again.
    returns: u64,
}

impl Contacts {
    pub(crate) fn new(first_window: Duration) -> Self {
        Self {
            known: Watched::default(),
            first_window,
        }
    }

    /// A host has responded. If it was away, all waiting workers try again.
    pub(crate) fn responded(&self, host: &str) {
        let mut known = self.known.lock();
        if !known.responded.contains(host) {
            known.responded.insert(host.to_owned());
        }
        if known.away.remove(host) {
            known.returns += 1;
            self.known.notify();
        }
    }

    /// No connection to the host is possible.
    pub(crate) fn missed(&self, host: &str) {
        self.known.lock().away.insert(host.to_owned());
    }
}

/// One host of a client.
pub(crate) struct Contact<'a> {
    contacts: &'a Arc<Contacts>,
    url: &'a str,
}

impl<'a> Contact<'a> {
    pub(crate) fn new(contacts: &'a Arc<Contacts>, url: &'a str) -> Self {
        Self { contacts, url }
    }

    /// Whether the host has ever responded. Until then, a failure to reach it is returned soon.
    pub(crate) fn has_responded(&self) -> bool {
        Url::parse(self.url).is_ok_and(|url| {
            self.contacts
                .known
                .lock()
                .responded
                .contains(&authority(&url))
        })
    }

    pub(crate) fn first_window(&self) -> Duration {
        self.contacts.first_window
    }

    /// Sleeps, but not beyond a stop, nor beyond the return of a host that was away.
    pub(crate) fn sleep(&self, call: &Call, longest: Duration) -> Result<()> {
        let deadline = Instant::now() + longest;
        let known = &self.contacts.known;
        let returns = known.lock().returns;
        known
            .wait_while_until(call, Some(deadline), |known| known.returns == returns)
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::error::ErrorKind;

    const HOST: &str = "host.test:443";
    const PATIENCE: Duration = Duration::from_secs(60);

    fn sleep(contacts: &Arc<Contacts>, call: &Call) -> Result<()> {
        Contact::new(contacts, "https://host.test/").sleep(call, PATIENCE)
    }

    #[test]
    fn a_waiting_worker_is_woken_by_the_return_of_a_host_and_by_a_stop() {
        let contacts = Arc::new(Contacts::default());
        let started = Instant::now();
        let calls: Vec<_> = (0..3).map(|_| Call::alone()).collect();
        thread::scope(|scope| {
            let sleeping: Vec<_> = calls
                .iter()
                .map(|call| scope.spawn(|| sleep(&contacts, call)))
                .collect();
            // A response of another host wakes nobody.
            thread::sleep(Duration::from_millis(200));
            contacts.responded("other.test:443");
            calls[0].stop();
            thread::sleep(Duration::from_millis(200));
            let ended: Vec<_> = sleeping.iter().map(|thread| thread.is_finished()).collect();
            assert_eq!(ended, [true, false, false]);
            contacts.missed(HOST);
            contacts.responded(HOST);
            let results = sleeping.into_iter().map(|thread| thread.join());
            let results: Vec<_> = results.map(|result| result.expect("no panic")).collect();
            let stopped = results[0].as_ref().map_err(|error| error.kind());
            assert_eq!(stopped, Err(ErrorKind::Stopped));
            assert!(results[1].is_ok() && results[2].is_ok());
        });
        assert!(started.elapsed() < PATIENCE / 2);
    }
}
