//! Uploads: parts are read, encrypted in place and sent by several workers (`protocol` 4.3, 4.4).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};
use parking_lot::Mutex;
use rand_core::{OsRng, RngCore};
use serde_json::json;

use super::budget::{Budget, Lease};
use super::crew;
use super::plan::Plan;
use super::route::{PartRoute, Route};
use super::urls::UrlCache;
use crate::api::endpoint::{self, FileRef};
use crate::api::retry::{Repeat, retrying};
use crate::api::transport::{Body, Failure, Request, read_limited};
use crate::api::{JSON, Session, accept, read_envelope};
use crate::call::{Phase, WORKER_GRACE, stopped};
use crate::crypto::{PartBuffer, Passphrase, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::os;

/// What the workers of an upload ask of, or tell, the thread that made the call.
pub(crate) enum Event<T> {
    Fill(Fill),
    Done(Result<T>),
}

/// The way to the calling thread, which alone may read memory or call the caller's function.
pub(crate) struct Puller {
    ask: Box<dyn Fn(Fill) -> Result<()> + Send + Sync>,
    /// Whether the first part comes again after the last one.
    starts_again: bool,
}

impl Puller {
    pub(crate) fn new<T: Send + 'static>(
        calling_thread: Sender<Event<T>>,
        starts_again: bool,
    ) -> Self {
        let ask = move |fill| {
            calling_thread
                .send(Event::Fill(fill))
                .map_err(|_| stopped())
        };
        Self {
            ask: Box::new(ask),
            starts_again,
        }
    }

    /// Has a buffer filled with the next part; answers its number and length too.
    fn pull(&self, buffer: PartBuffer) -> Result<Filled> {
        let (filled, answer) = bounded(1);
        (self.ask)(Fill { buffer, filled })?;
        // The calling thread answers an error of the source by ending the call, which drops the sender.
        answer.recv().map_err(|_| stopped())
    }
}

/// What the calling thread is asked to fill with the next bytes of a source that only it may read.
pub(crate) struct Fill {
    pub(crate) buffer: PartBuffer,
    pub(crate) filled: Sender<Filled>,
}

/// A buffer that was filled: the part's number and length, and whether the source has ended with it.
pub(crate) struct Filled {
    pub(crate) buffer: PartBuffer,
    pub(crate) part: u32,
    pub(crate) length: usize,
    pub(crate) is_last: bool,
}

/// Where plaintext, or ciphertext made before, comes from.
pub(crate) enum Feed {
    /// A file that workers read by themselves.
    File(SourceFile),
    /// The calling thread reads, in order: memory, or the caller's function.
    Pulled(Puller),
    /// Encrypted parts of a source of unknown length.
    Spool(Spool),
}

impl Feed {
    /// Whether every part can be had once more.
    fn starts_again(&self) -> bool {
        match self {
            Self::File(_) | Self::Spool(_) => true,
            Self::Pulled(puller) => puller.starts_again,
        }
    }
}

/// A file as it was when the upload began.
pub(crate) struct SourceFile {
    file: File,
    path: PathBuf,
    before: fs::Metadata,
}

impl SourceFile {
    /// Opens a file; a symbolic link is followed only if it was the caller who named it.
    pub(crate) fn open(path: &Path, follow: bool) -> Result<Self> {
        let (file, before) = os::open_source(path, follow)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            before,
        })
    }

    pub(crate) fn size(&self) -> u64 {
        self.before.len()
    }

    pub(crate) fn changed(&self) -> Error {
        Error::new(
            ErrorKind::FileChanged,
            format!(
                "{}: the file changed while it was uploaded",
                self.path.display()
            ),
        )
    }

    fn read(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        let told = |error| os::io_error(&error, &self.path, ErrorKind::ReadFailed);
        match os::read_at(&self.file, buffer, offset).map_err(told)? {
            read if read == buffer.len() => Ok(()),
            _ => Err(self.changed()),
        }
    }

    /// Looks, when all is read, whether what was read was one and the same file.
    fn check_unchanged(&self) -> Result<()> {
        let told = |error| os::io_error(&error, &self.path, ErrorKind::ReadFailed);
        let after = self.file.metadata().map_err(told)?;
        let same_time = match (self.before.modified(), after.modified()) {
            (Ok(before), Ok(after)) => before == after,
            _ => true,
        };
        if after.len() == self.before.len() && same_time {
            Ok(())
        } else {
            Err(self.changed())
        }
    }
}

/// Encrypted parts in a file without a name: position, length, and length of the plaintext of each.
pub(crate) struct Spool {
    file: File,
    parts: Vec<(u64, usize, usize)>,
}

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

fn read_spool(file: &File, buffer: &mut [u8], offset: u64) -> Result<()> {
    match os::read_at(file, buffer, offset) {
        Ok(read) if read == buffer.len() => Ok(()),
        _ => Err(Error::new(
            ErrorKind::ReadFailed,
            "the temporary file of encrypted parts cannot be read",
        )),
    }
}

