"""Who listens where on this machine, as the Linux kernel tells it in /proc/net."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path

_LISTENING = "0A"


def addresses_of(port: int) -> list[str]:
    """The addresses on which something listens on this TCP port, `0.0.0.0` and `::` for all."""
    return sorted({_address(a) for name in ("tcp", "tcp6") for a, p in _open(name) if p == port})


def _open(name: str) -> list[tuple[str, int]]:
    path = Path("/proc/net") / name
    if not path.exists():
        return []
    found = []
    for line in path.read_text().splitlines()[1:]:
        local, _, state = line.split()[1:4]
        address, _, port = local.partition(":")
        if state == _LISTENING:
            found.append((address, int(port, 16)))
    return found


def _address(text: str) -> str:
    """The kernel writes each four bytes in the order of the processor."""
    words = [bytes.fromhex(text[at : at + 8]) for at in range(0, len(text), 8)]
    whole = b"".join(w[::-1] if sys.byteorder == "little" else w for w in words)
    address = ipaddress.ip_address(whole)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
