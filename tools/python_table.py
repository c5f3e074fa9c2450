#!/usr/bin/env python3
"""Writes bindings/python's table of the C library from its header: `tools/python tools/python_table.py`, to standard output."""

import header

BANNER = '''"""The C library as ctypes sees it: made from include/sendsafely.h by tools/python_table.py, not by hand."""

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p
from enum import IntEnum
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
        case "records":
            return f"POINTER(POINTER({type_.name}))"
        case "record_out":
            return f"POINTER(POINTER({type_.name}))"
        case "text_out" | "handle_out":
            return "POINTER(c_void_p)"
    return "c_void_p"  # Handles, strings that the library owns, user data.


def pythonic(name):
    return "".join(word.capitalize() for word in name.removeprefix("sendsafely_").split("_"))


def needs(text, names):
    return [name for name in names if name in text]


def main():
    api = header.read()
    print(BANNER)
    for enum in api.enums.values():
        # What all values of an enum begin with is the enum's own name.
        words = ["SENDSAFELY_"] + [f"SENDSAFELY_{enum.name.removeprefix('sendsafely_').upper()}_"]
        prefix = max((word for word in words if all(value.startswith(word) for value in enum.values)), key=len)
        print(f"\nclass {pythonic(enum.name)}(IntEnum):")
        for name, value in enum.values.items():
            print(f"    {name.removeprefix(prefix)} = {value}")
        print()
    print()
    for name, value in api.constants.items():
        if not name.startswith("SENDSAFELY_VERSION_"):
            print(f"{name.removeprefix('SENDSAFELY_')} = {value}")
    # Types stand in the header before what needs them; callbacks are among the fields of structs.
    done = set()

    def callback(name):
        if name not in done:
            done.add(name)
            function = api.callbacks[name]
            for parameter in function.parameters:
                if parameter.type.name in api.structs:
                    struct(parameter.type.name)
            kinds = ", ".join([ctype(function.result), *(ctype(parameter.type) for parameter in function.parameters)])
            print(f"\n{name} = CFUNCTYPE({kinds})")

    def struct(name):
        if name in done:
            return
        done.add(name)
        fields = api.structs[name].fields
        for field in fields:
            if field.type.role == "callback":
                callback(field.type.name)
            elif field.type.name in api.structs:
                struct(field.type.name)
        print(f"\n\nclass {name}(Structure):\n    _fields_ = (")
        for field in fields:
            print(f'        ("{field.name}", {ctype(field.type)}),')
        print("    )")

    for name in api.structs:
        struct(name)
    for name in api.callbacks:
        callback(name)
    print("\n\n# Result and parameters of each function.\nFUNCTIONS = {")
    for function in api.functions.values():
        parameters = ", ".join(ctype(parameter.type) for parameter in function.parameters)
        print(f'    "{function.name}": ({ctype(function.result)}, ({parameters}{"," if parameters else ""})),')
    print("}")
    print("\n# The function that frees each kind of record or handle.\nFREE = {")
    for name in [*api.structs, *api.handles]:
        if free := api.free(name):
            print(f'    "{name}": "{free}",')
    print("}")


if __name__ == "__main__":
    main()
