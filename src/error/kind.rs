//! The kinds of errors: one table of number, name, text and remedy.

use std::ffi::CStr;

/// Each row: kind = number, name of its status in the C ABI: text, and a remedy where one advice fits every case.
/// `ffi/status.rs` explains the statuses; a test there compares it with this table.
macro_rules! kinds {
    ($($kind:ident = $number:literal, $name:ident: $text:literal $(, $remedy:literal)?;)*) => {
        /// What has failed, seen by what a program would do next.
        ///
        /// The number is that of the status in the C ABI: its hundred is the family, and no number is ever reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i16)] // An error that is returned stays below 128 bytes.
        pub enum ErrorKind {
            $(#[doc = $text] $kind = $number,)*
        }

        impl ErrorKind {
            /// All kinds, in the order of their numbers.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            /// Name and text of its status.
            pub(crate) const fn texts(self) -> (&'static CStr, &'static CStr) {
                match self {
                    $(Self::$kind => (
                        const { c_str(concat!(stringify!($name), "\0")) },
                        const { c_str(concat!($text, "\0")) },
                    ),)*
                }
            }

            /// What to do about it, where one advice fits every case.
            pub(super) const fn remedy(self) -> Option<&'static str> {
                match self {
                    $($(Self::$kind => Some($remedy),)?)*
                    _ => None,
                }
            }
        }
    };
}

const fn c_str(text: &str) -> &CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a text holds no NUL but its last byte"),
    }
}

