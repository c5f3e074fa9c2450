//! Name resolution. Nothing can interrupt it, so it runs on threads of its own. A host that was found once is found
//! again, whatever happens to the name server.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select};
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::attempts::{LONGEST, alternating};
use super::exchange::in_time;
use crate::os;
use crate::os::lock::Mutex;

/// For so long nobody asks again: each request needs the addresses, even if its connection exists.
const FRESH: Duration = Duration::from_secs(5);
/// For so long addresses are used at once, while the system is asked behind the request.
const USED: Duration = Duration::from_secs(60);
/// So long a request waits for new addresses before it takes the old ones.
const PATIENCE: Duration = Duration::from_secs(1);
/// The system repeats a question that was lost only after 5 seconds or so. New ones at this distance find the name
/// server soon after its return.
const AGAIN_AFTER: Duration = Duration::from_millis(1250);
/// Questions for one host that have no answer yet.
const MOST: usize = 4;
/// The same for all hosts of a client.
const MOST_IN_ALL: usize = 64;
/// Hosts whose addresses are kept.
const MOST_KNOWN: usize = 256;
/// The most addresses that the HTTP library takes.
const MOST_ADDRESSES: usize = 16;

type Found = io::Result<Vec<SocketAddr>>;
type Answer = Arc<Found>;

/// The system's name resolution, and what one client knows from it.
#[derive(Clone)]
pub(crate) struct Names {
    places: Arc<Mutex<Places>>,
    ask: fn(&str) -> Found,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            places: Arc::default(),
            ask: |place| os::above_standard(|| place.to_socket_addrs()).map(Iterator::collect),
        }
    }
}

#[derive(Default)]
struct Places {
    known: HashMap<String, Known>,
    asked: HashMap<String, Question>,
}

/// The addresses that a host had last.
struct Known {
    addresses: Vec<SocketAddr>,
    since: Instant,
    /// Whether a connection has failed since then.
    is_doubted: bool,
}

/// What the system is asked at the moment.
#[derive(Default)]
struct Question {
    threads: usize,
    last: Option<Instant>,
    /// Those that wait for the first answer.
    waiting: Vec<Sender<Answer>>,
}

impl Names {
    /// Old addresses may be the reason why connecting fails: the next request asks again.
    pub(crate) fn doubt(&self) {
        for known in self.places.lock().known.values_mut() {
            known.is_doubted = true;
        }
    }

    fn known(&self, place: &str) -> Option<(Vec<SocketAddr>, Option<Duration>)> {
        let places = self.places.lock();
        let known = places.known.get(place)?;
        let age = (!known.is_doubted).then(|| known.since.elapsed());
        Some((known.addresses.clone(), age))
    }

    /// Keeps addresses, or trusts old ones anew.
    fn keep(&self, place: &str, addresses: &[SocketAddr]) {
        let known = &mut self.places.lock().known;
        if known.len() >= MOST_KNOWN && !known.contains_key(place) {
            known.retain(|_, known| known.since.elapsed() < USED);
        }
        let now = Known {
            addresses: addresses.to_vec(),
            since: Instant::now(),
            is_doubted: false,
        };
        known.insert(place.to_owned(), now);
    }

    /// Asks the system, unless it was asked just now, and returns when to ask again without an answer.
    fn ask(&self, place: &str, waiting: Option<&Sender<Answer>>) -> Instant {
        let now = Instant::now();
        {
            let mut places = self.places.lock();
            let in_all: usize = places.asked.values().map(|asked| asked.threads).sum();
            let question = places.asked.entry(place.to_owned()).or_default();
            if let Some(waiting) = waiting
                && !question.waiting.iter().any(|one| one.same_channel(waiting))
            {
                question.waiting.push(waiting.clone());
            }
            match question.last.map(|last| last + AGAIN_AFTER) {
                Some(next) if question.threads > 0 && now < next => return next,
                _ if question.threads == MOST || in_all >= MOST_IN_ALL => return now + AGAIN_AFTER,
                _ => {}
            }
            question.threads += 1;
            question.last = Some(now);
        }
        let (names, place) = (self.clone(), place.to_owned());
        let work = move || {
            let answer = Arc::new((names.ask)(&place));
            names.answered(&place, &answer);
        };
        if os::spawn("sendsafely-name", work.clone()).is_err() {
            work();
        }
        now + AGAIN_AFTER
    }

