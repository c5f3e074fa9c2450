//! Downloads: parts are fetched and verified by several workers and written in order (`protocol` 5.3, 5.4).
//!
//! Nothing of a part is written before the whole part has proved to be genuine, and a file gets its name only when all
//! parts are there and its size is the declared one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crossbeam_channel::{Sender, bounded};
use parking_lot::Mutex;
use serde_json::json;
use zeroize::Zeroizing;

use super::budget::{Budget, Reservation};
use super::crew;
use super::route::{PartRoute, Route};
use super::urls::UrlCache;
use crate::api::endpoint::{self, FileRef};
use crate::api::retry::{Repeat, retrying};
use crate::api::transport::{Body, Class, Failure, Request, Response, body_failure};
use crate::api::{Session, Signed, accept, http_failure, read_envelope};
use crate::call::{Phase, WORKER_GRACE, stopped};
use crate::crypto::{Passphrase, open};
use crate::error::{Error, ErrorKind, Result};
use crate::os::{Existing, TargetFile};
use crate::secret::{SecretJson, SecretString, json_text};

/// What the workers of a download ask of, or tell, the thread that made the call.
pub(crate) enum Event<T> {
    Write(Write),
    Done(Result<T>),
}

/// Verified plaintext for the calling thread to write; it gives the buffer back when it has.
pub(crate) struct Write {
    pub(crate) buffer: Vec<u8>,
    pub(crate) plaintext: Range<usize>,
    pub(crate) written: Sender<Vec<u8>>,
}

/// Where verified plaintext goes, in order.
pub(crate) enum Outlet {
    /// A file, written by the workers.
    File(Box<TargetFile>),
    /// The calling thread: memory, or the caller's function.
    Pushed(Box<dyn Fn(Write) -> Result<()> + Send>),
    /// Nowhere any more: the file is finished, or the download has failed.
    Closed,
}

impl Outlet {
    pub(crate) fn file(target: &Path, existing: Existing) -> Result<Self> {
        TargetFile::create(target, existing).map(|file| Self::File(Box::new(file)))
    }

    /// An outlet to the calling thread, by the channel of its events.
    pub(crate) fn pushed<T: Send + 'static>(calling_thread: Sender<Event<T>>) -> Self {
        Self::Pushed(Box::new(move |write| {
            calling_thread
                .send(Event::Write(write))
                .map_err(|_| stopped())
        }))
    }

    /// Writes a piece and hands its buffer back.
    fn write(&mut self, buffer: Vec<u8>, plaintext: Range<usize>) -> Result<Vec<u8>> {
        match self {
            Self::File(file) => {
                file.write(&buffer[plaintext])?;
                Ok(buffer)
            }
            Self::Pushed(push) => {
                let (written, answer) = bounded(1);
                push(Write {
                    buffer,
                    plaintext,
                    written,
                })?;
                // The calling thread answers an error of the sink by ending the call, which drops the sender.
                answer.recv().map_err(|_| stopped())
            }
            Self::Closed => Err(stopped()),
        }
    }

    fn finish(&mut self, sync: bool) -> Result<()> {
        match std::mem::replace(self, Self::Closed) {
            Self::File(file) => file.finish(sync),
            Self::Pushed(_) | Self::Closed => Ok(()),
        }
    }
}

/// Asks the service for the passphrase of a file's own, if it has one.
pub(crate) type AskPassphrase = Box<dyn Fn() -> Result<Option<Passphrase>> + Send + Sync>;

/// Everything that the workers of one file's download share.
pub(crate) struct Download {
    pub(crate) session: Arc<Session>,
    pub(crate) budget: Arc<Budget>,
    /// The package id, or its code where the service gives the file by code only.
    pub(crate) package: String,
    pub(crate) file_id: String,
    pub(crate) directory_id: Option<String>,
    pub(crate) checksum: String,
    pub(crate) password: Option<SecretString>,
    pub(crate) passphrase: Passphrase,
    /// Asks for the passphrase that a copied file has instead, where it is not worth a request to know it before.
    pub(crate) ask_passphrase: Option<AskPassphrase>,
    pub(crate) size: u64,
    pub(crate) parts: u32,
    pub(crate) workers: usize,
    pub(crate) max_part_bytes: u64,
    pub(crate) force_api_route: bool,
    pub(crate) sync: bool,
}

