//! Pre-signed URLs of storage, in the form of S3's signature version 2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;

use crate::call::Call;
use crate::dates::now_ms;
use crate::percent::percent_encode;
use crate::signature::{mac, sign};
use crate::state::file::File;
use crate::state::package::Package;

/// Makes the URLs of one response, which expire together:
/// `/commercial/{uuid}/{file}-{part}?AWSAccessKeyId=..&Expires=<seconds>&Signature=..`
pub(crate) struct Presigner {
    storage: String,
    secret: String,
    method: Method,
    access_key: String,
    expires: String,
}

impl Presigner {
    pub(crate) fn new(call: &Call, method: Method) -> Self {
        let lifetime_ms = i64::try_from(call.settings.url_lifetime_ms).unwrap_or(i64::MAX);
        let secret = call.state.url_secret.clone();
        Self {
            storage: call.origins.storage.clone(),
            access_key: access_key(&secret, call.caller.email()),
            secret,
            method,
            expires: (now_ms().saturating_add(lifetime_ms) / 1000).to_string(),
        }
    }

    pub(crate) fn url(&self, package: &Package, file: &File, part: u32) -> String {
        let path = format!("{ROOT}{}/{}-{part}", package.storage_id, file.id);
        let (key, expires) = (&self.access_key, &self.expires);
        let signature = signature(&self.secret, &self.method, &path, key, expires);
        format!(
            "{}{path}?AWSAccessKeyId={key}&Expires={expires}&Signature={}",
            self.storage,
            percent_encode(&signature)
        )
    }
}

const ROOT: &str = "/commercial/";

/// Each user has an access key, because receipts need the user and storage sees only the URL.
pub(crate) fn access_key(secret: &str, email: &str) -> String {
    let digest = sign(secret.as_bytes(), &[b"access key\n", email.as_bytes()]);
    format!("AKIA{}", digest[..16].to_ascii_uppercase())
}

/// Signs what S3 signs, without its optional headers. Cut to 20 bytes, the length of S3's HMAC-SHA1.
pub(crate) fn signature(
    secret: &str,
    method: &Method,
    path: &str,
    access_key: &str,
    expires: &str,
) -> String {
    let text = format!("{method}\n\n\n{expires}\n{path}");
    let digest = mac(
        secret.as_bytes(),
        &[access_key.as_bytes(), b"\n", text.as_bytes()],
    );
    STANDARD.encode(&digest[..20])
}

/// What a storage path names.
#[derive(Clone, Copy)]
pub(crate) struct ObjectKey<'a> {
    pub(crate) storage_id: &'a str,
    pub(crate) file_id: &'a str,
    pub(crate) part: u32,
}

pub(crate) fn parse_path(path: &str) -> Option<ObjectKey<'_>> {
    let (storage_id, name) = path.strip_prefix(ROOT)?.split_once('/')?;
    let (file_id, part) = name.rsplit_once('-')?;
    Some(ObjectKey {
        storage_id,
        file_id,
        part: part.parse().ok()?,
    })
}
