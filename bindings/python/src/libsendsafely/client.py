"""The client: host, credentials, and what is shared by all calls."""

from ctypes import byref, c_void_p

from . import _native as native
from ._core import Handle, call, get_record, get_text, options, text
from .package import Package


class Client(Handle):
    """A portal with the API key of an account. No network until the first call; any number of threads may use it.

    Options are those of sendsafely_client_options: retry_window_ms, part_size, proxy, ca_bundle and so on.
    """

    noun = "client"

    def __init__(self, host, api_key, api_secret, **client_options):
        super().__init__(None)
        made = options(native.sendsafely_client_options, **client_options)
        call("sendsafely_client_new", text(host), text(api_key), text(api_secret), byref(made), byref(self._address))

    def _package(self, function, *arguments):
        address = c_void_p()
        call(function, self._address, *arguments, byref(address))
        return Package(address.value)

    def create_package(self):
        """Creates an empty package: the first step of sending."""
        return self._package("sendsafely_package_create")

    def create_workspace(self, name=None):
        """Creates a Workspace, usable at once."""
        return self._package("sendsafely_package_create_workspace", text(name))

    def open_package(self, package_id, keycode):
        """Opens a package by its id and keycode, to receive it or to go on with it."""
        return self._package("sendsafely_package_open", text(package_id), text(keycode))

    def open_link(self, link):
        """Opens a package by its secure link, to receive it."""
        return self._package("sendsafely_package_open_link", text(link))

    def verify_credentials(self):
        """The e-mail address of the API key's owner."""
        return get_text("sendsafely_client_verify_credentials", self._address)

    def user(self):
        """What the service knows of the user."""
        return get_record("sendsafely_client_get_user", native.sendsafely_user, self._address)
