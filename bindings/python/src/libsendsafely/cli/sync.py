"""workspace sync: makes a local directory and a directory of a Workspace equal."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import Action, Direction, Error, Status
from . import targets
from .credentials import connect
from .display import printable
from .output import EXIT_CONFLICT, Output

if TYPE_CHECKING:
    from ..records import ReportItem

#: What was done with a file: its mark, its member of the JSON summary, and its words for people.
DONE = {
    Action.UPLOADED: (">", "uploaded", "uploaded"),
    Action.DOWNLOADED: ("<", "downloaded", "downloaded"),
    Action.DELETED_THERE: ("x>", "deleted_there", "deleted in the Workspace"),
    Action.DELETED_HERE: ("<x", "deleted_here", "deleted here"),
    Action.KEPT_BOTH: ("!", "conflicts", "kept twice"),
    Action.COMPARED: ("?", "compared", "to be compared"),
    Action.IGNORED: ("-", "ignored", "left alone"),
    Action.NONE: ("E", "failed", "failed"),
}
DESCRIPTION = f"""Makes a local directory and a directory of a Workspace equal. A file that was created or changed on one side since the
last sync goes to the other. A file that has changed on both sides is kept twice: the newer content under its name, the
other one as "NAME (conflict DAY HOST)"; the exit code is then {EXIT_CONFLICT}. Nothing is deleted without --delete: it comes back.
After an interruption the next sync goes on, also within a file.

Prints a line for each file that was not equal:
  >   uploaded                    <   downloaded
  x>  deleted in the Workspace    <x  deleted here
  !   conflict: kept twice        -   left alone
  E   failed                      ?   to be compared (only with --dry-run)"""
NAMED = 5  # So many conflicts are named in the remark at the end; each has a line of its own.


def add(verbs: Any, common: ArgumentParser) -> None:
    parser = verbs.add_parser("sync", parents=[common], help="make a local directory and a Workspace equal", description=DESCRIPTION)
    targets.add(parser, "WORKSPACE")
    parser.add_argument("directory", metavar="DIRECTORY", help="a local directory; --down creates it, except in a dry run")
    parser.add_argument("path", metavar="PATH", nargs="?", default="", help="a directory in the Workspace; default: the root directory")
    way = parser.add_mutually_exclusive_group()
    for name, direction, text in (
            ("--both", Direction.BOTH, "each side follows the other (the default)"),
            ("--up", Direction.UP, "the Workspace follows the local directory, which stays as it is"),
            ("--down", Direction.DOWN, "the local directory follows the Workspace, which stays as it is")):
        way.add_argument(name, dest="direction", action="store_const", const=direction, default=Direction.BOTH, help=text)
    parser.add_argument("--delete", dest="delete_files", action="store_true",
                        help="what was deleted on one side since the last sync is deleted on the other, unless it has changed there")
    parser.add_argument("--force", action="store_true",
                        help="delete more than half of a side's files too; default: ask on a terminal, fail elsewhere")
    parser.add_argument("--dry-run", action="store_true", help="print what would be done, and change nothing")
    parser.add_argument("--include", metavar="PATTERN", action="append", default=[],
                        help="only files that fit a pattern as in a .gitignore file, such as '*.pdf'; can be repeated")
    parser.add_argument("--exclude", metavar="PATTERN", action="append", default=[],
                        help="no files and directories that fit a pattern, such as cache/ or /build; can be repeated")
    parser.add_argument("--checksum", action="store_true", help="read all local files, to find changes that neither size nor time shows")
    parser.add_argument("--follow-links", action="store_true", help="follow symbolic links; default: leave them alone")
    targets.add_replace_characters(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, out: Output) -> int:
    with connect(arguments, out) as client, targets.opened_workspace(client, arguments, out) as workspace:
        given: dict[str, Any] = {name: getattr(arguments, name) for name in (
            "direction", "delete_files", "dry_run", "checksum", "follow_links", "replace_characters", "include", "exclude")}
        given["remote_directory"] = targets.directory_at(workspace, arguments.path)
        if arguments.direction is Direction.DOWN and not arguments.dry_run:
            os.makedirs(arguments.directory, exist_ok=True)

        def sync(force: bool) -> tuple[ReportItem, ...]:
            with out.bar("sync") as bar:
                return workspace.sync(arguments.directory, force=force, progress=bar, **given)

        try:
            try:
                report = sync(arguments.force)
            except Error as error:
                if error.status is not Status.MANY_DELETIONS or arguments.dry_run or not agreed(error, out):
                    raise
                report = sync(force=True)
        except Error as error:
            show(error.report or (), arguments, out, has_failed=True)
            raise
        return show(report, arguments, out)


def agreed(error: Error, out: Output) -> bool:
    """Asks whether many files are to be deleted, if there is somebody to ask."""
    if out.json or sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"libsendsafely: {printable(error.message)}. Delete them? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def show(report: Sequence[ReportItem], arguments: Namespace, out: Output, *, has_failed: bool = False) -> int:
    """Prints what was done with each file, and a summary. Returns the exit code."""
    for item in report:
        mark = DONE.get(item.action, ("?", "", ""))[0]
        out.result("file", item, printable(f"{mark:<3} {item.path}{said(item, arguments.dry_run)}"))
    counts = Counter(item.action for item in report)
    summary = {"dry_run": arguments.dry_run, **{member: counts[action] for action, (_, member, _) in DONE.items()}}
    if out.json:
        out.result("summary", summary, None)
    texts = {action: text for action, (_, _, text) in DONE.items()}
    if arguments.dry_run:
        texts[Action.KEPT_BOTH] = "to be kept twice"
    words = [f"{counts[action]} {text}" for action, text in texts.items() if counts[action]]
    if counts.keys() <= {Action.IGNORED} and not has_failed:
        words.insert(0, "nothing to do")
    if words:
        out.note(f"{', '.join(words)}{' (dry run: nothing was changed)' if arguments.dry_run else ''}")
    conflicts = [item.path for item in report if item.action is Action.KEPT_BOTH]
    if not conflicts or arguments.dry_run:
        return 0
    if not out.json:
        more = f" and {len(conflicts) - NAMED} more" if len(conflicts) > NAMED else ""
        out.say(f"conflict: {', '.join(conflicts[:NAMED])}{more}: compare the two, keep one under the name, delete the other, and sync with --delete")
    return EXIT_CONFLICT


def said(item: ReportItem, dry_run: bool) -> str:
    """What a line has after the path."""
    if item.action is Action.KEPT_BOTH:
        other = os.path.basename(item.local_path or "")
        return ": both contents would be kept" if dry_run else f": the other content is now {other}"
    if item.action is Action.COMPARED:
        return ": the contents would be compared, and both kept if they differ"
    message = item.message or ""
    for name in (item.local_path, item.path, os.path.basename(item.path)):
        message = message[len(name) + 2:] if name and message.startswith(f"{name}: ") else message
    return message and f": {message}"
