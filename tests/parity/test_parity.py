"""The header, the Python table and the C# table agree: `tools/python -m pytest tests/parity`.

Each is read by itself: the header by tools/header.py, the Python table by importing it, the C# table as the text that the
compiler gets. Names, parameters, results, structs and enum values have to be the same, and every function is used.
"""

import ast
import ctypes
import importlib.util
import os
import re

import csharp_async
import csharp_table
import exceptions
import ffi_files
import header

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
CSHARP = os.path.join(ROOT, "bindings/csharp")


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def sources():
    """The sources of the C# wrapper without the table, Native.cs."""
    folder = os.path.join(CSHARP, "src")
    return "\n".join(text(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".cs") and name != "Native.cs")


def python_module(name):
    path = os.path.join(ROOT, f"bindings/python/src/libsendsafely/{name}.py")
    spec = importlib.util.spec_from_file_location("parity_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


API = header.read()
PYTHON = python_module("_native")
NATIVE = text(CSHARP, "src/Native.cs")

# A type is a word: void, i32, u64, size and so on, * for any address, and *size or *name where more is known.


def of_header(type_, exact=True):
    match type_.role:
        case "nothing":
            return "void"
        case "integer" | "integer_out":
            word = "size" if type_.bits == 0 else f"{'i' if type_.signed else 'u'}{type_.bits}"
            return ("*" if type_.role == "integer_out" else "") + word
        case "options" | "options_out":
            return "*" + type_.name
        case "callback":
            return "*" + type_.name
        case "record":
            return "*" + type_.name if exact else "*"
    return "*"


def of_python(type_):
    if type_ is None:
        return "void"
    for name, function in vars(PYTHON).items():
        if function is type_ and name in API.callbacks:
            return "*" + name
    if isinstance(type_, type) and issubclass(type_, ctypes._Pointer):
        inner = type_._type_
        if issubclass(inner, ctypes.Structure):
            return "*" + inner.__name__
        return "*" if issubclass(inner, (ctypes._Pointer, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ubyte)) else "*" + of_python(inner)
    if type_ in (ctypes.c_void_p, ctypes.c_char_p):
        return "*"
    if type_ is ctypes.c_size_t:  # the same class as c_uint64
        return "size|u64"
    return f"{'i' if type_(-1).value == -1 else 'u'}{8 * ctypes.sizeof(type_)}"


def of_csharp(type_):
    way, _, name = type_.rpartition(" ")
    integers = {"int": "i32", "uint": "u32", "long": "i64", "ulong": "u64", "UIntPtr": "size", "Status": "i32", "byte": "u8"}
    if not way:
        if name in integers:
            return integers[name]
        return "void" if name == "void" else "*" + name if name.startswith("sendsafely_") else "*"
    if name in integers:
        return "*" + integers[name]
    return "*" + name if name.startswith("sendsafely_") else "*"


def same(one, other):
    return other in (one, {"size": "size|u64", "u64": "size|u64", "*size": "*size|u64"}.get(one))


def csharp_functions():
    pattern = re.compile(r"\[DllImport\(Library, CallingConvention = C\)\]\s+internal static extern (\w+) (\w+)\((.*?)\);", re.DOTALL)
    for result, name, parameters in pattern.findall(NATIVE):
        pairs = [parameter.strip().rsplit(" ", 1) for parameter in parameters.split(",") if parameter.strip()]
        yield name, (result, [(kind.replace("[]", " []").replace(" []", "[]"), word.lstrip("@")) for kind, word in pairs])


def csharp_structs():
    for name, body in re.findall(r"\[StructLayout\(LayoutKind\.Sequential\)\]\s+internal struct (\w+)\s+\{(.*?)\n        \}", NATIVE, re.DOTALL):
        yield name, re.findall(r"internal (\w+) (\w+);", body)


def test_functions_have_the_same_names():
    names = sorted(API.functions)
    assert names == sorted(text("tests/abi/symbols.txt").split())
    assert names == sorted(PYTHON.FUNCTIONS)
    assert names == sorted(dict(csharp_functions()))


def test_functions_have_the_same_parameters_in_python():
    for name, function in API.functions.items():
        result, parameters = PYTHON.FUNCTIONS[name]
        assert [(one.name, one.type.role) for one in function.parameters] == [(word, role) for word, role, *_ in parameters], name
        wanted = [of_header(one.type, exact=False) for one in function.parameters]
        found = [of_python(kind) for _, _, kind, _ in parameters]
        # Python may know the type behind a pointer where C# and C have an address.
        assert all(same(a, b) or a == "*" == b[0] for a, b in zip(wanted, found)), (name, wanted, found)
        assert same(of_header(function.result), of_python(result)), name


def test_functions_have_the_same_parameters_in_csharp():
    for name, (result, parameters) in csharp_functions():
        function = API.functions[name]
        assert [one.name for one in function.parameters] == [word for _, word in parameters], name
        wanted = [of_header(one.type, exact=False) for one in function.parameters]
        found = [of_csharp(kind) for kind, _ in parameters]
        assert wanted == found, (name, wanted, found)
        assert of_header(function.result) == of_csharp(result), name
        for variable, (kind, _) in zip(function.parameters, parameters):
            if variable.type.role in ("handle", "handle_out") and name != API.free(variable.type.name):
                assert kind.endswith("Handle"), f"{name}: a SafeHandle has to keep {variable.name} alive"


def test_structs_have_the_same_fields():
    structs = dict(csharp_structs())
    assert sorted(structs) == sorted(API.structs)
    for name, struct in API.structs.items():
        wanted = [(field.name, of_header(field.type, exact=False)) for field in struct.fields]
        assert [one for one, _ in wanted] == [one for one, _ in getattr(PYTHON, name)._fields_], name
        for (field, kind), (_, python) in zip(wanted, getattr(PYTHON, name)._fields_):
            assert same(kind, of_python(python)) or kind[0] == "*" == of_python(python)[0], (name, field)
        # An address of any kind is an IntPtr in a struct.
        assert [(field, kind[:1] if kind[0] == "*" else kind) for field, kind in wanted] == [
            (field, of_csharp(kind)) for kind, field in structs[name]], name


def test_enums_and_constants_have_the_same_values():
    python, csharp = python_module("enums"), text(CSHARP, "src/Enums.cs")
    for name, enum in API.enums.items():
        members = {member: value for _, member, value in csharp_table.enum_values(enum)}
        (body,) = re.findall(rf"public enum {csharp_table.class_of(name)}\s+\{{(.*?)\n    \}}", csharp, re.DOTALL)
        assert {word: int(number) for word, number in re.findall(r"^ +(\w+) = (-?\d+),", body, re.MULTILINE)} == members, name
        known = getattr(python, csharp_table.pascal(name.removeprefix("sendsafely_")))
        assert sorted(member.value for member in known) == sorted(enum.values.values()), name
        assert {re.sub("_", "", member.name).lower() for member in known} == {member.lower() for member in members}, name
    for name, value in API.constants.items():
        assert re.search(rf"\b{name} = {value};", NATIVE), name
        if "VERSION" not in name:
            assert getattr(PYTHON, name.removeprefix("SENDSAFELY_")) == value, name


def test_every_function_is_used():
    # The Python suite has the same test for its wrapper.
    used = set(re.findall(r"\bNative\.(sendsafely_\w+)", sources()))
    assert sorted(set(API.functions) - used) == sorted(exceptions.of("used by C#"))


def test_methods_are_in_the_file_of_their_noun():
    """Client, Package and Workspace are split as src/ffi is, so that one rule leads from a C name to both files."""
    parts = {}
    for name in sorted(os.listdir(os.path.join(CSHARP, "src"))):
        source = text(CSHARP, "src", name)
        if re.search("partial class (Client|Package|Workspace)\\b", source) and name != csharp_async.FILE:
            parts[re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix(".cs")).lower()] = source
    assert len(parts) > 20
    for file, source in parts.items():
        for function in set(re.findall(r"\bNative\.(sendsafely_\w+)\(", source)):
            if not function.endswith(("_free", "_next")):
                assert ffi_files.named(function, set(parts) - {"workspace"}) == file, function


