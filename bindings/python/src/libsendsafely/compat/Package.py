"""A package: files and a message for recipients, behind one secure link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Union
from urllib.parse import urlsplit

from .. import Error, Existing, Status, crypto
from .. import package as native
from ._account import Account
from ._calls import Failure, Json, Kept, failing_as, route, said
from .exceptions import (
    AddFileFailedException,
    AddRecipientFailedException,
    CreateDirectoryException,
    CreatePackageFailedException,
    DeleteDirectoryException,
    DeleteFileException,
    DeletePackageException,
    DownloadFileException,
    FinalizePackageFailedException,
    GetDirectoryException,
    GetFileInformationException,
    GetPackageInformationFailedException,
    GetPackageMessageException,
    GetPublicKeysFailedException,
    KeycodeRequiredException,
    MoveDirectoryException,
    MoveFileException,
    RenameDirectoryException,
    UpdatePackageException,
    UpdateRecipientFailedException,
    UploadFileException,
    UploadKeycodeException,
    UploadMessageException,
)
from .Progress import Listener, Progress

if TYPE_CHECKING:
    from ..records import Progress as Record

    Path = Union[str, os.PathLike[str]]

# The official client tells its progress after each part of so many bytes: of a smaller file only that it is complete.
PART = 2_621_440


class Package:
    """A package on the service: a new one, or with `workspace` a new Workspace; SendSafely.load_package gives older ones.
    A Workspace whose keycode does not reach the devices of its owner is deleted again.
    package_variables are "packageId", "packageCode", "serverSecret" and "clientSecret" of a package that is known already.

    The attributes may be written to: package_id, package_code, server_secret, client_secret, which is the keycode, and
    initialized_via_keycode, whether that is known.
    """

    def __init__(
        self, sendsafely_instance: Account, package_variables: dict[str, Any] | None = None, workspace: bool = False,
    ) -> None:
        self.sendsafely = sendsafely_instance
        self._handle: Kept[native.Package] = Kept()
        # Addresses, in lower case, of the recipients that are known to be on the package.
        self._recipients: set[str] = set()
        created: native.Package | None = None
        if package_variables is None:
            with failing_as(CreatePackageFailedException):
                client = sendsafely_instance.client()
                created = client.create_workspace() if workspace else client.create_package()
            # The server secret is told by the service only.
            information = sendsafely_instance._ask(CreatePackageFailedException, "GET", "/package/{}/", created.id)
            package_variables = {**information, "clientSecret": created.keycode}
        self.package_id: str = package_variables["packageId"]
        self.package_code: str = package_variables["packageCode"]
        self.server_secret: str = package_variables["serverSecret"]
        self.client_secret: str | None = package_variables["clientSecret"]
        self.initialized_via_keycode: bool = self.client_secret is not None
        self._note(package_variables.get("recipients"))
        if created is not None:
            self._opened(created)

    def __repr__(self) -> str:
        return f"<Package {self.package_id}>"

    def _ask(self, failure: Failure, method: str, template: str, *ids: object, body: Any = None) -> Json:
        return self.sendsafely._ask(failure, method, "/package/{}/" + template, self.package_id, *ids, body=body)

    def _keycode(self) -> str:
        if not self.initialized_via_keycode or self.client_secret is None:
            raise KeycodeRequiredException()
        return self.client_secret

    def _opened(self, created: native.Package | None = None) -> native.Package:
        """The library's own package: the one that has just been created, or opened when it is first needed."""
        client, keycode = self.sendsafely.client(), self._keycode()
        return self._handle.get(lambda: created or client.open_package(self.package_id, keycode), client, self.package_id, keycode)

    def get_info(self) -> Json:
        """What the service knows of the package now. SendSafely Client API: package information (protocol 6.2.2)."""
        information = self._ask(GetPackageInformationFailedException, "GET", "")
        self._note(information.get("recipients"))
        return information

    def delete_package(self) -> Json:
        """Deletes the package on the service, for good. SendSafely Client API: delete package (protocol 6.2.4)."""
        return self._ask(DeletePackageException, "DELETE", "")

    def update_workspace_name(self, workspace_name: str) -> Json:
        """Gives a Workspace its name, or a package a label. SendSafely Client API: update package (protocol 6.2.3)."""
        return self._ask(UpdatePackageException, "POST", "", body={"label": workspace_name})

    # --- Recipients

    def add_recipient(self, email: str) -> Json:
        """Adds a recipient, and encrypts the keycode to its trusted devices; if only that fails, UploadKeycodeException is
        raised and the recipient stays. SendSafely Client API: add recipient (protocol 6.4.1)."""
        try:
            answer = self._ask(AddRecipientFailedException, "PUT", "recipient/", body={"email": email})
        except AddRecipientFailedException as failure:
            [answer] = self._added(failure, [email])
        self._recipients.add(str(email).lower())
        self._upload_keycodes_of([answer], True)
        return answer

    def add_recipients(self, emails: Sequence[str]) -> Json:
        """Adds several recipients with one request: of each in "recipients" a "response" of its own. Everything else as for
        add_recipient. SendSafely Client API: add recipients (protocol 6.4.2)."""
        several = emails if isinstance(emails, str) else list(emails)  # One text alone is the service's to refuse.
        try:
            answer = self._ask(AddRecipientFailedException, "PUT", "recipients/", body={"emails": several})
        except AddRecipientFailedException as failure:
            answer = {"response": "SUCCESS", "recipients": self._added(failure, several)}
        self._note(one for one in answer.get("recipients", []) if one.get("response") == "SUCCESS")
        self._upload_keycodes_of(answer.get("recipients", []), False)
        return answer

    def _added(self, failure: AddRecipientFailedException, emails: Sequence[str]) -> list[Json]:
        """The recipients whose answer was lost, as the service lists them; else the failure, also where one of them was there
        before: nothing says what has become of the call then."""
        before = set(self._recipients)
        cause = failure.__cause__
        if isinstance(cause, Error) and cause.status is Status.OUTCOME_UNKNOWN:
            listed = {str(recipient.get("email")).lower(): {**recipient, "response": "SUCCESS"}
                      for recipient in self.get_info().get("recipients") or []}
            if all(email.lower() in listed and email.lower() not in before for email in emails):
                return [listed[email.lower()] for email in emails]
        raise failure

    def _note(self, recipients: Iterable[Json] | None) -> None:
        self._recipients.update(str(recipient.get("email")).lower() for recipient in recipients or ())

    def _upload_keycodes_of(self, recipients: list[Json], unless_told: bool) -> None:
        if self.initialized_via_keycode:
            for recipient in recipients:
                if "recipientId" in recipient and recipient.get("checkForPublicKeys", unless_told):
                    self._upload_keycodes(recipient["recipientId"])

    def update_recipient_phone_number(self, recipient_id: str, phone: str, country_code: str = "US") -> Json:
        """Sets the phone number of a recipient, such as "(415) 555-0100", who then has to give a code sent by SMS.
        SendSafely Client API: update recipient (protocol 6.4.4)."""
        return self._ask(UpdateRecipientFailedException, "POST", "recipient/{}/", recipient_id,
                         body={"phoneNumber": phone, "countrycode": country_code})

    def get_public_keys(self, recipient_id: str | None = None) -> list[Json]:
        """The public keys of all readers, or of one recipient, each with "id" and "key".
        SendSafely Client API: public keys and keycodes (protocol 4.6)."""
        whose = () if recipient_id is None else (recipient_id,)
        answer = self._ask(GetPublicKeysFailedException, "GET", "{}/" * len(whose) + "public-keys/", *whose)
        public_keys: list[Json] = answer["publicKeys"]
        return public_keys

    def _upload_keycodes(self, recipient_id: str | None = None) -> None:
        with failing_as(UploadKeycodeException):
            self._opened().upload_keycodes(recipient_id)

    # --- Message, the last step

    def encrypt_and_upload_message(self, message: str | bytes) -> Json:
        """Sets the message, encrypted on this machine. SendSafely Client API: the message (protocol 3.5, 6.9)."""
        keycode = self._keycode()
        text = message.decode() if isinstance(message, bytes) else message
        if not isinstance(text, str):
            raise UploadMessageException(f"the message must be str, not {type(text).__name__}")
        with failing_as(UploadMessageException):
            encrypted = crypto.encrypt_message(self.server_secret, keycode, text)
        return self._ask(UploadMessageException, "PUT", "message/", body={"message": encrypted})

    def get_package_message(self) -> str:
        """The message, decrypted. SendSafely Client API: message (protocol 5.5)."""
        keycode = self._keycode()
        with failing_as(GetPackageMessageException):
            checksum = crypto.checksum(keycode, self.package_code)
            answer = self._ask(GetPackageMessageException, "GET", "message/{}/", checksum)
            return crypto.decrypt_message(self.server_secret, keycode, answer["message"])

    def finalize(self) -> Json:
        """Finalizes the package: the service's answer, with the secure link as "message".
        SendSafely Client API: public keys and keycodes (protocol 4.6), finalize (protocol 4.7)."""
        keycode = self._keycode()
        self._upload_keycodes()
        with failing_as(FinalizePackageFailedException):
            checksum = crypto.checksum(keycode, self.package_code)
            try:
                answer = self.sendsafely._request("POST", route("/package/{}/finalize/", self.package_id), {"checksum": checksum})
            except Error as error:
                link = self._link() if error.status is Status.OUTCOME_UNKNOWN else None
                if link is None:
                    raise
                return {"response": "SUCCESS", "message": link}
        if answer.get("response") not in ("SUCCESS", "PACKAGE_NEEDS_APPROVAL") or answer.get("errors"):
            raise FinalizePackageFailedException(str(answer))
        return {**answer, "message": self._complete(answer.get("message"), keycode)}

    def _link(self) -> str | None:
        """The secure link, built for the host that is asked; None as long as the service does not say that it is finalized."""
        package = self._opened()
        package.get_information()
        try:
            return package.link
        except Error as error:
            if error.status is not Status.NOT_FINALIZED:
                raise
            return None

    def _complete(self, named: Any, keycode: str) -> str:
        """The link that the service names, with the keycode. One that leads to another host does not get it."""
        try:
            link = urlsplit(str(named))
        except ValueError:  # It is no URL; the package is finalized all the same.
            link = urlsplit("")
        own = urlsplit(self.sendsafely.BASE_URL or "")
        if (link.scheme, link.netloc.lower()) == (own.scheme, own.netloc.lower()):
            return f"{link._replace(fragment='').geturl()}#keyCode={keycode}"
        with failing_as(FinalizePackageFailedException):
            return self._link() or ""

    # --- Files

    def encrypt_and_upload_file(
        self, filepath: Path, directory_id: str | None = None, progress_instance: Listener | None = None,
    ) -> Json:
        """Uploads a file, encrypted on this machine in parts, into the package or a directory of a Workspace. The id of the new
        file is the answer's "fileId". progress_instance is told how far it is: see Progress.
        SendSafely Client API: create file id, upload parts (protocol 4.2 to 4.4)."""
        self._keycode()
        # What is wrong with the path is raised as Python raises it.
        with open(filepath, "rb") as file:
            size = os.fstat(file.fileno()).st_size
        told = _Told(self, progress_instance, directory_id, name=os.path.basename(os.fspath(filepath))) if size > PART else None
        sent = False

        def tell(record: Record) -> None:
            nonlocal sent
            sent = sent or record.bytes_sent > 0
            if told is not None:
                told(record)

        try:
            uploaded = self._opened().upload_file(filepath, directory=directory_id, progress=tell)
            self.calculate_progress(uploaded.file_id, 1, 1, progress_instance)
        except Error as error:
            failure = UploadFileException if sent else AddFileFailedException
            raise failure(said(error)) from error
        except Exception as error:
            raise UploadFileException(said(error)) from error
        return {"response": "SUCCESS", "message": "true", "fileId": uploaded.file_id}

    def download_and_decrypt_file(
        self, file_id: str, directory_id: str | None = None, download_directory: str = ".", file_name: str | None = None,
        progress_instance: Listener | None = None,
    ) -> None:
        """Downloads a file into an existing directory, under file_name or else its own name, both made safe. A file of that name
        is replaced once everything is there and verified; until then there is nothing.
        SendSafely Client API: download URLs, fetching and decrypting (protocol 5.3, 5.4)."""
        self._keycode()
        self.get_file_information(file_id, directory_id)
        target = download_directory
        if not os.path.isdir(target):
            raise DownloadFileException(f"{target} is not a directory")
        if file_name is not None:
            target = os.path.join(target, re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", file_name))
            if os.path.isdir(target):
                raise DownloadFileException(f"{target} is a directory")
        told = _Told(self, progress_instance, directory_id, file_id=file_id)
        try:
            self._opened().download_file(file_id, target, directory=directory_id, existing=Existing.OVERWRITE, progress=told)
            self.calculate_progress(file_id, 1, 1, progress_instance)
        except Exception as error:
            raise DownloadFileException(said(error)) from error

    def calculate_progress(self, file_id: str, current: int, total: int, progress_instance: Listener | None) -> None:
        """Tells progress_instance, or else the terminal, that `current` of `total` are done."""
        (progress_instance or Progress()).update_progress(file_id, str(round(100 * current / total, 1)))

    def get_file_information(self, file_id: str, directory_id: str | None = None) -> Json:
        """What the service knows of a file. SendSafely Client API: file information (protocol 6.7.1)."""
        answer = self._ask(GetFileInformationException, "GET", *_file(directory_id, file_id))
        file: Json = answer["file"]
        return file

    def delete_file_from_package(self, file_id: str, directory_id: str | None = None) -> Json:
        """Deletes a file. SendSafely Client API: delete file (protocol 6.7.2)."""
        return self._ask(DeleteFileException, "DELETE", *_file(directory_id, file_id))

    # --- Workspaces

    def move_file(self, file_id: str, destination_directory_id: str) -> Json:
        """Moves a file into another directory. SendSafely Client API: move file (protocol 6.7.3)."""
        return self._ask(MoveFileException, "POST", *_file(destination_directory_id, file_id))

    def create_directory(self, directory_name: str, source_directory_id: str | None = None) -> Json:
        """Makes a directory in another one, by default the root directory: the answer's "directoryId".
        SendSafely Client API: create directory (protocol 6.8.2)."""
        if source_directory_id is None:
            source_directory_id = self.get_info().get("rootDirectoryId")
            if source_directory_id is None:
                raise CreateDirectoryException("only a Workspace has directories")
        return self._ask(CreateDirectoryException, "PUT", "directory/{}/subdirectory/", source_directory_id,
                         body={"directoryName": directory_name})

    def move_directory(self, source_directory_id: str, target_directory_id: str) -> Json:
        """Moves a directory with everything in it into another one.
        SendSafely Client API: move directory (protocol 6.8.4)."""
        return self._ask(MoveDirectoryException, "POST", "move/{}/{}/", source_directory_id, target_directory_id)

    def get_directory_information(self, directory_id: str) -> Json:
        """A directory with its "files" and "subDirectories". SendSafely Client API: get directory (protocol 6.8.1)."""
        return self._ask(GetDirectoryException, "GET", "directory/{}/", directory_id)

    def delete_directory(self, directory_id: str) -> Json:
        """Deletes a directory with everything in it, for good. SendSafely Client API: delete directory (protocol 6.8.5)."""
        return self._ask(DeleteDirectoryException, "DELETE", "directory/{}/", directory_id)

    def rename_directory(self, directory_id: str, directory_name: str) -> Json:
        """Gives a directory another name. SendSafely Client API: rename directory (protocol 6.8.3)."""
        return self._ask(RenameDirectoryException, "POST", "directory/{}/", directory_id, body={"directoryName": directory_name})


def _file(directory_id: str | None, file_id: str) -> tuple[str, ...]:
    """The path of a file, with the ids in it."""
    return ("file/{}/", file_id) if directory_id is None else ("directory/{}/file/{}/", directory_id, file_id)


class _Told:
    """Passes the progress of the library on in the official client's form: file id and percentage, each step once, the last
    one when the call has ended well.

    The library does not tell the id of a file that is being uploaded, so the service is asked for the one that is new under
    that name. Where it does not list unfinished files, nothing but the last step is told.
    """

    def __init__(
        self, package: Package, progress: Listener | None, directory_id: str | None, *, name: str = "", file_id: str | None = None,
    ) -> None:
        self.package, self.progress, self.directory_id = package, progress, directory_id
        self.name, self.file_id, self.last = name, file_id, 0.0
        self.before = None if file_id else self.ids()

    def ids(self) -> set[str] | None:
        try:
            where = self.package.get_info() if self.directory_id is None else self.package.get_directory_information(self.directory_id)
        except (GetPackageInformationFailedException, GetDirectoryException):
            return None
        return {file["fileId"] for file in where["files"] if file["fileName"] == self.name}

    def __call__(self, record: Record) -> None:
        if not record.bytes_total or not record.bytes_done:
            return
        if self.before is not None:
            self.file_id = next(iter((self.ids() or set()) - self.before), None)
            self.before = None
        percent = round(100 * record.bytes_done / record.bytes_total, 1)
        if self.file_id is not None and self.last < percent < 100:
            self.last = percent
            self.package.calculate_progress(self.file_id, record.bytes_done, record.bytes_total, self.progress)
