"""SQL that stands in a guide alone: a README or set-up page with statements to run, and no script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shipworthy.database.history import SqlFile
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role
from shipworthy.prototype.tables.sql import create_tables
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_BLOCK = regex(
    r"^[ \t]*(?P<fence>```|~~~)[ \t]*(?:sql|postgresql|postgres|pgsql)\b[^\n]*\n"
    r"(?P<sql>.*?)^[ \t]*(?P=fence)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_ENDINGS = frozenset({".md", ".mdx", ".markdown"})
_ELSEWHERE = regex(
    r"(^|/)(attached_assets|\.bolt|prompts?|plans?|specs?|archived?|backups?|old|deprecated|legacy|tests?)(/|$)"
    r"|(prd|roadmap|proposal|todo|plan|prompt|changelog|spec)[^/]*$",
    re.IGNORECASE,
)
_NEAR = 300  # characters in which the line before a block says what it is for
_EDITOR = regex(r"\bsql[\s_-]editor\b", re.IGNORECASE)
_TO_RUN = regex(
    r"\bsql[\s_-]editor\b|\b(?:run|execute|paste|copy)\b[^.]{0,60}\b(?:sql|script|schema|quer(?:y|ies)|migrations?)\b",
    re.IGNORECASE,
)
_OF_RULES = regex(r"\bpolicy\b|\brow\s+level\s+security\b", re.IGNORECASE)
_SAID_OF_RULES = regex(r"\bRLS\b|\brow[\s-]level|\bpolic(?:y|ies)\b", re.IGNORECASE)
# A block that is for some readers, or for some other day.
_NOT_FOR_ALL = regex(
    r"optional|alternativ|develop|testing|debug|instead|troubleshoot|example|\bif\b|rollback|reset|verify|remove"
    r"|uninstall|clean|\bor\b|temporar|insecure|\bold\b|before\b|previous|migrat",
    re.IGNORECASE,
)


def guides(prototype: Prototype) -> tuple[SqlFile, ...]:
    """The guides that say which SQL to run, with all but that SQL left blank; the fullest first.

    One counts where it makes a table that the code asks for, and where a reader is told to run it. Of two
    guides that make the same tables by the same rules, the second adds nothing.
    """
    asked = {q.table for q in prototype.queries if q.library == "supabase" and q.table}
    found = [
        (len(made), file)
        for file in _written(prototype)
        if (made := asked & {t.name.rpartition(".")[2] for t in create_tables(file.text)})
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].path.count("/"), pair[1].path))
    kept: list[SqlFile] = []
    said: set[str] = set()
    for _, file in found:
        rules = set(_rules(file.text))
        if not kept or not rules <= said:
            kept.append(file)
            said |= rules
    return tuple(kept)


def _written(prototype: Prototype) -> Iterable[SqlFile]:
    for file in prototype.of_role(Role.DOCUMENTATION, Role.PRODUCT, Role.CONFIG):
        text = file.text or ""
        if PurePosixPath(file.path).suffix.lower() not in _ENDINGS or not _BLOCK.search(text):
            continue
        if _ELSEWHERE.search(file.path) or is_archived(file.path) or not _TO_RUN.search(text):
            continue
        sql = _only_sql(text)
        if _OF_RULES.search(sql) or (_EDITOR.search(text) and not _SAID_OF_RULES.search(text)):
            yield SqlFile(file.path, sql)


def _only_sql(text: str) -> str:
    """The SQL of the blocks, each on the line where it stands."""
    parts: list[str] = []
    end = 0
    for found in _BLOCK.finditer(text):
        before = text[max(0, found.start() - _NEAR) : found.start()].rstrip().splitlines()[-1:]
        if before and _NOT_FOR_ALL.search(before[0]):
            continue
        parts += ["\n" * text.count("\n", end, found.start("sql")), found["sql"]]
        end = found.end("sql")
    return "".join(parts)


def _rules(sql: str) -> Iterable[str]:
    statements = (" ".join(statement.lower().split()) for statement in sql.split(";"))
    return (statement for statement in statements if _OF_RULES.search(statement))
