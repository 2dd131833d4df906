"""The rule model: stated grounds for building anew, and how signals become verdicts. Read it as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import Component, Ground, Overall, Verdict

PRIOR = 0.2
"""The probability that building anew is right before anything is measured: to refactor is the default."""

PER_POINT = 0.45
"""What one point of weight adds to the logarithm of the odds: with all signals at one side, 1:250."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A ground to do more than harden: it holds where each of the signals leans at least so.

    `component` is None for one about the whole; `verdict` what it asks for.
    """

    name: str
    component: Component | None
    needs: Mapping[str, float]
    says: str
    verdict: Verdict = Verdict.REBUILD


HEAD = "head-does-not-run"
RULES: tuple[Rule, ...] = (
    Rule(
        HEAD,
        None,
        {"runnable-head": 0.5},
        "What is committed does not hang together: there is nothing that could be hardened",
    ),
    Rule(
        "nobody-can-explain",
        None,
        {"explained": 1.0, "schema-in-repository": 0.3},
        "Nobody can explain it, and its data model is not in the repository either",
    ),
    Rule(
        "mostly-dead",
        None,
        {"dead-code": 0.7, "schema-in-repository": 0.3},
        "Most of its code is reached by nothing, and its data model is not in the repository",
    ),
    Rule(
        "schema-lost",
        Component.DATA_MODEL,
        {"schema-in-repository": 0.6},
        "Most tables in use are defined nowhere in the repository: nobody can make the database again",
    ),
    Rule(
        "migrations-do-not-replay",
        Component.DATA_MODEL,
        {"schema-replays": 0.6},
        "The migrations do not make the database that the code expects",
    ),
    Rule(
        "nothing-is-kept",
        Component.DATA_MODEL,
        {"persistence": 1.0},
        "It takes data in and keeps it nowhere",
    ),
    Rule(
        "rival-schemas",
        Component.DATA_MODEL,
        {"rival-definitions": 0.3},
        "Several places create the same tables differently: one history of migrations has to replace them",
        Verdict.REFACTOR,
    ),
    Rule(
        "schema-scattered",
        Component.DATA_MODEL,
        {"schema-history": 0.5},
        "No one place makes the tables in use: one history of migrations has to be written",
        Verdict.REFACTOR,
    ),
    Rule(
        "schema-behind",
        Component.DATA_MODEL,
        {"schema-history": 0.01},
        "Tables in use are not in the migrations",
        Verdict.HARDEN,
    ),
    Rule(
        "tables-too-wide",
        Component.DATA_MODEL,
        {"table-width": 0.5},
        "Tables hold several things at once",
        Verdict.REFACTOR,
    ),
    Rule(
        "open-by-design",
        Component.API,
        {"guarded-entry-points": 0.6},
        "Most entry points act for whoever calls: what is missing is a boundary, not a check",
    ),
    Rule(
        "many-open-entry-points",
        Component.API,
        {"guarded-entry-points": 0.0},
        "A third of the entry points act for callers they do not check: they need one common guard",
        Verdict.REFACTOR,
    ),
    Rule(
        "long-server-files",
        Component.API,
        {"long-modules": 0.6},
        "Most of the server lies in files too long to be changed with confidence, which no test reaches",
        Verdict.REFACTOR,
    ),
    Rule(
        "browser-decides-money",
        Component.API,
        {"client-asserted-money": 0.3, "schema-in-repository": 0.6},
        "The browser decides about money, and no table in the repository says what was owed",
    ),
    Rule(
        "money-in-several-places",
        Component.API,
        {"client-asserted-money": 0.6},
        "The browser decides about money in several places: prices and payments need one place",
        Verdict.REFACTOR,
    ),
    Rule(
        "rights-are-claimed",
        Component.AUTH,
        {"client-asserted-roles": 0.5, "security-debt": 0.0},
        "People give themselves rights in several ways, and the debt behind it is structural",
    ),
    Rule(
        "rights-in-several-places",
        Component.AUTH,
        {"client-asserted-roles": 0.5},
        "People give themselves rights in several ways: who may do what needs one place",
        Verdict.REFACTOR,
    ),
    Rule(
        "no-layers",
        Component.FRONTEND,
        {"layering": 0.2},
        "Most screens with data ask the database themselves: rules and screens cannot be told apart",
        Verdict.REFACTOR,
    ),
    Rule(
        "long-screen-files",
        Component.FRONTEND,
        {"long-screens": 0.3},
        "Much of the frontend lies in files too long to be changed with confidence, which no test reaches",
        Verdict.REFACTOR,
    ),
    Rule(
        "boundary-is-wrong",
        Component.AUTH,
        {"security-debt": 0.6},
        "Most of what blocks the launch is structural: the trust boundary itself is wrong",
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of one part before it is judged: is it there, what blocks in it, what is open, and
    how many answers found it sound. Where there is none, nothing was seen that could be kept."""

    component: Component
    present: bool
    blocking: int
    open: int
    sound: int = 1


def grounds(signals: Iterable[Signal]) -> tuple[Ground, ...]:
    """The rules that hold. A signal that is not known supports no ground."""
    known = {s.name: s for s in signals if s.lean is not None}
    return tuple(
        Ground(
            rule.name, rule.says, rule.component, tuple(known[n] for n in rule.needs), rule.verdict
        )
        for rule in RULES
        if all(n in known and (known[n].lean or 0.0) >= least for n, least in rule.needs.items())
    )


def probability(signals: Iterable[Signal]) -> float:
    """The balance of all signals as the probability that building anew is right."""
    odds = math.log(PRIOR / (1 - PRIOR)) + PER_POINT * sum(s.points for s in signals)
    return round(1 / (1 + math.exp(-odds)), 2)


def verdict(part: Part, held: Sequence[Ground]) -> Verdict:
    """What becomes of a part. Where what is committed does not run, a part of which nothing is known to
    be sound leaves nothing to harden."""
    if not part.present:
        return Verdict.ABSENT
    if not part.sound and any(ground.name == HEAD for ground in held):
        return Verdict.REBUILD
    asked = {ground.verdict for ground in held if ground.component is part.component}
    for found in (Verdict.REBUILD, Verdict.REFACTOR, Verdict.HARDEN):
        if found in asked:
            return found
    return Verdict.KEEP if part.sound and not part.open else Verdict.HARDEN


def overall(
    verdicts: Mapping[Component, Verdict], signals: Sequence[Signal], held: Sequence[Ground]
) -> Overall:
    """What becomes of the whole: rebuilt on stated grounds alone, and where the signals together do not
    speak against it."""
    rebuilt = {c for c, v in verdicts.items() if v is Verdict.REBUILD}
    whole = any(ground.component is None for ground in held)
    borne = sum(signal.points for signal in signals) >= 0
    load_bearing = Component.DATA_MODEL in rebuilt and len(rebuilt) > 1
    if (whole or load_bearing) and borne:
        return Overall.REBUILD
    if rebuilt or whole or Verdict.REFACTOR in verdicts.values():
        return Overall.REFACTOR
    return Overall.HARDEN
