"""What the attacks showed, for a person: each family in a line, and all that did not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.sidecar.check.proof import Proof

_FAMILIES = {
    "transport": "encryption and redirect",
    "headers": "security headers",
    "framing": "frames of other sites",
    "cors": "scripts of other sites",
    "csrf": "forms of other sites",
    "identity": "forged identity headers",
    "tokens": "wrong tokens",
    "logins": "forged sessions",
    "roles": "rights of others",
    "keys": "wrong API keys",
    "anonymous": "strangers at closed routes",
    "paths": "odd spellings of paths",
    "hosts": "foreign host names",
    "smuggling": "smuggled requests",
    "size": "oversized requests",
    "slow": "slow callers and answers",
    "http2": "odd HTTP/2",
    "http3": "HTTP/3",
    "repeats": "repeated requests",
    "streams": "WebSockets and events",
    "exposure": "doors beside the proxy",
    "rates": "too many requests",
    "pausing": "maintenance",
}
_WORDS = {
    Verdict.HELD: "held",
    Verdict.BROKEN: "BROKEN",
    Verdict.UNKNOWN: "not known",
    Verdict.NOT_APPLICABLE: "does not apply",
}


def text(proof: Proof, *, every: bool = False) -> str:
    """The whole, in lines; with `every` each attack."""
    return "\n".join(_lines(proof, every)) + "\n"


def document(proof: Proof) -> dict[str, Any]:
    """The evidence as it was written, with where it is and why it does not count, if so."""
    written: dict[str, Any] = msgspec.to_builtins(proof.evidence)
    return {
        **written,
        "file": str(proof.file),
        "counts": not proof.why_not,
        "why_not": proof.why_not,
    }


def _lines(proof: Proof, every: bool) -> Iterator[str]:
    attacks = proof.evidence.attacks
    yield _sum(attacks)
    yield ""
    for family, name in _FAMILIES.items():
        own = [a for a in attacks if a.family == family]
        if own:
            yield f"  {name:<28} {_counts(own)}"
    for verdict in (Verdict.BROKEN, Verdict.UNKNOWN):
        chosen = [a for a in attacks if a.verdict is verdict]
        if chosen:
            yield ""
            yield f"{_WORDS[verdict].capitalize() if verdict is Verdict.UNKNOWN else 'BROKEN'}:"
            for attack in chosen:
                yield from _shown(attack)
    if every:
        yield ""
        yield "All of them:"
        for attack in attacks:
            if attack.verdict in (Verdict.HELD, Verdict.NOT_APPLICABLE):
                yield from _shown(attack)
    yield ""
    yield f"Written to {proof.file}."
    if proof.why_not:
        yield f"assess does not count it: {proof.why_not}."


def _sum(attacks: tuple[Attack, ...]) -> str:
    total = Counter(a.verdict for a in attacks)
    parts = [f"{total[v]} {_WORDS[v]}" for v in _WORDS if total[v]]
    return f"{len(attacks)} attacks: {', '.join(parts)}"


def _counts(attacks: list[Attack]) -> str:
    total = Counter(a.verdict for a in attacks)
    if set(total) == {Verdict.HELD}:
        return f"{total[Verdict.HELD]} held"
    return ", ".join(f"{total[v]} {_WORDS[v]}" for v in _WORDS if total[v])


def _shown(attack: Attack) -> Iterator[str]:
    at = f" at {attack.subject}" if attack.subject else ""
    where = "" if attack.where == "twin" else " (the running proxy)"
    yield f"  {attack.id}{at}{where}: {attack.tries}"
    yield f"    {_WORDS[attack.verdict]}: {attack.reason}"
    if attack.verdict is Verdict.BROKEN:
        yield f"    safe would be: {attack.safe}"
    for line in attack.seen[:3]:
        yield f"    {line.sent}  →  {line.got}"
