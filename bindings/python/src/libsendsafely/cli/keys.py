"""keys: manages trusted devices, which open packages without a link."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from .. import Error, Status, load_key_pair, save_key_pair
from .credentials import connect
from .display import message_text, printable
from .output import EXIT_FAILED, Output

if TYPE_CHECKING:
    from ..records import KeyPair


def add(commands: Any, common: ArgumentParser) -> None:
    parser = commands.add_parser(
        "keys", help="key pairs of trusted devices",
        description="Generates and revokes key pairs of trusted devices. No request lists them, so keep their files.")
    verbs = parser.add_subparsers(metavar="VERB", required=True, parser_class=type(parser))

    parser = verbs.add_parser("generate", parents=[common], help="generate a key pair, register it and save it",
                              description="Generates a key pair, registers its public key with the service, and prints the service's id of it.")
    parser.add_argument("--file", metavar="FILE", required=True, help="new file for the key pair; only you can read it")
    parser.add_argument("--description", metavar="TEXT", required=True, help="name of the device in the account's list of devices")
    parser.set_defaults(run=run_generate)

    for verb, metavar, help, run in (
            ("show", "FILE|ID", "show a public key", run_show),
            ("revoke", "FILE|ID", "revoke a public key: the device can no longer open packages", run_revoke),
            ("sync", "FILE", "encrypt the keycodes of this device to the account's other devices", run_sync)):
        parser = verbs.add_parser(verb, parents=[common], help=help, description=help[0].upper() + help[1:] + ".")
        parser.add_argument("key", metavar=metavar, help="file of a key pair" + (", or the service's id of one" if "ID" in metavar else ""))
        parser.set_defaults(run=run)


def run_generate(arguments: Namespace, out: Output) -> None:
    if os.path.lexists(arguments.file):
        raise Error(f"{arguments.file} exists already", status=Status.NOT_A_FILE, remedy="choose another name; a key pair is never overwritten")
    if not os.access(os.path.dirname(arguments.file) or ".", os.W_OK):
        raise Error(f"{arguments.file} cannot be written", status=Status.ACCESS_DENIED, remedy="choose another directory")
    with connect(arguments, out) as client, out.signals.held():
        pair = client.generate_key_pair(arguments.description)
        try:
            save_key_pair(arguments.file, pair, description=arguments.description)
        except Error:
            # Without the file, the registered key is of no use.
            client.revoke_public_key(str(pair.public_key_id))
            raise
    out.result("key", {"public_key_id": pair.public_key_id, "description": arguments.description, "public_key": pair.public_key,
                       "file": arguments.file}, printable(pair.public_key_id))


def loaded(path: str) -> KeyPair:
    pair = load_key_pair(path)
    if pair.public_key_id is None:
        raise Error(f"{path} contains no id of the public key", status=Status.INVALID_KEY)
    return pair


def run_show(arguments: Namespace, out: Output) -> None:
    if os.path.exists(arguments.key):
        pair = loaded(arguments.key)
        key_id, description, public_key = pair.public_key_id, pair.description, pair.public_key
    else:
        with connect(arguments, out) as client:
            key_id, description, public_key = arguments.key, None, client.get_public_key(arguments.key)
    out.result("key", {"public_key_id": key_id, "description": description, "public_key": public_key,
                       "file": arguments.key if os.path.exists(arguments.key) else None},
               f"{printable(key_id)}  {printable(description or '')}".rstrip() + f"\n{message_text(public_key.strip())}")


def run_revoke(arguments: Namespace, out: Output) -> None:
    key_id = loaded(arguments.key).public_key_id if os.path.exists(arguments.key) else arguments.key
    with connect(arguments, out) as client:
        client.revoke_public_key(str(key_id))
    out.result("revoked", {"public_key_id": key_id}, None)
    out.note(f"{key_id} is revoked" + ("; you can delete the file" if os.path.exists(arguments.key) else ""))


def run_sync(arguments: Namespace, out: Output) -> int:
    pair = loaded(arguments.key)
    with connect(arguments, out) as client:
        done = client.sync_keycodes(str(pair.public_key_id), pair.private_key)
    out.result("synchronized", done, f"{done.synchronized} keycodes synchronized")
    for failure in done.failures:
        out.note(f"{failure.package_id}, device {failure.public_key_id}: {failure.message}")
    return EXIT_FAILED if done.failures else 0
