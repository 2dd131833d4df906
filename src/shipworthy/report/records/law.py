"""Dates, lists and questions of laws, read from data: what applies to whom is for counsel."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("law.toml")


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be answered. `fact` names what the code may show of it; empty: nothing."""

    ask: str
    fact: str


@dataclass(frozen=True, slots=True)
class Regime:
    """One law, as far as a screening needs it."""

    id: str
    title: str
    rule: str
    source: str
    dates: tuple[tuple[date, str], ...]
    questions: tuple[Question, ...]


@cache
def regimes() -> tuple[Regime, ...]:
    """All laws that are screened for."""
    return tuple(
        Regime(
            id=row["id"],
            title=row["title"],
            rule=row["rule"],
            source=row["source"],
            dates=tuple((d["day"], d["what"]) for d in row["dates"]),
            questions=tuple(Question(q["ask"], q["fact"]) for q in row["questions"]),
        )
        for row in _data()["regime"]
    )


def as_of() -> str:
    """The day on which the data was last looked through."""
    return str(_data()["as_of"])


def transfer_to(country: str) -> str:
    """What a transfer to a company there may rest on, as a question: nobody but a person knows."""
    transfer = _data()["transfer"]
    if country in transfer["eea"]:
        return "none is needed while the data stays in the EEA: does it?"
    if country in transfer["adequacy"]:
        return "an adequacy decision may cover it: does it cover this company?"
    if country in transfer["framework"]:
        return (
            "Data Privacy Framework: is the company on its list? Else standard contractual clauses"
        )
    if country == "?":
        return "where does the company sit?"
    return "standard contractual clauses with an assessment, or another basis of Chapter V?"


def transfer_source() -> str:
    """Where that comes from."""
    return str(_data()["transfer"]["source"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