/// Encrypts a source of unknown length into a spool, and answers with the plan that it turned out to have.
///
/// Only the last part can say how many there are and how long the file is; the others say their number.
pub(crate) fn spool(
    session: &Session,
    budget: &Arc<Budget>,
    puller: &Puller,
    passphrase: &Passphrase,
    part_size: u64,
) -> Result<(Spool, Plan)> {
    use std::io::Write;
    let call = &session.call;
    call.set_total(None, 0);
    call.set_phase(Phase::Preparing);
    let capacity = usize::try_from(part_size).unwrap_or(usize::MAX);
    let mut spool = Spool {
        file: os::spool_file()?,
        parts: Vec::new(),
    };
    // The one part that this upload has in memory until all are spooled, and the byte that shows whether it is the last.
    let room = PartBuffer::room(capacity.saturating_add(1));
    let mut memory = budget.lease(call, room as u64, || true)?;
    let (mut position, mut size) = (0, 0);
    loop {
        call.check()?;
        let buffer = PartBuffer::within(std::mem::take(&mut memory.buffer));
        let Filled {
            mut buffer,
            part,
            length,
            is_last,
        } = puller.pull(buffer)?;
        size += length as u64;
        // Judges the size limit while the source still runs.
        let plan = Plan::new(size, part_size)?;
        let (parts, whole) = if is_last { (part, size) } else { (0, 0) };
        let place = Place {
            part,
            parts,
            size: whole,
        };
        let sealed = buffer.seal_at(&place, passphrase)?;
        spool.file.write_all(sealed).map_err(|error| {
            os::io_error(&error, &std::env::temp_dir(), ErrorKind::WriteFailed)
                .context("temporary file of encrypted parts")
        })?;
        spool.parts.push((position, sealed.len(), length));
        position += sealed.len() as u64;
        if is_last {
            return Ok((spool, plan));
        }
        memory.buffer = buffer.into_memory();
    }
}

/// What is read at first of a source of unknown length.
const FIRST_READ: usize = 64 << 10;

/// The other end of a [`Puller`], on the calling thread: hands out parts in order.
pub(crate) struct Filler<'a> {
    pub(crate) read: &'a mut dyn FnMut(&mut [u8]) -> Result<usize>,
    /// The plan of a source of known length.
    pub(crate) plan: Option<Plan>,
    pub(crate) part_size: u64,
    pub(crate) next_part: u32,
    /// The first byte of the next part of a source of unknown length: only reading on shows which part is the last.
    pub(crate) ahead: Option<u8>,
}

impl Filler<'_> {
    /// Fills a buffer with the next part. Waits for nobody: the answer's channel has room.
    pub(crate) fn fill(&mut self, request: Fill) -> Result<()> {
        let Fill { mut buffer, filled } = request;
        let part = self.next_part;
        // Whoever asks for more than there is starts again.
        self.next_part = match self.plan {
            Some(plan) => part % plan.parts + 1,
            None => part + 1,
        };
        let wanted = match self.plan {
            Some(plan) => plan.range(part).1,
            None => usize::try_from(self.part_size)
                .unwrap_or(usize::MAX)
                .saturating_add(1),
        };
        let mut length = 0;
        if let Some(byte) = self.ahead.take() {
            buffer.plaintext_mut(1)[0] = byte;
            length = 1;
        }
        while length < wanted {
            let room = match self.plan {
                // No more memory is touched than a short stream needs.
                None if part == 1 => wanted.min(FIRST_READ.max(2 * length)),
                _ => wanted,
            };
            let space = &mut buffer.plaintext_mut(room)[length..];
            match (self.read)(space)? {
                0 => break,
                read => length += read.min(space.len()),
            }
        }
        if self.plan.is_some() && length < wanted {
            return Err(Error::new(
                ErrorKind::SizeMismatch,
                "the source ended before the size that it was said to have",
            )
            .with_remedy("give the source's true size, or leave it unknown"));
        }
        let is_last = match self.plan {
            Some(plan) => part == plan.parts,
            None => length < wanted,
        };
        if self.plan.is_none() && !is_last {
            length -= 1;
            self.ahead = Some(buffer.plaintext_mut(wanted)[length]);
        }
        buffer.plaintext_mut(length);
        let _ = filled.send(Filled {
            buffer,
            part,
            length,
            is_last,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length of each part, whether it is the last, and how much of the first buffer was touched.
    fn parts_of(size: usize) -> (Vec<(usize, bool)>, usize) {
        let mut left = size;
        let mut read = |space: &mut [u8]| {
            let read = left.min(space.len());
            space[..read].fill(7);
            left -= read;
            Ok(read)
        };
        let mut filler = Filler {
            read: &mut read,
            plan: None,
            part_size: 300_000,
            next_part: 1,
            ahead: None,
        };
        let (mut parts, mut touched) = (Vec::new(), None);
        while parts.last().is_none_or(|(_, is_last)| !is_last) {
            let buffer = PartBuffer::with_capacity(300_001).expect("memory");
            let (filled, answer) = bounded(1);
            filler.fill(Fill { buffer, filled }).expect("it reads");
            let mut part = answer.recv().expect("a part");
            let content = part.buffer.plaintext_mut(part.length);
            assert!(content.iter().all(|byte| *byte == 7));
            parts.push((part.length, part.is_last));
            touched.get_or_insert(part.buffer.into_memory().len());
        }
        (parts, touched.unwrap_or_default())
    }

    #[test]
    fn the_last_part_of_a_stream_is_known_when_it_is_read() {
        for (size, parts) in [
            (0, vec![(0, true)]),
            (299_999, vec![(299_999, true)]),
            (300_000, vec![(300_000, true)]),
            (300_001, vec![(300_000, false), (1, true)]),
            (600_000, vec![(300_000, false), (300_000, true)]),
        ] {
            assert_eq!(parts_of(size).0, parts, "{size}");
        }
    }

    #[test]
    fn a_short_stream_touches_little_memory() {
        assert!(parts_of(10).1 < 70_000);
    }
}
