//! Proves a keycode by decrypting a file of the package. As a rule the head of the first part is enough, and only that
//! is fetched. These bytes do not count for the progress of the call.

use std::io::Read as _;

use super::attempt::{Meter, move_part};
use super::budget::Lease;
use super::fetch::{PartFetcher, Wanted, another_piece};
use super::file_to_fetch::FileToFetch;
use super::route::PartRoute;
use crate::api::transport::{Class, Failure, Response, body_failure};
use crate::crypto::{Limits, proves_passphrase};
use crate::error::{Error, ErrorKind, Result};

/// Bytes at the beginning of a part that are enough to prove a passphrase, however long names and session keys are.
const HEAD: u64 = 4 << 10;

/// Proves that a keycode is the right one: that it decrypts a file. Calls `head_failed` if the head of the part does
/// not prove it; then the caller should fetch only whole parts (`by_head` false).
///
/// A server that has changed the head of a part learns from the request for the whole part that the head proved
/// nothing. So the server must then give the whole part, and it must begin with the same bytes; otherwise the call
/// fails.
///
/// # Errors
/// `DecryptFailed` if the keycode is wrong; `KeycodeNotProved` if the server gives a head but not the whole part;
/// errors of fetching a part.
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
        // The keycode has decrypted this part, even if it is not the one that was wanted.
        Err(error) if error.kind() == ErrorKind::WrongPart => Ok(()),
        proof => proof,
    }
}

/// Whether the head of a part proves the passphrase.
enum Proof {
    Found,
    /// No: this is the head.
    NotBy(Vec<u8>),
}

/// The beginning of a part.
struct Head {
    memory: Lease,
    /// The length of the whole part, if the server says it.
    length: Option<u64>,
}

impl PartFetcher {
    /// Whether the head of the first part proves the passphrase; otherwise only the whole part can. If the head is the
    /// whole part, it is decrypted at once.
    fn proves_by_head(&self) -> Result<Proof> {
        let session = &self.file.session;
        let meter = Meter::new(&session.call, false);
        let mut range = Some(format!("bytes=0-{}", HEAD - 1));
        let ways = (&self.route, &self.file.flight);
        move_part(session, ways, &meter, |route, through_api| {
            let head = match through_api {
                true => self
                    .ask_api(1)
                    .and_then(|response| self.read_head(response)),
                false => self.head_from_storage(route, &mut range),
            };
            head.and_then(|head| self.proves_by(head))
        })
    }

    /// Requests a head from the storage. If the storage, or a gateway in front of it, returns another range or refuses
    /// it, `range` becomes none, and the head of the whole part is read instead.
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

    /// Reads the head of a part. If the response is longer, the rest is not read, and its connection is closed.
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
        // Once the end of the response is read, the next request can use its connection.
        if response.content_length == Some(arrived) {
            response.body.read(&mut [0]).map_err(body_failure)?;
        }
        let length = match length {
            Some(length) if arrived < length.min(HEAD) => {
                let error = Error::new(ErrorKind::BadAnswer, "the part was cut short");
                return Err(Failure::new(Class::Lost, error));
            }
            // The response has no declared length, and has ended.
            None if arrived < HEAD => Some(arrived),
            length => length,
        };
        Ok(Head { memory, length })
    }
}

/// The error if the server refuses the whole part after a head that has proved nothing.
fn without_whole(error: Error) -> Error {
    let is_refusal = error.server_code().is_some()
        || matches!(
            error.kind(),
            ErrorKind::StorageRefused | ErrorKind::HttpError
        );
    match is_refusal {
        true => Error::new(
            ErrorKind::KeycodeNotProved,
            format!(
                "the server gives the beginning of a part but refuses the whole part: {}",
                error.message()
            ),
        ),
        false => error,
    }
}

/// Whether a response holds the head of a part: a whole part does.
fn is_head(response: &Response) -> bool {
    response.status != 206
        || piece(response).is_some_and(|(given, length)| given >= length.unwrap_or(HEAD).min(HEAD))
}

fn piece(response: &Response) -> Option<(u64, Option<u64>)> {
    let is_piece = response.status == 206;
    read_range(response.content_range.as_deref().filter(|_| is_piece)?)
}

/// Reads a `Content-Range` that begins with the first byte: how many bytes the response has, and how many the whole
/// part has, if the storage says it.
fn read_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (last, length) = range.trim().strip_prefix("bytes 0-")?.split_once('/')?;
    let given = last.parse::<u64>().ok()?.checked_add(1)?;
    match length {
        "*" => Some((given, None)),
        length => Some((given, Some(length.parse().ok()?))),
    }
}
