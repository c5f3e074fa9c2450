//! One part of a file is fetched and verified (`protocol` 5.3, 5.4).

use std::io::{self, Read as _};

use super::assembly::Piece;
use super::attempt::{Meter, move_part};
use super::budget::Lease;
use super::claims::Claims;
use super::file_to_fetch::FileToFetch;
use super::own_passphrase::OwnPassphrase;
use super::resume::Proved;
use super::route::{PartRoute, Route};
use super::urls::UrlCache;
use crate::api::endpoint::{self, FileRef};
use crate::api::transport::{Class, Failure, Response, body_failure};
use crate::crypto::{Limits, Passphrase, open};
use crate::error::{Error, ErrorKind, Result};
use crate::os::lock::Mutex;

/// Buffers of parts have room for multiples of this.
const ROOM: u64 = 4 << 10;

/// A part that is arriving. If its connection breaks, the next attempt requests the rest.
struct Arriving {
    memory: Lease,
    /// So many bytes of the buffer have arrived. What stands behind them has no meaning.
    arrived: usize,
    /// The length of the whole part, if the server says it.
    length: Option<u64>,
}

impl Arriving {
    /// None if no byte has arrived, or none is known to be missing.
    fn keep(self) -> Option<Self> {
        let is_begun = 0 < self.arrived && (self.length).is_some_and(|all| self.arrived() < all);
        is_begun.then_some(self)
    }

    fn arrived(&self) -> u64 {
        self.arrived as u64
    }

    /// The missing range, as the value of a `Range` header.
    fn rest(&self) -> String {
        format!("bytes={}-", self.arrived)
    }

    /// Whether a response holds exactly what is missing.
    fn is_continued_by(&self, response: &Response) -> bool {
        let Some(length) = self.length else {
            return false;
        };
        let range = format!("bytes {}-{}/{length}", self.arrived, length - 1);
        response.content_range.as_deref().map(str::trim) == Some(&range)
            && response
                .content_length
                .is_none_or(|rest| rest == length - self.arrived())
    }

    /// Reads what is missing, and counts its bytes. Fails if the part would get longer than its length, or than `limit`
    /// if that is not known; the buffer has room for so much.
    fn read(
        &mut self,
        response: &mut Response,
        limit: u64,
        count: &dyn Fn(u64),
    ) -> std::result::Result<(), Failure> {
        const STEP: usize = 256 << 10;
        let most = self.length.unwrap_or(limit);
        let buffer = &mut self.memory.buffer;
        let end = usize::try_from(most).unwrap_or(usize::MAX);
        while self.arrived < end {
            // Memory that held another part before is not filled with zeros again.
            let step = end.min(self.arrived.saturating_add(STEP));
            if buffer.len() < step {
                buffer.resize(step, 0);
            }
            match response.body.read(&mut buffer[self.arrived..step]) {
                Ok(0) => break,
                Ok(read) => {
                    self.arrived += read;
                    count(read as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(body_failure(error)),
            }
        }
        let arrived = self.arrived as u64;
        if arrived == most && response.body.read(&mut [0]).map_err(body_failure)? > 0 {
            return Err(match self.length {
                Some(_) => garbled("the part is longer than its declared length"),
                None => too_large(most.saturating_add(1), limit).into(),
            });
        }
        match self.length {
            Some(length) if length != arrived => Err(Failure::new(
                Class::Lost,
                Error::new(ErrorKind::BadAnswer, "the part was cut short"),
            )),
            _ => Ok(()),
        }
    }

    /// The memory, which holds nothing but the part.
    fn into_whole(mut self) -> Lease {
        self.memory.buffer.truncate(self.arrived);
        self.memory
    }
}

/// A part to fetch.
pub(super) struct Wanted<'a> {
    pub(super) part: u32,
    /// Whether it gets memory at once, whatever other transfers hold.
    pub(super) is_urgent: &'a dyn Fn() -> bool,
    /// Decides what a failure means; the number says how many bytes of the part have ever arrived.
    pub(super) judge: &'a Judge<'a>,
}

pub(super) type Judge<'a> = dyn Fn(Failure, u64) -> Failure + 'a;

impl Wanted<'_> {
    /// The first part of a file, if no other is fetched.
    pub(super) const FIRST: Self = Self::alone(1);

    /// A part, if no other is fetched at the same time.
    pub(super) const fn alone(part: u32) -> Self {
        Self {
            part,
            is_urgent: &|| true,
            judge: &|failure, _| failure,
        }
    }
}

/// Fetches the parts of one file.
pub(super) struct PartFetcher {
    pub(super) file: FileToFetch,
    /// The number of parts that the service counts, 0 if it does not say.
    pub(super) parts: u32,
    /// Whether the bytes of the parts count for the progress of the call.
    counts: bool,
    /// The head of this part, if it did not prove the keycode: the whole part must begin with it.
    pub(super) head: Option<Vec<u8>>,
    pub(super) route: Route,
    urls: UrlCache,
    pub(super) claims: Mutex<Claims>,
    own_passphrase: OwnPassphrase,
}

