"""The share of the code that the prototype's own test settings demand to be covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser, Error
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, properties, string
from shipworthy.prototype.inventory.manifests import Table, read_json, read_toml, table
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from shipworthy.prototype.prototype import Prototype


class CoverageThreshold(Struct, frozen=True):
    """The percentage of lines below which a test run fails."""

    percent: float
    location: Location


_CONFIG = regex(r"(^|/)(vitest|vite|jest)[\w.-]*\.config\.[cm]?[jt]s$")
_RC = frozenset({".nycrc", ".nycrc.json", ".c8rc", ".c8rc.json"})
_INI = {".coveragerc": "report", "setup.cfg": "coverage:report", "tox.ini": "coverage:report"}
_OPTION = regex(
    r"--(?:cov-fail-under|fail-under|coverage\.thresholds\.lines|coverage\.lines)[= ](\d+(?:\.\d+)?)"
)
_CHECKED = regex(r"--check-coverage\b.*?--lines[= ](\d+(?:\.\d+)?)")
_MEASURES = ("lines", "statements")
_RUN_BY = ("package.json", "pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini", "Makefile")


def read_thresholds(prototype: Prototype) -> tuple[CoverageThreshold, ...]:
    """Each threshold on lines (or statements) of the whole, in the order of the files."""
    return tuple(
        CoverageThreshold(percent, Location(file.path, line))
        for file in prototype.files.values()
        if file.text
        for percent, line in _of(file)
        if 0 < percent <= 100
    )


def _of(file: SourceFile) -> Iterator[tuple[float, int]]:
    text = file.text or ""
    if _CONFIG.search(file.path):
        yield from _in_script(file)
    elif file.name == "package.json":
        content = read_json(text)
        yield from _stated(
            table(table(table(content, "jest"), "coverageThreshold"), "global"), file
        )
        yield from _checked(table(content, "nyc"), file)
        yield from _checked(table(content, "c8"), file)
    elif file.name in _RC:
        yield from _checked(read_json(text), file)
    elif file.name == "pyproject.toml":
        report = table(table(table(read_toml(text), "tool"), "coverage"), "report")
        yield from _number(report.get("fail_under"), "fail_under", file)
    if file.name in _INI:
        yield from _in_ini(file, _INI[file.name])
    if file.name in _RUN_BY or "/.github/workflows/" in f"/{file.path}":
        for found in (*_OPTION.finditer(text), *_CHECKED.finditer(text)):
            yield float(found[1]), file.line_at(found.start())


def _checked(content: Table, file: SourceFile) -> Iterator[tuple[float, int]]:
    """nyc and c8 compare only where they are told to."""
    if content.get("check-coverage") is True or content.get("checkCoverage") is True:
        yield from _stated(content, file)


def _stated(content: Table, file: SourceFile) -> Iterator[tuple[float, int]]:
    for measure in _MEASURES:
        if measure in content:
            yield from _number(content[measure], f'"{measure}"', file)
            return


def _number(value: object, sign: str, file: SourceFile) -> Iterator[tuple[float, int]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value), next((n for n, line in enumerate(file.lines, 1) if sign in line), 1)


def _in_ini(file: SourceFile, section: str) -> Iterator[tuple[float, int]]:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(file.text or "")
        value = parser.getfloat(section, "fail_under", fallback=None)
    except (Error, ValueError):
        return
    yield from _number(value, "fail_under", file)


def _in_script(file: SourceFile) -> Iterator[tuple[float, int]]:
    """`coverageThreshold: { global: { lines } }` of Jest, `thresholds: { lines }` of Vitest, and the
    older form of Vitest with `lines` beside the provider."""
    if file.language is None or "overage" not in (file.text or ""):
        return
    for pair in Syntax(file, file.language).nodes("pair"):
        key, value = pair.field("key"), pair.field("value")
        name = (string(key) or key.text()) if key else ""
        if value is None or value.kind() != "object":
            continue
        given = properties(value)
        if name == "coverageThreshold" and "global" in given:
            yield from _literal(properties(given["global"]))
        elif name == "coverage":
            yield from _literal(properties(given["thresholds"]) if "thresholds" in given else given)


def _literal(given: dict[str, SgNode]) -> Iterator[tuple[float, int]]:
    for measure in _MEASURES:
        node = given.get(measure)
        if node is not None:
            if re.fullmatch(r"\d+(\.\d+)?", node.text()):
                yield float(node.text()), node.range().start.line + 1
            return
