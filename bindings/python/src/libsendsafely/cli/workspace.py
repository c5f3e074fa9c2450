"""workspace: lists and transfers the directories and files of a Workspace."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from .. import Action, Client, Compare, Error, Existing, Package, Reason, Status, Workspace
from . import judged, runs, sync, targets
from .credentials import connect
from .display import printable
from .judged import sent_name
from .output import Output
from .receive import add_compare, add_download_options, compare, directory_made, keycode_judged, note_size, received, transferred
from .streams import standard_input
from .values import as_text

if TYPE_CHECKING:
    from ..records import Directory, Download, File, ReportItem


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser("workspace", help="list, upload to, download or synchronize a Workspace",
                                 description="Lists and transfers the files of a Workspace. `send --workspace NAME` creates one.")
    verbs = parser.add_subparsers(metavar="VERB", required=True, parser_class=type(parser))

    parser = verbs.add_parser("ls", parents=[common], help="list a directory", description="Lists a directory of a Workspace.")
    targets.add(parser, "WORKSPACE")
    parser.add_argument("path", metavar="PATH", nargs="?", type=as_text, default="", help="a directory in the Workspace; default: the root directory")
    parser.add_argument("--recursive", action="store_true", help="list its subdirectories too")
    parser.set_defaults(run=run_ls)

    parser = verbs.add_parser("put", parents=[common], help="upload files and directories",
                              description="Uploads files and directories. An existing file gets a new version.")
    targets.add(parser, "WORKSPACE")
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file or a directory; - for standard input, with --name")
    parser.add_argument("--into", metavar="PATH", type=as_text, default="", help="a directory in the Workspace; default: the root directory")
    parser.add_argument("--name", metavar="NAME", type=as_text, help="name of the file from standard input")
    add_upload_options(parser)
    runs.add_option(parser)
    add_compare(parser, "in a directory, and is not uploaded (by size alone all are)")
    parser.set_defaults(run=run_put)

    parser = verbs.add_parser("get", parents=[common], help="download a file or a directory",
                              description="Downloads a file, or a directory with its contents. Prints the path of each file that it wrote.")
    targets.add(parser, "WORKSPACE")
    parser.add_argument("path", metavar="PATH", nargs="?", type=as_text, default="", help="a file or directory in the Workspace; default: everything")
    add_download_options(parser)
    runs.add_option(parser)
    parser.set_defaults(run=run_get)

    sync.add(verbs, common)


def add_upload_options(parser: ArgumentParser) -> None:
    targets.add_replace_characters(parser)
    parser.add_argument("--allow-growth", action="store_true",
                        help="upload a file to which another program appends, such as a log, as long as it is at the start; default: fail")


def upload_options(arguments: Namespace) -> dict[str, Any]:
    return {"replace_characters": arguments.replace_characters, "allow_growth": arguments.allow_growth}


def run_ls(arguments: Namespace, out: Output) -> None:
    with connect(arguments, out) as client, targets.opened_workspace(client, arguments, out) as workspace:
        show(workspace, targets.directory_at(workspace, arguments.path), "", arguments.recursive, out)


def show(workspace: Workspace, directory: Directory, prefix: str, recursive: bool, out: Output) -> None:
    for inner in directory.directories:
        path = f"{prefix}{inner.name}/"
        out.result("directory", {"path": path, "directory_id": inner.directory_id, "created": inner.created}, f"{'':>15}  {printable(path)}")
        if recursive:
            show(workspace, workspace.get_directory(inner), path, recursive, out)
    for file in directory.files:
        path = prefix + file.file_name
        out.result("entry", {"path": path, "file_id": file.file_id, "size": file.size, "uploaded": file.uploaded,
                             "created_by": file.created_by, "version": file.version}, f"{'unknown' if file.size is None else file.size:>15}  {printable(path)}")


def run_put(arguments: Namespace, out: Output) -> None:
    if ("-" in arguments.files) != (arguments.name is not None) or arguments.files.count("-") > 1:
        raise Error("--name needs exactly one -, and - needs --name", status=Status.INVALID_ARGUMENT,
                    remedy="use both for standard input, or neither")
    judged.files(arguments)
    about = [targets.target(arguments), arguments.into, *map(os.path.realpath, arguments.files)]
    with connect(arguments, out) as client, put_run(arguments, out, client, "workspace put", about) as run, \
            targets.opened_workspace(client, arguments, out) as workspace:
        run.note(package=workspace.id)
        put(workspace, arguments, targets.directory_at(workspace, arguments.into), run, out)


def put_run(arguments: Namespace, out: Output, client: Client, command: str, about: list[str]) -> AbstractContextManager[runs.Run]:
    """The run of a command that sends. Standard input cannot be read a second time."""
    arguments.no_resume = arguments.no_resume or "-" in arguments.files
    return runs.noted(arguments, out, client, command, about, paths=[as_text(path) for path in arguments.files])


def put(workspace: Workspace, arguments: Namespace, into: Directory | None, run: runs.Run, out: Output) -> None:
    for number, path in enumerate(arguments.files):
        if path == "-" or not os.path.isdir(path):
            put_file(workspace, arguments, number, run, out, directory=into)
        else:
            put_directory(workspace, arguments, number, into, run, out)


def put_file(package: Package, arguments: Namespace, number: int, run: runs.Run, out: Output, *, there: Sequence[File] | None = None,
             directory: Directory | None = None) -> None:
    """Uploads a file, unless this run has done that before. `there` is what is on a package that only this run fills."""
    path = arguments.files[number]
    name = sent_name(path, arguments)
    options: Any = {"file_name": name, **upload_options(arguments), **({"directory": directory} if directory else {})}
    if path == "-":
        with out.bar(name) as bar:
            file = package.upload_file(standard_input().buffer, progress=bar, **options)
        print_sent(out, file, name, path)
        return
    now = runs.stamp(path)
    before, done = run.facts.get(f"begun {number}"), run.facts.get(f"done {number}")
    is_there = there is None or (done and any(file.file_id == done["file_id"] for file in there))
    if done and is_there and (done["stamp"] == now or (arguments.allow_growth and done["stamp"][0] <= now[0])):
        out.log(f"{name}: was sent before")
        print_before(out, path, done)
        return
    for left in there or ():
        # A kill came after the last part, and nothing but that is not noted; or the file has changed since.
        if left.file_name != judged.name_there(path, arguments) or not (done or (before and not run.begun())):
            continue
        if not done and before == now and left.size == now[0]:
            print_before(out, path, note_sent(run, number, left, now))
            return
        package.delete_file(left)
    run.note(**{f"begun {number}": now})
    with out.bar(name) as bar:
        file = run.using(lambda notes: package.upload_file(path, resume_file=notes, progress=bar, **options))
    note_sent(run, number, file, now)
    print_sent(out, file, name, path)


def note_sent(run: runs.Run, number: int, file: File, stamp: list[int]) -> dict[str, Any]:
    done = {"file_id": file.file_id, "name": file.file_name, "size": file.size or 0, "stamp": stamp}
    run.note(**{f"done {number}": done})
    return done


def put_directory(workspace: Workspace, arguments: Namespace, number: int, into: Directory | None, run: runs.Run, out: Output) -> None:
    path = arguments.files[number]
    name = sent_name(path, arguments)
    here = into or workspace.get_directory()
    inner: Any = next((directory for directory in here.directories if directory.name == name), None)
    inner = inner or workspace.create_directory(name, parent=into)
    given: dict[str, Any] = {"existing": Existing.OVERWRITE, "compare": compare(arguments)}
    if f"done {number}" in run.facts:
        # Only what has changed since then.
        given = {"existing": Existing.SKIP, "compare": Compare.TIME if arguments.compare == "size" else compare(arguments)}

    def upload_all() -> tuple[ReportItem, ...]:
        with out.bar(name) as bar:
            return run.using(lambda notes: workspace.upload_all(
                path, into=inner, resume_file=notes, progress=bar, **given, **upload_options(arguments)))

    report = transferred(out, upload_all)
    run.note(**{f"done {number}": {"size": sum(item.size for item in report)}})


def print_before(out: Output, path: str, done: dict[str, Any]) -> None:
    """Prints a file that the same command has uploaded before it was interrupted."""
    out.result("file", {"path": done["name"], "local_path": as_text(path), "file_id": done["file_id"], "size": done["size"], "status": Status.OK,
                        "action": Action.SKIPPED, "message": None, "renamed": False, "declared_size": done["size"], "reason": Reason.NONE}, None)


def print_sent(out: Output, file: File, name: str, path: str) -> None:
    """Prints a file that was uploaded."""
    renamed = file.file_name != name
    if renamed:
        out.note(f"{name}: sent as {file.file_name}")
    print_file(out, file, file.file_name, None if path == "-" else as_text(path), Action.UPLOADED, renamed=renamed)


def print_file(out: Output, file: Download | File, path: str, local_path: str | None, action: Action, renamed: bool = False) -> None:
    """Prints one file like an item of a report."""
    declared = getattr(file, "declared_size", file.size)
    out.result("file", {"path": path, "local_path": local_path, "file_id": file.file_id, "size": file.size, "status": Status.OK,
                        "action": action, "message": None, "renamed": renamed, "declared_size": declared, "reason": Reason.NONE},
               printable(local_path) if action is Action.DOWNLOADED else None)


def run_get(arguments: Namespace, out: Output) -> None:
    given: Any = {"existing": arguments.existing or Existing.REFUSE, "compare": compare(arguments), "strict_size": arguments.strict_size}
    with connect(arguments, out) as client, received(client, arguments, out, "workspace get", arguments.path) as run, \
            targets.opened_workspace(client, arguments, out) as workspace:
        run.note(package=workspace.id)
        *parents, last = targets.names(arguments.path) or [""]
        parent = targets.directory_at(workspace, "/".join(parents))
        file = next((file for file in parent.files if file.file_name == last), None)
        source: Any = parent if not last else next((directory for directory in parent.directories if directory.name == last), None)
        if file is None and source is None:
            raise targets.missing(arguments.path)
        with directory_made(arguments.to), out.bar(last or workspace.id) as bar, keycode_judged():
            if file is None:
                transferred(out, lambda: run.using(lambda notes: workspace.download_all(
                    arguments.to, from_directory=source, resume_file=notes, progress=bar, **given)))
            else:
                got = run.using(lambda notes: workspace.download_file(
                    file, arguments.to, directory=parent, resume_file=notes, progress=bar, **given))
                print_file(out, got, last, got.path, Action.SKIPPED if got.skipped else Action.DOWNLOADED)
                note_size(out, last, got.size, got.declared_size)
