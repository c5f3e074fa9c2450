//! Downloads: parts are fetched and verified by several workers and written in order (`protocol` 5.3, 5.4).
//!
//! Nothing of a part is written before the whole part has proved to be genuine, and a file gets its name only when all
//! parts are there. What they say of its size themselves is binding; what its sender has declared is a hint, unless the
//! caller wants it kept.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use serde_json::json;
use zeroize::Zeroize as _;

use super::budget::{Budget, Lease};
use super::claims::Said;
use super::crew;
use super::outlet::Outlet;
use super::route::{PartRoute, Route};
use super::urls::UrlCache;
use crate::api::endpoint::{self, FileRef};
use crate::api::retry::{Repeat, retrying};
use crate::api::transport::{Body, Class, Failure, Request, Response, body_failure};
use crate::api::{ANYTHING, JSON, Session, Signed, accept, http_failure, read_envelope};
use crate::call::{Call, Phase, WORKER_GRACE};
use crate::crypto::{Limits, Passphrase, Place, open};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{SecretJson, SecretString, json_text};

/// So many parts for each worker may be ahead of the one that is written next. Parts that unpack to much more than
/// they are, or take no memory worth counting, would wait there in any number.
const PARTS_AHEAD: usize = 8;
/// Buffers of parts have room for multiples of this.
const ROOM: u64 = 4 << 10;
/// How often a worker that is too far ahead looks whether its call was stopped.
const GLANCE: Duration = Duration::from_millis(50);

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
    /// What the sender has declared.
    pub(crate) declared_size: Option<u64>,
    /// Whether a file of another size is refused.
    pub(crate) strict_size: bool,
    /// Whether all of it is kept in memory.
    pub(crate) in_memory: bool,
    pub(crate) parts: u32,
    pub(crate) workers: usize,
    pub(crate) max_part_bytes: u64,
    pub(crate) force_api_route: bool,
    pub(crate) sync: bool,
}

/// Fetches all parts of a file into its outlet, and gives the file its name. Returns how many bytes it has.
pub(crate) fn run(download: Download, outlet: Outlet) -> Result<u64> {
    let (sync, parts) = (download.sync, download.parts);
    let counted = download.declared_size.unwrap_or(0);
    let workers = download.workers.min(parts as usize).max(1);
    let assembler = Assembler {
        outlet,
        counted,
        ..Assembler::default()
    };
    let job = Arc::new(Job::new(download, parts, assembler));
    let call = Arc::clone(&job.download.session.call);
    call.set_phase(Phase::Transferring);
    let shared = Arc::clone(&job);
    let fetched = crew::run(&call, workers, WORKER_GRACE, move || shared.work());
    let mut assembler = job.assembler.lock();
    assembler.waiting.clear();
    job.download.budget.trim();
    let size = assembler.written;
    if let Err(error) = fetched.and_then(|()| job.check_size(size, true)) {
        // A worker that was left behind finds the outlet closed; the temporary file is gone before the call returns.
        assembler.outlet = Outlet::Closed;
        return Err(error);
    }
    call.correct_total(assembler.counted, size);
    call.set_phase(Phase::Completing);
    assembler.outlet.finish(sync)?;
    Ok(size)
}

fn size_mismatch(found: u64, is_whole: bool, said: &str, size: u64) -> Error {
    let more = if is_whole { "" } else { " or more" };
    let message = format!("the parts hold {found} bytes{more} where {said} {size}");
    Error::new(ErrorKind::SizeMismatch, message)
}

/// A verified part on its way to the outlet.
pub(super) struct Piece {
    memory: Lease,
    /// Empty once it is written.
    plaintext: Range<usize>,
    /// Bytes of it on the wire.
    received: u64,
}

impl Drop for Piece {
    fn drop(&mut self) {
        if !self.plaintext.is_empty() {
            self.memory.buffer.zeroize();
        }
    }
}

