"""The package of a command: a secure link, or an id with its keycode; in a Workspace, a path."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from .. import Client, Error, Package, Status, Workspace, find_links, load_key_pair, parse_link
from . import texts
from .output import Output

if TYPE_CHECKING:
    from ..records import Directory

HELP = ("secure link, or package id; @FILE reads it from a file, - from standard input. A link contains the keycode; other users of "
        "this machine can see it among the arguments while the command runs")


def add(parser: ArgumentParser, name: str) -> None:
    parser.add_argument("target", metavar=name, help=HELP)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--keycode-file", metavar="FILE",
                       help="for an id: file with the keycode; default: the variable SENDSAFELY_KEYCODE")
    group.add_argument("--key-pair", metavar="FILE", help="for an id: key pair of a trusted device (see keys generate), instead of the keycode")


def add_replace_characters(parser: ArgumentParser) -> None:
    parser.add_argument("--replace-characters", action="store_true",
                        help="upload a file whose name has characters that recipients could not store, such as a colon, with _ in their place; "
                             "default: refuse it")


def target(arguments: Namespace) -> str:
    """A secure link in the service's form, or an id."""
    if not hasattr(arguments, "read_target"):  # Standard input can be read only once.
        arguments.read_target = read_target(arguments)
    text: str = arguments.read_target
    return text


def read_target(arguments: Namespace) -> str:
    text: str = arguments.target
    origin = ""
    if text == "-" or text.startswith("@"):
        origin = "standard input" if text == "-" else text[1:]
        # An e-mail may have other encodings; links are ASCII.
        text = texts.read("-" if text == "-" else text[1:], errors="replace")
    links = find_links(text)
    if origin and (len(links) > 1 or not (links or len(text.split()) == 1)):
        raise Error(f"{origin} contains {len(links) or 'no'} secure links; it must contain one", status=Status.MALFORMED_LINK)
    if len(links) != 1 and any(mark in text for mark in ("://", "/receive", "%2F")):
        parse_link(text)  # It raises an error that says why.
    return links[0] if links else text.strip()


def opened(client: Client, arguments: Namespace, out: Output) -> Package:
    text = target(arguments)
    if "://" in text:
        if arguments.keycode_file or arguments.key_pair:
            raise Error("--keycode-file and --key-pair do not go with a secure link, which contains the keycode",
                        status=Status.INVALID_ARGUMENT, remedy="use the package id, or leave the option out")
        link = parse_link(text)
        if link.host.rstrip("/") != host_of(client):
            out.note(f"the link names the host {link.host}; the host of the credentials is used: {host_of(client)}")
        return client.open_link(text)
    if arguments.key_pair:
        pair = load_key_pair(arguments.key_pair)
        if pair.public_key_id is None:
            raise Error(f"{arguments.key_pair} contains no id of the public key", status=Status.INVALID_KEY)
        return client.open_with_private_key(text, pair.public_key_id, pair.private_key)
    keycode = texts.first_line(arguments.keycode_file) if arguments.keycode_file else os.environ.get("SENDSAFELY_KEYCODE")
    if not keycode:
        raise Error(f"the keycode of {text} is missing", status=Status.KEYCODE_UNKNOWN,
                    remedy="use the secure link, --keycode-file or --key-pair, or set SENDSAFELY_KEYCODE")
    return client.open_package(text, keycode)


def host_of(client: Client) -> str:
    host = client.host.strip().rstrip("/")
    return host if "://" in host else f"https://{host}"


def opened_workspace(client: Client, arguments: Namespace, out: Output) -> Workspace:
    package = opened(client, arguments, out)
    if not isinstance(package, Workspace):
        package.close()
        raise Error("this package is not a Workspace", status=Status.ONLY_IN_WORKSPACE, remedy="use receive or info")
    return package


def names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]


def missing(path: str) -> Error:
    return Error(f"{path} is not in the Workspace", status=Status.REFUSED, remedy="see workspace ls")


def directory_at(workspace: Workspace, path: str) -> Directory:
    here = workspace.get_directory()
    for name in names(path):
        found = next((directory for directory in here.directories if directory.name == name), None)
        if found is None:
            raise missing(path)
        here = workspace.get_directory(found)
    return here
