"""What would flip the decision: each signal is seen the other way round, and all is judged again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipworthy.decide.judging import NOTHING_HIDDEN, Hidden, Judgement, judge
from shipworthy.decide.rules import Part
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Flip
from shipworthy.intent.answers import Answers


def flips(
    signals: Sequence[Signal],
    parts: Sequence[Part],
    answers: Answers,
    judged: Judgement,
    hidden: Hidden = NOTHING_HIDDEN,
) -> tuple[Flip, ...]:
    """The signals that alone would change a verdict, those that change the whole first.

    A known signal is turned to the other side; an unknown one is tried on both.
    """
    found = [
        flip
        for signal in signals
        for flip in _flips_of(signal, signals, parts, answers, judged, hidden)
    ]
    return tuple(sorted(found, key=lambda f: f.overall is judged.overall))


def _flips_of(
    signal: Signal,
    signals: Sequence[Signal],
    parts: Sequence[Part],
    answers: Answers,
    judged: Judgement,
    hidden: Hidden,
) -> Iterator[Flip]:
    tried = (1.0, -1.0) if signal.lean is None else (-1.0 if signal.lean > 0 else 1.0,)
    for lean in tried:
        other = [s.leaning(lean) if s is signal else s for s in signals]
        again = judge(other, parts, answers, hidden)
        changed = tuple(
            (component, verdict)
            for component, verdict in again.verdicts.items()
            if verdict is not judged.verdicts[component]
        )
        if changed or again.overall is not judged.overall:
            yield Flip(signal, _SEEN[signal.name][lean > 0], again.overall, changed)


_SEEN: Mapping[str, tuple[str, str]] = {
    "schema-in-repository": (
        "if all tables in use were defined in the repository",
        "if most tables in use were defined nowhere in the repository",
    ),
    "schema-history": (
        "if one history of migrations made all tables in use",
        "if no one place made the tables in use",
    ),
    "schema-replays": (
        "if the migrations make the database (ask with --prove)",
        "if the migrations do not make the database (ask with --prove)",
    ),
    "table-width": ("if no table were wide", "if a table had more than a hundred columns"),
    "persistence": ("if what people enter were kept", "if nothing that people enter were kept"),
    "guarded-entry-points": (
        "if all entry points asked who calls",
        "if most entry points acted for callers they do not check",
    ),
    "client-asserted-money": (
        "if the server decided about money",
        "if the browser decided about money in several places",
    ),
    "client-asserted-roles": (
        "if nobody could give himself rights",
        "if people could give themselves rights in several ways",
    ),
    "security-debt": (
        "if the blocking gaps could all be patched",
        "if most blocking gaps were structural",
    ),
    "runnable-head": (
        "if all that is committed could be loaded",
        "if a tenth of the files could not be loaded",
    ),
    "tests": ("if tests held it", "if it had no tests"),
    "coverage": (
        "if tests covered most of the code",
        "if no test covered any of the code",
    ),
    "end-of-life": ("if all versions were maintained", "if it stood on versions without fixes"),
    "layering": (
        "if screens got their data through a layer",
        "if all screens asked the database themselves",
    ),
    "rival-definitions": (
        "if each table had one definition",
        "if most tables were created differently in several places",
    ),
    "long-screens": (
        "if the files of the frontend were short",
        "if most code of the frontend lay in long files",
    ),
    "long-modules": (
        "if the files of the server were short",
        "if most code of the server lay in long files",
    ),
    "dead-code": ("if all code were used", "if most code were reached by nothing"),
    "duplicates": ("if everything were said once", "if a third of the code were copies"),
    "hotspots": (
        "if change went where it is easy",
        "if change went mostly where it is hard",
    ),
    "machine-commits": ("if people had written it", "if tools had written all of it"),
    "explained": (
        "if somebody could explain it, in a recorded walk-through",
        "if nobody could explain it",
    ),
}
"""How each signal reads where it speaks for keeping, and where it speaks for building anew."""
