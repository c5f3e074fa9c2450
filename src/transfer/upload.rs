//! Uploads: parts are read, encrypted in place and sent by several workers (`protocol` 4.3, 4.4).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use super::attempt::{Meter, move_part};
use super::budget::{Budget, Lease};
use super::completion::Completion;
use super::crew::{self, Worker};
use super::flight::Flight;
use super::parts_there::PartsThere;
use super::plan::Plan;
use super::resume::{Begun, Entry, Stored};
use super::route::{PartRoute, Route};
use super::source::{Feed, SourceFile};
use super::urls::UrlCache;
use crate::api::Session;
use crate::api::endpoint::{self, FileRef};
use crate::api::transport::{Failure, read_limited};
use crate::call::{Call, Gate, Phase, Turn, WORKER_GRACE};
use crate::crypto::{Lanes, PartBuffer, Passphrase, Place};
use crate::error::{Error, ErrorKind, Result};

/// A file that exists on the service, with all that it takes to send its parts.
pub(crate) struct FileToSend {
    pub(crate) session: Arc<Session>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) package_id: String,
    pub(crate) file_id: String,
    pub(crate) directory_id: Option<String>,
    pub(crate) passphrase: Passphrase,
    pub(crate) plan: Plan,
    pub(crate) feed: Feed,
    pub(crate) flight: Flight,
    pub(crate) force_api_route: bool,
    pub(crate) resume: Option<Resume>,
    pub(crate) completion: Arc<Completion>,
}

/// What another process has sent of the file, and where this one notes what it sends.
pub(crate) struct Resume {
    pub(crate) entry: Entry,
    pub(crate) stored: BTreeMap<u32, Stored>,
}

/// How long `upload-complete` is asked whether all parts have arrived.
const COMPLETION_PATIENCE: Duration = Duration::from_secs(60);
/// The same if a response makes it doubtful that it came from the storage: it is asked three times.
const DOUBTFUL_PATIENCE: Duration = Duration::from_secs(3);
/// How often a part is sent again if the response has a body: it may be that of a proxy or portal in between.
const DOUBTS: u32 = 2;

/// Sends all parts and waits until the service has them. If it does not get them, all are sent once more.
pub(crate) fn run(file: FileToSend) -> Result<()> {
    // What another process has sent is not acknowledged to this one.
    let went_before = (file.resume.as_ref()).is_some_and(|resume| !resume.stored.is_empty());
    let upload = Arc::new(Upload {
        route: Route::new(file.force_api_route),
        urls: UrlCache::default(),
        next_part: AtomicU32::new(1),
        pulling: Gate::default(),
        holding: AtomicU32::new(0),
        used_storage: AtomicBool::new(went_before && !file.force_api_route),
        is_doubtful: AtomicBool::new(false),
        is_second: AtomicBool::new(false),
        file,
    });
    let call = Arc::clone(&upload.file.session.call);
    let starts_again = upload.file.feed.starts_again();
    upload.send_all()?;
    let patience = match starts_again && upload.is_doubtful.load(Ordering::Relaxed) {
        true => DOUBTFUL_PATIENCE,
        false => COMPLETION_PATIENCE,
    };
    if upload.is_complete(patience)? {
        return Ok(());
    }
    if starts_again {
        call.log("the service misses parts of the file; all are sent once more");
        upload.begin_again();
        upload.send_all()?;
        if upload.is_complete(COMPLETION_PATIENCE)? {
            return Ok(());
        }
    }
    Err(Error::new(
        ErrorKind::FileIncomplete,
        "the service still misses parts of the file",
    ))
}

/// Whether the service has refused a request, and every earlier attempt of it.
fn is_final(error: &Error) -> bool {
    error.server_code().is_some() && !error.is_down() && !error.follows_lost_response()
}

fn noted(
    entry: &Entry,
    passphrase: &Passphrase,
    file_id: &str,
    part: u32,
    plaintext: &[u8],
) -> Stored {
    Stored {
        length: plaintext.len() as u64,
        digest: entry.digest(passphrase, file_id, part, plaintext),
        proved: None,
    }
}

