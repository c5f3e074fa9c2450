#!/usr/bin/env python3
"""What include/sendsafely.h declares, for generators: `tools/python tools/header.py` prints it as JSON."""

import dataclasses
import json
import operator
import os
import re
import subprocess
import sys
from dataclasses import dataclass

from pycparser import c_ast, c_parser

HEADER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "include/sendsafely.h")

# Every integer type that the header may use: bits (0: those of an address) and sign.
INTEGERS = {"size_t": (0, False)} | {
    f"{prefix}int{bits}_t": (bits, not prefix) for bits in (8, 16, 32, 64) for prefix in ("", "u")}

# Fields that must not be shown by accident.
SECRETS = {"api_secret", "client_key", "keycode", "link", "password", "pin", "answer", "private_key", "token", "validation_token",
           "confirmed_sender_token", "proxy"}


# What the header's own types of numbers mean, for languages that have better ones, and whether one may be unknown.
MEANINGS = {"sendsafely_bool": ("boolean", False), "sendsafely_optional_bool": ("boolean", True), "sendsafely_time": ("time", True),
            "sendsafely_optional_int": ("", True), "sendsafely_optional_size": ("", True), "sendsafely_index": ("index", False)}


@dataclass(frozen=True)
class Type:
    """A type as it is used, of the C type `name`.

    `role` says what a generator has to do with it:
      nothing         void
      integer         by value, of `bits` and `signed`, `base` in C
      integer_out     integer *
      text            const char *, UTF-8
      owned_text      char *, of the library, for sendsafely_string_free
      text_out        char **
      texts           const char *const *
      bytes, buffer   const uint8_t *, uint8_t *
      any             void *
      callback        a pointer to a function, one of `callbacks`
      handle          T *, T one of `handles`
      handle_out      T **
      options         const T *, T a struct that its own _init fills
      options_out     T * for that _init
      record          T *, T one of the other `structs`
      record_out      T **
      records         const T *const *
    `meaning` is what an integer stands for: "", "boolean", "time", "index" (from 0), or "enum", which `name` names.
    `optional`: it may be NULL, or a number that says that the value is unknown.
    """

    name: str
    role: str
    optional: bool
    base: str | None = None
    bits: int | None = None
    signed: bool | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Variable:
    """A parameter of a function or a field of a struct. `secret`: it must not be shown by accident."""

    name: str
    type: Type
    doc: str = ""
    secret: bool = False


@dataclass(frozen=True)
class Function:
    """An exported function, or the type of a callback."""

    name: str
    result: Type
    parameters: tuple[Variable, ...]
    doc: str


@dataclass(frozen=True)
class Struct:
    name: str
    fields: tuple[Variable, ...]
    init: str | None  # the function that fills it: then it is an options struct
    doc: str

    @property
    def is_list(self):
        return [field.name for field in self.fields] == ["count", "items"]

    @property
    def is_record(self):
        """Whether other languages have it as a class: lists and bytes they have already."""
        return not self.init and not self.is_list and self.name != "sendsafely_buffer"


@dataclass(frozen=True)
class Enum:
    name: str
    values: dict[str, int]
    doc: str
    docs: dict[str, str]  # of the values

    def short(self, value):
        """The name of a value without what all of them begin with: the enum's own name, where that is so."""
        own = f"SENDSAFELY_{self.name.removeprefix('sendsafely_').upper()}_"
        return value.removeprefix(own if all(other.startswith(own) for other in self.values) else "SENDSAFELY_")


@dataclass(frozen=True)
class Header:
    functions: dict[str, Function]
    structs: dict[str, Struct]
    enums: dict[str, Enum]
    constants: dict[str, int]  # the macros
    handles: dict[str, str]  # opaque structs, and what is said of them
    callbacks: dict[str, Function]

    def free(self, name):
        """The function that frees a handle, a record or "char"; None where it is only a part of others."""
        function = "sendsafely_string_free" if name == "char" else name + "_free"
        return function if function in self.functions else None


def read(path=HEADER):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    return _Reader(source).header()


def _comments(source):
    """What is said of each name: of a member of a struct or enum under (struct, member)."""
    docs, members, inside = {}, {}, None
    pattern = re.compile(r"^(?P<indent> *)/\*\*(?P<text>.*?)\*/\n|^\} ?(?P<end>\w*);$", re.MULTILINE | re.DOTALL)
    for match in pattern.finditer(source):
        if match["text"] is None:
            for member, doc in members.items():
                docs[inside or match["end"], member] = doc
            if inside is None and None in docs:
                docs[match["end"]] = docs.pop(None)
            members, inside = {}, None
            continue
        doc = "\n".join(line.strip().removeprefix("*").strip() for line in match["text"].splitlines()).strip()
        following = source[match.end():]
        if match["indent"]:
            members[re.match(r".*?(\w+)( = [-\w]+,|;)$", following, re.MULTILINE)[1]] = doc
            continue
        # In this order: a macro, an enum, a handle, a callback, a number, a function; a struct has its name at its end.
        name = re.match(r"#define (\w+)|SENDSAFELY_ENUM\((\w+)\)|typedef struct (\w+)|typedef .*?\(\*(\w+)\)|typedef \w+ (\w+);"
                        r"|(?!typedef).*?(\w+)\(", following)
        name = next((group for group in name.groups() if group), None) if name else None
        docs[name] = doc
        inside = name if following.startswith("SENDSAFELY_ENUM") else None
    return docs