impl PartFetcher {
    pub(super) fn new(mut file: FileToFetch) -> Self {
        Self {
            route: Route::new(file.force_api_route),
            urls: UrlCache::default(),
            parts: file.parts.unwrap_or(0),
            counts: true,
            head: None,
            claims: Mutex::default(),
            own_passphrase: OwnPassphrase::new(file.ask_passphrase.take()),
            file,
        }
    }

    /// A fetcher for the parts that follow on others, which have claimed this.
    pub(super) fn after(claims: Claims, file: FileToFetch) -> Self {
        Self {
            claims: Mutex::new(claims),
            ..Self::new(file)
        }
    }

    /// A fetcher for the first part alone, to prove a keycode by it.
    pub(super) fn for_proof(file: FileToFetch) -> Self {
        Self {
            parts: 1,
            ..Self::to_look_at(file)
        }
    }

    /// A fetcher for parts of which nothing is kept. They do not count for the progress of the call.
    pub(super) fn to_look_at(file: FileToFetch) -> Self {
        Self {
            counts: false,
            ..Self::new(file)
        }
    }

    /// Fetches one part, from the storage or through the API server, and verifies it.
    pub(super) fn fetch(&self, wanted: &Wanted<'_>) -> Result<Piece> {
        let session = &self.file.session;
        let meter = Meter::new(&session.call, self.counts);
        let mut begun = None;
        let ways = (&self.route, &self.file.flight);
        move_part(session, ways, &meter, |route, through_api| {
            let response = match through_api {
                true => self.ask_api(wanted.part),
                false => {
                    let mut rest = begun.as_ref().map(Arriving::rest);
                    let response = self.ask_storage(wanted.part, route, &mut rest);
                    begun = begun.take().filter(|_| rest.is_some());
                    response
                }
            };
            let piece =
                response.and_then(|response| self.receive(response, wanted, &mut begun, &meter));
            meter.keep(begun.as_ref().map_or(0, Arriving::arrived));
            piece.map_err(|failure| (wanted.judge)(failure, meter.furthest()))
        })
    }