def python_functions():
    """Yields each public function or method of the Python wrapper: its name, its docstring, and its source. A
    constructor has the docstring of its class."""
    for file in ("client", "package", "workspace", "keys", "links", "crypto"):
        tree = ast.parse(text(ROOT, f"bindings/python/src/libsendsafely/{file}.py"))
        for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
            for node in owner.body:
                if isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_")):
                    yield node.name, ast.get_docstring(owner if node.name == "__init__" else node) or "", ast.unparse(node)


def test_methods_document_the_statuses_of_their_function_in_python():
    statuses = API.enums["sendsafely_status"]
    names = {value: statuses.short(value) for value in statuses.values}
    left_out = exceptions.of("status documented in Python")
    documented = {name: documentation for name, documentation, _ in python_functions()}
    checks = 0
    for name, documentation, code in python_functions():
        # "Otherwise like upload_file." and "Errors are those of upload_file."
        documentation += " ".join(documented.get(other, "") for other in re.findall(r"(?:like|those\s+of)\s+(\w+)", documentation))
        found = set(re.findall(r"\bStatus\.(\w+)", documentation))
        found |= {re.sub("(?<=.)(?=[A-Z])", "_", word).upper() for word in re.findall(r"\b[A-Z]\w+", documentation)}  # Classes of their own.
        for function in set(re.findall(r"\bsendsafely_\w+", code)) & set(API.functions):
            wanted = {names[word] for word in re.findall(r"SENDSAFELY_\w+", API.functions[function].doc)
                      if word in names and not {word, f"{function}: {word}"} & {*left_out}}
            assert wanted <= found, (name, sorted(wanted - found))
            checks += 1
    assert checks > 100


