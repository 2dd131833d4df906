"""Columns for a role that decide nothing: rules go by a table of roles, or nothing here reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Schema, Table
from shipworthy.database.seed.power import Power, power_of
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

UNREAD = "rules go by the roles in another table, and so far nothing here reads this one"
READ_BY_NOBODY = "so far nothing here reads it"
_RIGHT = regex(r"(?<!auth\.)\b((?:is|has|can|get)_\w+|\w*(?:role|admin)\w*)\"?\s*\(", re.IGNORECASE)


def is_powerless(prototype: Prototype, schema: Schema, table: Table, column: str) -> bool:
    """True for a role that no rule, no function, no server and no page reads, where rules go by the roles
    in another table."""
    return _has_successor(schema, table) and is_read_by_nobody(prototype, schema, table, column)


def is_read_by_nobody(prototype: Prototype, schema: Schema, table: Table, column: str) -> bool:
    """True for a role that no rule, no function, no server and no page reads."""
    return power_of(column) is Power.ROLE and not (
        _is_asked_in_database(schema, table, column)
        or _is_asked_by_server(prototype, table, column)
        or _is_asked_by_query(prototype, table, column)
        or _is_read_in_code(prototype, table, column)
    )


def _rules(schema: Schema) -> Iterator[tuple[Table, str]]:
    for table in schema.tables.values():
        for policy in table.policies:
            for text in expressions(policy):
                yield table, text


def _has_successor(schema: Schema, table: Table) -> bool:
    """True where a rule asks another table for roles, or a function that looks them up there."""
    rules = [text for _, text in _rules(schema)]
    for other in schema.tables.values():
        columns = [c.name for c in other.columns if power_of(c.name) is Power.ROLE]
        if other is table or not columns or "role" not in other.name:
            continue
        name = re.compile(rf"\b{re.escape(other.name)}\b")
        asking = [f.name for f in schema.functions.values() if name.search(f.body)]
        calls = re.compile(rf"\b({'|'.join(map(re.escape, [other.name, *asking]))})\b")
        if any(calls.search(text) for text in rules):
            return True
    return False


def _is_asked_in_database(schema: Schema, table: Table, column: str) -> bool:
    named = re.compile(rf"\b{re.escape(column)}\b", re.IGNORECASE)
    whose = re.compile(rf"\b{re.escape(table.name)}\b", re.IGNORECASE)
    known = {function.name for function in schema.functions.values() if not function.tainted}
    if table.tainted:
        return True
    for held, text in _rules(schema):
        if any(name.lower() not in known for name in _RIGHT.findall(text)):
            return True  # who knows what it looks up
        if named.search(text) and (held is table or whose.search(text)):
            return True
    added = re.compile(rf"\binsert\s+into\s+[\w.\"]*\b{re.escape(table.name)}\b[^;]*;", re.I)
    kept = re.compile(rf"\b(new|old)\s*\.\s*\"?{re.escape(column)}\b", re.IGNORECASE)
    for function in schema.functions.values():
        body = added.sub("", function.body) if function.returns == "trigger" else function.body
        if kept.search(body) or (named.search(body) and whose.search(body)):
            return True
    views = (t.definition for t in schema.tables.values() if t.definition)
    return any(whose.search(text) and ("*" in text or named.search(text)) for text in views)


def _is_asked_by_server(prototype: Prototype, table: Table, column: str) -> bool:
    named = re.compile(rf"\*|\b{re.escape(column)}\b")
    return any(
        effect.operation == "select"
        and effect.target.rpartition(".")[2] == table.name
        and named.search(effect.literals.get("columns", "*"))
        for handler in prototype.handlers
        for effect in handler.effects
    )


def _is_asked_by_query(prototype: Prototype, table: Table, column: str) -> bool:
    """True where a query names the column, also of a table that it takes along: `profiles(role)`."""
    named = re.compile(rf"\b{re.escape(column)}\b")
    along = re.compile(rf"\b{re.escape(table.name)}\b[^()]*\([^()]*\b{re.escape(column)}\b")
    for query in prototype.queries:
        of_table = query.table is not None and query.table.rpartition(".")[2] == table.name
        if of_table and (named.search(query.columns or "") or column in query.filters):
            return True
        if (query.operation == "raw" and of_table) or along.search(query.columns or ""):
            return True
    return False


def _is_read_in_code(prototype: Prototype, table: Table, column: str) -> bool:
    """True where a page that has to do with such rows reads the column of anything but what is called a
    role itself: `profile.role`, not `roleData.role`."""
    name = re.escape(column)
    read = re.compile(
        rf"(?i:\b(?!\w*role)\w+|[\])])\s*[?!]?\.\s*{name}\b(?!\s*\()|\[[\"']{name}[\"']\]"
        rf"|\{{[^{{}}]*\b{name}\b[^{{}}]*\}}\s*=(?!=|>|\s*use[A-Z]\w*\()"
    )
    stem = table.name.removesuffix("s").lower()
    for file in prototype.of_role(Role.PRODUCT):
        text = file.text or ""
        if stem not in text.lower():
            continue
        if file.language is Language.PYTHON:
            return True
        if "supabase/functions/" not in file.path and read.search(text):
            return True
    return False
