"""The same for asyncio: made from client.py, package.py and workspace.py by tools/python_async.py, not by hand.

    async with AsyncClient("https://acme.sendsafely.com", api_key, api_secret) as client, await client.create_package() as package:
        await package.add_recipient("somebody@example.com")
        await package.upload_file("report.pdf")
        print((await package.finalize()).link)

Each call runs on a thread of its own. Cancelling the task that awaits it stops the call, as a progress callback would, and the
await ends only after the call has ended; what it created on the service meanwhile, such as a package, stays there. `progress` runs
in the event loop, and may be a coroutine function; `log` runs on the call's thread, on which file objects are read and written too.
"""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Optional, Tuple, Union

from ._tasks import AsyncHandle, AsyncRows, Tasks, register
from .client import Client
from .enums import Existing, PackageList, PackageStatus
from .package import Package
from .workspace import Workspace

if TYPE_CHECKING:
    from .client import Group
    from .package import Buffer, InDirectory, Path, Readable, Report, Tell, Writable
    from .records import (
        ActivityEntry, AuditLogEntry, ContactGroup, ContactGroupMember, Directory, Download, Enterprise, File,
        FileInformation, Finalized, Keycode, KeyPair, Login, PackageInformation, PackageSummary, Progress, PublicKey,
        Recipient, RecipientResult, RequestHeaders, SyncResult, User)
    from .workspace import ADirectory

__all__ = ["AsyncClient", "AsyncPackage", "AsyncRows", "AsyncWorkspace"]


