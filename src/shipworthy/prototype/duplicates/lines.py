"""The lines of a file that hold logic: without markup, imports, types, data, comments and text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_SKIPPED = ("//", "/*", "*", "#", "import ", "from ", "export type ", "export interface ", "@")
_NOTHING = frozenset("}{)(];,:[ ")
_MARKUP = regex(
    r"</?[A-Za-z>]|/>|>$|[\w-]+=(\"|'|\{|$)|\{.*\}$|\{[\w.?!&|()\s\[\]]*$|\)\)?\}|className|style="
)
# `name: string;` of a type, `label: "Open",` of a table, `color: red;` of a style.
_DATA = regex(
    r"""["'`]?[\w-]+["'`]?\??\s*:\s*(["'`\d\[{-]|true\b|false\b|null\b|None\b|True\b|False\b"""
    r"""|[\w\[\]<>|,"' ]+;?$)|["'`\d{\[]|[\w-]+,$|type\s|interface\s"""
)
# Words and nothing else, as between the tags of an article; no statement of a script has as many.
_PROSE = regex(r"(?:[\w’'(\"“-]+[.,;:)”\"]*\s+){6}")
_SPACES_OF_PROSE = 6
_WORK = regex(r"[(=]|\b(return|if|else|for|while|try|catch|except|raise|throw|await)\b")


Line = tuple[int, str]
"""One line: where it stands, its text without the space around it. Plain, for there are very many."""


def code_lines(file: SourceFile) -> list[Line]:
    """The lines of a file that are neither empty nor a comment nor an import nor inside a long text."""
    python = file.path.endswith(".py")
    quote = '"""' if python else "`"
    quoted = quote in (file.text or "")
    found = []
    inside = False
    for number, line in enumerate(file.lines, 1):
        text = line.strip()
        if (
            text
            and not inside
            and not text.startswith(_SKIPPED)
            and (python or text.count(" ") < _SPACES_OF_PROSE or _PROSE.match(text) is None)
        ):
            found.append((number, text))
        if quoted and quote in text and text.count(quote) % 2 == 1:
            inside = not inside
    return found


def is_logic(text: str) -> bool:
    """True for a line that does something."""
    if _NOTHING.issuperset(text) or _MARKUP.match(text) or _DATA.match(text):
        return False
    return _WORK.search(text) is not None


def is_counted(text: str) -> bool:
    """True for logic and for the brackets around it."""
    return is_logic(text) or (_NOTHING.issuperset(text) and "{" not in text[1:])


_TOKEN = regex(r"[A-Za-z_$][\w$]*|\d[\w.]*|\"[^\"]*\"|'[^']*'|`[^`]*`|\S")
_WORDS = frozenset(
    """if else for while return await async const let var function new try catch throw finally in of
    typeof not and or is def class with except raise lambda yield switch case break continue default
    elif pass import from as null None true false True False this self undefined""".split()
)


class Renaming:
    """The names of one place and what they are called at the other: one for one, or it is other code."""

    def __init__(self) -> None:
        self._there: dict[str, str] = {}
        self._here: dict[str, str] = {}

    def fits(self, here: str, there: str) -> bool:
        """True where two lines say the same under these names; remembers new ones."""
        left, right = _tokens(here), _tokens(there)
        if len(left) != len(right):
            return False
        return all(self._fits(a, b) for a, b in zip(left, right, strict=True))

    def _fits(self, a: str, b: str) -> bool:
        if a[0] in "\"'`" and b[0] in "\"'`":
            return True
        if a[0].isdigit() and b[0].isdigit():
            return True
        if not (_is_name(a) and _is_name(b)):
            return a == b
        return self._there.setdefault(a, b) == b and self._here.setdefault(b, a) == a

    @property
    def renamed(self) -> int:
        """How many names differ."""
        return sum(1 for a, b in self._there.items() if a != b)


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[str, ...]:
    """The tokens of a line. Kept: a line is compared with those of several files."""
    return tuple(_TOKEN.findall(text))


def _is_name(token: str) -> bool:
    return (token[0].isalpha() or token[0] in "_$") and token not in _WORDS


def counted(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that count for the size of a block."""
    return (line for line in lines if is_counted(line[1]))
