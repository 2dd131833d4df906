"""The examples against what is known to be wrong, and right, in them."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copies import EXAMPLES, copy_of_example
from shipworthy.catalogue import catalogue
from shipworthy.finding import Finding
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

_SHARE = 0.9
_NEAR = 2  # lines between an entry and the evidence of a finding that is meant by it
_LOGS = ("personal-data-in-logs", "secret-in-logs")
_WHOLE_FILE = ("no-lock-file", "no-tests")


@dataclass(frozen=True)
class Entry:
    """One line, or span of lines, of the ground truth."""

    kind: str
    controls: frozenset[str]
    also: frozenset[str]
    path: str
    first: int
    last: int
    whole_file: bool
    group: str
    text: str

    def covers(self, finding: Finding, also: bool = False) -> bool:
        """True when any evidence of a finding of this control stands here."""
        controls = self.controls | self.also if also else self.controls
        if finding.control not in controls:
            return False
        places = [e.location for e in finding.evidence if e.location]
        if self.whole_file and finding.subject == self.path:
            return True
        return any(
            p.path == self.path
            and (
                self.whole_file
                or (self.first - _NEAR <= max(p.line, p.end_line) and p.line <= self.last + _NEAR)
            )
            for p in places
        )

    def __str__(self) -> str:
        return f"{'/'.join(sorted(self.controls))}  {self.path}:{self.first}  {self.text}"


@dataclass(frozen=True)
class Example:
    """An example, its gaps and its truth."""

    gaps: tuple[Finding, ...]
    entries: tuple[Entry, ...]

    def of(self, *kinds: str) -> list[Entry]:
        return [e for e in self.entries if e.kind in kinds]


@pytest.fixture(scope="module", params=["crm", "assistant", "marketplace"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    root = copy_of_example(request.param, tmp_path_factory.mktemp("examples"))
    assessment = run_assess(root, Settings())
    return Example(assessment.gaps, tuple(_entries(request.param)))


def test_every_entry_stands_on_one_line(example: Example) -> None:
    wrong = [str(e) for e in example.entries if e.first == 0]
    assert not wrong, _listed("entries whose text is not on exactly one line", wrong)


def test_what_is_right_carries_no_gap(example: Example) -> None:
    wrong = [
        f"{e}\n      {g.subject}: {g.message}"
        for e in example.of("right")
        for g in example.gaps
        if g.location and g.location.path == e.path and e.covers(g) and _stands_on(g, e)
    ]
    assert not wrong, _listed("false alarms", wrong)


def test_most_gaps_are_found(example: Example) -> None:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in example.of("gap"):
        groups[entry.group or str(entry)].append(entry)
    missed = [
        str(entries[0])
        for entries in groups.values()
        if not any(e.covers(g) for e in entries for g in example.gaps)
    ]
    share = 1 - len(missed) / len(groups)
    assert share >= _SHARE, _listed(f"{share:.0%} of {len(groups)} gaps are found; missed", missed)


def test_most_findings_are_gaps(example: Example) -> None:
    known = example.of("gap", "either")
    unlisted = [
        f"{g.control}  {g.location}  {g.subject}: {g.message}"
        for g in example.gaps
        if not any(e.covers(g, also=True) for e in known)
    ]
    share = 1 - len(unlisted) / len(example.gaps)
    assert share >= _SHARE, _listed(f"{share:.0%} of {len(example.gaps)} are listed; not", unlisted)


def _entries(name: str) -> Iterator[Entry]:
    truth = tomllib.loads((EXAMPLES / f"{name}.truth.toml").read_text(encoding="utf-8"))
    today = {e.control.id for e in catalogue()}
    for kind in ("gap", "right", "either"):
        for raw in truth.get(kind, ()):
            controls = frozenset(_today(raw["control"]))
            if raw["control"].startswith("later:"):
                continue
            assert controls <= today, f"no control is called {raw['control']}"
            first, last = _span(EXAMPLES / name / raw["path"], raw)
            yield Entry(
                kind,
                controls,
                frozenset(c for also in raw.get("also", ()) for c in _today(also)),
                raw["path"],
                first,
                last,
                raw.get("whole_file", False) or raw["control"] in _WHOLE_FILE,
                raw.get("group", ""),
                raw.get("text", "").strip(),
            )


def _today(control: str) -> tuple[str, ...]:
    return _LOGS if control == "sensitive-data-in-logs" else (control,)


def _span(path: Path, raw: dict[str, object]) -> tuple[int, int]:
    """First and last line of an entry; 0 where its text is not on exactly one line."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    found = [number for number, line in enumerate(lines, 1) if str(raw.get("text", "")) in line]
    if raw.get("text") and len(found) != 1:
        return 0, 0
    own = found[0] if raw.get("text") else 1
    span = raw.get("span")
    return (span[0], span[1]) if isinstance(span, list) else (own, own)


def _stands_on(finding: Finding, entry: Entry) -> bool:
    """A right line often stands beside a wrong one: here the line itself counts, not its neighbours."""
    place = finding.location
    return place is not None and (entry.whole_file or entry.first <= place.line <= entry.last)


def _listed(title: str, lines: list[str]) -> str:
    return "\n  ".join((f"{title}:", *lines))
