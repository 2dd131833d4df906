"""Which statement of a history defines which object, told from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from shipworthy.database.names import NAME, QUALIFIED, parts, qualified, quoted, quoted_part
from shipworthy.database.replay.access import Rule, access_of
from shipworthy.database.schema import Source
from shipworthy.database.statements import Statement
from shipworthy.regex import regex


class Thing(StrEnum):
    """The kinds of object that can be missing."""

    RELATION = "table"
    COLUMN = "column"
    FUNCTION = "function"
    TYPE = "type"
    SCHEMA = "schema"
    ROLE = "role"
    EXTENSION = "extension"
    USER = "auth user"


class Placed(Struct, frozen=True):
    """A statement with its file's position in the history and its origin."""

    statement: Statement
    order: int  # of its file; loose files come after all migrations
    source: Source


class Definition(Struct, frozen=True):
    """A statement that would make an object. `text` is what to run for it."""

    placed: Placed
    text: str
    whole: bool = True  # the whole statement, not a column of it


class Definitions:
    """An index from objects to the statements that define them, in the order of the history."""

    def __init__(self, placed: Sequence[Placed], loose: Sequence[Placed] = ()) -> None:
        self._about: dict[str, list[Placed]] = {}
        for one in loose:
            for table in _tables_of(one.statement):
                self._about.setdefault(table, []).append(one)
        self._by_name: dict[tuple[Thing, str], list[Definition]] = {}
        for one in placed:
            for thing, name, text in _defined(one.statement):
                definition = Definition(one, text, text == one.statement.runnable)
                self._by_name.setdefault((thing, name), []).append(definition)

    def of(self, thing: Thing, name: str) -> Sequence[Definition]:
        """What defines an object. A name is "schema.name", or "schema.table.column" for a column."""
        return self._by_name.get((thing, name), ())

    def about(self, table: str) -> Sequence[Placed]:
        """The statements of loose scripts that alter a table or rule on access to it."""
        return self._about.get(table, ())


_CREATES = tuple(
    (thing, regex(pattern, re.IGNORECASE))
    for thing, pattern in (
        (
            Thing.RELATION,
            r"create\s+(?:or\s+replace\s+)?(?:unlogged\s+|foreign\s+|recursive\s+|materialized\s+)?"
            rf"(?:table|view|sequence)\s+(?:if\s+not\s+exists\s+)?({QUALIFIED})",
        ),
        (
            Thing.FUNCTION,
            rf"create\s+(?:or\s+replace\s+)?(?:function|procedure|aggregate)\s+({QUALIFIED})",
        ),
        (Thing.TYPE, rf"create\s+(?:type|domain)\s+({QUALIFIED})"),
        (Thing.SCHEMA, rf"create\s+schema\s+(?:if\s+not\s+exists\s+)?({NAME})"),
        (Thing.ROLE, rf"create\s+(?:role|user)\s+({NAME})"),
    )
)
_ALTER_TABLE = regex(
    rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?({QUALIFIED})\s", re.IGNORECASE
)
_ADD_COLUMN = regex(
    rf"\badd\s+(?:column\s+(?:if\s+not\s+exists\s+)?)?({NAME})\s+{NAME}", re.IGNORECASE
)
_NOT_A_COLUMN = frozenset(
    "constraint primary foreign unique check exclude like index key column value if not".split()
)
_DO = regex(r"do\b", re.IGNORECASE)
_BODY = regex(rf"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?{QUALIFIED}\s*\(", re.I)
_EDGE = regex(r"""'[^']*+(?:''[^']*+)*'(?!')|"[^"]*"|--[^\n]*|[(),]""")
_MOST = 200_000  # characters of a statement that are looked through
_ACTIONS = 1000  # characters of an ALTER TABLE in a block


def _tables_of(statement: Statement) -> set[str]:
    """The tables whose columns, rules or triggers a statement changes."""
    tables = {a.target for a in access_of(statement) if not a.function and a.rule is not Rule.DROP}
    if found := _ALTER_TABLE.match(statement.code):
        tables.add(qualified(found[1]))
    return tables


def _defined(statement: Statement) -> Iterator[tuple[Thing, str, str]]:
    """What a statement defines, with the text that defines it."""
    if _DO.match(statement.code):
        yield from _defined_in_block(statement)
        return
    for thing, pattern in _CREATES:
        if found := pattern.match(statement.code):
            name = (
                ".".join(parts(found[1]))
                if thing in (Thing.SCHEMA, Thing.ROLE)
                else qualified(found[1])
            )
            yield thing, name, statement.runnable
            if thing is Thing.RELATION:
                yield from _columns_of(name, statement)
            return
    if found := _ALTER_TABLE.match(statement.code):
        table = qualified(found[1])
        for column in _ADD_COLUMN.finditer(statement.code[:_MOST], found.end()):
            name = parts(column[1])[0]
            if name not in _NOT_A_COLUMN:
                yield Thing.COLUMN, f"{table}.{name}", statement.runnable


def _defined_in_block(statement: Statement) -> Iterator[tuple[Thing, str, str]]:
    """What a DO block seems to define; the block as a whole is what makes it."""
    text = statement.text[:_MOST]
    for thing, pattern in _CREATES:
        for found in pattern.finditer(text):
            yield thing, qualified(found[1]), statement.runnable
    for found in _ALTER_TABLE.finditer(text):
        end = text.find(";", found.end(), found.end() + _ACTIONS)
        end = end if end >= 0 else found.end() + _ACTIONS
        for column in _ADD_COLUMN.finditer(text, found.end(), end):
            name = parts(column[1])[0]
            if name not in _NOT_A_COLUMN:
                yield Thing.COLUMN, f"{qualified(found[1])}.{name}", statement.runnable


def _columns_of(table: str, statement: Statement) -> Iterator[tuple[Thing, str, str]]:
    """The columns in the body of a CREATE TABLE, each as an ALTER TABLE that would add it."""
    text = statement.text[:_MOST]
    body = _BODY.match(text)
    if not body:
        return
    for part in _listed(text, body.end()):
        found = re.match(rf"\s*({NAME})\s", part)
        if found and (name := parts(found[1])[0]) not in _NOT_A_COLUMN:
            definition = part.strip()[len(found[1]) :]
            added = f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted_part(name)} {definition}"
            yield Thing.COLUMN, f"{table}.{name}", added


def _listed(text: str, start: int) -> Iterator[str]:
    """The parts of a list up to its closing parenthesis, comments left out."""
    depth, part, at = 0, [], start
    for edge in _EDGE.finditer(text, start):
        mark = edge[0]
        if mark.startswith("--"):
            part.append(text[at : edge.start()])
            at = edge.end()
        elif mark == "(":
            depth += 1
        elif (mark == "," and depth == 0) or (mark == ")" and depth == 0):
            yield "".join((*part, text[at : edge.start()]))
            if mark == ")":
                return
            part, at = [], edge.end()
        elif mark == ")":
            depth -= 1
