//! Status.

use std::ffi::{CStr, c_char};

use crate::error::{Error, ErrorKind};

use super::support::guard::guard_value;
use super::support::marks::number;

/// The outcome of a call. Families: 0 success, 1 the caller's mistake, 100 the order of steps, 200 limits, 300 the
/// service refused, 400 the network, 500 integrity, 600 local files, 700 stopped, 900 the library's own mistake.
///
/// Numbers are never reused. A later version may add some: treat an unknown one like the first of its family.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "functions return the numbers of ErrorKind")]
pub enum sendsafely_status {
    /// The call did what it says.
    /// With every other status it did not, and its outputs are empty.
    SENDSAFELY_OK = 0,

    // The caller's mistake: nothing was sent.
    /// A required argument is missing.
    /// The message names the argument.
    SENDSAFELY_NULL_ARGUMENT = 1,
    /// An argument is out of its range.
    /// The message names the argument and its range. Also: a control character in a value that becomes an HTTP header,
    /// an option that this version of the library does not know, and a callback that returned a number with no meaning.
    SENDSAFELY_INVALID_ARGUMENT = 2,
    /// A string is not valid UTF-8.
    /// The message names the argument. A file whose name is not UTF-8 goes through
    /// sendsafely_package_upload_callback.
    SENDSAFELY_INVALID_UTF8 = 3,
    /// Not a live handle of this kind.
    /// It was released, is of another kind, or was never given out by this library.
    SENDSAFELY_INVALID_HANDLE = 4,
    /// Called on a package from inside one of its own callbacks.
    /// Call again after the callback has returned. Only sendsafely_package_free is allowed there. Or another transfer
    /// uses the resume_file: call again when that has ended.
    SENDSAFELY_BUSY = 5,
    /// The handle belongs to the process that made it.
    /// In a forked child create the client again, then open the package again. Releasing the old one is allowed
    /// and touches no connection.
    SENDSAFELY_FORKED = 6,
    /// Not an e-mail address.
    /// Nothing was sent.
    SENDSAFELY_MALFORMED_EMAIL = 7,
    /// Not a phone number.
    /// It may have digits, blanks, ()-./ and a + in front; the country is two letters.
    SENDSAFELY_MALFORMED_PHONE_NUMBER = 8,
    /// Not a secure link.
    /// A link has the form https://HOST/receive/?thread=...&packageCode=...#keyCode=...
    SENDSAFELY_MALFORMED_LINK = 9,
    /// Not a host.
    /// Give https://HOST with an optional port and no path.
    SENDSAFELY_MALFORMED_HOST = 10,
    /// Plain http to a host that is not this machine.
    /// Use https://, or set allow_plain_http for a network that you trust.
    SENDSAFELY_INSECURE_HOST = 11,
    /// Not a usable private key.
    /// An armored OpenPGP private key without a passphrase is expected.
    SENDSAFELY_INVALID_KEY = 12,

    // The order of steps: nothing was sent.
    /// There is no package yet.
    /// Create or open it first.
    SENDSAFELY_PACKAGE_NOT_CREATED = 100,
    /// The recipient is not on the package.
    /// Add the recipient first; sendsafely_package_get_information lists those that are there.
    SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE = 101,
    /// The package has no recipient.
    /// Add one, or finalize with undisclosed_recipients.
    SENDSAFELY_NO_RECIPIENT = 102,
    /// The package has neither a file nor a message.
    /// Upload a file or set a message, then finalize.
    SENDSAFELY_NO_FILE = 103,
    /// An upload into the package is still running.
    /// Finalize after every upload has returned.
    SENDSAFELY_UPLOAD_RUNNING = 104,
    /// A file of the package is incomplete.
    /// Delete the file or upload it again, then finalize.
    SENDSAFELY_UPLOAD_INCOMPLETE = 105,
    /// The package is finalized.
    /// Create a new package.
    SENDSAFELY_ALREADY_FINALIZED = 106,
    /// A Workspace cannot be finalized.
    /// It is usable at once: hand out its secure link.
    SENDSAFELY_WORKSPACE_NOT_FINALIZABLE = 107,
    /// Only Workspaces have directories and roles.
    /// Leave directory_id out; recipients of a package all have the same rights.
    SENDSAFELY_ONLY_IN_WORKSPACE = 108,
    /// The package was deleted.
    /// Create a new package.
    SENDSAFELY_PACKAGE_DELETED = 109,
    /// The keycode of the package is not known.
    /// Open the package with its keycode or with a secure link that holds it.
    SENDSAFELY_KEYCODE_UNKNOWN = 110,
    /// The package is not finalized yet.
    /// Finalize it; then there is a link.
    SENDSAFELY_NOT_FINALIZED = 111,
    /// No such file on the package.
    /// Look at the files of sendsafely_package_get_information.
    SENDSAFELY_FILE_NOT_ON_PACKAGE = 112,

