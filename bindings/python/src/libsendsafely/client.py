"""The client: a host with the credentials of an account, and the calls that start there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Callable, Optional, TypeVar, Union

from . import _native as native
from ._calls import call
from ._frames import Callbacks
from ._handles import Handle
from ._later import records
from ._values import function_or_none, identify, json_text, path, texts
from .enums import PackageList, PackageStatus, Status
from .errors import Error
from .package import Group, Package, Path
from .rows import Rows
from .workspace import Workspace

Made = TypeVar("Made", bound=Package)


class Client(Handle):
    """A host, such as "https://acme.sendsafely.com", with the API key and secret of an account.

    A client uses no network until its first call. Any number of threads may use it at once, and packages made with it
    keep working after it is closed. A client belongs to the process that made it: in a forked child its calls raise
    Status.FORKED.

    progress: a callback for each call that gets none of its own. It is called with the Progress of the call, on
      the thread that made the call. If it returns False, the call stops and raises Stopped; if it raises an
      exception, the call stops and raises that exception.
    log: a callback that gets lines for a log, such as retries and changes of route. They never contain a secret.
    proxy: URL of a proxy; "" for none. By default the environment decides (HTTPS_PROXY, ALL_PROXY, NO_PROXY).
    ca_bundle: path of a PEM file with certificate authorities to trust besides the system's.
    retry_window_ms: a failed request is repeated as long as the call has made progress within so many milliseconds, 0
      for no repetition; default 300,000, but 5,000 for a host that has never responded. A given time holds for both.
    connect_timeout_ms, stall_timeout_ms: milliseconds until an attempt to connect fails (default 10,000), and until a
      connection on which no byte moves fails (default 60,000).
    deadline_ms: milliseconds that each call may take, transfers too, whatever it waits for. It then ends as if it were
      stopped, and raises DeadlineExceeded. By default a call takes as long as it makes progress.
    part_size: bytes per part of an upload, 1 to 10,485,760; default 2,621,440.
    memory_budget: bytes of memory that all transfers of the client share, 1,048,576 or more; default 33,554,432. One
      part, at most 24 for which the program is slow, and 32 MiB for connections and at most 64 threads come to it,
      however many calls run at once.
    max_part_bytes: bytes of the largest part that a download accepts, 65,536 to 1,073,741,824; default 67,108,864.
    parts_in_flight: parts that one transfer sends or fetches at once, 1 to 16. By default as many as make it faster: 4 at
      first, more while the throughput grows and memory_budget has room for them, fewer while the service refuses some.
    force_api_route: transfer files through the API host instead of directly to and from the storage.
    allow_plain_http: allow http:// for every host. Anyone on the network can then read the requests.
    request_api, client_version, locale: the name and version of this program in the service's logs, and the language of
      the service's texts, such as "en-US".

    Status.MALFORMED_HOST, Status.INSECURE_HOST: correct the host. Status.NO_TRUST_STORE: set ca_bundle. A wrong key or
    secret raises AuthenticationFailed at the first call that uses the network.
    """

    # Requests and signatures are protocol 1.2, lists 6.3, accounts 6.1, contact groups 6.5, logins 6.12, devices 6.10.

    _free = "sendsafely_client_free"

    def __init__(
        self, host: str, api_key: str, api_secret: str, *,
        progress: Optional[Callable[[records.Progress], Any]] = None, log: Optional[Callable[[str], Any]] = None,
        request_api: Optional[str] = None, client_version: Optional[str] = None, locale: Optional[str] = None,
        proxy: Optional[str] = None, ca_bundle: Optional[Path] = None, connect_timeout_ms: Optional[int] = None,
        stall_timeout_ms: Optional[int] = None, retry_window_ms: Optional[int] = None,
        deadline_ms: Optional[int] = None, part_size: Optional[int] = None, memory_budget: Optional[int] = None,
        max_part_bytes: Optional[int] = None, parts_in_flight: Optional[int] = None, force_api_route: bool = False,
        allow_plain_http: bool = False,
    ) -> None:
        self._make(
            "sendsafely_client_new", host, api_key, api_secret, progress=progress, log=log, request_api=request_api,
            client_version=client_version, locale=locale, proxy=proxy, ca_bundle=ca_bundle,
            connect_timeout_ms=connect_timeout_ms, stall_timeout_ms=stall_timeout_ms, retry_window_ms=retry_window_ms,
            deadline_ms=deadline_ms, part_size=part_size, memory_budget=memory_budget, max_part_bytes=max_part_bytes,
            parts_in_flight=parts_in_flight, force_api_route=force_api_route, allow_plain_http=allow_plain_http)

    def _make(
        self, function: str, host: str, *inputs: str, progress: Any = None, log: Any = None, **given: Any,
    ) -> None:
        self._host = host
        if given.get("retry_window_ms") == 0:
            given["retry_window_ms"] = native.NO_RETRY  # In C, 0 is the default, which is None in Python.
        if given.get("ca_bundle") is not None:
            given["ca_bundle"] = path(given["ca_bundle"], "ca_bundle")
        super().__init__(None, Callbacks(function_or_none(progress, "progress"), function_or_none(log, "log")))
        self._address = call(function, host, *inputs, callbacks=self._callbacks, **given)

    @classmethod
    def without_credentials(cls, host: str, **options: Any) -> Client:
        """Makes a client without an API key. It can only log in and register: see generate_api_key. Other calls raise
        Status.NO_CREDENTIALS. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._make("sendsafely_client_new_without_credentials", host, **options)
        return client

    @classmethod
    def for_dropzone(cls, host: str, dropzone_id: str, **options: Any) -> Client:
        """Makes a client for an anonymous sender to the Dropzone of this id. It can create a package, upload files, set
        a message, and finalize with unconfirmed_sender or confirmed_sender_token. The recipients are those of the
        Dropzone. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._make("sendsafely_client_new_for_dropzone", host, dropzone_id, **options)
        return client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._host}>"

    @property
    def host(self) -> str:
        """The host, as it was passed to Client. No network."""
        return self._host

    # --- Packages

    def _opened(self, address: int) -> Package:
        """Makes the object for an open package: a Workspace if it is one."""
        package = Package(address, self._callbacks)
        if call("sendsafely_package_is_workspace", package):
            package._address = None  # The Workspace has it now.
            return Workspace(address, self._callbacks)
        return package

    def _new(self, package: Made, on_failure: str) -> Made:
        package._on_failure = on_failure
        return package

    def create_package(self) -> Package:
        """Creates an empty package, with a keycode made on this machine: the first step of sending. Then add
        recipients, upload files and set a message, in any order, and finalize. An exception that leaves the `with`
        block of the package deletes it: see Package.

        AuthenticationFailed: check key, secret, host and clock. Status.LIMIT_EXCEEDED, Status.DENIED: the account is
        not allowed to send.
        """
        return self._new(Package(call("sendsafely_package_create", self), self._callbacks), "delete")

    def create_package_for_user(self, email: str) -> Package:
        """Creates a package for another user of the organization. Only an administrator can do this. The package
        belongs to that user, who opens it with its id and keycode; the administrator can go on working with the
        returned object.

        Status.MALFORMED_EMAIL, Status.USER_NOT_FOUND: correct the address. Status.DENIED: the account is not an
        administrator.
        """
        address: int = call("sendsafely_package_create_for_user", self, email)
        return self._new(Package(address, self._callbacks), "delete")

    def create_workspace(self, name: Optional[str] = None) -> Workspace:
        """Creates a Workspace: a package with directories and collaborators that its owner keeps until it is deleted.
        It is usable at once and never finalized. Errors are those of create_package.
        """
        address: int = call("sendsafely_package_create_workspace", self, name)
        return self._new(Workspace(address, self._callbacks), "note")

    def open_package(self, package_id: str, keycode: str) -> Package:
        """Opens a package by its id and keycode, to receive it or to continue sending it. Returns a Workspace if it is
        one.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has no access. Status.KEYCODE_TOO_SHORT,
        Status.INVALID_ARGUMENT: the keycode has fewer than 32 characters, or some that no keycode has. Whether it is the
        right one is checked when it is used: a wrong one raises Status.WRONG_KEYCODE, when reading also
        Status.DECRYPT_FAILED or Status.DENIED. Status.KEYCODE_NOT_PROVED, when writing: the storage did not return the
        data that proves the keycode; nothing was written.
        """
        return self._opened(call("sendsafely_package_open", self, package_id, keycode))

    def open_link(self, link: str) -> Package:
        """Opens a package by its secure link, to receive it. Returns a Workspace if it is one. The host is the
        client's, even if the link names another host; parse_link shows it.

        Status.MALFORMED_LINK: not a secure link. Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has
        no access.
        """
        return self._opened(call("sendsafely_package_open_link", self, link))

    def open_with_private_key(self, package_id: str, public_key_id: str, private_key: str) -> Package:
        """Opens a package without its keycode, with the private key of a trusted device. Returns a Workspace if it is
        one. public_key_id is the service's id of the device's public key; private_key is armored.

        Status.INVALID_KEY: not an armored OpenPGP private key. Status.REFUSED: the service has no keycode for this
        device. Status.DECRYPT_FAILED: the private key belongs to another device.
        """
        return self._opened(
            call("sendsafely_package_open_with_private_key", self, package_id, public_key_id, private_key))

    def open_workspace(self, package_id: str, keycode: str) -> Workspace:
        """Opens a Workspace by its id and keycode. Status.ONLY_IN_WORKSPACE: the package is not a Workspace. Otherwise
        like open_package.
        """
        package = self.open_package(package_id, keycode)
        if not isinstance(package, Workspace):
            package.close()
            raise Error(f"{package_id} is not a Workspace", status=Status.ONLY_IN_WORKSPACE)
        return package

    def get_package_information(self, package_id: str) -> records.PackageInformation:
        """Returns what the service knows about a package, by its id, package code or secure link. The package is not
        opened, and the keycode is not needed.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has no access. Status.INVALID_ARGUMENT,
        Status.MALFORMED_LINK: not an id, a package code or a secure link.
        """
        return call("sendsafely_client_get_package_information", self, package_id)

    def list_packages(
        self, list: PackageList = PackageList.SENT, *, first_row: int = 0, page_size: int = 0,
    ) -> Rows[records.PackageSummary]:
        """Lists the user's packages, newest first. Pages are fetched during the iteration. first_row counts from 0;
        page_size is the number of rows per request, 1 to 100, or 0 for the default.
        """
        address: int = call("sendsafely_client_list_packages", self, list, first_row=first_row, page_size=page_size)
        return self._packages(address)

    def search_packages(
        self, *, sender: Optional[str] = None, recipient: Optional[str] = None, file_name: Optional[str] = None,
        from_time: Optional[datetime] = None, to_time: Optional[datetime] = None,
        status: PackageStatus = PackageStatus.ANY, whole_organization: bool = False, first_row: int = 0,
        page_size: int = 0,
    ) -> Rows[records.PackageSummary]:
        """Lists the packages that match all given criteria: the user's own packages, or with whole_organization those
        of the organization, for its administrators. The times need a time zone; only their day counts. Pages are
        fetched during the iteration.

        Status.MALFORMED_EMAIL: correct sender or recipient. Status.DENIED, during the iteration: the account is not an
        administrator.
        """
        times: dict[str, Any] = {"from": from_time, "to": to_time}  # `from` is a word of Python's.
        address: int = call(
            "sendsafely_client_search_packages", self, sender=sender, recipient=recipient, file_name=file_name,
            status=status, whole_organization=whole_organization, first_row=first_row, page_size=page_size, **times)
        return self._packages(address)

    def _packages(self, address: int) -> Rows[records.PackageSummary]:
        return Rows(address, self._callbacks, next_="sendsafely_package_iterator_next",
                    free="sendsafely_package_iterator_free")

    def get_recipient_history(self, email: str) -> tuple[records.PackageSummary, ...]:
        """Returns the packages that a recipient got from the organization, each with the files that the recipient
        downloaded.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DENIED: this account may not see it.
        """
        return call("sendsafely_client_get_recipient_history", self, email)

    # --- Account

    def verify_credentials(self) -> str:
        """Checks the API key and secret with the service. Returns the e-mail address of their owner.

        AuthenticationFailed: check key, secret, host and clock.
        """
        return call("sendsafely_client_verify_credentials", self)

    def verify_version(self) -> str:
        """Checks client_version, by default the version of the library, with the service. Returns "OK",
        "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a newer word of the service.
        """
        return call("sendsafely_client_verify_version", self)

    def get_user(self) -> records.User:
        """Returns what the service knows about the user."""
        return call("sendsafely_client_get_user", self)

    def get_enterprise(self) -> records.Enterprise:
        """Returns what the service knows about the organization."""
        return call("sendsafely_client_get_enterprise", self)

    def list_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None,
        authenticated_user: Optional[str] = None, impersonated_user: Optional[str] = None,
        package_owner: Optional[str] = None, min_timestamp: Optional[str] = None, max_timestamp: Optional[str] = None,
        first_row: int = 0, page_size: int = 0,
    ) -> Rows[records.AuditLogEntry]:
        """Lists the organization's audit log, for its administrators. Pages are fetched during the iteration. None
        matches everything. The two times are in UTC, "2026-01-31" or "2026-01-31 13:45:00"; the service goes back 90
        days. first_row counts from 0; page_size is the number of rows per request, 1 to 100, or 0 for the default of
        100.

        Status.DENIED, during the iteration: the account is not an administrator.
        """
        address: int = call(
            "sendsafely_client_list_audit_log", self, event_type=event_type, ip_address=ip_address,
            authenticated_user=authenticated_user, impersonated_user=impersonated_user, package_owner=package_owner,
            min_timestamp=min_timestamp, max_timestamp=max_timestamp, first_row=first_row, page_size=page_size)
        return Rows(address, self._callbacks, next_="sendsafely_audit_log_iterator_next",
                    free="sendsafely_audit_log_iterator_free")

    def get_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None,
        authenticated_user: Optional[str] = None, impersonated_user: Optional[str] = None,
        package_owner: Optional[str] = None, min_timestamp: Optional[str] = None, max_timestamp: Optional[str] = None,
        first_row: int = 0, page_size: int = 0,
    ) -> str:
        """Returns one page of the organization's audit log as the service's JSON text, for its administrators;
        list_audit_log reads it. None matches everything; page_size is 1 to 100 rows, or 0 for the default of 100.

        Status.DENIED: the account is not an administrator.
        """
        return call(
            "sendsafely_client_get_audit_log", self, event_type=event_type, ip_address=ip_address,
            authenticated_user=authenticated_user, impersonated_user=impersonated_user, package_owner=package_owner,
            min_timestamp=min_timestamp, max_timestamp=max_timestamp, first_row=first_row, page_size=page_size)

    def generate_api_key(self, email: str, password: str, description: str) -> records.Login:
        """Logs in with e-mail address and password, to get an API key. description is the name of the key in the user's
        list of keys. If second_factor_required is set in the result, call generate_api_key_second_factor next. A client
        made by without_credentials can do this.

        AuthenticationFailed: the address or the password is wrong. Status.OUTCOME_UNKNOWN: the service may have made a
        key; look at the user's list of keys before you call again.
        """
        return call("sendsafely_client_generate_api_key", self, email, password, description)

    def generate_api_key_second_factor(self, validation_token: str, code: str, description: str) -> records.Login:
        """Completes a login that needs a second factor. validation_token is in the result of generate_api_key; code is
        the one that the service sent to the user.

        Status.PIN_RESENT: the code was wrong, and the service sent a new one. Otherwise like generate_api_key.
        """
        return call("sendsafely_client_generate_api_key_second_factor", self, validation_token, code, description)

    def generate_api_key_oauth(self, oauth_token: str, description: str) -> records.Login:
        """Exchanges an OAuth token of the organization's identity provider for an API key.

        Status.AUTH_FORBIDDEN: the organization does not allow it. Status.USER_ALREADY_EXISTS: log in by password.
        Otherwise like generate_api_key.
        """
        return call("sendsafely_client_generate_api_key_oauth", self, oauth_token, description)

    def start_registration(self, email: str, *, send_pin: bool = False) -> None:
        """Starts to register a user: the service e-mails a link to the address, or with send_pin a PIN.

        Status.INVALID_EMAIL: correct the address. Status.AUTH_FORBIDDEN: the host does not let users register
        themselves. Status.SECOND_FACTOR_ENFORCED: register by link. Status.OUTCOME_UNKNOWN: look whether the e-mail has
        arrived.
        """
        call("sendsafely_client_start_registration", self, email, send_pin)

    def finish_registration(
        self, *, password: str, question: str, answer: str, first_name: str, last_name: str,
        token: Optional[str] = None, email: Optional[str] = None, pin: Optional[str] = None,
    ) -> str:
        """Completes a registration with the contents of the e-mail: the token of the link, or email and pin. Returns
        the e-mail address. Then log in with generate_api_key. question and answer protect a forgotten password.

        Status.PASSWORD_TOO_WEAK: server_message has the rules. Status.TOKEN_EXPIRED, Status.INVALID_TOKEN: start
        again. Status.PIN_RESENT: ask the user for the new PIN. Status.OUTCOME_UNKNOWN: try to log in.
        """
        return call(
            "sendsafely_client_finish_registration", self, password=password, question=question, answer=answer,
            first_name=first_name, last_name=last_name, token=token, email=email, pin=pin)

    # --- Contact groups

    def create_contact_group(self, name: str, *, is_organization_group: bool = False) -> records.ContactGroup:
        """Creates an empty contact group: recipients under one name. With is_organization_group all users of the
        organization can use it; only an administrator can create such a group.

        Status.INVALID_ARGUMENT: the name is empty. Status.DENIED: the account is not an administrator.
        Status.OUTCOME_UNKNOWN: list the groups before you create it again.
        """
        return call("sendsafely_client_create_contact_group", self, name, is_organization_group)

    def get_contact_group(self, contact_group: Group) -> records.ContactGroup:
        """Returns a contact group with its members, by its id. Status.REFUSED: the group does not exist, or belongs to
        another user.
        """
        return call("sendsafely_client_get_contact_group", self, identify(contact_group, "contact_group_id"))

    def get_contact_groups(self, *, whole_organization: bool = False) -> tuple[records.ContactGroup, ...]:
        """Returns the contact groups of the user with their members, or those of the whole organization."""
        return call("sendsafely_client_get_contact_groups", self, whole_organization)

    def delete_contact_group(self, contact_group: Group) -> None:
        """Deletes a contact group, also from the packages that it is on.

        Status.REFUSED, Status.DENIED: the group does not exist, or the user may not change it.
        """
        call("sendsafely_client_delete_contact_group", self, identify(contact_group, "contact_group_id"))

    def add_contact_group_member(self, contact_group: Group, email: str) -> records.ContactGroupMember:
        """Adds an e-mail address to a contact group.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: the address is in the
        group already. Status.REFUSED, Status.DENIED: the group does not exist, or the user may not change it.
        """
        return call("sendsafely_client_add_contact_group_member", self, identify(contact_group, "contact_group_id"),
                    email)

    def remove_contact_group_member(self, contact_group: Group, member: Union[str, records.ContactGroupMember]) -> None:
        """Removes a member from a contact group, by the member's user_id.

        Status.USER_NOT_FOUND, Status.REFUSED: the group has no member of this id. Status.DENIED: the user may not
        change the group.
        """
        call("sendsafely_client_remove_contact_group_member", self, identify(contact_group, "contact_group_id"),
             identify(member, "user_id", "member"))

    # --- Dropzone

    def get_dropzone_recipients(self) -> tuple[str, ...]:
        """Returns the e-mail addresses that receive the packages of the user's Dropzone."""
        return call("sendsafely_client_get_dropzone_recipients", self)

    def add_dropzone_recipient(self, email: str) -> None:
        """Adds an e-mail address to the recipients of the user's Dropzone.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is a recipient
        already. Status.GUESTS_PROHIBITED: the address does not belong to a registered user.
        """
        call("sendsafely_client_add_dropzone_recipient", self, email)

    def remove_dropzone_recipient(self, email: str) -> None:
        """Removes an e-mail address from the recipients of the user's Dropzone. Status.REFUSED: it is not one of
        them."""
        call("sendsafely_client_remove_dropzone_recipient", self, email)

    # --- Trusted devices

    def register_public_key(self, public_key: str, description: str) -> str:
        """Registers an armored public key as a trusted device of the user. From now on, senders encrypt the keycodes of
        packages to it. Returns the service's id of the key.

        Status.INVALID_KEY: not an armored OpenPGP public key. Status.LIMIT_EXCEEDED: revoke another key first.
        Status.OUTCOME_UNKNOWN: the key may be registered under an unknown id; register another key.
        """
        return call("sendsafely_client_register_public_key", self, public_key, description)

    def generate_key_pair(self, description: str) -> records.KeyPair:
        """Generates a key pair of 2048 bits and registers its public key. Save it with save_key_pair. Errors are those
        of register_public_key.
        """
        return call("sendsafely_client_generate_key_pair", self, description)

    def get_public_key(self, public_key_id: str) -> str:
        """Returns the armored public key of one of the user's trusted devices. Status.REFUSED: the user has no device
        of this id."""
        return call("sendsafely_client_get_public_key", self, public_key_id)

    def revoke_public_key(self, public_key_id: str) -> None:
        """Revokes a public key: the device can no longer open packages without a secure link. Status.REFUSED: the user
        has no device of this id.
        """
        call("sendsafely_client_revoke_public_key", self, public_key_id)

    def get_keycodes(
        self, public_key_id: str, private_key: str, package_ids: Iterable[str],
    ) -> tuple[records.Keycode, ...]:
        """Fetches the keycodes of several packages with one request and decrypts them with the private key of a trusted
        device. Returns one item for each package, in the same order; an item has either the keycode or an error.

        Status.INVALID_KEY: private_key is not an armored OpenPGP private key. Status.REFUSED: the user has no device of
        this id.
        """
        return call("sendsafely_client_get_keycodes", self, public_key_id, private_key,
                    texts(package_ids, "package_ids"))

    def sync_keycodes(self, public_key_id: str, private_key: str) -> records.SyncResult:
        """Encrypts each keycode that this trusted device can read, and that another device of the user lacks, to that
        other device. The result lists the keycodes that failed. After a network error, call again. Errors are those of
        get_keycodes.
        """
        return call("sendsafely_client_sync_keycodes", self, public_key_id, private_key)

    # --- Everything else of the service

    def request(self, method: str, path: str, json_body: Optional[Union[str, Mapping[str, Any]]] = None) -> str:
        """Sends a signed request to any path of the host's API, such as "/package/", for calls that have no method
        here. Returns the JSON text of the response, unchanged. method is GET, PUT, POST, PATCH or DELETE; json_body is
        JSON text or a dictionary.

        The call succeeds even if the member "response" of the result is an error of the service. Only GET is repeated
        after a lost response.
        """
        body = None if json_body is None else json_text(json_body, "json_body")
        return call("sendsafely_client_request", self, method, path, body)

    def sign(self, path: str, body: Optional[str] = None, *, timestamp: Optional[str] = None) -> records.RequestHeaders:
        """Returns the headers that sign a request, without sending it. path begins with "/api/v2.0/" or is the part
        after that; timestamp is like "2024-01-02T03:04:05+0000", None for now. No network.

        Status.INVALID_ARGUMENT: correct path or timestamp. Status.NO_CREDENTIALS: the client has no API key.
        """
        return call("sendsafely_client_sign", self, path, body, timestamp)
