"""Addresses on a network: of a mailbox, of a machine, and the password in the address of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from shipworthy.gateway.redaction.found import Found, belongs


def find_addresses(text: str) -> Iterator[Found]:
    """E-mail addresses, IP addresses, and passwords in `scheme://user:password@host`."""
    for sign in ("@", "%40"):  # the second as it stands in an address of a page
        if sign in text:
            yield from _at_signs(text, sign)
    if text.count(".") >= 3:
        for tail in _THREE_OCTETS.finditer(text):
            first = _OCTET.search(text, max(0, tail.start() - 3), tail.start())
            if first and _is_machine(text, first.start(), tail.end()):
                yield Found(first.start(), tail.end(), "IP")
    if ":" in text:
        yield from _ipv6(text)


def _at_signs(text: str, sign: str) -> Iterator[Found]:
    at = text.find(sign)
    while at >= 0:
        start = _local_part(text, at)
        domain = _DOMAIN.match(text, at + len(sign))
        credential = (
            _CREDENTIAL.search(text, max(0, at - 200), at)
            if (domain or start < at) and text.find("://", max(0, at - 200), at) >= 0
            else None
        )
        if credential:
            yield Found(*credential.span(1), "PASSWORD")
        elif (
            start < at
            and domain
            and not _is_clone(text, text[start:at], domain.end())
            and not _DENSE.match(text, at)
        ):
            after_escape = start and text[start - 1] == "\\" and text[start] in "nrt"
            yield Found(start + bool(after_escape), domain.end(), "EMAIL")
        at = text.find(sign, at + 1)


def _local_part(text: str, at: int) -> int:
    """Where the local part that ends at `at` begins; `at` where there is none."""
    begin = max(0, at - 64)
    window = text[begin:at]
    if window.isascii():  # as the expression below says it, for a fraction of its cost
        tail = window[len(window.rstrip(_IN_LOCAL)) :]
        return at - len(tail.lstrip(".'"))
    local = _LOCAL.search(text, begin, at)
    return local.start() if local else at


def _is_clone(text: str, local: str, end: int) -> bool:
    """True for `git@host:path`, the address of a repository."""
    return local == "git" and text[end : end + 1] == ":"


# RFC 5321 allows more, such as = and /: in real texts those belong to what stands before.
_LOCAL = re.compile(r"(?:[^\W\u2e80-\uffff]|[+-])(?:[^\W\u2e80-\uffff]|[.+'-])*\Z")
_IN_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+'-"
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_\u2e80-\uffff]{2,24}|[^\W\d_]{2,24})(?![\w-]*@)"
)
_DENSE = re.compile(r"@[1-9]x\.(?:png|jpe?g|webp|gif|svg|avif)\b")  # a picture for such a screen
_CREDENTIAL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']*:([^\s/@\"']{3,})\Z")


# The search starts at a dot: that is far rarer than a digit.
_THREE_OCTETS = re.compile(r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
_OCTET = re.compile(r"[0-9]{1,3}\Z")


_NUMBERED = ("version", "release", "build", "section", "chapter", "clause", "§", "abschnitt")


def _is_machine(text: str, start: int, end: int) -> bool:
    if start and (belongs(text[start - 1]) or text[start - 1] in "._-"):
        return False
    if belongs(text[end : end + 1]) or (
        text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()
    ):
        return False
    before = text[max(0, start - 12) : start].lower()
    if any(word in before for word in _NUMBERED):
        return False
    try:
        address = IPv4Address(text[start:end])
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.packed[0] == 255)


def _ipv6(text: str) -> Iterator[Found]:
    end = 0
    for pair in _TWO_COLONS.finditer(text):
        if pair.start() < end:
            continue
        start = pair.start()
        while start > 0 and text[start - 1] in _HEX_OR_COLON:
            start -= 1
        whole = _HEX_GROUPS.match(text, start)
        end = whole.end() if whole else pair.end()
        if not whole or len(whole[0]) < 6 or (start and belongs(text[start - 1])):
            continue
        value = whole[0].rstrip(":") if not whole[0].endswith("::") else whole[0]
        if belongs(text[start + len(value) : start + len(value) + 1]):
            continue
        try:
            address = IPv6Address(value)
        except AddressValueError:
            continue
        if not (address.is_loopback or address.is_unspecified):
            yield Found(start, start + len(value), "IP")


_TWO_COLONS = re.compile(r":(?:[0-9A-Fa-f]{1,4})?:")
_HEX_OR_COLON = frozenset("0123456789abcdefABCDEF:")
_HEX_GROUPS = re.compile(r"[0-9A-Fa-f:]{2,39}")
