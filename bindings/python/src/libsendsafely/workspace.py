"""A Workspace: a package with directories and collaborators that stays until its owner deletes it."""

from __future__ import annotations

from typing import Optional, Union

from ._calls import call
from ._later import records
from ._values import identify, identify_or_none
from .package import InDirectory, Package
from .rows import Rows

ADirectory = Union[str, "records.Directory", "records.Subdirectory"]


class Workspace(Package):
    """A Workspace. It is usable at once and never finalized. Its recipients are its collaborators. A directory that is
    None is the root directory."""

    # Workspaces are protocol 7.3, directories 6.8, roles 6.4.4, the activity log 6.11.

    def set_recipient_role(self, recipient: Union[str, records.Recipient], role: str) -> None:
        """Sets the role of a collaborator: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or a newer role of the service.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the collaborator first. Status.INVALID_ARGUMENT: the role is empty.
        Status.INVALID_INPUT: the service does not know the role. Status.DENIED: the account is not an owner or manager
        of the Workspace.
        """
        call("sendsafely_package_set_recipient_role", self, identify(recipient, "recipient_id"), role)

    def get_collaborators(self) -> str:
        """Returns the collaborators as the service sends them: the text of a JSON array. The service does not document
        its members; get_information returns the known data of recipients."""
        return call("sendsafely_package_get_collaborators", self)

    def get_directory(
        self, directory: InDirectory = None, *, sort_field: Optional[str] = None, descending: bool = False,
        one_page: bool = False, file_index: int = 0, directory_index: int = 0,
    ) -> records.Directory:
        """Returns a directory with its files and subdirectories, sorted by sort_field, such as "name". With one_page it
        returns one page, at most 100 files and 100 subdirectories, starting at file_index and directory_index.

        Status.REFUSED: the directory does not exist. Status.INVALID_ARGUMENT: an index without one_page.
        """
        return call("sendsafely_package_get_directory", self, identify_or_none(directory, "directory_id"),
                    sort_field=sort_field, descending=descending, one_page=one_page, file_index=file_index,
                    directory_index=directory_index)

    def create_directory(self, name: str, *, parent: InDirectory = None) -> str:
        """Creates a directory in another one. Returns its id.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.DENIED: the account may only
        read. Status.REFUSED: the parent does not exist.
        """
        parent_id = identify_or_none(parent, "directory_id", "parent")
        return call("sendsafely_package_create_directory", self, parent_id, name)

    def rename_directory(self, directory: ADirectory, new_name: str) -> None:
        """Renames a directory. Status.DENIED: the root directory has no name. Otherwise like create_directory."""
        call("sendsafely_package_rename_directory", self, identify(directory, "directory_id"), new_name)

    def move_directory(self, directory: ADirectory, target_directory: InDirectory = None) -> None:
        """Moves a directory with its contents into another one. Status.REFUSED: a directory does not exist, or the
        target is inside the directory."""
        call("sendsafely_package_move_directory", self, identify(directory, "directory_id"),
             identify_or_none(target_directory, "directory_id", "target_directory"))

    def delete_directory(self, directory: ADirectory) -> None:
        """Deletes a directory with its contents, permanently. Status.DENIED: the root directory cannot be deleted."""
        call("sendsafely_package_delete_directory", self, identify(directory, "directory_id"))

    def move_file(self, file: Union[str, records.File], target_directory: InDirectory = None) -> None:
        """Moves a file into another directory. Status.REFUSED: the file or the directory does not exist. Status.DENIED:
        the account may only read."""
        call("sendsafely_package_move_file", self, identify(file, "file_id"),
             identify_or_none(target_directory, "directory_id", "target_directory"))

    def list_activity(self) -> Rows[records.ActivityEntry]:
        """Lists what users did in the Workspace. Pages are fetched during the iteration.

        Status.DENIED, during the iteration: only the owner, managers and administrators may read it.
        """
        address: int = call("sendsafely_package_list_activity", self)
        return Rows(address, self._callbacks, next_="sendsafely_activity_iterator_next",
                    free="sendsafely_activity_iterator_free")
