"""send: sends files to people, behind one secure link."""

from __future__ import annotations

import json
import os
import stat
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from .. import Client, Error, Package, PackageState, Status, Workspace
from . import judged, runs, texts
from .credentials import connect
from .output import Output
from .streams import keep
from .values import as_text, whole
from .workspace import add_upload_options, put, put_file, put_run

if TYPE_CHECKING:
    from ..records import PackageInformation

DELETED = (PackageState.DELETED_PARTIALLY_COMPLETE, PackageState.DELETED_INCOMPLETE, PackageState.DELETED_COMPLETE)


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "send", parents=[common], help="send files, and print the secure link",
        description="Sends files. Prints only the secure link on standard output. After an interruption the same command goes on "
                    "with the same package. After another failure the unfinished package is deleted, unless recipients may have it already.")
    parser.add_argument("files", metavar="FILE", nargs="*", help="a file; - for standard input, with --name")
    parser.add_argument("--to", metavar="EMAIL", action="append", default=[], help="a recipient; may be repeated")
    parser.add_argument("--phone", metavar="EMAIL=NUMBER", action="append", default=[],
                        help="this recipient has to enter a code, sent by SMS to this number, such as +14155550100")
    parser.add_argument("--group", metavar="ID", action="append", default=[], help="a contact group as recipient")
    message = parser.add_mutually_exclusive_group()
    message.add_argument("--message", metavar="TEXT", type=as_text, help="a message, encrypted like the files")
    message.add_argument("--message-file", metavar="FILE", help="file with the message; - for standard input")
    parser.add_argument("--life", metavar="DAYS", type=whole(0, 365, "days"), help="days until the package expires, 1 to 365; 0 for never")
    parser.add_argument("--name", metavar="NAME", type=as_text, help="name of the file from standard input")
    parser.add_argument("--undisclosed", action="store_true", help="anyone who has the link can open the package; no recipients are needed")
    parser.add_argument("--password-file", metavar="FILE", help="with --undisclosed: file with a password that readers need in addition to the link")
    parser.add_argument("--notify", action="store_true", help="the service e-mails the recipients, without the keycode")
    parser.add_argument("--reply-all", action="store_true", help="recipients may reply to all")
    parser.add_argument("--read-only-pdf", action="store_true", help="PDF files can only be viewed")
    parser.add_argument("--workspace", metavar="NAME", type=as_text,
                        help="create a Workspace of this name; files may be directories, and --to adds collaborators")
    add_upload_options(parser)
    runs.add_option(parser)
    parser.set_defaults(run=run, compare="size")


def usage(message: str, remedy: str) -> Error:
    return Error(message, status=Status.INVALID_ARGUMENT, remedy=remedy)


def check(arguments: Namespace) -> dict[str, str]:
    """Checks the arguments before anything is sent. Returns the phone numbers."""
    files: list[str] = arguments.files
    if arguments.workspace is not None:
        for option in ("message", "message_file", "undisclosed", "password_file", "notify", "reply_all", "read_only_pdf"):
            if getattr(arguments, option):
                raise usage(f"a Workspace does not support --{option.replace('_', '-')}", "leave it out")
    elif not (arguments.to or arguments.group or arguments.undisclosed):
        raise usage("there is no recipient", "add --to, --group or --undisclosed")
    elif not (files or arguments.message is not None or arguments.message_file):
        raise usage("there is nothing to send", "name files, or add --message")
    if arguments.password_file and not arguments.undisclosed:
        raise usage("--password-file needs --undisclosed", "protect recipients with --phone instead")
    if files.count("-") + (arguments.message_file == "-") > 1:
        raise usage("standard input can be read only once", "use a file for the others")
    if ("-" in files) != (arguments.name is not None):
        raise usage("--name needs -, and - needs --name", "use both for standard input, or neither")
    phones = {email: number for email, _, number in (entry.partition("=") for entry in arguments.phone)}
    for email, number in phones.items():
        if email not in arguments.to or not number:
            raise usage(f"--phone {email}={number}: it must be EMAIL=NUMBER with an address of --to", "add --to")
        judged.phone(number)
    for email in arguments.to:
        judged.recipient(email)
    judged.files(arguments, trees=arguments.workspace is not None)
    for path in files:
        if path == "-":
            continue
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode) and arguments.workspace is None:
            raise Error(f"{path} is a directory, which only a Workspace can contain", status=Status.NOT_A_FILE,
                        remedy="name its files, send an archive of it, or use --workspace NAME")
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise Error(f"{path} is not a regular file", status=Status.NOT_A_FILE, remedy="send it through standard input: - with --name")
        if not os.access(path, os.R_OK):
            raise Error(f"{path}: permission denied", status=Status.ACCESS_DENIED)
    return phones


