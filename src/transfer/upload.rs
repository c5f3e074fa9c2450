//! Uploads: parts are read, encrypted in place and sent by several workers (`protocol` 4.3, 4.4).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rand_core::{OsRng, RngCore};
use serde_json::json;

use super::budget::{Budget, Lease};
use super::crew;
use super::plan::Plan;
use super::route::{PartRoute, Route};
use super::source::{Feed, read_spool};
use super::urls::UrlCache;
use crate::api::endpoint::{self, FileRef};
use crate::api::retry::{Repeat, retrying};
use crate::api::transport::{Body, Failure, Request, read_limited};
use crate::api::{JSON, Session, accept, read_envelope};
use crate::call::{Phase, WORKER_GRACE};
use crate::crypto::{PartBuffer, Passphrase, Place};
use crate::error::{Error, ErrorKind, Result};

/// Everything that the workers of one upload share.
pub(crate) struct Upload {
    pub(crate) session: Arc<Session>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) package_id: String,
    pub(crate) file_id: String,
    pub(crate) directory_id: Option<String>,
    pub(crate) passphrase: Passphrase,
    pub(crate) plan: Plan,
    pub(crate) feed: Feed,
    pub(crate) workers: usize,
    pub(crate) force_api_route: bool,
}

/// How long `upload-complete` is asked whether all parts have arrived.
const COMPLETION_PATIENCE: Duration = Duration::from_secs(60);
/// The same if the storage has answered in a way that makes it doubtful: three answers.
const DOUBTFUL_PATIENCE: Duration = Duration::from_secs(3);
/// How often a part is sent again whose storage has answered with a body: whoever is in between has, maybe, not the storage.
const DOUBTS: u32 = 2;

/// Sends all parts and waits until the service has them. If it does not get them, all are sent once more.
pub(crate) fn run(upload: Upload) -> Result<()> {
    let workers = upload.workers.min(upload.plan.parts as usize);
    let job = Arc::new(Job {
        route: Route::new(upload.force_api_route),
        urls: UrlCache::default(),
        next_part: AtomicU32::new(1),
        taking: Mutex::new(()),
        holding: AtomicU32::new(0),
        used_storage: AtomicBool::new(false),
        is_doubtful: AtomicBool::new(false),
        is_second: AtomicBool::new(false),
        upload,
    });
    let call = Arc::clone(&job.upload.session.call);
    let starts_again = job.upload.feed.starts_again();
    job.send_all(workers)?;
    let patience = match starts_again && job.is_doubtful.load(Ordering::Relaxed) {
        true => DOUBTFUL_PATIENCE,
        false => COMPLETION_PATIENCE,
    };
    if job.is_complete(patience)? {
        return Ok(());
    }
    if starts_again {
        call.log("the service misses parts of the file; all are sent once more");
        job.begin_again();
        job.send_all(workers)?;
        if job.is_complete(COMPLETION_PATIENCE)? {
            return Ok(());
        }
    }
    Err(Error::new(
        ErrorKind::FileIncomplete,
        "the service still misses parts of the file",
    ))
}

struct Job {
    upload: Upload,
    route: Route,
    urls: UrlCache,
    next_part: AtomicU32,
    /// One worker after the other takes memory: only so is there one first.
    taking: Mutex<()>,
    /// Workers that hold memory at the moment.
    holding: AtomicU32,
    used_storage: AtomicBool,
    /// A part was taken for stored although the answer was not that of a storage.
    is_doubtful: AtomicBool,
    /// All parts are being sent once more.
    is_second: AtomicBool,
}

impl Job {
    fn send_all(self: &Arc<Self>, workers: usize) -> Result<()> {
        let call = &self.upload.session.call;
        call.set_phase(Phase::Transferring);
        let shared = Arc::clone(self);
        let sent = crew::run(call, workers, WORKER_GRACE, move || shared.work());
        self.upload.budget.trim();
        sent?;
        match &self.upload.feed {
            Feed::File(file) => file.check_unchanged(),
            Feed::Pulled(_) | Feed::Spool(_) => Ok(()),
        }
    }

