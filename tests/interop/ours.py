"""Our side of the tests: the C library through ctypes, no more of it than they need."""

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p, sizeof
from pathlib import Path
from types import SimpleNamespace

_lib = ctypes.CDLL(str(Path(__file__).parents[2] / "target/release/libsendsafely.so"))


class _ClientOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("request_api", c_char_p), ("client_version", c_char_p), ("locale", c_char_p),
        ("proxy", c_char_p), ("ca_bundle", c_char_p), ("connect_timeout_ms", c_uint64), ("stall_timeout_ms", c_uint64),
        ("retry_window_ms", c_uint64), ("part_size", c_uint64), ("memory_budget", c_uint64), ("max_part_bytes", c_uint64),
        ("parts_in_flight", c_uint32), ("force_api_route", c_int32), ("allow_plain_http", c_int32),
        ("on_progress", c_void_p), ("user_data", c_void_p), ("on_log", c_void_p), ("log_user_data", c_void_p),
    ]


class _RecipientOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("phone_number", c_char_p), ("country_code", c_char_p)]


class _FinalizeOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("password", c_char_p), ("undisclosed_recipients", c_int32), ("allow_reply_all", c_int32),
        ("notify_recipients", c_int32), ("read_only_pdf", c_int32), ("on_progress", c_void_p), ("user_data", c_void_p),
    ]


class _DownloadOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("password", c_char_p), ("directory_id", c_char_p), ("existing", c_int32),
        ("sync", c_int32), ("on_progress", c_void_p), ("user_data", c_void_p),
    ]


def _list_of(item):
    return type("_List", (Structure,), {"_fields_": [("count", c_size_t), ("items", POINTER(item))]})


_StringList = _list_of(c_char_p)


class _Recipient(Structure):
    _fields_ = [
        ("recipient_id", c_char_p), ("email", c_char_p), ("full_name", c_char_p), ("role", c_char_p),
        ("approvers", POINTER(_StringList)), ("phone_numbers", POINTER(_StringList)),
        ("needs_approval", c_int32), ("is_package_owner", c_int32), ("sms_auth", c_int32),
    ]


class _File(Structure):
    _fields_ = [
        ("file_id", c_char_p), ("file_name", c_char_p), ("size", c_uint64), ("uploaded", c_int64), ("uploaded_text", c_char_p),
        ("created_by", c_char_p), ("parts", c_uint32), ("version", c_uint32),
    ]


_RecipientList = _list_of(POINTER(_Recipient))
_FileList = _list_of(POINTER(_File))


class _Information(Structure):
    _fields_ = [
        ("package_id", c_char_p), ("package_code", c_char_p), ("sender", c_char_p), ("created", c_int64),
        ("created_text", c_char_p), ("state_name", c_char_p), ("state", c_int32), ("life", c_int32), ("label", c_char_p),
        ("recipients", POINTER(_RecipientList)), ("contact_groups", c_void_p), ("files", POINTER(_FileList)),
        ("approvers", POINTER(_StringList)), ("needs_approval", c_int32), ("password_required", c_int32),
        ("is_workspace", c_int32), ("is_archived", c_int32), ("allow_reply_all", c_int32), ("contains_message", c_int32),
        ("root_directory_id", c_char_p), ("parent_id", c_char_p),
    ]


class _Finalized(Structure):
    _fields_ = [
        ("link", c_char_p), ("approvers", POINTER(_StringList)), ("recipients", POINTER(_StringList)), ("needs_approval", c_int32),
    ]


_lib.sendsafely_status_name.restype = c_char_p
_lib.sendsafely_status_name.argtypes = [c_int32]
_lib.sendsafely_error_message.restype = c_char_p
_lib.sendsafely_error_message.argtypes = [c_void_p]
_lib.sendsafely_live_objects.restype = c_uint64
for _noun in ("client", "package", "error", "string", "recipient", "file", "finalized", "package_information", "download", "download_list"):
    _free = getattr(_lib, f"sendsafely_{_noun}_free")
    _free.restype, _free.argtypes = None, [c_void_p]


