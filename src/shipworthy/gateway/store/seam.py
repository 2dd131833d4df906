"""What the gateway asks of a database: short transactions, one at a time, and whether others wrote meanwhile.

Statements are written once, for both databases: `?` for a value, `ON CONFLICT`, `RETURNING`, and in
schemas the words of `Types`. Rows are locked in the order of their primary key, so that two replicas never
wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from shipworthy.errors import ShipworthyError

PATIENCE = 2.0  # seconds that a call waits for a store that is locked or does not answer

T = TypeVar("T")


class BrokenStore(ShipworthyError):
    """The store cannot be opened, reached, read or written."""


class StoreBusy(BrokenStore):
    """Others have locked the store for longer than `PATIENCE`."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some tables that belong together. `steps` lead from nothing to the present schema, one by one."""

    name: str
    steps: tuple[str, ...]  # statements, parted by ";"
    watched: bool = False  # others must learn at once that something was written


@dataclass(frozen=True, slots=True)
class Types:
    """How a database calls the types of columns; `name` sorts by code point, `ending` closes a table."""

    integer: str
    real: str
    bytes: str
    name: str
    ending: str

    def statements(self, step: str) -> list[str]:
        """The statements of a step of a schema in the words of this database."""
        words = {field: getattr(self, field) for field in self.__slots__}
        return [s.strip() for s in step.format(**words).split(";") if s.strip()]


class Session(Protocol):
    """A transaction that is under way."""

    for_update: str  # what a SELECT ends with to lock its rows; "" where the transaction locks all

    def execute(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        ...

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for many rows."""
        ...


class Store(Protocol):
    """One part in one database. All raises BrokenStore, StoreBusy among it; then nothing was written."""

    def transaction(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once all that it wrote is kept. It may be called twice."""
        ...

    def rows(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT gives; it locks nothing, and nothing that others lock holds it up."""
        ...

    def version(self) -> object:
        """Another value than before where the part was written to since, by anybody but us."""
        ...

    async def soon(self, job: Callable[[], object]) -> None:
        """Run a job that uses this store without holding up the event loop; it begins after this call.

        Who asks for the same job while it is under way may share its next run.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def marks(number: int) -> str:
    """Places for so many values: `?, ?, ?`."""
    return ", ".join("?" * number)
