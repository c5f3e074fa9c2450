"""A package: files and a message for recipients, behind one secure link."""

import os
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Optional, Protocol, Tuple, Union

from . import _native as native
from ._calls import call
from ._handles import Handle
from ._values import identify, json_text, texts
from .enums import Existing

if TYPE_CHECKING:
    from .records import (
        ContactGroup, Directory, Download, File, FileInformation, Finalized, PackageInformation, Progress, PublicKey, Recipient,
        RecipientResult, ReportItem, Subdirectory)

    class Readable(Protocol):
        """A binary file object to upload."""

        def read(self, size: int, /) -> Optional[bytes]: ...

    class Writable(Protocol):
        """A binary file object to download to."""

        def write(self, data: bytes, /) -> Any: ...

    Path = Union[str, os.PathLike[str]]
    Buffer = Union[bytes, bytearray, memoryview]
    Report = Tuple[ReportItem, ...]
    Tell = Optional[Callable[[Progress], Any]]
    InDirectory = Union[str, Directory, Subdirectory, None]


def size_of(stream: Any) -> int:
    """The bytes that are left in a stream, if it tells."""
    try:
        here = stream.tell()
        # What seek() answers is not to be relied on: mmap and older spooled files answer nothing.
        stream.seek(0, os.SEEK_END)
        end = stream.tell()
        stream.seek(here)
        return max(int(end) - int(here), 0)
    except (AttributeError, OSError, ValueError):
        return native.SIZE_UNKNOWN