/// What has arrived of a part: a broken connection is followed by a request for the rest.
struct Begun {
    memory: Lease,
    /// The length of the whole part.
    length: u64,
}

impl Begun {
    /// None if nothing is there to go on from, or nothing is known to be missing.
    fn keep(memory: Lease, length: Option<u64>) -> Option<Self> {
        let begun = Self {
            memory,
            length: length?,
        };
        (0 < begun.arrived() && begun.arrived() < begun.length).then_some(begun)
    }

    fn arrived(&self) -> u64 {
        self.memory.buffer.len() as u64
    }

    /// What is missing, as a storage is asked for it.
    fn rest(&self) -> String {
        format!("bytes={}-", self.arrived())
    }
}

/// Counts the bytes of a part that are there, through all attempts to get it.
struct Meter<'a> {
    call: &'a Call,
    /// Whether they are of what the call transfers.
    counts: bool,
    arrived: Cell<u64>,
    furthest: Cell<u64>,
}

impl Meter<'_> {
    fn add(&self, bytes: u64) {
        let arrived = self.arrived.get() + bytes;
        self.arrived.set(arrived);
        if self.counts {
            self.call.sent(bytes);
        }
        // Only what was never there before counts as progress: a connection that breaks at the same place again and
        // again must not go on for ever.
        if arrived > self.furthest.get() {
            self.furthest.set(arrived);
            self.call.moved();
        }
    }

    /// Only so many bytes were kept.
    fn back_to(&self, kept: u64) {
        let lost = self.arrived.replace(kept) - kept;
        if self.counts {
            self.call.unsent(lost);
        }
    }
}

/// Puts parts into their order: what comes early waits in memory, within the budget.
pub(super) struct Assembler {
    outlet: Outlet,
    next: u32,
    waiting: BTreeMap<u32, Piece>,
    pub(super) written: u64,
    /// Bytes of ciphertext of what is written.
    received: u64,
    /// What the total of the call has in it for this file.
    counted: u64,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            outlet: Outlet::Closed,
            next: 1,
            waiting: BTreeMap::new(),
            written: 0,
            received: 0,
            counted: 0,
        }
    }
}

pub(super) struct Job {
    pub(super) download: Download,
    /// Whether its part only proves a keycode.
    is_proof: bool,
    /// How that begins, where its head has not proved the keycode.
    pub(super) head: Option<Vec<u8>>,
    pub(super) route: Route,
    urls: UrlCache,
    next_part: AtomicU32,
    pub(super) parts: u32,
    pub(super) assembler: Mutex<Assembler>,
    /// The part that the assembler writes next; it is never held up for memory.
    awaited: AtomicU32,
    /// Notified when the assembler has written a part.
    advanced: Condvar,
    /// The marks of all parts that are there: no two have the same.
    marks: Mutex<HashSet<[u8; 8]>>,
    /// What the parts that are there say of themselves.
    pub(super) said: Mutex<Said>,
    /// A size that one part has said, other than the declared one.
    doubted: Mutex<Option<u64>>,
    /// What was answered when a part did not open; none before.
    other_passphrase: Mutex<Option<Option<Passphrase>>>,
}

impl Job {
    fn new(download: Download, parts: u32, assembler: Assembler) -> Self {
        Self {
            route: Route::new(download.force_api_route),
            urls: UrlCache::default(),
            next_part: AtomicU32::new(1),
            parts,
            assembler: Mutex::new(assembler),
            awaited: AtomicU32::new(1),
            advanced: Condvar::new(),
            marks: Mutex::default(),
            said: Mutex::default(),
            doubted: Mutex::default(),
            other_passphrase: Mutex::default(),
            is_proof: false,
            head: None,
            download,
        }
    }

    /// What fetches the first part alone, to prove a keycode by it.
    pub(super) fn for_proof(download: Download) -> Self {
        Self {
            is_proof: true,
            ..Self::new(download, 1, Assembler::default())
        }
    }

