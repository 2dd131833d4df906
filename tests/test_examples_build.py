"""The bundled web apps are working apps, not heaps of files: they install and build."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
NOT_OURS = shutil.ignore_patterns("node_modules", "dist", ".next")


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed")
@pytest.mark.parametrize(
    ("name", "built"), [("crm", "dist/index.html"), ("marketplace", ".next/BUILD_ID")]
)
def test_the_bundled_web_app_builds(name: str, built: str, tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root, ignore=NOT_OURS)
    npm(root, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    npm(root, "run", "build")
    assert (root / built).exists()


def npm(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["npm", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=1200
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
