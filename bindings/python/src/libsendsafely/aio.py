"""The same for asyncio: made from client.py, package.py and workspace.py by tools/python_async.py, not by hand.

    async with AsyncClient("https://acme.sendsafely.com", api_key, api_secret) as client, await client.create_package() as package:
        await package.add_recipient("somebody@example.com")
        await package.upload_file("report.pdf")
        print((await package.finalize()).link)

Each call runs on a thread of its own. Cancelling the task that awaits it stops the call, as a progress callback would, and the
await ends only after the call has ended; what it created on the service meanwhile, such as a package, stays there. `progress` runs
in the event loop, and may be a coroutine function; `log` runs on the call's thread, on which file objects are read and written too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ._tasks import AsyncHandle, AsyncRows, register
from .client import Client
from .enums import Existing, PackageList, PackageStatus
from .package import Package
from .workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .client import Group
    from .package import Buffer, InDirectory, Path, ProgressCallback, Readable, Report, Writable
    from .records import (
        ActivityEntry,
        AuditLogEntry,
        ContactGroup,
        ContactGroupMember,
        Directory,
        Download,
        Enterprise,
        File,
        FileInformation,
        Finalized,
        Keycode,
        KeyPair,
        Login,
        PackageInformation,
        PackageSummary,
        Progress,
        PublicKey,
        Recipient,
        RecipientResult,
        RequestHeaders,
        SyncResult,
        User,
    )
    from .workspace import ADirectory

__all__ = ["AsyncClient", "AsyncPackage", "AsyncRows", "AsyncWorkspace"]


class AsyncClient(AsyncHandle[Client]):
    """A host, such as "https://acme.sendsafely.com", with the API key and secret of an account.

    A client uses no network until its first call. Any number of threads may use it at once, and packages made with it
    keep working after it is closed. A client belongs to the process that made it: in a forked child its calls raise
    Status.FORKED.

    progress: a callback for each call that gets none of its own. It is called with the Progress of the call, on the
      thread that made the call. If it returns False, the call stops and raises Stopped; if it raises an exception, the
      call stops and raises that exception.
    log: a callback that gets lines for a log, such as retries and changes of route. They never contain a secret.
    proxy: URL of a proxy; "" for none. By default the environment decides (HTTPS_PROXY, ALL_PROXY, NO_PROXY).
    ca_bundle: path of a PEM file with certificate authorities to trust besides the system's.
    retry_window_ms: a failed request is repeated as long as the call has made progress within so many milliseconds;
      default 300,000, 0 for no repetition.
    connect_timeout_ms, stall_timeout_ms: milliseconds until an attempt to connect fails (default 10,000), and until a
      connection on which no byte moves fails (default 60,000).
    part_size: bytes per part of an upload, 1 to 10,485,760; default 2,621,440.
    memory_budget: bytes of memory that all transfers of the client share, 1,048,576 or more; default 33,554,432.
    max_part_bytes: bytes of the largest part that a download accepts, 65,536 to 1,073,741,824; default 67,108,864.
    parts_in_flight: parts that one transfer sends or fetches at once, 1 to 16; default 4.
    force_api_route: transfer files through the API host instead of directly to and from the storage.
    allow_plain_http: allow http:// for every host. Anyone on the network can then read the requests.
    request_api, client_version, locale: the name and version of this program in the service's logs, and the language of
      the service's texts, such as "en-US".

    Status.MALFORMED_HOST, Status.INSECURE_HOST: correct the host. Status.NO_TRUST_STORE: set ca_bundle. A wrong key or
    secret raises AuthenticationFailed at the first call that uses the network.
    """

    def __init__(
        self, host: str, api_key: str, api_secret: str, *, progress: Callable[[Progress], Any] | None = None,
        log: Callable[[str], Any] | None = None, request_api: str | None = None, client_version: str | None = None,
        locale: str | None = None, proxy: str | None = None, ca_bundle: Path | None = None,
        connect_timeout_ms: int | None = None, stall_timeout_ms: int | None = None, retry_window_ms: int | None = None,
        part_size: int | None = None, memory_budget: int | None = None, max_part_bytes: int | None = None,
        parts_in_flight: int | None = None, force_api_route: bool = False, allow_plain_http: bool = False,
    ) -> None:
        self._begin(
            Client, host, api_key, api_secret, progress=progress, log=log, request_api=request_api,
            client_version=client_version, locale=locale, proxy=proxy, ca_bundle=ca_bundle,
            connect_timeout_ms=connect_timeout_ms, stall_timeout_ms=stall_timeout_ms, retry_window_ms=retry_window_ms,
            part_size=part_size, memory_budget=memory_budget, max_part_bytes=max_part_bytes,
            parts_in_flight=parts_in_flight, force_api_route=force_api_route, allow_plain_http=allow_plain_http,
        )

    @classmethod
    def without_credentials(cls, host: str, **options: Any) -> AsyncClient:
        """Makes a client without an API key. It can only log in and register: see generate_api_key. Other calls raise
        Status.NO_CREDENTIALS. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._begin(Client.without_credentials, host, **options)
        return client

    @classmethod
    def for_dropzone(cls, host: str, dropzone_id: str, **options: Any) -> AsyncClient:
        """Makes a client for an anonymous sender to the Dropzone of this id. It can create a package, upload files, set
        a message, and finalize with unconfirmed_sender or confirmed_sender_token. The recipients are those of the
        Dropzone. Options as for Client. No network."""
        client = cls.__new__(cls)
        client._begin(Client.for_dropzone, host, dropzone_id, **options)
        return client

    @property
    def host(self) -> str:
        """The host, as it was passed to Client. No network."""
        return self._sync.host

    async def create_package(self) -> AsyncPackage:
        """Creates an empty package, with a keycode made on this machine: the first step of sending. Then add
        recipients, upload files and set a message, in any order, and finalize.

        AuthenticationFailed: check key, secret, host and clock. Status.LIMIT_EXCEEDED, Status.DENIED: the account is
        not allowed to send.
        """
        return await self._run(self._sync.create_package)

    async def create_package_for_user(self, email: str) -> AsyncPackage:
        """Creates a package for another user of the organization. Only an administrator can do this. The package
        belongs to that user, who opens it with its id and keycode; the administrator can go on working with the
        returned object.

        Status.MALFORMED_EMAIL, Status.USER_NOT_FOUND: correct the address. Status.DENIED: the account is not an
        administrator.
        """
        return await self._run(self._sync.create_package_for_user, email)

    async def create_workspace(self, name: str | None = None) -> AsyncWorkspace:
        """Creates a Workspace: a package with directories and collaborators that its owner keeps until it is deleted.
        It is usable at once and never finalized. Errors are those of create_package.
        """
        return await self._run(self._sync.create_workspace, name)

    async def open_package(self, package_id: str, keycode: str) -> AsyncPackage:
        """Opens a package by its id and keycode, to receive it or to continue sending it. Returns a Workspace if it is
        one.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has no access. The keycode is checked when it
        is used: a wrong or truncated one raises Status.WRONG_KEYCODE or Status.KEYCODE_TOO_SHORT, when reading also
        Status.DECRYPT_FAILED or Status.DENIED.
        """
        return await self._run(self._sync.open_package, package_id, keycode)

    async def open_link(self, link: str) -> AsyncPackage:
        """Opens a package by its secure link, to receive it. Returns a Workspace if it is one. The host is the
        client's, even if the link names another host; parse_link shows it.

        Status.MALFORMED_LINK: not a secure link. Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has
        no access.
        """
        return await self._run(self._sync.open_link, link)

    async def open_with_private_key(self, package_id: str, public_key_id: str, private_key: str) -> AsyncPackage:
        """Opens a package without its keycode, with the private key of a trusted device. Returns a Workspace if it is
        one. public_key_id is the service's id of the device's public key; private_key is armored.

        Status.INVALID_KEY: not an armored OpenPGP private key. Status.REFUSED: the service has no keycode for this
        device. Status.DECRYPT_FAILED: the private key belongs to another device.
        """
        return await self._run(self._sync.open_with_private_key, package_id, public_key_id, private_key)

    async def open_workspace(self, package_id: str, keycode: str) -> AsyncWorkspace:
        """Opens a Workspace by its id and keycode. Status.ONLY_IN_WORKSPACE: the package is not a Workspace. Otherwise
        like open_package.
        """
        return await self._run(self._sync.open_workspace, package_id, keycode)

    async def get_package_information(self, package_id: str) -> PackageInformation:
        """Returns what the service knows about a package, by its id, package code or secure link. The package is not
        opened, and the keycode is not needed.

        Status.UNKNOWN_PACKAGE: it expired, was deleted, or this account has no access. Status.INVALID_ARGUMENT: not an
        id, a package code or a secure link.
        """
        return await self._run(self._sync.get_package_information, package_id)

    def list_packages(
        self, list: PackageList = PackageList.SENT, *, first_row: int = 0, page_size: int = 0,
    ) -> AsyncRows[PackageSummary]:
        """Lists the user's packages, newest first. Pages are fetched during the iteration. first_row counts from 0;
        page_size is the number of rows per request, 1 to 100, or 0 for the default.
        """
        return self._wrap(self._sync.list_packages(list, first_row=first_row, page_size=page_size))

    def search_packages(
        self, *, sender: str | None = None, recipient: str | None = None, file_name: str | None = None,
        from_time: datetime | None = None, to_time: datetime | None = None, status: PackageStatus = PackageStatus.ANY,
        whole_organization: bool = False, first_row: int = 0, page_size: int = 0,
    ) -> AsyncRows[PackageSummary]:
        """Lists the packages that match all given criteria: the user's own packages, or with whole_organization those
        of the organization, for its administrators. The times need a time zone; only their day counts. Pages are
        fetched during the iteration.

        Status.MALFORMED_EMAIL: correct sender or recipient. Status.DENIED, during the iteration: the account is not an
        administrator.
        """
        return self._wrap(self._sync.search_packages(
            sender=sender, recipient=recipient, file_name=file_name, from_time=from_time, to_time=to_time,
            status=status, whole_organization=whole_organization, first_row=first_row, page_size=page_size,
        ))

    async def get_recipient_history(self, email: str) -> tuple[PackageSummary, ...]:
        """Returns the packages that a recipient got from the organization, each with the files that the recipient
        downloaded.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DENIED: this account may not see it.
        """
        return await self._run(self._sync.get_recipient_history, email)

    async def verify_credentials(self) -> str:
        """Checks the API key and secret with the service. Returns the e-mail address of their owner.

        AuthenticationFailed: check key, secret, host and clock.
        """
        return await self._run(self._sync.verify_credentials)

    async def verify_version(self) -> str:
        """Checks client_version, by default the version of the library, with the service. Returns "OK",
        "UPGRADE_AVAILABLE", "OUTDATED_VERSION", or a newer word of the service.
        """
        return await self._run(self._sync.verify_version)

    async def get_user(self) -> User:
        """Returns what the service knows about the user."""
        return await self._run(self._sync.get_user)

    async def get_enterprise(self) -> Enterprise:
        """Returns what the service knows about the organization."""
        return await self._run(self._sync.get_enterprise)

    def list_audit_log(
        self, *, event_type: str | None = None, ip_address: str | None = None, authenticated_user: str | None = None,
        impersonated_user: str | None = None, package_owner: str | None = None, min_timestamp: str | None = None,
        max_timestamp: str | None = None, first_row: int = 0, page_size: int = 0,
    ) -> AsyncRows[AuditLogEntry]:
        """Lists the organization's audit log, for its administrators. Pages are fetched during the iteration. None
        matches everything. The two times are in UTC, "2026-01-31" or "2026-01-31 13:45:00"; the service goes back 90
        days. first_row counts from 0; page_size is the number of rows per request, 1 to 100, or 0 for the default of
        100.

        Status.DENIED, during the iteration: the account is not an administrator.
        """
        return self._wrap(self._sync.list_audit_log(
            event_type=event_type, ip_address=ip_address, authenticated_user=authenticated_user,
            impersonated_user=impersonated_user, package_owner=package_owner, min_timestamp=min_timestamp,
            max_timestamp=max_timestamp, first_row=first_row, page_size=page_size,
        ))

    async def get_audit_log(
        self, *, event_type: str | None = None, ip_address: str | None = None, authenticated_user: str | None = None,
        impersonated_user: str | None = None, package_owner: str | None = None, min_timestamp: str | None = None,
        max_timestamp: str | None = None, first_row: int = 0, page_size: int = 0,
    ) -> str:
        """Returns one page of the organization's audit log as the service's JSON text, for its administrators;
        list_audit_log reads it. None matches everything; page_size is 1 to 100 rows, or 0 for the default of 100.

        Status.DENIED: the account is not an administrator.
        """
        return await self._run(
            self._sync.get_audit_log, event_type=event_type, ip_address=ip_address,
            authenticated_user=authenticated_user, impersonated_user=impersonated_user, package_owner=package_owner,
            min_timestamp=min_timestamp, max_timestamp=max_timestamp, first_row=first_row, page_size=page_size,
        )

    async def generate_api_key(self, email: str, password: str, description: str) -> Login:
        """Logs in with e-mail address and password, to get an API key. description is the name of the key in the user's
        list of keys. If second_factor_required is set in the result, call generate_api_key_second_factor next. A client
        made by without_credentials can do this.

        AuthenticationFailed: the address or the password is wrong. Status.OUTCOME_UNKNOWN: the service may have made a
        key; look at the user's list of keys before you call again.
        """
        return await self._run(self._sync.generate_api_key, email, password, description)

    async def generate_api_key_second_factor(self, validation_token: str, code: str, description: str) -> Login:
        """Completes a login that needs a second factor. validation_token is in the result of generate_api_key; code is
        the one that the service sent to the user.

        Status.PIN_RESENT: the code was wrong, and the service sent a new one. Otherwise like generate_api_key.
        """
        return await self._run(self._sync.generate_api_key_second_factor, validation_token, code, description)

    async def generate_api_key_oauth(self, oauth_token: str, description: str) -> Login:
        """Exchanges an OAuth token of the organization's identity provider for an API key.

        Status.AUTH_FORBIDDEN: the organization does not allow it. Status.USER_ALREADY_EXISTS: log in by password.
        Otherwise like generate_api_key.
        """
        return await self._run(self._sync.generate_api_key_oauth, oauth_token, description)

    async def start_registration(self, email: str, *, send_pin: bool = False) -> None:
        """Starts to register a user: the service e-mails a link to the address, or with send_pin a PIN.

        Status.INVALID_EMAIL: correct the address. Status.AUTH_FORBIDDEN: the host does not let users register
        themselves. Status.SECOND_FACTOR_ENFORCED: register by link. Status.OUTCOME_UNKNOWN: look whether the e-mail has
        arrived.
        """
        await self._run(self._sync.start_registration, email, send_pin=send_pin)

    async def finish_registration(
        self, *, password: str, question: str, answer: str, first_name: str, last_name: str, token: str | None = None,
        email: str | None = None, pin: str | None = None,
    ) -> str:
        """Completes a registration with the contents of the e-mail: the token of the link, or email and pin. Returns
        the e-mail address. Then log in with generate_api_key. question and answer protect a forgotten password.

        Status.PASSWORD_TOO_WEAK: server_message has the rules. Status.TOKEN_EXPIRED, Status.INVALID_TOKEN: start
        again. Status.PIN_RESENT: ask the user for the new PIN. Status.OUTCOME_UNKNOWN: try to log in.
        """
        return await self._run(
            self._sync.finish_registration, password=password, question=question, answer=answer, first_name=first_name,
            last_name=last_name, token=token, email=email, pin=pin,
        )

    async def create_contact_group(self, name: str, *, is_organization_group: bool = False) -> ContactGroup:
        """Creates an empty contact group: recipients under one name. With is_organization_group all users of the
        organization can use it; only an administrator can create such a group.

        Status.INVALID_ARGUMENT: the name is empty. Status.DENIED: the account is not an administrator.
        Status.OUTCOME_UNKNOWN: list the groups before you create it again.
        """
        return await self._run(self._sync.create_contact_group, name, is_organization_group=is_organization_group)

    async def get_contact_group(self, contact_group: Group) -> ContactGroup:
        """Returns a contact group with its members, by its id. Status.REFUSED: the group does not exist, or belongs to
        another user.
        """
        return await self._run(self._sync.get_contact_group, contact_group)

    async def get_contact_groups(self, *, whole_organization: bool = False) -> tuple[ContactGroup, ...]:
        """Returns the contact groups of the user with their members, or those of the whole organization."""
        return await self._run(self._sync.get_contact_groups, whole_organization=whole_organization)

    async def delete_contact_group(self, contact_group: Group) -> None:
        """Deletes a contact group, also from the packages that it is on.

        Status.REFUSED, Status.DENIED: the group does not exist, or the user may not change it.
        """
        await self._run(self._sync.delete_contact_group, contact_group)

    async def add_contact_group_member(self, contact_group: Group, email: str) -> ContactGroupMember:
        """Adds an e-mail address to a contact group.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: the address is in the
        group already. Status.REFUSED, Status.DENIED: the group does not exist, or the user may not change it.
        """
        return await self._run(self._sync.add_contact_group_member, contact_group, email)

    async def remove_contact_group_member(self, contact_group: Group, member: str | ContactGroupMember) -> None:
        """Removes a member from a contact group, by the member's user_id.

        Status.USER_NOT_FOUND, Status.REFUSED: the group has no member of this id. Status.DENIED: the user may not
        change the group.
        """
        await self._run(self._sync.remove_contact_group_member, contact_group, member)

    async def get_dropzone_recipients(self) -> tuple[str, ...]:
        """Returns the e-mail addresses that receive the packages of the user's Dropzone."""
        return await self._run(self._sync.get_dropzone_recipients)

    async def add_dropzone_recipient(self, email: str) -> None:
        """Adds an e-mail address to the recipients of the user's Dropzone.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: it is a recipient
        already. Status.GUESTS_PROHIBITED: the address does not belong to a registered user.
        """
        await self._run(self._sync.add_dropzone_recipient, email)

    async def remove_dropzone_recipient(self, email: str) -> None:
        """Removes an e-mail address from the recipients of the user's Dropzone. Status.REFUSED: it is not one of
        them."""
        await self._run(self._sync.remove_dropzone_recipient, email)

    async def register_public_key(self, public_key: str, description: str) -> str:
        """Registers an armored public key as a trusted device of the user. From now on, senders encrypt the keycodes of
        packages to it. Returns the service's id of the key.

        Status.INVALID_KEY: not an armored OpenPGP public key. Status.LIMIT_EXCEEDED: revoke another key first.
        Status.OUTCOME_UNKNOWN: the key may be registered under an unknown id; register another key.
        """
        return await self._run(self._sync.register_public_key, public_key, description)

    async def generate_key_pair(self, description: str) -> KeyPair:
        """Generates a key pair of 2048 bits and registers its public key. Save it with save_key_pair. Errors are those
        of register_public_key.
        """
        return await self._run(self._sync.generate_key_pair, description)

    async def get_public_key(self, public_key_id: str) -> str:
        """Returns the armored public key of one of the user's trusted devices. Status.REFUSED: the user has no device
        of this id."""
        return await self._run(self._sync.get_public_key, public_key_id)

    async def revoke_public_key(self, public_key_id: str) -> None:
        """Revokes a public key: the device can no longer open packages without a secure link. Status.REFUSED: the user
        has no device of this id.
        """
        await self._run(self._sync.revoke_public_key, public_key_id)

    async def get_keycodes(
        self, public_key_id: str, private_key: str, package_ids: Iterable[str],
    ) -> tuple[Keycode, ...]:
        """Fetches the keycodes of several packages with one request and decrypts them with the private key of a trusted
        device. Returns one item for each package, in the same order; an item has either the keycode or an error.

        Status.INVALID_KEY: private_key is not an armored OpenPGP private key. Status.REFUSED: the user has no device of
        this id.
        """
        return await self._run(self._sync.get_keycodes, public_key_id, private_key, package_ids)

    async def sync_keycodes(self, public_key_id: str, private_key: str) -> SyncResult:
        """Encrypts each keycode that this trusted device can read, and that another device of the user lacks, to that
        other device. The result lists the keycodes that failed. After a network error, call again. Errors are those of
        get_keycodes.
        """
        return await self._run(self._sync.sync_keycodes, public_key_id, private_key)

    async def request(self, method: str, path: str, json_body: str | Mapping[str, Any] | None = None) -> str:
        """Sends a signed request to any path of the host's API, such as "/package/", for calls that have no method
        here. Returns the JSON text of the response, unchanged. method is GET, PUT, POST, PATCH or DELETE; json_body is
        JSON text or a dictionary.

        The call succeeds even if the member "response" of the result is an error of the service. Only GET is repeated
        after a lost response.
        """
        return await self._run(self._sync.request, method, path, json_body)

    def sign(self, path: str, body: str | None = None, *, timestamp: str | None = None) -> RequestHeaders:
        """Returns the headers that sign a request, without sending it. path begins with "/api/v2.0/" or is the part
        after that; timestamp is like "2024-01-02T03:04:05+0000", None for now. No network.

        Status.INVALID_ARGUMENT: correct path or timestamp. Status.NO_CREDENTIALS: the client has no API key.
        """
        return self._sync.sign(path, body, timestamp=timestamp)

    async def __aenter__(self) -> AsyncClient:
        return self


