"""What a user sees of the bundled prototypes, kept as files; `./dev bless` rewrites them."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from fixtures_of import prototype_of, unpack
from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.documents import to_json
from shipworthy.prototype import Prototype
from shipworthy.report.facts import facts_document, facts_text
from shipworthy.report.json_report import json_report
from shipworthy.report.text import TextReport

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["crm", "assistant", "marketplace"])
def test_reports_of_the_bundled_prototypes_are_as_blessed(name: str, tmp_path: Path) -> None:
    prototype = example(name, tmp_path)
    assessment = assess(prototype, select())
    check(f"{name}.txt", shown(TextReport(assessment, name, every_gap=True)))
    check(f"{name}.json", json_report(assessment))


@pytest.mark.parametrize("name", ["crm", "assistant", "marketplace"])
def test_facts_of_the_bundled_prototypes_are_as_blessed(name: str, tmp_path: Path) -> None:
    document = facts_document(example(name, tmp_path))
    check(f"{name}.facts.txt", shown(facts_text(document, name)))
    check(f"{name}.facts.json", to_json(document))


def example(name: str, tmp_path: Path) -> Prototype:
    # Built artefacts of a developer must not change what is seen.
    clean = tmp_path / "source" / name
    skipped = shutil.ignore_patterns("node_modules", "dist", ".next", "__pycache__")
    shutil.copytree(ROOT / "examples" / name, clean, ignore=skipped)
    return prototype_of(unpack(clean, tmp_path / name))


def shown(content: object) -> str:
    file = io.StringIO()
    Console(file=file, width=120, highlight=False, emoji=False).print(content)
    lines = (line.rstrip() for line in file.getvalue().splitlines())
    return "\n".join(line for line in lines if not line.startswith("    took:")) + "\n"


def check(name: str, text: str) -> None:
    golden = GOLDEN / name
    if os.environ.get("SHIPWORTHY_BLESS"):
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), (
        f"{name} differs; ./dev bless, then read the diff"
    )
