"""Which Supabase edge functions are deployed with `--no-verify-jwt`, whatever the settings say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from shipworthy.finding import Location
from shipworthy.prototype.routes.route import Route
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FUNCTIONS = "supabase/functions/"
_FLAG = "--no-verify-jwt"
_SCRIPTS = (".sh", ".bash", ".zsh", ".yml", ".yaml", "package.json", "Makefile", "justfile")
_DEPLOYS = regex(r"\bfunctions\s+deploy\b(?P<rest>[^;&|#]*)")
# Options of `supabase functions deploy` that take a value (its reference, "Flags").
_TAKE_VALUE = frozenset({"--project-ref", "--import-map", "--workdir", "--jobs", "-j", "--profile"})
_NAME = regex(r"[\w-]+$")
_VARIABLE = regex(r"^\$\{?(\w+)\}?$")
_MATRIX = regex(r"^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$")
_SAID_ONLY = regex(r"""^\W*(echo|printf|print|console\.log)\b|^\s*(#|//|rem\b)""", re.I)


class Deployment(NamedTuple):
    """A command that turns the platform's check off: for the functions of these names, or for all."""

    names: frozenset[str]  # empty: whatever there is
    location: Location


_KNOWN: WeakKeyDictionary[Prototype, tuple[Deployment, ...]] = WeakKeyDictionary()


def deployed_open(prototype: Prototype, route: Route) -> Location | None:
    """The line that deploys the function of a route without the platform's check of a token; None where
    none does. The option goes before what config.toml says (reference of `supabase functions deploy`)."""
    name = function_of(route)
    if not name:
        return None
    for found in _deployments(prototype):
        if not found.names or name in found.names:
            return found.location
    return None


def function_of(route: Route) -> str:
    """The name of the edge function that a route is; "" for any other route."""
    if route.framework != "supabase" or _FUNCTIONS not in route.location.path:
        return ""
    return route.location.path.partition(_FUNCTIONS)[2].partition("/")[0]


def _deployments(prototype: Prototype) -> tuple[Deployment, ...]:
    known = _KNOWN.get(prototype)
    if known is None:
        found = (
            deployment
            for path, file in sorted(prototype.files.items())
            if path.endswith(_SCRIPTS) and _FLAG in (file.text or "") and file.role is not Role.TEST
            for deployment in _of_file(file)
        )
        known = _KNOWN[prototype] = tuple(sorted(found, key=lambda d: bool(d.names)))
    return known


def _of_file(file: SourceFile) -> Iterator[Deployment]:
    text = file.text or ""
    for number, command in _commands(file):
        deploys = _DEPLOYS.search(command)
        if deploys is None or _FLAG not in deploys["rest"] or _SAID_ONLY.match(command):
            continue
        names = _named(deploys["rest"], text)
        if names is not None:
            yield Deployment(names, Location(file.path, number))


def _commands(file: SourceFile) -> Iterator[tuple[int, str]]:
    """The commands with the number of the line that has the option; lines that go on put together."""
    if file.path.endswith("package.json"):
        yield from _of_manifest(file)
        return
    joined, flagged = "", 0
    for number, line in enumerate(file.lines, 1):
        text = line.strip()
        if not joined and text.startswith("#"):
            continue
        if _FLAG in text:
            flagged = number
        joined = f"{joined} {text.removesuffix(chr(92))}".strip()
        if not text.endswith("\\"):
            if flagged:
                yield flagged, joined
            joined, flagged = "", 0


def _of_manifest(file: SourceFile) -> Iterator[tuple[int, str]]:
    try:
        scripts = json.loads(file.text or "").get("scripts")
    except (ValueError, AttributeError):
        return
    for name, command in scripts.items() if isinstance(scripts, dict) else ():
        if not isinstance(command, str) or _FLAG not in command:
            continue
        for part in re.split(r"&&|\|\||;", command):
            yield _line_of(file, name), part


def _line_of(file: SourceFile, name: str) -> int:
    found = (n for n, line in enumerate(file.lines, 1) if f'"{name}"' in line and _FLAG in line)
    return next(found, 1)


def _named(rest: str, text: str) -> frozenset[str] | None:
    """The functions that a command deploys: empty for all of them, None where nobody can tell."""
    words = re.sub(r"\$\{\{\s*(\S+)\s*\}\}", r"${{\1}}", rest).split()
    names: set[str] = set()
    skip = False
    for word in (w.strip("\"'") for w in words):
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKE_VALUE
        elif _NAME.fullmatch(word):
            names.add(word)
        elif word.startswith("$"):
            listed = _listed(word, text)
            if listed is None or not listed:
                return listed
            names |= listed
        else:
            return None
    return frozenset(names)


def _listed(word: str, text: str) -> frozenset[str] | None:
    """What a variable goes through: the names of a loop or of a matrix, empty for a whole folder."""
    matrix = _MATRIX.match(word)
    if matrix:
        found = re.search(rf"^[ \t]*{re.escape(matrix[1])}:\s*\[([^\]]*)\]", text, re.MULTILINE)
        found = found or re.search(
            rf"^[ \t]*{re.escape(matrix[1])}:\s*\n((?:\s*-\s*[\w\"'-]+\s*\n)+)", text, re.MULTILINE
        )
        return _words(re.sub(r"(^|\n)\s*-\s", " ", found[1])) if found else None
    variable = _VARIABLE.match(word)
    if variable is None:
        return None
    loop = re.search(rf"\bfor\s+{variable[1]}\s+in\s+(.+?)\s*(?:;|\n|$)", text)
    if loop is None:
        return None
    over = loop[1].strip("\"'")
    named = re.match(r"^\$\{?(\w+)(?:\[@\])?\}?$", over)
    if named:
        given = re.search(
            rf"^[ \t]*{named[1]}=(\$\(.*|\([^)]*\)|\"[^\"]*\"|'[^']*')", text, re.MULTILINE
        )
        if given is None:
            return None
        over = given[1].strip("\"'")
    if "functions" in over and re.search(r"\$\(|\*", over):
        return frozenset()  # `$(find supabase/functions …)`, `supabase/functions/*/`
    return _words(over.strip("()"))


def _words(text: str) -> frozenset[str] | None:
    words = [word.strip("\"',") for word in re.split(r"[\s,]+", text.strip())]
    kept = frozenset(word for word in words if word)
    return kept if kept and all(_NAME.fullmatch(word) for word in kept) else None