def run(arguments: Namespace, out: Output) -> None:
    phones = check(arguments)
    message, password = arguments.message, None
    if arguments.message_file:
        message = texts.read(arguments.message_file)
    if arguments.password_file:
        password = texts.first_line(arguments.password_file)
    names = ("to", "phone", "group", "life", "undisclosed", "notify", "reply_all", "read_only_pdf", "workspace", "replace_characters", "allow_growth")
    about = [json.dumps([message, *(getattr(arguments, name) for name in names)]), *map(os.path.realpath, arguments.files)]
    if arguments.message_file == "-":
        arguments.no_resume = True
    with connect(arguments, out) as client, put_run(arguments, out, client, "send", about) as run:
        package: Package | None = None
        sent: dict[str, Any] = {}
        try:
            package, known = reopened(client, run, out)
            if package is None:
                with out.signals.held():
                    package = client.create_package() if arguments.workspace is None else client.create_workspace(arguments.workspace)
                    run.note(package=package.id, keycode=package.keycode)
            if known is not None and known.state >= PackageState.EXPIRED_INCOMPLETE and not known.is_workspace:
                # The response to the last step was lost, or a kill came before its result was printed.
                sent = {"package_id": package.id, "link": package.link, "needs_approval": known.needs_approval, "approvers": known.approvers}
            else:
                fill(package, known, arguments, phones, message, run, out)
                with out.signals.held():
                    sent = complete(package, arguments, password)
            if sent["needs_approval"]:
                out.note(f"recipients can open the package after one of these has approved it: {', '.join(sent['approvers'])}")
            out.result("sent", sent, sent["link"])
        except BaseException as error:
            if sent:
                where = keep(f"{sent['package_id']}.link", str(out.rendered("sent", sent, sent["link"])))
                out.remark = f"the package {sent['package_id']} was sent; its link is {where}"
                run.remove()
            elif package is not None and not (run.goes_on() and may_go_on(error)):
                out.remark = remove(package, out, 5 if isinstance(error, Exception) else 3)
                if not (isinstance(error, Error) and error.status is Status.OUTCOME_UNKNOWN):
                    run.remove()
            raise
        finally:
            if package is not None:
                package.close()


def may_go_on(error: BaseException) -> bool:
    """Whether the same command may succeed later: it was interrupted, or the network or something on this machine is the reason."""
    if not isinstance(error, Error):
        return True
    if error.status is Status.OUTCOME_UNKNOWN:
        return False
    return error.retryable or error.status is Status.STOPPED or error.status // 100 in (4, 6)


def reopened(client: Client, run: runs.Run, out: Output) -> tuple[Package | None, PackageInformation | None]:
    """The package of the same command that was interrupted, if the service still has it."""
    package_id = run.facts.get("package")
    if package_id is None:
        return None, None
    try:
        package = client.open_package(package_id, run.facts["keycode"])
        known = package.get_information()
        if known.state not in DELETED:
            return package, known
        package.close()
    except Error as error:
        if error.status not in runs.GONE:
            raise
    out.note(f"the service no longer has the package {package_id} of the interrupted command, which begins anew")
    run.begin_anew()
    return None, None


def complete(package: Package, arguments: Namespace, password: str | None) -> dict[str, Any]:
    if isinstance(package, Workspace):
        return {"package_id": package.id, "link": package.link, "needs_approval": False, "approvers": []}
    finalized = package.finalize(
        undisclosed_recipients=arguments.undisclosed, password=password, allow_reply_all=arguments.reply_all,
        notify_recipients=arguments.notify, read_only_pdf=arguments.read_only_pdf)
    return {"package_id": package.id, "link": finalized.link, "needs_approval": finalized.needs_approval,
            "approvers": finalized.approvers}


def fill(package: Package, known: PackageInformation | None, arguments: Namespace, phones: dict[str, str], message: Any,
         run: runs.Run, out: Output) -> None:
    """Adds what the package does not have yet."""
    recipients = {recipient.email.lower(): recipient for recipient in known.recipients} if known else {}
    groups = {group.contact_group_id for group in known.contact_groups} if known else set()
    for email in arguments.to:
        there = recipients.get(email.lower())
        if there is None:
            package.add_recipient(email, phone_number=phones.get(email))
        elif email in phones and not there.sms_auth:
            package.set_recipient_phone(there, phones[email])
    for group in arguments.group:
        if group not in groups:
            package.add_contact_group(group)
    if arguments.life is not None:
        package.set_life(arguments.life)
    if message is not None and "message" not in run.facts:
        package.set_message(message)
        run.note(message=True)
    if isinstance(package, Workspace):
        put(package, arguments, None, run, out)
        return
    for number in range(len(arguments.files)):
        put_file(package, arguments, number, run, out, there=known.files if known else ())


def remove(package: Package, out: Output, seconds: float) -> str:
    """Deletes the unfinished package, within so many seconds. Returns what became of it."""
    out.within(seconds)
    try:
        if isinstance(package, Workspace):
            information = package.get_information()
            if information.contact_groups or any(not recipient.is_package_owner for recipient in information.recipients):
                return f"people may use the Workspace {package.id}, so it was not deleted"
            package.delete()
        else:
            package.delete_unfinished()
        return "nothing was sent"
    except Error as error:
        if error.status in (Status.OUTCOME_UNKNOWN, Status.ALREADY_FINALIZED):
            return f"recipients may have the package {package.id}, so it was not deleted"
        return f"the unfinished package {package.id} could not be deleted from the service"
    except (Exception, KeyboardInterrupt):
        return f"the unfinished package {package.id} could not be deleted from the service"