class AsyncClient(AsyncHandle[Client]):
    """A host, such as "https://acme.sendsafely.com", with the API key and secret of an account.

    No network until the first call. Any number of threads may use a client at once; packages made with it keep working
    after it is closed. A client belongs to the process that made it: in a forked child its calls raise Status.FORKED.

    progress: told the Progress of every call that has no callback of its own, in the event loop; what it
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

    def __init__(
        self, host: str, api_key: str, api_secret: str, *, progress: "Optional[Callable[[Progress], Any]]" = None,
        log: Optional[Callable[[str], Any]] = None, request_api: Optional[str] = None,
        client_version: Optional[str] = None, locale: Optional[str] = None, proxy: Optional[str] = None,
        ca_bundle: "Optional[Path]" = None, connect_timeout_ms: Optional[int] = None,
        stall_timeout_ms: Optional[int] = None, retry_window_ms: Optional[int] = None, part_size: Optional[int] = None,
        memory_budget: Optional[int] = None, max_part_bytes: Optional[int] = None,
        parts_in_flight: Optional[int] = None, force_api_route: bool = False, allow_plain_http: bool = False,
    ) -> None:
        self._begin(
            Client, host, api_key, api_secret, progress=progress, log=log, request_api=request_api,
            client_version=client_version, locale=locale, proxy=proxy, ca_bundle=ca_bundle,
            connect_timeout_ms=connect_timeout_ms, stall_timeout_ms=stall_timeout_ms, retry_window_ms=retry_window_ms,
            part_size=part_size, memory_budget=memory_budget, max_part_bytes=max_part_bytes,
            parts_in_flight=parts_in_flight, force_api_route=force_api_route, allow_plain_http=allow_plain_http,
        )

    @classmethod
    def without_credentials(cls, host: str, **options: Any) -> "AsyncClient":
        """A client that can only log in and register, for who has no API key yet; see generate_api_key. Any other call
        raises Status.NO_CREDENTIALS. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._begin(Client.without_credentials, host, **options)
        return client

    @classmethod
    def for_dropzone(cls, host: str, dropzone_id: str, **options: Any) -> "AsyncClient":
        """A client for an anonymous sender to a Dropzone, by the id of that Dropzone. It can create a package, upload files,
        set a message and finalize, with unconfirmed_sender or confirmed_sender_token; the recipients are those of the
        Dropzone. Options as for Client. No network.

        SendSafely Client API: Dropzone submission (protocol 1.3, 6.13).
        """
        client = cls.__new__(cls)
        client._begin(Client.for_dropzone, host, dropzone_id, **options)
        return client

    @property
    def host(self) -> str:
        """The host, as it was given. No network."""
        return self._sync.host

    async def create_package(self) -> "AsyncPackage":
        """Creates an empty package, with a keycode made on this machine: the first step of sending. Then add recipients,
        upload files and set a message, in any order, and finalize at last.

        AuthenticationFailed: check key, secret, host and clock. Status.LIMIT_EXCEEDED, Status.DENIED: the account may
        not send.
        SendSafely Client API: create package (protocol 4.1).
        """
        return await self._run(self._sync.create_package)

    async def create_package_for_user(self, email: str) -> "AsyncPackage":
        """Creates a package in the name of another user of the organization, for its administrators. It belongs to that
        user, who opens it with its id and keycode; the administrator goes on working with it.

        Status.MALFORMED_EMAIL, Status.USER_NOT_FOUND: correct the address. Status.DENIED: not an administrator.
        SendSafely Client API: create package (protocol 4.1).
        """
        return await self._run(self._sync.create_package_for_user, email)

    async def create_workspace(self, name: Optional[str] = None) -> "AsyncWorkspace":
        """Creates a Workspace: a package with directories and collaborators that stays. It is usable at once and never
        finalized. Errors as for create_package.

        SendSafely Client API: create package (protocol 4.1), Workspaces (protocol 7.3).
        """
        return await self._run(self._sync.create_workspace, name)

    async def open_package(self, package_id: str, keycode: str) -> "AsyncPackage":
        """Opens a package by its id and keycode, to receive it or to go on with it; a Workspace if it is one.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. A keycode that is another package's
        or was cut shows when it is used: as Status.WRONG_KEYCODE or Status.KEYCODE_TOO_SHORT, when reading as
        Status.DECRYPT_FAILED or Status.DENIED.
        SendSafely Client API: package information (protocol 6.2.2).
        """
        return await self._run(self._sync.open_package, package_id, keycode)

    async def open_link(self, link: str) -> "AsyncPackage":
        """Opens a package by its secure link, to receive it; a Workspace if it is one. The host is the client's, even if the
        link names another; parse_link shows it.

        Status.MALFORMED_LINK: not such a link. Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account.
        SendSafely Client API: secure links (protocol 5.1).
        """
        return await self._run(self._sync.open_link, link)

    async def open_with_private_key(self, package_id: str, public_key_id: str, private_key: str) -> "AsyncPackage":
        """Opens a package without its keycode, with the private key of a trusted device; a Workspace if it is one.
        public_key_id is what the service calls the device's public key; private_key is armored.

        Status.INVALID_KEY: not such a key. Status.REFUSED: the service holds no keycode for this device.
        Status.DECRYPT_FAILED: the private key is another device's.
        SendSafely Client API: without a keycode, trusted device (protocol 5.6).
        """
        return await self._run(self._sync.open_with_private_key, package_id, public_key_id, private_key)

    async def open_workspace(self, package_id: str, keycode: str) -> "AsyncWorkspace":
        """Opens a Workspace by its id and keycode. Status.ONLY_IN_WORKSPACE: it is another package. Everything else as for
        open_package."""
        return await self._run(self._sync.open_workspace, package_id, keycode)

    async def get_package_information(self, package_id: str) -> "PackageInformation":
        """What the service knows of a package, by its id, package code or secure link, without opening it: the keycode is
        not needed.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or is not for this account. Status.INVALID_ARGUMENT: neither an id
        nor a code nor a link.
        SendSafely Client API: package information (protocol 6.2.2, 5.2).
        """
        return await self._run(self._sync.get_package_information, package_id)

    def list_packages(
        self, list: PackageList = PackageList.SENT, *, first_row: int = 0, page_size: int = 0,
    ) -> "AsyncRows[PackageSummary]":
        """The user's packages, newest first, fetched page by page while one iterates. first_row counts from 0; page_size is
        1 to 100 rows for one request, 0 the default.

        SendSafely Client API: package lists (protocol 6.3.1).
        """
        return self._wrap(self._sync.list_packages(list, first_row=first_row, page_size=page_size))

    def search_packages(
        self, *, sender: Optional[str] = None, recipient: Optional[str] = None, file_name: Optional[str] = None,
        from_time: Optional[datetime] = None, to_time: Optional[datetime] = None,
        status: PackageStatus = PackageStatus.ANY, whole_organization: bool = False, first_row: int = 0,
        page_size: int = 0,
    ) -> "AsyncRows[PackageSummary]":
        """Packages that match all that is given: the user's own, or with whole_organization those of the organization, for
        its administrators. Of the times, which need a time zone, the day counts. Fetched while one iterates.

        Status.MALFORMED_EMAIL: correct sender or recipient. Status.DENIED, while iterating: not an administrator.
        SendSafely Client API: organization search (protocol 6.3.2).
        """
        return self._wrap(self._sync.search_packages(
            sender=sender, recipient=recipient, file_name=file_name, from_time=from_time, to_time=to_time,
            status=status, whole_organization=whole_organization, first_row=first_row, page_size=page_size,
        ))

    async def get_recipient_history(self, email: str) -> "Tuple[PackageSummary, ...]":
        """The packages that a recipient has got from the organization, with what it has fetched of each.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DENIED: not for this account.
        SendSafely Client API: history of a recipient (protocol 6.4.8).
        """
        return await self._run(self._sync.get_recipient_history, email)

    async def verify_credentials(self) -> str:
        """Asks whether the service takes key and secret: the e-mail address of their owner.

        AuthenticationFailed: check key, secret, host and clock.
        SendSafely Client API: verify credentials (protocol 6.1.1).
        """
        return await self._run(self._sync.verify_credentials)

    async def verify_version(self) -> str:
        """What the service thinks of client_version, or else of the library's own: "OK", "UPGRADE_AVAILABLE",
        "OUTDATED_VERSION", or a later word.

        SendSafely Client API: verify version (protocol 6.1.2).
        """
        return await self._run(self._sync.verify_version)

    async def get_user(self) -> "User":
        """What the service knows of the user. SendSafely Client API: user information (protocol 6.1.3)."""
        return await self._run(self._sync.get_user)

    async def get_enterprise(self) -> "Enterprise":
        """What the service knows of the organization. SendSafely Client API: enterprise information (protocol 6.1.4)."""
        return await self._run(self._sync.get_enterprise)

    def list_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None,
        authenticated_user: Optional[str] = None, impersonated_user: Optional[str] = None,
        package_owner: Optional[str] = None, min_timestamp: Optional[str] = None, max_timestamp: Optional[str] = None,
        first_row: int = 0, page_size: int = 0,
    ) -> "AsyncRows[AuditLogEntry]":
        """The organization's audit log, for its administrators, fetched page by page while one iterates. None means any; the
        two times are in UTC, "2026-01-31" or "2026-01-31 13:45:00", and the service looks 90 days back. first_row counts from
        0; page_size is 1 to 100 rows for one request, 0 the default of 100.

        Status.DENIED, while iterating: not for this account.
        SendSafely Client API: audit log (protocol 6.11).
        """
        return self._wrap(self._sync.list_audit_log(
            event_type=event_type, ip_address=ip_address, authenticated_user=authenticated_user,
            impersonated_user=impersonated_user, package_owner=package_owner, min_timestamp=min_timestamp,
            max_timestamp=max_timestamp, first_row=first_row, page_size=page_size,
        ))

    async def get_audit_log(
        self, *, event_type: Optional[str] = None, ip_address: Optional[str] = None,
        authenticated_user: Optional[str] = None, impersonated_user: Optional[str] = None,
        package_owner: Optional[str] = None, min_timestamp: Optional[str] = None, max_timestamp: Optional[str] = None,
        first_row: int = 0, page_size: int = 0,
    ) -> str:
        """A page of the organization's audit log, for its administrators, as JSON text in the service's own form, which
        list_audit_log reads. None means any; page_size is 1 to 100 rows, 0 the default of 100.

        Status.DENIED: not for this account.
        SendSafely Client API: audit log (protocol 6.11).
        """
        return await self._run(
            self._sync.get_audit_log, event_type=event_type, ip_address=ip_address,
            authenticated_user=authenticated_user, impersonated_user=impersonated_user, package_owner=package_owner,
            min_timestamp=min_timestamp, max_timestamp=max_timestamp, first_row=first_row, page_size=page_size,
        )

    async def generate_api_key(self, email: str, password: str, description: str) -> "Login":
        """Logs in with e-mail address and password, for an API key; description is how the user's list of keys will name it.
        Look at second_factor_required of what comes back. A client made without_credentials does.

        AuthenticationFailed: address or password is wrong. Status.OUTCOME_UNKNOWN: a key may have been made; look at the
        user's list before you call again.
        SendSafely Client API: login (protocol 6.12).
        """
        return await self._run(self._sync.generate_api_key, email, password, description)

    async def generate_api_key_second_factor(self, validation_token: str, code: str, description: str) -> "Login":
        """Ends a login that needs a second factor, with validation_token of the first answer and the code that the user got.

        Status.PIN_RESENT: the code was wrong, and a new one is on its way. Everything else as for generate_api_key.
        """
        return await self._run(self._sync.generate_api_key_second_factor, validation_token, code, description)

    async def generate_api_key_oauth(self, oauth_token: str, description: str) -> "Login":
        """Exchanges an OAuth token of the organization's identity provider for an API key.

        Status.AUTH_FORBIDDEN: the organization does not allow it. Status.USER_ALREADY_EXISTS: log in by password.
        Everything else as for generate_api_key.
        """
        return await self._run(self._sync.generate_api_key_oauth, oauth_token, description)

    async def start_registration(self, email: str, *, send_pin: bool = False) -> None:
        """Begins to register a user: the service mails a link to the address, or with send_pin a PIN.

        Status.INVALID_EMAIL: correct the address. Status.AUTH_FORBIDDEN: users cannot register themselves there.
        Status.SECOND_FACTOR_ENFORCED: register by link. Status.OUTCOME_UNKNOWN: look into the mailbox.
        SendSafely Client API: registration (protocol 6.12).
        """
        await self._run(self._sync.start_registration, email, send_pin=send_pin)

    async def finish_registration(
        self, *, password: str, question: str, answer: str, first_name: str, last_name: str,
        token: Optional[str] = None, email: Optional[str] = None, pin: Optional[str] = None,
    ) -> str:
        """Ends a registration with what the mail held, token by link or email and pin; gives the e-mail address. Then log in
        with generate_api_key. question and answer are for a forgotten password.

        Status.PASSWORD_TOO_WEAK: the service's words tell its rules. Status.TOKEN_EXPIRED, Status.INVALID_TOKEN: begin
        again. Status.PIN_RESENT: ask for the new PIN. Status.OUTCOME_UNKNOWN: try to log in.
        SendSafely Client API: registration (protocol 6.12).
        """
        return await self._run(
            self._sync.finish_registration, password=password, question=question, answer=answer, first_name=first_name,
            last_name=last_name, token=token, email=email, pin=pin,
        )

    async def create_contact_group(self, name: str, *, is_organization_group: bool = False) -> "ContactGroup":
        """Creates an empty contact group: recipients under one name; with is_organization_group one that all users of the
        organization may use, which only its administrators create.

        Status.INVALID_ARGUMENT: the name is empty. Status.DENIED: not an administrator. Status.OUTCOME_UNKNOWN: list the
        groups before you create it again.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        return await self._run(self._sync.create_contact_group, name, is_organization_group=is_organization_group)

    async def get_contact_group(self, contact_group: "Group") -> "ContactGroup":
        """A contact group with its members, by its id. Status.REFUSED: there is no such group, or it is somebody else's.
        SendSafely Client API: contact groups (protocol 6.5)."""
        return await self._run(self._sync.get_contact_group, contact_group)

    async def get_contact_groups(self, *, whole_organization: bool = False) -> "Tuple[ContactGroup, ...]":
        """The contact groups of the user with their members, or those of the organization.
        SendSafely Client API: contact groups (protocol 6.5)."""
        return await self._run(self._sync.get_contact_groups, whole_organization=whole_organization)

    async def delete_contact_group(self, contact_group: "Group") -> None:
        """Deletes a contact group; it disappears from the packages that it is on.

        Status.REFUSED, Status.DENIED: there is no such group, or it is not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        await self._run(self._sync.delete_contact_group, contact_group)

    async def add_contact_group_member(self, contact_group: "Group", email: str) -> "ContactGroupMember":
        """Adds somebody to a contact group.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is in the group
        already. Status.REFUSED, Status.DENIED: there is no such group, or it is not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        return await self._run(self._sync.add_contact_group_member, contact_group, email)

    async def remove_contact_group_member(
        self, contact_group: "Group", member: "Union[str, ContactGroupMember]",
    ) -> None:
        """Removes somebody from a contact group, by the user_id that the group's members have.

        Status.USER_NOT_FOUND, Status.REFUSED: nobody of this id is in the group. Status.DENIED: not the user's to change.
        SendSafely Client API: contact groups (protocol 6.5).
        """
        await self._run(self._sync.remove_contact_group_member, contact_group, member)

    async def get_dropzone_recipients(self) -> "Tuple[str, ...]":
        """E-mail addresses of those who get what arrives at the user's Dropzone.
        SendSafely Client API: Dropzone recipients (protocol 6.6)."""
        return await self._run(self._sync.get_dropzone_recipients)

    async def add_dropzone_recipient(self, email: str) -> None:
        """Adds an e-mail address to those who get what arrives at the user's Dropzone.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is there already.
        Status.GUESTS_PROHIBITED: it is not a registered user's.
        SendSafely Client API: Dropzone recipients (protocol 6.6).
        """
        await self._run(self._sync.add_dropzone_recipient, email)

    async def remove_dropzone_recipient(self, email: str) -> None:
        """Removes an e-mail address from those who get what arrives at the user's Dropzone. Status.REFUSED: it is not one
        of them. SendSafely Client API: Dropzone recipients (protocol 6.6)."""
        await self._run(self._sync.remove_dropzone_recipient, email)

    async def register_public_key(self, public_key: str, description: str) -> str:
        """Registers an armored public key as a trusted device of the user: keycodes of packages are encrypted to it from now
        on. Gives the service's id of it.

        Status.INVALID_KEY: not an armored OpenPGP public key. Status.LIMIT_EXCEEDED: revoke one first.
        Status.OUTCOME_UNKNOWN: the key may be there under an id that nobody knows, so register another.
        SendSafely Client API: public keys (protocol 6.10).
        """
        return await self._run(self._sync.register_public_key, public_key, description)

    async def generate_key_pair(self, description: str) -> "KeyPair":
        """Makes a key pair of 2048 bits and registers its public key. Keep it with keys.save_key_pair. Errors as for
        register_public_key. SendSafely Client API: public keys (protocol 3.6, 6.10)."""
        return await self._run(self._sync.generate_key_pair, description)

    async def get_public_key(self, public_key_id: str) -> str:
        """The armored public key of one of the user's trusted devices. Status.REFUSED: the user has no such device.
        SendSafely Client API: public keys (protocol 6.10)."""
        return await self._run(self._sync.get_public_key, public_key_id)

    async def revoke_public_key(self, public_key_id: str) -> None:
        """Revokes a public key: the device opens nothing any more without a link. Status.REFUSED: the user has no such
        device. SendSafely Client API: public keys (protocol 6.10)."""
        await self._run(self._sync.revoke_public_key, public_key_id)

    async def get_keycodes(
        self, public_key_id: str, private_key: str, package_ids: Iterable[str],
    ) -> "Tuple[Keycode, ...]":
        """The keycodes of several packages with one request, in their order, decrypted with the private key of a trusted
        device. What fails for one package stands in its item.

        Status.INVALID_KEY: private_key is not an armored OpenPGP private key. Status.REFUSED: the user has no such device.
        SendSafely Client API: public keys and keycodes (protocol 6.10).
        """
        return await self._run(self._sync.get_keycodes, public_key_id, private_key, package_ids)

    async def sync_keycodes(self, public_key_id: str, private_key: str) -> "SyncResult":
        """Hands on to the user's other trusted devices what this one can open and they cannot. What fails for one keycode
        stands in the result; after a failure of the network the call can be made again. Errors as for get_keycodes.
        SendSafely Client API: public keys and keycodes (protocol 6.10)."""
        return await self._run(self._sync.sync_keycodes, public_key_id, private_key)

    async def request(self, method: str, path: str, json_body: "Union[str, Mapping[str, Any], None]" = None) -> str:
        """A signed call to any path of the host's API, such as "/package/", for what no method covers: the answer's JSON
        text as it came. json_body is JSON text, or a dictionary. method is GET, PUT, POST, PATCH or DELETE. The member "response" is not judged, and a lost answer
        is not asked for again unless the method is GET.
        SendSafely Client API: response envelope (protocol 2.1), endpoint reference (protocol 6)."""
        return await self._run(self._sync.request, method, path, json_body)

    def sign(self, path: str, body: Optional[str] = None, *, timestamp: Optional[str] = None) -> "RequestHeaders":
        """Signs a request without sending it. path begins with "/api/v2.0/" or with what follows that; timestamp is like
        "2024-01-02T03:04:05+0000", None for now. No network.

        Status.INVALID_ARGUMENT: correct path or timestamp. Status.NO_CREDENTIALS: the client has no API key.
        SendSafely Client API: signed requests (protocol 1.2).
        """
        return self._sync.sign(path, body, timestamp=timestamp)

    async def __aenter__(self) -> "AsyncClient":
        return self


class AsyncPackage(AsyncHandle[Package]):
    """A package on the service, made or opened by a Client. Any number of threads may use it at once. Closing it, or leaving
    its `with` block, leaves it on the service as it is; delete() deletes it.

    Files, recipients, directories and contact groups are given by their ids, or as the records in which these stand.
    `progress` is told the Progress of the call in the event loop, 4 to 10 times a second and at each change of
    phase; what it raises stops the call and is raised from it, and False stops it with Stopped. Inside a callback a call
    on the same package raises Status.BUSY.
    """

    @property
    def id(self) -> str:
        """The package id, such as "GVG2-MNZT". No network."""
        return self._sync.id

    @property
    def code(self) -> str:
        """The package code, the part of the secure link that finds the package. No network."""
        return self._sync.code

    @property
    def keycode(self) -> str:
        """The keycode, the secret that opens the package: keep it with the id for Client.open_package. No network.

        Status.KEYCODE_UNKNOWN: the package was opened with a link that has none.
        """
        return self._sync.keycode

    @property
    def link(self) -> str:
        """The secure link with the keycode in it: whoever has it opens the package. No network.

        Status.NOT_FINALIZED: finalize first, unless it is a Workspace. Status.KEYCODE_UNKNOWN: opened with a link that has
        none.
        SendSafely Client API: secure links (protocol 5.1).
        """
        return self._sync.link

    @property
    def running_uploads(self) -> int:
        """How many uploads into the package run at the moment, on any thread; finalize needs 0. No network."""
        return self._sync.running_uploads

    async def get_information(self) -> "PackageInformation":
        """What the service knows of the package now: recipients, files, state. At any step.
        SendSafely Client API: package information (protocol 6.2.2)."""
        return await self._run(self._sync.get_information)

    async def add_recipient(
        self, email: str, *, phone_number: Optional[str] = None, country_code: Optional[str] = None,
        auto_enable_sms: bool = False,
    ) -> "Recipient":
        """Adds a recipient, of which a package has at most 99. With phone_number, such as "(415) 555-0100" in country_code, by
        default "US", or "+82 2 312 3456", the service sends a code by SMS before the recipient can open the package; with
        auto_enable_sms to the number that it knows.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is on the package
        already. Status.MALFORMED_PHONE_NUMBER: correct the number. Status.TOO_MANY_RECIPIENTS: use another package.
        SendSafely Client API: add recipient (protocol 6.4.1).
        """
        return await self._run(
            self._sync.add_recipient, email, phone_number=phone_number, country_code=country_code,
            auto_enable_sms=auto_enable_sms,
        )

    async def add_recipients(
        self, emails: Iterable[str], *, auto_enable_sms: bool = False,
    ) -> "Tuple[RecipientResult, ...]":
        """Adds several recipients with one request: what has become of each address, in their order. One is on the package if
        its result has a recipient.

        Status.MALFORMED_EMAIL, Status.TOO_MANY_RECIPIENTS: correct the list, of which nothing was sent.
        SendSafely Client API: add recipients (protocol 6.4.2).
        """
        return await self._run(self._sync.add_recipients, emails, auto_enable_sms=auto_enable_sms)

    async def get_recipient(self, recipient: "Union[str, Recipient]") -> "Recipient":
        """What the service knows of a recipient now. Status.RECIPIENT_NOT_ON_PACKAGE: no such id.
        SendSafely Client API: get recipient (protocol 6.4.3)."""
        return await self._run(self._sync.get_recipient, recipient)

    async def set_recipient_phone(
        self, recipient: "Union[str, Recipient]", phone_number: str, *, country_code: Optional[str] = None,
    ) -> None:
        """Sets the phone number of a recipient, who then has to give a code sent by SMS. After the recipient was added.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the recipient first. Status.MALFORMED_PHONE_NUMBER, Status.INVALID_INPUT:
        correct the number or its country.
        SendSafely Client API: update recipient (protocol 6.4.4).
        """
        await self._run(self._sync.set_recipient_phone, recipient, phone_number, country_code=country_code)

    async def remove_recipient(self, recipient: "Union[str, Recipient]") -> None:
        """Removes a recipient. Before or after finalize.

        Status.RECIPIENT_NOT_ON_PACKAGE: no such id. Status.INVALID_RECIPIENT: somebody else has removed it just now.
        SendSafely Client API: remove recipient (protocol 6.4.5).
        """
        await self._run(self._sync.remove_recipient, recipient)

    async def remove_all_recipients(self) -> None:
        """Removes all recipients but the owner, before or after finalize. Contact groups stay.
        SendSafely Client API: remove all recipients (protocol 6.4.6)."""
        await self._run(self._sync.remove_all_recipients)

    async def add_contact_group(self, contact_group: "Union[str, ContactGroup]") -> None:
        """Puts a contact group on the package: all its members can open it. It counts as a recipient. Before or after
        finalize. Status.REFUSED: there is no such group, or it is somebody else's.
        SendSafely Client API: contact groups (protocol 6.5)."""
        await self._run(self._sync.add_contact_group, contact_group)

    async def remove_contact_group(self, contact_group: "Union[str, ContactGroup]") -> None:
        """Takes a contact group off the package. Before or after finalize. Status.REFUSED: it is not on the package.
        SendSafely Client API: contact groups (protocol 6.5)."""
        await self._run(self._sync.remove_contact_group, contact_group)

    async def get_permissions(self) -> str:
        """The permissions of the package as the service tells them: the text of a JSON array, which it does not describe.
        SendSafely Client API: permissions (protocol 6.4.9)."""
        return await self._run(self._sync.get_permissions)

    async def upload_file(
        self, source: "Union[Path, Readable]", *, file_name: Optional[str] = None, directory: "InDirectory" = None,
        progress: "Tell" = None,
    ) -> "File":
        """Uploads a file by its path, or what is left in a binary file object, encrypted on this machine in parts. file_name is
        its name for the recipients, by default that of the path; directory is one of a Workspace. A stream that does not
        tell its size is encrypted into a temporary file first.

        Before finalize, or in a Workspace; several uploads may run on several threads. A failed or stopped upload deletes
        what it sent. Status.FILE_NOT_FOUND, Status.NOT_A_FILE, Status.ACCESS_DENIED: see the path. Status.FILE_CHANGED:
        something wrote to it meanwhile. Status.FILE_TOO_LARGE: above 107,374,182,400 bytes. Status.TOO_MANY_FILES: with
        one more the package, or the directory, could not be listed any more. What a stream raises is raised as itself.
        SendSafely Client API: create file id, upload parts (protocol 4.2 to 4.4).
        """
        return await self._run(
            self._sync.upload_file, source, file_name=file_name, directory=directory, progress=progress,
        )

    async def upload_memory(
        self, data: "Buffer", file_name: str, *, directory: "InDirectory" = None, progress: "Tell" = None,
    ) -> "File":
        """Uploads something bytes-like, which must not change meanwhile, under a name. Everything else as for upload_file."""
        return await self._run(self._sync.upload_memory, data, file_name, directory=directory, progress=progress)

    async def upload_all(
        self, source: "Path", *, into: "InDirectory" = None, existing: Existing = Existing.SKIP,
        progress: "Tell" = None,
    ) -> "Report":
        """Uploads all files of a local directory, source, and, into a Workspace, its directories with what is in them; several at once.
        into is a directory of the Workspace. Of files that are there already, Existing.SKIP leaves those alone that are
        complete and of the same size, Existing.OVERWRITE makes a new version of each, Existing.REFUSE raises Status.FILE_EXISTS before anything is
        changed. Symbolic links are not followed.

        What became of each file is given back, and stands in the `report` of the Error when one failed; call again to go
        on. Status.ONLY_IN_WORKSPACE: there are directories in it, and the package is no Workspace. Status.REFUSED: the
        service does not know `into`. Everything else as for upload_file.
        SendSafely Client API: directories (protocol 6.8), create file id, upload parts (protocol 4.2 to 4.4).
        """
        return await self._run(self._sync.upload_all, source, into=into, existing=existing, progress=progress)

    async def get_file_information(
        self, file: "Union[str, File]", *, directory: "InDirectory" = None,
    ) -> "FileInformation":
        """What the service knows of a file, its earlier versions among it. directory is the one of a Workspace that the file
        is in. Status.FILE_NOT_ON_PACKAGE: no such file there. Status.ONLY_IN_WORKSPACE: leave directory out.
        SendSafely Client API: file information (protocol 6.7.1)."""
        return await self._run(self._sync.get_file_information, file, directory=directory)

    async def rename_file(self, file: "Union[str, File]", new_name: str) -> None:
        """Gives a file another name.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another one. Status.FILE_NOT_ON_PACKAGE, in a
        Workspace Status.REFUSED: no such file. Status.DENIED: the account may only read.
        SendSafely Client API: rename file (protocol 6.7.4).
        """
        await self._run(self._sync.rename_file, file, new_name)

    async def delete_file(self, file: "Union[str, File]", *, directory: "InDirectory" = None) -> None:
        """Deletes a file with its earlier versions, or one of these by its own id. directory is the one of a Workspace that
        the file is in. Status.FILE_NOT_ON_PACKAGE: no such file there.
        SendSafely Client API: delete file (protocol 6.7.2)."""
        await self._run(self._sync.delete_file, file, directory=directory)

    async def copy_file(
        self, file: "Union[str, File]", target: "AsyncPackage", *, target_directory: "InDirectory" = None,
    ) -> "Optional[str]":
        """Copies a file into a Workspace of the same portal without sending its bytes again: the copy's id, None if the
        service does not tell it. target may be the same Workspace.

        Both must be known with their keycodes. Status.ONLY_IN_WORKSPACE: target is none. Status.FILE_NOT_ON_PACKAGE: no
        such file. Status.WRONG_KEYCODE: one was opened with another package's keycode. Status.OUTCOME_UNKNOWN: list the
        directory before you copy again.
        SendSafely Client API: copy into a Workspace (protocol 6.7.5), file key for copied files (protocol 3.8).
        """
        return await self._run(self._sync.copy_file, file, target, target_directory=target_directory)

    async def download_file(
        self, file: "Union[str, File]", target: "Union[Path, Writable]", *, directory: "InDirectory" = None,
        password: Optional[str] = None, existing: Existing = Existing.REFUSE, sync: bool = False,
        strict_size: bool = False, progress: "Tell" = None,
    ) -> "Download":
        """Downloads a file, decrypted and verified part by part, to a path, into an existing directory under the sender's name
        made safe, or into a binary file object. A path appears only when everything is there and verified; bytes that a
        file object got are verified, but count only when the call returns. existing and sync, which waits for the disk,
        have no meaning for a file object. A new file gets the mode of any new file, a replaced one keeps its mode; a symbolic
        link at the target is replaced, never followed.

        The size that a sender declared is often wrong: a file that has another one is kept, and the result has both. With
        strict_size it raises Status.SIZE_MISMATCH, and nothing is kept.

        Status.FILE_NOT_ON_PACKAGE: no such file. PasswordRequired: give password. Status.FILE_EXISTS: see existing.
        Status.NOT_A_FILE: a directory, device, pipe or socket is at the target, which is never replaced.
        Status.DECRYPT_FAILED: the keycode is wrong or the data was damaged. Status.FILE_INCOMPLETE: the sender is not done.
        What a file object raises is raised as itself.
        SendSafely Client API: download URLs, fetching and decrypting (protocol 5.3, 5.4).
        """
        return await self._run(
            self._sync.download_file, file, target, directory=directory, password=password, existing=existing,
            sync=sync, strict_size=strict_size, progress=progress,
        )

    async def download_memory(
        self, file: "Union[str, File]", *, directory: "InDirectory" = None, password: Optional[str] = None,
        strict_size: bool = False, progress: "Tell" = None,
    ) -> bytes:
        """Downloads a file into memory. Errors as for download_file. Status.SIZE_MISMATCH: also for a file that has more than
        the client's max_part_bytes above its declared size; download it to a path."""
        return await self._run(
            self._sync.download_memory, file, directory=directory, password=password, strict_size=strict_size,
            progress=progress,
        )

    async def download_all(
        self, target: "Path", *, from_directory: "InDirectory" = None, existing: Existing = Existing.REFUSE,
        password: Optional[str] = None, sync: bool = False, strict_size: bool = False, progress: "Tell" = None,
    ) -> "Report":
        """Downloads everything into an existing local directory, target: all files of a package, or a Workspace with its directories,
        or from_directory with what is in it. The sender's names are made safe. Existing.REFUSE raises Status.FILE_EXISTS
        before the first byte, Existing.SKIP leaves files of the declared size alone and raises it for others.

        What became of each file is given back, and stands in the `report` of the Error when one failed; call again with
        Existing.SKIP to go on. Status.DIRECTORY_NOT_FOUND: create it first. Everything else as for download_file.
        SendSafely Client API: directories (protocol 6.8), download URLs, fetching and decrypting (protocol 5.3, 5.4).
        """
        return await self._run(
            self._sync.download_all, target, from_directory=from_directory, existing=existing, password=password,
            sync=sync, strict_size=strict_size, progress=progress,
        )

    async def set_message(self, text: str) -> None:
        """Sets the message, encrypted like the files; a later one replaces it. Before finalize.
        SendSafely Client API: the message (protocol 3.5, 6.9)."""
        await self._run(self._sync.set_message, text)

    async def get_message(self) -> "Optional[str]":
        """The message, decrypted; None if there is none.

        Status.KEYCODE_UNKNOWN: open the package with its keycode. Status.DECRYPT_FAILED: the keycode is wrong, or the
        message was damaged.
        SendSafely Client API: message (protocol 5.5).
        """
        return await self._run(self._sync.get_message)

    async def set_life(self, days: int) -> None:
        """Sets for how many days the package can be opened: 1 to 365, or 0 for ever where the organization allows it. Before
        or after finalize.

        Status.LIFE_OUT_OF_RANGE: see the range. Status.DENIED, Status.REFUSED: the organization's own range is narrower.
        SendSafely Client API: update package (protocol 6.2.3).
        """
        await self._run(self._sync.set_life, days)

    async def set_label(self, label: str) -> None:
        """Gives a package a label, or a Workspace its name. Before or after finalize. Status.DENIED: not the account's own.
        SendSafely Client API: update package (protocol 6.2.3)."""
        await self._run(self._sync.set_label, label)

    async def update(self, json_object: "Union[str, Mapping[str, Any]]") -> None:
        """Changes what no other method knows: a dictionary, or the text of a JSON object, with members of the package, which goes to the
        service as it is. Before or after finalize.

        Status.INVALID_ARGUMENT: not a JSON object. Status.LIFE_OUT_OF_RANGE: "life" is not within 0 to 365. Status.DENIED,
        Status.INVALID_INPUT: the service does not take it.
        SendSafely Client API: update package (protocol 6.2.3).
        """
        await self._run(self._sync.update, json_object)

    async def finalize(
        self, *, undisclosed_recipients: bool = False, password: Optional[str] = None, allow_reply_all: bool = False,
        notify_recipients: bool = False, read_only_pdf: bool = False, unconfirmed_sender: Optional[str] = None,
        confirmed_sender_token: Optional[str] = None, progress: "Tell" = None,
    ) -> "Finalized":
        """Finalizes the package, the last step: recipients can open it with the `link` of the result. With
        undisclosed_recipients no recipients are needed, and a password may be set; notify_recipients has the service send
        its notification, without the keycode; read_only_pdf lets PDF files only be viewed. The two senders are for a
        Dropzone.

        Status.NO_RECIPIENT, Status.NO_FILE, Status.UPLOAD_RUNNING, Status.UPLOAD_INCOMPLETE: what is missing.
        Status.PACKAGE_NOT_FINALIZABLE: create a new one. Status.APPROVER_REQUIRED: add an approver as a recipient. Status.WORKSPACE_NOT_FINALIZABLE: hand out its link. A
        package that waits for approval is finalized as well: see needs_approval.
        SendSafely Client API: public keys and keycodes (protocol 4.6), finalize (protocol 4.7).
        """
        return await self._run(
            self._sync.finalize, undisclosed_recipients=undisclosed_recipients, password=password,
            allow_reply_all=allow_reply_all, notify_recipients=notify_recipients, read_only_pdf=read_only_pdf,
            unconfirmed_sender=unconfirmed_sender, confirmed_sender_token=confirmed_sender_token, progress=progress,
        )

    async def notify(self) -> None:
        """Has the service mail the whole secure link to the recipients. THE KEYCODE GOES TO THE SERVICE IN CLEAR for that, so
        the files are no longer secret to the service; no other method does this. After finalize, or in a Workspace.

        Status.NOT_FINALIZED: finalize first. Status.OUTCOME_UNKNOWN: ask a recipient before you call again.
        SendSafely Client API: notify recipients (protocol 6.11).
        """
        await self._run(self._sync.notify)

    async def submit_hosted_dropzone(self, name: str, email: str) -> None:
        """Hands a finalized package of a hosted Dropzone over to the connectors of its owner. EACH CONNECTOR GETS THE SECURE
        LINK WITH THE KEYCODE. name is a label for the owner, email the sender's address. After finalize, by a client made
        for_dropzone.

        Status.INVALID_ARGUMENT: another client's. Status.REFUSED: the Dropzone or a connector did not take it.
        Status.OUTCOME_UNKNOWN: ask the owner before you call again.
        SendSafely Client API: hosted Dropzone (protocol 6.13).
        """
        await self._run(self._sync.submit_hosted_dropzone, name, email)

    async def delete(self) -> None:
        """Deletes the package on the service, with its files, for good. At any step; later calls raise
        Status.PACKAGE_DELETED.

        Status.UNKNOWN_PACKAGE: it is gone already, or not yours. Status.OUTCOME_UNKNOWN: the same after an answer was lost,
        so that this call may have deleted it. Status.DENIED: it is not yours.
        SendSafely Client API: delete package (protocol 6.2.4, 6.2.5).
        """
        await self._run(self._sync.delete)

    async def delete_unfinished(self) -> None:
        """Deletes a package that could not be finished: for clean-up after a failure. One that recipients have, or may have,
        is left alone; one that the service does not delete as unfinished is deleted only if it refused to finalize it.

        Status.ALREADY_FINALIZED: it is finalized, or just being finalized. Status.OUTCOME_UNKNOWN: a finalize() was
        interrupted or its answer was lost; called again, that finds out and gives the link.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished.
        SendSafely Client API: delete temporary package (protocol 6.2.5).
        """
        await self._run(self._sync.delete_unfinished)

    async def get_public_keys(self, recipient: "Union[str, Recipient, None]" = None) -> "Tuple[PublicKey, ...]":
        """The public keys to which the keycode is to be encrypted: those of all readers, or of one recipient.
        Status.RECIPIENT_NOT_ON_PACKAGE: no such id.
        SendSafely Client API: public keys and keycodes (protocol 4.6)."""
        return await self._run(self._sync.get_public_keys, recipient)

    async def upload_keycodes(self, recipient: "Union[str, Recipient, None]" = None) -> None:
        """Encrypts the keycode to the public keys of all readers, or of one recipient, for devices that were registered
        later; finalize does it by itself. A key that cannot be used, or for which the service refuses the keycode, is
        passed over with a line in the log; if the service refuses it for every key, the first refusal is the error.

        Status.RECIPIENT_NOT_ON_PACKAGE: no such id. Status.KEYCODE_UNKNOWN, Status.WRONG_KEYCODE: open the package with
        its keycode. Status.KEYCODE_NOT_PROVED: download a file or read the message through the same package, then call
        again.
        SendSafely Client API: public keys and keycodes (protocol 4.6).
        """
        await self._run(self._sync.upload_keycodes, recipient)

    async def __aenter__(self) -> "AsyncPackage":
        return self


