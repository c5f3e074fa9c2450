#!/usr/bin/env python3
"""Writes what bindings/python takes from the C header: `tools/python tools/python_table.py DIRECTORY`.

_native.py is the C library as ctypes sees it, enums.py and records.py are its enums and records as Python has them, and
aio.py is the asyncio front of what was written by hand over them.
"""

import os
import re
import sys
import textwrap

import header
import python_async

MADE = "made from include/sendsafely.h by tools/python_table.py, not by hand."
CTYPES = "CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p"
LINE = 120
OPEN_ENUM = '''
class OpenEnum(IntEnum):
    """An enum to which a later version of the library may add values: those that this one does not know come as UNKNOWN_<number>."""

    @classmethod
    def _missing_(cls, value: object) -> "Optional[OpenEnum]":
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNKNOWN_{value}", value
        return member

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec) if spec else self.name

'''


def plain(type_):
    """An integer or nothing."""
    if type_.role == "nothing":
        return "None"
    if type_.bits == 0:
        return "c_size_t"
    return f"c_{'' if type_.signed else 'u'}int{type_.bits}"


def ctype(type_):
    match type_.role:
        case "integer" | "nothing":
            return plain(type_)
        case "integer_out":
            return f"POINTER({plain(type_)})"
        case "text":
            return "c_char_p"
        case "texts":
            return "POINTER(c_char_p)"
        case "bytes" | "buffer":
            return "POINTER(c_ubyte)"
        case "callback":
            return type_.name
        case "options" | "options_out" | "record":
            return f"POINTER({type_.name})"
        case "records" | "record_out":
            return f"POINTER(POINTER({type_.name}))"
        case "text_out" | "handle_out":
            return "POINTER(c_void_p)"
    return "c_void_p"  # Handles, strings that the library owns, user data.


def pythonic(name):
    return "".join(word.capitalize() for word in name.removeprefix("sendsafely_").split("_"))


def visible(struct):
    return [field for field in struct.fields if field.name != "struct_size"]


# --- Comments ------------------------------------------------------------------------------------------------------


# What has another name in Python than in C.
NAMES = {
    "sendsafely_client_new": "Client", "sendsafely_package_free": "Package.close", "sendsafely_package_upload_callback": "Package.upload_file",
    "sendsafely_package_download_callback": "Package.download_file", "sendsafely_package_get_directory": "Workspace.get_directory",
    "sendsafely_error_server_code": "Error.server_code", "sendsafely_error_server_message": "Error.server_message",
    "sendsafely_error_http_status": "Error.http_status",
}


class Words:
    """Turns the header's comments into Python's words."""

    def __init__(self, api):
        self.values = {value: f"{pythonic(enum.name)}.{enum.short(value)}" for enum in api.enums.values() for value in enum.values}
        self.api = api

    def _name(self, match):
        name = match[0]
        if name in NAMES:
            return NAMES[name]
        if name in self.api.structs or name in self.api.enums or name in self.api.handles:
            return pythonic(name)
        noun, _, verb = name.removeprefix("sendsafely_").partition("_")
        return f"{noun.capitalize()}.{verb}" if noun in ("client", "package") else f"{noun}_{verb}"

    def __call__(self, text):
        text = re.sub(r"SENDSAFELY_\w+", lambda match: self.values.get(match[0], match[0].removeprefix("SENDSAFELY_")), " ".join(text.split()))
        return re.sub(r"sendsafely_\w+", self._name, text)


def docstring(text, indent):
    """A docstring in lines of LINE characters."""
    space = " " * indent
    if len(space + text) + 6 <= LINE:
        return f'{space}"""{text}"""'
    lines = textwrap.wrap(text, LINE - indent)
    return f'{space}"""{lines[0]}\n' + "".join(f"{space}{line}\n" for line in lines[1:]) + f'{space}"""'


# --- enums.py ------------------------------------------------------------------------------------------------------


def enums(api, words):
    yield f'"""The enums of the library: {MADE}"""\n'
    yield "from enum import IntEnum\nfrom typing import Optional\n"
    names = sorted(pythonic(enum.name) for enum in api.enums.values())
    yield f"__all__ = {names}\n".replace("'", '"')
    yield OPEN_ENUM
    for enum in api.enums.values():
        yield f"\nclass {pythonic(enum.name)}(OpenEnum):"
        yield docstring(words(enum.doc), 4) + "\n"
        for value, number in enum.values.items():
            yield f"    {enum.short(value)} = {number}"
            yield docstring(words(enum.docs[value]), 4)
        yield ""


# --- records.py ----------------------------------------------------------------------------------------------------


def annotation(api, field):
    """How Python types a field."""
    if field.type.meaning == "boolean":
        name = "bool"
    elif field.type.meaning == "time":
        name = "datetime"
    elif field.type.meaning == "enum":
        name = pythonic(field.type.name)
    elif field.type.role == "text":
        name = "str"
    elif field.type.role == "record":
        struct = api.structs[field.type.name]
        name = item(struct) if struct.is_list else pythonic(struct.name)
    else:
        name = "int"
    return f"Optional[{name}]" if field.type.optional else name


