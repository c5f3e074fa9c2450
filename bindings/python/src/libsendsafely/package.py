"""A package: files and a message for recipients; or a Workspace, which is a package that stays."""

from ctypes import byref, c_ubyte

from . import _native as native
from ._core import Handle, call, get_record, get_text, options, text
from .progress import Callback


class Package(Handle):
    """A package on the service, made or opened by a Client. Any number of threads may use it."""

    noun = "package"

    @property
    def id(self):
        """The package id."""
        return get_text("sendsafely_package_id", self._address)

    @property
    def keycode(self):
        """The keycode, a secret: keep it with the id to open the package again."""
        return get_text("sendsafely_package_keycode", self._address)

    @property
    def link(self):
        """The secure link with the keycode in it; the package must be finalized or be a Workspace."""
        return get_text("sendsafely_package_link", self._address)

    def information(self):
        """What the service knows of the package now."""
        return get_record("sendsafely_package_get_information", native.sendsafely_package_information, self._address)

    def add_recipient(self, email, *, phone_number=None, country_code=None):
        """Adds a recipient, with a phone number to which the service sends a code before the package opens."""
        made = options(native.sendsafely_recipient_options, phone_number=phone_number, country_code=country_code)
        return get_record("sendsafely_package_add_recipient", native.sendsafely_recipient, self._address, text(email), byref(made))

    def upload(self, source, *, name=None, directory_id=None, progress=None):
        """Uploads a file by its path, or bytes under a name."""
        callback = Callback(progress)
        made = options(native.sendsafely_upload_options, directory_id=directory_id, on_progress=callback.native)
        if isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
            buffer = (c_ubyte * len(data)).from_buffer_copy(data)
            arguments = ("sendsafely_package_upload_memory", native.sendsafely_file, self._address, text(name), buffer, len(data))
        else:
            if name is not None:
                made.file_name = text(name)
            arguments = ("sendsafely_package_upload_file", native.sendsafely_file, self._address, text(source))
        return get_record(*arguments, byref(made), raised=callback.raised)

    def set_message(self, message):
        """Sets the message, encrypted like the files."""
        call("sendsafely_package_set_message", self._address, text(message))

    @property
    def message(self):
        """The message, decrypted; None if there is none."""
        return get_text("sendsafely_package_get_message", self._address)

    def finalize(self, *, undisclosed_recipients=False, password=None, allow_reply_all=False, notify_recipients=False):
        """Finalizes the package, the last step; the result has the secure link."""
        made = options(
            native.sendsafely_finalize_options, undisclosed_recipients=int(undisclosed_recipients), password=password,
            allow_reply_all=int(allow_reply_all), notify_recipients=int(notify_recipients))
        return get_record("sendsafely_package_finalize", native.sendsafely_finalized, self._address, byref(made))

    def download_all(self, directory, *, existing=native.Existing.REFUSE, password=None, progress=None):
        """Downloads everything into an existing directory; what became of each file."""
        callback = Callback(progress)
        made = options(native.sendsafely_download_options, existing=int(existing), password=password, on_progress=callback.native)
        return get_record("sendsafely_package_download_all", native.sendsafely_report, self._address, text(directory), byref(made),
                          raised=callback.raised)

    def delete(self):
        """Deletes the package on the service, for good."""
        call("sendsafely_package_delete", self._address)
