"""Read the [decide] table: each key is one question, and a misspelt one is an error."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from shipworthy.errors import ShipworthyError
from shipworthy.intent.answers import Aim, Answers, Explained, Regulated

Amount = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10**10)]
_SMALLEST_TEAM = 0.05  # one morning in two weeks; below it weeks mean nothing


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

    def __post_init__(self) -> None:
        for name, said in (("aims", self.aims), ("regulated", self.regulated)):
            twice = [one for one, times in Counter(said or ()).items() if times > 1]
            if twice:
                raise ValueError(f"{name} says {twice[0]} twice")
        if self.team and self.team < _SMALLEST_TEAM:
            raise ValueError(f"team is below {_SMALLEST_TEAM}: who works on it?")


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


def read_answer(name: str, said: Any) -> Answers:
    """One answer as a person types it; lists are words with commas between.

    Raises ShipworthyError that says what the question takes.
    """
    value = said
    if name in ("aims", "regulated"):
        words = [word.strip().lower() for word in str(said).split(",")]
        value = [word for word in words if word and word != "none"]
    elif name == "explained" and not isinstance(said, dict):
        value = False
    elif name == "live":
        value = {"yes": True, "y": True, "no": False, "n": False}.get(str(said).lower(), said)
    elif name == "currency":
        value = str(said).upper()
    try:
        return answers_of(msgspec.convert({name: value}, DecideTable, strict=False))
    except msgspec.ValidationError as error:
        raise ShipworthyError(f"{name}: {said!r} is no answer: {in_words(str(error))}") from error


_WORDS = {
    "Expected `int": "a whole number is written in digits alone",
    "Expected `float": "an amount is written in digits, from 0 on, with a point before a fraction",
    "Expected `bool": "it is true or false",
    "Expected `date": "a day is written 2027-03-31",
    "Invalid RFC3339 encoded date": "a day is written 2027-03-31",
    "Expected `str` matching regex": "three capital letters, such as EUR",
}


def in_words(message: str) -> str:
    """Why a value of the [decide] table is none, for people who know no types; with the place, where the
    message has one."""
    says, at, place = message.partition(" - at ")
    found = next((words for begins, words in _WORDS.items() if says.startswith(begins)), says)
    if says.startswith("Invalid enum value"):
        kinds = Regulated if "regulated" in place else Aim
        found = f"{says.removeprefix('Invalid enum value ')} is none of {', '.join(kinds)}"
    if says.startswith("Object contains unknown field") and place == "`$.decide`":
        found = f"{says}; there are {', '.join(DecideTable.__struct_fields__)}"
    return found if place == f"`$.{_leaf(place)}`" else f"{found}{at}{place}"


def _leaf(place: str) -> str:
    """The last name of a place such as `$.decide.aims[0]`."""
    return place.strip("`").rpartition(".")[2]


def table_text(answers: Answers) -> str:
    """The answers as the [decide] table of shipworthy.toml."""
    lines = [f"{name} = {_toml(getattr(answers, name))}" for name in answers.given]
    return "\n".join(("[decide]", *lines)) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML writes it; a basic string of TOML is one of JSON."""
    if isinstance(value, Explained):
        if not value.by:
            return "false"
        said = {"by": value.by, "on": value.on, "record": value.record}
        inside = ", ".join(f"{key} = {_toml(part)}" for key, part in said.items() if part)
        return f"{{ {inside} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