kinds! {
    // The caller's mistake.
    NullArgument = 1, SENDSAFELY_NULL_ARGUMENT:
        "a required argument is missing";
    InvalidArgument = 2, SENDSAFELY_INVALID_ARGUMENT:
        "an argument is out of its range";
    InvalidUtf8 = 3, SENDSAFELY_INVALID_UTF8:
        "a string is not valid UTF-8";
    InvalidHandle = 4, SENDSAFELY_INVALID_HANDLE:
        "not a live handle of this kind";
    Busy = 5, SENDSAFELY_BUSY:
        "called on a package from inside one of its own callbacks",
        "call again after the callback has returned";
    Forked = 6, SENDSAFELY_FORKED:
        "the handle belongs to the process that made it",
        "create the client again in the child process";
    MalformedEmail = 7, SENDSAFELY_MALFORMED_EMAIL:
        "not an e-mail address",
        "correct the e-mail address; nothing was sent";
    MalformedPhoneNumber = 8, SENDSAFELY_MALFORMED_PHONE_NUMBER:
        "not a phone number",
        "give the number with + and the country code in front, or its country as two letters";
    MalformedLink = 9, SENDSAFELY_MALFORMED_LINK:
        "not a secure link";
    MalformedHost = 10, SENDSAFELY_MALFORMED_HOST:
        "not a host",
        "give https://HOST, with a port if it has one, and no path";
    InsecureHost = 11, SENDSAFELY_INSECURE_HOST:
        "plain http to a host that is not this machine",
        "use https://, or set allow_plain_http for a host that you trust on a network that you trust";
    InvalidKey = 12, SENDSAFELY_INVALID_KEY:
        "not a usable private key";
    // The order of steps.
    PackageNotCreated = 100, SENDSAFELY_PACKAGE_NOT_CREATED:
        "there is no package yet",
        "create or open the package first";
    RecipientNotOnPackage = 101, SENDSAFELY_RECIPIENT_NOT_ON_PACKAGE:
        "the recipient is not on the package",
        "add the recipient first; the package information has the ids of those that are there";
    NoRecipient = 102, SENDSAFELY_NO_RECIPIENT:
        "the package has no recipient",
        "add a recipient, or finalize with undisclosed_recipients";
    NoFile = 103, SENDSAFELY_NO_FILE:
        "the package has neither a file nor a message",
        "upload a file or set a message first";
    UploadRunning = 104, SENDSAFELY_UPLOAD_RUNNING:
        "an upload into the package is still running",
        "finalize after every upload has returned";
    UploadIncomplete = 105, SENDSAFELY_UPLOAD_INCOMPLETE:
        "a file of the package is incomplete",
        "delete the incomplete file from the package or upload it again, then finalize";
    AlreadyFinalized = 106, SENDSAFELY_ALREADY_FINALIZED:
        "the package is finalized",
        "create a new package";
    WorkspaceNotFinalizable = 107, SENDSAFELY_WORKSPACE_NOT_FINALIZABLE:
        "a Workspace cannot be finalized",
        "a Workspace is usable at once; hand out its secure link";
    OnlyInWorkspace = 108, SENDSAFELY_ONLY_IN_WORKSPACE:
        "only Workspaces have directories and roles",
        "leave out the directory or the role, or use a Workspace";
    PackageDeleted = 109, SENDSAFELY_PACKAGE_DELETED:
        "the package was deleted",
        "create a new package";
    KeycodeUnknown = 110, SENDSAFELY_KEYCODE_UNKNOWN:
        "the keycode of the package is not known",
        "open the package with its keycode or with a secure link that holds it";
    NotFinalized = 111, SENDSAFELY_NOT_FINALIZED:
        "the package is not finalized yet",
        "finalize the package first";
    FileNotOnPackage = 112, SENDSAFELY_FILE_NOT_ON_PACKAGE:
        "no such file on the package",
        "the package information has the ids of the files that are there";
    NoCredentials = 113, SENDSAFELY_NO_CREDENTIALS:
        "the client has no API key",
        "create the client with an API key and secret";
    PackageNotFinalizable = 114, SENDSAFELY_PACKAGE_NOT_FINALIZABLE:
        "a file that the service does not show may keep the package from being finalized",
        "delete this package, create a new one and upload the files again";
    // Limits known before sending.
    TooManyRecipients = 200, SENDSAFELY_TOO_MANY_RECIPIENTS:
        "a package has at most 99 recipients",
        "send the rest with another package";
    LifeOutOfRange = 201, SENDSAFELY_LIFE_OUT_OF_RANGE:
        "package life is 0 to 365 days",
        "give 1 to 365 days, or 0 for a package that never expires";
    FileTooLarge = 202, SENDSAFELY_FILE_TOO_LARGE:
        "the file is larger than the service accepts",
        "split the file; the limit is 107,374,182,400 bytes";
    KeycodeTooShort = 203, SENDSAFELY_KEYCODE_TOO_SHORT:
        "the keycode is too short",
        "check that the link or the keycode was not cut";
    MalformedFileName = 204, SENDSAFELY_MALFORMED_FILE_NAME:
        "not a name for a file or directory";
    TooManyFiles = 205, SENDSAFELY_TOO_MANY_FILES:
        "a package, or a directory of a Workspace, has at most 100,000 files",
        "put the rest into another package or directory, or pack many files into one";
    // The service refused.
    Refused = 300, SENDSAFELY_REFUSED:
        "the service refused";
    AuthenticationFailed = 301, SENDSAFELY_AUTHENTICATION_FAILED:
        "the service refused the API key or the signature",
        "check the API key, the API secret, the host and this machine's clock";
    UnknownPackage = 302, SENDSAFELY_UNKNOWN_PACKAGE:
        "the service knows no such package",
        "check the id or the link; the package may have expired, have been deleted, or be for somebody else";
    Denied = 303, SENDSAFELY_DENIED:
        "the service denies this to the account",
        "check your rights to the package and, when reading, that the link with its keycode is complete";
    LimitExceeded = 304, SENDSAFELY_LIMIT_EXCEEDED:
        "a limit of the account or the package is reached",
        "the message of the service says which limit; use another package, or ask the administrator of the organization";
    InvalidEmail = 305, SENDSAFELY_INVALID_EMAIL:
        "the service does not accept the e-mail address",
        "correct the e-mail address";
    DuplicateEmail = 306, SENDSAFELY_DUPLICATE_EMAIL:
        "the recipient is on the package already",
        "take the id of the recipient from the package information";
    InvalidRecipient = 307, SENDSAFELY_INVALID_RECIPIENT:
        "the service does not accept the recipient",
        "take the id of the recipient from the package information";
    InvalidInput = 308, SENDSAFELY_INVALID_INPUT:
        "the service does not accept a value",
        "check the value; a phone number also needs the right country";
    PasswordRequired = 309, SENDSAFELY_PASSWORD_REQUIRED:
        "the package needs a password, or another one",
        "give the password that the sender has set for this package";
    ApproverRequired = 310, SENDSAFELY_APPROVER_REQUIRED:
        "an approver has to be added first",
        "add an approver to the package, then finalize again";
    GuestsProhibited = 311, SENDSAFELY_GUESTS_PROHIBITED:
        "not allowed for guest users",
        "the account or the recipient has to be a registered user";
    OutdatedVersion = 312, SENDSAFELY_OUTDATED_VERSION:
        "the service no longer supports this client version",
        "update the library";
    InvalidFileName = 313, SENDSAFELY_INVALID_FILE_NAME:
        "the service does not accept the file name",
        "choose another file name";
    InvalidFileExtension = 314, SENDSAFELY_INVALID_FILE_EXTENSION:
        "the organization blocks files of this type",
        "send another type of file";
    DuplicateFile = 315, SENDSAFELY_DUPLICATE_FILE:
        "a file of that name is on the package already",
        "delete that file first, or choose another file name";
    SessionTimeout = 316, SENDSAFELY_SESSION_TIMEOUT:
        "the session at the service has timed out",
        "create the client again";
    UnknownEndpoint = 317, SENDSAFELY_UNKNOWN_ENDPOINT:
        "the host has no such API path",
        "check the host, and the path of a raw request";
    FileIncomplete = 318, SENDSAFELY_FILE_INCOMPLETE:
        "the service does not have all parts of the file yet",
        "try again later: the sender may still be uploading";
    AuthForbidden = 319, SENDSAFELY_AUTH_FORBIDDEN:
        "this way of logging in or registering is not allowed",
        "ask the administrator of the organization, or use another way";
    SecondFactorEnforced = 320, SENDSAFELY_SECOND_FACTOR_ENFORCED:
        "the organization enforces a second factor",
        "register by link; a PIN is not enough there";
    PinResent = 321, SENDSAFELY_PIN_RESENT:
        "the code was wrong or tried too often",
        "call again with the new code that the service has sent";
    TokenExpired = 322, SENDSAFELY_TOKEN_EXPIRED:
        "the token has expired",
        "start the registration or the login again";
    InvalidToken = 323, SENDSAFELY_INVALID_TOKEN:
        "the service does not know the token",
        "start the registration or the login again";
    PasswordTooWeak = 324, SENDSAFELY_PASSWORD_TOO_WEAK:
        "the password is too weak",
        "choose a password by the rules in the message of the service";
    UserAlreadyExists = 325, SENDSAFELY_USER_ALREADY_EXISTS:
        "the user exists already",
        "log in instead of registering";
    UserNotFound = 326, SENDSAFELY_USER_NOT_FOUND:
        "the service knows no such user",
        "check the e-mail address, or register";
    // The network.
    Unreachable = 400, SENDSAFELY_UNREACHABLE:
        "the host cannot be reached",
        "check the network, the proxy and the host name";
    UnknownHost = 401, SENDSAFELY_UNKNOWN_HOST:
        "the name of the host cannot be resolved",
        "check the spelling of the host and the name server";
    TimedOut = 402, SENDSAFELY_TIMED_OUT:
        "nothing moved for too long",
        "check the network; a longer retry window bridges longer failures";
    TlsFailed = 403, SENDSAFELY_TLS_FAILED:
        "no trusted TLS connection to the host",
        "check that the host is right; for a private certificate authority give its certificate as ca_bundle";
    NoTrustStore = 404, SENDSAFELY_NO_TRUST_STORE:
        "this machine has no trusted certificates",
        "install the system's certificates (package ca-certificates) or give a ca_bundle";
    BadAnswer = 405, SENDSAFELY_BAD_ANSWER:
        "the response is not one of this service";
    HttpError = 406, SENDSAFELY_HTTP_ERROR:
        "the host returned an HTTP error";
    OutcomeUnknown = 407, SENDSAFELY_OUTCOME_UNKNOWN:
        "the response was lost, and repeating is not safe",
        "look at the package before you call again: the service may have acted already";
    StorageRefused = 408, SENDSAFELY_STORAGE_REFUSED:
        "the storage refused a part on every route",
        "try again later; the upload URL or the network in between may be the cause";
    // Integrity and cryptography.
    DecryptFailed = 500, SENDSAFELY_DECRYPT_FAILED:
        "the data cannot be decrypted",
        "check the keycode; if it is right, the data was damaged or changed and has to be sent again";
    UnsupportedFormat = 501, SENDSAFELY_UNSUPPORTED_FORMAT:
        "encrypted in a format that the library does not read",
        "ask the sender to encrypt it with another program";
    PartTooLarge = 502, SENDSAFELY_PART_TOO_LARGE:
        "a part is larger than max_part_bytes";
    SizeMismatch = 503, SENDSAFELY_SIZE_MISMATCH:
        "the file does not have the expected size";
    WrongKeycode = 504, SENDSAFELY_WRONG_KEYCODE:
        "the keycode is not that of this package",
        "open the package with the keycode of its secure link";
    WrongPart = 505, SENDSAFELY_WRONG_PART:
        "a part of the file is not the requested one",
        "the sender has to send the file again";
    KeycodeNotProved = 506, SENDSAFELY_KEYCODE_NOT_PROVED:
        "the keycode is not proved, so it is not passed on",
        "download a file or read the message through the same package, which proves the keycode, then call again; or ask the owner";
    // Local files.
    FileNotFound = 600, SENDSAFELY_FILE_NOT_FOUND:
        "no such file";
    AccessDenied = 601, SENDSAFELY_ACCESS_DENIED:
        "the operating system denies access to the file",
        "check who may read and write there";
    NotAFile = 602, SENDSAFELY_NOT_A_FILE:
        "not a regular file";
    FileChanged = 603, SENDSAFELY_FILE_CHANGED:
        "the file changed while it was uploaded",
        "upload the file again when nothing writes to it";
    FileExists = 604, SENDSAFELY_FILE_EXISTS:
        "the target exists already",
        "choose another directory, or set existing to overwrite or skip";
    DiskFull = 605, SENDSAFELY_DISK_FULL:
        "no room on the disk",
        "make room on the disk, then call again";
    DirectoryNotFound = 606, SENDSAFELY_DIRECTORY_NOT_FOUND:
        "no such directory";
    ReadFailed = 607, SENDSAFELY_READ_FAILED:
        "reading the source failed";
    WriteFailed = 608, SENDSAFELY_WRITE_FAILED:
        "writing the target failed";
    OutOfMemory = 609, SENDSAFELY_OUT_OF_MEMORY:
        "there is no memory for a part or a response",
        "give the process more memory, or set smaller parts and a smaller memory_budget";
    SystemLimit = 610, SENDSAFELY_SYSTEM_LIMIT:
        "the process has no descriptor or thread left",
        "close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer parts_in_flight";
    SyncRunning = 611, SENDSAFELY_SYNC_RUNNING:
        "another program syncs the same local directory",
        "call again when it has ended";
    ManyDeletions = 612, SENDSAFELY_MANY_DELETIONS:
        "a sync would delete more than half of the files of a side",
        "check that both directories are the right ones and complete, and set force if they are";
    // Stopped.
    Stopped = 700, SENDSAFELY_STOPPED:
        "stopped by the program";
    DeadlineExceeded = 701, SENDSAFELY_DEADLINE_EXCEEDED:
        "the call took longer than its deadline allows",
        "look at what it has done before you call again, or set a longer deadline";
    // The library's own mistake.
    Internal = 900, SENDSAFELY_INTERNAL:
        "an error of the library itself",
        "report it with the message; everything remains usable";
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    /// Where no one advice fits, the message or the error's own remedy says what to do.
    #[test]
    fn few_kinds_have_no_remedy() {
        use ErrorKind::*;
        let all = ErrorKind::ALL.iter().copied();
        let without: Vec<_> = all.filter(|kind| kind.remedy().is_none()).collect();
        let expected = [
            NullArgument,
            InvalidArgument,
            InvalidUtf8,
            InvalidHandle,
            MalformedLink,
            InvalidKey,
            MalformedFileName,
            Refused,
            BadAnswer,
            HttpError,
            PartTooLarge,
            SizeMismatch,
            FileNotFound,
            NotAFile,
            DirectoryNotFound,
            ReadFailed,
            WriteFailed,
            Stopped,
        ];
        assert_eq!(without, expected);
    }
}
