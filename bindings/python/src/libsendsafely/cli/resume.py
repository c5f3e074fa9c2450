"""Where uploads note what they have sent, so that the same command goes on after an interruption."""

from __future__ import annotations

import hashlib
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from .output import Output
from .streams import state_home


def add_option(parser: ArgumentParser) -> None:
    parser.add_argument("--no-resume", action="store_true",
                        help="note nothing of what is sent, and delete it after a failure; default: the same command goes on with it")


@contextmanager
def noted(arguments: Namespace, out: Output, *about: str) -> Iterator[str | None]:
    """The file in which the upload that these texts name notes what it sends. Its name reveals nothing."""
    if getattr(arguments, "no_resume", True):
        yield None
        return
    directory = os.path.join(state_home(), "libsendsafely", "resume")
    name = hashlib.sha256("\0".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        path = os.path.join(directory, name)
        path.encode("utf-8")
    except (OSError, UnicodeError):
        yield None
        return
    try:
        yield path
    except BaseException:
        if os.path.exists(path):
            out.remark = "the same command goes on with what was sent"
        raise
