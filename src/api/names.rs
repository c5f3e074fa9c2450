//! Name resolution. Nothing can interrupt it, so it runs on a thread of its own, which is abandoned when the time is
//! over.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::socket::in_time;
use crate::os;
use crate::os::lock::Mutex;

/// How long addresses are cached: each request needs them, even if its connection exists.
const KEPT: Duration = Duration::from_secs(5);

/// The system's name resolution with a cache.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<Mutex<Places>>);

#[derive(Debug, Default)]
struct Places {
    known: HashMap<String, Known>,
    /// What the system is asked at the moment.
    asked: HashMap<String, Arc<Question>>,
}

/// When the addresses were resolved, and the addresses.
type Known = (Instant, Vec<SocketAddr>);

type Answer = Arc<io::Result<Vec<SocketAddr>>>;

/// Those that wait for the same answer: a client asks with one thread for a host, however many connections it makes.
type Question = Mutex<Vec<Sender<Answer>>>;

impl Names {
    /// Empties the cache: old addresses may be the reason why connecting fails.
    pub(crate) fn forget(&self) {
        self.0.lock().known.clear();
    }

    fn known(&self, place: &str) -> Option<Vec<SocketAddr>> {
        let places = self.0.lock();
        let (since, addresses) = places.known.get(place)?;
        (since.elapsed() < KEPT).then(|| addresses.clone())
    }

    fn keep(&self, place: String, addresses: &[SocketAddr]) {
        let known = &mut self.0.lock().known;
        known.retain(|_, (since, _)| since.elapsed() < KEPT);
        known.insert(place, (Instant::now(), addresses.to_vec()));
    }

    /// Asks the system, or waits for the answer to another who has asked.
    fn look_up(
        &self,
        place: &str,
        timeout: NextTimeout,
        ask: fn(&str) -> io::Result<Vec<SocketAddr>>,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let (sender, receiver) = bounded(1);
        let mut is_new = false;
        let question = {
            let mut places = self.0.lock();
            let question = places.asked.entry(place.to_owned()).or_insert_with(|| {
                is_new = true;
                Arc::default()
            });
            question.lock().push(sender);
            Arc::clone(question)
        };
        if is_new {
            let (names, place, question) = (self.clone(), place.to_owned(), Arc::clone(&question));
            let work = move || {
                let answer = Arc::new(ask(&place));
                names.close(&place, &question);
                for waiting in question.lock().drain(..) {
                    let _ = waiting.send(Arc::clone(&answer));
                }
            };
            if os::spawn("sendsafely-name", work.clone()).is_err() {
                work();
            }
        }
        let timeout = in_time(timeout);
        let Ok(answer) = receiver.recv_timeout(*timeout.after) else {
            // The next one asks anew: the network may be back.
            self.close(place, &question);
            return Err(ureq::Error::Timeout(timeout.reason));
        };
        match &*answer {
            Ok(addresses) => Ok(addresses.clone()),
            Err(error) => Err(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code).into(),
                None => io::Error::new(error.kind(), error.to_string()).into(),
            }),
        }
    }

    /// Nobody else waits for this answer.
    fn close(&self, place: &str, question: &Arc<Question>) {
        let asked = &mut self.0.lock().asked;
        if asked
            .get(place)
            .is_some_and(|open| Arc::ptr_eq(open, question))
        {
            asked.remove(place);
        }
    }
}

fn ask_system(place: &str) -> io::Result<Vec<SocketAddr>> {
    os::above_standard(|| place.to_socket_addrs()).map(Iterator::collect)
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let place = (uri.scheme().zip(uri.authority()))
            .and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority))
            .ok_or(ureq::Error::HostNotFound)?;
        let mut found = self.empty();
        if let Ok(address) = place.parse() {
            found.push(address);
            return Ok(found);
        }
        let addresses = match self.known(&place) {
            Some(known) => known,
            None => {
                let addresses = self.look_up(&place, timeout, ask_system)?;
                self.keep(place, &addresses);
                addresses
            }
        };
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            found.push(address);
        }
        match found.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(found),
        }
    }
}

/// The most addresses that the HTTP library takes.
const MAX_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn addresses_are_kept_for_a_while_and_until_no_connection_can_be_had() {
        let names = Names::default();
        let address = "192.0.2.7:443".parse().expect("an address");
        names.keep("host.test:443".into(), &[address]);
        let resolve = || {
            let uri = Uri::from_static("https://host.test/");
            names.resolve(&uri, &Default::default(), NextTimeout::default())
        };
        assert_eq!(resolve().expect("known")[..], [address]);
        for (since, _) in names.0.lock().known.values_mut() {
            *since = since
                .checked_sub(KEPT)
                .expect("the machine runs for longer");
        }
        assert_eq!(names.known("host.test:443"), None);
        names.keep("host.test:443".into(), &[address]);
        names.forget();
        assert_eq!(names.known("host.test:443"), None);
    }

    #[test]
    fn one_thread_asks_for_all_that_want_the_same_name() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        fn slow(_: &str) -> io::Result<Vec<SocketAddr>> {
            ASKED.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            Err(io::Error::new(io::ErrorKind::NotFound, "no such host"))
        }
        let names = Names::default();
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let failed = names.look_up("a.test:443", NextTimeout::default(), slow);
                    let failed = failed.expect_err("there is none").to_string();
                    assert!(failed.contains("no such host"), "{failed}");
                });
            }
        });
        assert!(ASKED.load(Ordering::SeqCst) < 3);
    }
}
