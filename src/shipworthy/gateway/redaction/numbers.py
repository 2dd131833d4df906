"""Numbers written in digits: cards, identity numbers and telephones, each by its check, form or context."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.gateway.redaction import phones
from shipworthy.gateway.redaction.checksums import luhn
from shipworthy.gateway.redaction.found import Found, stands_alone
from shipworthy.gateway.redaction.national_ids import BY_DIGITS


def find_numbers(text: str) -> Iterator[Found]:
    """Every number of a known kind. Dates, amounts and bare identifiers are left alone."""
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        if end - start < 24 and _DATE.fullmatch(text, start, end):
            continue
        for first, last in _without_dates(text, start, end):
            yield from _in_cluster(text, first, last)


# One character class and no nested repeat: this scan is most of what a text with digits costs.
_CLUSTER = re.compile(r"[0-9][0-9 .()/-]{4,}[0-9]")
_DATE = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][12][0-9]{3})(?:[ T][0-9]{1,2})?"
)
_DATE_WITHIN = re.compile(
    r"(?<![0-9])(?:[12][0-9]{3}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]([./-])[01]?[0-9]\1(?:19|20)[0-9]{2})"
    r"(?![0-9])"
)


def _without_dates(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for date in _DATE_WITHIN.finditer(text, start, end):
        if date.start() - at >= 6:
            yield at, date.start()
        at = date.end()
    if end - at >= 6:
        yield at, end


def _in_cluster(text: str, start: int, end: int) -> Iterator[Found]:
    """The longest stretches of whole groups that are something, from the left."""
    groups = [m.span() for m in _GROUP.finditer(text, start, end)][:_MOST_GROUPS]
    first = 0
    while first < len(groups):
        for last in range(len(groups), first, -1):
            kind = _kind(text, groups[first][0], groups[last - 1][1])
            if kind:
                yield Found(_opened(text, groups[first][0]), groups[last - 1][1], kind)
                first = last - 1
                break
        first += 1


_GROUP = re.compile(r"[0-9]+")
_MOST_GROUPS = 12  # an IBAN in fours has nine; longer rows are tables


def _opened(text: str, start: int) -> int:
    """Where a number really starts: with its plus sign and its bracket."""
    while start and text[start - 1] in "(+":
        start -= 1
    return start


def _kind(text: str, start: int, end: int) -> str | None:
    before = text[start - 1] if start else ""
    after = text[end : end + 1]
    if after.isalnum() or after == "_" or (before and before in _GLUED):
        return None
    if not stands_alone(text, start):
        return None
    written = text[start:end]
    digits = "".join(filter(str.isdigit, written))
    count = len(digits)
    if not 6 <= count <= 19 or _WIDE.search(written):
        return None
    if count >= 12 and is_card(digits):
        return "CARD"
    lead = text[max(0, start - 4) : start]
    dialled = "+" in lead[-2:]
    if dialled or digits.startswith("00"):
        number = digits if dialled else digits[2:]
        if count >= 8 and phones.is_international(number):
            return "PHONE"
    opened = "(" if before == "(" else ""
    is_telephone = len(written) > count and phones.is_national(opened + written, digits)
    return (
        _identity(text, start, end, digits, bare=not is_telephone)
        or ("PHONE" if is_telephone else None)
        or _phone(text, start, end, opened + written, digits)
    )


_WIDE = re.compile(r"[^0-9]{4}")  # "+49 (0) 30 / 12": three separators stand between groups at most
_GLUED = "_#$€£=-"  # an amount, an issue's number, a part of something longer


def _identity(text: str, start: int, end: int, digits: str, bare: bool) -> str | None:
    """The kind that a word nearby names, or else that the form shows, or else (`bare`) the check."""
    possible = [one for one in BY_DIGITS.get(len(digits), ()) if one.valid(digits)]
    if not possible:
        return None
    around = text[max(0, start - _NEAR) : end + 24].lower()
    for one in possible:
        if any(word in around for word in one.words):
            return one.kind
    for one in possible:
        if (one.form and one.form.fullmatch(text, start, end)) or (bare and one.strong):
            return one.kind
    return None


_NEAR = 48  # characters before a number in which a word may name it


def _phone(text: str, start: int, end: int, written: str, digits: str) -> str | None:
    if not 7 <= len(digits) <= 15:
        return None
    if phones.is_national(written, digits):
        return "PHONE"
    before = text[max(0, start - _NEAR) : start].lower()
    return "PHONE" if phones.named(before, text[end : end + 12].lower()) else None


def is_card(digits: str) -> bool:
    """True for a number of a card network's range and length with a valid check digit.

    Ranges: ISO/IEC 7812 issuer numbers as the networks publish them.
    """
    return (
        any(len(digits) in lengths and digits.startswith(starts) for starts, lengths in _CARDS)
        and luhn(digits)
        and len(set(digits)) > 1
    )


_CARDS = (
    (("4",), (13, 16, 19)),  # Visa
    (tuple(map(str, (*range(51, 56), *range(222, 272)))), (16,)),  # Mastercard; 2221-2720
    (("34", "37"), (15,)),  # American Express
    (("6011", "65", *map(str, range(644, 650))), (16, 17, 18, 19)),  # Discover
    (("300", "301", "302", "303", "304", "305", "36", "38", "39"), (14, 16)),  # Diners Club
    (tuple(map(str, range(3528, 3590))), (16, 17, 18, 19)),  # JCB
    (("62",), (16, 17, 18, 19)),  # UnionPay
    (("50", "56", "57", "58", "63", "67", "69"), (12, 13, 14, 15, 16, 18, 19)),  # Maestro
)