def test_methods_document_the_statuses_of_their_function():
    names = {c_name: name for c_name, name, _ in csharp_table.enum_values(API.enums["sendsafely_status"])}
    left_out = exceptions.of("status documented in C#")
    checks = 0
    for documentation, code in re.findall(r"((?:^ +///[^\n]*\n)+)(.*?)(?=^ +///|\Z)", sources(), re.MULTILINE | re.DOTALL):
        called = re.search(r"\bNative\.(sendsafely_(?:client|package|key_pair|keycode|part|message|checksum|link)_?\w+)\(", code)
        if called:
            wanted = {names[word] for word in re.findall(r"SENDSAFELY_\w+", API.functions[called[1]].doc) if word in names and word not in left_out}
            assert wanted <= set(re.findall(r"\bStatus\.(\w+)", documentation)), called[1]
            checks += 1
    assert checks > 70


def test_generated_files_are_fresh(tmp_path):
    csharp_table.main(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["Async.cs", "Enums.cs", "Native.cs", "Options.cs", "Records.cs", "Words.cs"]
    for name in os.listdir(tmp_path):
        assert text(tmp_path, name) == text(CSHARP, "src", name), f"{name} is stale; run: make header"


def test_every_public_member_is_in_the_tests_of_csharp():
    tests = "\n".join(text(CSHARP, "tests", name) for name in os.listdir(os.path.join(CSHARP, "tests")) if name.endswith(".cs"))
    pattern = r"^ +public (?!override|sealed|static class|partial|abstract|class|enum)(?:static )?[\w<>\[\]?, ]+ (\w+)\("
    methods = set(re.findall(pattern, sources(), re.MULTILINE))
    synchronous = {name.removesuffix("Async") for name in methods}
    assert len(synchronous) > 80
    missing = {name for name in synchronous if not re.search(rf"\b{name}(Async)?\(", tests)}
    assert not missing, sorted(missing)


def test_messages_speak_net_in_net():
    """No name of C is left in a message when Words.cs has replaced those that it knows."""
    texts = csharp_table.fixed_texts()
    messages = list(csharp_table.core_messages())
    assert len(messages) > 300 and len(texts) > 20
    # A short text might be in the name of a file.
    assert [text for text in texts if len(text) < 18] == []
    of_c = re.compile(r"(?<![\w./{-])(?:[a-z]+_[a-z_]*[a-z](?![\w:(}])|\w*sendsafely_\w+|SENDSAFELY_\w+|\w*callback\w*|NULL\b)")
    left = []
    for name, message in messages:
        for text in sorted(texts, key=len, reverse=True):
            message = message.replace(text, texts[text])
        if of_c.search(message):
            left.append((name, message))
    assert left == [], "give csharp_table.py the words of .NET"
