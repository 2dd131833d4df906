"""Decision records: the verdict, the path and the architecture, each on a page that can be discussed."""

from __future__ import annotations

from collections.abc import Iterable

from shipworthy.decide import Decision
from shipworthy.decide.signal import Direction, Signal
from shipworthy.decide.verdict import Flip, Verdict
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import Draft, listed, page, table

_PLACES = 3  # of the evidence of a signal
_FLIPS = 8


def decision_records(decision: Decision, owner: str) -> tuple[Draft, ...]:
    """Three records in the form that architects use: context, decision, consequences, alternatives."""
    return (
        Draft(
            "decisions/0001-verdict.md", "Decision: what becomes of it", _verdict(decision, owner)
        ),
        Draft("decisions/0002-path.md", "Decision: the path to production", _path(decision, owner)),
        Draft(
            "decisions/0003-architecture.md", "Decision: the architecture", _tier(decision, owner)
        ),
    )


def _verdict(decision: Decision, owner: str) -> str:
    parts = [
        (escaped(c.component.value), f"**{c.verdict.value}**", escaped(c.why))
        for c in decision.components
        if c.verdict is not Verdict.ABSENT
    ]
    unknown = [f"- {escaped(s.title)}: {escaped(s.reason)}" for s in decision.unknown]
    return page(
        f"1. {decision.overall.value.capitalize()}",
        _status(decision, owner),
        ["## Context", ""],
        table(("signal", "measured", "speaks for", "seen"), map(_signal, _known(decision))),
        ["Not known, which lowers the confidence:", "", *(unknown or ["- nothing"]), ""],
        [
            "## Decision",
            "",
            f"**{decision.overall.value.capitalize()}.** {escaped(decision.why)}",
            "",
        ],
        table(("part", "verdict", "why"), parts),
        [f"Confidence: {decision.confidence:.0%}.", ""],
        ["## What would change it", "", *_flips(decision.flips), ""],
        ["## Consequences", "", *_consequences(decision), ""],
    )


def _path(decision: Decision, owner: str) -> str:
    choice = decision.path
    lead = choice.lead.value if choice.lead else "none yet"
    lines = []
    for option in choice.options:
        state = "chosen" if option.path in choice.sequence else "not chosen"
        lines += [f"### {option.path.value} ({state}, {option.points:+g})", ""]
        lines += [f"- {reason.points:+g}: {escaped(reason.says)}" for reason in option.reasons]
        lines += [f"- cannot be walked: {escaped(option.barred)}"] if option.barred else []
        lines += [] if option.reasons or option.barred else ["- nothing speaks for it"]
        lines.append("")
    answers = decision.answers
    aims = listed((a.value for a in answers.aims or ()), "not answered")
    return page(
        f"2. The path: {lead}",
        _status(decision, owner),
        ["## Context", "", f"What the owners optimise for: {aims}.", ""],
        ["## Decision", "", escaped(choice.sentence), ""],
        ["## The options, with what speaks for and against each", "", *lines],
    )


def _tier(decision: Decision, owner: str) -> str:
    tier = decision.tier
    premature = [f"- {escaped(part)}" for part in tier.premature]
    users = decision.answers.users
    expected = "not answered" if users is None else f"{users:,} within a year"
    return page(
        f"3. {tier.tier.value.capitalize()}",
        _status(decision, owner),
        ["## Context", "", f"Users expected: {expected}.", ""],
        ["## Decision", "", escaped(tier.why), "", *(f"- {escaped(p)}" for p in tier.parts), ""],
        ["## There already, and not needed yet", "", *(premature or ["- nothing was seen"]), ""],
    )


def _status(decision: Decision, owner: str) -> list[str]:
    """A machine proposes; only the owner's entry in the register decides."""
    today = decision.assessment.prototype.settings.today
    who = escaped(owner) if owner else "nobody is named yet: shipworthy register init"
    return [
        f"- Status: **proposed** by shipworthy on {today}; accepted when the owner says so",
        f"- Owner: {who}",
        f"- Rests on the decision {code(decision.digest[:16])}; the same input gives the same decision",
        "",
    ]


def _known(decision: Decision) -> list[Signal]:
    known = [s for s in decision.signals if s.known and s.direction is not Direction.NEITHER]
    return sorted(known, key=lambda s: -abs(s.points))


def _signal(signal: Signal) -> tuple[str, ...]:
    places = dict.fromkeys(str(e.location) for e in signal.evidence if e.location)
    seen = ", ".join(code(place) for place in list(places)[:_PLACES]) or escaped(signal.source)
    return escaped(signal.title), escaped(signal.value), signal.direction.value, seen


def _flips(flips: Iterable[Flip]) -> list[str]:
    lines = [
        f"- {escaped(f.seen)}: {f.overall.value}"
        + "".join(f"; {c.value}: {v.value}" for c, v in f.changed)
        for f in list(flips)[:_FLIPS]
    ]
    return lines or ["No single signal, seen the other way round, would."]


def _consequences(decision: Decision) -> list[str]:
    hours, weeks = decision.estimate.hours, decision.estimate.weeks
    return [
        f"- {len(decision.plan.tasks)} tasks, {hours.p10:,.0f} to {hours.p90:,.0f} person-hours (half of the "
        f"cases below {hours.p50:,.0f}), {weeks.p10:.0f} to {weeks.p90:.0f} weeks.",
        *(f"- {escaped(warning)}" for warning in decision.estimate.warnings),
        *(f"- Contradiction: {escaped(text)}" for text in decision.contradictions),
    ]
