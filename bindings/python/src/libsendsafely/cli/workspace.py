"""workspace: lists and transfers the directories and files of a Workspace."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import Action, Error, Existing, Reason, Status, Workspace
from . import judged, resume, sync, targets
from .credentials import connect
from .display import printable
from .judged import sent_name
from .output import Output
from .receive import add_compare, add_download_options, compare, directory_made, keycode_judged, note_size, transferred
from .streams import standard_input
from .values import as_text

if TYPE_CHECKING:
    from ..records import Directory, Download, File


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
    resume.add_option(parser)
    add_compare(parser, "in a directory, and is not uploaded (by size alone all are)")
    parser.set_defaults(run=run_put)

    parser = verbs.add_parser("get", parents=[common], help="download a file or a directory",
                              description="Downloads a file, or a directory with its contents. Prints the path of each file that it wrote.")
    targets.add(parser, "WORKSPACE")
    parser.add_argument("path", metavar="PATH", nargs="?", type=as_text, default="", help="a file or directory in the Workspace; default: everything")
    add_download_options(parser)
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
    with connect(arguments, out) as client, targets.opened_workspace(client, arguments, out) as workspace:
        put(workspace, arguments, targets.directory_at(workspace, arguments.into), out)


def put(workspace: Workspace, arguments: Namespace, into: Directory | None, out: Output) -> None:
    for path in arguments.files:
        name = sent_name(path, arguments)
        about = (workspace.id, into.directory_id if into else "", os.path.realpath(path))
        with resume.noted(arguments, out, *about) as noted, out.bar(name) as bar:
            if path == "-":
                file = workspace.upload_file(standard_input().buffer, file_name=name, directory=into, progress=bar, **upload_options(arguments))
                print_sent(out, file, name, path)
            elif not os.path.isdir(path):
                file = workspace.upload_file(path, file_name=name, directory=into, progress=bar, resume_file=noted, **upload_options(arguments))
                print_sent(out, file, name, path)
            else:
                here = into or workspace.get_directory()
                inner: Any = next((directory for directory in here.directories if directory.name == name), None)
                inner = inner or workspace.create_directory(name, parent=into)
                upload_all = partial(workspace.upload_all, path, into=inner, existing=Existing.OVERWRITE, compare=compare(arguments), progress=bar,
                                     resume_file=noted, **upload_options(arguments))
                transferred(out, upload_all)


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
    with connect(arguments, out) as client, targets.opened_workspace(client, arguments, out) as workspace:
        *parents, last = targets.names(arguments.path) or [""]
        parent = targets.directory_at(workspace, "/".join(parents))
        file = next((file for file in parent.files if file.file_name == last), None)
        source: Any = parent if not last else next((directory for directory in parent.directories if directory.name == last), None)
        if file is None and source is None:
            raise targets.missing(arguments.path)
        with directory_made(arguments.to), out.bar(last or workspace.id) as bar, keycode_judged():
            if file is None:
                transferred(out, lambda: workspace.download_all(arguments.to, from_directory=source, progress=bar, **given))
            else:
                got = workspace.download_file(file, arguments.to, directory=parent, progress=bar, **given)
                print_file(out, got, last, got.path, Action.SKIPPED if got.skipped else Action.DOWNLOADED)
                note_size(out, last, got.size, got.declared_size)
