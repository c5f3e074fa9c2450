"""Every public class, method and function: its type hints, and what it says of wrong arguments."""

import asyncio
import collections.abc
import dataclasses
import datetime
import enum
import inspect
import re
import typing

import libsendsafely
import libsendsafely.aio
import libsendsafely.compat
import libsendsafely.crypto
import libsendsafely.progress
import pytest
from libsendsafely.package import Readable, Writable

compat = libsendsafely.compat
MODULES = (libsendsafely, libsendsafely.aio, libsendsafely.crypto, libsendsafely.progress, compat, compat.exceptions,
           compat.utilities)
DUNDERS = ("__init__", "__enter__", "__aenter__", "__iter__", "__aiter__", "__next__", "__anext__")


def public():
    """Yields each public class, function, method and property's function, with its name."""
    for module in MODULES:
        named = getattr(module, "__all__", None) or [
            name for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__]
        for name in named:
            thing = getattr(module, name)
            if callable(thing):
                yield f"{module.__name__}.{name}", thing
            if isinstance(thing, type):
                for member in sorted({*dir(thing)}):
                    if member.startswith("_") and member not in DUNDERS:
                        continue
                    value = inspect.getattr_static(thing, member)
                    value = getattr(value, "fget", None) or getattr(value, "__func__", value)
                    if inspect.isfunction(value):
                        yield f"{module.__name__}.{name}.{member}", value
    for protocol in (Readable, Writable):
        yield protocol.__name__, protocol


def test_every_type_hint_can_be_evaluated():
    things = dict(public())
    assert len(things) > 300
    for name, thing in things.items():
        hints = typing.get_type_hints(thing)
        if inspect.isfunction(thing) and thing.__module__.startswith("libsendsafely"):
            annotated = {*inspect.signature(thing).parameters} - {"self", "cls", "_"}
            assert annotated <= {*hints} and "return" in hints, name


def test_a_hint_is_the_class_itself():
    hints = typing.get_type_hints(libsendsafely.Package.upload_memory)
    assert hints["return"] is libsendsafely.File
    assert hints["data"] == typing.Union[bytes, bytearray, memoryview]
    hints = typing.get_type_hints(libsendsafely.aio.AsyncClient.create_package)
    assert hints["return"] is libsendsafely.aio.AsyncPackage


# --- Wrong arguments -----------------------------------------------------------------------------------------------


# A right value for each type; a file name or an e-mail address need not be a good one, since no call gets that far.
RIGHT = {str: "text", int: 1, bool: True, bytes: b"bytes", typing.Any: None}
NUL = "a\0b"  # Which no text for C can contain.
TEXTS = collections.abc.Iterable[str]
WRONG = {
    str: (5, b"bytes", ["text"]), int: ("5", 1.5), bool: ("no", 0.5), datetime.datetime: ("2026-01-31", 5),
    libsendsafely.Compare: ("SIZE",), libsendsafely.Direction: ("UP",), libsendsafely.Existing: ("SKIP",),
    libsendsafely.PackageList: ("SENT",), libsendsafely.PackageStatus: ("ANY",),
    TEXTS: ("text", b"bytes", ["text", None], 5),
    typing.Union[bytes, bytearray, memoryview]: ("text", 5, ["text"]),
}


def kinds_of(hint):
    return set(typing.get_args(hint)) if typing.get_origin(hint) is typing.Union else {hint}


def right(hint, package):
    """An argument that passes for the hint."""
    for kind in {hint, *kinds_of(hint)}:
        if kind in RIGHT:
            return RIGHT[kind]
        if isinstance(kind, type) and issubclass(kind, (libsendsafely.Package, libsendsafely.aio.AsyncPackage)):
            return package
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return next(iter(kind))
        if kind == TEXTS:
            return ["text"]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            return kind(**dict.fromkeys((field.name for field in dataclasses.fields(kind)), "text"))
    raise AssertionError(f"no value for {hint}")