    /// The client has no API key.
    /// Create it with sendsafely_client_new; this one is for logging in, for registering or for a Dropzone.
    SENDSAFELY_NO_CREDENTIALS = 113,
    /// A file that the service does not show may keep the package from being finalized.
    /// The response to its creation was lost. Create a new package and upload the files again.
    SENDSAFELY_PACKAGE_NOT_FINALIZABLE = 114,

    // Limits known before sending.
    /// A package has at most 99 recipients.
    /// Send the rest with another package.
    SENDSAFELY_TOO_MANY_RECIPIENTS = 200,
    /// Package life is 0 to 365 days.
    /// 0 means that the package never expires; an organization may allow less.
    SENDSAFELY_LIFE_OUT_OF_RANGE = 201,
    /// The file is larger than the service accepts.
    /// The limit is 107,374,182,400 bytes.
    SENDSAFELY_FILE_TOO_LARGE = 202,
    /// The keycode is too short.
    /// Keycodes have at least 32 characters; check that the link was not cut.
    SENDSAFELY_KEYCODE_TOO_SHORT = 203,
    /// Not a name for a file or directory.
    /// Choose another one of 1 to 255 bytes, without control characters and < > : " / \\ | ? *; an upload takes it as
    /// file_name.
    SENDSAFELY_MALFORMED_FILE_NAME = 204,
    /// A package, or a directory of a Workspace, has at most 100,000 files.
    /// The service could not list more. Use another package or directory, or pack many files into one.
    SENDSAFELY_TOO_MANY_FILES = 205,

    // The service refused: sendsafely_error_server_code and _server_message have its own words.
    /// The service refused.
    /// Its code has no status of its own: see sendsafely_error_server_code.
    SENDSAFELY_REFUSED = 300,
    /// The service refused the API key or the signature.
    /// Check the API key, the API secret, the host and this machine's clock.
    SENDSAFELY_AUTHENTICATION_FAILED = 301,
    /// The service knows no such package.
    /// It expired, was deleted, or this account has no access to it.
    SENDSAFELY_UNKNOWN_PACKAGE = 302,
    /// The service denies this to the account.
    /// Finalize fails with it too when something is missing; sendsafely_error_server_message lists what.
    SENDSAFELY_DENIED = 303,
    /// A limit of the account or the package is reached.
    /// It is one of size, number of recipients, or the like: see sendsafely_error_server_message.
    SENDSAFELY_LIMIT_EXCEEDED = 304,
    /// The service does not accept the e-mail address.
    /// Correct the address.
    SENDSAFELY_INVALID_EMAIL = 305,
    /// The recipient is on the package already.
    /// Find its id with sendsafely_package_get_information.
    SENDSAFELY_DUPLICATE_EMAIL = 306,
    /// The service does not accept the recipient.
    /// It does not know the recipient id.
    SENDSAFELY_INVALID_RECIPIENT = 307,
    /// The service does not accept a value.
    /// For a phone number: check it and its country.
    SENDSAFELY_INVALID_INPUT = 308,
    /// The package needs a password, or another one.
    /// Use the password that its sender has set.
    SENDSAFELY_PASSWORD_REQUIRED = 309,
    /// An approver has to be added first.
    /// Nothing was finalized; add an approver as a recipient, then finalize again.
    SENDSAFELY_APPROVER_REQUIRED = 310,
    /// Not allowed for guest users.
    /// The account or the recipient has to be a registered user.
    SENDSAFELY_GUESTS_PROHIBITED = 311,
    /// The service no longer supports this client version.
    /// Update the library, or set client_version.
    SENDSAFELY_OUTDATED_VERSION = 312,
    /// The service does not accept the file name.
    /// Set another file_name.
    SENDSAFELY_INVALID_FILE_NAME = 313,
    /// The organization blocks files of this type.
    /// Send another type of file.
    SENDSAFELY_INVALID_FILE_EXTENSION = 314,
    /// A file of that name is on the package already.
    /// Delete that one first, or set another file_name.
    SENDSAFELY_DUPLICATE_FILE = 315,
    /// The session at the service has timed out.
    /// Create the client again.
    SENDSAFELY_SESSION_TIMEOUT = 316,
    /// The host has no such API path.
    /// Check the host, and for sendsafely_client_request the path.
    SENDSAFELY_UNKNOWN_ENDPOINT = 317,
    /// The service does not have all parts of the file yet.
    /// Try again later: the sender may still be uploading.
    SENDSAFELY_FILE_INCOMPLETE = 318,
    /// This way of logging in or registering is not allowed.
    /// The organization decides; ask its administrator, or use another way.
    SENDSAFELY_AUTH_FORBIDDEN = 319,
    /// The organization enforces a second factor.
    /// Registration by PIN is not possible there; register by link.
    SENDSAFELY_SECOND_FACTOR_ENFORCED = 320,
    /// The code was wrong or tried too often.
    /// The service has sent a new one: call again with that.
    SENDSAFELY_PIN_RESENT = 321,
    /// The token has expired.
    /// Start the registration or the login again.
    SENDSAFELY_TOKEN_EXPIRED = 322,
    /// The service does not know the token.
    /// Start the registration or the login again.
    SENDSAFELY_INVALID_TOKEN = 323,
    /// The password is too weak.
    /// sendsafely_error_server_message has the service's rules.
    SENDSAFELY_PASSWORD_TOO_WEAK = 324,
    /// The user exists already.
    /// Log in instead of registering.
    SENDSAFELY_USER_ALREADY_EXISTS = 325,
    /// The service knows no such user.
    /// Check the e-mail address, or register.
    SENDSAFELY_USER_NOT_FOUND = 326,

