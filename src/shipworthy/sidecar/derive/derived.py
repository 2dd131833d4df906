"""What the facts of a prototype say about the proxy in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from shipworthy.prototype import Prototype
from shipworthy.sidecar.derive.bodies import body_limit
from shipworthy.sidecar.derive.browser_rights import BrowserRights, browser_rights
from shipworthy.sidecar.derive.calls_out import calls_out, unnamed
from shipworthy.sidecar.derive.content import content_policy
from shipworthy.sidecar.derive.entry_points import EntryPoint, entry_points
from shipworthy.sidecar.derive.health import health
from shipworthy.sidecar.derive.identity import (
    counted,
    guarded_pages,
    is_open,
    login_lines,
    open_lines,
    own_login,
)
from shipworthy.sidecar.derive.other_origins import other_origins
from shipworthy.sidecar.derive.routes import HEADINGS, Kind, Line, in_order, special_routes, within
from shipworthy.sidecar.derive.sockets import socket_routes
from shipworthy.sidecar.derive.static_files import static_routes
from shipworthy.sidecar.derive.written import Note, way_of, write
from shipworthy.sidecar.policy import Cors, Egress, Headers, Limits, Policy, Resilience, Who

_HEAD = (
    "What the proxy of `shipworthy up` lets through and what it does not. Written from the code by",
    "`shipworthy sidecar init`; yours from now on. What is not said here has the default of docs/sidecar.md.",
    "DECIDE marks what only a person knows.",
)
_SHOWN = 14  # hosts of the egress list that are written one by one


@dataclass(frozen=True, slots=True)
class Derived:
    """A policy, the text of the file that says it, and what a person has to decide, a sentence each.

    Nothing here locks out what the prototype lets in itself: a login is only proposed.
    """

    policy: Policy
    text: str
    undecided: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A policy as it grows, with the remarks on it."""

    policy: Policy
    notes: dict[str, Note]
    undecided: list[str]

    def take(self, **sections: object) -> None:
        """Replace sections of the policy."""
        self.policy = msgspec.structs.replace(self.policy, **sections)

    def note(self, key: str, *above: str, beside: str = "") -> None:
        """Remark on a key."""
        self.notes[key] = Note(above, beside)


def derive(prototype: Prototype) -> Derived:
    """The policy that a person would write for this prototype after a look at its code."""
    entries = entry_points(prototype)
    draft = _Draft(Policy(), {}, [])
    _login(draft, prototype, entries)
    _limits(draft, prototype)
    _headers(draft, prototype)
    _health(draft, prototype, entries)
    _origins(draft, prototype)
    _egress(draft, prototype)
    _routes(draft, prototype, entries)
    return Derived(draft.policy, write(draft.policy, draft.notes, _HEAD), tuple(draft.undecided))


def _login(draft: _Draft, prototype: Prototype, entries: tuple[EntryPoint, ...]) -> None:
    own = own_login(prototype, entries)
    draft.note("login", *login_lines(own, prototype))
    if own is None:
        draft.undecided.append("nothing asks people to sign in: whoever reaches it, uses it")


def _limits(draft: _Draft, prototype: Prototype) -> None:
    found = body_limit(prototype)
    if found is not None:
        draft.take(limits=Limits(body=found[0]))
        draft.note("limits.body", beside=f"{found[1]} takes as much")


