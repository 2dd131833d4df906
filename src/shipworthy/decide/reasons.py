"""What speaks for and against each path, from the answers of people and from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shipworthy.assess import Assessment
from shipworthy.decide.path import Path, Reason
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, Overall, Verdict
from shipworthy.intent.answers import Answers, Regulated
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.routes.route import RouteKind


@dataclass(frozen=True, slots=True)
class Known:
    """All that a path is chosen from."""

    assessment: Assessment
    answers: Answers
    signals: Mapping[str, Signal]
    verdicts: Mapping[Component, Verdict]
    overall: Overall
    today: date


SOON = timedelta(weeks=6)
_SEVERAL = 3  # prototypes from which on a common library pays
_REGULATED: Mapping[Regulated, float] = {
    Regulated.HEALTH: 3.0
}  # as if somebody had named it: GDPR Art. 9
_OTHERS = 2.0
_SURE, _HINT = 3, 2  # different fields that show a kind, and that hint at it
HARDLY = 0.1
"""The share of the queries below which the browser hardly asks the database itself."""
_MIXED = 0.3  # of the entry points
_KEYS = frozenset({"client-side-secret", "service-role-in-browser"})
_ROWS = frozenset("select insert update delete upsert rpc".split())
_STORES = frozenset(
    {"firebase/firestore", "firebase/firestore/lite", "firebase/database", "@base44/sdk"}
)
_MANAGED = frozenset({"supabase", "firebase", "base44"})
_WORKED_ON = (Verdict.REFACTOR, Verdict.REBUILD)


def reasons_for(path: Path, known: Known) -> Iterator[Reason]:
    """Each reason with its points, those against it below 0."""
    return _OF[path](known)


def in_browser(known: Known) -> float:
    """The share of all queries that the browser makes itself; 1 where it holds the client of a database
    whose queries are not read, as those of Firebase and Base44, or a key that only a server may hold."""
    prototype = known.assessment.prototype
    browser = prototype.modules.browser
    opened = (
        path
        for path, facts in prototype.facts.items()
        if any(i.specifier in _STORES and not i.type_only for i in facts.imports)
    )
    if _holds_keys(known) or any(path in browser for path in opened):
        return 1.0
    asked = [q.location.path in browser for q in prototype.queries if q.operation in _ROWS]
    return sum(asked) / len(asked) if asked else 0.0


def _holds_keys(known: Known) -> bool:
    return any(gap.control in _KEYS for gap in known.assessment.gaps)


def _sidecar(known: Known) -> Iterator[Reason]:
    yield from _hurry(known, 2.0, "the launch is due on {}, in less than six weeks")
    if known.overall is Overall.HARDEN:
        yield Reason(2.5, "the code can stay as it is")
    elif known.overall is Overall.REBUILD:
        yield Reason(-2.0, "what is inside is to be replaced")
    if known.verdicts[Component.AUTH] is Verdict.REBUILD:
        yield Reason(-1.0, "rights are decided inside, where nothing around it can see them")


def _data_plane(known: Known) -> Iterator[Reason]:
    said = known.answers.regulated
    if said:
        yield Reason(3.0, f"it holds regulated data: {', '.join(said)}")
    for found in known.assessment.prototype.regulated_data if said is None else ():
        most = _REGULATED.get(found.kind, _OTHERS)
        share = 1.0 if len(found.fields) >= _SURE else 0.5 if len(found.fields) >= _HINT else 0.0
        if share:
            shown = ", ".join(found.fields[:_SURE])
            yield Reason(most * share, f"fields tell of {found.kind} data ({shown})")
    leaking = {gap.control for gap in known.assessment.gaps} & {
        "personal-data-to-model",
        "processor-outside-region",
    }
    if leaking:
        yield Reason(0.5, f"personal data leaves it: {', '.join(sorted(leaking))}")
    if said == ():
        yield Reason(-1.0, "it holds no regulated data")


def _serverless(known: Known) -> Iterator[Reason]:
    prototype = known.assessment.prototype
    if _MANAGED.intersection(prototype.stack.data):
        yield Reason(1.0, "its backend is a managed one already")
    if any(route.kind is RouteKind.EDGE_FUNCTION for route in prototype.routes):
        yield Reason(0.5, "part of it runs in functions")
    share = in_browser(known)
    if share >= HARDLY:
        yield Reason(round(2.5 * share, 1), f"the browser makes {share:.0%} of the queries")
    if _holds_keys(known):
        yield Reason(1.0, "the browser holds keys that only a server may hold")
    decided = (known.signals.get(n) for n in ("client-asserted-money", "client-asserted-roles"))
    if any(s is not None and (s.lean or 0) > 0 for s in decided):
        yield Reason(1.0, "the browser decides what a trusted function should")
    if "python" in prototype.stack.languages and not prototype.stack.frameworks:
        yield Reason(-1.0, "there is no server that could be cut into functions")


def _hexagonal(known: Known) -> Iterator[Reason]:
    anew = known.overall in (Overall.REFACTOR, Overall.REBUILD)
    if anew:
        yield Reason(1.0, "its inside is worked on anyway")
        share = _mixed_entry_points(known)
        if share >= _MIXED:
            says = f"{share:.0%} of the entry points hold rules and queries in one place"
            yield Reason(round(1.5 * share, 1), says)
    if known.verdicts[Component.API] in _WORKED_ON:
        yield Reason(1.5, "the server is worked on, and its rules can be set apart with that")
    if known.verdicts[Component.FRONTEND] in _WORKED_ON:
        yield Reason(0.5, "screens, rules and data are mixed")
    if known.answers.team is not None and known.answers.team >= 2:
        yield Reason(1.0, f"a team of {known.answers.team:g} can own it")
    yield from _hurry(known, -2.0, "it is the slowest path, and {} is less than six weeks away")


def _mixed_entry_points(known: Known) -> float:
    """The share of the entry points whose own file asks the database, and need not: a function that is
    deployed by itself is one file by its nature."""
    handlers = known.assessment.prototype.handlers
    mixed = [
        h
        for h in handlers
        if h.route.kind is not RouteKind.EDGE_FUNCTION
        and any(e.path == h.location.path for e in h.effects_of(EffectKind.QUERY))
    ]
    return len(mixed) / len(handlers) if handlers else 0.0


def _design_system(known: Known) -> Iterator[Reason]:
    if (known.answers.prototypes or 0) >= _SEVERAL:
        yield Reason(2.0, f"{known.answers.prototypes} prototypes have to be served")


def _hurry(known: Known, points: float, says: str) -> Iterator[Reason]:
    deadline = known.answers.deadline
    if deadline is not None and deadline - known.today < SOON:
        yield Reason(points, says.format(deadline))


_OF = {
    Path.SIDECAR: _sidecar,
    Path.DATA_PLANE: _data_plane,
    Path.SERVERLESS: _serverless,
    Path.HEXAGONAL: _hexagonal,
    Path.DESIGN_SYSTEM: _design_system,
}
