//! Files and their parts (`protocol` 4.2 to 4.4, 5.3, 5.4, 6.7).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rand_core::{OsRng, RngCore};
use serde_json::json;

use super::route;
use crate::api::envelope::{accept, http_failure, read_envelope};
use crate::api::retry::Repeat::{Looking, Never, Safely};
use crate::api::session::{Session, Signed};
use crate::api::transport::{ANYTHING, Body, Failure, JSON, Request, Response};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::secret::{SecretJson, SecretString, json_text};

/// Upload URLs come in batches of 25 (`protocol` 4.4.1); download URLs are asked for in the same number.
pub(crate) const URLS_PER_CALL: u32 = 25;

/// A file as paths name it: its package, its id, and its directory in a Workspace.
#[derive(Clone, Copy)]
pub(crate) struct FileRef<'a> {
    pub(crate) package: &'a str,
    pub(crate) file: &'a str,
    pub(crate) directory: Option<&'a str>,
}

impl FileRef<'_> {
    /// The plain path, which uploads use: the directory is known from the file's creation.
    fn plain_path(&self, rest: &str) -> String {
        route!("/package/{}/file/{}/", self.package, self.file) + rest
    }

    /// The path with the directory, where the file is in one.
    fn path(&self, rest: &str) -> String {
        match self.directory {
            Some(directory) => {
                let (package, file) = (self.package, self.file);
                route!(
                    "/package/{}/directory/{}/file/{}/",
                    package,
                    directory,
                    file
                ) + rest
            }
            None => self.plain_path(rest),
        }
    }

    /// Where parts go that travel through the API server.
    fn part_upload_path(&self) -> String {
        match self.directory {
            Some(directory) => route!(
                "/package/{}/{}/file/{}/",
                self.package,
                directory,
                self.file
            ),
            None => self.plain_path(""),
        }
    }
}

/// A pre-signed URL for each part that the server gave one for.
pub(crate) type PartUrls = BTreeMap<u32, String>;

/// 4.2
pub(crate) fn create_file(
    s: &Session,
    package: &str,
    name: &str,
    size: u64,
    parts: u32,
    directory: Option<&str>,
) -> Result<Json> {
    let mut body =
        json!({"filename": name, "filesize": size, "parts": parts, "uploadType": s.request_api()});
    if let Some(directory) = directory {
        body["directoryId"] = directory.into();
    }
    s.put(&route!("/package/{}/file/", package), &body, Looking)
}

/// 4.4.1
pub(crate) fn upload_urls(s: &Session, file: FileRef<'_>, from_part: u32) -> Result<PartUrls> {
    let body = json!({"part": from_part, "forceProxy": false});
    let response = s.post(&file.plain_path("upload-urls/"), &body, Safely)?;
    part_urls(&response, "uploadUrls", from_part)
}

/// 4.4.1: one attempt to store a part, straight to the storage.
pub(crate) fn put_part(
    s: &Session,
    url: &str,
    sealed: &[u8],
    sent: &dyn Fn(u64),
) -> std::result::Result<Response, Failure> {
    s.storage().exchange(Request {
        method: "PUT",
        url,
        headers: &[],
        body: Body::Counted {
            pieces: &[sealed],
            sent,
        },
    })
}

/// 4.4.2: the same through the API server, as a multipart form. Only the text of its first field is signed.
pub(crate) fn upload_part(
    s: &Session,
    file: FileRef<'_>,
    part: u32,
    sealed: &[u8],
    sent: &dyn Fn(u64),
) -> std::result::Result<(), Failure> {
    let fields = json!({"uploadType": s.request_api(), "filePart": part}).to_string();
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
    let mut response = s.exchange(Signed {
        method: "POST",
        path: &file.part_upload_path(),
        content_type: &format!("multipart/form-data; boundary={boundary}"),
        accept: JSON,
        signed_text: fields.as_bytes(),
        body: Body::Counted {
            pieces: &[head.as_bytes(), sealed, tail.as_bytes()],
            sent,
        },
    })?;
    let status = response.status;
    accept(read_envelope(&mut response)?, status).map(|_| ())
}

/// 4.4.1: whether all parts have arrived.
pub(crate) fn upload_complete(s: &Session, file: FileRef<'_>) -> Result<bool> {
    let mut body = json!({"complete": true});
    if let Some(directory) = file.directory {
        body["directoryId"] = directory.into();
    }
    let response = s.post(&file.plain_path("upload-complete/"), &body, Safely)?;
    Ok(response.text("message").as_deref() == Some("true"))
}

/// 6.7.1
pub(crate) fn file_information(s: &Session, file: FileRef<'_>) -> Result<Json> {
    s.get_listing(&file.path(""))
}

