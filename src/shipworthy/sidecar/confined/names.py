"""Answers to questions for host names inside the namespace: an address for each allowed name alone.

Each allowed name gets a loopback address of its own; who connects to it is led to that name outside. So
programs need to know nothing of a proxy. Message format: RFC 1035 section 4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_ADDRESS, _ADDRESS6, _INTERNET = 1, 28, 1
_NO_ERROR, _BROKEN, _NO_SUCH_NAME = 0, 1, 3
_SECONDS = 60  # that an answer may be kept
_NETWORK = "127.66"
_MOST = 65_000  # names, of wildcards


@dataclass(slots=True)
class Names:
    """The allowed names and their addresses. `tell` is called with each name that is not allowed."""

    allowed: Iterable[str]
    tell: Callable[[str], None]
    _addresses: dict[str, str] = field(default_factory=dict)

    def answer(self, question: bytes) -> bytes:
        """The reply to one question; b'' for what is none."""
        if len(question) < 12 or question[2] & 0x80:
            return b""
        try:
            name, end = _name(question, 12)
            kind, kind_of_net = struct.unpack_from(">HH", question, end)
        except (IndexError, UnicodeDecodeError, struct.error):
            return _reply(question, 12, _BROKEN)
        asked = question[: end + 4]
        address = self.address(name)
        if address is None:
            self.tell(name)
            return _reply(asked, end + 4, _NO_SUCH_NAME)
        if kind != _ADDRESS or kind_of_net != _INTERNET:
            return _reply(asked, end + 4, _NO_ERROR)
        return _reply(asked, end + 4, _NO_ERROR, address)

    def address(self, name: str) -> str | None:
        """The address that stands for a name in the namespace; None where it is not allowed."""
        name = name.rstrip(".").lower()
        if name == "localhost":
            return "127.0.0.1"
        if not any(fits(name, pattern) for pattern in self.allowed):
            return None
        if name not in self._addresses:
            number = len(self._addresses) + 1
            if number > _MOST:
                return None
            self._addresses[name] = f"{_NETWORK}.{number >> 8}.{number & 255}"
        return self._addresses[name]

    def name(self, address: str) -> str | None:
        """The name that an address stands for."""
        return next((name for name, its in self._addresses.items() if its == address), None)


def fits(name: str, pattern: str) -> bool:
    """Whether a name is the one of the list, or below it for `*.`."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and name != pattern[2:]
    return name == pattern


def _name(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while size := message[at]:
        if size > 63:  # a pointer; questions have none
            raise IndexError
        labels.append(message[at + 1 : at + 1 + size].decode("ascii"))
        at += 1 + size
    return ".".join(labels), at + 1


def _reply(question: bytes, end: int, code: int, address: str = "") -> bytes:
    flags = 0x8180 | (struct.unpack_from(">H", question, 2)[0] & 0x0100) | code
    known = end > 12
    header = question[:2] + struct.pack(">HHHHH", flags, int(known), int(bool(address)), 0, 0)
    body = question[12:end]
    if address:
        packed = bytes(int(part) for part in address.split("."))
        body += struct.pack(">HHHIH", 0xC00C, _ADDRESS, _INTERNET, _SECONDS, 4) + packed
    return header + body
