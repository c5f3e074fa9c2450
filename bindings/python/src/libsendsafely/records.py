"""The records that calls return, as frozen dataclasses: made from include/sendsafely.h by tools/python_table.py, not by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Optional

from .enums import Action, PackageState, PackageStatus, Phase, Reason, Status

__all__ = ["ActivityEntry", "AuditLogEntry", "Confirmation", "ContactGroup", "ContactGroupMember", "CountryCode",
    "Directory", "Download", "Enterprise", "File", "FileInformation", "Finalized", "KeyPair", "Keycode", "Link",
    "Login", "PackageInformation", "PackageSummary", "Progress", "PublicKey", "Recipient", "RecipientResult",
    "ReportItem", "RequestHeaders", "Subdirectory", "SyncFailure", "SyncResult", "User"]


@dataclass(frozen=True)
class Progress:
    """The progress of a call."""

    phase: Phase
    """What the call is doing."""
    retries: int
    """Attempts that failed and were, or will be, repeated."""
    bytes_done: int
    """Bytes of the file that are safely stored. Never decreases; ends exactly at bytes_total."""
    bytes_sent: int
    """Encrypted bytes on the wire: for the rate and the time left. Decreases when a part has to be sent again."""
    bytes_total: Optional[int]
    """Bytes in all, once known. A download corrects it where a file has more or fewer than its sender declared."""
    bytes_per_second: int
    """Bytes of the file per second over the last few seconds."""
    parts_done: int
    """Parts that are safely stored."""
    parts_total: int
    """Parts in all, 0 while unknown."""


@dataclass(frozen=True)
class RequestHeaders:
    """The headers that sign a request."""

    api_key: str
    """Value of ss-api-key."""
    timestamp: Optional[str]
    """Value of ss-request-timestamp, which an anonymous sender does not have."""
    signature: Optional[str]
    """Value of ss-request-signature, which an anonymous sender does not have."""


@dataclass(frozen=True)
class Link:
    """The parts of a secure link."""

    host: str
    """The host with its scheme, such as "https://acme.sendsafely.com"."""
    package_id: Optional[str]
    """The package id, if the link has one."""
    package_code: str
    """The package code."""
    keycode: Optional[str] = field(repr=False)
    """The keycode, which opens the package, if the link has one."""


@dataclass(frozen=True)
class Keycode:
    """The keycode of one package among several."""

    package_id: str
    """The package id."""
    keycode: Optional[str] = field(repr=False)
    """The keycode, unless status says why there is none."""
    status: Status
    """Status.OK; Status.REFUSED if the service holds none for the device; Status.DECRYPT_FAILED if it is another device's
    or damaged.
    """


@dataclass(frozen=True)
class SyncFailure:
    """A keycode that another device did not get."""

    package_id: str
    """The package id."""
    public_key_id: str
    """Id of the other device's public key."""
    status: Status
    """Why it was not handed on."""
    message: str
    """What happened."""


@dataclass(frozen=True)
class SyncResult:
    """The result of Client.sync_keycodes."""

    synchronized: int
    """How many keycodes were handed on."""
    failures: tuple[SyncFailure, ...]
    """Those that were not."""


@dataclass(frozen=True)
class PublicKey:
    """A public key to which the keycode of a package is encrypted."""

    public_key_id: str
    """The service's id."""
    public_key: str
    """The armored OpenPGP key."""


@dataclass(frozen=True)
class Confirmation:
    """A download by a recipient: of a file, or of the message."""

    ip_address: Optional[str]
    """IP address of the recipient."""
    time: Optional[datetime]
    """When it was downloaded."""
    time_text: Optional[str]
    """When it was downloaded, as the service writes it."""
    is_message: bool
    """Whether it was the message."""
    file_id: Optional[str]
    """Id of the file, unless it was the message."""
    file_name: Optional[str]
    """Name of the file, unless it was the message."""


