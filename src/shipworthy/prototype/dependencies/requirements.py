"""Requirements files of pip: what each line asks for, and whether all of them are pinned."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.prototype.dependencies.versions import Ecosystem, normal_name
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_DEEPEST = 8  # files that include each other, one in the other
_FILE = regex(r"(?i)^(.*requirements.*\.(txt|lock)|constraints\.txt)$")
# A name and versions; for what stands beside === a requirement has rules of its own.
_PLAIN = regex(
    r"(?!.*===)([A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*)\s*((?:[<>=!~][\w.*+!<>=~,\s-]*)?)", re.ASCII
)
_NAME = regex(r"^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_INCLUDE = regex(r"^(-r|--requirement|-c|--constraint)[\s=]+(\S+)")
_HASHED = regex(r"\s--(hash|config-settings|global-option)\b.*", re.DOTALL)
_SENTENCE = regex(r"[^\W_][^#;=<>~!@\[\\]*?\s+[^\W_]")  # two words in a row
_QUOTES = ('"""', "'''")
_COMMIT = regex(r"@[0-9a-f]{40}\b")
_DEVELOPMENT = regex(
    r"(?<![a-z])(dev|devel|develop|development|tests?|testing|lint|linting|docs?|typing|types|ci|qa"
    r"|style|format|formatting|checks|debug|bench|benchmark|notebooks?)(?![a-z])"
)


class Requested(Struct, frozen=True):
    """One package that a manifest asks for.

    `version` is the only version that it allows, or the address of a direct download; None where
    there is a choice. `transitive`: a compiled file says that only another package needs it.
    """

    name: str
    specifier: str
    version: str | None
    path: str
    line: int
    development: bool = False
    optional: bool = False
    transitive: bool = False

    @property
    def is_pinned(self) -> bool:
        """True where every installation gets the same code."""
        if self.version is None:
            return False
        return "://" not in self.version or _COMMIT.search(self.version) is not None


def is_requirements(file: SourceFile) -> bool:
    """True for requirements*.txt, requirements/*.txt and their pinned siblings."""
    if file.name.lower().startswith("constraints"):
        return False
    in_folder = file.folder.rpartition("/")[2] == "requirements" and file.name.endswith(".txt")
    named = in_folder or _FILE.match(file.name) is not None
    return named and not _is_prose(file.text or "")


def _is_prose(text: str) -> bool:
    """True for a document of the same name: most of its lines are sentences or bullets."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "-"))]
    sentences = [line for line in lines if _SENTENCE.match(line)]
    return len(sentences) * 2 > len(lines)


def is_development(name: str) -> bool:
    """True where a file or group name says that users never run what is in it."""
    return _DEVELOPMENT.search(name.lower()) is not None


def read_requirements(file: SourceFile, files: Mapping[str, SourceFile]) -> list[Requested]:
    """Every package of a requirements file, with those of the files that it includes.

    An included file that is a requirements file of its own is left to be read for itself.
    """
    development = is_development(file.name)
    constraints: dict[str, str] = {}
    found = list(_read(file, files, constraints, {file.path}))
    return [
        replace(
            one,
            version=one.version or constraints.get(one.name),
            development=development,
        )
        for one in found
    ]


def requirement(text: str, path: str, line: int) -> Requested | None:
    """One PEP 508 requirement; read by its name alone where the rest is not understood."""
    plain = _PLAIN.fullmatch(text)
    known = _allowed(plain[2]) if plain else None
    if plain and known:
        return Requested(normal_name(Ecosystem.PYPI, plain[1]), *known, path, line)
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(text)
    except (InvalidRequirement, RecursionError):
        name = _NAME.match(text)
        if name is None:
            return None
        specifier = text[name.end() :].strip()
        return Requested(normal_name(Ecosystem.PYPI, name[0]), specifier, None, path, line)
    name_ = normal_name(Ecosystem.PYPI, parsed.name)
    if parsed.url:
        return Requested(name_, f"@ {parsed.url}", parsed.url, path, line)
    return Requested(name_, str(parsed.specifier), _exact(parsed.specifier), path, line)


@lru_cache(maxsize=4096)
def _allowed(specifier: str) -> tuple[str, str | None] | None:
    """A specifier in its usual form with the one version it allows; None where it is not understood.

    Files repeat few of them, and to parse one takes longer than all the rest of its line.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        parsed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    return str(parsed), _exact(parsed)


