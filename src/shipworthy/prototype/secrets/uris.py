"""Connection URIs that carry a password: `postgres://user:password@host/db`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipworthy.prototype.secrets.placeholders import (
    is_of_development,
    is_placeholder,
    looks_chosen,
    looks_random,
)
from shipworthy.regex import regex

_PROVIDERS = {
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "rediss": "Redis",
    "amqp": "RabbitMQ",
    "amqps": "RabbitMQ",
    "smtp": "SMTP",
    "smtps": "SMTP",
    "mssql": "SQL Server",
    "sqlserver": "SQL Server",
    "clickhouse": "ClickHouse",
    "ftp": "FTP",
    "http": "HTTP",
    "https": "HTTP",
}
# The password may itself hold an @; the last one before the host ends it.
_REST = regex(
    r"""(?P<user>[^\s:/@"'`<>]*):(?P<password>[^\s"'`<>/]+)@(?P<host>[\w.\-\[\]$]+)[^\s"'`<>)\\]*"""
)
_SCHEME = regex(r"([A-Za-z][A-Za-z0-9]*)(?:\+[\w]+)?$")
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal")  # noqa: S104


class ConnectionUri(Struct, frozen=True):
    """A URI with a real password: where it starts, all of it, and what it connects to."""

    start: int
    value: str
    password: str
    provider: str
    host: str = ""
    is_local: bool = False  # leads to the machine itself, or to a container beside it


def connection_uris(text: str) -> Iterator[ConnectionUri]:
    """Every URI with a real password. Templates, and the trivial passwords of a database on the
    developer's own machine, are none."""
    at = text.find("://")
    while at != -1:
        rest = _REST.match(text, at + 3)
        scheme = _SCHEME.search(text, max(0, at - 24), at) if rest else None
        if rest and scheme and _is_real(rest["user"], rest["password"], rest["host"]):
            provider = _PROVIDERS.get(scheme[1].lower())
            if provider and not _is_wrapped(text, scheme.start(), rest["host"]):
                value = text[scheme.start() : rest.end()].rstrip(".,;")
                local = _is_local(rest["host"])
                yield ConnectionUri(
                    scheme.start(), value, rest["password"], provider, rest["host"], local
                )
        at = text.find("://", at + 3)


def _is_real(user: str, password: str, host: str) -> bool:
    if is_placeholder(password) or password == user or "$" in password + host or "[" in host[1:]:
        return False
    local = _is_local(host)
    if local and is_of_development(password):
        return False
    if "example" in host or local:
        return looks_random(password) or (
            local and looks_chosen(password, 8) and _is_mixed(password)
        )
    return looks_chosen(password) or looks_random(password)


def _is_wrapped(text: str, start: int, host: str) -> bool:
    """True for `enc:postgres://…@10.0.0.12`: invented, where the address is nobody's, too."""
    return start > 1 and text[start - 1] in ":|" and text[start - 2].isalnum() and is_private(host)


def is_private(host: str) -> bool:
    """True for an address that leads only into a network of one's own (RFC 1918), or nowhere."""
    return _PRIVATE.match(host) is not None


_PRIVATE = regex(
    r"10\.\d|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|.*\.(local|internal|lan|test|invalid|example)$"
)


def leads_home(value: str) -> bool:
    """True for an address that leads to the machine itself: the same password may be used elsewhere,
    which only a person knows."""
    return any(host in value for host in ("@localhost", "@127.0.0.1"))


def _is_local(host: str) -> bool:
    return host in _LOCAL or "." not in host  # a bare name is a container beside it


def _is_mixed(password: str) -> bool:
    """Letters of both cases, digits or marks: more than `postgres123`."""
    kinds = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(c) for c in password) for kind in kinds) >= 3