@dataclass(frozen=True)
class Recipient:
    """A recipient of a package."""

    recipient_id: str
    """Its id on this package."""
    email: str
    """E-mail address."""
    full_name: Optional[str]
    """Full name."""
    role: Optional[str]
    """Role in a Workspace, such as "VIEWER"."""
    approvers: tuple[str, ...]
    """E-mail addresses of those who may approve the package for this recipient."""
    phone_numbers: tuple[str, ...]
    """Phone numbers that the service knows of this recipient, with the dialling code where it gives one, such as "+1
    4155550100".
    """
    needs_approval: bool
    """Whether somebody has to approve the package for this recipient."""
    is_package_owner: bool
    """Whether this is the sender."""
    sms_auth: bool
    """Whether the recipient has to give a code sent by SMS."""
    recipient_code: Optional[str]
    """The service's code of this recipient."""
    confirmations: tuple[Confirmation, ...]
    """The recipient's downloads."""
    public_keys: tuple[PublicKey, ...]
    """Public keys of the recipient's trusted devices, if they came with it. See Package.get_public_keys."""


@dataclass(frozen=True)
class RecipientResult:
    """The outcome for one address of Package.add_recipients."""

    email: str
    """The address as it was given."""
    status: Status
    """Status.OK, or why the recipient is not on the package. If there is a recipient: why its trusted devices did not get
    the keycode, see Package.upload_keycodes.
    """
    server_code: Optional[str]
    """The service's own code, such as "DUPLICATE_EMAIL", if it refused."""
    server_message: Optional[str]
    """The service's own words, if there are any."""
    recipient: Optional[Recipient]
    """The recipient, unless it was refused."""


@dataclass(frozen=True)
class CountryCode:
    """A country whose phone numbers need no dialling code."""

    country_code: str
    """Two letters, such as "US"."""
    dialling_code: int
    """The dialling code, such as 1."""


@dataclass(frozen=True)
class ContactGroupMember:
    """Somebody in a contact group."""

    user_id: Optional[str]
    """The service's id of this user."""
    email: str
    """E-mail address."""


@dataclass(frozen=True)
class ContactGroup:
    """A contact group."""

    contact_group_id: str
    """Its id."""
    name: str
    """Its name."""
    is_organization_group: bool
    """Whether it is the organization's, which all its users may use."""
    members: tuple[ContactGroupMember, ...]
    """Its members."""


@dataclass(frozen=True)
class File:
    """A file on a package."""

    file_id: str
    """Its id."""
    file_name: str
    """Its name as the sender gave it. Not safe as a path; Package.download_file makes it safe."""
    size: Optional[int]
    """Bytes of the file before encryption, as its sender declared them, if the service says it; often wrong. A download
    reports how many it received.
    """
    uploaded: Optional[datetime]
    """When it was uploaded."""
    uploaded_text: Optional[str]
    """When it was uploaded, as the service writes it."""
    created_by: Optional[str]
    """E-mail address of who uploaded it."""
    parts: Optional[int]
    """Parts into which it was cut, if the service says it."""
    version: int
    """Version of the file in a Workspace, 0 if not known."""
    created_by_id: Optional[str]
    """The service's id of who uploaded it. Only Package.get_file_information returns it."""


@dataclass(frozen=True)
class FileInformation:
    """What the service knows of a file."""

    file: File
    """The file as it is now."""
    old_versions: tuple[File, ...]
    """Its earlier versions, the latest first, each to be downloaded by its own file_id."""


@dataclass(frozen=True)
class Subdirectory:
    """A directory as an entry of the one above it."""

    directory_id: str
    """Its id."""
    name: str
    """Its name. Not safe as a path; Package.download_all makes it safe."""
    created: Optional[datetime]
    """When it was created."""
    created_text: Optional[str]
    """When it was created, as the service writes it."""


@dataclass(frozen=True)
class Directory:
    """A directory of a Workspace with what is in it."""

    directory_id: str
    """Its id."""
    name: str
    """Its name; that of the root directory may be empty."""
    files: tuple[File, ...]
    """The files in it."""
    directories: tuple[Subdirectory, ...]
    """The directories in it."""


@dataclass(frozen=True)
class ReportItem:
    """The outcome for one file of a tree."""

    path: str
    """Its path in the tree with the sender's names, / between directories. Not safe as a path on this machine."""
    local_path: Optional[str]
    """Its path on this machine, if it has one."""
    file_id: Optional[str]
    """Its id, if it has one."""
    size: int
    """Bytes of the file; after a download, the bytes received."""
    status: Status
    """Status.OK, or why the call did nothing with it."""
    action: Action
    """What the call did with it."""
    message: Optional[str]
    """The error in words, if the status is not Status.OK."""
    renamed: bool
    """Whether it has another name on this machine than on the service: that one is not safe or belongs to another file
    here, or the same file was here already under this one.
    """
    declared_size: Optional[int]
    """Size that the sender declared, if any; often wrong."""
    reason: Reason
    """Why the call transferred it, or how the target differs that it kept."""


