"""Secure links, and the countries of phone numbers: no network, no client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import call

if TYPE_CHECKING:
    from .records import CountryCode, Link


def parse_link(text: str) -> Link:
    """Takes a secure link apart. Status.MALFORMED_LINK: not such a link.
    SendSafely Client API: secure links (protocol 5.1)."""
    return call("sendsafely_link_parse", text)


def find_links(text: str) -> tuple[str, ...]:
    """The secure links in a text, such as an e-mail: each once, in their order.
    SendSafely Client API: secure links (protocol 5.1)."""
    return call("sendsafely_link_find", text)


def country_codes() -> tuple[CountryCode, ...]:
    """The countries whose phone numbers need no dialling code; those of all others begin with + and theirs.
    SendSafely Client API: update recipient (protocol 6.4.4)."""
    return call("sendsafely_country_codes")
