"""What only a person can say before it is decided: aims, people, money, deadline, regulated data."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import fields, replace


class Aim(StrEnum):
    """What the owners optimise for."""

    TIME_TO_MARKET = "time-to-market"
    OWNERSHIP = "ownership"  # a platform that lasts, in the hands of the team
    UNCERTAIN_DEMAND = "uncertain-demand"  # ten users or a hundred thousand
    CONSISTENCY = "consistency"  # many prototypes that must look and work alike
    REGULATED_DATA = "regulated-data"


class Regulated(StrEnum):
    """A kind of data that law or contract puts under rules of its own."""

    HEALTH = "health"
    FINANCE = "finance"
    PAYMENT_CARDS = "payment-cards"
    CHILDREN = "children"
    IDENTITY = "identity"  # passports, social security numbers, biometrics
    LEGAL = "legal"
    PUBLIC_SECTOR = "public-sector"
    OTHER = "other"


class Explained(Struct, frozen=True):
    """Who can explain how the prototype works, since when, and where the walk-through is recorded.

    `by` is empty where nobody can. `record` is empty where nothing was recorded: then it is a claim.
    """

    by: str
    on: date | None = None
    record: str = ""


class Answers(Struct, frozen=True):
    """The answers of a person; None where a question was not answered, which is never guessed."""

    aims: tuple[Aim, ...] | None = None
    users: int | None = None  # expected within a year
    live: bool | None = None  # somebody depends on it today
    deadline: date | None = None
    team: float | None = None  # full-time people who work on it
    explained: Explained | None = None
    regulated: tuple[Regulated, ...] | None = None  # () : none
    prototypes: int | None = None  # that have to be served the same way
    budget: float | None = None  # in the currency, for the way to production
    prototype_cost: float | None = None  # in the currency, spent so far
    day_rate: float | None = None  # in the currency, for eight hours of a person
    currency: str | None = None  # "EUR"

    def without(self, names: frozenset[str]) -> Answers:
        """The answers but those of these names, which count as not given."""
        kept = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in names}
        return Answers(**kept)

    def over(self, other: Answers) -> Answers:
        """These answers, and where a question has none here, those of another."""
        return replace(other, **{name: getattr(self, name) for name in self.given})

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the questions that were answered."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)


NO_ANSWERS = Answers()
