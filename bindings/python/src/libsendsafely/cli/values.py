"""Values of options: texts, numbers and days."""

from __future__ import annotations

import os
import re
from argparse import ArgumentTypeError
from datetime import datetime, timezone
from typing import Callable


def as_text(argument: str) -> str:
    """The text of an argument or a file name. Python decodes it by the locale, but the bytes are UTF-8 in any locale;
    others stay as they are, and the library refuses them."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def whole(low: int, high: int, what: str) -> Callable[[str], int]:
    """A type of options for whole numbers in a range."""

    def convert(text: str) -> int:
        # int() also takes blanks, underscores and the digits of all scripts.
        if not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise ArgumentTypeError(f"{text!r} is not a number of {what} from {low} to {high}")
        return int(text)

    return convert


def seconds(text: str) -> int:
    """Converts seconds to milliseconds."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text):
        raise ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 999999999")
    return int(float(text) * 1000)


def day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2024-12-31") from None