/// Whether a file is what was sent of it: a complete one, of which each part has this content. A part whose note a kill
/// has prevented is fetched.
pub(crate) fn is_as_sent(
    call: &Call,
    source: &SourceFile,
    plan: Plan,
    passphrase: &Passphrase,
    (entry, begun): (&Entry, &Begun),
    there: &PartsThere,
) -> Result<bool> {
    let mut plaintext = Vec::new();
    let is_noted = |part: &u32| begun.stored.contains_key(part);
    let (noted_parts, others): (Vec<_>, Vec<_>) = (1..=plan.parts).partition(is_noted);
    for part in noted_parts.into_iter().chain(others) {
        call.check()?;
        let (offset, length) = plan.range(part);
        plaintext.resize(length, 0);
        source.read(&mut plaintext, offset)?;
        let is_same = match begun.stored.get(&part) {
            Some(stored) => *stored == noted(entry, passphrase, &begun.file_id, part, &plaintext),
            None => there.has(part, &plaintext)?,
        };
        if !is_same {
            return Ok(false);
        }
    }
    source.check_unchanged()?;
    Ok(true)
}

/// Memory of a part that is being sent. An upload that has none is the first to get some beyond the budget.
struct Held<'a> {
    memory: Lease,
    holding: &'a AtomicU32,
}