/// 6.7.2
pub(crate) fn delete_file(s: &Session, file: FileRef<'_>) -> Result<Json> {
    s.delete(&file.path(""))
}

/// 6.7.3; the directory is where the file goes.
pub(crate) fn move_file(s: &Session, file: FileRef<'_>) -> Result<Json> {
    s.post(&file.path(""), None, Safely)
}

/// 6.7.4
pub(crate) fn rename_file(s: &Session, package: &str, file: &str, name: &str) -> Result<Json> {
    let path = route!("/package/{}/file/{}/", package, file);
    s.patch(&path, &json!({"fileName": name}), Safely)
}

/// 6.7.5
pub(crate) fn copy_file(
    s: &Session,
    source: FileRef<'_>,
    target_package: &str,
    target_directory: &str,
    file_key: &str,
) -> Result<Json> {
    let body = json!({"targetPackageId": target_package, "targetDirectoryId": target_directory, "fileKey": file_key});
    s.post(&source.plain_path("copy/"), &body, Never)
}

/// 5.3: the first batch of the parts that are wanted.
pub(crate) fn download_urls(
    s: &Session,
    file: FileRef<'_>,
    parts: RangeInclusive<u32>,
    checksum: &str,
    password: Option<&SecretString>,
) -> Result<PartUrls> {
    let from_part = *parts.start();
    let body = download_urls_body(parts, checksum, password);
    let response = s.post(&file.path("download-urls/"), &*body, Safely)?;
    part_urls(&response, "downloadUrls", from_part)
}

/// The same for a part that need not be there: one attempt, whose failure says more than whether to repeat it.
pub(crate) fn download_url(
    s: &Session,
    file: FileRef<'_>,
    part: u32,
    checksum: &str,
    password: Option<&SecretString>,
) -> std::result::Result<String, Failure> {
    let body = download_urls_body(part..=part, checksum, password);
    let response = s.post_once(&file.path("download-urls/"), &body)?;
    let urls = part_urls(&response, "downloadUrls", part);
    let url = urls.ok().and_then(|mut urls| urls.remove(&part));
    url.ok_or_else(|| Error::new(ErrorKind::Refused, "the service gives no URL for it").into())
}

/// 5.4.1: one attempt to get a part, or a range of it, straight from the storage.
pub(crate) fn get_part(
    s: &Session,
    url: &str,
    range: Option<&str>,
) -> std::result::Result<Response, Failure> {
    let range = range.map(|range| [("range", range)]);
    s.storage().exchange(Request {
        method: "GET",
        url,
        headers: range.as_ref().map_or(&[], |range| range),
        body: Body::Empty,
    })
}

/// 5.4.2: the same through the API server, always as a whole.
pub(crate) fn download_part(
    s: &Session,
    file: FileRef<'_>,
    part: u32,
    checksum: &str,
    password: Option<&SecretString>,
) -> std::result::Result<Response, Failure> {
    let body = json!({"checksum": checksum, "part": part, "api": s.request_api()});
    let mut body = SecretJson::from(body);
    if let Some(password) = password {
        body["password"] = password.expose().into();
    }
    let body = json_text(&body);
    let mut response = s.exchange(Signed {
        method: "POST",
        path: &file.path("download/"),
        content_type: JSON,
        accept: ANYTHING,
        signed_text: body.expose().as_bytes(),
        body: Body::Bytes(body.expose().as_bytes()),
    })?;
    if response.is_part() && (200..300).contains(&response.status) {
        return Ok(response);
    }
    // A refusal comes as an envelope; a success in that form would be nonsense.
    let status = response.status;
    accept(read_envelope(&mut response)?, status)?;
    let content = format!("{} in the place of a part", response.content_type);
    Err(http_failure(&response, &content))
}

fn download_urls_body(
    parts: RangeInclusive<u32>,
    checksum: &str,
    password: Option<&SecretString>,
) -> SecretJson {
    let (from_part, last_part) = parts.into_inner();
    let to_part = last_part.min(from_part.saturating_add(URLS_PER_CALL - 1));
    let body = json!({"checksum": checksum, "startSegment": from_part, "endSegment": to_part, "forceProxy": false});
    let mut body = SecretJson::from(body);
    if let Some(password) = password {
        body["password"] = password.expose().into();
    }
    body
}

fn part_urls(response: &Json, list: &str, from_part: u32) -> Result<PartUrls> {
    let urls: PartUrls = response
        .list(list)
        .iter()
        .filter_map(|entry| Some((entry.count("part")?, entry.filled("url")?)))
        .collect();
    if !urls.contains_key(&from_part) {
        return Err(Error::new(
            ErrorKind::BadAnswer,
            format!("the server gave no URL for part {from_part}"),
        ));
    }
    Ok(urls)
}
