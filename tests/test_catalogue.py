"""Every control keeps the contract; an author adds data, not test code."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from fixtures_of import Case, apply, cases, prototype_of, tracked, unpack
from shipworthy.catalogue import Entry, catalogue, select
from shipworthy.control import Control
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding, Outcome
from shipworthy.frameworks import requirements
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy

SECTIONS = ("## Why it matters", "## How it is fixed", "## When to accept it")
_MOST_REMEDIES = 50

entries = pytest.mark.parametrize("entry", catalogue(), ids=lambda e: e.control.id)


def parametrised(*kinds: str) -> pytest.MarkDecorator:
    """All cases; those of one control in one process, where what was proven once is kept."""
    params = [
        pytest.param(c, id=c.name, marks=pytest.mark.xdist_group(c.entry.control.id))
        for c in cases(*kinds)
    ]
    return pytest.mark.parametrize("case", params)


Read = Callable[[Case], Prototype]


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Cases as they are, each read once for all tests of its control."""
    kept: dict[Case, Prototype] = {}
    folder = tmp_path_factory.mktemp("cases")
    numbers = count()  # mktemp would look at all that it made before

    def read(case: Case) -> Prototype:
        if case not in kept:
            if any(other.entry is not case.entry for other in kept):
                kept.clear()
            kept[case] = prototype_of(unpack(case.folder, folder / str(next(numbers))))
        return kept[case]

    return read


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Prototype:
    """A prototype of a README alone, read once for all controls."""
    root = tmp_path_factory.mktemp("empty")
    (root / "README.md").write_text("# Empty\n")
    return prototype_of(root)


@entries
def test_readme_has_the_three_sections(entry: Entry) -> None:
    assert entry.readme.startswith(f"# {entry.control.id}\n")
    found = [line for line in entry.readme.splitlines() if line.startswith("## ")]
    assert tuple(found) == SECTIONS
    assert len(entry.summary) > 40


@entries
def test_every_requirement_exists(entry: Entry) -> None:
    assert entry.control.satisfies
    assert set(entry.control.satisfies) <= set(requirements())


@entries
def test_a_control_that_judges_a_database_says_so(entry: Entry) -> None:
    text = (entry.folder / "control.py").read_text(encoding="utf-8")
    assert entry.control.needs_database == ("shipworthy.database." in text)


@entries
def test_control_has_fixtures_of_each_kind(entry: Entry) -> None:
    for kind in ("vulnerable", "fixed", "near_miss"):
        assert any((entry.folder / "fixtures" / kind).iterdir()), kind
    vulnerable = {f.name for f in (entry.folder / "fixtures" / "vulnerable").iterdir()}
    assert vulnerable == {f.name for f in (entry.folder / "fixtures" / "fixed").iterdir()}


@entries
def test_control_says_nothing_of_an_empty_prototype(entry: Entry, empty: Prototype) -> None:
    findings = ask(entry.control, empty)
    assert all(f.outcome in (Outcome.NOT_APPLICABLE, Outcome.UNKNOWN) for f in findings), findings
    assert findings


@parametrised("vulnerable")
def test_vulnerable_shows_the_gap(case: Case, read: Read) -> None:
    prototype = read(case)
    findings = ask(case.entry.control, prototype)
    assert printed_secrets(findings, prototype) == []
    gaps = [f for f in findings if f.outcome is Outcome.GAP]
    assert sorted(f.subject for f in gaps) == case.expected
    assert len({f.subject for f in gaps}) == len(gaps), "one finding per subject"
    assert all(f.evidence and f.message for f in gaps)
    for finding in gaps:
        for evidence in finding.evidence:
            assert evidence.location is None or evidence.location.path in prototype.files


@parametrised("fixed", "near_miss")
def test_right_code_is_not_noise(case: Case, read: Read) -> None:
    prototype = read(case)
    findings = ask(case.entry.control, prototype)
    assert [f for f in findings if f.outcome is Outcome.GAP] == []
    assert printed_secrets(findings, prototype) == []


@parametrised("vulnerable")
def test_remedy_turns_vulnerable_into_fixed(case: Case, tmp_path: Path, read: Read) -> None:
    control, before = case.entry.control, read(case)
    if first_remedy(control, before) is None:
        pytest.skip("only a person can close this gap")
    root = unpack(case.folder, tmp_path / "case")
    apply_all(control, before, root)
    assert tracked(root) == tracked(read(case.fixed).root)
    assert first_remedy(control, read(case.fixed)) is None, "applying twice changes nothing"


@parametrised("vulnerable")
def test_fixing_opens_no_other_gap(case: Case, read: Read) -> None:
    after, before = read(case.fixed), read(case)
    for control in select():
        if left := subjects(control, after):  # most leave none
            opened = left - subjects(control, before)
            assert not opened, f"{control.id}: {opened}"


def ask(control: Control, prototype: Prototype) -> list[Finding]:
    try:
        return list(control.detect(prototype))
    except FactUnavailable as error:
        return [control.unknown("prototype", str(error))]


def printed_secrets(findings: list[Finding], prototype: Prototype) -> list[str]:
    """The secrets of a prototype that stand in what was found."""
    shown = "\n".join(
        f"{f.message} {f.subject} {[e.excerpt for e in f.evidence]}" for f in findings
    )
    return [s.value for s in prototype.secrets if not s.is_public and s.value in shown]


def gaps_of(control: Control, prototype: Prototype) -> list[Finding]:
    return [f for f in ask(control, prototype) if f.outcome is Outcome.GAP]


def subjects(control: Control, prototype: Prototype) -> set[str]:
    return {f.subject for f in gaps_of(control, prototype)}


def first_remedy(control: Control, prototype: Prototype) -> tuple[Finding, Remedy] | None:
    """The first gap that a machine can close, and how; None where there is none."""
    found = ((f, control.remedy(prototype, f)) for f in gaps_of(control, prototype))
    return next(((f, r) for f, r in found if isinstance(r, Remedy) and r.changes), None)


def apply_all(control: Control, prototype: Prototype, root: Path) -> None:
    """Apply remedies to a copy of a prototype, asking again after each, until none is left."""
    for _ in range(_MOST_REMEDIES):
        closable = first_remedy(control, prototype)
        if closable is None:
            return
        finding, remedy = closable
        apply(remedy, root)
        prototype = prototype_of(root)
        verification = control.verify(prototype, finding)
        assert verification.closed, verification.how
    raise AssertionError("the remedies do not come to an end")
