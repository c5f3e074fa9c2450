"""The enums of the library: made from include/sendsafely.h by tools/python_table.py, not by hand."""

from enum import IntEnum
from typing import Optional

__all__ = ["Action", "Compare", "Direction", "Existing", "PackageList", "PackageState", "PackageStatus", "Phase", "Reason", "Status"]


class OpenEnum(IntEnum):
    """An enum to which a later version of the library may add values: those that this one does not know come as UNKNOWN_<number>."""

    @classmethod
    def _missing_(cls, value: object) -> "Optional[OpenEnum]":
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNKNOWN_{value}", value
        return member

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec) if spec else self.name



class Status(OpenEnum):
    """The outcome of a call. Families: 0 success, 1 the caller's mistake, 100 the order of steps, 200 limits, 300 the
    service refused, 400 the network, 500 integrity, 600 local files, 700 stopped, 900 the library's own mistake.
    Numbers are never reused. A later version may add some: treat an unknown one like the first of its family.
    """

    OK = 0
    """The call did what it says. With every other status it did not, and its outputs are empty."""
    NULL_ARGUMENT = 1
    """A required argument is missing. The message names the argument."""
    INVALID_ARGUMENT = 2
    """An argument is out of its range. The message names the argument and its range. Also: a control character in a value
    that becomes an HTTP header, an option that this version of the library does not know, and a callback that returned
    a number with no meaning.
    """
    INVALID_UTF8 = 3
    """A string is not valid UTF-8. The message names the argument. A file whose name is not UTF-8 goes through
    Package.upload_file.
    """
    INVALID_HANDLE = 4
    """Not a live handle of this kind. It was released, is of another kind, or was never given out by this library."""
    BUSY = 5
    """Called on a package from inside one of its own callbacks. Call again after the callback has returned. Only
    Package.close is allowed there. Or another transfer uses the resume_file: call again when that has ended.
    """
    FORKED = 6
    """The handle belongs to the process that made it. In a forked child create the client again, then open the package
    again. Releasing the old one is allowed and touches no connection.
    """
    MALFORMED_EMAIL = 7
    """Not an e-mail address. Nothing was sent."""
    MALFORMED_PHONE_NUMBER = 8
    """Not a phone number. It may have digits, blanks, ()-./ and a + in front; the country is two letters."""
    MALFORMED_LINK = 9
    """Not a secure link. A link has the form https://HOST/receive/?thread=...&packageCode=...#keyCode=..."""
    MALFORMED_HOST = 10
    """Not a host. Give https://HOST with an optional port and no path."""
    INSECURE_HOST = 11
    """Plain http to a host that is not this machine. Use https://, or set allow_plain_http for a network that you trust.
    """
    INVALID_KEY = 12
    """Not a usable private key. An armored OpenPGP private key without a passphrase is expected."""
    PACKAGE_NOT_CREATED = 100
    """There is no package yet. Create or open it first."""
    RECIPIENT_NOT_ON_PACKAGE = 101
    """The recipient is not on the package. Add the recipient first; Package.get_information lists those that are there.
    """
    NO_RECIPIENT = 102
    """The package has no recipient. Add one, or finalize with undisclosed_recipients."""
    NO_FILE = 103
    """The package has neither a file nor a message. Upload a file or set a message, then finalize."""
    UPLOAD_RUNNING = 104
    """An upload into the package is still running. Finalize after every upload has returned."""
    UPLOAD_INCOMPLETE = 105
    """A file of the package is incomplete. Delete the file or upload it again, then finalize."""
    ALREADY_FINALIZED = 106
    """The package is finalized. Create a new package."""
    WORKSPACE_NOT_FINALIZABLE = 107
    """A Workspace cannot be finalized. It is usable at once: hand out its secure link."""
    ONLY_IN_WORKSPACE = 108
    """Only Workspaces have directories and roles. Leave directory_id out; recipients of a package all have the same
    rights.
    """
    PACKAGE_DELETED = 109
    """The package was deleted. Create a new package."""
    KEYCODE_UNKNOWN = 110
    """The keycode of the package is not known. Open the package with its keycode or with a secure link that holds it.
    """
    NOT_FINALIZED = 111
    """The package is not finalized yet. Finalize it; then there is a link."""
    FILE_NOT_ON_PACKAGE = 112
    """No such file on the package. Look at the files of Package.get_information."""
    NO_CREDENTIALS = 113
    """The client has no API key. Create it with Client; this one is for logging in, for registering or for a Dropzone.
    """
    PACKAGE_NOT_FINALIZABLE = 114
    """A file that the service does not show may keep the package from being finalized. The response to its creation was
    lost. Create a new package and upload the files again.
    """
    TOO_MANY_RECIPIENTS = 200
    """A package has at most 99 recipients. Send the rest with another package."""
    LIFE_OUT_OF_RANGE = 201
    """Package life is 0 to 365 days. 0 means that the package never expires; an organization may allow less."""
    FILE_TOO_LARGE = 202
    """The file is larger than the service accepts. The limit is 107,374,182,400 bytes."""
    KEYCODE_TOO_SHORT = 203
    """The keycode is too short. Keycodes have at least 32 characters; check that the link was not cut."""
    MALFORMED_FILE_NAME = 204
    """Not a name for a file or directory. Choose another one of 1 to 255 bytes, without control characters and < > : " /
    \\ | ? *; an upload takes it as file_name.
    """
    TOO_MANY_FILES = 205
    """A package, or a directory of a Workspace, has at most 100,000 files. The service could not list more. Use another
    package or directory, or pack many files into one.
    """
    REFUSED = 300
    """The service refused. Its code has no status of its own: see Error.server_code."""
    AUTHENTICATION_FAILED = 301
    """The service refused the API key or the signature. Check the API key, the API secret, the host and this machine's
    clock.
    """
    UNKNOWN_PACKAGE = 302
    """The service knows no such package. It expired, was deleted, or this account has no access to it."""
    DENIED = 303
    """The service denies this to the account. Finalize fails with it too when something is missing; Error.server_message
    lists what.
    """
    LIMIT_EXCEEDED = 304
    """A limit of the account or the package is reached. It is one of size, number of recipients, or the like: see
    Error.server_message.
    """
    INVALID_EMAIL = 305
    """The service does not accept the e-mail address. Correct the address."""
    DUPLICATE_EMAIL = 306
    """The recipient is on the package already. Find its id with Package.get_information."""
    INVALID_RECIPIENT = 307
    """The service does not accept the recipient. It does not know the recipient id."""
    INVALID_INPUT = 308
    """The service does not accept a value. For a phone number: check it and its country."""
    PASSWORD_REQUIRED = 309
    """The package needs a password, or another one. Use the password that its sender has set."""
    APPROVER_REQUIRED = 310
    """An approver has to be added first. Nothing was finalized; add an approver as a recipient, then finalize again."""
    GUESTS_PROHIBITED = 311
    """Not allowed for guest users. The account or the recipient has to be a registered user."""
    OUTDATED_VERSION = 312
    """The service no longer supports this client version. Update the library, or set client_version."""
    INVALID_FILE_NAME = 313
    """The service does not accept the file name. Set another file_name."""
    INVALID_FILE_EXTENSION = 314
    """The organization blocks files of this type. Send another type of file."""
    DUPLICATE_FILE = 315
    """A file of that name is on the package already. Delete that one first, or set another file_name."""
    SESSION_TIMEOUT = 316
    """The session at the service has timed out. Create the client again."""
    UNKNOWN_ENDPOINT = 317
    """The host has no such API path. Check the host, and for Client.request the path."""
    FILE_INCOMPLETE = 318
    """The service does not have all parts of the file yet. Try again later: the sender may still be uploading."""
    AUTH_FORBIDDEN = 319
    """This way of logging in or registering is not allowed. The organization decides; ask its administrator, or use
    another way.
    """
    SECOND_FACTOR_ENFORCED = 320
    """The organization enforces a second factor. Registration by PIN is not possible there; register by link."""
    PIN_RESENT = 321
    """The code was wrong or tried too often. The service has sent a new one: call again with that."""
    TOKEN_EXPIRED = 322
    """The token has expired. Start the registration or the login again."""
    INVALID_TOKEN = 323
    """The service does not know the token. Start the registration or the login again."""
    PASSWORD_TOO_WEAK = 324
    """The password is too weak. Error.server_message has the service's rules."""
    USER_ALREADY_EXISTS = 325
    """The user exists already. Log in instead of registering."""
    USER_NOT_FOUND = 326
    """The service knows no such user. Check the e-mail address, or register."""
    UNREACHABLE = 400
    """The host cannot be reached. Check the network, the proxy and the host."""
    UNKNOWN_HOST = 401
    """The name of the host cannot be resolved. Check the spelling of the host and the name server."""
    TIMED_OUT = 402
    """Nothing moved for too long. Check the network, or set a longer retry_window_ms."""
    TLS_FAILED = 403
    """No trusted TLS connection to the host. Check the host; for a private certificate authority set ca_bundle to its
    certificate.
    """
    NO_TRUST_STORE = 404
    """This machine has no trusted certificates. Install them (package ca-certificates) or set ca_bundle."""
    BAD_ANSWER = 405
    """The response is not one of this service. A proxy or a login page may have sent it instead, or it lacks what the call
    needs.
    """
    HTTP_ERROR = 406
    """The host returned an HTTP error. See Error.http_status."""
    OUTCOME_UNKNOWN = 407
    """The response was lost, and repeating is not safe. The service may have acted, also after a gateway's 503 or 429:
    look at the package before you call again.
    """
    STORAGE_REFUSED = 408
    """The storage refused a part on every route. The cause is the upload URL or the network in between: try again later.
    """
    DECRYPT_FAILED = 500
    """The data cannot be decrypted. The keycode is wrong, or the data was damaged or changed; the library cannot know
    which.
    """
    UNSUPPORTED_FORMAT = 501
    """Encrypted in a format that the library does not read. The sender used an unusual program."""
    PART_TOO_LARGE = 502
    """A part is larger than max_part_bytes. Raise max_part_bytes if the sender is trusted."""
    SIZE_MISMATCH = 503
    """The file does not have the expected size. Its own parts, or the program that uploads it, gave another size; with
    strict_size also its sender.
    """
    WRONG_KEYCODE = 504
    """The keycode is not that of this package. Open the package with the keycode of its secure link."""
    WRONG_PART = 505
    """A part of the file is not the requested one. Parts were swapped, repeated or taken from another file; the sender has
    to send the file again.
    """
    KEYCODE_NOT_PROVED = 506
    """The keycode is not proved, so it is not passed on. The library did not read all that might prove it. Download a file
    or read the message through the same package, then call again, or ask the owner.
    """
    FILE_NOT_FOUND = 600
    """No such file. The message names the path."""
    ACCESS_DENIED = 601
    """The operating system denies access to the file. The message names the path."""
    NOT_A_FILE = 602
    """Not a regular file. Directories and devices are neither uploaded nor replaced. A symbolic link at the target is
    replaced. For a pipe use Package.upload_file and Package.download_file.
    """
    FILE_CHANGED = 603
    """The file changed while it was uploaded. Upload it again when nothing writes to it, or see allow_growth in the upload
    options. The library has deleted what it sent.
    """
    FILE_EXISTS = 604
    """The target exists already. Choose another directory, or set existing in the options."""
    DISK_FULL = 605
    """No room on the disk. Make room and call again. The target of a download was left as it was; the download of a large
    file reserves the declared size, so that this is found before anything is fetched, where the file system can do
    that. An upload of unknown size needs room for temporary files.
    """
    DIRECTORY_NOT_FOUND = 606
    """No such directory. Check the path; create the directory first if files are downloaded into it."""
    READ_FAILED = 607
    """Reading the source failed. Also: a read callback or stream of the program reported a failure."""
    WRITE_FAILED = 608
    """Writing the target failed. Also: a write callback or stream of the program refused the bytes."""
    OUT_OF_MEMORY = 609
    """There is no memory for a part or a response. Set smaller parts and a smaller memory_budget. The target was left as
    it was.
    """
    SYSTEM_LIMIT = 610
    """The process has no descriptor or thread left. Close files or connections of the program, raise its limits (ulimit -n
    and -u), or set fewer parts_in_flight. A transfer that has connections already goes on with fewer.
    """
    SYNC_RUNNING = 611
    """Another program syncs the same local directory. Call again when it has ended."""
    MANY_DELETIONS = 612
    """A sync would delete more than half of the files of a side. It has changed nothing. Check that both directories are
    the right ones and complete, and set force if they are.
    """
    STOPPED = 700
    """Stopped by the program. The call undid what it could: a stopped upload deletes its file, a stopped download leaves
    no file.
    """
    DEADLINE_EXCEEDED = 701
    """The call took longer than its deadline allows. It ended as if the program had stopped it: it undid what it could,
    but the service may have acted. Look at what it has done before you call again, or set a longer deadline_ms.
    """
    INTERNAL = 900
    """An error of the library itself. Please report it with the message. Everything remains usable."""


