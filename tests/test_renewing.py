"""Packages with a vulnerability are renewed within what is asked for, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shipworthy.prototype import read_prototype
from shipworthy.prototype.dependencies.npm_ranges import in_range
from shipworthy.prototype.dependencies.renewing import Newer, renewed
from shipworthy.settings import Settings


@pytest.mark.parametrize(
    ("asked", "version", "expected"),
    [
        ("^1.6.0", "1.12.0", True),
        ("1.6.0", "1.12.0", False),
        ("~1.6.0", "1.6.9", True),
        ("~1.6.0", "1.7.0", False),
        ("~1", "1.9.0", True),
        ("^0.4.1", "0.4.9", True),
        ("^0.4.1", "0.5.0", False),
        ("^0.0.3", "0.0.4", False),
        ("^0", "0.9.0", True),
        ("*", "9.0.0", True),
        ("", "9.0.0", True),
        (">=1.2 <2", "1.9.0", True),
        (">= 1.2 < 2", "2.0.0", False),
        ("> 1.2", "1.2.5", False),
        ("<=1.2", "1.2.9", True),
        ("1.x", "1.9.0", True),
        ("1 || 2", "2.9.0", True),
        ("1.2.3 - 2.0", "2.0.4", True),
        ("1.2.3 - 2.0.0", "2.0.1", False),
        ("^19.0.0-rc.1", "19.1.0", True),
        ("^1", "2.0.0-rc.1", False),
        ("latest", "9.0.0", False),
        ("npm:other@^1", "1.0.0", False),
        ("workspace:*", "1.0.0", False),
        ("github:a/b", "1.0.0", False),
        ("9" * 300, "1.0.0", False),
    ],
)
def test_ranges_hold_what_npm_lets_them_hold(asked: str, version: str, expected: bool) -> None:
    assert in_range(asked, version) is expected


def renew(folder: Path, asked: dict[str, str], locked: dict[str, Any], **wanted: str) -> Any:
    """The new texts of a project with these packages; `wanted` names versions."""
    manifest = {"name": "desk", "dependencies": asked}
    lock = {"lockfileVersion": 3, "packages": {"": manifest, **locked}}
    (folder / "package.json").write_text(json.dumps(manifest, indent=2))
    (folder / "package-lock.json").write_text(json.dumps(lock, indent=2))
    prototype = read_prototype(folder, Settings(workers=1))
    known = prototype.dependencies
    newer = [Newer(d, wanted[d.name]) for d in known.packages if d.name in wanted]
    return renewed(prototype.files, known, newer)


def test_a_pin_is_raised_and_the_lock_file_left_to_npm(tmp_path: Path) -> None:
    locked = {"node_modules/next": {"version": "15.5.3"}, "node_modules/zod": {"version": "3.1.0"}}
    texts = renew(tmp_path, {"next": "15.5.3", "zod": "^3.0.0"}, locked, next="15.5.7")
    assert json.loads(texts["package.json"])["dependencies"] == {"next": "15.5.7", "zod": "^3.0.0"}
    assert list(json.loads(texts["package-lock.json"])["packages"]) == ["", "node_modules/zod"]


def test_what_another_package_brings_in_follows_only_within_its_range(tmp_path: Path) -> None:
    def locked(asked: str) -> dict[str, Any]:
        return {
            "node_modules/axios": {"version": "1.13.0", "dependencies": {"form-data": asked}},
            "node_modules/form-data": {"version": "4.0.2"},
            "node_modules/old/node_modules/form-data": {"version": "2.0.0"},
        }

    texts = renew(tmp_path, {"axios": "^1.13.0"}, locked("^4.0.0"), **{"form-data": "4.0.6"})
    assert not texts, "the other copy of the package needs a larger step"
    only = {k: v for k, v in locked("^4.0.0").items() if "old" not in k}
    texts = renew(tmp_path, {"axios": "^1.13.0"}, only, **{"form-data": "4.0.6"})
    assert list(texts) == ["package-lock.json"]
    assert "form-data" not in json.loads(texts["package-lock.json"])["packages"]
    held = {k: v for k, v in locked("4.0.2").items() if "old" not in k}
    assert not renew(tmp_path, {"axios": "^1.13.0"}, held, **{"form-data": "4.0.6"})


def test_a_new_major_version_and_what_is_no_range_are_for_a_person(tmp_path: Path) -> None:
    locked = {"node_modules/next": {"version": "14.2.3"}}
    assert not renew(tmp_path, {"next": "^14.2.3"}, locked, next="15.5.7")
    assert not renew(tmp_path, {"next": ">=14 <14.2.4"}, locked, next="14.2.32")


def test_a_package_from_elsewhere_than_npm_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("jinja2==2.11.2\n")
    prototype = read_prototype(tmp_path, Settings(workers=1))
    one = prototype.dependencies.packages[0]
    assert not renewed(prototype.files, prototype.dependencies, [Newer(one, "2.11.3")])
    assert not renewed({}, prototype.dependencies, [Newer(replace(one, version=None), "2.11.3")])
