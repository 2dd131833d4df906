"""All signals of a prototype, measured from its assessment, its facts and its git history."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.assess import Assessment
from shipworthy.decide.signal import Signal
from shipworthy.decide.signals import code, coverage, data, history, people, running, trust
from shipworthy.intent.answers import Answers

Measure = Callable[[Assessment], Signal | None]

MEASURES: tuple[Measure, ...] = (
    data.schema_in_repository,
    data.schema_history,
    data.schema_replays,
    data.table_width,
    data.rival_definitions,
    data.persistence,
    trust.guarded_entry_points,
    trust.client_asserted_money,
    trust.client_asserted_roles,
    trust.security_debt,
    running.runnable_head,
    running.tests,
    coverage.coverage,
    running.end_of_life,
    code.layering,
    code.long_screens,
    code.long_modules,
    code.dead_code,
    code.duplicates,
    history.hotspots,
    people.machine_commits,
)


def measure(assessment: Assessment, answers: Answers) -> tuple[Signal, ...]:
    """Every signal that applies; one that cannot be measured says why."""
    found = (take(assessment) for take in MEASURES)
    known = tuple(signal for signal in found if signal is not None)
    return (*known, people.explained(assessment, answers))
