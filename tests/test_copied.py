"""Projects of other people that were copied into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.source import Role

_PUBLISHED = '{"name": "gateway", "repository": "https://git.example/gateway", "version": "2.0.0"}'
_COPY = {
    "main.py": "import streamlit\n",
    "gateway/LICENSE": "Apache-2.0\n",
    "gateway/CHANGELOG.md": "# 2.0.0\n",
    "gateway/package.json": _PUBLISHED,
    "gateway/src/send.ts": "export const send = () => fetch('https://x.test');\n",
}


def roles(tmp_path: Path, files: Mapping[str, str]) -> Mapping[str, Role]:
    return {path: file.role for path, file in prototype_of(tmp_path, files).files.items()}


def test_project_with_licence_and_changes_of_its_own_is_somebody_elses(tmp_path: Path) -> None:
    found = roles(tmp_path, _COPY)
    assert found["gateway/src/send.ts"] is Role.VENDORED
    assert found["main.py"] is Role.PRODUCT


def test_package_of_a_workspace_is_the_authors_own(tmp_path: Path) -> None:
    found = roles(tmp_path, {**_COPY, "package.json": '{"workspaces": ["gateway"]}'})
    assert found["gateway/src/send.ts"] is Role.PRODUCT


def test_folder_with_a_licence_alone_is_the_authors_own(tmp_path: Path) -> None:
    files = {path: text for path, text in _COPY.items() if "CHANGELOG" not in path}
    assert roles(tmp_path, files)["gateway/src/send.ts"] is Role.PRODUCT


_SCREENS = {
    f"src/pages/Page{n}.tsx": f"export const Page{n} = () => <p>{n}</p>;\n" for n in range(12)
}


def test_files_of_a_copy_of_the_whole_prototype_do_not_count_twice(tmp_path: Path) -> None:
    files = {"package.json": "{}", "old/package.json": "{}", **_SCREENS}
    files |= {f"old/{path}": text for path, text in _SCREENS.items()}
    found = roles(tmp_path, {**files, "old/functions/pay.ts": "export const pay = 1;\n"})
    assert found["old/src/pages/Page1.tsx"] is Role.VENDORED
    assert found["old/functions/pay.ts"] is Role.PRODUCT
    assert found["src/pages/Page1.tsx"] is Role.PRODUCT


def test_another_app_with_files_of_the_same_names_is_the_authors_own(tmp_path: Path) -> None:
    files = {"package.json": "{}", "admin/package.json": "{}", **_SCREENS}
    files |= {f"admin/{path}": f"// admin\n{text}" for path, text in _SCREENS.items()}
    assert roles(tmp_path, files)["admin/src/pages/Page1.tsx"] is Role.PRODUCT


def test_packages_that_pip_put_into_the_tree_are_somebody_elses(tmp_path: Path) -> None:
    files = {
        "lambda/package/handler.py": "import urllib3\n",
        "lambda/package/own/rules.py": "x = 1\n",
        "lambda/package/urllib3/__init__.py": "import contrib_of_nobody\n",
    }
    record = "urllib3/__init__.py,sha256=x,5\nurllib3-2.4.0.dist-info/RECORD,,\n"
    installed = files | {"lambda/package/urllib3-2.4.0.dist-info/RECORD": record}
    found = roles(tmp_path / "with", installed)
    assert found["lambda/package/urllib3/__init__.py"] is Role.VENDORED
    assert found["lambda/package/own/rules.py"] is Role.PRODUCT
    assert found["lambda/package/handler.py"] is Role.PRODUCT
    assert roles(tmp_path / "without", files)["lambda/package/urllib3/__init__.py"] is Role.PRODUCT
