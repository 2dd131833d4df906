"""The last requests and who made them, from the proxy's access log as it grows."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipworthy.prototype.tree import printable

_MOST = 1_000_000  # bytes that are read at a time; of a log that grew by more, the newest
# Refusals that the proxy explains in its log and has no counter for: status, explanation → words.
_UNCOUNTED = {
    (413, "request_payload_too_large"): "body too large",
}
_PEOPLE_SECONDS = 900.0  # after their last request, people count as gone


@dataclass(frozen=True, slots=True)
class Request:
    """A line of the access log."""

    method: str
    path: str
    status: int
    milliseconds: float
    user: str  # '' for visitors
    why: str  # how the proxy explains its answer: `via_upstream`, `local_rate_limited`, …


@dataclass(slots=True)
class Traffic:
    """Follows one access log through its rotation; `read` is called every now and then."""

    log: Path
    last: deque[Request] = field(default_factory=lambda: deque(maxlen=20))
    refused: Counter[str] = field(default_factory=Counter)  # by reason, what has no counter
    _seen: dict[str, float] = field(default_factory=dict)  # user → when last
    _at: int = 0
    _file: int = 0  # its inode: another one after a rotation
    _rest: bytes = b""

    def read(self, now: float) -> None:
        """Take in what was written since the last time. `now`: seconds of any steady clock."""
        for line in self._new_lines():
            request = _request(line)
            if request is None:
                continue
            self.last.append(request)
            if reason := _UNCOUNTED.get((request.status, request.why)):
                self.refused[reason] += 1
            if request.user:
                self._seen[request.user] = now

    def people(self, now: float) -> tuple[str, ...]:
        """Who was signed in within the last fifteen minutes, the latest first."""
        seen = sorted(self._seen.items(), key=lambda entry: -entry[1])
        return tuple(user for user, at in seen if now - at <= _PEOPLE_SECONDS)

    def _new_lines(self) -> Iterator[bytes]:
        try:
            with self.log.open("rb") as file:
                found = self.log.stat()
                if found.st_ino != self._file or found.st_size < self._at:
                    self._file, self._at, self._rest = found.st_ino, 0, b""
                if found.st_size - self._at > _MOST:
                    self._at, self._rest = found.st_size - _MOST, b""
                file.seek(self._at)
                text = self._rest + file.read(_MOST)
                self._at = file.tell()
        except OSError:
            return  # nothing was written yet
        *lines, self._rest = text.split(b"\n")
        yield from lines


def _request(line: bytes) -> Request | None:
    """None for what is no whole line of the log: it was cut, or is being written."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict):
        return None
    return Request(
        _text(entry, "method"),
        _text(entry, "path"),
        int(_number(entry, "status")),
        _number(entry, "ms"),
        _text(entry, "user"),
        _text(entry, "why"),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    # Callers choose paths and names: nothing of them may steer the terminal.
    return "" if value in (None, "-") else printable(str(value))[:200]


def _number(entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0
