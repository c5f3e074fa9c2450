"""Secure links, and the countries of phone numbers. Nothing here uses the network."""

# Secure links are protocol 5.1, phone numbers 6.4.4.

from __future__ import annotations

from ._calls import call
from ._later import records


def parse_link(text: str) -> records.Link:
    """Splits a secure link into its parts. The text may contain more than the link, and a mail filter or another program
    may have wrapped or encoded the link. Status.MALFORMED_LINK: the text has no secure link, or several, or the link was
    cut short or changed."""
    return call("sendsafely_link_parse", text)


def find_links(text: str) -> tuple[str, ...]:
    """Finds the secure links in a text, such as an e-mail. Returns each link once, in the order of the text and in the
    service's form, without what is around it."""
    return call("sendsafely_link_find", text)


def country_codes() -> tuple[records.CountryCode, ...]:
    """Returns the countries whose phone numbers need no dialling code. Other phone numbers start with + and their
    dialling code."""
    return call("sendsafely_country_codes")
