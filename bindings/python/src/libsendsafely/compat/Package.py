"""A package: files and a message for recipients, behind one secure link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, Optional, Union
from urllib.parse import urlsplit

from .. import Error, Existing, Status, crypto
from .. import package as native
from .._later import records
from ..package import Path
from ._account import Account
from ._calls import Failure, Json, Kept, details, failing_as, route
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

# The official client reports progress after each part of so many bytes; for a smaller file only the end.
PART = 2_621_440


class Package:
    """A package on the service: a new one, or with `workspace` a new Workspace. SendSafely.load_package returns an
    existing one, and passes its "packageId", "packageCode", "serverSecret" and "clientSecret" as package_variables. If
    the keycode of a new Workspace cannot be uploaded for its owner's devices, the Workspace is deleted again.

    Programs may assign to the attributes package_id, package_code, server_secret, client_secret (the keycode) and
    initialized_via_keycode (whether the keycode is known).
    """

    # Sending is protocol 4, receiving 5, recipients 6.4, files 6.7, directories 6.8.

    def __init__(
        self, sendsafely_instance: Account, package_variables: Optional[dict[str, Any]] = None,
        workspace: bool = False,
    ) -> None:
        self.sendsafely = sendsafely_instance
        self._handle: Kept[native.Package] = Kept()
        # Addresses, in lower case, of recipients that the service has listed on the package.
        self._recipients: set[str] = set()
        created: native.Package | None = None
        if package_variables is None:
            with failing_as(CreatePackageFailedException):
                client = sendsafely_instance.client()
                created = client.create_workspace() if workspace else client.create_package()
            # Only the service knows the server secret.
            information = sendsafely_instance._ask(CreatePackageFailedException, "GET", "/package/{}/", created.id)
            package_variables = {**information, "clientSecret": created.keycode}
        self.package_id: str = package_variables["packageId"]
        self.package_code: str = package_variables["packageCode"]
        self.server_secret: str = package_variables["serverSecret"]
        self.client_secret: str | None = package_variables["clientSecret"]
        self.initialized_via_keycode: bool = bool(self.client_secret)
        self._note(package_variables.get("recipients"))
        if created is not None:
            self._opened(created)

    def __repr__(self) -> str:
        return f"<Package {self.package_id}>"

    def _ask(self, failure: Failure, method: str, template: str, *ids: object, body: Any = None) -> Json:
        return self.sendsafely._ask(failure, method, "/package/{}/" + template, self.package_id, *ids, body=body)

    def _keycode(self) -> str:
        if not self.initialized_via_keycode or not self.client_secret:
            raise KeycodeRequiredException()
        return self.client_secret

    def _opened(self, created: Optional[native.Package] = None) -> native.Package:
        """The Package of libsendsafely: the one just created, or one that is opened when first needed."""
        client, keycode = self.sendsafely.client(), self._keycode()
        return self._handle.get(lambda: created or client.open_package(self.package_id, keycode), client, self.package_id, keycode)

    def get_info(self) -> Json:
        """Returns the current data of the package, from the service."""
        information = self._ask(GetPackageInformationFailedException, "GET", "")
        self._note(information.get("recipients"))
        return information

    def delete_package(self) -> Json:
        """Deletes the package on the service, permanently."""
        return self._ask(DeletePackageException, "DELETE", "")

    def update_workspace_name(self, workspace_name: str) -> Json:
        """Sets the name of a Workspace, or the label of a package."""
        return self._ask(UpdatePackageException, "POST", "", body={"label": workspace_name})

    # --- Recipients

    def add_recipient(self, email: str) -> Json:
        """Adds a recipient, and encrypts the keycode to the recipient's trusted devices. If only the second step fails,
        it raises UploadKeycodeException, and the recipient stays on the package."""
        try:
            response = self._ask(AddRecipientFailedException, "PUT", "recipient/", body={"email": email})
        except AddRecipientFailedException as failure:
            [response] = self._added(failure, [email])
        self._recipients.add(str(email).lower())
        self._upload_keycodes_of([response], True)
        return response

    def add_recipients(self, emails: Sequence[str]) -> Json:
        """Adds several recipients with one request. Each item of "recipients" has a "response" of its own. Otherwise
        like add_recipient."""
        several = emails if isinstance(emails, str) else list(emails)  # The service refuses a single text.
        try:
            response = self._ask(AddRecipientFailedException, "PUT", "recipients/", body={"emails": several})
        except AddRecipientFailedException as failure:
            response = {"response": "SUCCESS", "recipients": self._added(failure, several)}
        self._note(one for one in response.get("recipients", []) if one.get("response") == "SUCCESS")
        self._upload_keycodes_of(response.get("recipients", []), False)
        return response

    def _added(self, failure: AddRecipientFailedException, emails: Sequence[str]) -> list[Json]:
        """After a lost response, returns the recipients as the service lists them. Raises the failure if one of them is
        missing, or was on the package before the call: then the list does not show whether the call succeeded."""
        before = set(self._recipients)
        cause = failure.__cause__
        if isinstance(cause, Error) and cause.status is Status.OUTCOME_UNKNOWN:
            listed = {str(recipient.get("email")).lower(): {**recipient, "response": "SUCCESS"}
                      for recipient in self.get_info().get("recipients") or []}
            if all(email.lower() in listed and email.lower() not in before for email in emails):
                return [listed[email.lower()] for email in emails]
        raise failure

    def _note(self, recipients: Optional[Iterable[Json]]) -> None:
        self._recipients.update(str(recipient.get("email")).lower() for recipient in recipients or ())

    def _upload_keycodes_of(self, recipients: list[Json], default: bool) -> None:
        if self.initialized_via_keycode:
            for recipient in recipients:
                if "recipientId" in recipient and recipient.get("checkForPublicKeys", default):
                    self._upload_keycodes(recipient["recipientId"])

    def update_recipient_phone_number(self, recipient_id: str, phone: str, country_code: str = "US") -> Json:
        """Sets the phone number of a recipient, such as "(415) 555-0100", who then has to enter a code, sent by SMS."""
        return self._ask(UpdateRecipientFailedException, "POST", "recipient/{}/", recipient_id,
                         body={"phoneNumber": phone, "countrycode": country_code})

    def get_public_keys(self, recipient_id: Optional[str] = None) -> list[Json]:
        """Returns the public keys of all readers, or of one recipient, each with "id" and "key"."""
        whose = () if recipient_id is None else (recipient_id,)
        response = self._ask(GetPublicKeysFailedException, "GET", "{}/" * len(whose) + "public-keys/", *whose)
        public_keys: list[Json] = response["publicKeys"]
        return public_keys

    def _upload_keycodes(self, recipient_id: Optional[str] = None) -> None:
        with failing_as(UploadKeycodeException):
            self._opened().upload_keycodes(recipient_id)

    # --- Message, the last step

    def encrypt_and_upload_message(self, message: Union[str, bytes]) -> Json:
        """Encrypts the message on this machine and sets it."""
        keycode = self._keycode()
        text = message.decode() if isinstance(message, bytes) else message
        if not isinstance(text, str):
            raise UploadMessageException(f"the message must be str, not {type(text).__name__}")
        with failing_as(UploadMessageException):
            encrypted = crypto.encrypt_message(self.server_secret, keycode, text)
        return self._ask(UploadMessageException, "PUT", "message/", body={"message": encrypted})

    def get_package_message(self) -> str:
        """Returns the decrypted message."""
        keycode = self._keycode()
        with failing_as(GetPackageMessageException):
            checksum = crypto.checksum(keycode, self.package_code)
            response = self._ask(GetPackageMessageException, "GET", "message/{}/", checksum)
            return crypto.decrypt_message(self.server_secret, keycode, response["message"])

    def finalize(self) -> Json:
        """Finalizes the package. Returns the service's response, with the secure link as "message"."""
        keycode = self._keycode()
        self._upload_keycodes()
        with failing_as(FinalizePackageFailedException):
            checksum = crypto.checksum(keycode, self.package_code)
            try:
                response = self.sendsafely._request("POST", route("/package/{}/finalize/", self.package_id), {"checksum": checksum})
            except Error as error:
                link = self._link() if error.status is Status.OUTCOME_UNKNOWN else None
                if link is None:
                    raise
                return {"response": "SUCCESS", "message": link}
        if response.get("response") not in ("SUCCESS", "PACKAGE_NEEDS_APPROVAL") or response.get("errors"):
            raise FinalizePackageFailedException(str(response))
        return {**response, "message": self._complete(response.get("message"), keycode)}

    def _link(self) -> Optional[str]:
        """The secure link for the host of this account; None if the package is not finalized."""
        package = self._opened()
        package.get_information()
        try:
            return package.link
        except Error as error:
            if error.status is not Status.NOT_FINALIZED:
                raise
            return None

    def _complete(self, named: Any, keycode: str) -> str:
        """Adds the keycode to the service's link. A link to another host does not get the keycode."""
        try:
            link = urlsplit(str(named))
        except ValueError:  # Not a URL; the package is finalized nevertheless.
            link = urlsplit("")
        own = urlsplit(self.sendsafely.BASE_URL or "")
        if (link.scheme, link.netloc.lower()) == (own.scheme, own.netloc.lower()):
            return f"{link._replace(fragment='').geturl()}#keyCode={keycode}"
        with failing_as(FinalizePackageFailedException):
            return self._link() or ""

    # --- Files

    def encrypt_and_upload_file(
        self, filepath: Path, directory_id: Optional[str] = None, progress_instance: Optional[Listener] = None,
    ) -> Json:
        """Encrypts a file on this machine and uploads it in parts, into the package or a directory of a Workspace.
        Returns the id of the new file as "fileId". progress_instance gets the progress: see Progress."""
        self._keycode()
        # For a wrong path the official client raises the exceptions of open().
        with open(filepath, "rb") as file:
            size = os.fstat(file.fileno()).st_size
        reporter = _Reporter(self, progress_instance, directory_id, name=os.path.basename(os.fspath(filepath))) if size > PART else None
        sent = False

        def report(record: records.Progress) -> None:
            nonlocal sent
            sent = sent or record.bytes_sent > 0
            if reporter is not None:
                reporter(record)

        try:
            uploaded = self._opened().upload_file(filepath, directory=directory_id, progress=report)
            self.calculate_progress(uploaded.file_id, 1, 1, progress_instance)
        except Error as error:
            failure = UploadFileException if sent else AddFileFailedException
            raise failure(details(error)) from error
        except Exception as error:
            raise UploadFileException(details(error)) from error
        return {"response": "SUCCESS", "message": "true", "fileId": uploaded.file_id}

    def download_and_decrypt_file(
        self, file_id: str, directory_id: Optional[str] = None, download_directory: str = ".",
        file_name: Optional[str] = None, progress_instance: Optional[Listener] = None,
    ) -> None:
        """Downloads a file into an existing directory, under file_name or its own name, with unsafe characters
        replaced. When all bytes are verified, the file gets its name, and replaces a file of that name."""
        self._keycode()
        self.get_file_information(file_id, directory_id)
        target = download_directory
        if not os.path.isdir(target):
            raise DownloadFileException(f"{target} is not a directory")
        if file_name is not None:
            target = os.path.join(target, re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", file_name))
            if os.path.isdir(target):
                raise DownloadFileException(f"{target} is a directory")
        reporter = _Reporter(self, progress_instance, directory_id, file_id=file_id)
        try:
            self._opened().download_file(file_id, target, directory=directory_id, existing=Existing.OVERWRITE, progress=reporter)
            self.calculate_progress(file_id, 1, 1, progress_instance)
        except Exception as error:
            raise DownloadFileException(details(error)) from error

    def calculate_progress(self, file_id: str, current: int, total: int, progress_instance: Optional[Listener]) -> None:
        """Reports to progress_instance, by default to the terminal, that `current` of `total` are done."""
        (progress_instance or Progress()).update_progress(file_id, str(round(100 * current / total, 1)))

    def get_file_information(self, file_id: str, directory_id: Optional[str] = None) -> Json:
        """Returns the current data of a file, from the service."""
        response = self._ask(GetFileInformationException, "GET", *_file(directory_id, file_id))
        file: Json = response["file"]
        return file

    def delete_file_from_package(self, file_id: str, directory_id: Optional[str] = None) -> Json:
        """Deletes a file."""
        return self._ask(DeleteFileException, "DELETE", *_file(directory_id, file_id))

    # --- Workspaces

    def move_file(self, file_id: str, destination_directory_id: str) -> Json:
        """Moves a file into another directory."""
        return self._ask(MoveFileException, "POST", *_file(destination_directory_id, file_id))

    def create_directory(self, directory_name: str, source_directory_id: Optional[str] = None) -> Json:
        """Creates a directory in another one, by default in the root directory. Returns its id as "directoryId"."""
        if source_directory_id is None:
            source_directory_id = self.get_info().get("rootDirectoryId")
            if source_directory_id is None:
                raise CreateDirectoryException("only a Workspace has directories")
        return self._ask(CreateDirectoryException, "PUT", "directory/{}/subdirectory/", source_directory_id,
                         body={"directoryName": directory_name})

    def move_directory(self, source_directory_id: str, target_directory_id: str) -> Json:
        """Moves a directory with its contents into another one."""
        return self._ask(MoveDirectoryException, "POST", "move/{}/{}/", source_directory_id, target_directory_id)

    def get_directory_information(self, directory_id: str) -> Json:
        """Returns a directory with its "files" and "subDirectories"."""
        return self._ask(GetDirectoryException, "GET", "directory/{}/", directory_id)

    def delete_directory(self, directory_id: str) -> Json:
        """Deletes a directory with its contents, permanently."""
        return self._ask(DeleteDirectoryException, "DELETE", "directory/{}/", directory_id)

    def rename_directory(self, directory_id: str, directory_name: str) -> Json:
        """Renames a directory."""
        return self._ask(RenameDirectoryException, "POST", "directory/{}/", directory_id, body={"directoryName": directory_name})


def _file(directory_id: Optional[str], file_id: str) -> tuple[str, ...]:
    """The end of a request's path for a file, and the ids in it."""
    return ("file/{}/", file_id) if directory_id is None else ("directory/{}/file/{}/", directory_id, file_id)


class _Reporter:
    """Reports the library's progress in the form of the official client: file id and percentage, each step once. The
    caller reports the last step, when the call has succeeded.

    The library's progress has no id for a file that is being uploaded. So this class asks the service for the new file
    of that name. If the service does not list unfinished files, only the last step is reported.
    """

    def __init__(
        self, package: Package, progress: Optional[Listener], directory_id: Optional[str], *, name: str = "",
        file_id: Optional[str] = None,
    ) -> None:
        self.package, self.progress, self.directory_id = package, progress, directory_id
        self.name, self.file_id, self.last = name, file_id, 0.0
        self.before = None if file_id else self.ids()

    def ids(self) -> Optional[set[str]]:
        try:
            where = self.package.get_info() if self.directory_id is None else self.package.get_directory_information(self.directory_id)
        except (GetPackageInformationFailedException, GetDirectoryException):
            return None
        return {file["fileId"] for file in where["files"] if file["fileName"] == self.name}

    def __call__(self, record: records.Progress) -> None:
        if not record.bytes_total or not record.bytes_done:
            return
        if self.before is not None:
            self.file_id = next(iter((self.ids() or set()) - self.before), None)
            self.before = None
        percent = round(100 * record.bytes_done / record.bytes_total, 1)
        if self.file_id is not None and self.last < percent < 100:
            self.last = percent
            self.package.calculate_progress(self.file_id, record.bytes_done, record.bytes_total, self.progress)
