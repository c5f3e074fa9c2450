"""The exceptions of every check of what is covered: the table at the end of docs/capabilities.md, with their reasons."""

import os
import re

FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs/capabilities.md")


def of(check):
    """What this check leaves out: names, or patterns of names, with the reason."""
    with open(FILE, encoding="utf-8") as file:
        table = file.read().partition("\n## Exceptions\n")[2]
    rows = re.findall(r"^\| ([^|]+) \| (`[^|]+`) \| ([^|]+) \|$", table, re.MULTILINE)
    found = {name: why for of_check, left_out, why in rows if of_check == check for name in re.findall(r"`([^`]+)`", left_out)}
    if not found:
        raise LookupError(f"docs/capabilities.md has no exceptions of {check}")
    return found
