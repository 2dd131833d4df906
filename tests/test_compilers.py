"""Which tsconfig governs which code, and how strictly."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.inventory.compilers import Compiler

CODE = {"src/main.ts": "export const a = 1;\n"}


def compilers(root: Path, files: dict[str, str]) -> tuple[Compiler, ...]:
    return prototype_of(root, CODE | files).compilers


def test_the_reference_that_includes_the_code_governs_it(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
        "tsconfig.app.json": '{"compilerOptions": {\n"strict": false}, "include": ["src"]}',
    }
    (found,) = compilers(tmp_path, files)
    assert (found.path, found.strict, found.location.line) == ("tsconfig.app.json", False, 2)


def test_strict_is_inherited_and_its_parts_are_not_forgotten(tmp_path: Path) -> None:
    files = {
        "base.json": '{"compilerOptions": {"strict": true}}',
        "tsconfig.json": '{"extends": "./base", "compilerOptions": {"noImplicitAny": false}}',
    }
    (found,) = compilers(tmp_path, files)
    assert found.strict
    assert found.off == ("noImplicitAny",)


def test_strict_part_by_part_is_strict(tmp_path: Path) -> None:
    files = {
        "base.json": '{"compilerOptions": {"strictNullChecks": true, "noImplicitAny": true}}',
        "tsconfig.json": '{"extends": "./base", "compilerOptions": {"jsx": "preserve"}}',
    }
    (found,) = compilers(tmp_path, files)
    assert found.strict
    assert not found.off


def test_what_extends_a_missing_file_is_not_known(tmp_path: Path) -> None:
    (found,) = compilers(tmp_path, {"tsconfig.json": '{"extends": "./.nuxt/tsconfig.json"}'})
    assert found.strict is None


def test_strict_is_the_default_of_newer_compilers(tmp_path: Path) -> None:
    files = {"tsconfig.json": "{}", "package.json": '{"devDependencies": {"typescript": "^6.0.2"}}'}
    (found,) = compilers(tmp_path, files)
    assert found.strict
