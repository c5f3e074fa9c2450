"""What can be judged before a package is created. The library refuses it too, but then there is something to delete."""

from __future__ import annotations

import os
import re
import stat
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress

from .. import Error, Status
from .streams import standard_input
from .values import as_text

#: Characters of a name that a recipient could not store; the library knows them too.
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]')
RENAME = "rename one of them, or send it through standard input: - with --name"


def sent_name(path: str, arguments: Namespace) -> str:
    """The name of an argument, before characters are replaced."""
    name: str = arguments.name if path == "-" else as_text(os.path.basename(os.path.abspath(path)))
    return name


def name_there(path: str, arguments: Namespace) -> str:
    """The name that a file gets on the service."""
    name = sent_name(path, arguments)
    return UNSAFE.sub("_", name).rstrip(". ") if arguments.replace_characters else name


def files(arguments: Namespace, *, trees: bool = False) -> None:
    """Checks the files and their names, also those in directory trees if one that cannot be sent ends all."""
    for path in arguments.files:
        if path == "-":
            standard_input()
            checked_name(arguments.name, arguments.replace_characters)
            continue
        in_utf_8(sent_name(path, arguments))
        is_directory = stat.S_ISDIR(os.stat(path).st_mode)
        # The library replaces characters in the names within a directory only.
        checked_name(sent_name(path, arguments), arguments.replace_characters and not is_directory)
        if is_directory and trees and not arguments.replace_characters:
            for name in names_within(path):
                checked_name(as_text(name), False)
    distinct_names(arguments)


def in_utf_8(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise Error(f"{name}: the name is not valid UTF-8", status=Status.INVALID_UTF8,
                    remedy="rename it, or send it through standard input: - with --name") from None


def checked_name(name: str, replace: bool) -> None:
    in_utf_8(name)
    if UNSAFE.search(name) and not replace:
        raise Error(f'{name}: the name has a control character or one of < > : " / \\ | ? *', status=Status.MALFORMED_FILE_NAME,
                    remedy="rename it, or use --replace-characters")
    if len(name.encode()) > 255 and not replace:
        raise Error(f"{name[:100]}...: the name is longer than 255 bytes", status=Status.MALFORMED_FILE_NAME, remedy="rename it")


def names_within(directory: str) -> Iterator[str]:
    """The names in a directory tree, without those that are not sent. What cannot be read fails later, by itself."""
    for here, directories, names in os.walk(directory):
        for name in (*directories, *names):
            with suppress(OSError):
                mode = os.lstat(os.path.join(here, name)).st_mode
                if stat.S_ISDIR(mode) or stat.S_ISREG(mode):
                    yield name


def distinct_names(arguments: Namespace) -> None:
    """Refuses two arguments that would be sent under one name: one would take the place of the other, or be refused
    late. Names that differ in case, or in Unicode's form, are two: the service stores both, and a receiver whose file
    system takes them for one gets a number."""
    first: dict[str, str] = {}
    for path in arguments.files:
        name = name_there(path, arguments)
        if name in first:
            raise Error(f"{first[name]} and {as_text(path)} would both be sent as {name}", status=Status.INVALID_ARGUMENT, remedy=RENAME)
        first[name] = as_text(path)


def recipient(email: str) -> None:
    """Checks an e-mail address roughly; the library is stricter."""
    local, at, domain = email.partition("@")
    if not (local.strip() and at and domain.strip()) or re.search(r'[<>(),;:"\[\]\\@]', local + domain):
        raise Error(f'"{email}" is not an e-mail address, such as name@company.example', status=Status.MALFORMED_EMAIL,
                    remedy="correct the e-mail address")


def phone(number: str) -> None:
    """Checks a phone number; the library also knows its country."""
    digits = len(re.findall(r"[0-9]", number))
    if re.search(r"[A-Za-z@]", number) or not 4 <= digits <= 15:
        raise Error(f'phone number "{number}": it has to have 4 to 15 digits, with + before a dialling code',
                    status=Status.MALFORMED_PHONE_NUMBER, remedy="give the number with + and the country code in front")
