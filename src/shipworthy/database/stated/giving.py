"""What a function hands out of guarded tables to whoever calls it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from shipworthy.database.attempts import Actor, Ownership, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.private import (
    is_always_private,
    is_name_column,
    is_personal_column,
    is_private_record,
    is_secret_column,
)
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.seed.sign_up import USERS
from shipworthy.database.stated.openings import let_pass
from shipworthy.database.stated.words import masked, speaks_of, without_comments
from shipworthy.regex import regex

_READS = regex(rf"\b(?:from|join)\s+({QUALIFIED})", re.IGNORECASE)
_ANSWERS_ROWS = regex(r"\b(?:setof|table|json|jsonb|record)\b")
# What tells no row of one person from those of others: how many, from when, of which kind.
_CHOOSES = regex(
    r"^(?:_+|(?:p|in|v|arg|param)_+)?(?:(?:start|end|from|to|since|min|max)_)?"
    r"(?:(?:row|page|similarity|result|max|match|user|search|filter|sort|order|status|role|days?)_)?"
    r"(?:limit|offset|count|page|size|search|query|term|text|filter|date|at|from|to|start|end|days?|status|roles?"
    r"|sort|order|by|type|category|threshold|similarity|month|year|period)(?:_(?:param|date|filter|term|back))?$",
    re.IGNORECASE,
)
# Whether something is there says nothing of what it is: a count of filled fields.
_ASKED_ABOUT = regex(r"\b\w+\s+is\s+(?:not\s+)?null\b|\b\w+\s*(?:<>|!=)\s*''", re.IGNORECASE)
_EMBEDDING = regex(r"(?:^|_)(?:embedding|vector)$", re.IGNORECASE)
_TEXTS = regex(r"^(?:content|body|text|chunk|chunk_text|message|transcript|notes?)$", re.IGNORECASE)
_FOR_ALL = regex(
    r"public(?!\s*\.)|is_(?:active|visible|listed|published)|published|approved|visib|leader|directory|\bslug\b",
    re.IGNORECASE,
)


def handed_out(schema: Schema, function: Function, code: str, actor: Actor) -> tuple[str, ...]:
    """The delicate columns that an answer may hold, of guarded tables: of a single value, secrets alone."""
    read = _read(schema, code)
    if not _ANSWERS_ROWS.search(function.returns):
        secrets = (c.name for t in read if t.row_security for c in t.columns)
        return tuple(n for n in secrets if is_secret_column(n) and speaks_of(code, n))
    private = [table for table in read if _is_private(table)]
    found = [c for table in private for c in _shown(table, function, code)]
    whole = [
        t for t in private if _is_whole(t, function, code) and not let_pass(t, actor, Verb.READ)
    ]
    found += (c.name for table in whole for c in table.columns if _is_delicate(table, c.name))
    return tuple(dict.fromkeys(found))


def handed_to_all(schema: Schema, function: Function, code: str, actor: Actor) -> tuple[str, ...]:
    """The delicate columns of everybody's rows, where no argument picks whose."""
    if any(not _CHOOSES.match(name) for name in function.argument_names):
        return ()
    if not _answers_for_itself(function, code):
        return ()
    read = [t for t in _read(schema, code) if _is_private(t) and not let_pass(t, actor, Verb.READ)]
    delicate = [c.name for t in read for c in t.columns if _is_delicate(t, c.name)]
    found = [c for c in delicate if not is_name_column(c)]
    if re.search(rf"\b{USERS}\b", masked(code), re.IGNORECASE):
        found.append("email")
    whole = {c.name for t in read if _is_whole(t, function, code) for c in t.columns}
    answered = (c for c in found if c in whole or _answered(schema, function, code, c))
    return tuple(dict.fromkeys(answered))


def texts_of_tenants(
    schema: Schema,
    owners: Mapping[str, Ownership],
    function: Function,
    actor: Actor,
    tenants: Collection[str],
) -> tuple[str, ...]:
    """The columns of texts that belong to somebody, searched or of the tenant that a caller names."""
    given = [n for n in function.argument_names if n in tenants or _EMBEDDING.search(n)]
    others = (n for n in function.argument_names if n not in given)
    code = without_comments(function.body)
    if not given or not all(map(_CHOOSES.match, others)):
        return ()
    if not _answers_for_itself(function, code):
        return ()
    owned = [t for t in _read(schema, code) if t.row_security and _is_owned(owners, t)]
    read = [t for t in owned if not let_pass(t, actor, Verb.READ)]
    found = (c.name for t in read for c in t.columns if _TEXTS.match(c.name))
    return tuple(c for c in dict.fromkeys(found) if _answered(schema, function, code, c))


def _answers_for_itself(function: Function, code: str) -> bool:
    """True where it answers with rows, and nothing says that these are meant for all."""
    answers = _ANSWERS_ROWS.search(function.returns) is not None
    return answers and not _FOR_ALL.search(f"{function.name} {code}")


def _is_owned(owners: Mapping[str, Ownership], table: Table) -> bool:
    owned = owners.get(table.qualified, Ownership())
    return bool(owned.user_columns or owned.tenant_columns)


def _answered(schema: Schema, function: Function, code: str, column: str) -> bool:
    """True where the answer has this column by name, or whole rows of a table that has it."""
    told = re.search(r"\btable\s*\((.*)\)", function.returns, re.DOTALL)
    if told:
        return speaks_of(told[1], column)
    rows = re.search(rf"\bsetof\s+({QUALIFIED})", function.returns)
    table = schema.tables.get(qualified(rows[1])) if rows else None
    if table:
        return table.column(column) is not None
    return re.search(rf"'{re.escape(column)}'\s*,", code) is not None


def _read(schema: Schema, code: str) -> list[Table]:
    names = dict.fromkeys(qualified(name) for name in _READS.findall(masked(code)))
    return [schema.tables[n] for n in names if n in schema.tables and not schema.tables[n].is_view]


def _is_private(table: Table) -> bool:
    secured = table.row_security
    return secured and (is_always_private(table.qualified) or is_private_record(table.qualified))


def _shown(table: Table, function: Function, code: str) -> Iterator[str]:
    told = f"{function.returns} {_ASKED_ABOUT.sub(' ', code)}"
    for column in table.columns:
        if _is_delicate(table, column.name) and column.name in told:
            yield column.name


def _is_whole(table: Table, function: Function, code: str) -> bool:
    """True where the answer holds whole rows of a table, so that no column has to be named."""
    rows = re.search(rf"\bsetof\s+({QUALIFIED})", function.returns)
    if rows:
        return qualified(rows[1]) == table.qualified
    named = {found[1].lower() for found in _AS_JSON.finditer(code)}
    alias = re.compile(rf"\b{re.escape(table.name)}\"?\s+(?:as\s+)?(\w+)", re.IGNORECASE)
    return bool(named & {table.name, *(name.lower() for name in alias.findall(masked(code)))})


_AS_JSON = regex(
    r"\b(?:row_to_json|to_jsonb?|jsonb?_agg)\s*\(\s*(?:(?:row_to_json|to_jsonb?)\s*\(\s*)?(\w+)(?:\.\*)?\s*\)",
    re.IGNORECASE,
)


def _is_delicate(table: Table, column: str) -> bool:
    return is_personal_column(column, table.qualified) or is_secret_column(column)
