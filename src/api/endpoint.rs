//! One function per server call (`protocol` sections 4 to 6): method, path, body, and how it may be repeated.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::json::Json;
use super::retry::Repeat;
use super::session::{API_PREFIX, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretString;

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
        format!(
            "/package/{}/file/{}/{rest}",
            escape(self.package),
            escape(self.file)
        )
    }

    /// The path with the directory, where the file is in one.
    fn path(&self, rest: &str) -> String {
        match self.directory {
            Some(directory) => {
                let (package, file) = (escape(self.package), escape(self.file));
                format!(
                    "/package/{package}/directory/{}/file/{file}/{rest}",
                    escape(directory)
                )
            }
            None => self.plain_path(rest),
        }
    }

    /// Where parts go that travel through the API server (4.4.2).
    pub(crate) fn part_upload_path(&self) -> String {
        match self.directory {
            Some(directory) => {
                let (package, file) = (escape(self.package), escape(self.file));
                format!("/package/{package}/{}/file/{file}/", escape(directory))
            }
            None => self.plain_path(""),
        }
    }

    /// Where parts come from that travel through the API server (5.4.2).
    pub(crate) fn part_download_path(&self) -> String {
        self.path("download/")
    }
}

/// A pre-signed URL for each part that the server gave one for.
pub(crate) type PartUrls = BTreeMap<u32, String>;

/// 4.1
pub(crate) fn create_package(s: &Session) -> Result<Json> {
    s.call(
        "PUT",
        "/package/",
        Some(&json!({"vdr": false})),
        Repeat::Safely,
    )
}

/// 6.2.2; also takes a package code.
pub(crate) fn package_information(s: &Session, package: &str) -> Result<Json> {
    s.call(
        "GET",
        &format!("/package/{}/", escape(package)),
        None,
        Repeat::Safely,
    )
}

/// 6.2.3
pub(crate) fn set_life(s: &Session, package: &str, days: u32) -> Result<Json> {
    s.call(
        "POST",
        &format!("/package/{}/", escape(package)),
        Some(&json!({"life": days})),
        Repeat::Safely,
    )
}

/// 6.2.4
pub(crate) fn delete_package(s: &Session, package: &str) -> Result<Json> {
    s.call(
        "DELETE",
        &format!("/package/{}/", escape(package)),
        None,
        Repeat::Safely,
    )
}

/// 6.2.5
pub(crate) fn delete_temporary_package(s: &Session, package: &str) -> Result<Json> {
    s.call(
        "DELETE",
        &format!("/package/{}/temp/", escape(package)),
        None,
        Repeat::Safely,
    )
}

/// 6.4.1
pub(crate) fn add_recipient(s: &Session, package: &str, email: &str) -> Result<Json> {
    s.call(
        "PUT",
        &format!("/package/{}/recipient/", escape(package)),
        Some(&json!({"email": email})),
        Repeat::Looking,
    )
}

/// 6.4.4
pub(crate) fn set_recipient_phone(
    s: &Session,
    package: &str,
    recipient: &str,
    number: &str,
    country: &str,
) -> Result<Json> {
    let path = format!(
        "/package/{}/recipient/{}/",
        escape(package),
        escape(recipient)
    );
    s.call(
        "POST",
        &path,
        Some(&json!({"phoneNumber": number, "countrycode": country})),
        Repeat::Safely,
    )
}

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
    s.call(
        "PUT",
        &format!("/package/{}/file/", escape(package)),
        Some(&body),
        Repeat::Looking,
    )
}

/// 4.4.1
pub(crate) fn upload_urls(s: &Session, file: FileRef<'_>, from_part: u32) -> Result<PartUrls> {
    let path = file.plain_path("upload-urls/");
    let answer = s.call(
        "POST",
        &path,
        Some(&json!({"part": from_part, "forceProxy": false})),
        Repeat::Safely,
    )?;
    part_urls(&answer, "uploadUrls", from_part)
}

/// 4.4.1; answers whether all parts have arrived.
pub(crate) fn upload_complete(s: &Session, file: FileRef<'_>) -> Result<bool> {
    let mut body = json!({"complete": true});
    if let Some(directory) = file.directory {
        body["directoryId"] = directory.into();
    }
    let path = file.plain_path("upload-complete/");
    Ok(s.call("POST", &path, Some(&body), Repeat::Safely)?
        .text("message")
        .as_deref()
        == Some("true"))
}

/// 6.7.2
pub(crate) fn delete_file(s: &Session, file: FileRef<'_>) -> Result<Json> {
    s.call("DELETE", &file.path(""), None, Repeat::Safely)
}

/// 6.7.1
pub(crate) fn file_information(s: &Session, file: FileRef<'_>) -> Result<Json> {
    s.call("GET", &file.path(""), None, Repeat::Safely)
}

/// 5.3; the last part of the range that is asked for may lie beyond the file.
pub(crate) fn download_urls(
    s: &Session,
    file: FileRef<'_>,
    from_part: u32,
    checksum: &str,
    password: Option<&SecretString>,
) -> Result<PartUrls> {
    let to_part = from_part.saturating_add(URLS_PER_CALL - 1);
    let mut body = json!({"checksum": checksum, "startSegment": from_part, "endSegment": to_part, "forceProxy": false});
    if let Some(password) = password {
        body["password"] = password.expose().into();
    }
    part_urls(
        &s.call(
            "POST",
            &file.path("download-urls/"),
            Some(&body),
            Repeat::Safely,
        )?,
        "downloadUrls",
        from_part,
    )
}

