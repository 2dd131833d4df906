"""Read the text of an SQL statement as far as access goes: its table, what it looks by, what it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from shipworthy.prototype.handlers.knowledge.sql_counts import COUNTED, only_counts
from shipworthy.regex import regex

_TOKEN = regex(
    r"(?P<space>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>'(?:[^']|'')*')"
    r'|(?P<quoted>"[^"]*"|`[^`]*`|\[[A-Za-z_][^\]]*\])'
    r"|(?P<hole>\$\d+|\?\d*|%s|%\(\w+\)s|(?<![:\w]):[A-Za-z_]\w*|@[A-Za-z_]\w*)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|<>|!=|::|\|\||.)",
    re.DOTALL,
)
_VERBS = frozenset({"select", "insert", "update", "delete", "merge", "call", "replace", "truncate"})
_COMPARES = frozenset(
    {"=", "<", ">", "<=", ">=", "<>", "!=", "like", "ilike", "in", "is", "between"}
)
_ENDS = frozenset({"group", "order", "limit", "returning", "having", "offset", "union", "for"})
_LONGEST = 20_000
PUT_IN = "$9"  # what stands for the n-th part that is put into a text: $9000, $9001 …


class Part(NamedTuple):
    """A column with the placeholder or the literal that stands beside it."""

    column: str
    hole: str  # "$1", "?0" (the first question mark), "?-1" (the last), ":name"; "" for a literal
    literal: str
    apart: bool = False  # `owner_id <> $1`


class Statement(NamedTuple):
    """A statement. `operation` is "" for a text that is none."""

    operation: str
    table: str
    filters: tuple[Part, ...]
    values: tuple[Part, ...]
    columns: str
    raised: tuple[str, ...] = ()  # `credits = credits + …`
    bounded: bool = True  # by a condition


NOTHING = Statement("", "", (), (), "")


class _Token(NamedTuple):
    kind: str
    text: str  # words in lower case, quotes taken away


@lru_cache(maxsize=4_000)
def read_sql(text: str) -> Statement:
    """The first statement of a text."""
    tokens = _from_the_end(list(_tokens(text[:_LONGEST])))
    start = _start(tokens)
    if start is None:
        return NOTHING
    verb = tokens[start].text
    operation = {"replace": "upsert", "merge": "upsert", "truncate": "delete"}.get(verb, verb)
    at = _table_at(tokens, start, verb)
    table, after = _table(tokens, at)
    where = _find(tokens, "where", after)
    filters = tuple(_beside(tokens, where, len(tokens))) if where < len(tokens) else ()
    values: tuple[Part, ...] = ()
    raised: tuple[str, ...] = ()
    if verb in ("insert", "replace"):
        values = tuple(_inserted(tokens, after))
        if _find(tokens, "conflict", after) < len(tokens) or _find(
            tokens, "duplicate", after
        ) < len(tokens):
            operation = "upsert"
    elif verb == "update":
        begin = _find(tokens, "set", after)
        values = tuple(_set(tokens, begin, where))
        raised = tuple(_raised(tokens, begin, where))
    if verb == "call":
        operation = "rpc"
    columns = _columns(tokens, start) if verb == "select" else ""
    columns = COUNTED if columns and only_counts(text[:_LONGEST]) else columns
    bounded = where < len(tokens)
    return Statement(operation, table, filters, values, columns, raised, bounded)


def _tokens(text: str) -> Iterator[_Token]:
    marks = 0
    for found in _TOKEN.finditer(text):
        kind, word = found.lastgroup or "", found[0]
        if kind == "space":
            continue
        if kind == "hole" and word in ("?", "%s"):
            word, marks = f"?{marks}", marks + 1
        elif kind == "quoted":
            kind, word = "name", word[1:-1]
        elif kind == "word":
            word = word.lower() if word.lower() in _VERBS | _ENDS | _COMPARES else word
        elif kind == "text":
            word = word[1:-1]
        yield _Token(kind, word)


def _from_the_end(tokens: list[_Token]) -> list[_Token]:
    """Question marks counted from the end where more of them may stand in a part of the text before them
    that the code puts in: `update tasks set {columns} where id = ?`."""
    put_in = next((at for at, t in enumerate(tokens) if t.text.startswith(PUT_IN)), len(tokens))
    marks = [at for at, t in enumerate(tokens) if t.kind == "hole" and t.text[0] == "?"]
    for number, at in enumerate(marks):
        if at > put_in:
            tokens[at] = _Token("hole", f"?-{len(marks) - number}")
    return tokens


def _is(token: _Token, *words: str) -> bool:
    return token.kind in ("word", "sign") and token.text.lower() in words


def _start(tokens: Sequence[_Token]) -> int | None:
    """The verb of the statement: the first word, or after WITH the last verb outside of parentheses."""
    if not tokens or tokens[0].kind != "word":
        return None
    if tokens[0].text.lower() in _VERBS:
        return 0
    if not _is(tokens[0], "with", "explain"):
        return None
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if depth == 0 and token.kind == "word" and token.text in _VERBS:
            return at
    return None


def _table_at(tokens: Sequence[_Token], start: int, verb: str) -> int:
    if verb in ("insert", "replace", "merge"):
        return _find(tokens, "into", start) + 1
    if verb in ("select", "delete"):
        return _find(tokens, "from", start, outside=True) + 1
    at = start + 1
    while at < len(tokens) and _is(tokens[at], "only", "table"):
        at += 1
    return at


def _table(tokens: Sequence[_Token], at: int) -> tuple[str, int]:
    """A table's name without its schema, and the place after it."""
    name = ""
    while at < len(tokens) and tokens[at].kind in ("word", "name"):
        name, at = tokens[at].text, at + 1
        if at < len(tokens) and tokens[at].text == "." and tokens[at].kind == "sign":
            at += 1
        else:
            break
    return name, at