def _exact(specifier: SpecifierSet) -> str | None:
    pins = [s for s in specifier if s.operator in ("==", "===")]
    return pins[0].version if len(pins) == 1 and "*" not in pins[0].version else None


def _read(
    file: SourceFile, files: Mapping[str, SourceFile], constraints: dict[str, str], seen: set[str]
) -> Iterator[Requested]:
    for number, line, via in _logical_lines(file):
        include = _INCLUDE.match(line)
        if include:
            yield from _include(include[1], include[2], file, files, constraints, seen)
            continue
        found = _one(line, file.path, number)
        if found is not None:
            yield replace(found, transitive=True) if _is_transitive(via) else found


def _include(
    option: str,
    target: str,
    file: SourceFile,
    files: Mapping[str, SourceFile],
    constraints: dict[str, str],
    seen: set[str],
) -> Iterator[Requested]:
    path = posixpath.normpath(posixpath.join(file.folder, target))
    included = files.get(path)
    if included is None or path in seen or len(seen) > _DEEPEST:
        return
    seen.add(path)
    below = _read(included, files, constraints, seen)
    if option in ("-c", "--constraint"):
        constraints.update({one.name: one.version for one in below if one.version})
    elif not is_requirements(included):
        yield from below


def _one(line: str, path: str, number: int) -> Requested | None:
    line = _HASHED.sub("", line).strip()
    editable = re.match(r"(?:-e|--editable)[\s=]+(\S+)", line)
    address = editable[1] if editable else line if re.match(r"[a-z+]+://", line) else None
    if address is not None:
        egg = re.search(r"#(?:.*&)?egg=([\w.-]+)", address)
        if egg is None or "://" not in address:
            return None  # the author's own folder, or an address without a name
        name = normal_name(Ecosystem.PYPI, egg[1])
        return Requested(name, f"@ {address}", address, path, number)
    if line.startswith(("-", ".", "/")):
        return None
    return requirement(line, path, number)


def _logical_lines(file: SourceFile) -> Iterator[tuple[int, str, str]]:
    """First line number, text without comments, and the comments that belong to it."""
    pending: tuple[int, str, str] | None = None
    continued = False
    quote = ""
    for number, raw in enumerate(file.lines, 1):
        opened = not quote and raw.startswith(_QUOTES)
        if quote or opened:  # a description as in Python, which pip does not know
            quote = quote or raw[:3]
            quote = "" if quote in raw[3 if opened else 0 :] else quote
            continue
        text, comment = _split_comment(raw.rstrip("\r"))
        if continued and pending and (text or not comment):
            start, before, via = pending
            pending = (start, f"{before} {text.rstrip(chr(92)).strip()}", via + comment)
        elif text.strip():
            if pending:
                yield pending
            pending = (number, text.rstrip("\\").strip(), comment)
        elif comment and pending:
            # pip-compile names on the following lines what a package is there for.
            pending = (pending[0], pending[1], f"{pending[2]} {comment}")
        elif not comment:
            if pending:
                yield pending
            pending = None
        continued = text.endswith("\\")
    if pending:
        yield pending


def _split_comment(line: str) -> tuple[str, str]:
    if line.lstrip().startswith("#"):
        return "", line.strip()
    text, hash_, comment = line.partition(" #")
    return text.rstrip(), (hash_ + comment).strip()


def _is_transitive(comments: str) -> bool:
    """True where pip-compile or uv says that only other packages need this one."""
    _, via, reasons = comments.partition("# via")
    if not via:
        return False
    return not re.search(r"(^|[\s(#])(-r|-c)\s|\.toml\b|\.in\b|\.txt\b|setup\.(py|cfg)", reasons)