/// Fetches all parts of a file into its outlet, and gives the file its name.
pub(crate) fn run(download: Download, outlet: Outlet) -> Result<()> {
    let (sync, size) = (download.sync, download.size);
    // Some servers count no parts for an empty file; one that has bytes has at least one part.
    let parts = if download.size == 0 {
        download.parts
    } else {
        download.parts.max(1)
    };
    let workers = download.workers.min(parts as usize);
    let job = Arc::new(Job {
        route: Route::new(download.force_api_route),
        urls: UrlCache::default(),
        next_part: AtomicU32::new(1),
        parts,
        assembler: Mutex::new(Assembler {
            outlet,
            next: 1,
            waiting: BTreeMap::new(),
            written: 0,
            size,
        }),
        awaited: AtomicU32::new(1),
        other_passphrase: Mutex::default(),
        buffers: Mutex::default(),
        download,
    });
    let call = Arc::clone(&job.download.session.call);
    call.set_phase(Phase::Transferring);
    let shared = Arc::clone(&job);
    let fetched = match parts {
        0 => Ok(()),
        _ => crew::run(&call, workers, WORKER_GRACE, move || shared.work()),
    };
    let mut assembler = job.assembler.lock();
    assembler.waiting.clear();
    if let Err(error) = fetched {
        // A worker that was left behind finds the outlet closed; the temporary file is gone before the call returns.
        assembler.outlet = Outlet::Closed;
        return Err(error);
    }
    if assembler.written != size {
        assembler.outlet = Outlet::Closed;
        return Err(size_mismatch(assembler.written, size));
    }
    call.set_phase(Phase::Completing);
    assembler.outlet.finish(sync)
}

fn size_mismatch(found: u64, declared: u64) -> Error {
    let told =
        format!("the parts hold {found} bytes or more where the file is said to have {declared}");
    Error::new(ErrorKind::SizeMismatch, told)
}

/// Fetches one part and proves that it can be decrypted: whether a keycode is the right one.
pub(crate) fn prove(download: Download) -> Result<()> {
    let job = Job {
        route: Route::new(download.force_api_route),
        urls: UrlCache::default(),
        next_part: AtomicU32::new(1),
        parts: 1,
        assembler: Mutex::new(Assembler::default()),
        awaited: AtomicU32::new(1),
        other_passphrase: Mutex::default(),
        buffers: Mutex::default(),
        download,
    };
    job.fetch(1).map(|_| ())
}

/// A verified part on its way to the outlet.
struct Piece {
    buffer: Zeroizing<Vec<u8>>,
    plaintext: Range<usize>,
    _reserved: Reservation,
}

/// Puts parts into their order: what comes early waits in memory, within the budget.
struct Assembler {
    outlet: Outlet,
    next: u32,
    waiting: BTreeMap<u32, Piece>,
    written: u64,
    size: u64,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            outlet: Outlet::Closed,
            next: 1,
            waiting: BTreeMap::new(),
            written: 0,
            size: 0,
        }
    }
}

