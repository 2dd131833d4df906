"""Whether the server does something by itself when it starts, told by who calls whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FUNCTION = regex(
    r"^\s*(?:async\s+)?def\s+(\w+)"
    r"|\bfunction\s*\*?\s*(\w+)\s*[(<]"
    r"|^\s*(?:export\s+)?(?:const|let|var|exports\.|module\.exports\.)\s*(\w+)\s*(?::[^=]+)?="
    r"\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*(?::[^=]+)?=>|\w+\s*=>)"
    r"|^\s*(?:(?:public|private|protected|static|async)\s+)*(?!(?:if|for|while|switch|catch|function|with)\b)(\w+)"
    r"\s*\([^()]*\)\s*(?::\s*[\w<>\[\]| ]+)?\s*\{\s*$"
)
_TABLE = regex(r"^\s*(?:export\s+)?(?:const|let|var)?\s*(\w+)\s*(?::[^=]+)?=\s*[\[{(]")
_CLASS = regex(r"^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(\w+)")
_ENTRY_POINT = regex(
    r"\b\w*(?:app|router|server|api|bp|blueprint|routes)\w*\.(?:get|post|put|patch|delete|all|route|command)\("
    r"|\.command\b|^\s*(?:it|test|describe)\(|\bserve\(|^\s*@"
    r"|^\s*(?:export\s+)?(?:declare|interface|type)\s"
)
_STARTS = regex(r"on_event|before_first_request|before_serving|startup|asynccontextmanager|on_init")
_STARTED_NAMES = frozenset(("onModuleInit", "onApplicationBootstrap", "ready"))
_ASKED = regex(
    r"NODE_ENV|process\.env|import\.meta|environ|getenv|settings\.|config[.\[]|debug|is_?dev|development|production"
    r"|\bseed_|should_?seed|argv|args\b|staging",
    re.IGNORECASE,
)
_CONDITION = regex(r"\b(?:if|elif|unless|while)\b|\?\s|&&")
_SERVES = regex(
    r"\.listen\(|\bapp\.run\(|uvicorn|\bFlask\(|\bFastAPI\(|\bexpress\(\)|createServer\(|Deno\.serve"
    r"|import streamlit|socketio\.run|waitress|create_app\("
)
_BY_HAND = regex(
    r"""__name__\s*==\s*["']__main__|require\.main\s*===?\s*module|import\.meta\.url\s*===?"""
)
_BRINGS = regex(
    r"^\s*(?:import|from|export\s*\{|export\s*\*|module\.exports|exports\b|\}\s*from|//|#|\*)"
    r"|=\s*(?:await\s+)?(?:require|import)\("
)
_MOST = 12  # names that are followed


def happens_at_start(prototype: Prototype, place: Location) -> bool:
    """True where what stands here is run, without a question about the surroundings, as the server starts:
    at the top of a file that it loads, or in a function that such a place calls."""
    seen, pending = set[tuple[str, str]](), [(place.path, place.line)]
    while pending and len(seen) < _MOST:
        path, line = pending.pop()
        lines = prototype.files[path].lines
        name = _standing(lines, line)
        if name is None or (path, name) in seen:
            continue
        if name in ("", "()"):
            if name == "()" or _is_loaded(prototype, path, lines, line):
                return True
            continue
        seen.add((path, name))
        pending += _uses(prototype, path, name)
    return False


def _standing(lines: Sequence[str], number: int) -> str | None:
    """The name of the function or table around this line; "" at the top of the file, "()" where the server
    calls it by itself, None where a caller, a developer or a setting decides."""
    method = ""
    for at in _heads(lines, number):
        line = lines[at - 1]
        if _is_decided(line):
            return None
        if owner := _CLASS.match(line):
            made = method in ("__init__", "constructor", "__new__")
            return owner[1] if made else method or None
        if method:
            continue
        found = _FUNCTION.search(line) or _TABLE.match(line)
        if found is None:
            continue
        name = next(part for part in found.groups() if part)
        told = _decorators(lines, at)
        if _STARTS.search(told) or name in _STARTED_NAMES:
            return "()"
        if _ENTRY_POINT.search(told):
            return None
        if any(_asks(text) for text in lines[at : number - 1]):
            return None  # it may turn back before it comes here
        method = name
    return method


def _is_decided(line: str) -> bool:
    """True where a caller or a setting decides whether what this line holds is done."""
    return bool(_ENTRY_POINT.search(line)) or (_asks(line) and not _BY_HAND.search(line))


def _asks(line: str) -> bool:
    return _CONDITION.search(line) is not None and _ASKED.search(line) is not None


def _heads(lines: Sequence[str], number: int) -> Iterator[int]:
    """The numbers of the lines that this one stands under, nearest first, told by how far they are set in."""
    depth, closed = _depth(lines[number - 1]), False
    for at in range(number - 1, 0, -1):
        if not depth and not closed:
            return
        line = lines[at - 1]
        here = _depth(line)
        if not line.strip() or here > depth or (here == depth and not closed):
            continue
        depth, closed = here, line.lstrip()[:1] in ")]}"
        if not closed or _FUNCTION.search(line) or _CONDITION.search(line):
            yield at


def _depth(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip())


def _decorators(lines: Sequence[str], number: int) -> str:
    above = []
    for at in range(number - 1, max(0, number - 5), -1):
        if not lines[at - 1].lstrip().startswith("@"):
            break
        above.append(lines[at - 1])
    return "\n".join(above)


def _uses(prototype: Prototype, path: str, name: str) -> Iterator[tuple[str, int]]:
    """Where this name is used: in its own file, and in product files that import this one."""
    used = re.compile(rf"(?<![\w$\"'`]){re.escape(name)}(?![\w$\"'`:=])(?!\s*=[^=])")
    for other in (path, *_importers(prototype, path)):
        for at, line in enumerate(prototype.files[other].lines, 1):
            if name not in line or _BRINGS.search(line) or line.strip().rstrip(",") == name:
                continue
            if _is_decided(line):
                continue
            made = _FUNCTION.search(line)
            if (
                used.search(line)
                and not (made and name in made.groups())
                and not _CLASS.match(line)
            ):
                yield other, at


def _importers(prototype: Prototype, path: str) -> list[str]:
    files, edges = prototype.files, prototype.modules.edges
    return [p for p, goals in edges.items() if path in goals and files[p].role is Role.PRODUCT]


def _is_loaded(prototype: Prototype, path: str, lines: Sequence[str], number: int) -> bool:
    """True for the top of a file that serves, or that product code imports."""
    file = prototype.files[path]
    if file.role is not Role.PRODUCT or path in prototype.abandoned or path in prototype.by_hand:
        return False
    serves = _SERVES.search(file.text or "") is not None
    if any(_BY_HAND.search(lines[at - 1]) for at in (number, *_heads(lines, number))):
        return serves
    return serves or bool(_importers(prototype, path))