    // The network: what can be repeated safely was repeated for as long as the retry window lasts.
    /// The host cannot be reached.
    /// Check the network, the proxy and the host.
    SENDSAFELY_UNREACHABLE = 400,
    /// The name of the host cannot be resolved.
    /// Check the spelling of the host and the name server.
    SENDSAFELY_UNKNOWN_HOST = 401,
    /// Nothing moved for too long.
    /// Check the network, or set a longer retry_window_ms.
    SENDSAFELY_TIMED_OUT = 402,
    /// No trusted TLS connection to the host.
    /// Check the host; for a private certificate authority set ca_bundle to its certificate.
    SENDSAFELY_TLS_FAILED = 403,
    /// This machine has no trusted certificates.
    /// Install them (package ca-certificates) or set ca_bundle.
    SENDSAFELY_NO_TRUST_STORE = 404,
    /// The response is not one of this service.
    /// A proxy or a login page may have sent it instead, or it lacks what the call needs.
    SENDSAFELY_BAD_ANSWER = 405,
    /// The host returned an HTTP error.
    /// See sendsafely_error_http_status.
    SENDSAFELY_HTTP_ERROR = 406,
    /// The response was lost, and repeating is not safe.
    /// The service may have acted, also after a gateway's 503 or 429: look at the package before you call again.
    SENDSAFELY_OUTCOME_UNKNOWN = 407,
    /// The storage refused a part on every route.
    /// The cause is the upload URL or the network in between: try again later.
    SENDSAFELY_STORAGE_REFUSED = 408,

    // Integrity and cryptography: nothing unverified was handed out.
    /// The data cannot be decrypted.
    /// The keycode is wrong, or the data was damaged or changed; the library cannot know which.
    SENDSAFELY_DECRYPT_FAILED = 500,
    /// Encrypted in a format that the library does not read.
    /// The sender used an unusual program.
    SENDSAFELY_UNSUPPORTED_FORMAT = 501,
    /// A part is larger than max_part_bytes.
    /// Raise max_part_bytes if the sender is trusted.
    SENDSAFELY_PART_TOO_LARGE = 502,
    /// The file does not have the expected size.
    /// Its own parts, or the program that uploads it, gave another size; with strict_size also its sender.
    SENDSAFELY_SIZE_MISMATCH = 503,
    /// The keycode is not that of this package.
    /// Open the package with the keycode of its secure link.
    SENDSAFELY_WRONG_KEYCODE = 504,
    /// A part of the file is not the requested one.
    /// Parts were swapped, repeated or taken from another file; the sender has to send the file again.
    SENDSAFELY_WRONG_PART = 505,
    /// The keycode is not proved, so it is not passed on.
    /// The library did not read all that might prove it. Download a file or read the message through the same package,
    /// then call again, or ask the owner.
    SENDSAFELY_KEYCODE_NOT_PROVED = 506,

