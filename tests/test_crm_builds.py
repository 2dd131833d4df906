"""The bundled CRM is a working app, not a heap of files: it installs and builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CRM = Path(__file__).parent.parent / "examples" / "crm"


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed")
def test_the_bundled_crm_builds(tmp_path: Path) -> None:
    root = tmp_path / "crm"
    shutil.copytree(CRM, root, ignore=shutil.ignore_patterns("node_modules", "dist"))
    npm(root, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    npm(root, "run", "build")
    assert (root / "dist" / "index.html").exists()


def npm(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["npm", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
