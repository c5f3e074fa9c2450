"""resume: shows and removes what interrupted commands go on with."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .. import Error, Status, Workspace
from .credentials import connect
from .display import printable, size_text
from .output import Output
from .runs import BUSY, GONE, Run, directory
from .send import remove
from .values import whole


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser("resume", help="show or remove what interrupted commands go on with",
                                 description="Shows or removes what was noted of interrupted commands, so that the same command goes on.")
    verbs = parser.add_subparsers(metavar="VERB", required=True, parser_class=type(parser))
    parser = verbs.add_parser("list", parents=[common], help="list the interrupted commands",
                              description="Lists the interrupted commands: its name, what was done, package and files. Needs no network.")
    parser.set_defaults(run=run_list)
    parser = verbs.add_parser("clean", parents=[common], help="forget interrupted commands, and remove what they have left",
                              description="Forgets interrupted commands, and removes what they have left: temporary files here; on the service, "
                                          "unfinished packages of send and incomplete files of workspace put.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="a name that resume list shows; default: all")
    parser.add_argument("--older-than", metavar="DAYS", type=whole(0, 36500, "days"), help="only those that began so many days ago")
    parser.set_defaults(run=run_clean)


class Kept(NamedTuple):
    """A run that somebody may go on with."""

    name: str
    run: Run
    is_running: bool


def kept(out: Output) -> Iterator[Kept]:
    """All runs, the oldest first. Each is locked while it is looked at, unless its command is running."""
    names = []
    with suppress(OSError):
        names = [name for name in os.listdir(directory()) if len(name) == 32 and "." not in name]
    found = []
    for name in names:
        run = Run(os.path.join(directory(), name), out)
        with suppress(OSError):
            is_running = not run.open()
            if is_running:
                with open(run.path or "", "rb") as file:
                    for line in file:
                        with suppress(ValueError):
                            run.facts.update(json.loads(line))
            found.append(Kept(name, run, is_running))
    yield from sorted(found, key=lambda one: one.run.facts.get("started", 0))


def run_list(arguments: Namespace, out: Output) -> None:
    for name, run, is_running in kept(out):
        facts, size = run.facts, run.size()
        started = datetime.fromtimestamp(facts.get("started", 0), timezone.utc)
        record = {"name": name[:8], "command": facts.get("command"), "package_id": facts.get("package"), "started": started, "size": size,
                  "paths": facts.get("paths", []), "directory": facts.get("directory"), "is_running": is_running}
        days = (time.time() - facts.get("started", 0)) / 86400
        age = f"{days:.0f} days" if days >= 2 else f"{days * 24:.0f} hours"
        words = [name[:8], f"{facts.get('command', '?'):13}", f"{size_text(size):>12}", f"{age:>9}", facts.get("package") or "",
                 ", ".join(facts.get("paths", [])) or facts.get("directory") or "", "(running)" if is_running else ""]
        out.result("resumable", record, printable("  ".join(word for word in words if word)))
        run.close()


def run_clean(arguments: Namespace, out: Output) -> None:
    found, chosen = set(), []
    for one in kept(out):
        named = [name for name in arguments.names if one.name.startswith(name)]
        found.update(named)
        age = time.time() - one.run.facts.get("started", 0)
        if (arguments.names and not named) or age < (arguments.older_than or 0) * 86400:
            one.run.close()
        else:
            chosen.append(one)
    if missing := [name for name in arguments.names if name not in found]:
        raise Error(f"{missing[0]}: there is no interrupted command of this name", status=Status.INVALID_ARGUMENT, remedy="see resume list")
    for name, run, is_running in chosen:
        if is_running:
            out.note(f"{name[:8]}: {BUSY}, so it stays")
            continue
        remark = clean(run, arguments, out)
        run.remove_temporaries()
        run.remove()
        what = {"name": name[:8], "command": run.facts.get("command"), "package_id": run.facts.get("package"), "remark": remark or None}
        out.result("cleaned", what, None)
        if remark:
            out.note(f"{name[:8]}: {remark}")


def clean(run: Run, arguments: Namespace, out: Output) -> str:
    """Removes what is on the service and incomplete."""
    facts, package_id = run.facts, str(run.facts.get("package") or "")
    begun = [part for part in run.begun() if part.file_id and not part.temporary and part.stored < part.parts]
    is_sent = facts.get("command") == "send" and package_id
    if not is_sent and not (begun and package_id):
        return ""
    with connect(arguments, out) as client:
        if client.host != facts.get("host"):
            raise Error(f"{os.path.basename(run.path or '')[:8]} is of the host {facts.get('host')}, the credentials are of {client.host}",
                        status=Status.INVALID_ARGUMENT, remedy="use the credentials of that host")
        try:
            if is_sent:
                with client.open_package(package_id, facts["keycode"]) as package:
                    return remove(package, out, 60)
            code = client.get_package_information(package_id).package_code
            with client.open_link(f"{client.host}/receive/?packageCode={code}") as workspace:
                for part in begun:
                    workspace.delete_file(part.file_id, directory=part.directory_id if isinstance(workspace, Workspace) else None)
        except Error as error:
            if error.status not in GONE:
                raise
            return "the service no longer has it"
    return ""
