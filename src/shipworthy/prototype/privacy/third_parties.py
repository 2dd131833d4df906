"""Who is behind a host of the web, and which cookies a platform sets: two lists that others keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

_DATA = Path(__file__).parent / "data"


class ThirdParty(Struct, frozen=True):
    """A third party of the web. `category` is ad, analytics, cdn, consent-provider, content,
    customer-success, hosting, marketing, other, social, tag-manager, utility or video."""

    name: str
    company: str
    category: str


class KnownCookie(Struct, frozen=True):
    """A cookie that a platform sets; of a prefix, all whose names begin so. `kept` is in the words of
    the list: "2 years", "session"."""

    platform: str
    name: str
    prefix: bool
    category: str
    kept: str


def third_party_of(host: str) -> ThirdParty | None:
    """The third party that a host belongs to: the one with the longest domain at its end."""
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        found = _by_domain().get(".".join(labels[start:]))
        if found is not None:
            return found
    return None


@cache
def cookies_of(platform: str) -> tuple[KnownCookie, ...]:
    """The cookies that a platform sets, by name; empty for one that the list does not have."""
    return tuple(cookie for cookie in _cookies() if cookie.platform == platform)


def cookie_named(name: str) -> KnownCookie | None:
    """What the list says of a cookie: the one of this name, else the longest prefix of it."""
    exact = next((c for c in _cookies() if c.name == name and not c.prefix), None)
    begun = [c for c in _cookies() if c.prefix and name.startswith(c.name)]
    return exact or max(begun, key=lambda c: len(c.name), default=None)


@cache
def _by_domain() -> Mapping[str, ThirdParty]:
    read = json.loads((_DATA / "third_parties" / "third_parties.json").read_text(encoding="utf-8"))
    return {
        domain: ThirdParty(row["name"], row["company"], row["category"])
        for row in read
        for domain in row["domains"]
    }


@cache
def _cookies() -> tuple[KnownCookie, ...]:
    read = json.loads((_DATA / "cookies" / "cookies.json").read_text(encoding="utf-8"))
    return tuple(KnownCookie(**row) for row in read)
