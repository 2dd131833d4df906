"""Which laws may have something to say: indications from the code, questions for people, dates as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from shipworthy.assess import Assessment
from shipworthy.intent.answers import Answers, Regulated
from shipworthy.prototype import Prototype
from shipworthy.report.lines import counted
from shipworthy.report.markdown import escaped
from shipworthy.report.records.draft import COUNSEL, Draft, listed, page, table
from shipworthy.report.records.law import Regime, as_of, regimes

_SHIPPED = frozenset(
    """@capacitor/core react-native expo electron @tauri-apps/api cordova @nativescript/core
    flutter""".split()
)
_VULNERABLE = (Regulated.CHILDREN, Regulated.HEALTH)
_ASK = "a person must say"


def screening(assessment: Assessment, answers: Answers) -> Draft:
    """One table per law: what the code indicates, and what only people know."""
    prototype = assessment.prototype
    seen = indications(prototype, answers)
    today = prototype.settings.today
    blocks = [_regime(regime, seen, today) for regime in regimes()]
    text = page(
        f"Which laws to ask about: {escaped(prototype.root.name)}",
        [
            f"{COUNSEL} “Indicated” means that the code shows something which the question is about; where",
            "nothing is shown, the answer is still open.",
            "",
        ],
        *blocks,
        [f"Dates and thresholds as of {as_of()}; laws change, and national law adds to them."],
    )
    return Draft("compliance/screening.md", "DPIA, AI Act, NIS 2 and CRA: what to ask", text)


def indications(prototype: Prototype, answers: Answers) -> Mapping[str, str]:
    """What speaks for a yes, by the name of the fact; facts that show nothing are left out."""
    return {name: said for name, said in _indications(prototype, answers) if said}


def _indications(prototype: Prototype, answers: Answers) -> Iterator[tuple[str, str]]:
    special = dict.fromkeys(d.category.value for d in prototype.personal_data if d.special)
    regulated = answers.regulated or ()
    if special:
        yield "special", f"columns or fields for {listed(special)}"
    elif regulated:
        yield "special", f"answered: {listed(r.value for r in regulated)}"
    tracked = dict.fromkeys(t.name for t in prototype.trackers)
    if tracked:
        yield "monitoring", f"trackers: {listed(tracked)}"
    named = [r.value for r in regulated if r in _VULNERABLE]
    if named:
        yield "vulnerable", f"answered: {listed(named)}"
    if answers.users is not None:
        yield "users", f"{answers.users:,} people are expected within a year: is that large?"
    if prototype.model_calls:
        yield "models", f"{counted(len(prototype.model_calls), 'call')} of a model"
    shipped = [d.name for d in prototype.dependencies.packages if d.name in _SHIPPED]
    if shipped:
        yield "shipped", f"packages for apps that are installed: {listed(shipped)}"


def _regime(regime: Regime, seen: Mapping[str, str], today: date) -> list[str]:
    rows = [
        (q.ask, f"indicated: {seen[q.fact]}" if q.fact in seen else _ASK) for q in regime.questions
    ]
    indicated = sum(q.fact in seen for q in regime.questions)
    dates = (f"{day}: {what} ({_when(day, today)})" for day, what in regime.dates)
    return [
        f"## {regime.title}",
        "",
        f"{regime.rule}. Indicated by the code or by answers: {indicated} of {len(rows)}; the others are",
        "open. **Ask counsel.**",
        "",
        *table(("question", "answer"), rows),
        *(f"- {line}" for line in dates),
        f"- Source: {regime.source}",
        "",
    ]


def _when(day: date, today: date) -> str:
    if day <= today:
        return "has begun"
    return f"in {counted((day - today).days, 'day')}"
