"""The statements of a SQL script with their lines, split as PostgreSQL's own lexer would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from shipworthy.database.names import FIRST, FOLLOWING, IN_TAG
from shipworthy.regex import regex


class Kind(StrEnum):
    """What a replay has to know of a statement before it runs it."""

    PLAIN = "plain"
    TRANSACTION = "transaction control"  # BEGIN, COMMIT, ROLLBACK, SAVEPOINT
    DATA = "data"  # INSERT, UPDATE, DELETE, MERGE
    EXTENSION = "extension"  # CREATE EXTENSION
    COPY = "COPY"
    META = "psql meta-command"
    OUTSIDE = "not for a replay"  # cannot run in a transaction, or concerns the whole server


class Statement(Struct, frozen=True):
    """One statement. `text` runs from its first word up to its semicolon, which is left out.

    `code` is the text with comments blanked and the contents of strings and dollar quotes left out.
    """

    text: str
    line: int
    code: str

    @property
    def kind(self) -> Kind:
        """Told by the first words."""
        for kind, pattern in _KINDS:
            if pattern.match(self.code):
                return kind
        return Kind.PLAIN

    @property
    def runnable(self) -> str:
        """The text without CONCURRENTLY, which no transaction allows."""
        if not _CONCURRENT.match(self.code):
            return self.text
        return _CONCURRENTLY.sub(" ", self.text, count=1)

    @property
    def summary(self) -> str:
        """The beginning on one line."""
        short = re.sub(r"\s+", " ", self.text[:400]).strip()
        return short if len(short) <= 160 else short[:159] + "…"


def split(script: str) -> Iterator[Statement]:
    """The statements of a script, in order; line numbers are 1-based.

    Takes any text: a quote that nothing closes runs to the end. Time grows with the length alone.
    """
    script = _clean(script)
    lines = _Lines(script)
    at = 0
    while at < len(script):
        piece = _next(script, at)
        if piece.start < 0:
            return
        line = lines.at(piece.start)
        code = "".join(piece.code).strip()
        if code:
            yield Statement(script[piece.start : piece.end].rstrip(), line, code)
        at = piece.after
        if _FROM_STDIN.search(code):
            at = _end_of_rows(script, at)


@lru_cache(maxsize=1024)
def statements(script: str) -> tuple[Statement, ...]:
    """All statements of a script, for those who follow the same scripts again and again; as `split`."""
    return tuple(split(script))


_KINDS = tuple(
    (kind, regex(pattern, re.IGNORECASE))
    for kind, pattern in (
        (Kind.META, r"\\"),
        (Kind.COPY, r"copy\b"),
        (
            Kind.TRANSACTION,
            r"(?:begin|commit|rollback|savepoint|release|abort|end|start\s+transaction"
            r"|prepare\s+transaction|set\s+(?:local\s+)?transaction)\b",
        ),
        (Kind.DATA, r"(?:insert|update|delete|merge|with|truncate)\b"),
        (Kind.EXTENSION, r"create\s+extension\b"),
        (
            Kind.OUTSIDE,
            r"(?:vacuum|(?:create|drop|alter)\s+(?:database|tablespace|subscription|system)"
            r"|checkpoint|explain|show|discard|load|listen|unlisten|notify|cluster|reindex"
            r"|(?:set|reset)\s+session\s+authorization"
            r"|(?:create|drop|alter)\s+event\s+trigger|comment\s+on\s+(?:database|extension))\b",
        ),
    )
)
_CONCURRENT = regex(r"(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently\b", re.IGNORECASE)
_CONCURRENTLY = regex(r"\bconcurrently\b", re.IGNORECASE)
_FROM_STDIN = regex(r"^copy\b.{0,2000}\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_END_OF_ROWS = regex(r"^\\\.[ \t\r]*$", re.MULTILINE)
_FUNCTION = regex(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_RULE = regex(r"create\s+(?:or\s+replace\s+)?rule\b", re.IGNORECASE)
_TOKEN = regex(
    rf"""
      (?P<comment>--[^\n\r]*)
    | (?P<block>/\*)
    | (?P<escape>[eE]')
    | (?P<text>(?:'[^']*+')+)
    | (?P<quoted>(?:"[^"]*+")+)
    | (?P<open>['"])
    | (?P<word>{FIRST}{FOLLOWING}*+)
    | (?P<number>\$?[0-9][\w.]*+)
    | (?P<dollar>\$(?:{FIRST}{IN_TAG}*+)?\$)
    | (?P<meta>\\[^\n\r]*)
    | (?P<mark>[;()])
    """,
    re.VERBOSE,
)
_BLOCK_EDGE = regex(r"/\*|\*/")
_ESCAPE_EDGE = regex(r"\\.|''|'", re.DOTALL)
_SOLID = regex(r"[^ \t\n\r\f\v]")
_LINE_END = regex(r"\r\n?|\n")
_HEAD = 200  # characters of a statement that tell what it is


class _Piece(Struct):
    start: int  # of the first word; -1 while there is none
    end: int  # of the text
    after: int  # where the next statement begins
    code: list[str]


class _Lines:
    """Line numbers of growing offsets."""

    def __init__(self, text: str) -> None:
        self._ends = (m.end() for m in _LINE_END.finditer(text))
        self._next = next(self._ends, None)
        self._line = 1

    def at(self, offset: int) -> int:
        while self._next is not None and self._next <= offset:
            self._line += 1
            self._next = next(self._ends, None)
        return self._line


def _clean(script: str) -> str:
    """Without byte-order mark, NUL bytes and broken characters, none of which PostgreSQL takes."""
    script = script.removeprefix("\ufeff").replace("\x00", "")
    return script.encode("utf-8", "replace").decode()


def _next(script: str, at: int) -> _Piece:
    """The statement that begins at or after an offset."""
    piece = _Piece(-1, len(script), len(script), [])
    nesting, previous = _Nesting(), at
    while match := _TOKEN.search(script, at):
        start, name = match.start(), match.lastgroup or ""
        _add(piece, script, previous, start)
        at = previous = _end_of(script, match)
        if name in ("comment", "block"):
            piece.code.append(" ")
            continue
        if name == "meta" and piece.start >= 0:  # \gexec and the like end a statement
            piece.end, piece.after = start, start
            return piece
        if match[0] == ";" and not nesting.holds:
            piece.end, piece.after = start, at
            if piece.start < 0:
                piece.start, piece.code = start, []
            return piece
        if piece.start < 0:
            piece.start = start
        if name == "meta":
            piece.end, piece.after = at, at
            piece.code.append("\\")
            return piece
        piece.code.append(_shown(script, match, at))
        nesting.take(match[0], piece.code)
    _add(piece, script, previous, len(script))
    return piece


def _add(piece: _Piece, script: str, start: int, end: int) -> None:
    """Take over what stands between two tokens: spaces, operators, stray characters."""
    if start == end:
        return
    gap = script[start:end]
    if piece.start < 0 and (solid := _SOLID.search(gap)):
        piece.start = start + solid.start()
    piece.code.append(gap)


def _end_of(script: str, match: re.Match[str]) -> int:
    """Where a token really ends."""
    end = match.end()
    if match.lastgroup == "open":
        return len(script)
    if match.lastgroup == "dollar":
        close = script.find(match[0], end)
        return len(script) if close < 0 else close + len(match[0])
    if match.lastgroup == "escape":
        for edge in _ESCAPE_EDGE.finditer(script, end):
            if edge[0] == "'":
                return edge.end()
        return len(script)
    if match.lastgroup == "block":
        depth = 1
        for edge in _BLOCK_EDGE.finditer(script, end):
            depth += 1 if edge[0] == "/*" else -1
            if depth == 0:
                return edge.end()
        return len(script)
    return end


def _shown(script: str, match: re.Match[str], end: int) -> str:
    """What `code` shows of a token."""
    match match.lastgroup:
        case "text" | "escape":
            return "''"
        case "dollar":
            return "$$"
        case "open":
            return script[match.start()]
    return script[match.start() : end]


class _Nesting:
    """Whether a semicolon stands inside a BEGIN ATOMIC body or the parentheses of a RULE."""

    __slots__ = ("_atomic", "_kind", "_parentheses", "_previous")

    def __init__(self) -> None:
        self._kind = ""
        self._atomic = 0
        self._parentheses = 0
        self._previous = ""

    @property
    def holds(self) -> bool:
        return self._atomic > 0 or (self._kind == "rule" and self._parentheses > 0)

    def take(self, token: str, code: list[str]) -> None:
        word = token.upper()
        if not self._kind and word in ("FUNCTION", "PROCEDURE", "RULE"):
            self._kind = _created("".join(code[-12:]).lstrip()[:_HEAD])
        if word == "(":
            self._parentheses += 1
        elif word == ")":
            self._parentheses -= 1
        elif self._kind == "function":
            if word == "ATOMIC" and self._previous == "BEGIN":
                self._atomic = 1
            elif self._atomic and word == "CASE":
                self._atomic += 1
            elif self._atomic and word == "END":
                self._atomic -= 1
        self._previous = word


def _created(head: str) -> str:
    if _FUNCTION.match(head):
        return "function"
    return "rule" if _RULE.match(head) else "other"


def _end_of_rows(script: str, at: int) -> int:
    found = _END_OF_ROWS.search(script, at)
    return found.end() if found else len(script)
