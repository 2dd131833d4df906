"""Attacks never leave this machine."""

from __future__ import annotations

import ipaddress
import socket
import sys

from shipworthy.errors import ShipworthyError


class NotLoopback(ShipworthyError):
    """Somebody asked to attack another machine."""


def loopback_only(address: str) -> str:
    """The address, where it is of this machine alone. Raises NotLoopback."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        found = None
    if found is None or not found.is_loopback:
        raise NotLoopback(
            f"{address} is not a loopback address: attacks are only made on this machine itself"
        )
    return address


def own_addresses() -> bool:
    """True where any address of 127.0.0.0/8 can be the source of a connection, as Linux allows:
    each attack then comes from its own, and none uses up the limit of another or of a person."""
    if not sys.platform.startswith("linux"):
        return False
    with socket.socket() as probe:
        try:
            probe.bind(("127.77.0.1", 0))
        except OSError:
            return False
    return True
