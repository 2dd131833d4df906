"""Whom the prototype may call: host names of `egress.allow`, each with its port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.host import is_of_this_machine

HTTPS = 443
_LONGEST = 253  # characters of a host name, RFC 1035 section 2.3.4
_ANY = "*."


class BrokenAllowance(ShipworthyError):
    """An entry of `egress.allow` that could open more than a person means."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A host and a port; `*.example.com` stands for every name below it."""

    host: str
    port: int = HTTPS

    @property
    def here(self) -> bool:
        """Whether it is a program of this machine."""
        return is_of_this_machine(self.host)

    @property
    def authority(self) -> str:
        """As a CONNECT request names it."""
        return f"{self.host}:{self.port}"


def allowed(entries: Sequence[str]) -> tuple[Allowed, ...]:
    """Read the list: `api.example.com`, `db.example.com:5432`, `*.example.com`, `localhost:11434`.

    Raises BrokenAllowance for addresses (a name can be checked against a certificate, an address cannot,
    and 169.254.169.254 hands out the keys of a cloud account), URLs, and lone stars.
    """
    return tuple(dict.fromkeys(_read(entry) for entry in entries))


def _read(entry: str) -> Allowed:
    text = entry.strip().lower().rstrip(".")
    host, separator, port = text.rpartition(":")
    if not separator:
        host, port = text, str(HTTPS)
    if "/" in text:
        raise BrokenAllowance(f"egress.allow: {entry!r} is a URL; write its host alone")
    if _is_address(host.strip("[]")) or _is_address(text.strip("[]")):
        raise BrokenAllowance(f"egress.allow: {entry!r} is an address; write a host name")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise BrokenAllowance(f"egress.allow: {entry!r} has no port between 1 and 65535")
    name = host.removeprefix(_ANY)
    labels = name.split(".")
    if len(name) > _LONGEST or not all(_is_label(label) for label in labels):
        raise BrokenAllowance(f"egress.allow: {entry!r} is no host name")
    if len(labels) < 2 and host != "localhost":
        raise BrokenAllowance(f"egress.allow: {entry!r} would open everything below {name!r}")
    return Allowed(host, int(port))


def _is_label(text: str) -> bool:
    """A part of a host name, RFC 1123 section 2.1; underscores occur in practice. Not digits alone as
    the last part of an address in another notation (`0x7f.1`) would be."""
    plain = text.replace("-", "").replace("_", "")
    return bool(plain) and plain.isascii() and plain.isalnum() and not text.startswith("-")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        # inet_aton(3) takes `127.1`, `0x7f000001` and `2130706433` for addresses as well.
        last = text.rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")
    return True
