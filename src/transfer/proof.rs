//! Proving a keycode by a file that was encrypted with it: the head of its first part is enough as a rule, and all that
//! is fetched then. It is no part of what a call transfers, so nothing of it is counted.

use std::io::Read as _;

use super::attempt::{Meter, move_part};
use super::budget::Lease;
use super::fetch::{FileToFetch, PartFetcher, Wanted, another_piece};
use super::route::PartRoute;
use crate::api::transport::{Class, Failure, Response, body_failure};
use crate::crypto::{Limits, proves_passphrase};
use crate::error::{Error, ErrorKind, Result};

/// So many bytes of a part hold all that proves a passphrase, however long names and session keys are.
const HEAD: u64 = 4 << 10;

/// Proves that a file can be decrypted: whether a keycode is the right one. Heads are noted that do not prove it; after
/// that only whole parts should be asked for.
///
/// A server that has changed the head of a part learns from the request for the whole part that the head proved
/// nothing. So the whole part then has to be there and to begin with the same bytes; anything else is a failure.
///
/// # Errors
/// `DecryptFailed` if it is not; `KeycodeNotProved` if there is no whole to a head; what fetching a part fails with.
pub(crate) fn prove(file: FileToFetch, by_head: bool, head_failed: impl FnOnce()) -> Result<()> {
    let mut fetcher = PartFetcher::for_proof(file);
    let proof = match by_head.then(|| fetcher.proves_by_head()).transpose() {
        Ok(Some(Proof::Found)) => Ok(()),
        Ok(Some(Proof::NotBy(head))) => {
            head_failed();
            fetcher.head = Some(head);
            fetcher
                .fetch(&Wanted::FIRST)
                .map_err(without_whole)
                .map(|_| ())
        }
        Ok(None) => fetcher.fetch(&Wanted::FIRST).map(|_| ()),
        Err(error) => Err(error),
    };
    fetcher.file.budget.trim();
    match proof {
        // A part in the wrong place was decrypted all the same.
        Err(error) if error.kind() == ErrorKind::WrongPart => Ok(()),
        proof => proof,
    }
}

/// What the head of a part says of a passphrase.
enum Proof {
    Found,
    /// These bytes do not prove it.
    NotBy(Vec<u8>),
}

/// The beginning of a part.
struct Head {
    memory: Lease,
    /// The length of the whole part, if the server says it.
    length: Option<u64>,
}

impl PartFetcher {
    /// Whether the head of the first part proves the passphrase; where it does not, only the whole part can. One that
    /// is whole already is opened.
    fn proves_by_head(&self) -> Result<Proof> {
        let session = &self.file.session;
        let meter = Meter::new(&session.call, false);
        let mut range = Some(format!("bytes=0-{}", HEAD - 1));
        move_part(session, &self.route, &meter, |route, through_api| {
            let head = match through_api {
                true => self
                    .ask_api(1)
                    .and_then(|response| self.read_head(response)),
                false => self.head_from_storage(route, &mut range),
            };
            head.and_then(|head| self.proves_by(head))
        })
    }

    /// Asks the storage for a head. If it, or a gateway before it, gives something else than that piece, that is no
    /// failure: the head of the whole serves as well, and `range` is none from then on.
    fn head_from_storage(
        &self,
        route: &mut PartRoute<'_>,
        range: &mut Option<String>,
    ) -> std::result::Result<Head, Failure> {
        if range.is_some() {
            let head = self.ask_storage(1, route, range).and_then(|response| {
                if !is_head(&response) {
                    *range = None;
                    return Err(another_piece());
                }
                self.read_head(response)
            });
            if range.is_some() {
                return head;
            }
        }
        let response = self.ask_storage(1, route, range)?;
        self.read_head(response)
    }

    fn proves_by(&self, head: Head) -> std::result::Result<Proof, Failure> {
        let Head { memory, length } = head;
        if length == Some(memory.buffer.len() as u64) {
            return self.open(memory, &Wanted::FIRST).map(|_| Proof::Found);
        }
        let limits = Limits {
            max_plaintext: 0,
            proceed: &|bytes| memory.grow(&self.file.session.call, bytes as u64, || true),
        };
        let passphrase = self.passphrase()?;
        let proved = proves_passphrase(&memory.buffer, length, &passphrase, &limits);
        memory.settle();
        Ok(match proved? {
            true => Proof::Found,
            false => Proof::NotBy(memory.buffer.clone()),
        })
    }

    /// Reads the head of a part. Where the whole is given, the rest is left, and the connection with it.
    fn read_head(&self, mut response: Response) -> std::result::Result<Head, Failure> {
        let length = match piece(&response) {
            Some((_, length)) => length,
            None => response.content_length,
        };
        let FileToFetch {
            session, budget, ..
        } = &self.file;
        let mut memory = budget.lease(&session.call, HEAD, || true)?;
        memory.buffer.clear();
        let read = (&mut response.body)
            .take(HEAD)
            .read_to_end(&mut memory.buffer);
        read.map_err(body_failure)?;
        let arrived = memory.buffer.len() as u64;
        // Seen to its end, the response leaves its connection to the next request.
        if response.content_length == Some(arrived) {
            response.body.read(&mut [0]).map_err(body_failure)?;
        }
        let length = match length {
            Some(length) if arrived < length.min(HEAD) => {
                let error = Error::new(ErrorKind::BadAnswer, "the part was cut short");
                return Err(Failure::new(Class::Lost, error));
            }
            // Without a declared length, it has come to its end.
            None if arrived < HEAD => Some(arrived),
            length => length,
        };
        Ok(Head { memory, length })
    }
}

/// What a refusal of the whole means after a head that has proved nothing.
fn without_whole(error: Error) -> Error {
    let is_refusal = error.server_code().is_some()
        || matches!(
            error.kind(),
            ErrorKind::StorageRefused | ErrorKind::HttpError
        );
    match is_refusal {
        true => Error::new(
            ErrorKind::KeycodeNotProved,
            format!("no part was given to its beginning: {}", error.message()),
        ),
        false => error,
    }
}

/// Whether a response begins with a head: whole parts do.
fn is_head(response: &Response) -> bool {
    response.status != 206
        || piece(response).is_some_and(|(given, length)| given >= length.unwrap_or(HEAD).min(HEAD))
}

fn piece(response: &Response) -> Option<(u64, Option<u64>)> {
    let is_piece = response.status == 206;
    read_range(response.content_range.as_deref().filter(|_| is_piece)?)
}

/// How many bytes from the first on a storage gives, and how many there are in all, if it says that.
fn read_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (last, length) = range.trim().strip_prefix("bytes 0-")?.split_once('/')?;
    let given = last.parse::<u64>().ok()?.checked_add(1)?;
    match length {
        "*" => Some((given, None)),
        length => Some((given, Some(length.parse().ok()?))),
    }
}