class AsyncWorkspace(AsyncPackage):
    """A Workspace, usable at once and never finalized. Its recipients are its collaborators. Where a directory may be left
    out, that means the root directory."""

    _sync: Workspace  # pyright: ignore[reportIncompatibleVariableOverride]  # Set once.

    async def set_recipient_role(self, recipient: "Union[str, Recipient]", role: str) -> None:
        """Sets the role of a collaborator: "VIEWER", "CONTRIBUTOR", "MANAGER", "OWNER", or a later one.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the collaborator first. Status.INVALID_INPUT: the service does not know the
        role. Status.DENIED: only owners and managers may.
        SendSafely Client API: update recipient (protocol 6.4.4), Workspaces (protocol 7.3).
        """
        await self._run(self._sync.set_recipient_role, recipient, role)

    async def get_collaborators(self) -> str:
        """The collaborators as the service tells them: the text of a JSON array, which it does not describe; get_information
        has what is known of recipients. SendSafely Client API: collaborators (protocol 6.4.9)."""
        return await self._run(self._sync.get_collaborators)

    async def get_directory(
        self, directory: "InDirectory" = None, *, sort_field: Optional[str] = None, descending: bool = False,
        one_page: bool = False, file_index: int = 0, directory_index: int = 0,
    ) -> "Directory":
        """A directory with its files and the directories in it, sorted by sort_field, such as "name". With one_page only one
        page, at most 100 of each, from file_index and directory_index on.

        Status.REFUSED: no such directory. Status.INVALID_ARGUMENT: an index without one_page.
        SendSafely Client API: get directory (protocol 6.8.1).
        """
        return await self._run(
            self._sync.get_directory, directory, sort_field=sort_field, descending=descending, one_page=one_page,
            file_index=file_index, directory_index=directory_index,
        )

    async def create_directory(self, name: str, *, parent: "InDirectory" = None) -> str:
        """Makes a directory in another one: the new id.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.DENIED: the account may only
        read. Status.REFUSED: no such parent.
        SendSafely Client API: create directory (protocol 6.8.2).
        """
        return await self._run(self._sync.create_directory, name, parent=parent)

    async def rename_directory(self, directory: "ADirectory", new_name: str) -> None:
        """Gives a directory another name. Status.DENIED: the root directory has none. Errors as for create_directory.
        SendSafely Client API: rename directory (protocol 6.8.3)."""
        await self._run(self._sync.rename_directory, directory, new_name)

    async def move_directory(self, directory: "ADirectory", target_directory: "InDirectory" = None) -> None:
        """Moves a directory with everything in it into another one. Status.REFUSED: there is no such directory, or the target
        is inside it. SendSafely Client API: move directory (protocol 6.8.4)."""
        await self._run(self._sync.move_directory, directory, target_directory)

    async def delete_directory(self, directory: "ADirectory") -> None:
        """Deletes a directory with everything in it, for good. Status.DENIED: not the root directory.
        SendSafely Client API: delete directory (protocol 6.8.5)."""
        await self._run(self._sync.delete_directory, directory)

    async def move_file(self, file: "Union[str, File]", target_directory: "InDirectory" = None) -> None:
        """Moves a file into another directory. Status.REFUSED: no such file or directory. Status.DENIED: the account may only
        read. SendSafely Client API: move file (protocol 6.7.3)."""
        await self._run(self._sync.move_file, file, target_directory)

    def list_activity(self) -> "AsyncRows[ActivityEntry]":
        """What was done in the Workspace, fetched page by page while one iterates.

        Status.DENIED, while iterating: only its owner, managers and administrators may.
        SendSafely Client API: activity log (protocol 6.11).
        """
        return self._wrap(self._sync.list_activity())

    async def __aenter__(self) -> "AsyncWorkspace":
        return self


register(AsyncClient, AsyncPackage, AsyncWorkspace)
