"""Members of hooks, contexts and service classes that no code calls: they never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shipworthy.prototype.modules.namesakes import are_of_others
from shipworthy.prototype.modules.remarks import is_remark
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LIBRARY = regex(
    r"(^|/)(hooks?|contexts?|providers?|services?|stores?|libs?|utils?|helpers|repositories|queries)/"
    r"|(^|/)use[A-Z-][^/]*$|(Context|Provider|Service|Store)\.[jt]sx?$"
)
_SHORTEST = 6  # letters of a name that nobody else uses by chance
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)


def is_unused(prototype: Prototype, path: str, function: str) -> bool:
    """True for a member that a hook, a context or a class declares and offers, where no other file
    says its name and its own neither calls it nor hands it on. An export may be meant for others.

    Kept as long as the prototype: many controls ask of the same functions."""
    known = _KNOWN.setdefault(prototype, {})
    if (path, function) not in known:
        known[path, function] = _is_unused(prototype, path, function)
    return known[path, function]


_KNOWN: WeakKeyDictionary[Prototype, dict[tuple[str, str], bool]] = WeakKeyDictionary()


def _is_unused(prototype: Prototype, path: str, function: str) -> bool:
    file = prototype.files.get(path)
    if file is None or file.text is None:
        return False
    if file.language is Language.PYTHON:
        return _is_unused_method(prototype, file, function)
    if file.language not in _SCRIPTS:
        return False
    if len(function) < _SHORTEST or not function.isidentifier():
        return False
    if _is_named_once(function, file.text):
        return True
    promised = _is_only_promised(function, file.text)
    if not (promised or _LIBRARY.search(path)):
        return False
    others = (
        other
        for other in _importers_first(prototype, path)
        if other.path != path and other.role not in (Role.DOCUMENTATION, Role.TEST)
        if other.text and function in other.text and other.path not in prototype.abandoned
    )
    first = next(others, None)
    if first is not None and not (
        promised and are_of_others(function, file, chain((first,), others))
    ):
        return False
    return promised or _is_only_offered(function, file.text)


def _importers_first(prototype: Prototype, path: str) -> Iterator[SourceFile]:
    """All files, and before them those that most likely say what one of them offers."""
    edges = prototype.modules.edges
    yield from (prototype.files[p] for p, targets in edges.items() if path in targets)
    yield from prototype.files.values()


def _is_unused_method(prototype: Prototype, file: SourceFile, function: str) -> bool:
    """True for a method of a Python class without bases, in a library folder, whose name stands
    nowhere else but in tests: no framework and no base class calls it."""
    if len(function) < _SHORTEST or not _LIBRARY.search(file.path) or function.startswith("__"):
        return False
    said = re.compile(rf"(?<!\w){re.escape(function)}(?!\w)")
    if len(said.findall(file.text or "")) != 1 or not _is_plain_method(function, file.lines):
        return False
    return not any(
        other.text and function in other.text and said.search(other.text)
        for other in prototype.files.values()
        if other.path != file.path and other.role not in (Role.DOCUMENTATION, Role.TEST)
    )


def is_exported_to_nobody(prototype: Prototype, path: str, function: str) -> bool:
    """True for an exported function of a script that neither its own file nor another one names, but to call
    itself or to hand it on; frameworks find those of their own folders by themselves."""
    file = prototype.files.get(path)
    if file is None or file.language not in _SCRIPTS or len(function) < _SHORTEST:
        return False
    text = file.text or ""
    if _FOUND_BY_PLACE.search(file.path) or not _EXPORTED.search(text):
        return False
    said = _word(function)
    places = list(said.finditer(text))
    if not places:
        return False
    line = text[text.rfind("\n", 0, places[0].start()) + 1 : places[0].end()]
    if not _EXPORTED.fullmatch(line):
        return False
    end = text.find("\n}", places[0].end())
    if any(place.start() > end for place in places[1:]):
        return False
    return not any(
        other.text and function in other.text and said.search(_HANDED_ON.sub("", other.text))
        for other in prototype.files.values()
        if other.path != file.path
        and not other.name.endswith(_LEFT_OVER)
        and other.role not in (Role.DOCUMENTATION, Role.TEST)
    )


_LEFT_OVER = (".backup", ".bak", ".old", ".orig")
_HANDED_ON = regex(r"^export\s*\{[^}]*\}\s*from\s*[\"'][^\"']+[\"']", re.MULTILINE)
_EXPORTED = regex(r"\s*export\s+((async\s+)?function\s+|const\s+)[\w$]+", re.MULTILINE)
_FOUND_BY_PLACE = regex(
    r"(^|/)(app|pages|routes|api|functions|netlify|supabase|server/(plugins|middleware)|plugins)/"
    r"|(^|/)(middleware|proxy|instrumentation|entry[.-][^/]*|root|main|index)\.[cm]?[jt]sx?$"
)


def _is_named_once(function: str, text: str) -> bool:
    """True for a function of a file alone whose name stands only where it is declared, and in remarks."""
    said = [at for at in _said(function, text) if not is_remark(text, at)]
    if len(said) != 1:
        return False
    line = text[text.rfind("\n", 0, said[0]) + 1 : said[0] + len(function)]
    return _LOCAL.match(line) is not None


def _said(name: str, text: str) -> list[int]:
    """Where a name stands in a text as a whole word: no pattern is compiled, as for each name anew."""
    found, at = [], text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (_goes_on(text[at - 1 : at]) or _goes_on(text[end : end + 1])):
            found.append(at)
        at = text.find(name, end)
    return found


def _goes_on(character: str) -> bool:
    return character.isalnum() or character in ("_", "$")


def _is_only_promised(function: str, text: str) -> bool:
    """True for a method that an interface of the same file asks for, and that stands nowhere in it but there
    and in the classes that have it."""
    signed = []
    for at in _said(function, text):
        end = text.find("\n", at)
        after = text[at + len(function) : end if end >= 0 else len(text)]
        before = text[text.rfind("\n", 0, at) + 1 : at]
        if not (_MODIFIERS.fullmatch(before) and after.lstrip().startswith(("(", "<"))):
            return False
        signed.append(_SIGNED.search(after) is not None)
    return any(signed) and not all(signed)


_MODIFIERS = regex(r"\s*((public|override|async)\s+)*")
_SIGNED = regex(r"\)\s*:\s*[^={]+;\s*$")
_LOCAL = regex(r"\s*((async\s+)?function\s+|(const|let|var)\s+)[\w$]+$")
_PLAIN_CLASS = regex(r"class\s+\w+\s*(\(\s*(object)?\s*\))?\s*:")


def _is_plain_method(name: str, lines: Sequence[str]) -> bool:
    """True for an undecorated method of a class at the top level that inherits from nothing."""
    heads = (f"def {name}(", f"async def {name}(")
    at = next((n for n, line in enumerate(lines) if line.lstrip().startswith(heads)), 0)
    if not at or lines[at - 1].lstrip().startswith("@") or not lines[at][:1].isspace():
        return False
    outer = (line for line in reversed(lines[:at]) if line[:1] not in ("", " ", "\t", "#", ")"))
    return _PLAIN_CLASS.match(next(outer, "")) is not None


def _is_only_offered(function: str, text: str) -> bool:
    """True where a name is declared, typed and listed in an object, and not used in another way."""
    name = re.escape(function)
    declared = re.compile(
        rf"\b(function\s+{name}\b|(const|let)\s+{name}\s*[=:]"
        rf"|(public|private|static|async)\s+(async\s+)?{name}\s*[(<])"
    )
    if not declared.search(text) or _is_exported(function, text):
        return False
    offered = re.compile(rf"(?<=[,{{;\n])\s*{name}\s*(?=[,}}\n]|\??:)")
    reported = re.compile(rf"(?<=[(,])\s*(['\"])\w[\w ]* {name}\b[\w :.]*\1")
    rest = offered.sub("", reported.sub("", declared.sub("", text)))
    return _word(function).search(rest) is None


def _is_exported(name: str, text: str) -> bool:
    """True where it stands behind `export`, in the same line."""
    lines = [line for line in text.split("\n") if name in line and "export" in line]
    said = rf"\bexport\b[^;\n]*(?<![\w$]){re.escape(name)}\b"
    return bool(lines) and re.search(said, "\n".join(lines)) is not None


def _word(name: str) -> re.Pattern[str]:
    """A name as a whole word. It comes first, what may not stand before it after: a search starts fast
    at a literal."""
    literal = re.escape(name)
    return re.compile(rf"{literal}(?<![\w$]{literal})(?![\w$])")