    // Local files.
    /// No such file.
    /// The message names the path.
    SENDSAFELY_FILE_NOT_FOUND = 600,
    /// The operating system denies access to the file.
    /// The message names the path.
    SENDSAFELY_ACCESS_DENIED = 601,
    /// Not a regular file.
    /// Directories and devices are neither uploaded nor replaced. A symbolic link at the target is replaced. For a pipe
    /// use sendsafely_package_upload_callback and sendsafely_package_download_callback.
    SENDSAFELY_NOT_A_FILE = 602,
    /// The file changed while it was uploaded.
    /// Upload it again when nothing writes to it, or see allow_growth in the upload options. The library has deleted
    /// what it sent.
    SENDSAFELY_FILE_CHANGED = 603,
    /// The target exists already.
    /// Choose another directory, or set existing in the options.
    SENDSAFELY_FILE_EXISTS = 604,
    /// No room on the disk.
    /// Make room and call again. The target of a download was left as it was; the download of a large file reserves the
    /// declared size, so that this is found before anything is fetched, where the file system can do that. An upload of
    /// unknown size needs room for temporary files.
    SENDSAFELY_DISK_FULL = 605,
    /// No such directory.
    /// Check the path; create the directory first if files are downloaded into it.
    SENDSAFELY_DIRECTORY_NOT_FOUND = 606,
    /// Reading the source failed.
    /// Also: a read callback or stream of the program reported a failure.
    SENDSAFELY_READ_FAILED = 607,
    /// Writing the target failed.
    /// Also: a write callback or stream of the program refused the bytes.
    SENDSAFELY_WRITE_FAILED = 608,
    /// There is no memory for a part or a response.
    /// Set smaller parts and a smaller memory_budget. The target was left as it was.
    SENDSAFELY_OUT_OF_MEMORY = 609,
    /// The process has no descriptor or thread left.
    /// Close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer parts_in_flight. A
    /// transfer that has connections already goes on with fewer.
    SENDSAFELY_SYSTEM_LIMIT = 610,
    /// Another program syncs the same local directory.
    /// Call again when it has ended.
    SENDSAFELY_SYNC_RUNNING = 611,
    /// A sync would delete more than half of the files of a side.
    /// It has changed nothing. Check that both directories are the right ones and complete, and set force if they are.
    SENDSAFELY_MANY_DELETIONS = 612,

    // Stopped.
    /// Stopped by the program.
    /// The call undid what it could: a stopped upload deletes its file, a stopped download leaves no file.
    SENDSAFELY_STOPPED = 700,
    /// The call took longer than its deadline allows.
    /// It ended as if the program had stopped it: it undid what it could, but the service may have acted. Look at what
    /// it has done before you call again, or set a longer deadline_ms.
    SENDSAFELY_DEADLINE_EXCEEDED = 701,

    // The library's own mistake.
    /// An error of the library itself.
    /// Please report it with the message. Everything remains usable.
    SENDSAFELY_INTERNAL = 900,
}

/// The status of a call that did what it says.
pub(super) const OK: number::sendsafely_status = sendsafely_status::SENDSAFELY_OK as i32;

/// The status of an error, OK for none.
pub(super) fn status_of(error: Option<&Error>) -> number::sendsafely_status {
    error.map_or(OK, |error| error.kind() as i32)
}

fn texts(status: number::sendsafely_status) -> Option<(&'static CStr, &'static CStr)> {
    if status == OK {
        return Some((c"SENDSAFELY_OK", c"the call did what it says"));
    }
    let mut kinds = ErrorKind::ALL.iter();
    let kind = kinds.find(|kind| **kind as i32 == status)?;
    Some(kind.texts())
}

/// Returns the name of a status, such as "SENDSAFELY_NO_RECIPIENT", or "SENDSAFELY_UNKNOWN_STATUS". The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_status_name(status: number::sendsafely_status) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        texts(status)
            .map_or(c"SENDSAFELY_UNKNOWN_STATUS", |(name, _)| name)
            .as_ptr()
    })
}

/// Returns a status in a few words, such as "the package has no recipient". The text is static.
/// sendsafely_error_message says more: what happened to what.
#[unsafe(no_mangle)]
pub extern "C" fn sendsafely_status_description(
    status: number::sendsafely_status,
) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        texts(status)
            .map_or(c"unknown status", |(_, description)| description)
            .as_ptr()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The enum above is written out for C; the table of `ErrorKind` has the same names, numbers and texts.
    #[test]
    fn statuses_are_the_kinds_of_errors() {
        let source = include_str!("status.rs");
        let (_, body) = source.split_once("pub enum sendsafely_status {").unwrap();
        let (body, _) = body.split_once("\n}").unwrap();
        let mut written = Vec::new();
        let mut comment = None;
        for line in body.lines().map(str::trim) {
            if let Some(line) = line.strip_prefix("/// ") {
                comment.get_or_insert(line);
            } else if let Some((name, number)) = line.trim_end_matches(',').split_once(" = ") {
                let text = comment.take().unwrap().trim_end_matches('.').to_lowercase();
                written.push((number.parse().unwrap(), name, text));
            }
        }
        let numbers = ErrorKind::ALL.iter().map(|kind| *kind as i32);
        let table: Vec<(i32, &str, String)> = std::iter::once(OK)
            .chain(numbers)
            .map(|number| {
                let (name, text) = texts(number).unwrap();
                (
                    number,
                    name.to_str().unwrap(),
                    text.to_str().unwrap().to_lowercase(),
                )
            })
            .collect();
        assert_eq!(written, table);
        assert!(table.is_sorted());
    }
}
