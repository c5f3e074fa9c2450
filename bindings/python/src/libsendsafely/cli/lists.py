"""list and info: lists packages, and shows what the service knows about one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import islice
from typing import TYPE_CHECKING, Any

from .. import PackageList, PackageStatus
from . import targets
from .credentials import connect
from .display import printable, size_text
from .output import Output
from .send import usage
from .values import day, whole

if TYPE_CHECKING:
    from datetime import datetime

    from ..records import PackageInformation, PackageSummary

STATUSES = {status.name.lower(): status for status in PackageStatus if status is not PackageStatus.ANY}
FILTERS = ("sender", "recipient", "file_name", "since", "until", "status", "organization")


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser("list", parents=[common], help="list packages, newest first",
                                 description="Lists packages, newest first; by default those that you sent.")
    which = parser.add_mutually_exclusive_group()
    for name, help in (("received", "packages that you received"), ("archived", "packages that expired or were deleted"),
                       ("workspaces", "Workspaces")):
        which.add_argument(f"--{name}", dest="which", action="store_const", const=PackageList[name.upper()], help=help)
    which.add_argument("--search", action="store_true", help="packages that match all of the following options; each of them implies --search")
    parser.add_argument("--sender", metavar="EMAIL", help="sent by")
    parser.add_argument("--recipient", metavar="EMAIL", help="sent to")
    parser.add_argument("--file-name", metavar="NAME", help="with a file of this name")
    parser.add_argument("--since", metavar="DAY", type=day, help="changed on this day or later, such as 2024-12-31 (UTC)")
    parser.add_argument("--until", metavar="DAY", type=day, help="changed on this day or earlier")
    parser.add_argument("--status", choices=sorted(STATUSES), help="in this state")
    parser.add_argument("--organization", action="store_true", help="search the whole organization, for its administrators")
    parser.add_argument("--limit", metavar="N", type=whole(0, 10**9, "packages"), default=100, help="list at most so many packages; default 100, 0 for all")
    parser.set_defaults(run=run_list)

    parser = commands.add_parser("info", parents=[common], help="show what the service knows about a package",
                                 description="Shows what the service knows about a package. The keycode is not needed.")
    parser.add_argument("target", metavar="ID|LINK", help=targets.HELP)
    parser.set_defaults(run=run_info)


def run_list(arguments: Namespace, out: Output) -> None:
    searching = arguments.search or any(getattr(arguments, name) for name in FILTERS)
    if searching and arguments.which is not None:
        raise usage("a search does not go with --received, --archived or --workspaces", "leave one of them out")
    with connect(arguments, out) as client:
        if searching:
            status = STATUSES[arguments.status] if arguments.status else PackageStatus.ANY
            rows = client.search_packages(
                sender=arguments.sender, recipient=arguments.recipient, file_name=arguments.file_name, from_time=arguments.since,
                to_time=arguments.until, status=status, whole_organization=arguments.organization)
        else:
            rows = client.list_packages(arguments.which or PackageList.SENT)
        with rows:
            for row in islice(rows, arguments.limit or None):
                out.result("package", row, summary(row, arguments.which is PackageList.RECEIVED))


def moment(time: datetime | None, text: str | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M") if time else printable(text or "")


def summary(row: PackageSummary, received: bool) -> str:
    who = row.label or (row.sender if received else None) or ", ".join((*row.recipients, *row.contact_groups)) or row.sender or ""
    what = ", ".join(row.file_names) or ("a message" if row.contains_message else "")
    return f"{printable(row.package_id)}  {moment(row.updated, row.updated_text):16}  {row.status.name.lower():8}  {printable(who)}  {printable(what)}".rstrip()


def run_info(arguments: Namespace, out: Output) -> None:
    with connect(arguments, out) as client:
        information = client.get_package_information(targets.target(arguments))
    out.result("package_information", information, described(information))


def described(package: PackageInformation) -> str:
    life = {None: "", 0: "never expires"}.get(package.life, f"{package.life} days")
    lines = [("package", package.package_id + (", a Workspace" if package.is_workspace else "")), ("label", package.label),
             ("sender", package.sender), ("created", moment(package.created, package.created_text)),
             ("state", package.state_name or package.state.name), ("life", life),
             ("approval", "required" if package.needs_approval else ""), ("password", "required" if package.password_required else ""),
             ("message", "yes" if package.contains_message else "")]
    for recipient in package.recipients:
        fetched = f", downloaded {len(recipient.confirmations)}" if recipient.confirmations else ""
        role = f" ({recipient.role})" if recipient.role else ""
        lines.append(("recipient", f"{recipient.email}{role}{', code by SMS' if recipient.sms_auth else ''}{fetched}"))
    lines += [("group", f"{group.name} ({group.contact_group_id})") for group in package.contact_groups]
    lines += [("directory", directory.name) for directory in package.directories]
    lines += [("file", f"{file.file_name}, {size_text(file.size)}") for file in package.files]
    return "\n".join(f"{name + ':':11}{printable(value)}" for name, value in lines if value)