@dataclass(frozen=True)
class Finalized:
    """The result of finalizing a package."""

    link: str = field(repr=False)
    """The secure link with the keycode in it: whoever has it opens the package."""
    approvers: tuple[str, ...]
    """E-mail addresses of those who can approve it."""
    recipients: tuple[str, ...]
    """E-mail addresses of the recipients, as the service lists them."""
    needs_approval: bool
    """Whether the package is finalized, but somebody has to approve it before recipients can open it."""


@dataclass(frozen=True)
class PackageInformation:
    """A package, as the service describes it."""

    package_id: str
    """The package id, such as "GVG2-MNZT"."""
    package_code: str
    """The package code, as in the secure link."""
    sender: Optional[str]
    """E-mail address of the sender."""
    created: Optional[datetime]
    """When it was created."""
    created_text: Optional[str]
    """When it was created, as the service writes it."""
    state_name: Optional[str]
    """The state as the service names it, such as "PACKAGE_STATE_ACTIVE_INCOMPLETE"."""
    state: PackageState
    """The state."""
    status: PackageStatus
    """The class of the state."""
    life: Optional[int]
    """Days for which it can be opened, 0 for ever."""
    label: Optional[str]
    """Name of a Workspace, or a label."""
    recipients: tuple[Recipient, ...]
    """The recipients."""
    contact_groups: tuple[ContactGroup, ...]
    """The contact groups."""
    files: tuple[File, ...]
    """The files, of a Workspace those in its root directory."""
    approvers: tuple[str, ...]
    """E-mail addresses of possible approvers."""
    needs_approval: bool
    """Whether somebody has to approve it before recipients can open it."""
    password_required: bool
    """Whether downloads need a password."""
    is_workspace: bool
    """Whether it is a Workspace."""
    is_archived: bool
    """Whether it is archived: expired or deleted."""
    allow_reply_all: bool
    """Whether recipients may reply to all."""
    contains_message: Optional[bool]
    """Whether there is a message."""
    root_directory_id: Optional[str]
    """Id of a Workspace's root directory."""
    parent_id: Optional[str]
    """Id of the package that this one replies to, if it is a reply."""
    url: Optional[str]
    """The service's own address of it."""
    directories: tuple[Subdirectory, ...]
    """The directories in a Workspace's root directory, as far as the service lists them here; Workspace.get_directory
    lists them all.
    """


@dataclass(frozen=True)
class Download:
    """A file that was downloaded."""

    file_id: str
    """Its id."""
    file_name: str
    """Its name as the sender gave it."""
    path: Optional[str]
    """Where it was written, if it was written to a path."""
    size: int
    """Bytes received; of a file that was skipped, the bytes that its sender declared."""
    skipped: bool
    """Whether the target existed and was kept."""
    declared_size: Optional[int]
    """Size that the sender declared, if any; often wrong."""


@dataclass(frozen=True)
class ActivityEntry:
    """An event in a Workspace."""

    activity_log_id: str
    """Id of the entry."""
    time: Optional[datetime]
    """When it was done."""
    time_text: Optional[str]
    """When it was done, as the service writes it."""
    time_for_people: Optional[str]
    """When it was done, as the service writes it for people."""
    ip_address: Optional[str]
    """IP address of who did it."""
    package_id: Optional[str]
    """Id of the package."""
    target_id: Optional[str]
    """Id of the file, directory or recipient in question."""
    action: Optional[str]
    """What was done, in the service's word for it."""
    action_description: Optional[str]
    """What was done, in a sentence."""
    user_email: Optional[str]
    """E-mail address of who did it."""
    user_id: Optional[str]
    """Id of who did it."""