def _headers(draft: _Draft, prototype: Prototype) -> None:
    rights = browser_rights(prototype)
    if rights.embeds:
        draft.undecided.append(
            f"{rights.embeds[0]} seems made to be shown inside other sites, which is refused"
        )
    ancestors = tuple(rights.ancestors)
    content, reasons = content_policy(prototype, ancestors or ("'none'",))
    changed = {"content_security_policy": content, "permissions_policy": rights.permissions}
    if ancestors:
        changed["frame_options"] = "SAMEORIGIN" if ancestors == ("'self'",) else ""
    if rights.isolated:
        changed["opener_policy"] = "same-origin"
        draft.note("headers.opener_policy", beside=f"{rights.isolated} isolates its pages")
    draft.take(headers=msgspec.structs.replace(Headers(), **changed))
    draft.note(
        "headers.content_security_policy",
        "Reported, not enforced, until csp_mode says so.",
        *reasons,
    )
    draft.note("headers.frame_options", beside=_shown_in(rights))
    draft.note(
        "headers.permissions_policy", beside=", ".join(sorted(set(rights.features.values())))
    )


def _shown_in(rights: BrowserRights) -> str:
    return ", ".join(f"{path} for {who}" for who, path in rights.ancestors.items())


def _health(draft: _Draft, prototype: Prototype, entries: tuple[EntryPoint, ...]) -> None:
    path, source = health(prototype, entries)
    draft.take(resilience=Resilience(health=path))
    draft.note("resilience.health", beside=source)


def _origins(draft: _Draft, prototype: Prototype) -> None:
    found = other_origins(prototype)
    if found.origins:
        named = list(found.origins)
        draft.take(cors=Cors(origins=named), csrf=named)
        draft.note("cors", "Other sites whose pages call this one, as the code names them.")
        draft.note("csrf", beside="they may change things, too")
    if found.native is not None:
        draft.take(csrf=None)
        folder = found.native or "the app"
        draft.note("csrf", beside=f"{folder} runs on phones, where no request names an origin")


def _egress(draft: _Draft, prototype: Prototype) -> None:
    (hosts, named), rest = calls_out(prototype), unnamed(prototype)
    if not hosts:
        return
    draft.take(egress=Egress(allow=list(hosts)))
    above = ["What its server calls. Nothing else gets out with `mode: isolate`."]
    if rest:
        more = f" and {len(rest) - 2} more" if len(rest) > 2 else ""
        above.append(f"UNKNOWN: hosts that only settings name, in {', '.join(rest[:2])}{more}")
    if named:
        above.append(
            f"UNKNOWN: {named} more hosts are named in its code; whether it calls them was not seen."
        )
    if {"postgres", "mysql", "mongodb", "redis"} & set(prototype.stack.data):
        above.append("Add the hosts of its databases when they are not on this machine.")
    draft.note("egress", *above)
    for host, path in list(hosts.items())[:_SHOWN]:
        draft.note(f"egress.allow.{host}", beside=path)


def _routes(draft: _Draft, prototype: Prototype, entries: tuple[EntryPoint, ...]) -> None:
    special, unsaid = special_routes(entries)
    found = [*special, *socket_routes(prototype, entries), *static_routes(prototype)]
    lines = list(within(in_order(_once(found)), draft.policy.limits.body))
    above = [*counted(entries), *open_lines(entries)]
    layer = guarded_pages(prototype)
    if layer:
        above.append(f"{layer} looks at each page before it is sent.")
    above += [f"UNKNOWN: {line}" for line in unsaid]
    draft.take(routes=[line.route for line in lines])
    draft.note("routes", *above)
    said: set[Kind] = set()
    for line in lines:
        heading = () if line.kind in said else (HEADINGS[line.kind],)
        said.add(line.kind)
        draft.note(f"routes.{way_of(line.route)}", *heading, beside=line.remark)
        if line.route.need.who is Who.NOBODY:
            draft.undecided.append(f"{line.route.path} is closed: {line.why}")
    opened = [entry for entry in entries if is_open(entry)]
    if opened:
        draft.undecided.append(
            f"open to anybody, and should not be: {opened[0].address}"
            + (f" and {len(opened) - 1} more" if len(opened) > 1 else "")
        )


def _once(lines: list[Line]) -> Iterator[Line]:
    seen: set[str] = set()
    for line in lines:
        if way_of(line.route) not in seen:
            seen.add(way_of(line.route))
            yield line
