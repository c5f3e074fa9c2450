//! Request and response bodies, which faults can slow down or cut.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::envelope::gson;
use crate::faults::Action;

/// Most memory that is reserved for a body before its bytes arrive.
const MAX_RESERVE: u64 = 64 * 1024 * 1024;
/// `peek` looks at no more than this many bytes of a body.
const MAX_PEEK: usize = 64 * 1024;
/// Time for the last bytes of a cut body to be sent before the connection is closed.
const FLUSH: Duration = Duration::from_millis(50);

/// The connection is closed without a response, or before its end.
#[derive(Debug)]
pub(crate) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection dropped")
    }
}

impl std::error::Error for Dropped {}

pub(crate) const JSON: &str = "application/json;charset=UTF-8";

/// A response whose body is in memory.
pub(crate) struct WholeResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl WholeResponse {
    pub(crate) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn text(status: StatusCode, body: String) -> Self {
        Self::new(status, "text/plain; charset=UTF-8", body)
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::new(StatusCode::OK, JSON, value.to_string())
    }

    /// JSON as the service writes it.
    pub(crate) fn envelope(value: &Value) -> Self {
        Self::new(StatusCode::OK, JSON, gson(value))
    }

    /// The Java client parses a part with any other content type as JSON.
    pub(crate) fn part(bytes: Bytes) -> Self {
        Self::new(StatusCode::OK, "application/octet-stream", bytes)
    }

    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }
}

/// A request body while it arrives.
pub(crate) struct RequestBody {
    body: Incoming,
    pub(crate) received: Vec<u8>,
    /// Bytes that have arrived so far, also those that `received` no longer holds.
    pub(crate) total: usize,
    fault: Option<Action>,
}

impl RequestBody {
    pub(crate) fn new(body: Incoming) -> Self {
        let announced = body.size_hint().lower().min(MAX_RESERVE);
        Self {
            body,
            received: Vec::with_capacity(usize::try_from(announced).unwrap_or(0)),
            total: 0,
            fault: None,
        }
    }

    /// Reads the next bytes; false at the end.
    async fn next(&mut self) -> Result<bool, Dropped> {
        let frame =
            std::future::poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await;
        let Some(frame) = frame else { return Ok(false) };
        let Ok(data) = frame.map_err(|_| Dropped)?.into_data() else {
            return Ok(true);
        };
        let before = self.total;
        self.total += data.len();
        self.received.extend_from_slice(&data);
        if let Some(action) = self.fault.clone() {
            self.apply_from(&action, before).await?;
        }
        Ok(true)
    }

    /// Applies a fault to the bytes from `before` on.
    async fn apply_from(&self, action: &Action, before: usize) -> Result<(), Dropped> {
        let reached = |mark: usize| mark <= self.total && (before < mark || mark == 0);
        if action.close_after_request_bytes.is_some_and(reached) {
            return Err(Dropped);
        }
        if action.hang_after_request_bytes.is_some_and(reached) {
            sleep(Duration::from_millis(action.hang_ms.unwrap_or(0))).await;
        }
        if let Some(rate) = action.bytes_per_second {
            sleep(time_for(self.total - before, rate)).await;
        }
        Ok(())
    }

    /// Applies a fault to the whole body, also to the bytes that have arrived already.
    pub(crate) async fn apply(&mut self, action: &Action) -> Result<(), Dropped> {
        self.apply_from(action, 0).await?;
        self.fault = Some(action.clone());
        Ok(())
    }

    /// Reads until `look` finds something in the first bytes, or nothing within `MAX_PEEK`.
    pub(crate) async fn peek<T>(
        &mut self,
        look: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Dropped> {
        loop {
            if let Some(found) = look(&self.received) {
                return Ok(Some(found));
            }
            if self.total > MAX_PEEK || !self.next().await? {
                return Ok(None);
            }
        }
    }

    pub(crate) async fn read_to_end(&mut self) -> Result<(), Dropped> {
        while self.next().await? {}
        Ok(())
    }

    /// Reads to the end and only counts the bytes.
    pub(crate) async fn discard(&mut self) -> Result<u64, Dropped> {
        while self.next().await? {
            self.received.clear();
        }
        Ok(u64::try_from(self.total).unwrap_or(u64::MAX))
    }

    pub(crate) async fn collect(&mut self) -> Result<Bytes, Dropped> {
        self.read_to_end().await?;
        Ok(std::mem::take(&mut self.received).into())
    }
}

fn time_for(bytes: usize, bytes_per_second: usize) -> Duration {
    let micros = u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(1_000_000)
        / u64::try_from(bytes_per_second.max(1)).unwrap_or(1);
    Duration::from_micros(micros)
}

/// A response body: all bytes at once, or pieces that a task sends at its own pace.
pub(crate) enum ResponseBody {
    Whole(Option<Bytes>),
    Paced(mpsc::Receiver<Result<Bytes, Dropped>>),
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(
                bytes
                    .take()
                    .filter(|bytes| !bytes.is_empty())
                    .map(|bytes| Ok(Frame::data(bytes))),
            ),
            Self::Paced(pieces) => pieces
                .poll_recv(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(
                bytes
                    .as_ref()
                    .map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            ),
            // Unknown, so that hyper keeps the Content-Length header that is set already.
            Self::Paced(_) => SizeHint::default(),
        }
    }
}

pub(crate) fn whole(plain: WholeResponse) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::Whole(Some(plain.body)));
    *response.status_mut() = plain.status;
    *response.headers_mut() = plain.headers;
    response
}

/// Sends a body slowly, with a pause in it, or not to its end.
pub(crate) fn paced(body: Bytes, action: &Action) -> ResponseBody {
    const LARGEST_PIECE: usize = 64 * 1024;
    let cut = action.close_after_response_bytes;
    let silence = action
        .hang_after_response_bytes
        .map(|at| (at, Duration::from_millis(action.hang_ms.unwrap_or(0))));
    let rate = action.bytes_per_second;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let end = cut.map_or(body.len(), |cut| cut.min(body.len()));
        let mut sent = 0;
        let mut silence = silence;
        loop {
            if let Some((_, time)) = silence.filter(|(at, _)| sent >= (*at).min(end)) {
                silence = None;
                sleep(time).await;
            }
            if sent == end {
                break;
            }
            let stop = silence.map_or(end, |(at, _)| at.min(end));
            let piece = rate
                .map_or(LARGEST_PIECE, |rate| (rate / 20).clamp(1, LARGEST_PIECE))
                .min(stop - sent);
            if sender
                .send(Ok(body.slice(sent..sent + piece)))
                .await
                .is_err()
            {
                return;
            }
            sent += piece;
            if let Some(rate) = rate {
                sleep(time_for(piece, rate)).await;
            }
        }
        if cut.is_some() {
            sleep(FLUSH).await;
            // Fails if the client has closed the connection.
            drop(sender.send(Err(Dropped)).await);
        }
    });
    ResponseBody::Paced(receiver)
}