impl Drop for Held<'_> {
    /// Runs before the memory is given back, which wakes waiting workers: one of this upload must then see that the
    /// upload holds no memory, so that it gets some at once.
    fn drop(&mut self) {
        self.holding.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An upload under way, shared by its workers.
struct Upload {
    file: FileToSend,
    route: Route,
    urls: UrlCache,
    next_part: AtomicU32,
    pulling: Gate,
    /// Parts that have memory at the moment.
    holding: AtomicU32,
    used_storage: AtomicBool,
    /// Whether a part counts as stored although its response may not be the storage's.
    is_doubtful: AtomicBool,
    /// Whether all parts are being sent a second time.
    is_second: AtomicBool,
}

impl Upload {
    fn send_all(self: &Arc<Self>) -> Result<()> {
        let call = &self.file.session.call;
        call.set_phase(Phase::Transferring);
        let (shared, counting) = (Arc::clone(self), Arc::clone(self));
        let parts = self.file.plan.parts as usize;
        let workers = move || counting.file.flight.parts().min(parts);
        let sent = crew::run(call, workers, WORKER_GRACE, move |worker| {
            shared.work(worker)
        });
        self.file.budget.trim();
        sent?;
        match &self.file.feed {
            Feed::File(file) => file.check_unchanged(),
            Feed::Pulled(_) | Feed::Spool(_) => Ok(()),
        }
    }

    fn begin_again(&self) {
        self.file.session.call.retried();
        self.next_part.store(1, Ordering::Relaxed);
        self.is_second.store(true, Ordering::Relaxed);
        if self.is_doubtful.load(Ordering::Relaxed) {
            self.route.avoid_storage();
        }
    }

    /// One worker: part after part.
    fn work(&self, worker: &Worker<'_>) -> Result<()> {
        while self.next_part.load(Ordering::Relaxed) <= self.file.plan.parts && worker.goes_on() {
            // One worker after the other has the calling thread fill its buffer, so that a slow source takes up only one.
            let pulls = match &self.file.feed {
                Feed::Pulled(_) => self.pulling.enter(&self.file.session.call)?.map(Some),
                Feed::File(_) | Feed::Spool(_) => Some(None),
            };
            let Some(pulls) = pulls else {
                worker.leaves();
                break;
            };
            let turn = self.next_part.fetch_add(1, Ordering::Relaxed);
            if turn <= self.file.plan.parts {
                self.part(turn, pulls)?;
            }
        }
        Ok(())
    }

    /// Memory for a part.
    fn take_memory(&self) -> Result<Held<'_>> {
        let file = &self.file;
        // Equal buffers for all parts, so that each can be used for any part.
        let bytes = PartBuffer::room(file.plan.range(1).1);
        let urgent = || self.holding.load(Ordering::Relaxed) == 0;
        let call = &file.session.call;
        let memory = file.budget.lease(call, bytes as u64, urgent)?;
        self.holding.fetch_add(1, Ordering::Relaxed);
        let holding = &self.holding;
        Ok(Held { memory, holding })
    }

    /// Reads, encrypts and sends one part.
    fn part(&self, turn: u32, pulls: Option<Turn<'_>>) -> Result<()> {
        let file = &self.file;
        let call = &file.session.call;
        let mut held = self.take_memory()?;
        file.completion.part_begins();
        let seal = |buffer, part| {
            let place = Place {
                part,
                parts: file.plan.parts,
                size: file.plan.size,
            };
            file.lanes.seal_at(buffer, &place, &file.passphrase)
        };
        let mut buffer = PartBuffer::within(std::mem::take(&mut held.memory.buffer));
        match &file.feed {
            Feed::File(source) => {
                let (offset, length) = file.plan.range(turn);
                let plaintext = buffer.plaintext_mut(length);
                source.read(plaintext, offset)?;
                // Before it is sent: so nothing that was read after a change becomes part of a complete file.
                source.check_unchanged()?;
                let stored = file.resume.as_ref().map(|resume| {
                    let (passphrase, file_id) = (&file.passphrase, &file.file_id);
                    noted(&resume.entry, passphrase, file_id, turn, plaintext)
                });
                if self.is_stored(turn, stored.as_ref()) {
                    call.part_done(length as u64);
                } else {
                    buffer = seal(buffer, turn)?;
                    self.send(turn, buffer.message(), length)?;
                    self.note(turn, stored);
                }
                held.memory.buffer = buffer.into_memory();
            }
            Feed::Pulled(puller) => {
                let filled = puller.pull(call, &held.memory, buffer)?;
                drop(pulls);
                let buffer = seal(filled.buffer, filled.part)?;
                self.send(filled.part, buffer.message(), filled.length)?;
                held.memory.buffer = buffer.into_memory();
            }
            Feed::Spool(spool) => {
                let (offset, length, plaintext_length) = spool.parts[turn as usize - 1];
                let mut sealed = buffer.into_memory();
                sealed.resize(length, 0);
                spool.read(&mut sealed, offset)?;
                self.send(turn, &sealed, plaintext_length)?;
                held.memory.buffer = sealed;
            }
        }
        Ok(())
    }

    /// Whether another process has sent this very part. If the service misses one, none is taken for sent.
    fn is_stored(&self, part: u32, read: Option<&Stored>) -> bool {
        let Some(resume) = &self.file.resume else {
            return false;
        };
        !self.is_second.load(Ordering::Relaxed) && read == resume.stored.get(&part)
    }

    /// Notes a part that is stored beyond doubt. Without the note, the next process sends it again.
    fn note(&self, part: u32, stored: Option<Stored>) {
        let is_doubtful = self.is_doubtful.load(Ordering::Relaxed);
        if let (Some(resume), Some(stored), false) = (&self.file.resume, stored, is_doubtful)
            && let Err(error) = resume.entry.stored(part, stored)
        {
            let call = &self.file.session.call;
            call.log(format!("part {part} is not noted: {}", error.message()));
        }
    }

    /// Sends one encrypted part, to the storage or through the API server.
    fn send(&self, part: u32, sealed: &[u8], plaintext_length: usize) -> Result<()> {
        let session = &self.file.session;
        let call = &session.call;
        // The progress of the call counts every part once.
        let is_second = self.is_second.load(Ordering::Relaxed);
        let meter = Meter::new(call, !is_second);
        let mut doubts = 0;
        let mut attempts = 0;
        let ways = (&self.route, &self.file.flight);
        let sent = move_part(session, ways, &meter, |route, through_api| {
            attempts += 1;
            if through_api {
                let sent = |bytes| meter.add(bytes);
                // The last one completes the file.
                let send = || endpoint::upload_part(session, self.reference(), part, sealed, &sent);
                let is_open = |sent: &std::result::Result<(), Failure>| {
                    sent.as_ref().is_err_and(|failure| {
                        !failure.class.is_unsent() && !is_final(&failure.error)
                    })
                };
                return self.file.completion.ask(send, is_open);
            }
            while !self.send_to_storage(part, sealed, &meter, route)? {
                if doubts == DOUBTS {
                    self.is_doubtful.store(true, Ordering::Relaxed);
                    break;
                }
                doubts += 1;
                call.retried();
                call.log(format!(
                    "part {part}: this response is not a storage's; trying again"
                ));
                meter.back_to(0);
            }
            Ok(())
        });
        match sent {
            Ok(()) => {}
            // With its last part a file is complete. It may then refuse each further part, even the last one that is
            // sent again because the response was lost.
            Err(error)
                if attempts > 1
                    && error.server_code().is_some()
                    && matches!(self.ask_completion(), Ok(true)) => {}
            Err(error) => return Err(error.context(format_args!("part {part}"))),
        }
        if !is_second {
            call.part_done(plaintext_length as u64);
        }
        Ok(())
    }

    fn ask_completion(&self) -> Result<bool> {
        let ask = || endpoint::upload_complete(&self.file.session, self.reference());
        // "Not yet" is no end: the service may still be collecting the parts.
        let is_open = |complete: &Result<bool>| match complete {
            Ok(is_complete) => !is_complete,
            Err(error) => !is_final(error),
        };
        self.file.completion.ask(ask, is_open)
    }

    fn reference(&self) -> FileRef<'_> {
        FileRef {
            package: &self.file.package_id,
            file: &self.file.file_id,
            directory: self.file.directory_id.as_deref(),
        }
    }

    /// Returns whether the part is stored beyond doubt: a storage responds without a body, a captive portal with its
    /// page.
    fn send_to_storage(
        &self,
        part: u32,
        sealed: &[u8],
        meter: &Meter<'_>,
        route: &mut PartRoute<'_>,
    ) -> std::result::Result<bool, Failure> {
        let session = &self.file.session;
        let fetch = |from| endpoint::upload_urls(session, self.reference(), from);
        let url = self.urls.get(&session.call, part, fetch)?;
        let sent = endpoint::put_part(session, &url, sealed, &|bytes| meter.add(bytes));
        let mut response = sent.inspect_err(|_| self.urls.forget(part, &url))?;
        if !(200..300).contains(&response.status) {
            self.urls.forget(part, &url);
            return Err(route.storage_failure(response.status, response.retry_after));
        }
        // Reading the body, which is empty, to its end lets the connection be used again.
        let mut body = Vec::new();
        let _ = read_limited(&mut response, 1 << 16, &mut body);
        self.used_storage.store(true, Ordering::Relaxed);
        Ok(body.is_empty() && response.content_length.unwrap_or(0) == 0)
    }

    /// Asks whether every part has arrived: after 1 second, then every 2, until the patience is over. What went through
    /// the API server is acknowledged part by part.
    fn is_complete(&self, patience: Duration) -> Result<bool> {
        if !self.used_storage.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let session = &self.file.session;
        session.call.set_phase(Phase::Completing);
        let mut waited = Duration::ZERO;
        let mut wait = Duration::from_secs(1);
        while !self.ask_completion()? {
            if waited >= patience {
                return Ok(false);
            }
            session.call.sleep(wait)?;
            waited += wait;
            wait = Duration::from_secs(2);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Whatever other transfers hold, and however a part ends.
    #[test]
    fn the_first_part_of_an_upload_does_not_wait_for_memory() {
        let (call, budget) = (Call::alone(), Arc::new(Budget::new(100)));
        let _others = budget.lease(&call, 100, || true).expect("urgent");
        let holding = AtomicU32::new(0);
        let urgent = || holding.load(Ordering::Relaxed) == 0;
        let hold = || {
            let memory = budget.lease(&call, 50, urgent).expect("memory");
            holding.fetch_add(1, Ordering::Relaxed);
            let holding = &holding;
            Held { memory, holding }
        };
        let held = hold();
        thread::scope(|scope| {
            let next = scope.spawn(hold);
            thread::sleep(Duration::from_millis(50));
            assert!(!next.is_finished(), "it is not the first");
            let failed = scope.spawn(move || {
                let _held = held;
                panic!("a part that fails");
            });
            assert!(failed.join().is_err());
            drop(next.join().expect("it is the first now"));
        });
        assert_eq!(holding.load(Ordering::Relaxed), 0);
    }
}
