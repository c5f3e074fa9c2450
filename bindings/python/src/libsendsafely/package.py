"""A package: files and a message for recipients, behind one secure link."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, Protocol, Tuple, Union

from . import _native as native
from ._calls import call
from ._handles import Handle
from ._later import records
from ._values import binary, identify, identify_or_none, json_text, path, path_or_none, texts, wrong
from .enums import Compare, Existing
from .errors import Error, Stopped, note

# The types of arguments. Whoever evaluates them at run time needs `records`, which every module with these types has.
Path = Union[str, os.PathLike[str]]
Buffer = Union[bytes, bytearray, memoryview]
Report = Tuple["records.ReportItem", ...]  # typing's, since CPython 3.9 and 3.10 evaluate no text in tuple[...].
ProgressCallback = Optional[Callable[["records.Progress"], Any]]
InDirectory = Union[str, "records.Directory", "records.Subdirectory", None]
Group = Union[str, "records.ContactGroup"]


class Readable(Protocol):
    """A binary file object to upload from."""

    def read(self, size: int, /) -> Optional[bytes]: ...


class Writable(Protocol):
    """A binary file object to download to."""

    def write(self, data: bytes, /) -> Any: ...


def size_of(stream: Any) -> int:
    """The number of bytes left in a stream; SIZE_UNKNOWN if it cannot seek, or says that none are left and has content
    all the same, as files of /proc do."""
    try:
        here = stream.tell()
        # The result of seek() is of no use: mmap and older spooled files return None.
        stream.seek(0, os.SEEK_END)
        end = stream.tell()
        stream.seek(here)
        left = max(int(end) - int(here), 0)
        if left == 0:
            is_empty = stream.read(1) == b""
            stream.seek(here)
            return 0 if is_empty else native.SIZE_UNKNOWN
        return left
    except (AttributeError, OSError, ValueError):
        return native.SIZE_UNKNOWN


class Package(Handle):
    """A package on the service, created or opened by a Client. Any number of threads may use it at once. Closing it, or
    leaving its `with` block, does not change the package on the service; delete() deletes it there.

    An exception that leaves the `with` block of a created package gets a note with the package's id. If the program has
    not read `keycode`, nobody could open the package any more: it is deleted on the service as by delete_unfinished(),
    within 5 seconds, or 3 after Ctrl-C, which a second Ctrl-C ends. A Workspace is never deleted so.

    Methods take files, recipients, directories and contact groups as ids or as the records that have the ids.

    `progress` is called with the Progress of the call, on the thread that made the call, 4 to 10 times a second and
    when the phase changes. If it returns False, the call stops and raises Stopped; if it raises an exception, the call
    stops and raises that exception. Calls on the same package from inside the callback raise Status.BUSY.
    """

    # Sending is protocol 4, receiving 5, recipients 6.4, contact groups 6.5, files 6.7.

    _free = "sendsafely_package_free"
    _id: Optional[str] = None
    # When an exception leaves the `with` block: "note" its id, or "delete" it, since nobody else has the keycode.
    _on_failure = ""

    def __repr__(self) -> str:
        words = (type(self).__name__, self._id if self.closed else self.id, "closed" if self.closed else None)
        return f"<{' '.join(word for word in words if word)}>"

    def __exit__(self, *raised: Any) -> None:
        error = raised[1] if len(raised) > 1 else None
        try:
            # A forked child may leave the block too, where no call succeeds.
            if not self.closed and self.id and isinstance(error, BaseException) and self._on_failure:
                self._fail(error)
        except Error:
            pass
        finally:
            self.close()

    def _fail(self, error: BaseException) -> None:
        """Deletes the package if it is lost otherwise, and notes in the exception what became of it."""
        became = f"the package {self.id} stays on the service"
        if self._on_failure == "delete" and not isinstance(error, GeneratorExit):
            end = time.monotonic() + (3 if isinstance(error, KeyboardInterrupt) else 5)
            unknown = f"the package {self.id} may still be on the service: its deletion was not confirmed in time"
            try:
                call("sendsafely_package_delete_unfinished", self, progress=lambda _: time.monotonic() < end)
                became = f"the unfinished package {self.id} was deleted"
            except Stopped:
                became = unknown
            except Error as failure:
                became += f": {failure.message}"
            except BaseException as impatience:  # A second Ctrl-C.
                note(impatience, unknown)
                raise
        note(error, became)

    @property
    def id(self) -> str:
        """The package id, such as "GVG2-MNZT". After the `with` block it stays readable. No network."""
        if self._id is None:
            self._id = call("sendsafely_package_id", self)
        return self._id

    @property
    def code(self) -> str:
        """The package code, which identifies the package in its secure link. No network."""
        return call("sendsafely_package_code", self)

    @property
    def keycode(self) -> str:
        """The keycode, the secret that decrypts the package. Keep it with the id for Client.open_package. No network.

        Status.KEYCODE_UNKNOWN: the package was opened with a link without a keycode.
        """
        keycode: str = call("sendsafely_package_keycode", self)
        self._on_failure = self._on_failure and "note"
        return keycode

    @property
    def link(self) -> str:
        """The secure link, including the keycode: anyone who has it can open the package. No network.

        Status.NOT_FINALIZED: call finalize first; a Workspace needs no finalize. Status.KEYCODE_UNKNOWN: the package
        was opened with a link without a keycode.
        """
        return call("sendsafely_package_link", self)

    @property
    def running_uploads(self) -> int:
        """The number of uploads into the package that are running now, on all threads. finalize needs 0. No network."""
        return call("sendsafely_package_running_uploads", self)

    def get_information(self) -> records.PackageInformation:
        """Returns the current recipients, files and state of the package, from the service. At any step."""
        return call("sendsafely_package_get_information", self)

    # --- Recipients

    def add_recipient(
        self, email: str, *, phone_number: Optional[str] = None, country_code: Optional[str] = None,
        auto_enable_sms: bool = False,
    ) -> records.Recipient:
        """Adds a recipient. A package has at most 99.

        With a phone number the recipient has to enter a code, sent by SMS, to open the package. phone_number is
        international, such as "+82 2 312 3456", or national, such as "(415) 555-0100" with country_code, by default
        "US". auto_enable_sms: the service uses the phone number that it knows for this recipient.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: the address is on the
        package already. Status.MALFORMED_PHONE_NUMBER: correct the number. Status.TOO_MANY_RECIPIENTS: use a second
        package. Status.WRONG_KEYCODE, Status.KEYCODE_NOT_PROVED, in a Workspace or a finalized package: as for
        upload_keycodes; nobody was added.
        """
        return call("sendsafely_package_add_recipient", self, email, phone_number=phone_number,
                    country_code=country_code, auto_enable_sms=auto_enable_sms)

    def add_recipients(
        self, emails: Iterable[str], *, auto_enable_sms: bool = False,
    ) -> tuple[records.RecipientResult, ...]:
        """Adds several recipients with one request. Returns one result for each address, in the same order: the result
        has either a recipient or the reason why the service refused the address.

        An address that is in the list twice has Status.DUPLICATE_EMAIL the second time. Status.MALFORMED_EMAIL,
        Status.TOO_MANY_RECIPIENTS: correct the list; no recipient was added. Status.WRONG_KEYCODE,
        Status.KEYCODE_NOT_PROVED, in a Workspace or a finalized package: as for upload_keycodes; nobody was added.
        """
        return call("sendsafely_package_add_recipients", self, texts(emails, "emails"), auto_enable_sms=auto_enable_sms)

    def get_recipient(self, recipient: Union[str, records.Recipient]) -> records.Recipient:
        """Returns the current data of a recipient, from the service. Status.RECIPIENT_NOT_ON_PACKAGE: unknown id."""
        return call("sendsafely_package_get_recipient", self, identify(recipient, "recipient_id"))

    def set_recipient_phone(
        self, recipient: Union[str, records.Recipient], phone_number: str, *, country_code: Optional[str] = None,
    ) -> None:
        """Sets the phone number of a recipient of the package, who then has to enter a code, sent by SMS.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the recipient first. Status.MALFORMED_PHONE_NUMBER, Status.INVALID_INPUT:
        correct the number or the country code.
        """
        call("sendsafely_package_set_recipient_phone", self, identify(recipient, "recipient_id"), phone_number,
             country_code)

    def remove_recipient(self, recipient: Union[str, records.Recipient]) -> None:
        """Removes a recipient. Before or after finalize.

        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id. Status.INVALID_RECIPIENT: another program removed the recipient at
        the same time.
        """
        call("sendsafely_package_remove_recipient", self, identify(recipient, "recipient_id"))

    def remove_all_recipients(self) -> None:
        """Removes all recipients except the owner. Contact groups stay. Before or after finalize."""
        call("sendsafely_package_remove_all_recipients", self)

    def add_contact_group(self, contact_group: Group) -> None:
        """Adds a contact group: all its members can open the package. A group counts as one recipient. Before or after
        finalize.

        Status.REFUSED: the group does not exist, or belongs to another user. Status.WRONG_KEYCODE,
        Status.KEYCODE_NOT_PROVED, in a Workspace or a finalized package: as for upload_keycodes; nobody was added.
        """
        call("sendsafely_package_add_contact_group", self, identify(contact_group, "contact_group_id"))

    def remove_contact_group(self, contact_group: Group) -> None:
        """Removes a contact group from the package. Before or after finalize. Status.REFUSED: it is not on the
        package."""
        call("sendsafely_package_remove_contact_group", self, identify(contact_group, "contact_group_id"))

    def get_permissions(self) -> str:
        """Returns the permissions of the package as the service sends them: the text of a JSON array. The service does
        not document its members."""
        return call("sendsafely_package_get_permissions", self)

    # --- Files

    def upload_file(
        self, source: Union[Path, Readable], *, file_name: Optional[str] = None, directory: InDirectory = None,
        replace_characters: bool = False, allow_growth: bool = False, resume_file: Optional[Path] = None,
        progress: ProgressCallback = None,
    ) -> records.File:
        """Encrypts a file on this machine and uploads it in parts. source is a path, or a binary file object, which is
        read to its end. file_name is the name that recipients see, by default the name of the path. directory is a
        directory of a Workspace. A file object that cannot seek, and a file such as those below /proc, which does not
        say its size, is first encrypted, into a temporary file above 50 kB, since the size has to be known.

        replace_characters replaces characters that a name may not have, such as a colon, by _ instead of failing with
        Status.MALFORMED_FILE_NAME. allow_growth sends a file to which another program appends meanwhile as long as it
        is at the start, instead of failing with Status.FILE_CHANGED; then nothing notices if what was there is
        overwritten. It has no effect on a file object.

        resume_file is the path of a file in which the upload of a path notes what it has sent. If the upload fails, is
        stopped or is killed, what it sent stays in the package, and the same call goes on from there, in another
        process too: parts that are stored are only read and compared. If size or time of the source have changed since,
        the upload begins anew. The file is private and small, and has neither content nor keys nor names. It is created
        if it is missing, and removed when nothing is left to go on with.
        Status.BUSY: another transfer uses it. Status.INVALID_ARGUMENT: it is no such file, and was not changed.

        Before finalize, or in a Workspace. Several uploads may run at once, on several threads. An upload that fails or
        is stopped deletes what it sent, unless it has a resume_file.

        Status.FILE_NOT_FOUND, Status.NOT_A_FILE, Status.ACCESS_DENIED: correct the path. Status.FILE_CHANGED: another
        program wrote to the file during the upload. Status.FILE_TOO_LARGE: more than 107,374,182,400 bytes.
        Status.TOO_MANY_FILES: the service could not list one file more in this package or directory.
        Status.SIZE_MISMATCH: a file object ended before its size. An exception that the file object raises is raised
        unchanged.
        """
        directory_id = identify_or_none(directory, "directory_id")
        if isinstance(source, (str, os.PathLike)) or not hasattr(source, "read"):
            return call("sendsafely_package_upload_file", self, path(source, "source"), progress=progress,
                        file_name=file_name, directory_id=directory_id, replace_characters=replace_characters,
                        allow_growth=allow_growth, resume_file=path_or_none(resume_file, "resume_file"))
        binary(source, "source")
        if file_name is None:
            name = getattr(source, "name", None)
            if not isinstance(name, str):
                raise TypeError("file_name is missing; the file object has no name")
            file_name = os.path.basename(name)
        return call("sendsafely_package_upload_callback", self, file_name, size_of(source), progress=progress,
                    stream=source, directory_id=directory_id, replace_characters=replace_characters,
                    resume_file=path_or_none(resume_file, "resume_file"))

    def upload_memory(
        self, data: Buffer, file_name: str, *, directory: InDirectory = None, replace_characters: bool = False,
        progress: ProgressCallback = None,
    ) -> records.File:
        """Uploads a bytes-like object under a name. Do not change the object during the call. Otherwise like
        upload_file."""
        return call("sendsafely_package_upload_memory", self, file_name, data, progress=progress,
                    directory_id=identify_or_none(directory, "directory_id"), replace_characters=replace_characters)

    def upload_all(
        self, source: Path, *, into: InDirectory = None, existing: Existing = Existing.SKIP,
        replace_characters: bool = False, allow_growth: bool = False, compare: Compare = Compare.SIZE,
        resume_file: Optional[Path] = None, progress: ProgressCallback = None,
    ) -> Report:
        """Uploads all files of a local directory, several at once. Into a Workspace it uploads subdirectories too. into
        is a directory of the Workspace. Symbolic links are not followed. A file that is there under a name which a
        download made safe, or which differs in Unicode's form (NFC, NFD), is the same; so is one whose name differs in
        case if the local file system takes both for one.

        existing: for a file that the package has already, Existing.SKIP skips it if it is complete and the same,
        Existing.OVERWRITE uploads a new version, and Existing.REFUSE raises Status.FILE_EXISTS before it uploads
        anything.

        compare: a file is the same if it has the same size; with Compare.TIME if it was not modified after the upload
        either; with Compare.CONTENT if its content, downloaded and not kept, is the same. With the last two,
        Existing.OVERWRITE does not upload what is the same. The `reason` of each item is why it was uploaded.

        replace_characters, allow_growth and resume_file are those of upload_file; one resume_file, outside of the
        directory, serves all its files: the same call does not upload again what it has completed before, whatever
        existing is, unless the local file has changed since. If replacement would give two names in a directory the same form, the second
        one gets a number.

        Returns one item for each file. If a file fails, the items are in the `report` of the Error; call again to
        upload the rest. Status.DIRECTORY_NOT_FOUND: source does not exist. Status.ONLY_IN_WORKSPACE: source has
        subdirectories, and the package is not a Workspace. Status.REFUSED: the directory `into` does not exist.
        Otherwise like upload_file.
        """
        return call("sendsafely_package_upload_all", self, path(source, "source"), progress=progress, existing=existing,
                    directory_id=identify_or_none(into, "directory_id", "into"), replace_characters=replace_characters,
                    allow_growth=allow_growth, compare=compare, resume_file=path_or_none(resume_file, "resume_file"))

    def get_file_information(
        self, file: Union[str, records.File], *, directory: InDirectory = None,
    ) -> records.FileInformation:
        """Returns the current data of a file and of its earlier versions, from the service. directory is the directory
        of the Workspace that contains the file.

        Status.FILE_NOT_ON_PACKAGE: the file is not there. Status.ONLY_IN_WORKSPACE: the package has no directories;
        leave directory out.
        """
        return call("sendsafely_package_get_file_information", self, identify(file, "file_id"),
                    identify_or_none(directory, "directory_id"))

    def rename_file(self, file: Union[str, records.File], new_name: str) -> None:
        """Renames a file.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.FILE_NOT_ON_PACKAGE, in a
        Workspace Status.REFUSED: the file does not exist. Status.DENIED: the account may only read.
        """
        call("sendsafely_package_rename_file", self, identify(file, "file_id"), new_name)

    def delete_file(self, file: Union[str, records.File], *, directory: InDirectory = None) -> None:
        """Deletes a file with all its versions, or one earlier version by that version's id. directory is the directory
        of the Workspace that contains the file. Status.FILE_NOT_ON_PACKAGE: the file is not there.
        Status.ONLY_IN_WORKSPACE: the package has no directories; leave directory out."""
        call("sendsafely_package_delete_file", self, identify(file, "file_id"),
             identify_or_none(directory, "directory_id"))

    def copy_file(
        self, file: Union[str, records.File], target: Package, *, target_directory: InDirectory = None,
    ) -> Optional[str]:
        """Copies a file into a Workspace of the same portal; the service copies the bytes. target may be the Workspace
        that the file is in. Returns the id of the copy, or None if the service does not send it.

        Both packages must be open with their keycodes. Status.ONLY_IN_WORKSPACE: target is not a Workspace.
        Status.FILE_NOT_ON_PACKAGE: the file does not exist. Status.WRONG_KEYCODE: a package was opened with the keycode
        of another one. Status.INVALID_ARGUMENT: the packages are on different portals. Status.OUTCOME_UNKNOWN: look
        whether the directory has the copy before you call again.
        """
        if not isinstance(target, Package):
            raise wrong(target, "target", "a Package")
        return call("sendsafely_package_copy_file", self, identify(file, "file_id"), target,
                    identify_or_none(target_directory, "directory_id", "target_directory"))

    # --- Receiving

    def download_file(
        self, file: Union[str, records.File], target: Union[Path, Writable], *, directory: InDirectory = None,
        password: Optional[str] = None, existing: Existing = Existing.REFUSE, sync: bool = False,
        strict_size: bool = False, compare: Compare = Compare.SIZE, resume_file: Optional[Path] = None,
        progress: ProgressCallback = None,
    ) -> records.Download:
        """Downloads, decrypts and verifies a file. target is a path, an existing directory, or a binary file object. In
        a directory the file gets the sender's name, with unsafe characters replaced.

        A path exists only after all bytes are written and verified. A file object gets verified bytes part by part;
        they are complete only when the call returns. sync returns only when the disk has the file: without it, a power
        failure soon after the call may leave the file missing, empty or cut short. existing, compare and sync have no
        effect on a file object. A new file gets the default mode of new files, a replaced file keeps
        its mode. A symbolic link at target is replaced, never followed.

        Existing.SKIP keeps whatever is there. With Compare.TIME or Compare.CONTENT it does so only if that is the same,
        as for download_all, and raises Status.FILE_EXISTS otherwise; Existing.OVERWRITE then replaces only what
        differs.

        Senders often declare a wrong size. A file with another size is kept, and the result has both sizes; with
        strict_size the call raises Status.SIZE_MISMATCH and keeps nothing.

        resume_file is the path of a file in which the download to a path notes what it has written. If the download
        fails, is stopped or is killed, its temporary file stays beside the target, and the same call goes on from
        there, in another process too: what is there is read and compared, not downloaded again. The resume file is
        private and small, and has neither content nor keys nor names. It is created if it is missing, and removed when
        nothing is left to go on with. Status.BUSY: another transfer uses it. Status.INVALID_ARGUMENT: it is no such
        file, and was not changed; or target is a file object.

        Status.FILE_NOT_ON_PACKAGE: the file does not exist. PasswordRequired: pass the package's password.
        Status.FILE_EXISTS: see existing. Status.NOT_A_FILE: target is a directory, device, pipe or socket, which is
        never replaced. Status.DECRYPT_FAILED: the keycode is wrong, or the data is damaged. Status.WRONG_PART: the
        storage returned another part or file. Status.FILE_INCOMPLETE: the sender is still uploading. An exception that
        the file object raises is raised unchanged.
        """
        given: dict[str, Any] = {"directory_id": identify_or_none(directory, "directory_id"), "password": password,
                                 "strict_size": strict_size, "resume_file": path_or_none(resume_file, "resume_file")}
        if not isinstance(target, (str, os.PathLike)) and hasattr(target, "write"):
            binary(target, "target")
            return call("sendsafely_package_download_callback", self, identify(file, "file_id"), progress=progress,
                        stream=target, **given)
        return call("sendsafely_package_download_file", self, identify(file, "file_id"),
                    path(target, "target"), progress=progress, existing=existing, sync=sync, compare=compare, **given)

    def download_memory(
        self, file: Union[str, records.File], *, directory: InDirectory = None, password: Optional[str] = None,
        strict_size: bool = False, progress: ProgressCallback = None,
    ) -> bytes:
        """Downloads a file into memory. Errors are those of download_file. Status.SIZE_MISMATCH: also if the file is
        larger than its declared size by more than the client's max_part_bytes; download it to a path."""
        return call("sendsafely_package_download_memory", self, identify(file, "file_id"), progress=progress,
                    password=password, strict_size=strict_size,
                    directory_id=identify_or_none(directory, "directory_id"))

    def download_all(
        self, target: Path, *, from_directory: InDirectory = None, existing: Existing = Existing.REFUSE,
        password: Optional[str] = None, sync: bool = False, strict_size: bool = False,
        compare: Compare = Compare.SIZE, resume_file: Optional[Path] = None, progress: ProgressCallback = None,
    ) -> Report:
        """Downloads all files into an existing local directory: those of a package, or those of a Workspace with its
        directories, or only those in from_directory. Unsafe characters in the sender's names are replaced, and names
        that would be the same are numbered. Files are recognized under other names as by upload_all.

        existing: Existing.REFUSE raises Status.FILE_EXISTS before it downloads anything. Existing.SKIP skips a file
        that is the same, and raises Status.FILE_EXISTS for any other.

        compare: a file is the same if it has the declared size; with Compare.TIME if it is not older than the upload
        either, and files get the time of their upload; with Compare.CONTENT if its content is the same. With the last
        two, Existing.OVERWRITE replaces only what differs, and the content decides before Existing.SKIP raises because
        of the time or, without strict_size, the size, which senders often declare wrongly. The `reason` of each item is
        why it was downloaded, or how the file differs that was kept.

        Returns one item for each file. If a file fails, the items are in the `report` of the Error; call again with
        Existing.SKIP to download the rest. With the resume_file of the first call, the same call downloads the rest, and
        goes on within the files too.
        Status.DIRECTORY_NOT_FOUND: create target first. Otherwise like
        download_file.
        """
        return call("sendsafely_package_download_all", self, path(target, "target"), progress=progress,
                    existing=existing, sync=sync, strict_size=strict_size, password=password, compare=compare,
                    resume_file=path_or_none(resume_file, "resume_file"),
                    directory_id=identify_or_none(from_directory, "directory_id", "from_directory"))

    # --- Message, settings, the last step

    def set_message(self, text: str) -> None:
        """Sets the message, encrypted like the files. A later message replaces it. Before finalize."""
        call("sendsafely_package_set_message", self, text)

    def get_message(self) -> Optional[str]:
        """Returns the decrypted message, or None if there is none.

        Status.KEYCODE_UNKNOWN: open the package with its keycode. Status.DECRYPT_FAILED: the keycode is wrong, or the
        message is damaged.
        """
        return call("sendsafely_package_get_message", self)

    def set_life(self, days: int) -> None:
        """Sets the number of days until the package expires: 1 to 365, or 0 for never, if the organization allows it.
        Before or after finalize.

        Status.LIFE_OUT_OF_RANGE: choose a number within the range. Status.DENIED, Status.REFUSED: the organization
        allows only a smaller range.
        """
        call("sendsafely_package_set_life", self, days)

    def set_label(self, label: str) -> None:
        """Sets the label of a package, which is the name of a Workspace. Before or after finalize. Status.DENIED: the
        package belongs to another account."""
        call("sendsafely_package_set_label", self, label)

    def update(self, json_object: Union[str, Mapping[str, Any]]) -> None:
        """Changes members of the package that no other method sets. json_object, a dictionary or the text of a JSON
        object, is sent to the service unchanged. Before or after finalize.

        Status.INVALID_ARGUMENT: not a JSON object. Status.LIFE_OUT_OF_RANGE: "life" is not within 0 to 365.
        Status.DENIED, Status.INVALID_INPUT: the service refuses the change.
        """
        call("sendsafely_package_update", self, json_text(json_object, "json_object"))

    def finalize(
        self, *, undisclosed_recipients: bool = False, password: Optional[str] = None, allow_reply_all: bool = False,
        notify_recipients: bool = False, read_only_pdf: bool = False, unconfirmed_sender: Optional[str] = None,
        confirmed_sender_token: Optional[str] = None, progress: ProgressCallback = None,
    ) -> records.Finalized:
        """Finalizes the package, the last step of sending. Recipients can open it with the `link` of the result.

        undisclosed_recipients: the package needs no recipients; anyone with the link can open it, and a password may
        protect it. notify_recipients: the service e-mails the recipients, without the keycode. read_only_pdf:
        recipients can view PDF files, but not download them. unconfirmed_sender and confirmed_sender_token are for a
        Dropzone.

        Status.NO_RECIPIENT, Status.NO_FILE, Status.UPLOAD_RUNNING, Status.UPLOAD_INCOMPLETE: add what is missing.
        Status.PACKAGE_NOT_FINALIZABLE: create a new package. Status.APPROVER_REQUIRED: add an approver as a recipient.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never finalized; send its link. Status.WRONG_KEYCODE,
        Status.KEYCODE_NOT_PROVED: as for upload_keycodes. A package that waits for approval is finalized too: see
        needs_approval of the result.
        """
        return call(
            "sendsafely_package_finalize", self, progress=progress, undisclosed_recipients=undisclosed_recipients,
            password=password, allow_reply_all=allow_reply_all, notify_recipients=notify_recipients,
            read_only_pdf=read_only_pdf, unconfirmed_sender=unconfirmed_sender,
            confirmed_sender_token=confirmed_sender_token)

    def notify(self) -> None:
        """Asks the service to e-mail the whole secure link to the recipients. FOR THAT THE SERVICE GETS THE KEYCODE IN
        PLAIN TEXT and could decrypt the files; no other method sends it. After finalize, or in a Workspace.

        Status.NOT_FINALIZED: finalize first. Status.KEYCODE_UNKNOWN, Status.WRONG_KEYCODE, Status.KEYCODE_NOT_PROVED:
        as for upload_keycodes. Status.OUTCOME_UNKNOWN: ask a recipient before you call again.
        """
        call("sendsafely_package_notify", self)

    def submit_hosted_dropzone(self, name: str, email: str) -> None:
        """Passes a finalized package of a hosted Dropzone to the owner's connectors. EACH CONNECTOR GETS THE SECURE
        LINK WITH THE KEYCODE. name is a label for the owner, email is the sender's address. After finalize, with a
        client that Client.for_dropzone made.

        Status.INVALID_ARGUMENT: the client is another one. Status.NOT_FINALIZED: finalize first. Status.REFUSED: the
        Dropzone or a connector refused the package. Status.OUTCOME_UNKNOWN: ask the owner before you call again.
        """
        call("sendsafely_package_submit_hosted_dropzone", self, name, email)

    def delete(self) -> None:
        """Deletes the package and its files on the service, permanently. Later calls raise Status.PACKAGE_DELETED. At
        any step.

        Status.UNKNOWN_PACKAGE: it does not exist any more, or belongs to another account. Status.OUTCOME_UNKNOWN: it
        does not exist any more, and a response was lost, so this call may have deleted it. Status.DENIED: it belongs to
        another account.
        """
        call("sendsafely_package_delete", self)
        self._on_failure = ""

    def delete_unfinished(self) -> None:
        """Deletes a package that was not finished, to clean up after a failure. A package that recipients may have got
        is not deleted. If the service does not delete it as unfinished, it is deleted only if the service also refused
        to finalize it.

        Status.ALREADY_FINALIZED: it is finalized, or another call is finalizing it. Status.OUTCOME_UNKNOWN: a call of
        finalize was interrupted, or its response was lost; call finalize again to get the link.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished.
        """
        self._on_failure = self._on_failure and "note"  # The program itself cleans up.
        call("sendsafely_package_delete_unfinished", self)
        self._on_failure = ""

    # --- Keycodes of trusted devices

    def get_public_keys(
        self, recipient: Optional[Union[str, records.Recipient]] = None,
    ) -> tuple[records.PublicKey, ...]:
        """Returns the public keys to which the keycode has to be encrypted: those of all readers, or of one recipient.
        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id."""
        return call("sendsafely_package_get_public_keys", self, identify_or_none(recipient, "recipient_id"))

    def upload_keycodes(self, recipient: Optional[Union[str, records.Recipient]] = None) -> None:
        """Encrypts the keycode to the public keys of all readers, or of one recipient, and uploads the result. finalize
        does this too; call it for devices that were registered later. A key that cannot encrypt, or that the service
        refuses, is skipped with a line in the log. If the service refuses every key, the first refusal is raised, and
        so is one of the caller or the package, such as Status.SESSION_TIMEOUT.

        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id. Status.KEYCODE_UNKNOWN, Status.WRONG_KEYCODE: open the package with
        its keycode. Status.KEYCODE_NOT_PROVED: download a file or read the message with this object, then call again.
        """
        call("sendsafely_package_upload_keycodes", self, identify_or_none(recipient, "recipient_id"))