struct Job {
    download: Download,
    route: Route,
    urls: UrlCache,
    next_part: AtomicU32,
    parts: u32,
    assembler: Mutex<Assembler>,
    /// The part that the assembler writes next; it is never held up for memory.
    awaited: AtomicU32,
    /// What was answered when a part did not open; none before.
    other_passphrase: Mutex<Option<Option<Passphrase>>>,
    /// Buffers to use again: allocating megabytes for each part costs more than it seems.
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl Job {
    /// One worker: part after part.
    fn work(&self) -> Result<()> {
        loop {
            let part = self.next_part.fetch_add(1, Ordering::Relaxed);
            if part > self.parts {
                return Ok(());
            }
            let piece = self
                .fetch(part)
                .map_err(|error| error.context(format_args!("part {part}")))?;
            self.deliver(part, piece)?;
        }
    }

    /// Hands a part over and writes all that is in order now.
    fn deliver(&self, part: u32, piece: Piece) -> Result<()> {
        let mut assembler = self.assembler.lock();
        assembler.waiting.insert(part, piece);
        while let Some(mut piece) = {
            let next = assembler.next;
            assembler.waiting.remove(&next)
        } {
            let length = piece.plaintext.len() as u64;
            if assembler.written + length > assembler.size {
                return Err(size_mismatch(assembler.written + length, assembler.size));
            }
            let buffer = std::mem::take(&mut *piece.buffer);
            let buffer = assembler.outlet.write(buffer, piece.plaintext.clone())?;
            self.buffers.lock().push(buffer);
            assembler.written += length;
            assembler.next += 1;
            self.awaited.store(assembler.next, Ordering::Relaxed);
            self.download.session.call.part_done(length);
        }
        Ok(())
    }

    /// Fetches one part by whichever way works, and verifies it.
    fn fetch(&self, part: u32) -> Result<Piece> {
        let session = &self.download.session;
        let call = &session.call;
        let mut route = self.route.for_part();
        let furthest = AtomicU64::new(0);
        retrying(
            call,
            session.retry_window(),
            Repeat::Safely,
            &session.contact(),
            || {
                let received = AtomicU64::new(0);
                let count = |bytes: u64| {
                    let received = received.fetch_add(bytes, Ordering::Relaxed) + bytes;
                    call.sent(bytes);
                    if furthest.fetch_max(received, Ordering::Relaxed) < received {
                        call.moved();
                    }
                };
                let through_api = route.through_api();
                let answer = match through_api {
                    true => self.ask_api(part),
                    false => self.ask_storage(part, &mut route),
                };
                let result = answer.and_then(|answer| self.receive(answer, part, &count));
                route.note(through_api, &result);
                if result.is_err() {
                    call.unsent(received.load(Ordering::Relaxed));
                }
                result
            },
        )
    }

    fn file(&self) -> FileRef<'_> {
        FileRef {
            package: &self.download.package,
            file: &self.download.file_id,
            directory: self.download.directory_id.as_deref(),
        }
    }

    fn ask_storage(
        &self,
        part: u32,
        route: &mut PartRoute<'_>,
    ) -> std::result::Result<Response, Failure> {
        let download = &self.download;
        let session = &download.session;
        let fetch = |from| {
            endpoint::download_urls(
                session,
                self.file(),
                from,
                &download.checksum,
                download.password.as_ref(),
            )
        };
        let url = self.urls.get(&session.call, part, fetch)?;
        let request = Request {
            method: "GET",
            url: &url,
            headers: &[],
            body: Body::Empty,
        };
        let answer = session
            .storage()
            .exchange(request)
            .inspect_err(|_| self.urls.forget(part, &url))?;
        if answer.status == 200 {
            return Ok(answer);
        }
        self.urls.forget(part, &url);
        Err(route.storage_failure(answer.status, answer.retry_after))
    }

