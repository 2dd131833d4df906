"""Functions that anyone may call and that act for whomever the caller names, past row security."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from shipworthy.database.attempts import Actor, Attempt, Ownership, Rule, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.private import (
    is_always_private,
    is_personal_column,
    is_private_record,
    is_secret_column,
)
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.stated.openings import succeeded
from shipworthy.database.stated.words import masked, without_comments
from shipworthy.regex import regex

_ASKS = regex(
    r"\bauth\s*\.\s*(?:uid|jwt|role|email)\s*\(|\bcurrent_setting\s*\(|\bcurrent_user\b|\bsession_user\b",
    re.I,
)
_WRITES = regex(
    rf"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?({QUALIFIED})", re.IGNORECASE
)
_READS = regex(rf"\b(?:from|join)\s+({QUALIFIED})", re.IGNORECASE)
_CALLED = regex(r"(?:(\w+)\.)?(\w+)\s*\(")
_SOMEBODY = regex(
    r"^(?:(?:p|in|v|the|arg|param)?_+)?(?:(?:target|from|to|for)_)?"
    r"(?:user|uid|profile|owner|member|customer|client|account|buyer|seller|student|employee|sender|recipient"
    r"|usuario|e?mail)(?:_?(?:id|uuid|uid|email))?(?:_?(?:param|input|in))?$",
    re.IGNORECASE,
)
# Without a login `auth.uid()` is NULL, and a comparison with NULL raises nothing.
_UID = r"\(?\s*(?:select\s+)?auth\s*\.\s*uid\s*\(\s*\)\s*\)?"
_NULL_PASSES = regex(
    rf"\bif\s+\(?\s*(?:{_UID}\s*(?:<>|!=)\s*\w+|\w+\s*(?:<>|!=)\s*{_UID})\s*\)?\s*then\b",
    re.IGNORECASE,
)
_CHANGES = regex(rf"\b(?:update|delete\s+from)\s+(?:only\s+)?({QUALIFIED})([^;]*)", re.IGNORECASE)
_UPSERTS = regex(r"\bon\s+conflict\b[^;]*\bdo\s+update\b", re.IGNORECASE)
_ANSWERS_ROWS = regex(r"\b(?:setof|table|json|jsonb|record)\b")
_LONGEST = 3  # functions that call each other


def callable_functions(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Calls that change or hand out what belongs to whomever they name."""
    for name, function in sorted(schema.functions.items()):
        if not _acts_for_all(schema, function):
            continue
        actor = Actor.ANYBODY if {"anon", "public"} & function.callers else Actor.STRANGER
        asks = "lets a caller without a login past its check"
        if not _NULL_PASSES.search(function.body):
            asks = "asks nobody who he is"
        rule = Rule(
            f"{name} is SECURITY DEFINER, may be called by {_who(function)} and {asks}",
            function.source,
        )
        made = _call(schema, owners, actor, function)
        if made:
            yield replace(made, rules=(rule,))


def _call(
    schema: Schema, owners: Mapping[str, Ownership], actor: Actor, function: Function
) -> Attempt | None:
    """A call of a function that asks nobody, where it harms."""
    code = without_comments(function.body)
    if any(_runs(code, name) for name in function.argument_names if name):
        reason = "runs the SQL that a caller sends, with the rights of its owner"
        return succeeded(actor, Verb.CALL, function.qualified, reason=reason)
    written = tuple(dict.fromkeys(_own(schema, _WRITES.findall(masked(code)))))
    named = [a for a in function.argument_names if _SOMEBODY.match(a)]
    told = () if written else _handed_out(schema, function, code)
    shown = tuple(c for c in told if not any(c in a.lower() for a in named))
    if not named and not shown:
        named = list(_keys(owners, function, code))
    if not named or not (written or shown):
        return None
    reason = f"acts for the {named[0]} that a caller sends"
    call = succeeded(actor, Verb.CALL, function.qualified, (), shown, reason)
    changes = int(bool(_CHANGES.search(masked(code)) or _UPSERTS.search(masked(code))))
    return replace(call, written=dict.fromkeys(written, 1), rows=changes)


def _runs(code: str, argument: str) -> bool:
    """True where EXECUTE runs a text that the argument is part of, as it is."""
    for found in re.finditer(r"\bexecute\s+([^;]*)", code, re.IGNORECASE):
        built = re.split(r"\busing\b", masked(found[1]), flags=re.IGNORECASE)[0]
        if re.search(rf"(?:^\s*|\|\|\s*){re.escape(argument)}\b", built, re.IGNORECASE):
            return True
    return False


def _keys(owners: Mapping[str, Ownership], function: Function, code: str) -> Iterator[str]:
    """Arguments that pick the row of an owned table which is changed."""
    for table, rest in _CHANGES.findall(masked(code)):
        owned = owners.get(qualified(table), Ownership())
        if not (owned.user_columns or owned.tenant_columns):
            continue
        asked = rest.lower().partition("where")[2]
        for name in filter(None, function.argument_names):
            if re.search(rf"\bid\s*=\s*{re.escape(name)}\b", asked, re.IGNORECASE):
                yield name


def _acts_for_all(schema: Schema, function: Function) -> bool:
    """True where the browser may call it, it has its maker's rights, and nothing in it asks who calls."""
    if not function.definer or function.is_trigger or function.schema not in schema.exposed:
        return False
    if not {"anon", "authenticated", "public"} & function.callers:
        return False
    body = without_comments(function.body)
    if {"anon", "public"} & function.callers:
        body = _NULL_PASSES.sub("", body)
    return not _asks(schema, body, _LONGEST)


def _asks(schema: Schema, body: str, deep: int) -> bool:
    if _ASKS.search(body):
        return True
    called = {name for _, name in _CALLED.findall(body)}
    bodies = (f.body for f in schema.functions.values() if f.name in called and f.body != body)
    return deep > 0 and any(_asks(schema, other, deep - 1) for other in bodies)


def _own(schema: Schema, names: list[str]) -> Iterator[str]:
    for written in names:
        name = qualified(written)
        if name in schema.tables and not schema.tables[name].is_view:
            yield name


def _handed_out(schema: Schema, function: Function, code: str) -> tuple[str, ...]:
    """The delicate columns that an answer may hold, of guarded tables: of a single value, secrets alone."""
    read = [schema.tables[n] for n in dict.fromkeys(_own(schema, _READS.findall(masked(code))))]
    if not _ANSWERS_ROWS.search(function.returns):
        secrets = (c.name for t in read if t.row_security for c in t.columns)
        return tuple(n for n in secrets if is_secret_column(n) and re.search(rf"\b{n}\b", code))
    found = (c for table in read if _is_private(table) for c in _shown(table, function, code))
    return tuple(dict.fromkeys(found))


def _is_private(table: Table) -> bool:
    secured = table.row_security
    return secured and (is_always_private(table.qualified) or is_private_record(table.qualified))


def _shown(table: Table, function: Function, code: str) -> Iterator[str]:
    told = f"{function.returns} {code}"
    for column in table.columns:
        delicate = is_personal_column(column.name, table.qualified) or is_secret_column(column.name)
        if delicate and column.name in told:
            yield column.name


def _who(function: Function) -> str:
    return "anybody" if {"anon", "public"} & function.callers else "every user"