class AsyncPackage(AsyncHandle[Package]):
    """A package on the service, created or opened by a Client. Any number of threads may use it at once. Closing it, or
    leaving its `with` block, does not change the package on the service; delete() deletes it there.

    Methods take files, recipients, directories and contact groups as ids or as the records that have the ids.

    `progress` is called with the Progress of the call, in the event loop, 4 to 10 times a second and
    when the phase changes. If it returns False, the call stops and raises Stopped; if it raises an exception, the call
    stops and raises that exception. Calls on the same package from inside the callback raise Status.BUSY.
    """

    @property
    def id(self) -> str:
        """The package id, such as "GVG2-MNZT". No network."""
        return self._sync.id

    @property
    def code(self) -> str:
        """The package code, which identifies the package in its secure link. No network."""
        return self._sync.code

    @property
    def keycode(self) -> str:
        """The keycode, the secret that decrypts the package. Keep it with the id for Client.open_package. No network.

        Status.KEYCODE_UNKNOWN: the package was opened with a link without a keycode.
        """
        return self._sync.keycode

    @property
    def link(self) -> str:
        """The secure link, including the keycode: anyone who has it can open the package. No network.

        Status.NOT_FINALIZED: call finalize first; a Workspace needs no finalize. Status.KEYCODE_UNKNOWN: the package
        was opened with a link without a keycode.
        """
        return self._sync.link

    @property
    def running_uploads(self) -> int:
        """The number of uploads into the package that are running now, on all threads. finalize needs 0. No network."""
        return self._sync.running_uploads

    async def get_information(self) -> PackageInformation:
        """Returns the current recipients, files and state of the package, from the service. At any step."""
        return await self._run(self._sync.get_information)

    async def add_recipient(
        self, email: str, *, phone_number: str | None = None, country_code: str | None = None,
        auto_enable_sms: bool = False,
    ) -> Recipient:
        """Adds a recipient. A package has at most 99.

        With a phone number the recipient has to enter a code, sent by SMS, to open the package. phone_number is
        international, such as "+82 2 312 3456", or national, such as "(415) 555-0100" with country_code, by default
        "US". auto_enable_sms: the service uses the phone number that it knows for this recipient.

        Status.MALFORMED_EMAIL, Status.INVALID_EMAIL: correct the address. Status.DUPLICATE_EMAIL: the address is on the
        package already. Status.MALFORMED_PHONE_NUMBER: correct the number. Status.TOO_MANY_RECIPIENTS: use a second
        package.
        """
        return await self._run(
            self._sync.add_recipient, email, phone_number=phone_number, country_code=country_code,
            auto_enable_sms=auto_enable_sms,
        )

    async def add_recipients(
        self, emails: Iterable[str], *, auto_enable_sms: bool = False,
    ) -> tuple[RecipientResult, ...]:
        """Adds several recipients with one request. Returns one result for each address, in the same order: the result
        has either a recipient or the reason why the service refused the address.

        Status.MALFORMED_EMAIL, Status.TOO_MANY_RECIPIENTS: correct the list; no recipient was added.
        """
        return await self._run(self._sync.add_recipients, emails, auto_enable_sms=auto_enable_sms)

    async def get_recipient(self, recipient: str | Recipient) -> Recipient:
        """Returns the current data of a recipient, from the service. Status.RECIPIENT_NOT_ON_PACKAGE: unknown id."""
        return await self._run(self._sync.get_recipient, recipient)

    async def set_recipient_phone(
        self, recipient: str | Recipient, phone_number: str, *, country_code: str | None = None,
    ) -> None:
        """Sets the phone number of a recipient of the package, who then has to enter a code, sent by SMS.

        Status.RECIPIENT_NOT_ON_PACKAGE: add the recipient first. Status.MALFORMED_PHONE_NUMBER, Status.INVALID_INPUT:
        correct the number or the country code.
        """
        await self._run(self._sync.set_recipient_phone, recipient, phone_number, country_code=country_code)

    async def remove_recipient(self, recipient: str | Recipient) -> None:
        """Removes a recipient. Before or after finalize.

        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id. Status.INVALID_RECIPIENT: another program removed the recipient at
        the same time.
        """
        await self._run(self._sync.remove_recipient, recipient)

    async def remove_all_recipients(self) -> None:
        """Removes all recipients except the owner. Contact groups stay. Before or after finalize."""
        await self._run(self._sync.remove_all_recipients)

    async def add_contact_group(self, contact_group: str | ContactGroup) -> None:
        """Adds a contact group: all its members can open the package. A group counts as one recipient. Before or after
        finalize. Status.REFUSED: the group does not exist, or belongs to another user."""
        await self._run(self._sync.add_contact_group, contact_group)

    async def remove_contact_group(self, contact_group: str | ContactGroup) -> None:
        """Removes a contact group from the package. Before or after finalize. Status.REFUSED: it is not on the
        package."""
        await self._run(self._sync.remove_contact_group, contact_group)

    async def get_permissions(self) -> str:
        """Returns the permissions of the package as the service sends them: the text of a JSON array. The service does
        not document its members."""
        return await self._run(self._sync.get_permissions)

    async def upload_file(
        self, source: Path | Readable, *, file_name: str | None = None, directory: InDirectory = None,
        progress: ProgressCallback = None,
    ) -> File:
        """Encrypts a file on this machine and uploads it in parts. source is a path, or a binary file object, which is
        read to its end. file_name is the name that recipients see, by default the name of the path. directory is a
        directory of a Workspace. A file object that cannot seek is first encrypted into a temporary file, since the
        size has to be known.

        Before finalize, or in a Workspace. Several uploads may run at once, on several threads. An upload that fails or
        is stopped deletes what it sent.

        Status.FILE_NOT_FOUND, Status.NOT_A_FILE, Status.ACCESS_DENIED: correct the path. Status.FILE_CHANGED: another
        program wrote to the file during the upload. Status.FILE_TOO_LARGE: more than 107,374,182,400 bytes.
        Status.TOO_MANY_FILES: the service could not list one file more in this package or directory. An exception that
        the file object raises is raised unchanged.
        """
        return await self._run(
            self._sync.upload_file, source, file_name=file_name, directory=directory, progress=progress,
        )

    async def upload_memory(
        self, data: Buffer, file_name: str, *, directory: InDirectory = None, progress: ProgressCallback = None,
    ) -> File:
        """Uploads a bytes-like object under a name. Do not change the object during the call. Otherwise like
        upload_file."""
        return await self._run(self._sync.upload_memory, data, file_name, directory=directory, progress=progress)

    async def upload_all(
        self, source: Path, *, into: InDirectory = None, existing: Existing = Existing.SKIP,
        progress: ProgressCallback = None,
    ) -> Report:
        """Uploads all files of a local directory, several at once. Into a Workspace it uploads subdirectories too. into
        is a directory of the Workspace. Symbolic links are not followed.

        existing: for a file that the package has already, Existing.SKIP skips it if it is complete and of the same
        size, Existing.OVERWRITE uploads a new version, and Existing.REFUSE raises Status.FILE_EXISTS before it uploads
        anything.

        Returns one item for each file. If a file fails, the items are in the `report` of the Error; call again to
        upload the rest. Status.ONLY_IN_WORKSPACE: source has subdirectories, and the package is not a Workspace.
        Status.REFUSED: the directory `into` does not exist. Otherwise like upload_file.
        """
        return await self._run(self._sync.upload_all, source, into=into, existing=existing, progress=progress)

    async def get_file_information(self, file: str | File, *, directory: InDirectory = None) -> FileInformation:
        """Returns the current data of a file and of its earlier versions, from the service. directory is the directory
        of the Workspace that contains the file.

        Status.FILE_NOT_ON_PACKAGE: the file is not there. Status.ONLY_IN_WORKSPACE: the package has no directories;
        leave directory out.
        """
        return await self._run(self._sync.get_file_information, file, directory=directory)

    async def rename_file(self, file: str | File, new_name: str) -> None:
        """Renames a file.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.FILE_NOT_ON_PACKAGE, in a
        Workspace Status.REFUSED: the file does not exist. Status.DENIED: the account may only read.
        """
        await self._run(self._sync.rename_file, file, new_name)

    async def delete_file(self, file: str | File, *, directory: InDirectory = None) -> None:
        """Deletes a file with all its versions, or one earlier version by that version's id. directory is the directory
        of the Workspace that contains the file. Status.FILE_NOT_ON_PACKAGE: the file is not there."""
        await self._run(self._sync.delete_file, file, directory=directory)

    async def copy_file(
        self, file: str | File, target: AsyncPackage, *, target_directory: InDirectory = None,
    ) -> str | None:
        """Copies a file into a Workspace of the same portal; the service copies the bytes. target may be the Workspace
        that the file is in. Returns the id of the copy, or None if the service does not send it.

        Both packages must be open with their keycodes. Status.ONLY_IN_WORKSPACE: target is not a Workspace.
        Status.FILE_NOT_ON_PACKAGE: the file does not exist. Status.WRONG_KEYCODE: a package was opened with the keycode
        of another one. Status.OUTCOME_UNKNOWN: look whether the directory has the copy before you call again.
        """
        return await self._run(self._sync.copy_file, file, target, target_directory=target_directory)

    async def download_file(
        self, file: str | File, target: Path | Writable, *, directory: InDirectory = None, password: str | None = None,
        existing: Existing = Existing.REFUSE, sync: bool = False, strict_size: bool = False,
        progress: ProgressCallback = None,
    ) -> Download:
        """Downloads, decrypts and verifies a file. target is a path, an existing directory, or a binary file object. In
        a directory the file gets the sender's name, with unsafe characters replaced.

        A path exists only after all bytes are written and verified. A file object gets verified bytes part by part;
        they are complete only when the call returns. sync waits until the disk has written the file. existing and sync
        have no effect on a file object. A new file gets the default mode of new files, a replaced file keeps its mode.
        A symbolic link at target is replaced, never followed.

        Senders often declare a wrong size. A file with another size is kept, and the result has both sizes; with
        strict_size the call raises Status.SIZE_MISMATCH and keeps nothing.

        Status.FILE_NOT_ON_PACKAGE: the file does not exist. PasswordRequired: pass the package's password.
        Status.FILE_EXISTS: see existing. Status.NOT_A_FILE: target is a directory, device, pipe or socket, which is
        never replaced. Status.DECRYPT_FAILED: the keycode is wrong, or the data is damaged. Status.FILE_INCOMPLETE: the
        sender is still uploading. An exception that the file object raises is raised unchanged.
        """
        return await self._run(
            self._sync.download_file, file, target, directory=directory, password=password, existing=existing,
            sync=sync, strict_size=strict_size, progress=progress,
        )

    async def download_memory(
        self, file: str | File, *, directory: InDirectory = None, password: str | None = None,
        strict_size: bool = False, progress: ProgressCallback = None,
    ) -> bytes:
        """Downloads a file into memory. Errors are those of download_file. Status.SIZE_MISMATCH: also if the file is
        larger than its declared size by more than the client's max_part_bytes; download it to a path."""
        return await self._run(
            self._sync.download_memory, file, directory=directory, password=password, strict_size=strict_size,
            progress=progress,
        )

    async def download_all(
        self, target: Path, *, from_directory: InDirectory = None, existing: Existing = Existing.REFUSE,
        password: str | None = None, sync: bool = False, strict_size: bool = False, progress: ProgressCallback = None,
    ) -> Report:
        """Downloads all files into an existing local directory: those of a package, or those of a Workspace with its
        directories, or only those in from_directory. Unsafe characters in the sender's names are replaced.

        existing: Existing.REFUSE raises Status.FILE_EXISTS before it downloads anything. Existing.SKIP skips a file
        that has the declared size, and raises Status.FILE_EXISTS for any other.

        Returns one item for each file. If a file fails, the items are in the `report` of the Error; call again with
        Existing.SKIP to download the rest. Status.DIRECTORY_NOT_FOUND: create target first. Otherwise like
        download_file.
        """
        return await self._run(
            self._sync.download_all, target, from_directory=from_directory, existing=existing, password=password,
            sync=sync, strict_size=strict_size, progress=progress,
        )

    async def set_message(self, text: str) -> None:
        """Sets the message, encrypted like the files. A later message replaces it. Before finalize."""
        await self._run(self._sync.set_message, text)

    async def get_message(self) -> str | None:
        """Returns the decrypted message, or None if there is none.

        Status.KEYCODE_UNKNOWN: open the package with its keycode. Status.DECRYPT_FAILED: the keycode is wrong, or the
        message is damaged.
        """
        return await self._run(self._sync.get_message)

    async def set_life(self, days: int) -> None:
        """Sets the number of days until the package expires: 1 to 365, or 0 for never, if the organization allows it.
        Before or after finalize.

        Status.LIFE_OUT_OF_RANGE: choose a number within the range. Status.DENIED, Status.REFUSED: the organization
        allows only a smaller range.
        """
        await self._run(self._sync.set_life, days)

    async def set_label(self, label: str) -> None:
        """Sets the label of a package, which is the name of a Workspace. Before or after finalize. Status.DENIED: the
        package belongs to another account."""
        await self._run(self._sync.set_label, label)

    async def update(self, json_object: str | Mapping[str, Any]) -> None:
        """Changes members of the package that no other method sets. json_object, a dictionary or the text of a JSON
        object, is sent to the service unchanged. Before or after finalize.

        Status.INVALID_ARGUMENT: not a JSON object. Status.LIFE_OUT_OF_RANGE: "life" is not within 0 to 365.
        Status.DENIED, Status.INVALID_INPUT: the service refuses the change.
        """
        await self._run(self._sync.update, json_object)

    async def finalize(
        self, *, undisclosed_recipients: bool = False, password: str | None = None, allow_reply_all: bool = False,
        notify_recipients: bool = False, read_only_pdf: bool = False, unconfirmed_sender: str | None = None,
        confirmed_sender_token: str | None = None, progress: ProgressCallback = None,
    ) -> Finalized:
        """Finalizes the package, the last step of sending. Recipients can open it with the `link` of the result.

        undisclosed_recipients: the package needs no recipients; anyone with the link can open it, and a password may
        protect it. notify_recipients: the service e-mails the recipients, without the keycode. read_only_pdf:
        recipients can view PDF files, but not download them. unconfirmed_sender and confirmed_sender_token are for a
        Dropzone.

        Status.NO_RECIPIENT, Status.NO_FILE, Status.UPLOAD_RUNNING, Status.UPLOAD_INCOMPLETE: add what is missing.
        Status.PACKAGE_NOT_FINALIZABLE: create a new package. Status.APPROVER_REQUIRED: add an approver as a recipient.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never finalized; send its link. A package that waits for
        approval is finalized too: see needs_approval of the result.
        """
        return await self._run(
            self._sync.finalize, undisclosed_recipients=undisclosed_recipients, password=password,
            allow_reply_all=allow_reply_all, notify_recipients=notify_recipients, read_only_pdf=read_only_pdf,
            unconfirmed_sender=unconfirmed_sender, confirmed_sender_token=confirmed_sender_token, progress=progress,
        )

    async def notify(self) -> None:
        """Asks the service to e-mail the whole secure link to the recipients. FOR THAT THE SERVICE GETS THE KEYCODE IN
        PLAIN TEXT and could decrypt the files; no other method sends it. After finalize, or in a Workspace.

        Status.NOT_FINALIZED: finalize first. Status.OUTCOME_UNKNOWN: ask a recipient before you call again.
        """
        await self._run(self._sync.notify)

    async def submit_hosted_dropzone(self, name: str, email: str) -> None:
        """Passes a finalized package of a hosted Dropzone to the owner's connectors. EACH CONNECTOR GETS THE SECURE
        LINK WITH THE KEYCODE. name is a label for the owner, email is the sender's address. After finalize, with a
        client that Client.for_dropzone made.

        Status.INVALID_ARGUMENT: the client is another one. Status.REFUSED: the Dropzone or a connector refused the
        package. Status.OUTCOME_UNKNOWN: ask the owner before you call again.
        """
        await self._run(self._sync.submit_hosted_dropzone, name, email)

    async def delete(self) -> None:
        """Deletes the package and its files on the service, permanently. Later calls raise Status.PACKAGE_DELETED. At
        any step.

        Status.UNKNOWN_PACKAGE: it does not exist any more, or belongs to another account. Status.OUTCOME_UNKNOWN: it
        does not exist any more, and a response was lost, so this call may have deleted it. Status.DENIED: it belongs to
        another account.
        """
        await self._run(self._sync.delete)

    async def delete_unfinished(self) -> None:
        """Deletes a package that was not finished, to clean up after a failure. A package that recipients may have got
        is not deleted. If the service does not delete it as unfinished, it is deleted only if the service also refused
        to finalize it.

        Status.ALREADY_FINALIZED: it is finalized, or another call is finalizing it. Status.OUTCOME_UNKNOWN: a call of
        finalize was interrupted, or its response was lost; call finalize again to get the link.
        Status.WORKSPACE_NOT_FINALIZABLE: a Workspace is never unfinished.
        """
        await self._run(self._sync.delete_unfinished)

    async def get_public_keys(self, recipient: str | Recipient | None = None) -> tuple[PublicKey, ...]:
        """Returns the public keys to which the keycode has to be encrypted: those of all readers, or of one recipient.
        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id."""
        return await self._run(self._sync.get_public_keys, recipient)

    async def upload_keycodes(self, recipient: str | Recipient | None = None) -> None:
        """Encrypts the keycode to the public keys of all readers, or of one recipient, and uploads the result. finalize
        does this too; call it for devices that were registered later. A key that cannot encrypt, or that the service
        refuses, is skipped with a line in the log. If the service refuses every key, the first refusal is raised.

        Status.RECIPIENT_NOT_ON_PACKAGE: unknown id. Status.KEYCODE_UNKNOWN, Status.WRONG_KEYCODE: open the package with
        its keycode. Status.KEYCODE_NOT_PROVED: download a file or read the message with this object, then call again.
        """
        await self._run(self._sync.upload_keycodes, recipient)

    async def __aenter__(self) -> AsyncPackage:
        return self


