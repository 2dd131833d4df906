"""What a licence asks of those who build a product on it."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

from shipworthy.regex import regex

_FREE = regex(
    r"(MIT(-0|-CMU)?|X11|ISC|0BSD|BSD|BSD-[\w-]+|Apache|Apache[- ]2(\.0)?|Unlicense|CC0-1\.0"
    r"|CC-BY-[34]\.0|Python-2\.0(\.1)?|PSF-2\.0|Zlib|BlueOak-1\.0\.0|WTFPL|Artistic-2\.0|BSL-1\.0|OFL-1\.1|Unicode-[\w.-]+|W3C[\w-]*"
    r"|AFL-[\d.]+|HPND|Ruby|Public Domain|NCSA|UPL-1\.0|MulanPSL-2\.0|PostgreSQL|libtiff|bzip2[\w.-]*|FTL|IJG"
    r"|MPL(-[\d.]+)?|EPL-[\d.]+|CDDL-[\d.]+|LGPL[\w.+-]*|ODC-By-1\.0|CC-BY-SA-[34]\.0)",
    re.IGNORECASE,
)
_NETWORK = regex(r"AGPL|AFFERO|SSPL", re.IGNORECASE)
_COPYLEFT = regex(r"(^|[^L])GPL", re.IGNORECASE)
_RESTRICTED = regex(
    r"BUSL|Elastic-|Commons-Clause|CC-BY-NC|PolyForm|Sustainable-Use|FSL-", re.IGNORECASE
)


class Terms(Enum):
    """What comes with a licence, from harmless to what an owner has to know."""

    FREE = 1  # permissive, or copyleft for the package itself only
    UNKNOWN = 2  # not stated in a form that a machine reads
    RESTRICTED = 3  # source available, some uses forbidden
    COPYLEFT = 4  # who hands out the product hands out its source
    NETWORK = 5  # the same for who lets others use it over a network


def terms_of(expression: str, approved: Collection[str] = ()) -> Terms:
    """The terms of an SPDX expression; of `A OR B` the better ones, of `A AND B` the worse ones.

    An `approved` licence is free, whatever it is.
    """
    tokens = re.findall(r"\(|\)|[^\s()]+(?:\s+WITH\s+[^\s()]+)?", expression.strip("* "))
    known = {name.lower() for name in approved}
    terms, rest = _either(tokens[:200], known)
    return Terms.UNKNOWN if rest or terms is None else terms


def _either(tokens: list[str], approved: set[str]) -> tuple[Terms | None, list[str]]:
    best, rest = _both(tokens, approved)
    while rest and rest[0].upper() in ("OR", "/"):
        other, rest = _both(rest[1:], approved)
        best = _chosen(best, other)
    return best, rest


def _both(tokens: list[str], approved: set[str]) -> tuple[Terms | None, list[str]]:
    worst, rest = _one(tokens, approved)
    while rest and rest[0].upper() == "AND":
        other, rest = _one(rest[1:], approved)
        worst = max(worst, other, key=lambda t: t.value) if worst and other else None
    return worst, rest


def _chosen(one: Terms | None, other: Terms | None) -> Terms | None:
    return min(one, other, key=lambda t: t.value) if one and other else None


def _one(tokens: list[str], approved: set[str]) -> tuple[Terms | None, list[str]]:
    if not tokens:
        return None, []
    if tokens[0] == "(":
        inner, rest = _either(tokens[1:], approved) if tokens.count("(") < 50 else (None, [])
        return inner, rest[1:] if rest[:1] == [")"] else ["("]
    return _terms(tokens[0], approved), tokens[1:]


def _terms(licence: str, approved: set[str]) -> Terms:
    if licence.lower() in approved or _FREE.fullmatch(licence.partition(" ")[0]):
        return Terms.FREE
    if re.search(r"WITH\s+\S*exception", licence, re.IGNORECASE):
        return Terms.FREE
    if _NETWORK.search(licence):
        return Terms.NETWORK
    if _RESTRICTED.search(licence):
        return Terms.RESTRICTED
    return Terms.COPYLEFT if _COPYLEFT.search(licence) else Terms.UNKNOWN
