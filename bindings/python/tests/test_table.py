"""The generated table agrees with the library, and the wrapper uses all functions in it."""

import ctypes
import re
from pathlib import Path

import exceptions
from libsendsafely import _library, _native

GOLDEN = Path(__file__).parents[3] / "tests/abi"
SOURCES = Path(_native.__file__).parent


def test_every_function_is_in_the_table():
    assert sorted(_native.FUNCTIONS) == sorted((GOLDEN / "symbols.txt").read_text().split())


def test_structs_have_the_layout_of_the_library():
    lines = [line.split() for line in (GOLDEN / "layouts.txt").read_text().splitlines()]
    checked = 0
    for name, *words in lines:
        struct, _, field = name.partition(".")
        numbers = dict(zip(words[::2], map(int, words[1::2])))
        known = getattr(_native, struct)
        if field:
            entry = getattr(known, field)
            assert (entry.offset, entry.size) == (numbers["at"], numbers["size"]), name
        else:
            assert ctypes.sizeof(known) == numbers["size"], name
        checked += 1
    assert checked > 300


def test_every_call_has_the_whole_name_of_its_function():
    """A search for a function of the header finds its callers in Python."""
    made = {"_native.py", "aio.py", "enums.py", "records.py"}
    text = "".join(file.read_text(encoding="utf-8") for file in SOURCES.glob("*.py") if file.name not in made)
    # call() derives the name of an init function from its struct; the table FREE has the names of the others.
    by_struct = {*_native.FREE.values(), *(f"{name}_init" for name in _native.FIELDS)}
    named = set(re.findall(r"\bsendsafely_\w+", text)) | by_struct
    only_in_tests = "sendsafely_live_objects"
    assert sorted(set(_native.FUNCTIONS) - named) == sorted([*exceptions.of("used by Python"), only_in_tests])


def test_every_function_of_the_library_was_called(request):
    """The other tests, which ran before, called every function of the library."""
    if len(request.session.items) < 60:
        return  # Only some tests were chosen.
    # _library calls this one before it binds functions.
    used = {*_library.bound, "sendsafely_version"}
    assert sorted(set(_native.FUNCTIONS) - used) == sorted(exceptions.of("used by Python"))