class Phase(OpenEnum):
    """What a call does at the moment. A later version may add phases."""

    CONNECTING = 1
    """Resolving and connecting to the host, or exchanging something short with it."""
    PREPARING = 2
    """Preparing: opening files, creating a file on the service, fetching URLs."""
    TRANSFERRING = 3
    """Encrypting and sending, or receiving and decrypting."""
    WAITING = 4
    """Waiting before a failed request is repeated."""
    COMPLETING = 5
    """Completing the file, all of whose bytes are stored."""
    FINALIZING = 6
    """Finalizing the package."""


class Existing(OpenEnum):
    """What a download, or the upload of a tree, does with a target that exists already."""

    REFUSE = 0
    """Keep it and fail with Status.FILE_EXISTS."""
    OVERWRITE = 1
    """Replace it, once everything has arrived and is verified. Only a regular file or a symbolic link is replaced."""
    SKIP = 2
    """Keep it and go on: a download reports it as skipped, a tree with Action.SKIPPED."""


class Compare(OpenEnum):
    """How a file that exists at the target is found to be the same as the source, when the target is skipped or replaced.
    """

    SIZE = 0
    """It has the same size. Without network, and blind to an edit that keeps the size."""
    TIME = 1
    """It has the same size, and the source is not newer. Of a local file the time of its last modification counts, of a
    file on the service that of its upload, in whole seconds and by the clock of each. Downloaded files get the time of
    their upload.
    """
    CONTENT = 2
    """It has the same content. The library downloads the file on the service, decrypts and verifies it, and keeps nothing
    of it but a digest in memory, so that the same client need not download it for this again.
    """