class AsyncWorkspace(AsyncPackage):
    """A Workspace, usable at once and never finalized. Its recipients are its collaborators. Where a directory may be left
    out, that means the root directory."""

    _sync: Workspace  # pyright: ignore[reportIncompatibleVariableOverride]  # Set once.

    async def set_recipient_role(self, recipient: str | Recipient, role: str) -> None:
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
        self, directory: InDirectory = None, *, sort_field: str | None = None, descending: bool = False,
        one_page: bool = False, file_index: int = 0, directory_index: int = 0,
    ) -> Directory:
        """A directory with its files and the directories in it, sorted by sort_field, such as "name". With one_page only one
        page, at most 100 of each, from file_index and directory_index on.

        Status.REFUSED: no such directory. Status.INVALID_ARGUMENT: an index without one_page.
        SendSafely Client API: get directory (protocol 6.8.1).
        """
        return await self._run(
            self._sync.get_directory, directory, sort_field=sort_field, descending=descending, one_page=one_page,
            file_index=file_index, directory_index=directory_index,
        )

    async def create_directory(self, name: str, *, parent: InDirectory = None) -> str:
        """Makes a directory in another one: the new id.

        Status.MALFORMED_FILE_NAME, Status.INVALID_FILE_NAME: choose another name. Status.DENIED: the account may only
        read. Status.REFUSED: no such parent.
        SendSafely Client API: create directory (protocol 6.8.2).
        """
        return await self._run(self._sync.create_directory, name, parent=parent)

    async def rename_directory(self, directory: ADirectory, new_name: str) -> None:
        """Gives a directory another name. Status.DENIED: the root directory has none. Errors as for create_directory.
        SendSafely Client API: rename directory (protocol 6.8.3)."""
        await self._run(self._sync.rename_directory, directory, new_name)

    async def move_directory(self, directory: ADirectory, target_directory: InDirectory = None) -> None:
        """Moves a directory with everything in it into another one. Status.REFUSED: there is no such directory, or the target
        is inside it. SendSafely Client API: move directory (protocol 6.8.4)."""
        await self._run(self._sync.move_directory, directory, target_directory)

    async def delete_directory(self, directory: ADirectory) -> None:
        """Deletes a directory with everything in it, for good. Status.DENIED: not the root directory.
        SendSafely Client API: delete directory (protocol 6.8.5)."""
        await self._run(self._sync.delete_directory, directory)

    async def move_file(self, file: str | File, target_directory: InDirectory = None) -> None:
        """Moves a file into another directory. Status.REFUSED: no such file or directory. Status.DENIED: the account may only
        read. SendSafely Client API: move file (protocol 6.7.3)."""
        await self._run(self._sync.move_file, file, target_directory)

    def list_activity(self) -> AsyncRows[ActivityEntry]:
        """What was done in the Workspace, fetched page by page while one iterates.

        Status.DENIED, while iterating: only its owner, managers and administrators may.
        SendSafely Client API: activity log (protocol 6.11).
        """
        return self._wrap(self._sync.list_activity())

    async def __aenter__(self) -> AsyncWorkspace:
        return self


register(AsyncClient, AsyncPackage, AsyncWorkspace)