    fn begin_again(&self) {
        self.upload.session.call.retried();
        self.next_part.store(1, Ordering::Relaxed);
        self.is_second.store(true, Ordering::Relaxed);
        if self.is_doubtful.load(Ordering::Relaxed) {
            self.route.avoid_storage();
        }
    }

    /// One worker: part after part.
    fn work(&self) -> Result<()> {
        loop {
            let turn = self.next_part.fetch_add(1, Ordering::Relaxed);
            if turn > self.upload.plan.parts {
                return Ok(());
            }
            let memory = self.take_memory()?;
            let sent = self.part(turn, memory);
            self.holding.fetch_sub(1, Ordering::Relaxed);
            sent?;
        }
    }

    /// Memory for a part: the first of an upload never waits, whatever other transfers hold.
    fn take_memory(&self) -> Result<Lease> {
        let upload = &self.upload;
        // As much for all, so that each can have the buffer of another one.
        let bytes = PartBuffer::room(upload.plan.range(1).1);
        let _first = self.taking.lock();
        let urgent = || self.holding.load(Ordering::Relaxed) == 0;
        let call = &upload.session.call;
        let memory = upload.budget.lease(call, bytes as u64, urgent)?;
        self.holding.fetch_add(1, Ordering::Relaxed);
        Ok(memory)
    }

    /// Reads, encrypts and sends one part.
    fn part(&self, turn: u32, mut memory: Lease) -> Result<()> {
        let upload = &self.upload;
        let place = |part| Place {
            part,
            parts: upload.plan.parts,
            size: upload.plan.size,
        };
        let mut buffer = PartBuffer::within(std::mem::take(&mut memory.buffer));
        match &upload.feed {
            Feed::File(file) => {
                let (offset, length) = upload.plan.range(turn);
                file.read(buffer.plaintext_mut(length), offset)?;
                let sealed = buffer.seal_at(&place(turn), &upload.passphrase)?;
                self.send(turn, sealed, length)?;
                memory.buffer = buffer.into_memory();
            }
            Feed::Pulled(puller) => {
                let mut filled = puller.pull(buffer)?;
                let sealed = filled
                    .buffer
                    .seal_at(&place(filled.part), &upload.passphrase)?;
                self.send(filled.part, sealed, filled.length)?;
                memory.buffer = filled.buffer.into_memory();
            }
            Feed::Spool(spool) => {
                let (offset, length, plaintext_length) = spool.parts[turn as usize - 1];
                let mut sealed = buffer.into_memory();
                sealed.resize(length, 0);
                read_spool(&spool.file, &mut sealed, offset)?;
                self.send(turn, &sealed, plaintext_length)?;
                memory.buffer = sealed;
            }
        }
        Ok(())
    }

    /// Sends one encrypted part by whichever way works.
    fn send(&self, part: u32, sealed: &[u8], plaintext_length: usize) -> Result<()> {
        let session = &self.upload.session;
        let call = &session.call;
        let mut route = self.route.for_part();
        // What was sent before is done already, as far as anybody was told.
        let is_second = self.is_second.load(Ordering::Relaxed);
        // Only what was never sent before counts as progress: a connection that breaks at the same place again and
        // again must not go on for ever.
        let furthest = AtomicU64::new(0);
        let mut doubts = 0;
        let mut attempts = 0;
        let sent = retrying(
            call,
            session.retry_window(),
            Repeat::Safely,
            &session.contact(),
            || {
                attempts += 1;
                let on_wire = AtomicU64::new(0);
                let count = |bytes: u64| {
                    let sent = on_wire.fetch_add(bytes, Ordering::Relaxed) + bytes;
                    if !is_second {
                        call.sent(bytes);
                    }
                    if furthest.fetch_max(sent, Ordering::Relaxed) < sent {
                        call.moved();
                    }
                };
                let uncount = || {
                    let sent = on_wire.swap(0, Ordering::Relaxed);
                    if !is_second {
                        call.unsent(sent);
                    }
                };
                let through_api = route.through_api();
                let mut result = match through_api {
                    true => self.send_through_api(part, sealed, &count).map(|()| true),
                    false => self.send_to_storage(part, sealed, &count, &mut route),
                };
                while matches!(result, Ok(false)) && doubts < DOUBTS {
                    doubts += 1;
                    call.retried();
                    call.log(format!(
                        "part {part}: this is not how a storage answers; trying again"
                    ));
                    uncount();
                    result = self.send_to_storage(part, sealed, &count, &mut route);
                }
                if matches!(result, Ok(false)) {
                    self.is_doubtful.store(true, Ordering::Relaxed);
                }
                route.note(through_api, session.storage_is_connected(), &result);
                if result.is_err() {
                    uncount();
                }
                result.map(|_| ())
            },
        );
        match sent {
            Ok(()) => {}
            // The last part makes a file complete, which may then take none: not even that one, after its answer was lost.
            Err(error)
                if attempts > 1
                    && error.server_code().is_some()
                    && matches!(endpoint::upload_complete(session, self.file()), Ok(true)) => {}
            Err(error) => return Err(error.context(format_args!("part {part}"))),
        }
        if !is_second {
            call.part_done(plaintext_length as u64);
        }
        Ok(())
    }

