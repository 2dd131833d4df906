"""Licences mean what their expressions say."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from shipworthy.catalogue import entry
from shipworthy.finding import Confidence, Outcome
from shipworthy.intent import Intent
from shipworthy.prototype import read_prototype
from shipworthy.prototype.dependencies.licence_terms import Terms, terms_of
from shipworthy.settings import Settings


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("MIT", Terms.FREE),
        ("(MIT OR GPL-3.0-or-later)", Terms.FREE),
        ("MIT AND (AGPL-3.0-only OR GPL-2.0-only)", Terms.COPYLEFT),
        ("LGPL-3.0-or-later", Terms.FREE),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Terms.FREE),
        ("SSPL-1.0", Terms.NETWORK),
        ("BUSL-1.1", Terms.RESTRICTED),
        ("SEE LICENSE IN LICENSE.md", Terms.UNKNOWN),
        ("", Terms.UNKNOWN),
        ("((((MIT", Terms.UNKNOWN),
        ("(" * 5000, Terms.UNKNOWN),
    ],
)
def test_an_expression_means_the_terms_that_one_can_choose(expression: str, terms: Terms) -> None:
    assert terms_of(expression) is terms


def test_a_licence_that_the_owners_approve_of_is_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pymupdf==1.26.4\n")
    control = entry("licence-conflict").control
    for licences, outcome in (((), Outcome.GAP), (("AGPL-3.0-only",), Outcome.SATISFIED)):
        settings = replace(Settings(), intent=Intent(licences=licences))
        found = list(control.detect(read_prototype(tmp_path, settings)))
        assert [f.outcome for f in found] == [outcome]


def test_a_licence_that_no_file_states_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi==0.115.6\n")
    control = entry("licence-conflict").control
    assert [f.outcome for f in control.detect(read_prototype(tmp_path))] == [Outcome.UNKNOWN]


def test_a_product_whose_source_is_open_is_asked_rather_than_warned(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pymupdf==1.26.4\n")
    (tmp_path / "LICENSE").write_text("MIT License\n\nCopyright (c) 2025 The bakery\n")
    [finding] = entry("licence-conflict").control.detect(read_prototype(tmp_path))
    assert (finding.outcome, finding.confidence) == (Outcome.GAP, Confidence.LOW)


@pytest.mark.parametrize("inner", ["pymupdf==1.26.4\n", ""])
def test_what_a_part_inside_asks_for_itself_is_used_there(tmp_path: Path, inner: str) -> None:
    (tmp_path / "ocr").mkdir()
    (tmp_path / "requirements.txt").write_text("pymupdf==1.26.4\n")
    (tmp_path / "ocr" / "requirements.txt").write_text(f"fastapi==0.115.6\n{inner}")
    (tmp_path / "ocr" / "main.py").write_text("import fitz\n")
    found = entry("licence-conflict").control.detect(read_prototype(tmp_path))
    sure = {f.subject: f.confidence for f in found if f.outcome is Outcome.GAP}
    if inner:
        assert sure == {
            "pypi:pymupdf": Confidence.LOW,
            "pypi:pymupdf in ocr": Confidence.HIGH,
        }
    else:
        assert sure == {"pypi:pymupdf": Confidence.HIGH}


def test_a_package_of_two_lists_in_one_folder_is_named_once(tmp_path: Path) -> None:
    for name in ("requirements.txt", "requirements-prod.txt"):
        (tmp_path / name).write_text("pymupdf==1.26.4\n")
    (tmp_path / "main.py").write_text("import fitz\n")
    found = list(entry("licence-conflict").control.detect(read_prototype(tmp_path)))
    gaps = [f for f in found if f.outcome is Outcome.GAP]
    assert [(f.subject, f.confidence) for f in gaps] == [("pypi:pymupdf", Confidence.HIGH)]