/// 6.9
pub(crate) fn set_message(s: &Session, package: &str, message: &str) -> Result<Json> {
    let body = json!({"message": message, "uploadType": s.request_api()});
    s.call(
        "PUT",
        &format!("/package/{}/message/", escape(package)),
        Some(&body),
        Repeat::Safely,
    )
}

/// 5.5
pub(crate) fn get_message(s: &Session, package: &str, checksum: &str) -> Result<Json> {
    s.call(
        "GET",
        &format!("/package/{}/message/{checksum}/", escape(package)),
        None,
        Repeat::Safely,
    )
}

/// 4.6: (id, armored key) of the package's public keys, or of one recipient's.
pub(crate) fn public_keys(
    s: &Session,
    package: &str,
    recipient: Option<&str>,
) -> Result<Vec<(String, String)>> {
    let path = match recipient {
        Some(recipient) => format!(
            "/package/{}/{}/public-keys/",
            escape(package),
            escape(recipient)
        ),
        None => format!("/package/{}/public-keys/", escape(package)),
    };
    let answer = s.call("GET", &path, None, Repeat::Safely)?;
    Ok(answer
        .list("publicKeys")
        .iter()
        .filter_map(|key| Some((key.filled("id")?, key.filled("key")?)))
        .collect())
}

/// 4.6
pub(crate) fn set_keycode(
    s: &Session,
    package: &str,
    public_key: &str,
    encrypted: &str,
) -> Result<Json> {
    let path = format!("/package/{}/link/{}/", escape(package), escape(public_key));
    s.call(
        "PUT",
        &path,
        Some(&json!({"keycode": encrypted})),
        Repeat::Safely,
    )
}

/// 5.6
pub(crate) fn get_keycode(s: &Session, package: &str, public_key: &str) -> Result<Json> {
    let path = format!("/package/{}/link/{}/", escape(package), escape(public_key));
    s.call("GET", &path, None, Repeat::Safely)
}

/// 4.7
pub(crate) fn finalize(s: &Session, package: &str, body: &Value) -> Result<Json> {
    s.call(
        "POST",
        &format!("/package/{}/finalize/", escape(package)),
        Some(body),
        Repeat::Looking,
    )
}

/// Any call: what the user gave, checked.
pub(crate) fn raw_request(
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<(String, String, Option<String>)> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidArgument, what);
    if method.is_empty()
        || method.len() > 16
        || !method.bytes().all(|byte| byte.is_ascii_uppercase())
    {
        return Err(invalid(
            "the method has to be a word such as GET, PUT, POST, PATCH or DELETE",
        ));
    }
    let path = path.strip_prefix(API_PREFIX).unwrap_or(path);
    let printable = path
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'#' && byte != b'\\');
    let climbs = path
        .split(['/', '?'])
        .any(|segment| segment == ".." || segment == ".");
    if !path.starts_with('/') || !printable || climbs {
        return Err(invalid(
            "the path has to begin with / and to be percent-encoded, such as /user/",
        ));
    }
    if body.is_some_and(|body| serde_json::from_str::<Value>(body).is_err()) {
        return Err(invalid("the body is not JSON"));
    }
    Ok((method.to_owned(), path.to_owned(), body.map(str::to_owned)))
}

/// Sends what [`raw_request`] has checked. Nobody knows what it does, so only reads are repeated.
pub(crate) fn raw(s: &Session, method: &str, path: &str, body: Option<String>) -> Result<String> {
    let repeat = if method == "GET" {
        Repeat::Safely
    } else {
        Repeat::Looking
    };
    s.raw(method, path, body.as_deref(), repeat)
}

/// Percent-encodes what stands in a path for itself only (`protocol` 2.4).
pub(crate) fn escape(segment: &str) -> String {
    let mut escaped = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

fn part_urls(answer: &Json, list: &str, from_part: u32) -> Result<PartUrls> {
    let urls: PartUrls = answer
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_are_escaped() {
        assert_eq!(escape("AAAA-BBBB"), "AAAA-BBBB");
        assert_eq!(escape("a/../b?c#d e"), "a%2F..%2Fb%3Fc%23d%20e");
        assert_eq!(escape("ü@x"), "%C3%BC%40x");
    }

    #[test]
    fn raw_requests_stay_within_the_api() {
        assert!(raw_request("GET", "/user/", None).is_ok());
        assert_eq!(
            raw_request("GET", "/api/v2.0/user/", None)
                .expect("prefix")
                .1,
            "/user/"
        );
        for (method, path, body) in [
            ("get", "/user/", None),
            ("", "/user/", None),
            ("GET", "user/", None),
            ("GET", "/../../evil", None),
            ("GET", "/user/\r\nss-api-key: x", None),
            ("GET", "https://elsewhere.test/", None),
            ("PUT", "/user/", Some("{")),
        ] {
            let error = raw_request(method, path, body).expect_err(path);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}
