"""The access map: every server entry point, who gets in, what is checked, what it touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.tree import printable

_KNOWN = (Check.SESSION, Check.API_KEY, Check.SECRET, Check.SIGNATURE)
_WORDS = {
    Check.SESSION: "signed-in user",
    Check.API_KEY: "API key",
    Check.SECRET: "shared secret",
    Check.SIGNATURE: "signature",
    Check.UNCLEAR: "unclear",
    Check.PLATFORM: "anybody (public key)",
    Check.DECODED: "anybody (token not verified)",
}
_CHECKS = {
    Check.ROLE: "role",
    Check.OWNER: "owner",
    Check.RATE: "rate limit",
    Check.VALID: "input",
    Check.ALLOWED: "input",
}
_TOUCHES = {
    EffectKind.QUERY: "",
    EffectKind.STORAGE: "files of ",
    EffectKind.ACCOUNT: "accounts",
    EffectKind.SQL: "SQL text",
    EffectKind.COMMAND: "a command",
    EffectKind.CODE: "code",
    EffectKind.FILE: "files on disk",
    EffectKind.FETCH: "",
    EffectKind.EMAIL: "e-mail",
    EffectKind.MESSAGE: "messages",
    EffectKind.MODEL: "a model",
    EffectKind.PAYMENT: "payments",
    EffectKind.STATE: "shared state",
    EffectKind.ROOM: "rooms",
}
_READS = frozenset({"select", "read", "download", "sign", "get", "getUserById", "listUsers"})
ANYBODY = "anybody"
NOTHING = "nothing seen"


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One entry point on the map. `principals` has more than one word where some of what it does is
    reached by others; `bypasses` is True where row security does not hold it back."""

    entry: str
    kind: str
    framework: str
    location: Location
    principals: tuple[str, ...]
    checks: tuple[str, ...]
    reads: tuple[str, ...]
    changes: tuple[str, ...]
    bypasses: bool
    followed: bool
    gaps: tuple[str, ...]
    severity: Severity | None


def access_map(assessment: Assessment) -> tuple[AccessRow, ...]:
    """All server entry points, those with the worst gaps first; none where nobody asked about access
    in the code."""
    if not any(c.area == "access" and not c.needs_database for c in assessment.controls):
        return ()
    gaps: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        if finding.is_alarm:
            gaps.setdefault(finding.subject.partition(" ")[0], []).append(finding)
    rows = [_row(h, gaps.get(h.subject, ())) for h in assessment.prototype.handlers]
    return tuple(sorted(rows, key=_rank))


def _rank(row: AccessRow) -> tuple[int, bool, str, int]:
    worst = -row.severity.value if row.severity else 0
    return (worst, ANYBODY not in row.principals, row.location.path, row.location.line)


def _row(handler: Handler, gaps: Sequence[Finding]) -> AccessRow:
    touching = [effect for effect in handler.effects if effect.kind in _TOUCHES]
    reads = [e for e in touching if e.operation in _READS]
    changes = [e for e in touching if e.operation not in _READS]
    return AccessRow(
        entry=handler.name,
        kind=handler.route.kind.value,
        framework=handler.route.framework,
        location=handler.location,
        principals=_principals(touching),
        checks=_checks(touching),
        reads=_targets(reads),
        changes=_targets(changes),
        bypasses=any(e.client in ("service", "owner") for e in touching),
        followed=handler.whole,
        gaps=tuple(sorted({f.control for f in gaps})),
        severity=max((f.severity for f in gaps), key=lambda s: s.value, default=None),
    )


def _principals(touching: Sequence[Effect]) -> tuple[str, ...]:
    if not touching:
        return (NOTHING,)
    found = dict.fromkeys(_principal(effect) for effect in touching)
    if len(found) > 1 and ANYBODY in found:
        # What is looked up before the caller is known is how the caller becomes known.
        late = [e for e in touching if _principal(e) != ANYBODY]
        first = touching.index(late[0])
        if all(e.operation in _READS for e in touching[:first]) and all(
            _principal(e) != ANYBODY for e in touching[first:]
        ):
            del found[ANYBODY]
    return tuple(sorted(found))


def _principal(effect: Effect) -> str:
    checks = {guard.check for guard in effect.guards}
    for check in (*_KNOWN, Check.UNCLEAR, Check.PLATFORM, Check.DECODED):
        if check in checks:
            return _WORDS[check]
    return ANYBODY


def _checks(touching: Iterable[Effect]) -> tuple[str, ...]:
    found = {_CHECKS[g.check] for e in touching for g in e.guards if g.check in _CHECKS}
    if any(_is_scoped(effect) for effect in touching):
        found.add("owner")
    return tuple(sorted(found))


def _is_scoped(effect: Effect) -> bool:
    """True for a query that is tied to the caller by one of its filters."""
    return any(
        origin.kind == "principal" or any(by.kind == "principal" for by in origin.by)
        for _, origins in effect.of("filter:")
        for origin in origins
    )


def _targets(effects: Iterable[Effect]) -> tuple[str, ...]:
    named = (
        f"{_TOUCHES[e.kind]}{e.target if not _TOUCHES[e.kind] or e.kind is EffectKind.STORAGE else ''}"
        for e in effects
    )
    return tuple(dict.fromkeys(printable(name) for name in named if name))