    fn ask_api(&self, part: u32) -> std::result::Result<Response, Failure> {
        let session = &self.download.session;
        let body =
            json!({"checksum": self.download.checksum, "part": part, "api": session.request_api()});
        let mut body = SecretJson::from(body);
        if let Some(password) = &self.download.password {
            body["password"] = password.expose().into();
        }
        let body = json_text(&body);
        let mut answer = session.exchange(Signed {
            method: "POST",
            path: &self.file().part_download_path(),
            content_type: Some("application/json"),
            signed_text: body.expose().as_bytes(),
            body: Body::Bytes(body.expose().as_bytes()),
        })?;
        if answer.content_type.contains("octet-stream") && (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        // A refusal comes as an envelope; a success in that form would be nonsense.
        let status = answer.status;
        accept(read_envelope(&mut answer)?, status)?;
        Err(http_failure(&answer, "a part was expected"))
    }

    /// Reads an encrypted part into memory that was reserved for it, and opens it there.
    fn receive(
        &self,
        mut answer: Response,
        part: u32,
        count: &dyn Fn(u64),
    ) -> std::result::Result<Piece, Failure> {
        let limit = self.download.max_part_bytes;
        let expected = answer.content_length.unwrap_or(limit);
        if expected > limit {
            return Err(too_large(expected, limit).into());
        }
        let urgent = || self.awaited.load(Ordering::Relaxed) == part;
        let reserved =
            self.download
                .budget
                .reserve(&self.download.session.call, expected, urgent)?;
        let mut buffer = self.buffer(expected);
        let received = read_counted(&mut answer, &mut buffer, limit, count);
        let passphrase = self.passphrase();
        let opened = received.and_then(|()| {
            let max_plaintext = usize::try_from(limit).unwrap_or(usize::MAX);
            open(&mut buffer, &passphrase, max_plaintext).map_err(|error| {
                // Damage on the way is worth another attempt; a part of a kind that is not read is not.
                let class = match error.kind() {
                    ErrorKind::DecryptFailed => {
                        self.ask_passphrase();
                        Class::Garbled
                    }
                    _ => Class::Final,
                };
                Failure::new(class, error)
            })
        });
        match opened {
            Ok(plaintext) => Ok(Piece {
                buffer: Zeroizing::new(buffer),
                plaintext,
                _reserved: reserved,
            }),
            Err(failure) => {
                self.buffers.lock().push(buffer);
                Err(failure)
            }
        }
    }

    fn passphrase(&self) -> Passphrase {
        let other = self.other_passphrase.lock();
        let other = other.as_ref().and_then(Option::as_ref);
        other.unwrap_or(&self.download.passphrase).clone()
    }

    /// A part does not open: the file may have been copied in. The next attempt has its passphrase then.
    fn ask_passphrase(&self) {
        if let Some(ask) = &self.download.ask_passphrase {
            // The others wait for the answer; one that has been asked for is asked for once only.
            let mut other = self.other_passphrase.lock();
            if other.is_none() {
                *other = ask().ok();
            }
        }
    }

    /// A buffer with room for a part: the smallest idle one that fits, else a new one.
    fn buffer(&self, size: u64) -> Vec<u8> {
        let size = usize::try_from(size).unwrap_or_default();
        let mut buffers = self.buffers.lock();
        let fitting = (0..buffers.len()).filter(|index| buffers[*index].capacity() >= size);
        match fitting.min_by_key(|index| buffers[*index].capacity()) {
            Some(index) => buffers.swap_remove(index),
            None => {
                // One that is too small is given back to the system: memory follows the parts in flight.
                buffers.pop();
                Vec::with_capacity(size)
            }
        }
    }
}

fn too_large(size: u64, limit: u64) -> Error {
    Error::new(
        ErrorKind::PartTooLarge,
        format!("an encrypted part of {size} bytes is larger than the limit of {limit}"),
    )
    .with_remedy("raise max_part_bytes if the sender is to be trusted with that much memory")
}

/// Reads a body whole and counts what comes.
fn read_counted(
    answer: &mut Response,
    buffer: &mut Vec<u8>,
    limit: u64,
    count: &dyn Fn(u64),
) -> std::result::Result<(), Failure> {
    use std::io::Read;
    const STEP: u64 = 256 << 10;
    buffer.clear();
    loop {
        let read = (&mut answer.body)
            .take(STEP)
            .read_to_end(buffer)
            .map_err(body_failure)?;
        if read == 0 {
            break;
        }
        count(read as u64);
        if buffer.len() as u64 > limit {
            return Err(too_large(buffer.len() as u64, limit).into());
        }
    }
    match answer.content_length {
        Some(length) if length != buffer.len() as u64 => Err(Failure::new(
            Class::Lost,
            Error::new(ErrorKind::BadAnswer, "the part was cut short"),
        )),
        _ => Ok(()),
    }
}
