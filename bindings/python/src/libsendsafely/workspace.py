"""A Workspace: a package with directories and collaborators that stays until its owner deletes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional, Union

from ._calls import call
from ._later import records
from ._values import identify, identify_or_none, path, path_or_none, texts
from .enums import Direction, Status
from .errors import Error
from .package import InDirectory, Package, Path, ProgressCallback, Report
from .rows import Rows

ADirectory = Union[str, "records.Directory", "records.Subdirectory"]


def lines(patterns: Iterable[str], name: str) -> str:
    """Patterns as the library takes them: one on each line, of which none is empty or a comment."""
    items = texts(patterns, name)
    if any(not item.strip(" ") or {"\n", "\r"} & {*item} for item in items):
        raise Error(f"{name} has a pattern that is empty or has a line break", status=Status.INVALID_ARGUMENT)
    return "\n".join(f"\\{item}" if item.startswith("#") else item for item in items)


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

    def sync(
        self, directory: Path, *, remote_directory: InDirectory = None, direction: Direction = Direction.BOTH,
        delete_files: bool = False, force: bool = False, dry_run: bool = False, checksum: bool = False,
        follow_links: bool = False, replace_characters: bool = False, include: Iterable[str] = (),
        exclude: Iterable[str] = (), state_directory: Optional[Path] = None, progress: ProgressCallback = None,
    ) -> Report:
        """Makes a local directory and a directory of the Workspace equal, with everything in them. A file that was
        created or changed on one side since the last sync goes to the other; with Direction.UP the local directory
        stays as it is, with Direction.DOWN the Workspace.

        A file that has changed on both sides is kept twice, on both sides: the newer content under the name, the other
        one under a marked name, such as "report (conflict 2026-11-30 HOST).pdf". Its item has Action.KEPT_BOTH, and its
        `local_path` ends with the marked name. What a sync replaces in the Workspace stays there as an earlier version.

        delete_files: what was deleted on one side is deleted on the other too, unless it has changed there. Without it,
        it comes back. A call that would delete more than half of a side's files, or all, raises Status.MANY_DELETIONS
        before it changes anything, unless with force.

        dry_run: nothing is changed, and the report says what would be done. Action.COMPARED then stands for a file of
        which only a download could say that both sides have the same. Where the sync would raise Status.MANY_DELETIONS,
        so does this, with all items in the `report` of the Error.

        checksum reads all local files, to find changes that neither size nor time shows. follow_links follows symbolic
        links, which are only in the report otherwise. replace_characters is that of upload_file.

        include and exclude are patterns as in a .gitignore file, such as ["*.pdf"]: only files that fit one of include
        take part, and what fits one of exclude does not. "cache/" stands for directories only, "/build" for an entry of
        the synced directory itself. There are no exceptions ("!"). Upper and lower case differ, Unicode's forms of a
        letter do not.

        state_directory keeps what both sides had after the last sync, and which parts of files a sync that was
        interrupted has transferred, without any key; by default it is libsendsafely in $XDG_STATE_HOME or
        ~/.local/state. Without its content nothing is deleted, and what is equal is found by downloading.

        Returns one item for each file that was transferred, deleted, kept twice or left alone. If a file fails, the
        items are in the `report` of the Error. Whatever ends a call, the next one goes on, also within a file; a file
        that another program is writing is left for it, with Action.IGNORED. Status.SYNC_RUNNING: another program syncs this directory.
        Status.DIRECTORY_NOT_FOUND: create directory first. Status.INVALID_ARGUMENT: not a pattern. Otherwise like
        upload_all and download_all.
        """
        return call("sendsafely_package_sync", self, path(directory, "directory"), progress=progress,
                    directory_id=identify_or_none(remote_directory, "directory_id", "remote_directory"),
                    direction=direction, delete_files=delete_files, force=force, dry_run=dry_run, checksum=checksum,
                    follow_links=follow_links, replace_characters=replace_characters,
                    include=lines(include, "include"), exclude=lines(exclude, "exclude"),
                    state_directory=path_or_none(state_directory, "state_directory"))

    def list_activity(self) -> Rows[records.ActivityEntry]:
        """Lists what users did in the Workspace. Pages are fetched during the iteration.

        Status.DENIED, during the iteration: only the owner, managers and administrators may read it.
        """
        address: int = call("sendsafely_package_list_activity", self)
        return Rows(address, self._callbacks, next_="sendsafely_activity_iterator_next",
                    free="sendsafely_activity_iterator_free")
