//! The two-field `multipart/form-data` body of a part upload through the API server (protocol 4.4.2).

use std::ops::Range;

use bytes::Bytes;

/// Both fields' headers and `requestData` are within this many bytes from where they are searched.
const HEAD: usize = 64 * 1024;

pub(crate) struct PartUpload {
    /// The exact text, which the client has signed.
    pub(crate) request_data: String,
    pub(crate) part: Bytes,
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let window = haystack.get(from..haystack.len().min(from + HEAD))?;
    window
        .windows(needle.len())
        .position(|candidate| candidate == needle)
        .map(|at| from + at)
}

fn boundary(content_type: &str) -> Option<String> {
    let (_, value) = content_type.split_once("boundary=")?;
    let value = value.split(';').next()?.trim().trim_matches('"');
    (!value.is_empty()).then(|| format!("--{value}"))
}

/// The range of a field's content; `None` if its end has not arrived.
fn field(body: &[u8], delimiter: &[u8], name: &str, from: usize) -> Option<Range<usize>> {
    let start = find(body, delimiter, from)?;
    let head_end = find(body, b"\r\n\r\n", start)?;
    let head = String::from_utf8_lossy(&body[start..head_end]);
    if !head.contains(&format!("name=\"{name}\"")) {
        return None;
    }
    let content = head_end + 4;
    let end_mark = [b"\r\n", delimiter].concat();
    find(body, &end_mark, content).map(|end| content..end)
}

/// `requestData` alone, as soon as the first bytes of the body hold it.
pub(crate) fn request_data(content_type: &str, body: &[u8]) -> Option<String> {
    let delimiter = boundary(content_type)?;
    let range = field(body, delimiter.as_bytes(), "requestData", 0)?;
    String::from_utf8(body[range].to_vec()).ok()
}

pub(crate) fn parse(content_type: &str, body: &Bytes) -> Option<PartUpload> {
    let delimiter = boundary(content_type)?;
    let delimiter = delimiter.as_bytes();
    let data = field(body, delimiter, "requestData", 0)?;
    let file_start = find(body, delimiter, data.end)?;
    let file_head_end = find(body, b"\r\n\r\n", file_start)?;
    let file_head = String::from_utf8_lossy(&body[file_start..file_head_end]);
    if !file_head.contains("name=\"textFile\"") {
        return None;
    }
    // Searched from the end: part bytes are large and the closing boundary comes last.
    let end_mark = [b"\r\n", delimiter, b"--"].concat();
    let content = file_head_end + 4;
    let end = content
        + body
            .get(content..)?
            .windows(end_mark.len())
            .rposition(|candidate| candidate == end_mark)?;
    Some(PartUpload {
        request_data: String::from_utf8(body[data].to_vec()).ok()?,
        part: body.slice(content..end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=B";

    fn body(part: &[u8]) -> Bytes {
        let head = "--B\r\ncontent-disposition: form-data; name=\"requestData\"\r\ncontent-type: text/plain; charset=UTF-8\r\n\r\n{\"filePart\":\"1\"}\r\n\
                    --B\r\nContent-Disposition: form-data; name=\"textFile\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n";
        Bytes::from([head.as_bytes(), part, b"\r\n--B--\r\n"].concat())
    }

    #[test]
    fn keeps_part_bytes_exactly() {
        for part in [
            &b""[..],
            b"\r\n",
            b"x\r\n--B\r\ny",
            &[0, 255, 13, 10, 45, 45],
        ] {
            let upload = parse(TYPE, &body(part)).expect("well-formed");
            assert_eq!(upload.request_data, "{\"filePart\":\"1\"}");
            assert_eq!(upload.part, part);
        }
    }

    #[test]
    fn finds_request_data_in_the_first_bytes() {
        let whole = body(&[7; 100_000]);
        assert_eq!(
            request_data(TYPE, &whole[..400]).as_deref(),
            Some("{\"filePart\":\"1\"}")
        );
        assert_eq!(request_data(TYPE, &whole[..100]), None);
    }

    #[test]
    fn refuses_malformed_bodies() {
        assert!(parse("multipart/form-data", &body(b"x")).is_none());
        assert!(parse(TYPE, &Bytes::from_static(b"--B\r\n\r\nnothing")).is_none());
    }
}
