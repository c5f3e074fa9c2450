//! One part of a file is fetched and verified (`protocol` 5.3, 5.4).

use std::sync::Arc;

use parking_lot::Mutex;

use super::assembly::Piece;
use super::attempt::{Meter, move_part};
use super::budget::{Budget, Lease};
use super::claims::Claims;
use super::own_passphrase::{AskPassphrase, OwnPassphrase};
use super::route::{PartRoute, Route};
use super::urls::UrlCache;
use crate::api::Session;
use crate::api::endpoint::{self, FileRef};
use crate::api::transport::{Class, Failure, Response, body_failure};
use crate::crypto::{Limits, Passphrase, open};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

/// Buffers of parts have room for multiples of this.
const ROOM: u64 = 4 << 10;

/// A file on the service, with all that it takes to fetch it.
pub(crate) struct FileToFetch {
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

    /// The missing range, in the words of a request.
    fn rest(&self) -> String {
        format!("bytes={}-", self.arrived())
    }
}

/// A part to fetch.
pub(super) struct Wanted<'a> {
    pub(super) part: u32,
    /// Whether it may not be held up for memory.
    pub(super) is_urgent: &'a dyn Fn() -> bool,
    /// Decides what a failure means, by how many bytes of the part have ever arrived.
    pub(super) judge: &'a dyn Fn(Failure, u64) -> Failure,
}

impl Wanted<'_> {
    /// The first part, alone.
    pub(super) const FIRST: Self = Self {
        part: 1,
        is_urgent: &|| true,
        judge: &|failure, _| failure,
    };
}

/// Fetches the parts of one file.
pub(super) struct PartFetcher {
    pub(super) file: FileToFetch,
    /// The parts that are counted.
    pub(super) parts: u32,
    /// Whether its part only proves a keycode.
    is_proof: bool,
    /// How that begins, where its head has not proved the keycode.
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
            parts: file.parts,
            is_proof: false,
            head: None,
            claims: Mutex::default(),
            own_passphrase: OwnPassphrase::new(file.ask_passphrase.take()),
            file,
        }
    }

    /// What fetches the first part alone, to prove a keycode by it.
    pub(super) fn for_proof(file: FileToFetch) -> Self {
        Self {
            is_proof: true,
            parts: 1,
            ..Self::new(file)
        }
    }

    /// Fetches one part by whichever way works, and verifies it.
    pub(super) fn fetch(&self, wanted: &Wanted<'_>) -> Result<Piece> {
        let session = &self.file.session;
        let meter = Meter::new(&session.call, !self.is_proof);
        let mut begun = None;
        move_part(session, &self.route, &meter, |route, through_api| {
            let response = match through_api {
                true => self.ask_api(wanted.part),
                false => {
                    let mut rest = begun.as_ref().map(Begun::rest);
                    let response = self.ask_storage(wanted.part, route, &mut rest);
                    begun = begun.take().filter(|_| rest.is_some());
                    response
                }
            };
            let piece =
                response.and_then(|response| self.receive(response, wanted, &mut begun, &meter));
            meter.keep(begun.as_ref().map_or(0, Begun::arrived));
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

    /// Where the storage has a part.
    fn url(&self, part: u32) -> std::result::Result<String, Failure> {
        let download = &self.file;
        let session = &download.session;
        let (checksum, password) = (&download.checksum, download.password.as_ref());
        if part > self.parts {
            // Asked for by itself each time: an older URL may have been refused for its age.
            return endpoint::download_url(session, self.reference(), part, checksum, password);
        }
        let fetch = |from| {
            let parts = from..=self.parts;
            endpoint::download_urls(session, self.reference(), parts, checksum, password)
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
        let session = &self.file.session;
        let url = self.url(part)?;
        let response = endpoint::get_part(session, &url, piece.as_deref())
            .inspect_err(|_| self.urls.forget(part, &url))?;
        if response.status == 200 || response.status == 206 && piece.is_some() {
            return Ok(response);
        }
        if piece.is_some() && !matches!(response.status, 403 | 408 | 429 | 500..=599) {
            // A storage that does not like to give a piece may like to give the whole.
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

    /// Reads an encrypted part, or what was missing of it, into memory within the budget, and opens it there. What has
    /// come of a part whose connection broke is left in `begun`.
    fn receive(
        &self,
        mut response: Response,
        wanted: &Wanted<'_>,
        begun: &mut Option<Begun>,
        meter: &Meter<'_>,
    ) -> std::result::Result<Piece, Failure> {
        let (mut memory, length) = match begun.take() {
            Some(begun) if response.status == 206 => {
                if !continues(&response, &begun) {
                    return Err(another_piece());
                }
                (begun.memory, Some(begun.length))
            }
            given_up => {
                drop(given_up);
                meter.back_to(0);
                self.begin(&response, wanted)?
            }
        };
        let limit = self.file.max_part_bytes;
        let read = read_counted(&mut response, &mut memory.buffer, length, limit, &|bytes| {
            meter.add(bytes)
        });
        match read {
            Ok(()) => self.open(memory, wanted),
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
        response: &Response,
        wanted: &Wanted<'_>,
    ) -> std::result::Result<(Lease, Option<u64>), Failure> {
        let limit = self.file.max_part_bytes;
        let length = response.content_length;
        let expected = length.unwrap_or(limit);
        if expected > limit {
            return Err(too_large(expected, limit).into());
        }
        let (call, budget) = (&self.file.session.call, &self.file.budget);
        // The parts of a file differ by a few bytes: with the same room for all of them each buffer serves again.
        let room = expected.next_multiple_of(ROOM);
        let mut memory = budget.lease(call, room, wanted.is_urgent)?;
        memory.buffer.clear();
        Ok((memory, length))
    }

    /// Decrypts and verifies a part that is there as a whole, and sees to it that it is the right one.
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
            let message = "a part begins with other bytes than were given before";
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
            // Damage on the way is worth another attempt; a part of a kind that is not read is not.
            Err(error) if error.kind() == ErrorKind::DecryptFailed => {
                let call = &download.session.call;
                let error = self.own_passphrase.look_up(call, error)?;
                return Err(Failure::new(Class::Garbled, error));
            }
            Err(error) => return Err(error.into()),
        };
        let piece = Piece::new(memory, opened.content, received);
        // A doubt needs a second attempt to be put right.
        let may_doubt = !download.session.retry_window().is_zero();
        let declared = download.declared_size.filter(|_| may_doubt);
        let (parts, place) = (download.parts.max(1), opened.place.as_ref());
        let mut claims = self.claims.lock();
        let claimed = claims.accept(wanted.part, parts, place, opened.mark, declared);
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

/// Whether a response holds exactly what is missing of a part.
fn continues(response: &Response, begun: &Begun) -> bool {
    let (arrived, length) = (begun.arrived(), begun.length);
    let range = format!("bytes {arrived}-{}/{length}", length - 1);
    response.content_range.as_deref().map(str::trim) == Some(&range)
        && response
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
    response: &mut Response,
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
        let read = (&mut response.body)
            .take(STEP.min(room))
            .read_to_end(buffer);
        // What came before an error is there as well.
        count(buffer.len() as u64 - before);
        if read.map_err(body_failure)? == 0 {
            break;
        }
    }
    if buffer.len() as u64 == most && response.body.read(&mut [0]).map_err(body_failure)? > 0 {
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
    use crate::call::Call;

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
