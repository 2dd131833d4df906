"""Numbers written in digits: cards, identity numbers and telephones, each by its check, form or context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from shipworthy.gateway.redaction import phones
from shipworthy.gateway.redaction.checksums import luhn
from shipworthy.gateway.redaction.found import Found, belongs, stands_alone
from shipworthy.gateway.redaction.national_ids import BY_DIGITS, WORDS_BY_DIGITS


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
    groups = [m.span() for m in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        begin = groups[first][0]
        if not _can_begin(text, begin):
            first += 1
            continue
        before = Before(text, begin)
        for last, digits in reversed(list(_stretches(text, groups, first))):
            number = Number(text, begin, groups[last][1], digits, before)
            kind = number.kind()
            if kind:
                yield Found(number.opened(), number.closed(kind), kind)
                first = last
                break
        first += 1


_GROUP = re.compile(r"[0-9]+")


def _stretches(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[tuple[int, str]]:
    """The last group and the digits of each stretch of 6 to 19 digits that begins with `first`."""
    digits, end = "", groups[first][0]
    for last in range(first, len(groups)):
        start = groups[last][0]
        if start - end > 3:  # "+49 (0) 30 / 12": three separators stand between groups at most
            return
        end = groups[last][1]
        digits += text[start:end]
        if len(digits) > 19:
            return
        if len(digits) >= 6:
            yield last, digits


def _can_begin(text: str, start: int) -> bool:
    return not (start and text[start - 1] in _GLUED) and stands_alone(text, start)


_GLUED = "_#$€£=-"  # an amount, an issue's number, a part of something longer


class Before:
    """What stands before a number: lower case, and whether it announces a telephone."""

    __slots__ = ("_announces", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text[max(0, start - _NEAR) : start].lower()
        self._announces: bool | None = None

    def announces_phone(self) -> bool:
        """True where the words speak of a telephone; looked up once for all stretches."""
        if self._announces is None:
            self._announces = phones.announced(self.text)
        return self._announces


_NEAR = 48  # characters before a number in which a word may name it


class Number(NamedTuple):
    """A stretch of digit groups, and what it could be."""

    text: str
    start: int
    end: int
    digits: str
    before: Before

    def kind(self) -> str | None:
        """What it is; None for a number of no known kind."""
        after = self.text[self.end : self.end + 2]
        if (belongs(after[:1]) or after[:1] == "_") and not _EXTENSION.match(self.text, self.end):
            return None
        count = len(self.digits)
        if count >= 12 and is_card(self.digits):
            return "CARD"
        dialled = self.before.text[-2:].rstrip("(").endswith("+")
        if count >= 8 and (dialled or self.digits.startswith("00")):
            number = self.digits if dialled else self.digits[2:]
            if phones.is_international(number):
                return "PHONE"
        opened = "(" if self.before.text.endswith("(") else ""
        written = opened + self.text[self.start : self.end]
        has_form = phones.is_national(written, self.digits)
        is_telephone = has_form and len(written) > count
        return self._identity(bare=not is_telephone) or (
            "PHONE" if has_form or self._is_announced() else None
        )

    def _identity(self, bare: bool) -> str | None:
        """The kind that a word nearby names, or else that the form shows, or else (`bare`) the check."""
        possible = BY_DIGITS.get(len(self.digits))
        if not possible:
            return None
        around = self.before.text + " " + self.text[self.end : self.end + 24].lower()
        is_named = WORDS_BY_DIGITS[len(self.digits)].search(around) is not None
        shown: str | None = None
        for one in possible:  # the arithmetic comes last: it costs more than the rest together
            if is_named and any(word in around for word in one.words):
                if one.valid(self.digits):
                    return one.kind
            elif shown is None:
                in_form = one.form and one.form.fullmatch(self.text, self.start, self.end)
                if (in_form or (bare and one.strong)) and one.valid(self.digits):
                    shown = one.kind
        return shown

    def _is_announced(self) -> bool:
        if not 7 <= len(self.digits) <= 15:
            return False
        after = self.text[self.end : self.end + 12].lower()
        return self.before.announces_phone() or after.startswith(phones.NAMED_AFTER)

    def opened(self) -> int:
        """Where it really starts: with its plus sign and its bracket."""
        start = self.start
        while start and self.text[start - 1] in "(+":
            start -= 1
        return start

    def closed(self, kind: str) -> int:
        """Where it really ends: a telephone with its extension."""
        extension = _EXTENSION.match(self.text, self.end) if kind == "PHONE" else None
        return extension.end() if extension else self.end


_EXTENSION = re.compile(r" ?(?:x|ext\.? ?)[0-9]{1,6}\b", re.IGNORECASE)


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