    fn file(&self) -> FileRef<'_> {
        FileRef {
            package: &self.upload.package_id,
            file: &self.upload.file_id,
            directory: self.upload.directory_id.as_deref(),
        }
    }

    /// Answers whether the part is stored beyond doubt: a storage answers without a body, a captive portal with its page.
    fn send_to_storage(
        &self,
        part: u32,
        sealed: &[u8],
        count: &dyn Fn(u64),
        route: &mut PartRoute<'_>,
    ) -> std::result::Result<bool, Failure> {
        let session = &self.upload.session;
        let fetch = |from| endpoint::upload_urls(session, self.file(), from);
        let url = self.urls.get(&session.call, part, fetch)?;
        let body = Body::Counted {
            pieces: &[sealed],
            sent: count,
        };
        let sent = session.storage().exchange(Request {
            method: "PUT",
            url: &url,
            headers: &[],
            body,
        });
        let mut answer = sent.inspect_err(|_| self.urls.forget(part, &url))?;
        if !(200..300).contains(&answer.status) {
            self.urls.forget(part, &url);
            return Err(route.storage_failure(answer.status, answer.retry_after));
        }
        // Reading the body, which is empty, to its end lets the connection be used again.
        let mut body = Vec::new();
        let _ = read_limited(&mut answer, 1 << 16, &mut body);
        self.used_storage.store(true, Ordering::Relaxed);
        Ok(body.is_empty() && answer.content_length.unwrap_or(0) == 0)
    }

    /// The multipart form of `protocol` 4.4.2. Only the text of its first field is signed.
    fn send_through_api(
        &self,
        part: u32,
        sealed: &[u8],
        count: &dyn Fn(u64),
    ) -> std::result::Result<(), Failure> {
        let session = &self.upload.session;
        let fields = json!({"uploadType": session.request_api(), "filePart": part}).to_string();
        let boundary = format!(
            "----libsendsafely{:016x}{:016x}",
            OsRng.next_u64(),
            OsRng.next_u64()
        );
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"requestData\"\r\n\
             Content-Type: text/plain; charset=UTF-8\r\n\r\n{fields}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"textFile\"; filename=\"file.txt\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let mut answer = session.exchange(crate::api::Signed {
            method: "POST",
            path: &self.file().part_upload_path(),
            content_type: &format!("multipart/form-data; boundary={boundary}"),
            accept: JSON,
            signed_text: fields.as_bytes(),
            body: Body::Counted {
                pieces: &[head.as_bytes(), sealed, tail.as_bytes()],
                sent: count,
            },
        })?;
        let status = answer.status;
        accept(read_envelope(&mut answer)?, status).map(|_| ())
    }

    /// Asks whether every part has arrived: after 1 second, then every 2, until the patience is over. What went through
    /// the API server is acknowledged part by part.
    fn is_complete(&self, patience: Duration) -> Result<bool> {
        if !self.used_storage.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let session = &self.upload.session;
        session.call.set_phase(Phase::Completing);
        let mut waited = Duration::ZERO;
        let mut wait = Duration::from_secs(1);
        while !endpoint::upload_complete(session, self.file())? {
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