    fn answered(&self, place: &str, answer: &Answer) {
        if let Ok(addresses) = &**answer
            && !addresses.is_empty()
        {
            self.keep(place, &alternating(addresses));
        }
        let mut places = self.places.lock();
        let Some(question) = places.asked.get_mut(place) else {
            return;
        };
        question.threads -= 1;
        let waiting = std::mem::take(&mut question.waiting);
        if question.threads == 0 {
            places.asked.remove(place);
        }
        drop(places);
        for waiting in waiting {
            let _ = waiting.send(Arc::clone(answer));
        }
    }

    /// Waits for the first answer of the system.
    fn look_up(
        &self,
        place: &str,
        timeout: NextTimeout,
        stopped: &Receiver<()>,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let timeout = in_time(timeout);
        let deadline = Instant::now() + (*timeout.after).min(LONGEST);
        let (sender, receiver) = bounded(1);
        let answer = loop {
            let next = self.ask(place, Some(&sender)).min(deadline);
            select! {
                recv(receiver) -> answer => break answer.ok(),
                recv(stopped) -> _ => break None,
                default(next.saturating_duration_since(Instant::now())) => {}
            }
            if Instant::now() >= deadline {
                break None;
            }
        };
        let Some(answer) = answer else {
            return Err(ureq::Error::Timeout(timeout.reason));
        };
        match &*answer {
            Ok(addresses) => Ok(alternating(addresses)),
            Err(error) => Err(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code).into(),
                None => io::Error::new(error.kind(), error.to_string()).into(),
            }),
        }
    }

    fn addresses(
        &self,
        place: &str,
        mut timeout: NextTimeout,
        stopped: &Receiver<()>,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let Some((known, age)) = self.known(place) else {
            return self.look_up(place, timeout, stopped);
        };
        match age {
            Some(age) if age < FRESH => return Ok(known),
            Some(age) if age < USED => {
                self.ask(place, None);
                return Ok(known);
            }
            _ => {}
        }
        timeout.after = (*timeout.after).min(PATIENCE).into();
        match self.look_up(place, timeout, stopped) {
            Ok(found) if !found.is_empty() => Ok(found),
            _ => {
                self.keep(place, &known);
                Ok(known)
            }
        }
    }
}

/// The resolver of one call's connections.
pub(crate) struct CallNames {
    pub(crate) names: Names,
    pub(crate) stop: Stop,
}

impl fmt::Debug for CallNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CallNames")
    }
}

impl Resolver for CallNames {
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
        let stopped = self.stop.receiver();
        let addresses = self.names.addresses(&place, timeout, &stopped)?;
        for address in addresses.into_iter().take(MOST_ADDRESSES) {
            found.push(address);
        }
        match found.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(found),
        }
    }
}

/// Wakes those of one call that wait for an answer.
#[derive(Clone)]
pub(crate) struct Stop(Arc<Mutex<Option<Sender<()>>>>, Receiver<()>);

impl Default for Stop {
    fn default() -> Self {
        let (sender, receiver) = bounded(0);
        Self(Arc::new(Mutex::new(Some(sender))), receiver)
    }
}

impl Stop {
    /// A channel without a sender never blocks.
    pub(crate) fn stop(&self) {
        self.0.lock().take();
    }