def wrong_arguments(function, package):
    """Yields arguments of which one is wrong, and its name."""
    hints = typing.get_type_hints(function)
    parameters = [one for one in inspect.signature(function).parameters.values()
                  if one.name not in ("self", "cls") and one.kind is not one.VAR_KEYWORD]
    good = {one.name: right(hints[one.name], package) for one in parameters if one.default is one.empty}
    for one in parameters:
        kinds = {hints[one.name], *kinds_of(hints[one.name])}
        values = [object(), *(value for kind in kinds for value in WRONG.get(kind, ()))]
        if one.default is one.empty and type(None) not in kinds:
            values.append(None)
        classes = tuple(kind for kind in kinds - {Readable, Writable} if isinstance(kind, type) and not typing.get_origin(kind))
        for value in values:
            if not isinstance(value, classes):
                yield one.name, value, {**good, one.name: value}
        if str in kinds:
            yield one.name, NUL, {**good, one.name: NUL}


def complaint(function, arguments):
    with pytest.raises((TypeError, libsendsafely.Error)) as caught:
        result = function(**arguments)
        if inspect.isawaitable(result):
            asyncio.run(result)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["Client", "Package", "Workspace", "AsyncClient", "AsyncPackage", "AsyncWorkspace"])
def test_a_wrong_argument_is_named_and_said_what_it_must_be(kind, emulator):
    cls = getattr(libsendsafely, kind, None) or getattr(libsendsafely.aio, kind)
    with emulator.client() as client, client.create_package() as sync, client.create_workspace("Team") as room:
        wrap = libsendsafely.aio.AsyncPackage._wrap if kind.startswith("Async") else lambda _, thing: thing
        instance = wrap(None, {"Client": client, "Package": sync, "Workspace": room}[kind.replace("Async", "")])
        package, checked = wrap(None, sync), 0
        for name, function in inspect.getmembers(cls):
            static = inspect.getattr_static(cls, name)
            if name.startswith("_") and not (name == "__init__" and kind.endswith("Client")):
                continue
            if not isinstance(static, classmethod) and not inspect.isfunction(static):
                continue
            target = cls if name == "__init__" else getattr(instance, name)
            for argument, value, arguments in wrong_arguments(function, package):
                said = complaint(target, arguments)
                if value == NUL:
                    assert re.match(rf"{argument} contains a NUL character$", said), (name, argument, said)
                else:
                    assert re.match(rf"{argument}(\[1\])? must be .*, not (None|\w+)$", said), (name, argument, value, said)
                checked += 1
        assert checked > 50
        sync.delete()
        room.delete()


@pytest.mark.parametrize("module", ["crypto", "keys", "links"])
def test_so_do_the_functions_of_modules(module):
    functions = [one for name, one in vars(getattr(libsendsafely, module)).items()
                 if inspect.isfunction(one) and one.__module__ == f"libsendsafely.{module}"]
    checked = 0
    for function in functions:
        for argument, value, arguments in wrong_arguments(function, None):
            said = complaint(function, arguments)
            assert re.match(rf"{argument} (must be .*, not (None|\w+)|contains a NUL character)", said), (function.__name__, argument, value, said)
            checked += 1
    assert checked > 7


def test_the_words_of_some():
    """What a reader meets most often."""
    client = libsendsafely.Client("https://acme.sendsafely.com", "key", "secret")
    for said, call in (
        ("host must be str, not None", lambda: libsendsafely.Client(None, "key", "secret")),
        ("progress must be a function, not bool", lambda: libsendsafely.Client("https://a.b", "key", "secret", progress=True)),
        ("package_id must be str, not int", lambda: client.open_package(5, "keycode")),
        ("list must be PackageList, such as PackageList.SENT, not str", lambda: client.list_packages("sent")),
        ("from_time must be datetime, not str", lambda: client.search_packages(from_time="2026-01-31")),
        ("contact_group must be an id or a record with contact_group_id, not None", lambda: client.get_contact_group(None)),
        ("package_ids must be a list of str, not str", lambda: client.get_keycodes("id", "key", "GVG2-MNZT")),
        ("whole_organization must be bool, not str", lambda: client.get_contact_groups(whole_organization="no")),
        ("json_body must be a dictionary or JSON text, not set", lambda: client.request("PUT", "/package/", {1, 2})),
    ):
        assert complaint(call, {}) == said
    client.close()