def _find(tokens: Sequence[_Token], word: str, start: int, *, outside: bool = False) -> int:
    depth = 0
    for at in range(max(start, 0), len(tokens)):
        if tokens[at].kind == "sign":
            depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if (
            tokens[at].kind == "word"
            and tokens[at].text.lower() == word
            and (not outside or depth <= 0)
        ):
            return at
    return len(tokens)


def _columns(tokens: Sequence[_Token], start: int) -> str:
    end = _find(tokens, "from", start, outside=True)
    names = [t.text for t in tokens[start + 1 : end] if t.kind in ("word", "name") or t.text == "*"]
    return ",".join(names)[:400]


def _beside(tokens: Sequence[_Token], start: int, end: int) -> Iterator[Part]:
    """Placeholders and literals that a column is compared with."""
    for at in range(start, end):
        token = tokens[at]
        if token.kind not in ("hole", "text", "number") and not _is(token, "true", "false"):
            continue
        column = _compared_before(tokens, at, start) or _compared_after(tokens, at)
        if column:
            hole = token.text if token.kind == "hole" else ""
            yield Part(column, hole, "" if hole else token.text, _is_apart(tokens, at, start))


def _is_apart(tokens: Sequence[_Token], at: int, start: int) -> bool:
    """True for what a column must not be: `owner_id <> $1`, `id not in ($1)`."""
    at = _comparing(tokens, at, start)
    return _is(tokens[at], "<>", "!=") or (_is(tokens[at], "in") and _is(tokens[at - 1], "not"))


def _comparing(tokens: Sequence[_Token], at: int, start: int) -> int:
    """Where what stands before a value compares it, or where the search for it has ended."""
    at -= 1
    while at > start and (
        tokens[at].text in ("(", ",", "||", "%")
        or tokens[at].kind in ("hole", "text", "number")
        or (
            tokens[at].kind == "word"
            and tokens[at + 1].text == "("
            and not _is(tokens[at], *_COMPARES)
        )
    ):
        at -= 1
    return at


def _compared_before(tokens: Sequence[_Token], at: int, start: int) -> str:
    at = _comparing(tokens, at, start)
    if not _is(tokens[at], *_COMPARES):
        return ""
    at -= 1
    while at > start and (tokens[at].text == ")" or _is(tokens[at], "not")):
        at -= 1
    while at - 2 > start and tokens[at - 1].text == "::":  # `id::text = $1`
        at -= 2
    return tokens[at].text if tokens[at].kind in ("word", "name") else ""


def _compared_after(tokens: Sequence[_Token], at: int) -> str:
    """`$1 = ANY(members)`, `$1 = owner_id`."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != "=":
        return ""
    at += 2
    while at + 1 < len(tokens) and tokens[at + 1].text in ("(", "."):
        at += 2
    return tokens[at].text if at < len(tokens) and tokens[at].kind in ("word", "name") else ""


def _set(tokens: Sequence[_Token], start: int, end: int) -> Iterator[Part]:
    column, depth = "", 0
    for at in range(start + 1, min(end, len(tokens))):
        token = tokens[at]
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "=" and depth == 0 and tokens[at - 1].kind in ("word", "name"):
                column = tokens[at - 1].text
            elif token.text == "," and depth == 0:
                column = ""
        elif column and token.kind in ("hole", "text", "number"):
            hole = token.text if token.kind == "hole" else ""
            yield Part(column, hole, "" if hole else token.text)


def _raised(tokens: Sequence[_Token], start: int, end: int) -> Iterator[str]:
    """The columns of a SET to which something is added: `balance = coalesce(balance, 0) + $1`."""
    for at in range(start + 2, min(end, len(tokens))):
        if tokens[at].kind != "sign" or tokens[at].text != "=":
            continue
        column, said = tokens[at - 1].text, _until_comma(tokens, at + 1, end)
        names = [t.text for t in said if t.kind in ("word", "name")]
        signs = [t.text for t in said if t.kind == "sign"]
        if column in names and "+" in signs and "-" not in signs:
            yield column


def _until_comma(tokens: Sequence[_Token], start: int, end: int) -> Sequence[_Token]:
    depth = 0
    for at in range(start, min(end, len(tokens))):
        if tokens[at].kind == "sign":
            depth += (tokens[at].text == "(") - (tokens[at].text == ")")
            if tokens[at].text == "," and depth == 0:
                return tokens[start:at]
    return tokens[start : min(end, len(tokens))]


def _inserted(tokens: Sequence[_Token], start: int) -> Iterator[Part]:
    if start >= len(tokens):
        return
    columns: list[str] = []
    at = start
    if tokens[at].text == "(":
        while at < len(tokens) and tokens[at].text != ")":
            if tokens[at].kind in ("word", "name"):
                columns.append(tokens[at].text)
            at += 1
    elif tokens[at].kind == "hole":  # `insert into users ${sql(user)}`
        yield Part("*", tokens[at].text, "")
        return
    depth, number = 0, 0
    for token in tokens[_find(tokens, "values", at) + 1 :]:
        if token.kind == "word" and depth == 0 and token.text.lower() in ("on", "returning"):
            return
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            number = 0 if depth == 0 else number + (token.text == "," and depth == 1)
        elif token.kind in ("hole", "text", "number") and depth and number < max(len(columns), 1):
            hole = token.text if token.kind == "hole" else ""
            yield Part(columns[number] if columns else "*", hole, "" if hole else token.text)
