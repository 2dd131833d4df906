"""One entry of the register, bound to the one before it by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shipworthy.errors import ShipworthyError

BEGINNING = "0" * 64  # what the first entry follows
_KEYS = frozenset({"number", "previous", "time", "clock", "kind", "by", "body"})
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
SLACK = timedelta(minutes=10)  # between the clocks of two machines
_TIME = len("2026-11-21T20:28:39Z")
_LARGEST = 2**53  # integers beyond it are not the same in every JSON reader
_LONGEST = 64_000  # characters of one entry: a page of reasons, not a file


class BrokenRegister(ShipworthyError):
    """A register that is no longer what was written, or that this version cannot read."""


class NotAnEntry(ShipworthyError):
    """What was to be written down is empty, too long, or not plain JSON."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person, or one program, put down at one time.

    `clock` is what the computer's clock said; `time` is never earlier than that of the entry before,
    so that a clock which goes backwards cannot reorder what happened. Both in UTC, whole seconds.
    """

    number: int  # 1, 2, 3, …
    previous: str  # the hash of the entry before, in hexadecimal
    time: datetime
    clock: datetime
    kind: str
    by: str
    body: Mapping[str, Any]

    @property
    def document(self) -> str:
        """The entry as canonical JSON: what is stored, and what is hashed."""
        return canonical(
            {
                "number": self.number,
                "previous": self.previous,
                "time": written(self.time),
                "clock": written(self.clock),
                "kind": self.kind,
                "by": self.by,
                "body": dict(self.body),
            }
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the document, in hexadecimal."""
        return digest(self.document)


def digest(document: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON in one form only: sorted keys, no spaces, UTF-8, no fractions.

    Raises NotAnEntry for what has no such form.
    """
    _refuse_other_than_plain(value)
    text = _sorted(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotAnEntry("the register keeps text only: a character is half of one") from error
    if len(text) > _LONGEST:
        raise NotAnEntry(f"an entry holds {_LONGEST:,} characters at most, this one {len(text):,}")
    return text


def entry_of(document: str) -> Entry:
    """Read a stored entry. Raises BrokenRegister where it has not the form of one, to the letter."""
    try:
        read = json.loads(document)
        if not isinstance(read, dict) or _sorted(read) != document:
            raise ValueError("it is in another form than shipworthy writes")
        if read.keys() != _KEYS or not all(isinstance(read[k], str) for k in ("kind", "by")):
            raise ValueError("it has other fields than an entry")
        if type(read["number"]) is not int or not isinstance(read["body"], dict):
            raise ValueError("its number or body is none")
        time, clock = _time(read["time"]), _time(read["clock"])
        return Entry(
            read["number"], read["previous"], time, clock, read["kind"], read["by"], read["body"]
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise BrokenRegister(f"it is no entry: {error}") from error


def _sorted(value: Mapping[str, Any]) -> str:
    return _ENCODER.encode(value)


def _time(text: str) -> datetime:
    if len(text) != _TIME or text[-1] != "Z":
        raise ValueError("its time is in another form than shipworthy writes")
    return datetime.fromisoformat(text)


def written(time: datetime) -> str:
    """A time as documents have it: `2026-11-21T20:28:39Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_other_than_plain(value: object, depth: int = 0) -> None:
    """Raises NotAnEntry for fractions, huge numbers, odd keys, deep nesting and other types."""
    if depth > 20:
        raise NotAnEntry("an entry is nested twenty deep at most")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise NotAnEntry("the keys of an entry are text")
        for part in value.values():
            _refuse_other_than_plain(part, depth + 1)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _refuse_other_than_plain(part, depth + 1)
    elif isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        raise NotAnEntry("a number is too large to be read alike everywhere: write it as text")
    elif value is not None and not isinstance(value, (str, int, bool)):
        raise NotAnEntry(f"an entry holds text, whole numbers and lists, no {type(value).__name__}")
