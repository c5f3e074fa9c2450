"""A Workspace: a package with directories and collaborators that stays until its owner deletes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from ._calls import call
from ._values import identify
from .package import Package
from .rows import Rows

if TYPE_CHECKING:
    from .package import InDirectory
    from .records import ActivityEntry, Directory, File, Recipient, Subdirectory

    ADirectory = Union[str, Directory, Subdirectory]


class Workspace(Package):
    """A Workspace, usable at once and never finalized. Its recipients are its collaborators. Where a directory may be left
    out, that means the root directory."""

    def set_recipient_role(self, recipient: str | Recipient, role: str) -> None:
        """Sets the role of a collaborator: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or a later one.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the collaborator first. Status.INVALID_INPUT: the service does not know the
        role. Status.DENIED: only owners and managers may.
        SendSafely Client API: update recipient (protocol 6.4.4), Workspaces (protocol 7.3).
        """
        call("sendsafely_package_set_recipient_role", self, identify(recipient, "recipient_id"), role)

    def get_collaborators(self) -> str:
        """The collaborators as the service tells them: the text of a JSON array, which it does not describe; get_information
        has what is known of recipients. SendSafely Client API: collaborators (protocol 6.4.9)."""
        return call("sendsafely_package_get_collaborators", self)

    def get_directory(
        self, directory: InDirectory = None, *, sort_field: str | None = None, descending: bool = False, one_page: bool = False,
        file_index: int = 0, directory_index: int = 0,
    ) -> Directory:
        """A directory with its files and the directories in it, sorted by sort_field, such as "name". With one_page only one
        page, at most 100 of each, from file_index and directory_index on.

        Status.REFUSED: no such directory. Status.INVALID_ARGUMENT: an index without one_page.
        SendSafely Client API: get directory (protocol 6.8.1).
        """
        return call("sendsafely_package_get_directory", self, identify(directory, "directory_id"), sort_field=sort_field,
                          descending=descending, one_page=one_page, file_index=file_index, directory_index=directory_index)

    def create_directory(self, name: str, *, parent: InDirectory = None) -> str:
        """Makes a directory in another one: the new id.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.DENIED: the account may only
        read. Status.REFUSED: no such parent.
        SendSafely Client API: create directory (protocol 6.8.2).
        """
        return call("sendsafely_package_create_directory", self, identify(parent, "directory_id"), name)

    def rename_directory(self, directory: ADirectory, new_name: str) -> None:
        """Gives a directory another name. Status.DENIED: the root directory has none. Errors as for create_directory.
        SendSafely Client API: rename directory (protocol 6.8.3)."""
        call("sendsafely_package_rename_directory", self, identify(directory, "directory_id"), new_name)

    def move_directory(self, directory: ADirectory, target_directory: InDirectory = None) -> None:
        """Moves a directory with everything in it into another one. Status.REFUSED: there is no such directory, or the target
        is inside it. SendSafely Client API: move directory (protocol 6.8.4)."""
        call("sendsafely_package_move_directory", self, identify(directory, "directory_id"), identify(target_directory, "directory_id"))

    def delete_directory(self, directory: ADirectory) -> None:
        """Deletes a directory with everything in it, for good. Status.DENIED: not the root directory.
        SendSafely Client API: delete directory (protocol 6.8.5)."""
        call("sendsafely_package_delete_directory", self, identify(directory, "directory_id"))

    def move_file(self, file: str | File, target_directory: InDirectory = None) -> None:
        """Moves a file into another directory. Status.REFUSED: no such file or directory. Status.DENIED: the account may only
        read. SendSafely Client API: move file (protocol 6.7.3)."""
        call("sendsafely_package_move_file", self, identify(file, "file_id"), identify(target_directory, "directory_id"))

    def list_activity(self) -> Rows[ActivityEntry]:
        """What was done in the Workspace, fetched page by page while one iterates.

        Status.DENIED, while iterating: only its owner, managers and administrators may.
        SendSafely Client API: activity log (protocol 6.11).
        """
        address: int = call("sendsafely_package_list_activity", self)
        return Rows(address, self._callbacks, next_="sendsafely_activity_iterator_next", free="sendsafely_activity_iterator_free")
