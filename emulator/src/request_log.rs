//! The log of requests that arrived, which tests read through the admin interface.

use std::collections::{BTreeMap, VecDeque};

use hyper::HeaderMap;
use serde::Serialize;

const MAX_RECORDS: usize = 100_000;

#[derive(Clone, Default, Serialize)]
pub(crate) struct Record {
    pub(crate) n: u64,
    pub(crate) listener: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body_size: usize,
    /// JSON text, or the `requestData` of a multipart body.
    pub(crate) body: Option<String>,
    /// None: no response was sent.
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<u64>,
    pub(crate) part: Option<u32>,
    pub(crate) t_ms: u64,
}

#[derive(Default)]
pub(crate) struct RequestLog {
    kept: VecDeque<Record>,
    last: u64,
}

impl RequestLog {
    /// Logs a request when it arrives, so that the log has also one that is cut off.
    pub(crate) fn begin(&mut self, record: Record) -> u64 {
        self.last += 1;
        if self.kept.len() == MAX_RECORDS {
            self.kept.pop_front();
        }
        self.kept.push_back(Record {
            n: self.last,
            ..record
        });
        self.last
    }

    pub(crate) fn update(&mut self, n: u64, change: impl FnOnce(&mut Record)) {
        let first = self.kept.front().map_or(0, |record| record.n);
        let index = n
            .checked_sub(first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(record) = index.and_then(|index| self.kept.get_mut(index)) {
            change(record);
        }
    }

    /// Numbers are not reused: a request under way must not change the record of a later one.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }

    pub(crate) fn all(&self) -> Vec<Record> {
        self.kept.iter().cloned().collect()
    }
}

/// Header texts by lower-case name; several values of one header are joined with commas.
pub(crate) fn header_texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        texts
            .entry(name.as_str().to_owned())
            .and_modify(|text: &mut String| *text += &format!(", {value}"))
            .or_insert_with(|| value.into_owned());
    }
    texts
}

#[cfg(test)]
mod tests {
    use hyper::header::{ACCEPT, HOST, HeaderValue};

    use super::*;

    #[test]
    fn a_header_that_came_twice_shows() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("a/b"));
        headers.append(HOST, HeaderValue::from_static("x"));
        headers.append(ACCEPT, HeaderValue::from_static("c/d"));
        let texts = header_texts(&headers);
        assert_eq!(texts["accept"], "a/b, c/d");
        assert_eq!(texts["host"], "x");
    }
}