class Action(OpenEnum):
    """What a call did with a file of a tree. A later version may add actions."""

    NONE = 0
    """Nothing: see the item's status."""
    UPLOADED = 1
    """The call uploaded it."""
    DOWNLOADED = 2
    """The call downloaded it."""
    SKIPPED = 3
    """The call kept what was there already: complete, and of the declared size if that is known, or of the same content.
    """
    IGNORED = 4
    """The call did not send it, which is no failure: it is a symbolic link, a pipe or the like, or the temporary file of a
    download. A sync also leaves a file alone that another program is writing, and a download one that is not complete
    beside a complete one of the same name.
    """
    DELETED_HERE = 5
    """A sync deleted it on this machine, because it was deleted in the Workspace."""
    DELETED_THERE = 6
    """A sync deleted it in the Workspace, because it was deleted on this machine."""
    KEPT_BOTH = 7
    """It had changed on both sides. A sync kept both contents: the newer one under the name, the other one under the
    marked name that local_path ends with.
    """
    COMPARED = 8
    """After a dry run of a sync: both sides have a file of this size, and no sync has seen them equal. The sync would
    download it to compare the contents, and keep both if they differ.
    """


class Reason(OpenEnum):
    """Why a call transferred a file of a tree, or how a target differs that it kept. A later version may add reasons.
    """

    NONE = 0
    """For none: the target is the same, or the call did not come to compare them."""
    NEW = 1
    """There was no such file."""
    SIZE = 2
    """The sizes differ."""
    TIME = 3
    """The source is newer."""
    CONTENT = 4
    """The content differs."""
    INCOMPLETE = 5
    """The file on the service is not complete."""
    OVERWRITE = 6
    """The options ask for all files."""


