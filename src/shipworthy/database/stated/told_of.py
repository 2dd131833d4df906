"""Rows that their rules keep for their owner, and that a function hands out for whomever a caller names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.private import is_personal_column, is_secret_column
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.stated.openings import let_pass
from shipworthy.database.stated.words import masked
from shipworthy.regex import regex

_WRITES = regex(r"\b(?:insert\s+into|update\s+\w|delete\s+from)", re.IGNORECASE)
_ANSWERS_ROWS = regex(r"\b(?:table|json|jsonb)\b|\bsetof\b")
_FROM = regex(
    rf"\bfrom\s+({QUALIFIED})(?:\s+(?:as\s+)?(?!(?:where|join|left|right|inner|cross|order|group|limit|for)\b)(\w+))?",
    re.IGNORECASE,
)
# What is asked on the way, and the opening of a part with a name: neither is what is answered.
_BESIDE = regex(
    r"(?<!as )\(\s*select\b[^()]*(?:\([^()]*\)[^()]*)*\)|\bas\s+(?:materialized\s*)?\((?=\s*select\b)",
    re.IGNORECASE,
)
_ALIAS = regex(r"\s+as\s+uid\b", re.IGNORECASE)
_MINE = regex(
    r"auth\.uid\(\)\s*\)?(?:::\w+)?\s*=\s*\(?(?:\w+\.)*(\w+)|\b(\w+)\)?(?:::\w+)?\s*=\s*\(*\s*(?:select\s+)?auth\.uid\(\)",
    re.IGNORECASE,
)
_ID = r"'((?:\w+_)?(?:user|owner|profile|member|customer|client)_?id)'"
_CONTENT = regex(
    r"(?:^|_)(?:urls?|caption|content|body|text|message|notes?|transcript|description|summary|comments?|prompt"
    r"|answers?|diagnosis|symptoms)$",
    re.IGNORECASE,
)
_AFFAIRS = regex(r"(?:^|[._])(?:invit\w*|messages?|notifications?)$")
# What a profile, a list of the best or a feed shows of people on purpose.
_FOR_ALL = regex(
    r"public(?!\s*\.)|is_(?:active|visible|listed)|published|approved|visib|leader|directory|\bslug\b|feed|follow|friend_of"
    r"|achievement|badge|review",
    re.IGNORECASE,
)


def told_of(
    schema: Schema, function: Function, code: str, actor: Actor
) -> tuple[str, tuple[str, ...]]:
    """What says whose rows are handed out, and columns of these; empty where none are."""
    hidden = masked(code)
    if not _ANSWERS_ROWS.search(function.returns) or _WRITES.search(hidden):
        return "", ()
    if _FOR_ALL.search(f"{function.name} {hidden}"):
        return "", ()
    given = dict(_given(function, code))
    for found in _FROM.finditer(hidden):
        table = schema.tables.get(qualified(found[1]))
        before = _BESIDE.sub(" ", hidden[hidden.rfind(";", 0, found.start()) + 1 : found.start()])
        if table is None or not given or before.count("(") > before.count(")"):
            continue
        mine = of_owner(table)
        if not mine or let_pass(table, actor, Verb.READ):
            continue
        asked = hidden[found.end() :].partition(";")[0]
        named = {found[2] or "", table.name}
        whose = next((said for word, said in given.items() if _is(asked, named, mine, word)), "")
        shown = tuple(dict.fromkeys(_shown(function, table, named, before)))
        if whose and shown:
            return whose, shown
    return "", ()


def of_owner(table: Table) -> frozenset[str]:
    """The columns by which every rule for reading holds users to rows of their own."""
    if not table.row_security or table.tainted or table.unread or table.is_view:
        return frozenset()
    rules = [p.using or "" for p in table.policies if p.command in ("SELECT", "ALL")]
    texts = [
        _ALIAS.sub("", re.sub(r"\s*\.\s*|\(\s+|\s+\)", lambda m: m[0].strip(), text))
        for text in rules
    ]
    own = [{(a or b).lower() for a, b in _MINE.findall(text)} for text in texts]
    if not all(own) or any(map(_FOR_ALL.search, texts)):
        return frozenset()
    return frozenset[str]().union(*own) - {"id"}


def _given(function: Function, code: str) -> Iterator[tuple[str, str]]:
    """Words of the text that hold whom a caller names, as a pattern, with what to call them."""
    for name in filter(None, function.argument_names):
        word = re.escape(name)
        yield rf"{word}\b(?!\s*->)", name
        inside = rf"\(?\s*{word}\s*->>\s*{_ID}"
        for found in re.finditer(rf"\b(\w+)(?:\s+(?:uuid|text))?\s*:=\s*{inside}", code, re.I):
            yield rf"{re.escape(found[1])}\b", f"{found[2]} in {name}"
        for inner in re.findall(inside, code, re.IGNORECASE)[:1]:
            yield rf"\(?\s*{word}\s*->>", f"{inner} in {name}"


def _is(asked: str, named: set[str], columns: frozenset[str], word: str) -> bool:
    of = "|".join(map(re.escape, sorted(columns)))
    wanted = re.compile(rf"(?:\b(\w+)\.)?\b(?:{of})\s*=\s*(?:\w+\.)?{word}", re.IGNORECASE)
    return any(found[1] is None or found[1] in named for found in wanted.finditer(asked))


def _shown(function: Function, table: Table, named: set[str], before: str) -> Iterator[str]:
    """The columns of the table that tell something of somebody, and that the answer has."""
    rows = re.search(rf"\bsetof\s+({QUALIFIED})", function.returns)
    whole = bool(rows and qualified(rows[1]) == table.qualified)
    listed = before[before.lower().rfind("select") :]
    of = "|".join(re.escape(n) for n in sorted(named) if n)
    read = {m.lower() for m in re.findall(rf"\b(?:{of})\.(\w+)", listed)}
    plain = {m.lower() for m in re.findall(r"(?<![.\w])(\w+)\s*(?=,|$)", listed)}
    columns = [column.name for column in table.columns]
    read |= {name for name in columns if whole or name in plain}
    for name in sorted(read):
        told = _CONTENT.search(name) or is_secret_column(name)
        told = told or is_personal_column(name, table.qualified)
        if told or (_AFFAIRS.search(table.qualified) and name.endswith("_id")):
            yield name
