"""Read the [decide] table: each key is one question, and a misspelt one is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from shipworthy.intent.answers import Aim, Answers, Explained, Regulated

Amount = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class ExplainedTable(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Who can explain it; `record` is a file of the prototype or an address."""

    by: Annotated[str, msgspec.Meta(min_length=1)]
    on: date
    record: str = ""


class DecideTable(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The answers as they are written. `explained = false` says that nobody can."""

    aims: list[Aim] | None = None
    users: Count | None = None
    live: bool | None = None
    deadline: date | None = None
    team: Amount | None = None
    explained: ExplainedTable | Literal[False] | None = None
    regulated: list[Regulated] | None = None
    prototypes: Annotated[int, msgspec.Meta(ge=1)] | None = None
    budget: Amount | None = None
    prototype_cost: Amount | None = None
    day_rate: Amount | None = None
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None


def answers_of(table: DecideTable) -> Answers:
    """The answers that a table gives."""
    return Answers(
        aims=None if table.aims is None else tuple(table.aims),
        users=table.users,
        live=table.live,
        deadline=table.deadline,
        team=table.team,
        explained=_explained(table.explained),
        regulated=None if table.regulated is None else tuple(table.regulated),
        prototypes=table.prototypes,
        budget=table.budget,
        prototype_cost=table.prototype_cost,
        day_rate=table.day_rate,
        currency=table.currency,
    )


def _explained(said: ExplainedTable | bool | None) -> Explained | None:
    if said is None:
        return None
    if isinstance(said, ExplainedTable):
        return Explained(said.by, said.on, said.record)
    return Explained("")
