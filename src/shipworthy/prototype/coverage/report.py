"""What coverage reports in the repository say of the product's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from posixpath import join
from typing import TYPE_CHECKING
from xml.parsers import expat

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.manifests import Table, read_json, table
from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Counted(Struct, frozen=True):
    """How many of the lines of a file that could run did run under the tests. Some tools count
    statements instead."""

    covered: int
    whole: int


class CoverageReport(Struct, frozen=True):
    """One report: `format` is "lcov", "Istanbul", "coverage.py", "Cobertura" or "Clover"; `files` the
    files of the product that it tells of; `strangers` how many of its files are not there (any more)."""

    location: Location
    format: str
    files: Mapping[str, Counted]
    strangers: int

    @property
    def total(self) -> Counted:
        """All its files of the product together."""
        covered = sum(c.covered for c in self.files.values())
        return Counted(covered, sum(c.whole for c in self.files.values()))


class _Unusable(Exception):
    """The document is no report, or one that nobody should parse."""


_Found = Mapping[str, Counted]
_MOST_PLACES = 2_000_000  # lines of one XML report; beyond that it is no report of a prototype


def read_reports(prototype: Prototype) -> tuple[CoverageReport, ...]:
    """Each coverage report in the repository that tells of at least one file of the product, by path."""
    product = {f.path for f in prototype.of_role(Role.PRODUCT) if f.language}
    return tuple(
        report
        for file in prototype.files.values()
        if file.text and (report := _report(file, product)) is not None
    )


def _report(file: SourceFile, product: set[str]) -> CoverageReport | None:
    for format_, fits, read in _FORMATS:
        if not fits(file):
            continue
        try:
            found = read(file.text or "")
        except _Unusable:
            continue
        placed = {path: c for name, c in found.items() if (path := _place(name, file, product))}
        if placed:
            return CoverageReport(Location(file.path, 1), format_, placed, len(found) - len(placed))
    return None


def _place(name: str, report: SourceFile, product: set[str]) -> str:
    """The file that a report means, from any root on any machine; empty where none fits, or several do."""
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    for folder in folders_above(report.folder):  # in a monorepo, paths begin where the tests ran
        if (path := join(folder, *parts)) in product:
            return path
    for start in range(len(parts)):  # /home/runner/work/app/src/a.ts, down to src/a.ts
        path = "/".join(parts[start:])
        if path in product and start < len(parts) - 1:
            return path
    whole = "/".join(parts)
    below = [p for p in product if p.endswith(f"/{whole}")]
    return below[0] if len(below) == 1 else ""


def _lcov(text: str) -> _Found:
    """`SF:` names a file, `DA:line,hits` each line that could run. A file may come several times."""
    hits: dict[str, dict[str, bool]] = {}
    name = ""
    for line in text.splitlines():
        key, _, value = line.strip().partition(":")
        if key == "SF":
            name = value
            hits.setdefault(name, {})
        elif key == "DA" and name:
            number, _, count = value.partition(",")
            seen = hits[name].get(number, False)
            hits[name][number] = seen or count.partition(",")[0].strip() not in ("0", "")
        elif key == "end_of_record":
            name = ""
    return _counted(hits)


def _istanbul_summary(text: str) -> _Found:
    """coverage-summary.json: `lines` of each file, by absolute path; `total` is left out."""
    found: dict[str, Counted] = {}
    for name, entry in _entries(read_json(text)):
        lines = table(entry, "lines")
        covered, whole = lines.get("covered"), lines.get("total")
        if isinstance(covered, int) and isinstance(whole, int) and name != "total":
            found[name] = Counted(min(covered, whole), whole)
    return found


def _istanbul(text: str) -> _Found:
    """coverage-final.json: how often each statement ran."""
    found: dict[str, Counted] = {}
    for name, entry in _entries(read_json(text)):
        runs = [n for n in table(entry, "s").values() if isinstance(n, int)]
        if "statementMap" in entry:
            found[name] = Counted(sum(n > 0 for n in runs), len(runs))
    return found


def _coverage_py(text: str) -> _Found:
    """`coverage json`: a summary for each file."""
    found: dict[str, Counted] = {}
    for name, entry in _entries(table(read_json(text), "files")):
        summary = table(entry, "summary")
        covered, whole = summary.get("covered_lines"), summary.get("num_statements")
        if isinstance(covered, int) and isinstance(whole, int):
            found[name] = Counted(min(covered, whole), whole)
    return found


def _entries(content: Table) -> Iterator[tuple[str, Table]]:
    return ((name, entry) for name, entry in content.items() if isinstance(entry, dict))


def _xml(text: str) -> _Found:
    """Cobertura (`<class filename><line number hits>`) and Clover (`<file path><line num count>`).

    A report declares no entities. One that does is not read: they can be made to fill the memory.
    What its DOCTYPE names is never fetched.
    """
    hits: dict[str, dict[str, bool]] = {}
    name, places = "", 0

    def opened(tag: str, given: dict[str, str]) -> None:
        nonlocal name, places
        if tag == "class" and "filename" in given:
            name = given["filename"]
        elif tag == "file":
            name = given.get("path") or given.get("name", "")
        elif tag == "line" and name:
            places += 1
            if places > _MOST_PLACES:
                raise _Unusable
            number = given.get("number") or given.get("num", "")
            ran = (given.get("hits") or given.get("count") or "0") != "0"
            lines = hits.setdefault(name, {})
            lines[number] = lines.get(number, False) or ran

    def refuse(*_: object) -> None:
        raise _Unusable

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise _Unusable from error
    return _counted(hits)


def _counted(hits: Mapping[str, Mapping[str, bool]]) -> _Found:
    return {name: Counted(sum(lines.values()), len(lines)) for name, lines in hits.items()}


_FORMATS: tuple[tuple[str, Callable[[SourceFile], bool], Callable[[str], _Found]], ...] = (
    ("lcov", lambda f: f.name == "lcov.info" or f.name.endswith(".lcov"), _lcov),
    ("Istanbul", lambda f: f.name == "coverage-summary.json", _istanbul_summary),
    ("Istanbul", lambda f: f.name == "coverage-final.json", _istanbul),
    ("coverage.py", lambda f: f.name == "coverage.json", _coverage_py),
    ("Clover", lambda f: f.name == "clover.xml", _xml),
    (
        "Cobertura",
        lambda f: f.name in ("coverage.xml", "cobertura-coverage.xml", "cobertura.xml"),
        _xml,
    ),
)
