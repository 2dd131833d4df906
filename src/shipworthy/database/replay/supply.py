"""Supplies what a history lacks, from the most trusted source that has it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipworthy.database.generated_types import GeneratedTypes
from shipworthy.database.names import parts
from shipworthy.database.platform_schemas import PLATFORM_SCHEMAS
from shipworthy.database.proof import Repair
from shipworthy.database.replay.definitions import Definition, Definitions, Placed, Thing
from shipworthy.database.replay.ledger import Ledger
from shipworthy.database.replay.missing import Missing, missing
from shipworthy.database.replay.rebuilt import from_types, stub
from shipworthy.database.replay.session import Refusal, Session
from shipworthy.database.schema import Source, Trust
from shipworthy.database.statements import split
from shipworthy.finding import Location

_DEPTH = 6  # how far a definition may need others in turn
_COMPANIONS = 3000  # statements of loose scripts on tables that they made


class Candidate(Struct, frozen=True):
    """One way to make something: where from, how a report says it, and the statements."""

    source: Source
    how: str
    texts: tuple[str, ...]
    definition: Definition | None = None


class Made(Struct, frozen=True):
    """A repair, how far it is to be trusted, and what it was for."""

    repair: Repair
    trust: Trust
    lacking: Missing


class Supplier:
    """Makes missing objects inside the running transaction and remembers what it made."""

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        definitions: Definitions,
        types: GeneratedTypes | None,
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._definitions = definitions
        self._types = types
        self.supplied: dict[str, Trust] = {}  # what repairs made in earlier files
        self.order = 0  # of the file that is being replayed
        self.left = 0  # how many more repairs are allowed
        self.made: list[Made] = []
        # Rules on tables from loose scripts that did not go through; without a refusal, they needed a stub.
        self.lost: list[tuple[Placed, Refusal | None]] = []
        self.refusal: Refusal | None = None  # the last
        self._unruled: list[str] = []  # tables from loose scripts whose rules are still to be run
        self._companions_left = _COMPANIONS
        self.ahead: list[tuple[int, int]] = []  # (file, line) of statements of later files, now run

    @property
    def trusts(self) -> dict[str, Trust]:
        """How far everything is to be trusted that repairs made so far, by its name."""
        return self.supplied | {one.lacking.name: one.trust for one in self.made}

    def supply(self, lacking: Missing, depth: int = 0) -> bool:
        """Make it; False where nothing could. What a failed way made is taken back."""
        lacking = self._row_type(lacking)
        if depth > _DEPTH or _schema(lacking) in PLATFORM_SCHEMAS:
            return False
        for candidate in self._candidates(lacking):
            if self.left <= 0:
                return False
            self.left -= 1
            before = len(self.made), len(self.ahead), len(self._unruled)
            with self._session.try_all() as attempt:
                if self._run(candidate, lacking, depth):
                    attempt.keep()
                    self._remember(candidate, lacking)
                    break
            del self.made[before[0] :], self.ahead[before[1] :], self._unruled[before[2] :]
        else:
            return False
        if depth == 0:
            self._accompany()
        return True

    def _run(self, candidate: Candidate, lacking: Missing, depth: int) -> bool:
        return all(self._run_one(text, candidate, lacking, depth) for text in candidate.texts)

    def _run_one(self, text: str, candidate: Candidate, lacking: Missing, depth: int) -> bool:
        """Run one statement, supplying in turn what it needs."""
        number = self._ledger.number(candidate.source)
        tried: set[Missing] = {lacking}
        while refusal := self._session.run(number, text):
            statement = next(split(text), None)
            self.refusal = refusal
            needed = missing(refusal, statement) if statement else None
            if needed is None or needed in tried or not self.supply(needed, depth + 1):
                return False
            tried.add(needed)
        return True

    def _remember(self, candidate: Candidate, lacking: Missing) -> None:
        target = f"{lacking.thing.value} {lacking.name}"
        repair = Repair(target, candidate.how, candidate.source.location)
        self.made.append(Made(repair, candidate.source.trust, lacking))
        if candidate.source.trust is Trust.LOOSE and lacking.thing is Thing.RELATION:
            self._unruled.append(lacking.name)
        if candidate.definition is not None and candidate.definition.whole:
            placed = candidate.definition.placed
            self.ahead.append((placed.order, placed.statement.line))

    def _accompany(self) -> None:
        """After tables from loose scripts: what the scripts say of their columns and rules.

        Without its rules a table would look open to all.
        """
        while self._unruled and self._companions_left > 0:
            table = self._unruled.pop()
            for placed in self._definitions.about(table):
                self._companions_left -= 1
                companion = Candidate(placed.source, "", (placed.statement.runnable,))
                made = len(self.made)
                with self._session.try_all() as attempt:
                    if self._run(companion, Missing(Thing.RELATION, table), 1):
                        attempt.keep()
                        if any(one.trust is Trust.STUB for one in self.made[made:]):
                            self.lost.append((placed, None))
                    else:
                        del self.made[made:]
                        self.lost.append((placed, self.refusal))

    def _candidates(self, lacking: Missing) -> Iterator[Candidate]:
        """The ways to make it, most trusted first: later files, then earlier ones that were rolled
        back, then loose scripts, then the generated types, then a stub."""
        known = self._definitions.of(lacking.thing, lacking.name)
        later = [d for d in known if d.placed.order > self.order]
        earlier = [d for d in reversed(known) if d.placed.order <= self.order]
        for trust in (Trust.MIGRATION, Trust.LOOSE):
            for definition in (*later, *earlier):
                if definition.placed.source.trust is trust:
                    yield _from(definition, self.order)
        if self._types and (texts := from_types(self._types, lacking)):
            source = Source(Trust.GENERATED, _types_location(self._types, lacking))
            yield Candidate(source, "from the generated types", tuple(texts))
        if not self._known_to_lack(lacking):
            yield Candidate(Source(Trust.STUB), "as a stub", tuple(stub(lacking)))

    def _row_type(self, lacking: Missing) -> Missing:
        """The table instead of a type, where the type is that of its rows."""
        name = lacking.name
        if lacking.thing is not Thing.TYPE or self._definitions.of(Thing.TYPE, name):
            return lacking
        known = self._definitions.of(Thing.RELATION, name) or (
            self._types and name in self._types.tables
        )
        return Missing(Thing.RELATION, name) if known else lacking

    def _known_to_lack(self, lacking: Missing) -> bool:
        """True for a column of a table whose types are known and do not have it: a plain mistake."""
        table = lacking.name.rpartition(".")[0]
        return (
            lacking.thing is Thing.COLUMN
            and self._types is not None
            and table in self._types.tables
        )


def _from(definition: Definition, order: int) -> Candidate:
    placed = definition.placed
    location = placed.source.location
    path = location.path if location else ""
    if placed.source.trust is Trust.LOOSE:
        how = f"from {path}"
    elif placed.order > order:
        how = f"from a later migration, {path}"
    else:
        how = f"from a migration that failed, {path}"
    return Candidate(placed.source, how, (definition.text,), definition)


def _types_location(types: GeneratedTypes, lacking: Missing) -> Location:
    name = lacking.name.rpartition(".")[0] if lacking.thing is Thing.COLUMN else lacking.name
    table = types.tables.get(name)
    return Location(types.path, table.line if table else 1)


def _schema(lacking: Missing) -> str:
    if lacking.thing in (Thing.RELATION, Thing.COLUMN, Thing.FUNCTION, Thing.TYPE):
        return parts(lacking.name)[0] if "." in lacking.name else "public"
    return lacking.name if lacking.thing is Thing.SCHEMA else ""