    fn receiver(&self) -> Receiver<()> {
        self.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    use crossbeam_channel::never;

    use super::*;

    const PLACE: &str = "host.test:443";
    const SECOND: Duration = Duration::from_secs(1);

    fn names(ask: fn(&str) -> Found) -> Names {
        Names {
            ask,
            ..Names::default()
        }
    }

    fn within(time: Duration) -> NextTimeout {
        NextTimeout {
            after: time.into(),
            ..NextTimeout::default()
        }
    }

    fn address() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 7], 443))
    }

    fn get(names: &Names) -> Vec<SocketAddr> {
        (names.addresses(PLACE, within(10 * SECOND), &never())).expect("known")
    }

    fn age(names: &Names, age: Duration) {
        for known in names.places.lock().known.values_mut() {
            let long_ago = known.since.checked_sub(age);
            known.since = long_ago.expect("the machine runs for longer");
        }
    }

    fn unknown(_: &str) -> Found {
        Err(io::Error::new(io::ErrorKind::NotFound, "no such host"))
    }

    #[test]
    fn one_thread_asks_for_all_that_want_the_same_name() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = names(|place| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            unknown(place)
        });
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let failed = names.addresses(PLACE, within(10 * SECOND), &never());
                    let failed = failed.expect_err("there is none").to_string();
                    assert!(failed.contains("no such host"), "{failed}");
                });
            }
        });
        assert!(ASKED.load(Ordering::SeqCst) < 3);
    }

    #[test]
    fn a_host_that_was_found_once_needs_no_name_server() {
        let names = names(unknown);
        names.keep(PLACE, &[address()]);
        for seconds in [1, 10, 3600] {
            age(&names, seconds * SECOND);
            assert_eq!(get(&names), [address()]);
        }
        names.doubt();
        assert_eq!(get(&names), [address()]);
    }

    #[test]
    fn a_name_server_that_is_silent_delays_a_known_host_by_a_second_at_most() {
        let names = names(|_| {
            thread::sleep(20 * SECOND);
            Ok(Vec::new())
        });
        names.keep(PLACE, &[address()]);
        for (seconds, delay) in [(10, 0), (100, 1)] {
            age(&names, seconds * SECOND);
            let started = Instant::now();
            assert_eq!(get(&names), [address()]);
            assert!(started.elapsed() >= delay * SECOND);
            assert!(started.elapsed() < (delay + 5) * SECOND);
        }
    }

    #[test]
    fn new_addresses_are_asked_for_behind_a_request_and_by_one_that_doubts() {
        let new = SocketAddr::from(([192, 0, 2, 8], 443));
        let names = names(|_| Ok(vec![SocketAddr::from(([192, 0, 2, 8], 443))]));
        names.keep(PLACE, &[address()]);
        assert_eq!(get(&names), [address()]);
        age(&names, 10 * SECOND);
        assert_eq!(get(&names), [address()]);
        let started = Instant::now();
        while get(&names) != [new] {
            assert!(started.elapsed() < 10 * SECOND);
            thread::sleep(Duration::from_millis(10));
        }
        names.keep(PLACE, &[address()]);
        names.doubt();
        assert_eq!(get(&names), [new]);
    }

    /// A question that was sent while the name server was away is not answered before the system repeats it.
    #[test]
    fn the_return_of_a_name_server_is_noticed_by_a_new_question() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        static IS_BACK: AtomicBool = AtomicBool::new(false);
        let names = names(|_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            if !IS_BACK.load(Ordering::SeqCst) {
                thread::sleep(20 * SECOND);
            }
            Ok(vec![address()])
        });
        thread::scope(|scope| {
            let found = scope.spawn(|| get(&names));
            thread::sleep(2 * SECOND);
            IS_BACK.store(true, Ordering::SeqCst);
            let back = Instant::now();
            assert_eq!(found.join().expect("no panic"), [address()]);
            assert!(back.elapsed() < 2 * SECOND, "{:?}", back.elapsed());
        });
        assert!(ASKED.load(Ordering::SeqCst) <= MOST);
    }

    #[test]
    fn questions_without_an_answer_are_few_and_a_stop_ends_the_wait_for_them() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = names(|_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            thread::sleep(20 * SECOND);
            Ok(Vec::new())
        });
        let stop = Stop::default();
        thread::scope(|scope| {
            let asking = || names.addresses(PLACE, within(60 * SECOND), &stop.receiver());
            let waiting: Vec<_> = (0..10).map(|_| scope.spawn(asking)).collect();
            thread::sleep(Duration::from_millis(5500));
            stop.stop();
            let stopped = Instant::now();
            for waiting in waiting {
                waiting.join().expect("no panic").expect_err("stopped");
            }
            assert!(stopped.elapsed() < 5 * SECOND);
        });
        assert_eq!(ASKED.load(Ordering::SeqCst), MOST);
    }
}
