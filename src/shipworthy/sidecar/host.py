"""Host names: which of them never leave this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_of_this_machine(host: str) -> bool:
    """Whether a host name never leaves this machine: localhost and what ends in it, loopback addresses."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_host_name(text: str) -> bool:
    """Whether a text is a host name or an address, and nothing more: no scheme, port or path."""
    parts = text.split(".")
    return is_address(text) or (0 < len(text) <= 253 and all(_is_label(part) for part in parts))


def _is_label(part: str) -> bool:
    plain = part.isascii() and part.replace("-", "").isalnum()
    return plain and len(part) <= 63 and not part.startswith("-") and not part.endswith("-")


def has_addresses(host: str) -> bool:
    """Whether a certificate of ours for it names addresses: it is one, or it is of this machine."""
    return is_of_this_machine(host) or is_address(host)


def is_address(host: str) -> bool:
    """Whether it is an IPv4 or IPv6 address; the latter with or without brackets."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