    /// One worker: part after part.
    fn work(&self) -> Result<()> {
        loop {
            let part = self.next_part.fetch_add(1, Ordering::Relaxed);
            match part.checked_sub(self.parts) {
                None | Some(0) => {}
                Some(1) => return self.fetch_surplus(),
                Some(_) => return Ok(()),
            }
            self.wait_for_turn(part)?;
            let piece = self
                .fetch(part)
                .map_err(|error| error.context(format_args!("part {part}")))?;
            self.deliver(part, piece)?;
        }
    }

    /// Whether a file may have so many bytes: exactly these, or these and more as long as it is not whole.
    fn check_size(&self, found: u64, is_whole: bool) -> Result<()> {
        let differs = |size: u64| found > size || is_whole && found < size;
        if let Some(size) = self.said.lock().size().filter(|size| differs(*size)) {
            return Err(size_mismatch(found, is_whole, "they say themselves", size));
        }
        match self.download.declared_size {
            Some(declared) if self.download.strict_size && differs(declared) => {
                let error = size_mismatch(found, is_whole, "the sender has declared", declared);
                Err(error.with_remedy("without strict_size such a file is kept"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a file may have so many bytes after so many of ciphertext. Else the little that a sender sends could unpack
    /// to as much as fills a disk.
    fn check_growth(&self, found: u64, received: u64) -> Result<()> {
        let Download {
            declared_size,
            in_memory,
            max_part_bytes,
            ..
        } = self.download;
        let (size, said, remedy) = match declared_size {
            // Who asks for a file in memory knows what was declared, and has made up his mind about no more than that.
            Some(declared) if in_memory => {
                (declared, "the sender has declared", "download it to a file")
            }
            _ => (
                received.max(declared_size.unwrap_or(0)),
                "the declared size, or what was sent, is",
                "raise max_part_bytes if the sender is to be trusted with that much space",
            ),
        };
        match found > size.saturating_add(max_part_bytes) {
            true => Err(size_mismatch(found, false, said, size).with_remedy(remedy)),
            false => Ok(()),
        }
    }

    /// Waits until all counted parts are written, which other workers may have.
    pub(super) fn wait_for_all(&self) -> Result<()> {
        self.wait_while(|| self.awaited.load(Ordering::Relaxed) <= self.parts)
    }

    /// Waits while a part is too far ahead of the one that is written next, which some other worker has.
    fn wait_for_turn(&self, part: u32) -> Result<()> {
        let ahead = u32::try_from(self.download.workers * PARTS_AHEAD).unwrap_or(u32::MAX);
        let too_far = || part > self.awaited.load(Ordering::Relaxed).saturating_add(ahead);
        self.wait_while(too_far)
    }

    /// Waits while something holds that the parts which are written change.
    fn wait_while(&self, holds: impl Fn() -> bool) -> Result<()> {
        if holds() {
            let mut assembler = self.assembler.lock();
            while holds() {
                self.download.session.call.check()?;
                self.advanced.wait_for(&mut assembler, GLANCE);
            }
        }
        Ok(())
    }

    /// Hands a part over and writes all that is in order now.
    pub(super) fn deliver(&self, part: u32, piece: Piece) -> Result<()> {
        let mut assembler = self.assembler.lock();
        assembler.waiting.insert(part, piece);
        while let Some(mut piece) = {
            let next = assembler.next;
            assembler.waiting.remove(&next)
        } {
            let length = piece.plaintext.len() as u64;
            let written = assembler.written + length;
            let received = assembler.received + piece.received;
            self.check_size(written, false)?;
            self.check_growth(written, received)?;
            let buffer = std::mem::take(&mut piece.memory.buffer);
            let plaintext = std::mem::take(&mut piece.plaintext);
            piece.memory.buffer = assembler.outlet.write(buffer, plaintext)?;
            (assembler.written, assembler.received) = (written, received);
            assembler.next += 1;
            self.awaited.store(assembler.next, Ordering::Relaxed);
            self.advanced.notify_all();
            let call = &self.download.session.call;
            if written > assembler.counted {
                call.correct_total(assembler.counted, written);
                assembler.counted = written;
            }
            call.part_done(length);
        }
        Ok(())
    }

    /// Fetches one part by whichever way works, and verifies it.
    pub(super) fn fetch(&self, part: u32) -> Result<Piece> {
        self.fetch_judged(part, &|failure, _| failure)
    }

    /// The same for what need not be there: `judge` decides what a failure means, by how many bytes have ever arrived.
    pub(super) fn fetch_judged(
        &self,
        part: u32,
        judge: &dyn Fn(Failure, u64) -> Failure,
    ) -> Result<Piece> {
        let session = &self.download.session;
        let call = &session.call;
        let mut route = self.route.for_part();
        let mut begun = None;
        let meter = Meter {
            call,
            counts: !self.is_proof,
            arrived: Cell::new(0),
            furthest: Cell::new(0),
        };
        retrying(
            call,
            session.retry_window(),
            Repeat::Safely,
            &session.contact(),
            || {
                let through_api = route.through_api();
                let answer = match through_api {
                    true => self.ask_api(part),
                    false => {
                        let mut rest = begun.as_ref().map(Begun::rest);
                        let answer = self.ask_storage(part, &mut route, &mut rest);
                        begun = begun.take().filter(|_| rest.is_some());
                        answer
                    }
                };
                let result =
                    answer.and_then(|answer| self.receive(answer, part, &mut begun, &meter));
                route.note(through_api, session.storage_is_connected(), &result);
                if result.is_err() {
                    meter.back_to(begun.as_ref().map_or(0, Begun::arrived));
                }
                result.map_err(|failure| judge(failure, meter.furthest.get()))
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

    /// Where the storage has a part.
    fn url(&self, part: u32) -> std::result::Result<String, Failure> {
        let download = &self.download;
        let session = &download.session;
        let (checksum, password) = (&download.checksum, download.password.as_ref());
        if part > self.parts {
            // Asked for by itself each time: an older URL may have been refused for its age.
            return endpoint::download_url(session, self.file(), part, checksum, password);
        }
        let fetch = |from| {
            let parts = from..=self.parts;
            endpoint::download_urls(session, self.file(), parts, checksum, password)
        };
        Ok(self.urls.get(&session.call, part, fetch)?)
    }

    /// Asks the storage for a part, or a piece of it. One that it refuses to give is not asked for again.
    pub(super) fn ask_storage(
        &self,
        part: u32,
        route: &mut PartRoute<'_>,
        piece: &mut Option<String>,
    ) -> std::result::Result<Response, Failure> {
        let session = &self.download.session;
        let url = self.url(part)?;
        let range = piece.as_deref().map(|piece| [("range", piece)]);
        let request = Request {
            method: "GET",
            url: &url,
            headers: range.as_ref().map_or(&[], |range| range),
            body: Body::Empty,
        };
        let answer = session
            .storage()
            .exchange(request)
            .inspect_err(|_| self.urls.forget(part, &url))?;
        if answer.status == 200 || answer.status == 206 && piece.is_some() {
            return Ok(answer);
        }
        if piece.is_some() && !matches!(answer.status, 403 | 408 | 429 | 500..=599) {
            // A storage that does not like to give a piece may like to give the whole.
            *piece = None;
            return Err(piece_refused(answer.status));
        }
        self.urls.forget(part, &url);
        Err(route.storage_failure(answer.status, answer.retry_after))
    }

    pub(super) fn ask_api(&self, part: u32) -> std::result::Result<Response, Failure> {
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
            content_type: JSON,
            accept: ANYTHING,
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

    /// Reads an encrypted part, or what was missing of it, into memory within the budget, and opens it there. What has
    /// come of a part whose connection broke is left in `begun`.
    fn receive(
        &self,
        mut answer: Response,
        part: u32,
        begun: &mut Option<Begun>,
        meter: &Meter<'_>,
    ) -> std::result::Result<Piece, Failure> {
        let (mut memory, length) = match begun.take() {
            Some(begun) if answer.status == 206 => {
                if !continues(&answer, &begun) {
                    return Err(another_piece());
                }
                (begun.memory, Some(begun.length))
            }
            given_up => {
                drop(given_up);
                meter.back_to(0);
                self.begin(&answer, part)?
            }
        };
        let limit = self.download.max_part_bytes;
        let read = read_counted(&mut answer, &mut memory.buffer, length, limit, &|bytes| {
            meter.add(bytes)
        });
        match read {
            Ok(()) => self.open(memory, part),
            Err(failure) => {
                if failure.class == Class::Lost {
                    *begun = Begun::keep(memory, length);
                }
                Err(failure)
            }
        }
    }

    /// Memory for a part of which nothing is there yet, and its length if the server says it.
    fn begin(
        &self,
        answer: &Response,
        part: u32,
    ) -> std::result::Result<(Lease, Option<u64>), Failure> {
        let limit = self.download.max_part_bytes;
        let length = answer.content_length;
        let expected = length.unwrap_or(limit);
        if expected > limit {
            return Err(too_large(expected, limit).into());
        }
        let (call, budget) = (&self.download.session.call, &self.download.budget);
        // The parts of a file differ by a few bytes: with the same room for all of them each buffer serves again.
        let room = expected.next_multiple_of(ROOM);
        let mut memory = budget.lease(call, room, || self.is_awaited(part))?;
        memory.buffer.clear();
        Ok((memory, length))
    }

    fn is_awaited(&self, part: u32) -> bool {
        self.awaited.load(Ordering::Relaxed) == part
    }

    /// Decrypts and verifies a part that is there as a whole, and sees to it that it is the right one.
    pub(super) fn open(&self, mut memory: Lease, part: u32) -> std::result::Result<Piece, Failure> {
        let download = &self.download;
        let received = memory.buffer.len() as u64;
        if let Some(head) = &self.head
            && !memory.buffer.starts_with(head)
        {
            let message = "a part begins with other bytes than were given before";
            return Err(Error::new(ErrorKind::KeycodeNotProved, message).into());
        }
        let mut buffer = std::mem::take(&mut memory.buffer);
        let limits = Limits {
            max_plaintext: usize::try_from(download.max_part_bytes).unwrap_or(usize::MAX),
            proceed: &|bytes| {
                let call = &download.session.call;
                memory.grow(call, bytes as u64, || self.is_awaited(part))
            },
        };
        let opened = open(&mut buffer, &self.passphrase(), &limits);
        memory.buffer = buffer;
        memory.settle();
        let opened = opened.map_err(|error| {
            // Damage on the way is worth another attempt; a part of a kind that is not read is not.
            let class = match error.kind() {
                ErrorKind::DecryptFailed => {
                    self.ask_passphrase();
                    Class::Garbled
                }
                _ => Class::Final,
            };
            Failure::new(class, error)
        })?;
        let piece = Piece {
            memory,
            plaintext: opened.content,
            received,
        };
        self.check_place(part, opened.place.as_ref(), opened.mark)?;
        Ok(piece)
    }

    /// Whether a genuine part is the one that was asked for: it may say so itself, and no part comes twice.
    fn check_place(
        &self,
        part: u32,
        says: Option<&Place>,
        mark: [u8; 8],
    ) -> std::result::Result<(), Failure> {
        let mut said = self.said.lock();
        let with_this = said
            .and(part, self.download.parts.max(1), says)
            .ok_or_else(|| wrong_part("it belongs to another place, or to another file"))?;
        let mut marks = self.marks.lock();
        if marks.contains(&mark) {
            return Err(wrong_part("another part of the file is the same"));
        }
        // What is accepted first binds the others. Of two files, the one that was declared is the right one; a doubt needs
        // a second attempt to be put right.
        if let (None, Some(size)) = (said.size(), with_this.size())
            && !self.download.session.retry_window().is_zero()
            && self
                .download
                .declared_size
                .is_some_and(|declared| declared != size)
            && self.doubted.lock().replace(size) != Some(size)
        {
            return Err(wrong_part("it is of a file of another size than declared"));
        }
        marks.insert(mark);
        *said = with_this;
        Ok(())
    }

    pub(super) fn passphrase(&self) -> Passphrase {
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
}

/// The storage gives parts as a whole only.
fn piece_refused(status: u16) -> Failure {
    let error = Error::new(
        ErrorKind::StorageRefused,
        format!("the storage does not give a piece of a part: HTTP status {status}"),
    );
    Failure::new(Class::Lost, error.with_http_status(status))
}

pub(super) fn another_piece() -> Failure {
    garbled("the storage gives another piece than it was asked for")
}

fn garbled(what: &str) -> Failure {
    Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, what))
}

/// Like damage, it is worth another attempt.
fn wrong_part(how: &str) -> Failure {
    let error = Error::new(
        ErrorKind::WrongPart,
        format!("not the part asked for: {how}"),
    );
    Failure::new(Class::Garbled, error)
}

/// Whether an answer holds exactly what is missing of a part.
fn continues(answer: &Response, begun: &Begun) -> bool {
    let (arrived, length) = (begun.arrived(), begun.length);
    let range = format!("bytes {arrived}-{}/{length}", length - 1);
    answer.content_range.as_deref().map(str::trim) == Some(&range)
        && answer
            .content_length
            .is_none_or(|rest| rest == length - arrived)
}

fn too_large(size: u64, limit: u64) -> Error {
    Error::new(
        ErrorKind::PartTooLarge,
        format!("an encrypted part of {size} bytes is larger than the limit of {limit}"),
    )
    .with_remedy("raise max_part_bytes if the sender is to be trusted with that much memory")
}

/// Reads a body to its end behind what is there already, and counts what comes. It is read no further than `length`,
/// or `limit`, which the buffer has room for.
fn read_counted(
    answer: &mut Response,
    buffer: &mut Vec<u8>,
    length: Option<u64>,
    limit: u64,
    count: &dyn Fn(u64),
) -> std::result::Result<(), Failure> {
    use std::io::Read;
    const STEP: u64 = 256 << 10;
    let most = length.unwrap_or(limit);
    loop {
        let before = buffer.len() as u64;
        let room = most.saturating_sub(before);
        if room == 0 {
            break;
        }
        let read = (&mut answer.body).take(STEP.min(room)).read_to_end(buffer);
        // What came before an error is there as well.
        count(buffer.len() as u64 - before);
        if read.map_err(body_failure)? == 0 {
            break;
        }
    }
    if buffer.len() as u64 == most && answer.body.read(&mut [0]).map_err(body_failure)? > 0 {
        return Err(match length {
            Some(_) => garbled("the part is longer than the storage said"),
            None => too_large(most + 1, limit).into(),
        });
    }
    match length {
        Some(length) if length != buffer.len() as u64 => Err(Failure::new(
            Class::Lost,
            Error::new(ErrorKind::BadAnswer, "the part was cut short"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_beginning_and_a_rest_is_gone_on_with() {
        let (call, budget) = (Call::new().0, Arc::new(Budget::new(100)));
        let kept = |arrived: usize, length| {
            let mut memory = budget.lease(&call, 10, || true).expect("memory");
            memory.buffer.resize(arrived, 0);
            Begun::keep(memory, length).map(|begun| (begun.arrived(), begun.length))
        };
        assert_eq!(kept(3, Some(5)), Some((3, 5)));
        for (arrived, length) in [(0, Some(0)), (0, Some(5)), (5, Some(5)), (3, None)] {
            assert_eq!(kept(arrived, length), None, "{arrived} of {length:?}");
        }
    }
}
