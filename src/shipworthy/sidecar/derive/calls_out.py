"""The hosts that the server of a prototype calls: what an egress list has to let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.host_uses import Use
from shipworthy.prototype.inventory.hosts import is_third_party
from shipworthy.prototype.source import Role
from shipworthy.sidecar.derive.loads import is_project, known_part
from shipworthy.sidecar.derive.services import services, used_by_server

_MOST = 20  # hosts; no prototype was seen that calls more
# They run at the platform, not beside the prototype.
_ELSEWHERE = ("supabase/functions/", "netlify/", "functions/")


def calls_out(prototype: Prototype) -> tuple[dict[str, str], int]:
    """Each host that code of the server calls, with the first file that shows it, sorted; and how many
    more are only named there, which are left out where they are too many to be all called."""
    paths = _server_files(prototype)
    called = _first(_called(prototype, paths))
    for used in used_by_server(prototype, paths):
        for host in used.service.server:
            if not any(fnmatch(known, host) for known in called):
                called.setdefault(host, used.path)
    named = {h: p for h, p in _first(_named(prototype, paths)).items() if not _is_in(h, called)}
    if len(called) + len(named) <= _MOST:
        called, named = {**called, **named}, {}
    listed = {h: p for h, p in sorted(called.items()) if not _is_in(h, called)}
    return listed, len(named)


def _first(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    first: dict[str, str] = {}
    for host, path in sorted(found):
        if host and is_project(host):
            first.setdefault(host, path)
    return first


def _is_in(host: str, known: Iterable[str]) -> bool:
    """True where a wider entry lets a host through as well."""
    return any(host != wide and fnmatch(host, wide) for wide in known)


def unnamed(prototype: Prototype) -> tuple[str, ...]:
    """The calls of the server whose host only running it tells, as places in the code."""
    paths = _server_files(prototype)
    return tuple(
        sorted(
            {
                str(call.location.path)
                for call in prototype.outbound_calls
                if call.location.path in paths
                and not call.from_page
                and (call.target is None or call.target.startswith("{"))
            }
        )
    )


def _server_files(prototype: Prototype) -> frozenset[str]:
    found = {path for server in prototype.servers for path in server.files}
    return frozenset(path for path in found if not path.startswith(_ELSEWHERE))


def _called(prototype: Prototype, paths: frozenset[str]) -> Iterator[tuple[str, str]]:
    for call in prototype.outbound_calls:
        path = call.location.path
        if path in paths and call.target and is_third_party(call.target):
            yield call.target, path
    for use in prototype.hosts:
        if use.location.path in paths and use.use is Use.REQUEST:
            yield known_part(use.host), use.location.path


def _named(prototype: Prototype, paths: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Hosts of literals that do not say what they are for; those of pages and of rules left out."""
    pages = frozenset(host for service in services() for host in service.hosts)
    rules = [(rule.location.path, rule.location) for rule in prototype.cors_rules]
    for use in prototype.hosts:
        path, line = use.location.path, use.location.line
        ruled = any(p == path and at.line <= line <= max(at.end_line, at.line) for p, at in rules)
        shown = path.endswith((".tsx", ".jsx")) or "content-security" in path
        if use.use is not Use.OTHER or path not in paths or ruled or shown or use.host in pages:
            continue
        if prototype.files[path].role is Role.PRODUCT and not use.host.startswith(
            ("fonts.", "cdn.")
        ):
            yield known_part(use.host), path
