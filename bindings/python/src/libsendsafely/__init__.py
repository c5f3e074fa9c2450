"""SendSafely for Python: sends files to people, end-to-end encrypted, behind one secure link.

    from libsendsafely import Client

    with Client("https://acme.sendsafely.com", api_key, api_secret) as client, client.create_package() as package:
        package.add_recipient("somebody@example.com")
        package.upload_file("report.pdf")
        print(package.finalize().link)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._library import function
from ._values import string
from .client import Client
from .enums import Action, Compare, Direction, Existing, PackageList, PackageState, PackageStatus, Phase, Reason, Status
from .errors import AuthenticationFailed, DeadlineExceeded, Error, NetworkError, PasswordRequired, Stopped
from .package import Package
from .rows import Rows
from .workspace import Workspace

if TYPE_CHECKING:
    from . import aio as aio
    from . import crypto as crypto
    from . import progress as progress
    from . import records as records
    from .keys import generate_key_pair, load_key_pair, save_key_pair
    from .links import country_codes, find_links, parse_link
    from .records import (
        ActivityEntry,
        AuditLogEntry,
        Confirmation,
        ContactGroup,
        ContactGroupMember,
        CountryCode,
        Directory,
        Download,
        Enterprise,
        File,
        FileInformation,
        Finalized,
        Keycode,
        KeyPair,
        Link,
        Login,
        PackageInformation,
        PackageSummary,
        Progress,
        PublicKey,
        Recipient,
        RecipientResult,
        ReportItem,
        RequestHeaders,
        Subdirectory,
        SyncFailure,
        SyncResult,
        User,
    )

#: The version of the library.
__version__ = string(function("sendsafely_version_string")()) or ""

__all__ = [
    "Action", "ActivityEntry", "AuditLogEntry", "AuthenticationFailed", "Client", "Compare", "Confirmation",
    "ContactGroup", "ContactGroupMember", "CountryCode", "DeadlineExceeded", "Direction", "Directory", "Download",
    "Enterprise", "Error", "Existing", "File", "FileInformation", "Finalized", "KeyPair", "Keycode", "Link", "Login",
    "NetworkError",
    "Package", "PackageInformation", "PackageList", "PackageState", "PackageStatus", "PackageSummary",
    "PasswordRequired", "Phase", "Progress", "PublicKey", "Reason", "Recipient", "RecipientResult", "ReportItem",
    "RequestHeaders", "Rows", "Status", "Stopped", "Subdirectory", "SyncFailure", "SyncResult", "User", "Workspace",
    "country_codes", "find_links", "generate_key_pair", "load_key_pair", "parse_link", "save_key_pair",
]


# Modules that few programs need, imported when they are first used. The records need dataclasses, which take as long
# to import as all the rest.
LATER = {
    "country_codes": "links", "find_links": "links", "parse_link": "links",
    "generate_key_pair": "keys", "load_key_pair": "keys", "save_key_pair": "keys",
}

if not TYPE_CHECKING:  # A checker would accept any name.

    def __getattr__(name: str) -> Any:
        if name in ("aio", "crypto", "keys", "links", "progress", "records"):
            return importlib.import_module(f".{name}", __name__)
        if name in __all__:
            return getattr(importlib.import_module(f".{LATER.get(name, 'records')}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
