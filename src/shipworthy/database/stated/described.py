"""Tables that no statement here makes: their columns as generated types tell them, or as they are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from shipworthy.database.attempts import Attempt, Rule, Verb
from shipworthy.database.generated_types import GeneratedTypes, TypedColumn, TypedTable, read_types
from shipworthy.database.history import History
from shipworthy.database.likely_types import type_of
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    Schema,
    Source,
    Table,
    Trust,
)
from shipworthy.database.stated.columns import SPELLED
from shipworthy.database.stated.compared import WORDS
from shipworthy.database.stated.functions import changes_unknown
from shipworthy.database.stated.named import named
from shipworthy.database.stated.words import texts
from shipworthy.finding import Location
from shipworthy.regex import regex


def described(schema: Schema, history: History) -> Schema:
    """The schema with what is known of tables that it speaks of and that nothing makes."""
    generated = history.generated
    stubs = (t for t in schema.tables.values() if t.source.trust is Trust.STUB)
    lacking = {t.qualified: t for t in stubs if t.schema in schema.exposed and t.kind == "table"}
    if not lacking and not (generated and changes_unknown(schema)):
        return schema
    types = read_types(generated.path, generated.text) if generated else GeneratedTypes("")
    told = {
        name: _told(table, types.tables[name], types)
        for name, table in lacking.items()
        if name in types.tables
    }
    # What generated types do not know may be gone; types that were written by hand may lack it.
    left = {n: t for n, t in lacking.items() if not types.tables or t.name in history.asked}
    left = {name: table for name, table in left.items() if name not in told}
    told |= named(schema, left, history.columns)
    enums = {**types.enums, **schema.enums} if told else schema.enums
    tables = {**schema.tables, **told}
    return replace(schema, tables=tables, enums=enums, typed=frozenset(types.tables))


def with_their_origin(attempts: Iterable[Attempt], schema: Schema) -> Iterator[Attempt]:
    """The attempts, with where the columns of a table stand that nothing makes."""
    for attempt in attempts:
        table = schema.tables.get(attempt.target)
        if table is None or attempt.verb not in (Verb.PROMOTE, Verb.JOIN):
            yield attempt
            continue
        origin = tuple(_origin(table))
        yield replace(attempt, rules=(*attempt.rules[:3], *origin)) if origin else attempt


def _origin(table: Table) -> Iterator[Rule]:
    told = _TOLD_BY.get(table.source.trust)
    if told:
        text = f"no migration makes {table.qualified}: its columns are those {told}"
        yield Rule(text, table.source)


_TOLD_BY = {Trust.GENERATED: "of the generated types", Trust.NAMED: "that are named here"}


def _told(stub: Table, typed: TypedTable, types: GeneratedTypes) -> Table:
    """A table as the types have it; what statements say of a column counts for more."""
    stated = {column.name: column for column in stub.columns}
    names = {column.name for column in typed.columns}
    unique = {r.columns for r in typed.references if r.single} | set(_referred_to(types, typed))
    known = {key.columns for key in stub.foreign_keys}
    return replace(
        stub,
        source=Source(Trust.GENERATED, Location(types.path, typed.line)),
        columns=(
            *(stated.get(c.name) or _column(stub, types, c) for c in typed.columns),
            *(c for c in stub.columns if c.name not in names),
        ),
        primary_key=stub.primary_key or (("id",) if "id" in names else ()),
        foreign_keys=(
            *stub.foreign_keys,
            *(
                ForeignKey(r.name, r.columns, f"{stub.schema}.{r.target}", r.target_columns, "")
                for r in typed.references
                if r.columns not in known
            ),
        ),
        indexes=(
            *stub.indexes,
            *(Index("", u, True, False, True, "btree", None, "") for u in sorted(unique)),
        ),
        checks=(*stub.checks, *(c for column in typed.columns for c in _choice(column))),
    )


def _column(stub: Table, types: GeneratedTypes, typed: TypedColumn) -> Column:
    kind = type_of(typed).replace('"', "")
    default = None
    if typed.optional and _DECIDED.search(typed.name):
        words = (*types.enums.get(typed.enum, ()), *_words(typed), *_asked(stub, typed.name))
        waits = next((f"'{word}'" for word in words if _WAITS.match(word)), None)
        default = "false" if kind == "boolean" else waits
    return Column(typed.name, SPELLED.get(kind, kind), typed.nullable, default)


def _asked(table: Table, column: str) -> list[str]:
    """The words that the rules of a table compare its column with."""
    compared = re.compile(rf"\b{re.escape(column)}\b\"?{WORDS}", re.IGNORECASE)
    rules = " ; ".join(text for policy in table.policies for text in expressions(policy))
    return [word for listed in compared.findall(rules) for word in texts(listed)]


_DECIDED = regex(r"(?:^|_)(?:status|state|approval|approved|verified|moderated|paid)$")
_WAITS = regex(r"^(?:pend|un_?paid|await|wait|submitted|requested|in_?review|under_?review|draft)")


def _words(column: TypedColumn) -> tuple[str, ...]:
    return () if column.enum else tuple(re.findall(r"[\"'](\w+)[\"']", column.type))


def _choice(column: TypedColumn) -> Iterator[Check]:
    """A type that lists its words, as the check that it stands for."""
    words = _words(column)
    if words:
        listed = ", ".join(f"'{word}'" for word in words)
        yield Check("", (column.name,), f"{column.name} in ({listed})")


def _referred_to(types: GeneratedTypes, table: TypedTable) -> Iterator[tuple[str, ...]]:
    """The columns that other tables refer to, which are unique for that."""
    for other in types.tables.values():
        for reference in other.references:
            if (other.schema, reference.target) == (table.schema, table.name):
                yield reference.target_columns
