"""receive: downloads all files of a package into a directory."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Callable

from .. import Action, Client, Compare, Error, Existing, Reason, Status
from . import runs, targets, texts
from .credentials import connect
from .display import message_text, printable
from .output import Output
from .values import as_text

if TYPE_CHECKING:
    from ..records import ReportItem


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "receive", parents=[common], help="receive all files of a package",
        description="Downloads and verifies all files of a package. Prints the message and the path of each file that it wrote.")
    targets.add(parser, "LINK|ID")
    add_download_options(parser)
    parser.add_argument("--password-file", metavar="FILE", help="file with the password that the sender set")
    runs.add_option(parser)
    parser.set_defaults(run=run)


def add_download_options(parser: ArgumentParser) -> None:
    parser.add_argument("--to", metavar="DIRECTORY", default=".", help="where to write; created if missing; default: the current directory")
    add_existing(parser)
    add_compare(parser, "with --skip or --overwrite")
    add_strict_size(parser)


def add_strict_size(parser: ArgumentParser) -> None:
    parser.add_argument("--strict-size", action="store_true",
                        help="refuse a file whose size is not the one that the sender declared; default: keep it, with a remark")


def add_existing(parser: ArgumentParser) -> None:
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", dest="existing", action="store_const", const=Existing.OVERWRITE, help="replace existing files")
    existing.add_argument("--skip", dest="existing", action="store_const", const=Existing.SKIP,
                          help="skip existing files of the same size")


def add_compare(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("--compare", choices=("size", "time", "content"), default="size",
                        help=f"how to find out whether a file is the same, {what}: size; time: size, and not older than the other side's "
                             "(a file that was downloaded with time has the time of its upload, any other that of its download); "
                             "content: download it and compare; default: size")


def compare(arguments: Namespace) -> Compare:
    return Compare[arguments.compare.upper()]


#: What was at the target of a file that was transferred.
THERE = {
    Reason.NEW: "was not there", Reason.SIZE: "had another size there", Reason.TIME: "was older there",
    Reason.CONTENT: "had another content there", Reason.INCOMPLETE: "was incomplete there", Reason.OVERWRITE: "was there",
}


def run(arguments: Namespace, out: Output) -> None:
    password = texts.first_line(arguments.password_file) if arguments.password_file else None
    with connect(arguments, out) as client, received(client, arguments, out, "receive") as run, targets.opened(client, arguments, out) as package:
        run.note(package=package.id)
        with keycode_judged():
            message = package.get_message()
        if message is not None:
            out.result("message", {"text": message}, message_text(message))
        with directory_made(arguments.to), out.bar(package.id) as bar, keycode_judged():
            transferred(out, lambda: run.using(lambda notes: package.download_all(
                arguments.to, existing=arguments.existing or Existing.REFUSE, password=password,
                strict_size=arguments.strict_size, compare=compare(arguments), resume_file=notes, progress=bar)))


def received(client: Client, arguments: Namespace, out: Output, command: str, path: str = "") -> AbstractContextManager[runs.Run]:
    """The run of a command that receives."""
    to = os.path.realpath(arguments.to)
    return runs.noted(arguments, out, client, command, [targets.target(arguments), path, to], directory=as_text(to))


@contextmanager
def directory_made(path: str) -> Iterator[None]:
    """Creates a directory for what is received. After a failure, those that are still empty go again."""
    missing: list[str] = []
    above = os.path.abspath(path)
    while not os.path.lexists(above):
        missing.append(above)
        above = os.path.dirname(above)
    try:
        os.makedirs(path, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Error(f"{as_text(path)} is not a directory", status=Status.FILE_EXISTS, remedy="choose another directory with --to") from None
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for made in missing:
                os.rmdir(made)
        raise


@contextmanager
def keycode_judged() -> Iterator[None]:
    """The service denies files and messages to a keycode that is not the package's. That this account may open the
    package is known when it is open."""
    try:
        yield
    except Error as error:
        if error.status is Status.DENIED:
            error.status = Status.WRONG_KEYCODE
            error.message = f"the keycode is probably wrong: {error.message}"
            error.remedy = "use the whole secure link that the sender sent; or the sender has to let this account read the package"
        raise


def transferred(out: Output, transfer: Callable[[], tuple[ReportItem, ...]]) -> tuple[ReportItem, ...]:
    """Runs a transfer of several files, and prints what happened to each of them, also if the transfer fails."""
    try:
        report = transfer()
    except Error as error:
        # A file that the error itself names is not reported twice.
        print_report(out, error.report or (), error.message)
        raise
    print_report(out, report)
    return report


def print_report(out: Output, report: Iterable[ReportItem], known: str = "") -> None:
    for item in report:
        # People know what they uploaded; only programs need these lines.
        out.result("file", item, printable(item.local_path) if item.action is Action.DOWNLOADED else None)
        if item.action in (Action.UPLOADED, Action.DOWNLOADED) and item.reason in THERE:
            out.log(f"{item.path}: {THERE[item.reason]}")
        if item.action is Action.SKIPPED:
            out.log(f"{item.path}: already there, skipped")
        elif item.action is Action.IGNORED:
            out.note(f"{item.message}; left out")
        elif item.status is not Status.OK and (item.message or "") not in known:
            out.note(with_path(item.path, item.message or ""))
        elif item.renamed and item.action is Action.UPLOADED:
            out.note(f"{item.local_path}: sent as {item.path}")
        elif item.renamed:
            out.note(f"{item.path}: written as {item.local_path}")
        if item.action is Action.DOWNLOADED:
            note_size(out, item.path, item.size, item.declared_size)


def with_path(path: str, message: str) -> str:
    """The message, with the whole path in place of the name with which it may begin."""
    name = path.rpartition("/")[2]
    return f"{path}: {message[len(name) + 2:] if message.startswith(f'{name}: ') else message}"


def note_size(out: Output, path: str, received: int, declared: int | None) -> None:
    if declared not in (None, received):
        out.note(f"{path}: {received} bytes were received, {declared} were declared")
