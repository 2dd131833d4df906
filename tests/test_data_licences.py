"""Data of others that ships: each folder has its licence, one that allows it, and says what was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

import shipworthy
from shipworthy.frameworks import frameworks
from shipworthy.frameworks.crosswalk import NAMES, corresponding, crosswalk
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.privacy.third_parties import cookie_named, cookies_of, third_party_of
from shipworthy.report.records.cookies import PLATFORMS
from shipworthy.report.records.processing import FIDES

_PACKAGE = Path(shipworthy.__file__).parent
_DATA = (_PACKAGE / "frameworks" / "data", _PACKAGE / "prototype" / "privacy" / "data")
_ALLOWED = {
    "Apache-2.0": "Apache License\n                           Version 2.0",
    "MIT": "Permission is hereby granted, free of charge",
    "CC0-1.0": "CC0 1.0 Universal",
}
_FOLDERS = sorted(path for data in _DATA for path in data.iterdir() if path.is_dir())


def test_there_is_data_to_look_at() -> None:
    assert [folder.name for folder in _FOLDERS] == ["osps", "cookies", "third_parties"]


@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)
def test_each_folder_of_data_holds_a_licence_that_allows_to_ship_it(folder: Path) -> None:
    licence = (folder / "LICENSE").read_text(encoding="utf-8")
    assert any(mark in licence for mark in _ALLOWED.values())
    assert "Creative Commons" not in licence
    source = (folder / "README.md").read_text(encoding="utf-8")
    assert "https://" in source
    assert "Changed:" in source


def test_no_data_lies_outside_a_folder_with_a_licence() -> None:
    assert [path for data in _DATA for path in data.iterdir() if path.is_file()] == []


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


def test_hosts_lead_to_their_third_party_by_the_longest_domain() -> None:
    assert third_party_of("fonts.googleapis.com") != third_party_of("googleapis.com.example.org")
    found = third_party_of("stats.g.doubleclick.net")
    assert found is not None
    assert (found.company, found.category) == ("Google", "ad")
    assert third_party_of("localhost") is None
    assert third_party_of("com") is None


def test_cookies_are_known_by_platform_and_by_name() -> None:
    assert {"_ga", "_gid"} <= {cookie.name for cookie in cookies_of("Google Analytics")}
    known = cookie_named("_hjSessionUser_12345")
    assert known is not None
    assert (known.platform, known.prefix) == ("Hotjar", True)
    assert cookie_named("made-up-by-this-test") is None


def test_each_tracker_of_the_cookie_draft_has_cookies_in_the_list() -> None:
    assert [platform for platform in PLATFORMS.values() if not cookies_of(platform)] == []


def test_every_kind_of_personal_data_has_an_id_to_join_it_by() -> None:
    assert set(FIDES) == set(Category)
