"""receive: everything in a package, into a directory."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable

from .. import Action, Error, Existing, Status
from . import targets
from .credentials import connect
from .output import Output, message_text, printable
from .targets import first_line

if TYPE_CHECKING:
    from ..records import ReportItem


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "receive", parents=[common], help="receive all files of a package",
        description="Receives all files of a package, verified, and prints the message and the path of each file that it wrote.")
    targets.add(parser, "LINK|ID")
    add_download_options(parser)
    parser.add_argument("--password-file", metavar="FILE", help="file with the password that the sender has set")
    parser.set_defaults(run=run)


def add_download_options(parser: ArgumentParser) -> None:
    parser.add_argument("--to", metavar="DIRECTORY", default=".", help="where to write, made if it is missing; default: here")
    add_existing(parser)
    add_strict_size(parser)


def add_strict_size(parser: ArgumentParser) -> None:
    parser.add_argument("--strict-size", action="store_true",
                        help="refuse a file that has another size than its sender declared; default: keep it, and say so")


def add_existing(parser: ArgumentParser) -> None:
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", dest="existing", action="store_const", const=Existing.OVERWRITE, help="replace files that are there")
    existing.add_argument("--skip", dest="existing", action="store_const", const=Existing.SKIP,
                          help="leave files alone that are there with the same size; also to go on after a failure")


def run(arguments: Namespace, out: Output) -> None:
    password = first_line(arguments.password_file) if arguments.password_file else None
    with connect(arguments, out) as client, targets.opened(client, arguments, out) as package:
        message = package.get_message()
        if message is not None:
            out.result("message", {"text": message}, message_text(message))
        os.makedirs(arguments.to, exist_ok=True)
        with out.bar(package.id) as bar:
            transferred(out, lambda: package.download_all(
                arguments.to, existing=arguments.existing or Existing.REFUSE, password=password,
                strict_size=arguments.strict_size, progress=bar))


def transferred(out: Output, transfer: Callable[[], Iterable[ReportItem]]) -> None:
    """Runs the transfer of a tree, and tells what became of each file even if it fails. What was uploaded is no news for
    people."""
    try:
        tell(out, transfer())
    except Error as error:
        if error.status is Status.DENIED:
            error.remedy = "check that the secure link is whole, and that the package is for this account"
        # What the error itself says is not said twice.
        tell(out, error.report or (), error.message)
        raise


def tell(out: Output, report: Iterable[ReportItem], told: str = "") -> None:
    for item in report:
        out.result("file", item, printable(item.local_path) if item.action is Action.DOWNLOADED else None)
        if item.action is Action.SKIPPED:
            out.log(f"{item.path}: is there already")
        elif item.action is Action.IGNORED:
            out.note(f"{item.message}; left out")
        elif item.status is not Status.OK and (item.message or "") not in told:
            out.note(f"{item.path}: {item.message}")
        elif item.renamed:
            out.note(f"{item.path}: written as {item.local_path}")
        if item.action is Action.DOWNLOADED:
            tell_size(out, item.path, item.size, item.declared_size)


def tell_size(out: Output, path: str, received: int, declared: int | None) -> None:
    if declared not in (None, received):
        out.note(f"{path}: {received} bytes were received, {declared} were declared")
