"""The library's messages and remedies in the words of the command line, which has other names for some options, none
for others, and no calls."""

from __future__ import annotations

import re
from collections.abc import Collection

from .. import Error

SEND_AGAIN = "send everything again"
LOOK_FIRST = "look at the package with info before you send again"

#: Texts of the library, and what the command line says instead; of several the first whose options the command has.
#: Those of whole remedies come first, then parts of texts, then names.
WORDS: dict[str, tuple[str, ...]] = {
    "use https://, or set allow_plain_http for a host that you trust on a network that you trust": ("use https://",),
    "add a recipient, or finalize with undisclosed_recipients": ("add --to, --group or --undisclosed",),
    # What was sent is said apart.
    "correct the e-mail address; nothing was sent": ("correct the e-mail address",),
    "upload a file or set a message first": ("name files, or add --message",),
    "delete the incomplete file from the package or upload it again, then finalize": (SEND_AGAIN,),
    "delete this package, create a new one and upload the files again": (SEND_AGAIN,),
    "finalize again: it first looks whether this was done": (LOOK_FIRST,),
    "finalize it again, which gives its link, or delete it in any case": (LOOK_FIRST,),
    "finalize the package first": ("the sender has to complete the package first",),
    "add an approver to the package, then finalize again": ("add an approver with --to", "add an approver"),
    "open the package with its keycode or with a secure link that holds it": (
        "use the secure link, --keycode-file or --key-pair, or set SENDSAFELY_KEYCODE", "use the secure link"),
    "open the package with the keycode of its secure link": ("use the whole secure link that the sender sent",),
    "download a file or read the message through the same package, which proves the keycode, then call again; or ask the owner": (
        "ask the owner of the package to do this",),
    "give the password that the sender has set for this package": (
        "pass the sender's password with --password-file", "ask the sender for a package without a password"),
    "look at the package before you call again: the service may have acted already": (
        "look at the package with info before you repeat this: the service may have acted already",),
    "choose another directory, or set existing to overwrite or skip": (
        "use --overwrite or --skip, or another directory", "rename or remove the local file"),
    "choose another directory, or set existing to overwrite": (
        "use --overwrite, or another directory", "rename or remove the local file"),
    "give the process more memory, or set smaller parts and a smaller memory_budget": ("give the process more memory",),
    "close files or connections of the program, raise its limits (ulimit -n and -u), or set fewer parts_in_flight": (
        "raise the limits of the process (ulimit -n and -u)",),
    "for a private certificate authority give its certificate as ca_bundle": (
        "for a private certificate authority, set SENDSAFELY_CA_BUNDLE to its certificate",),
    "or give a ca_bundle": ("or set SENDSAFELY_CA_BUNDLE to a file of them",),
    "correct the proxy, or give an empty one for none": ("correct HTTPS_PROXY or ALL_PROXY, or exempt the host with NO_PROXY",),
    "give the portal's own host": ("correct SENDSAFELY_HOST, or the host in the file of credentials",),
    "name a regular file, or upload from a callback": (
        "name a regular file, or send standard input: - with --name", "name a regular file"),
    "or download into a callback for a pipe or device": ("since pipes and devices are not written",),
    "choose another name, as file_name, or set replace_characters to have it made safe": (
        "rename it, or use --replace-characters", "choose another name"),
    "rename it, or set replace_characters to have its name made safe": ("rename it, or use --replace-characters", "rename it"),
    "or set allow_growth to send what it holds at the start": ("or use --allow-growth for a file that only grows, such as a log",),
    "raise max_part_bytes if the sender is to be trusted": (
        "the command line cannot be given more; a program of your own can, if the sender is to be trusted",),
    "a part is larger than max_part_bytes": ("a part is larger than the command line accepts",),
    "a longer retry window bridges": ("a longer --retry-window bridges",),
    "complete, and set force if they are": ("complete, and add --force if they are",),
    "give a state_directory in the options": ("set XDG_STATE_HOME to an absolute path",),
    "call again when it has ended": ("run the command again when it has ended",),
    "without strict_size such a file is kept": ("without --strict-size such a file is kept",),
    "the package information has the ids of the files that are there": ("see the files of the package with info",),
    "take the id of the recipient from the package information": ("the recipient needs no second invitation",),
    "create the client again": ("run the command again",),
    "use a client of the link's host, with an API key of that portal": (
        "set SENDSAFELY_HOST to the host of the link, with an API key of that portal",),
    "make room there, name another directory by TMPDIR, or give the size of the source, which then needs no temporary file": (
        "make room there, or name another directory by TMPDIR",),
}

#: Names of options and parameters. The others can be no part of what the command line sees.
NAMES = {
    "retry_window_ms": "--retry-window", "api_key": "SENDSAFELY_API_KEY", "api_secret": "SENDSAFELY_API_SECRET", "host": "SENDSAFELY_HOST",
    "ca_bundle": "SENDSAFELY_CA_BUNDLE", "file_name": "--name", "phone_number": "--phone", "days": "--life", "text": "the message",
    "email": "the e-mail address",
}


def in_our_words(error: Error, options: Collection[str]) -> tuple[str, str | None]:
    """The message and the remedy of an error, for a command with these options."""
    message = translated(error.message, options)
    # A message can begin with the name of a parameter; elsewhere such a word may be a part of somebody's file name.
    name, space, rest = message.partition(" ")
    if rest.startswith(("is ", "has ", "contains ")):
        message = NAMES.get(name, name) + space + rest
    return message, error.remedy and translated(error.remedy, options)


def translated(text: str, options: Collection[str]) -> str:
    for theirs, ours in WORDS.items():
        if theirs in text:
            fitting = (words for words in ours if options_in(words) <= {*options})
            text = text.replace(theirs, next(fitting, ours[-1]))
    return text


def options_in(text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", text))
