"""How a replay went, statement by statement."""

from __future__ import annotations

from msgspec import Struct, field

from shipworthy.database.proof import Failure, Fate, Repair
from shipworthy.database.replay.definitions import Placed
from shipworthy.database.replay.session import Refusal
from shipworthy.finding import Location


class Ran(Struct, frozen=True):
    """What became of one statement."""

    placed: Placed
    fate: Fate
    refusal: Refusal | None = None
    invented: bool = False  # it needed a stub

    @property
    def location(self) -> Location:
        """Where it stands."""
        return self.placed.source.location or Location("", self.placed.statement.line)

    @property
    def failure(self) -> Failure:
        """As a report says it."""
        error = str(self.refusal) if self.refusal else ""
        return Failure(self.location, self.fate, self.placed.statement.summary, error)


class Course(Struct):
    """How a history went, statement by statement."""

    ran: list[Ran] = field(default_factory=list)
    lost: list[Ran] = field(default_factory=list)  # rules of loose scripts on tables that they made
    repairs: list[Repair] = field(default_factory=list)
    files: int = 0
    clean: int = 0