class Package(Handle):
    """A package on the service, made or opened by a Client. Any number of threads may use it at once. Closing it, or leaving
    its `with` block, leaves it on the service as it is; delete() deletes it.

    Files, recipients, directories and contact groups are given by their ids, or as the records in which these stand.
    `progress` is told the Progress of the call on the thread that made it, 4 to 10 times a second and at each change of
    phase; what it raises stops the call and is raised from it, and False stops it with Stopped. Inside a callback a call
    on the same package raises Status.BUSY.
    """

    _free = "sendsafely_package_free"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self.closed else self.id}>"

    @property
    def id(self) -> str:
        """The package id, such as "GVG2-MNZT". No network."""
        return call("sendsafely_package_id", self)

    @property
    def code(self) -> str:
        """The package code, the part of the secure link that finds the package. No network."""
        return call("sendsafely_package_code", self)

    @property
    def keycode(self) -> str:
        """The keycode, the secret that opens the package: keep it with the id for Client.open_package. No network.

        Status.KEYCODE_UNKNOWN: the package was opened with a link that has none.
        """
        return call("sendsafely_package_keycode", self)

    @property
    def link(self) -> str:
        """The secure link with the keycode in it: whoever has it opens the package. No network.

        Status.NOT_FINALIZED: finalize first, unless it is a Workspace. Status.KEYCODE_UNKNOWN: opened with a link that has
        none.
        SendSafely Client API: secure links (protocol 5.1).
        """
        return call("sendsafely_package_link", self)

    @property
    def running_uploads(self) -> int:
        """How many uploads into the package run at the moment, on any thread; finalize needs 0. No network."""
        return call("sendsafely_package_running_uploads", self)

    def get_information(self) -> "PackageInformation":
        """What the service knows of the package now: recipients, files, state. At any step.
        SendSafely Client API: package information (protocol 6.2.2)."""
        return call("sendsafely_package_get_information", self)

    # --- Recipients

    def add_recipient(
        self, email: str, *, phone_number: Optional[str] = None, country_code: Optional[str] = None, auto_enable_sms: bool = False,
    ) -> "Recipient":
        """Adds a recipient, of which a package has at most 99. With phone_number, such as "(415) 555-0100" in country_code, by
        default "US", or "+82 2 312 3456", the service sends a code by SMS before the recipient can open the package; with
        auto_enable_sms to the number that it knows.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is on the package
        already. Status.MALFORMED_PHONE_NUMBER: correct the number. Status.TOO_MANY_RECIPIENTS: use another package.
        SendSafely Client API: add recipient (protocol 6.4.1).
        """
        return call("sendsafely_package_add_recipient", self, email, phone_number=phone_number,
                          country_code=country_code, auto_enable_sms=auto_enable_sms)

    def add_recipients(self, emails: Iterable[str], *, auto_enable_sms: bool = False) -> "Tuple[RecipientResult, ...]":
        """Adds several recipients with one request: what has become of each address, in their order. One is on the package if
        its result has a recipient.

        Status.MALFORMED_EMAIL, Status.TOO_MANY_RECIPIENTS: correct the list, of which nothing was sent.
        SendSafely Client API: add recipients (protocol 6.4.2).
        """
        return call("sendsafely_package_add_recipients", self, texts(emails, "emails"), auto_enable_sms=auto_enable_sms)

    def get_recipient(self, recipient: "Union[str, Recipient]") -> "Recipient":
        """What the service knows of a recipient now. Status.RECIPIENT_NOT_ON_PACKAGE: no such id.
        SendSafely Client API: get recipient (protocol 6.4.3)."""
        return call("sendsafely_package_get_recipient", self, identify(recipient, "recipient_id"))

    def set_recipient_phone(self, recipient: "Union[str, Recipient]", phone_number: str, *, country_code: Optional[str] = None) -> None:
        """Sets the phone number of a recipient, who then has to give a code sent by SMS. After the recipient was added.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the recipient first. Status.MALFORMED_PHONE_NUMBER, Status.INVALID_INPUT:
        correct the number or its country.
        SendSafely Client API: update recipient (protocol 6.4.4).
        """
        call("sendsafely_package_set_recipient_phone", self, identify(recipient, "recipient_id"), phone_number, country_code)

    def remove_recipient(self, recipient: "Union[str, Recipient]") -> None:
        """Removes a recipient. Before or after finalize.

        Status.RECIPIENT_NOT_ON_PACKAGE: no such id. Status.INVALID_RECIPIENT: somebody else has removed it just now.
        SendSafely Client API: remove recipient (protocol 6.4.5).
        """
        call("sendsafely_package_remove_recipient", self, identify(recipient, "recipient_id"))

    def remove_all_recipients(self) -> None:
        """Removes all recipients but the owner, before or after finalize. Contact groups stay.
        SendSafely Client API: remove all recipients (protocol 6.4.6)."""
        call("sendsafely_package_remove_all_recipients", self)

    def add_contact_group(self, contact_group: "Union[str, ContactGroup]") -> None:
        """Puts a contact group on the package: all its members can open it. It counts as a recipient. Before or after
        finalize. Status.REFUSED: there is no such group, or it is somebody else's.
        SendSafely Client API: contact groups (protocol 6.5)."""
        call("sendsafely_package_add_contact_group", self, identify(contact_group, "contact_group_id"))

    def remove_contact_group(self, contact_group: "Union[str, ContactGroup]") -> None:
        """Takes a contact group off the package. Before or after finalize. Status.REFUSED: it is not on the package.
        SendSafely Client API: contact groups (protocol 6.5)."""
        call("sendsafely_package_remove_contact_group", self, identify(contact_group, "contact_group_id"))

    def get_permissions(self) -> str:
        """The permissions of the package as the service tells them: the text of a JSON array, which it does not describe.
        SendSafely Client API: permissions (protocol 6.4.9)."""
        return call("sendsafely_package_get_permissions", self)

    # --- Files

    def upload_file(
        self, source: "Union[Path, Readable]", *, file_name: Optional[str] = None, directory: "InDirectory" = None, progress: "Tell" = None,
    ) -> "File":
        """Uploads a file by its path, or what is left in a binary file object, encrypted on this machine in parts. file_name is
        its name for the recipients, by default that of the path; directory is one of a Workspace. A stream that does not
        tell its size is encrypted into a temporary file first.

        Before finalize, or in a Workspace; several uploads may run on several threads. A failed or stopped upload deletes
        what it sent. Status.FILE_NOT_FOUND, Status.NOT_A_FILE, Status.ACCESS_DENIED: see the path. Status.FILE_CHANGED:
        something wrote to it meanwhile. Status.FILE_TOO_LARGE: above 107,374,182,400 bytes. Status.TOO_MANY_FILES: with
        one more the package, or the directory, could not be listed any more. What a stream raises is raised as itself.
        SendSafely Client API: create file id, upload parts (protocol 4.2 to 4.4).
        """
        directory_id = identify(directory, "directory_id")
        if isinstance(source, (str, os.PathLike)) or not hasattr(source, "read"):
            return call("sendsafely_package_upload_file", self, source, progress=progress, file_name=file_name,
                              directory_id=directory_id)
        if file_name is None:
            name = getattr(source, "name", None)
            if not isinstance(name, str):
                raise TypeError("a stream without a name needs file_name")
            file_name = os.path.basename(name)
        return call("sendsafely_package_upload_callback", self, file_name, size_of(source), progress=progress, stream=source,
                          directory_id=directory_id)

    def upload_memory(self, data: "Buffer", file_name: str, *, directory: "InDirectory" = None, progress: "Tell" = None) -> "File":
        """Uploads something bytes-like, which must not change meanwhile, under a name. Everything else as for upload_file."""
        return call("sendsafely_package_upload_memory", self, file_name, data, progress=progress,
                          directory_id=identify(directory, "directory_id"))

    def upload_all(
        self, source: "Path", *, into: "InDirectory" = None, existing: Existing = Existing.SKIP, progress: "Tell" = None,
    ) -> "Report":
        """Uploads all files of a local directory, source, and, into a Workspace, its directories with what is in them; several at once.
        into is a directory of the Workspace. Of files that are there already, Existing.SKIP leaves those alone that are
        complete and of the same size, Existing.OVERWRITE makes a new version of each, Existing.REFUSE raises Status.FILE_EXISTS before anything is
        changed. Symbolic links are not followed.

        What became of each file is given back, and stands in the `report` of the Error when one failed; call again to go
        on. Status.ONLY_IN_WORKSPACE: there are directories in it, and the package is no Workspace. Status.REFUSED: the
        service does not know `into`. Everything else as for upload_file.
        SendSafely Client API: directories (protocol 6.8), create file id, upload parts (protocol 4.2 to 4.4).
        """
        return call("sendsafely_package_upload_all", self, source, progress=progress, existing=existing,
                          directory_id=identify(into, "directory_id"))

    def get_file_information(self, file: "Union[str, File]", *, directory: "InDirectory" = None) -> "FileInformation":
        """What the service knows of a file, its earlier versions among it. directory is the one of a Workspace that the file
        is in. Status.FILE_NOT_ON_PACKAGE: no such file there. Status.ONLY_IN_WORKSPACE: leave directory out.
        SendSafely Client API: file information (protocol 6.7.1)."""
        return call("sendsafely_package_get_file_information", self, identify(file, "file_id"), identify(directory, "directory_id"))

    def rename_file(self, file: "Union[str, File]", new_name: str) -> None:
        """Gives a file another name.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another one. Status.FILE_NOT_ON_PACKAGE, in a
        Workspace Status.REFUSED: no such file. Status.DENIED: the account may only read.
        SendSafely Client API: rename file (protocol 6.7.4).
        """
        call("sendsafely_package_rename_file", self, identify(file, "file_id"), new_name)

    def delete_file(self, file: "Union[str, File]", *, directory: "InDirectory" = None) -> None:
        """Deletes a file with its earlier versions, or one of these by its own id. directory is the one of a Workspace that
        the file is in. Status.FILE_NOT_ON_PACKAGE: no such file there.
        SendSafely Client API: delete file (protocol 6.7.2)."""
        call("sendsafely_package_delete_file", self, identify(file, "file_id"), identify(directory, "directory_id"))

    def copy_file(self, file: "Union[str, File]", target: "Package", *, target_directory: "InDirectory" = None) -> Optional[str]:
        """Copies a file into a Workspace of the same portal without sending its bytes again: the copy's id, None if the
        service does not tell it. target may be the same Workspace.

        Both must be known with their keycodes. Status.ONLY_IN_WORKSPACE: target is none. Status.FILE_NOT_ON_PACKAGE: no
        such file. Status.WRONG_KEYCODE: one was opened with another package's keycode. Status.OUTCOME_UNKNOWN: list the
        directory before you copy again.
        SendSafely Client API: copy into a Workspace (protocol 6.7.5), file key for copied files (protocol 3.8).
        """
        return call("sendsafely_package_copy_file", self, identify(file, "file_id"), target, identify(target_directory, "directory_id"))

    # --- Receiving

    def download_file(
        self, file: "Union[str, File]", target: "Union[Path, Writable]", *, directory: "InDirectory" = None, password: Optional[str] = None,
        existing: Existing = Existing.REFUSE, sync: bool = False, strict_size: bool = False, progress: "Tell" = None,
    ) -> "Download":
        """Downloads a file, decrypted and verified part by part, to a path, into an existing directory under the sender's name
        made safe, or into a binary file object. A path appears only when everything is there and verified; bytes that a
        file object got are verified, but count only when the call returns. existing and sync, which waits for the disk,
        have no meaning for a file object. A new file gets the mode of any new file, a replaced one keeps its mode; a symbolic
        link at the target is replaced, never followed.

        The size that a sender declared is often wrong: a file that has another one is kept, and the result has both. With
        strict_size it raises Status.SIZE_MISMATCH, and nothing is kept.

        Status.FILE_NOT_ON_PACKAGE: no such file. PasswordRequired: give password. Status.FILE_EXISTS: see existing.
        Status.NOT_A_FILE: a directory, device, pipe or socket is at the target, which is never replaced.
        Status.DECRYPT_FAILED: the keycode is wrong or the data was damaged. Status.FILE_INCOMPLETE: the sender is not done.
        What a file object raises is raised as itself.
        SendSafely Client API: download URLs, fetching and decrypting (protocol 5.3, 5.4).
        """
        given = {"directory_id": identify(directory, "directory_id"), "password": password, "strict_size": strict_size}
        if not isinstance(target, (str, os.PathLike)) and hasattr(target, "write"):
            return call("sendsafely_package_download_callback", self, identify(file, "file_id"), progress=progress, stream=target, **given)
        return call("sendsafely_package_download_file", self, identify(file, "file_id"), target, progress=progress, existing=existing,
                          sync=sync, **given)

    def download_memory(
        self, file: "Union[str, File]", *, directory: "InDirectory" = None, password: Optional[str] = None, strict_size: bool = False,
        progress: "Tell" = None,
    ) -> bytes:
        """Downloads a file into memory. Errors as for download_file. Status.SIZE_MISMATCH: also for a file that has more than
        the client's max_part_bytes above its declared size; download it to a path."""
        return call("sendsafely_package_download_memory", self, identify(file, "file_id"), progress=progress, password=password,
                          strict_size=strict_size, directory_id=identify(directory, "directory_id"))

    def download_all(
        self, target: "Path", *, from_directory: "InDirectory" = None, existing: Existing = Existing.REFUSE,
        password: Optional[str] = None, sync: bool = False, strict_size: bool = False, progress: "Tell" = None,
    ) -> "Report":
        """Downloads everything into an existing local directory, target: all files of a package, or a Workspace with its directories,
        or from_directory with what is in it. The sender's names are made safe. Existing.REFUSE raises Status.FILE_EXISTS
        before the first byte, Existing.SKIP leaves files of the declared size alone and raises it for others.

        What became of each file is given back, and stands in the `report` of the Error when one failed; call again with
        Existing.SKIP to go on. Status.DIRECTORY_NOT_FOUND: create it first. Everything else as for download_file.
        SendSafely Client API: directories (protocol 6.8), download URLs, fetching and decrypting (protocol 5.3, 5.4).
        """
        return call("sendsafely_package_download_all", self, target, progress=progress, existing=existing, sync=sync,
                          strict_size=strict_size, password=password, directory_id=identify(from_directory, "directory_id"))

    # --- Message, settings, the last step

    def set_message(self, text: str) -> None:
        """Sets the message, encrypted like the files; a later one replaces it. Before finalize.
        SendSafely Client API: the message (protocol 3.5, 6.9)."""
        call("sendsafely_package_set_message", self, text)

    def get_message(self) -> Optional[str]:
        """The message, decrypted; None if there is none.

        Status.KEYCODE_UNKNOWN: open the package with its keycode. Status.DECRYPT_FAILED: the keycode is wrong, or the
        message was damaged.
        SendSafely Client API: message (protocol 5.5).
        """
        return call("sendsafely_package_get_message", self)

    def set_life(self, days: int) -> None:
        """Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization allows it. Before
        or after finalize.

        Status.LIFE_OUT_OF_RANGE: see the range. Status.DENIED, Status.REFUSED: the organization's own range is narrower.
        SendSafely Client API: update package (protocol 6.2.3).
        """
        call("sendsafely_package_set_life", self, days)

    def set_label(self, label: str) -> None:
        """Gives a package a label, or a Workspace its name. Before or after finalize. Status.DENIED: not the account's own.
        SendSafely Client API: update package (protocol 6.2.3)."""
        call("sendsafely_package_set_label", self, label)

    def update(self, json_object: "Union[str, Mapping[str, Any]]") -> None:
        """Changes what no other method knows: a dictionary, or the text of a JSON object, with members of the package, which goes to the
        service as it is. Before or after finalize.

        Status.INVALID_ARGUMENT: not a JSON object. Status.LIFE_OUT_OF_RANGE: "life" is not within 0 to 365. Status.DENIED,
        Status.INVALID_INPUT: the service does not take it.
        SendSafely Client API: update package (protocol 6.2.3).
        """
        call("sendsafely_package_update", self, json_text(json_object))

    def finalize(
        self, *, undisclosed_recipients: bool = False, password: Optional[str] = None, allow_reply_all: bool = False,
        notify_recipients: bool = False, read_only_pdf: bool = False, unconfirmed_sender: Optional[str] = None,
        confirmed_sender_token: Optional[str] = None, progress: "Tell" = None,
    ) -> "Finalized":
        """Finalizes the package, the last step: recipients can open it with the `link` of the result. With
        undisclosed_recipients no recipients are needed, and a password may be set; notify_recipients has the service send
        its notification, without the keycode; read_only_pdf lets PDF files only be viewed. The two senders are for a
        Dropzone.

        Status.NO_RECIPIENT, Status.NO_FILE, Status.UPLOAD_RUNNING, Status.UPLOAD_INCOMPLETE: what is missing.
        Status.PACKAGE_NOT_FINALIZABLE: create a new one. Status.APPROVER_REQUIRED: add an approver as a recipient. Status.WORKSPACE_NOT_FINALIZABLE: hand out its link. A
        package that waits for approval is finalized as well: see needs_approval.
        SendSafely Client API: public keys and keycodes (protocol 4.6), finalize (protocol 4.7).
        """
        return call(
            "sendsafely_package_finalize", self, progress=progress, undisclosed_recipients=undisclosed_recipients, password=password,
            allow_reply_all=allow_reply_all, notify_recipients=notify_recipients, read_only_pdf=read_only_pdf,
            unconfirmed_sender=unconfirmed_sender, confirmed_sender_token=confirmed_sender_token)

    def notify(self) -> None:
        """Has the service mail the whole secure link to the recipients. THE KEYCODE GOES TO THE SERVICE IN CLEAR for that, so
        the files are no longer secret to the service; no other method does this. After finalize, or in a Workspace.

        Status.NOT_FINALIZED: finalize first. Status.OUTCOME_UNKNOWN: ask a recipient before you call again.
        SendSafely Client API: notify recipients (protocol 6.11).
        """
        call("sendsafely_package_notify", self)

    def submit_hosted_dropzone(self, name: str, email: str) -> None:
        """Hands a finalized package of a hosted Dropzone over to the connectors of its owner. EACH CONNECTOR GETS THE SECURE
        LINK WITH THE KEYCODE. name is a label for the owner, email the sender's address. After finalize, by a client made
        for_dropzone.

        Status.INVALID_ARGUMENT: another client's. Status.REFUSED: the Dropzone or a connector did not take it.
        Status.OUTCOME_UNKNOWN: ask the owner before you call again.
        SendSafely Client API: hosted Dropzone (protocol 6.13).
        """
        call("sendsafely_package_submit_hosted_dropzone", self, name, email)

    def delete(self) -> None:
        """Deletes the package on the service, with its files, for good. At any step; later calls raise
        Status.PACKAGE_DELETED.

        Status.UNKNOWN_PACKAGE: it is gone already, or not yours. Status.OUTCOME_UNKNOWN: the same after an answer was lost,
        so that this call may have deleted it. Status.DENIED: it is not yours.
        SendSafely Client API: delete package (protocol 6.2.4, 6.2.5).
        """
        call("sendsafely_package_delete", self)

    def delete_unfinished(self) -> None:
        """Deletes a package that could not be finished: for clean-up after a failure. One that recipients have, or may have,
        is left alone; one that the service does not delete as unfinished is deleted only if it refused to finalize it.

        Status.ALREADY_FINALIZED: it is finalized, or just being finalized. Status.OUTCOME_UNKNOWN: a finalize() was
        interrupted or its answer was lost; called again, that finds out and gives the link.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished.
        SendSafely Client API: delete temporary package (protocol 6.2.5).
        """
        call("sendsafely_package_delete_unfinished", self)

    # --- Keycodes of trusted devices

    def get_public_keys(self, recipient: "Union[str, Recipient, None]" = None) -> "Tuple[PublicKey, ...]":
        """The public keys to which the keycode is to be encrypted: those of all readers, or of one recipient.
        Status.RECIPIENT_NOT_ON_PACKAGE: no such id.
        SendSafely Client API: public keys and keycodes (protocol 4.6)."""
        return call("sendsafely_package_get_public_keys", self, identify(recipient, "recipient_id"))

    def upload_keycodes(self, recipient: "Union[str, Recipient, None]" = None) -> None:
        """Encrypts the keycode to the public keys of all readers, or of one recipient, for devices that were registered
        later; finalize does it by itself. A key that cannot be used, or for which the service refuses the keycode, is
        passed over with a line in the log; if the service refuses it for every key, the first refusal is the error.

        Status.RECIPIENT_NOT_ON_PACKAGE: no such id. Status.KEYCODE_UNKNOWN, Status.WRONG_KEYCODE: open the package with
        its keycode. Status.KEYCODE_NOT_PROVED: download a file or read the message through the same package, then call
        again.
        SendSafely Client API: public keys and keycodes (protocol 4.6).
        """
        call("sendsafely_package_upload_keycodes", self, identify(recipient, "recipient_id"))
