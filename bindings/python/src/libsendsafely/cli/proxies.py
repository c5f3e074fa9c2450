"""Finds the proxy that the library uses, by the rules of docs/proxies.md. doctor checks whether it can be reached."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

VARIABLES = {"http": ("http_proxy", "all_proxy", "ALL_PROXY"), "https": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class Proxy(NamedTuple):
    url: str
    variable: str

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, without the password that the URL may contain."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or PORTS[parts.scheme]


class Unusable(Exception):
    """The library cannot use the proxy of a variable."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"{variable} is not the URL of a supported proxy")
        self.variable = variable


def proxy_for(url: SplitResult, environment: Mapping[str, str] = os.environ) -> Proxy | None:
    host = url.hostname or ""
    exceptions = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if is_this_machine(host) or is_exception(exceptions, host):
        return None
    for name in VARIABLES.get(url.scheme, ()):
        if environment.get(name):
            return read(environment[name].strip(), name)
    return None


def read(text: str, variable: str) -> Proxy:
    text = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(text)
        usable = (parts.scheme in PORTS and parts.hostname and not set(text) & set(" \t\r\n") and (parts.port is None or parts.port >= 0)
                  and parts.path in ("", "/") and not parts.query and not parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise Unusable(variable)
    return Proxy(text, variable)


def is_this_machine(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or (host.startswith("127.") and _address(host) is not None)


def is_exception(exceptions: str, host: str) -> bool:
    """Whether a list like NO_PROXY contains a host, by curl's rules."""
    if exceptions == "*":
        return True
    entries = exceptions.replace(",", " ").split()
    address = _address(host)
    if address is not None:
        return any(_is_in(address, entry) for entry in entries)
    name = f".{_without_dot(host).lower()}"
    names = [_without_dot(entry).lower() for entry in entries]
    names = [entry[1:] if entry.startswith(".") else entry for entry in names]
    return any(entry and name.endswith(f".{entry}") for entry in names)


def _without_dot(name: str) -> str:
    return name[:-1] if name.endswith(".") else name


def _address(text: str) -> Any:
    import ipaddress  # Slow to import, and seldom needed.

    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_in(address: Any, entry: str) -> bool:
    """Whether an address equals another one, or is in its network. As with curl, 0 bits mean no network."""
    import ipaddress

    network, slash, bits = entry.partition("/")
    other = _address(network)
    if other is None or other.version != address.version or (slash and not bits.isdecimal()):
        return False
    if not slash or int(bits) == 0:
        return bool(other == address)
    return int(bits) <= other.max_prefixlen and address in ipaddress.ip_network(f"{network}/{bits}", strict=False)
