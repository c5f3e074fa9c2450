"""The client: a host with the credentials of an account, and everything that begins there."""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Mapping, Optional, Tuple, Union

from ._calls import call
from ._frames import Callbacks
from ._handles import Handle
from ._values import identify, json_text, texts
from .enums import PackageList, PackageStatus, Status
from .errors import Error
from .package import Package
from .rows import Rows
from .workspace import Workspace

if TYPE_CHECKING:
    from .records import (
        AuditLogEntry, ContactGroup, ContactGroupMember, Enterprise, Keycode, KeyPair, Login, PackageInformation, PackageSummary, Progress,
        RequestHeaders, SyncResult, User)

    Path = Union[str, os.PathLike[str]]
    Group = Union[str, ContactGroup]


class Client(Handle):
    """A host, such as "https://acme.sendsafely.com", with the API key and secret of an account.

    No network until the first call. Any number of threads may use a client at once; packages made with it keep working
    after it is closed. A client belongs to the process that made it: in a forked child its calls raise Status.FORKED.

    progress: told the Progress of every call that has no callback of its own, on the thread that made the call; what it
      raises stops the call and is raised from it, and False stops it with Stopped.
    log: takes lines for a log: retries, changes of route. Never a secret.
    proxy: URL of a proxy; "" for none; by default as the environment says (HTTPS_PROXY, ALL_PROXY, NO_PROXY).
    ca_bundle: path of a PEM file with certificate authorities to trust besides the system's.
    retry_window_ms: milliseconds without progress for which failed requests are made again; default 300,000, 0 not at all.
    connect_timeout_ms, stall_timeout_ms: milliseconds for one attempt to connect (10,000), and without a byte moving (60,000).
    part_size: bytes per part of an upload, 1 to 10,485,760; default 2,621,440.
    memory_budget: bytes of memory that all transfers share, 1,048,576 or more; default 33,554,432.
    max_part_bytes: bytes of the largest part that a download takes, 65,536 to 1,073,741,824; default 67,108,864.
    parts_in_flight: parts that one transfer has under way at once, 1 to 16; default 4.
    force_api_route: transfer through the API host instead of directly with the storage.
    allow_plain_http: allow http:// for every host, where anyone on the way can read the requests.
    request_api, client_version, locale: what the service's logs show, and the language of its texts, such as "en-US".

    Status.MALFORMED_HOST, Status.INSECURE_HOST: correct the host. Status.NO_TRUST_STORE: set ca_bundle. A wrong key or
    secret shows at the first call that touches the network, as AuthenticationFailed.
    SendSafely Client API: signed requests (protocol 1.2).
    """

    _free = "sendsafely_client_free"

    def __init__(
        self, host: str, api_key: str, api_secret: str, *, progress: "Optional[Callable[[Progress], Any]]" = None,
        log: Optional[Callable[[str], Any]] = None, request_api: Optional[str] = None, client_version: Optional[str] = None,
        locale: Optional[str] = None, proxy: Optional[str] = None, ca_bundle: "Optional[Path]" = None,
        connect_timeout_ms: Optional[int] = None, stall_timeout_ms: Optional[int] = None, retry_window_ms: Optional[int] = None,
        part_size: Optional[int] = None, memory_budget: Optional[int] = None, max_part_bytes: Optional[int] = None,
        parts_in_flight: Optional[int] = None, force_api_route: bool = False, allow_plain_http: bool = False,
    ) -> None:
        self._make("sendsafely_client_new", host, api_key, api_secret, progress=progress, log=log, request_api=request_api,
                   client_version=client_version, locale=locale, proxy=proxy, ca_bundle=ca_bundle,
                   connect_timeout_ms=connect_timeout_ms, stall_timeout_ms=stall_timeout_ms, retry_window_ms=retry_window_ms,
                   part_size=part_size, memory_budget=memory_budget, max_part_bytes=max_part_bytes,
                   parts_in_flight=parts_in_flight, force_api_route=force_api_route, allow_plain_http=allow_plain_http)

    def _make(self, function: str, host: str, *inputs: str, progress: Any = None, log: Any = None, **given: Any) -> None:
        self._host = host
        super().__init__(None, Callbacks(progress, log))
        self._address = call(function, host, *inputs, callbacks=self._callbacks, **given)

    @classmethod
    def without_credentials(cls, host: str, **options: Any) -> "Client":
        """A client that can only log in and register, for who has no API key yet; see generate_api_key. Any other call
        raises Status.NO_CREDENTIALS. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._make("sendsafely_client_new_without_credentials", host, **options)
        return client

    @classmethod
    def for_dropzone(cls, host: str, dropzone_id: str, **options: Any) -> "Client":
        """A client for an anonymous sender to a Dropzone, by the id of that Dropzone. It can create a package, upload files,
        set a message and finalize, with unconfirmed_sender or confirmed_sender_token; the recipients are those of the
        Dropzone. Options as for Client. No network.

        SendSafely Client API: Dropzone submission (protocol 1.3, 6.13).
        """
        client = cls.__new__(cls)
        client._make("sendsafely_client_new_for_dropzone", host, dropzone_id, **options)
        return client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._host}>"

    @property
    def host(self) -> str:
        """The host, as it was given. No network."""
        return self._host

    # --- Packages

    def _opened(self, address: int) -> Package:
        """The object for a package that was opened: a Workspace if it is one."""
        package = Package(address, self._callbacks)
        if call("sendsafely_package_is_workspace", package):
            package._address = None  # The Workspace has it now.
            return Workspace(address, self._callbacks)
        return package

    def create_package(self) -> Package:
        """Creates an empty package, with a keycode made on this machine: the first step of sending. Then add recipients,
        upload files and set a message, in any order, and finalize at last.

        AuthenticationFailed: check key, secret, host and clock. Status.LIMIT_EXCEEDED, Status.DENIED: the account may
        not send.
        SendSafely Client API: create package (protocol 4.1).
        """
        return Package(call("sendsafely_package_create", self), self._callbacks)

    def create_package_for_user(self, email: str) -> Package:
        """Creates a package in the name of another user of the organization, for its administrators. It belongs to that
        user, who opens it with its id and keycode; the administrator goes on working with it.

        Status.MALFORMED_EMAIL, Status.USER_NOT_FOUND: correct the address. Status.DENIED: not an administrator.
        SendSafely Client API: create package (protocol 4.1).
        """
        return Package(call("sendsafely_package_create_for_user", self, email), self._callbacks)

    def create_workspace(self, name: Optional[str] = None) -> Workspace:
        """Creates a Workspace: a package with directories and collaborators that stays. It is usable at once and never
        finalized. Errors as for create_package.

        SendSafely Client API: create package (protocol 4.1), Workspaces (protocol 7.3).
        """
        return Workspace(call("sendsafely_package_create_workspace", self, name), self._callbacks)

    def open_package(self, package_id: str, keycode: str) -> Package:
        """Opens a package by its id and keycode, to receive it or to go on with it; a Workspace if it is one.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. A keycode that is another package's
        or was cut shows when it is used: as Status.WRONG_KEYCODE or Status.KEYCODE_TOO_SHORT, when reading as
        Status.DECRYPT_FAILED or Status.DENIED.
        SendSafely Client API: package information (protocol 6.2.2).
        """
        return self._opened(call("sendsafely_package_open", self, package_id, keycode))

    def open_link(self, link: str) -> Package:
        """Opens a package by its secure link, to receive it; a Workspace if it is one. The host is the client's, even if the
        link names another; parse_link shows it.

        Status.MALFORMED_LINK: not such a link. Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account.
        SendSafely Client API: secure links (protocol 5.1).
        """
        return self._opened(call("sendsafely_package_open_link", self, link))

    def open_with_private_key(self, package_id: str, public_key_id: str, private_key: str) -> Package:
        """Opens a package without its keycode, with the private key of a trusted device; a Workspace if it is one.
        public_key_id is what the service calls the device's public key; private_key is armored.

        Status.INVALID_KEY: not such a key. Status.REFUSED: the service holds no keycode for this device.
        Status.DECRYPT_FAILED: the private key is another device's.
        SendSafely Client API: without a keycode, trusted device (protocol 5.6).
        """
        return self._opened(call("sendsafely_package_open_with_private_key", self, package_id, public_key_id, private_key))

    def open_workspace(self, package_id: str, keycode: str) -> Workspace:
        """Opens a Workspace by its id and keycode. Status.ONLY_IN_WORKSPACE: it is another package. Everything else as for
        open_package."""
        package = self.open_package(package_id, keycode)
        if not isinstance(package, Workspace):
            package.close()
            raise Error(f"{package_id} is no Workspace", status=Status.ONLY_IN_WORKSPACE)
        return package

    def get_package_information(self, package_id: str) -> "PackageInformation":
        """What the service knows of a package, by its id, package code or secure link, without opening it: the keycode is
        not needed.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. Status.INVALID_ARGUMENT: neither an id
        nor a code nor a link.
        SendSafely Client API: package information (protocol 6.2.2, 5.2).
        """
        return call("sendsafely_client_get_package_information", self, package_id)

    def list_packages(self, list: PackageList = PackageList.SENT, *, first_row: int = 0, page_size: int = 0) -> "Rows[PackageSummary]":
        """The user's packages, newest first, fetched page by page while one iterates. first_row counts from 0; page_size is
        1 to 100 rows for one request, 0 the default.

        SendSafely Client API: package lists (protocol 6.3.1).
        """
        address: int = call("sendsafely_client_list_packages", self, list, first_row=first_row, page_size=page_size)
        return Rows(address, self._callbacks, next_="sendsafely_package_iterator_next", free="sendsafely_package_iterator_free")

    def search_packages(
        self, *, sender: Optional[str] = None, recipient: Optional[str] = None, file_name: Optional[str] = None,
        from_time: Optional[datetime] = None, to_time: Optional[datetime] = None, status: PackageStatus = PackageStatus.ANY,
        whole_organization: bool = False, first_row: int = 0, page_size: int = 0,
    ) -> "Rows[PackageSummary]":
        """Packages that match all that is given: the user's own, or with whole_organization those of the organization, for
        its administrators. Of the times, which need a time zone, the day counts. Fetched while one iterates.

        Status.MALFORMED_EMAIL: correct sender or recipient. Status.DENIED, while iterating: not an administrator.
        SendSafely Client API: organization search (protocol 6.3.2).
        """
        times: Dict[str, Any] = {"from": from_time, "to": to_time}  # `from` is a word of Python's.
        address: int = call(
            "sendsafely_client_search_packages", self, sender=sender, recipient=recipient, file_name=file_name, status=status,
            whole_organization=whole_organization, first_row=first_row, page_size=page_size, **times)
        return Rows(address, self._callbacks, next_="sendsafely_package_iterator_next", free="sendsafely_package_iterator_free")

    def get_recipient_history(self, email: str) -> "Tuple[PackageSummary, ...]":
        """The packages that a recipient has got from the organization, with what it has fetched of each.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DENIED: not for this account.
        SendSafely Client API: history of a recipient (protocol 6.4.8).
        """
        return call("sendsafely_client_get_recipient_history", self, email)

    # --- Account

    def verify_credentials(self) -> str:
        """Asks whether the service takes key and secret: the e-mail address of their owner.

        AuthenticationFailed: check key, secret, host and clock.
        SendSafely Client API: verify credentials (protocol 6.1.1).
        """
        return call("sendsafely_client_verify_credentials", self)

    def verify_version(self) -> str:
        """What the service thinks of client_version, or else of the library's own: "OK", "UPGRADE_AVAILABLE",
        "OUTDATED_VERSION", or a later word.

        SendSafely Client API: verify version (protocol 6.1.2).
        """
        return call("sendsafely_client_verify_version", self)

    def get_user(self) -> "User":
        """What the service knows of the user. SendSafely Client API: user information (protocol 6.1.3)."""
        return call("sendsafely_client_get_user", self)

    def get_enterprise(self) -> "Enterprise":
        """What the service knows of the organization. SendSafely Client API: enterprise information (protocol 6.1.4)."""
        return call("sendsafely_client_get_enterprise", self)

    def list_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None, authenticated_user: Optional[str] = None,
        impersonated_user: Optional[str] = None, package_owner: Optional[str] = None, min_timestamp: Optional[str] = None,
        max_timestamp: Optional[str] = None, first_row: int = 0, page_size: int = 0,
    ) -> "Rows[AuditLogEntry]":
        """The organization's audit log, for its administrators, fetched page by page while one iterates. None means any; the
        two times are in UTC, "2026-01-31" or "2026-01-31 13:45:00", and the service looks 90 days back. first_row counts from
        0; page_size is 1 to 100 rows for one request, 0 the default of 100.

        Status.DENIED, while iterating: not for this account.
        SendSafely Client API: audit log (protocol 6.11).
        """
        address: int = call(
            "sendsafely_client_list_audit_log", self, event_type=event_type, ip_address=ip_address, authenticated_user=authenticated_user,
            impersonated_user=impersonated_user, package_owner=package_owner, min_timestamp=min_timestamp,
            max_timestamp=max_timestamp, first_row=first_row, page_size=page_size)
        return Rows(address, self._callbacks, next_="sendsafely_audit_log_iterator_next", free="sendsafely_audit_log_iterator_free")

    def get_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None, authenticated_user: Optional[str] = None,
        impersonated_user: Optional[str] = None, package_owner: Optional[str] = None, min_timestamp: Optional[str] = None,
        max_timestamp: Optional[str] = None, first_row: int = 0, page_size: int = 0,
    ) -> str:
        """A page of the organization's audit log, for its administrators, as JSON text in the service's own form, which
        list_audit_log reads. None means any; page_size is 1 to 100 rows, 0 the default of 100.

        Status.DENIED: not for this account.
        SendSafely Client API: audit log (protocol 6.11).
        """
        return call(
            "sendsafely_client_get_audit_log", self, event_type=event_type, ip_address=ip_address, authenticated_user=authenticated_user,
            impersonated_user=impersonated_user, package_owner=package_owner, min_timestamp=min_timestamp,
            max_timestamp=max_timestamp, first_row=first_row, page_size=page_size)

    def generate_api_key(self, email: str, password: str, description: str) -> "Login":
        """Logs in with e-mail address and password, for an API key; description is how the user's list of keys will name it.
        Look at second_factor_required of what comes back. A client made without_credentials does.

        AuthenticationFailed: address or password is wrong. Status.OUTCOME_UNKNOWN: a key may have been made; look at the
        user's list before you call again.
        SendSafely Client API: login (protocol 6.12).
        """
        return call("sendsafely_client_generate_api_key", self, email, password, description)

    def generate_api_key_second_factor(self, validation_token: str, code: str, description: str) -> "Login":
        """Ends a login that needs a second factor, with validation_token of the first answer and the code that the user got.

        Status.PIN_RESENT: the code was wrong, and a new one is on its way. Everything else as for generate_api_key.
        """
        return call("sendsafely_client_generate_api_key_second_factor", self, validation_token, code, description)

    def generate_api_key_oauth(self, oauth_token: str, description: str) -> "Login":
        """Exchanges an OAuth token of the organization's identity provider for an API key.

        Status.AUTH_FORBIDDEN: the organization does not allow it. Status.USER_ALREADY_EXISTS: log in by password.
        Everything else as for generate_api_key.
        """
        return call("sendsafely_client_generate_api_key_oauth", self, oauth_token, description)

    def start_registration(self, email: str, *, send_pin: bool = False) -> None:
        """Begins to register a user: the service mails a link to the address, or with send_pin a PIN.

        Status.INVALID_EMAIL: correct the address. Status.AUTH_FORBIDDEN: users cannot register themselves there.
        Status.SECOND_FACTOR_ENFORCED: register by link. Status.OUTCOME_UNKNOWN: look into the mailbox.
        SendSafely Client API: registration (protocol 6.12).
        """
        call("sendsafely_client_start_registration", self, email, send_pin)

    def finish_registration(
        self, *, password: str, question: str, answer: str, first_name: str, last_name: str, token: Optional[str] = None,
        email: Optional[str] = None, pin: Optional[str] = None,
    ) -> str:
        """Ends a registration with what the mail held, token by link or email and pin; gives the e-mail address. Then log in
        with generate_api_key. question and answer are for a forgotten password.

        Status.PASSWORD_TOO_WEAK: the service's words tell its rules. Status.TOKEN_EXPIRED, Status.INVALID_TOKEN: begin
        again. Status.PIN_RESENT: ask for the new PIN. Status.OUTCOME_UNKNOWN: try to log in.
        SendSafely Client API: registration (protocol 6.12).
        """
        return call(
            "sendsafely_client_finish_registration", self, password=password, question=question, answer=answer, first_name=first_name, last_name=last_name,
            token=token, email=email, pin=pin)

    # --- Contact groups

    def create_contact_group(self, name: str, *, is_organization_group: bool = False) -> "ContactGroup":
        """Creates an empty contact group: recipients under one name; with is_organization_group one that all users of the
        organization may use, which only its administrators create.

        Status.INVALID_ARGUMENT: the name is empty. Status.DENIED: not an administrator. Status.OUTCOME_UNKNOWN: list the
        groups before you create it again.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        return call("sendsafely_client_create_contact_group", self, name, is_organization_group)

    def get_contact_group(self, contact_group: "Group") -> "ContactGroup":
        """A contact group with its members, by its id. Status.REFUSED: there is no such group, or it is somebody else's.
        SendSafely Client API: contact groups (protocol 6.5)."""
        return call("sendsafely_client_get_contact_group", self, identify(contact_group, "contact_group_id"))

    def get_contact_groups(self, *, whole_organization: bool = False) -> "Tuple[ContactGroup, ...]":
        """The contact groups of the user with their members, or those of the organization.
        SendSafely Client API: contact groups (protocol 6.5)."""
        return call("sendsafely_client_get_contact_groups", self, whole_organization)

    def delete_contact_group(self, contact_group: "Group") -> None:
        """Deletes a contact group; it disappears from the packages that it is on.

        Status.REFUSED, Status.DENIED: there is no such group, or it is not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        call("sendsafely_client_delete_contact_group", self, identify(contact_group, "contact_group_id"))

    def add_contact_group_member(self, contact_group: "Group", email: str) -> "ContactGroupMember":
        """Adds somebody to a contact group.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is in the group
        already. Status.REFUSED, Status.DENIED: there is no such group, or it is not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        return call("sendsafely_client_add_contact_group_member", self, identify(contact_group, "contact_group_id"), email)

    def remove_contact_group_member(self, contact_group: "Group", member: "Union[str, ContactGroupMember]") -> None:
        """Removes somebody from a contact group, by the user_id that the group's members have.

        Status.USER_NOT_FOUND, Status.REFUSED: nobody of this id is in the group. Status.DENIED: not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        call("sendsafely_client_remove_contact_group_member", self, identify(contact_group, "contact_group_id"), identify(member, "user_id"))

    # --- Dropzone

    def get_dropzone_recipients(self) -> Tuple[str, ...]:
        """E-mail addresses of those who get what arrives at the user's Dropzone.
        SendSafely Client API: Dropzone recipients (protocol 6.6)."""
        return call("sendsafely_client_get_dropzone_recipients", self)

    def add_dropzone_recipient(self, email: str) -> None:
        """Adds an e-mail address to those who get what arrives at the user's Dropzone.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is there already.
        Status.GUESTS_PROHIBITED: it is not a registered user's.
        SendSafely Client API: Dropzone recipients (protocol 6.6).
        """
        call("sendsafely_client_add_dropzone_recipient", self, email)

    def remove_dropzone_recipient(self, email: str) -> None:
        """Removes an e-mail address from those who get what arrives at the user's Dropzone. Status.REFUSED: it is not one
        of them. SendSafely Client API: Dropzone recipients (protocol 6.6)."""
        call("sendsafely_client_remove_dropzone_recipient", self, email)

    # --- Trusted devices

    def register_public_key(self, public_key: str, description: str) -> str:
        """Registers an armored public key as a trusted device of the user: keycodes of packages are encrypted to it from now
        on. Gives the service's id of it.

        Status.INVALID_KEY: not an armored OpenPGP public key. Status.LIMIT_EXCEEDED: revoke one first.
        Status.OUTCOME_UNKNOWN: the key may be there under an id that nobody knows, so register another.
        SendSafely Client API: public keys (protocol 6.10).
        """
        return call("sendsafely_client_register_public_key", self, public_key, description)

    def generate_key_pair(self, description: str) -> "KeyPair":
        """Makes a key pair of 2048 bits and registers its public key. Keep it with keys.save_key_pair. Errors as for
        register_public_key. SendSafely Client API: public keys (protocol 3.6, 6.10)."""
        return call("sendsafely_client_generate_key_pair", self, description)

    def get_public_key(self, public_key_id: str) -> str:
        """The armored public key of one of the user's trusted devices. Status.REFUSED: the user has no such device.
        SendSafely Client API: public keys (protocol 6.10)."""
        return call("sendsafely_client_get_public_key", self, public_key_id)

    def revoke_public_key(self, public_key_id: str) -> None:
        """Revokes a public key: the device opens nothing any more without a link. Status.REFUSED: the user has no such
        device. SendSafely Client API: public keys (protocol 6.10)."""
        call("sendsafely_client_revoke_public_key", self, public_key_id)

    def get_keycodes(self, public_key_id: str, private_key: str, package_ids: Iterable[str]) -> "Tuple[Keycode, ...]":
        """The keycodes of several packages with one request, in their order, decrypted with the private key of a trusted
        device. What fails for one package stands in its item.

        Status.INVALID_KEY: private_key is not an armored OpenPGP private key. Status.REFUSED: the user has no such device.
        SendSafely Client API: public keys and keycodes (protocol 6.10).
        """
        return call("sendsafely_client_get_keycodes", self, public_key_id, private_key, texts(package_ids, "package_ids"))

    def sync_keycodes(self, public_key_id: str, private_key: str) -> "SyncResult":
        """Hands on to the user's other trusted devices what this one can open and they cannot. What fails for one keycode
        stands in the result; after a failure of the network the call can be made again. Errors as for get_keycodes.
        SendSafely Client API: public keys and keycodes (protocol 6.10)."""
        return call("sendsafely_client_sync_keycodes", self, public_key_id, private_key)

    # --- Everything else of the service

    def request(self, method: str, path: str, json_body: "Union[str, Mapping[str, Any], None]" = None) -> str:
        """A signed call to any path of the host's API, such as "/package/", for what no method covers: the answer's JSON
        text as it came. json_body is JSON text, or a dictionary. method is GET, PUT, POST, PATCH or DELETE. The member "response" is not judged, and a lost answer
        is not asked for again unless the method is GET.
        SendSafely Client API: response envelope (protocol 2.1), endpoint reference (protocol 6)."""
        return call("sendsafely_client_request", self, method, path, json_text(json_body))

    def sign(self, path: str, body: Optional[str] = None, *, timestamp: Optional[str] = None) -> "RequestHeaders":
        """Signs a request without sending it. path begins with "/api/v2.0/" or with what follows that; timestamp is like
        "2024-01-02T03:04:05+0000", None for now. No network.

        Status.INVALID_ARGUMENT: correct path or timestamp. Status.NO_CREDENTIALS: the client has no API key.
        SendSafely Client API: signed requests (protocol 1.2).
        """
        return call("sendsafely_client_sign", self, path, body, timestamp)