class PackageState(OpenEnum):
    """The state of a package, as the service reports it."""

    UNKNOWN = -100
    """Not reported, or none of these."""
    DELETED_PARTIALLY_COMPLETE = -4
    """Deleted; some recipients had it."""
    DELETED_INCOMPLETE = -3
    """Deleted; nobody had it."""
    TEMP = -2
    """Created and not finalized."""
    DELETED_COMPLETE = -1
    """Deleted; every recipient had it."""
    IN_PROGRESS = 0
    """Created and not finalized."""
    EXPIRED_INCOMPLETE = 1
    """Expired; nobody had it."""
    EXPIRED_COMPLETE = 2
    """Expired; every recipient had it."""
    ACTIVE_COMPLETE = 3
    """Finalized; every recipient had it."""
    ACTIVE_INCOMPLETE = 4
    """Finalized; nobody had it yet."""
    ACTIVE_PARTIALLY_COMPLETE = 5
    """Finalized; some recipients had it."""
    EXPIRED_PARTIALLY_COMPLETE = 6
    """Expired; some recipients had it."""


class PackageStatus(OpenEnum):
    """The states of a package in three classes."""

    ANY = 0
    """Any, or not reported."""
    ACTIVE = 1
    """It can be opened, or is not finalized yet."""
    EXPIRED = 2
    """It has expired."""
    ARCHIVED = 3
    """It was deleted."""


class Direction(OpenEnum):
    """Which side of a sync follows the other."""

    BOTH = 0
    """Each follows the other."""
    UP = 1
    """The Workspace follows the local directory, which stays as it is."""
    DOWN = 2
    """The local directory follows the Workspace, which stays as it is."""


class PackageList(OpenEnum):
    """Which packages Client.list_packages lists."""

    SENT = 0
    """Those that the user has sent."""
    RECEIVED = 1
    """Those that the user has received."""
    ARCHIVED = 2
    """Those of the user that have expired or were deleted."""
    WORKSPACES = 3
    """The user's Workspaces."""