class _Reader:
    def __init__(self, source):
        self.docs = _comments(source)
        macros = re.findall(r"^#define (SENDSAFELY_\w+)[ \t]+\S", source, re.MULTILINE)
        # The system's headers hold much that is not C; their types' names and two numbers are all that is needed.
        # A qualifier that the header does not use carries the mark of what may be NULL.
        source = "".join([
            "#define SENDSAFELY_NULLABLE restrict\n#define INT64_MIN (-0x7fffffffffffffff - 1)\n#define UINT64_MAX 0xffffffffffffffff\n",
            *(f"typedef int {name};\n" for name in INTEGERS), re.sub(r"^#include .*", "", source, flags=re.MULTILINE)])
        # The compiler expands the macros; here only their arithmetic is left.
        source += "".join(f"\nint macro_{name} = {name};" for name in macros)
        plain = subprocess.run(["cc", "-E", "-P", "-x", "c", "-std=c99", "-"], input=source, capture_output=True,
                               encoding="utf-8", check=True).stdout
        tree = c_parser.CParser().parse(plain).ext
        self.declarations = [node for node in tree if not isinstance(node, c_ast.FuncDef) and node.name not in INTEGERS]

    def header(self):
        structs = {name: node.type.decls for name, node in self._typedefs(c_ast.Struct)}
        prototypes = {node.name: node.type for node in self._declared(c_ast.FuncDecl)}
        self.bases = {name: name for name in INTEGERS} | {
            name: " ".join(node.type.names) for name, node in self._typedefs(c_ast.IdentifierType)}
        self.enum_names = {node.type.name for node in self._declared(c_ast.Enum)}
        self.handles = tuple(name for name, fields in structs.items() if fields is None)
        self.callback_types = {name: node.type for name, node in self._typedefs(c_ast.FuncDecl)}
        self.inits = {name: name + "_init" for name, fields in structs.items()
                      if fields and fields[0].name == "struct_size" and name + "_init" in prototypes}
        self.records = {name for name, fields in structs.items() if fields}
        return Header(
            functions={name: self._function(name, node) for name, node in prototypes.items()},
            structs={name: Struct(name, tuple(self._field(name, field) for field in fields), self.inits.get(name), self.docs[name])
                     for name, fields in structs.items() if fields},
            enums={enum.name: enum for enum in self._enums()},
            constants={node.name.removeprefix("macro_"): _value(node.init, {}) for node in self.declarations
                       if isinstance(node, c_ast.Decl) and node.init},
            handles={name: self.docs[name] for name in self.handles},
            callbacks={name: self._function(name, node) for name, node in self.callback_types.items()},
        )

    def _declared(self, kind):
        return (node for node in self.declarations if isinstance(node, c_ast.Decl) and isinstance(node.type, kind))

    def _typedefs(self, kind):
        """Those of structs, of integers, or of pointers to functions."""
        return ((node.name, node.type) for node in self.declarations
                if isinstance(node, c_ast.Typedef) and isinstance(getattr(node.type, "type", None), kind))

    def _enums(self):
        for node in self._declared(c_ast.Enum):
            values = {}
            for item in node.type.values.enumerators:
                values[item.name] = _value(item.value, values) if item.value else max(values.values(), default=-1) + 1
            name = node.type.name
            yield Enum(name, values, self.docs[name], {value: self.docs[name, value] for value in values})

    def _function(self, name, node):
        parameters = node.args.params if node.args else []
        return Function(name, self._type(node.type),
                        tuple(Variable(parameter.name, self._type(parameter.type)) for parameter in parameters if parameter.name),
                        self.docs[name])

    def _field(self, struct, node):
        return Variable(node.name, self._type(node.type), self.docs[struct, node.name], node.name in SECRETS)

    def _type(self, node):
        nullable, pointers = "restrict" in node.quals, 0
        while isinstance(node, c_ast.PtrDecl):
            pointers, node = pointers + 1, node.type
        name, const = " ".join(node.type.names), "const" in node.quals
        role = self._role(name, pointers, const)
        if role is None:
            raise ValueError(f"{name} with {pointers} pointers: no generator knows what to do with such a type")
        base = self.bases.get(name) if role.startswith("integer") else None
        bits, signed = INTEGERS.get(base, (None, None))
        meaning, unknown = MEANINGS.get(name, ("enum" if name in self.enum_names else "", False))
        return Type(name, role, nullable or unknown, base, bits, signed, meaning)

    def _role(self, name, pointers, const):
        if name in self.handles:
            return {1: "handle", 2: "handle_out"}.get(pointers)
        if name in self.inits:
            return {1: "options" if const else "options_out"}.get(pointers)
        if name in self.records:
            return {1: "record", 2: "records" if const else "record_out"}.get(pointers)
        if name in self.callback_types:
            return {0: "callback"}.get(pointers)
        if name == "char":
            return {(1, True): "text", (1, False): "owned_text", (2, True): "texts", (2, False): "text_out"}.get((pointers, const))
        if name == "uint8_t" and pointers == 1:
            return "bytes" if const else "buffer"
        if name == "void":
            return {0: "nothing", 1: "any"}.get(pointers)
        return {0: "integer", 1: "integer_out"}.get(pointers)


def _value(node, names):
    """A constant expression of integers."""
    if isinstance(node, c_ast.Constant):
        return int(node.value.rstrip("uUlL"), 0)
    if isinstance(node, c_ast.ID):
        return names[node.name]
    if isinstance(node, c_ast.UnaryOp):
        return {"-": operator.neg, "+": operator.pos, "~": operator.invert}[node.op](_value(node.expr, names))
    operators = {"+": operator.add, "-": operator.sub, "*": operator.mul, "<<": operator.lshift, "|": operator.or_}
    return operators[node.op](_value(node.left, names), _value(node.right, names))


if __name__ == "__main__":
    json.dump(dataclasses.asdict(read(*sys.argv[1:])), sys.stdout, indent=1)
    print()
