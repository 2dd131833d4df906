"""Runs the files of a history in order, each in one transaction, as the platform does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipworthy.database.names import QUALIFIED, literal, qualified, quoted, quoted_part
from shipworthy.database.proof import Fate, Repair
from shipworthy.database.replay.course import Course, Ran
from shipworthy.database.replay.definitions import Placed
from shipworthy.database.replay.ledger import Ledger
from shipworthy.database.replay.missing import missing, subject
from shipworthy.database.replay.session import Refusal, Session
from shipworthy.database.replay.supply import Supplier
from shipworthy.database.schema import Source, Trust
from shipworthy.database.statements import Kind, Statement
from shipworthy.regex import regex

_REPAIRS_PER_FILE = 60
_REPAIRS = 1500
_ATTEMPTS = 25  # of one statement, each after another repair
_NEEDS_ROWS = ("23502", "23503", "23514")  # not null, foreign key, check
_RAISED = ("P0001", "P0002", "P0003")
_DUPLICATE = ("42701", "42710", "42723", "42P07", "42P06", "42712")
# Where a repair brought a table in its last form, what led up to that form does not fit.
_CLASHES = (*_DUPLICATE, "42703", "42704", "42P16")
_ENUM_VALUES = 20  # that are added for one file
_ENUM_VALUE = regex(r'^invalid input value for enum ([\w.]+): "(.*)"$')
_GUESSED = (Trust.GENERATED, Trust.STUB)
_SYNTAX = "42601"
_FUNCTION = regex(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_READ = regex(rf"\b(?:from|join|update|into)\s+({QUALIFIED})", re.IGNORECASE)
_LONGEST = 20_000  # characters of a function in which its tables are looked for
_COLUMN_THERE = regex(r'^column "(.+)" of relation ".+" already exists')
_NOT_RUN = (Kind.COPY, Kind.META, Kind.OUTSIDE)


class Runner:
    """Runs files one after the other; a file that fails leaves nothing and the next one follows."""

    def __init__(self, session: Session, ledger: Ledger, supplier: Supplier | None) -> None:
        self._session = session
        self._ledger = ledger
        self._supplier = supplier
        self._ahead: set[tuple[int, int]] = set()
        self._supplied: set[str] = set()
        self._repairs_left = _REPAIRS
        self.course = Course()

    def run_file(self, order: int, statements: Sequence[Placed]) -> None:
        """Run a file in one transaction; kept as a whole or not at all."""
        for _ in range(_ENUM_VALUES):
            ran = self._transact(order, statements)
            if not (ran and self._add_enum_value(ran[-1])):
                break
        self._account(ran, statements)

    def _transact(self, order: int, statements: Sequence[Placed]) -> list[Ran]:
        self._prepare(order)
        self._session.begin()
        ran: list[Ran] = []
        for placed in statements:
            ran.append(self._run(placed))
            if ran[-1].fate is Fate.FAILED:
                break
        failed = bool(ran) and ran[-1].fate is Fate.FAILED
        refused = self._session.end(keep=not failed)
        if refused is not None and not failed and ran:
            ran[-1] = Ran(ran[-1].placed, Fate.FAILED, refused)
        return ran

    def _add_enum_value(self, last: Ran) -> bool:
        """Add a value that scripts of unknown order use before they add it.

        It needs a transaction of its own: PostgreSQL allows no use in the one that adds it.
        """
        if last.fate is not Fate.FAILED or last.refusal is None or self._supplier is None:
            return False
        found = _ENUM_VALUE.match(last.refusal.message)
        if not found or last.placed.source.trust is not Trust.LOOSE:
            return False
        self._session.begin()
        number = self._ledger.number(Source(Trust.STUB))
        add = f"ALTER TYPE {quoted(found[1])} ADD VALUE IF NOT EXISTS {literal(found[2])}"
        added = self._session.run(number, add) is None
        self._session.end(keep=added)
        if added:
            target = f"value {found[2]} of type {found[1]}"
            self.course.repairs.append(Repair(target, "as a stub", last.location))
        return added

    def _prepare(self, order: int) -> None:
        if self._supplier is not None:
            self._supplier.order = order
            self._supplier.left = min(_REPAIRS_PER_FILE, self._repairs_left)
            self._supplier.made.clear()
            self._supplier.ahead.clear()
            self._supplier.lost.clear()

    def _run(self, placed: Placed) -> Ran:
        """Run a statement, mending what it lacks."""
        statement = placed.statement
        if statement.kind is Kind.TRANSACTION:
            return Ran(placed, Fate.APPLIED)  # the transaction of the file stands for it
        if statement.kind in _NOT_RUN:
            return Ran(placed, Fate.SKIPPED)
        number = self._ledger.number(placed.source)
        tried: set[object] = set()
        refusal: Refusal | None = None
        made = len(self._supplier.made) if self._supplier else 0
        for _ in range(_ATTEMPTS):
            refusal = self._session.run(number, statement.runnable)
            if refusal is None:
                return self._through(placed, made)
            if self._repairs_left <= 0 or self._supplier is None:
                break
            if self._replaces(number, placed, refusal):
                return Ran(placed, Fate.REPAIRED)
            lacking = missing(refusal, statement)
            if lacking is None or lacking in tried or _drops(statement):
                break
            tried.add(lacking)
            if not self._supplier.supply(lacking):
                break
        if self._unchecked(number, placed, refusal):
            return Ran(placed, Fate.REPAIRED, invented=True)
        return self._refused(placed, refusal or Refusal("", "too many repairs"))

    def _through(self, placed: Placed, made: int) -> Ran:
        new = self._supplier.made[made:] if self._supplier else []
        invented = any(one.trust is Trust.STUB for one in new)
        return Ran(placed, Fate.REPAIRED if new else Fate.APPLIED, None, invented)

    def _replaces(self, number: int, placed: Placed, refusal: Refusal | None) -> bool:
        """Run a statement that adds columns which a repair brought too early, in their place."""
        table = subject(placed.statement)
        with self._session.try_all() as attempt:
            for _ in range(_ATTEMPTS):
                found = _COLUMN_THERE.match(refusal.message) if refusal else None
                if found is None or not self._is_supplied(table, found[1]):
                    return False
                drop = f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted_part(found[1])}"
                if self._session.run(number, drop) is not None:
                    return False
                refusal = self._session.run(number, placed.statement.runnable)
                if refusal is None:
                    attempt.keep()
                    return True
        return False

    def _is_supplied(self, table: str, column: str = "") -> bool:
        """True for what a repair made, in this file or an earlier one."""
        if self._supplier is None:
            return False
        names = self._supplier.trusts
        return table in names or f"{table}.{column}" in names

    def _is_rebuilt(self, table: str) -> bool:
        """True for a table whose columns were guessed; it gets no verdict, whatever its rules are."""
        return self._supplier is not None and self._supplier.trusts.get(table) in _GUESSED

    def _unchecked(self, number: int, placed: Placed, refusal: Refusal | None) -> bool:
        """Make a function without a look at its body, which reads a table of guessed columns."""
        statement = placed.statement
        if refusal is None or refusal.code == _SYNTAX or not _FUNCTION.match(statement.code):
            return False
        read = {qualified(m[1]) for m in _READ.finditer(statement.text[:_LONGEST])}
        if not any(self._is_rebuilt(table) for table in read):
            return False
        with self._session.try_all() as attempt:
            self._session.run(number, "SET LOCAL check_function_bodies = off")
            if self._session.run(number, statement.runnable) is None:
                self._session.run(number, "SET LOCAL check_function_bodies = on")
                attempt.keep()
                return True
        return False

    def _refused(self, placed: Placed, refusal: Refusal) -> Ran:
        """The fate of a statement that nothing mends."""
        statement = placed.statement
        if refusal.code in _NEEDS_ROWS or (refusal.code in _RAISED and _about_rows(statement)):
            return Ran(placed, Fate.SKIPPED, refusal)
        if self._supplier is not None:
            if statement.kind is Kind.EXTENSION or _comments(statement):
                return Ran(placed, Fate.SKIPPED, refusal)
            if _drops(statement) and refusal.code in _ABSENT:
                return Ran(placed, Fate.REPAIRED)  # what it wants gone is gone
            if refusal.code in _DUPLICATE and self._was_ahead(placed):
                return Ran(placed, Fate.REPAIRED)
            table = subject(statement)
            guessed = self._is_rebuilt(table) and refusal.code[:2] in ("22", "23", "42")
            known = refusal.code in _CLASHES and self._is_supplied(table)
            if refusal.code != _SYNTAX and (guessed or known):
                return Ran(placed, Fate.SKIPPED, refusal, invented=True)
        return Ran(placed, Fate.FAILED, refusal)

    def _was_ahead(self, placed: Placed) -> bool:
        """True where a repair already ran this very statement."""
        key = (placed.order, placed.statement.line)
        return key in self._ahead or (self._supplier is not None and key in self._supplier.ahead)

    def _account(self, ran: list[Ran], statements: Sequence[Placed]) -> None:
        course = self.course
        failed = bool(ran) and ran[-1].fate is Fate.FAILED
        course.files += 1
        course.clean += not failed
        if not failed:
            course.ran += ran
            self._keep_repairs()
            return
        course.ran += (
            one if one.fate in (Fate.FAILED, Fate.SKIPPED) else Ran(one.placed, Fate.ROLLED_BACK)
            for one in ran
        )
        course.ran += (Ran(placed, Fate.ROLLED_BACK) for placed in statements[len(ran) :])

    def _keep_repairs(self) -> None:
        if self._supplier is not None:
            self.course.repairs += (one.repair for one in self._supplier.made)
            self._repairs_left -= len(self._supplier.made)
            self._supplier.supplied = self._supplier.trusts
            self.course.lost += (
                Ran(placed, Fate.FAILED if refusal else Fate.REPAIRED, refusal, not refusal)
                for placed, refusal in self._supplier.lost
            )
            self._ahead |= set(self._supplier.ahead)


_ABSENT = ("42P01", "42883", "42703", "42704", "3F000")


def _drops(statement: Statement) -> bool:
    words = statement.code[:200].lower().split()
    return words[:1] == ["drop"]


def _comments(statement: Statement) -> bool:
    return statement.code[:20].lower().split()[:1] == ["comment"]


def _about_rows(statement: Statement) -> bool:
    """True where what was raised can only be about rows that production has."""
    return statement.kind is Kind.DATA or statement.code[:10].lower().split()[:1] in (
        ["do"],
        ["select"],
    )
