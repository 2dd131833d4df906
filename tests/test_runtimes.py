"""The versions that files ask for, and until when they are looked after."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from shipworthy.catalogue import entry
from shipworthy.finding import Outcome
from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.runtimes import runtime_versions
from shipworthy.prototype.inventory.support import support_table
from shipworthy.settings import Settings


def versions(root: Path, files: dict[str, str]) -> set[tuple[str, str]]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return {(one.product, one.version) for one in runtime_versions(read_prototype(root))}


def test_hosts_and_nix_name_versions_in_their_own_ways(tmp_path: Path) -> None:
    found = versions(
        tmp_path,
        {
            "replit.nix": "{pkgs}: { deps = [ pkgs.nodejs-18_x pkgs.python39 ]; }\n",
            "app.yaml": "runtime: python311\n",
            "serverless.yml": "provider:\n  runtime: nodejs16.x\n",
            "netlify.toml": '[build.environment]\n  NODE_VERSION = "20"\n',
            "render.yaml": "envVars:\n  - key: PYTHON_VERSION\n    value: 3.8.10\n",
            ".tool-versions": "nodejs 22.1.0\n",
            "web/package.json": '{"volta": {"node": "14.17.0"}}',
        },
    )
    node = {version for product, version in found if product == "node"}
    assert node == {"18", "16", "20", "22.1.0", "14"}
    assert {version for product, version in found if product == "python"} == {
        "3.9",
        "3.11",
        "3.8.10",
    }


def test_broken_and_open_versions_name_none(tmp_path: Path) -> None:
    assert not versions(
        tmp_path,
        {
            ".nvmrc": "stable\n",
            ".replit": 'modules = ["python-", "python3", "bash"]\n',
            "Dockerfile": "FROM node\nFROM node:${TAG}\nFROM scratch\n",
            "package.json": '{"engines": {"node": ">=16 <21"}}',
        },
    ) - {("python", "3")}


def test_an_end_after_the_day_of_the_table_is_not_known_for_sure(tmp_path: Path) -> None:
    table = support_table()
    ahead = {
        s.ends: s.cycle for s in table.cycles["node"].values() if s.ends and s.ends > table.as_of
    }
    ends = min(ahead)
    (tmp_path / ".nvmrc").write_text(ahead[ends])
    control = entry("end-of-life-runtime").control

    def outcome(today: date) -> Outcome:
        read = read_prototype(tmp_path, replace(Settings(), today=today))
        return next(iter(control.detect(read))).outcome

    assert outcome(table.as_of) is Outcome.SATISFIED
    assert outcome(ends) is Outcome.UNKNOWN
