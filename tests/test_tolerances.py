"""Where builds and checks are told to pass whatever they find."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(t.checks, str(t.location)) for t in prototype_of(root, files).tolerances]


def test_a_setting_that_depends_on_the_environment_is_not_judged(tmp_path: Path) -> None:
    config = "export default { typescript: { ignoreBuildErrors: process.env.PREVIEW === '1' } };\n"
    assert found(tmp_path, {"next.config.mjs": config}) == []


def test_a_script_that_cannot_fail_is_found_in_its_line(tmp_path: Path) -> None:
    package = '{"scripts": {\n"dev": "vite",\n"lint": "eslint . || true"}}'
    assert found(tmp_path, {"package.json": package}) == [("lint", "package.json:3")]


def test_a_compiler_that_checks_nothing_is_found(tmp_path: Path) -> None:
    package = '{"scripts": {"build": "tsc --noCheck && vite build"}}'
    assert found(tmp_path, {"package.json": package}) == [("types", "package.json:1")]
