"""Functions that a file offers and that no other code of the prototype calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SHORTEST = 8  # letters of a name that nobody else uses by chance
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
# Whose functions a framework, a platform or a person calls by name.
_CALLED_BY_NAME = regex(
    r"(^|/)(api|app|pages|routes?|functions|netlify|actions?|public|static|tasks?|jobs?|cron|commands"
    r"|resolvers?|controllers?|handlers?|middlewares?|plugins?|migrations?|views)/"
    r"|\.(controller|resolver|gateway|handler|routes?|actions?|functions|processor|consumer|listener"
    r"|subscriber|entity|model|schema|guard|interceptor|middleware|server)\.[cm]?[jt]s$"
    r"|(^|/)(main|index|app|server|worker|actions?|middleware|proxy|instrumentation|bot|cli"
    r"|lambda_function|handler|wsgi|asgi|manage|conftest|settings|urls|views|admin|models|signals)\."
)
_SILENT = (Role.DOCUMENTATION, Role.TEST, Role.GENERATED, Role.ASSET, Role.LOCK)
_HANDED_ON = regex(r"^\s*(import|export)\b[^;]*?\bfrom\b[^\n]*$|^\s*from\s[^\n]*\bimport\b[^\n]*$")


def is_uncalled(prototype: Prototype, path: str, function: str) -> bool:
    """True for a function or method of a library file whose name stands nowhere in the product but
    where it is declared, imported and handed on. False where a framework may call it by its name or
    place, for short names, and for decorated functions of Python."""
    if is_unused(prototype, path, function):
        return True
    file = prototype.files.get(path)
    if file is None or not file.text or len(function) < _SHORTEST or not function.isidentifier():
        return False
    if file.role is not Role.PRODUCT or _CALLED_BY_NAME.search(path):
        return False
    if "_generated/server" in file.text:  # of Convex: whoever has its address calls what it exports
        return False
    said = re.compile(rf"(?<![\w$]){re.escape(function)}(?![\w$])")
    if not _is_declared_only(file, function, said):
        return False
    return not any(_calls(other, function, said) for other in _others(prototype, path, function))


def _is_declared_only(file: SourceFile, function: str, said: re.Pattern[str]) -> bool:
    lines = [
        n
        for n, line in enumerate(file.lines)
        if function in line and said.search(line) and not _is_remark(line)
    ]
    declares = _declares(file, function)
    declared = [n for n in lines if declares.search(file.lines[n])]
    if len(declared) != 1 or len(said.findall(file.lines[declared[0]])) != 1:
        return False
    above = file.lines[declared[0] - 1].strip() if declared[0] else ""
    if above.startswith("@"):
        return False
    return all(n in declared or _is_handed_on(file.lines, n) for n in lines)


def _declares(file: SourceFile, function: str) -> re.Pattern[str]:
    name = re.escape(function)
    if file.language in _SCRIPTS:
        return re.compile(
            rf"\bfunction\s*\*?\s*{name}\s*[(<]|\b(const|let|var)\s+{name}\s*[=:]"
            rf"|^\s*((public|private|protected|static|async|override)\s+)*{name}\s*(<[^>]*>)?\("
            r"[^;]*$"
        )
    return re.compile(rf"^\s*(async\s+)?def\s+{name}\s*\(")


def _others(prototype: Prototype, path: str, function: str) -> Iterator[SourceFile]:
    for other in prototype.files.values():
        looked_at = other.path != path and other.role not in _SILENT
        if looked_at and function in (other.text or ""):
            yield other


def _calls(file: SourceFile, function: str, said: re.Pattern[str]) -> bool:
    """True where a file says the name in any other way than to import it, to hand it on, or to declare
    one of its own, as a copy of a library does."""
    lines, declares = file.lines, _declares(file, function)
    return any(
        function in line
        and said.search(line)
        and not _is_remark(line)
        and not _is_handed_on(lines, number)
        and not declares.search(line)
        for number, line in enumerate(lines)
    )


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith(("//", "*", "/*", "#"))


_NAMES_ONLY = regex(r"^\s*(type\s+)?[\w$]+(\s+as\s+[\w$]+)?\s*,?\s*$")
_HEAD = regex(r"^\s*(import|export)\b[^;(]*\{[^}]*$|^\s*from\s+\S+\s+import\s*\(\s*$")
_RENAMED = regex(r"[\w$]\s+as\s+(?!default\b)[\w$]")
_WIDEST = 60  # lines of one import statement


def _is_handed_on(lines: list[str] | tuple[str, ...], number: int) -> bool:
    """True on a line that imports or exports a name, also in the middle of a longer list of names."""
    line = lines[number]
    if _RENAMED.search(line):
        return False  # what it is called after that is not followed
    if _HANDED_ON.search(line) or re.match(r"^\s*export\s*\{[^}]*\}", line):
        return True
    if not _NAMES_ONLY.match(line):
        return False
    for above in range(number - 1, max(-1, number - _WIDEST), -1):
        if _HEAD.match(lines[above]):
            return True
        if not _NAMES_ONLY.match(lines[above]) and lines[above].strip():
            return False
    return False
