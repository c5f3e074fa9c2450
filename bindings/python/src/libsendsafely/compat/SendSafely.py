"""The account: loads and lists packages, and registers trusted devices."""

from __future__ import annotations

import os
from typing import Any, Optional, Union

from .. import crypto, keys, parse_link
from ._account import Account
from ._calls import Json, failing_as
from .exceptions import (
    DeletePackageException,
    GetKeycodeFailedException,
    GetPackageInformationFailedException,
    GetPackagesException,
    GetUserInformationException,
    TrustedDeviceException,
)
from .Package import Package
from .utilities import KeyPair

# The service returns at most so many rows per request.
PAGE = 100


class SendSafely(Account):
    """A host with the API key and secret of an account. It uses no network until the first call.

    Programs may assign to the attributes at any time. CLIENT_OPTIONS, which the official client does not have, are
    options of libsendsafely.Client, such as {"proxy": "http://proxy:3128"}. Set them on the class or on one object.
    """

    # Requests and signatures are protocol 1.2, lists 6.3, devices 6.10.

    #: The key pair that generate_trusted_device_key_pair made last, and its id.
    KEY_PAIR: Optional[KeyPair] = None
    KEY_ID: Optional[str] = None

    def load_package(self, package_id: str, key_code: Optional[str] = None) -> Package:
        """Returns a package by its id. key_code is its keycode, or the path of a file with the keycode; a path has a
        directory, such as "./keycode.txt". Without key_code, its files and its message cannot be read or written."""
        information = self.get_package_information(package_id)
        if key_code and os.path.exists(os.path.dirname(key_code)):
            from ..cli import texts

            with failing_as(GetPackageInformationFailedException):
                key_code = texts.first_line(key_code).strip()
        return self._loaded(information, key_code)

    def load_package_from_link(self, link: str) -> Package:
        """Returns a package by its secure link."""
        with failing_as(GetPackageInformationFailedException):
            parsed = parse_link(link)
        if parsed.keycode is None:
            raise GetPackageInformationFailedException("the link has no keycode")
        return self._loaded(self.get_package_information(parsed.package_code), parsed.keycode)

    def _loaded(self, information: Json, keycode: Optional[str]) -> Package:
        return Package(self, {**information, "clientSecret": keycode})

    def get_package_information(self, package_id: str) -> Json:
        """Returns the data of a package, by its id or package code."""
        return self._ask(GetPackageInformationFailedException, "GET", "/package/{}/", package_id)

    def get_package_information_from_link(self, link: str) -> Json:
        """Returns the data of a package, by its secure link."""
        with failing_as(GetPackageInformationFailedException):
            package_code = parse_link(link).package_code
        return self.get_package_information(package_code)

    def delete_package(self, package_id: str) -> Json:
        """Deletes a package on the service, permanently."""
        return self._ask(DeletePackageException, "DELETE", "/package/{}/", package_id)

    def get_received_packages(self, row_index: int = 0, page_size: int = 100) -> Json:
        """Returns all packages that the user received, starting at a row, as "packages", and the "pagination" of each
        request. page_size is the number of rows per request."""
        return self._pages("/package/received/", row_index, page_size)

    def get_sent_packages(self, row_index: int = 0, page_size: int = 100) -> Json:
        """Returns all packages that the user sent. Otherwise like get_received_packages."""
        return self._pages("/package/", row_index, page_size)

    def _pages(self, path: str, row_index: int, page_size: int) -> Json:
        row_index, page_size = int(row_index), int(page_size)
        found: dict[str, Any] = {"packages": [], "pagination": []}
        while True:
            response = self._ask(GetPackagesException, "GET", f"{path}?rowIndex={row_index}&pageSize={page_size}")
            found["packages"] += response["packages"]
            found["pagination"].append(response["pagination"])
            rows = int(response["pagination"]["rowsReturned"])
            if rows == 0 or rows < min(page_size, PAGE):
                return found
            row_index += rows

    def get_user_information(self) -> Json:
        """Returns the data of the user."""
        return self._ask(GetUserInformationException, "GET", "/user/")

    def generate_trusted_device_key_pair(self, description: str) -> Json:
        """Generates a key pair and registers its public key as a trusted device. Returns the armored "publicKey" and
        "privateKey", and the service's "response" with the "id". Sets KEY_ID and KEY_PAIR."""
        with failing_as(TrustedDeviceException):
            made = keys.generate_key_pair()
        response = self._ask(TrustedDeviceException, "PUT", "/public-key/", body={"publicKey": made.public_key, "description": description})
        self.KEY_ID, self.KEY_PAIR = response["id"], KeyPair(made.private_key, made.public_key)
        return {"publicKey": made.public_key, "privateKey": made.private_key, "response": response}

    def revoke_trusted_device_key(self, public_key_id: str) -> Json:
        """Revokes a public key: its device can no longer open packages without a secure link."""
        return self._ask(TrustedDeviceException, "DELETE", "/public-key/{}/", public_key_id)

    def get_package_keycode(
        self, package_id: str, public_key_id: Optional[str] = None, private_key: Optional[Union[str, KeyPair]] = None,
    ) -> dict[str, str]:
        """Returns the keycode of a package as "keyCode", with the private key of a trusted device. Unless both arguments
        are passed, that is the device of KEY_ID and KEY_PAIR. It must have been registered when the package was
        finalized."""
        if public_key_id is None or private_key is None:
            public_key_id, private_key = self.KEY_ID, self.KEY_PAIR
        if public_key_id is None or private_key is None:
            raise GetKeycodeFailedException("there is no key pair: give public_key_id and private_key")
        response = self._ask(GetKeycodeFailedException, "GET", "/package/{}/link/{}/", package_id, public_key_id)
        with failing_as(GetKeycodeFailedException):
            return {"keyCode": crypto.decrypt_keycode(response["message"], str(private_key))}