class Error(Exception):
    """A failed call, with the name of its status, such as SENDSAFELY_DECRYPT_FAILED."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


def _call(name, *arguments):
    """Calls a function of the shape `status name(arguments..., error)`."""
    error = c_void_p()
    status = getattr(_lib, name)(*arguments, byref(error))
    if status != 0:
        message = _lib.sendsafely_error_message(error).decode()
        _lib.sendsafely_error_free(error)
        raise Error(_lib.sendsafely_status_name(status).decode(), message)


def _options(struct, name, **values):
    options = struct()
    assert getattr(_lib, f"sendsafely_{name}_options_init")(byref(options), c_size_t(sizeof(options))) == 0
    assert options.struct_size == sizeof(options)
    for key, value in values.items():
        setattr(options, key, _text(value) if isinstance(value, str) else value)
    return options


def _text(value):
    return None if value is None else str(value).encode()


def _string(value):
    return None if value is None else value.decode()


def _strings(pointer):
    return [pointer.contents.items[i].decode() for i in range(pointer.contents.count)]


def _records(pointer):
    return [pointer.contents.items[i].contents for i in range(pointer.contents.count)]


def live_objects():
    return _lib.sendsafely_live_objects()


class _Handle:
    def __init__(self, noun):
        self._noun, self.handle = noun, c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        getattr(_lib, f"sendsafely_{self._noun}_free")(self.handle)


class Client(_Handle):
    def __init__(self, host, user, **options):
        super().__init__("client")
        options.setdefault("retry_window_ms", 10_000)
        _call("sendsafely_client_new", _text(host), _text(user["api_key"]), _text(user["api_secret"]),
              byref(_options(_ClientOptions, "client", **options)), byref(self.handle))

    def _package(self, name, *arguments):
        package = Package()
        _call(name, self.handle, *arguments, byref(package.handle))
        return package

    def create(self):
        return self._package("sendsafely_package_create")

    def open(self, package_id, keycode):
        return self._package("sendsafely_package_open", _text(package_id), _text(keycode))

    def open_link(self, link):
        return self._package("sendsafely_package_open_link", _text(link))

    def open_with_private_key(self, package_id, public_key_id, private_key):
        return self._package("sendsafely_package_open_with_private_key", _text(package_id), _text(public_key_id), _text(private_key))


class Package(_Handle):
    def __init__(self):
        super().__init__("package")

    def _get_text(self, name):
        text = c_void_p()
        _call(name, self.handle, byref(text))
        try:
            return _string(c_char_p(text.value).value)
        finally:
            _lib.sendsafely_string_free(text)

    @property
    def id(self):
        return self._get_text("sendsafely_package_id")

    @property
    def keycode(self):
        return self._get_text("sendsafely_package_keycode")

    @property
    def message(self):
        return self._get_text("sendsafely_package_get_message")

    def set_message(self, text):
        _call("sendsafely_package_set_message", self.handle, _text(text))

    def add_recipient(self, email, **options):
        _call("sendsafely_package_add_recipient", self.handle, _text(email),
              byref(_options(_RecipientOptions, "recipient", **options)), None)

    def set_recipient_phone(self, recipient_id, phone_number, country_code):
        _call("sendsafely_package_set_recipient_phone", self.handle, _text(recipient_id), _text(phone_number), _text(country_code))

    def upload(self, path):
        _call("sendsafely_package_upload_file", self.handle, _text(path), None, None)

    def finalize(self, **options):
        finalized = POINTER(_Finalized)()
        _call("sendsafely_package_finalize", self.handle, byref(_options(_FinalizeOptions, "finalize", **options)), byref(finalized))
        try:
            return finalized.contents.link.decode()
        finally:
            _lib.sendsafely_finalized_free(finalized)

    def information(self):
        pointer = POINTER(_Information)()
        _call("sendsafely_package_get_information", self.handle, byref(pointer))
        try:
            record = pointer.contents
            return SimpleNamespace(
                package_id=_string(record.package_id), package_code=_string(record.package_code), sender=_string(record.sender),
                state_name=_string(record.state_name), life=record.life, password_required=record.password_required,
                files=[SimpleNamespace(file_id=_string(file.file_id), file_name=_string(file.file_name), size=file.size,
                                       parts=file.parts) for file in _records(record.files)],
                recipients=[SimpleNamespace(recipient_id=_string(recipient.recipient_id), email=_string(recipient.email),
                                            phone_numbers=_strings(recipient.phone_numbers), sms_auth=recipient.sms_auth)
                            for recipient in _records(record.recipients)],
            )
        finally:
            _lib.sendsafely_package_information_free(pointer)

    def download(self, file_id, path, **options):
        _call("sendsafely_package_download_file", self.handle, _text(file_id), _text(path),
              byref(_options(_DownloadOptions, "download", **options)), None)

    def download_all(self, directory, **options):
        _call("sendsafely_package_download_all", self.handle, _text(directory),
              byref(_options(_DownloadOptions, "download", **options)), None)
