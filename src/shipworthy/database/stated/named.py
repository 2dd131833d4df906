"""Columns of tables that nothing describes, as rules, functions and queries name them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.likely_types import type_by_name
from shipworthy.database.names import qualified
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Schema, Source, Table, Trust
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.inserts import inserts
from shipworthy.database.stated.passing import owner_column
from shipworthy.database.stated.words import in_parentheses, without_comments
from shipworthy.regex import regex


def named(
    schema: Schema, lacking: Mapping[str, Table], in_code: Iterable[str]
) -> Mapping[str, Table]:
    """Those of the tables that have rules, with the columns that are named somewhere."""
    wanted = {name: table for name, table in lacking.items() if table.policies}
    if not wanted:
        return {}
    found = _found(schema, wanted, in_code)
    return {name: _with(table, found[name]) for name, table in wanted.items()}


def _found(
    schema: Schema, wanted: Mapping[str, Table], in_code: Iterable[str]
) -> Mapping[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for name, table in wanted.items():
        asked = (owner_column(text) for policy in table.policies for text in expressions(policy))
        found[name] |= dict.fromkeys(filter(None, asked))
    rules = [t for table in schema.tables.values() for p in table.policies for t in expressions(p)]
    bodies = [(without_comments(f.body), f.argument_names) for f in schema.functions.values()]
    for body, _ in bodies:
        for insert in inserts(body):
            if insert.table in wanted:
                found[insert.table] |= dict.fromkeys(filter(None, insert.columns))
    asking = _asking(wanted)
    for text, arguments in (*((rule, ()) for rule in rules), *bodies):
        no_columns = _WORDS | _variables(text, arguments)
        for at in asking.finditer(text):
            found[qualified(at["table"])] |= dict.fromkeys(_asked(text, at, no_columns))
    for pair in sorted(in_code):
        of, _, column = pair.partition(".")
        if qualified(of) in wanted:
            found[qualified(of)][column] = None
    return found


def _variables(body: str, arguments: Iterable[str]) -> frozenset[str]:
    """The names of what a function is given and of what it declares."""
    declared = _DECLARES.match(body)
    names = _DECLARED.findall(declared[1]) if declared else []
    return frozenset(name.lower() for name in (*arguments, *names))


_DECLARES = regex(r"\s*declare\b(.*?)\bbegin\b", re.IGNORECASE | re.DOTALL)
_DECLARED = regex(r"(?:^|;)\s*(\w+)\s")


def _asking(wanted: Mapping[str, Table]) -> re.Pattern[str]:
    names = "|".join(re.escape(table.name) for table in wanted.values())
    return re.compile(
        rf"\bfrom\s+(?:public\s*\.\s*)?\"?(?P<table>{names})\b\"?"
        r"(?:\s+(?:as\s+)?(?!(?:where|join|on|inner|left|right|cross|group|order|limit)\b)(?P<alias>\w+))?"
        r"(?:\s+where\b(?P<asks>))?",
        re.IGNORECASE,
    )


def _asked(text: str, at: re.Match[str], no_columns: frozenset[str]) -> Iterator[str]:
    """The columns that a subquery names of its one table; alone, some words mean something else."""
    if at["asks"] is None:
        return
    asked = _ENDS.split(in_parentheses(text, at.end()), maxsplit=1)
    own = {at["table"].lower(), (at["alias"] or at["table"]).lower()}
    for of, column in _COMPARED.findall(asked[0][:_LONGEST]):
        if of.lower() in own if of else column.lower() not in no_columns:
            yield column


_ENDS = regex(r";|\b(?:select|order by|group by|loop|on conflict)\b")
_LONGEST = 600
_COMPARED = regex(
    r"(?<![\w.'])(?:(\w+)\.)?\"?([a-z_]\w*)\"?\s*(?:=(?!>)|\bin\s*\(|\bis\s+(?:not\s+)?(?:true|false|null)\b)",
    re.IGNORECASE,
)
_WORDS = frozenset({"and", "or", "not", "where", "any", "all", "exists", "uid"})


def _with(table: Table, names: Iterable[str]) -> Table:
    more = [Column(name, _type(name), True) for name in names if table.column(name) is None]
    columns = (*table.columns, *more)
    first = next((p.source for p in table.policies if p.source), None)
    added = next((c.source for c in table.columns if c.source), None)
    where = added or first or table.source
    key = table.primary_key or (("id",) if any(c.name == "id" for c in columns) else ())
    return replace(
        table, columns=columns, primary_key=key, source=Source(Trust.NAMED, where.location)
    )


def _type(name: str) -> str:
    power = power_of(name)
    if power is Power.AMOUNT:
        return "numeric"
    return "boolean" if power is Power.FLAG else type_by_name(name)