    fn reference(&self) -> FileRef<'_> {
        FileRef {
            package: &self.file.package,
            file: &self.file.file_id,
            directory: self.file.directory_id.as_deref(),
        }
    }

    /// The URL of a part in the storage.
    fn url(&self, part: u32) -> std::result::Result<String, Failure> {
        let download = &self.file;
        let session = &download.session;
        let (checksum, password) = (&download.checksum, download.password.as_ref());
        if part > self.parts {
            // A new URL for each attempt: the storage may have refused an older one because it had expired.
            return endpoint::download_url(session, self.reference(), part, checksum, password);
        }
        let fetch = |from| {
            let parts = from..=self.parts;
            endpoint::download_urls(session, self.reference(), parts, checksum, password)
        };
        Ok(self.urls.get(&session.call, part, fetch)?)
    }

    /// Requests a part, or a piece of it, from the storage. If the storage refuses the piece, `piece` becomes none: the
    /// next attempt requests the whole part.
    pub(super) fn ask_storage(
        &self,
        part: u32,
        route: &mut PartRoute<'_>,
        piece: &mut Option<String>,
    ) -> std::result::Result<Response, Failure> {
        let session = &self.file.session;
        let url = self.url(part)?;
        let response = endpoint::get_part(session, &url, piece.as_deref())
            .inspect_err(|_| self.urls.forget(part, &url))?;
        if response.status == 200 || response.status == 206 && piece.is_some() {
            return Ok(response);
        }
        if piece.is_some() && !matches!(response.status, 403 | 408 | 429 | 500..=599) {
            *piece = None;
            return Err(piece_refused(response.status));
        }
        self.urls.forget(part, &url);
        Err(route.storage_failure(response.status, response.retry_after))
    }

    /// Asks the API server for a part.
    pub(super) fn ask_api(&self, part: u32) -> std::result::Result<Response, Failure> {
        let FileToFetch {
            session,
            checksum,
            password,
            ..
        } = &self.file;
        endpoint::download_part(session, self.reference(), part, checksum, password.as_ref())
    }

    /// Reads an encrypted part, or the missing rest of it, into memory of the budget, and decrypts it there. If the
    /// connection breaks, `begun` keeps the bytes that have arrived.
    fn receive(
        &self,
        mut response: Response,
        wanted: &Wanted<'_>,
        begun: &mut Option<Arriving>,
        meter: &Meter<'_>,
    ) -> std::result::Result<Piece, Failure> {
        let mut part = match begun.take() {
            Some(begun) if response.status == 206 => {
                if !begun.is_continued_by(&response) {
                    return Err(another_piece());
                }
                begun
            }
            given_up => {
                drop(given_up);
                meter.back_to(0);
                self.begin(&response, wanted)?
            }
        };
        let limit = self.file.max_part_bytes;
        match part.read(&mut response, limit, &|bytes| meter.add(bytes)) {
            Ok(()) => self.open(part.into_whole(), wanted),
            Err(failure) => {
                if failure.class == Class::Lost {
                    *begun = part.keep();
                }
                Err(failure)
            }
        }
    }

    /// Leases memory for a part that begins to arrive.
    fn begin(
        &self,
        response: &Response,
        wanted: &Wanted<'_>,
    ) -> std::result::Result<Arriving, Failure> {
        let limit = self.file.max_part_bytes;
        let length = response.content_length;
        let expected = length.unwrap_or(limit);
        if expected > limit {
            return Err(too_large(expected, limit).into());
        }
        let (call, budget) = (&self.file.session.call, &self.file.budget);
        // The lengths of a file's parts differ by a few bytes. With equal buffers, each can be used for any part.
        let room = expected.next_multiple_of(ROOM);
        Ok(Arriving {
            memory: budget.lease(call, room, wanted.is_urgent)?,
            arrived: 0,
            length,
        })
    }

    /// Decrypts and verifies a part that has arrived, and checks that it is the part that was wanted.
    pub(super) fn open(
        &self,
        mut memory: Lease,
        wanted: &Wanted<'_>,
    ) -> std::result::Result<Piece, Failure> {
        let download = &self.file;
        let received = memory.buffer.len() as u64;
        if let Some(head) = &self.head
            && !memory.buffer.starts_with(head)
        {
            let message = "the part does not begin with the bytes that the server gave before";
            return Err(Error::new(ErrorKind::KeycodeNotProved, message).into());
        }
        let passphrase = self.passphrase()?;
        let mut buffer = std::mem::take(&mut memory.buffer);
        let limits = Limits {
            max_plaintext: usize::try_from(download.max_part_bytes).unwrap_or(usize::MAX),
            proceed: &|bytes| {
                let call = &download.session.call;
                memory.grow(call, bytes as u64, wanted.is_urgent)
            },
        };
        let opened = open(&mut buffer, &passphrase, &limits);
        memory.buffer = buffer;
        memory.settle();
        let opened = match opened {
            Ok(opened) => opened,
            // Another attempt may get a part that is not damaged. It cannot help if the format is not supported.
            Err(error) if error.kind() == ErrorKind::DecryptFailed => {
                let call = &download.session.call;
                let error = self.own_passphrase.look_up(call, error)?;
                return Err(Failure::new(Class::Garbled, error));
            }
            Err(error) => return Err(error.into()),
        };
        // A part whose size differs is refused once, so a second attempt must be possible.
        let may_doubt = !download.session.retry_window().is_zero();
        let declared = download.declared_size.filter(|_| may_doubt);
        let place = opened.place.as_ref();
        let proved = Proved::new(received, opened.mark, place);
        let piece = Piece::new(memory, opened.content, proved);
        let mut claims = self.claims.lock();
        let claimed = claims.accept(wanted.part, download.parts, place, opened.mark, declared);
        drop(claims);
        match claimed {
            Ok(()) => Ok(piece),
            Err(how) => Err(wrong_part(how)),
        }
    }

    pub(super) fn passphrase(&self) -> Result<Passphrase> {
        let own = self.own_passphrase.get(&self.file.session.call)?;
        Ok(own.unwrap_or_else(|| self.file.passphrase.clone()))
    }
}

/// The failure if the storage gives only whole parts.
fn piece_refused(status: u16) -> Failure {
    let error = Error::new(
        ErrorKind::StorageRefused,
        format!("the storage does not give a piece of a part: HTTP status {status}"),
    );
    Failure::new(Class::Lost, error.with_http_status(status))
}

pub(super) fn another_piece() -> Failure {
    garbled("the storage returned another range than the requested one")
}

fn garbled(what: &str) -> Failure {
    Failure::new(Class::Garbled, Error::new(ErrorKind::BadAnswer, what))
}

/// The failure if the service gives another part than the wanted one. Another attempt may get the right one.
fn wrong_part(how: &str) -> Failure {
    let error = Error::new(
        ErrorKind::WrongPart,
        format!("not the requested part: {how}"),
    );
    Failure::new(Class::Garbled, error)
}

fn too_large(size: u64, limit: u64) -> Error {
    Error::new(
        ErrorKind::PartTooLarge,
        format!("an encrypted part of {size} bytes is larger than the limit of {limit}"),
    )
    .with_remedy("raise max_part_bytes if the sender is to be trusted with that much memory")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::call::Call;
    use crate::transfer::budget::Budget;

    #[test]
    fn only_what_has_a_beginning_and_a_rest_is_gone_on_with() {
        let (call, budget) = (Call::alone(), Arc::new(Budget::new(100)));
        let kept = |arrived, length| {
            let memory = budget.lease(&call, 10, || true).expect("memory");
            let begun = Arriving {
                memory,
                arrived,
                length,
            };
            begun.keep().map(|begun| (begun.arrived, begun.length))
        };
        assert_eq!(kept(3, Some(5)), Some((3, Some(5))));
        for (arrived, length) in [(0, Some(0)), (0, Some(5)), (5, Some(5)), (3, None)] {
            assert_eq!(kept(arrived, length), None, "{arrived} of {length:?}");
        }
    }
}
