"""The names in docstrings."""

import re
from pathlib import Path

import libsendsafely

PLACE = Path(libsendsafely.__file__).parent


def test_every_name_in_a_docstring_exists():
    checked = 0
    for file in PLACE.glob("*.py"):
        if file.name == "_native.py":
            continue
        text = file.read_text(encoding="utf-8")
        for name, member in re.findall(r"\b([A-Z]\w+)\.([a-zA-Z_]\w*)", text):
            owner = getattr(libsendsafely, name, None)
            if isinstance(owner, type):
                known = {*dir(owner), *getattr(owner, "__dataclass_fields__", ())}
                if name == "Error":
                    known |= {"status", "http_status", "server_code", "server_message"}
                assert member in known, f"{file.name}: {name}.{member}"
                checked += 1
        # The generated files contain no C names.
        if file.name in ("enums.py", "records.py"):
            assert not re.search(r"sendsafely_\w+|\bNULL\b|SENDSAFELY_|\bfree", text.replace("include/sendsafely.h", "")), file.name
    assert checked > 300