@dataclass(frozen=True)
class PackageSummary:
    """A package as a list shows it."""

    package_id: str
    """The package id, such as "GVG2-MNZT"."""
    package_code: Optional[str]
    """The package code, as in the secure link."""
    parent_id: Optional[str]
    """Id of the package that this one replies to, if it is a reply."""
    sender: Optional[str]
    """E-mail address of the sender."""
    sender_id: Optional[str]
    """The service's id of the sender."""
    updated: Optional[datetime]
    """When it last changed."""
    updated_text: Optional[str]
    """When it last changed, as the service writes it."""
    state: PackageState
    """The state."""
    status: PackageStatus
    """The class of the state."""
    state_text: Optional[str]
    """The state in the service's words, such as "Active - Waiting for Pickup"."""
    life: Optional[int]
    """Days for which it can be opened, 0 for ever."""
    recipient_count: Optional[int]
    """How many recipients there are."""
    label: Optional[str]
    """Name of a Workspace, or a label."""
    recipients: tuple[str, ...]
    """E-mail addresses of recipients, as far as the list has them."""
    file_names: tuple[str, ...]
    """Names of the files."""
    contact_groups: tuple[str, ...]
    """Names of the contact groups."""
    contains_message: Optional[bool]
    """Whether there is a message."""
    is_workspace: bool
    """Whether it is a Workspace."""
    is_dropzone: bool
    """Whether it came by a Dropzone."""
    recipient: Optional[Recipient]
    """In the history of a recipient: this recipient with its downloads."""


@dataclass(frozen=True)
class User:
    """A user, as the service describes it."""

    user_id: Optional[str]
    """The service's id."""
    email: str
    """E-mail address."""
    first_name: Optional[str]
    """First name."""
    last_name: Optional[str]
    """Last name."""
    client_key: Optional[str] = field(repr=False)
    """A secret of the user, for encrypting the user's own data."""
    is_beta_user: bool
    """Whether the user tests new versions."""
    is_administrator: bool
    """Whether the user is an administrator of the organization."""
    may_use_trusted_devices: Optional[bool]
    """Whether the user may have trusted devices."""
    package_life: Optional[int]
    """Days for which a new package can be opened, 0 for ever."""


@dataclass(frozen=True)
class Enterprise:
    """An organization, as the service describes it."""

    host: Optional[str]
    """Host of its portal."""
    system_name: Optional[str]
    """Its name."""
    header_color: Optional[str]
    """Colour of the header of its pages, as in CSS."""
    link_color: Optional[str]
    """Colour of the links on its pages."""
    allow_undisclosed_recipients: bool
    """Whether packages may be finalized with undisclosed_recipients."""
    message_encryption: bool
    """Whether messages are encrypted."""
    outlook_beta: bool
    """Whether it tests new versions of the plug-in for Outlook."""
    allow_all_languages: bool
    """Whether it offers all languages."""


@dataclass(frozen=True)
class AuditLogEntry:
    """An event in the audit log of an organization."""

    event_id: str
    """Id of the event."""
    time: Optional[datetime]
    """When it was done."""
    time_text: Optional[str]
    """When it was done, as the service writes it."""
    event_type: Optional[str]
    """Kind of event, in the service's word for it, such as "PACKAGE_EVENT"."""
    action: Optional[str]
    """What was done, in the service's word for it."""
    ip_address: Optional[str]
    """IP address of who did it."""
    authenticated_user: Optional[str]
    """Who did it: an e-mail address, or words such as "Anonymous Recipient"."""
    impersonated_user: Optional[str]
    """E-mail address of the one in whose name it was done, if in somebody else's."""
    details: Optional[str]
    """More about it as JSON text, different for each action."""


@dataclass(frozen=True)
class Login:
    """The result of a login."""

    api_key: Optional[str]
    """The new API key, unless a second factor is needed first."""
    api_secret: Optional[str] = field(repr=False)
    """The secret of the API key, unless a second factor is needed first. The service shows it only now."""
    email: Optional[str]
    """E-mail address of the owner."""
    second_factor_required: bool
    """Whether a second factor is needed: call Client.generate_api_key_second_factor."""
    validation_token: Optional[str] = field(repr=False)
    """The parameter of that call, if the second factor is needed."""
    second_factor_kind: Optional[str]
    """The kind of second factor in the service's words."""


@dataclass(frozen=True)
class KeyPair:
    """The key pair of a trusted device."""

    public_key_id: Optional[str]
    """The service's id of the public key, once it is registered."""
    description: Optional[str]
    """What the user calls the device."""
    public_key: str
    """The armored OpenPGP public key."""
    private_key: str = field(repr=False)
    """The armored OpenPGP private key, without a password: who has it opens the device's packages."""
