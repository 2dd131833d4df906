"""Data of others that ships: each folder has its licence, one that allows it, and says what was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

import shipworthy
from shipworthy.frameworks import frameworks
from shipworthy.frameworks.crosswalk import NAMES, corresponding, crosswalk
from shipworthy.prototype.privacy.categories import Category
from shipworthy.report.records.processing import FIDES

_DATA = Path(shipworthy.__file__).parent / "frameworks" / "data"
_ALLOWED = {
    "Apache-2.0": "Apache License\n                           Version 2.0",
    "MIT": "Permission is hereby granted, free of charge",
    "CC0-1.0": "CC0 1.0 Universal",
}
_FOLDERS = sorted(path for path in _DATA.iterdir() if path.is_dir())


def test_there_is_data_to_look_at() -> None:
    assert [folder.name for folder in _FOLDERS] == ["osps"]


@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)
def test_each_folder_of_data_holds_a_licence_that_allows_to_ship_it(folder: Path) -> None:
    licence = (folder / "LICENSE").read_text(encoding="utf-8")
    assert any(mark in licence for mark in _ALLOWED.values())
    assert "Creative Commons" not in licence
    source = (folder / "README.md").read_text(encoding="utf-8")
    assert "https://" in source
    assert "Changed:" in source


def test_no_data_lies_outside_a_folder_with_a_licence() -> None:
    assert [path for path in _DATA.iterdir() if path.is_file()] == []


def test_every_row_of_the_baseline_has_its_control_in_the_crosswalk() -> None:
    osps = next(f for f in frameworks() if f.id == "osps")
    known = crosswalk()
    missing = [r.id for r in osps.rows if r.id.partition(":")[2].partition(".")[0] not in known]
    assert missing == []
    assert corresponding("osps:AC-01.01")["CRA"] == ("1.2d", "1.2e", "1.2f")
    assert corresponding("asvs:8.2.1") == {}


def test_every_framework_with_a_name_is_in_the_crosswalk() -> None:
    mapped = {framework for ids in crosswalk().values() for framework in ids}
    assert set(NAMES) <= mapped


def test_every_kind_of_personal_data_has_an_id_to_join_it_by() -> None:
    assert set(FIDES) == set(Category)
