"""Our side of the tests: the C library through ctypes, as include/sendsafely.h declares it.

Nothing about a function stands here: `client.any_function(inputs...)` calls sendsafely_client_any_function, and its
options are keywords. Outputs come back as Python values, copied and freed; handles as Client, Package or Handle.
"""

import ctypes
import sys
from ctypes import byref, c_char_p, c_size_t, c_void_p, sizeof
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import header

_api = header.read(str(ROOT / "include/sendsafely.h"))
_lib = ctypes.CDLL(str(ROOT / "target/release/libsendsafely.so"))
_structs = {}


def _ctype(type_):
    if type_.role == "nothing":
        return None
    if type_.role == "integer":
        name = "size_t" if type_.bits == 0 else f"{'int' if type_.signed else 'uint'}{type_.bits}"
        return getattr(ctypes, f"c_{name}")
    return c_void_p


def _struct(name):
    if name not in _structs:
        fields = [(field.name, _ctype(field.type)) for field in _api.structs[name].fields]
        _structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    return _structs[name]


for _function in _api.functions.values():
    _entry = getattr(_lib, _function.name)
    _entry.restype = _ctype(_function.result)
    _entry.argtypes = [_ctype(parameter.type) for parameter in _function.parameters]


class Error(Exception):
    """A failed call, with the name of its status, such as SENDSAFELY_DECRYPT_FAILED."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


def _string(address):
    return None if not address else ctypes.string_at(address).decode()


def _record(name, address):
    """A copy of a record: a list for what is one, else its fields."""
    if not address:
        return None
    struct, fields = _struct(name).from_address(address), {field.name: field.type for field in _api.structs[name].fields}
    if set(fields) == {"count", "items"}:
        items = (c_void_p * struct.count).from_address(struct.items) if struct.count else []
        return [_string(item) if fields["items"].role == "texts" else _record(fields["items"].name, item) for item in items]
    if set(fields) == {"data", "size"}:
        return ctypes.string_at(struct.data, struct.size)
    value = {"text": lambda type_, it: _string(it), "integer": lambda type_, it: it, "record": lambda type_, it: _record(type_.name, it)}
    return SimpleNamespace(**{field: value[type_.role](type_, getattr(struct, field)) for field, type_ in fields.items()})


def _free(name, address):
    getattr(_lib, _api.free(name))(address)


def _options(name, values, kept):
    options = _struct(name)()
    assert getattr(_lib, _api.structs[name].init)(byref(options), sizeof(options)) == 0
    for key, value in values.items():
        if isinstance(value, (str, Path)):
            value = ctypes.cast(c_char_p(str(value).encode()), c_void_p)
        kept.append(value)
        setattr(options, key, value)
    return options


def call(name, *inputs, **options):
    """Calls a function that answers a status; its outputs, one alone or several as a tuple."""
    function, inputs, arguments, outputs, kept = _api.functions[name], list(inputs), [], [], []
    counted = None
    for parameter in function.parameters:
        role = parameter.type.role
        if role.endswith("_out"):
            outputs.append((parameter, c_void_p() if role != "integer_out" else c_size_t()))
            argument = byref(outputs[-1][1])
        elif role == "options":
            argument = byref(_options(parameter.type.name, options, kept)) if options else None
        elif parameter.name == "count":
            argument = counted
        else:
            argument = inputs.pop(0) if inputs else None
            if isinstance(argument, list):
                counted = len(argument)
                argument = (c_char_p * counted)(*(item.encode() for item in argument))
            elif isinstance(argument, Handle):
                argument = argument.address
            elif isinstance(argument, (str, Path)):
                argument = c_char_p(str(argument).encode())
            elif isinstance(argument, bytes):
                argument = ctypes.create_string_buffer(argument, len(argument))
            kept.append(argument)
            if role not in ("integer",) and argument is not None:
                argument = ctypes.cast(argument, c_void_p)
        arguments.append(argument)
    assert not inputs, f"{name} takes fewer inputs"
    status = getattr(_lib, name)(*arguments)
    error = outputs.pop()[1]
    results = [_output(parameter, holder) for parameter, holder in outputs]
    if status != 0:
        message = _string(_lib.sendsafely_error_message(error))
        _lib.sendsafely_error_free(error)
        raise Error(_string(_lib.sendsafely_status_name(status)), message)
    return results[0] if len(results) == 1 else tuple(results) or None


def _output(parameter, holder):
    role, name = parameter.type.role, parameter.type.name
    if role == "integer_out":
        return holder.value
    if not holder.value:
        return None
    if role == "handle_out":
        return {"sendsafely_client": Client, "sendsafely_package": Package}.get(name, Handle)(name, holder.value)
    try:
        return _string(holder.value) if role == "text_out" else _record(name, holder.value)
    finally:
        _free(name, holder.value)


def live_objects():
    return _lib.sendsafely_live_objects()


class Handle:
    """Functions that begin with its noun are its methods."""

    def __init__(self, noun, address):
        self._noun, self.address = noun, c_void_p(address)

    def __getattr__(self, name):
        if f"{self._noun}_{name}" not in _api.functions:
            raise AttributeError(name)
        return lambda *inputs, **options: call(f"{self._noun}_{name}", self, *inputs, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _free(self._noun, self.address)

    def __iter__(self):
        """The rows of an iterator."""
        while (row := self.next()) is not None:
            yield row


class Client(Handle):
    def create(self):
        return call("sendsafely_package_create", self)

    def create_workspace(self, name):
        return call("sendsafely_package_create_workspace", self, name)

    def open(self, package_id, keycode):
        return call("sendsafely_package_open", self, package_id, keycode)

    def open_link(self, link):
        return call("sendsafely_package_open_link", self, link)

    def open_with_private_key(self, package_id, public_key_id, private_key):
        return call("sendsafely_package_open_with_private_key", self, package_id, public_key_id, private_key)


def client(host, user, **options):
    options.setdefault("retry_window_ms", 10_000)
    return call("sendsafely_client_new", host, user["api_key"], user["api_secret"], **options)


class Package(Handle):
    id = property(lambda self: call("sendsafely_package_id", self))
    keycode = property(lambda self: call("sendsafely_package_keycode", self))
    message = property(lambda self: call("sendsafely_package_get_message", self))

    def information(self):
        return self.get_information()

    def upload(self, path, **options):
        return self.upload_file(path, **options)

    def finalize(self, **options):
        return call("sendsafely_package_finalize", self, **options).link

    def download(self, file_id, path, **options):
        return self.download_file(file_id, path, **options)