def item(struct):
    """The type of a list."""
    type_ = struct.fields[1].type
    return "tuple[str, ...]" if type_.role == "texts" else f"tuple[{pythonic(type_.name)}, ...]"


def records(api, words):
    classes = [struct for struct in api.structs.values() if struct.is_record]
    yield f'"""The records that calls return, as frozen dataclasses: {MADE}"""\n'
    yield "from __future__ import annotations\n"
    yield "from dataclasses import dataclass, field\nfrom datetime import datetime\nfrom typing import Optional\n"
    used = {field.type.name for struct in classes for field in struct.fields} & set(api.enums)
    yield f"from .enums import {', '.join(sorted(map(pythonic, used)))}\n"
    names = sorted(pythonic(struct.name) for struct in classes)
    yield textwrap.fill(f"__all__ = {names}".replace("'", '"'), LINE, subsequent_indent="    ") + "\n"
    for struct in classes:
        yield "\n@dataclass(frozen=True)"
        yield f"class {pythonic(struct.name)}:"
        yield docstring(words(struct.doc), 4) + "\n"
        for variable in visible(struct):
            # A secret must not come into a log by way of repr().
            yield f"    {variable.name}: {annotation(api, variable)}" + (" = field(repr=False)" if variable.secret else "")
            yield docstring(words(variable.doc), 4)
        yield ""


# --- _native.py ----------------------------------------------------------------------------------------------------


def kind(field):
    """How _values.py converts a field or a parameter."""
    if field.type.meaning in ("boolean", "time"):
        name = {"boolean": "bool", "time": "time"}[field.type.meaning]
    elif field.type.meaning == "enum":
        name = pythonic(field.type.name)
    elif field.type.role in ("text", "record"):
        name = field.type.role
    elif field.type.role == "integer":
        name = "size" if field.type.optional and not field.type.signed else "int"
    else:
        return ""  # Callbacks and what is handed to them, handles, buffers.
    return name + ("?" if field.type.optional and name in ("bool", "int", "text") else "")


def native(api):
    yield f'"""The C library as ctypes sees it: {MADE}"""\n'
    yield f"from ctypes import {CTYPES}\nfrom typing import Any\n"
    for name, value in api.constants.items():
        if not name.startswith("SENDSAFELY_VERSION_") or name == "SENDSAFELY_VERSION_NUMBER":
            yield f"{name.removeprefix('SENDSAFELY_')} = {value}"
    # Types stand in the header before what needs them; callbacks are among the fields of structs.
    done = set()

    def callback(name):
        if name not in done:
            done.add(name)
            function = api.callbacks[name]
            for parameter in function.parameters:
                if parameter.type.name in api.structs:
                    yield from struct(parameter.type.name)
            kinds = ", ".join([ctype(function.result), *(ctype(parameter.type) for parameter in function.parameters)])
            yield f"\n{name} = CFUNCTYPE({kinds})"

    def struct(name):
        if name in done:
            return
        done.add(name)
        fields = api.structs[name].fields
        for field in fields:
            if field.type.role == "callback":
                yield from callback(field.type.name)
            elif field.type.name in api.structs:
                yield from struct(field.type.name)
        yield f"\n\nclass {name}(Structure):\n    _fields_ = ("
        for field in fields:
            yield f'        ("{field.name}", {ctype(field.type)}),'
        yield "    )"

    for name in api.structs:
        yield from struct(name)
    for name in api.callbacks:
        yield from callback(name)
    yield "\n\n# Of each function the result and the parameters: name, role (see tools/header.py), type, and what it means."
    yield "FUNCTIONS: dict[str, tuple[Any, tuple[tuple[str, str, Any, str], ...]]] = {"
    for function in api.functions.values():
        yield f'    "{function.name}": ({ctype(function.result)}, ('
        for parameter in function.parameters:
            yield f'        ("{parameter.name}", "{parameter.type.role}", {ctype(parameter.type)}, "{kind(parameter)}"),'
        yield "    )),"
    yield "}"
    yield "\n# The function that frees each kind of record or handle.\nFREE = {"
    for name in [*api.structs, *api.handles]:
        if free := api.free(name):
            yield f'    "{name}": "{free}",'
    yield "}"
    yield "\n# What the fields of each struct mean: a ? after what may be None, the name of an enum for its values."
    yield "FIELDS: dict[str, dict[str, str]] = {"
    for one in api.structs.values():
        if one.is_record or one.init:
            yield f'    "{one.name}": {{'
            for field in visible(one):
                if meaning := kind(field):
                    yield f'        "{field.name}": "{meaning}",'
            yield "    },"
    yield "}"


def main(directory):
    api = header.read()
    words = Words(api)
    made = {"_native.py": native(api), "enums.py": enums(api, words), "records.py": records(api, words), "aio.py": [python_async.aio()]}
    for name, lines in made.items():
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
